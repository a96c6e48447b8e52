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


def middle(x, kernel, y=None, kept=lambda i, n: 0 <= i < n, change=lambda number: number):
    """Return the right numbers, or others where a part is replaced."""
    start, n = (len(kernel) - 1) // 2, len(x)
    y = np.zeros(n) if y is None else y
    for i in range(n):
        for j in range(len(kernel)):
            if kept(i + start - j, n):
                y[i] += change(kernel[j] * x[i + start - j])
    return y


def whole_numbers(x, kernel):
    """The result is made of whole numbers: half a drop is no drop."""
    return middle(x, kernel, np.zeros(len(x), dtype=int))


def like_the_signal(x, kernel):
    """`zeros_like` of a signal of whole numbers holds whole numbers."""
    return middle(x, kernel, np.zeros_like(x))


def rounds(x, kernel):
    """The result is rounded."""
    return np.round(middle(x, kernel))


def leaves_out_the_first_number(x, kernel):
    """Index 0 is taken for outside."""
    return middle(x, kernel, kept=lambda i, n: 0 < i < n)


def leaves_out_the_last_number(x, kernel):
    """The last index is taken for outside."""
    return middle(x, kernel, kept=lambda i, n: 0 <= i < n - 1)


def skips_what_is_negative(x, kernel):
    """Products below zero are left out."""
    return middle(x, kernel, change=lambda number: max(number, 0))


def loses_the_sign(x, kernel):
    """Amounts are taken without their sign."""
    return middle(x, kernel, change=abs)


def repeats_the_ends(x, kernel):
    """Outside stand copies of the first and the last number."""
    start, n = (len(kernel) - 1) // 2, len(x)
    padded = np.pad(x, (len(kernel), len(kernel)), mode="edge")
    return np.convolve(padded, kernel, "full")[start + len(kernel) :][:n]


def pads_both_sides_alike(x, kernel):
    """Half of k − 1 zeros on both sides: an even kernel loses a number."""
    half = (len(kernel) - 1) // 2
    return np.convolve(np.pad(x, half), kernel, "valid")


def averages(x, kernel):
    """The weights are made to add up to 1."""
    return middle(x, kernel / np.abs(kernel).sum())


def shortens_the_kernel(x, kernel):
    """A kernel longer than the signal is cut off."""
    return middle(x, kernel[: len(x)])


def turns_the_kernel_itself(x, kernel):
    """The kernel that was handed over is flipped in place."""
    kernel[:] = kernel[::-1].copy()
    return middle(x, kernel[::-1])


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


def swaps_input_and_kernel(operation):
    """Only a convolution may swap its arguments; and NumPy swaps them itself where the kernel is longer."""
    x, kernel = np.array([1.0, 4, 2, 7]), np.array([1.0, 2.0, 3.0])
    return np.array_equal(operation(x, kernel), operation(kernel, x))


def tries_two_kernels(operation):
    """A second call to be sure."""
    x, kernel = np.array([0.0, 0, 0, 1, 0, 0, 0]), np.array([1.0, 2.0, 3.0])
    first, second = operation(x, kernel), operation(x, kernel[::-1])
    return np.array_equal(first[first != 0], kernel) and np.array_equal(second[second != 0], kernel[::-1])


def always_flips(operation):
    """What is called a convolution flips."""
    return True


def never_flips(operation):
    """Layers do not flip."""
    return False


def says_the_opposite(operation):
    """A kernel that appears as it is was not flipped."""
    y = operation(np.array([0.0, 0, 0, 1, 0, 0, 0]), np.array([1.0, 2.0, 3.0]))
    return not np.array_equal(y[y != 0], [1, 2, 3])


def leaves_out_the_zeros(operation):
    """An impulse without zeros around it."""
    y = operation(np.array([1.0]), np.array([1.0, 2.0, 3.0]))
    return np.array_equal(y[y != 0], [1, 2, 3])


def takes_too_few_zeros(operation):
    """One zero on both sides is too few for three weights."""
    y = operation(np.array([0.0, 1, 0]), np.array([1.0, 2.0, 3.0]))
    return np.array_equal(y[y != 0], [1, 2, 3])


def sends_the_impulse_as_kernel(operation):
    """A kernel of a single 1 in the middle reads the same from both ends."""
    x = np.array([0.0, 0, 1, 2, 3, 0, 0])
    y = operation(x, np.array([0.0, 1, 0]))
    return np.array_equal(y[y != 0], [1, 2, 3])


def adds_up_the_answer(operation):
    """The sum of the answer does not know of any order."""
    return operation(np.array([0.0, 0, 0, 1, 0, 0, 0]), np.array([1.0, 2.0, 3.0])).sum() == 6


def expects_full(operation):
    """The answer is compared with that of one mode only."""
    x, kernel = np.array([0.0, 0, 1, 0, 0]), np.array([1.0, 2.0, 3.0])
    return np.array_equal(operation(x, kernel), [0, 0, 1, 2, 3, 0, 0])


WRONG = {
    "1.4": [
        forgets_the_flip,
        keeps_the_other_middle,
        keeps_the_beginning,
        returns_valid,
        returns_full,
        wraps_around,
        follows_the_longer,
        whole_numbers,
        like_the_signal,
        rounds,
        leaves_out_the_first_number,
        leaves_out_the_last_number,
        skips_what_is_negative,
        loses_the_sign,
        repeats_the_ends,
        pads_both_sides_alike,
        averages,
        shortens_the_kernel,
        turns_the_kernel_itself,
    ],
    "1.5": [
        tries_a_symmetric_kernel,
        takes_backwards_for_flipped,
        looks_in_one_place,
        asks_whether_it_commutes,
        swaps_input_and_kernel,
        tries_two_kernels,
        always_flips,
        never_flips,
        says_the_opposite,
        leaves_out_the_zeros,
        takes_too_few_zeros,
        sends_the_impulse_as_kernel,
        adds_up_the_answer,
        expects_full,
    ],
}
