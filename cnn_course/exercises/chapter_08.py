"""Checks of the exercises of chapter 8."""

import math

import numpy as np

from .. import naive
from ..models import C3_CONNECTIONS
from .checking import Answer, exercise, expect


@exercise("8.2")
def table_parameters(answer: Answer) -> None:
    """Go through the table kernel by kernel; neither tables nor kernels are all square."""
    random = np.random.RandomState(0)
    c3 = np.array([[s2_map in seen for s2_map in range(6)] for seen in C3_CONNECTIONS])
    for connections, (k_h, k_w) in ((c3, (5, 5)), (random.rand(5, 3) < 0.6, (2, 4)), (random.rand(2, 7) < 0.6, (3, 1))):
        weights = sum(k_h * k_w for row in connections for seen in row if seen)
        expect(
            answer,
            connections,
            (k_h, k_w),
            gives=weights + len(connections),
            slips=[
                (weights, "The biases are missing."),
                (weights + int(connections.sum()), "A bias belongs to a map, not to a kernel."),
                (weights + connections.shape[1], "The maps that are made are the rows of the table."),
                (connections.size * k_h * k_w + len(connections), "Only what is connected has a kernel."),
                (int(connections.sum()) * k_h**2 + len(connections), "The kernel need not be square."),
            ],
        )


@exercise("8.3")
def subsample(answer: Answer) -> None:
    """Cut out each window; odd sizes leave a row or a column over."""
    random = np.random.RandomState(0)
    for shape in ((1, 2, 2), (3, 4, 6), (2, 5, 3), (4, 6, 5)):
        x = random.randint(-4, 5, shape).astype(float)
        coefficient, bias = random.randint(2, 6, shape[0]) / 2, random.randint(1, 9, shape[0]).astype(float)
        sums = naive.pool2d(x[None], sum, (2, 2), (2, 2))[0]
        right = coefficient[:, None, None] * sums + bias[:, None, None]
        expect(
            answer,
            x,
            coefficient,
            bias,
            gives=right,
            slips=[
                (coefficient[:, None, None] * sums / 4 + bias[:, None, None], "Take the sum, not the average."),
                (coefficient[:, None, None] * (sums + 4 * bias[:, None, None]), "Add the bias after the product."),
                (right + 3 * bias[:, None, None], "Add the bias once for a window, not for each of its numbers."),
                (coefficient[0] * sums + bias[0], "Each channel has a coefficient and a bias of its own."),
                (1.7159 * np.tanh(2 / 3 * right), "The activation is a layer of its own."),
            ],
        )


@exercise("8.4")
def mean_loss(answer: Answer) -> None:
    """Sum in Python's floats, one sample at a time, around the largest score."""
    for scores, target in (
        ([[2.0, 1.0, 0.0]], [0]),
        ([[0.0, 0.0], [0.0, 0.0], [1.0, 3.0]], [0, 1, 1]),
        ([[2.0, -1.0, 0.5, 3.0], [0.0, 4.0, 1.0, -2.0]], [3, 2]),
        ([[1002.0, 1001.0, 1000.0]], [2]),
        ([[0.0, 1000.0], [-2000.0, -2001.0]], [0, 1]),
    ):
        losses = []
        for row, true in zip(scores, target, strict=True):
            largest = max(row)
            losses.append(math.log(sum(math.exp(z - largest) for z in row)) - (row[true] - largest))
        slips = [(sum(losses), "That is the sum; take the mean over the samples.")] if len(losses) > 1 else []
        right = sum(losses) / len(losses)
        slips += [
            (-right, "The logarithm of a probability is negative, a loss is not."),
            (right / math.log(2), "Take the natural logarithm."),
        ]
        expect(answer, np.array(scores), np.array(target), gives=right, slips=slips)
