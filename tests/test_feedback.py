"""What students get back: right numbers, their own work, and nothing of anybody else's or of the checks."""

from __future__ import annotations

import hashlib
import html
import re

import pytest
from browser import visit
from made_up_class import ASK, CELL, OWN, RIGHT, SCALE, SMALL, WORDS, Class, edited, handed_in, question
from pages import AXE, RULES

from cnn_grading.feedback import SIGNS, feedback
from cnn_grading.feedback import WORDS as TOLD
from cnn_grading.grade import fingerprint
from cnn_grading.release import leaked
from cnn_grading.verdicts import told

MINE = 'def ring(x, w):\n    return "<b>mine</b>"  # of anna'
FAULT = question(
    *(1, 0, 60, "wrong"),
    "not yet. It came out backwards. ring has 3 at 0, where 1 would be right, in ring([1.0, 2.0], [3.0]).",
)
NASTY = "<img src=x onerror=alert(1)></pre><script>alert(2)</script>"


@pytest.fixture
def course(tmp_path):
    """Anna, late by a day and marked by hand; a group; and some who have no mark."""
    made = Class(tmp_path)
    words = edited(OWN, "The mean.\n\n<i>Two</i> of them.")
    sha256 = made.add(
        *("anna", FAULT, WORDS), received="2026-11-02T12:00:00", notebook=handed_in(CELL(MINE), ASK, words)
    )
    made.add("lions", RIGHT, WORDS, students=("ben", "cleo"), notebook=handed_in(CELL("of_the_lions = 1")))
    made.add("dora", status="unreadable", why="the file is empty", notebook=b"")
    made.absent("emil")
    made.mark(("anna", "small.3", "7.5", "Say why.\n<b>Please.</b>", sha256))
    made.due("small,,2026-11-01T23:59,10,")
    return made


def written(course, student, kind="html"):
    """Return a student's page."""
    into = course.places.results.parent / "feedback"
    feedback(SMALL, course.places, into)
    return (into / "small" / f"{student}.{kind}").read_text("utf-8")


