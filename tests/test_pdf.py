"""The book on paper: its outline, its links, its explorers, its solutions, and nothing that hangs out of a page."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from functools import cached_property
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pdf
import pypdfium2
import pytest
import yaml
from browser import visit
from bs4 import BeautifulSoup, Tag
from pypdf import PdfReader
from pypdfium2 import PdfDocument
from test_book import NOTEBOOKS, PAGES

from cnn_course.explorers import still
from conftest import ROOT

POINTS = {"A4": (595, 842), "Letter": (612, 792)}
LARGEST = 25e6
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
BEHIND = "Hints, solutions and answers"
MOVES = "It moves in the built book"


class Book:
    """A printed book, read once for all tests."""

    def __init__(self, content: bytes, paper: str) -> None:
        self.content, self.paper, self.reader = content, paper, PdfReader(BytesIO(content))

    @cached_property
    def read(self) -> list[tuple[str, str]]:
        """Each page's text, and its text within the edges of the page."""
        pages = (page.get_textpage() for page in PdfDocument(self.content))
        return [(page.get_text_range(), page.get_text_bounded()) for page in pages]

    @cached_property
    def texts(self) -> list[str]:
        """The text of each page, without its running heads and its number."""
        foot = re.compile(r"\d+ / \d+")
        pages = (text.splitlines() for text, _ in self.read)
        return ["\n".join(x for x in page if x not in self.heads and not foot.fullmatch(x)) for page in pages]

    @cached_property
    def outside(self) -> list[int]:
        """The pages with text beyond their edges."""
        # Lengths, since the two write the sign of a divided word differently.
        return [at for at, (text, inside) in enumerate(self.read, 1) if len(squeeze(text)) != len(squeeze(inside))]

    def size(self, pages: slice) -> float:
        """Return the size of most text on some pages, in points."""
        sizes: Counter[float] = Counter()
        for page in list(PdfDocument(self.content))[pages]:
            for text in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
                size = ctypes.c_float()
                pypdfium2.raw.FPDFTextObj_GetFontSize(text, size)
                sizes[round(size.value * text.get_matrix().a, 1)] += 1
        return sizes.most_common(1)[0][0]

    @cached_property
    def heads(self) -> set[str]:
        """What may stand above the text of a page."""
        return {CONFIG["title"], *(f"{title} {CONFIG['title']}" for level, title, _ in self.outline if level == 1)}

    @cached_property
    def outline(self) -> list[tuple[int, str, int]]:
        """Each entry: its level, its title and its page, counted from 1."""
        found: list[tuple[int, str, int]] = []

        def walk(entries: list[Any], level: int) -> None:
            for entry in entries:
                if isinstance(entry, list):
                    walk(entry, level + 1)
                else:
                    found.append((level, entry.title, self.reader.get_destination_page_number(entry) + 1))

        walk(self.reader.outline, 1)
        return found


@pytest.fixture(scope="session")
def printed(built_book: Path, browser: Any) -> Book:
    """Print the book, once for the whole run; `browser` skips where none starts."""
    return Book(pdf.print_book(browser, built_book, "A4"), "A4")


@pytest.fixture(scope="session")
def articles(built_book: Path) -> dict[str, Tag]:
    """Parse the texts of all pages."""
    found = {}
    for page in PAGES:
        article = BeautifulSoup((built_book / f"{page}.html").read_text("utf-8"), "html.parser").article
        assert article
        found[page.removeprefix("book/")] = article
    return found


def squeeze(text: str) -> str:
    """Leave out what a line or a page that ends may add or take."""
    return re.sub(r"\s+", "", text)


def plain(text: str) -> str:
    """Leave out hyphens as well, which a line that ends may add."""
    return re.sub("[-\u00ad\u2010\ufffe]", "", squeeze(text))


def holds(pages: list[str], line: str) -> bool:
    """Tell whether a line stands on pages; one may begin on a page and end on the next."""
    if line in "".join(pages):
        return True
    parts = [(line[:at], line[at:]) for at in range(1, len(line))]
    return any(begun in a and rest in b for a, b in pairwise(pages) for begun, rest in parts)


def title(heading: Tag) -> str:
    return " ".join(heading.get_text().replace("¶", "").split())


def check_pages(book: Book) -> None:
    """Every page has the size of its paper, something on it, and nothing beyond its edge."""
    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in book.reader.pages} == {POINTS[book.paper]}
    assert len(book.content) <= LARGEST
    assert [number for number, text in enumerate(book.texts, 1) if len(squeeze(text)) < 30] == []
    assert book.outside == []
    assert book.size(slice(20, 200, 20)) == 9  # Chromium prints all smaller where anything is wider than a page


