"""Layers around a function that learns nothing: flatten, and the activations."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from .. import dense
from ..checks import real_array
from .base import Layer, Shape, sample_shape


class Function(Layer):
    """A layer around a function that learns nothing."""

    function: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def output_shape(self, input_shape: Shape) -> Shape:
        return sample_shape(input_shape)

    def _forward(self, x: np.ndarray) -> np.ndarray:
        return self.function(x)

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        return self.gradient(grad_y, x)


class Flatten(Function):
    """Lay out each sample as one row (`flatten`).

    Examples
    --------
    >>> Flatten().output_shape((16, 5, 5))
    (400,)
    """

    function = staticmethod(dense.flatten)
    gradient = staticmethod(dense.flatten_backward)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (prod(sample_shape(input_shape)),)


class ReLU(Function):
    """A rectifier (`relu`) as a layer.

    Examples
    --------
    >>> ReLU().forward(np.array([1.0, -2.0, 3.0, -1.0]))
    array([1., 0., 3., 0.])
    """

    function = staticmethod(dense.relu)
    gradient = staticmethod(dense.relu_backward)


class Sigmoid(Function):
    """A `sigmoid` as a layer.

    Examples
    --------
    >>> Sigmoid().forward(np.array([0.0]))
    array([0.5])
    """

    function = staticmethod(dense.sigmoid)
    gradient = staticmethod(dense.sigmoid_backward)


class Tanh(Function):
    """A hyperbolic tangent (`tanh`) as a layer.

    Examples
    --------
    >>> Tanh().forward(np.array([0.0]))
    array([0.])
    """

    function = staticmethod(dense.tanh)
    gradient = staticmethod(dense.tanh_backward)


class ScaledTanh(Function):
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
