"""The explorer with photographs under a kernel; its numbers are the library's."""

from __future__ import annotations

import io
import itertools
import json
import re
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from browser import APART, MISPLACED, SIZES
from test_explorers import TRAITS, core, explorers, line, reader, state_of

import cnn_course as cc
from cnn_course import data

pytest.importorskip("sklearn", reason="the photographs and the digits come with scikit-learn")

__all__ = ["reader"]

OWN = {
    "pictures": {"picture", "preset", "weight", "size", "stride", "padding", "signed", "grey", "flip", "position"},
}
LIVE = "document.querySelector('.cc-explorer [aria-live]').textContent"
Z = ((0, 0, 0), (0, 1, 0), (0, 0, 0))
NAMES = explorers.pictures.__globals__["KERNELS"]
KERNELS = [  # in the order of the chips, at 3 by 3
    Z, np.full((3, 3), 1 / 9), np.ones((3, 3)), ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), ((-1, -2, -1), (0, 0, 0), (1, 2, 1)), ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
]  # fmt: skip


# ------------------------------------------------------------------------------------------------- what both have alike


@pytest.fixture(scope="module")
def boxes() -> dict[str, Any]:
    return {"pictures": explorers.pictures()}


def test_every_kernel_is_tried_here() -> None:
    told = "KERNELS of pictures.py, ANY and THREE of pictures.js and KERNELS here are one list, in one order"
    assert len(KERNELS) == len(NAMES) - 1, told


def test_every_explorer_is_tested_here_or_there() -> None:
    assert set(explorers.__all__) - {"questions"} == TRAITS.keys() | OWN.keys() | {"draw_a_digit"}


@pytest.mark.parametrize("name", OWN)
def test_python_holds_what_the_page_needs(boxes: dict[str, Any], name: str) -> None:
    box, widget = boxes[name], core(boxes[name])
    assert set(widget.defaults) == OWN[name]
    assert repr(box) == f"explorers.{name}()"
    assert "0x" not in repr(widget)
    drawn = [control["trait"] for control in widget.controls]
    assert set(drawn) == OWN[name] - {"weight", "position"}
    assert [control["label"] for control in widget.controls] == [
        one.description for one in box.children[1].children[:-1]
    ]
    few = core(explorers.pictures(controls=["preset", "flip"]))
    assert [control["trait"] for control in few.controls] == ["preset", "flip"]


@pytest.mark.parametrize("name", OWN)
def test_a_module_needs_no_import(boxes: dict[str, Any], name: str) -> None:
    text = str(core(boxes[name])._esm)
    assert not re.search(r"^\s*import\b|\bimport\(|https?:(?!//www.w3.org/)|\bfetch\(|\beval\(", text, re.M)
    for row in text.splitlines():  # the page stores it without indentation: no text may go over a line
        assert row.count("`") % 2 == 0, row


@pytest.mark.parametrize("size", [3, 5, 7])
def test_a_larger_kernel_leaves_the_pictures_beside_it(reader: Any, size: int) -> None:
    tab = reader(explorers.pictures(kernel_size=size), viewport={"width": 1440, "height": 900})
    photo, result = (canvas.bounding_box() for canvas in tab.locator(".cc-image canvas").all())
    kernel = tab.locator(".cc-kernel .cc-cells").bounding_box()
    assert photo["x"] + photo["width"] < kernel["x"] < kernel["x"] + kernel["width"] < result["x"]
    assert photo["width"] > 300


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("address", ["", "#pictures.size=7&pictures.preset=box+blur", "#pictures.picture=your+own"])
def test_pictures_are_on_one_screen(reader: Any, size: tuple[int, int], address: str) -> None:
    tab = reader(explorers.pictures(), address=address, viewport=dict(zip(("width", "height"), size, strict=True)))
    tab.add_style_tag(content="body { margin: 0 } main { max-width: 65rem; margin: 0 auto; padding: 0 1rem 40rem }")
    tab.wait_for_timeout(100)
    assert tab.evaluate(MISPLACED) == []
    assert tab.evaluate(APART) == []
    one = "e.checkVisibility() && e.tabIndex === 0 && (e.type !== 'radio' || e.checked)"  # a group is one stop
    stops = f"(all) => all.filter((e) => {one}).length"
    assert 2 <= tab.locator(".cc-explorer *").evaluate_all(stops) <= 12


