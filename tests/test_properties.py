"""What holds for every configuration: the loops' numbers, gradients, adjoints and symmetries, on random ones.

Hypothesis draws them, the same in every run. Most hold small integers, whose sums are exact in any order: there, equal
means equal. `drawn` says how many configurations a test has for each operation, and the last test adds them up.
To count those that ran: pytest tests/test_properties.py --hypothesis-show-statistics
"""

from functools import partial
from math import prod

import numpy as np
import pytest
from configurations import (
    LINEAR,
    NUMBERS,
    OPERATIONS,
    POINTWISE,
    POOLS,
    SEEDS,
    SLIDING,
    cases,
    loops,
    near,
    pairs,
    pytorch,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from witnesses import numerical, torch_gradients

import cnn_course as cc
from cnn_course import naive

PROFILE = settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
COUNTS = []


def drawn(each, names):
    """Run a test for every name on so many configurations each, which it takes from its argument `data`."""
    COUNTS.append(each * len(names))
    run = settings(PROFILE, max_examples=each)
    return lambda test: pytest.mark.parametrize("name", names)(run(given(data=st.data())(test)))


# ------------------------------------------------------------------------------------------------ numbers and gradients


@drawn(80, OPERATIONS)
def test_outputs_equal_the_loops(name, data):
    case = data.draw(cases(name, ["integers", "float64", "float32"]))
    y, double = case.forward(), [a.astype(float) for a in case.arrays]
    if case.numbers == "integers" and name != "lp_pool2d":
        assert_array_equal(y, loops(case))
    else:
        tolerance = 1e-5 if case.numbers == "float32" else 1e-13
        near([y], [loops(case.on(*double))], tolerance, [case.scale(loops(case.on(*map(np.abs, double))))])
    assert y.dtype == case.arrays[0].dtype


@drawn(100, ["conv1d", "conv2d", "max_pool2d"])
def test_gradients_equal_the_loops(name, data):
    case = data.draw(cases(name, ["integers", "float64"]))
    grad_y = case.upstream()
    if name == "max_pool2d":  # integers are full of ties
        slide = case.kernel, case.stride, case.before, case.dilation
        expected = [naive.max_pool2d_backward(grad_y, case.arrays[0], *slide)]
    else:
        slide = {"stride": case.stride, "dilation": case.dilation, "groups": case.options["groups"]}
        grad_x, *expected = naive.conv2d_backward(grad_y, *case.unpadded().arrays[:2], **slide)
        (top, left), (h, w) = case.before, case.arrays[0].shape[2:]
        expected = [grad_x[:, :, top : top + h, left : left + w], *expected][: len(case.arrays)]
    near(case.backward(grad_y), expected)


@drawn(25, [*OPERATIONS, *POINTWISE])
def test_gradients_equal_finite_differences(name, data):
    case = data.draw(cases(name, ["distinct"], ["tiny"]))
    grad_y = case.upstream()
    estimates = numerical(lambda *arrays: (grad_y * case.on(*arrays).forward()).sum(), *case.arrays)
    near(case.backward(grad_y), estimates, 1e-6, [np.abs(e) + 1 for e in estimates])


@drawn(60, [*OPERATIONS, *POINTWISE])
def test_outputs_and_gradients_equal_pytorch(name, data):
    pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    numbers = ["distinct"] if name == "lp_pool2d" else ["integers", "float64"]  # PyTorch divides 0 by 0 at zeros
    case = data.draw(cases(name, numbers, ["small", "small", "large", "many"]))
    y, grads, grad_y = torch_gradients(pytorch(case), *case.arrays)
    near([case.forward(), *case.backward(grad_y)], [y, *grads], 1e-10)


@drawn(25, OPERATIONS)
def test_float32_is_as_near_as_its_digits_allow(name, data):
    case = data.draw(cases(name, ["float32"], ["small", "large", "many"]))
    grad_y, double = case.upstream(), case.on(*(a.astype(float) for a in case.arrays))
    found, exact = ([c.forward(), *c.backward(grad_y)] for c in (case, double))
    absolute = case.on(*map(np.abs, double.arrays))
    weighed = double if name in POOLS else absolute  # the maxima of a pool must stay where they are
    scale = [absolute.forward(), *map(np.abs, weighed.backward(np.abs(grad_y)))]
    near(found, exact, 1e-5, [*map(case.scale, scale)])
    assert {a.dtype for a in found} == {np.dtype(np.float32)}


# ------------------------------------------------------------------------------------------------- adjoints, symmetries


@drawn(40, LINEAR)
def test_backward_is_the_adjoint_of_forward(name, data):
    case = data.draw(cases(name, ["integers", "float64"], ["large", "many"]))
    case, grad_y = case.on(*case.arrays[:2]), case.upstream()
    products = case.forward() * grad_y
    for array, grad in zip(case.arrays, case.backward(grad_y), strict=True):
        near([np.sum(array * grad)], [np.sum(products)], 1e-12, [np.sum(np.abs(products))])


@drawn(80, ["conv_transpose2d"])
def test_transposed_convolution_is_the_adjoint_of_convolution(name, data):
    case = data.draw(cases(name, sizes=["large"]))
    x, weight = case.arrays[:2]
    image, y = case.upstream(), case.on(x, weight).forward()
    options = {key: value for key, value in case.options.items() if key != "output_padding"}
    # Output padding may make room for further windows, of which the transposed convolution knows nothing.
    assert np.sum(cc.conv2d(image, weight, **options)[:, :, : x.shape[2], : x.shape[3]] * x) == np.sum(image * y)


@drawn(100, ["conv2d"])
def test_matrix_and_columns_do_what_the_convolution_does(name, data):
    case = data.draw(cases(name))
    x, weight = case.arrays[:2]
    case, groups = case.on(x, weight), case.options["groups"]
    y, grad_y = case.forward(), case.upstream()
    matrix = cc.conv2d_matrix(weight, x.shape[2:], **case.options)
    assert_array_equal(cc.flatten(x) @ matrix.T, cc.flatten(y))
    assert_array_equal(cc.flatten(grad_y) @ matrix, cc.flatten(case.backward(grad_y)[0]))
    slide = {key: case.options[key] for key in ("stride", "padding", "dilation")}
    columns = cc.im2col(x, case.kernel, **slide)
    parts = columns.reshape(len(x), groups, columns.shape[1] // groups, columns.shape[2])
    assert_array_equal((weight.reshape(groups, -1, parts.shape[2]) @ parts).reshape(y.shape), y)
    others = NUMBERS["integers"](np.random.RandomState(2), columns.shape)
    assert np.sum(columns * others) == np.sum(x * cc.col2im(others, x.shape[2:], case.kernel, **slide))


@drawn(20, LINEAR)
def test_outputs_are_linear_in_the_input_and_in_the_weight(name, data):
    case = data.draw(cases(name, sizes=["large"]))
    arrays = case.arrays[:2]
    for place, array in enumerate(arrays):
        other = NUMBERS["integers"](np.random.RandomState(2), array.shape)
        swapped = [(*arrays[:place], a, *arrays[place + 1 :]) for a in (array, other, 2 * array - 3 * other)]
        y, y_other, y_both = (case.on(*each).forward() for each in swapped)
        near([y_both], [2 * y - 3 * y_other])


@drawn(30, OPERATIONS)
def test_a_batch_is_its_parts(name, data):
    case = data.draw(cases(name, sizes=["small", "large"]))
    (x, *params), grad_y = case.arrays, case.upstream()
    cut = data.draw(st.integers(0, len(x)))
    parts = [(case.on(x[part], *params), grad_y[part]) for part in (slice(cut), slice(cut, None))]
    near([np.concatenate([part.forward() for part, _ in parts])], [case.forward()])
    grad_x, *grad_params = zip(*(part.backward(grad) for part, grad in parts), strict=True)
    near([np.concatenate(grad_x), *map(sum, grad_params)], case.backward(grad_y))


@drawn(40, SLIDING)
def test_every_output_is_that_of_its_window(name, data):
    case = data.draw(cases(name, sizes=["large"])).unpadded()
    (x, *params), y = case.arrays, case.forward()
    last = (np.array(x.shape[2:]) - case.span) // case.stride
    for row, col in [(0, 0), last, data.draw(pairs(0, last))]:
        (top, left), (height, width) = np.multiply((row, col), case.stride), case.span
        window = case.on(x[:, :, top : top + height, left : left + width], *params)
        near([y[:, :, row : row + 1, col : col + 1]], [loops(window._replace(size=(1, 1)))])


@drawn(40, SLIDING)
def test_shifting_or_turning_the_input_shifts_or_turns_the_output(name, data):
    case = data.draw(cases(name, sizes=["large"])).unpadded()
    (x, *params), y = case.arrays, case.forward()
    last, left_over = np.divmod(np.array(x.shape[2:]) - case.span, case.stride)
    (down, right), (height, width) = data.draw(pairs(0, last)), x.shape[2:] - left_over
    shifted = x[:, :, down * case.stride[0] :, right * case.stride[1] :]
    near([case.on(shifted, *params).forward()], [y[:, :, down:, right:]])
    turned = [a[..., ::-1, ::-1] if a.ndim == 4 else a for a in (x[:, :, :height, :width], *params)]
    near([case.on(*turned).forward()], [y[:, :, last[0] :: -1, last[1] :: -1]])


@drawn(60, ["conv1d", "conv2d"])
def test_permuting_channels_and_groups_permutes_the_output(name, data):
    case = data.draw(cases(name, sizes=["small", "large"]))
    x, weight = case.arrays[:2]
    y, groups = case.on(x, weight).forward(), case.options["groups"]
    group, output, c = (data.draw(st.permutations(range(n))) for n in (groups, len(weight) // groups, weight.shape[1]))
    outputs, inputs = ([g * len(order) + i for g in group for i in order] for order in (output, c))
    assert_array_equal(case.on(x[:, inputs], weight[outputs][:, c]).forward(), y[:, outputs])


LAYOUTS = {
    "Fortran's": np.asfortranarray,
    "strided": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "backwards": lambda a: np.flip(np.flip(a).copy()),
    "byte-swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "bytes": lambda a: a.astype(np.int8),
}


@drawn(40, OPERATIONS)
def test_any_layout_gives_the_same_and_stays_as_it_is(name, data):
    case = data.draw(cases(name))
    before = case.upstream(), *case.arrays
    arrays = [LAYOUTS[data.draw(st.sampled_from(sorted(LAYOUTS)))](a) for a in before]
    for array in arrays:
        array.flags.writeable = False
    other = case.on(*arrays[1:])
    found = [other.forward(), *other.backward(arrays[0])]
    near(found, [case.forward(), *case.backward(before[0])])
    for array, kept in zip(arrays, before, strict=True):
        assert_array_equal(array, kept)
        assert not any(np.shares_memory(array, a) for a in found)


@drawn(60, ["max_pool2d", "global_max_pool2d"])
def test_max_pooling_commutes_with_what_keeps_the_order(name, data):
    case = data.draw(cases(name, sizes=["small", "large"]))
    grad_y, heights = case.upstream(), np.sort(np.random.RandomState(data.draw(SEEDS)).randn(9))
    lifted = case.on(heights[case.arrays[0].astype(int) + 4])
    assert_array_equal(lifted.forward(), heights[case.forward().astype(int) + 4])
    assert_array_equal(lifted.backward(grad_y), case.backward(grad_y))


# ----------------------------------------------------------------------------------- plain convolutions, whole networks


@st.composite
def planes(draw, axes, low=1, high=8):
    """Draw a signal or an image of integers."""
    shape = draw(st.tuples(*[st.integers(low, high)] * axes))
    return NUMBERS["integers"](np.random.RandomState(draw(SEEDS)), shape)


@drawn(60, ["correlate1d", "correlate2d", "convolve1d", "convolve2d"])
def test_plain_operations_equal_the_loops_in_every_mode(name, data):
    axes, mode = int(name[-2]), data.draw(st.sampled_from(["valid", "same", "full"]))
    kernel = data.draw(planes(axes, 1, 5))
    x = data.draw(planes(axes, max(kernel.shape) if mode == "valid" else 1))
    y = getattr(cc, name)(x, kernel, mode)
    assert y.ndim == axes
    x, kernel, y = np.atleast_2d(x, kernel, y)
    full = getattr(naive, name[:-2] + "2d")(np.pad(x, [(k - 1, k - 1) for k in kernel.shape]), kernel)
    cut = {
        "valid": lambda n, k: slice(k - 1, n),
        "same": lambda n, k: slice((k - 1) // 2, (k - 1) // 2 + n),
        "full": lambda n, k: slice(None),
    }[mode]
    assert_array_equal(y, full[*map(cut, x.shape, kernel.shape)])


@drawn(60, ["convolve1d", "convolve2d"])
def test_convolution_commutes_and_associates(name, data):
    a, b, c = (data.draw(planes(int(name[-2]))) for _ in range(3))

    def star(x, kernel):
        return getattr(cc, name)(x, kernel, "full")

    assert_array_equal(star(a, b), star(b, a))
    assert_array_equal(star(star(a, b), c), star(a, star(b, c)))


@st.composite
def networks(draw):
    """Draw a network in float64 and a batch for it: distinct numbers, so that a first layer may have corners."""
    rng = np.random.RandomState(draw(SEEDS))
    maxima = cc.MaxPool2d(draw(pairs(1, 3)), stride=draw(pairs(1, 2)), ceil_mode=draw(st.booleans()))
    layers = draw(st.sampled_from([[], [cc.ReLU()], [maxima]])).copy()
    x = NUMBERS["distinct"](rng, (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *draw(pairs(3, 6)))) / 16
    shape = cc.Sequential(*layers).output_shape(x.shape[1:])
    for kind in draw(st.permutations(["conv", "table", "up", "average", "sum", "curve"]))[: draw(st.integers(0, 4))]:
        (c_in, *size), c_out, stride = shape, draw(st.integers(1, 2)), draw(pairs(1, 2))
        kernel, table = draw(pairs(1, np.minimum(size, 3))), np.tri(c_out, c_in, dtype=bool)
        make = {
            "conv": partial(cc.Conv2d, c_in, c_out, kernel, stride=stride, padding="full", random_state=rng),
            "table": partial(cc.Conv2d, c_in, c_out, kernel, connections=table, random_state=rng),
            "up": partial(cc.ConvTranspose2d, c_in, c_out, kernel, stride=stride, random_state=rng),
            "average": partial(cc.AvgPool2d, kernel, stride=stride, ceil_mode=True),
            "sum": partial(cc.Subsample2d, c_in, kernel),
            "curve": draw(st.sampled_from([cc.Tanh, cc.Sigmoid])),
        }
        layers.append(make[kind]())
        shape = layers[-1].output_shape(shape)
    head = cc.Linear(prod(shape), 3, random_state=rng), cc.ScaledTanh(), cc.RadialBasis(np.eye(3), rubbish=1.5)
    model = cc.Sequential(cc.Sequential(*layers), cc.Flatten(), *head)
    for _, layer in model.named_layers():
        layer.params = {key: p + 0.1 * rng.randn(*p.shape) for key, p in layer.params.items()}
    return model, x


@drawn(60, ["network"])
def test_gradients_of_networks_equal_finite_differences(name, data):
    model, x = data.draw(networks())
    target, params = np.arange(len(x)), model.named_params()

    def loss(x, *values):
        for param, value in zip(params.values(), values, strict=True):
            param[...] = value
        return cc.cross_entropy(model.forward(x), target)

    values = [param.copy() for param in params.values()]
    estimates = numerical(loss, x, *values)
    loss(x, *values)
    grad_x = model.backward(cc.cross_entropy_backward(model.forward(x), target))
    near([grad_x, *(model.named_grads()[key] for key in params)], estimates, 1e-6, [np.abs(e) + 1 for e in estimates])


def test_there_are_2000_configurations():
    assert sum(COUNTS) >= 2000
