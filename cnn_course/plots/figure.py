"""The figure of the book: its colours, its style, and the small SVG that a page can carry.

Drawing happens on a sheet measured in inches, x to the right and y down, so that text has one size everywhere.
"""

import base64
import functools
import io
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, ParamSpec
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from cnn_course import palette
from cnn_course.checks import choice, integer, real_array

# Colours that occur nowhere else: the book's build replaces them by those of the reader's theme.
INK, MUTED, PAPER, ACCENT, ACCENT_SOFT = (
    palette.TOKENS[name][0] for name in ("ink", "muted", "paper", "accent", "soft")
)

WIDTH = 5.6  # inches; what a phone shows without making 12 points too small to read
TEXT, SMALL = 12, 11  # points
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "cnn_course",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the layout is the same on every machine
    "font.size": TEXT,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "xtick.color": MUTED,
    "xtick.labelsize": SMALL,
    "ytick.color": MUTED,
    "ytick.labelsize": SMALL,
}


def book_style() -> AbstractContextManager[None]:
    """Context in which matplotlib has its defaults and the book's style, whatever the user has set."""
    return matplotlib.style.context(["default", _STYLE])


class BookFigure(Figure):
    """A matplotlib figure that shows itself as a small SVG, without pyplot.

    Text stays text, the background is paper (JupyterLab's dark theme would swallow the ink), and drawing the same
    figure twice gives the same bytes.
    """

    name = "figure"

    def _repr_svg_(self) -> str:
        buffer = io.BytesIO()
        with book_style():
            self.savefig(
                buffer, format="svg", transparent=True, bbox_inches="tight", pad_inches=0.04, metadata={"Date": None}
            )
        return _compact(buffer.getvalue())

    def __repr__(self) -> str:
        return f"<BookFigure: {self.name}>"


P = ParamSpec("P")


def book_figure(draw: Callable[P, BookFigure]) -> Callable[P, BookFigure]:
    """Let a function draw in the book's style and name its figure after it."""

    @functools.wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> BookFigure:
        with book_style():
            figure = draw(*args, **kwargs)
        figure.name = draw.__name__
        return figure

    return styled


def sheet(width: float, height: float) -> tuple[BookFigure, Axes]:
    """Make an empty figure whose data coordinates are inches from the upper left corner."""
    figure = BookFigure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return figure, axes


def write(axes: Axes, x: float, y: float, text: str, *, size: float = TEXT, color: str = INK, **kwargs: Any) -> None:
    """Write one line centred at (x, y), unless told otherwise."""
    align = {"ha": "center", "va": "center_baseline"} | kwargs
    axes.text(x, y, text, fontsize=size, color=color, clip_on=False, parse_math=False, **align)


_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"


def _compact(svg: bytes) -> str:
    """Remove from matplotlib's SVG what a browser does not need, and what would leak into the page around it."""
    ElementTree.register_namespace("", _SVG[1:-1])
    ElementTree.register_namespace("xlink", _XLINK[1:-1])
    root = ElementTree.fromstring(svg)
    used = set(re.findall(rb"#([\w-]+)", svg))
    for parent in list(root.iter()):
        for child in list(parent):
            # a style element would apply to the whole page; its one rule is put on the root below
            if child.tag.endswith("metadata") or child.find(f"{_SVG}style") is not None:
                parent.remove(child)
    for element in root.iter():
        element.text = element.text and element.text.strip()
        element.tail = None
        if element.get("id", "").encode() not in used:
            element.attrib.pop("id", None)
        if re.match(r"rotate\(-?0(\.0*)? ", element.get("transform", "")):
            del element.attrib["transform"]
        if "style" in element.attrib:
            style = re.sub(r"font: ([^;']*px)[^;]*", r"font-size: \1", element.attrib["style"])
            style = re.sub(r"font-family:[^;]*;? ?", "", style)
            element.set("style", re.sub(r"([:;]) ", r"\1", style))
        if "d" in element.attrib:
            element.set("d", re.sub(r"\s+", " ", element.attrib["d"]).strip())
        if element.tag == f"{_SVG}image":
            _lighten(element)
    _flatten(root)
    root.set("font-family", FONTS)
    root.set("style", f"background:{PAPER};stroke-linejoin:round;stroke-linecap:butt")
    return ElementTree.tostring(root, encoding="unicode")


