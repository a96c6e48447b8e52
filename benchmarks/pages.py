"""Measure the built book: what its pages weigh, how soon they are there, how fast they answer, how long a build takes.

    python benchmarks/pages.py _build/html                       everything, some hours
    python benchmarks/pages.py _build/html --only weight build   some of it
    python benchmarks/pages.py _build/html --loads 1             quickly, to see what is far off

Weight: what a first visit loads, gzip, before a reader moves and then with all explorers; photographs stand apart. With
it the requests to other machines and what is written to the console, both of which have to be none. Lighthouse:
the marks of a phone for speed, accessibility, good practice and search engines, how long the page does not answer, and
how far its layout shifts; it takes Node. Answer: what one move of a slider costs, for all sliders of an explorer over
their ranges, first the handlers alone and then with style and layout, which is all that stands before the repaint;
besides, the filter of a picture as large as it may be. Ready: the time to the first explorer, which a reader goes to at
once, and to the last of a page, on a line with 1.6 Mbit/s and a round trip of 150 ms and with a processor slowed down
four times. Build: of a copy, from nothing, again with nothing changed, and with one sentence added to a chapter.
Lighthouse and Ready are medians of several loads without a cache.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import nbformat
import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("weight", "lighthouse", "answer", "ready", "build")
LIGHTHOUSE = "lighthouse@12.8.2"
MARKS = ("performance", "accessibility", "best-practices", "seo")
FIGURES = {"total-blocking-time": 0, "cumulative-layout-shift": 3}  # and their decimals
NO_NODE = "Lighthouse needs Node and npm, which are not here: install Node to have its marks."
LOADS = 5
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
SLOWER = 4
TEXT = (".html", ".css", ".js", ".svg", ".json")
PHOTOGRAPHS = (".jpg", ".jpeg", ".png", ".webp")
EMBEDDED = re.compile(rb"data:image/(?:png|jpeg|webp);base64,[A-Za-z0-9+/=]{1000,}")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip

# Explorers are fetched when a reader comes near the first; then all of them stand there.
APPROACH = """() => {
    const first = document.querySelector("script[type$='widget-view+json']");
    first?.parentElement.scrollIntoView();
    const drawn = [...document.querySelectorAll(".cc-widget-explorer")];
    return !first && drawn.every((e) => e.querySelector(".cc-explorer, .cc-questions"));
}"""

# When a reader who goes to the first explorer at once has it, and when the last one stands, from the navigation on.
WATCH = """addEventListener("DOMContentLoaded", () => {
    const look = () => {
        const all = (APPROACH)(), now = performance.now();
        const first = document.querySelector(".cc-widget-explorer");
        if (first?.querySelector(".cc-explorer, .cc-questions")) window.first ??= now;
        if (!all) return;
        window.ready = [window.first, now];
        watch.disconnect();
    };
    const watch = new MutationObserver(look);
    watch.observe(document.body, { childList: true, subtree: true });
    look();
});""".replace("APPROACH", APPROACH)

# Every slider of one explorer, three times over its range in at most 25 values: the milliseconds of script, and those
# of script, style and layout.
SWEEP = """async (box) => {
    const times = [];
    const stride = ({ min, max }) => Math.max(1, Math.ceil((max - min) / 24));
    for (const slider of box.querySelectorAll("input[type=range]")) {
        const start = slider.value;
        for (let round = 0; round < 3; round++)
            for (let value = Number(slider.min); value <= Number(slider.max); value += stride(slider)) {
                if (slider.valueAsNumber === value) continue;
                const begin = performance.now();
                slider.value = value;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                await null;  // explorers compute once for all changes of one event, right after it
                const script = performance.now() - begin;
                document.body.offsetHeight;
                times.push([script, performance.now() - begin]);
                await new Promise(requestAnimationFrame);
            }
        slider.value = start;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return times;
}"""

# A box that is ticked and unticked: the kernel is flipped, and the whole picture filtered anew.
TICK = """async (tick) => {
    const times = [];
    for (let round = 0; round < 60; round++) {
        const begin = performance.now();
        tick.click();
        await null;
        const script = performance.now() - begin;
        document.body.offsetHeight;
        times.push([script, performance.now() - begin]);
        await new Promise(requestAnimationFrame);
    }
    return times;
}"""


class Zipped(http.server.SimpleHTTPRequestHandler):
    """Serve files as sites do, text compressed, and note how many bytes each was."""

    protocol_version = "HTTP/1.1"
    sent: ClassVar[list[tuple[str, int, int]]] = []  # the path, its bytes with and without photographs

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = compress(path)
        self.sent.append((path.name, len(body), weight_without_photographs(path)))
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if path.suffix in TEXT:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)


@functools.cache
def compress(path: Path) -> bytes:
    """Return what travels of a file."""
    body = path.read_bytes()
    return gzip.compress(body, 6) if path.suffix in TEXT else body


@functools.cache
def weight_without_photographs(path: Path) -> int:
    """Return how many bytes of a file would travel if its photographs did not."""
    if path.suffix in PHOTOGRAPHS:
        return 0
    body = path.read_bytes()
    return len(gzip.compress(EMBEDDED.sub(b"", body), 6)) if path.suffix in TEXT else len(body)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine and give its address."""
    handler = functools.partial(Zipped, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def fresh_page(browser: Any) -> Iterator[Any]:
    """Open a page that has nothing in its cache, in a window of a phone."""
    context = browser.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.set_default_timeout(120_000)
    try:
        yield page
    finally:
        context.close()


def weigh(browser: Any, address: str) -> tuple[list[tuple[int, float, float]], list[str], list[str]]:
    """Return what a first visit loads, without and with explorers, whom else it asked, and what the console says.

    What it loads is the number of files, and their kilobytes with and without photographs.
    """
    Zipped.sent.clear()
    loads, outside, said = [], [], []

    def note() -> None:
        sums = (sum(entry[part] for entry in Zipped.sent) / 1e3 for part in (1, 2))
        loads.append((len(Zipped.sent), *sums))

    with fresh_page(browser) as page:
        page.on("request", lambda request: None if request.url.startswith((site_of(address), "data:", "blob:"))
                else outside.append(request.url))  # fmt: skip
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address, wait_until="networkidle")
        note()
        page.wait_for_function(APPROACH, polling=100)
        for image in page.locator("img[loading=lazy]:visible").all():
            image.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        note()
    return loads, outside, said


def site_of(address: str) -> str:
    """Return the part of an address that all pages share."""
    return "/".join(address.split("/", 3)[:3]) + "/"


def install_lighthouse() -> Path | None:
    """Install Lighthouse below _build and return its script; without Node there is none."""
    folder = ROOT / "_build" / "lighthouse"
    script = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not shutil.which("node") or not shutil.which("npm"):
        return None
    if not script.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder), LIGHTHOUSE]
        subprocess.run(install, check=True)
    return script


