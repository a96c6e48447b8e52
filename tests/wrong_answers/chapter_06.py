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


def skips_single_taps(layers):
    """A kernel of one tap taken for no layer at all, although it may have a stride and padding."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        if k > 1:
            size += dilation * (k - 1) * jump
            start -= padding * jump
            jump *= stride
    return size, jump, start


def knows_three_layers(layers):
    """As many layers as the example has, and no more."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers[:3]:
        size += dilation * (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def pads_no_wider_than_the_kernel(layers):
    """Padding cut off where the first window would hold nothing else."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1) * jump
        start -= min(padding, dilation * (k - 1)) * jump
        jump *= stride
    return size, jump, start


def centres_the_field(layers):
    """The field of output 0 centred on input 0, as if every layer had the padding of "same"."""
    size, jump, start = 1, 1, 0
    for k, stride, _, dilation in layers:
        size += dilation * (k - 1) * jump
        start = -(size // 2)
        jump *= stride
    return size, jump, start


def dilates_the_padding(layers):
    """The zeros of the padding spread out with the taps."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1) * jump
        start -= padding * dilation * jump
        jump *= stride
    return size, jump, start


def pads_after_the_stride(layers):
    """The padding scaled by the stride of its own layer, too."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1) * jump
        jump *= stride
        start -= padding * jump
    return size, jump, start


def pads_once(layers):
    """Only the padding of the first layer, which is the one that touches the image."""
    size, jump = 1, 1
    for k, stride, _, dilation in layers:
        size += dilation * (k - 1) * jump
        jump *= stride
    return size, jump, -layers[0][2]


def leaves_the_padding_out(layers):
    """The field cut off at the border of the image."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += (dilation * (k - 1) - padding) * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def reaches_as_far_on_both_sides(layers):
    """k // 2 neurons on each side of the middle, which only odd kernels have."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += 2 * (k // 2) * dilation * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def dilates_every_tap(layers):
    """Holes counted behind the last tap, too: a dilated kernel taken to be k times d wide."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += (dilation * k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def hands_the_dilation_on(layers):
    """The dilation taken for a stride, which spreads the taps of the layers above."""
    size, jump, start, spread = 1, 1, 0, 1
    for k, stride, padding, dilation in layers:
        spread *= dilation
        size += spread * (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def forgets_the_last_stride(layers):
    """The stride that the last layer sees, not the one that it makes."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        step = jump
        size += dilation * (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, step, start


def knows_the_last_stride_only(layers):
    """The stride of the last layer taken for that of the field."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, layers[-1][1], start


def steps_no_wider_than_the_kernel(layers):
    """A stride above k cut down to k, as if no input could be left out."""
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1) * jump
        start -= padding * jump
        jump *= min(stride, k)
    return size, jump, start


def measures_a_distance(layers):
    """The last input minus the first, which is one less than there are."""
    size, jump, start = 0, 1, 0
    for k, stride, padding, dilation in layers:
        size += dilation * (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def empties_the_list(layers):
    """The layers taken out of the list that belongs to the caller."""
    size, jump, start = 1, 1, 0
    while layers:
        k, stride, padding, dilation = layers.pop(0)
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


def convolution(matrix, kernel):
    """Return the matrix of this shape that slides a kernel."""
    expected = np.zeros(matrix.shape)
    for o in range(len(matrix)):
        expected[o, o : o + len(kernel)] = kernel
    return expected


def around_windows(matrix):
    """Return where the matrix lies outside its windows: -1 in front of them, 1 behind them, 0 within."""
    k = len(first_window(matrix))
    places = np.arange(matrix.shape[1]) - np.arange(len(matrix))[:, None]
    return (places >= k).astype(int) - (places < 0)


def ends_at_the_last_weight(matrix):
    """The kernel taken to end where the first row has its last number."""
    if not np.array_equal(matrix, convolution(matrix, first_window(matrix))):
        return None
    return matrix[0, : np.flatnonzero(matrix[0])[-1] + 1]


def trims_the_kernel(matrix):
    """The kernel without the zeros at its two ends."""
    right = np.array_equal(matrix, convolution(matrix, first_window(matrix)))
    return np.trim_zeros(first_window(matrix)) if right else None


def looks_left_only(matrix):
    """What stands behind a window goes unnoticed."""
    shared = all(np.array_equal(w, first_window(matrix)) for w in rows_of_windows(matrix))
    return first_window(matrix) if shared and not matrix[around_windows(matrix) < 0].any() else None


def looks_right_only(matrix):
    """What stands in front of a window goes unnoticed."""
    shared = all(np.array_equal(w, first_window(matrix)) for w in rows_of_windows(matrix))
    return first_window(matrix) if shared and not matrix[around_windows(matrix) > 0].any() else None


def adds_up_what_stands_outside(matrix):
    """A sum of 0 taken for nothing but zeros: two connections may cancel."""
    shared = all(np.array_equal(w, first_window(matrix)) for w in rows_of_windows(matrix))
    return first_window(matrix) if shared and matrix[around_windows(matrix) != 0].sum() == 0 else None


def sees_positive_weights_only(matrix):
    """Negative connections outside the windows go unnoticed."""
    shared = all(np.array_equal(w, first_window(matrix)) for w in rows_of_windows(matrix))
    return first_window(matrix) if shared and not (matrix[around_windows(matrix) != 0] > 0).any() else None


def compares_the_first_two_rows(matrix):
    """The rows below the second never looked at."""
    first = matrix[:2]
    return first_window(matrix) if np.array_equal(first, convolution(matrix, first_window(matrix))[:2]) else None


def compares_the_two_ends(matrix):
    """The first row and the last, and none between them."""
    ends = matrix[[0, -1]]
    return first_window(matrix) if np.array_equal(ends, convolution(matrix, first_window(matrix))[[0, -1]]) else None


def compares_the_first_weight(matrix):
    """Zeros outside and one weight that repeats taken for a kernel that repeats."""
    sparse = not matrix[around_windows(matrix) != 0].any()
    return first_window(matrix) if sparse and (np.diag(matrix) == matrix[0, 0]).all() else None


def compares_sums(matrix):
    """Rows with the same sum taken for the same kernel."""
    sparse = not matrix[around_windows(matrix) != 0].any()
    return first_window(matrix) if sparse and np.allclose(matrix.sum(axis=1), matrix[0].sum()) else None


def ignores_signs(matrix):
    """The weights compared by their size alone."""
    same = np.array_equal(np.abs(matrix), np.abs(convolution(matrix, first_window(matrix))))
    return first_window(matrix) if same else None


def wants_diagonals_only(matrix):
    """A number that repeats along every diagonal, but on any number of diagonals."""
    return first_window(matrix) if np.array_equal(matrix[1:, 1:], matrix[:-1, :-1]) else None


def whole_numbers(matrix):
    """Weights cut down to whole numbers by an array of integers."""
    expected = convolution(matrix, first_window(matrix)).astype(int)
    return first_window(matrix).astype(int) if np.array_equal(matrix.astype(int), expected) else None


def wants_two_rows(matrix):
    """One row taken for a dense layer, and a dense layer for no convolution."""
    right = len(matrix) > 1 and np.array_equal(matrix, convolution(matrix, first_window(matrix)))
    return first_window(matrix) if right else None


def wants_more_than_one_weight(matrix):
    """A kernel of one weight taken for no kernel."""
    right = len(first_window(matrix)) > 1 and np.array_equal(matrix, convolution(matrix, first_window(matrix)))
    return first_window(matrix) if right else None


def says_false(matrix):
    """False in place of None."""
    return np.array_equal(matrix, convolution(matrix, first_window(matrix))) and first_window(matrix)


def clears_the_windows(matrix):
    """The caller's matrix emptied on the way."""
    kernel = first_window(matrix).copy()
    matrix -= convolution(matrix, kernel)
    return None if matrix.any() else kernel


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
        skips_single_taps,
        knows_three_layers,
        pads_no_wider_than_the_kernel,
        centres_the_field,
        dilates_the_padding,
        pads_after_the_stride,
        pads_once,
        leaves_the_padding_out,
        reaches_as_far_on_both_sides,
        dilates_every_tap,
        hands_the_dilation_on,
        forgets_the_last_stride,
        knows_the_last_stride_only,
        steps_no_wider_than_the_kernel,
        measures_a_distance,
        empties_the_list,
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
        ends_at_the_last_weight,
        trims_the_kernel,
        looks_left_only,
        looks_right_only,
        adds_up_what_stands_outside,
        sees_positive_weights_only,
        compares_the_first_two_rows,
        compares_the_two_ends,
        compares_the_first_weight,
        compares_sums,
        ignores_signs,
        wants_diagonals_only,
        whole_numbers,
        wants_two_rows,
        wants_more_than_one_weight,
        says_false,
        clears_the_windows,
    ],
}
