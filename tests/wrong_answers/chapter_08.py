"""Wrong answers to the exercises of chapter 8, each with the misconception behind it."""

import numpy as np

import cnn_course as cc

# 8.2, parameters of a table


def without_biases(connections, kernel_size):
    """The biases are forgotten."""
    return int(connections.sum()) * kernel_size[0] * kernel_size[1]


def bias_per_kernel(connections, kernel_size):
    """One bias for each kernel instead of one for each map."""
    return int(connections.sum()) * (kernel_size[0] * kernel_size[1] + 1)


def bias_per_input(connections, kernel_size):
    """Rows and columns of the table taken for each other: a bias for each map that is seen."""
    return int(connections.sum()) * kernel_size[0] * kernel_size[1] + connections.shape[1]


def all_connected(connections, kernel_size):
    """The table is ignored, as if every map saw every map."""
    return cc.conv_param_count(connections.shape[1], connections.shape[0], kernel_size)


def without_channels(connections, kernel_size):
    """Parameters counted without channels: one kernel for each map."""
    return len(connections) * (kernel_size[0] * kernel_size[1] + 1)


def square_kernel(connections, kernel_size):
    """Height and width of the kernel taken for the same."""
    return int(connections.sum()) * kernel_size[0] ** 2 + len(connections)


def one_bias(connections, kernel_size):
    """One bias for the whole layer."""
    return int(connections.sum()) * kernel_size[0] * kernel_size[1] + 1


def every_row_as_the_first(connections, kernel_size):
    """Every map taken to see as many maps as the first one."""
    return len(connections) * (int(connections[0].sum()) * kernel_size[0] * kernel_size[1] + 1)


def sums_booleans(connections, kernel_size):
    """A product of booleans: True plus True is True, so each row counts for one kernel."""
    seen = connections @ np.ones(connections.shape[1], dtype=bool)
    return int(seen.sum()) * kernel_size[0] * kernel_size[1] + len(connections)


def counts_what_is_not_connected(connections, kernel_size):
    """True taken for a connection that is left out."""
    return int((~connections).sum()) * kernel_size[0] * kernel_size[1] + len(connections)


def one_kernel_for_each_map_seen(connections, kernel_size):
    """A kernel shared by all maps that see the same map."""
    return int(connections.any(axis=0).sum()) * kernel_size[0] * kernel_size[1] + len(connections)


def as_high_as_wide(connections, kernel_size):
    """The width of the kernel taken for its height, too."""
    return int(connections.sum()) * kernel_size[1] ** 2 + len(connections)


def adds_the_sides(connections, kernel_size):
    """Rows plus columns of the kernel, where their product counts."""
    return int(connections.sum()) * (kernel_size[0] + kernel_size[1]) + len(connections)


def only_the_example(connections, kernel_size):
    """The number that the statement tells, whatever the table."""
    return 1516


def five_by_five(connections, kernel_size):
    """The kernels of LeNet-5, whatever is asked for."""
    return int(connections.sum()) * 25 + len(connections)


def a_number_for_each_map(connections, kernel_size):
    """The parameters of each map, not added up."""
    return connections.sum(axis=1) * kernel_size[0] * kernel_size[1] + 1


def completes_the_table(connections, kernel_size):
    """The caller's table filled in on the way."""
    count = int(connections.sum()) * kernel_size[0] * kernel_size[1] + len(connections)
    connections[:] = True
    return count


# 8.3, subsampling


def column(values):
    return np.asarray(values)[:, None, None]


def sums(x):
    return cc.sum_pool2d(x[None], 2)[0]


def average(x, coefficient, bias):
    """The average of a window instead of its sum."""
    return column(coefficient) * sums(x) / 4 + column(bias)


def largest(x, coefficient, bias):
    """Max pooling, as today's networks have it."""
    return column(coefficient) * cc.max_pool2d(x[None], 2)[0] + column(bias)


def bias_inside(x, coefficient, bias):
    """The bias is added to each number before the sum."""
    return column(coefficient) * sums(x + column(bias))


def bias_for_each_number(x, coefficient, bias):
    """The bias is added four times, once for each number of a window."""
    return sums(column(coefficient) * x + column(bias))


def one_pair_for_all(x, coefficient, bias):
    """One coefficient and one bias for all channels."""
    return coefficient[0] * sums(x) + bias[0]


def overlapping(x, coefficient, bias):
    """Windows that move by one instead of by their size."""
    return column(coefficient) * cc.sum_pool2d(x[None], 2, stride=1)[0] + column(bias)


def partial_windows(x, coefficient, bias):
    """A remainder of one row or column makes a further, smaller window."""
    return column(coefficient) * cc.sum_pool2d(x[None], 2, ceil_mode=True)[0] + column(bias)


def squashed(x, coefficient, bias):
    """The activation is applied within the subsampling."""
    return 1.7159 * np.tanh(2 / 3 * (column(coefficient) * sums(x) + column(bias)))


def summed_over_channels(x, coefficient, bias):
    """Pooling taken for a convolution: the channels are added up."""
    return (column(coefficient) * sums(x) + column(bias)).sum(axis=0, keepdims=True)


