"""Layers: the functions' numbers, shapes that agree with what comes out, gradients of a whole network."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import cnn_course as cc
from cnn_course.layers import he_normal

RNG = np.random.RandomState


def some_layers():
    return [
        cc.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2, random_state=RNG(0)),
        cc.Conv2d(4, 3, 3, padding="same", bias=False, random_state=RNG(0)),
        cc.ConvTranspose2d(4, 6, (3, 2), stride=2, padding=1, output_padding=1, groups=2, random_state=RNG(0)),
        cc.MaxPool2d(3, stride=2, padding=1, ceil_mode=True),
        cc.AvgPool2d((2, 3), count_include_pad=False),
        cc.GlobalAvgPool2d(),
        cc.Flatten(),
        cc.ReLU(),
        cc.Sigmoid(),
        cc.Tanh(),
    ]


@pytest.mark.parametrize("layer", some_layers(), ids=repr)
def test_output_shape_is_the_shape_that_comes_out(layer):
    x = RNG(1).randn(2, 4, 7, 8)
    y = layer.forward(x)
    assert y.shape == (2, *layer.output_shape((4, 7, 8)))
    assert layer.backward(np.ones_like(y)).shape == x.shape
    assert layer.grads.keys() == layer.params.keys()
    assert all(layer.grads[k].shape == layer.params[k].shape for k in layer.params)


def test_layers_give_the_functions_numbers():
    x = RNG(1).randn(2, 4, 7, 8)
    conv = some_layers()[0]
    conv.params["bias"] += np.arange(6, dtype=np.float32)
    options = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}
    assert_array_equal(conv.forward(x), cc.conv2d(x, conv.params["weight"], conv.params["bias"], **options))
    dense = cc.Linear(5, 3, random_state=RNG(0))
    assert_array_equal(dense.forward(np.ones((2, 5))), cc.linear(np.ones((2, 5)), dense.params["weight"], np.zeros(3)))
    assert_array_equal(cc.MaxPool2d(2).forward(x), cc.max_pool2d(x, 2))


def test_mac_counts():
    assert cc.Conv2d(3, 10, 5, padding=2, random_state=RNG(0)).mac_count((3, 32, 32)) == 10 * 32 * 32 * 75
    assert cc.ConvTranspose2d(2, 3, 2, random_state=RNG(0)).mac_count((2, 4, 5)) == 2 * 3 * 4 * 20
    assert cc.Linear(400, 120, random_state=RNG(0)).mac_count((400,)) == 48_000
    assert cc.ReLU().mac_count((3, 4, 4)) == 0


def test_he_normal_has_variance_two_over_fan_in():
    weights = he_normal(RNG(0), (100_000,), fan_in=50)
    assert weights.dtype == np.float32
    assert abs(weights.std() - np.sqrt(2 / 50)) < 0.001
    assert abs(weights.mean()) < 0.001


@pytest.mark.parametrize(
    ("layer", "fan_in"),
    [
        (cc.Linear(50, 400, random_state=RNG(0)), 50),
        (cc.Conv2d(8, 400, 5, random_state=RNG(0)), 200),
        (cc.Conv2d(8, 400, 5, groups=4, random_state=RNG(0)), 50),
        # Of a kernel's 6 x 6 taps, 3 x 3 land on any one output when the stride is 2.
        (cc.ConvTranspose2d(64, 64, 6, stride=2, random_state=RNG(0)), 64 * 9),
        (cc.ConvTranspose2d(64, 64, 6, stride=2, groups=4, random_state=RNG(0)), 16 * 9),
    ],
    ids=repr,
)
def test_layers_start_with_the_variance_of_their_fan_in(layer, fan_in):
    assert_allclose(layer.params["weight"].var(), 2 / fan_in, rtol=0.05)


def network():
    """A small network in float64, so that numerical gradients are sharp."""
    rng = RNG(0)
    model = cc.Sequential(
        cc.Sequential(cc.Conv2d(1, 2, 3, padding=1, random_state=rng), cc.Tanh(), cc.AvgPool2d(2)),
        cc.Conv2d(2, 3, 2, random_state=rng),
        cc.Sigmoid(),
        cc.Flatten(),
        cc.Linear(12, 3, random_state=rng),
    )
    for _, layer in model.named_layers():
        layer.params = {k: p.astype(float) for k, p in layer.params.items()}
    return model


def test_gradients_of_a_whole_network_equal_the_numerical_ones():
    model, x, target = network(), RNG(1).randn(2, 1, 6, 6), np.array([2, 0])
    grad_x = model.backward(cc.cross_entropy_backward(model.forward(x), target))
    estimate = cc.naive.numerical_gradient(lambda a: cc.cross_entropy(model.forward(a), target), x)
    assert_allclose(grad_x, estimate, rtol=1e-6, atol=1e-9)
    grads = {k: g.copy() for k, g in model.named_grads().items()}
    for name, param in model.named_params().items():

        def loss(values, param=param):
            kept = param.copy()
            param[...] = values
            result = cc.cross_entropy(model.forward(x), target)
            param[...] = kept
            return result

        assert_allclose(grads[name], cc.naive.numerical_gradient(loss, param), rtol=1e-6, atol=1e-9, err_msg=name)


def test_first_layer_skips_its_input_gradient_on_request():
    model, x = network(), RNG(1).randn(2, 1, 6, 6)
    grad = np.ones_like(model.forward(x))
    full = model.backward(grad)
    with_gradients = {k: g.copy() for k, g in model.named_grads().items()}
    assert full.shape == x.shape
    assert model.backward(grad, need_grad_x=False) is None
    for name, expected in with_gradients.items():
        assert_array_equal(model.named_grads()[name], expected)


def test_names_and_counts_reach_into_nested_networks():
    model = network()
    assert list(model.named_params()) == ["0.0.weight", "0.0.bias", "1.weight", "1.bias", "4.weight", "4.bias"]
    assert model.param_count == 20 + 27 + 39
    assert model.mac_count((1, 6, 6)) == 18 * 36 + 24 * 4 + 36
    assert model.output_shape((1, 6, 6)) == (3,)


def test_options_may_be_numpy_integers():
    layer = cc.Conv2d(300, 300, 3, groups=np.uint8(2), random_state=RNG(0))
    assert layer.param_count == 300 * (150 * 9 + 1)
    assert repr(layer) == "Conv2d(300, 300, 3, groups=2)"


def test_backward_belongs_to_the_last_forward():
    layer, x = cc.Conv2d(1, 2, 3, random_state=RNG(0)), RNG(1).randn(4, 1, 5, 5)
    y = layer.forward(x)
    first = layer.backward(y)
    weight = layer.grads["weight"]
    assert_array_equal(layer.backward(y), first)  # a second time: the same, not the sum
    assert_array_equal(layer.grads["weight"], weight)
    layer.forward(x[:1])
    with pytest.raises(ValueError, match=r"grad_y has shape \(4, 2, 3, 3\), but the output has shape \(1, 2, 3, 3\)"):
        layer.backward(y)


SHARED = cc.ReLU()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cc.Conv2d(3, 4, 3, random_state=0), TypeError, "random_state must be a numpy.random.RandomState"),
        (lambda: cc.Conv2d(3, 4, 3, groups=2, random_state=RNG(0)), ValueError, "groups=2 must divide the 3"),
        (lambda: cc.Conv2d(3, 4, 3, padding="same", stride=2, random_state=RNG(0)), ValueError, "only with stride 1"),
        (lambda: cc.Linear(0, 4, random_state=RNG(0)), ValueError, "n_in must be at least 1"),
        (lambda: cc.Linear(3, 4, random_state=RNG(0)).output_shape((4,)), ValueError, r"must be \(3,\), got \(4,\)"),
        (lambda: cc.Conv2d(3, 4, 3, random_state=RNG(0)).output_shape((1, 5, 5)), ValueError, r"must be \(3, H, W\)"),
        (lambda: cc.Conv2d(3, 4, 3, bias="False", random_state=RNG(0)), TypeError, "bias must be True or False"),
        (lambda: cc.MaxPool2d(3, padding=2), ValueError, "at most half the window"),
        (lambda: cc.MaxPool2d(2, ceil_mode=None), TypeError, "ceil_mode must be True or False"),
        (lambda: cc.AvgPool2d(2, count_include_pad="no"), TypeError, "count_include_pad must be True or False"),
        (
            lambda: cc.Conv2d(3, 4, 3, padding=2, random_state=RNG(0)).output_shape((3, -1, 5)),
            ValueError,
            "input_shape must be at least 1, got -1",
        ),
        (lambda: cc.GlobalAvgPool2d().output_shape((400,)), ValueError, r"must be \(C, H, W\), got \(400,\)"),
        (lambda: cc.Flatten().output_shape((2.5, 2)), TypeError, "input_shape must be an integer, got 2.5"),
        (lambda: cc.ReLU().output_shape(3), TypeError, "input_shape must be a tuple of integers, got 3"),
        (lambda: cc.Sequential(SHARED, cc.Flatten(), SHARED), ValueError, r"layer 2, ReLU\(\), occurs twice"),
        (lambda: cc.Sequential(SHARED, cc.Sequential(SHARED)), ValueError, r"layer 1.0, ReLU\(\), occurs twice"),
        (lambda: cc.MaxPool2d(2).output_shape((4,)), ValueError, r"must be \(C, H, W\), got \(4,\)"),
        (lambda: cc.ReLU().backward(np.ones(3)), RuntimeError, r"ReLU\(\): backward needs the input of a forward pass"),
        (lambda: cc.Sequential(cc.relu), TypeError, "layer 0 must be a Layer, got <function relu"),
        (lambda: cc.Layer().forward(np.ones(1)), TypeError, "use one of its subclasses"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_layers_show_the_options_that_differ_from_the_default():
    rng = RNG(0)
    assert (
        repr(cc.Conv2d(4, 6, (3, 2), stride=2, groups=2, random_state=rng))
        == "Conv2d(4, 6, (3, 2), stride=2, groups=2)"
    )
    assert repr(cc.ConvTranspose2d(4, 6, 2, stride=2, random_state=rng)) == "ConvTranspose2d(4, 6, 2, stride=2)"
    assert repr(cc.MaxPool2d(3, stride=2, ceil_mode=True)) == "MaxPool2d(3, stride=2, ceil_mode=True)"
    assert repr(cc.AvgPool2d(2)) == "AvgPool2d(2)"
