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
        [(4, 1, 0, 2), (3, 1, 0, 4)],
        [(4, 2, 1, 1), (3, 1, 3, 3), (2, 2, 0, 5)],
        [(2, 1, 0, 1), (1, 3, 1, 1), (3, 1, 0, 1)],
        [(2, 2, 3, 1), (3, 1, 0, 1)],
        [(3, 2, 1, 1), (2, 1, 0, 2), (2, 2, 1, 1), (3, 1, 1, 1)],
    ]
    for layers in (1, 2, 3, 4):
        drawn = answer.random.randint([1, 1, 0, 1], [5, 4, 4, 4], (layers, 4))
        stacks.append([(k, stride, padding, dilation) for k, stride, padding, dilation in drawn.tolist()])
    for stack in stacks:
        size, stride, start = field_of(stack)
        spans = [dilation * (k - 1) for k, _, _, dilation in stack]
        before = [1, *np.cumprod([layer[1] for layer in stack]).tolist()]
        paddings = [padding for _, _, padding, _ in stack]
        sizes = [
            (1 + reach([k for k, *_ in stack], before), "A kernel of k reaches over k − 1 further neurons."),
            (1 + reach(spans, before[1:]), "A layer's own stride moves the layers above it, not its own taps."),
            (1 + sum(spans), "The strides of the layers below are missing."),
            (1 + reach([k - 1 for k, *_ in stack], before), "The taps of a dilated kernel lie further apart."),
            (1 + reach([(k - 1) * (d + 1) for k, _, _, d in stack], before), "Dilation 1 has no holes: count from 1."),
            (1 + reach([k * d - 1 for k, _, _, d in stack], before), "There are no holes behind the last tap."),
            (size - 1, "Both ends of the field belong to it."),
        ]
        strides = [
            (sum(layer[1] for layer in stack), "Strides multiply."),
            (before[-2], "The stride of the last layer counts, too."),
        ]
        starts = [
            (-start, "With padding the field begins before the image: the start is negative."),
            (-sum(paddings), "One zero of padding is as wide as the stride so far."),
            (-reach(paddings, before[1:]), "A layer's own stride does not move its own padding."),
            (
                -reach(list(map(min, paddings, spans)), before),
                "Padding may be wider than the kernel: all of it counts.",
            ),
        ]
        expect(
            answer,
            stack,
            gives=(size, stride, start),
            slips=[
                *(((slip, stride, start), text) for slip, text in sizes),
                *(((size, slip, start), text) for slip, text in strides),
                *(((size, stride, slip), text) for slip, text in starts),
                (
                    field_of([layer for layer in stack if layer[0] > 1]),
                    "A layer of one tap still has stride and padding.",
                ),
            ],
        )


def field_of(stack: Stack) -> tuple[int, int, int]:
    """Return size, stride and start of the field, from the inputs of two neighbouring outputs."""
    first, second = inputs_of(stack, 0), inputs_of(stack, 1)
    return max(first) - min(first) + 1, min(second) - min(first), min(first)


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
    picked = ([2, -1, 3], [1, 0, 2], [0, 4], [3, 0], [0.5, 0.5], [7], [1, 2, 3, 4], [0, 0])
    cases = [(np.array(numbers, dtype=float), 4) for numbers in picked]
    cases += [(answer.distinct(k), k + n_out - 1) for k, n_out in ((4, 1), (2, 4), (3, 2), (1, 5), (5, 3))]
    for kernel, n in cases:
        slips = [
            (kernel[::-1], "A layer does not turn its kernel."),
            (kernel[kernel != 0], "A weight of 0 has a place in the kernel, too: its size follows from the matrix."),
            (None, "This is the matrix of a convolution."),
        ]
        expect(answer, matrix_of(kernel, n), gives=kernel, slips=slips)
    look_alikes = [
        ([[1, 2, 0, 0], [0, 2, 4, 0], [0, 0, 1, 2]], "The places are sparse, but they do not share their weights."),
        ([[1, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 3]], "The last row has another weight."),
        ([[1, 2, 0, 0], [0, 2, 1, 0], [0, 0, 1, 2]], "The values are the same, but not in the same order."),
        ([[1, 2, 0, 0], [0, -1, -2, 0], [0, 0, 1, 2]], "Weights with another sign are other weights."),
        ([[1, 2, 0, 0], [0, 1, 2, 0], [3, 0, 1, 2]], "An output is connected to an input in front of its window."),
        ([[1, 2, 0, -3], [0, 1, 2, 0], [0, 0, 1, 2]], "An output is connected to an input behind its window."),
        ([[1, 2, 0, 3], [0, 1, 2, 0], [-3, 0, 1, 2]], "Connections outside the windows do not cancel."),
        ([[1, 2, 0], [0, 1, 2], [2, 0, 1]], "The last window would wrap around."),
        ([[1, 2, 3, 4], [5, 6, 7, 8]], "This layer is dense, and each connection has a weight of its own."),
    ]
    for kernel, n in cases[-4:]:
        changed = matrix_of(kernel, n)
        changed[answer.random.randint(len(changed)), answer.random.randint(n)] += 1.5
        look_alikes.append((changed.tolist(), "A single entry differs from the matrix of a convolution."))
    for entries, why in look_alikes:
        matrix = np.array(entries, dtype=float)
        expect(answer, matrix, gives=None, slips=[(matrix[0, : matrix.shape[1] - len(matrix) + 1], why)])


def matrix_of(kernel: np.ndarray, n: int) -> np.ndarray:
    """Return the matrix of the layer that slides a kernel over n inputs."""
    return np.array([naive.correlate1d(lit, kernel) for lit in np.eye(n)]).T
