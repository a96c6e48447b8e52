"""A page on the class: how the marks lie, which questions were hard, and which slips say what to teach again."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .assignment import Assignment
from .feedback import WORDS
from .files import write_atomically
from .marks import Final, Mark, Places, final
from .pages import page
from .reading import seen
from .verdicts import told

BARS = 10  # of the histogram


@dataclass(frozen=True)
class Slip:
    """What went wrong for some, in one sentence.

    Attributes
    ----------
    sentence : str
    questions : tuple of str
        Titles of those in which it happened.
    files : tuple of str
        Students, or groups, to whom.
    example : str
        One whole message.
    """

    sentence: str
    questions: tuple[str, ...]
    files: tuple[str, ...]
    example: str


@dataclass(frozen=True)
class Tally:
    """How a question went.

    Attributes
    ----------
    name, title : str
    of : float
    full, part, none, waiting : int
        Files with all points, some, none, and no mark yet.
    mean : float or None
        Share of the points, of those that have a mark.
    statuses : tuple of (str, int)
        How many are right, not yet right and so on.
    """

    name: str
    title: str
    of: float
    full: int
    part: int
    none: int
    waiting: int
    mean: float | None
    statuses: tuple[tuple[str, int], ...]


def tallies(marks: Iterable[Mark]) -> list[Tally]:
    """Count how each question went.

    Parameters
    ----------
    marks : iterable of Mark
        Of one file each.

    Returns
    -------
    list of Tally
        In the order of the questions.
    """
    grouped: dict[str, list[Mark]] = {}
    for mark in marks:
        grouped.setdefault(mark.name, []).append(mark)
    found = []
    for name, group in grouped.items():
        of = group[0].of
        given = [mark.points for mark in group if mark.points is not None]
        statuses = Counter(mark.status for mark in group)
        found.append(
            Tally(
                *(name, group[0].title, of),
                full=sum(points >= of for points in given),
                part=sum(0 < points < of for points in given),
                none=sum(points == 0 for points in given),
                waiting=len(group) - len(given),
                mean=statistics.fmean(given) / of if given and of else None,
                statuses=tuple((WORDS[status], statuses[status]) for status in WORDS if statuses[status]),
            )
        )
    return found


def slips(assignment: Assignment, rows: Iterable[Final]) -> list[Slip]:
    """Count what went wrong, the most frequent first.

    Parameters
    ----------
    assignment : Assignment
    rows : iterable of Final
        Of one file each.

    Returns
    -------
    list of Slip
    """
    answers = {question.name: question.answer for question in assignment.questions}
    found: dict[str, list[tuple[Mark, str]]] = {}
    for row in rows:
        for mark in row.questions:
            if mark.text and not mark.text.startswith("right"):
                sentence = told(seen(mark.text), answers.get(mark.name, "")).kind
                if mark.status in ("missing", "stopped"):
                    sentence = f"{WORDS[mark.status].capitalize()}: {sentence.partition('. ')[0].rstrip('.')}."
                elif mark.status == "open":
                    sentence = "Nothing written."
                found.setdefault(sentence, []).append((mark, row.file))
    counted = [
        Slip(
            sentence,
            tuple(dict.fromkeys(mark.title for mark, _ in pairs)),
            tuple(dict.fromkeys(file for _, file in pairs)),
            seen(pairs[0][0].text).removeprefix("not yet. "),
        )
        for sentence, pairs in found.items()
    ]
    return sorted(counted, key=lambda slip: (-len(slip.files), slip.sentence))


def histogram(values: Iterable[float], of: float) -> list[int]:
    """Count marks in ten parts of the scale; the last one holds full marks, too.

    Parameters
    ----------
    values : iterable of float
    of : float

    Returns
    -------
    list of int

    Examples
    --------
    >>> histogram([0, 9.5, 10, 95, 100], 100)
    [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    """
    counts = [0] * BARS
    for value in values:
        counts[min(int(value * BARS / of), BARS - 1)] += 1
    return counts


@dataclass(frozen=True)
class Reported:
    """The page that was written; it prints as a summary.

    Attributes
    ----------
    path : Path
    slips : list of Slip
    """

    path: Path
    slips: list[Slip]

    def __str__(self) -> str:
        return "\n".join([f"{self.path}", *self._most()])

    def _most(self) -> Iterator[str]:
        for slip in self.slips[:5]:
            yield f"  {len(slip.files)} × {slip.sentence}"


def report(assignment: Assignment, places: Places, into: Path) -> Reported:
    """Write the page on the class.

    Parameters
    ----------
    assignment : Assignment
    places : Places
    into : Path
        A folder.

    Returns
    -------
    Reported
    """
    rows = final(assignment.name, places)
    files = list({row.file: row for row in rows if row.file}.values())  # a group counts once
    counted = slips(assignment, files)
    marks = [row.points for row in rows if row.points is not None]
    of = rows[0].of
    text = page(
        "report.html.jinja",
        title=assignment.title,
        rows=rows,
        files=files,
        of=of,
        marks=marks,
        bars=histogram(marks, of),
        mean=statistics.fmean(marks) if marks else None,
        median=statistics.median(marks) if marks else None,
        lowest=min(marks, default=None),
        highest=max(marks, default=None),
        tallies=tallies(mark for row in files for mark in row.questions),
        shared=[slip for slip in counted if len(slip.files) > 1],
        single=[slip for slip in counted if len(slip.files) == 1],
        late=sorted(Counter(row.late for row in rows if row.late).items()),
        waiting=[row for row in rows if row.points is None],
    )
    path = into / f"{assignment.name}.html"
    into.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode())
    return Reported(path, counted)
