"""Names of the library lead from the chapters to the reference and back; symbols and words can be looked up."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from test_book import BOOK, NOTEBOOKS, soup

CHAPTERS = [path for path in NOTEBOOKS if path.stem[0].isdigit()]
# As the chapters write them: cc.conv2d is described as cnn_course.conv2d, plots.grid as cnn_course.plots.grid.
NAME = re.compile(r"\b(?:cc\.(?:naive\.)?|data\.|models\.|plots\.|training\.|explorers\.)[A-Za-z]\w*")
HANDED_ON = {"load_idx": "data.load_idx", "save_weights": "saving.save_weights", "load_weights": "saving.load_weights"}


def used(path: Path, described: set[str]) -> set[str]:
    """Return the identifiers of the entries that the code of a chapter names, where a page shows it."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    shown = [cell.source for cell in cells if "remove-cell" not in cell.metadata.get("tags", [])]
    names = {name.removeprefix("cc.") for source in shown for name in NAME.findall(re.sub("#.*", "", source))}
    return {f"cnn_course.{HANDED_ON.get(name, name)}" for name in names} & described


@pytest.mark.style
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_name_that_a_chapter_uses_is_linked_both_ways(built_book: Path, path: Path) -> None:
    page, reference = soup(built_book / f"book/{path.stem}.html"), soup(built_book / "book/api.html")
    names = used(path, {tag["id"] for tag in reference.select("dt.sig[id]")})
    assert len(names) >= 3
    forth = {link["href"] for link in page.select("article a[href^='api.html#']")}
    assert {name for name in names if f"api.html#{name}" not in forth} == set()
    back = {name: reference.find(id=name).find_next_sibling("dd").select("p.names a") for name in names}
    there = {name for name, links in back.items() if any(link["href"].startswith(path.stem) for link in links)}
    assert names - there == set()


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_headings_and_cells_have_no_such_links(built_book: Path, path: Path) -> None:
    page = soup(built_book / f"book/{path.stem}.html")
    assert not page.select(":is(h1, h2, h3, h4, pre) a[href^='api.html#']")


def test_symbols_and_words_are_in_the_index(built_book: Path) -> None:
    index = {link.get_text(): link["href"] for link in soup(built_book / "genindex.html").select("article a")}
    for text in ("x (symbol)", "C_out (symbol)", "ŷ (symbol)", "aliasing", "receptive field"):
        page, _, anchor = index[text].partition("#")
        assert soup(built_book / page).find(id=anchor), text


def test_the_sections_are_found_by_their_numbers(built_book: Path) -> None:
    assert (BOOK / "notation.md").is_file()
    text = (built_book / "sections.js").read_text("utf-8")
    assert text.startswith("var sections = [[")
    assert len(text.encode()) < 500_000


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_links_the_words_that_the_glossary_says_it_introduces_once(built_book: Path, path: Path) -> None:
    page, notation = soup(built_book / f"book/{path.stem}.html"), soup(built_book / "book/notation.html")
    links = page.select("article a.term")
    assert len({link["href"] for link in links}) == len(links) <= 16
    assert not page.select(":is(h1, h2, h3, pre, figure, aside) a.term")
    text = " ".join(" ".join(paragraph.get_text().lower().split()) for paragraph in page.select("article p"))
    for term in notation.select("dl.glossary > dt"):
        entry = next((link["href"] for link in reversed(term.find_next_sibling("dd").select("a[href]"))), "")
        linked = [link for link in links if link["href"] == f"notation.html#{term['id']}"]
        if entry.split("#")[0] == f"{path.stem}.html":
            word = term.find(string=True).strip().lower()
            assert len(linked) == 1 or f" {word} " not in text, word
        else:
            assert not linked
