"""Pad, flip, slide, fold, cut into blocks."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from cnn_course import windows as w


def test_pad_surrounds_with_zeros_and_copies_only_when_it_must():
    x = np.arange(1.0, 5.0).reshape(1, 1, 2, 2)
    assert_array_equal(w.pad(x, ((1, 0), (0, 2)))[0, 0], [[0, 0, 0, 0], [1, 2, 0, 0], [3, 4, 0, 0]])
    assert w.pad(x, ((0, 0), (0, 0))) is x
    assert w.pad(x.astype(np.float32), ((1, 1), (1, 1))).dtype == np.float32


def test_flip_turns_by_half_a_turn():
    assert_array_equal(w.flip(np.arange(6).reshape(2, 3)), [[5, 4, 3], [2, 1, 0]])


@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 1), (1, 3)])
def test_windows_hold_what_the_definition_says_and_copy_nothing(stride, dilation):
    x = np.random.RandomState(0).randn(2, 3, 9, 10)
    view = w.windows(x, (3, 2), stride, dilation)
    assert np.shares_memory(view, x)
    for n, c, i, j, r, s in np.ndindex(view.shape):
        assert view[n, c, i, j, r, s] == x[n, c, r * stride[0] + i * dilation[0], s * stride[1] + j * dilation[1]]


def test_windows_move_by_one_pixel_without_holes_unless_told_otherwise():
    view = w.windows(np.arange(20.0).reshape(1, 1, 4, 5), (2, 3))
    assert view.shape == (1, 1, 2, 3, 3, 3)
    assert_array_equal(view[0, 0, :, :, 2, 1], [[11, 12, 13], [16, 17, 18]])


def test_views_of_shared_numbers_are_read_only():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    assert not w.windows(x, (2, 2)).flags.writeable
    assert not w.bands(x, (2, 2)).flags.writeable


@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 1), (1, 3)])
def test_fold_is_the_adjoint_of_windows(stride, dilation):
    rng = np.random.RandomState(0)
    x = rng.randn(2, 3, 9, 10)
    view = w.windows(x, (3, 2), stride, dilation)
    columns, back = rng.randn(*view.shape), np.zeros_like(x)
    w.fold(columns, back, stride, dilation)
    assert_allclose((view * columns).sum(), (x * back).sum(), rtol=1e-12)


@pytest.mark.parametrize("column_bytes", [1, w.COLUMN_BYTES // 100, w.COLUMN_BYTES // 7, 3 * w.COLUMN_BYTES])
@pytest.mark.parametrize("shape", [(5, 6, 7), (1, 1, 400), (3, 1, 1), (0, 4, 4)])
def test_blocks_cover_every_output_once_and_stay_small(shape, column_bytes):
    seen = np.zeros(shape, int)
    for images, rows, cols in w.blocks(*shape, column_bytes):
        seen[images, rows, cols] += 1
        count = seen[images, rows, cols].size
        assert count == 1 or count * column_bytes <= w.COLUMN_BYTES
    assert (seen == 1).all()
