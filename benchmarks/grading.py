"""What grading costs: CPU time, rate and memory for a class that hands in an assignment, and for a hostile submission.

python benchmarks/grading.py                50 of each assignment, 50 and 500 of assignments/convolution.ipynb
python benchmarks/grading.py --class 50     a smaller class, on a busy machine
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from cnn_grading import assignment, batch, grade, sandbox

SOURCES = sorted((Path(__file__).resolve().parents[1] / "assignments").glob("*.ipynb"))
SOURCE = SOURCES[0]  # convolution
KEY = b"benchmark" * 8
MANY = 10_000
HOSTILE = "while True: pass"  # in every answer


def notebook(*cells: str) -> bytes:
    """Return a notebook of code cells."""
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    return nbformat.writes(nbformat.v4.new_notebook(cells=made)).encode()


def ordinary(made: assignment.Assignment) -> list[bytes]:
    """Return right submissions, and one with each wrong answer."""
    right = made.code("start", "solution")
    wrong = [code for question in made.questions for _, code in question.wrong]
    return [notebook(*right), *(notebook(*right, code) for code in wrong)]


def hostile(made: assignment.Assignment) -> bytes:
    """Return a submission whose every answer never ends."""
    stuck = [
        f"def {question.answer}(*given, **options):\n    {HOSTILE}" for question in made.questions if question.check
    ]
    return notebook(*made.code("start"), *stuck)


def typical(path: Path, box: sandbox.Sandbox) -> str:
    """Say what an ordinary submission of an assignment costs on either side of the pipe."""
    made = assignment.read(path.stem, path.read_text("utf-8"))
    kinds = ordinary(made)
    seconds = [grade.grade(kinds[number % len(kinds)], made, KEY, f"s{number}", box)["seconds"] for number in range(50)]
    trusted, worker = (statistics.median(each[side] for each in seconds) for side in ("grader", "submission"))
    return f"{trusted + worker:.3f} s of CPU, {worker:.3f} of it in the sandbox"


def peak(count: int) -> float:
    """Grade so many in a process of its own by the batch's own loop, and return the most MiB that it has held."""
    command = [sys.executable, __file__, "--peak", str(count)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def grade_class(count: int, workers: int) -> int:
    """Grade so many submissions as the command does; return how many got a mark."""
    kinds = ordinary(assignment.read(SOURCE.stem, SOURCE.read_text("utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"s{number:05d}.ipynb" for number in range(count)]
        for number, path in enumerate(paths):
            path.write_bytes(kinds[number % len(kinds)])
        jobs = batch.jobs(paths, SOURCE, KEY, "bwrap", ())
        done = [result["status"] != "stopped" for result in batch.finished(jobs, batch.local(workers))]
    return sum(done)


def main(words: list[str] | None = None) -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class", dest="count", type=int, default=500, metavar="N", help="of how many (default: 500)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="at a time (default: 2)")
    parser.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.peak:
        grade_class(arguments.peak, 1)
        most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(most / 1024)
        return
    made = assignment.read(SOURCE.stem, SOURCE.read_text("utf-8"))
    box = sandbox.Sandbox()
    stuck = grade.grade(hostile(made), made, KEY, "hostile", box)["seconds"]
    began = time.perf_counter()
    marked = grade_class(arguments.count, arguments.workers)
    took = time.perf_counter() - began
    rate = arguments.count / took * 60
    rows = [
        *((f"ordinary submission of {path.stem} (median of 50)", typical(path, box)) for path in SOURCES),
        ("hostile submission: no answer ends", f"{stuck['submission']:.1f} s of CPU, {stuck['wall']:.1f} s in all"),
        (f"{marked} of {arguments.count} marked, {arguments.workers} at a time", f"{rate:.0f} a minute"),
        (f"{MANY:,} would take, at that rate", f"{MANY / rate:.0f} minutes"),
        *((f"most memory of a trusted process, class of {n}", f"{peak(n):.0f} MiB") for n in (50, arguments.count)),
    ]
    for what, how_much in rows:
        print(f"{what:56} {how_much}")


if __name__ == "__main__":
    main()
