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
    bands = w.Bands((1, 1), rows=3, shifts=2, images=1, width=2, dtype=float)
    assert not bands.windows(2).flags.writeable
    assert np.shares_memory(bands.windows(2), bands.buffer)


@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 1), (1, 3)])
def test_fold_is_the_adjoint_of_windows(stride, dilation):
    rng = np.random.RandomState(0)
    x = rng.randn(2, 3, 9, 10)
    view = w.windows(x, (3, 2), stride, dilation)
    columns, back = rng.randn(*view.shape), np.zeros_like(x)
    w.fold(columns, back, stride, dilation)
    assert_allclose((view * columns).sum(), (x * back).sum(), rtol=1e-12)


PADS = [((0, 0), (0, 0)), ((1, 2), (3, 0)), ((-1, 0), (2, -2)), ((9, 8), (7, 9))]


@pytest.mark.parametrize("pads", PADS, ids=str)
def test_a_cut_is_a_part_of_the_padded_image(pads):
    x = np.random.RandomState(0).randn(2, 3, 4, 5)
    (top, bottom), (left, right) = pads
    clipped = x[:, :, max(0, -top) : 4 - max(0, -bottom), max(0, -left) : 5 - max(0, -right)]
    padded = np.pad(clipped, ((0, 0), (0, 0), *np.maximum(pads, 0)))
    _, _, h, w_padded = padded.shape
    for first, last in [(0, h), (0, 1), (1, h), (h - 2, h), (h // 2, h // 2 + 1)]:
        for begin, end in [(0, w_padded), (1, w_padded - 1), (w_padded - 1, w_padded)]:
            part = w.crop(x, pads, slice(first, last), slice(begin, end))
            assert_array_equal(part, padded[:, :, first:last, begin:end])


def test_a_cut_without_padding_copies_nothing():
    x = np.random.RandomState(0).randn(2, 3, 4, 5)
    assert np.shares_memory(w.crop(x, ((1, 1), (1, 1)), slice(1, 4), slice(2, 5)), x)


@pytest.mark.parametrize("pads", PADS, ids=str)
@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("images_last", [False, True])
def test_bands_hold_shifted_rows_of_the_padded_image_and_nothing_of_the_block_before(pads, step, images_last):
    x = np.random.RandomState(0).randn(3, 4, 6, 7)
    (top, bottom), (left, right) = pads
    clipped = x[:, :, max(0, -top) : 6 - max(0, -bottom), max(0, -left) : 7 - max(0, -right)]
    padded = np.pad(clipped, ((0, 0), (0, 0), *np.maximum(pads, 0)))
    padded = np.pad(padded, ((0, 0), (0, 0), (0, 40), (0, 0)))  # rows beyond the end are zeros
    width = padded.shape[3] - 1
    bands = w.Bands((2, 2), rows=5, shifts=2, images=2, width=width, dtype=float, images_last=images_last)
    for n in (2, 1):
        for row in (0, 3, 11):
            bands.load(x[:n], row - top, left, step)
            for g, r, c, j, image, s in np.ndindex(bands.buffer.shape):
                expected = padded[image, 2 * g + c, row + r * step, s + j] if image < n else 0
                assert bands.buffer[g, r, c, j, image, s] == expected


@pytest.mark.parametrize("images_last", [False, True])
def test_a_row_of_bands_lies_in_memory_image_by_image_or_pixel_by_pixel(images_last):
    bands = w.Bands((1, 1), rows=1, shifts=2, images=2, width=3, dtype=float, images_last=images_last)
    bands.load(np.arange(8.0).reshape(2, 1, 1, 4))  # 0 1 2 3 and 4 5 6 7
    by_image, by_pixel = [0, 1, 2, 4, 5, 6, 1, 2, 3, 5, 6, 7], [0, 4, 1, 5, 2, 6, 1, 5, 2, 6, 3, 7]
    assert bands.flat[0, 0].tolist() == (by_pixel if images_last else by_image)
    assert bands.windows(1)[0, 0, 0].tolist() == bands.flat[0, 0].tolist()


@pytest.mark.parametrize("height", [1, 2, 4])
@pytest.mark.parametrize("step", [1, 2, 4])
def test_windows_of_bands_are_neighbouring_rows(height, step):
    bands = w.Bands((2, 3), rows=9, shifts=2, images=2, width=3, dtype=float)
    bands.buffer[...] = np.random.RandomState(0).randn(*bands.buffer.shape)
    found = bands.windows(height, step)
    rows = bands.buffer.reshape(2, 9, 36)
    assert found.shape == (2, (9 - height) // step + 1, height, 36)
    for t in range(found.shape[1]):
        assert_array_equal(found[:, t], rows[:, t * step : t * step + height])


@pytest.mark.parametrize("dilation", [1, 2, 5])
@pytest.mark.parametrize(("images", "rows"), [(1, 1), (2, 3), (5, 40)])
def test_strips_cover_every_row_of_every_image_once(images, rows, dilation):
    seen = np.zeros((4, 7), int)
    for some, lines in w.row_blocks(4, 7, images, rows, dilation):
        seen[some, lines] += 1
        assert seen[some, lines].size <= images * rows
    assert (seen == 1).all()


def test_images_stand_side_by_side_until_a_row_is_wide_or_the_block_is_full():
    whole = w.COLUMN_BYTES
    assert w.block_shape(8, strips=5, width=10, strip_bytes=whole // 100, row_width=45) == (4, 5)
    assert w.block_shape(8, strips=50, width=10, strip_bytes=whole // 100, row_width=45) == (4, 25)
    assert w.block_shape(8, strips=5, width=10, strip_bytes=whole // 3, row_width=45) == (3, 1)
    assert w.block_shape(8, strips=5, width=100, strip_bytes=whole // 4, row_width=45) == (1, 3)
    assert w.block_shape(0, strips=5, width=10, strip_bytes=9 * whole, row_width=45) == (1, 1)


def test_windows_are_counted_with_their_padding():
    slide = w.Slide((2, 1), (1, 3), 1)
    assert slide.output_size((7, 8), (3, 2)) == (3, 5)
    assert slide.output_size((7, 8), (3, 2), ((1, 1), (0, 2))) == (4, 7)
    assert slide.output_size((7, 8), (3, 2), ((-1, -1), (0, -2))) == (2, 3)


@pytest.mark.parametrize("column_bytes", [1, w.COLUMN_BYTES // 100, w.COLUMN_BYTES // 7, 3 * w.COLUMN_BYTES])
@pytest.mark.parametrize("shape", [(5, 6, 7), (1, 1, 400), (3, 1, 1), (0, 4, 4)])
def test_blocks_cover_every_output_once_and_stay_small(shape, column_bytes):
    seen = np.zeros(shape, int)
    for images, rows, cols in w.blocks(*shape, column_bytes):
        seen[images, rows, cols] += 1
        count = seen[images, rows, cols].size
        assert count == 1 or count * column_bytes <= w.COLUMN_BYTES
    assert (seen == 1).all()


def test_blocks_have_at_most_so_many_outputs_of_one_image_if_told():
    assert [images for images, _, _ in w.blocks(4, 5, 5, 1, max_outputs=25)] == [slice(0, 4)]
    assert {rows.stop - rows.start for _, rows, _ in w.blocks(4, 5, 5, 1, max_outputs=24)} == {3, 2}
