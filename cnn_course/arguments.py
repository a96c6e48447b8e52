"""Arguments of the operations, resolved once at the door: arrays of one dtype, and one `Window` for all options.

What comes out is frozen and is handed down as it is; nothing below the door asks again. Taught in no chapter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .checks import batch, integer, per_axis, real_array, same_shape
from .shapes import (
    Padding,
    Pair,
    check_groups,
    conv_transpose_output_size,
    kernel_span,
    pool_output_size,
    resolve_padding,
    window_count,
)

# With respect to the input, if it was asked for, the weight, and the bias, if there is one.
Gradients = tuple[np.ndarray | None, np.ndarray, np.ndarray | None]


class Window(NamedTuple):
    """The size of a kernel and how it slides over an image; each field is (rows, columns).

    Attributes
    ----------
    kernel_size, stride, dilation : pair of int
    pads : pair of pair of int
        What is added before and after the image along each axis.
    """

    kernel_size: Pair
    stride: Pair
    dilation: Pair
    pads: tuple[Pair, Pair]

    @classmethod
    def of(
        cls,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: Padding = 0,
        dilation: int | tuple[int, ...] = 1,
        axes: int = 2,
    ) -> Window:
        """Resolve the options of a convolution; over a signal (one axis) it slides as over an image of one row.

        Parameters
        ----------
        kernel_size, stride, dilation : int or sequence of int
        padding : int, sequence of int, "valid", "same" or "full"
        axes : int
            How many axes the kernel has: 1 or 2.

        Returns
        -------
        Window

        Raises
        ------
        TypeError
            If a number is not an integer.
        ValueError
            If a number is out of range, the padding unknown, or there is not one number for each axis.

        Examples
        --------
        >>> Window.of(3, stride=[2, 1], padding=1)
        Window(kernel_size=(3, 3), stride=(2, 1), dilation=(1, 1), pads=((1, 1), (1, 1)))
        """
        size: Any = per_axis(kernel_size, "kernel_size", axes, 1)
        steps: Any = per_axis(stride, "stride", axes, 1)
        gaps: Any = per_axis(dilation, "dilation", axes, 1)
        pads: Any = resolve_padding(padding, size, steps, gaps)
        if axes == 1:
            size, steps, gaps, pads = (1, *size), (1, *steps), (1, *gaps), ((0, 0), *pads)
        return cls(size, steps, gaps, pads)

    @classmethod
    def plain(
        cls,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
    ) -> Window:
        """Resolve the options of a pooling or a transposed convolution, whose padding is no word.

        Parameters
        ----------
        kernel_size, stride, padding, dilation : int or pair of int

        Returns
        -------
        Window

        Raises
        ------
        TypeError
            If a number is not an integer.
        ValueError
            If a number is out of range, or there is not one number for each axis.

        Examples
        --------
        >>> Window.plain((2, 3), stride=1, padding=(0, 1)).pads
        ((0, 0), (1, 1))
        """
        size, steps = per_axis(kernel_size, "kernel_size", minimum=1), per_axis(stride, "stride", minimum=1)
        rows, cols = per_axis(padding, "padding")
        return cls(size, steps, per_axis(dilation, "dilation", minimum=1), ((rows, rows), (cols, cols)))

    def axes(self) -> Iterator[tuple[int, int, int, Pair]]:
        """Yield the kernel size, stride, dilation and pads of each axis, rows first."""
        return zip(*self, strict=True)

    @property
    def padding(self) -> Pair:
        """What is added before each axis and, unless it was a word, after it, too."""
        (rows, _), (cols, _) = self.pads
        return rows, cols

    def output_size(self, size: tuple[int, ...]) -> Pair:
        """Return how many windows fit into an image of (H, W) along each axis.

        Parameters
        ----------
        size : pair of int

        Returns
        -------
        pair of int

        Raises
        ------
        ValueError
            If not even one fits.

        Examples
        --------
        >>> Window.of(5, stride=2, padding=2).output_size((28, 30))
        (14, 15)
        """
        rows, cols = self.axes()
        return _count("rows", size[0], *rows), _count("columns", size[1], *cols)

    def pooled_size(self, size: tuple[int, ...], ceil_mode: bool) -> Pair:
        """Return how many windows a pooling has along each axis of an image of (H, W).

        Parameters
        ----------
        size : pair of int
        ceil_mode : bool
            As in `pool_output_size`.

        Returns
        -------
        pair of int

        Raises
        ------
        TypeError
            If `ceil_mode` is not a bool.
        ValueError
            As `pool_output_size`.

        Examples
        --------
        >>> Window.plain(3, stride=2).pooled_size((8, 9), ceil_mode=True)
        (4, 4)
        """
        rows, cols = (
            pool_output_size(n, k, stride=s, padding=p, dilation=d, ceil_mode=ceil_mode)
            for n, (k, s, d, (p, _)) in zip(size, self.axes(), strict=True)
        )
        return rows, cols

    def padded_size(self, size: tuple[int, ...]) -> Pair:
        """Return the rows and columns of an image of (H, W) with what is added to it.

        Parameters
        ----------
        size : pair of int

        Returns
        -------
        pair of int

        Examples
        --------
        >>> Window.of(2, padding="same").padded_size((3, 4))
        (4, 5)
        """
        (top, bottom), (left, right) = self.pads
        return top + size[0] + bottom, left + size[1] + right

    def inside(self, size: tuple[int, ...]) -> tuple[slice, ...]:
        """Return where the padded batch holds the images of (H, W), as an index.

        Parameters
        ----------
        size : pair of int

        Returns
        -------
        tuple of slice

        Examples
        --------
        >>> Window.of(3, padding=(0, 1)).inside((3, 4))[2:]
        (slice(0, 3, None), slice(1, 5, None))
        """
        (top, _), (left, _) = self.pads
        return slice(None), slice(None), slice(top, top + size[0]), slice(left, left + size[1])


class Arguments(NamedTuple):
    """What an operation with a weight works on, checked; a signal has become an image of one row.

    Attributes
    ----------
    x, weight, bias : ndarray
        Of one dtype. There may be no bias: None.
    window : Window
    groups : int
    size : pair of int
        Rows and columns of the output.
    """

    x: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None
    window: Window
    groups: int
    size: Pair


def convolution(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    axes: int = 2,
    *,
    stride: int | Pair,
    padding: Padding,
    dilation: int | Pair,
    groups: int,
) -> Arguments:
    """Check the arguments of a convolution over signals (one axis) or images (two).

    Parameters
    ----------
    x : array_like of shape (N, C_in, W) or (N, C_in, H, W)
    weight : array_like of shape (C_out, C_in // groups, kW) or (C_out, C_in // groups, kH, kW)
    bias : array_like of shape (C_out,), or None
    axes : int
    stride, padding, dilation, groups
        As in `conv2d`.

    Returns
    -------
    Arguments

    Raises
    ------
    TypeError
        If an array does not hold real numbers, or an option is not an integer.
    ValueError
        If shapes do not agree, an option is out of range, or the kernel is larger than the padded image.

    Examples
    --------
    >>> options = {"stride": 1, "padding": "same", "dilation": 1, "groups": 1}
    >>> given = convolution(np.ones((1, 1, 4)), np.ones((1, 1, 3), np.float32), None, axes=1, **options)
    >>> given.x.shape, given.weight.dtype, given.window.pads, given.size
    ((1, 1, 1, 4), dtype('float64'), ((0, 0), (1, 1)), (1, 4))
    """
    x, weight = batch(x, "x", axes, may_be_flat=True), filters(weight, axes)
    c_out, c_in = weight.shape[0], weight.shape[1] * integer(groups, "groups", 1)
    groups = check_groups(c_in, c_out, groups)
    _check_channels(x, weight, groups, c_in)
    x, weight, bias = one_dtype(x, weight, _bias(bias, c_out))
    window = Window.of(weight.shape[2:], stride, padding, dilation, axes)
    if axes == 1:
        x, weight = x[:, :, None], weight[:, :, None]
    return Arguments(x, weight, bias, window, groups, window.output_size(x.shape[2:]))


def transposed(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    *,
    stride: int | Pair,
    padding: int | Pair,
    output_padding: int | Pair,
    dilation: int | Pair,
    groups: int,
) -> Arguments:
    """Check the arguments of a transposed convolution.

    Parameters
    ----------
    x : array_like of shape (N, C_in, H, W)
    weight : array_like of shape (C_in, C_out // groups, kH, kW)
    bias : array_like of shape (C_out,), or None
    stride, padding, output_padding, dilation, groups
        As in `conv_transpose2d`.

    Returns
    -------
    Arguments

    Raises
    ------
    TypeError
        If an array does not hold real numbers, or an option is not an integer.
    ValueError
        If shapes do not agree or an option is out of range.

    Examples
    --------
    >>> options = {"stride": 2, "padding": 1, "output_padding": 1, "dilation": 1, "groups": 1}
    >>> transposed(np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), None, **options).size
    (8, 8)
    """
    x, weight = batch(x, "x"), filters(weight)
    c_in, c_out = weight.shape[0], weight.shape[1] * integer(groups, "groups", 1)
    groups = check_groups(c_in, c_out, groups)
    _check_channels(x, weight, groups, c_in)
    x, weight, bias = one_dtype(x, weight, _bias(bias, c_out))
    window = Window.plain(weight.shape[2:], stride, padding, dilation)
    return Arguments(x, weight, bias, window, groups, transposed_size(window, x.shape[2:], output_padding))


def transposed_size(window: Window, size: tuple[int, ...], output_padding: int | Pair) -> Pair:
    """Return the rows and columns of the output of a transposed convolution.

    Parameters
    ----------
    window : Window
        Of the convolution that is transposed.
    size : pair of int
        (H, W) of the input.
    output_padding : int or pair of int

    Returns
    -------
    pair of int

    Raises
    ------
    TypeError
        If `output_padding` is not an integer.
    ValueError
        As `conv_transpose_output_size`.

    Examples
    --------
    >>> transposed_size(Window.of(2, stride=2), (5, 5), (0, 1))
    (10, 11)
    """
    outside = per_axis(output_padding, "output_padding")
    rows, cols = (
        conv_transpose_output_size(n, k, stride=s, padding=p, output_padding=o, dilation=d)
        for n, (k, s, d, (p, _)), o in zip(size, window.axes(), outside, strict=True)
    )
    return rows, cols


def filters(weight: np.ndarray, axes: int = 2) -> np.ndarray:
    """Return `weight` as floats, with the axes that the filters of a convolution have.

    Parameters
    ----------
    weight : array_like of shape (C_out, C_in // groups, kW) or (C_out, C_in // groups, kH, kW)
    axes : int
        1 for signals, 2 for images.

    Returns
    -------
    ndarray of the same shape

    Raises
    ------
    TypeError
        If it does not hold real numbers.
    ValueError
        If the number of axes differs, or one is empty.

    Examples
    --------
    >>> filters([[[1, 0, -1]]], axes=1)
    array([[[ 1.,  0., -1.]]])
    """
    array = real_array(weight, "weight")
    if array.ndim != axes + 2 or 0 in array.shape:
        names = ("C_out", "C_in // groups", "kH", "kW") if axes == 2 else ("C_out", "C_in // groups", "kW")
        hint = ": for one kernel pass weight[None, None]" if array.ndim == axes else ""
        raise ValueError(f"weight must have shape ({', '.join(names)}), none of them 0, got {array.shape}{hint}")
    return array


def one_dtype(*arrays: np.ndarray | None) -> tuple[Any, ...]:
    """Promote arrays to one dtype, as NumPy would; None stays None.

    Parameters
    ----------
    *arrays : ndarray or None

    Returns
    -------
    tuple of ndarray or None

    Examples
    --------
    >>> x, weight, bias = one_dtype(np.ones(1, np.float32), np.ones(1), None)
    >>> x.dtype, weight.dtype, bias
    (dtype('float64'), dtype('float64'), None)
    """
    dtypes = {a.dtype for a in arrays if a is not None}
    if len(dtypes) == 1:
        return arrays
    dtype = np.result_type(*dtypes)
    return tuple(None if a is None else a.astype(dtype, copy=False) for a in arrays)


def other_channels(x: np.ndarray, wanted: int, weight: str) -> ValueError:
    """Return the error for images that do not have as many channels as the weight is for.

    Parameters
    ----------
    x : ndarray of shape (N, C, ...)
    wanted : int
        The channels that it must have.
    weight : str
        What the weight is like.

    Returns
    -------
    ValueError

    Examples
    --------
    >>> print(other_channels(np.ones((1, 4, 5, 5)), 3, "shape (8, 3, 2, 2)"))
    channels do not agree: x has 4, weight has shape (8, 3, 2, 2), so x must have 3 channels
    """
    last = ": did you pass (N, H, W, C)? channels come first here" if x.shape[-1] == wanted else ""
    return ValueError(
        f"channels do not agree: x has {x.shape[1]}, weight has {weight}, so x must have {wanted} channels{last}"
    )


def _check_channels(x: np.ndarray, weight: np.ndarray, groups: int, wanted: int) -> None:
    if x.shape[1] != wanted:
        raise other_channels(x, wanted, f"shape {weight.shape} and groups={groups}")


def _bias(bias: np.ndarray | None, c_out: int) -> np.ndarray | None:
    return None if bias is None else same_shape(bias, "bias", (c_out,), "one number for each output channel")


def _count(axis: str, n: int, k: int, stride: int, dilation: int, pads: Pair) -> int:
    """Return how many windows fit along one axis, or say why not one does."""
    (before, after), span = pads, kernel_span(k, dilation)
    count = window_count(n, span, stride, pads)
    if count < 1:
        raise ValueError(
            f"the kernel does not fit: along {axis} it spans {span} (size {k}, dilation {dilation}), the input with "
            f"padding only {before} + {n} + {after} = {before + n + after}; use a smaller kernel or more padding"
        )
    return count
