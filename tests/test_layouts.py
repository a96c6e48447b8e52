"""Every operation gives the same numbers however its arrays lie in memory, and leaves them as they were."""

import re
from collections.abc import Callable
from itertools import product

import configurations
import numpy as np
import pytest
from bad_calls import ALL, SCORES, SIGNAL, SIGNAL_W, TILED, UNSHARED, B, W, X, Y, array, rng, run, small
from numpy.testing import assert_allclose, assert_array_equal

import cnn_course as cc
from cnn_course import data, training

OPERATIONS: dict[str, tuple[Callable, tuple[np.ndarray, ...]]] = {
    "conv1d": (cc.conv1d, (SIGNAL, SIGNAL_W, B)),
    "conv1d_backward": (cc.conv1d_backward, (array(2, 4, 4), SIGNAL, SIGNAL_W, B)),
    "conv2d": (lambda *a: cc.conv2d(*a, padding=1, stride=2), (X, W, B)),
    "conv2d_backward": (cc.conv2d_backward, (Y, X, W, B)),
    "conv_transpose2d": (lambda *a: cc.conv_transpose2d(*a, stride=2, padding=1), (X, array(2, 3, 3, 3))),
    "conv_transpose2d_backward": (cc.conv_transpose2d_backward, (array(2, 3, 7, 8), X, array(2, 3, 3, 3))),
    "convolve1d": (cc.convolve1d, (array(7), array(3))),
    "convolve2d": (cc.convolve2d, (SCORES, array(2, 2))),
    "correlate1d": (cc.correlate1d, (array(7), array(3))),
    "correlate2d": (cc.correlate2d, (SCORES, array(2, 2))),
    "im2col": (lambda a: cc.im2col(a, 1), (X,)),
    "col2im": (lambda a: cc.col2im(a, (5, 6), 2), (array(2, 8, 20),)),
    "max_pool2d": (lambda a: cc.max_pool2d(a, 3, stride=1), (X,)),
    "max_pool2d_backward": (lambda *a: cc.max_pool2d_backward(*a, 2), (array(2, 2, 2, 3), X)),
    "avg_pool2d": (lambda a: cc.avg_pool2d(a, 1), (X,)),
    "avg_pool2d_backward": (lambda *a: cc.avg_pool2d_backward(*a, 2), (array(2, 2, 2, 3), X)),
    "sum_pool2d": (lambda a: cc.sum_pool2d(a, 2), (X,)),
    "sum_pool2d_backward": (lambda *a: cc.sum_pool2d_backward(*a, 2), (array(2, 2, 2, 3), X)),
    "lp_pool2d": (lambda a: cc.lp_pool2d(a, 3, 2), (X,)),
    "lp_pool2d_backward": (lambda *a: cc.lp_pool2d_backward(*a, 3, 2), (array(2, 2, 2, 3), X)),
    "global_avg_pool2d": (cc.global_avg_pool2d, (X,)),
    "global_avg_pool2d_backward": (cc.global_avg_pool2d_backward, (array(2, 2, 1, 1), X)),
    "global_max_pool2d": (cc.global_max_pool2d, (X,)),
    "global_max_pool2d_backward": (cc.global_max_pool2d_backward, (array(2, 2, 1, 1), X)),
    "linear": (cc.linear, (SCORES, array(5, 4), array(5))),
    "linear_backward": (cc.linear_backward, (array(3, 5), SCORES, array(5, 4), array(5))),
    "flatten": (cc.flatten, (X,)),
    "flatten_backward": (cc.flatten_backward, (array(2, 60), X)),
    **{name: (getattr(cc, name), (SCORES,))
       for name in ("relu", "leaky_relu", "sigmoid", "tanh", "softmax", "log_softmax")},
    **{f"{name}_backward": (getattr(cc, f"{name}_backward"), (array(3, 4) - 1, SCORES))
       for name in ("relu", "leaky_relu", "sigmoid", "tanh", "softmax", "log_softmax")},
    "cross_entropy": (lambda a: cc.cross_entropy(a, [3, 0, 1]), (SCORES,)),
    "cross_entropy_backward": (lambda a: cc.cross_entropy_backward(a, [3, 0, 1]), (SCORES,)),
    "locally_connected2d": (cc.locally_connected2d, (X, UNSHARED, array(4, 3, 4))),
    "locally_connected2d_backward": (cc.locally_connected2d_backward, (Y, X, UNSHARED)),
    "tiled_conv2d": (cc.tiled_conv2d, (X, TILED, array(4, 2, 2))),
    "tiled_conv2d_backward": (cc.tiled_conv2d_backward, (Y, X, TILED, array(4, 2, 2))),
    "restricted_conv2d": (lambda x, w: cc.restricted_conv2d(x, w, ALL), (X, W)),
    "restricted_conv2d_backward": (lambda *a: cc.restricted_conv2d_backward(*a, ALL), (Y, X, W)),
    "pad2d": (lambda a: cc.pad2d(a, 0), (X,)),
    "pad2d_backward": (lambda *a: cc.pad2d_backward(*a, 1, "reflect"), (array(2, 2, 7, 8), X)),
    "conv2d_entries": (lambda a: cc.conv2d_entries(a, 5), (W,)),
    "conv2d_matrix": (lambda a: cc.conv2d_matrix(a, 5), (W,)),
    "linear_as_conv2d": (lambda a: cc.linear_as_conv2d(a, (1, 2, 2)), (SCORES,)),
    "shift": (lambda a: data.shift(a, 1, -1), (X,)),
    "predict": (lambda a: training.predict(small(), a), (X,)),
    "Conv2d": (lambda a: run(cc.Conv2d(2, 3, 3, random_state=rng()), a, array(2, 3, 3, 4)), (X,)),
    "ConvTranspose2d": (lambda a: cc.ConvTranspose2d(2, 3, 3, random_state=rng()).forward(a), (X,)),
    "MaxPool2d": (lambda *a: run(cc.MaxPool2d(2), *a), (X, array(2, 2, 2, 3))),
    "Subsample2d": (lambda *a: run(cc.Subsample2d(2), *a), (X, array(2, 2, 2, 3))),
    "RadialBasis": (lambda x, g: run(cc.RadialBasis(SCORES), x, g), (array(3, 4) + 1, array(3, 3))),
    "ScaledTanh": (lambda *a: run(cc.ScaledTanh(), *a), (SCORES, SCORES)),
}  # fmt: skip
# Of each: an array of other layout with the same numbers.
LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Fortran's order": np.asfortranarray,
    "backwards": lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "upside down": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "every second": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "from channels last": lambda a: np.moveaxis(np.ascontiguousarray(np.moveaxis(a, 0, -1)), -1, 0),
    "big-endian": lambda a: a.astype(">f8"),
    "not aligned": lambda a: np.frombuffer(b"." + a.tobytes(), "u1")[1:].view(a.dtype).reshape(a.shape),
    "lists": lambda a: a.tolist(),
}


