"""The bugs that `make mutate` plants: what they are, that they take effect, and that none is excused in vain."""

import importlib
from collections import Counter
from types import SimpleNamespace

import mutate
import pytest

import cnn_course as cc
from cnn_course import shapes

pytestmark = pytest.mark.style

SOURCE = '''
"""A module of 1 docstring."""
from __future__ import annotations

PAIR = tuple[int, int]
LIMIT = 2


def f(x: tuple[1, 2], *, n: int = 0) -> list[3]:
    """Return 1."""
    if x < n:
        raise ValueError(f"{x + 1} is less than {n}")
    return x[1:].sum(axis=-2, copy=True)
'''


def planted(source, tmp_path, monkeypatch):
    (tmp_path / "toy.py").write_text(source, "utf-8")
    monkeypatch.setattr(mutate, "LIBRARY", tmp_path)
    return [(bug.function, bug.line, bug.new) for bug in mutate.mutants("toy")]


def test_every_number_and_decision_is_changed_and_no_message_hint_or_docstring(tmp_path, monkeypatch):
    assert planted(SOURCE, tmp_path, monkeypatch) == [
        ("", 6, "LIMIT = 3"),
        ("", 6, "LIMIT = 1"),
        ("f", 9, "def f(x: tuple[1, 2], *, n: int = 1) -> list[3]:"),
        ("f", 9, "def f(x: tuple[1, 2], *, n: int = -1) -> list[3]:"),
        ("f", 11, "if x <= n:"),
        ("f", 13, "return x[::].sum(axis=-2, copy=True)"),
        ("f", 13, "return x[2:].sum(axis=-2, copy=True)"),
        ("f", 13, "return x[0:].sum(axis=-2, copy=True)"),
        ("f", 13, "return x[1:].sum(axis=2, copy=True)"),
        ("f", 13, "return x[1:].sum(axis=-3, copy=True)"),
        ("f", 13, "return x[1:].sum(axis=-1, copy=True)"),
    ]


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("a + b * c", {"(a - b * c)", "a + (b / c)"}),
        ("a // b", {"(a / b)"}),
        ("a and b", {"(a or b)"}),
        ("a == b", {"a != b"}),
        ("not a", {"a"}),
        ("a if b else c", {"a if (not b) else c"}),
        ("a[b:c]", {"a[:c:]", "a[b::]"}),
        ("min(a, b.any())", {"max(a, b.any())", "min(a, b.all())", "None and min(a, b.any())"}),
        ("a += True", {"a -= True", "a += False"}),
        ("a = 0.5", {"a = 1.0"}),
    ],
)
def test_changes(line, changed, tmp_path, monkeypatch):
    assert {bug[2] for bug in planted(f"def f(a, b, c):\n    {line}\n", tmp_path, monkeypatch)} == changed


def bug(old, new):
    """Find a bug by its lines before and after."""
    (found,) = [bug for bug in mutate.mutants("shapes") if (bug.old, bug.new) == (old, new)]
    return found


@pytest.mark.parametrize(
    ("old", "new", "size"),
    [
        ("return room // stride + 1", "return room // stride + 2", 7),
        ("return room // stride + 1", "return (room // stride - 1)", 4),
        ("room = pads[0] + n + pads[1] - span", "room = (pads[0] + n + pads[1] + span)", 12),
    ],
)
def test_a_planted_bug_takes_effect_wherever_the_function_is_held_and_only_in_its_process(old, new, size):

    def wrong_with_the_bug():
        mutate.plant(bug(old, new), [shapes.window_count])
        return cc.conv_output_size(8, 3) != size

    assert mutate.in_a_fork(wrong_with_the_bug, 60) == 0
    assert cc.conv_output_size(8, 3) == 6


@pytest.mark.parametrize("name", mutate.MODULES)
def test_every_module_can_be_planted_and_is_the_same_without_a_bug(name):
    module = vars(importlib.import_module(f"cnn_course.{name}"))
    before = dict(module)
    mutate.plant(mutate.Mutant(name, "", 0, "", "", "", mutate.file_of(name).read_text("utf-8")), [])
    assert module == before


def test_what_is_listed_as_harmless_can_still_be_planted_and_has_a_reason():
    planted = Counter((bug.where, bug.change) for name in mutate.MODULES for bug in mutate.mutants(name))
    assert {key: count for key, count in mutate.HARMLESS.items() if planted[key] < count} == {}
    assert all(entry["why"] for _, entry in mutate.ENTRIES)


@pytest.mark.parametrize("entry", sorted(mutate.SPEED), ids=" ".join)
def test_what_is_listed_as_speed_keeps_bugs_away(entry, monkeypatch):
    module = max((name for name in mutate.MODULES if entry[0].startswith(f"{name}.")), key=len)
    planted = sum(1 for _ in mutate.mutants(module))
    monkeypatch.setattr(mutate, "SPEED", mutate.SPEED - {entry})
    assert sum(1 for _ in mutate.mutants(module)) > planted


def test_of_bugs_that_survive_as_many_are_excused_as_are_listed(tmp_path, monkeypatch, capsys):
    (tmp_path / "toy.py").write_text("def f(a):\n    return a[1], a[1]\n", "utf-8")
    monkeypatch.setattr(mutate, "LIBRARY", tmp_path)
    monkeypatch.setattr(mutate, "MODULES", {"toy": "toy"})
    monkeypatch.setattr(mutate, "CAUGHT", tmp_path / "caught.txt")
    monkeypatch.setattr(mutate.gc, "freeze", lambda: None)
    (tmp_path / "caught.json").write_text("[]", "utf-8")  # no test reaches them
    monkeypatch.setattr(mutate, "in_a_fork", lambda work, seconds: 0)
    for listed, surviving, shown in ((2, 2, 2), (1, 3, 4), (0, 4, 4)):
        monkeypatch.setattr(mutate, "HARMLESS", Counter({("toy.f", "1 -> 2"): listed}))
        mutation = mutate.Mutation(list(mutate.mutants("toy")))
        mutation.pytest_runtestloop(SimpleNamespace(items=[]))
        assert mutation.surviving == surviving
        assert capsys.readouterr().out.count("- return a[1], a[1]") == shown
