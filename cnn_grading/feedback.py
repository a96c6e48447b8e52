"""What students get back: a page each, and the same as plain text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from .assignment import Assignment
from .files import write_atomically
from .marks import Final, Places, final
from .pages import page
from .reading import cells_to_read, code_of, seen, words_of
from .verdicts import Told, told

WORDS = {
    "right": "right",
    "wrong": "not yet right",
    "open": "nothing written",
    "missing": "not found",
    "stopped": "stopped",
    "needs marking": "not marked yet",
    "marked by hand": "marked by hand",
}
SIGNS = {
    "right": "✓",
    "wrong": "✗",
    "open": "○",
    "missing": "?",
    "stopped": "■",
    "needs marking": "…",
    "marked by hand": "✎",
}


@dataclass(frozen=True)
class Given:
    """The pages that were written; it prints as a summary.

    Attributes
    ----------
    folder : Path
    rows : list of Final
        One for each student.
    """

    folder: Path
    rows: list[Final]

    def __str__(self) -> str:
        written = [row for row in self.rows if row.file]
        lines = [f"{len(written)} of {len(self.rows)} students have a page (.html and .txt) in {self.folder}"]
        lines += [f"  {row.student}: {row.status}, {row.why}" for row in written if row.points is None]
        lines += [f"  {row.student}: nothing handed in, no page" for row in self.rows if not row.file]
        return "\n".join(lines)


def feedback(assignment: Assignment, places: Places, into: Path) -> Given:
    """Write a page for each student who handed something in.

    Parameters
    ----------
    assignment : Assignment
    places : Places
    into : Path
        Below it, a folder named after the assignment is written.

    Returns
    -------
    Given
    """
    rows = final(assignment.name, places)
    folder = into / assignment.name
    folder.mkdir(parents=True, exist_ok=True)
    for row in rows:
        if row.file:
            file = places.submissions / assignment.name / f"{row.file}.ipynb"
            for kind, text in pages_of(assignment, row, file.read_bytes() if file.exists() else b"").items():
                write_atomically(folder / f"{row.student}.{kind}", text.encode())
    return Given(folder, rows)


def pages_of(assignment: Assignment, row: Final, notebook: bytes) -> dict[str, str]:
    """Return what one student gets back.

    Parameters
    ----------
    assignment : Assignment
    row : Final
        The student's marks.
    notebook : bytes
        The student's file.

    Returns
    -------
    dict of str
        The page under "html", and the plain text under "txt".
    """
    cells = cells_to_read(notebook)
    questions = {question.name: question for question in assignment.questions}
    parts: list[tuple[Told, str, str]] = []
    for mark in row.questions:
        question = questions.get(mark.name)
        if question is None:
            raise ValueError(f"{assignment.name} no longer has the question {mark.name}: grade it again")
        words = code_of(cells, question.answer) if question.check else words_of(cells, assignment, question)
        parts.append((told(seen(mark.text), question.answer), question.answer, words))
    values = {
        "title": assignment.title,
        "row": replace(row, why=seen(row.why), faults=tuple(map(seen, row.faults))),
        "parts": parts,
        "cells": [cell for cell in cells if cell.text.strip()],
        "words": WORDS,
        "signs": SIGNS,
    }
    return {kind: page(f"feedback.{kind}.jinja", **values) for kind in ("html", "txt")}
