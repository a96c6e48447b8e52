"""Exam sheets: every answer right, every slip a wrong answer of its own, whatever numbers are drawn."""

from __future__ import annotations

import html
import re
import shutil
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from cnn_grading import exam
from cnn_grading.__main__ import main
from cnn_grading.exam import sheet

SEEDS = 200
KINDS = {name: exam.draw(name, "0").kind for name in exam.names()}
GRIDS, CHOICES = ([name for name in KINDS if KINDS[name] == kind] for kind in ("grid", "choice"))


@cache
def drawn_of(name):
    """Draw a question many times."""
    return [exam.draw(name, str(seed)) for seed in range(SEEDS)]


def test_each_chapter_has_five_questions():
    assert [sum(name.startswith(f"{chapter}.") for name in KINDS) for chapter in range(12)] == [5] * 12


@pytest.mark.parametrize("name", KINDS)
def test_every_wrong_answer_is_wrong_and_told_apart_from_the_others(name):
    drawn = drawn_of(name)
    assert len({len(question.slips) for question in drawn}) == 1
    assert drawn[0].kind == "choice" or drawn[0].slips
    for question in drawn:
        answers = [question.answer, *(values for values, _ in question.slips)]
        for at, one in enumerate(answers):
            for other in answers[:at]:
                assert len(one) != len(other) or max(abs(np.subtract(one, other))) > 2 * question.tolerance
        texts = [text for text, _ in question.options]
        assert len(set(texts)) == len(texts)
        assert question.kind != "choice" or any(question.answer)


@pytest.mark.parametrize("name", KINDS)
def test_variants_differ(name):
    told = {(q.prompt, str(q.shown), str(q.answer), str(sorted(q.options))) for q in drawn_of(name)}
    assert len(told) >= 9  # as many as there are numbers of classes that have a short logarithm


# The answers, by arithmetic that stands in the key


def sums(text):
    """Yield both sides of the equations in a text."""
    for left, right in re.findall(r"([\d.−+·/() ]*[\d)] ?) = (−?[\d.]+\d|−?\d)", text):
        yield eval(left.strip().lstrip("+ .").replace("−", "-").replace("·", "*")), float(right.replace("−", "-"))


@pytest.mark.parametrize("name", [name for name in KINDS if name not in CHOICES])
def test_the_sums_of_the_key_are_true_and_lead_to_the_answer(name):
    for question in drawn_of(name):
        found = list(sums(question.because))
        for left, right in found:
            assert left == pytest.approx(right, abs=5e-5), question.because
        if question.kind == "number" and found:
            assert question.answer[0] == pytest.approx(found[-1][1], abs=5e-5)
        if question.kind == "shape" and found:
            assert question.answer[-2:] == [right for _, right in found]


