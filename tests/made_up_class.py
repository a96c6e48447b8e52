"""A made-up class: files handed in, their results, marks by hand and deadlines, below one folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import nbformat

from cnn_grading.assignment import read
from cnn_grading.marks import Places, final
from cnn_grading.tables import write_table


def question(name, points, of, status="right", text="right, in all of 5 cases."):
    """Return a question of a result."""
    return {
        "name": f"small.{name}",
        "title": f"Title {name}",
        "points": points,
        "of": of,
        "status": status,
        "text": text,
        "checks": "1" * 16,
    }


RIGHT, WRONG = question(1, 60, 60), question(1, 0, 60, "wrong", "not yet. It came out backwards.")
SCALE, WORDS = question(2, 30, 30), question(3, 0, 10, "needs marking", "")


class Class:
    """A made-up class below a folder.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.places = Places(*(folder / name for name in ("submissions", "results", "marks", "deadlines.csv")))
        self.people: list[str] = []

    def add(
        self,
        file,
        *questions,
        students=(),
        status="needs marking",
        why="",
        received="2026-11-01T12:00:00",
        notebook=None,
    ):
        """Hand in a file, and grade it; handed in again, it takes the place of the first."""
        content = file.encode() if notebook is None else notebook
        sha256 = hashlib.sha256(content).hexdigest()
        result = {
            **{"student": file, "assignment": "small", "status": status, "why": why},
            **{"points": sum(told["points"] for told in questions), "of": 100, "questions": questions, "cells": []},
            **{"sha256": sha256, "key": "0" * 16},
        }
        for place, name, text in (
            (self.places.submissions, f"{file}.ipynb", content),
            (self.places.results, f"{file}.json", json.dumps(result).encode()),
        ):
            (place / "small").mkdir(parents=True, exist_ok=True)
            (place / "small" / name).write_bytes(text)
        self.people += [
            row for student in students or [file] if (row := f"{student},{file},{received},\n") not in self.people
        ]
        self._tell()
        return sha256

    def absent(self, student):
        """Somebody hands in nothing."""
        self.people.append(f"{student},,,nothing handed in\n")
        self._tell()

    def _tell(self):
        table = self.places.submissions / "small" / "collected.csv"
        table.write_text("student,file,received,note\n" + "".join(self.people), "utf-8")

    def mark(self, *rows, name="small"):
        """Mark by hand: student, question, points, comment, sha256."""
        self.places.marks.mkdir(exist_ok=True)
        columns = ("student", "question", "points", "comment", "sha256")
        write_table(self.places.marks / f"{name}.csv", columns, [dict(zip(columns, row, strict=True)) for row in rows])

    def due(self, *rows):
        """Set deadlines."""
        self.places.deadlines.write_text("assignment,student,due,percent,days\n" + "\n".join(rows), "utf-8")

    def final(self):
        """Return what each student gets, by student."""
        return {row.student: row for row in final("small", self.places)}


def assignment_of(*cells):
    """Return an assignment of the questions small.1, in code, and small.3, by hand, from its cells."""
    return read("small", nbformat.writes(nbformat.v4.new_notebook(cells=list(cells))))


TEXT, CELL = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
START = CELL("def ring(x, w):\n    raise NotImplementedError", metadata={"tags": ["start"]})
ASK = TEXT("## 3. Why?")
OWN = TEXT(
    "*Your answer here.*",
    metadata={"tags": ["manual"], "question": {"name": "small.3", "title": "Why", "points": 10, "minutes": 5}},
)
SMALL = assignment_of(
    TEXT("# Small\n\nRings."),
    START,
    CELL("def ring(x, w):\n    return x", metadata={"tags": ["solution"]}),
    CELL(
        "def check(answer):\n    expect(answer, 1.0, 2.0, gives=1.0)",
        metadata={
            "tags": ["check"],
            "question": {"name": "small.1", "title": "Ring", "points": 60, "minutes": 5, "answer": "ring"},
        },
    ),
    ASK,
    OWN,
    TEXT("5 points: for the mean.", metadata={"tags": ["rubric"]}),
    TEXT("## That is all"),
)


def handed_in(*cells):
    """Return a notebook, as bytes."""
    return nbformat.writes(nbformat.v4.new_notebook(cells=list(cells))).encode()


def edited(cell, source):
    """Return a cell with another text and the same id."""
    return nbformat.NotebookNode(cell | {"source": source})


def answers(course, **files):
    """Hand in a notebook for each student, with these words."""
    for file, words in files.items():
        course.add(file, RIGHT, WORDS, notebook=handed_in(START, ASK, edited(OWN, words), TEXT("## That is all")))
