"""The three operations of a convolutional layer over an already padded batch, at their best readable form.

`correlate` is the layer, `weight_gradient` and `input_gradient` are what backpropagation needs, and the last one used
forwards is the transposed convolution. Each makes the columns of a block of windows, which stays in the cache, and
leaves the sums to one matrix product; `del` ends a block before the next is made in its place. `naive` holds the same
three as loops. Nothing is checked here: `conv` is the door.

Taught in chapters 2 (columns) and 9 (gradients); the page Speed says why it is fast.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np

from .checks import room
from .shapes import kernel_span
from .windows import Pair, bands, blocks, fit_in_block, flip, fold, pad, windows


class Slide(NamedTuple):
    """How a kernel moves over an already padded image."""

    stride: Pair
    dilation: Pair
    groups: int

    def reach(self, n_out: Pair, kernel_size: Pair) -> Pair:
        """Return the rows and columns from the first window's start to the last one's end."""
        rows, cols = (
            (n - 1) * s + kernel_span(k, d)
            for n, k, s, d in zip(n_out, kernel_size, self.stride, self.dilation, strict=True)
        )
        return rows, cols


def is_small(shape: tuple[int, ...], slide: Slide, size: Pair, itemsize: int) -> bool:
    """Tell whether the columns of five images fit into one block, for a weight of `shape` and outputs of `size`.

    Examples
    --------
    Those of LeNet's second convolution do, those of the first of VGG-16 do not.

    >>> plain = Slide((1, 1), (1, 1), 1)
    >>> is_small((16, 6, 5, 5), plain, (10, 10), 4), is_small((64, 3, 3, 3), plain, (224, 224), 4)
    (True, False)
    """
    return fit_in_block(5 * prod(size), prod(shape[1:]) * slide.groups * itemsize)


def use_bands(shape: tuple[int, ...], slide: Slide, size: Pair, itemsize: int) -> bool:
    """Tell whether to multiply `bands`, for a weight of `shape` and outputs of `size`.

    They win where copying columns takes most of the time: with few filters, which make a small product, and kernels
    of more than one pixel, which read each pixel more than once. The bands of one row must fit into a block, and the
    kernel must not be taller than the output, or most bands would be above or below.

    Examples
    --------
    LeNet's second convolution has few filters, the first of VGG-16 has many.

    >>> plain = Slide((1, 1), (1, 1), 1)
    >>> use_bands((16, 6, 5, 5), plain, (10, 10), 4), use_bands((64, 3, 3, 3), plain, (224, 224), 4)
    (True, False)
    """
    few = shape[0] <= 16 and prod(shape[2:]) > 1
    fit = shape[2] <= size[0] and fit_in_block(size[1], prod(shape[1:]) * itemsize)
    return slide == Slide((1, 1), (1, 1), 1) and few and fit


def correlate(x: np.ndarray, weight: np.ndarray, slide: Slide, out: np.ndarray | None = None) -> np.ndarray:
    """Cross-correlate a batch with filters, a block of columns at a time.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
        Already padded.
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    slide : Slide
    out : ndarray of shape (N, C_out, H_out, W_out), optional
        Where to write the result.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Raises
    ------
    ValueError
        If the output would be too large.

    Examples
    --------
    >>> x, k = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> correlate(x, k, Slide((1, 1), (1, 1), 1))[0, 0]
    array([[19., 25.],
           [37., 43.]])
    """
    c_out, c_group, k_h, k_w = weight.shape
    stride, dilation, groups = slide
    view = windows(x, (k_h, k_w), stride, dilation)
    n, _, _, _, h_out, w_out = view.shape
    room((n, c_out, h_out, w_out), x.itemsize, "the output")
    y = np.empty((n, c_out, h_out, w_out), x.dtype) if out is None else out
    if use_bands(weight.shape, slide, (h_out, w_out), x.itemsize):
        by_rows = weight.transpose(0, 2, 1, 3).reshape(c_out, -1)
        # Bands and results take half a block, so that both stay in the cache while each band is read kH times.
        for images, rows, cols in blocks(n, h_out, w_out, 2 * (c_group * k_w + c_out) * x.itemsize):
            patch = x[images, :, rows.start : rows.stop + k_h - 1, cols.start : cols.stop + k_w - 1]
            part = y[images, :, rows, cols]
            products = np.matmul(by_rows, bands(patch, (k_h, k_w)))  # (H_out, C_out, images * W_out)
            part[...] = products.reshape(part.shape[2], c_out, -1, part.shape[3]).transpose(2, 1, 0, 3)
        return y
    matrix = weight.reshape(groups, c_out // groups, c_group * k_h * k_w)
    for images, rows, cols in blocks(n, h_out, w_out, x.shape[1] * k_h * k_w * x.itemsize):
        columns = view[images, ..., rows, cols].reshape(images.stop - images.start, groups, matrix.shape[2], -1)
        part = y[images, :, rows, cols]
        if part.flags.c_contiguous:
            np.matmul(matrix, columns, out=part.reshape(-1, groups, c_out // groups, columns.shape[3]))
        else:
            part[...] = np.matmul(matrix, columns).reshape(part.shape)
        del columns
    return y


def weight_gradient(grad_y: np.ndarray, x: np.ndarray, shape: tuple[int, ...], slide: Slide) -> np.ndarray:
    """Correlate a batch with the gradient of its output: one number for each weight.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
    x : ndarray of shape (N, C_in, H, W)
        Already padded.
    shape : tuple of int
        (C_out, C_in // groups, kH, kW), the weight's.
    slide : Slide

    Returns
    -------
    ndarray of shape (C_out, C_in // groups, kH, kW)

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> weight_gradient(np.ones((1, 1, 2, 2)), x, (1, 1, 2, 2), Slide((1, 1), (1, 1), 1))[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    c_out, c_group, k_h, k_w = shape
    stride, dilation, groups = slide
    n, _, h_out, w_out = grad_y.shape
    # Columns from the left: the taller factor first is up to a third faster than the other way round.
    if use_bands(shape, slide, (h_out, w_out), x.itemsize):
        by_rows = np.zeros((k_h * c_group * k_w, c_out), x.dtype)
        for images, rows, cols in blocks(n, h_out, w_out, 2 * (c_group * k_w + c_out) * x.itemsize):
            patch = x[images, :, rows.start : rows.stop + k_h - 1, cols.start : cols.stop + k_w - 1]
            upstream = grad_y[images, :, rows, cols]
            grad_rows = upstream.transpose(2, 1, 0, 3).reshape(upstream.shape[2], c_out, -1)
            by_rows += np.matmul(bands(patch, (k_h, k_w)), grad_rows.swapaxes(1, 2)).sum(axis=0)
        return by_rows.reshape(k_h, c_group, k_w, c_out).transpose(3, 1, 0, 2)
    grad = np.zeros((groups, c_group * k_h * k_w, c_out // groups), x.dtype)
    view = windows(x, (k_h, k_w), stride, dilation)
    for images, rows, cols in blocks(n, h_out, w_out, x.shape[1] * k_h * k_w * x.itemsize):
        columns, upstream = view[images, ..., rows, cols], grad_y[images, :, rows, cols]
        if h_out * w_out < c_out:  # one product for all images: a gradient for each would be larger than its columns
            columns, upstream = columns.transpose(1, 2, 3, 0, 4, 5)[None], upstream.swapaxes(0, 1)[None]
        columns = columns.reshape(len(upstream), groups, grad.shape[1], -1)
        upstream = upstream.reshape(len(upstream), groups, grad.shape[2], -1)
        grad += np.matmul(columns, upstream.swapaxes(2, 3)).sum(axis=0)
        del columns
    return grad.swapaxes(1, 2).reshape(shape)


def input_gradient(grad_y: np.ndarray, weight: np.ndarray, shape: tuple[int, ...], slide: Slide) -> np.ndarray:
    """Send the gradient of the output back to the inputs that each window looked at.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    shape : tuple of int
        (N, C_in, H, W), the padded input's.
    slide : Slide

    Returns
    -------
    ndarray of shape (N, C_in, H, W)

    Notes
    -----
    Either each output's share is made, small images side by side, and folded; or, with stride 1, the full correlation
    with the turned kernels gives each input's sum, with nothing to fold. That is for images of middle size: it
    multiplies once for each input, of which there must not be many more than outputs, and one padded gradient has to
    fit into a block.

    Examples
    --------
    >>> k = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> input_gradient(np.ones((1, 1, 2, 2)), k, (1, 1, 3, 3), Slide((1, 1), (1, 1), 1))[0, 0]
    array([[0., 1., 1.],
           [2., 6., 4.],
           [2., 5., 3.]])
    """
    c_out, c_group, k_h, k_w = weight.shape
    stride, dilation, groups = slide
    n, _, h_out, w_out = grad_y.shape
    grad_x = np.zeros(shape, grad_y.dtype)
    image = c_out * shape[2] * shape[3] * grad_y.itemsize
    few_more = shape[2] * shape[3] <= 2 * h_out * w_out
    middle = fit_in_block(1, image) and not is_small(weight.shape, slide, (h_out, w_out), grad_y.itemsize)
    if stride == (1, 1) and few_more and middle and np.isfinite(weight).all():  # infinity * 0 in the border is NaN
        before = [kernel_span(k, d) - 1 for k, d in zip((k_h, k_w), dilation, strict=True)]
        margins = (before[0], shape[2] - h_out), (before[1], shape[3] - w_out)
        turned = flip(weight).reshape(groups, c_out // groups, c_group, k_h, k_w).swapaxes(1, 2)
        turned = np.ascontiguousarray(turned).reshape(shape[1], c_out // groups, k_h, k_w)
        for images, _, _ in blocks(n, 1, 1, image):
            correlate(pad(grad_y[images], margins), turned, slide, out=grad_x[images])
        return grad_x
    by_rows = weight.reshape(groups, c_out // groups, c_group, k_h, k_w).transpose(0, 3, 2, 4, 1)
    matrix = by_rows.reshape(groups, 1, k_h * c_group * k_w, c_out // groups)
    for images, rows, cols in blocks(n, h_out, w_out, shape[1] * k_h * k_w * grad_y.itemsize):
        part = grad_y[images, :, rows, cols]
        m, _, r, s = part.shape
        upstream = part.reshape(m, groups, c_out // groups, r, s)
        if m > 1:  # a product for each row, of all images: additions then run along many neighbours
            upstream, axes = upstream.transpose(1, 3, 2, 0, 4), (5, 0, 3, 2, 4, 1, 6)
        else:  # one product
            upstream, axes = upstream.swapaxes(0, 1), (1, 0, 3, 2, 4, 5, 6)
        columns = np.matmul(matrix, upstream.reshape(*upstream.shape[:3], -1))
        columns = columns.reshape(groups, -1, k_h, c_group, k_w, *upstream.shape[3:]).transpose(axes)
        top, left = rows.start * stride[0], cols.start * stride[1]
        height, width = slide.reach((r, s), (k_h, k_w))
        out = grad_x[images, :, top : top + height, left : left + width]
        fold(columns, out.reshape(m, groups, c_group, height, width), stride, dilation)
        del columns
    return grad_x
