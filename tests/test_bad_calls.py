"""A catalogue of bad calls: what slips, habits of other libraries and broken data hand to this one, and what they get.

A call is either refused, by an error that names the argument, shows its value and says what would be right; or it is
answered, and then the answer is right: worked out by hand, by loops or by PyTorch. None takes more than 1 GiB: what
would is refused before it is allocated, with the size that it would need. (Files have a test of their own.)
"""

import re
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import NamedTuple

import configurations
import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided
from numpy.testing import assert_allclose, assert_array_equal

import cnn_course as cc
from cnn_course import data, explorers, layers, models, pen, plots, training
from cnn_course.explorers import questions

GIB = 2**30


class Refused(NamedTuple):
    """A call, and what its error must hold: the argument's name, its value, and (a pattern) what would be right."""

    name: str
    call: Callable[[], object]
    error: type[Exception]
    argument: str
    value: str
    wanted: str


class Answered(NamedTuple):
    """A call that looks bad and is not, and its right answer."""

    name: str
    call: Callable[[], object]
    right: object


@contextmanager
def at_most_one_gib() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < GIB, f"{peak / GIB:.1f} GiB"


def rows(catalogue: dict) -> list:
    return [pytest.param(row, id=f"{kind}: {row.name}") for kind, group in catalogue.items() for row in group]


def array(*shape: int) -> np.ndarray:
    """Make numbers that nobody may write to."""
    numbers = np.random.RandomState(len(shape)).randn(*shape)
    numbers.flags.writeable = False
    return numbers


def wide(*shape: int, dtype: type | str = float) -> np.ndarray:
    """Make one number that looks like a huge array: a view whose strides are 0."""
    return np.broadcast_to(np.ones((), dtype), shape)


def rng() -> np.random.RandomState:
    return np.random.RandomState(0)


def lenet() -> layers.Sequential:
    return models.lenet5(rng())


def small() -> layers.Sequential:
    return layers.Sequential(layers.Flatten(), layers.Linear(60, 3, random_state=rng()))


def fit(x=None, y=(0, 1), **options) -> training.History:
    """Train a network on the two pictures of X, with something wrong."""
    model = small()
    options = {"optimizer": training.SGD(model, 0.1), "epochs": 1, "random_state": rng(), "progress": False} | options
    return training.fit(model, X if x is None else x, np.array(y), **options)


def run(layer: layers.Layer, x: object, grad_y: object) -> object:
    """Send a batch through a layer and a gradient back."""
    layer.forward(x)
    return layer.backward(grad_y)


X, W, B, Y = array(2, 2, 5, 6), array(4, 2, 3, 3), array(4), array(2, 4, 3, 4)  # Y has the shape of conv2d(X, W, B)
SIGNAL, SIGNAL_W = array(2, 2, 6), array(4, 2, 3)
UNSHARED, TILED = array(4, 3, 4, 2, 3, 3), array(4, 2, 3, 3, 2, 2)
SCORES = array(3, 4)
ALL = np.ones((4, 2), bool)
NAN, INF = np.nan, np.inf

# Values that look like an integer, or like two, and what of them the message shows.
NO_INTEGER = [(value, repr(value)) for value in ("2", b"2", 1.5, 2.0, True, None, 2j, {2})]
NO_INTEGERS = [*NO_INTEGER, (("2", "2"), "'2'"), ((2, 1.5), "1.5"), (((1,), (2,)), "(1,)")]
NO_BOOLEANS = ("False", 0, 1, None, [True])


def no_integers(argument: str, call: Callable[[object], object], values: list = NO_INTEGERS) -> list[Refused]:
    return [
        Refused(f"{argument} {v!r}", lambda v=v: call(v), TypeError, argument, shown, "must be an integer")
        for v, shown in values
    ]


def no_booleans(argument: str, call: Callable[[object], object]) -> list[Refused]:
    return [
        Refused(f"{argument} {v!r}", lambda v=v: call(v), TypeError, argument, repr(v), "must be True or False")
        for v in NO_BOOLEANS
    ]


