"""The page runtime: stored widgets work in a page with no kernel and no network, opened from disk."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

widgets = pytest.importorskip("ipywidgets", reason="ipywidgets is not installed (pip install -e .[book])")
anywidget = pytest.importorskip("anywidget", reason="anywidget is not installed (pip install -e .[book])")
traitlets = pytest.importorskip("traitlets")

import ipywidgets.embed  # noqa: E402
from browser import Visit, serve, visit  # noqa: E402

from cnn_course import palette  # noqa: E402

ASSETS = Path(__file__).parents[1] / "book" / "assets"
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNg+M/wHwAEAQH/pFpLIAAAAABJRU5ErkJggg=="

SQUARE = """
let drawn = 0;
export default {
  initialize({ model }) {
    const square = () => model.set("square", model.get("n") ** 2);
    model.on("change:n", square);
    square();
  },
  render({ model, el }) {
    const own = ++drawn;
    const show = () => { el.textContent = `module ${own}: ${model.get("n")} squared is ${model.get("square")}`; };
    model.on("change:n change:square", show);
    show();
    return () => { document.title += " left"; };
  },
};
"""


class Square(anywidget.AnyWidget):
    """An explorer that squares its number."""

    _esm = SQUARE
    _css = ".square { color: teal; }"
    n = traitlets.Int(3).tag(sync=True)
    square = traitlets.Int(0).tag(sync=True)
    limit = traitlets.Int(10).tag(sync=True)
    off = traitlets.Bool(False).tag(sync=True)
    numbers = traitlets.List().tag(sync=True)
    data = traitlets.Any().tag(sync=True)


def explorer(esm: str, **values: Any) -> Square:
    """Make a Square with another module."""
    return type("Other", (Square,), {"_esm": esm})(**values)


def stored(*views: Any, drop_defaults: bool = False) -> dict[str, Any]:
    """Return the state of widgets as a notebook stores it."""
    return ipywidgets.embed.dependency_state(views, drop_defaults=drop_defaults)


def html(state: object, ids: list[str]) -> str:
    """Write a page as MyST-NB does: a script with the state and one script for each displayed widget."""
    text = state if isinstance(state, str) else json.dumps({"version_major": 2, "version_minor": 0, "state": state})
    text = text.replace("</script>", r"<\/script>")
    places = "\n".join(f'<div class="cell_output"><script type="{VIEW}">{_view(i)}</script></div>' for i in ids)
    return f"""<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>page</title>
        <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
        <style class="tokens">{palette.style_sheet(":root")} :root[data-theme=dark] {{ color-scheme: dark }}</style>
        <link rel="stylesheet" href="{ASSETS.as_uri()}/runtime.css">
        <script type="{STATE}">{text}</script><script defer src="{ASSETS.as_uri()}/runtime.js"></script>
        </head><body>{places}<p id="end">end</p></body></html>"""


def _view(model_id: str) -> str:
    return json.dumps({"version_major": 2, "version_minor": 0, "model_id": model_id})


@pytest.fixture(scope="module")
def desk(browser: Any) -> Iterator[Visit]:
    """Keep one ordinary window for all pages that need no other."""
    with visit(browser, "about:blank") as seen:
        yield seen


@pytest.fixture
def open_page(browser: Any, desk: Visit, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open pages from disk; at the end none may have asked another machine or written an error to the console."""
    desk.outside.clear()
    desk.errors.clear()
    with ExitStack() as stack:
        visits = [desk]

        def open_it(page: str, **options: Any) -> Any:
            path = tmp_path / "page.html"
            path.write_text(page, encoding="utf-8")
            if options:
                visits.append(stack.enter_context(visit(browser, path.as_uri(), **options)))
                return visits[-1].page
            desk.page.goto(path.as_uri())
            return desk.page

        yield open_it
        assert [seen.outside for seen in visits] == [[]] * len(visits)
        assert [seen.errors for seen in visits] == [[]] * len(visits)


@pytest.fixture
def show(open_page: Callable[..., Any]) -> Callable[..., Any]:
    """Open a page that displays widgets."""

    def show_them(*views: Any, drop_defaults: bool = False, **options: Any) -> Any:
        return open_page(html(stored(*views, drop_defaults=drop_defaults), [w.model_id for w in views]), **options)

    return show_them


