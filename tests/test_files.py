"""Files that are forged or half-written, each kind of it by name; tests/test_fuzz.py draws others."""

from __future__ import annotations

import errno
import functools
import itertools
import json
import operator
import os
import re
import signal
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from forged import BIAS, BOMB, WEIGHT, Trap, bits, made_of, network, npy, npz, numbers, refusal

import cnn_course as cc
from cnn_course import saving

try:
    import resource
except ModuleNotFoundError:
    resource = None
unix = pytest.mark.skipif(resource is None, reason="this needs the signals, forks and limits of Unix")

# ---------------------------------------------------------------- weights

SAID = npy(BIAS)[10:128].decode()  # the header


def archive(*, method=zipfile.ZIP_STORED, bias=BIAS, **changes):
    return npz([("1.weight.npy", npy(WEIGHT)), ("1.bias.npy", npy(bias, **changes))], method)


def named(*names):
    return npz([(name, npy(WEIGHT if "weight" in name else BIAS)) for name in names])


HONEST = archive()
LOCAL = HONEST.index(b"1.bias.npy")  # of its own header; the second is in the directory at the end
LISTED = HONEST.rindex(b"1.bias.npy")


def patched(start, new):
    """Return the honest file with bytes of the directory's entry for the bias replaced."""
    return HONEST[: LISTED + start] + new + HONEST[LISTED + start + len(new) :]


FORGED = {
    "another float": (archive(bias=np.ones(3)), "1.bias is float64 of shape"),
    "short floats": (archive(bias=np.ones(3, np.float16)), "1.bias is float16"),
    "other byte order": (archive(bias=np.ones(3, ">f4")), "1.bias is >f4"),
    "another shape": (archive(bias=np.ones((3, 1), np.float32)), r"of shape \(3, 1\) there"),
    "objects": (archive(descr="|O"), "1.bias is object of shape"),
    "a pickle": (archive(bias=np.array([Trap()] * 3)), "1.bias is object of shape"),
    "a record": (archive(bias=np.zeros(3, [("a", "<f4")])), r"1.bias is \[\('a', '<f4'\)\] of"),
    "a date": (archive(bias=np.zeros(3, "M8[s]")), "1.bias is datetime64"),
    "larger than memory": (archive(shape=(2000000000,)), r"of shape \(2000000000,\) there"),
    "a length below zero": (archive(shape=(-3,)), r"of shape \(-3,\) there"),
    "no tuple": (archive(shape=3), "shape is not valid: 3"),
    "two commas": (archive(header=SAID.replace("(3,)", "(3,,)")), "Cannot parse header"),
    "an escape": (archive(descr="\\<f4"), "descr is not a valid dtype"),
    "an old name": (archive(descr="|a4"), r"1.bias is \|S4"),
    "a call": (archive(header=SAID.replace("False", "print(1)")), "malformed node"),
    "no header": (archive(header=""), "Cannot parse header"),
    "a wide header": (archive(header=SAID + " " * 600), "length .*is large"),
    "a header that takes seconds": (archive(header=SAID + "$" + " " * 9000), "EOF: reading array header"),
    "a deep header": (archive(header="-" * 400 + "1"), "Cannot parse header|malformed|too complex|recursion"),
    "a header without end": (archive(length=65535), "EOF: reading array header"),
    "version 2": (archive(version=(2, 0)), "1.bias is not in version 1.0"),
    "version 255": (archive(version=(255, 255)), "1.bias is not in version 1.0"),
    "too few numbers": (archive(content=bytes(11)), "1.bias takes 12 bytes, and there are 11"),
    "too many numbers": (archive(content=bytes(13)), "1.bias takes 12 bytes, and there are more"),
    "a zip bomb": (
        archive(content=BOMB, method=zipfile.ZIP_DEFLATED),
        "1.bias takes 12 bytes, and there are more",
    ),
    "packed by LZMA": (archive(method=zipfile.ZIP_LZMA), "1.weight is compressed by method 14"),
    "packed by bzip2": (archive(method=zipfile.ZIP_BZIP2), "1.weight is compressed by method 12"),
    "a name twice": (named("1.weight.npy", "1.bias.npy", "1.bias.npy"), r"it holds \['1.bias', '1.bias', '1.weight'\]"),
    "a name without its ending": (named("1.weight.npy", "1.bias"), "no item named '1.bias"),
    "a name with and without it": (named("1.weight.npy", "1.bias.npy", "1.bias"), "it holds"),
    "a path upwards": (named("1.weight.npy", "../1.bias.npy"), r"it holds \['../1.bias', "),
    "a path from the root": (named("1.weight.npy", "/1.bias.npy"), r"it holds \['/1.bias', "),
    "a key too many": (named("1.weight.npy", "1.bias.npy", "2.bias.npy"), "it holds .*'2.bias'"),
    "a key too few": (named("1.bias.npy"), r"it holds \['1.bias'\], not \['1.bias', '1.weight'\]"),
    "no key": (named(), r"it holds \[\], not"),
    "no bytes": (b"", "File is not a zip file"),
    "a plain .npy file": (npy(BIAS), "File is not a zip file"),
    "cut at the end": (HONEST[:-30], "File is not a zip file"),
    "cut within": (HONEST[:200] + HONEST[240:], "Invalid argument|Bad magic number|not a zip file"),
    "another number": (HONEST.replace(BIAS.tobytes(), (2 * BIAS).tobytes()), "Bad CRC-32"),
    "locked by a password": (patched(-38, b"\1"), "password required"),
    "packed by an unknown method": (patched(-36, b"\x63"), "compressed by method 99"),
    "other names in its parts": (HONEST[:LOCAL] + b"2" + HONEST[LOCAL + 1 :], "differ"),
    "data that start after the end": (patched(-4, b"\xff\xff\xff\x7f"), "Truncated file"),
    "data that end too soon": (
        patched(-4, struct.pack("<I", len(HONEST))) + HONEST[LOCAL - 30 : LOCAL + 145],
        "EOFError|Overlapped",
    ),
    "data longer than the file": (patched(-26, struct.pack("<II", 2**31, 2**31)), "EOFError|Overlapped"),
}


