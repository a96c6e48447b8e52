"""How time and memory grow with the batch, the image and the kernel, and from which kernel on Fourier is faster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from convolutions import CASES, Convolution, Shapes, signal
from measuring import OURS, Settings, check, compare, medians, peak, significant

import cnn_course as cc


def growth(settings: Settings) -> dict[str, Any]:
    """Return times, and bytes beyond the output, along three ways to grow."""
    ways = {
        "batch": (settings.batches, CASES["LeNet C3"].of_images),
        "image": (settings.sizes, lambda n: Shapes((1, 1, n, n), (1, 1, 7, 7))),
        "kernel": (settings.kernels, lambda k: Shapes((8, 16, 32, 32), (16, 16, k, k), padding=k // 2)),
    }
    return {name: along(sizes, shapes, settings) for name, (sizes, shapes) in ways.items()}


def along(sizes: Iterable[int], shapes: Any, settings: Settings) -> dict[str, Any]:
    """Return the medians and the peaks of memory for each size."""
    found: dict[str, Any] = {"sizes": list(sizes), "ms": {}, "beyond_output": []}
    for size in sizes:
        layer = Convolution(shapes(size), "float32")
        candidates = layer.forward()
        for name, ms in compare(candidates, settings.rounds, settings.seconds / 4).items():
            found["ms"].setdefault(name, []).append(ms)
        found["beyond_output"].append(peak(candidates[OURS]) - layer.y.nbytes)
    return found


def products(settings: Settings) -> dict[str, Any]:
    """Return billions of operations a second of the matrix products of few filters and of many, by their columns."""
    rng, weights = np.random.RandomState(0), 150  # of LeNet's C3
    found: dict[str, Any] = {"weights": weights, "columns": list(settings.columns), "gigaflops": {}}
    for filters in (16, 64):
        matrix, rates = rng.randn(filters, weights).astype(np.float32), []
        for count in settings.columns:
            columns = rng.randn(weights, count).astype(np.float32)
            out = np.empty((filters, count), np.float32)
            once = {OURS: lambda a=matrix, b=columns, out=out: [np.matmul(a, b, out=out) for _ in range(50)]}
            ms = medians(once, settings.rounds, settings.seconds / 8)[OURS]
            rates.append(significant(50 * 2 * filters * weights * count / ms / 1e6))
        found["gigaflops"][str(filters)] = rates
    return found


def fourier(settings: Settings) -> dict[str, Any]:
    """Return times for one image of 256 x 256 and one kernel: the library, and SciPy's two ways."""
    found: dict[str, Any] = {"sizes": list(settings.fft_kernels), "ms": {}}
    rng = np.random.RandomState(0)
    image = rng.randn(256, 256).astype(np.float32)
    for k in settings.fft_kernels:
        kernel = rng.randn(k, k).astype(np.float32)
        candidates = {OURS: lambda kernel=kernel: cc.convolve2d(image, kernel)}
        if signal:
            candidates["SciPy, direct"] = lambda kernel=kernel: signal.convolve2d(image, kernel, "valid")
            candidates["SciPy, FFT"] = lambda kernel=kernel: signal.fftconvolve(image, kernel, "valid")
        for name, ms in compare(candidates, settings.rounds, settings.seconds / 4).items():
            found["ms"].setdefault(name, []).append(ms)
    return found


def large_picture(settings: Settings) -> dict[str, Any]:
    """Return what one large picture and a kernel of 7 x 7 take."""
    layer = Convolution(Shapes((1, 1, settings.picture, settings.picture), (1, 1, 7, 7)), "float32")
    candidates = layer.forward()
    check(candidates)
    return {
        "size": settings.picture,
        "ms": medians(candidates, (1, 3), settings.seconds),
        "input": layer.x.nbytes,
        "output": layer.y.nbytes,
        "peak": peak(candidates[OURS]),
    }
