"""The loops: they are the oracle of the other tests, so they are checked by hand and against SciPy alone."""

import inspect

import numpy as np
import pytest
import scipy.signal
from numpy.testing import assert_allclose, assert_array_equal

from cnn_course import naive


def test_loops_use_nothing_of_the_library():
    source = inspect.getsource(naive)
    imports = [line for line in source.splitlines() if line.lstrip().startswith(("import ", "from "))]
    assert imports == [
        "from __future__ import annotations",
        "from collections.abc import Callable",
        "import numpy as np",
    ]


def test_plain_loops_equal_scipy():
    rng = np.random.RandomState(0)
    x, k = rng.randn(9), rng.randn(4)
    assert_allclose(naive.convolve1d(x, k), scipy.signal.convolve(x, k, "full", "direct"), atol=1e-12)
    assert_allclose(naive.correlate1d(x, k), scipy.signal.correlate(x, k, "valid", "direct"), atol=1e-12)
    x, k = rng.randn(6, 7), rng.randn(3, 2)
    assert_allclose(naive.convolve2d(x, k), scipy.signal.convolve2d(x, k, "valid"), atol=1e-12)
    assert_allclose(naive.correlate2d(x, k), scipy.signal.correlate2d(x, k, "valid"), atol=1e-12)


def test_conv2d_with_stride_padding_dilation_and_groups_by_hand():
    x = np.arange(1.0, 17.0).reshape(1, 1, 4, 4)
    corners = np.ones((1, 1, 2, 2))
    # Dilation 2: the corners of each 3x3 square; 1+3+9+11 = 24.
    assert_array_equal(naive.conv2d(x, corners, dilation=(2, 2))[0, 0], [[24, 28], [40, 44]])
    # Stride 2 with a pad of 1 above and below only: rows 0 and 4 of the padded image are half zeros.
    assert_array_equal(naive.conv2d(x, corners, stride=(2, 2), padding=(1, 0))[0, 0], [[3, 7], [30, 38], [27, 31]])
    # Two groups: each filter sees its own channel.
    two = np.concatenate([x, 10 * x], axis=1)
    y = naive.conv2d(two, np.ones((2, 1, 4, 4)), bias=np.array([1.0, 2.0]), groups=2)
    assert_array_equal(y.ravel(), [137, 1362])


def test_locally_connected2d_and_tiled_conv2d_by_hand():
    x = np.arange(1.0, 17.0).reshape(1, 1, 4, 4)
    ones = np.ones((1, 1, 2, 2))
    # Stride 2: the four blocks have sums 14, 22, 46 and 54, and each place its own multiple and bias.
    times = np.array([[1.0, 10.0], [100.0, 1000.0]])
    y = naive.locally_connected2d(x, np.multiply.outer(times, ones)[None, :, :, 0], np.eye(2)[None], stride=(2, 2))
    assert_array_equal(y[0, 0], [[15, 220], [4600, 54001]])
    # Stride 1: the windows' sums are 14 18 22 / 30 34 38 / 46 50 54; the third row and column start over.
    y = naive.tiled_conv2d(x, np.multiply.outer(ones, times), np.array([[[0.0, 1.0], [2.0, 3.0]]]))
    assert_array_equal(y[0, 0], [[14, 181, 22], [3002, 34003, 3802], [46, 501, 54]])
    # A border of one row above and below: only the upper and lower half of the first and last windows hold pixels.
    y = naive.tiled_conv2d(x, np.multiply.outer(ones, times[:, :1]), stride=(2, 1), padding=(1, 0))
    assert_array_equal(y[0, 0], [[3, 5, 7], [3000, 3400, 3800], [27, 29, 31]])


def test_pool2d_leaves_the_padding_out():
    x = np.array([[[[-1.0, -2.0], [-3.0, -4.0]]]])
    assert_array_equal(naive.pool2d(x, max, (2, 2), (2, 2), (1, 1))[0, 0], [[-1, -2], [-3, -4]])


