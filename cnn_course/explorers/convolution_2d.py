"""Two-dimensional convolution: the window, its products and their sum. Taught in chapter 2."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import traitlets

from ..checks import choice, real_array
from ..conv import conv2d
from .base import LARGEST_CELL, POSITION, Choice, Explorer, ExplorerBox, Slider, Switch, assemble, module, sides, two
from .still import Panel

IMAGES = ("counting", "one", "edge", "binary", "your own")
KERNELS = ("counting", "identity", "blur", "sharpen", "Sobel", "Laplacian", "X", "difference", "your own")
BY_NATURE = {"sharpen": (3, 3), "Sobel": (3, 3), "Laplacian": (3, 3), "X": (3, 3), "difference": (1, 2)}


class Convolution2D(Explorer):
    """The input, the kernel and how it slides; what ends in _w is along the width."""

    name = "convolution_2d"
    _esm = module(name, "plates")
    image = traitlets.Unicode().tag(sync=True)
    x = traitlets.List(traitlets.Float()).tag(sync=True)
    preset = traitlets.Unicode().tag(sync=True)
    weight = traitlets.List(traitlets.Float()).tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    size_w = traitlets.Int().tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True)
    kernel_size_w = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    stride_w = traitlets.Int().tag(sync=True)
    padding = traitlets.Int().tag(sync=True)
    padding_w = traitlets.Int().tag(sync=True)
    dilation = traitlets.Int().tag(sync=True)
    square = traitlets.Bool().tag(sync=True)
    flip = traitlets.Bool().tag(sync=True)


def convolution_2d(
    *,
    image: object = "counting",
    kernel: str = "counting",
    size: int | Sequence[int] = 3,
    kernel_size: int | Sequence[int] = 2,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    dilation: int = 1,
    flip: bool = False,
    controls: Sequence[str] | None = None,
) -> ExplorerBox:
    """Slide a kernel over an image and read every product.

    Parameters
    ----------
    image : {"counting", "one", "edge", "binary"} or array_like of shape (rows, columns)
        What is in the input, whose numbers can be edited. A table of your own, up to 8 by 8, brings its `size`.
    kernel : {"counting", "identity", "blur", "sharpen", "Sobel", "Laplacian", "X", "difference"}
        The kernel to start with; its numbers can be edited. The last five have a size of their own.
    size, kernel_size : int or pair of int
        Height and width of the input, 1 to 8, and of the kernel, 1 to 5.
    stride, padding : int or pair of int
        As in :func:`cnn_course.conv2d`; 1 to 4, 0 to 3.
    dilation : int
        1 to 3.
    flip : bool
        Whether to flip the kernel first, which makes it a true convolution.
    controls : sequence of str, optional
        Which controls to show, by their traits: image, preset, size, kernel_size, stride, padding, dilation, square,
        flip.

    Returns
    -------
    ExplorerBox
        The explorer, computed in the browser.

    Raises
    ------
    TypeError
        If a number is not an integer or `flip` not a bool.
    ValueError
        If a number is outside its range, a name is unknown, or `image` is no table or holds numbers larger than 9999.

    Examples
    --------
    >>> convolution_2d(kernel="Sobel", image="edge", size=6, padding=1)
    explorers.convolution_2d()
    """
    preset = choice(kernel, "kernel", KERNELS[:-1])
    x: list[float] = []  # the browser fills in what has a name
    if not isinstance(image, str):
        x, size = _table(image)
        image = IMAGES[-1]
    else:
        choice(image, "image", IMAGES[:-1])
    n, k = two(size, "size", 1, 8), two(BY_NATURE.get(kernel, kernel_size), "kernel_size", 1, 5)
    s, p = two(stride, "stride", 1, 4), two(padding, "padding", 0, 3)
    core = Convolution2D(
        image=image, x=x, preset=preset, weight=[], size=n[0], size_w=n[1],
        kernel_size=k[0], kernel_size_w=k[1], stride=s[0], stride_w=s[1], padding=p[0], padding_w=p[1],
        dilation=dilation, square=all(rows == columns for rows, columns in (n, k, s, p)), flip=flip,
    )  # fmt: skip
    return assemble(
        core,
        [
            Choice("image", "input", IMAGES),
            Choice("preset", "kernel", KERNELS),
            *sides("size", "input n", 1, 8),
            *sides("kernel_size", "kernel k", 1, 5),
            *sides("stride", "stride s", 1, 4),
            *sides("padding", "padding p", 0, 3),
            Slider("dilation", "dilation d", 1, 3),
            Switch("square", "square"),
            Switch("flip", "flip"),
            POSITION,
        ],
        lambda: _panels(core) if (image, kernel) == ("counting", "counting") and core.square else [],
        controls,
    )


def _table(image: object) -> tuple[list[float], tuple[int, int]]:
    """Return the numbers of an input row by row, and its size."""
    array = real_array(image, "image")
    if array.ndim != 2:
        raise ValueError(f"image must be a name or a table of rows and columns, got shape {array.shape}")
    if not (np.abs(array) <= LARGEST_CELL).all():
        raise ValueError(f"image must hold numbers between -{LARGEST_CELL} and {LARGEST_CELL}, got {image!r}")
    return array.ravel().tolist(), (array.shape[0], array.shape[1])


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
        Panel("kernel, before it is turned" if core.flip else "kernel", w, "weight"),
        Panel(f"output, {len(y)} × {len(y)}", y, "output", (0, 0, 1, 1)),
    ]
