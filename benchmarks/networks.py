"""Pooling, a training step and an epoch of LeNet-5, beside PyTorch where it is installed; and learning the digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from measuring import OURS, Settings, compare, medians, peak

import cnn_course as cc
from cnn_course import models, training

try:
    import torch
except ImportError:
    torch = None

BATCH, LEARNING_RATE, MOMENTUM = 64, 0.01, 0.9
POOLS = {"pool of LeNet S2": (64, 6, 28, 28), "pool of VGG": (8, 64, 56, 56)}


def pooling(settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield records of max pooling by windows of 2 x 2."""
    for name, shape in POOLS.items():
        for dtype in ("float32", "float64"):
            for what, candidates in pools(shape, dtype).items():
                ms = compare(candidates, settings.rounds, settings.seconds)
                yield {"case": name, "pass": what, "dtype": dtype, "ms": ms, "peak": peak(candidates[OURS])}


def pools(shape: tuple[int, ...], dtype: str) -> dict[str, dict[str, Callable[[], Any]]]:
    """Return who pools forwards, and who pools and then sends a gradient back."""
    rng = np.random.RandomState(0)
    x = rng.randn(*shape).astype(dtype)
    grad_y = rng.randn(*cc.max_pool2d(x, 2).shape).astype(dtype)
    forward: dict[str, Callable[[], Any]] = {OURS: lambda: cc.max_pool2d(x, 2)}
    both: dict[str, Callable[[], Any]] = {OURS: lambda: (forward[OURS](), cc.max_pool2d_backward(grad_y, x, 2))}
    if torch:
        tensor, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(grad_y)
        pool = torch.nn.functional.max_pool2d

        def by_torch() -> tuple[Any, ...]:
            y = pool(tensor, 2)
            return y.detach(), *torch.autograd.grad(y, tensor, upstream)

        without_record = torch.no_grad()(pool)
        forward["PyTorch"], both["PyTorch"] = lambda: without_record(tensor, 2), by_torch
    return {"forward": forward, "both": both}


def train_here(x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], float]:
    """Return a function that takes a step of LeNet-5 with chosen images: forward, loss, backward, SGD."""
    model = models.lenet5(np.random.RandomState(0))
    optimizer = training.SGD(model, LEARNING_RATE, momentum=MOMENTUM)

    def step(chosen: np.ndarray) -> float:
        labels = y[chosen]
        logits = model.forward(x[chosen])
        loss = cc.cross_entropy(logits, labels)
        model.backward(cc.cross_entropy_backward(logits, labels), need_grad_x=False)
        optimizer.step()
        return loss

    return step


def train_there(x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], float]:
    """Return the same step by PyTorch, from the same weights."""
    nn = torch.nn
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    weights = models.lenet5(np.random.RandomState(0)).named_params().values()
    with torch.no_grad():
        for parameter, array in zip(model.parameters(), weights, strict=True):
            parameter.copy_(torch.from_numpy(array))
    optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE, momentum=MOMENTUM)
    images, labels = torch.from_numpy(x), torch.from_numpy(y)

    def step(chosen: np.ndarray) -> float:
        indices = torch.from_numpy(chosen)
        loss = nn.functional.cross_entropy(model(images[indices]), labels[indices])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def lenet(settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield records of a training step, and of an epoch of images of 28 x 28 in a border of zeros, as MNIST's are."""
    rng = np.random.RandomState(0)
    x = np.zeros((settings.epoch, 1, 32, 32), np.float32)
    for image in x:
        image[0, 2:30, 2:30] = rng.randint(0, 256, (28, 28)) / 255
    y = rng.randint(0, 10, len(x))
    first = np.arange(min(BATCH, len(x)))
    learners = {OURS: train_here(x, y)} | ({"PyTorch": train_there(x, y)} if torch else {})
    steps = {name: lambda step=step: np.float32(step(first)) for name, step in learners.items()}
    ms = compare(steps, settings.rounds, settings.seconds)
    yield {"case": "LeNet-5 step", "pass": "training", "dtype": "float32", "ms": ms, "peak": peak(steps[OURS])}

    def epoch(step: Callable[[np.ndarray], float]) -> None:
        order = np.random.RandomState(0).permutation(len(x))
        for start in range(0, len(x), BATCH):
            step(order[start : start + BATCH])

    ms = medians({name: lambda step=step: epoch(step) for name, step in learners.items()}, (1, 1))
    yield {"case": f"LeNet-5 epoch of {len(x):,} images", "pass": "training", "dtype": "float32", "ms": ms}


def learn_digits(settings: Settings) -> dict[str, dict[str, list[float]]]:
    """Return accuracies and CPU seconds of the recipe for the digits, by the split of the test digits."""
    import digits  # needs scikit-learn

    splits = ("stratified", "writers") if settings.seeds else ()
    return {split: digits.measure(split, seeds=settings.seeds) for split in splits}
