"""Export: every mark where it belongs, every other byte as it was, nothing guessed; code to compare; Gradescope."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from submissions import BOTH, HONEST, HOSTILE, LOST, RING, SCALE, WRONG, cells, source

from cnn_grading.__main__ import main
from cnn_grading.gradebook import fill

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Lab 1 (12),Total\r\n"
    "    Points Possible,,,,,100,(read only)\r\n"
    '"Meier, Jo ""J""",17,x17,jo@uni,"A, B\r\nC",12,\r\n'
    "Ötzi ,18,,oe@uni, B ,,'=1\r\n"
    '"Student, Test",99,,,,,\r\n'
).encode()
MOODLE = (
    b'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Last modified (grade)","Feedback comments"\n'
    b'"Participant 501",Jo,jo@uni,"Submitted for grading",,100.00,-,"<p>a, ""b""</p>"\n'
    b'"Teilnehmer/in 502",Oe,oe@uni,,"55.00",100.00,-,\n'
)
ROSTER = {"jo": {"canvas": "17", "moodle": "501"}, "oe": {"canvas": "18", "moodle": "502"}, "zz": {"canvas": "20"}}
MARKS = {"jo": 87.5, "oe": None, "zz": 3.0}


def test_a_canvas_gradebook_gets_its_marks_and_keeps_every_other_byte():
    filled = fill(CANVAS, MARKS, ROSTER, "lab", 100, column="Lab 1")
    assert filled.content == CANVAS.replace(b",12,\r\n", b",87.5,\r\n")
    assert (filled.written, filled.same, filled.added, filled.column) == (1, 0, False, "Lab 1 (12)")
    assert (filled.kept, filled.absent, filled.strange) == (["oe"], ["zz"], ["Student, Test, 99"])
    again = fill(filled.content, MARKS, ROSTER, "lab", 100, column="Lab 1")
    assert (again.content, again.written, again.same) == (filled.content, 0, 1)


def test_a_column_that_is_not_there_is_added_at_the_end():
    filled = fill(CANVAS, MARKS | {"oe": 0.0}, ROSTER, "lab", 100)
    lines = CANVAS.decode().split("\r\n")
    expected = [lines[0] + ",lab", lines[1] + ",100", lines[2], lines[3] + ",87.5", lines[4] + ",0", lines[5] + ",", ""]
    assert filled.content.decode().split("\r\n") == expected
    assert filled.added and filled.written == 2


def test_a_moodle_worksheet_gets_its_marks_by_participant_in_any_language():
    filled = fill(MOODLE, {"jo": 87.5, "oe": 60.0}, ROSTER, "lab", 100)
    expected = MOODLE.replace(b'grading",,', b'grading",87.5,').replace(b'"55.00"', b'"60"')
    assert (filled.content, filled.column, filled.written) == (expected, "Grade", 2)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_any_other_sheet_is_filled_by_the_column_that_is_named(separator, end, last):
    rows = [["who", "lab", "x"], ["jo", "", "1"], ["oe", "4", ""]]
    sheet = end.join(separator.join(row) for row in rows) + end * last
    filled = fill(sheet.encode(), {"jo": 7.25, "oe": 4.0}, {}, "lab", 10, identity="who")
    rows[1][1] = "7.25"
    assert filled.content.decode() == end.join(separator.join(row) for row in rows) + end * last
    assert (filled.written, filled.same) == (1, 1)
    added = fill(sheet.encode(), {"jo": 7.25, "oe": 4.0}, {}, "new", 10, identity="who").content.decode()
    assert [line.split(separator)[-1] for line in added.split(end)[:3]] == ["new", "7.25", "4"]


def test_empty_lines_and_spaces_stay():
    sheet = b"student , lab\n\n jo ,\n\n"
    assert fill(sheet, {"jo": 1.0}, {}, "lab", 1).content == b"student , lab\n\n jo ,1\n\n"


def test_marks_are_scaled_where_the_platform_counts_in_other_points():
    sheet = MOODLE.replace(b"100.00", b"10.00")
    with pytest.raises(ValueError, match=r"counts in 10.00 points, these marks in 100: --out-of 10.00"):
        fill(sheet, MARKS, ROSTER, "lab", 100)
    assert b'grading",8.75,' in fill(sheet, MARKS, ROSTER, "lab", 100, out_of=10).content
    with pytest.raises(ValueError, match="counts in 100 points, these marks in 60"):
        fill(CANVAS, MARKS, ROSTER, "lab", 60, column="Lab 1")


