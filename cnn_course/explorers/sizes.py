"""Sizes and receptive field: the volumes of a stack of layers, what they cost and what a unit sees.

Taught in chapter 6.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import traitlets

from ..checks import choice, integer
from ..models import lenet5, summary
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, assemble, module, style
from .still import Panel

NETWORKS = ("LeNet-5", "AlexNet, first layers", "VGG-16", "width 16, kernels of 6", "your own layers")
MOST_LAYERS = 24


class Sizes(Explorer):
    """The input, the layers (kind, kernel, stride, padding, channels, dilation of each) and the unit looked at."""

    name = "sizes"
    _esm = module(name, "plates")
    _css = style("explorers", name)
    preset = traitlets.Unicode().tag(sync=True)
    layers = traitlets.List(traitlets.Float()).tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    depth = traitlets.Int().tag(sync=True)
    down = traitlets.Int().tag(sync=True)
    across = traitlets.Int().tag(sync=True)


def sizes(
    network: str = NETWORKS[0],
    *,
    layer: int = 1,
    down: int = 50,
    across: int = 50,
    controls: Sequence[str] | None = None,
) -> ExplorerBox:
    """Stack layers and follow the volumes, the parameters, the multiplications and the receptive field.

    Parameters
    ----------
    network : {"LeNet-5", "AlexNet, first layers", "VGG-16", "width 16, kernels of 6"}
        The layers to start with; they can be edited, moved, removed and added to.
    layer : int
        The layer that is chosen at the start, 0 to 24; 0 is the input.
    down, across : int
        Where the unit whose receptive field is drawn stands in the layer's map, in percent, 0 to 100.
    controls : sequence of str, optional
        Which controls to show, by their traits: preset, size, depth, down, across.

    Returns
    -------
    ExplorerBox
        The explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If a number is outside its range or the name is unknown.

    Notes
    -----
    In AlexNet as published the second convolution was split over two processors, and each half saw 48 of the 96 maps.
    Here it sees all of them and has twice the weights.

    Examples
    --------
    >>> sizes("VGG-16", layer=18)
    explorers.sizes()
    """
    preset = choice(network, "network", NETWORKS[:-1])
    position = integer(layer, "layer", 0)
    if position > MOST_LAYERS:
        raise ValueError(f"layer must be between 0 and {MOST_LAYERS}, got {layer}")
    return assemble(
        Sizes(preset=preset, layers=[], size=1, depth=1, down=down, across=across, position=position, last=position),
        [
            Choice("preset", "network", NETWORKS),
            Slider("size", "input n", 1, 256),
            Slider("depth", "channels C", 1, 64),
            Slider("down", "unit ↓, percent", 0, 100),
            Slider("across", "unit →, percent", 0, 100),
            POSITION,
        ],
        lambda: _panels() if network == NETWORKS[0] else [],
        controls,
    )


def _panels() -> list[Panel]:
    """Return LeNet-5 as a table."""
    rows = [row for row in summary(lenet5(np.random.RandomState(0)), (1, 32, 32)) if _counts(row.layer)]
    cells = [(row.layer, " × ".join(map(str, row.output_shape)), f"{row.params:,}", f"{row.macs:,}") for row in rows]
    return [Panel("LeNet-5", np.array([("layer", "output", "parameters", "multiplications"), *cells]), "table")]


def _counts(layer: str) -> bool:
    return layer.split("(")[0] in ("input", "Conv2d", "MaxPool2d", "Linear")
