"""Optimisers by hand and against PyTorch, training that repeats, weights that survive a crash."""

import os
import stat
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import cnn_course as cc
from cnn_course import data, models, training

RNG = np.random.RandomState


def one_weight(value=1.0):
    model = cc.Sequential(cc.Linear(1, 1, bias=False, random_state=RNG(0)))
    model.layers[0].params["weight"] = np.array([[value]])
    return model


def steps(optimizer, grads):
    """Return the weight after each gradient."""
    seen = []
    for grad in grads:
        optimizer.model.layers[0].grads["weight"] = np.array([[grad]])
        optimizer.step()
        seen.append(float(optimizer.model.layers[0].params["weight"][0, 0]))
    return seen


def test_sgd_by_hand():
    assert_allclose(steps(training.SGD(one_weight(), 0.1), [2, -1]), [0.8, 0.9])
    # Velocities 2, 0.9*2 - 1 = 0.8, 0.9*0.8 + 0 = 0.72.
    assert_allclose(steps(training.SGD(one_weight(), 0.1, momentum=0.9), [2, -1, 0]), [0.8, 0.72, 0.648])


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_a_schedule_scales_the_step(name):
    moved = []
    for scale in (1.0, 0.25, 0.0):
        optimizer = getattr(training, name)(one_weight(), 0.1)
        optimizer.model.layers[0].grads["weight"] = np.array([[2.0]])
        optimizer.step(scale)
        moved.append(1 - optimizer.model.layers[0].params["weight"][0, 0])
    assert moved[0] > 0
    assert_allclose(moved[1:], [moved[0] / 4, 0], rtol=1e-12)


