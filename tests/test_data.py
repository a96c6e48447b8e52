"""Digits, photographs and IDX files, against scikit-learn's own arrays and bytes packed by hand."""

import contextlib
import gzip
import io
import re
import struct
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits, load_sample_image

from cnn_course import data

fuzz = settings(max_examples=200, deadline=None, derandomize=True, database=None)

# ---------------------------------------------------------------- digits


def test_writers_split_keeps_order_and_takes_the_last_360():
    x_train, y_train, x_test, y_test = data.digits(split="writers")
    assert x_train.shape == (1437, 1, 8, 8)
    assert x_test.shape == (360, 1, 8, 8)
    bunch = load_digits()
    np.testing.assert_array_equal(16 * np.concatenate([x_train, x_test])[:, 0], bunch.images)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), bunch.target)


def test_stratified_split_gives_each_digit_its_share_and_loses_no_image():
    x_train, y_train, x_test, y_test = data.digits()
    assert (len(x_train), len(x_test)) == (1437, 360)
    counts = np.bincount(load_digits().target)
    assert np.abs(np.bincount(y_test) - counts * 360 / 1797).max() < 1
    rows = np.concatenate([x_train, x_test]).reshape(1797, 64) * 16
    order, wanted = np.lexsort(rows.T), np.lexsort(load_digits().data.T)
    np.testing.assert_array_equal(rows[order], load_digits().data[wanted])
    np.testing.assert_array_equal(np.concatenate([y_train, y_test])[order], load_digits().target[wanted])


def test_stratified_split_is_that_of_scikit_learn_with_seed_0():
    from sklearn.model_selection import train_test_split

    bunch = load_digits()
    wanted = train_test_split(bunch.data, bunch.target, test_size=360, stratify=bunch.target, random_state=0)
    found = data.digits()
    np.testing.assert_array_equal(found.x_test.reshape(360, 64) * 16, wanted[1])
    np.testing.assert_array_equal(found.y_test, wanted[3])


@pytest.mark.parametrize("size", [8, 16, 32])
def test_digits_have_the_promised_types_and_range(size):
    found = data.digits(size)
    assert found.x_train.shape == (1437, 1, size, size)
    assert found.x_train.dtype == np.float32
    assert found.y_train.dtype == np.int64
    assert found.x_train.min() == 0
    assert found.x_train.max() == 1


@pytest.mark.parametrize("size", [16, 32])
def test_enlarged_digits_agree_with_scipy(size):
    ndimage = pytest.importorskip("scipy.ndimage")
    small, large = (data.digits(n, split="writers").x_test[:5, 0] for n in (8, size))
    wanted = [ndimage.zoom(image, size / 8, order=1, mode="nearest", grid_mode=True) for image in small]
    np.testing.assert_allclose(large, wanted, atol=1e-6)


def test_interpolation_by_hand():
    # new centres lie at -1/4, 1/4, 3/4, 5/4 of the old ones; beyond the ends the last value is held
    np.testing.assert_allclose(data._tent(2, 4) @ [0, 8], [0, 2, 6, 8])


def test_repr_of_digits_is_short():
    assert repr(data.digits()) == "Digits(x_train: (1437, 1, 8, 8), x_test: (360, 1, 8, 8))"


@pytest.mark.parametrize("options", [{"size": 28}, {"size": "8"}, {"split": "random"}])
def test_unknown_size_or_split_is_refused(options):
    name, value = next(iter(options.items()))
    with pytest.raises(ValueError, match=rf"{name} must be .*got {value!r}"):
        data.digits(**options)


@pytest.mark.parametrize("load", [data.digits, data.photograph])
def test_missing_scikit_learn_is_said_in_a_sentence(load, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"pip install cnn-course\[book\]"):
        load()


# ---------------------------------------------------------------- photographs


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photograph_is_the_original_with_channels_first(name):
    found = data.photograph(name)
    assert found.dtype == np.float64
    assert found.flags.c_contiguous
    np.testing.assert_allclose(found, np.moveaxis(load_sample_image(f"{name}.jpg"), 2, 0) / 255)


