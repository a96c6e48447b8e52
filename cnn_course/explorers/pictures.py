"""Kernels on pictures: a photograph, or a picture of the reader's own, under any kernel. Taught in chapter 2."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import traitlets

from ..checks import choice, integer
from ..data import photograph
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, Switch, assemble, module, style
from .still import Panel

PICTURES = ("china", "flower", "your own")
KERNELS = ("identity", "box blur", "all ones", "sharpen", "Sobel, vertical", "Sobel, horizontal", "Laplacian", "emboss",
           "your own numbers")  # fmt: skip
ANY_SIZE = 3  # so many kernels, the first ones, may have any size; the others are 3 by 3
SIZES = (3, 5, 7)
PADDINGS = ("valid", "zeros", "repeat")
VIEWS = ("picture", "signed")
LONGER_SIDE = 120  # few enough pixels for the page to stay small
START = 18, 29  # the edge of a roof, as row and column of the output


class Pictures(Explorer):
    """Two small photographs, the kernel and how its output is shown."""

    name = "pictures"
    _esm = module(name, "plates", "canvas", "filter")
    _css = style("explorers", name)
    photographs = traitlets.Bytes(help="one byte for each channel of each pixel").tag(sync=True, stored=True)
    shape = traitlets.List(traitlets.Int(), help="height and width of both").tag(sync=True, stored=True)
    picture = traitlets.Unicode().tag(sync=True)
    preset = traitlets.Unicode().tag(sync=True)
    weight = traitlets.List(traitlets.Float()).tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    padding = traitlets.Unicode().tag(sync=True)
    signed = traitlets.Bool().tag(sync=True)
    grey = traitlets.Bool().tag(sync=True)
    flip = traitlets.Bool().tag(sync=True)


def pictures(
    *,
    picture: str = PICTURES[0],
    kernel: str = KERNELS[1],
    kernel_size: int = 3,
    stride: int = 1,
    padding: str = PADDINGS[0],
    view: str = VIEWS[0],
    grey: bool = False,
    flip: bool = False,
    controls: Sequence[str] | None = None,
) -> ExplorerBox:
    """Slide a kernel over a photograph, or over a picture of the reader's own, which never leaves the page.

    Parameters
    ----------
    picture : {"china", "flower"}
        The photograph to start with, 80 by 120 pixels with values from 0 to 255.
    kernel : {"identity", "box blur", "all ones", "sharpen", "Sobel, vertical", "Sobel, horizontal", "Laplacian", \
"emboss"}
        The kernel to start with; its cells can be edited. All but the first three are 3 by 3. The two of Sobel find
        vertical and horizontal edges.
    kernel_size : {3, 5, 7}
        Height and width of the kernel, for the first three.
    stride : int
        1 to 4.
    padding : {"valid", "zeros", "repeat"}
        No padding, or as much as keeps the picture's size at a stride of 1: zeros, or the border repeated.
    view : {"picture", "signed"}
        How the output is shown: cut off at 0 and 255, or with negative numbers in red and positive ones in blue.
    grey : bool
        Whether to mix red, green and blue into one channel first; otherwise each is filtered alone.
    flip : bool
        Whether to flip the kernel first, which makes it a true convolution.
    controls : sequence of str, optional
        Which controls to show, by their traits: picture, preset, padding, size, stride, signed, grey, flip.

    Returns
    -------
    ExplorerBox
        The explorer, computed in the browser.

    Raises
    ------
    TypeError
        If `kernel_size` is not an integer, or `grey` or `flip` not a bool.
    ValueError
        If a name is unknown or there is no such kernel size.
    ImportError
        If scikit-learn, which brings the photographs, is not installed.

    Examples
    --------
    >>> pictures(kernel="Sobel, vertical", view="signed", grey=True)
    explorers.pictures()
    """
    preset = choice(kernel, "kernel", KERNELS[:-1])
    if integer(kernel_size, "kernel_size") not in SIZES:
        raise ValueError(f"kernel_size must be 3, 5 or 7, got {kernel_size!r}")
    both = np.stack([photograph(name, size=LONGER_SIDE) for name in PICTURES[:-1]])  # (2, 3, H, W)
    size = kernel_size if KERNELS.index(preset) < ANY_SIZE else 3
    width = (both.shape[3] - (size if padding == "valid" else 1)) // max(1, integer(stride, "stride")) + 1
    position = START[0] * width + START[1]
    core = Pictures(
        photographs=np.round(255 * both).astype(np.uint8).transpose(0, 2, 3, 1).tobytes(),
        shape=list(both.shape[2:]),
        picture=choice(picture, "picture", PICTURES[:-1]),
        preset=preset,
        weight=[],
        size=size,
        stride=stride,
        padding=choice(padding, "padding", PADDINGS),
        signed=choice(view, "view", VIEWS) == "signed",
        grey=grey,
        flip=flip,
        position=position,
        last=position,
    )
    told = [
        ("kernel", f"{kernel}, {size} × {size}" + (", flipped" if flip else "")),
        ("padding", padding),
        ("colours", "mixed to grey" if grey else "each alone"),
        ("shown as", view),
    ]
    return assemble(
        core,
        [
            Choice("picture", "picture", PICTURES),
            Choice("preset", "kernel", KERNELS),
            Choice("padding", "padding", PADDINGS),
            Slider("size", "kernel k", 3, 7, step=2),
            Slider("stride", "stride s", 1, 4),
            Switch("signed", "signed"),
            Switch("grey", "grey"),
            Switch("flip", "flip"),
            POSITION,
        ],
        lambda: [
            Panel(f"{picture}, in larger pixels", _coarse(both[PICTURES.index(picture)]), "input", numbered=False),
            Panel("what the window does", np.array(told), "table"),
        ],
        controls,
    )


def _coarse(picture: np.ndarray) -> np.ndarray:
    """Return a picture of shape (3, 80, 120) in greys, each the mean of 4 by 4 pixels."""
    return picture.mean(axis=0).reshape(20, 4, 30, 4).mean(axis=(1, 3))
