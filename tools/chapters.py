"""Say how much each chapter asks of its reader, before its questions and exercises.

    python tools/chapters.py

A mark follows what is more than a chapter should have: 2,500 words that everybody reads, ten lines in a cell, two
assertions that are seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

BOOK = Path(__file__).resolve().parent.parent / "book"
LIMITS = {"words": 2500, "lines": 10, "assertions": 2}
# What not everybody reads, or not as words: margin notes, listings, folds, comments, formulas.
ASIDE = re.compile(r"```.*?^```|<details.*?</details>|<!--.*?-->|\$\$.*?\$\$", re.DOTALL | re.MULTILINE)
UNSEEN = {"hide-input", "hide-cell", "remove-cell", "remove-input", "hide-code"}


@dataclass
class Chapter:
    """What a chapter has, see `measure`."""

    words: int = 0
    cells: int = 0
    lines: int = 0
    assertions: int = 0
    predictions: int = 0
    pictures: int = 0


def body(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield the cells before *Check yourself*."""
    for cell in cells:
        if cell.source.startswith("## Check yourself"):
            return
        yield cell


def measure(cells: list[NotebookNode]) -> Chapter:
    r"""Count what a chapter has before *Check yourself*.

    Examples
    --------
    >>> text = nbformat.v4.new_markdown_cell("What is $1 + 1$?\n\n<details>\n\nTwo.\n\n</details>")
    >>> code = nbformat.v4.new_code_cell("total = 1 + 1\ntotal", metadata={"tags": ["hide-output"]})
    >>> measure([text, code, nbformat.v4.new_markdown_cell("## Check yourself\n\nMore words.")])
    Chapter(words=3, cells=1, lines=2, assertions=0, predictions=2, pictures=0)
    """
    found = Chapter()
    for cell in body(cells):
        if cell.cell_type == "markdown":
            plain = re.sub(r"\$[^$]*\$", " formula ", ASIDE.sub("", cell.source))
            found.words += len(re.findall(r"[\w'’-]+", plain))
            found.predictions += cell.source.count("<details")
            continue
        tags = set(cell.metadata.get("tags", []))
        found.pictures += "figure" in cell.metadata.get("mystnb", {})
        found.predictions += "hide-output" in tags
        if not tags & UNSEEN:
            found.cells += 1
            found.lines = max(found.lines, len(cell.source.splitlines()))
            found.assertions += len(re.findall(r"\bassert\b|np\.testing", cell.source))
    return found


def main() -> None:
    """Print a line for each chapter."""
    names = list(asdict(Chapter()))
    print(f"{'chapter':24}" + "".join(f"{name:>13}" for name in names))
    for path in sorted(BOOK.glob("[0-9][0-9]-*.ipynb")):
        counts = asdict(measure(nbformat.read(path, as_version=4).cells))
        marks = {name: "*" if counts[name] > LIMITS.get(name, counts[name]) else " " for name in names}
        print(f"{path.stem:24}" + "".join(f"{counts[name]:>12}{marks[name]}" for name in names))


if __name__ == "__main__":
    main()
