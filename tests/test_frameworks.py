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


def blocks():
    """Yield (where, code) for each block of a chapter's text that is written as a session with a framework."""
    for path in sorted(BOOK.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for code in FENCE.findall(cell.source):
                    yield f"{path.stem}:{cell.id}", code


@pytest.mark.parametrize(("where", "code"), list(blocks()), ids=lambda v: v if ":" in v[:40] else "")
def test_code_shown_for_other_frameworks_prints_what_the_page_says(where, code, monkeypatch):
    for name in WITNESSES:
        if re.search(rf"import {name}\b", code):
            monkeypatch.setitem(os.environ, "KERAS_BACKEND", "torch")
            pytest.importorskip(name, reason=f"{name} is not installed (requirements-frameworks.txt)")
    session = doctest.DocTestParser().get_doctest(code, {}, where, None, None)
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
    runner.run(session, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_every_chapter_with_a_call_shows_it_in_a_framework():
    shown = {where.split(":")[0][:2] for where, _ in blocks()}
    assert {"01", "02", "03", "04", "05", "07"} <= shown
