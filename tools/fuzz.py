"""Feed damaged and forged files to everything here that reads one, and stop at the first answer that is not right.

    python tools/fuzz.py                                          every target, 15 minutes each: make fuzz
    python tools/fuzz.py weights --minutes 2                      one of them: idx, idx-gzip, weights, checkpoint
    python tools/fuzz.py weights --seed 0 --first 4711            the same inputs again, from this one on

A file must be answered by a ValueError that names it and says what is wrong, with nothing half-loaded, or by exactly
what an independent reading of it gives: for IDX files the decoder below, which also says which files must be accepted;
for the others NumPy's own reading of .npz, without pickles, and what was written here without a fault must be accepted.
Another exception, a warning, 5 seconds of work, more memory than the file accounts for, a pickle that is run: each is a
finding, and its file stays in _build/fuzz.

The inputs come from builders of our own that know the formats, not from a coverage-guided fuzzer such as Atheris.
Checksums guard gzip and .npz: what changes bytes blindly ends at their door, and only a file with wrong content and
right checksums shows what is behind. Our readers are short, so that 300 inputs reach every branch of them, and coverage
has nothing left to guide to: on the readers as they were before this, 180,000 inputs of Atheris found one kind of wrong
answer, 3,000 from here a dozen. This needs NumPy alone, and an input is found again by its seed and number.
"""

from __future__ import annotations

import argparse
import array
import gzip
import io
import itertools
import json
import math
import re
import signal
import struct
import sys
import time
import tracemalloc
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from cnn_course import data, layers, saving, training

FINDINGS = Path(__file__).resolve().parent.parent / "_build" / "fuzz"
SECONDS = 5
MAX_BYTES = 1 << 18  # what an IDX file may unpack to here
SLACK = 1 << 22  # memory that a reader needs for any file, however small
BOMB = bytes(2 * SLACK)
EXTREMES = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1]


class Finding(Exception):
    """What a reader should not have done."""


class Hang(BaseException):
    """A reader took too long; no `except Exception` may swallow it."""


def demand(condition: object, complaint: str) -> None:
    if not condition:
        raise Finding(complaint)


@contextmanager
def watched(memory: int) -> Iterator[None]:
    """Demand that what happens here is quick, warns of nothing and takes at most so many bytes."""

    def hang(*_: object) -> None:
        raise Hang(f"no answer after {SECONDS} seconds")

    Trap.sprung = False
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        clock = hasattr(signal, "setitimer")  # not on Windows
        if clock:
            signal.signal(signal.SIGPROF, hang)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of work: a busy machine is no finding
        try:
            yield
        finally:
            if clock:
                signal.setitimer(signal.ITIMER_PROF, 0)
            peak = tracemalloc.get_traced_memory()[1] - before
            demand(peak <= memory, f"took {peak} bytes, allowed are {memory}")
            demand(not warned, f"warned: {[str(w.message) for w in warned]}")
            demand(not Trap.sprung, "unpickled an object")


class Trap:
    """An object that is noticed if it is unpickled."""

    sprung = False

    @classmethod
    def spring(cls) -> None:
        cls.sprung = True

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return Trap.spring, ()


def demand_reason(error: ValueError, path: Path) -> None:
    said = str(error)
    demand(said.startswith(str(path)), f"does not name the file: {said!r}")
    demand(re.match(r"( is not [^:]+)?: \S", said.removeprefix(str(path))), f"does not say what is wrong: {said!r}")


# ---------------------------------------------------------------------------------------------------- damage to bytes


