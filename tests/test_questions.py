"""The questions of a chapter: what Python refuses, what the page answers, and that no chapter types a right answer."""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from test_explorers import reader

import cnn_course as cc

pytest.importorskip("anywidget", reason="the questions need anywidget (pip install cnn_course[book])")
from cnn_course import palette
from cnn_course.explorers import questions

__all__ = ["reader"]

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "book").glob("[01][0-9]-*.ipynb"))
X, K = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)  # their cross-correlation is 19, 25, 37, 43
BECAUSE = {"because": "So it is."}
PAIR = {"yes": (True, "It is."), "no": (False, "It is not.")}


def rows(**options: Any) -> questions.Question:
    slips = {cc.conv_output_size(7, 3): "That is stride 1."}
    return questions.number("How many rows?", cc.conv_output_size(7, 3, stride=2), because="(7 − 3) / 2 + 1 = 3",
                            **{"slips": slips, "unit": "rows", **options})  # fmt: skip


def volume() -> questions.Question:
    slips = {(28, 28): "The channels are missing."}
    return questions.shape("Which shape?", (6, 28, 30), because="Six filters.", slips=slips)


def layer() -> questions.Question:
    options = {
        "cross-correlation": (np.True_, "Nothing is turned."),
        "true convolution": (np.False_, "A layer turns nothing."),
    }
    return questions.choice("What does a layer compute?", options)


def sizes() -> questions.Question:
    keeps = {"k = 3, p = 1": (3, 1), "k = 5, p = 1": (5, 1), "k = 5, p = 2": (5, 2)}
    options = {text: (cc.conv_output_size(9, k, padding=p) == 9, f"n + {2 * p} − {k - 1}")
               for text, (k, p) in keeps.items()}  # fmt: skip
    return questions.choice("Which keep the size?", options)


def feature_map() -> questions.Question:
    slips = [(cc.convolve2d(X, K), "You turned the kernel.")]
    return questions.grid("Fill the map.", cc.correlate2d(X, K), because="0·0 + 1·1 + 3·2 + 4·3 = 19", slips=slips,
                          shown={"input x": X, "kernel k": K})  # fmt: skip


def all_kinds() -> questions.Questions:
    return questions.ask(rows(), volume(), layer(), sizes(), feature_map())


