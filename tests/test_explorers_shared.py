"""What the explorers share, part by part and with no explorer around it: the browser's numbers are those of loops."""

from __future__ import annotations

import itertools
import math
import struct
from typing import Any

import numpy as np
import pytest

import cnn_course as cc
from cnn_course import naive, palette

pytest.importorskip("anywidget", reason="the explorers need anywidget (pip install cnn_course[book])")
from cnn_course.explorers import base

PARTS = base.module("strokes", "plates", "grid", "canvas", "filter", "lenet")
OF_PAPER = pytest.mark.parametrize("paper", [0, 1], ids=["light", "dark"])


# ------------------------------------------------------------------------------------------------- common, numbers


@pytest.mark.parametrize("kind", list(palette.RAMPS))
@OF_PAPER
def test_a_place_on_a_ramp_has_the_colour_that_figures_have(call: Any, kind: str, paper: int) -> None:
    ramp = [palette.parts(pair[paper]) for pair in palette.ramp(kind)]
    least = 1 - (len(ramp) - 1) / palette.STEPS
    places = np.linspace(least, 1, len(ramp)).tolist()
    assert call(PARTS, "a[1].map((place) => hue(a[0], place, a[2]))", kind, places, paper) == ramp
    assert call(PARTS, "[-9, 9].map((place) => hue(a[0], place, a[1]))", kind, paper) == [ramp[0], ramp[-1]]


@pytest.mark.parametrize("kind", list(palette.RAMPS))
def test_digits_on_a_cell_are_those_that_can_be_read_there(call: Any, kind: str) -> None:
    ramp, low = palette.ramp(kind), 0 if kind == "input" else -1
    values = np.linspace(low, 1, len(ramp)).tolist()
    found = call(PARTS, "a[1].map((value) => shades(a[0], value, a[2], 1)[1])", kind, values, low)
    ink = {True: "#fff", False: "#000"}
    assert found == [f"light-dark({','.join(ink[palette.is_dark(colour)] for colour in pair)})" for pair in ramp]


def test_an_input_is_coloured_between_least_and_most_and_another_number_by_its_size(call: Any) -> None:
    ground = "shades(a[0], ...a[1])[0]"
    texts = [[",".join(map(str, palette.parts(colour))) for colour in pair] for pair in palette.RAMPS["weight"]]
    least, middle, most = (f"light-dark(rgb({light}),rgb({dark}))" for light, dark in texts)
    assert [call(PARTS, ground, "weight", [v, -8, 2]) for v in (-8, 0, 8)] == [least, middle, most]
    assert call(PARTS, ground, "weight", [0, 0, 0]) == middle
    white = [palette.parts(colour) for colour in palette.RAMPS["input"][0]]
    flat = call(PARTS, ground, "input", [5, 5, 5])
    assert flat == "light-dark({})".format(",".join(f"rgb({','.join(map(str, parts))})" for parts in white))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1/4", 0.25), ("9999", 9999), ("-9999", -9999), ("1e-12", 0), (" ", "The cell is empty"),
     ("10000", "A cell takes numbers up to 9999"), ("-1e9", "A cell takes numbers up to 9999"),
     ("x", "“x” is not a number such as 1200 or 1,200, −0.5 or −0,5, 1/9 or 1e−3")],
)  # fmt: skip
def test_a_cell_takes_a_number_or_says_why_not(call: Any, text: str, value: float | str) -> None:
    assert call(PARTS, "parse(a[0])", text) == value


@pytest.mark.parametrize(
    ("number", "in_cell", "in_a_sentence", "as_a_ratio"),
    [(12.3456, "12.35", "12.3456", "12.3456"), (-1234.56, "−1234.6", "−1234.56", "−1234.56"),
     (123.456, "123.5", "123.456", "123.456"), (0.123456, "0.1235", "about 0.1235", "0.1235"),
     (1 / 9, "0.1111", "about 0.1111", "1/9"), (-1 / 16, "−0.0625", "−0.0625", "−1/16"), (0.5, "0.5", "0.5", "0.5"),
     (2, "2", "2", "2"), (0, "0", "0", "0"), (-1e-12, "0", "0", "0"), (2 / 3, "0.6667", "about 0.6667", "0.6667"),
     (1 / 50, "0.02", "0.02", "0.02"), (1 / 49, "0.0204", "about 0.0204", "1/49")],
)  # fmt: skip
def test_a_number_is_written_for_its_place(
    call: Any, number: float, in_cell: str, in_a_sentence: str, as_a_ratio: str
) -> None:
    assert call(PARTS, "[inCell(a[0]), about(a[0]), ratio(a[0])]", number) == [in_cell, in_a_sentence, as_a_ratio]


