"""The lectures' worked examples, typed in by hand: each checks the loops of `naive` and the fast operation.

The letters are those of the introduction: lecture A (the spine), B (sizes, variants), C (backpropagation and spatial
sizes), D (edge detection), E (the sliding-window walk). Where a lecture misprints a number the true one stands here.
"""

import numpy as np
import pytest

import cnn_course as cc
from cnn_course import models

NINE = np.arange(9.0).reshape(3, 3)
FOUR = np.array([[0.0, 1.0], [2.0, 3.0]])
WIDE = np.array([[1, 2, 3, 4, 4, 5], [6, 0, 7, 8, 9, 0], [4, 1, 7, 2, 9, 4], [9, 4, 9, 1, 4, 2]], float)
BINARY = np.array(
    [
        [1, 1, 1, 0, 0, 1],
        [0, 1, 1, 1, 0, 0],
        [0, 0, 1, 1, 1, 1],
        [1, 0, 0, 1, 0, 0],
        [0, 0, 1, 1, 1, 1],
        [0, 1, 1, 0, 0, 0],
    ],
    float,
)
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], float)
RGB = np.array(
    [
        [[-2, -1, 0, 1], [2, 3, 4, 5], [6, 7, 8, 9]],
        [[-3, -2, -1, 0], [1, 2, 3, 4], [5, 6, 7, 8]],
        [[-6, -2, 3, 0], [1, 2, 3, 4], [5, 4, 2, 8]],
    ],
    float,
)
RGB_KERNEL = np.array(
    [
        [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
        [[0, -4, 0], [3, 0, 5], [2, -1, 8]],
        [[-1, 1, 2], [3, 2, 0], [6, 0, 1]],
    ],
    float,
)


def both(x, weight, expected, **options):
    """Assert that the loops and the fast operation both give `expected`."""
    pairs = {k: v if isinstance(v, tuple) or k == "groups" else (v, v) for k, v in options.items()}
    np.testing.assert_array_equal(cc.naive.conv2d(x, weight, **pairs), expected)
    np.testing.assert_array_equal(cc.conv2d(x, weight, **options), expected)


def test_a_convolution_1d_gives_2_3_4():
    g, w = np.arange(1.0, 7.0), np.array([0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(cc.naive.convolve1d(g, w)[3:6], [2, 3, 4], rtol=1e-15)
    np.testing.assert_allclose(cc.convolve1d(g, w), [2, 3, 4], rtol=1e-15)
    np.testing.assert_allclose(cc.convolve1d(g, w, "full")[3:6], [2, 3, 4], rtol=1e-15)


def test_a_cross_correlation_2d_gives_19_25_37_43():
    expected = [[19, 25], [37, 43]]
    np.testing.assert_array_equal(cc.naive.correlate2d(NINE, FOUR), expected)
    np.testing.assert_array_equal(cc.correlate2d(NINE, FOUR), expected)
    both(NINE[None, None], FOUR[None, None], [[expected]])


def test_a_true_convolution_2d_gives_5_11_23_29():
    expected = [[5, 11], [23, 29]]
    np.testing.assert_array_equal(cc.naive.convolve2d(NINE, FOUR), expected)
    np.testing.assert_array_equal(cc.convolve2d(NINE, FOUR), expected)


def test_a_rgb_kernel_adds_three_channels_to_321_and_370():
    parts = [[186, 222], [86, 99], [49, 49]]
    for channel, kernel, part in zip(RGB, RGB_KERNEL, parts, strict=True):
        np.testing.assert_array_equal(cc.naive.correlate2d(channel, kernel), [part])
        np.testing.assert_array_equal(cc.correlate2d(channel, kernel), [part])
    both(RGB[None], RGB_KERNEL[None], [[[[321, 370]]]])


def test_a_padding_of_one_keeps_4_by_6_under_a_3_by_3_kernel():
    assert cc.conv2d(WIDE[None, None], np.ones((1, 1, 3, 3)), padding=1).shape == (1, 1, 4, 6)
    assert (cc.conv_output_size(4, 3, padding=1), cc.conv_output_size(6, 3, padding=1)) == (4, 6)


def test_a_stride_two_keeps_every_second_row_and_column_of_stride_one():
    weight = np.arange(9.0).reshape(1, 1, 3, 3)
    one = [
        [56, 118, 151, 215, 164, 86],
        [65, 148, 150, 238, 181, 114],
        [122, 219, 159, 193, 121, 81],
        [62, 103, 64, 71, 46, 24],
    ]
    both(WIDE[None, None], weight, [[one]], padding=1)
    both(WIDE[None, None], weight, [[[[56, 151, 164], [122, 159, 121]]]], padding=1, stride=2)


def test_a_max_pooling_of_the_4_by_6_input():
    expected = [[6, 8, 9], [9, 9, 9]]
    np.testing.assert_array_equal(cc.naive.pool2d(WIDE[None, None], max, (2, 2), (2, 2))[0, 0], expected)
    np.testing.assert_array_equal(cc.max_pool2d(WIDE[None, None], 2)[0, 0], expected)


def test_a_227_pixels_kernel_11_stride_4_give_55():
    assert cc.conv_output_size(227, 11, stride=4) == 55


def test_a_dense_layers_need_too_many_weights():
    assert cc.linear_param_count(200 * 200 * 3, 1000, bias=False) == 120_000_000
    assert cc.linear_param_count(1024, 784, bias=False) == 802_816


def test_e_binary_image_walk_and_its_pooling():
    expected = [[4, 3, 4, 3], [2, 4, 2, 3], [2, 2, 5, 4], [2, 3, 2, 2]]
    both(BINARY[None, None], CROSS[None, None], [[expected]])
    pooled = cc.max_pool2d(cc.conv2d(BINARY[None, None], CROSS[None, None]), 2)[0, 0]
    np.testing.assert_array_equal(pooled, [[4, 4], [3, 5]])


def test_b_one_filter_on_10_by_10_gives_8_by_8_and_10_parameters():
    assert cc.conv_output_size(10, 3) == 8
    assert cc.conv_param_count(1, 1, 3) == 10


def test_b_shared_weights_4_unshared_16():
    places = cc.conv_output_size(4, 2, stride=2) ** 2
    assert cc.conv_param_count(1, 1, 2, bias=False) == 4
    assert places * cc.conv_param_count(1, 1, 2, bias=False) == 16


def test_b_width_16_shrinks_to_1_under_kernels_of_6():
    sizes = [16]
    while sizes[-1] >= 6:
        sizes.append(cc.conv_output_size(sizes[-1], 6))
    assert sizes == [16, 11, 6, 1]


def test_c_spatial_sizes():
    assert [cc.conv_output_size(7, 3, stride=s) for s in (1, 2, 3)] == [5, 3, 2]
    assert cc.conv_output_size(32, 5, padding=2) == 32
    assert cc.conv_param_count(3, 10, 5) == 760


def test_c_relu_backprop():
    np.testing.assert_array_equal(cc.relu_backward([4, -1, 5, 9], [1, -2, 3, -1]), [4, 0, 5, 0])
    assert not np.signbit(cc.relu_backward([4, -1, 5, 9], [1, -2, 3, -1])).any()


def test_c_sigmoid_neuron():
    x, w = np.array([[-1.0, -2.0]]), np.array([[2.0, -3.0]])
    z = cc.linear(x, w, np.array([-3.0]))
    grad_z = cc.sigmoid_backward(np.ones((1, 1)), z)
    grad_x, _, _ = cc.linear_backward(grad_z, x, w, np.array([-3.0]))
    np.testing.assert_array_equal(cc.sigmoid(z).round(3), [[0.731]])
    np.testing.assert_array_equal(grad_x.round(3), [[0.393, -0.590]])


def test_c_matrix_product_and_its_gradients():
    x = np.array([[2, 1, -3], [-3, 4, 2]], float)
    w = np.array([[3, 2, 1, -1], [2, 1, 3, 2], [3, 2, 1, -2]], float)
    upstream = np.array([[2, 3, -3, 9], [-8, 1, 4, 6]], float)
    np.testing.assert_array_equal(cc.linear(x, w.T), [[-1, -1, 2, 6], [5, 2, 11, 7]])
    grad_x, grad_weight, _ = cc.linear_backward(upstream, x, w.T)
    np.testing.assert_array_equal(grad_x, [[0, 16, -9], [-24, 9, -30]])
    np.testing.assert_array_equal(grad_weight.T, [[28, 3, -18, 0], [-30, 7, 13, 33], [-22, -7, 17, -15]])


def test_c_jacobians_would_take_256_gib_and_16_tib():
    n, d, m, float32 = 64, 4096, 4096, 4
    assert n * d * n * m * float32 == 256 * 2**30
    assert d * m * n * m * float32 == 16 * 2**40


def test_a_lenet_layer_by_layer():
    rows = models.summary(models.lenet5(np.random.RandomState(0)), (1, 32, 32))
    volumes = {
        "Conv2d(1, 6, 5)": ((6, 28, 28), 156),
        "Conv2d(6, 16, 5)": ((16, 10, 10), 2416),
        "Flatten()": ((400,), 0),
        "Linear(400, 120)": ((120,), 48_120),
        "Linear(120, 84)": ((84,), 10_164),
        "Linear(84, 10)": ((10,), 850),
    }
    seen = {r.layer: (r.output_shape, r.params) for r in rows}
    assert {name: seen[name] for name in volumes} == volumes
    assert [r.output_shape for r in rows if r.layer == "MaxPool2d(2)"] == [(6, 14, 14), (16, 5, 5)]
    assert sum(r.params for r in rows) == 61_706
    assert cc.conv_param_count(1, 6, 5, bias=False) == 150
    assert cc.conv_param_count(6, 16, 5, bias=False) == 2400


def test_lenet_as_published_has_60_000_trainable_parameters():
    c3 = sum(cc.conv_param_count(len(maps), 1, 5) for maps in models.C3_CONNECTIONS)
    subsampling = {"S2": 2 * 6, "S4": 2 * 16}  # one coefficient and one bias for each map
    assert (c3, subsampling) == (1516, {"S2": 12, "S4": 32})
    assert 156 + 12 + c3 + 32 + 48_120 + 10_164 == 60_000


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"padding": 1}, [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]]),
        ({"padding": 1, "stride": (3, 2)}, [[0, 8], [6, 8]]),
    ],
)
def test_small_example_padded_and_strided(options, expected):
    both(NINE[None, None], FOUR[None, None], [[expected]], **options)


