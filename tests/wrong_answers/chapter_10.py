"""Wrong answers to the exercises of chapter 10, each with the misconception behind it."""

import numpy as np

# 10.2


def first_kernel_only(x, kernels):
    """No turns at all: t = 1."""
    k = kernels.shape[1]
    return np.array([kernels[0] @ x[i : i + k] for i in range(len(x) - k + 1)])


def starts_with_the_second(x, kernels):
    """The textbook's j % t + 1 taken over without minding that it counts from 1."""
    t, k = kernels.shape
    return np.array([kernels[(i + 1) % t] @ x[i : i + k] for i in range(len(x) - k + 1)])


def kernel_by_input(x, kernels):
    """The kernel changes from input to input, within a window."""
    t, k = kernels.shape
    return np.array([sum(kernels[(i + j) % t, j] * x[i + j] for j in range(k)) for i in range(len(x) - k + 1)])


def in_blocks(x, kernels):
    """Each kernel has one stretch of the row to itself, instead of every t-th place."""
    t, k = kernels.shape
    n_out = len(x) - k + 1
    return np.array([kernels[i * t // n_out] @ x[i : i + k] for i in range(n_out)])


def flipped(x, kernels):
    """True convolution: each kernel is turned."""
    t, k = kernels.shape
    return np.array([kernels[i % t, ::-1] @ x[i : i + k] for i in range(len(x) - k + 1)])


def stride_of_t(x, kernels):
    """The turns taken for steps: only every t-th window."""
    t, k = kernels.shape
    return np.array([kernels[i % t] @ x[i : i + k] for i in range(0, len(x) - k + 1, t)])


def sum_of_all_kernels(x, kernels):
    """All kernels at each place, added."""
    k = kernels.shape[1]
    return np.array([kernels.sum(axis=0) @ x[i : i + k] for i in range(len(x) - k + 1)])


def turns_after_t_outputs(x, kernels):
    """The next kernel after t outputs instead of after each."""
    t, k = kernels.shape
    return np.array([kernels[i // t % t] @ x[i : i + k] for i in range(len(x) - k + 1)])


def turns_backwards(x, kernels):
    """The kernels taken from the last to the first."""
    t, k = kernels.shape
    return np.array([kernels[-i % t] @ x[i : i + k] for i in range(len(x) - k + 1)])


def stays_with_the_last(x, kernels):
    """Each kernel once, and the last one for all that is left."""
    t, k = kernels.shape
    return np.array([kernels[min(i, t - 1)] @ x[i : i + k] for i in range(len(x) - k + 1)])


def two_turns_only(x, kernels):
    """Even and odd places, whatever the number of kernels."""
    t, k = kernels.shape
    return np.array([kernels[min(i % 2, t - 1)] @ x[i : i + k] for i in range(len(x) - k + 1)])


def turns_by_the_size(x, kernels):
    """The remainder by the size of the kernels in place of their number."""
    t, k = kernels.shape
    return np.array([kernels[min(i % k, t - 1)] @ x[i : i + k] for i in range(len(x) - k + 1)])


def starts_with_the_last(x, kernels):
    """One less where counting from 0 asks for nothing to be taken off."""
    t, k = kernels.shape
    return np.array([kernels[(i - 1) % t] @ x[i : i + k] for i in range(len(x) - k + 1)])


def kernels_in_columns(x, kernels):
    """Rows and columns of the kernels taken for each other."""
    numbers = kernels.reshape(kernels.shape[::-1]).T
    t, k = numbers.shape
    return np.array([numbers[i % t] @ x[i : i + k] for i in range(len(x) - k + 1)])


def averaged(x, kernels):
    """Each window's products averaged instead of added."""
    t, k = kernels.shape
    return np.array([(kernels[i % t] * x[i : i + k]).mean() for i in range(len(x) - k + 1)])


def output_for_every_input(x, kernels):
    """Zeros behind the row, so that every input begins a window."""
    t, k = kernels.shape
    padded = np.pad(x, (0, k - 1))
    return np.array([kernels[i % t] @ padded[i : i + k] for i in range(len(x))])


def whole_turns_only(x, kernels):
    """The outputs cut off behind the last turn that is complete."""
    t, k = kernels.shape
    n_out = (len(x) - k + 1) // t * t
    return np.array([kernels[i % t] @ x[i : i + k] for i in range(n_out)])


def whole_numbers(x, kernels):
    """Outputs cut down to whole numbers by an array of integers."""
    t, k = kernels.shape
    return np.array([int(kernels[i % t] @ x[i : i + k]) for i in range(len(x) - k + 1)])


def without_signs(x, kernels):
    """Weights without their sign."""
    t, k = kernels.shape
    return np.array([np.abs(kernels[i % t]) @ x[i : i + k] for i in range(len(x) - k + 1)])


def turns_the_caller_s_kernels(x, kernels):
    """The kernels moved on in the caller's array after each output."""
    k, y = kernels.shape[1], []
    for i in range(len(x) - k + 1):
        y.append(kernels[0] @ x[i : i + k])
        kernels[:] = np.roll(kernels, -1, axis=0)
    return np.array(y)


# 10.3


def replaces(y, kernel, stride, output_padding):
    """Where stamps overlap, the later one replaces the earlier."""
    x = np.zeros((len(y) - 1) * stride + len(kernel) + output_padding)
    for i, value in enumerate(y):
        x[i * stride : i * stride + len(kernel)] = value * kernel
    return x


def turned(y, kernel, stride, output_padding):
    """The kernel is turned before it is stamped."""
    return stamped(y, kernel[::-1], stride, output_padding)


def stamped(y, kernel, stride, output_padding, first=0):
    """Stamp, beginning at output `first`."""
    x = np.zeros((len(y) - 1) * stride + len(kernel) + output_padding)
    for i, value in enumerate(y):
        x[first + i * stride : first + i * stride + len(kernel)] += value * kernel
    return x


def padded_in_front(y, kernel, stride, output_padding):
    """The output padding at the beginning."""
    return stamped(y, kernel, stride, output_padding, first=output_padding)


def padded_on_both_sides(y, kernel, stride, output_padding):
    """The output padding on each side, as the padding of a convolution."""
    return stamped(y, kernel, stride, 2 * output_padding, first=output_padding)


def without_output_padding(y, kernel, stride, output_padding):
    """The output padding forgotten."""
    return stamped(y, kernel, stride, 0)


def stamps_side_by_side(y, kernel, stride, output_padding):
    """The stride forgotten: stamps stand one apart."""
    x = np.zeros((len(y) - 1) * stride + len(kernel) + output_padding)
    x[: len(y) + len(kernel) - 1] = np.convolve(y, kernel)
    return x


def gathers(y, kernel, stride, output_padding):
    """A convolution of the padded row: it gathers where the transpose scatters."""
    k = len(kernel)
    padded = np.pad(y, k - 1)
    return np.array([kernel @ padded[i : i + k] for i in range(len(y) + k - 1)])


def stride_counts_zeros(y, kernel, stride, output_padding):
    """Stride zeros between two inputs instead of stride - 1."""
    return stamped(y, kernel, stride + 1, output_padding)


def keeps_the_larger(y, kernel, stride, output_padding):
    """Where stamps overlap, the larger number stays."""
    x = np.full((len(y) - 1) * stride + len(kernel) + output_padding, -np.inf)
    for i, value in enumerate(y):
        place = slice(i * stride, i * stride + len(kernel))
        x[place] = np.maximum(x[place], value * kernel)
    return np.where(np.isinf(x), 0, x)


def averages_overlaps(y, kernel, stride, output_padding):
    """Where stamps overlap, their mean."""
    times = stamped(np.ones(len(y)), np.ones(len(kernel)), stride, output_padding)
    return stamped(y, kernel, stride, output_padding) / np.maximum(times, 1)


def keeps_the_first(y, kernel, stride, output_padding):
    """Where stamps overlap, the earlier one stays."""
    x = stamped(y, kernel, stride, output_padding)
    for i in reversed(range(len(y))):
        x[i * stride : i * stride + len(kernel)] = y[i] * kernel
    return x


def repeats_the_last_number(y, kernel, stride, output_padding):
    """The output padding filled with the last output instead of 0."""
    return np.pad(stamped(y, kernel, stride, 0), (0, output_padding), mode="edge")


def crops_the_end(y, kernel, stride, output_padding):
    """The output padding taken off the end, as padding is."""
    x = stamped(y, kernel, stride, 0)
    return x[: len(x) - output_padding]


def roles_swapped(y, kernel, stride, output_padding):
    """The row stamped once for each weight, where the kernel is stamped once for each input."""
    return stamped(kernel, y, stride, output_padding)


def zeros_behind_the_last(y, kernel, stride, output_padding):
    """Zeros behind the last input, too, as behind the others."""
    return stamped(np.append(y, 0), kernel, stride, output_padding)[
        : len(y) * stride + len(kernel) - 1 + output_padding
    ]


def stamps_side_by_side_always(y, kernel, stride, output_padding):
    """Stamps that never overlap: each begins where the last one ends, unless the stride is larger."""
    return stamped(y, kernel, max(stride, len(kernel)), output_padding)


def steps_of_the_kernel_s_size(y, kernel, stride, output_padding):
    """The size of the kernel taken for the stride, within the right length."""
    n = (len(y) - 1) * stride + len(kernel) + output_padding
    return np.pad(stamped(y, kernel, len(kernel), 0), (0, n))[:n]


def whole_outputs(y, kernel, stride, output_padding):
    """Outputs cut down to whole numbers by an array of integers."""
    return stamped(y, kernel, stride, output_padding).astype(int)


def positive_inputs_only(y, kernel, stride, output_padding):
    """Inputs below 0 leave no stamp."""
    return stamped(np.maximum(y, 0), kernel, stride, output_padding)


def divides_by_the_stride(y, kernel, stride, output_padding):
    """The outputs scaled down, since there are more of them."""
    return stamped(y, kernel, stride, output_padding) / stride


def scales_the_kernel_in_place(y, kernel, stride, output_padding):
    """The caller's kernel multiplied by one input after the other."""
    x = np.zeros((len(y) - 1) * stride + len(kernel) + output_padding)
    for i, value in enumerate(y):
        kernel *= value
        x[i * stride : i * stride + len(kernel)] += kernel
    return x


# 10.4


def entries(kernel, height, width, column):
    """Write the matrix with a formula for the column of weight (i, j) at output (r, q)."""
    k_h, k_w = kernel.shape
    h_out, w_out = height - k_h + 1, width - k_w + 1
    matrix = np.zeros((h_out * w_out, height * width))
    for r, q, i, j in np.ndindex(h_out, w_out, k_h, k_w):
        matrix[r * w_out + q, column(r, q, i, j, w_out)] = kernel[i, j]
    return matrix


def turned_kernel(kernel, height, width):
    """The kernel turned: true convolution."""
    return entries(kernel[::-1, ::-1], height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j)


def its_transpose(kernel, height, width):
    """Rows for pixels and columns for outputs."""
    return entries(kernel, height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j).T


def numbered_by_the_output(kernel, height, width):
    """Pixels numbered with the width of the output."""
    return entries(kernel, height, width, lambda r, q, i, j, w_out: (r + i) * w_out + q + j)


def numbered_by_the_height(kernel, height, width):
    """Height and width swapped in the number of a pixel."""
    return entries(kernel, height, width, lambda r, q, i, j, w_out: ((r + i) * height + q + j) % (height * width))


def one_diagonal(kernel, height, width):
    """Plain Toeplitz: each row is the one before, one step on, also from one output row to the next."""
    return entries(kernel, height, width, lambda r, q, i, j, w_out: r * w_out + q + i * width + j)


def a_row_for_each_pixel(kernel, height, width):
    """An output for every pixel, with zeros beyond the border."""
    k_h, k_w = kernel.shape
    matrix = np.zeros((height * width, height * width))
    for r, q, i, j in np.ndindex(height, width, k_h, k_w):
        if r + i < height and q + j < width:
            matrix[r * width + q, (r + i) * width + q + j] = kernel[i, j]
    return matrix


def numbered_down_the_columns(kernel, height, width):
    """Pixels numbered column by column."""
    return entries(kernel, height, width, lambda r, q, i, j, w_out: (q + j) * height + r + i)


def kernel_transposed(kernel, height, width):
    """Row and column of a weight swapped in a kernel that may be square."""
    k_h, k_w = kernel.shape
    h_out, w_out = height - k_h + 1, width - k_w + 1
    matrix, swapped = np.zeros((h_out * w_out, height * width)), kernel.reshape(-1, order="F").reshape(kernel.shape)
    for r, q, i, j in np.ndindex(h_out, w_out, k_h, k_w):
        matrix[r * w_out + q, (r + i) * width + q + j] = swapped[i, j]
    return matrix


def turned_upside_down(kernel, height, width):
    """The kernel turned along its rows only."""
    return entries(kernel[::-1], height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j)


def turned_left_to_right(kernel, height, width):
    """The kernel turned along its columns only."""
    return entries(kernel[:, ::-1], height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j)


def first_row_of_the_kernel(kernel, height, width):
    """One row of weights, as in one dimension; the others lie a whole image row further on."""
    kept = np.where(np.arange(len(kernel))[:, None] == 0, kernel, 0)
    return entries(kept, height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j)


def kernel_in_one_piece(kernel, height, width):
    """All weights side by side, without the gap from one image row to the next."""
    k_w = kernel.shape[1]
    return entries(kernel, height, width, lambda r, q, i, j, w_out: r * width + q + i * k_w + j)


def outputs_down_the_columns(kernel, height, width):
    """The outputs numbered column by column."""
    k_h, k_w = kernel.shape
    h_out, w_out = height - k_h + 1, width - k_w + 1
    right = entries(kernel, height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j)
    return right.reshape(h_out, w_out, -1).transpose(1, 0, 2).reshape(right.shape)


def windows_that_wrap(kernel, height, width):
    """Windows that leave the image at the right and come in at the left, one row further down."""
    k_h, k_w = kernel.shape
    matrix = np.zeros(((height - k_h + 1) * width, height * width))
    for place, i, j in np.ndindex(len(matrix), k_h, k_w):
        matrix[place, (place + i * width + j) % (height * width)] = kernel[i, j]
    return matrix


def rows_rolled_on(kernel, height, width):
    """Each row the one before, rolled on by one, also from one output row to the next."""
    right = entries(kernel, height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j)
    return np.array([np.roll(right[0], place) for place in range(len(right))])


def whole_weights(kernel, height, width):
    """Weights cut down to whole numbers by an array of integers."""
    return entries(kernel, height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j).astype(int)


def shares_of_the_window(kernel, height, width):
    """Each row divided by its sum, as if all kernels averaged."""
    return entries(kernel / kernel.sum(), height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j)


def one_output_row_too_few(kernel, height, width):
    """height - kH output rows: the last window forgotten."""
    rows = (height - kernel.shape[0]) * (width - kernel.shape[1] + 1)
    return entries(kernel, height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j)[:rows]


def clears_the_kernel(kernel, height, width):
    """The caller's kernel emptied on the way."""
    matrix = entries(kernel, height, width, lambda r, q, i, j, w_out: (r + i) * width + q + j)
    kernel[:] = 0
    return matrix


WRONG = {
    "10.2": [
        first_kernel_only,
        starts_with_the_second,
        kernel_by_input,
        in_blocks,
        flipped,
        stride_of_t,
        sum_of_all_kernels,
        turns_after_t_outputs,
        turns_backwards,
        stays_with_the_last,
        two_turns_only,
        turns_by_the_size,
        starts_with_the_last,
        kernels_in_columns,
        averaged,
        output_for_every_input,
        whole_turns_only,
        whole_numbers,
        without_signs,
        turns_the_caller_s_kernels,
    ],
    "10.3": [
        replaces,
        turned,
        padded_in_front,
        padded_on_both_sides,
        without_output_padding,
        stamps_side_by_side,
        gathers,
        stride_counts_zeros,
        keeps_the_larger,
        averages_overlaps,
        keeps_the_first,
        repeats_the_last_number,
        crops_the_end,
        roles_swapped,
        zeros_behind_the_last,
        stamps_side_by_side_always,
        steps_of_the_kernel_s_size,
        whole_outputs,
        positive_inputs_only,
        divides_by_the_stride,
        scales_the_kernel_in_place,
    ],
    "10.4": [
        turned_kernel,
        its_transpose,
        numbered_by_the_output,
        numbered_by_the_height,
        one_diagonal,
        a_row_for_each_pixel,
        numbered_down_the_columns,
        kernel_transposed,
        turned_upside_down,
        turned_left_to_right,
        first_row_of_the_kernel,
        kernel_in_one_piece,
        outputs_down_the_columns,
        windows_that_wrap,
        rows_rolled_on,
        whole_weights,
        shares_of_the_window,
        one_output_row_too_few,
        clears_the_kernel,
    ],
}
