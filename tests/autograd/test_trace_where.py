"""A branch that is not taken is computed all the same: what comes of it where it has no value."""

from __future__ import annotations

import json

import numpy as np
import pytest

import autograd
from autograd import Value, exp, log, sqrt, trace, where

w, v = Value(1.5, "w"), Value(-0.4, "v")
# name: a function of x and of both parameters, that of the branch which is taken, and where it is tried
CASES = {
    "a root": (
        lambda x: where(x > 0.0, sqrt(w * x), w),
        lambda x: sqrt(w * x) if x > 0 else w, [-1.0, 0.0, 2.0],
    ),
    "the other branch": (
        lambda x: where(x <= 0.0, w, log(x) * w), lambda x: w if x <= 0 else log(x) * w, [-1.0, 0.0, 2.0],
    ),
    "a quotient": (
        lambda x: where(autograd.ops.equal(x, 0.0), w, v / x),
        lambda x: w if x.data == 0 else v / x, [0.0, 2.0],
    ),
    "a power": (
        lambda x: where(x > 0.0, w * x**1.5 - x**v, v), lambda x: w * x**1.5 - x**v if x > 0 else v,
        [-1.0, 0.0, 2.0],
    ),
    "what overflows": (
        lambda x: where(x < 3.0, exp(x * 1e2 * w), w * x), lambda x: exp(x * 1e2 * w) if x < 3 else w * x,
        [0.1, 8.0],
    ),
    "products alone that overflow": (
        lambda x: where(x < 1.0, (x * 1e200) * (x * 1e200) * w * w, w), lambda x: w, [3.0],
    ),
    "a dot product": (
        lambda x: where(x > 0.0, autograd.dot([w, v, w], [sqrt(x), log(x), x]), w),
        lambda x: autograd.dot([w, v, w], [sqrt(x), log(x), x]) if x > 0 else w, [-1.0, 0.0, 2.0],
    ),
    "a dot product of what is computed": (
        lambda x: where(x > 0.0, autograd.dot([w * sqrt(x), v, w * x], [sqrt(x), log(x), w]), w),
        lambda x: autograd.dot([w * sqrt(x), v, w * x], [sqrt(x), log(x), w]) if x > 0 else w,
        [-1.0, 0.0, 2.0],
    ),
    "a logsumexp": (
        lambda x: where(x > 0.0, autograd.logsumexp([log(x) * w, v, x]), v),
        lambda x: autograd.logsumexp([log(x) * w, v, x]) if x > 0 else v, [-1.0, 0.0, 2.0],
    ),
    "one in another": (
        lambda x: where(x > 0.0, where(x > 1.0, log(x - 1.0) * w, sqrt(x) * v), w * x),
        lambda x: log(x - 1.0) * w if x > 1 else sqrt(x) * v if x > 0 else w * x, [-1.0, 0.0, 0.5, 1.0, 2.0],
    ),
    "the same in two": (
        lambda x: where(x > 0.0, sqrt(x) * w, v) + where(x > 1.0, sqrt(x) * v, w),
        lambda x: (sqrt(x) * w if x > 0 else v) + (sqrt(x) * v if x > 1 else w), [-1.0, 0.0, 0.5, 2.0],
    ),
    "what is compared itself": (
        lambda x: where(log(x) * w > -5.0, log(x) * w, v), lambda x: log(x) * w if x > 0 else v, [0.0, 2.0],
    ),
    "steps on the way to it": (
        lambda x: where(x > 0.0, (sqrt(x * w) + v).tanh() * 2.0 + w, v) ** 2,
        lambda x: ((sqrt(x * w) + v).tanh() * 2.0 + w if x > 0 else v) ** 2, [-1.0, 0.0, 2.0],
    ),
    "a relu of it": (
        lambda x: where(x > 0.0, (log(x) * w).relu(), v), lambda x: (log(x) * w).relu() if x > 0 else v,
        [-1.0, 0.0, 2.0],
    ),
}  # fmt: skip


def eager(of_branch, x):
    """The value and the gradients of the branch that is taken, from Values."""
    leaf = Value(x)
    node = of_branch(leaf)
    return [node.data, *autograd.gradients(node, [w, v, leaf])]


def program_of(name):
    fn, of_branch, at = CASES[name]
    return trace(fn, 2.0, parameters=[w, v]), of_branch, at


