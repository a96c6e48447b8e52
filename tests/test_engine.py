"""Every way to compute a convolution, forced wherever it can do it, and the choice among them.

Whole numbers: each way keeps them whole, so that equal means equal.
"""

import itertools
import tracemalloc
import warnings
from functools import partial

import numpy as np
import pytest
from configurations import WAYS, can, force
from numpy.testing import assert_allclose, assert_array_equal

import cnn_course as cc
from cnn_course import bands, columns, depthwise, engine, windows, winograd
from cnn_course.windows import Slide

PLAIN = Slide((1, 1), (1, 1), 1)


def name(way):
    return way.__name__.rpartition(".")[2]


@pytest.fixture(params=itertools.product(WAYS, [True, False]), ids=lambda pair: f"{name(pair[0])}-gathers={pair[1]}")
def way(request, monkeypatch):
    """Let one way compute all that it can, so that each other one is off; gather the input gradient, or fold it."""
    force(monkeypatch, *request.param)
    return request.param[0]


def whole(shape, seed=0):
    return np.random.RandomState(seed).randint(-4, 5, shape) * 1.0


def layer(way, kernel, size, n=2, groups=1):
    """Return x, weight and bias of a layer that a way can compute."""
    c_out, c_group, groups = (3, 1, 3) if way is depthwise else (4 * groups, 2, groups)
    x, weight = whole((n, c_group * groups, *size)), whole((c_out, c_group, *kernel), seed=1)
    assert can(way, weight.shape, Slide((1, 1), (1, 1), groups))
    return x, weight, whole(c_out, seed=2), groups


def equals_the_loops(x, weight, bias, **options):
    """Compare an output and all its gradients with those by loops."""
    pads = options.pop("padding", (0, 0))
    y = cc.conv2d(x, weight, bias, padding=pads, **options)
    assert_array_equal(y, cc.naive.conv2d(x, weight, bias, padding=pads, **options))
    grad_y = whole(y.shape, seed=3)
    got = cc.conv2d_backward(grad_y, x, weight, bias, padding=pads, **options)
    for ours, loops in zip(got, cc.naive.conv2d_backward(grad_y, x, weight, padding=pads, **options), strict=True):
        assert_array_equal(ours, loops)


# ------------------------------------------------------------------------------------------------- each way, everywhere


@pytest.mark.parametrize("kernel", [(3, k_w) for k_w in range(1, 8)] + [(2, 3), (4, 1), (5, 2)], ids=str)
@pytest.mark.parametrize("padding", [(0, 0), (1, 2), (4, 5)], ids=str)
def test_kernels_of_every_width_under_every_padding(way, kernel, padding):
    x, weight, bias, groups = layer(way, kernel, (9, 8))
    equals_the_loops(x, weight, bias, padding=padding, groups=groups)


