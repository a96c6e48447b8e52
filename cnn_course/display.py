"""Show a definition of the library in the page, as code and not as an image of code.

Taught in every chapter: the loops of :mod:`cnn_course.naive` are printed with `show_source`.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable

__all__ = ["Source", "show_source"]


class Source:
    """The source text of a function; a notebook shows it as a highlighted block of code.

    Parameters
    ----------
    text : str
        Python source.
    """

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        # the fence must be longer than every run of backticks in the code
        longest = max(map(len, re.findall("`+", self.text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}python\n{self.text}\n{fence}\n"


def show_source(function: Callable) -> Source:
    """Show the source of a function or class without its docstrings; comments stay.

    Parameters
    ----------
    function : function or class
        Something written in Python, not in C.

    Returns
    -------
    Source
        Shown as a block of code by JupyterLab and by the book; its `repr` is the text itself.

    Raises
    ------
    TypeError
        If `function` has no Python source (a builtin, an instance).
    OSError
        If the file with the source cannot be found.

    Examples
    --------
    >>> from textwrap import dedent
    >>> show_source(dedent)  # doctest: +ELLIPSIS
    def dedent(text):
    ...
    """
    return Source(_without_docstrings(textwrap.dedent(inspect.getsource(function)).rstrip()))


def _without_docstrings(source: str) -> str:
    lines = source.splitlines()
    drop: set[int] = set()  # line numbers, from 1
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if ast.get_docstring(node) is None or len(node.body) == 1:  # a body of nothing but a docstring must stay
            continue
        first, last = node.body[0].lineno, node.body[0].end_lineno or node.body[0].lineno
        if not lines[first - 1].lstrip().startswith(('"', "'", "r", "R")):
            continue  # behind the colon of a one-line definition
        drop.update(range(first, last + 1))
        while last < len(lines) and not lines[last].strip():  # the empty lines after it go with it
            last += 1
            drop.add(last)
    return "\n".join(line for number, line in enumerate(lines, start=1) if number not in drop)
