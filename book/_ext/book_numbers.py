"""Number the chapters from 0, as their files are, so that figure 2.1 and equation (2.1) are those of 02-...

Sphinx numbers from 1 and compares the numbers with those of the last build to see which pages to write again.
So the numbers go up before it looks and down afterwards. The number that a notebook's title carries, for those who
read it in JupyterLab, makes room for the one that Sphinx writes before every title.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

Number = tuple[int, ...]


def shift_stored(env: BuildEnvironment, by: int) -> None:
    """Shift the first part of all numbers of sections, figures, tables and equations."""

    def shifted(number: Number | None) -> Number | None:
        return number and (number[0] + by, *number[1:])

    def in_page(numbers: dict[str, Number | None]) -> dict[str, Number | None]:
        return {name: shifted(number) for name, number in numbers.items()}

    numbered = set(env.toc_secnumbers)
    env.toc_secnumbers = {page: in_page(numbers) for page, numbers in env.toc_secnumbers.items()}  # type: ignore
    env.toc_fignumbers = {
        page: {kind: in_page(found) for kind, found in kinds.items()} if page in numbered else kinds  # type: ignore
        for page, kinds in env.toc_fignumbers.items()
    }


def number_from(step: int) -> Callable[[Sphinx, BuildEnvironment], list[str]]:
    """Return the handler that runs before (1) or after (-1) Sphinx assigns its numbers."""

    def handler(app: Sphinx, env: BuildEnvironment) -> list[str]:
        shift_stored(env, step)
        if step < 0:
            shown = [node for page in env.toc_secnumbers for node in env.tocs[page].findall(nodes.reference)]
            for node in [*shown, *(env.titles[page] for page in env.toc_secnumbers)]:
                if node.get("secnumber"):
                    node["secnumber"] = [node["secnumber"][0] + step, *node["secnumber"][1:]]
        return []

    return handler


def drop_written_number(app: Sphinx, document: nodes.document) -> None:
    """Remove the number that the author wrote before the title of a chapter."""
    for title in list(document.findall(nodes.title))[:1]:
        if title.children and isinstance(title[0], nodes.Text):
            title[0] = nodes.Text(re.sub(r"^\d+\.\s+", "", title[0]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the two handlers around Sphinx's own, and one before it collects the titles."""
    app.connect("doctree-read", drop_written_number, priority=100)
    app.connect("env-get-updated", number_from(1), priority=400)
    app.connect("env-get-updated", number_from(-1), priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
