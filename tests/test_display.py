"""A definition shown in the page: its code and comments, without the docstring."""

import math
import textwrap

import pytest

import cnn_course as cc
from cnn_course.display import Source, show_source


def average(values):
    """Return the mean.

    With a second paragraph.
    """

    # a comment that explains why
    total = sum(values)

    return total / len(values)  # and one at the side


class Counter:
    """Count."""

    start = "not a docstring"

    def step(self):
        """Advance."""
        return 1

    def nothing(self):
        """A body of nothing else stays."""


def one_line(): "A docstring behind the colon."; return 2  # fmt: skip # noqa: E702


def test_docstring_goes_and_comments_stay():
    assert repr(show_source(average)) == textwrap.dedent("""\
        def average(values):
            # a comment that explains why
            total = sum(values)

            return total / len(values)  # and one at the side""")


def test_docstrings_of_methods_go_too():
    text = repr(show_source(Counter))
    assert text.startswith('class Counter:\n    start = "not a docstring"\n')
    assert "Count." not in text
    assert "Advance" not in text
    assert text.endswith('"""A body of nothing else stays."""')


def test_method_is_dedented():
    assert repr(show_source(Counter.step)) == "def step(self):\n    return 1"


def test_shown_code_is_code_that_does_the_same():
    namespace: dict = {}
    exec(repr(show_source(average)), namespace)
    assert namespace["average"]([1, 2, 6]) == 3
    exec(repr(show_source(one_line)), namespace)
    assert namespace["one_line"]() == 2


def test_definitions_of_the_library_are_shown_without_their_docstrings():
    text = repr(show_source(cc.naive.correlate2d))
    assert text.startswith("def correlate2d(")
    assert "for " in text
    assert "Parameters" not in text
    assert '"""' not in text


def test_notebook_gets_a_fenced_block():
    source = show_source(average)
    assert source._repr_markdown_() == f"```python\n{source!r}\n```\n"


def test_fence_is_longer_than_any_backticks_in_the_code():
    assert Source('x = "````"')._repr_markdown_() == '`````python\nx = "````"\n`````\n'


def test_what_has_no_python_source_is_refused():
    with pytest.raises(TypeError):
        show_source(math.sqrt)