REFUSED: dict[str, list[Refused]] = {
    "rank": [
        Refused("one picture", lambda: cc.conv2d(X[0, 0], W), ValueError, "x", "(5, 6)", r"pass x\[None, None\]"),
        Refused("one sample", lambda: cc.conv2d(X[0], W), ValueError, "x", "(2, 5, 6)", r"pass x\[None\]"),
        Refused("five axes", lambda: cc.conv2d(X[None], W), ValueError, "x", "(1, 2, 2, 5, 6)", r"\(N, C, H, W\)"),
        Refused("a number", lambda: cc.conv2d(3.0, W), ValueError, "x", "()", "must have 4 axes"),
        Refused("a signal as images", lambda: cc.conv2d(SIGNAL, W), ValueError, "x", "(2, 2, 6)", "must have 4 axes"),
        Refused("images as a signal", lambda: cc.conv1d(X, SIGNAL_W), ValueError, "x", "(2, 2, 5, 6)",
                "must have 3 axes"),
        Refused("one signal", lambda: cc.conv1d(SIGNAL[0, 0], SIGNAL_W), ValueError, "x", "(6,)", r"x\[None, None\]"),
        Refused("one kernel", lambda: cc.conv2d(X, W[0, 0]), ValueError, "weight", "(3, 3)", r"weight\[None, None\]"),
        Refused("one filter", lambda: cc.conv2d(X, W[0]), ValueError, "weight", "(2, 3, 3)",
                r"\(C_out, C_in // groups, kH, kW\)"),
        Refused("filters in 1D", lambda: cc.conv1d(SIGNAL, W), ValueError, "weight", "(4, 2, 3, 3)",
                r"\(C_out, C_in // groups, kW\)"),
        Refused("pool one picture", lambda: cc.max_pool2d(X[0, 0], 2), ValueError, "x", "(5, 6)", "must have 4 axes"),
        Refused("average one sample", lambda: cc.avg_pool2d(X[0], 2), ValueError, "x", "(2, 5, 6)", r"x\[None\]"),
        Refused("global, one sample", lambda: cc.global_max_pool2d(X[0]), ValueError, "x", "(2, 5, 6)", r"x\[None\]"),
        Refused("columns of a sample", lambda: cc.im2col(X[0], 2), ValueError, "x", "(2, 5, 6)", r"x\[None\]"),
        Refused("pad one picture", lambda: cc.pad2d(X[0, 0], 1), ValueError, "x", "(5, 6)", r"x\[None, None\]"),
        Refused("2D in 1D", lambda: cc.correlate1d(X[0, 0], [1, 2]), ValueError, "x", "(5, 6)", "array of 1 axes"),
        Refused("1D in 2D", lambda: cc.convolve2d([1, 2, 3], [[1]]), ValueError, "x", "(3,)", "array of 2 axes"),
        Refused("a flat kernel", lambda: cc.correlate2d(X[0, 0], [1, 2]), ValueError, "kernel", "(2,)",
                "array of 2 axes"),
        Refused("images in a dense layer", lambda: cc.linear(X, array(3, 60)), ValueError, "x", "(2, 2, 5, 6)",
                r"flatten\(x\)"),
        Refused("a vector in a dense layer", lambda: cc.linear(B, array(3, 4)), ValueError, "x", "(4,)",
                r"\(N, n_in\)"),
        Refused("flatten a number", lambda: cc.flatten(3.0), ValueError, "x", "single number", "must be a batch"),
        Refused("scores as maps", lambda: cc.cross_entropy(X, [0, 1]), ValueError, "logits", "(2, 2, 5, 6)",
                r"\(N, classes\)"),
        Refused("scores of one", lambda: cc.cross_entropy(B, 0), ValueError, "logits", "(4,)", r"\(N, classes\)"),
    ],
    "channels and groups": [
        Refused("channels last", lambda: cc.conv2d(X.transpose(0, 2, 3, 1), W), ValueError, "x", "5",
                r"did you pass \(N, H, W, C\)"),
        Refused("one too many", lambda: cc.conv2d(X, array(4, 3, 3, 3)), ValueError, "x", "2", "must have 3 channels"),
        Refused("in and out swapped", lambda: cc.conv2d(X, array(2, 4, 3, 3)), ValueError, "x", "2",
                "must have 4 channels"),
        Refused("groups forgotten", lambda: cc.conv2d(X, array(4, 1, 3, 3)), ValueError, "x", "2",
                "groups=1, so x must have 1 channel"),
        Refused("weight not divided", lambda: cc.conv2d(X, W, groups=2), ValueError, "x", "2", "must have 4 channels"),
        Refused("groups do not divide", lambda: cc.conv2d(X, array(3, 1, 3, 3), groups=2), ValueError, "groups", "2",
                "must divide the 2 input channels and the 3 output channels"),
        Refused("no groups", lambda: cc.conv2d(X, W, groups=0), ValueError, "groups", "0", "must be at least 1"),
        Refused("a pair of groups", lambda: cc.conv2d(X, W, groups=(1, 1)), TypeError, "groups", "(1, 1)",
                "must be an integer"),
        Refused("groups of a layer", lambda: cc.Conv2d(2, 3, 3, groups=2, random_state=rng()), ValueError, "groups",
                "2", "must divide the 2 input channels and the 3 output"),
        Refused("transposed: conv2d's weight", lambda: cc.conv_transpose2d(X, W), ValueError, "x", "2",
                "must have 4 channels"),
        Refused("unshared: last", lambda: cc.locally_connected2d(X.transpose(0, 2, 3, 1), UNSHARED), ValueError, "x",
                "5", r"\(N, H, W, C\)"),
        Refused("tiled: one too many", lambda: cc.tiled_conv2d(X, array(4, 3, 3, 3, 2, 2)), ValueError, "x", "2",
                "must have 3 channels"),
        Refused("subsampling", lambda: cc.Subsample2d(3).forward(X), ValueError, "x", "(2, 2, 5, 6)", "3 channels"),
        Refused("no channels", lambda: cc.conv2d(np.ones((1, 0, 5, 6)), W), ValueError, "x", "(1, 0, 5, 6)",
                "only the batch may be empty"),
        Refused("no filters", lambda: cc.conv2d(X, np.ones((0, 2, 3, 3))), ValueError, "weight", "(0, 2, 3, 3)",
                "none of them 0"),
        Refused("no rows", lambda: cc.conv2d(X, np.ones((4, 2, 0, 3))), ValueError, "weight", "(4, 2, 0, 3)",
                "none of them 0"),
        Refused("inputs of a dense layer", lambda: cc.linear(array(2, 3), array(3, 4)), ValueError, "weight", "(3, 4)",
                "must have 4 columns"),
    ],
    "bias": [
        Refused("one for each pixel", lambda: cc.conv2d(X, W, array(4, 3, 4)), ValueError, "bias", "(4, 3, 4)",
                "one number for each output channel"),
        Refused("one for all", lambda: cc.conv2d(X, W, [1.0]), ValueError, "bias", "(1,)", r"shape \(4,\)"),
        Refused("ready to broadcast", lambda: cc.conv2d(X, W, array(4, 1, 1)), ValueError, "bias", "(4, 1, 1)",
                r"shape \(4,\)"),
        Refused("True, as a layer has it", lambda: cc.conv2d(X, W, True), ValueError, "bias", "()",
                "one number for each output channel"),
        Refused("as many as inputs", lambda: cc.linear(array(2, 3), array(4, 3), array(3)), ValueError, "bias", "(3,)",
                r"shape \(4,\)"),
        Refused("unshared, but one for each channel", lambda: cc.locally_connected2d(X, UNSHARED, B), ValueError,
                "bias", "(4,)", r"\(4, 3, 4\)"),
        Refused("tiled, but one for each channel", lambda: cc.tiled_conv2d(X, TILED, B), ValueError, "bias", "(4,)",
                r"\(4, 2, 2\)"),
    ],
    "no integer": [
        *no_integers("stride", lambda v: cc.conv2d(X, W, stride=v)),
        *no_integers("padding", lambda v: cc.conv2d(X, W, padding=v), NO_INTEGERS[1:]),  # "2" is no known word
        *no_integers("kernel_size", lambda v: cc.max_pool2d(X, v)),
        *no_integers("axis", lambda v: cc.softmax(X, v), NO_INTEGER),
        Refused("dilation 1.5", lambda: cc.conv2d(X, W, dilation=1.5), TypeError, "dilation", "1.5",
                "must be an integer"),
        Refused("groups '1'", lambda: cc.conv2d(X, W, groups="1"), TypeError, "groups", "'1'", "must be an integer"),
        Refused("groups True", lambda: cc.conv2d(X, W, groups=True), TypeError, "groups", "True", "must be an integer"),
        Refused("floats in an array", lambda: cc.conv2d(X, W, stride=np.ones(2)), TypeError, "stride", "1.0",
                "must be an integer"),
        Refused("words for each axis", lambda: cc.conv2d(X, W, padding=("same", "same")), TypeError, "padding",
                "'same'", "must be an integer"),
        Refused("transposed, by word", lambda: cc.conv_transpose2d(X, array(2, 1, 2, 2), padding="same"), TypeError,
                "padding", "'same'", "must be an integer"),
        Refused("pool, by word", lambda: cc.max_pool2d(X, 2, padding="same"), TypeError, "padding", "'same'",
                "must be an integer"),
        Refused("size of an image", lambda: cc.col2im(array(2, 8, 20), (5.0, 6.0), 2), TypeError, "output_size", "5.0",
                "must be an integer"),
        Refused("channels of a layer", lambda: cc.Conv2d(1.0, 6, 5, random_state=rng()), TypeError, "c_in", "1.0",
                "must be an integer"),
        Refused("outputs of a layer", lambda: cc.Linear(4, "10", random_state=rng()), TypeError, "n_out", "'10'",
                "must be an integer"),
        Refused("classes", lambda: models.lenet5(rng(), classes=10.0), TypeError, "classes", "10.0",
                "must be an integer"),
        Refused("a size by hand", lambda: cc.conv_output_size(7 / 1, 3), TypeError, "n", "7.0", "must be an integer"),
    ],
    "no boolean": [
        *no_booleans("ceil_mode", lambda v: cc.max_pool2d(X, 2, ceil_mode=v)),
        *no_booleans("count_include_pad", lambda v: cc.avg_pool2d(X, 2, count_include_pad=v)),
        *no_booleans("need_grad_x", lambda v: cc.conv2d_backward(Y, X, W, need_grad_x=v)),
        Refused("bias of a layer", lambda: cc.Conv2d(2, 3, 3, bias="False", random_state=rng()), TypeError, "bias",
                "'False'", "must be True or False"),
        Refused("bias as numbers", lambda: cc.Linear(2, 3, bias=0, random_state=rng()), TypeError, "bias", "0",
                "must be True or False"),
        Refused("dense need_grad_x", lambda: cc.linear_backward(array(2, 4), array(2, 3), array(4, 3), need_grad_x=0),
                TypeError, "need_grad_x", "0", "must be True or False"),
        Refused("a count's bias", lambda: cc.conv_param_count(3, 4, 3, bias="no"), TypeError, "bias", "'no'",
                "must be True or False"),
        Refused("tiled need_grad_x", lambda: cc.tiled_conv2d_backward(Y, X, TILED, need_grad_x="no"),
                TypeError, "need_grad_x", "'no'", "must be True or False"),
        Refused("a layer's need_grad_x", lambda: cc.ReLU().backward(X, need_grad_x=None), TypeError, "need_grad_x",
                "None", "must be True or False"),
    ],
    "out of range": [
        Refused("stride 0", lambda: cc.conv2d(X, W, stride=0), ValueError, "stride", "0", "must be at least 1"),
        Refused("stride -1", lambda: cc.conv2d(X, W, stride=-1), ValueError, "stride", "-1", "must be at least 1"),
        Refused("stride 0 one way", lambda: cc.conv2d(X, W, stride=(1, 0)), ValueError, "stride", "0",
                "must be at least 1"),
        Refused("three strides", lambda: cc.conv2d(X, W, stride=(1, 2, 3)), ValueError, "stride", "(1, 2, 3)",
                "one integer or 2 of them"),
        Refused("one stride", lambda: cc.conv2d(X, W, stride=(1,)), ValueError, "stride", "(1,)",
                "one integer or 2 of them"),
        Refused("a pair in 1D", lambda: cc.conv1d(SIGNAL, SIGNAL_W, stride=(1, 2)), ValueError, "stride", "(1, 2)",
                "one integer"),
        Refused("strides for (N, C, H, W)", lambda: cc.conv2d(X, W, stride=[1, 1, 2, 2]), ValueError, "stride",
                "[1, 1, 2, 2]", r"2 of them \(rows, columns\)"),
        Refused("padding -1", lambda: cc.conv2d(X, W, padding=-1), ValueError, "padding", "-1", "must be at least 0"),
        Refused("padding for four sides", lambda: cc.conv2d(X, W, padding=(1, 1, 1, 1)), ValueError, "padding",
                "(1, 1, 1, 1)", "one integer or 2 of them"),
        Refused("padding 'Same'", lambda: cc.conv2d(X, W, padding="Same"), ValueError, "padding", "'Same'",
                "one of 'valid', 'same', 'full'"),
        Refused("padding '2'", lambda: cc.conv2d(X, W, padding="2"), ValueError, "padding", "'2'", "one of 'valid'"),
        Refused("'same' with stride 2", lambda: cc.conv2d(X, W, padding="same", stride=2), ValueError, "stride",
                "(2, 2)", "only with stride 1"),
        Refused("dilation 0", lambda: cc.conv2d(X, W, dilation=0), ValueError, "dilation", "0", "must be at least 1"),
        Refused("output padding", lambda: cc.conv_transpose2d(X, array(2, 1, 2, 2), stride=2, output_padding=2),
                ValueError, "output_padding", "2", "smaller than the stride"),
        Refused("output padding of a layer", lambda: cc.ConvTranspose2d(2, 3, 3, output_padding=1, random_state=rng()),
                ValueError, "output_padding", "1", "smaller than the stride"),
        Refused("window 0", lambda: cc.max_pool2d(X, 0), ValueError, "kernel_size", "0", "must be at least 1"),
        Refused("pool padding", lambda: cc.max_pool2d(X, 2, padding=2), ValueError, "padding", "2",
                "at most half the window"),
        Refused("pool padding of a layer", lambda: cc.MaxPool2d(3, padding=2), ValueError, "padding", "2",
                "at most half the window"),
        Refused("pool stride", lambda: cc.avg_pool2d(X, 2, stride=0), ValueError, "stride", "0", "must be at least 1"),
        Refused("norm 0.5", lambda: cc.lp_pool2d(X, 0.5, 2), ValueError, "norm_type", "0.5", "must be at least 1"),
        Refused("norm infinity", lambda: cc.lp_pool2d(X, INF, 2), ValueError, "norm_type", "inf", "finite"),
        Refused("norm '2'", lambda: cc.lp_pool2d(X, "2", 2), TypeError, "norm_type", "'2'", "must be a number"),
        Refused("mode 'Full'", lambda: cc.convolve1d([1], [1], "Full"), ValueError, "mode", "'Full'",
                "one of 'valid', 'same', 'full'"),
        Refused("mode 1", lambda: cc.correlate2d([[1]], [[1]], 1), ValueError, "mode", "1", "one of 'valid'"),
        Refused("border 'zero'", lambda: cc.pad2d(X, 1, "zero"), ValueError, "mode", "'zero'",
                "one of 'zeros', 'reflect'"),
        Refused("border -1", lambda: cc.pad2d(X, -1), ValueError, "padding", "-1", "must be at least 0"),
        Refused("more than a mirror shows", lambda: cc.pad2d(X, 5, "reflect"), ValueError, "padding", "5", "at most 4"),
        Refused("slope '0.1'", lambda: cc.leaky_relu(X, "0.1"), TypeError, "negative_slope", "'0.1'",
                "must be a number"),
        Refused("slope NaN", lambda: cc.leaky_relu(X, NAN), ValueError, "negative_slope", "nan", "must be finite"),
        Refused("axis 4", lambda: cc.softmax(X, 4), ValueError, "axis", "4", "must be an axis of x"),
        Refused("axis -5", lambda: cc.log_softmax(X, -5), ValueError, "axis", "-5", "must be at least -4"),
        Refused("no classes", lambda: cc.softmax(np.zeros((2, 0))), ValueError, "x", "(2, 0)", "not empty"),
        Refused("no channels of a layer", lambda: cc.Conv2d(0, 3, 3, random_state=rng()), ValueError, "c_in", "0",
                "must be at least 1"),
    ],
    "kernel and input": [
        Refused("too many rows", lambda: cc.conv2d(X, array(4, 2, 6, 3)), ValueError, "kernel", "6",
                r"only 0 \+ 5 \+ 0 = 5"),
        Refused("too many columns", lambda: cc.conv2d(X, array(4, 2, 3, 7)), ValueError, "kernel", "7",
                "use a smaller"),
        Refused("too far apart", lambda: cc.conv2d(X, W, dilation=(1, 3)), ValueError, "kernel", "7",
                "use a smaller kernel or more padding"),
        Refused("padding not enough", lambda: cc.conv2d(X, array(4, 2, 8, 3), padding=1), ValueError, "kernel", "8",
                r"1 \+ 5 \+ 1 = 7"),
        Refused("along a signal", lambda: cc.conv1d(SIGNAL, array(4, 2, 7)), ValueError, "kernel", "7",
                "use a smaller"),
        Refused("longer than x", lambda: cc.correlate1d([1, 2], [1, 2, 3]), ValueError, "kernel", "3", "does not fit"),
        Refused("no signal", lambda: cc.convolve1d([], [1]), ValueError, "x", "(0,)", "non-empty array"),
        Refused("no kernel", lambda: cc.convolve1d([1], []), ValueError, "kernel", "(0,)", "non-empty array"),
        Refused("a window larger than x", lambda: cc.max_pool2d(X, 7), ValueError, "kernel", "7", "does not fit"),
        Refused("no rows to pool", lambda: cc.max_pool2d(np.ones((1, 1, 0, 4)), 1), ValueError, "x", "(1, 1, 0, 4)",
                "only the batch may be empty"),
        Refused("nothing left", lambda: cc.conv_transpose2d(X, array(2, 1, 1, 1), padding=3), ValueError, "padding",
                "3", "cuts off the whole output"),
        Refused("columns of windows", lambda: cc.im2col(X, 6), ValueError, "kernel", "6", "does not fit"),
        Refused("columns that do not fit", lambda: cc.col2im(array(2, 8, 20), (6, 6), 2), ValueError, "cols",
                "(2, 8, 20)", r"\(N, C \* 4, 25\)"),
        Refused("unshared, of another size", lambda: cc.locally_connected2d(X, UNSHARED, padding=1), ValueError,
                "weight", "(4, 3, 4, 2, 3, 3)", "there are 5 x 6"),
        Refused("more tiles than outputs", lambda: cc.tiled_conv2d(X, TILED, stride=3), ValueError, "weight",
                "(4, 2, 3, 3, 2, 2)", "never be used"),
        Refused("a matrix for small images", lambda: cc.conv2d_matrix(W, 2), ValueError, "kernel", "3",
                "use a smaller"),
        Refused("a dense layer's volume", lambda: cc.linear_as_conv2d(array(3, 12), (3, 2, 3)), ValueError, "weight",
                "(3, 12)", r"shape \(M, 18\)"),
        Refused("the next layer's input", lambda: models.summary(lenet(), (1, 8, 8)), ValueError, "kernel", "5",
                "use a smaller kernel"),
    ],
    "labels": [
        Refused("floats", lambda: cc.cross_entropy(SCORES, [0.0, 1, 2]), TypeError, "target", "float64",
                "must hold integers"),
        Refused("booleans", lambda: cc.cross_entropy(SCORES, [True] * 3), TypeError, "target", "bool",
                "must hold integers"),
        Refused("texts", lambda: cc.cross_entropy(SCORES, ["0", "1", "2"]), TypeError, "target", "<U1",
                "must hold integers"),
        Refused("nothing", lambda: cc.cross_entropy(SCORES, None), TypeError, "target", "object", "must hold integers"),
        Refused("one-hot", lambda: cc.cross_entropy(SCORES, np.eye(4, dtype=int)[:3]), ValueError, "target", "(3, 4)",
                "one class for each row"),
        Refused("a column", lambda: cc.cross_entropy(SCORES, [[0], [1], [2]]), ValueError, "target", "(3, 1)",
                r"must have shape \(3,\)"),
        Refused("too few", lambda: cc.cross_entropy(SCORES, [0, 1]), ValueError, "target", "(2,)",
                r"must have shape \(3,\)"),
        Refused("counted from 1", lambda: cc.cross_entropy(SCORES, [1, 2, 4]), ValueError, "target", "4",
                "classes run from 0 to 3"),
        Refused("-1 for none", lambda: cc.cross_entropy(SCORES, [0, -1, 2]), ValueError, "target", "-1",
                "classes run from 0 to 3"),
        Refused("2**63 and more", lambda: cc.cross_entropy(SCORES, np.array([0, 1, 2**63 + 5], np.uint64)), ValueError,
                "target", "9223372036854775813", "classes run from 0 to 3"),
        Refused("NaN", lambda: cc.cross_entropy_backward(SCORES, [0, 1, NAN]), TypeError, "target", "float64",
                "must hold integers"),
        Refused("masked", lambda: cc.cross_entropy(SCORES, np.ma.masked_equal([0, 1, 2], 1)), TypeError, "target",
                "masked array", "pass target.filled"),
        Refused("no samples", lambda: cc.cross_entropy(np.ones((0, 4)), []), ValueError, "logits", "(0, 4)",
                "neither of them 0"),
        Refused("training: floats", lambda: fit(y=[0.0, 1.0]), TypeError, "y", "float64", "must hold integers"),
        Refused("training: one-hot", lambda: fit(y=[[1, 0], [0, 1]]), ValueError, "y", "(2, 2)",
                "one label for each sample"),
        Refused("training: too few", lambda: fit(y=[1]), ValueError, "y", "(1,)", "one label for each sample"),
        Refused("training: a class too many", lambda: fit(y=[0, 3]), ValueError, "target", "3",
                "classes run from 0 to 2"),
        Refused("accuracy: counted from 1", lambda: training.accuracy(small(), X, [1, 3]), ValueError, "target", "3",
                "classes run from 0 to 2"),
        Refused("accuracy: no samples", lambda: training.accuracy(small(), X[:0], np.zeros(0, int)), ValueError, "x",
                "(0, 2, 5, 6)", "at least one sample"),
        Refused("confusion: out of range", lambda: training.confusion_matrix([0, 2], [0, 1], 2), ValueError, "y", "2",
                "must lie in 0 to 1"),
        Refused("confusion: other lengths", lambda: training.confusion_matrix([0, 1], [0], 2), ValueError, "predicted",
                "(1,)", "the same shape"),
    ],
    "types of numbers": [
        *(
            Refused(f"{name} of {dtype}", lambda f=f, d=dtype: f(X.astype(d)), TypeError, "x", str(np.dtype(dtype)), w)
            for name, f in {
                "convolution": lambda x: cc.conv2d(x, W),
                "pooling": lambda x: cc.max_pool2d(x, 2),
                "activation": cc.relu,
                "layer": lambda x: cc.Conv2d(2, 3, 3, random_state=rng()).forward(x),
            }.items()
            for dtype, w in {
                "float16": "too short to sum products in; pass x.astype",
                "complex64": "must hold real numbers",
                "complex128": "must hold real numbers",
                "object": "must hold real numbers",
                "U5": "must hold real numbers",
                "S5": "must hold real numbers",
                "datetime64[s]": "must hold real numbers",
                "timedelta64[s]": "must hold real numbers",
            }.items()
        ),
        Refused("records", lambda: cc.relu(np.zeros(3, "f8,f8")), TypeError, "x", "'f0'", "must hold real numbers"),
        Refused("nothing", lambda: cc.conv2d(None, W), TypeError, "x", "object", "must hold real numbers"),
        Refused("a text", lambda: cc.softmax("scores"), TypeError, "x", "<U6", "must hold real numbers"),
        Refused("a dictionary", lambda: cc.relu({"x": 1}), TypeError, "x", "object", "must hold real numbers"),
        Refused("an integer of 70 bits", lambda: cc.relu([2**70]), TypeError, "x", "object", "must hold real numbers"),
        Refused("complex weights", lambda: cc.conv2d(X, W * 1j), TypeError, "weight", "complex128",
                "must hold real numbers"),
        Refused("weights of 16 bits", lambda: cc.linear(SCORES, SCORES.astype("f2")), TypeError, "weight", "float16",
                r"pass weight.astype\(np.float32\)"),
        Refused("a complex bias", lambda: cc.conv2d(X, W, B * 1j), TypeError, "bias", "complex128",
                "must hold real numbers"),
        Refused("a complex kernel", lambda: cc.convolve1d([1, 2], [1j]), TypeError, "kernel", "complex128",
                "must hold real numbers"),
        Refused("a gradient of texts", lambda: cc.relu_backward(["1"], [1]), TypeError, "grad_y", "<U1",
                "must hold real numbers"),
        Refused("a ragged batch", lambda: cc.conv2d([[[[1, 2], [3]]]], W), ValueError, "x", "[3]", "different lengths"),
        Refused("masked pixels", lambda: cc.max_pool2d(np.ma.masked_less(X, 0), 2), TypeError, "x", "masked array",
                "mask would be ignored"),
        Refused("a table of 0 and 1", lambda: cc.restricted_conv2d(X, W, ALL.astype(int)), TypeError, "connections",
                "int64", "must hold True and False"),
        Refused("no input at all", lambda: cc.restricted_conv2d(X, W, ~ALL), ValueError, "connections", "row 0",
                "every output channel an input channel"),
        Refused("a table turned", lambda: cc.restricted_conv2d(X, W, ALL.T), ValueError, "connections", "(2, 4)",
                "a row for each of the 4 output channels"),
    ],
    "absurd sizes": [
        # wide(10**5, 10**5) holds one number; as the array that it claims to be it would take 8 * 10**10 bytes.
        Refused("padding", lambda: cc.conv2d(X, W, padding=10**6), ValueError, "padded input",
                "(2, 2, 2000005, 2000006)", "would need 119,209.9 GiB"),
        Refused("padding 'full'", lambda: cc.conv2d(X, W, padding="full", dilation=10**5), ValueError, "padded input",
                "400005", "would need"),
        Refused("padding of a signal", lambda: cc.conv1d(SIGNAL, SIGNAL_W, padding=10**9), ValueError, "padded input",
                "2000000006", "would need 59.6 GiB"),
        Refused("padding, backward", lambda: cc.conv2d_backward(Y, X, W, padding=10**5), ValueError,
                "padded input", "200005", "would need"),
        Refused("padding 10**30", lambda: cc.conv2d(X, W, padding=10**30), ValueError, "padding", str(10**30),
                "must be at most"),
        Refused("a border", lambda: cc.pad2d(X, 10**5, "replicate"), ValueError, "padded x", "200005", "would need"),
        Refused("filters", lambda: cc.conv2d(np.ones((1, 1, 1000, 1000)), np.ones((10**4, 1, 1, 1))), ValueError,
                "output", "(1, 10000, 1000, 1000)", "would need 74.5 GiB"),
        Refused("an image", lambda: cc.conv2d(wide(1, 2, 10**5, 10**5), W), ValueError, "x", "(1, 2, 100000, 100000)",
                "would need 149.0 GiB"),
        Refused("an image of bytes", lambda: cc.conv2d(wide(1, 2, 10**5, 10**5, dtype="u1"), W), ValueError,
                "x as float64", "(1, 2, 100000, 100000)", "would need 149.0 GiB"),
        Refused("weights", lambda: cc.conv2d(wide(1, 10**4, 3, 3), wide(10**4, 10**4, 3, 3)), ValueError, "weight",
                "(10000, 10000, 3, 3)", "would need 6.7 GiB"),
        Refused("transposed", lambda: cc.conv_transpose2d(X, array(2, 1, 2, 2), stride=10**5), ValueError, "output",
                "(2, 1, 400002, 500002)", "would need"),
        Refused("columns", lambda: cc.im2col(np.ones((1, 1, 2000, 2000)), 50), ValueError, "array of columns", "1951",
                "would need"),
        Refused("back from columns", lambda: cc.col2im(np.ones((1, 1, 1)), (10**5, 10**5), 1, stride=10**6), ValueError,
                "padded image", "(1, 1, 100000, 100000)", "would need 74.5 GiB"),
        Refused("a dense layer", lambda: cc.linear(np.ones((10**5, 1)), np.ones((10**5, 1))), ValueError, "output",
                "(100000, 100000)", "would need 74.5 GiB"),
        Refused("a dense layer's gradient", lambda: cc.linear_backward(B[None], wide(1, 10**9), wide(4, 10**9)),
                ValueError, "x", "(1, 1000000000)", "would need 7.5 GiB"),
        *(
            Refused(f.__name__, lambda f=f: f(wide(10**5, 10**5)), ValueError, "x", "(100000, 100000)",
                    "would need 74.5 GiB")
            for f in (cc.relu, cc.leaky_relu, cc.sigmoid, cc.tanh, cc.softmax, cc.log_softmax, cc.flatten)
        ),
        Refused("activation, backward", lambda: cc.relu_backward(wide(10**5, 10**5), wide(10**5, 10**5)), ValueError,
                "x", "(100000, 100000)", "would need 74.5 GiB"),
        Refused("scores", lambda: cc.cross_entropy(wide(10**5, 10**5), wide(10**5, dtype=int)), ValueError, "logits",
                "(100000, 100000)", "would need 74.5 GiB"),
        *(
            Refused(f.__name__, lambda f=f, a=args: f(wide(1, 1, 10**5, 10**5), *a), ValueError, "x",
                    "(1, 1, 100000, 100000)", "would need 74.5 GiB")
            for f, *args in ((cc.max_pool2d, 2), (cc.avg_pool2d, 2), (cc.sum_pool2d, 2), (cc.global_avg_pool2d,),
                             (cc.global_max_pool2d,))
        ),
        Refused("pooling, backward", lambda: cc.max_pool2d_backward(wide(1, 1, 5, 5), wide(1, 1, 10**5, 10**5), 20000),
                ValueError, "x", "(1, 1, 100000, 100000)", "would need 74.5 GiB"),
        Refused("a matrix", lambda: cc.conv2d_matrix(W, 1000), ValueError, "matrix", "(3984016, 2000000)",
                "would need"),
        Refused("a matrix's entries", lambda: cc.conv2d_entries(W, 1000), ValueError, "entries", "998", "would need"),
        Refused("pixels of a matrix", lambda: cc.conv2d_entries(W, 10**5), ValueError, "image", "100000", "would need"),
        Refused("a dense network", lambda: cc.Linear(10**5, 10**5, random_state=rng()), ValueError, "weight",
                "(100000, 100000)", "would need 74.5 GiB"),
        Refused("a layer", lambda: cc.Conv2d(10**5, 10**5, 3, random_state=rng()), ValueError, "weight", "(100000,",
                "would need 670.6 GiB"),
        Refused("distances", lambda: cc.RadialBasis(np.ones((1000, 1000))).forward(np.ones((1000, 1000))), ValueError,
                "differences", "(1000, 1000, 1000)", "would need 7.5 GiB"),
        Refused("confusion", lambda: training.confusion_matrix([0], [0], 10**5), ValueError, "matrix",
                "(100000, 100000)", "would need 74.5 GiB"),
        Refused("a shift", lambda: training.random_shift(10**5)(X, rng()), ValueError, "images", "200005",
                "would need"),
        Refused("cells of a figure", lambda: plots.grid(np.ones((100, 100))), ValueError, "array", "(100, 100)",
                "too many cells"),
        Refused("neurons of a figure", lambda: plots.connections(10**9, 3), ValueError, "row", "1000000000",
                "too long"),
        Refused("pixels of a figure", lambda: plots.images([wide(10**5, 10**5)]), ValueError, "arrays",
                "(100000, 100000)", "would need 74.5 GiB"),
    ],
    "gradients": [
        Refused("x's shape", lambda: cc.conv2d_backward(X, X, W), ValueError, "grad_y", "(2, 2, 5, 6)",
                r"\(2, 4, 3, 4\)"),
        Refused("one number", lambda: cc.conv2d_backward(1.0, X, W), ValueError, "grad_y", "()",
                "the output has shape"),
        Refused("of one sample", lambda: cc.conv2d_backward(array(1, 4, 3, 4), X, W), ValueError, "grad_y",
                "(1, 4, 3, 4)", r"\(2, 4, 3, 4\)"),
        Refused("rows and columns swapped", lambda: cc.conv2d_backward(array(2, 4, 4, 3), X, W), ValueError, "grad_y",
                "(2, 4, 4, 3)", r"\(2, 4, 3, 4\)"),
        Refused("of another padding", lambda: cc.conv2d_backward(Y, X, W, padding=1), ValueError,
                "grad_y", "(2, 4, 3, 4)", r"\(2, 4, 5, 6\)"),
        Refused("of a signal", lambda: cc.conv1d_backward(array(2, 4, 6), SIGNAL, SIGNAL_W), ValueError, "grad_y",
                "(2, 4, 6)", r"\(2, 4, 4\)"),
        Refused("transposed", lambda: cc.conv_transpose2d_backward(X, X, array(2, 1, 2, 2)), ValueError, "grad_y",
                "(2, 2, 5, 6)", r"\(2, 1, 6, 7\)"),
        Refused("pooling", lambda: cc.max_pool2d_backward(X, X, 2), ValueError, "grad_y", "(2, 2, 5, 6)",
                r"\(2, 2, 2, 3\)"),
        Refused("maxima of another shape", lambda: cc.max_pool2d_backward(cc.max_pool2d(X, 2), X, 2, y=X), ValueError,
                "y", "(2, 2, 5, 6)", r"\(2, 2, 2, 3\)"),
        Refused("maxima of something else", lambda: cc.max_pool2d_backward(
            picture([1]), picture([1, 2]), (1, 2), y=picture([3])), ValueError, "y", "3.0", "what max_pool2d returned"),
        Refused("global pooling", lambda: cc.global_avg_pool2d_backward(array(2, 2), X), ValueError, "grad_y", "(2, 2)",
                r"\(2, 2, 1, 1\)"),
        Refused("activation", lambda: cc.relu_backward(X[:1], X), ValueError, "grad_y", "(1, 2, 5, 6)",
                r"\(2, 2, 5, 6\)"),
        Refused("flatten", lambda: cc.flatten_backward(X, X), ValueError, "grad_y", "(2, 2, 5, 6)", r"\(2, 60\)"),
        Refused("dense layer", lambda: cc.linear_backward(SCORES, SCORES, SCORES[:2]), ValueError, "grad_y", "(3, 4)",
                r"\(3, 2\)"),
        Refused("unshared", lambda: cc.locally_connected2d_backward(X, X, UNSHARED), ValueError, "grad_y",
                "(2, 2, 5, 6)", r"\(2, 4, 3, 4\)"),
        Refused("border", lambda: cc.pad2d_backward(X, X, 1), ValueError, "grad_y", "(2, 2, 5, 6)", r"\(2, 2, 7, 8\)"),
        Refused("of a layer", lambda: run(cc.ReLU(), X, X[0]), ValueError, "grad_y", "(2, 5, 6)",
                "the output has shape"),
        Refused("no forward before", lambda: cc.ReLU().backward(X), RuntimeError, "ReLU", "none", "forward pass"),
    ],
    "layers and networks": [
        Refused("a seed", lambda: cc.Conv2d(2, 3, 3, random_state=0), TypeError, "random_state", "0", "RandomState"),
        Refused("NumPy's new generator", lambda: cc.Linear(2, 3, random_state=np.random.default_rng(0)), TypeError,
                "random_state", "Generator", "RandomState"),
        Refused("two lists of layers", lambda: cc.Sequential([cc.ReLU()], []), TypeError, "layer 0", "[ReLU()]",
                "must be a Layer"),
        Refused("a class for a layer", lambda: cc.Sequential(cc.ReLU), TypeError, "layer 0", "ReLU", "must be a Layer"),
        Refused("a layer twice", lambda: cc.Sequential(*[cc.ReLU()] * 2), ValueError, "layer 1", "ReLU()",
                "make a second one"),
        Refused("a table and groups", lambda: cc.Conv2d(2, 4, 3, connections=ALL, groups=2, random_state=rng()),
                ValueError, "groups", "2", "leave groups at 1"),
        Refused("a table of integers", lambda: cc.Conv2d(2, 4, 3, connections=[[1, 0]] * 4, random_state=rng()),
                TypeError, "connections", "int64", "must hold True and False"),
        Refused("a sample with its batch", lambda: cc.MaxPool2d(2).output_shape((1, 2, 5, 6)), ValueError,
                "input_shape", "(1, 2, 5, 6)", r"\(C, H, W\)"),
        Refused("another depth", lambda: lenet().output_shape((3, 32, 32)), ValueError, "input_shape", "(3, 32, 32)",
                r"\(1, H, W\)"),
        Refused("a text for a shape", lambda: models.summary(lenet(), "1x32x32"), TypeError, "input_shape",
                "'1x32x32'", "tuple of integers"),
        Refused("a layer for a network", lambda: models.summary(cc.ReLU(), (1, 2, 2)), TypeError, "model", "ReLU()",
                "must be a Sequential"),
        Refused("an unknown version", lambda: models.lenet5(rng(), "LeNet"), ValueError, "version", "'LeNet'",
                "one of 'usual'"),
        Refused("eleven digits", lambda: models.lenet5(rng(), "published", classes=11), ValueError, "classes", "11",
                "must be 10"),
        Refused("a drawing in one row", lambda: cc.RadialBasis(B), ValueError, "drawings", "(4,)",
                r"must have shape \(classes, "),
        Refused("a negative distance", lambda: cc.RadialBasis(SCORES, -1), ValueError, "rubbish", "-1",
                "must be at least 0"),
        Refused("another width", lambda: cc.RadialBasis(SCORES).forward(array(2, 3)), ValueError, "x", "(2, 3)",
                r"must have shape \(N, 4\)"),
    ],
    "training": [
        Refused("no epochs", lambda: fit(epochs=0), ValueError, "epochs", "0", "must be at least 1"),
        Refused("epochs of a float", lambda: fit(epochs=1.5), TypeError, "epochs", "1.5", "must be an integer"),
        Refused("batches of nothing", lambda: fit(batch_size=0), ValueError, "batch_size", "0", "must be at least 1"),
        Refused("a seed", lambda: fit(random_state=0), TypeError, "random_state", "0", "RandomState"),
        Refused("validation without labels", lambda: fit(validation=(X,)), TypeError, "validation", "tuple",
                "must be a pair"),
        Refused("patience without validation", lambda: fit(patience=2), ValueError, "patience", "2",
                "pass validation="),
        Refused("progress 'False'", lambda: fit(progress="False"), TypeError, "progress", "'False'",
                "must be True or False"),
        Refused("another model's optimiser", lambda: fit(optimizer=training.SGD(small(), 0.1)), ValueError, "optimizer",
                "another model", "make one for this model"),
        Refused("NaN pixels", lambda: fit(x=X * NAN), FloatingPointError, "x", "nan", "finite numbers"),
        Refused("a rate of text", lambda: training.SGD(small(), "0.1"), TypeError, "learning_rate", "'0.1'",
                "must be a number"),
        Refused("a negative rate", lambda: training.Adam(small(), -1), ValueError, "learning_rate", "-1",
                "must be at least 0"),
        Refused("momentum 1", lambda: training.SGD(small(), 0.1, 1), ValueError, "momentum", "1", "below 1"),
        Refused("a layer to optimise", lambda: training.SGD(cc.ReLU(), 0.1), TypeError, "model", "ReLU()",
                "must be a Sequential"),
        Refused("a shift of half a pixel", lambda: training.random_shift(0.5), TypeError, "pixels", "0.5",
                "must be an integer"),
        Refused("a stretch below 1", lambda: training.random_affine(1, 10, 0.9), ValueError, "stretch", "0.9",
                "must be at least 1"),
        Refused("no samples", lambda: training.predict(small(), X[:0]), ValueError, "x", "(0, 2, 5, 6)",
                "pass at least one"),
        Refused("no classes", lambda: training.confusion_matrix([0], [0], 0), ValueError, "classes", "0",
                "must be at least 1"),
    ],
    "sizes and counts": [
        Refused("a kernel of 5 on 3", lambda: cc.conv_output_size(3, 5), ValueError, "kernel", "5", "does not fit"),
        Refused("an input of 0", lambda: cc.conv_output_size(0, 1), ValueError, "n", "0", "must be at least 1"),
        Refused("groups of a count", lambda: cc.conv_param_count(3, 4, 3, groups=2), ValueError, "groups", "2",
                "must divide"),
        Refused("a negative count", lambda: cc.linear_param_count(-1, 4), ValueError, "n_in", "-1",
                "must be at least 1"),
        Refused("outputs of text", lambda: cc.conv_mac_count(1, 6, 5, "28"), TypeError, "output_size", "'28'",
                "must be an integer"),
        Refused("a table of ones", lambda: cc.restricted_param_count([[1, 1]], 5), TypeError, "connections", "int64",
                "True and False"),
        Refused("one layer alone", lambda: cc.receptive_field({"kernel": 3}), TypeError, "layers", "{'kernel': 3}",
                "must be a sequence of mappings"),
        Refused("a number of layers", lambda: cc.receptive_field(3), TypeError, "layers", "3",
                "must be a sequence of mappings"),
        Refused("a size for a layer", lambda: cc.receptive_field([3]), TypeError, "layer 0", "3", "must be a mapping"),
        Refused("PyTorch's name", lambda: cc.receptive_field([{"kernel_size": 3}]), ValueError, "layer 0",
                "['kernel_size']", "the key 'kernel'"),
    ],
    "drawings": [
        Refused("no strokes", lambda: pen.draw([]), ValueError, "strokes", "[]", "at least one stroke"),
        Refused("strokes as one array", lambda: pen.draw(np.ones((1, 3, 2))), ValueError, "strokes", "array",
                "must be a sequence"),
        Refused("points in a row", lambda: pen.draw([[0.5, 0.5]]), ValueError, "stroke", "(2,)",
                r"shape \(points, 2\)"),
        Refused("a stroke without points", lambda: pen.draw([np.zeros((0, 2))]), ValueError, "stroke", "(0, 2)",
                "at least one point"),
        Refused("NaN points", lambda: pen.draw([[(NAN, 0.5)]]), ValueError, "stroke", "nan", "finite numbers"),
        Refused("points of text", lambda: pen.draw([[("a", "b")]]), TypeError, "stroke", "U1",
                "must hold real numbers"),
        Refused("a pen without ink", lambda: pen.draw([[(0.5, 0.5)]], 0), ValueError, "ink", "0", "above 0"),
        Refused("all ink", lambda: pen.draw([[(0.5, 0.5)]], 1), ValueError, "ink", "1", "below 1"),
        Refused("no drawings", lambda: pen.random_drawings(0, rng()), ValueError, "n", "0", "must be at least 1"),
        Refused("a seed for drawings", lambda: pen.random_drawings(1, 0), TypeError, "random_state", "0",
                "RandomState"),
        Refused("a negative slant", lambda: training.random_affine(1, 10, 1, -1), ValueError, "slant", "-1",
                "must be at least 0"),
    ],
    "data": [
        Refused("digits of 28", lambda: data.digits(28), ValueError, "size", "28", "8, 16 or 32"),
        Refused("digits of 8.0", lambda: data.digits(8.0), ValueError, "size", "8.0", "8, 16 or 32"),
        Refused("an unknown split", lambda: data.digits(split="random"), ValueError, "split", "'random'",
                'must be "stratified"'),
        Refused("an unknown photograph", lambda: data.photograph("lena"), ValueError, "name", "'lena'",
                'must be "china" or "flower"'),
        Refused("a size of float", lambda: data.photograph(size=64.0), TypeError, "size", "64.0", "must be an integer"),
        Refused("a size of 0", lambda: data.photograph(size=(10, 0)), ValueError, "size", "0", "must be at least 1"),
        Refused("grey 'False'", lambda: data.photograph(grey="False"), TypeError, "grey", "'False'",
                "must be True or False"),
        Refused("half a pixel", lambda: data.shift(X, 0.5, 0), TypeError, "rows", "0.5", "must be an integer"),
        Refused("texts to shift", lambda: data.shift([["a", "b"]], 1, 0), TypeError, "images", "<U1",
                "must hold real numbers"),
        Refused("a row to shift", lambda: data.shift(B, 1, 0), ValueError, "images", "(4,)",
                r"at least the axes \(H, W\)"),
        Refused("masked images", lambda: data.shift(np.ma.masked_less(X, 0), 1, 0), TypeError, "images",
                "masked array", "mask would be ignored"),
        Refused("a file's number", lambda: data.load_idx(0), TypeError, "path", "0", "must be a path"),
        Refused("a limit of text", lambda: data.load_idx("x", max_bytes="1"), TypeError, "max_bytes", "'1'",
                "must be an integer"),
    ],
    "figures": [
        Refused("three axes", lambda: plots.grid(X[0]), ValueError, "array", "(2, 5, 6)", "1 or 2 axes"),
        Refused("texts", lambda: plots.grid([["a"]]), TypeError, "array", "<U1", "must hold real numbers"),
        Refused("a window outside", lambda: plots.grid(SCORES, window=(2, 0, 2, 1)), ValueError, "window",
                "(2, 0, 2, 1)", "leaves the array"),
        Refused("a window of two", lambda: plots.grid(SCORES, window=(0, 0)), ValueError, "window", "(0, 0)",
                r"must be \(row, col, height, width\)"),
        Refused("a window of floats", lambda: plots.grid(SCORES, window=(0, 0.5, 1, 1)), TypeError, "window", "0.5",
                "must be an integer"),
        Refused("an empty window", lambda: plots.grid(SCORES, window=(0, 0, 0, 1)), ValueError, "window",
                "(0, 0, 0, 1)", "leaves the array"),
        Refused("negative padding", lambda: plots.grid(SCORES, dashed=-1), ValueError, "dashed", "-1",
                r"must be n, \(rows, columns\)"),
        Refused("more padding than cells", lambda: plots.grid(SCORES, dashed=2), ValueError, "dashed", "2",
                "is wider than the array"),
        Refused("half a cell of padding", lambda: plots.usage(SCORES, dashed=0.5), ValueError, "dashed", "0.5",
                r"must be n, \(rows, columns\)"),
        Refused("a position outside", lambda: plots.correlation(SCORES, [[1]], (3, 0)), ValueError, "position",
                "(3, 0)", r"shape \(3, 4\)"),
        Refused("a position's number", lambda: plots.correlation(SCORES, [[1]], 5), ValueError, "position", "5",
                r"must be \(row, column\)"),
        Refused("a negative position", lambda: plots.correlation(SCORES, [[1]], (0, -1)), ValueError, "position", "-1",
                "must be at least 0"),
        Refused("a position between", lambda: plots.sequence([1, 2], [1], 0.5), TypeError, "position", "0.5",
                "must be an integer"),
        Refused("padding of one", lambda: plots.centred([1, 2], [1], 1), ValueError, "padding", "1",
                r"must be \(before, after\)"),
        Refused("nine stamps", lambda: plots.stamps(np.ones((3, 3)), SCORES), ValueError, "g", "(3, 3)",
                "at most 4 numbers"),
        Refused("a stamp of NaN", lambda: plots.stamps([[NAN]], SCORES), ValueError, "g", "nan", "finite numbers"),
        Refused("half a stride", lambda: plots.stamps([[1]], SCORES, stride=0.5), TypeError, "stride", "0.5",
                "must be an integer"),
        Refused("flip 'False'", lambda: plots.sequence([1, 2], [1], flip="False"), TypeError, "flip", "'False'",
                "must be True or False"),
        Refused("a curve with NaN", lambda: plots.curves({"a": [1, NAN]}), ValueError, "line 'a'", "nan",
                "must hold finite numbers"),
        Refused("the logarithm of 0", lambda: plots.curves([0, 1], log=True), ValueError, "series", "0.0",
                "above zero"),
        Refused("log 'False'", lambda: plots.curves([1, 2], log="False"), TypeError, "log", "'False'",
                "must be True or False"),
        Refused("no history", lambda: plots.history(None), TypeError, "history", "None", "must be a mapping"),
        Refused("a negative bar", lambda: plots.bars(["a"], [-1]), ValueError, "values", "-1", "at least zero"),
        Refused("an area of NaN", lambda: plots.areas(["a"], [NAN]), ValueError, "values", "nan", "finite numbers"),
        Refused("areas of nothing", lambda: plots.areas(["a"], [0]), ValueError, "values", "[0", "not all zero"),
        Refused("NaN counts", lambda: plots.confusion([[NAN]]), ValueError, "matrix", "nan", "finite numbers"),
        Refused("a confusion of 1 x 2", lambda: plots.confusion([[1, 2]]), ValueError, "matrix", "(1, 2)", "square"),
        Refused("half a channel", lambda: plots.volumes([(1.5, 2, 2)]), TypeError, "shapes", "1.5",
                "must be an integer"),
        Refused("a filter in an image", lambda: plots.filter_in_volume((4, 4), 3), ValueError, "shape", "(4, 4)",
                "(C, H, W)"),
        Refused("a filter that is too wide", lambda: plots.filter_in_volume((3, 5, 4), 5), ValueError, "kernel_size",
                "(5, 5)", "5 by 4"),
        Refused("a window beyond the edge", lambda: plots.filter_in_volume((3, 4, 4), 3, (0, 2)), ValueError,
                "position", "(0, 2)", "(2, 2)"),
        Refused("a layer of 0", lambda: plots.volumes([(0, 2, 2)]), ValueError, "shapes", "0", "must be at least 1"),
        Refused("no neurons", lambda: plots.connections(0, 3), ValueError, "n_in", "0", "must be at least 1"),
        Refused("an edge to nowhere", lambda: plots.connections(3, 2, [(0, 2)]), ValueError, "edge", "(0, 2)",
                "leaves"),
        Refused("an edge from -1", lambda: plots.connections(3, 2, [(-1, 0)]), ValueError, "edges", "-1",
                "must be at least 0"),
        Refused("an edge of one end", lambda: plots.connections(3, 2, [(0,)]), ValueError, "edge", "(0,)", r"\(i, o\)"),
        Refused("a neuron between", lambda: plots.connections(3, 2, output=0.5), TypeError, "output", "0.5",
                "must be an integer"),
        Refused("a photo of large integers", lambda: plots.images([np.array([[0, 255]])]), ValueError, "photo", "255",
                "pass array / 255"),
        Refused("a picture with infinity", lambda: plots.images([[[INF]]]), ValueError, "arrays", "inf",
                "must hold finite numbers"),
        Refused("four colours", lambda: plots.images([np.ones((2, 2, 4))]), ValueError, "picture", "(2, 2, 4)",
                r"as a photo, \(3, H, W\)"),
        Refused("maps with NaN", lambda: plots.feature_maps(X[0] * NAN), ValueError, "maps", "nan", "finite numbers"),
        Refused("no columns", lambda: plots.feature_maps(X[0], columns=0), ValueError, "columns", "0",
                "must be at least 1"),
        Refused("columns of text", lambda: plots.images([SCORES], columns="2"), TypeError, "columns", "'2'",
                "must be an integer"),
        Refused("too many columns", lambda: plots.feature_maps(np.ones((90, 2, 2)), columns=90), ValueError, "columns",
                "90", "must be at most 64"),
    ],
    "explorers": [
        Refused("a size of text", lambda: explorers.convolution_2d(size="3"), TypeError, "size", "'3'",
                "must be an integer"),
        Refused("a size of float", lambda: explorers.backprop(size=2.0), TypeError, "size", "2.0",
                "must be an integer"),
        Refused("True for 1", lambda: explorers.pooling(stride=True), TypeError, "stride", "True",
                "must be an integer"),
        Refused("0 for False", lambda: explorers.channels(relu=0), TypeError, "relu", "0", "must be True or False"),
        Refused("flip 'yes'", lambda: explorers.flip_and_filter(flip="yes"), TypeError, "flip", "'yes'",
                "must be True or False"),
        Refused("too large", lambda: explorers.padding_and_stride(size=17), ValueError, "size", "17",
                "between 1 and 16"),
        Refused("layers below 1", lambda: explorers.padding_and_stride(layers=0), ValueError, "layers", "0",
                "between 1 and 6"),
        Refused("a layer of 25", lambda: explorers.sizes(layer=25), ValueError, "layer", "25", "between 0 and 24"),
        Refused("an unknown network", lambda: explorers.sizes("ResNet"), ValueError, "network", "'ResNet'",
                "one of 'LeNet-5'"),
        Refused("a kernel of 4", lambda: explorers.pictures(kernel_size=4), ValueError, "kernel_size", "4",
                "3, 5 or 7"),
        Refused("a long signal", lambda: explorers.flip_and_filter([1] * 9), ValueError, "signal", "(9,)",
                "a row of 1 to 8 numbers"),
        Refused("a text for a signal", lambda: explorers.flip_and_filter("123"), TypeError, "signal", "<U3",
                "must hold real numbers"),
        Refused("a signal of texts", lambda: explorers.flip_and_filter(["1", "2"]), TypeError, "signal", "<U1",
                "must hold real numbers"),
        Refused("NaN in a signal", lambda: explorers.flip_and_filter([NAN]), ValueError, "signal", "nan",
                "between -9999 and 9999"),
        Refused("a digit 10", lambda: explorers.draw_a_digit(lenet(), (np.ones((1, 1, 8, 8)), [10])), ValueError,
                "labels", "10", "must lie in 0 to 9"),
        Refused("half a digit", lambda: explorers.draw_a_digit(lenet(), (np.ones((1, 1, 8, 8)), [1.5])), TypeError,
                "labels", "float64", "must hold integers"),
        Refused("ink up to 16", lambda: explorers.draw_a_digit(lenet(), (np.full((1, 1, 8, 8), 16), [1])), ValueError,
                "images", "16", "must lie in 0 to 1"),
        Refused("NaN ink", lambda: explorers.draw_a_digit(lenet(), (np.full((1, 1, 8, 8), NAN), [1])), ValueError,
                "images", "nan", "must lie in 0 to 1"),
        Refused("images alone", lambda: explorers.draw_a_digit(lenet(), np.ones((1, 1, 8, 8))), TypeError, "digits",
                "ndarray", "must be a pair"),
    ],
    "questions": [
        Refused("an answer of text", lambda: questions.number("?", "3", because="!"), TypeError, "answer", "'3'",
                "must be a number"),
        Refused("an answer NaN", lambda: questions.number("?", NAN, because="!"), ValueError, "answer", "nan",
                "must be finite"),
        Refused("an answer nobody can type", lambda: questions.number("?", 1 / 3, because="!"), ValueError, "answer",
                "0.3333333333333333", "pass a tolerance"),
        Refused("a list of slips", lambda: questions.number("?", 3, because="!", slips=[4]), TypeError, "slips", "[4]",
                "must be a mapping"),
        Refused("a slip that is right", lambda: questions.number("?", 3, because="!", slips={3: "no"}), ValueError,
                "slip", "3.0", "is the right answer"),
        Refused("a shape as a list", lambda: questions.shape("?", [1, 2], because="!"), TypeError, "answer", "[1, 2]",
                "tuple of integers"),
        Refused("a shape of floats", lambda: questions.shape("?", (1.0,), because="!"), TypeError, "answer", "1.0",
                "must be an integer"),
        Refused("options without truth", lambda: questions.choice("?", ["a", "b"]), TypeError, "options", "['a', 'b']",
                "must be a mapping"),
        Refused("a truth of 1", lambda: questions.choice("?", {"a": (1, "!"), "b": (0, "!")}), TypeError, "truth", "1",
                "must be True or False"),
        Refused("a large grid", lambda: questions.grid("?", np.ones((9, 9)), because="!"), ValueError, "answer",
                "(9, 9)", "at most 8 × 8"),
        Refused("an unnamed grid", lambda: questions.grid("?", [1], because="!", shown=B), TypeError, "shown", "array(",
                "must be a mapping"),
        Refused("no question", lambda: questions.ask("How many?"), TypeError, "ask", "'How many?'",
                "what number, shape"),
    ],
}  # fmt: skip


