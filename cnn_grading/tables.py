"""Tables that people edit in a spreadsheet: whatever it does to a CSV on the way, the same table comes back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from .files import write_atomically

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is computed when a spreadsheet opens it


def read_table(path: Path, *columns: str) -> list[dict[str, str]]:
    """Read a CSV with commas or semicolons between its columns.

    Parameters
    ----------
    path : Path
    *columns : str
        That it must have.

    Returns
    -------
    list of dict
        A row each, without spaces around a value; rows that hold nothing are left out.

    Raises
    ------
    ValueError
        If it is no such table; the message names the file, and what it lacks.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f'{path} is not in UTF-8: save it as "CSV UTF-8"') from None
    first = text.partition("\n")[0]
    comma = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=comma)
    names = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    if missing := [column for column in columns if column not in names]:
        raise ValueError(f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; it has {names}")
    rows = []
    for row in reader:
        if None in row:
            raise ValueError(f"{path}, line {reader.line_num}: more values than the {len(names)} columns")
        cells = {name: _shown(value or "") for name, value in row.items()}
        if any(cells.values()):
            rows.append(cells)
    return rows


def write_table(path: Path, columns: Iterable[str], rows: Iterable[dict[str, str]]) -> None:
    """Write a CSV that a spreadsheet opens with its letters right and computes nothing of.

    Parameters
    ----------
    path : Path
    columns : iterable of str
    rows : iterable of dict
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: f"'{value}" if value.startswith(_FORMULA) else value for name, value in row.items()})
    write_atomically(path, text.getvalue().encode("utf-8-sig"))


def _shown(value: str) -> str:
    """Take back the apostrophe that kept a cell from being computed."""
    value = value.strip()
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA) else value


def number(text: str) -> float | None:
    """Return the number that stands in a cell, with a point or a comma.

    Parameters
    ----------
    text : str

    Returns
    -------
    float or None
        None if it is empty.

    Raises
    ------
    ValueError
        If it holds anything but a number from 0 on.

    Examples
    --------
    >>> number("7,5"), number("")
    (7.5, None)
    """
    if not text:
        return None
    plain = text.replace(",", ".", 1)
    if not plain.isascii() or not plain.replace(".", "", 1).isdigit():
        raise ValueError(f"{text!r} is no number from 0 on")
    return float(plain)