@pytest.mark.parametrize(
    ("sheet", "options", "told"),
    [
        (b"name,lab\njo,\n", {}, "no column of the sheet says who a row is.*name, lab"),
        (b"name,lab\njo,\n", {"identity": "login"}, "no column 'login', but name, lab"),
        (b"student,lab\njo,\njo,1\n", {}, "two rows of jo"),
        (b"student,ID,lab\njo,18,\n", {}, "a row of the sheet is of two students: jo, oe"),
        (b"student,lab (1),lab (2)\njo,,\n", {}, "2 columns 'lab'.*--column 'lab \\(1\\)'"),
        (b"student,lab\njo\n", {}, "row 2 of the sheet has 1 cells, its header 2"),
        (b"student,lab\njo,1,2\n", {}, "row 2 of the sheet has 3 cells, its header 2"),
        (b'student,lab\n"jo,1\n', {}, "no CSV.*row 2"),
        (b"student,lab\nj\xf6,1\n", {}, "not in UTF-8"),
        (b"student\njo\n", {}, "a single column"),
        (b"", {}, "a single column"),
        (b"student,lab\njo,1\n", {"column": "student"}, "says who a row is: marks would overwrite it"),
    ],
)
def test_what_would_have_to_be_guessed_is_refused(sheet, options, told):
    with pytest.raises(ValueError, match=told):
        fill(sheet, MARKS, ROSTER, "lab", 100, **options)


def test_two_students_with_one_number_are_refused():
    with pytest.raises(ValueError, match="two students of the roster have one number in the column canvas"):
        fill(CANVAS, MARKS, {"jo": {"canvas": "17"}, "oe": {"canvas": "17"}}, "lab", 100)


def test_a_name_or_a_mark_that_equals_a_number_of_somebody_identifies_nobody():
    sheet = b"Student,ID,Section,lab\njo,99,17,18\n"
    filled = fill(sheet, MARKS, ROSTER, "lab", 100)
    assert filled.content == sheet and filled.strange == ["jo, 99, 17"]


# By the command, for a class


def question(number, points, of, status, text=""):
    return {"name": f"small.{number}", "title": "T", "points": points, "of": of, "status": status, "text": text}


def whole(points, last="right"):
    return [question(1, points, 60, "right" if points else "wrong"), question(2, 40, 40, last)]


