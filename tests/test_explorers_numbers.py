"""Numbers as explorers and questions read and write them: one reader, and no sum that its digits do not bear out."""

from __future__ import annotations

import re
from math import ceil, floor, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_book import stored_state
from test_explorers import TRAITS, drive, explorers, reader
from test_questions import Form

from cnn_course.explorers import questions

__all__ = ["drive", "reader"]

READS = {
    **{"7": 7, " 7 ": 7, "+7": 7, "7.": 7, "07": 7, "-7": -7, "−7": -7, "–7": -7, "- 7": -7, "0.5": 0.5, ".5": 0.5},
    **{"1/3": 1 / 3, "1/9": 1 / 9, "−1 / 9": -1 / 9, "2,5/5": 0.5},
    **{"1,200": 1200, "1,000": 1000, "−1,000": -1000, "1,000.5": 1000.5, "1,234,567": 1_234_567, "1 200": 1200},
    **{"0,5": 0.5, "−0,5": -0.5, ",5": 0.5, "1,25": 1.25, "1,2345": 1.2345, "0,125": 0.125, "12345,5": 12345.5},
    **{"1e3": 1000, "1E3": 1000, "1e-3": 0.001, "1e−3": 0.001},
}
NO_NUMBERS = ["", " ", "abc", "0x10", "0b1", "0o7", "Infinity", "NaN", "1e999", "1e", "e3", "1/0", "1/", "/3", "1/2/3",
              "1 2", "--1", "1,00,000", "1234,567", "1.000,5", "1,5,2", "1.2.3", "½", "١", "5%", "1_2", "true",
              "[]"]  # fmt: skip


def test_one_reader_takes_numbers_as_readers_write_them_and_nothing_else(call: Any) -> None:
    box = explorers.convolution_2d()
    assert {text: call(box, "readNumber(a[0])", text) for text in READS} == pytest.approx(READS, rel=1e-15)
    assert [text for text in NO_NUMBERS if not np.isnan(call(box, "readNumber(a[0])", text))] == []


@pytest.mark.parametrize("text", ["1/9", "1,200", "0,5", "1e3", "0x10", "1234,567", "1.000,5", "half"])
def test_a_cell_and_a_question_read_the_same_and_refuse_in_the_same_words(reader: Any, text: str) -> None:
    asked = questions.ask(questions.number("?", READS.get(text, 7), because="Yes.", tolerance=1e-9))
    tab = reader(explorers.flip_and_filter([7] * 4), asked)
    cell = tab.get_by_label("x[0]", exact=True)
    cell.fill(text)
    trouble, said = tab.locator(".cc-trouble").inner_text(), Form(tab).answer(text)
    if text in READS:
        assert (trouble, said) == ("", "Right. Yes.")
        assert float(tab.get_by_role("gridcell").filter(has=cell).get_attribute("data-value")) == READS[text]
    else:
        rule = f"“{text}” is not a number such as 1200 or 1,200, −0.5 or −0,5, 1/9 or 1e−3"
        assert (trouble, said) == (f"{rule}: it counts as 7.", f"{rule}.")


@pytest.mark.parametrize(
    ("number", "text"),
    [(1000.5, "1000.5"), (12345.5, "12345.5"), (1203.6, "1203.6"), (39997.6, "39997.6"), (-99980001, "−99980001"),
     (1 / 9, "0.1111"), (2 / 3, "0.6667"), (-1 / 3, "−0.3333"), (0.1 + 0.2, "0.3"), (-1e-12, "0"), (-0.0, "0"),
     (123456.78916, "123456.7892"), (1e-4, "0.0001"), (0.0012, "0.0012"), (-4e-5, "−4e−5"), (1 / 30000, "3.33e−5")],
)  # fmt: skip
def test_a_number_is_written_with_at_most_four_decimals_and_none_of_its_digits_before_the_point_is_lost(
    call: Any, number: float, text: str
) -> None:
    assert call(explorers.pooling(), "show(a[0])", number) == text


@pytest.mark.parametrize(
    ("number", "sign"), [(1000.5, "="), (1 / 9, "≈"), (0.1 + 0.2, "="), (-4e-5, "="), (1 / 30000, "≈"), (0.12345, "≈")]
)
def test_what_drops_a_digit_is_only_about_equal(call: Any, number: float, sign: str) -> None:
    assert call(explorers.pooling(), "equals([2, [a[0]]], 3)", number) == sign


