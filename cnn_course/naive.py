"""The definitions as plain loops, and the numerical gradient: slow, short and easy to believe.

Printed in the book, and the oracle of every test; nothing of the library is used here. Arguments are not checked:
pass arrays of real numbers and, for each option, a pair of integers.

Taught in chapters 1 to 5, 7, 9 and 10.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def convolve1d(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolve a signal with a kernel: every y[r] = sum over t of kernel[r - t] * x[t] (mode "full").

    Parameters
    ----------
    x : ndarray of float, shape (W,)
    kernel : ndarray of float, shape (kW,)

    Returns
    -------
    ndarray of shape (W + kW - 1,)

    Examples
    --------
    >>> convolve1d(np.arange(1.0, 7.0), np.array([0.1, 0.2, 0.3, 0.4]))[3:6]
    array([2., 3., 4.])
    """
    kernel = np.multiply(kernel, 1.0)  # floats: products of bytes would wrap
    y = np.zeros(len(x) + len(kernel) - 1)
    for r in range(len(y)):
        for t in range(len(x)):
            if 0 <= r - t < len(kernel):
                y[r] += kernel[r - t] * x[t]
    return y


def correlate1d(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Cross-correlate a signal with a kernel where the kernel fits inside (mode "valid").

    Parameters
    ----------
    x : ndarray of float, shape (W,)
    kernel : ndarray of float, shape (kW,)

    Returns
    -------
    ndarray of shape (W - kW + 1,)

    Examples
    --------
    >>> correlate1d(np.arange(1.0, 7.0), np.array([0.1, 0.2, 0.3, 0.4]))
    array([3., 4., 5.])
    """
    kernel = np.multiply(kernel, 1.0)  # floats: products of bytes would wrap
    y = np.zeros(len(x) - len(kernel) + 1)
    for r in range(len(y)):
        for i in range(len(kernel)):
            y[r] += kernel[i] * x[r + i]
    return y


def correlate2d(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Cross-correlate an image with a kernel where the kernel fits inside (mode "valid").

    Parameters
    ----------
    x : ndarray of float, shape (H, W)
    kernel : ndarray of float, shape (kH, kW)

    Returns
    -------
    ndarray of shape (H - kH + 1, W - kW + 1)

    Examples
    --------
    >>> correlate2d(np.arange(9.0).reshape(3, 3), np.array([[0.0, 1.0], [2.0, 3.0]]))
    array([[19., 25.],
           [37., 43.]])
    """
    kernel = np.multiply(kernel, 1.0)  # floats: products of bytes would wrap
    k_h, k_w = kernel.shape
    y = np.zeros((x.shape[0] - k_h + 1, x.shape[1] - k_w + 1))
    for row in range(y.shape[0]):
        for col in range(y.shape[1]):
            for i in range(k_h):
                for j in range(k_w):
                    y[row, col] += kernel[i, j] * x[row + i, col + j]
    return y


def convolve2d(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolve an image with a kernel where the kernel fits inside: the kernel's indices run backwards.

    Parameters
    ----------
    x : ndarray of float, shape (H, W)
    kernel : ndarray of float, shape (kH, kW)

    Returns
    -------
    ndarray of shape (H - kH + 1, W - kW + 1)

    Examples
    --------
    >>> convolve2d(np.arange(9.0).reshape(3, 3), np.array([[0.0, 1.0], [2.0, 3.0]]))
    array([[ 5., 11.],
           [23., 29.]])
    """
    kernel = np.multiply(kernel, 1.0)  # floats: products of bytes would wrap
    k_h, k_w = kernel.shape
    y = np.zeros((x.shape[0] - k_h + 1, x.shape[1] - k_w + 1))
    for row in range(y.shape[0]):
        for col in range(y.shape[1]):
            for i in range(k_h):
                for j in range(k_w):
                    y[row, col] += kernel[k_h - 1 - i, k_w - 1 - j] * x[row + i, col + j]
    return y


def zero_pad(x: np.ndarray, rows: int, cols: int) -> np.ndarray:
    """Put `rows` rows of zeros above and below and `cols` columns left and right of every image.

    Parameters
    ----------
    x : ndarray of float, shape (N, C, H, W)
    rows, cols : int

    Returns
    -------
    ndarray of shape (N, C, H + 2 * rows, W + 2 * cols)

    Examples
    --------
    >>> zero_pad(np.ones((1, 1, 1, 2)), 0, 1)[0, 0]
    array([[0., 1., 1., 0.]])
    """
    n, c, h, w = x.shape
    padded = np.zeros((n, c, h + 2 * rows, w + 2 * cols))
    padded[:, :, rows : rows + h, cols : cols + w] = x
    return padded


def conv2d(
    x,
    weight,
    bias=None,
    stride=(1, 1),
    padding=(0, 0),
    dilation=(1, 1),
    groups=1,
):
    """Cross-correlate a batch of images with filters, one product at a time.

    Parameters
    ----------
    x : ndarray of float, shape (N, C_in, H, W)
    weight : ndarray of float, shape (C_out, C_in // groups, kH, kW)
    bias : ndarray of float, shape (C_out,), optional
    stride, padding, dilation : pair of int
    groups : int

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Examples
    --------
    >>> x, k = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> conv2d(x, k)[0, 0]
    array([[19., 25.],
           [37., 43.]])
    """
    x = zero_pad(x, *padding)
    c_out, c_group, k_h, k_w = weight.shape
    h, w = x.shape[2:]
    h_out = (h - dilation[0] * (k_h - 1) - 1) // stride[0] + 1
    w_out = (w - dilation[1] * (k_w - 1) - 1) // stride[1] + 1
    y = np.zeros((len(x), c_out, h_out, w_out))
    for n, o, row, col in np.ndindex(y.shape):
        # the first input channel of this output's group
        first = o // (c_out // groups) * c_group
        for c, i, j in np.ndindex(c_group, k_h, k_w):
            pixel_row = row * stride[0] + i * dilation[0]
            pixel_col = col * stride[1] + j * dilation[1]
            pixel = x[n, first + c, pixel_row, pixel_col]
            y[n, o, row, col] += weight[o, c, i, j] * pixel
        if bias is not None:
            y[n, o, row, col] += bias[o]
    return y


def conv2d_backward(grad_y, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    """Return the gradients of `conv2d`: every product hands its share to both of its factors.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C_out, H_out, W_out)
    x : ndarray of float, shape (N, C_in, H, W)
    weight : ndarray of float, shape (C_out, C_in // groups, kH, kW)
    stride, padding, dilation : pair of int
    groups : int

    Returns
    -------
    grad_x : ndarray of shape (N, C_in, H, W)
    grad_weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    grad_bias : ndarray of shape (C_out,)

    Examples
    --------
    >>> x, k = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> conv2d_backward(np.ones((1, 1, 2, 2)), x, k)[1][0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    h, w = x.shape[2:]
    x = zero_pad(x, *padding)
    weight = np.multiply(weight, 1.0)  # floats: products of bytes would wrap
    c_out, c_group, k_h, k_w = weight.shape
    grad_x, grad_weight, grad_bias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(c_out)
    for n, o, row, col in np.ndindex(grad_y.shape):
        g = grad_y[n, o, row, col]
        first = o // (c_out // groups) * c_group
        for c, i, j in np.ndindex(c_group, k_h, k_w):
            r, s = row * stride[0] + i * dilation[0], col * stride[1] + j * dilation[1]
            grad_x[n, first + c, r, s] += g * weight[o, c, i, j]
            grad_weight[o, c, i, j] += g * x[n, first + c, r, s]
        grad_bias[o] += g
    return grad_x[:, :, padding[0] : padding[0] + h, padding[1] : padding[1] + w], grad_weight, grad_bias


def conv_transpose2d(
    x, weight, bias=None, stride=(1, 1), padding=(0, 0), output_padding=(0, 0), dilation=(1, 1), groups=1
):
    """Let every input stamp its multiple of the kernel on the output, then cut the padding off.

    Parameters
    ----------
    x : ndarray of float, shape (N, C_in, H, W)
    weight : ndarray of float, shape (C_in, C_out // groups, kH, kW)
    bias : ndarray of float, shape (C_out,), optional
    stride, padding, output_padding, dilation : pair of int
    groups : int

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Examples
    --------
    >>> k = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> conv_transpose2d(k, k)[0, 0]
    array([[ 0.,  0.,  1.],
           [ 0.,  4.,  6.],
           [ 4., 12.,  9.]])
    """
    weight = np.multiply(weight, 1.0)  # floats: products of bytes would wrap
    n_images, c_in, h, w = x.shape
    _, c_group, k_h, k_w = weight.shape
    h_full = (h - 1) * stride[0] + dilation[0] * (k_h - 1) + 1 + output_padding[0]
    w_full = (w - 1) * stride[1] + dilation[1] * (k_w - 1) + 1 + output_padding[1]
    y = np.zeros((n_images, c_group * groups, h_full, w_full))
    for n, c, row, col in np.ndindex(x.shape):
        first = c // (c_in // groups) * c_group
        for o, i, j in np.ndindex(c_group, k_h, k_w):
            r, s = row * stride[0] + i * dilation[0], col * stride[1] + j * dilation[1]
            y[n, first + o, r, s] += x[n, c, row, col] * weight[c, o, i, j]
    if bias is not None:
        y += bias[:, None, None]
    return y[:, :, padding[0] : h_full - padding[0], padding[1] : w_full - padding[1]]


def locally_connected2d(x, weight, bias=None, stride=(1, 1), padding=(0, 0)):
    """Cross-correlate a batch of images with filters that are not shared: every output has its own.

    Parameters
    ----------
    x : ndarray of float, shape (N, C_in, H, W)
    weight : ndarray of float, shape (C_out, H_out, W_out, C_in, kH, kW)
    bias : ndarray of float, shape (C_out, H_out, W_out), optional
    stride, padding : pair of int

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Examples
    --------
    >>> x, weight = np.arange(9.0).reshape(1, 1, 3, 3), np.arange(16.0).reshape(1, 2, 2, 1, 2, 2)
    >>> locally_connected2d(x, weight)[0, 0]
    array([[ 19.,  73.],
           [197., 331.]])
    """
    x = zero_pad(x, *padding)
    c_out, h_out, w_out, c_in, k_h, k_w = weight.shape
    y = np.zeros((len(x), c_out, h_out, w_out))
    for n, o, row, col in np.ndindex(y.shape):
        for c, i, j in np.ndindex(c_in, k_h, k_w):
            y[n, o, row, col] += weight[o, row, col, c, i, j] * x[n, c, row * stride[0] + i, col * stride[1] + j]
        if bias is not None:
            y[n, o, row, col] += bias[o, row, col]
    return y


def tiled_conv2d(x, weight, bias=None, stride=(1, 1), padding=(0, 0)):
    """Cross-correlate a batch of images with filters that take turns: output (i, j) uses kernel (i % t_h, j % t_w).

    Parameters
    ----------
    x : ndarray of float, shape (N, C_in, H, W)
    weight : ndarray of float, shape (C_out, C_in, kH, kW, t_h, t_w)
    bias : ndarray of float, shape (C_out, t_h, t_w), optional
    stride, padding : pair of int

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Examples
    --------
    >>> tiled_conv2d(np.ones((1, 1, 2, 5)), np.array([1.0, 20.0, 300.0]).reshape(1, 1, 1, 1, 1, 3))[0, 0]
    array([[  1.,  20., 300.,   1.,  20.],
           [  1.,  20., 300.,   1.,  20.]])
    """
    x = zero_pad(x, *padding)
    c_out, c_in, k_h, k_w, t_h, t_w = weight.shape
    h_out = (x.shape[2] - k_h) // stride[0] + 1
    w_out = (x.shape[3] - k_w) // stride[1] + 1
    y = np.zeros((len(x), c_out, h_out, w_out))
    for n, o, row, col in np.ndindex(y.shape):
        a, b = row % t_h, col % t_w
        for c, i, j in np.ndindex(c_in, k_h, k_w):
            y[n, o, row, col] += weight[o, c, i, j, a, b] * x[n, c, row * stride[0] + i, col * stride[1] + j]
        if bias is not None:
            y[n, o, row, col] += bias[o, a, b]
    return y


def pool2d(x, reduce, kernel_size, stride, padding=(0, 0), dilation=(1, 1), output_size=None):
    """Reduce every window of every channel to one number; positions in the padding are left out.

    Parameters
    ----------
    x : ndarray of float, shape (N, C, H, W)
    reduce : callable
        From a list of the window's numbers, in row-major order, to one number: ``max``, ``sum``, ``np.mean``.
    kernel_size, stride, padding, dilation : pair of int
    output_size : pair of int, optional
        (H_out, W_out), to include windows that reach over the end; only whole windows if not given.

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out)

    Examples
    --------
    >>> x = np.array([[1, 2, 3, 4, 4, 5], [6, 0, 7, 8, 9, 0], [4, 1, 7, 2, 9, 4], [9, 4, 9, 1, 4, 2]])
    >>> pool2d(x[None, None], max, (2, 2), (2, 2))[0, 0]
    array([[6., 8., 9.],
           [9., 9., 9.]])
    """
    x = np.multiply(x, 1.0)  # floats: sums of bytes would wrap
    n_images, channels, h, w = x.shape
    if output_size is None:
        output_size = (
            (h + 2 * padding[0] - dilation[0] * (kernel_size[0] - 1) - 1) // stride[0] + 1,
            (w + 2 * padding[1] - dilation[1] * (kernel_size[1] - 1) - 1) // stride[1] + 1,
        )
    y = np.zeros((n_images, channels, *output_size))
    for n, c, row, col in np.ndindex(y.shape):
        window = []
        for i, j in np.ndindex(*kernel_size):
            r = row * stride[0] - padding[0] + i * dilation[0]
            s = col * stride[1] - padding[1] + j * dilation[1]
            if 0 <= r < h and 0 <= s < w:
                window.append(x[n, c, r, s])
        y[n, c, row, col] = reduce(window)
    return y


def max_pool2d_backward(grad_y, x, kernel_size, stride, padding=(0, 0), dilation=(1, 1)):
    """Hand each window's gradient to the first of its largest numbers, in row-major order.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C, H_out, W_out)
    x : ndarray of float, shape (N, C, H, W)
    kernel_size, stride, padding, dilation : pair of int

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> max_pool2d_backward(np.ones((1, 1, 1, 1)), np.array([[[[5.0, 7.0], [7.0, 1.0]]]]), (2, 2), (2, 2))[0, 0]
    array([[0., 1.],
           [0., 0.]])
    """
    h, w = x.shape[2:]
    grad_x = np.zeros(x.shape)
    for n, c, row, col in np.ndindex(grad_y.shape):
        places = []
        for i, j in np.ndindex(*kernel_size):
            r = row * stride[0] - padding[0] + i * dilation[0]
            s = col * stride[1] - padding[1] + j * dilation[1]
            if 0 <= r < h and 0 <= s < w:
                places.append((n, c, r, s))
        best = places[0]
        for place in places:
            if x[place] > x[best]:
                best = place
        grad_x[best] += grad_y[n, c, row, col]
    return grad_x


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Estimate the gradient of a scalar function by nudging one number of `x` at a time.

    Parameters
    ----------
    f : callable
        From an array like `x` to one number.
    x : ndarray of real numbers
        Where to take the gradient; not modified: `f` gets nudged copies in float64, whatever the dtype.
    h : float
        The nudge. The error of the formula falls with h squared, that of the rounding grows with 1 / h.

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.

    Notes
    -----
    (f(x + h) - f(x - h)) / (2 h) for each number.

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, -2.0])).round(6)
    array([ 2., -4.])
    """
    x = np.asarray(x)
    if x.dtype.kind not in "biuf":
        raise TypeError(f"x must hold real numbers, got dtype {x.dtype}")
    x, grad = x.astype(float), np.zeros(x.shape)  # in float32, 300 + 1e-5 is 300
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        grad[index] = (f(up) - f(down)) / (2 * h)
    return grad
