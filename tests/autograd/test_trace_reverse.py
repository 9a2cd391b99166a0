"""The backward pass of array programs: where elements go back to, and what each kind of step passes on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import array_ops, elementary, ops, program_ops
from autograd.languages import vector
from autograd.tracing.arrays import PARAMETERS, Arrays
from autograd.tracing.numpy_source import Writer
from autograd.tracing.reverse import reversed_pass

SIZE = 6
places = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=8)


def run(arrays, outputs, x, parameters):
    """The steps that ``outputs`` need, as the source that a program has."""
    writer = Writer(arrays, ["x"], [False], [None] * len(parameters), float, outputs)
    lines = writer.write(range(len(arrays.steps)))
    scope = {"np": np, "x": x, "parameters": parameters, "n": len(x)}
    body = "\n".join(lines)
    exec("\n".join([vector.definitions(vector.calls(body)), *writer.tables, body]), scope)
    return [np.asarray(eval(writer.name(output), scope)) for output in outputs]  # noqa: S307


@given(st.lists(places, min_size=1, max_size=3), st.integers(1, 3), st.booleans())
def test_elements_are_added_up_where_they_belong(indexes, batch, of_arguments):
    """The gradient of a weighted sum of gathered elements is what np.add.at adds up."""
    rng = np.random.default_rng(0)
    x, parameters = rng.normal(size=(batch, SIZE)), rng.normal(size=SIZE)
    arrays = Arrays()
    argument, wanted = arrays.argument(0, (SIZE,)), arrays.add(PARAMETERS, (), (SIZE,), False)
    source = arrays.apply(ops.mul, (argument, wanted)) if of_arguments else wanted
    total, expected = arrays.constant(0.0), np.zeros(SIZE)
    for index in map(np.array, indexes):
        weights = rng.normal(size=index.shape)
        read = arrays.whole(arrays.gather(source, index), index.shape)
        factors = (read, arrays.constant(weights))
        product = arrays.product(factors, ("k", "k"), "", arrays.steps[read].batched)
        total = arrays.apply(ops.add, (total, product))
        slopes = weights * x[:, index] if of_arguments else np.tile(weights, (batch, 1))
        for slope in slopes:
            np.add.at(expected, index, slope / batch)
    gradient = reversed_pass(arrays, total, 0, wanted)
    (found,) = run(arrays, [gradient], x, parameters)
    assert found.shape == (SIZE,) and np.allclose(found, expected, rtol=1e-12, atol=1e-13)


THERE = np.array([[True, True, False, True], [True, False, False, True]])


def square(arrays, w):
    return arrays.gather(w, np.arange(8).reshape(2, 4))


KINDS = {
    "join": lambda arrays, x, w: arrays.joined((x, w)),
    "mask": lambda arrays, x, w: arrays.masked(square(arrays, w), THERE, 0.0),
    "sum": lambda arrays, x, w: arrays.reduced(array_ops.sum, square(arrays, w)),
    "logsumexp": lambda arrays, x, w: arrays.reduced(array_ops.logsumexp, square(arrays, w)),
    "max": lambda arrays, x, w: arrays.reduced(array_ops.max, square(arrays, w)),
    "min": lambda arrays, x, w: arrays.reduced(array_ops.min, square(arrays, w)),
    "runs": lambda arrays, x, w: arrays.add(program_ops.runs, (w,), (3,), False, starts=np.array([0, 1, 5])),
    "broadcast_to": lambda arrays, x, w: arrays.whole(arrays.gather(w, np.array([[1], [4]])), (2, 4)),
    "reshape": lambda arrays, x, w: arrays.reshaped(square(arrays, w), (4, 1, 2)),
    "broadcasting": lambda arrays, x, w: arrays.apply(ops.mul, (x, square(arrays, w))),
    "product": lambda arrays, x, w: arrays.product((x, square(arrays, w)), ("k", "ck"), "c", True),
    "product of itself": lambda arrays, x, w: arrays.product((w, w), ("k", "k"), "", False),
    "outer product": lambda arrays, x, w: arrays.product((x, w), ("p", "c"), "pc", True),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_step_against_central_differences(kind):
    rng = np.random.default_rng(1)
    x, parameters = rng.normal(size=(3, 4)), rng.normal(size=8)
    arrays = Arrays()
    argument, wanted = arrays.argument(0, (4,)), arrays.add(PARAMETERS, (), (8,), False)
    total = arrays.apply(elementary.sin, (KINDS[kind](arrays, argument, wanted),))
    while arrays.steps[total].shape:
        total = arrays.reduced(array_ops.sum, total)
    (found,) = run(arrays, [reversed_pass(arrays, total, 0, wanted)], x, parameters)
    moves = 1e-6 * np.eye(8)
    ends = [[run(arrays, [total], x, parameters + side)[0].mean() for side in (m, -m)] for m in moves]
    assert np.allclose(found, [(up - down) / 2e-6 for up, down in ends], rtol=0, atol=1e-8)
