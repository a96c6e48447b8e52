"""Checks of the exercises of chapter 8."""

import math
from typing import Any

import numpy as np

from .. import data, naive, training
from ..layers import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Sequential, Shape
from ..models import C3_CONNECTIONS
from ..shapes import conv_param_count, linear_param_count
from .checking import Answer, Wrong, exercise, expect, require


def _maps(x: np.ndarray, table: np.ndarray, kernels: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Make each map of the maps that its row of the table names, kernel after kernel."""
    rest = iter(kernels)
    sums = [sum(naive.correlate2d(x[seen], next(rest)) for seen in np.flatnonzero(row)) for row in table]
    return np.array(sums) + bias[:, None, None]


@exercise("8.2")
def table_layer(answer: Answer) -> None:
    """Go through the table kernel by kernel; neither tables nor kernels nor images are all square."""
    c3 = np.array([[s2_map in seen for s2_map in range(6)] for seen in C3_CONNECTIONS])
    cases = [
        (np.array([[True, False, True], [True, True, True]]), (2, 4), (3, 5)),
        (np.array([[True, False], [False, True], [True, False]]), (3, 1), (4, 2)),
        (c3, (5, 5), (6, 5)),
    ]
    for made, seen, kernel_size, size in ((5, 3, (2, 4), (4, 4)), (2, 7, (3, 1), (3, 5)), (4, 4, (3, 2), (5, 3))):
        table = answer.random.rand(made, seen) < 0.6
        table[range(made), answer.random.randint(seen, size=made)] = True  # each map sees at least one
        cases.append((table, kernel_size, size))
    for table, kernel_size, size in cases:
        x, bias = answer.distinct(table.shape[1], *size), answer.distinct(len(table))
        kernels = answer.distinct(int(table.sum()), *kernel_size)
        down = (np.cumsum(table.T).reshape(table.T.shape).T - 1)[table]  # counted along the columns of the table
        right, count = _maps(x, table, kernels, bias), kernels.size + len(bias)
        expect(
            answer,
            x,
            table,
            kernels,
            bias,
            gives=(right, count),
            slips=[
                ((_maps(x, table, kernels[:, ::-1, ::-1], bias), count), "A layer does not turn its kernels."),
                ((_maps(x, table, kernels[down], bias), count), "Go through the table row by row."),
                ((_maps(x, table, kernels, 0 * bias), count), "Add the bias of each map."),
                ((_maps(x, table, kernels, bias * table.sum(axis=1)), count), "Add the bias once for each map."),
                ((right, kernels.size), "The biases are parameters, too."),
                ((right, kernels.size + len(kernels)), "A bias belongs to a map, not to a kernel."),
                ((right, kernels.size + table.shape[1]), "The maps that are made are the rows of the table."),
                ((right, kernels[0].size * table.size + len(bias)), "Only what is connected has a kernel."),
            ],
        )


@exercise("8.3")
def subsample(answer: Answer) -> None:
    """Cut out each window; odd sizes leave a row or a column over."""
    cases = [
        (np.array([[[1.5, -2], [0.5, -3]]]), np.array([-0.5]), np.array([1.25])),
        (np.arange(-10.0, 20).reshape(2, 3, 5) ** 2, np.array([0.25, -1.5]), np.array([-100.5, 2])),
    ]
    for shape in ((1, 2, 2), (3, 4, 6), (2, 5, 3), (4, 6, 5), (2, 3, 4)):
        cases.append((answer.distinct(*shape), answer.distinct(shape[0]), answer.distinct(shape[0])))
    for x, coefficient, bias in cases:
        sums = naive.pool2d(x[None], sum, (2, 2), (2, 2))[0]
        factor, offset = coefficient[:, None, None], bias[:, None, None]
        right = factor * sums + offset
        expect(
            answer,
            x,
            coefficient,
            bias,
            gives=right,
            slips=[
                (factor * sums / 4 + offset, "Take the sum, not the average."),
                (factor * (sums + 4 * offset), "Add the bias after the product."),
                (right + 3 * offset, "Add the bias once for a window, not for each of its numbers."),
                (coefficient[0] * sums + bias[0], "Each channel has a coefficient and a bias of its own."),
                (1.7159 * np.tanh(2 / 3 * right), "The activation is a layer of its own."),
                (np.maximum(right, 0), "The activation is a layer of its own."),
            ],
        )


LOST = "An infinite power, or ln 0: subtract each sample's own largest score, and take ln of the sum, not of p."


@exercise("8.4")
def mean_loss(answer: Answer) -> None:
    """Sum in Python's floats, one sample at a time, around the largest score."""
    cases = [
        ([[2.0, 1.0, 0.0]], [0]),
        ([[0.0, 0.0], [0.5, -0.5], [1.0, 3.0]], [0, 1, 0]),
        ([[2.0, -1.0, 0.5, 3.0], [0.0, 4.0, 1.0, -2.0]], [3, 2]),
        ([[1002.0, 1001.0, 1000.0]], [2]),
        ([[0.0, 1000.0], [-2000.0, -2001.0]], [0, 1]),
        ([[-2000.0, 2000.0]], [0]),
        ([[-2.0, -1.0, 2000.0], [-2000.0, -1999.0, 0.0]], [1, 2]),
    ]
    for samples, classes, size in ((1, 3, 2), (4, 3, 2), (2, 5, 2000), (3, 3, 2000)):
        drawn = answer.random.uniform(-size, size, (samples, classes)).round(2)
        cases.append((drawn.tolist(), answer.random.randint(classes, size=samples).tolist()))
    for scores, target in cases:
        losses = []
        for row, true in zip(scores, target, strict=True):
            largest = max(row)
            losses.append(math.log(sum(math.exp(z - largest) for z in row)) - (row[true] - largest))
        right = sum(losses) / len(losses)
        slips = [(sum(losses), "That is the sum; take the mean over the samples.")] if len(losses) > 1 else []
        slips += [
            (-right, "The logarithm of a probability is negative, a loss is not."),
            (right / math.log(2), "Take the natural logarithm."),
            *((lost, LOST) for lost in (math.inf, -math.inf, math.nan)),
        ]
        expect(answer, np.array(scores), np.array(target), gives=right, slips=slips)


ALLOWED, ENOUGH = 6_600, 0.95  # parameters, and the share of the validation digits to be read
KINDS = '("conv", filters, size), ("relu",), ("pool", size) or ("dense", outputs)'


def _afford(count: int) -> None:
    """Refuse a layer before it takes the memory of more parameters than the whole network may have."""
    if count > ALLOWED:
        raise ValueError(f"it has {count:,} parameters, and {ALLOWED:,} are allowed in all")


def _layer(entry: Any, shape: Shape, random_state: np.random.RandomState) -> list[Layer]:
    """Make the layer that an entry stands for, with a flattening before it where it needs one."""
    if isinstance(entry, list | tuple):
        entry = [int(part) if isinstance(part, np.integer) else part for part in entry]
    match entry:
        case ["conv", int() as filters, int() as size]:
            _afford(conv_param_count(shape[0], filters, size))
            return [Conv2d(shape[0], filters, size, random_state=random_state)]
        case ["relu"]:
            return [ReLU()]
        case ["pool", int() as size]:
            return [MaxPool2d(size)]
        case ["dense", int() as outputs]:
            _afford(linear_param_count(math.prod(shape), outputs))
            flat = [Flatten()] if len(shape) > 1 else []
            return [*flat, Linear(math.prod(shape), outputs, random_state=random_state)]
    raise ValueError(f"write {KINDS}")


def _network(answer: Answer, entries: Any, classes: int) -> Sequential:
    """Build what an answer has written down, or say why that cannot be."""
    call = answer.call(classes)
    if not isinstance(entries, list | tuple):
        raise Wrong(f"{answer.name} must give a list of layers, in {call}.")
    layers: list[Layer] = []
    shape: Shape = (1, 32, 32)
    random_state = np.random.RandomState(0)
    for place, entry in enumerate(entries):
        try:
            made = _layer(entry, shape, random_state)
            shape = Sequential(*made).output_shape(shape)
        except (TypeError, ValueError) as error:
            raise Wrong(f"The layer at place {place} cannot be built: {error}, in {call}.") from error
        layers += made
    if shape != (classes,):
        raise Wrong(f"There must be {classes} scores at the end, and not an output of shape {shape}, in {call}.")
    if (count := sum(layer.param_count for layer in layers)) > ALLOWED:
        raise Wrong(f"There are {count:,} parameters, and {ALLOWED:,} are allowed, in {call}.")
    return Sequential(*layers)


_READ: dict[str, float] = {}  # what each network has read: it is trained once, whatever else a check draws


def _read(network: Sequential) -> float:
    """Train a network by the recipe of the chapter, and return the share of the validation digits that it reads."""
    name = repr(network)
    if name not in _READ:
        digits = data.digits(32)
        history = training.fit(
            network, digits.x_train[:1200], digits.y_train[:1200],
            optimizer=training.Adam(network, 0.002), epochs=20, batch_size=32, schedule=training.cosine,
            augment=training.random_shift(2), validation=(digits.x_train[1200:], digits.y_train[1200:]),
            random_state=np.random.RandomState(0), progress=False,
        )  # fmt: skip
        _READ[name] = history.val_accuracy[-1]
    return _READ[name]


@exercise("8.5")
def light(answer: Answer) -> None:
    """Build what is written down, count it, and train the network for ten classes."""
    networks = []
    for classes in (10, *answer.random.permutation(np.arange(2, 10))[:3].tolist()):
        networks.append(_network(answer, answer(classes), classes))
        answer.hold()
    share = _read(networks[0])
    few = f"The network reads {share:.0%} of the validation digits; more than {ENOUGH:.0%} are asked for."
    require(answer, share > ENOUGH, few)