@pytest.mark.parametrize(
    "address",
    ["#pictures.picture=9&pictures.weight=x_1&pictures.size=7&pictures.preset=your+own+numbers",
     "#pictures.position=1e9&pictures.signed=-3&pictures.stride=0&pictures.padding=full"],
)  # fmt: skip
def test_any_address_opens(reader: Any, boxes: dict[str, Any], address: str) -> None:
    tab = reader(boxes[address[1:].split(".")[0]], address=address)
    text = tab.locator(".cc-explorer").text_content()
    assert not re.search(r"NaN|undefined|null|Infinity|\[object", text), text


# ------------------------------------------------------------------------------------------------- kernels on pictures


def photographs() -> np.ndarray:
    """Return the two photographs as the explorer ships them, (2, H, W, 3)."""
    widget = core(explorers.pictures())
    return np.frombuffer(widget.photographs, np.uint8).reshape(2, *widget.shape, 3)


def channels(picture: np.ndarray, grey: bool) -> list[np.ndarray]:
    """Return what is filtered: each colour alone, or whole numbers of grey."""
    red, green, blue = np.moveaxis(picture.astype(float), -1, 0)
    return [np.floor(0.299 * red + 0.587 * green + 0.114 * blue + 0.5)] if grey else [red, green, blue]


def stored_bytes(box: Any) -> int:
    """Return how much of a page an explorer's binary values take."""
    return len(json.dumps(state_of(box)[core(box).model_id]["buffers"]))


def filtered(picture: np.ndarray, weight: Any, state: dict[str, Any]) -> np.ndarray:
    operation = cc.convolve2d if state["flip"] else cc.correlate2d
    step, weight, mode = state.get("stride", 1), np.array(weight, float), "valid"
    x = np.stack(channels(picture, state["grey"]))
    if state["padding"] == "repeat":
        edge = len(weight) // 2
        x = np.pad(x, ((0, 0), (edge, edge), (edge, edge)), mode="edge")
    elif state["padding"] == "zeros":
        mode = "same"
    return np.stack([operation(channel, weight, mode)[::step, ::step] for channel in x])


def test_pictures_ships_the_library_s_photographs_in_few_bytes() -> None:
    for shipped, name in zip(photographs(), ("china", "flower"), strict=True):
        np.testing.assert_allclose(shipped / 255, data.photograph(name, size=120).transpose(1, 2, 0), atol=0.51 / 255)
    assert stored_bytes(explorers.pictures()) < 80_000


def test_pictures_gives_the_library_s_numbers(call: Any) -> None:
    random, box = np.random.RandomState(0), explorers.pictures()
    paddings = ("valid", "zeros", "repeat")
    cases = list(itertools.product((3, 5, 7), paddings, (False, True), (False, True)))
    for at, (k, padding, flip, grey) in enumerate(cases):
        weight = random.randn(k, k) * 10.0 ** random.randint(-3, 3)
        picture = photographs()[at % 2] if at % 3 else random.randint(0, 256, (k + at % 4, 40, 3)).astype(np.uint8)
        state = {
            "size": k,
            "padding": padding,
            "flip": flip,
            "grey": grey,
            "signed": at // 4 % 2 > 0,
            "stride": 1 + at % 4,
        }
        found = call(
            box, "filter(split(Uint8Array.from(a[0]), a[1], a[2], 3), a[3]).y.map((y) => Array.from(y))",
            picture.ravel().tolist(), *picture.shape[:2], state | {"weight": weight.ravel().tolist()},
        )  # fmt: skip
        expected = filtered(picture, weight, state)
        tiny = 1e-6 * np.abs(weight).max()
        np.testing.assert_allclose(np.reshape(found, expected.shape), expected, rtol=1e-6, atol=tiny)


def visible(channels: np.ndarray) -> np.ndarray:
    """Return one or three channels as (H, W, 3), cut off at 0 and 255."""
    return np.clip(np.broadcast_to(channels, (3, *channels.shape[1:])), 0, 255).transpose(1, 2, 0)


