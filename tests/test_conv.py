"""Convolutions against the loops, SciPy, PyTorch and numerical gradients; memory; wrong arguments."""

import itertools
import tracemalloc

import numpy as np
import pytest
import scipy.signal
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import numerical, torch_gradients

import cnn_course as cc
from cnn_course import windows

# Strides, paddings, dilations and kernels that differ between rows and columns, so that a swap shows.
GRID = [
    {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    for kernel, stride, padding, dilation, groups in itertools.product(
        [(1, 1), (2, 3), (3, 2)],
        [(1, 1), (2, 1), (2, 3), (4, 3)],
        [(0, 0), (1, 2), (3, 1)],
        [(1, 1), (1, 2), (3, 2)],
        [1, 2],
    )
]


def case(kernel, groups, size=(7, 8), seed=0, **options):
    """Return x, weight and bias of 4 channels in and 6 out, for the options of a grid point."""
    rng = np.random.RandomState(seed)
    return rng.randn(2, 4, *size), rng.randn(6, 4 // groups, *kernel), rng.randn(6)


@pytest.mark.parametrize("point", GRID, ids=str)
def test_conv2d_and_its_gradients_equal_the_loops(point):
    x, weight, bias = case(**point)
    options = {k: v for k, v in point.items() if k != "kernel"}
    y = cc.conv2d(x, weight, bias, **options)
    assert_allclose(y, cc.naive.conv2d(x, weight, bias, **options), rtol=1e-12, atol=1e-12)
    grad_y = np.random.RandomState(1).randn(*y.shape)
    got = cc.conv2d_backward(grad_y, x, weight, bias, **options)
    for ours, loops in zip(got, cc.naive.conv2d_backward(grad_y, x, weight, **options), strict=True):
        assert_allclose(ours, loops, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("output_padding", [(0, 0), (1, 0), (1, 1)])
@pytest.mark.parametrize("point", GRID[::5], ids=str)
def test_conv_transpose2d_equals_the_loops_and_its_gradient_is_the_adjoint(point, output_padding):
    options = {k: v for k, v in point.items() if k != "kernel"}
    room = [max(s, d) for s, d in zip(point["stride"], point["dilation"], strict=True)]
    if any(o >= r for o, r in zip(output_padding, room, strict=True)):
        with pytest.raises(ValueError, match="output_padding must be smaller"):
            cc.conv_transpose2d(np.ones((1, 4, 3, 3)), np.ones((4, 3, 2, 2)), output_padding=output_padding)
        return
    rng = np.random.RandomState(0)
    x, bias = rng.randn(2, 4, 7, 8), rng.randn(6)
    weight = rng.randn(4, 6 // options["groups"], *point["kernel"])
    y = cc.conv_transpose2d(x, weight, bias, output_padding=output_padding, **options)
    loops = cc.naive.conv_transpose2d(x, weight, bias, output_padding=output_padding, **options)
    assert_allclose(y, loops, rtol=1e-12, atol=1e-12)
    # y is linear in x and in weight, so its gradients are its adjoints: <g, y> must split up exactly.
    grad_y = rng.randn(*y.shape)
    gradients = cc.conv_transpose2d_backward(grad_y, x, weight, bias, output_padding=output_padding, **options)
    grad_x, grad_weight, grad_bias = gradients
    without_bias = (grad_y * (y - bias[:, None, None])).sum()
    assert_allclose((grad_x * x).sum(), without_bias, rtol=1e-9)
    assert_allclose((grad_weight * weight).sum(), without_bias, rtol=1e-9)
    assert_allclose(grad_bias, grad_y.sum(axis=(0, 2, 3)), rtol=1e-12)
    for index in [(0, 0, 0, 0), (1, 3, 6, 7), (0, 2, 2, 1)]:
        one = np.zeros_like(x)
        one[index] = 1
        row = cc.naive.conv_transpose2d(one, weight, None, output_padding=output_padding, **options)
        assert_allclose(grad_x[index], (grad_y * row).sum(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("padding", ["valid", "same", "full"])
@pytest.mark.parametrize("kernel", [(3, 3), (2, 4), (1, 5)])
def test_padding_words_give_the_sizes_of_their_names(kernel, padding):
    x, weight, _ = case(kernel, 1, size=(6, 7))
    y = cc.conv2d(x, weight, padding=padding, dilation=1)
    change = {"valid": (1 - kernel[0], 1 - kernel[1]), "same": (0, 0), "full": (kernel[0] - 1, kernel[1] - 1)}
    assert y.shape[2:] == (6 + change[padding][0], 7 + change[padding][1])
    if padding == "full":
        assert_allclose(y, cc.naive.conv2d(x, weight, padding=(kernel[0] - 1, kernel[1] - 1)), rtol=1e-12, atol=1e-12)


def test_same_padding_puts_the_extra_zero_of_an_even_kernel_at_the_right_and_bottom():
    y = cc.conv2d(np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[0.0, 1.0], [2.0, 3.0]]]]), padding="same")
    assert_array_equal(y[0, 0], [[19, 25, 10], [37, 43, 16], [7, 8, 0]])


@pytest.mark.parametrize("mode", ["valid", "same", "full"])
@pytest.mark.parametrize("shapes", [((9,), (4,)), ((9,), (5,)), ((5,), (5,)), ((6, 7), (3, 2)), ((5, 8), (4, 4))])
def test_plain_correlation_and_convolution_equal_scipy(shapes, mode):
    rng = np.random.RandomState(0)
    x, kernel = (rng.randn(*shape) for shape in shapes)
    axes = x.ndim
    correlate = cc.correlate1d if axes == 1 else cc.correlate2d
    convolve = cc.convolve1d if axes == 1 else cc.convolve2d
    assert_allclose(correlate(x, kernel, mode), scipy.signal.correlate(x, kernel, mode, "direct"), atol=1e-12)
    assert_allclose(convolve(x, kernel, mode), scipy.signal.convolve(x, kernel, mode, "direct"), atol=1e-12)


def test_same_keeps_the_size_of_x_even_under_a_larger_kernel():
    x, kernel = np.arange(3.0), np.arange(1.0, 6.0)
    assert_array_equal(cc.convolve1d(x, kernel, "same"), scipy.signal.convolve(x, kernel, "full")[2:5])


@pytest.mark.parametrize("options", [{}, {"stride": 2}, {"padding": 3, "dilation": 2}, {"stride": 3, "groups": 2}])
def test_conv1d_is_conv2d_on_one_row(options):
    rng = np.random.RandomState(0)
    x, weight, bias = rng.randn(2, 4, 11), rng.randn(6, 4 // options.get("groups", 1), 3), rng.randn(6)
    rows = {k: v if k == "groups" else ((0, v) if k == "padding" else (1, v)) for k, v in options.items()}
    y = cc.conv1d(x, weight, bias, **options)
    assert_allclose(y, cc.naive.conv2d(x[:, :, None], weight[:, :, None], bias, **rows)[:, :, 0], atol=1e-12)
    grad_y = rng.randn(*y.shape)
    expected = cc.naive.conv2d_backward(grad_y[:, :, None], x[:, :, None], weight[:, :, None], **rows)
    grad_x, grad_weight, grad_bias = cc.conv1d_backward(grad_y, x, weight, bias, **options)
    assert_allclose(grad_x, expected[0][:, :, 0], atol=1e-12)
    assert_allclose(grad_weight, expected[1][:, :, 0], atol=1e-12)
    assert_allclose(grad_bias, expected[2], atol=1e-12)


@pytest.mark.parametrize("padding", ["same", "full", 1])
def test_gradients_under_padding_equal_the_numerical_ones(padding):
    x, weight, bias = case((2, 3), 1, size=(4, 5))
    x = x[:1]
    upstream = np.random.RandomState(2).randn(*cc.conv2d(x, weight, bias, padding=padding).shape)

    def loss(x, weight, bias):
        return (upstream * cc.conv2d(x, weight, bias, padding=padding)).sum()

    got = cc.conv2d_backward(upstream, x, weight, bias, padding=padding)
    for ours, estimate in zip(got, numerical(loss, x, weight, bias), strict=True):
        assert_allclose(ours, estimate, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("point", GRID[::7], ids=str)
def test_conv2d_equals_pytorch(point):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    x, weight, bias = case(**point)
    options = {k: v for k, v in point.items() if k != "kernel"}
    y, grads, upstream = torch_gradients(torch.nn.functional.conv2d, x, weight, bias, **options)
    assert_allclose(cc.conv2d(x, weight, bias, **options), y, rtol=1e-10, atol=1e-10)
    for ours, theirs in zip(cc.conv2d_backward(upstream, x, weight, bias, **options), grads, strict=True):
        assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"stride": 2, "padding": 1, "output_padding": 1},
        {"stride": (3, 2), "output_padding": (2, 1)},
        {"dilation": (2, 3), "output_padding": (1, 2)},
        {"groups": 2, "padding": (1, 0)},
    ],
    ids=str,
)
def test_conv_transpose2d_equals_pytorch(options):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    rng = np.random.RandomState(0)
    x, weight, bias = rng.randn(2, 4, 5, 6), rng.randn(4, 6 // options.get("groups", 1), 3, 2), rng.randn(6)
    y, grads, upstream = torch_gradients(torch.nn.functional.conv_transpose2d, x, weight, bias, **options)
    assert_allclose(cc.conv_transpose2d(x, weight, bias, **options), y, rtol=1e-10, atol=1e-10)
    ours = cc.conv_transpose2d_backward(upstream, x, weight, bias, **options)
    for mine, theirs in zip(ours, grads, strict=True):
        assert_allclose(mine, theirs, rtol=1e-10, atol=1e-10)


def test_transposed_convolution_is_the_adjoint_of_convolution():
    rng = np.random.RandomState(0)
    u, weight = rng.randn(2, 3, 8, 9), rng.randn(5, 3, 3, 4)
    options = {"stride": (2, 3), "padding": (1, 2)}
    v = rng.randn(*cc.conv2d(u, weight, **options).shape)
    back = cc.conv_transpose2d(v, weight, **options, output_padding=(1, 0))
    assert back.shape == u.shape
    assert back.flags.c_contiguous
    assert_allclose((cc.conv2d(u, weight, **options) * v).sum(), (u * back).sum(), rtol=1e-12)


def test_im2col_times_the_weights_is_the_convolution_and_col2im_is_its_adjoint():
    x, weight, _ = case((3, 2), 1)
    options = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 3)}
    columns = cc.im2col(x, (3, 2), **options)
    assert columns.shape[:2] == (2, 4 * 3 * 2)
    product = weight.reshape(6, -1) @ columns
    assert_allclose(product, cc.conv2d(x, weight, **options).reshape(product.shape), rtol=1e-12, atol=1e-12)
    other = np.random.RandomState(3).randn(*columns.shape)
    folded = cc.col2im(other, x.shape[2:], (3, 2), **options)
    assert_allclose((columns * other).sum(), (x * folded).sum(), rtol=1e-12)