@pytest.mark.parametrize("kernel", [(2, 4), (4, 2)], ids=str)
def test_padding_that_is_not_the_same_on_both_sides(way, kernel):
    x, weight, bias, groups = layer(way, kernel, (9, 8))
    (top, bottom), (left, right) = (((k - 1) // 2, k // 2) for k in kernel)
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    y = cc.conv2d(x, weight, bias, padding="same", groups=groups)
    assert_array_equal(y, cc.naive.conv2d(padded, weight, bias, groups=groups))
    grad_y = whole(y.shape, seed=3)
    got = cc.conv2d_backward(grad_y, x, weight, bias, padding="same", groups=groups)
    grad_x, *others = cc.naive.conv2d_backward(grad_y, padded, weight, groups=groups)
    for ours, loops in zip(got, [grad_x[:, :, top : top + 9, left : left + 8], *others], strict=True):
        assert_array_equal(ours, loops)


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize("h_out", [1, 2, 3, 4, 5, 9])
def test_batches_of_any_size_and_outputs_smaller_than_a_tile(way, n, h_out):
    x, weight, bias, groups = layer(way, (3, 2), (h_out + 2, 5), n)
    equals_the_loops(x, weight, bias, groups=groups)


@pytest.mark.parametrize("dilation", [(1, 2), (2, 1), (3, 2), (5, 1)], ids=str)
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_dilation_and_groups(way, dilation, groups):
    x, weight, bias, groups = layer(way, (3, 2), (13, 6), groups=1 if way is bands else groups)
    equals_the_loops(x, weight, bias, dilation=dilation, groups=groups, padding=(1, 0))


@pytest.mark.parametrize("column_bytes", [1, 500, 2000, 7000, 20_000])
@pytest.mark.parametrize("n", [1, 5])
def test_blocks_of_every_size(way, n, column_bytes, monkeypatch):
    monkeypatch.setattr(windows, "COLUMN_BYTES", column_bytes)
    x, weight, bias, groups = layer(way, (3, 3), (11, 7), n)
    equals_the_loops(x, weight, bias, padding=(1, 1), groups=groups)


@pytest.mark.parametrize("size", [(4, 3), (32, 4)], ids=str)  # 32 x 4: images are 2048 bytes apart
@pytest.mark.parametrize("padding", [(0, 0), (1, 1)], ids=str)
@pytest.mark.parametrize("column_bytes", [2000, 2**21])
def test_many_small_images(way, size, padding, column_bytes, monkeypatch):
    monkeypatch.setattr(windows, "COLUMN_BYTES", column_bytes)
    x, weight, bias, groups = layer(way, (3, 3), size, n=17)
    equals_the_loops(x, weight, bias, padding=padding, groups=groups)


def test_channels_that_do_not_fill_their_last_block(monkeypatch):
    force(monkeypatch, depthwise, True)
    for channels in range(2, 8):
        equals_the_loops(whole((2, channels, 6, 5)), whole((channels, 1, 3, 3)), whole(channels), groups=channels)


def test_products_of_few_filters_are_cut(monkeypatch):
    monkeypatch.setattr(columns, "SMALL_PRODUCT", 64)
    monkeypatch.setattr(bands, "SMALL_PRODUCT", 64)
    for forced in (columns, bands):
        force(monkeypatch, forced, False)
        equals_the_loops(whole((2, 2, 11, 12)), whole((2, 2, 3, 2)), whole(2), padding=(1, 1))


@pytest.mark.parametrize("layout", ["fortran", "strided", "backwards", "channels last"])
def test_any_layout(way, layout):
    made = {
        "fortran": np.asfortranarray,
        "strided": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        "backwards": lambda a: np.flip(np.flip(a).copy()),
        "channels last": lambda a: np.moveaxis(np.ascontiguousarray(np.moveaxis(a, 1, -1)), -1, 1),
    }[layout]
    x, weight, bias, groups = layer(way, (3, 3), (7, 6))
    equals_the_loops(made(x), made(weight), bias, padding=(1, 1), groups=groups)


def test_transposed_convolution(way):
    x, weight, _, groups = layer(way, (3, 2), (6, 7))
    weight = whole((x.shape[1], 4 if groups == 1 else 1, 3, 2))
    for padding in (0, 1, (2, 1)):
        y = cc.conv_transpose2d(x, weight, padding=padding, groups=groups)
        loops = cc.naive.conv_transpose2d(x, weight, padding=np.broadcast_to(padding, 2), groups=groups)
        assert_array_equal(y, loops)
        grad_x, grad_weight, _ = cc.conv_transpose2d_backward(y, x, weight, padding=padding, groups=groups)
        assert (grad_x * x).sum() == (grad_weight * weight).sum() == (y * y).sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_have_the_type_of_what_went_in(way, dtype):
    x, weight, bias, groups = (a if isinstance(a, int) else a.astype(dtype) for a in layer(way, (3, 3), (7, 6)))
    y = cc.conv2d(x, weight, bias, groups=groups)
    assert y.dtype == dtype
    assert y.flags.c_contiguous
    assert {g.dtype for g in cc.conv2d_backward(y, x, weight, bias, groups=groups)} == {np.dtype(dtype)}


def test_inputs_are_left_alone(way):
    x, weight, bias, groups = layer(way, (3, 3), (7, 6))
    copies = x.copy(), weight.copy(), bias.copy()
    grad_y = cc.conv2d(x, weight, bias, groups=groups)
    upstream = grad_y.copy()
    cc.conv2d_backward(grad_y, x, weight, bias, groups=groups)
    for array, copy in zip((x, weight, bias, grad_y), (*copies, upstream), strict=True):
        assert_array_equal(array, copy)


# -------------------------------------------------------------------------------------------------------- NaN, infinity


@pytest.mark.parametrize("wild", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["x", "weight", "bias", "grad_y"])
def test_what_is_not_finite_goes_where_it_goes_by_columns(way, where, wild, monkeypatch):
    x, weight, bias, groups = layer(way, (3, 3), (9, 8))
    arrays = {"x": x, "weight": weight, "bias": bias, "grad_y": whole((2, len(weight), 9, 8), seed=3)}
    arrays[where].flat[arrays[where].size // 2] = wild

    def results():
        grad_y, *rest = (arrays[key].copy() for key in ("grad_y", "x", "weight", "bias"))
        with np.errstate(invalid="ignore"):
            y = cc.conv2d(*rest, padding=1, groups=groups)
            return y, *cc.conv2d_backward(grad_y, *rest, padding=1, groups=groups)

    found = results()
    force(monkeypatch, columns, False)
    expected = results()
    assert any(not np.isfinite(a).all() for a in expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert_array_equal(ours, theirs)


def test_one_nan_reaches_its_nine_outputs_and_no_other(way):
    x, weight, _, groups = layer(way, (3, 3), (12, 11))
    x[1, 0, 6, 5] = np.nan
    y = cc.conv2d(x, weight, groups=groups)
    seen = np.zeros(y.shape, bool)
    seen[1, : len(weight) // groups, 4:7, 3:6] = True
    assert_array_equal(np.isnan(y), seen)


def test_numbers_near_the_largest_do_not_become_infinite(way):
    x, weight, _, groups = layer(way, (3, 3), (7, 6))
    x, weight = np.full_like(x, 1e38, np.float32), np.zeros_like(weight, np.float32)
    weight[:, :, 1, 1] = 1 / x.shape[1] * groups
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_allclose(cc.conv2d(x, weight, groups=groups), 1e38, rtol=1e-6)


# ----------------------------------------------------------------------------------------------------------- the choice


@pytest.mark.parametrize(
    ("shape", "slide", "size", "expected"),
    [
        ((6, 1, 5, 5), PLAIN, (28, 28), bands),  # LeNet's
        ((16, 6, 5, 5), PLAIN, (10, 10), bands),
        ((17, 6, 5, 5), PLAIN, (10, 10), columns),  # too many filters
        ((6, 3, 1, 1), PLAIN, (10, 10), columns),  # nothing to share
        ((6, 3, 5, 5), PLAIN, (4, 10), columns),  # taller than the output
        ((6, 3, 5, 5), PLAIN, (5, 10), bands),
        ((6, 3, 3, 5), Slide((1, 2), (1, 1), 1), (10, 10), columns),
        ((6, 3, 3, 5), Slide((1, 1), (2, 1), 1), (10, 10), columns),
        ((6, 3, 3, 5), Slide((1, 1), (1, 1), 2), (10, 10), columns),
        ((6, 3, 1, 2), PLAIN, (10, 10), bands),  # two pixels share
        ((6, 3, 3, 5), PLAIN, (10, 4161), bands),  # 2 * 3 rows of (3 * 5 + 6) * 4161 numbers
        ((6, 3, 3, 5), PLAIN, (10, 4162), columns),  # a row that does not fit
        ((64, 64, 3, 3), PLAIN, (56, 56), winograd),
        ((16, 16, 3, 3), PLAIN, (4, 1), winograd),
        ((16, 16, 3, 3), PLAIN, (3, 1), bands),  # less than a tile
        ((16, 15, 3, 3), PLAIN, (56, 56), bands),
        ((15, 16, 3, 3), PLAIN, (56, 56), bands),
        ((64, 16, 3, 3), Slide((1, 1), (1, 1), 4), (56, 56), winograd),
        ((63, 16, 3, 3), Slide((1, 1), (1, 1), 4), (56, 56), columns),
        ((32, 32, 3, 3), Slide((1, 1), (2, 2), 1), (8, 56), winograd),
        ((32, 32, 3, 3), Slide((1, 1), (2, 2), 1), (7, 56), columns),
        ((32, 32, 3, 3), Slide((1, 1), (2, 1), 1), (7, 56), columns),
        ((32, 32, 3, 3), Slide((1, 1), (1, 2), 1), (4, 56), winograd),
        ((64, 64, 5, 3), PLAIN, (56, 56), columns),
        ((64, 64, 3, 3), Slide((2, 1), (1, 1), 1), (56, 56), columns),
        ((64, 64, 3, 3), PLAIN, (56, 400), columns),  # a tile that does not fit
        ((512, 512, 3, 3), PLAIN, (14, 14), columns),  # kernels that do not fit
        ((64, 1, 3, 3), Slide((1, 1), (1, 1), 64), (56, 56), depthwise),
        ((64, 1, 3, 3), Slide((1, 1), (1, 1), 64), (4, 56), depthwise),
        ((64, 1, 3, 3), Slide((1, 1), (1, 1), 64), (3, 56), columns),
        ((128, 1, 3, 3), Slide((1, 1), (1, 1), 64), (56, 56), columns),  # two filters a channel
        ((64, 1, 3, 3), Slide((1, 1), (1, 2), 64), (56, 56), columns),
        ((64, 1, 3, 3), Slide((1, 1), (1, 1), 64), (56, 50_000), columns),
        ((1, 1, 3, 3), PLAIN, (56, 56), bands),
    ],
)
def test_the_choice_and_its_limits(shape, slide, size, expected):
    assert engine.choose_algorithm(shape, slide, size, itemsize=4) is expected


@pytest.mark.parametrize(("height", "expected"), [(6, "winograd"), (5, "bands")])
def test_the_choice_is_what_computes(height, expected, monkeypatch):
    x, weight = whole((1, 16, height, 6)), whole((16, 16, 3, 3))
    taken = []

    def noted(way, operation, work, *arguments):
        taken.append((name(way), operation))
        return work(*arguments)

    for way, operation in itertools.product(WAYS, ("correlate", "weight_gradient")):
        monkeypatch.setattr(way, operation, partial(noted, way, operation, getattr(way, operation)))
    cc.conv2d_backward(cc.conv2d(x, weight), x, weight, need_grad_x=False)
    assert taken == [(expected, "correlate"), (expected, "weight_gradient")]


@pytest.mark.parametrize(
    ("shape", "slide", "size", "inputs", "expected"),
    [
        ((64, 64, 3, 3), PLAIN, (56, 56), (56, 56), True),
        ((64, 64, 3, 3), Slide((1, 2), (1, 1), 1), (56, 56), (56, 112), False),
        ((16, 6, 5, 5), PLAIN, (10, 10), (14, 14), False),  # by bands, as there are fewer channels than filters
        ((6, 6, 5, 5), PLAIN, (10, 10), (14, 14), True),
        ((6, 17, 5, 5), PLAIN, (10, 10), (14, 14), False),  # bands could fold, but not gather
        ((64, 64, 3, 3), PLAIN, (40, 40), (40, 80), True),
        ((64, 64, 3, 3), PLAIN, (40, 40), (41, 80), False),  # more than twice as many inputs
        ((32, 32, 3, 3), PLAIN, (8, 8), (8, 8), True),  # by winograd
        ((32, 32, 5, 5), PLAIN, (8, 8), (8, 8), False),
        ((32, 1, 3, 3), Slide((1, 1), (1, 1), 32), (8, 8), (8, 8), True),  # by depthwise
        ((128, 64, 1, 1), PLAIN, (8, 8), (8, 8), True),  # nothing to fold
        ((64, 64, 5, 5), PLAIN, (64, 64), (64, 64), True),
        ((64, 64, 5, 5), PLAIN, (5, 13), (5, 13), False),  # 5 * 65 columns of 6400 bytes fit
        ((64, 64, 5, 5), PLAIN, (6, 11), (6, 11), True),  # 5 * 66 do not
        ((64, 32, 5, 5), Slide((1, 1), (1, 1), 2), (6, 11), (6, 11), True),  # nor those of both groups
        ((64, 3, 5, 5), PLAIN, (224, 224), (224, 224), False),  # one image fills a block
    ],
)
def test_which_input_gradients_are_gathered(shape, slide, size, inputs, expected):
    assert engine.should_gather(shape, slide, size, inputs, itemsize=4) is expected


# ------------------------------------------------------------------------------------------------ Winograd's transforms


@pytest.mark.parametrize("k_h", range(1, 7))
def test_transforms_are_whole_and_correlate(k_h):
    a, g, b, divisor = winograd.transforms(k_h)
    assert a.shape == (6, 7 - k_h)
    assert g.shape == (6, k_h)
    for matrix in (a, g, b):
        assert_array_equal(matrix, matrix.round())
    x, kernel = whole(6), whole(k_h, seed=1)
    y = a.T @ ((g @ kernel) * (b @ x)) / divisor
    assert_array_equal(y, [sum(kernel[i] * x[r + i] for i in range(k_h)) for r in range(7 - k_h)])


def test_four_rows_take_six_products_of_rows():
    a, g, b, _ = winograd.transforms(3)
    assert (len(a), a.shape[1] * g.shape[1]) == (6, 12)
    # Lavin and Gray's matrix, from their equation for F(4, 3)
    assert_array_equal(
        b,
        [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0],
         [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]],
    )  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("apart", [0, 2, 4])
def test_the_error_is_one_of_the_last_digits_of_the_largest_number_in_a_tile(dtype, apart):
    """Rows of very different sizes: outputs are right to the last digits of what their tile sees, not of themselves."""
    rng = np.random.RandomState(0)
    x = rng.randn(2, 16, 22, 9) * 10.0 ** rng.uniform(-apart, 0, (2, 1, 22, 1))
    x, weight = x.astype(dtype), rng.randn(16, 16, 3, 3).astype(dtype)
    y = winograd.correlate(x, weight, PLAIN)
    exact = columns.correlate(x.astype(np.longdouble), weight.astype(np.longdouble), PLAIN)
    heaviest = np.abs(weight).max(axis=2, keepdims=True)
    seen = cc.conv2d(np.abs(x).astype(float), np.broadcast_to(heaviest, weight.shape).astype(float))
    largest = np.repeat(seen.reshape(2, 16, 5, 4, 7).max(axis=3), 4, axis=2)  # of each tile of four rows
    off = np.abs(y - exact) / largest
    assert off.max() < 4 * np.finfo(dtype).eps
    if apart == 4 and dtype == np.float32:  # and to no better than that
        assert (np.abs(y - exact) / np.abs(exact)).max() > 1e3 * np.finfo(dtype).eps


def test_shifted_tiles_share_their_numbers_and_are_read_only():
    tiles = winograd.Tiles(whole((1, 1, 9, 8)), (1, 1, 3, 3), PLAIN, windows.NO_PADDING, 8)
    shifted = tiles.shifted(3)
    assert np.shares_memory(shifted, tiles.flat)
    assert not shifted.flags.writeable


# --------------------------------------------------------------------------------------------------------------- memory


@pytest.mark.parametrize(
    ("x_shape", "weight_shape", "groups", "expected"),
    [
        ((4, 64, 56, 56), (64, 64, 3, 3), 1, winograd),
        ((1, 64, 40, 200), (64, 64, 3, 3), 1, winograd),
        ((2, 128, 30, 30), (128, 128, 3, 3), 1, winograd),
        ((1, 128, 4000, 1), (128, 128, 3, 1), 1, winograd),
        ((2, 16, 500, 3), (16, 16, 3, 3), 1, winograd),
        ((4, 32, 80, 80), (64, 32, 3, 3), 1, winograd),
        ((8, 64, 56, 56), (64, 1, 3, 3), 64, depthwise),
        ((1, 4, 1000, 1000), (4, 1, 7, 7), 4, depthwise),
        ((1, 4, 20_000, 1), (4, 1, 3, 1), 4, depthwise),
        ((1, 2, 60, 9000), (2, 1, 5, 5), 2, depthwise),
        ((1, 6, 5000, 5), (16, 6, 5, 5), 1, bands),
        ((1, 8, 30, 900), (1, 8, 11, 3), 1, bands),
        ((1, 8, 30, 15_000), (1, 8, 11, 3), 1, columns),
        ((64, 6, 60, 60), (16, 6, 5, 5), 1, bands),
        ((1, 3, 300, 300), (64, 3, 3, 3), 1, columns),
        ((1, 64, 150, 150), (256, 64, 1, 1), 1, columns),
        ((2, 256, 28, 28), (256, 256, 3, 3), 1, columns),
    ],
)
@pytest.mark.parametrize("padding", [0, 1])
def test_buffers_of_every_way_never_take_more_than_4_mib(x_shape, weight_shape, groups, expected, padding):
    x, weight = np.ones(x_shape, np.float32), np.ones(weight_shape, np.float32)
    padding = min(padding, weight_shape[3] - 1)
    size = PLAIN.output_size(x_shape[2:], weight_shape[2:], ((padding, padding),) * 2)
    assert engine.choose_algorithm(weight_shape, Slide((1, 1), (1, 1), groups), size, 4) is expected
    y = cc.conv2d(x, weight, padding=padding, groups=groups)
    padded = (size[0] + weight_shape[2] - 1) * (size[1] + weight_shape[3] - 1) * x_shape[0] * x_shape[1] * 4
    folded = expected is columns
    for call, kept in [
        (lambda: cc.conv2d(x, weight, padding=padding, groups=groups), y.nbytes),
        (
            lambda: cc.conv2d_backward(y, x, weight, padding=padding, groups=groups),
            x.nbytes + 2 * weight.nbytes + folded * padded,  # turned kernels; the gradient before it is cropped
        ),
    ]:
        tracemalloc.start()
        call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak - kept < 4 * 2**20, f"{(peak - kept) / 2**20:.1f} MiB beyond what is returned"


def test_every_way_is_forced_somewhere():
    cases = itertools.product(WAYS, [(4, 2, 3, 3), (3, 1, 3, 3)], [PLAIN, Slide((1, 1), (1, 1), 3)])
    assert {way for way, shape, slide in cases if can(way, shape, slide)} == set(WAYS)