# ---------------------------------------------------------------------------------------------------- what Python holds


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: questions.ask(), ValueError, "at least one question"),
        (lambda: questions.ask(rows(), "and?"), TypeError, "got 'and?'"),
        (lambda: questions.number(" ", 3, **BECAUSE), ValueError, "prompt must not be empty"),
        (lambda: questions.number(None, 3, **BECAUSE), TypeError, "prompt must be a text, got None"),
        (lambda: questions.number("?", 3, because=""), ValueError, "because must not be empty"),
        (lambda: questions.number("?", "3", **BECAUSE), TypeError, "answer must be a number, got '3'"),
        (lambda: questions.number("?", True, **BECAUSE), TypeError, "answer must be a number, got True"),
        (lambda: questions.number("?", np.nan, **BECAUSE), ValueError, "answer must be finite, got nan"),
        (lambda: questions.number("?", np.float32(np.inf), **BECAUSE), ValueError, "answer must be finite, got inf"),
        (lambda: questions.number("?", 1 / 9, **BECAUSE), ValueError, "pass a tolerance, for example 0.005"),
        (lambda: questions.number("?", 3, **BECAUSE, tolerance=-1), ValueError, "tolerance must be at least 0"),
        (lambda: questions.number("?", 3, **BECAUSE, unit=1), TypeError, "unit must be a text"),
        (lambda: questions.number("?", 3, **BECAUSE, slips={3.0: "No."}), ValueError, "('No.') is the right answer"),
        (lambda: questions.number("?", 3, **BECAUSE, slips={4: ""}), ValueError, "slips must not be empty"),
        (lambda: questions.number("?", 3, **BECAUSE, slips={np.inf: "No."}), ValueError, "slips must be finite"),
        (lambda: questions.number("?", 3, **BECAUSE, tolerance=1, slips={3.9: "No."}), ValueError, "right answer"),
        (lambda: questions.number("?", 3, **BECAUSE, slips={5: "a", 5 + 1e-12: "b"}), ValueError, "an earlier slip"),
        (lambda: questions.shape("?", (), **BECAUSE), ValueError, "answer must have at least one axis, got ()"),
        (lambda: questions.shape("?", 28, **BECAUSE), TypeError, "answer must be a tuple of integers, got 28"),
        (lambda: questions.shape("?", (2.5, 1), **BECAUSE), TypeError, "answer must be an integer, got 2.5"),
        (lambda: questions.shape("?", (-1, 1), **BECAUSE), ValueError, "answer must be at least 0, got -1"),
        (lambda: questions.shape("?", (2, 1), **BECAUSE, slips={(2, 1): "No."}), ValueError, "is the right answer"),
        (lambda: questions.shape("?", (2, 1), **BECAUSE, slips={2: "No."}), TypeError, "slips must be a tuple"),
        (lambda: questions.choice("?", {"yes": (True, "It is.")}), ValueError, "at least two with a true one, got 1"),
        (lambda: questions.choice("?", {"no": (False, "No."), "nor": (False, "No.")}), ValueError, "got 2, 0 true"),
        (lambda: questions.choice("?", {**PAIR, "1": (1, "One.")}), TypeError, "the truth of '1' must be True"),
        (lambda: questions.choice("?", {**PAIR, "ok": (True, "")}), ValueError, "the reason of 'ok' must not be empty"),
        (lambda: questions.choice("?", {**PAIR, " ": (True, "It is.")}), ValueError, "options must not be empty"),
        (lambda: questions.choice("?", {**PAIR, "ok": True}), TypeError, "a tuple (truth, why), got True for 'ok'"),
        (lambda: questions.choice("", PAIR), ValueError, "prompt must not be empty"),
        (lambda: questions.grid("?", np.ones((8, 9)), **BECAUSE), ValueError, "at most 8 × 8 cells"),
        (lambda: questions.grid("?", np.ones(13), **BECAUSE), ValueError, "or a row of 12, got shape (13,)"),
        (lambda: questions.grid("?", np.ones((1, 2, 2)), **BECAUSE), ValueError, "a row or a grid of numbers"),
        (lambda: questions.grid("?", [], **BECAUSE), ValueError, "a row or a grid of numbers"),
        (lambda: questions.grid("?", [1, np.nan], **BECAUSE), ValueError, "answer must hold finite numbers"),
        (lambda: questions.grid("?", [1 / 3], **BECAUSE), ValueError, "at most four decimals"),
        (lambda: questions.grid("?", ["a"], **BECAUSE), TypeError, "answer must hold real numbers"),
        (lambda: questions.grid("?", K, **BECAUSE, slips=[(X, "No.")]), ValueError, "slips[0] has (3, 3) cells"),
        (lambda: questions.grid("?", K, **BECAUSE, slips=[(K + 0.0, "No.")]), ValueError, "is the right answer"),
        (lambda: questions.grid("?", K, **BECAUSE, slips=[(K + 1, "a"), (K + 1, "b")]), ValueError, "an earlier slip"),
        (lambda: questions.grid("?", K, **BECAUSE, shown={"x": np.ones((9, 9))}), ValueError, "shown['x'] must be at"),
        (lambda: rows(shown={"": X}), ValueError, "shown must not be empty"),
    ],
)
def test_a_question_that_could_not_be_answered_is_refused(
    call: Callable[[], object], kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=re.escape(says)):
        call()


def test_numpy_scalars_and_booleans_are_numbers_and_truths() -> None:
    for answer in (3, 3.0, np.int64(3), np.float32(3), np.array(3), np.uint8(3)):
        assert questions.number("?", answer, **BECAUSE).answer == [3.0]
    assert questions.shape("?", (np.int64(2), 5), **BECAUSE).answer == [2, 5]
    assert layer().answer == [1.0, 0.0]
    assert feature_map().answer == [19, 25, 37, 43]
    assert questions.grid("?", [1, 2], **BECAUSE).size == [1, 2]