def test_im2col_of_a_1x1_kernel_is_a_copy():
    x = np.arange(4.0).reshape(1, 1, 2, 2)
    cc.im2col(x, 1)[...] = 0
    assert_array_equal(x[0, 0], [[0, 1], [2, 3]])


@pytest.mark.parametrize("column_bytes", [64, 1000, 4096, 2**19])
@pytest.mark.parametrize(
    ("stride", "padding", "groups"), [((2, 1), (1, 0), 2), ((1, 1), (1, 2), 1), ((1, 1), (0, 1), 2)]
)
def test_blocks_of_every_size_give_the_same_numbers(monkeypatch, stride, padding, groups, column_bytes):
    monkeypatch.setattr(windows, "COLUMN_BYTES", column_bytes)
    x, weight, bias = case((3, 2), groups)
    options = {"stride": stride, "padding": padding, "groups": groups}
    y = cc.conv2d(x, weight, bias, **options)
    assert_allclose(y, cc.naive.conv2d(x, weight, bias, stride, padding, groups=groups), rtol=1e-12, atol=1e-12)
    grad_y = np.random.RandomState(1).randn(*y.shape)
    expected = cc.naive.conv2d_backward(grad_y, x, weight, stride, padding, groups=groups)
    for ours, loops in zip(cc.conv2d_backward(grad_y, x, weight, bias, **options), expected, strict=True):
        assert_allclose(ours, loops, rtol=1e-12, atol=1e-12)