def test_adam_by_hand():
    # The first step is learning_rate * sign, whatever the gradient's size; the second: averages 0.9*0.2 - 0.1 = 0.08
    # over 0.19 and 0.999*0.004 + 0.001 = 0.004996 over 0.001999.
    first = 1 - 0.01
    second = first - 0.01 * (0.08 / 0.19) / np.sqrt(0.004996 / 0.001999)
    assert_allclose(steps(training.Adam(one_weight(), 0.01), [2, -1]), [first, second], rtol=1e-7)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_optimisers_equal_pytorch(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    grads = RNG(0).randn(20)
    weight = torch.ones(1, 1, dtype=torch.float64, requires_grad=True)
    if name == "SGD":
        ours, theirs = training.SGD(one_weight(), 0.1, 0.9), torch.optim.SGD([weight], 0.1, 0.9)
    else:
        ours, theirs = training.Adam(one_weight(), 0.1), torch.optim.Adam([weight], 0.1)
    expected = []
    for grad in grads:
        weight.grad = torch.full((1, 1), grad, dtype=torch.float64)
        theirs.step()
        expected.append(weight.item())
    assert_allclose(steps(ours, grads), expected, rtol=1e-10)


def train(**options):
    digits = data.digits()
    rng = RNG(0)
    model = cc.Sequential(
        cc.Conv2d(1, 4, 3, random_state=rng),
        cc.ReLU(),
        cc.MaxPool2d(2),
        cc.Flatten(),
        cc.Linear(36, 10, random_state=rng),
    )
    arguments = {"optimizer": training.Adam(model, 0.01), "epochs": 6, "random_state": RNG(1), "progress": False}
    return model, training.fit(model, digits.x_train, digits.y_train, **(arguments | options)), digits


def test_fit_learns_the_digits_and_repeats():
    model, history, digits = train()
    again, repeated, _ = train()
    assert training.accuracy(model, digits.x_test, digits.y_test) > 0.9
    assert history.loss[-1] < history.loss[0]
    assert history == repeated
    assert all(
        np.array_equal(a, b) for a, b in zip(model.named_params().values(), again.named_params().values(), strict=True)
    )
    assert all(p.dtype == np.float32 for p in model.named_params().values())


def test_fit_reports_validation_and_follows_the_schedule(capsys):
    digits = data.digits()
    seen = []
    _, history, _ = train(
        validation=(digits.x_test, digits.y_test),
        schedule=lambda p: seen.append(p) or training.cosine(p),
        augment=training.random_shift(1),
        batch_size=100,
        progress=True,
        epochs=3,
    )
    assert len(history.loss) == len(history.accuracy) == len(history.val_accuracy) == 3
    assert len(seen) == 3 * 15
    assert (seen[0], seen[-1]) == (0, 1)
    assert seen == sorted(seen)
    assert "validation" in capsys.readouterr().err


def test_fit_sees_every_sample_once_an_epoch_and_reports_the_mean():
    model = cc.Sequential(cc.Linear(1, 3, random_state=RNG(0)))
    x, y = np.arange(-5.0, 5.0)[:, None], np.array([0, 1, 2, 1, 0, 2, 2, 1, 0, 0])
    batches = []
    history = training.fit(
        model,
        x,
        y,
        optimizer=training.SGD(model, 0),  # nothing moves, so the means over the batches are those over all samples
        epochs=2,
        batch_size=4,
        random_state=RNG(0),
        augment=lambda images, _: batches.append(images) or images,
        validation=(x[:3], y[:3]),
        progress=False,
    )
    assert [len(b) for b in batches] == [4, 4, 2] * 2
    first, second = np.concatenate(batches[:3]), np.concatenate(batches[3:])
    assert_array_equal(np.sort(first, axis=0), x)
    assert_array_equal(np.sort(second, axis=0), x)
    assert not np.array_equal(first, x)
    assert not np.array_equal(first, second)
    assert_allclose(history.loss, [cc.cross_entropy(model.forward(x), y)] * 2, rtol=1e-6)
    assert_allclose(history.accuracy, [training.accuracy(model, x, y)] * 2)
    assert history.val_accuracy == [training.accuracy(model, x[:3], y[:3])] * 2
    assert history.accuracy[0] != history.val_accuracy[0]


def test_fit_trains_on_what_the_augmentation_returns():
    model = cc.Sequential(cc.Linear(1, 2, random_state=RNG(0)))
    before = model.layers[0].params["weight"].copy()
    x, y = np.ones((4, 1)), np.array([0, 1, 1, 1])
    arguments = {"optimizer": training.SGD(model, 1.0), "epochs": 1, "random_state": RNG(0), "progress": False}
    training.fit(model, x, y, augment=lambda images, _: 0 * images, **arguments)
    assert_array_equal(model.layers[0].params["weight"], before)


def test_random_shift_moves_each_image_within_its_bounds():
    images = np.zeros((200, 1, 7, 7))
    images[:, 0, 3, 3] = 1
    moved = training.random_shift(2)(images, RNG(0))
    places = np.argwhere(moved[:, 0])[:, 1:]
    assert len(places) == 200
    assert {tuple(p) for p in places} == {(i, j) for i in range(1, 6) for j in range(1, 6)}
    assert_array_equal(training.random_shift(0)(images, RNG(0)), images)


def test_a_loss_that_explodes_stops_the_training():
    with (
        pytest.raises(FloatingPointError, match="the loss became nan in epoch 1: a learning rate below"),
        np.errstate(all="ignore"),
    ):
        model = cc.Sequential(cc.Flatten(), cc.Linear(4, 2, random_state=RNG(0)))
        x, y = np.full((4, 1, 2, 2), 1e30, np.float32), np.array([0, 1, 0, 1])
        training.fit(
            model,
            x,
            y,
            optimizer=training.SGD(model, 1e30),
            epochs=3,
            batch_size=2,
            random_state=RNG(0),
            progress=False,
        )


@pytest.mark.parametrize("batch_size", [1, 2, 4, 5, 9])
def test_predict_gives_every_sample_whatever_the_batch(batch_size):
    model, x = cc.Sequential(cc.Linear(3, 2, random_state=RNG(0))), RNG(1).randn(5, 3)
    assert_allclose(training.predict(model, x, batch_size), model.forward(x), rtol=1e-12)


def test_confusion_matrix_counts_rows_true_columns_predicted():
    got = training.confusion_matrix(np.array([0, 1, 1, 2]), np.array([0, 2, 2, 2]), 3)
    assert_array_equal(got, [[1, 0, 0], [0, 0, 2], [0, 0, 1]])


def test_weights_come_back_as_they_were(tmp_path):
    model, other = models.lenet5(RNG(0)), models.lenet5(RNG(1))
    cc.save_weights(tmp_path / "lenet.npz", model)
    cc.load_weights(tmp_path / "lenet.npz", other)
    for a, b in zip(model.named_params().values(), other.named_params().values(), strict=True):
        assert_array_equal(a, b)
    assert os.listdir(tmp_path) == ["lenet.npz"]


def test_a_save_that_fails_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "w.npz"
    cc.save_weights(path, one_weight(1.0))
    before = path.read_bytes()

    def fail(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="no space left"):
        cc.save_weights(path, one_weight(2.0))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["w.npz"]


def test_who_reads_the_old_file_while_it_is_replaced_reads_all_of_it(tmp_path):
    path = tmp_path / "w.npz"
    cc.save_weights(path, one_weight(1.0))
    before = path.read_bytes()
    with path.open("rb") as reader:
        cc.save_weights(path, one_weight(2.0))
        assert reader.read() == before
    assert path.read_bytes() != before


def test_a_saved_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "other").touch()
    cc.save_weights(tmp_path / "w.npz", one_weight())
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("other", "w.npz")}
    assert len(modes) == 1