def test_words_agree_with_their_numbers(call: Any) -> None:
    assert call(PARTS, "[0, 1, 2].map((n) => many(n, 'pixel'))") == ["0 pixels", "1 pixel", "2 pixels"]
    assert call(PARTS, "[[4], [0, 5]].map(rowsAndColumns)") == ["Row and column 4", "Rows and columns 0, 5"]
    assert call(PARTS, "sum([[2, -1], [0.5, 3]])") == "2·(−1) + 0.5·3"
    assert call(PARTS, "inWords([[1, -2], [0.5, 0]])") == "1, −2; 0.5, 0"


def test_arrow_keys_walk_within_the_rows_of_a_group(call: Any) -> None:
    walk = """a[0].map(([key, at]) => {
        const stops = range(6).map(() => make("input", { value: "12" })), box = make("div", {}, ...stops);
        document.body.replaceChildren(box);
        stops[at].select();
        const event = new KeyboardEvent("keydown", { key, cancelable: true });
        stops[at].addEventListener("keydown", (event) => walk(event, stops, 3));
        stops[at].focus();
        stops[at].setSelectionRange(...(key === "ArrowLeft" ? [0, 0] : [2, 2]));
        stops[at].dispatchEvent(event);
        return [stops.indexOf(document.activeElement), event.defaultPrevented];
    })"""
    moves = {"ArrowUp": -3, "ArrowDown": 3, "ArrowLeft": -1, "ArrowRight": 1, "a": 0}
    keys = list(itertools.product(moves, range(6)))
    expected = []
    for key, at in keys:
        row, column = divmod(at, 3)
        stays = {"ArrowUp": row == 0, "ArrowDown": row == 1, "ArrowLeft": column == 0, "ArrowRight": column == 2}
        edge = stays.get(key, True)
        prevented = key in ("ArrowUp", "ArrowDown") or not edge  # above and below there is no caret to move
        expected.append([at if edge else at + moves[key], prevented])
    assert call(PARTS, walk, keys) == expected


# ------------------------------------------------------------------------------------------------- explorer, controls

DEFAULTS = {"size": 5, "flip": False, "mode": "same", "kernel": [1, 2], "position": 0}


def test_the_address_holds_what_differs_and_gives_it_back(call: Any) -> None:
    there = "(() => { location.hash = a[3]; address.write(...a); return decodeURIComponent(location.hash); })()"
    state = {"size": 7, "flip": True, "mode": "full", "kernel": [-0.5, 3], "position": 0}
    there = there.replace("...a", "a[0], a[1], a[2], a[4]")
    text = call(PARTS, there, "one", state, DEFAULTS, "one.size=1&two.size=9&section", [])
    assert text == "#two.size=9&one.size=7&one.flip=1&one.mode=full&one.kernel=-0.5_3"
    implied = call(PARTS, there, "one", state, DEFAULTS, "two.size=9", ["kernel", "mode"])
    assert implied == "#two.size=9&one.size=7&one.flip=1"
    read = "(() => { location.hash = a[2]; return address.read(a[0], a[1]); })()"
    assert call(PARTS, read, "one", DEFAULTS, text) == {k: v for k, v in state.items() if k != "position"}
    assert call(PARTS, read, "two", DEFAULTS, text) == {"size": 9}
    wild = "one.size=1e99&one.kernel=x_2_&one.unknown=1&one.__proto__=1&one=2&oneXsize=3&one.flip=0"
    assert call(PARTS, read, "one", DEFAULTS, wild) == {"size": 9999, "kernel": [0, 2, 0], "flip": False}


