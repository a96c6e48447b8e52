"""Number each chapter as its title is, so that figure 2.1 and equation (2.1) are those of 02-..., wherever it stands.

Sphinx numbers from 1, in the order of the contents, and compares the numbers with those of the last build to see which
pages to write again. So its own numbers come back before it looks, and those of the titles are put in their place
afterwards. A book without one of the chapters, or with two in another order, keeps the numbers of all its exercises.
The number that a title carries, for those who read it in JupyterLab, makes room for the one that is written before
every title. A title without a number has the one of its place. Pages that are one chapter have its number and a letter:
8a, 8b.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

Number = tuple[int | str, ...]
WRITTEN = re.compile(r"^(\d+[a-z]?)\.\s+")


def renamed(numbers: dict[str, Number | None], first: str | None) -> dict[str, Number | None]:
    """Put the number of a chapter in front of those of its sections, figures, tables or equations.

    Examples
    --------
    >>> renamed({"": (9,), "#sizes": (9, 2), "#unnumbered": ()}, "8a")
    {'': ('8a',), '#sizes': ('8a', 2), '#unnumbered': ()}
    """
    return {name: number and (first or number[0], *number[1:]) for name, number in numbers.items()}


def before(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give Sphinx the numbers back that it gave in the last build."""
    given = getattr(env, "given_numbers", (env.toc_secnumbers, env.toc_fignumbers))
    env.toc_secnumbers, env.toc_fignumbers = given
    return []


def after(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Put the numbers of the titles in place of those of Sphinx; return the pages to write again if one has changed."""
    chapters: dict[str, str] = {}
    for page, numbers in env.toc_secnumbers.items():
        if place := numbers.get(""):
            chapters[page] = env.metadata[page].get("chapter", str(place[0] - 1))
            for node in [env.titles[page], *env.tocs[page].findall(nodes.reference)]:
                if node.get("secnumber"):
                    node["secnumber"] = [chapters[page], *node["secnumber"][1:]]
    env.given_numbers = env.toc_secnumbers, env.toc_fignumbers  # type: ignore[attr-defined]
    sections = {page: renamed(numbers, chapters.get(page)) for page, numbers in env.toc_secnumbers.items()}  # type: ignore
    figures = {
        page: {kind: renamed(numbers, chapters.get(page)) for kind, numbers in kinds.items()}  # type: ignore
        for page, kinds in env.toc_fignumbers.items()
    }
    env.toc_secnumbers, env.toc_fignumbers = sections, figures  # type: ignore
    changed = chapters != getattr(env, "chapter_numbers", chapters)
    env.chapter_numbers = chapters  # type: ignore[attr-defined]
    return sorted(env.found_docs) if changed else []


def take_written_number(app: Sphinx, document: nodes.document) -> None:
    """Remove the number that the author wrote before the title of a chapter, and remember it."""
    for title in list(document.findall(nodes.title))[:1]:
        if title.children and isinstance(title[0], nodes.Text) and (written := WRITTEN.match(title[0])):
            title[0] = nodes.Text(title[0].removeprefix(written[0]))
            app.env.metadata[app.env.docname]["chapter"] = written[1]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the two handlers around Sphinx's own, and one before it collects the titles."""
    app.connect("doctree-read", take_written_number, priority=100)
    app.connect("env-get-updated", before, priority=400)
    app.connect("env-get-updated", after, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
