"""The three operations of a convolutional layer, each by the fastest way that its shapes allow.

`correlate` is the layer, `weight_gradient` and `input_gradient` are what backpropagation needs, and the last one used
forwards is the transposed convolution. `naive` holds the same three as loops. The ways are modules: `columns`, `bands`,
`depthwise` and `winograd`; `choose_algorithm` chooses among them. Nothing is checked here: `conv` is the door.

Taught in chapters 2 (columns) and 9 (gradients); the page Speed says why it is fast.
"""

from __future__ import annotations

from math import prod
from types import ModuleType

import numpy as np

from . import bands, columns, depthwise, winograd
from .checks import check_memory
from .shapes import kernel_span
from .windows import NO_PADDING, Pads, Pair, Slide, fit_in_block, flip


def choose_algorithm(weight_shape: tuple[int, ...], slide: Slide, output_size: Pair, itemsize: int) -> ModuleType:
    """Choose the way to compute a convolution, from the shape of its weight and the size of its outputs.

    Parameters
    ----------
    weight_shape : tuple of int
        (C_out, C_in // groups, kH, kW), the weight's.
    slide : Slide
    output_size : pair of int
        Rows and columns of the output.
    itemsize : int
        Bytes of one number.

    Returns
    -------
    module
        It has the functions `correlate` and `weight_gradient`.

    Notes
    -----
    Without a stride, and if what they keep beside the output fits into a block:

    - `depthwise`, where each channel has one kernel of its own: a product with a single row would use no number twice.
    - `winograd`, for kernels of three rows and at least 16 channels and filters in a group: half the multiplications.
      With fewer channels, turning the rows takes longer than what it saves.
    - `bands`, for at most 16 filters: copying columns would take longer than the product. A kernel of one pixel has
      nothing to share, and one that is taller than the output has most bands above or below it.

    Everything else takes `columns`. The first two add and subtract what no output asked for: what is infinite or NaN
    would spread to neighbours, so that such numbers take `columns`, too.

    Examples
    --------
    LeNet's second convolution has few filters, the second of VGG-16 has many:

    >>> plain, each = Slide((1, 1), (1, 1), 1), Slide((1, 1), (1, 1), 64)
    >>> ways = (
    ...     choose_algorithm((16, 6, 5, 5), plain, (10, 10), 4),
    ...     choose_algorithm((64, 64, 3, 3), plain, (224, 224), 4),
    ...     choose_algorithm((64, 1, 3, 3), each, (56, 56), 4),
    ...     choose_algorithm((64, 3, 7, 7), plain, (112, 112), 4),
    ... )
    >>> [way.__name__.split(".")[-1] for way in ways]
    ['bands', 'winograd', 'depthwise', 'columns']
    """
    (c_out, c_group, k_h, k_w), (stride, dilation, groups) = weight_shape, slide
    if stride != (1, 1):
        return columns
    way: ModuleType
    if dilation == (1, 1) and c_out == groups > 1 == c_group and output_size[0] >= depthwise.STEP:
        way, kept = depthwise, depthwise.strip_bytes(weight_shape, output_size[1], itemsize)
    elif k_h == 3 and min(c_group, c_out // groups) >= 16 and output_size[0] >= 4 * dilation[0]:
        way, kept = winograd, winograd.tile_bytes(weight_shape, slide, output_size[1], itemsize)
    elif dilation == (1, 1) and groups == 1 and c_out <= 16 and k_h * k_w > 1 and k_h <= output_size[0]:
        way, kept = bands, 2 * k_h * bands.row_bytes(weight_shape, output_size[1], itemsize)
    else:
        return columns
    return way if fit_in_block(1, kept) else columns


def correlate(
    x: np.ndarray, weight: np.ndarray, slide: Slide, pads: Pads = NO_PADDING, bias: np.ndarray | None = None
) -> np.ndarray:
    """Cross-correlate a batch with filters.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    slide : Slide
    pads : ((top, bottom), (left, right))
        Rows and columns of zeros around `x`; where it is negative, so many of its own are left out.
    bias : ndarray of shape (C_out,), optional

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)

    Raises
    ------
    ValueError
        If the output or the input with its padding would be too large.

    Examples
    --------
    >>> x, k = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> correlate(x, k, Slide((1, 1), (1, 1), 1))[0, 0]
    array([[19., 25.],
           [37., 43.]])
    """
    size = slide.output_size(x.shape[2:], weight.shape[2:], pads)
    padded = [n + sum(margins) for n, margins in zip(x.shape[2:], pads, strict=True)]
    check_memory((*x.shape[:2], *padded), x.itemsize, "the padded input")
    check_memory((len(x), len(weight), *size), x.itemsize, "the output")
    way = choose_algorithm(weight.shape, slide, size, x.itemsize)
    return _compute("correlate", way, x, weight, slide, pads, bias)


def weight_gradient(
    grad_y: np.ndarray, x: np.ndarray, weight_shape: tuple[int, ...], slide: Slide, pads: Pads = NO_PADDING
) -> np.ndarray:
    """Correlate a batch with the gradient of its output: one number for each weight.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
    x : ndarray of shape (N, C_in, H, W)
    weight_shape : tuple of int
        (C_out, C_in // groups, kH, kW), the weight's.
    slide : Slide
    pads : ((top, bottom), (left, right))

    Returns
    -------
    ndarray of shape (C_out, C_in // groups, kH, kW)

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> weight_gradient(np.ones((1, 1, 2, 2)), x, (1, 1, 2, 2), Slide((1, 1), (1, 1), 1))[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    way = choose_algorithm(weight_shape, slide, grad_y.shape[2:], x.itemsize)
    return _compute("weight_gradient", way, grad_y, x, weight_shape, slide, pads)


def input_gradient(
    grad_y: np.ndarray, weight: np.ndarray, input_shape: tuple[int, ...], slide: Slide, pads: Pads = NO_PADDING
) -> np.ndarray:
    """Send the gradient of the output back to the inputs that each window looked at.

    Parameters
    ----------
    grad_y : ndarray of shape (N, C_out, H_out, W_out)
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    input_shape : tuple of int
        (N, C_in, H, W), the input's, without its padding.
    slide : Slide
    pads : ((top, bottom), (left, right))

    Returns
    -------
    ndarray of shape (N, C_in, H, W)
        The padding has a gradient too, which nobody asks for.

    Notes
    -----
    Either each output's share is made and folded, by bands or by columns, or the correlation with the turned kernels
    gathers each input's sum; see `should_gather`. The padding takes weights times zero, which must not be infinite.

    Examples
    --------
    >>> k = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> input_gradient(np.ones((1, 1, 2, 2)), k, (1, 1, 3, 3), Slide((1, 1), (1, 1), 1))[0, 0]
    array([[0., 1., 1.],
           [2., 6., 4.],
           [2., 5., 3.]])
    """
    (top, bottom), (left, right) = pads
    n, c_in, height, width = input_shape
    size, kernel, finite = grad_y.shape[2:], weight.shape[2:], np.isfinite(weight).all()
    if finite and should_gather(weight.shape, slide, size, (height, width), grad_y.itemsize):
        before = [kernel_span(k, d) - 1 for k, d in zip(kernel, slide.dilation, strict=True)]
        margins = (
            (before[0] - top, height - size[0] + top),
            (before[1] - left, width - size[1] + left),
        )
        turned = flip(weight).reshape(slide.groups, -1, *weight.shape[1:]).swapaxes(1, 2)
        turned = np.ascontiguousarray(turned).reshape(c_in, -1, *kernel)
        return correlate(grad_y, turned, slide, margins)
    if finite and choose_algorithm(weight.shape, slide, size, grad_y.itemsize) is bands:
        return bands.input_gradient(grad_y, weight, input_shape, slide, pads)
    padded = (n, c_in, top + height + bottom, left + width + right)
    grad_x = columns.input_gradient(grad_y, weight, padded, slide)
    return np.ascontiguousarray(grad_x[:, :, top : top + height, left : left + width])


def should_gather(
    weight_shape: tuple[int, ...], slide: Slide, output_size: Pair, input_size: Pair, itemsize: int
) -> bool:
    """Tell whether the turned kernels gather the input gradient, where weight and output have these shapes.

    That multiplies once for each input, of which there must not be many more than outputs, and needs a stride of 1. It
    is for kernels of one pixel, which have nothing to fold, for `depthwise` and `winograd`, for `bands` unless there
    are fewer channels than filters, and for images of middle size. Columns of small ones are folded, as additions then
    run along many neighbours, and of those that fill a block by themselves.

    Examples
    --------
    >>> plain = Slide((1, 1), (1, 1), 1)
    >>> should_gather((16, 6, 5, 5), plain, output_size=(10, 10), input_size=(14, 14), itemsize=4)
    False
    >>> should_gather((64, 64, 3, 3), plain, output_size=(56, 56), input_size=(56, 56), itemsize=4)
    True
    """
    c_out, c_group, *kernel = weight_shape
    if slide.stride != (1, 1) or prod(input_size) > 2 * prod(output_size):
        return False
    turned = (c_group * slide.groups, c_out // slide.groups, *kernel)
    way = choose_algorithm(turned, slide, input_size, itemsize)
    if prod(kernel) == 1 or way in (depthwise, winograd):
        return True
    if choose_algorithm(weight_shape, slide, output_size, itemsize) is bands:
        return way is bands and turned[0] >= c_out
    small = fit_in_block(5 * prod(output_size), prod(weight_shape[1:]) * slide.groups * itemsize)
    return fit_in_block(prod(input_size), c_out * itemsize) and not small


def _compute(operation: str, way: ModuleType, *arguments: object) -> np.ndarray:
    """Let a way compute; where its sums mix numbers of several outputs, infinity and NaN go by columns."""
    if way in (depthwise, winograd):
        with np.errstate(invalid="ignore", over="ignore"):
            result = getattr(way, operation)(*arguments)
            if np.isfinite(np.vdot(result, result)):  # then each number is
                return result
        way = columns
    return getattr(way, operation)(*arguments)
