"""Arrays as numbered cells: the worked examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from cnn_course import conv
from cnn_course.checks import boolean, choice, integer, per_axis, plain_array
from cnn_course.plots.figure import (
    ACCENT,
    INK,
    MUTED,
    PAPER,
    SMALL,
    TEXT,
    WIDTH,
    BookFigure,
    as_array,
    as_integers,
    book_figure,
    colors,
    ink_on,
    number,
    sheet,
    text_width,
    write,
)
from cnn_course.shapes import Padding, Pair, conv_output_size, resolve_padding

# What is drawn dashed around an array: n, (rows, columns) or ((top, bottom), (left, right)).
Border = int | Sequence[int] | Sequence[Sequence[int]]

CELL = 0.42  # inches
HEAD = 0.3  # room for a title
MOST_STAMPS = 4  # two rows of panels
MOST_IN_A_ROW = 24
MOST_CELLS = 64 * 64  # more of them nobody can read, and the page grows with each
PHONE = 4.6  # inches; a wider row of panels is broken in two, so that a phone need not shrink it much


@dataclass
class Panel:
    """One array as a block of cells, to be placed on a sheet.

    `pads` is the width of the border of padding: ((top, bottom), (left, right)). `fills` overrules the colours of
    the kind, `written` says which cells hold their number; the others are empty.
    """

    array: np.ndarray
    kind: str = "input"
    title: str | None = None
    pads: tuple = ((0, 0), (0, 0))
    marks: tuple = ()
    fills: np.ndarray | None = None
    written: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.array.size > MOST_CELLS:
            raise ValueError(
                f"an array of shape {self.array.shape} has too many cells to write numbers in, more than {MOST_CELLS}; "
                "draw it by plots.images"
            )
        self.texts = [[number(value) for value in row] for row in self.array]
        longest = max(text_width(text) for row in self.texts for text in row)
        self.cell_width = max(CELL, longest + 0.1)
        self.scale = 1.0

    @property
    def width(self) -> float:
        return self.array.shape[1] * self.cell_width * self.scale

    @property
    def height(self) -> float:
        return self.array.shape[0] * CELL * self.scale

    def draw(self, axes: Axes, left: float, top: float) -> None:
        """Draw with the upper left corner of the first cell at (left, top)."""
        w, h = self.cell_width * self.scale, CELL * self.scale
        rows, cols = self.array.shape
        y, x = np.mgrid[:rows, :cols]
        corners = np.stack([x, y, x + 1, y, x + 1, y + 1, x, y + 1], axis=-1).reshape(rows, cols, 4, 2)
        corners = corners * (w, h) + (left, top)
        inside = np.zeros(self.array.shape, dtype=bool)
        (above, below), (before, behind) = self.pads
        inside[above : rows - below, before : cols - behind] = True
        written = np.ones_like(inside) if self.written is None else self.written
        colored = np.where(inside & written, self.array, np.nan)
        fills = self.fills if self.fills is not None else colors(colored, self.kind)
        styles: tuple[tuple[np.ndarray, dict[str, Any]], ...] = (
            (corners[~inside], {"facecolors": "none", "linestyles": (0, (3, 2.5)), "linewidths": 0.9}),
            (corners[inside], {"facecolors": fills[inside], "linewidths": 0.7}),
        )
        for cells, options in styles:
            if len(cells):
                axes.add_collection(
                    PolyCollection(list(cells), edgecolors=MUTED, clip_on=False, **options), autolim=False
                )
        for row, col in np.argwhere(written):
            color = ink_on(fills[row, col]) if inside[row, col] else INK
            middle = left + (col + 0.5) * w, top + (row + 0.5) * h
            write(axes, *middle, self.texts[row][col], size=TEXT * min(1, self.scale), color=color)
        for row, col, height, width in self.marks:
            place = (left + col * w, top + row * h), width * w, height * h
            # the paper around it keeps the outline visible on cells of any colour
            axes.add_patch(Rectangle(*place, fill=False, ec=PAPER, lw=5, clip_on=False, joinstyle="miter"))
            axes.add_patch(Rectangle(*place, fill=False, ec=ACCENT, lw=3, clip_on=False, joinstyle="miter"))
        if self.title:
            write(axes, left + self.width / 2, top - HEAD / 2, self.title, size=SMALL, color=MUTED)


def _fit(panel: Panel, width: float = WIDTH) -> Panel:
    panel.scale = min(1.0, width / panel.width)
    return panel


def _first(shown: int | None, output: np.ndarray) -> np.ndarray:
    """Say which outputs are written: the first `shown` in reading order, or all."""
    count = output.size if shown is None else integer(shown, "shown")
    if count > output.size:
        raise ValueError(f"shown={count} is more than the {output.size} outputs there are")
    return (np.arange(output.size) < count).reshape(output.shape)


def _as_pads(dashed: Border, ndim: int) -> tuple:
    """Turn n, (rows, cols) or ((top, bottom), (left, right)) into the last form; one row has no padding above."""
    widths = plain_array(dashed, "dashed")
    if widths.dtype.kind not in "iu" or widths.shape not in ((), (2,), (2, 2)) or widths.min() < 0:
        raise ValueError(f"dashed must be n, (rows, columns) or ((top, bottom), (left, right)), got {dashed!r}")
    pads = np.broadcast_to(widths[:, None] if widths.ndim == 1 else widths, (2, 2))
    (above, below), (before, behind) = pads.tolist()
    return ((above, below) if ndim == 2 else (0, 0), (before, behind))


@book_figure
def grid(
    array: ArrayLike,
    *,
    kind: str = "input",
    title: str | None = None,
    window: Sequence[int] | None = None,
    dashed: Border = 0,
) -> BookFigure:
    """Draw one array as cells with their numbers.

    Parameters
    ----------
    array : array of shape (H, W) or (W,)
        A padded array is passed with its padding.
    kind : {"input", "weight", "output"}, optional
        Decides the colours: grey, brown to green, or red to blue.
    title : str, optional
        Written above.
    window : (row, col, height, width), optional
        A block of cells to outline, counted in cells of `array`.
    dashed : int, (int, int) or ((int, int), (int, int)), optional
        Width of the border of padding, drawn dashed: everywhere, (rows, cols), or ((top, bottom), (left, right)).

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If `array` is empty, too large or has more than two axes, `kind` is unknown, or `window` or the padding leaves
        the array.
    TypeError
        If `array` does not hold real numbers, or `window` integers.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.grid(np.arange(9).reshape(3, 3), window=(0, 0, 2, 2))
    <BookFigure: grid>
    """
    array = as_array("array", array, 1, 2)
    choice(kind, "kind", ("input", "weight", "output"))
    pads = _as_pads(dashed, array.ndim)
    array = np.atleast_2d(array)
    rows, cols = array.shape
    if sum(pads[0]) > rows or sum(pads[1]) > cols:
        raise ValueError(f"dashed={dashed} is wider than the array of shape {array.shape}")
    marks = () if window is None else (_inside("window", window, array.shape),)
    panel = _fit(Panel(array, kind, title, pads, marks))
    head = HEAD if title else 0
    figure, axes = sheet(panel.width, head + panel.height)
    panel.draw(axes, 0, head)
    return figure


@book_figure
def usage(counts: ArrayLike, *, title: str | None = None, dashed: Border = 0) -> BookFigure:
    """Draw how often each pixel is used: a heat map with the counts in its cells.

    Parameters
    ----------
    counts : array of shape (H, W) or (W,)
        The more often, the bluer.
    title, dashed
        As in `grid`.

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If `counts` is empty or has more than two axes.
    TypeError
        If `counts` does not hold real numbers.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.usage([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    <BookFigure: usage>
    """
    return grid(as_array("counts", counts, 1, 2), kind="output", title=title, dashed=dashed)


@book_figure
def correlation(
    x: ArrayLike,
    kernel: ArrayLike,
    position: Sequence[int] = (0, 0),
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    shown: int | None = None,
) -> BookFigure:
    """Draw one step of a 2D cross-correlation: input, kernel and output, with the arithmetic beneath.

    Parameters
    ----------
    x : array of shape (H, W)
        The input.
    kernel : array of shape (kH, kW)
        Not flipped.
    position : (int, int), optional
        Row and column of the output cell that is worked out.
    stride : int or (int, int), optional
        As in `cnn_course.conv2d`, and so is the padding.
    padding : int, (int, int), "valid", "same" or "full", optional
        Zeros around the input, drawn dashed.
    shown : int, optional
        How many outputs hold their number, in reading order; the others are empty. All, if not given.

    Returns
    -------
    BookFigure
        The window, the kernel and the output cell are outlined.

    Raises
    ------
    ValueError
        If an array does not have two axes, the kernel does not fit, `position` is not in the output, or there are
        fewer outputs than `shown`.
    TypeError
        If an array does not hold real numbers, or an option is not an integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.correlation(np.arange(9).reshape(3, 3), [[0, 1], [2, 3]], (1, 0))
    <BookFigure: correlation>
    """
    x, kernel = as_array("x", x, 2), as_array("kernel", kernel, 2)
    output = conv.conv2d(x[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0]
    row, col = position = as_integers("position", position, "(row, column)")
    if row >= output.shape[0] or col >= output.shape[1]:
        raise ValueError(f"position {position} is not in the output, which has shape {output.shape}")
    strides = per_axis(stride, "stride")
    pads = resolve_padding(padding, kernel.shape, strides, (1, 1))
    (top, left), (kh, kw) = (row * strides[0], col * strides[1]), kernel.shape
    padded = np.pad(x, pads)
    panels = [
        Panel(padded, "input", "input", pads, ((top, left, kh, kw),)),
        Panel(kernel, "weight", "kernel", marks=((0, 0, kh, kw),)),
        Panel(output, "output", "output", marks=((row, col, 1, 1),), written=_first(shown, output)),
    ]
    sum_line = _products(padded[top : top + kh, left : left + kw], kernel, output[row, col])
    return _row_of_panels(panels, ["\N{STAR OPERATOR}", "="], sum_line)


@book_figure
def stamps(g: ArrayLike, kernel: ArrayLike, *, stride: int | Pair = 1) -> BookFigure:
    """Draw how multiples of a kernel, one for each number of an upstream gradient, add up to the input's gradient.

    Parameters
    ----------
    g : array of shape (H_out, W_out)
        At most 4 numbers.
    kernel : array of shape (kH, kW)
        Not flipped.
    stride : int or (int, int), optional
        How far stamps are apart, down and to the right.

    Returns
    -------
    BookFigure
        A stamp stands at its place in the input, whose other cells are dashed and empty; the sum comes last.

    Raises
    ------
    ValueError
        If an array does not have two axes, or `g` has more than 4 numbers.
    TypeError
        If an array does not hold real numbers, or the stride is not an integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.stamps([[1, 2]], [[0, 1], [2, 3]])
    <BookFigure: stamps>
    """
    g, kernel = as_array("g", g, 2, finite=True), as_array("kernel", kernel, 2, finite=True)
    if g.size > MOST_STAMPS:
        raise ValueError(f"g must have at most {MOST_STAMPS} numbers, a stamp for each, got shape {g.shape}")
    down, right = per_axis(stride, "stride")
    total = conv.conv_transpose2d(g[None, None], kernel[None, None], stride=(down, right))[0, 0]
    panels = []
    for (row, col), factor in np.ndenumerate(g):
        (top, left), (kh, kw) = (row * down, col * right), kernel.shape
        pads = (top, total.shape[0] - top - kh), (left, total.shape[1] - left - kw)
        stamp, written = np.pad(factor * kernel, pads), np.pad(np.ones(kernel.shape, dtype=bool), pads)
        panels.append(Panel(stamp, "weight", f"{number(factor)} \N{MIDDLE DOT} kernel", pads, written=written))
    return _row_of_panels([*panels, Panel(total, "output", "sum")], ["+"] * (g.size - 1) + ["="])


@book_figure
def steps(
    arrays: Sequence[ArrayLike],
    signs: Sequence[str],
    *,
    titles: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    windows: Sequence[Sequence[int] | None] | None = None,
) -> BookFigure:
    """Draw arrays side by side, and between them the signs of what happens: a product, a sum, one turned into another.

    Parameters
    ----------
    arrays : sequence of arrays of shape (H, W) or (W,)
        At least two.
    signs : sequence of str
        One less than the arrays.
    titles : sequence of str, optional
        Written above the arrays.
    kinds : sequence of {"input", "weight", "output"}, optional
        Their colours, as in `grid`; inputs unless told otherwise.
    windows : sequence of (row, col, height, width) or None, optional
        A block of cells to outline in each, or none.

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If there are fewer than two arrays, signs, titles, kinds or windows are not as many as they have to be, an array
        is empty, too large or has more than two axes, a kind is unknown, or a window leaves its array.
    TypeError
        If an array does not hold real numbers, or a window integers.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.steps([[[1, 2], [3, 4]], [[5], [6]], [[17], [39]]], ["·", "="])
    <BookFigure: steps>
    """
    shown = [np.atleast_2d(as_array(f"array {place}", array, 1, 2)) for place, array in enumerate(arrays)]
    n = len(shown)
    if n < 2:
        raise ValueError(f"arrays must be at least two, got {n}")
    all_windows = windows or [None] * n
    for what, found, wanted in (
        ("signs", signs, n - 1), ("titles", titles, n), ("kinds", kinds, n), ("windows", all_windows, n)
    ):  # fmt: skip
        if found is not None and len(found) != wanted:
            raise ValueError(f"{what} must be {wanted} for {n} arrays, got {len(found)}")
    panels = []
    for place, (array, window) in enumerate(zip(shown, all_windows, strict=True)):
        kind = choice(kinds[place], "kind", ("input", "weight", "output")) if kinds else "input"
        marks = () if window is None else (_inside("window", window, array.shape),)
        panels.append(Panel(array, kind, titles[place] if titles else None, marks=marks))
    return _row_of_panels(panels, list(signs))


def _inside(name: str, window: Sequence[int], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Take (row, col, height, width) of a block of cells of an array of that shape."""
    window = row, col, height, width = as_integers(name, window, "(row, col, height, width)")
    if min(height, width) < 1 or row + height > shape[0] or col + width > shape[1]:
        raise ValueError(f"{name} {window} leaves the array of shape {shape}")
    return window


def _row_of_panels(panels: list[Panel], signs: list[str], sum_line: str = "") -> BookFigure:
    """Place panels in one row, or in the two that take the least width, and the arithmetic below them."""
    gap = 0.42

    def length(row: list[Panel]) -> float:  # a later row starts with its sign
        return sum(panel.width + gap for panel in row) - (gap if row[0] is panels[0] else 0)

    def width_of(rows: Sequence[list[Panel]]) -> float:
        return max(map(length, rows))

    rows = [panels]
    if width_of(rows) > PHONE:
        rows = min(([panels[:1], panels[1:]], [panels[:2], panels[2:]]), key=width_of)
        if width_of(rows) > WIDTH:
            scale = (WIDTH - 2 * gap) / (width_of(rows) - gap)
            for panel in panels:
                panel.scale = scale
    width, heights = width_of(rows), [HEAD + max(panel.height for panel in row) for row in rows]
    texts = _wrap(sum_line, max(width, 4.2)) if sum_line else []
    figure, axes = sheet(width, sum(heights) + 0.15 * len(rows) + 0.1 + 0.26 * len(texts))
    y, sign = 0.0, iter(signs)
    for row, height in zip(rows, heights, strict=True):
        x, middle = 0.0, y + HEAD + (height - HEAD) / 2
        for panel in row:
            if panel is not panels[0]:
                write(axes, x + gap / 2, middle, next(sign), size=18)
                x += gap
            panel.draw(axes, x, middle - panel.height / 2)
            x += panel.width
        y += height + 0.15
    _write_lines(axes, 0, y + 0.15, texts)
    return figure


def _write_lines(axes: Axes, x: float, y: float, texts: list[str]) -> None:
    for line, text in enumerate(texts):
        write(axes, x, y + 0.26 * line, text, ha="left")


def _products(window: np.ndarray, kernel: np.ndarray, total: float) -> str:
    """Write the sum of products out: 0·0 + 1·1 + 3·2 + 4·3 = 19."""

    def factor(value: float) -> str:
        text = number(value)
        return f"({text})" if value < 0 else text

    terms = [f"{factor(a)}\N{MIDDLE DOT}{factor(b)}" for a, b in zip(window.flat, kernel.flat, strict=True)]
    return " + ".join(terms) + f" = {number(total)}"


def _wrap(text: str, width: float) -> list[str]:
    """Break a sum before its signs, into lines of about equal length none of which is wider than `width`."""
    parts = text.replace(" +", "\n+").replace(" =", "\n=").split("\n")
    limit = text_width(text) / max(1, np.ceil(text_width(text) / width)) + 0.4
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]} {part}".strip()
        if lines[-1] and text_width(longer) > (width if part.startswith("=") else min(width, limit)):
            lines.append(part)
        else:
            lines[-1] = longer
    return lines


