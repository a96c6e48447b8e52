"""Optimisers, which move the parameters against their gradients, and schedules of how far.

Taught in chapters 8 and 9.
"""

from __future__ import annotations

from math import cos, pi
from typing import Protocol

import numpy as np

from .checks import number
from .layers import Sequential, check_network


class Optimizer(Protocol):
    """What `fit` asks of an optimiser; its repr names its settings."""

    model: Sequential
    learning_rate: float

    def step(self, scale: float = 1.0) -> None:
        """Move every parameter once, with `scale` times the learning rate."""

    def named_state(self) -> dict[str, np.ndarray]:
        """Return every array that steps change besides the parameters; written into, they go on from there."""


class SGD:
    """Stochastic gradient descent, with momentum if asked.

    Parameters
    ----------
    model : Sequential
        Whose parameters to move, in place.
    learning_rate : float
    momentum : float
        Share of the last step that is kept, at least 0 and below 1.

    Raises
    ------
    TypeError
        If `model` is not a Sequential, a parameter no array of floats, or a number not a number.
    ValueError
        If a number is out of range.

    Notes
    -----
    velocity = momentum * velocity + grad; param -= learning_rate * velocity, as in PyTorch.

    Examples
    --------
    >>> from cnn_course.layers import Linear
    >>> model = Sequential(Linear(1, 1, random_state=np.random.RandomState(0)))
    >>> SGD(model, 0.1, momentum=0.9)
    SGD(learning_rate=0.1, momentum=0.9)
    """

    def __init__(self, model: Sequential, learning_rate: float, momentum: float = 0.0) -> None:
        self.model = check_network(model)
        self.learning_rate = number(learning_rate, "learning_rate", 0)
        self.momentum = number(momentum, "momentum", 0, 1)
        self.velocity = _zeros(model)

    def step(self, scale: float = 1.0) -> None:
        """Move every parameter against its gradient.

        Parameters
        ----------
        scale : float
            Factor of the learning rate, from a schedule.

        Raises
        ------
        TypeError
            If `scale` is not a number.
        ValueError
            If it is negative, infinite or NaN, or a gradient does not have its parameter's shape.
        RuntimeError
            If there was no `backward` before.
        """
        rate = self.learning_rate * number(scale, "scale", 0)
        grads = _gradients(self.model)
        for name, param in self.model.named_params().items():
            velocity = self.velocity[name]
            velocity *= self.momentum
            velocity += grads[name]
            param -= rate * velocity

    def named_state(self) -> dict[str, np.ndarray]:
        """Return every array that a step changes besides the parameters, by a name such as "velocity.0.weight".

        The arrays are the optimiser's own: copy them to keep them, write into them to go on from there.

        Returns
        -------
        dict of str to ndarray
        """
        return {f"velocity.{name}": array for name, array in self.velocity.items()}

    def __repr__(self) -> str:
        return f"SGD(learning_rate={self.learning_rate}, momentum={self.momentum})"


class Adam:
    """Adam: steps scaled by running averages of the gradient and of its square.

    Parameters
    ----------
    model : Sequential
        Whose parameters to move, in place.
    learning_rate : float
    betas : pair of float
        How much of the two averages is kept at each step.
    eps : float
        Keeps the division away from 0.

    Raises
    ------
    TypeError
        If `model` is not a Sequential, a parameter no array of floats, or a number not a number.
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.

    Examples
    --------
    >>> from cnn_course.layers import Linear
    >>> Adam(Sequential(Linear(1, 1, random_state=np.random.RandomState(0))), 0.002)
    Adam(learning_rate=0.002, betas=(0.9, 0.999), eps=1e-08)
    """

    def __init__(
        self,
        model: Sequential,
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        self.model = check_network(model)
        self.learning_rate = number(learning_rate, "learning_rate", 0)
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ValueError(f"betas must be a pair of numbers such as (0.9, 0.999), got {betas!r}")
        keep_mean, keep_square = betas
        self.betas = (number(keep_mean, "betas[0]", 0, 1), number(keep_square, "betas[1]", 0, 1))
        self.eps = number(eps, "eps", 0)
        self.steps = np.zeros((), int)
        self.mean = _zeros(model)
        self.square = _zeros(model)

    def step(self, scale: float = 1.0) -> None:
        """Move every parameter against its averaged gradient.

        Parameters
        ----------
        scale : float
            Factor of the learning rate, from a schedule.

        Raises
        ------
        TypeError
            If `scale` is not a number.
        ValueError
            If it is negative, infinite or NaN, or a gradient does not have its parameter's shape.
        RuntimeError
            If there was no `backward` before.
        """
        rate = self.learning_rate * number(scale, "scale", 0)
        grads = _gradients(self.model)
        self.steps += 1
        steps = int(self.steps)  # a NumPy number would turn float32 into float64 below
        keep_mean, keep_square = self.betas
        # The averages start at 0; dividing by 1 - beta ** steps makes up for it.
        rate /= 1 - keep_mean**steps
        correction = (1 - keep_square**steps) ** 0.5
        for name, param in self.model.named_params().items():
            grad, mean, square = grads[name], self.mean[name], self.square[name]
            mean += (1 - keep_mean) * (grad - mean)
            square += (1 - keep_square) * (grad * grad - square)
            param -= rate * mean / (np.sqrt(square) / correction + self.eps)

    def named_state(self) -> dict[str, np.ndarray]:
        """Return every array that a step changes besides the parameters, by a name such as "mean.0.weight".

        The arrays are the optimiser's own: copy them to keep them, write into them to go on from there.

        Returns
        -------
        dict of str to ndarray
        """
        averages = {"mean": self.mean, "square": self.square}
        named = {f"{kind}.{name}": array for kind, arrays in averages.items() for name, array in arrays.items()}
        return {"steps": self.steps, **named}

    def __repr__(self) -> str:
        return f"Adam(learning_rate={self.learning_rate}, betas={self.betas}, eps={self.eps})"


def constant(progress: float) -> float:
    """Keep the learning rate: the schedule that `fit` uses if none is given.

    Parameters
    ----------
    progress : float
        From 0 at the first step to 1 at the last.

    Returns
    -------
    float

    Examples
    --------
    >>> constant(0.5)
    1.0
    """
    return 1.0


def cosine(progress: float) -> float:
    """Lower the learning rate along half a cosine, from all of it to nothing.

    Parameters
    ----------
    progress : float
        From 0 at the first step to 1 at the last.

    Returns
    -------
    float

    Examples
    --------
    >>> [round(cosine(p), 3) for p in (0, 0.5, 1)]
    [1.0, 0.5, 0.0]
    """
    return (1 + cos(pi * progress)) / 2


def _zeros(model: Sequential) -> dict[str, np.ndarray]:
    """Return an array of zeros for each parameter."""
    params = model.named_params()
    for name, param in params.items():
        if not isinstance(param, np.ndarray) or param.dtype.kind != "f":
            raise TypeError(f"{name} must be an array of floats to be learned, got {param!r}")
    return {name: np.zeros_like(param) for name, param in params.items()}


def _gradients(model: Sequential) -> dict[str, np.ndarray]:
    grads = model.named_grads()
    missing = sorted(model.named_params().keys() - grads.keys())
    if missing:
        raise RuntimeError(f"no gradients yet for {', '.join(missing)}: a step follows a backward")
    for name, param in model.named_params().items():
        if np.shape(grads[name]) != param.shape:  # it might spread over all parameters, silently
            raise ValueError(f"the gradient of {name} must have its shape {param.shape}, got {np.shape(grads[name])}")
    return grads
