"""The explorer of chapter 3: one sum for each channel, one bias for each filter; its numbers are the library's."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from browser import pull
from test_explorers import arithmetic, check_text, core, drive, explorers, focused, grids, product, reader

import cnn_course as cc

__all__ = ["drive", "reader"]
FILTERS = [f"filter {number}" for number in range(4)]


def test_its_numbers_are_the_library_s(drive: Any) -> None:
    cases = product(filters=range(1, 5), padding=(0, 1), shown=FILTERS, bias=(-400, -7, 0, 400), relu=(False, True))
    for at, case in enumerate(cases):
        case["position"] = at % 13
    widget = core(explorers.channels())
    x, weight = np.reshape(widget.x, (1, 3, 3, 4)), np.reshape(widget.weight, (4, 3, 3, 3))
    for shown in drive(explorers.channels(), cases):
        check_text(shown)
        state = shown["state"]
        p, filters, number = state["padding"], state["filters"], int(state["shown"][-1])
        np.testing.assert_array_equal(grids(shown, "input"), np.pad(x[0], ((0, 0), (p, p), (p, p))))
        np.testing.assert_array_equal(grids(shown, "kernel"), weight[number])
        before = cc.conv2d(x, weight[:filters], np.array(state["biases"][:filters]), padding=p)[0]
        expected = cc.relu(before) if state["relu"] else before
        np.testing.assert_allclose(grids(shown, "map"), expected, rtol=1e-6)
        assert number < filters
        assert state["bias"] == state["biases"][number]
        row, col = divmod(state["position"], 2 + 2 * p)
        rows = [arithmetic(text) for text in shown["text"][:3]]
        assert all(left == pytest.approx(right) for left, right in rows)
        total = re.sub(r", and max.*", "", shown["text"][3])
        assert arithmetic(total) == pytest.approx((before[number, row, col],) * 2)
        assert f"= {' + '.join(str(int(right)) for _, right in rows)} + ".replace("-", "−") in total
        assert shown["bold"][3] == str(int(expected[number, row, col])).replace("-", "−")
        assert shown["text"][-1].endswith(f"= {cc.conv_param_count(3, filters, 3)}")


def test_it_shows_the_worked_example(drive: Any) -> None:
    left, right = drive(explorers.channels(), [{"position": 0}, {"position": 1}])
    assert left["bold"] == ["186", "86", "49", "321"]
    assert right["bold"] == ["222", "99", "49", "370"]
    assert left["text"][3] == "output[0, 0, 0] = 186 + 86 + 49 + 0 = 321"
    assert all(a == b for a, b in map(arithmetic, left["text"][:4] + right["text"][:4]))
    (low,) = drive(explorers.channels(), [{"bias": -350, "relu": True}])
    assert low["text"][3] == "output[0, 0, 0] = 186 + 86 + 49 + −350 = −29, and max(0, −29) = 0"
    assert [float(value) for value in np.ravel(grids(low, "map"))] == [0, 20]


def test_every_filter_has_a_bias_of_its_own(drive: Any) -> None:
    steps = [{"filters": 3, "bias": -20}, {"shown": "filter 2"}, {"bias": 50}, {"shown": "filter 0"}]
    steps += [{"shown": "filter 3"}, {"filters": 1}]
    shown = drive(explorers.channels(), steps)
    assert [step["state"]["bias"] for step in shown] == [-20, 0, 50, -20, 0, -20]
    assert [step["state"]["filters"] for step in shown] == [3, 3, 3, 3, 4, 1]
    assert shown[3]["state"]["biases"] == [-20, 0, 50, 0]
    plain = grids(drive(explorers.channels(filters=3), [{}])[0], "map")
    np.testing.assert_array_equal(
        np.subtract(grids(shown[2], "map"), plain), np.broadcast_to(np.reshape([-20, 0, 50], (3, 1, 1)), (3, 1, 2))
    )
    assert "Map 2, bias 50: " in shown[2]["words"]


def test_the_window_keeps_its_place_on_the_image_when_padding_comes_and_goes(drive: Any) -> None:
    shown = drive(explorers.channels(), [{"position": 1}, {"padding": 1}, {"padding": 0}])
    assert [step["state"]["position"] for step in shown] == [1, 6, 1]


def test_a_filter_that_is_not_there_is_refused() -> None:
    for wrong in (2, 9):
        with pytest.raises(ValueError, match=f"shown must be below the number of filters, 2, got {wrong}"):
            explorers.channels(filters=2, shown=wrong)
    with pytest.raises(ValueError, match="filters must be between 1 and 4, got 5"):
        explorers.channels(filters=5)
    assert core(explorers.channels(filters=2, shown=1, bias=7)).biases == [0, 7, 0, 0]


def total(tab: Any) -> str:
    return tab.locator(".cc-sum").last.text_content()


def test_the_window_is_dragged_on_any_channel_and_the_ring_outwards(reader: Any) -> None:
    tab = reader(explorers.channels(), viewport={"width": 1100, "height": 900})
    cell = tab.get_by_label("B[1, 1]", exact=True)
    pull(tab, cell, cell.bounding_box()["width"], 0, away=True)
    assert total(tab).endswith("= 222 + 99 + 49 + 0 = 370")
    pull(tab, tab.locator("[title*=padding]"), -40, -40, away=True)
    assert tab.get_by_label("padding p", exact=True).input_value() == "1"
    assert total(tab).startswith("output[0, 1, 2] = 222")
    tab.get_by_label("output[0, 0, 0]").hover()
    assert total(tab).startswith("output[0, 0, 0] = ")
    tab.mouse.move(1, 1)
    assert total(tab).startswith("output[0, 1, 2] = ")
    assert tab.locator(".cc-held").count() == 0


def test_keys_walk_through_channels_and_kernels_as_they_stand(reader: Any) -> None:
    tab = reader(explorers.channels(), viewport={"width": 1100, "height": 900})
    tab.get_by_label("R[1, 3]", exact=True).focus()
    seen = []
    for key in ["ArrowRight"] * 4 + ["ArrowDown", "ArrowLeft"]:
        tab.keyboard.press(key)
        tab.wait_for_timeout(30)
        seen.append(focused(tab))
    assert seen == [
        "weight[0, 0, 1, 0]",
        "weight[0, 0, 1, 1]",
        "weight[0, 0, 1, 2]",
        "G[1, 0]",
        "G[2, 0]",
        "weight[0, 0, 2, 2]",
    ]
    tab.get_by_label("output[0, 0, 0]").focus()
    tab.keyboard.press("ArrowRight")
    assert total(tab).endswith("= 370")
    assert focused(tab) == "output[0, 0, 1] is 370"


def test_every_number_is_typed_and_a_bias_is_whole(reader: Any) -> None:
    tab = reader(explorers.channels())
    tab.get_by_label("R[0, 0]", exact=True).fill("1/3")
    tab.get_by_label("weight[0, 0, 0, 0]", exact=True).fill("3")
    assert total(tab) == "output[0, 0, 0] = 187 + 86 + 49 + 0 = 322"
    bias = tab.get_by_label("bias[0]", exact=True)
    bias.fill("-1.5")
    assert (
        tab.locator(".cc-callout").inner_text() == "The bias is a whole number from −400 to 400 here: it counts as 0."
    )
    bias.fill("-22")
    assert total(tab).endswith("= 187 + 86 + 49 + −22 = 300")
    assert tab.get_by_label("bias b", exact=True).get_attribute("aria-valuetext") == "−22"


def test_a_phone_shows_one_channel_in_front(reader: Any) -> None:
    tab = reader(explorers.channels(), viewport={"width": 375, "height": 667})
    hidden = "(cell) => getComputedStyle(cell).visibility === 'hidden'"
    assert tab.get_by_label("G[0, 0]", exact=True).evaluate(hidden)
    tab.get_by_role("button", name="channel G").click()
    assert not tab.get_by_label("G[0, 0]", exact=True).evaluate(hidden)
    assert tab.get_by_label("R[0, 0]", exact=True).evaluate(hidden)
    assert tab.get_by_label("weight[0, 1, 0, 1]", exact=True).is_visible()
    assert tab.get_by_role("button", name="channel G").get_attribute("aria-pressed") == "true"


def test_play_adds_the_channels_and_leaves_nothing_behind(reader: Any) -> None:
    tab = reader(explorers.channels())
    for _ in range(2):
        tab.get_by_role("button", name="Speed").click()
    tab.get_by_role("button", name="Next").click()
    tab.wait_for_selector(".cc-fly")
    assert tab.locator(".cc-wait").count() > 0
    tab.wait_for_function("!document.querySelector('.cc-fly, .cc-lit, .cc-wait')")
    assert total(tab).endswith("= 370")
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_selector(".cc-fly")
    tab.get_by_label("padding p", exact=True).fill("1")
    tab.wait_for_timeout(700)
    assert tab.locator(".cc-fly, .cc-lit, .cc-wait, .cc-empty").count() == 0