def test_what_a_notebook_stores_is_plain_and_the_same_in_every_run() -> None:
    widget = all_kinds()
    assert repr(widget) == "questions.ask(5 questions)"
    assert json.loads(json.dumps(widget.questions, allow_nan=False))[0]["answer"] == [3]


def test_the_module_needs_no_import_and_stays_small() -> None:
    own = (ROOT / "cnn_course" / "explorers" / "questions.js").read_text("utf-8")
    assert len(own.encode()) < 11_000
    assert not re.search(r"^\s*import\b|\bimport\(|https?:|\bfetch\(|\beval\(|innerHTML", own, re.M)


# --------------------------------------------------------------------------------- the questions as a reader meets them


class Form:
    """One question in an open page."""

    def __init__(self, tab: Any, at: int = 0) -> None:
        self.tab, self.form = tab, tab.locator(".cc-questions form").nth(at)
        self.field = self.form.locator(".cc-answer")
        self.cells = self.form.locator(".cc-cell input")

    def answer(self, *texts: str) -> str:
        """Type into the field or the cells, press Enter and return what is said."""
        fields = [self.field] if self.field.count() == 1 else self.cells.all()
        for field, text in zip(fields, texts, strict=True):
            field.fill(text)
        fields[-1].press("Enter")
        return self.said()

    def pick(self, *options: str) -> str:
        """Set the boxes or radio buttons, click on Check and return what is said."""
        for box in self.form.get_by_role("checkbox").all():
            box.uncheck()
        for option in options:
            self.form.get_by_label(option).check()
        self.form.get_by_role("button", name="Check").click()
        return self.said()

    def said(self) -> str:
        return self.form.locator("[aria-live]").first.inner_text()

    def shown(self) -> str:
        return self.form.locator("[aria-live]").last.inner_text()

    @property
    def reveal(self) -> Any:
        return self.form.locator("button[aria-expanded]")


def score(tab: Any) -> str:
    return tab.get_by_role("status").first.inner_text()


@pytest.fixture
def pose(reader: Any) -> Callable[..., Form]:
    """Return a function that opens a page with one question."""
    return lambda question, **options: Form(reader(questions.ask(question), **options))


def test_right_answers_are_praised_with_their_reason_and_counted(reader: Any) -> None:
    tab = reader(all_kinds())
    forms = [Form(tab, at) for at in range(5)]
    assert score(tab) == "0 of 5 solved"
    assert forms[0].answer("3") == "Right. (7 − 3) / 2 + 1 = 3"
    assert forms[1].answer("6, 28, 30") == "Right. Six filters."
    assert forms[2].pick("cross-correlation") == "Right. Nothing is turned."
    assert score(tab) == "3 of 5 solved"
    said = forms[3].pick("k = 3, p = 1", "k = 5, p = 2")
    assert said.split("\n\n") == ["Right. “k = 3, p = 1”: n + 2 − 2", "“k = 5, p = 2”: n + 4 − 4"]
    assert forms[4].answer("19", "25", "37", "43") == "Right. 0·0 + 1·1 + 3·2 + 4·3 = 19"
    assert score(tab) == "5 of 5 solved"
    assert not any(form.reveal.is_visible() for form in forms)
    assert forms[0].answer("4").startswith("Not yet.")
    assert score(tab) == "4 of 5 solved"
    assert tab.evaluate("location.hash") == ""


def test_known_slips_are_named_and_say_no_more(reader: Any) -> None:
    tab = reader(all_kinds())
    forms = [Form(tab, at) for at in range(5)]
    assert forms[0].answer("5") == "Not yet. That is stride 1."
    assert forms[1].answer("28x28") == "Not yet. The channels are missing."
    assert forms[2].pick("true convolution") == "Not yet. A layer turns nothing."
    assert forms[3].pick("k = 5, p = 1", "k = 5, p = 2") == "Not yet. “k = 5, p = 1”: n + 2 − 4"
    assert forms[4].answer("5", "11", "23", "29") == "Not yet. You turned the kernel."
    assert score(tab) == "0 of 5 solved"
    assert all(form.reveal.is_visible() for form in forms)


