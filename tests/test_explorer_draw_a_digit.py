"""Draw a digit: the numbers of every layer are the library's, and the network of chapter 8 reads many hands."""

from __future__ import annotations

import base64
import json
import re
import string
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browser import APART, MISPLACED, SIZES
from handwriting import HANDS, NONE, write
from test_explorers import DRAWN, core, explorers, line, reader, state_of

import cnn_course as cc
from cnn_course import data, layers, models, pen, training

pytest.importorskip("sklearn", reason="the digits come with scikit-learn")

__all__ = ["reader"]

TRAITS = {"source", "strokes", "pen", "layer", "position"}
LIVE = "document.querySelector('.cc-explorer [aria-live]').textContent"
SQUARE = "[data-draw]"
WAYS: dict[str, dict[str, Any]] = {  # in which a drawing may differ from an upright one in the middle
    "centred": {},
    "slanted right": {"slant": 0.35},
    "slanted left": {"slant": -0.35},
    "shifted": {"size": 0.6, "at": (0.66, 0.62)},
    "small": {"size": 0.35, "at": (0.25, 0.3)},
    "large": {"size": 1.2},
    "wide": {"wide": 1.5, "size": 0.6},
    "narrow": {"wide": 0.6},
    "unsure": {"slant": 0.15, "size": 0.7, "at": (0.4, 0.6), "shake": np.random.RandomState(0)},
}


@pytest.fixture(scope="module")
def model() -> Any:
    """Train LeNet-5 as chapter 8 does for this explorer."""
    loaded, lenet = data.digits(32), models.lenet5(np.random.RandomState(0), classes=11)
    drawings, kinds = pen.random_drawings(1800, np.random.RandomState(0))
    training.fit(
        lenet,
        np.concatenate([loaded.x_train[:1200], drawings]),
        np.concatenate([loaded.y_train[:1200], kinds]),
        optimizer=training.Adam(lenet, 2e-3),
        epochs=25,
        random_state=np.random.RandomState(0),
        schedule=training.cosine,
        augment=training.random_affine(1.5, 5, 1.15, slant=0.2),
        progress=False,
    )
    return lenet


@pytest.fixture(scope="module")
def untrained() -> Any:
    return models.lenet5(np.random.RandomState(0), classes=11)


def go(tab: Any, **state: object) -> None:
    """Go to a state by the address, as a link does."""
    tab.evaluate(
        "(hash) => { location.hash = hash; }",
        "&".join(f"draw_a_digit.{trait}={value}" for trait, value in state.items()),
    )
    tab.wait_for_timeout(80)


def cell(tab: Any) -> str:
    return tab.locator(".cc-cell-says").text_content()


def number(text: str) -> float:
    return float(text.replace("−", "-"))


# ---------------------------------------------------------------------------------------------------- what Python holds


def test_python_holds_what_the_page_needs(untrained: Any) -> None:
    box = explorers.draw_a_digit(untrained)
    widget, linked = core(box), box.children[1]
    assert {type(one)._model_name.default_value for one in (box, widget)} == DRAWN
    assert "cc-linked" in linked._dom_classes
    assert set(widget.defaults) == TRAITS
    assert repr(box) == "explorers.draw_a_digit()"
    assert "0x" not in repr(widget)
    assert [control["trait"] for control in widget.controls] == ["source", "pen"]
    assert [one.description for one in linked.children] == ["digit", "pen width", "layer", "position"]
    links = {tuple(link["state"]["source"]) for link in state_of(box).values() if link["model_name"] == "LinkModel"}
    mine = f"IPY_MODEL_{widget.model_id}"
    assert links == {(mine, trait) for trait in ("pen", "position", "last")}
    linked.children[2].value = "S4"
    assert widget.layer == "S4"


def test_the_module_needs_no_import(untrained: Any) -> None:
    module = str(core(explorers.draw_a_digit(untrained))._esm)
    assert not re.search(r"^\s*import\b|\bimport\(|https?:(?!//www.w3.org/)|\bfetch\(|\beval\(", module, re.M)


def stored_bytes(box: Any) -> int:
    """Return how much of a page an explorer's binary values take."""
    return len(json.dumps(state_of(box)[core(box).model_id]["buffers"]))


