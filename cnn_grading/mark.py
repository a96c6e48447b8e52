"""Marks by hand: a table with a row for each answer, to be filled in with a spreadsheet and read back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .assignment import Assignment
from .batch import results_of
from .marks import Places, hand_marks
from .reading import cells_to_read, words_of
from .tables import number, write_table

COLUMNS = ("question", "student", "points", "of", "comment", "answer", "rubric", "title", "note", "sha256")
AGAIN = "mark it again"
LONGEST = 30_000  # signs that a cell of a spreadsheet holds, and a few less


@dataclass(frozen=True)
class Marked:
    """A table of marks by hand, as it is now.

    Attributes
    ----------
    path : Path
    rows : list of dict
    """

    path: Path
    rows: list[dict[str, str]]

    def __str__(self) -> str:
        waiting = [row for row in self.rows if not row["points"] and row["waits"]]
        lines = [f"{self.path}: {len(self.rows)} rows, {len(waiting) or 'none'} without points"]
        lines += [f"  {row['student']}, {row['question']}: {row['note']}" for row in self.rows if row["note"]]
        if waiting:
            lines.append("Fill in points and comment, in that file or in copies, and take copies in with --marked.")
        return "\n".join(lines)


def mark(assignment: Assignment, places: Places, marked: Iterable[Path] = ()) -> Marked:
    """Write the table of marks by hand anew: with every answer there is, and every mark that was given.

    Parameters
    ----------
    assignment : Assignment
    places : Places
    marked : iterable of Path
        Copies of the table that somebody filled in; a later one goes before an earlier one.

    Returns
    -------
    Marked

    Raises
    ------
    ValueError
        If there are no results, or a row belongs to no question or student, or bears points that cannot be; then
        nothing is written.
    """
    path = places.marks / f"{assignment.name}.csv"
    results = results_of(assignment.name, places.results)
    given = hand_marks(path)
    for copy in marked:
        for where, row in hand_marks(copy).items():
            if row["points"] or row["comment"]:
                given[where] = row
    questions = {question.name: question for question in assignment.questions}
    for (student, name), row in given.items():
        if student not in results or name not in questions:
            raise ValueError(f"{path}: there is no result of {student!r}, or no question {name!r}")
        most = questions[name].points
        if (number(row["points"]) or 0) > most:
            raise ValueError(f"{path}: {student} has {row['points']} of {most} points for {name}, which is too many")
    rows = []
    for name, question in questions.items():
        for student, result in results.items():
            old = given.get((student, name))
            if old is None and (question.check is not None or not result["questions"]):
                continue
            file = places.submissions / assignment.name / f"{student}.ipynb"
            cells = cells_to_read(file.read_bytes()) if question.check is None and file.exists() else []
            answer = words_of(cells, assignment, question) if question.check is None else ""
            row = {
                **{"question": name, "student": student, "points": "", "of": f"{question.points}", "comment": ""},
                **{"answer": answer[:LONGEST], "rubric": question.rubric, "title": question.title},
                **{"note": "", "sha256": result["sha256"], "waits": "yes" if question.check is None else ""},
            }
            rows.append(row | _carried(old, row))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, COLUMNS, [{name: row[name] for name in COLUMNS} for row in rows])
    return Marked(path, rows)


def _carried(old: dict[str, str] | None, row: dict[str, str]) -> dict[str, str]:
    """Return what of an earlier row still holds, and what to say of the rest."""
    if old is None:
        kept, note = {}, ""
    elif old["sha256"] in ("", row["sha256"]) or (
        row["waits"] and _bare(old.get("answer", "")) == _bare(row["answer"])
    ):
        kept = {"points": old["points"], "comment": old["comment"]}
        note = old.get("note", "") * (old.get("note", "").startswith(AGAIN) and not old["points"])
    else:
        kept = {"comment": old["comment"]}
        note = f"{AGAIN}: the file has changed, and it had {old['points'] or 'no'} points"
    if row["waits"] and not row["answer"] and not kept.get("points"):
        note = note or "nothing was written where the answer belongs: look into the file"
    elif len(row["answer"]) >= LONGEST:
        note = note or "the answer goes on in the file"
    return kept | {"note": note}


def _bare(text: str) -> str:
    """Return what no spreadsheet changes of a text."""
    return re.sub(r"\s+", "", text)
