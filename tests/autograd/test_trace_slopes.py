"""Programs of gradients: derivatives of derivatives, traced at any example, also a negative one."""

from __future__ import annotations

import math

import numpy as np
import pytest

import autograd
from autograd import Value, trace

POWERS = [0, 1, 2, 3, 4.0, -1, -2.0, -3]
XS = [-2.0, -0.5, 3.0]


def power(x, k, order):
    """The derivative of x ** k of that order."""
    factors = [k - i for i in range(order)]
    return math.prod(factors) * x ** (k - order) if 0 not in factors else 0.0


@pytest.mark.parametrize("example", [-2.0, 2.0])
@pytest.mark.parametrize("k", POWERS)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_of_powers(k, order, example):
    def slope(x):
        found = x**k
        for _ in range(order - 1):
            found = autograd.gradients(found, x, create_graph=True)
        return found

    program = trace(slope, example)
    scope = {}
    exec(compile(program.source, "<source>", "exec"), scope)
    for x in XS:
        expected = [power(x, k, order - 1), power(x, k, order)]
        value, gradients = program.value_and_grad(x)
        assert [value, *gradients.arguments] == pytest.approx(expected, rel=1e-14)
        again, _, of_arguments = scope["value_and_grad"](x, [])
        assert [again, *of_arguments] == pytest.approx(expected, rel=1e-14)
    assert program.batched()(XS) == pytest.approx([power(x, k, order - 1) for x in XS], rel=1e-14)


@pytest.mark.parametrize("k", POWERS)
def test_derivatives_of_powers_of_a_parameter(k):
    w = Value(-2.0, "w")
    batched = trace(
        lambda x: autograd.gradients((w * x) ** k, w, create_graph=True), -1.0, parameters=[w]
    ).batched()
    mean, gradients = batched.value_and_grad([-1.0, 0.5])
    slopes = [x * power(-2.0 * x, k, 1) for x in (-1.0, 0.5)]
    assert mean == pytest.approx(np.mean(slopes), rel=1e-14)
    second = [x * x * power(-2.0 * x, k, 2) for x in (-1.0, 0.5)]
    assert gradients.parameters == pytest.approx([np.mean(second)], rel=1e-14)


def test_the_power_0_of_0():
    program = trace(lambda x: autograd.gradients(x**0 + x**1 + x**2, x, create_graph=True), 1.0)
    value, gradients = program.value_and_grad(0.0)
    assert (value, gradients.arguments) == (1.0, [2.0])
    assert program.batched()([0.0]).tolist() == [1.0]


def hessian(fn, at):
    """The second derivatives by a program for each slope."""
    rows = []
    for i in range(len(at)):
        slope = trace(lambda *xs, i=i: autograd.gradients(fn(*xs), list(xs), create_graph=True)[i], *at)
        rows.append(slope.value_and_grad(*at)[1].arguments)
    return rows


def test_a_hessian_is_that_of_eager_values():
    def rosenbrock(x, y):
        return (1.0 - x) ** 2 + 100.0 * (y - x**2) ** 2

    def bell(a, b):
        return autograd.exp(-((a - b) ** 2))

    assert hessian(rosenbrock, [1.5, -0.5]) == [[2902.0, -600.0], [-600.0, 200.0]]
    for fn, at in ((rosenbrock, [1.5, -0.5]), (bell, [-1.0, 0.5])):
        values = list(map(Value, at))
        assert np.array(hessian(fn, at)) == pytest.approx(autograd.hessian(fn(*values), values), rel=1e-13)


def test_a_power_with_a_constant_exponent_has_a_plain_slope():
    assert "d_x = 3.0 * t2" in trace(lambda x: x**3, -1.0).source
    assert "if" not in trace(lambda x: autograd.gradients(x**3, x, create_graph=True), -1.0).source


def test_second_derivatives_in_branches():
    w = Value(1.5, "w")

    def slope(x):
        return autograd.gradients(autograd.where(x > 0.0, x**3 * w, w * x), x, create_graph=True)

    program = trace(slope, 1.0, parameters=[w])
    for x, expected in ((-2.0, [1.5, 1.0, 0.0]), (4.0, [72.0, 48.0, 36.0])):
        value, gradients = program.value_and_grad(x)
        assert [value, gradients[w], *gradients.arguments] == expected
    assert program.batched()([-2.0, 4.0]).tolist() == [1.5, 72.0]
    assert program.batched().value_and_grad([-2.0, 4.0])[1][w] == 24.5
