"""A program when it is called: parameters that move, wrong arguments, errors with names; and ``traced``."""

from __future__ import annotations

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, trace, traced


def test_parameters_are_read_at_each_call():
    w = Value(2.0, "w")
    program = trace(lambda x: x * w, 1.0)
    w.data = 5.0
    assert program(2.0) == 10.0 and program.value_and_grad(2.0)[1].arguments == [5.0]


def test_a_network_learns_through_its_program():
    model = nn.MLP(2, [4, 1], activation="tanh")
    program = trace(lambda x, y: (model(x) - y) ** 2, [0.0, 0.0], 0.0, parameters=model.parameters())
    points = [([0.0, 0.0], -1.0), ([0.0, 1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, 1.0], -1.0)]
    before = sum(program(*point) for point in points)
    for x, y in points * 50:
        loss, gradients = program.value_and_grad(x, y)
        eager = (model(x) - y) ** 2
        assert loss == pytest.approx(eager.data, rel=1e-12)
        expected = autograd.gradients(eager, model.parameters())
        assert gradients.parameters == pytest.approx(expected, rel=1e-12, abs=1e-15)
        for p in model.parameters():
            p.data -= 0.1 * gradients[p]
    assert sum(program(*point) for point in points) < before


def test_gradients_by_parameter():
    w, other = Value(2.0, "w"), Value(1.0)
    gradients = trace(lambda x: x * w, 1.0).value_and_grad(3.0)[1]
    assert gradients[w] == 3.0 and repr(gradients) == "Gradients(parameters=[3.0], arguments=[2.0])"
    for bad in (other, [w], 0):
        with pytest.raises(KeyError, match="not one of the 1 traced parameters"):
            gradients[bad]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([[1.0, 2.0]],), TypeError, "fn: got 1 arguments; expected 2: x, y"),
        (([1.0, 2.0], 3.0), TypeError, r"fn: x is a list of 2; expected a list of 1"),
        (([[1.0]], 3.0), TypeError, r"fn: x\[0\] is a list of 1; expected a list of 2"),
        ((5.0, 3.0), TypeError, r"fn: x is 5.0; expected a list of 1"),
        (("a", 3.0), TypeError, r"fn: x is 'a'; expected a list of 1"),
        (([[1.0, [2.0]]], 3.0), TypeError, r"fn: x\[0\]\[1\] is \[2.0\]; expected a number"),
        (([[1.0, np.ones(2)]], 3.0), TypeError, r"fn: x\[0\]\[1\] is array.*; expected a number"),
        (([[1.0, "2"]], 3.0), TypeError, r"fn: x\[0\]\[1\]: got '2' of type str; expected a real number"),
        (([[1.0, 2.0]], None), TypeError, "fn: y: got None of type NoneType"),
        (([[1.0, 2.0]], 1j), TypeError, "fn: y: got 1j of type complex"),
        (([[1.0, 2.0]], math.nan), ValueError, "fn: y is nan, which is not a number"),
        (([[1.0, 2.0]], 10**400), OverflowError, "fn: y: the number is too large"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, message):
    def fn(x, y):
        return x[0][0] * x[0][1] + y

    program = trace(fn, [[1.0, 2.0]], 3.0)
    for call in (program, program.value_and_grad):
        with pytest.raises(error, match=message):
            call(*arguments)
    assert program([[1, True]], Value(3.0)) == 4.0


@pytest.mark.parametrize(
    ("fn", "at", "error", "message"),
    [
        (lambda x: autograd.log(x * 2), -1.0, ValueError, r"log\(-2\): math domain error; it needs x > 0"),
        (lambda x: 1 / x, 0.0, ZeroDivisionError, r"div\(1, 0\): float division by zero; it needs a divisor"),
        (lambda x: autograd.exp(x), 1e3, OverflowError, r"exp\(1000\): the result is too large"),
        (lambda x: x**0.5, -1.0, ValueError, r"pow\(-1, 0.5\)"),
        (lambda x: x**-1, 0.0, ValueError, r"pow\(0, -1\)"),
        (lambda x: x * 2 - x, math.inf, ValueError, r"sub\(inf, inf\): the result is not a number \(nan\)"),
    ],
)
def test_what_has_no_value_is_the_error_that_values_raise(fn, at, error, message):
    with pytest.raises(error) as eager:
        fn(Value(at))
    program = trace(fn, 0.5)
    for call in (program, program.value_and_grad):
        with pytest.raises(error, match=message) as raised:
            call(at)
        assert (
            str(raised.value).startswith(str(eager.value)) and raised.value.operation == eager.value.operation
        )


