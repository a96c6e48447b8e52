"""LeNet-5 and the table of a network."""

import numpy as np
import pytest

from cnn_course import models


@pytest.mark.parametrize("version", ["usual", "lecture"])
def test_lenet_scores_ten_classes(version):
    model = models.lenet5(np.random.RandomState(0), version)
    assert model.forward(np.zeros((2, 1, 32, 32), np.float32)).shape == (2, 10)
    assert model.param_count == 61_706
    kinds = {type(layer).__name__ for _, layer in model.named_layers()}
    assert ("ReLU" in kinds, "Sigmoid" in kinds) == ((True, False) if version == "usual" else (False, True))


def test_c3_connections_are_table_1_of_the_paper():
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


def test_lenet_may_tell_apart_another_number_of_classes():
    assert models.lenet5(np.random.RandomState(0), classes=3).output_shape((1, 32, 32)) == (3,)


def test_unknown_version_is_refused():
    with pytest.raises(ValueError, match="version must be one of 'usual', 'lecture', got 'LeNet'"):
        models.lenet5(np.random.RandomState(0), "LeNet")
    with pytest.raises(TypeError, match=r"random_state must be a numpy\.random\.RandomState"):
        models.lenet5(0)
    with pytest.raises(TypeError, match="model must be a Sequential, got 'lenet'"):
        models.summary("lenet", (1, 32, 32))
