"""Softmax and its relatives of numbers of any size, in every form that a program has."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import pytest

import autograd
from autograd import Value, nary_ops, trace
from autograd.value import nary

w = Value(0.5, "w")
SIZES = [0.0, 1.0, -1e10, 1e10, 1e15, 1e16, 1e300]


def of_equals(name, x):
    return getattr(autograd, name)([x + (w - 0.5), x, x + 0.0])


EXPECTED = {"softmax": (1 / 3, 2 / 9), "log_softmax": (-np.log(3.0), 2 / 3)}


@pytest.fixture(scope="module", params=EXPECTED)
def case(request):
    """The first of three equal numbers, which w moves: its value, and its slope to w and to all of them."""
    name = request.param
    program = trace(lambda x: of_equals(name, x)[0], 1.0, parameters=[w])
    value, slope = EXPECTED[name]
    return program, np.array([value, slope, 0.0])


def test_called_and_as_source(case):
    program, right = case
    scope = {}
    exec(compile(program.source, "<source>", "exec"), scope)
    for x in SIZES:
        value, gradients = program.value_and_grad(x)
        assert [value, *gradients.parameters, *gradients.arguments] == pytest.approx(right, abs=1e-15)
        assert program(x) == value
        assert scope["value_and_grad"](x, [0.5])[:2] == (value, gradients.parameters)


def test_over_a_batch(case):
    program, right = case
    batched = program.batched()
    assert batched(SIZES) == pytest.approx(np.full(len(SIZES), right[0]), rel=1e-14)
    for batch in [SIZES, *([x] for x in SIZES)]:
        mean, gradients = batched.value_and_grad(batch)
        assert [mean, *gradients.parameters] == pytest.approx(right[:2], rel=1e-14)


def test_mapped(case):
    pytest.importorskip("numba")
    program, right = case
    values, gradients = program.compiled().map(SIZES)
    found = np.column_stack([values, gradients.parameters, gradients.arguments[0]])
    assert found == pytest.approx(np.tile(right, (len(SIZES), 1)), abs=1e-15)


def test_in_javascript(case, in_node):
    program, right = case
    script = f"{program.javascript}\nconst found = {json.dumps(SIZES)}"
    found = in_node(f"{script}.map((x) => value_and_grad(x, [0.5]).flat(2));")
    assert np.array(found) == pytest.approx(np.tile(right, (len(SIZES), 1)), abs=1e-15)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_random_numbers_as_in_torch(name, torch):
    rng = np.random.default_rng(0)
    weights = [[Value(x) for x in row] for row in rng.normal(size=(4, 3))]
    flat = [value for row in weights for value in row]

    def fn(x):
        found = getattr(autograd, name)([autograd.dot(row, x) for row in weights])
        return autograd.dot(found, [1.0, -2.0, 0.5, 3.0]) if name != "logsumexp" else found

    batch = rng.normal(size=(5, 3)) * [1.0, 30.0, 300.0]
    leaf = torch.tensor([[value.data for value in row] for row in weights], requires_grad=True)
    inside = torch.tensor(batch) @ leaf.T
    found = getattr(torch, name)(inside, dim=-1)
    values = found if name == "logsumexp" else found @ torch.tensor([1.0, -2.0, 0.5, 3.0])
    (slopes,) = torch.autograd.grad(values.mean(), leaf)
    program = trace(fn, [0.0] * 3, parameters=flat)
    batched = program.batched()
    assert batched(batch) == pytest.approx(values.detach().numpy(), rel=1e-12)
    mean, gradients = batched.value_and_grad(batch)
    assert gradients.flat == pytest.approx(slopes.numpy().ravel(), rel=1e-10, abs=1e-12)
    calls = [program.value_and_grad(row) for row in batch]
    assert mean == pytest.approx(np.mean([value for value, _ in calls]), rel=1e-12)
    of_parameters = np.mean([gradients.parameters for _, gradients in calls], axis=0)
    assert of_parameters == pytest.approx(slopes.numpy().ravel(), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("row", [nary_ops.max_of, nary_ops.min_of], ids=["max", "min"])
def test_the_largest_and_the_smallest_with_ties(row, torch):
    parameters = [Value(x) for x in (0.5, -0.25, 0.5)]

    def fn(x):
        first = nary(row, [p * y for p, y in zip(parameters, x)])
        return first * nary(row, [first, x[0], *parameters]) + nary(row, parameters)

    batch = np.array([[1.0, 1.0, 1.0], [1.0, -2.0, 1.0], [0.5, 3.0, -1.0], [2.0, 0.0, 2.0]])
    leaf = torch.tensor([p.data for p in parameters], requires_grad=True)
    extreme = torch.amax if row is nary_ops.max_of else torch.amin
    values, slopes = [], []
    for x in torch.tensor(batch):
        first = extreme(leaf * x, 0)
        value = first * extreme(torch.stack([first, x[0], *leaf]), 0) + extreme(leaf, 0)
        values.append(value.item())
        slopes.append(torch.autograd.grad(value, leaf)[0].tolist())
    program = trace(fn, [0.0] * 3, parameters=parameters)
    for x, right, slope in zip(batch, values, slopes):
        value, gradients = program.value_and_grad(x)
        assert value == pytest.approx(right, rel=1e-14)
        assert gradients.parameters == pytest.approx(slope, rel=1e-14)
    assert program.batched()(batch) == pytest.approx(values, rel=1e-14)
    assert program.batched().value_and_grad(batch)[1].flat == pytest.approx(
        np.mean(slopes, axis=0), rel=1e-14
    )
    if row is nary_ops.max_of and importlib.util.find_spec("numba"):
        assert program.compiled().map(batch)[1].parameters == pytest.approx(np.array(slopes), rel=1e-14)
    assert rf"\{row.name}\left(" in program.latex
