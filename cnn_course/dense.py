"""Dense layers, activations, softmax and cross-entropy, each beside its gradient.

Taught in chapters 0 (dense), 3 (ReLU) and 9 (backpropagation).
"""

from __future__ import annotations

import numpy as np

from .arguments import Gradients, one_dtype
from .checks import boolean, check_memory, class_array, integer, lenet_hint, number, real_array, same_shape
from .masks import keep


def linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """Multiply each row of a batch by a weight matrix: y = x @ weight.T + bias.

    Parameters
    ----------
    x : ndarray of shape (N, n_in)
    weight : ndarray of shape (n_out, n_in)
    bias : ndarray of shape (n_out,), optional

    Returns
    -------
    ndarray of shape (N, n_out)

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If shapes do not agree, or the output would take more than `checks.MAX_BYTES`.

    Examples
    --------
    >>> linear([[2, 1, -3], [-3, 4, 2]], np.transpose([[3, 2, 1, -1], [2, 1, 3, 2], [3, 2, 1, -2]]))
    array([[-1., -1.,  2.,  6.],
           [ 5.,  2., 11.,  7.]])
    """
    x, weight, bias = _linear_arguments(x, weight, bias)
    check_memory((len(x), len(weight)), x.itemsize, "the output")
    y = x @ weight.T
    return y if bias is None else y + bias


def linear_backward(
    grad_y: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    need_grad_x: bool = True,
) -> Gradients:
    """Return the gradients of `linear` with respect to its input, weight and bias.

    Parameters
    ----------
    grad_y : ndarray of shape (N, n_out)
        Gradient of the loss with respect to the output.
    x, weight, bias
        As they were given to `linear`.
    need_grad_x : bool
        False skips the input gradient.

    Returns
    -------
    grad_x : ndarray of shape (N, n_in), or None
    grad_weight : ndarray of shape (n_out, n_in)
    grad_bias : ndarray of shape (n_out,), or None if there is no bias

    Raises
    ------
    TypeError
        As `linear`.
    ValueError
        As `linear`, and if `grad_y` does not have the output's shape.

    Notes
    -----
    grad_x = grad_y @ weight and grad_weight = grad_y.T @ x: no Jacobian is ever formed.

    Examples
    --------
    >>> weight = np.transpose([[3, 2, 1, -1], [2, 1, 3, 2], [3, 2, 1, -2]])
    >>> linear_backward([[2, 3, -3, 9], [-8, 1, 4, 6]], [[2, 1, -3], [-3, 4, 2]], weight)[0]
    array([[  0.,  16.,  -9.],
           [-24.,   9., -30.]])
    """
    x, weight, bias = _linear_arguments(x, weight, bias)
    grad_y = same_shape(grad_y, "grad_y", (len(x), len(weight)), "the output").astype(x.dtype, copy=False)
    grad_x = grad_y @ weight if boolean(need_grad_x, "need_grad_x") else None
    return grad_x, grad_y.T @ x, None if bias is None else grad_y.sum(axis=0)


def flatten(x: np.ndarray) -> np.ndarray:
    """Lay out each sample of a batch as one row.

    Parameters
    ----------
    x : ndarray of shape (N, ...)

    Returns
    -------
    ndarray of shape (N, product of the other axes)

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    ValueError
        If `x` is a single number.

    Examples
    --------
    >>> flatten(np.zeros((2, 16, 5, 5))).shape
    (2, 400)
    """
    x = real_array(x, "x")
    if x.ndim == 0:
        raise ValueError("x must be a batch, of shape (N, ...), got a single number")
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def flatten_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the gradient of `flatten`: the same numbers in x's shape.

    Parameters
    ----------
    grad_y : ndarray of shape (N, n)
        Gradient of the loss with respect to the output.
    x : ndarray of shape (N, ...)

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If `grad_y` does not have the output's shape.

    Examples
    --------
    >>> flatten_backward([[1, 2, 3, 4]], np.zeros((1, 1, 2, 2)))
    array([[[[1., 2.],
             [3., 4.]]]])
    """
    x = real_array(x, "x")
    grad_y = same_shape(grad_y, "grad_y", flatten(x).shape, "the output")
    return grad_y.astype(x.dtype, copy=False).reshape(x.shape)


def relu(x: np.ndarray) -> np.ndarray:
    """Return max(x, 0), element by element.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.

    Examples
    --------
    >>> relu([1, -2, 3, -1])
    array([1., 0., 3., 0.])
    """
    x = real_array(x, "x")
    # Zeros for one sample: images are compared with an array up to three times as fast as with a single number.
    return np.maximum(x, np.zeros(x.shape[1:], x.dtype))


def relu_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the gradient of `relu`: what came from above where x is positive (or NaN), 0 elsewhere (at 0 too).

    Parameters
    ----------
    grad_y : ndarray of x's shape
        Gradient of the loss with respect to the output.
    x : ndarray

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> relu_backward([4, -1, 5, 9], [1, -2, 3, -1])
    array([4., 0., 5., 0.])
    """
    grad_y, x = _upstream(grad_y, x)
    return keep(grad_y, ~(x <= 0))


