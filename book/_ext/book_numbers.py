"""Number each chapter as its title is, so that figure 2.1 and equation (2.1) are those of 02-..., wherever it stands.

Sphinx numbers from 1, in the order of the contents, and compares the numbers with those of the last build to see which
pages to write again. So its own numbers come back before it looks, and those of the titles are put in their place
afterwards. A book without one of the chapters, or with two in another order, keeps the numbers of all its exercises.
The number that a title carries, for those who read it in JupyterLab, makes room for the one that is written before
every title. A title without a number has the one of its place.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

Number = tuple[int, ...]
WRITTEN = re.compile(r"^(\d+)\.\s+")


def shift_stored(env: BuildEnvironment, shifts: dict[str, int]) -> None:
    """Add to the first part of all numbers of sections, figures, tables and equations what its page is given."""

    def shifted(numbers: dict[str, Number | None], by: int) -> dict[str, Number | None]:
        return {name: number and (number[0] + by, *number[1:]) for name, number in numbers.items()}

    for page, by in shifts.items():
        if page in env.toc_secnumbers:
            env.toc_secnumbers[page] = shifted(env.toc_secnumbers[page], by)  # type: ignore
            kinds = env.toc_fignumbers.get(page, {})
            env.toc_fignumbers[page] = {kind: shifted(found, by) for kind, found in kinds.items()}  # type: ignore


def before(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give Sphinx the numbers back that it gave in the last build."""
    shift_stored(env, {page: -by for page, by in getattr(env, "chapter_shifts", {}).items()})
    return []


def after(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Put the numbers of the titles in place of those of Sphinx; return the pages to write again if one has changed."""
    shifts = {}
    for page, numbers in env.toc_secnumbers.items():
        if place := numbers.get(""):
            shifts[page] = int(env.metadata[page].get("chapter", place[0] - 1)) - place[0]
            for node in [env.titles[page], *env.tocs[page].findall(nodes.reference)]:
                if node.get("secnumber"):
                    node["secnumber"] = [node["secnumber"][0] + shifts[page], *node["secnumber"][1:]]
    shift_stored(env, shifts)
    changed = shifts != getattr(env, "chapter_shifts", shifts)
    env.chapter_shifts = shifts  # type: ignore[attr-defined]
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
