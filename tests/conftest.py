"""What all tests share: one browser and one built book for the whole run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import browser, call, serve

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
    output = tmp_path_factory.mktemp("book")
    cache = Path("_build", ".jupyter_cache")
    if (ROOT / cache).is_dir():
        shutil.copytree(ROOT / cache, output / cache)
    result = build(ROOT, output)
    assert result.returncode == 0, "the book does not build:\n" + result.stderr[-6000:]
    return output / "_build" / "html"


@pytest.fixture(scope="session")
def site(built_book: Path) -> Iterator[str]:
    """Serve the built book on this machine and return its address."""
    with serve(built_book) as address:
        yield address
