"""Plant one small bug at a time in the library, and see whether the tests notice: mutation testing.

    python tools/mutate.py               every bug in every numerical module
    python tools/mutate.py conv pool     in these modules
    python tools/mutate.py --sample 300  300 bugs, drawn by chance (--seed for others)

Pytest collects the tests once. Each bug lives in a forked process, whose functions get the code of the changed module;
it runs the tests that reach the changed function, those of the module first, until one fails: what a test file makes
while it is imported has no bug. What was caught is kept in _build/mutants.txt and not tried again, so that a run that
was stopped goes on. It fails if more bugs survive than tools/mutants.toml lists, with the reason, as those that change
nothing: by the function and the kind of change, so that a line may be rewritten. Messages, docstrings and type hints
are left alone.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import gc
import hashlib
import importlib
import json
import os
import random
import sys
import time
import tomllib
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "cnn_course"
CAUGHT = ROOT / "_build" / "mutants.txt"
# What is mutated: all that computes. The tests of a module are in the file of its name, or in that of another one.
DRAWN = ("plots", "display", "exercises", "explorers")
PARTS = [path.relative_to(LIBRARY).with_suffix("").parts for path in sorted(LIBRARY.rglob("*.py"))]
MODULES = {".".join(parts): parts[0] for parts in PARTS if parts[0] not in DRAWN and parts[-1] != "__init__"}
MODULES |= dict.fromkeys(("columns", "bands", "depthwise", "winograd"), "engine")
MODULES |= {"masks": "dense", "optimizers": "training", "saving": "files"}
# Further tests; those of random configurations would take a minute for each bug that survives.
OTHERS = ("goodfellow", "lectures", "bad_calls", "files", "fuzz")
OPERATORS: dict[type[ast.AST], str] = {
    ast.And: "and", ast.Or: "or", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//",
    ast.Mod: "%", ast.Pow: "**", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.BitAnd: "&", ast.BitOr: "|", ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
PAIRS: list[tuple[Any, Any]] = [(ast.And, ast.Or), (ast.Add, ast.Sub), (ast.Mult, ast.Div), (ast.Lt, ast.LtE)]
PAIRS += [(ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.BitAnd, ast.BitOr), (ast.In, ast.NotIn), (ast.Is, ast.IsNot)]
SWAPPED = dict(PAIRS) | {b: a for a, b in PAIRS} | {ast.FloorDiv: ast.Div, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
FREE = ("copy", "strict")  # one copy more changes no number; zip's arguments are as long as each other
UNTOUCHED = (ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom, ast.arg)
# What is listed with its reason: how many bugs of each kind change no result, and what decides only how fast it comes:
# a whole function, or in a function the calls of a name or the assignments to it.
LISTED = tomllib.loads(Path(__file__).with_name("mutants.toml").read_text("utf-8"))
ENTRIES = [(where, entry) for where, entries in LISTED.items() for entry in entries]
HARMLESS: Counter[tuple[str, str]] = Counter()
for where, entry in ENTRIES:
    HARMLESS.update({(where, change): count for change, count in entry.get("changes", {}).items()})
SPEED = {(where, entry.get("within", "")) for where, entry in ENTRIES if "changes" not in entry}
RESULTS = ("caught", "harmless", "survived")
QUIET = ["-p", "no:terminal", "-s", "-o", "addopts=--doctest-modules"]
SECONDS, BYTES = 20, 4 * 2**30  # what one bug may take beyond its tests' own time: one more would be a loop without end


class Mutant(NamedTuple):
    """A bug: where it is, its kind, the lines before and after, and the text of the whole module with it."""

    module: str
    function: str
    line: int
    change: str
    old: str
    new: str
    source: str

    @property
    def where(self) -> str:
        """The module and the function, as the list has them."""
        return f"{self.module}.{self.function}"


def changes(node: Any) -> Iterator[tuple[Any, str, str]]:
    """Yield what to replace in a node, by what, and what kind of change that is."""
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op) if type(op) in SWAPPED:
            node.op = SWAPPED[type(op)]()
            text = ast.unparse(node) if isinstance(node, ast.AugAssign) else f"({ast.unparse(node)})"
            yield node, text, f"{OPERATORS[type(op)]} -> {OPERATORS[type(node.op)]}"
            node.op = op
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            node.ops = [SWAPPED[type(op)]()]
            yield node, ast.unparse(node), f"{OPERATORS[type(op)]} -> {OPERATORS[type(node.ops[0])]}"
            node.ops = [op]
        case ast.UnaryOp(op=ast.USub() | ast.Not() as op, operand=operand):
            yield node, ast.unparse(operand), f"{'-' if isinstance(op, ast.USub) else 'not'} left out"
        case ast.Constant(value=bool(value)):
            yield node, str(not value), f"{value} -> {not value}"
        case ast.Constant(value=int(value)):
            yield from ((node, str(other), f"{value} -> {other}") for other in (value + 1, value - 1))
        case ast.Constant(value=float(value)):
            yield node, str(2 * value or 1.0), f"{value} -> {2 * value or 1.0}"
        case ast.Slice(lower=lower, upper=upper, step=step):
            texts = ["" if part is None else ast.unparse(part) for part in (lower, upper, step)]
            for number, text in enumerate(texts):
                if text:
                    shorter = ":".join("" if place == number else kept for place, kept in enumerate(texts))
                    yield node, shorter, f"[{ast.unparse(node)}] -> [{shorter}]"
        case ast.Name(id=name) if name in NAMES:
            yield node, NAMES[name], f"{name} -> {NAMES[name]}"
        case ast.Attribute(value=value, attr=name) if name in NAMES:
            yield node, f"{ast.unparse(value)}.{NAMES[name]}", f"{name} -> {NAMES[name]}"
        case ast.Expr(value=ast.Call(func=func) as call):
            yield call, f"None and {ast.unparse(call)}", f"{ast.unparse(func)}() left out"
        case ast.If(test=test) | ast.IfExp(test=test) if isinstance(test, ast.Name | ast.Call | ast.Attribute):
            yield test, f"(not {ast.unparse(test)})", "if -> if not"


def for_speed(where: str, node: ast.AST) -> bool:
    """Tell whether a call or an assignment is listed as one that decides only how fast a result comes."""
    match node:
        case ast.Call(func=name) | ast.Assign(targets=[name]):
            return (where, ast.unparse(name)) in SPEED
    return False


def nodes(node: ast.AST, module: str, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of a module that may be changed, with the function or method that it is in."""
    if (f"{module}.{function}", "") in SPEED:
        return
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns", "decorator_list"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.FunctionDef) and "overload" in map(ast.unparse, child.decorator_list):
                    continue
                if isinstance(child, ast.FunctionDef | ast.ClassDef):
                    outer = function if isinstance(node, ast.FunctionDef) else f"{function}.{child.name}".lstrip(".")
                    yield from nodes(child, module, outer)
                elif (
                    isinstance(child, ast.AST)
                    and not isinstance(child, UNTOUCHED)
                    and getattr(child, "arg", "") not in FREE
                    and not for_speed(f"{module}.{function}", child)
                ):
                    if function or isinstance(child, ast.Constant):
                        yield function, child
                    yield from nodes(child, module, function)


