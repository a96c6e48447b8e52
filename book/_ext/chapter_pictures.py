"""The small picture of each chapter on the first page, 80 by 80, in the colours of the palette."""

from __future__ import annotations

import functools
from collections.abc import Callable

from cnn_course import palette

Colours = Callable[[int, int], str]  # the fill of a cell, by row and column
ramp = functools.cache(palette.ramp)


def colour(kind: str, place: float) -> str:
    """Return the colour of a number in CSS, by its place: 0 to 1 for inputs, -1 to 1 for weights and outputs.

    Examples
    --------
    >>> colour("input", 1), colour("weight", -1)
    ('light-dark(#fafafa,#e2e2e6)', 'light-dark(#8c510a,#dea058)')
    """
    shades = ramp(kind)
    share = place if kind == "input" else (place + 1) / 2
    light, dark = shades[int(share * (len(shades) - 1) + 0.5)]
    return f"light-dark({light},{dark})"


def ring(x: float, y: float, width: float, height: float | None = None, more: str = "stroke-width='2.5'") -> str:
    """Draw the window."""
    return (
        f"<rect x='{x:g}' y='{y:g}' width='{width:g}' height='{height or width:g}' rx='2.5' fill='none' "
        f"stroke='var(--accent)' {more}/>"
    )


def line(x: float, y: float, to_x: float, to_y: float, stroke: str = "var(--edge)", width: float = 0.7) -> str:
    """Draw a connection."""
    return f"<path d='M{x:g} {y:g}L{to_x:g} {to_y:g}' stroke='{stroke}' stroke-width='{width:g}'/>"


def dot(x: float, y: float, fill: str = "var(--edge)", radius: float = 4.5) -> str:
    """Draw a unit."""
    return f"<circle cx='{x:g}' cy='{y:g}' r='{radius:g}' fill='{fill}'/>"


def grid(x: float, y: float, rows: int, columns: int, step: float, fill: Colours) -> str:
    """Draw a table of numbers as colours."""
    return "".join(
        f"<rect x='{x + c * step:g}' y='{y + r * step:g}' width='{step - 1:g}' height='{step - 1:g}' rx='1' "
        f"fill='{fill(r, c)}'/>"
        for r in range(rows)
        for c in range(columns)
    )


def grey(row: int, column: int) -> str:
    """Return the colour of a pixel of no picture in particular."""
    return colour("input", (row * 3 + column * 5) % 9 / 10 + 0.1)


def arrow(path: str, head: str, stroke: str) -> str:
    """Draw a bent arrow."""
    return f"<path d='{path}' fill='none' stroke='{stroke}' stroke-width='2.5'/><path d='{head}' fill='{stroke}'/>"


def dense() -> str:
    """Draw every pixel connected to everything."""
    left, right = [(18, 12 + i * 14) for i in range(5)], [(62, 19 + i * 14) for i in range(4)]
    lines = [line(*start, *end) for start in left for end in right]
    return "".join([*lines, *(dot(*at) for at in left), *(dot(*at, colour("output", 0.8)) for at in right)])


def flip() -> str:
    """Draw a kernel that turns round under a signal."""
    weights = (colour("weight", -0.8), colour("weight", 0.1), colour("weight", 0.8))
    return (
        grid(10, 20, 1, 6, 10, lambda r, c: grey(c, c))
        + grid(20, 36, 1, 3, 10, lambda r, c: weights[c])
        + ring(19, 18.5, 31, 28)
        + arrow("M47 54a13 8 0 0 1-25 1", "M18.5 58l1.5-8 6.5 4z", "var(--accent)")
    )


def slide() -> str:
    """Draw a window on an image."""
    return grid(14, 14, 5, 5, 10.5, grey) + ring(23.5, 23.5, 32.5)


def channels() -> str:
    """Draw red, green and blue behind each other."""
    fills = ("var(--wrong)", "var(--right)", "var(--link)")
    plates = [f"<rect x='{13 + i * 10}' y='{31 - i * 9}' width='35' height='35' rx='1' fill='{fill}'/>"
              for i, fill in enumerate(fills)]  # fmt: skip
    edge = "<g stroke='var(--paper)' stroke-width='1.5'>"
    return edge + "".join(plates) + "</g>" + ring(40, 25, 15).replace("--accent", "--paper")


def pad() -> str:
    """Draw a ring around an image, and the window on it."""
    border = (
        "<rect x='12.5' y='12.5' width='54' height='54' fill='none' stroke='var(--muted)' stroke-dasharray='3 2.5'/>"
    )
    return grid(22, 22, 4, 4, 9, grey) + border + ring(11.5, 11.5, 28)


