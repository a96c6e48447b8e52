"""Pad, flip, slide and fold: the one mechanism under convolution, its gradients and im2col.

Taught in chapters 2 (windows, flip), 4 (padding) and 9 (fold, the adjoint of sliding).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from .checks import room
from .shapes import Pair, kernel_span

# Columns held at once. Two MiB stay in the cache between being written and being multiplied, and are few enough for
# the allocator to hand out the same memory again; a whole batch's columns would be kH * kW times the input.
COLUMN_BYTES = 2**21
# The allocator of Linux gives freed memory back and asks for it anew, page by page, which can take a quarter of a
# training step, until one block of 16 MiB has been freed: then it keeps that much (mallopt(3), M_TRIM_THRESHOLD).
np.empty(8 * COLUMN_BYTES, np.uint8)


def pad(x: np.ndarray, padding: tuple[Pair, Pair], name: str = "the padded input") -> np.ndarray:
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
    room(shape, x.itemsize, name)
    padded = np.zeros(shape, x.dtype)
    padded[..., top : top + height, left : left + width] = x
    return padded


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


def windows(x: np.ndarray, kernel_size: Pair, stride: Pair = (1, 1), dilation: Pair = (1, 1)) -> np.ndarray:
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
    span = (kernel_span(kernel_size[0], dilation[0]), kernel_span(kernel_size[1], dilation[1]))
    view = sliding_window_view(x, span, axis=(-2, -1))
    view = view[..., :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    return view.transpose(0, 1, 4, 5, 2, 3)


def bands(x: np.ndarray, kernel_size: Pair) -> np.ndarray:
    """Return the columns of every output row, several images side by side, from kW copies of `x` instead of kH * kW.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Already padded; the windows move by one pixel.
    kernel_size : pair of int

    Returns
    -------
    ndarray of shape (H_out, kH * C * kW, N * W_out)
        A view: neighbouring rows share all but one of their kH bands. Element (r, (i, c, j), (n, s)) is
        x[n, c, r + i, s + j].

    Notes
    -----
    Cho and Brand, "MEC: memory-efficient convolution for deep neural network", ICML 2017, here with the images side by
    side, so that the matrix products of small images have long rows.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> bands(x, (2, 2))[1]
    array([[3., 4.],
           [4., 5.],
           [6., 7.],
           [7., 8.]])
    """
    n, c, h, w = x.shape
    k_h, k_w = kernel_size
    h_out, w_out = h - k_h + 1, w - k_w + 1
    shifted = np.empty((h, c, k_w, n, w_out), x.dtype)
    for j in range(k_w):
        shifted[:, :, j] = x[..., j : j + w_out].transpose(2, 1, 0, 3)
    row, _, shift, _, pixel = shifted.strides
    return as_strided(shifted, (h_out, k_h * c * k_w, n * w_out), (row, shift, pixel), writeable=False)


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


def blocks(n: int, h_out: int, w_out: int, column_bytes: int) -> Iterator[tuple[slice, slice, slice]]:
    """Cut a batch of outputs into blocks whose columns fit into `COLUMN_BYTES`.

    Parameters
    ----------
    n, h_out, w_out : int
        Images, and rows and columns of an output.
    column_bytes : int
        Bytes of the column of one output: C * kH * kW numbers.

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
    steps = max(1, fit // (h_out * w_out)), max(1, min(h_out, fit // w_out)), min(w_out, fit)
    for image in range(0, n, steps[0]):
        for row in range(0, h_out, steps[1]):
            for column in range(0, w_out, steps[2]):
                yield (
                    slice(image, min(image + steps[0], n)),
                    slice(row, min(row + steps[1], h_out)),
                    slice(column, min(column + steps[2], w_out)),
                )
