"""Questions on chapters 8 to 11: LeNet, gradients, variants, frameworks."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.random import RandomState

import cnn_course as cc
from cnn_course import models

from . import Alike, Question, asks, choice, drawn, grid, number, products, shape, signed, unlike


@lru_cache(maxsize=2)
def lenet(version: str) -> cc.Sequential:
    """Return LeNet, whose sizes do not depend on its weights."""
    return models.lenet5(RandomState(0), version)


@asks(8)
def lenet_shape(random: RandomState) -> Question:
    """Ask for the shape of the maps in the middle of LeNet."""
    rows, cols = (4 * size for size in unlike(random, 5, 12, 2))
    to_s4 = cc.Sequential(*lenet("usual").layers[:6])
    right = to_s4.output_shape((1, rows, cols))
    return shape(
        "LeNet as it is usually programmed: 6 filters of 5 × 5, pooling by 2, 16 filters of 5 × 5, pooling by 2, "
        f"no padding. It gets an image of {rows} × {cols}. Which shape (channels, rows, columns) "
        "leaves the second pooling?",
        right,
        f"Rows {rows}, {rows - 4}, {rows // 2 - 2}, {rows // 2 - 6}, {rows // 4 - 3} and columns {cols}, {cols - 4}, "
        f"{cols // 2 - 2}, {cols // 2 - 6}, {cols // 4 - 3}; the second convolution has 16 filters.",
        (to_s4.output_shape((1, cols, rows)), "Rows before columns."),
        ((16, rows // 4, cols // 4), "Each convolution takes four rows and four columns."),
        ((1, *right[1:]), "How many filters has the second convolution?"),
        ((6, *right[1:]), "Six are the maps of the first convolution."),
        (cc.Sequential(*lenet("usual").layers[:5]).output_shape((1, rows, cols)), "That is before the last pooling."),
    )


@asks(8)
def colour_filters(random: RandomState) -> Question:
    """Count the parameters of a first layer that reads colour."""
    filters, k, side = random.randint(4, 17), random.choice([3, 5, 7]).item(), random.randint(24, 40)
    right = cc.conv_param_count(3, filters, k)
    weights = cc.conv_param_count(3, filters, k, bias=False)
    return number(
        f"A first layer reads colour images of {side} × {side}: {filters} filters of {k} × {k} over 3 channels. "
        "How many parameters has it, with biases?",
        right,
        f"{filters} · (3 · {k} · {k} + 1) = {right}",
        (cc.conv_param_count(1, filters, k), "The channels are missing: a filter has a kernel for each."),
        (weights, "The biases are missing."),
        (3 * cc.conv_param_count(1, filters, k), "Each kernel has a bias here; a filter has one."),
        (weights + filters * (side - k + 1) ** 2, "Each position has a bias here; a filter has one."),
    )


@asks(8)
def some_maps(random: RandomState) -> Question:
    """Count the parameters of a filter that sees some maps."""
    total, k = random.randint(5, 13), random.choice([3, 5, 7]).item()
    seen = random.randint(2, total)
    right = cc.conv_param_count(seen, 1, k)
    return number(
        f"One map of a layer with kernels of {k} × {k} sees {seen} of the {total} maps below it. "
        "How many parameters has its filter, with the bias?",
        right,
        f"{seen} · {k} · {k} + 1 = {right}",
        (cc.conv_param_count(total, 1, k), "That is for all maps."),
        (cc.conv_param_count(seen, 1, k, bias=False), "The bias is missing."),
        (seen * cc.conv_param_count(1, 1, k), "A filter has one bias, not one for each kernel."),
        (cc.conv_param_count(1, 1, k), "It has a kernel for each of the maps that it sees."),
    )


@asks(8)
def fresh_loss(random: RandomState) -> Question:
    """Ask for the loss of equal scores."""
    classes = random.choice([3, 4, 5, 6, 7, 8, 12, 20, 100]).item()
    right = float(cc.cross_entropy(np.zeros((1, classes)), np.array([0])))
    return number(
        f"A fresh network gives each of {classes} classes the same score. What is its loss, to two decimals? "
        f"(ln {classes} = {math.log(classes):.3f}, log2 {classes} = {math.log2(classes):.3f})",
        right,
        f"Each class gets the probability 1/{classes}, and −ln(1/{classes}) ≈ {right:.3f}.",
        (math.log(10), "That is for ten classes."),
        (math.log2(classes), "That is the logarithm to base 2; the loss takes the natural one."),
        (1 / classes, "That is the probability; the loss is minus its logarithm."),
        (-right, "The logarithm of a probability is negative, the loss is not."),
        tolerance=0.006,
    )


@asks(8)
def lenet_counts(random: RandomState) -> Question:
    """Say where LeNet has its parameters and its work."""
    usual, published = lenet("usual"), lenet("published")
    share, counted, work = random.randint(91, 99), [], []
    size: tuple[int, ...] = (1, 32, 32)
    for layer in usual.layers:
        if layer.params:
            counted.append(layer.param_count)
            work.append(layer.mac_count(size))
        size = layer.output_shape(size)
    return choice(
        random,
        "Which of these hold for LeNet as it is usually programmed?",
        (
            f"The dense layers have more than {share} % of the parameters.",
            sum(counted[2:]) > share / 100 * sum(counted),
            f"{sum(counted[2:]):,} of {sum(counted):,}.",
        ),
        (
            "The dense layers do most of the multiplications.",
            sum(work[2:]) > sum(work[:2]),
            "A dense layer uses each weight once, a convolution at every place.",
        ),
        (
            "It has more parameters than the published network.",
            usual.param_count > published.param_count,
            f"{usual.param_count:,} against {published.param_count:,}.",
        ),
        ("Its pooling layers are trained.", any(cc.MaxPool2d(2).params), "The maximum has no parameters."),
    )


def _input_gradient(g: np.ndarray, size: tuple[int, int], kernel: np.ndarray, stride: int = 1) -> np.ndarray:
    found, _, _ = cc.conv2d_backward(g[None, None], np.zeros((1, 1, *size)), kernel[None, None], stride=stride)
    assert found is not None  # it was asked for
    return found[0, 0]


@asks(9)
def stamps(random: RandomState) -> Question:
    """Ask for the gradient of an input."""
    kernel, g = drawn(random, 0, 4, 2, 2), drawn(random, -2, 3, 2, 2)
    right = _input_gradient(g, (3, 3), kernel)
    replaced = np.zeros((3, 3))
    for i in range(2):
        for j in range(2):
            replaced[i : i + 2, j : j + 2] = g[i, j] * kernel
    return grid(
        "A convolution with this kernel receives the upstream gradient g. What is the gradient of its input?",
        right,
        "Each number of g stamps its multiple of the kernel; where stamps overlap they add up.",
        {"kernel": kernel, "upstream gradient g": g},
        (cc.correlate2d(g, kernel, "full"), "The stamps are turned round: each is the kernel as it is."),
        (cc.convolve2d(np.ones((2, 2)), kernel, "full"), "That is for a g of ones: each stamp has its factor."),
        (replaced, "Where stamps overlap, their numbers add up."),
    )


@asks(9)
def strided_stamps(random: RandomState) -> Question:
    """Ask for the gradient of a row behind a stride."""
    kernel, g = np.array(unlike(random, 1, 9, 3)), np.array(unlike(random, 1, 5, 3))
    apart = np.array([g[0], 0, g[1], 0, g[2]])
    replaced = np.zeros(8)
    for at, factor in enumerate(g):
        replaced[2 * at : 2 * at + 3] = factor * kernel
    return grid(
        f"A row of 8 pixels meets the kernel {signed(*kernel)} with stride 2, and g is {signed(*g)}. "
        "What is the gradient of the row?",
        _input_gradient(g[None], (1, 8), kernel[None], stride=2),
        "Stamps at 0, 2 and 4; they meet at pixels 2 and 4. Nobody read pixel 7.",
        {"kernel": kernel, "upstream gradient g": g},
        (np.append(cc.convolve1d(apart, kernel[::-1], "full"), 0)[None], "The kernel is turned round."),
        (replaced[None], "Where stamps overlap, their numbers add up."),
        (np.pad(cc.convolve1d(g, kernel, "full"), (0, 3))[None], "That is stride 1."),
        (np.append(0, cc.convolve1d(apart, kernel, "full"))[None], "The first window starts at pixel 0."),
    )


@asks(9)
def bias_gradient(random: RandomState) -> Question:
    """Ask for the gradient of a bias."""
    filters, side, images, tenths = *unlike(random, 2, 8, 3), random.randint(1, 10)
    maps = np.zeros((images, 1, side, side)), np.zeros((filters, 1, 1, 1)), np.zeros(filters)
    _, _, found = cc.conv2d_backward(np.full((images, filters, side, side), tenths / 10), *maps)
    assert found is not None  # there is a bias
    right = round(float(found[0]), 6)
    return number(
        f"A layer of {filters} filters makes {filters} maps of {side} by {side} from each of {images} images. The "
        f"upstream gradient is {tenths / 10:g} everywhere. What is the gradient of the first filter's bias?",
        right,
        f"{images} · {side} · {side} · {tenths / 10:g} = {right:g}",
        (side * side * tenths / 10, "That is one image. The bias was added in all of them."),
        (images * tenths / 10, "That is one position. The bias was added at all of them."),
        (tenths / 10, "The bias was added more than once: at every position, in every image."),
        (filters * right, "The other filters have biases of their own."),
    )


@asks(9)
def rectified(random: RandomState) -> Question:
    """Ask for the gradient behind a rectifier."""
    below, above = drawn(random, -3, 3, 5), drawn(random, -6, 6, 5)
    below[random.randint(5)] = 0
    right = cc.relu_backward(above.astype(float), below.astype(float))
    return grid(
        "A rectifier had the input x and receives the upstream gradient g. What does it hand on?",
        right[None],
        "g where x is positive, 0 elsewhere.",
        {"input x": below, "upstream gradient g": above},
        (np.maximum(above, 0)[None], "The sign of x decides, not that of g."),
        (np.where(below > 0, np.maximum(above, 0), 0)[None], "A negative gradient passes where x is positive."),
        (np.where(below >= 0, above, 0)[None], "At 0 the slope is taken to be 0."),
        (np.maximum(below, 0)[None], "That is the way forwards."),
        (above[None], "It stops some of them."),
    )


@asks(9)
def score_gradient(random: RandomState) -> Question:
    """Ask for the gradient of a score."""
    images, classes = random.choice([2, 4, 5, 8, 10]).item(), random.choice([2, 4, 5, 8, 10]).item()
    found = cc.cross_entropy_backward(np.zeros((images, classes)), np.zeros(images, dtype=int))
    right, share = round(float(found[0, 0]), 6), 1 / classes
    return number(
        f"A batch of {images} images, {classes} classes, all scores 0. The loss is the mean over the batch. "
        "What is the gradient of the score of an image's right class?",
        right,
        f"(1 / {classes} − 1) / {images} = {signed(right)}",
        (share - 1, "That is the gradient of this image's own loss. The mean divides it."),
        (share / images, "That is the gradient of a wrong class."),
        (share, "That is the probability of the class."),
        (-right, "To lower the loss the score must rise. Which sign has the gradient then?"),
        (-1 / images, "The probability is missing."),
        ((share - 1) / classes, "The mean is over images, not over classes."),
        tolerance=0.0005,
    )


@asks(10)
def unshared_biases(random: RandomState) -> Question:
    """Count the biases of an unshared layer."""
    c, (rows, cols) = random.randint(2, 9), unlike(random, 4, 12, 2)
    with_bias, without = (cc.locally_connected_param_count(1, c, 3, (rows, cols), bias=bias) for bias in (True, False))
    return number(
        f"An unshared layer with kernels of 3 by 3 gives {c} output channels of {rows} by {cols} numbers. "
        "How many biases has it?",
        with_bias - without,
        f"{c} · {rows} · {cols} = {with_bias - without}: nothing is shared, so every neuron has a bias.",
        (c, "That is one for each output channel, the rule of the convolution."),
        (rows * cols, "That is one for each place; the channels are missing."),
        (with_bias, "The weights are counted as well."),
    )


@asks(10)
def tiled_weights(random: RandomState) -> Question:
    """Count the weights of a tiled layer."""
    c, filters, t = unlike(random, 2, 7, 3)
    right = cc.tiled_param_count(c, filters, 3, t, bias=False)
    shared = cc.conv_param_count(c, filters, 3, bias=False)
    return number(
        f"A tiled layer leads from {c} to {filters} channels with kernels of 3 by 3 and t = {t} along rows and along "
        "columns. How many weights has it, without biases?",
        right,
        f"{filters} · {c} · 3 · 3 · {t} · {t} = {right}",
        (shared, "That is t = 1, the convolution."),
        (t * shared, "The kernels take turns along both axes."),
        (cc.tiled_param_count(1, filters, 3, t, bias=False), "The input channels are missing."),
    )


@asks(10)
def transposed_shape(random: RandomState) -> Question:
    """Ask for the shape behind a transposed convolution."""
    c, filters, rows, cols = unlike(random, 3, 10, 4)
    k, s = random.choice([4, 5, 6]).item(), random.randint(2, 4)
    right = cc.conv_transpose2d(np.zeros((1, c, rows, cols)), np.zeros((c, filters, k, k)), stride=s, padding=1).shape
    small, large = (
        tuple(size(n, k, stride=s, padding=p) for n in (rows, cols))
        for size, p in ((_forward, 1), (cc.conv_transpose_output_size, 0))
    )
    return shape(
        f"A transposed convolution takes an input of shape (1, {c}, {rows}, {cols}) to {filters} channels, with "
        f"kernels of {k} by {k}, stride {s} and padding 1. What is the shape of its output, with batch and channels?",
        right,
        f"({rows} − 1) · {s} − 2 + {k} = {right[2]} rows and ({cols} − 1) · {s} − 2 + {k} = {right[3]} columns.",
        ((1, filters, *small), "That is the convolution; its transpose makes the map larger."),
        ((1, filters, *large), "The padding cuts rows and columns off here."),
        ((1, c, *right[2:]), "The depth of the output is the number of filters, not that of the input."),
        (right[2:], "Batch and channels are missing."),
    )


def _forward(n: int, k: int, *, stride: int, padding: int) -> int:
    if n + 2 * padding < k:
        raise Alike
    return cc.conv_output_size(n, k, stride=stride, padding=padding)


@asks(10)
def transposed_map(random: RandomState) -> Question:
    """Fill the output of a transposed convolution."""
    first, last = unlike(random, 1, 4, 2)
    x, kernel = np.array([[first, 0], [0, last]]), np.array(unlike(random, 1, 6, 4)).reshape(2, 2)
    right = cc.conv_transpose2d(x[None, None], kernel[None, None])[0, 0]
    replaced = right.copy()
    replaced[1, 1] = last * kernel[0, 0]
    return grid(
        "Fill the output of the transposed convolution with stride 1.",
        right,
        f"The {first} stamps its multiple of the kernel at the upper left, the {last} at the lower right; in the "
        f"centre {products([first, last], [kernel[1, 1], kernel[0, 0]])} = {signed(right[1, 1])}.",
        {"input": x, "kernel": kernel},
        (cc.correlate2d(np.pad(x, 1), kernel), "It gathers with the kernel on a padded input. Stamp it."),
        (replaced, "In the centre the second stamp has replaced the first. Stamps add."),
    )


@asks(10)
def ring(random: RandomState) -> Question:
    """Say which layers follow a move around a ring."""
    by, stride, t = random.randint(1, 5), random.randint(2, 5), random.randint(2, 5)
    x, kernel = random.randn(12), random.randn(3)
    own, turns = random.randn(12, 3), random.randn(t, 3)

    def follows(layer, step: int = 1) -> bool:
        if by % step:
            return False
        return np.allclose(np.roll(layer(x), by // step), layer(np.roll(x, by)))

    def around(x: np.ndarray) -> np.ndarray:
        return cc.correlate1d(np.pad(x, 1, mode="wrap"), kernel)

    def windows(x: np.ndarray) -> np.ndarray:
        return np.lib.stride_tricks.sliding_window_view(np.pad(x, 1, mode="wrap"), 3)

    return choice(
        random,
        f"A row of 12 pixels is moved around a ring by {by} place{'s' * (by > 1)}. Which layers, with kernels of 3, "
        "move their output along exactly?",
        ("zero padding", follows(lambda x: cc.correlate1d(x, kernel, "same")), "The zeros stay at the border."),
        ("circular padding", follows(around), "Nothing leaves the ring, so every shift is followed."),
        (
            f"circular padding, tiled with t = {t}",
            follows(lambda x: (windows(x) * turns[np.arange(12) % t]).sum(1)),
            f"The same kernel has its turn after every {t} places.",
        ),
        (
            f"circular padding, stride {stride}",
            follows(lambda x: around(x)[::stride], stride),
            f"A step of this layer is {stride} places.",
        ),
        (
            "circular padding, unshared",
            follows(lambda x: (windows(x) * own).sum(1)),
            "The picture meets other kernels at its new place.",
        ),
    )


@asks(11)
def keras_weight(random: RandomState) -> Question:
    """Ask for the shape of a weight in Keras."""
    c, filters, rows, cols = unlike(random, 2, 12, 4)
    weight = np.zeros((filters, c, rows, cols))
    return shape(
        f"The weight of torch.nn.Conv2d({c}, {filters}, kernel_size=({rows}, {cols})) has shape "
        f"({filters}, {c}, {rows}, {cols}). Which has it in Keras?",
        weight.transpose(2, 3, 1, 0).shape,
        "Rows and columns of the kernel come first, then channels in, then channels out.",
        (weight.T.shape, "That turns all axes round, and swaps rows and columns of every kernel."),
        (weight.shape, "That is PyTorch's order."),
        (weight.transpose(2, 3, 0, 1).shape, "Channels in come before channels out in Keras."),
    )


@asks(11)
def keras_same(random: RandomState) -> Question:
    """Count the outputs of same padding with a stride."""
    n, k, s = random.randint(10, 40), random.choice([3, 5]).item(), random.randint(2, 5)
    zeros = max((-(-n // s) - 1) * s + k - n, 0)
    right = cc.conv_output_size(n + zeros, k, stride=s)
    return number(
        f"A layer of Keras with kernel_size={k}, strides={s} and padding='same' sees {n} pixels. "
        "How many outputs has it?",
        right,
        f"{n} / {s}, rounded up, is {right}.",
        (cc.conv_output_size(n, k, stride=s), "That is padding='valid'."),
        (n, "same keeps the size at stride 1 only."),
        (n / s, "There is no part of an output: same rounds up."),
    )


@asks(11)
def torch_maximum(random: RandomState) -> Question:
    """Pool a negative row as PyTorch does."""
    row = -drawn(random, 1, 9, 4).reshape(1, 1, 1, 4).astype(float)
    zeros = np.pad(row, ((0, 0), (0, 0), (0, 0), (1, 1)))
    return grid(
        "The row goes through max pooling in PyTorch: window 1 by 3, stride 1, one place of padding at each end.",
        cc.max_pool2d(row, (1, 3), stride=1, padding=(0, 1))[0, 0],
        "The padding is minus infinity and never the largest.",
        {"the row": row[0, 0]},
        (cc.max_pool2d(zeros, (1, 3), stride=1)[0, 0], "The padding of max pooling holds minus infinity, not zeros."),
        (row[0, 0], "Each window holds its neighbours, too."),
    )


@asks(11)
def torch_average(random: RandomState) -> Question:
    """Average at a corner as PyTorch does."""
    value, k = 9 * random.randint(1, 12), random.choice([3, 5]).item()
    maps, half = np.full((1, 1, 7, 7), float(value)), k // 2
    right = float(cc.avg_pool2d(maps, k, stride=1, padding=half)[0, 0, 0, 0])
    inside = half + 1
    return number(
        f"torch.nn.AvgPool2d({k}, stride=1, padding={half}) sees a map of 7 by 7 that holds {value} everywhere. "
        "What comes out at the corner, to two decimals?",
        right,
        f"{inside} · {inside} · {value} / ({k} · {k}) = {right:g}: the padding counts in the divisor.",
        (value, "That is Keras, or count_include_pad=False: only real pixels in the divisor."),
        (value / k**2, "More than one pixel lies in the window."),
        (inside * value / k, "Along one axis, yes. Rows and columns multiply."),
        tolerance=0.005,
    )


@asks(11)
def torch_loss(random: RandomState) -> Question:
    """Say what stands before PyTorch's loss."""
    classes = random.randint(3, 12)
    scores, target = random.randn(1, classes) * 3, np.array([0])
    right = -np.log(cc.softmax(scores)[0, 0])
    return choice(
        random,
        f"You train a network for {classes} classes with torch.nn.CrossEntropyLoss. What is its last layer?",
        (
            "a dense layer",
            np.isclose(cc.cross_entropy(scores, target), right),
            "The loss applies softmax itself, so it takes scores.",
        ),
        (
            "a dense layer and a softmax behind it",
            np.isclose(cc.cross_entropy(cc.softmax(scores), target), right),
            "Then softmax is applied twice, and the loss cannot come near 0.",
        ),
        (
            "a dense layer and a sigmoid behind it",
            np.isclose(cc.cross_entropy(cc.sigmoid(scores), target), right),
            "A sigmoid squeezes the scores into 0 to 1, and the loss cannot come near 0.",
        ),
    )
