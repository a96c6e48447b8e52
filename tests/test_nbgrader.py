"""nbgrader, by its own commands, from the assignment to the export: our marks, and nothing that is hidden."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from submissions import HONEST, HOSTILE, LOST, SOURCE_CELLS, source

from cnn_grading import assignment
from cnn_grading.__main__ import main

nbgrader = pytest.importorskip("nbgrader", reason="nbgrader is not installed (pip install nbgrader)")

KINDS = LOST | dict(list((HONEST | HOSTILE).items())[::8])  # every kind takes a minute more
PEOPLE = {f"s{number:03}": name for number, name in enumerate(KINDS)}
WAITING = "s998"  # handed in, and not graded


def result_of(student, kind):
    """Return what grading would find."""
    questions = [
        {
            "name": f"small.{number}",
            "title": "T",
            "points": points,
            "of": of,
            "status": status,
            "text": f"said {student}",
        }
        for number, points, of, status in (
            (1, 60 * (kind.points >= 60), 60, "right" if kind.points >= 60 else "wrong"),
            (2, 30 * (kind.points in (30, 90)), 30, "right" if kind.points in (30, 90) else "stopped"),
            (3, 0, 10, "needs marking"),
        )
    ]
    why = "" if kind.status == "needs marking" else f"why {student}"
    found = {"student": student, "assignment": "small", "status": kind.status, "why": why, "points": kind.points}
    found |= {"of": 100, "questions": [] if kind.status == "unreadable" else questions, "key": "", "checks": ""}
    return found | {"cells": [], "sha256": hashlib.sha256(kind.notebook).hexdigest()}


def command(folder, *words):
    """Run a command of nbgrader in its folder."""
    place = os.path.dirname(sys.executable)  # it looks for alembic there
    environment = os.environ | {"PATH": f"{place}:{os.environ['PATH']}", "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *words], cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Walk from our results through its commands; return its folder."""
    folder = tmp_path_factory.mktemp("course")
    before = Path.cwd()
    os.chdir(folder)
    try:
        Path("small.ipynb").write_text(source(), "utf-8")
        Path("inbox").mkdir()
        for student, name in PEOPLE.items():
            Path(f"inbox/{student}.ipynb").write_bytes(KINDS[name].notebook)
        Path(f"inbox/{WAITING}.ipynb").write_bytes(next(iter(HONEST.values())).notebook)
        assert main(["collect", "small", "inbox"]) == 0
        Path("results/small").mkdir(parents=True)
        for student, name in PEOPLE.items():
            result = result_of(student, KINDS[name])
            Path(f"results/small/{student}.json").write_text(json.dumps(result), "utf-8")
        assert main(["release", "small.ipynb", "--nbgrader", "nbgrader"]) == 0
        done = command("nbgrader", "generate_assignment", "small")
        assert done.returncode == 0, done.stderr
        assert main(["export", "small.ipynb", "--to", "nbgrader"]) == 0
        done = command("nbgrader", "autograde", "small")
        assert done.returncode == 0, done.stderr
        done = command("nbgrader", "generate_feedback", "small")
        assert done.returncode == 0, done.stderr
        done = command("nbgrader", "export")
        assert done.returncode == 0, done.stderr
    finally:
        os.chdir(before)
    return folder / "nbgrader"


def rows_of(database, words):
    with sqlite3.connect(database) as connection:
        return connection.execute(words).fetchall()


SCORES = """
select submitted_assignment.student_id, base_cell.name, grade.auto_score, grade.needs_manual_grade
from grade join submitted_notebook on grade.notebook_id = submitted_notebook.id
join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
join base_cell on grade.cell_id = base_cell.id
"""


def test_every_mark_of_its_gradebook_equals_our_result(course):
    found = {(student, name): score for student, name, score, _ in rows_of(course / "gradebook.db", SCORES)}
    for student in PEOPLE:
        result = json.loads((course.parent / f"results/small/{student}.json").read_text("utf-8"))
        told = {question["name"]: question["points"] for question in result["questions"]}
        for name in ("small.1", "small.2"):
            assert found.pop((student, name.replace(".", "-"))) == told.get(name, 0), (student, PEOPLE[student])
    assert {name for _, name in found} == {"small-3"}


