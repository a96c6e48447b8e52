"""Layers that make one number of each window: by the maximum, the average, or a sum that is trained."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from .. import pool
from ..arguments import Window
from ..checks import batch, boolean, integer, same_shape
from ..shapes import Pair, kernel_span
from .base import Layer, Shape, number_or_pair, options_text, sample_shape
from .functions import Function


class _Pool(Layer):
    """A pooling layer: the window, and the options by the names that its function gives them."""

    function: Callable[..., np.ndarray]
    gradient: Callable[..., np.ndarray]

    def __init__(self, window: Window, **options: Any) -> None:
        self.window = window
        self.options = {"stride": window.stride, "padding": window.padding, **options}
        # The smallest image that fits: the other options are refused here, not at the first forward.
        self.output_shape((1, *map(kernel_span, window.kernel_size, window.dilation)))

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = sample_shape(input_shape, self, "C", "H", "W")
        return (shape[0], *self.window.pooled_size(shape[1:], self.options["ceil_mode"]))

    def __repr__(self) -> str:
        size = number_or_pair(self.window.kernel_size)
        given = options_text(self.options, stride=size, padding=0, dilation=1, ceil_mode=False, count_include_pad=True)
        return f"{type(self).__name__}({size}{given})"

    def _forward(self, x: np.ndarray) -> np.ndarray:
        return self.function(x, self.window.kernel_size, **self.options)

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        return self.gradient(grad_y, x, self.window.kernel_size, **self.options)


class MaxPool2d(_Pool):
    """A max-pooling layer (`max_pool2d` with fixed options).

    Parameters
    ----------
    kernel_size : int or pair of int
    stride, padding, dilation, ceil_mode
        As in `max_pool2d`.

    Raises
    ------
    TypeError
        If an option is not an integer.
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> MaxPool2d(2).output_shape((6, 28, 28))
    (6, 14, 14)
    """

    function = staticmethod(pool.max_pool2d)
    gradient = staticmethod(pool.max_pool2d_backward)

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        *,
        dilation: int | Pair = 1,
        ceil_mode: bool = False,
    ) -> None:
        window = Window.plain(kernel_size, kernel_size if stride is None else stride, padding, dilation)
        super().__init__(window, dilation=window.dilation, ceil_mode=boolean(ceil_mode, "ceil_mode"))
        self.y: np.ndarray | None = None

    def _forward(self, x: np.ndarray) -> np.ndarray:
        y = super()._forward(x)
        self.y = y.copy()  # whoever gets the output may change it
        return y

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        return self.gradient(grad_y, x, self.window.kernel_size, **self.options, y=self.y)


class AvgPool2d(_Pool):
    """An average-pooling layer (`avg_pool2d` with fixed options).

    Parameters
    ----------
    kernel_size : int or pair of int
    stride, padding, ceil_mode, count_include_pad
        As in `avg_pool2d`.

    Raises
    ------
    TypeError
        If an option is not an integer.
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> AvgPool2d(2).output_shape((6, 28, 28))
    (6, 14, 14)
    """

    function = staticmethod(pool.avg_pool2d)
    gradient = staticmethod(pool.avg_pool2d_backward)

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        *,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__(
            Window.plain(kernel_size, kernel_size if stride is None else stride, padding),
            ceil_mode=boolean(ceil_mode, "ceil_mode"),
            count_include_pad=boolean(count_include_pad, "count_include_pad"),
        )


class GlobalAvgPool2d(Function):
    """A global average-pooling layer (`global_avg_pool2d`).

    Examples
    --------
    >>> GlobalAvgPool2d().output_shape((16, 5, 5))
    (16, 1, 1)
    """

    function = staticmethod(pool.global_avg_pool2d)
    gradient = staticmethod(pool.global_avg_pool2d_backward)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (sample_shape(input_shape, self, "C", "H", "W")[0], 1, 1)


class Subsample2d(Layer):
    """Pooling that is trained, as LeNet-5 has it: the sum of each window, times a coefficient, plus a bias.

    Windows do not overlap. Each channel has one coefficient (``params["weight"]``) and one bias.

    Parameters
    ----------
    channels : int
    kernel_size : int or pair of int
        Rows and columns of a window.

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If a number is below 1.

    Notes
    -----
    y[n, c, i, j] = weight[c] * (sum of window (i, j) of x[n, c]) + bias[c]. The coefficients start where the layer is
    an average, at 1 / (kH * kW), and the biases at 0.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
       Proceedings of the IEEE, 1998, section II.B.

    Examples
    --------
    >>> layer = Subsample2d(6)
    >>> layer.output_shape((6, 28, 28)), layer.param_count
    ((6, 14, 14), 12)
    """

    def __init__(self, channels: int, kernel_size: int | Pair = 2) -> None:
        channels = integer(channels, "channels", 1)
        self.window = Window.plain(kernel_size, kernel_size)
        self.params["weight"] = np.full(channels, 1 / prod(self.window.kernel_size), np.float32)
        self.params["bias"] = np.zeros(channels, np.float32)

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = sample_shape(input_shape, self, len(self.params["weight"]), "H", "W")
        return (shape[0], *self.window.pooled_size(shape[1:], ceil_mode=False))

    def mac_count(self, input_shape: Shape) -> int:
        return prod(self.output_shape(input_shape))

    def __repr__(self) -> str:
        size = "" if self.window.kernel_size == (2, 2) else f", {number_or_pair(self.window.kernel_size)}"
        return f"{type(self).__name__}({len(self.params['weight'])}{size})"

    def _sums(self, x: np.ndarray) -> np.ndarray:
        x = batch(x, "x")
        channels = len(self.params["weight"])
        if x.shape[1] != channels:
            raise ValueError(f"{self}: x must have {channels} channels, got shape {x.shape}")
        return pool.sum_pool2d(x, self.window.kernel_size)

    def _forward(self, x: np.ndarray) -> np.ndarray:
        weight, bias = (param[:, None, None] for param in self.params.values())
        return weight * self._sums(x) + bias

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        sums = self._sums(x)
        grad_y = same_shape(grad_y, "grad_y", sums.shape, "the output")
        self.grads = {"weight": (grad_y * sums).sum(axis=(0, 2, 3)), "bias": grad_y.sum(axis=(0, 2, 3))}
        if not need_grad_x:
            return None
        return pool.sum_pool2d_backward(self.params["weight"][:, None, None] * grad_y, x, self.window.kernel_size)