def test_reduced_photograph_holds_the_means_of_its_blocks():
    full = data.photograph()
    small = data.photograph(size=(61, 64))  # blocks of 7 x 10
    np.testing.assert_allclose(small, full.reshape(3, 61, 7, 64, 10).mean(axis=(2, 4)))


def test_the_largest_size_is_the_photograph_itself():
    np.testing.assert_allclose(data.photograph(size=(427, 640)), data.photograph())


def test_fractions_of_pixels_count_by_their_share():
    np.testing.assert_allclose(data._boxes(3, 2), [[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]])


def test_integer_size_is_the_longer_side():
    assert data.photograph(size=64).shape == (3, 43, 64)
    assert data.photograph(size=1).shape == (3, 1, 1)


def test_grey_agrees_with_pillow():
    image = pytest.importorskip("PIL.Image")
    wanted = np.asarray(image.fromarray(load_sample_image("flower.jpg")).convert("L"))
    np.testing.assert_allclose(255 * data.photograph("flower", grey=True)[0], wanted, atol=0.51)


@pytest.mark.parametrize("size", [0, -3, 641, (428, 10), (10, 641), (10, 0), (10,), (1, 2, 3)])
def test_impossible_sizes_are_refused(size):
    said = r"size must (lie between 1 and the photograph's 427 x 640|be at least|be one)"
    with pytest.raises(ValueError, match=said):
        data.photograph(size=size)


def test_size_must_be_made_of_integers():
    with pytest.raises(TypeError):
        data.photograph(size=64.0)
    with pytest.raises(TypeError):
        data.photograph(size=(64, "64"))


def test_unknown_photograph_is_refused():
    with pytest.raises(ValueError, match='name must be "china" or "flower", got \'lena\''):
        data.photograph("lena")


# ---------------------------------------------------------------- shift

NINE = np.arange(1, 10).reshape(3, 3)


