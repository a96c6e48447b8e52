"""Exercises: every solution is accepted, every wrong answer that is kept here is rejected, and each says why."""

import ast
import dis
import importlib.util
import os
import re
import time
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from cnn_course.exercises import Answer, check, exercise, expect, require
from cnn_course.exercises.checking import Wrong, checks_of_chapter

SEEDS = range(int(os.environ.get("SEEDS", "5")))  # make exercises: all 100
BOOK = Path(__file__).parent.parent / "book"
CHAPTERS = sorted(path for path in BOOK.glob("[0-9][0-9]-*.ipynb"))
HEADING = re.compile(r"^### Exercise (\d+)\.(\d+) (★{1,3}) (\S.*)$", re.MULTILINE)
FOLD = re.compile(r'^<details class="(hint|solution)"><summary>[^<]+</summary>\n\n.*?\n\n</details>$', re.M | re.S)
each_page = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
NUMBERS = sorted({int(path.stem[:2]) for path in CHAPTERS})  # a chapter may have several pages
each_chapter = pytest.mark.parametrize("chapter", NUMBERS)


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


def coded(path):
    """Return the numbers of a chapter's exercises whose answer is checked, in their order."""
    return [checked(cell)[0] for _, _, cells in exercises(path) for cell in tagged(cells, "exercise")]


def wrong_answers(path):
    """Return (exercise, wrong function) for every wrong answer to the exercises of a chapter."""
    name = f"wrong_answers.chapter_{path.stem[:2]}"
    kept = importlib.import_module(name).WRONG if importlib.util.find_spec(name) else {}
    return [(number, function) for number in coded(path) for function in kept.get(number, ())]


def pages(chapter):
    """Return the pages of a chapter."""
    return [path for path in CHAPTERS if int(path.stem[:2]) == chapter]


CODED = {number: path for path in CHAPTERS for number in coded(path)}
WRONG = [pair for path in CHAPTERS for pair in wrong_answers(path)]


@pytest.mark.style
@each_chapter
def test_a_chapter_has_four_to_six_exercises_from_by_hand_to_open(chapter):
    found = [exercise for path in pages(chapter) for exercise in exercises(path)]
    assert [number for number, _, _ in found] == [f"{chapter}.{place}" for place in range(1, len(found) + 1)]
    assert 4 <= len(found) <= 6, f"chapter {chapter} has {len(found)}; a changed copy may: make test STYLE=no"
    first, last = (" ".join(cell.source for cell in found[place][2]) for place in (0, -1))
    assert "by hand" in first
    assert found[0][1] == 1 and found[-1][1] == 3
    assert not tagged(found[-1][2], "exercise"), "the last exercise is open: there is no one answer to check"
    assert last


@pytest.mark.style
@each_page
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


@each_page
def test_every_code_exercise_starts_open_and_its_solution_is_right(path):
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


@pytest.mark.style
@each_chapter
def test_every_check_has_its_exercise_and_wrong_answers(chapter):
    asked = [number for path in pages(chapter) for number in coded(path)]
    kept = importlib.import_module(f"wrong_answers.chapter_{chapter:02d}").WRONG
    assert asked == checks_of_chapter(str(chapter))
    assert len(asked) >= (2 if chapter else 1)
    assert set(kept) == set(asked), "no exercise asks for these"
    assert min(map(len, kept.values())) >= 2


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


