"""Questions on chapters 0 to 3: sweeping a template, convolution in one and two dimensions, channels."""

from __future__ import annotations

import numpy as np
from numpy.random import RandomState

import cnn_course as cc

from . import Question, asks, choice, drawn, grid, number, products, shape, signed, unlike


@asks(0)
def dense_weights(random: RandomState) -> Question:
    """Count the weights of a dense layer on a colour picture."""
    rows, cols, units = unlike(random, 5, 12, 3)
    right = cc.linear_param_count(3 * rows * cols, units, bias=False)
    return number(
        f"A dense layer of {units} units looks at a colour picture of {rows} rows and {cols} columns. "
        "How many weights has it, not counting the biases?",
        right,
        f"3 · {rows} · {cols} · {units} = {right}",
        (cc.linear_param_count(rows * cols, units, bias=False), "The three channels are missing."),
        (cc.linear_param_count(3 * rows * cols, units), "The biases are in it."),
        (3 * rows * cols, "So many weights has one unit."),
    )


@asks(0)
def found_window(random: RandomState) -> Question:
    """Ask where the window of the best score ends."""
    (row, col), (rows, cols) = unlike(random, 2, 9, 2), unlike(random, 3, 7, 2)
    picture = np.zeros((20, 20))
    picture[row : row + rows, col : col + cols] = 1
    scores = cc.correlate2d(picture, np.ones((rows, cols)))
    best = tuple(map(int, np.unravel_index(scores.argmax(), scores.shape)))
    right = tuple(int(places.max()) for places in picture.nonzero())
    return shape(
        f"A detector of {rows} rows and {cols} columns has its best score in row {best[0]}, column {best[1]} of its "
        "map; both count from 0. Where in the picture is the last pixel of that window: row, column?",
        right,
        f"{best[0]} + {rows} − 1 = {right[0]} and {best[1]} + {cols} − 1 = {right[1]}: the map names the first pixel.",
        ((right[0] + 1, right[1] + 1), "The first pixel of the window counts, too."),
        (best, "There the window begins."),
        ((row + cols - 1, col + rows - 1), "Rows and columns of the detector are swapped."),
        (right[::-1], "Rows come before columns."),
    )


@asks(0)
def template(random: RandomState) -> Question:
    """Subtract the mean of a template and sweep it."""
    strip, patch = drawn(random, 0, 5, 5), drawn(random, 0, 5, 3)
    patch[2] += -patch.sum() % 3
    mean = int(patch.mean())
    detector = patch - mean
    right = cc.correlate1d(strip, detector)
    return grid(
        "Subtract its mean from the template, then sweep it over the row. Fill in the map of scores.",
        right,
        f"The mean is {mean}, the detector {signed(*detector)}: "
        f"first {products(strip, detector)} = {signed(right[0])}.",
        {"row": strip, "template (kernel)": patch},
        (cc.correlate1d(strip, patch), "The mean is not yet subtracted from the template."),
        (cc.convolve1d(strip, detector), "The template was turned round."),
    )


@asks(0)
def equivariance(random: RandomState) -> Question:
    """Say what moves along with a picture."""
    down, left = unlike(random, 2, 4, 2)
    picture = np.zeros((18, 18))
    picture[7:11, 7:11] = random.rand(4, 4)
    moved = np.roll(picture, (down, -left), (0, 1))
    kernel, unit = random.rand(3, 3), random.rand(18, 18)
    scores, moved_scores = cc.correlate2d(picture, kernel), cc.correlate2d(moved, kernel)
    peaks = [np.array(np.unravel_index(each.argmax(), each.shape)) for each in (scores, moved_scores)]
    return choice(
        random,
        f"A picture moves {down} rows down and {left} columns to the left, and Waldo stays inside it. Which of these "
        "are equivariant: they move along?",
        (
            "the score of one dense unit",
            np.isclose((picture * unit).sum(), (moved * unit).sum()),
            "It changes and follows nothing.",
        ),
        (
            "the map of scores",
            np.allclose(np.roll(scores, (down, -left), (0, 1)), moved_scores),
            "Move, then sweep gives what sweep, then move gives.",
        ),
        (
            "the place of the highest score",
            (peaks[1] - peaks[0]).tolist() == [down, -left],
            "The peak goes where Waldo goes.",
        ),
        (
            "the highest score itself",
            not np.isclose(scores.max(), moved_scores.max()),
            "It stays as it was: that is invariance.",
        ),
    )