def file_of(module: str) -> Path:
    """Return the file of a module of the library."""
    return LIBRARY.joinpath(*module.split(".")).with_suffix(".py")


@functools.cache
def module_in(file: str) -> str:
    """Return the module of the library that is in a file."""
    return ".".join(Path(file).relative_to(LIBRARY).with_suffix("").parts)


def mutants(module: str) -> Iterator[Mutant]:
    """Yield every bug that can be planted in a module."""
    text = file_of(module).read_bytes()
    lines = [0, *(place + 1 for place, byte in enumerate(text) if byte == ord("\n"))]
    tree = ast.parse(text)
    parts = list(ast.walk(tree))
    # The same as before: place -1 for 0 where there are one or two, and size -2 for -1, which NumPy finds out alike.
    same = {(part, "-1") for node in parts if isinstance(node, ast.Subscript) for part in ast.walk(node.slice)}
    calls = [node for node in parts if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".reshape")]
    same |= {(size.operand, "2") for node in calls for size in node.args if isinstance(size, ast.UnaryOp)}
    for function, node in nodes(tree, module):
        for part, replacement, change in changes(node):
            if (part, replacement) in same:
                continue
            start = lines[part.lineno - 1] + part.col_offset
            end = lines[part.end_lineno - 1] + part.end_col_offset
            first, last = lines[part.lineno - 1], lines[part.end_lineno] - 1
            new = text[first:start] + replacement.encode() + text[end:last]
            old, shown = (" ".join(piece.decode().split()) for piece in (text[first:last], new))
            source = (text[:first] + new + text[last:]).decode()
            yield Mutant(module, function, part.lineno, change, old, shown, source)


