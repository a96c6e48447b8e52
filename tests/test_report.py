"""The page on the class: counts by hand, for a class of six files and seven students."""

from __future__ import annotations

import re

import pytest
from made_up_class import RIGHT, SMALL, WORDS, WRONG, Class, question
from test_feedback import faults, shown

from cnn_grading.report import histogram, report, slips, tallies

KEY = question(1, 0, 60, "wrong", "not yet. ring raises KeyError: 'a', in ring([1.0]).")
OTHER = question(1, 0, 60, "wrong", "not yet. ring raises KeyError: 'b', in ring([2.0, 3.0]).")
MISSING = question(1, 0, 60, "missing", "`ring` is not defined. Cell 3 raises NameError: x.")


@pytest.fixture
def course(tmp_path):
    """Two with the same slip, one of them a group of two; two that raise the same; one right; one file that is none."""
    made = Class(tmp_path)
    marks = []
    for file, first, points in (
        *(("anna", RIGHT, "10"), ("ben", KEY, "5"), ("cleo", OTHER, "0"), ("dora", WRONG, "")),
        *(("lions", WRONG, "4"), ("fay", MISSING, "5")),
    ):
        sha256 = made.add(file, first, WORDS, students=("emil", "eva") if file == "lions" else ())
        marks.append((file, "small.3", points, "", sha256))
    made.add("gus", status="unreadable", why="<script>the file is empty</script>")
    made.absent("hana")
    made.mark(*marks)
    return made


def files(course):
    """Return a row for each file that was graded."""
    return list({row.file: row for row in course.final().values() if row.file}.values())


def test_slips_are_counted_by_the_sentence_that_was_told_and_a_group_once(course):
    found = {slip.sentence: slip.files for slip in slips(SMALL, files(course))}
    assert found == {
        "It came out backwards.": ("dora", "lions"),
        "ring raises KeyError.": ("ben", "cleo"),
        "Not found: `ring` is not defined.": ("fay",),
    }
    assert [len(slip.files) for slip in slips(SMALL, files(course))] == [2, 2, 1]


def test_questions_are_counted(course):
    ring, why = tallies(mark for row in files(course) for mark in row.questions)
    assert (ring.full, ring.part, ring.none, ring.waiting) == (1, 0, 5, 0)
    assert ring.mean == pytest.approx(1 / 6)
    assert ring.statuses == (("right", 1), ("not yet right", 4), ("not found", 1))
    assert (why.full, why.part, why.none, why.waiting) == (1, 3, 1, 1)
    assert why.mean == pytest.approx(24 / 50)  # 10, 5, 0, 4 and 5 of 10


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ([], [0] * 10),
        ([0, 9.99, 10, 89.9, 90, 100], [2, 1, 0, 0, 0, 0, 0, 0, 1, 2]),
        ([30, 60, 70], [0, 0, 0, 1, 0, 0, 1, 1, 0, 0]),
    ],
)
def test_marks_at_a_border_belong_above_it_and_full_marks_to_the_last_bar(values, counts):
    assert histogram(values, 100) == counts


def test_the_page_tells_what_was_counted(course, tmp_path):
    made = report(SMALL, course.places, tmp_path / "reports")
    page = made.path.read_text("utf-8")
    words = shown(page)
    # Marks: 70 (anna), 5 (ben), 0 (cleo), 4 and 4 (emil and eva), 5 (fay): median (4 + 5) / 2, mean 88 / 6.
    for part in (
        *("handed in 8 of 9", "have a mark 6", "median 4.5", "mean 14.67", "lowest, highest 0, 70"),
        *("1 all points, 5 no points (1 right, 4 not yet right, 1 not found)", "mean 17 %", "mean 48 %"),
        *("1 all points, 3 some points, 1 no points, 1 no mark yet",),
        *("2 It came out backwards.", "2 ring raises KeyError.", "1 more, of one file each"),
        *("dora needs marking small.3: nobody has marked it yet", "gus unreadable <script>the file is empty</script>"),
        *("hana nothing handed in",),
    ):
        assert part in words, part
    assert "<script" not in page
    assert 'aria-label="Students by their points: 0 to 10: 5, 10 to 20: 0,' in page
    assert str(made).splitlines()[1:3] == ["  2 × It came out backwards.", "  2 × ring raises KeyError."]


def test_bars_are_as_long_as_their_counts_and_told_apart_without_colour(course, tmp_path):
    page = report(SMALL, course.places, tmp_path / "reports").path.read_text("utf-8")
    bars = page.partition('<ol class="questions">')[2].partition("</ol>")[0].split("</li>")[:2]
    widths = [dict(re.findall(r'<rect class="(\w+)" x="[\d.]+" y="1" width="([\d.]+)"', bar)) for bar in bars]
    assert {kind: round(float(width) / 718 * 6, 2) for kind, width in widths[0].items()} == {"full": 1, "none": 5}
    assert {kind: round(float(width) / 718 * 6, 2) for kind, width in widths[1].items()} == {
        **{"full": 1, "part": 3, "none": 1, "waiting": 1}
    }
    heights = [
        float(height)
        for height in re.findall(r'<rect class="full" x="\d+" y="[\d.]+" width="52" height="([\d.]+)"', page)
    ]
    assert heights == [180, 36]  # 5 and 1 students
    for pattern in ("part", "waiting"):
        assert f'<pattern id="{pattern}"' in page and f".{pattern} {{ fill: url(#{pattern}); }}" in page


def test_a_class_without_a_mark_has_a_page_too(tmp_path):
    course = Class(tmp_path)
    course.add("anna", WORDS)
    page = shown(report(SMALL, course.places, tmp_path / "reports").path.read_text("utf-8"))
    assert "Nobody has a mark yet." in page and "median –" in page and "Nobody’s answer went wrong." in page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_axe_finds_nothing_and_nothing_is_cut_off(course, browser, tmp_path, theme, width):
    assert faults(browser, report(SMALL, course.places, tmp_path / "reports").path, theme, width) == []
