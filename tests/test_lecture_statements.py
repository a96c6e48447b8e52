"""Every statement of the five lectures has its place in the book: `lecture_statements.toml` says where."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.style

BOOK = Path(__file__).parents[1] / "book"
CHAPTERS = sorted(BOOK.glob("[0-9]*.ipynb"))
TABLES = tomllib.loads(Path(__file__).with_name("lecture_statements.toml").read_text("utf-8"))
ROWS = [row for rows in TABLES.values() for row in rows]
EXAMPLES = [row for row in ROWS if "example" in row]

# The worked examples of the lectures, by name.
WORKED = """
A dense layer; A 1D; A 2D; A 2D, flipped; A RGB, per channel; A RGB; A larger kernels; A padding; A stride 1; A stride 2
A 227; A pooling; A LeNet, sizes; A LeNet, parameters; LeNet with all biases; LeNet-5 as published
A dense layer in place of C1; B 10 by 10; B sharing; B shrinkage; C sigmoid; C ReLU; C matrix; C matrix, dL/dx
C matrix, dL/dw; C Jacobians; C 7 by 7; C 32 by 32 by 3, volume; C 32 by 32 by 3, parameters; D letters; D volumes
D pooling; E binary image; E pooling; small, padded; small, strided; small, two channels; small, three filters
small, maximum; small, average; small, kernel gradient; small, input gradient; small, transposed
"""


def squeezed(text: str) -> str:
    """Make every run of white space one space."""
    return " ".join(text.split())


def outputs(cell: nbformat.NotebookNode) -> str:
    """Return the text of a cell's stored outputs; a table is there as plain text and as Markdown."""
    texts = [output.get("text", "") for output in cell.outputs]
    data = [output.get("data", {}) for output in cell.outputs]
    return "\n".join(["", *texts, *(forms.get(kind, "") for forms in data for kind in ("text/plain", "text/markdown"))])


def assertions(source: str) -> str:
    """Return the statements of a cell that fail if a number is wrong."""
    found = []
    for node in ast.walk(ast.parse(source)):
        testing = isinstance(node, ast.Expr) and ast.unparse(node).startswith("np.testing.")
        if isinstance(node, ast.Assert) or testing:
            found.append(ast.get_source_segment(source, node) or "")
    return "\n".join(found)


@cache
def cells(page: str) -> list[nbformat.NotebookNode]:
    """Return the cells of a page up to its summary, which repeats and does not teach."""
    path = BOOK / f"{page}.ipynb"
    if not path.exists():
        return [nbformat.v4.new_markdown_cell((BOOK / f"{page}.md").read_text("utf-8"))]
    taught = []
    for cell in nbformat.read(path, as_version=4).cells:
        before, *summary = re.split("^## Summary$", cell.source, flags=re.MULTILINE)
        if summary:
            return [*taught, nbformat.v4.new_markdown_cell(before)]
        taught.append(cell)
    return taught


@cache
def blocks(page: str) -> list[str]:
    """Return the paragraphs of a page; a code cell with its outputs is one."""
    found = []
    for cell in cells(page):
        code = cell.cell_type == "code"
        found += map(squeezed, [cell.source + outputs(cell)] if code else re.split(r"\n\s*\n", cell.source))
    return found


def errata() -> dict[str, str]:
    """Return the text of each erratum by its label."""
    text = "\n".join(cell.source for cell in cells("errata") if cell.cell_type == "markdown")
    parts = re.split(r"^(\((?:errata-[\w-]+)\)=|## .*)$", text, flags=re.MULTILINE)[1:]
    return {label[1:-2]: entry for label, entry in zip(parts[::2], parts[1::2], strict=True) if label[0] == "("}


ERRATA = errata()


def identity(row: dict[str, str]) -> str:
    """Name a row in the report of the tests."""
    return f"{row['page']}: {row['says']}"


@pytest.mark.parametrize("row", ROWS, ids=identity)
def test_the_statement_is_taught(row: dict[str, str]) -> None:
    anchor = squeezed(row["anchor"])
    places = [block for block in blocks(row["page"]) if anchor in block]
    assert places, f"{row['page']} no longer says: {anchor}"
    assert len(places) == 1 or "example" in row, f"{anchor!r} is not specific: it stands in {places}"


@pytest.mark.parametrize("row", EXAMPLES, ids=identity)
def test_the_worked_example_is_computed(row: dict[str, str]) -> None:
    code = [cell for cell in cells(row["page"]) if cell.cell_type == "code"]
    checked = [squeezed(text) for cell in code for text in (outputs(cell), assertions(cell.source))]
    assert any(squeezed(row["anchor"]) in text for text in checked)


def test_every_worked_example_has_its_row() -> None:
    assert {row["example"] for row in EXAMPLES} == set(re.split("; |\n", WORKED.strip()))


@pytest.mark.parametrize("lecture", "ABCDE")
def test_no_lecture_is_left_out(lecture: str) -> None:
    assert len(TABLES[lecture]) >= 25


def test_no_anchor_is_a_common_word_or_stands_twice() -> None:
    for row in ROWS:
        assert set(row) - {"example"} == {"says", "page", "anchor"}
        assert len(re.findall(r"\w+", row["anchor"])) >= 3, row
    pairs = [(row["page"], row["anchor"]) for row in ROWS if "example" not in row]
    assert len(set(pairs)) == len(pairs)


def test_every_chapter_teaches_a_statement() -> None:
    assert {row["page"] for row in ROWS} == {path.stem for path in CHAPTERS} | {"errata", "notation"}


@pytest.mark.parametrize("label", ERRATA)
def test_the_erratum_is_told_where_its_example_is_used(label: str) -> None:
    pages = [*(path.stem for path in CHAPTERS), "notation"]
    assert any(f"<{label}>" in cell.source for page in pages for cell in cells(page))


@pytest.mark.parametrize("label", ERRATA)
def test_the_erratum_says_what_is_printed_and_what_is_true(label: str) -> None:
    entry = squeezed(ERRATA[label])
    assert "**Printed:**" in entry and "**True:**" in entry
    assert any(squeezed(row["anchor"]) in entry for row in ROWS if row["page"] == "errata"), "no row tells of it"


def test_the_errata_are_found() -> None:
    assert {"errata-1d", "errata-rgb", "errata-matrix", "errata-pool-volume", "errata-1995"} < set(ERRATA)