# ------------------------------------------------------------------------------------------- every sum that is printed

WORDS = {"max": lambda *values: max(values), "ln": log, "floor": floor, "ceil": ceil}
PLAIN = {"−": "-", "·": "*", "×": "*", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", " of bias": ""}


def value(side: str) -> float | None:
    """Calculate one side of an equation as it is written, or return None if it holds more than numbers."""
    for sign, plain in PLAIN.items():
        side = side.replace(sign, plain)
    side = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", side).strip(" .,;")
    if not re.search(r"\d", side) or set(re.findall(r"[^\W\d_]+", side)) - WORDS.keys():
        return None
    try:
        return float(eval(side, {"__builtins__": {}}, dict(WORDS)))
    except SyntaxError:
        return None


def equations(text: str) -> list[tuple[str, float, str, float, float]]:
    """Return every equation between numbers: text, left, sign, right, and the sum of the sizes of the left's terms."""
    found = []
    for part in re.split(r"[;:?!“”]|, and |[.,](?= [^\d(−-])|(?<=[a-z])\.", text):
        sides = re.split(r"\s*([=≈])\s*", part)
        for left, sign, right in zip(sides[::2], sides[1::2], sides[2::2], strict=False):
            left, right = re.sub(r"^.*[a-z]{2}[ ,]+(?=[\d(−-])", "", left), re.sub(r"(?<=[\d)]) [a-z]{2}.*$", "", right)
            pair = value(left), value(right)
            if None not in pair:
                size = abs(value(re.sub(r"(?<!e)[−-]", "+", left)))
                found.append((part.strip(), pair[0], sign, pair[1], size))
    return found


def false_sums(texts: list[str]) -> list[str]:
    """Return the equations that are not true as they are written; one with ≈ may be off by a part of its terms."""
    return [part for text in texts for part, left, sign, right, size in equations(text)
            if abs(left - right) > (1e-9 * max(1, size) if sign == "=" else 0.05 * size + 1e-4)]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("output[0] = 1·0.4 + 2·0.3 + 3·0.2 + 4·300.5 = 1203.6", True),
        ("output[0] = 1·0.4 + 2·0.3 + 3·0.2 + 4·300.5 = 1204", False),
        ("R: 1·0.3333 = 0.3333, and max(0, 2) = 1", False),
        ("output[0] ≈ 1·0.1111 + 1·0.1111 + 1·0.1111 ≈ 0.3333", True),
        ("A filter sees 6 / 3 = 3 channels", False),
        ("The loss is −ln(1/4) ≈ 1.386", True),
        ("The loss is −ln(1/4) ≈ 1.5", False),
        ("There are 3 · 8 = 24 numbers, and k − 1 = 3 zeros", True),
        ("output: ⌊(7 + 2·0 − 2) / 2⌋ + 1 = 4; 61,706 = 61,705 + 1", False),
    ],
)
def test_a_false_sum_is_noticed(text: str, true: bool) -> None:
    assert (false_sums([text]) == []) == true
    assert equations(text)


def cell_values(random: np.random.RandomState, count: int) -> list[float]:
    """Return numbers as readers type them: small and large, whole, decimal and fractions."""
    kinds = [
        lambda: random.randint(-9, 10),
        lambda: random.randint(-9999, 10000),
        lambda: random.randint(-99, 100) / 10,
        lambda: random.randint(-9999, 10000) + 0.5,
        lambda: random.choice([1, -1]) / random.choice([3, 7, 9]),
        lambda: round(9999 * random.rand(), 4),
        lambda: 1e-5,
    ]
    kind = random.randint(len(kinds))
    return [float((kinds[kind] if random.rand() < 0.6 else kinds[random.randint(len(kinds))])()) for _ in range(count)]


