"""LeNet-5, and the table of volumes, parameters and multiplications of any network.

Taught in chapter 8.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .checks import choice
from .layers import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Sequential, Shape, Sigmoid, check_network

# Table I of LeCun et al. (1998): which of the six maps of S2 each of the sixteen maps of C3 looks at.
C3_CONNECTIONS: tuple[tuple[int, ...], ...] = (
    *((i, (i + 1) % 6, (i + 2) % 6) for i in range(6)),
    *((i, (i + 1) % 6, (i + 2) % 6, (i + 3) % 6) for i in range(6)),
    *((i, (i + 1) % 6, (i + 3) % 6, (i + 4) % 6) for i in range(3)),
    (0, 1, 2, 3, 4, 5),
)


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
    version : {"usual", "lecture"}
        "usual": ReLU, as most code has it today; "lecture": sigmoid. Both pool by the maximum and connect every map
        of the second convolution to all six maps before it.
    classes : int
        How many scores come out.

    Returns
    -------
    Sequential

    Raises
    ------
    TypeError
        If `random_state` is not a RandomState.
    ValueError
        If the version is unknown.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
       Proceedings of the IEEE, 1998.

    Examples
    --------
    >>> lenet5(np.random.RandomState(0)).param_count
    61706
    """
    activation: type[Layer] = {"usual": ReLU, "lecture": Sigmoid}[choice(version, "version", ("usual", "lecture"))]
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
    for _, layer in check_network(model).named_layers():
        macs, input_shape = layer.mac_count(input_shape), layer.output_shape(input_shape)
        rows.append(Row(repr(layer), input_shape, layer.param_count, macs))
    return Summary(rows)
