"""Run the book's notebooks and store them in their normal form.

A stored notebook keeps the text that its cells print, so that a test can compare it with a fresh run, and loses what
the book's build makes anyway (pictures, widgets) and what changes for no reason (ids, times, versions), so that a
changed line is all that a diff shows. Of an explorer it keeps the small still picture, of questions their text, for
those who read it where no kernel runs.

    python tools/notebooks.py                          run and store every notebook of the book
    python tools/notebooks.py book/04-padding.ipynb    run and store one
    python tools/notebooks.py --check                  run nothing; fail if one is not in its normal form
"""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
TEXT = ("text/plain", "text/markdown", "text/latex")
WIDGET = "application/vnd.jupyter.widget-view+json"
SVG = "image/svg+xml"
STILL = '<svg class="cc-still"'  # how an explorer's still picture begins, as in cnn_course/explorers/still.py
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {  # what nbconvert needs to write a script
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
    },
}
CELL_METADATA = ("tags", "mystnb", "jupyter", "nbgrader")
# What a page folds or leaves out is collapsed in JupyterLab: an output to be predicted, a check that guards the book.
COLLAPSED = {"hide-output": "outputs_hidden", "remove-cell": "source_hidden"}
# Jupyter's tag for a cell that is not run: here one that needs PyTorch or Keras. The book's build shows what is stored.
NEEDS_FRAMEWORKS = "skip-execution"
# The first cell of code. Where the book's library is missing, it says in one sentence what to install.
NEEDS = "needs"
NEEDED = """\
from importlib.util import find_spec

if not all(map(find_spec, ["cnn_course", "anywidget", "matplotlib", "sklearn"])):
    raise ModuleNotFoundError(
        "This notebook needs the library of its book: run "
        '{command}, '
        "then restart the kernel."
    )"""
FROM_FOLDER = '%pip install "FOLDER[book]", where FOLDER is the path of the book'
FROM_REPOSITORY = '%pip install "cnn-course[book] @ git+{}"'


class NotebookError(Exception):
    """A notebook that raises, or that prints what no reader should see."""


def normal_form(notebook: NotebookNode) -> str:
    """Return the text of a notebook's file in its normal form.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook, which is not changed.

    Returns
    -------
    str
        Its JSON: ids by position, execution counts from 1, outputs reduced to text, no metadata that changes.

    Examples
    --------
    >>> cell = nbformat.v4.new_code_cell("1 + 1", execution_count=7)
    >>> stored = nbformat.reads(normal_form(nbformat.v4.new_notebook(cells=[cell])), as_version=4)
    >>> stored.cells[0].id, stored.cells[0].execution_count
    ('cell-01', 1)
    """
    cells = []
    number = count = 0
    for cell in notebook.cells:
        if cell.id == NEEDS:
            cells.append(cell | {"execution_count": None, "outputs": []})
            continue
        number += 1
        metadata = {name: cell.metadata[name] for name in CELL_METADATA if name in cell.metadata}
        if hidden := {COLLAPSED[tag]: True for tag in metadata.get("tags", ()) if tag in COLLAPSED}:
            metadata["jupyter"] = metadata.get("jupyter", {}) | hidden
        stored = {"cell_type": cell.cell_type, "id": f"cell-{number:02d}", "metadata": metadata, "source": cell.source}
        if cell.cell_type == "code":
            count += 1
            stored |= {"execution_count": count, "outputs": text_outputs(cell.outputs, count)}
        cells.append(stored)
    document = nbformat.from_dict({"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})
    nbformat.validate(document)
    return nbformat.writes(document).rstrip("\n") + "\n"


def text_outputs(outputs: list[NotebookNode], count: int) -> list[dict]:
    """Reduce a cell's outputs to their text, and an explorer's to its still picture; other widgets leave nothing."""
    kept: list[dict] = []
    for output in outputs:
        if output.output_type == "stream":
            if kept and kept[-1].get("name") == output.name:
                kept[-1]["text"] += output.text
            else:
                kept.append({"output_type": "stream", "name": output.name, "text": output.text})
        elif output.output_type == "error":
            kept.append(dict(output))
        else:
            data = {kind: output.data[kind] for kind in TEXT if kind in output.data}
            if output.data.get(SVG, "").startswith(STILL):
                data[SVG] = output.data[SVG]
            if WIDGET in output.data and not data.keys() & {SVG, "text/markdown"}:
                continue
            shown = {"output_type": output.output_type, "data": data, "metadata": {}}
            if output.output_type == "execute_result":
                shown["execution_count"] = count
            kept.append(shown)
    return kept


def with_needs(notebook: NotebookNode, repository: str) -> NotebookNode:
    """Let a notebook that uses the library say what to install: from a repository, if that has an address."""
    cells = [cell for cell in notebook.cells if cell.id != NEEDS]
    code = [number for number, cell in enumerate(cells) if cell.cell_type == "code"]
    if any("import cnn_course" in cells[number].source for number in code):
        command = FROM_REPOSITORY.format(repository) if repository else FROM_FOLDER
        first = nbformat.v4.new_code_cell(NEEDED.format(command=command), id=NEEDS)
        first.metadata = nbformat.from_dict({"jupyter": {"source_hidden": True}, "tags": ["remove-cell"]})
        cells.insert(code[0], first)
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)


def repository() -> str:
    """Return the address of the book's repository, which is nothing where nobody else can see it."""
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]


def has_frameworks() -> bool:
    """Say whether PyTorch and Keras are installed."""
    return all(find_spec(name) for name in ("torch", "keras"))


def run(path: Path) -> NotebookNode:
    """Run a notebook in its folder, in a fresh kernel.

    Without PyTorch and Keras the cells that need them are not run, and keep the outputs that are stored.

    Raises
    ------
    NotebookError
        If a cell raises or writes to stderr; the message names the notebook and the cell.
    """
    notebook = with_needs(nbformat.read(path, as_version=4), repository())
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        skip_cells_with_tag="" if has_frameworks() else NEEDS_FRAMEWORKS,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise NotebookError(f"{path}: {error}") from error
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise NotebookError(f"{path}, cell {number}, writes to stderr:\n{output.text}\nin\n{cell.source}")
    return notebook


def is_normal(path: Path) -> bool:
    """Say whether a notebook's file is what ``normal_form`` would write."""
    text = path.read_text("utf-8")
    return text == normal_form(with_needs(nbformat.reads(text, as_version=4), repository()))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every notebook of the book")
    parser.add_argument("--check", action="store_true", help="run nothing; fail if one is not in its normal form")
    options = parser.parse_args(arguments)
    status = 0
    for path in options.notebooks or sorted(BOOK.glob("*.ipynb")):
        if options.check:
            if not is_normal(path):
                print(f"{path} is not in its normal form: run `make notebooks`", file=sys.stderr)
                status = 1
            continue
        try:
            path.write_text(normal_form(run(path)), "utf-8")
            print(f"{path}: run and stored")
        except NotebookError as error:
            print(error, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