@pytest.fixture(autouse=True)
def no_warnings_from_branches():
    with np.errstate(all="raise"):  # nothing is wrong: the results are finite
        yield


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-5)])
@pytest.mark.parametrize("name", CASES)
def test_over_arrays(name, dtype, tolerance):
    if dtype == np.float32 and "overflow" in name:
        return
    program, of_branch, at = program_of(name)
    batched = program.batched(dtype)
    right = np.array([eager(of_branch, x) for x in at])
    assert batched(at) == pytest.approx(right[:, 0], rel=tolerance)
    for batch, expected in [([x], row) for x, row in zip(at, right)] + [(at, right.mean(axis=0))]:
        mean, gradients = batched.value_and_grad(batch)
        assert [mean, *gradients.parameters] == pytest.approx(expected[:3], rel=tolerance, abs=tolerance)
        assert gradients.flat.dtype == dtype


def selected(cases):
    """A program of these, of which its first argument selects one, with its calls and what is right."""
    program = trace(
        lambda which, x: autograd.take([fn(x) for fn, _, _ in cases], which), 0, 2.0, parameters=[w, v]
    )
    calls = [(which, x) for which, (_, _, at) in enumerate(cases) for x in at]
    return program, calls, [eager(cases[which][1], x) for which, x in calls]


@pytest.fixture(scope="module")
def every_case():
    return selected([*CASES.values()])


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.thorough)])
def test_mapped(every):
    """Every fourth case, as it takes long to compile; and all."""
    pytest.importorskip("numba")
    program, calls, right = selected([*CASES.values()][::every])
    compiled = program.compiled()
    values, gradients = compiled.map(*zip(*calls))
    found = np.column_stack([values, gradients.parameters, gradients.arguments[1]])
    assert found == pytest.approx(np.array(right), rel=1e-12)
    value, slopes = compiled.value_and_grad(*calls[0])
    assert [value, *slopes.parameters, slopes.arguments[1]] == pytest.approx(right[0], rel=1e-12)
    assert compiled(*calls[0]) == pytest.approx(right[0][0], rel=1e-12)


def test_selected_over_arrays(every_case):
    program, calls, right = every_case
    which, xs = map(np.array, zip(*calls))
    batched = program.batched()
    assert batched(which, xs) == pytest.approx(np.array(right)[:, 0], rel=1e-12)
    mean, gradients = batched.value_and_grad(which, xs)
    expected = np.mean(right, axis=0)
    assert [mean, *gradients.parameters] == pytest.approx(expected[:3], rel=1e-12)


def test_in_javascript(every_case, in_node):
    program, calls, right = every_case
    numbers = [w.data, v.data]
    script = f"""{program.javascript}
const found = {json.dumps(calls)}.map(([which, x]) => {{
  const [value, ofParameters, ofArguments] = value_and_grad(which, x, {numbers});
  return [value, ...ofParameters, ofArguments[1]].map(Number);
}});"""
    assert np.array(in_node(script), float) == pytest.approx(np.array(right), rel=1e-12)


@pytest.mark.parametrize(
    ("fn", "at", "error", "message"),
    [
        (
            lambda x: where(x > 0.0, sqrt(w * x), w), -1.0, ValueError,
            "sqrt(-1.5): math domain error; it needs x >= 0. It is in the branch of where(x > 0.0, ...) that "
            "is not taken, but a program computes both: keep its operand in the domain first, as in "
            "sqrt(where(x > 0.0, w * x, 1.0))",
        ),
        (
            lambda x: where(x * w <= 0.0, v, v / (x * x - 1.0)), -1.0, ZeroDivisionError,
            "div(-0.4, 0): float division by zero; it needs a divisor other than 0. It is in the branch of "
            "where(x * w <= 0.0, ...) that is not taken, but a program computes both: keep its operand in "
            "the domain first, as in v / where(x * w <= 0.0, 1.0, x * x - 1.0)",
        ),
        (
            lambda x: where(x < 3.0, exp(x * 1e2 * w), w), 8.0, OverflowError,
            "as in exp(where(x < 3.0, x * 100.0 * w, 1.0))",
        ),
        (
            lambda x: where(autograd.ops.equal(x, 0.0), w, where(x > 1.0, log(x - 1.0), w)), 0.5, ValueError,
            "in the branch of where(x > 1.0, ...) that is not taken, but a program computes both: keep its "
            "operand in the domain first, as in log(where(x > 1.0, x - 1.0, 1.0))",
        ),
        (
            lambda x: where(x > 0.0, (x * w) ** v, w), -1.0, ValueError,
            "as in where(x > 0.0, x * w, 1.0) ** v",
        ),
    ],
)  # fmt: skip
def test_a_call_names_the_branch_and_the_remedy(fn, at, error, message):
    program = trace(fn, 2.0, parameters=[w, v])
    for call in (program, program.value_and_grad):
        with pytest.raises(error) as raised:
            call(at)
        assert message in str(raised.value)
        assert str(raised.value).startswith(f"{raised.value.operation}(")


