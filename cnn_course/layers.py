"""Layers hold parameters and remember their input; `Sequential` chains them.

Taught in chapters 8 (building LeNet) and 9 (sending gradients back through it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from math import prod, sqrt
from typing import Any, overload

import numpy as np

from . import conv, dense, pool
from .checks import (
    batch,
    boolean,
    generator,
    integer,
    lenet_hint,
    number,
    per_axis,
    plain_array,
    real_array,
    room,
    same_shape,
)
from .shapes import (
    Padding,
    check_groups,
    conv_output_size,
    conv_transpose_output_size,
    kernel_span,
    pool_output_size,
    resolve_padding,
)
from .windows import Pair

Shape = tuple[int, ...]


class Layer:
    """What all layers have in common, and what a layer of your own inherits from.

    A layer of your own has a `forward` that returns the output and keeps what the way back needs, and a `backward` that
    returns the gradient of the input. What it learns goes into `params`, the gradients by the same names into `grads`,
    arrays that training leaves alone into `constants`. Its options belong into its ``__repr__``: by that and by the
    constants a file of weights or a checkpoint knows whose it is. Both keep nothing of a layer but its `params`.

    Attributes
    ----------
    params : dict of str to ndarray
        The learned arrays, by name; empty for layers that learn nothing.
    grads : dict of str to ndarray
        Their gradients, after `backward`.
    constants : dict of str to ndarray
        Arrays on which the output depends too, and which are never changed.

    Examples
    --------
    A layer that multiplies everything by one number, which it learns:

    >>> class Scale(Layer):
    ...     def __init__(self, start):
    ...         self.params["factor"] = np.array([start], np.float32)
    ...
    ...     def forward(self, x):
    ...         self.x = x
    ...         return self.params["factor"] * x
    ...
    ...     def backward(self, grad_y):
    ...         self.grads["factor"] = np.array([(grad_y * self.x).sum()])
    ...         return self.params["factor"] * grad_y
    >>> model = Sequential(Flatten(), Scale(3.0))
    >>> model(np.array([[1.0, 2.0]]))
    array([[3., 6.]])
    >>> model.backward(np.array([[1.0, 1.0]]))
    array([[3., 3.]])
    >>> model.named_grads()
    {'1.factor': array([3.])}
    """

    x: np.ndarray | None = None  # what `forward` was given

    # Made when they are asked for first: a layer of your own need not call super().__init__().
    @cached_property
    def params(self) -> dict[str, np.ndarray]:
        return {}

    @cached_property
    def grads(self) -> dict[str, np.ndarray]:
        return {}

    @cached_property
    def constants(self) -> dict[str, np.ndarray]:
        return {}

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the layer's output, and remember `x` for `backward`; ``layer(x)`` is the same.

        Parameters
        ----------
        x : ndarray of shape (N, ...)
            Kept as it is, not copied: change it only after `backward`.

        Returns
        -------
        ndarray of shape (N, ...)

        Raises
        ------
        TypeError
            If `x` is not an array of real numbers.
        ValueError
            If the layer cannot take its shape.
        """
        if x is None:
            raise TypeError(f"{self}: x is None; does the layer before return its output?")
        self.x = x
        return self._forward(x)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self.forward(x)

    def backward(self, grad_y: np.ndarray, *, need_grad_x: bool = True) -> np.ndarray | None:
        """Return the gradient with respect to the input of the last `forward`; those of the parameters go to `grads`.

        Parameters
        ----------
        grad_y : ndarray of the output's shape
        need_grad_x : bool
            False lets a layer with parameters skip its input gradient; None comes back. A layer of your own need not
            know it.

        Returns
        -------
        ndarray of the input's shape, or None

        Raises
        ------
        TypeError
            If `need_grad_x` is not a bool, or `grad_y` not an array of real numbers.
        ValueError
            If it does not have the output's shape.
        RuntimeError
            If there was no `forward` before.
        """
        boolean(need_grad_x, "need_grad_x")
        if self.x is None:
            own = "" if type(self).forward is Layer.forward else "; a forward of your own keeps it as self.x"
            raise RuntimeError(f"{self}: backward needs the input of a forward pass, and there was none{own}")
        if grad_y is None:
            raise TypeError(f"{self}: grad_y is None; does the layer behind return the gradient of its input?")
        return self._backward(grad_y, self.x, need_grad_x)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one output sample; a layer of your own finds it by a forward pass of ones.

        Parameters
        ----------
        input_shape : tuple of int
            Shape of one input sample, without the batch axis.

        Returns
        -------
        tuple of int

        Raises
        ------
        TypeError
            If a size is not an integer.
        ValueError
            If the layer cannot take this shape.
        """
        shape = (1, *_sizes(input_shape))
        room(shape, 4, "a sample")
        with untouched(self), np.errstate(all="ignore"):
            return self.forward(np.ones(shape, np.float32)).shape[1:]

    def mac_count(self, input_shape: Shape) -> int:
        """Return the multiplications by weights (each with an addition) for one sample; 0 for layers without weights.

        Parameters
        ----------
        input_shape : tuple of int
            Shape of one input sample, without the batch axis.

        Returns
        -------
        int
        """
        return 0

    @property
    def param_count(self) -> int:
        """How many numbers the layer learns."""
        return sum(p.size for p in self.params.values())

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _forward(self, x: np.ndarray) -> np.ndarray:
        raise TypeError(f"{self} has no forward; Layer is what layers have in common: use one of its subclasses")

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        raise TypeError(f"{self} has no backward; write one beside its forward")


def he_normal(random_state: np.random.RandomState, shape: Shape, fan_in: int) -> np.ndarray:
    """Draw starting weights with variance 2 / fan_in, which keeps the size of ReLU activations from layer to layer.

    Parameters
    ----------
    random_state : RandomState
    shape : tuple of int
    fan_in : int
        How many inputs an output adds up.

    Returns
    -------
    ndarray of float32

    Raises
    ------
    TypeError
        If `random_state` is not a RandomState.
    ValueError
        If the weights would take more than `checks.MAX_BYTES`.

    References
    ----------
    .. [1] He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.

    Examples
    --------
    >>> he_normal(np.random.RandomState(0), (2,), fan_in=2).round(3)
    array([1.764, 0.4  ], dtype=float32)
    """
    room(shape, 8, "the weight")
    return (generator(random_state).standard_normal(shape) * sqrt(2 / fan_in)).astype(np.float32)


class _Weighted(Layer):
    """A layer with a weight and perhaps a bias, around one of the library's functions."""

    def _set_params(
        self, shape: Shape, fan_in: int, n_bias: int, bias: bool, random_state: np.random.RandomState
    ) -> None:
        self.params["weight"] = he_normal(random_state, shape, fan_in)
        if boolean(bias, "bias"):
            self.params["bias"] = np.zeros(n_bias, np.float32)

    def _called(self, given: str) -> str:
        """Return the call that makes such a layer, but for what draws its weights."""
        return f"{type(self).__name__}({given}{_given({'bias': 'bias' in self.params}, bias=True)})"

    def _keep(self, gradients: conv.Gradients) -> np.ndarray | None:
        grad_x, self.grads["weight"], grad_bias = gradients
        if grad_bias is not None:
            self.grads["bias"] = grad_bias
        return grad_x


