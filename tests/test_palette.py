"""One palette: what cnn_course/palette.toml holds can be read, means one thing, and is all the colour that there is."""

from __future__ import annotations

import re

import pytest

from cnn_course import palette
from conftest import ROOT

LOOKS = [
    path
    for pattern in (
        "book/theme/**/*",
        "book/assets/*.[cj]s*",
        "book/_ext/*.py",
        "cnn_course/explorers/*",
        "cnn_course/plots/*",
    )
    for path in sorted(ROOT.glob(pattern))
    if path.is_file() and path.suffix != ".pyc"
]
TEXT = ["ink", "muted", "accent", "link", "warn", "string", "word", "right", "wrong"]
each_paper = pytest.mark.parametrize("paper", [0, 1], ids=["light", "dark"])


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""
    lights = []
    for colour in (one, other):
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    return max(lights) / min(lights)


@each_paper
def test_text_and_frames_can_be_seen_on_paper_and_on_surfaces(paper: int) -> None:
    for ground in ("paper", "surface"):
        for name in TEXT:
            assert contrast(palette.TOKENS[name][paper], palette.TOKENS[ground][paper]) >= 4.5, name
        assert contrast(palette.TOKENS["edge"][paper], palette.TOKENS[ground][paper]) >= 3
    assert contrast(palette.TOKENS["ink"][paper], palette.TOKENS["soft"][paper]) >= 4.5


@each_paper
@pytest.mark.parametrize("kind", list(palette.RAMPS))
def test_digits_can_be_read_on_every_colour_of_a_number(kind: str, paper: int) -> None:
    digits = dict(palette.DIGITS.values())
    for pair in palette.ramp(kind):
        ink = palette.digits_on(pair[0])
        assert contrast(pair[paper], (ink, digits[ink])[paper]) >= 4.5


@each_paper
@pytest.mark.parametrize("kind", ["weight", "output"])
def test_zero_recedes_on_either_paper(kind: str, paper: int) -> None:
    below, zero, above = (pair[paper] for pair in palette.RAMPS[kind])
    ground = palette.TOKENS["paper"][paper]
    assert contrast(ground, zero) < 1.3
    assert min(contrast(ground, below), contrast(ground, above)) > 4


def test_a_colour_of_a_figure_has_one_meaning() -> None:
    ramps = [light for kind in palette.RAMPS for light, _ in palette.ramp(kind)]
    tokens = [light for light, _ in palette.TOKENS.values()]
    digits = [light for light, _ in palette.DIGITS.values()]
    assert len({*ramps, *tokens, *digits}) == len(ramps) + len(tokens) + len(digits)


@pytest.mark.parametrize("path", LOOKS, ids=lambda path: path.name)
def test_no_colour_stands_anywhere_else(path) -> None:
    code = re.sub(r'"""[\s\S]*?"""|&#|href="#|/\*[\s\S]*?\*/', "", path.read_text("utf-8"))
    found = re.findall(r"""(?<=["':\s(])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b""", code)
    assert set(found) <= {"#000", "#fff"}  # of digits
    assert not re.search(r"\brgb\((?!0 0 0 /|\$)|\bhsl", code)


def test_every_variable_of_a_style_is_set() -> None:
    texts = [path.read_text("utf-8") for path in LOOKS]
    used = {name for text in texts for name in re.findall(r"var\(--([\w-]+)\)", text)}  # without another for its lack
    given = {name for text in texts for name in re.findall(r"--([\w-]+)[\"']?[:,\s=]", text)}
    assert {"ink", "soft"} <= used
    assert used <= given | set(palette.TOKENS)
