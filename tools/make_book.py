"""Build the book as `jupyter-book build . -W --keep-going -n` does, and at once where nothing has changed.

What was built is good as long as each file of this folder, the address of the site and the environment are those that
it was built from, and each page is there as it was written. Everything else is Jupyter Book's and Sphinx's to decide:
they read and write the pages that changed.
"""

from __future__ import annotations

import gc
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "_build"
STAMP = BUILT / "built"
APART = {"_build", "__pycache__", "build", "dist"}  # and whatever has a dot before its name
OPTIONS = [".", "-W", "--keep-going", "-n"]


def files(folder: Path) -> Iterator[Path]:
    """Go through the files of a folder that somebody wrote."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in APART and not name.startswith((".", "_build")))
        yield from (Path(where, name) for name in sorted(names) if not name.startswith("."))


def written() -> Iterator[Path]:
    """Go through the files of the built book."""
    return (path for path in sorted((BUILT / "html").rglob("*")) if path.is_file())


def state() -> str:
    """Return a short name for all that the book is made of, and for what was made of it."""
    total = hashlib.sha256(f"{sys.version} {os.environ.get('BOOK_URL', '')}".encode())
    for path in files(ROOT):
        total.update(f"\n{path} ".encode() + hashlib.sha256(path.read_bytes()).digest())
    for path in written():
        total.update(f"\n{path} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return total.hexdigest()


def main() -> int:
    """Build the book unless it is there already."""
    if STAMP.is_file() and STAMP.read_text("utf-8") == state():
        print("Nothing has changed since the book was built.")
        return 0
    STAMP.unlink(missing_ok=True)
    # Jupyter Book compares its settings with a schema. For kinds of text that no setting has, this package compiles 38
    # grammars when it is imported, which takes longer than a page; without it, jsonschema leaves these kinds out.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from jupyter_book.cli.main import main as jupyter_book

    # A build makes millions of objects that stay; to look through them for waste again and again takes a fifth of it.
    gc.set_threshold(200_000, 20, 100)
    os.chdir(ROOT)
    jupyter_book(["build", *OPTIONS], standalone_mode=False)
    BUILT.mkdir(exist_ok=True)
    STAMP.write_text(state(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
