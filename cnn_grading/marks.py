"""From results, marks by hand and deadlines to what each student gets: computed whenever it is asked for, never stored.

So a deadline that moves, or a comment that is added, needs no regrading.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .batch import results_of
from .tables import number, read_table

DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Places:
    """Where a course keeps its files.

    Attributes
    ----------
    submissions, results, marks : Path
        Folders; below them, `collect`, `grade` and `mark` write.
    deadlines : Path
        A CSV of your own; without it nothing is late.
    """

    submissions: Path = Path("submissions")
    results: Path = Path("results")
    marks: Path = Path("marks")
    deadlines: Path = Path("deadlines.csv")


@dataclass(frozen=True)
class Mark:
    """What a student gets for one question.

    Attributes
    ----------
    name, title : str
    points : float or None
        None as long as nobody has marked it.
    of : float
    status : str
        As `grade` gives it, or "marked by hand".
    text : str
        The message of the question's author.
    comment : str
        Of whoever marked it by hand.
    """

    name: str
    title: str
    points: float | None
    of: float
    status: str
    text: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Final:
    """What a student gets for an assignment.

    Attributes
    ----------
    student : str
        As in the roster.
    file : str
        Whose result it is: the student's, or the group's; empty if nothing was handed in.
    received : str
        When, as `collect` tells it.
    status : str
        "graded", "stopped" (something ended the program; every question has its mark all the same), "needs marking",
        "unreadable", "not graded" or "nothing handed in".
    why : str
        What `status` leaves open.
    questions : tuple of Mark
        Empty if no question was graded.
    of : float
        All points there are; 0 if nobody's result tells.
    late : int
        Days begun after the deadline.
    penalty : float
        Points that being late costs; never more than were earned.
    faults : tuple of str
        What cells of the notebook raised, a sentence each.
    """

    student: str
    file: str
    received: str
    status: str
    why: str
    questions: tuple[Mark, ...]
    of: float
    late: int = 0
    penalty: float = 0.0
    faults: tuple[str, ...] = ()

    @property
    def earned(self) -> float:
        """Points before any penalty, of the questions that have their mark."""
        return round(math.fsum(mark.points or 0 for mark in self.questions), 2)

    @property
    def points(self) -> float | None:
        """The mark, to two decimals; None as long as there is none that could be told to anybody."""
        if not self.questions or any(mark.points is None for mark in self.questions):
            return None
        return round(self.earned - self.penalty, 2)


@dataclass(frozen=True)
class Deadline:
    """When an assignment is due, and what it costs to be late.

    Attributes
    ----------
    due : datetime
    percent : float
        Of all points of the assignment, for each day begun.
    days : float
        After so many days nothing counts.
    """

    due: datetime
    percent: float = 0.0
    days: float = math.inf

    def late(self, received: datetime) -> int:
        """Return the days begun since it was due."""
        return max(0, math.ceil((received - self.due).total_seconds() / DAY))

    def penalty(self, days: int, earned: float, of: float) -> float:
        """Return the points that so many days cost."""
        return earned if days > self.days else round(min(earned, days * self.percent / 100 * of), 2)


def final(assignment: str, places: Places = Places()) -> list[Final]:
    """Return what each student gets for an assignment.

    Parameters
    ----------
    assignment : str
        Its name.
    places : Places

    Returns
    -------
    list of Final
        In the order of the roster; without one, of whoever handed in.

    Raises
    ------
    ValueError
        If there are no results, or a table cannot be read; the message says where.
    """
    results = results_of(assignment, places.results)
    of = max(result["of"] for result in results.values())
    by_hand = hand_marks(places.marks / f"{assignment}.csv")
    names = {question["name"] for result in results.values() for question in result["questions"]}
    for file, name in by_hand:
        if file not in results or name not in names:
            raise ValueError(f"marks of {assignment}: there is no result of {file!r} with a question {name!r}")
    people = list(_people(assignment, places, results))
    groups = {file for _, file, _ in people}
    due = deadlines(places.deadlines, assignment)
    if strange := set(due) - {"", *groups, *(student for student, _, _ in people)}:
        raise ValueError(f"{places.deadlines}: {assignment} has no student or group {', '.join(sorted(strange))}")
    rows = []
    for student, file, received in people:
        if not file:
            rows.append(Final(student, "", received, "nothing handed in", "", (), of))
            continue
        result = results.get(file)
        if result is None or result["sha256"] != _digest(places.submissions / assignment / f"{file}.ipynb", result):
            why = "it has not been graded yet" if result is None else "the file has changed since it was graded"
            rows.append(Final(student, file, received, "not graded", why, (), of))
            continue
        row = _row(student, received, result, by_hand)
        deadline = due.get(student) or due.get(file) or due.get("")
        if deadline:
            if not received:
                raise ValueError(f"{assignment}: collected.csv does not tell when {file} was received")
            days = deadline.late(_time(received, f"collected.csv, {student}"))
            row = replace(row, late=days, penalty=deadline.penalty(days, row.earned, row.of))
        rows.append(row)
    return rows


def _row(student: str, received: str, result: dict[str, Any], by_hand: dict[tuple[str, str], dict[str, str]]) -> Final:
    """Join one result and the marks by hand that are for this very file."""
    questions = []
    for told in result["questions"]:
        points = None if told["status"] == "needs marking" else told["points"]
        mark = Mark(told["name"], told["title"], points, told["of"], told["status"], told["text"])
        row = by_hand.get((result["student"], told["name"]))
        if row and not row["sha256"]:
            raise ValueError(f"marks of {result['assignment']}: {row['student']}, {mark.name} is new: run `mark` first")
        if row and row["sha256"] == result["sha256"]:
            given = number(row["points"])
            if given is not None and given > mark.of:
                raise ValueError(
                    f"marks of {result['assignment']}: {result['student']} has {given:g} of {mark.of:g} points for "
                    f"{mark.name}"
                )
            mark = replace(mark, comment=row["comment"])
            if given is not None:
                mark = replace(mark, points=given, status="marked by hand")
        questions.append(mark)
    waiting = [mark.name for mark in questions if mark.points is None]
    status, why = result["status"], result["why"]
    if why.startswith("the grader failed"):
        status, questions = "not graded", []
    elif waiting:
        status, why = "needs marking", f"{', '.join(waiting)}: nobody has marked it yet"
    elif status == "needs marking":
        status = "graded"
    return Final(
        student, result["student"], received, status, why, tuple(questions), result["of"], faults=tuple(result["cells"])
    )


def _people(assignment: str, places: Places, results: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield who is in the class, whose file is theirs, and when it was received."""
    collected = places.submissions / assignment / "collected.csv"
    if not collected.exists():
        yield from ((file, file, "") for file in results)
        return
    for row in read_table(collected, "student", "file", "received"):
        for name in (row["student"], row["file"]):
            if Path(name).name != name:
                raise ValueError(f"{collected}: {name!r} cannot name a file")
        yield row["student"], row["file"], row["received"]


