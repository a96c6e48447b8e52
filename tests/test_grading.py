"""Grading: the same verdicts as in process, honest notebooks keep their marks, hostile ones harm nobody."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import importlib
import inspect
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from submissions import BOTH, HONEST, HOSTILE, LOST, SCALE, SOURCE_CELLS, WORKER, cells, source, within

import cnn_course
from cnn_course.exercises.checking import _CHECKS, Answer, checks_of_chapter, judge
from cnn_grading import assignment, batch, channel, collect, grade, limits, sandbox
from cnn_grading.__main__ import main

BOOK = Path(__file__).parents[1] / "book"
KEY = b"k" * 64
ALL = HONEST | LOST | HOSTILE


@pytest.fixture(scope="session")
def box():
    """The sandbox of this machine."""
    try:
        return sandbox.Sandbox()
    except sandbox.NoSandbox as error:
        pytest.skip(f"no sandbox can start here: {error}")


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The source of a small assignment, as a file."""
    path = tmp_path_factory.mktemp("source") / "small.ipynb"
    path.write_text(source(), "utf-8")
    return path


def running():
    """Return the command lines of all sandboxes that this copy of the book has started."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(place.read_bytes())
    return [words for words in found if words.startswith(b"bwrap") and str(sandbox.HERE).encode() in words]


# The pipe


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, -3, 2.5, float("inf"), 1 + 2j, "ü", b"\0\1", [1, (2, [])], np.float32(0.1), np.array(5.0)[()]),
        *(np.arange(6.0).reshape(2, 3), np.zeros((0, 3), np.int8), np.array(["a", "bc"]), np.array([True, False])),
        *(np.array([1 + 1j]), channel.Foreign("an object of type Car"), channel.Reference("object", 3, "Car")),
    ],
)
def test_a_value_comes_out_of_the_pipe_as_it_went_in(value):
    blobs = []
    tree = json.loads(json.dumps(channel.encode(value, blobs)))
    back = channel.decode(tree, memoryview(b"".join(blobs)))
    assert type(back) is type(value)
    if isinstance(value, np.ndarray | np.generic):
        assert back.dtype == value.dtype and back.shape == value.shape
    np.testing.assert_array_equal(np.asarray(back, object), np.asarray(value, object))


@pytest.mark.parametrize(
    ("tree", "blob"),
    [
        ({"array": ["|O", [1]]}, b"\0" * 8),
        ({"array": ["<f8", [2]]}, b"\0" * 8),
        ({"array": ["<f8", [1]]}, b"\0" * 9),
        ({"array": ["<f8", [-1]]}, b""),
        ({"array": ["<f8", [1.0]]}, b"\0" * 8),
        ({"array": ["<f8", [2**31]]}, b""),
        ({"array": ["V8", [1]]}, b"\0" * 8),
        ({"array": ["<f8", [1] * 33]}, b"\0" * 8),
        ({"scalar": ["<f8", [1]]}, b"\0" * 8),
        ({"array": "<f8"}, b""),
        ({"bytes": 1}, b""),
        ({"pickle": "gASV"}, b""),
        ({"list": 3}, b""),
        ({"list": [], "tuple": []}, b""),
        ({}, b""),
        ([1], b""),
        ({"foreign": 3}, b""),
    ],
)
def test_what_could_not_have_been_sent_is_refused(tree, blob):
    with pytest.raises(channel.Broken):
        channel.decode(tree, memoryview(blob))


def test_only_plain_values_are_sent():
    with pytest.raises(TypeError, match="only plain values go over the pipe, got dict"):
        channel.encode({}, [])


def test_who_sends_one_byte_after_the_other_does_not_keep_the_clock_still():
    theirs, ours = os.pipe()
    dripping = threading.Event()

    def drip():
        for byte in b"\0\0\1\0\0\0\0\0" + b" " * 80:
            os.write(ours, bytes([byte]))
            if dripping.wait(0.05):
                break

    def tick():
        raise TimeoutError

    pipe = channel.Channel(theirs, os.dup(theirs))
    pipe.tick, pipe.ticked = tick, time.monotonic()
    sender = threading.Thread(target=drip)
    sender.start()
    try:
        with pytest.raises(TimeoutError):
            pipe.receive()
        assert sender.is_alive(), "only silence has let the clock go on"
    finally:
        dripping.set()
        sender.join()
        pipe.close()
        os.close(ours)


def test_calls_back_cost_the_submission_what_they_cost_the_grader(box, monkeypatch):
    monkeypatch.setattr(grade, "SUBMISSION", 1.5)
    code = WORKER + (
        "def ask(function):\n    many = {'callback': 0, 'arguments': ([1] * 100_000,), 'options': []}\n"
        "    while True: worker.channel.send(many | {'number': worker.number}); worker.channel.receive()"
    )
    run = grade.Run(box, cells(code))
    began = time.thread_time()
    try:
        run.ready()
        with pytest.raises(grade.Stopped, match="the notebook as a whole has used its"):
            grade.Remote(run, "ask")(len)
    finally:
        run.stop()
    assert 0.2 < time.thread_time() - began < 2 and run.spent < 1.5


def test_what_a_function_gives_that_the_pipe_does_not_take_is_an_error_of_its_call(box):
    run = grade.Run(box, cells("def ask(function):\n    return function(1)"))
    try:
        run.ready()
        assert type(grade.Remote(run, "ask")(lambda x: {x})) is channel.Foreign
    finally:
        run.stop()


def test_a_check_that_fails_itself_costs_one_question(box):
    text = source().replace("for factor in (2.0", "1 / 0\\n    for factor in (2.0")
    result = grade.grade(HONEST["right"].notebook, assignment.read("small", text), KEY, "ada", box)
    assert [question["status"] for question in result["questions"]] == ["right", "stopped", "needs marking"]
    assert "the check itself fails on it, ZeroDivisionError" in result["why"] and result["points"] == 60


def test_a_question_that_is_slow_leaves_the_others_their_time(box, monkeypatch):
    monkeypatch.setattr(grade, "CALLS", 0.5)
    busy = "end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    made = assignment.read("small", source())
    result = grade.grade(cells("import time", within(busy), SCALE), made, KEY, "ada", box)
    assert [question["status"] for question in result["questions"]] == ["stopped", "right", "needs marking"]


# What the worker cannot do


@pytest.mark.parametrize("machine", limits.ARCHITECTURES)
def test_every_refused_call_is_refused_and_no_other(machine):
    column = list(limits.ARCHITECTURES).index(machine)
    allow, refuse, lack, kill = 0x7FFF0000, 0x50001, 0x50026, 0x80000000
    steps = list(struct.iter_unpack("=HBBI", limits.program(machine)))

    def verdict(number, argument=0, architecture=limits.ARCHITECTURES[machine]):
        """Run the filter as the kernel does."""
        shown, at, held = {0: number, 4: architecture, 16: argument}, 0, 0
        while True:
            code, yes, no, k = steps[at]
            if code == 0x06:
                return k
            if code == 0x20:
                held, skip = shown[k], 0
            else:
                skip = yes if {0x15: held == k, 0x35: held >= k, 0x45: bool(held & k)}[code] else no
            at += 1 + skip

    refused = {numbers[column] for numbers in limits.REFUSED.values()} - {None}
    clone = limits.CLONE[column]
    for number in range(600):
        expected = refuse if number in refused | {clone} else lack if number == 435 else allow
        assert verdict(number) == expected, number
    assert verdict(clone, 0x003D0F00) == allow, "threads are made so"
    assert verdict(clone, 17) == refuse
    assert verdict(0, architecture=0x40000003) == kill
    assert verdict(limits.X32 + 57) == lack


def test_a_machine_whose_calls_are_unknown_is_refused():
    with pytest.raises(OSError, match="only x86_64 and aarch64 can be confined, this is riscv64"):
        limits.program("riscv64")


# The same verdicts


@pytest.mark.parametrize("chapter", range(12))
def test_every_wrong_answer_of_the_book_gets_its_verdict_word_for_word(chapter):
    try:
        box = sandbox.Sandbox(packages=[Path(cnn_course.__file__).parent])  # the book's answers may use the library
    except sandbox.NoSandbox as error:
        pytest.skip(f"no sandbox can start here: {error}")
    module = importlib.import_module(f"wrong_answers.chapter_{chapter:02d}")
    checks_of_chapter(str(chapter))
    run = grade.Run(box, cells(inspect.getsource(module)))
    try:
        for number, functions in module.WRONG.items():
            for function in functions:
                run.ready()
                assert not run.faults
                here = judge(number, _CHECKS[number], Answer(function, 3))
                there = judge(number, _CHECKS[number], Answer(grade.Remote(run, function.__name__), 3))
                assert there == here, function.__name__
    finally:
        run.stop()


# Every kind of submission, in one batch


@pytest.fixture(scope="session")
def results(box, small, tmp_path_factory):
    """Grade all kinds at once, by the command, honest ones between; return the folder and the results by kind."""
    folder = tmp_path_factory.mktemp("class")
    submissions = folder / "submissions" / "small"
    submissions.mkdir(parents=True)
    names = {}
    for number, (name, kind) in enumerate(ALL.items()):
        names[name] = f"{number:03d}"
        (submissions / f"{number:03d}.ipynb").write_bytes(kind.notebook)
        (submissions / f"{number:03d}-honest.ipynb").write_bytes(HONEST["right"].notebook)
    (folder / "grading.key").write_bytes(KEY)
    before = set(os.listdir("/tmp"))
    with contextlib.chdir(folder):
        assert main(["grade", str(small), "--workers", "2"]) == 0
    assert running() == [], "a process lives on"
    left = {name for name in set(os.listdir("/tmp")) - before if name.startswith("cnn-grading") or name == "pwned"}
    assert left == set()
    stored = {path.stem: json.loads(path.read_text("utf-8")) for path in (folder / "results" / "small").glob("*.json")}
    assert len(stored) == 2 * len(ALL)
    return {name: (stored[number], stored[f"{number}-honest"]) for name, number in names.items()}


@pytest.mark.parametrize("name", ALL)
def test_a_submission_gets_its_marks_and_a_reason(results, name):
    result, neighbour = results[name]
    kind = ALL[name]
    assert (result["points"], result["status"]) == (kind.points, kind.status), result
    assert kind.words in json.dumps(result, ensure_ascii=False)
    assert result["sha256"] == hashlib.sha256(kind.notebook).hexdigest()
    assert result["of"] == 100 and result["sandbox"] == "bwrap"
    assert (neighbour["points"], neighbour["status"]) == (BOTH, "needs marking"), "it has harmed another"


def test_a_result_betrays_neither_secret_nor_check(results):
    told = json.dumps([result for pair in results.values() for result in pair])
    assert KEY.decode() not in told
    assert "answer.random" not in told


def test_the_same_file_meets_the_same_numbers_and_another_others():
    seeds = [grade.seed_of(KEY, "a", "s", digest, "q") for digest in ("1", "1", "2")]
    assert seeds[0] == seeds[1] != seeds[2]
    assert grade.seed_of(KEY, "a", "bc", "", "") != grade.seed_of(KEY, "ab", "c", "", "")
    assert grade.seed_of(b"x" * 64, "a", "s", "1", "q") != seeds[0]


# The batch


@pytest.fixture
def course(small, tmp_path, monkeypatch):
    """A folder with the secret of a course and three submissions, as the working directory."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "submissions" / "small"
    folder.mkdir(parents=True)
    for name, kind in (("ada", "right"), ("ben", "wrong"), ("cem", "corrupt")):
        (folder / f"{name}.ipynb").write_bytes(ALL[kind].notebook)
    (tmp_path / "grading.key").write_bytes(KEY)
    return tmp_path


