"""Build the book as `jupyter-book build . -W --keep-going -n` does, and at once where nothing has changed.

What was built is good as long as each file of this folder, the address of the site and the environment are those that
it was built from, and each page is there as it was written. Everything else is Jupyter Book's and Sphinx's to decide:
they read and write the pages that changed.

    python tools/make_book.py                  build the whole book
    python tools/make_book.py --solutions no   build it without the solutions of its exercises, for a class

A book without solutions is built from a copy of this folder that never held one: so no page, no download, no index and
no PDF can. The copy and its pages have a folder of their own, since a reader who opens _build/html, and whoever
publishes it, must find the whole book there, and a class must never find it by mistake.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLASS = Path("_build", "without-solutions")
# A solution is a cell with the tag `solution`, or in a text a fold or a few words of this class. Answers to what a page
# asks beside an explorer are of the class `answers` too, and stay: nobody is graded for them.
SOLUTION = re.compile(r'<details class="solution">.*?</details>|\[[^\]]*\]\{\.solution\}', re.DOTALL)
APART = {"_build", "__pycache__", "build", "dist"}  # and whatever has a dot before its name
OPTIONS = [".", "-W", "--keep-going", "-n"]


def files(folder: Path) -> Iterator[Path]:
    """Go through the files of a folder that somebody wrote."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in APART and not name.startswith((".", "_build")))
        yield from (Path(where, name) for name in sorted(names) if not name.startswith("."))


def without_solutions(path: Path) -> bytes:
    """Return what a file holds beside the solutions of exercises."""
    content = path.read_bytes()
    if path.suffix == ".md":
        return SOLUTION.sub("", content.decode()).encode()
    if path.suffix != ".ipynb":
        return content
    notebook, kept = json.loads(content), []
    for cell in notebook["cells"]:
        if "solution" in cell["metadata"].get("tags", ()):
            continue
        if cell["cell_type"] == "markdown":
            text = SOLUTION.sub("", "".join(cell["source"])).strip("\n")
            if not text:
                continue
            cell["source"] = text.splitlines(keepends=True)
        kept.append(cell)
    return (json.dumps(notebook | {"cells": kept}, ensure_ascii=False, indent=1) + "\n").encode()


def copy_without_solutions(source: Path, copy: Path) -> Path:
    """Bring a copy of a folder without the solutions of exercises up to date, and return it.

    What has not changed is not written, so that a build of the copy knows it.
    """
    wanted = {path.relative_to(source): without_solutions(path) for path in files(source)}
    for path in list(files(copy)):
        if path.relative_to(copy) not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = copy / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return copy


def sources(folder: Path) -> str:
    """Return a short name for all that the book in a folder is made of."""
    total = hashlib.sha256(f"{sys.version} {os.environ.get('BOOK_URL', '')}".encode())
    for path in files(folder):
        total.update(f"\n{path} ".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def pages(folder: Path) -> str:
    """Return a short name for what was made of it."""
    total = hashlib.sha256()
    for path in sorted((folder / "_build" / "html").rglob("*")):
        if path.is_file():
            total.update(f"\n{path} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return total.hexdigest()


def build(folder: Path) -> None:
    """Build the book in a folder unless it is there already."""
    stamp, made_of = folder / "_build" / "built", sources(folder)
    if stamp.is_file() and stamp.read_text("utf-8") == f"{made_of} {pages(folder)}":
        print("Nothing has changed since the book was built.")
        return
    stamp.unlink(missing_ok=True)
    # Jupyter Book compares its settings with a schema. For kinds of text that no setting has, this package compiles 38
    # grammars when it is imported, which takes longer than a page; without it, jsonschema leaves these kinds out.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from jupyter_book.cli.main import main as jupyter_book

    # A build makes millions of objects that stay; to look through them for waste again and again takes a fifth of it.
    gc.set_threshold(200_000, 20, 100)
    os.chdir(folder)
    jupyter_book(["build", *OPTIONS], standalone_mode=False)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(f"{made_of} {pages(folder)}", "utf-8")  # of what it was when the build began


def main(arguments: list[str] | None = None) -> int:
    """Build the book, with solutions or without."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--solutions", choices=("yes", "no"), default="yes")
    whole = parser.parse_args(arguments).solutions == "yes"
    build(ROOT if whole else copy_without_solutions(ROOT, ROOT / CLASS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
