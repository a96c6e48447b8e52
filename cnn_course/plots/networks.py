"""Networks as drawings: volumes in a row, neurons and their connections."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, Polygon

from cnn_course.checks import integer, per_axis
from cnn_course.plots.figure import (
    ACCENT,
    ACCENT_SOFT,
    INK,
    MUTED,
    PAPER,
    SMALL,
    WIDTH,
    BookFigure,
    as_integers,
    book_figure,
    sheet,
    text_width,
    write,
)

# Which neurons of a row are highlighted.
Neurons = int | Iterable[int] | None


@book_figure
def volumes(shapes: Sequence, names: Sequence[str] | None = None) -> BookFigure:
    """Draw a network as a row of boxes with their shapes beneath.

    Parameters
    ----------
    shapes : sequence of (C, H, W), (n,) or int
        What each layer hands on. Sides grow with the square root of the numbers, so that all of them can be seen.
    names : sequence of str, optional
        One for each box.

    Returns
    -------
    BookFigure
        Five boxes at most in a row.

    Raises
    ------
    ValueError
        If there is no shape, one is neither a volume nor a vector, or `names` are not as many.
    TypeError
        If a size is not an integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.volumes([(1, 32, 32), (6, 28, 28), 10], ["image", "C1", "classes"])
    <BookFigure: volumes>
    """
    sizes = [
        tuple(integer(n, "each size in shapes", 1) for n in ((shape,) if np.ndim(shape) == 0 else shape))
        for shape in shapes
    ]
    for size in sizes:
        if len(size) not in (1, 3):
            raise ValueError(f"each shape must be (C, H, W) or (n,) with positive numbers, got {size}")
    if not sizes:
        raise ValueError("shapes must hold at least one shape, got none")
    if names is not None and len(names) != len(sizes):
        raise ValueError(f"names must be as many as the shapes: {len(names)} for {len(sizes)}")
    boxes = [(1, size[0], 1) if len(size) == 1 else size for size in sizes]
    texts = ["\N{MULTIPLICATION SIGN}".join(map(str, size)) for size in sizes]
    labels = [max(texts[i], names[i] if names else "", key=len) for i in range(len(sizes))]
    lines = int(np.ceil(len(sizes) / 5))
    columns = int(np.ceil(len(sizes) / lines))
    slot = min(WIDTH / columns, 1.4)
    slot = max(slot, min(WIDTH / columns, max(map(text_width, labels)) + 0.15))
    roots = np.sqrt(np.array(boxes, dtype=float))  # depth, height, width
    roots[[len(size) == 1 for size in sizes], 1] /= 2  # bars as high as the volumes are wide, not towers
    deep, high, wide = roots.max(axis=0)
    unit = min(1.15 / (high + 0.35 * deep), (slot - 0.3) / (wide + 0.35 * deep))
    tall = 1.2 if unit * (high + 0.35 * deep) > 1.0 else unit * (high + 0.35 * deep) + 0.1
    line = tall + (0.75 if names else 0.5)
    figure, axes = sheet(slot * columns, line * lines)
    past = 0.0  # half the width of the box before
    for i, (depth, height, width) in enumerate(np.maximum(0.09, unit * roots)):
        row, col = divmod(i, columns)
        skew = 0.35 * depth
        middle, centre = slot * (col + 0.5), line * row + tall / 2
        left, top = middle - (width + skew) / 2, centre - (height - skew) / 2  # of the front
        faces = (
            (INK, PAPER, [(0, 0), (width, 0), (width, height), (0, height)]),
            (INK, ACCENT_SOFT, [(0, 0), (skew, -skew), (width + skew, -skew), (width, 0)]),
            (INK, ACCENT_SOFT, [(width, 0), (width + skew, -skew), (width + skew, height - skew), (width, height)]),
        )
        for edge, face, corners in faces:
            points = np.add(corners, (left, top))
            axes.add_patch(Polygon(points, fc=face, ec=edge, lw=1.1, joinstyle="round", clip_on=False))
        if col:
            end, start = left - 0.06, slot * (col - 0.5) + (past + 0.06)
            axes.annotate(
                "", (end, centre), (start, centre),
                arrowprops={"arrowstyle": "->", "color": MUTED, "lw": 1.2, "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
        past = (width + skew) / 2
        below = line * row + tall + 0.14
        if names:
            write(axes, middle, below, names[i], color=MUTED)
            below += 0.25
        write(axes, middle, below, texts[i], size=min(12, 12 * (slot - 0.06) / text_width(texts[i])))
    return figure


@book_figure
def filter_in_volume(
    shape: Sequence[int], kernel_size: int | Sequence[int], position: Sequence[int] = (0, 0)
) -> BookFigure:
    """Draw a filter as a box in a volume, as deep as the volume, and the one number that comes out.

    Parameters
    ----------
    shape : (C, H, W)
        Of the volume; its channels are drawn one behind the other.
    kernel_size : int or (int, int)
        Rows and columns of the filter.
    position : (int, int), optional
        Row and column of the output.

    Returns
    -------
    BookFigure
        The filter's window and its output are outlined.

    Raises
    ------
    ValueError
        If a size is not positive, the kernel does not fit, or `position` is not in the output.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.filter_in_volume((3, 6, 7), 3, (1, 2))
    <BookFigure: filter_in_volume>
    """
    channels, height, width = (integer(n, "each size in shape", 1) for n in as_integers("shape", shape, "(C, H, W)"))
    k_h, k_w = per_axis(kernel_size, "kernel_size", minimum=1)
    if k_h > height or k_w > width:
        raise ValueError(f"kernel_size {(k_h, k_w)} does not fit into a volume of {height} by {width}")
    rows, cols = height - k_h + 1, width - k_w + 1
    row, col = as_integers("position", position, "(row, column)")
    if row >= rows or col >= cols:
        raise ValueError(f"position {(row, col)} is not in the output, which has shape {(rows, cols)}")
    gap = 1.2
    cell = min(0.3, (WIDTH - gap) / (width + cols + 0.6 * channels), 3 / (height + 0.6 * channels))
    step = 0.6 * cell  # from one channel to the next, to the right and up
    top = max(0.35, step * channels)
    right = width * cell + step * channels + gap  # where the map begins
    figure, axes = sheet(right + cols * cell, top + height * cell + 0.6)

    def box(left: int, upper: int, wide: int, high: int, depth: int, *, edge: str, face: str, line: float) -> None:
        """Draw a box of cells from its rear to its front: a side and a roof for each channel, then the front."""
        x, y, w, h = cell * left, top + cell * upper, cell * wide, cell * high
        for c in reversed(range(depth)):
            near, far = np.array([c, -c]) * step, np.array([c + 1, -c - 1]) * step
            for start, end in (((x, y), (x + w, y)), ((x + w, y), (x + w, y + h))):
                corners = [start + near, end + near, end + far, start + far]
                axes.add_patch(Polygon(corners, fc=face, ec=edge, lw=line, joinstyle="round", clip_on=False))
        front = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
        axes.add_patch(Polygon(front, fc=face, ec=edge, lw=line, joinstyle="round", clip_on=False))

    def sheet_of_cells(left: float, high: int, wide: int) -> None:
        x, y = left + cell * np.arange(wide + 1), top + cell * np.arange(high + 1)
        lines = [[(a, y[0]), (a, y[-1])] for a in x] + [[(x[0], b), (x[-1], b)] for b in y]
        axes.add_collection(LineCollection(lines, colors=MUTED, linewidths=0.6, clip_on=False), autolim=False)

    box(0, 0, width, height, channels, edge=INK, face=PAPER, line=1.1)
    sheet_of_cells(0, height, width)
    box(col, row, k_w, k_h, channels, edge=ACCENT, face=ACCENT_SOFT, line=1.0)
    sheet_of_cells(right, rows, cols)
    window = cell * np.array([col, row]), cell * np.array([k_w, k_h])
    for (x, y), (w, h) in (window, ((right + cell * col, cell * row), (cell, cell))):
        corners = [(x, y + top), (x + w, y + top), (x + w, y + top + h), (x, y + top + h)]
        axes.add_patch(Polygon(corners, fc=ACCENT_SOFT, ec=ACCENT, lw=3, joinstyle="round", clip_on=False, zorder=4))
    (x, y), (w, h) = window
    rear, output = (x + w + step * channels, y + top - step * channels), (right + cell * col, top + cell * row)
    beam = [[rear, output], [(x + w, y + top + h), (output[0], output[1] + cell)]]
    axes.add_collection(LineCollection(beam, colors=ACCENT, linewidths=1.0, clip_on=False, zorder=3), autolim=False)
    times = "\N{MULTIPLICATION SIGN}"
    below = top + height * cell + 0.2
    write(axes, width * cell / 2, below, times.join(map(str, (channels, height, width))))
    write(axes, width * cell / 2, below + 0.25, f"filter {channels}{times}{k_h}{times}{k_w}", color=ACCENT)
    write(axes, right + cols * cell / 2, below, f"{rows}{times}{cols}")
    write(axes, right + cols * cell / 2, below + 0.25, "one number", color=ACCENT)
    return figure


@book_figure
def connections(
    n_in: int,
    n_out: int | Sequence[int],
    edges: Sequence[Any] | None = None,
    *,
    output: Neurons = None,
    input: Neurons = None,
    names: Sequence[str] | None = None,
) -> BookFigure:
    """Draw neurons as rows of dots, the input lowest, and who is connected to whom.

    Parameters
    ----------
    n_in : int
        Number of inputs.
    n_out : int or sequence of int
        Number of neurons in the row above, or in each of the rows above it.
    edges : sequence of (i, o) or (i, o, label), optional
        From neuron i to neuron o; with several rows, one such sequence for each step up. Nothing connects each to all.
        Edges of one label share their weight: they have one dash, and the letter stands on them.
    output, input : int or sequence of int, optional
        Highlight these neurons of the highest row and all that they see, or these inputs and all that they reach.
    names : sequence of str, optional
        One for each row, from the inputs up.

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If an edge or a highlighted neuron does not exist, a row is empty or longer than 100, or lengths do not agree.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.connections(5, 3, [(o + k, o, "abc"[k]) for o in range(3) for k in range(3)], output=1)
    <BookFigure: connections>
    """
    above: Any = n_out if np.ndim(n_out) else [n_out]
    sizes = [integer(n_in, "n_in", 1), *(integer(n, "n_out", 1) for n in above)]
    if max(sizes) > MOST_NEURONS:
        raise ValueError(f"a row of {max(sizes)} neurons is too long to draw, the longest has {MOST_NEURONS}")
    steps = _as_steps(sizes, edges)
    if names is not None and len(names) != len(sizes):
        raise ValueError(f"names must be as many as the rows: {len(names)} for {len(sizes)}")
    lit = _lit(sizes, steps, output, input)
    margin = max(map(text_width, names)) + 0.15 if names is not None else 0.0
    space = min(0.75, (WIDTH - margin - 0.4) / max(1, max(sizes) - 1))
    radius, rise = min(0.15, 0.36 * space), 1.25
    width = margin + space * (max(sizes) - 1) + 2 * radius
    figure, axes = sheet(width, rise * (len(sizes) - 1) + 2 * radius)
    middle = margin + (width - margin) / 2

    def place(level: int, i: int) -> tuple[float, float]:
        return middle + space * (i - (sizes[level] - 1) / 2), radius + rise * (len(sizes) - 1 - level)

    labels = list(dict.fromkeys(edge[2] for step in steps for edge in step if len(edge) > 2))
    for level, step in enumerate(steps):
        for edge in sorted(step, key=lambda edge: _is_lit(lit, level, edge)):
            ends = np.array([place(level, edge[0]), place(level + 1, edge[1])])
            bright = _is_lit(lit, level, edge)
            dash = DASHES[labels.index(edge[2]) % len(DASHES)] if len(edge) > 2 else "solid"
            axes.add_collection(
                LineCollection(
                    [ends], colors=ACCENT if bright else MUTED, linewidths=2.6 if bright else 1.0, linestyles=[dash],
                    clip_on=False, zorder=2 if bright else 1,
                ),
                autolim=False,
            )  # fmt: skip
            if len(edge) > 2:
                x, y = ends[0] + 0.3 * (ends[1] - ends[0])
                axes.add_patch(Circle((x, y), 0.085, fc=PAPER, ec="none", zorder=3, clip_on=False))
                write(axes, x, y, str(edge[2]), size=SMALL, color=ACCENT if bright else INK, zorder=4)
    for level, size in enumerate(sizes):
        for i in range(size):
            bright = i in lit[level]
            face, edge_color, line = (ACCENT_SOFT, ACCENT, 3.0) if bright else (PAPER, INK, 1.2)
            axes.add_patch(Circle(place(level, i), radius, fc=face, ec=edge_color, lw=line, zorder=5, clip_on=False))
        if names is not None:
            write(axes, 0, place(level, 0)[1], names[level], color=MUTED, ha="left")
    return figure


MOST_NEURONS = 100  # in a row
DASHES = ("solid", (0, (5, 2)), (0, (1.2, 1.4)), (0, (7, 2, 1.2, 2)), (0, (9, 3)))


def _as_steps(sizes: list[int], edges: Sequence[Any] | None) -> list[list[tuple]]:
    if edges is None:
        return [[(i, o) for i in range(a) for o in range(b)] for a, b in pairwise(sizes)]
    steps = [list(map(tuple, step)) for step in ([edges] if len(sizes) == 2 else edges)]
    if len(steps) != len(sizes) - 1:
        raise ValueError(f"edges must be given for each of the {len(sizes) - 1} steps, got {len(steps)}")
    for level, step in enumerate(steps):
        for edge in step:
            if len(edge) not in (2, 3):
                raise ValueError(f"each edge must be (i, o) or (i, o, label), got {edge}")
            i, o = (integer(end, "edges") for end in edge[:2])
            if i >= sizes[level] or o >= sizes[level + 1]:
                raise ValueError(f"edge {edge} leaves rows of {sizes[level]} and {sizes[level + 1]} neurons")
    return steps


def _lit(sizes: list[int], steps: list[list[tuple]], output: Neurons, input: Neurons) -> list[set[int]]:
    """Which neurons of each row are highlighted."""
    lit: list[set[int]] = [set() for _ in sizes]
    if output is not None and input is not None:
        raise ValueError("highlight output or input, not both")
    if output is not None:
        lit[-1] = _chosen("output", output, sizes[-1])
        for level in reversed(range(len(steps))):
            lit[level] = {edge[0] for edge in steps[level] if edge[1] in lit[level + 1]}
    if input is not None:
        lit[0] = _chosen("input", input, sizes[0])
        for level, step in enumerate(steps):
            lit[level + 1] = {edge[1] for edge in step if edge[0] in lit[level]}
    return lit


def _chosen(name: str, wanted: int | Iterable[int], size: int) -> set[int]:
    chosen = {integer(i, name) for i in (wanted if isinstance(wanted, Iterable) else [wanted])}
    if not all(0 <= i < size for i in chosen):
        raise ValueError(f"{name} must name neurons from 0 to {size - 1}, got {wanted}")
    return chosen


def _is_lit(lit: list[set[int]], level: int, edge: tuple) -> bool:
    return edge[0] in lit[level] and edge[1] in lit[level + 1]
