"""LeNet-5 and the table of a network."""

import numpy as np
import pytest

import cnn_course as cc
from cnn_course import models, training

PUBLISHED = {
    # LeCun et al. (1998), section II.B: maps and sizes, trainable parameters; and multiplications, from these.
    "C1": ((6, 28, 28), 156, 25 * 6 * 784),
    "S2": ((6, 14, 14), 12, 6 * 196),
    "C3": ((16, 10, 10), 1_516, 25 * 60 * 100),
    "S4": ((16, 5, 5), 32, 16 * 25),
    "C5": ((120, 1, 1), 48_120, 48_000),
    "F6": ((84,), 10_164, 10_080),
    "output": ((10,), 0, 840),
}


@pytest.mark.parametrize("version", ["usual", "lecture"])
def test_lenet_scores_ten_classes(version):
    model = models.lenet5(np.random.RandomState(0), version)
    assert model.forward(np.zeros((2, 1, 32, 32), np.float32)).shape == (2, 10)
    assert model.param_count == 61_706
    kinds = {type(layer).__name__ for _, layer in model.named_layers()}
    assert ("ReLU" in kinds, "Sigmoid" in kinds) == ((True, False) if version == "usual" else (False, True))


def test_published_lenet_has_the_papers_volumes_and_60_000_parameters():
    model = models.lenet5(np.random.RandomState(0), "published")
    kinds = (cc.Conv2d, cc.Subsample2d, cc.Linear, cc.RadialBasis)
    table = models.summary(model, (1, 32, 32))
    rows = [row for row, layer in zip(table[1:], model.layers, strict=True) if isinstance(layer, kinds)]
    assert [(r.output_shape, r.params, r.macs) for r in rows] == list(PUBLISHED.values())
    assert model.param_count == 60_000
    assert sum(p.size for p in model.named_params().values()) == 60_000
    squashed = [number for number, layer in enumerate(model.layers) if isinstance(layer, cc.ScaledTanh)]
    assert squashed == [1, 3, 5, 7, 9, 12], "a scaled tanh follows every layer up to F6"


def test_c3_of_the_published_lenet_sees_the_maps_of_the_table():
    c3 = models.published_lenet5(np.random.RandomState(0)).layers[4]
    assert [tuple(np.flatnonzero(row)) for row in c3.connections] == [tuple(sorted(m)) for m in models.C3_CONNECTIONS]


def test_drawings_are_ten_different_digits_of_7_by_12():
    assert models.DRAWINGS.shape == (10, 12, 7)
    assert set(np.unique(models.DRAWINGS)) == {-1, 1}
    distances = ((models.DRAWINGS[:, None] - models.DRAWINGS) ** 2).sum(axis=(2, 3))
    assert distances[~np.eye(10, dtype=bool)].min() >= 40  # ten pixels
    symmetric = [d for d in range(10) if (models.DRAWINGS[d] == models.DRAWINGS[d, :, ::-1]).all()]
    assert symmetric == [0, 8], "rows are rows and columns are columns"
    # A 7 has its bar on top and its stem on the right: the pictures are upright and not mirrored.
    np.testing.assert_array_equal(models.DRAWINGS[7, 1:3], [[1] * 7, [-1] * 5 + [1] * 2])


@pytest.mark.parametrize("rubbish", [None, 10])
def test_published_lenet_learns_and_keeps_what_it_learned(tmp_path, rubbish):
    model = models.published_lenet5(np.random.RandomState(0), rubbish)
    assert model.output_shape((1, 32, 32)) == (10 if rubbish is None else 11,)
    large = np.kron(models.DRAWINGS > 0, np.ones((2, 3)))  # 24 x 21 pixels
    x = np.pad(large, ((0, 0), (4, 4), (5, 6)))[:, None].repeat(2, axis=0).astype(np.float32)
    x += 0.1 * np.random.RandomState(1).rand(*x.shape).astype(np.float32)
    y = np.arange(10).repeat(2)
    optimizer = training.Adam(model, 2e-3)
    options = {"batch_size": 20, "random_state": np.random.RandomState(0), "progress": False}
    history = training.fit(model, x, y, optimizer=optimizer, epochs=40, **options)
    assert history.loss[-1] < 0.1 * history.loss[0]
    assert training.accuracy(model, x, y) == 1
    cc.save_weights(tmp_path / "w.npz", model)
    fresh = models.published_lenet5(np.random.RandomState(5), rubbish)
    cc.load_weights(tmp_path / "w.npz", fresh)
    np.testing.assert_array_equal(fresh.forward(x), model.forward(x))
    assert all(param.dtype == np.float32 for param in model.named_params().values())
    np.testing.assert_array_equal(fresh.layers[-1].drawings.reshape(10, 12, 7), models.DRAWINGS)


