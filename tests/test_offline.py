"""The copy of the book that a reader keeps: read without a server, replaced as a whole, and never half of anything."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import book_site
import pytest
from browser import Visit, visit
from pages import check_search, go

pytestmark = pytest.mark.style  # it reads certain chapters

CHAPTER = "book/03-channels.html"
FIVE = ["index.html", "book/02-convolution-2d.html", CHAPTER, "book/08-lenet.html", "book/api.html"]
OFFER = re.compile(r"^\d+\.\d MB: every page")
KEPT = re.compile(r"^The book is kept on this device and opens without a connection, \d+\.\d MB\.$")
STORES = "caches.keys()"
NEW = "A new version of the book is here."


class Files(SimpleHTTPRequestHandler):
    """Answer from the folder of a host, which may break off in the middle of a file."""

    server: Host

    def translate_path(self, path: str) -> str:
        """Find a file below the place of the book."""
        self.directory = str(self.server.folder)
        return super().translate_path(path.removeprefix(self.server.place))

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send a file, or the beginning of it."""
        self.server.sent.append(self.path.removeprefix(self.server.place + "/"))
        whole = len(self.server.sent) <= self.server.most
        outputfile.write(source.read() if whole else source.read(100))

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


class Host(ThreadingHTTPServer):
    """A server of one book: what it sent, and after how many files its connection breaks off."""

    def __init__(self, folder: Path, place: str, port: int = 0) -> None:
        """Serve a folder at a place of its host."""
        super().__init__(("127.0.0.1", port), Files)
        self.folder, self.place = folder, place
        self.sent: list[str] = []
        self.most = 1_000_000
        self.address = f"http://127.0.0.1:{self.server_port}{place}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self.shutdown()
        self.server_close()


@pytest.fixture
def host(built_book: Path, tmp_path: Path) -> Iterator[Host]:
    """Serve a copy of the book, as GitHub does for a project, below the root of its host."""
    served = Host(Path(shutil.copytree(built_book, tmp_path / "html")), "/cnn")
    yield served
    served.stop()


@pytest.fixture
def reader(browser: Any, host: Host) -> Iterator[Visit]:
    """Open the book as a new reader."""
    with visit(browser, f"{host.address}/book/intro.html") as seen:
        yield seen


def told(page: Any, words: str | re.Pattern[str]) -> None:
    """Wait until the foot of the page says something."""
    page.locator(".foot").scroll_into_view_if_needed()
    page.locator(".keep [role=status]").filter(has_text=words).wait_for()


def keep(page: Any) -> None:
    """Press the button and wait until all is kept."""
    told(page, OFFER)
    page.get_by_role("button", name="Keep the book on this device").click()
    told(page, KEPT)


def new_version(folder: Path) -> None:
    """Change one page, as an author would, and list the files anew."""
    page = folder / CHAPTER
    page.write_text(page.read_text("utf-8").replace("<h1>", "<h1>Second edition: "), "utf-8")
    book_site.write_worker(folder)


def shown_edition(page: Any, host: Host) -> int:
    """Open the chapter that changes and tell which version it is of."""
    go_to = f"{host.address}/{CHAPTER}"
    page.goto(go_to)
    return 2 if page.locator("h1").inner_text().startswith("Second edition") else 1


def open_second_edition(page: Any, host: Host) -> None:
    """Open the chapter until it is of the new version: one that takes over while a page loads shows with the next.

    The page that it takes over loads itself anew, which may break off what the test has asked for.
    """
    broken_off = pytest.importorskip("playwright.sync_api").Error
    for _ in range(20):
        with suppress(broken_off):
            page.goto(f"{host.address}/{CHAPTER}", wait_until="commit")
            page.locator("h1").filter(has_text="Second edition").wait_for(timeout=3000)
            return
    pytest.fail("the new version never took over")


def kept_sums(page: Any) -> dict[str, str]:
    """Return the sums of all files in the one store there is, as the browser computes them."""
    return page.evaluate("""async () => {
        const [only, ...others] = await caches.keys(), cache = await caches.open(only), sums = {};
        if (others.length) throw Error(`also ${others}`);
        const scope = (await navigator.serviceWorker.getRegistration()).scope;
        for (const request of await cache.keys()) {
            const sum = await crypto.subtle.digest("SHA-256", await (await cache.match(request)).arrayBuffer());
            const hex = [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
            sums[request.url.replace(scope, "")] = hex;
        }
        return sums;
    }""")