@pytest.mark.parametrize(
    ("value", "span", "kept"),
    [(4.4, [1, 8], 4), (-3, [1, 8], 1), (99, [1, 8], 8), ("x", [2, 8], 2), ("full", ["same", "full"], "full"),
     ("other", ["same", "full"], "usual"), ([1, 2], None, [1, 2]), (True, None, True)],
)  # fmt: skip
def test_a_value_is_kept_within_its_range(call: Any, value: Any, span: Any, kept: Any) -> None:
    assert call(PARTS, "within(a[0], a[1] ?? undefined, 'usual')", value, span) == kept


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [((3, 5, True), None, (3, 3)), ((3, 5, True), (3, 4), (5, 5)), ((3, 5, True), (2, 5), (3, 3)),
     ((3, 5, True), (2, 4), (3, 3)), ((3, 5, False), (3, 4), (3, 5))],
)  # fmt: skip
def test_of_two_sides_that_are_one_the_moved_one_leads(call: Any, state: Any, before: Any, after: Any) -> None:
    def named(sides: Any) -> Any:
        return sides and dict(zip(("size", "size_w", "square"), sides, strict=False))

    together = "(() => { together(a[0], a[1] ?? undefined, ['size']); return [a[0].size, a[0].size_w]; })()"
    assert call(PARTS, together, named(state), named(before)) == list(after)


def test_a_repair_is_the_nearest_value_that_works(call: Any) -> None:
    mends = """mends([["stride s", a[0], [1, 9], (s) => ({ s })], ["kernel k", 2, [1, 3], (k) => ({ k })]],
                     ({ s = 0 }) => a[1].includes(s))"""
    for now, good in ((5, [1, 8, 9]), (5, [5]), (5, [4, 6]), (1, [9]), (2, [])):
        others = [s for s in good if s != now]
        nearest = min(others, key=lambda s: (abs(s - now), s), default=None)
        assert call(PARTS, mends, now, good) == ([[f"stride s = {nearest}", {"s": nearest}]] if others else [])


@pytest.mark.parametrize(
    ("label", "side", "text"),
    [("stride s", "", "stride|s"), ("stride s, width", "W", "stride|sW"), ("shift →", "", "shift|→"),
     ("layers", "", "layers"), ("input n", "H", "input|nH")],
)  # fmt: skip
def test_a_label_is_a_word_and_a_symbol(call: Any, label: str, side: str, text: str) -> None:
    assert call(PARTS, "caption(a[0], a[1]).map((node) => node.textContent).join('|')", label, side) == text


@pytest.mark.parametrize(
    ("about", "options", "kind"),
    [({"smallest": 1, "largest": 9}, 0, "range"), ({}, 0, "checkbox"), ({}, 9, "radio"), ({}, 10, "select-one")],
)
def test_a_control_fits_its_trait_and_sets_it(call: Any, about: dict[str, Any], options: int, kind: str) -> None:
    of = {"trait": "t", "label": "what", **about, **({"options": [f"{i}" for i in range(options)]} if options else {})}
    press = """(() => {
        const heard = [], { root, input, draw } = control(a[0], (changes) => heard.push(changes.t)), { type } = input;
        document.body.replaceChildren(root);
        draw(a[1]);
        const last = [...root.querySelectorAll("input")].at(-1);
        if (type === "range") root.querySelector("button:last-of-type").click();
        else if (last) last.click();
        else { input.value = "3"; input.dispatchEvent(new Event("change")); }
        return [type, input.type === "select-one" ? "" : input.getAttribute("aria-valuetext") ?? "", heard];
    })()"""
    start = {"range": 2, "checkbox": False}.get(kind, "0")
    heard = {"range": 3, "checkbox": True, "radio": "8", "select-one": "3"}[kind]
    assert call(PARTS, press, of, start) == [kind, "2" if kind == "range" else "", [heard]]


# --------------------------------------------------------------------------------------------------------------- plates

ARRANGE = """(() => {
    const [W, H, sizes, groups, down] = a, forms = { of: inGroups(W, 20, groups, down) };
    const plan = (cell, bare) => sizes.map(([r, c, letters]) => room(r, c, cell, letters, { bare: bare > 0 }));
    return arrange(W, H, plan, forms, ["of"]);
})()"""
STAGES = [(900, 400), (640, 360), (340, 420), (300, 900), (1200, 200)]


