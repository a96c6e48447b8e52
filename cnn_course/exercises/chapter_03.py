"""Checks of the exercises of chapter 3."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect

SIZES = [  # c_in, height, width, filters, k_h, k_w
    (1, 2, 3, 2, 1, 2),
    (1, 5, 8, 3, 2, 4),
    (4, 6, 5, 2, 1, 3),
    (2, 4, 7, 5, 3, 2),
    (3, 3, 6, 1, 3, 3),
    (2, 4, 3, 3, 1, 1),
]
RANGES = (1, 4), (3, 6), (3, 6), (1, 5), (1, 3), (1, 3)


@exercise("3.2")
def describe_layer(answer: Answer) -> None:
    """Count the arrays that such a layer really has; neither image nor kernel is square."""
    for c_in, height, width, filters, k_h, k_w in [*SIZES, *answer.draw(5, *RANGES)]:
        weight, bias = np.zeros((filters, c_in, k_h, k_w)), np.zeros(filters)
        places = np.lib.stride_tricks.sliding_window_view(np.zeros((height, width)), (k_h, k_w)).shape[:2]
        output, count = (filters, *places), weight.size + bias.size
        neurons = int(np.prod(output))
        expect(
            answer,
            (c_in, height, width),
            filters,
            (k_h, k_w),
            gives=(weight.shape, output, count),
            slips=[
                ((weight.shape, output, filters * (k_h * k_w + 1)), "Each filter has a kernel for each channel."),
                ((weight.shape, output, weight.size), "The biases are missing."),
                ((weight.shape, output, weight.size + 1), "Each filter has a bias of its own."),
                ((weight.shape, output, weight.size + neurons), "A bias serves a whole map."),
                (
                    (weight.shape, output, c_in * count),
                    "A filter adds up its channels: it has one bias for all of them.",
                ),
                ((weight.shape, (c_in, *places), count), "The depth is the number of filters."),
                ((weight.shape, (filters, *places[::-1]), count), "Rows come first, then columns."),
                (
                    (weight.shape, (filters, height, width), count),
                    "Without padding the maps are smaller than the image.",
                ),
                ((weight.shape, (filters, height - k_h, width - k_w), count), "The first window counts, too."),
                (
                    ((c_in, filters, k_h, k_w), output, count),
                    "The filters come first: to how many channels, from how many.",
                ),
                (((filters, c_in, k_w, k_h), output, count), "A kernel has rows first, then columns."),
            ],
        )


@exercise("3.3")
def layer(answer: Answer) -> None:
    """One product at a time, for one and several channels and filters."""
    for c_in, height, width, filters, k_h, k_w in [*SIZES, *answer.draw(3, *RANGES)]:
        x = answer.random.randint(-4, 5, (c_in, height, width))
        weight = answer.random.randint(-4, 5, (filters, c_in, k_h, k_w)) / 2
        bias = answer.random.choice(np.r_[-8:0, 1:9], filters) / 4
        without = naive.conv2d(x[None], weight)[0]
        right = without + bias[:, None, None]
        turned = naive.conv2d(x[None], weight[:, :, ::-1, ::-1], bias)[0]
        expect(
            answer,
            x,
            weight,
            bias,
            gives=right,
            slips=[
                (without, "The biases are missing."),
                (without + c_in * bias[:, None, None], "You added the bias once for each input channel."),
                (without + bias[0], "Each filter has a bias of its own."),
                (without / c_in + bias[:, None, None], "A filter adds its channels up, it does not average them."),
                (np.maximum(right, 0), "Nothing is cut off at 0: that is the activation, which comes after the layer."),
                (turned, "A layer does not turn the kernel."),
            ],
        )


@exercise("3.4")
def full_weight(answer: Answer) -> None:
    """Show one pixel at a time to the grouped layer: each answer is the weight that this pixel meets."""
    sizes = [(2, 1, 1, 1, 2), (1, 3, 1, 2, 1), (2, 2, 2, 3, 2), (2, 1, 2, 2, 3), (1, 1, 1, 3, 3)]
    for per_group, c_group, k_h, k_w, groups in [*sizes, *answer.draw(4, (1, 3), (1, 3), (1, 2), (1, 3), (1, 3))]:
        weight = answer.random.choice(np.r_[-9:0, 1:10], (per_group * groups, c_group, k_h, k_w)) / 2
        shape = (c_group * groups, k_h, k_w)
        pixels = np.eye(int(np.prod(shape))).reshape(-1, *shape)
        right = naive.conv2d(pixels, weight, groups=groups)[:, :, 0, 0].T.reshape(-1, *shape)
        turn, start = np.zeros(right.shape), np.zeros(right.shape)
        for o, kernels in enumerate(weight):
            turn[o, o % groups * c_group :][:c_group] = kernels
            start[o, :c_group] = kernels
        expect(
            answer,
            weight,
            groups,
            gives=right,
            slips=[
                (weight, "The weight needs a kernel for every input channel, a zero one where a filter does not look."),
                (np.tile(weight, (1, groups, 1, 1)), "A filter has zeros for the channels of the other groups."),
                (turn, "Filters of a group lie next to each other: the first few look at the first channels."),
                (start, "Each group of filters looks at channels of its own."),
            ],
        )
