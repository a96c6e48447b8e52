"""Wrong answers to the exercises of chapter 9, each with the misconception behind it."""

import numpy as np

# 9.2


def gradients(g, x, kernel, stride):
    """Return the three gradients, right."""
    grad_x, grad_kernel = np.zeros(x.shape), np.zeros(kernel.shape)
    for n, r in np.ndindex(g.shape):
        for j in range(len(kernel)):
            grad_x[n, r * stride + j] += g[n, r] * kernel[j]
            grad_kernel[j] += g[n, r] * x[n, r * stride + j]
    return grad_x, grad_kernel, g.sum()


def flips_twice(g, x, kernel, stride):
    """The kernel turned round, although stamping turns it already."""
    _, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return gradients(g, x, kernel[::-1], stride)[0], grad_kernel, grad_bias


def forgets_the_flip(g, x, kernel, stride):
    """The spread upstream gradient cross-correlated with the kernel, where a true convolution is due."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    for n in range(len(g)):
        spread = np.zeros((g.shape[1] - 1) * stride + 1)
        spread[::stride] = g[n]
        full = np.correlate(spread, kernel, "full")
        grad_x[n, : len(full)] = full
    return grad_x, grad_kernel, grad_bias


def flips_the_kernel_s_gradient(g, x, kernel, stride):
    """A true convolution of input and upstream gradient, where a cross-correlation is due."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return grad_x, grad_kernel[::-1], grad_bias


def drops_the_remainder(g, x, kernel, stride):
    """The pixels behind the last window left out of the gradient."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return grad_x[:, : (g.shape[1] - 1) * stride + len(kernel)], grad_kernel, grad_bias


def puts_the_remainder_first(g, x, kernel, stride):
    """The zeros of the unread pixels at the wrong end."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    unread = x.shape[1] - (g.shape[1] - 1) * stride - len(kernel)
    return np.roll(grad_x, unread, axis=1), grad_kernel, grad_bias


def overwrites(g, x, kernel, stride):
    """Where windows overlap, the last stamp wins."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    for n, r in np.ndindex(g.shape):
        grad_x[n, r * stride : r * stride + len(kernel)] = g[n, r] * kernel
    return grad_x, grad_kernel, grad_bias


def forgets_the_stride(g, x, kernel, stride):
    """Windows next to each other, whatever the stride."""
    return *gradients(g, x, kernel, 1)[:2], g.sum()


def takes_one_position_for_the_bias(g, x, kernel, stride):
    """The bias gradient not summed over the positions."""
    return *gradients(g, x, kernel, stride)[:2], g[:, 0].sum()


def takes_one_image_for_the_bias(g, x, kernel, stride):
    """The bias gradient not summed over the batch."""
    return *gradients(g, x, kernel, stride)[:2], g[0].sum()


def gives_each_position_a_bias(g, x, kernel, stride):
    """A bias gradient for each output of the row."""
    return *gradients(g, x, kernel, stride)[:2], g.sum(axis=0)


def averages_the_bias(g, x, kernel, stride):
    """The bias gradient averaged instead of summed."""
    return *gradients(g, x, kernel, stride)[:2], g.mean()


def averages_over_the_batch(g, x, kernel, stride):
    """The kernel's gradient divided by the batch, which the loss has done already."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return grad_x, grad_kernel / len(g), grad_bias


def takes_one_image_for_the_kernel(g, x, kernel, stride):
    """The kernel's gradient not summed over the batch."""
    grad_x, _, grad_bias = gradients(g, x, kernel, stride)
    return grad_x, gradients(g[:1], x[:1], kernel, stride)[1], grad_bias


def multiplies_without_signs(g, x, kernel, stride):
    """Weights counted without their sign on the way to the input."""
    _, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return gradients(g, x, np.abs(kernel), stride)[0], grad_kernel, grad_bias


def lets_positive_gradients_pass(g, x, kernel, stride):
    """A negative upstream gradient taken for none."""
    return gradients(np.maximum(g, 0), x, kernel, stride)


def whole_numbers(g, x, kernel, stride):
    """Gradients cut down to whole numbers by arrays of integers."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return grad_x.astype(int), grad_kernel.astype(int), grad_bias


def keeps_the_last_product(g, x, kernel, stride):
    """`=` where `+=` is due: the kernel's gradient holds one product only."""
    grad_x, _, grad_bias = gradients(g, x, kernel, stride)
    start = (g.shape[1] - 1) * stride
    return grad_x, g[-1, -1] * x[-1, start : start + len(kernel)], grad_bias


