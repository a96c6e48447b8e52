"""The explorer of chapter 1: the strip along the row, whose numbers are the library's over the whole ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from browser import pull
from test_explorers import arithmetic, check_text, core, drive, explorers, focused, grids, line, product, reader

import cnn_course as cc

__all__ = ["drive", "reader"]
MODES = ("valid", "same", "full")


def test_its_numbers_are_the_library_s(drive: Any) -> None:
    cases = product(size=range(1, 9), kernel_size=range(1, 7), mode=MODES, flip=(True, False))
    for shown in drive(explorers.flip_and_filter(), cases):
        check_text(shown)
        state, output = shown["state"], grids(shown, "output")[0]
        mode, flip = state["mode"], state["flip"]
        x, w = np.array(state["signal"]), np.array(state["kernel"])
        assert (len(x), len(w)) == (state["size"], state["kernel_size"])
        np.testing.assert_array_equal(grids(shown, "kernel")[0][0], w[::-1] if flip else w)
        if mode == "valid" and len(w) > len(x):
            assert output.size == 0
            assert f"{len(x)} − {len(w)} + 1" in shown["trouble"]
            continue
        assert shown["trouble"] == ""
        expected = (cc.convolve1d if flip else cc.correlate1d)(x, w, mode)
        np.testing.assert_allclose(output[0], expected, rtol=1e-6, atol=1e-12)
        assert state["last"] == expected.size - 1
        left, right = arithmetic(shown["text"][0])
        np.testing.assert_allclose([left, right], expected[state["position"]], rtol=1e-3, atol=1e-9)
        assert shown["text"][1].endswith(f"= {expected.size}")


def test_it_walks_through_the_worked_example(drive: Any) -> None:
    shown = drive(explorers.flip_and_filter(), [{"position": i} for i in range(3)])
    assert [step["bold"][0] for step in shown] == ["2", "3", "4"]
    assert [arithmetic(step["text"][0]) for step in shown] == [pytest.approx((n, n)) for n in (2, 3, 4)]
    assert shown[0]["text"] == ["output[0] = y[3] = 1·0.4 + 2·0.3 + 3·0.2 + 4·0.1 = 2", "output size: 6 − 4 + 1 = 3"]
    straight = drive(explorers.flip_and_filter(flip=False), [{"position": i} for i in range(3)])
    assert [step["bold"][0] for step in straight] == ["3", "4", "5"]
    (full,) = drive(explorers.flip_and_filter(mode="full"), [{}])
    np.testing.assert_allclose(grids(full, "output")[0][0], [0.1, 0.4, 1, 2, 3, 4, 4.3, 3.8, 2.4])


def test_the_strip_keeps_its_place_on_the_input_when_zeros_come_or_go(drive: Any) -> None:
    steps = [{"position": 1}, {"mode": "full"}, {"mode": "same"}, {"kernel_size": 5}, {"mode": "valid"}]
    shown = drive(explorers.flip_and_filter(), steps)
    assert [step["state"]["position"] for step in shown] == [1, 4, 3, 3, 1]


def test_every_repair_mends(drive: Any) -> None:
    for repair in ({"mode": "same"}, {"mode": "full"}, {"kernel_size": 2}, {"size": 4}):
        broken, mended = drive(explorers.flip_and_filter([1, 2]), [{}, repair])
        assert broken["trouble"].endswith("valid leaves n − k + 1 = 2 − 4 + 1 = −1 outputs. Choose")
        assert mended["trouble"] == ""


@pytest.mark.parametrize("size", [(1440, 900), (1440, 720), (375, 812)])
def test_the_controls_stay_under_the_pointer_where_there_is_no_output(reader: Any, size: tuple[int, int]) -> None:
    box = explorers.flip_and_filter(controls=["size", "kernel_size"])
    tab = reader(box, viewport=dict(zip(("width", "height"), size, strict=True)))
    less = tab.locator(".cc-step button").first
    place = less.bounding_box()
    tab.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    for n in (5, 4, 3, 2):
        tab.mouse.down()
        tab.mouse.up()
        assert tab.get_by_label("input n", exact=True).input_value() == str(n)
        assert less.bounding_box() == place
    callout, strip = (tab.locator(what).bounding_box() for what in (".cc-callout", ".cc-kernel .cc-title"))
    assert callout["y"] >= strip["y"] + strip["height"]


def test_the_strip_is_dragged_and_so_are_the_ends_and_the_zeros(reader: Any) -> None:
    tab = reader(explorers.flip_and_filter())
    side = tab.get_by_label("x[0]", exact=True).bounding_box()["width"]
    pull(tab, tab.get_by_label("w[3]", exact=True), side, 2, away=True)
    assert line(tab).startswith("output[1] = y[4]")
    pull(tab, tab.get_by_label("x[2]", exact=True), side, 2, away=True)  # the window is both rows
    assert line(tab).startswith("output[2] = y[5]")
    pull(tab, tab.locator("[title*=zeros]"), -3 * side, 2, away=True)
    assert tab.get_by_label("full", exact=True).is_checked()
    assert line(tab).startswith("output[5] = y[5]")
    pull(tab, tab.locator("[title*='input n']"), -2 * side, 2, away=True)
    assert tab.get_by_label("input n", exact=True).input_value() == "4"
    pull(tab, tab.locator("[title*='kernel k']"), -side, 2, away=True)
    assert tab.get_by_label("kernel k", exact=True).input_value() == "3"
    assert tab.locator(".cc-held, .cc-fly").count() == 0


def test_keys_walk_the_strip_and_a_number_tells_where_it_goes(reader: Any) -> None:
    tab = reader(explorers.flip_and_filter(mode="full"))
    tab.get_by_label("output[0] is 0.1").focus()
    tab.keyboard.press("ArrowRight")
    assert line(tab).startswith("output[1] = y[1] = 0·0.4 + 0·0.3 + 1·0.2 + 2·0.1")
    assert focused(tab) == "output[1] is 0.4"
    tab.get_by_label("x[2]", exact=True).focus()  # a number that is not under the strip
    assert line(tab) == "This input, 3, goes into 4 outputs: [2] as 3·0.1; [3] as 3·0.2; [4] as 3·0.3; [5] as 3·0.4"
    tab.get_by_label("w[0]", exact=True).focus()
    assert line(tab).startswith("output[1]")
    tab.get_by_label("x[5]", exact=True).hover()
    assert line(tab).startswith("This input, 6, goes into 4 outputs: [5] as 6·0.1")
    tab.get_by_label("output[8] is 2.4").hover()
    assert line(tab).startswith("output[8] = y[8] = 6·0.4")
    tab.get_by_role("button", name="Play").hover()
    assert line(tab).startswith("output[1]")


def test_a_kernel_of_thirds_is_typed_and_read_as_thirds(reader: Any) -> None:
    tab = reader(explorers.flip_and_filter([2, 8, 5, 5, 11], [1, 1, 1]))
    for at in range(3):
        tab.get_by_label(f"w[{at}]", exact=True).fill("1/3")
    assert line(tab) == "output[0] = y[2] = 2·1/3 + 8·1/3 + 5·1/3 = 5"
    assert "sum 1" in tab.locator(".cc-kernel .cc-title").inner_text()


def test_the_flip_turns_the_strip_over_and_leaves_nothing_behind(reader: Any) -> None:
    tab = reader(explorers.flip_and_filter())
    tab.get_by_label("flip", exact=True).click()
    assert tab.evaluate("document.querySelector('.cc-kernel .cc-cells').getAnimations().length") == 1
    tab.wait_for_function("document.getAnimations().length === 0")
    assert line(tab) == "output[0] = 1·0.1 + 2·0.2 + 3·0.3 + 4·0.4 = 3"
    calm = reader(explorers.flip_and_filter(), reduced_motion="reduce")
    calm.get_by_label("flip", exact=True).click()
    assert calm.evaluate("document.querySelector('.cc-kernel .cc-cells').getAnimations().length") == 0
    assert line(calm).endswith("= 3")


@pytest.mark.parametrize("width", [1440, 375, 320])
def test_no_digit_is_small_or_cut_with_the_longest_rows(reader: Any, width: int) -> None:
    address = "#flip_and_filter.size=8&flip_and_filter.kernel_size=6&flip_and_filter.mode=full"
    numbers = "&flip_and_filter.kernel=-9999_0.3333_1000.5_1_2_3&flip_and_filter.signal=-9999_0.3333_1000.5_4_5_6_7_8"
    tab = reader(explorers.flip_and_filter(), address=address + numbers, viewport={"width": width, "height": 800})
    small = """(cells) => cells.filter((cell) => parseFloat(getComputedStyle(cell).fontSize) < 14
      || [cell, cell.firstChild].some((node) => node.scrollWidth > node.clientWidth + 1
        || node.scrollHeight > node.clientHeight + 1)).length"""
    assert tab.locator(".cc-cells .cc-cell").count() == 18 + 6 + 13
    assert tab.locator(".cc-cells .cc-cell").evaluate_all(small) == 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_its_titles_count_right(reader: Any) -> None:
    one = reader(explorers.flip_and_filter([1, 2, 3, 4]))
    assert "output y valid, 1 number" in one.locator(".cc-title").all_inner_texts()
    assert core(explorers.flip_and_filter(controls=["mode"])).controls[0]["options"] == MODES
