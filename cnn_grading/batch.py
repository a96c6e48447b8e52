"""Grade a folder of submissions: on this machine or on a cluster, to be killed and resumed at any moment."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .assignment import Assignment, read
from .files import write_atomically
from .grade import fingerprint, grade
from .sandbox import Sandbox

PATIENCE = 30  # seconds for which a scheduler is called


@dataclass(frozen=True)
class Job:
    """All that grading one submission takes, so that it can be done anywhere.

    Attributes
    ----------
    student : str
    notebook : bytes
        As handed in.
    name, source : str
        Of the assignment.
    key : bytes
        The secret of the course.
    sandbox : str
        Its kind.
    questions : tuple of str
        Which; all if it is empty.
    """

    student: str
    notebook: bytes
    name: str
    source: str
    key: bytes
    sandbox: str
    questions: tuple[str, ...] = ()


def run(job: Job) -> dict[str, Any]:
    """Grade one submission; what it returns depends on nothing but the job.

    Parameters
    ----------
    job : Job

    Returns
    -------
    dict
        As `grade` gives it.
    """
    assignment = _assignment(job.name, job.source)
    chosen = tuple(q for q in assignment.questions if not job.questions or q.name in job.questions)
    return grade(job.notebook, Assignment(assignment.name, chosen), job.key, job.student, _sandbox(job.sandbox))


_assignment = lru_cache(maxsize=4)(read)
_sandbox = lru_cache(maxsize=2)(Sandbox)


def local(workers: int) -> Callable[[], Executor]:
    """Return what makes an executor on this machine, which can be made anew if a process of it dies."""

    class Local(ProcessPoolExecutor):
        """Processes that are made anew before they grow."""

        def __init__(self) -> None:
            super().__init__(workers, max_tasks_per_child=200, initializer=_end_with_parent)
            self.workers = workers

    return Local


def _end_with_parent() -> None:
    """Have this process end with the one that started it, and not before: left alone it would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent, "only a process of the pool is initialized"

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def cluster(address: str) -> Callable[[], Executor]:
    """Return what makes an executor on a cluster of `dask.distributed`; what a dead worker had is done by another.

    Parameters
    ----------
    address : str
        Of its scheduler: "tcp://10.0.0.1:8786".

    Returns
    -------
    callable

    Raises
    ------
    RuntimeError
        If `distributed` is not installed; what is returned raises it if no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise RuntimeError("a cluster needs `distributed`: make instructor") from error

    class Cluster(Executor):
        """A client's executor that ends with its client, and leaves nothing in the scheduler."""

        def __init__(self) -> None:
            try:
                self.client = Client(address, timeout=PATIENCE, set_as_default=False)
            except (OSError, ValueError) as error:
                raise RuntimeError(f"no scheduler answers at {address}: {error}") from error
            self.inner = self.client.get_executor(retries=2, pure=False)

        @property
        def workers(self) -> int:
            """How many grade at a time, now."""
            return sum(self.client.nthreads().values())

        def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
            """Hand a call to the cluster."""
            return self.inner.submit(function, *arguments, **options)

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            """Take back what has not begun, and leave."""
            self.inner.shutdown(wait=wait and not cancel_futures)
            self.client.close()

    return Cluster


def finished(jobs: Iterable[Job], make: Callable[[], Any]) -> Iterator[dict[str, Any]]:
    """Yield the results of jobs as they come; in memory are two for each worker, however large the class is.

    A job whose process dies is tried once more, alone; if that dies too, it says so as its status.

    Parameters
    ----------
    jobs : iterable of Job
    make : callable
        Makes an executor that knows how many `workers` it has, as `local` and `cluster` do.

    Yields
    ------
    dict
    """
    waiting, retry = iter(jobs), []
    running: dict[Future[dict[str, Any]], Job] = {}
    executor = make()
    try:
        while True:
            ahead = 2 * max(executor.workers, 1)
            while len(running) < ahead and (job := next(waiting, None)):
                running[executor.submit(run, job)] = job
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                job = running.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    retry += [job, *running.values()]
                    running.clear()
                    executor = make()
                    break
                except Exception as error:  # the batch never stops for one file
                    yield failed(job, error)
    finally:
        executor.shutdown(cancel_futures=True)
    for job in retry:
        with make() as alone:
            try:
                yield alone.submit(run, job).result()
            except Exception as error:
                yield failed(job, error)


