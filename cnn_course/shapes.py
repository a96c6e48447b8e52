"""Sizes, counts and receptive fields: integers only, no image or weight is touched.

Taught in chapters 4 (padding), 5 (stride), 6 (receptive field), 8 (LeNet's table) and 10 (variants).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import NamedTuple

import numpy as np

from .checks import boolean, choice, integer, per_axis, plain_array

Pair = tuple[int, int]
Padding = int | Pair | str


class ReceptiveField(NamedTuple):
    """What one output of a stack of layers sees of the input; each field is (rows, columns).

    Output i sees `size` inputs, from input i * `stride` - `padding` on.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]


def kernel_span(k: int, dilation: int = 1) -> int:
    """Return how many inputs a kernel of `k` taps reaches over: dilation * (k - 1) + 1.

    Parameters
    ----------
    k : int
        Kernel size, in taps.
    dilation : int
        Distance between neighbouring taps; 1 means no holes.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If an argument is not an integer.
    ValueError
        If an argument is below 1.

    Examples
    --------
    >>> kernel_span(3), kernel_span(3, dilation=2)
    (3, 5)
    """
    return integer(dilation, "dilation", 1) * (integer(k, "kernel size", 1) - 1) + 1


def conv_output_size(n: int, k: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return the size of a convolution's output along one axis.

    Parameters
    ----------
    n, k : int
        Input and kernel size along the axis.
    stride : int
        Distance between neighbouring windows.
    padding : int
        Zeros on each side.
    dilation : int
        Distance between neighbouring kernel taps; 1 means no holes.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If an argument is not an integer.
    ValueError
        If an argument is out of range, or the kernel is larger than the padded input.

    Notes
    -----
    floor((n + 2 * padding - dilation * (k - 1) - 1) / stride) + 1 [1]_.

    References
    ----------
    .. [1] Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, relationship 6.

    Examples
    --------
    AlexNet's first layer: 227 pixels, kernel 11, stride 4.

    >>> conv_output_size(227, 11, stride=4)
    55
    """
    n, stride, padding = integer(n, "n", 1), integer(stride, "stride", 1), integer(padding, "padding", 0)
    span = kernel_span(k, dilation)
    size = window_count(n, span, stride, (padding, padding))
    if size < 1:
        raise ValueError(
            f"the kernel does not fit: it spans {span} (size {k}, dilation {dilation}), the input with padding only "
            f"{n} + 2*{padding} = {n + 2 * padding}; use a smaller kernel or more padding"
        )
    return size


def window_count(n: int, span: int, stride: int, pads: Pair) -> int:
    """Return how many windows there are along an axis; 0 or less if not even one fits.

    Parameters
    ----------
    n : int
        Input size along the axis.
    span : int
        What a window spans: `kernel_span`.
    stride : int
    pads : pair of int
        What is added before and after the input; where it is negative, so much of the input is left out.

    Returns
    -------
    int

    Examples
    --------
    >>> window_count(5, 2, stride=2, pads=(0, 1))
    3
    """
    room = pads[0] + n + pads[1] - span
    return room // stride + 1


def conv_transpose_output_size(
    n: int, k: int, *, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """Return the size of a transposed convolution's output along one axis.

    Parameters
    ----------
    n, k : int
        Input and kernel size along the axis.
    stride, padding, dilation : int
        Those of the convolution that is transposed.
    output_padding : int
        Rows added at the end, to choose among the input sizes that the strided convolution maps to `n`;
        smaller than the stride or the dilation.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If an argument is not an integer.
    ValueError
        If an argument is out of range, or nothing is left of the output.

    Notes
    -----
    (n - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1.

    Examples
    --------
    >>> conv_transpose_output_size(2, 2), conv_transpose_output_size(4, 3, stride=2, padding=1, output_padding=1)
    (3, 8)
    """
    n, stride, padding = integer(n, "n", 1), integer(stride, "stride", 1), integer(padding, "padding", 0)
    output_padding = integer(output_padding, "output_padding", 0)
    if output_padding >= max(stride, integer(dilation, "dilation", 1)):
        raise ValueError(
            f"output_padding must be smaller than the stride or the dilation, "
            f"got output_padding={output_padding}, stride={stride}, dilation={dilation}"
        )
    size = (n - 1) * stride - 2 * padding + kernel_span(k, dilation) + output_padding
    if size < 1:
        raise ValueError(f"padding={padding} cuts off the whole output: its size would be {size}; use less padding")
    return size


def pool_output_size(
    n: int, k: int, *, stride: int | None = None, padding: int = 0, dilation: int = 1, ceil_mode: bool = False
) -> int:
    """Return the size of a pooling layer's output along one axis.

    Parameters
    ----------
    n, k : int
        Input and window size along the axis.
    stride : int, optional
        Distance between neighbouring windows; the window size if not given.
    padding : int
        Positions added on each side, at most half the window.
    dilation : int
        Distance between neighbouring positions of a window.
    ceil_mode : bool
        Keep a last window that reaches over the end, unless it would start in the padding on the right.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If an argument is not an integer, or `ceil_mode` not a bool.
    ValueError
        If an argument is out of range, the window is larger than the padded input, or one would see padding alone.

    Examples
    --------
    Eight detectors, windows of three, every two: the last window is smaller, and only `ceil_mode` keeps it.

    >>> pool_output_size(8, 3, stride=2), pool_output_size(8, 3, stride=2, ceil_mode=True)
    (3, 4)
    """
    n, k = integer(n, "n", 1), integer(k, "kernel size", 1)
    stride = k if stride is None else integer(stride, "stride", 1)
    padding = integer(padding, "padding", 0)
    if padding > k // 2:
        raise ValueError(f"padding must be at most half the window, got padding={padding} for a window of {k}")
    size = conv_output_size(n, k, stride=stride, padding=padding, dilation=dilation)
    if padding and dilation > n:  # then two positions are left, one in the padding on each side
        raise ValueError(
            f"dilation must be at most {n}, the size of the input, where there is padding, got {dilation}: "
            "a window would see padding alone"
        )
    left_over = (n + 2 * padding - kernel_span(k, dilation)) % stride
    if boolean(ceil_mode, "ceil_mode") and left_over and size * stride < n + padding:
        size += 1
    return size


def resolve_padding(
    padding: Padding, kernel_size: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """Turn a padding argument into the zeros before and after each axis.

    Parameters
    ----------
    padding : int, pair of int, "valid", "same" or "full"
        "valid" adds none, "same" keeps the size (stride 1 only), "full" adds span - 1 on each side.
    kernel_size, stride, dilation : tuple of int
        One for each spatial axis.

    Returns
    -------
    tuple of (before, after)
        One pair for each axis. An even span puts the extra zero of "same" after (right and bottom).

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If the word is unknown, a number negative, or "same" asked for with a stride above 1.

    Examples
    --------
    >>> resolve_padding("same", (3, 2), (1, 1), (1, 1))
    ((1, 1), (0, 1))
    """
    if not isinstance(padding, str):
        return tuple((p, p) for p in per_axis(padding, "padding", len(kernel_size)))
    word = choice(padding, "padding", ("valid", "same", "full"))
    reach = [kernel_span(k, d) - 1 for k, d in zip(kernel_size, dilation, strict=True)]
    if word == "valid":
        return tuple((0, 0) for _ in reach)
    if word == "full":
        return tuple((r, r) for r in reach)
    if any(s > 1 for s in stride):
        raise ValueError(
            f"padding='same' keeps the size only with stride 1, got stride={stride}; give the padding as a number"
        )
    return tuple((r // 2, r - r // 2) for r in reach)


def conv_param_count(
    c_in: int, c_out: int, kernel_size: int | tuple[int, int], *, groups: int = 1, bias: bool = True
) -> int:
    """Return the number of parameters of a 2D convolution.

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels.
    kernel_size : int or pair of int
        Rows and columns of a kernel.
    groups : int
        Independent groups of channels.
    bias : bool
        Whether each output channel has a bias.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If a number is not an integer, or `bias` not a bool.
    ValueError
        If a number is below 1 or `groups` does not divide the channels.

    Examples
    --------
    Ten 5x5 filters on an RGB image: 10 * (3*5*5 + 1).

    >>> conv_param_count(3, 10, 5)
    760
    """
    c_in, c_out = integer(c_in, "c_in", 1), integer(c_out, "c_out", 1)
    groups = check_groups(c_in, c_out, groups)
    weights = c_in // groups * prod(per_axis(kernel_size, "kernel_size", minimum=1))
    return c_out * (weights + boolean(bias, "bias"))


def linear_param_count(n_in: int, n_out: int, *, bias: bool = True) -> int:
    """Return the number of parameters of a dense layer: n_out * (n_in + 1), or n_out * n_in without biases.

    Parameters
    ----------
    n_in, n_out : int
        Inputs and outputs.
    bias : bool
        Whether each output has a bias.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If a number is not an integer, or `bias` not a bool.
    ValueError
        If a number is below 1.

    Examples
    --------
    >>> linear_param_count(200 * 200 * 3, 1000, bias=False)
    120000000
    """
    return integer(n_out, "n_out", 1) * (integer(n_in, "n_in", 1) + boolean(bias, "bias"))


def conv_mac_count(
    c_in: int, c_out: int, kernel_size: int | tuple[int, int], output_size: int | tuple[int, int], *, groups: int = 1
) -> int:
    """Return how often a 2D convolution multiplies and adds for one image.

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels.
    kernel_size, output_size : int or pair of int
        Rows and columns of a kernel and of the output.
    groups : int
        Independent groups of channels.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If a number is below 1 or `groups` does not divide the channels.

    Notes
    -----
    Every output costs one multiplication for each weight that it uses, shared or not: `locally_connected2d` and
    `tiled_conv2d` cost the same, and `restricted_conv2d` as much as ``conv_mac_count(connections.sum(), 1, ...)``.

    Examples
    --------
    The first layer of LeNet-5:

    >>> conv_mac_count(1, 6, 5, 28)
    117600
    """
    weights = conv_param_count(c_in, c_out, kernel_size, groups=groups, bias=False)
    return weights * prod(per_axis(output_size, "output_size", minimum=1))


def locally_connected_param_count(
    c_in: int,
    c_out: int,
    kernel_size: int | tuple[int, int],
    output_size: int | tuple[int, int],
    *,
    bias: bool = True,
) -> int:
    """Return the number of parameters of a locally connected layer: those of the convolution, for every position.

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels.
    kernel_size, output_size : int or pair of int
        Rows and columns of a kernel and of the output.
    bias : bool
        Whether each output has a bias, one for every position.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If a number is not an integer, or `bias` not a bool.
    ValueError
        If a number is below 1.

    Examples
    --------
    A 2x2 kernel at four places: 16 weights where a convolution shares 4.

    >>> locally_connected_param_count(1, 1, 2, 2, bias=False)
    16
    """
    positions = prod(per_axis(output_size, "output_size", minimum=1))
    return positions * conv_param_count(c_in, c_out, kernel_size, bias=bias)


def tiled_param_count(
    c_in: int, c_out: int, kernel_size: int | tuple[int, int], tiles: int | tuple[int, int], *, bias: bool = True
) -> int:
    """Return the number of parameters of a tiled convolution: those of the convolution, for every tile.

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels.
    kernel_size : int or pair of int
        Rows and columns of a kernel.
    tiles : int or pair of int
        How many kernels take turns along rows and along columns.
    bias : bool
        Whether there are biases, one for each output channel and tile.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If a number is not an integer, or `bias` not a bool.
    ValueError
        If a number is below 1.

    Examples
    --------
    >>> tiled_param_count(3, 10, 5, 2), 4 * conv_param_count(3, 10, 5)
    (3040, 3040)
    """
    return prod(per_axis(tiles, "tiles", minimum=1)) * conv_param_count(c_in, c_out, kernel_size, bias=bias)


def restricted_param_count(connections: np.ndarray, kernel_size: int | tuple[int, int], *, bias: bool = True) -> int:
    """Return the number of parameters of a convolution that a table restricts: a kernel for each connection.

    Parameters
    ----------
    connections : ndarray of bool of shape (C_out, C_in)
        Whether the output channel of the row sees the input channel of the column.
    kernel_size : int or pair of int
        Rows and columns of a kernel.
    bias : bool
        Whether each output channel has a bias.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If `connections` does not hold booleans, a number is not an integer, or `bias` not a bool.
    ValueError
        If `connections` does not have two axes or leaves an output channel without any input, or a number is below 1.

    Examples
    --------
    >>> restricted_param_count([[True, True, False], [False, True, True]], 5)
    102
    """
    table = check_connections(connections)
    kernels = int(table.sum()) * prod(per_axis(kernel_size, "kernel_size", minimum=1))
    return kernels + len(table) * boolean(bias, "bias")


def check_connections(connections: np.ndarray, channels: Pair | None = None) -> np.ndarray:
    """Return `connections` if it says for every output channel which input channels it sees.

    Parameters
    ----------
    connections : ndarray of bool of shape (C_out, C_in)
    channels : pair of int, optional
        (C_out, C_in), where they are known.

    Returns
    -------
    ndarray of bool of shape (C_out, C_in)

    Raises
    ------
    TypeError
        If it does not hold booleans: channel numbers, for example.
    ValueError
        If it does not have two axes, or not those sizes, or an output channel sees nothing.

    Examples
    --------
    >>> check_connections([[True, False]])
    array([[ True, False]])
    """
    table = plain_array(connections, "connections")
    if table.ndim != 2 or table.size == 0:
        raise ValueError(f"connections must be a table of shape (C_out, C_in), got shape {table.shape}")
    if table.dtype != bool:
        raise TypeError(f"connections must hold True and False, a row for each output channel, got dtype {table.dtype}")
    if channels is not None and table.shape != channels:
        c_out, c_in = channels
        raise ValueError(
            f"connections must have a row for each of the {c_out} output channels and a column for each of the {c_in} "
            f"input channels, got shape {table.shape}"
        )
    if not table.any(axis=1).all():
        alone = int(table.any(axis=1).argmin())
        raise ValueError(f"connections must give every output channel an input channel; row {alone} is all False")
    return table


def check_groups(c_in: int, c_out: int, groups: int) -> int:
    """Return `groups` if it divides both numbers of channels.

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels.
    groups : int

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If `groups` is not an integer.
    ValueError
        If it is below 1 or does not divide.

    Examples
    --------
    >>> check_groups(4, 6, 2)
    2
    """
    groups = integer(groups, "groups", 1)
    if c_in % groups or c_out % groups:
        raise ValueError(f"groups={groups} must divide the {c_in} input channels and the {c_out} output channels")
    return groups


def receptive_field(layers: Iterable[Mapping[str, int | tuple[int, int]]]) -> ReceptiveField:
    """Return the receptive field of one output of a stack of convolution and pooling layers.

    Parameters
    ----------
    layers : iterable of mapping
        From the input on; each with "kernel" and, where they differ from 1, 0 and 1, "stride", "padding" and
        "dilation", each an integer or a pair (rows, columns).

    Returns
    -------
    ReceptiveField
        Named tuple (size, stride, padding), each a pair: output i sees `size` inputs from
        i * `stride` - `padding` on.

    Raises
    ------
    TypeError
        If `layers` is not a sequence of mappings, or a number not an integer.
    ValueError
        If a number is out of range, a mapping has no "kernel" or has a key that means nothing.

    Notes
    -----
    A layer adds (span - 1) * (stride so far) to the size, padding * (stride so far) to the padding, and multiplies
    the stride [1]_.

    References
    ----------
    .. [1] Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks",
       Distill, 2019.

    Examples
    --------
    LeNet's two convolutions of 5 and two poolings of 2:

    >>> conv, pool = {"kernel": 5}, {"kernel": 2, "stride": 2}
    >>> receptive_field([conv, pool, conv, pool])
    ReceptiveField(size=(16, 16), stride=(4, 4), padding=(0, 0))
    """
    if isinstance(layers, str | Mapping) or not isinstance(layers, Iterable):
        raise TypeError(f"layers must be a sequence of mappings such as {{'kernel': 3, 'stride': 2}}, got {layers!r}")
    known = {"kernel", "stride", "padding", "dilation"}
    size, jump, start = [1, 1], [1, 1], [0, 0]
    for number, layer in enumerate(layers):
        if not isinstance(layer, Mapping):
            raise TypeError(f"layer {number} must be a mapping such as {{'kernel': 3, 'stride': 2}}, got {layer!r}")
        if "kernel" not in layer or set(layer) - known:
            raise ValueError(
                f"layer {number} must have the key 'kernel' and may have 'stride', 'padding' and 'dilation', "
                f"got {sorted(layer)}"
            )
        kernel = per_axis(layer["kernel"], "kernel", minimum=1)
        stride = per_axis(layer.get("stride", 1), "stride", minimum=1)
        padding = per_axis(layer.get("padding", 0), "padding")
        dilation = per_axis(layer.get("dilation", 1), "dilation", minimum=1)
        for axis in (0, 1):
            size[axis] += (kernel_span(kernel[axis], dilation[axis]) - 1) * jump[axis]
            start[axis] += padding[axis] * jump[axis]
            jump[axis] *= stride[axis]
    return ReceptiveField((size[0], size[1]), (jump[0], jump[1]), (start[0], start[1]))
