"""Convolution and cross-correlation in 1D and 2D, the transposed convolution, and their gradients.

Here arguments are checked and inputs padded; the work is done by the three operations of `engine`. The transposed
convolution is the input gradient used forwards.

Taught in chapters 1 to 5 (forward) and 9 (backward).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from . import engine
from .checks import batch, boolean, choice, integer, per_axis, real_array, room, same_shape
from .engine import Slide
from .shapes import Padding, check_groups, conv_output_size, conv_transpose_output_size, kernel_span, resolve_padding
from .windows import Pair, flip, fold, pad, windows

Mode = Literal["valid", "same", "full"]
Gradients = tuple[np.ndarray | None, np.ndarray, np.ndarray | None]


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
    return _conv(x, weight, bias, stride, padding, dilation, groups, axes=2)


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
    return _conv_backward(grad_y, x, weight, bias, stride, padding, dilation, groups, need_grad_x, axes=2)


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
    return _conv(x, weight, bias, stride, padding, dilation, groups, axes=1)


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
    return _conv_backward(grad_y, x, weight, bias, stride, padding, dilation, groups, need_grad_x, axes=1)


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
    x, weight, bias, slide, (top, left), (height, width) = _transpose_arguments(
        x, weight, bias, stride, padding, output_padding, dilation, groups
    )
    padded = (len(x), weight.shape[1] * slide.groups, height + 2 * top, width + 2 * left)
    room(padded, x.itemsize, "the output")
    y = engine.input_gradient(x, weight, padded, slide)[:, :, top : top + height, left : left + width]
    return np.ascontiguousarray(y) if bias is None else y + bias[:, None, None]


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
    x, weight, bias, slide, (top, left), size = _transpose_arguments(
        x, weight, bias, stride, padding, output_padding, dilation, groups
    )
    shape = (len(x), weight.shape[1] * slide.groups, *size)
    grad_y = same_shape(grad_y, "grad_y", shape, "the output").astype(x.dtype, copy=False)
    # Output padding may add rows that no window reached; they got nothing from x and give it no gradient.
    rows, cols = slide.reach(x.shape[2:], weight.shape[2:])
    padded = pad(grad_y, ((top, top), (left, left)))[:, :, :rows, :cols]
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
    x = batch(x, "x")
    size, steps, gaps, pads = _window_options(x.shape[2:], kernel_size, stride, padding, dilation)
    view = windows(pad(x, pads), size, steps, gaps)
    n, c, k_h, k_w, h_out, w_out = view.shape
    room(view.shape, view.itemsize, "the array of columns")
    # Copy first: for a 1x1 kernel reshape alone would hand out a view of x.
    return view.copy().reshape(n, c * k_h * k_w, h_out * w_out)


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
    cols = real_array(cols, "cols")
    height, width = per_axis(output_size, "output_size", minimum=1)
    size, steps, gaps, pads = _window_options((height, width), kernel_size, stride, padding, dilation)
    (top, bottom), (left, right) = pads
    padded = (top + height + bottom, left + width + right)
    h_out, w_out = _window_counts(padded, size, steps, gaps)
    taps = size[0] * size[1]
    if cols.ndim != 3 or cols.shape[1] % taps or cols.shape[2] != h_out * w_out or 0 in cols.shape[1:]:
        raise ValueError(
            f"cols must have shape (N, C * {taps}, {h_out * w_out}) for a kernel of {size} and "
            f"{h_out} x {w_out} windows, got {cols.shape}"
        )
    n, c = cols.shape[0], cols.shape[1] // taps
    room((n, c, *padded), cols.itemsize, "the padded image")
    x = np.zeros((n, c, *padded), cols.dtype)
    fold(cols.reshape(n, c, *size, h_out, w_out), x, steps, gaps)
    return np.ascontiguousarray(x[:, :, top : top + height, left : left + width])


def _conv(x, weight, bias, stride, padding, dilation, groups, axes):
    x, weight, bias, slide, pads = _conv_arguments(x, weight, bias, stride, padding, dilation, groups, axes)
    y = engine.correlate(pad(x, pads), weight, slide)
    if bias is not None:
        y += bias[:, None, None]
    return y if axes == 2 else y[:, :, 0]


def _conv_backward(grad_y, x, weight, bias, stride, padding, dilation, groups, need_grad_x, axes):
    x, weight, bias, slide, pads = _conv_arguments(x, weight, bias, stride, padding, dilation, groups, axes)
    padded = pad(x, pads)
    h_out, w_out = _window_counts(padded.shape[2:], weight.shape[2:], slide.stride, slide.dilation)
    shape = (len(x), len(weight), h_out, w_out)
    grad_y = same_shape(grad_y, "grad_y", shape if axes == 2 else (*shape[:2], w_out), "the output")
    grad_y = grad_y.reshape(shape).astype(x.dtype, copy=False)
    grad_weight = engine.weight_gradient(grad_y, padded, weight.shape, slide)
    grad_bias = None if bias is None else grad_y.sum(axis=(0, 2, 3))
    grad_x = None
    if boolean(need_grad_x, "need_grad_x"):
        (top, _), (left, _) = pads
        grad_x = engine.input_gradient(grad_y, weight, padded.shape, slide)
        grad_x = np.ascontiguousarray(grad_x[:, :, top : top + x.shape[2], left : left + x.shape[3]])
    if axes == 2:
        return grad_x, grad_weight, grad_bias
    return None if grad_x is None else grad_x[:, :, 0], grad_weight[:, :, 0], grad_bias


def _conv_arguments(x, weight, bias, stride, padding, dilation, groups, axes):
    """Check the arguments of a convolution; a signal becomes an image of one row."""
    x, weight = batch(x, "x", axes, may_be_flat=True), _weight(weight, axes)
    groups = integer(groups, "groups", 1)
    c_in = weight.shape[1] * groups
    check_groups(c_in, weight.shape[0], groups)
    _check_channels(x, weight, groups, c_in)
    bias = _bias(bias, weight.shape[0])
    x, weight, bias = _one_dtype(x, weight, bias)
    stride = per_axis(stride, "stride", axes, 1)
    dilation = per_axis(dilation, "dilation", axes, 1)
    pads = resolve_padding(padding, weight.shape[2:], stride, dilation)
    if axes == 1:
        x, weight = x[:, :, None], weight[:, :, None]
        stride, dilation, pads = (1, *stride), (1, *dilation), ((0, 0), *pads)
    _check_fit(x.shape[2:], weight.shape[2:], pads, dilation)
    return x, weight, bias, Slide(stride, dilation, groups), pads


def _transpose_arguments(x, weight, bias, stride, padding, output_padding, dilation, groups):
    x, weight = batch(x, "x"), _weight(weight, 2)
    groups = integer(groups, "groups", 1)
    c_out = weight.shape[1] * groups
    check_groups(weight.shape[0], c_out, groups)
    _check_channels(x, weight, groups, weight.shape[0])
    bias = _bias(bias, c_out)
    x, weight, bias = _one_dtype(x, weight, bias)
    stride, dilation = per_axis(stride, "stride", 2, 1), per_axis(dilation, "dilation", 2, 1)
    padding, output_padding = per_axis(padding, "padding"), per_axis(output_padding, "output_padding")
    size = tuple(
        conv_transpose_output_size(n, k, stride=s, padding=p, output_padding=o, dilation=d)
        for n, k, s, p, o, d in zip(
            x.shape[2:], weight.shape[2:], stride, padding, output_padding, dilation, strict=True
        )
    )
    return x, weight, bias, Slide(stride, dilation, groups), padding, size


def _window_counts(padded, kernel_size, stride, dilation):
    """Return how many windows fit along each axis of an already padded image."""
    axes = zip(padded, kernel_size, stride, dilation, strict=True)
    return tuple(conv_output_size(n, k, stride=s, dilation=d) for n, k, s, d in axes)


def _window_options(size, kernel_size, stride, padding, dilation):
    kernel_size = per_axis(kernel_size, "kernel_size", minimum=1)
    stride, dilation = per_axis(stride, "stride", minimum=1), per_axis(dilation, "dilation", minimum=1)
    pads = resolve_padding(padding, kernel_size, stride, dilation)
    _check_fit(size, kernel_size, pads, dilation)
    return kernel_size, stride, dilation, pads


def _plane_correlation(x, kernel, mode, axes, flipped):
    """Cross-correlate two plain arrays; a signal becomes an image of one row."""
    x, kernel = real_array(x, "x"), real_array(kernel, "kernel")
    for name, array in (("x", x), ("kernel", kernel)):
        if array.ndim != axes or array.size == 0:
            raise ValueError(f"{name} must be a non-empty array of {axes} axes, got shape {array.shape}")
    x, kernel, _ = _one_dtype(x, kernel, None)
    x, kernel = (x[None], kernel[None]) if axes == 1 else (x, kernel)
    mode = choice(mode, "mode", ("valid", "same", "full"))
    # SciPy's "same" is the middle of "full": an even kernel gets its extra zero before, a layer's "same" after.
    before_after = {
        "valid": lambda k: (0, 0),
        "same": lambda k: (k // 2, (k - 1) // 2),
        "full": lambda k: (k - 1, k - 1),
    }
    pads = before_after[mode](kernel.shape[0]), before_after[mode](kernel.shape[1])
    _check_fit(x.shape, kernel.shape, pads, (1, 1))
    kernel = flip(kernel) if flipped else kernel
    y = engine.correlate(pad(x, pads)[None, None], kernel[None, None], Slide((1, 1), (1, 1), 1))[0, 0]
    return y if axes == 2 else y[0]


def _weight(weight: np.ndarray, axes: int) -> np.ndarray:
    weight = real_array(weight, "weight")
    if weight.ndim != axes + 2 or 0 in weight.shape:
        names = ("C_out", "C_in // groups", "kH", "kW") if axes == 2 else ("C_out", "C_in // groups", "kW")
        hint = ": for one kernel pass weight[None, None]" if weight.ndim == axes else ""
        raise ValueError(f"weight must have shape ({', '.join(names)}), none of them 0, got {weight.shape}{hint}")
    return weight


def _check_channels(x: np.ndarray, weight: np.ndarray, groups: int, wanted: int) -> None:
    if x.shape[1] == wanted:
        return
    last = ": did you pass (N, H, W, C)? channels come first here" if x.shape[-1] == wanted else ""
    raise ValueError(
        f"channels do not agree: x has {x.shape[1]}, weight has shape {weight.shape} and groups={groups}, "
        f"so x must have {wanted} channels{last}"
    )


def _bias(bias: np.ndarray | None, c_out: int) -> np.ndarray | None:
    return None if bias is None else same_shape(bias, "bias", (c_out,), "one number for each output channel")


def _one_dtype(x, weight, bias):
    """Promote the arrays to one dtype, as NumPy would."""
    dtype = np.result_type(*(a for a in (x, weight, bias) if a is not None))
    return tuple(None if a is None else a.astype(dtype, copy=False) for a in (x, weight, bias))


def _check_fit(size, kernel_size, pads, dilation) -> None:
    for axis, (n, k, (before, after), d) in enumerate(zip(size, kernel_size, pads, dilation, strict=True)):
        if kernel_span(k, d) > before + n + after:
            raise ValueError(
                f"the kernel does not fit: along {'rows' if axis == 0 else 'columns'} it spans {kernel_span(k, d)} "
                f"(size {k}, dilation {d}), the input with padding only {before} + {n} + {after} = "
                f"{before + n + after}; use a smaller kernel or more padding"
            )
