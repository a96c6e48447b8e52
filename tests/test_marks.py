"""From results, marks by hand and deadlines to what each student gets; the expected marks are worked out by hand."""

from __future__ import annotations

import csv
import io
import json

import nbformat
import pytest
from made_up_class import (
    ASK,
    CELL,
    OWN,
    RIGHT,
    SCALE,
    SMALL,
    START,
    TEXT,
    WORDS,
    WRONG,
    Class,
    answers,
    edited,
    handed_in,
    question,
)
from submissions import RING, source
from submissions import SCALE as SCALE_CODE

from cnn_grading.__main__ import main
from cnn_grading.batch import merged
from cnn_grading.mark import mark
from cnn_grading.marks import final
from cnn_grading.reading import cells_to_read, words_of
from cnn_grading.tables import number, read_table, write_table


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


# The table of marks by hand


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([START, ASK, edited(OWN, "The mean."), TEXT("## That is all")], "The mean."),
        ([START, ASK, TEXT("The mean."), TEXT("Of two."), TEXT("## That is all")], "The mean.\n\nOf two."),
        ([START, ASK, OWN, TEXT("Below it."), TEXT("## That is all"), TEXT("Not this.")], "Below it."),
        ([START, ASK, edited(OWN, "*Your answer here.* The mean.")], "The mean."),
        ([START, edited(OWN, "Its question is gone.")], "Its question is gone."),
        ([START, ASK, CELL("print(1 / 2)"), OWN], "print(1 / 2)"),
        ([START, ASK, OWN, TEXT("## That is all"), TEXT("Too late.")], ""),
        ([START, ASK, OWN], ""),
        ([], ""),
    ],
)
def test_words_are_found_wherever_they_were_written(cells, words):
    assert words_of(cells_to_read(handed_in(*cells)), SMALL, SMALL.questions[1]) == words


@pytest.mark.parametrize(
    "notebook",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{",
        b'{"cells": 7}',
        b'{"cells": {"a": 1}}',
        b"[" * 200_000,
        b'{"cells": [1, null]}',
    ],
)
def test_what_is_no_notebook_has_no_cells(notebook):
    assert cells_to_read(notebook) == []


def test_signs_that_cannot_be_seen_are_shown_as_such():
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": "a\x1b\ud800\u202eb\r\nü"}]}).encode()
    assert cells_to_read(notebook)[0].text == "a\ufffd\ufffd\ufffdb\nü"


def rows_of(path):
    """Return a table's rows by student and question."""
    return {(row["student"], row["question"]): row for row in read_table(path)}