def listed(folder: Path) -> dict[str, str]:
    """Return what a copy has to hold."""
    return book_site.kept_files(folder) | book_site.kept_files(folder, [book_site.KEEP])


def test_the_list_holds_what_pages_need_and_no_downloads(built_book: Path) -> None:
    files = set(listed(built_book))
    pages = {path.relative_to(built_book).as_posix() for path in (built_book / "book").rglob("*.html")}
    assert files >= pages | {"index.html", "404.html", "search.html", "genindex.html", "sections.js"}
    assert files >= {f"_static/{name}" for name in ("page.css", "page.js", "runtime.js", "runtime.css", "math.woff2")}
    assert files >= {path.relative_to(built_book).as_posix() for path in built_book.rglob("*.state.js")}
    assert not [name for name in files if name.startswith(("_sources", ".")) or name.endswith((".pdf", ".inv"))]
    assert sum((built_book / name).stat().st_size for name in files) < 12e6


@pytest.mark.parametrize("place", ["", "/courses/cnn"], ids=["root", "sub-path"])
def test_the_book_is_read_with_the_server_stopped(browser: Any, built_book: Path, place: str) -> None:
    host = Host(built_book, place)
    with visit(browser, f"{host.address}/book/intro.html") as seen:
        keep(seen.page)
        host.stop()
        for name in FIVE:
            go(seen, f"{host.address}/{name}")
            assert seen.page.locator("h1").first.is_visible()
            assert seen.page.locator("h1").inner_text() != "This page does not exist"
            assert seen.page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "fixed"
        page = go(seen, f"{host.address}/book/02-convolution-2d.html")
        explorer = page.locator("[data-explorer=convolution_2d]").first
        explorer.get_by_label("output[1, 1] is 43").click()
        assert explorer.locator(".cc-sum b").inner_text() == "43"
        check_search(page)
        page.goto(f"{host.address}/book/02-convolution-2d")  # as some hosts spell it
        assert page.locator("h1 .section-number").inner_text() == "2"
        told(page, KEPT)
        assert seen.errors == []
        page.goto(f"{host.address}/search.html?q=stride")
        page.get_by_role("dialog").get_by_role("listitem").locator(".text").nth(2).wait_for()
        page.goto(f"{host.address}/no/such/page.html")
        assert page.locator("h1").inner_text() == "This page does not exist"


def test_what_is_kept_is_what_the_build_listed(reader: Visit, host: Host) -> None:
    keep(reader.page)
    assert kept_sums(reader.page) == listed(host.folder)
    assert reader.errors == []


def test_progress_is_shown_while_the_book_is_fetched(reader: Visit) -> None:
    page = reader.page
    told(page, OFFER)
    page.evaluate("""() => {
        const bar = document.querySelector(".keep progress");
        window.steps = [];
        new BroadcastChannel(new URL(document.documentElement.dataset.content_root, document.baseURI).href)
            .addEventListener("message", () => { if (!bar.hidden) window.steps.push(bar.value); });
    }""")
    page.get_by_role("button", name="Keep the book on this device").click()
    told(page, KEPT)
    steps = page.evaluate("window.steps")
    assert len(set(steps)) > 10
    assert steps == sorted(steps)
    assert 0 <= steps[0] < 0.2 < 0.9 < steps[-1] <= 1
    assert not page.locator(".keep progress").is_visible()


@pytest.mark.parametrize("way", ["the next page", "the button"])
def test_a_new_version_is_taken_whole(reader: Visit, host: Host, way: str) -> None:
    page = reader.page
    keep(page)
    assert shown_edition(page, host) == 1
    other = page.context.new_page()
    assert shown_edition(other, host) == 1
    new_version(host.folder)
    host.sent.clear()
    page.goto(f"{host.address}/book/intro.html")  # browsers look for a new version when a page is opened
    told(page, NEW)
    # Only what has changed is fetched: the page, and the list itself.
    assert set(host.sent) <= {"worker.js", CHAPTER, book_site.KEEP}
    assert CHAPTER in host.sent
    # Two pages are open: what is read stays of one version.
    assert shown_edition(page, host) == 1
    assert shown_edition(other, host) == 1
    if way == "the button":
        told(page, NEW)
        page.get_by_role("button", name="Show it").click()
        other.locator("h1").filter(has_text="Second edition").wait_for()
    else:
        other.close()
        open_second_edition(page, host)
    page.locator("h1").filter(has_text="Second edition").wait_for()
    told(page, KEPT)
    assert kept_sums(page) == listed(host.folder)
    assert reader.errors == []