def test_a_derivative_in_a_branch_that_is_not_taken():
    program = trace(lambda x: where(x > 0.0, sqrt(w * x), w), 1.0, parameters=[w])
    assert program(0.0) == 1.5
    with pytest.raises(ZeroDivisionError) as raised:
        program.value_and_grad(0.0)
    assert str(raised.value) == (
        "div(0.5, 0): float division by zero; it needs a divisor other than 0 (in the backward pass). It is "
        "in the branch of where(x > 0.0, ...) that is not taken, but a program computes both: keep its "
        "operand in the domain first, as in sqrt(where(x > 0.0, w * x, 1.0))"
    )


def test_the_remedy_helps():
    program = trace(lambda x: where(x > 0.0, sqrt(where(x > 0.0, w * x, 1.0)), w), 1.0, parameters=[w])
    for x in (-1.0, 0.0):
        value, gradients = program.value_and_grad(x)
        assert (value, gradients[w], gradients.arguments) == (1.5, 1.0, [0.0])
    value, gradients = program.value_and_grad(6.0)
    assert [value, gradients[w], *gradients.arguments] == pytest.approx([3.0, 1.0, 0.25], rel=1e-12)


def test_a_row_that_is_not_taken():
    program = trace(lambda i, x: autograd.take([sqrt(x), w], i), 1, 1.0, parameters=[w])
    message = r"it needs x >= 0. It is in row 0 of take\(rows, i\), which computes all"
    with pytest.raises(ValueError, match=message):
        program(1, -1.0)
    with pytest.raises(ValueError) as raised:
        program(0, -1.0)
    assert str(raised.value) == "sqrt(-1): math domain error; it needs x >= 0"


def test_the_branch_that_is_taken_is_to_blame_first():
    program = trace(lambda x: where(x > 0.0, sqrt(x), log(x + 2.0)), 1.0)
    with pytest.raises(ValueError) as raised:
        program(-3.0)
    assert str(raised.value) == "log(-1): math domain error; it needs x > 0"
    both = trace(lambda x: where(x > 0.0, log(x) * w, w) + 1.0 / (sqrt(x * x) - 1.0), 3.0, parameters=[w])
    with pytest.raises(ZeroDivisionError, match=r"^div\(1, 0\): float division by zero"):
        both(-1.0)


def test_nothing_is_guarded_that_is_always_needed():
    """Huber's loss: its error goes into both branches, and so do all steps before it."""

    def huber(x, y):
        error = w * x + v - y
        return where(abs(error) <= 1.0, 0.5 * error * error, abs(error) - 0.5)

    program = trace(huber, 0.3, 0.2, parameters=[w, v])
    # but for the three that are in the branches: the two factors of the square, and the sign of abs
    assert program.source.count("== 0.0") == program.batched().source.count("== 0.0") == 3
    assert "d_w = x * d_v" in program.source
    plain = trace(lambda x: where(x > 0.0, w * x, v), 1.0, parameters=[w, v])
    assert "== 0.0" not in plain.source  # what is given is finite


def test_a_guard_can_be_read():
    program = trace(lambda x: where(x > 0.0, sqrt(w * x), w), 1.0, parameters=[w])
    assert "t8 = 0.0 if t4 == 0.0 else t7" in program.source
    assert r"t_{8} &= 0 \;\mathrm{if}\; t_{4} = 0 \;\mathrm{else}\; t_{7}" in program.latex
    assert "const t8 = t4 === 0.0 ? 0.0 : t7;" in program.javascript
    assert "np.where(t3 == 0.0, 0.0, t3 * (0.5 / h1))" in program.batched().source