@pytest.mark.parametrize(("content", "message"), FORGED.values(), ids=FORGED)
def test_forged_weight_files_are_refused_and_change_nothing(tmp_path, content, message):
    path, model = tmp_path / "w.npz", network()
    path.write_bytes(content)
    before = bits(model.named_params())
    refused = refusal(lambda: cc.load_weights(path, model), path)
    assert re.search(rf"w\.npz is not a weight file of this model: .*({message})", refused)
    assert bits(model.named_params()) == before


INFINITE = np.array([np.nan, np.inf, -np.inf], np.float32)
UNUSUAL = {
    "as np.savez writes it": (HONEST, BIAS),
    "compressed": (archive(method=zipfile.ZIP_DEFLATED), BIAS),
    "NaN and infinity": (archive(bias=INFINITE), INFINITE),
    "other order": (npz([("1.bias.npy", npy(BIAS)), ("1.weight.npy", npy(WEIGHT, fortran_order=True))]), BIAS),
    "a length of Python 2": (archive(header=SAID.replace("(3,)", "(3L,)")), BIAS),
    "bytes before the start": (b"#!/bin/sh\n" + HONEST, BIAS),
    "bytes after the end": (HONEST + b"garbage", BIAS),
}


@pytest.mark.parametrize(("content", "bias"), UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_weight_files_are_read_as_they_are(tmp_path, content, bias):
    path, model = tmp_path / "w.npz", network()
    path.write_bytes(content)
    assert not refusal(lambda: cc.load_weights(path, model), path)
    assert bits(model.named_params()) == bits({"1.weight": WEIGHT, "1.bias": bias})


@pytest.mark.parametrize("other", [">f4", np.float64, np.float16, np.longdouble])
def test_the_refusal_of_another_float_tells_the_call_that_converts(tmp_path, other):
    old, new, model = tmp_path / "old.npz", tmp_path / "new.npz", network()
    np.savez(old, **{"1.weight": WEIGHT.astype(other), "1.bias": BIAS.astype(other)})
    with pytest.raises(ValueError, match=r"here; a file of weights is converted by np\.savez") as caught:
        cc.load_weights(old, model)
    eval(str(caught.value).rpartition(" is converted by ")[2], {"np": np, "old": old, "new": new})
    cc.load_weights(new, model)
    assert bits(model.named_params()) == bits({"1.weight": WEIGHT, "1.bias": BIAS})


@pytest.mark.parametrize("bias", [np.ones((3, 1), np.float32), np.ones(2), np.ones(3, np.int32), np.ones(3, complex)])
def test_what_no_call_converts_is_refused_without_one(tmp_path, bias):
    (tmp_path / "w.npz").write_bytes(archive(bias=bias))
    with pytest.raises(ValueError, match=r"1\.bias is .* there and float32 of shape \(3,\) here$"):
        cc.load_weights(tmp_path / "w.npz", network())


SIGNATURE = saving.architecture(network()).encode()


@pytest.mark.parametrize(
    ("comment", "fits"), [(b"", True), (SIGNATURE, True), (SIGNATURE[:-1], False), (b"\xff\xfe", False)]
)
def test_a_file_that_says_another_model_s_is_refused_and_one_that_says_nothing_is_read(tmp_path, comment, fits):
    path, model = tmp_path / "w.npz", network()
    path.write_bytes(npz([("1.weight.npy", npy(WEIGHT)), ("1.bias.npy", npy(BIAS))], comment=comment))
    refused = refusal(lambda: cc.load_weights(path, model), path)
    assert ("w.npz is not a weight file of this model: its model is " in refused) is not fits
    assert model[1].params["bias"].all() == fits


def test_a_weight_file_holds_the_parameters_and_nothing_else(tmp_path):
    model = network()
    cc.save_weights(tmp_path / "w.npz", model)
    with np.load(tmp_path / "w.npz") as file:
        assert {name: file[name].tolist() for name in file} == {n: p.tolist() for n, p in model.named_params().items()}


def test_a_file_is_given_by_its_path():
    with pytest.raises(TypeError, match="int"):  # open takes an integer, for a file that is open already
        cc.load_weights(0, network())


# ---------------------------------------------------------------- checkpoints

VALUES = {
    "a list that is none": (("lists", "loss"), None),
    "a list that is a text": (("lists", "loss"), "0.5"),
    "a list that is an object": (("lists", "loss"), {"0": 0.5}),
    "a list that is an empty object": (("lists", "loss"), {}),
    "texts for losses": (("lists", "loss"), ["0.5"]),
    "whole numbers for losses": (("lists", "loss"), [10**400]),
    "lists for losses": (("lists", "val_loss"), [[0.5]]),
    "no lists": (("lists",), []),
    "a list too few": (("lists",), {"loss": []}),
    "a list too many": (("lists", "other"), []),
    "a place between two keys": (("random_state", 0), 1.5),
    "a place before the first key": (("random_state", 0), -1),
    "a place after the last key": (("random_state", 0), 625),
    "a place that is a truth value": (("random_state", 0), True),
    "a flag of two": (("random_state", 1), 2),
    "a flag that is a text": (("random_state", 1), "1"),
    "a kept number that is a text": (("random_state", 2), "0.5"),
    "four numbers": (("random_state",), [1, 0, 0.5, 0.5]),
    "no generator": (("random_state",), None),
    "no settings": (("settings",), None),
    "settings in a list": (("settings",), [["epochs", 2]]),
    "another setting": (("settings", "epochs"), 3),
    "a setting too many": (("settings", "seed"), 3),
}
TEXTS = {
    "nothing": (),
    "no JSON": "{",
    "no object": "null",
    "half a character": '"\\ud800"',
    "a character that does not exist": np.full(8, 0x7FFFFFFF, "<u4").view("<U8").reshape(()),
    "a list in a list in a list": "[" * 9000 + "]" * 9000,
    "a long number": "1" * 9000,
    "an array of texts": ["{}", "{}"],
    "a pickle": Trap(),
}


@pytest.mark.parametrize(
    ("keys", "value"), [*VALUES.values(), *(((), t) for t in TEXTS.values())], ids=[*VALUES, *TEXTS]
)
def test_forged_checkpoints_are_refused_and_change_nothing(tmp_path, keys, value):
    path, run = tmp_path / "run.npz", made_of(2)[1]
    saving.save_checkpoint(path, *made_of(1)[1])
    with np.load(path) as file:
        arrays = dict(file)
    if keys:
        text = json.loads(arrays["text"].item())
        functools.reduce(operator.getitem, keys[:-1], text)[keys[-1]] = value
        value = json.dumps(text)
    np.savez(path, **arrays | {"text": np.array(value)})
    refused = refusal(lambda: saving.load_checkpoint(path, *run), path)
    assert "run.npz is not a checkpoint of this training: " in refused
    assert numbers(run) == numbers(made_of(2)[1])


def test_a_whole_number_among_the_losses_is_read_again(tmp_path):
    losses, generator = {"loss": []}, np.random.RandomState(0)
    saving.save_checkpoint(tmp_path / "run.npz", {}, {}, {"loss": [1, 0.5]}, generator)
    saving.load_checkpoint(tmp_path / "run.npz", {}, {}, losses, generator)
    assert losses == {"loss": [1, 0.5]}


# ---------------------------------------------------------------- old or new, never half

KINDS = ("weights", "checkpoint")


def save(kind, path, value):
    """Write a file all of whose numbers are `value`."""
    model, run = made_of(value)
    if kind == "weights":
        cc.save_weights(path, model)
    else:
        saving.save_checkpoint(path, *run)


def saved(kind, path):
    """Return the value with which a file was written, and see that it is wholly that."""
    model, run = made_of(99)
    if kind == "weights":
        cc.load_weights(path, model)
    else:
        saving.load_checkpoint(path, *run)
    value, parts = int(run[1]["1.bias"][0]), 1 if kind == "weights" else 4
    assert numbers(run)[:parts] == numbers(made_of(value)[1])[:parts]
    return value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", [str, Path], ids=["text", "path"])
def test_an_error_about_a_file_names_the_path_that_was_given(tmp_path, monkeypatch, kind, given):
    monkeypatch.chdir(tmp_path)
    os.mkdir("folder")
    Path("w").write_bytes(b"weights")
    nowhere = ["nowhere/w", "./nowhere//w.npz", str(tmp_path / "nowhere" / "w.npz")]
    for call, path, wanted in [
        *((lambda path: save(kind, path, 1), path, FileNotFoundError) for path in nowhere),
        *((lambda path: saved(kind, path), path, FileNotFoundError) for path in nowhere),
        *((lambda path: save(kind, path, 1), path, OSError) for path in ("folder", "./folder/")),
        (lambda path: saved(kind, path), "./folder", (IsADirectoryError, PermissionError)),  # as Windows says
        (lambda path: saved(kind, path), "./w", ValueError),
    ]:
        with pytest.raises(wanted) as caught:
            call(given(path))
        named = os.fspath(given(path))
        assert named in str(caught.value)
        assert ".part" not in str(caught.value)
        if isinstance(caught.value, OSError):
            assert (caught.value.filename, caught.value.filename2) == (named, None)
    for path in ("", "."):
        with pytest.raises((OSError, ValueError)):
            save(kind, path, 1)
    assert sorted(os.listdir()) == ["folder", "w"]


def kill_before(step):
    """Kill this process before so many calls into the modules that reach files, counted from 0."""
    left = iter(range(step))

    def watch(_, event, called):
        reaches_files = event == "c_call" and {called.__module__, type(called.__self__).__module__} & {"posix", "_io"}
        if reaches_files and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)


