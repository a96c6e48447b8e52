"""Draw a digit, and see what every layer of a trained LeNet-5 makes of it. Taught in chapter 8."""

from __future__ import annotations

from itertools import product

import numpy as np
import traitlets

from ..checks import class_array, plain_array, real_array
from ..data import digits as load_digits
from ..data import enlarge
from ..layers import Sequential, Sigmoid
from ..models import lenet5
from .base import POSITION, Choice, Explorer, ExplorerBox, Slider, assemble, module, style
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
OWN = "your drawing"
MOST_DIGITS, MOST_TRAINED = 40, 200
START = "C3"  # the layer of the cell to begin with
# The largest whole number that a weight of C1, C3, C5, F6 and the output is stored as. C5 and F6 have 58,000 of the
# 61,000, and what reads digits hardly notices; gzip does.
LEVELS = (31, 31, 7, 7, 31)


class DrawADigit(Explorer):
    """The weights of a LeNet-5, real digits, what is drawn, and which cell of which layer is looked at."""

    name = "draw_a_digit"
    _esm = module(name, "plates", "canvas", "lenet", "strokes")
    _css = style("explorers", name)
    weights = traitlets.Bytes(help="the weights in 6 bits, then scales and biases in 32").tag(sync=True, stored=True)
    sigmoid = traitlets.Bool(help="whether the layers bend by a sigmoid, not by ReLU").tag(sync=True, stored=True)
    classes = traitlets.Int(help="ten, or eleven if the last is none of these").tag(sync=True, stored=True)
    digits = traitlets.Bytes(help="real digits, 8 by 8 numbers from 0 to 16 each").tag(sync=True, stored=True)
    labels = traitlets.List(traitlets.Int(), help="what they were written as").tag(sync=True, stored=True)
    known = traitlets.Bytes(help="training digits, 8 by 8 numbers from 0 to 15, in 4 bits").tag(sync=True, stored=True)
    known_labels = traitlets.List(traitlets.Int(), help="what they were written as").tag(sync=True, stored=True)
    source = traitlets.Unicode(help="your drawing, or which real digit").tag(sync=True)
    strokes = traitlets.Unicode(help="the drawing: three letters a point, a dot between strokes").tag(sync=True)
    pen = traitlets.Int(help="how wide the pen is; 3 is as in the training digits").tag(sync=True)
    layer = traitlets.Unicode().tag(sync=True)


Labelled = tuple[np.ndarray, np.ndarray]


def draw_a_digit(model: Sequential, digits: Labelled | None = None, trained: Labelled | None = None) -> ExplorerBox:
    """Draw on a square and see every layer of a trained LeNet-5, all that a cell sees, and what the drawing is read as.

    Parameters
    ----------
    model : Sequential
        From :func:`cnn_course.models.lenet5`, trained on images from `data.digits(32)`. With eleven classes the last
        one is *none of these*, and its share stands below those of the ten digits.
    digits : pair of ndarray, optional
        Real digits to load: images of shape (n, 1, 8, 8) as from `data.digits(8)`, at most 40, and labels of shape
        (n,). Without it the first test image of each digit.
    trained : pair of ndarray, optional
        Training digits, like `digits` but at most 200: those most like the drawing are shown, pixel by pixel. Without
        it the first twenty training images of each digit.

    Returns
    -------
    ExplorerBox
        Controls and the explorer, computed in the browser.

    Raises
    ------
    TypeError
        If `model` is not a Sequential, `digits` or `trained` is not a pair, or does not hold real numbers and integers.
    ValueError
        If it is not a LeNet-5, holds something else than finite numbers, or images and labels do not fit, leave 0 to 1
        or are no digits.
    ImportError
        If digits are not given and scikit-learn, which brings them, is not installed.

    Notes
    -----
    The weights, more than 61,000, are stored with the page in 6 bits each: those of one output are whole numbers from
    -31 to 31 (C5 and F6: from -7 to 7) times a scale of their own. Biases and scales keep 32 bits. In base64, as pages
    store bytes, 6 bits are one letter, which gzip then shortens by how often it occurs. The training digits are stored
    in 4 bits a pixel.

    Examples
    --------
    >>> draw_a_digit(lenet5(np.random.RandomState(0)))
    explorers.draw_a_digit()
    """
    sigmoid, classes = _check(model)
    images, labels = _labelled(digits, "digits", MOST_DIGITS)
    known, known_labels = _labelled(trained, "trained", MOST_TRAINED)
    fours = np.round(15 * known).astype(np.uint8).reshape(-1, 2)
    names = [f"a real {label}" for label in labels]
    options = [OWN, *(f"{name}, no. {i + 1}" if names.count(name) > 1 else name for i, name in enumerate(names))]
    first = labels.index(3) if 3 in labels else 0
    position = _strongest(model, images[first])
    core = DrawADigit(
        weights=_pack(model),
        sigmoid=sigmoid,
        classes=classes,
        digits=np.round(16 * images).astype(np.uint8).tobytes(),
        labels=labels,
        known=(16 * fours[:, 0] + fours[:, 1]).tobytes(),
        known_labels=known_labels,
        source=options[1 + first],
        strokes="",
        pen=3,
        layer=START,
        position=position,
        last=position,
    )
    box = assemble(
        core,
        [
            Choice("source", "digit", options),
            Slider("pen", "pen width", 1, 5),
            Choice("layer", "layer", LAYERS),
            POSITION,
        ],
        lambda: [
            Panel(f"a real {labels[first]}, as the network sees it", images[first, 0], "input", numbered=False),
            Panel("what each layer makes of it", np.array(MADE), "table"),
        ],
    )
    core.controls = [control for control in core.controls if control["trait"] != "layer"]  # chosen in the picture
    return box


