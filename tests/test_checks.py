"""The door of the library: what it lets in, and the words it refuses the rest with."""

import re
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import cnn_course as cc
from cnn_course import checks, models, training


class MatrixLike(np.ndarray):
    """An array whose products are those of matrices, as np.matrix has them."""

    def __mul__(self, other):
        return self @ other


class Two:
    """An object that Python takes for an index."""

    def __index__(self):
        return 2


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), np.array(3)])
def test_every_integer_becomes_pythons_own(value):
    assert type(checks.integer(value, "stride")) is int
    assert checks.integer(value, "stride") == 3


def test_the_largest_integer_is_the_largest_size_of_an_array():
    assert checks.integer(sys.maxsize, "n") == sys.maxsize
    with pytest.raises(ValueError, match=f"n must be at most {sys.maxsize}, got {sys.maxsize + 1}"):
        checks.integer(sys.maxsize + 1, "n")


@pytest.mark.parametrize("value", [2, (2, 2), [2, 2], np.array([2, 2]), Two()])
def test_pairs_come_in_many_forms(value):
    assert checks.per_axis(value, "stride") == (2, 2)


def test_numbers_keep_to_their_limits():
    assert checks.number(0, "momentum", 0, 1) == 0.0
    assert checks.number(np.float32(0.5), "slope") == 0.5
    assert checks.number(-1e308, "slope") == -1e308


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.uint64])
def test_integers_and_booleans_become_float64(dtype):
    array = checks.real_array(np.ones(2, dtype), "x")
    assert array.dtype == np.float64
    assert_array_equal(array, [1, 1])


@pytest.mark.parametrize("dtype", ["f4", "f8", "g"])
def test_floats_keep_their_precision_and_are_not_copied(dtype):
    x = np.ones(2, dtype)
    assert checks.real_array(x, "x") is x


@pytest.mark.parametrize("dtype", [">f4", "<f4"])
def test_every_byte_order_becomes_the_machines_own(dtype):
    array = checks.real_array(np.array([1, 2], dtype), "x")
    assert array.dtype == np.float32
    assert array.dtype.isnative
    assert_array_equal(array, [1, 2])


HINTS = {  # what may be meant by an array of this shape, in the order of the message, and the batch that it becomes
    (28, 28): [("x[None, None]", (1, 1, 28, 28))],
    (64, 28, 28): [("x[None]", (1, 64, 28, 28)), ("x[:, None]", (64, 1, 28, 28))],
    (8, 784): [("x[None, None]", (1, 1, 8, 784)), ("x.reshape(-1, 1, 28, 28)", (8, 1, 28, 28))],
    (8, 3072): [("x[None, None]", (1, 1, 8, 3072)), ("x.reshape(-1, 3, 32, 32)", (8, 3, 32, 32))],
    (8, 64): [("x[None, None]", (1, 1, 8, 64)), ("x.reshape(-1, 1, 8, 8)", (8, 1, 8, 8))],
    (5, 49): [("x[None, None]", (1, 1, 5, 49))],
    (784,): [("x.reshape(-1, 1, 28, 28)", (1, 1, 28, 28))],
    (30, 20, 3): [
        ("x[None]", (1, 30, 20, 3)),
        ("x[:, None]", (30, 1, 20, 3)),
        ("x.transpose(2, 0, 1)[None]", (1, 3, 30, 20)),
    ],
    (3, 30, 4): [("x[None]", (1, 3, 30, 4)), ("x[:, None]", (3, 1, 30, 4))],
    (7,): [],
    (2, 1, 3, 28, 28): [],
}


