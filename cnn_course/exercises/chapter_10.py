"""Checks of the exercises of chapter 10."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("10.2")
def tiled1d(answer: Answer) -> None:
    """Kernel by kernel: every window with every kernel, and of these the one whose turn it is."""
    random = np.random.RandomState(0)
    for n, t, k in ((6, 2, 2), (9, 3, 2), (8, 2, 3), (7, 1, 3), (5, 4, 2)):
        x, kernels = random.permutation(n) + 1.0, random.permutation(t * k).reshape(t, k) + 1.0
        all_of_them = [naive.correlate1d(x, kernel) for kernel in kernels]
        here, there = ([all_of_them[(i + first) % t][i] for i in range(n - k + 1)] for first in (0, 1))
        expect(
            answer,
            x,
            kernels,
            gives=np.array(here),
            slips=[
                (there, "Output 0 must use kernel 0; the textbook, which counts from 1, starts with the next."),
                (all_of_them[0], "All outputs use the first kernel; they must take turns."),
            ],
        )


@exercise("10.3")
def transposed1d(answer: Answer) -> None:
    """The stamps of `naive.conv_transpose2d`, for strides below, at and above the size of the kernel."""
    random = np.random.RandomState(0)
    for m, k, stride, extra in ((4, 2, 1, 0), (3, 3, 2, 0), (3, 3, 2, 1), (2, 2, 2, 1), (3, 2, 4, 3), (1, 4, 1, 0)):
        y, kernel = random.permutation(m) + 1.0, random.permutation(k) + 1.0
        row, weight = y.reshape(1, 1, 1, m), kernel.reshape(1, 1, 1, k)
        right, turned = (
            naive.conv_transpose2d(row, w, stride=(1, stride), output_padding=(0, extra)).ravel()
            for w in (weight, weight[..., ::-1])
        )
        expect(
            answer,
            y,
            kernel,
            stride,
            extra,
            gives=right,
            slips=[
                (turned, "The kernel is stamped as it is, without a turn."),
                (np.roll(right, extra), "The output padding comes at the end."),
            ],
        )


@exercise("10.4")
def matrix_of_kernel(answer: Answer) -> None:
    """Show one pixel at a time to the definition: its outputs are the column of that pixel."""
    random = np.random.RandomState(0)
    for height, width, k_h, k_w in ((3, 3, 2, 2), (3, 5, 2, 3), (4, 3, 1, 2), (2, 4, 2, 1), (5, 3, 3, 3)):
        kernel = random.permutation(k_h * k_w).reshape(k_h, k_w) + 1.0
        pixels = np.eye(height * width).reshape(-1, height, width)
        right, turned = (
            np.array([define(pixel, kernel).ravel() for pixel in pixels]).T
            for define in (naive.correlate2d, naive.convolve2d)
        )
        expect(
            answer,
            kernel,
            height,
            width,
            gives=right,
            slips=[
                (turned, "That is the matrix of the true convolution, which turns the kernel."),
                (right.T, "That is the transpose: outputs belong to rows, pixels to columns."),
            ],
        )
