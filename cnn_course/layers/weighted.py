"""Layers with a weight and perhaps a bias, and where their numbers start."""

from __future__ import annotations

from math import sqrt

import numpy as np

from .. import dense
from ..arguments import Gradients
from ..checks import boolean, check_memory, generator, integer
from .base import Layer, Shape, options_text, sample_shape


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
    check_memory(shape, 8, "the weight")
    return (generator(random_state).standard_normal(shape) * sqrt(2 / fan_in)).astype(np.float32)


class Weighted(Layer):
    """A layer with a weight and perhaps a bias, around one of the library's functions."""

    def _set_params(
        self, shape: Shape, fan_in: int, n_bias: int, bias: bool, random_state: np.random.RandomState
    ) -> None:
        self.params["weight"] = he_normal(random_state, shape, fan_in)
        if boolean(bias, "bias"):
            self.params["bias"] = np.zeros(n_bias, np.float32)

    def _called(self, given: str) -> str:
        """Return the call that makes such a layer, but for what draws its weights."""
        return f"{type(self).__name__}({given}{options_text({'bias': 'bias' in self.params}, bias=True)})"

    def _keep(self, gradients: Gradients) -> np.ndarray | None:
        grad_x, self.grads["weight"], grad_bias = gradients
        if grad_bias is not None:
            self.grads["bias"] = grad_bias
        return grad_x


class Linear(Weighted):
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
        sample_shape(input_shape, self, n_in)
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