CLASS = {
    "anna": ("graded", "", whole(60)),
    "ben": ("stopped", "The notebook ended", [question(1, 0, 60, "stopped"), question(2, 40, 40, "right")]),
    "team": ("graded", "", whole(0)),
    "emil": ("unreadable", "the file is empty", []),
    "fay": ("needs marking", "", [question(1, 60, 60, "right"), question(2, 0, 40, "needs marking")]),
}
STUDENTS = {"anna": "anna", "ben": "ben", "cem": "team", "dora": "team", "emil": "emil", "fay": "fay", "gil": ""}
RIGHT = {"anna": 100.0, "ben": 40.0, "cem": 20.0, "dora": 40.0}  # cem was late by one day


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Write what collecting and grading leave behind, and a deadline; go there."""
    monkeypatch.chdir(tmp_path)
    for folder in ("submissions/small", "results/small"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "small.ipynb").write_text(source(), "utf-8")
    for student, (status, why, questions) in CLASS.items():
        content = b"" if status == "unreadable" else cells(RING, f"{SCALE}\n%matplotlib inline", "!ls\n  %time x")
        (tmp_path / f"submissions/small/{student}.ipynb").write_bytes(content)
        result = {"student": student, "assignment": "small", "status": status, "why": why, "questions": questions}
        result |= {"points": sum(each["points"] for each in questions), "of": 100, "key": "", "checks": "", "cells": []}
        result["sha256"] = hashlib.sha256(content).hexdigest()
        (tmp_path / f"results/small/{student}.json").write_text(json.dumps(result))
    rows = [f"{who},{file},{'2030-01-01T10:00:00' if file else ''}," for who, file in STUDENTS.items()]
    (tmp_path / "submissions/small/collected.csv").write_text("\n".join(["student,file,received,note", *rows]))
    roster = [f"{who},{100 + at},{500 + at}" for at, who in enumerate(STUDENTS)]
    (tmp_path / "roster.csv").write_text("\n".join(["student,canvas,moodle", *roster]))
    (tmp_path / "deadlines.csv").write_text(
        "assignment,student,due,percent,days\nsmall,,2030-01-02 00:00,20,\nsmall,cem,2029-12-31 12:00,20,\n"
    )
    return tmp_path


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


@pytest.mark.parametrize("platform", ["canvas", "moodle"])
def test_the_command_fills_a_copy_with_the_final_marks_of_the_class(course, platform, capsys):
    if platform == "canvas":
        lines = [f'"Last, {who}",{100 + at},,,S,' for at, who in enumerate(STUDENTS)]
        text = "\n".join(
            ["Student,ID,SIS User ID,SIS Login ID,Section,small (7)", "Points Possible,,,,,100", *lines, ""]
        )
    else:
        lines = [f"Participant {500 + at},{who},,100" for at, who in enumerate(STUDENTS)]
        text = "\n".join(["Identifier,Full name,Grade,Maximum grade", *lines, ""])
    (course / "sheet.csv").write_text(text)
    assert main(["export", "small.ipynb", "--into", "sheet.csv", "--roster", "roster.csv"]) == 0
    column = "small (7)" if platform == "canvas" else "Grade"
    found = [row[column] for row in rows_of((course / "sheet-filled.csv").read_text())][-len(STUDENTS) :]
    assert found == [f"{RIGHT[who]:g}" if who in RIGHT else "" for who in STUDENTS]
    assert (course / "sheet.csv").read_text() == text
    said = capsys.readouterr().out
    assert all(f"no mark yet, cell left as it was: {who}" in said for who in ("emil", "fay", "gil"))


def test_who_handed_in_nothing_gets_a_zero_only_if_that_is_asked_for(course):
    (course / "sheet.csv").write_text("student,small\ngil,\nemil,\n")
    main(["export", "small.ipynb", "--into", "sheet.csv", "--missing", "0", "--output", "out.csv"])
    assert (course / "out.csv").read_text() == "student,small\ngil,0\nemil,\n"


def test_the_table_has_every_question_with_its_status(course):
    assert main(["export", "small.ipynb", "--to", "csv"]) == 0
    rows = {row["student"]: row for row in rows_of((course / "small-marks.csv").read_text("utf-8"))}
    assert [*rows] == [*STUDENTS]
    assert {who: row["points"] for who, row in rows.items()} == {
        who: f"{RIGHT[who]:g}" if who in RIGHT else "" for who in STUDENTS
    }
    assert (rows["cem"]["late"], rows["cem"]["penalty"], rows["cem"]["earned"]) == ("1", "20", "40")
    assert (rows["ben"]["small.1"], rows["ben"]["small.1 status"]) == ("0", "stopped")
    assert (rows["fay"]["small.2"], rows["fay"]["small.2 status"]) == ("", "needs marking")
    assert rows["emil"]["status"] == "unreadable" and rows["emil"]["why"] == "the file is empty"


def test_code_is_one_program_for_each_file_and_one_with_what_was_handed_out(course, capsys):
    assert main(["export", "small.ipynb", "--to", "code"]) == 0
    assert {path.name for path in (course / "small-code").iterdir()} == {
        *("anna.py", "ben.py", "team.py", "fay.py", "_handed_out.py")
    }
    for path in (course / "small-code").iterdir():
        ast.parse(path.read_text("utf-8"))
    anna = (course / "small-code/anna.py").read_text("utf-8")
    assert RING in anna and SCALE in anna and "# %matplotlib inline" in anna and "#   %time x" in anna
    given = (course / "small-code/_handed_out.py").read_text("utf-8")
    assert "NotImplementedError" in given and "np.roll" not in given
    assert "no code: emil: the file is empty" in capsys.readouterr().out


def test_no_kind_of_submission_breaks_the_export_of_code(course, capsys):
    for path in (course / "submissions/small").glob("*.ipynb"):
        path.unlink()
    for name, kind in (HONEST | LOST | HOSTILE).items():
        (course / f"submissions/small/{name.replace(' ', '-').replace('/', '-')}.ipynb").write_bytes(kind.notebook)
    assert main(["export", "small.ipynb", "--to", "code"]) == 0
    written = len(list((course / "small-code").glob("*.py"))) - 1
    assert written + capsys.readouterr().out.count("no code:") == len(HONEST | LOST | HOSTILE)


# Gradescope


@pytest.fixture
def autograder(tmp_path, monkeypatch):
    """Unpack the zip as Gradescope does; return what grades a submission in a container like Gradescope's."""
    if os.geteuid() != 0 or not shutil.which("bwrap"):
        pytest.skip("such a container needs bubblewrap, and inside it the grader is root")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.ipynb").write_text(source(), "utf-8")
    assert main(["key"]) == 0
    assert main(["export", "small.ipynb", "--to", "gradescope"]) == 0
    root, base = tmp_path / "autograder", Path(sys.base_prefix).resolve()
    packages = Path(np.__file__).parents[1]
    inside = f"/autograder/venv/lib/{packages.parent.name}/site-packages"
    for folder in ("source", "submission", "results", "venv/bin", inside.removeprefix("/autograder/")):
        (root / folder).mkdir(parents=True)
    with zipfile.ZipFile("small-gradescope.zip") as archive:
        for member in archive.infolist():
            os.chmod(archive.extract(member, root / "source"), member.external_attr >> 16)
    (root / "venv/pyvenv.cfg").write_text("home = /python/bin\n")
    (root / "venv/bin/python").symlink_to("/python/bin/python3")
    (root / "submission_metadata.json").write_text('{"users": [{"email": "jo@uni"}]}')
    words = ["bwrap", "--unshare-pid", "--unshare-net", "--die-with-parent", "--cap-add", "ALL", "--proc", "/proc"]
    words += ["--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp", "--ro-bind", "/usr", "/usr"]
    for path in map(Path, ("/bin", "/lib", "/lib64", "/etc")):
        words += (
            ["--symlink", os.readlink(path), str(path)] if path.is_symlink() else ["--ro-bind", str(path), str(path)]
        )
    words += ["--perms", "0755", "--dir", "/python", "--ro-bind", str(base), "/python", "--perms", "0755"]
    words += ["--dir", "/autograder", "--bind", str(root), "/autograder", "--ro-bind", str(packages), inside]

    def run(*notebooks, before="true", after="true"):
        for path in (root / "submission").iterdir():
            path.unlink()
        for number, content in enumerate(notebooks):
            (root / f"submission/{number}.ipynb").write_bytes(content)
        steps = f"{before}; /autograder/source/run_autograder && {after}"
        done = subprocess.run([*words, "/bin/bash", "-c", steps], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads((root / "results/results.json").read_text("utf-8"))

    return run


def test_gradescope_gets_the_score_of_each_question_with_its_message(autograder):
    told = autograder(cells(WRONG, SCALE))
    assert told["score"] == 30 and [test["score"] for test in told["tests"]] == [0, 30]
    assert [test["max_score"] for test in told["tests"]] == [60, 30]
    assert "ring" in told["tests"][0]["output"] and {test["visibility"] for test in told["tests"]} == {"visible"}
    assert autograder(cells(RING, SCALE))["score"] == BOTH


SPY = """
import os, time
def seen(path):
    try:
        return bool(os.listdir(path))
    except OSError:
        return False
found = [name for name in ("source", "submission", "results", "source/cnn_course") if seen("/autograder/" + name)]
if not seen("/autograder") or found or os.getuid() < 40_000 or os.geteuid() < 40_000:
    raise SystemError(f"I see {found} as {os.getuid()}")
try:
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
except PermissionError:
    pass
np.save("mine.npy", np.ones(3))
"""


def test_in_gradescope_students_code_is_nobody_reads_no_folder_and_leaves_no_process(autograder):
    users = "[os.stat(f'/proc/{name}').st_uid for name in os.listdir('/proc') if name.isdigit()]"
    left = f'/autograder/venv/bin/python -c "import os; assert max({users}) == 0"'
    told = autograder(cells(RING, SPY, SCALE), after=left)
    assert told["score"] == BOTH and told["output"] == "Every cell ran.", told


@pytest.mark.parametrize(
    ("notebooks", "words"),
    [([b"{"], "JSON"), ([], "there are 0"), ([b"{", b""], "Hand in one notebook (.ipynb): there are 2")],
)
def test_gradescope_is_told_what_is_wrong_with_the_files(autograder, notebooks, words):
    told = autograder(*notebooks)
    assert told["score"] == 0 and told["tests"] == [] and words in told["output"]


def test_the_autograder_holds_what_grading_imports_and_nothing_of_the_class(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.ipynb").write_text(source(), "utf-8")
    main(["key"])
    main(["export", "small.ipynb", "--to", "gradescope"])
    with zipfile.ZipFile("small-gradescope.zip") as archive:
        names = set(archive.namelist())
        modes = {member.filename: member.external_attr >> 16 for member in archive.infolist()}
        setup = archive.read("setup.sh").decode()
    assert {"setup.sh", "run_autograder", "grading.key", "assignment/small.ipynb", "cnn_grading/gradescope.py"} <= names
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert "pip install numpy==" in setup and "nbformat==" in setup
    code = (
        "import sys; sys.path.insert(0, 'small-gradescope.zip'); sys.modules['tqdm'] = sys.modules['jinja2'] = None\n"
    )
    subprocess.run(
        [sys.executable, "-c", code + "import cnn_grading.gradescope as g; assert 'zip' in g.__file__"], check=True
    )
