"""Measure the built book: the weight of its pages, how fast its explorers answer, how soon they are there.

    python benchmarks/pages.py _build/html

Weight: everything that a first visit loads before it comes to an explorer, gzip, with and without what is a photograph.
Answer: what one move of a slider costs, for all sliders of an explorer over their ranges, first the handlers alone and
then with style and layout, which is all that stands before the repaint; besides, the filter of a picture as large as it
may be. Ready: the time to the last explorer of a page on a line with 1.6 Mbit/s and a round trip of 150 ms and with a
processor slowed down four times; median of several loads without a cache.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import io
import re
import shutil
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

LOADS = 5
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
SLOWER = 4
TEXT = (".html", ".css", ".js", ".svg", ".json")
PHOTOGRAPHS = (".jpg", ".jpeg", ".png", ".webp")
EMBEDDED = re.compile(rb"data:image/(?:png|jpeg|webp);base64,[A-Za-z0-9+/=]{1000,}")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip

# Explorers are fetched when a reader comes near the first; then all of them stand there.
APPROACH = """() => {
    const first = document.querySelector("script[type$='widget-view+json']");
    first?.parentElement.scrollIntoView();
    const drawn = [...document.querySelectorAll(".cc-widget-explorer")];
    return !first && drawn.every((e) => e.querySelector(".cc-explorer, .cc-questions"));
}"""

# When the last explorer stood in the page of a reader who goes to the first at once, from the navigation on.
WATCH = """addEventListener("DOMContentLoaded", () => {
    const look = () => {
        if (!(APPROACH)()) return;
        window.ready = performance.now();
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


def weigh(browser: Any, address: str) -> tuple[int, float, float]:
    """Return the number of files of a first visit and their kilobytes, with and without photographs."""
    Zipped.sent.clear()
    with fresh_page(browser) as page:
        page.goto(address, wait_until="networkidle")
        for image in page.locator("img[loading=lazy]").all():
            image.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
    return len(Zipped.sent), sum(entry[1] for entry in Zipped.sent) / 1e3, sum(entry[2] for entry in Zipped.sent) / 1e3


def time_until_ready(browser: Any, address: str) -> float:
    """Return the seconds to the last explorer of a page on a slow phone."""
    with fresh_page(browser) as page:
        page.add_init_script(WATCH)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", LINE)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(address)
        return page.wait_for_function("window.ready").json_value() / 1e3


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
    box.get_by_label("kernel", exact=True).select_option("box blur")
    box.get_by_label("kernel size").select_option("7 × 7")
    return box.get_by_label("flip the kernel").evaluate(TICK)


def percentiles(times: list[float]) -> str:
    """Write the median and the 95th percentile."""
    return f"{statistics.median(times):7.2f} {statistics.quantiles(times, n=20)[-1]:7.2f}"


def main() -> None:
    """Measure the pages of a built book and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("book", type=Path, nargs="?", default=Path("_build/html"), help="the folder of the built pages")
    parser.add_argument("--loads", type=int, default=LOADS, help="how many loads the time until ready is the median of")
    options = parser.parse_args()
    pages = sorted((options.book / "book").glob("*.html"))
    if not pages:
        parser.error(f"no pages in {options.book}: build the book first")
    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with serve(options.book) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system, args=list(QUIET))
        answers = []
        print(f"{'page':<24} {'files':>5} {'kB gzip':>8} {'no photo':>8} {'ready in s':>10}")
        for path in pages:
            address = f"{site}/book/{path.name}"
            files, all_of_it, without = weigh(browser, address)
            timed = moves(browser, address)
            answers += [(f"{path.stem[:2]} {name}", times) for name, times in timed if times]
            loads = [time_until_ready(browser, address) for _ in range(options.loads if timed else 0)]
            ready = f"{statistics.median(loads):10.2f}" if loads else f"{'-':>10}"
            print(f"{path.stem:<24} {files:5d} {all_of_it:8.0f} {without:8.0f} {ready}", flush=True)
        print(f"\n{'one move of a slider, ms':<28} {'moves':>5} {'script: median, 95 %':>21} {'with layout':>16}")
        for name, times in answers:
            script, layout = (percentiles(list(column)) for column in zip(*times, strict=True))
            print(f"{name:<28} {len(times):5d} {script:>21} {layout:>16}")
        browser.close()


if __name__ == "__main__":
    main()
