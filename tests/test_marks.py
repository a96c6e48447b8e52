"""From results, marks by hand and deadlines to what each student gets; the expected marks are worked out by hand."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from cnn_grading.marks import Places, final
from cnn_grading.tables import number, read_table, write_table


def question(name, points, of, status="right", text="right, in all of 5 cases."):
    """Return a question of a result."""
    return {
        "name": f"small.{name}",
        "title": f"Title {name}",
        "points": points,
        "of": of,
        "status": status,
        "text": text,
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

    def add(self, file, *questions, students=(), status="needs marking", why="", received="2026-11-01T12:00:00"):
        """Hand in a file, and grade it."""
        content = file.encode()
        sha256 = hashlib.sha256(content).hexdigest()
        result = {
            **{"student": file, "assignment": "small", "status": status, "why": why},
            **{"points": sum(told["points"] for told in questions), "of": 100, "questions": questions, "cells": []},
            **{"sha256": sha256, "key": "0" * 16, "checks": "1" * 16},
        }
        for place, name, text in (
            (self.places.submissions, f"{file}.ipynb", file),
            (self.places.results, f"{file}.json", json.dumps(result)),
        ):
            (place / "small").mkdir(parents=True, exist_ok=True)
            (place / "small" / name).write_text(text, "utf-8")
        self.people += [f"{student},{file},{received},\n" for student in students or [file]]
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


@pytest.fixture
def course(tmp_path):
    """A class with nobody in it."""
    return Class(tmp_path)


def test_a_mark_is_what_the_program_gave_and_what_a_hand_gave(course):
    sha256 = course.add("anna", RIGHT, SCALE, WORDS)
    assert course.final()["anna"].points is None
    assert course.final()["anna"].earned == 90
    assert course.final()["anna"].why == "small.3: nobody has marked it yet"
    course.mark(("anna", "small.3", "7,5", "Why so?", sha256))
    anna = course.final()["anna"]
    assert (anna.status, anna.points, anna.questions[2].comment) == ("graded", 97.5, "Why so?")


def test_a_mark_by_hand_may_replace_the_program_s(course):
    sha256 = course.add("anna", WRONG, SCALE, status="graded")
    course.mark(("anna", "small.1", "20", "The idea is right.", sha256))
    anna = course.final()["anna"]
    assert (anna.points, anna.questions[0].status) == (50, "marked by hand")


def test_a_comment_alone_changes_no_mark(course):
    sha256 = course.add("anna", RIGHT, WORDS)
    course.mark(("anna", "small.1", "", "Neat.", sha256), ("anna", "small.3", "", "Unclear to me.", sha256))
    anna = course.final()["anna"]
    assert (anna.points, anna.status) == (None, "needs marking")
    assert [mark.points for mark in anna.questions] == [60, None]
    assert [mark.comment for mark in anna.questions] == ["Neat.", "Unclear to me."]


def test_a_mark_by_hand_belongs_to_the_file_that_was_read(course):
    course.add("anna", RIGHT, WORDS)
    course.mark(("anna", "small.3", "9", "", "0" * 64))
    assert course.final()["anna"].points is None


@pytest.mark.parametrize("points", ["-1", "nan", "inf", "1e3", "ten", "1,5,0", "²", "10.5"])
def test_a_number_that_can_be_no_mark_is_refused(course, points):
    sha256 = course.add("anna", WORDS)
    course.mark(("anna", "small.3", points, "", sha256))
    with pytest.raises(ValueError, match="anna"):
        course.final()


def test_a_row_that_is_there_twice_is_refused(course):
    sha256 = course.add("anna", WORDS)
    course.mark(("anna", "small.3", "3", "", sha256), ("anna", "small.3", "5", "", sha256))
    with pytest.raises(ValueError, match=r"anna is there twice with small\.3"):
        course.final()


def test_nothing_is_worth_no_points_unasked(course):
    course.add("ben", status="unreadable", why="the file is empty")
    course.add("cleo", status="stopped", why="the grader failed, grade it again: OSError")
    course.absent("dora")
    course.add("emil", RIGHT)
    (course.places.results / "small" / "emil.json").unlink()
    course.add("fay", RIGHT, status="graded")
    (course.places.submissions / "small" / "fay.ipynb").write_text("newer", "utf-8")
    rows = course.final()
    assert {student: row.status for student, row in rows.items()} == {
        **{"ben": "unreadable", "cleo": "not graded", "dora": "nothing handed in"},
        **{"emil": "not graded", "fay": "not graded"},
    }
    assert [row.points for row in rows.values()] == [None] * 5
    assert rows["ben"].why == "the file is empty"
    assert rows["fay"].why == "the file has changed since it was graded"


def test_without_results_there_are_no_marks(course):
    with pytest.raises(ValueError, match="has it been graded"):
        course.final()


# Deadlines


@pytest.mark.parametrize(
    ("received", "late", "points"),
    [
        ("2026-11-01T23:59:00", 0, 90),
        ("2026-11-01T23:59:01", 1, 80),  # 10 percent of 100 points for a day begun
        ("2026-11-02T23:59:00", 1, 80),
        ("2026-11-03T00:00:00", 2, 70),
        ("2026-11-04T00:00:00", 3, 60),
        ("2026-11-05T00:00:00", 4, 0),  # more than 3 days
        ("2026-11-02T08:00:00 attempt 000000000002", 1, 80),
    ],
)
def test_every_day_begun_costs_its_percent_until_nothing_counts(course, received, late, points):
    course.add("anna", RIGHT, SCALE, status="graded", received=received)
    course.due("small,,2026-11-01T23:59,10,3", "other,,2020-01-01T00:00,50,")
    anna = course.final()["anna"]
    assert (anna.late, anna.points, anna.earned) == (late, points, 90)


def test_a_penalty_takes_no_more_than_was_earned(course):
    course.add("anna", WRONG, SCALE, status="graded", received="2026-11-05T12:00:00")
    course.due("small,,2026-11-01T23:59,10,")
    assert (course.final()["anna"].penalty, course.final()["anna"].points) == (30, 0)


def test_an_extension_goes_before_the_group_s_and_this_before_everybody_s(course):
    late = "2026-11-04T12:00:00"
    course.add("lions", RIGHT, SCALE, students=("anna", "ben"), status="graded", received=late)
    course.add("cleo", RIGHT, SCALE, status="graded", received=late)
    course.due("small,,2026-11-01T23:59,10,3", "small,lions,2026-11-03T23:59,,", "small,ben,2026-11-10T23:59,,")
    assert {student: row.points for student, row in course.final().items()} == {"anna": 80, "ben": 90, "cleo": 60}


def test_a_deadline_that_moves_changes_no_stored_result(course):
    course.add("anna", RIGHT, SCALE, status="graded", received="2026-11-03T12:00:00")
    stored = (course.places.results / "small" / "anna.json").read_bytes()
    marks = []
    for day in (1, 2, 3):
        course.due(f"small,,2026-11-0{day}T23:59,10,")
        marks.append(course.final()["anna"].points)
    assert marks == [70, 80, 90]
    assert (course.places.results / "small" / "anna.json").read_bytes() == stored


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("small,,tomorrow,10,", "'tomorrow' is no time"),
        ("small,,2026-11-01,10,", "lacks the hour"),
        ("small,,2026-11-01T23:59Z,10,", "names a time zone"),
        ("small,,2026-11-01T23:59,-5,", "'-5' is no number"),
        ("small,,2026-11-01T23:59,101,", "more than all"),
        ("small,anna,,10,", "'' is no time"),
        ("small,nobody,2026-11-01T23:59,10,", "no student or group nobody"),
        ("small,,2026-11-01T23:59,10,\nsmall,,2026-11-02T23:59,10,", "twice for everybody"),
    ],
)
def test_a_deadline_that_cannot_be_meant_is_refused(course, row, words):
    course.add("anna", RIGHT, status="graded")
    course.due(row)
    with pytest.raises(ValueError, match=words):
        course.final()


def test_where_nobody_knows_when_it_came_nothing_is_called_late(course):
    course.add("anna", RIGHT, status="graded", received="")
    course.due("small,,2026-11-01T23:59,10,")
    with pytest.raises(ValueError, match="does not tell when anna was received"):
        course.final()


# Tables


def test_a_table_survives_a_spreadsheet(tmp_path):
    path = tmp_path / "table.csv"
    rows = [{"a": "=1+1", "b": 'Übung, "so"\nzwei'}, {"a": "-1 for the sign", "b": "'quoted'"}]
    write_table(path, ("a", "b"), rows)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in path.read_text("utf-8-sig")
    assert read_table(path, "a", "b") == rows
    path.write_text('a;b;c\r\n 1,5 ;"x;y";\r\n;;\r\n', "utf-8")
    assert read_table(path, "a") == [{"a": "1,5", "b": "x;y", "c": ""}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,c\n1,2\n", r"table\.csv lacks the column b; it has \['a', 'c'\]"),
        (b"", "lacks the columns a, b"),
        ("a,b\nÜ,2\n".encode("cp1252"), "UTF-8"),
        (b"a,b\n1,2,3\n", "line 2: more values than the 2 columns"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path, content, words):
    (tmp_path / "table.csv").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        read_table(tmp_path / "table.csv", "a", "b")


def test_numbers_have_a_point_or_a_comma():
    assert [number(text) for text in ("", "0", "7.5", "7,5", "10")] == [None, 0, 7.5, 7.5, 10]