def stored(course):
    return {path.stem: json.loads(path.read_text("utf-8")) for path in (course / "results" / "small").glob("*.json")}


def test_unchanged_files_are_skipped_and_changed_ones_graded_anew(box, small, course, capsys):
    assert main(["grade", str(small)]) == 0
    first = {name: (course / f"results/small/{name}.json").stat().st_mtime_ns for name in stored(course)}
    (course / "submissions/small/ben.ipynb").write_bytes(HONEST["right"].notebook)
    assert main(["grade", str(small)]) == 0
    assert "1 graded: 1 needs marking; 2 as they were" in capsys.readouterr().out
    second = {name: (course / f"results/small/{name}.json").stat().st_mtime_ns for name in stored(course)}
    assert {name for name in first if first[name] != second[name]} == {"ben"}
    assert stored(course)["ben"]["points"] == BOTH


def test_results_of_another_secret_are_refused(box, small, course, capsys):
    assert main(["grade", str(small)]) == 0
    (course / "grading.key").write_bytes(b"x" * 64)
    assert main(["grade", str(small)]) == 1
    assert "is of another secret" in capsys.readouterr().err


@pytest.mark.parametrize("key", [None, b"short"])
def test_without_a_secret_nothing_is_graded(small, course, capsys, key):
    (course / "grading.key").unlink()
    if key:
        (course / "grading.key").write_bytes(key)
    assert main(["grade", str(small)]) == 1
    assert "secret" in capsys.readouterr().err
    assert not stored(course)


