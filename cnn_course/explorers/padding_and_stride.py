"""Padding and stride: how layers shrink, which pixels are used how often. Taught in chapters 4 and 5."""

from __future__ import annotations

import traitlets

from .base import POSITION, Explorer, ExplorerBox, Slider, assemble, module


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
    )
