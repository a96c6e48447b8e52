"""Optimisers by hand and against PyTorch, training that repeats, stops and resumes, files that survive a crash."""

import os
import stat
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import cnn_course as cc
from cnn_course import data, models, saving, training

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
    assert_allclose(steps(training.Adam(one_weight()), [2]), [1 - 0.001], rtol=1e-9)


def test_adam_computes_in_float32_for_a_float32_model():
    model = cc.Sequential(cc.Linear(30, 20, bias=False, random_state=RNG(0)))
    optimizer, weight = training.Adam(model, 0.1), model.layers[0].params["weight"].copy()
    mean = square = np.zeros_like(weight)
    for step, grad in enumerate(RNG(1).randn(9, *weight.shape).astype(np.float32), 1):
        model.layers[0].grads["weight"] = grad
        optimizer.step()
        mean, square = mean + (1 - 0.9) * (grad - mean), square + (1 - 0.999) * (grad * grad - square)
        weight -= 0.1 / (1 - 0.9**step) * mean / (np.sqrt(square) / (1 - 0.999**step) ** 0.5 + 1e-8)
    assert mean.dtype == square.dtype == np.float32
    assert_array_equal(model.layers[0].params["weight"], weight)


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


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_the_state_of_an_optimiser_is_all_that_its_steps_remember(name):
    make = {"SGD": lambda m: training.SGD(m, 0.1, 0.9), "Adam": lambda m: training.Adam(m, 0.1)}[name]
    grads = RNG(0).randn(8)
    through, first = make(one_weight()), make(one_weight())
    expected = steps(through, grads)
    middle = steps(first, grads[:5])[-1]
    second, forgetful = make(one_weight(middle)), make(one_weight(middle))
    for key, array in first.named_state().items():
        second.named_state()[key][...] = array
    assert steps(second, grads[5:]) == expected[5:]
    assert steps(forgetful, grads[5:]) != expected[5:]


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


