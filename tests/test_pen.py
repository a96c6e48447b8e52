"""Drawings to train on: in the middle, as large and as black as the training digits, and different every time."""

from __future__ import annotations

import numpy as np
import pytest
from handwriting import HANDS, write

from cnn_course import pen

ALL = [write(digit, hand) for hand in HANDS for digit in range(10)]


def blocks(image: np.ndarray) -> np.ndarray:
    """Return the 8 by 8 numbers that an image was enlarged from: the mean of two pixels in each direction."""
    return image[0, 1::4, 1::4] / 4 + image[0, 1::4, 2::4] / 4 + image[0, 2::4, 1::4] / 4 + image[0, 2::4, 2::4] / 4


def test_a_drawing_is_moved_to_the_middle_and_made_as_high_as_the_image() -> None:
    for strokes in ALL:
        image = pen.draw(strokes)
        assert image.shape == (1, 32, 32)
        assert image.dtype == np.float32
        assert 0 <= image.min() < 0.1 < 0.75 < image.max() <= 1
        rows, columns = (np.flatnonzero(image[0].max(axis=axis) > 0.2) for axis in (1, 0))
        assert rows[0] <= 2
        assert rows[-1] >= 29
        assert abs(columns[0] + columns[-1] - 31) <= 4
        assert columns[-1] - columns[0] < 26  # 22 pixels, and what the interpolation adds


@pytest.mark.parametrize(("size", "at"), [(0.3, (0.2, 0.8)), (1.1, (0.5, 0.5)), (5, (-3, 7))])
def test_where_and_how_large_one_draws_changes_nothing(size: float, at: tuple[float, float]) -> None:
    for strokes in ALL[::7]:
        moved = [(np.array(stroke) - 0.5) * size + at for stroke in strokes]
        np.testing.assert_allclose(pen.draw(moved), pen.draw(strokes), atol=1 / 16 + 1e-6)


def test_the_pen_is_as_thick_as_the_ink_needs() -> None:
    for ink in (0.25, pen.INK):
        inks = np.array([pen.draw(strokes, ink).mean() for strokes in ALL])
        assert inks.max() < ink + 0.03
        assert (np.abs(inks - ink) < 0.03).mean() > 0.8  # a pen of 8 pixels is not enough for a 1
    thinnest, thickest = (pen.draw([[(0.5, 0.1), (0.5, 0.9)]], ink) for ink in (0.001, 0.999))
    assert thinnest.mean() == pytest.approx(2 * 32 / 1024, abs=0.02)  # 2 and 8 pixels wide
    assert thickest.mean() == pytest.approx(8 * 32 / 1024, abs=0.03)


def test_an_upright_line_by_hand() -> None:
    image = pen.draw([[(0.5, 0.0), (0.5, 1.0)]], 0.125)  # 4 of 32 columns
    np.testing.assert_allclose(blocks(image)[1:7], np.tile([0, 0, 0, 0.5, 0.5, 0, 0, 0], (6, 1)), atol=0.04)


def test_a_dot_and_a_point_that_comes_twice_are_drawn() -> None:
    dot = pen.draw([[(0.5, 0.5)]])
    np.testing.assert_array_equal(dot, pen.draw([[(0.1, 0.1), (0.1, 0.1)]]))
    assert dot[0, 14:18, 14:18].min() > 0.5
    assert dot[0, [0, -1]].max() == 0


def test_random_drawings_are_of_every_kind_and_the_same_for_one_seed() -> None:
    x, y = pen.random_drawings(400, np.random.RandomState(0))
    again, labels = pen.random_drawings(400, np.random.RandomState(0))
    np.testing.assert_array_equal(x, again)
    np.testing.assert_array_equal(y, labels)
    assert set(y) == {*range(10), pen.NO_DIGIT}
    assert len(np.unique(x.reshape(400, -1), axis=0)) > 390  # two dashes may be the same
    assert not np.array_equal(pen.random_drawings(400, np.random.RandomState(1))[1], y)
    shares = np.bincount(y, minlength=11) / 400
    kinds = [len(pen.WAYS[digit]) for digit in range(10)] + [len(pen.SHAPES)]
    np.testing.assert_allclose(shares, np.array(kinds) / sum(kinds), atol=0.06)


def test_random_drawings_lean_both_ways() -> None:
    x, y = pen.random_drawings(600, np.random.RandomState(2))
    ones = x[y == 1][:, 0]
    columns = np.arange(32)
    lean = (ones[:, 4:8] @ columns).sum(1) / ones[:, 4:8].sum((1, 2)) - (ones[:, 24:28] @ columns).sum(1) / ones[
        :, 24:28
    ].sum((1, 2))
    assert (lean > 2).mean() > 0.15
    assert (lean < -2).mean() > 0.05


def test_no_way_to_train_on_is_one_of_the_hands_that_tests_draw() -> None:
    trained = {str(strokes) for several in pen.WAYS.values() for strokes in several} | {
        str(strokes) for strokes in pen.SHAPES
    }
    assert not trained & {str(strokes) for strokes in ALL}
