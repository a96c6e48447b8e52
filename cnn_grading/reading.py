"""What a student handed in, for people to read: the code of an answer, and the words of another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .assignment import Assignment, Question
from .release import released
from .source import all_cells, text_of

_UNSEEN = re.compile(r"[^\n\t\x20-\x7e\xa0-\u2029\u202f-\u2065\u2070-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook that was handed in.

    Attributes
    ----------
    kind : str
        "code", or anything else for words.
    text : str
        Without signs that cannot be seen, or that turn the order of others round.
    id : str
        As the notebook says; it may be missing, or a lie.
    """

    kind: str
    text: str
    id: str


def cells_to_read(notebook: bytes) -> list[Cell]:
    """Read a notebook.

    Parameters
    ----------
    notebook : bytes
        As handed in.

    Returns
    -------
    list of Cell
        Empty if it is no notebook.
    """
    try:
        found = all_cells(notebook)
    except (ValueError, TypeError, AttributeError, RecursionError, MemoryError):
        return []
    return [Cell(str(cell.get("cell_type")), seen(text_of(cell)), str(cell.get("id"))) for cell in found]


def seen(text: str) -> str:
    """Return a text with a sign in place of what cannot be seen, or written to a file.

    Examples
    --------
    >>> seen("a\\x1b[2Jb\\n\\ud800")
    'a\ufffd[2Jb\\n\ufffd'
    """
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def code_of(cells: list[Cell], name: str) -> str:
    """Return the last cell that defines a function or class: the one that counts.

    Parameters
    ----------
    cells : list of Cell
    name : str

    Returns
    -------
    str
        Empty if there is none.
    """
    defines = re.compile(rf"^(?:(?:async +)?def|class) +{name}\b|^{name} *=[^=]", re.M)
    found = [cell.text for cell in cells if cell.kind == "code" and defines.search(cell.text)]
    return found[-1] if found else ""


def words_of(cells: list[Cell], assignment: Assignment, question: Question) -> str:
    """Return what was written to a question that is marked by hand.

    It is everything between the question's text and the next cell that was handed out, whoever knows whether it still
    stands in the cell that was meant for it; and that cell, wherever it stands.

    Parameters
    ----------
    cells : list of Cell
        As handed in.
    assignment : Assignment
    question : Question
        One without a check.

    Returns
    -------
    str
        Empty if nothing was written.
    """
    given = released(assignment).cells
    by_hand = [other.name for other in assignment.questions if other.check is None]
    places = [at for at, cell in enumerate(given) if "manual" in cell.metadata.get("tags", ())]
    at = places[by_hand.index(question.name)]
    own = given[at]
    others = {cell.source for cell in given[:at] + given[at + 1 :]}
    open_, found = False, []
    for cell in cells:
        if cell.text in others:
            open_ = at > 0 and cell.text == given[at - 1].source
        elif (open_ or cell.id == own.get("id")) and cell.text.strip() and cell.text != own.source:
            found.append(cell.text.replace(own.source, "").strip())
    return "\n\n".join(filter(None, found))