@asks(0)
def shuffled_pixels(random: RandomState) -> Question:
    """Say what shuffled pixels do to a dense layer."""
    side = random.randint(8, 33)
    pixels, weights, order = random.rand(5, 20), random.rand(20, 3), random.permutation(20)
    same = np.allclose(pixels[:, order] @ weights[order], pixels @ weights)
    return choice(
        random,
        f"All pictures of {side} by {side}, those for training and those for testing, have their pixels shuffled in "
        "one and the same way. What is true of a dense layer that is trained on them?",
        ("It can only guess.", not same, "So it would be for you, who use the neighbours."),
        ("It reads them as well as before.", same, "Its weights can be shuffled likewise: the sums are the same."),
        ("It reads them, but less well.", not same, "Every pixel still has a weight of its own."),
    )


@asks(1)
def full_convolution(random: RandomState) -> Question:
    """Add shifted copies of a kernel."""
    x, w = drawn(random, 1, 5, 3), drawn(random, 0, 5, 3)
    return grid(
        "Add the shifted copies: fill in the convolution in mode full.",
        cc.convolve1d(x, w, "full"),
        "".join(f"{each} · ({signed(*w)}), " for each in x) + "each one place after the one before, add up.",
        {"input x": x, "kernel w": w},
        (cc.correlate1d(x, w, "full"), "The copies are turned round: this is the cross-correlation."),
        (x.sum() * np.array([*w, 0, 0]), "Each copy starts one place after the one before."),
    )


@asks(1)
def valid_size(random: RandomState) -> Question:
    """Count the outputs in mode valid."""
    n, k = random.randint(15, 40), random.randint(3, 10)
    right = len(cc.convolve1d(np.ones(n), np.ones(k)))
    return number(
        f"A signal of {n} numbers is convolved with a kernel of {k}, in mode valid. How many numbers are left?",
        right,
        f"{n} − {k} + 1 = {right}",
        (n - k, "The first place counts too."),
        (n, "That is the size of same."),
        (n + k - 1, "That is the size of full."),
    )


@asks(1)
def kernel_from_full(random: RandomState) -> Question:
    """Tell the size of a kernel from what it makes of a signal."""
    n, k = random.randint(8, 20), random.randint(4, 9)
    size = len(cc.convolve1d(np.ones(n), np.ones(k), "full"))
    right = next(k for k in range(1, size) if len(cc.convolve1d(np.ones(n), np.ones(k), "full")) == size)
    return number(
        f"In mode full a signal of {n} numbers becomes {size}. How many numbers has the kernel?",
        right,
        f"{size} − {n} + 1 = {right}",
        (size - n, "Full has n + k − 1 numbers, not n + k."),
        (1 + (size - n) / 2, "The numbers that are added stand on both sides together."),
        (size, "That is the size of the result."),
    )


@asks(1)
def impulse(random: RandomState) -> Question:
    """Tell convolution from cross-correlation by an impulse."""
    weights, probe = np.array(unlike(random, 1, 9, 3)), np.array([0, 0, 1, 0, 0])
    operation = (cc.convolve1d, cc.correlate1d)[random.randint(2)]
    printed = operation(probe, weights, "same")
    copied = (cc.convolve1d(probe, weights, "same") == printed).all()
    turned = (cc.correlate1d(probe, weights, "same") == printed).all()
    why = "Convolution adds copies of the kernel, and a copy is not turned round."
    return choice(
        random,
        "You give a library the impulse and the kernel below, in mode same, and it returns "
        f"{signed(*printed)}. What does it compute?",
        ("convolution", copied, why),
        ("cross-correlation", turned, "At the first places the last weight meets the 1: the kernel comes out turned."),
        ("either, an impulse cannot tell", copied and turned, "The kernel does not read the same from both ends."),
        shown={"impulse": probe, "kernel": weights},
    )


