"""Wrong answers to the exercises of chapter 10, each with the misconception behind it."""

import numpy as np


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


WRONG = {
    "10.2": [
        first_kernel_only,
        starts_with_the_second,
        kernel_by_input,
        in_blocks,
        flipped,
        stride_of_t,
        sum_of_all_kernels,
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
    ],
    "10.4": [
        turned_kernel,
        its_transpose,
        numbered_by_the_output,
        numbered_by_the_height,
        one_diagonal,
        a_row_for_each_pixel,
        numbered_down_the_columns,
    ],
}