class Conv2d(_Weighted):
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
        c_in, c_out = integer(c_in, "c_in", 1), integer(c_out, "c_out", 1)
        groups = check_groups(c_in, c_out, groups)
        self.c_in, self.c_out = c_in, c_out
        self.kernel_size = per_axis(kernel_size, "kernel_size", minimum=1)
        self.stride = per_axis(stride, "stride", minimum=1)
        self.dilation = per_axis(dilation, "dilation", minimum=1)
        self.pads = resolve_padding(padding, self.kernel_size, self.stride, self.dilation)
        self.options: dict[str, Any] = {
            "stride": self.stride,
            "padding": str(padding) if isinstance(padding, str) else per_axis(padding, "padding"),
            "dilation": self.dilation,
            "groups": groups,
        }
        self.connections = None if connections is None else _table(connections, (c_out, c_in), groups)
        shape = (c_out, c_in // groups, *self.kernel_size)
        self._set_params(shape, prod(shape[1:]), c_out, bias, random_state)
        if self.connections is not None:
            # A map that sees fewer channels adds up fewer products, so each may be larger.
            self.constants["connections"] = self.connections
            seen = self.connections.sum(axis=1, keepdims=True)
            scale = np.sqrt(c_in / seen, dtype=np.float32)[..., None, None]
            self.params["weight"] = (self.params["weight"] * scale)[self.connections]

    def output_shape(self, input_shape: Shape) -> Shape:
        _, *size = _sizes(input_shape, self, self.c_in, "H", "W")
        sizes = zip(size, self.kernel_size, self.stride, self.pads, self.dilation, strict=True)
        return (
            self.c_out,
            *(conv_output_size(n + sum(p), k, stride=s, dilation=d) for n, k, s, p, d in sizes),
        )

    def mac_count(self, input_shape: Shape) -> int:
        _, h_out, w_out = self.output_shape(input_shape)
        return self.params["weight"].size * h_out * w_out

    def __repr__(self) -> str:
        given = _given(self.options, stride=1, padding=0, dilation=1, groups=1)
        if self.connections is not None:
            given += f", connections={self.connections.sum()} of {self.connections.size}"
        return self._called(f"{self.c_in}, {self.c_out}, {_short(self.kernel_size)}{given}")

    def _full_weight(self) -> np.ndarray:
        """Return the weight as `conv2d` takes it, with zeros where nothing is connected."""
        weight = self.params["weight"]
        if self.connections is None:
            return weight
        full = np.zeros((*self.connections.shape, *self.kernel_size), weight.dtype)
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


class ConvTranspose2d(_Weighted):
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
        c_in, c_out = integer(c_in, "c_in", 1), integer(c_out, "c_out", 1)
        groups = check_groups(c_in, c_out, groups)
        self.kernel_size = per_axis(kernel_size, "kernel_size", minimum=1)
        self.options: dict[str, Any] = {
            "stride": per_axis(stride, "stride", minimum=1),
            "padding": per_axis(padding, "padding"),
            "output_padding": per_axis(output_padding, "output_padding"),
            "dilation": per_axis(dilation, "dilation", minimum=1),
        }
        self.groups = groups
        shape = (c_in, c_out // groups, *self.kernel_size)
        # An output adds up the taps of every input channel of its group that land on it.
        fan_in = max(1, c_in // groups * prod(self.kernel_size) // prod(self.options["stride"]))
        self._set_params(shape, fan_in, c_out, bias, random_state)
        # Some image that padding does not cut off: too much output padding is refused here, not at the first forward.
        self.output_shape((c_in, *(1 + 2 * p for p in self.options["padding"])))

    def output_shape(self, input_shape: Shape) -> Shape:
        c_in, c_group = self.params["weight"].shape[:2]
        _, *size = _sizes(input_shape, self, c_in, "H", "W")
        options = [dict(zip(self.options, values, strict=True)) for values in zip(*self.options.values(), strict=True)]
        sizes = (conv_transpose_output_size(n, k, **o) for n, k, o in zip(size, self.kernel_size, options, strict=True))
        return (c_group * self.groups, *sizes)

    def mac_count(self, input_shape: Shape) -> int:
        self.output_shape(input_shape)
        return self.params["weight"].size * prod(input_shape[1:])

    def __repr__(self) -> str:
        c_in, c_group = self.params["weight"].shape[:2]
        options = {**self.options, "groups": self.groups}
        given = _given(options, stride=1, padding=0, output_padding=0, dilation=1, groups=1)
        return self._called(f"{c_in}, {c_group * self.groups}, {_short(self.kernel_size)}{given}")

    def _forward(self, x: np.ndarray) -> np.ndarray:
        weight, bias = self.params["weight"], self.params.get("bias")
        return conv.conv_transpose2d(x, weight, bias, **self.options, groups=self.groups)

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        weight, bias = self.params["weight"], self.params.get("bias")
        grads = conv.conv_transpose2d_backward(
            grad_y, x, weight, bias, **self.options, groups=self.groups, need_grad_x=need_grad_x
        )
        return self._keep(grads)


class Linear(_Weighted):
    """A dense layer (`linear` with its own weight and bias).

    Parameters
    ----------
    n_in, n_out : int
        Inputs and outputs.
    bias : bool
        Whether each output has a bias.
    random_state : RandomState
        Draws the He-normal weights; biases start at 0.

    Raises
    ------
    TypeError
        If a number is not an integer, or `random_state` not a RandomState.
    ValueError
        If a number is below 1.

    Examples
    --------
    >>> Linear(400, 120, random_state=np.random.RandomState(0)).param_count
    48120
    """

    def __init__(self, n_in: int, n_out: int, *, bias: bool = True, random_state: np.random.RandomState) -> None:
        n_in, n_out = integer(n_in, "n_in", 1), integer(n_out, "n_out", 1)
        self._set_params((n_out, n_in), n_in, n_out, bias, random_state)

    def output_shape(self, input_shape: Shape) -> Shape:
        n_out, n_in = self.params["weight"].shape
        _sizes(input_shape, self, n_in)
        return (n_out,)

    def mac_count(self, input_shape: Shape) -> int:
        self.output_shape(input_shape)
        return self.params["weight"].size

    def __repr__(self) -> str:
        n_out, n_in = self.params["weight"].shape
        return self._called(f"{n_in}, {n_out}")

    def _forward(self, x: np.ndarray) -> np.ndarray:
        return dense.linear(x, self.params["weight"], self.params.get("bias"))

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        weight, bias = self.params["weight"], self.params.get("bias")
        return self._keep(dense.linear_backward(grad_y, x, weight, bias, need_grad_x=need_grad_x))


class _Pool(Layer):
    """A pooling layer: options, and the sizes that follow from them."""

    function: Callable[..., np.ndarray]
    gradient: Callable[..., np.ndarray]

    def __init__(
        self, kernel_size: int | Pair, stride: int | Pair | None, padding: int | Pair, **options: object
    ) -> None:
        self.kernel_size = per_axis(kernel_size, "kernel_size", minimum=1)
        self.stride = self.kernel_size if stride is None else per_axis(stride, "stride", minimum=1)
        self.padding = per_axis(padding, "padding")
        self.dilation = per_axis(options.get("dilation", 1), "dilation", minimum=1)
        self.options: dict[str, Any] = {"stride": self.stride, "padding": self.padding}
        self.options |= {
            name: self.dilation if name == "dilation" else boolean(value, name) for name, value in options.items()
        }
        # The smallest image that fits: the other options are refused here, not at the first forward.
        self.output_shape((1, *(kernel_span(k, d) for k, d in zip(self.kernel_size, self.dilation, strict=True))))

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, *size = _sizes(input_shape, self, "C", "H", "W")
        ceil_mode = self.options["ceil_mode"]
        sizes = zip(size, self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        return (
            channels,
            *(pool_output_size(n, k, stride=s, padding=p, dilation=d, ceil_mode=ceil_mode) for n, k, s, p, d in sizes),
        )

    def __repr__(self) -> str:
        stride = _short(self.kernel_size)
        given = _given(self.options, stride=stride, padding=0, dilation=1, ceil_mode=False, count_include_pad=True)
        return f"{type(self).__name__}({_short(self.kernel_size)}{given})"

    def _forward(self, x: np.ndarray) -> np.ndarray:
        return self.function(x, self.kernel_size, **self.options)

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        return self.gradient(grad_y, x, self.kernel_size, **self.options)


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
        super().__init__(kernel_size, stride, padding, dilation=dilation, ceil_mode=ceil_mode)
        self.y: np.ndarray | None = None

    def _forward(self, x: np.ndarray) -> np.ndarray:
        y = super()._forward(x)
        self.y = y.copy()  # whoever gets the output may change it
        return y

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        return self.gradient(grad_y, x, self.kernel_size, **self.options, y=self.y)


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
        super().__init__(kernel_size, stride, padding, ceil_mode=ceil_mode, count_include_pad=count_include_pad)


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
        self.kernel_size = per_axis(kernel_size, "kernel_size", minimum=1)
        self.params["weight"] = np.full(channels, 1 / prod(self.kernel_size), np.float32)
        self.params["bias"] = np.zeros(channels, np.float32)

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, *size = _sizes(input_shape, self, len(self.params["weight"]), "H", "W")
        return (channels, *(pool_output_size(n, k) for n, k in zip(size, self.kernel_size, strict=True)))

    def mac_count(self, input_shape: Shape) -> int:
        return prod(self.output_shape(input_shape))

    def __repr__(self) -> str:
        size = "" if self.kernel_size == (2, 2) else f", {_short(self.kernel_size)}"
        return f"{type(self).__name__}({len(self.params['weight'])}{size})"

    def _sums(self, x: np.ndarray) -> np.ndarray:
        x = batch(x, "x")
        channels = len(self.params["weight"])
        if x.shape[1] != channels:
            raise ValueError(f"{self}: x must have {channels} channels, got shape {x.shape}")
        return pool.sum_pool2d(x, self.kernel_size)

    def _forward(self, x: np.ndarray) -> np.ndarray:
        weight, bias = (param[:, None, None] for param in self.params.values())
        return weight * self._sums(x) + bias

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        sums = self._sums(x)
        grad_y = same_shape(grad_y, "grad_y", sums.shape, "the output")
        self.grads = {"weight": (grad_y * sums).sum(axis=(0, 2, 3)), "bias": grad_y.sum(axis=(0, 2, 3))}
        if not need_grad_x:
            return None
        return pool.sum_pool2d_backward(self.params["weight"][:, None, None] * grad_y, x, self.kernel_size)


class _Function(Layer):
    """A layer around a function that learns nothing."""

    function: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def output_shape(self, input_shape: Shape) -> Shape:
        return _sizes(input_shape)

    def _forward(self, x: np.ndarray) -> np.ndarray:
        return self.function(x)

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        return self.gradient(grad_y, x)


class GlobalAvgPool2d(_Function):
    """A global average-pooling layer (`global_avg_pool2d`).

    Examples
    --------
    >>> GlobalAvgPool2d().output_shape((16, 5, 5))
    (16, 1, 1)
    """

    function = staticmethod(pool.global_avg_pool2d)
    gradient = staticmethod(pool.global_avg_pool2d_backward)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (_sizes(input_shape, self, "C", "H", "W")[0], 1, 1)


class Flatten(_Function):
    """Lay out each sample as one row (`flatten`).

    Examples
    --------
    >>> Flatten().output_shape((16, 5, 5))
    (400,)
    """

    function = staticmethod(dense.flatten)
    gradient = staticmethod(dense.flatten_backward)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (prod(_sizes(input_shape)),)


class ReLU(_Function):
    """A rectifier (`relu`) as a layer.

    Examples
    --------
    >>> ReLU().forward(np.array([1.0, -2.0, 3.0, -1.0]))
    array([1., 0., 3., 0.])
    """

    function = staticmethod(dense.relu)
    gradient = staticmethod(dense.relu_backward)


class Sigmoid(_Function):
    """A `sigmoid` as a layer.

    Examples
    --------
    >>> Sigmoid().forward(np.array([0.0]))
    array([0.5])
    """

    function = staticmethod(dense.sigmoid)
    gradient = staticmethod(dense.sigmoid_backward)


class Tanh(_Function):
    """A hyperbolic tangent (`tanh`) as a layer.

    Examples
    --------
    >>> Tanh().forward(np.array([0.0]))
    array([0.])
    """

    function = staticmethod(dense.tanh)
    gradient = staticmethod(dense.tanh_backward)


class ScaledTanh(_Function):
    """The activation of LeNet-5, 1.7159 tanh(2 x / 3), as a layer.

    Notes
    -----
    With these constants 1 goes to 1 and -1 to -1, and the curve bends most near these points.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
       Proceedings of the IEEE, 1998, appendix A.

    Examples
    --------
    >>> ScaledTanh().forward(np.array([-1.0, 0.0, 1.0])).round(3)
    array([-1.,  0.,  1.])
    """

    @staticmethod
    def function(x: np.ndarray) -> np.ndarray:
        return 1.7159 * dense.tanh(real_array(x, "x") * (2 / 3))

    @staticmethod
    def gradient(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:
        return (1.7159 * 2 / 3) * dense.tanh_backward(grad_y, real_array(x, "x") * (2 / 3))


class RadialBasis(Layer):
    """An output layer without parameters: the score of a class falls with the distance from a drawing of it.

    Parameters
    ----------
    drawings : ndarray of shape (classes, ...)
        What the layer before should answer for each class, kept as float32. Training does not change them.
    rubbish : float, optional
        The distance from which on *none of these* wins. It makes a further score, which is always -rubbish.

    Raises
    ------
    TypeError
        If `drawings` does not hold real numbers, or `rubbish` is no number.
    ValueError
        If there is no drawing, nothing in it, or `rubbish` is negative.

    Notes
    -----
    y[n, c] = -sum over j of (x[n, j] - drawings[c, j])**2, each drawing laid out as one row. The paper writes the
    distance without the minus and lets the smallest win; as a score the largest wins. With `rubbish` the
    `cross_entropy` of these scores is equation 9 of the paper, whose constant j it is: the right drawing must then be
    near, where without it being nearer than the others is enough.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
       Proceedings of the IEEE, 1998, equations 7 and 9.

    Examples
    --------
    >>> RadialBasis(np.array([[1, 1, 1], [1, -1, 1]])).forward(np.array([[1.0, -0.5, 1.0]]))
    array([[-2.25, -0.25]])
    """

    def __init__(self, drawings: np.ndarray, rubbish: float | None = None) -> None:
        self.rubbish = None if rubbish is None else number(rubbish, "rubbish", 0)
        drawings = real_array(drawings, "drawings")
        if drawings.ndim < 2 or drawings.size == 0:
            raise ValueError(f"drawings must have shape (classes, ...) and hold numbers, got shape {drawings.shape}")
        self.drawings = self.constants["drawings"] = drawings.reshape(len(drawings), -1).astype(np.float32)

    def output_shape(self, input_shape: Shape) -> Shape:
        classes, n_in = self.drawings.shape
        _sizes(input_shape, self, n_in)
        return (classes + (self.rubbish is not None),)

    def mac_count(self, input_shape: Shape) -> int:
        self.output_shape(input_shape)
        return self.drawings.size

    def __repr__(self) -> str:
        classes, n_in = self.drawings.shape
        return f"{type(self).__name__}({classes} drawings of {n_in}{_given({'rubbish': self.rubbish}, rubbish=None)})"

    def _samples(self, x: np.ndarray) -> np.ndarray:
        x, n_in = real_array(x, "x"), self.drawings.shape[1]
        if x.ndim != 2 or x.shape[1] != n_in:
            raise ValueError(f"{self}: x must have shape (N, {n_in}), got {x.shape}")
        return x

    def _forward(self, x: np.ndarray) -> np.ndarray:
        x = self._samples(x)
        room((len(x), *self.drawings.shape), x.itemsize, "the differences")
        scores = -((x[:, None] - self.drawings) ** 2).sum(axis=2)
        if self.rubbish is None:
            return scores
        return np.pad(scores, ((0, 0), (0, 1)), constant_values=-self.rubbish)

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        x, classes = self._samples(x), len(self.drawings)
        shape = (len(x), classes + (self.rubbish is not None))
        grad_y = same_shape(grad_y, "grad_y", shape, "the output")[:, :classes]
        return 2 * (grad_y @ self.drawings - grad_y.sum(axis=1, keepdims=True) * x)


class Sequential(Layer):
    """Layers one after the other.

    Parameters
    ----------
    *layers : Layer
        From the input on; a list of them will do too.

    Raises
    ------
    TypeError
        If something that is not a layer is given.
    ValueError
        If a layer occurs twice: it would remember only its second input, and its gradients would be wrong.

    Examples
    --------
    >>> rng = np.random.RandomState(0)
    >>> model = Sequential(Conv2d(1, 6, 5, random_state=rng), ReLU(), MaxPool2d(2))
    >>> model.output_shape((1, 32, 32)), model.param_count
    ((6, 14, 14), 156)

    Layers are counted from 0, and a slice is a network of the same layers:

    >>> len(model), model[0], model[1:]
    (3, Conv2d(1, 6, 5), Sequential(ReLU(), MaxPool2d(2)))
    """

    def __init__(self, *layers: Layer | Sequence[Layer]) -> None:
        listed: Any = layers[0] if len(layers) == 1 and isinstance(layers[0], list | tuple) else layers
        for place, layer in enumerate(listed):
            if not isinstance(layer, Layer):
                raise TypeError(f"layer {place} must be a Layer, got {layer!r}")
        self.layers: tuple[Layer, ...] = tuple(listed)
        seen: set[Layer] = set()
        for name, layer in self.named_layers():
            if layer in seen:
                raise ValueError(f"layer {name}, {layer}, occurs twice; make a second one, as each remembers one input")
            seen.add(layer)

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    @overload
    def __getitem__(self, place: int) -> Layer: ...
    @overload
    def __getitem__(self, place: slice) -> Sequential: ...
    def __getitem__(self, place: int | slice) -> Layer:
        if isinstance(place, slice):
            return Sequential(*self.layers[place])
        try:
            return self.layers[place]
        except (IndexError, TypeError) as error:
            message = f"layers are counted from 0, and this network has {len(self)}: there is no layer {place!r}"
            raise type(error)(message) from None

    def output_shape(self, input_shape: Shape) -> Shape:
        if not self.is_chain:
            return super().output_shape(input_shape)
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape

    def mac_count(self, input_shape: Shape) -> int:
        total = 0
        for layer in self.layers:
            total += layer.mac_count(input_shape)
            input_shape = layer.output_shape(input_shape)
        return total

    @property
    def is_chain(self) -> bool:
        """Whether it does no more than hand each layer the output of the one before: it has no `forward` of its own."""
        return type(self).forward is Layer.forward

    @property
    def param_count(self) -> int:
        """How many numbers all layers learn together."""
        return sum(layer.param_count for layer in self.layers)

    def named_layers(self) -> Iterator[tuple[str, Layer]]:
        """Yield every layer that is not itself a `Sequential`, with a name such as "0" or "1.0".

        Yields
        ------
        name : str
        layer : Layer
        """
        for place, layer in enumerate(self.layers):
            if isinstance(layer, Sequential):
                for name, inner in layer.named_layers():
                    yield f"{place}.{name}", inner
            else:
                yield str(place), layer

    def named_params(self) -> dict[str, np.ndarray]:
        """Return every learned array by a name such as "0.weight".

        Returns
        -------
        dict of str to ndarray
        """
        return {f"{name}.{key}": p for name, layer in self.named_layers() for key, p in layer.params.items()}

    def named_grads(self) -> dict[str, np.ndarray]:
        """Return the gradient of every learned array, by the names of `named_params`.

        Returns
        -------
        dict of str to ndarray
        """
        return {f"{name}.{key}": g for name, layer in self.named_layers() for key, g in layer.grads.items()}

    def named_constants(self) -> dict[str, np.ndarray]:
        """Return every array that is no parameter but decides the output, by a name such as "4.connections".

        Returns
        -------
        dict of str to ndarray
        """
        return {f"{name}.{key}": c for name, layer in self.named_layers() for key, c in layer.constants.items()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.layers))})"

    def _forward(self, x: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        grad: Any = grad_y
        for place, layer in reversed(list(enumerate(self.layers))):
            if need_grad_x or place > 0 or type(layer).backward is not Layer.backward:
                grad = layer.backward(grad)
            else:  # nobody needs the gradient of the data
                grad = layer.backward(grad, need_grad_x=False)
        return grad


def check_network(model: object) -> Sequential:
    """Return `model` if it is a `Sequential` that knows all of its layers.

    Parameters
    ----------
    model : Sequential

    Returns
    -------
    Sequential

    Raises
    ------
    TypeError
        If it is anything else, or one of its layers holds another one by an attribute of its own, where nobody would
        find the parameters.

    Examples
    --------
    >>> check_network(Sequential(ReLU()))
    Sequential(ReLU())
    """
    if not isinstance(model, Sequential):
        raise TypeError(f"model must be a Sequential, got {model!r}")
    for outer, name, _ in _inner_layers(model):
        if not (isinstance(outer, Sequential) and name == "layers"):
            raise TypeError(
                f"{outer} holds a layer as its attribute {name}, whose parameters nobody would find; "
                "inherit from Sequential, and give it to super().__init__"
            )
    return model


@contextmanager
def untouched(layer: Layer) -> Iterator[None]:
    """Give a layer, and all layers in it, the attributes back that they had before: what `forward` kept is forgotten.

    Parameters
    ----------
    layer : Layer

    Examples
    --------
    >>> relu = ReLU()
    >>> with untouched(relu):
    ...     y = relu(np.ones(3))
    >>> relu.x is None
    True
    """
    before = [(part, vars(part).copy()) for part in (layer, *(inner for _, _, inner in _inner_layers(layer)))]
    try:
        yield
    finally:
        for part, attributes in before:
            vars(part).clear()
            vars(part).update(attributes)


def _inner_layers(outer: Layer) -> Iterator[tuple[Layer, str, Layer]]:
    """Yield every layer within another one, at whatever depth, with the one around it and the attribute it is in."""
    for name, value in vars(outer).items():
        for inner in value if isinstance(value, list | tuple) else [value]:
            if isinstance(inner, Layer):
                yield outer, name, inner
                yield from _inner_layers(inner)


def _sizes(shape: Shape, layer: Layer | None = None, *axes: int | str) -> Shape:
    """Return a sample's shape if `layer` can take it: a name in `axes` stands for any size, a number for itself."""
    if not isinstance(shape, Sequence) or isinstance(shape, str):
        raise TypeError(f"input_shape must be a tuple of integers, got {shape!r}")
    numbers = {place: axis for place, axis in enumerate(axes) if isinstance(axis, int)}
    if axes and (len(shape) != len(axes) or any(shape[place] != n for place, n in numbers.items())):
        wanted = ", ".join(map(str, axes)) + "," * (len(axes) == 1)
        hint = lenet_hint(shape[0], numbers[0]) if len(shape) == 1 and 0 in numbers else ""
        raise ValueError(f"{layer}: input_shape must be ({wanted}), got {shape}{hint}")
    return tuple(integer(n, "input_shape", 1) for n in shape)


def _table(connections: np.ndarray, shape: Pair, groups: int) -> np.ndarray:
    """Return a copy of the table of connections, checked."""
    table = plain_array(connections, "connections")
    if table.dtype != bool:
        raise TypeError(f"connections must hold booleans, got dtype {table.dtype}")
    if table.shape != shape:
        raise ValueError(f"connections must have shape (C_out, C_in) = {shape}, got {table.shape}")
    if groups != 1:
        raise ValueError(f"connections say what is connected; leave groups at 1, got groups={groups}")
    if not table.any(axis=1).all():
        blind = np.flatnonzero(~table.any(axis=1)).tolist()
        raise ValueError(f"connections must give each output channel an input channel; {blind} have none")
    return table.copy()


def _short(size: Pair) -> int | Pair:
    """One number for a square kernel, as it is written in code."""
    return size[0] if size[0] == size[1] else size


def _given(options: dict[str, Any], **defaults: Any) -> str:
    """Return the options that are not the default, as they are written in a call."""
    short = {name: _short(value) if isinstance(value, tuple) else value for name, value in options.items()}
    return "".join(f", {name}={value!r}" for name, value in short.items() if value != defaults[name])
