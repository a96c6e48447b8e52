"""Wrong answers to the exercises of chapter 4, each with the misconception behind it."""

import numpy as np


def half_of_k(k, dilation):
    """Half of k, rounded down, on both sides: an even kernel gains a pixel."""
    return dilation * k // 2, dilation * k // 2


def rounded_up(k, dilation):
    """(k - 1) / 2 rounded up on both sides, as Lecture A has it."""
    half = -(-dilation * (k - 1) // 2)
    return half, half


def rounded_down(k, dilation):
    """(k - 1) / 2 rounded down on both sides: an even kernel loses a pixel."""
    half = dilation * (k - 1) // 2
    return half, half


def total_on_each_side(k, dilation):
    """The total taken for the amount on each side, which is full padding."""
    return dilation * (k - 1), dilation * (k - 1)


def extra_zero_first(k, dilation):
    """The extra zero of an even kernel comes first, as in the centred part of the full output."""
    total = dilation * (k - 1)
    return total - total // 2, total // 2


def without_dilation(k, dilation):
    """Dilation forgotten: the taps are counted, not how far they reach."""
    return (k - 1) // 2, k // 2


def dilation_from_zero(k, dilation):
    """Dilation counted from 0: one hole too many between two taps."""
    total = (dilation + 1) * (k - 1)
    return total // 2, total - total // 2


def holes_after_the_last_tap(k, dilation):
    """The span taken as dilation times k."""
    total = dilation * k - 1
    return total // 2, total - total // 2


def half_a_zero(k, dilation):
    """The total divided by two is taken for a number of zeros."""
    return dilation * (k - 1) / 2, dilation * (k - 1) / 2


def whole_floats(k, dilation):
    """A pad width of 2.0 is none."""
    before = np.floor(dilation * (k - 1) / 2)
    return before, dilation * (k - 1) - before


def rounded_to_even(k, dilation):
    """`round` takes a half to the even number, so before is sometimes larger."""
    before = round(dilation * (k - 1) / 2)
    return before, dilation * (k - 1) - before


def after_only(k, dilation):
    """All zeros come after the last pixel."""
    return 0, dilation * (k - 1)


def before_only(k, dilation):
    """All zeros come before the first pixel."""
    return dilation * (k - 1), 0


def at_least_one(k, dilation):
    """Every kernel needs padding, that of one tap, too."""
    total = max(dilation * (k - 1), 1)
    return total // 2, total - total // 2


def split_before_the_dilation(k, dilation):
    """The two parts are split for dilation 1 and then stretched."""
    return (k - 1) // 2 * dilation, k // 2 * dilation


def dilation_added(k, dilation):
    """Dilation lengthens the kernel by its own amount once."""
    total = k - 1 + dilation - 1
    return total // 2, total - total // 2


def dilation_two_only(k, dilation):
    """With or without holes: any dilation is taken for 2."""
    total = (k - 1) * min(dilation, 2)
    return total // 2, total - total // 2


def odd_kernels_only(k, dilation):
    """An even kernel is taken for the odd one before it."""
    half = dilation * ((k - 1) // 2)
    return half, half


def span_taken_for_total(k, dilation):
    """A row loses as many pixels as the kernel spans."""
    span = dilation * (k - 1) + 1
    return span // 2, span - span // 2


def the_total_alone(k, dilation):
    """One number instead of a pair."""
    return dilation * (k - 1)


def wraps_around(x, rows, cols):
    """An index of -1 is the last row, not the first."""
    height, width = x.shape
    return x[np.arange(-rows, height + rows) % height][:, np.arange(-cols, width + cols) % width]


def zeros_stay(x, rows, cols):
    """Zero padding: nothing is repeated."""
    return np.pad(x, ((rows, rows), (cols, cols)))


def rows_and_columns_swapped(x, rows, cols):
    """Height and width swapped."""
    return np.pad(x, ((cols, cols), (rows, rows)), mode="edge")


def same_amount_on_both_axes(x, rows, cols):
    """The amount for the rows is used for the columns, too."""
    return np.pad(x, rows, mode="edge")


def amount_in_total(x, rows, cols):
    """The padding is taken as the total of both sides."""
    return np.pad(x, ((rows // 2, rows - rows // 2), (cols // 2, cols - cols // 2)), mode="edge")


def corners_left_at_zero(x, rows, cols):
    """The four sides are repeated, the corners stay zero."""
    height, width = x.shape
    padded = np.pad(x, ((rows, rows), (cols, cols)))
    padded[:rows, cols : cols + width] = x[0]
    padded[rows + height :, cols : cols + width] = x[-1]
    padded[rows : rows + height, :cols] = x[:, :1]
    padded[rows : rows + height, cols + width :] = x[:, -1:]
    return padded


def mirrored(x, rows, cols):
    """The border mirrors the image instead of repeating its outermost pixels."""
    return np.pad(x, ((rows, rows), (cols, cols)), mode="symmetric")


def edged(x, rows, cols):
    """Return the right picture."""
    return np.pad(x, ((rows, rows), (cols, cols)), mode="edge")


def whole_numbers(x, rows, cols):
    """An array of whole numbers turns a picture between 0 and 1 black."""
    return edged(x, rows, cols).astype(int)


def nothing_below_zero(x, rows, cols):
    """A pixel below 0 is taken for black."""
    return np.maximum(edged(x, rows, cols), 0)


def held_at_one(x, rows, cols):
    """Index 0 is never used: the second row and column stand for the first."""
    height, width = x.shape
    r, c = np.clip(np.arange(-rows, height + rows), 1, None), np.clip(np.arange(-cols, width + cols), 1, None)
    return x[np.minimum(r, height - 1)][:, np.minimum(c, width - 1)]


def wraps_above_and_left(x, rows, cols):
    """Below and to the right the index is held, above and to the left it counts from the end."""
    height, width = x.shape
    r, c = (
        np.minimum(np.arange(-rows, height + rows), height - 1),
        np.minimum(np.arange(-cols, width + cols), width - 1),
    )
    return x[r % height][:, c % width]


def one_ring_only(x, rows, cols):
    """Only the innermost ring of the border is filled."""
    ring = edged(x, min(rows, 1), min(cols, 1))
    return np.pad(ring, ((rows - min(rows, 1),) * 2, (cols - min(cols, 1),) * 2))


def no_wider_than_the_image(x, rows, cols):
    """A border can be no wider than the image, and stays zero beyond."""
    inner = min(rows, x.shape[0]), min(cols, x.shape[1])
    return np.pad(edged(x, *inner), ((rows - inner[0],) * 2, (cols - inner[1],) * 2))


def filled_with_the_mean(x, rows, cols):
    """The border holds the mean of the image."""
    return np.pad(x, ((rows, rows), (cols, cols)), constant_values=x.mean())


def above_and_left_only(x, rows, cols):
    """The border stands on two sides."""
    return np.pad(x, ((rows, 0), (cols, 0)), mode="edge")


def rows_only(x, rows, cols):
    """Columns are padded with zeros."""
    return np.pad(np.pad(x, ((rows, rows), (0, 0)), mode="edge"), ((0, 0), (cols, cols)))


def corner_from_the_opposite(x, rows, cols):
    """Every corner is filled from the upper left pixel."""
    padded = edged(x, rows, cols)
    height, width = x.shape
    outside = np.ones(padded.shape, dtype=bool)
    outside[rows : rows + height] = False
    outside[:, cols : cols + width] = False
    padded[outside] = x[0, 0]
    return padded


def mirrored_without_the_edge(x, rows, cols):
    """The border mirrors the image about its outermost pixels."""
    return np.pad(x, ((rows, rows), (cols, cols)), mode="reflect")


def rounds(x, rows, cols):
    """Pixels are rounded."""
    return np.round(edged(x, rows, cols))


def spread(kernel, steps, shape):
    """Put the taps `steps` apart into zeros."""
    spread_out = np.zeros(shape)
    rows, cols = np.arange(kernel.shape[0]) * steps[0], np.arange(kernel.shape[1]) * steps[1]
    spread_out[np.ix_(rows, cols)] = kernel
    return spread_out


def counted_from_zero(kernel, dilation):
    """Dilation counted from 0: d holes between two taps."""
    down, right = dilation[0] + 1, dilation[1] + 1
    k_h, k_w = kernel.shape
    return spread(kernel, (down, right), ((k_h - 1) * down + 1, (k_w - 1) * right + 1))


def zeros_at_the_end(kernel, dilation):
    """Holes after the last tap as well: the span taken as d * k."""
    return spread(kernel, dilation, (kernel.shape[0] * dilation[0], kernel.shape[1] * dilation[1]))


def axes_swapped(kernel, dilation):
    """The dilation of the rows used for the columns."""
    return np.array(counted_from_zero(kernel, (dilation[1] - 1, dilation[0] - 1)))


def one_dilation_for_both(kernel, dilation):
    """Only the first number of the pair is used."""
    return np.array(counted_from_zero(kernel, (dilation[0] - 1, dilation[0] - 1)))


def weights_repeated(kernel, dilation):
    """Each weight fills its hole, instead of a zero."""
    k_h, k_w = kernel.shape
    repeated = np.repeat(np.repeat(kernel, dilation[0], axis=0), dilation[1], axis=1)
    return repeated[: (k_h - 1) * dilation[0] + 1, : (k_w - 1) * dilation[1] + 1]


def left_as_it_is(kernel, dilation):
    """The kernel is not spread at all."""
    return kernel


def spread_out(kernel, dilation):
    """Return the right kernel."""
    return counted_from_zero(kernel, (dilation[0] - 1, dilation[1] - 1))


def whole_weights(kernel, dilation):
    """The large kernel is made of whole numbers."""
    return spread_out(kernel, dilation).astype(int)


def negative_weights_lost(kernel, dilation):
    """A weight below 0 is taken for a hole."""
    return np.maximum(spread_out(kernel, dilation), 0)


def rows_spread_only(kernel, dilation):
    """Columns are not spread."""
    return spread_out(kernel, (dilation[0], 1))


def columns_only(kernel, dilation):
    """Rows are not spread."""
    return spread_out(kernel, (1, dilation[1]))


def zeros_in_front(kernel, dilation):
    """A hole before each tap, before the first one, too."""
    spread_wide = zeros_at_the_end(kernel, dilation)
    return np.roll(spread_wide, (dilation[0] - 1, dilation[1] - 1), axis=(0, 1))


def zeros_around(kernel, dilation):
    """The kernel is padded, not spread."""
    k_h, k_w = kernel.shape
    return np.pad(kernel, ((0, (k_h - 1) * (dilation[0] - 1)), (0, (k_w - 1) * (dilation[1] - 1))))


def turned(kernel, dilation):
    """The kernel is turned as well."""
    return spread_out(kernel[::-1, ::-1], dilation)


def square_kernels(kernel, dilation):
    """The large kernel has as many columns as rows."""
    right = spread_out(kernel, dilation)
    square = np.zeros((len(right), len(right)))
    square[:, : right.shape[1]] = right[:, : len(right)]
    return square


def every_dilation_is_two(kernel, dilation):
    """With or without holes: any dilation is taken for 2."""
    return spread_out(kernel, (min(dilation[0], 2), min(dilation[1], 2)))


def shares_the_weight(kernel, dilation):
    """The weights are thinned as the window grows."""
    return spread_out(kernel, dilation) / (dilation[0] * dilation[1])


def first_row_only(kernel, dilation):
    """The rows after the first are lost."""
    right = spread_out(kernel, dilation)
    right[1:] = 0
    return right


def smooth_between(kernel, dilation):
    """The holes of the rows are filled by what stands before and behind."""
    right = spread_out(kernel, dilation)
    taps = np.arange(kernel.shape[1]) * dilation[1]
    return np.array([np.interp(np.arange(right.shape[1]), taps, row[taps]) for row in right])


def clears_the_kernel(kernel, dilation):
    """The kernel that was handed over is emptied."""
    right = spread_out(kernel, dilation)
    kernel[:] = 0
    return right


WRONG = {
    "4.2": [
        half_of_k,
        rounded_up,
        rounded_down,
        total_on_each_side,
        extra_zero_first,
        without_dilation,
        dilation_from_zero,
        holes_after_the_last_tap,
        half_a_zero,
        whole_floats,
        rounded_to_even,
        after_only,
        before_only,
        at_least_one,
        split_before_the_dilation,
        dilation_added,
        dilation_two_only,
        odd_kernels_only,
        span_taken_for_total,
        the_total_alone,
    ],
    "4.3": [
        wraps_around,
        zeros_stay,
        rows_and_columns_swapped,
        same_amount_on_both_axes,
        amount_in_total,
        corners_left_at_zero,
        mirrored,
        whole_numbers,
        nothing_below_zero,
        held_at_one,
        wraps_above_and_left,
        one_ring_only,
        no_wider_than_the_image,
        filled_with_the_mean,
        above_and_left_only,
        rows_only,
        corner_from_the_opposite,
        mirrored_without_the_edge,
        rounds,
    ],
    "4.5": [
        counted_from_zero,
        zeros_at_the_end,
        axes_swapped,
        one_dilation_for_both,
        weights_repeated,
        left_as_it_is,
        whole_weights,
        negative_weights_lost,
        rows_spread_only,
        columns_only,
        zeros_in_front,
        zeros_around,
        turned,
        square_kernels,
        every_dilation_is_two,
        shares_the_weight,
        first_row_only,
        smooth_between,
        clears_the_kernel,
    ],
}
