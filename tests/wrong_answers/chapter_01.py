"""Wrong answers to the exercises of chapter 1, each with the misconception behind it."""

import numpy as np

# 1.4


def forgets_the_flip(x, kernel):
    """The flip forgotten."""
    return np.convolve(x, kernel[::-1], "full")[(len(kernel) - 1) // 2 :][: len(x)]


def keeps_the_other_middle(x, kernel):
    """Half of k, not of k − 1: the extra number of an even kernel dropped at the start."""
    return np.convolve(x, kernel, "full")[len(kernel) // 2 :][: len(x)]


def keeps_the_beginning(x, kernel):
    """Zeros put in front only."""
    return np.convolve(x, kernel, "full")[: len(x)]


def returns_valid(x, kernel):
    """Valid for same."""
    return np.convolve(x, kernel, "valid")


def returns_full(x, kernel):
    """Full for same."""
    return np.convolve(x, kernel, "full")


def wraps_around(x, kernel):
    """A negative index, which Python counts from the end, taken for a zero."""
    start, (n, k) = (len(kernel) - 1) // 2, (len(x), len(kernel))
    return np.array([sum(kernel[j] * x[i + start - j] for j in range(k) if i + start - j < n) for i in range(n)])


def follows_the_longer(x, kernel):
    """NumPy's same, which keeps the size of the longer of the two."""
    return np.convolve(x, kernel, "same")


# 1.5


def tries_a_symmetric_kernel(operation):
    """A kernel that reads the same from both ends cannot tell."""
    kernel = np.array([1.0, 2.0, 1.0])
    y = operation(np.array([0.0, 0, 0, 1, 0, 0, 0]), kernel)
    return np.array_equal(y[y != 0], kernel)


def takes_backwards_for_flipped(operation):
    """The kernel appears backwards, so it was flipped."""
    y = operation(np.array([0.0, 0, 0, 1, 0, 0, 0]), np.array([1.0, 2.0, 3.0]))
    return np.array_equal(y[y != 0], [3, 2, 1])


def looks_in_one_place(operation):
    """The place of the answer does not depend on the mode."""
    y = operation(np.array([0.0, 0, 0, 1, 0, 0, 0]), np.array([1.0, 2.0, 3.0]))
    return np.array_equal(y[2:5], [1, 2, 3])


def asks_whether_it_commutes(operation):
    """Full is the only mode in which the order of input and kernel can be swapped."""
    x, kernel = np.array([1.0, 4, 2, 7]), np.array([1.0, 2.0, 3.0])
    return np.array_equal(operation(x, kernel), np.convolve(kernel, x, "full"))


WRONG = {
    "1.4": [
        forgets_the_flip,
        keeps_the_other_middle,
        keeps_the_beginning,
        returns_valid,
        returns_full,
        wraps_around,
        follows_the_longer,
    ],
    "1.5": [tries_a_symmetric_kernel, takes_backwards_for_flipped, looks_in_one_place, asks_whether_it_commutes],
}
