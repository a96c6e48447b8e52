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


def whole_floats(image_shape, filters, kernel_size, stride, padding):
    """`np.floor` gives a float, and no array has 2.0 rows."""
    return (filters, *(float(np.floor(n)) for n in sizes(image_shape, kernel_size, stride, padding)))


def rounded_half_to_even(image_shape, filters, kernel_size, stride, padding):
    """`round` instead of rounding down."""
    return (filters, *(round(n) for n in sizes(image_shape, kernel_size, stride, padding)))


def square_images(image_shape, filters, kernel_size, stride, padding):
    """The rows stand for both axes."""
    rows = down(sizes(image_shape, kernel_size, stride, padding))[0]
    return filters, rows, rows


def stride_forgotten(image_shape, filters, kernel_size, stride, padding):
    """Stride 1 for every layer."""
    return (filters, *down(sizes(image_shape, kernel_size, (1, 1), padding)))


def stride_of_the_rows(image_shape, filters, kernel_size, stride, padding):
    """One stride for both axes."""
    return (filters, *down(sizes(image_shape, kernel_size, (stride[0],) * 2, padding)))


def padding_of_the_rows(image_shape, filters, kernel_size, stride, padding):
    """One padding for both axes."""
    return (filters, *down(sizes(image_shape, kernel_size, stride, (padding[0],) * 2)))


def padding_less_than_the_kernel(image_shape, filters, kernel_size, stride, padding):
    """Padding beyond k − 1 is left out, because those windows see nothing."""
    kept = [min(p, k - 1) for p, k in zip(padding, kernel_size, strict=True)]
    return (filters, *down(sizes(image_shape, kernel_size, stride, kept)))


