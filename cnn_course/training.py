"""Training: optimisers, mini-batches, accuracy, and weights on disk.

Taught in chapters 8 and 9.
"""

from __future__ import annotations

import os
import secrets
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, pi
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .checks import batch, class_array, generator, integer, number, plain_array, room
from .dense import check_classes, cross_entropy, cross_entropy_backward
from .layers import Sequential, check_network
from .windows import pad

Augment = Callable[[np.ndarray, np.random.RandomState], np.ndarray]


class Optimizer(Protocol):
    """What `fit` asks of an optimiser."""

    model: Sequential
    learning_rate: float

    def step(self, scale: float = 1.0) -> None:
        """Move every parameter once, with `scale` times the learning rate."""


class SGD:
    """Stochastic gradient descent, with momentum if asked.

    Parameters
    ----------
    model : Sequential
        Whose parameters to move, in place.
    learning_rate : float
    momentum : float
        Share of the last step that is kept, at least 0 and below 1.

    Raises
    ------
    TypeError
        If `model` is not a Sequential, or a number not a number.
    ValueError
        If a number is out of range.

    Notes
    -----
    velocity = momentum * velocity + grad; param -= learning_rate * velocity, as in PyTorch.

    Examples
    --------
    >>> from cnn_course.layers import Linear
    >>> model = Sequential(Linear(1, 1, random_state=np.random.RandomState(0)))
    >>> SGD(model, 0.1, momentum=0.9)
    SGD(learning_rate=0.1, momentum=0.9)
    """

    def __init__(self, model: Sequential, learning_rate: float, momentum: float = 0.0) -> None:
        self.model = check_network(model)
        self.learning_rate = number(learning_rate, "learning_rate", 0)
        self.momentum = number(momentum, "momentum", 0, 1)
        self.velocity = {name: np.zeros_like(p) for name, p in model.named_params().items()}

    def step(self, scale: float = 1.0) -> None:
        """Move every parameter against its gradient.

        Parameters
        ----------
        scale : float
            Factor of the learning rate, from a schedule.

        Raises
        ------
        RuntimeError
            If there was no `backward` before.
        """
        grads = _gradients(self.model)
        for name, param in self.model.named_params().items():
            velocity = self.velocity[name]
            velocity *= self.momentum
            velocity += grads[name]
            param -= self.learning_rate * scale * velocity

    def __repr__(self) -> str:
        return f"SGD(learning_rate={self.learning_rate}, momentum={self.momentum})"


