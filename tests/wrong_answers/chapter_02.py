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


def changes_the_pattern(pattern):
    """The pattern itself gets −1 for its black pixels."""
    pattern[pattern == 0] = -1
    return pattern


def in_bytes(pattern):
    """A byte has no sign: −1 becomes 255."""
    return (2 * pattern - 1).astype(np.int64).astype(np.uint8)


def rounded_halves(pattern):
    """Half a weight is rounded, to the even number 0."""
    return np.round(pattern - 0.5)


def forgets_all_black(pattern):
    """Half of the largest pixel is subtracted, and the largest of none is 0."""
    return pattern - pattern.max() / 2


def divides_by_white(pattern):
    """A pattern without white is divided by nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (2 * pattern - 1) / pattern.sum()


def rewards_black(pattern):
    """White and black the wrong way round."""
    return 1 - 2 * pattern


def punishes_one_pixel(pattern):
    """Only the first black pixel costs."""
    kernel = pattern.copy()
    if (pattern == 0).any():
        kernel[tuple(np.argwhere(pattern == 0)[0])] = -1
    return kernel


def punishes_the_rim(pattern):
    """Only black pixels of the first row cost."""
    kernel = pattern.copy()
    kernel[0] = 2 * pattern[0] - 1
    return kernel


def flat_kernel(pattern):
    """The kernel is written as a row."""
    return (2 * pattern - 1).ravel()


def three_by_three(pattern):
    """The kernel has the shape of the X."""
    return np.resize(2 * pattern - 1, (3, 3))


def gives_the_score(pattern):
    """The highest score instead of the kernel."""
    return float(pattern.sum())


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


def full_size(x, kernel):
    return x.shape[0] + kernel.shape[0] - 1, x.shape[1] + kernel.shape[1] - 1


def whole_numbers(x, kernel):
    """An array of whole numbers takes no halves."""
    y = np.zeros(full_size(x, kernel), dtype=int)
    for r, s in np.ndindex(x.shape):
        y[r : r + kernel.shape[0], s : s + kernel.shape[1]] += x[r, s] * kernel
    return y


def whole_products(x, kernel):
    """Every product loses its fraction."""
    y = np.zeros(full_size(x, kernel))
    for r, s in np.ndindex(x.shape):
        y[r : r + kernel.shape[0], s : s + kernel.shape[1]] += (x[r, s] * kernel).astype(int)
    return y


def skips_what_is_negative(x, kernel):
    """Only bright pixels put down a copy."""
    return stamped(np.maximum(x, 0), kernel, *full_size(x, kernel))


def loses_the_sign(x, kernel):
    """A pixel's amount without its sign."""
    return stamped(np.abs(x), kernel, *full_size(x, kernel))


def keeps_the_larger(x, kernel):
    """Where copies overlap the larger number stays."""
    y = np.full(full_size(x, kernel), -np.inf)
    for r, s in np.ndindex(x.shape):
        place = slice(r, r + kernel.shape[0]), slice(s, s + kernel.shape[1])
        y[place] = np.maximum(y[place], x[r, s] * kernel)
    return y


def averages_the_overlap(x, kernel):
    """Where copies overlap their mean is taken."""
    counts = stamped(np.ones(x.shape), np.ones(kernel.shape), *full_size(x, kernel))
    return stamped(x, kernel, *full_size(x, kernel)) / counts


def leaves_out_the_last_row(x, kernel):
    """`range` stops before its end, and the end was n − 1."""
    return stamped(x[:-1], kernel, *full_size(x, kernel))


def puts_copies_side_by_side(x, kernel):
    """The copies do not overlap."""
    return np.kron(x, kernel)


def takes_everything_for_square(x, kernel):
    """As many columns as rows."""
    side = full_size(x, kernel)[0]
    return stamped(x[:, :side], kernel, *full_size(x, kernel))[:, :side]


def weighs_the_kernel_itself(x, kernel):
    """Each pixel multiplies the kernel that was handed over."""
    y = np.zeros(full_size(x, kernel))
    for r, s in np.ndindex(x.shape):
        kernel *= x[r, s]
        y[r : r + kernel.shape[0], s : s + kernel.shape[1]] += kernel
    return y


def starts_one_lower(x, kernel):
    """The middle of the kernel, not its corner, is laid on the pixel."""
    return np.roll(
        stamped(x, kernel, *full_size(x, kernel)), (-(kernel.shape[0] // 2), -(kernel.shape[1] // 2)), (0, 1)
    )


WRONG = {
    "2.4": [
        uses_the_pattern,
        only_punishes,
        subtracts_the_mean,
        divides_by_the_sum,
        turns_the_kernel,
        swaps_rows_and_columns,
        changes_the_pattern,
        in_bytes,
        rounded_halves,
        forgets_all_black,
        divides_by_white,
        rewards_black,
        punishes_one_pixel,
        punishes_the_rim,
        flat_kernel,
        three_by_three,
        gives_the_score,
    ],
    "2.5": [
        flips_as_well,
        flips_one_axis,
        counts_one_row_too_many,
        overwrites,
        swaps_height_and_width,
        keeps_what_fits,
        whole_numbers,
        whole_products,
        skips_what_is_negative,
        loses_the_sign,
        keeps_the_larger,
        averages_the_overlap,
        leaves_out_the_last_row,
        puts_copies_side_by_side,
        takes_everything_for_square,
        weighs_the_kernel_itself,
        starts_one_lower,
    ],
}
