"""Keep of a style sheet the rules that some page can use.

The theme styles every part that any book might have; three quarters of its rules match nothing in this one, and a
reader would wait for them on every first visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import tinycss2

ATTRIBUTE = re.compile(r'\b(?:class|id)="([^"]*)"')
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
NAME = re.compile(r"[\w-]+")
CONDITIONS = {"media", "supports"}  # at-rules that hold rules


def names_in_page(page: str) -> set[str]:
    """Return the classes and ids of a page, and every word in its scripts, which may set them.

    Parameters
    ----------
    page : str
        HTML.

    Returns
    -------
    set of str

    Examples
    --------
    >>> sorted(names_in_page('<p class="note wide">no class<script>add("open")</script></p>'))
    ['add', 'note', 'open', 'script', 'wide']
    """
    names = {name for value in ATTRIBUTE.findall(page) for name in value.split()}
    return names | {name for script in SCRIPT.findall(page) for name in NAME.findall(script)}


def used_rules(css: str, names: set[str]) -> str:
    """Leave out the selectors that ask for a class or an id which no page has.

    Parameters
    ----------
    css : str
        A style sheet.
    names : set of str
        The classes and ids that may occur.

    Returns
    -------
    str
        The same rules in the same order, without comments. Conditions inside :is() and :not() are not looked at.

    Examples
    --------
    >>> used_rules("a.on, a.off:hover {color: red} @media print {.off {top: 0}}", {"on"})
    'a.on{color: red}'
    """
    return _text(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), names)


def _text(rules: Iterable[Any], names: set[str]) -> str:
    return "".join(_rule(rule, names) for rule in rules)


def _rule(rule: Any, names: set[str]) -> str:
    if rule.type == "qualified-rule":
        selectors = [selector for selector in _split(rule.prelude) if _can_match(selector, names)]
        head = ",".join(tinycss2.serialize(selector).strip() for selector in selectors)
        return f"{head}{{{tinycss2.serialize(rule.content).strip()}}}" if selectors else ""
    if rule.type == "at-rule" and rule.lower_at_keyword in CONDITIONS:
        inner = _text(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), names)
        return f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude).rstrip()}{{{inner}}}" if inner else ""
    return rule.serialize()


def _split(tokens: list[Any]) -> list[list[Any]]:
    """Split a list of selectors at its commas."""
    selectors: list[list[Any]] = [[]]
    for token in tokens:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def _can_match(selector: list[Any], names: set[str]) -> bool:
    asked = [token.value for token in selector if token.type == "hash"]
    pairs = pairwise(selector)
    asked += [token.value for dot, token in pairs if dot == "." and token.type == "ident"]
    return names.issuperset(asked)
