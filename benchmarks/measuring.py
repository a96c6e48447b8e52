"""Measure fairly: on one thread, in random turns, CPU time, medians, and only what was found equal before."""

from __future__ import annotations

import platform
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl

Candidates = Mapping[str, Callable[[], Any]]
OURS = "cnn_course"
PACKAGES = ("cnn_course", "numpy", "scipy", "torch", "onnxruntime")


@dataclass(frozen=True)
class Settings:
    """How much is measured.

    Attributes
    ----------
    rounds : pair of int
        How often each candidate has its turn, at least and at most.
    seconds : float
        After so many seconds no further round begins, once there are enough of them.
    epoch : int
        How many images an epoch has.
    seeds : int
        How many networks learn the digits.
    picture : int
        Pixels along each side of the one large picture.
    batches, sizes, kernels, fft_kernels, columns : tuple of int
        Where growth is measured.
    """

    rounds: tuple[int, int] = (7, 101)
    seconds: float = 0.8
    epoch: int = 60_000
    seeds: int = 3
    picture: int = 4096
    batches: tuple[int, ...] = (1, 32, 64, 96, 128, 160, 192, 224, 256)
    sizes: tuple[int, ...] = (32, 256, 512, 724, 886, 1024, 1254, 1448)
    kernels: tuple[int, ...] = (1, 3, 5, 7, 9, 11)
    fft_kernels: tuple[int, ...] = (3, 5, 7, 9, 11, 15, 19, 23, 27, 31)
    columns: tuple[int, ...] = (100, 200, 300, 400, 450, 600, 800, 1200, 1600)


QUICK = Settings(
    rounds=(3, 5), seconds=0.1, epoch=6000, seeds=1, picture=2048,
    batches=(1, 64, 128), sizes=(32, 256, 512), kernels=(1, 3, 5, 7), fft_kernels=(3, 7, 15, 31),
    columns=(200, 400, 800, 1600),
)  # fmt: skip


def medians(candidates: Candidates, rounds: tuple[int, int], seconds: float = 0) -> dict[str, float]:
    """Return the median CPU milliseconds of each candidate; turns are random, so that drift hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    turns, shuffle = list(candidates), random.Random(0).shuffle
    least, most = rounds
    begin = time.process_time()
    for done in range(most):
        if done >= least and time.process_time() - begin > seconds:
            break
        shuffle(turns)
        for name in turns:
            start = time.process_time()
            candidates[name]()
            times[name].append(1e3 * (time.process_time() - start))
    return {name: significant(statistics.median(seen)) for name, seen in times.items()}


def compare(candidates: Candidates, rounds: tuple[int, int], seconds: float = 0) -> dict[str, float]:
    """Return the medians of candidates that compute the same; checking that they do also warms them up."""
    check(candidates)
    return medians(candidates, rounds, seconds)


def check(candidates: Candidates) -> None:
    """Fail if a candidate's numbers are not those of the library."""
    results = {name: numbers(candidate()) for name, candidate in candidates.items()}
    for name, found in results.items():
        for got, wanted in zip(found, results[OURS], strict=True):
            agree(got, wanted, name)


def agree(got: np.ndarray, wanted: np.ndarray, name: str) -> None:
    """Fail if two arrays differ by more than sums in another order do."""
    tolerance = 1e-3 if wanted.dtype == np.float32 else 1e-9
    assert got.dtype == wanted.dtype, f"{name} computes in {got.dtype} and {OURS} in {wanted.dtype}"
    np.testing.assert_allclose(got, wanted, rtol=0, atol=tolerance * np.abs(wanted).max(), err_msg=name)


def numbers(result: Any) -> list[np.ndarray]:
    """Return a candidate's result, one array or several, as arrays."""
    return [np.asarray(array) for array in (result if isinstance(result, (tuple, list)) else (result,))]


def peak(function: Callable[[], object]) -> int:
    """Return the bytes that a call holds at most beyond what was there before, its result included."""
    tracemalloc.start()
    function()
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return highest


def significant(value: float, digits: int = 4) -> float:
    """Return a number without digits that say nothing."""
    return float(f"{value:.{digits}g}")


def machine(settings: Settings) -> dict[str, Any]:
    """Measure what the machine can do at most: products that stay in its caches, and copies that do not."""
    rng, found = np.random.RandomState(0), {}
    for dtype in ("float32", "float64"):
        a = rng.randn(1024, 1024).astype(dtype)
        out = np.empty_like(a)
        ms = medians({"product": lambda a=a, out=out: np.matmul(a, a, out=out)}, settings.rounds, settings.seconds)
        found[dtype] = significant(2 * 1024**3 / ms["product"] / 1e6)
    source = np.ones(2**28, np.uint8)
    target = np.ones_like(source)
    ms = medians({"copy": lambda: np.copyto(target, source)}, settings.rounds, settings.seconds)
    copied = significant(2 * source.size / ms["copy"] / 1e6)
    return {"cpu": cpu_name(), "blas": blas(), "gigaflops": found, "gigabytes_per_second": copied}


def cpu_name() -> str:
    """Return the processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (named and named[0]) or platform.processor() or platform.machine()


def blas() -> str:
    """Return the library that multiplies NumPy's matrices, and which of its kernels it chose for this processor."""
    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    pools.sort(key=lambda pool: "numpy" not in pool["filepath"])  # SciPy brings one of its own
    kernel = pools[0].get("architecture", "unknown") if pools else "unknown"
    return f"{built['name']} {built['version']}, {kernel} kernels"


def versions() -> dict[str, str]:
    """Return the versions of Python and of each package that takes part."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
