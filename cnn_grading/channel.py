"""Values over a pipe: JSON for what they are, bytes for the numbers of arrays; nothing is ever unpickled.

A message is two lengths, a JSON text and the bytes of its arrays, one after the other. Both lengths are checked before
memory is taken. The worker, in its sandbox, and the grader read and write alike, but trust is one-sided: whatever the
grader reads may be forged, so `decode` accepts only what `encode` could have written.
"""

from __future__ import annotations

import json
import math
import os
import re
import select
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

if __package__:
    from cnn_course.exercises.values import Foreign
else:  # in the sandbox, beside this one file of the course, also where students may import all of it
    from values import Foreign  # type: ignore[no-redef]

TEXT, BLOB = 2**20, 2**24  # most bytes of JSON and of arrays that the grader reads: no answer needs a tenth of it
TICK = 0.25  # seconds
_HEAD = struct.Struct(">II")
_DTYPE = re.compile(r"[<>|=](b1|[iu][1248]|f(2|4|8|12|16)|c(8|16|24|32)|[US]\d{1,4})")
_PLAIN = (bool, int, float, str)


class Broken(Exception):
    """The other side is gone, or sent what it could not have sent honestly."""


@dataclass(frozen=True)
class Reference:
    """A function or an object that stays on its own side; the other side knows its number and its name."""

    kind: str
    number: int
    name: str


def encode(value: Any, blobs: list[bytes]) -> Any:
    """Turn a value into JSON, its numbers into bytes.

    Parameters
    ----------
    value : None, bool, int, float, complex, str, bytes, ndarray, NumPy scalar, list, tuple, Foreign or Reference
        What `plain` returns, or a reference.
    blobs : list of bytes
        Where the bytes of arrays are put.

    Returns
    -------
    object
        For `json.dumps`.

    Raises
    ------
    TypeError
        If the value is none of these.

    Examples
    --------
    >>> encode((1, 2.5, None), [])
    {'tuple': [1, 2.5, None]}
    """
    kind = type(value)
    if value is None or kind in _PLAIN:
        return value
    if kind in (list, tuple):
        return {kind.__name__: [encode(part, blobs) for part in value]}
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    if kind is bytes:
        blobs.append(value)
        return {"bytes": len(value)}
    if kind is Foreign:
        return {"foreign": value.name}
    if kind is Reference:
        return {"reference": [value.kind, value.number, value.name]}
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        blobs.append(array.tobytes())
        return {"array" if isinstance(value, np.ndarray) else "scalar": [array.dtype.str, list(array.shape)]}
    raise TypeError(f"only plain values go over the pipe, got {kind.__name__}")


def decode(tree: Any, blob: memoryview) -> Any:
    """Turn what `encode` wrote, or what somebody forged, into a value.

    Parameters
    ----------
    tree : object
        From JSON.
    blob : memoryview
        The bytes of the arrays that follow, in their order.

    Returns
    -------
    object
        As `encode` takes.

    Raises
    ------
    Broken
        If `encode` could not have written it, or bytes are left over.

    Examples
    --------
    >>> decode({"list": [1, {"foreign": "an object of type Car"}]}, memoryview(b""))
    [1, Foreign(name='an object of type Car')]
    """
    value, rest = _decode(tree, blob)
    if rest:
        raise Broken(f"{len(rest)} bytes too many")
    return value


def _decode(tree: Any, blob: memoryview) -> tuple[Any, memoryview]:
    if type(tree) is str:
        return writable(tree), blob
    if tree is None or type(tree) in _PLAIN:
        return tree, blob
    if type(tree) is not dict or len(tree) != 1:
        raise Broken("no value")
    ((kind, body),) = tree.items()
    match kind, body:
        case (("list" | "tuple"), list()):
            parts = []
            for part in body:
                value, blob = _decode(part, blob)
                parts.append(value)
            return (parts if kind == "list" else tuple(parts)), blob
        case "complex", [float() | int() as real, float() | int() as imaginary]:
            return complex(real, imaginary), blob
        case "bytes", int() as size if 0 <= size <= len(blob):
            return bytes(blob[:size]), blob[size:]
        case "foreign", str():
            return Foreign(writable(body)), blob
        case "reference", [str() as what, int() as number, str() as name]:
            return Reference(writable(what), number, writable(name)), blob
        case (("array" | "scalar"), [str() as dtype, list() as shape]) if _DTYPE.fullmatch(dtype) and len(shape) <= 32:
            return _array(kind, np.dtype(dtype), shape, blob)
    raise Broken(f"no value of kind {kind!r:.40}")


