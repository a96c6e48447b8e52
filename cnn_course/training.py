"""Training: mini-batches, accuracy, early stopping, and a run that goes on after it was killed.

The optimisers and schedules go by this module's name too. Taught in chapters 8 and 9.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .checks import batch, boolean, check_memory, class_array, generator, integer, number, plain_array
from .dense import check_classes, cross_entropy, cross_entropy_backward
from .layers import Sequential, check_network, untouched
from .optimizers import SGD, Adam, Optimizer, constant, cosine
from .saving import architecture, copy_arrays, digest, load_checkpoint, save_checkpoint
from .windows import pad

__all__ = [
    "SGD",
    "Adam",
    "History",
    "Optimizer",
    "accuracy",
    "confusion_matrix",
    "constant",
    "cosine",
    "fit",
    "predict",
    "random_affine",
    "random_shift",
]

Augment = Callable[[np.ndarray, np.random.RandomState], np.ndarray]


@dataclass
class History:
    """What `fit` saw, one number for each epoch.

    Attributes
    ----------
    loss, accuracy : list of float
        Means over the training batches while they were trained on.
    val_loss, val_accuracy : list of float
        Loss and accuracy on the validation set after each epoch; empty if there is none.

    Examples
    --------
    >>> History(val_loss=[0.9, 0.5, 0.6]).best_epoch
    2
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)

    @property
    def best_epoch(self) -> int:
        """The first epoch of the lowest validation loss, counted from 1; 0 if there is no validation loss."""
        return int(np.argmin(self.val_loss)) + 1 if self.val_loss else 0


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
        random_state = generator(random_state)
        n, _, h, w = batch(images, "images").shape
        wide = pad(images, ((pixels, pixels), (pixels, pixels)), "the images with their margins")
        starts = random_state.randint(0, 2 * pixels + 1, size=(n, 2))
        return np.stack([r[:, i : i + h, j : j + w] for r, (i, j) in zip(wide, starts, strict=True)])

    augment.__name__ = f"random_shift({pixels})"  # by which a checkpoint knows it
    return augment


def random_affine(pixels: float, degrees: float, stretch: float, slant: float = 0) -> Augment:
    """Return an augmentation that slants, stretches, turns and moves each image, filling with zeros.

    Parameters
    ----------
    pixels : float
        How far to move it at most, up or down and left or right.
    degrees : float
        How far to turn it at most, about its centre, either way.
    stretch : float
        Largest factor of its height and, apart from that, of its width; the smallest is 1 / stretch.
    slant : float, optional
        How far each row may move sideways for each row that it lies above the centre, as in italics; either way.

    Returns
    -------
    callable
        From images (N, C, H, W) and a RandomState to images of the same shape.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If `pixels`, `degrees` or `slant` is negative, or `stretch` below 1.

    Notes
    -----
    Each new pixel looks up where it comes from and mixes the four old pixels around that place (bilinear
    interpolation).

    Examples
    --------
    >>> random_affine(0.5, 0, 1)(np.eye(3)[None, None], np.random.RandomState(0)).round(2)[0, 0]
    array([[0.88, 0.  , 0.  ],
           [0.11, 0.88, 0.  ],
           [0.  , 0.11, 0.88]])
    """
    pixels, degrees = number(pixels, "pixels", 0), number(degrees, "degrees", 0)
    stretch, slant = number(stretch, "stretch", 1), number(slant, "slant", 0)

    def augment(images: np.ndarray, random_state: np.random.RandomState) -> np.ndarray:
        images, random_state = batch(images, "images"), generator(random_state)
        n, c, h, w = images.shape
        angle = np.deg2rad(random_state.uniform(-degrees, degrees, (n, 1)))
        tall, wide = stretch ** random_state.uniform(-1, 1, (2, n, 1))
        down, right = random_state.uniform(-pixels, pixels, (2, n, 1))
        lean = random_state.uniform(-slant, slant, (n, 1)) if slant else 0  # none draws no number
        i, j = np.indices((h, w)).reshape(2, 1, h * w)
        i, j = i - (h - 1) / 2 - down, j - (w - 1) / 2 - right  # (N, H * W), from the centre of what was moved
        rows = (np.cos(angle) * i - np.sin(angle) * j) / tall
        cols = (np.sin(angle) * i + np.cos(angle) * j + lean * rows) / wide + (w - 1) / 2
        return _interpolate(images, rows + (h - 1) / 2, cols).reshape(n, c, h, w)

    augment.__name__ = f"random_affine({pixels}, {degrees}, {stretch}{f', {slant}' if slant else ''})"
    return augment


