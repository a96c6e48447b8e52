"""The benchmark measures all that the page on speed shows, and nothing whose numbers differ. No time is asserted."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

import convolutions
import measuring
import networks
import speed

TINY = measuring.Settings(
    rounds=(1, 1), seconds=0, epoch=64, seeds=0, picture=64,
    batches=(1, 2), sizes=(16, 24), kernels=(1, 3), fft_kernels=(3, 5), columns=(10, 20),
)  # fmt: skip
CASES = dict(convolutions.CASES)
RESULTS = json.loads((ROOT / "benchmarks" / "results.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def results():
    """Measure small images, once, but all that is ever measured."""
    with pytest.MonkeyPatch.context() as patch:
        for name, shapes in CASES.items():
            channels, size = shapes.x[1], max(12, shapes.x[2] // 8)
            patch.setitem(convolutions.CASES, name, shapes._replace(x=(1, channels, size, size)))
        return speed.run(TINY, say=lambda text: None)


def passes(records):
    """Return each case with its pass and type."""
    assert all(record["ms"][measuring.OURS] > 0 for record in records)
    return [(record["case"].split(" of ")[0], record["pass"], record["dtype"]) for record in records]


def test_stored_results_have_what_a_new_run_has(results):
    assert set(results) == set(RESULTS)
    for records in ("records", "pinned"):
        assert passes(results[records]) == passes(RESULTS[records])
    assert RESULTS["cases"] == json.loads(json.dumps({name: shapes._asdict() for name, shapes in CASES.items()}))
    for name in ("machine", "settings", "picture", "growth", "products"):
        assert set(results[name]) == set(RESULTS[name])
    assert all(found["accuracy"] and found["seconds"] for found in RESULTS["digits"].values())


def test_results_can_be_written_and_printed(results):
    stored = json.loads(json.dumps(results))
    assert "Geometric mean" in speed.summary(stored)
    assert all(measuring.OURS not in speed.line(record) for record in stored["records"])


def test_every_case_has_peers_and_the_matrix_products(results):
    forward = [record["ms"] for record in results["records"] if record["pass"] == "forward" and "peak" in record]
    assert all(convolutions.PRODUCTS in ms for ms in forward[: 2 * len(convolutions.CASES)])
    single = [record["ms"] for record in results["records"] if record["pass"] == "one image"]
    assert len(single) == len(convolutions.CASES)
    assert {"SciPy", "loops", "FFT"} <= set(single[0])


def test_an_allocator_that_keeps_memory_is_asked_for_before_the_process_starts(monkeypatch):
    asked = []

    def run(command, env, **options):
        asked.append({name: env[name] for name in convolutions.PINNED})
        return subprocess.run([sys.executable, "-c", "print([])"], capture_output=True, text=True, check=True)

    monkeypatch.setattr(convolutions, "subprocess", SimpleNamespace(run=run, PIPE=subprocess.PIPE))
    assert convolutions.pinned(TINY) == []
    assert asked == [convolutions.PINNED]
    assert not set(convolutions.PINNED) & set(os.environ)


def test_geometric_mean_over_cases():
    records = [
        {"case": name, "pass": "forward", "dtype": "float32", "ms": {measuring.OURS: ours, "other": 1.0}}
        for name, ours in [("VGG", 2.0), ("1x1", 8.0), ("an epoch", 1e9)]
    ]
    assert speed.ratios(records, "forward", "float32") == pytest.approx({"other": 4.0})


@pytest.mark.parametrize("wrong", ["number", "type"])
def test_what_computes_something_else_is_not_timed(wrong, monkeypatch):
    monkeypatch.setattr(measuring, "medians", lambda *arguments: pytest.fail("it was timed"))
    right = np.arange(6, dtype=np.float32)
    other = right.astype(np.float64) if wrong == "type" else right + (right == 5)
    with pytest.raises(AssertionError, match="other"):
        measuring.compare({measuring.OURS: lambda: right, "other": lambda: other}, (1, 1))


def test_a_wrong_convolution_is_noticed(monkeypatch):
    layer = convolutions.Convolution(convolutions.CASES["LeNet C3"].of_images(1), "float32")
    measuring.check(layer.single())
    layer.products()
    right = convolutions.cc.conv2d
    monkeypatch.setattr(convolutions.cc, "conv2d", lambda *arrays, **options: right(*arrays, **options) * 1.01)
    with pytest.raises(AssertionError):
        measuring.check(layer.single())
    with pytest.raises(AssertionError, match=convolutions.PRODUCTS):
        layer.products()


def test_candidates_take_turns_in_random_order():
    seen = []
    found = measuring.medians({name: lambda name=name: seen.append(name) for name in "abc"}, (8, 8))
    rounds = [tuple(seen[i : i + 3]) for i in range(0, 24, 3)]
    assert set(found) == set("abc")
    assert all(sorted(turns) == ["a", "b", "c"] for turns in rounds)
    assert len(set(rounds)) > 2


def test_rounds_end_when_time_is_up_but_not_before_there_are_enough(monkeypatch):
    clock = iter(range(10**6))
    monkeypatch.setattr(measuring.time, "process_time", lambda: float(next(clock)))
    for seconds, expected in ((0, 2), (10**6, 5)):
        calls = []
        measuring.medians({"a": lambda calls=calls: calls.append(1)}, (2, 5), seconds)
        assert len(calls) == expected


def test_peak_counts_what_is_held_at_once():
    def three_and_one():
        a = np.ones(3 * 2**20, np.uint8)
        del a
        return np.ones(2**20, np.uint8)

    assert 3 * 2**20 <= measuring.peak(three_and_one) < 3 * 2**20 + 10_000
    assert not tracemalloc.is_tracing()


def test_both_learners_of_lenet_take_the_same_steps():
    pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    rng = np.random.RandomState(0)
    x, y = rng.rand(8, 1, 32, 32).astype(np.float32), rng.randint(0, 10, 8)
    here, there = networks.train_here(x, y), networks.train_there(x, y)
    order = list(range(8))
    for seed in range(3):
        random.Random(seed).shuffle(order)
        np.testing.assert_allclose(here(np.array(order)), there(np.array(order)), rtol=1e-4)
