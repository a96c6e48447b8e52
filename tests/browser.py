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

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# What a reader would call broken in the explorers of a page, a sentence each.
MISPLACED = """(() => {
    const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 4;
    const box = (e) => e.getBoundingClientRect();
    const onOneLine = (a, b) => Math.min(box(a).bottom, box(b).bottom) - Math.max(box(a).top, box(b).top) > 4;
    const name = (input) => input.labels[0]?.textContent ?? input.getAttribute("aria-label");
    const faults = [];
    for (const explorer of document.querySelectorAll(".cc-box")) {
        for (const input of [...explorer.querySelectorAll("input[type=range], input[type=checkbox]")].filter(seen)) {
            const [label] = input.labels ?? [], readout = label && explorer.querySelector(`output[for="${input.id}"]`);
            if (!label || !onOneLine(label, input)) faults.push(`${name(input)}: its label is not beside it`);
            else if (input.type === "range" && box(label).right > box(input).left)
                faults.push(`${name(input)}: its label is not before it`);
            else if (input.type === "checkbox") {
                const gap = Math.max(box(label).left - box(input).right, box(input).left - box(label).right);
                if (gap < 2 || gap > 40) faults.push(`${name(input)}: ${gap} px between box and label`);
            }
            if (readout && seen(readout) && (!onOneLine(readout, input) || box(readout).left < box(input).right))
                faults.push(`${name(input)}: its number is not beside it`);
        }
        for (const e of [...explorer.querySelectorAll("*")].filter(seen)) {
            const hides = getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 2;
            if (hides && e.clientWidth > 20) faults.push(`cut off: ${e.outerHTML.slice(0, 120)}`);
        }
    }
    return faults;
})()"""


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
    context.set_default_timeout(20_000)  # a busy machine is slow, not wrong
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
