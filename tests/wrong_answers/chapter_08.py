"""Wrong answers to the exercises of chapter 8, each with the misconception behind it."""

import numpy as np

import cnn_course as cc

# 8.2, a layer with a table


def made(x, table, kernels, bias):
    """Return the maps as they should be."""
    maps, number = [], 0
    for row in table:
        maps.append(sum(cc.correlate2d(x[c], kernels[number + i]) for i, c in enumerate(np.flatnonzero(row))))
        number += row.sum()
    return np.stack(maps) + bias[:, None, None]


def without_biases(x, table, kernels, bias):
    """The biases are not counted."""
    return made(x, table, kernels, bias), kernels.size


def bias_per_kernel(x, table, kernels, bias):
    """One bias counted for each kernel instead of one for each map."""
    return made(x, table, kernels, bias), kernels.size + len(kernels)


def bias_per_input(x, table, kernels, bias):
    """Rows and columns of the table taken for each other: a bias for each map that is seen."""
    return made(x, table, kernels, bias), kernels.size + table.shape[1]


def all_connected(x, table, kernels, bias):
    """Counted as if every map saw every map."""
    return made(x, table, kernels, bias), cc.conv_param_count(table.shape[1], table.shape[0], kernels.shape[1:])


def without_channels(x, table, kernels, bias):
    """Parameters counted without channels: one kernel for each map."""
    return made(x, table, kernels, bias), len(table) * (kernels[0].size + 1)


def square_kernel(x, table, kernels, bias):
    """Height and width of the kernel taken for the same."""
    return made(x, table, kernels, bias), len(kernels) * kernels.shape[1] ** 2 + len(table)


def one_bias(x, table, kernels, bias):
    """One bias counted for the whole layer."""
    return made(x, table, kernels, bias), kernels.size + 1


def every_row_as_the_first(x, table, kernels, bias):
    """Every map taken to see as many maps as the first one."""
    return made(x, table, kernels, bias), len(table) * (int(table[0].sum()) * kernels[0].size + 1)


def counts_numbers_of_the_output(x, table, kernels, bias):
    """The size of the output taken for the number of parameters."""
    maps = made(x, table, kernels, bias)
    return maps, maps.size


def only_the_example(x, table, kernels, bias):
    """The number that the statement tells, whatever the table."""
    return made(x, table, kernels, bias), 1516


def maps_alone(x, table, kernels, bias):
    """The count is forgotten."""
    return made(x, table, kernels, bias)


def turns_kernels(x, table, kernels, bias):
    """A true convolution, which turns each kernel by half a turn."""
    return made(x, table, kernels[:, ::-1, ::-1], bias), kernels.size + len(bias)


def down_the_columns(x, table, kernels, bias):
    """The kernels taken in the order of the table's columns."""
    place = (np.cumsum(table.T).reshape(table.T.shape).T - 1)[table]
    return made(x, table, kernels[place], bias), kernels.size + len(bias)


def one_kernel_for_each_map_seen(x, table, kernels, bias):
    """A kernel shared by all maps that see the same map."""
    shared = kernels[np.nonzero(table)[1] % len(kernels)]
    return made(x, table, shared, bias), kernels.size + len(bias)


def one_kernel_for_each_map_made(x, table, kernels, bias):
    """A map uses its first kernel for all maps that it sees."""
    first = np.cumsum([0, *table.sum(axis=1)[:-1]])
    return made(x, table, kernels[first[np.nonzero(table)[0]]], bias), kernels.size + len(bias)


def starts_again(x, table, kernels, bias):
    """The count of kernels starts anew in each row of the table."""
    place = [number for row in table for number in range(row.sum())]
    return made(x, table, kernels[place], bias), kernels.size + len(bias)


def first_channels(x, table, kernels, bias):
    """A map that sees three maps sees the first three."""
    left = np.sort(table, axis=1)[:, ::-1]
    return made(x, left, kernels, bias), kernels.size + len(bias)


def bias_for_each_kernel(x, table, kernels, bias):
    """The bias is added with each kernel."""
    return made(x, table, kernels, bias * table.sum(axis=1)), kernels.size + len(bias)


def without_adding_biases(x, table, kernels, bias):
    """The biases are counted, and not added."""
    return made(x, table, kernels, 0 * bias), kernels.size + len(bias)


def mean_over_channels(x, table, kernels, bias):
    """The mean over the maps that are seen, in place of the sum."""
    maps = made(x, table, kernels, 0 * bias) / table.sum(axis=1)[:, None, None]
    return maps + bias[:, None, None], kernels.size + len(bias)


def rectifies(x, table, kernels, bias):
    """Negative results set to 0."""
    return np.maximum(made(x, table, kernels, bias), 0), kernels.size + len(bias)


def full_maps(x, table, kernels, bias):
    """Padding that the layer does not have."""
    (height, width), (k_h, k_w) = x.shape[1:], kernels.shape[1:]
    wide = np.zeros((len(x), height + k_h - 1, width + k_w - 1))
    wide[:, :height, :width] = x
    return made(wide, table, kernels, bias), kernels.size + len(bias)


