"""Random expression graphs with shared sub-expressions, and random broadcasts, against oracles."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import autograd
from autograd import Tensor, Value, gradcheck, gradients

# Smooth everywhere and bounded growth, so that every random graph has finite derivatives.
UNARY = ["tanh", "sin", "cos", "sigmoid", "softplus", "silu", "gelu", "erf"]
BINARY = ["add", "sub", "mul"]

step = st.tuples(st.sampled_from(UNARY + BINARY + ["dot", "sum"]), st.integers(0, 30), st.integers(0, 30))
leaf = st.floats(-2, 2)


def build(steps, leaves, apply):
    """A graph in which every step takes any of the nodes before it, so nodes are shared at will."""
    nodes = list(leaves)
    for name, i, j in steps:
        x, y = nodes[i % len(nodes)], nodes[j % len(nodes)]
        node = apply(name, x, y)
        nodes.append(apply("tanh", node, None) if name in ("mul", "add", "dot", "sum") else node)
    root = nodes[0]
    for node in nodes[1:]:
        root = apply("add", root, node)
    return root


def with_values(name, x, y):
    if name == "dot":
        return autograd.dot([x, y, x], [y, 0.5, x])
    if name == "sum":
        return autograd.sum([x, y, x])
    op = getattr(autograd, name)
    return op(x) if name in UNARY else op(x, y)


def with_torch(torch, name, x, y):
    if name == "dot":
        return x * y + y * 0.5 + x * x
    if name == "sum":
        return x + y + x
    if name in BINARY:
        return getattr(torch, name)(x, y)
    functions = {"softplus": lambda t: torch.logaddexp(t, torch.zeros(())), "silu": torch.nn.functional.silu}
    return functions.get(name, getattr(torch, name, None) or getattr(torch.nn.functional, name))(x)


@given(st.lists(step, min_size=1, max_size=25), st.lists(leaf, min_size=1, max_size=4))
def test_random_graphs_against_torch(torch, steps, numbers):
    values = [Value(x) for x in numbers]
    root = build(steps, values, with_values)
    leaves = [torch.tensor(x, requires_grad=True) for x in numbers]
    theirs = build(steps, leaves, lambda *args: with_torch(torch, *args))
    assert math.isclose(root.data, theirs.item(), rel_tol=1e-12, abs_tol=1e-12)
    slopes = torch.autograd.grad(theirs, leaves, torch.tensor(-0.7), create_graph=True)
    root.backward(-0.7)
    scale = max(1.0, *(abs(s.item()) for s in slopes))
    for value, slope in zip(values, slopes):
        assert abs(value.grad - slope.item()) <= 1e-11 * scale

    again = gradients(root, values, create_graph=True, gradient=-0.7)
    assert [node.data for node in again] == near([v.grad for v in values], scale)
    if slopes[0].requires_grad:
        expected = torch.autograd.grad(slopes[0], leaves, allow_unused=True)
        expected = [0.0 if e is None else e.item() for e in expected]
        second = gradients(again[0], values)
        scale = max(1.0, *map(abs, expected))
        assert second == near(expected, scale)


def near(expected, scale):
    return pytest.approx(expected, rel=0, abs=1e-10 * scale)


@given(st.lists(step, min_size=1, max_size=12), st.lists(leaf, min_size=1, max_size=3))
def test_random_graphs_against_central_differences(steps, numbers):
    assert gradcheck(
        lambda *values: build(steps, values, with_values) * 0.3, numbers, rtol=1e-5, atol=1e-7
    ).ok


@given(st.lists(step, min_size=1, max_size=15), st.lists(leaf, min_size=2, max_size=3), st.integers(1, 4))
def test_a_graph_of_tensors_is_that_graph_of_values_in_every_element(steps, numbers, n):
    steps = [s for s in steps if s[0] not in ("dot", "sum")]
    rows = [[x + 0.1 * k for k in range(n)] for x in numbers]
    tensors = [Tensor(row) for row in rows]
    root = build(steps, tensors, with_values)
    root.backward(np.full(n, 0.3))
    for k in range(n):
        values = [Value(row[k]) for row in rows]
        scalar = build(steps, values, with_values)
        scalar.backward(0.3)
        assert math.isclose(scalar.data, root.data[k], rel_tol=1e-12, abs_tol=1e-12)
        for value, tensor in zip(values, tensors):
            assert math.isclose(value.grad, tensor.grad[k], rel_tol=1e-10, abs_tol=1e-12)


@given(
    mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=4),
    st.sampled_from(["add", "sub", "mul", "div", "maximum"]),
)
def test_broadcasting_both_ways(torch, shapes, name):
    rng = np.random.default_rng(1)
    arrays = [rng.uniform(0.5, 2.0, size=shape) for shape in shapes.input_shapes]
    tensors, leaves = [Tensor(a) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]
    ours, theirs = getattr(autograd, name)(*tensors), getattr(torch, name)(*leaves)
    assert ours.shape == shapes.result_shape == tuple(theirs.shape)
    upstream = rng.normal(size=ours.shape)
    ours.backward(upstream)
    for tensor, slope in zip(tensors, torch.autograd.grad(theirs, leaves, torch.tensor(upstream))):
        assert tensor.grad.shape == tensor.shape
        np.testing.assert_allclose(tensor.grad, slope.numpy(), rtol=1e-12, atol=1e-13)
