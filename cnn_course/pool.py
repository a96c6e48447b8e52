"""Pooling: max, sum, average, Lp and global, each beside its gradient.

Every window is reduced first along its rows, then along its columns, by adding (or comparing) shifted and strided
copies of the whole batch, one for each position in the window; where windows are large and few, one window after the
other. Positions in the padding are never read. Adding has an adjoint, `_spread`, that hands each output's share back to
every input of its window.

Taught in chapters 7 (forward) and 9 (backward).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from .arguments import Window
from .checks import batch, boolean, number, same_shape
from .masks import keep
from .shapes import Pair
from .windows import COLUMN_BYTES

# Windows of up to so many positions are always taken position by position: NumPy reduces short rows one at a time.
SMALL_WINDOW = 128


class _Axis(NamedTuple):
    """How windows slide along one axis."""

    n: int
    n_out: int
    k: int
    stride: int
    dilation: int
    padding: int

    def taps(self) -> Iterator[tuple[slice, slice]]:
        """Yield, for each position in the window, the outputs for which it lies on an input, and those inputs."""
        # Of a window far larger than the input, only the positions that can lie on an input are asked.
        start = -(((self.n_out - 1) * self.stride - self.padding) // self.dilation)
        stop = (self.n - 1 + self.padding) // self.dilation + 1
        for i in range(max(0, start), min(self.k, stop)):
            offset = i * self.dilation - self.padding
            first = max(0, -(offset // self.stride))
            last = min(self.n_out - 1, (self.n - 1 - offset) // self.stride)
            if first <= last:
                start = first * self.stride + offset
                yield slice(first, last + 1), slice(start, last * self.stride + offset + 1, self.stride)

    def windows(self) -> Iterator[tuple[slice, slice]]:
        """Yield, for each window, its output and its inputs."""
        for r in range(self.n_out):
            start = r * self.stride - self.padding
            first = start if start >= 0 else start % self.dilation
            stop = min(start + self.k * self.dilation, self.n)
            yield slice(r, r + 1), slice(first, stop, self.dilation)

    def parts(self) -> Iterator[tuple[slice, slice]]:
        """Yield outputs and their inputs: by positions in the window or, of few large windows, by windows."""
        return self.windows() if _few_windows(self) else self.taps()

    def counts(self, include_pad: bool) -> np.ndarray:
        """Return how many positions of each window count: never those that hang over the end."""
        start = np.arange(self.n_out) * self.stride - self.padding
        stop = np.minimum(start + self.k, self.n + (self.padding if include_pad else 0))
        return stop - (start if include_pad else np.maximum(start, 0))


def _few_windows(*axes: _Axis) -> bool:
    """Tell whether a window is large and there are fewer of them than positions in it."""
    positions = prod(axis.k for axis in axes)
    return positions > SMALL_WINDOW and positions > prod(axis.n_out for axis in axes)


def max_pool2d(
    x: np.ndarray,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    *,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Return the largest number of every window.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    kernel_size : int or pair of int
        Rows and columns of the window.
    stride : int or pair of int, optional
        From one window to the next; the window size if not given, so that windows do not overlap.
    padding : int or pair of int
        Positions added on each side, at most half the window; they count as minus infinity.
    dilation : int or pair of int
        Distance between neighbouring positions of a window; 1 means no holes.
    ceil_mode : bool
        Keep a last window that reaches over the end, unless it would start in the padding on the right.

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out)
        NaN where the window holds a NaN.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers, or an option is not an integer (`ceil_mode`: a bool).
    ValueError
        If an option is out of range, the window is larger than the padded image, or one would see padding alone, as
        with padding and a dilation larger than the image. (PyTorch answers minus infinity, and the gradient is lost.)

    Examples
    --------
    >>> x = np.array([[1, 2, 3, 4, 4, 5], [6, 0, 7, 8, 9, 0], [4, 1, 7, 2, 9, 4], [9, 4, 9, 1, 4, 2]])
    >>> max_pool2d(x[None, None], 2)[0, 0]
    array([[6., 8., 9.],
           [9., 9., 9.]])
    """
    x, axes = _arguments(x, kernel_size, stride, padding, dilation, ceil_mode)
    return _reduce(x, axes, np.maximum, -np.inf)


