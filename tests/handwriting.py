"""Ten digits as a person writes them, in several hands: the points that a pen passes, from (0, 0) to (1, 1)."""

from __future__ import annotations

import numpy as np

Points = list[tuple[float, float]]


def arc(x: float, y: float, across: float, down: float, start: float, end: float) -> Points:
    """Return points of an ellipse around (x, y); angles in degrees from the right, against the clock."""
    angles = np.radians(np.linspace(start, end, 2 + int(abs(end - start) / 25)))
    return list(zip(x + across * np.cos(angles), y - down * np.sin(angles), strict=True))


ROUND = {  # loops and bows
    0: [arc(0.5, 0.5, 0.26, 0.38, 90, 460)],
    1: [[(0.33, 0.3), (0.52, 0.1), (0.52, 0.9)]],
    2: [[*arc(0.48, 0.32, 0.24, 0.22, 160, -30), (0.3, 0.88), (0.76, 0.88)]],
    3: [arc(0.46, 0.3, 0.22, 0.2, 150, -90) + arc(0.46, 0.7, 0.26, 0.2, 90, -150)],
    4: [[(0.34, 0.1), (0.26, 0.56), (0.76, 0.56)], [(0.62, 0.3), (0.6, 0.92)]],
    5: [[(0.34, 0.12), (0.31, 0.46), *arc(0.46, 0.66, 0.26, 0.23, 120, -140)], [(0.34, 0.12), (0.74, 0.1)]],
    6: [[(0.62, 0.08), (0.42, 0.3), *arc(0.5, 0.7, 0.2, 0.2, 180, 540)]],
    7: [[(0.24, 0.12), (0.76, 0.12), (0.44, 0.9)], [(0.36, 0.5), (0.74, 0.5)]],
    8: [[*arc(0.5, 0.29, 0.19, 0.19, 60, 270), *arc(0.5, 0.7, 0.22, 0.22, 90, -270),
         *arc(0.5, 0.29, 0.19, 0.19, -90, 60)]],
    9: [[*arc(0.5, 0.32, 0.2, 0.22, 0, 360), (0.69, 0.6), (0.66, 0.92)]],
}  # fmt: skip
QUICK = {  # as few strokes as possible
    0: [arc(0.5, 0.5, 0.2, 0.38, 60, -310)],
    1: [[(0.55, 0.1), (0.48, 0.9)]],
    2: [[*arc(0.48, 0.3, 0.22, 0.2, 170, -40), (0.4, 0.75), (0.25, 0.86), (0.3, 0.76), (0.45, 0.82), (0.75, 0.88)]],
    3: [[(0.28, 0.16), (0.5, 0.08), (0.7, 0.2), (0.6, 0.4), (0.42, 0.47), (0.64, 0.53), (0.74, 0.72), (0.56, 0.9),
         (0.26, 0.84)]],
    4: [[(0.6, 0.9), (0.6, 0.1), (0.22, 0.64), (0.8, 0.64)]],
    5: [[(0.72, 0.1), (0.34, 0.1), (0.3, 0.45), *arc(0.46, 0.66, 0.26, 0.23, 120, -140)]],
    6: [[(0.5, 0.08), (0.34, 0.4), *arc(0.48, 0.68, 0.2, 0.22, 160, 500)]],
    7: [[(0.22, 0.12), (0.74, 0.12), (0.4, 0.92)]],
    8: [[(0.68, 0.2), (0.5, 0.1), (0.32, 0.24), (0.4, 0.42), (0.62, 0.58), (0.7, 0.76), (0.5, 0.9), (0.3, 0.76),
         (0.4, 0.56), (0.62, 0.4), (0.7, 0.22)]],
    9: [[(0.68, 0.24), (0.5, 0.1), (0.32, 0.22), (0.34, 0.42), (0.52, 0.5), (0.68, 0.36), (0.68, 0.2), (0.66, 0.9)]],
}  # fmt: skip
CAREFUL = {  # as in a copybook
    **ROUND,
    0: [arc(0.5, 0.5, 0.34, 0.34, 100, 470)],
    1: [[(0.5, 0.1), (0.5, 0.9)]],
    3: [[(0.26, 0.12), (0.7, 0.12), (0.46, 0.42), *arc(0.45, 0.66, 0.25, 0.24, 80, -140)]],
    6: [[(0.7, 0.14), (0.5, 0.1), (0.32, 0.3), (0.26, 0.62), (0.36, 0.86), (0.58, 0.9), (0.72, 0.72), (0.6, 0.54),
         (0.4, 0.56), (0.28, 0.7)]],
    8: [arc(0.5, 0.3, 0.18, 0.2, 90, 450), arc(0.5, 0.7, 0.22, 0.2, 90, 450)],
    9: [[*arc(0.48, 0.32, 0.22, 0.21, 20, 380), (0.68, 0.6), (0.56, 0.84), (0.34, 0.9)]],
}  # fmt: skip
HANDS = {"round": ROUND, "quick": QUICK, "careful": CAREFUL}


def write(digit: int, hand: str, *, slant: float = 0, size: float = 1, at: tuple[float, float] = (0.5, 0.5),
          shake: np.random.RandomState | None = None) -> list[Points]:  # fmt: skip
    """Return the strokes of a digit, slanted, scaled and moved; `shake` makes the hand unsure."""
    strokes = []
    for stroke in HANDS[hand][digit]:
        x, y = np.array(stroke).T - 0.5
        points = size * np.array([x - slant * y, y]) + np.array(at)[:, None]
        if shake is not None:
            points = points + shake.normal(0, 0.008, points.shape)
        strokes.append([(float(a), float(b)) for a, b in np.clip(points, 0.01, 0.99).T])
    return strokes
