"""The figures: the right numbers in the right places, small, deterministic, and without pyplot."""

import base64
import functools
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from cnn_course import palette, plots
from cnn_course.plots import ACCENT, ACCENT_SOFT, INK, MUTED, PAPER
from cnn_course.plots.figure import colors, ink_on, number
from cnn_course.training import History

NINE = np.arange(9).reshape(3, 3)
FOUR_BY_SIX = np.array([[1, 2, 3, 4, 4, 5], [6, 0, 7, 8, 9, 0], [4, 1, 7, 2, 9, 4], [9, 4, 9, 1, 4, 2]])
SMALL = [[0, 1], [2, 3]]
IMAGE = np.array([[[0, 1, 2], [10, 11, 12]], [[100, 101, 102], [110, 111, 112]]])
MINUS = "\N{MINUS SIGN}"
SHARED = [(o + k, o, "abc"[k]) for o in range(3) for k in range(3)]

GALLERY = {
    "grid": lambda: plots.grid(np.arange(64).reshape(8, 8), title="input", window=(2, 3, 3, 3)),
    "padded": lambda: plots.grid(np.pad(NINE, 1), dashed=1),
    "weights": lambda: plots.grid([[0.1, -0.25], [1e6, np.nan]], kind="weight"),
    "usage": lambda: plots.usage([[1, 2, 1], [2, 4, 2], [1, 2, 1]]),
    "correlation": lambda: plots.correlation(NINE, SMALL, (0, 1)),
    "wide": lambda: plots.correlation(FOUR_BY_SIX, NINE, (1, 2), stride=2, padding=1),
    "huge": lambda: plots.correlation(np.arange(300).reshape(15, 20) / 7, NINE, padding="same"),
    "sequence": lambda: plots.sequence(range(1, 7), [0.1, 0.2, 0.3, 0.4], 1, mode="full"),
    "centred": lambda: plots.centred(range(1, 8), np.ones(6), (2, 3), 1),
    "stamps": lambda: plots.stamps(np.ones((2, 2)), SMALL),
    "windows": lambda: plots.windows(range(1, 7), 3, {"first": (1, 1), "second": (0, 1)}, stride=2),
    "flattened": lambda: plots.flattened({"first": IMAGE, "last": IMAGE.transpose(1, 2, 0)}),
    "steps": lambda: plots.steps(
        [np.eye(2), [[5], [6]], [[5], [6]]], "·=", titles=["a", "x", "y"], kinds=["weight", "input", "output"]
    ),
    "images": lambda: plots.images([np.eye(8), np.zeros((3, 8, 8)), np.ones((1, 4, 8))], ["a", "b", "c"]),
    "kernels": lambda: plots.kernels(np.arange(108.0).reshape(3, 4, 3, 3) - 50),
    "feature_maps": lambda: plots.feature_maps(np.arange(96.0).reshape(6, 4, 4)),
    "curves": lambda: plots.curves({"a": [1, 2, 3], "b": ([0, 2], [10, 1])}, xlabel="x", ylabel="y", log=True),
    "history": lambda: plots.history({"loss": [2, 1], "accuracy": [0.5, 0.9], "test_accuracy": [0.4, 0.8]}),
    "confusion": lambda: plots.confusion([[35, 1], [0, 36]], ["cat", "dog"]),
    "bars": lambda: plots.bars(["dense", "convolution"], [120_000_000, 156], log=True, xlabel="parameters"),
    "areas": lambda: plots.areas(["dense", "convolution"], [802_816, 25]),
    "filter_in_volume": lambda: plots.filter_in_volume((3, 6, 7), (2, 3), (1, 2)),
    "volumes": lambda: plots.volumes([(1, 32, 32), (6, 28, 28), 10], ["image", "C1", "output"]),
    "connections": lambda: plots.connections(5, 3, SHARED, output=1, names=["x", "s"]),
    "deep": lambda: plots.connections(3, (2, 1), [[(0, 0), (1, 0), (1, 1), (2, 1)], [(0, 0), (1, 0)]], input=1),
}


@functools.cache
def svg(figure):
    return ElementTree.fromstring(figure._repr_svg_())


def texts(figure):
    return [element.text for element in svg(figure).iter() if element.tag.endswith("text") and element.text]


def places(figure):
    """Every upright text with its place, in points."""
    found = [element for element in svg(figure).iter() if element.text and element.get("x")]
    return [(element.text, float(element.get("x")), float(element.get("y"))) for element in found]


def styled(figure, *declarations):
    """Shapes that have all these declarations in their style, as the (left, top, right, bottom) of each."""
    boxes = []
    for element in svg(figure).iter():
        style = element.get("style", "")
        if element.get("d") and all(declaration in style for declaration in declarations):
            numbers = np.array(re.findall(r"-?[\d.]+", element.get("d")), dtype=float).reshape(-1, 2)
            boxes.append((*numbers.min(axis=0), *numbers.max(axis=0)))
    return boxes


