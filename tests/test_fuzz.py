"""Files drawn by Hypothesis: each is refused with a reason, changing nothing, or read as Python and NumPy read it.

`make test` draws the same few each time, `make fuzz` many others.
"""

from __future__ import annotations

import functools
import gzip
import io
import itertools
import json
import math
import operator
import os
import re
import struct
import zipfile
from collections import Counter

import numpy as np
from forged import BIAS, BOMB, WEIGHT, Trap, bits, made_of, network, npy, npz, numbers, refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase

from cnn_course import data, saving

EXAMPLES = int(os.environ.get("EXAMPLES", "200"))
FUZZ = "EXAMPLES" in os.environ
PROFILE = settings(
    max_examples=EXAMPLES,
    derandomize=not FUZZ,
    database=DirectoryBasedExampleDatabase("_build/fuzz") if FUZZ else None,  # a finding is tried first the next time
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
SEEDS = st.integers(0, 2**32 - 1)


def drawn(files):
    """Let a test check many files: it says whether one was accepted, and some must be and some must not."""

    def decorate(check):
        def test(tmp_path):
            answers = Counter()

            @PROFILE
            @given(files)
            def run(file):
                content, honest = file
                (tmp_path / "file").write_bytes(content)
                answers[check(tmp_path / "file", honest)] += 1

            run()
            assert min(answers[True], answers[False]) >= EXAMPLES // 50, answers

        return test

    return decorate


@st.composite
def damaged(draw, content):
    """Overwrite, cut out, cut off or double one to three pieces, mostly near what marks a part of the format."""
    for _ in range(draw(st.integers(1, 3))):
        mark = draw(st.sampled_from([found.start() for found in re.finditer(rb"PK|NUMPY|\x1f\x8b|\A|\Z", content)]))
        start = draw(st.integers(mark, min(mark + 64, len(content))) | st.integers(0, len(content)))
        piece = content[start : draw(st.sampled_from([start, start + 1, start + 4, start + 8, len(content)]))]
        fill = draw(st.sampled_from([b"\0", b"\1", b"\x7f", b"\x80", b"\xff"])) * len(piece[:8])
        new = draw(st.sampled_from([b"", 2 * piece, fill]) | st.binary(max_size=8))
        content = content[:start] + new + content[start + len(piece) :]
    return content


def random_like(seed, values):
    """Return an array of random bits: numbers of any size, infinities and NaN."""
    return np.frombuffer(np.random.RandomState(seed).bytes(values.nbytes), values.dtype).reshape(values.shape)


# ---------------------------------------------------------------- IDX files

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
LIMIT = 1000
PACKED_BOMB = gzip.compress(BOMB)
LENGTHS = [0, 1, 2, 3, 0x7F, 0x80, 0xFF, 2**31 - 1, 2**31, 2**32 - 1]


@st.composite
def idx_files(draw):
    """An array in an IDX file, in gzip or a zip file or neither, as it should be or with one thing that is not so."""
    wrong = draw(st.sampled_from(["nothing", "the header", "the content", "what follows", "some bytes"]))
    code = draw(st.sampled_from(list(TYPES)))
    some = st.lists(st.integers(0, 3), min_size=1, max_size=4)
    shape = draw(some | some | st.sampled_from([[LIMIT], [LIMIT + 1], [1] * 32, [1] * 33]))
    header = [0, code, len(shape), *shape]
    if wrong == "the header":
        header[draw(st.integers(0, len(header) - 1))] = draw(st.sampled_from(LENGTHS))
    content = struct.pack(f">HBB{len(shape)}I", header[0] % 2**16, header[1] % 256, header[2] % 256, *header[3:])
    content += np.random.RandomState(draw(SEEDS)).bytes(math.prod(shape) * np.dtype(TYPES[code]).itemsize)
    if wrong == "the content":
        content = draw(damaged(content))
    way = draw(st.sampled_from(["plain", "gzip", "zip"]))
    if way == "gzip":
        cuts = [0, *sorted(draw(st.lists(st.integers(0, len(content)), max_size=2))), len(content)]
        gap = draw(st.sampled_from([b"", bytes(5)]))
        content = gap.join(gzip.compress(content[a:b]) for a, b in itertools.pairwise(cuts))
        if wrong == "what follows":
            content += draw(st.sampled_from([bytes(5), b"end", b"\x1f\x8b", gzip.compress(b""), PACKED_BOMB]))
    elif way == "zip":
        ways = [(b"", zipfile.ZIP_STORED), (b"", zipfile.ZIP_DEFLATED)]
        if wrong == "what follows":
            ways = [(b"end", zipfile.ZIP_STORED), (BOMB, zipfile.ZIP_DEFLATED), (b"", zipfile.ZIP_LZMA)]
        more, method = draw(st.sampled_from(ways))
        content = npz([("idx", content + more)], method)
    return draw(damaged(content)) if wrong == "some bytes" else content, None


def decoded(content):
    """Read an IDX file by Python's own modules, all at once; raise if it is not exactly one."""
    if content[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (member,) = archive.infolist()
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError
            content = archive.read(member)
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    zeros, code, axes = struct.unpack_from(">HBB", content)
    shape = struct.unpack_from(f">{axes}i", content, 4)
    values = np.frombuffer(content[4 + 4 * axes :], TYPES[code])
    if zeros or not 1 <= axes <= 32 or min(shape) < 0 or values.nbytes > LIMIT:
        raise ValueError
    return values.reshape(shape)


@drawn(idx_files())
def test_an_idx_file_is_read_as_python_reads_it_or_refused(path, _):
    found = []
    refused = refusal(lambda: found.append(data.load_idx(path, max_bytes=LIMIT)), path)
    try:
        wanted = decoded(path.read_bytes())
    except Exception:
        assert refused, "a wrong file was accepted"
        return False
    assert not refused
    assert found[0].dtype == wanted.dtype.newbyteorder("=")
    assert bits({"": found[0].astype(wanted.dtype)}) == bits({"": wanted})
    return True


# ---------------------------------------------------------------- weights

# fmt: off
ODD = [0, 1, None, "False", [], 1.0, {}]
TYPES_THERE = [
    "<f8", ">f4", "<i4", "|O", "<U3", "<U99999999", "|S0", "<M8[s]", "a4", "\\<f4", "f4,f4", "(2,)f4", "",
    [("a", "<f4")], [("a", "|O")], ("<f4", (2,)),
]
SHAPES_THERE = [
    (), (0,), (-1,), (1, 1), (4, 3), (3, 4, 1), (99999, 99999), (2**24,), (2**62, 2), (2**64,), (0, 2**62), (True, 3),
    (1.0,), (1,) * 33, (1,) * 65, [3, 4], "ab",
]
HEADERS_THERE = [
    "", "{", "{}", "0", "\0", "\xff", "'\\d'", "1if 1else 2", "{**{}}", "__import__('os')", "(" * 190 + ")" * 190,
    "{'descr': '<f4', 'fortran_order': False, }", "$" + " " * 9900, "-" * 9000 + "1", "1" + "+1" * 4900,
]
NAMES_THERE = [
    "", "other", "0.weight", "../1.weight.npy", "/1.weight.npy", "1.weight.npy/", "1.WEIGHT.npy", "1.weight",
    "1.weight.npy\0.npy", "1.bias.npy", "text.npy", "é.npy", "a" * 9999,
]
# fmt: on
LIES = {
    "descr": st.sampled_from([*TYPES_THERE, *ODD]),
    "shape": st.sampled_from([*SHAPES_THERE, *ODD]),
    "fortran_order": st.sampled_from(ODD),
    "extra": st.sampled_from(ODD),
    "header": st.sampled_from(HEADERS_THERE) | st.text(max_size=20),
    "length": st.sampled_from([0, 1, 117, 119, 2**15, 2**16 - 1]),
    "version": st.sampled_from([(0, 0), (1, 1), (2, 0), (3, 0), (255, 255)]),
}
LIE = st.one_of(*(st.fixed_dictionaries({name: choice}) for name, choice in LIES.items()))


@st.composite
def npz_files(draw, arrays, comment=b""):
    """Arrays as np.savez or np.savez_compressed writes them, in any order, or with one thing that is not so."""
    wrong = draw(
        st.sampled_from(["nothing", "a header", "the numbers", "a pickle", "the members", "the method", "some bytes"])
    )
    said = {name: {"fortran_order": draw(st.booleans())} for name in arrays}
    one = draw(st.sampled_from(list(arrays)))
    if wrong == "a header":
        said[one] |= draw(LIE)
    elif wrong == "a pickle":
        arrays = arrays | {one: np.full(arrays[one].shape, Trap())}
    members = [(f"{name}.npy", npy(values, **said[name])) for name, values in arrays.items()]
    if wrong == "the numbers":
        place = draw(st.integers(0, len(members) - 1))
        name, content = members[place]
        members[place] = name, draw(st.sampled_from([content[:-1], content[:-4], content + b"\0", content + BOMB]))
    elif wrong == "the members":
        names, contents = zip(*members, strict=True)
        some = st.tuples(st.sampled_from([*names, *NAMES_THERE]), st.sampled_from([*contents, b"", BOMB]))
        right = sorted(members)
        members = draw(st.lists(st.sampled_from(right) | some, max_size=len(right) + 1))
        wrong = "nothing" if sorted(members) == right else wrong
    methods = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]
    if wrong == "the method":
        methods = [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2]
    content = npz(draw(st.permutations(members)), draw(st.sampled_from(methods)), comment)
    return draw(damaged(content)) if wrong == "some bytes" else content, wrong == "nothing"


def stored(path):
    """Return what NumPy itself reads from a file, and see that nothing else is in it."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        arrays = dict(np.lib.npyio.NpzFile(file, allow_pickle=False))
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(f"{name}.npy" for name in arrays)
        for name, values in arrays.items():
            assert archive.read(f"{name}.npy").endswith(values.tobytes("A")), f"there are data after {name}"
    return arrays


@st.composite
def weight_files(draw):
    values = {"1.weight": random_like(draw(SEEDS), WEIGHT), "1.bias": random_like(draw(SEEDS), BIAS)}
    return draw(npz_files(values, draw(st.sampled_from([b"", saving.architecture(network()).encode()]))))


@drawn(weight_files())
def test_weights_are_loaded_as_numpy_reads_them_or_refused(path, honest):
    model = network()
    before = bits(model.named_params())
    refused = refusal(lambda: saving.load_weights(path, model), path)
    assert not (honest and refused), refused
    assert bits(model.named_params()) == (before if refused else bits(stored(path)))
    return not refused


# ---------------------------------------------------------------- checkpoints

# fmt: off
VALUES_THERE = [
    None, True, 0, 1, -1, 624, 625, 1.0, 0.5, math.nan, math.inf, 10**400, "", "1", "\ud800", [], [0.5], [[]], [None],
    ["a"], [1, 2, 3], [1, 0, 0.5, 0.5], [[0.5]], [True], [10**400], {}, {"loss": 1},
]
TEXTS_THERE = ["", "{", "{}", "null", "\0", "\udcff", '"\\ud800"', "[" * 9000, "[" * 9000 + "]" * 9000, "1" * 9000]
# fmt: on


def places(value, *before):
    """Yield where something is in JSON: the keys that lead there."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield *before, key
        yield from places(value[key], *before, key)


@st.composite
def checkpoint_files(draw):
    options, params, lists, random_state = made_of(1)[1]
    arrays = params | {"random_state": random_state.get_state()[1]}
    arrays = {name: random_like(draw(SEEDS), values) for name, values in arrays.items()}
    text = {"settings": options, "lists": {name: draw(st.lists(st.floats(), max_size=2)) for name in lists}}
    text["random_state"] = [draw(st.integers(0, 624)), draw(st.integers(0, 1)), draw(st.floats())]
    wrong = draw(st.sampled_from(["the arrays", "a value", "a value", "the text"]))
    if wrong == "a value":
        *keys, last = draw(st.sampled_from(list(places(text))))
        inner = functools.reduce(operator.getitem, keys, text)
        inner[last] = draw(st.sampled_from(VALUES_THERE))
    said = draw(st.sampled_from(TEXTS_THERE)) if wrong == "the text" else json.dumps(text)
    arrays["text"] = np.array(said)
    if wrong == "the arrays":  # or nothing
        return draw(npz_files(arrays))
    return npz((f"{name}.npy", npy(values)) for name, values in arrays.items()), False


@drawn(checkpoint_files())
def test_a_checkpoint_is_loaded_as_numpy_reads_it_or_refused(path, honest):
    run = made_of(2)[1]
    refused = refusal(lambda: saving.load_checkpoint(path, *run), path)
    assert not (honest and refused), refused
    if refused:
        assert numbers(run) == numbers(made_of(2)[1])
        return False
    arrays = stored(path)
    text, keys, generator = json.loads(arrays.pop("text").item()), arrays.pop("random_state"), np.random.RandomState(0)
    generator.set_state(("MT19937", keys, *text["random_state"]))
    assert numbers(run) == numbers((text["settings"], arrays, text["lists"], generator))
    assert numbers(run)[2:] == (keys.tobytes(), repr(text["random_state"])), "no generator has this state"
    return True