def _digest(path: Path, result: dict[str, Any]) -> str:
    """Return the digest of a submission; that of its result if the file is no longer here."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else str(result["sha256"])


def hand_marks(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Return the rows of a table of marks by student, or group, and question.

    Parameters
    ----------
    path : Path
        As `mark` writes it; where it is not, nobody has marked anything.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If a number cannot be one, or a row is there twice.
    """
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for row in read_table(path, "student", "question", "points", "comment", "sha256") if path.exists() else ():
        where = row["student"], row["question"]
        if where in rows:
            raise ValueError(f"{path}: {where[0]} is there twice with {where[1]}")
        try:
            number(row["points"])
        except ValueError as error:
            raise ValueError(f"{path}: {where[0]}, {where[1]}: {error}") from None
        rows[where] = row
    return rows


def deadlines(path: Path, assignment: str) -> dict[str, Deadline]:
    """Return when an assignment is due: for everybody under "", and for whoever has an extension.

    Parameters
    ----------
    path : Path
        A CSV with the columns assignment, student (or group; empty: everybody), due, percent and days. What a row of
        one student leaves empty is as in the row of everybody.
    assignment : str

    Returns
    -------
    dict of Deadline

    Raises
    ------
    ValueError
        If a row cannot be read, or is there twice.
    """
    if not path.exists():
        return {}
    rows: dict[str, dict[str, str]] = {}
    for row in read_table(path, "assignment", "student", "due", "percent", "days"):
        if row["assignment"] == assignment:
            if row["student"] in rows:
                raise ValueError(f"{path}: {assignment} is there twice for {row['student'] or 'everybody'}")
            rows[row["student"]] = row
    general = rows.get("", {})
    found = {}
    for student, row in rows.items():
        where = f"{path}: {assignment}, {student or 'everybody'}"
        told = {name: row[name] or general.get(name, "") for name in ("due", "percent", "days")}
        try:
            percent, days = number(told["percent"]), number(told["days"])
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
        if percent is not None and percent > 100:
            raise ValueError(f"{where}: {percent:g} percent a day are more than all")
        found[student] = Deadline(_time(told["due"], where), percent or 0.0, math.inf if days is None else days)
    return found


def _time(text: str, where: str) -> datetime:
    """Read a time as `collect` writes it, by the clock of whoever wrote it: "2026-11-01T23:59"."""
    try:
        found = datetime.fromisoformat(text.partition(" attempt")[0])
    except ValueError:
        raise ValueError(f"{where}: {text!r} is no time such as 2026-11-01T23:59") from None
    if found.tzinfo:
        raise ValueError(f"{where}: {text!r} names a time zone; write it by the clock of collected.csv")
    if len(text) == 10:
        raise ValueError(f"{where}: {text!r} lacks the hour: write {text}T23:59")
    return found