def size_divided_by_the_stride(image_shape, filters, kernel_size, stride, padding):
    """The kernel forgotten: n / s, rounded up, as Keras has it for its own padding."""
    axes = zip(image_shape[1:], stride, padding, strict=True)
    return (filters, *(-(-(n + 2 * p) // s) for n, s, p in axes))


def depth_times_filters(image_shape, filters, kernel_size, stride, padding):
    """Every filter makes a map for each channel."""
    return (filters * image_shape[0], *down(sizes(image_shape, kernel_size, stride, padding)))


def one_more_for_an_even_kernel(image_shape, filters, kernel_size, stride, padding):
    """Half a kernel is lost on either side, and half of an even one is rounded down."""
    odd = [k if k % 2 else k + 1 for k in kernel_size]
    return (filters, *(max(n, 1) for n in down(sizes(image_shape, odd, stride, padding))))


def sizes_only(image_shape, filters, kernel_size, stride, padding):
    """The depth is left out."""
    return down(sizes(image_shape, kernel_size, stride, padding))


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


def times(n, k, stride, padding):
    """Return the right counts."""
    return padding_not_cut_off(n, k, stride, padding)[padding : padding + n]


def floats(n, k, stride, padding):
    """`np.zeros` without a type counts in floats."""
    return times(n, k, stride, padding).astype(float)


def read_or_not(n, k, stride, padding):
    """Whether a pixel is read, not how often."""
    return np.minimum(times(n, k, stride, padding), 1)


def true_or_false(n, k, stride, padding):
    """Whether a pixel is read, as truth values."""
    return times(n, k, stride, padding) > 0


def only_where_it_starts(n, k, stride, padding):
    """A window is taken for its first pixel."""
    length = n + 2 * padding
    return count(length, range(0, length - k + 1, stride), 1)[padding : padding + n]


def windows_inside_the_row(n, k, stride, padding):
    """Windows that reach into the padding are left out."""
    length = n + 2 * padding
    starts = [s for s in range(0, length - k + 1, stride) if padding <= s and s + k <= padding + n]
    return count(length, starts, k)[padding : padding + n]


def padding_in_front_only(n, k, stride, padding):
    """The padding stands before the row only."""
    return count(n + padding, range(0, n + padding - k + 1, stride), k)[padding:]


def padding_cut_to_the_kernel(n, k, stride, padding):
    """Padding beyond k − 1 is left out, and the windows start elsewhere."""
    return times(n, k, stride, min(padding, k - 1))


def stride_no_larger_than_the_kernel(n, k, stride, padding):
    """A step over pixels is taken for one that just touches."""
    return times(n, k, min(stride, k), padding)


def first_window_forgotten(n, k, stride, padding):
    """The windows start after one step."""
    length = n + 2 * padding
    return count(length, range(stride, length - k + 1, stride), k)[padding : padding + n]


def holes_in_the_kernel(n, k, stride, padding):
    """The steps are taken in the kernel, not by it."""
    length = n + 2 * padding
    counts = np.zeros(length, dtype=int)
    for start in range(0, length - k + 1, stride):
        for tap in range(start, start + k * stride, stride):
            if tap < length:
                counts[tap] += 1
    return counts[padding : padding + n]


def the_same_from_both_ends(n, k, stride, padding):
    """What is left over is shared by both ends."""
    counts = times(n, k, stride, padding)
    return np.minimum(counts, counts[::-1])


def no_padding(n, k, stride, padding):
    """The padding forgotten."""
    return count(n, range(0, n - k + 1, stride), k)


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


def thinned(x, kernel, stride):
    """Return the right outputs."""
    return cc.correlate2d(x, kernel)[:: stride[0], :: stride[1]]


def whole_numbers(x, kernel, stride):
    """The output is made of whole numbers."""
    return thinned(x, kernel, stride).astype(int)


def like_the_image(x, kernel, stride):
    """`zeros_like` of an image of whole numbers holds whole numbers."""
    right = thinned(x, kernel, stride)
    y = np.zeros_like(x, shape=right.shape)
    for place in np.ndindex(y.shape):
        y[place] = right[place]
    return y


def nothing_below_zero(x, kernel, stride):
    """The activation is taken for part of the layer."""
    return np.maximum(thinned(x, kernel, stride), 0)


def partial_windows(x, kernel, stride):
    """The size is rounded up, and a last window that reaches over the end sees what there is."""
    rows, cols = (-(-(n - k) // s) + 1 for n, k, s in zip(x.shape, kernel.shape, stride, strict=True))
    y = np.zeros((rows, cols))
    for r, q in np.ndindex(rows, cols):
        window = x[r * stride[0] :, q * stride[1] :][: kernel.shape[0], : kernel.shape[1]]
        y[r, q] = (window * kernel[: window.shape[0], : window.shape[1]]).sum()
    return y


def zeros_after_the_end(x, kernel, stride):
    """The size of stride 1, with the outputs in its corner."""
    y, right = np.zeros(cc.correlate2d(x, kernel).shape), thinned(x, kernel, stride)
    y[: right.shape[0], : right.shape[1]] = right
    return y


def square_kernels(x, kernel, stride):
    """A kernel has as many columns as rows, and the others are cut off."""
    side = min(kernel.shape)
    return thinned(x, kernel[:side, :side], stride)


def averages(x, kernel, stride):
    """The mean of the products instead of their sum."""
    return thinned(x, kernel, stride) / kernel.size


def rows_only(x, kernel, stride):
    """Columns move by one."""
    return cc.correlate2d(x, kernel)[:: stride[0]]


def steps_of_the_kernel(x, kernel, stride):
    """The windows lie side by side, whatever the stride."""
    return thinned(x, kernel, kernel.shape)


def stride_two_only(x, kernel, stride):
    """With or without a stride: any stride is taken for 2."""
    return thinned(x, kernel, (min(stride[0], 2), min(stride[1], 2)))


def corner_of_each_window(x, kernel, stride):
    """Only the first weight meets each window."""
    return (
        x[: x.shape[0] - kernel.shape[0] + 1, : x.shape[1] - kernel.shape[1] + 1][:: stride[0], :: stride[1]]
        * kernel[0, 0]
    )


def ends_at_the_end(x, kernel, stride):
    """The remainder is left out at the start, not at the end."""
    everything = cc.correlate2d(x, kernel)
    return everything[:: -stride[0], :: -stride[1]][::-1, ::-1]


def clears_the_image(x, kernel, stride):
    """Pixels that have been read are cleared."""
    right = thinned(x, kernel, stride)
    x[0, 0] = x[0, 0] + 1
    return right


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
        whole_floats,
        rounded_half_to_even,
        square_images,
        stride_forgotten,
        stride_of_the_rows,
        padding_of_the_rows,
        padding_less_than_the_kernel,
        size_divided_by_the_stride,
        depth_times_filters,
        one_more_for_an_even_kernel,
        sizes_only,
    ],
    "5.3": [
        padding_not_cut_off,
        pixels_from_the_start,
        padding_in_total,
        over_the_end,
        last_window_forgotten,
        remainder_only,
        stride_one,
        floats,
        read_or_not,
        true_or_false,
        only_where_it_starts,
        windows_inside_the_row,
        padding_in_front_only,
        padding_cut_to_the_kernel,
        stride_no_larger_than_the_kernel,
        first_window_forgotten,
        holes_in_the_kernel,
        the_same_from_both_ends,
        no_padding,
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
        whole_numbers,
        like_the_image,
        nothing_below_zero,
        partial_windows,
        zeros_after_the_end,
        square_kernels,
        averages,
        rows_only,
        steps_of_the_kernel,
        stride_two_only,
        corner_of_each_window,
        ends_at_the_end,
        clears_the_image,
    ],
}
