"""A verdict's message, taken apart: what went wrong in a sentence, what came out, and in which call."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERS = re.compile(r"-?\d[\d.e+-]*\b|-?\binf\b|\bnan\b")
_LISTS = re.compile(r"[\[(]…?(?:, ?…)*,?[\])]")


@dataclass(frozen=True)
class Told:
    """A message in its parts; each may be empty.

    Attributes
    ----------
    slip : str
        The author's sentence on what went wrong.
    fault : str
        What came out.
    call : str
        In which call.
    """

    slip: str
    fault: str
    call: str

    @property
    def kind(self) -> str:
        """The slip, or else the fault without its numbers: the same for everybody who has it."""
        if self.slip or not self.fault:
            return self.slip
        text = re.sub(r"( raises \w+).*", r"\1", self.fault.replace("\n", " "))
        text = re.sub(r" in the last of .*?(?=, where|$)", "", text)
        before = ""
        text = _NUMBERS.sub("…", text)
        while text != before:
            before, text = text, _LISTS.sub("…", text)
        return re.sub(r"(\w)…", r"\1", text).rstrip(". ") + "."


def told(text: str, answer: str) -> Told:
    """Take a message apart.

    Parameters
    ----------
    text : str
        As `grade` stores it.
    answer : str
        What the question's function or class is called.

    Returns
    -------
    Told

    Examples
    --------
    >>> told("not yet. It came out backwards. ring has 3 at 0, where 1 would be right, in ring([1.0]).", "ring")
    Told(slip='It came out backwards.', fault='ring has 3 at 0, where 1 would be right.', call='ring([1.0])')
    >>> told("not yet. ring has 3 at 0, where 1 would be right, in ring([1.0]).", "ring").kind
    'ring has … at …, where … would be right.'
    """
    text = text.strip().removeprefix("not yet. ").removeprefix("right, ")
    text = text if answer and text.startswith(answer) else text[:1].upper() + text[1:]
    name = re.escape(answer)
    begins = re.search(rf"(?:^|(?<=[.?!] )){name}\b", text) if answer else None
    if not begins:
        return Told(text, "", "")
    slip, fault = text[: begins.start()].strip(), text[begins.start() :]
    split = re.fullmatch(rf"(.*?), in ({name}[.(].*?)\.?", fault, re.S)
    return Told(slip, f"{split[1]}.", split[2]) if split else Told(slip, fault, "")