def texts(page: Any, selector: str) -> list[str]:
    """Return the texts of elements, in order."""
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def see(page: Any, selector: str, *expected: str) -> None:
    """Wait until the texts of the elements are the expected ones, or fail with both."""
    for _ in range(40):
        if texts(page, selector) == list(expected):
            return
        page.wait_for_timeout(25)
    assert texts(page, selector) == list(expected)


# The controls, each from a real widget, with all of its state and with what differs from the defaults.

both = pytest.mark.parametrize("drop_defaults", [False, True])


@both
def test_int_slider(show, drop_defaults):
    page = show(widgets.IntSlider(3, 0, 9, 2, description="kernel size"), drop_defaults=drop_defaults)
    slider = page.get_by_role("slider", name="kernel size")
    assert [slider.get_attribute(name) for name in ("type", "min", "max", "step")] == ["range", "0", "9", "2"]
    see(page, "output", "3")
    slider.press("End")
    see(page, "output", "8")
    assert slider.get_attribute("aria-valuetext") == "8"


@both
def test_float_slider(show, drop_defaults):
    page = show(widgets.FloatSlider(1.5, description="share", step=0.25), drop_defaults=drop_defaults)
    see(page, "output", "1.50")
    page.get_by_role("slider", name="share").press("ArrowRight")
    see(page, "output", "1.75")
    page = show(widgets.FloatSlider(0.5, max=1, readout_format=".0%"), widgets.IntSlider(readout=False))
    see(page, "output >> visible=true", "50%")


@both
def test_selection_slider(show, drop_defaults):
    slider = widgets.SelectionSlider(options=[("none", 0), ("half", 1), ("all", 2)], description="padding")
    page = show(slider, drop_defaults=drop_defaults)
    see(page, "output", "none")
    page.get_by_role("slider", name="padding").press("ArrowRight")
    see(page, "output", "half")
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "half"


@both
def test_dropdown(show, drop_defaults):
    dropdown, mirror = (widgets.Dropdown(options=["blur", "sharpen"], description=name) for name in ("kernel", "copy"))
    empty = widgets.Dropdown(options=["blur"], value=None, description="empty")
    link = widgets.jslink((dropdown, "index"), (mirror, "index"))
    page = show(dropdown, mirror, empty, drop_defaults=drop_defaults)
    page.get_by_role("combobox", name="kernel").select_option("sharpen")
    assert page.get_by_role("combobox", name="copy").evaluate("e => e.value") == "sharpen"
    assert page.get_by_role("combobox", name="empty").evaluate("e => e.selectedIndex") == -1
    assert link.source[0] is dropdown


@both
def test_checkbox(show, drop_defaults):
    page = show(widgets.Checkbox(True, description="flip"), drop_defaults=drop_defaults)
    box = page.get_by_role("checkbox", name="flip")
    assert box.is_checked()
    page.get_by_text("flip").click()
    assert not box.is_checked()


@both
def test_toggle_buttons(show, drop_defaults):
    toggles = widgets.ToggleButtons(options=["valid", "same"], description="mode", tooltips=["no padding"])
    stack = widgets.Stack([widgets.Label("first"), widgets.Label("second")], selected_index=0)
    link = widgets.jslink((toggles, "index"), (stack, "selected_index"))
    page = show(toggles, stack, drop_defaults=drop_defaults)
    assert page.get_by_role("group", name="mode").count() == 1
    assert page.get_by_role("radio", name="valid").is_checked()
    page.get_by_role("radio", name="valid").press("ArrowRight")
    assert page.get_by_role("radio", name="same").is_checked()
    see(page, ".cc-widget-stack", "second")
    assert link.target[0] is stack


@both
def test_number_fields(show, drop_defaults):
    fields = [
        widgets.IntText(4, description="free"),
        widgets.BoundedIntText(4, min=0, max=9, description="bounded"),
        widgets.FloatText(0.5, description="real"),
        widgets.BoundedFloatText(0.5, max=1, description="share"),
    ]
    page = show(*fields, drop_defaults=drop_defaults)

    def enter(name: str, text: str) -> str:
        box = page.get_by_role("spinbutton", name=name)
        box.fill(text)
        box.press("Tab")
        return box.input_value()

    assert enter("free", "-123456") == "-123456"
    assert enter("free", "2.7") == "3"
    assert enter("free", "") == "3"
    assert enter("bounded", "99") == "9"
    assert enter("bounded", "100") == "9"
    assert enter("real", "-1.25") == "-1.25"
    assert enter("share", "7") == "1"


