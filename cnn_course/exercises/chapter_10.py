"""Checks of the exercises of chapter 10."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("10.2")
def tiled1d(answer: Answer) -> None:
    """Kernel by kernel: every window with every kernel, and of these the one whose turn it is."""
    cases = [
        (np.array([1.5, -2, 3, 0.5, 4]), np.array([[1, 2], [-1, 0.5]])),
        (np.array([1, -2, 3, 0.5, 4, -1]), np.array([[1.5, 2], [-1, 3], [0, -4]])),
    ]
    for n, t, k in ((6, 2, 2), (9, 3, 2), (8, 2, 3), (7, 1, 3), (5, 4, 2), (4, 5, 2)):
        cases.append((answer.distinct(n), answer.distinct(t, k)))
    for x, kernels in cases:
        t, k = kernels.shape
        windows = range(len(x) - k + 1)
        all_of_them = [naive.correlate1d(x, kernel) for kernel in kernels]
        turned = [naive.correlate1d(x, kernel[::-1]) for kernel in kernels]
        expect(
            answer,
            x,
            kernels,
            gives=np.array([all_of_them[i % t][i] for i in windows]),
            slips=[
                ([turned[i % t][i] for i in windows], "The kernels are not turned: weight 0 meets the window's first."),
                (
                    [all_of_them[(i + 1) % t][i] for i in windows],
                    "Output 0 must use kernel 0; the textbook, which counts from 1, starts with the next.",
                ),
                ([all_of_them[i // t % t][i] for i in windows], "The next kernel's turn comes with every output."),
                (all_of_them[0], "All outputs use the first kernel; they must take turns."),
            ],
        )


@exercise("10.3")
def transposed1d(answer: Answer) -> None:
    """The stamps of `naive.conv_transpose2d`, for strides below, at and above the size of the kernel."""
    cases = [
        (np.array([1, -2, 0.5]), np.array([1.5, 3, -1]), 1, 0),
        (np.array([-2, 0.5, 3]), np.array([-1, 1.5]), 1, 1),
        (np.array([1, -2.5]), np.array([2, 3.5, -1]), 2, 1),
        (np.array([1.5, -2]), np.array([3.5, -1]), 4, 3),
    ]
    for m, k, stride, extra in ((4, 2, 1, 0), (3, 3, 2, 0), (3, 3, 2, 1), (2, 2, 2, 1), (3, 2, 4, 3), (1, 4, 1, 0)):
        cases.append((answer.distinct(m), answer.distinct(k), stride, extra))
    for y, kernel, stride, extra in cases:
        row, weight = y[None, None, None], kernel[None, None, None]
        right, turned = (
            naive.conv_transpose2d(row, w, stride=(1, stride), output_padding=(0, extra)).ravel()
            for w in (weight, weight[..., ::-1])
        )
        overwritten = np.zeros(len(right))
        for i, value in enumerate(y):
            overwritten[i * stride : i * stride + len(kernel)] = value * kernel
        expect(
            answer,
            y,
            kernel,
            stride,
            extra,
            gives=right,
            slips=[
                (turned, "The kernel is stamped as it is, without a turn."),
                (overwritten, "Where stamps overlap they add up; the later one must not replace the earlier."),
                (np.roll(right, extra), "The output padding comes at the end."),
                (right[: len(right) - extra], "The output padding is missing: that many outputs more, at the end."),
            ],
        )


@exercise("10.4")
def matrix_of_kernel(answer: Answer) -> None:
    """Show one pixel at a time to the definition: its outputs are the column of that pixel."""
    cases = [
        (np.array([[1.5, -2], [0, 3]]), 3, 3),
        (np.array([[1, 2.5, -3], [4, 0, -1]]), 3, 5),
        (np.array([[2, -0.5, 1]]), 1, 5),
    ]
    sizes = ((3, 5, 2, 3), (4, 3, 1, 2), (2, 4, 2, 1), (5, 3, 3, 3), (2, 3, 2, 3), (3, 2, 1, 1))
    cases += [(answer.distinct(k_h, k_w), height, width) for height, width, k_h, k_w in sizes]
    for kernel, height, width in cases:
        pixels = np.eye(height * width).reshape(-1, height, width)
        right, turned = (
            np.array([define(pixel, kernel).ravel() for pixel in pixels]).T
            for define in (naive.correlate2d, naive.convolve2d)
        )
        rolled = np.array([np.roll(right[0], output) for output in range(len(right))])
        expect(
            answer,
            kernel,
            height,
            width,
            gives=right,
            slips=[
                (turned, "That is the matrix of the true convolution, which turns the kernel."),
                (right.T, "That is the transpose: outputs belong to rows, pixels to columns."),
                (rolled, "From one row of outputs to the next the window moves on by more than one pixel."),
            ],
        )