def fits(size: tuple[int, int], sizes: Any, groups: Any, down: bool, cell: int, bare: bool) -> bool:
    """Tell whether plates fit: titles of 26 pixels over them, 20 pixels apart across and 8 one below the other."""

    def wide(columns: int, letters: int) -> float:
        return columns * (cell if bare else max(cell, 8.4 * letters + 5))

    boxes = [(wide(c, letters), 26 + r * cell) for r, c, letters in sizes]
    if down:
        rows = [[boxes[i] for i in group] for group in groups]
        w = max(sum(one for one, _ in row) + 20 * (len(row) - 1) for row in rows)
        h = sum(max(high for _, high in row) for row in rows) + 8 * (len(rows) - 1)
    else:
        columns = [[boxes[i] for i in group] for group in groups]
        w = sum(max(one for one, _ in column) for column in columns) + 20 * (len(columns) - 1)
        h = max(sum(high for _, high in column) + 8 * (len(column) - 1) for column in columns)
    return w <= size[0] and h <= size[1]


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("groups", [[[0], [1], [2]], [[0], [1, 2]], [[0, 1], [2]]], ids=str)
def test_plates_have_the_largest_cells_that_fit_and_lie_apart_on_the_stage(call: Any, groups: Any, down: bool) -> None:
    for W, H in STAGES:
        for sizes in (
            [[5, 5, 1], [3, 3, 2], [3, 3, 3]],
            [[16, 16, 1], [7, 7, 5], [10, 10, 3]],
            [[1, 1, 9], [8, 2, 1], [2, 8, 4]],
            [[6, 6, 6], [3, 3, 6], [4, 4, 6]],
        ):
            found = call(PARTS, ARRANGE, W, H, sizes, groups, down)
            boxes = found["boxes"]
            size, bare = boxes[0]["high"], boxes[0]["bare"]
            tries = [(cell, False) for cell in range(78, 21, -1)] + [(cell, True) for cell in range(40, 4, -1)]
            largest = next((one for one in tries if fits((W, H), sizes, groups, down, *one)), (20, True))
            assert (size, bare) == largest
            tall = found["tall"]
            assert tall == H or not fits((W, H), sizes, groups, down, 5, True)
            for box in boxes:
                assert box["w"] == box["cols"] * box["cell"]
                assert box["h"] == box["rows"] * box["high"]
                assert box["y"] - 26 >= -1
                assert box["y"] + box["h"] <= tall + 1
                if largest != (20, True):
                    assert box["x"] >= -1
                    assert box["x"] + box["w"] <= W + 1
                assert 14 <= box["font"] <= 24
            for one, other in itertools.combinations(boxes, 2):
                beside = one["x"] + one["w"] <= other["x"] + 1 or other["x"] + other["w"] <= one["x"] + 1
                below = one["y"] + one["h"] <= other["y"] - 25 or other["y"] + other["h"] <= one["y"] - 25
                assert beside or below


def test_where_nothing_fits_the_stage_grows(call: Any) -> None:
    found = call(PARTS, ARRANGE, 100, 50, [[16, 16, 1], [7, 7, 1], [10, 10, 1]], [[0], [1, 2]], False)
    assert found["tall"] == max(26 + 16 * 20, 26 + 7 * 20 + 8 + 26 + 10 * 20)


def test_a_beam_is_the_hull_of_two_rectangles(call: Any) -> None:
    random = np.random.RandomState(0)
    for _ in range(30):
        rects = [dict(zip("xywh", map(int, random.randint(1, 200, 4)), strict=True)) for _ in range(2)]
        path = call(PARTS, "beam(...a)", *rects)
        points = [tuple(map(int, point.split(","))) for point in path[1:-1].split("L")]
        corners = {(r["x"] + i * r["w"], r["y"] + j * r["h"]) for r in rects for i in (0, 1) for j in (0, 1)}
        assert set(points) <= corners
        assert len(set(points)) == len(points)
        for (x, y), (to_x, to_y) in zip(points, [*points[1:], points[0]], strict=True):  # every corner on one side
            sides = [(to_x - x) * (q - y) - (to_y - y) * (p - x) for p, q in corners]
            assert min(sides) >= 0


def test_outlines_are_rectangles(call: Any) -> None:
    assert call(PARTS, "outlines([[1, 2, 3, 4], [0, 0, 5, 6]])") == "M1 2h3v4h-3zM0 0h5v6h-5z"


def test_a_run_of_the_whole_has_ahead_what_has_not_landed(call: Any) -> None:
    runs = [None, {"whole": False}, {"whole": True}, {"whole": True, "landed": True}]
    found = call(PARTS, "a[0].map((run) => [4, 5, 6].map((at) => isAhead(run, at, 5)))", runs)
    assert found == [[False] * 3, [False] * 3, [False, True, True], [False, False, True]]