def kill_at_every_step(kind, path):
    """Write 2 over 1 in children that are killed ever later; say which of them is there, and how many parts."""
    for step in itertools.count():
        save(kind, path, 1)
        child = os.fork()
        if child == 0:
            kill_before(step)
            save(kind, path, 2)
            os._exit(0)
        alive = os.waitpid(child, 0)[1] == 0
        parts = list(path.parent.glob("file.npz.*.part"))
        assert len(list(path.parent.iterdir())) == 1 + len(parts)
        print(saved(kind, path), len(parts))
        for part in parts:
            part.unlink()
        if alive:
            return


@unix
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_at_any_step_leaves_the_old_or_the_new_file(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # only one thread survives a fork
    code = "import pathlib, sys, test_files; test_files.kill_at_every_step(sys.argv[1], pathlib.Path(sys.argv[2]))"
    command = [sys.executable, "-c", code, kind, tmp_path / "file.npz"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    steps = done.stdout.splitlines()
    assert len(steps) > 20
    assert steps == sorted(steps), "first the old file, then the new one"
    assert set(steps) == {"1 0", "1 1", "2 0"}, "killed before anything is written, beside the old file, and after all"


def test_what_takes_the_place_of_a_file_is_on_the_disk(tmp_path, monkeypatch):
    done, fsync, replace = [], os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda file: (done.append(os.fstat(file).st_size), fsync(file)))
    monkeypatch.setattr(Path, "replace", lambda part, path: (done.append(part.stat().st_size), replace(part, path)))
    save("weights", tmp_path / "file.npz", 1)
    assert done == [(tmp_path / "file.npz").stat().st_size] * 2


@unix
@pytest.mark.parametrize("old", [True, False], ids=["over a file", "a new file"])
@pytest.mark.parametrize("room", [0, 1, 100, 1000, -1])
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path, kind, room, old):
    path = tmp_path / "file.npz"
    save(kind, path, 1)
    before = path.read_bytes()
    if not old:
        path.unlink()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room % len(before), limits[1]))  # what is longer cannot be written
    try:
        with pytest.raises(OSError, match="too large") as caught:
            save(kind, path, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(path))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == ({"file.npz": before} if old else {})


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_later_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, step):
    path = tmp_path / "file.npz"
    save("checkpoint", path, 1)

    def fail(*_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[step], fail)
    with pytest.raises(OSError, match="no space left"):
        save("checkpoint", path, 2)
    assert saved("checkpoint", path) == 1
    assert os.listdir(tmp_path) == ["file.npz"]
