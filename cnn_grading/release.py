"""What students get of an assignment: their notebook, and how to run it and hand it in."""

from __future__ import annotations

import copy
import zipfile
from pathlib import Path

import nbformat

from .assignment import HIDDEN, Assignment
from .files import write_files
from .grade import CALLS, CELL, SUBMISSION

README = """{title}

You need Python 3.11 or newer, and nothing else to begin with. In the folder of this file:

    python3 -m venv .venv
    .venv/bin/python -m pip install notebook numpy matplotlib
    .venv/bin/jupyter notebook {name}.ipynb

On Windows:

    py -m venv .venv
    .venv\\Scripts\\python -m pip install notebook numpy matplotlib
    .venv\\Scripts\\jupyter notebook {name}.ipynb

Fill in the cells that raise NotImplementedError, and write where the text asks you to. Each function and class must
keep its name; whatever else you add, move or rename is up to you. The examples in the notebook are checks that you can
see; others are drawn anew for every file that is handed in.

While it is marked, your code has NumPy and Python's own library. You may import matplotlib to look at things, but an
answer must not compute with anything else. It has no network and no file of yours, and cannot start other programs.

It may compute for {cell:.0f} seconds in a cell, {calls:.0f} in the calls of a question, and {submission:.0f} in all.
What takes longer is stopped and counts nothing; the other questions keep their marks. Keep long experiments out of what
you hand in.

Before you hand in: Kernel, Restart and Run All. Then hand in the one file {name}.ipynb, as you were told to.
"""


def released(assignment: Assignment) -> nbformat.NotebookNode:
    """Return the students' notebook.

    Parameters
    ----------
    assignment : Assignment

    Returns
    -------
    NotebookNode
        Without solutions, checks, wrong answers and rubrics, and without any output.
    """
    cells = []
    for cell in assignment.cells:
        tags = set(cell.metadata.get("tags", ()))
        if not tags & HIDDEN:
            cell = copy.deepcopy(cell)
            cell.metadata = nbformat.NotebookNode({"tags": ["manual"]} if "manual" in tags else {})
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            cells.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def release(assignment: Assignment, folder: Path) -> list[Path]:
    """Write the students' notebook, a page on how to run it, and both in a zip.

    Parameters
    ----------
    assignment : Assignment
    folder : Path
        Where; it is made if it is not there.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    ValueError
        If something that is hidden would go out.
    """
    files = {
        f"{assignment.name}.ipynb": public(assignment, released(assignment)),
        "README.txt": README.format(
            title=assignment.title,
            name=assignment.name,
            cell=CELL,
            calls=CALLS,
            submission=SUBMISSION,
        ),
    }
    written = write_files(folder / assignment.name, files)
    archive = folder / f"{assignment.name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(zipfile.ZipInfo(f"{assignment.name}/{name}", (2000, 1, 1, 0, 0, 0)), text)
    return [*written, archive]


def public(assignment: Assignment, notebook: nbformat.NotebookNode) -> str:
    """Return a notebook as the text that goes out.

    Parameters
    ----------
    assignment : Assignment
    notebook : NotebookNode

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If something that is hidden would go out.
    """
    text = nbformat.writes(notebook) + "\n"
    if leaks := leaked(assignment, text):
        raise ValueError(f"{assignment.name}: hidden lines would go out, the first is {leaks[0]!r}")
    return text


def leaked(assignment: Assignment, text: str) -> list[str]:
    """Return the hidden lines of an assignment that stand in a text and in none of its public cells.

    Parameters
    ----------
    assignment : Assignment
    text : str

    Returns
    -------
    list of str
    """
    hidden, public = "", ""
    for cell in assignment.cells:
        if HIDDEN & set(cell.metadata.get("tags", ())):
            hidden += cell.source + "\n"
        else:
            public += cell.source + "\n"
    lines = {line.strip() for line in hidden.splitlines() if len(line.strip()) >= 16}
    return sorted(line for line in lines if line in text and line not in public)
