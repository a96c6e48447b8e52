"""Padding and stride: how layers shrink, which pixels are used how often. Taught in chapters 4 and 5."""

from __future__ import annotations

import numpy as np
import traitlets

from ..conv import conv2d
from ..shapes import conv_output_size
from .base import POSITION, Explorer, ExplorerBox, Slider, assemble, module
from .still import Panel


class PaddingAndStride(Explorer):
    """A square input under layers that all have the same kernel, stride and padding."""

    name = "padding_and_stride"
    _esm = module(name)
    size = traitlets.Int().tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)
    layers = traitlets.Int().tag(sync=True)


def padding_and_stride(
    *, size: int = 16, kernel_size: int = 6, stride: int = 1, padding: int = 0, layers: int = 3
) -> ExplorerBox:
    """Count how often each pixel is used and watch the width shrink from layer to layer.

    Parameters
    ----------
    size, kernel_size : int
        Height and width of the input, 1 to 16, and of every kernel, 1 to 7.
    stride, padding : int
        Of every layer; 1 to 5, 0 to 6.
    layers : int
        How many layers follow each other, 1 to 6.

    Returns
    -------
    ExplorerBox
        Controls and the explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If a number is outside its range.

    Examples
    --------
    >>> padding_and_stride(size=7, kernel_size=3, stride=3, layers=1)
    explorers.padding_and_stride()
    """
    return assemble(
        PaddingAndStride(size=size, kernel_size=kernel_size, stride=stride, padding=padding, layers=layers),
        [
            Slider("size", "input size n", 1, 16),
            Slider("kernel_size", "kernel size k", 1, 7),
            Slider("stride", "stride s", 1, 5),
            Slider("padding", "padding p", 0, 6),
            Slider("layers", "layers", 1, 6),
            POSITION,
        ],
        lambda: _panels(size, kernel_size, stride, padding),
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
        Panel(f"how often each pixel is used, {n} × {n}", np.outer(uses, uses), "output"),
        Panel(f"output, {m} × {m}: pixels in each window", seen, "output"),
    ]