class Adam:
    """Adam: steps scaled by running averages of the gradient and of its square.

    Parameters
    ----------
    model : Sequential
        Whose parameters to move, in place.
    learning_rate : float
    betas : pair of float
        How much of the two averages is kept at each step.
    eps : float
        Keeps the division away from 0.

    Raises
    ------
    TypeError
        If `model` is not a Sequential, or a number not a number.
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.

    Examples
    --------
    >>> from cnn_course.layers import Linear
    >>> Adam(Sequential(Linear(1, 1, random_state=np.random.RandomState(0))), 0.002)
    Adam(learning_rate=0.002, betas=(0.9, 0.999), eps=1e-08)
    """

    def __init__(
        self,
        model: Sequential,
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        self.model = check_network(model)
        self.learning_rate = number(learning_rate, "learning_rate", 0)
        keep_mean, keep_square = betas
        self.betas = (number(keep_mean, "betas[0]", 0, 1), number(keep_square, "betas[1]", 0, 1))
        self.eps = number(eps, "eps", 0)
        self.steps = 0
        self.mean = {name: np.zeros_like(p) for name, p in model.named_params().items()}
        self.square = {name: np.zeros_like(p) for name, p in model.named_params().items()}

    def step(self, scale: float = 1.0) -> None:
        """Move every parameter against its averaged gradient.

        Parameters
        ----------
        scale : float
            Factor of the learning rate, from a schedule.

        Raises
        ------
        RuntimeError
            If there was no `backward` before.
        """
        grads = _gradients(self.model)
        self.steps += 1
        keep_mean, keep_square = self.betas
        # The averages start at 0; dividing by 1 - beta ** steps makes up for it.
        rate = self.learning_rate * scale / (1 - keep_mean**self.steps)
        correction = (1 - keep_square**self.steps) ** 0.5
        for name, param in self.model.named_params().items():
            grad, mean, square = grads[name], self.mean[name], self.square[name]
            mean += (1 - keep_mean) * (grad - mean)
            square += (1 - keep_square) * (grad * grad - square)
            param -= rate * mean / (np.sqrt(square) / correction + self.eps)

    def __repr__(self) -> str:
        return f"Adam(learning_rate={self.learning_rate}, betas={self.betas}, eps={self.eps})"


@dataclass
class History:
    """What `fit` saw, one number for each epoch.

    Attributes
    ----------
    loss, accuracy : list of float
        Means over the training batches while they were trained on.
    val_accuracy : list of float
        Accuracy on the validation set after each epoch; empty if there is none.
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)


def constant(progress: float) -> float:
    """Keep the learning rate: the schedule that `fit` uses if none is given.

    Parameters
    ----------
    progress : float
        From 0 at the first step to 1 at the last.

    Returns
    -------
    float

    Examples
    --------
    >>> constant(0.5)
    1.0
    """
    return 1.0


def cosine(progress: float) -> float:
    """Lower the learning rate along half a cosine, from all of it to nothing.

    Parameters
    ----------
    progress : float
        From 0 at the first step to 1 at the last.

    Returns
    -------
    float

    Examples
    --------
    >>> [round(cosine(p), 3) for p in (0, 0.5, 1)]
    [1.0, 0.5, 0.0]
    """
    return (1 + cos(pi * progress)) / 2


def random_shift(pixels: int) -> Augment:
    """Return an augmentation that moves each image by up to `pixels` rows and columns, filling with zeros.

    Parameters
    ----------
    pixels : int

    Returns
    -------
    callable
        From images (N, C, H, W) and a RandomState to images of the same shape.

    Raises
    ------
    TypeError
        If `pixels` is not an integer.
    ValueError
        If it is negative.

    Examples
    --------
    >>> random_shift(1)(np.ones((1, 1, 2, 2)), np.random.RandomState(0))[0, 0]
    array([[0., 0.],
           [1., 1.]])
    """
    pixels = integer(pixels, "pixels")

    def augment(images: np.ndarray, random_state: np.random.RandomState) -> np.ndarray:
        n, _, h, w = batch(images, "images").shape
        wide = pad(images, ((pixels, pixels), (pixels, pixels)), "the images with their margins")
        starts = random_state.randint(0, 2 * pixels + 1, size=(n, 2))
        return np.stack([r[:, i : i + h, j : j + w] for r, (i, j) in zip(wide, starts, strict=True)])

    return augment


def fit(
    model: Sequential,
    x: np.ndarray,
    y: np.ndarray,
    *,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 32,
    random_state: np.random.RandomState,
    schedule: Callable[[float], float] = constant,
    augment: Augment | None = None,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    progress: bool = True,
) -> History:
    """Train a classifier with mini-batches in a new order each epoch.

    Parameters
    ----------
    model : Sequential
        From (N, ...) to scores (N, classes); changed in place.
    x : ndarray of shape (N, ...)
    y : ndarray of int, shape (N,)
        Classes, counted from 0.
    optimizer : SGD or Adam
        Made for `model`.
    epochs, batch_size : int
    random_state : RandomState
        Draws the orders and the augmentation.
    schedule : callable
        From the progress of the training (0 to 1) to a factor of the learning rate: `constant`, `cosine`.
    augment : callable, optional
        From a batch and a RandomState to the batch to train on: `random_shift`.
    validation : pair of ndarray, optional
        (x, y) to measure the accuracy on after each epoch.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    History

    Raises
    ------
    TypeError
        If a number is not an integer, the labels are not, `validation` is not a pair, or `random_state` not a
        RandomState.
    ValueError
        If x and y do not agree, are empty, a number is out of range, or the optimiser belongs to another model.
    FloatingPointError
        If the loss is no longer a finite number.

    Examples
    --------
    >>> from cnn_course.layers import Linear
    >>> model = Sequential(Linear(1, 2, random_state=np.random.RandomState(0)))
    >>> x, y = np.array([[-1.0], [1.0]], np.float32), np.array([0, 1])
    >>> history = fit(model, x, y, optimizer=SGD(model, 1.0), epochs=20, batch_size=2,
    ...               random_state=np.random.RandomState(0), progress=False)
    >>> history.accuracy[-1]
    1.0
    """
    epochs, batch_size = integer(epochs, "epochs", 1), integer(batch_size, "batch_size", 1)
    x, y, random_state = *_labelled(x, y, "x", "y"), generator(random_state)
    if validation is not None:
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise TypeError(f"validation must be a pair (x, y), got {type(validation).__name__}")
        validation = _labelled(*validation, "validation x", "validation y")
    if getattr(optimizer, "model", None) is not model:
        raise ValueError("the optimizer was made for another model; make one for this model")
    history = History()
    starts = range(0, len(x), batch_size)
    total = epochs * len(starts)
    with _progress_bar(total, progress) as bar:
        for epoch in range(epochs):
            order, loss, right = random_state.permutation(len(x)), 0.0, 0
            for step, start in enumerate(starts):
                chosen = order[start : start + batch_size]
                images = x[chosen] if augment is None else augment(x[chosen], random_state)
                logits = model.forward(images)
                batch_loss = cross_entropy(logits, y[chosen])
                if not np.isfinite(batch_loss):
                    raise FloatingPointError(
                        f"the loss became {batch_loss} in epoch {epoch + 1}: "
                        f"a learning rate below {optimizer.learning_rate} may help"
                    )
                model.backward(cross_entropy_backward(logits, y[chosen]), need_grad_x=False)
                done = (epoch * len(starts) + step) / max(1, total - 1)
                optimizer.step(number(schedule(done), "schedule(progress)", 0))
                loss += batch_loss * len(chosen)
                right += int((logits.argmax(axis=1) == y[chosen]).sum())
                bar.update()
            history.loss.append(loss / len(x))
            history.accuracy.append(right / len(x))
            shown = {"loss": f"{history.loss[-1]:.4f}", "accuracy": f"{history.accuracy[-1]:.4f}"}
            if validation is not None:
                history.val_accuracy.append(accuracy(model, *validation))
                shown["validation"] = f"{history.val_accuracy[-1]:.4f}"
            bar.set_postfix(shown)
    return history


def predict(model: Sequential, x: np.ndarray, batch_size: int = 256) -> np.ndarray:
    """Return the scores of every sample, a batch at a time.

    Parameters
    ----------
    model : Sequential
    x : ndarray of shape (N, ...)
    batch_size : int

    Returns
    -------
    ndarray of shape (N, classes)

    Raises
    ------
    TypeError
        If `batch_size` is not an integer.
    ValueError
        If `x` is empty or `batch_size` below 1.

    Examples
    --------
    >>> from cnn_course.layers import Linear
    >>> model = Sequential(Linear(3, 2, random_state=np.random.RandomState(0)))
    >>> predict(model, np.zeros((5, 3), np.float32)).shape
    (5, 2)
    """
    batch_size, x = integer(batch_size, "batch_size", 1), plain_array(x, "x")
    if x.ndim == 0 or len(x) == 0:
        raise ValueError(f"x holds no samples; pass at least one, in an array of shape (N, ...), got shape {x.shape}")
    return np.concatenate([model.forward(x[i : i + batch_size]) for i in range(0, len(x), batch_size)])


def accuracy(model: Sequential, x: np.ndarray, y: np.ndarray) -> float:
    """Return the share of samples whose largest score is that of the right class.

    Parameters
    ----------
    model : Sequential
    x : ndarray of shape (N, ...)
    y : ndarray of int, shape (N,)

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If `y` does not hold integers.
    ValueError
        If x and y do not agree or are empty, the model does not give (N, classes) scores, or a class is out of range.
    FloatingPointError
        If a score is NaN, which is neither larger nor smaller than others.

    Examples
    --------
    >>> from cnn_course.layers import Flatten
    >>> accuracy(Sequential(Flatten()), np.eye(4)[[0, 1, 2, 2]], np.array([0, 1, 2, 3]))
    0.75
    """
    x, y = _labelled(x, y, "x", "y")
    scores, y = check_classes(predict(model, x), y)
    if np.isnan(scores).any():
        raise FloatingPointError("the scores hold NaN: look for it in x and in the model's parameters")
    return float((scores.argmax(axis=1) == y).mean())


def confusion_matrix(y: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count how often each class (row) was taken for each class (column).

    Parameters
    ----------
    y, predicted : ndarray of int, shape (N,)
    classes : int

    Returns
    -------
    ndarray of int, shape (classes, classes)

    Raises
    ------
    TypeError
        If an array does not hold integers.
    ValueError
        If the shapes differ or a class is out of range.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    y, predicted = class_array(y, "y"), class_array(predicted, "predicted")
    classes = integer(classes, "classes", 1)
    room((classes, classes), 8, "the matrix")
    for name, array in (("y", y), ("predicted", predicted)):
        if array.size and not 0 <= array.min() <= array.max() < classes:
            raise ValueError(f"{name} must lie in 0 to {classes - 1}, got {array.min()} to {array.max()}")
    if y.shape != predicted.shape or y.ndim != 1:
        raise ValueError(f"y and predicted must have the same shape (N,), got {y.shape} and {predicted.shape}")
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (y, predicted), 1)
    return matrix


def save_weights(path: str | os.PathLike[str], model: Sequential) -> None:
    """Write a model's parameters to an ``.npz`` file; whoever reads `path` sees the old file or the whole new one.

    Parameters
    ----------
    path : path
        Where to write, with its ending; an existing file is replaced.
    model : Sequential

    Raises
    ------
    TypeError
        If `model` is not a Sequential.
    OSError
        If the file cannot be written; an older file is then still there.

    Examples
    --------
    >>> import tempfile
    >>> from cnn_course.layers import Linear
    >>> model = Sequential(Linear(3, 2, random_state=np.random.RandomState(0)))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_weights(f"{folder}/w.npz", model)
    ...     load_weights(f"{folder}/w.npz", model)
    """
    path, params = Path(path), check_network(model).named_params()
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            np.savez(file, **params)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def load_weights(path: str | os.PathLike[str], model: Sequential) -> None:
    """Read parameters written by `save_weights` into a model of the same architecture.

    Parameters
    ----------
    path : path
    model : Sequential
        Changed in place, and only if every array in the file fits.

    Raises
    ------
    TypeError
        If `model` is not a Sequential.
    OSError
        If the file cannot be read.
    ValueError
        If it is not a weight file, or names, shapes or types do not fit the model.

    Examples
    --------
    See `save_weights`.
    """
    params = check_network(model).named_params()
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                names = sorted(name.removesuffix(".npy") for name in archive.namelist())
                if names != sorted(params):
                    raise ValueError(f"it holds {names}, the model has {sorted(params)}")
                loaded = {name: _read_array(archive, name, param) for name, param in params.items()}
        except Exception as error:  # zipfile and NumPy raise many kinds on a damaged file
            raise ValueError(f"{path} is not a weight file of this model: {error}") from error
    for name, param in params.items():
        param[...] = loaded[name]


def _read_array(archive: zipfile.ZipFile, name: str, param: np.ndarray) -> np.ndarray:
    """Read one array, after its header alone has shown that it is as large as `param`: a lie costs no memory."""
    with archive.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"{name} is stored in version {version} of NumPy's format, not in (1, 0)")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        if shape != param.shape or dtype != param.dtype:
            raise ValueError(f"{name} is {dtype} of shape {shape}, the model's is {param.dtype} of shape {param.shape}")
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)


def _gradients(model: Sequential) -> dict[str, np.ndarray]:
    grads = model.named_grads()
    missing = sorted(model.named_params().keys() - grads.keys())
    if missing:
        raise RuntimeError(f"no gradients yet for {', '.join(missing)}: a step follows a backward")
    return grads


def _labelled(x: np.ndarray, y: np.ndarray, x_name: str, y_name: str) -> tuple[np.ndarray, np.ndarray]:
    x, y = plain_array(x, x_name), class_array(y, y_name)
    if y.shape != x.shape[:1] or len(y) == 0:
        raise ValueError(
            f"{x_name} and {y_name} must have one label for each sample and at least one sample, "
            f"got shapes {x.shape} and {y.shape}"
        )
    return x, y


class _NoBar:
    """Stands in for the progress bar where none is wanted, so that training then needs NumPy alone."""

    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def update(self) -> None:
        pass

    def set_postfix(self, shown: dict[str, str]) -> None:
        pass


def _progress_bar(total: int, shown: bool) -> Any:
    if not shown:
        return _NoBar()
    from tqdm.auto import tqdm

    return tqdm(total=total, unit="batch")
