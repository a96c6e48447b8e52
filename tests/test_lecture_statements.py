"""Every statement of the five lectures has its place in the book: `lecture_statements.toml` says where, by labels.

A label stays when the wording changes, so it tells that a paragraph is there and not what it says: who rewords a
labelled paragraph checks that it still says what the table says.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.style

BOOK = Path(__file__).parents[1] / "book"
CHAPTERS = sorted(BOOK.glob("[0-9]*.ipynb"))
PAGES = sorted(path.stem for kind in ("*.ipynb", "*.md") for path in BOOK.glob(kind))
TABLES = tomllib.loads(Path(__file__).with_name("lecture_statements.toml").read_text("utf-8"))
ROWS = [row for rows in TABLES.values() for row in rows]
EXAMPLES = [row for row in ROWS if "example" in row]
# The line that holds labels, right above what it labels.
MARKS = {
    "markdown": re.compile(r"^ *<!-- teaches: (.*) -->\n?", re.MULTILINE),
    "code": re.compile(r"^# teaches: (.*)\n?", re.MULTILINE),
}

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


def assertions(source: str, first: int | None = None) -> str:
    """Return what fails in a cell, or in the first statements of it, if a number is wrong."""
    found = []
    for node in (node for statement in ast.parse(source).body[:first] for node in ast.walk(statement)):
        testing = isinstance(node, ast.Expr) and ast.unparse(node).startswith("np.testing.")
        if isinstance(node, ast.Assert) or testing:
            found.append(ast.get_source_segment(source, node) or "")
    return "\n".join(found)


@cache
def whole(page: str) -> list[nbformat.NotebookNode]:
    """Return the cells of a page; one that is no notebook is one cell."""
    path = BOOK / f"{page}.ipynb"
    if path.exists():
        return nbformat.read(path, as_version=4).cells
    return [nbformat.v4.new_markdown_cell((BOOK / f"{page}.md").read_text("utf-8"))]


@cache
def cells(page: str) -> list[nbformat.NotebookNode]:
    """Return the cells of a page up to its summary, which repeats and does not teach."""
    taught = []
    for cell in whole(page):
        before, *summary = re.split("^## Summary$", cell.source, flags=re.MULTILINE)
        if summary:
            return [*taught, nbformat.v4.new_markdown_cell(before)]
        taught.append(cell)
    return taught


def labels(cells: list[nbformat.NotebookNode]) -> list[str]:
    """Return the labels in some cells."""
    lines = [line for cell in cells for line in MARKS[cell.cell_type].findall(cell.source)]
    return [label for line in lines for label in line.split(", ")]


@dataclass(frozen=True)
class Place:
    """Where a label stands.

    Attributes
    ----------
    page : str
    texts : tuple of str
        The paragraph under the label, or what the code there asserts, and what it shows.
    in_code : bool
    """

    page: str
    texts: tuple[str, ...]
    in_code: bool


def found(page: str) -> Iterator[tuple[str, Place]]:
    """Go through the labels of a page, and say where they stand; at the end of a text it is above the next cell."""
    taught = cells(page)
    for cell, following in zip(taught, [*taught[1:], nbformat.v4.new_markdown_cell()], strict=True):
        parts = MARKS[cell.cell_type].split(cell.source)
        for names, text in zip(parts[1::2], parts[2::2], strict=True):
            if cell.cell_type == "code":
                place = Place(page, (assertions(text, first=1),), in_code=True)
            elif not text and following.cell_type == "code":
                place = Place(page, (assertions(following.source), outputs(following)), in_code=True)
            else:
                taught_here = "" if text.startswith("#") else re.split(r"^\s*$", text, flags=re.MULTILINE)[0]
                place = Place(page, (taught_here,), in_code=False)
            yield from ((name, place) for name in names.split(", "))


@cache
def places() -> dict[str, list[Place]]:
    """Return where each label of the book stands."""
    table: dict[str, list[Place]] = {}
    for page in PAGES:
        for label, place in found(page):
            table.setdefault(label, []).append(place)
    return table


def values(text: str) -> list[float | str]:
    """Return the numbers and the words of a text."""
    plain = re.sub(r"(?<=\d)[,_](?=\d{3}(?!\d))", "", text)
    return [float(number) if number else word for number, word in re.findall(r"(-?\d+\.?\d*)|([A-Za-z]+)", plain)]


def results(row: dict[str, str]) -> list[float | str]:
    """Return what a row says that code gives: what stands behind its last colon."""
    return values(row["says"].rpartition(": ")[2]) if ": " in row["says"] else []


def errata() -> dict[str, str]:
    """Return the text of each erratum by its label."""
    text = "\n".join(cell.source for cell in cells("errata") if cell.cell_type == "markdown")
    parts = re.split(r"^(\((?:errata-[\w-]+)\)=|## .*)$", text, flags=re.MULTILINE)[1:]
    return {label[1:-2]: entry for label, entry in zip(parts[::2], parts[1::2], strict=True) if label[0] == "("}


ERRATA = errata()


def identity(row: dict[str, str]) -> str:
    """Name a row in the report of the tests."""
    return f"{row['page']}: {row['says']}"


def holds(text: str, results: list[float | str]) -> bool:
    """Tell whether a text has some numbers and words, in their order."""
    shown = iter(values(text))
    return all(result in shown for result in results)


@pytest.mark.parametrize("row", ROWS, ids=identity)
def test_the_statement_is_taught(row: dict[str, str]) -> None:
    there = places().get(row["label"], [])
    assert [place.page for place in there] == [row["page"]], f"{row['label']} stands once, on its page"
    (place,) = there
    assert re.search(r"\w", "".join(place.texts)), f"nothing stands under {row['label']}, or no assertion and no output"
    assert not place.in_code or any(holds(text, results(row)) for text in place.texts), f"other results: {place.texts}"


@pytest.mark.parametrize("row", EXAMPLES, ids=identity)
def test_the_worked_example_is_computed(row: dict[str, str]) -> None:
    assert all(place.in_code for place in places().get(row["label"], [])), f"{row['label']} stands above no code"
    assert results(row), "what the code gives stands in the row behind a colon"


def test_every_label_has_its_row() -> None:
    names = [row["label"] for row in ROWS]
    assert places().keys() <= set(names)
    assert len(set(names)) == len(names)
    assert not [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)]
    assert all(set(row) - {"example"} == {"says", "page", "label"} for row in ROWS)


@pytest.mark.parametrize("page", PAGES)
def test_no_label_stands_behind_the_summary_or_is_seen(page: str) -> None:
    assert labels(whole(page)) == labels(cells(page))
    code = [cell for cell in whole(page) if cell.cell_type == "code" and labels([cell])]
    assert all("remove-cell" in cell.metadata.get("tags", ()) for cell in code), "put it into the text before"


def test_every_worked_example_has_its_row() -> None:
    assert {row["example"] for row in EXAMPLES} == set(re.split("; |\n", WORKED.strip()))


@pytest.mark.parametrize("lecture", "ABCDE")
def test_no_lecture_is_left_out(lecture: str) -> None:
    assert len(TABLES[lecture]) >= 25


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
    assert MARKS["markdown"].search(ERRATA[label]), "no row tells of it"


def test_the_errata_are_found() -> None:
    assert {"errata-1d", "errata-rgb", "errata-matrix", "errata-pool-volume", "errata-1995"} < set(ERRATA)
