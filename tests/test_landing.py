"""The first page: a kernel to drag that computes the library's numbers, the path of the chapters, and counts."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Visit, visit
from pages import AXE, AXE_RUN, RULES, WIDTHS, check_quiet, dress
from test_book import BOOK, PAGES, TOC, VIEW, soup, squeezed, stored_state
from test_exercises import CHAPTERS, WRONG, exercises
from test_lecture_statements import ROWS

from cnn_course import naive, palette

PAGE = "book/intro.html"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 667}
QUESTIONS = "cnn_course.explorers.questions"


@pytest.fixture
def calm(browser: Any, site: str) -> Iterator[Visit]:
    """Open the page for a reader who asked for rest: nothing goes by itself."""
    with visit(browser, f"{site}/{PAGE}", viewport=DESK, reduced_motion="reduce", color_scheme="light") as seen:
        yield seen
        check_quiet(seen)


@pytest.fixture
def lively(browser: Any, site: str) -> Iterator[Visit]:
    """Open the page for everybody else."""
    with visit(browser, f"{site}/{PAGE}", viewport=DESK) as seen:
        yield seen
        check_quiet(seen)


def image(page: Any) -> np.ndarray:
    """Read the picture as it is drawn: ten greys, from the darkest to the lightest."""
    ramp = [light for light, _ in palette.ramp("input")]
    greys = [ramp[int(value / 9 * (len(ramp) - 1) + 0.5)] for value in range(10)]
    fills = page.locator(".in svg > rect").evaluate_all("(all) => all.map((e) => e.getAttribute('style'))")
    values = [greys.index(match[1]) for fill in fills if (match := re.search(r"light-dark\((#\w{6})", fill))]
    return np.array(values).reshape(16, 16)


def kernel(page: Any) -> np.ndarray:
    """Read the kernel as it is written."""
    texts = page.locator(".kernel text").all_text_contents()
    return np.array([int(text.replace("−", "-")) for text in texts]).reshape(3, 3)


def place(page: Any) -> tuple[int, int]:
    """Tell where the frame on the picture stands: row and column of its corner, as it is seen."""
    inner, outer = (page.locator(f".in {what}").first.bounding_box() for what in (".window rect", ".pic svg"))
    side = outer["width"] / 16
    return round((inner["y"] - outer["y"]) / side), round((inner["x"] - outer["x"]) / side)


def answer(page: Any) -> int:
    """Read the number that the sum ends with."""
    return int(page.locator(".sum .y").inner_text().replace("−", "-"))


def expected(page: Any) -> int:
    """Compute by loops what the sum must say for the picture, the kernel and the frame on the screen."""
    return int(naive.correlate2d(image(page), kernel(page))[place(page)])


def grip(page: Any, row: float, column: float) -> tuple[float, float]:
    """Return the point on the screen where a pixel of the picture is."""
    box = page.locator(".in .pic").bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / 16, box["y"] + (row + 0.5) * box["width"] / 16


def test_it_answers_above_the_fold(calm: Visit) -> None:
    for size in (DESK, PHONE):
        calm.page.set_viewport_size(size)
        for what in ("h1", ".in .pic", ".kernel .pic", ".out .pic", ".sum .y", ".chip:last-of-type"):
            box = calm.page.locator(what).first.bounding_box()
            assert box["width"] > 20 and box["y"] >= 0, what
            assert box["y"] + box["height"] <= size["height"], (what, size)


def test_a_drag_computes_what_the_loops_compute(calm: Visit) -> None:
    page, told = calm.page, set()
    for choice in range(page.locator(".chip").count()):
        page.locator(".chip").nth(choice).click()
        for row, column in ((0, 0), (13, 13), (8, 10), (2, 4)):
            now = place(page)
            page.mouse.move(*grip(page, now[0] + 1, now[1] + 1))  # in the middle of the window
            page.mouse.down()
            page.mouse.move(*grip(page, row + 1.3, column + 0.8), steps=4)
            page.mouse.up()
            assert place(page) == (row, column)
            assert answer(page) == expected(page)
            told.add(answer(page))
    assert len(told) > 8


def test_the_sum_has_the_nine_products_of_the_window(calm: Visit) -> None:
    calm.page.locator(".in .pic").press("ArrowDown")
    row, column = place(calm.page)
    texts = [text.replace("−", "-").split("·") for text in calm.page.locator(".term").all_text_contents()]
    factors = np.array(texts, int)
    assert factors[:, 0].tolist() == image(calm.page)[row : row + 3, column : column + 3].ravel().tolist()
    assert factors[:, 1].tolist() == kernel(calm.page).ravel().tolist()
    assert factors.prod(axis=1).sum() == answer(calm.page)


def test_keys_move_the_window_and_say_what_it_gives(calm: Visit) -> None:
    page, window = calm.page, calm.page.get_by_role("slider", name="Window on the digit")
    row, column = place(page)
    for key, to in (
        ("ArrowRight", (row, column + 1)),
        ("ArrowDown", (row + 1, column + 1)),
        ("ArrowLeft", (row + 1, column)),
        ("ArrowUp", (row, column)),
        ("Home", (0, 0)),
        ("ArrowUp", (0, 0)),
        ("End", (13, 13)),
        ("ArrowRight", (13, 13)),
    ):
        window.press(key)
        assert place(page) == to, key
        assert answer(page) == expected(page)
        said = f"row {to[0]}, column {to[1]} gives {page.locator('.sum .y').inner_text()}"
        assert window.get_attribute("aria-valuetext") == said
    first = page.get_by_role("radio", name="vertical edges")
    first.press("ArrowRight")
    assert page.get_by_role("radio", name="horizontal edges").is_checked()
    assert kernel(page).tolist() == [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    assert answer(page) == expected(page)


def test_a_finger_drags_the_window_and_not_the_page(browser: Any, site: str) -> None:
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}
    with visit(browser, f"{site}/{PAGE}", **options) as seen:
        page = seen.page
        send = page.context.new_cdp_session(page).send
        start = place(page)
        fingers = [grip(page, start[0] + 1 + step, start[1] + 1) for step in range(9)]
        for kind, at in [("touchStart", fingers[0]), *(("touchMove", at) for at in fingers[1:]), ("touchEnd", None)]:
            points = [{"x": at[0], "y": at[1]}] if at else []
            send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        assert place(page) == (start[0] + 8, start[1])
        assert answer(page) == expected(page)
        assert page.evaluate("scrollY") == 0
        check_quiet(seen)


FULL = "document.querySelectorAll('.out svg > rect:not([style*=none])').length"


def test_nothing_moves_for_those_who_asked_for_rest(calm: Visit) -> None:
    before = place(calm.page)
    calm.page.wait_for_timeout(1500)
    assert place(calm.page) == before != (0, 0)
    assert calm.page.evaluate(FULL) == 14 * 14
    assert not calm.page.locator(".play").is_visible()


def test_it_slides_once_by_itself_until_somebody_takes_over(lively: Visit) -> None:
    page, play = lively.page, lively.page.locator(".play")
    page.wait_for_function(f"{FULL} > 6")
    assert play.inner_text() == "❚❚ Pause"
    play.click()
    painted = page.evaluate(FULL)
    assert answer(page) == expected(page)
    page.wait_for_timeout(400)
    assert page.evaluate(FULL) == painted < 14 * 14
    play.click()
    page.wait_for_function(f"{FULL} > {painted + 3}")
    page.locator(".in .pic").press("ArrowLeft")
    assert play.inner_text() == "▶ Slide"
    page.locator(".in .pic").press("End")
    play.click()
    page.wait_for_timeout(300)
    assert answer(page) == expected(page)


def test_without_a_script_picture_and_result_stand_still(browser: Any, built_book: Path) -> None:
    with visit(browser, (built_book / PAGE).as_uri(), java_script_enabled=False, viewport=DESK) as seen:
        page = seen.page
        shown = image(page)
        found = naive.correlate2d(shown, kernel(page))
        assert place(page) != (0, 0)
        assert answer(page) == found[place(page)]
        styles = page.locator(".out svg > rect").evaluate_all("(all) => all.map((e) => e.getAttribute('style'))")
        ramp = [light for light, _ in palette.ramp("output")]
        shares = [ramp.index(re.findall("#[0-9a-f]{6}", style)[0]) / 64 - 1 for style in styles]
        assert np.abs(np.array(shares).reshape(14, 14) - found / np.abs(found).max()).max() <= 0.5 / 64 + 1e-9
        assert page.locator(".live, .chip, .play").filter(visible=True).count() == 0
        assert page.locator(".doors a").first.is_visible()
        check_quiet(seen)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_at_every_width_axe_finds_nothing_and_nothing_is_cut(calm: Visit, theme: str) -> None:
    calm.page.add_style_tag(content="article section { content-visibility: visible !important }")
    calm.page.evaluate(AXE)
    for width in WIDTHS:
        dress(calm.page, theme, {"width": width, "height": 800}, reduced_motion="reduce")
        run, found = calm.page.evaluate(AXE_RUN, RULES)
        assert {"color-contrast", "target-size"} <= set(run)
        assert found == [], width
        assert calm.page.evaluate("document.documentElement.scrollWidth") == width
        smallest = calm.page.evaluate("""() => Math.min(...[...document.querySelectorAll(".kernel text")].map((e) =>
            parseFloat(getComputedStyle(e).fontSize) * e.ownerSVGElement.getBoundingClientRect().width / 3))""")
        assert smallest >= 13.9, width


def test_the_sum_stays_in_one_line(calm: Visit) -> None:
    for width in WIDTHS:
        calm.page.set_viewport_size({"width": width, "height": 800})
        assert calm.page.locator(".sum").bounding_box()["height"] < 45, width


# The path and the numbers


@pytest.mark.style
def test_the_path_is_that_of_the_contents(built_book: Path) -> None:
    items = soup(built_book / PAGE).select(".path li")
    numbered = [chapter["file"] for part in TOC["parts"] if "numbered" in part for chapter in part["chapters"]]
    assert len(items) == len(numbered)
    for item, name in zip(items, numbered, strict=True):
        heading = soup(built_book / f"{name}.html").select_one("article h1")
        number, title = squeezed(heading.get_text()).rstrip("#¶").split(" ", 1)
        assert item.a["href"] == f"{Path(name).name}.html"
        assert squeezed(item.strong.get_text()) == f"{number}. {title}"
        assert len(item.select_one(".about").get_text()) > 10
    pictures = {str(item.svg) for item in items}
    assert len(pictures) == len(items), "two chapters have the same picture"


@pytest.mark.style
def test_doors_lead_to_the_first_chapter_and_to_what_to_do(built_book: Path) -> None:
    doors = soup(built_book / PAGE).select(".doors a")
    assert [door.get_text() for door in doors] == ["Read", "Run", "Teach"]
    assert doors[0]["href"].startswith("00-why-convolution.html")
    assert [door["href"] for door in doors[1:]] == ["#how-to-run-it", "teach.html"]


def fact(built_book: Path, words: str) -> int:
    """Return the number before some words."""
    (found,) = [item for item in soup(built_book / PAGE).select(".facts li") if words in item.get_text()]
    return int(found.strong.get_text())


def test_the_numbers_of_the_page_are_those_of_the_book(built_book: Path) -> None:
    built = [built_book / f"{page}.html" for page in PAGES]
    views = [(path, script) for path in built for script in soup(path).find_all("script", type=VIEW)]
    models = [
        model["state"] for path in built for model in stored_state(path).values() if model["model_name"] == "AnyModel"
    ]
    asked = [state for state in models if state["_anywidget_id"].startswith(QUESTIONS)]
    figures = [figure for path in built for figure in soup(path).select("figure .cc-figure svg[aria-label]")]
    there = [row for row in ROWS if list(BOOK.glob(f"{row['page']}.*"))]
    assert fact(built_book, "statements of five lectures") == len(there)
    assert fact(built_book, "exercises with hints") == sum(len(exercises(path)) for path in CHAPTERS)
    assert fact(built_book, "wrong answers") == len(WRONG)
    assert fact(built_book, "explorers") == len(views) - len(asked) == len(models) - len(asked)
    assert fact(built_book, "questions") == sum(len(state["questions"]) for state in asked)
    assert fact(built_book, "figures") == len(figures)
    assert fact(built_book, "requests") == 0  # each page is looked at by pages.check_quiet


# Weight


def test_what_the_first_visit_loads_is_small(built_book: Path, browser: Any, site: str) -> None:
    asked: list[str] = []
    with visit(browser, "about:blank", viewport=DESK) as seen:
        seen.page.on("request", lambda request: asked.append(request.url))
        seen.page.goto(f"{site}/{PAGE}")
        seen.page.wait_for_load_state("networkidle")
        check_quiet(seen)
    names = {url.removeprefix(f"{site}/").partition("?")[0] for url in asked if url.startswith(site)}
    assert {PAGE, "_static/landing.css", "_static/landing.js", "_static/page.js"} <= names
    weights = {name: len(gzip.compress((built_book / name).read_bytes())) for name in names}
    assert weights["_static/landing.js"] <= 6_000
    assert sum(weights.values()) <= 130_000, weights


def test_no_other_page_loads_it(built_book: Path) -> None:
    for path in built_book.rglob("*.html"):
        loads = "landing.js" in path.read_text("utf-8")
        assert loads == (path == built_book / PAGE), path
