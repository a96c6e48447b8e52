"""A book for a class: no page, download, index or print holds a solution of an exercise, and all else is there."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import make_book
import nbformat
import pdf
import pytest
from bs4 import BeautifulSoup
from test_book import NOTEBOOKS, PAGES

from conftest import ROOT, build

FOLD = re.compile(r'<details class="solution">.*?</details>', re.DOTALL)
SHORTEST = 18  # letters and digits of what is looked for: less could stand anywhere
TEXTS = {".html", ".ipynb", ".js", ".json", ".md", ".rst", ".txt", ".xml", ".css", ".svg"}


def letters(text: str) -> str:
    """Return the letters and digits of a text, which are the same however it is stored."""
    return "".join(filter(str.isalnum, text)).lower()


@cache
def stored(path: Path) -> str:
    """Return the letters of a file: without tags and entities, without escapes."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        return letters(html.unescape(re.sub(r"<[^>]*>", "", text)))
    if path.suffix in {".ipynb", ".js", ".json"}:
        text = re.sub(r"\\(?:u([0-9a-f]{4})|(.))", lambda part: chr(int(part[1], 16)) if part[1] else
                      part[2] if part[2] not in "nrt" else " ", text)  # fmt: skip
    return letters(text)


def everything(paths: Iterable[Path]) -> str:
    """Return the letters of many files, a line each, so that nothing goes on in the next."""
    return "\n".join(map(stored, paths))


def solutions() -> dict[str, list[str]]:
    """Return the lines of each solution of the book: of its fold, its code and what the code answers."""
    found: dict[str, list[str]] = {}
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            parts = [cell.source, *(output.get("text", "") for output in cell.get("outputs", ()))]
            if cell.cell_type == "markdown":
                parts = FOLD.findall(cell.source)
                if heading := re.search(r"^### Exercise ([\d.]+)", cell.source, re.M):
                    exercise = f"{path.stem}, {heading[1]}"
            elif "solution" not in cell.metadata.get("tags", []):
                continue
            # A page shows formulas in other signs, so a line ends at them.
            lines = [line for part in parts for line in re.split(r"\n|\$|(?<=[.:]) ", re.sub(r"<[^>]*>", "", part))]
            if lines:
                found.setdefault(exercise, []).extend(lines)
    return found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the book without solutions, as make_book does."""
    return make_book.copy_without_solutions(ROOT, tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module")
def class_book(source: Path) -> Path:
    """Build it, every warning an error, and return the folder of its pages."""
    cache = Path("_build", ".jupyter_cache")
    if (ROOT / make_book.CLASS / cache).is_dir():
        shutil.copytree(ROOT / make_book.CLASS / cache, source / cache)
    result = build(source, source)
    assert result.returncode == 0, "the book without solutions does not build:\n" + result.stderr[-6000:]
    return source / "_build" / "html"


@pytest.fixture(scope="module")
def told(source: Path) -> dict[str, list[str]]:
    """Return, for each solution, the letters of those of its lines that stand nowhere else in the book."""
    kept = [path for path in make_book.files(source) if path.suffix in {".ipynb", ".md", ".py", ".rst"}]
    elsewhere = everything(path for path in kept if path.parts[len(source.parts)] != "tests")
    distinct = {}
    for name, lines in solutions().items():
        probes = [letters(line) for line in lines]
        distinct[name] = [probe for probe in probes if len(probe) >= SHORTEST and probe not in elsewhere]
    return distinct


def test_every_solution_is_found_in_the_whole_book(built_book: Path, told: dict[str, list[str]]) -> None:
    # Or the next test would prove nothing.
    assert len(told) >= 60
    for name, probes in told.items():
        page = name.partition(",")[0]
        for path in (f"book/{page}.html", f"_sources/book/{page}.ipynb"):
            assert any(probe in stored(built_book / path) for probe in probes), (name, path)


def test_no_solution_is_left_in_a_book_without(class_book: Path, told: dict[str, list[str]]) -> None:
    paths = [path for path in class_book.rglob("*") if path.suffix in TEXTS]
    whole = everything(paths)
    left = {probe for probes in told.values() for probe in probes if probe in whole}
    assert [(probe, path.name) for probe in left for path in paths if probe in stored(path)] == []


@pytest.mark.parametrize("name", PAGES)
def test_all_else_is_there(class_book: Path, built_book: Path, name: str) -> None:
    whole, bare = (BeautifulSoup((folder / f"{name}.html").read_text("utf-8"), "html.parser")
                   for folder in (built_book, class_book))  # fmt: skip
    for part in [
        *whole.select("details.solution:not(.answers), .tag_solution, span.solution, p.names"),
        *bare.select("p.names"),
    ]:
        part.decompose()  # the names of the library that a page uses are those of its solutions too
    assert not bare.select("details.solution:not(.answers), .tag_solution, span.solution")
    article, expected = (letters(page.article.get_text()) for page in (bare, whole))
    assert article == expected


def test_what_is_in_the_copy_no_more_leaves_it(tmp_path: Path) -> None:
    whole, copy = tmp_path / "whole", tmp_path / "copy"
    whole.mkdir()
    solved = nbformat.v4.new_code_cell("answer = 42", metadata={"tags": ["hide-cell", "solution"]})
    fold = nbformat.v4.new_markdown_cell('<details class="solution"><summary>Solution</summary>\n\n42\n\n</details>')
    kept = nbformat.v4.new_markdown_cell("Ask.\n\n" + fold.source.replace('solution"', 'solution answers"'))
    nbformat.write(nbformat.v4.new_notebook(cells=[kept, fold, solved]), whole / "a.ipynb")
    (whole / "b.md").write_text("Hints[ and answers]{.solution} for all.\n")
    make_book.copy_without_solutions(whole, copy)
    first = (copy / "a.ipynb").stat().st_mtime_ns
    (notebook,) = (nbformat.read(path, as_version=4) for path in copy.glob("*.ipynb"))
    assert [cell.source for cell in notebook.cells] == [kept.source]
    assert (copy / "b.md").read_text() == "Hints for all.\n"
    (whole / "b.md").unlink()
    make_book.copy_without_solutions(whole, copy)
    assert [path.name for path in copy.iterdir()] == ["a.ipynb"]
    assert (copy / "a.ipynb").stat().st_mtime_ns == first  # Sphinx reads anew what was written anew


def test_a_book_without_solutions_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    built: list[Path] = []
    monkeypatch.setattr(make_book, "ROOT", tmp_path)
    monkeypatch.setattr(make_book, "build", built.append)
    for arguments in (["--solutions", "no"], ["--solutions", "yes"], []):
        make_book.main(arguments)
    assert built == [tmp_path / make_book.CLASS, tmp_path, tmp_path]
    with pytest.raises(SystemExit):
        make_book.main(["--solutions", "none"])


def test_make_names_the_folder_that_it_builds() -> None:
    command = ["make", "--dry-run", "--old-file", ".venv/ready", "SOLUTIONS=no", "pdf"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.count(f"{make_book.CLASS}/_build/html") == 2
    assert not re.search(r"(?<!solutions/)_build/html", told)


def test_its_print_has_hints_and_no_solution(class_book: Path, told: dict[str, list[str]], browser: Any) -> None:
    page, _ = pdf.assembled(browser, class_book, "A4")  # what is printed, and what a style sheet hides
    text = letters(page.locator("body").text_content())
    page.close()
    assert letters("Hints and answers") in text
    assert not re.search("hintsandsolution|hintssolutions", text)
    assert [name for name, probes in told.items() if any(probe in text for probe in probes)] == []