@pytest.mark.parametrize("shape", HINTS, ids=str)
@pytest.mark.parametrize(
    "call",
    [
        lambda x: cc.conv2d(x, np.ones((1, 1, 1, 1))),
        lambda x: cc.max_pool2d(x, 1),
        lambda x: cc.im2col(x, 1),
        lambda x: cc.pad2d(x, 1),
        cc.global_avg_pool2d,
        cc.Subsample2d(1).forward,
        lambda x: cc.Sequential(cc.Conv2d(1, 2, 1, random_state=np.random.RandomState(0))).forward(x),
    ],
    ids=["conv2d", "max_pool2d", "im2col", "pad2d", "global_avg_pool2d", "Subsample2d", "Sequential"],
)
def test_a_missing_axis_is_answered_by_all_that_the_shape_may_mean(shape, call):
    with pytest.raises(ValueError, match=re.escape(f"x must have 4 axes (N, C, H, W), got shape {shape}: ")) as caught:
        call(np.zeros(shape))
    given = re.findall(r"for [^,]*?(?:\([^)]*\) )?pass (x\S*?(?:\(.*?\))?(?:\[.*?\])?)(?=, for|$)", str(caught.value))
    assert [(way, eval(way, {"x": np.zeros(shape)}).shape) for way in given] == HINTS[shape]
    if not given:
        assert str(caught.value).endswith(": its axes are (N, C, H, W)")


def test_a_missing_axis_of_a_signal_or_of_lists():
    with pytest.raises(
        ValueError, match=r"for one sample pass x\[None\], for samples of one channel pass x\[:, None\]$"
    ):
        cc.conv1d(np.zeros((8, 64)), np.zeros((1, 1, 3)))
    with pytest.raises(ValueError, match=r": for one channel of one sample pass x\[None, None\]$"):
        cc.conv1d(np.zeros(64), np.zeros((1, 1, 3)))
    with pytest.raises(ValueError, match=r"for one channel of one sample pass np\.array\(x\)\[None, None\]$"):
        cc.max_pool2d([[1, 2], [3, 4]], 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda model: model.forward(np.zeros((8, 1, 28, 28))),
        lambda model: training.predict(model, np.zeros((8, 1, 28, 28))),
        lambda model: models.summary(model, (1, 28, 28)),
        lambda model: cc.linear(np.zeros((8, 256)), np.zeros((10, 400))),
    ],
)
def test_lenet_says_which_images_it_takes(call):
    model = models.lenet5(np.random.RandomState(0))
    with pytest.raises(ValueError, match=r"256.*400|400.*256") as caught:
        call(model)
    assert str(caught.value).endswith("; LeNet-5 takes images of 32 x 32: give those of 28 x 28 a border, pad2d(x, 2)")
    assert model.forward(cc.pad2d(np.zeros((8, 1, 28, 28)), 2)).shape == (8, 10)
    with pytest.raises(ValueError, match=r"so x must have 400 columns$"):
        cc.linear(np.zeros((8, 255)), np.zeros((10, 400)))


def test_subclasses_lose_their_own_rules():
    matrix = np.array([[1.0, 2.0], [3.0, 4.0]]).view(MatrixLike)
    assert type(cc.correlate2d(matrix, matrix)) is np.ndarray
    assert_array_equal(cc.correlate2d(matrix, matrix), [[30]])
    assert_array_equal(cc.relu_backward(matrix, matrix), [[1, 2], [3, 4]])


X, W = np.ones((1, 2, 5, 6)), np.ones((4, 2, 3, 3))


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        (lambda: cc.conv2d(X, W, padding=10**6), r"1, 2, 2000005, 2000006"),
        (lambda: cc.conv2d(X, W, padding=10**18), "the padded input would need"),
        (lambda: cc.conv2d(X, W, padding="full", dilation=10**5), "the padded input would need"),
        (lambda: cc.conv1d(X[:, :, 0], W[:, :, 0], padding=10**9), "the padded input would need"),
        (lambda: cc.conv2d_backward(X, X, W, padding=10**5), r"the padded input would need .*\(1, 2, 200005, 200006\)"),
        (lambda: cc.conv2d(np.broadcast_to(1.0, (1, 2, 10**5, 10**5)), W), "x would need 149.0 GiB"),
        (lambda: cc.conv2d(np.broadcast_to(np.uint8(1), (1, 2, 10**5, 10**5)), W), "x as float64 would need"),
        (lambda: cc.conv2d(np.ones((1, 1, 1000, 1000)), np.ones((10**4, 1, 1, 1))), "the output would need 74.5 GiB"),
        (lambda: cc.conv_transpose2d(X, np.ones((2, 1, 2, 2)), stride=10**5), "the output would need"),
        (lambda: cc.im2col(np.ones((1, 1, 2000, 2000)), 50), "the array of columns would need"),
        (lambda: cc.col2im(np.ones((1, 1, 1)), (10**5, 10**5), 1, stride=10**6), "the padded image would need"),
        (lambda: cc.linear(np.ones((10**5, 1)), np.ones((10**5, 1))), "the output would need"),
        (lambda: cc.Linear(10**5, 10**5, random_state=np.random.RandomState(0)), "the weight would need"),
    ],
)
def test_absurd_sizes_are_refused_before_they_are_allocated(call, shape):
    with pytest.raises(ValueError, match=shape):
        call()