def writable(text: str) -> str:
    """Return a text without halves of characters, which no file and no terminal takes.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> writable("one half: \\ud83d")
    'one half: ?'
    """
    return text.encode(errors="replace").decode()


def _array(kind: str, dtype: np.dtype, shape: list[Any], blob: memoryview) -> tuple[Any, memoryview]:
    if not all(type(n) is int and 0 <= n < 2**31 for n in shape) or (kind == "scalar" and shape):
        raise Broken("no shape")
    size = math.prod(shape) * dtype.itemsize
    if size > len(blob):
        raise Broken("an array without its numbers")
    try:
        array = np.frombuffer(blob[:size], dtype).reshape(shape).copy() if size else np.zeros(shape, dtype)
        if dtype.kind == "U":
            array.tolist()
    except ValueError as error:
        raise Broken(f"no array: {error}") from error
    return (array if kind == "array" else array[()]), blob[size:]


class Channel:
    """Two pipes to the other side.

    Parameters
    ----------
    reading, writing : int
        File descriptors; the channel closes them.
    limits : (int, int), optional
        Most bytes of JSON and of arrays in a message that is received; none for what the grader sends.

    Attributes
    ----------
    tick : callable or None
        Called four times a second while the other side keeps this one waiting; it may raise.
    """

    def __init__(self, reading: int, writing: int, limits: tuple[int, int] | None = (TEXT, BLOB)) -> None:
        self.reading, self.writing, self.limits = reading, writing, limits
        self.tick: Callable[[], None] | None = None
        self.ticked = 0.0
        for pipe in (reading, writing):
            os.set_blocking(pipe, False)

    def send(self, message: dict[str, Any], limits: tuple[int, int] | None = None) -> None:
        """Send a message.

        Parameters
        ----------
        message : dict
            Its values as `encode` takes them.
        limits : (int, int), optional
            Most bytes of JSON and of arrays that the other side reads.

        Raises
        ------
        Broken
            If the other side is gone.
        ValueError
            If the message is too large.
        """
        blobs: list[bytes] = []
        text = json.dumps({key: encode(value, blobs) for key, value in message.items()}).encode()
        blob = b"".join(blobs)
        if limits and (len(text) > limits[0] or len(blob) > limits[1]):
            raise ValueError(f"{len(text) + len(blob):,} bytes are too many for an answer")
        data = memoryview(_HEAD.pack(len(text), len(blob)) + text + blob)
        while data:
            self._wait(self.writing, select.POLLOUT)
            try:
                data = data[os.write(self.writing, data) :]
            except OSError as error:
                raise Broken("the other side is gone") from error

    def receive(self) -> dict[str, Any]:
        """Wait for a message.

        Returns
        -------
        dict

        Raises
        ------
        Broken
            If the other side is gone, or sends what `encode` could not have written, or too much.
        """
        sizes = _HEAD.unpack(self._read(_HEAD.size))
        if self.limits and (sizes[0] > self.limits[0] or sizes[1] > self.limits[1]):
            raise Broken(f"a message of {sum(sizes):,} bytes")
        text, blob = (self._read(size) for size in sizes)
        try:
            tree = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Broken("no JSON") from error
        if type(tree) is not dict:
            raise Broken("no message")
        try:
            values = decode({"list": list(tree.values())}, memoryview(blob))
        except Broken:
            raise
        except Exception as error:  # of many kinds, from numbers that no honest side writes
            raise Broken(f"no value: {error}") from error
        return dict(zip(tree, values, strict=True))

    def close(self) -> None:
        """Close both pipes."""
        os.close(self.reading)
        os.close(self.writing)

    def _read(self, size: int) -> bytearray:
        data = bytearray()
        while len(data) < size:
            self._wait(self.reading, select.POLLIN)
            try:
                part = os.read(self.reading, min(size - len(data), 2**20))
            except OSError as error:
                raise Broken("the other side is gone") from error
            if not part:
                raise Broken("the other side is gone")
            data += part
        return data

    def _wait(self, pipe: int, event: int) -> None:
        """Wait until the pipe takes or has bytes; who sends one byte after the other does not keep the clock still."""
        watch = select.poll()
        watch.register(pipe, event)
        ready: list[Any] = []
        while not ready:
            ready = watch.poll(None if self.tick is None else int(1000 * TICK))
            if self.tick and time.monotonic() - self.ticked >= TICK:
                self.tick()
                self.ticked = time.monotonic()
