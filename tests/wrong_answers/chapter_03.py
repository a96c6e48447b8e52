"""Wrong answers to the exercises of chapter 3, each with the misconception behind it."""

import numpy as np

import cnn_course as cc


def describe(image_shape, filters, kernel_size, channels=None, biases=None, depth=None, swap=False):
    """Return a right description, or one with a part replaced."""
    c_in, height, width = image_shape
    k_h, k_w = kernel_size
    weight = (filters, c_in if channels is None else channels, k_h, k_w)
    rows, cols = height - k_h + 1, width - k_w + 1
    output = (filters if depth is None else depth, *((cols, rows) if swap else (rows, cols)))
    return weight, output, int(np.prod(weight)) + (filters if biases is None else biases)


def without_channels(image_shape, filters, kernel_size):
    """Parameters counted without channels: a filter is taken for a flat kernel."""
    weight, output, _ = describe(image_shape, filters, kernel_size)
    return weight, output, filters * (kernel_size[0] * kernel_size[1] + 1)


def flat_filters(image_shape, filters, kernel_size):
    """One kernel for all channels, in the weight's shape as well."""
    return describe(image_shape, filters, kernel_size, channels=1)


def one_bias(image_shape, filters, kernel_size):
    """One bias for the whole layer."""
    return describe(image_shape, filters, kernel_size, biases=1)


def bias_per_position(image_shape, filters, kernel_size):
    """One bias for each place of each map."""
    _, output, _ = describe(image_shape, filters, kernel_size)
    return describe(image_shape, filters, kernel_size, biases=int(np.prod(output)))


def bias_per_kernel(image_shape, filters, kernel_size):
    """One bias for each kernel."""
    return describe(image_shape, filters, kernel_size, biases=filters * image_shape[0])


def depth_of_the_input(image_shape, filters, kernel_size):
    """Output depth taken from the input."""
    return describe(image_shape, filters, kernel_size, depth=image_shape[0])


def depth_times_filters(image_shape, filters, kernel_size):
    """Every filter makes a map for each channel."""
    return describe(image_shape, filters, kernel_size, depth=image_shape[0] * filters)


def height_and_width_swapped(image_shape, filters, kernel_size):
    """Height and width swapped in the output."""
    return describe(image_shape, filters, kernel_size, swap=True)


def channels_last(image_shape, filters, kernel_size):
    """The depth named last, as texts do."""
    weight, (depth, *size), count = describe(image_shape, filters, kernel_size)
    return weight, (*size, depth), count


def loops(x, weight, bias, correlate=cc.correlate2d):
    """Return a layer's maps."""
    return np.array(
        [bias[o] + sum(correlate(x[c], weight[o, c]) for c in range(weight.shape[1])) for o in range(weight.shape[0])]
    )


def bias_for_each_channel(x, weight, bias):
    """The bias is added inside the loop over the input channels."""
    return loops(x, weight, bias * len(x))


def no_bias(x, weight, bias):
    """The bias is forgotten."""
    return loops(x, weight, np.zeros(len(bias)))


def first_bias_for_all(x, weight, bias):
    """One bias for the whole layer."""
    return loops(x, weight, np.full(len(bias), bias[0]))


def turned_kernels(x, weight, bias):
    """True convolution: the kernels are turned."""
    return loops(x, weight, bias, cc.convolve2d)


def last_channel_only(x, weight, bias):
    """Each channel overwrites the sum of the one before it."""
    return np.array([b + cc.correlate2d(x[-1], filter_[-1]) for b, filter_ in zip(bias, weight, strict=True)])


def one_kernel_for_all_channels(x, weight, bias):
    """A flat filter: its first kernel meets every channel."""
    return loops(x, np.repeat(weight[:, :1], len(x), axis=1), bias)


def a_map_for_each_channel(x, weight, bias):
    """Output depth taken from the input: map c belongs to channel c."""
    return np.array([sum(cc.correlate2d(x[c], filter_[c]) for filter_ in weight) for c in range(len(x))])


def not_added_up(x, weight, bias):
    """The channels of a filter are not added."""
    maps = [[cc.correlate2d(x[c], filter_[c]) for c in range(len(x))] for filter_ in weight]
    return np.array(maps) + bias[:, None, None, None]


def blocks(weight, groups, first):
    """Return the full weight in which filter o looks at channels first(o, c_group) and on."""
    c_out, c_group, k_h, k_w = weight.shape
    full = np.zeros((c_out, c_group * groups, k_h, k_w))
    for o in range(c_out):
        full[o, first(o) : first(o) + c_group] = weight[o]
    return full


def always_the_first_channels(weight, groups):
    """Every group of filters looks at the first channels."""
    return blocks(weight, groups, lambda o: 0)


def groups_in_turn(weight, groups):
    """Filters are dealt to the groups in turn, not in blocks."""
    return blocks(weight, groups, lambda o: o % groups * weight.shape[1])


def no_zeros(weight, groups):
    """Every filter looks at all groups with the same kernels."""
    return np.tile(weight, (1, groups, 1, 1))


def next_to_each_other(weight, groups):
    """The channels of a group lie `groups` apart, not next to each other."""
    c_out, c_group, k_h, k_w = weight.shape
    full = np.zeros((c_out, c_group * groups, k_h, k_w))
    for o in range(c_out):
        full[o, o // (c_out // groups) :: groups] = weight[o]
    return full


def filters_split_too(weight, groups):
    """The number of filters is divided by the groups a second time."""
    return blocks(weight, groups, lambda o: o // (len(weight) // groups) * weight.shape[1])[: len(weight) // groups]


WRONG = {
    "3.2": [
        without_channels,
        flat_filters,
        one_bias,
        bias_per_position,
        bias_per_kernel,
        depth_of_the_input,
        depth_times_filters,
        height_and_width_swapped,
        channels_last,
    ],
    "3.3": [
        bias_for_each_channel,
        no_bias,
        first_bias_for_all,
        turned_kernels,
        last_channel_only,
        one_kernel_for_all_channels,
        a_map_for_each_channel,
        not_added_up,
    ],
    "3.4": [always_the_first_channels, groups_in_turn, no_zeros, next_to_each_other, filters_split_too],
}
