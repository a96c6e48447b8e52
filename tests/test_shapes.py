"""Sizes, counts and receptive fields against counting by hand and by trying."""

import itertools

import numpy as np
import pytest

import cnn_course as cc
from cnn_course import checks, models, shapes


def windows_that_fit(n, k, stride, padding, dilation):
    """Count the windows by walking along the padded axis."""
    starts = range(0, n + 2 * padding, stride)
    return sum(start + dilation * (k - 1) < n + 2 * padding for start in starts)


def test_conv_output_size_equals_counting_the_windows():
    for n, k, stride, padding, dilation in itertools.product(
        range(1, 9), range(1, 5), range(1, 4), range(3), range(1, 3)
    ):
        count = windows_that_fit(n, k, stride, padding, dilation)
        if count:
            assert cc.conv_output_size(n, k, stride=stride, padding=padding, dilation=dilation) == count
        else:
            with pytest.raises(ValueError, match="the kernel does not fit"):
                cc.conv_output_size(n, k, stride=stride, padding=padding, dilation=dilation)


def test_conv_transpose_output_size_undoes_conv_output_size():
    for n, k, stride, padding in itertools.product(range(4, 12), range(1, 5), range(1, 4), range(2)):
        smaller = cc.conv_output_size(n, k, stride=stride, padding=padding)
        sizes = {
            cc.conv_transpose_output_size(smaller, k, stride=stride, padding=padding, output_padding=extra)
            for extra in range(stride)
            if (smaller - 1) * stride - 2 * padding + k + extra >= 1
        }
        assert n in sizes
        assert all(cc.conv_output_size(size, k, stride=stride, padding=padding) == smaller for size in sizes)


@pytest.mark.parametrize(
    ("n", "k", "options", "expected"),
    [
        (28, 2, {}, 14),
        (6, 3, {"stride": 2}, 2),
        (6, 3, {"stride": 2, "ceil_mode": True}, 3),
        (7, 3, {"stride": 2, "ceil_mode": True}, 3),
        # Windows at -1, 2 and 5; the next would start at 8, past the input and its left padding.
        (8, 3, {"stride": 3, "padding": 1, "ceil_mode": True}, 3),
        # A window at 3 would start in the right padding of an input of 3: dropped.
        (3, 2, {"stride": 2, "padding": 1, "ceil_mode": True}, 2),
        # Windows at -1 and 2, from 2 to the end of the padding: nothing is left over.
        (6, 5, {"stride": 3, "padding": 1, "ceil_mode": True}, 2),
    ],
)
def test_pool_output_size(n, k, options, expected):
    assert cc.pool_output_size(n, k, **options) == expected


def test_pool_output_size_equals_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    for n, k, stride, padding, ceil in itertools.product(
        range(3, 10), range(1, 6), range(1, 5), range(3), (False, True)
    ):
        if padding > k // 2 or k > n + 2 * padding:
            continue
        x = torch.zeros(1, 1, n)
        theirs = torch.nn.functional.max_pool1d(x, k, stride, padding, ceil_mode=ceil).shape[-1]
        assert cc.pool_output_size(n, k, stride=stride, padding=padding, ceil_mode=ceil) == theirs, (
            n,
            k,
            stride,
            padding,
        )


def test_param_counts():
    assert cc.conv_param_count(3, 10, 5) == 760
    assert cc.conv_param_count(4, 6, (3, 2), groups=2) == 6 * 2 * 6 + 6
    assert cc.conv_param_count(1, 6, 5, bias=False) == 150
    assert cc.linear_param_count(400, 120) == 48_120
    assert cc.linear_param_count(120, 84, bias=False) == 10_080


TABLE = np.array([[True, True, False], [False, True, True], [True, True, True], [False, False, True]])