@book_figure
def sequence(
    x: ArrayLike,
    kernel: ArrayLike,
    position: int = 0,
    *,
    mode: conv.Mode = "valid",
    flip: bool = True,
    shown: int | None = None,
) -> BookFigure:
    """Draw one step of a 1D convolution: flip the kernel, place it, multiply, add.

    Parameters
    ----------
    x : array of shape (N,)
        The input.
    kernel : array of shape (K,)
        In its own order; the figure shows it as it lies under the input.
    position : int, optional
        Which output is worked out, counted from 0.
    mode : {"valid", "same", "full"}, optional
        As in `cnn_course.convolve1d`. The zeros it needs are drawn dashed.
    flip : bool, optional
        Convolution flips the kernel; `False` draws the cross-correlation.
    shown : int, optional
        How many outputs hold their number, from the first; the others are empty. All, if not given.

    Returns
    -------
    BookFigure
        Each output stands in the column of its index: for a convolution s[t] under x[t], below the end of its window,
        for a cross-correlation below the start.

    Raises
    ------
    ValueError
        If an array does not have one axis, the kernel does not fit, `position` is not in the output, or there are
        fewer outputs than `shown`.
    TypeError
        If an array does not hold real numbers, `position` or `shown` is no integer or `flip` no bool.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.sequence([1, 2, 3, 4, 5, 6], [0.1, 0.2, 0.3, 0.4], position=2)
    <BookFigure: sequence>
    """
    x, kernel = as_array("x", x, 1), as_array("kernel", kernel, 1)
    output = (conv.convolve1d if boolean(flip, "flip") else conv.correlate1d)(x, kernel, mode)
    position = integer(position, "position")
    if position >= len(output):
        raise ValueError(f"position {position} is not in the output, which has length {len(output)}")
    k = len(kernel)
    added = {"valid": 0, "same": k - 1, "full": 2 * (k - 1)}[mode]
    before = (added + 1) // 2 if mode == "same" else added // 2
    padded = np.pad(x, (before, added - before))
    lying = kernel[::-1] if flip else kernel
    window = padded[position : position + k]
    marked = ((0, 0, 1, k),)
    top = Panel(padded[None], pads=((0, 0), (before, added - before)), marks=((0, position, 1, k),))
    middle = Panel(lying[None], "weight", marks=marked)
    bottom = Panel(output[None], "output", marks=((0, position, 1, 1),), written=_first(shown, output[None]))
    panels = (top, middle, bottom)
    column = max(panel.cell_width for panel in panels)
    scale = min(1.0, WIDTH / (column * len(padded)))
    for panel in panels:
        panel.cell_width, panel.scale = column, scale
    column *= scale
    texts = _wrap(_products(window, lying, output[position]), max(top.width, 4.2))
    row, head = top.height, 0.28
    figure, axes = sheet(top.width, 3 * (row + head) + 2 * 0.12 + 0.28 + 0.26 * len(texts))
    y = head
    write(axes, 0, y - 0.42, "input", size=SMALL, color=MUTED, ha="left")
    for index in range(-before, len(padded) - before):
        write(axes, (index + before + 0.5) * column, y - 0.13, number(index), size=9, color=MUTED)
    top.draw(axes, 0, y)
    y += row + 0.12 + head
    title = "kernel, flipped" if flip else "kernel"
    write(axes, position * column, y - 0.14, title, size=SMALL, color=MUTED, ha="left")
    middle.draw(axes, position * column, y)
    y += row + 0.12 + head
    shift = k - 1 if flip else 0
    write(axes, shift * column, y - 0.14, "output", size=SMALL, color=MUTED, ha="left")
    bottom.draw(axes, shift * column, y)
    _write_lines(axes, 0, y + row + 0.24, texts)
    return figure


