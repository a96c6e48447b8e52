"""Backprop of a convolution and of pooling: the gradients, each with its terms. Taught in chapter 9."""

from __future__ import annotations

import traitlets

from ..checks import choice
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, assemble, module

KINDS = ("convolution", "maximum pooling", "average pooling")
IMAGES = ("0, 1, 2, 3, …", "three 7s that tie", "your own numbers")


class Backprop(Explorer):
    """The input, the kernel, the upstream gradient and how the window slides."""

    name = "backprop"
    _esm = module(name)
    kind = traitlets.Int().tag(sync=True)
    image = traitlets.Int().tag(sync=True)
    x = traitlets.List(traitlets.Float()).tag(sync=True)
    weight = traitlets.List(traitlets.Float()).tag(sync=True)
    upstream = traitlets.List(traitlets.Float()).tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)


def backprop(
    *,
    kind: str = KINDS[0],
    image: str = IMAGES[0],
    size: int = 3,
    kernel_size: int = 2,
    stride: int = 1,
    padding: int = 0,
) -> ExplorerBox:
    """Send an upstream gradient back through a convolution or a pooling layer, term by term.

    Parameters
    ----------
    kind : {"convolution", "maximum pooling", "average pooling"}
        The layer; an average counts the padding.
    image : {"0, 1, 2, 3, …", "three 7s that tie"}
        The input to start with; its cells can be edited, as can those of the kernel and of the upstream gradient.
    size, kernel_size : int
        Height and width of the input, 1 to 6, and of the kernel or window, 1 to 4.
    stride, padding : int
        1 to 3, 0 to 2.

    Returns
    -------
    ExplorerBox
        Controls and the explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If a number is outside its range or a name is unknown.

    Examples
    --------
    >>> backprop(size=6, kernel_size=3, stride=2)
    explorers.backprop()
    """
    core = Backprop(
        kind=KINDS.index(choice(kind, "kind", KINDS)), image=IMAGES.index(choice(image, "image", IMAGES[:-1])),
        x=[], weight=[], upstream=[], size=size, kernel_size=kernel_size, stride=stride, padding=padding,
    )  # fmt: skip
    return assemble(
        core,
        [
            Choice("kind", "layer", KINDS),
            Choice("image", "input", IMAGES),
            Slider("size", "input size n", 1, 6),
            Slider("kernel_size", "kernel size k", 1, 4),
            Slider("stride", "stride s", 1, 3),
            Slider("padding", "padding p", 0, 2),
            POSITION,
        ],
    )