def test_html_and_label(show):
    note = widgets.HTML("<b>bold</b><script>document.title = 'run'</script>", description="note:")
    page = show(note, widgets.Label("a < b"))
    assert page.locator("b").inner_text() == "bold"
    see(page, ".cc-widget-text", "note:\nbold", "a < b")
    assert page.title() == "page"


def test_boxes(show):
    row = widgets.HBox([widgets.Label("b"), widgets.Label("c")])
    row.add_class("special")
    page = show(widgets.VBox([widgets.Label("a"), row, widgets.VBox()]))
    see(page, ".cc-widget-text", "a", "b", "c")
    top = [box["y"] for box in (page.locator(".cc-widget-text").nth(i).bounding_box() for i in range(3))]
    assert top[0] < top[1] == top[2]
    assert page.locator(".cc-widget-hbox.special").count() == 1


@pytest.mark.parametrize(("index", "expected"), [(None, ""), (0, "a"), (1, "b"), (7, "b"), (-1, "a")])
def test_stack(open_page, index, expected):
    stack = widgets.Stack([widgets.Label("a"), widgets.Label("b")])
    state = stored(stack)
    state[stack.model_id]["state"]["selected_index"] = index
    see(open_page(html(state, [stack.model_id])), ".cc-widget-stack", expected)


def test_output(show):
    label = widgets.Label("inside")
    out = widgets.Output()
    data = [
        {"text/plain": "<Figure>", "text/html": "<i>slanted</i>"},
        {"image/svg+xml": ["<svg width='9' height='9'>", "<title>drawn</title></svg>"], "text/plain": "plain"},
        {"image/png": PNG, "text/plain": "a dot"},
        {"text/plain": "array([19])"},
        {VIEW: {"model_id": label.model_id}, "text/plain": "Label()"},
        {"application/x-unknown": "?"},
    ]
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["\x1b[0;31mValueError\x1b[0m", "end"]}
    out.outputs = (
        {"output_type": "stream", "name": "stdout", "text": "printed"},
        *({"output_type": "display_data", "data": item, "metadata": {}} for item in data),
        {"output_type": "display_data", "data": {"image/png": PNG}, "metadata": {"image/png": {"alt": "one dot"}}},
        error,
    )
    state = stored(out, label)
    page = show(out, label)
    assert out.model_id in state
    see(page, ".cc-widget-output pre", "printed", "array([19])", "ValueError\nend")
    assert texts(page, "i") == ["slanted"]
    assert page.locator("svg title").evaluate("e => e.textContent") == "drawn"
    assert page.locator("img").evaluate_all("all => all.map(e => e.alt)") == ["a dot", "one dot"]
    assert texts(page, ".cc-widget-output .cc-widget-text") == ["inside"]
    see(page, ".cc-note", "This page cannot draw a widget of the kind Output: run the notebook to use it.")


def test_disabled_and_unnamed_controls(show):
    kinds = [widgets.IntSlider, widgets.Checkbox, widgets.Dropdown, widgets.IntText]
    named = [kind(disabled=True, description="named") for kind in kinds]
    unnamed = [kind(tooltip="hint") for kind in kinds] + [kind() for kind in kinds]
    toggles = widgets.ToggleButtons(options=["a"], disabled=True)
    page = show(*named, *unnamed, toggles)
    inputs = page.locator("input:not([type=radio]), select")
    assert inputs.evaluate_all("all => all.map(e => e.disabled)") == [True] * 4 + [False] * 8
    names = inputs.evaluate_all("all => all.map(e => e.labels[0].textContent)")
    assert names == ["named"] * 4 + ["hint"] * 4 + ["slider", "checkbox", "dropdown", "number"]
    assert page.get_by_role("radio").is_disabled()


def test_layout_and_its_links(show):
    box, label = widgets.Checkbox(True, description="on"), widgets.Label("x", layout={"width": "123px"})
    page = show(box, label)
    assert page.locator(".cc-widget-text").bounding_box()["width"] == 123
    source = widgets.Label("hidden")
    link = widgets.jsdlink((source, "value"), (label.layout, "visibility"))
    page = show(label, source)
    assert page.locator(".cc-widget-text").first.is_hidden()
    assert link.target[1] == "visibility"


# Links.


@pytest.mark.parametrize("link", [widgets.jslink, widgets.jsdlink])
def test_link_directions(show, link):
    first, second = widgets.IntSlider(3, description="first"), widgets.IntSlider(5, description="second")
    kept = link((first, "value"), (second, "value"))
    page = show(first, second)
    see(page, "output", "3", "3")
    page.get_by_role("slider", name="first").press("ArrowRight")
    see(page, "output", "4", "4")
    page.get_by_role("slider", name="second").press("ArrowRight")
    see(page, "output", "5" if kept._model_name == "LinkModel" else "4", "5")