def test_long_rows_under_a_flat_kernel_with_many_outputs_are_cut_too(monkeypatch):
    rng = np.random.RandomState(0)
    x, weight = rng.randn(2, 1, 3, 40), rng.randn(16, 1, 1, 2)
    grad_y = rng.randn(2, 16, 3, 39)
    monkeypatch.setattr(windows, "COLUMN_BYTES", 39 * 2 * 8)  # a row's columns fit, beside its outputs they do not
    assert_allclose(cc.conv2d(x, weight), cc.naive.conv2d(x, weight), rtol=1e-12, atol=1e-12)
    for ours, loops in zip(
        cc.conv2d_backward(grad_y, x, weight)[:2], cc.naive.conv2d_backward(grad_y, x, weight)[:2], strict=True
    ):
        assert_allclose(ours, loops, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kernel", [(2, 1), (1, 2), (2, 3)])
@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (1, 2)])
@pytest.mark.parametrize("column_bytes", [400, 4096, 2**21])
def test_every_way_to_the_input_gradient_of_few_outputs_is_right(monkeypatch, kernel, stride, column_bytes):
    rng = np.random.RandomState(0)
    x, weight = rng.randn(2, 4, 6, 8), rng.randn(1, 4, *kernel)
    grad_y = rng.randn(*cc.conv2d(x, weight, stride=stride).shape)
    monkeypatch.setattr(windows, "COLUMN_BYTES", column_bytes)
    expected = cc.naive.conv2d_backward(grad_y, x, weight, stride)[0]
    assert_allclose(cc.conv2d_backward(grad_y, x, weight, stride=stride)[0], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("x_shape", "weight_shape"),
    [
        ((64, 3, 64, 64), (8, 3, 5, 5)),
        ((1, 1, 1500, 1500), (1, 1, 7, 7)),
        ((1, 8, 8, 20_000), (4, 8, 3, 3)),
        ((1, 8, 21, 15_000), (1, 8, 11, 3)),
        ((256, 16, 5, 5), (120, 16, 5, 5)),
        ((20_000, 1, 20, 30), (1, 1, 20, 1)),
    ],
)
def test_columns_never_take_more_than_4_mib(x_shape, weight_shape):
    x, weight = np.ones(x_shape, np.float32), np.ones(weight_shape, np.float32)
    y = cc.conv2d(x, weight)
    for call, kept in [
        (lambda: cc.conv2d(x, weight), y.nbytes),
        (lambda: cc.conv2d_backward(y, x, weight), 2 * x.nbytes),  # the gradient, padded and cropped
    ]:
        tracemalloc.start()
        call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak - kept < 4 * 2**20, f"{(peak - kept) / 2**20:.1f} MiB beyond what is returned"


