"""The page runtime: stored widgets work in a page with no kernel and no network, opened from disk."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
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
FAILED = "This widget failed to run; the rest of the page still works."

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
    el.onclick = () => model.set("n", model.get("n") + 1);
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


# Explorers.

EXPLORER = ".cc-widget-explorer"


def test_an_explorer_initializes_renders_and_follows_its_values(show):
    page = show(widgets.VBox([Square(n=2)]))
    see(page, EXPLORER + " > div", "module 1: 2 squared is 4")
    page.locator(EXPLORER + " > div").click()
    see(page, EXPLORER + " > div", "module 1: 3 squared is 9")


def test_widgets_linked_to_an_explorer_are_left_to_the_notebook(show):
    core, slider = Square(n=2), widgets.IntSlider(2, description="n")
    links = [widgets.jslink((core, "n"), (slider, "value"))]
    linked = widgets.VBox([slider])
    linked.add_class("cc-linked")
    page = show(widgets.VBox([core, linked]))
    see(page, EXPLORER + " > div", "module 1: 2 squared is 4")
    assert page.locator("input, .cc-note").count() == 0
    assert len(links) == 1


def test_two_explorers_of_one_module_are_apart_and_share_their_style(show):
    page = show(Square(n=2), Square(n=5))
    page.locator(EXPLORER).first.click()
    see(page, EXPLORER, "module 1: 3 squared is 9", "module 1: 5 squared is 25")
    styles = page.locator("style:not(.tokens)").evaluate_all("all => all.map(e => e.textContent)")
    assert styles == [".square { color: teal; }"]


def test_shared_texts_stand_in_the_page_once(open_page):
    own = "export default { render({ el }) { el.textContent = double(21); } };"
    core = explorer(own)
    state = stored(core)
    state[core.model_id]["state"] |= {"_esm": ["twice", own], "_css": ["look"]}
    page = html(state, [core.model_id])
    parts = {"twice": "const double = (n) => 2 * n;", "look": ".square { color: teal; }"}
    page = open_page(page.replace('"version_major"', f'"parts": {json.dumps(parts)}, "version_major"', 1))
    see(page, EXPLORER, "42")
    assert page.locator("style.cc-module").evaluate_all("all => all.map(e => e.textContent)") == [parts["look"]]


def test_a_module_that_never_loads_keeps_no_other_from_being_drawn(show):
    render = "export default { render({ el }) { el.textContent = 'drawn'; } };"
    page = show(explorer("await new Promise(() => {});" + render), explorer(render), explorer(render))
    see(page, EXPLORER, "", "drawn", "drawn")


def test_one_widget_displayed_twice_stays_in_step(show):
    core = Square(n=2)
    page = show(core, core)
    page.locator(EXPLORER).first.click()
    see(page, EXPLORER, "module 1: 3 squared is 9", "module 2: 3 squared is 9")


def test_the_model_as_a_module_sees_it(show):
    module = """export default async () => ({ async render({ model, el }) {
        const heard = [];
        const all = (...args) => heard.push("all");
        const n = (source, value) => heard.push(`n ${source.get("n")} ${value}`);
        model.on("change", all); model.on("change:n change:limit", n);
        model.set("n", 4); model.set("n", 4); model.set({ n: 5, limit: 6 });
        model.off("change:n", n); model.set("n", 6); model.set("limit", 7);
        model.off("change:limit"); model.set("limit", 8);
        model.off(); model.set("n", 7);
        model.set("numbers", [1, 2]); model.on("change:numbers", all); model.set("numbers", [1, 2]);
        model.save_changes(); model.send({ nobody: "listens" });
        el.textContent = [...heard, model.get("nothing")].join();
    } });"""
    see(
        show(explorer(module)),
        EXPLORER,
        ",".join(["n 4 4", "all", "n 5 5", "n 5 6", "all", "all", "n 6 7", "all", "all", ""]),
    )


def test_a_module_that_answers_itself_for_ever_is_stopped(show):
    module = """export default { render({ model, el }) {
        model.on("change:n", () => model.set("n", model.get("n") + 1));
        model.set("n", 1);
    } };"""
    page = show(explorer(module), Square())
    see(page, ".cc-note", FAILED)
    see(page, EXPLORER + " >> nth=-1", "module 1: 3 squared is 9")


def test_binary_values_reach_the_module(show):
    module = """export default { render({ model, el }) {
        const { weights: [view] } = model.get("data");
        el.textContent = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).join();
    } };"""
    see(show(explorer(module, data={"weights": [bytes([0, 127, 255])]})), EXPLORER, "0,127,255")


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
    page = show(widgets.VBox([explorer(module), Square(n=6)]))
    see(page, ".cc-note", FAILED)
    see(page, EXPLORER + " > div >> nth=-1", "module 1: 6 squared is 36")


def test_a_listener_that_fails_later_says_so_once_and_the_others_go_on(show):
    core = explorer("""export default { render({ model, el }) {
        el.textContent = "drawn";
        model.on("change:n", () => null.x);
        model.on("change:n", () => { el.textContent = "heard"; });
        el.onclick = () => model.set("n", model.get("n") + 1);
    } };""")
    page = show(core)
    see(page, EXPLORER, "drawn")
    for _ in range(2):
        page.locator(EXPLORER + " > div").click()
    see(page, EXPLORER + " > div", "heard")
    see(page, ".cc-note", FAILED)


# What the runtime does not know, and what it cannot read.

UNSTORED = "This widget was not stored with the page: run the notebook to use it."


def test_a_widget_that_needs_a_kernel_is_named(show):
    page = show(widgets.VBox([widgets.Button(), Square()]))
    see(page, ".cc-note", "This page cannot draw a widget of the kind ButtonModel: run the notebook to use it.")
    see(page, EXPLORER + " > div", "module 1: 3 squared is 9")


def model(name: str, **values: Any) -> dict[str, Any]:
    """Write the stored form of one widget by hand."""
    return {"model_name": name, "model_module": "any", "model_module_version": "0", "state": values}


OK = model("AnyModel", _esm='export default { render({ el }) { el.textContent = "ok </script>"; } };')


def test_hand_written_state_needs_only_what_differs(open_page):
    box = model("VBoxModel", children=["IPY_MODEL_ok", "IPY_MODEL_gone", "IPY_MODEL_box"])
    state = {"box": box, "ok": OK, "bare": {"model_name": "VBoxModel"}}
    page = open_page(html(state, ["box", "absent", "bare"]))
    see(page, EXPLORER, "ok </script>")
    see(page, ".cc-note", UNSTORED, "This widget contains itself and cannot be drawn.", UNSTORED)


MALFORMED = {
    "no JSON": "{",
    "empty": "",
    "null": "null",
    "a list": "[]",
    "no state": "{}",
    "null model": {"ok": None},
    "broken buffer": {"ok": OK | {"buffers": [{"path": ["x", "y"], "data": "!"}]}},
}


@pytest.mark.parametrize("state", MALFORMED.values(), ids=MALFORMED)
def test_malformed_state_leaves_a_sentence(open_page, state):
    page = open_page(html(state, ["ok"]))
    see(page, ".cc-note", UNSTORED)
    assert page.locator("#end").is_visible()


BROKEN = {"children": model("VBoxModel", children=3), "class": model("VBoxModel", _dom_classes=7)}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_malformed_model_leaves_a_sentence_and_the_rest(open_page, broken):
    page = open_page(html({"broken": broken, "ok": OK}, ["broken", "ok"]))
    see(page, ".cc-note", UNSTORED)
    see(page, EXPLORER, "ok </script>")


def test_a_malformed_view_leaves_a_sentence(open_page):
    page = open_page(html({"ok": OK}, ["ok", "ok"]).replace(_view("ok"), "{", 1))
    see(page, ".cc-note", UNSTORED)
    see(page, EXPLORER, "ok </script>")


# For everyone, everywhere.


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
    assert len(script) < 8_000
    assert not re.search(r"https?://|\bfetch\(|\brequire\(|^import ", script, re.MULTILINE)