def max_pool2d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    kernel_size: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
    y: np.ndarray | None = None,
) -> np.ndarray:
    """Return the gradient of `max_pool2d`: each window's goes to the first of its largest numbers.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, kernel_size, stride, padding, dilation, ceil_mode
        As they were given to `max_pool2d`.
    y : ndarray of shape (N, C, H_out, W_out), optional
        What `max_pool2d` returned: where it was kept, it is not computed again. It is believed, except that no window
        may lack its number.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        Overlapping windows with the same winner add up. In a window with a NaN, the first NaN wins.

    Raises
    ------
    TypeError
        As `max_pool2d`.
    ValueError
        As `max_pool2d`, and if `grad_y` or `y` does not have the output's shape, or a window lacks its `y`.

    Notes
    -----
    The positions of a window are asked in row-major order whether they hold the maximum; the first that does takes
    the gradient, and the window is no longer free, so that later ties find nothing.

    Examples
    --------
    >>> max_pool2d_backward([[[[1.0]]]], [[[[5.0, 7.0], [7.0, 1.0]]]], 2)[0, 0]
    array([[0., 1.],
           [0., 0.]])
    """
    x, axes = _arguments(x, kernel_size, stride, padding, dilation, ceil_mode)
    upstream = _planes(_upstream(grad_y, x, axes))
    maxima = None if y is None else _planes(_upstream(y, x, axes, "y"))
    planes, grad_x = _planes(x), np.zeros_like(x, order="C")
    apart = all(axis.stride > (axis.k - 1) * axis.dilation for axis in axes)
    by_window = _few_windows(*axes)
    for block in _blocks(planes):
        grad = _planes(grad_x)[block]
        largest = _combine(planes[block], axes, np.maximum, -np.inf) if maxima is None else maxima[block]
        has_nan = np.isnan(largest).any()
        free = np.ones(largest.shape, bool)
        for outputs, inputs in _parts(axes):
            value = planes[block][inputs]
            wins = value == largest[outputs]
            if has_nan:
                wins |= np.isnan(value)
            if by_window:
                wins = _first(wins)
                free[outputs] = ~wins.any(axis=(1, 2), keepdims=True)
            else:
                wins &= free[outputs]
                free[outputs] ^= wins
            share = keep(upstream[block][outputs], wins)
            if apart:  # no input is in two windows
                grad[inputs] = share
            else:
                grad[inputs] += share
        if maxima is not None and free.any():
            raise ValueError(
                f"y must be what max_pool2d returned for this x, but a window does not hold its {largest[free][0]}"
            )
    return grad_x