@each_page
def test_wrong_answers_lose_and_solutions_pass_under_every_seed(path):
    start = time.perf_counter()
    wrong, right = wrong_answers(path), solutions(path)
    assert list(right) == coded(path)
    for seed in SEEDS:
        for number, function in right.items():
            verdict = check(number, function, seed=seed)
            assert verdict.status == "right", f"seed {seed}: {verdict}"
        for number, function in wrong:
            assert check(number, function, seed=seed).status == "wrong", f"seed {seed}: {number}, {function.__name__}"
    seconds = time.perf_counter() - start
    print(f"\n{path.stem}: {len(wrong)} wrong answers, {len(right)} solutions, {len(SEEDS)} seeds, {seconds:.1f} s")


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
@pytest.mark.parametrize("number", CODED)
def test_a_table_of_the_public_cases_is_no_answer(number, by_order):
    solution = solutions(CODED[number])[number]
    if number != "1.5":  # it counts the calls of the function that it hands over, and a table makes none
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
        (lambda x: "2", "wrong", "gives text; it must give an array of numbers"),
        (lambda x: x > 0, "wrong", "gives True and False; it must give an array of numbers"),
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
        (3, 3.0, True),
        (3.0, 3.0, True),
        (3.0, 3, False),
        (np.float64(3), 3, False),
        (np.int8(3), 3, True),
        (np.array([1.0, 2.0]), np.array([1, 2]), False),
        ([1, 2], np.array([1, 2]), True),
        (True, 1, False),
        (3, 4, False),
        ((1, 2), (1, 2), True),
        ([1, 2], (1, 2), True),
        (np.array([1, 2]), (1, 2), True),
        ((1, 2.0), (1, 2), False),
        ((2, 1), (1, 2), False),
        ((1, 2, 3), (1, 2), False),
        (1, (1, 2), False),
        (np.True_, True, True),
        (np.array(True), True, True),
        (np.array(3.0), 3.0, True),
        (1, True, False),
        ("valid", "valid", True),
        ("same", "valid", False),
        (None, None, True),
        (0, None, False),
        (1 + 1e-12, 1.0, True),
        (1 + 1e-6, 1.0, False),
        (np.float32(1 / 3), 1 / 3, True),
        (np.float32(1 / 3 + 3e-6), 1 / 3, False),
        (float(np.float32(1 / 3)), 1 / 3, False),
        (np.array([1 / 3, 200 / 3], np.float32), np.array([1 / 3, 200 / 3]), True),
        (np.float16(1 / 3), 1 / 3, True),
        (np.float16(1 / 3 + 0.02), 1 / 3, False),
        (np.longdouble(1) / 3, 1 / 3, True),
        (float("nan"), 1.0, False),
        (1j, 1.0, False),
        (np.ones((2, 1)), np.ones((1, 2)), False),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
    ],
)
def test_values_are_compared_by_kind_shape_and_number(value, right, fits):
    answer = Answer(lambda: value)
    if fits:
        expect(answer, gives=right)
        assert answer.cases == 1
    else:
        with pytest.raises(Wrong):
            expect(answer, gives=right)


@pytest.mark.parametrize(
    ("value", "right", "words"),
    [
        (np.fft.fft(np.ones(4)), np.ones(4), "gives complex numbers; take .real, in"),
        (1j, 1.0, "gives complex numbers; take .real, in"),
        (np.array(["1"] * 9), np.ones(9), "gives text; it must give an array of numbers"),
        (b"1", 1, "gives bytes; it must give a number"),
        (True, 1, "gives True; it must give a number"),
        (np.ones(3) > 0, np.ones(3), "gives True and False; it must give an array of numbers"),
        (np.array([None, 1]), np.ones(2), "gives an array of dtype object; it must give an array of numbers"),
        ([None, 1], np.ones(2), "gives a list of more than numbers; it must give an array of numbers"),
        (None, np.ones(2), "gives None, as a function without `return` does"),
        ([[1], [2, 3]], np.ones((2, 2)), "gives a list that is no array, its parts differ in length"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), np.ones(2), "gives an object of type MaskedArray"),
        (np.array(["2026-01-01"], "datetime64[D]"), np.ones(1), "gives an array of dtype datetime64[D]"),
        (10**400, 1, "gives a whole number of 1329 bits; it must give a number"),
        ((x for x in "ab"), np.ones(2), "gives an object of type generator; it must give an array of numbers"),
        (2.0, 2, "gives 2.0; it must be a whole number, as `//` and `int` make them"),
        ((2, 2.5), (2, 2), "gives 2.5; it must be a whole number, as `//` and `int` make them, at place 1"),
        (np.ones(2), np.ones(2, int), "gives floats; they must be whole numbers"),
        (
            np.ones(2, int),
            np.array([1.0, 1.5]),
            "holds whole numbers and loses fractions (`np.zeros(shape)` keeps them)",
        ),
        (0.40760597, 0.4076059644, "gives 0.40760597; it must give 0.407605964"),
        (29.500002, 29.5, "gives 29.500002; it must give 29.5"),
        (1 + 3e-9, 1.0, "gives 1.000000003; it must give 1"),
        (np.array([1.0, 2 + 1e-8]), np.array([1, 2.0]), "has 2.00000001 at 1, where 2 would be right"),
        (2**60, 2.0**61, "gives 1152921504606846976; it must give 2.30584e+18"),
        (np.ones((5, 5)), 1.0, "gives an array of shape (5, 5); it must give a number"),
        (np.arange(30), (1, 2), "gives <array of shape (30,)>; it must give a tuple of 2"),
    ],
)
def test_a_message_names_the_type_and_tells_numbers_apart(value, right, words):
    with pytest.raises(Wrong) as caught:
        expect(Answer(lambda: value), gives=right)
    assert words in str(caught.value)


