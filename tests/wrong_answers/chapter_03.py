"""Wrong answers to the exercises of chapter 3, each with the misconception behind it."""

from functools import wraps

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


def in_a_row(describe_one):
    """Describe layers in a row, each by what goes wrong with one."""

    @wraps(describe_one)
    def describe_layers(image_shape, layers):
        found = []
        for filters, kernel_size in layers:
            found.append(describe_one(image_shape, filters, kernel_size))
            image_shape = found[-1][1]
        return found

    return describe_layers


@in_a_row
def without_channels(image_shape, filters, kernel_size):
    """Parameters counted without channels: a filter is taken for a flat kernel."""
    weight, output, _ = describe(image_shape, filters, kernel_size)
    return weight, output, filters * (kernel_size[0] * kernel_size[1] + 1)


@in_a_row
def flat_filters(image_shape, filters, kernel_size):
    """One kernel for all channels, in the weight's shape as well."""
    return describe(image_shape, filters, kernel_size, channels=1)


@in_a_row
def one_bias(image_shape, filters, kernel_size):
    """One bias for the whole layer."""
    return describe(image_shape, filters, kernel_size, biases=1)


@in_a_row
def bias_per_position(image_shape, filters, kernel_size):
    """One bias for each place of each map."""
    _, output, _ = describe(image_shape, filters, kernel_size)
    return describe(image_shape, filters, kernel_size, biases=int(np.prod(output)))


@in_a_row
def bias_per_kernel(image_shape, filters, kernel_size):
    """One bias for each kernel."""
    return describe(image_shape, filters, kernel_size, biases=filters * image_shape[0])


@in_a_row
def depth_of_the_input(image_shape, filters, kernel_size):
    """Output depth taken from the input."""
    return describe(image_shape, filters, kernel_size, depth=image_shape[0])


@in_a_row
def depth_times_filters(image_shape, filters, kernel_size):
    """Every filter makes a map for each channel."""
    return describe(image_shape, filters, kernel_size, depth=image_shape[0] * filters)


@in_a_row
def height_and_width_swapped(image_shape, filters, kernel_size):
    """Height and width swapped in the output."""
    return describe(image_shape, filters, kernel_size, swap=True)


@in_a_row
def channels_last(image_shape, filters, kernel_size):
    """The depth named last, as texts do."""
    weight, (depth, *size), count = describe(image_shape, filters, kernel_size)
    return weight, (*size, depth), count


@in_a_row
def same_size(image_shape, filters, kernel_size):
    """The maps are as large as the image."""
    weight, _, count = describe(image_shape, filters, kernel_size)
    return weight, (filters, *image_shape[1:]), count


@in_a_row
def first_window_forgotten(image_shape, filters, kernel_size):
    """n − k windows instead of n − k + 1."""
    weight, (_, rows, cols), count = describe(image_shape, filters, kernel_size)
    return weight, (filters, rows - 1, cols - 1), count


@in_a_row
def square_kernels(image_shape, filters, kernel_size):
    """A kernel has as many columns as rows."""
    return describe(image_shape, filters, (kernel_size[0], kernel_size[0]))


@in_a_row
def square_images(image_shape, filters, kernel_size):
    """An image has as many columns as rows."""
    return describe((image_shape[0], image_shape[1], image_shape[1]), filters, kernel_size)


@in_a_row
def kernel_turned(image_shape, filters, kernel_size):
    """Columns before rows in the weight's shape."""
    (o, c, k_h, k_w), output, count = describe(image_shape, filters, kernel_size)
    return (o, c, k_w, k_h), output, count


@in_a_row
def channels_before_filters(image_shape, filters, kernel_size):
    """From how many channels comes first, then to how many."""
    (o, c, k_h, k_w), output, count = describe(image_shape, filters, kernel_size)
    return (c, o, k_h, k_w), output, count


@in_a_row
def floats(image_shape, filters, kernel_size):
    """Sizes as the result of a division."""
    weight, (depth, rows, cols), count = describe(image_shape, filters, kernel_size)
    return weight, (depth, rows / 1, cols / 1), count


@in_a_row
def colour_only(image_shape, filters, kernel_size):
    """Every image has three channels."""
    return describe((3, *image_shape[1:]), filters, kernel_size)


@in_a_row
def products_counted(image_shape, filters, kernel_size):
    """The products are counted, not the weights."""
    weight, output, _ = describe(image_shape, filters, kernel_size)
    return weight, output, int(np.prod(weight)) * output[1] * output[2] + filters


@in_a_row
def one_filter_at_most(image_shape, filters, kernel_size):
    """The parameters of one filter stand for all."""
    weight, output, _ = describe(image_shape, filters, kernel_size)
    return weight, output, int(np.prod(weight[1:])) + 1


def all_read_the_image(image_shape, layers):
    """Every layer is described as if it were the first."""
    return [describe(image_shape, *layer) for layer in layers]


def weights_as_deep_as_the_image(image_shape, layers):
    """Sizes are handed on, the depth of the filters is not."""
    found, shape = [], image_shape
    for filters, kernel_size in layers:
        found.append(describe(shape, filters, kernel_size, channels=image_shape[0]))
        shape = found[-1][1]
    return found


def the_last_layer_only(image_shape, layers):
    """One description for all layers."""
    return in_a_row(describe)(image_shape, layers)[-1:]


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


