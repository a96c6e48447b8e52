"""Checks of the exercises of chapter 3."""

import math
from collections.abc import Callable

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


Shape = tuple[int, ...]
Layers = list[tuple[int, tuple[int, int]]]
# What goes wrong, and how it changes a layer's weight, output and number of parameters, by its input and the image.
SLIPS = {
    "Each filter has a kernel for each channel.": lambda x, _, w, y, n: (w, y, w[0] * (w[2] * w[3] + 1)),
    "The biases are missing.": lambda x, _, w, y, n: (w, y, n - w[0]),
    "Each filter has a bias of its own.": lambda x, _, w, y, n: (w, y, n - w[0] + 1),
    "A bias serves a whole map.": lambda x, _, w, y, n: (w, y, n - w[0] + math.prod(y)),
    "A filter has one bias for all its channels.": lambda x, _, w, y, n: (w, y, n + w[0] * (w[1] - 1)),
    "The depth is the number of filters.": lambda x, _, w, y, n: (w, (x[0], *y[1:]), n),
    "A filter is as deep as what it reads: the maps of the layer before it.": lambda x, image, w, y, n: (
        (w[0], image[0], *w[2:]),
        y,
        w[0] * (image[0] * w[2] * w[3] + 1),
    ),
    "Rows come first, then columns.": lambda x, _, w, y, n: (w, (y[0], y[2], y[1]), n),
    "Without padding the maps are smaller than the image.": lambda x, _, w, y, n: (w, (y[0], *x[1:]), n),
    "The first window counts, too.": lambda x, _, w, y, n: (w, (y[0], y[1] - 1, y[2] - 1), n),
    "The filters come first: to how many channels, from how many.": lambda x, _, w, y, n: ((w[1], w[0], *w[2:]), y, n),
    "A kernel has rows first, then columns.": lambda x, _, w, y, n: ((*w[:2], w[3], w[2]), y, n),
}


@exercise("3.2")
def describe_layers(answer: Answer) -> None:
    """Count the arrays that one layer, and two in a row, really have; neither images nor kernels are square."""
    for c_in, height, width, filters, k_h, k_w in [*SIZES, *answer.draw(5, *RANGES)]:
        first, second = (filters, (k_h, k_w)), (2 * filters + 1, (height - k_h + 1, 1))
        for layers in ([first], [first, second]):
            image = c_in, height, width
            slips = [(described(image, layers, slip), text) for text, slip in SLIPS.items()]
            each_alone = tuple(described(image, [layer])[0] for layer in layers)
            slips.append((each_alone, "A layer reads the maps of the layer before it, not the image."))
            expect(answer, image, layers, gives=described(image, layers), slips=slips)


def described(image: Shape, layers: Layers, slip: Callable | None = None) -> tuple:
    """Describe layers in a row by arrays of their shapes; a slip is handed on, as by who makes it."""
    found, x = [], image
    for filters, kernel in layers:
        weight, bias = np.zeros((filters, x[0], *kernel)), np.zeros(filters)
        places = tuple(len(range(k, n + 1)) for n, k in zip(x[1:], kernel, strict=True))
        layer = weight.shape, (filters, *places), weight.size + bias.size
        found.append(slip(x, image, *layer) if slip else layer)
        x = found[-1][1]
    return tuple(found)


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
