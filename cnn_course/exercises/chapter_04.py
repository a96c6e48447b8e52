"""Checks of the exercises of chapter 4."""

from itertools import product

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("4.2")
def same_padding(answer: Answer) -> None:
    """Add zeros, after first, until as many windows fit as there are pixels."""
    n = 20
    cases = [*product((4, 5, 1, 2, 3, 6, 7), (2, 1, 3)), *answer.draw(6, (1, 12), (1, 9))]
    for k, dilation in cases:
        last_tap = list(range(0, k * dilation, dilation))[-1]
        before = after = 0
        while len(range(last_tap, before + n + after)) < n:
            if before == after:
                after += 1
            else:
                before += 1
        total, too_much = before + after, (dilation + 1) * (k - 1)
        expect(
            answer,
            k,
            dilation,
            gives=(before, after),
            slips=[
                ((k // 2, k // 2), "Half of k on both sides gives an even kernel one zero too many."),
                ((dilation * (k // 2),) * 2, "The last tap lies k − 1 steps behind the first: halve that, not k."),
                (((k - 1) // 2, k // 2), "The taps of a dilated kernel reach further than k."),
                ((total, total), "So many zeros are needed on both sides together, not on each."),
                ((total / 2, total / 2), "There is no half a zero: `//` rounds down, and the rest comes after."),
                ((too_much // 2, too_much - too_much // 2), "Dilation 1 has no holes: count from 1."),
                ((after, before), "The extra zero comes after the last pixel."),
                ((before, before), "The two parts must add up to the total: get one by subtraction."),
                ((after, after), "The two parts must add up to the total: get one by subtraction."),
            ],
        )


@exercise("4.3")
def repeat_border(answer: Answer) -> None:
    """NumPy's own `np.pad` is the witness; rows and columns differ, and a border may be wider than the image."""
    sizes = [(1, 3, 1, 1), (2, 3, 1, 2), (4, 3, 2, 0), (3, 5, 0, 1), (1, 4, 3, 2), (3, 2, 1, 4)]
    for height, width, rows, cols in [*sizes, *answer.draw(4, (1, 4), (1, 4), (0, 4), (0, 4))]:
        x = (answer.random.permutation(height * width).reshape(height, width) - 1.5) / 2
        amounts = ((rows, rows), (cols, cols))
        above, below = ((rows, 0), (cols, 0)), ((0, rows), (0, cols))
        right = np.pad(x, amounts, mode="edge")
        sides = np.pad(x, amounts)
        sides[rows : rows + height] = right[rows : rows + height]
        sides[:, cols : cols + width] = right[:, cols : cols + width]
        expect(
            answer,
            x,
            rows,
            cols,
            gives=right,
            slips=[
                (np.pad(x, amounts), "The border still holds zeros."),
                (np.pad(x, amounts, mode="wrap"), "That repeats the other side of the image: index -1 is the last."),
                (
                    np.pad(np.pad(x, above, mode="wrap"), below, mode="edge"),
                    "Above and to the left an index below 0 has counted from the end: hold it at 0.",
                ),
                (np.pad(x, amounts, mode="symmetric"), "That mirrors the image. Only the outermost pixels are copied."),
                (sides, "The corners still hold zeros."),
                (np.pad(x, amounts[::-1], mode="edge"), "Rows come first, then columns."),
                (np.pad(x, below, mode="edge"), "The border goes around all four sides."),
                (np.pad(x, above, mode="edge"), "The border goes around all four sides."),
            ],
        )


def spaced(kernel: np.ndarray, down: int, right: int) -> np.ndarray:
    """Leave zeros between the taps, as a wrong answer may."""
    rows = np.insert(kernel, np.repeat(np.arange(1, kernel.shape[0]), down - 1), 0, axis=0)
    return np.insert(rows, np.repeat(np.arange(1, kernel.shape[1]), right - 1), 0, axis=1)


@exercise("4.5")
def dilate(answer: Answer) -> None:
    """Show one pixel at a time to the dilated kernel: each answer is the weight that this pixel meets."""
    sizes = [(1, 3, 2, 2), (3, 3, 2, 2), (2, 3, 1, 3), (4, 2, 2, 1), (1, 3, 4, 2), (2, 2, 1, 1)]
    for k_h, k_w, down, right in [*sizes, *answer.draw(4, (1, 3), (1, 3), (1, 4), (1, 4))]:
        kernel = answer.random.choice(np.r_[-9:0, 1:10], (k_h, k_w)) / 2
        shape = ((k_h - 1) * down + 1, (k_w - 1) * right + 1)
        pixels = np.eye(shape[0] * shape[1]).reshape(-1, 1, *shape)
        spread = naive.conv2d(pixels, kernel[None, None], dilation=(down, right)).reshape(shape)
        repeated = np.kron(kernel, np.ones((down, right)))[: shape[0], : shape[1]]
        expect(
            answer,
            kernel,
            (down, right),
            gives=spread,
            slips=[
                (np.kron(kernel, np.eye(down, 1) @ np.eye(1, right)), "No zeros are needed after the last tap."),
                (spaced(kernel, right, down), "The dilation of the rows comes first."),
                (spaced(kernel, down, down), "Columns have a dilation of their own."),
                (spaced(kernel, down + 1, right + 1), "Dilation 1 has no holes: count from 1."),
                (repeated, "The holes hold zeros, not copies of the weights."),
            ],
        )
