"""Wrong answers to the exercises of chapter 11, each with the misconception behind it."""

import numpy as np


def zeros(n, k, stride):
    """Return the places of padding before and after the row, as Keras' same has them."""
    total = max((-(-n // stride) - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


def average(x, k, stride, before, after, divisor=len):
    """Average the windows that start `before` places ahead of the row and end at most `after` places behind it."""
    starts = range(-before, len(x) + after - k + 1, stride)
    windows = [x[max(start, 0) : start + k] for start in starts]
    return np.array([window.sum() / divisor(window) for window in windows])


def padding_is_counted(x, k, stride):
    """Averaging counts the padding, as PyTorch does by default."""
    return average(x, k, stride, *zeros(len(x), k, stride), divisor=lambda window: k)


def border_is_repeated(x, k, stride):
    """The pixel at the end is taken again where the window hangs over, as Keras does on PyTorch."""
    padded = np.pad(x, zeros(len(x), k, stride), mode="edge")
    return average(padded, k, stride, 0, 0)


def odd_place_comes_first(x, k, stride):
    """The odd place of padding is put in front of the first pixel."""
    return average(x, k, stride, *zeros(len(x), k, stride)[::-1])


def no_padding_at_all(x, k, stride):
    """`same` is taken for `valid`: the remainder of the stride gets no window."""
    return average(x, k, stride, 0, 0)


def padding_of_pytorch(x, k, stride):
    """Half the kernel on each side, as padding=k // 2 in PyTorch, whatever the stride."""
    return average(x, k, stride, k // 2, k // 2)


def padding_of_stride_one(x, k, stride):
    """k - 1 places of padding, which is right at stride 1 only."""
    return average(x, k, stride, (k - 1) // 2, k // 2)


def total_on_each_side(x, k, stride):
    """The padding is counted per side where it is a total."""
    total = sum(zeros(len(x), k, stride))
    return average(x, k, stride, total, total)


def negative_start(x, k, stride):
    """A slice that starts at -1 is taken to start in front of the row: Python counts from the end."""
    before, _ = zeros(len(x), k, stride)
    return np.array([np.append(x[i - before : i - before + k], 0).mean() for i in range(0, len(x), stride)])


def only_reshaped(kernel):
    """A reshape is taken for a change of the order of axes."""
    k_h, k_w, channels, m = kernel.shape
    return kernel.reshape(channels * m, 1, k_h, k_w)


def filters_before_channels(kernel):
    """Outputs are numbered by filter first, so that the filters of a channel do not stand together."""
    k_h, k_w, channels, m = kernel.shape
    return kernel.transpose(3, 2, 0, 1).reshape(channels * m, 1, k_h, k_w)


def height_and_width_swapped(kernel):
    """Height and width are swapped on the way."""
    k_h, k_w, channels, m = kernel.shape
    return kernel.transpose(2, 3, 1, 0).reshape(channels * m, 1, k_w, k_h)


def kernel_turned(kernel):
    """The kernel is flipped, as if one of the libraries computed true convolution."""
    k_h, k_w, channels, m = kernel.shape
    return kernel[::-1, ::-1].transpose(2, 3, 0, 1).reshape(channels * m, 1, k_h, k_w)


def layout_of_an_ordinary_layer(kernel):
    """The weights are given the layout of an ordinary convolution, (m, C, kH, kW)."""
    return kernel.transpose(3, 2, 0, 1)


def only_transposed(weight, volume):
    """The order of flattening is forgotten: inputs and outputs are swapped and that is all."""
    return weight.T


def dense_only_reshaped(weight, volume):
    """A reshape is taken for a transpose."""
    return weight.reshape(weight.shape[::-1])


def channels_unfolded_first(weight, volume):
    """The long axis is unfolded in the order of channels first, in which it was not folded."""
    channels, height, width = volume
    return weight.reshape(channels, height, width, -1).transpose(3, 1, 2, 0).reshape(-1, len(weight))


def columns_before_rows(weight, volume):
    """Height and width are swapped on the way, as `.T` does."""
    channels, height, width = volume
    return weight.reshape(height, width, channels, -1).T.reshape(-1, len(weight))


def outputs_last(weight, volume):
    """The inputs are in the right order, the outputs still last."""
    channels, height, width = volume
    return weight.reshape(height, width, channels, -1).transpose(2, 0, 1, 3).reshape(weight.shape)


WRONG = {
    "11.2": [
        padding_is_counted,
        border_is_repeated,
        odd_place_comes_first,
        no_padding_at_all,
        padding_of_pytorch,
        padding_of_stride_one,
        total_on_each_side,
        negative_start,
    ],
    "11.3": [
        only_reshaped,
        filters_before_channels,
        height_and_width_swapped,
        kernel_turned,
        layout_of_an_ordinary_layer,
    ],
    "11.4": [
        only_transposed,
        dense_only_reshaped,
        channels_unfolded_first,
        columns_before_rows,
        outputs_last,
    ],
}