def functions() -> list[FunctionType]:
    """Return all functions that live and are not frozen."""
    return [thing for thing in gc.get_objects() if type(thing) is FunctionType]


def plant(mutant: Mutant, imported: list[FunctionType]) -> None:
    """Give the functions and constants of an imported module, wherever they are held, what they are in the mutant."""
    name = f"cnn_course.{mutant.module}"
    module = vars(importlib.import_module(name))
    fresh = {key: module[key] for key in ("__name__", "__package__", "__file__")}
    exec(compile(mutant.source, module["__file__"], "exec"), fresh)
    new = {function.__qualname__: function for function in functions() if function.__globals__ is fresh}
    for old in imported:
        if old.__globals__ is module and old.__qualname__ in new:
            for part in ("__code__", "__defaults__", "__kwdefaults__"):
                setattr(old, part, getattr(new[old.__qualname__], part))
    for key in fresh.keys() & module.keys():
        before, after = module[key], fresh[key]
        if not key.startswith("__") and not callable(after) and repr(after) != repr(before):
            for name, other in sys.modules.items():
                if name.startswith("cnn_course.") and vars(other).get(key) is before:
                    setattr(other, key, after)


def in_a_fork(work: Callable[[], int], seconds: float) -> int:
    """Do something in a process of its own, without output; return its status, 0 if it returned 0."""
    import resource  # not on Windows, where there are no forks either

    if child := os.fork():
        return os.waitpid(child, 0)[1]
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
        resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
        status = work()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


