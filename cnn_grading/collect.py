"""Take in what students handed in: from a folder, or from the zips that Moodle and Canvas give; nothing is dropped."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeVar

from .channel import writable
from .files import write_atomically

LARGEST = 2**26  # bytes of a submission: prints of 40 MB are honest
_MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?:/(?P<inside>.+)|(?P<file>[^/]+))")
_CANVAS = re.compile(r"(?P<name>[^/_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<attempt>\d+)_(?P<file>[^/]+)")
Key = TypeVar("Key", bound=Hashable)
_SAFE = re.compile(r"[\w@+-][\w.@+-]*")


@dataclass(frozen=True)
class Found:
    """A file that was handed in.

    Attributes
    ----------
    where : str
        In the folder or the zip.
    keys : tuple of str
        What may tell whose it is, the surest first.
    received : str
        When, in ISO 8601; files of one student are ordered by it.
    load : callable
        Returns its bytes and what is odd about them; so a class need not fit into memory.
    late : bool
        Whether it came too late, where that is told.
    """

    where: str
    keys: tuple[str, ...]
    received: str
    load: Callable[[], tuple[bytes, str]]
    late: bool = False


@dataclass(frozen=True)
class Report:
    """What was collected; it prints as a summary.

    Attributes
    ----------
    rows : list of dict
        One for each student of the roster, or for each who handed in: student, file, received, note.
    unknown : list of str
        Files whose owner is not in the roster, with the place where they are kept.
    folder : Path
    """

    rows: list[dict[str, str]]
    unknown: list[str]
    folder: Path

    def __str__(self) -> str:
        taken = [row for row in self.rows if row["file"]]
        lines = [f"{len(taken)} of {len(self.rows)} students have handed in: {self.folder}"]
        lines += [f"  {row['student']}: {row['note']}" for row in self.rows if row["note"]]
        lines += [f"  nobody's in the roster: {place}" for place in self.unknown]
        return "\n".join(lines)


def collect(assignment: str, source: Path, into: Path, roster: Path | None = None) -> Report:
    """Copy the newest notebook of each student, or group, into one folder, named after them.

    Parameters
    ----------
    assignment : str
        Its name.
    source : Path
        A folder with a file or a folder for each student, or a zip from Moodle or Canvas.
    into : Path
        Below it, a folder named after the assignment is written, with `collected.csv`, which says whose file is whose.
    roster : Path, optional
        A CSV with a column `student`, and, if you like, `name`, `moodle`, `canvas` (their numbers there) and `group`.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If the roster or the source cannot be read.
    """
    people = read_roster(roster) if roster else None
    folder = into / assignment
    folder.mkdir(parents=True, exist_ok=True)
    everything = sorted(_found(source), key=lambda found: found.received)
    names = _names({found.keys: _safe(found.keys[-1]) for found in everything})
    places = _names({found.where: _kept(found.where) for found in everything})
    newest: dict[str, Found] = {}
    owners: dict[str, str] = {}
    unknown = []
    for found in everything:
        student = names[found.keys] if people is None else _owner(found, people)
        if student is None:
            (folder / "unknown").mkdir(exist_ok=True)
            place = folder / "unknown" / places[found.where]
            write_atomically(place, found.load()[0])
            unknown.append(f"{found.where}, kept as {place}")
            continue
        file = (people[student].get("group") if people else "") or student
        before = newest.get(file)
        if before and before.where.endswith(".ipynb") and not found.where.endswith(".ipynb"):
            continue  # a picture beside the notebook
        newest[file], owners[file] = found, student
    notes = {}
    for file, found in newest.items():
        content, odd = found.load()
        notes[file] = ", ".join(filter(None, [odd, "late" * found.late]))
        write_atomically(folder / f"{file}.ipynb", content)
    rows = []
    for student in people or sorted(newest):
        file = (people[student].get("group") if people else "") or student
        taken = newest.get(file)
        note = notes[file] if taken else "nothing handed in"
        if taken and owners[file] != student:
            note = ", ".join(filter(None, [note, f"by {owners[file]}"]))
        rows.append(
            {
                "student": student,
                "file": (taken and file) or "",
                "received": taken.received if taken else "",
                "note": note,
            }
        )
    text = io.StringIO()
    writer = csv.DictWriter(text, ["student", "file", "received", "note"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(folder / "collected.csv", text.getvalue().encode())
    return Report(rows, unknown, folder)


def read_roster(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a roster by student; see `collect`."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows or "student" not in rows[0]:
        raise ValueError(f"{path} must be a CSV with a column `student`")
    people: dict[str, dict[str, str]] = {}
    for row in rows:
        row = {key: (value or "").strip() for key, value in row.items() if key}
        for word in (row["student"], row.get("group", "")):
            if word and not _SAFE.fullmatch(word):
                raise ValueError(f"{path}: {word!r} cannot name a file: letters, digits and . _ @ + - only")
        if not row["student"] or row["student"] in people:
            raise ValueError(f"{path}: the student {row['student']!r} is there twice or has no name")
        people[row["student"]] = row
    return people


def _owner(found: Found, people: dict[str, dict[str, str]]) -> str | None:
    """Return whose file it is; nothing is guessed."""
    for key in found.keys:
        for column in ("moodle", "canvas", "student", "name"):
            owners = [student for student, row in people.items() if key and row.get(column) == key]
            if len(owners) == 1:
                return owners[0]
    return None


def _found(source: Path) -> Iterator[Found]:
    if source.is_dir():
        yield from _in_folder(source)
    elif zipfile.is_zipfile(source):
        yield from _in_zip(source)
    else:
        raise ValueError(f"{source} is neither a folder nor a zip")


def _in_folder(source: Path) -> Iterator[Found]:
    for path in sorted(source.rglob("*")):
        place = path.relative_to(source)
        if _is_system(place.parts) or (path.is_dir() and not path.is_symlink()):
            continue
        keys = (place.parts[0] if len(place.parts) > 1 else path.stem,)
        yield Found(writable(str(place)), keys, _time(path.lstat().st_mtime), partial(_read, path))


def _read(path: Path) -> tuple[bytes, str]:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return b"", "a link, or no ordinary file, was handed in"
    if status.st_size > LARGEST:
        return b"", f"{status.st_size:,} bytes are not read"
    return path.read_bytes(), _odd(writable(path.name))


def _in_zip(source: Path) -> Iterator[Found]:
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
    for member in members:
        place = PurePosixPath(member.filename)
        if member.is_dir() or _is_system(place.parts):
            continue
        received, late = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*member.date_time), False
        if match := _MOODLE.fullmatch(member.filename):
            keys: tuple[str, ...] = (match["id"], match["name"])
        elif match := _CANVAS.fullmatch(member.filename):
            keys, late = (match["id"], match["name"]), bool(match["late"])
            received = f"{received} attempt {int(match['attempt']):012d}"
        else:
            keys = (place.parts[0] if len(place.parts) > 1 else place.stem,)
        yield Found(member.filename, keys, received, partial(_unpack, source, member), late)


def _unpack(source: Path, member: zipfile.ZipInfo) -> tuple[bytes, str]:
    try:
        with zipfile.ZipFile(source) as archive, archive.open(member) as file:
            content = file.read(LARGEST + 1)
    except Exception as error:  # zipfile raises many kinds on a damaged member
        return b"", f"it could not be unpacked: {error}"
    if len(content) > LARGEST:
        return b"", f"more than {LARGEST:,} bytes are not read"
    return content, _odd(PurePosixPath(member.filename).name)


def _is_system(parts: tuple[str, ...]) -> bool:
    """Tell files that a system puts beside those of people."""
    return any(part == "__MACOSX" or (part.startswith(".") and part.strip(".")) for part in parts)


def _odd(name: str) -> str:
    return "" if name.endswith(".ipynb") else f"{name} is no notebook (.ipynb)"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0, tzinfo=None).isoformat()


def _names(wanted: dict[Key, str]) -> dict[Key, str]:
    """Return the names that are wanted; those that two want, be it in other letters, get a mark of their own."""
    shared = Counter(name.casefold() for name in wanted.values())

    def marked(key: Key, name: str) -> str:
        path = PurePosixPath(name)
        return f"{path.stem}_{hashlib.sha256(repr(key).encode()).hexdigest()[:8]}{path.suffix}"

    return {key: name if shared[name.casefold()] == 1 else marked(key, name) for key, name in wanted.items()}


def _kept(where: str) -> str:
    """Return the name under which a file of nobody's is kept."""
    ending = PurePosixPath(where).suffix
    return _safe(where.removesuffix(ending)) + ending


def _safe(text: str) -> str:
    """Return a name that a file may have, the same for the same text."""
    return re.sub(r"[^\w@+-]+", "_", text).strip("_") or "nameless"
