"""Relatives of the convolution: unshared and tiled kernels, missing connections, other borders, and its matrix.

The convolution's own options (stride, dilation, groups, 1x1 kernels) and its transpose are in `conv`.

Taught in chapter 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, Literal

import numpy as np

from . import engine
from .arguments import Arguments, Gradients, Window, filters, one_dtype, other_channels
from .checks import batch, boolean, check_memory, choice, integer, per_axis, real_array, same_shape
from .conv import conv2d, conv2d_backward
from .engine import Slide
from .shapes import Padding, Pair, check_connections, check_groups
from .windows import fold, pad, windows

PadMode = Literal["zeros", "reflect", "replicate", "circular"]
Layout = tuple[str, str, str, str, str, str]  # the six axes of a weight with several filters for each channel

UNSHARED = ("C_out", "H_out", "W_out", "C_in", "kH", "kW")
TILED = ("C_out", "C_in", "kH", "kW", "t_h", "t_w")


def locally_connected2d(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None, *, stride: int | Pair = 1, padding: Padding = 0
) -> np.ndarray:
    """Cross-correlate images with filters that are not shared: every output has its own.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
    weight : ndarray of shape (C_out, H_out, W_out, C_in, kH, kW)
    bias : ndarray of shape (C_out, H_out, W_out), optional
    stride, padding
        As in `conv2d`.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Raises
    ------
    TypeError
        If an array does not hold real numbers, or an option is not an integer.
    ValueError
        If shapes do not agree, an option is out of range, or the kernel is larger than the padded image.

    Notes
    -----
    ``y[n, o, r, s] = bias[o, r, s] + sum over c, i, j of weight[o, r, s, c, i, j] * x[n, c, r*stride + i,
    s*stride + j]`` ([1]_, equation 9.9). As many multiplications as the convolution, `conv_mac_count`; the weights are
    H_out * W_out times as many, `locally_connected_param_count`.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville, "Deep Learning", MIT Press, 2016, chapter 9.

    Examples
    --------
    A shared kernel would give 19, 25, 37 and 43; here each place has a multiple of it.

    >>> times = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> weight = np.multiply.outer(times, np.array([[0.0, 1.0], [2.0, 3.0]])).reshape(1, 2, 2, 1, 2, 2)
    >>> locally_connected2d(np.arange(9.0).reshape(1, 1, 3, 3), weight)
    array([[[[ 19.,  50.],
             [111., 172.]]]])
    """
    x, weight, bias, window, _, _ = _arguments(x, weight, bias, stride, padding, UNSHARED)
    view = windows(pad(x, window.pads), window.kernel_size, window.stride)
    y = np.einsum("orscij,ncijrs->nors", weight, view, order="C")
    return y if bias is None else y + bias


def locally_connected2d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    need_grad_x: bool = True,
) -> Gradients:
    """Return the gradients of `locally_connected2d` with respect to its input, weight and bias.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, weight, bias, stride, padding
        As they were given to `locally_connected2d`.
    need_grad_x : bool
        False skips the input gradient.

    Returns
    -------
    grad_x : ndarray of shape (N, C_in, H, W), or None
    grad_weight : ndarray of shape (C_out, H_out, W_out, C_in, kH, kW)
    grad_bias : ndarray of shape (C_out, H_out, W_out), or None if there is no bias

    Raises
    ------
    TypeError
        As `locally_connected2d`.
    ValueError
        As `locally_connected2d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    Nothing is shared, so with one image each weight's gradient is the one pixel that it was multiplied by:

    >>> x, weight = np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 2, 2, 1, 2, 2))
    >>> grad_x, grad_weight, _ = locally_connected2d_backward(np.ones((1, 1, 2, 2)), x, weight)
    >>> grad_weight[0, 1, 1, 0]
    array([[4., 5.],
           [7., 8.]])
    """
    x, weight, bias, window, _, size = _arguments(x, weight, bias, stride, padding, UNSHARED)
    grad_y = same_shape(grad_y, "grad_y", (len(x), len(weight), *size), "the output").astype(x.dtype, copy=False)
    padded = pad(x, window.pads)
    view = windows(padded, window.kernel_size, window.stride)
    grad_weight = np.einsum("nors,ncijrs->orscij", grad_y, view, order="C")
    grad_x = None
    if boolean(need_grad_x, "need_grad_x"):
        check_memory(view.shape, view.itemsize, "the array of columns")
        grad_padded = np.zeros_like(padded)
        fold(np.einsum("nors,orscij->ncijrs", grad_y, weight), grad_padded, window.stride)
        grad_x = np.ascontiguousarray(grad_padded[window.inside(x.shape[2:])])
    return grad_x, grad_weight, None if bias is None else grad_y.sum(axis=0)


def tiled_conv2d(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None, *, stride: int | Pair = 1, padding: Padding = 0
) -> np.ndarray:
    """Cross-correlate images with a set of t_h * t_w filters for each channel, used in turn along rows and columns.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
    weight : ndarray of shape (C_out, C_in, kH, kW, t_h, t_w)
        Output (i, j), counted from 0, uses kernel (i % t_h, j % t_w).
    bias : ndarray of shape (C_out, t_h, t_w), optional
        Shared as the kernels are.
    stride, padding
        As in `conv2d`.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Raises
    ------
    TypeError
        If an array does not hold real numbers, or an option is not an integer.
    ValueError
        If shapes do not agree, an option is out of range, the kernel is larger than the padded image, or there are
        more tiles than outputs, so that a kernel would never be used.

    Notes
    -----
    One tile is `conv2d`; as many tiles as outputs are `locally_connected2d`. [1]_ counts from 1 and gives output
    (j, k) the kernel (j % t + 1, k % t + 1) (equation 9.10): its first output uses its second kernel. That is the same
    rule with the kernels rotated by one place, ``weight = np.roll(K, -1, axis=(4, 5))``. As many multiplications as
    the convolution, `conv_mac_count`; the weights are t_h * t_w times as many, `tiled_param_count`.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville, "Deep Learning", MIT Press, 2016, chapter 9.

    Examples
    --------
    Two kernels, the second minus the first, alternate from column to column:

    >>> kernel = np.array([[0.0, 1.0], [2.0, 3.0]])
    >>> weight = np.stack([kernel, -kernel], axis=-1).reshape(1, 1, 2, 2, 1, 2)
    >>> tiled_conv2d(np.arange(9.0).reshape(1, 1, 3, 3), weight)
    array([[[[ 19., -25.],
             [ 37., -43.]]]])
    """
    x, weight, bias, window, _, size = _arguments(x, weight, bias, stride, padding, TILED)
    padded, y = pad(x, window.pads), np.empty((len(x), len(weight), *size), x.dtype)
    for a, b, slide, outputs, inputs in _tiles(weight, window.stride):
        y[outputs] = engine.correlate(padded[inputs], weight[..., a, b], slide)
        if bias is not None:
            y[outputs] += bias[:, a, b, None, None]
    return y


def tiled_conv2d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    need_grad_x: bool = True,
) -> Gradients:
    """Return the gradients of `tiled_conv2d` with respect to its input, weight and bias.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, weight, bias, stride, padding
        As they were given to `tiled_conv2d`.
    need_grad_x : bool
        False skips the input gradient.

    Returns
    -------
    grad_x : ndarray of shape (N, C_in, H, W), or None
    grad_weight : ndarray of shape (C_out, C_in, kH, kW, t_h, t_w)
    grad_bias : ndarray of shape (C_out, t_h, t_w), or None if there is no bias

    Raises
    ------
    TypeError
        As `tiled_conv2d`.
    ValueError
        As `tiled_conv2d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    Of three columns of outputs, kernel 0 makes the first and the last, kernel 1 the middle one:

    >>> x, weight = np.array([[[[1.0, 20.0, 300.0]]]]), np.ones((1, 1, 1, 1, 1, 2))
    >>> tiled_conv2d_backward(np.ones((1, 1, 1, 3)), x, weight)[1].ravel()
    array([301.,  20.])
    """
    x, weight, bias, window, _, size = _arguments(x, weight, bias, stride, padding, TILED)
    grad_y = same_shape(grad_y, "grad_y", (len(x), len(weight), *size), "the output").astype(x.dtype, copy=False)
    padded = pad(x, window.pads)
    grad_weight, grad_bias = np.empty_like(weight), None if bias is None else np.empty_like(bias)
    grad_padded = np.zeros_like(padded) if boolean(need_grad_x, "need_grad_x") else None
    for a, b, slide, outputs, inputs in _tiles(weight, window.stride):
        upstream, part, tile = grad_y[outputs], padded[inputs], weight[..., a, b]
        grad_weight[..., a, b] = engine.weight_gradient(upstream, part, tile.shape, slide)
        if grad_bias is not None:
            grad_bias[:, a, b] = upstream.sum(axis=(0, 2, 3))
        if grad_padded is not None:
            grad_padded[inputs] += engine.input_gradient(upstream, tile, part.shape, slide)
    if grad_padded is None:
        return None, grad_weight, grad_bias
    return np.ascontiguousarray(grad_padded[window.inside(x.shape[2:])]), grad_weight, grad_bias


def restricted_conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    connections: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
) -> np.ndarray:
    """Cross-correlate images with filters that see only the input channels that a table connects them to.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
    weight : ndarray of shape (C_out, C_in, kH, kW)
        Kernels of channels that are not connected are not used.
    connections : ndarray of bool of shape (C_out, C_in)
        Whether the output channel of the row sees the input channel of the column.
    bias : ndarray of shape (C_out,), optional
    stride, padding
        As in `conv2d`.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Raises
    ------
    TypeError
        If `connections` does not hold booleans, an array does not hold real numbers, or an option is not an integer.
    ValueError
        As `conv2d`, and if `connections` does not fit `weight` or leaves an output channel without any input.

    Notes
    -----
    Computed as `conv2d` with zeros for the missing kernels, so that a NaN in any channel still reaches every output. A
    table of blocks along the diagonal is a convolution with groups. The third layer of LeNet-5 has a table ([1]_,
    table I).

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
       Proceedings of the IEEE, 1998.

    Examples
    --------
    >>> x, weight = np.array([1.0, 20.0, 300.0]).reshape(1, 3, 1, 1), np.ones((2, 3, 1, 1))
    >>> restricted_conv2d(x, weight, [[True, True, False], [False, True, True]]).ravel()
    array([ 21., 320.])
    """
    weight, _ = _connected(weight, connections)
    return conv2d(x, weight, bias, stride=stride, padding=padding)


def restricted_conv2d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    connections: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    need_grad_x: bool = True,
) -> Gradients:
    """Return the gradients of `restricted_conv2d` with respect to its input, weight and bias.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, weight, connections, bias, stride, padding
        As they were given to `restricted_conv2d`.
    need_grad_x : bool
        False skips the input gradient.

    Returns
    -------
    grad_x : ndarray of shape (N, C_in, H, W), or None
    grad_weight : ndarray of shape (C_out, C_in, kH, kW)
        Exactly 0 where channels are not connected.
    grad_bias : ndarray of shape (C_out,), or None if there is no bias

    Raises
    ------
    TypeError
        As `restricted_conv2d`.
    ValueError
        As `restricted_conv2d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    >>> x, weight = np.array([1.0, 20.0, 300.0]).reshape(1, 3, 1, 1), np.ones((1, 3, 1, 1))
    >>> restricted_conv2d_backward(np.ones((1, 1, 1, 1)), x, weight, [[True, True, False]])[1].ravel()
    array([ 1., 20.,  0.])
    """
    weight, kept = _connected(weight, connections)
    grad_x, grad_weight, grad_bias = conv2d_backward(
        grad_y, x, weight, bias, stride=stride, padding=padding, need_grad_x=need_grad_x
    )
    return grad_x, np.where(kept, grad_weight, 0), grad_bias


def pad2d(x: np.ndarray, padding: int | Pair, mode: PadMode = "zeros") -> np.ndarray:
    """Put a border around every image: zeros, or pixels of the image itself.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    padding : int or pair of int
        Rows above and below, and columns left and right.
    mode : {"zeros", "reflect", "replicate", "circular"}
        "reflect" mirrors the image about its outermost pixels, which are not repeated; "replicate" repeats them;
        "circular" goes on at the opposite side.

    Returns
    -------
    ndarray of shape (N, C, H + 2 * rows, W + 2 * columns)

    Raises
    ------
    TypeError
        If `x` does not hold real numbers, or `padding` is not an integer.
    ValueError
        If the mode is unknown, or the padding negative or larger than the image can fill: size - 1 for "reflect",
        size for "circular".

    Examples
    --------
    >>> row = np.array([[[[1.0, 2.0, 3.0]]]])
    >>> for mode in ("zeros", "reflect", "replicate", "circular"):
    ...     print(pad2d(row, (0, 2), mode).ravel(), mode)
    [0. 0. 1. 2. 3. 0. 0.] zeros
    [3. 2. 1. 2. 3. 2. 1.] reflect
    [1. 1. 1. 2. 3. 3. 3.] replicate
    [2. 3. 1. 2. 3. 1. 2.] circular
    """
    x, (rows, cols) = _pad_arguments(x, padding, mode)
    if mode == "zeros":
        return pad(x, ((rows, rows), (cols, cols))) if rows or cols else x.copy()
    return x.take(_sources(x.shape[2], rows, mode), axis=2).take(_sources(x.shape[3], cols, mode), axis=3)


def pad2d_backward(grad_y: np.ndarray, x: np.ndarray, padding: int | Pair, mode: PadMode = "zeros") -> np.ndarray:
    """Return the gradient of `pad2d`: every pixel adds up what its copies received.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C, H + 2 * rows, W + 2 * columns)
        Gradient of the loss with respect to the output.
    x, padding, mode
        As they were given to `pad2d`.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError
        As `pad2d`.
    ValueError
        As `pad2d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    >>> pad2d_backward(np.ones((1, 1, 1, 7)), np.array([[[[1.0, 2.0, 3.0]]]]), (0, 2), "reflect").ravel()
    array([2., 3., 2.])
    """
    x, (rows, cols) = _pad_arguments(x, padding, mode)
    n, c, height, width = x.shape
    grad_y = same_shape(grad_y, "grad_y", (n, c, height + 2 * rows, width + 2 * cols), "the output")
    grad_y = grad_y.astype(x.dtype, copy=False)
    if mode == "zeros":
        return grad_y[:, :, rows : rows + height, cols : cols + width].copy()
    grad_x = np.zeros_like(x, order="C")
    copied: Any = np.s_[:, :, _sources(height, rows, mode)[:, None], _sources(width, cols, mode)]
    np.add.at(grad_x, copied, grad_y)
    return grad_x


def conv2d_entries(
    weight: np.ndarray,
    input_size: int | Pair,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where the matrix of a convolution has its weights, and which: all other entries are 0.

    Parameters
    ----------
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    input_size : int or pair of int
        (H, W) of the images that the convolution is for.
    stride, padding, dilation, groups
        As in `conv2d`.

    Returns
    -------
    rows : ndarray of int of shape (entries,)
        The output of each entry: its place in an image's output of shape (C_out, H_out, W_out), flattened.
    columns : ndarray of int of shape (entries,)
        The pixel of each entry: its place in an image of shape (C_in, H, W), flattened.
    values : ndarray of shape (entries,)

    Raises
    ------
    TypeError
        If `weight` does not hold real numbers, or an option is not an integer.
    ValueError
        If a shape or an option is out of range, the kernel is larger than the padded image, or the entries would take
        more than `checks.MAX_BYTES`.

    Notes
    -----
    Sorted by row, then by column, none twice. Weights that are 0 are listed too; taps that lie in the padding are not.
    ``scipy.sparse.coo_array((values, (rows, columns)), shape=(C_out * H_out * W_out, C_in * H * W))`` is the sparse
    matrix; without its shape it would lose pixels at the end that no window sees.

    Examples
    --------
    >>> rows, columns, values = conv2d_entries(np.array([[[[0.0, 1.0], [2.0, 3.0]]]]), 3)
    >>> rows[:4], columns[:4], values[:4]
    (array([0, 0, 0, 0]), array([0, 1, 3, 4]), array([0., 1., 2., 3.]))
    """
    weight, image = _matrix_arguments(weight, input_size, groups)
    rows, columns, values, _ = _entries(weight, image, Window.of(weight.shape[2:], stride, padding, dilation))
    return rows, columns, values


