"""Marks into a platform's own sheet: one column is filled or added, every other byte stays as it was.

A row belongs to a student by a number or a login of his, never by his name. What belongs to nobody is told, and nothing
is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Columns of Canvas, of Moodle and of rosters that hold who a row is, and the column of our roster that says the same.
IDENTITIES = {
    "ID": "canvas",
    "SIS Login ID": "student",
    "SIS User ID": "student",
    "Identifier": "moodle",
    "ID number": "student",
    "Username": "student",
    "Email address": "student",
    "student": "student",
}
MOODLE = "Identifier"  # its sheets have this column, and the marks belong to "Grade"
POSSIBLE = "Points Possible"  # Canvas: begins the row that holds what a column is out of
MAXIMUM = "maximum grade"  # Moodle: the column that does


@dataclass
class Cell:
    """A cell as it stands in a file.

    Attributes
    ----------
    raw : str
        With its quotes.
    end : str
        What follows: a separator, the end of a line, or nothing.
    """

    raw: str
    end: str

    @property
    def text(self) -> str:
        """Its value, without quotes and spaces around it."""
        raw = self.raw.removeprefix("\ufeff").strip()
        return raw[1:-1].replace('""', '"').strip() if raw.startswith('"') else raw


@dataclass
class Filled:
    """A sheet with marks in it, and what there is to say; it prints as that.

    Attributes
    ----------
    content : bytes
    column : str
        Which was filled.
    added : bool
        Whether the column is new.
    written, same : int
        Cells that got another value, and those that had it already.
    kept : list of str
        Students in the sheet that have no mark yet: their cell is as it was.
    absent : list of str
        Students that are not in the sheet.
    strange : list of str
        Rows of nobody we know, by their first cells.
    """

    content: bytes
    column: str
    added: bool
    written: int = 0
    same: int = 0
    kept: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        head = f"{self.column!r}: {self.written} cells written, {self.same} had their value already"
        lines = [head + "; the column is new" * self.added]
        lines += [f"  no mark yet, cell left as it was: {student}" for student in self.kept]
        lines += [f"  not in the sheet: {student}" for student in self.absent]
        lines += [f"  a row of nobody in the class, left as it was: {row}" for row in self.strange]
        return "\n".join(lines)


def fill(
    sheet: bytes,
    marks: Mapping[str, float | None],
    roster: Mapping[str, Mapping[str, str]],
    assignment: str,
    of: float,
    *,
    column: str = "",
    identity: str = "",
    out_of: float = 0,
) -> Filled:
    """Write marks into one column of a sheet.

    Parameters
    ----------
    sheet : bytes
        A CSV as the platform gives it, with commas, semicolons or tabs.
    marks : mapping of str to float or None
        For each student; None for no mark yet, which leaves the cell as it was.
    roster : mapping of str to mapping of str to str
        For each student what else identifies him: `canvas`, `moodle`.
    assignment : str
        Names the column if nothing else does.
    of : float
        Points that there are.
    column : str
        To be filled, or added; "Lab 1" is also "Lab 1 (1234)", as Canvas has it.
    identity : str
        The column that says who a row is, if its name is none that platforms use.
    out_of : float
        What the platform counts in, if not in `of` points; marks are then scaled.

    Returns
    -------
    Filled

    Raises
    ------
    ValueError
        If the sheet cannot be read, does not say who its rows are, says two things about one row, has one student
        twice, or counts in other points.
    """
    rows = _parsed(sheet)
    header = [cell.text for cell in rows[0]]
    wide = [row for row in rows if len(row) > 1 or row[0].text]
    for number, row in enumerate(wide[1:], 2):
        if len(row) != len(header):
            raise ValueError(f"row {number} of the sheet has {len(row)} cells, its header {len(header)}")
    owners = _owners(header, wide[1:], marks, roster, identity)
    place, name = _place(header, column or ("Grade" if MOODLE in header else assignment))
    added = place == len(header)
    total = out_of or of
    _agree(header, wide[1:], place, total)
    filled = Filled(b"", name, added)
    if added:
        quoted = all(cell.raw.lstrip("\ufeff").startswith('"') for cell in rows[0])
        _append(rows[0], _quoted(name) if quoted or re.search('[,;\t"]', name) else name)
    seen = set()
    for row, owner in zip(wide[1:], owners, strict=True):
        if added:
            _append(row, f"{total:g}" if row[0].text == POSSIBLE else "")
        if owner is None:
            if row[0].text != POSSIBLE:
                filled.strange.append(", ".join(cell.text for cell in row[:3] if cell.text))
            continue
        seen.add(owner)
        mark, cell = marks[owner], row[place]
        if mark is None:
            filled.kept.append(owner)
            continue
        value = f"{round(mark * total / of, 2):.12g}"
        if cell.text == value:
            filled.same += 1
        else:
            cell.raw = f'"{value}"' if cell.raw.startswith('"') else value
            filled.written += 1
    filled.absent = [student for student in marks if student not in seen]
    filled.content = "".join(cell.raw + cell.end for row in rows for cell in row).encode()
    return filled


def _parsed(sheet: bytes) -> list[list[Cell]]:
    """Return the rows of a CSV, so that joining their cells and ends gives the file again."""
    try:
        text = sheet.decode()
    except UnicodeDecodeError:
        raise ValueError('the sheet is not in UTF-8: export it anew, or save it as "CSV UTF-8"') from None
    first = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    separator = max(",;\t", key=first.count)
    pattern = re.compile(
        rf'(\ufeff?[ ]*"(?:[^"]|"")*"[ ]*|[^"{separator}\r\n][^{separator}\r\n]*|)({separator}|\r\n|\n|\r|\Z)'
    )
    rows: list[list[Cell]] = [[]]
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            raise ValueError(f"the sheet is no CSV: {text[at : at + 30]!r} ends nowhere, in row {len(rows)}")
        rows[-1].append(Cell(match[1], match[2]))
        at = match.end()
        if match[2] != separator and at < len(text):
            rows.append([])
    if rows[-1] and rows[-1][-1].end == separator:  # the last cell of the file is empty
        rows[-1].append(Cell("", ""))
    if not rows[0] or len(rows[0]) < 2:
        raise ValueError("the sheet has a single column: it must be a CSV with commas, semicolons or tabs")
    return rows


def _owners(
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    marks: Mapping[str, float | None],
    roster: Mapping[str, Mapping[str, str]],
    identity: str,
) -> list[str | None]:
    """Return whose each row is."""
    known = {"student": {student: student for student in marks}}
    for kind in ("canvas", "moodle"):
        numbers = [(who[kind], student) for student, who in roster.items() if student in marks and who.get(kind)]
        known[kind] = dict(numbers)
        if len(known[kind]) < len(numbers):
            raise ValueError(f"two students of the roster have one number in the column {kind}")
    if identity:
        if identity not in header:
            raise ValueError(f"the sheet has no column {identity!r}, but {', '.join(header)}")
        sources = [(header.index(identity), kind) for kind in known]
    else:
        sources = [(at, IDENTITIES[name]) for at, name in enumerate(header) if name in IDENTITIES]
    if not sources:
        raise ValueError(
            f"no column of the sheet says who a row is: name it with --identity, one of {', '.join(header)}"
        )
    owners: list[str | None] = []
    for row in rows:
        found = {known[kind].get(_bare(row[at].text, kind)) for at, kind in sources} - {None}
        if len(found) > 1:
            raise ValueError(f"a row of the sheet is of two students: {', '.join(sorted(map(str, found)))}")
        owners.append(found.pop() if found else None)
    if twice := sorted({owner for owner in owners if owner and owners.count(owner) > 1}):
        raise ValueError(f"the sheet has two rows of {', '.join(twice)}")
    return owners


def _bare(text: str, kind: str) -> str:
    """Return the number of Moodle's "Participant 123", whatever its word for a participant is."""
    match = re.fullmatch(r"\D* (\d+)", text) if kind == "moodle" else None
    return match[1] if match else text