def damaged(rng: Random, content: bytes) -> bytes:
    """Return the bytes with one to four places changed, half of them near what marks a part of the format."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4))):
        marks = [found.start() for found in re.finditer(rb"PK|NUMPY|\x1f\x8b|\A", changed)]
        near = rng.choice(marks) + rng.randrange(64)
        start = min(rng.choice((near, rng.randrange(len(changed) + 1))), len(changed))
        end = rng.choice((start + rng.randrange(16), rng.randrange(len(changed) + 1)))
        match rng.randrange(8):
            case 0 if start < len(changed):
                changed[start] ^= 1 << rng.randrange(8)
            case 1 if start < len(changed):
                changed[start] = rng.randrange(256)
            case 2:
                width = rng.choice((1, 2, 4, 8))
                number = rng.choice(EXTREMES) % 256**width
                changed[start : start + width] = number.to_bytes(width, rng.choice(("big", "little")))
            case 3:
                del changed[start:]
            case 4:
                del changed[start:end]
            case 5:
                changed[start:start] = changed[start:end]
            case 6:
                changed[start:start] = rng.randbytes(rng.randrange(1, 9))
            case _:
                changed += rng.choice((rng.randbytes(rng.randrange(1, 9)), content))
    return bytes(changed)


# ---------------------------------------------------------------------------------------------------------- IDX files

IDX_TYPES = {0x08: "B", 0x09: "b", 0x0B: "h", 0x0C: "i", 0x0D: "f", 0x0E: "d"}  # letters of the module array


def build_idx(rng: Random) -> bytes:
    """Return an IDX file whose header, in two of three files, does not say the truth."""
    code = rng.choice(list(IDX_TYPES))
    shape = [rng.choice((0, 1, 2, 3, 5)) for _ in range(rng.choice((1, 1, 2, 3, 4)))]
    start, order = 0, ">"
    lie = rng.randrange(12)
    if lie == 0:
        shape = [1] * rng.choice((31, 32, 33, 64, 65, 255))
    elif lie == 1:
        shape, code = [MAX_BYTES + rng.choice((-1, 0, 1))], 0x08
    elif lie == 2:
        shape, code = [MAX_BYTES // 8], 0x0E
    payload = rng.randbytes(math.prod(shape) * array.array(IDX_TYPES[code]).itemsize)
    axes = len(shape)
    if lie == 3:
        code = rng.randrange(256)
    elif lie == 4:
        axes = rng.choice((0, axes - 1, axes + 1, 32, 33, 255))
    elif lie == 5:
        for _ in range(rng.choice((1, 1, 3))):
            shape.insert(rng.randrange(len(shape) + 1), rng.choice(EXTREMES) % 2**32)
        axes = len(shape)
    elif lie == 6:
        payload = payload[: rng.randrange(len(payload) + 1)]
    elif lie == 7:
        payload += rng.randbytes(rng.randrange(1, 9))
    elif lie == 8:
        start = rng.randrange(1 << 16)
    elif lie == 9:
        order = "<"
    return struct.pack(f"{order}HBB{len(shape)}I", start, code, axes, *shape) + payload


def build_idx_gzip(rng: Random) -> bytes:
    """Return an IDX file in one or more gzip members, some of which unpack to far more than they take."""
    plain = build_idx(rng)
    if rng.random() < 0.1:
        plain += BOMB
    cuts = sorted(rng.randrange(len(plain) + 1) for _ in range(rng.choice((0, 0, 1, 3))))
    pieces = [plain[start:end] for start, end in itertools.pairwise((0, *cuts, len(plain)))]
    gap = rng.choice((b"", b"", b"", bytes(rng.randrange(1, 20)), rng.randbytes(3)))
    end = rng.choice((b"", b"", b"", bytes(5), rng.randbytes(9), b"\x1f\x8b", gzip.compress(b"")))
    return gap.join(gzip_member(rng, piece) for piece in pieces) + end


def gzip_member(rng: Random, content: bytes) -> bytes:
    """Compress bytes by RFC 1952, with any of its optional fields, and sometimes a wrong field."""
    fields = {4: b"\x03\0abc", 8: b"name\0", 16: b"comment\0", 2: rng.randbytes(2)}
    flags = sum(flag for flag in (1, *fields) if rng.random() < 0.2)
    header = struct.pack("<3sBIBB", b"\x1f\x8b\x08", flags, rng.randrange(2**32), 0, 255)
    packer = zlib.compressobj(rng.choice((0, 1, 9)) if len(content) < SLACK else 1, wbits=-zlib.MAX_WBITS)
    checks = [zlib.crc32(content), len(content) % 2**32]
    if rng.random() < 0.05:
        checks[rng.randrange(2)] ^= 1 << rng.randrange(32)
    optional = b"".join(field for flag, field in fields.items() if flags & flag)
    return header + optional + packer.compress(content) + packer.flush() + struct.pack("<II", *checks)


def unpacked(content: bytes, limit: int) -> bytes:
    """Undo gzip member by member, independently of Python's own module; stop soon after `limit` bytes."""
    plain = b""
    while content and len(plain) <= limit:
        if not content.startswith(b"\x1f\x8b\x08"):
            raise ValueError("a member starts with other bytes")
        flags, start = content[3], 10
        if flags & 4:
            start += 2 + int.from_bytes(content[start : start + 2], "little")
        for text in (8, 16):
            start = content.index(0, start) + 1 if flags & text else start
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        member = unpacker.decompress(content[start + (flags & 2) :], limit + 1)
        plain += member
        if unpacker.eof:
            if unpacker.unused_data[:8] != struct.pack("<II", zlib.crc32(member), len(member)):
                raise ValueError("a member does not fit its checksum or its size")
            content = unpacker.unused_data[8:].lstrip(b"\0")
        elif len(plain) <= limit:
            raise ValueError("a member has no end")
    return plain


