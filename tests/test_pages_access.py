"""Each page of the built book, opened once: nothing that axe finds, few tab stops, sliders by key, rest for some."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import VISIT
from pages import (
    ALL_PAGES,
    AXE,
    AXE_RUN,
    DESK,
    PHONE,
    RULES,
    UNFINISHED,
    UNFOLD,
    desk,
    dress,
    opened,
    page,
    stored_explorers,
)

__all__ = ["desk", "opened", "page"]


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


def test_nothing_moves_for_those_who_asked_for_rest(page: Any) -> None:
    dress(page, reduced_motion="reduce")
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].flatMap((e) =>
        [null, "::before", "::after"].flatMap((part) => {
            const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(e, part);
            const still = parseFloat(transitionDuration) === 0 && animationName === "none" && scrollBehavior === "auto";
            return still ? [] : [`${e.tagName}.${e.className}${part ?? ""}`];
        }))""")
    assert moving == []
