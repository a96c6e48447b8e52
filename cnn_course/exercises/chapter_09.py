"""Checks of the exercises of chapter 9."""

from functools import partial

import numpy as np

from .. import naive
from .checking import Answer, exercise, expect


@exercise("9.2")
def row_backward(answer: Answer) -> None:
    """The loops' gradients of rows, taken as images of one row; strides that divide and strides that do not."""
    random = np.random.RandomState(0)
    for batch, n, k, stride in ((1, 5, 3, 1), (2, 8, 3, 2), (3, 7, 2, 3), (2, 9, 4, 3), (1, 6, 1, 4)):
        n_out = (n - k) // stride + 1
        g, x, kernel = (random.randint(1, 10, shape).astype(float) for shape in ((batch, n_out), (batch, n), (k,)))
        images, weight = x[:, None, None], kernel[None, None, None]
        gradients = naive.conv2d_backward(g[:, None, None], images, weight, stride=(1, stride))
        grad_x, grad_kernel, grad_bias = gradients[0][:, 0, 0], gradients[1][0, 0, 0], gradients[2][0]
        turned = naive.conv2d_backward(g[:, None, None], images, weight[..., ::-1], stride=(1, stride))
        last = np.zeros(x.shape)
        for r in range(n_out):
            last[:, r * stride : r * stride + k] = g[:, [r]] * kernel
        read = (n_out - 1) * stride + k
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
                ((grad_x, grad_kernel / batch, grad_bias), "Add up over the batch: the upstream gradient is divided."),
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
    upstream = [2.0, -3.0, 5.0, -1.0, 4.0, 7.0]
    for numbers, k, stride in (
        ([3, -1, 2, 5], 2, 2),
        ([4, 4, -2, 4, 1, 4], 2, 2),
        ([1, 6, 2, 6, 3], 3, 1),
        ([-3, -1, -2, 4, -5, 2], 3, 3),
        ([2, 7, 7, 0, -1, -4, -6], 2, 1),
        ([5, 1, 8, 8, 3, 9, 2], 3, 2),
        ([0, 0, -1, 5, 2], 2, 3),
    ):
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
                (winners, "The rectifier passes nothing where its input was not positive."),
                (wrong_sign, "What stops a gradient is the sign of x, not its own."),
                (every, "One winner takes the whole share: the first of those that tie."),
                (last, "Of equal numbers the first wins."),
                (once, "Who wins twice is paid twice."),
            ],
        )


@exercise("9.4")
def loss_backward(answer: Answer) -> None:
    """Nudge every score; adding the same number to all scores changes nothing."""
    scores = np.array([[2.0, -1.0, 0.5], [0.0, 1.5, -2.0], [1.0, 1.0, 3.0], [-0.5, 0.0, 0.5], [4.0, 1.0, -1.0]])
    target = np.array([1, 1, 0, 2, 0])
    for batch, classes in ((1, 3), (4, 3), (2, 2), (5, 3)):
        z, right = scores[:batch, :classes], target[:batch]
        grad = naive.numerical_gradient(partial(mean_loss, target=right), z)
        ones = np.eye(classes)[right]
        slips = [
            (batch * grad, "The loss is the mean over the batch: divide by the number of images."),
            (grad + ones / batch, "These are the probabilities: subtract 1 for the right class."),
            (grad + ones / batch - ones, "The 1 of the right class is divided, too."),
            (-grad, "The sign is turned: the right class gets a negative gradient."),
            (np.full(z.shape, np.nan), "The power of a large score is infinite: subtract the largest one before."),
        ]
        for more in (0.0, 1000.0):
            expect(answer, z + more, right, gives=grad, slips=slips, tolerance=1e-7)


def mean_loss(scores: np.ndarray, target: np.ndarray) -> float:
    """Return the mean over images of minus the logarithm of the probability given to the right class."""
    losses = [np.log(np.exp(row).sum()) - row[right] for row, right in zip(scores, target, strict=True)]
    return float(np.mean(losses))
