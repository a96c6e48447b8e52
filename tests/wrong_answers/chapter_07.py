"""Wrong answers to the exercises of chapter 7, each with the misconception behind it."""

import numpy as np

# 7.2


def pooled(x, kernel_size, stride, padding, fill=np.nan):
    """Return the largest and the mean of every window of the filled map; NaN is left out."""
    x = np.pad(x, [(p, p) for p in padding], constant_values=fill)
    rows, cols = ((n - k) // s + 1 for n, k, s in zip(x.shape, kernel_size, stride, strict=True))
    largest, mean = np.zeros((rows, cols)), np.zeros((rows, cols))
    for r, q in np.ndindex(rows, cols):
        top, left = r * stride[0], q * stride[1]
        window = x[top : top + kernel_size[0], left : left + kernel_size[1]]
        largest[r, q], mean[r, q] = np.nanmax(window), np.nanmean(window)
    return largest, mean


def pads_with_zeros(x, kernel_size, stride, padding):
    """Zeros around the map, for the maximum and for the average."""
    return pooled(x, kernel_size, stride, padding, fill=0)


def lets_a_zero_win(x, kernel_size, stride, padding):
    """Zeros around the map before the maximum; the average is right."""
    return pooled(x, kernel_size, stride, padding, fill=0)[0], pooled(x, kernel_size, stride, padding)[1]


def counts_the_padding(x, kernel_size, stride, padding):
    """The average divided by the size of the window, padding included."""
    return pooled(x, kernel_size, stride, padding)[0], pooled(x, kernel_size, stride, padding, fill=0)[1]


def forgets_the_padding(x, kernel_size, stride, padding):
    """Only windows that lie on the map."""
    return pooled(x, kernel_size, stride, (0, 0))


def never_overlaps(x, kernel_size, stride, padding):
    """Windows laid side by side, whatever the stride."""
    return pooled(x, kernel_size, kernel_size, padding)


def swaps_rows_and_columns(x, kernel_size, stride, padding):
    """Columns first in every pair."""
    return pooled(x, kernel_size[::-1], stride[::-1], padding[::-1])


def sums(x, kernel_size, stride, padding):
    """Sums in place of averages."""
    ones = pooled(np.ones_like(x), kernel_size, stride, padding, fill=0)[1] * kernel_size[0] * kernel_size[1]
    largest, mean = pooled(x, kernel_size, stride, padding)
    return largest, mean * ones


def averages_maxima(x, kernel_size, stride, padding):
    """The average taken of what max pooling has left."""
    largest, _ = pooled(x, kernel_size, stride, padding)
    return largest, np.full(largest.shape, largest.mean())


# 7.3


def bounds(n, outputs):
    """Return the first row and the row after the last of every output."""
    return [(i * n // outputs, -(-(i + 1) * n // outputs)) for i in range(outputs)]


def regions(x, rows, cols):
    """Yield every output's place and its region of the map, of all channels."""
    for r, (top, bottom) in enumerate(bounds(x.shape[1], rows)):
        for q, (left, right) in enumerate(bounds(x.shape[2], cols)):
            yield r, q, x[:, top:bottom, left:right]


def drops_the_remainder(x, rows, cols):
    """Windows of one size, so that the last rows and columns stay unread."""
    k_h, k_w = max(1, x.shape[1] // rows), max(1, x.shape[2] // cols)
    y = np.full((len(x), rows, cols), -np.inf)
    for r, q in np.ndindex(rows, cols):
        window = x[:, r * k_h : (r + 1) * k_h, q * k_w : (q + 1) * k_w]
        if window.size:
            y[:, r, q] = window.max(axis=(1, 2))
    return y


def gives_the_remainder_to_the_last(x, rows, cols):
    """Windows of one size, and the last one as large as it takes."""
    k_h, k_w = max(1, x.shape[1] // rows), max(1, x.shape[2] // cols)
    y = np.zeros((len(x), rows, cols))
    for r, q in np.ndindex(rows, cols):
        bottom = None if r == rows - 1 else (r + 1) * k_h
        right = None if q == cols - 1 else (q + 1) * k_w
        y[:, r, q] = x[:, r * k_h : bottom, q * k_w : right].max(axis=(1, 2))
    return y


def starts_from_zero(x, rows, cols):
    """The largest number so far starts at 0, which no negative number exceeds."""
    y = np.zeros((len(x), rows, cols))
    for r, q, region in regions(x, rows, cols):
        y[:, r, q] = np.maximum(0, region.max(axis=(1, 2)))
    return y


def mixes_the_channels(x, rows, cols):
    """The maximum over all channels, given to each."""
    y = np.zeros((len(x), rows, cols))
    for r, q, region in regions(x, rows, cols):
        y[:, r, q] = region.max()
    return y


def pools_the_depth(x, rows, cols):
    """Pooling changes the depth: one map for all channels."""
    return mixes_the_channels(x, rows, cols)[:1]


def rounds_both_ends_down(x, rows, cols):
    """No overlaps: each output ends where the next begins."""
    y = np.zeros((len(x), rows, cols))
    for r, q in np.ndindex(rows, cols):
        top, bottom = r * x.shape[1] // rows, (r + 1) * x.shape[1] // rows
        left, right = q * x.shape[2] // cols, (q + 1) * x.shape[2] // cols
        y[:, r, q] = x[:, top:bottom, left:right].max(axis=(1, 2))
    return y


def divides_rows_by_columns(x, rows, cols):
    """Height and width swapped."""
    return starts_from_zero(x - x.min() + 1, cols, rows).swapaxes(1, 2) + x.min() - 1


def averages(x, rows, cols):
    """The average in place of the maximum."""
    y = np.zeros((len(x), rows, cols))
    for r, q, region in regions(x, rows, cols):
        y[:, r, q] = region.mean(axis=(1, 2))
    return y


WRONG = {
    "7.2": [
        pads_with_zeros,
        lets_a_zero_win,
        counts_the_padding,
        forgets_the_padding,
        never_overlaps,
        swaps_rows_and_columns,
        sums,
        averages_maxima,
    ],
    "7.3": [
        drops_the_remainder,
        gives_the_remainder_to_the_last,
        starts_from_zero,
        mixes_the_channels,
        pools_the_depth,
        rounds_both_ends_down,
        divides_rows_by_columns,
        averages,
    ],
}