@asks(1)
def averages(random: RandomState) -> Question:
    """Say which kernels average."""
    flat, jump = np.full(6, 5.0), np.array([0, 0, 0, 6.0, 6, 6])

    def holds(*kernel: float) -> bool:
        still, between = (cc.convolve1d(signal, np.array(kernel)) for signal in (flat, jump))
        return bool(np.allclose(still, 5) and between.min() > -1e-9 and between.max() < 6 + 1e-9)

    tenths, over, ones = random.randint(1, 10), random.randint(2, 6), random.randint(2, 6)
    quarter = random.randint(3, 7)
    return choice(
        random,
        "Which of these kernels average: a constant signal stays as it is, and every output lies between the smallest "
        "and the largest number in its window?",
        (signed(*[1] * ones), holds(*[1] * ones), f"The weights add up to {ones}: these are sums."),
        (
            f"1/{quarter}, {quarter - 2}/{quarter}, 1/{quarter}",
            holds(1 / quarter, 1 - 2 / quarter, 1 / quarter),
            "Not negative, and the sum is 1.",
        ),
        (signed(over, 1 - over), holds(over, 1 - over), "The sum is 1, but a jump gives more than the window holds."),
        (signed(over, -over), holds(over, -over), "The sum is 0: a constant signal becomes 0."),
        (
            signed(tenths / 10, (10 - tenths) / 10),
            holds(tenths / 10, 1 - tenths / 10),
            "Not negative, and the sum is 1. The weights need not be equal.",
        ),
    )


@asks(2)
def feature_map(random: RandomState) -> Question:
    """Fill in a feature map."""
    x, w = drawn(random, 0, 4, 3, 3), drawn(random, -2, 3, 2, 2)
    right = cc.correlate2d(x, w)
    return grid(
        "Fill in the feature map of a layer: the cross-correlation of input and kernel.",
        right,
        f"The first window: {products(x[:2, :2], w)} = {signed(right[0, 0])}.",
        {"input x": x, "kernel w": w},
        (cc.convolve2d(x, w), "The kernel is turned: that is the true convolution."),
        (cc.correlate2d(x, w.T), "Rows and columns of the kernel are swapped."),
        (cc.correlate2d(x, w[:, ::-1]), "The kernel is mirrored from left to right."),
    )


@asks(2)
def output_shape(random: RandomState) -> Question:
    """Ask for the shape of a feature map."""
    (height, width), (rows, cols) = unlike(random, 7, 15, 2), unlike(random, 2, 5, 2)
    right = cc.correlate2d(np.ones((height, width)), np.ones((rows, cols))).shape
    return shape(
        f"An image has {height} rows and {width} columns, the kernel {rows} rows and {cols} columns. "
        "What is the shape (rows, columns) of the output?",
        right,
        f"{height} − {rows} + 1 = {right[0]} rows and {width} − {cols} + 1 = {right[1]} columns.",
        ((height - rows, width - cols), "The first place counts too: add 1 along each axis."),
        ((height - cols + 1, width - rows + 1), "Height and width of the kernel are swapped."),
        (right[::-1], "Rows come before columns."),
        ((height, width), "The kernel must not hang over the edge."),
    )


@asks(2)
def forgotten_divisor(random: RandomState) -> Question:
    """Say what a blur does whose weights add up to too much."""
    side, grey = random.randint(2, 6), random.randint(2, 31) * 5
    right = int(cc.correlate2d(np.full((side, side), grey), np.ones((side, side)))[0, 0])
    return number(
        f"Somebody wants to blur, takes a kernel of {side} by {side} ones and forgets to divide. "
        f"What does it answer where all pixels are {grey}?",
        right,
        f"{side} · {side} · {grey} = {right}",
        (grey, "That is the mean, which needs the divisor."),
        (side * side, "That is the sum of the weights."),
        (side * grey, "That is one row of the window."),
    )


