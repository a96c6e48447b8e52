"""The explorers: what Python holds, and that the browser's numbers are the library's over the whole slider ranges."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import APART, MISPLACED, SIZES, pull, visit

import cnn_course as cc

ipywidgets = pytest.importorskip("ipywidgets", reason="the explorers need ipywidgets (pip install cnn_course[book])")
pytest.importorskip("anywidget", reason="the explorers need anywidget (pip install cnn_course[book])")
from ipywidgets.embed import dependency_state, embed_data  # noqa: E402

from cnn_course import explorers  # noqa: E402

ROOT = Path(__file__).parent.parent
DRAWN = {"AnyModel", "VBoxModel"}  # what the page draws: it leaves out the box of linked widgets
TRAITS = {
    "flip_and_filter": {"signal", "kernel", "size", "kernel_size", "mode", "flip", "position"},
    "convolution_2d": {"image", "x", "preset", "weight", "size", "size_w", "kernel_size", "kernel_size_w", "stride",
                       "stride_w", "padding", "padding_w", "dilation", "square", "flip", "position"},
    "channels": {"x", "weight", "biases", "filters", "shown", "padding", "bias", "relu", "position"},
    "padding_and_stride": {"size", "size_w", "kernel_size", "kernel_size_w", "stride", "stride_w", "padding",
                           "padding_w", "layers", "square", "position"},
    "pooling": {"image", "x", "size", "size_w", "kind", "window", "window_w", "stride", "stride_w", "padding",
                "padding_w", "square", "ceil_mode", "count_include_pad", "shift", "shift_down", "wrap", "position"},
    "sizes": {"preset", "layers", "size", "depth", "down", "across", "position"},
    "relatives": {"relative", "size", "kernel_size", "stride", "tiles", "channels", "groups", "dilation", "x", "weight",
                  "biases", "position"},
    "sweep": {"thing", "template", "home", "row", "column", "position"},
    "backprop": {"kind", "image", "x", "weight", "upstream", "size", "kernel_size", "stride", "padding", "second",
                 "position"},
}  # fmt: skip
NAMES = list(TRAITS)
# edited in cells, moved by no control
LISTS = {"biases", "home", "template", "signal", "kernel", "weight", "layers", "x", "upstream"}

# ---------------------------------------------------------------------------------------------------- what Python holds


def core(box: Any) -> Any:
    return box.children[0]


def state_of(box: Any) -> dict[str, Any]:
    return dependency_state([box], drop_defaults=False)


@pytest.mark.parametrize("name", NAMES)
def test_an_explorer_uses_only_models_that_the_page_can_draw(name: str) -> None:
    box = getattr(explorers, name)()
    assert {type(widget)._model_name.default_value for widget in (box, core(box))} == DRAWN
    linked = box.children[1]
    assert "cc-linked" in linked._dom_classes


@pytest.mark.parametrize("name", NAMES)
def test_every_control_is_drawn_by_the_module_and_has_a_widget_linked_to_its_trait(name: str) -> None:
    box = getattr(explorers, name)()
    widget, linked = core(box), box.children[1].children
    drawn = [control["trait"] for control in widget.controls]
    assert set(drawn) >= TRAITS[name] - LISTS - {"position"}
    assert [control["label"] for control in widget.controls] == [one.description for one in linked[:-1]]
    assert len(set(drawn)) == len(drawn)
    links = [model["state"] for model in state_of(box).values() if model["model_name"] == "LinkModel"]
    mine = f"IPY_MODEL_{widget.model_id}"
    sources = {tuple(link["source"]) for link in links}
    sliders = {control["trait"] for control in widget.controls if "options" not in control}
    assert sources == {(mine, trait) for trait in sliders | {"last", "position"}}
    for control, one in zip(widget.controls, linked, strict=False):
        if "options" in control:
            other = control["options"][-1]
            one.value = other
            assert getattr(widget, control["trait"]) == other


@pytest.mark.parametrize("name", NAMES)
def test_only_the_controls_that_are_asked_for_are_drawn(name: str) -> None:
    everything = core(getattr(explorers, name)())
    first, *_, last = [control["trait"] for control in everything.controls]
    some = getattr(explorers, name)(controls=[first, last])
    assert {control["trait"].removesuffix("_w") for control in core(some).controls} == {first, last}
    assert core(some).ranges == everything.ranges
    with pytest.raises(ValueError, match=f"controls must be among {first}, .*, got 'colour'"):
        getattr(explorers, name)(controls=["colour"])


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
def test_a_module_needs_no_import(name: str) -> None:
    folder = ROOT / "cnn_course" / "explorers"
    rest = str(core(getattr(explorers, name)())._esm)
    assert rest.startswith("// ---- palette.js\nconst TOKENS = {")
    own = (folder / f"{name}.js").read_text("utf-8")
    assert rest.endswith(f"// ---- {name}.js\n{own}")
    for line in rest.splitlines():  # the page stores it without indentation: no text may go over a line
        assert line.count("`") % 2 == 0, line
    assert not re.search(r"^\s*import\b|\bimport\(|https?:(?!//www.w3.org/)|\bfetch\(|\beval\(", rest, re.M)


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
    text: [...el.querySelectorAll(".cc-sum, .cc-size")].map((node) => node.getAttribute("aria-label") ?? text(node)),
    bold: [...el.querySelectorAll(".cc-sum b")].map(text),
    fixes: [...el.querySelectorAll(".cc-repairs button")].map(text),
    trouble: text(el.querySelector(".cc-trouble")),
    words: text(el.querySelector("p[id$=words]")),
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
            state = {
                name: getattr(widget, name) for name in (*widget.defaults, "defaults", "ranges", "controls", "last")
            }
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


def convolution(state: dict[str, Any]) -> np.ndarray:
    n, k, s, p = ((state[name], state[f"{name}_w"]) for name in ("size", "kernel_size", "stride", "padding"))
    x, weight = np.reshape(state["x"], (1, 1, *n)), np.reshape(state["weight"], (1, 1, *k))
    used = weight[..., ::-1, ::-1] if state["flip"] else weight
    return cc.conv2d(x, used, stride=s, padding=p, dilation=state["dilation"])[0, 0]


def test_convolution_2d_gives_the_library_s_numbers(drive: Any) -> None:
    options = {"stride": range(1, 5), "padding": range(4), "dilation": range(1, 4)}
    cases = product(size=range(1, 9), kernel_size=range(1, 6), **options)[::5]  # still every value of every slider
    images, presets = ("counting", "one", "edge", "binary"), ("counting", "identity", "blur")
    for at, case in enumerate(cases):  # the menus and the switches take turns, in steps that share no factor
        case.update(
            image=images[at % 4], preset=presets[(at // 7) % 3], flip=at % 5 < 2, position=at % 11, square=at % 3 > 0
        )
        if not case["square"]:  # every value across too
            case.update(size_w=1 + at % 8, kernel_size_w=1 + at % 5, stride_w=1 + at % 4, padding_w=at % 4)
    for shown in drive(explorers.convolution_2d(), cases):
        check_text(shown)
        state = shown["state"]
        n, k, s, p = ((state[name], state[f"{name}_w"]) for name in ("size", "kernel_size", "stride", "padding"))
        if state["square"]:
            assert all(rows == columns for rows, columns in (n, k, s, p))
        span = [state["dilation"] * (size - 1) + 1 for size in k]
        axis = next((axis for axis in (0, 1) if span[axis] > n[axis] + 2 * p[axis]), None)
        if axis is not None:
            assert f"{n[axis]} + 2·{p[axis]} = {n[axis] + 2 * p[axis]}" in shown["trouble"]
            assert f"= {span[axis]} cells" in shown["trouble"]
            assert grids(shown, "output")[0].size == 0
            continue
        assert shown["trouble"] == ""
        padded = grids(shown, "input")[0]
        np.testing.assert_array_equal(padded, np.pad(np.reshape(state["x"], n), [(p[0],) * 2, (p[1],) * 2]))
        expected = convolution(state)
        np.testing.assert_allclose(grids(shown, "output")[0], expected, rtol=1e-6, atol=1e-9)
        assert state["last"] == expected.size - 1
        assert state["position"] <= state["last"]
        sizes = [f"+ 1 = {size}" for size in expected.shape]
        assert shown["text"][1].endswith(sizes[0] if state["square"] else sizes[1])
        assert all(size in shown["text"][1] for size in sizes)
        left, right = arithmetic(shown["text"][0])
        assert left == pytest.approx(right, rel=1e-3, abs=1e-4)
        assert right == pytest.approx(expected.flat[state["position"]], rel=1e-3, abs=1e-4)


def test_convolution_2d_offers_only_what_mends(drive: Any) -> None:
    cases = product(size=range(1, 9), kernel_size=range(2, 6), padding=range(2), dilation=range(1, 4))
    traits = {"padding p": "padding", "kernel k": "kernel_size", "dilation d": "dilation", "input n": "size"}
    for shown in drive(explorers.convolution_2d(), cases):
        if not shown["trouble"]:
            assert shown["fixes"] == []
            continue
        for words in shown["fixes"]:
            label, value = words.split(" = ")
            state = shown["state"] | {traits[label]: int(value)}
            n, k, p, d = (state[name] for name in ("size", "kernel_size", "padding", "dilation"))
            assert n + 2 * p >= d * (k - 1) + 1, words
        assert bool(shown["fixes"]) == shown["trouble"].endswith("Choose")


def test_convolution_2d_keeps_the_place_of_the_window_when_a_size_changes(drive: Any) -> None:
    shown = drive(explorers.convolution_2d(size=6), [{"position": 12}, {"size": 7}, {"size": 4}])
    places = [step["state"]["position"] for step in shown]
    assert places == [12, 14, 8]  # row 2, column 2; then the last row and column 2


def test_convolution_2d_walks_through_the_worked_example(drive: Any) -> None:
    walk = [{"position": i} for i in range(4)]
    straight = drive(explorers.convolution_2d(), walk)
    assert [step["bold"] for step in straight] == [["19"], ["25"], ["37"], ["43"]]
    assert "0·0 + 1·1 + 3·2 + 4·3 = 19" in straight[0]["text"][0]
    assert all(left == right for left, right in (arithmetic(step["text"][0]) for step in straight))
    flipped = drive(explorers.convolution_2d(flip=True), walk)
    assert [step["bold"] for step in flipped] == [["5"], ["11"], ["23"], ["29"]]


def test_convolution_2d_shows_the_binary_image_under_the_x(drive: Any) -> None:
    (shown,) = drive(explorers.convolution_2d(image="binary", kernel="X", size=5), [{}])
    assert grids(shown, "output")[0].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]


def test_convolution_2d_takes_an_image_of_your_own(drive: Any) -> None:
    image = [[1, 1, 1, 0, 0, 1], [0, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1], [1, 0, 0, 1, 0, 0]]
    (shown,) = drive(explorers.convolution_2d(image=image, kernel="X"), [{}])
    assert grids(shown, "input")[0].tolist() == image
    assert grids(shown, "output")[0].tolist() == [[4, 3, 4, 3], [2, 4, 2, 3]]  # counted by hand
    for wrong, why in (([1, 2], "table"), ([[1e5]], "9999"), ([[1] * 9], "size must be between 1 and 8")):
        with pytest.raises(ValueError, match=why):
            explorers.convolution_2d(image=wrong)


def test_what_a_chapter_has_not_taught_stands_in_no_size_and_in_no_advice(drive: Any) -> None:
    taught = explorers.convolution_2d(controls=("size", "kernel_size"))
    fits, too_large = drive(taught, [{}, {"kernel_size": 4}])
    assert fits["text"][1].endswith("3 − 2 + 1 = 2")
    assert too_large["trouble"].startswith("The kernel does not fit: it has k = 4 rows, the input n = 3.")
    assert too_large["fixes"] == ["kernel k = 3", "input n = 4"]


def test_convolution_2d_kernels_keep_their_size_or_become_your_own(drive: Any) -> None:
    steps = [{"preset": "Sobel"}, {"kernel_size": 2}, {"kernel_size": 4}, {"preset": "blur"}, {"preset": "difference"}]
    shown = drive(explorers.convolution_2d(size=6), steps)
    sobel, cut, grown, blur, difference = (step["state"] for step in shown)
    assert (sobel["kernel_size"], sobel["weight"]) == (3, [-1, 0, 1, -2, 0, 2, -1, 0, 1])
    assert (cut["preset"], cut["weight"]) == ("your own", [-1, 0, -2, 0])
    assert (grown["preset"], grown["weight"]) == ("your own", [-1, 0, 0, 0, -2, 0, 0, 0] + [0] * 8)
    assert blur["weight"] == [1 / 16] * 16
    assert (difference["weight"], difference["kernel_size"], difference["square"]) == ([-1, 1], 1, False)


@pytest.mark.parametrize("library", ["cnn_course", "PyTorch", "Keras"])
def test_the_code_to_copy_gives_the_numbers_of_the_grid(drive: Any, library: str) -> None:
    needs = {"cnn_course": "numpy", "PyTorch": "torch", "Keras": "keras"}[library]
    if needs == "keras":
        os.environ.setdefault("KERAS_BACKEND", "torch")
        pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    pytest.importorskip(needs, reason=f"{library} is not installed (requirements-frameworks.txt)")
    cases = [{}, {"size": 6, "padding": 1, "preset": "Sobel", "flip": True}, {"dilation": 2},
             {"dilation": 1, "stride": 2},
             {"square": False, "size_w": 5, "stride_w": 1, "padding_w": 0, "kernel_size_w": 2}]  # fmt: skip
    for shown in drive(explorers.convolution_2d(), cases):
        code = next(text for text in shown["code"] if {"numpy": "cc.conv2d"}.get(needs, f"import {needs}") in text)
        found: dict[str, Any] = {}
        exec(code, found)
        y = np.asarray(found["y"])
        y = y[0, :, :, 0] if library == "Keras" else y[0, 0]
        np.testing.assert_allclose(y, grids(shown, "output")[0], rtol=1e-5, atol=1e-5)


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
    count: Counter[str] = Counter()
    for box in boxes:  # as the book names them for the address
        if name := getattr(core(box), "name", "") if hasattr(box, "children") else "":
            count[name] += 1
            core(box).key = f"{name}{count[name]}" if count[name] > 1 else name
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
        seen.page.wait_for_function(f"document.querySelectorAll('.cc-explorer, .cc-questions').length === {len(boxes)}")
        return seen.page

    yield open_page
    for context, seen in visits:
        context.__exit__(None, None, None)
        assert seen.errors == []
        assert seen.outside == []


def line(tab: Any) -> str:
    return tab.locator(".cc-sum").first.text_content()


def go(tab: Any, name: str, position: int) -> None:
    """Move to a position by the address, as a link does."""
    tab.evaluate(f"location.hash = '#{name}.position={position}'")
    tab.wait_for_timeout(50)


def focused(tab: Any) -> str:
    return tab.evaluate("document.activeElement.getAttribute('aria-label')")


def test_keys_move_the_window_and_the_sum(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    tab.get_by_role("button", name="Play").focus()
    tab.keyboard.press("ArrowRight")  # the toolbar is one stop
    tab.keyboard.press("Enter")
    tab.wait_for_function("document.querySelector('.cc-sum').textContent.endsWith('= 25')")
    tab.get_by_label("input[0, 1] is 1").focus()
    tab.keyboard.press("ArrowDown")
    assert line(tab).endswith("= 43")
    assert focused(tab) == "input[1, 1] is 4"
    tab.keyboard.press("ArrowLeft")
    assert line(tab).endswith("= 37")
    tab.get_by_role("grid", name="output").get_by_role("gridcell").nth(2).focus()
    tab.keyboard.press("ArrowRight")
    assert line(tab).endswith("= 43")
    assert focused(tab) == "output[1, 1] is 43"
    tab.get_by_label("input[1, 1] is 4").focus()
    tab.keyboard.press("Shift+ArrowUp")
    assert line(tab) == "This input, 1, goes into 2 outputs: [0, 0] as 1·1; [0, 1] as 1·0"
    tab.keyboard.press("Escape")
    assert line(tab).endswith("= 43")


def test_the_window_is_dragged_and_so_are_the_sizes(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    cell = tab.get_by_label("input[0, 0] is 0")
    side = cell.bounding_box()["width"]
    pull(tab, cell, side, 0)
    assert line(tab).endswith("= 25")
    pull(tab, tab.get_by_label("input[0, 1] is 1"), 0, side)
    assert line(tab).endswith("= 43")
    pull(tab, tab.locator(".cc-image .cc-se"), side, side)
    assert tab.get_by_label("input n", exact=True).input_value() == "4"
    pull(tab, tab.locator(".cc-image .cc-nw"), -side, -side)
    assert int(tab.get_by_label("padding p", exact=True).input_value()) >= 1
    assert tab.locator(".cc-held, .cc-fly").count() == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_number_that_can_be_typed_over_is_seen_to_be_underlined(reader: Any, name: str) -> None:
    tab = reader(getattr(explorers, name)(), viewport={"width": 1440, "height": 900})
    fields = tab.locator(".cc-plate:not(.cc-colours) .cc-cell:first-child input:not(:read-only)").filter(visible=True)
    plain = "document.querySelectorAll('.cc-cell input').forEach(({ style }) => { style.textDecoration = 'none'; })"
    tab.evaluate("document.body.style.fontFamily = 'DejaVu Sans, system-ui, sans-serif'")  # as on a page
    tab.wait_for_timeout(300)  # nothing glides any more
    underlined = [field.screenshot() for field in fields.all()]
    tab.evaluate(plain)
    for field, before in zip(fields.all(), underlined, strict=True):
        assert field.screenshot() != before, field.get_attribute("aria-label")


def test_a_number_that_is_pulled_onto_another_overwrites_nothing(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    cells = tab.locator(".cc-kernel .cc-cell")
    values = lambda: cells.locator("input").evaluate_all("(all) => all.map((field) => field.value)")  # noqa: E731
    before = values()
    cells.nth(3).click()  # which marks it
    pull(tab, cells.nth(3), -cells.nth(3).bounding_box()["width"])
    assert values() == before == ["0", "1", "2", "3"]
    assert line(tab).endswith("= 19")


@pytest.mark.parametrize("name", ["convolution_2d", "pooling"])
def test_what_is_typed_after_a_second_press_takes_the_place_of_the_number(reader: Any, name: str) -> None:
    tab = reader(getattr(explorers, name)())
    cell = tab.locator(".cc-image .cc-cell").nth(1)
    for _ in range(2):
        cell.click()
        tab.wait_for_timeout(400)  # no double click
    tab.keyboard.type("7")
    assert cell.locator("input").input_value() == "7"


@pytest.mark.parametrize("name", NAMES)
def test_an_explorer_costs_few_tab_stops(reader: Any, name: str) -> None:
    tab = reader(getattr(explorers, name)())
    nodes = tab.locator(".cc-explorer *")
    # a group of radio buttons is one stop
    one = "node.checkVisibility() && node.tabIndex === 0 && (node.type !== 'radio' || node.checked)"
    stops = nodes.evaluate_all(f"(all) => all.filter((node) => {one}).length")
    assert 2 <= stops <= 12


def test_a_window_that_does_not_fit_is_explained_and_mended_in_one_press(reader: Any) -> None:
    tab = reader(explorers.convolution_2d(size=3))
    tab.get_by_label("kernel k", exact=True).fill("5")
    message, picture = tab.locator(".cc-callout"), tab.locator("[data-picture]").bounding_box()
    assert "d·(k − 1) + 1 = 1·(5 − 1) + 1 = 5 cells" in message.inner_text()
    where = message.bounding_box()
    assert picture["x"] <= where["x"]
    assert where["y"] + where["height"] <= picture["y"] + picture["height"] + 1
    tab.get_by_role("button", name="padding p = 1").click()
    assert not message.is_visible()
    assert focused(tab) == "padding p"
    assert re.search(r"= \d+$", line(tab))


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
    message = tab.locator(".cc-trouble").text_content()
    assert says in message
    assert tab.locator(".cc-callout").is_visible() == bool(says)
    assert (cell.get_attribute("aria-invalid") == "true") == bool(says)
    tab.get_by_role("button", name="Play").focus()
    assert cell.input_value() == kept
    assert not tab.locator(".cc-callout").is_visible()
    assert line(tab).endswith("= 19" if says else "= 1")


def test_an_edited_cell_moves_the_output_and_names_the_kernel_your_own(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    tab.get_by_label("kernel[0, 0]").fill("10")
    assert line(tab) == "output[0, 0] = 0·10 + 1·1 + 3·2 + 4·3 = 19"
    assert tab.get_by_role("group", name="kernel", exact=True).get_by_label("your own").is_checked()
    tab.get_by_label("kernel[0, 0]").press("Shift+ArrowUp")
    assert tab.get_by_label("kernel[0, 0]").input_value() == "11"


def test_a_digit_typed_on_the_input_makes_it_your_own(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    tab.get_by_label("input[0, 0] is 0").focus()
    tab.keyboard.type("12")
    assert line(tab) == "output[0, 0] = 12·0 + 1·1 + 3·2 + 4·3 = 19"
    assert tab.get_by_role("group", name="input", exact=True).get_by_label("your own").is_checked()
    tab.get_by_label("kernel[0, 0]").fill("1/9")
    assert line(tab) == "output[0, 0] = 12·1/9 + 1·1 + 3·2 + 4·3 ≈ 20.3333"


def test_hovering_shows_where_an_input_goes_and_what_feeds_an_output(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    tab.get_by_label("input[0, 1] is 1").hover()
    assert line(tab) == "output[0, 0] = 0·0 + 1·1 + 3·2 + 4·3 = 19"  # here one takes hold of the window
    tab.get_by_label("input[1, 2] is 5").hover()
    assert line(tab) == "This input, 5, goes into 2 outputs: [0, 1] as 5·3; [1, 1] as 5·1"
    tab.get_by_label("output[1, 0] is 37").hover()
    assert line(tab).endswith("3·0 + 4·1 + 6·2 + 7·3 = 37")


def test_play_lets_the_products_fly_and_any_move_takes_over(reader: Any) -> None:
    tab = reader(explorers.convolution_2d())
    for _ in range(2):
        tab.get_by_role("button", name="Speed").click()
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_selector(".cc-fly")
    assert tab.locator(".cc-result .cc-empty").count() == 4
    tab.wait_for_function("document.querySelector('.cc-sum').textContent.startsWith('output[0, 1]')")
    assert tab.locator(".cc-result .cc-empty").count() <= 3
    tab.get_by_label("output[1, 1] is 43").click()
    assert line(tab).endswith("= 43")
    assert tab.get_by_role("button", name="Play").is_visible()
    tab.wait_for_timeout(600)
    assert tab.locator(".cc-fly, .cc-lit, .cc-wait, .cc-empty").count() == 0


def test_without_motion_play_steps_and_nothing_flies(reader: Any) -> None:
    tab = reader(explorers.convolution_2d(), reduced_motion="reduce")
    tab.get_by_role("button", name="Next").click()
    assert line(tab).endswith("= 25")
    assert tab.locator(".cc-fly").count() == 0


def test_a_change_is_announced_and_told_in_words(reader: Any) -> None:
    tab = reader(explorers.flip_and_filter())
    go(tab, "flip_and_filter", 1)
    tab.wait_for_function("document.querySelector('.cc-explorer [aria-live]').textContent.endsWith('= 3')")
    described = tab.locator(".cc-explorer").get_attribute("aria-describedby")
    assert tab.locator(f"#{described}").text_content() == (
        "Input 1, 2, 3, 4, 5, 6; kernel 0.1, 0.2, 0.3, 0.4, flipped; valid output 2, 3, 4."
    )


def test_the_address_reopens_the_state(reader: Any) -> None:
    tab = reader(explorers.convolution_2d(), explorers.convolution_2d(size=4))
    tab.get_by_label("input n", exact=True).first.fill("5")
    tab.get_by_label("kernel[0, 0]").first.fill("-0.5")
    tab.get_by_label("padding p", exact=True).last.fill("2")
    tab.wait_for_function("location.hash.includes('convolution_2d2.padding=2')")
    address = tab.evaluate("location.hash")
    first = (
        "#convolution_2d.preset=your+own&convolution_2d.size=5&convolution_2d.size_w=5&convolution_2d.weight=-0.5_1_2_3"
    )
    assert (
        address == first + "&convolution_2d2.padding=2&convolution_2d2.padding_w=2"
    )  # the pixels follow from the size
    again = reader(explorers.convolution_2d(), explorers.convolution_2d(size=4), address=address)
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(again.get_by_label("input n", exact=True).first).to_have_value("5")
    expect(again.get_by_label("kernel[0, 0]").first).to_have_value("−0.5")
    expect(again.get_by_label("padding p", exact=True).last).to_have_value("2")


def test_an_address_names_a_position_and_leaves_the_rest_as_at_the_start(reader: Any) -> None:
    tab = reader(explorers.convolution_2d(), address="#convolution_2d.position=3&convolution_2d.preset=your+own")
    assert line(tab) == "output[1, 1] = 4·0 + 5·1 + 7·2 + 8·3 = 43"
    tab.get_by_label("input n", exact=True).fill("6")
    go(tab, "convolution_2d", 2)
    tab.wait_for_function("document.querySelector('.cc-sum').textContent.startsWith('output[1, 0] = 3·0')")


@pytest.mark.parametrize(
    "address", ["#summary", "#convolution_2d.size=999&convolution_2d.weight=x_1e300", "#%E0%A4%A", "#a=b"]
)
def test_any_address_opens(reader: Any, address: str) -> None:
    tab = reader(explorers.convolution_2d(), address=address)
    assert re.search(r"= \d+$", line(tab))
    assert tab.get_by_label("input n", exact=True).input_value() == ("8" if "999" in address else "3")


@pytest.mark.parametrize("name", NAMES)
def test_an_explorer_fits_a_phone_with_digits_that_can_be_read(reader: Any, name: str) -> None:
    tab = reader(getattr(explorers, name)(), viewport={"width": 375, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 375
    sizes = "(cells) => cells.map((cell) => parseFloat(getComputedStyle(cell).fontSize))"
    cells = tab.locator(".cc-cells .cc-cell")
    assert cells.count() == 0 or min(cells.evaluate_all(sizes)) >= 14
    tab.locator("main").evaluate("(main) => { main.style.width = '311px'; }")  # what the book's margins leave
    assert tab.evaluate(MISPLACED) == []


def test_of_small_pictures_the_chosen_one_has_its_name_on_a_phone_and_a_white_one_an_edge(reader: Any) -> None:
    tab = reader(explorers.sweep(thing="plus"), viewport={"width": 375, "height": 800})
    assert tab.locator(".cc-chip:has(svg) span:visible").all_inner_texts() == ["plus"]
    tab.get_by_label("ring", exact=True).check(force=True)
    assert tab.locator(".cc-chip:has(svg) span:visible").all_inner_texts() == ["ring"]
    edges = "(pictures) => pictures.map((node) => getComputedStyle(node).outlineStyle)"
    assert set(tab.locator(".cc-chip svg").evaluate_all(edges)) == {"solid"}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", NAMES)
def test_an_explorer_is_on_one_screen(reader: Any, name: str, size: tuple[int, int]) -> None:
    tab = reader(getattr(explorers, name)(), viewport=dict(zip(("width", "height"), size, strict=True)))
    tab.add_style_tag(content="body { margin: 0 } main { max-width: 65rem; margin: 0 auto; padding: 0 1rem 40rem }")
    tab.wait_for_timeout(100)
    assert tab.evaluate(MISPLACED) == []
    assert tab.evaluate(APART) == []


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
@pytest.mark.parametrize("name", ["pooling", "convolution_2d"])
def test_the_number_that_is_pressed_is_the_one_that_changes(reader: Any, name: str, touch: bool) -> None:
    tab = reader(getattr(explorers, name)(), has_touch=touch, viewport={"width": 375 if touch else 1280, "height": 700})
    cells = tab.locator(".cc-image [role=gridcell]")
    told = [
        re.fullmatch(r"(input\[\d, \d\]) is .*", label)[1]
        for label in cells.evaluate_all("(all) => all.map((cell) => cell.ariaLabel)")
    ]
    last = len(told) - 1  # far from where the window begins
    press = cells.nth(last).tap if touch else cells.nth(last).click
    press()
    if touch:
        press()  # opens a field, and with it the keyboard of a phone
        tab.keyboard.press("Backspace")
    assert tab.evaluate("document.activeElement.tagName") == ("INPUT" if touch else "DIV")
    tab.keyboard.press("9")
    changed = f"{told[last]} is 9"
    tab.get_by_label(changed, exact=True).wait_for()
    assert tab.evaluate("document.activeElement.ariaLabel") == changed
