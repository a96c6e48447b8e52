"""Print the built book as one PDF, by the browser that the tests open it in.

Every page is opened, its explorers draw themselves, and pdf.js turns what then stands there into one long page; pdf.css
says what a book needs beyond the style that any page has for paper. It is printed twice: Chromium cannot write on which
page the end of a link is, so the numbers come from the first print.

    python tools/pdf.py                  print _build/html on A4
    python tools/pdf.py --paper Letter   print it on Letter
    python tools/pdf.py --pages FOLDER   print another book: the PDF is beside its folder of pages
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from playwright.sync_api import Browser, Error, Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, Fit, IndirectObject, NameObject, TextStringObject

HERE = Path(__file__).parent
BUILT = HERE.parent / "_build" / "html"
PAPERS = {"A4": 210, "Letter": 215.9}  # how wide they are, in millimetres
MARGIN, ZOOM = 24, 0.72  # as in pdf.css
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FIRST = "book/intro.html"
LINK = re.compile(r'<a class="[^"]*\binternal" href="([^"#]+)')
# Scrolls to the next explorer that is not there yet, since it is fetched when a reader comes near.
DRAWN = """() => {
    const next = document.querySelector("script[type$='widget-view+json']");
    next?.parentElement.scrollIntoView();
    return !next && [...document.querySelectorAll(".cc-widget-explorer")].every((e) => e.querySelector("[role=group]"));
}"""


def reading_order(first: Path) -> list[Path]:
    """Return the pages of the book: the first, then those that its list of contents names."""
    contents = first.read_text("utf-8").partition('<nav class="contents"')[2].partition("</nav>")[0]
    found = [unquote(urlsplit(urljoin(first.as_uri(), address)).path) for address in LINK.findall(contents)]
    return list(dict.fromkeys([first, *map(Path, found)]))


def page_numbers(reader: PdfReader) -> dict[str, int]:
    """Return on which page of a PDF each of its named places stands, counted from 1."""
    numbers = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages, 1) if page.indirect_reference}
    places = reader.named_destinations.items()
    found = {name: place.page for name, place in places if isinstance(place.page, IndirectObject)}
    return {name.removeprefix("/"): numbers[page.idnum] for name, page in found.items()}


def run(page: Page, name: str, **given: Any) -> Any:
    """Call one of the functions of pdf.js in a page."""
    return page.evaluate(f"(given) => ({(HERE / 'pdf.js').read_text('utf-8')}).{name}(given)", given)


def names_of(built: Path, paths: list[Path]) -> dict[str, str]:
    """Return the addresses of pages, each with the name that stands before its ids."""
    return {path.as_uri(): path.stem for path in paths} | {(built / "index.html").as_uri(): Path(FIRST).stem}


def collected(page: Page, path: Path, names: dict[str, str]) -> dict[str, Any]:
    """Open one page of the book, let its explorers draw themselves and return what pdf.js makes of it."""
    page.goto(path.as_uri())
    page.wait_for_function(DRAWN, polling=100, timeout=60_000)
    return run(page, "collect", names=names)


def assembled(browser: Browser, built: Path, paper: str) -> tuple[Page, list[dict[str, Any]]]:
    """Return the open page that holds the whole book, and its headings in order."""
    first = built / FIRST
    paths = reading_order(first)
    names = names_of(built, paths)
    width = round((PAPERS[paper] - 2 * MARGIN) / 25.4 * 96 / ZOOM)
    live = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce", color_scheme="light")
    live.emulate_media(media="print")
    pages = [collected(live, path, names) for path in paths]
    live.close()
    page = browser.new_page(color_scheme="light")
    page.route(re.compile(r"\.js(\?|$)"), lambda route: route.abort())  # the scripts of the page have done their work
    page.goto(first.as_uri())
    landing = (built / "_static" / "landing.css").read_text("utf-8")
    headings = run(page, "assemble", pages=pages, landing=landing)
    page.add_style_tag(content=f"@page {{ size: {paper}; }}\n" + (HERE / "pdf.css").read_text("utf-8"))
    return page, headings


def with_outline(pdf: bytes, headings: list[dict[str, Any]]) -> bytes:
    """Return a PDF with an entry in its outline for each heading, and with the author of the book."""
    reader = PdfReader(BytesIO(pdf))
    writer = PdfWriter(BytesIO(pdf), incremental=True)  # to copy its 100,000 objects takes twice as long
    numbers, places = page_numbers(reader), reader.named_destinations
    above: list[tuple[int, IndirectObject]] = []
    for heading in headings:
        while above and above[-1][0] >= heading["level"]:
            above.pop()
        place, number = places["/" + heading["id"]], numbers[heading["id"]]
        parent = above[-1][1] if above else None
        fit = Fit.xyz(place.left, place.top)
        entry = writer.add_outline_item(
            title=heading["title"], page_number=number - 1, parent=parent, fit=fit, is_open=False
        )
        assert isinstance(entry, IndirectObject)
        above.append((heading["level"], entry))
    config = yaml.safe_load((HERE.parent / "_config.yml").read_text("utf-8"))
    writer.add_metadata({"/Title": config["title"], "/Author": config["author"]})
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject("en")
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    root[NameObject("/ViewerPreferences")] = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def print_book(browser: Browser, built: Path, paper: str) -> bytes:
    """Print the book.

    Parameters
    ----------
    browser : Browser
        An open Chromium; no other browser prints to a file.
    built : Path
        The folder of its pages.
    paper : str
        "A4" or "Letter".

    Returns
    -------
    bytes
        The PDF.

    Raises
    ------
    FileNotFoundError
        If the book is not built.
    """
    if not (built / FIRST).is_file():
        raise FileNotFoundError(f"there is no {built / FIRST}: build the book first, make book")
    page, headings = assembled(browser, built.resolve(), paper)
    draft = page.pdf(prefer_css_page_size=True, print_background=True, tagged=False)
    run(page, "number", numbers=page_numbers(PdfReader(BytesIO(draft))))
    pdf = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
    page.close()
    return with_outline(pdf, headings)


def main() -> int:
    """Print, and say where the PDF is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--paper", choices=PAPERS, default="A4")
    parser.add_argument("--pages", type=Path, default=BUILT)
    given = parser.parse_args()
    path = given.pages.resolve().parent / f"convolutional-networks-{given.paper}.pdf"
    system = next(filter(None, map(shutil.which, CHROMIUM)), None)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=system, args=["--no-sandbox", "--disable-gpu"])
            pdf = print_book(browser, given.pages, given.paper)
            browser.close()
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    except Error as error:
        print(f"Chromium does not print: {error} (make browser installs it)", file=sys.stderr)
        return 1
    path.write_bytes(pdf)
    print(f"The book is printed, {len(pdf) / 1e6:.1f} MB. Open {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
