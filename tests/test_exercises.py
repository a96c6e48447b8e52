"""Exercises: every solution is accepted, every wrong answer that is kept here is rejected, and each says why."""

import ast
import dis
import importlib
import os
import re
import time
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from cnn_course.exercises import check, exercise, expect, require
from cnn_course.exercises.checking import Wrong, checks_of_chapter

SEEDS = range(int(os.environ.get("SEEDS", "5")))  # make exercises: all 100
BOOK = Path(__file__).parent.parent / "book"
CHAPTERS = sorted(path for path in BOOK.glob("[0-9][0-9]-*.ipynb"))
HEADING = re.compile(r"^### Exercise (\d+)\.(\d+) (★{1,3}) (\S.*)$", re.MULTILINE)
FOLD = re.compile(r'^<details class="(hint|solution)"><summary>[^<]+</summary>\n\n.*?\n\n</details>$', re.M | re.S)
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@cache
def exercises(path):
    """Return, for each exercise of a chapter, its number, stars and cells."""
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and (heading := HEADING.search(cell.source)):
            found.append((f"{heading[1]}.{heading[2]}", len(heading[3]), []))
        if cell.cell_type == "markdown" and re.search(r"^## (?!Exercises)", cell.source, re.M) and found:
            break
        if found:
            found[-1][2].append(cell)
    return found


def tagged(cells, tag):
    return [cell for cell in cells if tag in cell.metadata.get("tags", [])]


def checked(cell):
    """Return the exercise that a cell checks and the function that it passes."""
    call = ast.parse(cell.source).body[-1].value
    assert ast.unparse(call.func) == "exercises.check", "the last line of the cell checks"
    return call.args[0].value, ast.unparse(call.args[1])


def wrong_answers(chapter):
    """Return (exercise, wrong function) for every wrong answer of a chapter."""
    kept = importlib.import_module(f"wrong_answers.chapter_{chapter:02d}").WRONG
    return [(number, function) for number, functions in kept.items() for function in functions]


WRONG = [pair for chapter in range(len(CHAPTERS)) for pair in wrong_answers(chapter)]


@each_chapter
def test_a_chapter_has_four_to_six_exercises_from_by_hand_to_open(path):
    found = exercises(path)
    chapter = str(int(path.stem[:2]))
    assert [number for number, _, _ in found] == [f"{chapter}.{place}" for place in range(1, len(found) + 1)]
    assert 4 <= len(found) <= 6
    first, last = (" ".join(cell.source for cell in found[place][2]) for place in (0, -1))
    assert "by hand" in first
    assert found[0][1] == 1 and found[-1][1] == 3
    assert not tagged(found[-1][2], "exercise"), "the last exercise is open: there is no one answer to check"
    assert last


@each_chapter
def test_every_exercise_has_a_hint_and_a_solution_that_runs_both_folded(path):
    for number, _, cells in exercises(path):
        folds = [kind for cell in cells for kind in FOLD.findall(cell.source)]
        assert "hint" in folds and folds.count("solution") == 1, number
        assert sum(cell.source.count("<details") for cell in cells) == len(folds), f"{number} has a broken fold"
        (solution,) = tagged(cells, "solution")
        assert solution.cell_type == "code"
        assert "hide-cell" in solution.metadata.tags and solution.metadata.jupyter.source_hidden
        assert solution.metadata.mystnb.code_prompt_show, "the fold says what is in it"
        assert "assert" in solution.source or checked(solution)


@each_chapter
def test_every_code_exercise_starts_open_and_its_solution_is_right(path):
    with_check = set()
    for number, _, cells in exercises(path):
        for start in tagged(cells, "exercise"):
            (solution,) = tagged(cells, "solution")
            assert checked(start)[0] == checked(solution)[0] == number
            assert checked(start)[1] != checked(solution)[1], "the solution must not replace the student's function"
            assert "raise NotImplementedError" in start.source
            # nbval compares both outputs with a fresh run.
            assert start.outputs[-1]["data"]["text/plain"].startswith(f"Exercise {number}: nothing to check yet.")
            assert start.outputs[-1]["data"]["text/plain"] and "nbval-ignore-output" not in start.metadata.tags
            assert solution.outputs[-1]["data"]["text/plain"].startswith(f"Exercise {number}: right, in all of ")
            assert "nbval-ignore-output" not in solution.metadata.tags
            with_check.add(number)
    assert with_check == set(checks_of_chapter(str(int(path.stem[:2]))))
    assert len(with_check) >= (1 if path.stem.startswith("00") else 2)