def sum_pool2d(
    x: np.ndarray,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    *,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Return the sum of every window.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    kernel_size, stride, padding, ceil_mode
        As in `max_pool2d`; padding counts as zero.

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out)

    Raises
    ------
    TypeError
        If `x` does not hold real numbers, or an option is not an integer (`ceil_mode`: a bool).
    ValueError
        If an option is out of range, or the window is larger than the padded image.

    Examples
    --------
    >>> sum_pool2d(np.arange(9.0).reshape(1, 1, 3, 3), 2, stride=1)[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    x, axes = _arguments(x, kernel_size, stride, padding, 1, ceil_mode)
    return _reduce(x, axes, np.add, 0)


def sum_pool2d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    kernel_size: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Return the gradient of `sum_pool2d`: each input gets the gradient of every window that holds it.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, kernel_size, stride, padding, ceil_mode
        As they were given to `sum_pool2d`.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError
        As `sum_pool2d`.
    ValueError
        As `sum_pool2d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    >>> sum_pool2d_backward(np.ones((1, 1, 1, 2)), np.zeros((1, 1, 2, 3)), 2, stride=1)[0, 0]
    array([[1., 2., 1.],
           [1., 2., 1.]])
    """
    x, axes = _arguments(x, kernel_size, stride, padding, 1, ceil_mode)
    return _spread(_upstream(grad_y, x, axes), axes)


def avg_pool2d(
    x: np.ndarray,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    *,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> np.ndarray:
    """Return the average of every window.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    kernel_size, stride, padding, ceil_mode
        As in `max_pool2d`; padding counts as zero.
    count_include_pad : bool
        Whether padding counts in the divisor. What hangs over the end in `ceil_mode` never does.

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out)

    Raises
    ------
    TypeError
        If `x` does not hold real numbers, or an option is not an integer (`ceil_mode`: a bool).
    ValueError
        If an option is out of range, or the window is larger than the padded image.

    Examples
    --------
    >>> avg_pool2d(np.arange(9.0).reshape(1, 1, 3, 3), 2, stride=1)[0, 0]
    array([[2., 3.],
           [5., 6.]])
    """
    x, axes = _arguments(x, kernel_size, stride, padding, 1, ceil_mode)
    return _reduce(x, axes, np.add, 0) / _divisor(axes, count_include_pad, x.dtype)


def avg_pool2d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    kernel_size: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> np.ndarray:
    """Return the gradient of `avg_pool2d`: every input of a window gets an equal share.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, kernel_size, stride, padding, ceil_mode, count_include_pad
        As they were given to `avg_pool2d`.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError
        As `avg_pool2d`.
    ValueError
        As `avg_pool2d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    >>> avg_pool2d_backward([[[[8.0]]]], np.zeros((1, 1, 2, 2)), 2)[0, 0]
    array([[2., 2.],
           [2., 2.]])
    """
    x, axes = _arguments(x, kernel_size, stride, padding, 1, ceil_mode)
    return _spread(_upstream(grad_y, x, axes) / _divisor(axes, count_include_pad, x.dtype), axes)


def lp_pool2d(
    x: np.ndarray,
    norm_type: float,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    *,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Return the Lp norm of every window: (sum of abs(x) ** p) ** (1 / p).

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    norm_type : float
        p, at least 1: 2 for the Euclidean length, 1 for the sum of absolute values.
    kernel_size, stride, padding, ceil_mode
        As in `max_pool2d`; padding counts as zero.

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out)

    Raises
    ------
    TypeError
        If `x` does not hold real numbers, or an option is not a number of the right kind.
    ValueError
        If an option is out of range, or the window is larger than the padded image.

    Notes
    -----
    PyTorch raises x itself to the power p, which is no norm where p is odd and x negative, and in `ceil_mode` scales
    a window that hangs over the end up to its full size.

    Examples
    --------
    >>> lp_pool2d([[[[3.0, -4.0]]]], 2, (1, 2))
    array([[[[5.]]]])
    """
    p = number(norm_type, "norm_type", 1)
    x, axes = _arguments(x, kernel_size, stride, padding, 1, ceil_mode)
    return _norms(np.abs(x), p, axes)


def lp_pool2d_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    norm_type: float,
    kernel_size: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Return the gradient of `lp_pool2d`.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, norm_type, kernel_size, stride, padding, ceil_mode
        As they were given to `lp_pool2d`.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        0 in windows of zeros, where the norm has a corner.

    Raises
    ------
    TypeError
        As `lp_pool2d`.
    ValueError
        As `lp_pool2d`, and if `grad_y` does not have the output's shape.

    Notes
    -----
    d y / d x = sign(x) * (abs(x) / y) ** (p - 1).

    Examples
    --------
    >>> lp_pool2d_backward([[[[10.0]]]], [[[[3.0, -4.0]]]], 2, (1, 2))
    array([[[[ 6., -8.]]]])
    """
    p = number(norm_type, "norm_type", 1)
    x, axes = _arguments(x, kernel_size, stride, padding, 1, ceil_mode)
    size, upstream, grad_x = np.abs(x), _upstream(grad_y, x, axes), np.zeros_like(x, order="C")
    y = _norms(size, p, axes)
    y[y == 0] = 1
    for outputs, inputs in _parts(axes):
        grad_x[inputs] += upstream[outputs] * (size[inputs] / y[outputs]) ** (p - 1)
    return grad_x * np.sign(x)


def global_avg_pool2d(x: np.ndarray) -> np.ndarray:
    """Return the average of every channel.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)

    Returns
    -------
    ndarray of shape (N, C, 1, 1)

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    ValueError
        If `x` does not have four axes.

    Examples
    --------
    >>> global_avg_pool2d(np.arange(9.0).reshape(1, 1, 3, 3))
    array([[[[4.]]]])
    """
    return batch(x, "x").mean(axis=(2, 3), keepdims=True)


def global_avg_pool2d_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the gradient of `global_avg_pool2d`: every input gets an equal share.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C, 1, 1)
        Gradient of the loss with respect to the output.
    x : ndarray of shape (N, C, H, W)

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError
        As `global_avg_pool2d`.
    ValueError
        As `global_avg_pool2d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    >>> global_avg_pool2d_backward([[[[8.0]]]], np.zeros((1, 1, 2, 2)))[0, 0]
    array([[2., 2.],
           [2., 2.]])
    """
    x = batch(x, "x")
    return avg_pool2d_backward(grad_y, x, x.shape[2:])