def test_a_formula_says_which_numbers_are_new(call: Any) -> None:
    write = """(() => {
        const node = make("div");
        formula(node, [["m", ...a[0]], "=", ["n", 5]], "first");
        formula(node, [["m", ...a[1]], "=", ["n", 5]], "then");
        const news = [...node.querySelectorAll(".cc-news")].map((one) => one.textContent);
        return [node.textContent, news, node.getAttribute("aria-label")];
    })()"""
    assert call(PARTS, write, [3], [3]) == ["m3==n5", [], "then"]  # a sign stands beside letters and numbers
    assert call(PARTS, write, [3, 4], [3, 2]) == ["m32===n55", ["2"], "then"]


# ------------------------------------------------------------------------------------------------------------- filter


@pytest.mark.parametrize(("k", "step"), [(1, 1), (3, 1), (3, 2), (5, 3), (6, 1)])
def test_a_kernel_slides_as_in_the_loops(call: Any, k: int, step: int) -> None:
    random = np.random.RandomState(k)
    x, kernel = random.randn(6, 9), random.randn(k, k)
    kernel[0, 0] = 0
    whole = naive.correlate2d(x, kernel)
    found = call(PARTS, "Array.from(correlate(Float64Array.from(a[0]), 9, a[1], a[2], a[3]))", x.ravel().tolist(),
                 kernel.ravel().tolist(), k, step)  # fmt: skip
    np.testing.assert_allclose(np.reshape(found, whole[::step, ::step].shape), whole[::step, ::step], atol=1e-12)


@pytest.mark.parametrize("edge", [0, 1, 3])
@pytest.mark.parametrize("repeat", [False, True])
def test_a_channel_is_padded_as_numpy_does(call: Any, edge: int, repeat: bool) -> None:
    x = np.random.RandomState(0).randn(4, 5)
    found = call(PARTS, "Array.from(pad(Float64Array.from(a[0]), 4, 5, a[1], a[2]))", x.ravel().tolist(), edge, repeat)
    np.testing.assert_array_equal(
        np.reshape(found, (4 + 2 * edge, 5 + 2 * edge)), np.pad(x, edge, "edge" if repeat else "constant")
    )


def test_bytes_become_channels_and_channels_bytes(call: Any) -> None:
    random = np.random.RandomState(0)
    pixels = random.randint(0, 256, (3, 4, 4))  # red, green, blue and how opaque
    split = """(() => {
        const { grey, colours } = split(Uint8Array.from(a[0]), 3, 4, 4);
        return [...grey, ...colours].map((x) => Array.from(x));
    })()"""
    grey, *colours = np.reshape(call(PARTS, split, pixels.ravel().tolist()), (4, 3, 4))
    np.testing.assert_array_equal(colours, pixels[..., :3].transpose(2, 0, 1))
    np.testing.assert_array_equal(grey, np.floor(pixels[..., :3] @ [0.299, 0.587, 0.114] + 0.5))
    natural = """(() => {
        const bytes = new Uint8ClampedArray(4 * 5 * 6);
        natural(a[0], 3, 4, 1)(bytes);
        return Array.from(bytes);
    })()"""
    values = random.uniform(-99, 399, (3, 3, 4))
    painted = np.reshape(call(PARTS, natural, values.reshape(3, -1).tolist()), (5, 6, 4))
    np.testing.assert_array_equal(painted[1:-1, 1:-1, :3], np.rint(np.clip(values, 0, 255)).transpose(1, 2, 0))
    assert (painted[1:-1, 1:-1, 3] == 255).all()
    painted[1:-1, 1:-1] = 0
    assert not painted.any()


@OF_PAPER
def test_signs_are_painted_in_the_colours_of_outputs(call: Any, paper: int) -> None:
    paint = """(() => {
        const bytes = new Uint8ClampedArray(4 * a[0].length);
        signs(a[0], 2)(bytes, a[1]);
        return Array.from(bytes);
    })()"""
    pixels = np.reshape(call(PARTS, paint, [-4, -2, 0, 2, 4], paper), (5, 4))
    below, zero, above = (palette.parts(pair[paper]) for pair in palette.RAMPS["output"])
    assert pixels[:, :3].tolist() == [below, below, zero, above, above]
    assert (pixels[:, 3] == 255).all()
    assert call(PARTS, "extremes([[3, -1], [7, 2]])") == [-1, 7]


