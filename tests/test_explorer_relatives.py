"""The explorer of chapter 10: the relatives' outputs, matrices and counts are the library's over the whole ranges."""

from __future__ import annotations

from itertools import product as every
from typing import Any

import numpy as np
import pytest
from browser import APART, MISPLACED, SIZES, pull
from test_explorers import arithmetic, check_text, drive, explorers, focused, grids, line, reader

import cnn_course as cc

__all__ = ["drive", "reader"]
RELATIVES = ("convolution", "unshared", "tiled", "grouped", "dilated", "transposed")


def settings(state: dict[str, Any]) -> tuple[int, int, int, int, int, int]:
    """Return channels, groups, size, kernel size, stride and dilation, as far as the relative has them."""
    grouped, dilated = state["relative"] == "grouped", state["relative"] == "dilated"
    channels, groups = (state["channels"], state["groups"]) if grouped else (1, 1)
    return channels, groups, state["size"], state["kernel_size"], state["stride"], state["dilation"] if dilated else 1


def layer(state: dict[str, Any], x: np.ndarray, table: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """Run the library's layer on rows of shape (N, C, n), with its weights and biases from the explorer's tables."""
    channels, groups, _, k, stride, dilation = settings(state)
    rows, step = x[:, :, None], (1, stride)
    if state["relative"] == "unshared":
        weight = table.reshape(1, 1, len(table), 1, 1, k)
        return cc.locally_connected2d(rows, weight, biases.reshape(1, 1, -1), stride=step)
    if state["relative"] == "tiled":
        weight = np.stack([kernel.reshape(1, 1, 1, k) for kernel in table], axis=-1)[..., None, :]
        return cc.tiled_conv2d(rows, weight, biases.reshape(1, 1, -1), stride=step)
    if state["relative"] == "transposed":
        return cc.conv_transpose2d(rows, table.reshape(1, 1, 1, k), biases, stride=step)
    weight = table.reshape(channels, channels // groups, k)
    return cc.conv1d(x, weight, biases, stride=stride, dilation=dilation, groups=groups)


def counted(state: dict[str, Any]) -> tuple[int, int, int]:
    """Return the library's numbers of weights, biases and multiplications."""
    channels, groups, n, k, stride, dilation = settings(state)
    kernel, relative = (1, k), state["relative"]
    places = (1, n) if relative == "transposed" else (1, cc.conv_output_size(n, k, stride=stride, dilation=dilation))
    work = cc.conv_mac_count(channels, channels, kernel, places, groups=groups)

    def parameters(bias: bool) -> int:
        if relative == "unshared":
            return cc.locally_connected_param_count(1, 1, kernel, places, bias=bias)
        if relative == "tiled":
            return cc.tiled_param_count(1, 1, kernel, (1, state["tiles"]), bias=bias)
        return cc.conv_param_count(channels, channels, kernel, groups=groups, bias=bias)

    return parameters(False), parameters(True) - parameters(False), work


def is_a_layer(state: dict[str, Any]) -> bool:
    channels, groups, n, k, stride, dilation = settings(state)
    if state["relative"] == "transposed":
        return True
    span = dilation * (k - 1) + 1
    tiles = state["tiles"] if state["relative"] == "tiled" else 1
    return span <= n and channels % groups == 0 and tiles <= (n - span) // stride + 1


def all_sizes() -> list[dict[str, Any]]:
    """Return every relative with every value of what it has, in a seventh of their combinations."""
    own = {"tiled": ["tiles"], "grouped": ["channels", "groups"], "dilated": ["dilation"]}
    spans = {"tiles": range(1, 5), "channels": range(1, 5), "groups": range(1, 5), "dilation": range(1, 4)}
    cases = []
    for relative in RELATIVES:
        names = own.get(relative, [])
        for values in every(range(1, 9), range(1, 6), range(1, 4), *(spans[name] for name in names)):
            traits = dict(zip(("size", "kernel_size", "stride", *names), values, strict=True))
            cases.append({"relative": relative, **traits})
    return cases[::7]  # no number of values is a multiple of 7, so each value stays


def test_its_numbers_are_the_library_s(drive: Any) -> None:
    random, seen = np.random.RandomState(0), 0
    cases = all_sizes()
    for at, case in enumerate(cases):
        case["position"] = at % 26
        case.update(x=[], weight=[], biases=[])
        state = {"tiles": 2, "channels": 2, "groups": 2, "dilation": 2, **case}
        channels, groups, _, k, _, _ = settings(state)
        if at % 3 == 0 and is_a_layer(state) and channels * case["size"] <= 16:  # numbers of one's own
            weights, biases, _ = counted(state)
            case["x"] = random.randint(-9, 10, channels * case["size"]).astype(float).tolist()
            case["weight"] = random.randint(-9, 10, weights).astype(float).tolist()
            case["biases"] = random.randint(-9, 10, biases).astype(float).tolist()
            assert weights == biases * channels // groups * k
    for case, shown in zip(cases, drive(explorers.relatives(), cases), strict=True):
        check_text(shown)
        state = shown["state"]
        channels, groups, n, k, *_ = settings(state)
        assert n == min(case["size"], 16 // channels)
        row = grids(shown, "input")[0]
        assert row.shape == (1, channels * n)
        assert (shown["trouble"] == "") == is_a_layer(state)
        if shown["trouble"]:
            assert not grids(shown, "output")
            continue
        seen += 1
        table, biases, matrix = (grids(shown, name)[0] for name in ("weights", "biases", "matrix"))
        if case["x"]:
            np.testing.assert_array_equal([*row[0], *table.ravel()], [*case["x"], *case["weight"]])
            np.testing.assert_array_equal(biases.ravel(), case["biases"])
        y = layer(state, row.reshape(1, channels, n), table, biases.ravel())
        np.testing.assert_array_equal(grids(shown, "output")[0], y.reshape(1, -1))
        units = layer(state, np.eye(channels * n).reshape(-1, channels, n), table, np.zeros(biases.size))
        np.testing.assert_array_equal(matrix, units.reshape(channels * n, -1).T)
        if state["relative"] in ("convolution", "grouped", "dilated"):
            weight = table.reshape(channels, channels // groups, 1, k)
            options = {"stride": (1, state["stride"]), "dilation": (1, settings(state)[-1]), "groups": groups}
            np.testing.assert_array_equal(matrix, cc.conv2d_matrix(weight, (1, n), **options))
        if state["relative"] == "transposed":
            down = cc.conv2d_matrix(table.reshape(1, 1, 1, k), (1, y.size), stride=(1, state["stride"]))
            np.testing.assert_array_equal(matrix, down.T)
        told = [int(part.split(" ")[-1]) for part in shown["text"][1].split("; ")]
        assert tuple(told) == counted(state) == (table.size, biases.size, told[2])
        assert shown["text"][1].startswith("weights: ")
        assert state["last"] == y.size - 1
        left, right = arithmetic(shown["text"][0])
        assert left == right == y.ravel()[state["position"]]
    assert seen > 190


def test_an_example_of_the_chapter_for_each(drive: Any) -> None:
    row = {"x": [1, 2, 3, 4, 5, 6]}
    kernels = {"relative": "tiled", "kernel_size": 2, "weight": [1, 1, 1, -1]}
    dilated = {"relative": "dilated", "size": 7, "kernel_size": 3, "weight": [1, 1, 1], "x": []}
    stamps = {"relative": "transposed", "size": 4, "stride": 2, "x": [1] * 4}
    shown = drive(explorers.relatives(), [{}, row | kernels, dilated, stamps])
    outputs = [grids(step, "output")[0][0].tolist() for step in shown]
    assert outputs == [[14, 20, 26, 32], [3, -1, 7, -1, 11], [9, 12, 15], [1, 1, 2, 1, 2, 1, 2, 1, 1]]
    toeplitz = [[1, 2, 3, 0, 0, 0], [0, 1, 2, 3, 0, 0], [0, 0, 1, 2, 3, 0], [0, 0, 0, 1, 2, 3]]
    assert grids(shown[0], "matrix")[0].tolist() == toeplitz
    assert shown[0]["text"][0] == "output[0] = 1·1 + 2·2 + 3·3 = 14"


def test_the_relatives_differ_only_in_who_is_connected_and_who_shares(drive: Any) -> None:
    shown = drive(explorers.relatives(), [{"relative": name} for name in RELATIVES])
    counts = [step["text"][1] for step in shown]
    assert counts == [
        "weights: 3; biases: 1; multiplications: 4·3 = 12",
        "weights: 4·3 = 12; biases: 4; multiplications: 4·3 = 12",
        "weights: 2·3 = 6; biases: 2; multiplications: 4·3 = 12",
        "weights: 2·3 = 6; biases: 2; multiplications: 8·3 = 24",
        "weights: 3; biases: 1; multiplications: 2·3 = 6",
        "weights: 3; biases: 1; multiplications: 6·3 = 18",
    ]
    plain, unshared, tiled = (grids(step, "matrix")[0] for step in shown[:3])
    np.testing.assert_array_equal(plain != 0, unshared != 0)
    np.testing.assert_array_equal(plain != 0, tiled != 0)
    assert [np.unique(matrix[matrix != 0]).size for matrix in (plain, unshared, tiled)] == [3, 12, 6]


def test_only_what_mends_is_offered(drive: Any) -> None:
    traits = {"kernel k": "kernel_size", "dilation d": "dilation", "groups": "groups", "channels C": "channels",
              "kernels t": "tiles", "stride s": "stride", "input n": "size"}  # fmt: skip
    broken = 0
    for shown in drive(explorers.relatives(), all_sizes()):
        assert bool(shown["fixes"]) == shown["trouble"].endswith(" Choose")
        for words in shown["fixes"]:
            name, value = words.split(" = ")
            assert is_a_layer(shown["state"] | {traits[name]: int(value)}), (words, shown["state"])
        broken += bool(shown["fixes"])
    assert broken > 30


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ({"size": 2}, "The kernel does not fit: it spans k = 3 inputs of n = 2. Choose"),
        ({"relative": "dilated", "size": 4},
         "The kernel does not fit: it spans d·(k − 1) + 1 = 2·(3 − 1) + 1 = 5 inputs of n = 4. Choose"),
        ({"relative": "grouped", "channels": 3}, "3 channels cannot be split into 2 groups of one size. Choose"),
        ({"relative": "tiled", "tiles": 4, "kernel_size": 5},
         "4 kernels take turns over 2 outputs: the last would never have its turn. Choose"),
    ],
)  # fmt: skip
def test_what_is_no_layer_is_explained_as_the_library_would(drive: Any, case: dict[str, Any], says: str) -> None:
    (shown,) = drive(explorers.relatives(), [case])
    assert shown["trouble"] == says
    assert shown["words"].endswith(f"no output. {says}")


def test_numbers_that_were_typed_stay_and_all_others_follow_the_relative(drive: Any) -> None:
    typed = {"relative": "tiled", "weight": [1, 2, 3, -1, 50, -3], "biases": [0, 7]}
    steps = [typed, {"relative": "unshared"}, {"kernel_size": 2}, {"size": 1}, {"size": 6}, {"relative": "convolution"}]
    shown = drive(explorers.relatives(), steps)
    assert grids(shown[1], "weights")[0].tolist() == [[1, 2, 3], [-1, 50, -3], [4, 5, 6], [-4, -5, -6]]
    assert grids(shown[1], "biases")[0].ravel().tolist() == [0, 7, 0, 0]
    assert grids(shown[2], "weights")[0].tolist() == [[1, 2], [-1, 50], [3, 4], [-3, -4], [5, 6]]
    assert shown[3]["trouble"]
    assert grids(shown[-1], "weights")[0].tolist() == [[1, 2]]
    assert shown[-1]["state"]["weight"] == shown[-1]["state"]["biases"] == []  # nothing that the address need hold


def lit(tab: Any, kind: str) -> list[str]:
    """Return the labels of the cells of a kind that stand out."""
    cells = f".cc-{kind} .cc-on"
    return tab.locator(cells).evaluate_all(
        "(all) => all.map((cell) => (cell.querySelector('input') ?? cell).getAttribute('aria-label'))"
    )


def framed(tab: Any) -> tuple[int, int]:
    """Return how many rows and columns of the matrix the frame lies around."""
    tab.wait_for_timeout(300)
    frame, cell = (tab.locator(f".cc-matrix .cc-{kind}").first.bounding_box() for kind in ("frame", "cell"))
    return round((frame["height"] - 6) / cell["height"]), round((frame["width"] - 6) / cell["width"])


def test_an_output_lights_its_inputs_and_its_row_and_the_other_way_round(reader: Any) -> None:
    tab = reader(explorers.relatives("tiled"))
    above = ".cc-above path:not(.cc-casing)"
    assert lit(tab, "image") == ["input[0] is 1", "input[1] is 2", "input[2] is 3"]
    assert framed(tab) == (1, 6)
    tab.get_by_label("output[1] is −20").hover()
    assert line(tab) == "output[1] = 2·−1 + 3·−2 + 4·−3 = −20"
    assert lit(tab, "image") == ["input[1] is 2", "input[2] is 3", "input[3] is 4"]
    assert lit(tab, "kernel") == ["weight[1, 0]", "weight[1, 1]", "weight[1, 2]"]
    assert tab.locator(above).count() == 3
    tab.get_by_label("input[2] is 3").hover()
    assert line(tab) == "This input, 3, goes into 3 outputs: [0] as 3·3; [1] as 3·−2; [2] as 3·1"
    assert lit(tab, "result") == ["output[0] is 14", "output[1] is −20", "output[2] is 26"]
    assert framed(tab) == (4, 1)
    tab.get_by_label("matrix[3, 4] is −2", exact=True).hover()
    assert line(tab) == "This weight, −2, is used 2 times: output[1] as 3·−2; output[3] as 5·−2"
    assert lit(tab, "matrix") == ["matrix[1, 2] is −2", "matrix[3, 4] is −2"]
    assert tab.locator(above).count() == 2
    tab.get_by_label("matrix[0, 5] is 0, not connected").hover()
    assert line(tab) == "output[0] does not see input[5]: nothing is stored or multiplied for this 0."
    tab.get_by_label("bias[1]").hover()
    assert line(tab) == "This bias, 0, is added to 2 outputs: [1], [3]"
    assert lit(tab, "result") == ["output[1] is −20", "output[3] is −32"]
    tab.mouse.move(1, 1)
    assert line(tab) == "output[0] = 1·1 + 2·2 + 3·3 = 14"
    assert tab.locator(".cc-asked").count() == 0


def test_what_has_the_focus_lights_up_as_what_is_under_the_mouse(reader: Any) -> None:
    tab = reader(explorers.relatives())
    tab.get_by_label("output[0] is 14").focus()
    tab.keyboard.press("ArrowRight")
    assert focused(tab) == "output[1] is 20"
    assert line(tab) == "output[1] = 2·1 + 3·2 + 4·3 = 20"
    tab.get_by_label("input[3] is 4").focus()
    assert line(tab) == "This input, 4, goes into 3 outputs: [1] as 4·3; [2] as 4·2; [3] as 4·1"
    tab.get_by_label("weight[0, 0]").focus()
    assert line(tab).startswith("This weight, 1, is used 4 times: ")
    tab.get_by_label("matrix[2, 3] is 2").click()
    tab.keyboard.press("ArrowDown")
    assert focused(tab) == "matrix[3, 3] is 1"
    assert line(tab).startswith("This weight, 1, is used 4 times: ")
    tab.mouse.move(1, 1)
    tab.get_by_role("button", name="Play").focus()
    assert line(tab) == "output[3] = 4·1 + 5·2 + 6·3 = 32"


def test_what_stands_out_can_be_pulled(reader: Any) -> None:
    tab = reader(explorers.relatives("dilated", dilation=1), viewport={"width": 1280, "height": 800})
    pitch = [tab.get_by_label(f"input[{at}] is {at + 1}").bounding_box()["x"] for at in (0, 1)]
    apart = pitch[1] - pitch[0]
    pull(tab, tab.locator("[title*='number of inputs']"), 2 * apart)
    assert tab.get_by_label("input n", exact=True).input_value() == "8"
    pull(tab, tab.locator("[title*='weights apart']"), 2 * apart)
    assert tab.get_by_label("dilation d", exact=True).input_value() == "2"
    side = tab.get_by_label("weight[0, 0]").bounding_box()["width"]
    pull(tab, tab.locator("[title*='size of the kernel']"), -0.9 * side)
    assert tab.get_by_label("kernel k", exact=True).input_value() == "2"
    pull(tab, tab.locator("[title*='windows apart']"), apart)
    assert tab.get_by_label("stride s", exact=True).input_value() == "2"
    pull(tab, tab.get_by_label("output[0] is"), 4.2 * apart)
    assert line(tab).startswith("output[2] = ")
    assert focused(tab).startswith("output[2] is")


def test_numbers_are_typed_and_the_address_holds_them(reader: Any) -> None:
    tab = reader(explorers.relatives())
    tab.get_by_label("weight[0, 1]").fill("1/2")
    tab.get_by_label("bias[0]").fill("-2")
    tab.get_by_label("input[0] is 1").fill("10")
    tab.get_by_role("button", name="Play").focus()
    assert line(tab) == "output[0] = 10·1 + 2·0.5 + 3·3 + −2 = 18"
    tab.wait_for_function("location.hash.includes('relatives.x=10')")
    again = reader(explorers.relatives(), address=tab.evaluate("location.hash"))
    assert line(again) == "output[0] = 10·1 + 2·0.5 + 3·3 + −2 = 18"
    tab.get_by_label("weight[0, 1]").fill("two")
    assert "“two” is not a number" in tab.locator(".cc-trouble").text_content()


def test_a_choice_leaves_the_row_and_the_controls_where_they_are(reader: Any) -> None:
    tab = reader(explorers.relatives(), viewport={"width": 1440, "height": 900})
    still = ("input[0] is 1", "input n", "kernel k", "stride s")

    def places() -> list[tuple[float, float]]:
        tab.wait_for_timeout(300)
        boxes = [tab.get_by_label(label, exact=True).bounding_box() for label in still]
        return [(round(box["x"]), round(box["y"])) for box in boxes]

    first = places()
    for relative in ("unshared", "tiled", "dilated"):
        tab.get_by_label(relative, exact=True).check()
        row, *controls = places()
        assert controls == first[1:]
        assert abs(row[0] - first[0][0]) < 16  # its cells may be smaller, and then stand further in


def test_play_sums_one_output_after_the_other(reader: Any) -> None:
    tab = reader(explorers.relatives("transposed"))
    for _ in range(2):
        tab.get_by_role("button", name="Speed").click()
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_selector(".cc-fly")
    assert tab.locator(".cc-result .cc-empty").count() > 5
    tab.wait_for_function("document.querySelector('.cc-sum').textContent.startsWith('output[1]')")
    tab.get_by_label("kernel k", exact=True).fill("2")
    tab.wait_for_timeout(700)
    assert tab.locator(".cc-fly, .cc-lit, .cc-wait, .cc-empty").count() == 0


EXTREMES = [
    "relative=unshared&size=8&kernel_size=2",
    "relative=tiled&size=8&kernel_size=2&tiles=4",
    "relative=grouped",
    "relative=grouped&size=4&channels=4&groups=1&kernel_size=4",
    "relative=grouped&size=8&groups=1&kernel_size=5",
    "relative=transposed&size=8&kernel_size=5&stride=3",
    "relative=dilated&size=8&dilation=3",
    "relative=grouped&channels=3",
    "size=1&kernel_size=1",
    "x=-9999_-9998.75_-9997_9999_-9999_-9999&weight=-9999_-98.75_-9999",
]


@pytest.mark.parametrize("size", [*SIZES, (320, 640)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_relative_is_on_one_screen_at_its_largest(reader: Any, size: tuple[int, int]) -> None:
    tab = reader(explorers.relatives(), viewport=dict(zip(("width", "height"), size, strict=True)))
    tab.add_style_tag(content="body { margin: 0 } main { max-width: 65rem; margin: 0 auto; padding: 0 1rem 40rem }")
    for extreme in EXTREMES:
        tab.evaluate(
            "(address) => { location.hash = address; }", "&".join(f"relatives.{one}" for one in extreme.split("&"))
        )
        tab.wait_for_timeout(300)
        assert tab.evaluate(MISPLACED) == [], extreme
        assert tab.evaluate("document.documentElement.scrollWidth") <= size[0], extreme
        if size in SIZES:
            assert tab.evaluate(APART) == [], extreme


def test_the_grouped_layer_costs_few_tab_stops(reader: Any) -> None:
    tab = reader(explorers.relatives("grouped"))
    one = "node.checkVisibility() && node.tabIndex === 0 && (node.type !== 'radio' || node.checked)"
    assert tab.locator(".cc-explorer *").evaluate_all(f"(all) => all.filter((node) => {one}).length") <= 12


def test_a_wrong_argument_is_named() -> None:
    for wrong, why in (
        ({"relative": "deconvolution"}, "relative"),
        ({"size": 9}, "size must be between 1 and 8, got 9"),
        ({"tiles": 0}, "tiles must be between 1 and 4, got 0"),
    ):
        with pytest.raises(ValueError, match=why):
            explorers.relatives(**wrong)  # type: ignore[arg-type]  # one of them is wrong in each
    with pytest.raises(TypeError, match="groups"):
        explorers.relatives(groups="two")  # type: ignore[arg-type]  # that is what is tried