def whole_numbers(x, weight, bias):
    """The maps are made of whole numbers."""
    return loops(x, weight, bias).astype(int)


def like_the_image(x, weight, bias):
    """`zeros_like` of an image of whole numbers holds whole numbers."""
    right = loops(x, weight, bias)
    maps = np.zeros_like(x, shape=right.shape)
    for o in range(len(weight)):
        maps[o] = right[o]
    return maps


def nothing_below_zero(x, weight, bias):
    """The activation is taken for part of the layer."""
    return np.maximum(loops(x, weight, bias), 0)


def channels_averaged(x, weight, bias):
    """The channels are averaged instead of added."""
    return loops(x / len(x), weight, bias)


def bias_without_sign(x, weight, bias):
    """A level below zero is taken for one above."""
    return loops(x, weight, np.abs(bias))


def bias_multiplies(x, weight, bias):
    """The bias is a factor."""
    return loops(x, weight, np.zeros(len(bias))) * bias[:, None, None]


def bias_for_the_first_map(x, weight, bias):
    """Only the first map gets its bias."""
    return loops(x, weight, bias * (np.arange(len(bias)) == 0))


def first_filter_for_all(x, weight, bias):
    """Every map comes from the same filter."""
    return loops(x, np.repeat(weight[:1], len(weight), axis=0), bias)


def channels_backwards(x, weight, bias):
    """The last kernel meets the first channel."""
    return loops(x[::-1], weight, bias)


def three_channels_at_most(x, weight, bias):
    """Every image has at most three channels."""
    return loops(x[:3], weight[:, :3], bias)


def cut_to_square_kernels(x, weight, bias):
    """A kernel has as many columns as rows, and the others are cut off."""
    side = min(weight.shape[2:])
    return loops(x, weight[:, :, :side, :side], bias)


def adds_into_the_image(x, weight, bias):
    """The first channel collects the sum of all."""
    for c in range(1, len(x)):
        x[0] += x[c]
    return loops(x[:1], weight[:, :1], bias)


def weighs_the_bias_itself(x, weight, bias):
    """The bias that was handed over is used up."""
    maps = loops(x, weight, bias)
    bias -= bias
    return maps


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


def whole_weights(weight, groups):
    """The weight is made of whole numbers."""
    return right_blocks(weight, groups).astype(int)


def right_blocks(weight, groups):
    return blocks(weight, groups, lambda o: o // (len(weight) // groups) * weight.shape[1])


def channels_taken_for_filters(weight, groups):
    """The group of a filter is found from the number of its channels."""
    c_group = weight.shape[1]
    return blocks(weight, groups, lambda o: min(o // c_group, groups - 1) * c_group)


def groups_backwards(weight, groups):
    """The first filters look at the last channels."""
    return right_blocks(weight, groups)[:, ::-1]


def depthwise_only(weight, groups):
    """Filter o looks at channel o."""
    return blocks(weight, groups, lambda o: min(o, (groups - 1) * weight.shape[1]))


def nothing_to_do(weight, groups):
    """The weight of the grouped layer is taken for that of the ordinary one."""
    return weight


def first_group_only(weight, groups):
    """The other groups stay zero."""
    full = right_blocks(weight, groups)
    full[len(weight) // groups :] = 0
    return full


def one_filter_a_group(weight, groups):
    """A group has one filter, and the others stay zero."""
    full = right_blocks(weight, groups)
    full[np.arange(len(weight)) % (len(weight) // groups) > 0] = 0
    return full


def divided_by_the_groups(weight, groups):
    """Every group contributes its share."""
    return right_blocks(weight, groups) / groups


def ones_and_zeros(weight, groups):
    """Where a filter looks, instead of the weights."""
    return (right_blocks(weight, groups) != 0).astype(float)


def filters_first_channels_second(weight, groups):
    """The two axes of channels swapped."""
    return right_blocks(weight, groups).swapaxes(0, 1)


def scales_the_weight_itself(weight, groups):
    """The weight that was handed over is turned."""
    weight[:] = weight[:, :, ::-1, ::-1].copy()
    return right_blocks(weight, groups)


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
        same_size,
        first_window_forgotten,
        square_kernels,
        square_images,
        kernel_turned,
        channels_before_filters,
        floats,
        colour_only,
        products_counted,
        one_filter_at_most,
        all_read_the_image,
        weights_as_deep_as_the_image,
        the_last_layer_only,
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
        whole_numbers,
        like_the_image,
        nothing_below_zero,
        channels_averaged,
        bias_without_sign,
        bias_multiplies,
        bias_for_the_first_map,
        first_filter_for_all,
        channels_backwards,
        three_channels_at_most,
        cut_to_square_kernels,
        adds_into_the_image,
        weighs_the_bias_itself,
    ],
    "3.4": [
        always_the_first_channels,
        groups_in_turn,
        no_zeros,
        next_to_each_other,
        filters_split_too,
        whole_weights,
        channels_taken_for_filters,
        groups_backwards,
        depthwise_only,
        nothing_to_do,
        first_group_only,
        one_filter_a_group,
        divided_by_the_groups,
        ones_and_zeros,
        filters_first_channels_second,
        scales_the_weight_itself,
    ],
}
