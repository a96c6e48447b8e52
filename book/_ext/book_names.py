"""Links both ways between the chapters and the reference, and the symbols of *Notation* in the index.

Code in a line of text that names something of the library leads to its entry, at its first mention in a section. Each
chapter ends with the names that it uses, each entry of the reference with the sections that use it first.
"""

from __future__ import annotations

import ast
import pkgutil
import re
from collections.abc import Iterator

from book_math import plain
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

PACKAGE = "cnn_course"
CALL = re.compile(r"([A-Za-z_][\w.]*)(\(.*\))?", re.DOTALL)
UNLINKED = (nodes.title, nodes.reference, addnodes.pending_xref, addnodes.desc)
Place = tuple[str, str, tuple[int, ...]]  # a page, a section of it, and its number


def entry(env: BuildEnvironment, name: str) -> str:
    """Return the name under which the reference describes something of the library, or nothing."""
    objects = env.domaindata["py"]["objects"]
    if name not in objects:
        found = homes(env)
        if name not in found:
            found[name] = home(name)
        name = found[name]
    return name if name in objects and objects[name].objtype != "module" else ""


def homes(env: BuildEnvironment) -> dict[str, str]:
    """Return what `home` has answered of this library, since to ask takes imports."""
    library = env.config.nb_execution_cache_path  # which book_execution names after it
    if getattr(env, "book_homes", ("",))[0] != library:
        env.book_homes = library, {}  # type: ignore[attr-defined]
    return env.book_homes[1]  # type: ignore[attr-defined]


def home(name: str) -> str:
    """Return the name that something has in the module which defines it, or nothing.

    Examples
    --------
    >>> home("cnn_course.conv2d"), home("cnn_course.nothing")
    ('cnn_course.conv.conv2d', '')
    """
    try:
        value = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError):
        return ""
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"


def imported(tree: ast.Module) -> dict[str, str]:
    """Return what the imports of a page make its names stand for.

    Examples
    --------
    >>> imported(ast.parse("import numpy as np, cnn_course as cc\\nfrom cnn_course import data, plots as p"))
    {'cc': 'cnn_course', 'data': 'cnn_course.data', 'p': 'cnn_course.plots'}
    """
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            found |= {alias.asname or alias.name: module + alias.name for alias in node.names}
    return {name: full for name, full in found.items() if full.partition(".")[0] == PACKAGE}


def bound(tree: ast.Module) -> set[str]:
    """Return the names that a page gives to something of its own.

    Examples
    --------
    >>> sorted(bound(ast.parse("def f(x): y = 1\\nfor i in x: pass")))
    ['f', 'i', 'x', 'y']
    """
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return names | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


class Page:
    """What the names of one page mean."""

    def __init__(self, document: nodes.document) -> None:
        cells = document.findall(lambda node: isinstance(node, nodes.Element) and "cell_input" in node["classes"])
        self.blocks = [block for cell in cells for block in cell.findall(nodes.literal_block)]
        self.trees = [parsed(block.astext()) for block in self.blocks]
        self.modules: dict[str, str] = {"cc": PACKAGE}
        self.own: set[str] = set()
        for tree in self.trees:
            self.modules |= imported(tree)
            self.own |= bound(tree)
        self.document = document

    def meant(self, name: str) -> str:
        """Return the full name of what a name in the text or the code of this page stands for, or nothing.

        The text may leave out the package where it speaks of a function, unless the page has one of that name.
        """
        first, dot, rest = name.partition(".")
        if first in self.modules:
            return self.modules[first] + dot + rest
        known = not dot and first not in self.own and first.islower()
        return f"{PACKAGE}.{name}" if known or first == PACKAGE or first in ("naive", "plots", "training") else ""

    def mentions(self) -> Iterator[tuple[nodes.literal, str]]:
        """Go through the code in lines of text that names something."""
        for literal in self.document.findall(nodes.literal):
            named = CALL.fullmatch(literal.astext())
            if named and not within(literal, *UNLINKED) and (name := self.meant(named[1])):
                yield literal, name

    def uses(self) -> Iterator[tuple[nodes.Element, str]]:
        """Go through all that the code of the page names."""
        for block, tree in zip(self.blocks, self.trees, strict=True):
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute | ast.Name):
                    name = ast.unparse(node)
                    if name.partition(".")[0] in self.modules:
                        yield block, self.meant(name)


def parsed(code: str) -> ast.Module:
    """Parse a cell; what is no Python names nothing."""
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module([], [])


def within(node: nodes.Node, *kinds: type[nodes.Node]) -> bool:
    """Tell whether a node stands in one of some kinds."""
    while node.parent:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False


def section_of(node: nodes.Node) -> str:
    """Return the section of a chapter that a node stands in; the start of the chapter has no name."""
    found = ""
    while node.parent:
        if isinstance(node, nodes.section) and isinstance(node.parent, nodes.section):
            found = node["ids"][0]
        node = node.parent
    return found


