"""What all tests share: one browser and one built book for the whole run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import browser, call, serve
from filelock import FileLock

__all__ = ["browser", "build", "built_book", "call", "site"]

ROOT = Path(__file__).parents[1]


def build(source: Path, output: Path) -> subprocess.CompletedProcess[str]:
    """Build a book as `make book` does, every warning an error; its pages are in output/_build/html."""
    command = Path(sys.executable).with_name("jupyter-book")
    arguments = ["build", source, "--path-output", output, "-W", "--keep-going", "-n"]
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def built_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the book, once for the whole run, and return the folder of its pages.

    Notebooks that `make book` has executed with this very library are taken from its cache, which is named after it.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # each has a folder inside that of the run
        folder = folder.parent
    output = folder / "book"
    pages, cache = output / "_build" / "html", Path("_build", ".jupyter_cache")
    with FileLock(folder / "book.lock"):
        if not pages.is_dir():
            if (ROOT / cache).is_dir():
                shutil.copytree(ROOT / cache, output / cache)
            result = build(ROOT, output)
            if result.returncode:
                shutil.rmtree(output)
                pytest.fail("the book does not build:\n" + result.stderr[-6000:])
    return pages


@pytest.fixture(scope="session")
def site(built_book: Path) -> Iterator[str]:
    """Serve the built book on this machine and return its address."""
    with serve(built_book) as address:
        yield address
