"""The explorer of chapter 0: a detector answers the same wherever the thing is, a dense unit only where taught."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from browser import pull
from test_explorers import arithmetic, check_text, drive, explorers, focused, grids, line, product, reader

import cnn_course as cc
from cnn_course import data

__all__ = ["drive", "reader"]
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])


def placed(template: np.ndarray, row: int, column: int) -> np.ndarray:
    return np.pad(template, ((row, 2 - row), (column, 5 - column)))


def test_its_numbers_are_the_library_s(drive: Any) -> None:
    cases = product(thing=("cross", "plus", "ring", "your own"), row=range(3), column=range(6))
    for at, case in enumerate(cases):
        case.update(position=at % 18, home=[at % 3, at % 5])
        if case["thing"] == "your own":
            case["template"] = [float((at + 4 * cell) % 7 - 3) for cell in range(9)]
    for shown in drive(explorers.sweep(), cases):
        check_text(shown)
        state = shown["state"]
        template = np.reshape(state["template"], (3, 3))
        picture, scores = placed(template, state["row"], state["column"]), grids(shown, "scores")[0]
        weight = placed(template, *state["home"])
        np.testing.assert_array_equal(grids(shown, "picture")[0], picture)
        np.testing.assert_array_equal(grids(shown, "dense unit")[0], weight)
        np.testing.assert_allclose(scores, cc.correlate2d(picture, template))
        dense = cc.linear(picture.reshape(1, -1), weight.reshape(1, -1)).item()
        assert grids(shown, "score,")[0].item() == dense
        assert arithmetic(shown["text"][0]) == pytest.approx((scores.flat[state["position"]],) * 2)
        assert arithmetic(shown["text"][1]) == pytest.approx((dense, dense))


def test_wherever_the_thing_is_the_highest_score_is_the_same_and_stands_there(drive: Any) -> None:
    for thing, highest in (("cross", 5), ("plus", 5), ("ring", 8)):
        for shown in drive(explorers.sweep(thing=thing), product(row=range(3), column=range(6))):
            scores, state = grids(shown, "scores")[0], shown["state"]
            assert scores.max() == highest
            assert np.argwhere(scores == highest).tolist() == [[state["row"], state["column"]]]
            title = f"scores, highest {highest} at [{state['row']}, {state['column']}]: found"
            assert title in shown["grids"]
            at_home = (state["row"], state["column"]) == (1, 1)
            assert ("score, found" in shown["grids"]) == at_home


def test_the_dense_unit_scores_as_in_the_chapter(drive: Any) -> None:
    home = np.pad(CROSS, ((1, 1), (1, 4)))
    scores = [int(np.sum(home * data.shift(home, 0, step))) for step in range(5)]
    shown = drive(explorers.sweep(), [{"column": 1 + step} for step in range(5)])
    assert scores == [5, 0, 2, 0, 0]
    assert [grids(step, "score,")[0].item() for step in shown] == scores


def test_the_thing_is_dragged_and_moved_by_keys_and_can_be_taught_anew(reader: Any) -> None:
    tab = reader(explorers.sweep())
    cell = tab.get_by_label("picture[2, 2] is 1")
    side = cell.bounding_box()["width"]
    pull(tab, cell, 2 * side, -side)
    assert tab.get_by_role("grid", name="picture, thing at [0, 3]").count() == 1
    assert tab.get_by_role("grid", name="highest 5 at [0, 3]: found").count() == 1
    assert tab.get_by_role("grid", name="score, lost").count() == 1
    tab.get_by_role("button", name="Teach it here").click()
    assert tab.get_by_role("grid", name="score, found").count() == 1
    tab.get_by_label("picture[1, 4] is 1").focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowLeft")
    assert tab.get_by_role("grid", name="picture, thing at [1, 2]").count() == 1
    assert focused(tab) == "picture[2, 3] is 1"
    pull(tab, tab.locator("[title*='the thing']"), 9 * side, 9 * side)
    assert tab.get_by_role("grid", name="picture, thing at [2, 5]").count() == 1
    assert tab.get_by_label("row r", exact=True).input_value() == "2"
    assert tab.locator(".cc-held").count() == 0


def test_what_lies_beside_the_thing_neither_moves_it_nor_keeps_the_page_from_scrolling(reader: Any) -> None:
    tab = reader(explorers.sweep(row=2, column=5))
    corner = tab.get_by_label("picture[4, 0] is 0")
    corner.click()
    side = corner.bounding_box()["width"]
    pull(tab, tab.get_by_label("picture[0, 4] is 0"), 0, side)
    assert tab.get_by_role("grid", name="picture, thing at [2, 5]").count() == 1
    held = """(cell) => {
        const { x, y, width, height } = cell.getBoundingClientRect();
        let node = document.elementFromPoint(x + width / 2, y + height / 2);
        while (node && getComputedStyle(node).touchAction !== "none") node = node.parentElement;
        return node !== null;
    }"""
    assert corner.evaluate(held) is False
    assert tab.get_by_label("picture[3, 6] is 1").evaluate(held) is True


def test_the_detector_s_window_is_dragged_and_the_thing_before_it(reader: Any) -> None:
    tab = reader(explorers.sweep())
    cell = tab.get_by_label("picture[0, 0] is 0")
    side = cell.bounding_box()["width"]
    pull(tab, cell, 2 * side, side)
    assert line(tab).startswith("score[1, 2] = ")
    assert focused(tab).startswith("score[1, 2] is ")
    assert tab.get_by_role("grid", name="picture, thing at [1, 1]").count() == 1
    pull(tab, tab.get_by_label("picture[3, 4] is 0"), 9 * side, 9 * side)
    assert line(tab).startswith("score[2, 5] = ")
    pull(tab, tab.get_by_label("picture[2, 2] is 1"), 4 * side, side)
    assert tab.get_by_role("grid", name="picture, thing at [2, 5]").count() == 1
    pull(tab, tab.get_by_label("picture[3, 6] is 1"), -side, 0)  # both lie here
    assert tab.get_by_role("grid", name="picture, thing at [2, 4]").count() == 1
    assert line(tab).startswith("score[2, 5] = ")
    assert tab.locator(".cc-held").count() == 0


def test_a_score_shows_its_window_and_the_sweep_plays(reader: Any) -> None:
    tab = reader(explorers.sweep())
    tab.get_by_label("score[1, 1] is 5").hover()
    assert line(tab).startswith("score[1, 1] = 1·1")
    tab.mouse.move(1, 1)
    assert line(tab).startswith("score[0, 0] = ")
    tab.get_by_label("score[0, 0] is 2").focus()
    tab.keyboard.press("ArrowDown")
    assert focused(tab) == "score[1, 0] is 0"
    for _ in range(2):
        tab.get_by_role("button", name="Speed").click()
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_selector(".cc-fly")
    assert tab.locator(".cc-result .cc-empty").count() > 5
    tab.get_by_label("column q", exact=True).fill("4")
    tab.wait_for_timeout(700)
    assert tab.locator(".cc-fly, .cc-lit, .cc-wait, .cc-empty").count() == 0


def test_the_detector_is_the_thing_and_can_be_typed(reader: Any) -> None:
    tab = reader(explorers.sweep())
    tab.get_by_label("detector[1, 1]", exact=True).fill("−2")
    assert tab.get_by_label("your own", exact=True).is_checked()
    assert tab.get_by_label("picture[2, 2] is −2").count() == 1
    assert tab.get_by_role("grid", name="highest 8 at [1, 1]: found").count() == 1
    tab.get_by_label("detector[1, 1]", exact=True).fill("10")
    why = tab.locator(".cc-callout").inner_text()
    assert why == "The thing's numbers lie between −9 and 9 here: it counts as −2."
