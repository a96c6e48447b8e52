"""Convolution by columns: a block of windows at a time is copied, and one matrix product does the rest.

The direct way, which can do every convolution and keeps every whole number whole; `del` ends a block before the next is
made in its place. `engine` says when another way is faster.

Taught in chapters 2 (columns) and 9 (gradients); the page Speed says why it is fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from .windows import NO_PADDING, SMALL_PRODUCT, Pads, Slide, blocks, crop, fold, windows

FEW_FILTERS = 32  # with more of them it does not matter how large a product is


def correlate(
    x: np.ndarray, weight: np.ndarray, slide: Slide, pads: Pads = NO_PADDING, bias: np.ndarray | None = None
) -> np.ndarray:
    """Cross-correlate a batch with filters, a block of columns at a time.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    slide : Slide
    pads : ((top, bottom), (left, right))
    bias : ndarray of shape (C_out,), optional

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Examples
    --------
    >>> x, k = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> correlate(x, k, Slide((1, 1), (1, 1), 1))[0, 0]
    array([[19., 25.],
           [37., 43.]])
    """
    c_out, groups = len(weight), slide.groups
    y = np.empty((len(x), c_out, *slide.output_size(x.shape[2:], weight.shape[2:], pads)), x.dtype)
    matrix = weight.reshape(groups, c_out // groups, -1)
    for outputs, view in _column_blocks(x, weight.shape, slide, pads):
        part = y[outputs]
        columns = view.reshape(len(part), groups, matrix.shape[2], -1)
        np.matmul(matrix, columns, out=part.reshape(len(part), groups, matrix.shape[1], -1))  # reshape: a view
        if bias is not None:
            part += bias[:, None, None]
        del columns
    return y


def weight_gradient(
    grad_y: np.ndarray, x: np.ndarray, weight_shape: tuple[int, ...], slide: Slide, pads: Pads = NO_PADDING
) -> np.ndarray:
    """Correlate a batch with the gradient of its output: one number for each weight.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
    x : ndarray of shape (N, C_in, H, W)
    weight_shape : tuple of int
        (C_out, C_in // groups, kH, kW), the weight's.
    slide : Slide
    pads : ((top, bottom), (left, right))

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
    c_out, groups = weight_shape[0], slide.groups
    # Columns from the left: the taller factor first is up to a third faster than the other way round.
    grad = np.zeros((groups, prod(weight_shape[1:]), c_out // groups), x.dtype)
    for outputs, view in _column_blocks(x, weight_shape, slide, pads):
        columns, upstream = view, grad_y[outputs]
        if prod(grad_y.shape[2:]) < c_out:  # one product for all images: each one's gradient outweighs its columns
            columns, upstream = columns.transpose(1, 2, 3, 0, 4, 5)[None], upstream.swapaxes(0, 1)[None]
        columns = columns.reshape(len(upstream), groups, grad.shape[1], -1)
        upstream = upstream.reshape(len(upstream), groups, grad.shape[2], -1)
        grad += np.matmul(columns, upstream.swapaxes(2, 3)).sum(axis=0)
        del columns
    return grad.swapaxes(1, 2).reshape(weight_shape)


def input_gradient(grad_y: np.ndarray, weight: np.ndarray, input_shape: tuple[int, ...], slide: Slide) -> np.ndarray:
    """Make each output's share of the input gradient, small images side by side, and fold the shares.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    input_shape : tuple of int
        (N, C_in, H, W), the input's with its padding.
    slide : Slide

    Returns
    -------
    ndarray of shape (N, C_in, H, W)

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
    grad_x = np.zeros(input_shape, grad_y.dtype)
    by_rows = weight.reshape(groups, c_out // groups, c_group, k_h, k_w).transpose(0, 3, 2, 4, 1)
    matrix = by_rows.reshape(groups, 1, k_h * c_group * k_w, c_out // groups)
    for images, rows, cols in blocks(n, h_out, w_out, input_shape[1] * k_h * k_w * grad_y.itemsize):
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
        height, width = slide.input_size((r, s), (k_h, k_w))
        out = grad_x[images, :, top : top + height, left : left + width]
        fold(columns, out.reshape(m, groups, c_group, height, width), stride, dilation)
        del columns
    return grad_x


def _column_blocks(
    x: np.ndarray, weight_shape: tuple[int, ...], slide: Slide, pads: Pads
) -> Iterator[tuple[tuple[slice, ...], np.ndarray]]:
    """Yield the places of some outputs, and their windows as an array of shape (N, C, kH, kW, H_out, W_out)."""
    size, (stride, dilation, groups) = weight_shape[2:], slide
    h_out, w_out = slide.output_size(x.shape[2:], size, pads)
    few = weight_shape[0] // groups <= FEW_FILTERS
    max_outputs = max(64, SMALL_PRODUCT // (weight_shape[0] // groups * prod(weight_shape[1:]))) if few else None
    column = x.shape[1] * max(prod(size), prod(stride)) * x.itemsize
    whole = windows(x, size, stride, dilation) if pads == NO_PADDING else None
    for images, rows, cols in blocks(len(x), h_out, w_out, column, max_outputs):
        if whole is None:  # each block gets its part of the padding, so that there is no padded batch
            top, left = rows.start * stride[0], cols.start * stride[1]
            height, width = slide.input_size((rows.stop - rows.start, cols.stop - cols.start), size)
            patch = crop(x[images], pads, slice(top, top + height), slice(left, left + width))
            view = windows(patch, size, stride, dilation)
        else:
            view = whole[images, ..., rows, cols]
        yield (images, slice(None), rows, cols), view
