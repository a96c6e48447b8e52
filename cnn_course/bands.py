"""Convolution by bands: each pixel is copied kW times instead of kH * kW times, and every output row has its product.

For few filters, which make small products: there copying columns takes most of the time.

Taught in the page Speed of the book.
"""

from __future__ import annotations

from math import prod

import numpy as np

from . import windows
from .windows import NO_PADDING, SMALL_PRODUCT, Bands, Pads, Pair, Slide, block_shape, row_blocks

ROW_WIDTH = 900  # pixels that a row has at most, from several images side by side


def row_bytes(weight_shape: tuple[int, ...], w_out: int, itemsize: int) -> int:
    """Return the bytes of the bands of one output row, and of what is made of them, for such a weight."""
    return (weight_shape[1] * weight_shape[3] + weight_shape[0]) * w_out * itemsize


def correlate(
    x: np.ndarray, weight: np.ndarray, slide: Slide, pads: Pads = NO_PADDING, bias: np.ndarray | None = None
) -> np.ndarray:
    """Cross-correlate a batch with filters, an output row of several images at a time.

    Parameters and result are those of `columns.correlate`, with neither stride, dilation nor groups.

    Examples
    --------
    >>> x, k = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> correlate(x, k, Slide((1, 1), (1, 1), 1))[0, 0]
    array([[19., 25.],
           [37., 43.]])
    """
    c_out, _, k_h, _ = weight.shape
    h_out, w_out = slide.output_size(x.shape[2:], weight.shape[2:], pads)
    bands, rows, images = _new_block(x, weight.shape, (h_out, w_out))
    matrix = weight.transpose(0, 2, 1, 3).reshape(c_out, -1)
    products = bands.windows(k_h).reshape(rows, matrix.shape[1], -1)
    y, made = np.empty((len(x), c_out, h_out, w_out), x.dtype), np.empty((rows, c_out, images, w_out), x.dtype)
    for some, lines in row_blocks(len(x), h_out, images, rows):
        bands.load(x[some], lines.start - pads[0][0], pads[1][0])
        np.matmul(matrix, products, out=made.reshape(rows, c_out, -1))
        if bias is not None:
            made += bias[:, None, None]
        part = y[some, :, lines]
        part[...] = made[: part.shape[2], :, : len(part)].transpose(2, 1, 0, 3)
    return y


def weight_gradient(
    grad_y: np.ndarray, x: np.ndarray, weight_shape: tuple[int, ...], slide: Slide, pads: Pads = NO_PADDING
) -> np.ndarray:
    """Correlate a batch with the gradient of its output, an output row of several images at a time.

    Parameters and result are those of `columns.weight_gradient`, with neither stride, dilation nor groups.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> weight_gradient(np.ones((1, 1, 2, 2)), x, (1, 1, 2, 2), Slide((1, 1), (1, 1), 1))[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    (c_out, c_group, k_h, k_w), (n, _, h_out, w_out) = weight_shape, grad_y.shape
    bands, rows, images = _new_block(x, weight_shape, (h_out, w_out))
    upstream = Bands((1, c_out), rows=rows, shifts=1, images=images, width=w_out, dtype=x.dtype)
    left = bands.windows(k_h).reshape(rows, k_h * c_group * k_w, -1)
    right = upstream.buffer.reshape(rows, c_out, -1).swapaxes(1, 2)
    grad = np.zeros((k_h * c_group * k_w, c_out), x.dtype)
    for some, lines in row_blocks(n, h_out, images, rows):
        bands.load(x[some], lines.start - pads[0][0], pads[1][0])
        upstream.load(grad_y[some], lines.start)
        grad += np.matmul(left, right).sum(axis=0)
    return grad.reshape(k_h, c_group, k_w, c_out).transpose(3, 1, 0, 2)


def _new_block(x: np.ndarray, weight_shape: tuple[int, ...], size: Pair) -> tuple[Bands, int, int]:
    """Return a buffer for the bands of a block, and the block's output rows and images."""
    (_, c_group, k_h, k_w), (h_out, w_out), weights = weight_shape, size, prod(weight_shape)
    max_rows = max(1, windows.COLUMN_BYTES // 2 // (weights * x.itemsize))  # each row makes a gradient of the weights
    kept, row_width = row_bytes(weight_shape, w_out, x.itemsize), min(ROW_WIDTH, SMALL_PRODUCT // weights)
    images, rows = block_shape(len(x), min(h_out, max_rows), w_out, kept, row_width)
    buffer = Bands((1, c_group), rows=rows + k_h - 1, shifts=k_w, images=images, width=w_out, dtype=x.dtype)
    return buffer, rows, images