def stored(model: Any) -> Any:
    """Return a LeNet-5 with the weights that the explorer stores: whole numbers times a scale."""
    version = "lecture" if "Sigmoid" in repr(model) else "usual"
    box = core(explorers.draw_a_digit(model))
    copy, blob = models.lenet5(np.random.RandomState(1), version, classes=box.classes), box.weights
    params = copy.named_params()
    sizes = [len(param) for name, param in params.items() if name.endswith("bias")]
    floats = np.frombuffer(blob[-8 * sum(sizes) :], "<f4")
    letters = base64.b64encode(blob).decode()  # each stands for 6 bits
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    whole, row, at = np.array([alphabet.index(letter) - 31 for letter in letters.rstrip("=")]), 0, 0
    for name in [name.removesuffix(".bias") for name in params if name.endswith("bias")]:
        weight, bias = params[f"{name}.weight"], params[f"{name}.bias"]
        scale = floats[row : row + len(bias)].reshape(-1, *[1] * (weight.ndim - 1))
        weight[...] = scale * whole[at : at + weight.size].reshape(weight.shape)
        np.testing.assert_allclose(weight, model.named_params()[f"{name}.weight"], atol=0.51 * scale.max())
        bias[...] = floats[sum(sizes) + row : sum(sizes) + row + len(bias)]
        row, at = row + len(bias), at + weight.size
    assert (row, at) == (sum(sizes), 60_630 + 84 * box.classes)
    return copy


def test_the_stored_weights_are_small_and_as_good_as_the_model_s(model: Any) -> None:
    box = explorers.draw_a_digit(model)
    assert stored_bytes(box) < 75_000
    loaded = data.digits(32)
    assert training.accuracy(model, loaded.x_test, loaded.y_test) > 0.95  # it declines some
    copy = stored(model)
    same = training.predict(copy, loaded.x_test).argmax(1) == training.predict(model, loaded.x_test).argmax(1)
    assert same.mean() > 0.98


def test_the_training_digits_are_stored_in_four_bits(untrained: Any) -> None:
    widget, small = core(explorers.draw_a_digit(untrained)), data.digits(8)
    chosen = np.concatenate([np.flatnonzero(small.y_train == digit)[:20] for digit in range(10)])
    assert widget.known_labels == small.y_train[chosen].tolist()
    halves = np.frombuffer(widget.known, np.uint8)
    fours = np.stack([halves >> 4, halves & 15], axis=1).reshape(200, 64)
    np.testing.assert_allclose(fours / 15, small.x_train[chosen].reshape(200, 64), atol=0.51 / 15)


# --------------------------------------------------------------------------------------- the numbers are the library's

FORWARD = """forward(unpack(new DataView(Uint8Array.from(atob(a[0]), (c) => c.charCodeAt(0)).buffer), a[3]),
             Float64Array.from(a[1]), a[2]).map((layer) => Array.from(layer))"""


@pytest.mark.parametrize(("version", "classes"), [("usual", 10), ("usual", 11), ("lecture", 10)])
def test_every_layer_has_the_model_s_numbers(call: Any, version: str, classes: int) -> None:
    random = np.random.RandomState(3)
    lenet = models.lenet5(random, version, classes=classes)
    for param in lenet.named_params().values():
        param += 0.1 * random.randn(*param.shape).astype(np.float32)
    box, copy = explorers.draw_a_digit(lenet), stored(lenet)
    for x in (random.rand(1, 1, 32, 32).astype(np.float32), data.digits(32).x_test[5:6]):
        blob = base64.b64encode(core(box).weights).decode()
        found = call(box, FORWARD, blob, x.ravel().tolist(), core(box).sigmoid, classes)
        expected, y = [], x
        for layer in copy.layers:
            y = layer.forward(y)
            expected.append(y.ravel())
        for layer, wanted in zip(found, [expected[i] for i in (1, 2, 4, 5, 8, 10, 11)], strict=True):
            np.testing.assert_allclose(layer, wanted, rtol=1e-4, atol=1e-4)


def test_digits_are_enlarged_as_the_training_digits_are(call: Any, untrained: Any) -> None:
    box = explorers.draw_a_digit(untrained)
    small, large = data.digits(8), data.digits(32)
    for i in range(0, 300, 50):
        found = call(box, "Array.from(enlarge(a[0]))", np.round(16 * small.x_test[i]).ravel().tolist())
        np.testing.assert_allclose(np.reshape(found, (32, 32)), large.x_test[i, 0], atol=1e-6)


PREPARE = "Array.from(enlarge(prepare(a[0], a[1]).eight))"


@pytest.mark.parametrize("ink", [0.15, pen.INK, 0.4575])
def test_strokes_become_what_the_library_draws(call: Any, untrained: Any, ink: float) -> None:
    box = explorers.draw_a_digit(untrained)
    for digit in range(10):
        for hand, options in (
            ("round", {}),
            ("quick", WAYS["small"]),
            ("open", WAYS["wide"]),
            ("hooked", WAYS["narrow"]),
        ):
            strokes = write(digit, hand, **options)
            found = np.reshape(call(box, PREPARE, strokes, ink), (32, 32))
            off = np.abs(found - pen.draw(strokes, ink)[0])
            assert off.max() <= 1 / 16 + 1e-6  # where a half is rounded up or down
            assert off.mean() < 0.002


