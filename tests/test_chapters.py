"""A chapter lets its reader work: its limits are those that `tools/chapters.py` prints, and no answer stands open."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import chapters
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from conftest import ROOT

pytestmark = pytest.mark.style

CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]-*.ipynb"))
PREDICTIONS = 8  # at least
TRIES = re.compile(r"^(?:\*\*Try\*\*|Try:|.*things to try\b).*?(?=^#|\Z)", re.MULTILINE | re.DOTALL)
FOLD = re.compile(r"<details.*?</details>", re.DOTALL)
ITEM = re.compile(r"^(?:\d+\.|-) ", re.MULTILINE)
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def beyond(cells: list[nbformat.NotebookNode]) -> dict[str, int]:
    """Return what a chapter has too much of."""
    return {name: count for name, count in asdict(chapters.measure(cells)).items() if count > limit(name)}


def limit(name: str) -> float:
    return chapters.LIMITS.get(name, float("inf"))


def open_tries(source: str) -> list[str]:
    """Return the lists of things to try, each from its heading to the next, that do not answer every item in a fold."""
    found = []
    for text in TRIES.findall(source):
        asked = len(ITEM.findall(FOLD.sub("", text)))
        answers = sum(max(1, len(ITEM.findall(fold))) for fold in FOLD.findall(text))
        if not asked or asked != answers:
            found.append(text)
    return found


@each_chapter
def test_a_chapter_keeps_its_limits(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.source.split("\n")[0] for cell in cells].count("## Check yourself") == 1, "the body ends there"
    assert not beyond(cells), f"at most {chapters.LIMITS}"


@each_chapter
def test_a_chapter_asks_before_it_tells(path: Path) -> None:
    assert chapters.measure(nbformat.read(path, as_version=4).cells).predictions >= PREDICTIONS


@each_chapter
def test_what_there_is_to_try_has_folded_answers(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            assert not open_tries(cell.source)


@pytest.mark.parametrize(
    ("cell", "too_much"),
    [
        (new_markdown_cell("word " * 2501), {"words": 2501}),
        (new_markdown_cell("word " * 2500 + "$x + y + z$"), {"words": 2501}),
        (new_markdown_cell("word " * 2500 + "\n\n<details>\n\nfolded\n\n</details>\n\n```{margin}\nmore\n```"), {}),
        (new_markdown_cell("<!-- a comment -->\n" + "word " * 2500), {}),
        (new_code_cell("1\n" * 11), {"lines": 11}),
        (new_code_cell("1\n" * 11, metadata={"tags": ["hide-input"]}), {}),
        (new_code_cell("assert x\n" * 2 + "np.testing.assert_array_equal(x, y)"), {"assertions": 3}),
        (new_code_cell("assert x\n" * 3, metadata={"tags": ["remove-cell"]}), {}),
    ],
)
def test_too_much_is_noticed(cell: nbformat.NotebookNode, too_much: dict[str, int]) -> None:
    home = [new_markdown_cell("## Check yourself"), new_markdown_cell("word " * 2501), new_code_cell("assert x\n" * 11)]
    assert beyond([cell, *home]) == too_much


@pytest.mark.parametrize(
    ("text", "open_lists"),
    [
        ("**Try**\n\n1. One.\n\n   <details><summary>Answer 1</summary>\n\n   It is 1.\n\n   </details>", 0),
        ("Two things to try.\n\n1. One.\n2. Two.\n\n<details>\n\n1. It is 1.\n2. It is 2.\n\n</details>\n\nGo on.", 0),
        ("**Try**\n\n1. One.\n2. Two.\n\n   <details><summary>Answer 2</summary>\n\n   It is 2.\n\n   </details>", 1),
        ("Try:\n\n- Draw a 7.\n- Draw a 4.\n\n## Next", 1),
        ("Try kernels on pictures", 0),
    ],
)
def test_an_open_answer_is_noticed(text: str, open_lists: int) -> None:
    assert len(open_tries(text)) == open_lists