def leaky_relu(x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """Return x where it is positive, `negative_slope` * x elsewhere.

    Parameters
    ----------
    x : ndarray
    negative_slope : float

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If `x` does not hold real numbers or the slope is not a number.
    ValueError
        If the slope is not finite.

    Examples
    --------
    >>> leaky_relu([2, -2], 0.1)
    array([ 2. , -0.2])
    """
    x = real_array(x, "x")
    slope = x.dtype.type(number(negative_slope, "negative_slope"))
    return np.where(x > 0, x, x * slope)


def leaky_relu_backward(grad_y: np.ndarray, x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """Return the gradient of `leaky_relu`.

    Parameters
    ----------
    grad_y : ndarray of x's shape
        Gradient of the loss with respect to the output.
    x : ndarray
    negative_slope : float

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If an array does not hold real numbers or the slope is not a number.
    ValueError
        If the shapes differ or the slope is not finite.

    Examples
    --------
    >>> leaky_relu_backward([1, 1], [2, -2], 0.1)
    array([1. , 0.1])
    """
    grad_y, x = _upstream(grad_y, x)
    slope = x.dtype.type(number(negative_slope, "negative_slope"))
    return np.where(x > 0, grad_y, grad_y * slope)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)), without overflow.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    ndarray of x's shape
        Between 0 and 1.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.

    Examples
    --------
    The lecture's neuron: w = (2, -3, -3), x = (-1, -2).

    >>> sigmoid([2 * -1 + -3 * -2 - 3]).round(3)
    array([0.731])
    """
    x = real_array(x, "x")
    small = np.exp(-np.abs(x))  # at most 1
    return np.where(x >= 0, 1, small) / (1 + small)


def sigmoid_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the gradient of `sigmoid`: grad_y * y * (1 - y).

    Parameters
    ----------
    grad_y : ndarray of x's shape
        Gradient of the loss with respect to the output.
    x : ndarray

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> sigmoid_backward([1], [0])
    array([0.25])
    """
    grad_y, x = _upstream(grad_y, x)
    y = sigmoid(x)
    return grad_y * y * (1 - y)


def tanh(x: np.ndarray) -> np.ndarray:
    """Return the hyperbolic tangent, element by element.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    ndarray of x's shape
        Between -1 and 1.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.

    Examples
    --------
    >>> tanh([0, 1]).round(3)
    array([0.   , 0.762])
    """
    return np.tanh(real_array(x, "x"))


def tanh_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the gradient of `tanh`: grad_y * (1 - y ** 2).

    Parameters
    ----------
    grad_y : ndarray of x's shape
        Gradient of the loss with respect to the output.
    x : ndarray

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> tanh_backward([2], [0])
    array([2.])
    """
    grad_y, x = _upstream(grad_y, x)
    return grad_y * (1 - np.tanh(x) ** 2)


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Turn scores into probabilities: exp(x) divided by its sum along `axis`.

    Parameters
    ----------
    x : ndarray
    axis : int

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If `x` does not hold real numbers or `axis` is not an integer.
    ValueError
        If x has no such axis, or it is empty.

    Examples
    --------
    >>> softmax([0, 0, np.log(2)])
    array([0.25, 0.25, 0.5 ])
    """
    return np.exp(log_softmax(x, axis))