WITHOUT_SUMS = {
    "5.strided_shape": lambda n, _a, _b, _c, rows, cols, p, down, across: (
        n,
        (rows + 2 * p - 3) // down + 1,
        (cols + 2 * p - 3) // across + 1,
    ),
    "7.pooled_shape": lambda c, rows, cols, k, s: (c, (rows - 3) // 2 + 1, (cols - 3) // 2 + 1),
    "8.lenet_shape": lambda *told: (16, ((told[-2] - 4) // 2 - 4) // 2, ((told[-1] - 4) // 2 - 4) // 2),
    "8.fresh_loss": lambda n, *told: (np.log(n),),
    "11.keras_weight": lambda c, out, rows, cols, *again: (rows, cols, c, out),
    "11.keras_same": lambda k, s, n: (-(-n // s),),
}


@pytest.mark.parametrize("name", WITHOUT_SUMS)
def test_answers_whose_key_has_no_sum(name):
    for question in drawn_of(name):
        told = [int(word) for word in re.findall(r"(?<![\w.])\d+\b(?!\.\d)", question.prompt)]
        expected = WITHOUT_SUMS[name](*told)
        assert question.answer == pytest.approx(expected, abs=question.tolerance or 0)


def test_no_number_or_shape_is_left_out():
    silent = {
        name
        for name in KINDS
        if KINDS[name] in ("number", "shape") and not all(list(sums(question.because)) for question in drawn_of(name))
    }
    assert silent == {*WITHOUT_SUMS}


# The answers of grids, by loops


def slide(x, w, rows=1, cols=1):
    """Slide a kernel over a map."""
    (height, width), (k, across) = x.shape, w.shape
    places = [(r, q) for r in range(0, height - k + 1, rows) for q in range(0, width - across + 1, cols)]
    found = [sum(x[r + i, q + j] * w[i, j] for i in range(k) for j in range(across)) for r, q in places]
    return np.reshape(found, (len({r for r, _ in places}), -1))


def stamped(g, w, step=1, size=None):
    """Add multiples of a kernel, one at each place."""
    found = np.zeros(size or (g.shape[0] + w.shape[0] - 1, g.shape[1] + w.shape[1] - 1))
    for (r, q), factor in np.ndenumerate(g):
        for (i, j), weight in np.ndenumerate(w):
            found[r + i, step * q + j] += factor * weight
    return found


def largest(x, k, across, step=1):
    places = [(r, q) for r in range(0, len(x) - k + 1, step) for q in range(0, len(x[0]) - across + 1, step)]
    found = [max(x[r + i][q + j] for i in range(k) for j in range(across)) for r, q in places]
    return np.reshape(found, (len({r for r, _ in places}), -1))


def numbers(text):
    return [int(word.replace("−", "-")) for word in re.findall(r"−?\d+", text)]


def mixed(prompt, a, b):
    _, _, first, _, second, _, bias = numbers(prompt)
    return first * a + second * b + bias


def thinned(prompt, x):
    down, across = numbers(prompt)[-2:]
    return np.array([[x[r, q] for q in range(0, len(x[0]), across)] for r in range(0, len(x), down)])


def as_matrix(prompt, w):
    n = numbers(prompt)[0] if numbers(prompt) else 0
    return np.array([[w[0, i - r] if 0 <= i - r < 3 else 0 for i in range(n)] for r in range(n - 2)])


LOOPS = {
    "0.template": lambda _, x, w: slide(x, w - w.mean()),
    "1.full_convolution": lambda _, x, w: stamped(x, w),
    "2.feature_map": lambda _, x, w: slide(x, w),
    "3.one_by_one": mixed,
    "4.padded_row": lambda _, x, w: slide(np.array([[0, *x[0], 0]]), w),
    "5.strided_map": thinned,
    "6.matrix": as_matrix,
    "7.maxima": lambda _, x: largest(x, 2, 2),
    "7.maxima_below_zero": lambda _, x: x,
    "9.stamps": lambda _, w, g: stamped(g, w),
    "9.strided_stamps": lambda _, w, g: stamped(g, w, 2, (1, 8)),
    "9.rectified": lambda _, x, g: np.array([[b if a > 0 else 0 for a, b in zip(x[0], g[0], strict=True)]]),
    "10.transposed_map": lambda _, x, w: stamped(x, w),
    "11.torch_maximum": lambda _, x: largest([[-np.inf, *x[0], -np.inf]], 1, 3),
}


@pytest.mark.parametrize("name", GRIDS)
def test_maps_are_what_loops_give(name):
    for question in drawn_of(name):
        shown = [np.array(rows) for _, rows in question.shown]
        expected = LOOPS[name](question.prompt.replace("1x1", "1 1 "), *shown)
        np.testing.assert_allclose(np.reshape(question.answer, question.size), expected, atol=1e-9)


# The statements, by hand

ALWAYS = {
    "the score of one dense unit": False,
    "the place of the highest score": True,
    "the highest score itself": False,
    "the map of scores": True,
    "It reads them as well as before.": True,
    "It can only guess.": False,
    "It reads them, but less well.": False,
    "either, an impulse cannot tell": False,
    "One convolution of N by N can replace them.": True,
    "If both keep the number of channels, their order does not matter.": False,
    "A ReLU between them makes no difference, as it has no parameters.": False,
    "none": False,
    "The depth of the output": False,
    "The number of parameters": False,
    "The number of products": True,
    "Height and width of the output": True,
    "each neuron of y depends on all nine inputs": False,
    "the products to compute": False,
    "the connections": False,
    "the biases to learn": True,
    "the weights to learn": True,
    "the global maximum": True,
    "the global average": True,
    "nothing more, the map as it is": False,
    "max pooling with window N and stride N": False,
    "Its pooling layers are trained.": False,
    "The dense layers do most of the multiplications.": False,
    "It has more parameters than the published network.": True,
    "zero padding": False,
    "circular padding, unshared": False,
    "circular padding": True,
    "a dense layer": True,
    "a dense layer and a softmax behind it": False,
    "a dense layer and a sigmoid behind it": False,
}


def truth(name, question, text):
    """Say whether a statement is true."""
    if (general := re.sub(r"\d+", "N", text)) in ALWAYS:
        return ALWAYS[general]
    told, asked = numbers(text), numbers(question.prompt)
    if name == "1.impulse":
        (probe,), (kernel,) = (rows for _, rows in question.shown)
        assert probe == [0, 0, 1, 0, 0]
        return (asked[1:4] == kernel) == (text == "convolution")
    if name == "1.averages":
        weights = [eval(word.replace("−", "-")) for word in text.split(", ")]
        return min(weights) >= 0 and abs(sum(weights) - 1) < 1e-9
    if name == "2.flips":
        rows = [numbers(row) for row in text.split(" / ")]
        return rows == [row[::-1] for row in rows[::-1]]
    if name == "4.same_size":
        return sum(told) == asked[2] - 1
    if name == "6.who_meets":
        if "five neurons" in text:
            return 3 <= told[0] <= 7
        apart = abs(told[0] - told[1])
        if "same neuron of h" in text:
            return apart <= 2
        if "same neuron of y" in text:
            return apart <= 4
        return (apart > 2) if "does not see" in text else apart <= 2
    if name == "8.lenet_counts":
        return told[0] / 100 * 61706 < 10164 + 48120 + 850
    assert name == "10.ring"
    return asked[1] % told[0] == 0


@pytest.mark.parametrize("name", CHOICES)
def test_statements_are_true_or_false_as_one_finds_by_hand(name):
    for question in drawn_of(name):
        for (text, _), told in zip(question.options, question.answer, strict=True):
            assert truth(name, question, text) == told, (question.prompt, text)


# The sheets


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write four variants of all questions, by the command."""
    into = tmp_path_factory.mktemp("sheets")
    words = ["sheet", "--variants", "4", "--seed", "monday", "--title", "Mid <term>", "--moodle", "--into", str(into)]
    assert main(words) == 0
    return into


def made():
    return sheet.sheets(exam.names(), 4, "monday")


def test_the_same_seed_makes_the_same_sheets_and_each_variant_others(folder, tmp_path):
    main(["sheet", "--variants", "4", "--seed", "monday", "--title", "Mid <term>", "--into", str(tmp_path)])
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()
    texts = {path.read_text("utf-8").split("</header>")[1] for path in folder.glob("variant-*.html")}
    assert len(texts) == 4


def test_without_a_seed_nobody_can_foresee_the_numbers_and_the_key_tells_the_seed(tmp_path):
    seeds = set()
    for into in (tmp_path / "one", tmp_path / "two"):
        assert main(["sheet", "--variants", "1", "--questions", "1.valid_size", "--into", str(into)]) == 0
        seeds |= set(re.findall(r"--seed ([0-9a-f]{16})", (into / "key.html").read_text("utf-8")))
        assert "--seed" not in (into / "variant-a.html").read_text("utf-8")
    assert len(seeds) == 2


def test_a_sheet_asks_everything_and_betrays_nothing(folder):
    for variant in made():
        page = html.unescape((folder / f"{variant.name.lower().replace(' ', '-')}.html").read_text("utf-8"))
        for question in variant.questions:
            assert question.prompt in page
            hidden = [question.because, *(text for _, text in question.slips), *(why for _, why in question.options)]
            assert not [text for text in hidden if text and text in page]
    assert "monday" not in page


def test_the_key_has_the_answer_to_each_question_of_each_variant(folder):
    key = html.unescape((folder / "key.html").read_text("utf-8"))
    parts = key.split("<h2>")[1:]
    for variant, part in zip(made(), parts, strict=True):
        items = part.split('<li class="question">')[1:]
        for question, item in zip(variant.questions, items, strict=True):
            if question.kind == "choice":
                right = [
                    text.rstrip(".")
                    for (text, _), truth in zip(question.options, question.answer, strict=True)
                    if truth
                ]
                assert re.findall(r'"answer">True:</span> (.*?)\. ', item) == right
            elif question.kind == "grid":
                cells = [float(cell.replace("−", "-")) for cell in re.findall(r"<td>(.*?)</td>", item)]
                assert cells == question.answer
            else:
                told = re.search(r'"answer">(.*?)</span>', item)[1]
                found = [float(word) for word in re.findall(r"-?[\d.]+", told.replace("−", "-"))]
                assert found == pytest.approx(question.answer, abs=5e-5)
            for _, text in question.slips:
                assert text in item


def test_moodle_gets_every_answer(folder):
    tree = ElementTree.parse(folder / "moodle.xml")
    nodes = [node for node in tree.getroot() if node.get("type") != "category"]
    asked = [question for together in zip(*(each.questions for each in made()), strict=True) for question in together]
    assert len(tree.getroot()) - len(nodes) == 60
    for node, question in zip(nodes, asked, strict=True):
        text = html.unescape(node.findtext("questiontext/text"))
        assert question.prompt in text
        if question.kind == "choice":
            shares = [float(answer.get("fraction")) for answer in node.findall("answer")]
            assert [share > 0 for share in shares] == [bool(truth) for truth in question.answer]
            assert sum(share for share in shares if share > 0) == pytest.approx(100, abs=1e-3)
            assert node.findtext("single") == ("true" if sum(question.answer) == 1 else "false")
        else:
            fields = re.findall(r"\{1:NUMERICAL:=(-?[\d.e+-]+):", text)
            assert [float(field) for field in fields] == pytest.approx(question.answer)
            wrong = re.findall(r"~%0%(-?[\d.]+):[\d.e-]+#([^~}]+)", text)
            if len(question.answer) == 1:
                assert [why for _, why in wrong] == [why for _, why in question.slips]


def test_pages_have_no_fault_that_axe_finds_at_two_widths_in_both_themes(folder, browser):
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed (requirements.txt)")
    script = Path(axe.__file__).with_name("axe.min.js").read_text("utf-8")
    for name in ("variant-a", "key"):
        for width, theme in ((375, "light"), (1440, "dark")):
            context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900})
            page = context.new_page()
            page.goto((folder / f"{name}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate(script)
            assert page.evaluate("axe.run().then(found => found.violations.map(each => each.id))") == []
            context.close()


@pytest.mark.skipif(not any(map(shutil.which, sheet.BROWSERS)), reason="no browser that prints is installed")
def test_a_browser_prints_a_sheet(tmp_path):
    assert main(["sheet", "--variants", "1", "--chapters", "2", "--pdf", "--into", str(tmp_path)]) == 0
    assert (tmp_path / "variant-a.pdf").read_bytes().startswith(b"%PDF")
    assert {path.name for path in tmp_path.iterdir()} == {"variant-a.html", "key.html", "variant-a.pdf", "key.pdf"}


def test_without_a_browser_it_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sheet.shutil, "which", lambda name: None)
    assert main(["sheet", "--variants", "1", "--chapters", "2", "--pdf", "--into", str(tmp_path)]) == 1
    assert "make browser" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--variants", "0"], "from 1 to 26, one for each letter, got 0"),
        (["--variants", "27"], "got 27"),
        (["--chapters", "12"], "chapter 12 has no questions: there are 0 to 11"),
        (["--questions", "1.size"], "there is no question '1.size', but 0.dense_weights"),
    ],
)
def test_what_cannot_be_made_is_named(words, told, tmp_path, capsys):
    assert main(["sheet", *words, "--into", str(tmp_path)]) == 1
    assert told in capsys.readouterr().err


def test_the_questions_can_be_listed(capsys):
    assert main(["sheet", "--list", "--chapters", "4"]) == 0
    assert capsys.readouterr().out.split() == [name for name in KINDS if name.startswith("4.")]