def global_max_pool2d(x: np.ndarray) -> np.ndarray:
    """Return the largest number of every channel.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)

    Returns
    -------
    ndarray of shape (N, C, 1, 1)

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    ValueError
        If `x` does not have four axes.

    Examples
    --------
    >>> global_max_pool2d(np.arange(9.0).reshape(1, 1, 3, 3))
    array([[[[8.]]]])
    """
    return batch(x, "x").max(axis=(2, 3), keepdims=True)


def global_max_pool2d_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the gradient of `global_max_pool2d`: it goes to the first of the channel's largest numbers.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C, 1, 1)
        Gradient of the loss with respect to the output.
    x : ndarray of shape (N, C, H, W)

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError
        As `global_max_pool2d`.
    ValueError
        As `global_max_pool2d`, and if `grad_y` does not have the output's shape.

    Examples
    --------
    >>> global_max_pool2d_backward([[[[8.0]]]], [[[[1.0, 3.0], [3.0, 2.0]]]])[0, 0]
    array([[0., 8.],
           [0., 0.]])
    """
    x = batch(x, "x")
    y = x.max(axis=(2, 3), keepdims=True)
    left = same_shape(grad_y, "grad_y", y.shape, "the output")
    n, c, h, w = x.shape
    grad_x = np.zeros((n, c, h * w), x.dtype)
    # argmax gives the first maximum, and the first NaN where there is one.
    first = x.reshape(n, c, h * w).argmax(axis=2, keepdims=True)
    np.put_along_axis(grad_x, first, left.reshape(n, c, 1).astype(x.dtype), axis=2)
    return grad_x.reshape(x.shape)


def _norms(size: np.ndarray, p: float, axes: tuple[_Axis, _Axis]) -> np.ndarray:
    """Return the Lp norm of every window of absolute values, each over its largest so that no power overflows."""
    largest = _reduce(size, axes, np.maximum, 0)
    unit = np.where((largest > 0) & (largest < np.inf), largest, 1)
    total = np.zeros_like(unit)
    for outputs, inputs in _parts(axes):
        powers = (size[inputs] / unit[outputs]) ** p
        total[outputs] += powers.sum(axis=(2, 3), keepdims=True) if _few_windows(*axes) else powers
    return unit * total ** (1 / p)


def _reduce(x: np.ndarray, axes: tuple[_Axis, _Axis], combine: np.ufunc, start: float) -> np.ndarray:
    """Combine the numbers of every window, a block of planes at a time, so that they stay in the cache."""
    y = np.empty((*x.shape[:2], axes[0].n_out, axes[1].n_out), x.dtype)
    planes = _planes(x)
    for block in _blocks(planes):
        _planes(y)[block] = _combine(planes[block], axes, combine, start)
    return y


def _combine(planes: np.ndarray, axes: tuple[_Axis, _Axis], combine: np.ufunc, start: float) -> np.ndarray:
    """Combine the numbers of every window of some planes (P, H, W), along rows first."""
    tall = _along(planes, axes[0], combine, start)
    return _along(tall.swapaxes(1, 2), axes[1], combine, start).swapaxes(1, 2)


def _along(planes: np.ndarray, axis: _Axis, combine: np.ufunc, start: float) -> np.ndarray:
    """Combine the rows of every window of some planes (P, H, W)."""
    shape = (len(planes), axis.n_out, planes.shape[2])
    if _few_windows(axis):
        y = np.empty(shape, planes.dtype)
        for outputs, inputs in axis.windows():
            combine.reduce(planes[:, inputs], axis=1, keepdims=True, out=y[:, outputs])
        return y
    taps, every = list(axis.taps()), slice(0, axis.n_out)
    whole = [inputs for outputs, inputs in taps if outputs == every]
    if len(whole) > 1:  # the usual case: these rows fill all outputs, so that none begins with `start`
        y = reduce(combine, (planes[:, inputs] for inputs in whole))
        taps = [(outputs, inputs) for outputs, inputs in taps if outputs != every]
    else:
        y = np.full(shape, start, planes.dtype)
    for outputs, inputs in taps:
        combine(y[:, outputs], planes[:, inputs], out=y[:, outputs])
    return y


def _parts(axes: tuple[_Axis, _Axis]) -> Iterator[tuple]:
    """Yield outputs and their inputs: by positions, in row-major order, or, of few large windows, by windows."""
    rows, cols = ([*axis.windows()] if _few_windows(*axes) else [*axis.taps()] for axis in axes)
    for (rows_out, rows_in), (cols_out, cols_in) in product(rows, cols):
        yield (..., rows_out, cols_out), (..., rows_in, cols_in)


def _first(wins: np.ndarray) -> np.ndarray:
    """Keep the first True of every plane (P, H, W), in row-major order."""
    flat = wins.reshape(len(wins), -1)
    places = flat.argmax(axis=1, keepdims=True)
    first = np.zeros_like(flat)
    np.put_along_axis(first, places, np.take_along_axis(flat, places, axis=1), axis=1)
    return first.reshape(wins.shape)


def _planes(x: np.ndarray) -> np.ndarray:
    """Return a batch (N, C, H, W) as planes (N * C, H, W): pooling treats every channel by itself."""
    return x.reshape(x.shape[0] * x.shape[1], *x.shape[2:])


def _blocks(planes: np.ndarray) -> Iterator[slice]:
    """Yield slices of as many planes as fit into a block, at least one."""
    size = max(1, COLUMN_BYTES // max(1, planes[:1].nbytes))
    return (slice(first, first + size) for first in range(0, len(planes), size))


def _spread(grad_y: np.ndarray, axes: tuple[_Axis, _Axis]) -> np.ndarray:
    """Give every input the gradient of each window that holds it: the adjoint of adding."""
    rows, cols = axes
    tall = np.zeros((*grad_y.shape[:3], cols.n), grad_y.dtype)
    for out, inputs in cols.parts():
        tall[..., inputs] += grad_y[..., out]
    grad_x = np.zeros((*grad_y.shape[:2], rows.n, cols.n), grad_y.dtype)
    for out, inputs in rows.parts():
        grad_x[:, :, inputs] += tall[:, :, out]
    return grad_x


def _divisor(axes: tuple[_Axis, _Axis], include_pad: bool, dtype: np.dtype) -> np.ndarray:
    boolean(include_pad, "count_include_pad")
    return np.multiply.outer(axes[0].counts(include_pad), axes[1].counts(include_pad)).astype(dtype)


def _upstream(grad_y: np.ndarray, x: np.ndarray, axes: tuple[_Axis, _Axis], name: str = "grad_y") -> np.ndarray:
    shape = (*x.shape[:2], axes[0].n_out, axes[1].n_out)
    return same_shape(grad_y, name, shape, "the output").astype(x.dtype, copy=False)


def _arguments(
    x: np.ndarray,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
    dilation: int | Pair,
    ceil_mode: bool,
) -> tuple[np.ndarray, tuple[_Axis, _Axis]]:
    x = batch(x, "x")
    window = Window.plain(kernel_size, kernel_size if stride is None else stride, padding, dilation)
    size = x.shape[2:]
    axes = zip(size, window.pooled_size(size, ceil_mode), window.axes(), strict=True)
    rows, cols = (_Axis(n, n_out, k, s, d, before) for n, n_out, (k, s, d, (before, _)) in axes)
    return x, (rows, cols)
