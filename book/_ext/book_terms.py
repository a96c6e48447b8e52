"""Link a word to the glossary where it is new: its first use in the chapter that its entry names."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

CHAPTER = re.compile(r"ch-\d\d[a-z]?")
UNLINKED = (nodes.title, nodes.reference, nodes.literal, nodes.FixedTextElement, nodes.figure, nodes.sidebar)
Entry = tuple[str, str]  # a page, and the name of an entry on it


def kept(env: BuildEnvironment) -> dict[str, dict[str, dict[str, Entry]]]:
    """Return for each page that has a glossary the words of each chapter, named by its label."""
    if not hasattr(env, "book_terms"):
        env.book_terms = {}  # type: ignore[attr-defined]
    return env.book_terms  # type: ignore[attr-defined]


class Collect(EnvironmentCollector):
    """Remember the words of a glossary with the chapter that the end of their entry names."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        kept(env).pop(docname, None)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
        """Take over what another process has read."""
        kept(env).update({name: kept(other)[name] for name in docnames if name in kept(other)})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Read a page."""
        found: dict[str, dict[str, Entry]] = {}
        for glossary in doctree.findall(addnodes.glossary):
            for item in glossary.findall(nodes.definition_list_item):
                links = [link["reftarget"] for link in item.findall(addnodes.pending_xref)]
                for chapter in [target for target in links if CHAPTER.fullmatch(target)][-1:]:
                    for term in item.findall(nodes.term):
                        found.setdefault(chapter, {})[term.astext()] = (app.env.docname, term["ids"][0])
        if found:
            kept(app.env)[app.env.docname] = found


class LinkTerms(SphinxPostTransform):
    """Make the links."""

    default_priority = 6
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Run on one page."""
        here = self.env.docname
        labels = {name for name, (page, *_) in self.env.domaindata["std"]["labels"].items() if page == here}
        ahead = {word: entry for page in kept(self.env).values() for label in labels & set(page)
                 for word, entry in page[label].items()}  # fmt: skip
        for paragraph in self.document.findall(nodes.paragraph):
            for text in list(paragraph.findall(nodes.Text)):
                if ahead and not apart(text):
                    self.link(text, ahead)

    def link(self, text: nodes.Text, ahead: dict[str, Entry]) -> None:
        """Link the first of the words that a text has, and take it from those ahead."""
        words = "|".join(sorted(map(re.escape, ahead), key=len, reverse=True))
        found = re.search(rf"(?<![\w-])({words})(?:e?s)?(?![\w-])", text.astext(), re.IGNORECASE)
        word = next((word for word in ahead if found and word.lower() == found[1].lower()), "")
        if found and word:
            page, entry = ahead.pop(word)
            before, after = nodes.Text(text.astext()[: found.start()]), nodes.Text(text.astext()[found.end() :])
            link = make_refnode(self.app.builder, self.env.docname, page, entry, nodes.Text(found[0]))
            link["classes"].append("term")
            text.parent.replace(text, [before, link, after])
            self.link(after, ahead)


def apart(node: nodes.Node) -> bool:
    """Tell whether a text is none to link in."""
    while node.parent:
        node = node.parent
        if isinstance(node, UNLINKED):
            return True
    return False


def renew(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write the chapters anew whose words have changed."""
    now = {chapter: words for page in kept(env).values() for chapter, words in page.items()}
    before, env.book_terms_written = getattr(env, "book_terms_written", now), now  # type: ignore[attr-defined]
    changed = {chapter for chapter in now | before if now.get(chapter) != before.get(chapter)}
    labels = env.domaindata["std"]["labels"]
    return sorted({labels[chapter][0] for chapter in changed if chapter in labels})


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    app.add_env_collector(Collect)
    app.connect("env-get-updated", renew)
    app.add_post_transform(LinkTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