def test_small_example_with_channels_and_filters():
    x = np.stack([NINE, NINE + 1])[None]
    weight = np.stack([np.stack([FOUR + f, FOUR + 1 + f]) for f in range(3)])
    maps = [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]]
    both(x, weight, [maps])


def test_small_example_pooled_with_stride_one():
    x = NINE[None, None]
    np.testing.assert_array_equal(cc.max_pool2d(x, 2, stride=1)[0, 0], [[4, 5], [7, 8]])
    np.testing.assert_array_equal(cc.avg_pool2d(x, 2, stride=1)[0, 0], [[2, 3], [5, 6]])


def test_small_example_transposed():
    expected = [[0, 0, 1], [0, 4, 6], [4, 12, 9]]
    kernel = FOUR[None, None]
    np.testing.assert_array_equal(cc.naive.conv_transpose2d(kernel, kernel)[0, 0], expected)
    np.testing.assert_array_equal(cc.conv_transpose2d(kernel, kernel)[0, 0], expected)


def test_small_example_backpropagated():
    upstream, x, weight = np.ones((1, 1, 2, 2)), NINE[None, None], FOUR[None, None]
    for grad_x, grad_weight, grad_bias in (
        cc.naive.conv2d_backward(upstream, x, weight),
        cc.conv2d_backward(upstream, x, weight, np.zeros(1)),
    ):
        np.testing.assert_array_equal(grad_weight[0, 0], [[8, 12], [20, 24]])
        np.testing.assert_array_equal(grad_x[0, 0], [[0, 1, 1], [2, 6, 4], [2, 5, 3]])
        np.testing.assert_array_equal(grad_bias, [4])


