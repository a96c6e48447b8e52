"""Checks of the exercises of chapter 2."""

from itertools import product

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect, require


@exercise("2.4")
def strict(answer: Answer) -> None:
    """A kernel for which the pattern, and no other window, scores highest: patterns against every window."""
    for shape in [(1, 2), (2, 2), (2, 3), (3, 2), (3, 3), (2, 4)]:
        windows = np.array(list(product([0.0, 1.0], repeat=shape[0] * shape[1])))
        # All patterns of the small shapes, of the others four that are drawn.
        for at in range(len(windows)) if len(windows) < 100 else answer.random.choice(len(windows), 4, replace=False):
            pattern = windows[at].reshape(shape)
            kernel = answer.array(pattern, shape=shape)
            scores = np.array([naive.correlate2d(window.reshape(shape), kernel)[0, 0] for window in windows])
            rival = int(np.argmax(np.where(np.arange(len(windows)) == at, -np.inf, scores)))
            require(
                answer,
                scores[at] > scores[rival] + 1e-9,
                f"Another window scores as much as the pattern, or more: {windows[rival].reshape(shape).tolist()} "
                f"scores {scores[rival]:g}, the pattern {scores[at]:g} with the kernel {answer.call(pattern)}.",
            )


@exercise("2.5")
def stamp(answer: Answer) -> None:
    """Scaled copies of the kernel, added up, are the full convolution."""
    sizes = [(1, 1, 2, 3), (2, 2, 1, 2), (3, 4, 2, 3), (4, 3, 1, 2), (2, 3, 3, 2), (2, 2, 4, 5)]
    for h, w, k_h, k_w in [*sizes, *answer.draw(3, (1, 4), (1, 4), (1, 4), (1, 4))]:
        x, kernel = answer.random.randint(-9, 10, (h, w)), answer.random.randint(1, 10, (k_h, k_w)) / 2
        padded = np.pad(x, ((k_h - 1, k_h - 1), (k_w - 1, k_w - 1)))
        last = np.zeros((h + k_h - 1, w + k_w - 1))
        for r, s in np.ndindex(h, w):
            last[r : r + k_h, s : s + k_w] = x[r, s] * kernel
        slips = [
            (naive.correlate2d(padded, kernel), "You turned the kernel: a copy keeps its direction."),
            (last, "Where two copies overlap their numbers add up."),
            (naive.convolve2d(np.maximum(padded, 0), kernel), "A pixel below 0 puts down a copy, too."),
        ]
        expect(answer, x, kernel, gives=naive.convolve2d(padded, kernel), slips=slips)