def decoded_idx(content: bytes) -> tuple[tuple[int, ...], array.array]:
    """Read an IDX file with nothing but the standard library; raise if it is not exactly one."""
    if content.startswith(b"\x1f\x8b"):
        content = unpacked(content, MAX_BYTES + 4 + 4 * 32)
    start, code, axes = struct.unpack_from(">HBB", content)
    shape = struct.unpack_from(f">{axes}i", content, 4)
    numbers = array.array(IDX_TYPES[code], content[4 + 4 * axes :])
    held = math.prod(length for length in shape if length) * numbers.itemsize  # NumPy counts so for empty arrays too
    right = start == 0 and 1 <= axes <= 32 and min(shape) >= 0 and len(numbers) == math.prod(shape)
    if not right or numbers.itemsize * len(numbers) > MAX_BYTES or held >= 2**63:
        raise ValueError("it is no IDX file")
    if sys.byteorder == "little":
        numbers.byteswap()
    return shape, numbers


def check_idx(path: Path, honest: bool) -> bool:
    content = path.read_bytes()
    try:
        wanted = decoded_idx(content)  # None if it is no IDX file
    except (ValueError, IndexError, KeyError, struct.error, zlib.error):
        wanted = None
    try:
        with watched(SLACK + 4 * MAX_BYTES):
            found = data.load_idx(path, max_bytes=MAX_BYTES)
    except ValueError as error:
        demand_reason(error, path)
        demand(wanted is None, f"a right file was refused: {error}")
        return False
    if wanted is None:
        raise Finding("a wrong file was accepted")
    shape, numbers = wanted
    demand(found.shape == shape and found.dtype == np.dtype(numbers.typecode), f"got {found.dtype} of {found.shape}")
    demand(found.tobytes() == numbers.tobytes(), "got other numbers")
    return True


# ---------------------------------------------------------------------------------------------------------- npz files

# fmt: off
TYPES_THERE: list[Any] = [
    "<f8", ">f4", "<f2", "<i4", "<u4", "|O", "<U3", "<U99999999", "|S0", "<c8", "<M8[s]", "|V4", "|b1", "a4", "\\<f4",
    "f4,f4", "(2,)f4", "", [("a", "<f4")], [("a", "|O")], None, 4, ("<f4", (2,)), {},
]
SHAPES_THERE = [
    (), (0,), (-1,), (1, 1), (4, 3), (3, 4, 1), (99999, 99999), (2**62, 2), (2**64,), (0, 2**62), (True, 3), (1.0,),
    (1,) * 33, (1,) * 65, [3, 4], None, "ab",
]
HEADERS_THERE = [
    "", "{", "{}", "[]", "0", "\0", "\xff", "'\\d'", "b'\\xff'", "1if 1else 2", "{**{}}", "__import__('os')",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 4L), }", "$" + " " * 9900, "-" * 9000 + "1",
    "(" * 190 + ")" * 190, "(" * 9000, "1" + "+1" * 4900,
]
NAMES_THERE = [
    "", "other", "0.weight", "../1.weight.npy", "/1.weight.npy", "1.weight.npy/", "1.WEIGHT.npy", "1.weight.npy\0.npy",
    "text.npy", "é.npy", "a" * 9999,
]
# fmt: on


