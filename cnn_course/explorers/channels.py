"""Several channels in, several out: the sum over channels and the stack of maps. Taught in chapter 3."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import traitlets

from ..checks import integer
from ..conv import conv2d
from ..dense import relu as bend
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, Switch, assemble, module, style
from .still import Panel

COLOURS = ("R", "G", "B")
VOLUME = np.array(
    [
        [[-2, -1, 0, 1], [2, 3, 4, 5], [6, 7, 8, 9]],
        [[-3, -2, -1, 0], [1, 2, 3, 4], [5, 6, 7, 8]],
        [[-6, -2, 3, 0], [1, 2, 3, 4], [5, 4, 2, 8]],
    ]
)
CENTRE = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
FILTERS = np.array(
    [
        [
            [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
            [[0, -4, 0], [3, 0, 5], [2, -1, 8]],
            [[-1, 1, 2], [3, 2, 0], [6, 0, 1]],
        ],
        [CENTRE, CENTRE, CENTRE],  # the sum of the channels
        [CENTRE, 0 * CENTRE, -CENTRE],  # red without blue
        np.ones((3, 3, 3)),  # the sum of the whole window
    ]
)
NAMES = tuple(f"filter {number}" for number in range(len(FILTERS)))


class Channels(Explorer):
    """A colour volume under one to four filters, each with a bias of its own; `bias` is that of the filter shown."""

    name = "channels"
    _esm = module(name, "plates")
    _css = style("explorers", name)
    x = traitlets.List(traitlets.Float()).tag(sync=True)
    weight = traitlets.List(traitlets.Float()).tag(sync=True)
    biases = traitlets.List(traitlets.Float()).tag(sync=True)
    filters = traitlets.Int().tag(sync=True)
    shown = traitlets.Unicode().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)
    bias = traitlets.Int().tag(sync=True)
    relu = traitlets.Bool().tag(sync=True)


def channels(
    *,
    filters: int = 1,
    shown: int = 0,
    padding: int = 0,
    bias: int = 0,
    relu: bool = False,
    controls: Sequence[str] | None = None,
) -> ExplorerBox:
    """Follow one filter through the three channels of a colour image, then stack the maps of several.

    Parameters
    ----------
    filters : int
        How many filters there are, 1 to 4.
    shown : int
        Which of them is written out, counted from 0 and below `filters`.
    padding : int
        0 or 1.
    bias : int
        Added to every output of the filter shown, -400 to 400. The others begin with 0.
    relu : bool
        Whether negative outputs become 0.
    controls : sequence of str, optional
        Which controls to show, by their traits: shown, filters, padding, bias, relu. All of them if not given.

    Returns
    -------
    ExplorerBox
        Controls and the explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer or `relu` not a bool.
    ValueError
        If a number is outside its range or a control is unknown.

    Examples
    --------
    >>> channels(filters=2)
    explorers.channels()
    """
    number, bias = integer(shown, "shown", 0), integer(bias, "bias", -sys.maxsize)
    if 1 <= integer(filters, "filters", -sys.maxsize) <= number:
        raise ValueError(f"shown must be below the number of filters, {filters}, got {shown}")
    core = Channels(
        x=VOLUME.ravel().tolist(),
        weight=FILTERS.ravel().tolist(),
        biases=[float(bias) if filter_ == number else 0.0 for filter_ in range(len(FILTERS))],
        filters=filters,
        shown=f"filter {number}",
        padding=padding,
        bias=bias,
        relu=relu,
    )
    return assemble(
        core,
        [
            Choice("shown", "filter", NAMES),
            Slider("filters", "filters F", 1, len(FILTERS)),
            Slider("padding", "padding p", 0, 1),
            Slider("bias", "bias b", -400, 400, step=10),
            Switch("relu", "ReLU"),
            POSITION,
        ],
        lambda: _panels(number, padding, bias, relu),
        controls,
    )


def _panels(shown: int, padding: int, bias: int, relu: bool) -> list[Panel]:
    """Return the channels, the kernels of the filter shown and its map."""
    y = conv2d(VOLUME[None], FILTERS[shown][None], np.array([bias]), padding=padding)[0, 0]
    panels = []
    for name, channel, kernel in zip(COLOURS, VOLUME, FILTERS[shown], strict=True):
        panels.append(Panel(f"input {name}", np.pad(channel, padding), "input", (0, 0, 3, 3)))
        panels.append(Panel(f"kernel {name}", kernel, "weight"))
    return [*panels, Panel(f"map {shown}", bend(y) if relu else y, "output", (0, 0, 1, 1))]
