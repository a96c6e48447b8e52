"""Pages for people, from templates: each is one file that asks nobody for anything, in the colours of the book."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

import jinja2
from markupsafe import Markup, escape
from pygments import lex
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, String

from cnn_course.palette import TOKENS

LONGEST = 20_000  # signs of a cell: nobody reads more, and a print of 40 MB is no page
_KINDS = ((Comment, "c"), (String, "s"), (Keyword, "k"))


def page(template: str, **values: Any) -> str:
    """Fill in a template.

    Parameters
    ----------
    template : str
        Its file below `templates`.
    **values
        What it shows; all of it is escaped where the template is of HTML.

    Returns
    -------
    str
    """
    return _ENVIRONMENT.get_template(template).render(tokens=TOKENS, **values)


def points(value: float | None) -> str:
    """Return points as people write them; those that nobody has given yet are a dash.

    Examples
    --------
    >>> points(7.0), points(7.5), points(None)
    ('7', '7.5', '–')
    """
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def shortened(text: str) -> str:
    """Return a text, or as much of it as somebody may read.

    Examples
    --------
    >>> shortened("short"), shortened("x" * 20_001)[-35:]
    ('short', 'xx\\n… and 1 more signs, in your file')
    """
    rest = len(text) - LONGEST
    return text if rest <= 0 else f"{text[:LONGEST]}\n… and {rest:,} more signs, in your file"


def coloured(text: str) -> Markup:
    """Return Python as HTML, with its comments, strings and keywords told apart.

    Examples
    --------
    >>> coloured("return '<b>'")
    Markup('<span class="k">return</span> <span class="s">&#39;&lt;b&gt;&#39;</span>')
    """
    tokens = lex(shortened(text).strip("\n"), PythonLexer(stripnl=False, ensurenl=False))
    found = Markup("")
    for name, group in groupby(tokens, lambda token: next((name for kind, name in _KINDS if token[0] in kind), "")):
        part = "".join(text for _, text in group)
        found += Markup('<span class="{}">{}</span>').format(name, part) if name else escape(part)
    return found


def marked(text: str, name: str = "") -> Markup:
    """Return a sentence as HTML, with what stands between backticks, and a name, as code.

    Examples
    --------
    >>> marked("`np.zeros` & <b>"), marked("ring has 3", "ring")
    (Markup('<code>np.zeros</code> &amp; &lt;b&gt;'), Markup('<code>ring</code> has 3'))
    """
    code = rf"`([^`]+)`|\b({re.escape(name)})\b" if name else r"`([^`]+)`"
    return Markup(re.sub(code, lambda found: f"<code>{found[found.lastindex or 0]}</code>", str(escape(text))))


def moment(text: str) -> str:
    """Return when something was received, to the minute.

    Examples
    --------
    >>> moment("2026-11-01T23:59:30")
    '2026-11-01, 23:59'
    """
    return text[:16].replace("T", ", ")


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("cnn_grading", "templates"),
    autoescape=lambda name: bool(name) and ".html" in str(name),
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters |= {
    **{"points": points, "shortened": shortened, "coloured": coloured, "marked": marked, "moment": moment}
}
