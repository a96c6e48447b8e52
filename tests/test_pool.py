"""Pooling against the loops, PyTorch and numerical gradients; ties, NaN, sizes, wrong arguments."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import numerical, torch_gradients

import cnn_course as cc
from cnn_course import layers
from cnn_course import pool as pooling

GRID = [
    {"kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    for kernel, stride, padding, ceil_mode in itertools.product(
        [(1, 1), (2, 2), (3, 2), (2, 3)],
        [None, (1, 1), (2, 1), (3, 2), (4, 3)],
        [(0, 0), (1, 0), (1, 1)],
        [False, True],
    )
    if padding[0] <= kernel[0] // 2 and padding[1] <= kernel[1] // 2
]
SIZE = (7, 6)


@pytest.fixture(params=[0, 10**9], ids=["by windows", "by positions"])
def way(request, monkeypatch):
    """Take windows one by one wherever they are few, or never."""
    monkeypatch.setattr(pooling, "SMALL_WINDOW", request.param)


def loops(x, reduce, kernel_size, stride, padding, ceil_mode, dilation=(1, 1)):
    """Pool by the definition; the output sizes come from PyTorch's rule, written out here once more."""
    stride = stride or kernel_size
    sizes = []
    for n, k, s, p, d in zip(x.shape[2:], kernel_size, stride, padding, dilation, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        size = -(-room // s) + 1 if ceil_mode else room // s + 1
        sizes.append(size - 1 if ceil_mode and (size - 1) * s >= n + p else size)
    return cc.naive.pool2d(x, reduce, kernel_size, stride, padding, dilation, sizes)


@pytest.mark.parametrize("point", GRID, ids=str)
def test_max_and_sum_pooling_equal_the_loops(point):
    x = np.random.RandomState(0).randn(2, 3, *SIZE)
    assert_array_equal(cc.max_pool2d(x, **point), loops(x, max, **point))
    assert_allclose(cc.sum_pool2d(x, **point), loops(x, sum, **point), rtol=1e-12, atol=1e-12)
    lengths = loops(x, lambda window: sum(v * v for v in window) ** 0.5, **point)
    assert_allclose(cc.lp_pool2d(x, 2, **point), lengths, rtol=1e-12)


@pytest.mark.parametrize("point", GRID, ids=str)
def test_average_that_leaves_padding_out_is_the_mean_of_what_is_there(point):
    x = np.random.RandomState(0).randn(2, 3, *SIZE)
    assert_allclose(cc.avg_pool2d(x, **point, count_include_pad=False), loops(x, np.mean, **point), rtol=1e-12)


def test_average_counts_padding_but_never_the_overhang():
    x = np.ones((1, 1, 4, 4))
    # Windows start at -1, 1 and 3 on each axis: 1, 2 and 1 ones in a row of 2 counted positions, the last with padding.
    assert_array_equal(cc.avg_pool2d(x, 2, padding=1)[0, 0, 0], [0.25, 0.5, 0.25])
    # Width 5, windows of 3 every 3 from 0: the second holds 2 numbers and hangs over by one, which does not count.
    assert_array_equal(cc.avg_pool2d(np.ones((1, 1, 1, 5)), (1, 3), ceil_mode=True), [[[[1, 1]]]])


def test_a_batch_of_many_blocks_is_pooled_like_its_images(monkeypatch):
    x, grad_y = np.random.RandomState(0).randn(3, 4, 6, 7), np.random.RandomState(1).randn(3, 4, 3, 3)
    whole, gradient = cc.max_pool2d(x, 2), cc.max_pool2d_backward(grad_y, x, 2)
    monkeypatch.setattr(pooling, "COLUMN_BYTES", 5 * 6 * 7 * 8)  # five planes: blocks end inside an image
    assert_array_equal(cc.max_pool2d(x, 2), whole)
    assert_array_equal(cc.max_pool2d_backward(grad_y, x, 2), gradient)


@pytest.mark.parametrize(("name", "options"), [("max", {}), ("avg", {}), ("sum", {}), ("lp", {"norm_type": 1})])
def test_rows_that_fill_no_window_have_no_gradient_unless_told_otherwise(name, options):
    backward = getattr(cc, f"{name}_pool2d_backward")
    grad_x = backward(np.ones((1, 1, 2, 1)), x=np.ones((1, 1, 5, 2)), kernel_size=2, **options)
    assert_array_equal(grad_x.sum(axis=(0, 1, 3)) > 0, [True, name != "max", True, name != "max", False])


@pytest.mark.parametrize("dilation", [(2, 1), (1, 3), (2, 2)])
def test_dilated_max_pooling_equals_the_loops(dilation):
    x = np.random.RandomState(0).randn(2, 2, 8, 9)
    point = {"kernel_size": (2, 3), "stride": (2, 1), "padding": (1, 1), "ceil_mode": True, "dilation": dilation}
    y = cc.max_pool2d(x, **point)
    assert_array_equal(y, loops(x, max, **point))
    grad_y = np.random.RandomState(1).randn(*y.shape)
    expected = cc.naive.max_pool2d_backward(grad_y, x, (2, 3), (2, 1), (1, 1), dilation)
    assert_allclose(cc.max_pool2d_backward(grad_y, x, **point), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dilation", [(2, 3), (3, 2)])
@pytest.mark.usefixtures("way")
def test_few_dilated_windows_equal_the_loops(dilation):
    x = np.random.RandomState(0).randn(2, 2, 8, 9)
    point = {"kernel_size": (3, 3), "stride": (5, 4), "padding": (1, 1), "ceil_mode": True, "dilation": dilation}
    y = cc.max_pool2d(x, **point)
    assert y[0, 0].size < 9
    assert_array_equal(y, loops(x, max, **point))
    grad_y = np.random.RandomState(1).randn(*y.shape)
    expected = cc.naive.max_pool2d_backward(grad_y, x, (3, 3), (5, 4), (1, 1), dilation)
    assert_allclose(cc.max_pool2d_backward(grad_y, x, **point), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("values", ["distinct", "ties"])
@pytest.mark.parametrize("point", GRID, ids=str)
def test_max_pooling_hands_the_gradient_to_the_first_maximum(point, values):
    rng = np.random.RandomState(0)
    x = rng.randn(2, 3, *SIZE) if values == "distinct" else rng.randint(0, 3, (2, 3, *SIZE)).astype(float)
    grad_y = rng.randn(*cc.max_pool2d(x, **point).shape)
    stride = point["stride"] or point["kernel_size"]
    expected = cc.naive.max_pool2d_backward(grad_y, x, point["kernel_size"], stride, point["padding"])
    assert_allclose(cc.max_pool2d_backward(grad_y, x, **point), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("point", GRID[::3], ids=str)
def test_linear_pools_equal_their_numerical_gradients(point):
    x = np.random.RandomState(0).randn(1, 2, 4, 5)
    for pool, backward, options in [
        (cc.sum_pool2d, cc.sum_pool2d_backward, {}),
        (cc.avg_pool2d, cc.avg_pool2d_backward, {}),
        (cc.avg_pool2d, cc.avg_pool2d_backward, {"count_include_pad": False}),
    ]:
        upstream = np.random.RandomState(1).randn(*pool(x, **point, **options).shape)
        (estimate,) = numerical(lambda a: (upstream * pool(a, **point, **options)).sum(), x)  # noqa: B023
        assert_allclose(backward(upstream, x, **point, **options), estimate, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("p", [1, 2, 3.5])
def test_lp_pooling_equals_its_numerical_gradient(p):
    x = np.random.RandomState(0).randn(1, 2, 5, 4)
    point = {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 1)}
    upstream = np.random.RandomState(1).randn(*cc.lp_pool2d(x, p, **point).shape)
    (estimate,) = numerical(lambda a: (upstream * cc.lp_pool2d(a, p, **point)).sum(), x)
    assert_allclose(cc.lp_pool2d_backward(upstream, x, p, **point), estimate, rtol=1e-6, atol=1e-8)


def test_lp_pooling_of_zeros_has_gradient_zero():
    assert_array_equal(
        cc.lp_pool2d_backward(np.ones((1, 1, 1, 1)), np.zeros((1, 1, 2, 2)), 2, 2), np.zeros((1, 1, 2, 2))
    )


@pytest.mark.parametrize("point", GRID[::3], ids=str)
@pytest.mark.usefixtures("way")
def test_a_maximum_that_was_kept_is_not_computed_again(point, monkeypatch):
    x = np.random.RandomState(0).randint(-4, 5, (2, 3, *SIZE)).astype(float)
    x[0, 0, 0, 0], x[1, 2, -1, -1] = np.nan, -np.inf
    y = cc.max_pool2d(x, **point)
    grad_y = np.random.RandomState(1).randn(*y.shape)
    expected = cc.max_pool2d_backward(grad_y, x, **point)
    assert_array_equal(cc.max_pool2d_backward(grad_y, x, **point, y=y), expected)
    layer = layers.MaxPool2d(**point)
    layer.forward(x)
    monkeypatch.delattr(pooling, "_combine")
    assert_array_equal(layer.backward(grad_y), expected)


def test_a_dilated_window_that_would_see_padding_alone_is_refused_and_no_other():
    refused = 0
    for n, k, stride, padding, dilation in itertools.product(*map(range, (1, 1, 1, 0, 1), (7, 6, 4, 3, 9))):
        first = range(-padding, n + padding - dilation * (k - 1), stride)  # where the windows start
        if padding > k // 2 or not first:
            continue  # refused for another reason
        empty = any(all(not 0 <= start + i * dilation < n for i in range(k)) for start in first)
        x, options = np.ones((1, 1, n, 1)), {"stride": (stride, 1), "padding": (padding, 0), "dilation": (dilation, 1)}
        for ceil_mode in (False, True):
            if empty:
                with pytest.raises(ValueError, match=f"dilation must be at most {n}, .* got {dilation}"):
                    cc.max_pool2d(x, (k, 1), **options, ceil_mode=ceil_mode)
            else:
                assert_array_equal(cc.max_pool2d(x, (k, 1), **options, ceil_mode=ceil_mode), 1)
        refused += empty
    assert refused > 10


@pytest.mark.parametrize("kernel", [(4, 5), (5, 4)])
@pytest.mark.parametrize("stride", [(1, 2), (2, 3), (4, 1)])
def test_under_a_wide_padding_several_windows_lie_partly_outside(kernel, stride):
    x = np.random.RandomState(0).randn(2, 3, *SIZE)
    point = {"kernel_size": kernel, "stride": stride, "padding": (2, 2), "ceil_mode": False}
    assert_array_equal(cc.max_pool2d(x, **point), loops(x, max, **point))
    assert_allclose(cc.sum_pool2d(x, **point), loops(x, sum, **point), rtol=1e-12, atol=1e-12)
    grad_y = np.random.RandomState(1).randn(*cc.max_pool2d(x, **point).shape)
    expected = cc.naive.max_pool2d_backward(grad_y, x, kernel, stride, (2, 2))
    assert_allclose(cc.max_pool2d_backward(grad_y, x, **point), expected, rtol=1e-12, atol=1e-12)


def test_images_larger_than_a_block_are_pooled_one_by_one(monkeypatch):
    x, grad_y = np.random.RandomState(0).randn(2, 3, *SIZE), np.random.RandomState(1).randn(2, 3, 3, 3)
    monkeypatch.setattr(pooling, "COLUMN_BYTES", 8)
    assert_array_equal(cc.max_pool2d(x, 2), loops(x, max, (2, 2), None, (0, 0), False))
    expected = cc.naive.max_pool2d_backward(grad_y, x, (2, 2), (2, 2))
    assert_allclose(cc.max_pool2d_backward(grad_y, x, 2), expected, rtol=1e-12, atol=1e-12)


def test_a_last_window_that_reaches_over_the_end_is_dropped_unless_asked_for():
    x = np.ones((1, 1, 5, 5))
    for pool in (cc.max_pool2d, cc.sum_pool2d, cc.avg_pool2d):
        assert pool(x, 2).shape == (1, 1, 2, 2)
        assert pool(x, 2, ceil_mode=True).shape == (1, 1, 3, 3)


@pytest.mark.usefixtures("way")
def test_a_maximum_that_one_window_does_not_hold_is_refused():
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    wrong = cc.max_pool2d(x, 2)
    wrong[0, 0, 1, 0] += 1
    with pytest.raises(ValueError, match=r"y must be what max_pool2d returned for this x, .* does not hold its 14\.0"):
        cc.max_pool2d_backward(np.ones((1, 1, 2, 2)), x, 2, y=wrong)
    with pytest.raises(ValueError, match="a window does not hold its -inf"):
        cc.max_pool2d_backward([[[[1.0]]]], x, 4, y=[[[[-np.inf]]]])


def test_global_pools_and_their_gradients():
    x = np.array([[[[1.0, 3.0], [3.0, 2.0]]]])
    assert_array_equal(cc.global_avg_pool2d(x), [[[[2.25]]]])
    assert_array_equal(cc.global_max_pool2d(x), [[[[3]]]])
    assert_array_equal(cc.global_avg_pool2d_backward([[[[8.0]]]], x)[0, 0], [[2, 2], [2, 2]])
    assert_array_equal(cc.global_max_pool2d_backward([[[[8.0]]]], x)[0, 0], [[0, 8], [0, 0]])


@pytest.mark.parametrize("point", GRID[::4], ids=str)
def test_pools_equal_pytorch(point):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    x = np.random.RandomState(0).randint(-4, 5, (2, 3, *SIZE)).astype(float)
    options = {k: v for k, v in point.items() if k != "kernel_size"}
    kernel = point["kernel_size"]
    for name, ours, backward, extra in [
        ("max_pool2d", cc.max_pool2d, cc.max_pool2d_backward, {}),
        ("avg_pool2d", cc.avg_pool2d, cc.avg_pool2d_backward, {}),
        ("avg_pool2d", cc.avg_pool2d, cc.avg_pool2d_backward, {"count_include_pad": False}),
    ]:
        function = getattr(torch.nn.functional, name)
        y, (grad_x,), upstream = torch_gradients(
            lambda a, **o: function(a, kernel, **o),  # noqa: B023
            x,
            **options,
            **extra,
        )
        assert_allclose(ours(x, **point, **extra), y, rtol=1e-12)
        assert_allclose(backward(upstream, x, **point, **extra), grad_x, rtol=1e-12, atol=1e-12)


@pytest.mark.usefixtures("way")
def test_padding_never_wins_a_maximum():
    assert_array_equal(cc.max_pool2d(np.full((1, 1, 2, 2), -5.0), 2, padding=1)[0, 0], [[-5, -5], [-5, -5]])
    # Minus infinity inside the image ties with the padding; the gradient still stays inside.
    x = np.full((1, 1, 2, 2), -np.inf)
    assert_array_equal(cc.max_pool2d_backward(np.ones((1, 1, 2, 2)), x, 2, padding=1), np.ones((1, 1, 2, 2)))
    assert_array_equal(cc.max_pool2d_backward(np.ones((1, 1, 1, 1)), x, 3, padding=1)[0, 0], [[1, 0], [0, 0]])


@pytest.mark.usefixtures("way")
def test_nan_wins_its_windows_and_takes_their_gradient():
    x = np.array([[[[1.0, np.nan, 5.0, 2.0], [np.nan, 3.0, 4.0, 1.0]]]])
    assert_array_equal(cc.max_pool2d(x, 2), [[[[np.nan, 5]]]])
    assert_array_equal(cc.max_pool2d_backward([[[[7.0, 9.0]]]], x, 2)[0, 0], [[0, 7, 9, 0], [0, 0, 0, 0]])
    assert_array_equal(cc.avg_pool2d(x, 2), [[[[np.nan, 3]]]])
    assert_array_equal(cc.max_pool2d(x, (2, 4)), [[[[np.nan]]]])
    assert_array_equal(cc.max_pool2d_backward([[[[7.0]]]], x, (2, 4))[0, 0], [[0, 7, 0, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize("kernel", [(1, 24), (24, 1), (3, 24), (12, 24)], ids=str)
@pytest.mark.usefixtures("way")
def test_both_ways_through_the_windows_give_the_loops_numbers(kernel):
    x = np.random.RandomState(0).randint(-4, 5, (1, 2, 24, 25)).astype(float)
    point = {"kernel_size": kernel, "stride": (2, 1), "padding": (kernel[0] // 2, 1 - kernel[1] % 2), "ceil_mode": True}
    grad_y = np.random.RandomState(1).randint(-4, 5, cc.max_pool2d(x, **point).shape).astype(float)
    assert_array_equal(cc.max_pool2d(x, **point), loops(x, max, **point))
    assert_array_equal(cc.sum_pool2d(x, **point), loops(x, sum, **point))
    assert_allclose(cc.lp_pool2d(x, 1, **point), loops(np.abs(x), sum, **point), rtol=1e-12)
    expected = cc.naive.max_pool2d_backward(grad_y, x, kernel, (2, 1), point["padding"])
    assert_array_equal(cc.max_pool2d_backward(grad_y, x, **point), expected)
    for name, extra in (("sum", ()), ("lp", (2,))):
        forward, backward = getattr(cc, f"{name}_pool2d"), getattr(cc, f"{name}_pool2d_backward")
        step = 1e-6 * np.random.RandomState(2).randn(*x.shape)
        change = (grad_y * (forward(x + step, *extra, **point) - forward(x - step, *extra, **point))).sum()
        assert_allclose(2 * (backward(grad_y, x, *extra, **point) * step).sum(), change, rtol=1e-5)


@pytest.mark.parametrize("kernel", [(1, 400), (400, 1), (20, 400)], ids=str)
def test_few_large_windows_are_taken_one_by_one(kernel):
    """Position by position, a window that covers a signal would take as many steps as it has positions."""
    steps, (_, axes) = [], pooling._arguments(np.ones((1, 1, *kernel)), kernel, None, 0, 1, False)
    assert len(list(pooling._parts(axes))) == 1

    def counted(planes, *_, **__):
        steps.append(planes)
        return planes

    counted.reduce = counted
    for axis in axes:
        pooling._along(np.ones((1, axis.n, 1)), axis, counted, 0)
        steps += axis.parts()
    assert len(steps) <= 2 + 2 * min(kernel)


def test_a_window_far_larger_than_the_image_takes_no_time():
    x, options = np.arange(4.0).reshape(1, 1, 2, 2), {"padding": 10**9, "stride": 1}
    assert_array_equal(cc.max_pool2d(x, 2 * 10**9, **options)[0, 0], np.full((3, 3), 3))
    assert_array_equal(cc.max_pool2d_backward(np.ones((1, 1, 3, 3)), x, 2 * 10**9, **options)[0, 0], [[0, 0], [0, 9]])


def test_the_smaller_last_region_of_the_lecture_is_kept_in_ceil_mode():
    x = np.array([0.1, 1.0, 0.2, 0.1, 0.0, 0.1]).reshape(1, 1, 1, 6)
    assert_array_equal(cc.max_pool2d(x, (1, 3), stride=(1, 2)).ravel(), [1.0, 0.2])
    assert_array_equal(cc.max_pool2d(x, (1, 3), stride=(1, 2), ceil_mode=True).ravel(), [1.0, 0.2, 0.1])


def test_stride_and_padding_may_stand_where_pytorch_has_them():
    x = np.random.RandomState(0).randn(1, 2, 6, 7)
    for pool, leading in ((cc.max_pool2d, ()), (cc.avg_pool2d, ()), (cc.sum_pool2d, ()), (cc.lp_pool2d, (2,))):
        assert_array_equal(pool(x, *leading, 3, 2, 1), pool(x, *leading, 3, stride=2, padding=1))
        with pytest.raises(TypeError, match="positional arguments"):
            pool(x, *leading, 3, 2, 1, True)  # what follows differs from one to the next
    with pytest.raises(TypeError, match="padding must be an integer, got the boolean True"):
        cc.lp_pool2d(x, 2, 3, 2, True)  # PyTorch's has no padding: there it would be ceil_mode


def test_dtypes_and_inputs():
    x = np.ones((1, 1, 4, 4), np.float32)
    x.flags.writeable = False
    for pool, backward in [
        (cc.max_pool2d, cc.max_pool2d_backward),
        (cc.avg_pool2d, cc.avg_pool2d_backward),
        (cc.sum_pool2d, cc.sum_pool2d_backward),
    ]:
        y = pool(x, 2)
        y.flags.writeable = False
        assert y.dtype == np.float32
        assert backward(y, x, 2).dtype == np.float32
    assert_array_equal(cc.sum_pool2d(np.full((1, 1, 2, 2), 200, np.uint8), 2), [[[[800]]]])


def test_an_empty_batch_pools_to_an_empty_batch():
    x = np.zeros((0, 2, 4, 4))
    assert cc.max_pool2d(x, 2).shape == (0, 2, 2, 2)
    assert cc.max_pool2d_backward(np.zeros((0, 2, 2, 2)), x, 2).shape == x.shape
    assert cc.global_max_pool2d(x).shape == (0, 2, 1, 1)


X = np.ones((1, 1, 4, 4))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cc.max_pool2d(X, 5), ValueError, "the kernel does not fit: it spans 5"),
        (
            lambda: cc.max_pool2d(X, 2, padding=2),
            ValueError,
            "at most half the window, got padding=2 for a window of 2",
        ),
        (lambda: cc.max_pool2d(X, 2, stride=0), ValueError, "stride must be at least 1"),
        (lambda: cc.max_pool2d(X, 2.0), TypeError, "kernel_size must be an integer, got 2.0"),
        (lambda: cc.max_pool2d(X[0], 2), ValueError, r"for one sample pass x\[None\]"),
        (lambda: cc.max_pool2d(np.ones((1, 1, 0, 4)), 1), ValueError, "x has an empty axis"),
        (lambda: cc.global_avg_pool2d(np.ones((1, 1, 0, 4))), ValueError, "x has an empty axis"),
        (lambda: cc.avg_pool2d_backward(X, X, 2), ValueError, "grad_y has shape"),
        (lambda: cc.max_pool2d(X, 2, ceil_mode="False"), TypeError, "ceil_mode must be True or False, got 'False'"),
        (lambda: cc.avg_pool2d(X, 2, count_include_pad=0), TypeError, "count_include_pad must be True or False, got 0"),
        (lambda: cc.lp_pool2d(X, 0.5, 2), ValueError, "norm_type must be at least 1 and finite, got 0.5"),
        (lambda: cc.lp_pool2d_backward(X[..., :2, :2], X, 0.5, 2), ValueError, "norm_type must be at least 1 .* 0.5"),
        (lambda: cc.lp_pool2d(X, "2", 2), TypeError, "norm_type must be a number, got '2'"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()
