"""What every explorer is made of: one anywidget that computes in the browser and ordinary controls linked to it.

Python keeps the defaults and the numbers; all arithmetic is done by the ES module beside each Python module, so that an
explorer works live in JupyterLab and, with no kernel, in the built page. Taught in no chapter.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import anywidget
import ipywidgets
import numpy as np
import traitlets

from .. import palette
from ..checks import boolean, integer, real_array
from .still import Panel, still_picture

HERE = Path(__file__).parent
LARGEST_CELL = 9999


class Explorer(anywidget.AnyWidget):
    """The part of an explorer that draws and computes; each explorer adds its own traits and its own module."""

    _css = palette.style_sheet(".cc-box, .cc-explorer") + "\n" + (HERE / "explorers.css").read_text(encoding="utf-8")
    ranges = traitlets.Dict(help="the smallest and largest value of every trait that a slider moves").tag(sync=True)
    defaults = traitlets.Dict(help="the values at the start: the page's address names only what differs").tag(sync=True)
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
            super().__init__(**values)
        except traitlets.TraitError as error:
            raise TypeError(str(error)) from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ExplorerBox(ipywidgets.VBox):
    """Controls above the explorer they move; prints as the call that made it, without a memory address.

    Beside the widget it gives a still picture, which shows where no widget is drawn.
    """

    panels: Sequence[Panel] = ()

    def __repr__(self) -> str:
        return f"explorers.{self.children[-1].name}()"

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        picture = still_picture(self.children[-1].name, self.panels)
        return super()._repr_mimebundle_(**kwargs) | {"image/svg+xml": picture}


@dataclass(frozen=True)
class Slider:
    """An integer slider for one trait, from `smallest` to `largest`, or up to the trait that `largest` names."""

    trait: str
    label: str
    smallest: int
    largest: int | str
    step: int = 1


@dataclass(frozen=True)
class Choice:
    """A menu for one trait, which holds the index of the chosen option."""

    trait: str
    label: str
    options: Sequence[str]


@dataclass(frozen=True)
class Check:
    """A box to tick for one trait that is true or false."""

    trait: str
    label: str


POSITION = Slider("position", "position", 0, "last")
SHARED = set(Explorer.class_trait_names()) - {"position"}


def module(name: str, *shared: str) -> str:
    """Return the ES module of an explorer: the colours and the text that all of them share, then its own.

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
    colours = f"const TOKENS = {json.dumps(palette.TOKENS)}, RAMPS = {json.dumps(palette.RAMPS)};"
    texts = ((HERE / f"{part}.js").read_text(encoding="utf-8") for part in ("numbers", "common", *shared, name))
    return "\n".join([colours, *texts])


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


def assemble(
    core: Explorer, controls: Sequence[Slider | Choice | Check], panels: Callable[[], Sequence[Panel]] = tuple
) -> ExplorerBox:
    """Put linked controls above an explorer.

    Parameters
    ----------
    core : Explorer
        The widget that computes.
    controls : sequence of Slider, Choice or Check
        What may be moved, in reading order.
    panels : callable
        Returns what it shows at the start, as `Panel`s, for its still picture; none if only the browser knows. It is
        called when the traits are known to be in their ranges.

    Returns
    -------
    ExplorerBox

    Raises
    ------
    TypeError
        If a trait that a slider moves is not an integer.
    ValueError
        If a trait starts outside its slider.
    """
    ranges: dict[str, list[int]] = {}
    boxes = []
    for control in controls:
        if isinstance(control, Slider):
            box = _slider(core, control, ranges)
        elif isinstance(control, Choice):
            ranges[control.trait] = [0, len(control.options) - 1]
            box = _linked(core, control.trait, ipywidgets.Dropdown(options=control.options), "index")
        else:
            box = _linked(core, control.trait, ipywidgets.Checkbox(indent=False), "value")
        box.description = control.label
        box.style.description_width = "initial"
        boxes.append(box)
    core.ranges = ranges
    own = [name for name in core.trait_names(sync=True, stored=None) if name not in SHARED and not name.startswith("_")]
    core.defaults = {name: getattr(core, name) for name in sorted(own)}
    panel = ipywidgets.VBox(boxes)
    panel.add_class("cc-controls")
    box = ExplorerBox([panel, core])
    box.panels = panels()
    box.add_class("cc-box")
    return box


def _slider(core: Explorer, control: Slider, ranges: dict[str, list[int]]) -> ipywidgets.IntSlider:
    value = getattr(core, control.trait)
    if isinstance(control.largest, str):
        box = ipywidgets.IntSlider(value=value, min=control.smallest, max=max(value, getattr(core, control.largest)))
        ipywidgets.jslink((core, control.largest), (box, "max"))
    else:
        if not control.smallest <= value <= control.largest:
            raise ValueError(f"{control.trait} must be between {control.smallest} and {control.largest}, got {value}")
        ranges[control.trait] = [control.smallest, control.largest]
        box = ipywidgets.IntSlider(value=value, min=control.smallest, max=control.largest, step=control.step)
    return _linked(core, control.trait, box, "value")


def _linked(core: Explorer, trait: str, box: ipywidgets.Widget, target: str) -> ipywidgets.Widget:
    setattr(box, target, getattr(core, trait))
    ipywidgets.jslink((core, trait), (box, target))
    return box