def test_a_two_way_link_keeps_both_ends_within_the_narrower_limits(show):
    wide, narrow = widgets.IntSlider(5, 0, 9, description="wide"), widgets.IntSlider(5, 2, 5, description="narrow")
    link = widgets.jslink((wide, "value"), (narrow, "value"))
    page = show(wide, narrow)
    page.get_by_role("slider", name="wide").fill("8")
    see(page, "output", "5", "5")
    assert page.get_by_role("slider", name="wide").input_value() == "5"
    page.get_by_role("slider", name="wide").fill("0")
    see(page, "output", "2", "2")
    assert link.source[0] is wide


def test_changed_limits_clamp_the_value_and_reach_the_input(show):
    low, high = widgets.IntSlider(0, description="low"), widgets.IntSlider(9, description="high")
    slider = widgets.IntSlider(5, 0, 9, description="position")
    core = Square(n=5)
    links = [
        widgets.jslink((low, "value"), (slider, "min")),
        widgets.jslink((high, "value"), (slider, "max")),
        widgets.jslink((core, "n"), (slider, "value")),
    ]
    page = show(low, high, slider, core)
    native = page.get_by_role("slider", name="position")
    page.get_by_role("slider", name="high").fill("4")
    assert native.get_attribute("max") == "4"
    assert native.input_value() == "4"
    see(page, ".cc-widget-explorer", "module 1: 4 squared is 16")
    page.get_by_role("slider", name="high").fill("20")
    native.press("End")
    see(page, "output", "0", "20", "20")
    page.get_by_role("slider", name="high").fill("8")
    page.get_by_role("slider", name="low").fill("6")
    assert native.get_attribute("min") == "6"
    native.press("Home")
    see(page, "output", "6", "8", "6")
    page.get_by_role("slider", name="low").fill("30")
    see(page, ".cc-widget-explorer", "module 1: 30 squared is 900")
    assert len(links) == 3


def test_other_linked_attributes(show):
    box, slider = widgets.Checkbox(False, description="lock"), widgets.IntSlider(1, 0, 1, description="index")
    dropdown = widgets.Dropdown(options=["a", "b"], description="menu")
    choices = widgets.SelectionSlider(options=["a", "b"], description="choice")
    links = [
        widgets.jslink((box, "value"), (dropdown, "disabled")),
        widgets.jslink((slider, "value"), (dropdown, "index")),
        widgets.jslink((dropdown, "index"), (choices, "index")),
    ]
    page = show(box, slider, dropdown, choices)
    see(page, "output", "1", "b")
    page.get_by_role("slider", name="choice").press("Home")
    see(page, "output", "0", "a")
    page.get_by_role("checkbox").check()
    assert page.get_by_role("combobox").is_disabled()
    assert len(links) == 3


def test_cycles_of_links_end(show):
    sliders = [widgets.IntSlider(i, 0, high, description=f"s{i}") for i, high in enumerate((9, 4, 7))]
    real = widgets.FloatSlider(2.5, description="real")
    ring = [*sliders, real, sliders[0]]
    links = [link((a, "value"), (b, "value")) for a, b in pairwise(ring) for link in (widgets.jslink, widgets.jsdlink)]
    page = show(*sliders, real)
    page.get_by_role("slider", name="s0").fill("3")
    see(page, "output", "3", "3", "3", "3.00")
    page.get_by_role("slider", name="s2").fill("7")
    see(page, "output", "4", "4", "4", "4.00")
    page.get_by_role("slider", name="real").fill("1.6")
    see(page, "output", "2", "2", "2", "2.00")
    assert len(links) == 8


def test_cycles_of_lists_end_and_equal_lists_are_no_change(show):
    module = """export default { render({ model, el }) {
        let changes = 0;
        const show = () => { el.textContent = `${changes} ${JSON.stringify(model.get("numbers"))}`; };
        model.on("change:numbers", () => { changes += 1; show(); });
        el.addEventListener("click", () => { model.set("numbers", [1, { a: [2] }]); model.save_changes(); });
        show();
    } };"""
    cores = [explorer(module, numbers=[]) for _ in range(2)]
    links = [widgets.jslink((a, "numbers"), (b, "numbers")) for a, b in (cores, cores[::-1])]
    page = show(*cores)
    see(page, ".cc-widget-explorer", "0 []", "0 []")
    for place in (0, 1, 0):
        page.locator(".cc-widget-explorer > div").nth(place).click()
    see(page, ".cc-widget-explorer", *['1 [1,{"a":[2]}]'] * 2)
    assert len(links) == 2


