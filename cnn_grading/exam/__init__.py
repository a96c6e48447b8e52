"""The questions that the pages ask, as functions of a seed: the same question with other numbers, and its answer.

Each is a function of a `RandomState` that bears `@asks(chapter)` and returns what `cnn_course.explorers.questions`
makes; the library computes every answer. Numbers under which a wrong answer would be right, or two could not be told
apart, are drawn again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from cnn_course.explorers import questions
from cnn_course.explorers.questions import Question

Maker = Callable[[np.random.RandomState], Question]
TRIES = 200
_MAKERS: dict[str, Maker] = {}


class Alike(Exception):
    """With these numbers, two answers that a student may give are one."""


def asks(chapter: int) -> Callable[[Maker], Maker]:
    """Make a function one of a chapter's questions.

    Parameters
    ----------
    chapter : int

    Returns
    -------
    callable
        What takes the function and gives it back.
    """

    def keep(make: Maker) -> Maker:
        _MAKERS[f"{chapter}.{make.__name__}"] = make
        return make

    return keep


def names(chapters: Iterable[int] = range(12)) -> list[str]:
    """Return the names of the questions of some chapters, in their order.

    Parameters
    ----------
    chapters : iterable of int

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If a chapter has none.

    Examples
    --------
    >>> names([2])[:2]
    ['2.feature_map', '2.output_shape']
    """
    from . import networks, signals, windows  # noqa: F401  (they fill _MAKERS)

    wanted = list(chapters)
    known = sorted({int(name.split(".")[0]) for name in _MAKERS})
    if unknown := [chapter for chapter in wanted if chapter not in known]:
        raise ValueError(f"chapter {unknown[0]} has no questions: there are {known[0]} to {known[-1]}")
    return [name for chapter in wanted for name in _MAKERS if name.split(".")[0] == str(chapter)]


def draw(name: str, seed: str) -> Question:
    """Return a question with the numbers of a seed.

    Parameters
    ----------
    name : str
        As `names` gives it.
    seed : str
        Any words.

    Returns
    -------
    Question
        The same for the same seed, on every machine.

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> draw("1.valid_size", "monday").prompt == draw("1.valid_size", "monday").prompt
    True
    """
    if name not in names():
        raise ValueError(f"there is no question {name!r}, but {', '.join(names())}")
    for attempt in range(TRIES):
        digest = hashlib.sha256(f"{seed}\0{name}\0{attempt}".encode()).digest()
        try:
            return _MAKERS[name](np.random.RandomState(int.from_bytes(digest[:4], "big")))
        except Alike:
            continue
    raise AssertionError(f"{name}: {TRIES} draws left answers that cannot be told apart")


# What makes a question, with slips that must differ


def number(prompt: str, answer: float, because: str, *slips: tuple[float, str], **options: Any) -> Question:
    """Ask for a number; see `questions.number`."""
    room = options.get("tolerance", 0)
    _apart([answer], *([wrong] for wrong, _ in slips), room=room)
    return questions.number(prompt, answer, because=because, slips=dict(slips), **options)


def shape(prompt: str, answer: tuple[int, ...], because: str, *slips: tuple[tuple[int, ...], str]) -> Question:
    """Ask for a shape; see `questions.shape`."""
    _apart(answer, *(wrong for wrong, _ in slips))
    return questions.shape(prompt, answer, because=because, slips=dict(slips))


def grid(prompt: str, answer: Any, because: str, shown: Mapping[str, Any], *slips: tuple[Any, str]) -> Question:
    """Ask for a map of numbers; see `questions.grid`."""
    _apart(np.ravel(answer), *(np.ravel(wrong) for wrong, _ in slips))
    return questions.grid(prompt, answer, because=because, shown=shown, slips=slips)


def choice(
    random: np.random.RandomState,
    prompt: str,
    *options: tuple[str, bool | np.bool_, str],
    shown: Mapping[str, Any] | None = None,
) -> Question:
    """Ask which statements are true, in a drawn order; see `questions.choice`."""
    if len({text for text, _, _ in options}) < len(options) or not any(truth for _, truth, _ in options):
        raise Alike
    order = [options[at] for at in random.permutation(len(options))]
    return questions.choice(prompt, {text: (bool(truth), why) for text, truth, why in order}, shown=shown)


def _apart(*answers: Iterable[float], room: float = 0) -> None:
    """Raise if two answers are one."""
    rows = [np.asarray(list(answer), float) for answer in answers]
    for at, one in enumerate(rows):
        for other in rows[:at]:
            if one.shape == other.shape and np.allclose(one, other, rtol=0, atol=2 * room + 1e-6):
                raise Alike


# What numbers look like in a sentence


def signed(*values: float) -> str:
    """Return numbers with a minus sign, between commas.

    Examples
    --------
    >>> signed(2, -1, 0.5)
    '2, −1, 0.5'
    """
    return ", ".join(f"{value:g}".replace("-", "−") for value in values)


def products(x: Any, w: Any) -> str:
    """Return the terms of a sum of products, a kernel as long as it is.

    Examples
    --------
    >>> products([2, 1, 5], [3, -1])
    '2 · 3 + 1 · (−1)'
    """
    factors = zip(np.ravel(x), np.ravel(w), strict=False)
    return " + ".join(f"{_factor(a)} · {_factor(b)}" for a, b in factors)


def _factor(value: float) -> str:
    return f"({signed(value)})" if value < 0 else signed(value)


def drawn(random: np.random.RandomState, low: int, high: int, *size: int) -> np.ndarray:
    """Return whole numbers from `low` up to and with `high`, that are not all alike."""
    found = random.randint(low, high + 1, size)
    if found.size > 1 and (found == found.flat[0]).all():
        raise Alike
    return found


def unlike(random: np.random.RandomState, low: int, high: int, count: int) -> list[int]:
    """Return different whole numbers from `low` up to and with `high`."""
    return [int(value) for value in random.permutation(np.arange(low, high + 1))[:count]]
