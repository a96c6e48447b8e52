"""Sizes and receptive field, explored: the numbers are the library's, for any stack of layers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from browser import pull
from test_explorers import check_text, drive, explorers, focused, go, reader

import cnn_course as cc
from cnn_course import models

__all__ = ["drive", "reader"]

CONV, POOL, DENSE = range(3)
OWN_LAYERS = "your own layers"
SAME_KERNELS = "width 16, kernels of 6"
LARGEST = {"kernel": 15, "stride": 8, "padding": 7, "channels": 4096, "dilation": 4}
Volume = tuple[int, int, int, int]  # channels, size, parameters, MACs


def volumes(channels: int, size: int, layers: Sequence[Sequence[int]]) -> tuple[list[Volume], list[dict[str, int]]]:
    """Return the library's volumes up to the first layer that cannot be built, and the windows of those layers."""
    rows: list[Volume] = [(channels, size, 0, 0)]
    windows: list[dict[str, int]] = []
    for kind, k, s, p, c, d in layers:
        c_in, n = rows[-1][:2]
        window = {"kernel": n} if kind == DENSE else {"kernel": k, "stride": s, "padding": p, "dilation": d}
        count = cc.pool_output_size if kind == POOL else cc.conv_output_size
        try:
            m = count(n, window["kernel"], **{name: value for name, value in window.items() if name != "kernel"})
        except ValueError:
            break
        if kind == CONV:
            rows.append((c, m, cc.conv_param_count(c_in, c, k), cc.conv_param_count(c_in, c, k, bias=False) * m * m))
        elif kind == POOL:
            rows.append((c_in, m, 0, 0))
        else:
            inputs = c_in * n * n
            rows.append((c, 1, cc.linear_param_count(inputs, c), cc.linear_param_count(inputs, c, bias=False)))
        windows.append(window)
    return rows, windows


def shown_volumes(shown: dict[str, Any]) -> list[Volume]:
    """Return what the table of layers says, without the layers that cannot be built."""
    rows = zip(*shown["grids"]["layers"][4:], strict=True)  # a column for each layer
    return [(int(c), int(n), int(params), int(macs)) for c, n, params, macs in rows if n != "?"]


def totals(shown: dict[str, Any]) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", shown["text"][-1])]


def check_unit(shown: dict[str, Any], size: int, n: int, windows: Sequence[dict[str, int]]) -> None:
    """What one unit sees, in the text: its place, and the receptive field of the library."""
    ((field, _), (stride, _), (padding, _)) = cc.receptive_field(windows)
    text = shown["text"][4]
    units = [int(number) for number in re.findall(r"\d+", text)[:2]]
    assert f"sees {field} × {field}:" in text
    pattern = r"from (?:row|column) (\d+)·(\d+) − (\d+) = (−?\d+) on, (only padding|pixels (\d+) to (\d+))"
    parts = re.findall(pattern, text)
    assert len(parts) == 2
    for unit, part, (i, j, q, start, pixels, first, last) in zip(units, ("down", "across"), parts, strict=True):
        assert abs(unit - shown["state"][part] * (n - 1) / 100) <= 0.5
        assert [int(number) for number in (i, j, q)] == [unit, stride, padding]
        begin = unit * stride - padding
        assert int(start.replace("−", "-")) == begin
        seen = range(max(begin, 0), min(begin + field, size))
        assert (pixels == "only padding") == (len(seen) == 0)
        if seen:
            assert (int(first), int(last)) == (seen[0], seen[-1])


