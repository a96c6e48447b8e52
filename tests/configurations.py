"""Configurations of the library's operations for Hypothesis to draw, and what the loops and PyTorch make of them.

`cases` draws an operation with shapes and options that fit together, so that none is thrown away, and a seed for its
arrays. The size of the engine's blocks, the way in which it computes, and what a pool takes for a small window, are
drawn too: small images, which the loops can follow, are treated as large ones are.
"""

from math import prod
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st

import cnn_course as cc
from cnn_course import bands, columns, depthwise, engine, naive, pool, windows, winograd

CONVOLUTIONS = ["conv1d", "conv2d", "conv_transpose2d", "locally_connected2d", "tiled_conv2d", "restricted_conv2d"]
POOLS = ["max_pool2d", "avg_pool2d", "sum_pool2d", "lp_pool2d", "global_avg_pool2d", "global_max_pool2d"]
LINEAR = [*CONVOLUTIONS, "linear", "avg_pool2d", "sum_pool2d", "global_avg_pool2d"]
OPERATIONS = [*CONVOLUTIONS, "linear", *POOLS]
SLIDING = [
    "conv1d",
    "conv2d",
    *(name for name in POOLS if not name.startswith("global_")),
]  # whose windows are all treated alike
WAYS = [columns, bands, depthwise, winograd]
POINTWISE = ["relu", "leaky_relu", "sigmoid", "tanh", "softmax", "log_softmax", "cross_entropy"]


def can(way, shape, slide):
    """Tell whether a way can compute a convolution with a weight of that shape, be it fast or not."""
    c_out, c_group, k_h, _ = shape
    stride, dilation, groups = slide
    return {
        columns: True,
        bands: stride == dilation == (1, 1) and groups == 1,
        depthwise: stride == dilation == (1, 1) and c_out == groups and c_group == 1,
        winograd: stride == (1, 1) and 2 <= k_h <= 5,
    }[way]


def force(patch, way, gathers):
    """Let a way compute all that it can, and columns the rest; gather the input gradient wherever that can be done."""
    patch.setattr(engine, "choose_algorithm", lambda shape, slide, *_: way if can(way, shape, slide) else columns)
    patch.setattr(engine, "should_gather", lambda shape, slide, *_: gathers and slide.stride == (1, 1))


class Case(NamedTuple):
    """An operation, its arrays (x, perhaps weight, perhaps bias), its options, and what these say for each axis."""

    name: str
    arrays: tuple
    options: dict
    kernel: tuple = (1, 1)
    stride: tuple = (1, 1)
    dilation: tuple = (1, 1)
    before: tuple = (0, 0)  # padding above and on the left
    after: tuple = (0, 0)
    size: tuple = (1, 1)  # of the output
    numbers: str = ""
    block: int = 0  # bytes
    way: ModuleType | None = None  # that computes, if it can; none leaves the choice to the engine
    gathers: bool = False  # the input gradient
    small: int = 0  # positions of a window that a pool takes one by one

    def __repr__(self):
        shapes = [array.shape for array in self.arrays]
        sizes = f"blocks of {self.block} bytes, small windows of {self.small}"
        ways = f", by {self.way.__name__}, {'gathered' if self.gathers else 'folded'}" if self.way else ""
        return f"{self.name} of {shapes} ({self.numbers}), {self.options}, {sizes}{ways}"

    def on(self, *arrays):
        return self._replace(arrays=arrays)

    def forward(self):
        return self._call(self.name)[0]

    def backward(self, grad_y):
        return self._call(f"{self.name}_backward", grad_y=grad_y)[: len(self.arrays)]

    def _call(self, name, **arrays):
        function, options = LOSS.get(name) or getattr(cc, name), self.options
        arrays |= dict(zip(("x", "weight", "bias"), self.arrays, strict=False))
        one_row = self.name == "conv1d"  # whose signals are images here, as those of the others
        if one_row:
            arrays = {key: a[:, :, 0] if a.ndim == 4 else a for key, a in arrays.items()}
            options = {key: value[1] if isinstance(value, tuple) else value for key, value in options.items()}
        with pytest.MonkeyPatch.context() as patch:
            for module in (windows, pool):
                patch.setattr(module, "COLUMN_BYTES", self.block)
            patch.setattr(pool, "SMALL_WINDOW", self.small)
            if self.way:
                force(patch, self.way, self.gathers)
            found = function(**arrays, **options)
        found = found if isinstance(found, tuple) else (found,)
        return [a[:, :, None] if one_row and a is not None and a.ndim == 3 else a for a in found]

    def upstream(self):
        """Return a gradient for the output."""
        return NUMBERS[self.numbers](np.random.RandomState(1), self.forward().shape)

    @property
    def span(self):
        return np.multiply(self.dilation, np.subtract(self.kernel, 1)) + 1

    def scale(self, absolute):
        """Return how large the numbers are that an output is the sum of, from the output for absolute values.

        Winograd's way sums those of a whole tile.
        """
        return np.full_like(absolute, absolute.max(initial=0)) if self.way is winograd else absolute

    def unpadded(self):
        """Return the case with its padding written into x, as zeros."""
        x = np.pad(self.arrays[0], [(0, 0), (0, 0), *zip(self.before, self.after, strict=True)])
        options = self.options | {"padding": (0, 0)}
        return self.on(x, *self.arrays[1:])._replace(options=options, before=(0, 0), after=(0, 0))


