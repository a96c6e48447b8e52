"""How an answer is compared: call it with copies, compare what it gives, and say in words what differs."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Check = Callable[["Answer"], None]
Status = Literal["open", "wrong", "right"]

PRACTICE = 0  # the seed of the book: whoever practises meets the same numbers again

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
        What the student wrote.
    seed : int, optional
        Of the numbers that checks draw.

    Attributes
    ----------
    random : RandomState
        The one source of every number that a check draws: whoever does not know the seed cannot foresee them.
    cases : int
        Number of comparisons that held.
    """

    def __init__(self, function: Callable[..., Any], seed: int = PRACTICE) -> None:
        self.function = function
        self.random = np.random.RandomState(seed)
        self.name = getattr(function, "__name__", "your function")
        self.cases = 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the function.

        Raises
        ------
        Wrong
            If it raises, or changes an argument.
        """
        given = copy.deepcopy((arguments, options))
        try:
            value = self.function(*given[0], **given[1])
        except NotImplementedError:
            raise
        except Exception as error:
            raise Wrong(f"{self.call(*arguments, **options)} raises {type(error).__name__}: {error}") from error
        if not _same(given, (arguments, options)):
            raise Wrong(f"{self.call(*arguments, **options)} changes its argument: work on a copy")
        return value

    def call(self, *arguments: Any, **options: Any) -> str:
        """Write a call as a student would."""
        named = [f"{name}={_short(value)}" for name, value in options.items()]
        return f"{self.name}({', '.join([*map(_short, arguments), *named])})"


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
    gives : number, bool, str, ndarray or tuple of these
        What is right, computed by other means than the solution's.
    slips : iterable of (value, text)
        Wrong values that tell what went wrong, and the sentence that says so.
    tolerance : float
        Largest difference, as a share of the right number (or as a number, below 1).

    Raises
    ------
    Wrong
        If it gives anything else; the message says what, and what would be right.
    """
    value = answer(*arguments, **options)
    fault = _difference(value, gives, tolerance)
    if fault:
        hints = [text for slip, text in slips if not _difference(value, slip, tolerance)]
        raise Wrong(" ".join([f"{answer.call(*arguments, **options)} {fault}.", *hints]))
    answer.cases += 1


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
    answer.cases += 1


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
        It prints as a sentence: right, or the first case that is not.

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
    answer = Answer(function, seed)
    try:
        _CHECKS[number](answer)
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
        value = value.tolist() if isinstance(value, np.ndarray) else value
        if not isinstance(value, tuple | list) or len(value) != len(wanted):
            return f"gives {_short(value)}; it must give a tuple of {len(wanted)}"
        for place, (part, right) in enumerate(zip(value, wanted, strict=True)):
            if fault := _difference(part, right, tolerance):
                if not fault.endswith(" of what it returns"):
                    return f"{fault}, at place {place} of what it returns"
                return fault.replace("what it returns", f"place {place} of what it returns")
        return ""
    if value is None and wanted is not None:
        return "gives None; does it end with `return`?"
    if wanted is None or isinstance(wanted, str | bool | np.bool_):
        kinds = (bool, np.bool_) if isinstance(wanted, bool | np.bool_) else type(wanted)
        return "" if isinstance(value, kinds) and value == wanted else f"gives {_short(value)}; it must give {wanted!r}"
    right = np.asarray(wanted)
    try:
        found = np.asarray(value)
    except ValueError:
        return f"gives {_short(value)}, which is no array of numbers"
    if found.dtype.kind not in "iuf":
        return f"gives {_short(value)}; it must give {_kind(right)}"
    if found.shape != right.shape:
        return f"gives {_kind(found)}; it must give {_kind(right)}"
    close = np.isclose(found, right, rtol=tolerance, atol=tolerance, equal_nan=True)
    if close.all():
        return ""
    if not right.ndim:
        return f"gives {_short(value)}; it must give {_short(wanted)}"
    at = tuple(int(i) for i in np.argwhere(~close)[0])
    where = f"at {list(at)}" if len(at) > 1 else f"at {at[0]}"
    return f"has {_short(found[at])} {where}, where {_short(right[at])} would be right"


def _kind(array: np.ndarray) -> str:
    return f"an array of shape {array.shape}" if array.ndim else "a number"


def _short(value: Any) -> str:
    """Write a value so that it fits into a sentence."""
    if isinstance(value, np.ndarray):
        if value.size > 24:
            return f"<array of shape {value.shape}>"
        return str(value.tolist())
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, np.generic):
        return str(value.item())
    if callable(value):
        return getattr(value, "__name__", "a function")
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _same(before: Any, after: Any) -> bool:
    """Tell whether two lots of arguments are equal."""
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
    if isinstance(before, tuple | list):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(before[name], after[name]) for name in before)
    return before == after if isinstance(before, int | float | str) else True
