"""What tests of the built pages share: their list, windows, a page that is opened once, and axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Visit, visit
from test_book import PAGES, stored_state

axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed (requirements.txt)")

AXE = Path(axe.__file__).with_name("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
ALL_PAGES = [*PAGES, "genindex", "py-modindex", "search", "404"]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 800}
PAPER = {"width": 690, "height": 1000}  # A4 between its margins
WIDTHS = [320, 375, 640, 768, 992, 1100, 1440, 1920]  # 640 is a window of 1280 at 200 %
# Explorers come when a reader comes near.
APPROACH = """() => {
    document.querySelector("script[type$='widget-view+json']")?.parentElement.scrollIntoView();
    const drawn = (e) => e.querySelector(".cc-explorer, .cc-questions");
    return !document.querySelector("script[type$='widget-view+json']")
        && [...document.querySelectorAll(".cc-widget-explorer")].every(drawn);
}"""
UNFOLD = "document.querySelectorAll('article details').forEach((fold) => { fold.open = true; })"
UNFINISHED = re.compile(r"NaN|undefined|null|Infinity|\[object")


def window(browser: Any, **options: Any) -> Iterator[Visit]:
    """Keep one window open for many pages."""
    with visit(browser, "about:blank", **options) as seen:
        yield seen


@pytest.fixture(scope="module")
def desk(browser: Any) -> Iterator[Visit]:
    """Return an ordinary window."""
    yield from window(browser)


@pytest.fixture(scope="module")
def spare(browser: Any) -> Iterator[Visit]:
    """Return a second window, whose settings and clipboard a test may use."""
    yield from window(browser, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture(scope="module")
def scriptless(browser: Any) -> Iterator[Visit]:
    """Return a window that runs no script."""
    yield from window(browser, java_script_enabled=False)


def go(seen: Visit, address: str) -> Any:
    """Open another page in a window and wait for its explorers."""
    seen.outside.clear()
    seen.errors.clear()
    seen.page.goto(address)
    seen.page.wait_for_function(APPROACH, polling=100)
    seen.page.evaluate("scrollTo(0, 0)")
    return seen.page


def check_quiet(seen: Visit) -> None:
    """No page asks another machine for anything or writes an error to the console."""
    found = [*seen.outside, *seen.errors]
    seen.outside.clear()
    seen.errors.clear()
    assert found == []


@pytest.fixture(scope="module", params=ALL_PAGES)
def opened(request: pytest.FixtureRequest, desk: Visit, site: str) -> Visit:
    """Open a page of the book, once for all tests that look at it."""
    go(desk, f"{site}/{request.param}.html")
    # What is measured is laid out, also where no reader is yet.
    desk.page.add_style_tag(content="article section { content-visibility: visible !important }")
    return desk


@pytest.fixture
def page(opened: Visit) -> Iterator[Any]:
    """Return a page on a desk, on screen, in the light theme; whatever is done with it, it must stay quiet."""
    dress(opened.page)
    yield opened.page
    check_quiet(opened)


def stored_explorers(path: Path) -> int:
    """Return how many explorers the state in a built page has."""
    return sum(model["model_name"] == "AnyModel" for model in stored_state(path).values())


def dress(page: Any, theme: str = "light", size: dict[str, int] = DESK, **media: str) -> None:
    """Give a page a theme, as the reader's system would choose it, a size and a medium."""
    page.set_viewport_size(size)
    page.emulate_media(**{"media": "screen", "reduced_motion": "no-preference", **media}, color_scheme=theme)
    page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def check_search(page: Any) -> None:
    """Search by key, from the page that shows, and follow a result."""
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Search this book")
    dialog.get_by_role("searchbox").fill("stride")
    dialog.get_by_role("status").filter(has_text=re.compile(r"\d+ found")).wait_for()
    results = dialog.get_by_role("listitem")
    assert results.count() >= 3
    assert any("stride" in text.lower() for text in results.all_inner_texts())
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.matches('dialog li:first-child a')")
    dialog.get_by_role("link", name=re.compile("^5 Move the window in larger steps")).first.click()
    page.wait_for_url("**/book/05-stride.html*")


# A page has thousands of pieces of code and numbers but few combinations of colours, and axe needs long for each piece:
# for the contrast of colours, every piece that looks like an earlier one is hidden.
AXE_RUN = """async (tags) => {
    const under = new Map([[null, ""]]);
    const ground = (e) => {
        if (!under.has(e)) {
            const { backgroundColor, backgroundImage, opacity } = getComputedStyle(e);
            const own = [backgroundColor, backgroundImage, opacity].join().replace("rgba(0, 0, 0, 0),none,1", "");
            under.set(e, ground(e.parentElement) + own);
        }
        return under.get(e);
    };
    const visible = { opacityProperty: true, visibilityProperty: true };
    const leaves = [...document.querySelectorAll("body *")].filter((e) =>
        !e.children.length && e.textContent.trim() && e.checkVisibility(visible) && e.offsetWidth !== 1);
    const looks = new Set();
    const repeated = leaves.filter((e) => {
        const { color, fontSize, fontWeight } = getComputedStyle(e);
        const look = [color, fontSize, fontWeight, ground(e)].join();
        return looks.has(look) || !looks.add(look);
    });
    const options = { resultTypes: ["violations"] };
    const others = { "color-contrast": { enabled: false } };
    const form = await axe.run({ ...options, runOnly: tags, rules: others });
    const style = Object.assign(document.createElement("style"), { textContent: ".repeated { visibility: hidden }" });
    document.head.append(style);
    for (const e of repeated) e.classList.add("repeated");
    const colour = await axe.run({ ...options, runOnly: { type: "rule", values: ["color-contrast"] } });
    for (const e of repeated) e.classList.remove("repeated");
    style.remove();
    const kinds = ["violations", "passes", "incomplete", "inapplicable"];
    const run = [form, colour].flatMap((report) => kinds.flatMap((kind) => report[kind].map(({ id }) => id)));
    const found = [form, colour].flatMap(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`)));
    return [run, found];
}"""