@each_chapter
def test_every_code_exercise_has_wrong_answers(path):
    chapter = int(path.stem[:2])
    numbers = [number for number, _ in wrong_answers(chapter)]
    for number in checks_of_chapter(str(chapter)):
        assert numbers.count(number) >= 2, number
    assert set(numbers) == set(checks_of_chapter(str(chapter)))


@pytest.mark.parametrize(("number", "function"), WRONG, ids=lambda part: getattr(part, "__name__", part))
def test_a_wrong_answer_says_what_is_wrong(number, function):
    assert function.__doc__, "a wrong answer says which misconception it is"
    verdict = check(number, function)
    assert verdict.status == "wrong", verdict
    assert verdict.text.endswith(".")
    assert len(re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]\d+)?", verdict.text)) <= 24, verdict


# Other numbers: a check draws by a seed, and who is wrong or right must not depend on it.


def names(code, *operations):
    """Return the names outside functions that compiled code, and the functions in it, load or store."""
    inner = [part for part in code.co_consts if hasattr(part, "co_consts")]
    own = {step.argval for step in dis.get_instructions(code) if step.opname in operations}
    return own.union(*(names(part, *operations) for part in inner))


def definition(name, statements):
    """Run those of a notebook's statements that a name needs, and return what it stands for."""
    kept, wanted = [], {name}
    for statement in reversed(statements):
        code = compile(ast.Module([statement], []), "<notebook>", "exec")
        if names(code, "STORE_NAME") & wanted:
            kept.insert(0, code)
            wanted = wanted - names(code, "STORE_NAME") | names(code, "LOAD_NAME", "LOAD_GLOBAL")
    defined = {}
    for code in kept:
        exec(code, defined)
    return defined[name]


@cache
def solutions(path):
    """Return the function of each exercise's solution, by number."""
    found, before = {}, []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            before += ast.parse(cell.source).body
            if "solution" in cell.metadata.get("tags", []) and "exercises.check(" in cell.source:
                number, name = checked(cell)
                found[number] = definition(name, before)
    return found


@each_chapter
def test_wrong_answers_lose_and_solutions_pass_under_every_seed(path):
    chapter, start = int(path.stem[:2]), time.perf_counter()
    wrong, right = wrong_answers(chapter), solutions(path)
    assert list(right) == checks_of_chapter(str(chapter))
    for seed in SEEDS:
        for number, function in right.items():
            verdict = check(number, function, seed=seed)
            assert verdict.status == "right", f"seed {seed}: {verdict}"
        for number, function in wrong:
            assert check(number, function, seed=seed).status == "wrong", f"seed {seed}: {number}, {function.__name__}"
    seconds = time.perf_counter() - start
    print(
        f"\nchapter {chapter}: {len(wrong)} wrong answers, {len(right)} solutions, {len(SEEDS)} seeds, {seconds:.1f} s"
    )


class Table:
    """An answer that computes nothing: what the solution gave under the public seed, by arguments or in their order."""

    def __init__(self, number, solution, by_order):
        self.by_order, self.calls, self.values = by_order, 0, {}

        def record(*arguments, **options):
            key = self.key(arguments, options)
            self.values[key] = solution(*arguments, **options)
            return self.values[key]

        assert check(number, record).status == "right"
        self.calls = 0

    def key(self, arguments, options):
        self.calls += 1
        names = [getattr(part, "__name__", repr(part)) for part in (*arguments, *options.items())]
        return self.calls if self.by_order else tuple(names)

    def __call__(self, *arguments, **options):
        return self.values.get(self.key(arguments, options), next(iter(self.values.values())))


@pytest.mark.parametrize("by_order", [False, True])
@pytest.mark.parametrize(
    "number", [number for chapter in range(len(CHAPTERS)) for number in checks_of_chapter(str(chapter))]
)
def test_a_table_of_the_public_cases_is_no_answer(number, by_order):
    solution = solutions(CHAPTERS[int(number.partition(".")[0])])[number]
    assert check(number, Table(number, solution, by_order)).status == "right"
    for seed in range(1, 5):
        assert check(number, Table(number, solution, by_order), seed=seed).status == "wrong", f"seed {seed}"


# The frame


