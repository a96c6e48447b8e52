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
    ],
}
