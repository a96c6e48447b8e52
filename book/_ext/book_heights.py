"""Guess how high a section will be, on a desk and on a phone, before any browser has laid it out.

Browsers leave out sections that no reader is near (`content-visibility` in page.css) and need a height for them: too
little, and what follows lies on what they hold; too much, and the scroll bar lies. So the guess is rather too high.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import addnodes

FOLD = re.compile(r"<details\b")
SIZE = re.compile(r'<svg [^>]*?width="(\d+)" height="(\d+)"')
EXPLORER = "widget-view+json"
CLOSED = 3.8  # rem: a fold, closed


@dataclass(frozen=True)
class Screen:
    """What fits a line: characters of text and of code, and pixels."""

    text: int
    code: int
    pixels: int
    explorer: int  # rem
    share: float  # of the sum, to be right on the average and seldom low: as measured on the pages of this book

    def lines(self, text: str, across: int) -> int:
        """Return how many lines a text takes."""
        return sum(max(1, ceil(len(line) / across)) for line in text.splitlines())

    def height(self, node: nodes.Node) -> float:
        """Return the rem that a node takes."""
        if isinstance(node, nodes.raw):
            return self.drawn(node.astext())
        if isinstance(node, HideCodeCellNode):
            return CLOSED
        if isinstance(node, nodes.literal_block | nodes.doctest_block):
            return 1.35 * self.lines(node.astext(), self.code) + 2.4
        if isinstance(node, nodes.math_block):
            return 4 + 2 * node.astext().count(r"\\")
        if isinstance(node, nodes.row):
            across = max(6, self.text // max(1, len(node)))
            return 1.4 * max(self.lines(cell.astext() or " ", across) for cell in node) + 0.9
        if isinstance(node, nodes.title):
            return 2 * self.lines(node.astext(), self.text // 2) + 3
        if isinstance(node, nodes.TextElement | addnodes.desc_signature):
            return 1.7 * self.lines(node.astext() or " ", self.text) + 1.1
        if isinstance(node, nodes.Invisible | nodes.Text):
            return 0
        return self.stacked(node)

    def drawn(self, markup: str) -> float:
        """Return the rem that raw HTML takes."""
        if EXPLORER in markup:
            return self.explorer
        size = SIZE.search(markup)
        if not size:
            return CLOSED if FOLD.search(markup) else 0
        width, height = map(int, size.groups())
        return height * min(1, self.pixels / width) / 16 + 2

    def stacked(self, node: nodes.Node) -> float:
        """Return the rem that all in a node takes, but for what lies in folds, which are closed."""
        total, folds = 0.0, 0
        for child in node.children:
            markup = child.astext() if isinstance(child, nodes.raw) else ""
            if not folds:
                total += self.height(child)
            folds += len(FOLD.findall(markup)) - markup.count("</details>")
        return total


DESK, PHONE = Screen(64, 66, 576, 44, 0.95), Screen(36, 38, 343, 60, 0.84)


def style(section: nodes.Element) -> str:
    """Return the two heights of a section for page.css, or nothing for one that is a frame around others.

    Examples
    --------
    >>> style(nodes.section("", nodes.title("", "A title"), nodes.paragraph("", 100 * "word ")))
    '--h:19rem;--p:25rem'
    """
    if any(isinstance(child, nodes.section) for child in section.children):
        return ""
    return ";".join(
        f"--{name}:{screen.share * screen.stacked(section):.0f}rem" for name, screen in (("h", DESK), ("p", PHONE))
    )