def test_a_module_that_answers_itself_for_ever_is_stopped(show):
    module = """export default { render({ model, el }) {
        model.on("change:n", () => model.set("n", model.get("n") + 1));
        model.set("n", 1);
    } };"""
    page = show(explorer(module), Square())
    see(page, ".cc-note", "This widget failed to run; the rest of the page still works.")
    see(page, ".cc-widget-explorer >> nth=1", "module 1: 3 squared is 9")


def test_links_never_hand_on_what_is_not_a_number(show):
    module = """export default { render({ model, el }) {
        el.onclick = () => { for (const x of [NaN, null, "7", Infinity]) model.set("data", x); };
        el.textContent = "spoil";
    } };"""
    core, slider = explorer(module, data=4), widgets.IntSlider(4, description="n")
    link = widgets.jsdlink((core, "data"), (slider, "value"))
    page = show(core, slider)
    page.get_by_text("spoil").click()
    see(page, "output", "4")
    assert page.get_by_role("slider").input_value() == "4"
    assert link.source[1] == "data"


# Explorers.


def test_explorer_initializes_renders_and_follows_its_links(show):
    core, slider = Square(n=2), widgets.IntSlider(3, description="n")
    link = widgets.jslink((core, "n"), (slider, "value"))
    page = show(widgets.VBox([slider, core]))
    see(page, ".cc-widget-explorer", "module 1: 2 squared is 4")
    page.get_by_role("slider").press("ArrowRight")
    see(page, ".cc-widget-explorer", "module 1: 3 squared is 9")
    assert link.target[0] is slider


def test_two_explorers_of_one_module_are_apart_and_share_their_style(show):
    first, second, slider = Square(n=2), Square(n=5), widgets.IntSlider(2, description="n")
    link = widgets.jslink((first, "n"), (slider, "value"))
    page = show(first, second, slider)
    page.get_by_role("slider").fill("4")
    see(page, ".cc-widget-explorer", "module 1: 4 squared is 16", "module 1: 5 squared is 25")
    styles = page.locator("style:not(.tokens)").evaluate_all("all => all.map(e => e.textContent)")
    assert styles == [Square._css if isinstance(Square._css, str) else ".square { color: teal; }"]
    assert link.source[0] is first


@pytest.mark.parametrize("start", ["await later();", "await later(); throw Error('broken')"])
def test_explorers_are_drawn_as_they_stand_in_the_page_whichever_loads_first(show, start):
    later = "const later = () => new Promise((resolve) => setTimeout(resolve, 300));"
    render = "export default { render({ el }) { el.textContent = (window.drawn = (window.drawn ?? 0) + 1); } };"
    page = show(explorer(render), explorer(later + start + render), explorer(render))
    page.wait_for_function("window.drawn === (document.querySelector('.cc-note') ? 2 : 3)")
    broken = "This widget failed to run; the rest of the page still works."
    see(page, ".cc-widget-explorer", "1", *([broken, "2"] if "throw" in start else ["2", "3"]))


def test_a_module_that_never_loads_keeps_no_other_from_being_drawn(show):
    render = "export default { render({ el }) { el.textContent = (window.drawn = (window.drawn ?? 0) + 1); } };"
    page = show(explorer("await new Promise(() => {});" + render), explorer(render), explorer(render))
    page.wait_for_function("window.drawn === 2")
    see(page, ".cc-widget-explorer", "", "1", "2")


def test_one_widget_displayed_twice_stays_in_step(show):
    core, slider = Square(n=2), widgets.IntSlider(2, description="n")
    toggles = widgets.ToggleButtons(options=["a", "b"])
    link = widgets.jslink((core, "n"), (slider, "value"))
    box = widgets.VBox([slider, core, toggles])
    page = show(box, box)
    page.get_by_role("slider").nth(1).fill("6")
    see(page, "output", "6", "6")
    see(page, ".cc-widget-explorer", "module 1: 6 squared is 36", "module 2: 6 squared is 36")
    page.get_by_role("radio", name="b").nth(0).check()
    assert [page.get_by_role("radio", name="b").nth(i).is_checked() for i in (0, 1)] == [True, True]
    ids = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert link.source[0] is core


