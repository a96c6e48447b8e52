"""Curves, bars and the confusion matrix."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from cnn_course.checks import boolean
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
    book_figure,
    colors,
    sheet,
    text_width,
    write,
)
from cnn_course.plots.numbers import CELL, HEAD, Panel

# One nameless line, or named lines: y, or the pair (x, y).
Series = ArrayLike | Mapping[str, Any]

LINES = (  # colour, dash, marker: each of the three alone tells the first lines apart
    (INK, "-", "o"),
    (ACCENT, (0, (5, 2)), "s"),
    (MUTED, (0, (1.5, 1.5)), "^"),
    (INK, (0, (7, 2, 1.5, 2)), "D"),
    (ACCENT, "-", "v"),
    (MUTED, (0, (5, 2)), "P"),
)


@book_figure
def curves(series: Series, *, xlabel: str | None = None, ylabel: str | None = None, log: bool = False) -> BookFigure:
    """Draw lines with their names at their ends.

    Parameters
    ----------
    series : array of shape (N,), or mapping of str to array or to a pair of arrays
        One nameless line, or named lines: y over 0, 1, 2, ..., or the pair (x, y).
    xlabel, ylabel : str, optional
        Names of the axes; that of the vertical one stands above it, where it can be read.
    log : bool, optional
        Whether the vertical axis is logarithmic.

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If there are no lines, more than six, or one is not a line of finite numbers (above zero, with `log`).
    TypeError
        If a line does not hold real numbers, or `log` is not a bool.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.curves({"train": [2.3, 0.9, 0.4], "test": [2.2, 1.0, 0.6]}, xlabel="epoch", ylabel="loss")
    <BookFigure: curves>
    """
    lines = _as_lines(series)
    lowest = min(y.min() for _, y in lines.values())
    if boolean(log, "log") and lowest <= 0:
        raise ValueError(f"series must hold numbers above zero, for log=True, got {lowest}")
    figure = BookFigure(figsize=(WIDTH, 3.2))
    _draw_curves(figure.add_axes((0.1, 0.16, 0.68, 0.72)), lines, xlabel, ylabel, log)
    return figure


@book_figure
def history(history: Any) -> BookFigure:
    """Draw how the loss and the accuracy went while a network was trained.

    Parameters
    ----------
    history : mapping of str to sequence of numbers, or object with such attributes
        One number for each epoch. Names with "loss" are drawn above, names with "accuracy" below.

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If there is neither a loss nor an accuracy, or one is not a line of finite numbers.
    TypeError
        If `history` is neither a mapping nor an object with attributes, or holds something else than real numbers.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.history({"loss": [2.3, 0.9, 0.4], "accuracy": [0.3, 0.8, 0.9], "test_accuracy": [0.3, 0.7, 0.85]})
    <BookFigure: history>
    """
    if not isinstance(history, Mapping):
        if not hasattr(history, "_asdict") and not hasattr(history, "__dict__"):
            raise TypeError(f"history must be a mapping, or what `fit` returns, got {history!r}")
        history = history._asdict() if hasattr(history, "_asdict") else vars(history)
    groups = []
    for what in ("loss", "accuracy"):
        found = {name: values for name, values in history.items() if what in name and np.size(values)}
        if found:
            groups.append((what, found))
    if not groups:
        raise ValueError(f"history must hold a loss or an accuracy, got the names {sorted(history)}")
    figure = BookFigure(figsize=(WIDTH, 2.5 * len(groups)))
    for place, (what, found) in enumerate(groups):
        bottom = (len(groups) - 1 - place + 0.2) / len(groups)
        axes = figure.add_axes((0.1, bottom, 0.66, 0.62 / len(groups)))
        lines = {_short(name, what): values for name, values in found.items()}
        last = place == len(groups) - 1
        _draw_curves(axes, _as_lines(lines, start=1), "epoch" if last else None, what, False)
    return figure


def _short(name: str, what: str) -> str:
    rest = name.replace(what, "").strip("_ ").replace("_", " ")
    return {"": "train", "val": "validation"}.get(rest, rest)


def _as_lines(series: Series, start: int = 0) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    if not isinstance(series, Mapping):
        series = {"": series}
    if not 1 <= len(series) <= len(LINES):
        raise ValueError(f"series must hold 1 to {len(LINES)} lines, got {len(series)}")
    lines = {}
    for name, values in series.items():
        pair = isinstance(values, tuple) and len(values) == 2 and np.ndim(values[0]) == 1
        y = as_array(f"line {name!r}", values[1] if pair else values, 1, finite=True)
        x = as_array(f"x of line {name!r}", values[0], 1, finite=True) if pair else np.arange(start, start + len(y))
        if len(x) != len(y):
            raise ValueError(f"line {name!r} has {len(x)} x for {len(y)} y")
        lines[str(name)] = (x, y)
    return lines


def _draw_curves(axes: Axes, lines: dict, xlabel: str | None, ylabel: str | None, log: bool) -> None:
    for (x, y), (color, dash, marker) in zip(lines.values(), LINES, strict=False):
        often = max(1, len(x) // 8)
        axes.plot(
            x, y, color=color, linestyle=dash, lw=1.8, marker=marker, ms=6, mfc=PAPER, mec=color, mew=1.5,
            markevery=(often // 2 if often > 1 else 0, often), clip_on=False, zorder=3,
        )  # fmt: skip
    if log:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5))
    xs = [x for x, _ in lines.values()]
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=all((x == x.round()).all() for x in xs)))
    axes.grid(axis="y", color=MUTED, lw=0.5, alpha=0.35)
    axes.set_xlabel(xlabel or "", color=MUTED)
    if ylabel:
        axes.set_title(ylabel, loc="left", fontsize=TEXT, color=MUTED, pad=12)
    _name_lines(axes, lines)


def _name_lines(axes: Axes, lines: dict) -> None:
    """Write each name at the right end of its line, moved apart where they would touch."""
    axes.autoscale_view()
    to_share = axes.transData + axes.transAxes.inverted()
    ends = sorted((to_share.transform((x[-1], y[-1]))[1], name) for name, (x, y) in lines.items())
    step = TEXT * 1.35 / axes.bbox.height * axes.figure.dpi / 72
    heights = np.array([height for height, _ in ends])
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + step)
    heights -= max(0, heights[-1] - 1) if len(heights) * step < 1 else 0
    tint = dict(zip(lines, LINES, strict=False))
    for height, (_, name) in zip(heights, ends, strict=True):
        axes.text(1.035, height, name, color=tint[name][0], va="center_baseline", transform=axes.transAxes)


@book_figure
def bars(labels: Sequence[str], values: ArrayLike, *, log: bool = False, xlabel: str | None = None) -> BookFigure:
    """Draw horizontal bars with their numbers at their ends.

    Parameters
    ----------
    labels : sequence of str
        Written at the left.
    values : array of shape (N,)
        Not negative; with `log`, positive.
    log : bool, optional
        Whether lengths are logarithmic, from a tenth of the smallest value on. The numbers stay what they are.
    xlabel : str, optional
        What the numbers count; written beneath.

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If there are not as many labels as values, or a value is negative (or zero, with `log`) or not finite.
    TypeError
        If `values` are not real numbers.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.bars(["dense", "convolution"], [802_816, 156], log=True, xlabel="parameters")
    <BookFigure: bars>
    """
    values = as_array("values", values, 1)
    if len(labels) != len(values):
        raise ValueError(f"labels must be as many as the values: {len(labels)} for {len(values)}")
    if not np.isfinite(values).all() or values.min() < 0 or (log and values.min() == 0):
        raise ValueError(f"values must be finite and {'above' if log else 'at least'} zero, got {values.tolist()}")
    texts = [_thousands(value) for value in values]
    left = max(text_width(label) for label in labels) + 0.1
    right = max(text_width(text) for text in texts) + 0.1
    room = max(1.0, WIDTH - left - right)
    lengths = np.log10(values / values.min()) + 1 if log else values
    lengths = lengths / (lengths.max() or 1) * room
    row, thick = 0.4, 0.24
    figure, axes = sheet(left + room + right, row * len(values) + (0.3 if xlabel else 0))
    axes.barh(row * (np.arange(len(values)) + 0.5), lengths, thick, left, color=MUTED, clip_on=False)
    for i, (label, text) in enumerate(zip(labels, texts, strict=True)):
        y = row * (i + 0.5)
        write(axes, left - 0.1, y, label, ha="right")
        write(axes, left + lengths[i] + 0.08, y, text, ha="left")
    if xlabel:
        note = f"{xlabel} (logarithmic lengths)" if log else xlabel
        write(axes, left, row * len(values) + 0.15, note, size=SMALL, color=MUTED, ha="left")
    return figure


def _thousands(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


@book_figure
def areas(labels: Sequence[str], values: ArrayLike) -> BookFigure:
    """Draw numbers as squares whose areas are to scale, the smallest as a dot if it has to be.

    Parameters
    ----------
    labels : sequence of str
        Written beneath the squares.
    values : array of shape (N,)
        At least zero, not all of them; written beneath the labels.

    Returns
    -------
    BookFigure
        The squares stand on one line, the smallest is violet.

    Raises
    ------
    ValueError
        If there are not as many labels as values, or a value is negative or not finite, or all are zero.
    TypeError
        If `values` are not real numbers.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.areas(["dense", "convolution"], [802_816, 25])
    <BookFigure: areas>
    """
    values = as_array("values", values, 1, finite=True)
    if len(labels) != len(values):
        raise ValueError(f"labels must be as many as the values: {len(labels)} for {len(values)}")
    if values.min() < 0 or values.max() == 0:
        raise ValueError(f"values must be at least zero, and not all zero, got {values.tolist()}")
    texts = [_thousands(value) for value in values]
    words = np.array([max(text_width(label), text_width(text)) for label, text in zip(labels, texts, strict=True)])
    sides = np.sqrt(values / values.max())
    largest = 3.4
    while (slots := np.maximum(largest * sides, words) + 0.2).sum() > WIDTH and largest > 0.5:
        largest -= 0.1
    sides *= largest
    figure, axes = sheet(slots.sum(), largest + 0.6)
    for i, middle in enumerate(np.cumsum(slots) - slots / 2):
        color = ACCENT if i == values.argmin() else MUTED
        corner = (middle - sides[i] / 2, largest - sides[i])
        axes.add_patch(Rectangle(corner, sides[i], sides[i], color=color, lw=0, clip_on=False))
        write(axes, middle, largest + 0.2, labels[i], color=MUTED)
        write(axes, middle, largest + 0.45, texts[i])
    return figure


@book_figure
def confusion(matrix: ArrayLike, labels: Sequence | None = None) -> BookFigure:
    """Draw which classes a network takes for which.

    Parameters
    ----------
    matrix : array of shape (K, K)
        Counts; a row for each true class, a column for each predicted one.
    labels : sequence, optional
        Names of the classes, 0 to K - 1 unless told otherwise.

    Returns
    -------
    BookFigure
        Right answers are blue, on the diagonal; mistakes are red; zeros are left out.

    Raises
    ------
    ValueError
        If `matrix` is not square, holds negative or infinite counts or NaN, or `labels` are not as many.
    TypeError
        If `matrix` does not hold real numbers.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.confusion([[35, 1], [0, 36]])
    <BookFigure: confusion>
    """
    matrix = as_array("matrix", matrix, 2, finite=True)
    rows, cols = matrix.shape
    if rows != cols or matrix.min() < 0:
        raise ValueError(f"matrix must be square and not negative, got shape {matrix.shape}, minimum {matrix.min()}")
    labels = list(range(rows)) if labels is None else list(labels)
    if len(labels) != rows:
        raise ValueError(f"labels must be as many as the classes: {len(labels)} for {rows}")
    # roots, so that a single mistake can be seen beside hundreds of right answers
    depth = np.sqrt(matrix) * np.where(np.eye(rows, dtype=bool), 1, -1)
    fills = colors(depth, "output")
    fills[matrix == 0] = 0  # transparent
    panel = Panel(matrix, fills=fills, written=matrix != 0)
    panel.scale = min(1.0, (WIDTH - 0.7) / panel.width)
    left = 0.35 + max(text_width(str(label), SMALL) for label in labels)
    top = 2 * HEAD
    figure, axes = sheet(left + panel.width, top + panel.height)
    panel.draw(axes, left, top)
    w, h = panel.width / cols, CELL * panel.scale
    for i, label in enumerate(labels):
        write(axes, left + (i + 0.5) * w, top - 0.15, str(label), size=SMALL)
        write(axes, left - 0.1, top + (i + 0.5) * h, str(label), size=SMALL, ha="right")
    write(axes, left + panel.width / 2, 0.15, "predicted", color=MUTED)
    write(axes, 0.12, top + panel.height / 2, "true", color=MUTED, rotation=90, va="center")
    return figure
