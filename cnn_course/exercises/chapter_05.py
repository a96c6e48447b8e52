"""Checks of the exercises of chapter 5."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("5.2")
def output_shape(answer: Answer) -> None:
    """Lay the windows on the padded rows and columns, and count them."""
    cases = [
        ((1, 3, 6), 4, (2, 3), (1, 2), (0, 0)),
        ((3, 8, 11), 2, (3, 5), (1, 1), (2, 2)),
        ((2, 7, 9), 4, (3, 2), (2, 3), (0, 0)),
        ((1, 6, 8), 3, (5, 3), (2, 2), (2, 1)),
        ((4, 9, 5), 1, (2, 4), (3, 1), (1, 2)),
        ((2, 4, 10), 5, (4, 1), (5, 4), (0, 0)),
        ((3, 2, 6), 2, (1, 7), (3, 4), (3, 1)),
    ]
    for c_in, h, w, filters, k_h, k_w, down, across, p_h, p_w in answer.draw(
        8, (1, 4), (2, 12), (2, 12), (1, 6), (1, 6), (1, 6), (1, 4), (1, 4), (2, 4), (2, 4)
    ):
        cases.append(((c_in, h, w), filters, (k_h, k_w), (down, across), (p_h, p_w)))
    for image, filters, kernel, stride, padding in cases:
        axes = list(zip(image[1:], kernel, stride, padding, strict=True))
        right = (filters, *(len(range(0, n + 2 * p - k + 1, s)) for n, k, s, p in axes))
        room = [n + 2 * p - k for n, k, _, p in axes]
        fraction = [r / s + 1 for r, s in zip(room, stride, strict=True)]
        above = [-(-r // s) + 1 for r, s in zip(room, stride, strict=True)]
        once = [(r - p) // s + 1 for r, p, s in zip(room, padding, stride, strict=True)]
        never = [(r - 2 * p) // s + 1 for r, p, s in zip(room, padding, stride, strict=True)]
        none = [r // s for r, s in zip(room, stride, strict=True)]
        inside = [(r + 1) // s for r, s in zip(room, stride, strict=True)]
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
                ((*right[1:], filters), "The channels come first."),
                ((filters, right[2], right[1]), "Rows come first, then columns."),
                ((filters, *fraction), "A window that does not fit entirely is not computed: round down."),
                ((filters, *above), "A window that does not fit entirely is not computed: round down."),
                ((filters, *map(round, fraction)), "A window that does not fit entirely is not computed: round down."),
                ((filters, *once), "The padding stands on both sides of each axis."),
                ((filters, *never), "The padding makes rows and columns longer."),
                ((filters, *none), "The first window counts, too."),
                ((filters, *inside), "Add the 1 after you have divided: it stands for the first window."),
            ],
        )


@exercise("5.3")
def times_read(answer: Answer) -> None:
    """Lay the windows on the padded row, count, and cut the padding off."""
    cases = [
        (7, 3, 1, 0),
        (8, 3, 2, 1),
        (7, 3, 3, 0),
        (9, 3, 4, 0),
        (6, 2, 3, 1),
        (5, 4, 2, 2),
        (10, 1, 3, 0),
        (4, 2, 1, 3),  # windows that see nothing but padding
        (5, 2, 3, 3),
        (2, 5, 1, 2),  # and one that is larger than the row
    ]
    for n, k, stride, padding in [*cases, *answer.draw(6, (4, 12), (1, 4), (1, 5), (0, 4))]:
        counts = np.zeros(n + 2 * padding, dtype=int)
        beyond = np.zeros(n + 2 * padding + k, dtype=int)
        starts = np.zeros(n + 2 * padding, dtype=int)
        for start in range(0, n + 2 * padding, stride):
            beyond[start : start + k] += 1
            if start + k <= n + 2 * padding:
                counts[start : start + k] += 1
                starts[start] += 1
        pixels = slice(padding, padding + n)
        expect(
            answer,
            n,
            k,
            stride,
            padding,
            gives=counts[pixels],
            slips=[
                (counts, "Cut the padding off."),
                (counts[:n], "Pixel 0 stands behind the padding."),
                (beyond[pixels], "A window that reaches over the end is not computed."),
                (np.minimum(counts, 1)[pixels], "Count the windows: a pixel may lie in several."),
                (starts[pixels], "A window covers k pixels, not only the one where it starts."),
            ],
        )


@exercise("5.4")
def strided(answer: Answer) -> None:
    """One product at a time, for strides that divide and strides that do not."""
    sizes = [
        (2, 3, 1, 2, 1, 1),
        (5, 7, 3, 3, 2, 2),
        (6, 9, 2, 3, 3, 1),
        (7, 8, 3, 2, 2, 3),
        (4, 6, 1, 4, 2, 5),
        (9, 4, 2, 2, 4, 1),
    ]
    for h, w, k_h, k_w, down, across in [*sizes, *answer.draw(5, (3, 7), (3, 7), (1, 3), (1, 3), (1, 4), (1, 4))]:
        x = answer.random.randint(-9, 10, (h, w))
        kernel = answer.random.choice(np.r_[-5:0, 1:6], (k_h, k_w)) / 2
        everything = naive.correlate2d(x, kernel)
        right = naive.conv2d(x[None, None], kernel[None, None], stride=(down, across))[0, 0]
        expect(
            answer,
            x,
            kernel,
            (down, across),
            gives=right,
            slips=[
                (everything, "That is stride 1."),
                (naive.correlate2d(x, kernel[::-1, ::-1])[::down, ::across], "A layer does not turn the kernel."),
                (everything[down - 1 :: down, across - 1 :: across], "The first window starts at row 0 and column 0."),
                (everything[::across, ::down], "Rows come first, then columns."),
                (everything[::down, ::down], "Columns have a stride of their own."),
                (everything[::down, ::across][:-1, :-1], "The first window counts, too: add 1 after you have divided."),
                (everything[: right.shape[0], : right.shape[1]], "Output i starts at row i times the stride."),
            ],
        )
