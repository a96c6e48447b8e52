"""What tests of files share: forged arrays and archives, a network to read them into, an eye on the reader."""

from __future__ import annotations

import io
import pickle
import re
import struct
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from cnn_course import layers

ROOM = 1 << 22  # memory that a reader needs for any file, however small
BOMB = bytes(2 * ROOM)
WEIGHT, BIAS = np.arange(12, dtype=np.float32).reshape(3, 4), np.ones(3, np.float32)


class Trap:
    """An object that is noticed if it is unpickled."""

    sprung = False

    @classmethod
    def spring(cls) -> None:
        cls.sprung = True

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return Trap.spring, ()


def network() -> layers.Sequential:
    """Return a network whose parameters are as large as WEIGHT and BIAS."""
    return layers.Sequential(layers.Flatten(), layers.Linear(4, 3, random_state=np.random.RandomState(0)))


def bits(arrays: dict[str, np.ndarray]) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Return arrays so that they are equal if every bit is, NaN included."""
    return {name: (values.dtype.str, values.shape, values.tobytes()) for name, values in arrays.items()}


def made_of(value: int) -> tuple[layers.Sequential, tuple[Any, ...]]:
    """Return a network, and what a checkpoint of its training holds, all numbers of which are `value`."""
    model = network()
    for values in model.named_params().values():
        values[...] = value
    lists, random_state = {"loss": [float(value)], "val_loss": []}, np.random.RandomState(value)
    return model, ({"epochs": 2}, model.named_params(), lists, random_state)


def numbers(run: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what reading a checkpoint is to change, so that two can be compared, NaN included."""
    _, arrays, lists, random_state = run
    _, keys, *state = random_state.get_state()
    return bits(arrays), repr(lists), keys.tobytes(), repr(state)


def npy(
    values: np.ndarray,
    *,
    version: tuple[int, int] = (1, 0),
    length: int | None = None,
    header: str | None = None,
    content: bytes | None = None,
    **fields: Any,
) -> bytes:
    """Return an array as np.save writes it, but for what is given: fields of its header, or all of it, or what follows.

    >>> file = io.BytesIO()
    >>> np.save(file, WEIGHT)
    >>> npy(WEIGHT) == file.getvalue()
    True
    """
    true = {"descr": np.lib.format.dtype_to_descr(values.dtype), "fortran_order": False, "shape": values.shape}
    if header is None:
        header = "{" + "".join(f"{name!r}: {value!r}, " for name, value in (true | fields).items()) + "}"
    if content is None:
        order = "F" if fields.get("fortran_order") is True else "C"
        content = pickle.dumps(values) if values.dtype.hasobject else values.tobytes(order)
    start = header.encode()
    start += b" " * (-(len(start) + 11) % 64) + b"\n"
    size = struct.pack("<H" if version < (2, 0) else "<I", len(start) if length is None else length)
    return b"\x93NUMPY" + bytes(version) + size + start + content


def npz(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    """Return a zip file of (name, content)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings(action="ignore"):
        for name, content in members:  # of a name that occurs twice zipfile warns
            archive.writestr(zipfile.ZipInfo(name), content, method)
        archive.comment = comment
    return file.getvalue()


def refusal(read: Callable[[], object], path: Path) -> str:
    """Let a file be read, and return for what reason it was refused, or nothing.

    Another exception than a ValueError that names the file, a warning, five seconds of work, more memory than the file
    accounts for, a pickle that is run: each is an error of the reader.
    """
    Trap.sprung, begun, refused = False, time.process_time(), None
    tracemalloc.start()
    try:
        with warnings.catch_warnings(record=True, action="always") as warned:
            read()
    except ValueError as error:
        refused = str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert time.process_time() - begun < 5, "it took too long"
    assert peak <= ROOM + 32 * path.stat().st_size, f"it took {peak} bytes"
    assert not warned, f"it warned: {[str(w.message) for w in warned]}"
    assert not Trap.sprung, "it unpickled an object"
    if refused is None:
        return ""
    assert re.fullmatch(rf"{re.escape(str(path))}( is not [^:]+)?: \S.*", refused, re.DOTALL), refused
    return refused