def test_a_message_says_what_is_wrong_before_it_shows_few_numbers():
    wide = np.arange(13.0)
    with pytest.raises(Wrong) as caught:
        expect(Answer(np.negative), wide, gives=wide, slips=[(-wide, "The sign is wrong.")])
    assert (
        str(caught.value)
        == "The sign is wrong. negative has -1 at 1, where 1 would be right, in negative(<array of shape (13,)>)."
    )
    with pytest.raises(Wrong, match=re.escape("in add(<array of shape (7,)>, <array of shape (7,)>).")):
        expect(Answer(np.add), wide[:7], wide[:7], gives=wide[:7])
    with pytest.raises(Wrong) as caught:
        expect(Answer(np.negative), wide[:12], gives=wide[:12])
    assert str(caught.value).endswith("in negative([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]).")


def test_halves_that_an_array_of_whole_numbers_refuses_are_explained(double):
    def adds_in_place(x):
        y = np.zeros(x.shape, dtype=int)
        y += x / 2
        return y

    assert "UFuncTypeError: your array holds whole numbers" in check(double, adds_in_place).text


def test_an_array_that_a_check_goes_on_to_use_is_one_of_finite_numbers():
    assert Answer(lambda: [[1, 2]]).array(shape=(1, 2)).tolist() == [[1.0, 2.0]]
    for value, words in [([1, 2], "must give an array of shape (1, 2)"), ([[1, np.inf]], "gives NaN or infinity")]:
        with pytest.raises(Wrong, match=re.escape(words)):
            Answer(lambda value=value: value).array(shape=(1, 2))


def test_cases_are_drawn_within_their_bounds_by_the_seed():
    cases = np.array(Answer(abs, 1).draw(200, (1, 3), (0, 7)))
    assert cases.min(axis=0).tolist() == [1, 0] and cases.max(axis=0).tolist() == [3, 7]
    assert cases.tolist() == Answer(abs, 1).draw(200, (1, 3), (0, 7)) != Answer(abs, 2).draw(200, (1, 3), (0, 7))


def raises(*arguments, **options):
    raise SystemExit("stop")


class Hostile:
    """A value all of whose answers are lies or exceptions."""

    shape, dtype, ndim, size, __array_interface__ = property(raises), property(raises), 2, 4, property(raises)
    __array__ = __len__ = __iter__ = __getitem__ = __eq__ = __repr__ = __str__ = __bool__ = __float__ = __index__ = (
        raises
    )
    __array_ufunc__ = __array_function__ = __format__ = __getattr__ = raises
    __hash__ = None


class Meta(type):
    __name__ = property(raises)
    __repr__ = raises


class Nameless(metaclass=Meta):
    __class__ = np.ndarray


class Claims:
    __class__ = list


class HostileArray(np.ndarray):
    __array_finalize__ = None
    __array_ufunc__ = __array_function__ = __getitem__ = __eq__ = __repr__ = raises
    shape = property(raises)


class HostileList(list):
    __iter__ = __getitem__ = __len__ = __eq__ = __repr__ = raises


class HostileNumber(float):
    __eq__ = __repr__ = __float__ = __format__ = raises
    __hash__ = None


