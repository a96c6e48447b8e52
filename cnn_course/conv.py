"""Convolution and cross-correlation in 1D and 2D, the transposed convolution, and their gradients.

Here arguments are checked; the work is done by the three operations of `engine`. The transposed convolution is the
input gradient used forwards.

Taught in chapters 1 to 5 (forward) and 9 (backward).
"""

from __future__ import annotations

from math import prod
from typing import Any, Literal

import numpy as np

from . import engine
from .arguments import Arguments, Gradients, Window, convolution, one_dtype, transposed
from .checks import batch, boolean, check_memory, choice, per_axis, real_array, same_shape
from .engine import Slide
from .shapes import Padding, Pair
from .windows import flip, fold, pad, windows

Mode = Literal["valid", "same", "full"]


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | Pair = 1,
    padding: Padding = 0,
    *,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """Cross-correlate a batch of images with the filters of a convolutional layer.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    bias : ndarray of shape (C_out,), optional
    stride : int or pair of int
        Rows and columns from one window to the next.
    padding : int, pair of int, "valid", "same" or "full"
        Zeros on each side. "same" keeps the size, with stride 1 only; an even kernel then gets its extra zero at
        the right and bottom.
    dilation : int or pair of int
        Distance between neighbouring kernel taps; 1 means no holes.
    groups : int
        Groups of channels that do not see each other.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Raises
    ------
    TypeError
        If an array does not hold real numbers, or an option is not an integer.
    ValueError
        If shapes do not agree, an option is out of range, the kernel is larger than the padded image, or the padded
        image or the output would take more than `checks.MAX_BYTES`.

    Notes
    -----
    ``y[n, o, r, s] = bias[o] + sum over c, i, j of weight[o, c, i, j] * x[n, c, r*stride + i, s*stride + j]``, which
    the field calls convolution though the kernel is not flipped ([1]_, equation 9.7). Computed as one matrix product
    for each few images, over columns that hold one window each.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville, "Deep Learning", MIT Press, 2016, chapter 9.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> weight = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> conv2d(x, weight)
    array([[[[19., 25.],
             [37., 43.]]]])
    """
    return _correlate(convolution(x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups))


