"""The code that the chapters show for other frameworks runs and prints what the page says."""

import doctest
import os
import re
from pathlib import Path

import nbformat
import pytest

BOOK = Path(__file__).parent.parent / "book"
FENCE = re.compile(r"^```python\n(>>> .*?)^```", re.MULTILINE | re.DOTALL)
WITNESSES = ("torch", "keras")


def sessions():
    """Return, for each chapter, the code in its text that is written as a session with other frameworks."""
    found = {}
    for path in sorted(BOOK.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        code = [block for cell in cells if cell.cell_type == "markdown" for block in FENCE.findall(cell.source)]
        if code:
            found[path.stem] = "\n".join(code)
    return found


@pytest.mark.parametrize("chapter", sessions())
def test_code_shown_for_other_frameworks_prints_what_the_page_says(chapter, monkeypatch):
    code = sessions()[chapter]
    monkeypatch.setitem(os.environ, "KERAS_BACKEND", "torch")
    for name in WITNESSES:
        if re.search(rf"import {name}\b", code):
            pytest.importorskip(name, reason=f"{name} is not installed (requirements-frameworks.txt)")
    session = doctest.DocTestParser().get_doctest(code, {}, chapter, None, None)
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
    runner.run(session, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_every_chapter_with_a_call_shows_it_in_a_framework():
    assert {"01", "02", "03", "04", "05", "07", "09"} <= {chapter[:2] for chapter in sessions()}
