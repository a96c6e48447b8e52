"""Calls that look bad and are not, each with its right answer."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

import cnn_course as cc
from cnn_course import data
from cnn_course.explorers import questions

from . import INF, NAN, SCORES, SIGNAL_W, TILED, UNSHARED, Answered, B, W, X, array, lenet, picture


def bytes_of(*values: int) -> np.ndarray:
    return np.array(values, np.uint8)


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