def _interpolate(images: np.ndarray, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """Look up images (N, C, H, W) between their pixels, at rows and columns (N, P): values (N, C, P), zeros outside."""
    n, c, h, w = images.shape
    framed = pad(images, ((1, 2), (1, 2))).reshape(n, c, (h + 3) * (w + 3))  # places outside are moved into the frame
    rows, cols = np.clip(rows + 1, 0, h + 1)[:, None], np.clip(cols + 1, 0, w + 1)[:, None]
    above, left = rows.astype(int), cols.astype(int)
    down, right = (rows - above).astype(images.dtype), (cols - left).astype(images.dtype)
    corner = above * (w + 3) + left

    def beside(step: int) -> np.ndarray:
        a, b = np.take_along_axis(framed, corner + step, 2), np.take_along_axis(framed, corner + step + 1, 2)
        return a + right * (b - a)

    return (1 - down) * beside(0) + down * beside(w + 3)


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
    patience: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
) -> History:
    """Train a classifier with mini-batches in a new order each epoch.

    With `patience` the training stops early, and the model ends with the parameters of `History.best_epoch`. With
    `checkpoint` it survives being killed: call again with the same arguments, and it goes on after the last epoch
    that was finished, to the very numbers of a run that was never killed.

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
        From a batch and a RandomState to the batch to train on: `random_shift`, `random_affine`.
    validation : pair of ndarray, optional
        (x, y) to measure the loss and the accuracy on after each epoch.
    patience : int, optional
        Stop after so many epochs in a row without a lower validation loss than before.
    checkpoint : path, optional
        An ``.npz`` file, written at the start and after each epoch. If it is there already, model, optimizer and
        `random_state` are set to what it holds; if its training is finished, nothing is left to train.
        To start afresh, delete it.
    progress : bool, optional
        Whether to show a bar with the loss and the accuracies of the last epoch, in a terminal or a notebook. True
        needs tqdm, False prints nothing; by default there is a bar if tqdm is installed.

    Returns
    -------
    History

    Raises
    ------
    TypeError
        If a number is not an integer, the labels are not, `validation` is not a pair, or `random_state` not a
        RandomState.
    ValueError
        If x and y do not agree, are empty, a number is out of range, the optimiser belongs to another model, there
        is patience without validation, or the checkpoint is damaged or that of another training: of another model,
        optimiser or data set, or with other numbers or functions (which are compared by their names).
    FloatingPointError
        If x, the validation set or the model holds NaN or infinity, or if a loss is not a finite number.
    OSError
        If the checkpoint cannot be written or read.
    ImportError
        If `progress` is True and tqdm is not installed.

    Examples
    --------
    >>> from cnn_course.layers import Linear
    >>> model = Sequential(Linear(1, 2, random_state=np.random.RandomState(0)))
    >>> x, y = np.array([[-1.0], [1.0]], np.float32), np.array([0, 1])
    >>> history = fit(model, x, y, optimizer=SGD(model, 1.0), epochs=20, batch_size=2,
    ...               random_state=np.random.RandomState(0), progress=False)
    >>> history.accuracy[-1]
    1.0

    The second of these runs finds the checkpoint of the first, and nothing left to do:

    >>> import tempfile
    >>> def run(path):
    ...     model = Sequential(Linear(1, 2, random_state=np.random.RandomState(0)))
    ...     return fit(model, x, y, optimizer=SGD(model, 1.0), epochs=20, random_state=np.random.RandomState(0),
    ...                validation=(x, y), patience=3, checkpoint=path, progress=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first, second = run(f"{folder}/run.npz"), run(f"{folder}/run.npz")
    >>> first == second, first.best_epoch
    (True, 20)
    """
    progress = progress if progress is None else boolean(progress, "progress")
    run = _Run(
        model=model,
        x=x,
        y=y,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=batch_size,
        random_state=random_state,
        schedule=schedule,
        augment=augment,
        validation=validation,
        patience=patience,
    )
    history = run.history
    stored: Any = None
    if checkpoint is not None:
        stored = checkpoint, run.settings(), run.arrays(), vars(history), random_state
        if os.path.exists(checkpoint):
            load_checkpoint(*stored)
            run.rate = optimizer.learning_rate if history.loss else None
        else:
            save_checkpoint(*stored)
    with _progress_bar(run.batches * run.epochs, run.batches * len(history.loss), progress) as bar:
        while not run.is_over():
            _report(bar, f"epoch {len(history.loss) + 1}/{run.epochs}", history)
            run.train_epoch(bar)
            if stored:
                save_checkpoint(*stored)
        bar.update(run.batches * (run.epochs - len(history.loss)))  # what early stopping spared
        _report(bar, f"epoch {len(history.loss)}/{run.epochs}", history)
    if patience:
        copy_arrays(run.best, run.params)
    return history


