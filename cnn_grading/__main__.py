"""Hand out assignments, collect what comes back, and grade it without trusting it.

python -m cnn_grading check assignments/*.ipynb
python -m cnn_grading release assignments/convolution.ipynb --into release
python -m cnn_grading key
python -m cnn_grading collect convolution moodle.zip --roster roster.csv --into submissions
python -m cnn_grading grade assignments/convolution.ipynb
python -m cnn_grading mark assignments/convolution.ipynb
python -m cnn_grading feedback assignments/convolution.ipynb
python -m cnn_grading report assignments/convolution.ipynb
python -m cnn_grading export assignments/convolution.ipynb --into canvas.csv --roster roster.csv
python -m cnn_grading sheet --variants 4 --chapters 1 2 --pdf
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict, fields
from pathlib import Path

from tqdm import tqdm

from . import batch, export, gradescope
from .assignment import Assignment, read
from .checking import faults
from .collect import collect, read_roster
from .files import write_atomically
from .gradebook import fill
from .mark import mark
from .marks import Places, final
from .release import release
from .sandbox import KINDS, NoSandbox, Sandbox

# What makes pages, sheets and nbgrader's notebooks is imported by the commands that do: grading has no use for it.
CORES = os.cpu_count() or 1


def main(words: list[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    words : list of str, optional
        Of the command line.

    Returns
    -------
    int
        0 if all is well.
    """
    arguments = parser().parse_args(words)
    try:
        return arguments.run(arguments)
    except KeyboardInterrupt:
        print("cnn_grading: stopped; the same command goes on where it was", file=sys.stderr)
        return 130
    except (NoSandbox, OSError, RuntimeError, ValueError) as error:
        print(f"cnn_grading: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    whole = argparse.ArgumentParser(prog="python -m cnn_grading", description=__doc__, formatter_class=_Plain)
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    def command(run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(run.__name__.removesuffix("_command"), help=help, description=help)
        made.set_defaults(run=run)
        return made

    made = command(check_command, "see whether assignments can be handed out: solutions pass, wrong answers lose")
    made.add_argument("assignment", nargs="+", type=Path, help="its source, a notebook")
    made.add_argument("--seeds", type=int, default=5, metavar="N", help="draw the numbers N times (default: 5)")
    _add_sandbox(made)

    made = command(release_command, "write what students get: a notebook, how to run it, and both in a zip")
    made.add_argument("assignment", nargs="+", type=Path, help="its source, a notebook")
    made.add_argument("--into", type=Path, default=Path("release"), metavar="FOLDER", help="default: release")
    made.add_argument("--nbgrader", type=Path, metavar="FOLDER", help="write nbgrader's source and configuration there")

    made = command(collect_command, "take in what students handed in: a folder, or a zip from Moodle or Canvas")
    made.add_argument("assignment", help="its name, such as convolution")
    made.add_argument("source", type=Path, help="the folder or the zip")
    made.add_argument("--roster", type=Path, metavar="CSV", help="who is in the class, and in which group")
    made.add_argument("--into", type=Path, default=Path("submissions"), metavar="FOLDER", help="default: submissions")

    made = command(key_command, "make the secret of the course, once: it decides the numbers that checks draw")
    made.add_argument("--key", type=Path, default=Path("grading.key"), metavar="FILE", help="default: grading.key")

    made = command(grade_command, "grade what was collected; may be stopped and resumed at any moment")
    made.add_argument("assignment", type=Path, help="its source, a notebook")
    made.add_argument("--submissions", type=Path, default=Path("submissions"), metavar="FOLDER", help="as collected")
    made.add_argument("--results", type=Path, default=Path("results"), metavar="FOLDER", help="default: results")
    made.add_argument("--key", type=Path, default=Path("grading.key"), metavar="FILE", help="default: grading.key")
    made.add_argument(
        "--workers", type=int, default=CORES, metavar="N", help="at a time on this machine (default: all cores)"
    )
    made.add_argument("--scheduler", metavar="ADDRESS", help="of a cluster of dask.distributed")
    made.add_argument("--question", metavar="NAME", help="only this one, in results that there are; shows old and new")
    made.add_argument("--again", action="store_true", help="also what was graded with other checks")
    made.add_argument("--yes", action="store_true", help="write without asking")
    _add_sandbox(made)

    made = command(mark_command, "write the answers that wait for you into a table, and read back what you gave them")
    made.add_argument("assignment", type=Path, help="its source, a notebook")
    made.add_argument("--marked", nargs="+", type=Path, default=[], metavar="CSV", help="copies that were filled in")
    _add_places(made)

    made = command(feedback_command, "write a page for each student: points, messages, comments, own code")
    made.add_argument("assignment", type=Path, help="its source, a notebook")
    made.add_argument("--into", type=Path, default=Path("feedback"), metavar="FOLDER", help="default: feedback")
    _add_places(made)

    made = command(report_command, "write a page on the class: marks, questions, and what to teach again")
    made.add_argument("assignment", type=Path, help="its source, a notebook")
    made.add_argument("--into", type=Path, default=Path("reports"), metavar="FOLDER", help="default: reports")
    _add_places(made)

    made = command(export_command, "write marks into a platform's own sheet, or what else comes after grading")
    made.add_argument("assignment", type=Path, help="its source, a notebook")
    kinds = made.add_mutually_exclusive_group(required=True)
    kinds.add_argument("--into", type=Path, metavar="SHEET", help="a CSV from Canvas, Moodle or elsewhere, to fill")
    kinds.add_argument(
        "--to",
        choices=("csv", "code", "gradescope", "nbgrader"),
        help="a table of all questions, one program a student to compare, an autograder, or what nbgrader takes",
    )
    made.add_argument("--roster", type=Path, metavar="CSV", help="what platforms call students: canvas, moodle")
    made.add_argument(
        "--column", default="", metavar="NAME", help="of the sheet, to fill or add (default: the assignment)"
    )
    made.add_argument("--identity", default="", metavar="NAME", help="the column of the sheet that says who a row is")
    made.add_argument(
        "--out-of", type=float, default=0, metavar="POINTS", help="that the sheet counts in, to scale marks"
    )
    made.add_argument(
        "--missing", type=float, metavar="POINTS", help="of who handed in nothing (default: cell untouched)"
    )
    made.add_argument("--output", type=Path, metavar="PATH", help="where it is written (default: told)")
    made.add_argument("--key", type=Path, default=Path("grading.key"), metavar="FILE", help="default: grading.key")
    _add_places(made)

    made = command(sheet_command, "write exam sheets: the pages' questions with drawn numbers, in variants, and a key")
    made.add_argument("--variants", type=int, default=2, metavar="N", help="how many (default: 2)")
    made.add_argument("--chapters", type=int, nargs="+", default=list(range(12)), metavar="N", help="default: all")
    made.add_argument("--questions", nargs="+", metavar="NAME", help="these ones, such as 5.strided_size")
    made.add_argument("--list", action="store_true", help="name the questions of the chapters, and write nothing")
    made.add_argument("--title", default="Convolutional networks", metavar="TEXT")
    made.add_argument("--seed", metavar="WORDS", help="of sheets to be made again (default: words that nobody knows)")
    made.add_argument("--pdf", action="store_true", help="also print each page to a PDF, with Chromium")
    made.add_argument("--moodle", action="store_true", help="also write the questions as Moodle XML")
    made.add_argument("--into", type=Path, default=Path("sheets"), metavar="FOLDER", help="default: sheets")
    return whole


class _Plain(argparse.RawDescriptionHelpFormatter):
    """Help with its examples as they are."""


def _add_sandbox(command: argparse.ArgumentParser) -> None:
    text = "bwrap (default), or none: students' code then runs as you"
    command.add_argument("--sandbox", choices=KINDS, default="bwrap", help=text)


def _add_places(command: argparse.ArgumentParser) -> None:
    for name, default in asdict(Places()).items():
        kind = "CSV" if default.suffix else "FOLDER"
        command.add_argument(f"--{name}", type=Path, default=default, metavar=kind, help=f"default: {default}")


def _places(arguments: argparse.Namespace) -> Places:
    return Places(*(getattr(arguments, field.name) for field in fields(Places)))


def _read(path: Path) -> Assignment:
    return read(path.stem, path.read_text("utf-8"))


def check_command(arguments: argparse.Namespace) -> int:
    """Check assignments."""
    sandbox = Sandbox(arguments.sandbox)
    found = 0
    for path in arguments.assignment:
        assignment = _read(path)
        wrong = sum(len(question.wrong) for question in assignment.questions)
        told = list(faults(assignment, sandbox, range(arguments.seeds)))
        found += len(told)
        print(
            f"{path}: {len(assignment.questions)} questions, {assignment.points} points, {wrong} wrong answers", end=""
        )
        print(": ready to hand out" if not told else "".join(f"\n  {fault}" for fault in told))
    return 1 if found else 0


def release_command(arguments: argparse.Namespace) -> int:
    """Write the students' side of assignments."""
    for path in arguments.assignment:
        assignment = _read(path)
        if arguments.nbgrader:
            from . import nbgrader

            written = nbgrader.release(assignment, arguments.nbgrader)
        else:
            written = release(assignment, arguments.into)
        print("\n".join(map(str, written)))
    return 0


def collect_command(arguments: argparse.Namespace) -> int:
    """Take in what was handed in."""
    print(collect(arguments.assignment, arguments.source, arguments.into, arguments.roster))
    return 0


def key_command(arguments: argparse.Namespace) -> int:
    """Make the secret of the course."""
    with open(arguments.key, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(secrets.token_hex(32) + "\n")
    print(f"{arguments.key}: keep it to yourself, and keep it: results of another secret cannot be added to")
    return 0


def _key(path: Path) -> bytes:
    if not path.exists():
        raise ValueError(f"{path} is not there: make the secret of the course once, with `python -m cnn_grading key`")
    key = path.read_text().strip().encode()
    if len(key) < 32:
        raise ValueError(f"{path} holds {len(key)} characters, too few for a secret: make one with the command key")
    return key


def grade_command(arguments: argparse.Namespace) -> int:
    """Grade what was collected."""
    source, key = arguments.assignment, _key(arguments.key)
    assignment = _read(source)
    results = arguments.results / assignment.name
    results.mkdir(parents=True, exist_ok=True)
    paths = sorted(path for path in (arguments.submissions / assignment.name).glob("*.ipynb") if path.is_file())
    if not paths:
        raise ValueError(f"{arguments.submissions / assignment.name} holds no notebook: has it been collected?")
    Sandbox(arguments.sandbox)  # says what to install before anything is graded
    print(f"Sandbox: {arguments.sandbox}")
    todo, outdated = batch.to_do(paths, results, source, key, arguments.again)
    make = batch.cluster(arguments.scheduler) if arguments.scheduler else batch.local(arguments.workers)
    if arguments.question:
        return _regrade(arguments, assignment, results, paths, key, make)
    jobs = batch.jobs(todo, source, key, arguments.sandbox, ())
    counts: dict[str, int] = {}
    odd = []
    for result in tqdm(batch.finished(jobs, make), total=len(todo), unit="submission", disable=not todo):
        batch.store(results / f"{result['student']}.json", result)
        counts[result["status"]] = counts.get(result["status"], 0) + 1
        if result["status"] not in ("graded", "needs marking"):
            odd.append(f"  {result['student']}: {result['status']}: {result['why']}")
    print("".join(f"{line}\n" for line in sorted(odd)), end="")
    told = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    print(f"{len(todo)} graded{': ' if told else ''}{told}; {len(paths) - len(todo)} as they were; results: {results}")
    if outdated:
        print(
            f"{len(outdated)} were graded with other checks: grade them with --again, or one question with --question"
        )
    return 0


def _regrade(
    arguments: argparse.Namespace,
    assignment: Assignment,
    results: Path,
    paths: list[Path],
    key: bytes,
    make: Callable[[], Executor],
) -> int:
    """Grade one question anew, show what changes, and write it if that is wanted."""
    names = [question.name for question in assignment.questions]
    if arguments.question not in names:
        raise ValueError(f"{assignment.name} has no question {arguments.question!r}, but {', '.join(names)}")
    loaded = ((path, batch.load(results / f"{path.stem}.json")) for path in paths)
    stored = {path.stem: result for path, result in loaded if result and result["questions"]}
    paths = [path for path in paths if path.stem in stored]
    jobs = batch.jobs(paths, arguments.assignment, key, arguments.sandbox, (arguments.question,))
    changed = {}
    for new in tqdm(batch.finished(jobs, make), total=len(paths), unit="submission"):
        old = stored[new["student"]]
        if new["questions"] and old["sha256"] == new["sha256"]:
            changed[new["student"]] = (old, batch.merged(old, new))
    moved = {who: pair for who, pair in changed.items() if pair[0]["points"] != pair[1]["points"]}
    print(f"{'student':24} {'old':>6} {'new':>6}")
    for who, (old, new) in sorted(moved.items()):
        print(f"{who:24} {old['points']:6g} {new['points']:6g}")
    print(f"{arguments.question}: {len(moved)} of {len(changed)} marks change")
    if moved and not arguments.yes and input("Write them? [y/N] ").strip().lower() not in ("y", "yes"):
        print("Nothing was written.")
        return 1
    for who, (_, new) in changed.items():
        batch.store(results / f"{who}.json", new)
    return 0


def mark_command(arguments: argparse.Namespace) -> int:
    """Write and read the table of marks by hand."""
    print(mark(_read(arguments.assignment), _places(arguments), arguments.marked))
    return 0


def feedback_command(arguments: argparse.Namespace) -> int:
    """Write what students get back."""
    from .feedback import feedback

    print(feedback(_read(arguments.assignment), _places(arguments), arguments.into))
    return 0


def report_command(arguments: argparse.Namespace) -> int:
    """Write the page on the class."""
    from .report import report

    print(report(_read(arguments.assignment), _places(arguments), arguments.into))
    return 0


def export_command(arguments: argparse.Namespace) -> int:
    """Write marks for whoever needs them next."""
    name = arguments.assignment.stem
    if arguments.into:
        return _fill(arguments, name)
    if arguments.to == "csv":
        target = arguments.output or Path(f"{name}-marks.csv")
        rows = final(name, _places(arguments))
        export.table(target, rows)
        print(f"{target}: {len(rows)} students")
    elif arguments.to == "code":
        target = arguments.output or Path(f"{name}-code")
        empty = export.code(_read(arguments.assignment), arguments.submissions, target)
        print(f"{target}: a program for each submission, and {export.HANDED_OUT} with what all were given")
        print("".join(f"  no code: {told}\n" for told in empty), end="")
    elif arguments.to == "nbgrader":
        from . import nbgrader

        target = arguments.output or Path("nbgrader")
        written, left = nbgrader.submit(_read(arguments.assignment), _places(arguments), target)
        print(f"{target}: {len(written)} students; now, in that folder: nbgrader autograde {name}")
        print("".join(f"  left out: {told}\n" for told in left), end="")
    else:
        target = arguments.output or Path(f"{name}-gradescope.zip")
        gradescope.package(arguments.assignment, _key(arguments.key), target)
        print(f"{target}: keep it to yourself, the key of the course is in it")
    return 0


def _fill(arguments: argparse.Namespace, name: str) -> int:
    """Write marks into a copy of a platform's sheet."""
    rows = final(name, _places(arguments))
    marks = {row.student: arguments.missing if row.status == "nothing handed in" else row.points for row in rows}
    people = read_roster(arguments.roster) if arguments.roster else {}
    filled = fill(
        arguments.into.read_bytes(),
        marks,
        people,
        name,
        rows[0].of,
        column=arguments.column,
        identity=arguments.identity,
        out_of=arguments.out_of,
    )
    target = arguments.output or arguments.into.with_stem(f"{arguments.into.stem}-filled")
    write_atomically(target, filled.content)
    print(f"{target}: {filled}")
    return 0


def sheet_command(arguments: argparse.Namespace) -> int:
    """Write exam sheets."""
    from .exam import names
    from .exam.sheet import sheets, write

    chosen = arguments.questions or names(arguments.chapters)
    if arguments.list:
        print("\n".join(chosen))
        return 0
    seed = arguments.seed or secrets.token_hex(8)  # whoever knows it has the key
    made = sheets(chosen, arguments.variants, seed)
    for path in write(made, arguments.title, seed, arguments.into, arguments.pdf, arguments.moodle):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
