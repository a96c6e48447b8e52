"""Checks of the exercises of chapter 6."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect

Stack = list[tuple[int, int, int, int]]


@exercise("6.3")
def field(answer: Answer) -> None:
    """Follow the connections of the first two outputs down to the inputs, layer by layer."""
    stacks: list[Stack] = [
        [(5, 1, 0, 1)],
        [(3, 1, 0, 1), (4, 2, 0, 1), (3, 1, 0, 1)],
        [(2, 3, 0, 1), (3, 2, 0, 1), (2, 4, 0, 1)],
        [(3, 2, 1, 1), (5, 1, 2, 1), (3, 2, 1, 1)],
        [(3, 1, 0, 2), (3, 1, 0, 4)],
        [(4, 2, 1, 1), (3, 1, 3, 3), (2, 2, 0, 5)],
    ]
    for stack in stacks:
        first, second = inputs_of(stack, 0), inputs_of(stack, 1)
        size, stride, start = max(first) - min(first) + 1, min(second) - min(first), min(first)
        spans = [dilation * (k - 1) for k, _, _, dilation in stack]
        before = [1, *np.cumprod([layer[1] for layer in stack]).tolist()]
        paddings = [padding for _, _, padding, _ in stack]
        slips = [
            (1 + reach([k for k, *_ in stack], before), "A kernel of k reaches over k − 1 further neurons."),
            (1 + reach(spans, before[1:]), "A layer's own stride moves the layers above it, not its own taps."),
            (1 + sum(spans), "The strides of the layers below are missing."),
            (1 + reach([k - 1 for k, *_ in stack], before), "The taps of a dilated kernel lie further apart."),
            (1 + reach([(k - 1) * (d + 1) for k, _, _, d in stack], before), "Dilation 1 has no holes: count from 1."),
        ]
        expect(
            answer,
            stack,
            gives=(size, stride, start),
            slips=[
                *(((slip, stride, start), text) for slip, text in slips),
                ((size, stride, -start), "With padding the field begins before the image: the start is negative."),
                ((size, stride, -sum(paddings)), "One zero of padding is as wide as the stride so far."),
                ((size, sum(layer[1] for layer in stack), start), "Strides multiply."),
            ],
        )


def inputs_of(stack: Stack, output: int) -> set[int]:
    """Return the inputs that an output is connected to."""
    seen = {output}
    for k, stride, padding, dilation in stack[::-1]:
        seen = {place * stride - padding + tap * dilation for place in seen for tap in range(k)}
    return seen


def reach(spans: list[int], strides: list[int]) -> int:
    """Add up what the layers reach over, each in steps of its stride."""
    return sum(span * stride for span, stride in zip(spans, strides, strict=False))


@exercise("6.4")
def kernel_of(answer: Answer) -> None:
    """Matrices made by sliding a kernel over unit vectors, and matrices that look like them."""
    for numbers, n in (([2, -1, 3], 6), ([1, 0, 2], 5), ([0, 4], 4), ([3, 3], 5), ([7], 3), ([1, 2, 3, 4], 4)):
        kernel = np.array(numbers, dtype=float)
        slips = [
            (kernel[::-1], "A layer does not turn its kernel."),
            (kernel[kernel != 0], "A weight of 0 has a place in the kernel, too."),
            (None, "This is the matrix of a convolution."),
        ]
        expect(answer, matrix_of(kernel, n), gives=kernel, slips=slips)
    matrix = matrix_of(np.array([1.0, 2.0, 3.0]), 6)
    unshared, permuted, leaking = matrix.copy(), matrix.copy(), matrix.copy()
    unshared[2] *= 2
    permuted[1, 1:4] = [3, 1, 2]
    leaking[3, 0] = 1
    turning = np.array([[1.0, 2, 0], [0, 1, 2], [2, 0, 1]])
    for other, why in (
        (unshared, "The places are sparse, but they do not share their weights."),
        (permuted, "The values are the same, but not in the same order."),
        (leaking, "An output is connected to an input outside its window."),
        (turning, "The last window would wrap around."),
        (np.arange(1.0, 9.0).reshape(2, 4), "This layer is dense, and each connection has a weight of its own."),
    ):
        first = other[0, : other.shape[1] - len(other) + 1]
        expect(answer, other, gives=None, slips=[(first, why)])


def matrix_of(kernel: np.ndarray, n: int) -> np.ndarray:
    """Return the matrix of the layer that slides a kernel over n inputs."""
    return np.array([naive.correlate1d(lit, kernel) for lit in np.eye(n)]).T
