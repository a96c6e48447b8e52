"""Write the skeleton of a new exercise: its cells, its check and two wrong answers, all of which run as they are.

    python tools/exercise.py 4 pad_twice "Pad twice"        in chapter 4, for a function of this name

The new exercise comes before the last one of its chapter, which is open and is counted on. Put your own in place of
what the skeleton asks for, a sum; then `make notebooks` with the notebook, and `tests/test_exercises.py`.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

ROOT = Path(__file__).resolve().parent.parent
HEADING = re.compile(r"^### Exercise (\d+)\.(\d+) ", re.MULTILINE)

STATEMENT = """\
### Exercise {number} ★★ {title}

Write `{name}(a, b)`, which returns the sum of two numbers.

<details class="hint"><summary>Hint</summary>

Python has a sign for it.

</details>"""
START = '''\
def {name}(a, b):
    """Return the sum of two numbers."""
    raise NotImplementedError


exercises.check("{number}", {name})'''
SOLUTION = """\
<details class="solution"><summary>Solution</summary>

The sign is `+`.

</details>"""
SOLVED = """\
def {name}_solution(a, b):
    return a + b


exercises.check("{number}", {name}_solution)"""
CHECK = '''

@exercise("{number}")
def {name}(answer: Answer) -> None:
    """Say here why these cases: which mistakes do they tell apart?"""
    for a, b in [(2, 3), *answer.draw(4, (1, 9), (1, 9))]:
        expect(answer, a, b, gives=a + b, slips=[(a * b, "That is their product.")])
'''
WRONG = '''

def {name}_is_a_product(a, b):
    """The product taken for the sum."""
    return a * b


def {name}_is_the_first(a, b):
    """One of the two left out."""
    return a
'''
MODULE = '''"""Checks of the exercises of chapter {chapter}."""

from .checking import Answer, exercise, expect
'''
TABLE = '''"""Wrong answers to the exercises of chapter {chapter}, each with the misconception behind it."""

WRONG = {{}}
'''


def notebook_of(chapter: int, root: Path = ROOT) -> Path:
    """Return the notebook of a chapter, the last one if it has several."""
    found = sorted(root.glob(f"book/{chapter:02d}-*.ipynb"))
    if not found:
        raise ValueError(f"there is no chapter {chapter} in {root / 'book'}")
    return found[-1]


def with_wrong_answers(text: str, number: str, name: str) -> str:
    """Return a file of wrong answers with two more, before its table and in it."""
    before, table = text.split("\nWRONG = {", 1)
    rows = table.rstrip().removesuffix("}") or "\n"
    row = f'    "{number}": [{name}_is_a_product, {name}_is_the_first],\n'
    return f"{before.rstrip()}\n{WRONG.format(name=name)}\n\nWRONG = {{{rows}{row}}}\n"


def cells(number: str, name: str, title: str) -> list[NotebookNode]:
    """Return the four cells of an exercise."""
    names = {"number": number, "name": name, "title": title}
    folded = {"code_prompt_hide": "Solution, computed", "code_prompt_show": "Solution, computed"}
    solved = {"jupyter": {"source_hidden": True}, "mystnb": folded, "tags": ["hide-cell", "solution"]}
    return [
        new_markdown_cell(STATEMENT.format(**names)),
        new_code_cell(START.format(**names), metadata={"tags": ["exercise"]}),
        new_markdown_cell(SOLUTION.format(**names)),
        new_code_cell(SOLVED.format(**names), metadata=solved),
    ]


def add(chapter: int, name: str, title: str, root: Path = ROOT) -> list[Path]:
    """Write the skeleton into the three files of a chapter.

    Parameters
    ----------
    chapter : int
    name : str
        Of the function that a student writes.
    title : str
    root : path
        The folder of the project.

    Returns
    -------
    list of path
        The files that were changed.

    Raises
    ------
    ValueError
        If there is no such chapter, or the name is none of Python's or taken.
    """
    if not name.isidentifier():
        raise ValueError(f"the name must be one that a function can have, got {name!r}")
    path = notebook_of(chapter, root)
    check = root / "cnn_course" / "exercises" / f"chapter_{chapter:02d}.py"
    wrong = root / "tests" / "wrong_answers" / f"chapter_{chapter:02d}.py"
    checks = check.read_text("utf-8") if check.exists() else MODULE.format(chapter=chapter)
    answers = wrong.read_text("utf-8") if wrong.exists() else TABLE.format(chapter=chapter)
    if re.search(rf"^def {name}\(", checks, re.MULTILINE):
        raise ValueError(f"{check} has a function {name} already")
    notebook = nbformat.read(path, as_version=4)
    found = [(at, heading) for at, cell in enumerate(notebook.cells) if (heading := HEADING.search(cell.source))]
    place, last = found[-1] if found else (len(notebook.cells), None)
    number = f"{chapter}.{last[2] if last else 1}"
    if last:  # it comes after the new one
        renumbered = f"### Exercise {chapter}.{int(last[2]) + 1} "
        notebook.cells[place].source = HEADING.sub(renumbered, notebook.cells[place].source)
    notebook.cells[place:place] = cells(number, name, title)
    nbformat.write(notebook, path)
    check.write_text(checks + CHECK.format(number=number, name=name), "utf-8")
    wrong.write_text(with_wrong_answers(answers, number, name), "utf-8")
    return [path, check, wrong]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("chapter", type=int)
    parser.add_argument("name", nargs="?", default="new_exercise", help="of the function that a student writes")
    parser.add_argument("title", nargs="?", default="Say what to do, with a verb")
    given = parser.parse_args()
    try:
        changed = add(given.chapter, given.name, given.title)
    except ValueError as error:
        parser.error(str(error))
    print("Written: " + ", ".join(str(path.relative_to(ROOT)) for path in changed))
    print(f"Now put yours in its place, then: make notebooks NOTEBOOKS={changed[0].relative_to(ROOT)}")
    print(
        "and: .venv/bin/python -m pytest tests/test_exercises.py. An open exercise behind it has the next number now."
    )


if __name__ == "__main__":
    main()