def test_strokes_become_like_the_training_digits(call: Any, untrained: Any) -> None:
    box = explorers.draw_a_digit(untrained)
    prepare = "Array.from(prepare(a[0]).eight)"
    for digit in range(10):
        there = call(box, prepare, write(digit, "round"))
        small = call(box, prepare, write(digit, "round", size=0.4, at=(0.3, 0.6)))
        assert np.abs(np.subtract(there, small)).max() <= 1
        eight = np.reshape(there, (8, 8))
        rows = np.flatnonzero(eight.sum(1) > 2)
        assert (rows[0], rows[-1]) == (0, 7)
        assert 0.22 < eight.mean() / 16 < 0.34
    wide = np.reshape(call(box, prepare, write(0, "careful")), (8, 8))  # squeezed to 22 pixels
    assert wide[:, [0, 7]].sum() == 0
    assert wide[:, [1, 6]].sum(0).min() > 0
    for strokes in ([[[0.5, 0.5]]], [[[0.1, 0.5], [0.9, 0.5]]], [[[0.5, 0.5], [0.5, 0.5]]], [[[0, 0]], [[1, 1]]]):
        eight = call(box, prepare, strokes)
        assert np.isfinite(eight).all()
        assert 0 < max(eight) <= 16


def test_a_drawing_as_text_is_the_drawing(call: Any, untrained: Any) -> None:
    box = explorers.draw_a_digit(untrained)
    there_and_back = "(() => { const text = toText(a[0]); return [text, fromText(text)]; })()"
    for hand in HANDS:
        for digit in range(10):
            strokes = write(digit, hand)
            text, back = call(box, there_and_back, strokes)
            assert re.fullmatch(r"[\w.-]+", text)  # which addresses keep as it is
            assert [stroke[0] for stroke in back] == [pytest.approx(stroke[0], abs=0.002) for stroke in strokes]
            off = pen.draw(strokes) - pen.draw(back)
            assert np.abs(off).max() < 0.2
    scribble = np.random.RandomState(0).rand(1, 2000, 2).tolist()
    assert call(box, there_and_back, scribble) == ["", []]
    smooth = [[[0.5 + 0.4 * np.cos(t), 0.5 + 0.4 * np.sin(t)] for t in np.linspace(0, 60, 3000)]]
    text, back = call(box, there_and_back, smooth)
    assert 100 < len(text) <= 900
    for wild in ("", "...", "a", "ab.c", "!!!!", "%F0", "zzz" * 400, "UgpTMoz"):
        for stroke in call(box, "fromText(a[0])", wild):
            assert stroke
            assert all(0 <= at <= 1 for point in stroke for at in point)


# ------------------------------------------------------------------------------------ what is read of drawings, and not


def as_drawn(strokes: list[Any]) -> np.ndarray:
    return pen.draw(strokes)[None]


@pytest.mark.parametrize("way", WAYS)
def test_drawings_of_every_hand_are_read(model: Any, way: str) -> None:
    copy = stored(model)
    wrong = []
    for hand in HANDS:
        for digit in range(10):
            scores = copy.forward(as_drawn(write(digit, hand, **WAYS[way])))[0, :10]
            if scores.argmax() != digit:
                wrong.append(f"{hand} {digit} as {scores.argmax()}")
    assert len(wrong) <= (1 if way == "centred" else 5), wrong  # of 50


def test_what_is_no_digit_is_declined_and_digits_seldom_are(model: Any) -> None:
    copy = stored(model)
    taken = [name for name, strokes in NONE.items() if copy.forward(as_drawn(strokes)).argmax() != pen.NO_DIGIT]
    assert len(taken) <= 2, taken
    declined = [
        copy.forward(as_drawn(write(digit, hand))).argmax() == pen.NO_DIGIT for hand in HANDS for digit in range(10)
    ]
    assert np.mean(declined) <= 0.02
    assert (training.predict(copy, data.digits(32).x_test).argmax(1) == pen.NO_DIGIT).mean() < 0.05


