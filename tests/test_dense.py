"""Dense layers, activations and the loss against hand-made numbers, numerical gradients and PyTorch."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import numerical, torch_gradients

import cnn_course as cc

ACTIVATIONS = [
    (cc.relu, cc.relu_backward, {}),
    (cc.leaky_relu, cc.leaky_relu_backward, {"negative_slope": 0.2}),
    (cc.sigmoid, cc.sigmoid_backward, {}),
    (cc.tanh, cc.tanh_backward, {}),
    (cc.softmax, cc.softmax_backward, {"axis": 1}),
    (cc.log_softmax, cc.log_softmax_backward, {"axis": 0}),
]


@pytest.mark.parametrize(("function", "backward", "options"), ACTIVATIONS, ids=lambda a: getattr(a, "__name__", ""))
def test_activations_equal_their_numerical_gradient(function, backward, options):
    x = np.random.RandomState(0).randn(3, 4)
    upstream = np.random.RandomState(1).randn(3, 4)
    (estimate,) = numerical(lambda a: (upstream * function(a, **options)).sum(), x)
    assert_allclose(backward(upstream, x, **options), estimate, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("bias", [True, False])
def test_linear_equals_the_loops_and_its_numerical_gradient(bias):
    rng = np.random.RandomState(0)
    arrays = [rng.randn(3, 4), rng.randn(5, 4)] + ([rng.randn(5)] if bias else [])
    x, weight = arrays[:2]
    expected = np.array([[sum(x[n, i] * weight[o, i] for i in range(4)) for o in range(5)] for n in range(3)])
    assert_allclose(cc.linear(*arrays), expected + (arrays[2] if bias else 0), rtol=1e-12)
    upstream = rng.randn(3, 5)
    got = cc.linear_backward(upstream, *arrays)
    for ours, estimate in zip(got, numerical(lambda *a: (upstream * cc.linear(*a)).sum(), *arrays), strict=False):
        assert_allclose(ours, estimate, rtol=1e-6, atol=1e-8)
    assert (got[2] is None) == (not bias)
    assert cc.linear_backward(upstream, *arrays, need_grad_x=False)[0] is None


def test_flatten_lays_out_rows_and_back():
    x = np.arange(8.0).reshape(2, 1, 2, 2)
    assert_array_equal(cc.flatten(x), [[0, 1, 2, 3], [4, 5, 6, 7]])
    assert_array_equal(cc.flatten_backward(cc.flatten(x), x), x)
    assert cc.flatten(np.zeros((0, 2, 3))).shape == (0, 6)


def test_cross_entropy_by_hand_and_its_numerical_gradient():
    # Scores log 1, log 2, log 5 give probabilities 1/8, 2/8, 5/8.
    logits = np.log([[1.0, 2.0, 5.0], [1.0, 2.0, 5.0]])
    assert_allclose(cc.softmax(logits)[0], [0.125, 0.25, 0.625], rtol=1e-12)
    assert_allclose(cc.cross_entropy(logits, [2, 0]), -(np.log(5 / 8) + np.log(1 / 8)) / 2, rtol=1e-12)
    (estimate,) = numerical(lambda a: cc.cross_entropy(a, [2, 0]), logits)
    assert_allclose(cc.cross_entropy_backward(logits, [2, 0]), estimate, rtol=1e-6, atol=1e-9)


def test_classes_come_in_every_integer_type():
    for dtype in (np.int8, np.uint8, np.uint64):
        assert cc.cross_entropy([[0, 0], [0, 0]], np.array([0, 1], dtype)) == cc.cross_entropy(np.zeros((2, 2)), [0, 1])


def test_large_scores_neither_overflow_nor_turn_into_nan():
    with np.errstate(over="raise", invalid="raise"):
        assert_array_equal(cc.softmax([[1e4, 0.0], [0.0, 0.0]]), [[1, 0], [0.5, 0.5]])
        assert cc.cross_entropy([[1e4, 0.0]], [1]) == 1e4
        assert_array_equal(cc.sigmoid([-1e4, 0.0, 1e4]), [0, 0.5, 1])


def test_nan_goes_through():
    x = np.array([np.nan, 1.0])
    for function, _, _ in ACTIVATIONS:
        assert np.isnan(function(x[None] if function in (cc.softmax, cc.log_softmax) else x)).any()


def test_float32_stays_float32():
    x = np.ones((2, 3), np.float32)
    for function, backward, options in ACTIVATIONS:
        assert function(x, **options).dtype == np.float32
        assert backward(x, x, **options).dtype == np.float32
        assert backward(x.astype(float), x, **options).dtype == np.float32
    assert cc.flatten_backward(np.ones((2, 3)), x).dtype == np.float32
    assert cc.linear(x, x, np.ones(2, np.float32)).dtype == np.float32
    assert cc.cross_entropy_backward(x, [0, 1]).dtype == np.float32


def test_pytorch_agrees():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    functional = torch.nn.functional
    x = np.random.RandomState(0).randn(3, 4)
    x[0, 0] = 0
    for ours, backward, theirs in [
        (cc.relu, cc.relu_backward, functional.relu),
        (cc.leaky_relu, cc.leaky_relu_backward, functional.leaky_relu),
        (cc.sigmoid, cc.sigmoid_backward, torch.sigmoid),
        (cc.tanh, cc.tanh_backward, torch.tanh),
        (cc.softmax, cc.softmax_backward, lambda a: functional.softmax(a, -1)),
        (cc.log_softmax, cc.log_softmax_backward, lambda a: functional.log_softmax(a, -1)),
    ]:
        y, (grad_x,), upstream = torch_gradients(theirs, x)
        assert_allclose(ours(x), y, rtol=1e-12)
        assert_allclose(backward(upstream, x), grad_x, rtol=1e-10, atol=1e-12)
    target = np.array([0, 3, 1])
    loss, (grad,), upstream = torch_gradients(lambda a: functional.cross_entropy(a, torch.from_numpy(target)), x)
    assert_allclose(cc.cross_entropy(x, target), loss, rtol=1e-12)
    assert_allclose(upstream * cc.cross_entropy_backward(x, target), grad, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cc.linear(np.ones((2, 3)), np.ones((4, 5))), ValueError, "so x must have 5 columns"),
        (lambda: cc.linear(np.ones((2, 3, 4, 4)), np.ones((4, 5))), ValueError, r"flatten\(x\) lays images out"),
        (lambda: cc.linear(np.ones((2, 3)), np.ones((4, 3)), np.ones(3)), ValueError, r"bias has shape \(3,\)"),
        (lambda: cc.linear_backward(np.ones((2, 3)), np.ones((2, 3)), np.ones((4, 3))), ValueError, "grad_y has shape"),
        (lambda: cc.relu_backward(np.ones(3), np.ones(2)), ValueError, "grad_y has shape"),
        (lambda: cc.relu(["a"]), TypeError, "x must hold real numbers"),
        (lambda: cc.flatten(3.0), ValueError, "got a single number"),
        (lambda: cc.leaky_relu([1.0], "0.1"), TypeError, "negative_slope must be a number, got '0.1'"),
        (lambda: cc.leaky_relu_backward([1.0], [1.0], None), TypeError, "negative_slope must be a number, got None"),
        (lambda: cc.softmax(np.ones((2, 3)), None), TypeError, "axis must be an integer, got None"),
        (lambda: cc.softmax(np.ones((2, 3)), -3), ValueError, "axis must be at least -2, got -3"),
        (lambda: cc.softmax_backward(np.ones((2, 3)), np.ones((2, 3)), (0, 1)), TypeError, "axis must be an integer"),
        (lambda: cc.log_softmax(np.ones((2, 3)), 2), ValueError, r"axis=2 must be an axis of x that is not empty"),
        (lambda: cc.softmax(np.ones((2, 0))), ValueError, r"not empty; x has shape \(2, 0\)"),
        (
            lambda: cc.cross_entropy(np.ones((2, 3)), [0, 3]),
            ValueError,
            "classes run from 0 to 2, got target from 0 to 3",
        ),
        (lambda: cc.cross_entropy(np.ones((2, 3)), [-1, 0]), ValueError, "got target from -1"),
        (lambda: cc.cross_entropy(np.ones((2, 3)), [0.0, 1.0]), TypeError, "target must hold integers"),
        (lambda: cc.cross_entropy(np.ones((2, 3)), [True, False]), TypeError, "target must hold integers"),
        (lambda: cc.cross_entropy(np.ones((2, 3)), np.ma.masked_equal([0, 1], 1)), TypeError, "target is a masked"),
        (lambda: cc.cross_entropy(np.ones((2, 3)), [[0, 1]]), ValueError, r"target must have shape \(2,\)"),
        (lambda: cc.cross_entropy(np.ones((0, 3)), []), ValueError, "neither of them 0"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()
