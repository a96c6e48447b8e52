"""Wrong answers to the exercises of chapter 5, each with the misconception behind it."""

import numpy as np

import cnn_course as cc


def sizes(image_shape, kernel_size, stride, padding, sides=2):
    """Return rows and columns as fractions."""
    axes = zip(image_shape[1:], kernel_size, stride, padding, strict=True)
    return [(n + sides * p - k) / s + 1 for n, k, s, p in axes]


def down(numbers):
    """Round each number down."""
    return tuple(int(np.floor(number)) for number in numbers)


def floor_forgotten(image_shape, filters, kernel_size, stride, padding):
    """The formula without its brackets: two and a half rows."""
    return (filters, *sizes(image_shape, kernel_size, stride, padding))


def rounded_up(image_shape, filters, kernel_size, stride, padding):
    """A last window that reaches over the end is counted."""
    return (filters, *(int(np.ceil(n)) for n in sizes(image_shape, kernel_size, stride, padding)))


def rounded_to_nearest(image_shape, filters, kernel_size, stride, padding):
    """Rounded to the nearest integer instead of down."""
    return (filters, *(int(n + 0.5) for n in sizes(image_shape, kernel_size, stride, padding)))


def padding_on_one_side(image_shape, filters, kernel_size, stride, padding):
    """P in place of 2P."""
    return (filters, *down(sizes(image_shape, kernel_size, stride, padding, sides=1)))


def padding_forgotten(image_shape, filters, kernel_size, stride, padding):
    """No padding at all."""
    return (filters, *down(sizes(image_shape, kernel_size, stride, padding, sides=0)))


def one_forgotten(image_shape, filters, kernel_size, stride, padding):
    """The first window is not counted."""
    return (filters, *(n - 1 for n in down(sizes(image_shape, kernel_size, stride, padding))))


def one_divided_too(image_shape, filters, kernel_size, stride, padding):
    """The 1 is added before the division, as if stride 1 came first and every s-th output were counted."""
    axes = zip(image_shape[1:], kernel_size, stride, padding, strict=True)
    return (filters, *((n + 2 * p - k + 1) // s for n, k, s, p in axes))


def depth_of_the_input(image_shape, filters, kernel_size, stride, padding):
    """Output depth taken from the input."""
    return (image_shape[0], *down(sizes(image_shape, kernel_size, stride, padding)))


def height_and_width_swapped(image_shape, filters, kernel_size, stride, padding):
    """Height and width swapped in the output."""
    rows, cols = down(sizes(image_shape, kernel_size, stride, padding))
    return filters, cols, rows


def options_swapped(image_shape, filters, kernel_size, stride, padding):
    """Stride and padding taken as (columns, rows)."""
    return (filters, *down(sizes(image_shape, kernel_size, stride[::-1], padding[::-1])))


def channels_last(image_shape, filters, kernel_size, stride, padding):
    """The depth named last, as texts do."""
    return (*down(sizes(image_shape, kernel_size, stride, padding)), filters)


def count(length, starts, k):
    """Count how many windows lie on each position of a row."""
    counts = np.zeros(length, dtype=int)
    for start in starts:
        counts[start : start + k] += 1
    return counts


def padding_not_cut_off(n, k, stride, padding):
    """The padding is counted with the pixels."""
    length = n + 2 * padding
    return count(length, range(0, length - k + 1, stride), k)


def pixels_from_the_start(n, k, stride, padding):
    """Pixel 0 taken for the first number of the padded row."""
    return padding_not_cut_off(n, k, stride, padding)[:n]


def padding_in_total(n, k, stride, padding):
    """The padding stands at the end only."""
    return count(n + padding, range(0, n + padding - k + 1, stride), k)[:n]


def over_the_end(n, k, stride, padding):
    """Windows that reach over the end are computed."""
    length = n + 2 * padding
    return count(length, range(0, length, stride), k)[padding : padding + n]


def last_window_forgotten(n, k, stride, padding):
    """`range` without the + 1: a last window that ends exactly at the end is left out."""
    length = n + 2 * padding
    return count(length, range(0, length - k, stride), k)[padding : padding + n]


def remainder_only(n, k, stride, padding):
    """Only the remainder at the end is missed; the gaps of a stride larger than the kernel are not seen."""
    size = (n + 2 * padding - k) // stride + 1
    covered = padding_not_cut_off(n, k, stride, padding)
    covered[: (size - 1) * stride + k] = np.maximum(covered[: (size - 1) * stride + k], 1)
    return covered[padding : padding + n]


def stride_one(n, k, stride, padding):
    """The stride forgotten."""
    return padding_not_cut_off(n, k, 1, padding)[padding : padding + n]


def steps_inside_the_kernel(x, kernel, stride):
    """The steps are taken in the kernel, not by it: that is a dilation."""
    return cc.conv2d(x[None, None], kernel[None, None], dilation=stride)[0, 0]


def late_start(x, kernel, stride):
    """The first window starts after one step."""
    return cc.correlate2d(x, kernel)[stride[0] - 1 :: stride[0], stride[1] - 1 :: stride[1]]


def stride_swapped(x, kernel, stride):
    """The stride taken as (columns, rows)."""
    return cc.correlate2d(x, kernel)[:: stride[1], :: stride[0]]


def square_stride(x, kernel, stride):
    """The stride of the rows used for the columns, too."""
    return cc.correlate2d(x, kernel)[:: stride[0], :: stride[0]]


def image_thinned_first(x, kernel, stride):
    """Downsampling first and convolving afterwards."""
    return cc.correlate2d(x[:: stride[0], :: stride[1]], kernel)


def turned_kernel(x, kernel, stride):
    """True convolution: the kernel is turned."""
    return cc.convolve2d(x, kernel)[:: stride[0], :: stride[1]]


def smaller_but_not_moved(x, kernel, stride):
    """The output has the right size, and its windows move by one pixel."""
    everything = cc.correlate2d(x, kernel)
    rows, cols = everything[:: stride[0], :: stride[1]].shape
    return everything[:rows, :cols]


def last_window_dropped(x, kernel, stride):
    """The size without the + 1."""
    return cc.correlate2d(x, kernel)[:: stride[0], :: stride[1]][:-1, :-1]


WRONG = {
    "5.2": [
        floor_forgotten,
        rounded_up,
        rounded_to_nearest,
        padding_on_one_side,
        padding_forgotten,
        one_forgotten,
        one_divided_too,
        depth_of_the_input,
        height_and_width_swapped,
        options_swapped,
        channels_last,
    ],
    "5.3": [
        padding_not_cut_off,
        pixels_from_the_start,
        padding_in_total,
        over_the_end,
        last_window_forgotten,
        remainder_only,
        stride_one,
    ],
    "5.4": [
        steps_inside_the_kernel,
        late_start,
        stride_swapped,
        square_stride,
        image_thinned_first,
        turned_kernel,
        smaller_but_not_moved,
        last_window_dropped,
    ],
}