def draw(tab: Any, strokes: list[list[tuple[float, float]]], clear: bool = True) -> None:
    """Draw with the mouse on the square."""
    if clear:
        tab.get_by_role("button", name="Clear").click()
    box = tab.locator(SQUARE).bounding_box()
    at = lambda point: (box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"])  # noqa: E731
    for first, *others in strokes:
        tab.mouse.move(*at(first))
        tab.mouse.down()
        for point in others:
            tab.mouse.move(*at(point), steps=3)
        tab.mouse.up()


def read(tab: Any) -> int:
    """Return the digit that the network reads, once the drawing has been looked at."""
    tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return int(re.match(r"The network reads (\d) ", line(tab)).group(1))  # type: ignore[union-attr]


@pytest.mark.parametrize("hand", ["quick", "hooked"])
def test_ten_drawn_digits_are_recognised(reader: Any, model: Any, hand: str) -> None:
    tab = reader(explorers.draw_a_digit(model), viewport={"width": 1200, "height": 900})
    found = []
    for digit in range(10):
        draw(tab, write(digit, hand, **WAYS["unsure"]))
        found.append(read(tab))
    assert np.count_nonzero(np.array(found) == np.arange(10)) >= 9, found


def test_the_last_bar_is_that_of_a_network_that_may_decline(reader: Any, model: Any) -> None:
    tab, bar = reader(explorers.draw_a_digit(model)), ".cc-none > span"
    assert tab.locator(".cc-none").inner_text().startswith("if it may decline:")  # the ten bars above make 100 % alone
    draw(tab, NONE["plus"])
    assert read(tab) in range(10)
    assert line(tab).endswith(f"it says: none of these ({tab.locator(bar).inner_text()}).")
    draw(tab, write(3, "round"))
    assert read(tab) == 3
    assert "none" not in line(tab)
    assert number(tab.locator(bar).inner_text().split()[0]) < 50


def test_a_network_of_ten_classes_has_no_such_bar(reader: Any) -> None:
    tab = reader(explorers.draw_a_digit(models.lenet5(np.random.RandomState(0))))
    assert not tab.locator(".cc-none").is_visible()


def test_every_real_digit_is_read_as_the_stored_model_reads_it(reader: Any, model: Any) -> None:
    tab = reader(explorers.draw_a_digit(model))
    loaded, copy = data.digits(32), stored(model)
    chosen = [np.flatnonzero(loaded.y_test == digit)[0] for digit in range(10)]
    scores = copy.forward(loaded.x_test[chosen])
    shares, with_none = cc.softmax(scores[:, :10]), cc.softmax(scores)
    for digit, share in enumerate(shares):
        tab.get_by_label(f"a real {digit}", exact=True).check(force=True)
        assert read(tab) == share.argmax()
        assert f"It was written as {digit}." in line(tab)
        texts = [text.split() for text in tab.locator(".cc-bars li").all_inner_texts()]
        np.testing.assert_allclose([float(text[1]) / 100 for text in texts], share, atol=0.006)
        none = tab.locator(".cc-none > span").inner_text().split()[0]
        assert float(none) / 100 == pytest.approx(with_none[digit, 10], abs=0.006)


def test_the_nearest_training_digits_are_nearest(reader: Any, untrained: Any) -> None:
    tab, small = reader(explorers.draw_a_digit(untrained)), data.digits(8)
    chosen = np.concatenate([np.flatnonzero(small.y_train == digit)[:20] for digit in range(10)])
    for digit in (0, 4, 7):
        tab.get_by_label(f"a real {digit}", exact=True).check(force=True)
        x = small.x_test[np.flatnonzero(small.y_test == digit)[0]]
        order = ((np.round(15 * small.x_train[chosen]) / 15 - x) ** 2).sum(axis=(1, 2, 3)).argsort(kind="stable")[:6]
        expected = "nearest training digits: " + ", ".join(str(label) for label in small.y_train[chosen[order]])
        assert tab.locator(".cc-near").get_attribute("aria-label") == expected


# --------------------------------------------------------------------------------------------------- pen, keys, address


def test_the_keyboard_draws_a_one(reader: Any, model: Any) -> None:
    tab = reader(explorers.draw_a_digit(model))
    tab.get_by_label("Drawing square").focus()
    for key in ("ArrowUp",) * 12 + ("Space",) + ("Shift+ArrowDown",) * 6 + ("Space", "ArrowLeft"):
        tab.keyboard.press(key)
    assert read(tab) == 1
    tab.wait_for_function(f"{LIVE}.includes('Pen up at row 28, column 15')")
    assert tab.get_by_label("your drawing").is_checked()


def test_a_finger_draws_and_the_page_does_not_scroll(reader: Any, model: Any) -> None:
    tab = reader(explorers.draw_a_digit(model), has_touch=True, viewport={"width": 375, "height": 700})
    tab.locator(SQUARE).scroll_into_view_if_needed()
    box = tab.locator(SQUARE).bounding_box()
    fingers = tab.context.new_cdp_session(tab)
    before = tab.evaluate("scrollY")
    for points in write(3, "round"):
        for kind, (x, y) in zip(["touchStart", *["touchMove"] * (len(points) - 1)], points, strict=True):
            point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert read(tab) == 3
    assert tab.evaluate("scrollY") == before


def test_clear_and_undo(reader: Any, model: Any) -> None:
    tab = reader(explorers.draw_a_digit(model))
    blank = "document.querySelector('.cc-sum').textContent.startsWith('Draw a digit')"
    draw(tab, write(7, "round"))
    assert read(tab) == 7
    tab.get_by_role("button", name="Undo").click()
    tab.get_by_role("button", name="Undo").click()
    tab.wait_for_function(blank)
    draw(tab, write(0, "round"))
    assert read(tab) == 0
    tab.get_by_label("a real 5", exact=True).check(force=True)
    assert "It was written as 5." in line(tab)
    tab.get_by_label("your drawing", exact=True).check(force=True)  # it is still there
    assert read(tab) == 0
    tab.get_by_role("button", name="Clear").click()
    tab.wait_for_function(blank)
    assert tab.locator(".cc-bars li").first.inner_text().split() == ["0", "–"]


def test_undoing_the_first_stroke_brings_back_the_digit_that_it_took_the_place_of(reader: Any, model: Any) -> None:
    tab = reader(explorers.draw_a_digit(model))
    tab.get_by_label("a real 5", exact=True).check(force=True)
    draw(tab, write(0, "round"), clear=False)
    assert read(tab) == 0
    undo = tab.get_by_role("button", name="Undo")
    for _ in range(2):  # there is one stroke, and no more to undo
        undo.click()
        tab.wait_for_function("document.querySelector('.cc-sum').textContent.includes('It was written as 5.')")
    assert tab.get_by_label("a real 5", exact=True).is_checked()


def test_the_drawing_is_kept_in_the_address(reader: Any, model: Any) -> None:
    tab, strokes = reader(explorers.draw_a_digit(model)), write(4, "open")
    draw(tab, strokes)
    assert read(tab) == 4
    kept = "new URLSearchParams(location.hash.slice(1)).get('draw_a_digit.strokes')"
    tab.wait_for_function(f"(count) => {kept}?.split('.').length === count", arg=len(strokes))  # not the first alone
    hash, bars = tab.evaluate("location.hash"), tab.locator(".cc-reads").inner_text()
    assert len(hash) < 200
    again = reader(explorers.draw_a_digit(model), address=hash)
    again.wait_for_function("(bars) => document.querySelector('.cc-reads').innerText === bars", arg=bars)
    assert again.get_by_label("your drawing").is_checked()


def test_the_pen_s_width_is_seen(reader: Any, model: Any) -> None:
    tab = reader(explorers.draw_a_digit(model))
    draw(tab, write(2, "round"))
    ink = """() => { const canvas = document.querySelector(".cc-view-input canvas");
      const d = canvas.getContext("2d").getImageData(0, 0, 32, 32).data;
      return d.filter((_, i) => i % 4 === 0).reduce((a, b) => a + b); }"""
    inks = []
    for width in range(1, 6):
        tab.get_by_label("pen width").fill(str(width))
        assert read(tab) == 2
        inks.append(tab.evaluate(ink))
    assert inks == sorted(set(inks))


@pytest.mark.parametrize(
    "hash",
    ["source=99&layer=7&position=99999", "source=x&pen=1e9&strokes=!!", "pen=-5&position=2.5&layer=S4",
     "layer=&strokes=...", "source=your+drawing&strokes=UgpTMozMo.rYprfg&pen=many", "source=your+drawing"],
)  # fmt: skip
def test_any_address_opens(reader: Any, untrained: Any, hash: str) -> None:
    address = "#" + "&".join(f"draw_a_digit.{part}" for part in hash.split("&"))
    tab = reader(explorers.draw_a_digit(untrained), address=address)
    text = tab.locator(".cc-explorer").text_content()
    assert not re.search(r"NaN|undefined|null|Infinity|\[object", text), text
    assert tab.locator(".cc-marks rect").count() >= 2


def test_a_reader_s_choice_of_digits_is_shown(reader: Any, untrained: Any) -> None:
    small = data.digits(8)
    box = explorers.draw_a_digit(untrained, (small.x_test[:3], [4, 1, 4]), (small.x_train[:2], small.y_train[:2]))
    tab = reader(box)
    names = tab.locator(".cc-chip input").evaluate_all("(all) => all.map((one) => one.ariaLabel)")
    assert names == ["your drawing", "a real 4, no. 1", "a real 1", "a real 4, no. 3"]
    assert len(tab.locator(".cc-near canvas").all()) == 2
    many = explorers.draw_a_digit(untrained, (small.x_test[:40], small.y_test[:40]))
    assert len(reader(many).locator("select option").all()) == 41


# ----------------------------------------------------------------------------------------------------- cells and layers


def test_a_cell_says_what_it_is_and_what_it_sees(reader: Any, untrained: Any) -> None:
    tab = reader(explorers.draw_a_digit(untrained))
    windows = [{"kernel": 5}, {"kernel": 2, "stride": 2}, {"kernel": 5}, {"kernel": 2, "stride": 2}]
    x = data.digits(32).x_test[np.flatnonzero(data.digits(32).y_test == 3)[0]][None]
    outputs, y = [], x
    for layer in stored(untrained).layers:
        y = layer.forward(y)
        outputs.append(y[0])
    words = tab.locator(".cc-explorer p[id$=words]")
    for layer, (name, at) in enumerate(zip(("C1", "S2", "C3", "S4", "C5", "F6"), (1, 2, 4, 5, 8, 10), strict=True)):
        position = outputs[at].size * 3 // 5
        place = np.unravel_index(position, outputs[at].shape)
        go(tab, layer=name, position=position)
        value = float(outputs[at][place])
        assert number(tab.locator(".cc-cell-says b").inner_text()) == pytest.approx(value, abs=0.051)
        said = words.text_content()
        assert number(re.search(r" is (?:about )?([−\d.]+); it sees", said).group(1)) == pytest.approx(value, rel=1e-3)  # type: ignore[union-attr]
        if layer > 3:
            assert "sees all of the input" in cell(tab)
            continue
        (size, _), (stride, _), _ = cc.receptive_field(windows[: layer + 1])
        rows, columns = (f"{i * stride} to {i * stride + size - 1}" for i in place[1:])
        assert f"it sees rows {rows} and columns {columns} of the input." in said
        assert f"map {place[0]}, row {place[1]}, column {place[2]} sees {size} × {size} pixels" in cell(tab)


def grids(tab: Any) -> dict[str, np.ndarray]:
    found = tab.evaluate("""() => [...document.querySelectorAll(".cc-panel:not([hidden]) [role=grid]")].map((grid) => [
      grid.parentElement.className.match(/cc-lens-(\\w+)/)[1],
      [...grid.querySelectorAll("[role=row]")].map((row) =>
        [...row.children].map((cell) => Number(cell.dataset.value)))])""")
    return {name: np.array(rows) for name, rows in found}


def tiles(tab: Any) -> list[float]:
    return [number(text) for text in tab.locator(".cc-cell-says .cc-tile").all_inner_texts()]


def test_the_products_of_a_cell_of_c1_are_the_library_s(reader: Any, untrained: Any) -> None:
    tab, copy = reader(explorers.draw_a_digit(untrained)), stored(untrained)
    params = copy.named_params()
    x = data.digits(32).x_test[np.flatnonzero(data.digits(32).y_test == 3)[0]][0]
    for map_, i, j in ((0, 3, 14), (4, 13, 12), (5, 27, 20)):
        go(tab, layer="C1", position=(map_ * 28 + i) * 28 + j)
        seen, kernel = grids(tab), params["0.weight"][map_, 0]
        np.testing.assert_allclose(seen["window"], x[i : i + 5, j : j + 5], atol=1e-6)
        np.testing.assert_allclose(seen["kernel"], kernel, atol=1e-6)
        np.testing.assert_allclose(seen["products"], x[i : i + 5, j : j + 5] * kernel, atol=1e-6)
        total = float((x[i : i + 5, j : j + 5] * kernel).sum())
        expected = [total, params["0.bias"][map_], max(0, total + params["0.bias"][map_])]
        np.testing.assert_allclose(tiles(tab), expected, atol=0.0051)


def test_the_sums_of_other_cells_add_up(reader: Any, untrained: Any) -> None:
    tab, copy = reader(explorers.draw_a_digit(untrained)), stored(untrained)
    params, outputs = (
        copy.named_params(),
        [data.digits(32).x_test[np.flatnonzero(data.digits(32).y_test == 3)[0]][None]],
    )
    for layer in copy.layers:
        outputs.append(layer.forward(outputs[-1]))
    s2, c3, s4, flat, c5 = (outputs[at] for at in (3, 5, 6, 7, 9))
    go(tab, layer="C3", position=7 * 100 + 34)
    window, weight = s2[0, :, 3:8, 4:9], params["3.weight"][7]
    np.testing.assert_allclose(tiles(tab)[:6], (window * weight).sum(axis=(1, 2)), atol=0.0051)
    strongest = np.abs((window * weight).sum(axis=(1, 2))).argmax()
    np.testing.assert_allclose(grids(tab)["products"], (window * weight)[strongest], atol=1e-5)
    go(tab, layer="S4", position=7 * 25 + 7)
    np.testing.assert_allclose(grids(tab)["window"], c3[0, 7, 2:4, 4:6], atol=1e-5)
    assert tiles(tab)[-1] == pytest.approx(s4[0, 7, 1, 2], abs=0.0051)
    go(tab, layer="C5", position=11)
    np.testing.assert_allclose(tiles(tab)[:16], (flat[0] * params["7.weight"][11]).reshape(16, 25).sum(1), atol=0.0051)
    assert grids(tab) == {}
    go(tab, layer="F6", position=5)
    terms = c5[0] * params["9.weight"][5]
    np.testing.assert_allclose(tiles(tab)[:2], [terms[terms > 0].sum(), terms[terms < 0].sum()], atol=0.0051)


FRAMES = """() => { const stage = document.querySelector("[data-picture]").getBoundingClientRect();
  const halos = [...document.querySelectorAll(".cc-marks .cc-halo")];
  const inside = (canvas) => { const b = canvas.getBoundingClientRect(); return halos.map((r) => {
    const [x, y, w, h] = ["x", "y", "width", "height"].map((n) => Number(r.getAttribute(n)));
    const [left, top] = [stage.x + x + 1 - b.x, stage.y + y + 1 - b.y];
    return [left / b.width, top / b.height, (w - 2) / b.width, (h - 2) / b.height];
  }).filter(([x, y, w, h]) => x > -0.01 && y > -0.01 && x + w < 1.01 && y + h < 1.01); };
  return [...document.querySelectorAll(".cc-view canvas")].map((canvas) => inside(canvas)); }"""


def test_all_that_a_cell_sees_is_framed_in_every_layer_back_to_the_pen(reader: Any, untrained: Any) -> None:
    tab = reader(explorers.draw_a_digit(untrained), viewport={"width": 1440, "height": 900})
    go(tab, layer="S4", position=3 * 25 + 2 * 5 + 1)
    square, seen, c1, s2, c3, s4, *_ = tab.evaluate(FRAMES)
    assert [len(frames) for frames in (square, seen, c1, s2, c3, s4)] == [1, 1, 6, 6, 1, 1]
    for frame in (square[0], seen[0]):  # rows 8 to 23, columns 4 to 19 of 32
        np.testing.assert_allclose(frame, [4 / 32, 8 / 32, 16 / 32, 16 / 32], atol=0.01)
    np.testing.assert_allclose(np.array(c1)[:, 2], 12 / 59, atol=0.01)  # 28 + 3 + 28 pixels across
    np.testing.assert_allclose(np.array(s2)[:, 2], 6 / 29, atol=0.01)
    draw(tab, write(1, "careful", size=0.5, at=(0.25, 0.75)))  # a drawing is centred and enlarged; the frame goes back
    tab.wait_for_timeout(100)
    x, y, _, h = tab.evaluate(FRAMES)[0][0]
    assert 0 <= x < 0.3
    assert 0.5 < y < 0.75
    assert h == pytest.approx(0.5 * 0.8 * 16 / 28, abs=0.05)


def test_pointing_looks_and_a_press_chooses(reader: Any, untrained: Any) -> None:
    tab = reader(explorers.draw_a_digit(untrained), viewport={"width": 1440, "height": 900})
    before = cell(tab)
    box = tab.locator(".cc-view-C3 canvas").bounding_box()
    unit = box["width"] / 43  # four maps of ten and three gaps
    at = (box["x"] + unit * (3 * 11 + 4.5), box["y"] + unit * (2 * 11 + 7.5))
    tab.mouse.move(*at)
    assert cell(tab).startswith("C3, map 11, row 7, column 4 sees")
    tab.mouse.move(5, 5)
    assert cell(tab) == before
    tab.mouse.click(*at)
    tab.mouse.move(5, 5)
    assert cell(tab).startswith("C3, map 11, row 7, column 4 sees")
    tab.keyboard.press("ArrowUp")
    assert "row 6, column 4 sees" in cell(tab)
    tab.keyboard.press("PageDown")
    assert cell(tab).startswith("S4, map 11, row 3, column 2 sees")
    assert tab.evaluate("document.activeElement.ariaLabel").startswith("S4: 16 maps of 5 by 5")
    tab.wait_for_function("location.hash.includes('draw_a_digit.layer=S4')")
    seen = tab.locator(".cc-view-input canvas").bounding_box()
    tab.mouse.move(seen["x"] + seen["width"] * 0.3, seen["y"] + seen["height"] * 0.3)
    assert cell(tab).startswith("S4, map 11, row 0, column 0 sees")


def test_play_walks_over_the_cells(reader: Any, untrained: Any) -> None:
    tab = reader(explorers.draw_a_digit(untrained))
    go(tab, layer="C1", position=0)
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function("document.querySelector('.cc-cell-says').textContent.includes('row 0, column 2 ')")
    tab.get_by_role("button", name="Pause").click()


# ------------------------------------------------------------------------------------------------------- on one screen


@pytest.mark.parametrize(("width", "height"), [*SIZES, (1200, 800), (320, 640)])
def test_picture_controls_and_answer_stand_on_one_screen(reader: Any, untrained: Any, width: int, height: int) -> None:
    tab = reader(explorers.draw_a_digit(untrained), viewport={"width": width, "height": height})
    for layer, position in (("C3", 744), ("C1", 1500), ("S2", 500), ("C5", 119), ("F6", 3)):
        go(tab, layer=layer, position=position)
        assert tab.evaluate(MISPLACED) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        if (width, height) in SIZES:
            assert tab.evaluate(APART) == []


def test_nothing_moves_when_another_layer_is_chosen(reader: Any, untrained: Any) -> None:
    for width, height in SIZES:
        tab = reader(explorers.draw_a_digit(untrained), viewport={"width": width, "height": height})
        heights = set()
        for layer in ("C1", "S2", "C3", "S4", "C5", "F6"):
            go(tab, layer=layer, position=20)
            heights.add(round(tab.locator(".cc-strip").evaluate("(strip) => strip.offsetTop")))
        assert len(heights) == 1, (width, heights)


def test_it_costs_few_tab_stops(reader: Any, untrained: Any) -> None:
    tab = reader(explorers.draw_a_digit(untrained))
    # a group of radio buttons is one stop
    one = "node.checkVisibility() && node.tabIndex === 0 && (node.type !== 'radio' || node.checked)"
    stops = tab.locator(".cc-explorer *").evaluate_all(f"(all) => all.filter((node) => {one}).length")
    assert 2 <= stops <= 12


def test_the_picture_follows_the_theme(reader: Any, untrained: Any) -> None:
    tab = reader(explorers.draw_a_digit(untrained), color_scheme="light")
    corner = """() => [...document.querySelectorAll(".cc-view canvas")].map((canvas) =>
      [...canvas.getContext("2d").getImageData(canvas.width / 2, 0, 1, 1).data].slice(0, 3))"""
    tab.add_style_tag(content=":root { color-scheme: light dark }")
    light = tab.evaluate(corner)
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function(f"(light) => `${{({corner})()[1]}}` !== `${{light}}`", arg=light[1])


# ------------------------------------------------------------------------------------------------------ wrong arguments


def without_biases(lenet: Any) -> Any:
    rng = np.random.RandomState(0)
    return layers.Sequential(layers.Conv2d(1, 6, 5, bias=False, random_state=rng), *lenet[1:])


NINE = (np.zeros((201, 1, 8, 8)), np.zeros(201))


@pytest.mark.parametrize(
    ("arguments", "kind", "says"),
    [
        (lambda lenet: (None,), TypeError, "model must be a Sequential, got NoneType"),
        (
            lambda lenet: (models.lenet5(np.random.RandomState(0), classes=5),),
            ValueError,
            "with ten classes or with eleven",
        ),
        (lambda lenet: (without_biases(lenet),), ValueError, "got Sequential(Conv2d(1, 6, 5, bias=False), ReLU(), Max"),
        (lambda lenet: (lenet, (np.zeros((2, 8, 8)), np.zeros(2))), ValueError, "(n, 1, 8, 8)"),
        (lambda lenet: (lenet, (np.zeros((41, 1, 8, 8)), np.zeros(41))), ValueError, "digits must be 1 to 40"),
        (lambda lenet: (lenet, (np.zeros((0, 1, 8, 8)), np.zeros(0))), ValueError, "digits must be 1 to 40"),
        (lambda lenet: (lenet, None, NINE), ValueError, "trained must be 1 to 200"),
        (lambda lenet: (lenet, None, np.zeros((1, 1, 8, 8))), TypeError, "trained must be a pair"),
    ],
)
def test_a_wrong_argument_is_named(
    untrained: Any, arguments: Callable[[Any], tuple[Any, ...]], kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=re.escape(says)):
        explorers.draw_a_digit(*arguments(untrained))


def test_a_model_with_a_weight_that_is_no_number_is_refused() -> None:
    broken = models.lenet5(np.random.RandomState(0))
    broken.named_params()["0.bias"][0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        explorers.draw_a_digit(broken)