def test_an_array_may_take_one_gib_and_no_more():
    checks.check_memory((2**27,), 8, "x")
    with pytest.raises(ValueError, match=r"x would need 1.0 GiB \(shape \(134217729,\)\), .* allows \(1 GiB\)"):
        checks.check_memory((2**27 + 1,), 8, "x")


def test_the_limit_of_memory_can_be_moved(monkeypatch):
    monkeypatch.setattr(checks, "MAX_BYTES", 8 * 96)
    x = np.ones((1, 1, 5, 6))
    assert cc.conv2d(x, np.ones((8, 1, 3, 3))).size == 96
    with pytest.raises(ValueError, match=r"the output would need 0.0 GiB \(shape \(1, 9, 3, 4\)\), more than"):
        cc.conv2d(x, np.ones((9, 1, 3, 3)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: checks.integer(np.True_, "groups"), TypeError, "groups must be an integer, got the boolean"),
        (lambda: checks.integer(10**30, "stride"), ValueError, "stride must be at most 9223372036854775807, got 1000"),
        (lambda: checks.integer(np.array([3]), "stride"), TypeError, r"got array\(\[3\]\) of type ndarray"),
        (lambda: checks.per_axis(((1,), (2, 3)), "stride"), TypeError, r"stride must be an integer, got \(1,\)"),
        (lambda: checks.per_axis(np.array(2.0), "stride"), ValueError, "one integer or 2 of them"),
        (lambda: checks.per_axis("22", "stride"), TypeError, "stride must be an integer, got '22'"),
        (lambda: checks.number("0.1", "momentum"), TypeError, "momentum must be a number, got '0.1'"),
        (lambda: checks.number(True, "momentum"), TypeError, "momentum must be a number, got True"),
        (lambda: checks.number(np.nan, "slope"), ValueError, "slope must be finite, got nan"),
        (lambda: checks.number(-np.inf, "slope"), ValueError, "slope must be finite, got -inf"),
        (lambda: checks.number(np.inf, "rate", 0), ValueError, "rate must be at least 0 and finite, got inf"),
        (lambda: checks.number(1, "momentum", 0, 1), ValueError, "momentum must be at least 0 and below 1, got 1"),
        (lambda: checks.boolean("False", "bias"), TypeError, "bias must be True or False, got 'False'"),
        (lambda: checks.boolean(1, "bias"), TypeError, "bias must be True or False, got 1"),
        (lambda: checks.generator(0), TypeError, "random_state must be a numpy.random.RandomState, for example"),
        (lambda: checks.generator(np.random.default_rng(0)), TypeError, "random_state must be a numpy.random.Random"),
        (lambda: checks.class_array([0.0], "y"), TypeError, "y must hold integers, the classes counted from 0, got"),
        (lambda: checks.class_array([[0], [1, 2]], "y"), ValueError, "y must be a rectangular array"),
        (lambda: checks.class_array(np.ma.masked_equal([0, 1], 1), "y"), TypeError, "y is a masked array"),
        (lambda: checks.real_array([[None]], "x"), TypeError, "x must hold real numbers, got dtype object"),
        (lambda: checks.real_array(np.array(["2020"], "M8[Y]"), "x"), TypeError, "x must hold real numbers, got dtype"),
        (lambda: checks.real_array(np.ones(1, np.float16), "x"), TypeError, "too short to sum products in"),
        (lambda: checks.batch(X[None], "x"), ValueError, r"got shape \(1, 1, 2, 5, 6\): its axes are \(N, C, H, W\)"),
        (lambda: checks.batch(np.ones((1, 0, 5, 6)), "x", may_be_flat=True), ValueError, "x has an empty axis"),
        (lambda: checks.choice(1, "mode", ("valid", "same")), ValueError, "mode must be one of 'valid', 'same', got 1"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()