def test_a_secret_is_made_once_and_is_its_owners(course, capsys):
    (course / "grading.key").unlink()
    assert main(["key"]) == 0
    assert (course / "grading.key").stat().st_mode & 0o077 == 0
    made = (course / "grading.key").read_bytes()
    assert main(["key"]) == 1
    assert (course / "grading.key").read_bytes() == made


def test_one_question_is_graded_anew_and_shows_what_changes(box, small, course, capsys, monkeypatch):
    assert main(["grade", str(small)]) == 0
    before = stored(course)
    changed = course / "small.ipynb"
    changed.write_text(source().replace("for x, w in [", "for x, w in [][:0] and ["), "utf-8")  # nothing is asked
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert main(["grade", str(changed), "--question", "small.1"]) == 1
    assert stored(course) == before
    assert main(["grade", str(changed), "--question", "small.1", "--yes"]) == 0
    out = capsys.readouterr().out
    assert "ben" in out and "30" in out and "90" in out and "small.1: 1 of 2 marks change" in out
    after = stored(course)
    assert after["ben"]["points"] == BOTH
    assert after["ben"]["questions"][1:] == before["ben"]["questions"][1:]
    assert after["cem"] == before["cem"]


def children(pid):
    """Return the processes that a process has started, whichever thread of it did."""
    return [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]