def test_variants_have_as_many_parameters_as_their_arrays():
    rows, cols = 4, 3  # of outputs
    assert cc.locally_connected_param_count(3, 5, (2, 4), (rows, cols)) == np.empty((5, 4, 3, 3, 2, 4)).size + 5 * 4 * 3
    assert cc.locally_connected_param_count(3, 5, (2, 4), (rows, cols), bias=False) == 5 * 4 * 3 * 3 * 2 * 4
    assert cc.tiled_param_count(3, 5, (2, 4), (2, 3)) == np.empty((5, 3, 2, 4, 2, 3)).size + 5 * 2 * 3
    assert cc.tiled_param_count(3, 5, (2, 4), (2, 3), bias=False) == 5 * 3 * 2 * 4 * 2 * 3
    # One tile is the convolution, as many as outputs the locally connected layer.
    assert cc.tiled_param_count(3, 5, 2, 1) == cc.conv_param_count(3, 5, 2)
    assert cc.tiled_param_count(3, 5, 2, (rows, cols)) == cc.locally_connected_param_count(3, 5, 2, (rows, cols))
    # 2 + 2 + 3 + 1 connections, with kernels of 3 * 2.
    assert cc.restricted_param_count(TABLE, (3, 2)) == 8 * 6 + 4
    assert cc.restricted_param_count(TABLE.tolist(), (3, 2), bias=False) == 8 * 6
    # Table I of LeCun et al. (1998): six maps see 3, nine see 4, one sees 6, each through 5x5 weights, and 16 biases.
    table = np.zeros((16, 6), bool)
    for row, maps in enumerate(models.C3_CONNECTIONS):
        table[row, list(maps)] = True
    assert cc.restricted_param_count(table, 5) == (6 * 3 + 9 * 4 + 6) * 25 + 16 == 1516