class HostileError(Exception):
    __str__ = __repr__ = raises


def stops():
    raise SystemExit(3)


def fails_silently():
    raise HostileError


def talks_long():
    raise ValueError("x" * 10**3)


def raises_its_own_kind():
    class Other(BaseException):
        pass

    raise Other("neither Exception nor SystemExit")


def recursive():
    parts = []
    parts.append(parts)
    return parts


ANYTHING = [
    Hostile,
    Nameless,
    Claims,
    lambda: np.ones((2, 2)).view(HostileArray),
    lambda: HostileList([1.0, 2.0]),
    lambda: HostileNumber(1.0),
    lambda: np.array([Hostile(), 1], dtype=object),
    lambda: [Hostile()] * 2,
    lambda: (Hostile(), Nameless()),
    stops,
    fails_silently,
    talks_long,
    raises_its_own_kind,
    recursive,
    lambda: recursive(),
    lambda: [[1.0], [2.0, 3.0]],
    lambda: [],
    lambda: (),
    lambda: np.zeros((0, 3)),
    lambda: np.nan,
    lambda: np.full((2, 2), np.nan),
    lambda: np.inf,
    lambda: 10**400,
    lambda: 10**5000,
    lambda: -(2**63),
    lambda: [10**400, 1],
    lambda: np.ma.masked_all((2, 2)),
    lambda: np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
    lambda: np.array([(1, 2.0)], dtype=[("a", int), ("b", float)])[0],
    lambda: np.datetime64("2026-01-01"),
    lambda: np.longdouble("1e4000"),
    lambda: np.float16(1),
    lambda: (number for number in range(3)),
    lambda: range(3),
    lambda: {"a": 1},
    lambda: {1, 2},
    lambda: print,
    lambda: Hostile,
    lambda: "x" * 10**6,
    lambda: "\ud800",
    lambda: b"1",
    lambda: 1j,
    lambda: None,
    lambda: NotImplemented,
    lambda: np.broadcast_to(1.0, (10**5, 10**5)),
]


@pytest.mark.parametrize("number", ["99.1", *CODED])
def test_no_answer_makes_a_check_raise_and_no_nonsense_is_right(double, number):
    for give in ANYTHING:

        def odd(*arguments, give=give, **options):
            return give()

        verdict = check(number, odd)
        assert verdict.status == "wrong", (number, give, verdict.status)
        assert verdict.text.isprintable() or "\ud800" in verdict.text
        assert len(verdict.text) < 700 and "odd" in verdict.text


def test_what_an_answer_does_to_its_arguments_is_not_asked():
    def hide(x, sizes):
        sizes[0] = Hostile()
        return 1

    def retype(x, sizes):
        x.dtype = complex
        return 1

    for spoil in (hide, retype):
        with pytest.raises(Wrong, match="changes its argument"):
            expect(Answer(spoil), np.ones(2), [1, 2], gives=1)


def test_the_keyboard_still_stops_a_check(double):
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(double, interrupted)


def test_an_answer_without_a_name_is_called_your_function(double):
    class Secretive:
        __name__ = property(raises)

        def __call__(self, x):
            return None

    class Numbered(Secretive):
        __name__ = 7

    for answer in (Secretive(), Numbered()):
        assert "your function gives None" in check(double, answer).text
    with pytest.raises(TypeError, match="got an object of type Hostile"):
        check(double, Hostile())


def test_a_stand_in_may_say_itself_what_is_wrong(double):
    def stopped(x):
        raise Wrong("It ran for more than ten seconds.")

    assert check(double, stopped).text == "not yet. It ran for more than ten seconds."


def single(value):
    """Return what an answer gave with its floats in single precision."""
    if isinstance(value, tuple | list):
        return type(value)(map(single, value))
    return np.float32(value) if np.asarray(value).dtype == float else value


@each_page
def test_solutions_in_single_precision_are_right(path):
    for number, solution in solutions(path).items():
        verdict = check(number, lambda *arguments, solution=solution: single(solution(*arguments)))
        assert verdict.status == "right", verdict


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
