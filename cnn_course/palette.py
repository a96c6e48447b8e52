"""The colours of figures, explorers and pages, read from the one file that holds them: palette.toml.

A colour is a pair, for light and for dark paper. A figure is drawn in the light ones, and a page that follows its
reader's theme finds the dark ones by them. Taught in no chapter.
"""

import tomllib
from itertools import pairwise
from pathlib import Path

Colour = tuple[float, ...]

_READ = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
TOKENS: dict[str, tuple[str, str]] = {name: tuple(pair) for name, pair in _READ["tokens"].items()}
RAMPS: dict[str, list[tuple[str, str]]] = {
    name: [tuple(pair) for pair in ramp] for name, ramp in _READ["ramps"].items()
}
STEPS = 64  # from one end of a ramp to the other, or to its middle


def parts(colour: str) -> list[int]:
    """Return red, green and blue of a colour, 0 to 255.

    Examples
    --------
    >>> parts("#7b1fa2")
    [123, 31, 162]
    """
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def mixed(start: str, end: str, share: float) -> str:
    """Return the colour that lies between two others.

    Examples
    --------
    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = zip(parts(start), parts(end), strict=True)
    return "#" + "".join(f"{int(a + (b - a) * share + 0.5):02x}" for a, b in pairs)


def ramp(kind: str) -> list[tuple[str, str]]:
    """Return the colours of a kind of numbers, from the least to the most, in `STEPS` steps a side.

    Examples
    --------
    >>> len(ramp("input")), len(ramp("output")), ramp("output")[64]
    (65, 129, ('#f7f7f5', '#26262e'))
    """
    ends = RAMPS[kind]
    found = [ends[0]]
    for (light, dark), (lighter, darker) in pairwise(ends):
        shares = [step / STEPS for step in range(1, STEPS + 1)]
        found += [(mixed(light, lighter, share), mixed(dark, darker, share)) for share in shares]
    return found


def is_dark(colour: str) -> bool:
    """Tell whether white is easier to read on a colour than black, by the contrast that WCAG defines."""
    red, green, blue = ((part / 255 + 0.055) / 1.055 for part in parts(colour))
    return 0.2126 * red**2.4 + 0.7152 * green**2.4 + 0.0722 * blue**2.4 < 0.179


# Digits on cells: black or white on the light colour, black or white on the dark one. Two of the four are a hair off,
# so that the page knows them apart.
DIGITS = {
    (False, False): ("#000000", "#000000"),
    (False, True): ("#000001", "#ffffff"),
    (True, False): ("#fffffe", "#000000"),
    (True, True): ("#ffffff", "#ffffff"),
}


def digits_on(colour: str) -> str:
    """Return the colour of digits that can be read on a colour of a ramp, on either paper.

    Raises
    ------
    ValueError
        If the colour stands in no ramp.

    Examples
    --------
    >>> digits_on("#404040"), digits_on("#f5f5f3")
    ('#ffffff', '#000001')
    """
    if colour not in DARK:
        raise ValueError(f"{colour} stands in no ramp of palette.toml")
    return DIGITS[is_dark(colour), is_dark(DARK[colour])][0]


# The dark partner of every colour that a figure may have besides the tokens.
DARK = {light: dark for kind in RAMPS for light, dark in ramp(kind)} | dict(DIGITS.values())


def style_sheet(selector: str) -> str:
    """Return the CSS rule that gives an element the tokens, as variables that follow its `color-scheme`.

    Examples
    --------
    >>> style_sheet(":root").splitlines()[1]
    '--ink: light-dark(#1a1a1e, #e6e4ea);'
    """
    lines = [f"--{name}: light-dark({light}, {dark});" for name, (light, dark) in TOKENS.items()]
    return "\n".join([f"{selector} {{", *lines, "}"])
