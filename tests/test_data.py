"""Digits, photographs and IDX files, against scikit-learn's own arrays and bytes packed by hand."""

import gzip
import io
import re
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from forged import BOMB, refusal
from sklearn.datasets import load_digits, load_sample_image

from cnn_course import data

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
    "empty and larger than any array": (idx(8, (0, *[2**31 - 1] * 3), b""), "array is too big"),
    "a second byte that is not zero": (b"\0\1" + GOOD[2:], "not an IDX file: it starts with the bytes 00 01"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(20), "not an IDX file: it starts with the bytes 89 50"),
    "a web page": (b"<!DOCTYPE html><title>404</title>", r"bytes 3c 21 44 4f, .* \(it looks like a web page"),
    "a Git LFS pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "it looks like a Git LFS pointer, in whose place `git lfs pull` puts the file",
    ),
    "some text": (b"version 2", r"not an IDX file: it starts with the bytes 76 65 72 73, not with 00 00$"),
}
PACKED = gzip.compress(GOOD)
WRONG_GZIP = {
    "cut": (PACKED[:-9], "damaged gzip data: "),
    "cut at once": (PACKED[:20], "damaged gzip data: "),
    "damaged within": (PACKED[:12] + b"\xff\xff" + PACKED[14:], "damaged gzip data: "),
    "garbage after the end": (PACKED + b"garbage", "damaged gzip data: Not a gzipped file"),
    "another IDX file after the end": (PACKED + PACKED, "data after the 6 bytes"),
    "a damaged member after the end": (PACKED + gzip.compress(b"")[:-1], "damaged gzip data: "),
    "data without end after the end": (PACKED + gzip.compress(BOMB), "data after the 6 bytes"),
    "wrong checksum": (PACKED[:-8] + bytes(8), "damaged gzip data: CRC check failed"),
    "wrong length": (PACKED[:-4] + b"\7\0\0\0", "damaged gzip data: Incorrect length"),
    "packed twice": (gzip.compress(PACKED), "not an IDX file: it starts with the bytes 1f 8b 08"),
    "nothing but zeros": (gzip.compress(BOMB), "unknown IDX element type 0x00"),
    "packed without a method": (b"\x1f\x8b\x07" + PACKED[3:], "Unknown compression method"),
    "a zip file": (gzip.compress(b"PK\x03\x04" + bytes(20)), r"bytes 50 4b 03 04, .* \(it looks like a zip file"),
}


WRONG |= {f"{name}, packed": (gzip.compress(content), message) for name, (content, message) in WRONG.items()}


@pytest.mark.parametrize(("content", "message"), (WRONG | WRONG_GZIP).values(), ids=WRONG | WRONG_GZIP)
def test_what_is_wrong_is_said_and_costs_no_memory(tmp_path, content, message):
    path = written(tmp_path, content)
    assert re.search(message, refusal(lambda: data.load_idx(path), path))


INFINITIES = idx(0x0E, (3,), struct.pack(">3d", np.nan, np.inf, -np.inf))
UNUSUAL = {
    "members one after another": (gzip.compress(GOOD[:7]) + gzip.compress(GOOD[7:]), np.arange(6).reshape(2, 3)),
    "an empty member": (PACKED + gzip.compress(b""), np.arange(6).reshape(2, 3)),
    "zeros after the end": (PACKED + bytes(512), np.arange(6).reshape(2, 3)),
    "a name and a comment": (b"\x1f\x8b\x08\x18" + bytes(6) + b"a\0b\0" + PACKED[10:], np.arange(6).reshape(2, 3)),
    "NaN and infinity": (INFINITIES, np.array([np.nan, np.inf, -np.inf])),
    "NaN and infinity packed": (gzip.compress(INFINITIES), np.array([np.nan, np.inf, -np.inf])),
}


@pytest.mark.parametrize(("content", "wanted"), UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_files_are_read(tmp_path, content, wanted):
    np.testing.assert_array_equal(data.load_idx(written(tmp_path, content)), wanted)


def test_limit_can_be_set(tmp_path):
    path = written(tmp_path, GOOD)
    assert data.load_idx(path, max_bytes=6).shape == (2, 3)
    with pytest.raises(ValueError, match="is 6 bytes; max_bytes is 5"):
        data.load_idx(path, max_bytes=5)


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
    encrypted = bytearray(zipped(images=GOOD))
    encrypted[6] |= 1  # the flag in the member's own header, and in the directory
    encrypted[encrypted.rindex(b"PK\1\2") + 8] |= 1
    for content, message in [
        (zipped(images=GOOD + BOMB), "some-idx-file: images: there is data after the 6 bytes"),
        (zipped(images=b"<html>"), "some-idx-file: images: not an IDX file.*a web page"),
        (zipped(images=gzip.compress(GOOD)[:-3]), "some-idx-file: images: damaged gzip data"),
        (zipped(zipfile.ZIP_BZIP2, images=GOOD), "some-idx-file: images: packed in a way that may unpack without end"),
        (zipped(zipfile.ZIP_LZMA, images=GOOD), "some-idx-file: images: packed in a way that may unpack without end"),
        (zipped(), "some-idx-file: a zip file of 0 members, choose one"),
        (bytes(encrypted), "some-idx-file: damaged zip file: .*encrypted"),
        (b"PK\x03\x04" + bytes(20), "damaged zip file: File is not a zip file"),
        (zipped(images=GOOD)[:-9], "some-idx-file: damaged zip file: File is not a zip file"),
        (zipped(zipfile.ZIP_STORED, images=GOOD).replace(GOOD, GOOD[:-1] + b"!"), "damaged zip file: Bad CRC-32"),
        (zipped(**{f"m{i}": b"" for i in range(21)}), "of 21 members, choose one by member=: 'm0', .*'m19', ...$"),
    ]:
        path = written(tmp_path, content)
        assert re.search(message, refusal(lambda path=path: data.load_idx(path), path))
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