@pytest.mark.parametrize(
    ("question", "typed", "says"),
    [
        (rows(), "4", "Not yet. Write the formula down, put the numbers in, and try again."),
        (rows(), "3.5", "Not yet. The answer is a whole number."),
        (rows(slips={3.5: "The floor is missing."}), "7/2", "Not yet. The floor is missing."),
        (questions.number("?", 3.125, **BECAUSE), "3,125", "Not yet. “3,125” counts as 3125: a comma before three"),
        (questions.number("?", 0.11, **BECAUSE, tolerance=0.005), "0.1", "Not yet. Write the formula down"),
        (volume(), "28, 30", "Not yet. You gave 2 numbers; the shape has 3."),
        (volume(), "6", "Not yet. You gave 1 number; the shape has 3."),
        (volume(), "28, 30, 6", "Not yet. These are the right numbers in another order."),
        (volume(), "6, 28, 28", "Not yet. Take one axis at a time"),
    ],
)
def test_other_wrong_answers_get_a_hint_that_leaves_something_to_do(
    pose: Any, question: questions.Question, typed: str, says: str
) -> None:
    form = pose(question)
    said = form.answer(typed)
    assert said.startswith(says)
    assert question.because not in said
    assert form.field.get_attribute("aria-invalid") == "true"


def test_a_choice_that_is_true_but_not_all_says_so(pose: Any) -> None:
    assert pose(sizes()).pick("k = 5, p = 2") == "Not yet. What you ticked is true, but something true is missing."


@pytest.mark.parametrize(
    ("question", "typed", "says"),
    [
        (rows(), "", "Write a number first."),
        (rows(), "rows", "Write a number first."),
        (rows(), "three", "“three” is not a number such as 1200 or 1,200, −0.5 or −0,5, 1/9 or 1e−3."),
        (rows(), "1/0", "“1/0” is not a number"),
        (rows(), "1/2/3", "is not a number"),
        (rows(), "1e999", "is not a number"),
        (rows(), "1.000,5", "is not a number"),
        (rows(), "1,00,000", "is not a number"),
        (rows(), "1 2", "is not a number"),
        (rows(), "0x3", "is not a number"),
        (rows(), "<b>3</b>", "“<b>3</b>” is not a number"),
        (rows(), "Infinity", "is not a number"),
        (rows(), "a very long answer that goes on", "“a very long answer t” is not a number"),
        (volume(), "", "Write a shape first."),
        (volume(), "()", "Write a shape first."),
        (volume(), "six", "“six” is not a shape. Write whole numbers with commas between them, as in (2, 9)."),
        (volume(), "6, 28.5, 28", "is not a shape"),
        (volume(), "6,, 28", "is not a shape"),
        (volume(), "-6, 28, 30", "is not a shape"),
        (volume(), "C, H, W", "is not a shape"),
    ],
)
def test_what_is_no_answer_gets_a_sentence_and_is_no_attempt(
    pose: Any, question: questions.Question, typed: str, says: str
) -> None:
    form = pose(question)
    said = form.answer(typed)
    assert says in said
    assert not re.search(r"Right|Not yet|NaN|undefined", said)
    assert form.field.get_attribute("aria-invalid") == "true"
    assert not form.reveal.is_visible()


