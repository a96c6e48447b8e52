"""`make exercise`: what it writes runs as it is, and changes nothing else."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import exercise
import nbformat
import pytest

from cnn_course.exercises import checking
from conftest import ROOT

FILES = ("book/04-padding.ipynb", "cnn_course/exercises/chapter_04.py", "tests/wrong_answers/chapter_04.py")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def headings(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source.partition("\n")[0] for cell in cells if exercise.HEADING.match(cell.source)]


def module(name: str, path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_a_skeleton_has_a_check_that_takes_its_solution_and_rejects_its_wrong_answers(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *kept, last = headings(copy / FILES[0])
    number, after = f"4.{len(kept) + 1}", f"4.{len(kept) + 2}"
    assert exercise.add(4, "pad_twice", "Pad twice", copy) == [copy / name for name in FILES]
    added = f"### Exercise {number} ★★ Pad twice"
    assert headings(copy / FILES[0]) == [*kept, added, last.replace(number, after)]
    monkeypatch.setattr(checking, "_CHECKS", {})
    module("cnn_course.exercises.copied", copy / FILES[1])
    wrong = module("wrong", copy / FILES[2]).WRONG[number]
    cells = nbformat.read(copy / FILES[0], as_version=4).cells
    start, solved = (cell.source for cell in cells if "def pad_twice" in cell.source)
    verdicts = []
    exercises = SimpleNamespace(
        check=lambda number, function: verdicts.append(
            checking.judge(number, checking._CHECKS[number], checking.Answer(function)).status
        )
    )
    for source in (start, solved):
        exec(source, {"exercises": exercises})
    for function in wrong:
        exercises.check(number, function)
    assert verdicts == ["open", "right", "wrong", "wrong"]


def test_the_first_exercise_of_a_chapter_makes_its_files(tmp_path: Path) -> None:
    for folder in ("book", "cnn_course/exercises", "tests/wrong_answers"):
        (tmp_path / folder).mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "book" / "12-more.ipynb")
    for number, name in enumerate(("one", "other"), 1):
        exercise.add(12, name, "Title", tmp_path)
        assert list(module(f"wrong{number}", tmp_path / "tests/wrong_answers/chapter_12.py").WRONG)[-1] == "12.1"
    assert [line.rpartition(" ")[0] for line in headings(tmp_path / "book" / "12-more.ipynb")] == [
        "### Exercise 12.1 ★★",
        "### Exercise 12.2 ★★",
    ]


@pytest.mark.parametrize(
    ("chapter", "name", "told"),
    [
        (44, "f", "no chapter 44 in"),
        (4, "two words", "got 'two words'"),
        (4, "same_padding", "function same_padding already"),
    ],
)
def test_what_cannot_be_added_changes_nothing(copy: Path, chapter: int, name: str, told: str) -> None:
    before = [(copy / file).read_bytes() for file in FILES]
    with pytest.raises(ValueError, match=told):
        exercise.add(chapter, name, "Title", copy)
    assert [(copy / file).read_bytes() for file in FILES] == before
