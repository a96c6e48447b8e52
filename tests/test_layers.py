"""Layers: the functions' numbers, shapes that agree with what comes out, gradients of a whole network."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import numerical, torch_gradients

import cnn_course as cc
from cnn_course import models, saving, training, variants
from cnn_course.layers import he_normal

RNG = np.random.RandomState
# Output channels that see two, one and three of four input channels.
TABLE = np.array([[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, 1]], bool)
DRAWINGS = np.array([[1, 1, -1], [-1, 1, 1]])


def in_float64(layer):
    """Return the layer with its parameters in float64 and away from where they start, so that no bias is zero."""
    layer.params = {key: p + 0.1 * RNG(7).randn(*p.shape) for key, p in layer.params.items()}
    return layer


def some_layers():
    return [
        cc.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2, random_state=RNG(0)),
        cc.Conv2d(4, 3, 3, padding="same", bias=False, random_state=RNG(0)),
        cc.Conv2d(4, 3, (3, 2), stride=(2, 1), padding=(1, 0), connections=TABLE, random_state=RNG(0)),
        cc.ConvTranspose2d(4, 6, (3, 2), stride=2, padding=1, output_padding=1, groups=2, random_state=RNG(0)),
        cc.Subsample2d(4, (2, 3)),
        cc.MaxPool2d(3, stride=2, padding=1, ceil_mode=True),
        cc.AvgPool2d((2, 3), count_include_pad=False),
        cc.GlobalAvgPool2d(),
        cc.Flatten(),
        cc.ReLU(),
        cc.Sigmoid(),
        cc.Tanh(),
        cc.ScaledTanh(),
    ]


@pytest.mark.parametrize("layer", some_layers(), ids=repr)
def test_output_shape_is_the_shape_that_comes_out(layer):
    x = RNG(1).randn(2, 4, 7, 8)
    y = layer.forward(x)
    assert y.shape == (2, *layer.output_shape((4, 7, 8)))
    assert layer.backward(np.ones_like(y)).shape == x.shape
    assert layer.grads.keys() == layer.params.keys()
    assert all(layer.grads[k].shape == layer.params[k].shape for k in layer.params)


def test_every_layer_of_one_input_is_tried():
    kinds = {name for name, kind in vars(cc).items() if isinstance(kind, type) and issubclass(kind, cc.Layer)}
    others = {"Layer", "Sequential", "Linear", "RadialBasis"}  # in tests of their own
    missing = kinds - {type(layer).__name__ for layer in some_layers()} - others
    assert not missing, f"add {missing} to some_layers"


def test_every_layer_is_a_name_of_the_library():
    kinds = {name for name in cc.layers.__all__ if isinstance(getattr(cc.layers, name), type)}
    assert kinds - {"Shape"} <= set(cc.__all__)


@pytest.mark.parametrize("layer", some_layers(), ids=repr)
def test_the_input_gradient_is_the_numerical_one(layer):
    x = RNG(1).permutation(240).reshape(2, 4, 5, 6) / 60 - 1.99  # no two alike, none 0: there no layer has a corner
    upstream = RNG(2).randn(*layer.forward(x).shape)
    (estimate,) = numerical(lambda a: (upstream * layer.forward(a)).sum(), x)
    layer.forward(x)
    assert_allclose(layer.backward(upstream), estimate, rtol=1e-5, atol=1e-7)


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


def check_against(layer, reference, x, **params):
    """Compare a layer in float64 with PyTorch: its output, and its gradients for the input and every parameter."""
    y = layer.forward(x)
    expected, grads, upstream = torch_gradients(reference, x, *params.values())
    assert_allclose(y, expected, rtol=1e-10, atol=1e-10)
    found = [layer.backward(upstream), *(layer.grads[name] for name in params)]
    for name, grad, want in zip(["x", *params], found, grads, strict=True):
        assert_allclose(grad, want, rtol=1e-10, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": (0, 1)}, {"dilation": (1, 2)}], ids=str)
def test_connections_are_a_masked_convolution(options):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    layer = in_float64(cc.Conv2d(4, 3, (3, 2), connections=TABLE, **options, random_state=RNG(0)))
    rows, cols = np.nonzero(TABLE)

    def masked(x, kernels, bias):
        weight = torch.zeros(3, 4, 3, 2, dtype=torch.float64)
        weight = weight.index_put((torch.from_numpy(rows), torch.from_numpy(cols)), kernels)
        return torch.nn.functional.conv2d(x, weight, bias, **options)

    check_against(layer, masked, RNG(1).randn(2, 4, 7, 8), **layer.params)


def test_connections_are_those_of_restricted_conv2d():
    layer, x = in_float64(cc.Conv2d(4, 3, (3, 2), connections=TABLE, random_state=RNG(0))), RNG(1).randn(2, 4, 7, 8)
    weight = RNG(2).randn(3, 4, 3, 2)
    layer.params["weight"] = weight[TABLE]
    y = layer.forward(x)
    assert_allclose(y, variants.restricted_conv2d(x, weight, TABLE, layer.params["bias"]), rtol=1e-12)
    grad_x, grad_weight, _ = variants.restricted_conv2d_backward(y, x, weight, TABLE)
    assert_allclose(layer.backward(y), grad_x, rtol=1e-12)
    assert_allclose(layer.grads["weight"], grad_weight[TABLE], rtol=1e-12)


def test_what_is_not_connected_is_no_parameter_and_changes_nothing():
    layer = cc.Conv2d(4, 3, (3, 2), connections=TABLE, random_state=RNG(0))
    assert layer.params["weight"].shape == (6, 3, 2)
    assert layer.params["weight"].dtype == np.float32
    assert layer.param_count == 6 * 6 + 3
    assert layer.mac_count((4, 5, 4)) == 6 * 6 * 9
    x = RNG(1).randn(1, 4, 5, 4)
    y = layer.forward(x)
    for channel in range(4):
        other = x.copy()
        other[:, channel] += 1
        assert_array_equal((layer.forward(other) != y).any(axis=(0, 2, 3)), TABLE[:, channel])
    assert not np.shares_memory(layer.connections, TABLE)


def test_an_input_channel_may_be_seen_by_nobody():
    table = np.array([[True, False], [True, False]])
    assert cc.Conv2d(2, 2, 3, connections=table, random_state=RNG(0)).params["weight"].shape == (2, 3, 3)


def test_connections_to_all_are_no_restriction():
    full = cc.Conv2d(4, 3, 3, random_state=RNG(0))
    table = cc.Conv2d(4, 3, 3, connections=np.ones((3, 4), bool), random_state=RNG(0))
    x = RNG(1).randn(2, 4, 5, 6).astype(np.float32)
    assert_array_equal(table.forward(x), full.forward(x))
    assert table.forward(x).dtype == np.float32


@pytest.mark.parametrize("size", [2, (3, 2)])
def test_subsampling_is_four_times_the_average_times_a_coefficient_plus_a_bias(size):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    layer = in_float64(cc.Subsample2d(3, size))
    window = np.prod(layer.window.kernel_size)

    def average(x, weight, bias):
        pooled = torch.nn.AvgPool2d(size)(x) * int(window)
        return weight[:, None, None] * pooled + bias[:, None, None]

    check_against(layer, average, RNG(1).randn(2, 3, 7, 5), **layer.params)


def test_subsampling_by_hand():
    layer = cc.Subsample2d(2)
    x = np.arange(16.0).reshape(1, 2, 2, 4)  # windows 0+1+4+5 = 10, 2+3+6+7 = 18; 42 and 50 in the second channel
    assert_array_equal(layer.forward(x), x.reshape(1, 2, 2, 2, 2).mean(axis=(2, 4))[:, :, None])
    assert_allclose(cc.Subsample2d(1, (2, 3)).params["weight"], 1 / 6, rtol=1e-6)
    layer.params["weight"][:], layer.params["bias"][:] = [1, 0.5], [-10, 100]
    assert_array_equal(layer.forward(x)[0, :, 0], [[0, 8], [121, 125]])
    assert layer.param_count == 4
    assert layer.mac_count((2, 28, 28)) == 2 * 14 * 14
    assert layer.forward(x.astype(np.float32)).dtype == np.float32


def test_scaled_tanh_is_that_of_the_paper():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    layer = cc.ScaledTanh()
    check_against(layer, lambda x: 1.7159 * torch.tanh(2 * x / 3), RNG(1).randn(2, 3, 4) * 3)
    assert_allclose(layer.forward([-1, 0, 1]), [-1, 0, 1], atol=2e-5)
    assert layer.forward(np.ones(2, np.float32)).dtype == np.float32


@pytest.mark.parametrize("rubbish", [None, 2.5])
def test_radial_basis_scores_are_minus_the_squared_distances(rubbish):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    layer = cc.RadialBasis(DRAWINGS, rubbish)
    drawings = torch.from_numpy(DRAWINGS)

    def distances(x):
        scores = -(torch.cdist(x, drawings.double()) ** 2)
        return scores if rubbish is None else torch.cat([scores, torch.full((len(x), 1), -rubbish).double()], 1)

    x = RNG(1).randn(4, 3)
    check_against(layer, distances, x)
    assert layer.params == {} and layer.mac_count((3,)) == 6
    assert layer.output_shape((3,)) == layer.forward(x).shape[1:]
    assert layer.forward(x.astype(np.float32)).dtype == np.float32


def test_radial_basis_by_hand():
    scores = cc.RadialBasis([[[1, -1], [1, 1]], [[1, 1], [-1, 1]]], rubbish=3).forward([[1, -0.5, 1, 1]])
    assert_array_equal(scores, [[-0.25, -2.25 - 4, -3]])


def test_cross_entropy_with_rubbish_is_equation_9_of_the_paper():
    x, target, j = RNG(1).randn(4, 3), np.array([0, 1, 1, 0]), 2.5
    distances = ((x[:, None] - DRAWINGS) ** 2).sum(axis=2)
    right = distances[np.arange(4), target] + np.log(np.exp(-j) + np.exp(-distances).sum(axis=1))
    assert_allclose(cc.cross_entropy(cc.RadialBasis(DRAWINGS, j).forward(x), target), right.mean(), rtol=1e-12)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (cc.Conv2d(4, 3, (2, 3), stride=2, connections=TABLE, random_state=RNG(0)), (2, 4, 5, 6)),
        (cc.Subsample2d(2, (2, 3)), (2, 2, 5, 6)),
        (cc.ScaledTanh(), (2, 5)),
        (cc.RadialBasis(DRAWINGS, 1.5), (4, 3)),
    ],
    ids=repr,
)
def test_gradients_equal_the_numerical_ones(layer, shape):
    layer, x = in_float64(layer), RNG(1).randn(*shape)
    upstream, names = RNG(2).randn(*layer.forward(x).shape), list(layer.params)

    def loss(x, *values):
        layer.params = dict(zip(names, values, strict=True))
        return float((layer.forward(x) * upstream).sum())

    values = list(layer.params.values())
    estimates = numerical(loss, x, *values)
    layer.params = dict(zip(names, values, strict=True))
    layer.forward(x)
    found = [layer.backward(upstream), *(layer.grads[name] for name in names)]
    for grad, estimate in zip(found, estimates, strict=True):
        assert_allclose(grad, estimate, rtol=1e-6, atol=1e-8)


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


@pytest.mark.parametrize(
    ("options", "fan_in"),
    [
        ({"c_in": 4, "c_out": 6, "kernel_size": (3, 2), "stride": (2, 1), "groups": 2}, 6),  # 2 * 3 * 2 / 2
        ({"c_in": 1, "c_out": 2, "kernel_size": 3, "stride": 2}, 2),  # 9 / 4, rounded down
        ({"c_in": 1, "c_out": 2, "kernel_size": 1}, 1),
        ({"c_in": 1, "c_out": 2, "kernel_size": 1, "stride": 2}, 1),  # most outputs get nothing, the others one product
    ],
    ids=str,
)
def test_transposed_kernels_start_with_the_variance_of_what_lands_on_an_output(options, fan_in):
    weight = cc.ConvTranspose2d(**options, random_state=RNG(0)).params["weight"]
    assert_allclose(weight, RNG(0).standard_normal(weight.shape) * np.sqrt(2 / fan_in), rtol=1e-6)


def test_connected_kernels_start_with_the_variance_of_what_their_map_sees():
    seen = np.repeat([2, 8], 300)
    table = np.arange(8) < seen[:, None]
    weight = cc.Conv2d(8, 600, 5, connections=table, random_state=RNG(0)).params["weight"]
    assert_allclose(weight[: 2 * 300].var(), 2 / 50, rtol=0.05)
    assert_allclose(weight[2 * 300 :].var(), 2 / 200, rtol=0.05)


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


@pytest.mark.parametrize("kind", [list, np.array], ids=["list", "array"])
def test_a_layer_keeps_its_options_and_not_the_callers_list(kind):
    options = {name: kind([1, 1]) for name in ("stride", "padding", "dilation")}
    pooling = {name: options[name] for name in ("stride", "padding")}
    size = kind([3, 3])
    layers = [
        cc.Conv2d(1, 1, size, **options, random_state=RNG(0)),
        cc.ConvTranspose2d(1, 1, size, **options, random_state=RNG(0)),
        cc.MaxPool2d(size, **options),
        cc.AvgPool2d(size, **pooling),
        cc.Subsample2d(1, size),
    ]
    before = [(repr(layer), layer.output_shape((1, 6, 6)), layer(np.ones((1, 1, 6, 6)))) for layer in layers]
    for mine in (size, *options.values()):
        mine[:] = 2, 2
    for layer, (text, shape, y) in zip(layers, before, strict=True):
        assert (repr(layer), layer.output_shape((1, 6, 6))) == (text, shape)
        assert_array_equal(layer(np.ones((1, 1, 6, 6))), y)


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


class Dense(cc.Layer):
    """A dense layer as tutorials write it: its own `forward` and `backward`, and nothing else of ours."""

    def __init__(self, n_in, n_out, rng):
        super().__init__()
        self.params["w"] = rng.randn(n_in, n_out)
        self.params["b"] = np.zeros(n_out)

    def forward(self, x):
        self.rows = x
        return x @ self.params["w"] + self.params["b"]

    def backward(self, grad_y):
        self.grads["w"], self.grads["b"] = self.rows.T @ grad_y, grad_y.sum(axis=0)
        return grad_y @ self.params["w"].T


class Halve(cc.Layer):
    """A layer that keeps every second column, with no more than two methods."""

    def forward(self, x):
        self.shape = x.shape
        return x[:, ::2]

    def backward(self, grad_y):
        grad_x = np.zeros(self.shape)
        grad_x[:, ::2] = grad_y
        return grad_x


def own_network():
    return cc.Sequential(cc.Flatten(), Dense(8, 6, RNG(0)), cc.Tanh(), Halve(), Dense(3, 3, RNG(1)))


def test_a_layer_of_your_own_needs_forward_and_backward_and_no_more():
    model, x, target = own_network(), RNG(2).randn(5, 2, 2, 2), np.array([0, 1, 2, 1, 0])
    assert list(model.named_params()) == ["1.w", "1.b", "4.w", "4.b"]
    grad_x = model.backward(cc.cross_entropy_backward(model.forward(x), target))
    estimate = cc.naive.numerical_gradient(lambda a: cc.cross_entropy(model.forward(a), target), x)
    assert_allclose(grad_x, estimate, rtol=1e-6, atol=1e-9)
    model.forward(x)
    first = cc.Sequential(*model.layers[1:])
    first.forward(x.reshape(5, 8))
    first.backward(np.ones((5, 3)), need_grad_x=False)  # the first layer of a network is asked for less
    assert_allclose(first.named_grads()["0.b"], model[1].grads["b"])
    table = models.summary(model, (2, 2, 2))
    assert [row.output_shape for row in table] == [(2, 2, 2), (8,), (6,), (6,), (3,), (3,)]
    assert [row.params for row in table] == [0, 0, 54, 0, 0, 12]
    assert [row.layer for row in table[2:5]] == ["Dense()", "Tanh()", "Halve()"]


def test_the_shape_after_a_layer_of_your_own_is_not_looked_for_in_terabytes():
    with pytest.raises(ValueError, match="a sample would need"):
        Halve().output_shape((10**7, 10**6))
    with pytest.raises(TypeError, match=r"input_shape must be an integer, got 2\.5"):
        Halve().output_shape((2.5,))


def test_the_table_of_a_network_leaves_no_trace_in_a_layer_of_your_own():
    model = own_network()
    models.summary(model, (2, 2, 2))
    assert "rows" not in vars(model[1]) and "shape" not in vars(model[3])


@pytest.mark.parametrize("optimizer", [training.SGD, training.Adam])
def test_a_layer_of_your_own_is_trained(optimizer):
    model, x = own_network(), RNG(3).randn(60, 2, 2, 2)
    y = np.abs(x.reshape(60, 8)[:, :3]).argmax(axis=1)
    options = {"epochs": 60, "random_state": RNG(0), "progress": False}
    history = training.fit(model, x, y, optimizer=optimizer(model, 0.05), **options)
    assert history.loss[-1] < 0.5 * history.loss[0]


def test_what_a_layer_of_your_own_forgot_is_named():
    class Mute(cc.ReLU):
        def backward(self, grad_y):
            super().backward(grad_y)

    class Blind(cc.ReLU):
        def forward(self, x):
            super().forward(x)

    model = cc.Sequential(cc.Tanh(), Mute())
    model.forward(np.ones(3))
    with pytest.raises(TypeError, match=r"Tanh\(\): grad_y is None; does the layer behind return the gradient"):
        model.backward(np.ones(3))
    with pytest.raises(TypeError, match=r"Tanh\(\): x is None; does the layer before return its output"):
        cc.Sequential(Blind(), cc.Tanh()).forward(np.ones(3))


def test_a_method_that_a_layer_of_your_own_lacks_is_named():
    class OneWay(cc.Layer):
        def forward(self, x):
            self.x = x
            return x

    class Forgetful(cc.ReLU):
        def forward(self, x):
            return np.maximum(x, 0)

    class Return(cc.Layer):
        def backward(self, grad_y):
            return grad_y

    with pytest.raises(TypeError, match=r"^OneWay\(\) has no backward; write one beside its forward"):
        one_way = OneWay()
        one_way.backward(one_way(np.ones(2)))
    with pytest.raises(
        RuntimeError, match=r"^Forgetful\(\): .* there was none; a forward of your own keeps it as self\.x"
    ):
        forgetful = Forgetful()
        forgetful.backward(forgetful(np.ones(2)))
    with pytest.raises(TypeError, match=r"^Return\(\) has no forward; Layer is what"):
        Return()(np.ones(2))
    with pytest.raises(RuntimeError, match=r"there was none$"):
        cc.ReLU().backward(np.ones(2))


class Block(cc.Layer):
    def __init__(self, *layers):
        self.some = list(layers)

    def forward(self, x):
        return self.some[0](x)

    def backward(self, grad_y):
        return self.some[0].backward(grad_y)


class Residual(cc.Sequential):
    def forward(self, x):
        return x + super().forward(x)

    def backward(self, grad_y):
        return grad_y + super().backward(grad_y)


def test_a_layer_around_others_is_a_sequential_or_is_refused():
    hidden = cc.Sequential(Block(cc.Linear(3, 3, random_state=RNG(0))))
    message = r"Block\(\) holds a layer as its attribute some, whose parameters nobody would find"
    for use in (lambda: training.SGD(hidden, 0.1), lambda: models.summary(hidden, (3,))):
        with pytest.raises(TypeError, match=message):
            use()
    shortcut = cc.Sequential(Residual(cc.Tanh()))
    shortcut[0].shortcut = dense(3, 3)
    with pytest.raises(TypeError, match=r"Residual\(Tanh\(\)\) holds a layer as its attribute shortcut"):
        training.predict(shortcut, np.ones((2, 3)))
    listed = Block(cc.Tanh())
    listed.layers = [cc.Tanh()]
    del listed.some
    with pytest.raises(TypeError, match=r"Block\(\) holds a layer as its attribute layers"):
        training.predict(cc.Sequential(listed), np.ones((2, 3)))
    model, x = cc.Sequential(Residual(dense(3, 3), cc.Tanh()), dense(3, 2)), RNG(1).randn(4, 3)
    model = in_doubles(model)
    assert list(model.named_params()) == ["0.0.weight", "0.0.bias", "1.weight", "1.bias"]
    upstream = RNG(2).randn(4, 2)
    model.forward(x)
    grad_x = model.backward(upstream)
    estimate = cc.naive.numerical_gradient(lambda a: float((model.forward(a) * upstream).sum()), x)
    assert_allclose(grad_x, estimate, rtol=1e-6, atol=1e-9)
    assert_allclose(training.predict(model, x), model.forward(x), rtol=1e-12)


class Twice(cc.Sequential):
    """Both what comes in and what its layers make of it, side by side."""

    def forward(self, x):
        return np.concatenate([x, super().forward(x)], axis=1)


def test_a_network_within_that_is_no_chain_has_the_shape_and_the_row_of_what_it_does():
    inner = cc.Sequential(Twice(conv(2, 3, 3, padding=1), cc.ReLU()), cc.Sequential(conv(5, 4, 1), cc.Flatten()))
    assert inner[0].output_shape((2, 4, 4)) == (5, 4, 4)
    table = models.summary(inner, (2, 4, 4))
    assert [row.layer for row in table[1:]] == [repr(inner[0]), "Conv2d(5, 4, 1)", "Flatten()"]
    assert repr(inner[0]) == "Twice(Conv2d(2, 3, 3, padding=1), ReLU())"
    assert [row.output_shape for row in table[1:]] == [(5, 4, 4), (4, 4, 4), (64,)]
    assert [(row.params, row.macs) for row in table[1:]] == [(57, 54 * 16), (24, 20 * 16), (0, 0)]


def in_doubles(model):
    for _, layer in model.named_layers():
        in_float64(layer)
    return model


def network_and_gradient():
    """Return a network of every kind of layer after a forward pass, and the gradient that belongs to it."""
    model = cc.Sequential(
        conv(1, 2, 3), cc.MaxPool2d(2), cc.Subsample2d(2, 1), cc.Sequential(cc.Tanh(), cc.Flatten()), Halve(),
        Dense(4, 3, RNG(0)), cc.RadialBasis(DRAWINGS),
    )  # fmt: skip
    x = RNG(1).randn(5, 1, 6, 6)
    upstream = RNG(2).randn(*model.forward(x).shape)
    return model, x, upstream


@pytest.mark.parametrize("between", ["predict", "accuracy", "summary", "output_shape"])
def test_a_look_between_forward_and_backward_changes_no_gradient(between):
    model, x, upstream = network_and_gradient()
    expected, grads = model.backward(upstream), {k: g.copy() for k, g in model.named_grads().items()}
    model.forward(x)
    other, labels = x[::-1] + 1, np.array([0, 1, 0, 1, 0])
    {
        "predict": lambda: training.predict(model, other),
        "accuracy": lambda: training.accuracy(model, other, labels),
        "summary": lambda: models.summary(model, (1, 6, 6)),
        "output_shape": lambda: model.output_shape((1, 6, 6)),
    }[between]()
    assert_array_equal(model.backward(upstream), expected)
    for name, grad in model.named_grads().items():
        assert_array_equal(grad, grads[name], err_msg=name)


def test_predict_leaves_nothing_behind_even_if_it_fails():
    inner = cc.Tanh()
    model = cc.Sequential(conv(1, 2, 3), cc.MaxPool2d(2), cc.Sequential(inner, cc.Flatten()), Halve(), dense(4, 3))
    before = [vars(layer).copy() for layer in (model, *model, inner)]
    training.predict(model, np.ones((5, 1, 6, 6)))
    assert [vars(layer) for layer in (model, *model, inner)] == before
    with pytest.raises(ValueError, match="inputs do not agree"):
        training.predict(model, np.ones((5, 1, 9, 9)))
    assert [vars(layer) for layer in (model, *model, inner)] == before


@pytest.mark.parametrize(
    "kind", [tuple, list, np.array, lambda v: np.array(v, np.uint8)], ids=["tuple", "list", "array", "bytes"]
)
@pytest.mark.parametrize(
    ("make", "option", "shown"),
    [
        (lambda v: conv(2, 3, v), (3, 2), "Conv2d(2, 3, (3, 2))"),
        (lambda v: conv(2, 3, 3, stride=v), (1, 2), "Conv2d(2, 3, 3, stride=(1, 2))"),
        (lambda v: conv(2, 3, 3, padding=v), (1, 2), "Conv2d(2, 3, 3, padding=(1, 2))"),
        (lambda v: conv(2, 3, 3, dilation=v), (2, 2), "Conv2d(2, 3, 3, dilation=2)"),
        (lambda v: transposed(2, 3, v), (3, 2), "ConvTranspose2d(2, 3, (3, 2))"),
        (lambda v: transposed(2, 3, 3, stride=v), (1, 2), "ConvTranspose2d(2, 3, 3, stride=(1, 2))"),
        (lambda v: transposed(2, 3, 3, padding=v), (0, 1), "ConvTranspose2d(2, 3, 3, padding=(0, 1))"),
        (
            lambda v: transposed(2, 3, 3, stride=3, output_padding=v),
            (1, 2),
            "ConvTranspose2d(2, 3, 3, stride=3, output_padding=(1, 2))",
        ),
        (lambda v: transposed(2, 3, 3, dilation=v), (1, 2), "ConvTranspose2d(2, 3, 3, dilation=(1, 2))"),
        (lambda v: cc.MaxPool2d(v), (2, 3), "MaxPool2d((2, 3))"),
        (lambda v: cc.MaxPool2d(3, stride=v), (1, 2), "MaxPool2d(3, stride=(1, 2))"),
        (lambda v: cc.MaxPool2d(3, padding=v), (1, 0), "MaxPool2d(3, padding=(1, 0))"),
        (lambda v: cc.MaxPool2d(3, dilation=v), (1, 2), "MaxPool2d(3, dilation=(1, 2))"),
        (lambda v: cc.AvgPool2d(3, stride=v), (1, 2), "AvgPool2d(3, stride=(1, 2))"),
        (lambda v: cc.AvgPool2d(3, padding=v), (1, 1), "AvgPool2d(3, padding=1)"),
        (lambda v: cc.Subsample2d(2, v), (3, 2), "Subsample2d(2, (3, 2))"),
    ],
)
def test_a_pair_may_be_any_sequence_and_what_becomes_of_it_changes_nothing(make, option, shown, kind):
    owned = kind(option)
    layer, same, x = make(owned), make(option), RNG(1).randn(2, 2, 9, 8)
    if not isinstance(owned, tuple):
        owned[0], owned[1] = 9, 9
    assert repr(layer) == shown == repr(same)
    y = same.forward(x)
    assert_array_equal(layer.forward(x), y)
    assert layer.output_shape((2, 9, 8)) == y.shape[1:]
    assert_array_equal(layer.backward(y), same.backward(y))
    model = cc.Sequential(layer)
    assert models.summary(model, (2, 9, 8))[1].layer == shown
    assert saving.architecture(model) == f"Sequential({shown})"


def test_what_becomes_of_a_table_or_of_drawings_changes_nothing():
    table, drawings, x = TABLE.copy(), DRAWINGS.astype(np.float32), RNG(1).randn(2, 4, 5, 5)
    layer, basis = connected(table), cc.RadialBasis(drawings)
    y, scores = layer.forward(x), basis.forward(np.ones((1, 3)))
    table[:], drawings[:] = True, 9
    assert_array_equal(layer.forward(x), y)
    assert_array_equal(basis.forward(np.ones((1, 3))), scores)


def test_layers_take_kernel_size_stride_and_padding_by_position_as_pytorch_does():
    rng = {"random_state": RNG(0)}
    assert repr(cc.Conv2d(1, 6, 5, 1, 2, **rng)) == "Conv2d(1, 6, 5, padding=2)"
    assert repr(cc.Conv2d(1, 6, 5, 2, "valid", **rng)) == "Conv2d(1, 6, 5, stride=2, padding='valid')"
    assert repr(cc.ConvTranspose2d(6, 1, 4, 2, 1, **rng)) == "ConvTranspose2d(6, 1, 4, stride=2, padding=1)"
    assert repr(cc.MaxPool2d(2, 2)) == "MaxPool2d(2)"
    assert repr(cc.MaxPool2d(3, 2, 1)) == "MaxPool2d(3, stride=2, padding=1)"
    assert repr(cc.AvgPool2d(3, 2, 1)) == "AvgPool2d(3, stride=2, padding=1)"
    for make, shape in ((cc.Conv2d, (1, 6, 5, 2, 1)), (cc.ConvTranspose2d, (6, 1, 4, 2, 1))):
        torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
        theirs = getattr(torch.nn, make.__name__)(*shape)(torch.zeros(1, shape[0], 9, 9))
        assert make(*shape, **rng).output_shape((shape[0], 9, 9)) == tuple(theirs.shape[1:])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: conv(1, 6, 5, 2, 1, 1), TypeError, "positional arguments"),
        (lambda: conv(1, 6, 5, True), TypeError, "stride must be an integer, got the boolean True"),
        (lambda: conv(1, 6, 5, "same"), TypeError, "stride must be an integer, got 'same'"),
        (lambda: cc.MaxPool2d(2, 2, True), TypeError, "padding must be an integer, got the boolean True"),
        (lambda: cc.MaxPool2d(2, 0), ValueError, "stride must be at least 1, got 0"),
        (lambda: cc.AvgPool2d(2, 2, 2), ValueError, "at most half the window"),
        (lambda: cc.AvgPool2d(2, 2, 0, True), TypeError, "positional arguments"),
    ],
)
def test_what_is_at_a_wrong_position_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_network_is_called_counted_and_cut_as_in_pytorch():
    layers = [cc.Flatten(), dense(4, 3), cc.ReLU()]
    model, x = cc.Sequential(layers), RNG(1).randn(2, 1, 2, 2)
    layers.clear()
    assert repr(model) == "Sequential(Flatten(), Linear(4, 3), ReLU())"
    assert [*model] == [model[0], model[1], model[-1]] == [*model.layers]
    assert len(model) == 3
    assert_array_equal(model(x), model.forward(x))
    assert_array_equal(model[1](model[0](x)), model[:2].forward(x))
    assert isinstance(model[1:], cc.Sequential) and model[1:][0] is model[1]
    for place, error in ((3, IndexError), (-4, IndexError), ("0.weight", TypeError), (1.0, TypeError)):
        with pytest.raises(error, match=f"this network has 3: there is no layer {place!r}"):
            model[place]


SHARED = cc.ReLU()


def connected(table):
    return cc.Conv2d(4, 3, 3, connections=table, random_state=RNG(0))


def conv(c_in=1, c_out=1, kernel_size=1, *more, **options):
    return cc.Conv2d(c_in, c_out, kernel_size, *more, **options, random_state=RNG(0))


def transposed(c_in=1, c_out=1, kernel_size=1, **options):
    return cc.ConvTranspose2d(c_in, c_out, kernel_size, **options, random_state=RNG(0))


def dense(n_in=1, n_out=1):
    return cc.Linear(n_in, n_out, random_state=RNG(0))


@pytest.mark.parametrize(
    ("make", "name", "least"),
    [
        *((make, name, 1) for make in (conv, transposed) for name in ("c_in", "c_out", "kernel_size")),
        *((make, name, 1) for make in (conv, transposed) for name in ("stride", "dilation", "groups")),
        *((make, "padding", 0) for make in (conv, transposed, cc.MaxPool2d, cc.AvgPool2d)),
        (transposed, "output_padding", 0),
        *((dense, name, 1) for name in ("n_in", "n_out")),
        *((make, name, 1) for make in (cc.MaxPool2d, cc.AvgPool2d) for name in ("kernel_size", "stride")),
        (cc.MaxPool2d, "dilation", 1),
        *((cc.Subsample2d, name, 1) for name in ("channels", "kernel_size")),
        (lambda rubbish: cc.RadialBasis(DRAWINGS, rubbish), "rubbish", 0),
    ],
)
def test_every_option_has_its_least_value(make, name, least):
    needed = {cc.MaxPool2d: {"kernel_size": 2}, cc.AvgPool2d: {"kernel_size": 2}, cc.Subsample2d: {"channels": 1}}
    options = needed.get(make, {})
    make(**(options | {name: least}))
    with pytest.raises(ValueError, match=f"^{name} must be at least {least}.* got {least - 1}"):
        make(**(options | {name: least - 1}))


def test_padding_may_cut_off_what_a_small_image_would_leave():
    assert transposed(padding=2).output_shape((1, 5, 6)) == (1, 1, 2)


def after_forward(layer, shape):
    layer.forward(np.ones(shape))
    layer.backward(np.ones(1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cc.Conv2d(3, 4, 3, random_state=0), TypeError, "random_state must be a numpy.random.RandomState"),
        (lambda: cc.Conv2d(3, 4, 3, groups=2, random_state=RNG(0)), ValueError, "groups=2 must divide the 3"),
        (lambda: cc.Conv2d(3, 4, 3, padding="same", stride=2, random_state=RNG(0)), ValueError, "only with stride 1"),
        (lambda: cc.Linear(0, 4, random_state=RNG(0)), ValueError, "n_in must be at least 1"),
        (lambda: cc.Linear(3, 4, random_state=RNG(0)).output_shape((4,)), ValueError, r"must be \(3,\), got \(4,\)"),
        (lambda: cc.Conv2d(3, 4, 3, random_state=RNG(0)).output_shape((1, 5, 5)), ValueError, r"must be \(3, H, W\)"),
        (lambda: transposed(2).mac_count((3, 5, 5)), ValueError, r"must be \(2, H, W\), got \(3, 5, 5\)"),
        (lambda: dense(3).mac_count((4,)), ValueError, r"must be \(3,\), got \(4,\)"),
        (lambda: cc.RadialBasis(DRAWINGS).mac_count((4,)), ValueError, r"must be \(3,\), got \(4,\)"),
        (lambda: cc.Sequential(cc.ReLU()).backward(np.ones(3)), RuntimeError, r"^Sequential\(.*: backward needs"),
        (lambda: cc.Conv2d(3, 4, 3, bias="False", random_state=RNG(0)), TypeError, "bias must be True or False"),
        (lambda: connected(np.eye(3)), TypeError, "connections must hold True and False.*got dtype float64"),
        (lambda: connected(TABLE.T), ValueError, r"of the 3 output.*of the 4 input channels, got shape \(4, 3\)"),
        (lambda: connected(TABLE & [[True], [False], [False]]), ValueError, "an input channel; row 1 is all False"),
        (
            lambda: cc.Conv2d(4, 4, 3, groups=2, connections=np.ones((4, 4), bool), random_state=RNG(0)),
            ValueError,
            "leave groups at 1, got groups=2",
        ),
        (lambda: cc.Subsample2d(0), ValueError, "channels must be at least 1"),
        (lambda: cc.Subsample2d(3).output_shape((4, 6, 6)), ValueError, r"must be \(3, H, W\), got \(4, 6, 6\)"),
        (
            lambda: cc.Subsample2d(3).forward(np.ones((2, 1, 4, 4))),
            ValueError,
            r"Subsample2d\(3\): x must have 3 channels, got shape \(2, 1, 4, 4\)",
        ),
        (lambda: after_forward(cc.Subsample2d(1), (1, 1, 4, 4)), ValueError, "but the output has shape"),
        (lambda: after_forward(cc.RadialBasis(DRAWINGS), (2, 3)), ValueError, "but the output has shape"),
        (lambda: cc.RadialBasis(np.ones(84)), ValueError, r"shape \(classes, ...\).*got shape \(84,\)"),
        (lambda: cc.RadialBasis(np.ones((0, 84))), ValueError, r"got shape \(0, 84\)"),
        (lambda: cc.RadialBasis(DRAWINGS, -1), ValueError, "rubbish must be .*at least 0.*got -1"),
        (lambda: cc.RadialBasis(DRAWINGS, "10"), TypeError, "rubbish must be a number, got '10'"),
        (lambda: cc.RadialBasis(DRAWINGS).forward(np.ones((2, 1))), ValueError, r"shape \(N, 3\), got \(2, 1\)"),
        (lambda: cc.RadialBasis(DRAWINGS).output_shape((1,)), ValueError, r"must be \(3,\), got \(1,\)"),
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
    assert repr(cc.ConvTranspose2d(4, 6, 2, random_state=rng)) == "ConvTranspose2d(4, 6, 2)"
    assert repr(cc.MaxPool2d(3, stride=2, ceil_mode=True)) == "MaxPool2d(3, stride=2, ceil_mode=True)"
    assert repr(cc.AvgPool2d(2)) == "AvgPool2d(2)"
    assert repr(connected(TABLE)) == "Conv2d(4, 3, 3, connections=6 of 12)"
    assert repr(conv(1, 6, 5, bias=False)) == "Conv2d(1, 6, 5, bias=False)"
    assert repr(transposed(6, 1, 2, stride=2, bias=False)) == "ConvTranspose2d(6, 1, 2, stride=2, bias=False)"
    assert repr(cc.Linear(3, 2, bias=False, random_state=rng)) == "Linear(3, 2, bias=False)"
    assert repr(cc.MaxPool2d(3, stride=3)) == "MaxPool2d(3)"
    assert [repr(cc.Subsample2d(6)), repr(cc.Subsample2d(6, (2, 3)))] == ["Subsample2d(6)", "Subsample2d(6, (2, 3))"]
    assert repr(cc.RadialBasis(DRAWINGS)) == "RadialBasis(2 drawings of 3)"
    assert repr(cc.RadialBasis(DRAWINGS, 10)) == "RadialBasis(2 drawings of 3, rubbish=10.0)"


def test_a_maximum_stays_where_it_was_whatever_becomes_of_the_output():
    layer = cc.MaxPool2d(2)
    with pytest.raises(TypeError, match="x must hold real numbers"):
        layer.forward(np.zeros((1, 1, 2, 2), complex))
    with pytest.raises(TypeError, match="x must hold real numbers"):
        layer.backward(np.ones((1, 1, 1, 1)))
    y = layer.forward(np.array([[[[0.0, 5.0], [1.0, 2.0]]]]))
    y *= 0
    assert_array_equal(layer.backward(np.ones((1, 1, 1, 1))), [[[[0, 1], [0, 0]]]])
