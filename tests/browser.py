"""A Chromium shared by all browser tests, a server, and visits that count what a page must not do."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

# The first has no windows that nobody sees, which saves a sixth of the work.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# What a reader would call broken in the explorers of a page, a sentence each, once they had time to fit a new width.
MISPLACED = """(async () => {
    const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 4;
    const box = (e) => e.getBoundingClientRect(), all = (root, what) => [...root.querySelectorAll(what)].filter(seen);
    const inside = (a, b, by = 1) => box(a).left >= box(b).left - by && box(a).right <= box(b).right + by
        && box(a).top >= box(b).top - by && box(a).bottom <= box(b).bottom + by;
    const apart = (a, b) => box(a).right <= box(b).left + 1 || box(b).right <= box(a).left + 1;
    const say = (e) => `${e.className?.baseVal ?? e.className} “${e.textContent.trim().slice(0, 40)}”`;
    const look = () => {
        const faults = [];
        for (const explorer of document.querySelectorAll(".cc-explorer[data-explorer]")) {
            for (const step of all(explorer, ".cc-step")) {
                const parts = [...step.querySelectorAll("button, label > *")].filter(seen);
                for (const part of parts) if (!inside(part, step)) faults.push(`${say(part)} leaves ${say(step)}`);
                for (const [i, one] of parts.entries()) for (const other of parts.slice(i + 1))
                    if (!apart(one, other)) faults.push(`${say(one)} lies on ${say(other)}`);
            }
            for (const control of all(explorer, ".cc-toggle, .cc-chip, .cc-btn, .cc-menu")) {
                for (const part of [...control.children].filter(seen))
                    if (!inside(part, control)) faults.push(`${say(part)} leaves ${say(control)}`);
                if (control.scrollWidth > control.clientWidth + 1) faults.push(`cut off: ${say(control)}`);
            }
            for (const cell of all(explorer, ".cc-cells .cc-cell > *"))
                if (cell.scrollWidth > cell.parentElement.clientWidth + 1)
                    faults.push(`wider than its cell: ${say(cell)}`);
            const edge = box(explorer);
            for (const e of all(explorer, ".cc-title, .cc-cells, .cc-sum, .cc-size, .cc-callout, .cc-legend, canvas"))
                if (box(e).right > edge.right + 1 || box(e).left < edge.left - 1)
                    faults.push(`beyond the edge: ${say(e)}`);
            for (const e of all(explorer, "*")) {
                const { overflowX, fontSize } = getComputedStyle(e);
                const clips = overflowX !== "visible" && e.clientWidth > 20;
                if (clips && e.scrollWidth > e.clientWidth + 2) faults.push(`cut off: ${e.outerHTML.slice(0, 120)}`);
                const own = [...e.childNodes].filter((node) => node.nodeType === 3);
                const text = own.map((node) => node.data.trim()).join("");
                const least = /^[\\d.,+−–-]+$/.test(text) ? 13.95 : 12.95, small = parseFloat(fontSize) < least;
                if (text && small && !e.closest("sub, pre")) faults.push(`${fontSize} is too small: ${say(e)}`);
            }
        }
        return faults;
    };
    let faults = look();
    for (let frame = 0; frame < 60 && faults.length; frame++) {
        await new Promise(requestAnimationFrame);
        faults = look();
    }
    return faults;
})()"""

# An explorer off the screen is fitted to a new width as it comes near: here they all come.
VISIT = """(async () => {
    for (const explorer of document.querySelectorAll(".cc-explorer")) {
        explorer.scrollIntoView();
        await new Promise((done) => setTimeout(done, 100));
        for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    }
    return true;
})()"""

SIZES = [(1440, 900), (1024, 700), (768, 1024), (375, 667)]
# How the explorers of a page fail to be on one screen, under a bar of 52 pixels: too high, or a control that takes the
# picture away.
APART = """((bar) => {
    const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 4
        && !e.closest("details:not([open])");
    const faults = [];
    for (const explorer of document.querySelectorAll(".cc-explorer[data-explorer]")) {
        const name = explorer.dataset.explorer, room = innerHeight - bar;
        const picture = explorer.querySelector("[data-picture]");
        if (!picture) { faults.push(`${name} marks no picture`); continue; }
        const screens = explorer.getBoundingClientRect().height / room;
        if (screens > (innerWidth < 600 ? 1.3 : 1.02)) faults.push(`${name} is ${screens.toFixed(2)} screens high`);
        for (const control of [...explorer.querySelectorAll("input, select, button")].filter(seen)) {
            if (picture.contains(control)) continue;
            control.focus();
            const { top, bottom } = picture.getBoundingClientRect();
            const share = (Math.min(bottom, innerHeight) - Math.max(top, bar)) / (bottom - top);
            const label = control.ariaLabel ?? control.textContent;
            if (share < 0.7) faults.push(`${name}: ${label} leaves ${Math.round(100 * share)} % of the picture`);
        }
    }
    return faults;
})(52)"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start a Chromium of the system, or Playwright's own, once for the whole run."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (pip install playwright)")
    system = next(filter(None, map(shutil.which, NAMES)), None)
    with api.sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=system, args=list(QUIET))
        except api.Error as error:
            pytest.skip(f"no Chromium starts here ({system or 'none on PATH'}): {str(error).splitlines()[0]}")
        yield chromium
        chromium.close()


class Quiet(SimpleHTTPRequestHandler):
    """Serve files and say nothing."""

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass
class Visit:
    """An open page, the requests it made to other machines (all blocked) and the errors in its console."""

    page: Any
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def is_local(url: str) -> bool:
    """Tell whether a request stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("file", "data", "blob", "about") or parts.hostname in ("127.0.0.1", "localhost")


@contextmanager
def visit(browser: Any, url: str, **options: Any) -> Iterator[Visit]:
    """Open a page in a fresh context with the network blocked; `options` are those of a Playwright context."""
    context = browser.new_context(**options)
    context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
    seen = Visit(context.new_page())

    def check(route: Any) -> None:
        if is_local(route.request.url):
            route.continue_()
        else:
            seen.outside.append(route.request.url)
            route.abort()

    context.route("**/*", check)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("console", lambda said: seen.errors.append(said.text) if said.type == "error" else None)
    try:
        seen.page.goto(url)
        yield seen
    finally:
        context.close()


@pytest.fixture(scope="module")
def call(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a function that returns what an expression is with an explorer's own functions and with arguments `a`.

    The explorer is its box, or the text of a module.
    """
    path = tmp_path_factory.mktemp("call") / "page.html"
    path.write_text("<!doctype html><html lang=en><meta charset=utf-8><title>call</title><body></body>", "utf-8")
    script = """async ([esm, a]) => {
        const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
        return (await import(url)).found(a);
    }"""
    with visit(browser, path.as_uri()) as seen:

        def run(explorer: Any, expression: str, *arguments: Any) -> Any:
            esm = explorer if isinstance(explorer, str) else str(explorer.children[0]._esm)
            return seen.page.evaluate(script, [f"{esm}\nexport const found = (a) => ({expression});", arguments])

        yield run
        assert seen.errors == []
        assert seen.outside == []


def pull(tab: Any, what: Any, dx: float, dy: float = 0, *, at: float = 0.5, away: bool = False) -> None:
    """Drag something by the mouse, from its middle or another part; take the mouse away if nothing is to light up."""
    box = what.bounding_box()
    x, y = box["x"] + at * box["width"], box["y"] + at * box["height"]
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + dx / 2, y + dy / 2)
    tab.mouse.move(x + dx, y + dy, steps=5)
    tab.mouse.up()
    if away:
        tab.mouse.move(1, 1)
