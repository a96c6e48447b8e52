"""The code that the chapters show for other frameworks runs and prints what the page says.

The cells of chapter 11 that need PyTorch and Keras are compared by nbval, where both are installed.
"""

import ast
import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import notebooks
import pytest

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "book"
CHAPTER = BOOK / "11-frameworks.ipynb"
FENCE = re.compile(r"^```python\n(>>> .*?)^```", re.MULTILINE | re.DOTALL)
with_chapter = pytest.mark.skipif(not CHAPTER.is_file(), reason="this book has no chapter 11")
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


@pytest.mark.style
def test_every_chapter_with_a_call_shows_it_in_a_framework():
    assert {"01", "02", "03", "04", "05", "07", "09"} <= {chapter[:2] for chapter in sessions()}


def chapter_cells():
    """Return the code cells of chapter 11 that are marked as needing a framework, and the others."""
    cells = [cell for cell in nbformat.read(CHAPTER, as_version=4).cells if cell.cell_type == "code"]
    marked = [cell for cell in cells if notebooks.NEEDS_FRAMEWORKS in cell.metadata.get("tags", [])]
    return marked, [cell for cell in cells if cell not in marked]


def names(cells):
    """Return the names that cells use, and those that they make."""
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell.source))]
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return used, made | {alias.asname or alias.name for node in imports for alias in node.names}


@with_chapter
def test_the_build_runs_every_cell_that_needs_no_framework():
    marked, others = chapter_cells()
    only_there = names(marked)[1] - names(others)[1]
    assert {"torch", "keras"} <= only_there
    assert not names(others)[0] & {"torch", "keras"}
    assert not [cell.source for cell in marked if not only_there & set.union(*names([cell]))]


@with_chapter
def test_the_page_names_the_versions_that_its_outputs_come_from():
    page = "".join(cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells)
    pins = (ROOT / "requirements-frameworks.txt").read_text("utf-8")
    versions = re.findall(r"^(torch|keras)==(\S+)$", pins, re.MULTILINE)
    assert {name for name, _ in versions} == {"torch", "keras"}
    assert not [version for version in versions if " ".join(version) not in page]


@with_chapter
def test_without_the_frameworks_their_cells_are_skipped_with_a_reason_and_the_others_compared():
    hidden = "import sys, pytest; sys.modules['torch'] = None; sys.exit(pytest.main(sys.argv[1:]))"
    command = [sys.executable, "-c", hidden, "-p", "no:cacheprovider", "--color=no", str(CHAPTER)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    marked, others = chapter_cells()
    assert f"{len(others)} passed, {len(marked)} skipped" in result.stdout, result.stdout[-3000:]
    assert "PyTorch and Keras are not installed (requirements-frameworks.txt)" in result.stdout


@pytest.mark.parametrize("installed", [True, False])
def test_storing_a_notebook_runs_marked_cells_only_with_the_frameworks(tmp_path, monkeypatch, installed):
    monkeypatch.setattr(notebooks, "find_spec", lambda name: name if installed else None)
    path = tmp_path / "a.ipynb"
    stored = nbformat.v4.new_output("stream", name="stdout", text="stored\n")
    cell = nbformat.v4.new_code_cell("print('run')", outputs=[stored])
    cell.metadata["tags"] = [notebooks.NEEDS_FRAMEWORKS]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_code_cell("print('run')")]), path)
    assert notebooks.main([str(path)]) == 0
    shown = [cell.outputs[0].text for cell in nbformat.read(path, as_version=4).cells]
    assert shown == ["run\n" if installed else "stored\n", "run\n"]