def marks(script: Path, address: str, chromium: str | None, loads: int) -> list[float]:
    """Return the medians of what Lighthouse says of a page on a phone: four marks of 100, then the `FIGURES`."""
    found = []
    for _ in range(loads):
        command = ["node", str(script), address, "--quiet", "--output=json", f"--only-categories={','.join(MARKS)}"]
        command.append("--chrome-flags=--headless=new " + " ".join(QUIET))
        environment = os.environ | ({"CHROME_PATH": chromium} if chromium else {})
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        report = json.loads(told.stdout)
        scores = [100 * report["categories"][name]["score"] for name in MARKS]
        found.append(scores + [report["audits"][name]["numericValue"] for name in FIGURES])
    return [statistics.median(column) for column in zip(*found, strict=True)]


def builds() -> dict[str, float]:
    """Return the seconds to build a copy of the book from nothing, unchanged, and with one sentence more."""
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "_build", "__pycache__", "*.egg-info"))
        chapter = sorted((copy / "book").glob("*.ipynb"))[2]
        for kind in ("from nothing", "nothing changed", "one page edited"):
            if kind == "one page edited":
                notebook = nbformat.read(chapter, as_version=4)
                next(cell for cell in notebook.cells[1:] if cell.cell_type == "markdown").source += "\n\nOne more."
                nbformat.write(notebook, chapter)
            begin = time.perf_counter()
            told = subprocess.run([sys.executable, copy / "tools" / "make_book.py"], capture_output=True, text=True)
            seconds[kind] = time.perf_counter() - begin
            if told.returncode:
                raise RuntimeError(f"the copy of the book does not build:\n{told.stderr[-3000:]}")
    return seconds


def time_until_ready(browser: Any, address: str) -> list[float]:
    """Return the seconds to the explorer that one goes to and to the last explorer of a page on a slow phone."""
    with fresh_page(browser) as page:
        page.add_init_script(WATCH)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", LINE)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(address)
        return [moment / 1e3 for moment in page.wait_for_function("window.ready").json_value()]


def moves(browser: Any, address: str) -> list[tuple[str, list[list[float]]]]:
    """Return the name of each explorer on a page and the milliseconds of each move of its sliders."""
    with fresh_page(browser) as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address)
        page.wait_for_function(APPROACH)
        boxes = page.locator(".cc-box")
        names = boxes.locator(".cc-explorer").evaluate_all("(all) => all.map((e) => e.dataset.explorer)")
        found = [(name, box.evaluate(SWEEP)) for name, box in zip(names, boxes.all(), strict=True)]
        if "pictures" in names:
            found.append(("pictures, 256x256, 7x7", filter_large(boxes.nth(names.index("pictures")))))
        return found


def filter_large(box: Any) -> list[list[float]]:
    """Give the explorer of pictures the largest picture and kernel that it takes; return the times of flipping it."""
    file = io.BytesIO()
    colours = np.random.RandomState(0).randint(0, 256, (256, 256, 3)).astype(np.uint8)
    Image.fromarray(colours).save(file, "png")
    own = {"name": "own.png", "mimeType": "image/png", "buffer": file.getvalue()}
    box.locator("input[type=file]").set_input_files(own)
    box.get_by_text("256 × 256").first.wait_for()
    box.get_by_title("box blur").click()
    box.get_by_label("kernel k").fill("7")
    return box.get_by_role("switch", name="flip").evaluate(TICK)


