"""Questions to answer in the page: the right answers are computed by the library, the browser compares and explains.

Taught in no chapter: each chapter asks its own under *Check yourself*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import anywidget
import numpy as np
import traitlets

from .. import checks
from .base import module, style

LONGEST_ROW = 12  # cells that fit a phone
LONGEST_SIDE = 8
ELSEWHERE = "*These questions are answered, and checked, in the built book, and here once their cell is run.*"


@dataclass(frozen=True)
class Question:
    """One question as the browser reads it: numbers in row-major order, slips as (numbers, what to say)."""

    kind: str
    prompt: str
    answer: list[float]
    because: str = ""
    slips: list[tuple[list[float], str]] = field(default_factory=list)
    shown: list[tuple[str, list[list[float]]]] = field(default_factory=list)
    tolerance: float = 0.0
    unit: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    size: list[int] = field(default_factory=list)


class Questions(anywidget.AnyWidget):
    """The questions of one chapter, with a field, a button and feedback for each."""

    _esm = module("questions", "grid")
    _css = style("grid", "questions")
    questions: traitlets.List = traitlets.List(help="one dictionary for each question, in order").tag(sync=True)

    def __repr__(self) -> str:
        return f"questions.ask({len(self.questions)} questions)"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:  # no page can draw widgets
            return None
        data, metadata = bundle
        prompts = "\n".join(f"{at}. {question['prompt']}" for at, question in enumerate(self.questions, 1))
        return data | {"text/markdown": f"{ELSEWHERE}\n\n{prompts}"}, metadata


def ask(*questions: Question) -> Questions:
    """Put questions into the page, where they are answered without a kernel.

    Parameters
    ----------
    *questions : Question
        What `number`, `shape`, `choice` and `grid` return, in order.

    Returns
    -------
    Questions
        A widget; each question is checked on its own, and a wrong answer is explained where the slip is known.

    Raises
    ------
    TypeError
        If an argument is not a question.
    ValueError
        If there is no question.

    Examples
    --------
    >>> from cnn_course import conv_output_size
    >>> ask(number("How many outputs?", conv_output_size(7, 3), because="7 − 3 + 1 = 5"))
    questions.ask(1 questions)
    """
    if not questions:
        raise ValueError("ask takes at least one question, got none")
    for question in questions:
        if not isinstance(question, Question):
            raise TypeError(f"ask takes what number, shape, choice and grid return, got {question!r}")
    return Questions(questions=[asdict(question) for question in questions])


def number(
    prompt: str,
    answer: float,
    *,
    because: str,
    slips: Mapping[float, str] | None = None,
    shown: Mapping[str, object] | None = None,
    unit: str = "",
    tolerance: float = 0,
) -> Question:
    """Ask for a number.

    Parameters
    ----------
    prompt : str
        The question, plain text.
    answer : float
        The right number, computed.
    because : str
        What is said when the answer is right or shown.
    slips : mapping of float to str, optional
        Wrong numbers and what each tells about the way to it, without the right one.
    shown : mapping of str to array_like of shape (W,) or (H, W), optional
        Grids of numbers to read, by name.
    unit : str
        Stands behind the field; may be typed too.
    tolerance : float
        How far from the answer counts as right.

    Returns
    -------
    Question

    Raises
    ------
    TypeError
        If the answer, a slip or the tolerance is not a number, or `slips` or `shown` no mapping.
    ValueError
        If a text is empty, a number is not finite, a slip counts as right or as another slip, or the answer has more
        than four decimals and there is no tolerance, so that nobody could type it.

    Examples
    --------
    >>> number("What is 3 · 4?", 3 * 4, because="Four threes.", slips={3 + 4: "You added."}).slips
    [([7.0], 'You added.')]
    """
    right, room = _finite(answer, "answer"), checks.number(tolerance, "tolerance", 0, np.inf)
    if not room and not _close(right, round(right, 4), 0):
        raise ValueError(f"answer {right} cannot be typed in four decimals: pass a tolerance, for example 0.005")
    wrong = [([_finite(value, "slips")], text) for value, text in _mapping(slips, "slips").items()]
    return Question(
        "number", _text(prompt, "prompt"), [right], _text(because, "because"), _told_apart(wrong, [right], room),
        _grids(shown), room, _text(unit, "unit") if unit else "",
    )  # fmt: skip


def shape(
    prompt: str,
    answer: tuple[int, ...],
    *,
    because: str,
    slips: Mapping[tuple[int, ...], str] | None = None,
    shown: Mapping[str, object] | None = None,
) -> Question:
    """Ask for the shape of an array.

    Parameters
    ----------
    prompt : str
        The question, plain text; it says which axes are meant.
    answer : tuple of int
        The right shape, computed.
    because : str
        What is said when the answer is right or shown.
    slips : mapping of tuple of int to str, optional
        Wrong shapes, also of other lengths, and what each tells about the way to it.
    shown : mapping of str to array_like of shape (W,) or (H, W), optional
        Grids of numbers to read, by name.

    Returns
    -------
    Question

    Raises
    ------
    TypeError
        If a shape is not a tuple of integers, or `slips` or `shown` no mapping.
    ValueError
        If a text or the answer is empty, or a slip is the answer.

    Examples
    --------
    >>> x = np.zeros((1, 28, 28))
    >>> shape("Which shape has x?", x.shape, because="One channel.", slips={x.shape[1:]: "No channel?"}).answer
    [1, 28, 28]
    """
    right = _sizes(answer, "answer")
    wrong = [(_sizes(value, "slips"), text) for value, text in _mapping(slips, "slips").items()]
    return Question(
        "shape", _text(prompt, "prompt"), right, _text(because, "because"), _told_apart(wrong, right), _grids(shown)
    )  # fmt: skip


def choice(
    prompt: str, options: Mapping[str, tuple[bool, str]], *, shown: Mapping[str, object] | None = None
) -> Question:
    """Ask which statement is true, or which are.

    Parameters
    ----------
    prompt : str
        The question, plain text.
    options : mapping of str to (bool, str)
        For each option whether it is true, computed, and why it is or is not. If one is true there are radio buttons,
        otherwise boxes to tick.
    shown : mapping of str to array_like of shape (W,) or (H, W), optional
        Grids of numbers to read, by name.

    Returns
    -------
    Question

    Raises
    ------
    TypeError
        If a truth is neither True nor False, or `options` or `shown` no mapping.
    ValueError
        If a text is empty, there are fewer than two options or none is true.

    Examples
    --------
    >>> choice("Which is odd?", {"3": (3 % 2 == 1, "3 = 2 + 1"), "4": (4 % 2 == 1, "4 = 2 + 2")}).answer
    [1.0, 0.0]
    """
    texts, truths = [], []
    for option, entry in _mapping(options, "options").items():
        if not (isinstance(entry, tuple) and len(entry) == 2):
            raise TypeError(f"options must map each text to a tuple (truth, why), got {entry!r} for {option!r}")
        truths.append(float(checks.boolean(entry[0], f"the truth of {option!r}")))
        texts.append((_text(option, "options"), _text(entry[1], f"the reason of {option!r}")))
    if len(texts) < 2 or not any(truths):
        raise ValueError(f"options must be at least two with a true one, got {len(texts)}, {int(sum(truths))} true")
    return Question("choice", _text(prompt, "prompt"), truths, shown=_grids(shown), options=texts)


def grid(
    prompt: str,
    answer: object,
    *,
    because: str,
    slips: Iterable[tuple[object, str]] = (),
    shown: Mapping[str, object] | None = None,
) -> Question:
    """Ask for the numbers of a feature map, cell by cell.

    Parameters
    ----------
    prompt : str
        The question, plain text.
    answer : array_like of shape (W,) or (H, W)
        The right numbers, computed: at most 8 × 8, or a row of 12.
    because : str
        What is said when the answer is right or shown.
    slips : iterable of (array_like of the answer's shape, str)
        Wrong maps and what each tells about the way to it.
    shown : mapping of str to array_like of shape (W,) or (H, W), optional
        Grids of numbers to read, by name.

    Returns
    -------
    Question

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If a text is empty, an array is too large or not finite, the answer has more than four decimals, or a slip has
        another shape than the answer or is the answer.

    Examples
    --------
    >>> x = np.array([[1, 2], [3, 4]])
    >>> grid("Double x.", 2 * x, because="2 · 1 = 2", slips=[(x + 2, "You added.")], shown={"x": x}).size
    [2, 2]
    """
    right = _rows(answer, "answer")
    if not np.allclose(right, np.round(right, 4), rtol=0, atol=1e-9):
        raise ValueError(f"answer must hold numbers of at most four decimals, to be typed, got {answer!r}")
    wrong = []
    for at, (array, text) in enumerate(slips):
        rows = _rows(array, f"slips[{at}]")
        if rows.shape != right.shape:
            raise ValueError(f"slips[{at}] has {rows.shape} cells, the answer has {right.shape}")
        wrong.append((rows.ravel().tolist(), text))
    flat = right.ravel().tolist()
    return Question(
        "grid", _text(prompt, "prompt"), flat, _text(because, "because"), _told_apart(wrong, flat), _grids(shown),
        size=list(right.shape),
    )  # fmt: skip


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, got {value!r}")
    if not value.strip():
        raise ValueError(f"{name} must not be empty")
    return value.strip()


def _finite(value: Any, name: str) -> float:
    return checks.number(value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value, name)


def _sizes(value: object, name: str) -> list[float]:
    if not isinstance(value, tuple):
        raise TypeError(f"{name} must be a tuple of integers, got {value!r}")
    if not value:
        raise ValueError(f"{name} must have at least one axis, got ()")
    return [checks.integer(size, name) for size in value]


def _rows(value: object, name: str) -> np.ndarray:
    array = checks.real_array(value, name)
    if array.ndim not in (1, 2) or not array.size:
        raise ValueError(f"{name} must be a row or a grid of numbers, got shape {array.shape}")
    longest = LONGEST_ROW if array.ndim == 1 else LONGEST_SIDE
    if max(array.shape) > longest:
        raise ValueError(f"{name} must be at most 8 × 8 cells, or a row of 12, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers, got {value!r}")
    return np.atleast_2d(array)


def _grids(shown: Mapping[str, object] | None) -> list[tuple[str, list[list[float]]]]:
    grids = _mapping(shown, "shown").items()
    return [(_text(name, "shown"), _rows(array, f"shown[{name!r}]").tolist()) for name, array in grids]


def _mapping(value: Mapping | None, name: str) -> Mapping:
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, got {value!r}")
    return value or {}


def _close(a: float, b: float, tolerance: float) -> bool:
    return abs(a - b) <= tolerance + 1e-9 * max(1, abs(b))  # as in questions.js


def _told_apart(
    slips: list[tuple[list[float], str]], answer: list[float], tolerance: float = 0
) -> list[tuple[list[float], str]]:
    """Return the slips, if each is neither the answer nor an earlier one: the browser could not tell which to say."""
    seen = [answer]
    for values, text in slips:
        for at, other in enumerate(seen):
            if len(values) == len(other) and all(_close(a, b, tolerance) for a, b in zip(values, other, strict=True)):
                what = "an earlier slip" if at else "the right answer"
                raise ValueError(f"the slip {values} ({_text(text, 'slips')!r}) is {what}: leave it out")
        seen.append(values)
    return [(values, _text(text, "slips")) for values, text in slips]
