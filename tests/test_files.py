"""Files that are damaged, forged or half-written: what tools/fuzz.py looks for, and each kind of it by name."""

from __future__ import annotations

import errno
import gzip
import io
import itertools
import json
import os
import signal
import struct
import subprocess
import sys
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import fuzz
import numpy as np
import pytest

import cnn_course as cc
from cnn_course import data, saving, training

try:
    import resource
except ModuleNotFoundError:
    resource = None
unix = pytest.mark.skipif(resource is None, reason="this needs the signals, forks and limits of Unix")

GOOD = struct.pack(">HBBII", 0, 8, 2, 2, 3) + bytes(range(6))
NUMBERS = np.arange(6, dtype=np.uint8).reshape(2, 3)


@pytest.fixture
def traced():
    tracemalloc.start()
    yield
    tracemalloc.stop()


# ---------------------------------------------------------------- the fuzzer


@unix
@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_thirty_inputs_are_answered_rightly(target, tmp_path):
    counts = fuzz.run(target, tmp_path, inputs=30)
    assert min(counts["accepted"], counts["refused"]) >= 3
    assert counts.total() == 30
    assert os.listdir(tmp_path) == []


READ_IDX, READ_WEIGHTS, READ_CHECKPOINT = data.load_idx, saving.load_weights, saving.load_checkpoint


def busy():
    while True:
        pass


def after(action, read):
    """Return a reader that does something else before it reads."""

    def careless(*args, **options):
        action()
        return read(*args, **options)

    return careless


def refusing(error):
    """Return a reader that refuses every file; in its words, FILE stands for the path."""

    def refuse(path, *_, **__):
        raise type(error)(str(error.args[0]).replace("FILE", str(path)))

    return refuse


def half_loading(path, model):
    try:
        READ_WEIGHTS(path, model)
    except ValueError:
        model.layers[1].params["bias"][0] += 1
        raise


def drawing(path, settings, arrays, lists, random_state):
    random_state.rand()
    READ_CHECKPOINT(path, settings, arrays, lists, random_state)


IDX = data, "load_idx", "idx"
WEIGHTS = saving, "load_weights", "weights"
CHECKPOINT = training, "load_checkpoint", "checkpoint"
FAULTY = {
    "too slow": (*IDX, after(busy, READ_IDX), "Hang: no answer"),
    "too much memory": (*IDX, after(lambda: bytes(1 << 24), READ_IDX), "took 16777.* bytes, allowed are"),
    "a warning": (*IDX, after(lambda: warnings.warn("careless", stacklevel=2), READ_IDX), "warned: .*careless"),
    "other numbers": (*IDX, lambda *a, **o: READ_IDX(*a, **o)[..., ::-1], "got other numbers"),
    "another type": (*IDX, lambda *a, **o: READ_IDX(*a, **o).view("V1"), r"got \|V1 of"),
    "another shape": (*IDX, lambda *a, **o: READ_IDX(*a, **o).ravel(), "got .* of"),
    "accepts all": (*IDX, lambda *_, **__: NUMBERS, "a wrong file was accepted|got uint8 of"),
    "refuses all": (*IDX, refusing(ValueError("FILE: no")), "a right file was refused"),
    "gives no reason": (*IDX, refusing(ValueError("FILE: ")), "does not say what is wrong"),
    "gives no name": (*IDX, refusing(ValueError("no")), "does not name the file"),
    "another error": (*IDX, refusing(KeyError("FILE: no")), "KeyError"),
    "weights half-loaded": (*WEIGHTS, half_loading, "refused, but the model is another"),
    "weights unpickled": (*WEIGHTS, after(fuzz.Trap.spring, READ_WEIGHTS), "unpickled an object"),
    "weights not loaded": (*WEIGHTS, lambda *_: None, "got other numbers than NumPy"),
    "weights refused": (*WEIGHTS, refusing(ValueError("FILE is not right: no")), "a right file was refused"),
    "checkpoint half-loaded": (*CHECKPOINT, drawing, "refused, but model, optimizer or generator are others"),
    "checkpoint not loaded": (*CHECKPOINT, lambda *_: None, "got other numbers than NumPy|accepted what NumPy refuses"),
    "checkpoint refused": (*CHECKPOINT, refusing(ValueError("FILE is not right: no")), "a right file was refused"),
}


