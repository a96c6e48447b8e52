"""Backprop: its numbers are the library's, over the whole ranges, for one filter and for two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from test_explorers import arithmetic, check_text, drive, explorers, grids, line, product, reader

import cnn_course as cc

__all__ = ["drive", "reader"]

KINDS = ("convolution", "maximum pooling", "average pooling")


def square(numbers: Sequence[float]) -> np.ndarray:
    side = round(len(numbers) ** 0.5)
    return np.reshape(numbers, (1, 1, side, side)).astype(float)


def check_chosen(shown: dict[str, Any], expected: float, name: str) -> None:
    """The chosen gradient's terms are written out and add up."""
    assert shown["text"][0].startswith(f"∂L/∂{name} = ")
    if len(re.findall(" [=≈] ", shown["text"][0])) > 1:
        left, right = arithmetic(shown["text"][0])
        assert left == pytest.approx(expected, rel=1e-2, abs=1e-9)  # the terms are written with four digits
    else:
        right = float(shown["bold"][0].replace("−", "-"))
    assert right == pytest.approx(expected, rel=1e-3, abs=1e-9)


def test_backprop_gives_the_library_s_numbers(drive: Any) -> None:
    random = np.random.RandomState(1)
    cases = product(kind=KINDS, size=range(1, 7), kernel_size=range(1, 5), stride=range(1, 4), padding=range(3))
    for at, case in enumerate(cases):  # few different numbers, so that maxima tie
        n, k, s, p = (case[name] for name in ("size", "kernel_size", "stride", "padding"))
        m = max(0, (n + 2 * p - k) // s + 1)
        numbers = {"x": n * n, "weight": k * k, "upstream": m * m}
        case.update({trait: random.randint(-3, 4, count).astype(float).tolist() for trait, count in numbers.items()})
        case.update(image="your own", position=at % (n * n + k * k + 1))
    for shown in drive(explorers.backprop(), cases):
        check_text(shown)
        state = shown["state"]
        n, k, s, p, kind = (state[name] for name in ("size", "kernel_size", "stride", "padding", "kind"))
        x, weight = square(state["x"]), square(state["weight"])
        options = {"stride": s, "padding": p}
        if k > n + 2 * p or (kind != KINDS[0] and p > k // 2):
            formula = f"{n} + 2·{p} = {n + 2 * p}" if k > n + 2 * p else f"k / 2 = {k} / 2"
            assert formula in shown["trouble"]
            assert all(grid.size == 0 for word in ("y", "g", "∂") for grid in grids(shown, word))
            continue
        assert shown["trouble"] == ""
        g = square(state["upstream"])
        drawn = {name: np.array(rows, float) for name, rows in shown["grids"].items()}
        (padded,) = (grid for name, grid in drawn.items() if name.startswith("∂L/∂x"))
        inner = padded[p : p + n, p : p + n]
        np.testing.assert_array_equal(drawn["x"][p : p + n, p : p + n], x[0, 0])
        np.testing.assert_array_equal(drawn["g, from above"], g[0, 0])
        position, gradients = state["position"], [("x", grad) for grad in np.ndenumerate(inner)]
        if kind == KINDS[0]:
            grad_x, grad_weight, grad_bias = cc.conv2d_backward(g, x, weight, np.zeros(1), **options)
            whole = cc.conv2d_backward(g, np.pad(x, ((0, 0), (0, 0), (p, p), (p, p))), weight, stride=s)[0]
            y = cc.conv2d(x, weight, **options)
            np.testing.assert_array_equal(padded, whole[0, 0])
            np.testing.assert_array_equal(drawn["∂L/∂w"], grad_weight[0, 0])
            np.testing.assert_array_equal(drawn["∂L/∂b"], grad_bias[None])
            gradients = [("w", grad) for grad in np.ndenumerate(grad_weight[0, 0])] + gradients
        elif kind == KINDS[1]:
            grad_x, y = cc.max_pool2d_backward(g, x, k, **options), cc.max_pool2d(x, k, **options)
        else:
            grad_x, y = cc.avg_pool2d_backward(g, x, k, **options), cc.avg_pool2d(x, k, **options)
        np.testing.assert_allclose(inner, grad_x[0, 0], rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(drawn["y"], y[0, 0], rtol=1e-6, atol=1e-12)
        assert state["last"] == len(gradients) - (kind != KINDS[0])
        if position < len(gradients):
            letter, ((i, j), value) = gradients[position]
            check_chosen(shown, value, f"{letter}[{i}, {j}]")
        else:
            check_chosen(shown, g.sum(), "b")
        unread = cc.conv2d_backward(np.ones_like(g), x, np.ones((1, 1, k, k)), **options)[0][0, 0].max(axis=0) == 0
        lost = ", ".join(map(str, np.flatnonzero(unread)))
        what = "Row and column" if lost.isdigit() else "Rows and columns"
        assert shown["text"][3] == (f"{what} {lost} are in no window: gradient 0." if lost else "")


def test_backprop_walks_through_the_worked_example(drive: Any) -> None:
    shown = drive(explorers.backprop(), [{"position": i} for i in range(14)])
    assert [int(step["bold"][0]) for step in shown] == [8, 12, 20, 24, 0, 1, 1, 2, 6, 4, 2, 5, 3, 4]
    assert shown[0]["text"][:2] == [
        "∂L/∂w[0, 0] = 1·0 + 1·1 + 1·3 + 1·4 = 8",
        "= g[0, 0]·x[0, 0] + g[0, 1]·x[0, 1] + g[1, 0]·x[1, 0] + g[1, 1]·x[1, 1]",
    ]
    assert shown[8]["text"][:2] == [
        "∂L/∂x[1, 1] = 1·3 + 1·2 + 1·1 + 1·0 = 6",
        "= g[0, 0]·w[1, 1] + g[0, 1]·w[1, 0] + g[1, 0]·w[0, 1] + g[1, 1]·w[0, 0]",
    ]
    assert shown[13]["text"][0] == "∂L/∂b = 1 + 1 + 1 + 1 = 4"


def test_backprop_gives_a_tie_to_the_first_maximum(drive: Any) -> None:
    box = explorers.backprop(kind="maximum pooling", image="ties")
    shown = drive(box, [{"position": 1}, {"position": 6}])
    np.testing.assert_array_equal(grids(shown[0], "∂L/∂x")[0], [[0, 2, 0], [0, 2, 0], [0, 0, 0]])
    assert shown[0]["text"][2] == "x[0, 1] is in 2 windows, and the first maximum of 2."
    assert shown[1]["text"][2] == "x[2, 0] is in 1 window, and the first maximum of none."
    assert shown[1]["bold"] == ["0"]


def test_backprop_keeps_what_was_edited_when_sizes_change(drive: Any) -> None:
    steps = [{"weight": [0, 1, 2, 50], "upstream": [1, 1, 1, -4]}, {"kernel_size": 3}, {"size": 5}, {"image": "ties"}]
    shown = [step["state"] for step in drive(explorers.backprop(), steps)]
    assert shown[1]["weight"] == [0, 1, 2, 3, 50, 5, 6, 7, 8]
    assert shown[1]["upstream"] == [1]
    assert shown[2]["upstream"] == [1] * 9
    assert shown[2]["x"] == list(range(25))
    assert shown[3]["x"][:5] == [1, 7, 2, 1, 7]


def test_the_parts_of_two_filters_add_up_in_the_gradient_of_the_input(drive: Any) -> None:
    random = np.random.RandomState(2)
    cases = product(size=range(2, 7), kernel_size=(1, 2, 3), stride=(1, 2), padding=(0, 1))
    for at, case in enumerate(cases):
        n, k, s, p = (case[name] for name in ("size", "kernel_size", "stride", "padding"))
        m = max(0, (n + 2 * p - k) // s + 1)
        numbers = {"x": n * n, "weight": 2 * k * k, "upstream": 2 * m * m}
        case.update({trait: random.randint(-3, 4, count).astype(float).tolist() for trait, count in numbers.items()})
        case.update(image="your own", second=True, position=(7 * at) % (n * n + 2 * k * k + 2))
    for shown in drive(explorers.backprop(second=True), cases):
        check_text(shown)
        state = shown["state"]
        n, k, s, p = (state[name] for name in ("size", "kernel_size", "stride", "padding"))
        if k > n + 2 * p:
            continue
        x, weight = np.reshape(state["x"], (1, 1, n, n)), np.reshape(state["weight"], (2, 1, k, k))
        m = (n + 2 * p - k) // s + 1
        g = np.reshape(state["upstream"], (1, 2, m, m))
        grad_x, grad_w, grad_b = cc.conv2d_backward(g, x, weight, np.zeros(2), stride=s, padding=p)
        drawn = {name: np.array(rows, float) for name, rows in shown["grids"].items()}
        (padded,) = (grid for name, grid in drawn.items() if name.startswith("∂L/∂x"))
        np.testing.assert_allclose(padded[p : p + n, p : p + n], grad_x[0, 0], rtol=1e-9, atol=1e-12)
        for f, sign in enumerate("₁₂"):
            np.testing.assert_allclose(drawn[f"∂L/∂w{sign}"], grad_w[f, 0], rtol=1e-9, atol=1e-12)
            assert drawn[f"∂L/∂b{sign}"] == grad_b[f]
        position = state["position"] - 2 * k * k
        if 0 <= position < n * n:
            check_chosen(shown, grad_x[0, 0].flat[position], f"x[{position // n}, {position % n}]")


def test_an_edited_upstream_gradient_moves_every_gradient(reader: Any) -> None:
    tab = reader(explorers.backprop())
    tab.get_by_label("g[1, 1]").fill("-2")
    assert line(tab) == "∂L/∂w[0, 0] = 1·0 + 1·1 + 1·3 + −2·4 = −4"
    tab.get_by_label("gradient of x[2, 2]").hover()
    assert line(tab) == "∂L/∂x[2, 2] = −2·3 = −6"
    tab.get_by_label("gradient of b").hover()
    assert line(tab) == "∂L/∂b = 1 + 1 + 1 + −2 = 1"
    tab.get_by_label("x[0, 0]", exact=True).fill("9")
    assert line(tab) == "∂L/∂x[0, 0] = 1·0 = 0"
    assert tab.get_by_role("group", name="input", exact=True).get_by_label("your own").is_checked()
    tab.get_by_label("gradient of w[0, 0]").hover()
    assert line(tab) == "∂L/∂w[0, 0] = 1·9 + 1·1 + 1·3 + −2·4 = 5"


def test_keys_walk_over_the_gradients(reader: Any) -> None:
    tab = reader(explorers.backprop())
    tab.get_by_label("gradient of x[0, 0]").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    assert line(tab) == "∂L/∂x[1, 1] = 1·3 + 1·2 + 1·1 + 1·0 = 6"
    tab.wait_for_function("location.hash.includes('backprop.position=8')")


def test_rows_that_no_window_reads_are_marked(reader: Any) -> None:
    tab = reader(explorers.backprop(size=6, kernel_size=3, stride=2))
    assert "Row and column 5 are in no window: gradient 0." in tab.locator(".cc-under").inner_text()
    skipped = tab.locator(".cc-lost[aria-label^='gradient']").count()
    assert skipped == 11
    tab.get_by_label("gradient of x[5, 5]").hover()
    assert "x[5, 5] is in no window." in tab.locator(".cc-under").inner_text()
    assert line(tab) == "∂L/∂x[5, 5] = 0"


def test_pooling_shows_no_kernel_and_refuses_wide_padding(reader: Any) -> None:
    tab = reader(explorers.backprop(kind="average pooling"))
    assert tab.get_by_role("grid").filter(visible=True).count() == 4
    assert line(tab) == "∂L/∂x[0, 0] = 1 / 4 = 0.25"
    padding = tab.get_by_label("padding p", exact=True)
    padding.fill("2")
    assert "p ≤ k / 2 = 2 / 2" in tab.locator(".cc-trouble").inner_text()
    padding.fill("1")
    assert not tab.locator(".cc-callout").is_visible()


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: explorers.backprop(kind="sum pooling"), ValueError, "kind"),
        (lambda: explorers.backprop(image="your own"), ValueError, "image"),
        (lambda: explorers.backprop(stride=4), ValueError, "stride must be between 1 and 3, got 4"),
        (lambda: explorers.backprop(size="3"), TypeError, "size"),
    ],
)
def test_a_wrong_argument_of_backprop_is_named(call: Any, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says):
        call()


def test_a_second_filter_is_offered_to_a_convolution_alone(reader: Any) -> None:
    tab = reader(explorers.backprop())
    second = tab.get_by_role("switch", name="second filter")
    assert second.is_enabled()
    tab.get_by_label("maximum pooling").check(force=True)
    assert second.is_disabled()
    tab.get_by_label("convolution", exact=True).check(force=True)
    second.click()
    assert tab.get_by_role("grid", name=re.compile("filter 2|₂")).count() > 0


def test_beams_lead_from_the_factors_to_the_gradient(reader: Any) -> None:
    tab = reader(explorers.backprop())
    factors = {  # of one position of each kind: the plates that its beams start at
        0: ("x", "g, from above"),  # ∂L/∂w[0, 0]
        8: ("w", "g, from above"),  # ∂L/∂x[1, 1], which is in all four windows
        13: ("g, from above",),  # ∂L/∂b
    }
    for position, plates in factors.items():
        tab.evaluate("(position) => { location.hash = `backprop.position=${position}`; }", position)
        tab.wait_for_function(
            "(count) => document.querySelector('.cc-beams path').getAttribute('d').split('Z').length - 1 === count",
            arg=len(plates),
        )
        ends = tab.evaluate(BEAMS)
        assert sorted(ends) == sorted(plates), position


# For each beam, the plates of which a marked cell lies within it, without that of the gradient.
BEAMS = """() => {
    const path = document.querySelector(".cc-beams path"), frame = path.ownerSVGElement.getBoundingClientRect();
    return path.getAttribute("d").split("Z").filter(Boolean).flatMap((one) => {
        const shape = new Path2D(one + "Z"), context = document.createElement("canvas").getContext("2d");
        const touched = (cell) => {
            const { left, top, width, height } = cell.getBoundingClientRect();
            return context.isPointInPath(shape, left + width / 2 - frame.left, top + height / 2 - frame.top);
        };
        const marked = (plate) => [...plate.querySelectorAll(".cc-on")].some(touched);
        const title = (plate) => plate.querySelector(".cc-title").textContent.trim();
        return [...document.querySelectorAll(".cc-plate")].filter(marked).map(title);
    });
}"""
