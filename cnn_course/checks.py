"""Argument checks shared by every operation: the message names the argument, its value and what would be right.

Taught in no chapter: this is the door that keeps wrong input from becoming a plausible number.
"""

from __future__ import annotations

import operator
import reprlib
import sys
from collections.abc import Sequence
from math import inf, isqrt, prod
from typing import Literal, overload

import numpy as np

AXES = {1: ("N", "C", "W"), 2: ("N", "C", "H", "W")}

# No operation makes a larger array: a padding typed with a few zeros too many is refused, not swapped to disk.
MAX_BYTES = 2**30


def integer(value: object, name: str, minimum: int = 0) -> int:
    """Return `value` as an int of at least `minimum`.

    Parameters
    ----------
    value : int
        Any integer, Python's or NumPy's; a bool, a float or a string is refused even where it looks like one.
    name : str
        The argument's name, for the message.
    minimum : int
        The smallest value allowed.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If `value` is not an integer.
    ValueError
        If `value` is below `minimum` or larger than any array could be.

    Examples
    --------
    >>> integer(3, "stride", 1)
    3
    """
    number = value if type(value) is int else _index(value, name)
    if number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {number}")
    if number > sys.maxsize:
        raise ValueError(f"{name} must be at most {sys.maxsize}, got {number}")
    return number


def _index(value: object, name: str) -> int:
    """Return as Python's own integer what stands for one."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be an integer, got the boolean {value!r}")
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r} of type {type(value).__name__}") from None


def number(value: object, name: str, minimum: float = -inf, below: float = inf) -> float:
    """Return `value` as a float of at least `minimum` and below `below`.

    Parameters
    ----------
    value : float
        Any real number, Python's or NumPy's; a bool or a string is refused.
    name : str
        The argument's name, for the message.
    minimum, below : float
        Where the allowed numbers start, and where they end.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If `value` is not a real number.
    ValueError
        If it is out of range or NaN.

    Examples
    --------
    >>> number(0.9, "momentum", 0, 1)
    0.9
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not (minimum <= value < below and value > -inf):
        limits = [f"at least {minimum}"] * (minimum > -inf) + [f"below {below}" if below < inf else "finite"]
        raise ValueError(f"{name} must be {' and '.join(limits)}, got {value}")
    return float(value)


