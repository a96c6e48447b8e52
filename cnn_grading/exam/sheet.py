"""Exam sheets: the same questions with other numbers for each variant, a key, and questions for Moodle."""

from __future__ import annotations

import shutil
import string
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnn_course.explorers.questions import Question

from ..files import write_files
from ..pages import page
from . import draw, signed
from .moodle import moodle

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PATIENCE = 120  # seconds for a browser that prints


@dataclass(frozen=True)
class Sheet:
    """One variant.

    Attributes
    ----------
    name : str
        Such as "Variant A".
    questions : list of Question
        In the order of every other variant.
    """

    name: str
    questions: list[Question]


def sheets(names: Sequence[str], variants: int, seed: str) -> list[Sheet]:
    """Return variants of a sheet.

    Parameters
    ----------
    names : sequence of str
        Of questions, as `cnn_grading.exam.names` gives them.
    variants : int
        How many, at most 26.
    seed : str
        Any words; the same words give the same sheets.

    Returns
    -------
    list of Sheet

    Raises
    ------
    ValueError
        If there is no such question, none at all, or another number of variants.

    Examples
    --------
    >>> [sheet.name for sheet in sheets(["1.valid_size"], 2, "monday")]
    ['Variant A', 'Variant B']
    """
    if not 1 <= variants <= 26:
        raise ValueError(f"variants must be from 1 to 26, one for each letter, got {variants}")
    if not names:
        raise ValueError("a sheet needs at least one question")
    letters = string.ascii_uppercase[:variants]
    return [Sheet(f"Variant {letter}", [draw(name, f"{seed}\0{letter}") for name in names]) for letter in letters]


def write(
    made: Sequence[Sheet], title: str, seed: str, folder: Path, pdf: bool = False, xml: bool = False
) -> list[Path]:
    """Write sheets and their key, as pages to be printed.

    Parameters
    ----------
    made : sequence of Sheet
    title : str
        Stands on each.
    seed : str
        Stands on the key, so that the same sheets can be made again.
    folder : Path
        It is made if it is not there.
    pdf : bool
        Whether a browser is to print each page to a PDF, too.
    xml : bool
        Whether to write the questions of all variants for Moodle, too.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    RuntimeError
        If no browser is found that could print, or it prints nothing.
    """
    pages = {sheet.name.lower().replace(" ", "-"): filled([sheet], title) for sheet in made}
    pages["key"] = filled(made, title, seed)
    files = {f"{name}.html": text for name, text in pages.items()}
    if xml:
        files["moodle.xml"] = moodle(title, {sheet.name: sheet.questions for sheet in made})
    return [*write_files(folder, files), *(printed(folder / f"{name}.html") for name in pages if pdf)]


def filled(made: Sequence[Sheet], title: str, seed: str = "") -> str:
    """Return a page with one sheet, or, given their seed, with the key of several."""
    values = {"sheets": made, "title": title, "seed": seed, "key": bool(seed)}
    return page("sheet.html.jinja", **values, signed=signed, in_rows=_rows, told=told)


def told(values: Sequence[float], question: Question) -> str:
    """Return an answer as one writes it.

    Examples
    --------
    >>> from cnn_grading.exam import draw
    >>> told([2, 3], draw("2.output_shape", "")), told([1, -2, 0, 4], draw("2.feature_map", ""))
    ('(2, 3)', '1, −2 / 0, 4')
    """
    if question.kind == "shape":
        return f"({signed(*values)})"
    if question.kind == "grid":
        return " / ".join(signed(*row) for row in _rows(values, question.size))
    return signed(*(round(value, 4) for value in values)) + f" {question.unit}".rstrip()


def _rows(values: Sequence[float], size: Sequence[int]) -> list[Sequence[float]]:
    return [values[at : at + size[1]] for at in range(0, len(values), size[1])]


def printed(path: Path) -> Path:
    """Have a browser print a page; see `write`."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise RuntimeError(f"a PDF is printed by a browser, and none of {', '.join(BROWSERS)} is there: make browser")
    target = path.with_suffix(".pdf")
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="cnn-sheet-") as profile:
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={profile}",
        ]
        words = [browser, *options, f"--print-to-pdf={target}", path.resolve().as_uri()]
        run = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if not target.exists():
        raise RuntimeError(f"{browser} printed nothing: {run.stderr.strip()[-300:]}")
    return target