def axes_swapped(x, coefficient, bias):
    """Rows and columns swapped."""
    return (column(coefficient) * sums(x) + column(bias)).swapaxes(1, 2)


def cuts_the_first(x, coefficient, bias):
    """The first row and column left out where the number is odd, in place of the last."""
    cut = x[:, x.shape[1] % 2 :, x.shape[2] % 2 :]
    return column(coefficient) * sums(cut) + column(bias)


def cuts_columns_only(x, coefficient, bias):
    """A last row that is left over makes windows of its own; a last column does not."""
    padded = np.pad(x, [(0, 0), (0, x.shape[1] % 2), (0, 0)])
    return column(coefficient) * sums(padded) + column(bias)


def cuts_rows_only(x, coefficient, bias):
    """A last column that is left over makes windows of its own; a last row does not."""
    padded = np.pad(x, [(0, 0), (0, 0), (0, x.shape[2] % 2)])
    return column(coefficient) * sums(padded) + column(bias)


def rows_in_fours(x, coefficient, bias):
    """A reshape cuts a row into fours, not the map into windows."""
    channels, height, width = x.shape[0], x.shape[1] // 2, x.shape[2] // 2
    fours = x[:, : 2 * height, : 2 * width].reshape(channels, height, width, 4)
    return column(coefficient) * fours.sum(axis=3) + column(bias)


def two_corners(x, coefficient, bias):
    """Two of the four numbers of a window: upper left and lower right."""
    x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
    return column(coefficient) * (x[:, 0::2, 0::2] + x[:, 1::2, 1::2]) + column(bias)


def upper_left_only(x, coefficient, bias):
    """Subsampling taken for leaving out: every second number of every second row."""
    x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
    return column(coefficient) * x[:, ::2, ::2] + column(bias)


def rectified(x, coefficient, bias):
    """Negative results set to 0."""
    return np.maximum(column(coefficient) * sums(x) + column(bias), 0)


def whole_numbers(x, coefficient, bias):
    """Results cut down to whole numbers by an array of integers."""
    return (column(coefficient) * sums(x) + column(bias)).astype(int)


def positive_coefficients(x, coefficient, bias):
    """A coefficient taken without its sign, as if it were a share."""
    return column(np.abs(coefficient)) * sums(x) + column(bias)


def pair_swapped(x, coefficient, bias):
    """Coefficient and bias taken for each other."""
    return column(bias) * sums(x) + column(coefficient)


def without_the_bias(x, coefficient, bias):
    """The bias is forgotten."""
    return column(coefficient) * sums(x)


def without_the_coefficient(x, coefficient, bias):
    """The coefficient is forgotten."""
    return sums(x) + column(bias)


def as_wide_as_high(x, coefficient, bias):
    """Maps taken to be as wide as they are high."""
    width = x.shape[1]
    square = np.pad(x, [(0, 0), (0, 0), (0, max(0, width - x.shape[2]))])[:, :, :width]
    return column(coefficient) * sums(square) + column(bias)


def multiplies_in_place(x, coefficient, bias):
    """The caller's image multiplied on the way."""
    x *= column(coefficient)
    return sums(x) + column(bias)


# 8.4, the loss from scores


def overflowing(scores, target):
    """The exponentials are taken of the scores as they are."""
    with np.errstate(all="ignore"):
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        return -np.log(p[np.arange(len(target)), target]).mean()


def logarithm_of_zero(scores, target):
    """A probability that is rounded to 0 gets an infinite loss."""
    with np.errstate(all="ignore"):
        return -np.log(cc.softmax(scores)[np.arange(len(target)), target]).mean()


def clipped(scores, target):
    """Tiny probabilities are lifted, so that the loss of a bad mistake comes out too small."""
    p = np.clip(cc.softmax(scores), 1e-12, 1)
    return -np.log(p[np.arange(len(target)), target]).mean()


def softmax_over_samples(scores, target):
    """Softmax over the samples instead of the classes."""
    return -cc.log_softmax(scores, axis=0)[np.arange(len(target)), target].mean()


def summed(scores, target):
    """The sum over the samples instead of the mean."""
    return -cc.log_softmax(scores)[np.arange(len(target)), target].sum()


def all_classes(scores, target):
    """The mean over all classes instead of the true one."""
    return -cc.log_softmax(scores).mean()


def softmax_twice(scores, target):
    """Softmax before a loss that takes scores."""
    return cc.cross_entropy(cc.softmax(scores), target)


def negative(scores, target):
    """The minus is forgotten."""
    return -cc.cross_entropy(scores, target)


def in_bits(scores, target):
    """The logarithm to base 2."""
    return cc.cross_entropy(scores, target) / np.log(2)


def loss_around(scores, target, shift):
    """Return the mean loss of scores that are shifted before their exponentials are taken."""
    with np.errstate(all="ignore"):
        z = scores - shift
        return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(target)), target]).mean()


def shares_the_largest(scores, target):
    """The largest score of all samples subtracted from every sample."""
    return loss_around(scores, target, scores.max())