def relatives_cells(state: dict[str, Any]) -> dict[str, int]:
    """Return how many inputs, weights and biases the layer has; of an unshared one only the inputs."""
    channels, groups = (state["channels"], state["groups"]) if state["relative"] == "grouped" else (1, 1)
    kernels = state["tiles"] if state["relative"] == "tiled" else channels
    row = {"x": channels * min(state["size"], 16 // channels)}
    return row if state["relative"] == "unshared" else row | {
        "weight": kernels * (channels // groups) * state["kernel_size"], "biases": kernels}  # fmt: skip


EDITED = {  # lists of cells and how many there are in a state
    "flip_and_filter": lambda s: {"signal": s["size"], "kernel": s["kernel_size"]},
    "convolution_2d": lambda s: {"x": s["size"] * s["size_w"], "weight": s["kernel_size"] * s["kernel_size_w"]},
    "backprop": lambda s: {"x": s["size"] ** 2, "weight": s["kernel_size"] ** 2, "upstream": 0},
    "pooling": lambda s: {"x": s["size"] * s["size_w"]},
    "channels": lambda _: {"x": 36, "weight": 108},
    "sweep": lambda _: {"template": 9},
    "relatives": relatives_cells,
    "padding_and_stride": lambda _: {},
}
NAMED = {  # those in which errors were found
    "flip_and_filter": [{"kernel": [300.5, 0.2, 0.3, 0.4]}, {"kernel": [9999, 0.2, 0.3, 0.4]}, {"signal": [1 / 3] * 6},
                        {"signal": [1000.5] * 6, "kernel": [1000.5, 1, 1, 1]}],
    "channels": [{"x": [1 / 3] * 36}, {"weight": [1000.5] * 108}],
    "convolution_2d": [{"preset": "your own", "weight": [0, 1, 2, 1000.5], "position": 3}, {"weight": [300.5] * 4},
                       {"preset": "blur", "kernel_size": 3, "size": 5}],
    "relatives": [{"weight": [300.5, 0.2, 0.3]}, {"x": [1000.5] * 6, "weight": [1 / 3, 1 / 7, 1000.5]}],
    "backprop": [{"kind": "average pooling", "kernel_size": 3, "size": 4},
                 {"kind": "convolution", "image": "your own", "x": [1000.5] * 16}],
}  # fmt: skip


def test_every_explorer_has_its_cells_here() -> None:
    missing = TRAITS.keys() - EDITED.keys() - {"sizes"}  # which has no list of cells
    assert not missing, f"add {missing} to EDITED"


@pytest.mark.parametrize("name", EDITED)
def test_no_sum_on_a_page_is_false_to_its_digits(drive: Any, name: str) -> None:
    random, box = np.random.RandomState(5), getattr(explorers, name)()
    ranges, cases = box.children[0].ranges, list(NAMED.get(name, []))
    for _ in range(150):
        case: dict[str, Any] = {
            trait: str(random.choice(span)) if isinstance(span[0], str) else int(random.randint(span[0], span[1] + 1))
            for trait, span in ranges.items()
        }
        case |= {"position": int(random.randint(50)) if name == "convolution_2d" else 3}
        case |= {"preset": "your own", "image": "your own", "square": False} if name == "convolution_2d" else {}
        case |= {"image": "your own", "second": False} if name == "backprop" else {}
        case |= {trait: cell_values(random, count) for trait, count in EDITED[name](case).items()}
        cases.append(case)
    texts = [text for shown in drive(box, cases) for text in [*shown["text"], shown["trouble"]]]
    assert false_sums(texts) == []
    signs = {sign for text in texts for _, _, sign, _, _ in equations(text)}
    assert signs >= ({"=", "≈"} if name in NAMED or name == "pooling" else {"="})


def test_no_feedback_of_a_chapter_s_question_is_false_to_its_digits(built_book: Path) -> None:
    texts = []
    for page in sorted((built_book / "book").glob("[01][0-9]-*.html")):
        for model in stored_state(page).values():
            for question in model["state"].get("questions", []):
                texts += [question["because"], *(text for _, text in question["slips"])]
                texts += [why for _, why in question["options"]]
    assert false_sums(texts) == []
    assert sum(len(equations(text)) for text in texts) > 20


def test_an_answer_that_is_shown_rounded_says_so(reader: Any) -> None:
    tab = reader(questions.ask(questions.number("?", 1 / 9, because="Nine.", tolerance=0.005),
                               questions.number("?", 61_706.5, because="So.")))  # fmt: skip
    for at, shown in enumerate(["Answer: about 0.1111. Nine.", "Answer: 61,706.5. So."]):
        Form(tab, at).answer("1")
        Form(tab, at).reveal.click()
        assert Form(tab, at).shown() == shown