def build_npy(rng: Random, values: np.ndarray, fault: bool) -> bytes:
    """Return an array as np.save writes it, or with one thing that is not so."""
    header = {"descr": values.dtype.str, "fortran_order": rng.random() < 0.3, "shape": values.shape}
    content, version, said, length = values.tobytes("F" if header["fortran_order"] else "C"), (1, 0), "", None
    match rng.randrange(11) if fault else None:
        case 0:
            header["descr"] = rng.choice(TYPES_THERE)
        case 1:
            header["shape"] = rng.choice(SHAPES_THERE)
        case 2:
            del header[rng.choice(list(header))]
        case 3:
            header[rng.choice(("fortran_order", "extra"))] = rng.choice((0, 1, None, "False", []))
        case 4:
            version = rng.choice(((0, 0), (1, 1), (2, 0), (3, 0), (255, 255)))
        case 5:
            content = content[: rng.randrange(len(content) + 1)]
        case 6:
            content += rng.choice((b"\0", rng.randbytes(9), BOMB))
        case 7:
            said = rng.choice(HEADERS_THERE)
        case 8:
            said = rng.choice((" ", "\n", "")) + repr(header) + " " * rng.choice((0, 9_000, 60_000))
        case 9:
            length = rng.choice(EXTREMES) % 2**16
        case 10:
            file = io.BytesIO()
            np.save(file, np.full(values.shape, Trap()), allow_pickle=True)
            return file.getvalue()
    plain = "".join(f"{key!r}: {value!r}, " for key, value in header.items())
    encoded = (said or f"{{{plain}}}").encode("utf-8")
    encoded += b" " * (-(len(encoded) + 11) % 64) + b"\n"
    sizes = struct.pack("<H" if version <= (1, 255) else "<I", len(encoded) if length is None else length)
    return b"\x93NUMPY" + bytes(version) + sizes + encoded + content


def build_npz(rng: Random, arrays: dict[str, np.ndarray], fault: bool, comment: bytes = b"") -> bytes:
    """Return arrays as np.savez or np.savez_compressed writes them, or with one to three things that are not so."""
    where = rng.choices((*arrays, ""), k=rng.choice((1, 1, 2))) if fault else ()
    members = [(f"{name}.npy", build_npy(rng, values, name in where)) for name, values in arrays.items()]
    methods = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]
    rng.shuffle(members)
    if "" in where:
        one, other = rng.randrange(len(members)), rng.randrange(len(members))
        match rng.randrange(6):
            case 0:
                del members[one]
            case 1:
                members[one] = rng.choice(NAMES_THERE), members[one][1]
            case 2:
                members.append((rng.choice((members[one][0], members[one][0][:-4], *NAMES_THERE)), members[other][1]))
            case 3:
                members[one] = members[one][0], members[other][1]
            case 4:
                members[one] = members[one][0], rng.choice((b"", BOMB, rng.randbytes(99), b"\x93NUMPY"))
            case _:
                methods = [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that occur twice
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, rng.choice(methods))
        archive.comment = comment
    return file.getvalue()


