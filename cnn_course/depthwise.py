"""Depthwise convolution, one kernel for each channel: four output rows at once, by the product with a banded matrix.

A kernel alone makes a product of a single row, in which no number that is copied is used twice. So the kernel is
written into a matrix four times, each time one row further down: with the bands of kH + 3 rows of the input this matrix
gives four rows of the output. Such a matrix, the same along each diagonal, is a Toeplitz matrix; half of it is zeros,
which costs less than to copy more.

Taught in the page Speed of the book.
"""

from __future__ import annotations

import numpy as np

from .windows import NO_PADDING, Bands, Pads, Pair, Slide, block_shape, row_blocks

STEP = 4  # output rows of one product
CHANNELS = 2  # channels of one block: fewer blocks, and all of a block still fits into the cache
ROW_WIDTH = 448  # pixels that a row has at most, from several images side by side


def strip_bytes(weight_shape: tuple[int, ...], w_out: int, itemsize: int) -> int:
    """Return the bytes of what a strip of `STEP` output rows takes, for such a weight."""
    _, _, k_h, k_w = weight_shape
    return CHANNELS * STEP * ((k_w + 1) * w_out + (k_h + STEP - 1) * k_w) * itemsize


def toeplitz(weight: np.ndarray) -> np.ndarray:
    """Write each channel's kernel `STEP` times, each time one row further down.

    Parameters
    ----------
    weight : ndarray of shape (C, 1, kH, kW)

    Returns
    -------
    ndarray of shape (C, STEP, kH + STEP - 1, kW)

    Examples
    --------
    A kernel of one column, 1 2:

    >>> toeplitz(np.array([[[[1.0], [2.0]]]]))[0, :, :, 0]
    array([[1., 2., 0., 0., 0.],
           [0., 1., 2., 0., 0.],
           [0., 0., 1., 2., 0.],
           [0., 0., 0., 1., 2.]])
    """
    c, _, k_h, k_w = weight.shape
    matrix = np.zeros((c, STEP, k_h + STEP - 1, k_w), weight.dtype)
    for row in range(STEP):
        matrix[:, row, row : row + k_h] = weight[:, 0]
    return matrix


def correlate(
    x: np.ndarray, weight: np.ndarray, slide: Slide, pads: Pads = NO_PADDING, bias: np.ndarray | None = None
) -> np.ndarray:
    """Cross-correlate each channel with its kernel, `STEP` output rows of several images at a time.

    Parameters and result are those of `columns.correlate`, with as many groups as channels and filters, and neither
    stride nor dilation.

    Examples
    --------
    >>> x, k = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> correlate(x, k, Slide((1, 1), (1, 1), 1))[0, 0]
    array([[19., 25.],
           [37., 43.]])
    """
    n, c, k_h = *x.shape[:2], weight.shape[2]
    h_out, w_out = slide.output_size(x.shape[2:], weight.shape[2:], pads)
    bands, rows, images = _new_block(x, weight.shape, (h_out, w_out))
    matrix = toeplitz(weight).reshape(c, 1, STEP, -1)
    strip = bands.windows(k_h + STEP - 1, STEP).reshape(len(bands.buffer), -1, matrix.shape[3], images * w_out)
    y, made = np.empty((n, c, h_out, w_out), x.dtype), np.empty((len(strip), rows, images, w_out), x.dtype)
    for first in range(0, c, len(strip)):
        channels = slice(first, first + len(strip))
        for some, lines in row_blocks(n, h_out, images, rows):
            bands.load(x[some, channels], lines.start - pads[0][0], pads[1][0])
            np.matmul(matrix[channels], strip, out=made.reshape(*strip.shape[:2], STEP, -1))
            if bias is not None:
                made += bias[channels, None, None, None]
            part = y[some, channels, lines]
            part[...] = made[:, : part.shape[2], : len(part)].transpose(2, 0, 1, 3)
    return y


def weight_gradient(
    grad_y: np.ndarray, x: np.ndarray, weight_shape: tuple[int, ...], slide: Slide, pads: Pads = NO_PADDING
) -> np.ndarray:
    """Correlate each channel with the gradient of its output: the gradient of the banded matrix, added along diagonals.

    Parameters and result are those of `columns.weight_gradient`, with as many groups as channels and filters, and
    neither stride nor dilation.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> weight_gradient(np.ones((1, 1, 2, 2)), x, (1, 1, 2, 2), Slide((1, 1), (1, 1), 1))[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    (c, _, k_h, k_w), (n, _, h_out, w_out) = weight_shape, grad_y.shape
    bands, rows, images = _new_block(x, weight_shape, (h_out, w_out))
    groups = len(bands.buffer)
    upstream = Bands((groups, 1), rows=rows, shifts=1, images=images, width=w_out, dtype=x.dtype)
    strip = bands.windows(k_h + STEP - 1, STEP).reshape(groups, -1, (k_h + STEP - 1) * k_w, images * w_out)
    left, right = upstream.buffer.reshape(groups, -1, STEP, images * w_out), strip.swapaxes(2, 3)
    grad = np.zeros((c, STEP, strip.shape[2]), x.dtype)
    for first in range(0, c, groups):
        channels = slice(first, first + groups)
        for some, lines in row_blocks(n, h_out, images, rows):
            bands.load(x[some, channels], lines.start - pads[0][0], pads[1][0])
            upstream.load(grad_y[some, channels], lines.start)
            grad[channels] += np.matmul(left, right).sum(axis=1)
    grad = grad.reshape(c, STEP, k_h + STEP - 1, k_w)
    return np.sum([grad[:, row, row : row + k_h] for row in range(STEP)], axis=0).reshape(weight_shape)


def _new_block(x: np.ndarray, weight_shape: tuple[int, ...], size: Pair) -> tuple[Bands, int, int]:
    """Return a buffer for the bands of a block, and the block's output rows and images."""
    (c, _, k_h, k_w), (h_out, w_out) = weight_shape, size
    images, tall = block_shape(
        len(x), -(-h_out // STEP), w_out, strip_bytes(weight_shape, w_out, x.itemsize), ROW_WIDTH
    )
    channels = CHANNELS if c % CHANNELS == 0 else 1
    rows = tall * STEP
    buffer = Bands((channels, 1), rows=rows + k_h - 1, shifts=k_w, images=images, width=w_out, dtype=x.dtype)
    return buffer, rows, images
