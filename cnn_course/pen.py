"""Drawings: strokes of a pen, made into images like the digits of `data.digits`, for a network to train on.

A stroke is a list of points (x, y) that the pen passes, from (0, 0) at the upper left to (1, 1) at the lower right.
Taught in chapter 8.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .checks import generator, integer, number, real_array
from .data import enlarge

__all__ = ["INK", "NO_DIGIT", "SHAPES", "WAYS", "draw", "random_drawings"]

SIDE, WIDEST = 32, 22
INK = 0.305  # the share of a training digit that is ink, on average
NO_DIGIT = 10  # the class of what is none of the ten digits

Strokes = list[list[tuple[float, float]]]


def _arc(x: float, y: float, across: float, down: float, start: float, end: float) -> list[tuple[float, float]]:
    """Return points of an ellipse around (x, y); angles in degrees from the right, against the clock."""
    angles = np.radians(np.linspace(start, end, 2 + int(abs(end - start) / 20)))
    return list(zip((x + across * np.cos(angles)).tolist(), (y - down * np.sin(angles)).tolist(), strict=True))


WAYS: dict[int, list[Strokes]] = {  # of writing digits, which the training digits of chapter 8 show seldom or never
    0: [
        [_arc(0.5, 0.5, 0.3, 0.4, 100, 470)],
        [_arc(0.5, 0.5, 0.22, 0.4, 60, -300)],
    ],
    1: [
        [[(0.5, 0.1), (0.5, 0.9)]],
        [[(0.36, 0.3), (0.54, 0.1), (0.54, 0.9)]],
        [[(0.22, 0.48), (0.56, 0.1), (0.56, 0.92)]],  # a long upstroke
        [[(0.36, 0.24), (0.52, 0.1), (0.52, 0.9)], [(0.34, 0.9), (0.7, 0.9)]],  # a foot
    ],
    2: [
        [[*_arc(0.5, 0.32, 0.24, 0.22, 165, -40), (0.28, 0.9), (0.76, 0.9)]],
        [[*_arc(0.48, 0.3, 0.2, 0.2, 150, -50), (0.36, 0.82), *_arc(0.36, 0.8, 0.08, 0.07, 200, 40), (0.76, 0.9)]],
    ],
    3: [
        [_arc(0.46, 0.3, 0.22, 0.2, 140, -80) + _arc(0.46, 0.7, 0.26, 0.21, 80, -140)],
        [[(0.26, 0.12), (0.72, 0.12), (0.48, 0.42), *_arc(0.46, 0.66, 0.25, 0.24, 80, -140)]],  # flat above
    ],
    4: [
        [[(0.56, 0.1), (0.24, 0.62), (0.8, 0.62)], [(0.62, 0.4), (0.6, 0.92)]],
        [[(0.3, 0.1), (0.28, 0.54), (0.76, 0.54)], [(0.7, 0.1), (0.7, 0.92)]],  # two upright stems
        [[(0.36, 0.1), (0.26, 0.58), (0.8, 0.56)], [(0.66, 0.2), (0.62, 0.92)]],  # open
        [[(0.28, 0.12), (0.3, 0.44), (0.5, 0.5), (0.7, 0.42)], [(0.72, 0.1), (0.7, 0.92)]],  # open, with a bowl
        [[(0.64, 0.92), (0.64, 0.08), (0.2, 0.66), (0.84, 0.66)]],  # closed, in one stroke
        [[(0.42, 0.08), (0.22, 0.5), (0.78, 0.5)], [(0.56, 0.28), (0.5, 0.92)]],
    ],
    5: [
        [[(0.74, 0.1), (0.34, 0.1), (0.3, 0.44), *_arc(0.47, 0.66, 0.26, 0.24, 120, -140)]],
        [[(0.36, 0.12), (0.34, 0.42), *_arc(0.46, 0.64, 0.24, 0.24, 100, -120)], [(0.36, 0.12), (0.72, 0.1)]],
    ],
    6: [
        [[(0.64, 0.08), (0.4, 0.34), *_arc(0.5, 0.68, 0.22, 0.22, 175, 530)]],
        [[(0.5, 0.08), (0.32, 0.5), *_arc(0.5, 0.72, 0.18, 0.18, 160, 510)]],
    ],
    7: [
        [[(0.22, 0.12), (0.76, 0.12), (0.42, 0.9)]],  # without a bar
        [[(0.24, 0.26), (0.24, 0.12), (0.76, 0.12), (0.46, 0.9)]],  # a hook
        [[(0.22, 0.14), (0.5, 0.1), (0.74, 0.12), (0.6, 0.42), (0.52, 0.9)]],
        [[(0.24, 0.12), (0.76, 0.14), (0.72, 0.9)]],  # a steep stem
        [[(0.26, 0.28), (0.3, 0.14), (0.74, 0.12), (0.52, 0.5), (0.46, 0.9)]],
        [[(0.24, 0.12), (0.76, 0.12), (0.44, 0.9)], [(0.34, 0.52), (0.74, 0.5)]],  # a bar
    ],
    8: [
        [_arc(0.5, 0.29, 0.18, 0.19, 90, 450), _arc(0.5, 0.7, 0.22, 0.21, 90, 450)],
        [[(0.7, 0.2), (0.5, 0.1), (0.32, 0.22), (0.4, 0.42), (0.6, 0.56), (0.7, 0.76), (0.5, 0.9), (0.3, 0.76),
          (0.4, 0.56), (0.6, 0.42), (0.7, 0.2)]],
    ],
    9: [
        [[*_arc(0.48, 0.32, 0.21, 0.22, 10, 370), (0.68, 0.6), (0.64, 0.92)]],
        [[*_arc(0.48, 0.32, 0.21, 0.22, 20, 380), (0.68, 0.62), (0.56, 0.86), (0.32, 0.88)]],
    ],
}  # fmt: skip
SHAPES: list[Strokes] = [  # that are no digits
    [[(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8), (0.2, 0.2)]],  # a square
    [[(0.5, 0.15), (0.85, 0.85), (0.15, 0.85), (0.5, 0.15)]],
    [[(0.5, 0.1), (0.85, 0.5), (0.5, 0.9), (0.15, 0.5), (0.5, 0.1)]],
    [[(0.5, 0.15), (0.5, 0.85)], [(0.15, 0.5), (0.85, 0.5)]],  # a plus
    [[(0.2, 0.2), (0.8, 0.8)], [(0.8, 0.2), (0.2, 0.8)]],
    [[(0.15, 0.5), (0.85, 0.5)]],  # a dash
    [[(0.15, 0.36), (0.85, 0.36)], [(0.15, 0.64), (0.85, 0.64)]],
    [[(0.35, 0.15), (0.35, 0.85)], [(0.65, 0.15), (0.65, 0.85)]],
    [[(0.1, 0.4), (0.3, 0.7), (0.5, 0.4), (0.7, 0.7), (0.9, 0.4)]],
    [[(0.15, 0.15), (0.85, 0.15)], [(0.5, 0.15), (0.5, 0.85)]],  # T
    [[(0.2, 0.9), (0.5, 0.1), (0.8, 0.9)], [(0.32, 0.6), (0.68, 0.6)]],  # A
    [[(0.25, 0.1), (0.25, 0.9)], [(0.75, 0.1), (0.75, 0.9)], [(0.25, 0.5), (0.75, 0.5)]],  # H
    [[(0.2, 0.9), (0.2, 0.1), (0.5, 0.6), (0.8, 0.1), (0.8, 0.9)]],  # M
    [[(0.15, 0.1), (0.35, 0.9), (0.5, 0.4), (0.65, 0.9), (0.85, 0.1)]],  # W
    [[(0.75, 0.15), (0.25, 0.15), (0.25, 0.85), (0.75, 0.85)], [(0.25, 0.5), (0.65, 0.5)]],  # E
    [[(0.3, 0.1), (0.3, 0.9)], [(0.75, 0.15), (0.3, 0.52), (0.8, 0.9)]],  # K
    [[(0.2, 0.15), (0.5, 0.85), (0.8, 0.15)]],  # V
    [[(0.25, 0.1), (0.25, 0.9), (0.75, 0.9)]],  # L
    [_arc(0.5, 0.5, 0.4, 0.4, 90, 450), [(0.36, 0.4)], [(0.64, 0.4)], _arc(0.5, 0.55, 0.2, 0.16, 200, 340)],  # a face
    [_arc(0.5, 0.5, 0.4, 0.4, 40, 320)],  # C
]


def draw(strokes: Sequence[object], ink: float = INK) -> np.ndarray:
    """Draw strokes as an image like those of :func:`cnn_course.data.digits`, wherever and however large they are.

    The drawing is moved to the middle and made as high as the image, at most 22 of its 32 pixels wide; the pen is as
    thick as it takes for the share of ink. Then the pixels of 4 by 4 blocks are counted and enlarged again, as was done
    with the digits.

    Parameters
    ----------
    strokes : sequence of array_like of shape (points, 2)
        The points that the pen passes, each as (x, y), with y downwards.
    ink : float, optional
        The share of the image that is to be ink, as far as a pen of 2 to 8 pixels can give it.

    Returns
    -------
    ndarray of shape (1, 32, 32), float32
        From 0 (paper) to 1 (ink).

    Raises
    ------
    TypeError
        If a stroke does not hold real numbers, or `ink` is no number.
    ValueError
        If there is no stroke, one has no points or another shape, a coordinate is not finite, or `ink` is not above 0
        and below 1.

    Examples
    --------
    >>> one = draw([[(0.5, 0.1), (0.5, 0.9)]])
    >>> one.shape, one[0, 16, [0, 15, 16, 31]].tolist()
    ((1, 32, 32), [0.0, 1.0, 1.0, 0.0])
    """
    if not isinstance(strokes, Sequence) or isinstance(strokes, str) or not len(strokes):
        raise ValueError(f"strokes must be a sequence of at least one stroke, got {strokes!r}")
    points = [real_array(stroke, "a stroke").astype(float) for stroke in strokes]
    for stroke in points:
        if stroke.ndim != 2 or stroke.shape[1] != 2 or not len(stroke):
            raise ValueError(f"a stroke must have shape (points, 2) and at least one point, got shape {stroke.shape}")
        if not np.isfinite(stroke).all():
            raise ValueError(f"a stroke must hold finite numbers, got {stroke.tolist()}")
    ink = number(ink, "ink", 0, 1)
    if not ink:
        raise ValueError("ink must be above 0, got 0")
    return enlarge(_draw(points, ink)[None] / 16, SIDE)


def random_drawings(n: int, random_state: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits in some of `WAYS`, and `SHAPES` or scribbles, all slanted, stretched and shaken by chance.

    Parameters
    ----------
    n : int
        How many.
    random_state : RandomState

    Returns
    -------
    x : ndarray of shape (n, 1, 32, 32), float32
    y : ndarray of int, shape (n,)
        The digits 0 to 9, or `NO_DIGIT`.

    Raises
    ------
    TypeError
        If `n` is not an integer or `random_state` not a RandomState.
    ValueError
        If `n` is below 1.

    Examples
    --------
    >>> x, y = random_drawings(3, np.random.RandomState(0))
    >>> x.shape, y.tolist()
    ((3, 1, 32, 32), [10, 6, 10])
    """
    n, rng = integer(n, "n", 1), generator(random_state)
    kinds: list[tuple[int, Sequence[object]]] = []
    kinds += [(digit, strokes) for digit, several in WAYS.items() for strokes in several]
    kinds += [(NO_DIGIT, strokes) for strokes in SHAPES]
    images, labels = [], []
    for _ in range(n):
        label, strokes = kinds[rng.randint(len(kinds))]
        if label == NO_DIGIT and rng.rand() < 0.3:
            strokes = [np.cumsum(rng.uniform(-0.7, 0.7, (rng.randint(5, 12), 2)), axis=0)]  # a scribble
        stretch = 1.5 ** rng.uniform(-1.2, 1)
        lean, turn = rng.uniform(-0.5, 0.5), rng.uniform(-0.15, 0.15)
        across, down = (stretch, -stretch * lean), (turn, 1)  # what the new x and y are made of
        moved = [(np.array(stroke) - 0.5) @ np.transpose([across, down]) for stroke in strokes]
        shaken = [stroke + rng.normal(0, 0.02, stroke.shape) + rng.normal(0, 0.02, 2) for stroke in moved]
        images.append(_draw(shaken, INK * rng.uniform(0.75, 1.25)))
        labels.append(label)
    return enlarge(np.array(images)[:, None] / 16, SIDE), np.array(labels)


