"""Several channels in, several out: the sum over channels and the stack of maps. Taught in chapter 3."""

from __future__ import annotations

import traitlets

from .base import POSITION, Check, Explorer, ExplorerBox, Slider, assemble, module


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
            Slider("bias", "bias", -400, 400),
            Check("relu", "ReLU after it"),
            POSITION,
        ],
    )
