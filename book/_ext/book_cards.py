"""Draw what the book shows of itself elsewhere: its icon, and a card for each page where a link to it is shared."""

from __future__ import annotations

import functools
import hashlib
import textwrap
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnn_course import palette

CARD = (1200, 630)  # what those who show cards ask for
EDGE = 80
BOLD, PLAIN = "DejaVuSans-Bold.ttf", "DejaVuSans.ttf"
COLOURS = {name: light for name, (light, _) in palette.TOKENS.items()}
# Rectangles of the icon on a square of 32: place, size, ground, outline, width. A window lies on a 3 by 3 picture.
PLACES = (2, 11.33, 20.67)
CELLS = [(x, y, 9.33, "soft" if max(x, y) < 18 else "paper", "muted", 1.5) for y in PLACES for x in PLACES]
ICON = [*CELLS, (3, 3, 17.7, None, "accent", 4)]


def icon_svg() -> str:
    """Return the icon as SVG.

    Examples
    --------
    >>> icon_svg().count("<rect")
    10
    """
    rects = [
        f'<rect x="{x}" y="{y}" width="{size}" height="{size}" fill="{COLOURS[ground] if ground else "none"}"'
        f' stroke="{COLOURS[outline]}" stroke-width="{width}"/>'
        for x, y, size, ground, outline, width in ICON
    ]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">', *rects, "</svg>\n"])


def icon_png(pixels: int) -> bytes:
    """Return the icon as a square PNG on paper, with the room at its edge that systems cut into circles.

    Examples
    --------
    >>> Image.open(BytesIO(icon_png(48))).size
    (48, 48)
    """
    large = 2 * pixels  # drawn large and reduced, which smooths the outlines
    unit = 0.62 * large / 32
    start = (large - 32 * unit) / 2
    picture = Image.new("RGB", (large, large), COLOURS["paper"])
    pen = ImageDraw.Draw(picture)
    for x, y, size, ground, outline, width in ICON:
        near = [start + (at - width / 2) * unit for at in (x, y)]
        far = [start + (at + size + width / 2) * unit for at in (x, y)]
        fill = COLOURS[ground] if ground else None
        pen.rectangle((*near, *far), fill=fill, outline=COLOURS[outline], width=round(width * unit))
    return packed(picture.resize((pixels, pixels), Image.Resampling.LANCZOS))


def packed(picture: Image.Image) -> bytes:
    """Return a picture of few colours as a small PNG."""
    file = BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


@functools.cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Open a font that matplotlib brings."""
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", name), size)


@functools.cache
def window(step: int) -> Image.Image:
    """Return one step of the first example of the book, as chapters draw it."""
    from cnn_course import plots

    figure = plots.correlation(np.arange(9).reshape(3, 3), [[0, 1], [2, 3]], divmod(step, 2))
    file = BytesIO()
    figure.savefig(file, format="png", dpi=200, facecolor=COLOURS["paper"], bbox_inches="tight", pad_inches=0)
    picture = Image.open(file).convert("RGB")
    picture.thumbnail((CARD[0] - 2 * EDGE, 330), Image.Resampling.LANCZOS)
    return picture


def card_name(title: str, book: str) -> str:
    """Return the file name of a card: it changes with what is on it and with how it is drawn."""
    drawn_by = Path(__file__).read_text("utf-8") + str(palette.TOKENS) + str(palette.RAMPS)
    return hashlib.sha256("\0".join((title, book, drawn_by)).encode()).hexdigest()[:16] + ".png"


def card_png(title: str, book: str) -> bytes:
    """Return the card of a page: the book, the title, and a window whose place depends on the title.

    Examples
    --------
    >>> Image.open(BytesIO(card_png("3 Colours", "A book"))).size
    (1200, 630)
    """
    card = Image.new("RGB", CARD, COLOURS["paper"])
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, 16, CARD[1]), fill=COLOURS["accent"])
    if title != book:
        pen.text((EDGE, 48), book, COLOURS["muted"], font(PLAIN, 28))
    size, lines = next(
        (size, lines)
        for size, width in ((60, 26), (48, 34), (40, 42))
        if len(lines := textwrap.wrap(title, width)) <= 2 or size == 40
    )
    pen.multiline_text((EDGE, 104), "\n".join(lines[:3]), COLOURS["ink"], font(BOLD, size), spacing=0.3 * size)
    picture = window(sum(title.encode()) % 4)
    card.paste(picture, (EDGE, CARD[1] - 40 - picture.height))
    return packed(card)
