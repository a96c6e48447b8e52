"""The numbers in the text of the book: equations are calculated anew, and other numbers are computed on the page."""

from __future__ import annotations

import re
from functools import cache
from math import floor
from pathlib import Path

import nbformat
import pytest
from test_lecture_statements import outputs

BOOK = Path(__file__).parents[1] / "book"
PAGES = sorted(BOOK.glob("*.ipynb"))

# What is no claim about a computation: links, code of other frameworks (run elsewhere), years, places in a source.
NO_CLAIM = re.compile(
    r"```.*?```|\{\w+(?::\w+)?\}`[^`]*`|\]\([^)]*\)|https?://\S+|^\(\S+\)=|<[^>]*>"
    r"|(?:[Ee]xercises?|[Ss]ections?|[Cc]hapters?|[Ee]quations?|[Tt]ables?|[Ff]igures?|[Pp]ages?|[Vv]ersions?)"
    r"\s+\(?[\d.]+(?:(?:,| and| to|–)\s*[\d.]+)*|(?<![\d.,])(?:1[89]|20)\d\d(?![\d.,]\d)",
    re.DOTALL | re.MULTILINE,
)
TEX = [
    (r"\{,\}|(?<=\d),(?=\d{3}(?!\d))|(?<=\d)_(?=\d{3})", ""),
    (r"\\\\\s*&?\s*(?==)", " "),
    (r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1) / (\2))"),
    (r"\\(?:left|right|bigl?|bigr|[,;!]|q?quad)(?![a-z])|&|(?<=\d)\\(?=%)", " "),
    (r"\\lfloor", "⌊"), (r"\\rfloor", "⌋"),
    (r"\\(?:cdot|times)|[·×]", "*"), (r"−", "-"), (r"\\approx", "≈"), (r"\^\{?(-?\d+)\}?", r" ** \1"),
]  # fmt: skip
NUMBER = r"\d+(?:\.\d+)?"
TERM = rf"[-(⌊\s]*{NUMBER}[)⌋\s]*"
SUM = rf"{TERM}(?:(?:\*\*|[-+*/]){TERM})*"
EQUATION = re.compile(
    rf"(?<![\w.}})\]⌋^_\\'])(?<![\d)+*/-]\s)(?<![-+*/])(?<!\\ln\s)({SUM}(?:[=≈]{SUM})+)(%?)(?!\s*[-+*/^(\[⌊\\_]|\w)"
)

# Numbers that other people's texts tell, that a task sets or a widget shows, each with the reason.
TOLD = {
    "00-why-convolution": {"255": "the largest byte"},
    "02-convolution-2d": {"894": "printed by a lecture, and no grey value"},
    "03-channels": {"350": "a bias to try"},
    "05-stride": {"224": "printed by a paper", "128": "a habit of others", "512": "a habit of others"},
    "06-sparse-and-shared": {"212": "shown by the explorer, which has its own tests"},
    "07-pooling": {"0001": "four bits", "1000": "four bits"},
    "08-lenet": {"224": "the size of VGG's images", "1.7159": "a constant of the published network"},
    "08-training": {
        "1.7159": "a constant of the published network",
        "2000": "what an exercise's scores may be",
        "6600": "what an exercise allows",
    },
    "10-variants": {"9.12": "the number of somebody's equation"},
    "11-frameworks": {"255": "the largest byte"},
    "errata": dict.fromkeys(("188", "323", "1.7159", "0.6", "012", "2.33"), "printed by a lecture or a paper"),
    "speed": {"1024": "the side of the benchmark's matrices", "256": "the side of the benchmark's picture"},
}