def a_number_for_each_map(x, table, kernels, bias):
    """The parameters of each map, not added up."""
    return made(x, table, kernels, bias), table.sum(axis=1) * kernels[0].size + 1


def completes_the_table(x, table, kernels, bias):
    """The caller's table filled in on the way."""
    maps = made(x, table, kernels, bias)
    table[:] = True
    return maps, kernels.size + len(bias)


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


# 8.5, a tenth of the network

FIRST = [("conv", 6, 5), ("relu",), ("pool", 2), ("conv", 16, 5), ("relu",), ("pool", 2)]


def the_whole_network(classes):
    """LeNet as it is, which is ten times too large."""
    return [*FIRST, ("dense", 120), ("relu",), ("dense", 84), ("relu",), ("dense", classes)]


def saves_on_convolutions(classes):
    """Fewer maps, where hardly any parameters are; C5 stays."""
    return [("conv", 3, 5), ("relu",), ("pool", 2), ("conv", 8, 5), ("pool", 2), ("dense", 120), ("dense", classes)]


def leaves_out_f6(classes):
    """F6 left out, though C5 has most of the parameters."""
    return [*FIRST, ("dense", 120), ("relu",), ("dense", classes)]


def saves_on_work(classes):
    """A pooling layer in front saves multiplications, and the dense layers stay too large."""
    return [("pool", 2), ("conv", 16, 5), ("relu",), ("pool", 2), ("dense", 84), ("relu",), ("dense", classes)]


def counts_without_channels(classes):
    """A budget that takes a filter of the second convolution for one kernel."""
    return [("conv", 16, 5), ("relu",), ("pool", 2), ("conv", 24, 5), ("relu",), ("pool", 5), ("dense", classes)]


def always_ten(classes):
    """Ten scores, however many classes there are."""
    return [*FIRST, ("dense", 10)]


def ends_in_maps(classes):
    """A map for each class, with no single number for it."""
    return [*FIRST, ("conv", classes, 4)]


def without_an_end(classes):
    """No scores at all."""
    return FIRST


def wider_than_the_map(classes):
    """A kernel that is larger than what is left of the map."""
    return [*FIRST, ("conv", 8, 7), ("dense", classes)]


def pools_to_nothing(classes):
    """A window that is larger than the map."""
    return [("conv", 6, 5), ("relu",), ("pool", 32), ("dense", classes)]


def convolves_a_vector(classes):
    """A convolution behind a dense layer, which has left no rows and columns."""
    return [("pool", 4), ("dense", 16), ("conv", 16, 5), ("dense", classes)]


def ends_in_softmax(classes):
    """A softmax as the last layer, where the loss takes scores."""
    return [*FIRST, ("dense", classes), ("softmax",)]


def tells_inputs(classes):
    """The channels that come in are told, too."""
    return [("conv", 1, 6, 5), ("relu",), ("pool", 4), ("dense", classes)]


def without_brackets(classes):
    """Layers as words."""
    return ["relu", "pool", "dense"]


def real_layers(classes):
    """Layers of the library in place of what describes them."""
    return [cc.Flatten(), cc.Linear(1024, classes, random_state=np.random.RandomState(0))]


def a_network(classes):
    """A network of the library in place of a list."""
    return cc.Sequential(cc.Flatten())


def half_a_filter(classes):
    """A number of filters that is no whole number."""
    return [("conv", 6 / 2, 5), ("pool", 4), ("dense", classes)]


def no_filters(classes):
    """Saved until nothing is left."""
    return [("conv", 0, 5), ("pool", 4), ("dense", classes)]


def one_number(classes):
    """One map, and of it only the largest value: too little to tell ten digits apart."""
    return [("conv", 1, 5), ("pool", 28), ("dense", classes)]


def four_numbers(classes):
    """The mean ink of four quadrants, nearly: the digits are pooled until they look alike."""
    return [("pool", 16), ("dense", classes)]


def sees_two_scores(classes):
    """All goes through two numbers that a rectifier may close."""
    return [("pool", 8), ("dense", 2), ("relu",), ("dense", classes)]


WRONG = {
    "8.2": [
        without_biases, bias_per_kernel, bias_per_input, all_connected, without_channels, square_kernel, one_bias,
        every_row_as_the_first, counts_numbers_of_the_output, only_the_example, maps_alone, turns_kernels,
        down_the_columns, one_kernel_for_each_map_seen, one_kernel_for_each_map_made, starts_again, first_channels,
        bias_for_each_kernel, without_adding_biases, mean_over_channels, rectifies, full_maps, a_number_for_each_map,
        completes_the_table,
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
    "8.5": [
        the_whole_network, saves_on_convolutions, leaves_out_f6, saves_on_work, counts_without_channels, always_ten,
        ends_in_maps, without_an_end, wider_than_the_map, pools_to_nothing, convolves_a_vector, ends_in_softmax,
        tells_inputs, without_brackets, real_layers, a_network, half_a_filter, no_filters, one_number, four_numbers,
        sees_two_scores,
    ],
}  # fmt: skip
