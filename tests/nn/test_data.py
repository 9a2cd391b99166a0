"""Mini-batches: every example once, pairs kept, orders by seed."""

import numpy as np
import pytest

import nn
from autograd import Tensor, Value

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10)


@pytest.mark.parametrize(
    "size, sizes", [(1, [1] * 10), (3, [3, 3, 3, 1]), (5, [5, 5]), (10, [10]), (99, [10])]
)
@pytest.mark.parametrize("shuffle", [True, False])
def test_every_example_once_and_in_pairs(size, sizes, shuffle):
    found = list(nn.batches(X, Y, size, shuffle=shuffle))
    assert [len(x) for x, _ in found] == sizes
    for x, y in found:
        np.testing.assert_array_equal(x[:, 0], 2 * y)
    labels = np.concatenate([y for _, y in found]).tolist()
    assert sorted(labels) == Y.tolist() and (labels == Y.tolist()) != shuffle


def labels(**options):
    return np.concatenate([y for _, y in nn.batches(X, Y, 4, **options)]).tolist()


def test_orders_by_seed():
    assert labels() == labels(seed=0) != labels(seed=1)
    rng = np.random.default_rng(0)
    first, second = labels(seed=rng), labels(seed=rng)
    assert first == labels(seed=0) and first != second


def test_batches_are_copies_of_the_dtype():
    x, y = next(nn.batches(X.astype(np.float32), Y.astype(np.uint8), 10, shuffle=False))
    assert x.dtype == np.float32 and y.dtype == np.uint8
    x[:] = 0
    assert X[1, 0] == 2


def test_lists_give_lists():
    points = [[Value(float(i))] for i in range(5)]
    for x, y in nn.batches(points, list(range(5)), 2):
        assert type(x) is list and type(y) is list and [p[0].data for p in x] == y
        assert all(any(p is q for q in points) for p in x)


def test_tensors_give_tensors():
    x, _ = next(nn.batches(Tensor(X), Y, 3, shuffle=False))
    assert isinstance(x, Tensor) and x.shape == (3, 2)


@pytest.mark.parametrize(
    "arguments, options, error, says",
    [
        ((X, Y[:9], 2), {}, ValueError, "x has 10 examples and y has 9"),
        ((X[:0], Y[:0], 2), {}, ValueError, "empty"),
        ((X, Y, 0), {}, ValueError, "batch_size is 0"),
        ((X, Y, -3), {}, ValueError, "batch_size is -3"),
        ((X, Y, 2.0), {}, TypeError, "batch_size is 2.0"),
        ((X, Y, True), {}, TypeError, "batch_size is True"),
        ((X, Y, 2), {"seed": None}, TypeError, "batches: the source of random numbers is None"),
        ((X, Y, 2), {"seed": 1.5, "shuffle": False}, TypeError, "random numbers is 1.5"),
        ((np.float64(1), Y, 2), {}, TypeError, "x is of type float64"),
        ((np.array(1.0), Y, 2), {}, ValueError, "x is a single number"),
        ((X, "0123456789", 2), {}, TypeError, "y is of type str"),
    ],
)
def test_wrong_arguments_are_errors_at_the_call(arguments, options, error, says):
    with pytest.raises(error, match=says):
        nn.batches(*arguments, **options)  # not iterated
