"""Exercises that tell you whether you are right: each compares your function with the definitions in `naive`.

`check("4.2", my_function)` is the last line of the cell that you fill in. The comparisons themselves are in
`chapter_04.py` and its neighbours: short, and yours to read. A verdict is for you, not a mark.

Taught in every chapter.
"""

from .checking import Answer, Verdict, check, exercise, expect, require

__all__ = ["Answer", "Verdict", "check", "exercise", "expect", "require"]