def text_of(path: Path) -> str:
    """Return the text of a page without what makes no claim, its formulas in plain signs."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n\n".join(NO_CLAIM.sub(" ", cell.source) for cell in cells if cell.cell_type == "markdown")
    for pattern, plain in TEX:
        text = re.sub(pattern, plain, text)
    return text


def value(side: str) -> float:
    """Calculate one side of an equation."""
    return float(eval(side.strip().replace("⌊", "floor(").replace("⌋", ")"), {"floor": floor}))


def last_digit(side: str) -> float:
    """Return what the last digit of a decimal stands for; 0 for whole numbers and what has to be calculated."""
    decimal = re.fullmatch(r"\s*-?\s*\d+\.(\d+)\s*", side)
    return 10.0 ** -len(decimal[1]) if decimal else 0


@cache
def equations(path: Path) -> list[re.Match[str]]:
    """Return the equations between numbers in the text of a page, some side of which is to be calculated."""
    found = [match for match in EQUATION.finditer(text_of(path)) if re.search(r"\d[)⌋\s]*[-+*/]", match[1])]
    return [match for match in found if all(map(is_whole, re.split("[=≈]", match[1])))]


def is_whole(side: str) -> bool:
    """Tell whether every bracket is closed."""
    return all(side.count(left) == side.count(right) for left, right in ("()", "⌊⌋"))


def numbers(text: str) -> set[str]:
    """Return the numbers in a text, without zeros at the end of decimals."""
    plain = re.sub(r"(?<=\d)[,_](?=\d{3}(?!\d))", "", text)
    return {trimmed(number) for number in re.findall(rf"(?<![\w.]){NUMBER}(?!\w|\.\d)", plain)}


def trimmed(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def computed(path: Path) -> set[str]:
    """Return the numbers in the code of a page, in its outputs as text, and in the equations of its text."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    sides = [side for match in equations(path) for side in re.split("[=≈]", match[1])]
    results = [side for side in sides if re.fullmatch(rf"\s*-?\s*{NUMBER}\s*", side)]  # the others have operands
    return numbers("\n".join([*(cell.source + outputs(cell) for cell in cells), *results]))


def is_computed(number: str, unit: str, known: set[str]) -> bool:
    """Tell whether a number of the text is known, or is a share in percent, or millions, of one that is."""
    if unit == "million":
        return any(round(float(one) / 1e6) == float(number) for one in known)
    if unit and trimmed(f"{float(number) / 100:.4f}") in known:
        return True
    return trimmed(number) in known


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_equations_in_the_text_hold(path: Path) -> None:
    for match in equations(path):
        sides = re.split("[=≈]", match[1])
        values = [value(side) for side in sides]
        if match[2]:
            values[:-1] = [100 * number for number in values[:-1]]
        roundest = max(*map(last_digit, sides), 1 if "≈" in match[1] and "." not in sides[-1] else 0)
        assert max(values) - min(values) <= max(0.501 * roundest, 1e-9 * abs(values[0])), match[0]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_numbers_in_the_text_are_computed(path: Path) -> None:
    text, known = text_of(path), computed(path) | TOLD.get(path.stem, {}).keys()
    claims = re.finditer(r"(?<![\w.{])(\d+\.\d+|\d{3,})(?!\w|\.\d)\s*(%|percent|million)?", text)
    spans = [match.span() for match in equations(path)]
    for match in claims:
        if any(start <= match.start() < end for start, end in spans):
            continue
        around = " ".join(text[max(0, match.start() - 60) : match.end() + 30].split())
        assert is_computed(match[1], match[2] or "", known), f"{match[1]} is nowhere computed: {around}"


@pytest.mark.style
def test_there_are_equations() -> None:
    assert sum(len(equations(path)) for path in PAGES) > 150


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("$28 \\cdot 28 = 784$ and $\\lfloor 7 / 2 \\rfloor + 1 = 4$", True),
        ("$28 \\cdot 28 = 785$", False),
        ("$\\frac{2}{3} \\approx 0.67$, and 1/8 = 12.5 %", True),
        ("$\\frac{2}{3} \\approx 0.66$", False),
        ("61{,}706 parameters, 99.2 percent right, 225 million weights", True),
        ("61,707 parameters", False),
        ("99.1% right", False),
        ("12,345 weights, since $12{,}340 + 5 = 12{,}345$", True),
        ("12,340 weights, since $12{,}340 + 5 = 12{,}345$", False),
    ],
)
def test_a_wrong_number_is_noticed(tmp_path: Path, text: str, holds: bool) -> None:
    code = nbformat.v4.new_code_cell("assert (lenet.param_count, accuracy, weights) == (61_706, 0.992, 225_299_200)")
    path = tmp_path / "page.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text), code]), path)
    try:
        test_equations_in_the_text_hold(path)
        test_numbers_in_the_text_are_computed(path)
    except AssertionError:
        assert not holds
    else:
        assert holds