LOSS = {  # called as the others are
    "cross_entropy": lambda x, target: np.asarray(cc.cross_entropy(x, target)),
    "cross_entropy_backward": lambda grad_y, x, target: grad_y * cc.cross_entropy_backward(x, target),
}
NUMBERS = {
    "integers": lambda rng, shape: rng.randint(-4, 5, shape) * 1.0,
    "float64": lambda rng, shape: rng.standard_normal(shape),
    "float32": lambda rng, shape: rng.standard_normal(shape).astype(np.float32),
    # No two are equal and none is 0, so that maxima and absolute values have a derivative.
    "distinct": lambda rng, shape: (rng.permutation(prod(shape)).reshape(shape) - prod(shape) // 2 + 0.5) / 4,
}
# How many pixels x has beyond the fewest, from and to; how many channels a group has, from and to; the bytes of a
# block. For many channels and kernels of three rows the engine chooses Winograd's way.
SIZES = {
    "tiny": (0, 1, (1, 2), [windows.COLUMN_BYTES]),
    "small": (0, 4, (1, 3), [windows.COLUMN_BYTES, 4000, 500, 64]),
    "large": (8, 32, (1, 18), [windows.COLUMN_BYTES, 2**17]),
    "many": (4, 12, (16, 18), [windows.COLUMN_BYTES, 2**17]),
}
SEEDS, BATCHES, ONES = st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 3, 1, 2, 3, 0]), st.just((1, 1))


def pairs(low, high):
    """Draw two integers; each bound is one number, or one for each."""
    return st.tuples(*map(st.integers, np.broadcast_to(low, 2).tolist(), np.broadcast_to(high, 2).tolist()))


