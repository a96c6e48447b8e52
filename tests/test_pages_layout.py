"""Each page of the built book, opened once: nothing wider than its window, controls in order, formulas, code, paper."""

from __future__ import annotations

from typing import Any

import pytest
from browser import MISPLACED, VISIT
from pages import PAPER, UNFOLD, WIDTHS, desk, dress, opened, page

__all__ = ["desk", "opened", "page"]


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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 375])
def test_the_controls_of_explorers_are_laid_out(page: Any, width: int, theme: str) -> None:
    dress(page, theme, {"width": width, "height": 900})
    page.evaluate(VISIT)
    assert page.evaluate(MISPLACED) == []


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


def test_every_block_of_code_can_be_copied(page: Any) -> None:
    page.evaluate(UNFOLD)
    codes = page.locator("article div.cell_input pre").count()
    bare = page.evaluate("""async () => {
        const bare = () => [...document.querySelectorAll("article div.cell_input pre")]
            .filter((code) => !code.parentElement.querySelector(".copy"));
        for (let code; (code = bare()[0]);) {
            code.scrollIntoView();  // buttons come as code comes near
            for (let frame = 0; frame < 30 && code === bare()[0]; frame++) await new Promise(requestAnimationFrame);
            if (code === bare()[0]) break;
        }
        return bare().map((code) => code.textContent);
    }""")
    assert bare == []
    assert page.locator("article div.cell_input .copy").count() == codes


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
