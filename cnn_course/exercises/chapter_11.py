"""Checks of the exercises of chapter 11."""

from collections.abc import Callable

import numpy as np

from .checking import Answer, exercise, expect


@exercise("11.2")
def average_same(answer: Answer) -> None:
    """Put the row between NaNs, which mark what is not real, and average what is left of every window."""
    row = np.array([1.5, -2, 4, 0.5, 3, -1, 2, 5.5])
    cases = [
        (row, 5, 4),
        (row, 2, 4),
        (np.array([0.0, 3, 0, 6]), 3, 2),
        (np.array([2.5, -1, 4]), 5, 2),
    ]
    for n, k, stride in ((8, 5, 4), (4, 3, 2), (5, 3, 2), (7, 3, 1), (6, 4, 1), (10, 4, 3), (9, 2, 4), (7, 1, 4)):
        cases.append((answer.distinct(n), k, stride))
    for x, k, stride in cases:
        n_out = len(range(0, len(x), stride))
        zeros = (n_out - 1) * stride + k - len(x)
        before, after = max(zeros, 0) // 2, max(zeros + 1, 0) // 2

        def averages(
            before: int,
            after: int,
            mean: Callable = np.nanmean,
            border: float = np.nan,
            *,
            x: np.ndarray = x,
            k: int = k,
            stride: int = stride,
        ) -> np.ndarray:
            padded = np.concatenate([np.full(before, border), x, np.full(after, border)])
            return np.array([mean(padded[start : start + k]) for start in range(0, len(padded) - k + 1, stride)])

        ends = np.pad(x, (before, after), mode="edge")
        slips: list[tuple[object, str]] = [
            (averages(before, after, np.mean, 0.0), "Divide by the number of real pixels, not by the size."),
            (averages(after, before), "The odd place of padding comes after the last pixel."),
            (averages(0, 0), "That is valid: pixels at the end get no window of their own."),
            (averages((k - 1) // 2, k // 2), "With a stride there is less padding than k - 1 places."),
            (
                np.array([ends[start : start + k].mean() for start in range(0, n_out * stride, stride)]),
                "That repeats the pixel at the end, as Keras does on PyTorch.",
            ),
        ]
        if zeros < 0:
            late = [x[start : start + k].mean() for start in range(-(zeros // 2), len(x), stride)]
            slips.append((late, "No padding is needed here, and there is none below 0: max(..., 0)."))
        expect(answer, x, k, stride, gives=averages(before, after), slips=slips)


@exercise("11.3")
def depthwise_from_keras(answer: Answer) -> None:
    """Write each weight of Keras' layout to its place: output c * m + q is filter q of channel c."""
    cases = [np.arange(-8.5, 15).reshape(2, 2, 3, 2)]
    sizes = ((2, 3, 4, 2), (3, 2, 2, 3), (1, 2, 3, 1), (3, 3, 2, 2))
    for kernel in cases + [answer.distinct(*size) for size in sizes]:
        k_h, k_w, channels, m = kernel.shape
        weight = np.empty((channels * m, 1, k_h, k_w))
        for i, j, c, q in np.ndindex(kernel.shape):
            weight[c * m + q, 0, i, j] = kernel[i, j, c, q]
        interleaved = kernel.transpose(3, 2, 0, 1).reshape(weight.shape)
        swapped = kernel.transpose(2, 3, 1, 0).reshape(channels * m, 1, k_w, k_h)
        expect(
            answer,
            kernel,
            gives=weight,
            slips=[
                (interleaved, "The filters of one channel stand together: c comes before q."),
                (swapped, "Rows and columns of the kernels are swapped."),
                (kernel.reshape(weight.shape), "A reshape alone does not move axes: transpose first."),
                (weight[..., ::-1, ::-1], "Both libraries cross-correlate: no kernel is turned."),
            ],
        )


@exercise("11.4")
def dense_from_keras(answer: Answer) -> None:
    """Find each place of the volume in Keras' order and write its weights where ours has it."""
    cases = [(np.arange(-8.5, 3).reshape(6, 2), (2, 1, 3)), (np.arange(-8.5, 15).reshape(12, 2), (2, 3, 2))]
    for volume, n_out in (((2, 3, 4), 5), ((3, 2, 2), 1), ((1, 4, 3), 2), ((4, 1, 2), 3), ((2, 2, 2), 8)):
        cases.append((answer.distinct(volume[0] * volume[1] * volume[2], n_out), volume))
    for weight, (channels, height, width) in cases:
        size, n_out = weight.shape
        right = np.empty((n_out, size))
        for place, (c, row, col) in enumerate(np.ndindex(channels, height, width)):
            right[:, place] = weight[(row * width + col) * channels + c]
        expect(
            answer,
            weight,
            (channels, height, width),
            gives=right,
            slips=[
                (weight.T, "Its inputs are still in the order of channels last."),
                (weight.reshape(n_out, size), "A reshape alone does not move axes: transpose."),
                (right.T, "Outputs come first here: (n_out, C * H * W)."),
                (
                    weight.reshape(channels, height, width, n_out).transpose(3, 1, 2, 0).reshape(n_out, size),
                    "In Keras the channels are the last axis that was flattened, not the first.",
                ),
                (
                    weight.reshape(height, width, channels, n_out).T.reshape(n_out, size),
                    "Rows come before columns: `.T` swaps them.",
                ),
            ],
        )
