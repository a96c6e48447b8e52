"""Options become one window, arrays one dtype: once, at the door."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import cnn_course as cc
from cnn_course.arguments import Window, convolution, filters, one_dtype, other_channels, transposed

PLAIN = {"stride": 1, "padding": 1, "dilation": 1, "groups": 1}


def starts(n, k, stride, dilation, before, after):
    """Where windows start along an axis, counted from the first pixel: every place from which all taps are inside."""
    return [s for s in range(-before, n + after, stride) if s + dilation * (k - 1) < n + after]


OPTIONS = list(itertools.product((1, 3), (1, 2), (1, 2), ((0, 0), (1, 1), (0, 2))))


@pytest.mark.parametrize(("k", "stride", "dilation", "pads"), OPTIONS)
def test_as_many_windows_fit_as_can_be_counted(k, stride, dilation, pads):
    window = Window((k, 2), (stride, 1), (dilation, 1), (pads, (0, 0)))
    for n in range(5, 9):
        count = len(starts(n, k, stride, dilation, *pads))
        assert window.output_size((n, 4)) == (count, 3)
        assert Window(*(pair[::-1] for pair in window)).output_size((4, n)) == (3, count)


@pytest.mark.parametrize("padding", [1, (2, 0), "same", "full"], ids=str)
def test_the_image_is_found_again_in_its_padding(padding):
    window, image = Window.of((2, 3), padding=padding), np.arange(20.0).reshape(1, 1, 4, 5)
    padded = np.pad(image, ((0, 0), (0, 0), *window.pads))
    assert window.padded_size((4, 5)) == padded.shape[2:]
    assert_array_equal(padded[window.inside((4, 5))], image)


def test_a_signal_is_an_image_of_one_row():
    window = Window.of(3, stride=2, padding=1, dilation=4, axes=1)
    assert window == ((1, 3), (1, 2), (1, 4), ((0, 0), (1, 1)))
    assert [*window.axes()] == [(1, 1, 1, (0, 0)), (3, 2, 4, (1, 1))]


def test_options_are_checked_once_and_frozen():
    options = [2, 1]
    window = Window.plain(3, options, options, options)
    options[:] = 0, 0
    assert window == ((3, 3), (2, 1), (2, 1), ((2, 2), (1, 1)))
    assert window.padding == (2, 1)
    with pytest.raises(AttributeError):
        window.stride = (1, 1)


def test_every_array_gets_the_dtype_that_numpy_promotes_to():
    short, long = np.ones(2, np.float32), np.ones(2)
    for arrays in ((short, None, short), (short, long, None), (long, short, short)):
        wanted = np.result_type(*(array for array in arrays if array is not None))
        assert {array.dtype for array in one_dtype(*arrays) if array is not None} == {wanted}
        assert [array is None for array in one_dtype(*arrays)] == [array is None for array in arrays]
    assert one_dtype(short, short)[0] is short


def test_the_door_hands_down_all_that_an_operation_needs():
    options = {"stride": 1, "padding": "same", "dilation": 1, "groups": 2}
    x, weight, bias, window, groups, size = convolution(
        np.ones((1, 4, 5)), np.ones((6, 2, 2)), np.ones(6), 1, **options
    )
    assert (x.shape, weight.shape, bias.shape) == ((1, 4, 1, 5), (6, 2, 1, 2), (6,))
    assert (window.pads, groups, size) == (((0, 0), (0, 1)), 2, (1, 5))
    options = {"stride": 2, "padding": 1, "output_padding": 1, "dilation": 1, "groups": 1}
    given = transposed(np.ones((1, 4, 3, 3), np.float32), np.ones((4, 2, 3, 3)), None, **options)
    assert (given.x.dtype, given.bias, given.groups, given.size) == (np.float64, None, 1, (6, 6))


def test_an_image_without_rows_has_those_of_its_padding():
    assert convolution(np.ones((1, 1, 0, 3)), np.ones((1, 1, 2, 2)), None, **PLAIN).size == (1, 4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: convolution(np.ones((1, 3, 4, 4)), np.ones((4, 2, 3, 3)), None, **PLAIN),
            ValueError,
            r"x has 3, weight has shape \(4, 2, 3, 3\) and groups=1, so x must have 2 channels$",
        ),
        (
            lambda: transposed(np.ones((1, 3, 5, 5)), np.ones((4, 2, 3, 3)), None, output_padding=0, **PLAIN),
            ValueError,
            r"x has 3, weight has shape \(4, 2, 3, 3\) and groups=1, so x must have 4 channels$",
        ),
        (
            lambda: filters(np.ones((2, 2))),
            ValueError,
            r"groups, kH, kW\), .* got \(2, 2\): .* pass weight\[None, None\]$",
        ),
        (lambda: filters(np.ones((2, 2)), axes=1), ValueError, r"\(C_out, C_in // groups, kW\), .* got \(2, 2\)$"),
        (lambda: filters(np.ones((2, 0, 3, 3))), ValueError, r"none of them 0, got \(2, 0, 3, 3\)$"),
        (lambda: Window.of(0), ValueError, "kernel_size must be at least 1, got 0"),
        (
            lambda: Window.of(3, axes=1, stride=(1, 1)),
            ValueError,
            r"stride must be one integer, got \(1, 1\)",
        ),
        (lambda: Window.plain(3, 1, "same"), TypeError, "padding must be an integer, got 'same'"),
        (
            lambda: Window.of(3).output_size((4, 2)),
            ValueError,
            "along columns it spans 3.*0 \\+ 2 \\+ 0 = 2; use a smaller",
        ),
        (
            lambda: Window.of(3, dilation=2).output_size((4, 9)),
            ValueError,
            r"along rows it spans 5 \(size 3, dilation 2\)",
        ),
        (
            lambda: cc.conv_transpose2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)), stride=None),
            TypeError,
            "^stride must",
        ),
        (lambda: cc.max_pool2d(np.ones((1, 1, 2, 2)), None), TypeError, "^kernel_size must be an integer, got None"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_channels_last_are_asked_about():
    assert "did you" not in str(other_channels(np.ones((1, 4, 5, 5)), 3, "shape (8, 3, 2, 2)"))
    assert "did you pass (N, H, W, C)?" in str(other_channels(np.ones((1, 5, 5, 3)), 3, "shape (8, 3, 2, 2)"))