def bytes_of(*values: int) -> np.ndarray:
    return np.array(values, np.uint8)


def picture(*numbers: list[float], dtype: type | str = float) -> np.ndarray:
    """Make a batch of one image with one channel."""
    return np.array(numbers, dtype)[None, None]


NINE = np.arange(9.0).reshape(3, 3)
KERNEL = np.arange(4.0).reshape(2, 2)
LECTURE = [[19, 25], [37, 43]]  # NINE cross-correlated with KERNEL, by hand
NONE = np.zeros((0, 2, 5, 6))


class Matrix(np.ndarray):
    """An array that multiplies as matrices do."""

    def __mul__(self, other):
        return self @ other


class Table:
    """Something that becomes an array when asked to."""

    def __array__(self, dtype=None, copy=None):
        return NINE


class Two:
    """Something that Python takes for an index."""

    def __index__(self):
        return 2


ANSWERED: dict[str, list[Answered]] = {
    "bytes and booleans do not wrap": [
        Answered("convolution", lambda: cc.conv2d(picture([200, 200], dtype="u1"), picture([1, 1], dtype="u1")),
                 [[[[400]]]]),
        Answered("an edge", lambda: cc.correlate1d(bytes_of(10, 250), np.array([1, -1], np.int8)), [-240]),
        Answered("flipped", lambda: cc.convolve1d(bytes_of(10, 250), np.array([1, -1], np.int8)), [240]),
        Answered("one picture", lambda: cc.correlate2d(np.full((2, 2), 200, "u1"), np.ones((2, 2), "u1")), [[800]]),
        Answered("transposed",
                 lambda: cc.conv_transpose2d(picture([200, 200], dtype="u1"), picture([1, 1], dtype="u1")),
                 [[[[200, 400, 200]]]]),
        Answered("booleans", lambda: cc.conv2d(np.ones((1, 1, 2, 2), bool), np.ones((1, 1, 2, 2), bool)), [[[[4]]]]),
        Answered("sums", lambda: cc.sum_pool2d(np.full((1, 1, 2, 2), 200, "u1"), 2), [[[[800]]]]),
        Answered("averages", lambda: cc.avg_pool2d(np.full((1, 1, 2, 2), 200, "u1"), 2), [[[[200]]]]),
        Answered("lengths", lambda: cc.lp_pool2d(picture([30, 40], dtype="u1"), 2, (1, 2)), [[[[50]]]]),
        Answered("global averages", lambda: cc.global_avg_pool2d(np.full((1, 1, 9, 9), 255, "u1")), [[[[255]]]]),
        Answered("the gradient of a maximum", lambda: cc.max_pool2d_backward(
            picture([200, 200], dtype="u1"), picture([1, 9, 1], dtype="u1"), (1, 2), stride=1), [[[[0, 400, 0]]]]),
        Answered("the gradient of a sum", lambda: cc.sum_pool2d_backward(
            picture([200, 200], dtype="u1"), picture([1, 9, 1], dtype="u1"), (1, 2), stride=1), [[[[200, 400, 200]]]]),
        Answered("back from columns", lambda: cc.col2im(np.full((1, 2, 2), 200, "u1"), (1, 3), (1, 2)),
                 [[[[200, 400, 200]]]]),
        Answered("a border", lambda: cc.pad2d_backward(np.full((1, 1, 1, 4), 200, "u1"), picture([1, 1]), (0, 1),
                                                       "replicate"), [[[[400, 400]]]]),
        Answered("a dense layer", lambda: cc.linear(bytes_of(200, 200)[None], bytes_of(2, 2)[None]), [[800]]),
        Answered("the smallest byte", lambda: cc.relu(np.array([-128, 127], np.int8)), [0, 127]),
        Answered("a slope of integers", lambda: cc.leaky_relu(np.array([-100, 100], np.int8)), [-1, 100]),
        Answered("unshared", lambda: cc.locally_connected2d(
            picture([200, 200], dtype="u1"), np.ones((1, 1, 1, 1, 1, 2), "u1")), [[[[400]]]]),
        Answered("tiled", lambda: cc.tiled_conv2d(picture([200, 200], dtype="u1"), np.ones((1, 1, 1, 2, 1, 1), "u1")),
                 [[[[400]]]]),
        Answered("a matrix", lambda: cc.conv2d_matrix(np.full((1, 1, 1, 1), 200, "u1"), 1) * 2, [[400]]),
        Answered("distances", lambda: cc.RadialBasis([[0, 0]]).forward(bytes_of(20, 20)[None]), [[-800]]),
        Answered("labels of bytes", lambda: cc.cross_entropy([[0, 0]], bytes_of(1)), np.log(2)),
        Answered("sizes of bytes", lambda: cc.conv_output_size(np.uint8(250), 3, padding=np.uint8(200)), 648),
        Answered("counts of bytes", lambda: cc.conv_param_count(np.uint8(200), np.uint8(200), 1, bias=False), 40_000),
    ],
    "forms of arguments": [
        Answered("lists", lambda: cc.correlate2d(NINE.tolist(), KERNEL.tolist()), LECTURE),
        Answered("tuples", lambda: cc.correlate2d(tuple(map(tuple, NINE)), tuple(map(tuple, KERNEL))), LECTURE),
        Answered("a batch of lists", lambda: cc.conv2d([[NINE.tolist()]], [[KERNEL.tolist()]], [1]),
                 [[[[20, 26], [38, 44]]]]),
        Answered("a matrix that multiplies as such", lambda: cc.correlate2d(NINE.view(Matrix), KERNEL.view(Matrix)),
                 LECTURE),
        Answered("something like an array", lambda: cc.correlate2d(Table(), KERNEL), LECTURE),
        Answered("big-endian integers", lambda: cc.correlate2d(NINE.astype(">i2"), KERNEL.astype(">i4")), LECTURE),
        Answered("long floats", lambda: cc.correlate2d(NINE.astype("g"), KERNEL.astype("g")), LECTURE),
        Answered("a long float's gradient", lambda: cc.relu_backward(np.array([1, 2], "g"), np.array([-1, 1], "g")),
                 [0, 2]),
        Answered("pixels that share memory",
                 lambda: cc.sum_pool2d(as_strided(np.arange(4.0), (1, 1, 3, 2), (8,) * 4), (3, 2)), [[[[9]]]]),
        Answered("strides of NumPy", lambda: cc.conv2d(X, W, stride=np.int64(2)).shape, (2, 4, 2, 2)),
        Answered("strides in an array", lambda: cc.conv2d(X, W, stride=np.array([2, 1])).shape, (2, 4, 2, 4)),
        Answered("strides in a list", lambda: cc.conv2d(X, W, stride=[1, 2]).shape, (2, 4, 3, 2)),
        Answered("an index of its own", lambda: cc.conv2d(X, W, stride=Two()).shape, (2, 4, 2, 2)),
        Answered("a boolean of NumPy", lambda: cc.max_pool2d(X, 2, ceil_mode=np.True_).shape, (2, 2, 3, 3)),
        Answered("a number that is an array", lambda: questions.number("?", np.array(3.0), because="!").answer, [3]),
        Answered("padding that makes room",
                 lambda: cc.conv2d(np.zeros((1, 2, 0, 3)), np.ones((1, 2, 3, 3)), padding=(2, 0)),
                 np.zeros((1, 1, 2, 1))),
        Answered("a kernel larger than x, in full", lambda: cc.convolve1d([1], [1, 2, 3], "full"), [1, 2, 3]),
        Answered("a stride beyond the end", lambda: cc.conv2d(NINE[None, None], KERNEL[None, None], stride=10**18),
                 [[[[19]]]]),
        Answered("a window beyond the end",
                 lambda: cc.max_pool2d(picture([0, 1], [2, 3]), 2 * 10**9, padding=10**9, stride=10**9), [[[[3]]]]),
        Answered("a shift beyond the end", lambda: data.shift(NINE, 10**6, 0), np.zeros((3, 3))),
        Answered("None for a stride", lambda: cc.max_pool2d(X, 2, stride=None).shape, (2, 2, 2, 3)),
    ],
    "NaN in, NaN out, and no further": [
        Answered("a convolution's windows", lambda: cc.conv2d(picture([NAN, 1, 1]), picture([1, 1])), [[[[NAN, 2]]]]),
        Answered("padding is 0", lambda: cc.conv2d(picture([NAN, 1]), picture([1, 1]), padding=(0, 1)),
                 [[[[NAN, NAN, 1]]]]),
        Answered("other samples", lambda: cc.linear([[NAN, 1], [1, 1]], [[1, 1]]), [[NAN], [2]]),
        Answered("maximum", lambda: cc.max_pool2d(picture([NAN, 9, 2, 1]), (1, 2)), [[[[NAN, 2]]]]),
        Answered("a maximum's gradient, to the first NaN", lambda: cc.max_pool2d_backward(
            picture([7.0]), picture([9, NAN, NAN]), (1, 3)), [[[[0, 7, 0]]]]),
        Answered("average", lambda: cc.avg_pool2d(picture([NAN, 9, 2, 4]), (1, 2)), [[[[NAN, 3]]]]),
        Answered("length", lambda: cc.lp_pool2d(picture([NAN, 9, 3, 4]), 2, (1, 2)), [[[[NAN, 5]]]]),
        Answered("global maximum", lambda: cc.global_max_pool2d(picture([1, NAN])), [[[[NAN]]]]),
        Answered("global maximum's gradient", lambda: cc.global_max_pool2d_backward(picture([3]), picture([1, NAN])),
                 [[[[0, 3]]]]),
        Answered("relu", lambda: cc.relu([NAN, -1, 1]), [NAN, 0, 1]),
        Answered("relu's gradient, as in PyTorch", lambda: cc.relu_backward([3, 4, 5], [NAN, -1, 1]), [3, 0, 5]),
        Answered("leaky relu", lambda: cc.leaky_relu([NAN, -1, 1]), [NAN, -0.01, 1]),
        Answered("sigmoid", lambda: cc.sigmoid([NAN, 0]), [NAN, 0.5]),
        Answered("tanh", lambda: cc.tanh([NAN, 0]), [NAN, 0]),
        Answered("softmax, by rows", lambda: cc.softmax([[NAN, 0], [0, 0]]), [[NAN, NAN], [0.5, 0.5]]),
        Answered("cross-entropy", lambda: cc.cross_entropy([[NAN, 0]], [1]), NAN),
        Answered("a border", lambda: cc.pad2d(picture([NAN, 1]), (0, 1), "replicate"), [[[[NAN, NAN, 1, 1]]]]),
        Answered("a gradient's NaN, through relu", lambda: cc.relu_backward([NAN, NAN], [1, -1]), [NAN, 0]),
        Answered("a gradient's NaN, through a maximum",
                 lambda: cc.max_pool2d_backward(picture([NAN]), picture([1, 2]), (1, 2)), [[[[0, NAN]]]]),
    ],
    "infinity and large numbers": [
        Answered("a convolution's windows", lambda: cc.conv2d(picture([INF, 1, 1]), picture([1, 1])), [[[[INF, 2]]]]),
        Answered("opposite ones", lambda: cc.sum_pool2d(picture([INF, -INF]), (1, 2)), [[[[NAN]]]]),
        Answered("maximum", lambda: cc.max_pool2d(picture([-INF, -INF, INF, 1]), (1, 2)), [[[[-INF, INF]]]]),
        Answered("maximum beside padding", lambda: cc.max_pool2d(picture([-5.0]), 2, padding=1, stride=1),
                 np.full((1, 1, 2, 2), -5.0)),
        Answered("relu", lambda: cc.relu([-INF, INF]), [0, INF]),
        Answered("relu's gradient", lambda: cc.relu_backward([INF, -INF, INF], [-1, 0, 1]), [0, 0, INF]),
        Answered("relu's gradient in 32 bits", lambda: cc.relu_backward(np.float32([INF, INF]), np.float32([-1, 1])),
                 [0, INF]),
        Answered("a maximum's gradient",
                 lambda: cc.max_pool2d_backward(picture([INF, 2]), picture([1, 3, 2]), (1, 2), stride=1),
                 [[[[0, INF, 0]]]]),
        Answered("a gradient for the first of two",
                 lambda: cc.max_pool2d_backward(picture([INF]), picture([3, 3]), (1, 2)), [[[[INF, 0]]]]),
        Answered("global maximum's gradient", lambda: cc.global_max_pool2d_backward(picture([INF]), picture([1, 2])),
                 [[[[0, INF]]]]),
        Answered("sigmoid", lambda: cc.sigmoid([-INF, -1e4, 1e4, INF]), [0, 0, 1, 1]),
        Answered("tanh", lambda: cc.tanh([-INF, -1e4, 1e4, INF]), [-1, -1, 1, 1]),
        Answered("softmax of large scores", lambda: cc.softmax([[1e4, 0]]), [[1, 0]]),
        Answered("softmax of a class that is out", lambda: cc.softmax([[-INF, 0, 0]]), [[0, 0.5, 0.5]]),
        Answered("log-softmax of large scores", lambda: cc.log_softmax([[1e4, 0]]), [[0, -1e4]]),
        Answered("cross-entropy of large scores", lambda: cc.cross_entropy([[1e4, 0]], [1]), 1e4),
        # The norm of 3 and 4 lies between the larger and, for p = 1000, (1 + 0.75**1000)**(1/1000) times it.
        Answered("a large power", lambda: cc.lp_pool2d(picture([3e4, -4e4]), 1000, (1, 2)), [[[[4e4]]]]),
        Answered("a large power's gradient",
                 lambda: cc.lp_pool2d_backward(picture([7]), picture([3e4, -4e4]), 1000, (1, 2)),
                 [[[[7 * 0.75**999, -7]]]]),
        Answered("squares that overflow", lambda: cc.lp_pool2d(picture([3e200, 4e200]), 2, (1, 2)), [[[[5e200]]]]),
        Answered("squares that vanish", lambda: cc.lp_pool2d(picture([3e-200, 4e-200]), 2, (1, 2)), [[[[5e-200]]]]),
        Answered("their gradient", lambda: cc.lp_pool2d_backward(picture([10]), picture([3e200, 4e200]), 2, (1, 2)),
                 [[[[6, 8]]]]),
        Answered("the length of infinity", lambda: cc.lp_pool2d(picture([INF, 1]), 2, (1, 2)), [[[[INF]]]]),
        Answered("the length of nothing", lambda: cc.lp_pool2d(picture([0, 0]), 3, (1, 2)), [[[[0]]]]),
    ],
    "empty batches": [
        Answered("convolution", lambda: cc.conv2d(NONE, W, B, padding=1), np.zeros((0, 4, 5, 6))),
        Answered("its weights get no gradient", lambda: cc.conv2d_backward(np.zeros((0, 4, 3, 4)), NONE, W)[1], 0 * W),
        Answered("a signal", lambda: cc.conv1d(np.zeros((0, 2, 6)), SIGNAL_W), np.zeros((0, 4, 4))),
        Answered("transposed", lambda: cc.conv_transpose2d(NONE, array(2, 1, 2, 2)), np.zeros((0, 1, 6, 7))),
        Answered("maximum", lambda: cc.max_pool2d(NONE, 2), np.zeros((0, 2, 2, 3))),
        Answered("its gradient", lambda: cc.max_pool2d_backward(np.zeros((0, 2, 2, 3)), NONE, 2), NONE),
        Answered("length", lambda: cc.lp_pool2d(NONE, 2, 2), np.zeros((0, 2, 2, 3))),
        Answered("global average", lambda: cc.global_avg_pool2d(NONE), np.zeros((0, 2, 1, 1))),
        Answered("flatten", lambda: cc.flatten(NONE), np.zeros((0, 60))),
        Answered("dense layer", lambda: cc.linear(np.zeros((0, 4)), SCORES), np.zeros((0, 3))),
        Answered("softmax", lambda: cc.softmax(np.zeros((0, 3))), np.zeros((0, 3))),
        Answered("columns", lambda: cc.im2col(NONE, 2), np.zeros((0, 8, 20))),
        Answered("unshared", lambda: cc.locally_connected2d(NONE, UNSHARED), np.zeros((0, 4, 3, 4))),
        Answered("tiled", lambda: cc.tiled_conv2d(NONE, TILED), np.zeros((0, 4, 3, 4))),
        Answered("a network", lambda: lenet().forward(np.zeros((0, 1, 32, 32), np.float32)), np.zeros((0, 10))),
    ],
}  # fmt: skip