def test_weights_in_fortran_order_come_back_as_they_were(tmp_path):
    model = cc.Sequential(cc.Linear(3, 2, random_state=RNG(0)))
    weight = model.layers[0].params["weight"]
    model.layers[0].params["weight"] = np.asfortranarray(weight)
    cc.save_weights(tmp_path / "w.npz", model)
    cc.load_weights(tmp_path / "w.npz", model)
    assert_array_equal(model.layers[0].params["weight"], weight)


@pytest.mark.parametrize("lie", ["header", "zip"])
def test_a_file_that_promises_too_much_costs_no_memory(tmp_path, lie):
    path, model = tmp_path / "w.npz", one_weight(7.0)
    np.savez_compressed(path, **{"0.weight": np.zeros((1, 2**22) if lie == "zip" else (1, 1))})
    if lie == "header":
        with zipfile.ZipFile(path) as archive:
            data = archive.read("0.weight.npy").replace(b"(1, 1), }         ", b"(99999, 99999), } ")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("0.weight.npy", data)
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"0.weight is float64 of shape \((1, 4194304|99999, 99999)\), the model's is"):
        cc.load_weights(path, model)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
    assert model.layers[0].params["weight"][0, 0] == 7


@pytest.mark.parametrize("damage", ["truncated", "not a zip", "other names", "other shapes", "other dtype", "pickle"])
def test_a_file_that_does_not_fit_changes_nothing(tmp_path, damage):
    path, model = tmp_path / "w.npz", one_weight(7.0)
    arrays = {
        "other names": {"1.weight": np.ones((1, 1))},
        "other shapes": {"0.weight": np.ones((1, 2))},
        "other dtype": {"0.weight": np.ones((1, 1), np.float32)},
        "pickle": {"0.weight": np.array([[None]], object)},
    }.get(damage, {"0.weight": np.ones((1, 1))})
    np.savez(path, **arrays)
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:-30])
    if damage == "not a zip":
        path.write_bytes(b"weights")
    with pytest.raises(ValueError, match=r"w\.npz (is not a weight file of this model|does not fit the model)"):
        cc.load_weights(path, model)
    assert model.layers[0].params["weight"][0, 0] == 7
    with pytest.raises(FileNotFoundError):
        cc.load_weights(tmp_path / "none.npz", model)


def test_every_damaged_byte_of_a_weight_file_is_noticed_or_does_no_harm(tmp_path):
    path, model, rng = tmp_path / "w.npz", one_weight(7.0), RNG(0)
    cc.save_weights(path, model)
    data = path.read_bytes()
    refused = 0
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ rng.randint(1, 256)]) + data[place + 1 :])
        try:
            cc.load_weights(path, model)
        except ValueError as error:
            assert "w.npz is not a weight file of this model" in str(error)
            refused += 1
        assert model.layers[0].params["weight"][0, 0] == 7
    assert refused > len(data) / 2


def test_lists_bytes_and_small_integers_are_data_too():
    model = cc.Sequential(cc.Flatten(), cc.Linear(4, 3, random_state=RNG(0)))
    images, labels = RNG(0).randint(0, 256, (6, 1, 2, 2)).astype(np.uint8), np.array([0, 1, 2] * 2, np.int8)
    before = images.copy()
    arguments = {"optimizer": training.SGD(model, 1e-5), "epochs": 1, "random_state": RNG(0), "progress": False}
    training.fit(model, images, labels, validation=(images, labels), **arguments)
    training.fit(model, images.tolist(), labels.tolist(), **arguments)
    assert_array_equal(images, before)
    assert_array_equal(training.predict(model, images.tolist()), training.predict(model, images))
    assert model.layers[1].params["weight"].dtype == np.float32


X, Y = np.zeros((4, 1), np.float32), np.array([0, 0, 0, 0])
FLAT = cc.Sequential(cc.Flatten())  # its scores are its input
MAPS = cc.Sequential(cc.GlobalAvgPool2d())  # its scores are maps of one pixel


