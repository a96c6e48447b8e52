"""Convolutional layers, forwards and transposed."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from .. import conv
from ..arguments import Window, transposed_size
from ..checks import integer, per_axis
from ..shapes import Padding, Pair, check_connections, check_groups
from .base import Shape, number_or_pair, options_text, sample_shape
from .weighted import Weighted


class Conv2d(Weighted):
    """A 2D convolutional layer (`conv2d` with its own weight and bias).

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels.
    kernel_size : int or pair of int
    stride, padding, dilation, groups
        As in `conv2d`.
    connections : ndarray of bool, shape (C_out, C_in), optional
        Which input channels each output channel sees; by default all. A kernel that is not connected does not exist:
        ``params["weight"]`` then has shape (connections.sum(), kH, kW), the kernels of output channel 0 first.
    bias : bool
        Whether each output channel has a bias.
    random_state : RandomState
        Draws the He-normal weights; biases start at 0.

    Raises
    ------
    TypeError
        If an option is not an integer, `connections` does not hold booleans, or `random_state` is not a RandomState.
    ValueError
        If an option is out of range, or `connections` has another shape, leaves an output channel without any input,
        or comes together with `groups`.

    Examples
    --------
    >>> layer = Conv2d(3, 10, 5, padding=2, random_state=np.random.RandomState(0))
    >>> layer.output_shape((3, 32, 32)), layer.param_count
    ((10, 32, 32), 760)

    Two filters on three channels, of which the first sees two and the second one: three kernels and two biases.

    >>> table = np.array([[True, True, False], [False, False, True]])
    >>> Conv2d(3, 2, 5, connections=table, random_state=np.random.RandomState(0)).param_count
    77
    """

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: Padding = 0,
        *,
        dilation: int | Pair = 1,
        groups: int = 1,
        connections: np.ndarray | None = None,
        bias: bool = True,
        random_state: np.random.RandomState,
    ) -> None:
        self.c_in, self.c_out = integer(c_in, "c_in", 1), integer(c_out, "c_out", 1)
        groups = check_groups(c_in, c_out, groups)
        self.window = Window.of(kernel_size, stride, padding, dilation)
        self.options: dict[str, Any] = {
            "stride": self.window.stride,
            "padding": str(padding) if isinstance(padding, str) else self.window.padding,
            "dilation": self.window.dilation,
            "groups": groups,
        }
        self.connections = None if connections is None else _table(connections, (c_out, c_in), groups)
        shape = (c_out, c_in // groups, *self.window.kernel_size)
        self._set_params(shape, prod(shape[1:]), c_out, bias, random_state)
        if self.connections is not None:
            # A map that sees fewer channels adds up fewer products, so each may be larger.
            self.constants["connections"] = self.connections
            seen = self.connections.sum(axis=1, keepdims=True)
            scale = np.sqrt(c_in / seen, dtype=np.float32)[..., None, None]
            self.params["weight"] = (self.params["weight"] * scale)[self.connections]

    def output_shape(self, input_shape: Shape) -> Shape:
        size = sample_shape(input_shape, self, self.c_in, "H", "W")[1:]
        return (self.c_out, *self.window.output_size(size))

    def mac_count(self, input_shape: Shape) -> int:
        _, h_out, w_out = self.output_shape(input_shape)
        return self.params["weight"].size * h_out * w_out

    def __repr__(self) -> str:
        given = options_text(self.options, stride=1, padding=0, dilation=1, groups=1)
        if self.connections is not None:
            given += f", connections={self.connections.sum()} of {self.connections.size}"
        return self._called(f"{self.c_in}, {self.c_out}, {number_or_pair(self.window.kernel_size)}{given}")

    def _full_weight(self) -> np.ndarray:
        """Return the weight as `conv2d` takes it, with zeros where nothing is connected."""
        weight = self.params["weight"]
        if self.connections is None:
            return weight
        full = np.zeros((*self.connections.shape, *self.window.kernel_size), weight.dtype)
        full[self.connections] = weight
        return full

    def _forward(self, x: np.ndarray) -> np.ndarray:
        return conv.conv2d(x, self._full_weight(), self.params.get("bias"), **self.options)

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        weight, bias = self._full_weight(), self.params.get("bias")
        grad_x = self._keep(conv.conv2d_backward(grad_y, x, weight, bias, **self.options, need_grad_x=need_grad_x))
        if self.connections is not None:
            self.grads["weight"] = self.grads["weight"][self.connections]
        return grad_x


class ConvTranspose2d(Weighted):
    """A transposed convolution (`conv_transpose2d` with its own weight and bias).

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels.
    kernel_size : int or pair of int
    stride, padding, output_padding, dilation, groups
        As in `conv_transpose2d`.
    bias : bool
        Whether each output channel has a bias.
    random_state : RandomState
        Draws the He-normal weights; biases start at 0.

    Raises
    ------
    TypeError
        If an option is not an integer, or `random_state` not a RandomState.
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> layer = ConvTranspose2d(16, 6, 2, stride=2, random_state=np.random.RandomState(0))
    >>> layer.output_shape((16, 5, 5)), layer.param_count
    ((6, 10, 10), 390)
    """

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        *,
        output_padding: int | Pair = 0,
        dilation: int | Pair = 1,
        groups: int = 1,
        bias: bool = True,
        random_state: np.random.RandomState,
    ) -> None:
        self.c_in, self.c_out = integer(c_in, "c_in", 1), integer(c_out, "c_out", 1)
        groups = check_groups(c_in, c_out, groups)
        self.window = Window.plain(kernel_size, stride, padding, dilation)
        self.options: dict[str, Any] = {
            "stride": self.window.stride,
            "padding": self.window.padding,
            "output_padding": per_axis(output_padding, "output_padding"),
            "dilation": self.window.dilation,
            "groups": groups,
        }
        shape = (c_in, c_out // groups, *self.window.kernel_size)
        # An output adds up the taps of every input channel of its group that land on it.
        fan_in = max(1, c_in // groups * prod(self.window.kernel_size) // prod(self.window.stride))
        self._set_params(shape, fan_in, c_out, bias, random_state)
        # Some image that padding does not cut off: too much output padding is refused here, not at the first forward.
        self.output_shape((c_in, *(1 + 2 * p for p in self.window.padding)))

    def output_shape(self, input_shape: Shape) -> Shape:
        size = sample_shape(input_shape, self, self.c_in, "H", "W")[1:]
        return (self.c_out, *transposed_size(self.window, size, self.options["output_padding"]))

    def mac_count(self, input_shape: Shape) -> int:
        self.output_shape(input_shape)
        return self.params["weight"].size * prod(input_shape[1:])

    def __repr__(self) -> str:
        given = options_text(self.options, stride=1, padding=0, output_padding=0, dilation=1, groups=1)
        return self._called(f"{self.c_in}, {self.c_out}, {number_or_pair(self.window.kernel_size)}{given}")

    def _forward(self, x: np.ndarray) -> np.ndarray:
        return conv.conv_transpose2d(x, self.params["weight"], self.params.get("bias"), **self.options)

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        weight, bias = self.params["weight"], self.params.get("bias")
        gradients = conv.conv_transpose2d_backward(grad_y, x, weight, bias, **self.options, need_grad_x=need_grad_x)
        return self._keep(gradients)


def _table(connections: np.ndarray, channels: Pair, groups: int) -> np.ndarray:
    """Return a copy of the table of connections, checked."""
    table = check_connections(connections, channels)
    if groups != 1:
        raise ValueError(f"connections say what is connected; leave groups at 1, got groups={groups}")
    return table.copy()
