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
    ],
    "4.3": [
        wraps_around,
        zeros_stay,
        rows_and_columns_swapped,
        same_amount_on_both_axes,
        amount_in_total,
        corners_left_at_zero,
        mirrored,
    ],
    "4.5": [
        counted_from_zero,
        zeros_at_the_end,
        axes_swapped,
        one_dilation_for_both,
        weights_repeated,
        left_as_it_is,
    ],
}