def test_pool2d_with_all_options_by_hand():
    x = np.add.outer(10.0 * np.arange(9), np.arange(10))[None, None]  # row 3, column 4 holds 34
    # Rows from -1, 1, 3 and 5 on, each with the third row after it; columns from -2, 1, 4 and 7 on, each with the
    # second and the fourth after it: the largest number is where the last of these rows and columns inside x cross.
    y = naive.pool2d(x, max, (2, 3), (2, 3), (1, 2), (3, 2))
    assert_array_equal(y[0, 0], np.add.outer([20, 40, 60, 80], [2, 5, 8, 9]))
    # The other way round, so that rows and columns cannot be mixed up unseen.
    y = naive.pool2d(x.swapaxes(2, 3), max, (3, 2), (3, 2), (2, 1), (2, 3))
    assert_array_equal(y[0, 0], np.add.outer([2, 5, 8, 9], [20, 40, 60, 80]))


def test_max_pool2d_backward_by_hand():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    got = naive.max_pool2d_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), x, (2, 2), (1, 1))
    assert_array_equal(got[0, 0], [[0, 0, 0], [0, 1, 2], [0, 3, 4]])


def test_numerical_gradient_of_a_known_function():
    x = np.array([[1.0, 2.0], [3.0, -4.0]])
    before = x.copy()
    got = naive.numerical_gradient(lambda a: (a**3).sum() + a[0, 0] * a[1, 1], x)
    assert_allclose(got, 3 * x**2 + [[-4, 0], [0, 1]], rtol=1e-8)
    assert_array_equal(x, before)


@pytest.mark.parametrize("dtype", [int, np.uint8, np.float32, np.float16, bool, object, np.longdouble])
def test_numerical_gradient_nudges_float64_whatever_it_is_given(dtype):
    seen = []

    def cubes(a):
        seen.append(a.dtype)
        return (a**3).sum()

    x = np.array([[0, 1], [1, 0]] if dtype is bool else [[1, 2], [3, 7]], dtype)
    if dtype is object:
        with pytest.raises(TypeError, match="x must hold real numbers, got dtype object"):
            naive.numerical_gradient(cubes, x)
        return
    assert_allclose(naive.numerical_gradient(cubes, x), 3 * x.astype(float) ** 2, rtol=1e-8, atol=1e-8)
    assert set(seen) == {np.dtype(float)}


@pytest.mark.parametrize("x", [np.array([1j]), np.array(["1"]), np.array(["2020"], "M8[Y]")], ids=repr)
def test_numerical_gradient_refuses_what_is_no_real_number(x):
    with pytest.raises(TypeError, match=f"x must hold real numbers, got dtype {x.dtype}".replace("[", r"\[")):
        naive.numerical_gradient(lambda a: 0.0, x)


def test_products_and_sums_of_bytes_do_not_wrap():
    pixels, two = np.full((2, 2), 200, np.uint8), np.full((1, 1), 2, np.uint8)
    for name in ("correlate", "convolve"):
        assert_array_equal(getattr(naive, f"{name}1d")(pixels[0], two[0]), [400, 400])
        assert_array_equal(getattr(naive, f"{name}2d")(pixels, two), [[400, 400], [400, 400]])
    image, kernel = pixels[None, None], two[None, None]
    assert_array_equal(naive.conv2d(image, kernel)[0, 0], [[400, 400], [400, 400]])
    assert_array_equal(naive.conv_transpose2d(image, kernel)[0, 0], [[400, 400], [400, 400]])
    grad_x, grad_weight, grad_bias = naive.conv2d_backward(image, image, kernel)
    assert_array_equal(grad_x[0, 0], [[400, 400], [400, 400]])
    assert_array_equal(grad_weight, [[[[160000]]]])
    assert_array_equal(grad_bias, [800])
    assert_array_equal(naive.locally_connected2d(image, np.full((1, 2, 2, 1, 1, 1), 2, np.uint8))[0, 0, 0], [400, 400])
    assert_array_equal(naive.tiled_conv2d(image, kernel[..., None, None])[0, 0, 0], [400, 400])
    assert_array_equal(naive.pool2d(image, sum, (2, 2), (2, 2)), [[[[800]]]])
