"""Variants against the loops, each other, SciPy, NumPy, PyTorch and numerical gradients; wrong arguments."""

import itertools
import re

import numpy as np
import pytest
import scipy.sparse
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import numerical, torch_gradients

import cnn_course as cc
from cnn_course import checks, models

NINE = np.arange(9.0).reshape(1, 1, 3, 3)
FOUR = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])

# Rows and columns differ everywhere, so that a swap shows; most strides leave rows or columns over.
GRID = [
    {"kernel": kernel, "stride": stride, "padding": padding}
    for kernel, stride, padding in itertools.product(
        [(1, 1), (2, 3), (3, 2)], [(1, 1), (2, 1), (2, 3)], [(0, 0), (1, 2), (3, 1)]
    )
]
MODES = ["zeros", "reflect", "replicate", "circular"]
TABLE = np.array([[True, True, False], [False, True, True], [True, False, False], [False, False, True]])


def torch_or_skip():
    return pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")


def output_size(x, point):
    sizes = zip(x.shape[2:], point["kernel"], point["stride"], point["padding"], strict=True)
    return tuple(cc.conv_output_size(n, k, stride=s, padding=p) for n, k, s, p in sizes)


def unshared_case(point, size=(6, 7)):
    """Return x, weight and bias of a locally connected layer of 3 channels in and 4 out, and its options."""
    rng = np.random.RandomState(0)
    x = rng.randn(2, 3, *size)
    places = output_size(x, point)
    options = {"stride": point["stride"], "padding": point["padding"]}
    return x, rng.randn(4, *places, 3, *point["kernel"]), rng.randn(4, *places), options


def tiled_case(point, tiles, size=(6, 7)):
    rng = np.random.RandomState(0)
    x = rng.randn(2, 3, *size)
    tiles = tuple(min(t, n) for t, n in zip(tiles, output_size(x, point), strict=True))
    options = {"stride": point["stride"], "padding": point["padding"]}
    return x, rng.randn(4, 3, *point["kernel"], *tiles), rng.randn(4, *tiles), options


def close(got, expected):
    for ours, theirs in zip(got, expected, strict=True):
        assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


def equals_numerical_gradients(forward, backward, *arrays, **options):
    upstream = np.random.RandomState(2).randn(*forward(*arrays, **options).shape)
    estimates = numerical(lambda *a: (upstream * forward(*a, **options)).sum(), *arrays)
    for ours, estimate in zip(backward(upstream, *arrays, **options), estimates, strict=True):
        assert_allclose(ours, estimate, rtol=1e-6, atol=1e-8)


def torch_unshared(x, weight, bias, stride, padding):
    """Unshared convolution by PyTorch's own columns."""
    import torch

    h_out, w_out, c_in, k_h, k_w = weight.shape[1:]
    columns = torch.nn.functional.unfold(x, (k_h, k_w), padding=padding, stride=stride)
    columns = columns.reshape(len(x), c_in, k_h, k_w, h_out, w_out)
    return torch.einsum("ncijrs,orscij->nors", columns, weight) + bias