def test_the_catalogue_holds_at_least_120_bad_calls_and_none_twice():
    names = [(kind, row.name) for kind, group in [*REFUSED.items(), *ANSWERED.items()] for row in group]
    assert len(names) >= 120
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("row", rows(REFUSED))
def test_a_bad_call_is_refused_with_the_argument_its_value_and_what_would_be_right(row):
    with at_most_one_gib(), pytest.raises(row.error) as caught:
        row.call()
    message = str(caught.value)
    for part in (row.argument, row.value):
        assert re.search(rf"(?<!\w){re.escape(part)}(?!\w)", message), f"{part} is not in: {message}"
    assert re.search(row.wanted, message), message


@pytest.mark.parametrize("row", rows(ANSWERED))
def test_an_odd_call_is_answered_rightly(row):
    with at_most_one_gib(), np.errstate(invalid="ignore"):
        answer = row.call()
    assert np.shape(answer) == np.shape(row.right)
    assert_allclose(np.asarray(answer, float), row.right, rtol=1e-12, atol=0)


@pytest.mark.parametrize("p", [1, 1.5, 3, 40])
def test_norms_of_every_power_equal_the_loops(p):
    x = array(2, 2, 5, 6)
    loops = cc.naive.pool2d(x, lambda window: sum(abs(v) ** p for v in window) ** (1 / p), (3, 2), (2, 1), (1, 0))
    assert_allclose(cc.lp_pool2d(x, p, (3, 2), stride=(2, 1), padding=(1, 0)), loops, rtol=1e-12)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_gradients_that_are_no_numbers_go_where_pytorch_sends_them(stride):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    random_state = rng()
    for ours, theirs in (
        (cc.relu_backward, torch.relu),
        (
            lambda grad_y, x: cc.max_pool2d_backward(grad_y, x, 3, stride=stride),
            lambda x: torch.nn.functional.max_pool2d(x, 3, stride=stride),
        ),
    ):
        x = torch.from_numpy(X.copy()).requires_grad_()
        y = theirs(x)
        grad_y = random_state.choice([1.0, INF, -INF, NAN], y.shape)
        (right,) = torch.autograd.grad(y, x, torch.from_numpy(grad_y))
        with np.errstate(invalid="ignore"):  # where windows overlap, infinity may meet minus infinity
            assert_array_equal(ours(grad_y, X), right.numpy())


