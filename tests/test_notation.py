"""One letter, one meaning: the formulas of the book use the letters of the table *Symbols* in `book/notation.md`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.style

BOOK = Path(__file__).parents[1] / "book"
PAGES = sorted([*BOOK.glob("*.ipynb"), BOOK / "intro.md", BOOK / "notation.md"])

# Sections that keep the letters of a textbook or of the lectures, and say so.
OTHER_LETTERS = {
    "notation": {"The same in the lectures": "a table of their letters", "Where counting starts": "the textbook's"},
    "08-lenet": {"A pattern for many networks": "the lecture's pattern"},
    "10-variants": {"Run the textbook's formulas (optional)": "the textbook's"},
    "errata": dict.fromkeys(
        (
            "Padding on the wrong axis",
            "An index of the input",
            "An offset of k rows",
            "An equation called full",
            "A modulo for a single kernel",
            "The layout of a Jacobian",
        ),
        "the lecture's, which are corrected",
    ),
}

# What a subscript may say: a place in the kernel, in the output or in the input, a channel or unit, an image.
INDEX = "ijrqtcom"
# The arrays with such subscripts.
ARRAY = "xwybg"

CODE = re.compile(r"^```.*?^```|(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL | re.MULTILINE)
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)
WORD = re.compile(r"\\(?:text|mathrm|operatorname\*?|texttt|begin|end)\{[^{}]*\}")
GREEK = "alpha|beta|gamma|delta|(?:var)?epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|chi|psi|omega"
LETTER = re.compile(rf"\\((?i:{GREEK}))(?![A-Za-z])|\\[A-Za-z]+|([A-Za-z])")
SUBSCRIPT = re.compile(r"(\\[A-Za-z]+|[A-Za-z])'*\}?\s*_(?:\{((?:[^{}]|\{[^{}]*\})*)\}|(\\[a-z]+|.))")
TERM = re.compile(rf"\d+|(?:\d*[sd](?:_[HW])?)?\d*[{INDEX}]'*(?:[sd](?:_[HW])?)?|pi\([{INDEX}]\)")


def formulas(text: str) -> list[str]:
    """Return the formulas in Markdown, with `{}` for the words in them."""
    return [WORD.sub("{}", match[1] or match[2]) for match in FORMULA.finditer(CODE.sub(" ", text))]


def letters(formula: str) -> set[str]:
    """Return the letters of a formula, Greek ones by their names."""
    return {match[1] or match[2] for match in LETTER.finditer(formula)} - {None}


def sections(path: Path) -> dict[str, str]:
    """Return the Markdown of a page, with its captions, by heading."""
    if path.suffix == ".md":
        text = path.read_text("utf-8")
    else:
        cells = nbformat.read(path, as_version=4).cells
        figures = [cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "") for cell in cells]
        pairs = zip(cells, figures, strict=True)
        text = "\n\n".join(cell.source if cell.cell_type == "markdown" else caption for cell, caption in pairs)
    start, *parts = re.split(r"^#+ (.*)$", CODE.sub(" ", text), flags=re.MULTILINE)
    found = {"": start}
    for heading, part in zip(parts[::2], parts[1::2], strict=True):
        found[heading] = found.get(heading, "") + part
    return found


@cache
def known() -> set[str]:
    """Return the letters of the first column of the table."""
    table = sections(BOOK / "notation.md")["Symbols"]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| $")]
    return {letter for row in rows for formula in formulas(row) for letter in letters(formula)}


def mistakes(formula: str) -> list[str]:
    """Say what a formula uses against the table."""
    found = [f"{letter} is not in the table" for letter in sorted(letters(formula) - known())]
    for name, braced, single in SUBSCRIPT.findall(formula):
        subscript = re.sub(r"\\[,;: ]|\s|\\(?=pi)", "", braced or single)
        if name in "ksp" and subscript not in ("", "H", "W"):
            found.append(f"{name}_{subscript}: {name} is a size, and has H or W as its subscript")
        if name in ARRAY:
            terms = [term for part in subscript.split(",") for term in re.split("[-+]", part) if term]
            wrong = [term for term in terms if not TERM.fullmatch(term)]
            found += [f"{name}_{subscript}: {term} is no index" for term in wrong]
    for bound in re.findall(r"\\sum(?:\\limits)?_(?:\{([^{}=]*)|.)", formula):
        found += [f"a sum over {letter}" for letter in sorted(letters(bound) - set(INDEX))]
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_letter_means_one_thing(path: Path) -> None:
    found = {}
    for heading, text in sections(path).items():
        found[heading] = [
            f"{formula.strip()}: {mistake}" for formula in formulas(text) for mistake in mistakes(formula)
        ]
    for heading in OTHER_LETTERS.get(path.stem, {}):
        assert found.pop(heading, None), f"{heading!r} has no other letters"
    assert not any(found.values()), "\n".join(f"{heading}: {line}" for heading in found for line in found[heading])


def test_every_symbol_of_the_table_is_used() -> None:
    texts = [text for path in PAGES if path.stem != "notation" for text in sections(path).values()]
    assert known() <= {letter for text in texts for formula in formulas(text) for letter in letters(formula)}


@pytest.mark.parametrize(
    "formula",
    [
        r"y_{r,q} = b + \sum_{i,j} w_{i,j} \, \tilde{x}_{r s_H + i, \; q s_W + j}",
        r"y_{m,o,r} = b_o + \sum_{c=0}^{C_\mathrm{in}-1} \sum_{i=0}^{k-1} w_{o,c,i}\, x_{m,c,sr+i}",
        r"\sum_{c} w_{o,\pi(c)}\, x_{\pi(c)}",
        r"\lfloor (n + 2 p_H - d\,(k_H - 1) - 1) / s_H \rfloor + 1",
        r"\operatorname{ReLU}(a) = \max(a, 0)",
    ],
)
def test_the_letters_of_the_table_pass(formula: str) -> None:
    assert [mistakes(found) for found in formulas(f"${formula}$")] == [[]]


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        (r"K = 2 x", "K is not in the table"),
        (r"\Theta + 1", "Theta is not in the table"),
        (r"k_{i,j} + 1", "k_i,j: k is a size, and has H or W as its subscript"),
        (r"n - k_h + 1", "k_h: k is a size, and has H or W as its subscript"),
        (r"p_c", "p_c: p is a size, and has H or W as its subscript"),
        (r"y_{r,s} = 1", "y_r,s: s is no index"),
        (r"\tilde{x}_{r+i,\,s+j}", "x_r+i,s+j: s is no index"),
        (r"x_{m,n}", "x_m,n: n is no index"),
        (r"\sum_{s} y", "a sum over s"),
        (r"\sum_{k=0}^{n} y", "a sum over k"),
    ],
)
def test_another_meaning_is_noticed(formula: str, says: str) -> None:
    (found,) = formulas(f"$${formula}$$")
    assert says in mistakes(found)
