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


WRONG = {
    "8.2": [
        without_biases, bias_per_kernel, bias_per_input, all_connected, without_channels, square_kernel, one_bias,
    ],
    "8.3": [
        average, largest, bias_inside, bias_for_each_number, one_pair_for_all, overlapping, partial_windows, squashed,
        summed_over_channels, axes_swapped,
    ],
    "8.4": [
        overflowing, logarithm_of_zero, clipped, softmax_over_samples, summed, all_classes, softmax_twice, negative,
        in_bits,
    ],
}  # fmt: skip