def test_float32_stays_float32_and_integers_become_float64():
    x, weight = np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 2, 2), np.float32)
    assert cc.conv2d(x, weight).dtype == np.float32
    assert cc.conv2d(x, weight, padding=1).dtype == np.float32
    assert cc.conv_transpose2d(x, weight, padding=1).dtype == np.float32
    assert cc.conv2d(x, weight.astype(float)).dtype == np.float64
    assert cc.conv2d(x, weight, np.ones(1)).dtype == np.float64
    assert all(g.dtype == np.float32 for g in cc.conv2d_backward(cc.conv2d(x, weight), x, weight)[:2])
    pixels = np.full((1, 1, 3, 3), 200, np.uint8)
    assert_array_equal(cc.conv2d(pixels, np.ones((1, 1, 2, 2), np.uint8)), np.full((1, 1, 2, 2), 800.0))
    assert cc.im2col(pixels, 2).dtype == np.float64
    assert_array_equal(cc.correlate1d(np.array([200, 200], np.uint8), np.array([1, 1], np.uint8)), [400.0])


@pytest.mark.parametrize("layout", ["fortran", "strided", "read-only", "big-endian"])
def test_any_memory_layout_works_and_inputs_are_never_modified(layout):
    x, weight, bias = case((3, 3), 1)
    expected = cc.naive.conv2d(x, weight, bias, padding=(1, 1))
    made = {
        "fortran": lambda a: np.asfortranarray(a),
        "strided": lambda a: np.repeat(a, 2, axis=0)[::2],
        "read-only": lambda a: a,
        "big-endian": lambda a: a.astype(">f8"),
    }[layout]
    arrays = [made(a) for a in (x, weight, bias)]
    copies = [a.copy() for a in arrays]
    for array in arrays:
        array.flags.writeable = False
    y = cc.conv2d(*arrays, padding=1)
    assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    assert y.dtype == np.dtype("f8")
    cc.conv2d_backward(np.ones(y.shape), *arrays, padding=1)
    for array, copy in zip(arrays, copies, strict=True):
        assert_array_equal(array, copy)


