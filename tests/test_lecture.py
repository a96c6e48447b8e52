"""The lecture view: a section at a time, large, by key; it leaves the address, what is stored and paper as they are."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import MISPLACED, Visit, visit
from pages import AXE, AXE_RUN, DESK, PAPER, PHONE, RULES, check_quiet, dress

pytestmark = pytest.mark.style  # it shows chapter 2

CHAPTER = "book/02-convolution-2d.html"
SCREENS = [(1440, 900), (1024, 768), (375, 812)]
# The parts of the text that show, and how far they hang out of the window.
SHOWN = """() => [...document.querySelectorAll("section > :not(section), .cell:not(.explorer) > *")].filter((e) =>
    !e.matches(".cell:not(.explorer), script, .names") && e.checkVisibility() && e.offsetHeight > 1)"""
OVER = "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
DRAWN = """() => [...document.querySelectorAll(".now > .explorer:not(.off)")].every((e) =>
    e.querySelector(".cc-stage, form"))"""


@pytest.fixture(scope="module", params=["server", "disk without storage"])
def window(request: pytest.FixtureRequest, browser: Any, built_book: Path) -> Iterator[Visit]:
    """Return a window for pages from a server, or for those from disk in a browser that stores nothing."""
    place = request.getfixturevalue("site") if request.param == "server" else built_book.as_uri()
    with visit(browser, "about:blank", reduced_motion="reduce") as seen:
        seen.page.set_default_timeout(30_000)
        if request.param != "server":
            for storage in ("localStorage", "sessionStorage"):
                refuse = "get() { throw new DOMException('no', 'SecurityError'); }"
                seen.page.add_init_script(f"Object.defineProperty(window, '{storage}', {{ {refuse} }});")
        seen.place = place  # type: ignore[attr-defined]
        yield seen


@pytest.fixture
def page(window: Visit) -> Iterator[Any]:
    """Open a chapter on a desk, in the lecture view."""
    window.page.goto(f"{window.place}/{CHAPTER}")  # type: ignore[attr-defined]
    dress(window.page, size={"width": 1440, "height": 900}, reduced_motion="reduce")
    enter(window.page)
    yield window.page
    check_quiet(window)


def enter(page: Any) -> None:
    """Turn the view on by key."""
    page.keyboard.press("Control+Enter")
    page.get_by_role("complementary", name="Lecture view").wait_for()


def told(page: Any) -> list[str]:
    """Return what the bar says: how far one is, the title, and which screen of how many."""
    return page.locator(".lecture-bar p > *").all_inner_texts()


def walk(page: Any) -> Iterator[list[str]]:
    """Turn page by page to the end, as a clicker does."""
    on = page.get_by_role("button", name="On")
    for _ in range(300):
        yield told(page)
        if on.is_disabled():
            return
        page.keyboard.press("PageDown")
    raise AssertionError("it never ends")


def goto(page: Any, title: str) -> None:
    """Turn to the screen of an explorer, below a title."""
    for said in walk(page):
        if said[1].endswith(title) and page.evaluate("document.documentElement.classList.contains('whole')"):
            page.wait_for_function(DRAWN)
            page.wait_for_timeout(500)
            return


@pytest.mark.parametrize("size", SCREENS, ids=str)
def test_every_part_of_the_page_shows_once_and_nothing_is_cut(page: Any, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate(f"window.seen = new Map(); window.shownParts = {SHOWN}; 0")
    places, last = [], None
    for said in walk(page):
        if said != last:
            page.evaluate("shownParts().forEach((e) => seen.set(e, (seen.get(e) ?? 0) + 1))")
            assert page.evaluate("document.querySelectorAll('article section.now').length") == 1
            wide, high = page.evaluate(OVER)
            texts = page.evaluate("shownParts().filter((e) => !e.matches('h1, h2, h3')).length")
            assert wide <= 0, said
            assert high <= 4 or texts <= 2, f"{said}: {high} pixels hang out"  # a part, and the text that leads to it
        places.append(said)
        last = said
    assert places[0][0].split(" / ")[0] == "1"
    assert places[-1][0] == "{1} / {1}".format(*places[-1][0].split(" / "))
    page.keyboard.press("Escape")
    page.evaluate("document.querySelectorAll('[data-far]').forEach((e) => { e.style.contentVisibility = 'visible'; })")
    missed = page.evaluate("shownParts().filter((e) => !seen.has(e) && !e.matches('.explorer > .cell_input'))"
                           ".map((e) => e.outerHTML.slice(0, 100))")  # fmt: skip
    assert missed == []
    assert page.evaluate("[...seen].filter(([, times]) => times > 1).map(([e]) => e.outerHTML.slice(0, 200))") == []


def test_keys_and_buttons_go_on_and_back(page: Any) -> None:
    start = told(page)
    for on, back in (("PageDown", "PageUp"), ("ArrowRight", "ArrowLeft"), ("Space", "Shift+Space")):
        page.keyboard.press(on)
        page.keyboard.press(on)
        assert told(page) != start
        page.keyboard.press(back)
        page.keyboard.press(back)
        assert told(page) == start
    page.get_by_role("button", name="On").click()
    page.get_by_role("button", name="On").click()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Back").click()
    assert told(page) == start
    assert page.get_by_role("button", name="Back").is_disabled()


def test_escape_leaves_at_the_section_that_shows_and_the_address_stays(page: Any) -> None:
    address = page.url
    for _ in range(12):
        page.keyboard.press("PageDown")
    section = page.evaluate("document.querySelector('section.now').id")
    assert page.url == address
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert page.url == address
    assert page.get_by_role("navigation", name="Contents of the book").is_visible()
    assert page.evaluate("document.documentElement.className") == ""
    part = page.evaluate("(id) => { const { top, bottom } = document.getElementById(id).getBoundingClientRect();"
                         "return top < innerHeight && bottom > 0; }", section)  # fmt: skip
    assert part
    enter(page)
    assert page.evaluate("document.querySelector('section.now').id") == section
    assert page.evaluate("document.activeElement.matches('main')")
    page.get_by_role("button", name="Leave the lecture view").click()
    assert page.evaluate("document.activeElement.matches('.lecture-button')")


def test_the_button_of_the_page_turns_it_on(page: Any) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Lecture view").click()
    assert told(page)[0].startswith("1 / ")


def test_the_search_leads_to_a_section(page: Any) -> None:
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Search this book")
    dialog.get_by_role("searchbox").fill("Exercise 2.5")
    dialog.get_by_role("link", name=re.compile(r"^Exercise 2\.5 ")).first.click()
    page.locator(".lecture-bar p").filter(has_text="Exercise 2.5").wait_for()
    assert page.locator("section.now h3").is_visible()


def test_an_explorer_has_the_screen_and_its_keys(page: Any) -> None:
    goto(page, "Slide it yourself")
    explorer = page.locator(".now > .explorer .cc-explorer").filter(visible=True)
    box = explorer.bounding_box()
    assert box["width"] > 0.9 * 1440
    assert 0.9 * 850 < box["height"] <= 856
    assert page.evaluate(OVER)[1] <= 0
    assert page.evaluate(MISPLACED) == []
    here, cell = told(page), explorer.get_by_label("input[0, 0] is 0")
    cell.focus()
    page.keyboard.press("ArrowRight")
    assert explorer.locator(".cc-sum b").first.inner_text() == "25"
    assert told(page) == here
    page.keyboard.press("Escape")  # the explorer's
    assert told(page) == here and page.evaluate("document.activeElement === document.body")
    page.keyboard.press("ArrowRight")
    assert told(page) != here


@pytest.mark.parametrize("size", SCREENS[:2], ids=str)
def test_a_picture_is_drawn_for_the_room_it_has(page: Any, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    goto(page, "Try kernels on pictures")
    assert page.evaluate(MISPLACED) == []
    assert page.evaluate(OVER)[0] <= 0
    stage, under = (page.locator(f".now .explorer:not(.off) .cc-{name}").bounding_box() for name in ("stage", "under"))
    inside = page.locator(".now .explorer:not(.off) .cc-stage canvas").filter(visible=True).all()
    assert inside and all(one.bounding_box()["y"] + one.bounding_box()["height"] <= under["y"] + 1 for one in inside)
    assert stage["y"] + stage["height"] <= under["y"] + 1


@pytest.mark.parametrize(("theme", "size"), [("light", DESK), ("dark", PHONE)])
def test_axe_finds_nothing_in_the_view(browser: Any, site: str, theme: str, size: dict[str, int]) -> None:
    with visit(browser, f"{site}/{CHAPTER}") as seen:
        dress(seen.page, theme, size, reduced_motion="reduce")
        enter(seen.page)
        seen.page.evaluate(AXE)
        for said in walk(seen.page):
            if said[0].split()[0] in ("1", "4", "26"):
                seen.page.wait_for_function(DRAWN)
                _, found = seen.page.evaluate(AXE_RUN, RULES)
                assert found == [], said
            if said[0].startswith("27"):
                break
        check_quiet(seen)


def test_nothing_moves_for_those_who_want_it_so(page: Any) -> None:
    page.keyboard.press("PageDown")
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].filter((e) => {
        const { transitionDuration, animationName } = getComputedStyle(e);
        return parseFloat(transitionDuration) > 0 || animationName !== "none";
    }).map((e) => e.outerHTML.slice(0, 100))""")
    assert moving == []