# ---------------------------------------------------------------- memory layouts

OPERATIONS: dict[str, tuple[Callable, tuple[np.ndarray, ...]]] = {
    "conv1d": (cc.conv1d, (SIGNAL, SIGNAL_W, B)),
    "conv1d_backward": (cc.conv1d_backward, (array(2, 4, 4), SIGNAL, SIGNAL_W, B)),
    "conv2d": (lambda *a: cc.conv2d(*a, padding=1, stride=2), (X, W, B)),
    "conv2d_backward": (cc.conv2d_backward, (Y, X, W, B)),
    "conv_transpose2d": (lambda *a: cc.conv_transpose2d(*a, stride=2, padding=1), (X, array(2, 3, 3, 3))),
    "conv_transpose2d_backward": (cc.conv_transpose2d_backward, (array(2, 3, 7, 8), X, array(2, 3, 3, 3))),
    "convolve1d": (cc.convolve1d, (array(7), array(3))),
    "convolve2d": (cc.convolve2d, (SCORES, array(2, 2))),
    "correlate1d": (cc.correlate1d, (array(7), array(3))),
    "correlate2d": (cc.correlate2d, (SCORES, array(2, 2))),
    "im2col": (lambda a: cc.im2col(a, 1), (X,)),
    "col2im": (lambda a: cc.col2im(a, (5, 6), 2), (array(2, 8, 20),)),
    "max_pool2d": (lambda a: cc.max_pool2d(a, 3, stride=1), (X,)),
    "max_pool2d_backward": (lambda *a: cc.max_pool2d_backward(*a, 2), (array(2, 2, 2, 3), X)),
    "avg_pool2d": (lambda a: cc.avg_pool2d(a, 1), (X,)),
    "avg_pool2d_backward": (lambda *a: cc.avg_pool2d_backward(*a, 2), (array(2, 2, 2, 3), X)),
    "sum_pool2d": (lambda a: cc.sum_pool2d(a, 2), (X,)),
    "sum_pool2d_backward": (lambda *a: cc.sum_pool2d_backward(*a, 2), (array(2, 2, 2, 3), X)),
    "lp_pool2d": (lambda a: cc.lp_pool2d(a, 3, 2), (X,)),
    "lp_pool2d_backward": (lambda *a: cc.lp_pool2d_backward(*a, 3, 2), (array(2, 2, 2, 3), X)),
    "global_avg_pool2d": (cc.global_avg_pool2d, (X,)),
    "global_avg_pool2d_backward": (cc.global_avg_pool2d_backward, (array(2, 2, 1, 1), X)),
    "global_max_pool2d": (cc.global_max_pool2d, (X,)),
    "global_max_pool2d_backward": (cc.global_max_pool2d_backward, (array(2, 2, 1, 1), X)),
    "linear": (cc.linear, (SCORES, array(5, 4), array(5))),
    "linear_backward": (cc.linear_backward, (array(3, 5), SCORES, array(5, 4), array(5))),
    "flatten": (cc.flatten, (X,)),
    "flatten_backward": (cc.flatten_backward, (array(2, 60), X)),
    **{name: (getattr(cc, name), (SCORES,))
       for name in ("relu", "leaky_relu", "sigmoid", "tanh", "softmax", "log_softmax")},
    **{f"{name}_backward": (getattr(cc, f"{name}_backward"), (array(3, 4) - 1, SCORES))
       for name in ("relu", "leaky_relu", "sigmoid", "tanh", "softmax", "log_softmax")},
    "cross_entropy": (lambda a: cc.cross_entropy(a, [3, 0, 1]), (SCORES,)),
    "cross_entropy_backward": (lambda a: cc.cross_entropy_backward(a, [3, 0, 1]), (SCORES,)),
    "locally_connected2d": (cc.locally_connected2d, (X, UNSHARED, array(4, 3, 4))),
    "locally_connected2d_backward": (cc.locally_connected2d_backward, (Y, X, UNSHARED)),
    "tiled_conv2d": (cc.tiled_conv2d, (X, TILED, array(4, 2, 2))),
    "tiled_conv2d_backward": (cc.tiled_conv2d_backward, (Y, X, TILED, array(4, 2, 2))),
    "restricted_conv2d": (lambda x, w: cc.restricted_conv2d(x, w, ALL), (X, W)),
    "restricted_conv2d_backward": (lambda *a: cc.restricted_conv2d_backward(*a, ALL), (Y, X, W)),
    "pad2d": (lambda a: cc.pad2d(a, 0), (X,)),
    "pad2d_backward": (lambda *a: cc.pad2d_backward(*a, 1, "reflect"), (array(2, 2, 7, 8), X)),
    "conv2d_entries": (lambda a: cc.conv2d_entries(a, 5), (W,)),
    "conv2d_matrix": (lambda a: cc.conv2d_matrix(a, 5), (W,)),
    "linear_as_conv2d": (lambda a: cc.linear_as_conv2d(a, (1, 2, 2)), (SCORES,)),
    "shift": (lambda a: data.shift(a, 1, -1), (X,)),
    "predict": (lambda a: training.predict(small(), a), (X,)),
    "Conv2d": (lambda a: run(cc.Conv2d(2, 3, 3, random_state=rng()), a, array(2, 3, 3, 4)), (X,)),
    "ConvTranspose2d": (lambda a: cc.ConvTranspose2d(2, 3, 3, random_state=rng()).forward(a), (X,)),
    "MaxPool2d": (lambda *a: run(cc.MaxPool2d(2), *a), (X, array(2, 2, 2, 3))),
    "Subsample2d": (lambda *a: run(cc.Subsample2d(2), *a), (X, array(2, 2, 2, 3))),
    "RadialBasis": (lambda x, g: run(cc.RadialBasis(SCORES), x, g), (array(3, 4) + 1, array(3, 3))),
    "ScaledTanh": (lambda *a: run(cc.ScaledTanh(), *a), (SCORES, SCORES)),
}  # fmt: skip