def test_nothing_chosen_and_cells_left_empty_or_wrong_are_told(reader: Any) -> None:
    tab = reader(all_kinds())
    radio, boxes, cells = (Form(tab, at) for at in (2, 3, 4))
    assert radio.pick() == "Choose an answer first."
    assert boxes.pick() == "Tick what is true first."
    assert cells.answer("19", "", "37", " ") == "Fill every cell first. Empty: 2 of 4."
    assert cells.answer("19", "25", "?", "43").startswith("answer[1, 0]: “?” is not a number such as 1200")
    invalid = cells.cells.evaluate_all("(all) => all.map((cell) => cell.getAttribute('aria-invalid') === 'true')")
    assert invalid == [False, False, True, False]
    assert not any(form.reveal.is_visible() for form in (radio, boxes, cells))


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        (3, ["3", " 3 ", "+3", "3.0", "3,0", "3.", "03", "6/2", "3 rows", "3ROWS"]),
        (-0.5, ["-0.5", "−0.5", "–0,5", "-.5", "- 0.5", "-1/2", "1/-2", "−1 / 2", "-5e-1"]),
        (120_000_000, ["120000000", "120,000,000", "120 000 000", "120\u202f000\u202f000", "120'000'000",
                       "120_000_000", "1.2e8", "240,000,000/2"]),
        (1200, ["1,200", "1200", "1 200", "1200.0", "1,200.0"]),
        (-1200, ["-1,200", "−1 200"]),
        (0.125, ["0,125", "0.125", "1/8", ".125"]),
        (0, ["0", "-0", "0.0", "0/5"]),
    ],
)  # fmt: skip
def test_numbers_may_be_written_as_in_the_book(pose: Any, answer: float, texts: list[str]) -> None:
    form = pose(questions.Question("number", "?", [answer], "So it is.", unit="rows"))
    for text in texts:
        form.field.fill("7")
        assert form.said() == "", text
        assert form.answer(text) == "Right. So it is.", text
        assert form.field.get_attribute("aria-invalid") == "false"


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ((6, 28, 30), ["6, 28, 30", "6,28,30", "(6, 28, 30)", "[6; 28; 30]", "6x28x30", "6 × 28 × 30", "6 X 28 X 30",
                       "6 28 30", "6 * 28 * 30", "6 by 28 by 30", "(6, 28, 30,)", " ( 6,28 , 30 ) "]),
        ((5,), ["5", "(5,)", "5,"]),
        ((0, 1200), ["0, 1200"]),
    ],
)  # fmt: skip
def test_shapes_may_be_written_in_many_ways(pose: Any, answer: tuple[int, ...], texts: list[str]) -> None:
    form = pose(questions.shape("?", answer, **BECAUSE))
    for text in texts:
        form.answer("7, 7")
        assert form.answer(text) == "Right. So it is.", text


def test_a_tolerance_is_kept_on_both_sides(pose: Any) -> None:
    form = pose(questions.number("?", 1 / 9, **BECAUSE, tolerance=0.005))
    told = {text: form.answer(text).startswith("Right") for text in ("0.1", "0.107", "0,11", "1/9", "0.116", "0.12")}
    assert told == {"0.1": False, "0.107": True, "0,11": True, "1/9": True, "0.116": True, "0.12": False}


def test_cells_are_marked_by_sign_and_name_until_they_change(pose: Any) -> None:
    form = pose(feature_map())
    assert form.answer("19", "25", "37", "−43") == (
        "Not yet. Right cells: 3 of 4. Write out the sum of one that is wrong."
    )
    see = "(all) => all.map((e) => [e.parentNode.dataset.sign, e.getAttribute('aria-invalid'), e.ariaLabel])"
    seen = form.cells.evaluate_all(see)
    assert [sign for sign, *_ in seen] == ["✓", "✓", "✓", "✗"]
    assert seen[3] == ["✗", "true", "answer[1, 1], wrong"]
    assert seen[0] == ["✓", "false", "answer[0, 0], right"]
    drawn = "(cell) => getComputedStyle(cell.parentNode, '::after').content"
    assert "✗" in form.cells.last.evaluate(drawn)
    form.cells.last.fill("43")
    assert form.cells.evaluate_all(see)[3] == ["", "false", "answer[1, 1]"]
    assert "✗" not in form.cells.last.evaluate(drawn)
    form.cells.last.press("Enter")
    assert form.said().startswith("Right.")