def _flatten(element: ElementTree.Element) -> None:
    """Replace groups that say nothing by what they hold, and drop shapes that nobody can see."""
    children: list[ElementTree.Element] = []
    for child in element:
        _flatten(child)
        if child.get("style") != "fill:none":
            children.extend(child if child.tag == f"{_SVG}g" and not child.attrib else [child])
    element[:] = children


def _lighten(image: ElementTree.Element) -> None:
    """Let the browser smooth a picture of many pixels, and pack it as JPEG if that is smaller."""
    packed = base64.b64decode(image.attrib[f"{_XLINK}href"].partition(",")[2])
    with Image.open(io.BytesIO(packed)) as picture:
        if picture.width < 100:
            return
        image.attrib.pop("style", None)
        buffer = io.BytesIO()
        picture.convert("RGB").save(buffer, "jpeg", quality=88)
    if len(buffer.getvalue()) < len(packed):
        image.set(f"{_XLINK}href", "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode())


def as_array(name: str, values: object, *ndims: int, finite: bool = False) -> np.ndarray:
    """Take numbers with one of the given numbers of axes, none of them empty; if need be, without NaN and infinity."""
    array = real_array(values, name)
    if array.ndim not in ndims or array.size == 0:
        wanted = " or ".join(map(str, ndims))
        raise ValueError(f"{name} must be a non-empty array with {wanted} axes, got shape {array.shape}")
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers, got {array[~np.isfinite(array)][0]}")
    return array


def as_integers(name: str, values: Sequence[int], what: str) -> tuple[int, ...]:
    """Take as many integers as `what` names, such as "(row, column)", none of them negative."""
    if np.ndim(values) != 1 or len(values) != what.count(",") + 1:
        raise ValueError(f"{name} must be {what}, got {values!r}")
    return tuple(integer(value, name) for value in values)


def colors(array: np.ndarray, kind: str, limit: float | None = None) -> np.ndarray:
    """Give every number its colour: inputs grey, weights brown to green, outputs red to blue.

    Grey runs from the smallest to the largest number; the other two are symmetric about a white zero.
    """
    values = np.asarray(array, dtype=float)
    finite = values[np.isfinite(values)]
    if choice(kind, "kind", tuple(palette.RAMPS)) == "input":
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
        share = (values - low) / (high - low) if high > low else np.ones_like(values)
        share = np.nan_to_num(share, nan=1)
    else:
        limit = limit if limit is not None else np.abs(finite).max(initial=0.0)
        share = np.nan_to_num((values / (limit or 1) + 1) / 2, nan=0.5)
    table = np.array([[part / 255 for part in palette.parts(light)] + [1] for light, _ in palette.ramp(kind)])
    return table[np.rint(np.clip(share, 0, 1) * (len(table) - 1)).astype(int)]


def ink_on(color: Any) -> str:
    """Black or white, whichever is easier to read on the colour of a number, on light and on dark paper."""
    return palette.digits_on(mpl.colors.to_hex(color))


def number(value: float) -> str:
    """Write a number in as few characters as a cell allows."""
    value = float(value)
    if not np.isfinite(value):
        text = str(value).replace("inf", "\N{INFINITY}")
    elif abs(value - round(value)) < 1e-9 * max(1, abs(value)):
        text = str(round(value))
    else:
        text = f"{value:.1f}" if abs(value) >= 100 else f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}")


def text_width(text: str, size: float = TEXT) -> float:
    """Estimate the width of a text in inches, on the generous side."""
    return 0.62 * size / 72 * len(text)