TABLE_1 = """
    X . . . X X X . . X X X X . X X
    X X . . . X X X . . X X X X . X
    X X X . . . X X X . . X . X X X
    . X X X . . X X X X . . X . X X
    . . X X X . . X X X X . X X . X
    . . . X X X . . X X X X . X X X
"""


def test_c3_connections_are_table_1_of_the_paper():
    printed = np.array([line.split() for line in TABLE_1.split("\n")[1:-1]]) == "X"  # a row for each map of S2
    assert [set(maps) for maps in models.C3_CONNECTIONS] == [set(np.flatnonzero(column)) for column in printed.T]
    assert [len(maps) for maps in models.C3_CONNECTIONS] == [3] * 6 + [4] * 9 + [6]
    # Column by column as printed: three contiguous maps, four contiguous, four with a gap, all six.
    assert {tuple(sorted(maps)) for maps in models.C3_CONNECTIONS[12:15]} == {(0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)}
    uses = [sum(i in maps for maps in models.C3_CONNECTIONS) for i in range(6)]
    assert uses == [10] * 6


def test_summary_shows_volumes_parameters_and_multiplications():
    table = models.summary(models.lenet5(np.random.RandomState(0)), (1, 32, 32))
    assert len(table) == 13
    macs = [row.macs for row in table if row.macs]
    # Weights of a filter times places, for both convolutions; weights for the dense layers.
    assert macs == [25 * 6 * 784, 150 * 16 * 100, 48_000, 10_080, 840]
    assert repr(table).splitlines()[-1].split() == ["total", "61,706", "416,520"]
    assert "| Conv2d(1, 6, 5) | 6 x 28 x 28 | 156 | 117,600 |" in table._repr_markdown_()


def test_the_table_tells_layers_without_bias_apart():
    model = cc.Sequential(
        *(cc.Conv2d(1, 1, 1, bias=bias, random_state=np.random.RandomState(0)) for bias in (True, False))
    )
    rows = models.summary(model, (1, 2, 2))[1:]
    assert [(row.layer, row.params) for row in rows] == [("Conv2d(1, 1, 1)", 2), ("Conv2d(1, 1, 1, bias=False)", 1)]


def test_lenet_may_tell_apart_another_number_of_classes():
    assert models.lenet5(np.random.RandomState(0), classes=3).output_shape((1, 32, 32)) == (3,)
    assert models.lenet5(np.random.RandomState(0), classes=1).output_shape((1, 32, 32)) == (1,)


def test_unknown_version_is_refused():
    with pytest.raises(ValueError, match="version must be one of 'usual', 'lecture', 'published', got 'LeNet'"):
        models.lenet5(np.random.RandomState(0), "LeNet")
    with pytest.raises(ValueError, match="classes must be 10 in the published version, one for each drawing, got 3"):
        models.lenet5(np.random.RandomState(0), "published", classes=3)
    with pytest.raises(ValueError, match="classes must be at least 1, got 0"):
        models.lenet5(np.random.RandomState(0), classes=0)
    with pytest.raises(TypeError, match=r"random_state must be a numpy\.random\.RandomState"):
        models.lenet5(0)
    with pytest.raises(TypeError, match="model must be a Sequential, got 'lenet'"):
        models.summary("lenet", (1, 32, 32))