def test_conv_mac_count_equals_counting_the_products():
    for groups in (1, 2):
        x, weight = np.zeros((1, 4, 6, 7)), np.zeros((6, 4 // groups, 2, 3))
        outputs = cc.naive.conv2d(x, weight, groups=groups).shape
        products = sum(1 for _ in np.ndindex(outputs) for _ in np.ndindex(weight.shape[1:]))
        assert cc.conv_mac_count(4, 6, (2, 3), outputs[2:], groups=groups) == products
    # The two convolutions of LeNet-5 by hand: 28 * 28 * 6 * 25 and 10 * 10 * 16 * 6 * 25.
    assert (cc.conv_mac_count(1, 6, 5, 28), cc.conv_mac_count(6, 16, 5, 10)) == (117_600, 240_000)
    assert cc.conv_mac_count(np.uint8(200), np.uint8(200), 3, np.uint8(10)) == 200 * 200 * 9 * 100


@pytest.mark.parametrize(
    "layers",
    [
        [{"kernel": 3}],
        [{"kernel": 5}, {"kernel": 2, "stride": 2}, {"kernel": 3, "padding": 1}],
        [{"kernel": (3, 2), "stride": (2, 1), "padding": (1, 0)}, {"kernel": 2, "dilation": (1, 2)}],
    ],
)
def test_receptive_field_equals_following_one_output_back(layers):
    n = 24
    options = [{k: v for k, v in layer.items() if k != "kernel"} for layer in layers]
    weights = [np.ones((1, 1, *checks.per_axis(layer["kernel"], "kernel"))) for layer in layers]
    volumes = [np.zeros((1, 1, n, n))]
    for weight, option in zip(weights, options, strict=True):
        volumes.append(cc.naive.conv2d(volumes[-1], weight, **{k: checks.per_axis(v, k) for k, v in option.items()}))
    row = np.array(volumes[-1].shape[2:]) // 2
    grad = np.zeros_like(volumes[-1])
    grad[0, 0, row[0], row[1]] = 1
    for x, weight, option in zip(volumes[-2::-1], weights[::-1], options[::-1], strict=True):
        pairs = {k: checks.per_axis(v, k) for k, v in option.items()}
        grad = cc.naive.conv2d_backward(grad, x, weight, **pairs)[0]
    seen = np.argwhere(grad[0, 0])
    field = cc.receptive_field(layers)
    start = row * field.stride - field.padding
    np.testing.assert_array_equal(seen.min(axis=0), start)
    np.testing.assert_array_equal(seen.max(axis=0) - seen.min(axis=0) + 1, field.size)


def test_receptive_field_of_no_layers_is_one_pixel():
    assert cc.receptive_field([]) == cc.ReceptiveField((1, 1), (1, 1), (0, 0))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cc.conv_output_size(7, 0), ValueError, "kernel size must be at least 1, got 0"),
        (lambda: cc.conv_output_size(7.0, 3), TypeError, "n must be an integer, got 7.0 of type float"),
        (lambda: cc.conv_output_size(2, 5), ValueError, r"only 2 \+ 2\*0 = 2; use a smaller kernel or more padding"),
        (lambda: cc.conv_transpose_output_size(2, 2, output_padding=1), ValueError, "output_padding must be smaller"),
        (lambda: cc.conv_transpose_output_size(2, 2, output_padding=1, dilation=0), ValueError, "dilation must be at"),
        (lambda: cc.conv_transpose_output_size(1, 2, padding=1), ValueError, "its size would be 0; use less padding"),
        (lambda: cc.pool_output_size(4, 2, padding=2), ValueError, "at most half the window"),
        (lambda: cc.pool_output_size(4, 3, padding=2), ValueError, "got padding=2 for a window of 3"),
        (lambda: cc.pool_output_size(8, 3, ceil_mode="False"), TypeError, "ceil_mode must be True or False, got 'Fal"),
        (lambda: cc.conv_param_count(3, 4, 3, bias="False"), TypeError, "bias must be True or False"),
        (lambda: cc.linear_param_count(3, 4, bias=None), TypeError, "bias must be True or False, got None"),
        (lambda: cc.receptive_field([3]), TypeError, "layer 0 must be a mapping such as {'kernel': 3, 'stride': 2}"),
        (lambda: shapes.resolve_padding("same", (3, 3), (1, 2), (1, 1)), ValueError, "only with stride 1"),
        (lambda: cc.conv_param_count(3, 10, 5, groups=2), ValueError, "groups=2 must divide the 3 input channels"),
        (lambda: cc.conv_param_count(True, 10, 5), TypeError, "c_in must be an integer, got the boolean True"),
        (lambda: cc.linear_param_count(0, 1), ValueError, "n_in must be at least 1"),
        (lambda: cc.receptive_field([{"stride": 2}]), ValueError, "layer 0 must have the key 'kernel'"),
        (
            lambda: cc.receptive_field([{"kernel": 2, "pad": 1}]),
            ValueError,
            "layer 0 must have the key 'kernel' and may",
        ),
        (lambda: cc.conv_mac_count(3, 4, 3, 0), ValueError, "output_size must be at least 1, got 0"),
        (lambda: cc.conv_mac_count(3, 4, 3, 5, groups=2), ValueError, "groups=2 must divide the 3 input channels"),
        (lambda: cc.locally_connected_param_count(3, 4, 3, 2.5), TypeError, "output_size must be an integer, got 2.5"),
        (lambda: cc.tiled_param_count(3, 4, 3, (2, 0)), ValueError, "tiles must be at least 1, got 0"),
        (lambda: cc.tiled_param_count(3, 4, 3, 2, bias=1), TypeError, "bias must be True or False, got 1"),
        (lambda: cc.restricted_param_count([True], 3), ValueError, r"of shape \(C_out, C_in\), got shape \(1,\)"),
        (lambda: cc.restricted_param_count([[0, 1], [2, 3]], 3), TypeError, "must hold True and False.*got dtype int"),
        (lambda: cc.restricted_param_count([(0, 1), (2,)], 3), ValueError, "connections must be a rectangular array"),
        (lambda: cc.restricted_param_count([[True, False], [False, False]], 3), ValueError, "row 1 is all False"),
        (lambda: cc.restricted_param_count(np.ones((0, 2), bool), 3), ValueError, r"C_in\), got shape \(0, 2\)"),
        (lambda: checks.per_axis((1, 2, 3), "stride"), ValueError, r"one integer or 2 of them \(rows, columns\)"),
        (lambda: checks.per_axis([1.5, 2], "stride"), TypeError, "stride must be an integer, got 1.5"),
        (lambda: shapes.resolve_padding("wide", (3,), (1,), (1,)), ValueError, "'valid', 'same', 'full', got 'wide'"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()


def field(**layer):
    return cc.receptive_field([{"kernel": 1, **layer}])


@pytest.mark.parametrize(
    ("call", "name", "least"),
    [
        (shapes.kernel_span, "kernel size", 1),
        (lambda value: shapes.kernel_span(1, value), "dilation", 1),
        (lambda value: cc.conv_output_size(value, 1), "n", 1),
        (lambda value: cc.conv_output_size(1, 1, stride=value), "stride", 1),
        (lambda value: cc.conv_output_size(1, 1, padding=value), "padding", 0),
        (lambda value: cc.conv_transpose_output_size(value, 1), "n", 1),
        (lambda value: cc.conv_transpose_output_size(1, 1, stride=value), "stride", 1),
        (lambda value: cc.conv_transpose_output_size(1, 1, padding=value), "padding", 0),
        (lambda value: cc.conv_transpose_output_size(1, 1, output_padding=value), "output_padding", 0),
        (lambda value: cc.conv_transpose_output_size(1, 1, dilation=value), "dilation", 1),
        (lambda value: cc.pool_output_size(value, 1), "n", 1),
        (lambda value: cc.pool_output_size(1, value), "kernel size", 1),
        (lambda value: cc.pool_output_size(1, 1, stride=value), "stride", 1),
        (lambda value: cc.pool_output_size(1, 1, padding=value), "padding", 0),
        (lambda value: cc.conv_param_count(value, 1, 1), "c_in", 1),
        (lambda value: cc.conv_param_count(1, value, 1), "c_out", 1),
        (lambda value: cc.conv_param_count(1, 1, value), "kernel_size", 1),
        (lambda value: cc.conv_param_count(1, 1, 1, groups=value), "groups", 1),
        (lambda value: cc.conv_mac_count(1, 1, 1, value), "output_size", 1),
        (lambda value: cc.linear_param_count(value, 1), "n_in", 1),
        (lambda value: cc.linear_param_count(1, value), "n_out", 1),
        (lambda value: cc.locally_connected_param_count(1, 1, 1, value), "output_size", 1),
        (lambda value: cc.tiled_param_count(1, 1, 1, value), "tiles", 1),
        (lambda value: cc.restricted_param_count([[True]], value), "kernel_size", 1),
        (lambda value: field(kernel=value), "kernel", 1),
        (lambda value: field(stride=value), "stride", 1),
        (lambda value: field(padding=value), "padding", 0),
        (lambda value: field(dilation=value), "dilation", 1),
    ],
)
def test_every_number_has_its_least_value(call, name, least):
    call(least)
    with pytest.raises(ValueError, match=f"^{name} must be at least {least}, got {least - 1}"):
        call(least - 1)


def test_numpy_integers_are_integers():
    assert cc.conv_output_size(np.int64(7), np.int32(3), stride=np.uint8(2)) == 3
    # Sums and products beyond 255 must not wrap.
    byte = np.uint8
    assert cc.conv_output_size(byte(250), byte(30), padding=byte(200)) == 621
    assert cc.conv_transpose_output_size(byte(250), byte(3), stride=byte(2)) == 501
    options = {"stride": 7, "padding": 10, "ceil_mode": True}
    assert cc.pool_output_size(byte(250), byte(30), **options) == cc.pool_output_size(250, 30, **options) == 36
    assert cc.conv_param_count(300, 300, 3, groups=byte(2)) == 300 * (150 * 9 + 1)