def outlined(figure):
    """The texts within each violet outline, from left to right, then from top to bottom."""
    boxes = sorted(styled(figure, f"stroke:{ACCENT}", "stroke-width:3"))
    return [
        [text for text, x, y in places(figure) if left < x < right and top < y < bottom]
        for left, top, right, bottom in boxes
    ]


# ---------------------------------------------------------------- the figure


@pytest.mark.parametrize("name", GALLERY)
def test_svg_is_small_plain_and_the_same_every_time(name):
    figure = GALLERY[name]()
    text = figure._repr_svg_()
    assert text == figure._repr_svg_() == GALLERY[name]()._repr_svg_()
    root = ElementTree.fromstring(text)
    assert float(root.get("width").removesuffix("pt")) <= 5.75 * 72
    assert "system-ui" in root.get("font-family")
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "g", "path", "text", "tspan", "use", "defs", "image", "clipPath", "rect"}
    assert "DejaVu" not in text
    for element in root.iter():
        assert element.get("id") is None or f"#{element.get('id')}" in text


def test_numbered_grid_of_8_by_8_is_below_25_kilobytes():
    assert len(GALLERY["grid"]()._repr_svg_()) < 25_000


def test_background_is_paper_and_nothing_else_fills_it():
    svg = plots.grid([[1, 2]])._repr_svg_()
    assert f'style="background:{PAPER};' in svg[: svg.index(">")]


def written_out(root):
    """Return the tags, texts and attributes of an SVG without its numbers, and its numbers; a style has no order."""
    words = []
    for element in root.iter():
        attributes = element.attrib | {"style": ";".join(sorted(element.get("style", "").split(";")))}
        words += [element.tag, element.text or "", *(f"{name}={attributes[name]}" for name in sorted(attributes))]
    numbers = r"-?\d+(?:\.\d+)?"
    text = "\n".join(words)
    return re.sub(numbers, "number", text), [float(found) for found in re.findall(numbers, text)]


def test_the_picture_in_the_readme_is_what_the_library_draws():
    figure = plots.correlation(np.arange(9.0).reshape(3, 3), np.array([[0.0, 1.0], [2.0, 3.0]]))
    stored = ElementTree.parse(Path(__file__).parent.parent / "book/assets/window.svg").getroot()
    (words, numbers), (stored_words, stored_numbers) = written_out(svg(figure)), written_out(stored)
    assert words == stored_words, "write it anew: what this figure's _repr_svg_() returns"
    # the releases of matplotlib place text a thousandth of a point apart
    np.testing.assert_allclose(numbers, stored_numbers, rtol=0, atol=0.002)


def test_colours_are_the_tokens_of_the_theme():
    figure = GALLERY["connections"]()._repr_svg_()
    for token in (ACCENT, ACCENT_SOFT, INK, MUTED, PAPER):
        assert token in figure


@pytest.mark.parametrize("name", GALLERY)
def test_repr_names_the_function(name):
    assert re.fullmatch(r"<BookFigure: \w+>", repr(GALLERY[name]()))
    assert repr(GALLERY["usage"]()) == "<BookFigure: usage>"