# -------------------------------------------------------------------------------------------------------------- lenet

SHAPES = [(6, 25), (16, 150), (120, 400), (84, 120), (10, 84)]  # of the weights: outputs, inputs of each
LAYER = "{ weight: Float64Array.from(a[1]), bias: Float64Array.from(a[2]) }"


def test_weights_are_unpacked_from_six_bits(call: Any) -> None:
    random = np.random.RandomState(0)
    codes = [random.randint(-31, 32, shape) for shape in SHAPES]
    scales, biases = ([random.rand(n).astype(np.float32) for n, _ in SHAPES] for _ in range(2))
    bits = "".join(f"{code + 31:06b}" for layer in codes for code in layer.ravel())
    packed = int(bits.ljust(8 * math.ceil(len(bits) / 8), "0"), 2).to_bytes(math.ceil(len(bits) / 8), "big")
    for numbers in (scales, biases):
        packed += b"".join(struct.pack("<f", value) for layer in numbers for value in layer)
    unpacked = """unpack(new DataView(Uint8Array.from(a[0]).buffer), 10)
        .map(({ weight, bias }) => [Array.from(weight), Array.from(bias)])"""
    for (weight, bias), code, scale, wanted in zip(
        call(PARTS, unpacked, list(packed)), codes, scales, biases, strict=True
    ):
        np.testing.assert_array_equal(np.reshape(weight, code.shape), scale.astype(float)[:, None] * code)
        np.testing.assert_array_equal(bias, wanted.astype(float))


def test_the_layers_of_lenet_are_those_of_the_loops(call: Any) -> None:
    random = np.random.RandomState(1)
    x, weight, bias = random.randn(2, 10, 10), random.randn(3, 2, 5, 5), random.randn(3)
    convolve = f"Array.from(convolve(Float64Array.from(a[0]), 10, {LAYER}))"
    found = np.reshape(call(PARTS, convolve, x.ravel().tolist(), weight.ravel().tolist(), bias.tolist()), (3, 6, 6))
    np.testing.assert_allclose(found, naive.conv2d(x[None], weight, bias)[0], atol=1e-12)
    pooled = np.reshape(call(PARTS, "Array.from(pool(Float64Array.from(a[0]), 10))", x.ravel().tolist()), (2, 5, 5))
    np.testing.assert_array_equal(pooled, naive.pool2d(x[None], np.max, (2, 2), (2, 2))[0])
    matrix = random.randn(3, 200)
    dense = (
        "Array.from(dense(Float64Array.from(a[0]), { weight: Float64Array.from(a[1]), bias: Float64Array.from(a[2]) }))"
    )
    found = call(PARTS, dense, x.ravel().tolist(), matrix.ravel().tolist(), bias.tolist())
    np.testing.assert_allclose(found, matrix @ x.ravel() + bias)
    scores = [1000.0, 999.0, -5.0]
    np.testing.assert_allclose(call(PARTS, "softmax(a[0])", scores), cc.softmax(np.array(scores)))


def test_a_cell_comes_from_the_numbers_below_it(call: Any) -> None:
    random = np.random.RandomState(2)
    stored = [[(random.randn(*shape) / 9).ravel().tolist(), random.randn(shape[0]).tolist()] for shape in SHAPES]
    image = random.rand(1024).tolist()
    origin = """(() => {
        const [weights, biases] = [0, 1].map((of) => a[0].map((layer) => Float64Array.from(layer[of])));
        const layers = weights.map((weight, at) => ({ weight, bias: biases[at] }));
        const image = Float64Array.from(a[1]), volumes = forward(layers, image, true);
        return a[2].map((cell) => [originOf(layers, volumes, image, ...cell), Array.from(volumes[cell[0]])]);
    })()"""
    sides = [28, 14, 10, 5, 1, 1]
    cells = [(0, 3, 27, 4), (1, 2, 13, 5), (2, 15, 9, 9), (3, 7, 4, 3), (4, 77, 0, 0), (5, 83, 0, 0)]
    for (nth, unit, i, j), (found, volume) in zip(cells, call(PARTS, origin, stored, image, cells), strict=True):
        value = volume[(unit * sides[nth] + i) * sides[nth] + j]
        if nth in (1, 3):
            assert max(map(max, found["window"])) == value
            continue
        score = sum(found["sums"]) + found["bias"]
        assert value == pytest.approx(1 / (1 + math.exp(-score)))
        if nth in (0, 2):
            assert found["sum"] == pytest.approx(np.sum(np.multiply(found["window"], found["kernel"])))
            assert abs(found["sum"]) == max(map(abs, found["sums"]))
            assert found["sums"][found["from"]] == found["sum"]


