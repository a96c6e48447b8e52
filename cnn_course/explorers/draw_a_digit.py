"""Draw a digit, and see what every layer of a trained LeNet-5 makes of it. Taught in chapter 8."""

from __future__ import annotations

import numpy as np
import traitlets

from ..checks import class_array, plain_array, real_array
from ..data import digits as load_digits
from ..layers import Sequential, Sigmoid
from ..models import lenet5
from .base import HERE, POSITION, Choice, Explorer, ExplorerBox, assemble, module
from .still import Panel

MADE = (
    ("C1", "6 maps of 28 × 28"),
    ("S2", "6 maps of 14 × 14"),
    ("C3", "16 maps of 10 × 10"),
    ("S4", "16 maps of 5 × 5"),
    ("C5", "120 numbers"),
    ("F6", "84 numbers"),
)
LAYERS = tuple(layer for layer, _ in MADE)
MOST_DIGITS = 40
START = 28 * 12 + 12  # a cell of the first map


class DrawADigit(Explorer):
    """The weights of a LeNet-5, some real digits, and which cell of which layer is looked at."""

    name = "draw_a_digit"
    _esm = module(name, "canvas", "lenet", "strokes")
    _css = Explorer._css + (HERE / "canvas.css").read_text(encoding="utf-8")
    weights = traitlets.Bytes(help="the weights in 6 bits, then scales and biases in 32").tag(sync=True, stored=True)
    sigmoid = traitlets.Bool(help="whether the layers bend by a sigmoid, not by ReLU").tag(sync=True, stored=True)
    digits = traitlets.Bytes(help="real digits, 8 by 8 numbers from 0 to 16 each").tag(sync=True, stored=True)
    labels = traitlets.List(traitlets.Int(), help="what they were written as").tag(sync=True, stored=True)
    source = traitlets.Int().tag(sync=True)
    layer = traitlets.Int().tag(sync=True)


def draw_a_digit(model: Sequential, digits: tuple[np.ndarray, np.ndarray] | None = None) -> ExplorerBox:
    """Draw on a square and see every layer of a trained LeNet-5, and what it takes the drawing for.

    Parameters
    ----------
    model : Sequential
        From :func:`cnn_course.models.lenet5` with ten classes, trained on images from `data.digits(32)`.
    digits : pair of ndarray, optional
        Real digits to load: images of shape (n, 1, 8, 8) as from `data.digits(8)`, at most 40, and labels of shape
        (n,). Without it the first two test images of each digit.

    Returns
    -------
    ExplorerBox
        Controls and the explorer, computed in the browser.

    Raises
    ------
    TypeError
        If `model` is not a Sequential, `digits` is not a pair, or does not hold real numbers and integers.
    ValueError
        If it is not a LeNet-5, holds something else than finite numbers, or images and labels do not fit, leave 0 to 1
        or are no digits.
    ImportError
        If no digits are given and scikit-learn, which brings them, is not installed.

    Notes
    -----
    The 61,470 weights are stored with the page in 6 bits each: those of one output are whole numbers from -31 to 31
    times a scale of their own. Biases and scales keep 32 bits. In base64, as pages store bytes, 6 bits are one letter,
    which gzip then shortens by how often it occurs.

    Examples
    --------
    >>> draw_a_digit(lenet5(np.random.RandomState(0)))
    explorers.draw_a_digit()
    """
    sigmoid = _check(model)
    if digits is not None and (not isinstance(digits, tuple | list) or len(digits) != 2):
        raise TypeError(f"digits must be a pair (images, labels), got {type(digits).__name__}")
    images, labels = _two_of_each() if digits is None else digits
    images, labels = real_array(images, "images"), plain_array(labels, "labels")
    if images.shape[:1] != labels.shape or images.shape[1:] != (1, 8, 8) or not 1 <= len(labels) <= MOST_DIGITS:
        raise ValueError(
            f"digits must be 1 to {MOST_DIGITS} images of shape (n, 1, 8, 8) and n labels, "
            f"got shapes {images.shape} and {labels.shape}"
        )
    for name, array, largest in (("images", images, 1), ("labels", class_array(labels, "labels"), 9)):
        if not 0 <= array.min() <= array.max() <= largest:
            raise ValueError(f"{name} must lie in 0 to {largest}, got {array.min()} to {array.max()}")
    core = DrawADigit(
        weights=_pack(model),
        sigmoid=sigmoid,
        digits=np.clip(np.round(16 * images), 0, 16).astype(np.uint8).tobytes(),
        labels=[int(label) for label in labels],
        source=1,
        layer=0,
        position=START,
        last=START,
    )
    real = [f"a real {label} (no. {i + 1})" for i, label in enumerate(core.labels)]
    return assemble(
        core,
        [Choice("source", "digit", ["your drawing", *real]), Choice("layer", "layer", LAYERS), POSITION],
        lambda: [
            Panel(f"a real {core.labels[0]}, as the network sees it", images[0, 0], "input", numbered=False),
            Panel("what each layer makes of it", np.array(MADE), "table"),
        ],
    )


def _two_of_each() -> tuple[np.ndarray, np.ndarray]:
    loaded = load_digits(8)
    chosen = np.concatenate([np.flatnonzero(loaded.y_test == digit)[:2] for digit in range(10)])
    return loaded.x_test[chosen], loaded.y_test[chosen]


def _check(model: Sequential) -> bool:
    """Tell whether a LeNet-5 bends by a sigmoid, or say that it is none."""
    if not isinstance(model, Sequential):
        raise TypeError(f"model must be a Sequential, got {type(model).__name__}")
    for version in ("usual", "lecture"):
        wanted = lenet5(np.random.RandomState(0), version)
        if repr(wanted) == repr(model):
            break
    else:
        raise ValueError(f"model must be models.lenet5, usual or the lecture's, with ten classes, got {model!r}")
    if not all(np.isfinite(param).all() for param in model.named_params().values()):
        raise ValueError("the model's parameters must be finite numbers")
    return any(isinstance(layer, Sigmoid) for layer in model.layers)


def _pack(model: Sequential) -> bytes:
    """Return the weights divided by the scales of their outputs in 6 bits each, then scales and biases as float32."""
    params = model.named_params()
    names = [name.removesuffix(".weight") for name in params if name.endswith(".weight")]
    rows = [params[f"{name}.weight"].reshape(len(params[f"{name}.bias"]), -1) for name in names]
    scales = [np.maximum(np.abs(row).max(axis=1), 1e-30) / 31 for row in rows]
    whole = [np.round(row / scale[:, None]).ravel() for row, scale in zip(rows, scales, strict=True)]
    bits = np.unpackbits((np.concatenate(whole) + 31).astype(np.uint8)[:, None], axis=1)[:, 2:]
    floats = np.concatenate([*scales, *(params[f"{name}.bias"] for name in names)])
    return np.packbits(bits).tobytes() + floats.astype("<f4").tobytes()
