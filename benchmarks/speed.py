"""Measure the library beside PyTorch, onnxruntime and SciPy, as far as they are installed, and write the numbers down.

    python benchmarks/speed.py                      everything, in about six minutes, into benchmarks/results.json
    python benchmarks/speed.py --output mine.json   into another file
    python benchmarks/speed.py --quick              less of everything, in about a minute; written only with --output

The page *Speed* of the book shows what is in benchmarks/results.json. PyTorch and onnxruntime, which are optional, are
in requirements-frameworks.txt.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from statistics import geometric_mean, mean
from typing import Any

import convolutions
import growth
import measuring
import networks
import threadpoolctl
from measuring import OURS, QUICK, Settings

RESULTS = Path(__file__).with_name("results.json")
PASSES = {"forward": "forward", "both": "forward and backward", "one image": "forward, one image"}
Record = dict[str, Any]


def run(settings: Settings, say: Callable[[str], object] = print) -> dict[str, Any]:
    """Measure everything on one thread; tell of each record as it comes."""
    if networks.torch:
        networks.torch.set_num_threads(1)
    with threadpoolctl.threadpool_limits(1):
        results: dict[str, Any] = {
            "versions": measuring.versions(),
            "machine": measuring.machine(settings),
            "settings": dataclasses.asdict(settings),
            "cases": {name: shapes._asdict() for name, shapes in convolutions.CASES.items()},
            "records": [],
        }
        say(heading(results))
        for part in (convolutions.measure, networks.pooling, networks.lenet):
            for record in part(settings):
                results["records"].append(record)
                say(line(record))
        say("\nAgain, with an allocator that keeps what it is given back")
        results["pinned"] = convolutions.pinned(settings)
        for record in results["pinned"]:
            say(line(record))
        results["digits"] = networks.learn_digits(settings)
        results["growth"] = growth.growth(settings)
        results["products"] = growth.products(settings)
        results["fourier"] = growth.fourier(settings)
        results["picture"] = growth.large_picture(settings)
    return results


def ratios(records: list[Record], what: str, dtype: str) -> dict[str, float]:
    """Return the geometric mean, over the cases of one pass, of our time divided by each peer's."""
    chosen = [r["ms"] for r in records if (r["pass"], r["dtype"]) == (what, dtype) and r["case"] in convolutions.CASES]
    peers = [name for name in chosen[0] if name != OURS and all(name in ms for ms in chosen)]
    return {name: geometric_mean(ms[OURS] / ms[name] for ms in chosen) for name in peers}


def heading(results: dict[str, Any]) -> str:
    """Write what measures, and what is measured."""
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    machine = results["machine"]
    return (
        f"{versions}\n{machine['cpu']}, {machine['blas']}: {machine['gigaflops']['float32']:.0f} billion operations of "
        f"float32 and {machine['gigabytes_per_second']:.0f} GB a second\n"
        "One thread, medians of CPU time in turns. Behind each peer: our time divided by its time.\n"
    )


def line(record: Record) -> str:
    """Write a record as a line of the table."""
    ours = record["ms"][OURS]
    name = f"{record['case']}, {PASSES.get(record['pass'], record['pass'])}, {record['dtype']}"
    memory = f"{record['peak'] / 2**20:8.1f} MiB" if "peak" in record else " " * 12
    return f"{name:<52} {ours:9.2f} ms {memory}" + written({n: ours / ms for n, ms in record["ms"].items()})


def written(shares: dict[str, float]) -> str:
    """Write ratios, each behind its name."""
    return "".join(f"  {name} {ratio:5.2f}" for name, ratio in shares.items() if name != OURS)


def summary(results: dict[str, Any]) -> str:
    """Write what stands over all cases, and what has no peer."""
    lines = []
    for records, heap in (("records", ""), ("pinned", ", with an allocator that keeps what it is given back")):
        lines += ["", f"Geometric mean over the ten convolutions{heap}"]
        for what, text in PASSES.items():
            for dtype in ("float32", "float64"):
                if means := what != "one image" and ratios(results[records], what, dtype):
                    lines.append(f"{text + ', ' + dtype:<52}             " + " " * 12 + written(means))
    for split, found in results["digits"].items():
        rates, seconds = found["accuracy"], max(found["seconds"])
        lines.append(f"Digits, {split} split: {mean(rates):.4f} right, at worst {min(rates):.4f}, in {seconds:.1f} s")
    for name, grown in results["growth"].items():
        times = ", ".join(f"{size}: {ms:.3g}" for size, ms in zip(grown["sizes"], grown["ms"][OURS], strict=True))
        lines.append(f"Milliseconds by {name}: {times}; memory {max(grown['beyond_output']) / 2**20:.1f} MiB at most")
    picture = results["picture"]
    size, used = picture["size"], (picture["input"] + picture["peak"]) / 2**20
    lines.append(f"A picture of {size} x {size}, kernel 7 x 7: {picture['ms'][OURS]:.0f} ms, {used:.0f} MiB in all")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--output", type=Path, help="the file to write; without --quick benchmarks/results.json")
    options = parser.parse_args(arguments)
    results = run(QUICK if options.quick else Settings())
    print(summary(results))
    output = options.output or (None if options.quick else RESULTS)
    if output:
        output.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        print(f"Written to {output}")


if __name__ == "__main__":
    main()