def conv2d_matrix(
    weight: np.ndarray,
    input_size: int | Pair,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """Return the matrix that does to a flattened image what the convolution does to the image.

    Parameters
    ----------
    weight, input_size, stride, padding, dilation, groups
        As in `conv2d_entries`.

    Returns
    -------
    ndarray of shape (C_out * H_out * W_out, C_in * H * W)

    Raises
    ------
    TypeError
        As `conv2d_entries`.
    ValueError
        As `conv2d_entries`, and if the matrix would take more than `checks.MAX_BYTES`.

    Notes
    -----
    Its transpose does what `conv_transpose2d` does.

    Examples
    --------
    >>> matrix = conv2d_matrix(np.array([[[[0.0, 1.0], [2.0, 3.0]]]]), 3)
    >>> matrix
    array([[0., 1., 0., 2., 3., 0., 0., 0., 0.],
           [0., 0., 1., 0., 2., 3., 0., 0., 0.],
           [0., 0., 0., 0., 1., 0., 2., 3., 0.],
           [0., 0., 0., 0., 0., 1., 0., 2., 3.]])
    >>> matrix @ np.arange(9.0)
    array([19., 25., 37., 43.])
    """
    weight, image = _matrix_arguments(weight, input_size, groups)
    window = Window.of(weight.shape[2:], stride, padding, dilation)
    rows, columns, values, shape = _entries(weight, image, window, in_full=True)
    matrix = np.zeros(shape, values.dtype)
    matrix[rows, columns] = values
    return matrix


def linear_as_conv2d(weight: np.ndarray, input_shape: tuple[int, int, int]) -> np.ndarray:
    """Return the weight of the convolution that does what a dense layer does to a flattened volume.

    Parameters
    ----------
    weight : ndarray of shape (M, C * H * W)
        Of the dense layer, as in `linear`; its bias stays as it is.
    input_shape : tuple of int
        (C, H, W) of the volume.

    Returns
    -------
    ndarray of shape (M, C, H, W)
        The same numbers, as a view where possible.

    Raises
    ------
    TypeError
        If `weight` does not hold real numbers, or a size is not an integer.
    ValueError
        If `weight` does not have C * H * W columns.

    Notes
    -----
    The kernels are as large as the volume, so that they fit in one place. On a larger volume they slide: the dense
    layer is applied to every window of H x W in one go.

    Examples
    --------
    >>> weight = linear_as_conv2d(np.array([[0.0, 1.0, 2.0, 3.0]]), (1, 2, 2))
    >>> conv2d(np.arange(4.0).reshape(1, 1, 2, 2), weight)
    array([[[[14.]]]])
    >>> conv2d(np.arange(9.0).reshape(1, 1, 3, 3), weight)
    array([[[[19., 25.],
             [37., 43.]]]])
    """
    weight, shape = real_array(weight, "weight"), per_axis(input_shape, "input_shape", 3, 1)
    if weight.ndim != 2 or len(weight) == 0 or weight.shape[1] != prod(shape):
        raise ValueError(
            f"weight must have shape (M, {prod(shape)}) for an input of shape {shape} (C, H, W), got {weight.shape}"
        )
    return weight.reshape(-1, *shape)


def _arguments(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: int | Pair, padding: Padding, layout: Layout
) -> Arguments:
    """Check the arguments of a layer with several filters for each channel."""
    x, weight = batch(x, "x", may_be_flat=True), real_array(weight, "weight")
    named = f"({', '.join(layout)})"
    if weight.ndim != 6 or 0 in weight.shape:
        raise ValueError(f"weight must have shape {named}, none of them 0, got {weight.shape}")
    sizes = dict(zip(layout, weight.shape, strict=True))
    if x.shape[1] != sizes["C_in"]:
        raise other_channels(x, sizes["C_in"], f"shape {weight.shape} = {named}")
    if bias is not None:
        several = tuple(size for axis, size in sizes.items() if axis not in ("C_in", "kH", "kW"))
        bias = same_shape(bias, "bias", several, "one number for each filter")
    x, weight, bias = one_dtype(x, weight, bias)
    window = Window.of((sizes["kH"], sizes["kW"]), stride, padding)
    rows, cols = size = window.output_size(x.shape[2:])
    if layout == UNSHARED and (sizes["H_out"], sizes["W_out"]) != size:
        raise ValueError(
            f"weight has filters for {sizes['H_out']} x {sizes['W_out']} outputs (shape {weight.shape}), but there are "
            f"{rows} x {cols}"
        )
    if layout == TILED and (sizes["t_h"] > rows or sizes["t_w"] > cols):
        raise ValueError(
            f"weight has {sizes['t_h']} x {sizes['t_w']} tiles (shape {weight.shape}), but there are only {rows} x "
            f"{cols} outputs; some kernels would never be used"
        )
    check_memory((len(x), len(weight), *size), x.itemsize, "the output")
    return Arguments(x, weight, bias, window, 1, size)


def _tiles(weight: np.ndarray, stride: Pair) -> Iterator[tuple]:
    """Yield each tile's two indices, how its kernel slides, which outputs it makes and which inputs it slides over.

    Every t-th output of a convolution of stride s is a convolution of stride s * t that starts later.
    """
    t_h, t_w = weight.shape[4:]
    slide = Slide((stride[0] * t_h, stride[1] * t_w), (1, 1), 1)
    for a, b in np.ndindex(t_h, t_w):
        yield a, b, slide, np.s_[:, :, a::t_h, b::t_w], np.s_[:, :, a * stride[0] :, b * stride[1] :]


def _connected(weight: np.ndarray, connections: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weight with zeros for the missing kernels, and where there are kernels."""
    weight = filters(weight)
    kept = check_connections(connections, weight.shape[:2])[:, :, None, None]
    return np.where(kept, weight, weight.dtype.type(0)), kept


def _pad_arguments(x: np.ndarray, padding: int | Pair, mode: PadMode) -> tuple[np.ndarray, Pair]:
    """Check the arguments of `pad2d`."""
    x, padding = batch(x, "x"), per_axis(padding, "padding")
    choice(mode, "mode", ("zeros", "reflect", "replicate", "circular"))
    for axis, n, p in zip(("rows", "columns"), x.shape[2:], padding, strict=True):
        most = {"reflect": n - 1, "circular": n}.get(mode, p)
        if p > most:
            raise ValueError(f"padding of {p} {axis} is too much: mode {mode!r} fills at most {most} from {n} {axis}")
    check_memory(
        (*x.shape[:2], *(n + 2 * p for n, p in zip(x.shape[2:], padding, strict=True))), x.itemsize, "the padded x"
    )
    return x, padding


def _sources(n: int, padding: int, mode: str) -> np.ndarray:
    """Return which of `n` pixels along an axis each pixel of the padded axis copies."""
    place = np.arange(-padding, n + padding)
    if mode == "circular":
        return place % n
    if mode == "replicate":
        return place.clip(0, n - 1)
    return n - 1 - abs(n - 1 - abs(place))  # reflected at 0, then at n - 1


def _matrix_arguments(
    weight: np.ndarray, input_size: int | Pair, groups: int
) -> tuple[np.ndarray, tuple[int, int, int]]:
    """Check the weight of a convolution and return it with the shape of the images that it is for."""
    weight = filters(weight)
    c_in = weight.shape[1] * integer(groups, "groups", 1)
    check_groups(c_in, len(weight), groups)
    return weight, (c_in, *per_axis(input_size, "input_size", minimum=1))


def _entries(
    weight: np.ndarray, image: tuple[int, int, int], window: Window, in_full: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Pair]:
    """Return rows, columns and values of the matrix's entries, and its shape, if it (`in_full`) or they fit."""
    c_out, c_group, k_h, k_w = weight.shape
    groups, (h_out, w_out) = image[0] // c_group, window.output_size(image[1:])
    check_memory(image, 8, "the image of pixel numbers")
    # An image of its own pixels' numbers, from 1 on so that 0 is the padding: its windows say who meets whom.
    numbers = pad(np.arange(1, prod(image) + 1).reshape(1, *image), window.pads)
    pixels = windows(numbers, window.kernel_size, window.stride, window.dilation)[0]
    shape = c_out * h_out * w_out, prod(image)
    if in_full:
        check_memory(shape, weight.itemsize, "the matrix")
    # One axis order for all: first those of the output, then those that it sums over.
    axes = (groups, c_out // groups, h_out, w_out, c_group, k_h, k_w)
    check_memory((3, *axes), 8, "the list of entries")
    pixels = pixels.reshape(groups, 1, c_group, k_h, k_w, h_out, w_out).transpose(0, 1, 5, 6, 2, 3, 4)
    outputs = np.arange(shape[0]).reshape(*axes[:4], 1, 1, 1)
    values = weight.reshape(*axes[:2], 1, 1, *axes[4:])
    pixels, outputs, values = (np.broadcast_to(a, axes) for a in (pixels, outputs, values))
    inside = pixels > 0
    return outputs[inside], pixels[inside] - 1, values[inside], shape
