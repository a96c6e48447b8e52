"""Minutes of sections are counted from the pages, plans of courses fit, and the answers for the room are right."""

from __future__ import annotations

import re
from collections import Counter

import book_minutes
import numpy as np
import pytest

import cnn_course as cc
from conftest import ROOT

PAGE = (ROOT / "book" / "plan.md").read_text("utf-8")
BOOK = book_minutes.chapters()
PLANS = {
    title: (int(minutes), lines.splitlines())
    for title, minutes, lines in re.findall(
        r"^## ([^\n]+)\n\n[^\n#]*\n\n```\{plan\}\n:minutes: (\d+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE
    )
}


def markdown(source: str) -> dict:
    return {"cell_type": "markdown", "source": source}


def code(source: str, **metadata: object) -> dict:
    return {"cell_type": "code", "source": source, "metadata": metadata}


def test_minutes_are_those_of_words_code_figures_and_explorers() -> None:
    made = book_minutes.chapter(
        [
            markdown("# 3. Count\n\n" + 100 * "word "),
            code("import numpy as np"),
            markdown("## First\n\n" + 50 * "$x + y$ ≥ word, " + "\n\n```python\nnot = told\n```"),
            code("explorers.padding()"),
            code("plots.grid(x)", mystnb={"figure": {"caption": "A grid."}}),
            markdown("<details><summary>Answer</summary>\n\n" + 100 * "folded " + "\n\n</details>"),
            code("unseen()", tags=["remove-cell"]),
            markdown("### Within it\n\n<!-- not told -->\n" + 100 * "word " + "\n\n## Second\n\n" + 300 * "word "),
            markdown("## In the frameworks\n\n" + 900 * "word "),
            code("print(1)"),
            markdown("## Exercises\n\n### Exercise 3.1 ★ One\n\n### Exercise 3.2 ★★★ Two\n\n" + 900 * "word "),
        ]
    )
    assert (made.number, made.title) == ("3", "Count")
    assert [section.title for section in made.sections] == ["First", "Second"]
    # 100 words and a cell before it; 150 words, an explorer, a figure, 102 words with the heading's
    assert [section.minutes for section in made.sections] == pytest.approx([1 + 1 + 1.5 + 4 + 1 + 1.02, 3])
    assert made.exercises == [10, 40]


def test_the_page_says_the_rates() -> None:
    assert f"{book_minutes.WORDS} words take a minute, a cell of code a minute" in PAGE
    assert "a figure a minute, an explorer four" in PAGE
    assert (book_minutes.CODE, book_minutes.FIGURE, book_minutes.EXPLORER) == (1, 1, 4)
    assert "ten minutes for one star, twenty for two, forty for three" in PAGE
    assert book_minutes.STARS == {1: 10, 2: 20, 3: 40}


@pytest.mark.style
def test_every_section_for_a_lecture_has_its_minutes() -> None:
    assert list(BOOK) == [*map(str, range(8)), "8a", "8b", "9", "10", "11"]
    exercises = Counter[str]()
    for number, chapter in BOOK.items():
        assert 5 <= len(chapter.sections) <= 12
        assert all(1 <= section.minutes <= 40 for section in chapter.sections)
        exercises[number.rstrip("ab")] += len(chapter.exercises)
    assert set(exercises.values()) <= {5, 6}


def test_the_plans_are_read() -> None:
    assert [title.partition(",")[0] for title in PLANS] == ["Thirteen weeks", "Seven weeks", "One day"]
    assert [len(lines) for _, lines in PLANS.values()] == [13, 14, 4]
    assert PAGE.count("```{plan}") == len(PLANS)


@pytest.mark.parametrize("title", PLANS)
def test_a_plan_fits_its_hours_and_teaches_in_order(title: str) -> None:
    limit, lines = PLANS[title]
    lectures = list(book_minutes.plan(lines, limit, BOOK))
    taught = [section for lecture in lectures for section in lecture.taught]
    whole = [(number, place) for number, chapter in BOOK.items() for place in range(1, len(chapter.sections) + 1)]
    assert taught == [section for section in whole if section in taught]
    assert all(limit / 2 < lecture.minutes <= limit for lecture in lectures)
    if title != "One day":
        needed = [section for section in whole if section[0] != "11"]
        assert taught[: len(needed)] == needed


