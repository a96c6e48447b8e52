"""Wrong answers to the exercises of chapter 2, each with the misconception behind it."""

import numpy as np

# 2.4


def uses_the_pattern(pattern):
    """The pattern as its own kernel, with weights of 0 that let anything pass."""
    return pattern


def only_punishes(pattern):
    """White that is missing costs nothing."""
    return pattern - 1


def subtracts_the_mean(pattern):
    """Weights that add up to zero, which cannot see a pattern of one colour."""
    return pattern - pattern.mean()


def divides_by_the_sum(pattern):
    """Normalising by the sum changes all scores alike."""
    return pattern / max(pattern.sum(), 1)


def turns_the_kernel(pattern):
    """The kernel turned for an operation that does not turn it back."""
    return (2 * pattern - 1)[::-1, ::-1]


def swaps_rows_and_columns(pattern):
    """Height and width swapped."""
    return (2 * pattern - 1).T


# 2.5


def stamped(x, kernel, rows, cols):
    y = np.zeros((rows, cols))
    for r, s in np.ndindex(x.shape):
        y[r : r + kernel.shape[0], s : s + kernel.shape[1]] += x[r, s] * kernel
    return y


def flips_as_well(x, kernel):
    """The flip done twice: adding copies flips already."""
    return stamped(x, kernel[::-1, ::-1], x.shape[0] + kernel.shape[0] - 1, x.shape[1] + kernel.shape[1] - 1)


def flips_one_axis(x, kernel):
    """Only the rows turned."""
    return stamped(x, kernel[::-1], x.shape[0] + kernel.shape[0] - 1, x.shape[1] + kernel.shape[1] - 1)


def counts_one_row_too_many(x, kernel):
    """n + k instead of n + k − 1."""
    return stamped(x, kernel, x.shape[0] + kernel.shape[0], x.shape[1] + kernel.shape[1])


def overwrites(x, kernel):
    """The last copy wins."""
    y = np.zeros((x.shape[0] + kernel.shape[0] - 1, x.shape[1] + kernel.shape[1] - 1))
    for r, s in np.ndindex(x.shape):
        y[r : r + kernel.shape[0], s : s + kernel.shape[1]] = x[r, s] * kernel
    return y


def swaps_height_and_width(x, kernel):
    """Columns before rows."""
    return stamped(x.T, kernel.T, x.shape[1] + kernel.shape[1] - 1, x.shape[0] + kernel.shape[0] - 1)


def keeps_what_fits(x, kernel):
    """Valid for full."""
    full = stamped(x, kernel, x.shape[0] + kernel.shape[0] - 1, x.shape[1] + kernel.shape[1] - 1)
    return full[kernel.shape[0] - 1 : x.shape[0], kernel.shape[1] - 1 : x.shape[1]]


WRONG = {
    "2.4": [
        uses_the_pattern,
        only_punishes,
        subtracts_the_mean,
        divides_by_the_sum,
        turns_the_kernel,
        swaps_rows_and_columns,
    ],
    "2.5": [
        flips_as_well,
        flips_one_axis,
        counts_one_row_too_many,
        overwrites,
        swaps_height_and_width,
        keeps_what_fits,
    ],
}
