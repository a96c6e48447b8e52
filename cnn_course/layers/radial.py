"""The output layer of LeNet-5 as it was published."""

from __future__ import annotations

import numpy as np

from ..checks import check_memory, number, real_array, same_shape
from .base import Layer, Shape, options_text, sample_shape


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
        sample_shape(input_shape, self, n_in)
        return (classes + (self.rubbish is not None),)

    def mac_count(self, input_shape: Shape) -> int:
        self.output_shape(input_shape)
        return self.drawings.size

    def __repr__(self) -> str:
        classes, n_in = self.drawings.shape
        given = options_text({"rubbish": self.rubbish}, rubbish=None)
        return f"{type(self).__name__}({classes} drawings of {n_in}{given})"

    def _samples(self, x: np.ndarray) -> np.ndarray:
        x, n_in = real_array(x, "x"), self.drawings.shape[1]
        if x.ndim != 2 or x.shape[1] != n_in:
            raise ValueError(f"{self}: x must have shape (N, {n_in}), got {x.shape}")
        return x

    def _forward(self, x: np.ndarray) -> np.ndarray:
        x = self._samples(x)
        check_memory((len(x), *self.drawings.shape), x.itemsize, "the differences")
        scores = -((x[:, None] - self.drawings) ** 2).sum(axis=2)
        if self.rubbish is None:
            return scores
        return np.pad(scores, ((0, 0), (0, 1)), constant_values=-self.rubbish)

    def _backward(self, grad_y: np.ndarray, x: np.ndarray, need_grad_x: bool) -> np.ndarray | None:
        x, classes = self._samples(x), len(self.drawings)
        shape = (len(x), classes + (self.rubbish is not None))
        grad_y = same_shape(grad_y, "grad_y", shape, "the output")[:, :classes]
        return 2 * (grad_y @ self.drawings - grad_y.sum(axis=1, keepdims=True) * x)
