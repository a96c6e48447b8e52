"""Time a LeNet-5 training step and three convolutions beside PyTorch, in one process on one thread.

    python benchmarks/speed.py

Candidates take turns, CPU time is measured and the medians are compared, after their numbers were found equal.
Without PyTorch only the library's own times are printed.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # read by the BLAS when NumPy is imported

import numpy as np  # noqa: E402

import cnn_course as cc  # noqa: E402
from cnn_course import models, training  # noqa: E402

try:
    import torch
except ImportError:
    torch = None
else:
    torch.set_num_threads(1)

ROUNDS = 31
CONVOLUTIONS = {
    "LeNet C1 (64, 1, 32, 32), 6 of 5x5": ((64, 1, 32, 32), (6, 1, 5, 5), {}),
    "LeNet C3 (64, 6, 14, 14), 16 of 5x5": ((64, 6, 14, 14), (16, 6, 5, 5), {}),
    "CIFAR (32, 3, 32, 32), 32 of 3x3, pad 1": ((32, 3, 32, 32), (32, 3, 3, 3), {"padding": 1}),
}


def medians(*candidates: Callable[[], object]) -> list[float]:
    """Return the median CPU milliseconds of each candidate; they take turns, so that drift hits all alike."""
    times: list[list[float]] = [[] for _ in candidates]
    for round_ in range(ROUNDS + 3):
        for candidate, seen in zip(candidates, times, strict=True):
            start = time.process_time()
            candidate()
            if round_ >= 3:  # the first rounds warm up
                seen.append(1e3 * (time.process_time() - start))
    return [statistics.median(seen) for seen in times]


def report(name: str, ours: Callable[[], object], theirs: Callable[[], object] | None) -> None:
    """Print one line: our time, PyTorch's and the ratio."""
    if theirs is None:
        print(f"{name:<58} {medians(ours)[0]:8.2f} ms")
        return
    mine, peer = medians(ours, theirs)
    print(f"{name:<58} {mine:8.2f} ms {peer:8.2f} ms {mine / peer:6.2f}")


def convolution(name: str, shape: tuple, filters: tuple, options: dict) -> None:
    """Compare a convolution's forward pass, and forward with backward."""
    rng = np.random.RandomState(0)
    x, weight = rng.randn(*shape).astype(np.float32), rng.randn(*filters).astype(np.float32)
    bias = rng.randn(filters[0]).astype(np.float32)
    y = cc.conv2d(x, weight, bias, **options)
    grad_y = rng.randn(*y.shape).astype(np.float32)

    def forward():
        return cc.conv2d(x, weight, bias, **options)

    def both():
        forward()
        return cc.conv2d_backward(grad_y, x, weight, bias, **options)

    if torch is None:
        report(f"{name}, forward", forward, None)
        report(f"{name}, forward and backward", both, None)
        return
    tensors = [torch.from_numpy(a).requires_grad_() for a in (x, weight, bias)]
    upstream = torch.from_numpy(grad_y)

    def torch_forward():
        with torch.no_grad():
            return torch.nn.functional.conv2d(*tensors, **options)

    def torch_both():
        return torch.autograd.grad(torch.nn.functional.conv2d(*tensors, **options), tensors, upstream)

    np.testing.assert_allclose(y, torch_forward().numpy(), rtol=1e-3, atol=1e-3)
    for got, wanted in zip(both(), torch_both(), strict=True):
        np.testing.assert_allclose(got, wanted.numpy(), rtol=1e-3, atol=2e-2)
    report(f"{name}, forward", forward, torch_forward)
    report(f"{name}, forward and backward", both, torch_both)


def lenet_step() -> None:
    """Compare one training step of LeNet-5: forward, loss, backward, SGD with momentum."""
    rng = np.random.RandomState(0)
    x, y = rng.randn(64, 1, 32, 32).astype(np.float32), rng.randint(0, 10, 64)
    model = models.lenet5(np.random.RandomState(0))
    optimizer = training.SGD(model, 0.01, momentum=0.9)

    def step():
        logits = model.forward(x)
        model.backward(cc.cross_entropy_backward(logits, y), need_grad_x=False)
        optimizer.step()
        return cc.cross_entropy(logits, y)

    if torch is None:
        report("LeNet-5 training step, batch 64", step, None)
        return
    nn = torch.nn
    sizes = iter(model.named_params().values())
    peer = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    with torch.no_grad():
        for parameter, array in zip(peer.parameters(), sizes, strict=True):
            parameter.copy_(torch.from_numpy(array))
    torch_optimizer = torch.optim.SGD(peer.parameters(), 0.01, momentum=0.9)
    torch_x, torch_y = torch.from_numpy(x), torch.from_numpy(y)

    def torch_step():
        loss = nn.functional.cross_entropy(peer(torch_x), torch_y)
        torch_optimizer.zero_grad()
        loss.backward()
        torch_optimizer.step()
        return loss.item()

    for _ in range(3):
        np.testing.assert_allclose(step(), torch_step(), rtol=1e-3)
    report("LeNet-5 training step, batch 64", step, torch_step)


def main() -> None:
    """Print the table."""
    peer = "" if torch is None else f", PyTorch {torch.__version__}"
    print(f"NumPy {np.__version__}{peer}, float32, one thread, median CPU time of {ROUNDS} rounds")
    print(f"{'':<58} {'ours':>11}" + ("" if torch is None else f" {'PyTorch':>11}  ratio"))
    lenet_step()
    for name, (shape, filters, options) in CONVOLUTIONS.items():
        convolution(name, shape, filters, options)


if __name__ == "__main__":
    main()