def torch_tiled(x, weight, bias, stride, padding):
    """Tiled convolution as an unshared one whose kernels are laid out by a remainder at each place."""
    import torch

    k_h, k_w, t_h, t_w = weight.shape[2:]
    rows = torch.arange((x.shape[2] + 2 * padding[0] - k_h) // stride[0] + 1) % t_h
    cols = torch.arange((x.shape[3] + 2 * padding[1] - k_w) // stride[1] + 1) % t_w
    laid_out = weight[..., rows[:, None], cols].permute(0, 4, 5, 1, 2, 3)
    return torch_unshared(x, laid_out, bias[:, rows[:, None], cols], stride, padding)


@pytest.mark.parametrize("point", GRID, ids=str)
def test_locally_connected2d_equals_the_loops_and_pytorch(point):
    x, weight, bias, options = unshared_case(point)
    y = cc.locally_connected2d(x, weight, bias, **options)
    assert_allclose(y, cc.naive.locally_connected2d(x, weight, bias, **options), rtol=1e-12, atol=1e-12)
    torch_or_skip()
    expected, grads, upstream = torch_gradients(torch_unshared, x, weight, bias, **options)
    assert_allclose(y, expected, rtol=1e-10, atol=1e-10)
    close(cc.locally_connected2d_backward(upstream, x, weight, bias, **options), grads)


@pytest.mark.parametrize("tiles", [(1, 1), (2, 3), (3, 2)], ids=str)
@pytest.mark.parametrize("point", GRID, ids=str)
def test_tiled_conv2d_equals_the_loops_and_pytorch(point, tiles):
    x, weight, bias, options = tiled_case(point, tiles)
    y = cc.tiled_conv2d(x, weight, bias, **options)
    assert_allclose(y, cc.naive.tiled_conv2d(x, weight, bias, **options), rtol=1e-12, atol=1e-12)
    torch_or_skip()
    expected, grads, upstream = torch_gradients(torch_tiled, x, weight, bias, **options)
    assert_allclose(y, expected, rtol=1e-10, atol=1e-10)
    close(cc.tiled_conv2d_backward(upstream, x, weight, bias, **options), grads)


@pytest.mark.parametrize("point", [GRID[4], GRID[14], GRID[25]], ids=str)
def test_gradients_equal_the_numerical_ones(point):
    size = (3, 4)
    x, weight, bias, options = unshared_case(point, size)
    equals_numerical_gradients(
        cc.locally_connected2d, cc.locally_connected2d_backward, x[:1], weight[:2], bias[:2], **options
    )
    x, weight, bias, options = tiled_case(point, (2, 2), size)
    equals_numerical_gradients(cc.tiled_conv2d, cc.tiled_conv2d_backward, x[:1], weight[:2], bias[:2], **options)

    def forward(x, weight, bias, **options):
        return cc.restricted_conv2d(x, weight, TABLE, bias, **options)

    def backward(grad_y, x, weight, bias, **options):
        return cc.restricted_conv2d_backward(grad_y, x, weight, TABLE, bias, **options)

    equals_numerical_gradients(forward, backward, x[:1], weight[..., 0, 0], bias[:, 0, 0], **options)


@pytest.mark.parametrize("padding", ["same", "full"])
def test_padding_words_mean_what_they_mean_for_a_convolution(padding):
    rng = np.random.RandomState(0)
    x, shared = rng.randn(2, 3, 5, 6), rng.randn(4, 3, 2, 3)
    y = cc.conv2d(x, shared, padding=padding)
    assert_allclose(cc.tiled_conv2d(x, shared[..., None, None], padding=padding), y, rtol=1e-12, atol=1e-12)
    weight = np.broadcast_to(shared[:, None, None], (4, *y.shape[2:], 3, 2, 3))
    assert_allclose(cc.locally_connected2d(x, weight, padding=padding), y, rtol=1e-12, atol=1e-12)
    grads = cc.conv2d_backward(y, x, shared, padding=padding)
    tiled = cc.tiled_conv2d_backward(y, x, shared[..., None, None], padding=padding)
    unshared = cc.locally_connected2d_backward(y, x, weight, padding=padding)
    close((tiled[0], unshared[0]), (grads[0], grads[0]))
    # What is shared adds up the gradients of all places.
    close((tiled[1][..., 0, 0], unshared[1].sum(axis=(1, 2))), (grads[1], grads[1]))


@pytest.mark.parametrize("point", GRID[::4], ids=str)
def test_one_tile_is_the_convolution(point):
    x, weight, bias, options = tiled_case(point, (1, 1))
    shared, grad_y = (weight[..., 0, 0], bias[:, 0, 0]), np.ones((2, 4, *output_size(x, point)))
    assert_allclose(cc.tiled_conv2d(x, weight, bias, **options), cc.conv2d(x, *shared, **options), atol=1e-12)
    ours = cc.tiled_conv2d_backward(grad_y, x, weight, bias, **options)
    theirs = cc.conv2d_backward(grad_y, x, *shared, **options)
    close((ours[0], ours[1][..., 0, 0], ours[2][:, 0, 0]), theirs)


@pytest.mark.parametrize("point", GRID[::4], ids=str)
def test_as_many_tiles_as_outputs_are_locally_connected(point):
    x, weight, bias, options = unshared_case(point)
    tiles = weight.transpose(0, 3, 4, 5, 1, 2)
    grad_y = np.random.RandomState(1).randn(2, *bias.shape)
    unshared = cc.locally_connected2d(x, weight, bias, **options)
    assert_allclose(cc.tiled_conv2d(x, tiles, bias, **options), unshared, rtol=1e-12, atol=1e-12)
    ours = cc.tiled_conv2d_backward(grad_y, x, tiles, bias, **options)
    theirs = cc.locally_connected2d_backward(grad_y, x, weight, bias, **options)
    close((ours[0], ours[1].transpose(0, 4, 5, 1, 2, 3), ours[2]), theirs)


def test_sixteen_unshared_weights_where_a_convolution_shares_four():
    """A 4x4 image, a 2x2 filter, stride 2: four places, and by hand four blocks of sums 10, 18, 42 and 50."""
    x, weight = np.arange(16.0).reshape(1, 1, 4, 4), np.ones((1, 2, 2, 1, 2, 2))
    assert weight.size == 16 == cc.locally_connected_param_count(1, 1, 2, 2, bias=False)
    assert weight[0, 0, 0].size == 4 == cc.conv_param_count(1, 1, 2, bias=False)
    weight[0, :, :, 0] *= np.array([[1, 2], [3, 4]])[..., None, None]
    assert_array_equal(cc.locally_connected2d(x, weight, stride=2), [[[[10, 36], [126, 200]]]])


def test_small_example_unshared_and_tiled():
    """0..8 with 0..3: shared it gives 19 25 / 37 43."""
    unshared = np.stack([FOUR[0], -FOUR[0], 2 * FOUR[0], FOUR[0] + 1]).reshape(1, 2, 2, 1, 2, 2)
    # The last kernel is 1 2 3 4 on 4 5 7 8: 4 + 10 + 21 + 32.
    assert_array_equal(cc.locally_connected2d(NINE, unshared), [[[[19, -25], [74, 67]]]])
    assert_array_equal(cc.locally_connected2d(NINE, unshared, np.eye(2)[None]), [[[[20, -25], [74, 68]]]])
    rows = np.stack([FOUR, FOUR + 1], axis=-1)[..., None]
    # Padded by 1 the plain kernel gives 0 3 8 4 / 9 19 25 10 / 21 37 43 16 / 6 7 8 0; the second and the fourth row
    # add the sums of their windows, 3 8 12 7 and 6 13 15 8.
    expected = [[0, 3, 8, 4], [12, 27, 37, 17], [21, 37, 43, 16], [12, 20, 23, 8]]
    assert_array_equal(cc.tiled_conv2d(NINE, rows, padding=1), [[expected]])


def test_restricted_conv2d_equals_one_convolution_for_each_output_channel():
    rng = np.random.RandomState(0)
    x, weight, bias = rng.randn(2, 3, 6, 7), rng.randn(4, 3, 3, 2), rng.randn(4)
    options = {"stride": (2, 3), "padding": (1, 2)}
    y = cc.restricted_conv2d(x, weight, TABLE, bias, **options)
    grad_y = rng.randn(*y.shape)
    grad_x, grad_weight, grad_bias = cc.restricted_conv2d_backward(grad_y, x, weight, TABLE, bias, **options)
    assert_allclose(grad_bias, grad_y.sum(axis=(0, 2, 3)), rtol=1e-12)
    added = np.zeros_like(x)
    for o, seen in enumerate(TABLE):
        part = weight[o : o + 1, seen]
        loops = cc.naive.conv2d(x[:, seen], part, bias[o : o + 1], **options)
        assert_allclose(y[:, o : o + 1], loops, rtol=1e-12, atol=1e-12)
        back_x, back_weight, _ = cc.naive.conv2d_backward(grad_y[:, o : o + 1], x[:, seen], part, **options)
        added[:, seen] += back_x
        assert_allclose(grad_weight[o, seen], back_weight[0], rtol=1e-12, atol=1e-12)
    assert_allclose(grad_x, added, rtol=1e-12, atol=1e-12)
    assert_array_equal(grad_weight[~TABLE], 0)


def test_kernels_that_are_not_connected_do_not_count_even_if_they_are_nan():
    x, weight = np.ones((1, 3, 4, 4)), np.ones((4, 3, 2, 2))
    weight[~TABLE] = np.nan
    y = cc.restricted_conv2d(x, weight, TABLE)
    assert_array_equal(y[0, :, 0, 0], 4 * TABLE.sum(axis=1))
    grad_x, grad_weight, _ = cc.restricted_conv2d_backward(y, x, weight, TABLE)
    assert np.isfinite(grad_x).all()
    assert_array_equal(grad_weight[~TABLE], 0)


def test_restricted_conv2d_equals_pytorch_with_a_mask():
    torch = torch_or_skip()
    rng = np.random.RandomState(0)
    x, weight, bias = rng.randn(2, 3, 6, 7), rng.randn(4, 3, 3, 2), rng.randn(4)
    mask = torch.from_numpy(TABLE.astype(float))[:, :, None, None]

    def masked(x, weight, bias, **options):
        return torch.nn.functional.conv2d(x, weight * mask, bias, **options)

    options = {"stride": (2, 1), "padding": (1, 0)}
    y, grads, upstream = torch_gradients(masked, x, weight, bias, **options)
    assert_allclose(cc.restricted_conv2d(x, weight, TABLE, bias, **options), y, rtol=1e-10, atol=1e-10)
    close(cc.restricted_conv2d_backward(upstream, x, weight, TABLE, bias, **options), grads)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_a_table_of_blocks_is_a_convolution_with_groups(groups):
    rng = np.random.RandomState(0)
    x, grouped = rng.randn(2, 4, 5, 6), rng.randn(8, 4 // groups, 3, 2)
    table = np.kron(np.eye(groups), np.ones((8 // groups, 4 // groups))).astype(bool)
    weight = rng.randn(8, 4, 3, 2)
    weight[table] = grouped.reshape(-1, 3, 2)
    y = cc.conv2d(x, grouped, groups=groups, stride=2)
    assert_allclose(cc.restricted_conv2d(x, weight, table, stride=2), y, rtol=1e-12, atol=1e-12)
    ours = cc.restricted_conv2d_backward(y, x, weight, table, stride=2)
    theirs = cc.conv2d_backward(y, x, grouped, groups=groups, stride=2)
    close((ours[0], ours[1][table]), (theirs[0], theirs[1].reshape(-1, 3, 2)))
    assert cc.restricted_param_count(table, (3, 2)) == cc.conv_param_count(4, 8, (3, 2), groups=groups)


def test_the_third_layer_of_lenet5_as_published():
    table = np.zeros((16, 6), bool)
    for row, maps in enumerate(models.C3_CONNECTIONS):
        table[row, list(maps)] = True
    x = np.arange(6.0).reshape(1, 6, 1, 1) * np.ones((5, 5))
    y = cc.restricted_conv2d(x, np.ones((16, 6, 5, 5)), table)
    assert_array_equal(y.ravel(), [25 * sum(maps) for maps in models.C3_CONNECTIONS])


@pytest.mark.parametrize("padding", [0, 1, (2, 0), (1, 3), (3, 4)], ids=str)
@pytest.mark.parametrize("mode", MODES)
def test_pad2d_equals_numpy_and_pytorch(mode, padding):
    x = np.random.RandomState(0).randn(2, 3, 4, 5)
    rows, cols = (padding, padding) if isinstance(padding, int) else padding
    theirs = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
    y = cc.pad2d(x, padding, mode)
    assert_array_equal(y, np.pad(x, ((0, 0), (0, 0), (rows, rows), (cols, cols)), theirs))
    assert y.flags.c_contiguous
    torch = torch_or_skip()

    def pad(x):
        named = "constant" if mode == "zeros" else mode
        return torch.nn.functional.pad(x, (cols, cols, rows, rows), mode=named)

    expected, (grad,), upstream = torch_gradients(pad, x)
    assert_array_equal(y, expected)
    assert_allclose(cc.pad2d_backward(upstream, x, padding, mode), grad, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("mode", MODES)
def test_the_gradient_of_pad2d_equals_the_numerical_one(mode):
    x = np.random.RandomState(0).randn(1, 2, 3, 4)
    upstream = np.random.RandomState(1).randn(1, 2, 7, 10)
    (estimate,) = numerical(lambda x: (upstream * cc.pad2d(x, (2, 3), mode)).sum(), x)
    assert_allclose(cc.pad2d_backward(upstream, x, (2, 3), mode), estimate, rtol=1e-6, atol=1e-8)


def test_pad2d_of_nothing_is_a_copy():
    x = np.ones((1, 1, 2, 2))
    for mode in MODES:
        cc.pad2d(x, 0, mode)[...] = 5
        cc.pad2d_backward(x, x, 0, mode)[...] = 5
    assert_array_equal(x, np.ones((1, 1, 2, 2)))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"stride": (2, 3)},
        {"padding": (1, 2), "stride": (3, 2)},
        {"padding": "same", "dilation": (1, 2)},
        {"padding": (4, 5)},
        {"groups": 2, "dilation": (2, 1), "padding": (0, 2)},
        {"groups": 4, "stride": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 2)], ids=str)
def test_the_matrix_does_what_the_convolution_does_and_its_transpose_goes_back(kernel, options):
    rng = np.random.RandomState(0)
    x, weight = rng.randn(4, 6, 7), rng.randn(4, 4 // options.get("groups", 1), *kernel)
    y = cc.conv2d(x[None], weight, **options)[0]
    matrix = cc.conv2d_matrix(weight, (6, 7), **options)
    assert matrix.shape == (y.size, x.size)
    assert_allclose(matrix @ x.ravel(), y.ravel(), rtol=1e-12, atol=1e-12)
    # Column after column: what the loops make of each single pixel.
    pairs = {k: v if isinstance(v, (tuple, str)) or k == "groups" else (v, v) for k, v in options.items()}
    if pairs.get("padding") != "same":
        pixels = np.eye(x.size)[::13].reshape(-1, *x.shape)
        columns = cc.naive.conv2d(pixels, weight, **pairs).reshape(len(pixels), -1)
        assert_array_equal(matrix[:, ::13], columns.T)
    rows, columns, values = cc.conv2d_entries(weight, (6, 7), **options)
    sparse = scipy.sparse.coo_array((values, (rows, columns)), shape=matrix.shape)
    assert_array_equal(sparse.toarray(), matrix)
    assert len(values) == np.count_nonzero(matrix), "no place twice, none left out"
    assert_array_equal(np.lexsort((columns, rows)), np.arange(len(rows)))
    upstream = rng.randn(*y.shape)
    back = cc.conv2d_backward(upstream[None], x[None], weight, **options)[0]
    assert_allclose(sparse.T @ upstream.ravel(), back.ravel(), rtol=1e-10, atol=1e-10)


def test_small_example_as_a_matrix():
    expected = [
        [0, 1, 0, 2, 3, 0, 0, 0, 0],
        [0, 0, 1, 0, 2, 3, 0, 0, 0],
        [0, 0, 0, 0, 1, 0, 2, 3, 0],
        [0, 0, 0, 0, 0, 1, 0, 2, 3],
    ]
    matrix = cc.conv2d_matrix(FOUR, 3)
    assert_array_equal(matrix, expected)
    assert_array_equal(matrix @ NINE.ravel(), [19, 25, 37, 43])
    # The transposed convolution of 0..3 by itself.
    assert_array_equal((matrix.T @ FOUR.ravel()).reshape(3, 3), [[0, 0, 1], [0, 4, 6], [4, 12, 9]])
    rows, columns, values = cc.conv2d_entries(FOUR, 3)
    assert_array_equal(rows, np.repeat([0, 1, 2, 3], 4))
    assert_array_equal(columns.reshape(4, 4), [[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]])
    assert_array_equal(values, [0, 1, 2, 3] * 4)


def test_a_dense_layer_is_a_convolution_whose_kernel_is_as_large_as_its_input():
    rng = np.random.RandomState(0)
    x, weight, bias = rng.randn(3, 2, 4, 5), rng.randn(7, 40), rng.randn(7)
    filters = cc.linear_as_conv2d(weight, (2, 4, 5))
    assert filters.shape == (7, 2, 4, 5)
    y = cc.conv2d(x, filters, bias)
    assert_allclose(y[:, :, 0, 0], x.reshape(3, -1) @ weight.T + bias, rtol=1e-12)
    larger = rng.randn(1, 2, 5, 7)
    scores = cc.conv2d(larger, filters, bias)
    assert scores.shape == (1, 7, 2, 3)
    assert_allclose(scores[0, :, 1, 2], weight @ larger[0, :, 1:, 2:].ravel() + bias, rtol=1e-12)


ARRAYS = {
    "locally_connected2d": lambda rng: (rng.randn(1, 2, 4, 5), rng.randn(3, 3, 3, 2, 2, 3), rng.randn(3, 3, 3)),
    "tiled_conv2d": lambda rng: (rng.randn(1, 2, 4, 5), rng.randn(3, 2, 2, 3, 2, 1), rng.randn(3, 2, 1)),
    "restricted_conv2d": lambda rng: (rng.randn(1, 2, 4, 5), rng.randn(3, 2, 2, 3), np.eye(3, 2) < 1, rng.randn(3)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_any_dtype_and_layout_works_and_inputs_are_never_modified(name):
    forward, backward = getattr(cc, name), getattr(cc, f"{name}_backward")
    arrays = ARRAYS[name](np.random.RandomState(0))
    options = {"stride": 2, "padding": 1}
    for array in arrays:
        array.flags.writeable = False
    y = forward(*arrays, **options)
    gradients = backward(y, *arrays, **options)
    assert y.flags.c_contiguous
    assert all(g.flags.c_contiguous for g in gradients)

    # float32 stays float32, and only rounding differs.
    short = [a if a.dtype == bool else a.astype(np.float32) for a in arrays]
    y32 = forward(*short, **options)
    assert y32.dtype == np.float32
    assert_allclose(y32, y, rtol=1e-4, atol=1e-5)
    assert all(g.dtype == np.float32 for g in backward(y32, *short, **options))
    assert all(g.dtype == np.float32 for g in backward(y, *short, **options)), "a longer grad_y changes nothing"

    # Other layouts and byte orders give the same numbers.
    for change in (np.asfortranarray, lambda a: a if a.dtype == bool else a.astype(">f8")):
        assert_allclose(forward(*map(change, arrays), **options), y, rtol=1e-12, atol=1e-12)
        close(backward(y, *map(change, arrays), **options), gradients)

    # Bytes must not wrap.
    pixels = np.full(arrays[0].shape, 200, np.uint8)
    assert_allclose(forward(pixels, *arrays[1:], **options), forward(pixels.astype(float), *arrays[1:], **options))

    # What nobody asked for is None.
    without_bias = arrays[:-1]
    grad_x, grad_weight, grad_bias = backward(y, *without_bias, need_grad_x=False, **options)
    assert (grad_x, grad_bias) == (None, None)
    assert_array_equal(grad_weight, gradients[1])

    # An empty batch has an empty output and gradients of 0.
    empty = forward(arrays[0][:0], *arrays[1:], **options)
    assert empty.shape == (0, *y.shape[1:])
    nothing = backward(empty, arrays[0][:0], *arrays[1:], **options)
    assert nothing[0].shape == (0, *arrays[0].shape[1:])
    assert not nothing[1].any()
    assert not nothing[2].any()


def test_dtypes_of_borders_and_matrices():
    x = np.ones((1, 1, 3, 3), np.float32)
    for mode in MODES:
        y = cc.pad2d(x, 1, mode)
        assert y.dtype == cc.pad2d_backward(y.astype(float), x, 1, mode).dtype == np.float32
        assert cc.pad2d(x.astype(np.uint8), 1, mode).dtype == np.float64
    assert cc.conv2d_matrix(x, 4).dtype == cc.linear_as_conv2d(x[0, 0], (1, 1, 3)).dtype == np.float32
    assert cc.conv2d_matrix(x.astype(int), 4).dtype == np.float64


X, SIX = np.ones((1, 2, 5, 6)), np.ones((4, 3, 4, 2, 3, 3))
TILES, SHARED = np.ones((4, 2, 3, 3, 2, 2)), np.ones((4, 2, 3, 3))
BOTH = np.ones((4, 2), bool)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: cc.locally_connected2d(X, SHARED),
            ValueError,
            r"weight must have shape \(C_out, H_out, W_out, C_in, kH, kW\), none of them 0, got \(4, 2, 3, 3\)",
        ),
        (lambda: cc.locally_connected2d(X[0], SIX), ValueError, r"for one sample pass x\[None\]"),
        (
            lambda: cc.locally_connected2d(X[:, :1], SIX),
            ValueError,
            r"channels do not agree: x has 1, weight has shape \(4, 3, 4, 2, 3, 3\) .*so x must have 2 channels",
        ),
        (lambda: cc.locally_connected2d(X.transpose(0, 2, 3, 1), SIX), ValueError, r"did you pass \(N, H, W, C\)\?"),
        (
            lambda: cc.locally_connected2d(X, SIX, stride=2),
            ValueError,
            r"filters for 3 x 4 outputs \(shape \(4, 3, 4, 2, 3, 3\)\), but there are 2 x 2",
        ),
        (lambda: cc.locally_connected2d(X, SIX[:, :1, :1]), ValueError, "filters for 1 x 1 outputs .* there are 3 x 4"),
        (
            lambda: cc.locally_connected2d(X, SIX, np.ones(4)),
            ValueError,
            r"bias has shape \(4,\), but one number for each filter has shape \(4, 3, 4\)",
        ),
        (lambda: cc.locally_connected2d(X, SIX[..., :0]), ValueError, r"none of them 0, got \(4, 3, 4, 2, 3, 0\)"),
        (lambda: cc.locally_connected2d(X, SIX, stride=0), ValueError, "stride must be at least 1, got 0"),
        (lambda: cc.locally_connected2d(X, SIX, padding="Same"), ValueError, "padding must be one of 'valid', 'same'"),
        (lambda: cc.locally_connected2d(X[:, :, :2], SIX), ValueError, "the kernel does not fit: along rows"),
        (lambda: cc.locally_connected2d(X.astype(complex), SIX), TypeError, "x must hold real numbers"),
        (lambda: cc.locally_connected2d_backward(X, X, SIX), ValueError, "grad_y has shape .* but the output has sh"),
        (
            lambda: cc.tiled_conv2d(X, SHARED),
            ValueError,
            r"weight must have shape \(C_out, C_in, kH, kW, t_h, t_w\), none of them 0, got \(4, 2, 3, 3\)",
        ),
        (lambda: cc.tiled_conv2d(X, TILES[:, :1]), ValueError, "so x must have 1 channels"),
        (
            lambda: cc.tiled_conv2d(X, np.ones((4, 2, 3, 3, 4, 2))),
            ValueError,
            "weight has 4 x 2 tiles .*but there are only 3 x 4 outputs; some kernels would never be used",
        ),
        (lambda: cc.tiled_conv2d(X, np.ones((4, 2, 3, 3, 1, 5))), ValueError, "weight has 1 x 5 tiles"),
        (lambda: cc.tiled_conv2d(X, TILES, np.ones(4)), ValueError, r"for each filter has shape \(4, 2, 2\)"),
        (lambda: cc.tiled_conv2d(X, TILES, stride=1.5), TypeError, "stride must be an integer, got 1.5"),
        (lambda: cc.tiled_conv2d_backward(X, X, TILES), ValueError, "grad_y has shape .* but the output has shape"),
        (
            lambda: cc.restricted_conv2d(X, SHARED, BOTH.T),
            ValueError,
            r"a row for each of the 4 output channels .* a column for each of the 2 input.*got shape \(2, 4\)",
        ),
        (lambda: cc.restricted_conv2d(X, SHARED, BOTH.astype(int)), TypeError, "must hold True and False"),
        (lambda: cc.restricted_conv2d(X, SHARED, BOTH & False), ValueError, "row 0 is all False"),
        (lambda: cc.restricted_conv2d(X, SIX, BOTH), ValueError, r"weight must have shape \(C_out, C_in"),
        (lambda: cc.restricted_conv2d_backward(X, X, SHARED, BOTH), ValueError, "but the output has shape"),
        (lambda: cc.pad2d(X, 1, "mirror"), ValueError, "mode must be one of 'zeros', 'reflect', 'replicate', 'circ"),
        (
            lambda: cc.pad2d(X, (5, 1), "reflect"),
            ValueError,
            "padding of 5 rows is too much: mode 'reflect' fills at most 4 from 5 rows",
        ),
        (lambda: cc.pad2d(X, (5, 7), "circular"), ValueError, "padding of 7 columns .* fills at most 6 from 6 columns"),
        (lambda: cc.pad2d(X, -1), ValueError, "padding must be at least 0, got -1"),
        (lambda: cc.pad2d(X, "same"), TypeError, "padding must be an integer, got 'same'"),
        (lambda: cc.pad2d(X[0, 0], 1), ValueError, r"for one channel of one sample pass x\[None, None\]"),
        (lambda: cc.pad2d(X, 10**6, "replicate"), ValueError, "the padded x would need"),
        (lambda: cc.pad2d_backward(X, X, 1), ValueError, r"the output has shape \(1, 2, 7, 8\)"),
        (lambda: cc.conv2d_entries(SHARED[0], 5), ValueError, "weight must have shape"),
        (lambda: cc.conv2d_entries(SHARED, 2), ValueError, "the kernel does not fit"),
        (lambda: cc.conv2d_entries(SHARED, (5, 0)), ValueError, "input_size must be at least 1, got 0"),
        (lambda: cc.conv2d_entries(SHARED, 5, groups=3), ValueError, "groups=3 must divide"),
        (lambda: cc.conv2d_entries(SHARED, 5, groups="2"), TypeError, "groups must be an integer, got '2'"),
        (lambda: cc.conv2d_entries(SHARED, 2000), ValueError, "the list of entries would need"),
        (lambda: cc.conv2d_matrix(SHARED, 200), ValueError, "the matrix would need"),
        (
            lambda: cc.linear_as_conv2d(np.ones((3, 8)), (2, 2, 3)),
            ValueError,
            r"weight must have shape \(M, 12\) for an input of shape \(2, 2, 3\) \(C, H, W\), got \(3, 8\)",
        ),
        (lambda: cc.linear_as_conv2d(np.ones((3, 0)), (0, 2, 2)), ValueError, "input_shape must be at least 1, got 0"),
        (lambda: cc.linear_as_conv2d(np.ones((0, 4)), (1, 2, 2)), ValueError, r"shape \(M, 4\) .* got \(0, 4\)"),
        (lambda: cc.linear_as_conv2d(np.ones((3, 8)), (2, 4)), ValueError, "input_shape must be one integer or 3"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()


ONES = np.ones((4, 1, 10, 10))


@pytest.mark.parametrize(
    ("call", "what", "size"),
    [
        (lambda: cc.locally_connected2d(ONES[:, :, :3, :3], np.ones((9, 3, 3, 1, 1, 1))), "the output", (4, 9, 3, 3)),
        (lambda: cc.tiled_conv2d(ONES, np.ones((9, 1, 2, 3, 1, 1))), "the output", (4, 9, 9, 8)),
        (
            lambda: cc.locally_connected2d_backward(np.ones((4, 1, 8, 7)), ONES, np.ones((1, 8, 7, 1, 3, 4))),
            "the array of columns",
            (4, 1, 3, 4, 8, 7),
        ),
        (lambda: cc.pad2d(ONES[:2, :, :4, :5], (1, 2), "circular"), "the padded x", (2, 1, 6, 9)),
        (lambda: cc.conv2d_entries(FOUR, (4, 5), stride=4), "the image of pixel numbers", (1, 4, 5)),
        (lambda: cc.conv2d_entries(FOUR, (4, 5)), "the list of entries", (3, 1, 1, 3, 4, 1, 2, 2)),
        (lambda: cc.conv2d_matrix(FOUR, (4, 5)), "the matrix", (12, 20)),
    ],
)
def test_what_is_too_large_is_refused_and_not_a_byte_less(call, what, size, monkeypatch):
    monkeypatch.setattr(checks, "MAX_BYTES", 8 * np.prod(size))
    call()
    monkeypatch.setattr(checks, "MAX_BYTES", 8 * np.prod(size) - 1)
    with pytest.raises(ValueError, match=f"^{what} would need .* \\(shape {re.escape(str(size))}\\)"):
        call()


def test_padding_alone_may_make_room_for_the_kernels():
    x, bias = np.zeros((1, 1, 0, 3)), np.array([[[5.0]]])
    assert_array_equal(cc.locally_connected2d(x, np.ones((1, 1, 1, 1, 2, 3)), bias, padding=(1, 0)), [[[[5]]]])
    assert_array_equal(cc.tiled_conv2d(x, np.ones((1, 1, 2, 3, 1, 1)), bias, padding=(1, 0)), [[[[5]]]])
