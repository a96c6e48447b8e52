"""Checks of the exercises of chapter 5."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("5.2")
def output_shape(answer: Answer) -> None:
    """Compare with the shape of an output that loops really computed."""
    for image, filters, kernel, stride, padding in (
        ((3, 8, 11), 2, (3, 5), (1, 1), (2, 2)),
        ((2, 7, 9), 4, (3, 2), (2, 3), (0, 0)),
        ((1, 6, 8), 3, (5, 3), (2, 2), (2, 1)),
        ((4, 9, 5), 1, (2, 4), (3, 1), (1, 2)),
        ((2, 4, 10), 5, (4, 1), (5, 4), (0, 0)),
    ):
        weight = np.zeros((filters, image[0], *kernel))
        right = naive.conv2d(np.zeros((1, *image)), weight, stride=stride, padding=padding).shape[1:]
        room = [n + 2 * p - k for n, p, k in zip(image[1:], padding, kernel, strict=True)]
        fraction = [r / s + 1 for r, s in zip(room, stride, strict=True)]
        above = [-(-r // s) + 1 for r, s in zip(room, stride, strict=True)]
        once = [(r - p) // s + 1 for r, p, s in zip(room, padding, stride, strict=True)]
        none = [r // s for r, s in zip(room, stride, strict=True)]
        expect(
            answer,
            image,
            filters,
            kernel,
            stride,
            padding,
            gives=right,
            slips=[
                ((image[0], *right[1:]), "The depth is the number of filters."),
                ((filters, right[2], right[1]), "Rows come first, then columns."),
                ((filters, *fraction), "A window that does not fit entirely is not computed: round down."),
                ((filters, *above), "A window that does not fit entirely is not computed: round down."),
                ((filters, *once), "The padding stands on both sides of each axis."),
                ((filters, *none), "The first window counts, too."),
            ],
        )


@exercise("5.3")
def times_read(answer: Answer) -> None:
    """Lay the windows on the padded row, count, and cut the padding off."""
    for n, k, stride, padding in (
        (7, 3, 1, 0),
        (8, 3, 2, 1),
        (7, 3, 3, 0),
        (9, 3, 4, 0),
        (6, 2, 3, 1),
        (5, 4, 2, 2),
        (10, 1, 3, 0),
    ):
        counts = np.zeros(n + 2 * padding, dtype=int)
        beyond = np.zeros(n + 2 * padding + k, dtype=int)
        for start in range(0, n + 2 * padding, stride):
            beyond[start : start + k] += 1
            if start + k <= n + 2 * padding:
                counts[start : start + k] += 1
        expect(
            answer,
            n,
            k,
            stride,
            padding,
            gives=counts[padding : padding + n],
            slips=[
                (counts, "Cut the padding off."),
                (counts[:n], "Pixel 0 stands behind the padding."),
                (beyond[padding : padding + n], "A window that reaches over the end is not computed."),
            ],
        )


@exercise("5.4")
def strided(answer: Answer) -> None:
    """One product at a time, for strides that divide and strides that do not."""
    random = np.random.RandomState(0)
    for shape, kernel_shape, stride in (
        ((5, 7), (3, 3), (2, 2)),
        ((6, 9), (2, 3), (3, 1)),
        ((7, 8), (3, 2), (2, 3)),
        ((4, 6), (1, 4), (2, 5)),
        ((9, 4), (2, 2), (4, 1)),
    ):
        x = random.randint(-5, 6, shape).astype(float)
        kernel = random.randint(1, 6, kernel_shape).astype(float)
        everything = naive.correlate2d(x, kernel)
        down, across = stride
        right = naive.conv2d(x[None, None], kernel[None, None], stride=stride)[0, 0]
        expect(
            answer,
            x,
            kernel,
            stride,
            gives=right,
            slips=[
                (everything, "That is stride 1."),
                (everything[down - 1 :: down, across - 1 :: across], "The first window starts at row 0 and column 0."),
                (everything[::across, ::down], "Rows come first, then columns."),
                (everything[: right.shape[0], : right.shape[1]], "Output i starts at row i times the stride."),
            ],
        )
