"""The built book as readers meet it: by key, from disk, without scripts, without storage, with the search."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import Visit, visit
from pages import (
    ALL_PAGES,
    DESK,
    PHONE,
    WIDTHS,
    check_quiet,
    check_search,
    dress,
    go,
    scriptless,
    spare,
    stored_explorers,
)
from test_book import stored_state

__all__ = ["scriptless", "spare"]

each_page = pytest.mark.parametrize("name", ALL_PAGES)


def test_every_built_page_is_looked_at(built_book: Path) -> None:
    built = {str(path.relative_to(built_book).with_suffix("")) for path in built_book.rglob("*.html")}
    assert {name for name in built if not name.startswith("_static/")} - {"index"} == set(ALL_PAGES)


# Each page, in other windows


@pytest.mark.parametrize("name", [name for name in ALL_PAGES if name != "404"])  # which only a server shows
def test_a_page_opened_from_disk_works(spare: Visit, built_book: Path, name: str) -> None:
    path = built_book / f"{name}.html"
    page = go(spare, path.as_uri())
    assert page.locator(".cc-explorer, .cc-questions").count() == stored_explorers(path)
    assert page.locator("h1").filter(visible=True).count() == 1
    assert page.locator(".cc-note").all_inner_texts() == []
    assert page.evaluate("document.fonts.ready.then((fonts) => [...fonts].every(({ status }) => status !== 'error'))")
    check_quiet(spare)


@each_page
def test_without_scripts_the_text_and_its_figures_stand(scriptless: Visit, built_book: Path, name: str) -> None:
    seen, path = scriptless.page, built_book / f"{name}.html"
    seen.goto(path.as_uri())
    assert seen.locator("h1").filter(visible=True).count() == 1
    assert seen.locator(".mode, .copy, [data-search]").filter(visible=True).count() == 0
    figures = seen.locator("article figure svg:not(details *, svg *)")  # folds may hold more
    assert figures.filter(visible=True).count() == figures.count()
    explorers = stored_explorers(path)
    assert seen.locator("article noscript .cc-note").filter(visible=True).count() == explorers
    kinds = [model["state"].get("_anywidget_id", "") for model in stored_state(path).values()]
    asks_only = sum(kind.startswith("cnn_course.explorers.questions") for kind in kinds) == explorers
    assert asks_only or figures.count() >= 1


# What a reader does


@pytest.mark.style
def test_search_finds_words_of_the_book(spare: Visit, site: str) -> None:
    page = go(spare, f"{site}/book/02-convolution-2d.html")
    check_search(page)
    check_quiet(spare)


@pytest.mark.style
def test_search_works_from_disk(spare: Visit, built_book: Path) -> None:
    page = go(spare, (built_book / "book" / "02-convolution-2d.html").as_uri())
    check_search(page)
    page = go(spare, (built_book / "search.html").as_uri())
    page.locator("article input[type=search]").fill("stride")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Search this book")
    assert dialog.get_by_role("searchbox").input_value() == "stride"
    dialog.get_by_role("listitem").nth(2).wait_for()
    check_quiet(spare)


def test_a_search_without_results_says_so(spare: Visit, site: str) -> None:
    page = go(spare, f"{site}/search.html?q=zygomorphic")
    page.get_by_text("The book does not mention “zygomorphic”.").wait_for()
    check_quiet(spare)


THEME = "[document.documentElement.dataset.mode, document.documentElement.dataset.theme]"


def test_the_theme_switch_works_by_key_and_is_remembered(spare: Visit, site: str) -> None:
    page = go(spare, f"{site}/book/notation.html")
    page.emulate_media(color_scheme="light")
    seen = {}
    for _ in range(3):
        page.get_by_role("radio", checked=True).press("ArrowRight")
        mode, shown = page.evaluate(THEME)
        seen[mode] = shown
        page.reload()
        assert page.evaluate(THEME) == [mode, shown]
        assert page.get_by_role("radio", name=mode, exact=False).is_checked()
    assert seen == {"light": "light", "dark": "dark", "auto": "light"}
    check_quiet(spare)


@pytest.mark.style
def test_without_storage_all_works_but_remembering(browser: Any, site: str) -> None:
    with visit(browser, "about:blank", color_scheme="light") as seen:
        refuse = (
            "Object.defineProperty(window, '{}', {{ get() {{ throw new DOMException('no', 'SecurityError'); }} }});"
        )
        for storage in ("localStorage", "sessionStorage"):
            seen.page.add_init_script(refuse.format(storage))
        page = go(seen, f"{site}/book/02-convolution-2d.html")
        page.get_by_role("radio", name="Dark").press("Space")
        assert page.evaluate(THEME) == ["dark", "dark"]
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 23, 27)"
        check_search(page)
        assert page.evaluate(THEME) == ["auto", "light"]
        results = go(seen, f"{site}/search.html?q=stride").get_by_role("dialog").get_by_role("listitem")
        results.locator(".text").nth(2).wait_for()
        check_quiet(seen)


@pytest.mark.style
def test_the_drawer_opens_and_closes_by_key(spare: Visit, site: str) -> None:
    page = go(spare, f"{site}/book/02-convolution-2d.html")
    page.set_viewport_size(PHONE)
    contents = page.get_by_role("navigation", name="Contents of the book")
    assert not contents.is_visible()
    page.get_by_role("button", name="Contents").press("Enter")
    assert contents.is_visible()
    page.keyboard.press("Escape")
    assert not contents.is_visible()
    page.get_by_role("button", name="Contents").press("Enter")
    contents.get_by_role("link", name=re.compile("Multiply, add, move on")).click()
    assert not contents.is_visible()
    assert page.evaluate("location.hash") == "#multiply-add-move-on"
    assert 0 <= page.locator("h2").first.bounding_box()["y"] < 150
    page.set_viewport_size(DESK)
    check_quiet(spare)


@pytest.mark.style
def test_explorers_are_fetched_when_they_come_near_or_the_address_sets_one(spare: Visit, site: str) -> None:
    asked: list[str] = []
    spare.page.on("request", lambda request: asked.append(request.url.partition("?")[0].rpartition("/")[2]))
    address = f"{site}/book/02-convolution-2d.html"
    late = {"02-convolution-2d.state.js", "runtime.js", "runtime.css"}
    spare.page.goto(address)
    spare.page.wait_for_load_state("networkidle")
    assert not late & set(asked)
    go(spare, address)
    assert late <= set(asked)
    asked.clear()
    spare.page.goto("about:blank")
    spare.page.goto(f"{address}#convolution_2d.size=4")
    spare.page.wait_for_function("document.querySelector('[data-explorer=convolution_2d] [role=row]:nth-child(4)')")
    assert late <= set(asked)
    check_quiet(spare)


@pytest.mark.style
@pytest.mark.parametrize("answer", ["late", "never"])
def test_the_first_explorer_waits_for_no_other(browser: Any, site: str, answer: str) -> None:
    with visit(browser, "about:blank") as seen:
        held: list[Any] = []
        seen.page.route("**/*-others.state.js*", lambda route: held.append(route))
        seen.page.goto(f"{site}/book/02-convolution-2d.html")
        seen.page.locator(".explorer").first.scroll_into_view_if_needed()
        seen.page.locator(".cc-explorer").first.get_by_role("button", name="Next").click()
        assert seen.page.locator(".cc-widget-explorer").count() == 1
        if answer == "late":
            held[0].continue_()
            seen.page.wait_for_function("document.querySelectorAll('.cc-widget-explorer').length === 5")
            assert seen.page.locator(".cc-note").count() == 0
        else:
            held[0].abort()
            seen.page.get_by_text("This widget was not stored with the page").first.wait_for()
            seen.errors.clear()  # the browser tells of the file that did not come


@pytest.mark.parametrize("width", WIDTHS)
def test_a_line_of_text_is_neither_long_nor_short(spare: Visit, site: str, width: int) -> None:
    page = go(spare, f"{site}/book/speed.html")
    page.set_viewport_size({"width": width, "height": 900})
    count = page.evaluate("""() => {
        const text = document.querySelector("article h2 + p"), { width } = text.getBoundingClientRect();
        const probe = text.cloneNode(), words = text.textContent;
        Object.assign(probe.style, { position: "absolute", whiteSpace: "nowrap", maxWidth: "none", width: "auto" });
        probe.textContent = words;
        text.after(probe);
        const count = words.length * width / probe.getBoundingClientRect().width;
        probe.remove();
        return count;
    }""")
    assert count <= 75
    assert count >= 54 or width < 600  # in DejaVu Sans, the widest font of a system; others have 60 and more
    check_quiet(spare)


@pytest.mark.style
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_link_to_a_section_shows_its_heading(spare: Visit, site: str, size: dict[str, int]) -> None:
    page = go(spare, f"{site}/book/02-convolution-2d.html")
    dress(page, size=size)
    tops = page.evaluate("""async () => {
        const tops = {}, { documentElement: all } = document;
        const { width, bottom } = document.querySelector(".bar").getBoundingClientRect();
        const covered = width === innerWidth ? bottom : 0;
        for (const heading of document.querySelectorAll("article section section > :is(h2, h3)")) {
            location.hash = heading.parentElement.id;
            const seen = () => heading.getBoundingClientRect().top - covered, right = () => seen() >= 0 && seen() <= 60;
            for (let frame = 0; frame < 60 && !right(); frame++) await new Promise(requestAnimationFrame);
            if (scrollY < all.scrollHeight - all.clientHeight - 1) tops[heading.textContent] = seen();
        }
        return tops;
    }""")
    assert len(tops) > 15
    assert {name: top for name, top in tops.items() if not 0 <= top <= 60} == {}


@pytest.mark.style
@pytest.mark.parametrize("name", ["book/02-convolution-2d", "book/api"])
def test_copy_buttons_copy_the_code_without_prompts_and_outputs(spare: Visit, site: str, name: str) -> None:
    page = go(spare, f"{site}/{name}.html")
    page.locator("div.highlight pre").first.scroll_into_view_if_needed()
    block = page.locator("div.highlight:has(.copy)").first
    lines = block.locator("pre").text_content().splitlines()
    if any(line.startswith(">>> ") for line in lines):
        lines = [line[4:] for line in lines if line[:4] in (">>> ", "... ")]
    block.hover()
    block.locator(".copy").click()
    block.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").strip() == "\n".join(lines).strip()
    check_quiet(spare)


@pytest.mark.style
def test_a_window_that_changes_leaves_the_address_as_it_is(spare: Visit, site: str) -> None:
    page = go(spare, f"{site}/book/02-convolution-2d.html#by-hand")
    for theme, size in (("dark", PHONE), ("light", DESK)):
        dress(page, theme, size)
        page.wait_for_timeout(700)  # an explorer tells the address what was set, a moment later
        assert page.url.endswith(".html#by-hand")
    check_quiet(spare)


@pytest.mark.style
def test_keys_alone_walk_the_worked_example(spare: Visit, site: str) -> None:
    page = go(spare, f"{site}/book/02-convolution-2d.html")
    explorer = page.locator("[data-explorer=convolution_2d]").first
    explorer.get_by_label("input[0, 0] is 0").focus()
    sums = []
    for key in ("ArrowLeft", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        sums.append(explorer.locator(".cc-sum b").first.inner_text())
    assert sums == ["19", "25", "43", "37"]
    check_quiet(spare)
