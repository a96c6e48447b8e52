"""Equations 9.7 to 9.13 of Goodfellow, Bengio and Courville, "Deep Learning" (2016), read literally.

The letters and the indices, which count from 1, are the book's: V the input, K the kernels, w the unshared ones, Z the
output, G the gradient of the loss J by Z, s the stride, t the number of tiles along each axis. There is one image.
"""
# ruff: noqa: E741 (the book has an index l)

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import cnn_course as cc


class FromOne:
    """An array whose indices count from 1, and for which an index outside is an error, never the other end."""

    def __init__(self, array):
        self.array = array

    def __getitem__(self, index):
        assert all(1 <= i <= n for i, n in zip(index, self.array.shape, strict=True)), index
        return self.array[tuple(i - 1 for i in index)]


def each(*sizes):
    """Yield every tuple of indices from 1 to each size."""
    for index in np.ndindex(*sizes):
        yield tuple(i + 1 for i in index)


def tensor(shape, function):
    """Return the array of `shape` whose element at each index, counted from 1, is `function` of it."""
    array = np.zeros(shape)
    for index in each(*shape):
        array[tuple(i - 1 for i in index)] = function(*index)
    return array


def numbers(*shape):
    """Return small whole numbers, so that sums in any order are equal."""
    return np.random.RandomState(sum(shape)).randint(-5, 6, shape).astype(float)


# All sizes differ, so that a swap shows. Stride 2 leaves a row over, stride 3 two rows and a column.
C_IN, C_OUT, H, W, KH, KW = 2, 4, 8, 6, 3, 2
IMAGE, KERNELS = numbers(C_IN, H, W), numbers(C_OUT, C_IN, KH, KW)
V, K = FromOne(IMAGE), FromOne(KERNELS)


def output_shape(s):
    return C_OUT, (H - KH) // s + 1, (W - KW) // s + 1


def test_equation_9_7_is_conv2d():
    def Z(i, j, k):
        return sum(V[l, j + m - 1, k + n - 1] * K[i, l, m, n] for l, m, n in each(C_IN, KH, KW))

    assert_array_equal(cc.conv2d(IMAGE[None], KERNELS)[0], tensor(output_shape(1), Z))


@pytest.mark.parametrize("s", [1, 2, 3])
def test_equation_9_8_is_conv2d_with_a_stride(s):
    def Z(i, j, k):
        return sum(V[l, (j - 1) * s + m, (k - 1) * s + n] * K[i, l, m, n] for l, m, n in each(C_IN, KH, KW))

    assert_array_equal(cc.conv2d(IMAGE[None], KERNELS, stride=s)[0], tensor(output_shape(s), Z))


def test_equation_9_9_is_locally_connected2d():
    unshared = numbers(*output_shape(1), C_IN, KH, KW)
    w = FromOne(unshared)

    def Z(i, j, k):
        return sum(V[l, j + m - 1, k + n - 1] * w[i, j, k, l, m, n] for l, m, n in each(C_IN, KH, KW))

    assert_array_equal(cc.locally_connected2d(IMAGE[None], unshared)[0], tensor(output_shape(1), Z))


@pytest.mark.parametrize("t", [1, 2, 3])
def test_equation_9_10_is_tiled_conv2d_with_the_kernels_rotated_by_one_place(t):
    tiles = numbers(C_OUT, C_IN, KH, KW, t, t)
    K = FromOne(tiles)

    def Z(i, j, k):
        return sum(V[l, j + m - 1, k + n - 1] * K[i, l, m, n, j % t + 1, k % t + 1] for l, m, n in each(C_IN, KH, KW))

    expected = tensor(output_shape(1), Z)
    assert_array_equal(cc.tiled_conv2d(IMAGE[None], np.roll(tiles, -1, axis=(4, 5)))[0], expected)
    as_they_are = cc.tiled_conv2d(IMAGE[None], tiles)[0]
    assert np.array_equal(as_they_are, expected) == (t == 1), "without the rotation other kernels meet each place"


@pytest.mark.parametrize("s", [1, 2, 3])
def test_equation_9_11_is_the_kernel_gradient(s):
    upstream = numbers(*output_shape(s))
    G = FromOne(upstream)

    def g(i, j, k, l):
        return sum(G[i, m, n] * V[j, (m - 1) * s + k, (n - 1) * s + l] for m, n in each(*output_shape(s)[1:]))

    grad_weight = cc.conv2d_backward(upstream[None], IMAGE[None], KERNELS, stride=s)[1]
    assert_array_equal(grad_weight, tensor(KERNELS.shape, g))


@pytest.mark.parametrize("s", [1, 2, 3])
def test_equations_9_12_and_9_13_are_the_input_gradient(s):
    upstream = numbers(*output_shape(s))
    G = FromOne(upstream)
    _, rows, cols = output_shape(s)

    def h(i, j, k):
        return sum(
            K[q, i, m, p] * G[q, l, n]
            for l, m in each(rows, KH)
            if (l - 1) * s + m == j
            for n, p in each(cols, KW)
            if (n - 1) * s + p == k
            for q in range(1, C_OUT + 1)
        )

    def J(image):
        return (upstream * cc.conv2d(image[None], KERNELS, stride=s)[0]).sum()

    grad_x = cc.conv2d_backward(upstream[None], IMAGE[None], KERNELS, stride=s)[0][0]
    assert_array_equal(grad_x, tensor(IMAGE.shape, h))
    assert_allclose(grad_x, cc.naive.numerical_gradient(J, IMAGE), atol=1e-6)
