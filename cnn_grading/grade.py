"""One submission and one assignment make one result: nothing else goes in, and nothing is left behind."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any

from cnn_course.exercises.checking import Answer, Elsewhere, Wrong, judge
from cnn_course.exercises.values import plain

from .assignment import Assignment, Question
from .channel import Broken, Channel, Reference, writable
from .sandbox import Limits, Sandbox, Worker, describe

SUBMISSION = 19.0  # seconds of CPU for all cells and all questions, on both sides: what is stopped has cost a bit more
CELL = 10.0  # for one cell
CALLS = 6.0  # for the calls of one question
WALL = 150.0  # seconds by the clock for all: who sleeps uses no CPU
STRAYS = 100  # messages that answer no request
WHOLE = f"the notebook as a whole has used its {SUBMISSION:.0f} seconds of computing"
CALLBACKS = 20_000  # of functions that a check hands to a submission, which run on this side


class Stopped(Wrong):
    """The submission was stopped, or ended its own program."""


class Run:
    """A submission that runs: its cells have been run, and its names can be looked up and called.

    Parameters
    ----------
    sandbox : Sandbox
        Where.
    notebook : bytes
        As handed in.

    Attributes
    ----------
    unreadable : str
        Why the file holds no cells; empty if it does.
    faults : list of str
        What cells raised, a sentence each.
    """

    def __init__(self, sandbox: Sandbox, notebook: bytes) -> None:
        self.sandbox = sandbox
        self.began, self.began_here = time.monotonic(), time.thread_time()
        self.spent = 0.0  # by workers that have ended
        self.calls = CALLS  # seconds of CPU that are left for the calls of this question
        self.callbacks = 0
        self.strays = 0
        self.functions: list[Callable[..., Any]] = []
        self.absent: set[str] = set()  # packages that answers computed with and that are not there
        self.faults: list[str] = []
        self.deadly: dict[int, str] = {}  # cells that ended or overran a worker
        self.unreadable = ""
        self.cells: list[str] = []
        self.open: Any = None
        self.worker: Worker | None = None
        self.ran = False  # all cells, in this worker
        try:
            told = self.ask({"do": "cells", "notebook": notebook}, CELL)
        except Stopped as stopped:
            told = {"unreadable": f"reading it was stopped: {stopped}"}
        self.unreadable = _text(told.get("unreadable"))
        cells = told.get("cells")
        if type(cells) is list and all(type(cell) is str for cell in cells):
            self.cells = cells
        elif not self.unreadable:
            self.unreadable = f"its cells cannot be read: {_pair(told.get('raises'))[1]}"

    def ready(self) -> None:
        """Have a worker in which all cells have run but those that ended one before, and time for one question."""
        self.calls = CALLS
        while self.worker is None or not self.ran:
            self.faults = list(self.deadly.values())
            try:
                for number, source in enumerate(self.cells, 1):
                    if number not in self.deadly:
                        self._run(number, source)
                self.ran = True
            except Stopped as stopped:
                self.deadly[number] = f"Cell {number} {stopped}"
                if self.left() <= 0:
                    raise

    def _run(self, number: int, source: str) -> None:
        told = self.ask({"do": "run", "name": f"cell {number}", "source": source}, CELL)
        if "raises" in told:
            kind, text = _pair(told["raises"])
            line = told.get("line")
            place = f", line {line}," if type(line) is int and line > 0 else ""
            self.faults.append(f"Cell {number}{place} raises {kind}: {text[:300]}".rstrip(": ") + ".")

    def left(self) -> float:
        """Return the seconds of CPU that are left for this submission; what it makes this side do counts, too."""
        used = self.worker.seconds() if self.worker else 0.0
        return SUBMISSION - self.spent - used - (time.thread_time() - self.began_here)

    def ask(self, message: dict[str, Any], seconds: float | None = None) -> dict[str, Any]:
        """Send a request to the worker, start one if there is none, and wait for its answer.

        Parameters
        ----------
        message : dict
            The request.
        seconds : float, optional
            Of CPU that it may take; those that are left for the calls of this question if it is not given.

        Returns
        -------
        dict
            Written by the student's side: nothing in it is to be believed.

        Raises
        ------
        Stopped
            If the worker ends, takes too long, or sends what is no message.
        """
        worker = self.worker or self._start()
        channel, before = worker.channel, worker.seconds()
        allowed, told = (self.calls, CALLS) if seconds is None else (seconds, seconds)

        def watch() -> None:
            if worker.seconds() > before + allowed:
                raise Stopped(f"was stopped after {told:.0f} seconds of computing.")
            if self.left() <= 0:
                raise Stopped(f"was stopped: {WHOLE}.")
            if time.monotonic() - self.began > WALL:
                raise Stopped(f"was stopped: no end after {WALL:.0f} seconds.")

        try:
            if self.left() <= 0:
                raise Stopped(f"was not run: {WHOLE}.")
            channel.tick = watch
            asked = secrets.randbits(48)  # an answer written before its question knows no number
            channel.send(message | {"number": asked})
            while True:
                answer = channel.receive()
                watch()
                if type(answer.get("number")) is not int or answer["number"] != asked:
                    self.strays += 1
                    if self.strays > STRAYS:
                        raise Stopped("wrote into the grader's pipe.")
                elif "callback" in answer:
                    self._call_back(channel, answer)
                else:
                    return answer
        except Broken as broken:
            self.spent += time.monotonic() - worker.looked  # nobody counts what a program does just before it ends
            self.stop()
            raise Stopped(f"ended its program, or used more memory than there is ({broken}).") from broken
        except Stopped:
            self.stop()
            raise
        finally:
            if seconds is None:
                self.calls -= worker.seconds() - before

    def _start(self) -> Worker:
        self.open = self.sandbox.worker(Limits(seconds=self.left()))
        self.worker, self.ran = self.open.__enter__(), False
        return self.worker

    def stop(self) -> None:
        """End the worker."""
        if self.worker:
            self.open.__exit__(None, None, None)
            self.spent += self.worker.seconds()
            self.worker = None

    def _call_back(self, channel: Channel, request: dict[str, Any]) -> None:
        """Compute and send what a function that was handed to the student gives."""
        self.callbacks += 1
        if self.callbacks > CALLBACKS:
            raise Stopped(f"called a function that it was given more than {CALLBACKS:,} times.")
        try:
            function = self.functions[request["callback"]]
            value = plain(function(*request["arguments"], **dict(request["options"])))
        except Exception as error:
            channel.send({"raises": [type(error).__name__, str(error)[:500]]})
        else:
            channel.send({"value": value})


class Remote(Elsewhere):
    """A student's function, or a method of a student's object, in the worker.

    Parameters
    ----------
    run : Run
        Where it is.
    name : str
        Its name in the notebook, or the method's.
    of : int, optional
        The object that has the method.
    """

    def __init__(self, run: Run, name: str, of: int | None = None) -> None:
        self.run, self.name, self.of = run, name, of
        self.__name__ = name

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call it."""
        return self._call(arguments, options, keep=False)

    def make(self, *arguments: Any, **options: Any) -> Any:
        """Call it and keep what it gives."""
        kept = self._call(arguments, options, keep=True)
        if type(kept) is not Reference or kept.kind != "object":
            raise Stopped("sent something else than its object.")
        return Kept(self.run, kept.number)

    def _call(self, arguments: tuple[Any, ...], options: dict[str, Any], *, keep: bool) -> Any:
        functions = self.run.functions = []
        message = {
            "do": "call",
            "of": self.of,
            "name": self.name,
            "arguments": _sent(arguments, functions),
            "options": [[key, _sent(value, functions)] for key, value in options.items()],
            "keep": keep,
        }
        try:
            told = self.run.ask(message)
        except Stopped as stopped:
            raise Stopped(f"{self.__name__} {stopped}") from stopped
        used = told.get("used")
        self.run.absent |= {_text(name)[:20] for name in used[:3]} if type(used) is list else set()
        if "raises" in told:
            kind, text = _pair(told["raises"])
            raise (
                NotImplementedError if kind == "NotImplementedError" else type(kind or "Error", (Exception,), {})(text)
            )
        _changed(arguments, told.get("arguments"))
        for (_, ours), theirs in zip(options.items(), told.get("options") or [], strict=False):
            _changed((ours,), theirs[1:] if type(theirs) is list else None)
        return told.get("value")


