"""Checks of the exercises of chapter 3."""

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect

SIZES = [  # c_in, height, width, filters, k_h, k_w
    (1, 5, 8, 3, 2, 4),
    (4, 6, 5, 2, 1, 3),
    (2, 4, 7, 5, 3, 2),
    (3, 3, 6, 1, 3, 3),
]


@exercise("3.2")
def describe_layer(answer: Answer) -> None:
    """Count the arrays that such a layer really has; neither image nor kernel is square."""
    for c_in, height, width, filters, k_h, k_w in SIZES:
        weight, bias = np.zeros((filters, c_in, k_h, k_w)), np.zeros(filters)
        output = naive.conv2d(np.zeros((1, c_in, height, width)), weight, bias)[0]
        count = weight.size + bias.size
        expect(
            answer,
            (c_in, height, width),
            filters,
            (k_h, k_w),
            gives=(weight.shape, output.shape, count),
            slips=[
                ((weight.shape, output.shape, filters * (k_h * k_w + 1)), "Each filter has a kernel for each channel."),
                ((weight.shape, output.shape, weight.size), "The biases are missing."),
                ((weight.shape, output.shape, weight.size + 1), "Each filter has a bias of its own."),
                ((weight.shape, output.shape, weight.size + output.size), "A bias serves a whole map."),
                ((weight.shape, (c_in, *output.shape[1:]), count), "The depth is the number of filters."),
            ],
        )


@exercise("3.3")
def layer(answer: Answer) -> None:
    """One product at a time, for one and several channels and filters."""
    random = np.random.RandomState(0)
    for c_in, height, width, filters, k_h, k_w in SIZES:
        x = random.randint(-4, 5, (c_in, height, width)).astype(float)
        weight = random.randint(-4, 5, (filters, c_in, k_h, k_w)).astype(float)
        bias = random.randint(1, 9, filters).astype(float)
        without = naive.conv2d(x[None], weight)[0]
        turned = naive.conv2d(x[None], weight[:, :, ::-1, ::-1], bias)[0]
        expect(
            answer,
            x,
            weight,
            bias,
            gives=without + bias[:, None, None],
            slips=[
                (without, "The biases are missing."),
                (without + c_in * bias[:, None, None], "You added the bias once for each input channel."),
                (turned, "A layer does not turn the kernel."),
            ],
        )


@exercise("3.4")
def full_weight(answer: Answer) -> None:
    """Show one pixel at a time to the grouped layer: each answer is the weight that this pixel meets."""
    random = np.random.RandomState(0)
    for c_out, c_group, k_h, k_w, groups in ((2, 3, 1, 2, 1), (4, 2, 2, 3, 2), (6, 1, 2, 2, 3), (3, 1, 1, 3, 3)):
        weight = random.randint(1, 10, (c_out, c_group, k_h, k_w)).astype(float)
        shape = (c_group * groups, k_h, k_w)
        pixels = np.eye(int(np.prod(shape))).reshape(-1, *shape)
        right = naive.conv2d(pixels, weight, groups=groups)[:, :, 0, 0].T.reshape(c_out, *shape)
        expect(
            answer,
            weight,
            groups,
            gives=right,
            slips=[
                (weight, "The weight needs a kernel for every input channel, a zero one where a filter does not look."),
                (np.tile(weight, (1, groups, 1, 1)), "A filter has zeros for the channels of the other groups."),
            ],
        )