def _strongest(model: Sequential, image: np.ndarray) -> int:
    """Return the place of the largest number that C3 makes of an image, away from the edges of its maps."""
    maps = Sequential(*model.layers[:5]).forward(enlarge(image[None], 32))[0]
    inner = np.zeros_like(maps)
    inner[:, 3:7, 3:7] = maps[:, 3:7, 3:7]
    return int(inner.argmax())


def _labelled(pair: Labelled | None, name: str, most: int) -> tuple[np.ndarray, list[int]]:
    """Check images and labels, or load `most` of the test or training digits, as many of each kind."""
    if pair is None:
        loaded, each = load_digits(8), 1 if name == "digits" else most // 10
        x, y = (loaded.x_test, loaded.y_test) if name == "digits" else (loaded.x_train, loaded.y_train)
        chosen = np.concatenate([np.flatnonzero(y == digit)[:each] for digit in range(10)])
        pair = x[chosen], y[chosen]
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise TypeError(f"{name} must be a pair (images, labels), got {type(pair).__name__}")
    images, labels = real_array(pair[0], "images"), plain_array(pair[1], "labels")
    if images.shape[:1] != labels.shape or images.shape[1:] != (1, 8, 8) or not 1 <= len(labels) <= most:
        raise ValueError(
            f"{name} must be 1 to {most} images of shape (n, 1, 8, 8) and n labels, "
            f"got shapes {images.shape} and {labels.shape}"
        )
    for of, array, largest in (("images", images, 1), ("labels", class_array(labels, "labels"), 9)):
        if not 0 <= array.min() <= array.max() <= largest:
            raise ValueError(f"{of} must lie in 0 to {largest}, got {array.min()} to {array.max()}")
    return images, [int(label) for label in labels]


def _check(model: Sequential) -> tuple[bool, int]:
    """Tell whether a LeNet-5 bends by a sigmoid and how many classes it has, or say that it is none."""
    if not isinstance(model, Sequential):
        raise TypeError(f"model must be a Sequential, got {type(model).__name__}")
    for version, classes in product(("usual", "lecture"), (10, 11)):
        if repr(lenet5(np.random.RandomState(0), version, classes=classes)) == repr(model):
            break
    else:
        raise ValueError(
            "model must be models.lenet5, usual or the lecture's, with ten classes or with eleven, the last for none "
            f"of these, got {model!r}"
        )
    if not all(np.isfinite(param).all() for param in model.named_params().values()):
        raise ValueError("the model's parameters must be finite numbers")
    return any(isinstance(layer, Sigmoid) for layer in model.layers), classes


def _pack(model: Sequential) -> bytes:
    """Return the weights divided by the scales of their outputs in 6 bits each, then scales and biases as float32."""
    params = model.named_params()
    names = [name.removesuffix(".weight") for name in params if name.endswith(".weight")]
    rows = [params[f"{name}.weight"].reshape(len(params[f"{name}.bias"]), -1) for name in names]
    scales = [np.maximum(np.abs(row).max(axis=1), 1e-30) / level for row, level in zip(rows, LEVELS, strict=True)]
    whole = [np.round(row / scale[:, None]).ravel() for row, scale in zip(rows, scales, strict=True)]
    bits = np.unpackbits((np.concatenate(whole) + 31).astype(np.uint8)[:, None], axis=1)[:, 2:]
    floats = np.concatenate([*scales, *(params[f"{name}.bias"] for name in names)])
    return np.packbits(bits).tobytes() + floats.astype("<f4").tobytes()