@pytest.mark.parametrize(
    ("at", "wrong", "solution"),
    [
        (0, "9", "Answer: 3 rows. (7 − 3) / 2 + 1 = 3"),
        (1, "9", "Answer: (6, 28, 30). Six filters."),
        (2, "true convolution", "True. “cross-correlation”: Nothing is turned.\n\n"
                                "False. “true convolution”: A layer turns nothing."),
        (4, "9", "answer\n19\n25\n37\n43\n\n0·0 + 1·1 + 3·2 + 4·3 = 19"),
    ],
)  # fmt: skip
def test_after_a_wrong_answer_the_right_one_can_be_shown_and_hidden(
    reader: Any, at: int, wrong: str, solution: str
) -> None:
    form = Form(reader(all_kinds()), at)
    assert not form.reveal.is_visible()
    form.pick(wrong) if at == 2 else form.answer(*[wrong] * (4 if at == 4 else 1))
    assert form.shown() == ""
    form.reveal.click()
    assert form.shown() == solution
    assert form.reveal.inner_text() == "Hide the answer"
    assert form.reveal.get_attribute("aria-expanded") == "true"
    form.reveal.click()
    assert form.shown() == ""
    assert form.reveal.inner_text() == "Show the answer"
    assert score(form.tab) == "0 of 5 solved"


def test_answers_shown_use_the_book_s_thousands_and_signs(pose: Any) -> None:
    form = pose(questions.number("?", -61_706, **BECAUSE))
    form.answer("1")
    form.reveal.click()
    assert form.shown() == "Answer: −61,706. So it is."


def test_keys_alone_answer_every_kind(reader: Any) -> None:
    tab = reader(all_kinds())
    # JupyterLab keeps Enter from sending forms
    tab.evaluate("""addEventListener("keypress", (event) => {
        if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
    })""")

    def keys(*names: str) -> None:
        for name in names:
            tab.keyboard.press(name)

    keys("Tab")
    tab.keyboard.type("5")
    keys("Enter", "Tab", "Tab", "Space")  # Check, then the new button
    assert Form(tab, 0).shown().startswith("Answer: 3 rows")
    keys("Tab")
    tab.keyboard.type("6, 28, 30")
    keys("Enter", "Tab", "Tab", "Space", "Enter")  # past Check to the radio buttons
    assert Form(tab, 2).said() == "Right. Nothing is turned."
    keys("Tab", "Tab", "Space", "Tab", "Tab", "Space", "Tab", "Enter")  # the first box and the last, Check
    assert Form(tab, 3).said().startswith("Right.")
    keys("Tab", "ArrowRight", "Tab", "Tab")  # the grids that are shown are one stop each
    tab.keyboard.type("19")
    keys("ArrowRight")
    tab.keyboard.type("25")
    keys("Tab")
    tab.keyboard.type("37")
    keys("Tab")
    tab.keyboard.type("9")
    keys("ArrowUp", "ArrowDown")  # what is there is chosen, so that typing replaces it
    tab.keyboard.type("43")
    keys("Enter")
    assert Form(tab, 4).said().startswith("Right.")
    assert score(tab) == "4 of 5 solved"


def test_every_field_has_a_name_and_says_what_was_said(reader: Any) -> None:
    tab = reader(all_kinds())
    group = tab.get_by_role("group", name="1. How many rows?")
    field = group.get_by_role("textbox", name="Your answer rows")
    Form(tab).answer("5")
    told = field.get_attribute("aria-describedby")
    assert tab.locator(f"[id='{told}']").inner_text() == "Not yet. That is stride 1."
    assert group.get_attribute("aria-describedby") == told
    assert tab.get_by_role("group", name="4. Which keep the size?").get_by_role("checkbox").count() == 3
    assert tab.get_by_role("grid", name="input x").get_by_label("input x[2, 1] is 7").count() == 1
    assert tab.locator("[aria-live=polite]").count() == 10


@pytest.mark.parametrize(("name", "kind"), [("input x", "input"), ("Kernel", "weight"), ("output y", "output")])
def test_a_grid_has_the_colours_of_what_it_is_called(pose: Any, name: str, kind: str) -> None:
    cells = pose(rows(shown={name: X})).form.locator(".cc-cell")
    assert all(kind in name.split("-") for name in cells.first.get_attribute("class").split()[1:])
    assert cells.all_inner_texts() == [str(value) for value in X.ravel()]


def test_two_widgets_and_two_views_of_one_do_not_mix(reader: Any) -> None:
    first = questions.ask(layer(), rows())
    tab = reader(first, questions.ask(layer(), rows()), first)
    Form(tab, 0).pick("cross-correlation")
    Form(tab, 2).pick("true convolution")
    assert tab.get_by_role("radio", checked=True).count() == 2
    assert tab.get_by_role("status").all_inner_texts() == ["1 of 2 solved", "0 of 2 solved", "0 of 2 solved"]
    ids = tab.locator("[id]").evaluate_all("(all) => all.map((e) => e.id)")
    assert len(ids) == len(set(ids)) == 12