@asks(2)
def flips(random: RandomState) -> Question:
    """Say which kernels are the same after half a turn."""
    a, b, c, d = unlike(random, 1, 9, 4)
    kernels = (
        (np.array([[a, b], [c, d]]), "Half a turn swaps its corners."),
        (np.array([[a, b], [b, a]]), "Half a turn leaves it as it is."),
        (np.array([[a, b, a], [c, d, c], [a, b, a]]), "Half a turn leaves it as it is."),
        (np.array([[-a, 0, a], [-b, 0, b], [-a, 0, a]]), "Half a turn changes all its signs."),
        (np.array([[a, b, c], [b, d, b], [a, b, c]]), "Half a turn swaps its left and its right column."),
    )
    return choice(
        random,
        "For which kernels does it make no difference, whatever the image, whether the library flips? "
        "(Rows are separated by strokes.)",
        *((" / ".join(signed(*row) for row in k), (k == k[::-1, ::-1]).all(), why) for k, why in kernels),
    )


@asks(2)
def white_window(random: RandomState) -> Question:
    """Score a window that is flat."""
    inside, outside = unlike(random, 1, 9, 2)
    cross = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    kernel = (inside + outside) * cross - outside
    right = int(cc.correlate2d(np.ones((3, 3)), kernel)[0, 0])
    return number(
        f"A kernel of 3 by 3 holds {inside} on the five places of an X, and −{outside} on the four other places. "
        "What does it score on a window that is white, 1, all over?",
        right,
        f"5 · {inside} − 4 · {outside} = {signed(right)}",
        (5 * inside, "The X itself scores that. On a white window the four other places count too."),
        (5 * inside + 4 * outside, "The four other weights are negative."),
        (inside - outside, f"There are five places with the weight {inside}, and four with −{outside}."),
    )


@asks(3)
def layer_shape(random: RandomState) -> Question:
    """Ask for the shape of a layer's output."""
    (filters, c), (rows, cols), (height, width) = (
        unlike(random, 2, 9, 2),
        unlike(random, 2, 6, 2),
        unlike(random, 12, 30, 2),
    )
    right = cc.conv2d(np.zeros((1, c, height, width)), np.zeros((filters, c, rows, cols))).shape[1:]
    _, out, across = right
    return shape(
        f"A layer has {filters} filters of {rows} rows and {cols} columns. It takes an image of {c} channels, {height} "
        f"rows and {width} columns. What is the shape of its output for this image: channels, rows, columns?",
        right,
        f"{filters} filters, {filters} maps. {height} − {rows} + 1 = {out} rows, "
        f"{width} − {cols} + 1 = {across} columns.",
        ((c, out, across), "The depth is taken from the input. What decides the number of maps?"),
        ((filters * c, out, across), "That is a map for each kernel. A filter adds its channels' sums to one number."),
        ((filters, height - cols + 1, width - rows + 1), "Height and width of the kernel are swapped."),
        ((out, across, filters), "The channels come first in this course."),
        ((filters, height, width), "The kernel must lie inside the image."),
        ((out, across), "The channels are missing."),
    )


@asks(3)
def layer_parameters(random: RandomState) -> Question:
    """Count the parameters of a layer."""
    c, filters = unlike(random, 3, 16, 2)
    k, side = random.choice([3, 5]).item(), random.randint(10, 20)
    right, out = cc.conv_param_count(c, filters, k), side - k + 1
    return number(
        f"A layer has {filters} filters of {k} by {k} and takes {c} channels of {side} by {side}. "
        "How many parameters has it, biases included?",
        right,
        f"{filters} · ({c} · {k} · {k} + 1) = {right}",
        (cc.conv_param_count(1, filters, k), "The channels are missing: a filter has a kernel for each of them."),
        (cc.conv_param_count(c, filters, k, bias=False), "The biases are missing."),
        (cc.conv_param_count(c, filters, k, bias=False) + 1, "That is one bias for the whole layer."),
        (c * cc.conv_param_count(1, filters, k), "That is one bias for each kernel."),
        (filters * (c * k * k + out * out), "That is one bias for each position of the map."),
        (cc.conv_param_count(c, 1, k), "That is a single filter."),
    )