def test_exercises_that_plans_name_exist() -> None:
    for number, exercise in re.findall(r"\b(\d+)\.(\d)\b", " ".join(re.findall(r"exercises? ([\d., and]+)", PAGE))):
        assert int(exercise) <= sum(len(part.exercises) for key, part in BOOK.items() if key.rstrip("ab") == number)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1 | 2 |", "1: sections 2 take 8 minutes, and there are 7"),
        ("1 | 2.3 |", "there is no section '2.3' for a lecture"),
        ("1 | 2.2-2.1 |", "there is no section '2.2-2.1'"),
        ("1 | 2.1-3.1 |", "there is no section '2.1-3.1'"),
        ("1 | 3 |", "there is no section '3'"),
        ("1 | two |", "there is no section 'two'"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(line: str, complaint: str) -> None:
    sections = [book_minutes.Section("One", 5.2), book_minutes.Section("Two", 2.4)]
    with pytest.raises(ValueError, match=re.escape(complaint)):
        list(book_minutes.plan([line], 7, {"2": book_minutes.Chapter("2", "Two", sections, [])}))


@pytest.mark.style
def test_the_answers_for_the_room_are_computed() -> None:
    answers = re.findall(r"<summary>Answer \d+</summary>\n\n(.*?)\n\n</details>", PAGE, re.DOTALL)
    assert len(answers) == len({number.rstrip("ab") for number in BOOK})
    one = np.array([0, 0, 1, 0, 0])
    layer, convolution = cc.correlate1d(one, [1, 2, 3]), cc.convolve1d(one, [1, 2, 3])
    assert answers[1].startswith(f"{told(layer)}: ") and f"A true convolution gives {told(convolution)}." in answers[1]
    photo = np.arange(25.0).reshape(5, 5)
    left = cc.conv2d(photo[None, None], np.array([[[[0, 0, 0], [1, 0, 0], [0, 0, 0.0]]]]), padding=1)[0, 0]
    assert (left[:, 1:] == photo[:, :-1]).all() and "middle of the *left* column" in answers[2]
    assert cc.conv2d(np.zeros((1, 3, 4, 4)), np.zeros((5, 3, 3, 3))).shape[1] == 5
    assert cc.conv_param_count(3, 5, 1, bias=False) == 15 and answers[3].startswith("Five maps and fifteen kernels")
    assert cc.conv_output_size(9, 5, padding=2) == 9 and answers[4].startswith("2. For 4 no amount does: three zeros")
    assert [cc.conv_output_size(n, 3, stride=2) for n in (7, 8)] == [3, 3] and answers[5].startswith("3 and 3.")
    fields = [cc.receptive_field([{"kernel": 3, "stride": s}, {"kernel": 3}]).size for s in (1, 2)]
    assert np.ravel(fields).tolist() in ([5, 7], [5, 5, 7, 7]) and answers[6].startswith("5, and 7:")
    for row, pooled in (
        ([0, 5, 0, 0], "gives 5, 0;"),
        ([5, 0, 0, 0], "gives 5, 0 again"),
        ([0, 0, 5, 0], "right 0, 5."),
    ):
        assert told(cc.max_pool2d(np.array(row).reshape(1, 1, 1, 4), (1, 2))) in pooled and pooled in answers[7]
    learned = {"C1": cc.conv_param_count(1, 6, 5), "C3": cc.conv_param_count(6, 16, 5)}
    work = {"C1": learned["C1"] * 28**2, "C3": learned["C3"] * 10**2}
    learned |= {"C5": cc.linear_param_count(400, 120), "F6": cc.linear_param_count(120, 84)}
    work |= {name: learned[name] for name in ("C5", "F6")}
    assert (max(learned, key=learned.__getitem__), max(work, key=work.__getitem__)) == ("C5", "C3")
    assert re.match("Most parameters are in C5, .* most products in C3", answers[8])
    up = cc.conv_transpose2d(np.array([[[[3.0, 5]]]]), np.ones((1, 1, 1, 2)))
    assert told(cc.correlate1d([1, 2, 3], [1, 1])) == "3, 5"
    assert f"becomes 3, 5, and on the way back {told(up)}." in answers[10]


def told(numbers: np.ndarray) -> str:
    return ", ".join(f"{number:g}" for number in np.ravel(numbers))