def _place(header: Sequence[str], name: str) -> tuple[int, str]:
    """Return where a column is, or is to be added, and what it is called there."""
    named = re.compile(re.escape(name) + r"( \(\d+\))?")
    places = [at for at, text in enumerate(header) if text == name] or [
        at for at, text in enumerate(header) if named.fullmatch(text)
    ]
    if len(places) > 1:
        raise ValueError(
            f"the sheet has {len(places)} columns {name!r}: name one with its number, --column {header[places[0]]!r}"
        )
    if places and header[places[0]] in IDENTITIES:
        raise ValueError(f"the column {name!r} says who a row is: marks would overwrite it")
    return (places[0], header[places[0]]) if places else (len(header), name)


def _agree(header: Sequence[str], rows: Sequence[Sequence[Cell]], place: int, total: float) -> None:
    """Raise if the sheet says that it counts in other points."""
    told = [row[place].text for row in rows if row[0].text == POSSIBLE and place < len(header)]
    told += [row[at].text for at, name in enumerate(header) if name.lower() == MAXIMUM for row in rows]
    for text in told:
        if re.fullmatch(r"\d+([.,]\d+)?", text) and float(text.replace(",", ".")) != total:
            raise ValueError(
                f"the sheet counts in {text} points, these marks in {total:g}: --out-of {text} scales them"
            )


def _append(row: list[Cell], raw: str) -> None:
    """Add a cell behind the last one."""
    row[-1].end, end = row[0].end, row[-1].end  # between the cells stands the separator
    row.append(Cell(raw, end))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