def fit_with(model=None, **options):
    model = model or one_weight()
    arguments = {"optimizer": training.SGD(model, 0.1), "epochs": 1, "random_state": RNG(0), "progress": False}
    return training.fit(model, options.pop("x", X), options.pop("y", Y), **(arguments | options))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fit_with(y=np.array([0.0] * 4)), TypeError, "y must hold integers"),
        (lambda: fit_with(y=Y[:3]), ValueError, r"got shapes \(4, 1\) and \(3,\)"),
        (lambda: fit_with(x=X[:0], y=Y[:0]), ValueError, "at least one sample"),
        (lambda: fit_with(y=Y + 5), ValueError, "classes run from 0 to 0"),
        (lambda: fit_with(y=np.ma.masked_equal(Y, 1)), TypeError, "y is a masked array"),
        (lambda: fit_with(x=np.ma.masked_equal(X, 1)), TypeError, "x is a masked array"),
        (lambda: fit_with(random_state=0), TypeError, "random_state must be a numpy.random.RandomState"),
        (lambda: fit_with(random_state=np.random.default_rng(0)), TypeError, "random_state must be a numpy.random.Ran"),
        (lambda: fit_with(optimizer="adam"), ValueError, "made for another model"),
        (lambda: fit_with(validation=X), TypeError, r"validation must be a pair \(x, y\), got ndarray"),
        (lambda: fit_with(validation=(X, Y, Y)), TypeError, r"validation must be a pair \(x, y\), got tuple"),
        (lambda: fit_with(validation=(X[:0], Y[:0])), ValueError, "validation x and validation y must have one label"),
        (
            lambda: fit_with(schedule=lambda p: np.nan),
            ValueError,
            r"schedule\(progress\) must be at least 0 and finite",
        ),
        (lambda: fit_with(schedule=lambda p: None), TypeError, r"schedule\(progress\) must be a number, got None"),
        (lambda: fit_with(augment=training.random_shift(1)), ValueError, r"images must have 4 axes \(N, C, H, W\)"),
        (lambda: training.accuracy(FLAT, np.eye(2), [0, 2]), ValueError, "classes run from 0 to 1"),
        (lambda: training.accuracy(FLAT, np.eye(2) * np.nan, [0, 1]), FloatingPointError, "the scores hold NaN"),
        (lambda: training.accuracy(MAPS, np.ones((2, 3, 4, 4)), [0, 1]), ValueError, r"must have shape \(N, classes\)"),
        (lambda: fit_with(epochs=0), ValueError, "epochs must be at least 1"),
        (lambda: fit_with(batch_size=2.5), TypeError, "batch_size must be an integer"),
        (lambda: fit_with(optimizer=training.SGD(one_weight(), 0.1)), ValueError, "made for another model"),
        (lambda: fit_with(validation=(X, Y[:1])), ValueError, "validation x and validation y must have one label"),
        (lambda: training.SGD(one_weight(), 0.1).step(), RuntimeError, "no gradients yet for 0.weight: a step follows"),
        (lambda: training.Adam(one_weight()).step(), RuntimeError, "no gradients yet for 0.weight"),
        (lambda: training.SGD(cc.ReLU(), 0.1), TypeError, r"model must be a Sequential, got ReLU\(\)"),
        (lambda: training.SGD(one_weight(), "0.1"), TypeError, "learning_rate must be a number, got '0.1'"),
        (lambda: cc.save_weights("w.npz", cc.ReLU()), TypeError, "model must be a Sequential"),
        (lambda: training.SGD(one_weight(), -1), ValueError, "learning_rate must be at least 0"),
        (lambda: training.SGD(one_weight(), 0.1, momentum=1), ValueError, "momentum must be at least 0 and below 1"),
        (lambda: training.Adam(one_weight(), betas=(0.9, 1.0)), ValueError, r"betas\[1\] must be"),
        (lambda: training.predict(one_weight(), X[:0]), ValueError, "x holds no samples"),
        (lambda: training.predict(one_weight(), None), ValueError, r"of shape \(N, ...\), got shape \(\)"),
        (
            lambda: training.random_shift(10**5)(np.ones((1, 1, 2, 2)), RNG(0)),
            ValueError,
            "with their margins would need",
        ),
        (lambda: training.confusion_matrix([0], [0], 10**6), ValueError, "the matrix would need"),
        (lambda: training.confusion_matrix(Y, Y[:2], 1), ValueError, "the same shape"),
        (lambda: training.confusion_matrix(Y, Y + 1, 1), ValueError, "predicted must lie in 0 to 0, got 1 to 1"),
        (lambda: training.random_shift(-1), ValueError, "pixels must be at least 0"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_training_without_a_bar_needs_no_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    fit_with()
    with pytest.raises(ImportError):
        fit_with(progress=True)