def test_who_has_no_result_is_left_out_and_gets_no_mark_if_he_is_put_in(course, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(course.parent)
    assert main(["export", "small.ipynb", "--to", "nbgrader", "--output", str(tmp_path)]) == 0
    assert f"left out: {WAITING}: it has not been graded yet" in capsys.readouterr().out
    assert not (tmp_path / "submitted" / WAITING).exists()
    shutil.copytree(course / "submitted/s000", course / "submitted" / WAITING)
    done = command(course, "autograde", "small", "--student", WAITING)
    shutil.rmtree(course / "submitted" / WAITING)
    assert f"{WAITING} gets no mark: it has not been graded yet" in done.stderr and done.returncode != 0


def test_its_export_has_our_totals(course):
    with open(course / "grades.csv", newline="", encoding="utf-8") as file:
        totals = {row["student_id"]: row["score"] for row in csv.DictReader(file) if row["assignment"] == "small"}
    for student, name in PEOPLE.items():
        assert float(totals[student]) == KINDS[name].points


def test_what_was_written_by_hand_waits_for_a_hand_and_what_was_not_gets_none(course):
    waiting = {
        student: needs for student, name, _, needs in rows_of(course / "gradebook.db", SCORES) if name == "small-3"
    }
    assert {*PEOPLE} <= {*waiting}


def test_its_feedback_tells_our_message_and_why_a_file_was_not_read(course):
    for student, name in PEOPLE.items():
        page = (course / f"feedback/{student}/small/small.html").read_text("utf-8")
        if KINDS[name].status == "unreadable":
            assert f"unreadable: why {student}" in page
        else:
            assert f"right: said {student}" in page or f"wrong: said {student}" in page


def test_nothing_hidden_is_in_its_database_or_in_any_of_its_files(course):
    hidden = [code for tag, code, _ in SOURCE_CELLS if tag in ("solution", "check", "wrong", "rubric")]
    lines = {line.strip() for code in hidden for line in code.splitlines() if len(line.strip()) >= 16}
    lines = {line for line in lines if line in ("def check(answer):",) or "answer.random" in line or "slips" in line}
    assert len(lines) >= 3
    for path in [course / "gradebook.db", *course.glob("source/**/*.ipynb"), *course.glob("release/**/*.ipynb")]:
        content = path.read_bytes()
        assert not [line for line in lines if line.encode() in content], path
    assert b"points of this question" in (course / "gradebook.db").read_bytes()


def test_no_submission_has_run_in_it(course):
    for path in course.glob("autograded/**/*.ipynb"):
        notebook = nbformat.read(path, 4)
        outputs = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
        assert [cell.metadata.nbgrader.grade_id for cell in outputs] == ["small-1", "small-2"]
        assert not [cell for cell in notebook.cells if cell.get("execution_count")]


def test_its_release_is_the_students_notebook_and_can_be_graded(course):
    released = nbformat.read(course / "release/small/small.ipynb", 4)
    graded = [cell.metadata.nbgrader for cell in released.cells if "nbgrader" in cell.metadata]
    assert [(each.grade_id, each.points, each.solution) for each in graded] == [
        ("small-1", 60, False),
        ("small-2", 30, False),
        ("small-3", 10, True),
    ]
    assert sum("NotImplementedError" in cell.source for cell in released.cells) == 1


def test_the_two_hooks_it_leans_on_are_there():
    from nbgrader.converters.autograde import Autograde
    from nbgrader.utils import determine_grade

    assert "Execute" in [step.__name__ for step in Autograde.autograde_preprocessors.default()]
    cell = nbformat.v4.new_code_cell(metadata={"nbgrader": {"grade": True, "solution": False, "points": 3}})
    cell.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="said"),
        nbformat.v4.new_output("execute_result", {"text/plain": "1.5"}),
    ]
    assert determine_grade(cell) == (1.5, 3.0)


def test_all_assignments_make_a_source_that_nbgrader_takes():
    from nbgrader.nbgraderformat import MetadataValidator

    from cnn_grading.nbgrader import source as bridged

    for path in sorted((Path(__file__).parents[1] / "assignments").glob("*.ipynb")):
        made = assignment.read(path.stem, path.read_text("utf-8"))
        notebook = bridged(made)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        points = [cell.metadata.nbgrader.points for cell in notebook.cells if "nbgrader" in cell.metadata]
        assert points == [question.points for question in made.questions]
        assert not re.search("def check|answer.random", nbformat.writes(notebook))