def test_fit_reports_validation_and_follows_the_schedule(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
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
    assert {len(values) for values in vars(history).values()} == {3}
    assert len(seen) == 3 * 15
    assert (seen[0], seen[-1]) == (0, 1)
    assert seen == sorted(seen)
    shown = capsys.readouterr().err.strip().split("\r")
    figures = f"loss={history.loss[-1]:.3f}, accuracy={history.accuracy[-1]:.3f}"
    assert shown[-1].startswith("epoch 3/3 |█")
    assert shown[-1].endswith(f"{figures}, val_accuracy={history.val_accuracy[-1]:.3f}")
    assert max(map(len, shown)) <= 80
    assert {line.partition(" |")[0] for line in shown} >= {"epoch 1/3", "epoch 2/3", "epoch 3/3"}
    train(epochs=1, progress=False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("epochs", "batch_size", "expected"),
    [(1, 32, [0]), (2, 32, [0, 1]), (3, 32, [0, 0.5, 1]), (1, 2, [0, 1]), (1, 3, [0, 1])],
)
def test_the_schedule_is_asked_from_0_to_1(epochs, batch_size, expected):
    seen = []
    fit_with(epochs=epochs, batch_size=batch_size, schedule=lambda p: seen.append(p) or 1.0)
    assert seen == expected


def test_batches_hold_32_samples_and_a_bar_is_shown_unless_told_otherwise(capsys):
    model, sizes = one_weight(), []
    x, y = np.zeros((70, 1), np.float32), np.zeros(70, int)
    arguments = {"optimizer": training.SGD(model, 0.1), "epochs": 1, "random_state": RNG(0)}
    training.fit(model, x, y, augment=lambda images, _: sizes.append(len(images)) or images, **arguments)
    assert sizes == [32, 32, 6]
    assert "epoch 1/1 |█" in capsys.readouterr().err


def test_without_tqdm_there_is_no_bar_unless_one_is_asked_for(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    model = one_weight()
    arguments = {"optimizer": training.SGD(model, 0.1), "epochs": 1, "random_state": RNG(0)}
    training.fit(model, X, Y, **arguments)
    training.fit(model, X, Y, **arguments, progress=None)
    training.fit(model, X, Y, **arguments, progress=False)
    assert capsys.readouterr() == ("", "")
    with pytest.raises(ImportError, match=r"tqdm, which is not installed: pip install .* or pass progress=False"):
        training.fit(model, X, Y, **arguments, progress=True)


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
    assert_allclose(history.val_loss, [cc.cross_entropy(model.forward(x[:3]), y[:3])] * 2, rtol=1e-6)
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


class Extreme(np.random.RandomState):
    """Draws the largest number it can, or the smallest."""

    def __init__(self, sign):
        super().__init__(0)
        self.sign = sign

    def uniform(self, low, high, size):
        return np.full(size, {-1: low, 1: high}[self.sign], float)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(
    "bounds",
    [
        (0, 0, 1),
        (2, 0, 1),
        (0.3, 0, 1),
        (0, 90, 1),
        (0, 0, 2),
        (2, 20, 1.3),
        (99, 9, 3),
        (0, 0, 1, 0.5),
        (1, 20, 1.3, 0.4),
    ],
)
def test_random_affine_is_the_affine_map_of_scipy(bounds, sign):
    ndimage = pytest.importorskip("scipy.ndimage")
    pixels, degrees, stretch, *slant = bounds
    images = RNG(0).rand(2, 3, 7, 6).astype(np.float32)
    angle, factor = np.deg2rad(sign * degrees), stretch**sign
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / factor
    matrix[1] += sign * sum(slant) * matrix[0] / factor
    centre = np.array([3, 2.5])
    offset = centre - matrix @ (centre + sign * pixels)
    expected = [[ndimage.affine_transform(m, matrix, offset, order=1, mode="grid-constant") for m in i] for i in images]
    got = training.random_affine(*bounds)(images, Extreme(sign))
    assert got.dtype == np.float32
    assert_allclose(got, expected, atol=1e-5)


def test_random_affine_draws_anew_for_every_image_and_direction():
    images = np.zeros((400, 1, 15, 15))
    images[:, 0, 7, 7] = 1
    moved = training.random_affine(3, 0, 1)(images, RNG(0))[:, 0]
    rows, cols = (moved.sum(axis=axis) @ np.arange(15) - 7 for axis in (2, 1))
    for places in (rows, cols):
        assert -3 < places.min() < -2.9 < 2.9 < places.max() < 3
        assert_allclose([places.mean(), places.std()], [0, 3 / np.sqrt(3)], atol=0.2)
    assert abs(np.corrcoef(rows, cols)[0, 1]) < 0.1
    images[:] = 0
    images[:, 0, 4:11, 4:11] = 1
    stretched = training.random_affine(0, 0, 1.4)(images, RNG(0))[:, 0]
    tall, wide = stretched[:, :, 7].sum(axis=1), stretched[:, 7].sum(axis=1)
    for sizes in (tall, wide):
        assert 7 / 1.4 - 0.1 < sizes.min() < 5.2 < 9.5 < sizes.max() < 7 * 1.4 + 0.1
    assert abs(np.corrcoef(tall, wide)[0, 1]) < 0.1
    images[:] = 0
    images[:, 0, 7, 8:13] = 1
    turned = training.random_affine(0, 30, 1)(images, RNG(0))[:, 0]
    slope = np.rad2deg(np.arctan2(turned.sum(axis=2) @ np.arange(-7, 8), turned.sum(axis=1) @ np.arange(-7, 8)))
    assert -30.5 < slope.min() < -29 < 29 < slope.max() < 30.5
    assert abs(slope.mean()) < 2
    images[:] = 0
    images[:, 0, 5:10, 7] = 1
    leaning = training.random_affine(0, 0, 1, slant=0.5)(images, RNG(0))[:, 0]
    tops = leaning[:, 5] @ np.arange(15) - leaning[:, 9] @ np.arange(15)  # four rows lie between
    assert -2 < tops.min() < -1.9 < 1.9 < tops.max() < 2
    assert_allclose(leaning[:, 7, 7], 1)
    assert training.random_affine(1, 2, 3).__name__ == "random_affine(1.0, 2.0, 3.0)"  # by which a checkpoint knows it
    assert training.random_affine(1, 2, 3, 0.5).__name__ == "random_affine(1.0, 2.0, 3.0, 0.5)"


def test_a_loss_that_explodes_stops_the_training():
    with (
        pytest.raises(FloatingPointError, match=r"the loss of epoch 1 is nan: a learning rate below 1e\+30 may help"),
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


class Times(cc.Layer):
    """A layer of a student's own that multiplies by a number, and has a gradient of its own."""

    def __init__(self, factor, gradient=1.0, constants=()):
        self.factor, self.gradient = factor, gradient
        self.params["bias"] = np.zeros(4)
        self.constants.update(constants)

    def forward(self, x):
        return self.factor * x + self.params["bias"]

    def backward(self, grad_y):
        self.grads["bias"] = self.gradient * grad_y.sum(axis=0)
        return self.factor * grad_y


def spoiled(array, value, place):
    array = np.array(array, float)
    array[place] = value
    return array


ONES, FOUR = np.ones((6, 1, 2, 2)), np.arange(6) % 2


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (lambda bad: {"x": spoiled(ONES, bad, (4, 0, 1, 0))}, r"x holds BAD at \(4, 0, 1, 0\)"),
        (
            lambda bad: {"validation": (spoiled(ONES, bad, (5, 0, 0, 1)), FOUR)},
            r"validation x holds BAD at \(5, 0, 0, 1\)",
        ),
        (lambda bad: {"weight": bad}, r"the model's 2.weight holds BAD at \(1, 3\)"),
        (
            lambda bad: {"layer": Times(bad)},
            r"epoch 1 .*the output of layer 1, Times\(\), holds (BAD|nan) at \(0, 0\), for",
        ),
        (
            lambda bad: {"layer": Times(1.0, constants={"table": [1, bad]})},
            r"the loss of epoch 1 is nan: the model's 1.table holds BAD at \(1,\)",
        ),
        (lambda bad: {"layer": Times(1.0, gradient=bad)}, r"the gradient of 1.bias holds (BAD|-?inf|nan) at \(0,\)"),
        (
            lambda bad: {"augment": lambda images, _: spoiled(images, bad, (1, 0, 0, 0))},
            r"the loss of epoch 1 is nan: the batch holds BAD at \(1, 0, 0, 0\)",
        ),
    ],
)
def test_what_is_no_number_is_named_wherever_it_came_in(arguments, message, bad):
    given = arguments(bad)
    layer = given.pop("layer", Times(1.0))
    if "table" in layer.constants:
        layer.factor = np.nan
    model = cc.Sequential(cc.Flatten(), layer, cc.Linear(4, 2, random_state=RNG(0)))
    if "weight" in given:
        model[2].params["weight"][1, 3] = given.pop("weight")
    with pytest.raises(FloatingPointError, match=message.replace("BAD", str(bad))) as caught, np.errstate(all="ignore"):
        fit_with(model, **({"x": ONES, "y": FOUR, "batch_size": 2, "epochs": 2} | given))
    assert "learning rate" not in str(caught.value)


def test_numbers_too_large_before_the_first_step_are_no_matter_of_the_rate():
    model = cc.Sequential(cc.Flatten(), cc.Linear(4, 2, random_state=RNG(0)))
    message = r"the output of layer 1, Linear\(4, 2\), holds .* at .*, for finite numbers up to 1e\+308"
    with pytest.raises(FloatingPointError, match=message) as caught, np.errstate(all="ignore"):
        fit_with(model, x=ONES * 1e308, y=FOUR)
    assert "learning rate" not in str(caught.value)
    identity = cc.Sequential(cc.Flatten())
    with pytest.raises(FloatingPointError, match=r"the scores run from -1e\+308 to 1e\+308"), np.errstate(all="ignore"):
        fit_with(identity, x=np.array([[1e308, -1e308]]), y=np.array([1]))


def test_a_rate_is_blamed_for_the_validation_loss_that_it_made():
    model = cc.Sequential(cc.Flatten(), cc.Linear(4, 2, random_state=RNG(0)))
    message = r"the validation loss of epoch 1 is nan: a learning rate below 1e\+300 may help"
    with pytest.raises(FloatingPointError, match=message), np.errstate(all="ignore"):
        fit_with(model, x=ONES, y=FOUR, optimizer=training.SGD(model, 1e300), validation=(ONES, FOUR))


def test_a_rate_is_blamed_as_well_when_the_training_goes_on_from_a_checkpoint(tmp_path):
    for _ in range(2):  # the second goes on after epoch 1
        model = cc.Sequential(cc.Flatten(), cc.Linear(4, 2, random_state=RNG(0)))
        given = {"optimizer": training.SGD(model, 1e300), "epochs": 2, "checkpoint": tmp_path / "run.npz"}
        message = r"the loss of epoch 2 is nan: a learning rate below 1e\+300 may help"
        with pytest.raises(FloatingPointError, match=message), np.errstate(all="ignore"):
            fit_with(model, x=ONES * 1e10, y=FOUR, **given)


def test_a_gradient_of_another_shape_or_whole_numbers_to_learn_are_refused():
    class Sums(Times):
        def backward(self, grad_y):
            self.grads["bias"] = grad_y.sum()
            return grad_y

    model = cc.Sequential(cc.Flatten(), Sums(1.0))
    for optimizer in (training.SGD(model, 0.1), training.Adam(model)):
        with pytest.raises(ValueError, match=r"the gradient of 1.bias must have its shape \(4,\), got \(\)"):
            fit_with(model, x=ONES, y=FOUR, optimizer=optimizer)
    model[1].params["bias"] = np.zeros(4, int)
    for make in (training.SGD, training.Adam):
        with pytest.raises(TypeError, match=r"1.bias must be an array of floats to be learned, got array\(\[0"):
            make(model, 0.1)


class Scripted:
    """An optimiser that follows a script: after step number i the loss of (x=1, y=0) is losses[i]."""

    def __init__(self, model, losses):
        self.model, self.learning_rate, self.losses = model, 0.1, iter(losses)

    def step(self, scale=1.0):
        # log(1 + exp(w1 - w0)) = loss
        self.model.named_params()["0.weight"][...] = [[0], [np.log(np.expm1(next(self.losses)))]]


def follow(losses, **options):
    model = cc.Sequential(cc.Linear(1, 2, bias=False, random_state=RNG(0)))
    one, zero = np.ones((1, 1)), np.array([0])
    arguments = {"epochs": len(losses), "validation": (one, zero), "random_state": RNG(0), "progress": False}
    history = training.fit(model, one, zero, optimizer=Scripted(model, losses), **(arguments | options))
    return history, cc.cross_entropy(model.forward(one), zero)


@pytest.mark.parametrize(
    ("losses", "patience", "epochs", "best"),
    [
        ([0.9, 0.5, 0.7, 0.6, 0.5, 0.1], 3, 5, 2),  # as low as before is not lower
        ([0.9, 0.5, 0.7, 0.6, 0.5, 0.1], 4, 6, 6),
        ([0.9, 0.5, 0.7, 0.6, 0.4, 0.8], 3, 6, 5),  # waiting starts anew; the epochs end first
        ([0.1, 0.2, 0.3], 1, 2, 1),
        ([0.3, 0.2, 0.1], 1, 3, 3),
    ],
)
def test_early_stopping_waits_so_many_epochs_and_puts_the_best_weights_back(losses, patience, epochs, best):
    history, after = follow(losses, patience=patience)
    assert_allclose(history.val_loss, losses[:epochs], rtol=1e-6)
    assert len(history.loss) == epochs
    assert history.best_epoch == best
    assert_allclose(after, losses[best - 1], rtol=1e-6)


def test_without_patience_the_last_weights_stay():
    history, after = follow([0.3, 0.2, 0.4])
    assert len(history.loss) == 3
    assert history.best_epoch == 2
    assert_allclose(after, 0.4, rtol=1e-6)
    assert training.History().best_epoch == 0


def test_a_bar_that_stopped_early_is_full(capsys):
    follow([0.1, 0.2, 0.3, 0.4], patience=1, progress=True)
    last = capsys.readouterr().err.strip().split("\r")[-1]
    assert last.startswith("epoch 2/4 |█")
    assert set(last.split("|")[1]) == {"█"}


class Run:
    """A training with everything that a checkpoint has to keep; `seed` decides only where a fresh one starts."""

    def __init__(self, path=None, *, seed=0, optimizer="Adam", before_batch=lambda: None, **options):
        self.model = cc.Sequential(cc.Flatten(), cc.Linear(4, 3, random_state=RNG(seed)))
        make = {"Adam": lambda: training.Adam(self.model, 0.2), "SGD": lambda: training.SGD(self.model, 0.2, 0.9)}
        self.optimizer, self.rng, self.batches = make[optimizer](), RNG(seed), 0
        x = RNG(7).randn(60, 1, 2, 2)
        y = (np.abs(x).reshape(60, 4).argmax(axis=1) + RNG(8).randint(0, 2, 60)) % 3

        def noise(images, random_state):
            before_batch()
            self.batches += 1
            return images + 0.1 * random_state.randn(1)  # one number, so that the generator keeps a second one

        self.x, self.y = x[:41], y[:41]
        self.options = {
            **{"optimizer": self.optimizer, "epochs": 5, "batch_size": 9, "random_state": self.rng},
            **{"schedule": training.cosine, "augment": noise, "validation": (x[41:], y[41:])},
            **{"checkpoint": path, "progress": False},
        } | options

    def fit(self):
        return training.fit(self.model, self.x, self.y, **self.options)

    def state(self):
        """Return all that training changes, as plain numbers."""
        arrays = self.model.named_params() | self.optimizer.named_state()
        return {name: array.tolist() for name, array in arrays.items()}, str(self.rng.get_state(legacy=False))


def stop_at(batch):
    """Return a `before_batch` that raises KeyboardInterrupt before the batch of this number."""
    numbers = iter(range(batch + 1))

    def before_batch():
        if next(numbers) == batch:
            raise KeyboardInterrupt

    return before_batch


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("patience", [None, 1, 5])
@pytest.mark.parametrize("batch", [0, 3, 5, 14])
def test_a_training_that_goes_on_ends_as_one_that_was_never_stopped(tmp_path, optimizer, patience, batch):
    whole = Run(optimizer=optimizer, patience=patience)
    expected = whole.fit()
    assert (len(expected.loss), expected.best_epoch) == (3 if patience == 1 else 5, 2)
    path = tmp_path / "run.npz"
    with pytest.raises(KeyboardInterrupt):
        Run(path, optimizer=optimizer, patience=patience, before_batch=stop_at(batch)).fit()
    again = Run(path, optimizer=optimizer, patience=patience, seed=1)
    assert again.fit() == expected
    assert again.state() == whole.state()
    assert again.batches == whole.batches - batch // 5 * 5  # 41 samples are 5 batches: all epochs before are kept
    done = Run(path, optimizer=optimizer, patience=patience, seed=2)
    assert done.fit() == expected
    assert done.state() == whole.state()
    assert done.batches == 0
    assert os.listdir(tmp_path) == ["run.npz"]
    with np.load(path) as file:  # np.load refuses pickles
        assert all(file[name].dtype != object for name in file)


@pytest.mark.parametrize(("patience", "epochs"), [(None, 5), (1, 3)])
def test_the_bar_of_a_training_that_goes_on_starts_where_it_stopped(tmp_path, capsys, patience, epochs):
    Run(tmp_path / "run.npz", patience=patience).fit()
    assert capsys.readouterr().err == ""
    Run(tmp_path / "run.npz", patience=patience, progress=True).fit()
    bars = [line.split("|")[1] for line in capsys.readouterr().err.split("\r") if "|" in line]
    assert bars[0].count("█") == len(bars[0]) * epochs // 5
    assert set(bars[-1]) == {"█"}


def test_a_generator_at_its_first_number_is_kept(tmp_path):
    first, other = RNG(0), RNG(1)
    first.set_state((*first.get_state()[:2], 0, 0, 0.0))
    saving.save_checkpoint(tmp_path / "run.npz", {}, {}, {}, first)
    saving.load_checkpoint(tmp_path / "run.npz", {}, {}, {}, other)
    assert_array_equal(other.rand(9), first.rand(9))


def test_a_file_that_may_not_be_made_is_what_the_error_says(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError("not allowed")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionError, match="not allowed"):
        cc.save_weights(tmp_path / "w.npz", one_weight())


def die(path, where):
    """Train in a process of its own until the parent kills it: in the third epoch, or as its result is written."""
    saves = []
    savez = np.savez

    def wait():
        print("now", flush=True)
        time.sleep(600)

    def half(file, **arrays):
        saves.append(file)
        if len(saves) == 4:
            file.write(b"PK half of a file")
            file.flush()
            wait()
        savez(file, **arrays)

    if where == "while it writes":
        np.savez = half
        Run(path).fit()
    numbers = iter(range(100))
    Run(path, before_batch=lambda: next(numbers) == 13 and wait()).fit()


@pytest.mark.parametrize("where", ["within an epoch", "while it writes"])
def test_a_killed_training_loses_at_most_the_epoch_it_was_in(tmp_path, where):
    whole = Run()
    expected = whole.fit()
    path = tmp_path / "run.npz"
    code = f"import test_training; test_training.die({str(path)!r}, {where!r})"
    with subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"now\n"
        child.kill()
    assert child.returncode < 0
    again = Run(path, seed=1)
    assert again.fit() == expected
    assert again.state() == whole.state()
    assert again.batches == 3 * 5


def test_a_checkpoint_is_there_before_the_first_epoch(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Run(tmp_path / "nowhere" / "run.npz", before_batch=stop_at(0)).fit()


def another(**attributes):
    """Return a Run whose attributes or options differ."""

    def make(path):
        run = Run(path, seed=1)
        for name, value in attributes.items():
            if name in ("x", "y"):
                setattr(run, name, value)
            else:
                run.options[name] = value
        return run

    return make


def another_network(path):
    run = Run(path)
    run.model = cc.Sequential(cc.Flatten(), cc.Linear(4, 3, random_state=RNG(0)), cc.ReLU())
    run.optimizer = run.options["optimizer"] = training.Adam(run.model, 0.2)
    return run


def rerun(path, network, seed=0):
    """Train a network of two channels for two epochs, or go on from the file of such a run."""
    model = network(RNG(seed))
    x, y = RNG(1).randn(6, 2, 3, 3), np.arange(6) % 3
    options = {"epochs": 2, "random_state": RNG(0), "progress": False, "checkpoint": path}
    return model, training.fit(model, x, y, optimizer=training.SGD(model, 0.1), **options)


def with_table(table, **options):
    table = np.array(table, bool)
    return lambda rng: cc.Sequential(
        cc.Conv2d(2, 2, 3, connections=table, random_state=rng, **options),
        cc.Flatten(),
        cc.Linear(2, 3, random_state=rng),
    )


def with_drawings(drawings, rubbish=None):
    return lambda rng: cc.Sequential(
        cc.Conv2d(2, 2, 3, random_state=rng), cc.Flatten(), cc.RadialBasis(drawings, rubbish)
    )


def with_options(**options):
    return lambda rng: cc.Sequential(
        cc.Conv2d(2, 2, 3, random_state=rng, **options),
        cc.GlobalAvgPool2d(),
        cc.Flatten(),
        cc.Linear(2, 3, random_state=rng),
    )


def with_own(constant):
    def network(rng):
        own = Times(1.0, constants={"table": np.array(constant)})
        return cc.Sequential(cc.Flatten(), cc.Linear(18, 4, random_state=rng), own)

    return network


DRAWN = [[1.0, 2], [3, 4], [5, 6]]
TWINS = {
    "other connections": (with_table([[1, 1], [1, 0]]), with_table([[1, 0], [1, 1]]), "0.connections"),
    "other drawings": (with_drawings(DRAWN), with_drawings(DRAWN[::-1]), "2.drawings"),
    "another distance": (with_drawings(DRAWN), with_drawings(DRAWN, 2.0), "rubbish=2.0"),
    "no bias": (with_options(), with_options(bias=False), "bias=False|it holds"),
    "another padding": (with_options(padding=1), with_options(padding=2), r"padding=1\).* there .*padding=2\).* here"),
    "another dilation": (with_options(), with_options(dilation=(1, 1), padding=(1, 0)), r"padding=\(1, 0\)"),
    "a layer of one's own": (with_own([1.0]), with_own([2.0]), r"2.table \(1,\) float64 #"),
}


@pytest.mark.parametrize(("network", "other", "message"), TWINS.values(), ids=TWINS)
def test_what_was_learned_by_a_model_that_only_looks_the_same_is_refused(tmp_path, network, other, message):
    run, weights = tmp_path / "run.npz", tmp_path / "w.npz"
    model, history = rerun(run, network)
    cc.save_weights(weights, model)
    again, repeated = rerun(run, network, seed=5)
    assert repeated == history
    fresh = network(RNG(6))
    cc.load_weights(weights, fresh)
    for params in (again.named_params(), fresh.named_params()):
        for name, param in model.named_params().items():
            assert_array_equal(params[name], param, err_msg=name)
    with pytest.raises(ValueError, match=f"run.npz is not a checkpoint of this training: model is .*({message})"):
        rerun(run, other)
    twin = other(RNG(7))
    before = {name: param.copy() for name, param in twin.named_params().items()}
    with pytest.raises(ValueError, match=f"w.npz is not a weight file of this model: its model is .*({message})"):
        cc.load_weights(weights, twin)
    for name, param in twin.named_params().items():
        assert_array_equal(param, before[name], err_msg=name)


def test_a_network_too_long_for_the_comment_of_a_zip_file_has_a_signature_too(tmp_path):
    path, long = tmp_path / "w.npz", [cc.ReLU() for _ in range(9000)]
    cc.save_weights(path, cc.Sequential(*long, cc.Linear(2, 1, random_state=RNG(0))))
    cc.load_weights(path, cc.Sequential(*long, cc.Linear(2, 1, random_state=RNG(1))))
    other = cc.Sequential(*long[1:], cc.Tanh(), cc.Linear(2, 1, random_state=RNG(1)))
    with pytest.raises(ValueError, match=r"w\.npz is not a weight file of this model: its model is "):
        cc.load_weights(path, other)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (another_network, r"model is Sequential\(.*Linear\(4, 3\)\) there and Sequential\(.*ReLU\(\)\) here"),
        (lambda p: Run(p, optimizer="SGD"), r"optimizer is Adam\(.* there and SGD\("),
        (another(epochs=6), "epochs is 5 there and 6 here"),
        (another(epochs=6, batch_size=8), "epochs is 5 there and 6 here; batch_size is 9 there and 8 here"),
        (another(x=np.zeros((40, 1, 2, 2)), y=np.zeros(40, int)), r"data is \(41, .* there and \(40, 1, 2, 2\)"),
        (another(y=np.zeros(41, int)), r"data is \(41, 1, 2, 2\) .* there and \(41, 1, 2, 2\) .* here"),
        (another(schedule=training.constant), "schedule is cosine there and constant here"),
        (another(augment=training.random_shift(1)), r"augment is noise there and random_shift\(1\) here"),
        (another(augment=None), "augment is noise there and None here"),
        (another(patience=3), "patience is None there and 3 here"),
        (another(validation=None), r"validation is \(19, 1, 2, 2\) .* there and None here"),
    ],
)
def test_the_checkpoint_of_another_training_is_refused(tmp_path, make, message):
    path = tmp_path / "run.npz"
    with pytest.raises(KeyboardInterrupt):
        Run(path, before_batch=stop_at(12)).fit()
    before = path.read_bytes()
    run = make(path)
    state = run.state()
    with pytest.raises(ValueError, match=f"run.npz is not a checkpoint of this training: {message}"):
        run.fit()
    assert run.state() == state
    assert path.read_bytes() == before


