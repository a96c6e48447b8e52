"""Pad, flip, slide and fold: the one mechanism under convolution, its gradients and im2col.

Taught in chapters 2 (windows, flip), 4 (padding) and 9 (fold, the adjoint of sliding); bands and blocks on the page
Speed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .checks import check_memory
from .shapes import Pair, window_count

Pads = tuple[Pair, Pair]  # (top, bottom), (left, right)

NO_PADDING: Pads = ((0, 0), (0, 0))
# Columns held at once. Two MiB stay in the cache between being written and being multiplied, and are few enough for
# the allocator to hand out the same memory again; a whole batch's columns would be kH * kW times the input.
COLUMN_BYTES = 2**21
# OpenBLAS multiplies matrices with at most so many products of two numbers without rearranging them first, which with
# few filters makes a product up to 1.6 times as fast.
SMALL_PRODUCT = 10**6
# The allocator of Linux gives freed memory back and asks for it anew, page by page, which can take a quarter of a
# training step, until one block of 16 MiB has been freed: then it keeps that much (mallopt(3), M_TRIM_THRESHOLD).
np.empty(8 * COLUMN_BYTES, np.uint8)


class Slide(NamedTuple):
    """How a kernel moves over an image."""

    stride: Pair
    dilation: Pair
    groups: int

    def input_size(self, n_out: Pair, kernel_size: tuple[int, ...]) -> Pair:
        """Return the rows and columns from the first window's start to the last one's end."""
        rows, cols = (
            (n - 1) * s + d * (k - 1) + 1
            for n, k, s, d in zip(n_out, kernel_size, self.stride, self.dilation, strict=True)
        )
        return rows, cols

    def output_size(self, size: tuple[int, ...], kernel_size: tuple[int, ...], pads: Pads = NO_PADDING) -> Pair:
        """Return how many windows there are from top to bottom and from left to right of an image with its padding."""
        rows, cols = (
            window_count(n, d * (k - 1) + 1, s, margins)
            for n, k, s, d, margins in zip(size, kernel_size, self.stride, self.dilation, pads, strict=True)
        )
        return rows, cols


def pad(x: np.ndarray, padding: Pads, name: str = "the padded input") -> np.ndarray:
    """Return `x` with zeros around its last two axes; `x` itself where there is nothing to add.

    Parameters
    ----------
    x : ndarray of shape (..., H, W)
    padding : ((top, bottom), (left, right))
    name : str
        What the result is, for the message if it would be too large.

    Returns
    -------
    ndarray of shape (..., top + H + bottom, left + W + right)

    Raises
    ------
    ValueError
        If that would be too large.

    Examples
    --------
    >>> pad(np.ones((1, 2)), ((0, 1), (1, 0)))
    array([[0., 1., 1.],
           [0., 0., 0.]])
    """
    (top, bottom), (left, right) = padding
    if not any((top, bottom, left, right)):
        return x
    height, width = x.shape[-2:]
    shape = (*x.shape[:-2], top + height + bottom, left + width + right)
    check_memory(shape, x.itemsize, name)
    padded = np.zeros(shape, x.dtype)
    padded[..., top : top + height, left : left + width] = x
    return padded


def crop(x: np.ndarray, pads: Pads, rows: slice, cols: slice) -> np.ndarray:
    """Return some rows and columns of an image with its padding, without making the rest of it.

    Parameters
    ----------
    x : ndarray of shape (..., H, W)
        Without padding.
    pads : ((top, bottom), (left, right))
        Where it is negative, so many rows or columns are cut off instead.
    rows, cols : slice
        Counted from the start of the padding.

    Returns
    -------
    ndarray of shape (..., rows, cols)
        A view of `x` where no padding is in it.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> crop(x, ((1, 1), (1, 1)), slice(0, 2), slice(1, 4))
    array([[0., 0., 0.],
           [1., 2., 0.]])
    """
    parts, margins = [], []
    for n, (before, _), wanted in zip(x.shape[-2:], pads, (rows, cols), strict=True):
        first, count = wanted.start - before, wanted.stop - wanted.start
        start, stop = valid_range(n, first, count)
        parts.append(slice(first + start, first + stop))
        margins.append((start, count - stop))
    return pad(x[..., parts[0], parts[1]], (margins[0], margins[1]))


def valid_range(n: int, first: int, count: int, step: int = 1) -> Pair:
    """Return which of the `count` places `first`, `first + step`, ... are places of an axis of `n`: from, to.

    Examples
    --------
    Of the places -1, 0, 1, 2, 3 and 4 an axis of 4 has the second to the fifth:

    >>> valid_range(4, first=-1, count=6)
    (1, 5)
    """
    start = min(count, max(0, -(first // step)))
    return start, max(start, min(count, -((first - n) // step)))


def flip(kernel: np.ndarray) -> np.ndarray:
    """Return `kernel` turned by half a turn: the last two axes run backwards (a view).

    Parameters
    ----------
    kernel : ndarray of shape (..., kH, kW)

    Returns
    -------
    ndarray of shape (..., kH, kW)

    Examples
    --------
    >>> flip(np.array([[0, 1], [2, 3]]))
    array([[3, 2],
           [1, 0]])
    """
    return kernel[..., ::-1, ::-1]


def windows(x: np.ndarray, kernel_size: tuple[int, ...], stride: Pair = (1, 1), dilation: Pair = (1, 1)) -> np.ndarray:
    """Return every window of `x` as a view: no number is copied.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Already padded.
    kernel_size, stride, dilation : pair of int

    Returns
    -------
    ndarray of shape (N, C, kH, kW, H_out, W_out)
        Read-only. Element (n, c, i, j, r, s) is x[n, c, r * stride + i * dilation, s * stride + j * dilation].

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> windows(x, (2, 2))[0, 0, :, :, 0, 1]
    array([[1., 2.],
           [4., 5.]])
    """
    (n, c, *_), (image, channel, row, pixel) = x.shape, x.strides
    h_out, w_out = Slide(stride, dilation, 1).output_size(x.shape[2:], kernel_size)
    down, across = (min(s, n) for s, n in zip(stride, x.shape[2:], strict=True))  # beyond the end there is one window
    steps = (row * dilation[0], pixel * dilation[1], row * down, pixel * across)
    return as_strided(x, (n, c, *kernel_size, h_out, w_out), (image, channel, *steps), writeable=False)


class Bands:
    """Rows of several images side by side, each with its shifted copies: one place, filled again for every block.

    Parameters
    ----------
    channels : pair of int
        Groups, and channels of one group.
    rows, shifts, images, width : int
        How many rows; how many copies of each, shifted by 0, 1, ... pixels; how many images, and how many pixels of
        each, stand side by side in a row.
    dtype : dtype
    images_last : bool
        How a row lies in memory, see `side_by_side`.

    Attributes
    ----------
    buffer : ndarray of shape (groups, rows, C, shifts, N, width)
        Element (g, r, c, j, n, s) is pixel s + j of row r of channel c of image n.
    flat : ndarray of shape (groups, rows, C * shifts * N * width)
        The same numbers, as they lie in memory.

    Notes
    -----
    Windows that start one row further down have all rows but one in common: the columns of all of them are views of
    the same numbers, of which there are kW copies instead of kH * kW ([1]_, here with the images side by side, so that
    the matrix products of small images have long rows).

    References
    ----------
    .. [1] Cho and Brand, "MEC: memory-efficient convolution for deep neural network", ICML 2017.

    Examples
    --------
    >>> bands = Bands((1, 1), rows=3, shifts=2, images=1, width=2, dtype=float)
    >>> bands.load(np.arange(9.0).reshape(1, 1, 3, 3))
    >>> bands.windows(2)[0, 1].reshape(4, 2)
    array([[3., 4.],
           [4., 5.],
           [6., 7.],
           [7., 8.]])
    """

    def __init__(
        self, channels: Pair, *, rows: int, shifts: int, images: int, width: int, dtype: Any, images_last: bool = False
    ) -> None:
        groups, c_group = channels
        self.images_last = images_last
        self.flat = np.zeros((groups, rows, c_group * shifts * images * width), dtype)
        split = self.flat.reshape(groups, rows, c_group, shifts, -1)
        self.buffer = side_by_side(split, images, width, images_last=images_last)

    def load(self, x: np.ndarray, first: int = 0, left: int = 0, step: int = 1) -> None:
        """Copy rows `first`, `first + step`, ... of images (n, groups * C, H, W), `left` zeros before each.

        Rows that `x` does not have, and images after its last, become zeros: the padding needs no pass of its own.
        Its columns are those that are never written, so `left` and the width of `x` must not change.
        """
        groups, rows, channels, shifts, images, width = self.buffer.shape
        n, _, h, w = x.shape
        start, stop = valid_range(h, first, rows, step)
        part = x[:, :, first + start * step : first + stop * step : step]
        part = part.reshape(n, groups, channels, stop - start, w).transpose(1, 3, 2, 0, 4)
        if self.images_last:
            part = _turned(part, shifts)
        for j in range(shifts):
            begin, end = valid_range(w, j - left, width)
            self.buffer[:, start:stop, :, j, :n, begin:end] = part[..., j - left + begin : j - left + end]
        if start > 0 or stop < rows:
            self.buffer[:, :start], self.buffer[:, stop:] = 0, 0
        if n < images:
            self.buffer[:, :, :, :, n:] = 0

    def windows(self, height: int, step: int = 1) -> np.ndarray:
        """Return every `step`-th group of `height` neighbouring rows: a view of shape (groups, windows, height, row).

        All numbers of a row, of its C channels, shifts and images, are one axis.
        """
        (groups, rows, numbers), (group, row, item) = self.flat.shape, self.flat.strides
        shape = (groups, (rows - height) // step + 1, height, numbers)
        return as_strided(self.flat, shape, (group, row * step, row, item), writeable=False)


def _turned(part: np.ndarray, shifts: int) -> np.ndarray:
    """Return the same images (..., N, W), in memory such that copying one pixel of all of them at a time is fast."""
    crowded = part.strides[-2] % 2048 == 0  # the first pixels of all images would share a few places of the cache
    if crowded:
        part = part.copy()
    if shifts == 1:
        return part
    return part.swapaxes(-1, -2).copy().swapaxes(-1, -2)  # once, so that each shift then copies long runs


def side_by_side(rows: np.ndarray, images: int, width: int, *, images_last: bool) -> np.ndarray:
    """Return rows that hold several images as these images: a view of shape (..., images, width).

    Parameters
    ----------
    rows : ndarray of shape (..., images * width)
    images, width : int
        How many images there are in a row, and how many pixels of each.
    images_last : bool
        Whether the first pixels of all images come first, then all second ones. A part of each image's row is one run
        of numbers then, which is good for small images. Otherwise one image follows the other.

    Examples
    --------
    >>> side_by_side(np.arange(6), 2, 3, images_last=True)
    array([[0, 2, 4],
           [1, 3, 5]])
    """
    if images_last:
        return rows.reshape(*rows.shape[:-1], width, images).swapaxes(-1, -2)
    return rows.reshape(*rows.shape[:-1], images, width)


def fold(columns: np.ndarray, out: np.ndarray, stride: Pair = (1, 1), dilation: Pair = (1, 1)) -> None:
    """Add every window of `columns` back to where it was taken from: the adjoint of `windows`.

    Parameters
    ----------
    columns : ndarray of shape (..., kH, kW, H_out, W_out)
    out : ndarray of shape (..., H, W)
        Added to in place.
    stride, dilation : pair of int

    Notes
    -----
    First over kernel rows, then over kernel columns: kH + kW additions of strided arrays instead of kH * kW.

    Examples
    --------
    How often a 2x2 kernel uses each pixel of a 3x3 image:

    >>> uses = np.zeros((1, 1, 3, 3))
    >>> fold(np.ones((1, 1, 2, 2, 2, 2)), uses)
    >>> uses[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    k_h, k_w, h_out, w_out = columns.shape[-4:]
    # Its axes lie in memory as those of `columns`, whatever their order, so that additions run along neighbours.
    rows = np.zeros_like(columns[..., 0, :, :, :], shape=(*columns.shape[:-4], k_w, out.shape[-2], w_out))
    for i in range(k_h):
        rows[..., taps(i, h_out, stride[0], dilation[0]), :] += columns[..., i, :, :, :]
    for j in range(k_w):
        out[..., taps(j, w_out, stride[1], dilation[1])] += rows[..., j, :, :]


def taps(offset: int, n_out: int, stride: int, dilation: int) -> slice:
    """Return the inputs that kernel tap `offset` meets as the kernel slides along one axis.

    Parameters
    ----------
    offset : int
        The tap, from 0.
    n_out : int
        How many windows there are.
    stride, dilation : int

    Returns
    -------
    slice

    Examples
    --------
    >>> taps(1, 3, stride=2, dilation=1)
    slice(1, 6, 2)
    """
    first = offset * dilation
    return slice(first, first + (n_out - 1) * stride + 1, stride)


def fit_in_block(outputs: int, column_bytes: int) -> bool:
    """Tell whether the columns of so many outputs fit into `COLUMN_BYTES`.

    Examples
    --------
    >>> fit_in_block(1000, column_bytes=150 * 4), fit_in_block(5000, column_bytes=150 * 4)
    (True, False)
    """
    return outputs * column_bytes <= COLUMN_BYTES


def blocks(
    n: int, h_out: int, w_out: int, column_bytes: int, max_outputs: int | None = None
) -> Iterator[tuple[slice, slice, slice]]:
    """Cut a batch of outputs into blocks whose columns fit into `COLUMN_BYTES`.

    Parameters
    ----------
    n, h_out, w_out : int
        Images, and rows and columns of an output.
    column_bytes : int
        Bytes of the column of one output: C * kH * kW numbers.
    max_outputs : int, optional
        How many outputs of one image a block may have at most.

    Yields
    ------
    images, rows, columns : slice
        Several whole images, or several whole rows of one image, or a part of one row.

    Examples
    --------
    >>> [images for images, _, _ in blocks(5, 2, 2, column_bytes=COLUMN_BYTES // 8)]
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    fit = max(1, COLUMN_BYTES // column_bytes)
    if max_outputs is not None and max_outputs < h_out * w_out:
        fit = min(fit, max_outputs)
    steps = block_length(n, fit // (h_out * w_out)), block_length(h_out, fit // w_out), min(w_out, fit)
    for image in range(0, n, steps[0]):
        for row in range(0, h_out, steps[1]):
            for column in range(0, w_out, steps[2]):
                yield (
                    slice(image, min(image + steps[0], n)),
                    slice(row, min(row + steps[1], h_out)),
                    slice(column, min(column + steps[2], w_out)),
                )


def block_length(n: int, limit: int) -> int:
    """Return the size of parts that `n` is cut into, as few and as even as can be, none larger than `limit`.

    Examples
    --------
    >>> block_length(32, 18), block_length(5, 0)
    (16, 1)
    """
    return -(-n // -(-n // max(1, limit))) if n else 1


def block_shape(n: int, strips: int, width: int, strip_bytes: int, row_width: int) -> Pair:
    """Choose how many images stand side by side in a block, and how many strips of rows it has.

    Parameters
    ----------
    n : int
        Images.
    strips : int
        Strips of rows that an image has.
    width : int
        Pixels of one image in a row.
    strip_bytes : int
        Bytes of one strip of one image, with all that is made of it.
    row_width : int
        How many pixels a row should have, so that matrix products are neither short nor too large.

    Returns
    -------
    images, strips : int
        So many that they fit into `COLUMN_BYTES`, but at least one of each.

    Examples
    --------
    >>> block_shape(8, strips=14, width=56, strip_bytes=20_000, row_width=448)
    (8, 7)
    """
    fit = COLUMN_BYTES // strip_bytes
    images = block_length(n, min(fit, row_width // width))
    return images, block_length(strips, fit // images)


def row_blocks(n: int, h_out: int, images: int, rows: int, dilation: int = 1) -> Iterator[tuple[slice, slice]]:
    """Cut a batch of outputs into blocks of so many images and rows, every `dilation`-th row for itself.

    Yields
    ------
    images, rows : slice
        The last of them may reach over the end.

    Examples
    --------
    >>> [rows for _, rows in row_blocks(1, h_out=5, images=1, rows=2, dilation=2)]
    [slice(0, 4, 2), slice(4, 8, 2), slice(1, 5, 2)]
    """
    for phase in range(dilation):
        for row in range(phase, h_out, rows * dilation):
            for image in range(0, n, images):
                yield slice(image, image + images), slice(row, row + rows * dilation, dilation)
