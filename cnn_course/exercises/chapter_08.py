"""Checks of the exercises of chapter 8."""

import math

import numpy as np

from .. import naive
from ..models import C3_CONNECTIONS
from .checking import Answer, exercise, expect


@exercise("8.2")
def table_parameters(answer: Answer) -> None:
    """Go through the table kernel by kernel; neither tables nor kernels are all square."""
    c3 = np.array([[s2_map in seen for s2_map in range(6)] for seen in C3_CONNECTIONS])
    cases = [
        (np.array([[True, False, True], [True, True, True]]), (2, 4)),
        (np.array([[True, False], [False, True], [True, False]]), (3, 1)),
        (c3, (5, 5)),
    ]
    for rows, columns, kernel_size in ((5, 3, (2, 4)), (2, 7, (3, 1)), (4, 4, (3, 5))):
        connections = answer.random.rand(rows, columns) < 0.6
        connections[range(rows), answer.random.randint(columns, size=rows)] = True  # each map sees at least one
        cases.append((connections, kernel_size))
    for connections, (k_h, k_w) in cases:
        kernels = sum(1 for row in connections for seen in row if seen)
        weights, maps = k_h * k_w * kernels, len(connections)
        expect(
            answer,
            connections,
            (k_h, k_w),
            gives=weights + maps,
            slips=[
                (weights, "The biases are missing."),
                (weights + kernels, "A bias belongs to a map, not to a kernel."),
                (weights + connections.shape[1], "The maps that are made are the rows of the table."),
                (weights + 1, "Each map has a bias of its own."),
                (connections.size * k_h * k_w + maps, "Only what is connected has a kernel."),
                (kernels * k_h**2 + maps, "The kernel need not be square."),
                (kernels * k_w**2 + maps, "The kernel need not be square."),
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