def spoil_connection(host: Host) -> None:
    """Let the connection break off in the middle of the second file."""
    host.most = len(host.sent) + 1


def spoil_files(host: Host) -> None:
    """Let the server still have the old page beside the new list."""
    page = host.folder / CHAPTER
    page.write_text(page.read_text("utf-8").replace("<h1>Second edition: ", "<h1>"), "utf-8")


@pytest.mark.parametrize("spoil", [spoil_connection, spoil_files], ids=["broken off", "half published"])
def test_a_new_version_that_does_not_come_whole_leaves_the_old_one(reader: Visit, host: Host, spoil: Any) -> None:
    page = reader.page
    keep(page)
    before = kept_sums(page)
    page.goto(f"{host.address}/book/intro.html")
    told(page, KEPT)
    new_version(host.folder)
    host.sent.clear()
    spoil(host)
    page.goto(f"{host.address}/book/intro.html")
    told(page, "A new version could not be fetched whole, so the old one stays.")
    assert kept_sums(page) == before
    assert shown_edition(page, host) == 1
    host.stop()
    assert shown_edition(page, host) == 1
    # Later all is well again.
    again = Host(host.folder, host.place, host.server_port)
    if spoil is spoil_files:
        new_version(again.folder)
    open_second_edition(page, host)
    again.shutdown()
    again.server_close()


def test_a_first_download_that_breaks_off_leaves_nothing(reader: Visit, host: Host) -> None:
    page = reader.page
    told(page, OFFER)
    host.most = len(host.sent) + 20
    page.get_by_role("button", name="Keep the book on this device").click()
    told(page, "The download broke off, and nothing is kept.")
    assert page.evaluate(STORES) == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    host.most = 1_000_000
    page.get_by_role("button", name="Keep the book on this device").click()
    told(page, KEPT)
    assert kept_sums(page) == listed(host.folder)


def test_the_copy_can_be_removed(reader: Visit, host: Host) -> None:
    page = reader.page
    keep(page)
    page.goto(f"{host.address}/{CHAPTER}")
    told(page, KEPT)
    page.get_by_role("button", name="Remove it").click()
    told(page, OFFER)
    assert page.evaluate(STORES) == []
    new_version(host.folder)
    assert shown_edition(page, host) == 2  # from the server
    told(page, OFFER)


def test_another_book_of_the_same_host_is_left_alone(browser: Any, built_book: Path) -> None:
    host = Host(built_book, "/cnn")
    with visit(browser, f"{host.address}/book/intro.html") as seen:
        seen.page.evaluate("caches.open(location.origin + '/cnn/other/ 1')")
        keep(seen.page)
        assert len(seen.page.evaluate(STORES)) == 2
        seen.page.get_by_role("button", name="Remove it").click()
        told(seen.page, OFFER)
        assert seen.page.evaluate(STORES) == [f"{host.address}/other/ 1"]
    host.stop()


@pytest.mark.parametrize("address", ["file", "http://book.example"])
def test_there_is_no_button_where_nothing_can_be_kept(browser: Any, built_book: Path, address: str) -> None:
    context = browser.new_context()
    context.route(
        "http://book.example/**",
        lambda route: route.fulfill(path=built_book / route.request.url.split("?")[0].partition("example/")[2]),
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(f"{built_book.as_uri() if address == 'file' else address}/book/intro.html")
    page.locator(".foot").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    assert page.locator(".foot").is_visible()
    assert not page.locator(".keep").is_visible()
    assert errors == []
    context.close()


def test_the_manifest_makes_the_book_an_app(reader: Visit, host: Host) -> None:
    page = reader.page
    session = page.context.new_cdp_session(page)
    page.locator("link[rel=manifest]").wait_for(state="attached")
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"] == f"{host.address}/site.webmanifest"
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],  # every window of a test is a private one
    )