def test_paper_is_as_without_it(page: Any) -> None:
    boxes = """() => [...document.querySelectorAll("body *")].filter((e) => !e.closest(".lecture-bar, .explorer"))
        .map((e) => { const { width, left } = e.getBoundingClientRect(); return [e.tagName, width, left].join(); })"""
    look = """() => [...document.querySelectorAll("article *")].filter((e) => !e.closest(".explorer"))
        .filter((e) => e.checkVisibility()).length"""
    page.keyboard.press("PageDown")
    dress(page, size=PAPER, media="print", reduced_motion="reduce")
    within = page.evaluate(boxes), page.evaluate(look)
    assert not page.locator(".lecture-bar").is_visible()
    dress(page, size=PAPER, reduced_motion="reduce")
    page.keyboard.press("Escape")
    dress(page, size=PAPER, media="print", reduced_motion="reduce")
    assert (page.evaluate(boxes), page.evaluate(look)) == within


def test_it_is_fetched_when_it_is_asked_for(browser: Any, site: str) -> None:
    asked: list[str] = []
    with visit(browser, "about:blank") as seen:
        seen.page.on("request", lambda request: asked.append(request.url.partition("?")[0].rpartition("/")[2]))
        seen.page.goto(f"{site}/{CHAPTER}")
        seen.page.wait_for_load_state("networkidle")
        assert not {"lecture.js", "lecture.css"} & set(asked)
        enter(seen.page)
        assert {"lecture.js", "lecture.css"} <= set(asked)
        check_quiet(seen)


def test_the_theme_is_small(built_book: Path) -> None:
    limits = {"page.css": 9_000, "page.js": 5_000, "lecture.css": 3_000, "lecture.js": 4_000}
    sizes = {name: len(gzip.compress((built_book / "_static" / name).read_bytes())) for name in limits}
    assert all(sizes[name] <= most for name, most in limits.items()), sizes


def test_pages_without_sections_have_none(built_book: Path) -> None:
    for name in ("index", "search", "404", "genindex", "book/intro"):
        assert "lecture-button" not in (built_book / f"{name}.html").read_text("utf-8"), name
