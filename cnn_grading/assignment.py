"""An assignment: one notebook with everything in it, from which the students' one is made.

Its cells carry tags, as those of the chapters do. A question is a heading with its text, a `start` cell, its
`solution`, a `check` cell that defines `check(answer)`, and `wrong` cells, one for each misconception; a question that
is marked by hand is a `manual` cell, and its `rubric` behind it. What belongs to a question stands in the metadata of
its `check` or `manual` cell.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat
import numpy as np

from cnn_course import exercises, naive
from cnn_course.exercises.checking import Check

HIDDEN = frozenset({"solution", "check", "wrong", "rubric"})  # tags of what students never see


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes
    ----------
    name : str
        Such as "convolution.1".
    title : str
    points : int
    minutes : int
        That it takes a student who has read the chapters.
    answer : str
        What the function or class is called; empty if it is marked by hand.
    check : callable or None
        Of an `Answer`, as those of the chapters; None if it is marked by hand.
    start, solution : str
        Code.
    wrong : tuple of (str, str)
        A misconception and the code of an answer that has it, with a docstring that says how.
    rubric : str
        What a hand-marked answer gets its points for.
    checks : str
        What tells one state of its check from another.
    """

    name: str
    title: str
    points: int
    minutes: int
    answer: str = ""
    check: Check | None = None
    start: str = ""
    solution: str = ""
    wrong: tuple[tuple[str, str], ...] = ()
    rubric: str = ""
    checks: str = ""


@dataclass(frozen=True)
class Assignment:
    """An assignment.

    Attributes
    ----------
    name : str
        Of its file, without the ending.
    questions : tuple of Question
    cells : list
        Of the source, as `nbformat` reads them.
    """

    name: str
    questions: tuple[Question, ...]
    cells: list[Any] = field(repr=False, default_factory=list)

    @property
    def title(self) -> str:
        """Its first heading; its name if there is none."""
        heading = re.search(r"^# (.+)$", "\n".join(cell.source for cell in self.cells), re.M)
        return heading[1].strip() if heading else self.name

    @property
    def points(self) -> int:
        """All points there are."""
        return sum(question.points for question in self.questions)

    def code(self, *tags: str) -> list[str]:
        """Return the code cells that bear no tag, or one of these.

        Parameters
        ----------
        *tags : str

        Returns
        -------
        list of str
            In their order.
        """
        found = (cell for cell in self.cells if cell.cell_type == "code")
        return [cell.source for cell in found if {*cell.metadata.get("tags", ())} <= {*tags}]


def read(name: str, source: str) -> Assignment:
    """Read the source of an assignment; its checks are run, so it must be your own.

    Parameters
    ----------
    name : str
        What the assignment is called.
    source : str
        A notebook.

    Returns
    -------
    Assignment

    Raises
    ------
    ValueError
        If a question lacks a part; the message names both.
    """
    cells = nbformat.reads(source, as_version=4).cells
    questions: list[Question] = []
    parts: dict[str, list[str]] = {}
    for cell in cells:
        tags = HIDDEN | {"start", "manual"}
        (tag,) = tags.intersection(cell.metadata.get("tags", ())) or [""]
        if tag in ("check", "manual"):
            questions.append(_question(name, cell, tag, parts))
            parts = {}
        elif tag == "rubric":
            questions[-1] = replace(questions[-1], rubric=cell.source)
        elif tag == "wrong":
            last = questions[-1]
            misconception = cell.metadata.get("question", {}).get("misconception", "")
            questions[-1] = replace(last, wrong=(*last.wrong, (misconception, cell.source)))
        elif tag:
            parts.setdefault(tag, []).append(cell.source)
    names = [question.name for question in questions]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{name}: two questions are called {', '.join(sorted(twice))}")
    return Assignment(name, tuple(questions), cells)


def _question(assignment: str, cell: Any, tag: str, parts: dict[str, list[str]]) -> Question:
    told = dict(cell.metadata.get("question", {}))
    state = hashlib.sha256(f"{told.get('points')}\n{cell.source}".encode()).hexdigest()[:16]
    where = f"{assignment}, question {told.get('name', '?')}"
    needed = ("name", "title", "points", "minutes", *(("answer",) if tag == "check" else ()))
    if missing := [key for key in needed if key not in told]:
        raise ValueError(f"{where}: the metadata of its {tag} cell lack {', '.join(missing)}")
    if tag == "manual":
        return Question(**told, checks=state)
    if missing := [part for part in ("start", "solution") if len(parts.get(part, ())) != 1]:
        raise ValueError(f"{where}: it needs one cell of each kind: {', '.join(missing)}")
    space: dict[str, Any] = {"np": np, "naive": naive, **{name: getattr(exercises, name) for name in exercises.__all__}}
    exec(compile(cell.source, f"{assignment}: {told['name']}", "exec"), space)
    if not callable(space.get("check")):
        raise ValueError(f"{where}: its check cell must define check(answer)")
    start, solution = parts["start"][0], parts["solution"][0]
    return Question(**told, check=space["check"], start=start, solution=solution, checks=state)
