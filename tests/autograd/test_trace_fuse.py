"""Fusing: which sums of products become dot products, and that the number stays."""

import pytest

import autograd
from autograd import Value, nary_ops, trace
from autograd.tracing.fuse import fused

W = [Value(0.5 - i, f"w{i}") for i in range(5)]


def code(fn, example=(0.0, 0.0, 0.0)):
    return fused(trace(fn, list(example), parameters=W).code)


def shown(found):
    return [step.op.name for step in found.steps if step.operands]


@pytest.mark.parametrize(
    "fn, expected",
    [
        (lambda x: W[0] * x[0] + W[1] * x[1] + W[2], ["dot", "add"]),
        (lambda x: W[2] + (x[1] * W[1] + x[0] * W[0]), ["dot", "add"]),
        (lambda x: x[0] + x[1] + x[2] + W[0], ["sum"]),
        (lambda x: autograd.sum([autograd.sum([x[0], x[1]]), x[2]]), ["sum"]),
        # the products of one dot product that is used once are its neighbours' too
        (lambda x: autograd.dot(W[:2], x[:2]) + W[2] * x[2], ["dot"]),
        # a gate: two products of computed numbers
        (lambda x: x[0].tanh() * x[1].sin() + x[0].cos() * x[1].exp(), [
            "tanh", "sin", "mul", "cos", "exp", "mul", "add"
        ]),
        # a state that goes on: what depends on the inputs alone is apart
        (lambda x: W[0] * x[0] + W[1] * x[1] + W[2] * x[2].tanh(), ["tanh", "dot", "dot", "add"]),
        # products with 0 are gone, and the terms that are 0
        (lambda x: W[0] * x[0] + W[1] * 0.0 + 0.0 * x[1] + W[2] * x[2], ["dot"]),
        (lambda x: autograd.dot(W[:3], [0.0, x[0], 0.0]), ["dot"]),
        (lambda x: x[0] * 0.0 + W[0] * 0.0, []),
        # a product that is used twice is computed once
        (lambda x: (W[0] * x[0] + W[1] * x[1]) + (W[0] * x[0]).tanh(), ["mul", "tanh", "dot", "add", "add"]),
    ],
)  # fmt: skip
def test_what_becomes_one(fn, expected):
    found = code(fn)
    assert sorted(shown(found)) == sorted(expected), str(found)
    numbers = [0.3, -0.7, 1.1]
    eager = autograd.sum([fn([Value(x) for x in numbers])]).data
    assert found.evaluate(numbers, [w.data for w in W]) == pytest.approx([eager], rel=1e-14, abs=1e-15)


def test_a_sum_with_a_label_is_kept_by_its_name():
    def fn(x):
        inner = W[0] * x[0] + W[1] * x[1]
        inner.label = "n"
        return inner + W[2]

    found = code(fn)
    assert [step.label for step in found.steps if step.op is nary_ops.dot_of] == ["n"]


def test_results_that_are_also_terms_stay():
    found = code(lambda x: [x[0] + x[1], x[0] + x[1] + x[2]])
    assert found.evaluate([1.0, 2.0, 4.0], [0.0] * 5) == [3.0, 7.0]


def long_chain(length):
    def fn(x):
        total = 0.0
        for i in range(length):
            total = total + W[i % 5] * x[i % 3] * float(i)
        return total

    return trace(fn, [0.0] * 3, parameters=W).code


def test_a_long_chain_takes_work_in_proportion(work):
    """Were the terms so far copied at each step, it would be over three times as much for twice as long."""
    short, double = (work(fused, long_chain(n)) for n in (1000, 2000))
    assert double < 2.6 * short
