"""Is an assignment fit to be handed out? What its author must know before a student sees it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator
from typing import Any

import nbformat

from cnn_course.exercises.checking import Answer, judge

from .assignment import Assignment, Question
from .grade import grade
from .release import leaked, released
from .sandbox import Sandbox

FEWEST = 4  # wrong answers that a question must have
POINTS = 100


def faults(assignment: Assignment, sandbox: Sandbox, seeds: Iterable[int] = range(5)) -> Iterator[str]:
    """Yield what is wrong with an assignment, a sentence each.

    Parameters
    ----------
    assignment : Assignment
    sandbox : Sandbox
        In which solutions and the students' notebook are graded as submissions are.
    seeds : iterable of int
        Under each, solutions must pass and wrong answers lose.

    Yields
    ------
    str
    """
    if assignment.points != POINTS:
        yield f"its questions have {assignment.points} points together, not {POINTS}"
    for question in assignment.questions:
        yield from _faults_of(assignment, question, list(seeds))
    solved = graded(assignment, assignment.code("start", "solution"), sandbox)
    for told in solved["questions"]:
        if told["status"] not in ("right", "needs marking"):
            yield f"{told['name']}: the solution gets {told['points']} of {told['of']} points: {told['text']}"
    given = nbformat.writes(released(assignment))
    result = grade(given.encode(), assignment, b"check", "nobody", sandbox)
    for told in result["questions"]:
        if told["points"] or told["status"] not in ("open", "needs marking"):
            yield f"{told['name']}: what students are given has {told['points']} points, and is {told['status']}"
    for line in leaked(assignment, given):
        yield f"a hidden line goes out: {line}"


def graded(assignment: Assignment, cells: list[str], sandbox: Sandbox) -> dict[str, Any]:
    """Grade cells as if they had been handed in."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return grade(nbformat.writes(notebook).encode(), assignment, b"check", "author", sandbox)


def _faults_of(assignment: Assignment, question: Question, seeds: list[int]) -> Iterator[str]:
    if question.check is None:
        if not question.rubric:
            yield f"{question.name}: it is marked by hand and has no rubric"
        return
    if len(question.wrong) < FEWEST:
        yield f"{question.name}: it has {len(question.wrong)} wrong answers, fewer than {FEWEST}"
    for seed in seeds:
        verdict = judge(question.name, question.check, Answer(defined(assignment, question, question.solution), seed))
        if verdict.status != "right":
            yield f"{question.name}: its solution fails under seed {seed}: {verdict.text}"
    for number, (misconception, code) in enumerate(question.wrong, 1):
        if not misconception:
            yield f"{question.name}: the metadata of wrong answer {number} name no misconception"
        wrong = defined(assignment, question, code)
        if not wrong.__doc__:
            yield f"{question.name}: wrong answer {number} has no docstring that says what is wrong"
        for seed in seeds:
            if judge(question.name, question.check, Answer(wrong, seed)).status == "right":
                yield f"{question.name}: wrong answer {number} passes under seed {seed}"


def defined(assignment: Assignment, question: Question, code: str) -> Any:
    """Return what some code of the author's defines as the answer, after the other solutions."""
    space: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in assignment.code("start", "solution"):
            exec(cell, space)
    exec(compile(code, question.name, "exec"), space)
    return space[question.answer]
