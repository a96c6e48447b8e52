"""LeNet-5, and the table of volumes, parameters and multiplications of any network.

Taught in chapter 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .checks import choice, integer
from .layers import (
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    RadialBasis,
    ReLU,
    ScaledTanh,
    Sequential,
    Shape,
    Sigmoid,
    Subsample2d,
    check_network,
)

# Table I of LeCun et al. (1998): which of the six maps of S2 each of the sixteen maps of C3 looks at.
C3_CONNECTIONS: tuple[tuple[int, ...], ...] = (
    *((i, (i + 1) % 6, (i + 2) % 6) for i in range(6)),
    *((i, (i + 1) % 6, (i + 2) % 6, (i + 3) % 6) for i in range(6)),
    *((i, (i + 1) % 6, (i + 3) % 6, (i + 4) % 6) for i in range(3)),
    (0, 1, 2, 3, 4, 5),
)

# What F6 of the published network should answer for the digits 0 to 9: 12 rows of 7 pixels, # for +1 and . for -1.
# The drawings are the course's own; those of the paper are its figure 3.
_PIXELS = """
    .......  .......  .......  .......  .......  .......  .......  .......  .......  .......
    ..###..  ...##..  .#####.  .#####.  .....#.  #######  ..####.  #######  .#####.  .#####.
    .##.##.  ..###..  ##...##  ##...##  ....##.  ##.....  .##....  .....##  ##...##  ##...##
    ##...##  .####..  .....##  .....##  ...###.  ##.....  ##.....  .....##  ##...##  ##...##
    ##...##  ...##..  .....##  .....##  ..####.  ##.....  ##.....  ....##.  ##...##  ##...##
    ##...##  ...##..  ....##.  ..####.  .##.##.  ######.  ##.###.  ....##.  .#####.  ##...##
    ##...##  ...##..  ...##..  .....##  ##..##.  .....##  ###..##  ...##..  ##...##  .######
    ##...##  ...##..  ..##...  .....##  #######  .....##  ##...##  ...##..  ##...##  .....##
    ##...##  ...##..  .##....  .....##  ....##.  .....##  ##...##  ..##...  ##...##  .....##
    .##.##.  ...##..  ##.....  ##...##  ....##.  ##...##  ##...##  ..##...  ##...##  ....##.
    ..###..  .######  #######  .#####.  ....##.  .#####.  .#####.  ..##...  .#####.  .####..
    .......  .......  .......  .......  .......  .......  .......  .......  .......  .......
"""
DRAWINGS = np.array([[[1.0 if p == "#" else -1.0 for p in d] for d in r.split()] for r in _PIXELS.split("\n")[1:-1]])
DRAWINGS = DRAWINGS.swapaxes(0, 1)  # (digit, row, column)


class Row(NamedTuple):
    """One layer of a network's table."""

    layer: str
    output_shape: Shape
    params: int
    macs: int


class Summary(tuple[Row, ...]):
    """The table of a network: a tuple of `Row` that shows itself as a table with totals."""

    def _cells(self) -> list[tuple[str, str, str, str]]:
        body = [(r.layer, " x ".join(map(str, r.output_shape)), f"{r.params:,}", f"{r.macs:,}") for r in self]
        total = ("total", "", f"{sum(r.params for r in self):,}", f"{sum(r.macs for r in self):,}")
        return [("layer", "output", "parameters", "MACs"), *body, total]

    def __repr__(self) -> str:
        cells = self._cells()
        widths = [max(len(row[i]) for row in cells) for i in range(4)]
        lines = (
            f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}".rstrip() for a, b, c, d in cells
        )
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        head, *body = (f"| {' | '.join(row)} |" for row in self._cells())
        return "\n".join([head, "| :-- | :-- | --: | --: |", *body])