SEE = """() => ({
  pictures: [...document.querySelectorAll(".cc-print canvas")].map((canvas) => ({
    size: [canvas.height, canvas.width],
    bytes: [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data],
  })),
  grids: Object.fromEntries([...document.querySelectorAll(".cc-panel:not([hidden]) [role=grid]")].map((grid) =>
    [grid.getAttribute("aria-label"),
     [...grid.querySelectorAll("[role=gridcell]")].map((cell) => Number(cell.dataset.value) || 0)])),
  bold: [...document.querySelectorAll(".cc-sum b")].map((node) => node.textContent),
  lines: [...document.querySelectorAll(".cc-sum")].map((node) => node.textContent).filter(Boolean),
  trouble: document.querySelector(".cc-trouble").textContent,
  words: document.querySelector(".cc-explorer p[id$=words]").textContent,
  hash: location.hash,
})"""


def see(tab: Any) -> dict[str, Any]:
    seen = tab.evaluate(SEE)
    for shown in seen["pictures"]:
        shown["rgba"] = np.array(shown["bytes"], np.uint8).reshape(*shown["size"], 4)
    return seen


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_pictures_shows_every_preset_as_the_library_computes_it(reader: Any) -> None:
    tab = reader(explorers.pictures())
    of_any_size = [np.zeros, lambda shape: np.full(shape, 1 / np.prod(shape)), np.ones]
    cases = [*itertools.product(range(3), (3, 5, 7)), *((preset, 3) for preset in range(3, len(KERNELS)))]
    for at, (preset, k) in enumerate(cases):
        padding = ("valid", "zeros", "repeat")[at % 3]
        state = {"picture": ("china", "flower")[at % 2], "preset": NAMES[preset], "size": k, "padding": padding,
                 "flip": at % 3 == 0, "grey": at % 5 < 2, "stride": 1 + at % 2, "position": 150 * at + 3}  # fmt: skip
        text = {trait: value if isinstance(value, str) else int(value) for trait, value in state.items()}
        tab.evaluate("(hash) => { location.hash = hash; }", urlencode({f"pictures.{key}": text[key] for key in text}))
        weight = np.array(KERNELS[preset], float) if k == 3 else of_any_size[preset]((k, k))
        if preset == 0:
            weight[k // 2, k // 2] = 1
        expected = filtered(photographs()[at % 2], weight, state)
        i, j = divmod(state["position"], expected.shape[2])
        told = f"document.querySelector('.cc-sum').textContent.includes('output[{i}, {j}]')"
        tab.wait_for_function(told)
        seen = see(tab)
        shown = seen["pictures"][1]["rgba"][..., :3]
        (kernel,) = (values for name, values in seen["grids"].items() if name.startswith("kernel"))
        np.testing.assert_allclose(kernel, np.ravel(weight))
        np.testing.assert_allclose(shown, visible(expected), atol=0.51)
        edge = k // 2 if padding != "valid" else 0
        picture = visible(np.stack(channels(photographs()[at % 2], state["grey"])))
        around = ((edge, edge), (edge, edge), (0, 0))
        padded = np.pad(picture, around, **({"mode": "edge"} if padding == "repeat" else {}))
        np.testing.assert_array_equal(seen["pictures"][0]["rgba"][..., :3], padded)
        np.testing.assert_allclose([number(text) for text in seen["bold"]], expected[:, i, j], rtol=1e-3, atol=1e-4)
        if k == 3:
            left, right = (
                part.replace("−", "-").replace("·", "*") for part in re.split(" [=≈] ", seen["lines"][0])[1:]
            )
            assert eval(left) == pytest.approx(float(right), rel=2e-3, abs=0.1)


def test_the_window_keeps_its_place_when_padding_or_stride_change(reader: Any) -> None:
    tab = reader(explorers.pictures(grey=True))  # the middle of the window: row 19, column 30
    for label, place in (("zeros", "[19, 30]"), ("repeat", "[19, 30]"), ("valid", "[18, 29]")):
        tab.get_by_label(label, exact=True).check()
        assert line(tab).startswith(f"output{place} ")
    tab.get_by_label("stride s", exact=True).fill("3")
    assert line(tab).startswith("output[6, 10] ")


def test_pictures_signed_view_is_red_below_zero_and_blue_above(reader: Any) -> None:
    tab = reader(explorers.pictures(kernel="Laplacian", view="signed"))
    state = {"padding": "valid", "flip": False, "grey": False}
    expected = np.tensordot([0.299, 0.587, 0.114], filtered(photographs()[0], KERNELS[6], state), axes=1)
    red, _, blue, opaque = np.moveaxis(see(tab)["pictures"][1]["rgba"].astype(int), -1, 0)
    strong = np.abs(expected) > 0.02 * np.abs(expected).max()
    np.testing.assert_array_equal((blue - red)[strong] > 0, expected[strong] > 0)
    assert (opaque == 255).all()
    assert red.flat[np.argmin(expected)] > blue.flat[np.argmin(expected)]


def png(picture: np.ndarray) -> bytes:
    image = pytest.importorskip("PIL.Image", reason="Pillow writes the test's picture")
    file = io.BytesIO()
    image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def choose(tab: Any, content: bytes, name: str = "mine.png", kind: str = "image/png") -> None:
    tab.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def test_a_picture_of_one_s_own_is_filtered_and_stays_on_the_page(reader: Any) -> None:
    mine = np.random.RandomState(1).randint(0, 256, (20, 30, 3)).astype(np.uint8)
    tab = reader(explorers.pictures(kernel="sharpen"))
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    choose(tab, png(mine))
    tab.wait_for_function("document.querySelector('.cc-print canvas').width === 30")
    seen = see(tab)
    np.testing.assert_array_equal(seen["pictures"][0]["rgba"][..., :3], mine)
    expected = filtered(mine, KERNELS[3], {"flip": False, "padding": "valid", "grey": False})
    np.testing.assert_allclose(seen["pictures"][1]["rgba"][..., :3], visible(expected), atol=0.51)
    tab.wait_for_function("location.hash")
    assert re.fullmatch(r"#pictures.picture=your\+own(&pictures.position=\d+)?", tab.evaluate("location.hash"))
    assert all(url.startswith("blob:") for url in requests)
    tab.get_by_label("flower", exact=True).check()
    tab.get_by_label("your own", exact=True).check()
    assert see(tab)["pictures"][0]["size"] == [20, 30]


def test_pictures_of_one_s_own_are_made_smaller_and_what_is_none_is_refused(reader: Any) -> None:
    tab = reader(explorers.pictures())
    tab.get_by_label("your own", exact=True).check()
    assert "no picture of yours yet" in see(tab)["trouble"]
    choose(tab, b"hello", "notes.txt", "text/plain")
    tab.wait_for_function("document.querySelector('.cc-trouble').textContent.includes('notes.txt')")
    choose(tab, png(np.full((300, 600, 3), 77, np.uint8)))
    tab.wait_for_function("document.querySelector('.cc-print canvas').width === 256")
    seen = see(tab)
    assert (seen["pictures"][0]["size"], seen["trouble"]) == ([128, 256], "")
    choose(tab, png(np.full((1, 1, 3), 9, np.uint8)))
    tab.wait_for_function("document.querySelector('.cc-trouble').textContent")
    assert "1 by 1" in see(tab)["trouble"]
    tab.get_by_role("button", name="padding with zeros").click()
    seen = see(tab)
    assert (seen["trouble"], seen["pictures"][1]["size"], seen["bold"]) == ("", [1, 1], ["1"] * 3)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" {}><path d="M0 0h30v20H0z" fill="#f00"/></svg>'


def test_pictures_of_every_usual_kind_are_drawn(reader: Any) -> None:
    tab, red = reader(explorers.pictures(kernel="identity")), np.full((20, 30, 3), (255, 0, 0), np.uint8)
    image = pytest.importorskip("PIL.Image", reason="Pillow writes the test's pictures")
    files = {f"mine.{kind}": io.BytesIO() for kind in ("png", "jpeg", "gif", "bmp", "webp", "avif")}
    for name, file in files.items():
        image.fromarray(red).save(file, name[5:])
    kinds = {name: (file.getvalue(), f"image/{name[5:]}", (20, 30)) for name, file in files.items()}
    kinds["size.svg"] = (SVG.format('width="30" height="20"').encode(), "image/svg+xml", (20, 30))
    kinds["box.svg"] = (SVG.format('viewBox="0 0 30 20"').encode(), "image/svg+xml", (171, 256))
    kinds["share.svg"] = (SVG.format('width="100%" viewBox="0,0,30,20"').encode(), "image/svg+xml", (171, 256))
    kinds["large.svg"] = (
        SVG.format('width="3000" height="2000" viewBox="0 0 30 20"').encode(),
        "image/svg+xml",
        (171, 256),
    )
    for name, (content, kind, (rows, cols)) in kinds.items():
        tab.get_by_label("china", exact=True).check()
        choose(tab, content, name, kind)
        tab.wait_for_function(f"document.querySelector('.cc-print canvas').width === {cols}", timeout=5000)
        seen = see(tab)
        assert (seen["trouble"], seen["pictures"][0]["size"]) == ("", [rows, cols]), name
        np.testing.assert_allclose(seen["pictures"][0]["rgba"][rows // 2, cols // 2, :3], [255, 0, 0], atol=6)


UNDRAWN = "is a picture in the format {}, which this browser does not draw: save it as JPEG or PNG."
DAMAGED = "begins as {} does, but cannot be drawn: it is damaged, cut off or too large. Save it again as JPEG or PNG."
NONE = "is no picture: its bytes begin like none. A PNG, JPEG, GIF, WebP, BMP or SVG can be drawn."
OPEN_SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><path"
BAD = {  # files that are no pictures, or none that Chromium draws, and what is said of each
    "photo.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64, UNDRAWN.format("HEIC")),
    "scan.tiff": (b"II*\0\x08\0\0\0" + b"\0" * 64, UNDRAWN.format("TIFF")),
    "short.png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", DAMAGED.format("PNG")),
    "short.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF", DAMAGED.format("JPEG")),
    "bad.svg": (OPEN_SVG, DAMAGED.format("SVG")),
    "empty.png": (b"", "is empty: it holds 0 bytes."),
    "notes.png": (b"Dear diary", NONE),
    "page <b>'1'</b>.jpg": (b"<!doctype html><p>404", NONE),
}


def test_what_cannot_be_drawn_is_refused_in_a_sentence_that_helps(reader: Any) -> None:
    tab = reader(explorers.pictures())
    for name, (content, says) in BAD.items():
        choose(tab, content, name, "image/png")
        tab.wait_for_function("(name) => document.querySelector('.cc-trouble').textContent.includes(name)", arg=name)
        assert see(tab)["trouble"] == f"“{name}” {says}"


def test_the_camera_gives_a_frame_or_a_sentence(reader: Any) -> None:
    tab = reader(explorers.pictures(kernel="identity"))
    tab.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no')); }")
    tab.get_by_role("button", name="Use the camera").click()
    tab.wait_for_function("document.querySelector('.cc-trouble').textContent.startsWith('The camera did not open')")
    tab.evaluate("""() => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
      const context = canvas.getContext("2d");
      context.fillStyle = "#ff0000";
      const draw = () => { context.fillRect(0, 0, 64, 48); requestAnimationFrame(draw); };
      draw();
      navigator.mediaDevices.getUserMedia = async () => (window.stream = canvas.captureStream(30));
    }""")
    tab.get_by_role("button", name="Use the camera").click()
    tab.wait_for_function("document.querySelector('.cc-print canvas').width === 64")
    tab.get_by_role("button", name="Keep this frame").click()
    seen = see(tab)
    assert seen["trouble"] == ""
    red, green, blue = seen["pictures"][0]["rgba"][24, 32, :3]
    assert (red > 180, green < 80, blue < 80) == (True, True, True)
    assert tab.evaluate("window.stream.getTracks().every((track) => track.readyState === 'ended')")
    assert tab.get_by_role("button", name="Use the camera").is_visible()


def test_keys_and_the_pointer_move_the_window_over_a_picture(reader: Any) -> None:
    tab = reader(explorers.pictures(kernel="Sobel, vertical", grey=True))
    tab.locator("canvas").last.focus()
    for key, place in (
        ("ArrowRight", (18, 30)),
        ("ArrowDown", (19, 30)),
        ("Shift+ArrowRight", (19, 38)),
        ("Shift+ArrowUp", (11, 38)),
    ):
        tab.keyboard.press(key)
        assert line(tab).startswith(f"output[{place[0]}, {place[1]}] = ")
    box = tab.locator("canvas").first.bounding_box()
    tab.mouse.move(box["x"] + 60, box["y"] + 60)
    tab.mouse.down()
    tab.mouse.move(box["x"] - 30, box["y"] - 30, steps=4)
    tab.mouse.up()
    assert line(tab).startswith("output[0, 0] = ")
    tab.locator("canvas").last.focus()
    for key in ("ArrowLeft", "ArrowUp"):
        tab.keyboard.press(key)
    assert line(tab).startswith("output[0, 0] = ")
    frame = tab.locator(".cc-print .cc-frame").first.bounding_box()
    assert frame["width"] == pytest.approx(box["width"] * 3 / 120 + 6, abs=1)


def test_a_picture_is_dropped_or_pasted(reader: Any) -> None:
    mine = np.full((20, 30, 3), 77, np.uint8)
    script = """([bytes, kind]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], "mine.png", { type: "image/png" }));
      const place = document.querySelector(kind === "drop" ? ".cc-stage" : ".cc-print canvas");
      place.focus?.();
      const event = kind === "drop" ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
      place.dispatchEvent(event);
    }"""
    for kind in ("drop", "paste"):
        tab = reader(explorers.pictures(kernel="identity"))
        tab.evaluate(script, [list(png(mine)), kind])
        tab.wait_for_function("document.querySelector('.cc-print canvas').width === 30")
        assert tab.get_by_label("your own", exact=True).is_checked()


def test_an_edited_kernel_is_your_own_and_another_size_keeps_its_middle(reader: Any) -> None:
    def weights() -> np.ndarray:
        (values,) = (values for name, values in see(tab)["grids"].items() if name.startswith("kernel"))
        return np.reshape(values, (round(len(values) ** 0.5), -1))

    tab = reader(explorers.pictures(kernel="Laplacian", grey=True))
    tab.get_by_label("kernel[0, 0]").fill("2.5")
    assert tab.get_by_label("your own numbers", exact=True).is_checked()
    tab.get_by_label("kernel k", exact=True).fill("5")
    grown = weights()
    np.testing.assert_array_equal(grown, np.pad([[2.5, 1, 0], [1, -4, 1], [0, 1, 0]], 1))
    tab.get_by_label("kernel k", exact=True).fill("3")
    np.testing.assert_array_equal(weights(), grown[1:4, 1:4])


def test_pictures_tells_its_state_in_words_and_in_the_address(reader: Any) -> None:
    tab = reader(explorers.pictures(kernel="Sobel, vertical", grey=True))
    tab.get_by_label("signed", exact=True).check()
    tab.wait_for_function("location.hash")
    assert tab.evaluate("location.hash") == "#pictures.signed=1"
    words = see(tab)["words"]
    assert "kernel 3 by 3, rows −1, 0, 1; −2, 0, 2; −1, 0, 1" in words
    assert "Output 78 by 118, from " in words
    again = reader(explorers.pictures(), address="#pictures.preset=Laplacian&pictures.grey=1&pictures.position=200")
    assert line(again).startswith("output[1, 82] = ")
    again.locator("canvas").last.press("ArrowRight")
    again.get_by_label("flip", exact=True).check()  # a symmetric kernel: no news, and the old is still said
    again.wait_for_function(f"{LIVE}.startsWith('output[1, 83] = ')")


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"picture": "your own"}, ValueError, "picture"),
        ({"kernel": "gauss"}, ValueError, "kernel"),
        ({"kernel_size": 4}, ValueError, "kernel_size must be 3, 5 or 7, got 4"),
        ({"padding": "full"}, ValueError, "padding"),
        ({"view": "grey"}, ValueError, "view"),
        ({"grey": "yes"}, TypeError, "grey"),
    ],
)
def test_a_wrong_option_of_pictures_is_named(options: dict[str, Any], kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=re.escape(says)):
        explorers.pictures(**options)
