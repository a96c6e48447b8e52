"""Several channels in, several out: the sum over channels and the stack of maps. Taught in chapter 3."""

from __future__ import annotations

import numpy as np
import traitlets

from ..conv import conv2d
from ..dense import relu as bend
from .base import POSITION, Switch, Explorer, ExplorerBox, Slider, assemble, module
from .still import Panel

COLOURS = ("R", "G", "B")
VOLUME = (  # as in channels.js, and the filter 0 there
    ((-2, -1, 0, 1), (2, 3, 4, 5), (6, 7, 8, 9)),
    ((-3, -2, -1, 0), (1, 2, 3, 4), (5, 6, 7, 8)),
    ((-6, -2, 3, 0), (1, 2, 3, 4), (5, 4, 2, 8)),
)
FILTER = (
    ((0, 1, 2), (3, 4, 5), (6, 7, 8)),
    ((0, -4, 0), (3, 0, 5), (2, -1, 8)),
    ((-1, 1, 2), (3, 2, 0), (6, 0, 1)),
)


class Channels(Explorer):
    """The colour volume of the chapter under one to four filters."""

    name = "channels"
    _esm = module(name)
    filters = traitlets.Int().tag(sync=True)
    shown = traitlets.Int().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)
    bias = traitlets.Int().tag(sync=True)
    relu = traitlets.Bool().tag(sync=True)


def channels(*, filters: int = 1, shown: int = 0, padding: int = 0, bias: int = 0, relu: bool = False) -> ExplorerBox:
    """Follow one filter through the three channels of a colour image, then stack the maps of several.

    Parameters
    ----------
    filters : int
        How many filters there are, 1 to 4.
    shown : int
        Which of them is written out, counted from 0.
    padding : int
        0 or 1.
    bias : int
        Added to every output, -400 to 400.
    relu : bool
        Whether negative outputs become 0.

    Returns
    -------
    ExplorerBox
        Controls and the explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer or `relu` not a bool.
    ValueError
        If a number is outside its range.

    Examples
    --------
    >>> channels(filters=2)
    explorers.channels()
    """
    return assemble(
        Channels(filters=filters, shown=shown, padding=padding, bias=bias, relu=relu),
        [
            Slider("filters", "filters", 1, 4),
            Slider("shown", "filter written out", 0, 3),
            Slider("padding", "padding", 0, 1),
            Slider("bias", "bias", -400, 400, step=10),
            Switch("relu", "ReLU after it"),
            POSITION,
        ],
        lambda: _panels(padding, bias, relu) if not shown else [],
    )


def _panels(padding: int, bias: int, relu: bool) -> list[Panel]:
    """Return the channels, the kernels of filter 0 and its map."""
    x, w = np.array(VOLUME), np.array(FILTER)
    y = conv2d(x[None], w[None], np.array([bias]), padding=padding)[0, 0]
    panels = []
    for name, channel, kernel in zip(COLOURS, x, w, strict=True):
        panels.append(Panel(f"input, {name}", np.pad(channel, padding), "input", (0, 0, 3, 3)))
        panels.append(Panel(f"kernel for {name}", kernel, "weight"))
    return [*panels, Panel("map of filter 0", bend(y) if relu else y, "output", (0, 0, 1, 1))]