def lenet5(random_state: np.random.RandomState, version: str = "usual", *, classes: int = 10) -> Sequential:
    """Build LeNet-5 for images of 32 x 32 with one channel.

    Parameters
    ----------
    random_state : RandomState
        Draws the weights.
    version : {"usual", "lecture", "published"}
        "usual": ReLU, as most code has it today; "lecture": sigmoid. Both pool by the maximum and connect every map
        of the second convolution to all six maps before it. "published": see `published_lenet5`.
    classes : int
        How many scores come out; the published version has ten.

    Returns
    -------
    Sequential

    Raises
    ------
    TypeError
        If `random_state` is not a RandomState, or `classes` no integer.
    ValueError
        If the version is unknown, `classes` is below 1, or the published one is to tell apart other than ten.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
       Proceedings of the IEEE, 1998.

    Examples
    --------
    >>> rng = np.random.RandomState(0)
    >>> {version: lenet5(rng, version).param_count for version in ("lecture", "published", "usual")}
    {'lecture': 61706, 'published': 60000, 'usual': 61706}
    """
    classes = integer(classes, "classes", 1)
    if choice(version, "version", ("usual", "lecture", "published")) == "published":
        if classes != len(DRAWINGS):
            raise ValueError(f"classes must be 10 in the published version, one for each drawing, got {classes}")
        return published_lenet5(random_state)
    activation: type[Layer] = ReLU if version == "usual" else Sigmoid
    rng = random_state
    return Sequential(
        Conv2d(1, 6, 5, random_state=rng),
        activation(),
        MaxPool2d(2),
        Conv2d(6, 16, 5, random_state=rng),
        activation(),
        MaxPool2d(2),
        Flatten(),
        Linear(400, 120, random_state=rng),
        activation(),
        Linear(120, 84, random_state=rng),
        activation(),
        Linear(84, classes, random_state=rng),
    )


def published_lenet5(random_state: np.random.RandomState, rubbish: float | None = None) -> Sequential:
    """Build LeNet-5 as it was published, for images of 32 x 32 with one channel and the ten digits.

    C3 sees the maps of S2 by `C3_CONNECTIONS`, subsampling is trained, C5 is a convolution, a scaled tanh follows
    every layer up to F6, and the output compares F6 with `DRAWINGS`.

    Parameters
    ----------
    random_state : RandomState
        Draws the weights.
    rubbish : float, optional
        Adds an eleventh class, *none of these*: see `RadialBasis`.

    Returns
    -------
    Sequential

    Raises
    ------
    TypeError
        If `random_state` is not a RandomState, or `rubbish` no number.
    ValueError
        If `rubbish` is negative.

    Notes
    -----
    The paper draws its weights from a uniform distribution and its digits on a scale from -0.1 to 1.175; here weights
    are He-normal and images are taken as they come.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
       Proceedings of the IEEE, 1998, section II.B.

    Examples
    --------
    >>> model = published_lenet5(np.random.RandomState(0))
    >>> [layer.param_count for layer in model.layers if layer.params]
    [156, 12, 1516, 32, 48120, 10164]
    """
    rng = random_state
    c3 = np.array([[s2_map in seen for s2_map in range(6)] for seen in C3_CONNECTIONS])
    return Sequential(
        Conv2d(1, 6, 5, random_state=rng),
        ScaledTanh(),
        Subsample2d(6),
        ScaledTanh(),
        Conv2d(6, 16, 5, connections=c3, random_state=rng),
        ScaledTanh(),
        Subsample2d(16),
        ScaledTanh(),
        Conv2d(16, 120, 5, random_state=rng),
        ScaledTanh(),
        Flatten(),
        Linear(120, 84, random_state=rng),
        ScaledTanh(),
        RadialBasis(DRAWINGS, rubbish),
    )


def summary(model: Sequential, input_shape: Shape) -> Summary:
    """Return a network's table: the volume after each layer, its parameters and its multiplications.

    Parameters
    ----------
    model : Sequential
    input_shape : tuple of int
        Shape of one input sample, without the batch axis.

    Returns
    -------
    Summary
        A tuple of `Row` (layer, output_shape, params, macs), the input first.

    Raises
    ------
    TypeError
        If `model` is not a Sequential.
    ValueError
        If a layer cannot take the volume before it.

    Examples
    --------
    >>> model = Sequential(Conv2d(1, 6, 5, random_state=np.random.RandomState(0)), ReLU(), MaxPool2d(2))
    >>> summary(model, (1, 32, 32))
    layer            output       parameters     MACs
    input            1 x 32 x 32           0        0
    Conv2d(1, 6, 5)  6 x 28 x 28         156  117,600
    ReLU()           6 x 28 x 28           0        0
    MaxPool2d(2)     6 x 14 x 14           0        0
    total                                156  117,600
    """
    rows = [Row("input", input_shape, 0, 0)]
    for layer in _rows(check_network(model)):
        macs, input_shape = layer.mac_count(input_shape), layer.output_shape(input_shape)
        rows.append(Row(repr(layer), input_shape, layer.param_count, macs))
    return Summary(rows)


def _rows(model: Sequential) -> Iterator[Layer]:
    """Yield the layers one after the other; a network within that is more than its layers in a row counts as one."""
    for layer in model:
        if isinstance(layer, Sequential) and layer.is_chain:
            yield from _rows(layer)
        else:
            yield layer
