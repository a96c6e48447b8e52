"""Check the links of the built book: python tools/links.py _build/html

Whatever a page names inside the book has to be there, with the place on the page that the link means. Nothing is asked
of the network: an address outside the book is only checked for its form.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

NAMES_FILE = ("href", "src", "poster", "data-state", "data-others", "data-runtime", "data-look")
OUTSIDE = re.compile(
    r"(?:https?://(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*[^\s.,;:])?/?|mailto:[^@\s]+@[^@\s]+\.\w+)"
)
HERE = "https://here.invalid"


@dataclass
class Page(HTMLParser):
    """What a page names, and the places in it that others may name."""

    text: str
    links: list[tuple[int, str]] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    base: str = ""

    def __post_init__(self) -> None:
        """Read the page."""
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what one element names."""
        for name, value in attributes:
            if name == "id" or (name == "name" and tag == "a"):
                self.places.add(value or "")
            elif tag == "base":
                self.base = value or ""
            elif name in NAMES_FILE:
                self.links.append((self.getpos()[0], value or ""))
            elif name == "content" and tag == "meta" and value and "; url=" in value:
                self.links.append((self.getpos()[0], value.partition("url=")[2]))


def broken(folder: Path) -> list[str]:
    """Return a sentence for each link of a built book that leads nowhere.

    Raises
    ------
    ValueError
        If there is no built book in the folder.
    """
    pages = {path.relative_to(folder).as_posix(): Page(path.read_text("utf-8")) for path in folder.rglob("*.html")}
    if not pages:
        raise ValueError(f"there are no pages in {folder}: run make book first")
    found = []
    for name, page in sorted(pages.items()):
        root = page.base if page.base.startswith("/") else "/"
        for line, link in page.links:
            says = f"{name}, line {line}: {link!r}"
            if urlsplit(link).scheme == "data":
                continue
            if urlsplit(link).scheme or urlsplit(link).netloc:
                if not OUTSIDE.fullmatch(link):
                    found.append(f"{says} is no address")
                continue
            parts = urlsplit(urljoin(urljoin(f"{HERE}{root}{name}", page.base), link))
            if not parts.path.startswith(root):
                found.append(f"{says} leads out of the book")
                continue
            target = unquote(parts.path.removeprefix(root)) or "index.html"
            if not (folder / target).is_file():
                found.append(f"{says} leads to no file")
            elif parts.fragment and target in pages and not lands(unquote(parts.fragment), pages[target]):
                found.append(f"{says}: there is no such place on that page")
    return found


def lands(place: str, page: Page) -> bool:
    """Tell whether a page has a place; one with `=` sets an explorer, and stands in no text."""
    return place in page.places or "=" in place


def main(arguments: list[str]) -> int:
    """Check one book and tell what is broken."""
    found = broken(Path(arguments[0] if arguments else "_build/html"))
    print("\n".join(found) or "Every link of the book leads somewhere.")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