def percentiles(times: list[float]) -> str:
    """Write the median and the 95th percentile."""
    return f"{statistics.median(times):7.2f} {statistics.quantiles(times, n=20)[-1]:7.2f}"


def report_weight(browser: Any, site: str, folder: Path, pages: list[str]) -> None:
    """Print what pages weigh, and what all of them share."""
    print(f"{'kB gzip, photographs apart':<26} {'files':>5} {'first visit':>11} {'+ photos':>8} ", end="")
    print(f"{'explorers':>9} {'+ photos':>8} {'others':>6} {'console':>7}")
    for name in pages:
        ((files, more, first), (_, most, with_explorers)), outside, said = weigh(browser, f"{site}/{name}.html")
        print(f"{name:<26} {files:5d} {first:11.1f} {more - first:8.1f} ", end="")
        print(f"{with_explorers:9.1f} {most - with_explorers:8.1f} {len(outside):6d} {len(said):7d}", flush=True)
        for text in [*outside, *said]:
            print(f"    {text}")
    named = ("page.css", "page.js", "landing.css", "landing.js", "runtime.css", "runtime.js", "keep.js")
    shared = [(name, folder / "_static" / name) for name in named] + [("sections.js", folder / "sections.js")]
    print("\n" + ", ".join(f"{name} {len(compress(path)) / 1e3:.1f}" for name, path in shared) + " kB gzip")


def report_lighthouse(site: str, pages: list[str], chromium: str | None, loads: int) -> None:
    """Print the marks of the pages, or why there are none."""
    script = install_lighthouse()
    if not script:
        print(NO_NODE)
        return
    print(f"\n{'Lighthouse, phone':<26} {'speed':>5} {'access':>6} {'practice':>8} {'found':>5} ", end="")
    print(f"{'blocked ms':>10} {'shift':>6}   load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "")
    for name in pages:
        speed, access, practice, found, blocked, shift = marks(script, f"{site}/{name}.html", chromium, loads)
        print(
            f"{name:<26} {speed:5.0f} {access:6.0f} {practice:8.0f} {found:5.0f} {blocked:10.0f} {shift:6.3f}",
            flush=True,
        )


def main() -> None:
    """Measure what was asked for of a built book and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("book", type=Path, nargs="?", default=Path("_build/html"), help="the folder of the built pages")
    parser.add_argument("--loads", type=int, default=LOADS, help="how many loads a median is of")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS, help="what to measure")
    parser.add_argument("--pages", default="", help="only pages whose name holds this")
    options = parser.parse_args()
    found = sorted([*options.book.glob("*.html"), *(options.book / "book").glob("*.html")])
    pages = [path for path in found if path.name != "index.html" and options.pages in str(path)]
    if not pages:
        parser.error(f"no pages in {options.book}: build the book first")
    names = [path.relative_to(options.book).with_suffix("").as_posix() for path in pages]
    # Pages that search engines shall not list cannot have their mark.
    listed = [
        name for name, path in zip(names, pages, strict=True) if 'content="noindex"' not in path.read_text("utf-8")
    ]
    system = next(filter(None, map(shutil.which, BROWSERS)), None)
    with serve(options.book) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system, args=list(QUIET))
        if "weight" in options.only:
            report_weight(browser, site, options.book, names)
        if "lighthouse" in options.only:
            report_lighthouse(site, listed, system or playwright.chromium.executable_path, options.loads)
        if {"answer", "ready"} & set(options.only):
            report_explorers(browser, site, names, options.loads if "ready" in options.only else 0)
        browser.close()
    if "build" in options.only:
        print("\nbuild: " + ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in builds().items()))


def report_explorers(browser: Any, site: str, pages: list[str], loads: int) -> None:
    """Print how soon explorers are there, and how fast they answer."""
    answers = []
    for name in pages:
        timed = moves(browser, f"{site}/{name}.html")
        answers += [(f"{name.rpartition('/')[2][:2]} {explorer}", times) for explorer, times in timed if times]
        ready = [time_until_ready(browser, f"{site}/{name}.html") for _ in range(loads if timed else 0)]
        if ready:
            first, last = (statistics.median(column) for column in zip(*ready, strict=True))
            print(
                f"{name:<26} explorer ready after {first:5.2f} s, the last of the page after {last:5.2f} s", flush=True
            )
    print(f"\n{'one move of a slider, ms':<28} {'moves':>5} {'script: median, 95 %':>21} {'with layout':>16}")
    for name, times in answers:
        script, layout = (percentiles(list(column)) for column in zip(*times, strict=True))
        print(f"{name:<28} {len(times):5d} {script:>21} {layout:>16}")


if __name__ == "__main__":
    main()