def shown(page):
    """Return the words of a page."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    apart = re.sub(r"</(td|th|dt|dd|li|p|div|h\d|title|summary)>|</span>(?=<div)", " ", body)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", apart)).split())


def test_a_student_sees_points_message_call_comment_and_own_work(course):
    course.due("small,,2026-11-01T23:59,5,")  # 5 of 100 points for a day
    page, text = written(course, "anna"), written(course, "anna", "txt")
    words = shown(page)
    for part in (
        *("2.5 of 100 points", "7.5 points for the answers, 5 off for being 1 day late", "0 of 60 points"),
        *("It came out backwards.", "ring has 3 at 0, where 1 would be right.", "ring([1.0, 2.0], [3.0])"),
        *("7.5 of 10 points", "marked by hand", "Say why. <b>Please.</b>", "The mean. <i>Two</i> of them."),
        *('return "<b>mine</b>" # of anna', "2026-11-02, 12:00"),
    ):
        assert part in words, part
    plain = " ".join(text.split())
    for part in (
        *("2.5 of 100 points: 7.5 for the answers, 5 off for being 1 day late", "It came out backwards."),
        *("In ring([1.0, 2.0], [3.0])", "Comment: Say why. <b>Please.</b>", 'return "<b>mine</b>" # of anna'),
    ):
        assert part in plain, part
    assert '<span class="k">return</span>' in page, "the code has no colours"


def test_a_page_names_nobody_else_and_holds_nobody_else_s_work(course):
    for student, others in (
        ("anna", ("ben", "cleo", "dora", "lions")),
        ("ben", ("anna", "cleo", "mine")),
        ("cleo", ("anna", "ben", "mine")),
        ("dora", ("anna", "lions", "mine")),
    ):
        for kind in ("html", "txt"):
            page = written(course, student, kind)
            assert [other for other in others if other in page] == []


def test_a_page_holds_no_secret_and_nothing_that_is_hidden(course):
    hidden = [
        cell.source for cell in SMALL.cells if {"solution", "check", "rubric"} & set(cell.metadata.get("tags", ()))
    ]
    assert len(hidden) == 3
    digest = hashlib.sha256((course.places.submissions / "small" / "anna.ipynb").read_bytes()).hexdigest()
    for kind in ("html", "txt"):
        page = html.unescape(written(course, "anna", kind))
        assert leaked(SMALL, page) == []
        assert "5 points: for the mean." not in page and "expect(" not in page
        assert "0" * 16 not in page and "1" * 16 not in page, "the fingerprint of the key, or of the checks, is told"
        assert digest not in page and fingerprint(b"k" * 64) not in page


def test_who_has_no_mark_is_told_why_and_not_that_it_is_0(course):
    assert "could not be read: the file is empty." in shown(written(course, "dora"))
    assert "No mark yet: the file is empty" in written(course, "dora", "txt")
    waiting = shown(written(course, "ben"))
    assert "60 points so far; not every question has its mark yet" in waiting and "– of 10 points" in waiting
    assert not re.search(r"\b0 of 100", shown(written(course, "dora")) + waiting)
    lines = str(feedback(SMALL, course.places, course.places.results.parent / "feedback")).splitlines()
    assert lines[0].startswith("4 of 5 students have a page")
    assert lines[1:] == [
        "  ben: needs marking, small.3: nobody has marked it yet",
        "  cleo: needs marking, small.3: nobody has marked it yet",
        "  dora: unreadable, the file is empty",
        "  emil: nothing handed in, no page",
    ]


def test_nothing_that_a_student_writes_becomes_part_of_the_page(tmp_path, browser):
    course = Class(tmp_path)
    nasty = [CELL(f"def ring(x, w):\n    '''{NASTY}'''"), ASK, edited(OWN, NASTY), CELL(NASTY)]
    fault = question(1, 0, 60, "wrong", f"not yet. ring raises ValueError: {NASTY}\ud800, in ring({NASTY}).")
    sha256 = course.add("anna", fault, WORDS, notebook=handed_in(*nasty), status="stopped", why=NASTY)
    course.mark(("anna", "small.3", "1", NASTY, sha256))
    page = written(course, "anna")
    assert not re.search(r"<(script|img|i?frame|link|object)\b", page)
    with visit(browser, "about:blank") as seen:
        seen.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        seen.page.goto((tmp_path / "feedback" / "small" / "anna.html").as_uri())
        assert seen.page.locator("script, img").count() == 0
        assert seen.page.get_by_text("onerror").count() >= 4


def test_a_page_of_a_huge_file_is_small(tmp_path):
    course = Class(tmp_path)
    course.add("anna", RIGHT, SCALE, WORDS, notebook=handed_in(CELL("ring = 1\n" + "x = 1\n" * 1_000_000), ASK))
    with pytest.raises(ValueError, match=r"no longer has the question small\.2"):
        written(course, "anna")
    course.add("anna", RIGHT, WORDS, notebook=handed_in(CELL("ring = 1\n" + "x = 1\n" * 1_000_000), ASK))
    page = written(course, "anna")
    assert len(page) < 200_000 and "more signs, in your file" in page


def test_every_status_has_its_words_and_a_sign_of_its_own():
    assert set(TOLD) == set(SIGNS) and len(set(SIGNS.values())) == len(SIGNS)


RAISED, SHARED = "ring raises KeyError: 'in ring(1)'", "Mind the ring. Two rings share it."
COUNTED, PUSHED = "ring has -1.5e-3 at [0, 1], where inf would be right", "[1.0] in the last of push([1.0]), where 2"


@pytest.mark.parametrize(
    ("text", "slip", "fault", "call", "kind"),
    [
        ("right, in all of 5 cases.", "In all of 5 cases.", "", "", "In all of 5 cases."),
        (f"{RAISED}, in ring(2).", "", f"{RAISED}.", "ring(2)", "ring raises KeyError."),
        (f"{COUNTED}, in ring(1).", "", f"{COUNTED}.", "ring(1)", "ring has … at …, where … would be right."),
        (SHARED, SHARED, "", "", SHARED),
        (f"Flip it. ring.push gives {PUSHED}.", "Flip it.", f"ring.push gives {PUSHED}.", "", "Flip it."),
        (f"ring([1.0]) gives {PUSHED}.", "", f"ring([1.0]) gives {PUSHED}.", "", "ring gives …, where …."),
    ],
)  # fmt: skip
def test_a_message_is_taken_apart(text, slip, fault, call, kind):
    found = told(text if text.startswith("right") else f"not yet. {text}", "ring")
    assert (found.slip, found.fault, found.call, found.kind) == (slip, fault, call, kind)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_axe_finds_nothing_and_nothing_is_cut_off(course, browser, theme, width):
    written(course, "anna")
    assert faults(browser, course.places.results.parent / "feedback" / "small" / "anna.html", theme, width) == []


def test_it_prints_on_light_paper_and_leaves_out_what_was_handed_in(course, browser):
    written(course, "anna")
    with visit(browser, (course.places.results.parent / "feedback" / "small" / "anna.html").as_uri()) as seen:
        seen.page.emulate_media(media="print", color_scheme="dark")
        assert not seen.page.get_by_text("Your whole file").is_visible()
        assert seen.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(254, 254, 254)"
        assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(26, 26, 30)"


def faults(browser, path, theme, width):
    """Return what axe finds on a page with everything unfolded, and whether it is wider than its window."""
    with visit(browser, path.as_uri(), color_scheme=theme, viewport={"width": width, "height": 800}) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        found = [] if seen.page.evaluate("document.documentElement.scrollWidth") == width else ["too wide"]
        seen.page.evaluate(AXE)
        run = seen.page.evaluate("(tags) => axe.run({ runOnly: tags })", RULES)
        assert "color-contrast" in {rule["id"] for rule in run["passes"]}
        found += [f"{rule['id']}: {node['html']}" for rule in run["violations"] for node in rule["nodes"]]
        return found + seen.outside + seen.errors
