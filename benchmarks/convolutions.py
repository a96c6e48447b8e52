"""Convolutions, computed by the library and by whatever else is installed; and the matrix products in them, alone.

Run as a program it measures what standard input asks for, see `pinned`.

PyTorch keeps no record where only the forward pass is asked for. onnxruntime gets the weights beforehand, as it does
when it serves a network. SciPy has no layers, so that it correlates channel by channel, and one image is enough.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import threadpoolctl
from measuring import OURS, Settings, agree, check, compare, medians, peak

import cnn_course as cc
from cnn_course import naive

try:
    import torch
except ImportError:
    torch = None
try:
    import onnx
    import onnxruntime
except ImportError:
    onnxruntime = None
try:
    from scipy import signal
except ImportError:
    signal = None

Call = Callable[[], Any]
PRODUCTS = "np.matmul"
LOOPS_AT_MOST = 300_000  # products of two numbers; more would take the loops seconds
# The allocator of Linux then keeps all memory that it is given back, up to 32 MiB at a time, which is its limit.
PINNED = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}


class Shapes(NamedTuple):
    """The shapes of a convolution, and its options."""

    x: tuple[int, int, int, int]
    weight: tuple[int, int, int, int]
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1

    def of_images(self, count: int) -> Shapes:
        """Return the same for so many images."""
        return self._replace(x=(count, *self.x[1:]))


CASES = {
    "LeNet C1": Shapes((64, 1, 32, 32), (6, 1, 5, 5)),
    "LeNet C3": Shapes((64, 6, 14, 14), (16, 6, 5, 5)),
    "CIFAR": Shapes((32, 3, 32, 32), (32, 3, 3, 3), padding=1),
    "VGG": Shapes((8, 64, 56, 56), (64, 64, 3, 3), padding=1),
    "AlexNet": Shapes((32, 3, 227, 227), (96, 3, 11, 11), stride=4),
    "1x1": Shapes((16, 64, 56, 56), (128, 64, 1, 1)),
    "stride 2": Shapes((16, 64, 56, 56), (128, 64, 3, 3), stride=2, padding=1),
    "dilation 2": Shapes((8, 32, 56, 56), (32, 32, 3, 3), padding=2, dilation=2),
    "4 groups": Shapes((8, 64, 56, 56), (64, 16, 3, 3), padding=1, groups=4),
    "depthwise": Shapes((8, 64, 56, 56), (64, 1, 3, 3), padding=1, groups=64),
}


class Convolution:
    """One convolution with its arrays; `forward`, `both`, `single` and `products` return what can be timed."""

    def __init__(self, shapes: Shapes, dtype: str) -> None:
        rng = np.random.RandomState(0)
        self.shapes = shapes
        self.windows = {"stride": shapes.stride, "padding": shapes.padding, "dilation": shapes.dilation}
        self.options = {**self.windows, "groups": shapes.groups}
        self.x, self.weight = rng.randn(*shapes.x).astype(dtype), rng.randn(*shapes.weight).astype(dtype)
        self.bias = rng.randn(shapes.weight[0]).astype(dtype)
        self.y = cc.conv2d(self.x, self.weight, self.bias, **self.options)
        self.grad_y = rng.randn(*self.y.shape).astype(dtype)

    def forward(self) -> dict[str, Call]:
        """Return who computes the output."""
        found: dict[str, Call] = {OURS: lambda: cc.conv2d(self.x, self.weight, self.bias, **self.options)}
        if torch:
            tensors, function = self.tensors, torch.no_grad()(torch.nn.functional.conv2d)
            found["PyTorch"] = lambda: function(*tensors, **self.options)
        if onnxruntime and self.x.dtype == np.float32:
            session = self.onnx_session()
            found["onnxruntime"] = lambda: session.run(None, {"x": self.x})
        return found

    def both(self) -> dict[str, Call]:
        """Return who computes the output, and then the gradients of input, weight and bias."""
        forward = self.forward()
        arguments = (self.grad_y, self.x, self.weight, self.bias)
        found: dict[str, Call] = {OURS: lambda: (forward[OURS](), *cc.conv2d_backward(*arguments, **self.options))}
        if torch:
            tensors, upstream = self.tensors, torch.from_numpy(self.grad_y)

            def by_torch() -> tuple[Any, ...]:
                y = torch.nn.functional.conv2d(*tensors, **self.options)
                return y.detach(), *torch.autograd.grad(y, tensors, upstream)

            found["PyTorch"] = by_torch
        return found

    def single(self) -> dict[str, Call]:
        """Return who computes the output, and takes his time."""
        found = self.forward()
        if self.shapes.groups == 1:
            found["FFT"] = self.by_fourier
        if signal:
            found["SciPy"] = self.by_scipy
        if self.y.size * self.weight[0].size <= LOOPS_AT_MOST:
            found["loops"] = self.by_loops
        return found

    def products(self) -> dict[str, Call]:
        """Return the matrix products of both passes alone, from columns to results that are there already."""
        n, c_out = self.y.shape[:2]
        groups, size = self.shapes.groups, self.weight.shape[2:]
        columns = cc.im2col(self.x, size, **self.windows).reshape(n, groups, self.weight[0].size, -1)
        matrix = self.weight.reshape(groups, c_out // groups, -1)
        grad_y = self.grad_y.reshape(n, groups, c_out // groups, -1)

        y, for_columns = np.matmul(matrix, columns), np.empty_like(columns)
        for_weight = np.empty((n, groups, self.weight[0].size, c_out // groups), self.x.dtype)

        def forward() -> None:
            np.matmul(matrix, columns, out=y)

        def both() -> None:
            forward()
            np.matmul(matrix.swapaxes(1, 2), grad_y, out=for_columns)
            np.matmul(columns, grad_y.swapaxes(2, 3), out=for_weight)

        both()
        grad_x = cc.col2im(for_columns.reshape(n, -1, y.shape[3]), self.x.shape[2:], size, **self.windows)
        grad_weight = for_weight.sum(axis=0).swapaxes(1, 2).reshape(self.weight.shape)
        found = (y.reshape(self.y.shape) + self.bias[:, None, None], grad_x, grad_weight)
        for got, wanted in zip(found, self.both()[OURS]()[:3], strict=True):
            agree(got, wanted, PRODUCTS)
        return {"forward": forward, "both": both}

    @cached_property
    def tensors(self) -> list[Any]:
        """Return input, weight and bias as tensors that want gradients."""
        return [torch.from_numpy(array).requires_grad_() for array in (self.x, self.weight, self.bias)]

    def onnx_session(self) -> Any:
        """Return a network of this one layer."""
        _, _, stride, padding, dilation, groups = self.shapes
        options = {"strides": [stride] * 2, "pads": [padding] * 4, "dilations": [dilation] * 2, "group": groups}
        node = onnx.helper.make_node("Conv", ["x", "weight", "bias"], ["y"], **options)
        held = [onnx.numpy_helper.from_array(a, name) for a, name in ((self.weight, "weight"), (self.bias, "bias"))]
        x, y = (
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, array.shape)
            for name, array in (("x", self.x), ("y", self.y))
        )
        graph = onnx.helper.make_graph([node], "layer", [x], [y], held)
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])

    @cached_property
    def without_options(self) -> tuple[np.ndarray, np.ndarray]:
        """Return images with their padding and kernels with their holes, for those who know neither."""
        p, d = self.shapes.padding, self.shapes.dilation
        c_out, c_group, k_h, k_w = self.weight.shape
        kernels = np.zeros((c_out, c_group, d * (k_h - 1) + 1, d * (k_w - 1) + 1), self.x.dtype)
        kernels[:, :, ::d, ::d] = self.weight
        return np.pad(self.x, ((0, 0), (0, 0), (p, p), (p, p))), kernels

    def by_scipy(self) -> np.ndarray:
        """Add SciPy's correlations of each channel with its kernel."""
        (x, kernels), stride = self.without_options, self.shapes.stride
        c_out, c_group = kernels.shape[:2]
        y = np.empty_like(self.y)
        for n, o in np.ndindex(y.shape[:2]):
            first = o // (c_out // self.shapes.groups) * c_group
            pairs = zip(x[n, first : first + c_group], kernels[o], strict=True)
            y[n, o] = sum(signal.correlate2d(image, kernel, "valid")[::stride, ::stride] for image, kernel in pairs)
            y[n, o] += self.bias[o]
        return y

    def by_fourier(self) -> np.ndarray:
        """Multiply the transforms of images and kernels, as correlations become products there."""
        (x, kernels), stride = self.without_options, self.shapes.stride
        size = x.shape[2:]
        waves = np.einsum("ncuv,ocuv->nouv", np.fft.rfft2(x), np.fft.rfft2(kernels, size).conj())
        rows, cols = (n - k + 1 for n, k in zip(size, kernels.shape[2:], strict=True))
        y = np.fft.irfft2(waves, size)[:, :, :rows:stride, :cols:stride]
        return y.astype(x.dtype) + self.bias[:, None, None]

    def by_loops(self) -> np.ndarray:
        """Compute every product by itself."""
        pairs = {name: (value, value) for name, value in self.windows.items()}
        return naive.conv2d(self.x, self.weight, self.bias, **pairs, groups=self.shapes.groups).astype(self.x.dtype)


