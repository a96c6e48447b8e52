"""Questions on chapters 4 to 7: padding, stride, what layers share, pooling."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import RandomState

import cnn_course as cc

from . import Question, asks, choice, drawn, grid, number, products, shape, signed, unlike


@asks(4)
def padded_row(random: RandomState) -> Question:
    """Slide a kernel over a padded row."""
    row, w = drawn(random, 1, 6, 5), drawn(random, -2, 3, 3)
    right = cc.conv1d(row[None, None], w[None, None], padding=1)[0, 0]
    repeat, wrap = (cc.correlate1d(np.pad(row, 1, mode=mode), w) for mode in ("edge", "wrap"))
    return grid(
        "A layer slides the kernel over the row with one zero on each side. Fill in the output.",
        right,
        f"The first window: {products([0, *row], w)} = {signed(right[0])}.",
        {"input": row, "kernel": w},
        (cc.convolve1d(row, w, "same"), "The kernel is turned. A layer does not turn it."),
        (repeat, "The border is repeated. Padding here means zeros."),
        (wrap, "The row goes on at its other end. Padding here means zeros."),
    )


@asks(4)
def padded_shape(random: RandomState) -> Question:
    """Ask for the size of a padded output."""
    (height, width), (rows, cols), (p, q) = unlike(random, 8, 20, 2), unlike(random, 3, 6, 2), unlike(random, 1, 4, 2)
    right = cc.conv2d(np.zeros((1, 1, height, width)), np.zeros((1, 1, rows, cols)), padding=(p, q)).shape[2:]
    return shape(
        f"An image of {height} rows and {width} columns meets a kernel of {rows} rows and {cols} columns with "
        f"padding=({p}, {q}). How large is the output: rows, columns?",
        right,
        f"{height} + 2 · {p} − {rows} + 1 = {right[0]} rows, {width} + 2 · {q} − {cols} + 1 = {right[1]} columns.",
        ((height + 2 * q - rows + 1, width + 2 * p - cols + 1), "The two amounts are swapped: rows come first."),
        ((height + 2 * p - cols + 1, width + 2 * q - rows + 1), "The two sides of the kernel are swapped."),
        ((height + p - rows + 1, width + q - cols + 1), "The padding stands on each side, so it counts twice."),
        ((height - rows + 1, width - cols + 1), "The padding is missing."),
        ((right[0] - 1, right[1] - 1), "The first place of the window counts, too."),
        (right[::-1], "Rows and columns are swapped."),
    )


@asks(4)
def same_size(random: RandomState) -> Question:
    """Find the padding that keeps a size."""
    n, k = random.randint(12, 30), random.randint(3, 8)

    def keeps(before: int, after: int) -> bool:
        return cc.correlate1d(np.pad(np.ones(n), (before, after)), np.ones(k)).size == n

    sides = {(half, half) for half in ((k - 1) // 2, k // 2, k - 1)} | {((k - 1) // 2, k // 2)}
    told = {
        (before, after): f"{n} + {before + after} − {k} + 1 = {n + before + after - k + 1}" for before, after in sides
    }
    return choice(
        random,
        f"Which padding keeps {n} pixels at {n} under a kernel of {k}?",
        ("none", keeps(0, 0), f"{n} − {k} + 1 = {n - k + 1}"),
        *((f"{b} in front and {a} behind", keeps(b, a), why) for (b, a), why in sorted(told.items())),
    )


@asks(4)
def corner_windows(random: RandomState) -> Question:
    """Count the windows in which a corner pixel lies."""
    n, half = random.randint(10, 20), random.randint(1, 5)
    k = 2 * half + 1
    starts = [place for place in range(-half, n - half) if place <= 0 < place + k]
    right = len(starts) ** 2
    return number(
        f"Same padding, a kernel of {k} by {k}, an image of {n} by {n}. In how many windows does a corner pixel lie?",
        right,
        f"Along each axis in those that start at {signed(starts[0])} to 0: {len(starts)} · {len(starts)} = {right}",
        (k * k, "An inner pixel lies in that many."),
        (1, "That is without padding."),
        (len(starts), "That is along one axis. Rows and columns multiply."),
        (half * half, "The window that starts at the pixel itself counts, too."),
    )


@asks(4)
def dilated_size(random: RandomState) -> Question:
    """Count the outputs of a dilated kernel."""
    n, k, d = random.randint(18, 40), random.randint(3, 6), random.randint(2, 5)
    right = cc.conv_output_size(n, k, dilation=d)
    return number(
        f"A kernel of {k} taps and dilation {d} moves over {n} pixels without padding. How many outputs are there?",
        right,
        f"{n} − {d} · ({k} − 1) = {right}: the kernel reaches over {d * (k - 1) + 1} pixels.",
        (n - k + 1, "Those are the taps. What counts is how far they reach."),
        (n - (d + 1) * (k - 1), "Dilation is counted from 0 here: 1 leaves nothing out."),
        (n - d * k + 1, "Behind the last tap nothing is left out."),
        (right - 1, "The first place of the window counts, too."),
    )


@asks(5)
def strided_size(random: RandomState) -> Question:
    """Count the outputs of a kernel that moves by more than one."""
    n, k, s, p = random.randint(20, 60), random.randint(3, 8), random.randint(2, 5), random.randint(1, 4)
    right, room = cc.conv_output_size(n, k, stride=s, padding=p), n + 2 * p - k
    return number(
        f"A kernel of {k} moves over {n} pixels with stride {s} and padding {p}. How many outputs are there?",
        right,
        f"{n} + 2 · {p} − {k} = {room}; divided by {s} and rounded down that is {room // s}, "
        f"and {room // s} + 1 = {right}",
        (-(-room // s) + 1, "That is rounded up. A window that does not fit entirely is not computed."),
        (right - 1, "The first window is not counted."),
        (cc.conv_output_size(n, k, stride=s), "The padding is missing."),
        (room + 1, "That is stride 1."),
        (room / s + 1, "There is no part of a window: round down."),
    )


@asks(5)
def strided_shape(random: RandomState) -> Question:
    """Ask for the shape behind two different strides."""
    (height, width), (down, across) = unlike(random, 20, 48, 2), unlike(random, 2, 4, 2)
    filters = random.randint(5, 20)
    right = cc.conv2d(np.zeros((1, 3, height, width)), np.zeros((filters, 3, 3, 3)), padding=1, stride=(down, across))
    _, _, rows, cols = right.shape
    up = [-(-(size - 1) // step) + 1 for size, step in ((height, down), (width, across))]
    return shape(
        f"{filters} filters of 3 by 3 take an image of 3 channels, {height} rows and {width} columns, with padding 1 "
        f"and stride=({down}, {across}). What is the shape of the output: channels, rows, columns?",
        right.shape[1:],
        f"{height - 1} / {down} and {width - 1} / {across}, rounded down, plus 1: {rows} rows and {cols} columns.",
        ((3, rows, cols), "The depth is taken from the input. What decides the number of maps?"),
        ((filters, (height - 1) // across + 1, (width - 1) // down + 1), "The two steps are swapped: rows come first."),
        ((filters, *up), "That is rounded up. A window that does not fit entirely is not computed."),
        ((rows, cols, filters), "The channels come first in this course."),
        ((filters, cols, rows), "Rows and columns are swapped."),
        ((filters, rows - 1, cols - 1), "The first window of each axis is not counted."),
    )


@asks(5)
def strided_map(random: RandomState) -> Question:
    """Tell what a stride leaves of a map."""
    down, across = ((3, 2), (2, 3))[random.randint(2)]
    image, weight = random.randint(0, 4, (1, 1, 2 * down, 2 * across)), random.randint(-1, 3, (1, 1, 3, 3))
    everything = cc.conv2d(image, weight, padding=1)[0, 0]
    right = cc.conv2d(image, weight, padding=1, stride=(down, across))[0, 0]
    return grid(
        f"This is what a layer gives with stride 1. What does it give with stride=({down}, {across})?",
        right,
        f"The windows that are left start at rows 0 and {down} and at columns 0 and {across}.",
        {"output at stride 1": everything},
        (everything[1::down, 1::across], "The first window starts at row 0 and column 0."),
        (everything[:2, :2], "The size is right, but the window has to move by the stride."),
    )


@asks(5)
def unread_pixels(random: RandomState) -> Question:
    """Count the pixels that lie in no window."""
    n, k, s = random.randint(12, 30), random.randint(2, 5), random.randint(4, 8)
    starts = range(0, n - k + 1, s)
    right = n - len({start + tap for start in starts for tap in range(k)})
    last = starts[-1]
    return number(
        f"A kernel of {k} moves over {n} pixels with stride {s} and no padding. "
        "How many of the pixels lie in no window?",
        right,
        f"{len(starts)} windows, the last from {last} on: {n} − {len(starts)} · {k} = {right}",
        (n - last - k, "That is what is left over at the end. What about the gaps between the windows?"),
        ((s - k) * (len(starts) - 1), "Those are the gaps. How much is left over behind the last window?"),
        (max(0, n - (len(starts) + 1) * k), "A window that reaches over the end is not computed."),
        (len(starts) * k, "Those lie in a window."),
    )


@asks(5)
def what_stride_saves(random: RandomState) -> Question:
    """Say what becomes smaller when a stride grows."""
    c, filters = unlike(random, 3, 16, 2)
    stride, side = random.randint(2, 5), random.randint(16, 48)
    slow, fast = (cc.Conv2d(c, filters, 3, padding=1, stride=step, random_state=random) for step in (1, stride))
    before, after = (layer.output_shape((c, side, side)) for layer in (slow, fast))
    work = [layer.mac_count((c, side, side)) for layer in (slow, fast)]
    return choice(
        random,
        f"The stride of a layer from {c} to {filters} channels goes from 1 to {stride} along both axes. "
        "What becomes smaller?",
        ("The number of parameters", fast.param_count < slow.param_count, "The same weights are used, less often."),
        ("The number of products", work[1] < work[0], "Fewer outputs, each with as many products as before."),
        ("The depth of the output", after[0] < before[0], "The depth is the number of filters."),
        ("Height and width of the output", after[1] < before[1] and after[2] < before[2], "There are fewer windows."),
    )


@asks(6)
def unshared_weights(random: RandomState) -> Question:
    """Count the weights of a layer in which each output has its own."""
    n, k, s = random.randint(12, 30), random.randint(3, 6), random.randint(2, 4)
    out = cc.conv_output_size(n, k, stride=s)
    right = cc.locally_connected_param_count(1, 1, (1, k), (1, out), bias=False)
    return number(
        f"A row of {n} numbers goes into a layer with windows of {k} and stride {s}, without padding or biases. "
        "Every output has weights of its own. How many weights does the layer learn?",
        right,
        f"{out} outputs, and {out} · {k} = {right}",
        (k, "That is one kernel for all places, a shared layer."),
        (n * out, "That is the dense layer: here each output sees only a window."),
        ((n - k + 1) * k, "That is stride 1."),
        ((out + 1) * k, "One more window would reach over the end of the row."),
        (out * (k + 1), "There are no biases in this layer."),
    )


@asks(6)
def field(random: RandomState) -> Question:
    """Ask for the receptive field of three layers."""
    kernels, strides = [2 * half + 1 for half in unlike(random, 1, 3, 3)], [*unlike(random, 1, 3, 2), 2]
    right = cc.receptive_field([{"kernel": k, "stride": s} for k, s in zip(kernels, strides, strict=True)]).size[0]
    jumps = [1, strides[0], strides[0] * strides[1]]
    later = [math.prod(strides[: at + 1]) for at in range(3)]
    terms = " + ".join(f"{k - 1} · {jump}" for k, jump in zip(kernels, jumps, strict=True))
    layers = ", ".join(f"kernel {k} with stride {s}" for k, s in zip(kernels, strides, strict=True))
    return number(
        f"Three convolutions follow each other: {layers}. How many pixels in a row does one output see?",
        right,
        f"1 + {terms} = {right}: each k − 1 times the strides of the layers before it.",
        (1 + sum(k - 1 for k in kernels), "The strides are missing: deeper taps lie further apart on the input."),
        (1 + sum(k * jump for k, jump in zip(kernels, jumps, strict=True)), "A kernel of k reaches over k − 1 more."),
        (
            1 + sum((k - 1) * jump for k, jump in zip(kernels, later, strict=True)),
            "The stride of a layer counts only for the layers above it.",
        ),
        (sum(kernels), "Those are the sizes of the kernels, added."),
        (math.prod(kernels), "Those are the sizes of the kernels, multiplied."),
    )


@asks(6)
def who_meets(random: RandomState) -> Question:
    """Say which inputs meet in which neuron."""
    nine = np.array([[int(abs(out - i) <= 1) for i in range(9)] for out in range(9)])
    twice = nine @ nine
    a, mid, out = random.randint(0, 3), random.randint(1, 8), random.randint(3, 6)
    near, far = a + random.randint(1, 4), a + random.randint(3, 7)
    seen, beyond = out - random.randint(1, 4), out + random.randint(2, 4)
    h, y = "A neuron of h sees three inputs.", "A neuron of y sees five inputs, two to each side."
    return choice(
        random,
        "Nine inputs x1 to x9, and two layers h and y of nine neurons, each with a kernel of 3 and padding 1. "
        "Which of these are so?",
        (f"x{a + 1} and x{near + 1} contribute to the same neuron of h", (nine[:, a] * nine[:, near]).any(), h),
        (f"x{a + 1} and x{far + 1} contribute to the same neuron of y", (twice[:, a] * twice[:, far]).any(), y),
        (f"x{mid + 1} contributes to five neurons of y", (twice[:, mid] > 0).sum() == 5, y),
        (f"y{out + 1} changes if x{seen + 1} does", twice[out, seen] > 0, y),
        (f"y{out + 1} does not see x{beyond + 1}", twice[out, beyond] == 0, y),
        (
            "each neuron of y depends on all nine inputs",
            (twice > 0).all(),
            "The field of two such layers is five wide.",
        ),
    )


@asks(6)
def sharing(random: RandomState) -> Question:
    """Say what sharing makes less."""
    rows, cols = unlike(random, 3, 9, 2)
    k = random.randint(2, 4)
    unshared = [cc.locally_connected_param_count(1, 1, k, (rows, cols), bias=bias) for bias in (False, True)]
    shared = [cc.conv_param_count(1, 1, k, bias=bias) for bias in (False, True)]
    products_now = cc.conv_mac_count(1, 1, k, (rows, cols))
    connections = int(np.count_nonzero(cc.conv2d_matrix(np.ones((1, 1, k, k)), (rows + k - 1, cols + k - 1))))
    return choice(
        random,
        f"The {rows} by {cols} neurons of an unshared layer, one map with kernels of {k} by {k} and biases, get shared "
        "weights. The windows stay as they are. What becomes less?",
        ("the connections", connections < unshared[0], "Each neuron still sees its whole window."),
        ("the weights to learn", shared[0] < unshared[0], "One kernel in place of one for each neuron."),
        (
            "the biases to learn",
            shared[1] - shared[0] < unshared[1] - unshared[0],
            "One for the map in place of one for each neuron.",
        ),
        ("the products to compute", products_now < unshared[0], "Each connection is multiplied once, as before."),
    )


@asks(6)
def matrix(random: RandomState) -> Question:
    """Write a layer as a matrix."""
    n, taps = random.randint(4, 7), np.array(unlike(random, -3, 5, 3))
    right = np.array([cc.correlate1d(lit, taps) for lit in np.eye(n)]).T
    return grid(
        f"A layer slides this kernel over a row of {n} numbers, with stride 1 and no padding. "
        "Fill in its matrix: a row for each output, a column for each input.",
        right,
        "The zeros are missing connections; the kernel moves on by one place from row to row.",
        {"kernel": taps},
        (right[::-1, ::-1], "The kernel is turned. A layer does not turn it."),
        (right[[0] * (n - 2)], "The second window starts one place further to the right."),
        (np.eye(n - 2, n) * taps[0], "Every row holds the whole kernel."),
    )


@asks(7)
def maxima(random: RandomState) -> Question:
    """Take the maxima of overlapping windows."""
    x = drawn(random, 0, 9, 3, 4)
    return grid(
        "Take the maximum of each window of 2 by 2, with stride 1.",
        cc.max_pool2d(x[None, None], 2, stride=1)[0, 0],
        "Windows overlap, and a number may win in several of them.",
        {"input x": x},
        (cc.avg_pool2d(x[None, None], 2, stride=1)[0, 0], "Those are averages."),
        (-cc.max_pool2d(-x[None, None], 2, stride=1)[0, 0], "Those are the smallest numbers."),
        (x[:2, :3], "Those are the upper left numbers of the windows."),
    )


@asks(7)
def maxima_below_zero(random: RandomState) -> Question:
    """Pool negative numbers with padding."""
    x = -drawn(random, 1, 9, 2, 2)
    return grid(
        "A map of negative numbers, with a padding of 1. Take the maximum of windows of 2 by 2 with stride 2.",
        cc.max_pool2d(x[None, None], 2, stride=2, padding=1)[0, 0],
        "Each window holds one pixel and three positions of padding, which count as minus infinity.",
        {"input x": x},
        (np.zeros((2, 2)), "A zero would win everywhere. What must padding be so that it never wins?"),
        (np.full((2, 2), x.max()), "Each window lies over one corner of the map."),
    )


@asks(7)
def average_at_the_corner(random: RandomState) -> Question:
    """Average a window that lies over padding."""
    pixel = 4 * random.randint(2, 30)
    right = cc.avg_pool2d(np.full((1, 1, 1, 1), float(pixel)), 2, stride=1, padding=1)[0, 0, 0, 0]
    return number(
        f"A window of 2 by 2 at the corner of a map covers the pixel {pixel} and three positions of padding. "
        "What does average pooling give in this course and in PyTorch, without any further option?",
        right,
        f"{pixel} / 4 = {signed(right)}: the padding counts in the divisor.",
        (pixel, "That leaves the padding out of the divisor, as Keras does."),
        (0, "The padding adds nothing to the sum, but the pixel does."),
        (pixel / 2, "Three positions of padding, not one."),
    )


@asks(7)
def pooled_shape(random: RandomState) -> Question:
    """Ask for the shape behind a pooling layer."""
    (height, width), c = unlike(random, 11, 30, 2), random.randint(4, 20)
    right = cc.max_pool2d(np.zeros((1, c, height, width)), 3, stride=2).shape[1:]
    _, rows, cols = right
    ceil = cc.max_pool2d(np.zeros((1, c, height, width)), 3, stride=2, ceil_mode=True).shape[1:]
    return shape(
        f"{c} maps of {height} rows and {width} columns are pooled with a window of 3 and stride 2. "
        "What is the shape of the output: channels, rows, columns?",
        right,
        f"{height - 3} / 2 and {width - 3} / 2, rounded down, plus 1: {rows} rows, {cols} columns.",
        (ceil, "That is ceil mode, which keeps a last, smaller window."),
        ((c // 2, rows, cols), "Pooling moves over rows and columns. What becomes of the depth?"),
        ((1, rows, cols), "Pooling does not mix channels."),
        ((c - 2, rows, cols), "The window does not reach across channels."),
        ((c, height // 3, width // 3), "That would be a stride of 3. Here the windows overlap."),
        ((c, height - 2, width - 2), "That is stride 1."),
    )


@asks(7)
def invariance(random: RandomState) -> Question:
    """Say what stays when a picture moves."""
    step = random.randint(1, 4)
    picture = np.zeros((1, 1, 16, 18))
    picture[..., 5:11, 5:11] = random.rand(6, 6)
    kernel = random.rand(2, 1, 3, 3) - 0.3
    maps, moved = (cc.relu(cc.conv2d(each, kernel)) for each in (picture, np.roll(picture, step, -1)))

    def same(function, *options, **named) -> bool:
        return np.allclose(function(maps, *options, **named), function(moved, *options, **named))

    return choice(
        random,
        f"A picture with a wide empty border moves to the right by {step} pixel{'s' * (step > 1)}. It goes through a "
        "convolution without padding, a ReLU and one of these. Which outputs are the same as before, whatever the "
        "picture?",
        ("nothing more, the map as it is", np.allclose(maps, moved), "The map moves along: that is equivariance."),
        ("max pooling with window 2 and stride 1", same(cc.max_pool2d, 2, stride=1), "It moves along, too."),
        (
            "max pooling with window 2 and stride 2",
            same(cc.max_pool2d, 2),
            "It changes less than the map, but it does.",
        ),
        ("the global maximum", same(cc.global_max_pool2d), "The window holds everything, before and after."),
        ("the global average", same(cc.global_avg_pool2d), "The same numbers are added up, in other places."),
    )