@unix
@pytest.mark.parametrize(("module", "name", "target", "fault", "found"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_reader_is_found_out_and_its_file_is_kept(monkeypatch, tmp_path, module, name, target, fault, found):
    monkeypatch.setattr(module, name, fault)
    monkeypatch.setattr(fuzz, "SECONDS", 0.3)
    with pytest.raises(fuzz.Finding, match=found) as caught:
        fuzz.run(target, tmp_path, inputs=300)
    (kept,) = tmp_path.iterdir()
    assert str(caught.value).startswith(f"{kept}: ")
    number = int(kept.name.rpartition("-")[2])
    content = kept.read_bytes()
    kept.unlink()
    with pytest.raises(fuzz.Finding, match=found):
        fuzz.run(target, tmp_path, first=number, inputs=1)
    assert kept.read_bytes() == content, "the same number is the same input"


@unix
def test_the_command_counts_and_reports(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(fuzz, "FINDINGS", tmp_path / "new")
    assert fuzz.main(["idx", "--minutes", "0.005"]) == 0
    assert "accepted, " in capsys.readouterr().out
    monkeypatch.setattr(data, "load_idx", refusing(KeyError("no")))
    assert fuzz.main(["--minutes", "0.005"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told] == list(fuzz.TARGETS)
    assert "idx-0-0: KeyError: 'no'" in told[0]


def test_the_fuzzers_own_reading_of_gzip_and_idx_is_right():
    packed = gzip.compress(b"some") + bytes(3) + gzip.compress(b"thing")
    assert fuzz.unpacked(packed, 100) == b"something"
    assert len(fuzz.unpacked(gzip.compress(bytes(10**6)), 1000)) == 1001
    for wrong in (packed + b"x", packed[:-1], packed[:-8] + bytes(8)):
        with pytest.raises(ValueError, match="a member"):
            fuzz.unpacked(wrong, 100)
    shape, numbers = fuzz.decoded_idx(gzip.compress(struct.pack(">HBBIhh", 0, 0x0B, 1, 2, -2, 300)))
    assert (shape, list(numbers)) == ((2,), [-2, 300])


# ---------------------------------------------------------------- IDX files

INFINITIES = struct.pack(">HBBI3d", 0, 0x0E, 1, 3, np.nan, np.inf, -np.inf)
RIGHT = {
    "members one after another": (gzip.compress(GOOD[:7]) + gzip.compress(GOOD[7:]), NUMBERS),
    "an empty member": (gzip.compress(GOOD) + gzip.compress(b""), NUMBERS),
    "zeros after the end": (gzip.compress(GOOD) + bytes(512), NUMBERS),
    "a name and a comment": (b"\x1f\x8b\x08\x18" + bytes(6) + b"a\0b\0" + gzip.compress(GOOD)[10:], NUMBERS),
    "NaN and infinity": (INFINITIES, np.array([np.nan, np.inf, -np.inf])),
    "NaN and infinity packed": (gzip.compress(INFINITIES), np.array([np.nan, np.inf, -np.inf])),
}


@pytest.mark.parametrize(("content", "wanted"), RIGHT.values(), ids=RIGHT)
def test_unusual_idx_files_are_read(tmp_path, traced, content, wanted):
    path = tmp_path / "some-idx"
    path.write_bytes(content)
    np.testing.assert_array_equal(data.load_idx(path), wanted)
    assert fuzz.check_idx(path, True)


def header(code, *shape):
    return struct.pack(f">HBB{len(shape)}I", 0, code, len(shape), *shape)


WRONG = {
    "garbage after the end": (gzip.compress(GOOD) + b"garbage", "damaged gzip data: Not a gzipped file"),
    "another IDX file after the end": (gzip.compress(GOOD) + gzip.compress(GOOD), "data after the 6 bytes"),
    "a damaged member after the end": (gzip.compress(GOOD) + gzip.compress(b"")[:-1], "damaged gzip data: "),
    "wrong checksum": (gzip.compress(GOOD)[:-8] + bytes(8), "damaged gzip data: CRC check failed"),
    "wrong length": (gzip.compress(GOOD)[:-4] + b"\7\0\0\0", "damaged gzip data: Incorrect length"),
    "packed twice": (gzip.compress(gzip.compress(GOOD)), "not an IDX file: it starts with the bytes 1f 8b 08"),
    "nothing packed": (gzip.compress(b""), "truncated: the magic number needs 4 bytes, got 0"),
    "nothing but zeros": (gzip.compress(bytes(1 << 24)), "unknown IDX element type 0x00"),
    "packed without a method": (b"\x1f\x8b\x07" + gzip.compress(GOOD)[3:], "Unknown compression method"),
    "length with its highest bit": (header(8, 2**31), r"negative length: shape \(-2147483648,\)"),
    "largest lengths": (header(8, *[2**31 - 1] * 32), "max_bytes is"),
    "empty and larger than any array": (header(8, 0, *[2**31 - 1] * 3), "array is too big"),
    "255 axes": (header(8, *[1] * 255) + b"a", "1 to 32 axes, the header says 255"),
    "a second byte that is not zero": (b"\0\1" + GOOD[2:], "not an IDX file: it starts with the bytes 00 01"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(20), "not an IDX file: it starts with the bytes 89 50"),
    "the start of a zip file": (b"PK\x03\x04" + bytes(20), "damaged zip file: File is not a zip file"),
    "a zip file in gzip": (
        gzip.compress(b"PK\x03\x04" + bytes(20)),
        r"bytes 50 4b 03 04, .* \(it looks like a zip file",
    ),
    "a web page": (b"<!DOCTYPE html><title>404</title>", r"bytes 3c 21 44 4f, .* \(it looks like a web page"),
    "a web page in gzip": (gzip.compress(b"<html></html>"), "it looks like a web page"),
    "a Git LFS pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "it looks like a Git LFS pointer, in whose place `git lfs pull` puts the file",
    ),
    "some text": (b"version 2", r"not an IDX file: it starts with the bytes 76 65 72 73, not with 00 00$"),
}


@pytest.mark.parametrize(("content", "message"), WRONG.values(), ids=WRONG)
def test_wrong_idx_files_are_refused(tmp_path, traced, content, message):
    path = tmp_path / "some-idx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"some-idx: .*{message}"):
        data.load_idx(path, max_bytes=fuzz.MAX_BYTES)
    assert not fuzz.check_idx(path, False)


# ---------------------------------------------------------------- weights and checkpoints

NAMES = ("1.weight", "1.bias")


def npy(values, **changes):
    """Return an array as np.save writes it, with some words of its header replaced by others."""
    file = io.BytesIO()
    np.save(file, values)
    start, said, content = file.getvalue()[:8], file.getvalue()[10:128], file.getvalue()[128:]
    said = changes.get("header", said)
    for old, new in changes.get("words", ()):
        assert said.count(old) == 1
        said = said.replace(old, new)
    length = changes.get("length", len(said))
    return changes.get("start", start) + struct.pack("<H", length) + said + changes.get("content", content)


def packed(members, method=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that occurs twice
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


WEIGHT, ONES = np.arange(12, dtype=np.float32).reshape(3, 4), np.ones(3, np.float32)


def with_bias(*, method=zipfile.ZIP_STORED, values=ONES, **changes):
    return packed([("1.weight.npy", npy(WEIGHT)), ("1.bias.npy", npy(values, **changes))], method)


BIAS = npy(ONES)
HONEST = with_bias()
SAID = BIAS[10:128]
LOCAL = HONEST.index(b"1.bias.npy")  # of its own header; the second is in the directory at the end
LISTED = HONEST.rindex(b"1.bias.npy")

STRANGE = {
    "another float": ({"values": np.ones(3)}, "1.bias is float64 of shape"),
    "short floats": ({"values": np.ones(3, np.float16)}, "1.bias is float16"),
    "other byte order": ({"values": np.ones(3, ">f4")}, "1.bias is >f4"),
    "another shape": ({"values": np.ones((3, 1), np.float32)}, r"of shape \(3, 1\) there"),
    "objects": ({"header": SAID.replace(b"'<f4'", b"'|O' ")}, "1.bias is object of shape"),
    "a pickle": ({"values": np.array([fuzz.Trap()] * 3)}, "1.bias is object of shape"),
    "a record": ({"values": np.zeros(3, [("a", "<f4")])}, r"1.bias is \[\('a', '<f4'\)\] of"),
    "a date": ({"values": np.zeros(3, "M8[s]")}, "1.bias is datetime64"),
    "larger than memory": ({"words": [(b"(3,), } ", b"(2000000000,), } ")]}, r"of shape \(2000000000,\) there"),
    "a length below zero": ({"words": [(b"(3,)", b"(-3,)")]}, r"of shape \(-3,\) there"),
    "two commas": ({"words": [(b"(3,)", b"(3,,)")]}, "Cannot parse header"),
    "no comma": ({"words": [(b"(3,)", b"(3)")]}, "shape is not valid: 3"),
    "an escape": ({"words": [(b"<f4", b"\\<f4")]}, "descr is not a valid dtype"),
    "an old name": ({"words": [(b"<f4", b"|a4")]}, r"1.bias is \|S4"),
    "a call": ({"words": [(b"False", b"print(1)")]}, "malformed node"),
    "no header": ({"header": b""}, "Cannot parse header"),
    "a wide header": ({"header": SAID[:-1] + b" " * 60000 + b"\n"}, "length .60118. is large"),
    "a header that takes seconds": ({"header": SAID[:-1] + b"$" + b" " * 9000}, "length .9118. is large"),
    "a deep header": ({"header": b"-" * 9000 + b"1"}, "length .9001. is large"),
    "a header without end": ({"length": 65535}, "EOF: reading array header"),
    "version 2": ({"start": b"\x93NUMPY\x02\0"}, "1.bias is not in version 1.0"),
    "version 255": ({"start": b"\x93NUMPY\xff\xff"}, "1.bias is not in version 1.0"),
    "another magic": ({"start": b"\x93NUMPI\x01\0"}, "the magic string is not correct"),
    "too few numbers": ({"content": bytes(11)}, "1.bias takes 12 bytes, and there are 11"),
    "too many numbers": ({"content": bytes(13)}, "1.bias takes 12 bytes, and there are more"),
    "a zip bomb": (
        {"content": bytes(1 << 24), "method": zipfile.ZIP_DEFLATED},
        "1.bias takes 12 bytes, and there are more",
    ),
    "packed by LZMA": ({"method": zipfile.ZIP_LZMA}, "1.weight is compressed by method 14"),
    "packed by bzip2": ({"method": zipfile.ZIP_BZIP2}, "1.weight is compressed by method 12"),
}
FORGED = {
    **{name: (with_bias(**changes), message) for name, (changes, message) in STRANGE.items()},
    "a name twice": (packed([(f"{n}.npy", BIAS) for n in (*NAMES, "1.bias")]), r"it holds \['1.bias', '1.bias', '1.w"),
    "a name without its ending": (packed([("1.weight.npy", npy(WEIGHT)), ("1.bias", BIAS)]), "no item named '1.bias"),
    "a name with and without it": (packed([(n, BIAS) for n in ("1.weight.npy", "1.bias.npy", "1.bias")]), "it holds"),
    "a path upwards": (packed([("../1.bias.npy", BIAS), ("1.weight.npy", npy(WEIGHT))]), r"it holds \['../1.bias', "),
    "a path from the root": (packed([("/1.bias.npy", BIAS), ("1.weight.npy", npy(WEIGHT))]), r"it holds \['/1.bias', "),
    "a key too many": (packed([(f"{n}.npy", BIAS) for n in (*NAMES, "2.bias")]), "it holds .*'2.bias'"),
    "a key too few": (packed([("1.bias.npy", BIAS)]), r"it holds \['1.bias'\], not \['1.bias', '1.weight'\]"),
    "no key": (packed([]), r"it holds \[\], not"),
    "no bytes": (b"", "File is not a zip file"),
    "an IDX file": (GOOD, "File is not a zip file"),
    "a plain .npy file": (BIAS, "File is not a zip file"),
    "cut at the end": (HONEST[:-30], "File is not a zip file"),
    "cut within": (HONEST[:200] + HONEST[240:], "Invalid argument|Bad magic number|not a zip file"),
    "another number": (HONEST.replace(ONES.tobytes(), (2 * ONES).tobytes()), "Bad CRC-32"),
    "locked by a password": (HONEST[: LISTED - 38] + b"\1" + HONEST[LISTED - 37 :], "password required"),
    "packed by an unknown method": (HONEST[: LISTED - 36] + b"\x63" + HONEST[LISTED - 35 :], "compressed by method 99"),
    "other names in its parts": (HONEST[:LOCAL] + b"2" + HONEST[LOCAL + 1 :], "differ"),
    "data that start after the end": (HONEST[: LISTED - 4] + b"\xff\xff\xff\x7f" + HONEST[LISTED:], "Truncated file"),
    "data that end too soon": (
        HONEST[: LISTED - 4] + struct.pack("<I", len(HONEST)) + HONEST[LISTED:] + HONEST[LOCAL - 30 : LOCAL + 145],
        "EOFError|Overlapped",
    ),
    "data longer than the file": (
        HONEST[: LISTED - 26] + struct.pack("<II", 2**31, 2**31) + HONEST[LISTED - 18 :],
        "there are more|Overlapped",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), FORGED.values(), ids=FORGED)
def test_forged_weight_files_are_refused_and_change_nothing(tmp_path, traced, content, message):
    path = tmp_path / "w.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"w\.npz is not a weight file of this model: .*({message})"):
        cc.load_weights(path, fuzz.network())
    assert not fuzz.check_weights(path, False)


INFINITE = np.array([np.nan, np.inf, -np.inf], np.float32)
UNUSUAL = {
    "as np.savez writes it": (HONEST, np.ones(3)),
    "compressed": (with_bias(method=zipfile.ZIP_DEFLATED), np.ones(3)),
    "NaN and infinity": (with_bias(values=INFINITE), INFINITE),
    "other order": (packed([("1.bias.npy", BIAS), ("1.weight.npy", npy(np.asfortranarray(WEIGHT)))]), np.ones(3)),
    "a length of Python 2": (with_bias(words=[(b"(3,)", b"(3L,)")]), np.ones(3)),
    "bytes before the start": (b"#!/bin/sh\n" + HONEST, np.ones(3)),
    "bytes after the end": (HONEST + b"garbage", np.ones(3)),
}


@pytest.mark.parametrize(("content", "bias"), UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_weight_files_are_read_as_they_are(tmp_path, traced, content, bias):
    path, model = tmp_path / "w.npz", fuzz.network()
    path.write_bytes(content)
    cc.load_weights(path, model)
    np.testing.assert_array_equal(model.layers[1].params["weight"], WEIGHT)
    np.testing.assert_array_equal(model.layers[1].params["bias"], bias)
    assert fuzz.check_weights(path, True)


@pytest.mark.parametrize("other", [">f4", np.float64, np.float16, np.longdouble])
def test_the_refusal_of_another_float_tells_the_call_that_converts(tmp_path, other):
    old, new, model = tmp_path / "old.npz", tmp_path / "new.npz", fuzz.network()
    np.savez(old, **{name: values.astype(other) for name, values in zip(NAMES, (WEIGHT, ONES), strict=True)})
    with pytest.raises(ValueError, match=r"here; a file of weights is converted by np\.savez") as caught:
        cc.load_weights(old, model)
    eval(str(caught.value).rpartition(" is converted by ")[2], {"np": np, "old": old, "new": new})
    cc.load_weights(new, model)
    np.testing.assert_array_equal(model[1].params["weight"], WEIGHT)
    np.testing.assert_array_equal(model[1].params["bias"], ONES)


@pytest.mark.parametrize("bias", [np.ones((3, 1), np.float32), np.ones(2), np.ones(3, np.int32), np.ones(3, complex)])
def test_what_no_call_converts_is_refused_without_one(tmp_path, bias):
    path = tmp_path / "w.npz"
    np.savez(path, **dict(zip(NAMES, (WEIGHT, bias), strict=True)))
    with pytest.raises(ValueError, match=r"1\.bias is .* there and float32 of shape \(3,\) here$"):
        cc.load_weights(path, fuzz.network())


def test_a_file_that_says_another_model_s_is_refused_and_one_that_says_nothing_is_read(tmp_path):
    path, signature = tmp_path / "w.npz", saving.architecture(fuzz.network()).encode()
    for comment, refused in ((b"", False), (signature, False), (signature[:-1], True), (b"\xff\xfe", True)):
        with zipfile.ZipFile(path, "w") as archive:
            for name, values in zip(NAMES, (WEIGHT, ONES), strict=True):
                archive.writestr(f"{name}.npy", npy(values))
            archive.comment = comment
        model = fuzz.network()
        if refused:
            with pytest.raises(
                ValueError, match=r"w\.npz is not a weight file of this model: its model is .* there and "
            ):
                cc.load_weights(path, model)
            assert not model[1].params["bias"].any()
        else:
            cc.load_weights(path, model)
            assert model[1].params["bias"].all()


def test_a_weight_file_holds_the_parameters_and_nothing_else(tmp_path):
    model = fuzz.network()
    cc.save_weights(tmp_path / "w.npz", model)
    with np.load(tmp_path / "w.npz") as file:
        assert {name: file[name].tolist() for name in file} == {n: p.tolist() for n, p in model.named_params().items()}


def test_a_file_is_given_by_its_path():
    with pytest.raises(TypeError, match="int"):  # open takes an integer, for a file that is open already
        cc.load_weights(0, fuzz.network())


def checkpointed(path):
    x, model = np.ones((3, 1, 2, 2)), fuzz.network()
    options = {"epochs": 1, "random_state": np.random.RandomState(0), "progress": False, "checkpoint": path}
    training.fit(model, x, np.arange(3), optimizer=training.SGD(model, 0.1), **options)


SAVE = {"weights": lambda path: cc.save_weights(path, fuzz.network()), "checkpoint": checkpointed}
LOAD = {"weights": lambda path: cc.load_weights(path, fuzz.network()), "checkpoint": checkpointed}


def told(call, path):
    """Return the error of a call whose file is of no use, and check that it names the path as it was given."""
    with pytest.raises((OSError, ValueError)) as caught:
        call(path)
    if isinstance(caught.value, OSError):
        assert (caught.value.filename, caught.value.filename2) == (os.fspath(path), None)
        assert str(caught.value).endswith(f": {os.fspath(path)!r}")
    assert os.fspath(path) in str(caught.value)
    assert ".part" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("kind", SAVE)
@pytest.mark.parametrize("given", [str, Path], ids=["text", "path"])
def test_an_error_about_a_file_names_the_path_that_was_given(tmp_path, monkeypatch, kind, given):
    monkeypatch.chdir(tmp_path)
    for path in ("nowhere/w", "./nowhere//w.npz", str(tmp_path / "nowhere" / "w.npz")):
        assert isinstance(told(SAVE[kind], given(path)), FileNotFoundError)
        if kind == "weights":
            assert isinstance(told(LOAD[kind], given(path)), FileNotFoundError)
    os.mkdir("folder")
    assert isinstance(told(LOAD[kind], given("./folder")), IsADirectoryError | PermissionError)  # as Windows says
    Path("w").write_bytes(b"weights")
    assert isinstance(told(LOAD[kind], given("./w")), ValueError)
    assert sorted(os.listdir()) == ["folder", "w"]


def test_a_folder_or_no_name_is_no_place_to_save_and_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("folder")
    for path in ("folder", "./folder/"):
        told(SAVE["weights"], path)
    for path in ("", "."):
        with pytest.raises((OSError, ValueError)):
            cc.save_weights(path, fuzz.network())
    assert os.listdir() == ["folder"]


def test_a_whole_number_among_the_losses_is_read_again(tmp_path):
    losses, generator = {"loss": []}, np.random.RandomState(0)
    saving.save_checkpoint(tmp_path / "run.npz", {}, {}, {"loss": [1, 0.5]}, generator)
    saving.load_checkpoint(tmp_path / "run.npz", {}, {}, losses, generator)
    assert losses == {"loss": [1, 0.5]}


def place(text, *keys, to):
    """Return JSON with one place set to another value."""
    value = inner = json.loads(text)
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = to
    return json.dumps(value)


PLACES = {
    "a list that is none": (("lists", "loss"), None),
    "a list that is a text": (("lists", "loss"), "0.5"),
    "a list that is an object": (("lists", "loss"), {"0": 0.5}),
    "a list that is an empty object": (("lists", "loss"), {}),
    "texts for losses": (("lists", "loss"), ["0.5"]),
    "whole numbers for losses": (("lists", "loss"), [10**400]),
    "lists for losses": (("lists", "val_loss"), [[0.5]]),
    "no lists": (("lists",), []),
    "a list too few": (("lists",), {"loss": [], "accuracy": [], "val_loss": []}),
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


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return fuzz.first_checkpoint(tmp_path_factory.mktemp("first"))


@pytest.mark.parametrize(("keys", "value"), PLACES.values(), ids=PLACES)
def test_forged_checkpoints_are_refused_and_change_nothing(tmp_path, traced, checkpoint, keys, value):
    path, run = tmp_path / "run.npz", fuzz.Training()
    np.savez(path, **checkpoint)
    assert fuzz.check_checkpoint(path, True)
    np.savez(path, **(checkpoint | {"text": np.array(place(checkpoint["text"].item(), *keys, to=value))}))
    before = run.state()
    with pytest.raises(ValueError, match=r"run\.npz is not a checkpoint of this training: ."):
        run.fit(path)
    assert run.state() == before
    assert not fuzz.check_checkpoint(path, False)


@pytest.mark.parametrize("text", fuzz.TEXTS_THERE, ids=lambda text: repr(text[:9]))
def test_what_is_no_json_is_refused(tmp_path, traced, checkpoint, text):
    path = tmp_path / "run.npz"
    np.savez(path, **(checkpoint | {"text": np.array(text)}))
    assert not fuzz.check_checkpoint(path, False)


def test_a_text_of_characters_that_do_not_exist_is_refused(tmp_path, traced, checkpoint):
    path = tmp_path / "run.npz"
    np.savez(path, **(checkpoint | {"text": np.full(8, 0x7FFFFFFF, "<u4").view("<U8").reshape(())}))
    assert not fuzz.check_checkpoint(path, False)


# ---------------------------------------------------------------- old or new, never half

KINDS = ("weights", "checkpoint")


def save(kind, path, value):
    """Write a file all of whose numbers are `value`."""
    model = fuzz.network()
    for values in model.named_params().values():
        values[...] = value
    if kind == "weights":
        cc.save_weights(path, model)
    else:
        generator = np.random.RandomState(value)
        saving.save_checkpoint(path, {"epochs": 2}, model.named_params(), {"loss": [float(value)]}, generator)


def saved(kind, path):
    """Return the value with which a file was written; raise if it is not wholly that."""
    model, losses, generator = fuzz.network(), [], np.random.RandomState(99)
    if kind == "weights":
        cc.load_weights(path, model)
    else:
        saving.load_checkpoint(path, {"epochs": 2}, model.named_params(), {"loss": losses}, generator)
    numbers = {float(number) for values in model.named_params().values() for number in values.ravel()} | set(losses)
    (value,) = numbers
    if kind == "checkpoint":
        assert fuzz.generator_state(generator) == fuzz.generator_state(np.random.RandomState(int(value)))
    return int(value)


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
