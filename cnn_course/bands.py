"""Convolution by bands: each pixel is copied kW times instead of kH * kW times, and every output row has its product.

For few filters, which make small products: there copying columns takes most of the time.

Taught in the page Speed of the book.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from . import windows
from .windows import (
    NO_PADDING,
    SMALL_PRODUCT,
    Bands,
    Pads,
    Pair,
    Slide,
    block_shape,
    row_blocks,
    side_by_side,
    valid_range,
)

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
    bands, rows, line = _new_block(x, weight.shape, (h_out, w_out))
    matrix = weight.transpose(0, 2, 1, 3).reshape(c_out, -1)
    products = bands.windows(k_h).reshape(rows, matrix.shape[1], -1)
    y, made = np.empty((len(x), c_out, h_out, w_out), x.dtype), np.empty((rows, c_out, products.shape[2]), x.dtype)
    outputs = side_by_side(made, **line).transpose(2, 1, 0, 3)
    for some, lines in row_blocks(len(x), h_out, line["images"], rows):
        bands.load(x[some], lines.start - pads[0][0], pads[1][0])
        np.matmul(matrix, products, out=made)
        if bias is not None:
            made += bias[:, None]
        part = y[some, :, lines]
        part[...] = outputs[: len(part), :, : part.shape[2]]
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
    bands, rows, line = _new_block(x, weight_shape, (h_out, w_out))
    left = bands.windows(k_h).reshape(rows, k_h * c_group * k_w, -1)
    if bands.images_last:  # all channels of a pixel side by side, as if each were an image: a product likes it best
        upstream = Bands((1, 1), rows=rows, shifts=1, **{**line, "images": line["images"] * c_out}, dtype=x.dtype)
        right = upstream.flat.reshape(rows, -1, c_out)
    else:
        upstream = Bands((1, c_out), rows=rows, shifts=1, **line, dtype=x.dtype)
        right = upstream.flat.reshape(rows, c_out, -1).swapaxes(1, 2)
    grad = np.zeros((k_h * c_group * k_w, c_out), x.dtype)
    for some, lines in row_blocks(n, h_out, line["images"], rows):
        bands.load(x[some], lines.start - pads[0][0], pads[1][0])
        upstream.load(grad_y[some].reshape(-1, upstream.buffer.shape[2], h_out, w_out), lines.start)
        grad += np.matmul(left, right).sum(axis=0)
    return grad.reshape(k_h, c_group, k_w, c_out).transpose(3, 1, 0, 2)


def input_gradient(
    grad_y: np.ndarray, weight: np.ndarray, input_shape: tuple[int, ...], slide: Slide, pads: Pads = NO_PADDING
) -> np.ndarray:
    """Make the gradient of the input, an input row of several images at a time: the adjoint of `correlate`.

    Parameters and result are those of `engine.input_gradient`, with neither stride, dilation nor groups. Each weight
    must be finite, as those that reach over an edge are multiplied by zeros.

    Notes
    -----
    `correlate` copies kW times and lets the product add the rest. Here the product adds what comes to an input row from
    kH output rows, and its kW results are added at kW places.

    Examples
    --------
    >>> k = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> input_gradient(np.ones((1, 1, 2, 2)), k, (1, 1, 3, 3), Slide((1, 1), (1, 1), 1))[0, 0]
    array([[0., 1., 1.],
           [2., 6., 4.],
           [2., 5., 3.]])
    """
    (n, c_in, height, width), (c_out, _, k_h, k_w), w_out = input_shape, weight.shape, grad_y.shape[3]
    ((top, _), (left, _)), dtype = pads, grad_y.dtype
    rows, line = _block(n, weight.shape, (height, w_out), dtype)
    upstream = Bands((1, c_out), rows=rows + k_h - 1, shifts=1, **line, dtype=dtype)
    matrix = weight[:, :, ::-1].transpose(1, 3, 2, 0).reshape(c_in * k_w, -1)
    products = upstream.windows(k_h).reshape(rows, matrix.shape[1], -1)
    made = np.empty((rows, len(matrix), products.shape[2]), dtype)
    total = np.empty((rows, c_in, line["images"] * width), dtype)
    shares = side_by_side(made.reshape(rows, c_in, k_w, -1), **line)
    sums = side_by_side(total, **{**line, "width": width})
    grad_x = np.empty(input_shape, dtype)
    for some, lines in row_blocks(n, height, line["images"], rows):
        upstream.load(grad_y[some], lines.start + top - k_h + 1)
        np.matmul(matrix, products, out=made)
        total[...] = 0
        for j in range(k_w):
            begin, end = valid_range(width, j - left, w_out)
            sums[..., j - left + begin : j - left + end] += shares[:, :, j, :, begin:end]
        part = grad_x[some, :, lines]
        part[...] = sums[: part.shape[2], :, : len(part)].transpose(2, 1, 0, 3)
    return grad_x


def _new_block(x: np.ndarray, weight_shape: tuple[int, ...], size: Pair) -> tuple[Bands, int, dict[str, Any]]:
    """Return a buffer for the bands of a block, and what `_block` says of it."""
    _, c_group, k_h, k_w = weight_shape
    rows, line = _block(len(x), weight_shape, size, x.dtype)
    return Bands((1, c_group), rows=rows + k_h - 1, shifts=k_w, **line, dtype=x.dtype), rows, line


def _block(n: int, weight_shape: tuple[int, ...], size: Pair, dtype: np.dtype) -> tuple[int, dict[str, Any]]:
    """Return how many of `size` rows a block has, and what stands side by side in each, by the names in `Bands`."""
    (height, width), weights = size, prod(weight_shape)
    # Each row makes a gradient of the weights.
    max_rows = max(1, windows.COLUMN_BYTES // 2 // (weights * dtype.itemsize))
    kept, row_width = row_bytes(weight_shape, width, dtype.itemsize), min(ROW_WIDTH, SMALL_PRODUCT // weights)
    images, rows = block_shape(n, min(height, max_rows), width, kept, row_width)
    return rows, {"images": images, "width": width, "images_last": images > 3 * width}