def contrast(tab: Any, selector: str) -> float:
    """Return the contrast of the sign before a text with the page, as WCAG 2 defines it."""
    read = """(e) => [getComputedStyle(e.firstChild, "::before").color, getComputedStyle(document.body).backgroundColor]
        .map((colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number))"""
    light = []
    for colour in tab.locator(selector).first.evaluate(read):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
        light.append(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    return (max(light) + 0.05) / (min(light) + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(reader: Any, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed (requirements.txt)")
    tab = reader(all_kinds(), viewport={"width": 375, "height": 800}, reduced_motion="reduce")
    tab.add_style_tag(content=palette.style_sheet(":root") + f":root {{ color-scheme: {theme} }}")
    tab.add_style_tag(content="body { background: var(--paper); color: var(--ink) }")
    tab.add_script_tag(path=str(Path(axe.__file__).with_name("axe.min.js")))
    rules = {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False}}  # the bare page's, not ours
    run = """async (rules) => { const { violations, passes } = await axe.run({ rules });
        const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
        return [found, passes.map(({ id }) => id)];
    }"""
    for texts in (("5", "9", "1"), ("3", "6, 28, 30", "43")):
        found, passed = tab.evaluate(run, rules)
        assert found == []
        assert {"color-contrast", "label"} <= set(passed)
        Form(tab, 0).answer(texts[0])
        Form(tab, 1).answer(texts[1])
        Form(tab, 2).pick("true convolution")
        Form(tab, 3).pick("k = 5, p = 1")
        Form(tab, 4).answer("19", "25", "37", texts[2])
        for button in tab.get_by_role("button", name="Show the answer").all()[::-1]:
            button.click()
    found, _ = tab.evaluate(run, rules)
    assert found == []
    assert contrast(tab, ".cc-said[data-sign='✓']") >= 4.5  # axe does not look at signs
    assert contrast(tab, ".cc-said[data-sign='✗']") >= 4.5
    assert tab.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.parametrize("width", [320, 375])
def test_the_largest_questions_fit_a_phone_with_digits_that_can_be_read(reader: Any, width: int) -> None:
    grids = [np.full((8, 8), -12), np.arange(12)]
    asked = [questions.grid("Fill it.", grid, **BECAUSE, shown={"kernel": grid}) for grid in grids]
    tab = reader(questions.ask(*asked, rows()), viewport={"width": width, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator(".cc-widget-explorer").evaluate("(e) => e.scrollWidth <= e.clientWidth")  # only grids may scroll
    Form(tab, 0).answer(*["-12"] * 64)
    sizes = "(all) => all.map((e) => [parseFloat(getComputedStyle(e).fontSize), e.offsetWidth, e.offsetHeight])"
    seen = tab.locator(".cc-cell, .cc-questions input").evaluate_all(sizes)
    assert min(font for font, *_ in seen) >= 14
    assert min(height for *_, height in seen) >= 24
    boxes = tab.locator(".cc-cell input").evaluate_all(sizes)
    assert min(wide for _, wide, _ in boxes) >= 22


# ------------------------------------------------------------------------ every chapter asks, and types no right answer


def code_of(path: Path) -> list[ast.Module]:
    """Return the code cells of a notebook, parsed."""
    cells = nbformat.read(path, as_version=4).cells
    return [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]


def names(node: ast.AST, typed: set[str] = frozenset()) -> set[str]:
    """Return the names that an expression uses, without Python's own and those that only stand for typed values."""
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
    return used - set(dir(builtins)) - typed


def typed_names(cells: list[ast.Module]) -> set[str]:
    """Return the names that a notebook assigns, and only ever expressions without any other name in them."""
    typed: set[str] = set()
    computed: set[str] = set()
    for node in (node for cell in cells for node in ast.walk(cell)):
        if isinstance(node, ast.Assign):
            targets = {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)}
            (computed if names(node.value, typed) else typed).update(targets)
    return typed - computed


def is_questions(node: ast.AST, name: str) -> bool:
    """Tell whether a node is the call questions.name(...)."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == f"questions.{name}"


def keys(question: ast.expr) -> Iterator[ast.expr]:
    """Yield what stands in the place of a right answer in one call of number, shape, grid or choice."""
    if any(is_questions(question, name) for name in ("number", "shape", "grid")):
        yield question.args[1]
    else:
        assert is_questions(question, "choice"), f"{ast.unparse(question)} is no question"
        options = question.args[1]
        assert isinstance(options, ast.Dict), "the options of a choice are written as a dictionary in the cell"
        for option in options.values:
            assert isinstance(option, ast.Tuple), "an option is written as (truth, why) in the cell"
            yield option.elts[0]


def faults(cells: list[ast.Module]) -> list[str]:
    """Return what is wrong with the questions of a chapter."""
    asks = [node for cell in cells for node in ast.walk(cell) if is_questions(node, "ask")]
    if len(asks) != 1:
        return [f"{len(asks)} calls of questions.ask instead of one"]
    found = ["fewer than three questions"] * (len(asks[0].args) < 3)
    last = [cell.body[-1].value for cell in cells if cell.body and isinstance(cell.body[-1], ast.Expr)]
    found += ["questions.ask is not the last line of its cell"] * (asks[0] not in last)
    typed = typed_names(cells)
    keyed = [(question, key) for question in asks[0].args for key in keys(question)]
    return found + [f"typed, not computed: {ast.unparse(key)}" for _, key in keyed if not names(key, typed)]


@pytest.mark.style
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_asks_at_least_three_questions_at_once(path: Path) -> None:
    assert faults(code_of(path)) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_answers_of_a_chapter_are_computed(path: Path) -> None:
    assert not [fault for fault in faults(code_of(path)) if "typed" in fault]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_answers_are_folded_away_in_the_page_and_in_jupyterlab(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if "questions.ask(" in cell.source:
            assert "hide-input" in cell.metadata.tags
            assert cell.metadata.jupyter.source_hidden
            assert cell.metadata.mystnb.code_prompt_show


@pytest.mark.style
def test_there_are_chapters_to_look_at() -> None:
    assert sorted({path.name[:2] for path in CHAPTERS}) == [f"{number:02d}" for number in range(12)]


GOOD = "questions.shape('?', y.shape, because='b')"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (f"questions.ask({GOOD}, {GOOD})", "fewer than three questions"),
        (f"q = questions.ask({GOOD}, {GOOD}, {GOOD})", "not the last line"),
        ("x = 1", "0 calls"),
        *(
            (f"n = 7\nz = n - 3 + 1\ny = cc.relu(n)\nquestions.ask({GOOD}, {GOOD}, {call})", "typed, not computed")
            for call in (
                "questions.number('?', 3, because='b')",
                "questions.number('?', -3 + 1, because='b')",
                "questions.number('?', int(3), because='b')",
                "questions.number('?', n, because='b')",
                "questions.number('?', z, because='b')",
                "questions.shape('?', (6, 28, 28), because='b')",
                "questions.grid('?', [[1, 2], [3, 4]], because='b')",
                "questions.choice('?', {'a': (True, 'w'), 'b': (cc.f(2) == 3, 'w')})",
                "questions.choice('?', {'a': (3 > 2, 'w'), 'b': (cc.f(2) == 3, 'w')})",
            )
        ),
    ],
)
def test_a_typed_answer_would_be_found(source: str, says: str) -> None:
    assert any(says in fault for fault in faults([ast.parse(source)]))


def test_a_computed_answer_is_none_of_the_faults() -> None:
    source = f"""n = 7
y = cc.relu(n)
questions.ask({GOOD}, questions.number('?', cc.size(n, 3), because='b'), questions.grid('?', y, because='b'),
    questions.choice('?', {{'a': (cc.size(9, 3) == 7, 'w'), 'b': (bool(np.allclose(y, 0)), 'w')}}))"""
    assert faults([ast.parse(source)]) == []