def test_a_batch_that_is_killed_goes_on_where_it_was(box, small, course):
    for number in range(8):
        (course / f"submissions/small/s{number}.ipynb").write_bytes(HONEST["right"].notebook)
    command = [sys.executable, "-m", "cnn_grading", "grade", str(small), "--workers", "1"]
    environment = os.environ | {"PYTHONPATH": str(BOOK.parent)}
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        have = len(stored(course)) if (course / "results/small").exists() else 0
        end = time.monotonic() + 60
        while len(list((course / "results").rglob("*.json"))) <= have and time.monotonic() < end:
            time.sleep(0.02)
        helpers = children(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        end = time.monotonic() + 10
        while any(Path(f"/proc/{helper}").exists() for helper in helpers) and time.monotonic() < end:
            time.sleep(0.05)
        assert helpers and not [helper for helper in helpers if Path(f"/proc/{helper}").exists()], "they live on"
        assert all(result["status"] for result in stored(course).values()), "a result is half written"
    times = {path: path.stat().st_mtime_ns for path in (course / "results/small").glob("*.json")}
    assert 0 < len(times) < 11
    assert main(["grade", str(small)]) == 0
    assert len(stored(course)) == 11
    assert all(path.stat().st_mtime_ns == when for path, when in times.items()), "a result was made twice"


def test_a_grader_that_dies_does_not_stop_the_batch(small):
    text = small.read_text("utf-8")
    jobs = [batch.Job(name, b"", "small", text, KEY, "bwrap") for name in ("a", "deadly", "c")]
    results = {r["student"]: r for r in batch.finished(jobs, Mortal)}
    assert set(results) == {"a", "deadly", "c"}
    assert results["a"]["status"] == results["c"]["status"] == "unreadable"
    assert results["deadly"]["status"] == "stopped" and "the grader failed" in results["deadly"]["why"]


class Mortal:
    """An executor whose process dies of one job."""

    workers = 1

    def __init__(self):
        self.dead = False

    def submit(self, function, job):
        from concurrent.futures import Future
        from concurrent.futures.process import BrokenProcessPool

        self.dead |= job.student == "deadly"
        future = Future()
        if self.dead:
            future.set_exception(BrokenProcessPool("it died"))
        else:
            future.set_result(batch.failed(job, ValueError()) | {"status": "unreadable", "why": ""})
        return future

    def shutdown(self, **_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


# Where it runs


def test_a_sandbox_that_cannot_start_says_what_to_install(monkeypatch, small, course, capsys):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(sandbox.NoSandbox, match="install bubblewrap"):
        sandbox.Sandbox()
    assert main(["grade", str(small)]) == 1
    assert "install bubblewrap" in capsys.readouterr().err
    assert not stored(course)


def test_without_a_sandbox_only_if_that_is_said(small, course):
    assert main(["grade", str(small), "--sandbox", "none", "--workers", "1"]) == 0
    told = stored(course)
    assert told["ada"]["points"] == BOTH and told["ada"]["sandbox"] == "none"


def test_an_unknown_sandbox_is_refused():
    with pytest.raises(ValueError, match="sandbox must be one of bwrap, none, got 'docker'"):
        sandbox.Sandbox("docker")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_it_works_for_a_user_who_is_not_root(box, tmp_path):
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    readable = os.stat(Path(sys.base_prefix).parents[-2]).st_mode & 0o001
    python = sys.executable if readable else shutil.which(version, path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.skip(f"no {version} here that another user than root may run")
    script = f"""
import json, os, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.path[:0] = {[str(BOOK.parent), str(Path(__file__).parent), str(Path(np.__file__).parents[1])]!r}
from cnn_grading import assignment, grade, sandbox
from submissions import HONEST, HOSTILE, source
made = assignment.read("small", source())
kinds = [HONEST["right"], HOSTILE["fork bomb"], HOSTILE["os._exit"]]
print(json.dumps([grade.grade(k.notebook, made, b"k" * 64, "s", sandbox.Sandbox())["points"] for k in kinds]))
"""
    result = subprocess.run([python, "-c", script], capture_output=True, text=True, cwd="/", check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == [90, 30, 30]


# Assignments


def test_a_question_that_lacks_a_part_is_named():
    without = [cell for cell in SOURCE_CELLS if cell[0] != "solution"]
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(code, metadata={"tags": [tag] if tag else [], "question": q})
            for tag, code, q in without
        ]
    )
    with pytest.raises(ValueError, match=r"small, question small.1: it needs one cell of each kind: solution"):
        assignment.read("small", nbformat.writes(notebook))


def test_students_get_nothing_that_is_hidden(small, tmp_path):
    assert main(["release", str(small), "--into", str(tmp_path)]) == 0
    made = assignment.read("small", small.read_text("utf-8"))
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        content = path.read_bytes()
        for hidden in (b"np.roll", b"answer.random", b"Not flipped", b"self.factor * x", b"points"):
            assert hidden not in content, path
    given = nbformat.read(tmp_path / "small" / "small.ipynb", as_version=4)
    assert [cell.source for cell in given.cells if cell.cell_type == "code"] == made.code("start")


# What was handed in


ROSTER = """student,name,moodle,canvas,group
ada,Ada Byron,101,2001,
ben,Ben Meyer,102,2002,duo
cem,Cem Öz,103,2003,duo
dee,Dee Lee,104,2004,
"""


def packed(path, *files):
    """Write a zip of (name, content, year)."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content, year in files:
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), content)
    return path


def collected(folder):
    """Return the rows of collected.csv by student, and the contents of the files."""
    with (folder / "collected.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    return rows, {path.stem: path.read_bytes() for path in folder.glob("*.ipynb")}


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, "utf-8")
    return path


MOODLE = (
    ("Ada Byron_101_assignsubmission_file_/small.ipynb", b"old", 2001),
    ("Ada Byron_101_assignsubmission_file_/small (1).ipynb", b"new", 2002),
    ("Ben Meyer_102_assignsubmission_file_/work.ipynb", b"duo", 2001),
    ("Eve Who_999_assignsubmission_file_/x.ipynb", b"eve", 2001),
    ("Dee Lee_104_assignsubmission_file_/notes.pdf", b"pdf", 2001),
)
CANVAS = (
    ("byronada_2001_1_small.ipynb", b"old", 2001),
    ("byronada_2001_2_small-1.ipynb", b"new", 2001),
    ("meyerben_LATE_2002_3_small.ipynb", b"duo", 2001),
    ("whoeve_2999_4_small.ipynb", b"eve", 2001),
    ("leedee_2004_5_notes.pdf", b"pdf", 2001),
)
FOLDER = (
    ("ada/a.ipynb", b"old", 2001),
    ("ada/b.ipynb", b"new", 2002),
    ("ben.ipynb", b"duo", 2001),
    ("eve.ipynb", b"eve", 2001),
    ("dee/notes.pdf", b"pdf", 2001),
)


@pytest.mark.parametrize("source", [MOODLE, CANVAS, FOLDER], ids=["Moodle", "Canvas", "zip of folders"])
def test_everything_that_was_handed_in_is_taken_or_told(tmp_path, roster, source, capsys):
    archive = packed(tmp_path / "all.zip", *source)
    assert main(["collect", "small", str(archive), "--roster", str(roster), "--into", str(tmp_path)]) == 0
    rows, files = collected(tmp_path / "small")
    assert files == {"ada": b"new", "duo": b"duo", "dee": b"pdf"}
    assert {student: row["file"] for student, row in rows.items()} == {
        "ada": "ada",
        "ben": "duo",
        "cem": "duo",
        "dee": "dee",
    }
    late = ["late"] * ("_LATE_" in source[2][0])
    assert rows["ben"]["note"] == ", ".join(late) and rows["cem"]["note"] == ", ".join([*late, "by ben"])
    assert rows["dee"]["note"].endswith("notes.pdf is no notebook (.ipynb)")
    out = capsys.readouterr().out
    assert "4 of 4 students" in out and "nobody's in the roster: " in out
    assert [path.read_bytes() for path in (tmp_path / "small" / "unknown").iterdir()] == [b"eve"]


def test_what_would_have_one_name_is_kept_under_two(tmp_path, roster, capsys):
    handed = tmp_path / "handed"
    handed.mkdir()
    for name in ("x y", "x_y", "X-y"):
        (handed / f"{name}.ipynb").write_bytes(name.encode())
    for _ in range(2):  # a second time adds nothing
        assert main(["collect", "small", str(handed), "--roster", str(roster), "--into", str(tmp_path)]) == 0
    kept = list((tmp_path / "small" / "unknown").iterdir())
    assert sorted(path.read_bytes() for path in kept) == [b"X-y", b"x y", b"x_y"]
    assert all(path.suffix == ".ipynb" and str(path) in capsys.readouterr().out for path in kept[:1])
    assert main(["collect", "small", str(handed), "--into", str(tmp_path / "all")]) == 0
    assert sorted(collected(tmp_path / "all" / "small")[1].values()) == [b"X-y", b"x y", b"x_y"]


def test_two_students_of_one_name_keep_both_their_files(tmp_path):
    names = [f"Jan Novak_{number}_assignsubmission_file_/small.ipynb" for number in (101, 102)]
    archive = packed(tmp_path / "all.zip", (names[0], b"one", 2001), (names[1], b"two", 2002))
    assert main(["collect", "small", str(archive), "--into", str(tmp_path)]) == 0
    rows, files = collected(tmp_path / "small")
    assert sorted(files.values()) == [b"one", b"two"] and len(rows) == 2


def test_a_folder_is_collected_without_following_links(tmp_path, roster):
    handed = tmp_path / "handed"
    (handed / "ada").mkdir(parents=True)
    (handed / "ada" / "a.ipynb").symlink_to("/etc/passwd")
    (handed / "dee.ipynb").write_bytes(b"mine")
    main(["collect", "small", str(handed), "--roster", str(roster), "--into", str(tmp_path)])
    rows, files = collected(tmp_path / "small")
    assert files == {"ada": b"", "dee": b"mine"}
    assert "a link" in rows["ada"]["note"] and rows["ben"]["note"] == "nothing handed in"


def test_a_file_is_collected_whatever_bytes_its_name_has(tmp_path, roster, capsys):
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / os.fsdecode(b"dee\xe9.ipynb")).write_bytes(b"mine")
    (handed / "ada").mkdir()
    (handed / "ada" / os.fsdecode(b"r\xe9sum\xe9.txt")).write_bytes(b"text")
    assert main(["collect", "small", str(handed), "--roster", str(roster), "--into", str(tmp_path)]) == 0
    rows, files = collected(tmp_path / "small")
    assert files == {"ada": b"text"} and rows["ada"]["note"] == "r?sum?.txt is no notebook (.ipynb)"
    assert "nobody's in the roster: dee?.ipynb, kept as " in capsys.readouterr().out


def test_a_zip_that_unpacks_without_end_is_not_unpacked(tmp_path, monkeypatch):
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("ada.ipynb", b"0" * (collect.LARGEST + 1))
        packed.writestr("../../evil.ipynb", b"evil")
    main(["collect", "small", str(archive), "--into", str(tmp_path / "in")])
    _, files = collected(tmp_path / "in" / "small")
    assert files["ada"] == b"" and set(files.values()) == {b"", b"evil"}
    assert not list(tmp_path.parent.glob("evil*"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nAda\n", "a column `student`"),
        ("student\n../ada\n", "cannot name a file"),
        ("student\nada\nada\n", "is there twice"),
    ],
)
def test_a_roster_that_cannot_be_used_is_refused(tmp_path, text, words, capsys):
    (tmp_path / "r.csv").write_text(text)
    archive = packed(tmp_path / "all.zip", *FOLDER)
    assert main(["collect", "small", str(archive), "--roster", str(tmp_path / "r.csv"), "--into", str(tmp_path)]) == 1
    assert words in capsys.readouterr().err
