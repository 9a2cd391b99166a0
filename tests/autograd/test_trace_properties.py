"""Random graphs of every row: a traced program and its source give what eager Values give, and its slopes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, elementary, nary_ops, ops, trace
from autograd.tracing.fuse import fused
from autograd.tracing.passes import pruned, simplified
from autograd.value import nary

# What each row is given in place of x (and y), so that it has a finite value and derivative.
SAFE = {
    "div": lambda x, y: x / (1.0 + y * y),
    "pow": lambda x, y: (0.5 + x * x) ** ops.tanh(y),
    "exp": lambda x, y: ops.exp(ops.tanh(x)),
    "expm1": lambda x, y: elementary.expm1(ops.tanh(x)),
    "log": lambda x, y: ops.log(0.5 + x * x),
    "log1p": lambda x, y: elementary.log1p(x * x),
    "sqrt": lambda x, y: elementary.sqrt(0.5 + x * x),
    "tan": lambda x, y: elementary.tan(ops.tanh(x)),
    "hardtanh": lambda x, y: autograd.hardtanh(x, -0.7, 0.9),
    "clip": lambda x, y: elementary.clip(x, -0.7, 0.9),
    "arctan2": lambda x, y: elementary.arctan2(x, 0.5 + y * y),
    "hypot": lambda x, y: elementary.hypot(x, 0.5 + y * y),
    "exp2": lambda x, y: elementary.exp2(ops.tanh(x)),
    "log2": lambda x, y: elementary.log2(0.5 + x * x),
    "log10": lambda x, y: elementary.log10(0.5 + x * x),
    "sinh": lambda x, y: elementary.sinh(ops.tanh(x)),
    "cosh": lambda x, y: elementary.cosh(ops.tanh(x)),
    "arcsin": lambda x, y: elementary.arcsin(0.9 * elementary.sin(x)),
    "arccos": lambda x, y: elementary.arccos(0.9 * elementary.sin(x)),
}
ROWS = sorted(ops.ELEMENTWISE)
OTHERS = [
    "sum",
    "dot",
    "logsumexp",
    "max",
    "min",
    "square",
    "half",
    "choose",
    "choose_equal",
    "select",
    "negated",
    "constant",
]

step = st.tuples(st.sampled_from(ROWS + OTHERS), st.integers(0, 30), st.integers(0, 30), st.floats(-2, 2))
leaf = st.floats(-2, 2)
graph = st.lists(step, min_size=1, max_size=12)
numbers = st.lists(leaf, min_size=1, max_size=3)


def apply(name, x, y, number, index):
    if name in SAFE:
        return SAFE[name](x, y)
    if name in ops.ELEMENTWISE:
        row = ops.ELEMENTWISE[name]
        required = len(row.partials) - len(row.defaults)
        return row(*(x, y)[: max(required, 1)])
    return {
        "sum": lambda: autograd.sum([x, y, number, x]),
        "dot": lambda: autograd.dot([x, y, x], [y, number, x]),
        "logsumexp": lambda: autograd.logsumexp([x, y, number]),
        "max": lambda: nary(nary_ops.max_of, [x, y, number, x]),
        "min": lambda: nary(nary_ops.min_of, [y, number, x]),
        "square": lambda: x**2,
        "half": lambda: number * x / 2,
        "choose": lambda: autograd.where(x > number, x * y, y),
        "choose_equal": lambda: autograd.where(x <= y, x, number),
        "select": lambda: autograd.take([x, y, x * y], index),
        "negated": lambda: -1.0 * x + -y,
        "constant": lambda: x + ops.tanh(Value(number) * 0.0 + 1.0).data,
    }[name]()


def build(steps, leaves, index):
    """A graph in which every step takes any of the nodes before it, so nodes are shared at will."""
    nodes = list(leaves)
    for name, i, j, number in steps:
        node = apply(name, nodes[i % len(nodes)], nodes[j % len(nodes)], number, index)
        nodes.append(ops.tanh(node))
    return autograd.sum(nodes)


def near(found, expected, scale):
    return abs(found - expected) <= 1e-12 * scale


def case(steps, given_, weights, index):
    """The program, and what eager Values give: value, gradients of parameters, of arguments."""
    parameters = [Value(w, f"w{i}") for i, w in enumerate(weights)]

    def fn(xs, chosen):
        return build(steps, [*xs, *parameters], chosen)

    program = trace(fn, [0.3] * len(given_), 1, parameters=parameters)
    eager = [Value(x) for x in given_]
    out = build(steps, [*eager, *parameters], index)
    slopes = autograd.gradients(out, [*parameters, *eager])
    # numbers that cancel leave the rounding of the larger ones behind
    scale = max(1.0, abs(out.data), *map(abs, slopes))
    return program, parameters, out.data, slopes, scale


@given(graph, numbers, numbers, st.integers(0, 2))
def test_a_program_is_what_eager_values_do(steps, given_, weights, index):
    program, parameters, value, slopes, scale = case(steps, given_, weights, index)
    assert near(program(given_, index), value, scale)
    found, gradients = program.value_and_grad(given_, index)
    assert near(found, value, scale)
    flat = [*gradients.parameters, *gradients.arguments[0]]
    assert len(flat) == len(slopes) and all(near(a, b, scale) for a, b in zip(flat, slopes))


@given(graph, numbers, numbers, st.integers(0, 2))
def test_source_runs_on_its_own_and_is_what_eager_values_do(steps, given_, weights, index):
    program, parameters, value, slopes, scale = case(steps, given_, weights, index)
    scope = {"__builtins__": __builtins__}
    exec(compile(program.source, "source", "exec"), scope)
    assert {name for name, found in scope.items() if type(found) is type(math)} <= {"math"}
    found, of_parameters, (of_arguments, none) = scope["value_and_grad"](given_, index, weights)
    flat = [*of_parameters, *of_arguments]
    assert near(found, value, scale) and all(near(a, b, scale) for a, b in zip(flat, slopes)) and not none


@given(graph, numbers, st.integers(0, 2))
def test_a_pass_leaves_the_meaning_alone(steps, weights, index):
    program, parameters, value, slopes, scale = case(steps, weights, weights, index)
    arguments = [*weights, float(index)]
    meaning = program.code.evaluate(arguments, weights)
    for code in (pruned(program.code), simplified(program.code), simplified(simplified(program.code))):
        assert near(code.evaluate(arguments, weights)[0], meaning[0], scale)
        assert all(operand < place for place, s in enumerate(code.steps) for operand in s.operands)
        kept = set(code.outputs).union(*(s.operands for s in code.steps))
        assert kept == set(range(len(code.steps)))  # nothing is dead
    found = program.backward.evaluate(arguments, weights)
    assert found[: 1 + len(slopes)] == pytest.approx([value, *slopes], abs=1e-12 * scale)


@given(graph, numbers, numbers, st.lists(st.integers(0, 2), min_size=1, max_size=4), st.floats(-1, 1))
def test_a_batch_is_the_mean_of_what_eager_values_do(steps, given_, weights, indexes, apart):
    """Graphs without any structure: where nothing is a matrix product, it may only not be wrong."""
    batch = [[x + apart * row for x in given_] for row in range(len(indexes))]
    cases = [case(steps, row, weights, index) for row, index in zip(batch, indexes)]
    program, parameters, *_ = cases[0]
    batched = program.batched()
    count = len(parameters)
    scale = max(one[4] for one in cases)
    values = np.array([one[2] for one in cases])
    slopes = np.mean([one[3][:count] for one in cases], axis=0)
    x, chosen = np.array(batch), np.array(indexes)
    assert np.abs(batched(x, chosen) - values).max() <= 1e-12 * scale
    mean, gradients = batched.value_and_grad(x, chosen)
    scope = {"__builtins__": __builtins__}
    exec(compile(batched.source, "source", "exec"), scope)
    again, flat = scope["value_and_grad"](x, chosen, np.array(weights))
    assert {name for name, found in scope.items() if type(found) is type(math)} <= {"np"}
    assert near(mean, values.mean(), scale) and mean == float(again)
    assert np.abs(gradients.flat - slopes).max() <= 1e-12 * scale
    assert np.array_equal(gradients.flat, flat)


@given(graph, numbers, st.integers(0, 2))
def test_fusing_leaves_the_meaning_alone(steps, weights, index):
    program, parameters, value, slopes, scale = case(steps, weights, weights, index)
    found = fused(program.code).evaluate([*weights, float(index)], weights)
    assert near(found[0], value, scale)