def test_a_view_that_is_left_cleans_up_and_listens_no_longer(show):
    slider, core = widgets.IntSlider(0, 0, 1, description="shown"), Square()
    number = widgets.IntSlider(3, description="n")
    stack = widgets.Stack([core, widgets.Label("other")])
    links = [
        widgets.jslink((slider, "value"), (stack, "selected_index")),
        widgets.jslink((core, "n"), (number, "value")),
    ]
    page = show(slider, number, stack)
    see(page, ".cc-widget-stack", "module 1: 3 squared is 9")
    page.get_by_role("slider", name="shown").press("End")
    see(page, ".cc-widget-stack", "other")
    assert page.title() == "page left"
    page.get_by_role("slider", name="n", exact=True).fill("5")
    page.get_by_role("slider", name="shown").press("Home")
    see(page, ".cc-widget-stack", "module 2: 5 squared is 25")
    assert len(links) == 2


def test_the_model_as_a_module_sees_it(show):
    module = """export default async () => ({ async render({ model, el, signal }) {
        const heard = [];
        const all = (...args) => heard.push("all");
        const n = (source, value) => heard.push(`n ${source.get("n")} ${value}`);
        model.on("change", all); model.on("change:n change:limit", n);
        model.set("n", 4); model.set("n", 4); model.set({ n: 5, limit: 6 });
        model.off("change:n", n); model.set("n", 6); model.set("limit", 7);
        model.off("change:limit"); model.set("limit", 8);
        model.off(); model.set("n", 7);
        model.save_changes(); model.send({ nobody: "listens" });
        el.textContent = [...heard, model.get("nothing"), signal.aborted].join();
    } });"""
    heard = ["n 4 4", "all", "n 5 6", "n 5 5", "all", "all", "n 6 7", "all", "all", "", "false"]
    see(show(explorer(module)), ".cc-widget-explorer", ",".join(heard))


def test_off_leaves_the_listeners_of_other_views(show):
    module = """export default { render({ model, el }) {
        model.on("change:n", () => { el.textContent = model.get("n"); });
        el.onclick = () => model.off();
        el.textContent = "drawn";
    } };"""
    core, slider = explorer(module), widgets.IntSlider(3, description="n")
    link = widgets.jslink((core, "n"), (slider, "value"))
    page = show(core, core, slider)
    see(page, ".cc-widget-explorer", "drawn", "drawn")
    page.get_by_text("drawn").first.click()
    page.get_by_role("slider").fill("8")
    see(page, ".cc-widget-explorer", "drawn", "8")
    assert link.source[0] is core


def test_binary_values_reach_the_module(show):
    module = """export default { render({ model, el }) {
        const { weights: [view] } = model.get("data");
        el.textContent = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).join();
    } };"""
    see(show(explorer(module, data={"weights": [bytes([0, 127, 255])]})), ".cc-widget-explorer", "0,127,255")


FAILING = {
    "syntax": "export default {",
    "import": 'throw new Error("no"); export default {};',
    "missing file": 'import "./absent.js"; export default { render() {} };',
    "no default": "export const nothing = 0;",
    "no render": "export default {};",
    "empty": "",
    "factory": 'export default () => { throw new Error("no"); };',
    "initialize": 'export default { initialize() { throw new Error("no"); }, render() {} };',
    "render": 'export default { render({ el }) { el.textContent = "half"; throw new Error("no"); } };',
    "later render": "export default { async render() { await null; throw 0; } };",
    "listener": 'export default { render({ model }) { model.on("change:n", () => null.x); model.set("n", 1); } };',
    "early listener": """export default {
        initialize({ model }) { model.on("change:n", () => null.x); },
        render({ model }) { model.set("n", 1); } };""",
}


@pytest.mark.parametrize("module", FAILING.values(), ids=FAILING)
def test_a_failing_module_says_so_and_the_others_go_on(show, module):
    page = show(widgets.VBox([widgets.IntSlider(2, description="n"), explorer(module), Square(n=6)]))
    see(
        page,
        ".cc-widget-explorer",
        "This widget failed to run; the rest of the page still works.",
        "module 1: 6 squared is 36",
    )
    page.get_by_role("slider").press("ArrowRight")
    see(page, "output", "3")


