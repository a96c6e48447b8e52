"""Train LeNet-5 on the digits by one recipe, and measure how well it reads and what that costs.

    python benchmarks/digits.py             the accuracy on the test digits and the CPU seconds, for five seeds
    python benchmarks/digits.py --choose    the comparison that the recipe was chosen by, on training digits alone

The recipe: Adam at 0.004, its steps falling to nothing along half a cosine, 20 epochs of batches of 32, each digit
moved by up to 3 of 32 pixels, turned by up to 10 degrees and stretched by up to 1.2 times, anew each time.

It was not chosen by the test digits. `--choose` cuts the training digits of the split by writers into four blocks as
they stand in the file, trains on three and reads the fourth, so that most hands are new, as in the test. A few
thousandths between two rows are chance.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # read by the BLAS when NumPy is imported

import numpy as np  # noqa: E402

from cnn_course import data, models, training  # noqa: E402

AUGMENT = training.random_affine(3, 10, 1.2)
LEARNING_RATE = 0.004
CANDIDATES = [
    (None, 0.002),
    (training.random_shift(2), 0.002),
    (training.random_shift(2), 0.004),
    (training.random_shift(3), 0.004),
    (training.random_affine(3, 0, 1.2), 0.004),
    (training.random_affine(3, 10, 1), 0.004),
    (training.random_affine(2, 10, 1.1), 0.004),
    (training.random_affine(3, 10, 1.2), 0.002),
    (training.random_affine(3, 10, 1.2), 0.004),
    (training.random_affine(3, 15, 1.2), 0.004),
]


def train(
    x: np.ndarray, y: np.ndarray, seed: int, augment: Callable | None = AUGMENT, learning_rate: float = LEARNING_RATE
) -> tuple[models.Sequential, float]:
    """Return LeNet-5 trained by the recipe, and the CPU seconds that took."""
    start = time.process_time()
    model = models.lenet5(np.random.RandomState(seed))
    training.fit(
        model,
        x,
        y,
        optimizer=training.Adam(model, learning_rate),
        epochs=20,
        schedule=training.cosine,
        augment=augment,
        random_state=np.random.RandomState(seed),
        progress=False,
    )
    return model, time.process_time() - start


def measure(split: str, seeds: int = 5) -> dict[str, list[float]]:
    """Return the accuracy on the test digits and the CPU seconds of the training, for each seed."""
    digits = data.digits(32, split=split)
    found: dict[str, list[float]] = {"accuracy": [], "seconds": []}
    for seed in range(seeds):
        model, seconds = train(digits.x_train, digits.y_train, seed)
        found["accuracy"].append(training.accuracy(model, digits.x_test, digits.y_test))
        found["seconds"].append(seconds)
    return found


def choose(augment: Callable | None, learning_rate: float, blocks: int = 4, seeds: int = 2) -> np.ndarray:
    """Return the accuracy on each block of training digits, by networks that were trained on the other blocks."""
    digits = data.digits(32, split="writers")
    x, y = digits.x_train, digits.y_train
    scores = np.zeros((blocks, seeds))
    for block, held_out in enumerate(np.array_split(np.arange(len(x)), blocks)):
        for seed in range(seeds):
            model, _ = train(np.delete(x, held_out, 0), np.delete(y, held_out), seed, augment, learning_rate)
            scores[block, seed] = training.accuracy(model, x[held_out], y[held_out])
    return scores.mean(axis=1)


def main() -> None:
    """Print the accuracies of the recipe, or with `--choose` those of its rivals."""
    if "--choose" in sys.argv[1:]:
        print(f"{'augmentation':<30} {'rate':>6} {'mean':>7}   each block of training digits", flush=True)
        for augment, rate in CANDIDATES:
            scores = choose(augment, rate)
            name = augment.__name__ if augment else "none"
            print(f"{name:<30} {rate:6.3f} {scores.mean():7.4f}   {'  '.join(f'{s:.4f}' for s in scores)}", flush=True)
        return
    print(f"LeNet-5 on 1,437 digits, NumPy {np.__version__}, one thread")
    print(f"{'test digits':<12} {'mean':>7} {'worst':>7}   {'CPU seconds':>11}   each of five seeds")
    for split in ("stratified", "writers"):
        found = measure(split)
        rates = found["accuracy"]
        each = "  ".join(f"{rate:.4f}" for rate in rates)
        print(f"{split:<12} {np.mean(rates):7.4f} {min(rates):7.4f}   {np.median(found['seconds']):11.1f}   {each}")


if __name__ == "__main__":
    main()
