"""The explorers: what Python holds, and that the browser's numbers are the library's over the whole slider ranges."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import MISPLACED, visit

import cnn_course as cc

ipywidgets = pytest.importorskip("ipywidgets", reason="the explorers need ipywidgets (pip install cnn_course[book])")
pytest.importorskip("anywidget", reason="the explorers need anywidget (pip install cnn_course[book])")
from ipywidgets.embed import dependency_state, embed_data  # noqa: E402

from cnn_course import explorers  # noqa: E402

ROOT = Path(__file__).parent.parent
MODELS = {"AnyModel", "CheckboxModel", "CheckboxStyleModel", "DescriptionStyleModel", "DropdownModel", "IntSliderModel",
          "LayoutModel", "LinkModel", "SliderStyleModel", "VBoxModel"}  # fmt: skip
TRAITS = {
    "flip_and_filter": {"signal", "kernel", "size", "kernel_size", "mode", "flip", "position"},
    "convolution_2d": {"image", "preset", "weight", "size", "kernel_size", "stride", "padding", "dilation", "flip",
                       "position"},
    "channels": {"filters", "shown", "padding", "bias", "relu", "position"},
    "padding_and_stride": {"size", "kernel_size", "stride", "padding", "layers", "position"},
    "pooling": {"image", "kind", "window", "stride", "padding", "ceil_mode", "count_include_pad", "shift", "position"},
    "sizes": {"preset", "layers", "size", "depth", "down", "across", "position"},
    "backprop": {"kind", "image", "x", "weight", "upstream", "size", "kernel_size", "stride", "padding", "position"},
}  # fmt: skip
NAMES = list(TRAITS)
LISTS = {"signal", "kernel", "weight", "layers", "x", "upstream"}  # edited in cells, moved by no control

# ---------------------------------------------------------------------------------------------------- what Python holds


def core(box: Any) -> Any:
    return box.children[-1]


def state_of(box: Any) -> dict[str, Any]:
    return dependency_state([box], drop_defaults=False)


@pytest.mark.parametrize("name", NAMES)
def test_an_explorer_uses_only_models_that_the_page_can_draw(name: str) -> None:
    assert {model["model_name"] for model in state_of(getattr(explorers, name)()).values()} <= MODELS


@pytest.mark.parametrize("name", NAMES)
def test_every_control_has_a_name_and_a_link_to_its_trait(name: str) -> None:
    box = getattr(explorers, name)()
    state = state_of(box)
    controls = box.children[0].children
    links = {tuple(map(tuple, model["state"]["source"] and (model["state"]["source"], model["state"]["target"])))
             for model in state.values() if model["model_name"] == "LinkModel"}  # fmt: skip
    mine = f"IPY_MODEL_{core(box).model_id}"
    linked = {source[1] for source, _ in links if source[0] == mine}
    assert linked >= TRAITS[name] - LISTS | {"last"}
    assert all(control.description for control in controls)
    targets = {target[0] for _, target in links}
    assert all(f"IPY_MODEL_{control.model_id}" in targets for control in controls)
    assert ((mine, "last"), (f"IPY_MODEL_{controls[-1].model_id}", "max")) in links


@pytest.mark.parametrize("name", NAMES)
def test_the_defaults_name_every_trait(name: str) -> None:
    widget = core(getattr(explorers, name)())
    assert set(widget.defaults) == TRAITS[name]
    assert all(widget.defaults[trait] == getattr(widget, trait) for trait in TRAITS[name])


@pytest.mark.parametrize("name", NAMES)
def test_what_a_notebook_stores_is_the_same_in_every_run(name: str) -> None:
    first, second = getattr(explorers, name)(), getattr(explorers, name)()
    assert repr(first) == repr(second) == f"explorers.{name}()"
    assert repr(core(first)) == repr(core(second))
    assert "0x" not in repr(core(first))


@pytest.mark.parametrize("name", NAMES)
def test_a_module_needs_no_import_and_stays_small(name: str) -> None:
    folder = ROOT / "cnn_course" / "explorers"
    parts = [(folder / f"{part}.js").read_text("utf-8") for part in ("numbers", "common", name)]
    for part, most in zip(parts, (3_500, 14_500, 12_000), strict=True):
        assert len(part.encode()) < most
        assert not re.search(r"^\s*import\b|\bimport\(|https?:|\bfetch\(|\beval\(", part, re.M)
    colours, _, rest = core(getattr(explorers, name)())._esm.partition("\n")
    assert colours.startswith("const TOKENS = {")
    assert rest == "\n".join(parts)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: explorers.convolution_2d(size=9), ValueError, "size must be between 1 and 8, got 9"),
        (lambda: explorers.convolution_2d(stride=0), ValueError, "stride must be between 1 and 4, got 0"),
        (lambda: explorers.convolution_2d(kernel="gauss"), ValueError, "kernel"),
        (lambda: explorers.convolution_2d(size="3"), TypeError, "size"),
        (lambda: explorers.flip_and_filter([1] * 9), ValueError, "signal must be a row of 1 to 8 numbers"),
        (lambda: explorers.flip_and_filter(kernel=[1e6]), ValueError, "between -9999 and 9999"),
        (lambda: explorers.flip_and_filter(kernel=[np.nan]), ValueError, "between -9999 and 9999"),
        (lambda: explorers.flip_and_filter(mode="Same"), ValueError, "mode"),
        (lambda: explorers.flip_and_filter(flip="yes"), TypeError, "flip"),
        (lambda: explorers.pooling(kind="median"), ValueError, "kind"),
        (lambda: explorers.padding_and_stride(layers=0), ValueError, "layers must be between 1 and 6, got 0"),
        (lambda: explorers.channels(bias=1000), ValueError, "bias must be between -400 and 400, got 1000"),
    ],
)
def test_a_wrong_argument_is_named(call: Callable[[], object], kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=re.escape(says)):
        call()


def test_importing_the_library_does_not_import_widgets() -> None:
    code = "import sys, cnn_course; print([name for name in ('ipywidgets', 'anywidget') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# -------------------------------------------------------------------------------- the browser's numbers, state by state

DRIVER = """
class Stub {
  constructor(state) { this.state = state; this.heard = {}; }
  get(name) { return this.state[name]; }
  set(name, value) { this.state[name] = value; for (const f of this.heard[`change:${name}`] ?? []) f(); }
  on(name, f) { (this.heard[name] ??= []).push(f); }
  off(name, f) { this.heard[name] = this.heard[name].filter((other) => other !== f); }
  save_changes() {}
}
window.drive = async ({ esm, state, cases }) => {
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const el = document.body.appendChild(document.createElement("div"));
  const model = new Stub(structuredClone(state)), module = (await import(url)).default;
  const end = module.render({ model, el });
  const text = (node) => node.textContent;
  const see = () => ({
    state: structuredClone(model.state),
    grids: Object.fromEntries([...el.querySelectorAll(".cc-panel:not([hidden]) [role=grid]")].map((grid) => [
      grid.getAttribute("aria-label"),
      [...grid.querySelectorAll("[role=row]")].map((row) => [...row.children].map((cell) => cell.dataset.value)),
    ])),
    text: [...el.querySelectorAll(".cc-sum")].map(text),
    bold: [...el.querySelectorAll(".cc-sum b")].map(text),
    trouble: text(el.querySelector(".cc-trouble")),
    words: text(el.querySelector(".cc-hidden")),
    code: [...el.querySelectorAll("pre")].map(text),
    data: [...el.querySelectorAll("p[data-before]")].map((node) => ({ ...node.dataset })),
    layers: [...el.querySelectorAll("li")].map((node) => node.dataset.value),
  });
  const seen = [];
  for (const values of cases) {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    await new Promise(queueMicrotask);
    seen.push(see());
  }
  end();
  if (el.childNodes.length || Object.values(model.heard).some((list) => list.length)) throw Error("not cleaned up");
  el.remove();
  return seen;
};
"""


@pytest.fixture(scope="module")
def drive(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that puts an explorer's module through states and returns what it showed in each."""
    path = tmp_path_factory.mktemp("explorers") / "page.html"
    path.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>explorers</title><body></body>"
        f"<script>{DRIVER}</script>",
        "utf-8",
    )
    with visit(browser, path.as_uri()) as seen:

        def run(box: Any, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
            widget = core(box)
            state = {name: getattr(widget, name) for name in (*widget.defaults, "defaults", "ranges", "last")}
            return seen.page.evaluate(
                "(job) => window.drive(job)", {"esm": str(widget._esm), "state": state, "cases": cases}
            )

        yield run
        assert seen.errors == []
        assert seen.outside == []


def grids(shown: dict[str, Any], word: str) -> list[np.ndarray]:
    """Return the numbers of all grids whose name starts with a word."""
    return [np.array(rows, float) for name, rows in shown["grids"].items() if name.startswith(word)]


def all_text(shown: dict[str, Any]) -> str:
    return " ".join([*shown["text"], shown["trouble"], shown["words"], *shown["grids"]])


def arithmetic(text: str) -> tuple[float, float]:
    """Return both sides of the last sum in "output[0] = 1·2 + 3·(−4) = −10", the left one computed."""
    *_, left, right = re.split(" [=≈] ", re.sub(r"^\w: ", "", text).replace("−", "-").replace("·", "*"))
    assert re.fullmatch(r"[\d.e+*/() -]+", left), left
    return eval(left), float(right)


def check_text(shown: dict[str, Any]) -> None:
    """Nothing unfinished is ever shown."""
    assert not re.search(r"NaN|undefined|null|Infinity|\[object", all_text(shown)), all_text(shown)
    assert shown["words"]


def product(**ranges: Any) -> list[dict[str, Any]]:
    return [dict(zip(ranges, values, strict=True)) for values in itertools.product(*ranges.values())]


def test_flip_and_filter_gives_the_library_s_numbers(drive: Any) -> None:
    cases = product(size=range(1, 9), kernel_size=range(1, 7), mode=range(3), flip=(True, False))
    for shown in drive(explorers.flip_and_filter(), cases):
        check_text(shown)
        state, output = shown["state"], grids(shown, "output")[0]
        mode, flip = ("valid", "same", "full")[state["mode"]], state["flip"]
        x, w = np.array(state["signal"]), np.array(state["kernel"])
        assert (len(x), len(w)) == (state["size"], state["kernel_size"])
        if mode == "valid" and len(w) > len(x):
            assert output.size == 0
            assert f"{len(x)} − {len(w)} + 1" in shown["trouble"]
            continue
        assert shown["trouble"] == ""
        expected = (cc.convolve1d if flip else cc.correlate1d)(x, w, mode)
        np.testing.assert_allclose(output[0], expected, rtol=1e-6, atol=1e-12)
        assert state["last"] == expected.size - 1
        left, right = arithmetic(shown["text"][0])
        np.testing.assert_allclose([left, right], expected[state["position"]], rtol=1e-3, atol=1e-9)


def test_flip_and_filter_walks_through_the_worked_example(drive: Any) -> None:
    shown = drive(explorers.flip_and_filter(), [{"position": i} for i in range(3)])
    assert [step["bold"] for step in shown] == [["2"], ["3"], ["4"]]
    assert [arithmetic(step["text"][0]) for step in shown] == [pytest.approx((n, n)) for n in (2, 3, 4)]
    rule = "output[2] is y[5] of the full convolution: y[5] = Σ x[t]·w[5 − t]; size: 6 − 4 + 1 = 3"
    assert shown[2]["text"][1] == rule


def convolution(state: dict[str, Any], x: np.ndarray) -> np.ndarray:
    k = state["kernel_size"]
    weight = np.reshape(state["weight"], (1, 1, k, k))
    options = {name: state[name] for name in ("stride", "padding", "dilation")}
    return cc.conv2d(x[None, None], weight[..., ::-1, ::-1] if state["flip"] else weight, **options)[0, 0]


def test_convolution_2d_gives_the_library_s_numbers(drive: Any) -> None:
    options = {"stride": range(1, 5), "padding": range(4), "dilation": range(1, 4)}
    cases = product(size=range(1, 9), kernel_size=range(1, 6), **options)[::5]  # still every value of every slider
    for at, case in enumerate(cases):  # the menus and the switch take turns, in steps that share no factor
        case.update(image=at % 4, preset=(at // 7) % 3, flip=at % 5 < 2, position=at % 11)
    for shown in drive(explorers.convolution_2d(), cases):
        check_text(shown)
        state = shown["state"]
        n, p, span = state["size"], state["padding"], state["dilation"] * (state["kernel_size"] - 1) + 1
        if span > n + 2 * p:
            assert f"{n} + 2·{p} = {n + 2 * p}" in shown["trouble"]
            assert f"= {span} cells" in shown["trouble"]
            assert grids(shown, "output")[0].size == 0
            continue
        assert shown["trouble"] == ""
        padded = grids(shown, "input")[0]
        expected = convolution(state, padded[p : p + n, p : p + n])
        np.testing.assert_allclose(grids(shown, "output")[0], expected, rtol=1e-6, atol=1e-9)
        assert state["last"] == expected.size - 1
        assert state["position"] <= state["last"]
        assert shown["text"][1].endswith(f"+ 1 = {len(expected)}")
        assert arithmetic(shown["text"][0])[1] == pytest.approx(expected.flat[state["position"]], rel=1e-3, abs=1e-9)


def test_convolution_2d_walks_through_the_worked_example(drive: Any) -> None:
    walk = [{"position": i} for i in range(4)]
    straight = drive(explorers.convolution_2d(), walk)
    assert [step["bold"] for step in straight] == [["19"], ["25"], ["37"], ["43"]]
    assert "0·0 + 1·1 + 3·2 + 4·3 = 19" in straight[0]["text"][0]
    assert all(left == right for left, right in (arithmetic(step["text"][0]) for step in straight))
    flipped = drive(explorers.convolution_2d(flip=True), walk)
    assert [step["bold"] for step in flipped] == [["5"], ["11"], ["23"], ["29"]]


def test_convolution_2d_kernels_keep_their_size_or_become_your_own(drive: Any) -> None:
    steps = [{"preset": 4}, {"kernel_size": 2}, {"kernel_size": 4}, {"preset": 2}]
    shown = drive(explorers.convolution_2d(size=6), steps)
    sobel, cut, grown, blur = (step["state"] for step in shown)
    assert (sobel["kernel_size"], sobel["weight"]) == (3, [-1, 0, 1, -2, 0, 2, -1, 0, 1])
    assert (cut["preset"], cut["weight"]) == (6, [-1, 0, -2, 0])
    assert (grown["preset"], grown["weight"]) == (6, [-1, 0, 0, 0, -2, 0, 0, 0] + [0] * 8)
    assert blur["weight"] == [1 / 16] * 16


@pytest.mark.parametrize("library", ["cnn_course", "PyTorch", "Keras"])
def test_the_code_to_copy_gives_the_numbers_of_the_grid(drive: Any, library: str) -> None:
    needs = {"cnn_course": "numpy", "PyTorch": "torch", "Keras": "keras"}[library]
    if needs == "keras":
        os.environ.setdefault("KERAS_BACKEND", "torch")
        pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    pytest.importorskip(needs, reason=f"{library} is not installed (requirements-frameworks.txt)")
    cases = [{}, {"size": 6, "padding": 1, "preset": 4, "flip": True}, {"dilation": 2}, {"dilation": 1, "stride": 2}]
    for shown in drive(explorers.convolution_2d(), cases):
        code = next(text for text in shown["code"] if {"numpy": "cc.conv2d"}.get(needs, f"import {needs}") in text)
        found: dict[str, Any] = {}
        exec(code, found)
        y = np.asarray(found["y"])
        y = y[0, :, :, 0] if library == "Keras" else y[0, 0]
        np.testing.assert_allclose(y, grids(shown, "output")[0], rtol=1e-5, atol=1e-5)


def test_channels_gives_the_library_s_numbers(drive: Any) -> None:
    cases = product(filters=range(1, 5), padding=(0, 1), shown=range(4), bias=(-400, -7, 0, 400), relu=(False, True))
    first = drive(explorers.channels(filters=4), [{"shown": f} for f in range(4)])
    weight = np.array([grids(step, "kernel") for step in first])
    for shown in drive(explorers.channels(), cases):
        check_text(shown)
        state = shown["state"]
        p, filters = state["padding"], state["filters"]
        x = np.array([grid[p : p + 3, p : p + 4] for grid in grids(shown, "input")])
        y = cc.conv2d(x[None], weight[:filters], np.full(filters, float(state["bias"])), padding=p)[0]
        expected = cc.relu(y) if state["relu"] else y
        np.testing.assert_allclose(grids(shown, "map"), expected, rtol=1e-6)
        assert state["shown"] < filters
        assert shown["text"][-1].endswith(f"= {cc.conv_param_count(3, filters, 3)}")


def test_the_bias_moves_in_steps_that_a_hand_can_hit(reader: Any) -> None:
    tab = reader(explorers.channels())
    slider = tab.get_by_label("bias")
    slider.focus()
    tab.keyboard.press("ArrowLeft")
    assert slider.input_value() == "-10"
    box = slider.bounding_box()
    assert box["width"] / 80 > 1  # a pixel or more to a step


def test_channels_shows_the_worked_example(drive: Any) -> None:
    left, right = drive(explorers.channels(), [{"position": 0}, {"position": 1}])
    assert left["bold"] == ["186", "86", "49", "321"]
    assert right["bold"] == ["222", "99", "49", "370"]
    assert "186 + 86 + 49 = 321" in left["text"][3]
    assert all(a == b for a, b in map(arithmetic, left["text"][:3] + right["text"][:3]))


def test_padding_and_stride_gives_the_library_s_numbers(drive: Any) -> None:
    cases = product(size=range(1, 17), kernel_size=range(1, 8), stride=range(1, 6), padding=range(7))
    cases = [case | {"layers": 1 + at % 6} for at, case in enumerate(cases) if at % 11 == 0 or case["size"] < 3]
    for shown in drive(explorers.padding_and_stride(), cases):
        check_text(shown)
        state = shown["state"]
        n, k, s, p = (state[name] for name in ("size", "kernel_size", "stride", "padding"))
        sizes = [n]
        while len(sizes) <= state["layers"] and sizes[-1] + 2 * p >= k:
            sizes.append(cc.conv_output_size(sizes[-1], k, stride=s, padding=p))
        fits = len(sizes) > state["layers"]
        assert [int(size) for size in shown["layers"]] == sizes + ([] if fits else [0])
        assert (shown["trouble"] == "") == fits
        used = grids(shown, "how")[0]
        if len(sizes) > 1:
            m = sizes[1]
            x, ones = np.zeros((1, 1, n, n)), np.ones((1, 1, k, k))
            grad_x = cc.conv2d_backward(np.ones((1, 1, m, m)), x, ones, stride=s, padding=p)[0][0, 0]
            np.testing.assert_array_equal(used[p : p + n, p : p + n], grad_x)
            np.testing.assert_array_equal(grids(shown, "output")[0], cc.conv2d(x + 1, ones, stride=s, padding=p)[0, 0])
            lost = np.flatnonzero(grad_x.sum(0) == 0)
            what = "Row and column" if lost.size == 1 else "Rows and columns"
            said = "Every pixel" if lost.size == 0 else f"{what} {', '.join(map(str, lost))} are in no window"
            assert shown["text"][1].startswith(said)


def test_padding_and_stride_shows_the_worked_example(drive: Any) -> None:
    (shown,) = drive(explorers.padding_and_stride(), [{}])
    assert shown["layers"] == ["16", "11", "6", "1"]


def pooled(state: dict[str, Any], x: np.ndarray) -> np.ndarray:
    options = {name: state[name] for name in ("stride", "padding", "ceil_mode")}
    image, kind = x[None, None], state["kind"]
    if kind > 2:
        y = (cc.global_max_pool2d, cc.global_avg_pool2d)[kind - 3](image)
    elif kind == 1:
        y = cc.avg_pool2d(image, state["window"], **options, count_include_pad=state["count_include_pad"])
    else:
        y = (cc.max_pool2d, None, cc.sum_pool2d)[kind](image, state["window"], **options)
    return y[0, 0]


def test_pooling_gives_the_library_s_numbers(drive: Any) -> None:
    cases = product(image=range(4), kind=range(5), window=range(1, 6), stride=range(1, 5), padding=range(3))[::7]
    for at, case in enumerate(cases):
        case.update(ceil_mode=at % 3 < 2, count_include_pad=at % 5 < 3, shift=(at // 2) % 4, position=at % 13)
    images = [grids(step, "input")[0] for step in drive(explorers.pooling(), [{"image": i} for i in range(4)])]
    for shown in drive(explorers.pooling(), cases):
        check_text(shown)
        state = shown["state"]
        original = images[state["image"]]
        x = cc.data.shift(original, 0, state["shift"])
        too_large = state["window"] > min(x.shape) + 2 * state["padding"]
        if state["kind"] < 3 and (too_large or state["padding"] > state["window"] / 2):
            assert shown["trouble"]
            assert grids(shown, "output")[0].size == 0
            with pytest.raises(ValueError, match=r"padding|kernel|window"):
                pooled(state, x)
            continue
        assert shown["trouble"] == ""
        y, before = pooled(state, x), pooled(state, original)
        np.testing.assert_allclose(grids(shown, "output")[0], y, rtol=1e-6)
        assert state["last"] == y.size - 1
        if state["shift"]:
            (found,) = shown["data"]
            for name, new, old in (("before", x, original), ("after", y, before)):
                expected = [np.count_nonzero(new != old), np.abs(new - old).mean()]
                np.testing.assert_allclose([float(part) for part in found[name].split(",")], expected, rtol=1e-9)


def test_a_shift_says_that_zeros_come_in_and_how_much_a_maximum_keeps(drive: Any) -> None:
    noise = {"image": 3, "window": 3, "stride": 1, "shift": 1}
    steps, names = drive(explorers.pooling(), [noise]), "input, 8 × 8, moved 1 to the right, zeros come in"
    np.testing.assert_array_equal([row[0] for row in steps[0]["grids"][names]], ["0"] * 8)
    assert steps[0]["text"][2] == (
        "Moved 1 to the right, zeros in on the left, 59 of 64 inputs changed (92 %), by 3.469 on average over all "
        "(marked ▾); 21 of 36 outputs changed (58 %), by 1.028 on average over all."
    )


def test_pooling_shows_the_worked_example(drive: Any) -> None:
    shown = drive(explorers.pooling(), [{"position": i} for i in range(6)])
    assert [step["bold"] for step in shown] == [["6"], ["8"], ["9"], ["9"], ["9"], ["9"]]
    assert shown[0]["text"][0] == "output[0, 0] = max(1, 2, 6, 0) = 6"


@pytest.mark.parametrize("name", NAMES)
def test_a_state_that_no_slider_can_give_is_mended(drive: Any, name: str) -> None:
    wild = [None, 1e9, -5, 2.5, "many"]
    numbers = TRAITS[name] - LISTS - {"flip", "relu"}
    for shown in drive(getattr(explorers, name)(), [{trait: value} for trait in sorted(numbers) for value in wild]):
        check_text(shown)
        assert 0 <= shown["state"]["position"] <= shown["state"]["last"]


# -------------------------------------------------------------------------- the explorer as a reader meets it in a page


def page(boxes: list[Any]) -> str:
    """Return a page that carries the widgets' state and draws it with the book's own runtime."""
    data = embed_data(views=boxes, state=dependency_state(boxes, drop_defaults=False))
    views = "".join(
        f'<script type="application/vnd.jupyter.widget-view+json">{json.dumps(view)}</script>'
        for view in data["view_specs"]
    )
    state = json.dumps(data["manager_state"]).replace("</", "<\\/")
    assets = ROOT / "book" / "assets"
    return (
        '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f"<title>explorers</title><style>{(assets / 'runtime.css').read_text('utf-8')}</style><main>{views}</main>"
        f'<script type="application/vnd.jupyter.widget-state+json">{state}</script>'
        f"<script>{(assets / 'runtime.js').read_text('utf-8')}</script>"
    )


@pytest.fixture
def reader(browser: Any, tmp_path: Path) -> Any:
    """Return a function that opens a page with explorers; it fails if anything went wrong on the page."""
    visits = []

    def open_page(*boxes: Any, address: str = "", **options: Any) -> Any:
        path = tmp_path / "page.html"
        path.write_text(page(list(boxes)), "utf-8")
        context = visit(browser, path.as_uri() + address, **options)
        seen = context.__enter__()
        visits.append((context, seen))
        seen.page.wait_for_function(f"document.querySelectorAll('.cc-explorer').length === {len(boxes)}")
        return seen.page

    yield open_page
    for context, seen in visits:
        context.__exit__(None, None, None)
        assert seen.errors == []
        assert seen.outside == []


def line(tab: Any) -> str:
    return tab.locator(".cc-sum").first.inner_text()


def test_keys_move_the_slider_the_window_and_the_sum(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    tab.get_by_label("position").focus()
    tab.keyboard.press("ArrowRight")
    assert line(tab).endswith("= 25")
    tab.keyboard.press("Tab")  # the toolbar is one stop
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    assert line(tab).endswith("= 37")
    assert tab.get_by_label("position").input_value() == "2"
    tab.get_by_role("grid", name="output").get_by_role("gridcell").nth(2).focus()
    tab.keyboard.press("ArrowRight")
    assert line(tab).endswith("= 43")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == "output[1, 1] is 43"


@pytest.mark.parametrize("name", NAMES)
def test_an_explorer_costs_few_tab_stops(reader: Any, name: str) -> None:
    tab = reader(getattr(explorers, name)())
    nodes = tab.locator(".cc-explorer *")
    stops = nodes.evaluate_all("(all) => all.filter((node) => node.checkVisibility() && node.tabIndex === 0).length")
    assert 2 <= stops <= 8


def test_the_last_position_follows_the_other_sliders(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    position = tab.get_by_label("position")
    position.fill("3")
    assert position.get_attribute("max") == "3"
    tab.get_by_label("input size").fill("6")
    tab.wait_for_function("document.querySelector('input[max=\"24\"]')")
    tab.get_by_label("input size").fill("2")
    tab.wait_for_function("document.querySelector('input[max=\"0\"]')")
    assert position.input_value() == "0"
    assert line(tab) == "output[0, 0] = 0·0 + 1·1 + 2·2 + 3·3 = 14"


def test_a_window_that_does_not_fit_is_explained_with_its_formula(reader: Any) -> None:
    tab = reader(explorers.convolution_2d(size=3))
    tab.get_by_label("kernel size").fill("5")
    message = tab.locator(".cc-trouble")
    assert "d·(k − 1) + 1 = 1·(5 − 1) + 1 = 5 cells" in message.inner_text()
    tab.get_by_label("padding p").fill("1")
    assert message.inner_text() == ""


@pytest.mark.parametrize(
    ("typed", "says", "kept"),
    [
        ("", "The cell is empty: it counts as 3.", "3"),
        ("abc", "“abc” is not a number such as 1200 or 1,200, −0.5 or −0,5, 1/9 or 1e−3: it counts as 3.", "3"),
        ("1e99", "A cell takes numbers up to 9999: it counts as 3.", "3"),
        ("1 2\n3 4", "is not a number", "3"),
        ("−1,5", "", "−1.5"),
    ],
)
def test_whatever_is_typed_into_a_cell_leaves_a_number(reader: Any, typed: str, says: str, kept: str) -> None:
    tab = reader(explorers.convolution_2d())
    cell = tab.get_by_label("kernel[1, 1]")
    cell.fill(typed)
    message = tab.locator(".cc-trouble").inner_text()
    assert says in message
    assert bool(message) == bool(says)
    assert (cell.get_attribute("aria-invalid") == "true") == bool(says)
    tab.get_by_label("position").focus()
    assert cell.input_value() == kept
    assert tab.locator(".cc-trouble").inner_text() == ""
    assert line(tab).endswith("= 19" if says else "= 1")


def test_an_edited_cell_moves_the_output_and_names_the_kernel_your_own(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    tab.get_by_label("kernel[0, 0]").fill("10")
    tab.get_by_label("position").fill("1")
    assert line(tab) == "output[0, 1] = 1·10 + 2·1 + 4·2 + 5·3 = 35"
    menu = tab.get_by_label("kernel", exact=True)
    assert menu.evaluate("(menu) => menu.selectedOptions[0].text") == "your own numbers"


def test_hovering_shows_where_an_input_goes_and_what_feeds_an_output(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    tab.get_by_label("input[0, 1] is 1").hover()
    assert line(tab) == "This input, 1, goes into output[0, 0] as 1·1; output[0, 1] as 1·0."
    tab.get_by_label("output[1, 0] is 37").hover()
    assert line(tab).endswith("3·0 + 4·1 + 6·2 + 7·3 = 37")


def test_play_walks_and_hovering_takes_over(reader: Any) -> None:
    tab = reader(explorers.convolution_2d(size=6))
    tab.get_by_role("button", name="Speed").click()
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function("document.querySelector('.cc-sum').textContent.startsWith('output[0, 2]')")
    tab.locator("[aria-label^='output[3, 3]']").hover()
    assert line(tab).startswith("output[3, 3]")
    assert tab.get_by_role("button", name="Play").is_visible()


def test_a_change_is_announced_and_told_in_words(reader: Any) -> None:
    tab = reader(explorers.flip_and_filter())
    tab.get_by_label("position").fill("1")
    tab.wait_for_function("document.querySelector('.cc-explorer [aria-live]').textContent.endsWith('= 3')")
    described = tab.locator(".cc-explorer").get_attribute("aria-describedby")
    assert tab.locator(f"#{described}").text_content() == (
        "Input 1, 2, 3, 4, 5, 6; kernel 0.1, 0.2, 0.3, 0.4, flipped; valid output 2, 3, 4."
    )


def test_the_address_reopens_the_state(reader: Any) -> None:
    tab = reader(explorers.convolution_2d(), explorers.convolution_2d(size=4))
    tab.get_by_label("input size").first.fill("5")
    tab.get_by_label("kernel[0, 0]").first.fill("-0.5")
    tab.get_by_label("padding p").last.fill("2")
    tab.wait_for_function("location.hash.includes('convolution_2d2.padding=2')")
    address = tab.evaluate("location.hash")
    first = "#convolution_2d.preset=6&convolution_2d.size=5&convolution_2d.weight=-0.5_1_2_3"
    assert address == first + "&convolution_2d2.padding=2"
    again = reader(explorers.convolution_2d(), explorers.convolution_2d(size=4), address=address)
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(again.get_by_label("input size").first).to_have_value("5")
    expect(again.get_by_label("kernel[0, 0]").first).to_have_value("−0.5")
    expect(again.get_by_label("padding p").last).to_have_value("2")


def test_an_address_names_a_position_and_leaves_the_rest_as_at_the_start(reader: Any) -> None:
    tab = reader(explorers.convolution_2d(), address="#convolution_2d.position=3&convolution_2d.preset=6")
    assert line(tab) == "output[1, 1] = 4·0 + 5·1 + 7·2 + 8·3 = 43"
    tab.get_by_label("input size").fill("6")
    tab.evaluate("location.hash = '#convolution_2d.position=2'")
    tab.wait_for_function("document.querySelector('.cc-sum').textContent.startsWith('output[1, 0] = 3·0')")
    assert tab.get_by_label("position").get_attribute("max") == "3"


@pytest.mark.parametrize(
    "address", ["#summary", "#convolution_2d.size=999&convolution_2d.weight=x_1e300", "#%E0%A4%A", "#a=b"]
)
def test_any_address_opens(reader: Any, address: str) -> None:
    tab = reader(explorers.convolution_2d(), address=address)
    assert re.search(r"= \d+$", line(tab))
    assert tab.get_by_label("input size").input_value() == ("8" if "999" in address else "3")


@pytest.mark.parametrize("name", NAMES)
def test_an_explorer_fits_a_phone_with_digits_that_can_be_read(reader: Any, name: str) -> None:
    tab = reader(getattr(explorers, name)(), viewport={"width": 375, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 375
    sizes = "(cells) => cells.map((cell) => parseFloat(getComputedStyle(cell).fontSize))"
    assert min(tab.locator(".cc-cell").evaluate_all(sizes)) >= 14
    tab.locator("main").evaluate("(main) => { main.style.width = '311px'; }")  # what the book's margins leave
    assert tab.evaluate(MISPLACED) == []


def test_padding_shows_no_counts_and_the_words_fit_the_numbers(reader: Any) -> None:
    tab = reader(explorers.padding_and_stride(size=7, kernel_size=3, stride=5, padding=6, layers=1))
    pads, lost = tab.locator(".cc-pad"), tab.locator(".cc-lost")
    assert set(pads.all_inner_texts()) == {""}
    assert pads.first.get_attribute("aria-label") == "padding, used 1 time"
    assert set(lost.all_inner_texts()) == {"0"}
    tab.get_by_label("padding p").fill("0")
    tab.get_by_label("kernel size").fill("1")
    tab.get_by_label("stride s").fill("2")
    tab.get_by_label("input size").fill("3")
    assert line(tab) == "output[0, 0] sees 1 pixel of the input and 0 of padding."
    assert (
        "Row and column 1 are in no window: the stride is larger than the kernel."
        in tab.locator(".cc-box").inner_text()
    )
    one = reader(explorers.flip_and_filter([1, 2, 3, 4]))
    assert "output, valid: 1 number" in one.locator(".cc-title").all_inner_texts()
