"""Arrays as pictures: photographs, kernels and feature maps."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from cnn_course.checks import choice, integer, plain_array
from cnn_course.plots.figure import (
    MUTED,
    SMALL,
    WIDTH,
    BookFigure,
    as_array,
    book_figure,
    colors,
    number,
    sheet,
    write,
)

GAP = 0.14  # inches
LABEL = 0.26
MOST_COLUMNS = 64


@book_figure
def images(
    arrays: Sequence[ArrayLike],
    titles: Sequence[str] | None = None,
    *,
    kind: str = "photo",
    columns: int | None = None,
) -> BookFigure:
    """Draw pictures side by side.

    Parameters
    ----------
    arrays : sequence of arrays of shape (H, W), (1, H, W), (3, H, W) or (H, W, 3)
        Photographs hold values from 0 to 1, or bytes from 0 to 255; what lies outside is clipped.
    titles : sequence of str, optional
        One for each picture.
    kind : {"photo", "weight", "output"}, optional
        Photographs are grey or coloured; weights and outputs share one scale that is symmetric about zero, of which the
        key shows the colours that can occur.
    columns : int, optional
        How many pictures stand in a row.

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If there is no picture, one has no such shape or holds NaN, infinity or integers that are neither bytes nor
        0 and 1, `kind` is unknown, `titles` are not as many, or `columns` is out of range.
    TypeError
        If a picture does not hold real numbers, or `columns` is no integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.images([np.eye(8), 1 - np.eye(8)], ["diagonal", "the rest"])
    <BookFigure: images>
    """
    choice(kind, "kind", ("photo", "weight", "output"))
    pictures = [_picture(array, kind) for array in arrays]
    if not pictures:
        raise ValueError("arrays must hold at least one picture, got none")
    return _mosaic(pictures, titles, kind, min(len(pictures), 3) if columns is None else columns, largest=2.7)


@book_figure
def kernels(weight: ArrayLike, *, columns: int | None = None) -> BookFigure:
    """Draw every kernel of a layer, all on one scale: brown is negative, green is positive.

    Parameters
    ----------
    weight : array of shape (C_out, C_in, kH, kW) or (C_out, kH, kW)
        With several input channels each column is a filter and each row an input channel.
    columns : int, optional
        How many stand in a row; for several input channels always C_out.

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If `weight` does not have three or four axes, is empty or holds NaN or infinity, or `columns` is out of range.
    TypeError
        If `weight` does not hold real numbers, or `columns` is no integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.kernels(np.arange(54.0).reshape(6, 1, 3, 3) - 27)
    <BookFigure: kernels>
    """
    weight = as_array("weight", weight, 3, 4, finite=True)
    weight = weight[:, None] if weight.ndim == 3 else weight
    filters, channels = weight.shape[:2]
    if channels > 1:
        columns = filters
    pictures = list(weight.swapaxes(0, 1).reshape(-1, *weight.shape[2:]))
    titles = [str(index) for index in range(filters)] + [""] * (filters * (channels - 1))
    return _mosaic(pictures, titles, "weight", min(filters, 6) if columns is None else columns, largest=0.9)


@book_figure
def feature_maps(maps: ArrayLike, *, columns: int | None = None) -> BookFigure:
    """Draw every feature map of one image, all on one scale: red is negative, blue is positive.

    Parameters
    ----------
    maps : array of shape (C, H, W)
        The output of a layer.
    columns : int, optional
        How many stand in a row.

    Returns
    -------
    BookFigure

    Raises
    ------
    ValueError
        If `maps` does not have three axes, is empty or holds NaN or infinity, or `columns` is out of range.
    TypeError
        If `maps` does not hold real numbers, or `columns` is no integer.

    Examples
    --------
    >>> from cnn_course import plots
    >>> plots.feature_maps(np.arange(96.0).reshape(6, 4, 4) - 48)
    <BookFigure: feature_maps>
    """
    maps = as_array("maps", maps, 3, finite=True)
    titles = [str(index) for index in range(len(maps))]
    best = next((n for n in (6, 5, 4) if len(maps) % n == 0), 6)
    return _mosaic(list(maps), titles, "output", min(len(maps), best) if columns is None else columns, largest=1.2)


def _picture(array: ArrayLike, kind: str) -> np.ndarray:
    """Bring a picture to (H, W) or (H, W, 3)."""
    dtype = plain_array(array, "each of arrays").dtype
    array = as_array("each of arrays", array, 2, 3, finite=True)
    if kind == "photo" and dtype == np.uint8:
        array = array / 255
    elif kind == "photo" and dtype.kind in "iu" and not 0 <= array.min() <= array.max() <= 1:
        raise ValueError(
            f"a photo of integers must hold bytes (uint8), or 0 and 1, got {dtype} from {array.min():g} to "
            f"{array.max():g}; pass array / 255 or array.astype(np.uint8)"
        )
    if array.ndim == 3 and array.shape[0] in (1, 3) and array.shape[2] != 3:
        array = array.transpose(1, 2, 0)  # channels first, as everywhere in the book
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 3 and (array.shape[2] != 3 or kind != "photo"):
        raise ValueError(f"a picture must have shape (H, W), (1, H, W) or, as a photo, (3, H, W), got {array.shape}")
    return array


def _mosaic(
    pictures: list[np.ndarray], titles: Sequence[str] | None, kind: str, columns: int, largest: float
) -> BookFigure:
    """Place pictures in rows, with titles above, and a key of the colours beneath if they stand for numbers."""
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"titles must be as many as the pictures: {len(titles)} for {len(pictures)}")
    columns = min(integer(columns, "columns", 1), len(pictures))
    if columns > MOST_COLUMNS:
        raise ValueError(f"columns must be at most {MOST_COLUMNS}, to leave pictures some width, got {columns}")
    limit = max(float(np.abs(picture).max()) for picture in pictures) or 1.0
    gap = GAP if columns <= 8 else 0.06
    width = min(largest, (WIDTH + gap) / columns - gap)
    rows = [range(i, min(i + columns, len(pictures))) for i in range(0, len(pictures), columns)]
    heights = [max(width * pictures[i].shape[0] / pictures[i].shape[1] for i in row) for row in rows]
    heads = [LABEL if titles is not None and any(titles[i] for i in row) else gap for row in rows]
    key = 0.0 if kind == "photo" else 0.55
    figure, axes = sheet(columns * (width + gap) - gap, sum(heights) + sum(heads) + key)
    y = 0.0
    for row, height, head in zip(rows, heights, heads, strict=True):
        y += head
        for col, i in enumerate(row):
            x = col * (width + gap)
            tall = width * pictures[i].shape[0] / pictures[i].shape[1]
            _show(axes, _paint(pictures[i], kind, limit), x, y, width, tall)
            if titles is not None and titles[i]:
                write(axes, x + width / 2, y - head / 2, titles[i], size=SMALL)
        y += height
    if key:
        middle, half = axes.get_xlim()[1] / 2, min(0.8, axes.get_xlim()[1] / 3)
        # The key has no colour that cannot occur.
        lowest = -1 if any((picture < 0).any() for picture in pictures) else 0
        _show(axes, _paint(np.linspace(lowest, 1, 65)[None], kind, 1.0), middle - half, y + 0.2, 2 * half, 0.1)
        for share in sorted({lowest, 0, 1}):
            x = middle - half + 2 * half * (share - lowest) / (1 - lowest)
            write(axes, x, y + 0.44, number(share * limit), size=SMALL, color=MUTED)
    return figure


def _paint(picture: np.ndarray, kind: str, limit: float) -> np.ndarray:
    """Turn numbers into bytes of shape (H, W, 3)."""
    if kind == "photo":
        light = np.nan_to_num(np.clip(picture, 0, 1))
        light = light if light.ndim == 3 else np.repeat(light[:, :, None], 3, axis=2)
    else:
        light = colors(picture, kind, limit)[:, :, :3]
    return np.round(255 * light).astype(np.uint8)


def _show(axes: Axes, picture: np.ndarray, x: float, y: float, width: float, height: float) -> None:
    """Put a picture on the sheet with its own pixels, which the browser enlarges; a thin frame around it."""
    axes.imshow(picture, extent=(x, x + width, y + height, y), interpolation="none", aspect="auto", clip_on=False)
    axes.add_patch(mpl.patches.Rectangle((x, y), width, height, fill=False, ec=MUTED, lw=0.6, clip_on=False))
    axes.set_autoscale_on(False)
