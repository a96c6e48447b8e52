"""Checks of the exercises of chapter 4."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("4.2")
def same_padding(answer: Answer) -> None:
    """Add zeros, after first, until as many windows fit as there are pixels."""
    n = 20
    for dilation in (2, 1, 3):
        for k in (4, 5, 1, 2, 3, 6, 7):
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
                    ((too_much // 2, too_much - too_much // 2), "Dilation 1 has no holes: count from 1."),
                    ((after, before), "The extra zero comes after the last pixel."),
                ],
            )


@exercise("4.3")
def repeat_border(answer: Answer) -> None:
    """NumPy's own `np.pad` is the witness; rows and columns differ."""
    random = np.random.RandomState(0)
    for height, width, rows, cols in ((2, 3, 1, 2), (4, 3, 2, 0), (3, 5, 0, 1), (1, 4, 3, 2)):
        x = random.permutation(height * width).reshape(height, width) / 2
        amounts = ((rows, rows), (cols, cols))
        above, below = ((rows, 0), (cols, 0)), ((0, rows), (0, cols))
        sides = np.pad(x, amounts)
        sides[rows : rows + height] = np.pad(x, amounts, mode="edge")[rows : rows + height]
        sides[:, cols : cols + width] = np.pad(x, amounts, mode="edge")[:, cols : cols + width]
        expect(
            answer,
            x,
            rows,
            cols,
            gives=np.pad(x, amounts, mode="edge"),
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
            ],
        )


def spaced(kernel: np.ndarray, down: int, right: int) -> np.ndarray:
    """Leave zeros between the taps, as a wrong answer may."""
    rows = np.insert(kernel, np.repeat(np.arange(1, kernel.shape[0]), down - 1), 0, axis=0)
    return np.insert(rows, np.repeat(np.arange(1, kernel.shape[1]), right - 1), 0, axis=1)


@exercise("4.5")
def dilate(answer: Answer) -> None:
    """Show one pixel at a time to the dilated kernel: each answer is the weight that this pixel meets."""
    random = np.random.RandomState(0)
    for k_h, k_w, down, right in ((3, 3, 2, 2), (2, 3, 1, 3), (4, 2, 2, 1), (1, 3, 4, 2), (2, 2, 1, 1)):
        kernel = random.randint(1, 10, (k_h, k_w)).astype(float)
        shape = ((k_h - 1) * down + 1, (k_w - 1) * right + 1)
        pixels = np.eye(shape[0] * shape[1]).reshape(-1, 1, *shape)
        spread = naive.conv2d(pixels, kernel[None, None], dilation=(down, right)).reshape(shape)
        expect(
            answer,
            kernel,
            (down, right),
            gives=spread,
            slips=[
                (np.kron(kernel, np.eye(down, 1) @ np.eye(1, right)), "No zeros are needed after the last tap."),
                (spaced(kernel, right, down), "The dilation of the rows comes first."),
                (spaced(kernel, down + 1, right + 1), "Dilation 1 has no holes: count from 1."),
            ],
        )
