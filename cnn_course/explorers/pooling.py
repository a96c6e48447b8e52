"""Pooling: what a window of numbers becomes, and what a shift of the input does to it. Taught in chapter 7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from ..checks import choice
from ..data import shift as move
from ..pool import avg_pool2d, global_avg_pool2d, global_max_pool2d, max_pool2d, sum_pool2d
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, Switch, assemble, module, sides, style, two
from .still import Panel

EXAMPLES = {  # as in pooling.js
    "example": ((1, 2, 3, 4, 4, 5), (6, 0, 7, 8, 9, 0), (4, 1, 7, 2, 9, 4), (9, 4, 9, 1, 4, 2)),
    "map": ((4, 3, 4, 3), (2, 4, 2, 3), (2, 2, 5, 4), (2, 3, 2, 2)),
}
IMAGES = (*EXAMPLES, "square", "noise", "your own")
KINDS = ("maximum", "average", "sum", "global maximum", "global average")


class Pooling(Explorer):
    """A map, the kind of pooling and its windows; what ends in _w is along the width."""

    name = "pooling"
    _esm = module(name, "plates")
    _css = style("explorers", name)
    image = traitlets.Unicode().tag(sync=True)
    x = traitlets.List(traitlets.Float()).tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    size_w = traitlets.Int().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    window = traitlets.Int().tag(sync=True)
    window_w = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    stride_w = traitlets.Int().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)
    padding_w = traitlets.Int().tag(sync=True)
    square = traitlets.Bool().tag(sync=True)
    ceil_mode = traitlets.Bool().tag(sync=True)
    count_include_pad = traitlets.Bool().tag(sync=True)
    shift = traitlets.Int().tag(sync=True)
    shift_down = traitlets.Int().tag(sync=True)
    wrap = traitlets.Bool().tag(sync=True)


def pooling(
    *,
    image: str = "example",
    kind: str = "maximum",
    window: int | Sequence[int] = 2,
    stride: int | Sequence[int] = 2,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    shift: int = 0,
    shift_down: int = 0,
    wrap: bool = False,
    controls: Sequence[str] | None = None,
) -> ExplorerBox:
    """Pool a small map, then move it and see how much changes before and after pooling.

    Parameters
    ----------
    image : {"example", "map", "square", "noise"}
        What is in the input, whose numbers can be edited: 4 by 6, 4 by 4, or 8 by 8.
    kind : {"maximum", "average", "sum", "global maximum", "global average"}
        What becomes of a window.
    window, stride, padding : int or pair of int
        As `kernel_size`, `stride` and `padding` of :func:`cnn_course.max_pool2d`; 1 to 5, 1 to 4, 0 to 2.
    ceil_mode : bool
        Whether windows may hang over the end.
    count_include_pad : bool
        Whether an average divides by the padding too.
    shift, shift_down : int
        How far the input is moved to the right and down, -3 to 3.
    wrap : bool
        Whether what leaves at one side comes in at the other; else zeros do, as in :func:`cnn_course.data.shift`.
    controls : sequence of str, optional
        Which controls to show, by their traits: image, kind, window, stride, padding, size, shift, shift_down, square,
        ceil_mode, count_include_pad, wrap.

    Returns
    -------
    ExplorerBox
        The explorer, computed in the browser.

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
    k, s, p = two(window, "window", 1, 5), two(stride, "stride", 1, 4), two(padding, "padding", 0, 2)
    rows = EXAMPLES.get(choice(image, "image", IMAGES[:-1]), [[0.0] * 8] * 8)  # the browser knows the last two
    core = Pooling(
        image=image, x=[], size=len(rows), size_w=len(rows[0]), kind=choice(kind, "kind", KINDS),
        window=k[0], window_w=k[1], stride=s[0], stride_w=s[1], padding=p[0], padding_w=p[1],
        square=all(high == wide for high, wide in (k, s, p)), ceil_mode=ceil_mode, count_include_pad=count_include_pad,
        shift=shift, shift_down=shift_down, wrap=wrap,
    )  # fmt: skip
    return assemble(
        core,
        [
            Choice("image", "input", IMAGES),
            Choice("kind", "kind", KINDS),
            *sides("window", "window k", 1, 5),
            *sides("stride", "stride s", 1, 4),
            *sides("padding", "padding p", 0, 2),
            Slider("size", "rows H", 1, 8),
            Slider("size_w", "columns W", 1, 8),
            Slider("shift", "shift →", -3, 3),
            Slider("shift_down", "shift ↓", -3, 3),
            Switch("square", "square"),
            Switch("ceil_mode", "ceil mode"),
            Switch("count_include_pad", "count padding"),
            Switch("wrap", "wrap"),
            POSITION,
        ],
        lambda: _panels(core, np.array(EXAMPLES[image], float)) if image in EXAMPLES and not wrap else [],
        controls,
    )


def _panels(core: Pooling, example: np.ndarray) -> list[Panel]:
    x, title = move(example, core.shift_down, core.shift)[None, None], f"input, {example.shape[0]} × {example.shape[1]}"
    k, s, p = (core.window, core.window_w), (core.stride, core.stride_w), (core.padding, core.padding_w)
    options: dict[str, Any] = {"stride": s, "padding": p, "ceil_mode": core.ceil_mode}
    whole = core.kind.startswith("global")
    if whole:
        y = (global_max_pool2d if core.kind == "global maximum" else global_avg_pool2d)(x)
    elif any(2 * pad > side or n + 2 * pad < side for n, side, pad in zip(example.shape, k, p, strict=True)):
        return [Panel(title, x[0, 0], "input")]
    elif core.kind == "average":
        y = avg_pool2d(x, k, count_include_pad=core.count_include_pad, **options)
    else:
        y = (max_pool2d if core.kind == "maximum" else sum_pool2d)(x, k, **options)
    window = None if whole or any(p) else (0, 0, *k)
    rows, cols = y.shape[2:]
    return [
        Panel(title, x[0, 0], "input", window),
        Panel(f"output, {rows} × {cols}", y[0, 0], "output", (0, 0, 1, 1)),
    ]