@book_figure
def centred(x: ArrayLike, kernel: ArrayLike, padding: Sequence[int] = (0, 0), position: int = 0) -> BookFigure:
    """Draw a padded row and beneath it every output of a 1D cross-correlation, under the middle of its window.

    Parameters
    ----------
    x : array of shape (N,)
        The input.
    kernel : array of shape (K,)
        Not flipped.
    padding : (int, int), optional
        Zeros before and after, drawn dashed.
    position : int, optional
        Which window and output are outlined, counted from 0.

    Returns
    -------
    BookFigure
        An odd kernel has a pixel in its middle, so its outputs stand under pixels; those of an even one stand between.

    Raises
    ------
    ValueError
        If an array does not have one axis, the kernel does not fit, or `position` is not in the output.
    TypeError
        If an array does not hold real numbers, or a width of the padding or `position` is not an integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.centred([1, 2, 3, 4], [1, 1], (0, 1))
    <BookFigure: centred>
    """
    x, kernel = as_array("x", x, 1), as_array("kernel", kernel, 1)
    pads = as_integers("padding", padding, "(before, after)")
    padded = np.pad(x, pads)
    output = conv.correlate1d(padded, kernel)
    position = integer(position, "position")
    if position >= len(output):
        raise ValueError(f"position {position} is not in the output, which has length {len(output)}")
    k = len(kernel)
    top = Panel(padded[None], "input", "input", ((0, 0), pads), ((0, position, 1, k),))
    bottom = Panel(output[None], "output", "output", marks=((0, position, 1, 1),))
    column = max(top.cell_width, bottom.cell_width)
    scale = min(1.0, WIDTH / (column * len(padded)))
    for panel in (top, bottom):
        panel.cell_width, panel.scale = column, scale
    gap = HEAD + 0.1
    figure, axes = sheet(top.width, HEAD + top.height + gap + bottom.height)
    top.draw(axes, 0, HEAD)
    bottom.draw(axes, (k - 1) / 2 * column * scale, HEAD + top.height + gap)
    middle = (position + k / 2) * column * scale
    ends = HEAD + top.height, HEAD + top.height + gap
    axes.plot((middle, middle), ends, color=ACCENT, lw=1.5, clip_on=False)
    return figure


