"""Pooling: what a window of numbers becomes, and what a shift of the input does to it. Taught in chapter 7."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from ..checks import choice
from ..data import shift as move
from ..pool import avg_pool2d, global_avg_pool2d, global_max_pool2d, max_pool2d, sum_pool2d
from .base import POSITION, Switch, Choice, Explorer, ExplorerBox, Slider, assemble, module
from .still import Panel

IMAGES = ("the 4 × 6 example", "a 4 × 4 feature map", "a bright square", "noise")
EXAMPLES = {  # as in pooling.js
    IMAGES[0]: ((1, 2, 3, 4, 4, 5), (6, 0, 7, 8, 9, 0), (4, 1, 7, 2, 9, 4), (9, 4, 9, 1, 4, 2)),
    IMAGES[1]: ((4, 3, 4, 3), (2, 4, 2, 3), (2, 2, 5, 4), (2, 3, 2, 2)),
}
KINDS = ("maximum", "average", "sum", "global maximum", "global average")


class Pooling(Explorer):
    """A map, the kind of pooling and its windows."""

    name = "pooling"
    _esm = module(name)
    image = traitlets.Int().tag(sync=True)
    kind = traitlets.Int().tag(sync=True)
    window = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)
    ceil_mode = traitlets.Bool().tag(sync=True)
    count_include_pad = traitlets.Bool().tag(sync=True)
    shift = traitlets.Int().tag(sync=True)


def pooling(
    *,
    image: str = IMAGES[0],
    kind: str = KINDS[0],
    window: int = 2,
    stride: int = 2,
    padding: int = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    shift: int = 0,
) -> ExplorerBox:
    """Pool a small map, then move it and see how much changes before and after pooling.

    Parameters
    ----------
    image : {"the 4 × 6 example", "a 4 × 4 feature map", "a bright square", "noise"}
        What is in the input; the last two are 8 by 8.
    kind : {"maximum", "average", "sum", "global maximum", "global average"}
        What becomes of a window.
    window, stride, padding : int
        As `kernel_size`, `stride` and `padding` of :func:`cnn_course.max_pool2d`; 1 to 5, 1 to 4, 0 to 2.
    ceil_mode : bool
        Whether windows may hang over the end.
    count_include_pad : bool
        Whether an average divides by the padding too.
    shift : int
        How far the input is moved to the right, 0 to 3; zeros come in on the left, as in :func:`cnn_course.data.shift`.

    Returns
    -------
    ExplorerBox
        Controls and the explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer or a switch not a bool.
    ValueError
        If a number is outside its range or a name is unknown.

    Examples
    --------
    >>> pooling(window=3, ceil_mode=True)
    explorers.pooling()
    """
    core = Pooling(
        image=IMAGES.index(choice(image, "image", IMAGES)),
        kind=KINDS.index(choice(kind, "kind", KINDS)),
        window=window,
        stride=stride,
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        shift=shift,
    )
    return assemble(
        core,
        [
            Choice("image", "input", IMAGES),
            Choice("kind", "kind", KINDS),
            Slider("window", "window k", 1, 5),
            Slider("stride", "stride s", 1, 4),
            Slider("padding", "padding p", 0, 2),
            Slider("shift", "shift to the right", 0, 3),
            Switch("ceil_mode", "ceil mode: windows may hang over the end"),
            Switch("count_include_pad", "an average counts the padding"),
            POSITION,
        ],
        lambda: _panels(core, np.array(EXAMPLES[image], float)) if image in EXAMPLES else [],
    )


def _panels(core: Pooling, example: np.ndarray) -> list[Panel]:
    x, k = move(example, 0, core.shift)[None, None], core.window
    options: dict[str, Any] = {"stride": core.stride, "padding": core.padding, "ceil_mode": core.ceil_mode}
    title = f"input, {x.shape[2]} × {x.shape[3]}"
    if core.kind > 2:
        y = (global_max_pool2d, global_avg_pool2d)[core.kind - 3](x)
        k = 0
    elif 2 * core.padding > k or min(x.shape[2:]) + 2 * core.padding < k:
        return [Panel(title, x[0, 0], "input")]
    elif KINDS[core.kind] == "average":
        y = avg_pool2d(x, k, count_include_pad=core.count_include_pad, **options)
    else:
        y = (max_pool2d if core.kind == 0 else sum_pool2d)(x, k, **options)
    window = (0, 0, k, k) if k and not core.padding else None
    rows, cols = y.shape[2:]
    return [
        Panel(title, x[0, 0], "input", window),
        Panel(f"output, {rows} × {cols}", y[0, 0], "output", (0, 0, 1, 1)),
    ]
