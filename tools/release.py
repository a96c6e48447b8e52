"""Put what a release holds into _build/release: the pages to unpack, the book as PDF, and what has changed.

    python tools/release.py 0.2.0

After `make pdf`. The version is that of the library, and CHANGELOG.md has a section of its name.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from cnn_course import __version__

ROOT = Path(__file__).resolve().parent.parent


def notes(changelog: str, version: str) -> str:
    """Return what a changelog says of a version.

    Parameters
    ----------
    changelog : str
        A heading `## version, date` for each version.
    version : str

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no such heading, or nothing under it.

    Examples
    --------
    >>> notes("# Changes\\n\\n## 0.2.0, 2026-12-01\\n\\nFaster.\\n\\n## 0.1.0, 2026-11-20\\n\\nThe first.\\n", "0.2.0")
    'Faster.'
    """
    found = re.search(
        rf"^## {re.escape(version)}, \d{{4}}-\d\d-\d\d\n(.+?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if not found or not found[1].strip():
        raise ValueError(
            f"CHANGELOG.md has nothing of version {version}: add ## {version}, its date, and what has changed"
        )
    return found[1].strip()


def main(version: str | None = None) -> None:
    """Fill _build/release anew."""
    if version and version != __version__:
        raise ValueError(f"the version is {__version__} in cnn_course/__init__.py, not {version}")
    told = notes((ROOT / "CHANGELOG.md").read_text("utf-8"), __version__)
    build = ROOT / "_build"
    release = build / "release"
    shutil.rmtree(release, ignore_errors=True)
    release.mkdir()
    (release / "notes.md").write_text(told + "\n", "utf-8")
    shutil.make_archive(str(release / f"convolutional-networks-{__version__}"), "zip", build, "html")
    for pdf in build.glob("convolutional-networks-*.pdf"):
        shutil.copy(pdf, release)
    print(f"{release} holds {', '.join(sorted(path.name for path in release.iterdir()))}.")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ValueError as error:
        sys.exit(str(error))
