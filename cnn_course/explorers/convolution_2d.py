"""Two-dimensional convolution: the window, its products and their sum. Taught in chapter 2."""

from __future__ import annotations

import numpy as np
import traitlets

from ..checks import choice
from ..conv import conv2d
from .base import POSITION, Check, Choice, Explorer, ExplorerBox, Slider, assemble, module
from .still import Panel

KERNELS = ("0, 1, 2, 3, …", "identity", "blur", "sharpen", "Sobel", "Laplacian", "your own numbers")
IMAGES = ("0, 1, 2, 3, …", "a single 1", "an edge", "a binary image")


class Convolution2D(Explorer):
    """The input, the kernel and how it slides."""

    name = "convolution_2d"
    _esm = module(name)
    image = traitlets.Int().tag(sync=True)
    preset = traitlets.Int().tag(sync=True)
    weight = traitlets.List(traitlets.Float()).tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)
    dilation = traitlets.Int().tag(sync=True)
    flip = traitlets.Bool().tag(sync=True)


def convolution_2d(
    *,
    image: str = IMAGES[0],
    kernel: str = KERNELS[0],
    size: int = 3,
    kernel_size: int = 2,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    flip: bool = False,
) -> ExplorerBox:
    """Slide a kernel over an image and read every product.

    Parameters
    ----------
    image : {"0, 1, 2, 3, …", "a single 1", "an edge", "a binary image"}
        What is in the input.
    kernel : {"0, 1, 2, 3, …", "identity", "blur", "sharpen", "Sobel", "Laplacian"}
        The kernel to start with; its cells can be edited. The last three are 3 by 3.
    size, kernel_size : int
        Height and width of the input, 1 to 8, and of the kernel, 1 to 5.
    stride, padding, dilation : int
        As in :func:`cnn_course.conv2d`; 1 to 4, 0 to 3, 1 to 3.
    flip : bool
        Whether to flip the kernel first, which makes it a true convolution.

    Returns
    -------
    ExplorerBox
        Controls and the explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer or `flip` not a bool.
    ValueError
        If a number is outside its range or a name is unknown.

    Examples
    --------
    >>> convolution_2d(kernel="Sobel", image="an edge", size=6, padding=1)
    explorers.convolution_2d()
    """
    preset = KERNELS.index(choice(kernel, "kernel", KERNELS[:-1]))
    side = 3 if kernel in ("sharpen", "Sobel", "Laplacian") else kernel_size
    core = Convolution2D(
        image=IMAGES.index(choice(image, "image", IMAGES)), preset=preset, weight=[], size=size, kernel_size=side,
        stride=stride, padding=padding, dilation=dilation, flip=flip,
    )  # fmt: skip
    return assemble(
        core,
        [
            Choice("image", "input", IMAGES),
            Choice("preset", "kernel", KERNELS),
            Slider("size", "input size n", 1, 8),
            Slider("kernel_size", "kernel size k", 1, 5),
            Slider("stride", "stride s", 1, 4),
            Slider("padding", "padding p", 0, 3),
            Slider("dilation", "dilation d", 1, 3),
            Check("flip", "flip the kernel (true convolution)"),
            POSITION,
        ],
        lambda: _panels(core) if (image, kernel) == (IMAGES[0], KERNELS[0]) else [],
    )


def _panels(core: Convolution2D) -> list[Panel]:
    """Return what is shown of the input 0, 1, 2, … under the kernel 0, 1, 2, …"""
    n, k, p = core.size, core.kernel_size, core.padding
    x, w = (np.arange(side * side).reshape(side, side) for side in (n, k))
    span = core.dilation * (k - 1) + 1
    if n + 2 * p < span:
        return [Panel(f"input, {n} × {n}", np.pad(x, p), "input"), Panel("kernel", w, "weight")]
    used = w[::-1, ::-1] if core.flip else w
    y = conv2d(x[None, None], used[None, None], stride=core.stride, padding=p, dilation=core.dilation)[0, 0]
    return [
        Panel(f"input, {n} × {n}{f' with {p} of padding' if p else ''}", np.pad(x, p), "input", (0, 0, span, span)),
        Panel("kernel flipped, as used" if core.flip else "kernel", used, "weight"),
        Panel(f"output, {len(y)} × {len(y)}", y, "output", (0, 0, 1, 1)),
    ]
