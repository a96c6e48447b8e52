"""How an answer is compared: call it with copies, compare what it gives, and say in words what differs.

A verdict is for you, not a mark: the answer runs in the same Python as its check and could read everything here.
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .values import Foreign, plain, type_name

Check = Callable[["Answer"], None]
Status = Literal["open", "wrong", "right"]

PRACTICE = 0  # the seed of the book: whoever practises meets the same numbers again
MOST = 12  # numbers in a message: more would hide what is wrong

_CHECKS: dict[str, Check] = {}


class Wrong(Exception):
    """What is wrong with an answer, as a sentence for the student."""


@dataclass(frozen=True)
class Verdict:
    """What a check found; it prints as a sentence.

    Attributes
    ----------
    number : str
        The exercise, such as "4.2".
    status : {"open", "wrong", "right"}
        "open" as long as the answer raises `NotImplementedError`.
    text : str
        What was found.
    """

    number: str
    status: Status
    text: str

    def __repr__(self) -> str:
        return f"Exercise {self.number}: {self.text}"


class Answer:
    """A student's function; it is given copies of its arguments, and what goes wrong inside it is reported.

    Parameters
    ----------
    function : callable
        What the student wrote, or a stand-in that calls it elsewhere; it may raise `Wrong` itself.
    seed : int, optional
        Of the numbers that checks draw.

    Attributes
    ----------
    random : RandomState
        The one source of every number that a check draws: whoever does not know the seed cannot foresee them.
    """

    def __init__(self, function: Callable[..., Any], seed: int = PRACTICE) -> None:
        self.function = function
        self.random = np.random.RandomState(seed)
        self.name = _name(function)
        self._held = [0]  # shared with the answers that are this one's methods
        self._before = ""  # for an attribute: the calls that it comes from
        self._written = self.name  # in a call: a method's with the call that made its object

    @property
    def cases(self) -> int:
        """Number of comparisons that held."""
        return self._held[0]

    def hold(self) -> None:
        """Count a comparison that held."""
        self._held[0] += 1

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the function.

        Returns
        -------
        number, bool, str, None, ndarray, list or tuple of these, or Foreign
            What it gave, in Python's and NumPy's own types: safe to compare, whatever the student returned.

        Raises
        ------
        Wrong
            If it raises, or changes an argument.
        """
        return plain(self._result(self.function, arguments, options))

    def make(self, *arguments: Any, **options: Any) -> Made:
        """Call a class for an object whose methods a check goes on to call.

        Parameters
        ----------
        *arguments, **options
            What it is called with.

        Returns
        -------
        Made

        Raises
        ------
        Wrong
            If it raises, or changes an argument.
        """
        maker = self.function.make if isinstance(self.function, Elsewhere) else self.function
        return Made(self, self._result(maker, arguments, options), self.call(*arguments, **options))

    def _result(self, function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        given = copy.deepcopy((arguments, options))
        try:
            value = function(*given[0], **given[1])
        except (NotImplementedError, KeyboardInterrupt, Wrong):
            raise
        except BaseException as error:  # SystemExit, too, would end the page of whoever practises
            raise Wrong(f"{self.name} raises {_error(error)}, in {self.call(*arguments, **options)}.") from error
        if not _same((arguments, options), given):
            raise Wrong(f"{self.name} changes its argument: work on a copy, in {self.call(*arguments, **options)}.")
        return value

    def draw(self, cases: int, *bounds: tuple[int, int]) -> list[list[int]]:
        """Draw cases of whole numbers, such as sizes, to stand beside those picked by hand.

        Parameters
        ----------
        cases : int
        *bounds : tuple of int
            The smallest and the largest that each number may be.

        Returns
        -------
        list of list of int
            A list of as many numbers as there are bounds, for each case.
        """
        low, high = np.transpose(bounds)
        return self.random.randint(low, high + 1, (cases, len(bounds))).tolist()

    def array(self, *arguments: Any, shape: tuple[int, ...], **options: Any) -> np.ndarray:
        """Call the function for an array that a check goes on to use.

        Parameters
        ----------
        *arguments, **options
            What it is called with.
        shape : tuple of int
            What the array's shape must be.

        Returns
        -------
        ndarray of float

        Raises
        ------
        Wrong
            If it gives anything but finite numbers in this shape.
        """
        found = _numbers(self(*arguments, **options), np.zeros(shape))
        fault = found if isinstance(found, str) else "" if np.isfinite(found).all() else "gives NaN or infinity"
        if fault:
            raise Wrong(f"{self.name} {fault}, in {self.call(*arguments, **options)}.")
        return np.asarray(found, dtype=float)

    def distinct(self, *shape: int) -> np.ndarray:
        """Draw numbers of both signs that differ, none of them whole: none tie, and what is cut off or moved shows.

        Parameters
        ----------
        *shape : int
            Of the array.

        Returns
        -------
        ndarray of float, of this shape

        Examples
        --------
        >>> Answer(abs).distinct(2, 3)
        array([[ 2.25, -0.75, -1.75],
               [ 0.25, -2.75,  1.25]])
        """
        size = math.prod(shape)
        return (self.random.permutation(size) - size // 2 + 0.25).reshape(shape)

    def call(self, *arguments: Any, **options: Any) -> str:
        """Write a call as a student would, with arrays by their shapes where their numbers would be too many."""
        if self._before:
            return self._before
        whole = sum(map(_count, [*arguments, *options.values()])) <= MOST
        named = [f"{name}={_short(value, whole)}" for name, value in options.items()]
        return f"{self._written}({', '.join([*(_short(value, whole) for value in arguments), *named])})"


class Elsewhere:
    """A stand-in for a student's function that runs in another process; what it raises was raised there."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call it there."""
        raise NotImplementedError

    def make(self, *arguments: Any, **options: Any) -> Any:
        """Call it there and keep there what it gives: attributes of what comes back are read there."""
        raise NotImplementedError


class Made:
    """An object that a student's class made.

    Parameters
    ----------
    answer : Answer
        The class.
    thing : object
        What it made.
    call : str
        How, for the message.
    """

    def __init__(self, answer: Answer, thing: Any, call: str) -> None:
        self.answer = answer
        self.thing = thing
        self.call = call

    def method(self, name: str) -> Answer:
        """Return one of its methods, as an answer of its own that counts with the class.

        Parameters
        ----------
        name : str

        Returns
        -------
        Answer

        Raises
        ------
        Wrong
            If the class has no such method.
        """
        found = self._get(name)
        if not callable(found):
            raise Wrong(f"{self.answer.name} has no method {name}.")
        bound = copy.copy(self.answer)
        bound.function, bound.name = found, f"{self.answer.name}.{name}"
        bound._written = f"{self.call}.{name}"
        return bound

    def attribute(self, name: str, after: str) -> Answer:
        """Return one of its attributes, as an answer that is called with nothing and compared as others are.

        Parameters
        ----------
        name : str
        after : str
            The calls that it comes from, for the message: `answer.call(...)` writes one.

        Returns
        -------
        Answer
        """
        bound = copy.copy(self.answer)
        bound.function, bound.name, bound._before = (lambda: self._get(name)), f"{self.answer.name}.{name}", after
        return bound

    def value(self, name: str) -> Any:
        """Return one of its attributes, in Python's and NumPy's own types.

        Parameters
        ----------
        name : str

        Returns
        -------
        object
            As an `Answer` gives it.

        Raises
        ------
        Wrong
            If it has no such attribute.
        """
        return plain(self._get(name))

    def _get(self, name: str) -> Any:
        try:
            return getattr(self.thing, name)
        except (KeyboardInterrupt, Wrong):
            raise
        except BaseException as error:
            raise Wrong(f"{self.answer.name} has no {name}: {_error(error)}.") from error


def exercise(number: str) -> Callable[[Check], Check]:
    """Register the check of an exercise.

    Parameters
    ----------
    number : str
        Chapter and number, such as "4.2".

    Returns
    -------
    callable
        A decorator for a function of one `Answer` that calls `expect` and `require`.

    Raises
    ------
    ValueError
        If the number is malformed or taken.
    """
    if not re.fullmatch(r"\d+\.\d+", number):
        raise ValueError(f'the number of an exercise is written as "4.2", got {number!r}')

    def register(function: Check) -> Check:
        if number in _CHECKS:
            raise ValueError(f"exercise {number} has two checks")
        _CHECKS[number] = function
        return function

    return register


def expect(
    answer: Answer,
    *arguments: Any,
    gives: Any,
    slips: Iterable[tuple[Any, str]] = (),
    tolerance: float = 1e-9,
    **options: Any,
) -> None:
    """Require that the answer, called with some arguments, gives a value.

    Parameters
    ----------
    answer : Answer
        The student's function.
    *arguments, **options
        What it is called with.
    gives : number, bool, str, None, ndarray or tuple of these
        What is right, computed by other means than the solution's. Whole numbers ask for whole numbers: 3.0 is no 3.
    slips : iterable of (value, text)
        Wrong values that tell what went wrong, and the sentence that says so.
    tolerance : float
        Largest difference, as a share of the right number (or as a number, below 1). What comes back in float32 or
        float16 may differ by a few of its own last digits.

    Raises
    ------
    Wrong
        If it gives anything else; the message says what, and what would be right.
    """
    value = answer(*arguments, **options)
    fault = _difference(value, gives, tolerance)
    if fault:
        hints = [text for slip, text in slips if not _difference(value, slip, tolerance)]
        raise Wrong(
            " ".join([*dict.fromkeys(hints), f"{answer.name} {fault}, in {answer.call(*arguments, **options)}."])
        )
    answer.hold()


def require(answer: Answer, condition: bool | np.bool_, sentence: str) -> None:
    """Require that something holds of what the answer gave.

    Parameters
    ----------
    answer : Answer
        The student's function.
    condition : bool
        What must be true.
    sentence : str
        What is wrong where it is not.

    Raises
    ------
    Wrong
        If `condition` is false.
    """
    if not condition:
        raise Wrong(sentence)
    answer.hold()


def check(number: str, function: Callable[..., Any], *, seed: int = PRACTICE) -> Verdict:
    """Compare a function that you wrote with what the exercise asks for.

    Parameters
    ----------
    number : str
        The exercise, such as "4.2".
    function : callable
        Your function, not called.
    seed : int, optional
        Another one gives other numbers in the cases that are drawn.

    Returns
    -------
    Verdict
        It prints as a sentence: right, or the first case that is not. It is for you, not a mark.

    Raises
    ------
    TypeError
        If `function` cannot be called.
    ValueError
        If no code exercise has this number.

    Examples
    --------
    >>> check("4.2", 7)
    Traceback (most recent call last):
        ...
    TypeError: pass the function itself, without calling it, got 7
    """
    if number not in checks_of_chapter(str(number).partition(".")[0]):
        raise ValueError(f'number must be that of a code exercise, such as "4.2", got {number!r}')
    if not callable(function):
        raise TypeError(f"pass the function itself, without calling it, got {_short(function)}")
    return judge(number, _CHECKS[number], Answer(function, seed))


def judge(number: str, compare: Check, answer: Answer) -> Verdict:
    """Run a check.

    Parameters
    ----------
    number : str
        What the verdict is about.
    compare : callable
        The check, a function of one `Answer`.
    answer : Answer
        What it compares.

    Returns
    -------
    Verdict
    """
    try:
        compare(answer)
    except NotImplementedError:
        return Verdict(number, "open", "nothing to check yet. Put your code in place of `raise NotImplementedError`.")
    except Wrong as wrong:
        return Verdict(number, "wrong", f"not yet. {wrong}")
    return Verdict(number, "right", f"right, in all of {answer.cases} cases.")


def checks_of_chapter(chapter: str) -> list[str]:
    """Return the numbers of a chapter's exercises that have a check.

    Parameters
    ----------
    chapter : str
        The chapter's number, such as "4".

    Returns
    -------
    list of str

    Examples
    --------
    >>> checks_of_chapter("99")
    []
    """
    name = f"{__package__}.chapter_{chapter.zfill(2)}"
    if chapter.isdigit() and importlib.util.find_spec(name):
        importlib.import_module(name)
    return [number for number in _CHECKS if number.partition(".")[0] == chapter]


def _difference(value: Any, wanted: Any, tolerance: float) -> str:
    """Say what differs, or nothing if nothing does."""
    if isinstance(wanted, tuple):
        if not isinstance(value, tuple | list | np.ndarray) or len(value) != len(wanted):
            return f"gives {_short(value)}; it must give a tuple of {len(wanted)}"
        for place, (part, right) in enumerate(zip(value, wanted, strict=True)):
            if fault := _difference(part, right, tolerance):
                if not fault.endswith(" of what it returns"):
                    return f"{fault}, at place {place} of what it returns"
                return fault.replace("what it returns", f"place {place} of what it returns")
        return ""
    if wanted is None or isinstance(wanted, str | bool | np.bool_):
        kinds = (bool, np.bool_) if isinstance(wanted, bool | np.bool_) else type(wanted)
        return "" if isinstance(value, kinds) and value == wanted else f"gives {_short(value)}; it must give {wanted!r}"
    right = np.asarray(wanted)
    found = _numbers(value, right)
    if isinstance(found, str):
        return found
    own = 8 * np.finfo(found.dtype).eps if found.dtype.kind == "f" else 0
    with np.errstate(over="ignore"):  # a long double may be too large
        close = np.isclose(
            found.astype(float), right, rtol=max(tolerance, own), atol=max(tolerance, own), equal_nan=True
        )
    if close.all():
        return ""
    at = tuple(int(i) for i in np.argwhere(~close)[0])
    given, meant = _apart(found[at], right[at])
    if not right.ndim:
        return f"gives {given}; it must give {meant}"
    where = f"at {list(at)}" if len(at) > 1 else f"at {at[0]}"
    if found.dtype.kind in "iu" and (right % 1).any():
        return f"holds whole numbers and loses fractions (`np.zeros(shape)` keeps them): {given} {where} for {meant}"
    return f"has {given} {where}, where {meant} would be right"


def _numbers(value: Any, right: np.ndarray) -> np.ndarray | str:
    """Return a plain value as an array of the right shape and kind of numbers, or say why it is none."""
    wanted = "an array of numbers" if right.ndim else "a number"
    if value is None:
        return "gives None, as a function without `return` does"
    if isinstance(value, Foreign):
        return f"gives {value.name}; it must give {wanted}"
    try:
        found = np.asarray(value)
    except (ValueError, OverflowError):
        return f"gives {_list(value)} that is no array, its parts differ in length; it must give {wanted}"
    if found.dtype.kind == "c":
        return "gives complex numbers; take .real"
    if found.dtype.kind not in "iuf":
        names = {"b": "True and False" if found.ndim else str(value), "U": "text", "S": "bytes"}
        return f"gives {names.get(found.dtype.kind, _list(value) + ' of more than numbers')}; it must give {wanted}"
    if found.shape != right.shape:
        return f"gives {_kind(found)}; it must give {_kind(right)}"
    if found.dtype.kind == "f" and right.dtype.kind in "iu":
        which = "floats; they must be whole numbers" if right.ndim else f"{_short(value)}; it must be a whole number"
        return f"gives {which}, as `//` and `int` make them"
    return found


def _kind(array: np.ndarray) -> str:
    return f"an array of shape {array.shape}" if array.ndim else "a number"


def _list(value: Any) -> str:
    return "a tuple" if isinstance(value, tuple) else "a list"


def _apart(given: Any, meant: Any) -> tuple[str, str]:
    """Write two numbers with as many digits as it takes to tell them apart."""
    for digits in (6, 9, 12, 17):
        if (written := _number(given, digits)) != (right := _number(meant, digits)):
            return written, right
    return f"a number that differs by {abs(float(given - meant)):.0e}", right


def _number(value: Any, digits: int) -> str:
    return str(value) if isinstance(value, np.integer) else f"{float(value):.{digits}g}"


def _count(value: Any) -> int:
    """Count the numbers that writing a value takes."""
    if isinstance(value, np.ndarray):
        return value.size
    return sum(map(_count, value)) if isinstance(value, tuple | list) else 1


def _short(value: Any, whole: bool = True) -> str:
    """Write a value so that it fits into a sentence; arrays that are not wanted whole, by their shape."""
    if isinstance(value, Foreign):
        return value.name
    if isinstance(value, np.ndarray):
        return _short(value.tolist()) if whole and value.size <= MOST else f"<array of shape {value.shape}>"
    if isinstance(value, np.floating):
        return _short(float(value))
    if isinstance(value, np.generic):
        return str(value)
    if isinstance(value, tuple | list):
        if _count(value) > MOST and whole:
            return f"{_list(value)} of {len(value)}"
        parts = ", ".join(_short(part, whole) for part in value)
        return f"[{parts}]" if isinstance(value, list) else f"({parts}{',' * (len(value) == 1)})"
    if isinstance(value, float) and len(repr(value)) > 8:
        return f"{value:.6g}"
    if value is None or isinstance(value, int | float | complex | str | bytes):
        text = repr(value)
        return text if len(text) <= 60 else f"{text[:57]}..."
    return _name(value) if callable(value) else f"an object of type {type_name(value)}"


def _name(function: Any) -> str:
    """Return a function's name, also where asking for it fails."""
    try:
        name = function.__name__
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "your function"
    return name if type(name) is str else "your function"


def _error(error: BaseException) -> str:
    """Write an exception in a line, also where asking for its text fails."""
    try:
        text = " ".join(str(error).split())
    except KeyboardInterrupt:
        raise
    except BaseException:
        return type_name(error)
    text = text if len(text) <= 200 else f"{text[:197]}..."
    if re.search(r"^Cannot cast ufunc .* to dtype\('u?int", text):
        text = f"your array holds whole numbers (`np.zeros(shape)` keeps fractions, too). {text}"
    return f"{type_name(error)}: {text}" if text else type_name(error)


def _same(ours: Any, theirs: Any) -> bool:
    """Tell whether arguments are still what they were; what a student may have put there is not asked."""
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, np.ndarray):
        return (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype) and ours.tobytes() == theirs.tobytes()
    if isinstance(ours, tuple | list):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(_same(ours[name], theirs[name]) for name in ours)
    return ours == theirs if isinstance(ours, int | float | str) else True
