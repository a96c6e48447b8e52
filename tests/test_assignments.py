"""Assignments: fit to be handed out, marked in the sandbox as in process, and honest about their points."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from cnn_course.exercises.checking import Answer, judge
from cnn_grading import assignment, checking, grade, sandbox

PATHS = sorted(Path(__file__).parents[1].glob("assignments/*.ipynb"))


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def made(request):
    """An assignment."""
    return assignment.read(request.param.stem, request.param.read_text("utf-8"))


@pytest.fixture(scope="module")
def box():
    """The sandbox of this machine."""
    try:
        return sandbox.Sandbox()
    except sandbox.NoSandbox as error:
        pytest.skip(f"no sandbox can start here: {error}")


def test_it_is_ready_to_hand_out(made, box):
    assert list(checking.faults(made, box)) == []


def test_solutions_and_wrong_answers_get_their_verdicts_word_for_word_in_the_sandbox(made, box):
    cells = [nbformat.v4.new_code_cell(source) for source in made.code("start", "solution")]
    run = grade.Run(box, nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode())
    try:
        run.ready()
        assert not run.faults
        for question in filter(lambda question: question.check, made.questions):
            for code in (question.solution, *(code for _, code in question.wrong)):
                for source in (question.solution, code):  # a wrong class may build on the right one
                    assert "raises" not in run.ask({"do": "run", "name": "cell", "source": source}, 5)
                here = judge(question.name, question.check, Answer(checking.defined(made, question, code), 3))
                there = judge(question.name, question.check, Answer(grade.Remote(run, question.answer), 3))
                assert there == here, code
                run.ready()
    finally:
        run.stop()


def test_headings_tell_the_points_and_minutes_that_count(made):
    text = "\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
    told = re.findall(r"^## \d+\. (.+) \((\d+) points, (\d+) minutes\)$", text, re.M)
    assert told == [(question.title, str(question.points), str(question.minutes)) for question in made.questions]


def test_the_page_for_teachers_lists_every_assignment_with_its_minutes():
    rows = []
    for path in PATHS:
        made = assignment.read(path.stem, path.read_text("utf-8"))
        by_hand = sum(question.check is None for question in made.questions)
        minutes = sum(question.minutes for question in made.questions)
        rows.append(f"| `{made.name}` | {len(made.questions)} | {by_hand} | {minutes} |")
    page = (Path(__file__).parents[1] / "book" / "teach.md").read_text("utf-8")
    assert re.findall(r"^\| `\w+` \| \d.*$", page, re.M) == rows
