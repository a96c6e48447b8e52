"""Wrong answers to the exercises of chapter 6, each with the misconception behind it."""

import numpy as np

# 6.3


def grows_by_k(layers):
    """The field grows by k instead of k − 1."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += (dilation * (k - 1) + 1) * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def forgets_the_strides(layers):
    """Every layer adds k − 1, as if there were no strides below it."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1)
        start -= padding * jump
        jump *= stride
    return size, jump, start


def takes_its_own_stride(layers):
    """The stride of the layer itself counted before its taps."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        start -= padding * jump
        jump *= stride
        size += dilation * (k - 1) * jump
    return size, jump, start


def counts_dilation_from_0(layers):
    """Dilation 1 taken for one hole between two taps."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += (dilation + 1) * (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def ignores_dilation(layers):
    """A kernel of three taps reaches over three neurons, whatever its holes."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, _ in layers:
        size += (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def adds_the_strides(layers):
    """Strides of 2 and 2 taken for a stride of 4 because they add up to it."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, sum(stride for _, stride, _, _ in layers), start


def does_not_scale_the_padding(layers):
    """A zero of padding taken for one pixel, however deep the layer."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1) * jump
        start -= padding
        jump *= stride
    return size, jump, start


def starts_inside(layers):
    """Padding moves the field into the image instead of out of it."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1) * jump
        start += padding * jump
        jump *= stride
    return size, jump, start


def multiplies_the_kernels(layers):
    """The sizes of the kernels multiplied."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size *= dilation * (k - 1) + 1
        start -= padding * jump
        jump *= stride
    return size, jump, start


def begins_at_the_last_layer(layers):
    """The formula walked from the output down."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers[::-1]:
        size += dilation * (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


# 6.4


def first_window(matrix):
    """Return the entries of row 0 that a window would cover."""
    n_out, n_in = matrix.shape
    return matrix[0, : n_in - n_out + 1]


def rows_of_windows(matrix):
    """Return each row's entries under its window."""
    k = len(first_window(matrix))
    return [row[o : o + k] for o, row in enumerate(matrix)]


def sparse_is_enough(matrix):
    """Sparse taken for shared: only the zeros are looked at."""
    k = len(first_window(matrix))
    inside = np.array([[o <= i < o + k for i in range(matrix.shape[1])] for o in range(len(matrix))])
    return first_window(matrix) if not matrix[~inside].any() else None


def few_values_are_enough(matrix):
    """Shared taken for few different values, in whatever order."""
    k = len(first_window(matrix))
    return first_window(matrix) if len(set(matrix[matrix != 0])) <= k else None


def ignores_what_stands_outside(matrix):
    """Only the windows are compared: a connection from outside goes unnoticed."""
    shared = all(np.array_equal(w, first_window(matrix)) for w in rows_of_windows(matrix))
    return first_window(matrix) if shared else None


def forgets_the_order(matrix):
    """Rows with the same numbers taken for the same kernel."""
    return first_window(matrix) if all(np.array_equal(np.sort(row), np.sort(matrix[0])) for row in matrix) else None


def lets_windows_wrap(matrix):
    """Each row is the first, rolled on, so a window may leave at one end and come in at the other."""
    rolled = all(np.array_equal(row, np.roll(matrix[0], o)) for o, row in enumerate(matrix))
    return first_window(matrix) if rolled else None


def drops_zero_weights(matrix):
    """A weight of 0 taken for a connection that does not exist."""
    shared = all(np.array_equal(w, first_window(matrix)) for w in rows_of_windows(matrix))
    return matrix[0][matrix[0] != 0] if shared else None


def turns_the_kernel(matrix):
    """The kernel flipped, as in a true convolution."""
    k = len(first_window(matrix))
    shifted = [np.pad(first_window(matrix), (o, matrix.shape[1] - k - o)) for o in range(len(matrix))]
    return first_window(matrix)[::-1] if np.array_equal(matrix, shifted) else None


def wants_zeros(matrix):
    """A layer with one window, as large as the input, taken for no convolution."""
    k = len(first_window(matrix))
    shifted = [np.pad(first_window(matrix), (o, matrix.shape[1] - k - o)) for o in range(len(matrix))]
    return first_window(matrix) if np.array_equal(matrix, shifted) and (matrix == 0).any() else None


WRONG = {
    "6.3": [
        grows_by_k,
        forgets_the_strides,
        takes_its_own_stride,
        counts_dilation_from_0,
        ignores_dilation,
        adds_the_strides,
        does_not_scale_the_padding,
        starts_inside,
        multiplies_the_kernels,
        begins_at_the_last_layer,
    ],
    "6.4": [
        sparse_is_enough,
        few_values_are_enough,
        ignores_what_stands_outside,
        forgets_the_order,
        lets_windows_wrap,
        drops_zero_weights,
        turns_the_kernel,
        wants_zeros,
    ],
}