def fill_in(path, into, **given):
    """Fill in points and comments of small.3 by student, as somebody does in a spreadsheet, into a copy."""
    rows = read_table(path)
    for row in rows:
        if row["question"] == "small.3" and row["student"] in given:
            row["points"], row["comment"] = given[row["student"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    into.write_text(text.getvalue(), "utf-8", newline="")


def test_a_table_goes_out_with_answers_and_rubric_and_comes_back_with_points_and_comments(course, tmp_path):
    answers(course, anna="=The mean.", ben="-No idea")
    course.add("cleo", status="unreadable", why="the file is empty")
    made = mark(SMALL, course.places)
    assert "2 rows, 2 without points" in str(made)
    row = rows_of(made.path)["anna", "small.3"]
    assert (row["answer"], row["rubric"], row["of"]) == ("=The mean.", "5 points: for the mean.", "10")
    fill_in(made.path, tmp_path / "copy.csv", anna=("7,5", "=Why?"), ben=("0", '-1 for "no"\nsay more'))
    assert "none without points" in str(mark(SMALL, course.places, [tmp_path / "copy.csv"]))
    rows = course.final()
    assert (rows["anna"].points, rows["anna"].questions[1].comment) == (67.5, "=Why?")
    assert (rows["ben"].points, rows["ben"].questions[1].comment) == (60, '-1 for "no"\nsay more')
    assert rows["cleo"].points is None
    before = made.path.read_bytes()
    mark(SMALL, course.places)
    assert made.path.read_bytes() == before


def test_two_people_mark_a_half_each(course, tmp_path):
    answers(course, anna="The mean.", ben="The sum.")
    made = mark(SMALL, course.places)
    fill_in(made.path, tmp_path / "one.csv", anna=("7", ""))
    fill_in(made.path, tmp_path / "two.csv", ben=("3", ""))
    mark(SMALL, course.places, [tmp_path / "one.csv", tmp_path / "two.csv"])
    assert {student: row.points for student, row in course.final().items()} == {"anna": 67, "ben": 63}


def test_a_new_file_keeps_the_mark_of_an_answer_that_is_the_same_and_asks_for_any_other(course, tmp_path):
    answers(course, anna="The mean.", ben="The sum.")
    made = mark(SMALL, course.places)
    fill_in(made.path, tmp_path / "copy.csv", anna=("7", "Yes."), ben=("3", "No."))
    mark(SMALL, course.places, [tmp_path / "copy.csv"])
    course.add("anna", WRONG, WORDS, notebook=handed_in(CELL("x = 1"), ASK, edited(OWN, "The mean.")))
    answers(course, ben="The mean, of course.")
    assert [course.final()[student].points for student in ("anna", "ben")] == [None, None]
    for _ in range(2):  # it is told until it is done
        told = str(mark(SMALL, course.places))
        assert "ben, small.3: mark it again: the file has changed, and it had 3 points" in told
        assert "anna" not in told
    assert (course.final()["anna"].points, course.final()["ben"].points) == (7, None)
    assert course.final()["ben"].questions[1].comment == "No."


def test_a_row_of_ones_own_overrules_a_check(course):
    course.add("anna", WRONG, WORDS, notebook=handed_in(START))
    course.mark(("anna", "small.1", "20", "The idea is right.", ""))
    with pytest.raises(ValueError, match=r"anna, small\.1 is new: run `mark` first"):
        course.final()
    mark(SMALL, course.places)
    assert (course.final()["anna"].earned, course.final()["anna"].questions[0].points) == (20, 20)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("nobody", "small.3", "5", "", ""), "no result of 'nobody'"),
        (("anna", "small.9", "5", "", ""), "no question 'small.9'"),
        (("anna", "small.3", "11", "", ""), "11 of 10 points for small.3, which is too many"),
    ],
)
def test_a_mark_that_belongs_nowhere_is_not_dropped(course, row, words):
    answers(course, anna="The mean.")
    course.mark(row)
    before = (course.places.marks / "small.csv").read_bytes()
    with pytest.raises(ValueError, match=words):
        mark(SMALL, course.places)
    assert (course.places.marks / "small.csv").read_bytes() == before


# From the command line


