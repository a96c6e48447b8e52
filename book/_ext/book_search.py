"""Write what the search looks through: every section, exercise, figure, equation and name, each with its text.

It is one script, `sections.js`, fetched when a reader opens the search. A page opened from disk may read no other
page, so the excerpts that results show come from there as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from book_math import plain
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

Part = tuple[str, str, str]  # an anchor, a title, a text
# What a text leaves out: code and its results, and what is an entry of its own or no text.
APART = (
    nodes.section, nodes.title, nodes.figure, nodes.math_block, nodes.literal_block, nodes.doctest_block, nodes.raw,
    nodes.Invisible, addnodes.desc, addnodes.glossary,
)  # fmt: skip
INLINE = (nodes.Text, nodes.Inline)


def words(node: nodes.Node) -> str:
    """Return the text of a node as the search shows it."""
    return re.sub(r"(?<=\d)\s*[×x]\s*(?=\d)", "×", " ".join("".join(pieces(node)).split()))


def pieces(node: nodes.Node) -> Iterator[str]:
    """Go through the text in a node."""
    if isinstance(node, nodes.math | nodes.math_block):
        yield plain(node.astext())
    elif isinstance(node, nodes.Text):
        yield node.astext()
    else:
        for child in node.children:
            if not isinstance(child, APART) and not (isinstance(child, nodes.row) and child["ids"]):
                yield from pieces(child)
                yield "" if isinstance(child, INLINE) else " "


def parts(app: Sphinx, doctree: nodes.document, docname: str) -> list[Part]:
    """Return all that can be found on a page: its sections first, then what they hold."""
    numbers = app.env.toc_secnumbers.get(docname, {})
    sections, others = [], []
    for section in doctree.findall(nodes.section):
        top = section.parent is doctree
        anchor = "" if top else section["ids"][0]
        number = ".".join(map(str, numbers.get(f"#{anchor}" if anchor else "") or ()))
        title = re.sub("★+ ?", "", f"{number} {words(section[0])}".strip())
        sections.append((anchor, title, words(section)))
    for kind, name, node in numbered(doctree):
        known = app.env.toc_fignumbers.get(docname, {}).get(kind, {}).get(name)
        if known:
            title = f"{'Figure' if kind == 'figure' else 'Equation'} {'.'.join(map(str, known))}"
            others.append((name, title, words(node)))
    for description in doctree.findall(addnodes.desc):
        names = description[0]["ids"]
        if names:
            paragraph = next(iter(description[-1].findall(nodes.paragraph)), nodes.paragraph())
            others.append((names[0], names[0].removeprefix("cnn_course."), words(paragraph)))
    for item in doctree.findall(nodes.definition_list_item):
        terms = [term for term in item.findall(nodes.term) if term.parent is item]
        if terms and terms[0]["ids"]:
            others.append((terms[0]["ids"][0], ", ".join(map(words, terms)), words(item[-1])))
    for row in doctree.findall(nodes.row):
        if row["ids"]:
            symbol, *rest = (words(cell) for cell in row)
            others.append((row["ids"][0], symbol, ", ".join(filter(None, rest))))
    return sections + others


def numbered(doctree: nodes.document) -> Iterator[tuple[str, str, nodes.Node]]:
    """Go through the figures, with their captions, and the equations."""
    for figure in doctree.findall(nodes.figure):
        if figure["ids"]:
            yield "figure", figure["ids"][0], next(figure.findall(nodes.caption))
    for equation in doctree.findall(nodes.math_block):
        if equation.get("ids") or equation.get("label"):
            yield "displaymath", f"equation-{equation.get('label')}", equation


def kept(app: Sphinx, docname: str) -> Path:
    """Return the file that keeps what was found on a page until the page changes."""
    return Path(app.doctreedir, docname + ".parts.json")


def keep(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Keep what a page holds."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        kept(app, docname).parent.mkdir(parents=True, exist_ok=True)
        kept(app, docname).write_text(json.dumps(parts(app, doctree, docname)), "utf-8")


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the script, the pages in the order of the book."""
    if exception or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    pages = [page for page in in_order(app) if kept(app, page).is_file()]
    found = [(page, json.loads(kept(app, page).read_text("utf-8"))) for page in pages]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, "sections.js").write_text(f"var sections = {text};\n", "utf-8")


def in_order(app: Sphinx) -> list[str]:
    """Return the pages as the contents list them."""
    root = app.config.root_doc
    listed = [root, *app.env.toctree_includes.get(root, [])]
    return listed + sorted(app.env.found_docs - set(listed))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both halves."""
    app.connect("doctree-resolved", keep)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