def failed(job: Job, error: Exception) -> dict[str, Any]:
    """Return the result of a submission whose grading itself failed: not its fault, and nobody's mark."""
    return {
        "student": job.student,
        "assignment": job.name,
        "status": "stopped",
        "why": f"the grader failed, grade it again: {type(error).__name__}: {error}"[:500],
        "points": 0,
        "of": _assignment(job.name, job.source).points,
        "questions": [],
        "cells": [],
        "sha256": hashlib.sha256(job.notebook).hexdigest(),
        "key": fingerprint(job.key),
    }


def load(path: Path) -> dict[str, Any] | None:
    """Return a stored result, or None if there is none."""
    try:
        return json.loads(path.read_text("utf-8")) if path.exists() else None
    except ValueError as error:
        raise ValueError(f"{path} is no result, delete it and grade again: {error}") from error


def results_of(assignment: str, results: Path) -> dict[str, dict[str, Any]]:
    """Return the stored results of an assignment by student, or group.

    Parameters
    ----------
    assignment : str
        Its name.
    results : Path
        The folder of results of the course.

    Returns
    -------
    dict of dict

    Raises
    ------
    ValueError
        If there is none.
    """
    found = {path.stem: load(path) or {} for path in sorted((results / assignment).glob("*.json"))}
    if not found:
        raise ValueError(f"{results / assignment} holds no result: has it been graded?")
    return found


def store(path: Path, result: dict[str, Any]) -> None:
    """Write a result."""
    write_atomically(path, (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode())


def to_do(
    submissions: list[Path], results: Path, source: Path, key: bytes, again: bool = False
) -> tuple[list[Path], list[str]]:
    """Return the submissions that have no result yet, and what to say of those that have one from other checks.

    Parameters
    ----------
    submissions : list of Path
        Notebooks, each named after its student.
    results : Path
        The folder of results.
    source : Path
        The assignment.
    key : bytes
        The secret of the course.
    again : bool
        Whether also those whose checks have changed since are to be graded.

    Returns
    -------
    list of Path, list of str

    Raises
    ------
    ValueError
        If there are results of another secret: their numbers were others, so the marks would be of two kinds.
    """
    mine = fingerprint(key)
    now = {question.name: question.checks for question in read(source.stem, source.read_text("utf-8")).questions}
    open_: list[Path] = []
    outdated: list[Path] = []
    for path in submissions:
        stored = load(results / f"{path.stem}.json")
        if stored and stored["key"] != mine:
            raise ValueError(f"{results}: the result of {path.stem} is of another secret ({stored['key']}, not {mine})")
        same = stored and stored["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        if not stored or not same or stored["why"].startswith("the grader failed"):
            open_.append(path)
        elif stored["questions"] and {told["name"]: told.get("checks") for told in stored["questions"]} != now:
            (open_ if again else outdated).append(path)
    return open_, [path.stem for path in outdated]


def jobs(paths: Iterable[Path], source: Path, key: bytes, sandbox: str, questions: tuple[str, ...]) -> Iterator[Job]:
    """Yield a job for each submission, read when its turn comes."""
    text = source.read_text("utf-8")
    for path in paths:
        yield Job(path.stem, path.read_bytes(), source.stem, text, key, sandbox, questions)


def merged(stored: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return a stored result with some questions graded anew; the rest stays as it is."""
    fresh = {question["name"]: question for question in new["questions"]}
    questions = [fresh.get(question["name"], question) for question in stored["questions"]]
    stopped = [question["text"] for question in questions if question["status"] == "stopped"]
    waiting = any(question["status"] == "needs marking" for question in questions)
    status, why = "needs marking" if waiting else "graded", ""
    if new["status"] == "stopped" or stopped:  # a cell that ended the program did so again
        status, why = "stopped", new["why"] or stopped[0]
    points, of = (sum(question[name] for question in questions) for name in ("points", "of"))
    return stored | {"status": status, "why": why, "points": points, "of": of, "questions": questions}