def test_pyplot_is_not_imported_and_settings_are_left_alone():
    code = """
import sys, json, matplotlib
import numpy as np
from cnn_course import plots
before = matplotlib.rcParams.copy()
svg = plots.correlation(np.arange(9).reshape(3, 3), [[0, 1], [2, 3]], (0, 1))._repr_svg_()
assert matplotlib.rcParams.copy() == before
print(json.dumps([svg, "matplotlib.pyplot" in sys.modules, "sklearn" in sys.modules]))
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not out.stderr
    assert json.loads(out.stdout) == [GALLERY["correlation"]()._repr_svg_(), False, False]


def test_a_users_settings_do_not_change_the_figure():
    wanted = {name: GALLERY[name]()._repr_svg_() for name in ("grid", "curves")}
    foreign = {"font.size": 30, "lines.linewidth": 9, "axes.facecolor": "red", "svg.fonttype": "path"}
    with mpl.rc_context(foreign):
        assert {name: GALLERY[name]()._repr_svg_() for name in wanted} == wanted
        assert {name: mpl.rcParams[name] for name in foreign} == foreign


# ---------------------------------------------------------------- numbers in cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"), (-2.0, f"{MINUS}2"), (0.1 + 0.2, "0.3"), (2.0000000000000004, "2"), (1 / 3, "0.333"),
        (123.456, "123.5"), (120_000_000, "120000000"), (np.nan, "nan"), (-np.inf, f"{MINUS}∞"), (-0.0, "0"),
        (True, "1"),
    ],
)  # fmt: skip
def test_numbers_are_written_short(value, text):
    assert number(value) == text


def test_grid_writes_every_number_in_reading_order():
    found = places(plots.grid(np.arange(12).reshape(3, 4)))
    assert [text for text, _, _ in sorted(found, key=lambda item: (item[2], item[1]))] == [str(i) for i in range(12)]


def test_window_outlines_its_cells_and_no_other():
    assert outlined(plots.grid(NINE)) == []
    assert outlined(plots.grid(NINE, window=(1, 0, 2, 2))) == [["3", "4", "6", "7"]]
    assert outlined(plots.grid([5, 6, 7, 8], window=(0, 1, 1, 3))) == [["6", "7", "8"]]


@pytest.mark.parametrize(
    ("dashed", "count"), [(0, 0), (1, 16), ((1, 0), 10), ((0, 2), 20), (((1, 0), (0, 0)), 5), (((0, 0), (0, 2)), 10)]
)
def test_padding_is_dashed(dashed, count):
    figure = plots.grid(np.arange(25).reshape(5, 5), dashed=dashed)
    assert len(styled(figure, "stroke-dasharray")) == count
    assert len(texts(figure)) == 25


def test_dashed_padding_is_at_the_right_edge():
    (box,) = styled(plots.grid([1, 2, 3], dashed=((0, 0), (0, 1))), "stroke-dasharray")
    assert box[0] > max(left for left, *_ in styled(plots.grid([1, 2, 3]), "stroke-width:0.7")) - 1


@pytest.mark.parametrize("kind", ["input", "weight", "output"])
def test_every_fill_has_a_colour_for_its_digits(kind):
    fills = colors(np.linspace(-1, 1, 201), kind)
    assert [to_hex(fill) for fill in fills[[0, -1]]] == [palette.RAMPS[kind][end][0] for end in (0, -1)]
    assert {ink_on(fill) for fill in fills} <= {light for light, _ in palette.DIGITS.values()}


def test_figures_have_the_colours_of_the_palette_and_no_others():
    known = {light for light, _ in palette.TOKENS.values()} | set(palette.DARK)
    for name, draw in GALLERY.items():
        found = re.findall(r"#[0-9a-f]{6}\b", re.sub('href="data:[^"]*"', "", draw()._repr_svg_()))
        assert found, name
        assert set(found) <= known, name


def test_colours_mean_the_same_everywhere():
    brown, white, green = colors(np.array([-1.0, 0, 1]), "weight")
    red, _, blue = colors(np.array([-1.0, 0, 1]), "output")
    assert brown[0] > brown[2] < brown[1]
    assert green[1] > green[0]
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    np.testing.assert_allclose(white[:3], 0.96, atol=0.01)
    dark, _, light = colors(np.array([-1.0, 0, 1]), "input")
    assert dark[0] == dark[1] == dark[2] < light[0]


def test_usage_writes_its_counts():
    assert texts(GALLERY["usage"]()) == list("121242121")


# ---------------------------------------------------------------- one step


@pytest.mark.parametrize(
    ("position", "window", "total", "sum_line"),
    [
        ((0, 0), "0134", "19", "0·0 + 1·1 + 3·2 + 4·3 = 19"),
        ((0, 1), "1245", "25", "1·0 + 2·1 + 4·2 + 5·3 = 25"),
        ((1, 0), "3467", "37", "3·0 + 4·1 + 6·2 + 7·3 = 37"),
        ((1, 1), "4578", "43", "4·0 + 5·1 + 7·2 + 8·3 = 43"),
    ],
)
def test_correlation_outlines_window_kernel_and_output_and_writes_the_sum(position, window, total, sum_line):
    figure = plots.correlation(NINE, SMALL, position)
    assert outlined(figure) == [list(window), list("0123"), [total]]
    assert sum_line in texts(figure)
    assert {"19", "25", "37", "43"} <= set(texts(figure))


def test_correlation_with_stride_and_padding_of_the_lecture():
    figure = plots.correlation(FOUR_BY_SIX, NINE, (1, 2), stride=2, padding=1)
    assert {"56", "151", "164", "122", "159", "121"} <= set(texts(figure))
    assert ["8", "9", "0", "2", "9", "4", "1", "4", "2"] in outlined(figure)
    assert ["121"] in outlined(figure)
    assert len(styled(figure, "stroke-dasharray")) == 6 * 8 - 4 * 6
    sum_line = " ".join(text for text in texts(figure) if "·" in text)
    assert sum_line == "8·0 + 9·1 + 0·2 + 2·3 + 9·4 + 4·5 + 1·6 + 4·7 + 2·8 = 121"


def test_same_padding_of_an_even_kernel_is_at_the_right_and_below():
    figure = plots.correlation([[1, 2], [3, 4]], np.ones((2, 2)), (1, 1), padding="same")
    assert ["4", "0", "0", "0"] in outlined(figure)
    assert "4·1 + 0·1 + 0·1 + 0·1 = 4" in texts(figure)


@pytest.mark.parametrize("shown", [1, 3])
def test_later_outputs_are_empty_where_the_reader_shall_work_them_out(shown):
    outputs = ["19", "25", "37", "43"]
    table = plots.correlation(NINE, SMALL, shown=shown)
    assert [text for text in texts(table) if text in outputs] == outputs[:shown]
    assert outlined(table)[-1] == ["19"]
    row = plots.sequence([5, 1, 3, 2, 4, 7], [10, 20, 40], shown=shown)  # 5·40 + 1·20 + 3·10 and so on
    outputs = [text for text in texts(row) if len(text) == 3]
    assert outputs == ["250", "120", "200"][:shown]


def test_negative_factors_stand_in_brackets():
    assert f"({MINUS}1)·2 + 3·({MINUS}4) = {MINUS}14" in texts(plots.correlation([[-1, 3]], [[2, -4]]))


def test_stamps_stand_at_their_places_and_add_up():
    figure = plots.stamps([[1, 2], [0, -1]], [[1, -1], [0, 2]])
    written = [text for text in texts(figure) if text not in "+="]
    titles = [written.index(f"{factor} · kernel") for factor in ("1", "2", "0", f"{MINUS}1")]
    assert sorted(written[: titles[0]]) == sorted(["1", f"{MINUS}1", "0", "2"])
    assert sorted(written[titles[0] + 1 : titles[1]]) == sorted(["2", f"{MINUS}2", "0", "4"])
    by_hand = ["1", "1", f"{MINUS}2", "0", "1", "5", "0", "0", f"{MINUS}2"]
    assert written[titles[3] + 1 :] == [*by_hand, "sum"]
    assert [text for text in texts(figure) if text in "+="] == ["+", "+", "+", "="]
    assert len(styled(figure, "stroke-dasharray")) == 4 * 5


def test_steps_stand_side_by_side_with_their_signs_between():
    figure = plots.steps([[[1, 2], [3, 4]], [[5], [6]], [[17], [39]]], "·=", titles=["w", "x", "y"])
    found = {text: (x, y) for text, x, y in places(figure)}
    across = [found[text][0] for text in ("1", "2", "·", "5", "=", "17")]
    assert across == sorted(across)
    assert found["3"][1] == found["6"][1] == found["39"][1] > found["1"][1]
    assert [found[title][0] for title in "xy"] == pytest.approx([found["5"][0], found["17"][0]], abs=0.5)


def test_steps_outline_what_they_are_told():
    arrays = [NINE, NINE + 10]
    assert outlined(plots.steps(arrays, "+")) == []
    assert outlined(plots.steps(arrays, "+", windows=[(0, 1, 1, 2), (2, 0, 1, 1)])) == [["1", "2"], ["16"]]


def test_stamps_stand_a_stride_apart():
    figure = plots.stamps([[1, 1]], [[1, 10, 100]], stride=2)
    assert texts(figure)[-6:] == ["1", "10", "101", "10", "100", "sum"]
    dashed = sorted(left for left, *_ in styled(figure, "stroke-dasharray"))
    first, second = ([x for text, x, _ in places(figure) if text == weight][:2] for weight in ("1", "100"))
    assert first[0] < second[0] < dashed[0] < dashed[3] < first[1] < second[1]


def test_windows_lie_where_a_layer_looks_pixel_below_pixel():
    figure = GALLERY["windows"]()
    assert texts(figure) == ["first", *"01234560", "second", *"1234560"]
    digits = [place for place in places(figure) if place[0].isdigit()]
    brackets = styled(figure, f"stroke:{ACCENT}", "stroke-width:2")
    rows = [digits[:8], digits[8:]]  # three windows each, at two heights, as they overlap
    seen = [
        [text for text, x, _ in row if left < x < right]
        for row, found in zip(rows, (brackets[:3], brackets[3:]), strict=True)
        for left, _, right, _ in found
    ]
    assert seen == [list("012"), list("234"), list("456"), list("123"), list("345"), list("560")]
    assert len({round(top) for _, top, _, _ in brackets}) == 4
    columns = [{text: round(x, 1) for text, x, _ in row if text != "0"} for row in rows]
    assert columns[0] == columns[1]
    assert len(styled(figure, "stroke-dasharray")) == 3


def test_windows_that_do_not_overlap_have_brackets_at_one_height():
    brackets = styled(plots.windows(range(8), 2, {"": (0, 0)}, stride=3), f"stroke:{ACCENT}", "stroke-width:2")
    assert len(brackets) == 3 and len({top for _, top, _, _ in brackets}) == 1


def test_flattened_keeps_a_number_its_grey_and_leaves_a_gap_where_the_last_axis_ends():
    figure = GALLERY["flattened"]()
    by_row = " ".join(text for text in texts(figure) if text.isdigit())
    assert by_row == "0 1 2 10 11 12 100 101 102 110 111 112 0 100 1 101 2 102 10 110 11 111 12 112"
    across = [x for text, x, _ in places(figure) if text.isdigit()]
    for row, size in ((across[:12], 3), (across[12:], 2)):
        apart = np.round(np.diff(row), 1)
        assert len(set(apart)) == 2
        assert (np.flatnonzero(apart == apart.max()) == np.arange(size - 1, 11, size)).all()
    styles = [element.get("style", "") for element in svg(figure).iter()]
    fills = [style[5:12] for style in styles if "stroke-width:0.7" in style]  # cells are drawn in the order of digits
    first, last = (dict(zip(by_row.split()[half], fills[half], strict=True)) for half in (slice(12), slice(12, 24)))
    assert first == last and first["0"] == palette.RAMPS["input"][0][0] and len(set(first.values())) > 2


def test_long_sums_are_broken_before_a_sign():
    found = texts(GALLERY["huge"]())
    lines = found[next(i for i, text in enumerate(found) if "·" in text) :]
    assert len(lines) > 1
    assert all(line.startswith(("+", "=")) for line in lines[1:])
    assert max(map(len, lines)) < 60


@pytest.mark.parametrize(("position", "total"), [(0, "2"), (1, "3"), (2, "4")])
def test_sequence_shows_the_lectures_convolution(position, total):
    figure = plots.sequence([1, 2, 3, 4, 5, 6], [0.1, 0.2, 0.3, 0.4], position)
    flipped, window = ["0.4", "0.3", "0.2", "0.1"], [str(position + i) for i in range(1, 5)]
    assert sorted(outlined(figure)) == sorted([window, flipped, [total]])
    assert "kernel, flipped" in texts(figure)
    products = " + ".join(f"{a}·{b}" for a, b in zip(window, flipped, strict=True))
    assert f"{products} = {total}" in texts(figure)


def test_sequence_without_flip_is_the_cross_correlation():
    figure = plots.sequence([1, 2, 3], [1, -1], 1, flip=False)
    assert "kernel" in texts(figure)
    assert f"2·1 + 3·({MINUS}1) = {MINUS}1" in texts(figure)


@pytest.mark.parametrize(("mode", "zeros"), [("valid", (0, 0)), ("same", (2, 1)), ("full", (3, 3))])
@pytest.mark.parametrize("flip", [True, False])
def test_sequence_draws_every_output_of_every_mode(mode, zeros, flip):
    x, kernel = [5, 1, 3, 2, 4, 7], [1, 2, 4, 8]
    values = np.convolve(x, kernel if flip else kernel[::-1])  # a witness; in full
    start, stop = {"valid": (3, 6), "same": (1, 7), "full": (0, 9)}[mode]
    for position, value in enumerate(values[start:stop]):
        figure = plots.sequence(x, kernel, position, mode=mode, flip=flip)
        padded = [0] * zeros[0] + x + [0] * zeros[1]
        assert [str(v) for v in padded[position : position + 4]] in outlined(figure)
        assert [str(value)] in outlined(figure)
        assert len(styled(figure, "stroke-dasharray")) == sum(zeros)


def test_each_output_stands_below_its_index():
    figure = plots.sequence([1, 2, 3, 4, 5, 6], [0.1, 0.2, 0.3, 0.4])
    x_of = {(text, round(y)): x for text, x, y in places(figure)}
    rows = sorted({y for _, y in x_of})
    index_3 = next(x for (text, y), x in x_of.items() if text == "3" and y == rows[1])
    first_output = next(x for (text, y), x in x_of.items() if text == "2" and y == rows[-2])
    assert index_3 == pytest.approx(first_output)


@pytest.mark.parametrize(("k", "before", "after", "half"), [(6, 2, 3, 1), (6, 3, 2, -1), (5, 2, 2, 0), (2, 0, 1, 1)])
def test_outputs_stand_under_the_middles_of_their_windows(k, before, after, half):
    x = np.arange(11, 18)  # no number is also an output's
    values = [str(value) for value in np.convolve(np.pad(x, (before, after)), np.full(k, 3), "valid")]
    figure = plots.centred(x, np.full(k, 3), (before, after), 1)
    x_of = {text: place for text, place, _ in places(figure)}
    cell = x_of["12"] - x_of["11"]
    shifts = [(x_of[value] - x_of[str(pixel)]) / cell for value, pixel in zip(values, x, strict=True)]
    assert shifts == pytest.approx([half / 2] * 7, abs=0.02)
    padded = [0] * before + x.tolist() + [0] * after
    assert sorted(outlined(figure)) == sorted([[str(v) for v in padded[1 : 1 + k]], [values[1]]])
    assert len(styled(figure, "stroke-dasharray")) == before + after


# ---------------------------------------------------------------- pictures


def pictures(figure):
    """The embedded pictures as arrays of bytes, with their boxes (x, y, width, height)."""
    found = []
    for element in svg(figure).iter():
        if element.tag.endswith("image"):
            packed = next(value for name, value in element.attrib.items() if name.endswith("href"))
            with Image.open(io.BytesIO(base64.b64decode(packed.partition(",")[2]))) as image:
                found.append(np.asarray(image.convert("RGB")))
    return found


def test_photographs_keep_their_pixels():
    colour = np.arange(27).reshape(3, 3, 3) / 26
    first, grey, last, many = pictures(plots.images([colour[:, :2], NINE / 8, colour[:, :, :2], NINE.astype(np.uint8)]))
    np.testing.assert_array_equal(first, np.round(255 * colour[:, :2]))  # (H, W, 3)
    np.testing.assert_array_equal(grey[:, :, 1], np.round(255 * NINE / 8))
    np.testing.assert_array_equal(last, np.round(255 * colour[:, :, :2]).transpose(1, 2, 0))  # (3, H, W)
    np.testing.assert_array_equal(many[:, :, 0], NINE)


def test_large_photographs_are_packed_small():
    noise = np.random.RandomState(0).uniform(size=(3, 200, 300)).cumsum(axis=2).cumsum(axis=1)
    text = plots.images([noise / noise.max()])._repr_svg_()
    assert "data:image/jpeg" in text
    assert "pixelated" not in text
    assert len(text) < 60_000


def test_the_key_of_maps_that_are_nowhere_negative_starts_at_0():
    maps = np.arange(8.0).reshape(2, 2, 2)
    for shown, labels in ((maps, ["0", "7"]), (maps - 7, ["−7", "0", "7"]), (maps - 2, ["−5", "0", "5"])):
        figure = plots.feature_maps(shown)
        assert [text.get_text() for text in figure.axes[0].texts][2:] == labels
        key = pictures(figure)[-1][0]
        white = [place for place, colour in enumerate(key) if min(colour) > 240]
        assert white[0] == 0 if labels[0] == "0" else 24 < white[0] <= white[-1] < 40


def test_kernels_and_maps_share_one_symmetric_scale():
    weight = np.array([-4.0, 1, 0, 2]).reshape(4, 1, 1, 1)
    figure = plots.kernels(weight)
    brown, light, white, green, _key = (picture[0, 0].astype(int) for picture in pictures(figure))
    assert brown.tolist() == palette.parts(palette.RAMPS["weight"][0][0])
    assert brown.sum() < green.sum() < light.sum() < white.sum()
    assert [text for text in texts(figure) if text not in "0123"] == [f"{MINUS}4", "4"]
    red = pictures(plots.feature_maps(weight[:, 0]))[0][0, 0]
    assert red.tolist() == palette.parts(palette.RAMPS["output"][0][0])


def test_kernels_stand_in_the_column_of_their_filter():
    weight = np.zeros((3, 2, 1, 1))
    weight[2, 1] = 1.0
    found = pictures(plots.kernels(weight))
    assert [int(picture[0, 0, 0]) < 100 for picture in found[:6]] == [False] * 5 + [True]
    weight = weight.swapaxes(0, 1)[::-1]  # two filters of three channels; the one stands in the first column, last row
    found = pictures(plots.kernels(weight))
    assert [int(picture[0, 0, 0]) < 100 for picture in found[:6]] == [False] * 4 + [True, False]


# ---------------------------------------------------------------- charts and networks


def test_curves_carry_their_names_at_their_ends():
    figure = plots.curves({"low": [3, 2, 1], "high": [1, 2, 3]}, xlabel="epoch", ylabel="loss")
    height = {text: y for text, _, y in places(figure)}
    assert {"epoch", "loss", "low", "high"} <= set(height)
    assert height["high"] < height["low"]
    assert figure.axes[0].lines[1].get_linestyle() != figure.axes[0].lines[0].get_linestyle()
    assert figure.axes[0].lines[1].get_marker() != figure.axes[0].lines[0].get_marker()


def test_names_stand_at_the_height_where_their_lines_end():
    (axes,) = plots.curves({"a": [0, 40, 30], "b": [0, 50, 100], "c": [0, 0, 0]}).axes
    low, high = axes.get_ylim()
    for text, end in zip(axes.texts, (0, 30, 100), strict=True):
        assert text.get_position()[1] == pytest.approx((end - low) / (high - low), abs=0.01)


def test_names_of_lines_that_end_together_do_not_touch():
    heights = sorted(y for text, _, y in places(plots.curves({name: [1, 2] for name in "PQRS"})) if text in "PQRS")
    assert len(heights) == 4
    assert np.diff(heights).min() > 12


def test_curves_draw_what_they_are_given():
    figure = plots.curves({"a": ([1, 10, 100], [5, 6, 7]), "b": [1, 2]}, log=True)
    first, second = figure.axes[0].lines
    np.testing.assert_array_equal(first.get_xydata(), [[1, 5], [10, 6], [100, 7]])
    np.testing.assert_array_equal(second.get_xydata(), [[0, 1], [1, 2]])
    assert figure.axes[0].get_yscale() == "log"
    assert len(plots.curves(np.arange(5.0)).axes[0].lines) == 1


def test_history_draws_loss_above_accuracy():
    history = History()
    history.loss, history.accuracy, history.val_accuracy = [2.0, 1.0], [0.5, 0.9], [0.4, 0.8]
    history.val_loss = [2.5, 1.5]
    figure = plots.history(history)
    loss, accuracy = figure.axes
    assert loss.get_position().y0 > accuracy.get_position().y1
    assert [len(axes.lines) for axes in figure.axes] == [2, 2]
    np.testing.assert_array_equal(loss.lines[1].get_xydata(), [[1, 2.5], [2, 1.5]])
    np.testing.assert_array_equal(accuracy.lines[1].get_xydata(), [[1, 0.4], [2, 0.8]])
    assert texts(figure).count("train") == texts(figure).count("validation") == 2


def test_confusion_writes_counts_and_leaves_zeros_out():
    figure = plots.confusion([[35, 1], [0, 36]], ["cat", "dog"])
    assert sorted(texts(figure)) == sorted(["35", "1", "36", "cat", "cat", "dog", "dog", "true", "predicted"])
    (mistake,) = [place for place in places(figure) if place[0] == "1"]
    (right,) = [place for place in places(figure) if place[0] == "35"]
    assert mistake[1] > right[1]  # predicted dog: the second column
    assert mistake[2] == pytest.approx(right[2])  # truly a cat: the first row
    blue, red, none, _ = (face for cells in figure.axes[0].collections for face in cells.get_facecolor())
    assert blue[2] > blue[0]
    assert red[0] > red[2]
    assert none[3] == 0


def test_bars_have_lengths_and_numbers():
    figure = plots.bars(["a", "b"], [4, 1])
    long, short = (bar.get_width() for bar in figure.axes[0].patches)
    assert long == pytest.approx(4 * short)
    assert texts(figure) == ["a", "4", "b", "1"]
    figure = plots.bars(["a", "b"], [120_000_000, 120], log=True)
    long, short = (bar.get_width() for bar in figure.axes[0].patches)
    assert long == pytest.approx(7 * short)
    assert "120,000,000" in texts(figure)


def test_areas_are_to_scale_and_stand_on_one_line():
    large, small, middle = plots.areas(["a", "b", "c"], [802_816, 25, 1_024]).axes[0].patches
    areas = [square.get_width() * square.get_height() for square in (large, small, middle)]
    assert np.divide(areas, areas[1]) == pytest.approx([802_816 / 25, 1, 1_024 / 25])
    assert len({round(square.get_y() + square.get_height(), 9) for square in (large, small, middle)}) == 1
    assert [to_hex(square.get_facecolor()) == ACCENT for square in (large, small, middle)] == [False, True, False]
    assert texts(plots.areas(["a", "b"], [802_816, 25])) == ["a", "802,816", "b", "25"]


def test_squares_that_are_too_wide_for_a_row_shrink():
    sides = [square.get_width() for square in plots.areas("abc", [1, 1, 1]).axes[0].patches]
    assert sides == pytest.approx([sides[0]] * 3)
    assert 0.5 < sides[0] < 5.6 / 3


@pytest.mark.parametrize(("shape", "kernel"), [((3, 6, 7), (2, 3)), ((2, 5, 4), (3, 2)), ((1, 32, 32), (5, 5))])
def test_a_filter_stands_in_its_volume_and_gives_one_number(shape, kernel):
    row, col = 1, 2
    figure = plots.filter_in_volume(shape, kernel, (row, col))
    window, cell = styled(figure, f"stroke:{ACCENT}", "stroke-width:3")
    side = cell[2] - cell[0]
    assert np.divide((window[2] - window[0], window[3] - window[1]), side) == pytest.approx(kernel[::-1], rel=1e-3)
    lines = styled(figure, f"stroke:{MUTED}", "stroke-width:0.6")  # of the front, then of the map
    fronts = lines[: shape[1] + shape[2] + 2], lines[shape[1] + shape[2] + 2 :]
    for front, place in zip(fronts, (window, cell), strict=True):
        left, top, *_ = np.min(front, axis=0)
        assert np.divide((place[0] - left, place[1] - top), side) == pytest.approx((col, row), abs=1e-3)
    assert len(fronts[1]) == shape[1] - kernel[0] + 1 + shape[2] - kernel[1] + 1 + 2
    assert len(styled(figure, f"fill:{ACCENT_SOFT}")) == 2 * shape[0] + 1 + 2  # as deep as the volume; two outlines
    sizes = [text.replace("\N{MULTIPLICATION SIGN}", "x") for text in texts(figure)]
    outputs = f"{shape[1] - kernel[0] + 1}x{shape[2] - kernel[1] + 1}"
    assert sizes == ["x".join(map(str, shape)), f"filter {shape[0]}x{kernel[0]}x{kernel[1]}", outputs, "one number"]


def test_volumes_write_shapes_and_break_long_rows():
    shapes = [(1, 32, 32), (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), 120, (84,), 10]
    figure = plots.volumes(shapes)
    written = [text.replace("\N{MULTIPLICATION SIGN}", "x") for text in texts(figure)]
    assert written == ["1x32x32", "6x28x28", "6x14x14", "16x10x10", "16x5x5", "120", "84", "10"]
    assert len({y for _, _, y in places(figure)}) == 2
    assert len(styled(figure, f"fill:{ACCENT_SOFT}")) == 2 * len(shapes)


def count_lit(figure):
    """How many neurons and how many edges are highlighted."""
    return len(styled(figure, f"fill:{ACCENT_SOFT}")), len(styled(figure, f"stroke:{ACCENT}", "stroke-width:2.6"))


def test_connections_highlight_what_a_neuron_sees_and_reaches():
    assert count_lit(plots.connections(6, 4)) == (0, 0)
    assert count_lit(plots.connections(6, 4, output=1)) == (7, 6)
    assert count_lit(plots.connections(6, 4, input=[0, 1])) == (6, 8)
    assert count_lit(plots.connections(5, 3, SHARED, output=1)) == (4, 3)
    assert count_lit(plots.connections(5, 3, SHARED, input=0)) == (2, 1)
    step = [[(o + k, o) for o in range(n) for k in range(3)] for n in (5, 3)]
    assert count_lit(plots.connections(7, (5, 3), step, output=1)) == (5 + 3 + 1, 9 + 3)


def test_shared_weights_carry_their_letter():
    assert sorted(texts(plots.connections(5, 3, SHARED))) == sorted("abc" * 3)


# ---------------------------------------------------------------- what is wrong is said


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.grid(np.zeros((2, 2, 2))), "array must be a non-empty array with 1 or 2 axes, got shape (2,"),
        (lambda: plots.grid([]), "array must be"),
        (lambda: plots.grid(NINE, kind="photo"), "kind"),
        (lambda: plots.grid(NINE, window=(2, 2, 2, 2)), "window (2, 2, 2, 2) leaves the array of shape (3, 3)"),
        (lambda: plots.correlation(NINE, SMALL, (2, 0)), "position (2, 0) is not in the output, which has shape (2,"),
        (lambda: plots.sequence([1, 2, 3], [1, 1], 2), "position 2 is not in the output, which has length 2"),
        (lambda: plots.centred([1, 2, 3], [1, 1], (0, 1), 3), "position 3 is not in the output, which has length 3"),
        (lambda: plots.centred([1, 2, 3], [1, 1], 1), "padding must be (before, after)"),
        (lambda: plots.stamps(NINE, SMALL), "g must have at most 4 numbers, a stamp for each, got shape (3, 3)"),
        (lambda: plots.steps([[1]], []), "arrays must be at least two, got 1"),
        (lambda: plots.steps([[1], [2]], "+-"), "signs must be 1 for 2 arrays, got 2"),
        (lambda: plots.steps([[1], [2]], "+", titles=["a"]), "titles must be 2 for 2 arrays, got 1"),
        (lambda: plots.steps([[1], [2]], "+", kinds=["input", "photo"]), "kind"),
        (lambda: plots.steps([[1], [2]], "+", windows=[None, (0, 1, 1, 1)]), "window (0, 1, 1, 1) leaves the array"),
        (lambda: plots.steps([[1], []], "+"), "array 1 must be a non-empty array"),
        (lambda: plots.images([]), "at least one picture"),
        (lambda: plots.images([np.zeros((2, 4, 4))]), "a picture must have shape"),
        (lambda: plots.images([NINE / 8], ["a", "b"]), "2 for 1"),
        (lambda: plots.images([NINE], kind="input"), "kind"),
        (lambda: plots.kernels(NINE), "weight must be"),
        (lambda: plots.feature_maps(NINE), "maps must be"),
        (lambda: plots.curves({}), "1 to 6 lines, got 0"),
        (lambda: plots.curves({"a": ([1, 2], [1, 2, 3])}), "line 'a' has 2 x for 3 y"),
        (lambda: plots.history({"time": [1]}), "history must hold a loss or an accuracy"),
        (lambda: plots.confusion(np.zeros((2, 3))), "square"),
        (lambda: plots.confusion([[1, 0], [0, 1]], ["a"]), "1 for 2"),
        (lambda: plots.bars(["a"], [1, 2]), "1 for 2"),
        (lambda: plots.bars(["a"], [0], log=True), "above zero"),
        (lambda: plots.bars(["a"], [-1]), "at least zero"),
        (lambda: plots.areas(["a"], [1, 2]), "1 for 2"),
        (lambda: plots.areas(["a"], [-1]), "at least zero, and not all zero, got [-1.0]"),
        (lambda: plots.areas(["a"], [0]), "not all zero, got [0.0]"),
        (lambda: plots.filter_in_volume((3, 3), 2), "shape must be (C, H, W), got (3, 3)"),
        (lambda: plots.filter_in_volume((3, 0, 3), 2), "each size in shape must be at least 1, got 0"),
        (lambda: plots.filter_in_volume((3, 4, 4), 3, (0, 2)), "position (0, 2) is not in the output, which has"),
        (lambda: plots.volumes([]), "at least one shape"),
        (lambda: plots.volumes([(3, 4)]), "(3, 4)"),
        (lambda: plots.volumes([3], ["a", "b"]), "2 for 1"),
        (lambda: plots.connections(2, 2, [(0, 2)]), "edge (0, 2) leaves rows of 2 and 2 neurons"),
        (lambda: plots.connections(2, 2, output=2), "output must name neurons from 0 to 1, got 2"),
        (lambda: plots.connections(2, 2, output=0, input=0), "not both"),
        (lambda: plots.connections(2, (2, 2), [[(0, 0)]]), "each of the 2 steps, got 1"),
        (lambda: plots.connections(2, 2, names=["a"]), "1 for 2"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


@pytest.mark.parametrize("draw", [plots.grid, plots.usage, lambda x: plots.curves({"a": x})])
def test_what_is_not_a_number_is_refused(draw):
    with pytest.raises(TypeError, match="real numbers"):
        draw(["a", "b"])
