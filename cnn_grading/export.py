"""Marks and code for what comes after grading: a table of all questions, and one program a student to compare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import nbformat

from .assignment import Assignment
from .files import write_atomically
from .marks import Final
from .release import released
from .source import cells_of
from .tables import write_table

COLUMNS = ("student", "file", "received", "status", "why", "late", "earned", "penalty", "points", "of")  # of `Final`
HANDED_OUT = "_handed_out.py"  # tools that compare programs leave out what all were given


def table(path: Path, rows: Iterable[Final]) -> None:
    """Write everything that is known of each student's mark, a row each, two columns a question.

    Parameters
    ----------
    path : Path
        A CSV.
    rows : iterable of Final
    """
    written = []
    columns = dict.fromkeys(COLUMNS)
    for row in rows:
        told = {name: _cell(getattr(row, name)) for name in COLUMNS}
        for mark in row.questions:
            told |= {mark.name: _cell(mark.points), f"{mark.name} status": mark.status}
        columns |= dict.fromkeys(told)
        written.append(told)
    write_table(path, columns, written)


def _cell(value: str | float | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:.12g}"


def code(assignment: Assignment, submissions: Path, into: Path) -> list[str]:
    """Write the code of each submission as one program, and what was handed out as another.

    Parameters
    ----------
    assignment : Assignment
    submissions : Path
        The folder as collected, below which the assignment's is.
    into : Path
        Where the programs go, named after the files; it is made if it is not there.

    Returns
    -------
    list of str
        Files that hold no code, and why.

    Raises
    ------
    ValueError
        If nothing was collected.
    """
    paths = sorted((submissions / assignment.name).glob("*.ipynb"))
    if not paths:
        raise ValueError(f"{submissions / assignment.name} holds no notebook: has it been collected?")
    into.mkdir(parents=True, exist_ok=True)
    write_atomically(into / HANDED_OUT, _program(nbformat.writes(released(assignment)).encode()))
    empty = []
    for path in paths:
        try:
            write_atomically(into / f"{path.stem}.py", _program(path.read_bytes()))
        except (ValueError, RecursionError) as error:
            empty.append(f"{path.stem}: {error}")
    return empty


def _program(notebook: bytes) -> bytes:
    """Return the code cells of a notebook; what only IPython understands becomes comments, and nothing is run."""
    cells = (re.sub(r"^(?=\s*[%!])", "# ", cell, flags=re.M) for cell in cells_of(notebook))
    parts = (f"# Cell {number}\n{cell.rstrip()}\n" for number, cell in enumerate(cells, 1))
    return "\n\n".join(parts).encode(errors="replace")