def test_a_listener_that_fails_later_says_so_once_and_the_others_go_on(show):
    core = explorer("""export default { render({ model, el }) {
        el.textContent = "drawn";
        model.on("change:n", () => null.x);
        model.on("change:n", () => { el.textContent = "heard"; });
    } };""")
    slider, other = widgets.IntSlider(3, description="n"), Square()
    links = [widgets.jslink((slider, "value"), (end, "n")) for end in (core, other)]
    page = show(slider, core, other)
    see(page, ".cc-widget-explorer", "drawn", "module 1: 3 squared is 9")
    page.get_by_role("slider").fill("4")
    page.get_by_role("slider").fill("5")
    said = "heard\n\nThis widget failed to run; the rest of the page still works."
    see(page, ".cc-widget-explorer", said, "module 1: 5 squared is 25")
    assert len(links) == 2


def test_a_failing_cleanup_harms_nobody(show):
    core = explorer("""export default { render({ el }) { el.textContent = "here"; return () => null.x; } };""")
    stack, slider = widgets.Stack([core, widgets.Label("next")]), widgets.IntSlider(0, 0, 1, description="n")
    link = widgets.jslink((slider, "value"), (stack, "selected_index"))
    page = show(slider, stack)
    see(page, ".cc-widget-stack", "here")
    page.get_by_role("slider").press("End")
    see(page, ".cc-widget-stack", "next")
    assert link.source[0] is slider


# What the runtime does not know, and what it cannot read.

UNSTORED = "This widget was not stored with the page: run the notebook to use it."


def test_an_unknown_model_is_named(show):
    page = show(widgets.VBox([widgets.Button(), widgets.Label("known")]))
    see(page, ".cc-note", "This page cannot draw a widget of the kind ButtonModel: run the notebook to use it.")
    see(page, ".cc-widget-text", "known")


def test_interact_says_that_it_needs_a_notebook(show):
    box = widgets.interactive(lambda n: n, n=(0, 3))
    box.children[-1].outputs = ({"output_type": "stream", "name": "stdout", "text": "stored"},)
    page = show(box, widgets.IntSlider(description="alive"))
    see(page, ".cc-note", "These controls need a running notebook: open this page in Jupyter to use them.")
    see(page, "pre", "stored")
    assert page.get_by_role("slider", name="n").is_disabled()
    assert page.get_by_role("slider", name="alive").is_enabled()


def model(name: str, **values: Any) -> dict[str, Any]:
    """Write the stored form of one widget by hand."""
    return {"model_name": name, "model_module": "any", "model_module_version": "0", "state": values}


def test_hand_written_state_needs_only_what_differs(open_page):
    state = {
        "box": model("VBoxModel", children=["IPY_MODEL_a", "IPY_MODEL_b", "IPY_MODEL_gone", "IPY_MODEL_box"]),
        "a": model("IntSliderModel", description="a", value=700),
        "b": model("IntSliderModel", description="b", min=5, max=2, value=4),
        "link": model("LinkModel", source=["IPY_MODEL_a", "value"], target=["IPY_MODEL_gone", "value"]),
        "bare": {"model_name": "LabelModel"},
    }
    page = open_page(html(state, ["box", "absent"]))
    see(page, "output", "100", "5")
    see(page, ".cc-note", UNSTORED, "This widget contains itself and cannot be drawn.", UNSTORED)


MALFORMED = {
    "no JSON": "{",
    "empty": "",
    "null": "null",
    "a list": "[]",
    "no state": "{}",
    "null model": {"label": None},
    "broken buffer": {"label": model("LabelModel") | {"buffers": [{"path": ["x", "y"], "data": "!"}]}},
}


@pytest.mark.parametrize("state", MALFORMED.values(), ids=MALFORMED)
def test_malformed_state_leaves_a_sentence(open_page, state):
    page = open_page(html(state, ["label"]))
    see(page, ".cc-note", UNSTORED)
    assert page.locator("#end").is_visible()