class Kept:
    """An object that stays in the worker.

    Parameters
    ----------
    run : Run
        Where it is.
    number : int
        Which.
    """

    def __init__(self, run: Run, number: int) -> None:
        self._run, self._number = run, number

    def __getattr__(self, name: str) -> Any:
        """Read an attribute; a method is a `Remote`."""
        if name.startswith("__"):
            raise AttributeError(name)
        told = self._run.ask({"do": "get", "of": self._number, "name": name})
        if "raises" in told:
            kind, text = _pair(told["raises"])
            raise type(kind or "Error", (Exception,), {})(text)
        return Remote(self._run, name, self._number) if told.get("callable") is True else told.get("value")


def _sent(value: Any, functions: list[Callable[..., Any]]) -> Any:
    """Replace functions by references to them."""
    if type(value) in (list, tuple):
        return type(value)(_sent(part, functions) for part in value)
    if callable(value):
        functions.append(value)
        return Reference("function", len(functions) - 1, value.__name__)
    return value


def _changed(ours: Any, theirs: Any) -> None:
    """Change our copies of the arguments as the student changed his, so that it is seen."""
    if type(theirs) is not type(ours) or len(theirs) != len(ours):
        return
    for mine, his in zip(ours, theirs, strict=True):
        if hasattr(mine, "dtype") and mine.shape:
            if type(his) is type(mine) and his.shape == mine.shape and his.dtype == mine.dtype:
                mine[...] = his
        elif type(mine) is list and type(his) is list:
            mine[:] = his
        elif type(mine) is tuple:
            _changed(mine, his)