def _draw(strokes: Sequence[np.ndarray], ink: float) -> np.ndarray:
    """Return 8 by 8 whole numbers from 0 to 16; strokes.js does the same in the explorer."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    wide, tall = high - low
    thick = 4.0
    for _ in range(2):  # how large a drawing is depends on its pen, and the pen on how large it is
        down = (SIDE - thick) / max(tall, 0.6 * wide, 0.02)
        across = min(down, (WIDEST - thick) / max(wide, 0.001))
        away = _distances([SIDE / 2 + (stroke - (low + high) / 2) * (across, down) for stroke in strokes])
        thin, fat = 2.0, 8.0
        while fat - thin > 0.01:
            thick = (thin + fat) / 2
            thin, fat = (thick, fat) if _ink(away, thick).mean() < ink else (thin, thick)
    blocks = _ink(away, thick).reshape(8, 4, 8, 4).sum(axis=(1, 3))
    return np.floor(blocks + 0.5)


def _ink(away: np.ndarray, thick: float) -> np.ndarray:
    """Return how much of each pixel is under a pen, 0 to 1, from its distance to the stroke."""
    return np.clip(thick / 2 + 0.5 - away, 0, 1)


def _distances(strokes: Sequence[np.ndarray]) -> np.ndarray:
    """Return how far each of the 32 by 32 pixels is from the nearest line between two points of a stroke."""
    ends = np.concatenate(strokes)
    starts = np.concatenate([stroke[[0, *range(len(stroke) - 1)]] for stroke in strokes])
    x, y, dx, dy = np.concatenate([starts, ends - starts], axis=1).astype(np.float32).T[..., None, None]
    rows, cols = np.indices((SIDE, SIDE), np.float32) + np.float32(0.5)
    part = np.clip(((cols - x) * dx + (rows - y) * dy) / np.maximum(dx**2 + dy**2, 1e-12), 0, 1)  # (lines, 32, 32)
    return np.sqrt(((cols - x - part * dx) ** 2 + (rows - y - part * dy) ** 2).min(axis=0))
