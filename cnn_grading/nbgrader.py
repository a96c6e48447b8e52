"""A bridge to nbgrader: its gradebook, formgrader and feedback, with our marks; it never runs students' code.

`release` writes what `nbgrader generate_assignment` takes, `export` what `nbgrader autograde` takes: each student's
cells, in which every question has its points cell. There, in place of `Execute`, `OurMarks` writes what our grader
found. Solutions and checks go nowhere near it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_code_cell, new_markdown_cell
from traitlets import Bool, Unicode

from .assignment import Assignment
from .files import write_files
from .marks import Final, Mark, Places, final
from .reading import cells_to_read
from .release import public, released

CONFIG = """# Made by the command `release --nbgrader`; nbgrader reads it in this folder.
from cnn_grading.nbgrader import configure

configure(get_config())
"""
NOTE = "# {title}\n# The course's grader writes the points of this question here."
NO_RESULT = ("not graded", "nothing handed in")
SCHEMA = 3  # of nbgrader's metadata


def configure(config: Any) -> None:
    """Set up nbgrader: our marks in place of running the notebook, and nothing that takes solutions out of cells.

    Parameters
    ----------
    config : traitlets.config.Config
        As `get_config` gives it in a configuration file.
    """
    steps = "LockCells ClearOutput CheckCellMetadata ComputeChecksums SaveCells CheckCellMetadata"
    ours = [f"nbgrader.preprocessors.{name}" for name in ("LimitOutput", "SaveAutoGrades", "CheckCellMetadata")]
    config.GenerateAssignment.preprocessors = [f"nbgrader.preprocessors.{name}" for name in steps.split()]
    config.Autograde.autograde_preprocessors = ["cnn_grading.nbgrader.OurMarks", *ours]


def source(assignment: Assignment) -> nbformat.NotebookNode:
    """Return an assignment as nbgrader's source: the students' notebook, with a points cell for each question.

    Parameters
    ----------
    assignment : Assignment

    Returns
    -------
    NotebookNode
    """
    notebook = released(assignment)
    places = {cell.id: cell for cell in notebook.cells}
    cells = []
    last = {cell.id: question for cell, question in _ends(assignment)}
    for original in assignment.cells:
        if original.id in places:
            cells.append(places[original.id])
        question = last.get(original.id)
        if question is None:
            continue
        by_hand = question.check is None
        told = {"nbgrader": _metadata(question, "markdown" if by_hand else "code", solution=by_hand)}
        if by_hand:
            places[original.id].metadata = nbformat.from_dict(told)
        else:
            cells.append(new_code_cell(NOTE.format(title=question.title), id=f"points-{_grade_id(question.name)}"))
            cells[-1].metadata = nbformat.from_dict(told)
    notebook.cells = cells
    return notebook


def _ends(assignment: Assignment) -> list[tuple[Any, Any]]:
    """Return the cell at which each question is complete: its check, or where its text is written."""
    ends = [cell for cell in assignment.cells if {"check", "manual"} & {*cell.metadata.get("tags", ())}]
    return list(zip(ends, assignment.questions, strict=True))


def _metadata(question: Any, kind: str, *, solution: bool) -> dict[str, Any]:
    return {
        "cell_type": kind,
        "grade": True,
        "grade_id": _grade_id(question.name),
        "locked": not solution,
        "points": question.points,
        "schema_version": SCHEMA,
        "solution": solution,
        "task": False,
    }


def _grade_id(name: str) -> str:
    return name.replace(".", "-")


def release(assignment: Assignment, folder: Path) -> list[Path]:
    """Write nbgrader's configuration and source; `nbgrader generate_assignment` makes its release of them.

    Parameters
    ----------
    assignment : Assignment
    folder : Path
        Of the course, for nbgrader.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    ValueError
        If something that is hidden would go out.
    """
    name, text = assignment.name, public(assignment, source(assignment))
    return write_files(folder, {"nbgrader_config.py": CONFIG, f"source/{name}/{name}.ipynb": text})


def submit(assignment: Assignment, places: Places, folder: Path) -> tuple[list[Path], list[str]]:
    """Write what `nbgrader autograde` takes, a notebook for each student whose file has been graded.

    Parameters
    ----------
    assignment : Assignment
    places : Places
    folder : Path
        Of the course, for nbgrader.

    Returns
    -------
    list of Path
        What was written.
    list of str
        Students that have no result, and why: nbgrader would take a 0 for it.
    """
    files, left = {}, []
    for row in final(assignment.name, places):
        if row.status in NO_RESULT:
            left.append(f"{row.student}: {row.why or row.status}")
        else:
            content = (places.submissions / assignment.name / f"{row.file}.ipynb").read_bytes()
            text = nbformat.writes(submission(assignment, content)) + "\n"
            files[f"submitted/{row.student}/{assignment.name}/{assignment.name}.ipynb"] = text
    return write_files(folder, files), left


def submission(assignment: Assignment, content: bytes) -> nbformat.NotebookNode:
    """Return the cells that a student handed in, with those that nbgrader looks for.

    Parameters
    ----------
    assignment : Assignment
    content : bytes
        As handed in; nothing in it needs to be right.

    Returns
    -------
    NotebookNode
        With each points cell, and each cell for a text, exactly once; a note says what was not there.
    """
    notebook = source(assignment)
    graded = {cell.id: cell for cell in notebook.cells if cell.metadata.get("nbgrader")}
    cells = []
    for given in cells_to_read(content):
        if given.id in graded and given.kind != "code" and graded[given.id].cell_type == "markdown":
            cell = graded.pop(given.id)
            cell.source = given.text
            cells.append(cell)
        elif given.id not in graded:
            made = (new_code_cell if given.kind == "code" else new_markdown_cell)(given.text)
            made.id = f"handed-in-{len(cells)}"
            cells.append(made)
    if not cells:
        cells.append(new_markdown_cell("**What was handed in could not be read as a notebook.**", id="note"))
    for cell in graded.values():
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell("**The cell for this answer was not handed in:**", id=f"lost-{cell.id}"))
        cells.append(cell)
    notebook.cells = cells
    return notebook


class OurMarks(Preprocessor):
    """Write what our grader found into the points cells, from which nbgrader takes its scores."""

    enabled = Bool(True).tag(config=True)
    submissions = Unicode("../submissions", help="the folder as collected").tag(config=True)
    results = Unicode("../results", help="the folder of results").tag(config=True)
    marks = Unicode("../marks", help="the folder of marks by hand").tag(config=True)

    def preprocess(self, nb: nbformat.NotebookNode, resources: dict[str, Any]) -> tuple[nbformat.NotebookNode, dict]:
        """Fill the points cells of one student.

        Parameters
        ----------
        nb : NotebookNode
        resources : dict
            As nbgrader gives it: whose it is, and of which assignment.

        Returns
        -------
        NotebookNode, dict

        Raises
        ------
        ValueError
            If there is no result for this student or question, so that nbgrader stores no mark.
        """
        told = resources["nbgrader"]
        rows = _finals(told["assignment"], self.submissions, self.results, self.marks)
        row = rows.get(told["student"])
        if row is None or row.status in NO_RESULT:
            why = (row.why or row.status) if row else "not in the class"
            raise ValueError(f"{told['student']} gets no mark: {why}")
        marks = {_grade_id(mark.name): mark for mark in row.questions}
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                if cell.metadata.get("nbgrader", {}).get("grade"):
                    name = cell.metadata.nbgrader.grade_id
                    if marks and name not in marks:
                        raise ValueError(f"{told['student']} gets no mark: the result has no question {name}")
                    cell.outputs = _outputs(row, marks.get(name))
        return nb, resources


def _outputs(row: Final, mark: Mark | None) -> list[nbformat.NotebookNode]:
    """Return what a points cell prints, and the value from which nbgrader takes the score."""
    said = f"{mark.status}: {mark.text}" if mark else f"{row.status}: {row.why}"
    value = {"text/plain": f"{(mark and mark.points) or 0:.12g}"}
    new = nbformat.v4.new_output
    return [new("stream", name="stdout", text=said + "\n"), new("execute_result", value, execution_count=None)]


@lru_cache(maxsize=4)
def _finals(assignment: str, submissions: str, results: str, marks: str) -> dict[str, Final]:
    """Return the rows of all students, read once for a run of nbgrader; deadlines stay ours."""
    places = Places(Path(submissions), Path(results), Path(marks), Path("there is none"))
    return {row.student: row for row in final(assignment, places)}
