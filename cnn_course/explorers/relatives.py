"""The relatives of convolution: who is connected, and who shares a weight. Taught in chapter 10."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import traitlets

from ..checks import choice
from ..conv import conv1d, conv_transpose2d
from ..shapes import conv_output_size
from ..variants import locally_connected2d, tiled_conv2d
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, assemble, module, style
from .still import Panel

RELATIVES = ("convolution", "unshared", "tiled", "grouped", "dilated", "transposed")
MOST_INPUTS = 16  # of all channels together, as in relatives.js


class Relatives(Explorer):
    """Which relative, its sizes, and the numbers that were typed; without any the browser has its own."""

    name = "relatives"
    _esm = module(name, "plates")
    _css = style("explorers", name)
    relative = traitlets.Unicode().tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    tiles = traitlets.Int().tag(sync=True)
    channels = traitlets.Int().tag(sync=True)
    groups = traitlets.Int().tag(sync=True)
    dilation = traitlets.Int().tag(sync=True)
    x: traitlets.List = traitlets.List(traitlets.Float()).tag(sync=True)
    weight: traitlets.List = traitlets.List(traitlets.Float()).tag(sync=True)
    biases: traitlets.List = traitlets.List(traitlets.Float()).tag(sync=True)


def relatives(
    relative: str = "convolution",
    *,
    size: int = 6,
    kernel_size: int = 3,
    stride: int = 1,
    tiles: int = 2,
    channels: int = 2,
    groups: int = 2,
    dilation: int = 2,
    controls: Sequence[str] | None = None,
) -> ExplorerBox:
    """Connect a row of inputs to outputs as a convolution does, or one of its relatives, and write the layer's matrix.

    Parameters
    ----------
    relative : {"convolution", "unshared", "tiled", "grouped", "dilated", "transposed"}
        Which layer.
    size : int
        Inputs in a channel, 1 to 8; all channels of a grouped layer together have at most 16.
    kernel_size, stride : int
        Weights in a row of the kernel, 1 to 5; distance from window to window, 1 to 3.
    tiles, channels, groups, dilation : int
        What the tiled, the grouped and the dilated layer need: 1 to 4, the dilation 1 to 3.
    controls : sequence of str, optional
        Which controls to show, by their traits: relative, size, kernel_size, stride, tiles, channels, groups, dilation.
        All of them if not given.

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
    >>> relatives("tiled", kernel_size=2)
    explorers.relatives()
    """
    core = Relatives(
        relative=choice(relative, "relative", RELATIVES),
        size=size,
        kernel_size=kernel_size,
        stride=stride,
        tiles=tiles,
        channels=channels,
        groups=groups,
        dilation=dilation,
    )
    return assemble(
        core,
        [
            Choice("relative", "relative", RELATIVES),
            Slider("size", "input n", 1, 8),
            Slider("kernel_size", "kernel k", 1, 5),
            Slider("stride", "stride s", 1, 3),
            Slider("tiles", "kernels t", 1, 4),
            Slider("channels", "channels C", 1, 4),
            Slider("groups", "groups", 1, 4),
            Slider("dilation", "dilation d", 1, 3),
            POSITION,
        ],
        lambda: _panels(core),
        controls,
    )


def _panels(core: Relatives) -> list[Panel]:
    """Return the row, the table of weights, the matrix and the output."""
    relative, k, stride = core.relative, core.kernel_size, core.stride
    channels, groups = (core.channels, core.groups) if relative == "grouped" else (1, 1)
    dilation = core.dilation if relative == "dilated" else 1
    n = min(core.size, MOST_INPUTS // channels)
    x = np.array([np.arange(1.0, n + 1)[:: -1 if channel % 2 else 1] for channel in range(channels)])
    row = Panel("input", x.reshape(1, -1), "input")
    fits = relative == "transposed" or dilation * (k - 1) + 1 <= n
    outputs = conv_output_size(n, k, stride=stride, dilation=dilation) if fits and relative != "transposed" else 1
    kernels = {"unshared": outputs, "tiled": core.tiles}.get(relative, channels)
    if not fits or channels % groups or (relative == "tiled" and core.tiles > outputs):
        return [row]
    taps = channels // groups * k
    signs = np.where(np.arange(kernels) % 2, -1, 1)[:, None]
    weight = signs * (np.arange(kernels)[:, None] // 2 * taps + np.arange(1.0, taps + 1))
    step = (1, stride)
    layers: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "unshared": lambda x: locally_connected2d(x[:, :, None], weight.reshape(1, 1, -1, 1, 1, k), stride=step),
        "tiled": lambda x: tiled_conv2d(x[:, :, None], weight.T.reshape(1, 1, 1, k, 1, -1), stride=step),
        "transposed": lambda x: conv_transpose2d(x[:, :, None], weight[None, None], stride=step),
    }
    filters = weight.reshape(channels, -1, k)
    layer = layers.get(relative, lambda x: conv1d(x, filters, stride=stride, dilation=dilation, groups=groups))
    matrix = layer(np.eye(x.size).reshape(-1, channels, n)).reshape(x.size, -1).T
    return [
        row,
        Panel("weights", weight, "weight"),
        Panel("matrix", matrix, "weight", (0, 0, 1, x.size)),
        Panel("output", (matrix @ x.ravel())[None], "output", (0, 0, 1, 1)),
    ]
