"""What every explorer is made of: one anywidget that computes in the browser and ordinary controls linked to it.

Python keeps the defaults and the numbers; all arithmetic is done by the ES module beside each Python module, so that an
explorer works live in JupyterLab and, with no kernel, in the built page. Taught in no chapter.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets

from .. import palette
from ..checks import boolean, choice, integer, real_array
from .still import Panel, still_picture

HERE = Path(__file__).parent
LARGEST_CELL = 9999


def style(*names: str) -> str:
    """Return a style sheet: the palette, then files of this folder, each after its name.

    Examples
    --------
    >>> "/* ---- explorers.css */" in style("explorers")
    True
    """
    texts = {"palette.css": palette.style_sheet(".cc-box, .cc-explorer, .cc-questions") + "\n"}
    texts |= {f"{name}.css": (HERE / f"{name}.css").read_text(encoding="utf-8") for name in names}
    return "".join(f"/* ---- {name} */\n{text}" for name, text in texts.items())


class Explorer(anywidget.AnyWidget):
    """The part of an explorer that draws and computes; each explorer adds its own traits and its own module."""

    _css = style("explorers")
    ranges = traitlets.Dict(help="smallest and largest value, or the names, that every trait may have").tag(sync=True)
    controls: traitlets.List = traitlets.List(help="what the module draws as a control: a dict for each, in order").tag(
        sync=True
    )
    defaults = traitlets.Dict(help="the values at the start: the address names what differs").tag(sync=True)
    key = traitlets.Unicode(help="its name in the address, numbered where a page has several").tag(sync=True)
    position = traitlets.Int(0, help="where the window stands, counted in row-major order").tag(sync=True)
    last = traitlets.Int(0, help="the last position, found in the browser; the maximum of its slider").tag(sync=True)

    name = ""

    def __init__(self, **values: object) -> None:
        traits = self.class_traits()
        for name, value in values.items():  # traitlets takes True for 1
            if isinstance(traits.get(name), traitlets.Int):
                values[name] = integer(value, name, -sys.maxsize)
            elif isinstance(traits.get(name), traitlets.Bool):
                values[name] = boolean(value, name)
        try:
            super().__init__(key=self.name, **values)
        except traitlets.TraitError as error:
            raise TypeError(str(error)) from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ExplorerBox(ipywidgets.VBox):
    """An explorer and the widgets linked to it; prints as the call that made it, without a memory address.

    Beside the widget it gives a still picture, which shows where no widget is drawn.
    """

    panels: Sequence[Panel] = ()

    def __repr__(self) -> str:
        return f"explorers.{self.children[0].name}()"

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        picture = still_picture(self.children[0].name, self.panels)
        return super()._repr_mimebundle_(**kwargs) | {"image/svg+xml": picture}


@dataclass(frozen=True)
class Slider:
    """A whole number from `smallest` to `largest`, or to the trait that it names; `side` H or W for one of two."""

    trait: str
    label: str
    smallest: int
    largest: int | str
    step: int = 1
    side: str = ""


@dataclass(frozen=True)
class Choice:
    """One of some names."""

    trait: str
    label: str
    options: Sequence[str]


@dataclass(frozen=True)
class Switch:
    """True or false."""

    trait: str
    label: str


POSITION = Slider("position", "position", 0, "last")
SHARED = set(Explorer.class_trait_names()) - {"position"}


def module(name: str, *shared: str) -> str:
    """Return the ES module of an explorer: the colours and the texts that it shares with others, then its own.

    Parameters
    ----------
    name : str
        The explorer's name, which is the name of its file.
    *shared : str
        Files that it needs besides the common ones.

    Returns
    -------
    str

    Examples
    --------
    >>> "export default" in module("pooling")
    True
    """
    texts = {"palette.js": f"const TOKENS = {json.dumps(palette.TOKENS)}, RAMPS = {json.dumps(palette.RAMPS)};\n"}
    for part in ("numbers", "common", "controls", "explorer", *shared, name):
        texts[f"{part}.js"] = (HERE / f"{part}.js").read_text(encoding="utf-8")
    return "".join(f"// ---- {part}\n{text}" for part, text in texts.items())


def parts(whole: str) -> dict[str, str]:
    """Return the texts that a module or a style sheet is made of, by their names, as small as a page stores them.

    Examples
    --------
    >>> parts("// ---- one.js\\n// Why.\\nconst a = 1;\\n// ---- two.js\\n  use(a); // so\\n")
    {'one.js': 'const a = 1;', 'two.js': 'use(a); // so'}
    """
    named = re.split(r"^(?:// ---- |/\* ---- )([\w.]+)(?: \*/)?\n", whole, flags=re.M)[1:]
    return {name: small(text) for name, text in zip(named[::2], named[1::2], strict=True)}


def small(text: str) -> str:
    """Return JavaScript or CSS without lines that are comments alone, and without indentation.

    No template string of the modules goes over a line, so that this changes no text; a test sees to it.

    Examples
    --------
    >>> small("/** Sum. */\\nfunction f(a) {\\n  // why\\n  return a;\\n}\\n")
    'function f(a) {\\nreturn a;\\n}'
    >>> small("/** @type {A} */ (a).b = 1;\\n/* why */\\n")
    '/** @type {A} */ (a).b = 1;'
    """
    text = re.sub(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", "", text, flags=re.M | re.S)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def row_of_numbers(values: object, name: str, smallest: int, largest: int) -> list[float]:
    """Return the numbers of a row of cells as floats.

    Parameters
    ----------
    values : array_like of shape (n,)
        The numbers.
    name : str
        The argument's name, for the message.
    smallest, largest : int
        How many there may be.

    Returns
    -------
    list of float

    Raises
    ------
    TypeError
        If they are not real numbers.
    ValueError
        If there are too few or too many, or one is larger than 9999 in size.

    Examples
    --------
    >>> row_of_numbers([1, 2, 3], "signal", 1, 8)
    [1.0, 2.0, 3.0]
    """
    array = real_array(values, name)
    if array.ndim != 1 or not smallest <= array.size <= largest:
        raise ValueError(f"{name} must be a row of {smallest} to {largest} numbers, got shape {array.shape}")
    if not (np.abs(array) <= LARGEST_CELL).all():
        raise ValueError(f"{name} must hold numbers between -{LARGEST_CELL} and {LARGEST_CELL}, got {values!r}")
    return array.tolist()


def two(value: object, name: str, smallest: int, largest: int) -> tuple[int, int]:
    """Return a size of rows and columns from a number for both or a pair.

    Raises
    ------
    TypeError
        If it is neither an integer nor a pair of integers.
    ValueError
        If one is outside its range.

    Examples
    --------
    >>> two(3, "size", 1, 8), two((4, 6), "size", 1, 8)
    ((3, 3), (4, 6))
    """
    pair = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value, value)
    if len(pair) != 2:
        raise ValueError(f"{name} must be one number or two, got {value!r}")
    rows, columns = (integer(part, name, -sys.maxsize) for part in pair)
    for part in (rows, columns):
        if not smallest <= part <= largest:
            raise ValueError(f"{name} must be between {smallest} and {largest}, got {part}")
    return rows, columns


Control = Slider | Choice | Switch


def sides(trait: str, label: str, smallest: int, largest: int) -> list[Slider]:
    """Return the slider of a size for both sides, and the one for the width alone, drawn where they differ."""
    return [
        Slider(trait, label, smallest, largest, side="H"),
        Slider(f"{trait}_w", f"{label}, width", smallest, largest, side="W"),
    ]


def assemble(
    core: Explorer,
    controls: Sequence[Control],
    panels: Callable[[], Sequence[Panel]] = tuple,
    shown: Sequence[str] | None = None,
) -> ExplorerBox:
    """Give an explorer its controls: it draws them itself; ipywidgets that are linked to it stand below, for code.

    Parameters
    ----------
    core : Explorer
        The widget that computes.
    controls : sequence of Slider, Choice or Switch
        What may be moved, in reading order.
    panels : callable
        Returns what it shows at the start, as `Panel`s, for its still picture; none if only the browser knows. It is
        called when the traits are known to be in their ranges.
    shown : sequence of str, optional
        The traits whose controls are drawn: those that the reader has met. All of them if not given.

    Returns
    -------
    ExplorerBox

    Raises
    ------
    TypeError
        If a trait that a slider moves is not an integer.
    ValueError
        If a trait starts outside its range, or `shown` names one that has no control.
    """
    names = [control.trait for control in controls if control is not POSITION]
    for name in shown or ():
        if name not in names:
            raise ValueError(f"controls must be among {', '.join(names)}, got {name!r}")
    core.ranges = {control.trait: _range(core, control) for control in controls if _range(core, control)}
    drawn = [c for c in controls if c is not POSITION and (shown is None or c.trait.removesuffix("_w") in shown)]
    core.controls = [asdict(control) for control in drawn]
    own = [name for name in core.trait_names(sync=True, stored=None) if name not in SHARED and not name.startswith("_")]
    core.defaults = {name: getattr(core, name) for name in sorted(own)}
    linked = ipywidgets.VBox(
        [_linked(core, control) for control in controls if control in drawn or control is POSITION]
    )
    linked.add_class("cc-linked")
    box = ExplorerBox([core, linked])
    box.panels = panels()
    box.add_class("cc-box")
    return box


def _range(core: Explorer, control: Control) -> list[Any]:
    """Return the limits or the names of a trait, if it keeps to them; none for one that the browser limits."""
    value = getattr(core, control.trait)
    if isinstance(control, Choice):
        choice(value, control.trait, control.options)
        return list(control.options)
    if isinstance(control, Switch) or isinstance(control.largest, str):
        return []
    if not control.smallest <= value <= control.largest:
        raise ValueError(f"{control.trait} must be between {control.smallest} and {control.largest}, got {value}")
    return [control.smallest, control.largest]


def _linked(core: Explorer, control: Control) -> ipywidgets.Widget:
    """Return the ipywidget that moves a trait, named as the control is."""
    value = getattr(core, control.trait)
    box: ipywidgets.Widget
    if isinstance(control, Choice):
        box = ipywidgets.Dropdown(options=control.options, value=value)
        traitlets.link((core, control.trait), (box, "value"))  # its value is known to Python only
    elif isinstance(control, Switch):
        box = ipywidgets.Checkbox(value=value, indent=False)
        ipywidgets.jslink((core, control.trait), (box, "value"))
    else:
        bounded = not isinstance(control.largest, str)
        largest = control.largest if bounded else max(value, getattr(core, str(control.largest)))
        box = ipywidgets.IntSlider(value=value, min=control.smallest, max=largest, step=control.step)
        if not bounded:
            ipywidgets.jslink((core, control.largest), (box, "max"))
        ipywidgets.jslink((core, control.trait), (box, "value"))
    box.description = control.label
    box.style.description_width = "initial"
    return box
