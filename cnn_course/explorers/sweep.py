"""The sweep: a detector over a picture beside a dense unit that was taught at one place. Taught in chapter 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import traitlets

from ..checks import choice
from ..conv import correlate2d
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, assemble, module, style
from .still import Panel

THINGS = {  # as in sweep.js
    "cross": np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]]),
    "plus": np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]),
    "ring": np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]]),
}
ROWS, COLUMNS, SIDE = 5, 8, 3
HOME = (1, 1)


class Sweep(Explorer):
    """What the thing is, where it stands, and where the dense unit learned it."""

    name = "sweep"
    _esm = module(name, "plates")
    _css = style("explorers", name)
    thing = traitlets.Unicode().tag(sync=True)
    template = traitlets.List(traitlets.Float()).tag(sync=True)
    home = traitlets.List(traitlets.Int()).tag(sync=True)
    row = traitlets.Int().tag(sync=True)
    column = traitlets.Int().tag(sync=True)


def sweep(
    *, thing: str = "cross", row: int = HOME[0], column: int = HOME[1], controls: Sequence[str] | None = None
) -> ExplorerBox:
    """Sweep a detector over a picture, and ask a dense unit beside it, which was taught with the thing at [1, 1].

    Parameters
    ----------
    thing : {"cross", "plus", "ring"}
        What is in the picture of 5 by 8 pixels, 3 by 3 pixels large; the detector is the same table of numbers.
    row, column : int
        Where its upper left corner stands, 0 to 2 and 0 to 5.
    controls : sequence of str, optional
        Which controls to show, by their traits: thing, row, column. All of them if not given.

    Returns
    -------
    ExplorerBox
        The explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If a number is outside its range or a name is unknown.

    Examples
    --------
    >>> sweep(column=3)
    explorers.sweep()
    """
    template = THINGS[choice(thing, "thing", tuple(THINGS))]
    core = Sweep(thing=thing, template=template.ravel().tolist(), home=list(HOME), row=row, column=column)
    return assemble(
        core,
        [
            Choice("thing", "thing", (*THINGS, "your own")),
            Slider("row", "row r", 0, ROWS - SIDE),
            Slider("column", "column q", 0, COLUMNS - SIDE),
            POSITION,
        ],
        lambda: _panels(template, row, column),
        controls,
    )


def _panels(template: np.ndarray, row: int, column: int) -> list[Panel]:
    """Return the picture, the detector and its scores, the dense unit and its one score."""
    picture, weight = (
        np.pad(template, ((r, ROWS - SIDE - r), (c, COLUMNS - SIDE - c))) for r, c in ((row, column), HOME)
    )
    return [
        Panel(f"picture, thing at [{row}, {column}]", picture, "input", (0, 0, SIDE, SIDE)),
        Panel("detector", template, "weight"),
        Panel("scores", correlate2d(picture, template), "output", (0, 0, 1, 1)),
        Panel("dense unit", weight, "weight"),
        Panel("score", np.array([[np.sum(weight * picture)]]), "output"),
    ]
