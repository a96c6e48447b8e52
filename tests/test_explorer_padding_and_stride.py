"""Padding and stride, explored: the counts are the library's, and what can be pulled does what it looks like."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from browser import pull
from test_explorers import check_text, drive, explorers, focused, grids, line, product, reader

import cnn_course as cc

__all__ = ["drive", "reader"]
TRAITS = ("size", "kernel_size", "stride", "padding")


def both(state: dict[str, Any]) -> list[tuple[int, int]]:
    return [(state[name], state[f"{name}_w"]) for name in TRAITS]


def widths(state: dict[str, Any]) -> list[tuple[int, int]]:
    """Return the library's sizes from the input on, and (0, 0) for the first layer that cannot be built."""
    n, k, s, p = both(state)
    sizes = [n]
    while len(sizes) <= state["layers"] and sizes[-1] != (0, 0):
        fits = all(size + 2 * pad >= kernel for size, kernel, pad in zip(sizes[-1], k, p, strict=True))
        sizes.append(
            tuple(
                cc.conv_output_size(size, kernel, stride=step, padding=pad)
                for size, kernel, step, pad in zip(sizes[-1], k, s, p, strict=True)
            )
            if fits
            else (0, 0)
        )
    return sizes


def test_padding_and_stride_gives_the_library_s_numbers(drive: Any) -> None:
    cases = product(size=range(1, 17), kernel_size=range(1, 8), stride=range(1, 6), padding=range(7))
    cases = [case | {"layers": 1 + at % 6} for at, case in enumerate(cases) if at % 17 == 0 or case["size"] < 2]
    for at, case in enumerate(cases):
        case["square"] = at % 3 > 0
        if not case["square"]:  # every value across too
            case |= {"size_w": 1 + at % 16, "kernel_size_w": 1 + at % 7, "stride_w": 1 + at % 5, "padding_w": at % 7}
    for shown in drive(explorers.padding_and_stride(), cases):
        check_text(shown)
        state = shown["state"]
        n, k, s, p = both(state)
        sizes = widths(state)
        square = state["square"]
        if square:
            assert all(rows == columns for rows, columns in (n, k, s, p))
        assert shown["layers"] == [str(size[0]) if square else "{},{}".format(*size) for size in sizes]
        assert (shown["trouble"] == "") == (sizes[-1] != (0, 0))
        used = grids(shown, "pixels")[0]
        if sizes[1] == (0, 0):
            assert not used.any()
            assert grids(shown, "output")[0].size == 0
            continue
        x, ones = np.zeros((1, 1, *n)), np.ones((1, 1, *k))
        grad_x = cc.conv2d_backward(np.ones((1, 1, *sizes[1])), x, ones, stride=s, padding=p)[0][0, 0]
        np.testing.assert_array_equal(used[p[0] : p[0] + n[0], p[1] : p[1] + n[1]], grad_x)
        np.testing.assert_array_equal(grids(shown, "output")[0], cc.conv2d(x + 1, ones, stride=s, padding=p)[0, 0])
        rows, columns = (np.flatnonzero(grad_x.sum(axis) == 0) for axis in (1, 0))
        told = re.split(r"padding\.\s*", shown["text"][0])[1]
        if rows.size == columns.size == 0:
            assert told.startswith("Every pixel")
        elif square:
            what = "Row and column" if rows.size == 1 else "Rows and columns"
            assert told.startswith(f"{what} {', '.join(map(str, rows))} are in no window: ")
        elif 0 < rows.size < n[0]:
            assert told.startswith(f"Row{'s' * (rows.size > 1)} {', '.join(map(str, rows))} ")


def test_padding_and_stride_offers_only_what_mends(drive: Any) -> None:
    cases = product(
        size=range(1, 17, 3), kernel_size=range(2, 8), stride=range(1, 4), padding=range(2), layers=range(1, 7)
    )
    names = {
        "padding p": "padding",
        "kernel k": "kernel_size",
        "input n": "size",
        "stride s": "stride",
        "layers": "layers",
    }
    for shown in drive(explorers.padding_and_stride(), cases):
        assert bool(shown["fixes"]) == shown["trouble"].endswith("Choose")
        for words in shown["fixes"]:
            label, value = words.split(" = ")
            changed = {names[label]: int(value)} | ({} if label == "layers" else {f"{names[label]}_w": int(value)})
            assert (0, 0) not in widths(shown["state"] | changed), words


def test_padding_and_stride_shows_the_worked_example(drive: Any) -> None:
    (shown,) = drive(explorers.padding_and_stride(), [{}])
    assert shown["layers"] == ["16", "11", "6", "1"]
    assert shown["text"][1] == "output size: ⌊(16 + 2·0 − 6) / 1⌋ + 1 = 11"
    (plain,) = drive(explorers.padding_and_stride(controls=["size", "kernel_size", "padding", "layers"]), [{}])
    assert plain["text"][1] == "output size: 16 + 2·0 − 6 + 1 = 11"  # the stride is not taught yet


def test_the_window_keeps_its_place_when_padding_changes(drive: Any) -> None:
    steps = [{"position": 24}, {"padding": 1}, {"padding": 0}]  # row 2 and column 2 of 11, of 13, of 11
    assert [step["state"]["position"] for step in drive(explorers.padding_and_stride(), steps)] == [24, 28, 24]


