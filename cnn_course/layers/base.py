"""What every layer is, and what layers need to check a sample's shape and to write themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np

from ..checks import boolean, check_memory, integer, lenet_hint
from ..shapes import Pair

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

    >>> from cnn_course.layers import Flatten, Sequential
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
        shape = (1, *sample_shape(input_shape))
        check_memory(shape, 4, "a sample")
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


@contextmanager
def untouched(layer: Layer) -> Iterator[None]:
    """Give a layer, and all layers in it, the attributes back that they had before: what `forward` kept is forgotten.

    Parameters
    ----------
    layer : Layer

    Examples
    --------
    >>> from cnn_course.layers import ReLU
    >>> relu = ReLU()
    >>> with untouched(relu):
    ...     y = relu(np.ones(3))
    >>> relu.x is None
    True
    """
    before = [(part, vars(part).copy()) for part in (layer, *(inner for _, _, inner in inner_layers(layer)))]
    try:
        yield
    finally:
        for part, attributes in before:
            vars(part).clear()
            vars(part).update(attributes)


def inner_layers(outer: Layer) -> Iterator[tuple[Layer, str, Layer]]:
    """Yield every layer within another one, at whatever depth, with the one around it and the attribute it is in."""
    for name, value in vars(outer).items():
        for inner in value if isinstance(value, list | tuple) else [value]:
            if isinstance(inner, Layer):
                yield outer, name, inner
                yield from inner_layers(inner)


def sample_shape(shape: Shape, layer: Layer | None = None, *axes: int | str) -> Shape:
    """Return a sample's shape if `layer` can take it: a name in `axes` stands for any size, a number for itself."""
    if not isinstance(shape, Sequence) or isinstance(shape, str):
        raise TypeError(f"input_shape must be a tuple of integers, got {shape!r}")
    numbers = {place: axis for place, axis in enumerate(axes) if isinstance(axis, int)}
    if axes and (len(shape) != len(axes) or any(shape[place] != n for place, n in numbers.items())):
        wanted = ", ".join(map(str, axes)) + "," * (len(axes) == 1)
        hint = lenet_hint(shape[0], numbers[0]) if len(shape) == 1 and 0 in numbers else ""
        raise ValueError(f"{layer}: input_shape must be ({wanted}), got {shape}{hint}")
    return tuple(integer(n, "input_shape", 1) for n in shape)


def number_or_pair(size: Pair) -> int | Pair:
    """Return one number for a square kernel, as it is written in code."""
    return size[0] if size[0] == size[1] else size


def options_text(options: dict[str, Any], **defaults: Any) -> str:
    """Return the options that are not the default, as they are written in a call."""
    short = {name: number_or_pair(value) if isinstance(value, tuple) else value for name, value in options.items()}
    return "".join(f", {name}={value!r}" for name, value in short.items() if value != defaults[name])
