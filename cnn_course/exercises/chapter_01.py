"""Checks of the exercises of chapter 1."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("1.4")
def same(answer: Answer) -> None:
    """The middle of the full convolution, for odd and even kernels and one longer than the signal."""
    rng = np.random.RandomState(0)
    for n, k in [(6, 1), (6, 2), (6, 3), (6, 4), (5, 5), (3, 4), (2, 5)]:
        x, kernel = rng.randint(1, 10, n).astype(float), rng.randint(1, 10, k).astype(float)
        full, unflipped, start = naive.convolve1d(x, kernel), naive.convolve1d(x, kernel[::-1]), (k - 1) // 2
        wrapped = np.array([sum(kernel[j] * x[(i + start - j) % n] for j in range(k)) for i in range(n)])
        slips = [
            (unflipped[start : start + n], "The kernel is not flipped: this is a cross-correlation."),
            (full[k // 2 : k // 2 + n], "Of an even kernel, drop the odd number at the end, not at the start."),
            (full[:n], "This is the beginning of full, not its middle."),
            (wrapped, "A negative index counts from the end of the signal: outside it there are zeros."),
        ]
        expect(answer, x, kernel, gives=full[start : start + n], slips=slips)


@exercise("1.5")
def flips(answer: Answer) -> None:
    """Tell convolution from cross-correlation, in whatever mode."""
    for operation in (convolve_valid, convolve_same, convolve_full):
        expect(answer, operation, gives=True)
    for operation in (correlate_valid, correlate_same, correlate_full, flip_twice):
        expect(answer, operation, gives=False)


def convolve_valid(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.convolve(x, kernel, "valid")


def convolve_same(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.convolve(x, kernel, "same")


def convolve_full(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.convolve(x, kernel, "full")


def correlate_valid(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.correlate(x, kernel, "valid")


def correlate_same(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.correlate(x, kernel, "same")


def correlate_full(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.correlate(x, kernel, "full")


def flip_twice(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.convolve(x, kernel[::-1], "full")
