"""Checks of the exercises of chapter 1."""

from collections.abc import Callable

import numpy as np

from .. import conv, naive
from .checking import Answer, exercise, expect, require


@exercise("1.4")
def same(answer: Answer) -> None:
    """The middle of the full convolution, for odd and even kernels and one longer than the signal."""
    sizes = [(4, 3), (6, 1), (6, 2), (6, 4), (5, 5), (3, 4), (2, 5), (1, 2), *answer.draw(4, (1, 7), (1, 7))]
    for n, k in sizes:
        x, kernel = answer.random.choice(np.r_[-9:0, 1:10], n), answer.random.choice(np.r_[-9:0, 1:10], k) / 2
        full, unflipped, start = naive.convolve1d(x, kernel), naive.convolve1d(x, kernel[::-1]), (k - 1) // 2
        wrapped = np.array(
            [sum(kernel[j] * x[(i + start - j) % n] for j in range(k) if i + start - j < n) for i in range(n)]
        )
        repeated = np.array([sum(kernel[j] * x[np.clip(i + start - j, 0, n - 1)] for j in range(k)) for i in range(n)])
        slips = [
            (unflipped[start : start + n], "The kernel is not flipped: this is a cross-correlation."),
            (full[k // 2 : k // 2 + n], "Of an even kernel, drop the odd number at the end, not at the start."),
            (full[:n], "This is the beginning of full, not its middle."),
            (wrapped, "A negative index counts from the end of the signal: outside it there are zeros."),
            (repeated, "Outside the signal there are zeros, not copies of its ends."),
        ]
        expect(answer, x, kernel, gives=full[start : start + n], slips=slips)


@exercise("1.5")
def flips(answer: Answer) -> None:
    """Tell convolution from cross-correlation in whatever mode, in an order that is drawn."""
    functions = [(np.convolve, True), (np.correlate, False), (conv.convolve1d, True), (conv.correlate1d, False)]
    cases = [(function, mode, flips) for function, flips in functions for mode in ("valid", "same", "full")]
    for place in [0, *answer.random.permutation(len(cases)), *answer.random.randint(0, len(cases), 3)]:
        function, mode, flips = cases[place]
        kernels: list[np.ndarray] = []
        slips = [(not flips, f"It computes a {'convolution' if flips else 'cross-correlation'}, in mode {mode}.")]
        expect(answer, listening(function, mode, kernels), gives=flips, slips=slips)
        require(answer, len(kernels) == 1, f"Call the operation once; {answer.name} calls it {len(kernels)} times.")


def listening(function: Callable[..., np.ndarray], mode: str, kernels: list[np.ndarray]) -> Callable[..., np.ndarray]:
    """Return the operation in a mode; it keeps the kernels that it is given."""

    def operation(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        kernels.append(kernel)
        return function(x, kernel, mode)

    return operation
