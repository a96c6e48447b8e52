"""Padding and stride: how layers shrink, which pixels are used how often. Taught in chapters 4 and 5."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import traitlets

from ..conv import conv2d
from ..shapes import conv_output_size
from .base import POSITION, Explorer, ExplorerBox, Slider, Switch, assemble, module, sides, style, two
from .still import Panel


class PaddingAndStride(Explorer):
    """An input under layers that all have the same kernel, stride and padding; what ends in _w is along the width."""

    name = "padding_and_stride"
    _esm = module(name, "plates")
    _css = style("explorers", name)
    size = traitlets.Int().tag(sync=True)
    size_w = traitlets.Int().tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True)
    kernel_size_w = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    stride_w = traitlets.Int().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)
    padding_w = traitlets.Int().tag(sync=True)
    layers = traitlets.Int().tag(sync=True)
    square = traitlets.Bool().tag(sync=True)


def padding_and_stride(
    *,
    size: int | Sequence[int] = 16,
    kernel_size: int | Sequence[int] = 6,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    layers: int = 3,
    controls: Sequence[str] | None = None,
) -> ExplorerBox:
    """Count how often each pixel is used and watch the width shrink from layer to layer.

    Parameters
    ----------
    size, kernel_size : int or pair of int
        Height and width of the input, 1 to 16, and of every kernel, 1 to 7.
    stride, padding : int or pair of int
        Of every layer, along rows and columns; 1 to 5, 0 to 6.
    layers : int
        How many layers follow each other, 1 to 6.
    controls : sequence of str, optional
        Which controls to show, by their traits: size, kernel_size, stride, padding, layers, square.

    Returns
    -------
    ExplorerBox
        The explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If a number is outside its range or a control unknown.

    Examples
    --------
    >>> padding_and_stride(size=7, kernel_size=3, stride=3, layers=1)
    explorers.padding_and_stride()
    """
    n, k = two(size, "size", 1, 16), two(kernel_size, "kernel_size", 1, 7)
    s, p = two(stride, "stride", 1, 5), two(padding, "padding", 0, 6)
    core = PaddingAndStride(
        size=n[0], size_w=n[1], kernel_size=k[0], kernel_size_w=k[1], stride=s[0], stride_w=s[1],
        padding=p[0], padding_w=p[1], layers=layers, square=all(rows == columns for rows, columns in (n, k, s, p)),
    )  # fmt: skip
    return assemble(
        core,
        [
            *sides("size", "input n", 1, 16),
            *sides("kernel_size", "kernel k", 1, 7),
            *sides("stride", "stride s", 1, 5),
            *sides("padding", "padding p", 0, 6),
            Slider("layers", "layers", 1, 6),
            Switch("square", "square"),
            POSITION,
        ],
        lambda: _panels(n[0], k[0], s[0], p[0]) if core.square else [],
        controls,
    )


def _panels(n: int, k: int, s: int, p: int) -> list[Panel]:
    """Return how often each pixel is used, and how many pixels each output sees."""
    if n + 2 * p < k:
        return []
    m = conv_output_size(n, k, stride=s, padding=p)
    inside = [(j * s <= np.arange(p, p + n)) & (np.arange(p, p + n) < j * s + k) for j in range(m)]
    uses = np.sum(inside, axis=0)
    seen = conv2d(np.ones((1, 1, n, n)), np.ones((1, 1, k, k)), stride=s, padding=p)[0, 0]
    return [
        Panel(f"pixels, {n} × {n}: times used", np.outer(uses, uses), "output"),
        Panel(f"output, {m} × {m}: pixels seen", seen, "output"),
    ]
