"""Wrong answers to the exercises of chapter 11, each with the misconception behind it."""

import numpy as np

# 11.2


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


def negative_padding(x, k, stride):
    """The formula without max(..., 0): where the windows end early there is less than no padding."""
    total = (-(-len(x) // stride) - 1) * stride + k - len(x)
    before = total // 2
    return np.array([x[max(i - before, 0) : i - before + k].mean() for i in range(0, len(x), stride)])


def zeros_are_no_pixels(x, k, stride):
    """Zeros around the row, and the average of what is not 0: a pixel may be 0, too."""
    padded = np.pad(x, zeros(len(x), k, stride))
    windows = [padded[i : i + k] for i in range(0, len(x), stride)]
    return np.array([window.sum() / max(np.count_nonzero(window), 1) for window in windows])


def outputs_rounded_down(x, k, stride):
    """As many outputs as whole strides: the remainder gets none."""
    return average(x, k, stride, *zeros(len(x), k, stride))[: len(x) // stride]


def windows_begin_at_their_pixel(x, k, stride):
    """All padding behind the row, none in front."""
    return average(x, k, stride, 0, sum(zeros(len(x), k, stride)))


def windows_end_at_their_pixel(x, k, stride):
    """All padding in front of the row, as in a causal layer."""
    return average(x, k, stride, sum(zeros(len(x), k, stride)), 0)


def counts_the_padding_in_front(x, k, stride):
    """A divisor that leaves out the padding behind the row only."""
    before, after = zeros(len(x), k, stride)
    return average(np.pad(x, (before, 0)), k, stride, 0, after)


def counts_the_padding_behind(x, k, stride):
    """A divisor that leaves out the padding in front of the row only."""
    before, after = zeros(len(x), k, stride)
    return average(np.pad(x, (0, after)), k, stride, before, 0)


def window_no_wider_than_the_row(x, k, stride):
    """The window cut down to the row before its place is computed."""
    k = min(k, len(x))
    return average(x, k, stride, *zeros(len(x), k, stride))


def sums(x, k, stride):
    """Sums in place of averages."""
    return average(x, k, stride, *zeros(len(x), k, stride), divisor=lambda window: 1)


def largest(x, k, stride):
    """The largest pixel in place of the average."""
    before, _ = zeros(len(x), k, stride)
    return np.array([x[max(i - before, 0) : i - before + k].max() for i in range(0, len(x), stride)])


def whole_averages(x, k, stride):
    """Averages rounded down by a whole division."""
    return average(x, k, stride, *zeros(len(x), k, stride)) // 1


def without_signs(x, k, stride):
    """The average of the pixels' sizes."""
    return average(np.abs(x), k, stride, *zeros(len(x), k, stride))


def padding_is_the_mean(x, k, stride):
    """The mean of the row as padding, so that no average is pulled down."""
    padded = np.pad(x, zeros(len(x), k, stride), mode="constant", constant_values=x.mean())
    return average(padded, k, stride, 0, 0)


def border_is_reflected(x, k, stride):
    """The pixels before the end taken again in opposite order where the window hangs over."""
    return average(np.pad(x, zeros(len(x), k, stride), mode="symmetric"), k, stride, 0, 0)


def removes_the_mean(x, k, stride):
    """The caller's row shifted so that its mean is 0, which padding cannot pull down."""
    mean = x.mean()
    x -= mean
    return average(x, k, stride, *zeros(len(x), k, stride)) + mean


# 11.3


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


def kernel_upside_down(kernel):
    """The kernels turned along their rows only."""
    k_h, k_w, channels, m = kernel.shape
    return kernel[::-1].transpose(2, 3, 0, 1).reshape(channels * m, 1, k_h, k_w)


def all_axes_reversed(kernel):
    """`.T`, which reverses all axes: height and width, and the filters before the channels."""
    k_h, k_w, channels, m = kernel.shape
    return kernel.T.reshape(channels * m, 1, k_w, k_h)


def without_the_group_axis(kernel):
    """The axis of length 1 forgotten."""
    k_h, k_w, channels, m = kernel.shape
    return kernel.transpose(2, 3, 0, 1).reshape(channels * m, k_h, k_w)


def group_axis_first(kernel):
    """The axis of length 1 in front of the outputs."""
    k_h, k_w, channels, m = kernel.shape
    return kernel.transpose(2, 3, 0, 1).reshape(1, channels * m, k_h, k_w)


def filters_backwards(kernel):
    """The filters of a channel from the last to the first."""
    k_h, k_w, channels, m = kernel.shape
    return kernel[..., ::-1].transpose(2, 3, 0, 1).reshape(channels * m, 1, k_h, k_w)


def first_filter_only(kernel):
    """Each channel's first filter, repeated."""
    return np.repeat(kernel[..., 0].transpose(2, 0, 1), kernel.shape[3], axis=0)[:, None]


def filters_averaged(kernel):
    """Each channel's filters averaged into one, as if there were one output for each channel."""
    return kernel.mean(axis=3).transpose(2, 0, 1)[:, None]


def whole_weights(kernel):
    """Weights cut down to whole numbers by an array of integers."""
    k_h, k_w, channels, m = kernel.shape
    weight = np.zeros((channels * m, 1, k_h, k_w), dtype=int)
    weight[:] = kernel.transpose(2, 3, 0, 1).reshape(weight.shape)
    return weight


def weights_without_signs(kernel):
    """Weights without their sign."""
    k_h, k_w, channels, m = kernel.shape
    return np.abs(kernel).transpose(2, 3, 0, 1).reshape(channels * m, 1, k_h, k_w)


def turned_in_place(kernel):
    """The caller's kernels turned on the way, twice in the weight that is returned."""
    k_h, k_w, channels, m = kernel.shape
    kernel[:] = kernel[::-1, ::-1].copy()
    return kernel[::-1, ::-1].transpose(2, 3, 0, 1).reshape(channels * m, 1, k_h, k_w)


# 11.4


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


def volume_with_channels_last(weight, volume):
    """The tuple read as (H, W, C)."""
    height, width, channels = volume
    return weight.reshape(height, width, channels, -1).transpose(3, 2, 0, 1).reshape(-1, len(weight))


def columns_unfolded_before_rows(weight, volume):
    """The long axis unfolded to (W, H, C), which only a square volume survives."""
    channels, height, width = volume
    return weight.reshape(width, height, channels, -1).transpose(3, 2, 1, 0).reshape(-1, len(weight))


def refolded_with_channels_last(weight, volume):
    """Unfolded rightly, then folded in the order in which it was."""
    channels, height, width = volume
    return weight.reshape(height, width, channels, -1).transpose(3, 0, 1, 2).reshape(-1, len(weight))


def outputs_unfolded_first(weight, volume):
    """The outputs taken for the slowest axis before anything is moved."""
    channels, height, width = volume
    return weight.reshape(-1, height, width, channels).transpose(0, 3, 1, 2).reshape(-1, len(weight))


def channels_backwards(weight, volume):
    """The channels from the last to the first, as when BGR is read for RGB."""
    channels, height, width = volume
    unfolded = weight.reshape(height, width, channels, -1)[:, :, ::-1]
    return unfolded.transpose(3, 2, 0, 1).reshape(-1, len(weight))


def rows_from_the_bottom(weight, volume):
    """The rows of the volume from the bottom to the top."""
    channels, height, width = volume
    return weight.reshape(height, width, channels, -1)[::-1].transpose(3, 2, 0, 1).reshape(-1, len(weight))


def volume_kept(weight, volume):
    """The volume not folded again."""
    channels, height, width = volume
    return weight.reshape(height, width, channels, -1).transpose(3, 2, 0, 1)


def one_output_only(weight, volume):
    """The weights of the first output for all."""
    channels, height, width = volume
    first = weight[:, 0].reshape(height, width, channels).transpose(2, 0, 1).reshape(1, -1)
    return np.repeat(first, weight.shape[1], axis=0)


def whole_dense_weights(weight, volume):
    """Weights cut down to whole numbers by an array of integers."""
    channels, height, width = volume
    moved = weight.reshape(height, width, channels, -1).transpose(3, 2, 0, 1)
    return moved.reshape(-1, len(weight)).astype(int)


def dense_weights_without_signs(weight, volume):
    """Weights without their sign."""
    channels, height, width = volume
    return np.abs(weight).reshape(height, width, channels, -1).transpose(3, 2, 0, 1).reshape(-1, len(weight))


def fills_the_caller_s_weight(weight, volume):
    """The order of the inputs changed in the caller's array."""
    channels, height, width = volume
    weight[:] = weight.reshape(height, width, channels, -1).transpose(2, 0, 1, 3).reshape(weight.shape)
    return weight.T


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
        negative_padding,
        zeros_are_no_pixels,
        outputs_rounded_down,
        windows_begin_at_their_pixel,
        windows_end_at_their_pixel,
        counts_the_padding_in_front,
        counts_the_padding_behind,
        window_no_wider_than_the_row,
        sums,
        largest,
        whole_averages,
        without_signs,
        padding_is_the_mean,
        border_is_reflected,
        removes_the_mean,
    ],
    "11.3": [
        only_reshaped,
        filters_before_channels,
        height_and_width_swapped,
        kernel_turned,
        layout_of_an_ordinary_layer,
        kernel_upside_down,
        all_axes_reversed,
        without_the_group_axis,
        group_axis_first,
        filters_backwards,
        first_filter_only,
        filters_averaged,
        whole_weights,
        weights_without_signs,
        turned_in_place,
    ],
    "11.4": [
        only_transposed,
        dense_only_reshaped,
        channels_unfolded_first,
        columns_before_rows,
        outputs_last,
        volume_with_channels_last,
        columns_unfolded_before_rows,
        refolded_with_channels_last,
        outputs_unfolded_first,
        channels_backwards,
        rows_from_the_bottom,
        volume_kept,
        one_output_only,
        whole_dense_weights,
        dense_weights_without_signs,
        fills_the_caller_s_weight,
    ],
}