def takes_the_first_largest(scores, target):
    """The largest score of the first sample subtracted from every sample."""
    return loss_around(scores, target, scores[0].max())


def takes_the_largest_of_a_class(scores, target):
    """The largest score of each class instead of each sample."""
    return loss_around(scores, target, scores.max(axis=0))


def takes_the_mean_of_a_sample(scores, target):
    """The mean score subtracted: a score far above it still overflows."""
    return loss_around(scores, target, scores.mean(axis=1, keepdims=True))


def takes_the_median_of_a_sample(scores, target):
    """The score in the middle subtracted: the largest may lie far above it."""
    return loss_around(scores, target, np.median(scores, axis=1, keepdims=True))


def takes_the_smallest(scores, target):
    """The smallest score subtracted: everything that is left is positive."""
    return loss_around(scores, target, scores.min(axis=1, keepdims=True))


def takes_the_largest_size(scores, target):
    """The largest score without its sign subtracted: negative scores become smaller still."""
    return loss_around(scores, target, np.abs(scores).max(axis=1, keepdims=True))


def takes_the_score_of_the_true_class(scores, target):
    """The true class's score subtracted: that of a wrong class may lie far above it."""
    return loss_around(scores, target, scores[np.arange(len(target)), target][:, None])


def takes_a_thousand(scores, target):
    """A fixed number subtracted where a score is large."""
    return loss_around(scores, target, 1000 * (scores.max(axis=1, keepdims=True) > 700))


def knows_large_scores_only(scores, target):
    """The largest score subtracted if it is positive; very negative ones are left as they are."""
    return loss_around(scores, target, np.maximum(scores.max(axis=1, keepdims=True), 0))


def clips_scores(scores, target):
    """Scores cut at what a float can take the exponential of."""
    return loss_around(np.clip(scores, -700, 700), target, 0)


def adds_a_little(scores, target):
    """A little added to the probability, so that its logarithm is finite."""
    return -np.log(cc.softmax(scores)[np.arange(len(target)), target] + 1e-12).mean()


def shifts_one_term_only(scores, target):
    """The largest score subtracted in the sum, but not from the true class's score."""
    z = scores - scores.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - scores[np.arange(len(target)), target]).mean()


def picks_columns(scores, target):
    """`[:, target]` picks the true classes of all samples from each sample."""
    return -cc.log_softmax(scores)[:, target].mean()


def takes_the_winner(scores, target):
    """The class with the largest score taken for the true one."""
    return -cc.log_softmax(scores).max(axis=1).mean()


def divides_by_the_classes(scores, target):
    """Divided by the number of classes in place of that of the samples."""
    return cc.cross_entropy(scores, target) * len(scores) / scores.shape[1]


def first_sample_only(scores, target):
    """One sample in place of the mean over all."""
    return cc.cross_entropy(scores[:1], target[:1])


def worst_sample_only(scores, target):
    """The largest loss in place of the mean."""
    return -cc.log_softmax(scores)[np.arange(len(target)), target].min()


def loss_of_the_mean(scores, target):
    """The logarithm of the mean probability in place of the mean of the logarithms."""
    with np.errstate(all="ignore"):
        return -np.log(cc.softmax(scores)[np.arange(len(target)), target].mean())


def rounded(scores, target):
    """The loss rounded to four places."""
    return round(float(cc.cross_entropy(scores, target)), 4)


def shifts_in_place(scores, target):
    """The largest score subtracted from the caller's scores."""
    scores -= scores.max(axis=1, keepdims=True)
    return loss_around(scores, target, 0)


WRONG = {
    "8.2": [
        without_biases, bias_per_kernel, bias_per_input, all_connected, without_channels, square_kernel, one_bias,
        every_row_as_the_first, sums_booleans, counts_what_is_not_connected, one_kernel_for_each_map_seen,
        as_high_as_wide, adds_the_sides, only_the_example, five_by_five, a_number_for_each_map, completes_the_table,
    ],
    "8.3": [
        average, largest, bias_inside, bias_for_each_number, one_pair_for_all, overlapping, partial_windows, squashed,
        summed_over_channels, axes_swapped, cuts_the_first, cuts_columns_only, cuts_rows_only, rows_in_fours,
        two_corners, upper_left_only, rectified, whole_numbers, positive_coefficients, pair_swapped, without_the_bias,
        without_the_coefficient, as_wide_as_high, multiplies_in_place,
    ],
    "8.4": [
        overflowing, logarithm_of_zero, clipped, softmax_over_samples, summed, all_classes, softmax_twice, negative,
        in_bits, shares_the_largest, takes_the_first_largest, takes_the_largest_of_a_class, takes_the_mean_of_a_sample,
        takes_the_median_of_a_sample, takes_the_smallest, takes_the_largest_size, takes_the_score_of_the_true_class,
        takes_a_thousand, knows_large_scores_only, clips_scores, adds_a_little, shifts_one_term_only, picks_columns,
        takes_the_winner, divides_by_the_classes, first_sample_only, worst_sample_only, loss_of_the_mean, rounded,
        shifts_in_place,
    ],
}  # fmt: skip
