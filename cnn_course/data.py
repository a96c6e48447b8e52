"""Real pictures, offline: handwritten digits, two photographs, and a reader for MNIST's files.

The digits and the photographs come with scikit-learn, which is imported only where it is used.
Taught in chapters 0, 2, 7 and 8.
"""

import contextlib
import gzip
import io
import math
import os
import struct
import sys
import zipfile
import zlib
from typing import IO, NamedTuple

import numpy as np

from .checks import boolean, check_memory, integer, per_axis, plain_array

__all__ = ["Digits", "digits", "load_idx", "photograph", "shift"]


class Digits(NamedTuple):
    """Images and labels to train with, and others to test with.

    Attributes
    ----------
    x_train, x_test : ndarray of shape (N, 1, H, W), float32
        Grey values from 0 (paper) to 1 (ink).
    y_train, y_test : ndarray of shape (N,), int64
        The digits 0 to 9.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    def __repr__(self) -> str:
        return f"Digits(x_train: {self.x_train.shape}, x_test: {self.x_test.shape})"


def digits(size: int = 8, *, split: str = "stratified") -> Digits:
    """Load the 1,797 handwritten digits that scikit-learn ships.

    Parameters
    ----------
    size : {8, 16, 32}
        Height and width of the images. The originals are 8x8; larger ones are interpolated bilinearly,
        and hold no more detail than the originals.
    split : {"stratified", "writers"}
        "stratified" draws 360 test images by chance (seed 0), each digit with its share.
        "writers" takes the last 360 images. The images stand in the order of the people who wrote them, so most of
        these hands never occur in training: the harder and more honest question.

    Returns
    -------
    Digits
        1,437 images to train with, 360 to test with.

    Raises
    ------
    ValueError
        If `size` or `split` is not one of those listed.
    ImportError
        If scikit-learn is not installed.

    References
    ----------
    .. [1] Alpaydin, Kaynak. "Optical Recognition of Handwritten Digits". UCI Machine Learning Repository, 1998.

    Examples
    --------
    >>> digits(16)
    Digits(x_train: (1437, 1, 16, 16), x_test: (360, 1, 16, 16))
    """
    if not isinstance(size, int | np.integer) or size not in (8, 16, 32):
        raise ValueError(f"size must be 8, 16 or 32, got {size!r}")
    if split not in ("stratified", "writers"):
        raise ValueError(f'split must be "stratified" or "writers", got {split!r}')
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ImportError as error:
        raise ImportError(_NO_SKLEARN.format("the digits")) from error
    bunch = load_digits()
    images = bunch.images[:, None] / 16  # (1797, 1, 8, 8), ink from 0 to 16
    x = enlarge(images, size)
    y = bunch.target.astype(np.int64)
    if split == "writers":
        return Digits(x[:-360], y[:-360], x[-360:], y[-360:])
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=360, stratify=y, random_state=0)
    return Digits(x_train, y_train, x_test, y_test)


def photograph(name: str = "china", *, size: int | tuple[int, int] | None = None, grey: bool = False) -> np.ndarray:
    """Load one of the two photographs that scikit-learn ships.

    Parameters
    ----------
    name : {"china", "flower"}
        A palace roof with sharp edges, or a soft dahlia. Both are 427 pixels high and 640 wide.
    size : int or (int, int), optional
        Reduce the picture by averaging: an integer is the length of the longer side, a pair is (H, W).
    grey : bool, optional
        Mix red, green and blue into one channel as the eye weighs them (0.299, 0.587, 0.114).

    Returns
    -------
    ndarray of shape (3, H, W) or (1, H, W), float64
        Values from 0 (dark) to 1 (bright), channels first.

    Raises
    ------
    ValueError
        If there is no such photograph, or `size` is not between 1 and the size of the original.
    TypeError
        If `size` is not made of integers, or `grey` not a bool.
    ImportError
        If scikit-learn is not installed.

    Notes
    -----
    china.jpg: danielbuechele, flower.jpg: vultilion (both on Flickr), Creative Commons Attribution 2.0.

    Examples
    --------
    >>> photograph("china", size=160).shape
    (3, 107, 160)
    >>> photograph("flower", size=(40, 60), grey=True).shape
    (1, 40, 60)
    """
    if name not in ("china", "flower"):
        raise ValueError(f'name must be "china" or "flower", got {name!r}')
    pair, grey = None if size is None else per_axis(size, "size", minimum=1), boolean(grey, "grey")
    try:
        from sklearn.datasets import load_sample_image
    except ImportError as error:
        raise ImportError(_NO_SKLEARN.format("the photographs")) from error
    picture = load_sample_image(f"{name}.jpg").transpose(2, 0, 1) / 255  # (3, 427, 640)
    height, width = picture.shape[1:]
    if pair is not None:
        new = _fit(height, width, pair[0]) if np.asarray(size).ndim == 0 else pair
        if new[0] > height or new[1] > width:
            raise ValueError(f"size must lie between 1 and the photograph's {height} x {width}, got {size!r}")
        picture = _boxes(height, new[0]) @ picture @ _boxes(width, new[1]).T
    if grey:
        picture = np.tensordot([0.299, 0.587, 0.114], picture, axes=1)[None]
    return np.ascontiguousarray(picture)


_NO_SKLEARN = "{} come with scikit-learn, which is not installed: pip install cnn-course[book]"


def _fit(height: int, width: int, longer: int) -> tuple[int, int]:
    scale = longer / max(height, width)
    return round(height * scale), round(width * scale)


def enlarge(images: np.ndarray, size: int) -> np.ndarray:
    """Interpolate square images linearly, so that they have `size` rows and columns.

    Parameters
    ----------
    images : ndarray of shape (..., n, n)
    size : int

    Returns
    -------
    ndarray of float32 of shape (..., size, size)

    Examples
    --------
    >>> enlarge(np.array([[0.0, 4.0], [0.0, 4.0]]), 4)[0]
    array([0., 1., 3., 4.], dtype=float32)
    """
    tent = _tent(images.shape[-1], size)
    return (tent @ images @ tent.T).astype(np.float32)


def _tent(n: int, m: int) -> np.ndarray:
    """Matrix (m, n) that interpolates n samples linearly at the centres of m new ones; the ends are held."""
    centres = np.clip((np.arange(m) + 0.5) * n / m - 0.5, 0, n - 1)
    return np.maximum(0, 1 - np.abs(centres[:, None] - np.arange(n)))


def _boxes(n: int, m: int) -> np.ndarray:
    """Matrix (m, n) that averages n samples over m intervals of equal length."""
    edges = np.arange(m + 1)[:, None] * n / m
    overlap = np.minimum(edges[1:], np.arange(n) + 1) - np.maximum(edges[:-1], np.arange(n))  # (m, n)
    return np.maximum(0, overlap) * m / n


def shift(images: np.ndarray, rows: int, cols: int) -> np.ndarray:
    """Move images down and to the right; zeros come in at the other side.

    Parameters
    ----------
    images : ndarray of shape (..., H, W)
        Not modified.
    rows, cols : int
        How far down and how far right; negative numbers move up and left.

    Returns
    -------
    ndarray of shape (..., H, W)
        A new array of the same dtype.

    Raises
    ------
    ValueError
        If `images` has fewer than two axes.
    TypeError
        If `images` does not hold real numbers, or `rows` or `cols` is not an integer.

    Examples
    --------
    >>> shift(np.arange(9).reshape(3, 3), 1, -1)
    array([[0, 0, 0],
           [1, 2, 0],
           [4, 5, 0]])
    """
    images = plain_array(images, "images")
    if images.dtype.kind not in "biuf":
        raise TypeError(f"images must hold real numbers, got dtype {images.dtype}")
    if images.ndim < 2:
        raise ValueError(f"images must have at least the axes (H, W), got shape {images.shape}")
    check_memory(images.shape, images.itemsize, "images")
    height, width = images.shape[-2:]
    to_rows, from_rows = _overlap(height, integer(rows, "rows", -sys.maxsize))
    to_cols, from_cols = _overlap(width, integer(cols, "cols", -sys.maxsize))
    moved = np.zeros_like(images)
    moved[..., to_rows, to_cols] = images[..., from_rows, from_cols]
    return moved


def _overlap(n: int, step: int) -> tuple[slice, slice]:
    """Where n places moved by `step` still lie within n places: (to, from)."""
    step = max(-n, min(n, step))
    return slice(max(0, step), n + min(0, step)), slice(max(0, -step), n - max(0, step))


_IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


# What is met in the place of an IDX file, by its first bytes.
_OTHERS = {
    b"<": "a web page, as servers send it instead of a file that they do not have",
    b"version https://git-lfs": "a Git LFS pointer, in whose place `git lfs pull` puts the file",
    b"PK\3\4": "a zip file",
}


def load_idx(path: str | os.PathLike | IO[bytes], *, member: str | None = None, max_bytes: int = 1 << 31) -> np.ndarray:
    """Read an array from an IDX file, the format of MNIST, plain or compressed by gzip, also from within a zip file.

    Parameters
    ----------
    path : str, path-like, or file open for reading bytes
        The file; whether it is compressed is seen from its first bytes, not from its name. An open file is read from
        where it stands, must be able to seek, and stays open.
    member : str, optional
        Which member of a zip file to read; not needed where there is one.
    max_bytes : int, optional
        Refuse a file whose header promises more data than this (2 GiB unless told otherwise).

    Returns
    -------
    ndarray
        With the shape and the element type of the header, in the byte order of this machine.

    Raises
    ------
    ValueError
        If the file is not an IDX file, is damaged, or holds fewer or more bytes than its header promises; if a zip file
        has several members and none is chosen, or not the one that is.
    TypeError
        If `path` is neither a path nor a file of bytes, `member` not a name, or `max_bytes` not an integer.
    OSError
        If the file cannot be opened or read.

    Notes
    -----
    Two zero bytes, one byte for the element type (0x08 uint8, 0x09 int8, 0x0B int16, 0x0C int32, 0x0D float32,
    0x0E float64), one byte for the number of axes, the length of each axis as a big-endian 32-bit integer,
    then the elements, big-endian, last axis fastest. No more is ever unpacked than the header promises, plus one byte.

    References
    ----------
    .. [1] LeCun, Cortes, Burges. "The MNIST database of handwritten digits", 1998.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "labels-idx1-ubyte"
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    ...     load_idx(path)
    array([5, 0, 4], dtype=uint8)
    """
    max_bytes = integer(max_bytes, "max_bytes")
    if not isinstance(member, str | None):
        raise TypeError(f"member must be the name of a zip file's member, got {member!r}")
    opened: contextlib.AbstractContextManager[IO[bytes]]
    if isinstance(path, str | bytes | os.PathLike):  # open takes an integer, for a file that is open already
        name, opened = path, open(path, "rb")  # noqa: SIM115  (closed by the `with` below)
    elif not isinstance(path, io.TextIOBase) and getattr(path, "seekable", bool)():
        name, opened = getattr(path, "name", "the file"), contextlib.nullcontext(path)
    else:
        raise TypeError(f"path must be a path, or a file that is open for reading bytes and can seek, got {path!r}")
    with opened as file:
        try:
            if _starts_with(file, b"PK\3\4"):
                return _read_zip(file, member, max_bytes)
            if member is not None:
                raise ValueError(f"member={member!r} was asked for, but this is no zip file")
            return _read_packed(file, max_bytes)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error.__cause__


def _starts_with(file: IO[bytes], start: bytes) -> bool:
    found = file.read(len(start))
    file.seek(-len(found), os.SEEK_CUR)
    return found == start


def _read_zip(file: IO[bytes], member: str | None, max_bytes: int) -> np.ndarray:
    try:
        with zipfile.ZipFile(file) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
            if member is None and len(names) == 1:
                member = names[0]
            if member not in names:
                wrong = "choose one by member=" if member is None else f"none of them is {member!r}"
                listed = ", ".join(map(repr, names[:20])) + ", ..." * (len(names) > 20)
                raise ValueError(f"a zip file of {len(names)} members, {wrong}: {listed}")
            if archive.getinfo(member).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError(f"{member}: packed in a way that may unpack without end")  # bzip2, LZMA
            with archive.open(member) as inside:
                try:
                    return _read_packed(inside, max_bytes)
                except ValueError as error:
                    raise ValueError(f"{member}: {error}") from error.__cause__
    except ValueError:
        raise
    except Exception as error:  # zipfile raises many kinds on a damaged file, some without a word
        raise ValueError(f"damaged zip file: {str(error) or type(error).__name__}") from error


def _read_packed(file: IO[bytes], max_bytes: int) -> np.ndarray:
    if not _starts_with(file, b"\x1f\x8b"):
        return _read_idx(file, max_bytes)
    try:
        with gzip.GzipFile(fileobj=file) as unpacked:
            return _read_idx(unpacked, max_bytes)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"damaged gzip data: {error}") from error


def _read_idx(file: IO[bytes] | gzip.GzipFile, max_bytes: int) -> np.ndarray:
    magic = _read(file, 4, "the magic number")
    zeros, code, ndim = struct.unpack(">HBB", magic)
    if zeros:
        start = magic + file.read(40)
        looks = next((f" (it looks like {what})" for first, what in _OTHERS.items() if start.startswith(first)), "")
        raise ValueError(f"not an IDX file: it starts with the bytes {magic.hex(' ')}, not with 00 00{looks}")
    if code not in _IDX_TYPES:
        known = ", ".join(f"0x{known:02x}" for known in _IDX_TYPES)
        raise ValueError(f"unknown IDX element type 0x{code:02x}, must be one of {known}")
    if not 1 <= ndim <= 32:  # what the oldest supported NumPy can hold
        raise ValueError(f"an IDX array must have 1 to 32 axes, the header says {ndim}")
    shape = struct.unpack(f">{ndim}i", _read(file, 4 * ndim, f"the lengths of {ndim} axes"))
    if min(shape) < 0:
        raise ValueError(f"the header gives a negative length: shape {shape}")
    dtype = np.dtype(_IDX_TYPES[code])
    size = math.prod(shape) * dtype.itemsize
    if size > max_bytes:
        raise ValueError(f"the header promises shape {shape}, that is {size} bytes; max_bytes is {max_bytes}")
    data = _read(file, size, f"an array of shape {shape}")
    if file.read(1):
        raise ValueError(f"there is data after the {size} bytes of an array of shape {shape}")
    return np.ndarray(shape, dtype, buffer=data).astype(dtype.newbyteorder("="), copy=False)


def _read(file: IO[bytes] | gzip.GzipFile, size: int, what: str) -> bytearray:
    data = bytearray()
    # piece by piece: a false header must not make us allocate what the file does not hold
    while piece := file.read(min(size - len(data), 1 << 20)):
        data += piece
    if len(data) < size:
        raise ValueError(f"the file is truncated: {what} needs {size} bytes, got {len(data)}")
    return data