def test_goodfellow_kernel_and_input_gradient_with_1_based_indices():
    """Equations 9.8, 9.11 and 9.13 of Goodfellow et al., read literally, stride 2 with a remainder row."""
    rng, s = np.random.RandomState(0), 2
    v, k = rng.randint(-5, 6, (2, 6, 5)).astype(float), rng.randint(-5, 6, (3, 2, 3, 2)).astype(float)
    rows, cols = (6 - 3) // s + 1, (5 - 2) // s + 1
    g = rng.randint(-5, 6, (3, rows, cols)).astype(float)
    z, grad_k, grad_v = np.zeros((3, rows, cols)), np.zeros(k.shape), np.zeros(v.shape)
    for i, l, j, c, m, n in np.ndindex(3, 2, rows, cols, 3, 2):  # noqa: E741 (the book's letters)
        one = np.array([i, l, j, c, m, n]) + 1
        row, col = (one[2] - 1) * s + one[4], (one[3] - 1) * s + one[5]
        z[i, j, c] += v[l, row - 1, col - 1] * k[i, l, m, n]
        grad_k[i, l, m, n] += g[i, j, c] * v[l, row - 1, col - 1]
        grad_v[l, row - 1, col - 1] += k[i, l, m, n] * g[i, j, c]
    np.testing.assert_array_equal(cc.conv2d(v[None], k, stride=s)[0], z)
    got_v, got_k, _ = cc.conv2d_backward(g[None], v[None], k, stride=s)
    np.testing.assert_array_equal(got_k, grad_k)
    np.testing.assert_array_equal(got_v[0], grad_v)