def test_the_step_and_the_backward_pass_are_named():
    def fn(x):
        h = autograd.log(x)
        h.label = "h"
        return h * 2

    with pytest.raises(ValueError, match=r"log\(-1\).* \(the step h\)"):
        trace(fn, 1.0)(-1.0)
    program = trace(lambda x: autograd.sqrt(x), 1.0)
    assert program(0.0) == 0.0
    with pytest.raises(ZeroDivisionError, match=r"\(in the backward pass\)"):
        program.value_and_grad(0.0)
    several = trace(lambda x: [x, x - x * 2], 1.0)
    with pytest.raises(ValueError, match="sub"):
        several(math.inf)


def test_infinities_pass_as_they_do_in_values():
    assert trace(lambda x: autograd.maximum(x, 1.0), 1.0).value_and_grad(math.inf)[0] == math.inf
    value, gradients = trace(lambda x, y: x * 1e300 - y, 1.0, 1.0).value_and_grad(1e300, 1.0)
    assert value == math.inf and gradients.arguments == [1e300, -1.0]


def test_a_program_says_what_it_is():
    w = Value(2.0)
    assert repr(trace(lambda x: x * w, 1.0)) == "Program(<lambda>(x), 3 steps, 1 parameters)"
    assert repr(trace(nn.MLP(2, [1]), [0.0, 0.0])).startswith("Program(MLP(x)")


def test_traced_keeps_a_program_for_each_kind_of_arguments():
    w = Value(3.0, "w")
    runs = []

    def power(xs, n=2, *, shift=0.0):
        runs.append(n)
        out = w
        for _ in range(n):
            out = out * xs[0]
        return out + shift

    kept = traced(power, static=["n"])
    assert kept([2.0]) == 12.0 == kept([2.0], 2) == kept((2.0,), n=2) == kept(np.array([2.0]))
    assert kept([2.0], 3, shift=1.0) == 25.0 and kept([2.0, 5.0]) == 12.0
    assert runs == [2, 3, 2] and len(kept.programs) == 3
    assert kept.value_and_grad([2.0], 3)[1][w] == 8.0
    w.data = 1.0
    assert kept([2.0]) == 4.0
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        kept([2.0], True + 0.5)
    with pytest.raises(TypeError, match="cannot be kept apart"):
        kept([2.0], [2])
    with pytest.raises(TypeError, match="static names 'm'; the function has the arguments xs, n, shift"):
        traced(power, static="m")


def test_traced_tells_types_apart_and_takes_any_signature():
    seen = []
    kept = traced(lambda x, flag: seen.append(flag) or x * 2, static="flag")
    assert kept(1.0, 1) == kept(1.0, True) == kept(1.0, 1.0) == 2.0 and seen == [1, True, 1.0]

    def many(x, /, *rest, scale, **more):
        return (x + autograd.sum(list(rest))) * scale + sum(more.values())

    kept = traced(many)
    assert kept(1.0, 2.0, 3.0, scale=2.0) == 12.0 == kept(1.0, 2.0, 3.0, scale=1.0, a=4.0, b=2.0)
    assert traced(nn.MLP(2, [1]).__call__)([0.0, 0.0]) is not None

    def select(rows, i):
        return autograd.take(rows, i)

    kept = traced(select, parameters=iter([]))
    assert kept([1.0, 2.0], 1) == 2.0 == kept([1.0, 2.0], np.int64(1))
    assert kept([1.0, 2.0, 3.0], 2) == 3.0


def test_the_same_index_and_its_own_argument():
    program = trace(lambda i, xs: autograd.take(xs, i) * i, 1, [1.0, 2.0])
    assert program(1, [3.0, 4.0]) == 4.0
    assert program.value_and_grad(0, [3.0, 4.0])[1].arguments == [None, [0.0, 0.0]]