def boolean(value: object, name: str) -> bool:
    """Return `value` if it is True or False, and nothing that only counts as one of them.

    Parameters
    ----------
    value : bool
        Python's or NumPy's.
    name : str
        The argument's name, for the message.

    Returns
    -------
    bool

    Raises
    ------
    TypeError
        If it is anything else: the text "False", for example, would count as true.

    Examples
    --------
    >>> boolean(np.True_, "bias")
    True
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def generator(value: object) -> np.random.RandomState:
    """Return `value` if it is a RandomState.

    Parameters
    ----------
    value : RandomState

    Returns
    -------
    RandomState

    Raises
    ------
    TypeError
        If it is anything else: a seed, or one of NumPy's newer generators, whose stream may change.

    Examples
    --------
    >>> generator(np.random.RandomState(0)).randint(10)
    5
    """
    if not isinstance(value, np.random.RandomState):
        raise TypeError(
            f"random_state must be a numpy.random.RandomState, for example np.random.RandomState(0), got {value!r}"
        )
    return value


def check_memory(shape: tuple[int, ...], itemsize: int, name: str) -> None:
    """Refuse an array of more than `MAX_BYTES` before it is made.

    Parameters
    ----------
    shape : tuple of int
    itemsize : int
        Bytes of one number.
    name : str
        What has that shape, for the message.

    Raises
    ------
    ValueError
        If the array would be too large.

    Examples
    --------
    >>> check_memory((64, 6, 28, 28), 4, "the output")
    """
    size = prod(shape) * itemsize
    if size > MAX_BYTES:
        raise ValueError(
            f"{name} would need {size / 2**30:,.1f} GiB (shape {shape}), more than cnn_course.checks.MAX_BYTES allows "
            f"({MAX_BYTES / 2**30:g} GiB); take fewer samples at a time, or check the options"
        )


@overload
def per_axis(value: object, name: str, axes: Literal[2] = 2, minimum: int = 0) -> tuple[int, int]: ...
@overload
def per_axis(value: object, name: str, axes: int, minimum: int = 0) -> tuple[int, ...]: ...
def per_axis(value: object, name: str, axes: int = 2, minimum: int = 0) -> tuple[int, ...]:
    """Return one integer for each spatial axis, rows before columns.

    Parameters
    ----------
    value : int or sequence of int
        One number for all axes, or one for each.
    name : str
        The argument's name, for the message.
    axes : int
        How many spatial axes there are.
    minimum : int
        The smallest value allowed.

    Returns
    -------
    tuple of int

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If a number is below `minimum` or there are not `axes` of them.

    Examples
    --------
    >>> per_axis(2, "stride"), per_axis((3, 2), "stride")
    ((2, 2), (3, 2))
    """
    if isinstance(value, int):  # asked before the rest, which takes longer
        return (integer(value, name, minimum),) * axes
    if isinstance(value, (tuple, list, Sequence, np.ndarray)) and not isinstance(value, (str, bytes)):
        if (isinstance(value, np.ndarray) and value.ndim != 1) or len(value) != axes:
            wanted = "one integer" + f" or {axes} of them" * (axes > 1) + " (rows, columns)" * (axes == 2)
            raise ValueError(f"{name} must be {wanted}, got {value!r}")
        return tuple([integer(v, name, minimum) for v in value])
    return (integer(value, name, minimum),) * axes


def plain_array(value: object, name: str) -> np.ndarray:
    """Return `value` as an array, of whatever type.

    Parameters
    ----------
    value : array_like
        Not copied when it is an array already.
    name : str
        The argument's name, for the message.

    Returns
    -------
    ndarray

    Raises
    ------
    TypeError
        If `value` is a masked array.
    ValueError
        If `value` is a ragged sequence, whose rows have different lengths.

    Examples
    --------
    >>> plain_array([1, 2], "x")
    array([1, 2])
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array, whose mask would be ignored; pass {name}.filled(0) or the like")
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be a rectangular array of numbers; its rows have different lengths: {reprlib.repr(value)}"
        ) from None


def class_array(value: object, name: str) -> np.ndarray:
    """Return `value` as an array of integers: classes, counted from 0.

    Parameters
    ----------
    value : array_like of int
    name : str
        The argument's name, for the message.

    Returns
    -------
    ndarray of int

    Raises
    ------
    TypeError
        If `value` does not hold integers, or is a masked array.
    ValueError
        If `value` is a ragged sequence.

    Examples
    --------
    >>> class_array([3, 0], "y")
    array([3, 0])
    """
    array = plain_array(value, name)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers, the classes counted from 0, got dtype {array.dtype}")
    return array


