"""The built book as readers meet it: each page in both themes, on a desk and a phone, by key, offline, from disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import MISPLACED, VISIT, Visit, visit
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
each_page = pytest.mark.parametrize("name", ALL_PAGES)


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


def test_every_built_page_is_looked_at(built_book: Path) -> None:
    built = {str(path.relative_to(built_book).with_suffix("")) for path in built_book.rglob("*.html")}
    assert {name for name in built if not name.startswith("_static/")} - {"index"} == set(ALL_PAGES)


# Each page, opened once


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, theme: str) -> None:
    # Axe needs seconds for a page, so each theme of a page is seen at one width: every second page the other way.
    name = page.evaluate("location.pathname").removeprefix("/").removesuffix(".html")
    small = (ALL_PAGES.index(name) % 2 == 1) == (theme == "light")
    dress(page, theme, PHONE if small else DESK, reduced_motion="reduce")
    page.evaluate(UNFOLD)
    page.evaluate(VISIT)
    page.wait_for_timeout(400)  # boxes that scroll become tab stops, a moment after a resize
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    run, found = page.evaluate(AXE_RUN, RULES)
    assert {"color-contrast", "target-size", "region", "link-in-text-block"} <= set(run)
    assert found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(page: Any, width: int) -> None:
    dress(page, size={"width": width, "height": 700})
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    out = page.evaluate("""() => {
        const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
        return [...document.querySelectorAll("article *")].filter((e) =>
            e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement))
            .map((e) => e.outerHTML.slice(0, 200));
    }""")
    assert out == []


def test_formulas_are_mathml(page: Any) -> None:
    raw = page.evaluate(
        r"""() => {
        const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
        const texts = [];
        while (walker.nextNode())
            if (!walker.currentNode.parentElement.closest("code, pre, script, style, annotation"))
                texts.push(walker.currentNode.data);
        return texts.filter((text) => /\$|\\[a-zA-Z({[]/.test(text));
    }"""
    )
    assert raw == []
    sizes = page.locator("article math").evaluate_all(
        "(all) => all.map((e) => e.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height))"
    )
    assert all(size > 0 for size in sizes)
    assert page.locator("mjx-container, .MathJax, .katex").count() == 0


def test_the_text_is_few_tab_stops_away(page: Any) -> None:
    page.evaluate("""() => {
        const start = Object.assign(document.createElement("span"), { tabIndex: -1 });
        document.body.prepend(start);
        start.focus();
        start.remove();  // the Tab key goes on from here
        scrollTo(0, 0);
    }""")
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        before = page.evaluate(
            """() => {
            const here = document.activeElement;
            const place = document.querySelector("article").compareDocumentPosition(here);
            const before = place === Node.DOCUMENT_POSITION_PRECEDING && here !== document.body;
            return before ? here.outerHTML.slice(0, 100) : null;
        }"""
        )
        if before is None:
            break
        stops.append(before)
    assert 1 <= len(stops) <= 10, stops
    assert "skip" in stops[0].lower()


def test_explorers_are_ready_and_every_slider_answers_the_keys(page: Any, built_book: Path) -> None:
    name = page.evaluate("location.pathname").removeprefix("/")
    assert page.locator(".cc-explorer, .cc-questions").count() == stored_explorers(built_book / name)
    assert page.locator(".cc-note").all_inner_texts() == []
    for explorer in page.locator(".cc-box").all():
        words = explorer.locator(".cc-explorer > p[id$=words]")
        assert re.search(r"\d", words.text_content())
        told = set()
        for slider in explorer.get_by_role("slider").all():
            for key in ("End", "ArrowLeft", "Home", "ArrowRight"):
                slider.press(key)
                told.add(explorer.locator(".cc-explorer").inner_text())
            assert slider.evaluate("(slider) => slider.labels[0].textContent")
        assert len(told) > explorer.get_by_role("slider").count() or not told  # some have no slider
        assert not any(UNFINISHED.search(text) for text in told)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 375])
def test_the_controls_of_explorers_are_laid_out(page: Any, width: int, theme: str) -> None:
    dress(page, theme, {"width": width, "height": 900})
    page.evaluate(VISIT)
    assert page.evaluate(MISPLACED) == []


def test_nothing_moves_for_those_who_asked_for_rest(page: Any) -> None:
    dress(page, reduced_motion="reduce")
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].flatMap((e) =>
        [null, "::before", "::after"].flatMap((part) => {
            const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(e, part);
            const still = parseFloat(transitionDuration) === 0 && animationName === "none" && scrollBehavior === "auto";
            return still ? [] : [`${e.tagName}.${e.className}${part ?? ""}`];
        }))""")
    assert moving == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paper_shows_the_text_in_ink_and_whole(page: Any, theme: str) -> None:
    dress(page, theme, PAPER, media="print")
    assert page.locator("h1").filter(visible=True).count() == 1
    assert not page.locator(".contents, .bar, .turn, .skip, .copy").filter(visible=True).all()
    figures = page.locator("article figure svg:not(svg *)")
    assert figures.evaluate_all("(all) => all.filter((e) => e.clientHeight < 20).length") == 0
    faint, cut = page.evaluate("""() => {
        const light = (colour) => {
            const [r, g, b] = colour.match(/[\\d.]+/g).map((c) => (c / 255) ** 2.2);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const inked = (e) => { // dark digits, or light ones on a dark tile that is printed as it is
            const { color, backgroundColor, printColorAdjust } = getComputedStyle(e);
            const dark = !/, 0\\)$/.test(backgroundColor) && light(backgroundColor) < 0.2;
            return light(color) < 0.25 || (dark && printColorAdjust === "exact" && light(color) > 0.8);
        };
        const all = [...document.querySelectorAll("article *")].filter((e) => e.checkVisibility());
        const written = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const text = all.filter((e) => written(e) && !e.closest("svg, [role=grid], .cc-hidden, .cc-unseen"));
        const boxes = all.filter((e) => !e.closest("svg, math, .cc-box"));
        const hides = (e) => getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1;
        const say = (e) => e.outerHTML.slice(0, 200);
        return [text.filter((e) => !inked(e)).map(say), boxes.filter(hides).map(say)];
    }""")
    assert faint == []
    assert cut == []


def test_every_block_of_code_can_be_copied(page: Any) -> None:
    page.evaluate(UNFOLD)
    page.evaluate("""async () => {
        for (const code of document.querySelectorAll("article div.cell_input pre")) {
            code.scrollIntoView();  // buttons come as code comes near
            for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
        }
    }""")
    assert page.locator("article div.cell_input pre").count() == page.locator("article div.cell_input .copy").count()


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