@pytest.mark.parametrize(
    ("rows", "cols", "wanted"),
    [
        (0, 0, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        (1, 0, [[0, 0, 0], [1, 2, 3], [4, 5, 6]]),
        (-1, 0, [[4, 5, 6], [7, 8, 9], [0, 0, 0]]),
        (0, 2, [[0, 0, 1], [0, 0, 4], [0, 0, 7]]),
        (-1, -1, [[5, 6, 0], [8, 9, 0], [0, 0, 0]]),
        (3, 0, np.zeros((3, 3))),
        (0, -100, np.zeros((3, 3))),
    ],
)
def test_shift_by_hand(rows, cols, wanted):
    before = NINE.copy()
    moved = data.shift(NINE, rows, cols)
    np.testing.assert_array_equal(moved, wanted)
    assert moved.dtype == NINE.dtype
    np.testing.assert_array_equal(NINE, before)
    assert not np.shares_memory(moved, NINE)


def test_shift_refuses_a_view_of_what_would_take_too_much_memory():
    with pytest.raises(ValueError, match=r"images would need 74\.5 GiB"):
        data.shift(np.broadcast_to(1.0, (10**5, 10**5)), 1, 0)


def test_shift_moves_every_image_of_a_batch():
    batch = np.stack([NINE, 10 * NINE])[:, None].astype(np.float32)
    moved = data.shift(batch, 1, 1)
    assert moved.shape == (2, 1, 3, 3)
    assert moved.dtype == np.float32
    np.testing.assert_array_equal(moved[1, 0], [[0, 0, 0], [0, 10, 20], [0, 40, 50]])


def test_shift_takes_integers_and_images_only():
    with pytest.raises(TypeError):
        data.shift(NINE, 0.5, 0)
    with pytest.raises(ValueError, match="axes"):
        data.shift(np.arange(3), 1, 0)


# ---------------------------------------------------------------- IDX files

TYPES = [  # code, struct's letter, NumPy's name, values
    (0x08, "B", "uint8", [0, 1, 255, 128, 7, 9]),
    (0x09, "b", "int8", [0, 1, -1, -128, 127, 9]),
    (0x0B, "h", "int16", [0, 1, -2, 256, -32768, 32767]),
    (0x0C, "i", "int32", [0, 1, -2, 65536, -(2**31), 2**31 - 1]),
    (0x0D, "f", "float32", [0.0, 0.5, -2.0, 1e30, 3.25, 9.0]),
    (0x0E, "d", "float64", [0.0, 0.1, -2.0, 1e300, 3.25, 9.0]),
]


def idx(code, shape, payload):
    return struct.pack(f">HBB{len(shape)}i", 0, code, len(shape), *shape) + payload


def written(folder: Path, content: bytes) -> Path:
    path = folder / "some-idx-file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(("code", "letter", "dtype", "values"), TYPES)
def test_every_type_is_read(tmp_path, pack, code, letter, dtype, values):
    content = idx(code, (2, 3), struct.pack(f">6{letter}", *values))
    found = data.load_idx(written(tmp_path, pack(content)))
    assert found.dtype == np.dtype(dtype)
    assert found.dtype.isnative
    assert found.flags.writeable
    np.testing.assert_array_equal(found, np.array(values, dtype=dtype).reshape(2, 3))


@pytest.mark.parametrize("shape", [(0,), (3, 0, 2), (0, 2**31 - 1)])
def test_empty_arrays_are_read(tmp_path, shape):
    assert data.load_idx(str(written(tmp_path, idx(8, shape, b"")))).shape == shape


def test_as_many_axes_as_every_numpy_can_hold_are_read(tmp_path):
    assert data.load_idx(written(tmp_path, idx(8, (1,) * 32, b"a"))).shape == (1,) * 32


GOOD = idx(8, (2, 3), bytes(range(6)))

WRONG = {
    "empty file": (b"", "magic number needs 4 bytes, got 0"),
    "text": (b"P5 28 28 255", "not an IDX file: it starts with the bytes 50 35 20 32"),
    "little-endian magic": (b"\x03\x08\x00\x00" + bytes(12), "not an IDX file"),
    "unknown type": (idx(0x0A, (2,), b"ab"), "element type 0x0a, must be one of 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e"),
    "no axes": (idx(8, (), b"a"), "1 to 32 axes, the header says 0"),
    "too many axes": (idx(8, (1,) * 33, b"a"), "the header says 33"),
    "header cut": (GOOD[:10], "the lengths of 2 axes needs 8 bytes, got 6"),
    "least negative length": (idx(8, (2, -1), b"a"), r"negative length: shape \(2, -1\)"),
    "negative length": (idx(8, (2, -3), bytes(6)), r"negative length: shape \(2, -3\)"),
    "data cut": (GOOD[:-2], r"truncated: an array of shape \(2, 3\) needs 6 bytes, got 4"),
    "wide data cut": (idx(0x0C, (2, 3), bytes(23)), "needs 24 bytes, got 23"),
    "trailing byte": (GOOD + b"!", "data after the 6 bytes"),
    "promises 2 GiB": (idx(8, (2**31 - 1,), b"abc"), "needs 2147483647 bytes, got 3"),
    "promises more than exists": (idx(0x0E, (2**31 - 1,) * 4, b""), "max_bytes is 2147483648"),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(("content", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said(tmp_path, pack, content, message):
    path = written(tmp_path, pack(content))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=message) as caught:
            data.load_idx(path)
        assert str(caught.value).startswith(str(path))
        assert tracemalloc.get_traced_memory()[1] < 4 << 20, "a false header must not make us allocate"
    finally:
        tracemalloc.stop()


def test_limit_can_be_set(tmp_path):
    path = written(tmp_path, GOOD)
    assert data.load_idx(path, max_bytes=6).shape == (2, 3)
    with pytest.raises(ValueError, match="is 6 bytes; max_bytes is 5"):
        data.load_idx(path, max_bytes=5)


def test_gzip_that_unpacks_without_end_is_left_early(tmp_path):
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb") as file:
        file.write(GOOD)
        for _ in range(64):
            file.write(bytes(1 << 20))
    path = written(tmp_path, buffer.getvalue())
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="data after the 6 bytes"):
            data.load_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_damaged_gzip_is_a_value_error(tmp_path):
    packed = gzip.compress(GOOD)
    for damaged in (packed[:-9], packed[:20], packed[:-8] + bytes(8), packed[:12] + b"\xff\xff" + packed[14:]):
        with pytest.raises(ValueError, match="some-idx-file: "):
            data.load_idx(written(tmp_path, damaged))


def test_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        data.load_idx(tmp_path / "nowhere")
    with pytest.raises(OSError, match="directory"):
        data.load_idx(tmp_path)


def zipped(method=zipfile.ZIP_DEFLATED, **members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("folder/", b"")
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


OTHER = idx(8, (2,), b"ab")
RIGHT = {
    "plain": GOOD,
    "gzip": gzip.compress(GOOD),
    "zip": zipped(images=GOOD),
    "zip, not packed": zipped(zipfile.ZIP_STORED, images=GOOD),
    "gzip in zip": zipped(images=gzip.compress(GOOD)),
}


@pytest.mark.parametrize("content", RIGHT.values(), ids=RIGHT)
def test_a_file_may_be_open_already_and_stays_open_where_its_data_end(tmp_path, content):
    wanted = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(data.load_idx(written(tmp_path, content)), wanted)
    with open(written(tmp_path, content), "rb") as file:
        np.testing.assert_array_equal(data.load_idx(file), wanted)
        assert not file.closed
    memory = io.BytesIO(content)
    np.testing.assert_array_equal(data.load_idx(memory), wanted)
    assert not memory.closed
    if content[:2] != b"PK":
        later = io.BytesIO(b"header" + content)
        later.seek(6)
        np.testing.assert_array_equal(data.load_idx(later), wanted)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_member_of_a_zip_file_is_chosen_by_its_name(tmp_path, pack):
    path = written(tmp_path, zipped(images=pack(GOOD), labels=pack(OTHER)))
    assert data.load_idx(path, member="images").shape == (2, 3)
    np.testing.assert_array_equal(data.load_idx(path, member="labels"), [97, 98])
    with pytest.raises(ValueError, match=r"a zip file of 2 members, choose one by member=: 'images', 'labels'$"):
        data.load_idx(path)
    with pytest.raises(ValueError, match=r"a zip file of 2 members, none of them is 'label': 'images', 'labels'$"):
        data.load_idx(path, member="label")


def test_what_is_wrong_in_a_zip_file_is_said_with_path_and_member(tmp_path):
    bomb = zipped(images=GOOD + bytes(64 << 20))
    encrypted = bytearray(zipped(images=GOOD))
    encrypted[6] |= 1  # the flag in the member's own header, and in the directory
    encrypted[encrypted.rindex(b"PK\1\2") + 8] |= 1
    for content, message in [
        (bomb, "some-idx-file: images: there is data after the 6 bytes"),
        (zipped(images=b"<html>"), "some-idx-file: images: not an IDX file.*a web page"),
        (zipped(images=gzip.compress(GOOD)[:-3]), "some-idx-file: images: damaged gzip data"),
        (zipped(zipfile.ZIP_BZIP2, images=GOOD), "some-idx-file: images: packed in a way that may unpack without end"),
        (zipped(zipfile.ZIP_LZMA, images=GOOD), "some-idx-file: images: packed in a way that may unpack without end"),
        (zipped(), "some-idx-file: a zip file of 0 members, choose one"),
        (bytes(encrypted), "some-idx-file: damaged zip file: .*encrypted"),
        (zipped(images=GOOD)[:-9], "some-idx-file: damaged zip file: File is not a zip file"),
        (zipped(zipfile.ZIP_STORED, images=GOOD).replace(GOOD, GOOD[:-1] + b"!"), "damaged zip file: Bad CRC-32"),
        (zipped(**{f"m{i}": b"" for i in range(21)}), "of 21 members, choose one by member=: 'm0', .*'m19', ...$"),
    ]:
        path = written(tmp_path, content)
        tracemalloc.start()
        with pytest.raises(ValueError, match=message):
            data.load_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
        tracemalloc.stop()
        with open(path, "rb") as file, pytest.raises(ValueError, match=message):
            data.load_idx(file)
    with pytest.raises(ValueError, match=r"^the file: damaged zip file"):
        data.load_idx(io.BytesIO(b"PK\3\4"))
    with pytest.raises(ValueError, match=r"^the file: member='images' was asked for, but this is no zip file"):
        data.load_idx(io.BytesIO(GOOD), member="images")
    with pytest.raises(TypeError, match="member must be the name of a zip file's member, got 0"):
        data.load_idx(io.BytesIO(GOOD), member=0)


def test_what_is_no_file_of_bytes_is_refused(tmp_path):
    unseekable = io.BytesIO(GOOD)
    unseekable.seekable = lambda: False
    with open(written(tmp_path, GOOD), encoding="utf-8") as text:
        for wrong in (text, io.StringIO("text"), unseekable, 3, None):
            said = f"a file that is open for reading bytes and can seek, got {wrong!r}"
            with pytest.raises(TypeError, match=re.escape(said)):
                data.load_idx(wrong)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@fuzz
@given(
    kind=st.sampled_from(TYPES), shape=st.lists(st.integers(0, 4), min_size=1, max_size=4), seed=st.integers(0, 2**31),
    packed=st.booleans(),
)  # fmt: skip
def test_what_was_written_is_read(folder, kind, shape, seed, packed):
    code, letter, dtype, _ = kind
    wanted = np.random.RandomState(seed).randint(0, 100, shape).astype(dtype)
    content = idx(code, shape, struct.pack(f">{wanted.size}{letter}", *wanted.ravel().tolist()))
    found = data.load_idx(written(folder, gzip.compress(content) if packed else content))
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)


@fuzz
@given(
    changes=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 255)), min_size=1, max_size=4),
    cut=st.integers(0, 50), tail=st.binary(max_size=3), packed=st.booleans(),
)  # fmt: skip
def test_any_damage_is_an_error_or_a_valid_file(folder, changes, cut, tail, packed):
    content = bytearray(gzip.compress(GOOD) if packed else GOOD)
    for place, value in changes:
        content[place % len(content)] = value
    content = bytes(content[:cut]) + tail if cut < len(content) else bytes(content)
    try:
        found = data.load_idx(written(folder, content))
    except ValueError:
        return
    plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    assert plain[:2] == b"\0\0"
    assert found.shape == struct.unpack(f">{plain[3]}i", plain[4 : 4 + 4 * plain[3]])
    assert found.nbytes == len(plain) - 4 - 4 * plain[3]
    assert found.astype(found.dtype.newbyteorder(">")).tobytes() == plain[4 + 4 * plain[3] :]


@fuzz
@given(
    changes=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), min_size=1, max_size=4),
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]), packed=st.booleans(),
)  # fmt: skip
def test_a_damaged_zip_file_is_an_error_or_read_rightly(folder, changes, method, packed):
    content = bytearray(zipped(method, images=gzip.compress(GOOD) if packed else GOOD))
    for place, value in changes:
        content[place % len(content)] = value
    with contextlib.suppress(ValueError):
        np.testing.assert_array_equal(data.load_idx(written(folder, bytes(content))), np.arange(6).reshape(2, 3))


@fuzz
@given(start=st.sampled_from([b"", b"\0\0", b"\0\0\x08\x01\0\0\0", b"\x1f\x8b\x08"]), rest=st.binary(max_size=64))
def test_any_bytes_are_an_error_or_an_array(folder, start, rest):
    with contextlib.suppress(ValueError):
        assert isinstance(data.load_idx(written(folder, start + rest)), np.ndarray)