def averages_over_the_positions(g, x, kernel, stride):
    """The kernel's gradient divided by the number of places where it was used."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return grad_x, grad_kernel / g.shape[1], grad_bias


def forgets_the_stride_of_the_kernel(g, x, kernel, stride):
    """The kernel's gradient from windows next to each other, whatever the stride."""
    grad_x, _, grad_bias = gradients(g, x, kernel, stride)
    return grad_x, gradients(g, x, kernel, 1)[1], grad_bias


def forgets_the_stride_of_the_input(g, x, kernel, stride):
    """The input's gradient from stamps next to each other, whatever the stride."""
    _, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return gradients(g, x, kernel, 1)[0], grad_kernel, grad_bias


def keeps_the_batch(g, x, kernel, stride):
    """A kernel's gradient for each image of the batch."""
    grad_x, _, grad_bias = gradients(g, x, kernel, stride)
    own = [gradients(g[[n]], x[[n]], kernel, stride)[1] for n in range(len(g))]
    return grad_x, np.array(own), grad_bias


def averages_the_input_over_the_batch(g, x, kernel, stride):
    """The input's gradient divided by the batch, which the loss has done already."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return grad_x / len(g), grad_kernel, grad_bias


def gives_every_image_the_same(g, x, kernel, stride):
    """The input's gradient of the first image for all."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return np.repeat(grad_x[:1], len(g), axis=0), grad_kernel, grad_bias


def multiplies_the_bias(g, x, kernel, stride):
    """The bias taken for a factor: its gradient weighted with the kernel."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return grad_x, grad_kernel, grad_bias * kernel.sum()


def counts_the_positions(g, x, kernel, stride):
    """The bias gradient as the number of places, as if the upstream gradient were 1."""
    return *gradients(g, x, kernel, stride)[:2], g.size


def kernel_first(g, x, kernel, stride):
    """The kernel's gradient before that of the input."""
    grad_x, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    return grad_kernel, grad_x, grad_bias


def adds_to_the_input(g, x, kernel, stride):
    """The gradient collected in the caller's input."""
    _, grad_kernel, grad_bias = gradients(g, x, kernel, stride)
    for n, r in np.ndindex(g.shape):
        x[n, r * stride : r * stride + len(kernel)] += g[n, r] * kernel
    return x, grad_kernel, grad_bias


# 9.3


def windows_of(g, x, k, stride):
    """Yield each window's first place, its rectified numbers and its share."""
    for r, share in enumerate(g):
        yield r * stride, np.maximum(x[r * stride : r * stride + k], 0), share


def looks_at_the_sign_of_the_upstream_gradient(g, x, k, stride):
    """The rectifier's gradient taken from the sign of what comes from above."""
    grad = np.zeros(len(x))
    for first, window, share in windows_of(g, x, k, stride):
        grad[first + np.argmax(window)] += share
    return np.maximum(grad, 0)


def forgets_the_rectifier(g, x, k, stride):
    """A window without a positive number passes its share on."""
    grad = np.zeros(len(x))
    for first, window, share in windows_of(g, x, k, stride):
        grad[first + np.argmax(window)] += share
    return grad


def lets_zero_pass(g, x, k, stride):
    """A slope of 1 at 0."""
    return forgets_the_rectifier(g, x, k, stride) * (x >= 0)


def pays_every_tie(g, x, k, stride):
    """Each of the largest numbers gets the whole share."""
    grad = np.zeros(len(x))
    for first, window, share in windows_of(g, x, k, stride):
        grad[first : first + k] += share * (window == window.max())
    return grad * (x > 0)


def splits_a_tie(g, x, k, stride):
    """The largest numbers divide the share between them."""
    grad = np.zeros(len(x))
    for first, window, share in windows_of(g, x, k, stride):
        winners = window == window.max()
        grad[first : first + k] += share * winners / winners.sum()
    return grad * (x > 0)


def pays_the_last(g, x, k, stride):
    """Of equal numbers the last one wins."""
    grad = np.zeros(len(x))
    for first, window, share in windows_of(g, x, k, stride):
        grad[first + np.flatnonzero(window == window.max())[-1]] += share
    return grad * (x > 0)


def pays_once(g, x, k, stride):
    """Who wins two windows is paid for the last one only."""
    grad = np.zeros(len(x))
    for first, window, share in windows_of(g, x, k, stride):
        grad[first + np.argmax(window)] = share
    return grad * (x > 0)