def test_a_corrected_check_changes_one_question_of_those_whom_it_wronged(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    right, wrong = "def ring(x, w):\n    return x", "def ring(x, w):\n    return w"
    for student, code in (("anna", right), ("ben", wrong)):
        path = tmp_path / "submissions" / "small" / f"{student}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(handed_in(CELL(code), ASK, edited(OWN, "The mean.")))
    own = nbformat.writes(nbformat.v4.new_notebook(cells=SMALL.cells))
    (tmp_path / "small.ipynb").write_text(own.replace("gives=1.0", "gives=2.0"), "utf-8")  # the mistake
    sandbox = ("--sandbox", "none", "--workers", "1")
    assert main(["key"]) == main(["grade", "small.ipynb", *sandbox]) == main(["mark", "small.ipynb"]) == 0
    table = tmp_path / "marks" / "small.csv"
    fill_in(table, table, anna=("7", "Yes."), ben=("3", "No."))
    stored = {path.stem: json.loads(path.read_text("utf-8")) for path in (tmp_path / "results/small").iterdir()}
    marks = {row.student: row for row in final("small")}
    assert {student: row.points for student, row in marks.items()} == {"anna": 7, "ben": 63}
    (tmp_path / "small.ipynb").write_text(own, "utf-8")
    capsys.readouterr()
    assert main(["grade", "small.ipynb", *sandbox, "--question", "small.1", "--yes"]) == 0
    out = capsys.readouterr().out
    assert "small.1: 2 of 2 marks change" in out
    assert ["anna", "0", "60"] in [line.split() for line in out.splitlines()]
    assert ["ben", "60", "0"] in [line.split() for line in out.splitlines()]
    for row in final("small"):
        old, new = stored[row.student], json.loads((tmp_path / f"results/small/{row.student}.json").read_text("utf-8"))
        assert {name for name in old if old[name] != new[name]} == {"points", "questions"}
        assert new["questions"][1] == old["questions"][1]
        assert row.questions[1] == marks[row.student].questions[1], "a mark by hand has changed"
    assert {row.student: row.points for row in final("small")} == {"anna": 67, "ben": 3}


def test_regrading_one_question_hides_no_other_whose_check_has_changed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.ipynb").write_text(source(), "utf-8")
    path = tmp_path / "submissions" / "small" / "anna.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(handed_in(CELL(RING), CELL(SCALE_CODE)))
    sandbox = ("--sandbox", "none", "--workers", "1", "--yes")
    assert main(["key"]) == main(["grade", "small.ipynb", *sandbox]) == 0
    changed = source().replace("answer.random.randint(1, 9, k)", "answer.random.randint(1, 8, k)")
    (tmp_path / "small.ipynb").write_text(changed.replace("A layer that", "The layer that"), "utf-8")

    def told(*words):
        capsys.readouterr()
        assert main(["grade", "small.ipynb", *sandbox, *words]) == 0
        return capsys.readouterr().out

    assert "1 were graded with other checks" in told()
    assert "small.2: 0 of 1 marks change" in told("--question", "small.2")
    assert "1 were graded with other checks" in told(), "small.1 still has its old mark"
    assert "small.1: 0 of 1 marks change" in told("--question", "small.1")
    assert "other checks" not in told()


def test_a_question_is_not_graded_anew_with_another_secret(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.ipynb").write_text(source(), "utf-8")
    path = tmp_path / "submissions" / "small" / "anna.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(handed_in(CELL(RING)))
    sandbox = ("--sandbox", "none", "--workers", "1", "--yes")
    assert main(["key"]) == main(["key", "--key", "other.key"]) == main(["grade", "small.ipynb", *sandbox]) == 0
    before = (tmp_path / "results/small/anna.json").read_bytes()
    assert main(["grade", "small.ipynb", *sandbox, "--question", "small.1", "--key", "other.key"]) == 1
    assert "the result of anna is of another secret" in capsys.readouterr().err
    assert (tmp_path / "results/small/anna.json").read_bytes() == before


@pytest.mark.parametrize(
    ("stored", "new", "status", "why"),
    [
        ("stopped", RIGHT, "needs marking", ""),
        ("needs marking", question(1, 0, 60, "stopped", "ring was stopped."), "stopped", "ring was stopped."),
        ("needs marking", question(1, 25, 50), "needs marking", ""),
    ],
)
def test_a_result_s_status_and_points_follow_its_questions(stored, new, status, why):
    old = {"status": stored, "why": "ring was stopped." if stored == "stopped" else "", "points": 0, "of": 70}
    fresh = {"status": new["status"] if new["status"] == "stopped" else "graded", "why": why, "questions": [new]}
    found = merged(old | {"questions": [WRONG, WORDS], "sha256": "5"}, fresh)
    assert found == {
        **{"status": status, "why": why, "points": new["points"], "of": new["of"] + 10},
        **{"questions": [new, WORDS], "sha256": "5"},
    }
