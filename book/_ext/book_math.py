"""Write formulas as MathML while the book is built.

The reader's browser then needs no script to show a formula, a screen reader can read it, and TeX that cannot be
understood is a warning with its place, which fails the build. KaTeX translates TeX to MathML; what browsers leave
out of MathML (alphabets, the alignment of columns, boxes) is expressed in characters and CSS here. The font comes
from the site itself, reduced to the characters that the book uses.
"""

from __future__ import annotations

import html
import json
import re
import string
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from logging import WARNING, getLogger
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import quickjs
from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from cnn_course import palette

logger = logging.getLogger(__name__)

# QuickJS keeps concatenations as "ropes", which its Python binding does not know: JSON.stringify flattens them.
CALL_KATEX = """
function translate(tex, display) {
    try {
        return JSON.stringify({mathml: katex.renderToString(tex,
            {displayMode: display, output: "mathml", throwOnError: true, strict: "error"})});
    } catch (error) {
        return JSON.stringify({error: String(error.message)});
    }
}
"""
PREFIXES, BEFORE_PREFIXES = "−+±", "([{,;=≠≈<>≤≥·⋅×∈→∣|"
ALPHABETS = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "fraktur": "FRAKTUR",
    "sans-serif": "SANS-SERIF",
    "monospace": "MONOSPACE",
}
TEXT_STYLES = {
    "bold": "font-weight:bold",
    "italic": "font-style:italic",
    "bold-italic": "font-weight:bold;font-style:italic",
    "monospace": "font-family:var(--mono)",
}
# The accent marks the current window in figures, explorers and prose; formulas follow light and dark as they do.
COLOURS = {light: f"var(--{name})" for name, (light, _) in palette.TOKENS.items()}
DISPLAY_ENVIRONMENT = re.compile(r"\\(begin|end)\{(equation|align|gather|multline)\*?\}")
ALIGNED = {"equation": "aligned", "align": "aligned", "gather": "gathered", "multline": "gathered"}
# What explorers write in formulas of their own, and the radical sign, which stands in no formula's text.
ALWAYS_IN_FONT = string.ascii_letters + string.digits + "+-−·×=≠≤≥<>()[]{}|,./⌊⌋⌈⌉∑∂√∗⋆′ "


# A formula in a line of plain text, for the index and the search.
SIGNS = {
    "cdot": "·", "times": "×", "star": "⋆", "partial": "∂", "sum": "∑", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈",
    "rceil": "⌉", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "to": "→",
    "ldots": "…", "dots": "…", "cdots": "…", "in": "∈", "infty": "∞", "int": "∫", "top": "T",
    "hat": "\N{COMBINING CIRCUMFLEX ACCENT}", "tilde": "\N{COMBINING TILDE}",
}  # fmt: skip
PLAIN: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"\\(?:mathrm|text|texttt|operatorname\*?|mathbf|mathtt)\{([^{}]*)\}|\\(?:begin|end)\{\w+\*?\}", r"\1"),
    (r"\\[dt]?frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}", r"(\1) / (\2)"),
    (r"\\(hat|tilde)\s*\{?(\w)\}?", lambda found: unicodedata.normalize("NFC", found[2] + SIGNS[found[1]])),
    (r"\\(?:left|right|bigl?|bigr?|q?quad|limits|displaystyle)(?![A-Za-z])|\\[\\,;:! ]|[&~]", " "),
    (r"\\([A-Za-z]+)", lambda found: SIGNS.get(found[1]) or greek(found[1])),
    (r"[{}\\]", ""),
    (r"\s+", " "),
]


class BadTeX(ValueError):
    """TeX that KaTeX refuses, or that browsers cannot show as MathML."""


@cache
def katex() -> Any:
    """Load KaTeX into a JavaScript engine and return the function that calls it."""
    context = quickjs.Context()
    context.eval(files("sphinxcontrib").joinpath("katex.min.js").read_text("utf-8"))
    context.eval(CALL_KATEX)
    return context.get("translate")


