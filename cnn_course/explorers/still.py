"""The still picture of an explorer, for where nothing moves: a preview of a notebook, or its HTML made by nbconvert.

It stands in the stored output of the explorer's cell, so it is a few kilobytes of plain SVG, the same in every run; a
figure by matplotlib would be ten times that and differ between versions. Taught in no chapter.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from .. import palette

START = '<svg class="cc-still"'  # by which tools/notebooks.py knows it
SENTENCE = "A still picture. The explorer moves in the built book, and here once its cell is run."
WIDTH, GAP, CELL, SMALL, LETTER = 640, 24, 28, 12, 8  # pixels
MOST_NUMBERS = 100  # a larger grid is drawn in colours alone


@dataclass(frozen=True, eq=False)
class Panel:
    """A titled grid: numbers of one kind ("input", "weight" or "output"), or texts (kind "table")."""

    title: str
    values: np.ndarray
    kind: str = "output"
    window: tuple[int, int, int, int] | None = None
    numbered: bool = True

    @property
    def in_colours_alone(self) -> bool:
        """Whether there is no room for numbers."""
        return not self.numbered or self.values.size > MOST_NUMBERS

    def widths(self) -> list[int]:
        """Return the widths of the columns."""
        if self.in_colours_alone:
            return [SMALL] * self.values.shape[1]
        longest = [max(len(written(value)) for value in column) for column in self.values.T]
        if self.kind != "table":
            longest = [max(longest)] * len(longest)
        return [max(CELL, LETTER * length + 10) for length in longest]


def written(value: object) -> str:
    """Write a number as explorers do: at most four decimals and a true minus sign; a text stays as it is."""
    if isinstance(value, str):
        return value
    return f"{float(value) + 0.0:.4f}".rstrip("0").rstrip(".").replace("-", "−")  # type: ignore[arg-type]


def in_words(name: str, panels: Iterable[Panel]) -> str:
    """Return the text alternative: every number of a small grid, the size of a large one."""
    told = []
    for panel in panels:
        rows, cols = panel.values.shape
        numbers = "; ".join(", ".join(map(written, row)) for row in panel.values)
        told.append(f"{panel.title}: {f'{rows} by {cols} cells' if panel.in_colours_alone else numbers}.")
    return " ".join([f"Still picture of the explorer {name}.", *told])


def still_picture(name: str, panels: Sequence[Panel]) -> str:
    """Draw an explorer as it starts.

    Parameters
    ----------
    name : str
        The explorer's name.
    panels : sequence of Panel
        What it shows, from left to right; without any there is a sentence alone.

    Returns
    -------
    str
        An SVG with a text alternative.

    Examples
    --------
    >>> picture = still_picture("pooling", [Panel("output, 1 × 2", np.array([[6, 8]]))])
    >>> picture.count("<text"), "output, 1 × 2: 6, 8." in picture
    (4, True)
    """
    from ..plots.figure import INK, PAPER  # matplotlib only where a picture is shown

    parts = [f'<text x="8" y="20" fill="{INK}">{SENTENCE}</text>']
    left, top, below = 8, 32, 32
    for panel in panels:
        width = max(sum(panel.widths()), LETTER * len(panel.title))
        if left > 8 and left + width > WIDTH:
            left, top = 8, below
        side = SMALL if panel.in_colours_alone else CELL
        parts += _panel(panel, left, top, side)
        below = max(below, top + 28 + side * len(panel.values) + 12)
        left += width + GAP
    alternative = html.escape(in_words(name, panels))
    head = (
        f'{START} xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{alternative}" '
        f'width="{WIDTH}" height="{below}" viewBox="0 0 {WIDTH} {below}" '
        f'style="max-width:100%;height:auto;font:14px sans-serif">'
    )
    return "\n".join([head, f'<rect width="{WIDTH}" height="{below}" fill="{PAPER}"/>', *parts, "</svg>"])


def _panel(panel: Panel, left: int, top: int, side: int) -> list[str]:
    """Return the elements of one grid: its title, its colours, its numbers and its window."""
    from ..plots.figure import ACCENT, INK, MUTED, colors, ink_on

    parts = [f'<text x="{left}" y="{top + 16}" fill="{MUTED}">{html.escape(panel.title)}</text>']
    top += 26
    edges = left + np.cumsum([0, *panel.widths()])
    if panel.kind == "table":
        for (row, col), value in np.ndenumerate(panel.values):
            place = f'x="{edges[col]}" y="{top + side * row + 19}" fill="{INK}"'
            parts.append(f"<text {place}>{html.escape(written(value))}</text>")
        return parts
    shades = colors(panel.values, panel.kind)
    if panel.in_colours_alone:
        shades = np.round(shades * 15) / 15  # few colours, each one path
    fills: dict[str, list[str]] = {}
    inks: dict[str, list[str]] = {}
    for row, line in enumerate(panel.values):
        hexes = ["#" + "".join(f"{round(255 * part):02x}" for part in shade[:3]) for shade in shades[row]]
        for colour, run in groupby(range(len(line)), key=hexes.__getitem__):
            columns = list(run)
            groups = [columns] if panel.in_colours_alone else [[column] for column in columns]
            for first, last in ((group[0], group[-1]) for group in groups):
                path = f"M{edges[first]} {top + side * row}h{edges[last + 1] - edges[first]}v{side}H{edges[first]}z"
                fills.setdefault(colour, []).append(path)
        for col, value in enumerate([] if panel.in_colours_alone else line):
            at = f'<text x="{(edges[col] + edges[col + 1]) // 2}" y="{top + side * row + 19}">{written(value)}</text>'
            inks.setdefault(ink_on(shades[row][col]), []).append(at)
    outline = "" if panel.in_colours_alone else f' stroke="{palette.TOKENS["edge"][0]}"'
    parts += [f'<path fill="{colour}"{outline} d="{"".join(paths)}"/>' for colour, paths in fills.items()]
    parts += [f'<g text-anchor="middle" fill="{ink}">{"".join(texts)}</g>' for ink, texts in inks.items()]
    if panel.window:
        row, col, height, width = panel.window
        parts.append(
            f'<rect x="{edges[col]}" y="{top + side * row}" width="{edges[col + width] - edges[col]}" '
            f'height="{side * height}" rx="3" fill="none" stroke="{ACCENT}" stroke-width="3"/>'
        )
    return parts