def random_layers(random: np.random.RandomState, channels: int) -> list[int]:
    """Return a few layers as the explorer keeps them, mostly with small kernels, so that most stacks fit."""
    layers = []
    for _ in range(random.randint(1, 6)):
        k = random.choice([1, 2, 3, 3, 5, random.randint(1, LARGEST["kernel"] + 1)])
        s = random.choice([1, 1, 2, random.randint(1, LARGEST["stride"] + 1)])
        p = random.choice([0, 0, 1, k // 2, random.randint(0, LARGEST["padding"] + 1)])
        kind, c = random.choice([CONV, CONV, POOL]), random.randint(1, channels + 1)
        d = random.choice([1, 1, 2, LARGEST["dilation"]]) if kind == CONV else 1
        layers += [int(number) for number in (kind, k, s, min(p, LARGEST["padding"]), c, d)]
    return layers + ([DENSE, 1, 1, 0, int(random.randint(1, channels + 1)), 1] if random.rand() < 0.4 else [])


def test_sizes_gives_the_library_s_numbers(drive: Any) -> None:
    random = np.random.RandomState(0)
    cases = []
    for at in range(512):
        layers = random_layers(random, 64 if at % 2 else LARGEST["channels"])
        case = {"preset": OWN_LAYERS, "layers": layers, "size": 1 + at % 256, "depth": 1 + at % 64}
        cases.append(case | {"down": at % 101, "across": 37 * at % 101, "position": at % (len(layers) // 6 + 1)})
    stuck = 0
    for case, shown in zip(cases, drive(explorers.sizes(), cases), strict=True):
        check_text(shown)
        layers = np.reshape(case["layers"], (-1, 6)).tolist()
        rows, windows = volumes(case["depth"], case["size"], layers)
        assert shown_volumes(shown) == rows
        assert totals(shown) == [sum(row[2] for row in rows), sum(row[3] for row in rows)]
        assert (shown["trouble"] == "") == (len(rows) == len(layers) + 1)
        if shown["trouble"]:
            stuck += 1
            kind, k, _, p, _, d = layers[len(rows) - 1]
            n = rows[-1][1]
            if d > 1:
                assert f"{d}·({k} − 1) + 1 = {d * (k - 1) + 1}" in shown["trouble"]
            formula = f"k / 2 = {k} / 2" if kind == POOL and p > k // 2 else f"{n} + 2·{p} = {n + 2 * p}"
            assert shown["trouble"].startswith(f"Layer {len(rows)} cannot be built")
            assert formula in shown["trouble"]
        at = case["position"]
        assert shown["state"]["last"] == len(layers)
        if at < len(rows):
            check_unit(shown, case["size"], rows[at][1], windows[:at])
            if at:
                ((field, _), (stride, _), (padding, _)) = cc.receptive_field(windows[:at])
                c, n, params, macs = rows[at]
                bold = [f"{c} × {n} × {n}", f"{params:,}", f"{macs:,}", *map(str, (field, stride, padding))]
                assert shown["bold"] == bold
    assert 50 < stuck < 350


@pytest.mark.parametrize(("network", "params", "macs", "sizes"), [
    ("LeNet-5", 61_706, 416_520, [32, 28, 14, 10, 5, 1, 1, 1]),
    ("VGG-16", 138_357_544, 15_470_264_320, [224] * 3 + [112] * 3 + [56] * 4 + [28] * 4 + [14] * 4 + [7, 1, 1, 1]),
    ("AlexNet, first layers", 1_534_720, 702_833_184, [227, 55, 27, 27, 13, 13]),
    ("width 16, kernels of 6", 111, 5_688, [16, 11, 6, 1]),
])  # fmt: skip
def test_sizes_has_the_published_networks(drive: Any, network: str, params: int, macs: int, sizes: list[int]) -> None:
    (shown,) = drive(explorers.sizes(network), [{}])
    assert [row[1] for row in shown_volumes(shown)] == sizes
    assert totals(shown) == [params, macs]


def test_sizes_agrees_with_the_table_of_lenet(drive: Any) -> None:
    table = models.summary(models.lenet5(np.random.RandomState(0)), (1, 32, 32))
    kept = [row for row in table if re.match("input|Conv|MaxPool|Linear", row.layer)]
    rows = [(row.output_shape[0], row.params, row.macs) for row in kept]
    (shown,) = drive(explorers.sizes(), [{}])
    assert [(c, params, macs) for c, _, params, macs in shown_volumes(shown)] == rows


def test_sizes_shows_alexnet_s_first_layer_as_published(drive: Any) -> None:
    (shown,) = drive(explorers.sizes("AlexNet, first layers"), [{"position": 1}])
    assert shown_volumes(shown)[1] == (96, 55, 34_944, 105_415_200)
    assert "⌊(227 + 2·0 − 11) / 4⌋ + 1 = 55" in shown["text"][0]


def test_sizes_follows_lenet_s_receptive_field(drive: Any) -> None:
    shown = drive(explorers.sizes(), [{"position": layer} for layer in range(1, 8)])
    assert [int(step["bold"][3]) for step in shown] == [5, 6, 14, 16, 32, 32, 32]
    assert "size R + (k − 1)·S = 14 + (2 − 1)·2 = 16, stride S·s = 2·2 = 4" in shown[3]["text"][3]


def test_sizes_keeps_a_network_or_calls_it_your_own(drive: Any) -> None:
    steps = [
        {"preset": "VGG-16"},
        {"size": 64},
        {"preset": "LeNet-5"},
        {"preset": OWN_LAYERS},
        {"layers": []},
        {"preset": SAME_KERNELS},
    ]
    vgg, smaller, lenet, same, none, width = drive(explorers.sizes(), steps)
    assert (vgg["state"]["size"], vgg["state"]["depth"], vgg["state"]["last"]) == (224, 3, 21)
    assert (smaller["state"]["preset"], smaller["state"]["last"]) == (OWN_LAYERS, 21)
    assert shown_volumes(smaller)[18][:2] == (512, 2)
    assert (lenet["state"]["size"], lenet["state"]["preset"]) == (32, "LeNet-5")
    assert same["state"]["layers"] == lenet["state"]["layers"]
    assert shown_volumes(none) == [(1, 32, 0, 0)]
    assert (none["state"]["last"], none["state"]["position"]) == (0, 0)
    assert width["state"]["preset"] == SAME_KERNELS


@pytest.mark.parametrize(
    "layers", [[9] * 30, [None] * 6, [-1, 2.5, 1e9, "x", 3, 9], [1, 2, 3], "many", [2, 9, 9, 9, 9, 9]]
)
def test_sizes_mends_layers_that_no_one_can_enter(drive: Any, layers: Any) -> None:
    (shown,) = drive(explorers.sizes(), [{"preset": OWN_LAYERS, "layers": layers}])
    check_text(shown)
    assert shown["state"]["last"] == len(shown["state"]["layers"]) // 6
    rows = np.reshape(shown["state"]["layers"], (-1, 6)).astype(int).tolist()
    assert shown_volumes(shown) == volumes(1, 32, rows)[0]


def cell(tab: Any, layer: str, name: str) -> Any:
    return tab.locator(f"[aria-label='{layer}, {name}']")


def layers(tab: Any) -> list[str]:
    """Return the names of the columns, as the last row of the table has them."""
    rows = tab.locator(".cc-layers [role=row]").last
    return rows.locator("input").evaluate_all("(all) => all.map((one) => one.ariaLabel.split(',')[0])")


def chosen(tab: Any) -> str:
    return tab.locator(".cc-names b.cc-now").inner_text().split()[-1]


def text(tab: Any) -> str:
    return tab.locator(".cc-explorer").inner_text()


def test_layers_are_edited_added_moved_and_removed_by_keyboard(reader: Any) -> None:
    tab = reader(explorers.sizes())
    go(tab, "sizes", 3)
    cell(tab, "3 conv", "kernel k").focus()
    tab.keyboard.type("3")
    assert "⌊(14 + 2·0 − 3) / 1⌋ + 1 = 12" in text(tab)
    for _ in range(2):  # first the caret, then the cell
        tab.keyboard.press("ArrowLeft")
    assert focused(tab) == "2 pool, kernel k"
    assert chosen(tab) == "2"
    tab.get_by_role("button", name="+ conv").focus()
    tab.keyboard.press("Enter")
    assert "In all: 82,018 parameters" in text(tab)  # the new layer of 8 filters, and wider dense layers after it
    assert (chosen(tab), layers(tab)[3]) == ("3", "3 conv")
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
    assert focused(tab) == "Move earlier"
    tab.keyboard.press("Enter")
    assert layers(tab)[:4] == ["input", "1 conv", "2 conv", "3 pool"]
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    assert layers(tab)[:4] == ["input", "1 conv", "2 pool", "3 conv"]
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    assert len(layers(tab)) == 8
    assert tab.get_by_role("group", name="network").get_by_label("your own layers").is_checked()


def test_dense_layers_and_pools_have_only_their_own_cells(reader: Any) -> None:
    tab = reader(explorers.sizes())
    fields = tab.locator(".cc-layers input:not([readonly])").evaluate_all("(all) => all.map((one) => one.ariaLabel)")
    own = [field.split(", ") for field in fields]
    names = {layer: [name for other, name in own if other == layer] for layer, _ in own}
    assert names["input"] == ["channels C", "size n"]
    assert names["1 conv"] == ["kernel k", "stride s", "padding p", "dilation d", "channels C"]
    assert names["2 pool"] == ["kernel k", "stride s", "padding p"]
    assert names["7 dense"] == ["channels C"]


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("kernel k", "0", "The kernel k must be whole, 1 to 15: it counts as 5."),
        ("kernel k", "16", "The kernel k must be whole, 1 to 15: it counts as 5."),
        ("stride s", "1.5", "The stride s must be whole, 1 to 8: it counts as 1."),
        ("dilation d", "5", "The dilation d must be whole, 1 to 4: it counts as 1."),
        ("padding p", "−1", "The padding p must be whole, 0 to 7: it counts as 0."),
        ("channels C", "5000", "The channels C must be whole, 1 to 4096: it counts as 6."),
        ("channels C", "", "The cell is empty: it counts as 6."),
        (
            "channels C",
            "many",
            "“many” is not a number such as 1200 or 1,200, −0.5 or −0,5, 1/9 or 1e−3: it counts as 6.",
        ),
    ],
)
def test_a_number_that_no_layer_can_have_is_explained(reader: Any, name: str, typed: str, says: str) -> None:
    tab = reader(explorers.sizes())
    field = cell(tab, "1 conv", name)
    kept = field.input_value()
    field.fill(typed)
    assert tab.locator(".cc-trouble").inner_text() == says
    assert field.get_attribute("aria-invalid") == "true"
    tab.get_by_role("button", name="Play").focus()
    assert field.input_value() == kept
    assert tab.locator(".cc-trouble").text_content() == ""
    assert "In all: 61,706 parameters" in text(tab)


def test_a_layer_that_does_not_fit_is_explained_and_mended_in_one_press(reader: Any) -> None:
    tab = reader(explorers.sizes(layer=4))
    tab.get_by_label("input n", exact=True).fill("13")
    message = tab.locator(".cc-trouble")
    kernel = "Layer 3 cannot be built: it has a kernel of 5, its padded input n + 2p = 4 + 2·0 = 4."
    assert message.inner_text().startswith(kernel)
    assert "Layer 4 has no volume yet." in text(tab)
    picture, where = (tab.locator(name).bounding_box() for name in ("[data-picture]", ".cc-callout"))
    assert where["y"] + where["height"] <= picture["y"] + picture["height"]
    tab.get_by_role("button", name="padding p = 1").click()
    tab.wait_for_function("document.activeElement.ariaLabel === '3 conv, padding p'")
    assert message.text_content() == ""
    cell(tab, "4 pool", "padding p").fill("2")
    pool = "Layer 4 cannot be built: it is padded by 2, more than half of its window: p ≤ k / 2 = 2 / 2."
    assert message.inner_text().startswith(pool)


def test_sizes_offers_only_what_mends(drive: Any) -> None:
    cases = [{"preset": name, "size": size} for size in (1, 6, 13, 40) for name in ("LeNet-5", "AlexNet, first layers")]
    steps = [step for case in cases for step in ({"preset": case["preset"]}, {"size": case["size"]})]
    offered = 0
    for shown in drive(explorers.sizes(), steps)[1::2]:
        state, built = shown["state"], shown_volumes(shown)
        stack = np.reshape(state["layers"], (-1, 6)).tolist()
        assert bool(shown["trouble"]) == (len(built) <= len(stack))
        for words in shown["fixes"]:
            label, value = words.split(" = ")
            if label == "input n":
                rows = volumes(state["depth"], int(value), stack)[0]
            else:
                changed = [list(layer) for layer in stack]
                index = {"kernel k": 1, "stride s": 2, "padding p": 3, "dilation d": 5}[label]
                changed[len(built) - 1][index] = int(value)
                rows = volumes(state["depth"], state["size"], changed)[0]
            assert len(rows) == len(stack) + 1, words
            offered += 1
    assert offered > 3


def test_the_buttons_say_where_a_layer_is_added(reader: Any) -> None:
    tab = reader(explorers.sizes(layer=2))
    assert tab.get_by_role("toolbar", name="Add, move or remove").inner_text().startswith("after layer 2:")
    tab.get_by_role("button", name="+ conv").click()
    assert cell(tab, "3 conv", "channels C").input_value() == "8"
    go(tab, "sizes", 0)
    assert tab.get_by_text("after the input:").is_visible()


def test_there_is_an_end_to_adding_and_to_removing(reader: Any) -> None:
    tab = reader(explorers.sizes())
    for _ in range(18):
        tab.get_by_role("button", name="+ pool").click()
    assert tab.locator(".cc-trouble").inner_text() == "There is room for 24 layers: remove one first."
    for _ in range(25):
        tab.get_by_role("button", name="Remove").click()
    assert tab.locator(".cc-trouble").inner_text() == "The input cannot be removed: choose a layer."
    assert "In all: 0 parameters, 0 multiplications." in text(tab)
    tab.get_by_role("button", name="+ dense").click()
    assert "In all: 10,250 parameters, 10,240 multiplications." in text(tab)


def test_the_field_is_drawn_where_the_library_says(reader: Any) -> None:
    tab = reader(explorers.sizes("VGG-16", layer=18, down=0, across=100))
    tab.wait_for_timeout(500)  # it glides there
    field, image = (tab.locator(f"{name} rect").first.bounding_box() for name in (".cc-fields", ".cc-maps"))
    pixel = image["width"] / 224
    blocks = [([3] * count + [2], [1] * count + [2], [1] * count + [0]) for count in (2, 2, 3, 3, 3)]
    layers = [{"kernel": k, "stride": s, "padding": p} for block in blocks for k, s, p in zip(*block, strict=True)]
    (size, _), (stride, _), (padding, _) = cc.receptive_field(layers)
    left, top = 6 * stride - padding, -padding
    expected = [
        image["x"] + left * pixel,
        image["y"],
        (224 - left) * pixel,
        (top + size) * pixel,
    ]  # what is on the image
    np.testing.assert_allclose([field[side] for side in ("x", "y", "width", "height")], expected, atol=3)
    assert tab.locator(".cc-fields rect").count() == 19  # the field goes back through every layer
    assert tab.locator(".cc-out-of rect").count() > 0  # and over the border


def test_the_unit_is_pulled_over_its_map(reader: Any) -> None:
    tab = reader(explorers.sizes(layer=4))
    tab.wait_for_timeout(400)
    block = tab.locator(".cc-maps .cc-now")
    side = block.bounding_box()["width"]
    pull(tab, block, -side / 2 + 2, side / 2 - 2)
    assert "Unit (4, 0) sees 16 × 16" in text(tab)
    assert tab.get_by_label("unit ↓, percent").input_value() == "100"


def test_a_block_is_carried_to_another_place_by_its_name(reader: Any) -> None:
    tab = reader(explorers.sizes())
    handles = tab.locator(".cc-names span")
    wide = handles.nth(2).bounding_box()["x"] - handles.nth(1).bounding_box()["x"]
    pull(tab, handles.nth(1), wide, 0)
    assert layers(tab)[:4] == ["input", "1 pool", "2 conv", "3 conv"]
    assert chosen(tab) == "2"
    pull(tab, handles.nth(0), wide, 0)  # the input stays
    assert layers(tab)[0] == "input"


def test_playing_walks_through_the_layers(reader: Any) -> None:
    tab = reader(explorers.sizes())
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function("document.querySelector('.cc-explorer').innerText.includes('after layer 3')")
    tab.get_by_role("button", name="Pause").click()


def test_the_address_reopens_a_network_of_one_s_own(reader: Any) -> None:
    tab = reader(explorers.sizes())
    cell(tab, "1 conv", "channels C").fill("8")
    cell(tab, "4 pool", "kernel k").focus()
    tab.wait_for_function("location.hash.includes('sizes.position=4')")
    again = reader(explorers.sizes(), address=tab.evaluate("location.hash"))
    assert cell(again, "1 conv", "channels C").input_value() == "8"
    assert chosen(again) == "4"
    assert "Unit (2, 2) sees 16 × 16" in text(again)
    same = reader(explorers.sizes(), address="#sizes.preset=your+own+layers&sizes.position=2")
    assert "In all: 61,706 parameters" in text(same)  # what the address does not name is as at the start


def test_a_network_is_announced_and_told_in_words(reader: Any) -> None:
    tab = reader(explorers.sizes("width 16, kernels of 6"))
    go(tab, "sizes", 3)
    said = "document.querySelector('.cc-explorer [aria-live]').textContent"
    tab.wait_for_function(f"{said}.startsWith('Layer 3, conv: 1 × 1 × 1. Unit (0, 0) sees 16 × 16')")
    described = tab.locator(".cc-explorer").get_attribute("aria-describedby")
    words = tab.locator(f"#{described}").text_content()
    assert "input: 1 × 16 × 16. 1 conv: 1 × 11 × 11. 2 conv: 1 × 6 × 6. 3 conv: 1 × 1 × 1. In all: 111 p" in words


def test_a_phone_shows_the_input_and_the_layers_up_to_the_chosen_one(reader: Any) -> None:
    tab = reader(explorers.sizes("VGG-16", layer=18), viewport={"width": 375, "height": 667})
    assert [name.split()[0] for name in layers(tab)] == ["input", *map(str, range(13, 19))]
    cell(tab, "13 conv", "kernel k").focus()
    assert chosen(tab) == "13"
    numbers, words = ".cc-names b", ".cc-names span"
    assert [text for text in tab.locator(numbers).all_inner_texts() if "…" in text] == ["… 13", "18 …"]
    written = """(nodes) => nodes.map((node) => {
        const text = document.createRange();
        text.selectNodeContents(node);
        return [text.getBoundingClientRect().left, text.getBoundingClientRect().right];
    })"""
    ends = tab.locator(words).evaluate_all(written)
    assert all(end + 3 < start for (_, end), (start, _) in pairwise(ends))  # no name runs into the next
    assert tab.locator(".cc-step b").last.inner_text() == "50 %"


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: explorers.sizes("ResNet"), ValueError, "network"),
        (lambda: explorers.sizes(layer=25), ValueError, "layer must be between 0 and 24, got 25"),
        (lambda: explorers.sizes(layer=1.5), TypeError, "layer"),
        (lambda: explorers.sizes(down=101), ValueError, "down must be between 0 and 100, got 101"),
    ],
)
def test_a_wrong_argument_is_named(call: Any, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=re.escape(says)):
        call()