@cache
def to_mathml(tex: str, display: bool = False) -> str:
    """Translate a formula from TeX to MathML.

    A sign that stands before a number has no space after it, as one between two numbers has.

    Raises
    ------
    BadTeX
        If the formula cannot be understood or shown.

    Examples
    --------
    >>> to_mathml("x^2")
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    >>> to_mathml("2 = -x")
    '<math><mn>2</mn><mo>=</mo><mo form="prefix">−</mo><mi>x</mi></math>'
    """
    if display:
        tex = DISPLAY_ENVIRONMENT.sub(lambda found: rf"\{found[1]}{{{ALIGNED[found[2]]}}}", tex)
        if r"\\" in tex and r"\begin" not in tex:
            tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    answer = json.loads(katex()(tex, display))
    if "error" in answer:
        # KaTeX underlines the culprit with combining characters, which terminals show badly.
        raise BadTeX(answer["error"].replace("\u0332", ""))
    written = re.search("<math.*</math>", answer["mathml"], re.DOTALL)
    assert written, answer
    math = ElementTree.fromstring(written[0].replace(' xmlns="http://www.w3.org/1998/Math/MathML"', ""))
    shown = math[0][0]  # math > semantics > (what is shown, the TeX source)
    math[:] = list(shown) if shown.tag == "mrow" else [shown]
    for element in math.iter():
        adapt_to_browsers(element)
    return ElementTree.tostring(math, encoding="unicode", short_empty_elements=False)


def plain(tex: str) -> str:
    """Write a formula as a line of text.

    Examples
    --------
    >>> plain(r"\\hat y = C_\\mathrm{out} \\times \\lfloor \\frac{n}{s} \\rfloor + \\alpha")
    'ŷ = C_out × ⌊ (n) / (s) ⌋ + α'
    """
    for pattern, sign in PLAIN:
        tex = re.sub(pattern, sign, tex)
    return tex.strip()


def greek(name: str) -> str:
    """Return a Greek letter, or the name itself if it is none."""
    kind = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {kind} LETTER {name.upper()}")
    except KeyError:
        return name


def adapt_to_browsers(element: ElementTree.Element) -> None:
    """Express in characters and CSS what browsers leave out of MathML."""
    if variant := element.attrib.get("mathvariant"):
        if element.tag == "mtext" and variant in TEXT_STYLES:
            element.set("style", TEXT_STYLES[variant])
        if variant != "normal":
            del element.attrib["mathvariant"]
        if element.tag != "mtext" and variant in ALPHABETS:
            element.text = "".join(in_alphabet(character, ALPHABETS[variant]) for character in element.text or "")
    if (colour := element.attrib.get("mathcolor")) in COLOURS:
        del element.attrib["mathcolor"]
        element.set("style", f"color:{COLOURS[colour]}")
    for before, sign in pairwise(element):
        if (
            before.tag == sign.tag == "mo"
            and (sign.text or " ") in PREFIXES
            and (before.text or " ") in BEFORE_PREFIXES
        ):
            sign.set("form", "prefix")
    if element.tag == "mtable":
        align_columns(element)
    if element.tag == "menclose":
        if element.attrib.pop("notation") != "box":
            raise BadTeX("of the enclosing commands only \\boxed can be shown")
        element.tag = "mrow"
        element.set("style", "border:1px solid;padding:.25em .35em")


def align_columns(table: ElementTree.Element) -> None:
    """Turn the alignment, gaps and rules of a table's columns and rows into CSS."""
    aligns, gaps, column_rules, row_rules = (
        table.attrib.pop(name, default).split()
        for name, default in [
            ("columnalign", "center"),
            ("columnspacing", "1em"),
            ("columnlines", "none"),
            ("rowlines", "none"),
        ]
    )
    table.attrib.pop("rowspacing", None)
    for row_number, row in enumerate(table):
        for column, cell in enumerate(row):
            left = half_gap(gaps, column - 1) if column else "0"
            right = half_gap(gaps, column) if column < len(row) - 1 else "0"
            style = f"text-align:{nth(aligns, column)};padding:.6ex {right} .6ex {left}"
            if column < len(row) - 1 and nth(column_rules, column) != "none":
                style += ";border-right:1px solid"
            if row_number < len(table) - 1 and nth(row_rules, row_number) != "none":
                style += ";border-bottom:1px solid"
            cell.set("style", style)


def nth(words: list[str], index: int) -> str:
    """Return a table's entry for a column; the last one holds for all that follow."""
    return words[min(index, len(words) - 1)]