# Of each: an array of other layout with the same numbers.
LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Fortran's order": np.asfortranarray,
    "backwards": lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "upside down": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "every second": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "from channels last": lambda a: np.moveaxis(np.ascontiguousarray(np.moveaxis(a, 0, -1)), -1, 0),
    "big-endian": lambda a: a.astype(">f8"),
    "not aligned": lambda a: np.frombuffer(b"." + a.tobytes(), "u1")[1:].view(a.dtype).reshape(a.shape),
    "lists": lambda a: a.tolist(),
}


def flat(answer: object) -> list[np.ndarray]:
    return [np.asarray(a) for a in (answer if isinstance(answer, tuple) else (answer,)) if a is not None]


# Operations that are none of those in tests/configurations.py: random ones are in tests/test_properties.py by
# themselves, or there are none, as these move numbers without computing; they are in the tests of their modules.
OTHERWISE_DRAWN = {"correlate1d", "correlate2d", "convolve1d", "convolve2d", "im2col", "col2im", "conv2d_matrix"}
NOT_DRAWN = {"flatten", "pad2d", "conv2d_entries", "linear_as_conv2d"}


def test_every_operation_on_arrays_is_tried_in_every_layout_and_on_random_configurations():
    without_arrays = re.compile(r"_count$|_size$|^receptive_field$|_idx$|_weights$|^naive$")
    public = {name for name in cc.__all__ if name.islower() and not without_arrays.search(name)}
    assert public <= OPERATIONS.keys()
    drawn = {*configurations.OPERATIONS, *configurations.POINTWISE, *OTHERWISE_DRAWN, *NOT_DRAWN}
    assert {name.removesuffix("_backward") for name in public} == drawn


