"""Arrays on disk: the weights of a model, and the checkpoint of a training that may be killed.

Whoever reads such a file sees the old one or the whole new one; what is read changes nothing unless all of it fits.
A process that is killed while it writes may leave a file behind that ends in ``.part``, which nobody needs.
Taught in chapter 8.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from .layers import Sequential, check_network

MAX_HEADER_SIZE = 500  # NumPy writes 118 bytes for a plain array; a very long header would keep its reader busy


def architecture(model: Sequential) -> str:
    """Say what two models must have in common so that the weights of one mean the same in the other.

    Parameters
    ----------
    model : Sequential

    Returns
    -------
    str
        The layers with their options, and a digest of each array that is not learned.

    Raises
    ------
    TypeError
        If `model` is not a Sequential.

    Examples
    --------
    >>> from cnn_course.layers import RadialBasis
    >>> architecture(Sequential(RadialBasis(np.zeros((1, 1)))))
    'Sequential(RadialBasis(1 drawings of 1)) with 0.drawings (1, 1) float32 #2144df1c'
    """
    constants = check_network(model).named_constants()
    told = ", ".join(f"{name} {digest(np.asarray(array))}" for name, array in constants.items())
    return f"{model} with {told}" if told else repr(model)


def digest(*arrays: np.ndarray) -> str:
    """Return the shapes and types of arrays, and a sum by which their numbers can be told from others.

    Parameters
    ----------
    *arrays : ndarray

    Returns
    -------
    str

    Examples
    --------
    >>> digest(np.frombuffer(b"123456789", np.uint8))
    '(9,) uint8 #cbf43926'
    """
    return " and ".join(f"{a.shape} {a.dtype} #{zlib.crc32(np.ascontiguousarray(a).data):08x}" for a in arrays)


def save_weights(path: str | os.PathLike[str], model: Sequential) -> None:
    """Write a model's parameters to an ``.npz`` file; whoever reads `path` sees the old file or the whole new one.

    The file holds the arrays of `Sequential.named_params` alone, so that any program can read them. Whose they are
    (`architecture`) is its comment.

    Parameters
    ----------
    path : path
        Where to write, with its ending; an existing file is replaced.
    model : Sequential

    Raises
    ------
    TypeError
        If `model` is not a Sequential.
    OSError
        If the file cannot be written; an older file is then still there.

    Examples
    --------
    >>> import tempfile
    >>> from cnn_course.layers import Linear
    >>> model = Sequential(Linear(3, 2, random_state=np.random.RandomState(0)))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_weights(f"{folder}/w.npz", model)
    ...     load_weights(f"{folder}/w.npz", model)
    """
    signature = _signature(model)
    _write_npz(path, model.named_params(), signature)


def load_weights(path: str | os.PathLike[str], model: Sequential) -> None:
    """Read parameters written by `save_weights` into a model of the same architecture.

    Parameters
    ----------
    path : path
    model : Sequential
        Changed in place, and only if every array in the file fits.

    Raises
    ------
    TypeError
        If `path` is not a path, or `model` not a Sequential.
    OSError
        If the file cannot be read.
    ValueError
        If it is not a weight file, or names, shapes or types do not fit the model. If `save_weights` wrote it, the
        layers with their options and what they hold besides (`architecture`) must be the same, too.

    Examples
    --------
    See `save_weights`.
    """
    signature, params = _signature(model), model.named_params()
    with _open_npz(path, "a weight file of this model") as archive:
        if archive.comment not in (b"", signature):  # another program writes none
            there = archive.comment.decode(errors="replace")
            raise ValueError(f"its model is {there} there and {signature.decode()} here")
        loaded = _read_arrays(archive, params)
    copy_arrays(loaded, params)


def save_checkpoint(
    path: str | os.PathLike[str],
    settings: dict[str, Any],
    arrays: dict[str, np.ndarray],
    lists: dict[str, list[float]],
    random_state: np.random.RandomState,
) -> None:
    """Write all that a training needs to go on, as plain arrays and one text, to an ``.npz`` file.

    Parameters
    ----------
    path : path
        Where to write, with its ending; an existing file is replaced.
    settings : dict of str to str, int or None
        What must be the same when the training goes on.
    arrays : dict of str to ndarray
        Parameters and the like.
    lists : dict of str to list of float
        What was measured in each epoch.
    random_state : RandomState

    Raises
    ------
    TypeError
        If `random_state` is not a Mersenne Twister, the generator that ``RandomState(seed)`` makes.
    OSError
        If the file cannot be written; an older file is then still there.

    Examples
    --------
    >>> import tempfile
    >>> rng, weight, losses = np.random.RandomState(0), np.ones(2), [0.7, 0.5]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/run.npz", {"epochs": 3}, {"weight": weight}, {"loss": losses}, rng)
    ...     weight[:] = losses[:] = 0, 0
    ...     load_checkpoint(f"{folder}/run.npz", {"epochs": 3}, {"weight": weight}, {"loss": losses}, rng)
    >>> weight, losses
    (array([1., 1.]), [0.7, 0.5])
    """
    keys, numbers = _mersenne_twister(random_state)
    floats = {name: [float(value) for value in values] for name, values in lists.items()}
    text = json.dumps({"settings": settings, "lists": floats, "random_state": numbers})
    _write_npz(path, {"text": np.array(text), "random_state": keys, **arrays})


def load_checkpoint(
    path: str | os.PathLike[str],
    settings: dict[str, Any],
    arrays: dict[str, np.ndarray],
    lists: dict[str, list[float]],
    random_state: np.random.RandomState,
) -> None:
    """Read what `save_checkpoint` wrote back into the same arrays, lists and generator.

    Parameters
    ----------
    path : path
    settings : dict of str to str, int or None
        As they were given to `save_checkpoint`.
    arrays : dict of str to ndarray
        Changed in place, as are the next two, and only if everything in the file fits.
    lists : dict of str to list of float
    random_state : RandomState

    Raises
    ------
    TypeError
        If `path` is not a path, or `random_state` not a Mersenne Twister.
    OSError
        If the file cannot be read.
    ValueError
        If it is not a checkpoint, is damaged, or other settings or arrays are in it.

    Examples
    --------
    See `save_checkpoint`.
    """
    keys, _ = _mersenne_twister(random_state)
    with _open_npz(path, "a checkpoint of this training") as archive:
        text = json.loads(_read_array(archive, "text", os.path.getsize(path)).item())
        there = text["settings"]
        other = [name for name in settings | there if settings.get(name) != there.get(name)]
        if other:
            raise ValueError("; ".join(f"{n} is {there.get(n)} there and {settings.get(n)} here" for n in other))
        loaded = _read_arrays(archive, {"random_state": keys, **arrays}, "text")
        measured, numbers = text["lists"], text["random_state"]
        fits = (
            measured.keys() == lists.keys()
            and all(type(values) is list and {float}.issuperset(map(type, values)) for values in measured.values())
            and [type(number) for number in numbers] == [int, int, float]
            and 0 <= numbers[0] <= len(keys)
            and numbers[1] in (0, 1)
        )
        if not fits:
            raise ValueError("its text does not fit its arrays")
    random_state.set_state(("MT19937", loaded["random_state"], *numbers))  # from here on nothing is refused any more
    copy_arrays(loaded, arrays)
    for name, values in lists.items():
        values[:] = measured[name]


def copy_arrays(source: dict[str, np.ndarray], target: dict[str, np.ndarray]) -> None:
    """Write arrays into others of the same names, which stay the same objects.

    Parameters
    ----------
    source, target : dict of str to ndarray

    Examples
    --------
    >>> weight = np.zeros(2)
    >>> copy_arrays({"weight": np.ones(2)}, {"weight": weight})
    >>> weight
    array([1., 1.])
    """
    for name, array in target.items():
        array[...] = source[name]


def _signature(model: Sequential) -> bytes:
    """Return the architecture as it fits into the comment of a zip file."""
    text = architecture(model).encode()
    return text if len(text) <= zipfile.ZIP_MAX_COMMENT else hashlib.sha256(text).hexdigest().encode()


def _write_npz(path: str | os.PathLike[str], arrays: dict[str, np.ndarray], comment: bytes = b"") -> None:
    part = Path(path).with_name(f"{Path(path).name}.{secrets.token_hex(4)}.part")
    try:
        with _naming(path), part.open("x+b") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            with zipfile.ZipFile(file, "a") as archive:
                archive.comment = comment
            file.flush()
            os.fsync(file.fileno())
        with _naming(path):
            part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Let what the system refuses name the path that was given, and not the file that is written first."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None


@contextmanager
def _open_npz(path: str | os.PathLike[str], what: str) -> Iterator[zipfile.ZipFile]:
    """Open an ``.npz`` file to read; whatever is wrong with it becomes a ValueError that names it."""
    with _naming(path), Path(path).open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                yield archive
        except Exception as error:  # zipfile and NumPy raise many kinds on a damaged file, some without a word
            raise ValueError(f"{os.fspath(path)} is not {what}: {str(error) or type(error).__name__}") from error


def _read_arrays(archive: zipfile.ZipFile, like: dict[str, np.ndarray], *others: str) -> dict[str, np.ndarray]:
    names = sorted(name.removesuffix(".npy") for name in archive.namelist())
    expected = sorted([*like, *others])
    if names != expected:  # lists, in which a name that is there twice differs: which one would be meant?
        raise ValueError(f"it holds {names}, not {expected}")
    return {name: _read_array(archive, name, array.nbytes, array) for name, array in like.items()}


def _read_array(archive: zipfile.ZipFile, name: str, max_bytes: int, like: np.ndarray | None = None) -> np.ndarray:
    """Read an array of at most `max_bytes`, of the shape and type of another one: no lie costs memory."""
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others may take any memory
        raise ValueError(f"{name} is compressed by method {member.compress_type}, neither stored nor deflated")
    with archive.open(member) as file:
        content = io.BytesIO(file.read(max_bytes + 2 * MAX_HEADER_SIZE))  # the checksum is verified where the data end
    with warnings.catch_warnings(action="ignore"):  # NumPy parses the header as Python
        if np.lib.format.read_magic(content) != (1, 0):
            raise ValueError(f"{name} is not in version 1.0 of NumPy's format")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(content, max_header_size=MAX_HEADER_SIZE)
    if like is not None and (shape, dtype) != (like.shape, like.dtype):
        told = f"{name} is {dtype} of shape {shape} there and {like.dtype} of shape {like.shape} here"
        if shape == like.shape and dtype.kind == like.dtype.kind == "f":
            cast = f"{{name: array.astype(np.{like.dtype}) for name, array in np.load(old).items()}}"
            told += f"; a file of weights is converted by np.savez(new, **{cast})"
        raise ValueError(told)
    size, values = prod(shape) * dtype.itemsize, content.read()
    if len(values) != size:
        raise ValueError(f"{name} takes {size} bytes, and there are {'more' if len(values) > size else len(values)}")
    return np.frombuffer(values, dtype).reshape(shape, order="F" if fortran else "C")  # refuses objects: no pickles


def _mersenne_twister(random_state: np.random.RandomState) -> tuple[np.ndarray, list[float]]:
    """Return the 624 keys of the generator, and its place in them with the number kept for the next `randn`."""
    state = random_state.get_state(legacy=False)
    if state["bit_generator"] != "MT19937":
        raise TypeError(f"a checkpoint needs np.random.RandomState(seed), got one of {state['bit_generator']}")
    return state["state"]["key"], [state["state"]["pos"], state["has_gauss"], state["gauss"]]