def flat(answer: object) -> list[np.ndarray]:
    return [np.asarray(a) for a in (answer if isinstance(answer, tuple) else (answer,)) if a is not None]


# Operations that are none of those in tests/configurations.py: random ones are in tests/test_properties.py by
# themselves, or there are none, as these move numbers without computing; they are in the tests of their modules.
OTHERWISE_DRAWN = {"correlate1d", "correlate2d", "convolve1d", "convolve2d", "im2col", "col2im", "conv2d_matrix"}
NOT_DRAWN = {"flatten", "pad2d", "conv2d_entries", "linear_as_conv2d"}


def test_every_operation_on_arrays_is_tried_in_every_layout_and_on_random_configurations():
    without_arrays = re.compile(r"_count$|_size$|^receptive_field$|_idx$|_weights$|^naive$")
    public = {name for name in cc.__all__ if name.islower() and not without_arrays.search(name)}
    assert public <= OPERATIONS.keys(), "add to OPERATIONS above"
    drawn = {*configurations.OPERATIONS, *configurations.POINTWISE, *OTHERWISE_DRAWN, *NOT_DRAWN}
    assert {name.removesuffix("_backward") for name in public} == drawn, "add to tests/configurations.py, or NOT_DRAWN"


@pytest.mark.parametrize(("name", "layout"), list(product(OPERATIONS, LAYOUTS)))
def test_layout_and_byte_order_do_not_matter_and_arguments_stay(name, layout):
    operation, arrays = OPERATIONS[name]
    plain, given = [a.copy() for a in arrays], [LAYOUTS[layout](a) for a in arrays]
    for a in given:
        if isinstance(a, np.ndarray):
            a.flags.writeable = False
    for right, answer in zip(flat(operation(*plain)), flat(operation(*given)), strict=True):
        assert_allclose(answer, right, rtol=1e-12, atol=1e-12)
        assert answer.dtype.isnative or name == "shift"  # which keeps the dtype that it gets
    for before, *after in zip(arrays, plain, given, strict=True):
        for a in after:
            assert_array_equal(a, before)


@pytest.mark.parametrize("name", OPERATIONS)
def test_one_number_repeated_by_strides_of_0_is_an_array_like_others(name):
    operation, arrays = OPERATIONS[name]
    for right, answer in zip(
        flat(operation(*(np.full(a.shape, 0.5) for a in arrays))),
        flat(operation(*(np.broadcast_to(0.5, a.shape) for a in arrays))),
        strict=True,
    ):
        assert_allclose(answer, right, rtol=1e-12, atol=1e-12)
