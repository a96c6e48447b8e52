"""What the theme in book/theme needs of Sphinx: the contents as it shows them, code whose lines wrap, small HTML.

A page is written from templates; what stands in it is decided here, on nodes and tokens, before there is any HTML.
"""

from __future__ import annotations

import hashlib
import html
import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import book_heights
import imagesize
from docutils import nodes
from docutils.parsers.rst.directives.body import Sidebar
from myst_nb.sphinx_ import HideCodeCellNode
from pygments.formatters import HtmlFormatter
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment.adapters.toctree import document_toc, global_toctree_for_doc
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from cnn_course import __version__, palette
from cnn_course.explorers import base

THEME = Path(__file__).parents[1] / "theme"
STATE = "application/vnd.jupyter.widget-state+json"
READ = {"_esm", "_css", "_dom_classes", "_anywidget_id"}  # of what ipywidgets keeps for itself
VIEW = '<script type="application/vnd.jupyter.widget-view+json">'
NO_SCRIPT = (
    '<noscript><p class="cc-note">What stands here, an explorer or questions, needs JavaScript. '
    "The worked examples of this page have figures and numbers of their own.</p></noscript>"
)
# The tokens of code that page.css gives a colour or a weight; what is drawn in ink needs no element of its own.
COLOURED = re.compile("k|kn|kc|kd|ow|mi|mf|s|s1|s2|sd|sa|se|si|c1|gp|go|nf|nb|nc|ne|gr|gt")
SHORT, LONG = 34, 68  # characters of code: what fits a phone, and what fits the column of the text
EARLY = 2200  # characters of text: about as far as page.js fetches an explorer from the top of a page