def measure(settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield a record for each case, type and pass, and for its first image alone."""
    yield from batches(settings)
    for name, shapes in CASES.items():
        image = Convolution(shapes.of_images(1), "float32")
        few = max(1, settings.rounds[0] // 2)
        ms = compare(image.single(), (few, few))
        yield {"case": name, "pass": "one image", "dtype": "float32", "ms": ms}


def batches(settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield a record for each case, type and pass."""
    for name, shapes in CASES.items():
        for dtype in ("float32", "float64"):
            layer = Convolution(shapes, dtype)
            products = layer.products()
            for what, candidates in (("forward", layer.forward()), ("both", layer.both())):
                check(candidates)
                ms = medians({**candidates, PRODUCTS: products[what]}, settings.rounds, settings.seconds)
                yield {"case": name, "pass": what, "dtype": dtype, "ms": ms, "peak": peak(candidates[OURS])}


def pinned(settings: Settings) -> list[dict[str, Any]]:
    """Return the records of `batches` from a process whose allocator keeps the memory that it is given back.

    Otherwise it depends on what happened before whether a large array gets such memory, or pages that the system has to
    clear first. PyTorch allocates its results and more for every call, so that its times jump, by a factor of two
    and more.
    """
    cases = {name: shapes._asdict() for name, shapes in CASES.items()}
    request = json.dumps({"settings": dataclasses.asdict(settings), "cases": cases})
    done = subprocess.run(
        [sys.executable, __file__],
        input=request,
        env=os.environ | PINNED,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    """Measure the cases that standard input asks for, on one thread."""
    request = json.load(sys.stdin)
    CASES.clear()
    CASES.update({name: Shapes(**shapes) for name, shapes in request["cases"].items()})
    if torch:
        torch.set_num_threads(1)
    with threadpoolctl.threadpool_limits(1):
        json.dump(list(batches(Settings(**request["settings"]))), sys.stdout)


if __name__ == "__main__":
    main()
