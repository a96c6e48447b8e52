"""Questions as Moodle imports them (Question bank, Import, Moodle XML format)."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from cnn_course.explorers.questions import Question

from . import signed


def moodle(title: str, variants: Mapping[str, Sequence[Question]]) -> str:
    """Return questions as Moodle XML: statements to tick, and fields for numbers inside a text.

    Parameters
    ----------
    title : str
        Of the category.
    variants : mapping of str to sequence of Question
        What stands at one place of all variants goes into one category, from which a quiz can draw at random.

    Returns
    -------
    str
    """
    quiz = Element("quiz")
    for at, together in enumerate(zip(*variants.values(), strict=True), 1):
        category = SubElement(SubElement(quiz, "question", type="category"), "category")
        SubElement(category, "text").text = f"$course$/top/{title.replace('/', '//')}/{at:02}"
        for name, question in zip(variants, together, strict=True):
            _add(quiz, f"{at:02} {name}", question)
    ElementTree.indent(quiz)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(quiz, "unicode") + "\n"


def _add(quiz: Element, name: str, question: Question) -> None:
    choice = question.kind == "choice"
    node = SubElement(quiz, "question", type="multichoice" if choice else "cloze")
    _text(node, "name", name)
    text = f"<p>{html.escape(question.prompt, quote=False)}</p>"
    text += "".join(f"<p>{html.escape(word, quote=False)}</p>{_table(rows)}" for word, rows in question.shown)
    if choice:
        _text(node, "questiontext", text, format="html")
        right = sum(question.answer)
        SubElement(node, "single").text = "true" if right == 1 else "false"
        for (option, why), truth in zip(question.options, question.answer, strict=True):
            lost = 0 if right == 1 else -100 / (len(question.options) - right or 1)
            answer = _text(
                node, "answer", option, fraction=f"{100 / right if truth else lost:.7g}", format="plain_text"
            )
            _text(answer, "feedback", why, format="plain_text")
        return
    fields = [
        f"{{1:NUMERICAL:={value:.10g}:{question.tolerance or 1e-4:g}{_slips(question)}}}" for value in question.answer
    ]
    if question.kind == "grid":
        width = question.size[1]
        text += _table([fields[at : at + width] for at in range(0, len(fields), width)])
    else:
        text += f"<p>{', '.join(fields)} {question.unit}</p>"
    _text(node, "questiontext", text, format="html")
    _text(node, "generalfeedback", html.escape(question.because, quote=False), format="html")


def _slips(question: Question) -> str:
    """Return what the wrong answers to a single number get; those of several numbers belong to no one field."""
    if len(question.answer) > 1:
        return ""
    found = ((values[0], html.escape(text, quote=False)) for values, text in question.slips)
    return "".join(f"~%0%{value:.10g}:{question.tolerance or 1e-4:g}#{_plain(text)}" for value, text in found)


def _plain(text: str) -> str:
    """Keep signs of a text from being read as the ends of a field."""
    return "".join("\\" + sign if sign in "}#~" else sign for sign in text)


def _table(rows: Sequence[Sequence[float | str]]) -> str:
    cells = ("".join(f"<td>{value if isinstance(value, str) else signed(value)}</td>" for value in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _text(parent: Element, tag: str, text: str, **attributes: str) -> Element:
    """Add an element that holds its text in an element `text`, as all of them do."""
    node = SubElement(parent, tag, attributes)
    SubElement(node, "text").text = text
    return node
