"""Checks of the exercises of chapter 7."""

from collections.abc import Callable

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("7.2")
def pool_inside(answer: Answer) -> None:
    """The loops leave the padding out of both; maps with and without positive numbers, of floats and whole numbers."""
    negative = np.array([[-3.5, -1.5, -2], [-4, -6, -5.5]])
    cases = [
        (negative, (2, 2), (1, 1), (0, 0)),
        (negative, (1, 2), (1, 1), (0, 1)),
        (1000 * negative, (2, 1), (1, 2), (1, 0)),
        (np.array([[5, 0, 3], [-2, 0, 1], [4, -1, 2]]), (3, 3), (1, 1), (1, 1)),
        (np.array([[-5, -1], [-3, -2]]), (2, 2), (1, 1), (1, 1)),
    ]
    for shape, kernel_size, stride, padding in (
        ((4, 6), (2, 3), (2, 3), (0, 0)),
        ((3, 4), (2, 2), (2, 2), (1, 1)),
        ((4, 5), (3, 2), (2, 1), (1, 1)),
        ((5, 4), (4, 3), (3, 2), (2, 0)),
        ((4, 8), (2, 4), (1, 3), (0, 2)),
    ):
        x = answer.distinct(*shape)
        cases += [(x, kernel_size, stride, padding), (x - x.size, kernel_size, stride, padding)]
    for x, kernel_size, stride, padding in cases:
        image, padded = x[None, None], np.pad(x, [(p, p) for p in padding])[None, None]
        largest, mean, sums = (
            naive.pool2d(image, reduce, kernel_size, stride, padding)[0, 0] for reduce in (max, np.mean, sum)
        )
        with_zeros = naive.pool2d(padded, max, kernel_size, stride)[0, 0]
        counted = naive.pool2d(padded, np.mean, kernel_size, stride)[0, 0]
        expect(
            answer,
            x,
            kernel_size,
            stride,
            padding,
            gives=(largest, mean),
            slips=[
                ((np.maximum(largest, 0), mean), "The largest number may be negative: do not start from 0."),
                ((with_zeros, mean), "A zero of the padding wins where all numbers are negative."),
                ((largest, counted), "Divide by the number of pixels under the window, without the padding."),
                ((with_zeros, counted), "The padding counts in neither: it is no pixel."),
                ((largest, sums), "These are sums, not averages."),
                ((mean, largest), "The maximum comes first."),
            ],
        )


@exercise("7.3")
def pool_to(answer: Answer) -> None:
    """A pixel counts for every output whose share of the map it touches.

    In a map that rises the last pixel of each window wins, in one that falls the first.
    """
    for shape, rows, cols in (
        ((1, 1, 8), 1, 3),
        ((1, 7, 1), 5, 1),
        ((2, 4, 6), 2, 3),
        ((1, 5, 7), 2, 3),
        ((3, 7, 4), 3, 4),
        ((2, 5, 3), 4, 2),
        ((2, 3, 5), 1, 1),
        ((1, 2, 3), 4, 5),
    ):
        _, height, width = shape
        rising = np.arange(np.prod(shape)).reshape(shape) + 0.5
        for x in (rising, -rising, answer.distinct(*shape)):
            right = largest_of(x, touched(height, rows), touched(width, cols))
            slips = [
                (np.maximum(right, 0), "The largest number may be negative: do not start from 0."),
                (np.broadcast_to(right.max(axis=0), right.shape), "Every channel is pooled by itself."),
            ]
            if rows <= height and cols <= width:
                slips += [
                    (largest_of(x, places(height, rows), places(width, cols)), text)
                    for places, text in (
                        (side_by_side, "Parts that lie side by side share no pixel, as these windows do."),
                        (rounded_down, "Windows of one size leave a remainder unread."),
                        (rounded_up, "Windows need not all be of one size: each ends where its own share ends."),
                    )
                ]
            expect(answer, x, rows, cols, gives=right, slips=slips)


Windows = list[list[int]]


def largest_of(x: np.ndarray, rows: Windows, cols: Windows) -> np.ndarray:
    """Return the largest number of each channel under windows given by their rows and columns."""
    return np.array([[[channel[np.ix_(r, q)].max() for q in cols] for r in rows] for channel in x])


def touched(n: int, outputs: int) -> Windows:
    """Return the pixels that overlap with each output's share of an axis, in whole numbers."""
    return [[i for i in range(n) if i * outputs < (r + 1) * n and (i + 1) * outputs > r * n] for r in range(outputs)]


def side_by_side(n: int, outputs: int) -> Windows:
    """Return the parts of `np.array_split`."""
    return [part.tolist() for part in np.array_split(range(n), outputs)]


def rounded_down(n: int, outputs: int) -> Windows:
    """Return windows of one size, side by side."""
    return [[r * (n // outputs) + i for i in range(n // outputs)] for r in range(outputs)]


def rounded_up(n: int, outputs: int) -> Windows:
    """Return windows that begin at the right place, and are all as large as the largest."""
    return [list(range(r * n // outputs, min(r * n // outputs - (-n // outputs), n))) for r in range(outputs)]


# What a pool does with the pairs for window, stride and padding, and then with its result, and which part it mixes up.
POOLS: list[tuple[str, Callable, Callable]] = [
    ("", lambda w, s, p: (w, s, p), np.asarray),
    ("window", lambda w, s, p: (w[::-1], s, p), np.asarray),
    ("stride", lambda w, s, p: (w, s[::-1], p), np.asarray),
    ("padding", lambda w, s, p: (w, s, p[::-1]), np.asarray),
    ("window", lambda w, s, p: ((w[0], w[0]), s, p), np.asarray),
    ("stride", lambda w, s, p: (w, (s[0], s[0]), p), np.asarray),
    ("padding", lambda w, s, p: (w, s, (p[0], p[0])), np.asarray),
    ("result", lambda w, s, p: (w, s, p), lambda y: y.swapaxes(2, 3)),
    ("window, stride and padding", lambda w, s, p: (w[::-1], s[::-1], p[::-1]), np.asarray),
]


@exercise("7.5")
def mixes_up_axes(answer: Answer) -> None:
    """Hand over pools that are right and pools that mix up one thing, in an order that is drawn."""
    places = [0, 0, *answer.random.permutation([*range(len(POOLS)), 0, 0, 0]), *answer.random.randint(0, len(POOLS), 3)]
    for number, place in enumerate(places):
        part, options, result = POOLS[place]
        told = f"This pool mixes up rows and columns in the {part}." if part else "This pool mixes up nothing."
        expect(answer, pool_with(options, result, f"pool_{number}"), gives=bool(part), slips=[(not part, told)])


def pool_with(options: Callable, result: Callable, name: str) -> Callable[..., np.ndarray]:
    """Return a max pooling by loops that changes its options and its result."""

    def pool(x: np.ndarray, window: tuple, stride: tuple, padding: tuple) -> np.ndarray:
        for what, pair in {"window": window, "stride": stride, "padding": padding}.items():
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise TypeError(f"{what} must be a pair, rows first, got {pair!r}")
        window, stride, padding = options(tuple(window), tuple(stride), tuple(padding))
        margin = [(0, 0), (0, 0), *((p, p) for p in padding)]
        padded = np.pad(np.asarray(x, dtype=float), margin, constant_values=-np.inf)
        return result(naive.pool2d(padded, max, window, stride))

    pool.__name__ = name
    return pool