class Mutation:
    """A plugin of pytest that runs the collected tests once for each bug."""

    def __init__(self, wanted: list[Mutant]) -> None:
        self.wanted = wanted
        self.surviving, self.watching = 0, True

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Find out what each test reaches, then plant one bug after the other."""
        with contextlib.suppress(ImportError):
            importlib.import_module("torch")  # once, rather than in every fork
        imported = [f for f in functions() if f.__code__.co_filename.startswith(str(LIBRARY))]
        gc.freeze()  # what a fork does not look at, it need not copy
        notes = CAUGHT.with_suffix(".json")
        if in_a_fork(lambda: self.watch(session, notes, imported), 3600):
            raise pytest.UsageError("the tests do not pass without a bug")
        self.watching = False
        reached = [(seconds, set(names)) for seconds, names in json.loads(notes.read_text("utf-8"))]
        caught = set(CAUGHT.read_text("utf-8").split()) if CAUGHT.exists() else set()
        counts: Counter[tuple[str, str]] = Counter()
        survivors: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
        for mutant in self.wanted:
            digest = hashlib.sha256(mutant.source.encode()).hexdigest()[:16]
            where = mutant.where
            own = (f"test_{MODULES[mutant.module]}.py", file_of(mutant.module).name)
            tests = [
                (item.path.name not in own, seconds, number)
                for number, (item, (seconds, names)) in enumerate(zip(session.items, reached, strict=True))
                if where in names
                or (not mutant.function and (item.path.name in own or any(name.startswith(where) for name in names)))
            ]
            items = [session.items[number] for _, _, number in sorted(tests)]
            limit = SECONDS + 3 * sum(seconds for _, seconds, _ in tests)
            attempt = functools.partial(self.run, items, mutant, imported)
            if digest in caught or in_a_fork(attempt, limit):
                result = "caught"
                if digest not in caught:
                    with CAUGHT.open("a", encoding="utf-8") as file:
                        file.write(digest + "\n")
            else:
                alike = survivors[where, mutant.change]
                alike.append(mutant)
                listed = HARMLESS[where, mutant.change]
                result = "harmless" if len(alike) <= listed else "survived"
                if result == "survived":
                    self.surviving += 1
                    for bug in alike if len(alike) == listed + 1 else [mutant]:
                        print(f"{bug.module}:{bug.line} {where}: {bug.change}\n- {bug.old}\n+ {bug.new}\n")
                    print(f"{listed} of these {len(alike)} are listed as harmless\n" if listed else "", flush=True)
            counts.update([(mutant.module, result), ("all", result)])
        for module in [*dict.fromkeys(mutant.module for mutant in self.wanted), "all"]:
            print(f"{module:20}", *(f"{counts[module, result]:5} {result}" for result in RESULTS))
        return True

    def watch(self, session: pytest.Session, notes: Path, imported: list[FunctionType]) -> int:
        """Run every test without a bug; write down how long it takes and which functions of the library it calls."""
        for module in MODULES:
            plant(Mutant(module, "", 0, "", "", "", file_of(module).read_text("utf-8")), imported)
        found = []
        for item in session.items:
            called: set[str] = set()

            def note(frame, event, _argument, called=called):
                if event == "call" and frame.f_code.co_filename.startswith(str(LIBRARY)):
                    name = frame.f_code.co_qualname.partition(".<locals>")[0]
                    called.add(f"{module_in(frame.f_code.co_filename)}.{name}")

            start = time.process_time()
            sys.setprofile(note)
            self.run([item])
            sys.setprofile(None)
            found.append((time.process_time() - start, sorted(called)))
        notes.write_text(json.dumps(found), "utf-8")
        return 0

    def run(self, items: list[pytest.Item], mutant: Mutant | None = None, imported: Any = ()) -> int:
        """Run tests, with a bug or without; the first that fails ends the process."""
        if mutant:
            os.dup2(1, 2)
            plant(mutant, imported)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return 0

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> None:
        """End the process when a test fails, before pytest says at length why."""
        if call.excinfo and not call.excinfo.errisinstance(pytest.skip.Exception):
            if self.watching:
                print(f"{item.nodeid} fails without a bug: {call.excinfo.exconly()}", file=sys.stderr, flush=True)
            os._exit(1)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"default: {' '.join(MODULES)}")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many bugs, drawn by chance")
    parser.add_argument("--seed", type=int, default=0, help="which of them (default: 0)")
    options = parser.parse_args(arguments)
    asked = options.modules or list(MODULES)
    modules = [name for name in MODULES if name in asked or name.partition(".")[0] in asked]
    wanted = [bug for name in modules for bug in mutants(name)]
    if options.sample:
        wanted = sorted(random.Random(options.seed).sample(wanted, min(options.sample, len(wanted))), key=wanted.index)
    names = sorted({MODULES[name] for name in MODULES} | set(OTHERS))
    tests = [ROOT / "tests" / f"test_{name}.py" for name in names]
    tests = [*filter(Path.exists, tests), *map(file_of, MODULES)]
    CAUGHT.parent.mkdir(exist_ok=True)
    mutation = Mutation(wanted)
    return pytest.main([*QUIET, *map(str, tests)], plugins=[mutation]) or bool(mutation.surviving)


if __name__ == "__main__":
    sys.exit(main())