def test_a_book_that_is_not_built_is_refused(browser: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make book"):
        pdf.print_book(browser, tmp_path, "A4")


def test_it_is_tagged_and_says_what_it_is(printed: Book) -> None:
    root, said = printed.reader.trailer["/Root"], printed.reader.metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == "en"
    assert said and (said.title, said.author) == (CONFIG["title"], CONFIG["author"])


def test_pages_are_whole(printed: Book) -> None:
    check_pages(printed)


def test_letter_is_a_paper_too(built_book: Path, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # The paper is all that differs, so the pages with the widest figures, tables and code will do.
    some = [
        built_book / f"book/{name}.html"
        for name in ("intro", "02-convolution-2d", "08-lenet", "08-training", "10-variants")
    ]
    monkeypatch.setattr(pdf, "reading_order", lambda _: some)
    check_pages(Book(pdf.print_book(browser, built_book, "Letter"), "Letter"))


def test_the_outline_has_every_heading_on_its_page(printed: Book, articles: dict[str, Tag]) -> None:
    expected = [(1, "Contents")]
    for name, article in articles.items():
        expected += [(int(found.name[1]), title(found)) for found in article.find_all(["h1", "h2", "h3"])]
        if name.startswith("11"):
            expected.append((1, BEHIND))
            for chapter in [article for at, article in articles.items() if at[:2].isdigit()]:
                expected.append((2, title(chapter.h1)))
                asked = dict.fromkeys(fold.find_parent("section") for fold in chapter.find_all("details"))
                expected += [(3, title(section.find(["h2", "h3"]))) for section in asked]
    assert [entry[:2] for entry in printed.outline] == expected
    for _, name, page in printed.outline:
        assert squeeze(name) in squeeze(printed.texts[page - 1]) or name == CONFIG["title"], (name, page)


def test_links_lead_to_places_of_the_book_or_out_of_it(printed: Book, articles: dict[str, Tag]) -> None:
    places, inside, out = printed.reader.named_destinations, [], set()
    for page in printed.reader.pages:
        for link in page.get("/Annots", []):
            action = link.get_object().get("/A", {})
            if "/URI" in action:
                out.add(str(action["/URI"]).rstrip("/"))
            else:
                inside.append(str(link.get_object().get("/Dest") or action["/D"]))
    assert len(inside) > 2000
    assert [place for place in inside if place not in places] == []
    known = {link["href"] for article in articles.values() for link in article.find_all("a", href=True)}
    assert out == {href.rstrip("/") for href in known if href.startswith("http")}


def test_the_contents_and_the_links_to_solutions_name_the_right_pages(printed: Book) -> None:
    where = {name: page for _, name, page in reversed(printed.outline)}
    lines = [line for text in printed.texts[1:7] for line in text.splitlines()]
    for level, name, page in printed.outline:
        if level == 1 and name != "Contents":
            assert any(squeeze(line) == squeeze(f"{name}{page}") for line in lines), (name, page)
    behind = where[BEHIND]
    (exercise, solution) = [page for _, name, page in printed.outline if name.startswith("Exercise 4.1")]
    assert exercise < behind <= solution
    assert f"Hints and solution on page {solution}" in printed.texts[exercise - 1] + printed.texts[exercise]
    assert f"Asked on page {exercise}" in printed.texts[solution - 1] + printed.texts[solution]


def test_hints_and_solutions_stand_whole_behind_the_last_chapter(printed: Book, articles: dict[str, Tag]) -> None:
    start = next(page for _, name, page in printed.outline if name == BEHIND)
    end = next(page for level, _, page in printed.outline if level == 1 and page > start)
    before, part = ([plain(text) for text in printed.texts[a:b]] for a, b in ((0, start - 1), (start - 1, end - 1)))
    whole = "".join(before)
    folds = [fold for name, article in articles.items() if name[:2].isdigit() for fold in article.find_all("details")]
    assert len(folds) > 200
    for link in (link for fold in folds for link in fold.find_all(class_="headerlink")):
        link.decompose()
    missing, spoilt = [], []
    for fold in folds:
        for block in fold.find_all(["p", "li", "pre"]):
            for formula in block.find_all("math"):
                formula.replace_with("\0")  # written in two dimensions, read in any order
            for line in map(plain, re.split("[\0\n]", block.get_text())):
                if len(line) > 3 and not holds(part, line):
                    missing.append(line)
                if len(line) > 60 and line in whole:
                    spoilt.append(line)
    assert missing == []
    assert spoilt == []


def test_answers_to_questions_are_given(printed: Book) -> None:
    start = next(page for _, name, page in printed.outline if name == BEHIND)
    part = "".join(printed.texts[start - 1 :])
    asked = sum(text.count("Your answer") for text in printed.texts[: start - 1])
    assert asked > 20
    assert len(re.findall(r"\d\.\s+Answer: ", part)) == asked
    assert "Answer: 1,200." in " ".join(part.split())  # 3·8·5 products and 10 units: chapter 0
    assert "Answer: " not in "".join(printed.texts[: start - 1])


def stills(path: Path) -> list[list[str]]:
    """Return the numbers in the stored still picture of each explorer of a notebook."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.source.startswith("explorers.")]
    found = []
    for cell in cells:
        (output,) = cell.outputs
        groups = ElementTree.fromstring(output.data["image/svg+xml"]).iter("{http://www.w3.org/2000/svg}g")
        found.append([text.text or "" for group in groups for text in group])
    return found


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if stills(path)], ids=lambda path: path.stem)
def test_an_explorer_is_its_picture_its_sum_and_where_it_moves(printed: Book, path: Path) -> None:
    pages = [at for at, text in enumerate(printed.texts) if f"on the page {path.stem}.html" in " ".join(text.split())]
    drawn = stills(path)
    assert sum(printed.texts[at].count(MOVES) for at in pages) == len(drawn)
    blank = ["0"] if path.stem.startswith("10") else []  # nothing stands in a matrix where nothing is connected
    for numbers in drawn:
        counts = Counter(number for number in numbers if number not in blank)
        near = ["\n".join(printed.texts[max(0, at - 1) : at + 1]) for at in pages]
        assert any(counts <= Counter(re.findall(r"−?[\d.]*\d", text)) for text in near), numbers
    assert all(re.search("=|The network reads", printed.texts[at - 1] + printed.texts[at]) for at in pages)
    if path.stem.startswith("02"):
        assert any("0·0+1·1+3·2+4·3=19" in squeeze(printed.texts[at]) for at in pages)


def test_an_explorer_tells_how_it_is_set(printed: Book) -> None:
    text = " ".join(" ".join(printed.texts).split())
    assert "picture: china · kernel: Sobel, vertical · padding: valid · signed: yes · grey: yes" in text
    assert "layer: maximum pooling · input: ties" in text
    assert "square: yes · input n: 3 · kernel k: 2 It moves" in text  # while it is square, one number for both sides
    assert "input n, width: 6" in text


def test_style_sheets_hold_where_they_were(printed: Book) -> None:
    text = "\n".join(printed.texts)
    assert re.search(r"0 0 %\n1 0 %\n2 0 %\n3 100 %\n4 0 %", text)  # another chapter has bars beside each other


def test_a_published_book_tells_where_its_explorers_move(built_book: Path, browser: Any, tmp_path: Path) -> None:
    address, folder = "https://example.org/cnn/book/02-convolution-2d.html", tmp_path / "book"
    folder.mkdir()
    (tmp_path / "_static").symlink_to(built_book / "_static")
    for name in ("02-convolution-2d.html", "02-convolution-2d.state.js", "02-convolution-2d-others.state.js"):
        text = (built_book / "book" / name).read_text("utf-8")
        (folder / name).write_text(text.replace("<head>", f'<head><link rel="canonical" href="{address}">', 1), "utf-8")
    path = folder / "02-convolution-2d.html"
    with visit(browser, "about:blank") as seen:
        page = BeautifulSoup(pdf.collected(seen.page, path, pdf.names_of(tmp_path, [path]))["html"], "html.parser")
    links = [(link.text, link["href"]) for link in page.select(".address a")]
    assert links == [
        (address, f"{address}#slide-it-yourself"),
        (address, f"{address}#a-kernel-is-a-template"),
        (address, f"{address}#turn-it-yourself"),
        (address, f"{address}#try-kernels-on-pictures"),
    ]
    assert page.find("a", href="https://example.org/cnn/book/api.html#cnn_course.correlate2d")
    assert not page.select("button, input, canvas, script")


def paper(browser: Any, path: Path, *, scheme: str, fetched: bool) -> Book:
    """Print one page as a reader does, with its explorers fetched or before."""
    with visit(browser, path.as_uri(), color_scheme=scheme, viewport={"width": 1280, "height": 900}) as seen:
        if fetched:
            seen.page.wait_for_function(pdf.DRAWN, polling=100)
        return Book(seen.page.pdf(prefer_css_page_size=True, print_background=True), "A4")


def test_a_reader_who_prints_a_page_has_its_explorers_whole_and_on_light_paper(built_book: Path, browser: Any) -> None:
    path = built_book / "book" / "02-convolution-2d.html"
    light, dark = (paper(browser, path, scheme=scheme, fetched=True) for scheme in ("light", "dark"))
    assert light.outside == []
    assert light.size(slice(3, 6)) == 8.5  # most of it code
    at = next(at for at, (text, _) in enumerate(light.read) if "explorers.pictures(kernel" in text)
    assert "output[18,29]=170·−1+" in squeeze(light.read[at][0])
    drawn = [PdfDocument(book.content)[at].render().to_numpy() for book in (light, dark)]
    assert (drawn[0] == drawn[1]).all()  # pictures are drawn for a paper


def test_a_reader_who_prints_before_explorers_are_fetched_has_their_stills(built_book: Path, browser: Any) -> None:
    path = built_book / "book" / "02-convolution-2d.html"
    pages = [page for page, _ in paper(browser, path, scheme="light", fetched=False).read]
    text = "\n".join(pages)
    assert text.count("An explorer, or questions: on the screen, in the page.") == 5
    assert still.SENTENCE not in text
    for numbers in filter(None, stills(ROOT / "book" / "02-convolution-2d.ipynb")):
        near = (Counter(re.findall(r"−?[\d.]*\d", page)) for page in pages if "An explorer" in page)
        assert any(Counter(numbers) <= found for found in near), numbers
