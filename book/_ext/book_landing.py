"""What the first page shows and no other: a kernel to drag, the path of the chapters, and the book in numbers.

All of it is there without a script; book/theme/static/landing.js lets the kernel move. The chapters come from the
contents and the numbers from the sources, so a new chapter or exercise is on the page with the next build.
"""

from __future__ import annotations

import ast
import functools
import html
import json
import re
import tomllib
from pathlib import Path

import numpy as np
from chapter_pictures import colour, picture
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

import cnn_course as cc
from cnn_course import palette

ROOT = Path(__file__).parents[2]
# A handwritten 3, in ten greys: whole numbers, so that every product can be checked in the head.
DIGIT = """
0000000000000000
0000047985100000
0001799999920000
0004982028970000
0001410001990000
0000000002890000
0000001468960000
0000004999810000
0000001468960000
0000000001891000
0000000000693000
0003300001891000
0009951137960000
0003999999700000
0000278973000000
0000000000000000
"""
KERNELS = {
    "vertical edges": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "horizontal edges": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "outline": [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
}
ROW, COLUMN = 4, 9  # where the window stands before anything moves


def signed(number: float) -> str:
    """Write a whole number with a true minus sign.

    Examples
    --------
    >>> signed(-3.0)
    '−3'
    """
    return f"{number:.0f}".replace("-", "−")


def digits(fill: str) -> str:
    """Return the colour of digits on a colour that `colour` returned, for either paper."""
    light, dark = re.findall("#......", fill)
    return "light-dark(" + ",".join("#fff" if palette.is_dark(one) else "#000" for one in (light, dark)) + ")"


def cells(values: np.ndarray, kind: str, most: float) -> str:
    """Draw a table of numbers as squares of side 1."""
    return "".join(
        f'<rect x="{c}" y="{r}" width="1" height="1" style="fill:{colour(kind, value / most)}"/>'
        for r, row in enumerate(values)
        for c, value in enumerate(row)
    )


def window(row: int, column: int, side: int) -> str:
    """Draw a violet frame with a halo of paper."""
    frame = f'<rect width="{side}" height="{side}" rx=".12"/>'
    return f'<g class="window" style="transform:translate({column}px,{row}px)">{frame}{frame}</g>'


def tile(value: float, kind: str, most: float, name: str = "") -> str:
    """Return a number on its colour."""
    fill = colour(kind, value / most)
    return f'<span class="tile{name}" style="background:{fill};color:{digits(fill)}">{signed(value)}</span>'


def chip(name: str, kernel: list[list[int]], checked: bool) -> str:
    """Return the choice of a kernel, a small picture of it and its name."""
    value, drawn = " ".join(map(str, np.ravel(kernel))), cells(np.array(kernel), "weight", float(np.abs(kernel).max()))
    return (
        f'<label class="chip" title="{name}"><input type="radio" name="kernel" value="{value}" aria-label="{name}"'
        f'{" checked" if checked else ""}><svg viewBox="0 0 3 3" aria-hidden="true">{drawn}</svg>'
        f"<span>{name}</span></label>"
    )


def figure(name: str, title: str, side: int, label: str, content: str) -> str:
    """Return a titled image of `side` by `side` units."""
    return (
        f'<figure class="{name}"><figcaption><b>{title}</b> <span>{side} × {side}</span></figcaption><div class="pic">'
        f'<svg viewBox="0 0 {side} {side}" role="img" aria-label="{label}">{content}</svg></div></figure>'
    )


def hero() -> str:
    """Return the picture, the kernel and what it finds, as they stand without a script."""
    image = np.array([[int(digit) for digit in row] for row in DIGIT.split()])
    kernel = np.array(next(iter(KERNELS.values())))
    found = cc.correlate2d(image, kernel)
    most, strongest = float(np.abs(found).max()), float(np.abs(kernel).max())
    patch = image[ROW : ROW + 3, COLUMN : COLUMN + 3]
    numbers = "".join(
        f'<text x="{at % 3 + 0.5}" y="{at // 3 + 0.5}" style="fill:{digits(colour("weight", weight / strongest))}">'
        f"{signed(weight)}</text>"
        for at, weight in enumerate(kernel.ravel())
    )
    terms = "".join(
        f'<span class="term">{tile(pixel, "input", 9)}·{tile(weight, "weight", strongest)}</span>'
        for pixel, weight in zip(patch.ravel(), kernel.ravel(), strict=True)
    )
    chips = "".join(chip(name, one, number == 0) for number, (name, one) in enumerate(KERNELS.items()))
    drawn = (
        figure("in", "a digit", len(image), "A handwritten 3, made of 16 by 16 pixels.",
               cells(image, "input", 9) + window(ROW, COLUMN, 3))
        + figure("kernel", "kernel", 3, "The kernel: 3 by 3 weights.",
                 cells(kernel, "weight", strongest) + numbers + window(0, 0, 3))
        + figure("out", "what it finds", len(found),
                 "What the kernel finds: 14 by 14 numbers, blue above zero and red below.",
                 cells(found, "output", most) + window(ROW, COLUMN, 1))
    )  # fmt: skip
    return (
        f'<div class="cc-landing" data-image="{"".join(DIGIT.split())}" data-row="{ROW}" data-column="{COLUMN}" '
        f'data-ramps="{html.escape(json.dumps(palette.RAMPS))}">'
        f'<div class="stage"><svg class="beams" aria-hidden="true"><path/><path/></svg>{drawn}</div>'
        f'<p class="sum"><span class="terms">{terms}=</span> {tile(found[ROW, COLUMN], "output", most, " y")}</p>'
        f'<div class="under"><fieldset class="chips"><legend>kernel</legend>{chips}</fieldset>'
        '<button class="play" type="button">Pause</button></div></div>'
    )


class Hero(SphinxDirective):
    """A kernel to drag over a picture."""

    def run(self) -> list[nodes.Node]:
        """Make it."""
        return [nodes.raw("", hero(), format="html")]


class chapter_path(nodes.General, nodes.Element):
    """Where the chapters will stand."""


class ChapterPath(SphinxDirective):
    """The chapters, in the order of the contents; each line of the text says what one of them is about."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Keep the lines until the titles are known."""
        pairs = (line.partition(": ") for line in self.content if line)
        return [chapter_path("", lines={chapter: text for chapter, _, text in pairs})]


class LayPath(SphinxPostTransform):
    """Lay the path."""

    default_priority = 20
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Run on one page."""
        for node in list(self.document.findall(chapter_path)):
            chapters = [name for name in self.env.toc_secnumbers if self.env.toc_secnumbers[name].get("")]
            listed = nodes.bullet_list(classes=["path"])
            order = self.env.toctree_includes[self.config.root_doc]
            for name in sorted(chapters, key=order.index):
                (number,) = self.env.toc_secnumbers[name][""]
                title = f"{number}. {self.env.titles[name].astext()}"
                short = name.rpartition("/")[2]
                address = self.app.builder.get_relative_uri(self.env.docname, name)
                link = nodes.reference("", "", nodes.raw("", picture(short), format="html"),
                                       nodes.strong("", title), refuri=address, internal=True)  # fmt: skip
                about = nodes.inline("", node["lines"].get(short, ""), classes=["about"])
                listed += nodes.list_item("", nodes.paragraph("", "", link, nodes.Text(" "), about))
            node.replace_self(listed)


def code_of(notebook: Path) -> str:
    """Return all that was written into a notebook."""
    stored = json.loads(notebook.read_text("utf-8"))
    return "\n".join("".join(cell["source"]) for cell in stored["cells"])


def kept(answers: Path) -> int:
    """Return how many wrong answers a file of them keeps."""
    body = ast.parse(answers.read_text("utf-8")).body
    (table,) = [node.value for node in body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WRONG"]
    assert isinstance(table, ast.Dict)
    return sum(len(row.elts) for row in table.values if isinstance(row, ast.List))


@functools.cache
def counts() -> dict[str, int]:
    """Count what the book has; no build outlives a change of its sources."""
    notebooks = sorted((ROOT / "book").glob("*.ipynb"))
    text = "\n".join(map(code_of, notebooks))
    pages = [path.read_text("utf-8") for path in (ROOT / "book").glob("*.md")]
    drawn = [cell for notebook in notebooks for cell in json.loads(notebook.read_text("utf-8"))["cells"]
             if "figure" in cell["metadata"].get("mystnb", {})]  # fmt: skip
    table = tomllib.loads((ROOT / "tests" / "lecture_statements.toml").read_text("utf-8"))
    rows = [row for rows in table.values() for row in rows if list((ROOT / "book").glob(f"{row['page']}.*"))]
    answers = {ROOT / "tests" / "wrong_answers" / f"chapter_{notebook.stem[:2]}.py" for notebook in notebooks}
    return {
        "statements": len(rows),
        "exercises": len(re.findall(r"^### Exercise \d", text, re.M)),
        "wrong answers": sum(map(kept, filter(Path.is_file, answers))),
        "questions": len(re.findall(r"\bquestions\.(?!ask\b)\w+\(", text)),
        "figures": len(drawn) + len(re.findall(r"^mystnb:\n  figure:", "\n".join(pages), re.M)),
        "explorers": len(re.findall(r"^explorers\.\w+\(", text, re.M)),
    }


class Count(SphinxRole):
    """A number that is counted while the book is built: {count}`exercises`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Count."""
        for source in [*(ROOT / "book").glob("*.ipynb"), *(ROOT / "tests" / "wrong_answers").glob("*.py")]:
            self.env.note_dependency(str(source))
        return [nodes.strong("", str(counts()[self.text]), classes=["count"])], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    app.add_node(chapter_path)
    app.add_directive("hero", Hero)
    app.add_directive("chapter-path", ChapterPath)
    app.add_role("count", Count())
    app.add_post_transform(LayPath)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