class Collect(EnvironmentCollector):
    """Remember what each page names, and in which section first."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        remembered(env).pop(docname, None)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
        """Take over what another process has read."""
        remembered(env).update({name: remembered(other)[name] for name in docnames if name in remembered(other)})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Read a page; its order is that of the reader, text and code alike."""
        page = Page(doctree)
        order = {id(node): place for place, node in enumerate(doctree.findall())}
        found = sorted([*page.mentions(), *page.uses()], key=lambda pair: order[id(pair[0])])
        names: dict[str, str] = {}
        for node, name in found:
            names.setdefault(name, section_of(node))
        remembered(app.env)[app.env.docname] = names


def remembered(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """Return what is known of all pages."""
    if not hasattr(env, "book_names"):
        env.book_names = {}  # type: ignore[attr-defined]
    return env.book_names  # type: ignore[attr-defined]


def places(env: BuildEnvironment) -> dict[str, list[Place]]:
    """Return where each entry of the reference is used first in each chapter, in the order of the chapters."""
    found: dict[str, dict[str, Place]] = {}
    for page, names in sorted(remembered(env).items()):
        for name, section in names.items():
            number = env.toc_secnumbers.get(page, {}).get(f"#{section}" if section else "")
            if number and (described := entry(env, name)):
                found.setdefault(described, {}).setdefault(page, (page, section, number))
    return {name: list(pages.values()) for name, pages in found.items()}


def renew(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write the reference anew when it would tell of other sections, once these have their numbers."""
    now = places(env)
    before, env.book_places = getattr(env, "book_places", now), now  # type: ignore[attr-defined]
    return [] if now == before else sorted({found.docname for found in env.domaindata["py"]["objects"].values()})


class Link(SphinxPostTransform):
    """Make the links."""

    default_priority = 5  # before references are resolved, so that those which are written by hand stay
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Run on one page."""
        self.objects = self.env.domaindata["py"]["objects"]
        seen = set()
        for literal, name in list(Page(self.document).mentions()):
            place = (next(id(node) for node in up(literal) if isinstance(node, nodes.section | nodes.document)), name)
            if place not in seen and (described := entry(self.env, name)):
                seen.add(place)
                literal.replace_self(self.to_entry(described, literal.deepcopy()))
        if self.env.toc_secnumbers.get(self.env.docname):
            self.list_names()
        if any(found.docname == self.env.docname for found in self.objects.values()):
            self.list_sections()

    def to_entry(self, name: str, shown: nodes.Node) -> nodes.reference:
        """Return a link to an entry of the reference."""
        described = self.objects[name]
        return make_refnode(
            self.app.builder, self.env.docname, described.docname, described.node_id, shown, short(name)
        )

    def list_names(self) -> None:
        """End a chapter with the names that it uses, in the order of the reference."""
        used = {entry(self.env, name) for name in remembered(self.env)[self.env.docname]}
        links = [self.to_entry(name, nodes.literal("", short(name))) for name in self.objects if name in used]
        if links:
            line = nodes.paragraph("", "", nodes.Text("Of the library: "), *joined(links), classes=["names"])
            next(self.document.findall(nodes.section)).append(line)

    def list_sections(self) -> None:
        """End each entry with the sections that use it, the first in each chapter."""
        known = places(self.env)
        for description in self.document.findall(addnodes.desc):
            name = next((name for name in description[0]["ids"] if name in known), "")
            if not name:
                continue
            links = [
                make_refnode(self.app.builder, self.env.docname, page, section, nodes.Text(".".join(map(str, number))))
                for page, section, number in known[name]
            ]
            word = "In section " if len(links) == 1 else "In sections "
            description[-1].append(nodes.paragraph("", "", nodes.Text(word), *joined(links), classes=["names"]))


def up(node: nodes.Node) -> Iterator[nodes.Node]:
    """Go through what a node stands in, from near to far."""
    while node.parent:
        node = node.parent
        yield node


def short(name: str) -> str:
    """Return a name as chapters write it.

    Examples
    --------
    >>> short("cnn_course.conv2d"), short("cnn_course.plots.grid")
    ('cc.conv2d', 'plots.grid')
    """
    rest = name.removeprefix(PACKAGE + ".")
    return rest if "." in rest else f"cc.{rest}"


def joined(links: list[nodes.reference]) -> list[nodes.Node]:
    """Put commas between links."""
    return [node for link in links for node in (nodes.Text(", "), link)][1:]


class Symbols(SphinxTransform):
    """Give the rows of the table *Symbols* names to link to, and put them into the index."""

    default_priority = 500

    def apply(self, **kwargs: object) -> None:
        """Run on one page."""
        for section in self.document.findall(nodes.section):
            if "symbols" in section["ids"]:
                for row in section.findall(nodes.row):
                    self.name(row)

    def name(self, row: nodes.row) -> None:
        """Name a row after its first symbol."""
        symbols = [plain(formula.astext()) for formula in row[0].findall(nodes.math)]
        if symbols:
            name = "symbol-" + symbols[0].replace(" ", "")
            row["ids"].append(name)
            entries = [("single", f"{symbol} (symbol)", name, "", None) for symbol in symbols]
            row[0][0].insert(0, addnodes.index(entries=entries))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    app.add_transform(Symbols)
    app.add_env_collector(Collect)
    app.connect("env-get-updated", renew, priority=700)  # book_numbers gives the numbers at 600
    app.add_post_transform(Link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
