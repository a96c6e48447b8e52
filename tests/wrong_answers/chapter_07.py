"""Wrong answers to the exercises of chapter 7, each with the misconception behind it."""

import numpy as np

import cnn_course as cc

# 7.2


def pooled(x, kernel_size, stride, padding, fill=np.nan):
    """Return the largest and the mean of every window of the filled map; NaN is left out."""
    x = np.pad(x.astype(float), [(p, p) for p in padding], constant_values=fill)
    rows, cols = ((n - k) // s + 1 for n, k, s in zip(x.shape, kernel_size, stride, strict=True))
    largest, mean = np.zeros((rows, cols)), np.zeros((rows, cols))
    for r, q in np.ndindex(rows, cols):
        top, left = r * stride[0], q * stride[1]
        window = x[top : top + kernel_size[0], left : left + kernel_size[1]]
        pixels = window[~np.isnan(window)]
        largest[r, q] = pixels.max(initial=-np.inf)
        mean[r, q] = pixels.sum() / max(pixels.size, 1)
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


def starts_from_zero(x, kernel_size, stride, padding):
    """The largest number so far starts at 0, which no negative number exceeds."""
    largest, mean = pooled(x, kernel_size, stride, padding)
    return np.maximum(largest, 0), mean


def marks_with_a_number(x, kernel_size, stride, padding):
    """A number that looks small enough as the mark of the padding; a map may hold smaller ones."""
    return pooled(x, kernel_size, stride, padding, fill=-999)[0], pooled(x, kernel_size, stride, padding)[1]


def takes_zeros_for_padding(x, kernel_size, stride, padding):
    """Zeros around the map, and the average of what is not 0: a pixel may be 0, too."""
    holes = np.where(x == 0, np.nan, x)
    return pooled(x, kernel_size, stride, padding)[0], pooled(holes, kernel_size, stride, padding)[1]


def cuts_windows_at_the_beginning_only(x, kernel_size, stride, padding):
    """Pixels counted with the padding of the first rows and columns left out, but not that of the last."""
    after = [(0, p) for p in padding]
    mean = pooled(np.pad(x, after), kernel_size, stride, padding)[1]
    largest = pooled(x, kernel_size, stride, padding)[0]
    return largest, mean[: len(largest), : largest.shape[1]]


def lets_a_zero_win_at_the_end(x, kernel_size, stride, padding):
    """Windows cut at the first row and column, but with zeros behind the last."""
    after = [(0, p) for p in padding]
    largest = pooled(np.pad(x, after), kernel_size, stride, padding)[0]
    mean = pooled(x, kernel_size, stride, padding)[1]
    return largest[: len(mean), : mean.shape[1]], mean


def repeats_the_border(x, kernel_size, stride, padding):
    """The pixels at the border repeated in the padding: no maximum changes, but averages do."""
    return pooled(np.pad(x, [(p, p) for p in padding], mode="edge"), kernel_size, stride, (0, 0))


def whole_maxima(x, kernel_size, stride, padding):
    """Maxima cut down to whole numbers by an array of integers."""
    largest, mean = pooled(x, kernel_size, stride, padding)
    return largest.astype(int), mean


def whole_averages(x, kernel_size, stride, padding):
    """Averages rounded down by a whole division."""
    largest, mean = pooled(x, kernel_size, stride, padding)
    return largest, np.floor(mean)


def square_windows(x, kernel_size, stride, padding):
    """Windows as wide as they are high."""
    return pooled(x, (kernel_size[0], kernel_size[0]), stride, padding)


def one_stride(x, kernel_size, stride, padding):
    """The step down the rows taken along the columns, too."""
    return pooled(x, kernel_size, (stride[0], stride[0]), padding)


def one_padding(x, kernel_size, stride, padding):
    """As much padding beside the map as above it."""
    return pooled(x, kernel_size, stride, (padding[0], padding[0]))


def pads_before_only(x, kernel_size, stride, padding):
    """Padding above and to the left alone."""
    shifted = np.pad(x.astype(float), [(p, 0) for p in padding], constant_values=np.nan)
    return pooled(shifted, kernel_size, stride, (0, 0))


def includes_windows_at_the_end(x, kernel_size, stride, padding):
    """Ceil mode: a window that reaches over the end of the padding is computed, too."""
    sizes = (n + 2 * p - k for n, p, k in zip(x.shape, padding, kernel_size, strict=True))
    missing = [(0, -size % step) for size, step in zip(sizes, stride, strict=True)]
    return pooled(np.pad(x.astype(float), missing, constant_values=np.nan), kernel_size, stride, padding)


def largest_size(x, kernel_size, stride, padding):
    """The largest number without its sign."""
    return pooled(np.abs(x), kernel_size, stride, padding)[0], pooled(x, kernel_size, stride, padding)[1]


def average_first(x, kernel_size, stride, padding):
    """The average before the maximum."""
    return pooled(x, kernel_size, stride, padding)[::-1]


def middle_of_the_range(x, kernel_size, stride, padding):
    """The average of the largest and the smallest in place of that of all pixels."""
    largest, smallest = pooled(x, kernel_size, stride, padding)[0], -pooled(-x, kernel_size, stride, padding)[0]
    return largest, (largest + smallest) / 2


def shifts_the_map(x, kernel_size, stride, padding):
    """The caller's map made positive, so that a zero cannot win."""
    lowest = x.min()
    x -= lowest
    return tuple(y + lowest for y in pooled(x, kernel_size, stride, padding))


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


def starts_at_zero(x, rows, cols):
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
    return starts_at_zero(x - x.min() + 1, cols, rows).swapaxes(1, 2) + x.min() - 1


def averages(x, rows, cols):
    """The average in place of the maximum."""
    y = np.zeros((len(x), rows, cols))
    for r, q, region in regions(x, rows, cols):
        y[:, r, q] = region.mean(axis=(1, 2))
    return y


def pool_between(x, rows, cols, limits):
    """Return the maxima between limits(n, outputs) along each axis."""
    y = np.zeros((len(x), rows, cols))
    for r, (top, bottom) in enumerate(limits(x.shape[1], rows)):
        for q, (left, right) in enumerate(limits(x.shape[2], cols)):
            y[:, r, q] = x[:, top:bottom, left:right].max(axis=(1, 2))
    return y


def one_size_rounded_up(x, rows, cols):
    """Every window as large as the largest one: from the right place on, but one too far."""
    return pool_between(x, rows, cols, lambda n, m: [(i * n // m, i * n // m - (-n // m)) for i in range(m)])


def one_size_with_even_steps(x, rows, cols):
    """A fixed stride and window: strides of n // m, and windows of what the last one needs."""

    def limits(n, m):
        step = n // m
        return [(min(i * step, n - 1), i * step + n - (m - 1) * step) for i in range(m)]

    return pool_between(x, rows, cols, limits)


def splits_the_array(x, rows, cols):
    """`np.array_split`: parts side by side, the larger ones first, and empty ones if there are too few pixels."""
    y = np.full((len(x), rows, cols), -np.inf)
    for r, band in enumerate(np.array_split(x, rows, axis=1)):
        for q, part in enumerate(np.array_split(band, cols, axis=2)):
            if part.size:
                y[:, r, q] = part.max(axis=(1, 2))
    return y


def rounds_to_the_nearest(x, rows, cols):
    """Bounds at the nearest pixel, the next window where the last one ends."""

    def limits(n, m):
        return [(min(round(i * n / m), n - 1), max(round((i + 1) * n / m), round(i * n / m) + 1)) for i in range(m)]

    return pool_between(x, rows, cols, limits)


def always_one_more(x, rows, cols):
    """The end rounded down plus one: one pixel too many where the division leaves no remainder."""
    return pool_between(x, rows, cols, lambda n, m: [(i * n // m, (i + 1) * n // m + 1) for i in range(m)])


def leaves_the_last_pixel_out(x, rows, cols):
    """The end counted as if it belonged to no window."""
    return pool_between(x, rows, cols, lambda n, m: [(a, max(a + 1, b - 1)) for a, b in bounds(n, m)])


def rounds_both_ends_up(x, rows, cols):
    """A start rounded up, so that no pixel is shared."""
    return pool_between(
        x, rows, cols, lambda n, m: [(min(-(-i * n // m), n - 1), -(-(i + 1) * n // m)) for i in range(m)]
    )


def bounds_of_the_rows(x, rows, cols):
    """Columns divided as if the map were square."""
    y = np.zeros((len(x), rows, cols))
    for r, (top, bottom) in enumerate(bounds(x.shape[1], rows)):
        for q, (left, right) in enumerate(bounds(x.shape[1], cols)):
            part = x[:, top:bottom, left:right]
            y[:, r, q] = part.max(axis=(1, 2)) if part.size else x[:, top:bottom, -1].max(axis=1)
    return y


def whole_numbers(x, rows, cols):
    """Maxima cut down to whole numbers by an array of integers."""
    return pool_between(x, rows, cols, bounds).astype(int)


def without_signs(x, rows, cols):
    """The largest number without its sign."""
    return pool_between(np.abs(x), rows, cols, bounds)


def only_makes_smaller(x, rows, cols):
    """Where more outputs are wanted than there are pixels, the map as it is, filled up with its last pixel."""
    missing = [(0, 0), (0, max(0, rows - x.shape[1])), (0, max(0, cols - x.shape[2]))]
    return pool_between(np.pad(x, missing, mode="edge"), rows, cols, bounds)


def takes_each_pixel_once(x, rows, cols):
    """A pixel that has won is crossed out in the caller's map."""
    y = np.zeros((len(x), rows, cols))
    for r, q, region in regions(x, rows, cols):
        y[:, r, q] = region.max(axis=(1, 2))
        region[region == y[:, r, q, None, None]] = -np.inf
    return y


# 7.5


def compared(pool, x, window=(2, 3), stride=(1, 2), padding=(1, 0), same=np.array_equal):
    """Tell whether a pool gives something else than the right one."""
    right = cc.max_pool2d(x, window, stride=stride, padding=padding)
    return not same(pool(x, window, stride, padding), right)


MAP = np.random.RandomState(0).rand(1, 1, 9, 14)


def tries_squares(pool):
    """Every pair holds one number twice, so that nothing can be mixed up."""
    return compared(pool, MAP[..., :9], (2, 2), (1, 1), (1, 1))


def tries_no_padding(pool):
    """No padding is the same along both axes."""
    return compared(pool, MAP, padding=(0, 0))


def tries_one_stride(pool):
    """Window and padding differ, the stride does not."""
    return compared(pool, MAP, stride=(2, 2))


def tries_a_square_window(pool):
    """Stride and padding differ, the window does not."""
    return compared(pool, MAP, (2, 2))


def counts_the_outputs(pool):
    """Rows and columns swapped leave as many outputs."""
    return compared(pool, MAP[..., :9], same=lambda y, right: y.size == right.size)


def compares_sorted_numbers(pool):
    """A transposed result holds the same numbers."""
    return compared(pool, MAP, same=lambda y, right: np.array_equal(np.sort(y, axis=None), np.sort(right, axis=None)))


def tries_a_map_of_ones(pool):
    """A square map of ones: every maximum is 1, and only the number of outputs could tell."""
    return compared(pool, np.ones((1, 1, 6, 6)), (3, 3), (1, 1), (1, 1))


def looks_at_rows_only(pool):
    """Only the number of rows is compared."""
    return compared(pool, MAP, same=lambda y, right: y.shape[2] == right.shape[2])


def compares_number_by_number(pool):
    """A truth value for each output in place of one."""
    y = pool(MAP, (2, 3), (1, 2), (1, 0))
    right = cc.max_pool2d(MAP, (2, 3), stride=(1, 2), padding=(1, 0))
    return y != right if y.shape == right.shape else True


def says_whether_it_is_right(pool):
    """The opposite of what is asked."""
    return not compared(pool, MAP)


def suspects_every_pool(pool):
    """All are said to mix something up."""
    return True


def trusts_every_pool(pool):
    """None is said to mix anything up."""
    return False


def hands_over_single_numbers(pool):
    """One number for both axes, which the pool refuses."""
    return compared(pool, MAP, 2, 2, 1)


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
        starts_from_zero,
        marks_with_a_number,
        takes_zeros_for_padding,
        cuts_windows_at_the_beginning_only,
        lets_a_zero_win_at_the_end,
        repeats_the_border,
        whole_maxima,
        whole_averages,
        square_windows,
        one_stride,
        one_padding,
        pads_before_only,
        includes_windows_at_the_end,
        largest_size,
        average_first,
        middle_of_the_range,
        shifts_the_map,
    ],
    "7.3": [
        drops_the_remainder,
        gives_the_remainder_to_the_last,
        starts_at_zero,
        mixes_the_channels,
        pools_the_depth,
        rounds_both_ends_down,
        divides_rows_by_columns,
        averages,
        one_size_rounded_up,
        one_size_with_even_steps,
        splits_the_array,
        rounds_to_the_nearest,
        always_one_more,
        leaves_the_last_pixel_out,
        rounds_both_ends_up,
        bounds_of_the_rows,
        whole_numbers,
        without_signs,
        only_makes_smaller,
        takes_each_pixel_once,
    ],
    "7.5": [
        tries_squares,
        tries_no_padding,
        tries_one_stride,
        tries_a_square_window,
        counts_the_outputs,
        compares_sorted_numbers,
        tries_a_map_of_ones,
        looks_at_rows_only,
        compares_number_by_number,
        says_whether_it_is_right,
        suspects_every_pool,
        trusts_every_pool,
        hands_over_single_numbers,
    ],
}
