"""Bad calls by theme, as data: what slips, habits of other libraries and broken data hand to this library.

A call is either refused, by an error that names the argument, shows its value and says what would be right; or it is
answered, and then the answer is right: worked out by hand, by loops or by PyTorch. `test_bad_calls.py` makes the calls.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cnn_course import layers, models, training


class Refused(NamedTuple):
    """A call, and what its error must hold: the argument's name, its value, and (a pattern) what would be right."""

    name: str
    call: Callable[[], object]
    error: type[Exception]
    argument: str
    value: str
    wanted: str


class Answered(NamedTuple):
    """A call that looks bad and is not, and its right answer."""

    name: str
    call: Callable[[], object]
    right: object


def picture(*numbers: list[float], dtype: type | str = float) -> np.ndarray:
    """Make a batch of one image with one channel."""
    return np.array(numbers, dtype)[None, None]


def array(*shape: int) -> np.ndarray:
    """Make numbers that nobody may write to."""
    numbers = np.random.RandomState(len(shape)).randn(*shape)
    numbers.flags.writeable = False
    return numbers


def wide(*shape: int, dtype: type | str = float) -> np.ndarray:
    """Make one number that looks like a huge array: a view whose strides are 0."""
    return np.broadcast_to(np.ones((), dtype), shape)


def rng() -> np.random.RandomState:
    return np.random.RandomState(0)


def lenet() -> layers.Sequential:
    return models.lenet5(rng())


def small() -> layers.Sequential:
    return layers.Sequential(layers.Flatten(), layers.Linear(60, 3, random_state=rng()))


def fit(x=None, y=(0, 1), **options) -> training.History:
    """Train a network on the two pictures of X, with something wrong."""
    model = small()
    options = {"optimizer": training.SGD(model, 0.1), "epochs": 1, "random_state": rng(), "progress": False} | options
    return training.fit(model, X if x is None else x, np.array(y), **options)


def run(layer: layers.Layer, x: object, grad_y: object) -> object:
    """Send a batch through a layer and a gradient back."""
    layer.forward(x)
    return layer.backward(grad_y)


X, W, B, Y = array(2, 2, 5, 6), array(4, 2, 3, 3), array(4), array(2, 4, 3, 4)  # Y has the shape of conv2d(X, W, B)
SIGNAL, SIGNAL_W = array(2, 2, 6), array(4, 2, 3)
UNSHARED, TILED = array(4, 3, 4, 2, 3, 3), array(4, 2, 3, 3, 2, 2)
SCORES = array(3, 4)
ALL = np.ones((4, 2), bool)
NAN, INF = np.nan, np.inf
# Values that look like an integer, or like two, and what of them the message shows.
NO_INTEGER = [(value, repr(value)) for value in ("2", b"2", 1.5, 2.0, True, None, 2j, {2})]
NO_INTEGERS = [*NO_INTEGER, (("2", "2"), "'2'"), ((2, 1.5), "1.5"), (((1,), (2,)), "(1,)")]
NO_BOOLEANS = ("False", 0, 1, None, [True])


def no_integers(argument: str, call: Callable[[object], object], values: list = NO_INTEGERS) -> list[Refused]:
    return [
        Refused(f"{argument} {v!r}", lambda v=v: call(v), TypeError, argument, shown, "must be an integer")
        for v, shown in values
    ]


def no_booleans(argument: str, call: Callable[[object], object]) -> list[Refused]:
    return [
        Refused(f"{argument} {v!r}", lambda v=v: call(v), TypeError, argument, repr(v), "must be True or False")
        for v in NO_BOOLEANS
    ]