def test_padding_shows_no_counts_and_the_words_fit_the_numbers(reader: Any) -> None:
    tab = reader(explorers.padding_and_stride(size=7, kernel_size=3, stride=5, padding=6, layers=1))
    pads, lost = tab.locator(".cc-cells .cc-pad"), tab.locator(".cc-cells .cc-bare.cc-lost")
    assert set(pads.all_inner_texts()) == {""}
    assert pads.first.get_attribute("aria-label") == "padding, used 1 time"
    assert set(lost.all_inner_texts()) <= {"0", ""}
    tab.get_by_label("padding p", exact=True).fill("0")
    tab.get_by_label("kernel k", exact=True).fill("1")
    tab.get_by_label("stride s", exact=True).fill("2")
    tab.get_by_label("input n", exact=True).fill("3")
    assert set(lost.all_inner_texts()) == {"0"}
    assert line(tab) == (
        "output[0, 0] sees 1·1 = 1 pixel of the input and 0 of padding."
        " Row and column 1 are in no window: the stride is larger than the kernel."
    )


def test_the_reason_is_about_the_rows_and_columns_that_are_named(drive: Any) -> None:
    case = {"size": 4, "size_w": 6, "kernel_size": 3, "stride": 2, "padding": 1, "layers": 1, "square": False}
    case |= {f"{name}_w": case[name] for name in ("kernel_size", "stride", "padding")}
    (rows,) = drive(explorers.padding_and_stride(), [case])
    assert rows["text"][0].endswith("Every pixel is in some window; only padding is in none: "
        "6 − 3 = 1·2 + 1 leaves a remainder and 8 − 3 = 2·2 + 1 leaves a remainder.")  # fmt: skip
    (column,) = drive(explorers.padding_and_stride(), [case | {"stride_w": 3}])
    assert column["text"][0].endswith("Column 5 is in no window: 8 − 3 = 1·3 + 2 leaves a remainder.")


def value(tab: Any, label: str) -> str:
    return tab.get_by_label(label, exact=True).input_value()


def test_everything_in_the_picture_can_be_pulled(reader: Any) -> None:
    tab = reader(explorers.padding_and_stride(size=7, kernel_size=3, stride=2, layers=2))
    side = tab.get_by_label("input[0, 0],", exact=False).first.bounding_box()["width"]
    pull(tab, tab.get_by_label("input[0, 0],", exact=False).first, 2 * side, 0)
    assert line(tab).startswith("output[0, 1] sees 3·3 = 9 pixels")
    pull(tab, tab.locator(".cc-image .cc-e"), side, 0)  # the second window, away from the first
    assert value(tab, "stride s") == "3"
    pull(tab, tab.locator(".cc-image .cc-nw"), -2.2 * side, -2.2 * side)
    assert int(value(tab, "padding p")) >= 1
    pull(tab, tab.locator(".cc-image .cc-se").first, -side, -side)
    assert int(value(tab, "input n")) < 7
    before = int(value(tab, "input n"))
    pull(tab, tab.locator(".cc-stairs li").first, 0, -60, at=0.8)
    assert int(value(tab, "input n")) > before
    pull(tab, tab.locator(".cc-plate:has(.cc-stairs) > .cc-grip"), 90, 0)
    assert int(value(tab, "layers")) > 2
    assert tab.locator(".cc-held").count() == 0


def test_keys_move_the_window_and_ask_for_a_pixel(reader: Any) -> None:
    tab = reader(explorers.padding_and_stride(size=7, kernel_size=3, stride=3, layers=1))
    tab.get_by_label("input[0, 0],", exact=False).first.focus()
    tab.keyboard.press("ArrowRight")
    assert line(tab).startswith("output[0, 1] sees 3·3 = 9 pixels of the input and 0 of padding.")
    assert focused(tab) == "input[0, 3], used 1 time"
    tab.keyboard.press("Shift+ArrowRight")
    assert line(tab).startswith("input[0, 4] is used by 1·1 = 1 window.")
    tab.keyboard.press("Escape")
    assert line(tab).startswith("output[0, 1]")


def test_a_layer_that_cannot_be_built_is_named_and_mended_in_one_press(reader: Any) -> None:
    tab = reader(explorers.padding_and_stride())
    tab.get_by_label("layers", exact=True).fill("4")
    message, picture = tab.locator(".cc-callout"), tab.locator("[data-picture]").bounding_box()
    assert "Layer 4 cannot be built: its kernel is 6 wide" in message.inner_text()
    assert "n + 2p = 1 + 2·0 = 1" in message.inner_text()
    where = message.bounding_box()
    assert where["y"] + where["height"] <= picture["y"] + picture["height"] + 1
    tab.get_by_role("button", name="padding p = 1").click()
    assert not message.is_visible()
    assert focused(tab) == "padding p"


def test_play_counts_how_often_each_pixel_is_used(reader: Any) -> None:
    tab = reader(explorers.padding_and_stride(size=4, kernel_size=2, layers=1))
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function("document.querySelector('.cc-image [data-value=\"4\"]')")
    assert tab.locator(".cc-result .cc-empty").count() > 0  # four windows cover a pixel while some are still to come
    tab.wait_for_function("document.querySelectorAll('.cc-result .cc-empty').length === 0")
    counts = tab.locator(".cc-image [role=gridcell]").evaluate_all("(all) => all.map((one) => +one.dataset.value)")
    np.testing.assert_array_equal(np.reshape(counts, (4, 4)), np.outer([1, 2, 2, 1], [1, 2, 2, 1]))


def test_hovering_over_a_bar_says_how_the_layer_came_to_its_size(reader: Any) -> None:
    tab = reader(explorers.padding_and_stride())
    tab.locator(".cc-stairs li").nth(2).hover()
    assert line(tab).startswith("layer 2: ⌊(11 + 2·0 − 6) / 1⌋ + 1 = 6")


@pytest.mark.parametrize("wrong", [(1, 2, 3), (1, 17), "ab"])
def test_a_size_is_one_number_or_two(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="size"):
        explorers.padding_and_stride(size=wrong)
