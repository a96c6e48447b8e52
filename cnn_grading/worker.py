"""Runs a student's cells and calls what they define. It stands in the sandbox, with NumPy and nothing of the course.

Whatever happens here can only change what this student's functions return: the checks, the numbers they draw and the
marks are on the other side of the pipe.
"""

from __future__ import annotations

import builtins
import dis
import json
import os
import sys
import types
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from typing import Any, ClassVar

import numpy as np
from channel import BLOB, TEXT, Broken, Channel, Reference
from limits import confine
from source import cells_of, runnable
from values import plain, type_name

# Packages that students import beside NumPy. Here they are stand-ins: to import and to draw with one is harmless, but
# what an answer computes with it is nothing.
ABSENT = frozenset(
    [
        "IPython",
        "PIL",
        "anywidget",
        "bokeh",
        "cnn_course",
        "cv2",
        "google",
        "graphviz",
        "imageio",
        "ipywidgets",
        "jax",
        "keras",
        "matplotlib",
        "nbformat",
        "pandas",
        "plotly",
        "pytest",
        "requests",
        "rich",
        "scipy",
        "seaborn",
        "skimage",
        "sklearn",
        "sympy",
        "tensorflow",
        "torch",
        "torchvision",
        "tqdm",
    ]
)


class Absent(types.ModuleType):
    """Stands in for anything of a package that is not here: it can be imported, called, indexed and unpacked.

    Parameters
    ----------
    name : str
        As written: "matplotlib.pyplot".
    """

    used: ClassVar[set[str]] = set()  # packages that were more than imported, since it was last cleared

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        Absent.used.add(self.__name__.partition(".")[0])
        # A progress bar hands on what it is put around, and a decorator the function under it.
        if self.__name__.startswith("tqdm") and "range" in self.__name__:
            return range(*arguments)
        if arguments and (self.__name__.startswith("tqdm") or isinstance(arguments[0], types.FunctionType)):
            return arguments[0]
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Any]:
        """Give as many as the line that unpacks asks for: `figure, axes = plt.subplots()`; a loop gets none."""
        frame = sys._getframe(1)
        here = next(step for step in dis.get_instructions(frame.f_code) if step.offset == frame.f_lasti)
        return iter([self] * (here.arg or 0 if here.opname == "UNPACK_SEQUENCE" else 0))


def _nothing(self: Absent, *_: Any) -> Absent:
    return self


for _operation in [
    "add",
    "radd",
    "sub",
    "rsub",
    "mul",
    "rmul",
    "truediv",
    "rtruediv",
    "pow",
    "neg",
    "matmul",
    "rmatmul",
    "and",
    "or",
]:
    setattr(Absent, f"__{_operation}__", _nothing)


class Finder:
    """Finds the packages that are not here."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Tell Python who makes the module."""
        return ModuleSpec(name, Finder, is_package=True) if name.partition(".")[0] in ABSENT else None  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: ModuleSpec) -> types.ModuleType:
        """Make it."""
        return Absent(spec.name)

    @staticmethod
    def exec_module(module: types.ModuleType) -> None:
        """Nothing runs."""


