"""Checks of the exercises of chapter 7."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("7.2")
def pool_inside(answer: Answer) -> None:
    """The loops leave the padding out of both; maps with and without positive numbers."""
    random = np.random.RandomState(0)
    for shape, kernel_size, stride, padding in (
        ((4, 6), (2, 3), (2, 3), (0, 0)),
        ((3, 4), (2, 2), (2, 2), (1, 1)),
        ((4, 5), (3, 2), (2, 1), (1, 1)),
        ((5, 4), (4, 3), (3, 2), (2, 0)),
        ((4, 8), (2, 4), (1, 3), (0, 2)),
    ):
        x = -random.permutation(shape[0] * shape[1]).reshape(shape).astype(float) - 1
        for numbers in (x, x + x.size / 2):
            image, padded = numbers[None, None], np.pad(numbers, [(p, p) for p in padding])[None, None]
            largest, mean, sums = (
                naive.pool2d(image, reduce, kernel_size, stride, padding)[0, 0] for reduce in (max, np.mean, sum)
            )
            with_zeros = naive.pool2d(padded, max, kernel_size, stride)[0, 0]
            counted = naive.pool2d(padded, np.mean, kernel_size, stride)[0, 0]
            expect(
                answer,
                numbers,
                kernel_size,
                stride,
                padding,
                gives=(largest, mean),
                slips=[
                    ((with_zeros, mean), "A zero of the padding wins where all numbers are negative."),
                    ((largest, counted), "Divide by the number of pixels under the window, without the padding."),
                    ((with_zeros, counted), "The padding counts in neither: it is no pixel."),
                    ((largest, sums), "These are sums, not averages."),
                    ((mean, largest), "The maximum comes first."),
                ],
            )


@exercise("7.3")
def pool_to(answer: Answer) -> None:
    """A pixel counts for every output whose share of the map it touches."""
    random = np.random.RandomState(0)
    for shape, rows, cols in (
        ((2, 4, 6), 2, 3),
        ((1, 5, 7), 2, 3),
        ((3, 7, 4), 3, 4),
        ((2, 5, 3), 4, 2),
        ((2, 3, 5), 1, 1),
        ((1, 2, 3), 4, 3),
    ):
        channels, height, width = shape
        x = -random.permutation(channels * height * width).reshape(shape).astype(float) - 1
        largest = np.zeros((channels, rows, cols))
        for c, row, col in np.ndindex(largest.shape):
            largest[c, row, col] = max(
                x[c, r, q]
                for r, q in np.ndindex(height, width)
                if touches(r, height, row, rows) and touches(q, width, col, cols)
            )
        slips = [
            (np.zeros(largest.shape), "The largest number may be negative: do not start from 0."),
            (
                np.broadcast_to(largest.max(axis=0), largest.shape),
                "Every channel is pooled by itself.",
            ),
        ]
        if rows <= height and cols <= width:
            window = (height // rows, width // cols)
            slips.append(
                (
                    naive.pool2d(x[None], max, window, window)[0, :, :rows, :cols],
                    "Windows of one size leave a remainder unread.",
                )
            )
        expect(answer, x, rows, cols, gives=largest, slips=slips)


def touches(pixel: int, size: int, output: int, outputs: int) -> bool:
    """Tell whether a pixel overlaps with an output's share of an axis, in whole numbers."""
    return pixel * outputs < (output + 1) * size and (pixel + 1) * outputs > output * size
