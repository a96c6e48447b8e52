"""A student's notebook as cells of Python: of any format, with or without what only IPython understands.

It runs inside the sandbox, with the standard library alone.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any

_MAGIC = re.compile(r"^(\s*)(?:[\w.,\s\[\]]+=\s*)?[%!].*$|^(\s*)\S.*\?{1,2}\s*$|^(\s*)\?.*$")
_RUNS_PYTHON = ("%%time", "%%timeit", "%%capture", "%%prun")


def cells_of(notebook: bytes) -> list[str]:
    """Return the sources of a notebook's code cells, in order.

    Parameters
    ----------
    notebook : bytes
        JSON of format 2, 3 or 4.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If it is no notebook; the message says what it is.

    Examples
    --------
    >>> cells_of(b'{"cells": [{"cell_type": "code", "source": ["x = 1\\\\n", "y = 2"]}], "nbformat": 4}')
    ['x = 1\\ny = 2']
    """
    return [text_of(cell) for cell in all_cells(notebook) if cell.get("cell_type") == "code"]


def all_cells(notebook: bytes) -> list[dict[str, Any]]:
    """Return a notebook's cells as they stand in the file; nothing in them is to be believed.

    Parameters
    ----------
    notebook : bytes
        JSON of format 2, 3 or 4.

    Returns
    -------
    list of dict

    Raises
    ------
    ValueError
        If it is no notebook; the message says what it is.
    """
    if not notebook.strip():
        raise ValueError("the file is empty")
    try:
        tree = json.loads(notebook.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is no text: was it saved as a notebook (.ipynb)?") from None
    except json.JSONDecodeError as error:
        if error.pos == 0:
            raise ValueError("it does not begin as a notebook does: was it saved as one (.ipynb)?") from None
        raise ValueError(f"its JSON ends or breaks at line {error.lineno}: was it sent whole?") from None
    sheets = tree.get("worksheets", [tree]) if isinstance(tree, dict) else []
    cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells") or ()]
    if not cells:
        raise ValueError("it has no cells: is it a notebook?")
    return [cell for cell in cells if isinstance(cell, dict)]


def text_of(cell: dict[str, Any]) -> str:
    """Return what a cell holds, with the ends of lines that Python has.

    Parameters
    ----------
    cell : dict

    Returns
    -------
    str
    """
    source = cell.get("source", cell.get("input", ""))
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return text.replace("\r\n", "\n")


def runnable(source: str) -> str:
    """Return a cell without the lines that only IPython understands.

    Parameters
    ----------
    source : str
        As the student wrote it.

    Returns
    -------
    str
        As long as before, so that an error names the right line.

    Examples
    --------
    >>> runnable("%matplotlib inline\\nx = 1")
    'pass\\nx = 1'
    """
    first = source.lstrip().split("\n", 1)[0]
    if first.startswith("%%"):
        if not first.startswith(_RUNS_PYTHON):
            return ""
        source = source.replace(first, "", 1)
    try:
        ast.parse(source)
    except SyntaxError:
        lines = [_MAGIC.sub(_empty, line) for line in source.split("\n")]
        return "\n".join(lines)
    return source


def _empty(line: re.Match[str]) -> str:
    """Keep the line's place and indent, and the names that it would have set."""
    indent = next((part for part in line.groups() if part is not None), "")
    names = re.match(r"\s*([\w.,\s\[\]]+)=\s*[%!]", line[0])
    return f"{indent}{names[1].strip()} = None" if names else f"{indent}pass"