class Worker:
    """Answers the grader's requests, one after the other.

    Parameters
    ----------
    channel : Channel
        To the grader.
    """

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.space = types.ModuleType("__main__")
        self.space.__dict__["display"] = Absent("IPython.display")
        self.objects: list[Any] = []
        self.number = 0  # of the request that is being answered
        sys.modules["__main__"] = self.space

    def serve(self) -> None:
        """Answer until the grader closes the pipe."""
        answers: dict[str, Callable[..., dict[str, Any]]] = {
            "cells": self.cells,
            "run": self.run,
            "look": self.look,
            "call": self.call,
            "get": self.get,
        }
        while True:
            request = self.channel.receive()
            self.number = request.pop("number")
            answer = answers[request.pop("do")](**request)
            try:
                self.channel.send(answer | {"number": self.number}, (TEXT, BLOB))
            except (ValueError, MemoryError) as error:
                self.channel.send({"raises": _told(error), "number": self.number})

    def cells(self, notebook: bytes) -> dict[str, Any]:
        """Read a notebook: it is a stranger's, so it is read here."""
        try:
            return {"cells": cells_of(notebook)}
        except (ValueError, RecursionError, MemoryError) as error:
            return {"unreadable": f"{error}" if type(error) is ValueError else "it is not the JSON of a notebook"}

    def run(self, name: str, source: str) -> dict[str, Any]:
        """Run a cell; what it raises is told."""
        try:
            exec(compile(runnable(source), name, "exec"), self.space.__dict__)
        except BaseException as error:
            return {"raises": _told(error), "line": _line(error, name)}
        return {}

    def look(self, name: str) -> dict[str, Any]:
        """Look up what an answer is called."""
        value = vars(self.space).get(name)
        return {"found": value is not None, "callable": callable(value), "name": str(getattr(value, "__name__", name))}

    def call(self, of: Any, name: str, arguments: tuple[Any, ...], options: list[Any], keep: bool) -> dict[str, Any]:
        """Call a function, or a method of a kept object, and tell what the arguments are afterwards."""
        Absent.used.clear()
        given = tuple(map(self._handed, arguments))
        named = {key: self._handed(value) for key, value in options}
        try:
            value = (vars(self.space)[name] if of is None else getattr(self.objects[of], name))(*given, **named)
        except BaseException as error:
            return {"raises": _told(error), "used": sorted(Absent.used)}
        ours = {"arguments": tuple(map(_back, given)), "options": [[key, _back(value)] for key, value in named.items()]}
        return {"value": self._kept(value) if keep else plain(value), "used": sorted(Absent.used), **ours}

    def get(self, of: int, name: str) -> dict[str, Any]:
        """Read an attribute of a kept object."""
        try:
            value = getattr(self.objects[of], name)
        except BaseException as error:
            return {"raises": _told(error)}
        return {"callable": True} if callable(value) else {"value": plain(value)}

    def _kept(self, value: Any) -> Any:
        """Keep an object here, so that its methods can be called."""
        self.objects.append(value)
        return Reference("object", len(self.objects) - 1, type_name(value))

    def _handed(self, value: Any) -> Any:
        """Make a function of the grader's callable here: its calls go back through the pipe."""
        if type(value) in (list, tuple):
            return type(value)(map(self._handed, value))
        if type(value) is not Reference:
            return value
        number = value.number

        def handed(*arguments: Any, **options: Any) -> Any:
            plainly = [[key, plain(part)] for key, part in options.items()]
            request = {"callback": number, "arguments": tuple(map(plain, arguments)), "options": plainly}
            request["number"] = self.number
            self.channel.send(request, (TEXT, BLOB))
            reply = self.channel.receive()
            if "raises" in reply:
                kind, text = reply["raises"]
                raise getattr(builtins, kind, Exception)(text)
            return reply["value"]

        handed.__name__ = handed.__qualname__ = value.name
        return handed


def _back(value: Any) -> Any:
    """Return an argument as the student left it; a function is none of his."""
    return None if isinstance(value, types.FunctionType) else plain(value)


def _told(error: BaseException) -> list[str]:
    """Return an exception's name and text, also where asking for it fails."""
    try:
        return [type_name(error), str(error)[:2000]]
    except BaseException:
        return [type_name(error), ""]


def _line(error: BaseException, name: str) -> int:
    """Return the line of the cell that failed."""
    line, step = getattr(error, "lineno", None) or 0, error.__traceback__
    while step is not None:
        line = step.tb_lineno if step.tb_frame.f_code.co_filename == name else line
        step = step.tb_next
    return line


def main() -> None:
    """Serve on the first two file descriptors, which the student's prints do not reach."""
    channel = Channel(os.dup(0), os.dup(1), limits=None)
    nowhere = os.open(os.devnull, os.O_RDWR)
    confine(**json.loads(sys.argv.pop()))
    for stream in range(3):
        os.dup2(nowhere, stream)
    sys.meta_path.append(Finder)
    np.seterr(all="ignore")
    vars(builtins)["get_ipython"] = Absent("IPython.get_ipython")
    try:
        Worker(channel).serve()
    except (Broken, KeyboardInterrupt):
        os._exit(0)


if __name__ == "__main__":
    main()