def test_nan_goes_only_to_the_outputs_that_see_it():
    x = np.zeros((1, 1, 3, 3))
    x[0, 0, 0, 0] = np.nan
    y = cc.conv2d(x, np.ones((1, 1, 2, 2)))
    assert_array_equal(np.isnan(y[0, 0]), [[True, False], [False, False]])


def test_an_empty_batch_gives_an_empty_output_and_zero_gradients():
    x, weight, bias = np.zeros((0, 3, 5, 5)), np.ones((2, 3, 3, 3)), np.ones(2)
    y = cc.conv2d(x, weight, bias)
    assert y.shape == (0, 2, 3, 3)
    grad_x, grad_weight, grad_bias = cc.conv2d_backward(y, x, weight, bias)
    assert grad_x.shape == x.shape
    assert_array_equal(grad_weight, np.zeros_like(weight))
    assert_array_equal(grad_bias, np.zeros(2))
    columns = cc.im2col(x, 3)
    assert columns.shape == (0, 27, 9)
    assert cc.col2im(columns, (5, 5), 3).shape == x.shape


def test_padding_alone_may_make_room_for_the_kernel():
    x, weight, bias = np.zeros((1, 2, 0, 3)), np.ones((1, 2, 3, 3)), np.array([5.0])
    assert_array_equal(cc.conv2d(x, weight, bias, padding=(2, 0)), [[[[5], [5]]]])


def test_gradients_that_nobody_asked_for_are_none():
    x, weight, _ = case((3, 3), 1)
    y = cc.conv2d(x, weight)
    grad_x, _, grad_bias = cc.conv2d_backward(y, x, weight, need_grad_x=False)
    assert grad_x is None
    assert grad_bias is None


