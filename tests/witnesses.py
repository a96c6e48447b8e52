"""Outside witnesses that several test files call: numerical gradients and PyTorch's autograd."""

from collections.abc import Callable

import numpy as np

import cnn_course as cc


def numerical(loss: Callable[..., float], *arrays: np.ndarray) -> list[np.ndarray]:
    """Return the numerical gradient of `loss(*arrays)` with respect to each array."""

    def with_respect_to(number):
        return cc.naive.numerical_gradient(lambda a: loss(*arrays[:number], a, *arrays[number + 1 :]), arrays[number])

    return [with_respect_to(number) for number in range(len(arrays))]


def torch_gradients(function, *arrays, **options):
    """Return PyTorch's output, its gradients for a random upstream gradient, and that upstream gradient."""
    import torch

    tensors = [torch.from_numpy(a).requires_grad_() for a in arrays]
    y = function(*tensors, **options)
    upstream = np.asarray(np.random.RandomState(9).randn(*y.shape))
    grads = torch.autograd.grad(y, tensors, torch.from_numpy(upstream))
    return y.detach().numpy(), [g.numpy() for g in grads], upstream
