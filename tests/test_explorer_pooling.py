"""Pooling, explored: the numbers are the library's, whatever the input and however it is shifted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from browser import pull
from test_explorers import arithmetic, check_text, drive, explorers, focused, grids, line, product, reader

import cnn_course as cc

__all__ = ["drive", "reader"]
IMAGES, KINDS = ("example", "map", "square", "noise"), ("maximum", "average", "sum", "global maximum", "global average")


def both(state: dict[str, Any], trait: str) -> tuple[int, int]:
    return state[trait], state[f"{trait}_w"]


def pooled(state: dict[str, Any], x: np.ndarray) -> np.ndarray:
    options = {name: both(state, name) for name in ("stride", "padding")} | {"ceil_mode": state["ceil_mode"]}
    image, kind, window = x[None, None], state["kind"], both(state, "window")
    if kind.startswith("global"):
        y = (cc.global_max_pool2d if kind.endswith("maximum") else cc.global_avg_pool2d)(image)
    elif kind == "average":
        y = cc.avg_pool2d(image, window, **options, count_include_pad=state["count_include_pad"])
    else:
        y = (cc.max_pool2d if kind == "maximum" else cc.sum_pool2d)(image, window, **options)
    return y[0, 0]


def shifted(state: dict[str, Any], x: np.ndarray) -> np.ndarray:
    down, right = state["shift_down"], state["shift"]
    return np.roll(x, (down, right), (0, 1)) if state["wrap"] else cc.data.shift(x, down, right)


def test_pooling_gives_the_library_s_numbers(drive: Any) -> None:
    cases = product(image=IMAGES, kind=KINDS, window=range(1, 6), stride=range(1, 5), padding=range(3))[::5]
    for at, case in enumerate(cases):
        case.update(ceil_mode=at % 3 < 2, count_include_pad=at % 5 < 3, position=at % 13, square=at % 4 > 0)
        case.update(shift=(at // 2) % 7 - 3, shift_down=at % 7 - 3 if at % 2 else 0, wrap=at % 11 < 4)
        if not case["square"]:
            case.update(window_w=1 + at % 5, stride_w=1 + at % 4, padding_w=at % 3)
    for case, shown in zip(cases, drive(explorers.pooling(), cases), strict=True):
        check_text(shown)
        state = shown["state"]
        assert state["image"] == case["image"]
        n = both(state, "size")
        original = np.reshape(state["x"], n)
        x = shifted(state, original)
        p = (0, 0) if state["kind"].startswith("global") else both(state, "padding")
        seen = grids(shown, "input")[0][p[0] : p[0] + n[0], p[1] : p[1] + n[1]]
        np.testing.assert_array_equal(seen, x)
        axes = list(zip(n, both(state, "window"), both(state, "padding"), strict=True))
        if not state["kind"].startswith("global") and any(2 * pad > k or size + 2 * pad < k for size, k, pad in axes):
            assert shown["trouble"]
            assert grids(shown, "output")[0].size == 0
            with pytest.raises(ValueError, match=r"padding|kernel|window"):
                pooled(state, x)
            continue
        assert shown["trouble"] == ""
        y, before = pooled(state, x), pooled(state, original)
        np.testing.assert_allclose(grids(shown, "output")[0], y, rtol=1e-6)
        assert state["last"] == y.size - 1
        assert float(shown["bold"][0].replace("−", "-")) == pytest.approx(y.flat[state["position"]], rel=1e-3, abs=1e-4)
        moved = state["shift"] or state["shift_down"]
        assert bool(shown["data"]) == bool(moved)
        if moved:
            (found,) = shown["data"]
            for name, new, old in (("before", x, original), ("after", y, before)):
                expected = [np.count_nonzero(new != old), np.abs(new - old).mean()]
                np.testing.assert_allclose([float(part) for part in found[name].split(",")], expected, rtol=1e-9)
            np.testing.assert_allclose(grids(shown, "change of the output")[0], y - before, atol=1e-9)
            np.testing.assert_allclose(grids(shown, "change of the input")[0], x - original, atol=1e-9)


def test_pooling_offers_only_what_mends(drive: Any) -> None:
    cases = product(image=IMAGES[:2], window=range(1, 6), padding=range(3))
    names = {"padding p": "padding", "window k": "window", "rows H": "size", "columns W": "size_w"}
    for shown in drive(explorers.pooling(), cases):
        assert bool(shown["fixes"]) == shown["trouble"].endswith("Choose")
        for words in shown["fixes"]:
            label, value = words.split(" = ")
            state = shown["state"] | {names[label]: int(value)}
            if label[-1] in "pk":
                state[f"{names[label]}_w"] = int(value)
            assert pooled(state, np.zeros(both(state, "size"))).size, words


def test_pooling_shows_the_worked_example(drive: Any) -> None:
    shown = drive(explorers.pooling(), [{"position": i} for i in range(6)])
    assert [step["bold"] for step in shown] == [["6"], ["8"], ["9"], ["9"], ["9"], ["9"]]
    assert shown[0]["text"][0] == "output[0, 0] = max(1, 2, 6, 0) = 6"
    assert shown[0]["text"][1] == ("output size: ⌊(4 + 2·0 − 2) / 2⌋ + 1 = 2 and ⌊(6 + 2·0 − 2) / 2⌋ + 1 = 3")
    (average,) = drive(explorers.pooling(kind="average"), [{}])
    assert average["text"][0] == "output[0, 0] = (1 + 2 + 6 + 0) / 4 = 2.25"
    assert arithmetic(average["text"][0]) == (2.25, 2.25)


def test_a_shift_says_that_zeros_come_in_and_how_much_a_maximum_keeps(drive: Any, reader: Any) -> None:
    noise = {"image": "noise", "window": 3, "stride": 1, "shift": 1}
    (shown,) = drive(explorers.pooling(), [noise])
    (name,) = (name for name in shown["grids"] if name.startswith("input"))
    assert name == "input, 8 × 8, moved 1 to the right, zeros come in"
    np.testing.assert_array_equal([row[0] for row in shown["grids"][name]], ["0"] * 8)
    tab = reader(explorers.pooling(image="noise", window=3, stride=1, shift=1))
    assert tab.locator("p[data-before]").inner_text() == (
        "Moved 1 to the right, zeros come in: 59 of 64 inputs changed (92 %), by 3.469 on average over all; "
        "21 of 36 outputs changed (58 %), by 1.028 on average over all."
    )
    assert tab.locator(".cc-share span").all_inner_texts() == ["59 of 64 (92 %)", "21 of 36 (58 %)"]
    tab.get_by_label("wrap", exact=True).check()
    assert "moved 1 to the right, wrapped around" in tab.locator(".cc-hint").inner_text()


@pytest.mark.parametrize("size", [(1440, 900), (375, 812)])
def test_a_shift_moves_the_numbers_and_nothing_that_lies_around_them(reader: Any, size: tuple[int, int]) -> None:
    box = explorers.pooling(image="noise", window=3, stride=1, controls=["image", "kind", "window", "shift", "wrap"])
    tab = reader(box, viewport=dict(zip(("width", "height"), size, strict=True)))
    places = """() => Object.fromEntries([".cc-image .cc-cells", ".cc-result .cc-cells", ".cc-strip"]
        .map((what) => { const { x, y, width, height } = document.querySelector(what).getBoundingClientRect();
            return [what, [x, y, width, height].map(Math.round)]; }))"""
    before, cell = tab.evaluate(places), tab.get_by_label("input[5, 5] is 5")
    pull(tab, cell, cell.bounding_box()["width"], 0)  # beside the window
    assert value(tab, "shift →") == "1"
    assert tab.evaluate(places) == before
    assert tab.get_by_label("input[5, 6] is 5").inner_text() == "5"  # the numbers can still be read
    titles = [title.bounding_box() for title in tab.locator(".cc-plate:visible .cc-title").all()]
    assert len(titles) == 4
    for at, one in enumerate(titles):
        for other in titles[at + 1 :]:
            apart = [one[axis] >= other[axis] + other[side] or other[axis] >= one[axis] + one[side]
                     for axis, side in (("x", "width"), ("y", "height"))]  # fmt: skip
            assert any(apart)


def test_a_number_of_one_s_own_stays_when_the_size_changes(drive: Any) -> None:
    own = [1, 2, 3, 4]
    steps = [{"image": "your own", "size": 2, "size_w": 2, "x": own}, {"size_w": 3}, {"size": 1}, {"image": "map"}]
    first, wider, lower, example = (step["state"] for step in drive(explorers.pooling(), steps))
    assert (first["x"], wider["x"], lower["x"]) == (own, [1, 2, 0, 3, 4, 0], [1, 2, 0])
    assert both(example, "size") == (4, 4)
    (resized,) = drive(explorers.pooling(), [{"size": 3}])
    assert (resized["state"]["image"], resized["state"]["x"][:6]) == ("your own", [1, 2, 3, 4, 4, 5])


def value(tab: Any, label: str) -> str:
    return tab.get_by_label(label, exact=True).input_value()


def test_the_window_the_numbers_and_the_corners_can_be_pulled(reader: Any) -> None:
    tab = reader(explorers.pooling())
    cell = tab.get_by_label("input[0, 0] is 1")
    side = cell.bounding_box()["width"]
    pull(tab, cell, 2 * side, 2 * side)
    assert line(tab) == "output[1, 1] = max(7, 2, 9, 1) = 9"
    pull(tab, tab.get_by_label("input[0, 0] is 1"), side, 0)  # beside the window: the numbers move
    assert value(tab, "shift →") == "1"
    assert tab.get_by_label("input[0, 1] is 1, changed").count() == 1
    tab.get_by_label("shift →", exact=True).fill("0")
    pull(tab, tab.locator(".cc-image .cc-e"), side, 0)
    assert value(tab, "stride s") == "3"
    tab.get_by_label("output[0, 0] is", exact=False).click()
    side = tab.get_by_label("input[0, 0] is 1").bounding_box()["width"]
    pull(tab, tab.locator(".cc-image > .cc-grip.cc-se:visible").last, side, side)
    assert value(tab, "window k") == "3"
    assert tab.locator(".cc-held, .cc-fly").count() == 0


def test_keys_move_the_window_and_shift_the_numbers(reader: Any) -> None:
    tab = reader(explorers.pooling())
    tab.get_by_label("input[0, 0] is 1").focus()
    tab.keyboard.press("ArrowRight")
    assert line(tab) == "output[0, 1] = max(3, 4, 7, 8) = 8"
    assert focused(tab) == "input[0, 2] is 3"
    tab.keyboard.press("Shift+ArrowRight")
    assert value(tab, "shift →") == "1"
    assert line(tab) == "output[0, 1] = max(2, 3, 0, 7) = 7"


def test_a_digit_typed_on_the_input_makes_it_your_own(reader: Any) -> None:
    tab = reader(explorers.pooling())
    tab.get_by_label("input[0, 0] is 1").focus()
    tab.keyboard.type("12")
    assert line(tab) == "output[0, 0] = max(12, 2, 6, 0) = 12"
    assert tab.get_by_role("group", name="input", exact=True).get_by_label("your own").is_checked()
    field = tab.get_by_label("input[0, 1] is 2")
    field.fill("abc")
    assert "“abc” is not a number" in tab.locator(".cc-trouble").inner_text()
    field.fill("1/4")
    assert line(tab) == "output[0, 0] = max(12, 0.25, 6, 0) = 12"


def test_a_global_pool_needs_no_window(reader: Any) -> None:
    tab = reader(explorers.pooling(kind="global average"))
    assert tab.get_by_label("window k", exact=True).is_disabled()
    assert tab.locator(".cc-size").get_attribute("aria-label").startswith("A global pool has one window, the whole map")
    tab.get_by_role("group", name="kind", exact=True).get_by_label("average", exact=True).check()
    assert tab.get_by_label("window k", exact=True).is_enabled()


def test_play_lets_the_numbers_fly_and_leaves_nothing_over(reader: Any) -> None:
    tab = reader(explorers.pooling())
    for _ in range(2):
        tab.get_by_role("button", name="Speed").click()
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_selector(".cc-fly")
    assert tab.locator(".cc-result .cc-empty").count() == 6
    tab.get_by_label("output[1, 1] is 9").click()
    tab.wait_for_timeout(600)
    assert tab.locator(".cc-fly, .cc-lit, .cc-wait, .cc-empty").count() == 0


def test_a_pull_beside_the_window_brings_it_where_nothing_else_can_be_pulled(reader: Any) -> None:
    tab = reader(explorers.pooling(controls=("image", "window", "stride", "square")))  # 4 by 6, windows of 2, stride 2
    cell = tab.locator(".cc-image .cc-cell").nth(3 * 6 + 1)
    pull(tab, cell, cell.bounding_box()["width"], 0, away=True)
    assert line(tab).startswith("output[1, 1] ")