@dataclass(kw_only=True)
class _Run:
    """A training: what `fit` was given, checked, and how far it is."""

    model: Sequential
    x: np.ndarray
    y: np.ndarray
    optimizer: Optimizer
    epochs: int
    batch_size: int
    random_state: np.random.RandomState
    schedule: Callable[[float], float]
    augment: Augment | None
    validation: tuple[np.ndarray, np.ndarray] | None
    patience: int | None
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        self.epochs, self.batch_size = integer(self.epochs, "epochs", 1), integer(self.batch_size, "batch_size", 1)
        self.x, self.y = _labelled(self.x, self.y, "x", "y")
        self.random_state, given = generator(self.random_state), self.validation
        if given is not None:
            if not isinstance(given, (tuple, list)) or len(given) != 2:
                raise TypeError(f"validation must be a pair (x, y), got {type(given).__name__}")
            self.validation = _labelled(*given, "validation x", "validation y")
        if self.patience is not None:
            self.patience = integer(self.patience, "patience", 1)
            if given is None:
                raise ValueError(
                    f"patience={self.patience} waits for a lower validation loss; pass validation=(x, y) too"
                )
        for name, function in (("schedule", self.schedule), ("augment", self.augment)):
            if not callable(function) and not (name == "augment" and function is None):
                raise TypeError(
                    f"{name} must be a function such as cosine or what random_shift gives, got {function!r}"
                )
        if getattr(self.optimizer, "model", None) is not self.model:
            raise ValueError("the optimizer was made for another model; make one for this model")
        self.params = self.model.named_params()
        inputs = {"x": self.x} if self.validation is None else {"x": self.x, "validation x": self.validation[0]}
        _refuse_nonfinite(inputs | _of_the_model(self.params))
        self.best = {name: p.copy() for name, p in self.params.items()} if self.patience else {}
        self.batches = len(range(0, len(self.x), self.batch_size))
        self.rate: float | None = None  # of the steps that were made: before the first, it cannot have been too large

    def settings(self) -> dict[str, Any]:
        """Return what must be the same when the training goes on."""
        return {
            "model": architecture(self.model),
            "optimizer": repr(self.optimizer),
            "data": digest(self.x, self.y),
            "validation": self.validation and digest(*self.validation),
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "patience": self.patience,
            "schedule": _name(self.schedule),
            "augment": self.augment and _name(self.augment),
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Return every array that changes while the training goes on."""
        groups = {"model": self.params, "optimizer": self.optimizer.named_state(), "best": self.best}
        return {f"{group}.{name}": array for group, named in groups.items() for name, array in named.items()}

    def is_over(self) -> bool:
        """Tell whether all epochs are done, or too many in a row brought no lower validation loss."""
        done = len(self.history.loss)
        patience = self.patience or self.epochs
        return done >= min(self.epochs, self.history.best_epoch + patience)

    def train_epoch(self, bar: Any) -> None:
        """Train on every sample once, in a new order, and note how well it went."""
        history, loss, right = self.history, 0.0, 0
        order, steps_before = self.random_state.permutation(len(self.x)), len(history.loss) * self.batches
        for step, start in enumerate(range(0, len(self.x), self.batch_size), steps_before):
            chosen = order[start : start + self.batch_size]
            batch_loss, batch_right = self.train_batch(chosen, step / max(1, self.epochs * self.batches - 1))
            loss += batch_loss * len(chosen)
            right += batch_right
            bar.update(1)
        if self.validation is not None:
            self.validate(*self.validation)
        history.loss.append(loss / len(self.x))
        history.accuracy.append(right / len(self.x))
        if self.patience and len(history.loss) == history.best_epoch:
            copy_arrays(self.params, self.best)

    def train_batch(self, chosen: np.ndarray, done: float) -> tuple[float, int]:
        """Make one step, when this share of the training is done; return the loss and how many were right before."""
        x, labels = self.x[chosen], self.y[chosen]
        if self.augment is not None:
            x = self.augment(x, self.random_state)
        scores = self.model.forward(x)
        loss = self.finite(cross_entropy(scores, labels), "loss", x)
        self.model.backward(cross_entropy_backward(scores, labels), need_grad_x=False)
        if self.rate is None:
            _refuse_nonfinite({f"the gradient of {name}": grad for name, grad in self.model.named_grads().items()})
        self.optimizer.step(number(self.schedule(done), "schedule(progress)", 0))
        self.rate = self.optimizer.learning_rate
        return loss, int((scores.argmax(axis=1) == labels).sum())

    def validate(self, x: np.ndarray, labels: np.ndarray) -> None:
        """Note loss and accuracy on the validation set."""
        scores = predict(self.model, x)
        self.history.val_loss.append(self.finite(cross_entropy(scores, labels), "validation loss", x))
        self.history.val_accuracy.append(float((scores.argmax(axis=1) == labels).mean()))

    def finite(self, loss: float, name: str, x: np.ndarray) -> float:
        """Return `loss` if it is finite, or say what made it so."""
        if np.isfinite(loss):
            return float(loss)
        reason = _nonfinite({"the batch": x} | _of_the_model(self.model.named_constants()))
        if not reason:
            reason = _origin(self.model, x) if self.rate is None else f"a learning rate below {self.rate} may help"
        raise FloatingPointError(f"the {name} of epoch {len(self.history.loss) + 1} is {loss}: {reason}")


def predict(model: Sequential, x: np.ndarray, batch_size: int = 256) -> np.ndarray:
    """Return the scores of every sample, a batch at a time, and leave the model as it was.

    A `Sequential.backward` that follows still belongs to the last `Sequential.forward`.

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
    model, batch_size, x = check_network(model), integer(batch_size, "batch_size", 1), plain_array(x, "x")
    if x.ndim == 0 or len(x) == 0:
        raise ValueError(f"x holds no samples; pass at least one, in an array of shape (N, ...), got shape {x.shape}")
    scores = []
    for start in range(0, len(x), batch_size):
        with untouched(model):
            scores.append(model.forward(x[start : start + batch_size]))
    return np.concatenate(scores)


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
    if (unknown := np.isnan(scores).any(axis=1)).any():
        raise FloatingPointError(f"the scores hold NaN: {_nonfinite({'x': x}) or _origin(model, x[unknown][:1])}")
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
    check_memory((classes, classes), 8, "the matrix")
    for name, array in (("y", y), ("predicted", predicted)):
        if array.size and not 0 <= array.min() <= array.max() < classes:
            raise ValueError(f"{name} must lie in 0 to {classes - 1}, got {array.min()} to {array.max()}")
    if y.shape != predicted.shape or y.ndim != 1:
        raise ValueError(f"y and predicted must have the same shape (N,), got {y.shape} and {predicted.shape}")
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (y, predicted), 1)
    return matrix


