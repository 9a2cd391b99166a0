"""A program compiled by Numba gives what the program gives: in a call, in a loop, and over arrays."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

import autograd
from autograd import TraceError, Value, define, elementary, ops, trace

numba = pytest.importorskip("numba")
w, v = Value(2.0, "w"), Value(-0.5, "v")


def everything(x, i, rows, every=1):
    unary = [row for row in ops.ELEMENTWISE.values() if len(row.partials) == 1][::every]
    inner = autograd.where(x * w > 1.0, autograd.take(rows, i), v * x)
    terms = [row(0.8 * autograd.sigmoid(inner) + 0.1) for row in unary]
    terms += [
        autograd.leaky_relu(inner),
        autograd.elu(inner),
        autograd.hardtanh(inner),
        autograd.swish(inner),
        abs(x) ** 2.5,
    ]
    terms += [elementary.clip(inner, -0.5, 0.4), elementary.arctan2(inner, x), elementary.hypot(inner, 0.1)]
    return autograd.sum(terms) + autograd.logsumexp(terms) + autograd.dot(terms, terms)


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.thorough)])
def test_a_call_and_an_array_of_calls(every):
    """Of some of the rows; those with branches are also compiled in test_trace_nan.py."""
    program = trace(partial(everything, every=every), 1.0, 0, [1.0, 2.0, 3.0], parameters=[w, v])
    compiled = program.compiled()
    xs, chosen = np.linspace(-1, 2, 7), np.arange(7) % 3
    rows = np.random.default_rng(0).normal(size=(7, 3))
    values, gradients = compiled.map(xs, chosen, rows)
    assert gradients.parameters.shape == (7, 2) and gradients.arguments[2].shape == (7, 3)
    assert gradients.arguments[1] is None
    for k, (x, i, row) in enumerate(zip(xs, chosen, rows)):
        value, expected = program.value_and_grad(x, i, row)
        found, slopes = compiled.value_and_grad(x, i, row)
        assert compiled(x, i, row) == found == pytest.approx(value, rel=1e-12) == values[k]
        assert slopes.parameters == pytest.approx(expected.parameters, rel=1e-11)
        assert gradients.parameters[k] == pytest.approx(expected.parameters, rel=1e-11)
        assert slopes.arguments[0] == pytest.approx(expected.arguments[0], rel=1e-11)
        assert slopes.arguments[2] == pytest.approx(expected.arguments[2], rel=1e-11)
        assert gradients.arguments[2][k] == pytest.approx(expected.arguments[2], rel=1e-11)
        assert slopes[w] == slopes.parameters[0]


def test_a_function_for_a_loop_of_ones_own():
    program = trace(lambda a, b: ((a + b) - (a * b + b**3)) ** 2 / 2, 2.0, 3.0)
    slope = program.compiled().function

    @numba.njit
    def descend(a, b, n):
        for _ in range(n):
            value, d_a, d_b = slope(a, b)
            a -= 0.01 * d_a
            b -= 0.01 * d_b
        return a, b, value

    a, b = 0.5, 0.7
    for _ in range(10):
        value, gradients = program.value_and_grad(a, b)
        a, b = a - 0.01 * gradients.arguments[0], b - 0.01 * gradients.arguments[1]
    assert descend(0.5, 0.7, 10) == pytest.approx((a, b, value), rel=1e-12)
    assert trace(lambda x: [x * w, 3.0], 1.0).compiled().function(2.0, 5.0) == (10.0, 3.0)


def test_several_numbers_and_parameters_that_move():
    a = Value(2.0)
    compiled = trace(lambda x: [x, [x * a, 3.0]], 1.0).compiled()
    assert compiled(4) == [4.0, [8.0, 3.0]]
    a.data = 3.0
    assert compiled(4) == [4.0, [12.0, 3.0]]
    for call in (lambda: compiled.value_and_grad(1.0), lambda: compiled.map([1.0])):
        with pytest.raises(TraceError, match="gives several numbers"):
            call()


def test_constants_and_no_arguments():
    assert trace(lambda: w * w, parameters=[w]).compiled().value_and_grad()[1][w] == 4.0
    assert trace(lambda x: 3.0, 1.0).compiled().value_and_grad(2.0)[1].arguments == [0.0]
    assert trace(lambda x: autograd.where(x > 0.0, math.inf, x), 1.0).compiled()(2.0) == math.inf


def test_errors_are_those_of_the_program():
    compiled = trace(lambda x: autograd.log(x), 1.0).compiled()
    with pytest.raises(ValueError, match=r"log\(-1\): math domain error; it needs x > 0"):
        compiled(-1.0)
    with pytest.raises(ZeroDivisionError, match="backward pass"):
        trace(lambda x: autograd.sqrt(x), 1.0).compiled().value_and_grad(0.0)
    with pytest.raises(TypeError, match="got 'a' of type str"):
        compiled("a")
    opaque = define("opaque", lambda x: math.atan(x), lambda out, x: 1.0 / (1.0 + x * x))
    with pytest.raises(ValueError, match="the value of opaque has no formula"):
        trace(lambda x: opaque(x), 1.0).compiled()(1.0)


def test_a_program_that_is_too_large_says_what_to_take():
    def long(x):
        for _ in range(11_000):
            x = x * w + 1.0
        return x

    with pytest.raises(TraceError, match=r"program.batched\(\) is for large programs"):
        trace(long, 0.0).compiled()


def test_without_numba_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ImportError, match=r"pip install stepgrad\[numba\]"):
        trace(lambda x: x, 1.0).compiled()


def test_numba_is_loaded_at_first_need_and_writes_no_files(tmp_path):
    code = """
import sys
from autograd import trace
program = trace(lambda x: x * x, 1.0)
program(1.0); program.source; program.latex; program.javascript
assert "numba" not in sys.modules
assert program.compiled()(3.0) == 9.0
"""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