def softmax_backward(grad_y: np.ndarray, x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the gradient of `softmax`: y * (grad_y - sum of grad_y * y).

    Parameters
    ----------
    grad_y : ndarray of x's shape
        Gradient of the loss with respect to the output.
    x : ndarray
    axis : int

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If an array does not hold real numbers or `axis` is not an integer.
    ValueError
        If the shapes differ, or x has no such axis, or it is empty.

    Examples
    --------
    >>> softmax_backward([1, 0], [0, 0])
    array([ 0.25, -0.25])
    """
    grad_y, x = _upstream(grad_y, x)
    y = softmax(x, axis)
    return y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))


def log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the logarithm of `softmax`, without overflow and without the logarithm of 0.

    Parameters
    ----------
    x : ndarray
    axis : int

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If `x` does not hold real numbers or `axis` is not an integer.
    ValueError
        If x has no such axis, or it is empty.

    Examples
    --------
    >>> log_softmax([1000, 0])
    array([    0., -1000.])
    """
    x = real_array(x, "x")
    axis = integer(axis, "axis", -x.ndim)
    if axis >= x.ndim or x.shape[axis] == 0:
        raise ValueError(f"axis={axis} must be an axis of x that is not empty; x has shape {x.shape}")
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def log_softmax_backward(grad_y: np.ndarray, x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the gradient of `log_softmax`: grad_y - softmax(x) * sum of grad_y.

    Parameters
    ----------
    grad_y : ndarray of x's shape
        Gradient of the loss with respect to the output.
    x : ndarray
    axis : int

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    TypeError
        If an array does not hold real numbers or `axis` is not an integer.
    ValueError
        If the shapes differ, or x has no such axis, or it is empty.

    Examples
    --------
    >>> log_softmax_backward([1, 0], [0, 0])
    array([ 0.5, -0.5])
    """
    grad_y, x = _upstream(grad_y, x)
    return grad_y - softmax(x, axis) * grad_y.sum(axis=axis, keepdims=True)


def cross_entropy(logits: np.ndarray, target: np.ndarray) -> float:
    """Return the mean over a batch of -log(probability given to the right class).

    Parameters
    ----------
    logits : ndarray of shape (N, classes)
        Scores before the softmax.
    target : ndarray of int, shape (N,)
        The right classes, counted from 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If `logits` does not hold real numbers or `target` integers.
    ValueError
        If shapes do not agree, the batch is empty, or a class is out of range.

    Examples
    --------
    >>> round(cross_entropy([[0, 0], [0, 0]], [0, 1]), 4)
    0.6931
    """
    logits, target = check_classes(logits, target)
    return float(-log_softmax(logits)[np.arange(len(target)), target].mean())


def cross_entropy_backward(logits: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the gradient of `cross_entropy`: (softmax(logits) - one-hot target) / N.

    Parameters
    ----------
    logits : ndarray of shape (N, classes)
        Scores before the softmax.
    target : ndarray of int, shape (N,)
        The right classes, counted from 0.

    Returns
    -------
    ndarray of shape (N, classes)

    Raises
    ------
    TypeError
        As `cross_entropy`.
    ValueError
        As `cross_entropy`.

    Examples
    --------
    >>> cross_entropy_backward([[0, 0]], [1])
    array([[ 0.5, -0.5]])
    """
    logits, target = check_classes(logits, target)
    grad = softmax(logits)
    grad[np.arange(len(target)), target] -= 1
    return grad / len(target)


def check_classes(logits: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and the right classes as arrays, checked to agree.

    Parameters
    ----------
    logits : ndarray of shape (N, classes)
    target : ndarray of int, shape (N,)

    Returns
    -------
    logits : ndarray of shape (N, classes)
    target : ndarray of int, shape (N,)

    Raises
    ------
    TypeError
        If `logits` does not hold real numbers or `target` integers.
    ValueError
        If shapes do not agree, the batch is empty, or a class is out of range.

    Examples
    --------
    >>> check_classes([[2, 1]], [0])
    (array([[2., 1.]]), array([0]))
    """
    logits = real_array(logits, "logits")
    if logits.ndim != 2 or 0 in logits.shape:
        raise ValueError(f"logits must have shape (N, classes), neither of them 0, got {logits.shape}")
    target = class_array(target, "target")
    if target.shape != logits.shape[:1]:
        raise ValueError(f"target must have shape ({len(logits)},), one class for each row, got {target.shape}")
    if target.min() < 0 or target.max() >= logits.shape[1]:
        raise ValueError(
            f"classes run from 0 to {logits.shape[1] - 1}, got target from {target.min()} to {target.max()}"
        )
    return logits, target


def _linear_arguments(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    x, weight = real_array(x, "x"), real_array(weight, "weight")
    if x.ndim != 2 or weight.ndim != 2:
        raise ValueError(
            f"x must have shape (N, n_in) and weight (n_out, n_in), got {x.shape} and {weight.shape}"
            + (": flatten(x) lays images out as rows" if x.ndim > 2 else "")
        )
    if x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"inputs do not agree: x has shape {x.shape} and weight {weight.shape} (n_out, n_in), "
            f"so x must have {weight.shape[1]} columns" + lenet_hint(x.shape[1], weight.shape[1])
        )
    if bias is not None:
        bias = same_shape(bias, "bias", weight.shape[:1], "one number for each output")
    x, weight, bias = one_dtype(x, weight, bias)
    return x, weight, bias


def _upstream(grad_y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = real_array(x, "x")
    grad_y = same_shape(grad_y, "grad_y", x.shape, "the output")
    return grad_y.astype(x.dtype, copy=False), x