def _text(value: Any) -> str:
    return value[:500] if type(value) is str else ""


def _pair(value: Any) -> tuple[str, str]:
    """Return an exception's name and text."""
    parts = [part if type(part) is str else "" for part in value] if type(value) in (list, tuple) else []
    name, text = (*parts, "", "")[:2]
    return name[:60] if name.isidentifier() else "Error", text[:2000]


def seed_of(key: bytes, assignment: str, student: str, digest: str, question: str) -> int:
    """Return the seed of the numbers that a question draws for one file of one student.

    An unchanged file meets the same numbers again, a new attempt meets new ones, and nobody who does not know the key
    can foresee them: so a failing case may be shown.

    Parameters
    ----------
    key : bytes
        The secret of the course.
    assignment, student, digest, question : str
        What the numbers are for.

    Returns
    -------
    int
        Below 2**32.
    """
    text = "\0".join((assignment, student, digest, question)).encode()
    return int.from_bytes(hmac.digest(key, text, "sha256")[:4], "big")


def fingerprint(key: bytes) -> str:
    """Return what tells one secret from another and does not betray it."""
    return hmac.digest(key, b"fingerprint", "sha256").hex()[:16]


def grade(notebook: bytes, assignment: Assignment, key: bytes, student: str, sandbox: Sandbox) -> dict[str, Any]:
    """Grade a submission.

    Parameters
    ----------
    notebook : bytes
        As handed in.
    assignment : Assignment
        With its checks.
    key : bytes
        The secret of the course.
    student : str
        Whose it is.
    sandbox : Sandbox
        Where it runs.

    Returns
    -------
    dict
        For JSON: status, points of each question, and the conditions under which they came about.
    """
    began, cpu = time.perf_counter(), time.process_time()
    digest = hashlib.sha256(notebook).hexdigest()
    run = Run(sandbox, notebook)
    try:
        questions = (
            [] if run.unreadable else [_graded(run, q, assignment, key, student, digest) for q in assignment.questions]
        )
    finally:
        run.stop()
    stopped = [question["text"] for question in questions if question["status"] == "stopped"]
    waiting = any(question["status"] == "needs marking" for question in questions)
    status, why = "needs marking" if waiting else "graded", ""
    if run.unreadable:
        status, why = "unreadable", run.unreadable
    elif stopped or run.deadly:
        status, why = "stopped", (stopped or list(run.deadly.values()))[0]
    return {
        "student": student,
        "assignment": assignment.name,
        "status": status,
        "why": why,
        "points": sum(question["points"] for question in questions),
        "of": assignment.points,
        "questions": questions,
        "cells": run.faults,
        "sha256": digest,
        "key": fingerprint(key),
        "seconds": {
            "wall": round(time.perf_counter() - began, 3),
            "grader": round(time.process_time() - cpu, 3),
            "submission": round(run.spent, 3),
        },
        **describe(sandbox),
    }


def _graded(
    run: Run, question: Question, assignment: Assignment, key: bytes, student: str, digest: str
) -> dict[str, Any]:
    """Grade one question."""
    told: dict[str, Any] = {"name": question.name, "title": question.title, "points": 0, "of": question.points}
    told["checks"] = question.checks
    if question.check is None:
        return told | {"status": "needs marking", "text": ""}
    try:
        run.ready()
        found = run.ask({"do": "look", "name": question.answer})
    except Stopped as stopped:
        return told | {"status": "stopped", "text": f"The notebook {stopped}"}
    if found.get("found") is not True or found.get("callable") is not True:
        what = "is no function or class" if found.get("found") is True else "is not defined"
        return told | {"status": "missing", "text": " ".join([f"`{question.answer}` {what}.", *run.faults[:3]])}
    answer = Answer(Remote(run, question.answer), seed_of(key, assignment.name, student, digest, question.name))
    run.absent.clear()
    try:
        verdict = judge(question.name, question.check, answer)
    except Exception as error:  # the check's own: the other questions keep their marks
        text = f"Mark this by hand: the check itself fails on it, {type(error).__name__}: {error}"
        return told | {"status": "stopped", "text": writable(text)[:1000]}
    if verdict.status == "right":
        return told | {"points": question.points, "status": "right", "text": verdict.text}
    absent = f" It computes with {' and '.join(sorted(run.absent))}, absent while it is graded: use NumPy."
    text = verdict.text + absent * bool(run.absent)
    return told | {"status": verdict.status if run.worker else "stopped", "text": text}