X, W = np.ones((1, 2, 5, 6)), np.ones((4, 2, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cc.conv2d(X[0, 0], W), ValueError, r"got shape \(5, 6\): for one channel of one sample pass x\[None"),
        (lambda: cc.conv2d(X[0], W), ValueError, r"for one sample pass x\[None\]"),
        (lambda: cc.conv2d(X, W[0, 0]), ValueError, r"for one kernel pass weight\[None, None\]"),
        (
            lambda: cc.conv2d(X, np.ones((2, 4, 3, 3))),
            ValueError,
            r"channels do not agree: x has 2, weight has shape \(2, 4, 3, 3\) and groups=1, so x must have 4 channels",
        ),
        (lambda: cc.conv2d(X.transpose(0, 2, 3, 1), W), ValueError, r"did you pass \(N, H, W, C\)\?"),
        (lambda: cc.conv2d(X, np.ones((4, 2, 6, 3))), ValueError, "along rows it spans 6.*only 0 \\+ 5 \\+ 0 = 5"),
        (lambda: cc.conv2d(X, W, dilation=(1, 3)), ValueError, "along columns it spans 7"),
        (lambda: cc.conv2d(X, W, stride=0), ValueError, "stride must be at least 1, got 0"),
        (lambda: cc.conv2d(X, W, stride=1.5), TypeError, "stride must be an integer, got 1.5 of type float"),
        (lambda: cc.conv2d(X, W, stride="2"), TypeError, "stride must be an integer, got '2'"),
        (lambda: cc.conv2d(X, W, stride=(1, 2, 3)), ValueError, "stride must be one integer or 2 of them"),
        (lambda: cc.conv2d(X, W, padding=-1), ValueError, "padding must be at least 0, got -1"),
        (lambda: cc.conv2d(X, W, padding="Same"), ValueError, "padding must be one of 'valid', 'same', 'full'"),
        (lambda: cc.conv2d(X, W, padding="same", stride=2), ValueError, "only with stride 1, got stride=\\(2, 2\\)"),
        (lambda: cc.conv2d(X, W, dilation=0), ValueError, "dilation must be at least 1, got 0"),
        (lambda: cc.conv2d(X, W, groups=True), TypeError, "groups must be an integer, got the boolean True"),
        (lambda: cc.conv2d(X, np.ones((3, 1, 3, 3)), groups=2), ValueError, "groups=2 must divide the 2 input"),
        (lambda: cc.conv2d(X, W, np.ones(3)), ValueError, r"bias has shape \(3,\), but one number for each output"),
        (lambda: cc.conv2d(X.astype(complex), W), TypeError, "x must hold real numbers, got dtype complex128"),
        (lambda: cc.conv2d(X.astype(str), W), TypeError, "x must hold real numbers"),
        (lambda: cc.conv2d(X.astype(np.float16), W), TypeError, "too short to sum products in"),
        (lambda: cc.conv2d(np.ma.masked_equal(X, 3), W), TypeError, "x is a masked array"),
        (lambda: cc.conv2d([[[[1, 2], [3]]]], W), ValueError, "its rows have different lengths"),
        (lambda: cc.conv2d_backward(X, X, W), ValueError, r"grad_y has shape \(1, 2, 5, 6\), but the output has shape"),
        (lambda: cc.conv1d(X[0], np.ones((2, 5, 3)), stride=(1, 2)), ValueError, "stride must be one integer, got"),
        (lambda: cc.conv_transpose2d(X, W), ValueError, "so x must have 4 channels"),
        (lambda: cc.conv_transpose2d(X, W[:2], groups=4), ValueError, "groups=4 must divide the 2 input channels"),
        (lambda: cc.conv_transpose2d(X, np.ones((2, 1, 1, 1)), padding=3), ValueError, "cuts off the whole output"),
        (lambda: cc.correlate1d(np.ones(3), np.ones(4)), ValueError, "the kernel does not fit"),
        (lambda: cc.correlate2d(np.ones(3), np.ones((2, 2))), ValueError, "x must be a non-empty array of 2 axes"),
        (lambda: cc.convolve1d(np.ones(3), np.ones(0)), ValueError, "kernel must be a non-empty array"),
        (lambda: cc.convolve1d(np.ones(3), np.ones(1), "Full"), ValueError, "mode must be one of"),
        (lambda: cc.im2col(X[0], 2), ValueError, r"for one sample pass x\[None\]"),
        (lambda: cc.col2im(np.ones((1, 0, 4)), (3, 3), 2), ValueError, r"got \(1, 0, 4\)"),
        (lambda: cc.col2im(np.ones((1, 6, 4)), (3, 3), 2), ValueError, r"cols must have shape \(N, C \* 4, 4\)"),
        (lambda: cc.col2im(np.ones((1, 4, 4)), (0, 3), 2, padding=1), ValueError, "output_size must be at least 1"),
        (lambda: cc.im2col(X, 0), ValueError, "kernel_size must be at least 1, got 0"),
        (lambda: cc.im2col(X, 2, stride=0), ValueError, "stride must be at least 1, got 0"),
        (lambda: cc.col2im(np.ones((1, 8, 5)), (3, 3), 2), ValueError, r"cols must have shape \(N, C \* 4, 4\)"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("size", [6, 40], ids=["small", "middle"])
@pytest.mark.parametrize("wild", [np.inf, -np.inf])
def test_an_infinite_weight_makes_no_nan_of_the_border(size, wild):
    x, weight = np.ones((1, 8, size, size)), np.ones((4, 8, 3, 3))
    weight[3, 0, 0, 1] = wild
    grad_y = np.ones((1, 4, size - 2, size - 2))
    expected = cc.naive.conv2d_backward(grad_y, x, weight)[0]
    assert not np.isnan(expected).any()
    assert_array_equal(cc.conv2d_backward(grad_y, x, weight)[0], expected)


def test_stride_and_padding_may_stand_where_pytorch_has_them():
    x, weight = np.random.RandomState(0).randn(1, 2, 6, 7), np.random.RandomState(1).randn(2, 2, 3, 3)
    for call, arrays in (
        (cc.conv2d, (x, weight)),
        (cc.conv_transpose2d, (x, weight)),
        (cc.conv1d, (x[:, :, 0], weight[:, :, 0])),
    ):
        assert_array_equal(call(*arrays, None, 2, 1), call(*arrays, stride=2, padding=1))
        with pytest.raises(TypeError, match="positional arguments"):
            call(*arrays, None, 2, 1, 1)
