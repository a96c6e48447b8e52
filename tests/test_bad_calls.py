"""Bad calls get an error that names the argument, its value and what would be right, or the right answer.

The calls are in `bad_calls`. None takes more than 1 GiB: what would is refused before it is allocated, with the size
that it would need. (Files have a test of their own.)
"""

import re
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from bad_calls import INF, NAN, X, answered, array, course, networks, numbers, options, rng, shapes
from numpy.testing import assert_allclose, assert_array_equal

import cnn_course as cc

GIB = 2**30
REFUSED = shapes.REFUSED | options.REFUSED | numbers.REFUSED | networks.REFUSED | course.REFUSED
ANSWERED = answered.ANSWERED


@contextmanager
def at_most_one_gib() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < GIB, f"{peak / GIB:.1f} GiB"


def rows(catalogue: dict) -> list:
    return [pytest.param(row, id=f"{kind}: {row.name}") for kind, group in catalogue.items() for row in group]


def test_the_catalogue_holds_at_least_120_bad_calls_and_none_twice():
    names = [(kind, row.name) for kind, group in [*REFUSED.items(), *ANSWERED.items()] for row in group]
    assert len(names) >= 120
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("row", rows(REFUSED))
def test_a_bad_call_is_refused_with_the_argument_its_value_and_what_would_be_right(row):
    with at_most_one_gib(), pytest.raises(row.error) as caught:
        row.call()
    message = str(caught.value)
    for part in (row.argument, row.value):
        assert re.search(rf"(?<!\w){re.escape(part)}(?!\w)", message), f"{part} is not in: {message}"
    assert re.search(row.wanted, message), message


@pytest.mark.parametrize("row", rows(ANSWERED))
def test_an_odd_call_is_answered_rightly(row):
    with at_most_one_gib(), np.errstate(invalid="ignore"):
        answer = row.call()
    assert np.shape(answer) == np.shape(row.right)
    assert_allclose(np.asarray(answer, float), row.right, rtol=1e-12, atol=0)


@pytest.mark.parametrize("p", [1, 1.5, 3, 40])
def test_norms_of_every_power_equal_the_loops(p):
    x = array(2, 2, 5, 6)
    loops = cc.naive.pool2d(x, lambda window: sum(abs(v) ** p for v in window) ** (1 / p), (3, 2), (2, 1), (1, 0))
    assert_allclose(cc.lp_pool2d(x, p, (3, 2), stride=(2, 1), padding=(1, 0)), loops, rtol=1e-12)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_gradients_that_are_no_numbers_go_where_pytorch_sends_them(stride):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-frameworks.txt)")
    random_state = rng()
    for ours, theirs in (
        (cc.relu_backward, torch.relu),
        (
            lambda grad_y, x: cc.max_pool2d_backward(grad_y, x, 3, stride=stride),
            lambda x: torch.nn.functional.max_pool2d(x, 3, stride=stride),
        ),
    ):
        x = torch.from_numpy(X.copy()).requires_grad_()
        y = theirs(x)
        grad_y = random_state.choice([1.0, INF, -INF, NAN], y.shape)
        (right,) = torch.autograd.grad(y, x, torch.from_numpy(grad_y))
        with np.errstate(invalid="ignore"):  # where windows overlap, infinity may meet minus infinity
            assert_array_equal(ours(grad_y, X), right.numpy())