@book_figure
def windows(x: ArrayLike, kernel_size: int, paddings: Mapping[str, Sequence[int]], *, stride: int = 1) -> BookFigure:
    """Draw where the windows lie on a row that is padded in several ways, pixel below pixel.

    Parameters
    ----------
    x : array of shape (N,)
        The input.
    kernel_size : int
        The size of a window.
    paddings : mapping of str to (int, int)
        For each way its name and how many zeros it puts before and after; they are drawn dashed.
    stride : int, optional
        How far windows are apart.

    Returns
    -------
    BookFigure
        A bracket beneath a row for each of its windows; windows that overlap have brackets at different heights.

    Raises
    ------
    ValueError
        If `x` does not have one axis, there is no way to pad it, a kernel does not fit, or a width is negative.
    TypeError
        If `x` does not hold real numbers, `paddings` is no mapping, or a size is not an integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.windows([1, 2, 3, 4], 3, {"PyTorch": (1, 1), "Keras": (0, 1)}, stride=2)
    <BookFigure: windows>
    """
    x = as_array("x", x, 1)
    if not isinstance(paddings, Mapping):
        raise TypeError(f"paddings must be a mapping of names to (before, after), got {paddings!r}")
    if not paddings:
        raise ValueError("paddings must name at least one way to pad, got {}")
    pads = {name: as_integers("paddings", widths, "(before, after)") for name, widths in paddings.items()}
    counts = {name: conv_output_size(len(x) + sum(pads[name]), kernel_size, stride=stride) for name in pads}
    widest = max(before for before, _ in pads.values())
    rows = {name: Panel(np.pad(x, pads[name])[None], pads=((0, 0), pads[name])) for name in pads}
    column = max(row.cell_width for row in rows.values())
    places = widest + len(x) + max(after for _, after in pads.values())
    scale = min(1.0, WIDTH / (column * places))
    heights = -(-kernel_size // stride)  # so many windows overlap
    gap = 0.15
    step = HEAD + CELL * scale + gap * (heights + 1)
    figure, axes = sheet(column * scale * places, step * len(rows) - gap)
    for number_of_row, (name, row) in enumerate(rows.items()):
        row.cell_width, row.scale = column, scale
        left, top = (widest - pads[name][0]) * column * scale, number_of_row * step + HEAD
        write(axes, left, top - HEAD / 2, name, size=SMALL, color=MUTED, ha="left")
        row.draw(axes, left, top)
        for window in range(counts[name]):
            start = left + (window * stride + 0.08) * column * scale
            end = start + (kernel_size - 0.16) * column * scale
            y = top + row.height + gap * (window % heights + 0.8)
            axes.plot((start, start, end, end), (y - 0.08, y, y, y - 0.08), color=ACCENT, lw=2, clip_on=False)
    return figure


@book_figure
def flattened(arrays: Mapping[str, ArrayLike]) -> BookFigure:
    """Draw arrays as the rows that flattening makes of them, with a gap wherever the last axis ends.

    Parameters
    ----------
    arrays : mapping of str to array
        Arrays by their names. A `reshape` leaves such a row as it is and moves the gaps.

    Returns
    -------
    BookFigure
        One scale of grey for all arrays, so that a number is found again by its colour.

    Raises
    ------
    ValueError
        If there is no array, or one is empty, has no axes or is too long for a row.
    TypeError
        If `arrays` is no mapping, or an array does not hold real numbers.

    Examples
    --------
    >>> from cnn_course import plots
    >>> image = np.arange(12).reshape(2, 2, 3)
    >>> plots.flattened({"channels first": image, "channels last": image.transpose(1, 2, 0)})
    <BookFigure: flattened>
    """
    if not isinstance(arrays, Mapping):
        raise TypeError(f"arrays must be a mapping of names to arrays, got {arrays!r}")
    if not arrays:
        raise ValueError("arrays must hold at least one array, got {}")
    found = {name: as_array("arrays", array, *range(1, 9)) for name, array in arrays.items()}
    if (longest := max(array.size for array in found.values())) > MOST_IN_A_ROW:
        raise ValueError(f"arrays must have at most {MOST_IN_A_ROW} numbers each, to fit into a row, got {longest}")
    fills = iter(colors(np.concatenate([array.ravel() for array in found.values()]), "input"))
    groups = {}
    for name, array in found.items():
        parts = array.reshape(-1, array.shape[-1])
        groups[name] = [Panel(part[None], fills=np.array([[next(fills) for _ in part]])) for part in parts]
    gap = 0.1
    column = max(panel.cell_width for row in groups.values() for panel in row)
    width = max(array.size * column + (len(groups[name]) - 1) * gap for name, array in found.items())
    scale = min(1.0, WIDTH / width)
    step = HEAD + CELL * scale + gap
    figure, axes = sheet(width * scale, step * len(groups) - gap)
    for number_of_row, (name, row) in enumerate(groups.items()):
        left, top = 0.0, number_of_row * step + HEAD
        write(axes, 0, top - HEAD / 2, name, size=SMALL, color=MUTED, ha="left")
        for panel in row:
            panel.cell_width, panel.scale = column, scale
            panel.draw(axes, left, top)
            left += panel.width + gap * scale
    return figure
