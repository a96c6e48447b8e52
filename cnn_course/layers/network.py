"""Networks: layers one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np

from .base import Layer, Shape, inner_layers


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
    >>> from cnn_course.layers import Conv2d, MaxPool2d, ReLU
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
    >>> from cnn_course.layers import ReLU
    >>> check_network(Sequential(ReLU()))
    Sequential(ReLU())
    """
    if not isinstance(model, Sequential):
        raise TypeError(f"model must be a Sequential, got {model!r}")
    for outer, name, _ in inner_layers(model):
        if not (isinstance(outer, Sequential) and name == "layers"):
            raise TypeError(
                f"{outer} holds a layer as its attribute {name}, whose parameters nobody would find; "
                "inherit from Sequential, and give it to super().__init__"
            )
    return model
