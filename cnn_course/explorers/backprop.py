"""Backprop of a convolution and of pooling: the gradients, each with its terms. Taught in chapter 9."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from ..checks import choice
from ..conv import conv2d, conv2d_backward
from ..pool import avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, Switch, assemble, module, style
from .still import Panel

KINDS = ("convolution", "maximum pooling", "average pooling")
IMAGES = ("counting", "ties", "your own")


class Backprop(Explorer):
    """The input, the kernel, the upstream gradient and how the window slides."""

    name = "backprop"
    _esm = module(name, "plates")
    _css = style("explorers", name)
    kind = traitlets.Unicode().tag(sync=True)
    image = traitlets.Unicode().tag(sync=True)
    x = traitlets.List(traitlets.Float()).tag(sync=True)
    weight = traitlets.List(traitlets.Float()).tag(sync=True)
    upstream = traitlets.List(traitlets.Float()).tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)
    second = traitlets.Bool().tag(sync=True)


def backprop(
    *,
    kind: str = KINDS[0],
    image: str = IMAGES[0],
    size: int = 3,
    kernel_size: int = 2,
    stride: int = 1,
    padding: int = 0,
    second: bool = False,
    controls: Sequence[str] | None = None,
) -> ExplorerBox:
    """Send an upstream gradient back through a convolution or a pooling layer, term by term.

    Parameters
    ----------
    kind : {"convolution", "maximum pooling", "average pooling"}
        The layer; an average counts the padding.
    image : {"counting", "ties"}
        The input to start with; its cells can be edited, as can those of the kernel and of the upstream gradient.
    size, kernel_size : int
        Height and width of the input, 1 to 6, and of the kernel or window, 1 to 4.
    stride, padding : int
        1 to 3, 0 to 2.
    second : bool
        Whether there is a second filter: then the gradient of the input is the sum over both. Pooling has one.
    controls : sequence of str, optional
        Which controls to show, by their traits: kind, image, size, kernel_size, stride, padding, second.

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
    >>> backprop(size=6, kernel_size=3, stride=2)
    explorers.backprop()
    """
    core = Backprop(
        kind=choice(kind, "kind", KINDS), image=choice(image, "image", IMAGES[:-1]), x=[], weight=[], upstream=[],
        size=size, kernel_size=kernel_size, stride=stride, padding=padding, second=second,
    )  # fmt: skip
    return assemble(
        core,
        [
            Choice("kind", "layer", KINDS),
            Choice("image", "input", IMAGES),
            Slider("size", "input n", 1, 6),
            Slider("kernel_size", "kernel k", 1, 4),
            Slider("stride", "stride s", 1, 3),
            Slider("padding", "padding p", 0, 2),
            Switch("second", "second filter"),
            POSITION,
        ],
        lambda: _panels(core) if not core.second else [],
        controls,
    )


def _panels(core: Backprop) -> list[Panel]:
    """Return the input, the kernel and the output, each with its gradient."""
    n, k, p = core.size, core.kernel_size, core.padding
    options: dict[str, Any] = {"stride": core.stride, "padding": p}
    x, w = (np.arange(side * side, dtype=float).reshape(1, 1, side, side) for side in (n, k))
    if core.image == "ties":
        x = np.array([[1, 7, 2], [0, 7, 3], [7, 4, 5]], float)[np.arange(n)[:, None] % 3, np.arange(n) % 3][None, None]
    if n + 2 * p < k or (core.kind != KINDS[0] and 2 * p > k):
        return [Panel("x, the input", x[0, 0], "input")]
    if core.kind == KINDS[0]:
        y = conv2d(x, w, **options)
        grad_x, grad_w, _ = conv2d_backward(np.ones_like(y), x, w, **options)
        assert grad_x is not None  # it was asked for
        kernel = [Panel("w, the kernel", w[0, 0], "weight"), Panel("∂L/∂w", grad_w[0, 0], "weight")]
    else:
        pool, back = ((max_pool2d, max_pool2d_backward), (avg_pool2d, avg_pool2d_backward))[core.kind == KINDS[2]]
        y, kernel = pool(x, k, **options), []
        grad_x = back(np.ones_like(y), x, k, **options)
    m = y.shape[2]
    return [
        Panel("x, the input", x[0, 0], "input"),
        Panel("∂L/∂x", grad_x[0, 0]),
        *kernel,
        Panel(f"y, {m} × {m}", y[0, 0]),
        Panel("g, from above", np.ones((m, m))),
    ]