def half_gap(gaps: list[str], index: int) -> str:
    """Return half of a gap between columns, as a CSS length."""
    return f"{float(nth(gaps, index).removesuffix('em')) / 2:g}em"


def in_alphabet(character: str, alphabet: str) -> str:
    """Return the character of a mathematical alphabet, or the character itself where the alphabet lacks it.

    Examples
    --------
    >>> in_alphabet("R", "DOUBLE-STRUCK"), in_alphabet("h", "ITALIC")
    ('ℝ', 'ℎ')
    """
    name = unicodedata.name(character, "")
    name = name.replace("LATIN ", "").replace("GREEK ", "").replace("LETTER ", "")
    for candidate in (f"MATHEMATICAL {alphabet} {name}", f"{alphabet} {name}", f"BLACK-LETTER {name}"):
        try:
            return unicodedata.lookup(candidate)
        except KeyError:
            continue
    return "ℎ" if (character, alphabet) == ("h", "ITALIC") else character


def formula(translator: HTML5Translator, node: nodes.Element, display: bool) -> str:
    """Translate a formula of a page; bad TeX becomes a warning with its place and is shown as it is."""
    try:
        return to_mathml(node.astext().strip(), display)
    except BadTeX as error:
        logger.warning("bad TeX: %s", error, location=node, type="math")
        return f"<code>{html.escape(node.astext())}</code>"


def in_pieces(mathml: str) -> str:
    """Cut a formula after its relations, since no browser breaks a formula that stands in a line of text.

    Examples
    --------
    >>> in_pieces("<math><mi>x</mi><mo>=</mo><mn>2</mn></math>")
    '<math><mi>x</mi><mo>=</mo></math><wbr><math><mn>2</mn></math>'
    """
    pieces = [ElementTree.Element("math")]
    for element in ElementTree.fromstring(mathml):
        if len(pieces[-1]) and pieces[-1][-1].tag == "mo" and pieces[-1][-1].text in set("=≈≠<>≤≥→"):
            pieces.append(ElementTree.Element("math"))
        pieces[-1].append(element)
    return "<wbr>".join(ElementTree.tostring(piece, "unicode", short_empty_elements=False) for piece in pieces)


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula that stands in a line of text."""
    mathml = formula(translator, node, display=False)
    translator.body.append(in_pieces(mathml) if mathml.startswith("<math") else mathml)
    raise nodes.SkipNode


def visit_display(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula that stands by itself, with its number; a wide one scrolls and can then be focused by key."""
    number = get_node_equation_number(translator, node) if node["number"] else None
    label = f"Equation {number}" if number else "Equation"
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    # The theme's script puts boxes of this class in the tab order while they overflow.
    translator.body.append(f'<div class="scroll" role="group" aria-label="{label}">')
    translator.body.append(formula(translator, node, display=True) + "</div>")
    if number:
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def write_font(app: Sphinx, exception: Exception | None) -> None:
    """Write the mathematical font, reduced to the characters in the formulas of the site."""
    if exception or app.builder.format != "html":
        return
    used = set(ALWAYS_IN_FONT)
    for page in Path(app.outdir).rglob("*.html"):
        for found in re.finditer(r"<math.*?</math>", page.read_text("utf-8"), re.DOTALL):
            used.update(html.unescape(re.sub(r"<[^>]*>", "", found[0])))
    used.update([in_alphabet(character, "ITALIC") for character in used])  # how a browser draws a lone <mi>
    target = Path(app.outdir) / "_static" / "math.woff2"
    stamp = Path(app.doctreedir) / "math-characters.txt"
    characters = "".join(sorted(used))
    if target.exists() and stamp.exists() and stamp.read_text("utf-8") == characters:
        return
    font = TTFont(BytesIO(files("ziamath").joinpath("fonts/STIXTwoMath-Regular.ttf").read_bytes()))
    # Without the other drawings for scripts (ssty), which are a little bolder and make the font twice as large.
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[0, 1, 2, 13, 14], notdef_outline=True)
    options.flavor = "woff2"
    getLogger("fontTools").setLevel(WARNING)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    subset.save_font(font, str(target), options)
    stamp.write_text(characters, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer (``html_math_renderer: mathml``) and the font."""
    app.add_html_math_renderer("mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_display, None))
    app.connect("build-finished", write_font, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