BROKEN = {
    "children": model("VBoxModel", children=None),
    "class": model("VBoxModel", layout=3, _dom_classes=["a b"]),
    "options": model("DropdownModel", _options_labels=None),
    "outputs": model("OutputModel", outputs=[{"output_type": "display_data"}]),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_malformed_model_leaves_a_sentence_and_the_rest(open_page, broken):
    page = open_page(html({"broken": broken, "label": model("LabelModel", value="ok")}, ["broken", "label"]))
    see(page, ".cc-note", "This widget failed to run; the rest of the page still works.")
    see(page, ".cc-widget-text", "ok")


def test_a_malformed_view_leaves_a_sentence(open_page):
    text = html({"label": model("LabelModel", value="ok")}, ["label", "label"])
    page = open_page(text.replace(_view("label"), "{", 1))
    see(page, ".cc-note", UNSTORED)
    see(page, ".cc-widget-text", "ok")


def test_a_script_end_inside_the_state_is_only_text(show):
    see(show(widgets.Label("a </script> b")), ".cc-widget-text", "a </script> b")


# For everyone, everywhere.


def all_controls() -> widgets.VBox:
    """One widget of each kind that takes input."""
    return widgets.VBox(
        [
            widgets.IntSlider(description="slider with a rather long description"),
            widgets.FloatSlider(description="real"),
            widgets.SelectionSlider(options=["none", "everything there is"], description="choice"),
            widgets.Dropdown(options=["blur", "x" * 80], description="menu"),
            widgets.Checkbox(description="box"),
            widgets.ToggleButtons(options=["valid", "same", "full", "circular"], description="mode"),
            widgets.HBox([widgets.IntText(description="left"), widgets.BoundedIntText(description="right")]),
        ]
    )


def test_controls_are_large_enough_for_fingers_and_fit_a_phone(show):
    page = show(all_controls(), viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    targets = "input[type=range], input[type=number], select, .cc-widget-checkbox label, .cc-widget-toggles label"
    heights = page.locator(targets).evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert len(heights) == 11
    assert min(heights) >= 44
    widths = page.locator("input[type=range]").evaluate_all("all => all.map(e => e.getBoundingClientRect().width)")
    assert min(widths) >= 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_slider_keeps_its_size_whatever_it_reads(show):
    slider = widgets.SelectionSlider(options=["none", "everything there is"], description="choice")
    page = show(slider, widgets.SelectionSlider(options=["x", "y"]), viewport={"width": 375, "height": 700})
    named, unnamed = page.get_by_role("slider").all()
    before = named.bounding_box()["width"]
    named.press("End")
    see(page, "output", "everything there is", "x")
    assert named.bounding_box()["width"] == before > 60
    assert unnamed.bounding_box()["width"] > 200


def test_fields_in_a_row_stand_side_by_side(show):
    row = widgets.HBox([widgets.IntText(description="left"), widgets.IntText(description="right")])
    left, right = (
        field.bounding_box()
        for field in show(row, viewport={"width": 600, "height": 300}).get_by_role("spinbutton").all()
    )
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]


def test_every_control_is_reached_by_the_tab_key(show):
    page = show(all_controls())
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.type"))
        assert (
            page.evaluate("""() => {
            const e = document.activeElement;
            return getComputedStyle(e.type === "radio" ? e.nextSibling : e).outlineStyle;
        }""")
            == "solid"
        )
    assert reached == ["range", "range", "range", "select-one", "checkbox", "radio", "number", "number"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_readable_and_follow_the_books_variables(show, theme):
    page = show(all_controls())
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    colours = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    ink, paper = (_luminance(c) for c in page.locator("select").evaluate(colours))
    assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 7
    assert (ink < paper) == (theme == "light")
    page.add_style_tag(content="body { --ink: rgb(1, 2, 3); --paper: rgb(4, 5, 6); }")
    assert page.locator("select").evaluate(colours) == ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_page_from_a_server_works_as_from_disk(browser, tmp_path):
    (tmp_path / "index.html").write_text(
        html(stored(core := Square(n=3)), [core.model_id]).replace(f"{ASSETS.as_uri()}/", ""), encoding="utf-8"
    )
    for name in ("runtime.js", "runtime.css"):
        (tmp_path / name).write_bytes((ASSETS / name).read_bytes())

    with serve(tmp_path) as address, visit(browser, f"{address}/") as seen:
        see(seen.page, ".cc-widget-explorer", "module 1: 3 squared is 9")
        assert (seen.outside, seen.errors) == ([], [])


def test_a_visit_counts_what_a_page_asks_of_others_and_its_errors(browser, tmp_path):
    path = tmp_path / "bad.html"
    path.write_text('<script>throw new Error("seen")</script><img src="https://example.org/a.png" alt="">')
    with visit(browser, path.as_uri()) as seen:
        assert seen.outside == ["https://example.org/a.png"]
        assert "seen" in seen.errors


def test_the_runtime_is_small_and_loads_nothing():
    script = (ASSETS / "runtime.js").read_text(encoding="utf-8")
    assert len(script) < 24_000
    assert not re.search(r"https?://|\bfetch\(|\brequire\(|^import ", script, re.MULTILINE)