def pays_everyone(g, x, k, stride):
    """The share divided among the window, as in average pooling."""
    grad = np.zeros(len(x))
    for first, window, share in windows_of(g, x, k, stride):
        grad[first : first + k] += share / len(window)
    return grad * (x > 0)


def forgets_the_stride_of_the_pool(g, x, k, stride):
    """The windows laid side by side, whatever the stride."""
    return forgets_the_rectifier(g[: len(x) // k], x, k, k) * (x > 0)


def drops_the_unread(g, x, k, stride):
    """The numbers behind the last window left out of the gradient."""
    return (forgets_the_rectifier(g, x, k, stride) * (x > 0))[: (len(g) - 1) * stride + k]


def takes_the_largest_size_of_a_window(g, x, k, stride):
    """The number farthest from 0 taken for the largest."""
    grad = np.zeros(len(x))
    for first, _, share in windows_of(g, x, k, stride):
        grad[first + np.argmax(np.abs(x[first : first + k]))] += share
    return grad * (x > 0)


def cuts_to_whole_numbers(g, x, k, stride):
    """The rectified row in an array of integers, in which numbers tie that do not."""
    return forgets_the_rectifier(g, x.astype(int), k, stride) * (x > 0)


def whole_gradients(g, x, k, stride):
    """The gradient in an array of integers."""
    return (forgets_the_rectifier(g, x, k, stride) * (x > 0)).astype(int)


def finds_the_winner_by_its_value(g, x, k, stride):
    """Every number of the row that equals the winner is paid, also outside the window."""
    grad = np.zeros(len(x))
    for _, window, share in windows_of(g, x, k, stride):
        grad[x == window.max()] += share
    return grad * (x > 0)


def finds_the_first_of_its_value(g, x, k, stride):
    """The first number of the row that equals the winner, also in front of the window."""
    grad = np.zeros(len(x))
    for _, window, share in windows_of(g, x, k, stride):
        grad[np.argmax(np.maximum(x, 0) == window.max())] += share
    return grad * (x > 0)


def multiplies_by_the_input(g, x, k, stride):
    """The share multiplied by what won, as if the layer multiplied."""
    return forgets_the_rectifier(g, x, k, stride) * np.maximum(x, 0)


def leaks(g, x, k, stride):
    """A slope of 0.01 below 0, as of a leaky rectifier."""
    return forgets_the_rectifier(g, x, k, stride) * np.where(x > 0, 1, 0.01)


def skips_negative_shares(g, x, k, stride):
    """A negative upstream gradient taken for none, one window at a time."""
    return forgets_the_rectifier(np.maximum(g, 0), x, k, stride) * (x > 0)


def pays_without_signs(g, x, k, stride):
    """The upstream gradient without its sign."""
    return forgets_the_rectifier(np.abs(g), x, k, stride) * (x > 0)


def counts_places_from_the_row_s_start(g, x, k, stride):
    """The winner's place within its window taken for its place in the row."""
    grad = np.zeros(len(x))
    for _, window, share in windows_of(g, x, k, stride):
        grad[np.argmax(window)] += share
    return grad * (x > 0)


def begins_at_every_place(g, x, k, stride):
    """Windows that begin at every place."""
    return forgets_the_rectifier(g, x, k, 1) * (x > 0)


def divides_what_is_won_twice(g, x, k, stride):
    """Shares of a number that wins several windows averaged."""
    wins = forgets_the_rectifier(np.ones(len(g)), x, k, stride)
    return forgets_the_rectifier(g, x, k, stride) * (x > 0) / np.maximum(wins, 1)


def stops_windows_below_zero(g, x, k, stride):
    """A window that holds a negative number passes nothing on."""
    grad = np.zeros(len(x))
    for first, window, share in windows_of(g, x, k, stride):
        if x[first : first + k].min() >= 0:
            grad[first + np.argmax(window)] += share
    return grad * (x > 0)


def takes_the_smallest_of_a_window(g, x, k, stride):
    """The smallest number of a window wins."""
    grad = np.zeros(len(x))
    for first, window, share in windows_of(g, x, k, stride):
        grad[first + np.argmin(window)] += share
    return grad * (x > 0)


def wants_more_than_one(g, x, k, stride):
    """A slope of 1 from 1 on, as if the smallest positive number were 1."""
    return forgets_the_rectifier(g, x, k, stride) * (x >= 1)


def rectifies_in_place(g, x, k, stride):
    """The caller's row rectified on the way."""
    np.maximum(x, 0, out=x)
    return forgets_the_rectifier(g, x, k, stride) * (x > 0)


# 9.4


def probabilities(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def forgets_the_batch(scores, target):
    """No division by the number of images."""
    return probabilities(scores) - np.eye(scores.shape[1])[target]


def forgets_the_right_class(scores, target):
    """The probabilities alone."""
    return probabilities(scores) / len(scores)


def divides_only_the_probabilities(scores, target):
    """The 1 of the right class is not divided by the number of images."""
    return probabilities(scores) / len(scores) - np.eye(scores.shape[1])[target]


def turns_the_sign(scores, target):
    """The direction in which the scores should move, which is against the gradient."""
    return (np.eye(scores.shape[1])[target] - probabilities(scores)) / len(scores)


def divides_by_the_classes(scores, target):
    """Divided by the number of classes in place of that of the images."""
    return (probabilities(scores) - np.eye(scores.shape[1])[target]) / scores.shape[1]


def touches_the_right_class_only(scores, target):
    """The wrong classes get no gradient."""
    right = np.eye(scores.shape[1])[target]
    return (probabilities(scores) - 1) * right / len(scores)


def differentiates_the_logarithm_only(scores, target):
    """The gradient of the loss by the probability, without the softmax beneath it."""
    right = np.eye(scores.shape[1])[target]
    return -right / probabilities(scores) / len(scores)


def adds_up_the_wrong_axis(scores, target):
    """The softmax over the images instead of over the classes."""
    return (probabilities(scores.T).T - np.eye(scores.shape[1])[target]) / len(scores)


def overflows(scores, target):
    """The powers of large scores are infinite."""
    with np.errstate(all="ignore"):
        powers = np.exp(scores)
        shares = powers / powers.sum(axis=1, keepdims=True)
    return (shares - np.eye(scores.shape[1])[target]) / len(scores)


def gradient_around(scores, target, shift):
    """Return the gradient from scores that are shifted before their powers are taken."""
    with np.errstate(all="ignore"):
        powers = np.exp(scores - shift)
        shares = powers / powers.sum(axis=1, keepdims=True)
    return (shares - np.eye(scores.shape[1])[target]) / len(scores)


def shares_the_largest(scores, target):
    """The largest score of the whole batch subtracted from every row."""
    return gradient_around(scores, target, scores.max())


def takes_the_first_largest(scores, target):
    """The largest score of the first image subtracted from every row."""
    return gradient_around(scores, target, scores[0].max())


def takes_the_largest_of_a_class(scores, target):
    """The largest score of each class instead of each image."""
    return gradient_around(scores, target, scores.max(axis=0))


def takes_the_mean_of_a_row(scores, target):
    """The mean score subtracted: a score far above it still overflows."""
    return gradient_around(scores, target, scores.mean(axis=1, keepdims=True))


def takes_the_mean_of_all(scores, target):
    """The mean score of the whole batch subtracted from every row."""
    return gradient_around(scores, target, scores.mean())


def takes_the_median_of_a_row(scores, target):
    """The score in the middle subtracted: the largest may lie far above it."""
    return gradient_around(scores, target, np.median(scores, axis=1, keepdims=True))


def takes_the_smallest(scores, target):
    """The smallest score subtracted: everything that is left is positive."""
    return gradient_around(scores, target, scores.min(axis=1, keepdims=True))


def takes_the_largest_size(scores, target):
    """The largest score without its sign subtracted: negative scores become smaller still."""
    return gradient_around(scores, target, np.abs(scores).max(axis=1, keepdims=True))


def takes_the_score_of_the_right_class(scores, target):
    """The right class's score subtracted: that of a wrong class may lie far above it."""
    return gradient_around(scores, target, scores[np.arange(len(target)), target][:, None])


def takes_a_thousand(scores, target):
    """1000 subtracted from everything if anything is large."""
    return gradient_around(scores, target, 1000 if scores.max() > 700 else 0)


def takes_a_thousand_from_large_rows(scores, target):
    """1000 subtracted from the rows in which something is large."""
    return gradient_around(scores, target, 1000 * (scores.max(axis=1, keepdims=True) > 700))


def knows_large_scores_only(scores, target):
    """The largest score subtracted if it is positive; very negative ones are left as they are."""
    return gradient_around(scores, target, np.maximum(scores.max(axis=1, keepdims=True), 0))


def clips_scores(scores, target):
    """Scores cut at what a float can take the power of."""
    return gradient_around(np.clip(scores, -700, 700), target, 0)


def replaces_what_is_lost(scores, target):
    """NaN replaced by 0 after the overflow."""
    return np.nan_to_num(gradient_around(scores, target, 0))


def subtracts_in_every_row(scores, target):
    """`[:, target]` picks the right classes of all images in every row."""
    grad = probabilities(scores)
    grad[:, target] -= 1
    return grad / len(scores)


def takes_the_winner(scores, target):
    """The class with the largest score taken for the right one."""
    return (probabilities(scores) - np.eye(scores.shape[1])[scores.argmax(axis=1)]) / len(scores)


def divides_by_all_numbers(scores, target):
    """Divided by the number of scores, as a mean over the whole array would be."""
    return (probabilities(scores) - np.eye(scores.shape[1])[target]) / scores.size


def gives_the_first_image_only(scores, target):
    """The gradient of the first image alone, zeros for the others."""
    grad = np.zeros(scores.shape)
    grad[0] = probabilities(scores)[0] - np.eye(scores.shape[1])[target[0]]
    return grad / len(scores)


def rounds_the_probabilities(scores, target):
    """Probabilities rounded to the nearest class."""
    return (probabilities(scores).round() - np.eye(scores.shape[1])[target]) / len(scores)


def multiplies_by_the_slope(scores, target):
    """The gradient of the squared error through the softmax's own slope, p (1 - p)."""
    p = probabilities(scores)
    return (p - np.eye(scores.shape[1])[target]) * p * (1 - p) / len(scores)


def subtracts_in_place(scores, target):
    """The largest score subtracted from the caller's scores."""
    scores -= scores.max(axis=1, keepdims=True)
    return gradient_around(scores, target, 0)


WRONG = {
    "9.2": [
        flips_twice,
        forgets_the_flip,
        flips_the_kernel_s_gradient,
        drops_the_remainder,
        puts_the_remainder_first,
        overwrites,
        forgets_the_stride,
        takes_one_position_for_the_bias,
        takes_one_image_for_the_bias,
        gives_each_position_a_bias,
        averages_the_bias,
        averages_over_the_batch,
        takes_one_image_for_the_kernel,
        multiplies_without_signs,
        lets_positive_gradients_pass,
        whole_numbers,
        keeps_the_last_product,
        averages_over_the_positions,
        forgets_the_stride_of_the_kernel,
        forgets_the_stride_of_the_input,
        keeps_the_batch,
        averages_the_input_over_the_batch,
        gives_every_image_the_same,
        multiplies_the_bias,
        counts_the_positions,
        kernel_first,
        adds_to_the_input,
    ],
    "9.3": [
        looks_at_the_sign_of_the_upstream_gradient,
        forgets_the_rectifier,
        lets_zero_pass,
        pays_every_tie,
        splits_a_tie,
        pays_the_last,
        pays_once,
        pays_everyone,
        forgets_the_stride_of_the_pool,
        drops_the_unread,
        takes_the_largest_size_of_a_window,
        cuts_to_whole_numbers,
        whole_gradients,
        finds_the_winner_by_its_value,
        finds_the_first_of_its_value,
        multiplies_by_the_input,
        leaks,
        skips_negative_shares,
        pays_without_signs,
        counts_places_from_the_row_s_start,
        begins_at_every_place,
        divides_what_is_won_twice,
        stops_windows_below_zero,
        takes_the_smallest_of_a_window,
        wants_more_than_one,
        rectifies_in_place,
    ],
    "9.4": [
        forgets_the_batch,
        forgets_the_right_class,
        divides_only_the_probabilities,
        turns_the_sign,
        divides_by_the_classes,
        touches_the_right_class_only,
        differentiates_the_logarithm_only,
        adds_up_the_wrong_axis,
        overflows,
        shares_the_largest,
        takes_the_first_largest,
        takes_the_largest_of_a_class,
        takes_the_mean_of_a_row,
        takes_the_mean_of_all,
        takes_the_median_of_a_row,
        takes_the_smallest,
        takes_the_largest_size,
        takes_the_score_of_the_right_class,
        takes_a_thousand,
        takes_a_thousand_from_large_rows,
        knows_large_scores_only,
        clips_scores,
        replaces_what_is_lost,
        subtracts_in_every_row,
        takes_the_winner,
        divides_by_all_numbers,
        gives_the_first_image_only,
        rounds_the_probabilities,
        multiplies_by_the_slope,
        subtracts_in_place,
    ],
}
