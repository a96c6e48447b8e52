"""Checks of the exercises of chapter 9."""

from functools import partial

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("9.2")
def row_backward(answer: Answer) -> None:
    """The loops' gradients of rows, taken as images of one row; strides that divide and strides that do not."""
    cases = [
        (np.array([[1, -2.5]]), np.array([[1, 2, -1, 0.5]]), np.array([2.5, -1]), 2),
        (np.array([[1.5, -2]]), np.array([[3, -1, 0.5, 2]]), np.array([2, -1.5, 4]), 1),
        (
            np.array([[1, -2], [4, 1.5]]),
            np.array([[1, 3, -1, 2, 5, 0.5], [2, -4, 1, 6, 3, -3]]),
            np.array([1, -3, 2.5]),
            2,
        ),
    ]
    for batch, n, k, stride in ((1, 5, 3, 1), (2, 8, 3, 2), (3, 7, 2, 3), (2, 9, 4, 3), (1, 6, 1, 4)):
        g = answer.distinct(batch, (n - k) // stride + 1)
        cases.append((g, answer.distinct(batch, n), answer.distinct(k), stride))
    for g, x, kernel, stride in cases:
        images, weight = x[:, None, None], kernel[None, None, None]
        gradients = naive.conv2d_backward(g[:, None, None], images, weight, stride=(1, stride))
        grad_x, grad_kernel, grad_bias = gradients[0][:, 0, 0], gradients[1][0, 0, 0], gradients[2][0]
        turned = naive.conv2d_backward(g[:, None, None], images, weight[..., ::-1], stride=(1, stride))
        last = np.zeros(x.shape)
        for r in range(g.shape[1]):
            last[:, r * stride : r * stride + len(kernel)] = g[:, [r]] * kernel
        read = (g.shape[1] - 1) * stride + len(kernel)
        expect(
            answer,
            g,
            x,
            kernel,
            stride,
            gives=(grad_x, grad_kernel, grad_bias),
            slips=[
                ((turned[0][:, 0, 0], grad_kernel, grad_bias), "Each stamp is the kernel as it is, not turned round."),
                ((grad_x, grad_kernel[::-1], grad_bias), "The kernel's gradient came out backwards."),
                ((last, grad_kernel, grad_bias), "Where two stamps overlap their shares add up."),
                ((grad_x[:, :read], grad_kernel, grad_bias), "Pixels that nobody read have the gradient 0."),
                ((grad_x, grad_kernel / len(g), grad_bias), "Divide by nothing: the 1/N of a mean is in g already."),
                ((grad_x / len(g), grad_kernel, grad_bias), "Divide by nothing: the 1/N of a mean is in g already."),
                ((grad_x, grad_kernel, g[0].sum()), "The bias is added in every row of the batch."),
                ((grad_x, grad_kernel, g[:, 0].sum()), "The bias is added to every output."),
                ((grad_x, grad_kernel, g.sum(axis=0)), "There is one bias, so one number."),
                ((grad_x, grad_kernel, g.sum(axis=1)), "There is one bias for the whole batch, so one number."),
                ((grad_x, grad_kernel, g.mean()), "Shares are added, not averaged."),
            ],
        )


@exercise("9.3")
def block_backward(answer: Answer) -> None:
    """Rectifier and maximum, one after the other, with ties, overlaps and windows below zero."""
    upstream = [2.5, -3, 5, -1, 4, 7]
    cases = [
        ([3, 1, 2, 5], 2, 2),
        ([0.25, 0.5, 2.25, 2.75, 4, 3], 2, 2),
        ([4, 4, -2, 4, 1, 4], 2, 2),
        ([1, 6, 2, 6, 3], 3, 1),
        ([4, -5, 2, -3, -1, -2], 3, 3),
        ([0, 0, -1, -5, -2], 2, 3),
        ([1, 3, 6, 2], 2, 3),
        ([2, 7, 7, 0, -1, -4, -6], 2, 1),
        ([5, 1, 8, 8, 3, 9, 2], 3, 2),
    ]
    for n, k, stride in ((7, 2, 2), (8, 3, 1), (9, 3, 2), (6, 2, 3)):
        cases.append(((answer.random.randint(-4, 7, n) / 2).tolist(), k, stride))
    for numbers, k, stride in cases:
        x = np.array(numbers, dtype=float)
        g = np.array(upstream[: (len(x) - k) // stride + 1])
        rectified = np.maximum(x, 0)
        image = rectified[None, None, None]
        winners, without_negative = (
            naive.max_pool2d_backward(shares[None, None, None], image, (1, k), (1, stride))[0, 0, 0]
            for shares in (g, np.maximum(g, 0))
        )
        every, last, once = np.zeros(len(x)), np.zeros(len(x)), np.zeros(len(x))
        for r, share in enumerate(g):
            window = rectified[r * stride : r * stride + k]
            largest = r * stride + np.flatnonzero(window == window.max())
            every[largest] += share
            last[largest[-1]] += share
            once[largest[0]] = share
        right, wrong_sign, every, last, once = (
            np.where(x > 0, paid, 0.0) for paid in (winners, without_negative, every, last, once)
        )
        expect(
            answer,
            g,
            x,
            k,
            stride,
            gives=right,
            slips=[
                (np.where(x >= 0, winners, 0.0), "At 0 the rectifier passes nothing: x is not positive there."),
                (winners, "The rectifier passes nothing where its input was not positive."),
                (wrong_sign, "What stops a gradient is the sign of x, not its own."),
                (every, "One winner takes the whole share: the first of those that tie."),
                (last, "Of equal numbers the first wins."),
                (once, "Who wins twice is paid twice."),
                (right[: (len(g) - 1) * stride + k], "What no window holds has the gradient 0."),
            ],
        )


@exercise("9.4")
def loss_backward(answer: Answer) -> None:
    """Nudge every score; adding a number to all scores of an image changes nothing."""
    cases = [
        (np.array([[0.5, 2.0], [1.5, 0.0]]), np.array([0, 0])),
        (np.array([[2.0, -1.0, 0.5]]), np.array([1])),
        (np.array([[2.0, -1.0, 0.5], [0.0, 1.5, -2.0], [1.0, 1.0, 3.0], [-0.5, 0.0, 0.5]]), np.array([1, 1, 0, 2])),
    ]
    for batch, classes in ((3, 3), (5, 2), (2, 4)):
        scores = answer.random.uniform(-3, 3, (batch, classes)).round(2)
        cases.append((scores, answer.random.randint(classes, size=batch)))
    for scores, target in cases:
        batch, classes = scores.shape
        grad = naive.numerical_gradient(partial(mean_loss, target=target), scores)
        ones = np.eye(classes)[target]
        slips = [
            (batch * grad, "The loss is the mean over the batch: divide by the number of images."),
            (batch * grad / classes, "The mean is over the images, not over the classes."),
            (grad + ones / batch, "These are the probabilities: subtract 1 for the right class."),
            (grad + ones / batch - ones, "The 1 of the right class is divided, too."),
            (-grad, "The sign is turned: the right class gets a negative gradient."),
        ]
        several = np.array([[1000], [-2000], [2000], [0], [-1000]])[:batch]
        for more in (0, several, answer.random.randint(-2000, 2000, (batch, 1))):
            shifted = scores + more
            expect(answer, shifted, target, gives=grad, slips=slips + lost(shifted, target), tolerance=1e-7)
    # So far apart that the probabilities are 1 and 0: by hand.
    apart, target = np.array([[0.0, 1500, -2000], [-100, 100, 1900]]), np.array([2, 2])
    expect(answer, apart, target, gives=np.array([[0, 0.5, -0.5], [0, 0, 0]]), slips=lost(apart, target)[1:])


def mean_loss(scores: np.ndarray, target: np.ndarray) -> float:
    """Return the mean over images of minus the logarithm of the probability given to the right class."""
    losses = [np.log(np.exp(row).sum()) - row[right] for row, right in zip(scores, target, strict=True)]
    return float(np.mean(losses))


def lost(scores: np.ndarray, target: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """Return what is left of the gradient if powers are infinite, or all of a row's 0, and what to do about it."""
    found = []
    for shift, text in (
        (0, "Powers of large scores are infinite, of very negative ones 0: subtract each row's largest score before."),
        (scores.max(), "Subtract from each row its own largest score: another number leaves some rows no power."),
        (scores.max(axis=0), "Subtract from each row its own largest score, not that of each class."),
        (scores.mean(axis=1, keepdims=True), "Subtract a row's largest score, not its mean: one may lie far above it."),
        (scores.min(axis=1, keepdims=True), "Subtract a row's largest score, not its smallest."),
        (scores[range(len(target)), target][:, None], "Subtract a row's largest score, not that of its right class."),
    ):
        with np.errstate(all="ignore"):
            powers = np.exp(scores - shift)
            shares = powers / powers.sum(axis=1, keepdims=True)
        found.append(((shares - np.eye(scores.shape[1])[target]) / len(scores), text))
    return found