@pytest.fixture
def double():
    """An exercise that asks for twice an array."""
    from cnn_course.exercises import checking

    @exercise("99.1")
    def twice(answer):
        for x in (np.array([1.0, 2.0]), np.array([[3.0], [-1.0]])):
            expect(answer, x, gives=2 * x, slips=[(x**2, "That is the square.")])
        require(answer, np.isnan(answer(np.array([np.nan]))).all(), "NaN must stay NaN.")

    yield "99.1"
    del checking._CHECKS["99.1"]


def not_done(x):
    raise NotImplementedError


def in_place(x):
    x *= 2
    return x


@pytest.mark.parametrize(
    ("function", "status", "words"),
    [
        (lambda x: 2 * x, "right", "right, in all of 3 cases."),
        (not_done, "open", "nothing to check yet"),
        (lambda x: x + 1, "wrong", "has 3 at 1, where 4 would be right"),
        (lambda x: x**2, "wrong", "That is the square."),
        (lambda x: 2 * x[:1], "wrong", "gives an array of shape (1,); it must give an array of shape (2,)"),
        (lambda x: None, "wrong", "gives None, as a function without `return` does"),
        (lambda x: "2", "wrong", "gives text; it must give an array of shape (2,)"),
        (lambda x: x > 0, "wrong", "it must give an array of shape (2,)"),
        (lambda x: [[1], [2, 3]], "wrong", "gives a list that is no array, its parts differ in length"),
        (lambda x: 1 / 0, "wrong", "raises ZeroDivisionError: division by zero"),
        (lambda x, y: x, "wrong", "raises TypeError"),
        (in_place, "wrong", "changes its argument: work on a copy, in in_place([1.0, 2.0])."),
        (lambda x: np.nan_to_num(2 * x), "wrong", "NaN must stay NaN."),
    ],
)
def test_a_verdict_says_what_is_wrong(double, function, status, words):
    verdict = check(double, function)
    assert verdict.status == status
    assert words in verdict.text
    assert repr(verdict) == f"Exercise 99.1: {verdict.text}"


@pytest.mark.parametrize(
    ("value", "right", "fits"),
    [
        (3, 3, True),
        (3.0, 3.0, True),
        (3, 3.0, True),
        (3.0, 3, False),
        (True, 1, False),
        (3, 4, False),
        ((1, 2), (1, 2), True),
        ([1, 2], (1, 2), True),
        ((2, 1), (1, 2), False),
        ((1, 2, 3), (1, 2), False),
        (1, (1, 2), False),
        (np.True_, True, True),
        (1, True, False),
        ("valid", "valid", True),
        ("same", "valid", False),
        (1 + 1e-12, 1.0, True),
        (1 + 1e-6, 1.0, False),
        (float("nan"), 1, False),
        (1j, 1, False),
        (np.ones((2, 1)), np.ones((1, 2)), False),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
    ],
)
def test_values_are_compared_by_kind_shape_and_number(double, value, right, fits):
    from cnn_course.exercises.checking import Answer

    answer = Answer(lambda: value)
    if fits:
        expect(answer, gives=right)
        assert answer.cases == 1
    else:
        with pytest.raises(Wrong):
            expect(answer, gives=right)


def test_an_attribute_is_compared_after_the_calls_that_it_comes_from():
    from cnn_course.exercises.checking import Answer

    class Layer:
        def backward(self, g):
            self.grad = 2 * g

    answer = Answer(Layer)
    layer = answer.make()
    layer.method("backward")(3.0)
    expect(layer.attribute("grad", "backward(3.0)"), gives=6.0)
    assert answer.cases == 1
    with pytest.raises(Wrong, match=r"^Halved\. Layer\.grad gives 6; it must give 12, in backward\(3\.0\)\.$"):
        expect(layer.attribute("grad", "backward(3.0)"), gives=12.0, slips=[(6.0, "Halved."), (6.0, "Halved.")])
    with pytest.raises(Wrong, match="Layer has no other"):
        expect(layer.attribute("other", "backward(3.0)"), gives=6.0)


def test_wrong_calls_are_named():
    with pytest.raises(ValueError, match=r'number must be that of a code exercise, such as "4.2", got \'77.1\''):
        check("77.1", not_done)
    with pytest.raises(ValueError, match="number must be that of a code exercise"):
        check(4.2, not_done)
    with pytest.raises(ValueError, match=r'written as "4.2", got \'4\''):
        exercise("4")


def test_an_exercise_has_one_check(double):
    with pytest.raises(ValueError, match=r"exercise 99.1 has two checks"):
        exercise(double)(lambda answer: None)