def _labelled(x: np.ndarray, y: np.ndarray, x_name: str, y_name: str) -> tuple[np.ndarray, np.ndarray]:
    x, y = plain_array(x, x_name), class_array(y, y_name)
    if y.shape != x.shape[:1] or len(y) == 0:
        raise ValueError(
            f"{x_name} and {y_name} must have one label for each sample and at least one sample, "
            f"got shapes {x.shape} and {y.shape}"
        )
    return x, y


def _origin(model: Sequential, x: np.ndarray) -> str:
    """Say where numbers that are not finite come from, if x is."""
    if reason := _nonfinite(_of_the_model(model.named_params() | model.named_constants())):
        return reason
    with untouched(model), np.errstate(all="ignore"):
        for place, layer in enumerate(model):
            y = layer.forward(x)
            if reason := _nonfinite({f"the output of layer {place}, {layer},": y}):
                return f"{reason}, for finite numbers up to {np.abs(x).max():g}"
            x = y
    return f"the scores run from {x.min():g} to {x.max():g}"


def _of_the_model(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"the model's {name}": array for name, array in arrays.items()}


def _nonfinite(arrays: dict[str, np.ndarray]) -> str:
    """Name the first of these arrays that holds NaN or infinity, and where; an empty text if none does."""
    for name, array in arrays.items():
        array = np.asarray(array)
        if array.dtype.kind == "f" and not (finite := np.isfinite(array)).all():
            place = tuple(np.argwhere(~finite)[0].tolist())
            return f"{name} holds {array[place]} at {place}"
    return ""


def _refuse_nonfinite(arrays: dict[str, np.ndarray]) -> None:
    """Refuse NaN and infinity that were given to the training."""
    if reason := _nonfinite(arrays):
        raise FloatingPointError(f"{reason}; training needs finite numbers")


def _name(function: Callable) -> str:
    return getattr(function, "__name__", type(function).__name__)


class _NoBar:
    """Stands in for the progress bar where none is wanted, so that training then needs NumPy alone."""

    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def update(self, steps: int) -> None:
        pass

    def set_description_str(self, text: str) -> None:
        pass

    def set_postfix(self, shown: dict[str, str]) -> None:
        pass


def _progress_bar(total: int, done: int, shown: bool | None) -> Any:
    if shown is False:
        return _NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        if shown is None:
            return _NoBar()
        raise ImportError(
            "the progress bar comes with tqdm, which is not installed: pip install cnn-course[book], "
            "or pass progress=False"
        ) from error
    # No count of batches, no rate: the rest fits into the 80 columns of a terminal.
    return tqdm(total=total, initial=done, bar_format="{desc} |{bar}| {remaining}{postfix}")


def _report(bar: Any, text: str, history: History) -> None:
    shown = ("loss", "accuracy", "val_accuracy")
    bar.set_description_str(text)
    bar.set_postfix({name: f"{values[-1]:.3f}" for name, values in vars(history).items() if name in shown and values})