@pytest.mark.parametrize(("name", "layout"), list(product(OPERATIONS, LAYOUTS)))
def test_layout_and_byte_order_do_not_matter_and_arguments_stay(name, layout):
    operation, arrays = OPERATIONS[name]
    plain, given = [a.copy() for a in arrays], [LAYOUTS[layout](a) for a in arrays]
    for a in given:
        if isinstance(a, np.ndarray):
            a.flags.writeable = False
    for right, answer in zip(flat(operation(*plain)), flat(operation(*given)), strict=True):
        assert_allclose(answer, right, rtol=1e-12, atol=1e-12)
        assert answer.dtype.isnative or name == "shift"  # which keeps the dtype that it gets
    for before, *after in zip(arrays, plain, given, strict=True):
        for a in after:
            assert_array_equal(a, before)


@pytest.mark.parametrize("name", OPERATIONS)
def test_one_number_repeated_by_strides_of_0_is_an_array_like_others(name):
    operation, arrays = OPERATIONS[name]
    for right, answer in zip(
        flat(operation(*(np.full(a.shape, 0.5) for a in arrays))),
        flat(operation(*(np.broadcast_to(0.5, a.shape) for a in arrays))),
        strict=True,
    ):
        assert_allclose(answer, right, rtol=1e-12, atol=1e-12)
