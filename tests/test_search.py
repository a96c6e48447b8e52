"""The search as readers use it: by key, from a server and from disk, with questions that readers have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Visit, visit

pytestmark = pytest.mark.style  # what is asked for stands in certain chapters

# What a reader types, and what the first results that show have to say: a title, and something of the excerpt.
QUERIES = {
    "9.2": [r"^9\.2 Vectors", r"^Exercise 9\.2 ", r"^Figure 9\.2", r"^Equation 9\.2"],
    "pool2d": [r"^naive\.pool2d", r"^max_pool2d"],
    "1x1": [r"1×1"],
    "C_out": [r"^C, C_in, C_out"],
    "strides": [r"^stride\b.*How far the window moves", r"^Explore strides|^5\.\d+ .*stride"],
    "equation 5.2": [r"^Equation 5\.2\b.*n_out"],
    "receptive field": [r"^receptive field", r"^6\.8 Follow the receptive field"],
}
ABSENT = ["dropout", "unpool", "zygomorphic"]


@pytest.fixture(scope="module", params=["server", "disk"])
def window(request: pytest.FixtureRequest, browser: Any, built_book: Path) -> Iterator[Visit]:
    """Open a page from a server, or from disk, where a page may read no other."""
    served = request.getfixturevalue("site") if request.param == "server" else built_book.as_uri()
    with visit(browser, f"{served}/book/02-convolution-2d.html") as seen:
        yield seen


@pytest.fixture
def search(window: Visit) -> Iterator[Any]:
    """Open the search by key, and close it by key."""
    page = window.page
    page.keyboard.press("Control+k")
    page.get_by_role("dialog", name="Search this book").wait_for()
    assert page.evaluate("document.activeElement.matches('dialog input')")
    yield page
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0
    assert not window.errors
    assert not window.outside


def ask(page: Any, query: str) -> list[str]:
    """Type a query and return the results that show, once the search has all texts."""
    page.keyboard.press("Control+a")
    page.keyboard.type(query)
    told = page.get_by_role("dialog").get_by_role("status")
    told.filter(has_text=re.compile(r"^\d+ found|^The book does not mention")).wait_for()
    return [" ".join(text.split()) for text in page.get_by_role("dialog").get_by_role("listitem").all_inner_texts()]


@pytest.mark.parametrize("query", QUERIES)
def test_what_is_asked_for_shows_first(search: Any, query: str) -> None:
    found = ask(search, query)
    for pattern in QUERIES[query]:
        assert any(re.search(pattern, text) for text in found[:6]), f"{pattern} is not in\n" + "\n".join(found[:6])


@pytest.mark.parametrize("query", ABSENT)
def test_nothing_is_an_answer_too(search: Any, query: str) -> None:
    assert ask(search, query) == []
    assert search.get_by_role("status").inner_text() == f"The book does not mention “{query}”."


def test_a_number_is_found_whole(search: Any) -> None:
    assert not [text for text in ask(search, "1.2") if not re.search(r"(?<![\d.])1\.2(?!\d|\.\d)", text)]


def test_every_result_shows_why(search: Any) -> None:
    ask(search, "aliasing")
    items = search.get_by_role("dialog").get_by_role("listitem")
    assert items.count() >= 3
    assert all("aliasing" in " ".join(item.locator("mark").all_inner_texts()).lower() for item in items.all())


def test_arrows_walk_the_results_and_enter_opens_one(window: Visit, search: Any) -> None:
    items = "[...document.querySelectorAll('dialog li')]"
    at = f"{items}.findIndex((item) => item.contains(document.activeElement))"
    ask(search, "9.2")
    start = search.url
    for key, place in [("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", -1), ("ArrowDown", 0)]:
        search.keyboard.press(key)
        assert search.evaluate(at) == place
    search.keyboard.press("Enter")
    search.wait_for_url("**/book/09-backprop.html#vectors-a-jacobian-that-nobody-writes-down")
    search.goto(start)
    search.keyboard.press("Control+k")
    ask(search, "softmax")
    search.keyboard.press("Enter")
    search.wait_for_url(re.compile("softmax"))
    search.goto(start)
