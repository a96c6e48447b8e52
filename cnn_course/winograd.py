"""Winograd's minimal filtering along the rows: a kernel of three rows with half the multiplications.

Two polynomials can be multiplied by multiplying their values at as many points as the product has coefficients.
Correlation is the transpose of that. So six rows of the input and three rows of a kernel are turned into six rows each,
multiplied row by row, and turned into four rows of the output: 6 products of rows instead of 4 * 3. The tiles are whole
rows wide. Turning is a product with a small matrix over long rows; along the columns nothing changes: the rows are
shifted, as always, and added.

Error: what is rounded is as large as the largest number of a tile. An output that sees only small numbers, in a tile
that has large ones, is as wrong as the large ones are, in proportion to them and not to itself.

Taught in the page Speed of the book.

References
----------
.. [1] Winograd, "Arithmetic complexity of computations", SIAM, 1980.
.. [2] Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .windows import NO_PADDING, Bands, Pads, Slide, block_shape, row_blocks

POINTS = np.array([0.0, 1.0, -1.0, 2.0, -2.0])  # and infinity, where a polynomial's value is its last coefficient
TILE = len(POINTS) + 1  # rows of the input that a tile reads; it gives TILE + 1 - kH rows of the output
# Pixels in a row, from several images side by side: so many that products are not too short, forwards and, where they
# are summed over the pixels, for the gradient of the weights.
ROW_WIDTH, ROW_WIDTH_SUM = 150, 300


class Transforms(NamedTuple):
    """Matrices of whole numbers with ``y = a.T @ ((g @ kernel) * (b @ x)) / divisor``, for columns of a tile.

    Attributes
    ----------
    a : ndarray of shape (TILE, TILE + 1 - kH)
    g : ndarray of shape (TILE, kH)
    b : ndarray of shape (TILE, TILE)
    divisor : int
    """

    a: np.ndarray
    g: np.ndarray
    b: np.ndarray
    divisor: int


def transforms(k_h: int, dtype: Any = float) -> Transforms:
    """Return the matrices for kernels of `k_h` rows.

    `g` and `a` hold powers of the points: they evaluate polynomials with `k_h` and with TILE + 1 - kH coefficients. A
    row of `b` holds the coefficients of the polynomial that is 0 at all points but one. By its value there the result
    has to be divided; the least common multiple of these values is the divisor, so that all else stays whole.

    Examples
    --------
    >>> a, g, b, divisor = transforms(3)
    >>> b[0], divisor
    (array([ 4.,  0., -5.,  0.,  1.,  0.]), 24)
    >>> x, kernel = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), np.array([1.0, 2.0, 3.0])
    >>> a.T @ ((g @ kernel) * (b @ x)) / divisor
    array([ 8., 14., 20., 26.])
    """
    b, values = np.zeros((TILE, TILE)), np.ones((TILE, 1))
    b[-1] = np.poly(POINTS)[::-1]
    for row, point in enumerate(POINTS):
        others = np.delete(POINTS, row)
        b[row, :-1], values[row] = np.poly(others)[::-1], np.prod(point - others)
    divisor = np.lcm.reduce(values.astype(int).ravel())
    a = _powers(TILE + 1 - k_h) * (divisor / values)
    return Transforms(a.astype(dtype), _powers(k_h).astype(dtype), b.astype(dtype), int(divisor))


def _powers(n: int) -> np.ndarray:
    """Return the matrix that evaluates polynomials with `n` coefficients, the constant first, at the points."""
    return np.vstack([np.vander(POINTS, n, increasing=True), np.eye(n)[-1]])


def tile_bytes(weight_shape: tuple[int, ...], slide: Slide, w_out: int, itemsize: int) -> int:
    """Return the bytes of one tile of one image and of what is made of it, or of the turned kernels if these are more.

    Parameters
    ----------
    weight_shape : tuple of int
        The weight's.
    slide : Slide
    w_out : int
        Columns of the output.
    itemsize : int
    """
    c_out, c_group, k_h, k_w = weight_shape
    width, _ = slide.input_size((w_out, 1), (k_w, 1))
    tile = width * (2 * TILE * c_group * slide.groups + (TILE * k_w + TILE + 1 - k_h) * c_out)
    return max(tile, TILE * (k_w + 1) * c_out * c_group) * itemsize


class Tiles:
    """Room for the tiles of one block and for their transforms, filled again for every block.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
    weight_shape : tuple of int
        The weight's.
    slide : Slide
    pads : ((top, bottom), (left, right))
    row_width : int
        Pixels that a row should have.

    Attributes
    ----------
    h_out, w_out : int
        Rows and columns of the output.
    images, count, rows : int
        Images, tiles and output rows of one block.
    pixels : int
        Numbers in a row of one channel: of all images of the block, with their padding.
    """

    def __init__(self, x: np.ndarray, weight_shape: tuple[int, ...], slide: Slide, pads: Pads, row_width: int) -> None:
        self.slide, self.pads, self.channels = slide, pads, (slide.groups, weight_shape[1])
        self.h_out, self.w_out = slide.output_size(x.shape[2:], weight_shape[2:], pads)
        self.a, self.g, self.b, self.divisor = transforms(weight_shape[2], x.dtype)
        step, self.width = self.a.shape[1], x.shape[3] + sum(pads[1])
        tall = -(-self.h_out // (step * slide.dilation[0]))
        each = tile_bytes(weight_shape, slide, self.w_out, x.itemsize)
        self.images, self.count = block_shape(len(x), tall, self.width, each, row_width)
        self.rows, self.pixels = self.count * step, self.images * self.width
        sizes = {"rows": self.rows + weight_shape[2] - 1, "images": self.images, "width": self.width, "dtype": x.dtype}
        self.source = Bands((1, x.shape[1]), shifts=1, **sizes)
        self.tiles = self.source.windows(TILE, step)[0]
        self.flat = np.zeros(self.tiles.size + self.width, x.dtype)  # a shift reads a little over the end

    def blocks(self, n: int) -> Iterator[tuple[slice, slice]]:
        """Yield the images and output rows of every block of `n` images."""
        return row_blocks(n, self.h_out, self.images, self.rows, self.slide.dilation[0])

    def load(self, x: np.ndarray, lines: slice) -> int:
        """Take the tiles of some output rows from `x`, without padding, transform them, and return their number."""
        (top, _), (left, _) = self.pads
        self.source.load(x, lines.start - top, left, lines.step)
        rows = len(range(*lines.indices(self.h_out)))
        used = -(-rows // self.a.shape[1])
        np.matmul(self.b, self.tiles[:used], out=self.flat[: self.tiles.size].reshape(self.tiles.shape)[:used])
        return used

    def shifted(self, k_w: int) -> np.ndarray:
        """Return the tiles as the columns of a kernel meet them: a view of shape (tiles, kW, TILE, groups, C, pixels).

        As rows lie one behind the other, the last pixels of each are the next one's, where no output is.
        """
        tiles = self.flat[: self.tiles.size].reshape(self.count, TILE, *self.channels, self.pixels)
        tile, *rest = tiles.strides
        strides = tile, self.slide.dilation[1] * tiles.itemsize, *rest
        return as_strided(self.flat, (self.count, k_w, *tiles.shape[1:]), strides, writeable=False)


def correlate(
    x: np.ndarray, weight: np.ndarray, slide: Slide, pads: Pads = NO_PADDING, bias: np.ndarray | None = None
) -> np.ndarray:
    """Cross-correlate a batch with filters of two to five rows, some tiles of several images at a time.

    Parameters and result are those of `columns.correlate`, without stride.

    Examples
    --------
    >>> x, k = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> correlate(x, k, Slide((1, 1), (1, 1), 1))[0, 0]
    array([[19., 25.],
           [37., 43.]])
    """
    c_out, c_group, k_h, k_w = weight.shape
    tiles = Tiles(x, weight.shape, slide, pads, ROW_WIDTH)
    kernels = tiles.g @ weight.transpose(3, 2, 0, 1).reshape(k_w, k_h, -1)
    kernels = kernels.reshape(k_w, TILE, slide.groups, c_out // slide.groups, c_group)
    shifts, back = tiles.shifted(k_w), np.tile(tiles.a.T, k_w)  # turns back, and adds the columns of the kernel
    products = np.empty((tiles.count, *kernels.shape[:4], tiles.pixels), x.dtype)
    made = np.empty((tiles.count, len(back), c_out, tiles.images, tiles.width), x.dtype)
    rows = made.reshape(tiles.rows, *made.shape[2:]).transpose(2, 1, 0, 3)[..., : tiles.w_out]
    y = np.empty((len(x), c_out, tiles.h_out, tiles.w_out), x.dtype)
    for images, lines in tiles.blocks(len(x)):
        used = tiles.load(x[images], lines)
        np.matmul(kernels, shifts[:used], out=products[:used])
        np.matmul(back, products[:used].reshape(used, k_w * TILE, -1), out=made[:used].reshape(used, len(back), -1))
        made[:used] /= tiles.divisor
        if bias is not None:
            made[:used] += bias[:, None, None]
        part = y[images, :, lines]
        part[...] = rows[: len(part), :, : part.shape[2]]
    return y


def weight_gradient(
    grad_y: np.ndarray, x: np.ndarray, weight_shape: tuple[int, ...], slide: Slide, pads: Pads = NO_PADDING
) -> np.ndarray:
    """Correlate a batch with the gradient of its output: the same three steps, each transposed, in reverse.

    Parameters and result are those of `columns.weight_gradient`, for filters of two to five rows, without stride.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> weight_gradient(np.ones((1, 1, 2, 2)), x, (1, 1, 2, 2), Slide((1, 1), (1, 1), 1))[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    c_out, c_group, k_h, k_w = weight_shape
    tiles = Tiles(x, weight_shape, slide, pads, ROW_WIDTH_SUM)
    upstream = Bands((1, c_out), rows=tiles.rows, shifts=1, images=tiles.images, width=tiles.width, dtype=x.dtype)
    rows = upstream.buffer.reshape(tiles.count, tiles.a.shape[1], -1)
    right = np.empty((tiles.count, TILE, slide.groups, c_out // slide.groups, tiles.pixels), x.dtype)
    shifts = tiles.shifted(k_w)
    grad = np.zeros((k_w, TILE, slide.groups, c_group, c_out // slide.groups), x.dtype)
    for images, lines in tiles.blocks(len(x)):
        used = tiles.load(x[images], lines)
        upstream.load(grad_y[images], lines.start, 0, lines.step)
        np.matmul(tiles.a, rows[:used], out=right[:used].reshape(used, TILE, -1))
        for shifted, turned in zip(shifts[:used], right[:used].swapaxes(3, 4), strict=True):
            for total, left in zip(grad, shifted, strict=True):
                total += np.matmul(left, turned)
    grad = tiles.g.T @ grad.reshape(k_w, TILE, -1) / tiles.divisor
    return grad.reshape(k_w, k_h, slide.groups, c_group, -1).transpose(2, 4, 3, 1, 0).reshape(weight_shape)
