"""One-dimensional convolution by hand: step the flipped kernel along the input. Taught in chapter 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
import traitlets

from ..checks import choice
from ..conv import convolve1d, correlate1d
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, Switch, assemble, module, row_of_numbers, style
from .still import Panel

MODES = ("valid", "same", "full")
LONGEST_SIGNAL, LONGEST_KERNEL = 8, 6


class FlipAndFilter(Explorer):
    """The input, the kernel and how they meet."""

    name = "flip_and_filter"
    _esm = module(name, "plates")
    _css = style("explorers", name)
    signal = traitlets.List(traitlets.Float()).tag(sync=True)
    kernel = traitlets.List(traitlets.Float()).tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True)
    mode = traitlets.Unicode().tag(sync=True)
    flip = traitlets.Bool().tag(sync=True)


def flip_and_filter(
    signal: object = (1, 2, 3, 4, 5, 6),
    kernel: object = (0.1, 0.2, 0.3, 0.4),
    *,
    mode: str = "valid",
    flip: bool = True,
    controls: Sequence[str] | None = None,
) -> ExplorerBox:
    """Walk a kernel along a row of numbers, flipped (convolution) or as it is (cross-correlation).

    Parameters
    ----------
    signal : array_like of shape (n,)
        The input, 1 to 8 numbers.
    kernel : array_like of shape (k,)
        The kernel before it is flipped, 1 to 6 numbers.
    mode : {"valid", "same", "full"}
        Which outputs are kept.
    flip : bool
        Whether to flip the kernel.
    controls : sequence of str, optional
        Which controls to show, by their traits: mode, size, kernel_size, flip. All of them if not given.

    Returns
    -------
    ExplorerBox
        Controls and the explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a row does not hold real numbers, or `flip` is not a bool.
    ValueError
        If a row is too short or too long, holds numbers larger than 9999, or `mode` or a control is unknown.

    Examples
    --------
    >>> flip_and_filter([1, 2, 3], [1, -1], mode="full")
    explorers.flip_and_filter()
    """
    g = row_of_numbers(signal, "signal", 1, LONGEST_SIGNAL)
    w = row_of_numbers(kernel, "kernel", 1, LONGEST_KERNEL)
    core = FlipAndFilter(
        signal=g,
        kernel=w,
        size=len(g),
        kernel_size=len(w),
        mode=choice(mode, "mode", MODES),
        flip=flip,
    )
    return assemble(
        core,
        [
            Choice("mode", "outputs kept", MODES),
            Slider("size", "input n", 1, LONGEST_SIGNAL),
            Slider("kernel_size", "kernel k", 1, LONGEST_KERNEL),
            Switch("flip", "flip"),
            POSITION,
        ],
        lambda: _panels(np.array(g), np.array(w), cast(Any, mode), flip),
        controls,
    )


def _panels(x: np.ndarray, w: np.ndarray, mode: Literal["valid", "same", "full"], flip: bool) -> list[Panel]:
    """Return the row with its zeros, the kernel as it lies on it, and the output."""
    k = len(w)
    kernel = Panel(f"kernel w, {'flipped' if flip else 'as it is'}", (w[::-1] if flip else w)[None], "weight")
    if mode == "valid" and k > len(x):
        return [Panel("input x", x[None], "input"), kernel]
    zeros = {"valid": (0, 0), "same": (k // 2, (k - 1) // 2), "full": (k - 1, k - 1)}[mode]
    title = "input x" if mode == "valid" else "input x, between zeros"
    y = (convolve1d if flip else correlate1d)(x, w, mode)
    row = Panel(title, np.pad(x, zeros)[None], "input", (0, 0, 1, k))
    return [row, kernel, Panel(f"output y, {mode}", y[None], "output", (0, 0, 1, 1))]