# ------------------------------------------------------------------------------------------------------------ strokes


@pytest.mark.parametrize("thick", [2, 4, 7.5])
@pytest.mark.parametrize(
    "strokes",
    [[[[0.1, 0.2], [0.3, 0.9]], [[0.2, 0.5], [0.6, 0.5]]], [[[0, 0.5], [1, 0.5]]], [[[0.4, 0.4]]]],
    ids=["two", "flat", "a dot"],
)
def test_a_drawing_lies_in_the_middle_of_the_raster_with_room_for_the_pen(
    call: Any, strokes: Any, thick: float
) -> None:
    points = [point for stroke in strokes for point in stroke]
    there, back = call(
        PARTS, "(({ to, from }) => [a[2].map(to), a[2].map(to).map(from)])(fit(a[0], a[1]))", strokes, thick, points
    )
    np.testing.assert_allclose(back, points)
    low, high = np.min(there, axis=0), np.max(there, axis=0)
    np.testing.assert_allclose(low + high, [32, 32])
    width, height = high - low
    assert width <= 22 - thick + 1e-9
    assert height <= 32 - thick + 1e-9
    if strokes[0][0] == [0.1, 0.2]:
        assert height == pytest.approx(32 - thick)


def test_distances_are_those_to_the_nearest_segment(call: Any) -> None:
    strokes = [[[4.0, 5.0], [20.0, 9.0], [20.0, 9.0]], [[28.0, 28.0]]]
    found = np.reshape(call(PARTS, "Array.from(distances(a[0], { to: (point) => point }))", strokes), (32, 32))
    for row, column in itertools.product(range(32), repeat=2):
        p, away = np.array([column + 0.5, row + 0.5]), 9.0
        for stroke in map(np.array, strokes):
            for a, b in [(stroke[0], stroke[0]), *itertools.pairwise(stroke)]:
                ways = [np.hypot(*(p - a - part * (b - a))) for part in np.linspace(0, 1, 401)]
                away = min(away, *ways)
        if away < 6:  # as far as a pen reaches
            assert found[row, column] == pytest.approx(away, abs=1e-3)
        else:
            assert found[row, column] >= 6 - 1e-3


def test_a_line_keeps_the_points_without_which_it_would_be_another(call: Any) -> None:
    random = np.random.RandomState(0)
    for tolerance in (0.003, 0.05, 0.3):
        points = np.cumsum(random.randn(60, 2) / 30, axis=0)
        kept = np.array(call(PARTS, "thinned(a[0], a[1])", points.tolist(), tolerance))
        places = [int(np.flatnonzero((points == point).all(1))[0]) for point in kept]
        assert places == sorted(set(places))
        assert (places[0], places[-1]) == (0, 59)
        for start, end in itertools.pairwise(places):
            a, b = points[start], points[end]
            for p in points[start : end + 1]:
                part = np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
                assert np.hypot(*(p - a - part * (b - a))) <= tolerance + 1e-12
    assert call(PARTS, "thinned([[0.5, 0.5]], 0.1)") == [[0.5, 0.5]]
    straight = [[0, 0], [0.5, 0.5], [1, 1]]
    assert call(PARTS, "thinned(a[0], 0.1)", straight) == [straight[0], straight[-1]]


def test_a_point_as_text_is_three_letters(call: Any) -> None:
    """18 bits, the most significant first: 9 across, 9 down, as base64 writes them for addresses."""
    corners = {(0, 0): "AAA", (1, 1): "___", (1, 0): "_4A", (0, 1): "AH_", (0.5, 0.25): "gCA"}
    for (x, y), text in corners.items():
        assert call(PARTS, "toText([[a[0]]])", [x, y]) == text
        ((found,),) = call(PARTS, "fromText(a[0])", text)
        assert found == pytest.approx([x, y], abs=1 / 1022)