def stored(path: Path) -> dict[str, np.ndarray]:
    """Return what NumPy itself reads from a file: as np.load does, but for bytes before the first array."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            arrays = dict(np.lib.npyio.NpzFile(file, allow_pickle=False))
            contents = {name: archive.read(f"{name}.npy") for name in arrays}  # checks its sum, which NumPy does not
    except Exception as error:
        raise Finding(f"accepted what NumPy refuses: {error}") from error
    for name, values in arrays.items():
        demand(contents[name].endswith(values.tobytes("A")), f"accepted data after the array {name}")
    return arrays


def bits(arrays: dict[str, np.ndarray]) -> dict[str, tuple]:
    """Return arrays so that they are equal if every bit is, NaN included."""
    return {name: (values.dtype.str, values.shape, values.tobytes()) for name, values in arrays.items()}


def random_like(rng: Random, values: np.ndarray) -> np.ndarray:
    """Return an array of random bits: numbers of any size, infinities and NaN."""
    return np.frombuffer(rng.randbytes(values.nbytes), values.dtype).reshape(values.shape)


def network() -> layers.Sequential:
    return layers.Sequential(layers.Flatten(), layers.Linear(4, 3, random_state=np.random.RandomState(0)))


def build_weights(rng: Random, fault: bool) -> bytes:
    params = network().named_params()
    comment = rng.choice((b"", saving.architecture(network()).encode()))
    return build_npz(rng, {name: random_like(rng, values) for name, values in params.items()}, fault, comment)


def check_weights(path: Path, honest: bool) -> bool:
    model = network()
    before = bits(model.named_params())
    try:
        with watched(SLACK + 16 * path.stat().st_size):
            saving.load_weights(path, model)
    except ValueError as error:
        demand_reason(error, path)
        demand(not honest, f"a right file was refused: {error}")
        demand(bits(model.named_params()) == before, "refused, but the model is another")
        return False
    demand(bits(model.named_params()) == bits(stored(path)), "got other numbers than NumPy")
    return True


# --------------------------------------------------------------------------------------------------------- checkpoints

# fmt: off
JSON_THERE: list[Any] = [
    None, True, False, 0, 1, -1, 624, 1.0, 0.5, -0.0, math.nan, math.inf, 2**40, 10**400, "", "1", "\ud800", [], [0.5],
    [[]], [None], ["a"], [1, 2, 3], [True], [10**400], {}, {"loss": 1},
]
TEXTS_THERE = ["", "{", "{}", "null", "\0", "\udcff", '"\\ud800"', "[" * 9000, "[" * 9000 + "]" * 9000, "1" * 9000]
# fmt: on


class Begun(Exception):
    """A training went on after its checkpoint was read."""


class Training:
    """A training of two epochs that stops as soon as it would begin."""

    def __init__(self) -> None:
        self.model = network()
        self.optimizer = training.Adam(self.model, 0.1)
        self.random_state = np.random.RandomState(0)

    def fit(self, path: Path) -> training.History:
        def begin(images: np.ndarray, random_state: np.random.RandomState) -> np.ndarray:
            raise Begun

        x, y = np.ones((6, 1, 2, 2)), np.arange(6) % 3
        options: dict[str, Any] = {"optimizer": self.optimizer, "random_state": self.random_state, "augment": begin}
        options |= {"epochs": 2, "patience": 1, "validation": (x, y), "progress": False}
        return training.fit(self.model, x, y, checkpoint=path, **options)

    def state(self) -> tuple[dict[str, tuple], tuple]:
        """Return all that a checkpoint is to change."""
        groups = {"model": self.model.named_params(), "optimizer": self.optimizer.named_state()}
        arrays = {f"{group}.{name}": values for group, named in groups.items() for name, values in named.items()}
        return bits(arrays), generator_state(self.random_state)


def generator_state(random_state: np.random.RandomState) -> tuple[bytes, str]:
    """Return the state of a generator so that two can be compared, NaN included."""
    state = random_state.get_state(legacy=False)
    return state["state"]["key"].tobytes(), repr([state["state"]["pos"], state["has_gauss"], state["gauss"]])


def first_checkpoint(folder: Path) -> dict[str, np.ndarray]:
    """Return the arrays of the checkpoint that a training writes before it begins."""
    path = folder / "first.npz"
    try:
        Training().fit(path)
    except Begun:
        return stored(path)
    finally:
        path.unlink()
    raise Finding("a training began without its first batch")


def changed_json(rng: Random, value: Any) -> Any:
    """Return a value in which one place holds another, or is gone."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not keys or rng.random() < 0.2:
        return rng.choice(JSON_THERE)
    value, key = value.copy(), rng.choice(keys)
    if rng.random() < 0.15:
        del value[key]
    else:
        value[key] = changed_json(rng, value[key])
    return value


def build_checkpoint(rng: Random, fault: bool, arrays: dict[str, np.ndarray]) -> bytes:
    text = json.loads(arrays["text"].item())
    epochs = rng.randrange(3)
    text["lists"] = {name: [rng.random() for _ in range(epochs)] for name in text["lists"]}
    text["random_state"] = [rng.randrange(625), rng.randrange(2), rng.gauss(0, 1)]
    said, kind = "", rng.randrange(4) if fault else 0
    if kind == 1:
        said = rng.choice(TEXTS_THERE)
    elif kind > 1:
        text = changed_json(rng, text)
    arrays = {name: random_like(rng, values) for name, values in arrays.items() if name != "text"}
    return build_npz(rng, arrays | {"text": np.array(said or json.dumps(text))}, fault and kind == 0)