def edited(path, **changes):
    """Change arrays of a checkpoint, or leave out those that become None; `text` gives pairs (old, new)."""
    with np.load(path) as file:
        arrays = dict(file)
    for old, new in changes.pop("text", []):
        assert old in arrays["text"].item()
        arrays["text"] = np.array(arrays["text"].item().replace(old, new))
    np.savez(path, **{name: a for name, a in (arrays | changes).items() if a is not None})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[:-30]), "File is not a zip file"),
        (lambda p: p.write_bytes(p.read_bytes()[: 3 * 10**3]), "File is not a zip file"),
        (lambda p: p.write_bytes(b""), "File is not a zip file"),
        (lambda p: cc.save_weights(p, one_weight()), "no item named 'text.npy'"),
        (lambda p: np.savez(p, text=np.array("{}")), "'settings'"),
        (lambda p: np.savez_compressed(p, text=np.array(" " * 10**7)), "text takes 40000000 bytes, and there are"),
        (lambda p: edited(p, text=[("{", "[")]), "Expecting"),
        (lambda p: edited(p, text=[('"val_loss"', '"else"')]), "its text does not fit"),
        (lambda p: edited(p, text=[('"random_state": [', '"random_state": [99999')]), "its text does not fit"),
        (lambda p: edited(p, **{"optimizer.steps": None}), "it holds"),
        (lambda p: edited(p, **{"best.1.bias": np.zeros(3, np.float32)}), "it holds"),
        (lambda p: edited(p, **{"model.1.bias": np.zeros(3)}), "model.1.bias is float64 .* there and float32"),
        (lambda p: edited(p, **{"random_state": np.zeros(3, np.uint32)}), r"random_state is uint32 of shape \(3,\)"),
    ],
)
def test_a_damaged_checkpoint_is_refused_and_changes_nothing(tmp_path, damage, message):
    path = tmp_path / "run.npz"
    with pytest.raises(KeyboardInterrupt):
        Run(path, before_batch=stop_at(12)).fit()
    edited(path)
    Run(path, before_batch=stop_at(10**9)).fit()  # an edit that changes nothing is no damage
    damage(path)
    before, run = path.read_bytes(), Run(path, seed=1)
    state = run.state()
    tracemalloc.start()
    with pytest.raises(ValueError, match=rf"run\.npz is not a checkpoint of this training: .*{message}"):
        run.fit()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
    assert run.state() == state
    assert path.read_bytes() == before


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
        (
            lambda: training.accuracy(FLAT, np.eye(2) * np.nan, [0, 1]),
            FloatingPointError,
            r"the scores hold NaN: x holds nan at \(0, 0\)",
        ),
        (
            lambda: training.accuracy(FLAT, [[0, 0], [0, np.nan]], [0, 1]),
            FloatingPointError,
            r"the scores hold NaN: x holds nan at \(1, 1\)",
        ),
        (
            lambda: training.accuracy(one_weight(np.nan), X, Y),
            FloatingPointError,
            r"the scores hold NaN: the model's 0.weight holds nan at \(0, 0\)",
        ),
        (
            lambda: training.accuracy(cc.Sequential(cc.Tanh(), Times(np.nan)), np.ones((2, 4)), [0, 1]),
            FloatingPointError,
            r"the scores hold NaN: the output of layer 1, Times\(\), holds nan at \(0, 0\)",
        ),
        (lambda: training.accuracy(MAPS, np.ones((2, 3, 4, 4)), [0, 1]), ValueError, r"must have shape \(N, classes\)"),
        (lambda: fit_with(epochs=0), ValueError, "epochs must be at least 1"),
        (lambda: fit_with(patience=0, validation=(X, Y)), ValueError, "patience must be at least 1"),
        (lambda: fit_with(patience=2.0, validation=(X, Y)), TypeError, "patience must be an integer"),
        (lambda: fit_with(patience=3), ValueError, "patience=3 waits for a lower validation loss; pass validation"),
        (lambda: fit_with(progress="no"), TypeError, "progress must be True or False, got 'no'"),
        (
            lambda: fit_with(checkpoint="never.npz", random_state=RNG(np.random.PCG64(0))),
            TypeError,
            r"a checkpoint needs np.random.RandomState\(seed\), got one of PCG64",
        ),
        (
            lambda: fit_with(validation=(X * np.nan, Y)),
            FloatingPointError,
            r"validation x holds nan at \(0, 0\); training needs finite numbers",
        ),
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
        (lambda: training.SGD(one_weight(), 0.1).step(-0.5), ValueError, "scale must be at least 0 .*, got -0.5"),
        (lambda: training.Adam(one_weight(), betas=(1.0, 0.9)), ValueError, r"betas\[0\] must be .* below 1, got 1.0"),
        (lambda: training.Adam(one_weight(), betas=(0.9, 1.0)), ValueError, r"betas\[1\] must be .* below 1, got 1.0"),
        (lambda: training.Adam(one_weight(), betas=(-0.1, 0.9)), ValueError, r"betas\[0\] must be at least 0"),
        (lambda: training.Adam(one_weight(), betas=(0.9, -0.1)), ValueError, r"betas\[1\] must be at least 0"),
        (lambda: training.Adam(one_weight(), eps=-0.1), ValueError, "eps must be at least 0 and finite, got -0.1"),
        (lambda: training.predict(one_weight(), X[:0]), ValueError, "x holds no samples"),
        (lambda: training.predict(one_weight(), X, 0), ValueError, "batch_size must be at least 1, got 0"),
        (lambda: training.predict(one_weight(), None), ValueError, r"of shape \(N, ...\), got shape \(\)"),
        (
            lambda: training.random_shift(10**5)(np.ones((1, 1, 2, 2)), RNG(0)),
            ValueError,
            "with their margins would need",
        ),
        (lambda: training.confusion_matrix([0], [0], 10**6), ValueError, "the matrix would need"),
        (lambda: training.confusion_matrix([-1, 1], [0, 1], 2), ValueError, "y must lie in 0 to 1, got -1 to 1"),
        (lambda: training.confusion_matrix(Y, Y[:2], 1), ValueError, "the same shape"),
        (lambda: training.confusion_matrix(Y, Y + 1, 1), ValueError, "predicted must lie in 0 to 0, got 1 to 1"),
        (lambda: fit_with(schedule=0.5), TypeError, "schedule must be a function such as cosine .*, got 0.5"),
        (lambda: fit_with(augment=2), TypeError, "augment must be a function .*random_shift gives, got 2"),
        (lambda: training.predict(None, X), TypeError, "model must be a Sequential, got None"),
        (lambda: training.SGD(one_weight(), 0.1).step(np.nan), ValueError, "scale must be .* finite, got nan"),
        (lambda: training.Adam(one_weight()).step(-1), ValueError, "scale must be at least 0 and finite, got -1"),
        (lambda: training.Adam(one_weight(), betas=0.9), ValueError, "betas must be a pair of numbers .*, got 0.9"),
        (
            lambda: training.random_affine(0, 0, 1)(np.ones((1, 1, 2, 2)), np.random.default_rng(0)),
            TypeError,
            "random_state",
        ),
        (lambda: training.random_shift(-1), ValueError, "pixels must be at least 0"),
        (lambda: training.random_affine(-1, 0, 1), ValueError, "pixels must be at least 0"),
        (lambda: training.random_affine(0, -1, 1), ValueError, "degrees must be at least 0"),
        (lambda: training.random_affine(0, 0, 0.9), ValueError, "stretch must be at least 1"),
        (lambda: training.random_affine(0, 0, 1, -0.1), ValueError, "slant must be at least 0"),
        (lambda: training.random_affine(0, 0, 1)(X, RNG(0)), ValueError, r"images must have 4 axes \(N, C, H, W\)"),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_what_would_be_right(call, error, message):
    with pytest.raises(error, match=message):
        call()
