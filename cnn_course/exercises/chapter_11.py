"""Checks of the exercises of chapter 11."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("11.2")
def average_same(answer: Answer) -> None:
    """Put the row between NaNs, which mark what is not real, and average what is left of every window."""
    random = np.random.RandomState(0)
    for n, k, stride in ((8, 5, 4), (4, 3, 2), (5, 3, 2), (7, 3, 1), (6, 4, 1), (10, 4, 3), (9, 2, 4), (5, 1, 2)):
        x = random.permutation(n * n)[:n].astype(float)
        n_out = len(range(0, n, stride))
        zeros = len(range(n, (n_out - 1) * stride + k))
        before = after = 0
        while before + after < zeros:
            before, after = (before, after + 1) if before == after else (before + 1, after)

        def averages(before, after, mean=np.nanmean, border=np.nan, x=x, k=k, stride=stride):
            padded = np.concatenate([np.full(before, border), x, np.full(after, border)])
            return np.array([mean(padded[start : start + k]) for start in range(0, len(padded) - k + 1, stride)])

        ends = np.pad(x, (before, after), mode="edge")
        expect(
            answer,
            x,
            k,
            stride,
            gives=averages(before, after),
            slips=[
                (averages(before, after, np.mean, 0.0), "Divide by the number of real pixels, not by the size."),
                (averages(after, before), "The odd place of padding comes after the last pixel."),
                (averages(0, 0), "That is valid: pixels at the end get no window of their own."),
                (averages((k - 1) // 2, k // 2), "With a stride there is less padding than k - 1 places."),
                (
                    np.array([ends[start : start + k].mean() for start in range(0, n_out * stride, stride)]),
                    "That repeats the pixel at the end, as Keras does on PyTorch.",
                ),
            ],
        )


@exercise("11.3")
def depthwise_from_keras(answer: Answer) -> None:
    """Add up the outputs of Keras' layout in loops, and let the definition use the weight that comes back."""
    random = np.random.RandomState(0)
    for k_h, k_w, channels, m in ((2, 3, 4, 2), (3, 2, 2, 3), (1, 2, 3, 1), (3, 3, 2, 2)):
        kernel = random.permutation(k_h * k_w * channels * m).reshape(k_h, k_w, channels, m).astype(float)
        weight = np.empty((channels * m, 1, k_h, k_w))
        for i, j, c, q in np.ndindex(kernel.shape):
            weight[c * m + q, 0, i, j] = kernel[i, j, c, q]
        # The layer itself: output q of channel c is a cross-correlation with kernel[:, :, c, q].
        x = random.randn(1, channels, 4, 5)
        for c, q in np.ndindex(channels, m):
            alone = naive.conv2d(x[:, c : c + 1], kernel[None, None, :, :, c, q])
            np.testing.assert_allclose(naive.conv2d(x, weight, groups=channels)[:, c * m + q], alone[:, 0])
        interleaved = kernel.transpose(3, 2, 0, 1).reshape(channels * m, 1, k_h, k_w)
        swapped = kernel.transpose(2, 3, 1, 0).reshape(channels * m, 1, k_w, k_h)
        expect(
            answer,
            kernel,
            gives=weight,
            slips=[
                (interleaved, "The filters of one channel stand together: c comes before q."),
                (swapped, "Rows and columns of the kernels are swapped."),
                (kernel.reshape(channels * m, 1, k_h, k_w), "A reshape alone does not move axes: transpose first."),
            ],
        )


@exercise("11.4")
def dense_from_keras(answer: Answer) -> None:
    """Find each place of the volume in Keras' order and write its weights where ours has it."""
    random = np.random.RandomState(0)
    for channels, height, width, n_out in ((2, 3, 4, 5), (3, 2, 2, 1), (1, 4, 3, 2), (4, 1, 2, 3)):
        size = channels * height * width
        weight = random.permutation(size * n_out).reshape(size, n_out).astype(float)
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
            ],
        )