def stride() -> str:
    """Draw windows that stand apart."""
    later = [ring(x, y, 18.5, more="stroke-opacity='.75'") for x, y in ((39.5, 13), (13, 39.5), (39.5, 39.5))]
    return grid(14, 14, 6, 6, 8.8, grey) + "".join(later) + ring(13, 13, 18.5)


def shared() -> str:
    """Draw few connections, of three weights, and what one output sees."""
    weights = (colour("weight", 0.9), colour("weight", -0.6), colour("weight", 0.4))
    low = [line(26 + i * 14, 40, 12 + (i + j) * 14, 57, weights[j], 2) for i in range(3) for j in range(3)]
    high = [line(40, 18, 26 + i * 14, 34, "var(--accent)", 1.5) for i in range(3)]
    units = [dot(12 + i * 14, 61) for i in range(5)] + [dot(26 + i * 14, 37) for i in range(3)]
    return "".join([*low, *high, *units, dot(40, 16, "var(--accent)", 5)])


def pool() -> str:
    """Draw the largest of four."""
    blue = [colour("output", place) for place in (0.2, 0.35, 0.9, 0.6)]
    wide = grid(10, 19, 4, 4, 9.5, lambda r, c: blue[2] if (r, c) == (1, 0) else blue[(r * 3 + c) % 2])
    return (
        wide
        + ring(9, 18, 19.5)
        + grid(55, 28.5, 2, 2, 9.5, lambda r, c: blue[3] if r + c else blue[2])
        + ring(53.5, 27, 11.5)
    )


def lenet() -> str:
    """Draw layers that shrink to an answer."""
    layers = (
        (5, 34, grey(3, 1)),
        (23, 26, colour("output", 0.3)),
        (37, 19, colour("output", 0.55)),
        (49, 13, colour("output", 0.9)),
    )
    drawn = [
        f"<rect x='{x + k * 2.5:g}' y='{42.5 - side / 2 - k * 2.5:g}' width='{side * 0.62:g}' height='{side * 0.62:g}' "
        f"fill='{fill}' stroke='var(--paper)'/>"
        for x, side, fill in layers
        for k in range(1 if x == 5 else 3)
    ]
    return (
        "".join(drawn)
        + "<text x='70' y='45' font-size='19' font-weight='650' text-anchor='middle' fill='var(--accent)'>3</text>"
    )


def learn() -> str:
    """Draw a loss that falls from step to step, and the kernel that comes of it."""
    weights = (0.1, 0.6, 0.9, -0.7, 0.2, 0.8, -0.9, -0.6, 0.2)
    falls = "<path d='M10 14C14 44 20 52 70 55' fill='none' stroke='var(--accent)' stroke-width='2.5'/>"
    axes = "<path d='M10 12V66H70' fill='none' stroke='var(--edge)' stroke-width='1.5'/>"
    return axes + falls + grid(41, 13, 3, 3, 10, lambda r, c: colour("weight", weights[3 * r + c]))


def back() -> str:
    """Draw the error on its way back."""
    red = colour("output", -0.9)
    return (
        grid(11, 17, 3, 3, 10, grey)
        + grid(45, 40, 2, 2, 11, lambda r, c: colour("output", -0.45 if r + c else -0.75))
        + arrow("M56 36C56 21 50 19 46 21", "M47.5 15l-7.5 8 10 3z", red)
        + ring(10, 16, 20)
    )


def holes() -> str:
    """Draw a kernel with holes."""
    none = "color-mix(in srgb,var(--muted) 18%,transparent)"
    return grid(14, 14, 5, 5, 10.5, lambda r, c: none if r % 2 or c % 2 else colour("weight", 0.8)) + ring(
        12.5, 12.5, 54.5
    )


def three() -> str:
    """Write the names of three libraries."""
    names = "".join(
        f"<text x='40' y='{26 + i * 18}' font-size='13' font-weight='600' text-anchor='middle' fill='var(--ink)'>"
        f"{name}</text>"
        for i, name in enumerate(("NumPy", "PyTorch", "Keras"))
    )
    return names + ring(6, 9, 68, 62)


PICTURES = {
    "00-why-convolution": dense,
    "01-convolution-1d": flip,
    "02-convolution-2d": slide,
    "03-channels": channels,
    "04-padding": pad,
    "05-stride": stride,
    "06-sparse-and-shared": shared,
    "07-pooling": pool,
    "08-lenet": lenet,
    "08-training": learn,
    "09-backprop": back,
    "10-variants": holes,
    "11-frameworks": three,
}


def picture(chapter: str) -> str:
    """Draw a chapter; one that has no picture yet gets the window."""
    return f'<svg viewBox="0 0 80 80" aria-hidden="true">{PICTURES.get(chapter, slide)()}</svg>'.replace("'", '"')