@asks(3)
def one_by_one(random: RandomState) -> Question:
    """Fill in the map of a 1x1 layer."""
    maps, (first, second), level = drawn(random, 0, 6, 2, 2, 3), unlike(random, -3, 3, 2), random.randint(1, 5)
    mixed = cc.conv2d(maps[None], np.array([first, second]).reshape(1, 2, 1, 1), np.array([level]))[0, 0]
    return grid(
        f"A 1x1 layer with one filter has the weights {signed(first)} for channel 0 and {signed(second)} for "
        f"channel 1, and the bias {level}. Fill in its map.",
        mixed,
        f"In the upper left corner {products(maps[:, 0, 0], (first, second))} + {level} = "
        f"{signed(mixed[0, 0])}; every pixel is treated alike.",
        {"channel 0": maps[0], "channel 1": maps[1]},
        (mixed - level, "The bias is missing: every position gets it."),
        (mixed + level, "The bias is added once for each channel. It belongs to the filter."),
        (first * maps[0] + level, "Channel 1 is left out. A filter extends through all channels."),
        (maps.sum(axis=0) + level, "The channels are added without their weights."),
        (cc.relu(mixed), "A ReLU is a step of its own, and there is none here."),
    )


@asks(3)
def grouped_weights(random: RandomState) -> Question:
    """Count the weights of a layer with groups."""
    groups, inside, filters = unlike(random, 2, 6, 3)
    c, out = groups * inside, groups * filters
    right = cc.conv_param_count(c, out, 3, groups=groups, bias=False)
    return number(
        f"A layer from {c} to {out} channels has 3 by 3 kernels and groups={groups}. "
        "How many weights has it, biases not counted?",
        right,
        f"{out} · {inside} · 3 · 3 = {right}: a filter sees {inside} of the channels.",
        (cc.conv_param_count(c, out, 3, bias=False), "That is the layer without groups."),
        (filters * inside * 9, "That is one group."),
        (out * 9, "That is a single kernel for each filter. How many channels are in a group?"),
        (cc.conv_param_count(c, out, 3, groups=groups), "The biases were not to be counted."),
    )


@asks(3)
def two_layers(random: RandomState) -> Question:
    """Say what is true of two layers without bias."""
    first, second = unlike(random, 2, 5, 2)
    one, other = random.randn(3, 3, first, first), random.randn(3, 3, second, second)
    x, span = random.randn(1, 3, 12, 12), first + second - 1
    through = cc.conv2d(cc.conv2d(x, one), other)
    merged = np.zeros((3, 3, span, span))
    for i in range(second):
        for j in range(second):
            merged[..., i : i + first, j : j + first] += np.einsum("om,mcij->ocij", other[..., i, j], one)
    return choice(
        random,
        f"Two convolutions without bias follow each other, kernels of {first} by {first}, then of {second} by "
        f"{second}. Which statements are true?",
        (
            "If both keep the number of channels, their order does not matter.",
            np.allclose(through, cc.conv2d(cc.conv2d(x, other), one)),
            "Two layers that swap and double channels are a counterexample.",
        ),
        (
            "A ReLU between them makes no difference, as it has no parameters.",
            np.allclose(through, cc.conv2d(cc.relu(cc.conv2d(x, one)), other)),
            "It has no parameters, and it still changes what the two compute.",
        ),
        (
            f"One convolution of {span} by {span} can replace them.",
            np.allclose(cc.conv2d(x, merged), through),
            f"Without anything between them the two merge: {first} + {second} − 1 = {span}.",
        ),
    )