def conv2d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
    need_grad_x: bool = True,
) -> Gradients:
    """Return the gradients of `conv2d` with respect to its input, weight and bias.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, weight, bias, stride, padding, dilation, groups
        As they were given to `conv2d`.
    need_grad_x : bool
        False skips the input gradient, which a network's first layer has no use for.

    Returns
    -------
    grad_x : ndarray of shape (N, C_in, H, W), or None
    grad_weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    grad_bias : ndarray of shape (C_out,), or None if there is no bias

    Raises
    ------
    TypeError
        As `conv2d`.
    ValueError
        As `conv2d`, and if `grad_y` does not have the output's shape.

    Notes
    -----
    Equations 9.11 (weight) and 9.13 (input) of [1]_.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville, "Deep Learning", MIT Press, 2016, chapter 9.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> weight = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> grad_x, grad_weight, grad_bias = conv2d_backward(np.ones((1, 1, 2, 2)), x, weight)
    >>> grad_x[0, 0]
    array([[0., 1., 1.],
           [2., 6., 4.],
           [2., 5., 3.]])
    >>> grad_weight[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    given = convolution(x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return _gradients(grad_y, given, need_grad_x)


def conv1d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int = 1,
    padding: int | str = 0,
    *,
    dilation: int = 1,
    groups: int = 1,
) -> np.ndarray:
    """Cross-correlate a batch of signals with the filters of a 1D convolutional layer.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, W)
    weight : ndarray of shape (C_out, C_in // groups, kW)
    bias : ndarray of shape (C_out,), optional
    stride, padding, dilation, groups
        As in `conv2d`, for one axis.

    Returns
    -------
    ndarray of shape (N, C_out, W_out)

    Raises
    ------
    TypeError
        If an array does not hold real numbers, or an option is not an integer.
    ValueError
        If shapes do not agree, an option is out of range, or the kernel is larger than the padded signal.

    Examples
    --------
    The kernel is not flipped; turned round beforehand it gives the true convolution 2, 3, 4.

    >>> x = np.arange(1.0, 7.0).reshape(1, 1, 6)
    >>> kernel = np.array([0.1, 0.2, 0.3, 0.4])
    >>> conv1d(x, kernel[::-1].reshape(1, 1, 4))
    array([[[2., 3., 4.]]])
    """
    given = convolution(x, weight, bias, 1, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return _correlate(given)[:, :, 0]


def conv1d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: int = 1,
    padding: int | str = 0,
    dilation: int = 1,
    groups: int = 1,
    need_grad_x: bool = True,
) -> Gradients:
    """Return the gradients of `conv1d` with respect to its input, weight and bias.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, W_out)
        Gradient of the loss with respect to the output.
    x, weight, bias, stride, padding, dilation, groups
        As they were given to `conv1d`.
    need_grad_x : bool
        False skips the input gradient.

    Returns
    -------
    grad_x : ndarray of shape (N, C_in, W), or None
    grad_weight : ndarray of shape (C_out, C_in // groups, kW)
    grad_bias : ndarray of shape (C_out,), or None if there is no bias

    Raises
    ------
    TypeError
        As `conv1d`.
    ValueError
        As `conv1d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    >>> x, weight = np.array([[[1.0, 2.0, 3.0]]]), np.array([[[10.0, 20.0]]])
    >>> grad_x, grad_weight, _ = conv1d_backward(np.array([[[1.0, 1.0]]]), x, weight)
    >>> grad_x, grad_weight
    (array([[[10., 30., 20.]]]), array([[[3., 5.]]]))
    """
    given = convolution(x, weight, bias, 1, stride=stride, padding=padding, dilation=dilation, groups=groups)
    grad_x, grad_weight, grad_bias = _gradients(grad_y, given, need_grad_x, axes=1)
    return None if grad_x is None else grad_x[:, :, 0], grad_weight[:, :, 0], grad_bias


def conv_transpose2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    *,
    output_padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """Send each input back through the kernel: the adjoint of `conv2d` with the same options.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
    weight : ndarray of shape (C_in, C_out // groups, kH, kW)
        As the weight of the convolution from C_out to C_in channels that is transposed.
    bias : ndarray of shape (C_out,), optional
    stride, padding, dilation : int or pair of int
        Those of the convolution that is transposed: padding is cut off the output.
    output_padding : int or pair of int
        Rows and columns added at the bottom and right; smaller than the stride or the dilation.
    groups : int
        Groups of channels that do not see each other.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Raises
    ------
    TypeError
        If an array does not hold real numbers, or an option is not an integer.
    ValueError
        If shapes do not agree, an option is out of range, or the output would take more than `checks.MAX_BYTES`.

    Notes
    -----
    For every u and v, ``sum(conv2d(u, weight) * v) == sum(u * conv_transpose2d(v, weight))``.

    Examples
    --------
    >>> k = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> conv_transpose2d(k, k)[0, 0]
    array([[ 0.,  0.,  1.],
           [ 0.,  4.,  6.],
           [ 4., 12.,  9.]])
    """
    options: Any = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    x, weight, bias, window, groups, size = given = transposed(x, weight, bias, **options, groups=groups)
    channels = weight.shape[1] * groups
    check_memory((len(x), channels, *window.padded_size(size)), x.itemsize, "the output")
    y = engine.input_gradient(x, weight, (len(x), channels, *size), _slide(given), window.pads)
    return y if bias is None else y + bias[:, None, None]


def conv_transpose2d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    output_padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
    need_grad_x: bool = True,
) -> Gradients:
    """Return the gradients of `conv_transpose2d` with respect to its input, weight and bias.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, weight, bias, stride, padding, output_padding, dilation, groups
        As they were given to `conv_transpose2d`.
    need_grad_x : bool
        False skips the input gradient.

    Returns
    -------
    grad_x : ndarray of shape (N, C_in, H, W), or None
    grad_weight : ndarray of shape (C_in, C_out // groups, kH, kW)
    grad_bias : ndarray of shape (C_out,), or None if there is no bias

    Raises
    ------
    TypeError
        As `conv_transpose2d`.
    ValueError
        As `conv_transpose2d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    The input gradient of a transposed convolution is the convolution itself:

    >>> k, x = np.array([[[[0.0, 1.0], [2.0, 3.0]]]]), np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv_transpose2d_backward(x, np.ones((1, 1, 2, 2)), k)[0]
    array([[[[19., 25.],
             [37., 43.]]]])
    """
    options: Any = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    x, weight, bias, window, groups, size = given = transposed(x, weight, bias, **options, groups=groups)
    shape, slide = (len(x), weight.shape[1] * groups, *size), _slide(given)
    grad_y = same_shape(grad_y, "grad_y", shape, "the output").astype(x.dtype, copy=False)
    # Output padding may add rows that no window reached; they got nothing from x and give it no gradient.
    rows, cols = slide.input_size(x.shape[2:], window.kernel_size)
    padded = pad(grad_y, window.pads)[:, :, :rows, :cols]
    grad_x = engine.correlate(padded, weight, slide) if boolean(need_grad_x, "need_grad_x") else None
    grad_weight = engine.weight_gradient(x, padded, weight.shape, slide)
    return grad_x, grad_weight, None if bias is None else grad_y.sum(axis=(0, 2, 3))


def correlate1d(x: np.ndarray, kernel: np.ndarray, mode: Mode = "valid") -> np.ndarray:
    """Cross-correlate a signal with a kernel: slide it, multiply, add.

    Parameters
    ----------
    x : ndarray of shape (W,)
    kernel : ndarray of shape (kW,)
    mode : {"valid", "same", "full"}
        "valid": windows that lie inside; "same": the middle of "full", of x's size, as SciPy cuts it; "full": every
        window that touches x.

    Returns
    -------
    ndarray of shape (W_out,)

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If an array has another number of axes or is empty, the mode is unknown, or the kernel is larger than x in
        mode "valid".

    Examples
    --------
    >>> correlate1d(np.arange(1.0, 7.0), np.array([0.1, 0.2, 0.3, 0.4]))
    array([3., 4., 5.])
    """
    return _plane_correlation(x, kernel, mode, axes=1, flipped=False)


def convolve1d(x: np.ndarray, kernel: np.ndarray, mode: Mode = "valid") -> np.ndarray:
    """Convolve a signal with a kernel: flip it, slide it, multiply, add.

    Parameters
    ----------
    x : ndarray of shape (W,)
    kernel : ndarray of shape (kW,)
    mode : {"valid", "same", "full"}
        As in `correlate1d`.

    Returns
    -------
    ndarray of shape (W_out,)

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        As `correlate1d`.

    Notes
    -----
    ``s[i] = sum over a of kernel[i - a] * x[a]``.

    Examples
    --------
    >>> convolve1d(np.arange(1.0, 7.0), np.array([0.1, 0.2, 0.3, 0.4]))
    array([2., 3., 4.])
    """
    return _plane_correlation(x, kernel, mode, axes=1, flipped=True)


def correlate2d(x: np.ndarray, kernel: np.ndarray, mode: Mode = "valid") -> np.ndarray:
    """Cross-correlate one image with one kernel.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    kernel : ndarray of shape (kH, kW)
    mode : {"valid", "same", "full"}
        As in `correlate1d`.

    Returns
    -------
    ndarray of shape (H_out, W_out)

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        As `correlate1d`.

    Examples
    --------
    >>> correlate2d(np.arange(9.0).reshape(3, 3), np.array([[0.0, 1.0], [2.0, 3.0]]))
    array([[19., 25.],
           [37., 43.]])
    """
    return _plane_correlation(x, kernel, mode, axes=2, flipped=False)


def convolve2d(x: np.ndarray, kernel: np.ndarray, mode: Mode = "valid") -> np.ndarray:
    """Convolve one image with one kernel: the kernel is turned by half a turn first.

    Parameters
    ----------
    x : ndarray of shape (H, W)
    kernel : ndarray of shape (kH, kW)
    mode : {"valid", "same", "full"}
        As in `correlate1d`.

    Returns
    -------
    ndarray of shape (H_out, W_out)

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        As `correlate1d`.

    Examples
    --------
    >>> convolve2d(np.arange(9.0).reshape(3, 3), np.array([[0.0, 1.0], [2.0, 3.0]]))
    array([[ 5., 11.],
           [23., 29.]])
    """
    return _plane_correlation(x, kernel, mode, axes=2, flipped=True)


def im2col(
    x: np.ndarray,
    kernel_size: int | Pair,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
) -> np.ndarray:
    """Copy every window of a batch into a column, so that a convolution becomes a matrix product.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    kernel_size, stride, dilation : int or pair of int
    padding : int, pair of int, "valid", "same" or "full"

    Returns
    -------
    ndarray of shape (N, C * kH * kW, L)
        L = H_out * W_out windows, in row-major order.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers, or an option is not an integer.
    ValueError
        If an option is out of range, the kernel is larger than the padded image, or the columns would take more
        than `checks.MAX_BYTES`.

    Examples
    --------
    >>> columns = im2col(np.arange(9.0).reshape(1, 1, 3, 3), 2)
    >>> columns[0]
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    >>> np.array([0.0, 1.0, 2.0, 3.0]) @ columns[0]
    array([19., 25., 37., 43.])
    """
    x, window = batch(x, "x"), Window.of(kernel_size, stride, padding, dilation)
    size = window.output_size(x.shape[2:])
    view = windows(pad(x, window.pads), window.kernel_size, window.stride, window.dilation)
    check_memory(view.shape, view.itemsize, "the array of columns")
    # Copy first: for a 1x1 kernel reshape alone would hand out a view of x.
    return view.copy().reshape(len(x), x.shape[1] * prod(window.kernel_size), prod(size))


def col2im(
    cols: np.ndarray,
    output_size: Pair,
    kernel_size: int | Pair,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
) -> np.ndarray:
    """Add every column back to the window it was copied from: the adjoint of `im2col`, not its inverse.

    Parameters
    ----------
    cols : ndarray of shape (N, C * kH * kW, L)
    output_size : pair of int
        (H, W) of the image that the columns were taken from.
    kernel_size, stride, padding, dilation
        As they were given to `im2col`.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError
        If `cols` does not hold real numbers, or an option is not an integer.
    ValueError
        If `cols` does not have the shape that the options lead to.

    Examples
    --------
    >>> columns = im2col(np.arange(9.0).reshape(1, 1, 3, 3), 2)
    >>> col2im(columns, (3, 3), 2)[0, 0]
    array([[ 0.,  2.,  2.],
           [ 6., 16., 10.],
           [ 6., 14.,  8.]])
    """
    cols, window = real_array(cols, "cols"), Window.of(kernel_size, stride, padding, dilation)
    size = per_axis(output_size, "output_size", minimum=1)
    h_out, w_out = window.output_size(size)
    taps = prod(window.kernel_size)
    if cols.ndim != 3 or cols.shape[1] % taps or cols.shape[2] != h_out * w_out or 0 in cols.shape[1:]:
        raise ValueError(
            f"cols must have shape (N, C * {taps}, {h_out * w_out}) for a kernel of {window.kernel_size} and "
            f"{h_out} x {w_out} windows, got {cols.shape}"
        )
    shape = (len(cols), cols.shape[1] // taps, *window.padded_size(size))
    check_memory(shape, cols.itemsize, "the padded image")
    x = np.zeros(shape, cols.dtype)
    fold(cols.reshape(*shape[:2], *window.kernel_size, h_out, w_out), x, window.stride, window.dilation)
    return np.ascontiguousarray(x[window.inside(size)])


def _correlate(given: Arguments) -> np.ndarray:
    """Return the output of a convolution; that of a signal is an image of one row."""
    return engine.correlate(given.x, given.weight, _slide(given), given.window.pads, given.bias)


def _gradients(grad_y: np.ndarray, given: Arguments, need_grad_x: bool, axes: int = 2) -> Gradients:
    """Return the gradients of a convolution, of one over signals (one axis) as images of one row."""
    x, weight, bias, window, _, size = given
    slide, pads = _slide(given), window.pads
    shape = len(x), len(weight), *size
    check_memory((*x.shape[:2], *window.padded_size(x.shape[2:])), x.itemsize, "the padded input")
    grad_y = same_shape(grad_y, "grad_y", (*shape[:2], *size[-axes:]), "the output")
    grad_y = grad_y.reshape(shape).astype(x.dtype, copy=False)
    grad_weight = engine.weight_gradient(grad_y, x, weight.shape, slide, pads)
    grad_bias = None if bias is None else np.einsum("norq->o", grad_y)  # three times as fast as grad_y.sum
    grad_x = None
    if boolean(need_grad_x, "need_grad_x"):
        grad_x = engine.input_gradient(grad_y, weight, x.shape, slide, pads)
    return grad_x, grad_weight, grad_bias


def _slide(given: Arguments) -> Slide:
    return Slide(given.window.stride, given.window.dilation, given.groups)


def _plane_correlation(x: np.ndarray, kernel: np.ndarray, mode: Mode, axes: int, flipped: bool) -> np.ndarray:
    """Cross-correlate two plain arrays; a signal becomes an image of one row."""
    x, kernel = real_array(x, "x"), real_array(kernel, "kernel")
    for name, array in (("x", x), ("kernel", kernel)):
        if array.ndim != axes or array.size == 0:
            raise ValueError(f"{name} must be a non-empty array of {axes} axes, got shape {array.shape}")
    x, kernel = one_dtype(x, kernel)
    x, kernel = (x[None], kernel[None]) if axes == 1 else (x, kernel)
    # SciPy's "same" is the middle of "full": an even kernel gets its extra zero before, a layer's "same" after.
    before_after = {
        "valid": lambda k: (0, 0),
        "same": lambda k: (k // 2, (k - 1) // 2),
        "full": lambda k: (k - 1, k - 1),
    }[choice(mode, "mode", ("valid", "same", "full"))]
    k_h, k_w = kernel.shape
    window = Window((k_h, k_w), (1, 1), (1, 1), (before_after(k_h), before_after(k_w)))
    kernel = flip(kernel) if flipped else kernel
    y = _correlate(Arguments(x[None, None], kernel[None, None], None, window, 1, window.output_size(x.shape)))[0, 0]
    return y if axes == 2 else y[0]
