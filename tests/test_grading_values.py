"""Lying values: whatever an answer returns through the sandbox, no check of the book calls it right or breaks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from submissions import cells

from cnn_course.exercises.checking import _CHECKS, Answer, Verdict, checks_of_chapter, judge
from cnn_grading import assignment, grade, sandbox

ASSIGNMENTS = sorted(Path(__file__).parents[1].glob("assignments/*.ipynb"))
# What a function of the student's returns; `given` are its arguments.
VALUES = {
    "nothing": "None",
    "an object": "object()",
    "a forged shape": "Shape()",
    "equal to everything": "Same()",
    "an array equal to everything": "np.zeros(4).view(SameArray)",
    "a number equal to everything": "SameFloat(7.25)",
    "a handle": "{'reference': ['object', 0, 'x']}",
    "a foreign": "{'foreign': 'a right one'}",
    "a dictionary": "{'value': 1, 'used': []}",
    "NaN": "float('nan')",
    "infinity": "np.inf",
    "an array of NaN": "np.full((3, 3), np.nan)",
    "a ragged list": "[[1, 2], [3]]",
    "a ragged tuple": "((1, 2), 3, [4, [5]])",
    "ten thousand bits": "10**4000",
    "a huge array": "np.zeros(2**22)",
    "a wide array": "np.broadcast_to(0.0, (2**20,) * 2)",
    "an array of objects": "np.array([object(), None])",
    "records": "np.zeros(3, [('a', float), ('b', int)])",
    "a masked array": "np.ma.masked_all((3, 3))",
    "a matrix": "np.matrix([[1.0]])",
    "a reversed view": "np.arange(9.0)[::-2]",
    "an empty array": "np.zeros((0, 3))",
    "axes": "np.zeros((1,) * 30)",
    "a memoryview": "memoryview(np.arange(3.0))",
    "bytes": "b'\\xff' * 9",
    "text": "'right'",
    "text with surrogates": "'\\udc80'",
    "a generator": "(number for number in range(3))",
    "an iterator without end": "iter(int, 1)",
    "a map": "map(float, [1, 2])",
    "a range": "range(3)",
    "a set": "{1.0, 2.0}",
    "float16": "np.float16(7.25)",
    "a long double": "np.longdouble('1e4000')",
    "complex": "np.complex64(1 + 1j)",
    "a date": "np.datetime64('2026-01-01')",
    "a duration": "np.timedelta64(3, 'D')",
    "a void": "np.void(b'abc')",
    "other bytes": "np.arange(3).astype('>i8')",
    "a list in itself": "recursive()",
    "a deep list": "deep()",
    "itself": "liar",
    "a class": "type('Right', (), {})",
    "an exception": "ValueError('right')",
    "a tuple by another name": "Pair((1, 2))",
    "a module": "np",
}
LIARS = """
import numpy as np
class Shape:
    shape, ndim, size, dtype = (3, 3), 2, 9, np.dtype(float)
    def __array__(self, *a, **k): raise SystemExit
    def __len__(self): return 2**62
class Same:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): raise KeyboardInterrupt
    __hash__ = None
class SameArray(np.ndarray):
    def __eq__(self, other): return np.True_
    def __array_ufunc__(self, *a, **k): return True
class SameFloat(float):
    def __eq__(self, other): return True
    __hash__ = float.__hash__
class Pair(tuple):
    def __len__(self): return 10**9
    def __iter__(self): raise SystemExit
    def __getitem__(self, place): return self
def recursive():
    found = []
    found.append(found)
    return found
def deep():
    found = []
    for _ in range(50000): found = [found]
    return found
def liar(*given, **options):
    return LIES[lie]()
class Methods:
    def __init__(self, *given, **options): pass
    def __getattr__(self, name): return liar
class Attributes(Methods):
    def __getattr__(self, name): return LIES[lie]()
"""
LIES = "LIES = [" + ", ".join(f"lambda: {value}" for value in VALUES.values()) + "]\nlie = 0"


def test_there_are_enough_kinds_and_they_are_python():
    assert len(VALUES) >= 27
    for value in VALUES.values():
        ast.parse(value, mode="eval")


@pytest.mark.parametrize("chapter", range(12))
def test_no_lying_value_is_right_or_breaks_a_check(chapter):
    try:
        box = sandbox.Sandbox()
    except sandbox.NoSandbox as error:
        pytest.skip(f"no sandbox can start here: {error}")
    numbers = checks_of_chapter(str(chapter))
    assert numbers
    run = grade.Run(box, cells(LIARS + LIES))
    try:
        for place, name in enumerate(VALUES):
            run.ready()
            assert not run.faults
            run.ask({"do": "run", "name": "cell", "source": f"lie = {place}"}, 5)
            for number in numbers:
                verdict = judge(number, _CHECKS[number], Answer(grade.Remote(run, "liar"), 3))
                assert type(verdict) is Verdict and verdict.status == "wrong", f"{number}: {name} is {verdict}"
                assert run.worker, f"{number}: {name} has ended the worker: {verdict}"
    finally:
        run.stop()


def test_every_check_of_the_book_is_asked():
    assert sum(len(checks_of_chapter(str(chapter))) for chapter in range(12)) == 33


@pytest.mark.parametrize("path", ASSIGNMENTS, ids=lambda path: path.stem)
def test_no_lying_value_is_right_or_breaks_a_check_of_an_assignment(path):
    try:
        box = sandbox.Sandbox()
    except sandbox.NoSandbox as error:
        pytest.skip(f"no sandbox can start here: {error}")
    questions = [q for q in assignment.read(path.stem, path.read_text("utf-8")).questions if q.check]
    assert questions
    run = grade.Run(box, cells(LIARS + LIES))
    try:
        for place, name in enumerate(VALUES):
            for question in questions:
                run.ready()
                run.ask({"do": "run", "name": "cell", "source": f"lie = {place}"}, 5)
                is_class = question.start.startswith("class")
                for liar in ("liar", "Methods", "Attributes") if is_class else ("liar",):
                    verdict = judge(question.name, question.check, Answer(grade.Remote(run, liar), 3))
                    assert verdict.status == "wrong", f"{question.name}, {liar}: {name} is {verdict}"
                    assert run.worker, f"{question.name}, {liar}: {name} has ended the worker: {verdict}"
    finally:
        run.stop()