class CodeFormatter(HtmlFormatter):
    """Pygments' HTML in which a long line can wrap, with an indentation two beyond its own."""

    def _get_css_class(self, token: Any) -> str:
        name = super()._get_css_class(token)
        return name if COLOURED.fullmatch(name) else ""

    def wrap(self, source: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """Put a long line into an element of its own."""
        return super().wrap((number, hanging(line)) for number, line in source)


def hanging(line: str) -> str:
    """Let a line of highlighted code wrap if it may have to.

    Examples
    --------
    >>> hanging("x = 1")
    'x = 1'
    >>> hanging("    return x" + 30 * " + x")[:35]
    '<span class="l" style=--i:4ch>    r'
    """
    text = html.unescape(re.sub(r"<[^>]*>", "", line)).rstrip("\n")
    if len(text) <= SHORT:
        return line
    indent = len(text) - len(text.lstrip())
    style = f" style=--i:{indent}ch" if indent else ""
    return f'<span class="l"{style}>{line.removesuffix(chr(10))}</span>\n'


class Translator(HTML5Translator):
    """HTML without roles that browsers do not know, and with boxes for what may be too wide."""

    def visit_section(self, node: nodes.Element) -> None:
        """Write a section; one that browsers may leave out for now says how high it will be."""
        super().visit_section(node)
        if self.section_level > 1 and (heights := book_heights.style(node)):
            self.body[-1] = self.body[-1].replace("<section ", f'<section data-far style="{heights}" ', 1)

    def visit_table(self, node: nodes.Element) -> None:
        """Let a wide table scroll alone."""
        self.body.append('<div class="table" role="group" aria-label="Table">')
        super().visit_table(node)

    def depart_table(self, node: nodes.Element) -> None:
        """Close the box."""
        super().depart_table(node)
        self.body.append("</div>\n")

    def visit_entry(self, node: nodes.Element) -> None:
        """Write a cell; one that heads nothing is no header."""
        super().visit_entry(node)
        if not node.astext() and self.body[-1].startswith("<th"):
            self.body[-1] = "<td" + self.body[-1].removeprefix("<th")
            self.context[-1] = self.context[-1].replace("</th>", "</td>")

    def visit_literal(self, node: nodes.Element) -> None:
        """Write code in a line of text; Sphinx puts every word of it into an element."""
        super().visit_literal(node)
        self.protect_literal_text -= 1

    def depart_literal(self, node: nodes.Element) -> None:
        """Close it."""
        self.protect_literal_text += 1
        super().depart_literal(node)

    def visit_literal_block(self, node: nodes.Element) -> None:
        """Write a listing; one with long lines may use the margin."""
        if max(map(len, node.astext().splitlines()), default=0) > LONG:
            node["classes"].append("wide")
        super().visit_literal_block(node)

    def visit_image(self, node: nodes.Element) -> None:
        """Give an image its size, so that the text does not jump, and load it when it is near."""
        width, height = imagesize.get(Path(self.builder.srcdir, node["uri"]))
        if width > 0 and not {"width", "height"} & set(node.attributes):
            node["width"], node["height"] = str(width), str(height)
        node["loading"] = "lazy"
        super().visit_image(node)

    def visit_citation(self, node: nodes.Element) -> None:
        """Write one reference."""
        self.body.append(self.starttag(node, "div", classes=["citation"]))

    def depart_citation(self, node: nodes.Element) -> None:
        """Close it."""
        self.body.append("</div>\n")


def visit_fold(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write the hidden part of a cell; its summary is its name."""
    shut, opened = html.escape(node["prompt_show"]), html.escape(node["prompt_hide"])
    name = shut if shut == opened else f'<span class="shut">{shut}</span><span class="opened">{opened}</span>'
    translator.body.append(f'<details class="fold">\n<summary>{name}</summary>\n')


def depart_fold(translator: HTML5Translator, node: nodes.Element) -> None:
    """Close it."""
    translator.body.append("</details>\n")


class Margin(Sidebar):
    """A note in the margin, or in the text where there is no margin; it needs no title."""

    required_arguments = 0
    arguments: list[str]

    def run(self) -> list[nodes.Node]:
        """Make the note."""
        untitled = not self.arguments
        self.arguments = self.arguments or ["note"]
        (note,) = super().run()
        note["classes"].append("margin")
        if untitled:
            note.pop(0)
        return [note]


class DropComments(SphinxTransform):
    """Leave out lines that are comments, which are for those who write."""

    default_priority = 200  # before a name in front of one is given to it, not to what follows

    def apply(self, **kwargs: object) -> None:
        """Run on one page."""
        for raw in list(self.document.findall(nodes.raw)):
            if re.fullmatch("<!--.*-->", raw.astext().strip()):
                raw.parent.remove(raw)


class Refine(SphinxPostTransform):
    """Name the stars of an exercise, and say without scripts what is missing."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Run on one page."""
        for title in self.document.findall(nodes.title):
            for text in [node for node in title if isinstance(node, nodes.Text) and "★" in node]:
                before, stars, after = re.split("(★+)", text, maxsplit=1)
                named = f'<span class="stars" role="img" aria-label="difficulty {len(stars)} of 3">{stars}</span>'
                title.replace(text, [nodes.Text(before), nodes.raw("", named, format="html"), nodes.Text(after)])
        for raw in list(self.document.findall(nodes.raw)):
            if raw.astext().startswith(VIEW):
                raw.parent.parent["classes"].append("explorer")
                raw.replace_self(nodes.raw("", raw.astext() + NO_SCRIPT, format="html"))


def chapters(app: Sphinx, pagename: str) -> str:
    """Return the list of all chapters, with the sections of this page under its own."""
    assert app.env and isinstance(app.builder, StandaloneHTMLBuilder)
    known = pagename in app.env.all_docs
    here = pagename if known else app.config.root_doc
    tree = global_toctree_for_doc(app.env, here, app.builder, collapse=True, maxdepth=1, includehidden=True)
    if tree is None:
        return ""
    if not known:
        for link in tree.findall(nodes.reference):
            link["refuri"] = app.builder.get_relative_uri(pagename, posixpath.normpath(
                posixpath.join(posixpath.dirname(here), link["refuri"])).removesuffix(".html"))  # fmt: skip
    for title in list(tree.findall(nodes.title)):
        title.replace_self(nodes.paragraph("", *title.children, classes=["caption"]))
    for item in tree.findall(nodes.list_item):
        if "current" in item["classes"]:
            item.extend(sections(app, pagename))
    for link in tree.findall(nodes.reference):
        if number := link.attributes.pop("secnumber", None):
            link.insert(0, nodes.inline("", ".".join(map(str, number)) + " ", classes=["no"]))
    return app.builder.render_partial(tree)["fragment"]


def sections(app: Sphinx, pagename: str) -> list[nodes.Node]:
    """Return the list of a page's sections, one level deep."""
    toc = document_toc(app.env, pagename, app.builder.tags)
    found = [node for item in toc.children for node in item.children if isinstance(node, nodes.bullet_list)]
    for listed in found:
        for item in listed:
            item[:] = [node for node in item.children if not isinstance(node, nodes.bullet_list)]
    return found


def describe(app: Sphinx, doctree: nodes.document | None) -> str:
    """Describe a page to search engines: as its author did, or by its first paragraph."""
    if doctree is None:
        return app.config.html_title
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description":
            return meta["content"]
    paragraphs = (node for node in doctree.findall(nodes.paragraph) if isinstance(node.parent, nodes.section))
    text = " ".join(next((node.astext() for node in paragraphs), app.config.html_title).split())
    return text if len(text) <= 155 else text[:155].rpartition(" ")[0] + " …"


def digest(content: bytes) -> str:
    """Return a short name for what a file holds."""
    return hashlib.sha256(content).hexdigest()[:8]


def store_states(app: Sphinx, pagename: str, context: dict[str, Any]) -> list[str]:
    """Write the state of a page's first explorer and that of the others into files beside it; return their addresses.

    The files are scripts, since a page opened from disk may load nothing else.
    """
    bodies = [script.attributes["body"] for script in context["script_files"] if script.attributes.get("type") == STATE]
    if not bodies:
        return []
    addresses = []
    for stored, ending in zip(slim(json.loads(bodies[0]), context.get("body", "")), ("", "-others"), strict=False):
        text = json.dumps(json.dumps(stored, ensure_ascii=False, separators=(",", ":")), ensure_ascii=False)
        attributes = f"{{ type: {json.dumps(STATE)}, textContent: {text} }}"
        script = f'document.head.append(Object.assign(document.createElement("script"), {attributes}));\n'
        path = Path(app.outdir, f"{pagename}{ending}.state.js")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(script.encode())
        addresses.append(f"{path.name}?v={digest(script.encode())}")
    return addresses


def slim(stored: dict[str, Any], body: str) -> list[dict[str, Any]]:
    """Keep what the page draws: explorers and their boxes, each text once, each explorer named for the address.

    What is linked to an explorer for notebooks is left out. Of several explorers of one kind the second is numbered 2.
    What the first explorer needs comes first: a reader of a slow line need not wait for the others.
    """
    models: dict[str, Any] = stored["state"]
    kept: dict[str, Any] = {}
    parts: dict[str, str] = {}
    seen: Counter[str] = Counter()
    views = re.findall(r'"model_id":\s*"(\w+)"', body)

    def linked(child: str) -> bool:
        model = models.get(child.removeprefix("IPY_MODEL_"), {"state": {}})
        return "cc-linked" in model["state"].get("_dom_classes", ())

    def keep(model_id: str) -> None:
        model = models.get(model_id)
        if model is None or model_id in kept:
            return
        values = {name: value for name, value in model["state"].items() if not name.startswith("_") or name in READ}
        kept[model_id] = model | {"state": values}
        if "children" in values:
            values["children"] = [child for child in values["children"] if not linked(child)]
        for child in values.get("children", ()):
            keep(child.removeprefix("IPY_MODEL_"))
        if "_esm" not in values:
            return
        if name := values.get("key"):
            seen[name] += 1
            values["key"] = f"{name}{seen[name]}" if seen[name] > 1 else name
        for whole in ("_esm", "_css"):
            texts = base.parts(values[whole])
            parts.update(texts)
            values[whole] = list(texts)

    states: list[dict[str, Any]] = []
    for some in filter(None, (views[:1], views[1:])):
        known, told = set(kept), set(parts)
        for view in some:
            keep(view)
        states.append(
            {
                "parts": {name: text for name, text in parts.items() if name not in told},
                "state": {name: model for name, model in kept.items() if name not in known},
            }
        )
    return states


def complete(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the templates what they ask for."""

    def asset(name: str) -> str:
        address = context["pathto"](f"_static/{name}", resource=True)
        return f"{address}?v={digest(Path(app.outdir, '_static', name).read_bytes())}"

    context["asset"] = asset
    context["states"] = store_states(app, pagename, context)
    before, explorer, _ = context.get("body", "").partition(VIEW)
    context["opens_with_explorer"] = bool(explorer) and len(re.sub("<[^>]*>", "", before)) < EARLY
    context["chapters"] = chapters(app, pagename)
    context["description"] = describe(app, doctree)
    context["version"] = __version__
    context["root_path"] = urlsplit(app.config.html_baseurl).path.rstrip("/") + "/"


def configure(app: Sphinx, config: Config) -> None:
    """Hand the palette to the files of the theme; a change of either makes Sphinx write every page anew."""
    config.html_context |= {"palette": palette.TOKENS, "tokens": palette.style_sheet(":root")}
    files = sorted(path for path in THEME.rglob("*") if path.is_file())
    config.book_theme_digest = digest(b"".join(path.read_bytes() for path in files))


def replace(app: Sphinx) -> None:
    """Let listings be written as this theme draws them, and leave the search to book_search."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.highlighter.formatter = CodeFormatter
        app.builder.search = False


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    app.add_config_value("book_theme_digest", "", "html")
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it for an extension that this book lacks
    app.set_translator("html", Translator)
    app.add_directive("margin", Margin)
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_fold))
    app.add_transform(DropComments)
    app.add_post_transform(Refine)
    app.connect("config-inited", configure)
    app.connect("builder-inited", replace)
    app.connect("html-page-context", complete, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