def real_array(value: object, name: str) -> np.ndarray:
    """Return `value` as an array of floats in native byte order; integers and booleans become float64.

    Parameters
    ----------
    value : array_like
        Numbers. The array is not copied when it already holds native floats, and never modified.
    name : str
        The argument's name, for the message.

    Returns
    -------
    ndarray

    Raises
    ------
    TypeError
        If `value` does not hold real numbers, or floats of 16 bits, too short to sum products in, or is a masked array.
    ValueError
        If `value` is a ragged sequence, or takes more than `MAX_BYTES`: a broadcast view counts as what it shows.

    Examples
    --------
    >>> real_array(np.array([250, 10], dtype=np.uint8), "x") + 10
    array([260.,  20.])
    """
    array = plain_array(value, name)
    kind = array.dtype.kind
    if kind in "biu":
        check_memory(array.shape, 8, f"{name} as float64")
        return array.astype(np.float64)
    if kind != "f":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    if array.dtype.itemsize < 4:
        raise TypeError(f"{name} has dtype {array.dtype}, too short to sum products in; pass {name}.astype(np.float32)")
    check_memory(array.shape, array.itemsize, name)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def batch(value: object, name: str, axes: int = 2, *, may_be_flat: bool = False) -> np.ndarray:
    """Return `value` as floats of shape (N, C, *spatial), with `axes` spatial axes.

    Parameters
    ----------
    value : array_like of shape (N, C, W) or (N, C, H, W)
    name : str
    axes : int
        1 for signals, 2 for images.
    may_be_flat : bool
        Whether a spatial axis may be empty, as before a convolution whose padding makes room.

    Returns
    -------
    ndarray of shape (N, C, W) or (N, C, H, W)

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        If the number of axes differs, or an axis is empty that must not be.

    Examples
    --------
    >>> batch([[[1, 2, 3]]], "x", axes=1)
    array([[[1., 2., 3.]]])
    """
    array = real_array(value, name)
    if array.ndim != axes + 2:
        listed = ", ".join(AXES[axes])
        hints = _hints(array.shape, name if isinstance(value, np.ndarray) else f"np.array({name})", axes)
        hint = f"for {', for '.join(hints)}" if hints else f"its axes are ({listed})"
        raise ValueError(f"{name} must have {axes + 2} axes ({listed}), got shape {array.shape}: {hint}")
    if 0 in array.shape[1 : 2 if may_be_flat else None]:
        raise ValueError(f"{name} has an empty axis: shape {array.shape}; only the batch may be empty")
    return array


def _hints(shape: tuple[int, ...], x: str, axes: int) -> list[str]:
    """Say how an array of this shape becomes a batch: what it may hold, and what to pass then."""
    hints = []
    if len(shape) == axes:
        hints.append(f"one channel of one sample pass {x}[None, None]")
    elif len(shape) == axes + 1:
        hints.append(f"one sample pass {x}[None]")
        hints.append(f"{'grey images' if axes == 2 else 'samples of one channel'} pass {x}[:, None]")
        if axes == 2 and shape[2] in (3, 4) and min(shape[:2]) > 4:
            hints.append(f"one picture (H, W, C) pass {x}.transpose(2, 0, 1)[None]")
    if axes == 2 and len(shape) in (1, 2):  # MNIST's images are often rows of 784 numbers, CIFAR's of 3072
        for channels in (1, 3):
            side = isqrt(shape[-1] // channels)
            if side >= 8 and channels * side**2 == shape[-1]:
                hints.append(f"flat images of {side} x {side} pass {x}.reshape(-1, {channels}, {side}, {side})")
    return hints


def lenet_hint(found: int, wanted: int) -> str:
    """Return what to add to an error where LeNet-5 was given MNIST's images without a border.

    Parameters
    ----------
    found, wanted : int
        Inputs of a dense layer: 16 channels of 4 x 4 instead of 5 x 5 are what is left of such images.

    Returns
    -------
    str
        Empty in every other case.

    Examples
    --------
    >>> lenet_hint(256, 400)
    '; LeNet-5 takes images of 32 x 32: give those of 28 x 28 a border, pad2d(x, 2)'
    """
    if (found, wanted) != (256, 400):
        return ""
    return "; LeNet-5 takes images of 32 x 32: give those of 28 x 28 a border, pad2d(x, 2)"


def same_shape(value: object, name: str, shape: tuple[int, ...], of: str) -> np.ndarray:
    """Return `value` as floats, checked to have `shape`.

    Parameters
    ----------
    value : array_like of shape `shape`
    name : str
    shape : tuple of int
        The shape wanted.
    of : str
        What has that shape, for the message.

    Returns
    -------
    ndarray of shape `shape`

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        If the shape differs.

    Examples
    --------
    >>> same_shape([1, 2], "grad_y", (2,), "the output")
    array([1., 2.])
    """
    array = real_array(value, name)
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, but {of} has shape {shape}")
    return array


def choice(value: object, name: str, allowed: Sequence[str]) -> str:
    """Return `value` if it is one of the `allowed` words.

    Parameters
    ----------
    value : str
    name : str
    allowed : sequence of str

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If `value` is none of them.

    Examples
    --------
    >>> choice("same", "mode", ("valid", "same", "full"))
    'same'
    """
    if isinstance(value, str) and value in allowed:
        return value
    raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
