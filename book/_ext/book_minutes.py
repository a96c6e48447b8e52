"""Say how long sections take in a lecture, and see that a plan of a course fits its hours.

Minutes are counted, not measured on a class: of the words of a section, its code, figures and explorers, with the rates
below. So they follow the text when it changes, and a plan that no longer fits fails the build.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

BOOK = Path(__file__).parents[1]
WORDS = 100  # told in a minute, formulas read aloud
CODE, FIGURE, EXPLORER = 1, 1, 4  # minutes each: asked, shown, tried
STARS = {1: 10, 2: 20, 3: 40}  # minutes of an exercise, on one's own
UNTOLD = re.compile(r"<details.*?</details>|<!--.*?-->|^```.*?^```", re.DOTALL | re.MULTILINE)
AT_HOME = ("In the frameworks", "Summary", "Check yourself", "Exercises", "Further reading")


@dataclass
class Section:
    """A section of a chapter.

    Attributes
    ----------
    title : str
    minutes : float
        In a lecture.
    """

    title: str
    minutes: float = 0


@dataclass(frozen=True)
class Chapter:
    """A chapter.

    Attributes
    ----------
    number : str
        As its title has it, with a letter where a chapter has several pages.
    title : str
    sections : list of Section
        Those for a lecture, the first with what stands before it.
    exercises : list of int
        Their minutes.
    """

    number: str
    title: str
    sections: list[Section]
    exercises: list[int]

    @property
    def minutes(self) -> float:
        """In a lecture, all sections."""
        return sum(section.minutes for section in self.sections)


def chapters(book: Path = BOOK) -> dict[str, Chapter]:
    """Return the chapters by their number, in its order."""
    paths = sorted(book.glob("[0-9][0-9]-*.ipynb"))
    found = [chapter(json.loads(path.read_text("utf-8"))["cells"]) for path in paths]
    return {chapter.number: chapter for chapter in found}


def chapter(cells: Iterable[dict]) -> Chapter:
    """Count the minutes of a chapter's cells.

    Examples
    --------
    >>> text = "# 3. Count\\n\\nOne.\\n\\n## Try it\\n\\n" + 199 * "word "
    >>> call = {"cell_type": "code", "metadata": {}, "source": "explorers.padding()"}
    >>> chapter([{"cell_type": "markdown", "source": text}, call])
    Chapter(number='3', title='Count', sections=[Section(title='Try it', minutes=6.0)], exercises=[])
    """
    parts: list[Section] = []
    exercises, number = [], ""
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            if parts:
                parts[-1].minutes += of_code(source, cell["metadata"])
            continue
        exercises += [STARS[len(stars)] for stars in re.findall(r"^### Exercise .*?(★+)", source, re.MULTILINE)]
        for text in re.split(r"^(?=##? )", source, flags=re.MULTILINE):
            if heading := re.match(r"##? (?:(\d+[a-z]?)\. )?(.*)\n?", text):
                number = number or heading[1] or ""
                parts.append(Section(heading[2]))
                text = text[heading.end() :]
            if parts:
                parts[-1].minutes += len(re.findall(r"\S*\w\S*", UNTOLD.sub("", text))) / WORDS
    title, *sections = [part for part in parts if part.title not in AT_HOME]
    sections[0].minutes += title.minutes
    return Chapter(number, title.title, sections, exercises)


def of_code(source: str, metadata: dict) -> float:
    """Return the minutes of a cell of code; what a page does not show takes none."""
    if {"remove-cell", "solution"} & set(metadata.get("tags", ())):
        return 0
    if re.search(r"^explorers\.\w+\(", source, re.MULTILINE):
        return EXPLORER
    return FIGURE if "figure" in metadata.get("mystnb", {}) else CODE


def named(text: str, book: dict[str, Chapter]) -> list[tuple[str, int]]:
    """Return the sections that a plan names.

    Parameters
    ----------
    text : str
        Such as `2, 3.1-3.4, 3.7, 4.5-`: a whole chapter, some sections in a row, one section, all from one on.
    book : dict
        The chapters.

    Returns
    -------
    list of (str, int)
        Chapter and section.

    Raises
    ------
    ValueError
        If there is no such section.

    Examples
    --------
    >>> named("4.1-4.2, 4.2-", {"4": Chapter("4", "Pad", [Section("One"), Section("Two")], [])})
    [('4', 1), ('4', 2), ('4', 2)]
    """
    found = []
    for part in filter(None, re.split(r",\s*", text.strip())):
        match = re.fullmatch(r"(\d+[a-z]?)(?:\.(\d+)(?:(-)(?:\1\.(\d+))?)?)?", part)
        number = match[1] if match else ""
        count = len(book[number].sections) if number in book else 0
        inside = range(0)
        if match:
            alone = match[2] and not match[3]
            inside = range(int(match[2] or 1), int(match[4] or (match[2] if alone else count)) + 1)
        if not inside or inside[-1] > count:
            raise ValueError(f"there is no section {part!r} for a lecture; name some as 2, 2.3, 2.1-2.4 or 2.5-")
        found += [(number, section) for section in inside]
    return found


@dataclass(frozen=True)
class Lecture:
    """A line of a plan.

    Attributes
    ----------
    when, sections, besides : str
        As written.
    taught : list of (str, int)
        The sections, as `named` returns them.
    minutes : int
        What they take, rounded.
    """

    when: str
    sections: str
    besides: str
    taught: list[tuple[str, int]]
    minutes: int


def plan(lines: Iterable[str], limit: int, book: dict[str, Chapter]) -> Iterator[Lecture]:
    """Yield the lectures of a plan.

    Parameters
    ----------
    lines : iterable of str
        `when | sections | what else`, one a lecture.
    limit : int
        The minutes that a lecture has for sections.
    book : dict
        The chapters.

    Raises
    ------
    ValueError
        If a lecture does not fit.
    """
    for line in filter(None, lines):
        when, sections, besides = (part.strip() for part in line.split("|"))
        taught = named(sections, book)
        minutes = round(sum(book[number].sections[section - 1].minutes for number, section in taught))
        if minutes > limit:
            raise ValueError(f"{when}: sections {sections} take {minutes} minutes, and there are {limit}")
        yield Lecture(when, sections, besides, taught, minutes)


class Table(SphinxDirective):
    """A table, written as Markdown."""

    def table(self, *rows: str) -> list[nodes.Node]:
        """Parse it, and have the page read again when a chapter changes."""
        for path in BOOK.glob("[0-9][0-9]-*.ipynb"):
            self.env.note_dependency(str(path))
        parent = nodes.Element()
        self.state.nested_parse(StringList(list(rows)), self.content_offset, parent)
        return parent.children


class Minutes(Table):
    """A fold for each chapter, with the minutes of its sections."""

    def run(self) -> list[nodes.Node]:
        """Make the folds."""
        rows = []
        for number, chapter in chapters().items():
            told = f"{number} {chapter.title}: {chapter.minutes:.0f} minutes, exercises {sum(chapter.exercises)}"
            rows += ["", f"<details><summary>{told}</summary>", "", "| section | minutes |", "|---|---|"]
            rows += [
                f"| {number}.{place} {section.title} | {max(1, round(section.minutes))} |"
                for place, section in enumerate(chapter.sections, 1)
            ]
            rows += ["", "</details>", ""]
        return self.table(*rows)


class Plan(Table):
    """The lectures of a course: when | sections | what else."""

    has_content = True
    option_spec: ClassVar = {"minutes": directives.positive_int}

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        book = chapters()
        try:
            lectures = list(plan(self.content, self.options["minutes"], book))
        except ValueError as error:
            raise self.error(str(error)) from error
        rows = []
        for lecture in lectures:
            sections = re.sub("-(?=,|$)", " to the end", lecture.sections).replace("-", "–")
            rows.append(f"| {lecture.when} | {sections} | {lecture.minutes or ''} | {lecture.besides} |")
        return self.table("| | sections | minutes | besides |", "|---|---|---|---|", *rows)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both tables."""
    app.add_directive("minutes", Minutes)
    app.add_directive("plan", Plan)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