@st.composite
def convolutions(draw, name, low, high, channels):
    """Draw a convolution; for the arrays, their shapes."""
    axes = np.array([name != "conv1d", True])  # an axis that is not there has one pixel, and no options
    kernel, stride, dilation, groups = pairs(1, 1 + 3 * axes), draw(ONES | pairs(1, 1 + 3 * axes)), (1, 1), 1
    kernel = draw(kernel | st.just((3, 3)) if axes.all() else kernel)
    options = {"stride": stride}
    if name in ("conv1d", "conv2d", "conv_transpose2d"):
        dilation, groups = draw(ONES | pairs(1, 1 + 2 * axes)), draw(st.just(1) | st.integers(1, 3))
        options |= {"dilation": dilation, "groups": groups}
    c_in, c_out = draw(pairs(*channels) | st.just(channels[:1] * 2))  # of one group
    weight, bias = (groups * c_out, c_in, *kernel), (groups * c_out,)
    case = Case(name, [], options, kernel, stride, dilation)
    if name == "conv_transpose2d":
        n, output_padding = draw(pairs(1 + low, 1 + high)), draw(pairs(0, np.maximum(stride, dilation) - 1))
        uncut = np.subtract(n, 1) * stride + case.span + output_padding
        padding = draw(pairs(0, np.minimum(case.span + 1, (uncut - 1) // 2)))
        options["output_padding"], weight = output_padding, (groups * c_in, c_out, *kernel)
    else:
        reach, numbers = case.span - 1, pairs(0, (case.span + 1) * axes)
        words = {"valid": (0 * reach, 0 * reach), "full": (reach, reach)}
        words |= {"same": (reach // 2, reach - reach // 2)} if stride == (1, 1) else {}
        padding = draw(st.one_of(numbers, numbers, st.sampled_from(sorted(words))))
        before, after = words.get(padding, (padding, padding))
        room = np.add(before, after) - reach
        n = np.maximum(1, 1 - room) + draw(pairs(low * axes, high * axes))
        case = case._replace(before=before, after=after, size=tuple((n + room - 1) // stride + 1))
    if name == "locally_connected2d":
        weight, bias = (c_out, *case.size, c_in, *kernel), (c_out, *case.size)
    elif name == "tiled_conv2d":
        tiles = draw(pairs(1, np.minimum(case.size, 3)))
        weight, bias = (*weight, *tiles), (c_out, *tiles)
    elif name == "restricted_conv2d":
        rows = draw(st.lists(st.integers(1, 2**c_in - 1), min_size=c_out, max_size=c_out))
        options["connections"] = np.array([[row >> c & 1 for c in range(c_in)] for row in rows], bool)
    options["padding"] = padding
    return case._replace(arrays=[(draw(BATCHES), groups * c_in, *n), weight] + [bias] * draw(st.booleans()))


@st.composite
def poolings(draw, name, low, high, channels):
    """Draw a pool; for the array, its shape."""
    batch = draw(BATCHES), draw(st.integers(*channels))
    if name.startswith("global"):
        n = draw(pairs(1 + low, 1 + high))
        return Case(name, [(*batch, *n)], {}, n)
    kernel, stride, dilation = draw(pairs(1, 4)), draw(st.none() | pairs(1, 5)), (1, 1)
    padding, ceil_mode = draw(pairs(0, np.floor_divide(kernel, 2))), draw(st.booleans())
    options = {"kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    if name == "max_pool2d":
        options["dilation"] = dilation = draw(ONES | pairs(1, 3))
    elif name == "avg_pool2d":
        options["count_include_pad"] = draw(st.booleans())
    elif name == "lp_pool2d":
        options["norm_type"] = draw(st.sampled_from([1, 2, 3, 4.5]))
    case = Case(name, [], options, kernel, stride or kernel, dilation, padding, padding)
    room = 2 * np.array(padding) - case.span
    n = np.maximum(dilation, -room) + draw(pairs(low, high))  # so many that every window holds a pixel
    whole, left = np.divmod(n + room, case.stride)
    size = whole + 1 + (ceil_mode & (left > 0) & ((whole + 1) * case.stride < n + padding))
    return case._replace(arrays=[(*batch, *n)], size=tuple(size))


@st.composite
def others(draw, name, low, high, channels):
    """Draw a dense layer, an activation or the loss; for the arrays, their shapes."""
    batch, n = draw(BATCHES), draw(st.integers(1 + low, 1 + high))
    if name == "linear":
        m = draw(st.integers(*channels))
        return Case(name, [(batch, n), (m, n)] + [(m,)] * draw(st.booleans()), {})
    if name == "cross_entropy":
        target = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=3))
        return Case(name, [(len(target), n)], {"target": np.array(target)})
    slope, axis = {"negative_slope": draw(st.sampled_from([0, 0.2, 2]))}, {"axis": draw(st.sampled_from([1, -1]))}
    return Case(name, [(batch, n)], {"leaky_relu": slope, "softmax": axis, "log_softmax": axis}.get(name, {}))


@st.composite
def cases(draw, name, numbers=("integers",), sizes=("small",)):
    """Draw a case of an operation."""
    family = convolutions if name in CONVOLUTIONS else poolings if name in POOLS else others
    low, high, channels, blocks = SIZES[draw(st.sampled_from(sizes))]
    case = draw(family(name, low, high, (1, 4) if name == "locally_connected2d" and channels[1] > 4 else channels))
    rng, kind = np.random.RandomState(draw(SEEDS)), draw(st.sampled_from(numbers))
    arrays = tuple(NUMBERS[kind](rng, shape) for shape in case.arrays)
    small = draw(st.sampled_from([pool.SMALL_WINDOW, 0])) if name in POOLS else 0
    way = draw(st.sampled_from([None, *WAYS])) if name in CONVOLUTIONS else None
    case = case._replace(arrays=arrays, numbers=kind, block=draw(st.sampled_from(blocks)), small=small)
    return case._replace(way=way, gathers=way is not None and draw(st.booleans()))


def loops(case):
    """Return the output by the definition."""
    options = {"stride": case.stride}
    if case.name == "conv_transpose2d":
        return naive.conv_transpose2d(*case.arrays, **case.options)
    if case.name == "linear":
        x, weight, *bias = case.arrays
        return naive.conv2d(x[..., None, None], weight[..., None, None], *bias)[..., 0, 0]
    if case.name in CONVOLUTIONS:
        x, weight, *bias = case.unpadded().arrays
        if case.name in ("locally_connected2d", "tiled_conv2d"):
            return getattr(naive, case.name)(x, weight, *bias, **options)
        weight = weight * case.options.get("connections", np.ones((1, 1)))[..., None, None]
        return naive.conv2d(x, weight, *bias, **options, dilation=case.dilation, groups=case.options.get("groups", 1))
    padded = case.unpadded() if case.options.get("count_include_pad") else case
    p = case.options.get("norm_type")
    reduce = {"max": max, "avg": np.mean, "sum": sum, "lp_": lambda window: sum(abs(v) ** p for v in window) ** (1 / p)}
    reduce = reduce[case.name.removeprefix("global_")[:3]]
    return naive.pool2d(padded.arrays[0], reduce, case.kernel, case.stride, padded.before, case.dilation, case.size)


def pytorch(case):
    """Return the operation as a function of PyTorch's tensors."""
    import torch

    of, options = torch.nn.functional, dict(case.options)
    (top, left), (bottom, right) = (map(int, margin) for margin in (case.before, case.after))
    p = options.pop("norm_type", 1)

    def convolution(x, weight, bias=None):
        weight = weight * torch.from_numpy(options.get("connections", np.ones((1, 1))))[..., None, None]
        x = of.pad(x, (left, right, top, bottom))
        return of.conv2d(x, weight, bias, case.stride, 0, case.dilation, options.get("groups", 1))

    def unshared(x, weight, bias=None):
        seen = of.pad(x, (left, right, top, bottom))
        seen = seen.unfold(2, case.kernel[0], case.stride[0]).unfold(3, case.kernel[1], case.stride[1])
        return torch.einsum("ncrsij,orscij->nors", seen, weight) + (0 if bias is None else bias)

    def tiled(x, weight, bias=None):
        places = np.ix_(*(np.arange(n) % t for n, t in zip(case.size, weight.shape[4:], strict=True)))
        bias = None if bias is None else bias[:, *places]
        return unshared(x, weight[..., *places].permute(0, 4, 5, 1, 2, 3), bias)

    return {
        "conv1d": convolution,
        "conv2d": convolution,
        "locally_connected2d": unshared,
        "tiled_conv2d": tiled,
        "restricted_conv2d": convolution,
        "sum_pool2d": lambda x: of.avg_pool2d(x, **options, divisor_override=1),
        "lp_pool2d": lambda x: of.avg_pool2d(x.abs() ** p, **options, divisor_override=1) ** (1 / p),
        "global_avg_pool2d": lambda x: of.adaptive_avg_pool2d(x, 1),
        "global_max_pool2d": lambda x: of.adaptive_max_pool2d(x, 1),
        "softmax": lambda x: of.softmax(x, options["axis"]),
        "log_softmax": lambda x: of.log_softmax(x, options["axis"]),
        "cross_entropy": lambda x: of.cross_entropy(x, torch.from_numpy(options["target"])),
    }.get(case.name) or (lambda *arrays: getattr(of, case.name)(*arrays, **options))


def near(found, expected, tolerance=1e-12, scale=None):
    """Check that no number is off by more than `tolerance` times its scale: itself plus the array's largest number."""
    assert len(found) == len(expected)
    scale = scale or [np.abs(array) + np.abs(array).max(initial=0) for array in expected]
    for ours, theirs, size in zip(found, expected, scale, strict=True):
        assert ours.shape == theirs.shape
        off = ~(np.abs(ours - theirs) <= tolerance * size)
        assert not off.any(), f"{ours[off]} instead of {theirs[off]} at {np.argwhere(off).tolist()}"