def check_checkpoint(path: Path, honest: bool) -> bool:
    run = Training()
    before, history = run.state(), None
    try:
        with watched(SLACK + 32 * path.stat().st_size):
            history = run.fit(path)
    except ValueError as error:
        demand_reason(error, path)
        demand(not honest, f"a right file was refused: {error}")
        demand(run.state() == before, "refused, but model, optimizer or generator are others")
        return False
    except Begun:
        pass
    arrays = stored(path)
    text, keys = json.loads(arrays.pop("text").item()), arrays.pop("random_state")
    wanted, numbers = np.random.RandomState(0), text["random_state"]
    wanted.set_state(("MT19937", keys, *numbers))
    demand(generator_state(wanted) == (keys.tobytes(), repr(numbers)), f"no generator has the state {numbers}")
    best = {f"model.{name.removeprefix('best.')}": arrays.pop(name) for name in list(arrays) if name[:5] == "best."}
    if history is None:
        wanted.permutation(6)
    else:
        demand(repr(vars(history)) == repr(text["lists"]), f"got {history}, not {text['lists']}")
        arrays |= best
    demand(run.state() == (bits(arrays), generator_state(wanted)), "got other numbers than NumPy")
    return True


# --------------------------------------------------------------------------------------------------------------- to run

TARGETS: dict[str, Callable[[Path, bool], bool]] = {
    "idx": check_idx,
    "idx-gzip": check_idx,
    "weights": check_weights,
    "checkpoint": check_checkpoint,
}


def builder(target: str, folder: Path) -> Callable[[Random], tuple[bytes, bool]]:
    """Return a function that makes an input and says whether it must be accepted."""
    if target.startswith("idx"):
        build_file = build_idx if target == "idx" else build_idx_gzip

        def build(rng: Random, fault: bool) -> bytes:
            return build_file(rng)
    elif target == "weights":
        build = build_weights
    else:
        arrays = first_checkpoint(folder)

        def build(rng: Random, fault: bool) -> bytes:
            return build_checkpoint(rng, fault, arrays)

    def make(rng: Random) -> tuple[bytes, bool]:
        fault, damage = rng.random() < 0.6, rng.random() < 0.4
        content = build(rng, fault)
        return (damaged(rng, content), False) if damage else (content, not fault)

    return make


def run(target: str, folder: Path, *, seed: int = 0, first: int = 0, inputs: float = math.inf, seconds: float = math.inf
        ) -> Counter[str]:  # fmt: skip
    """Check inputs one after another, and count those accepted and refused; raise Finding at the first wrong answer."""
    counts: Counter[str] = Counter(accepted=0, refused=0)
    path, end = folder / f"{target}-{seed}.input", time.monotonic() + seconds
    make = builder(target, folder)
    tracemalloc.start()
    try:
        for number in itertools.count(first):
            if number - first >= inputs or time.monotonic() >= end:
                break
            content, honest = make(Random(f"{target} {seed} {number}"))
            path.write_bytes(content)
            try:
                accepted = TARGETS[target](path, honest)
            except (Exception, Hang) as error:
                kept = path.rename(folder / f"{target}-{seed}-{number}")
                kind = "" if isinstance(error, Finding) else f"{type(error).__name__}: "
                raise Finding(f"{kept}: {kind}{error}") from error
            counts["accepted" if accepted else "refused"] += 1
    finally:
        tracemalloc.stop()
    path.unlink(missing_ok=True)
    return counts


def main(arguments: list[str] | None = None) -> int:
    """Run the fuzzers; say what they counted and found, and return 1 if they found something."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", nargs="?", choices=TARGETS, help="what to feed (default: all, one after another)")
    parser.add_argument("--minutes", type=float, default=15, help="for each target (default: 15)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other inputs (default: 0)")
    parser.add_argument("--first", type=int, default=0, help="number of the first input (default: 0)")
    options = parser.parse_args(arguments)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    status = 0
    for target in [options.target] if options.target else TARGETS:
        start = time.monotonic()
        try:
            counts = run(target, FINDINGS, seed=options.seed, first=options.first, seconds=60 * options.minutes)
            told = f"{counts.total()} inputs, {counts['accepted']} accepted, {counts['refused']} refused, no finding"
        except Finding as error:
            told, status = f"FINDING in {error}", 1
        print(f"{target}: {told} ({(time.monotonic() - start) / 60:.1f} minutes, seed {options.seed})", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
