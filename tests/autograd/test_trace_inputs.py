"""What a program over many calls is given: checked alike by batched and by map, and said as for one call."""

from __future__ import annotations

import math

import numpy as np
import pytest

import autograd
from autograd import Tensor, TraceError, Value, trace

w, v = Value(2.0, "w"), Value(-0.5, "v")


def line(x):
    return w / x


def rows(x, i):
    return autograd.take([w * x[0], v * x[1], x[0]], i)


class Mapped:
    """map, with the interface of value_and_grad."""

    def __init__(self, program):
        pytest.importorskip("numba")
        self.calls = [program.compiled().map]


class Batched:
    def __init__(self, program):
        batched = program.batched()
        self.calls = [batched, batched.value_and_grad]


@pytest.fixture(scope="module", params=[Mapped, Batched])
def line_calls(request):
    return request.param(trace(line, 1.0, parameters=[w, v])).calls


@pytest.fixture(scope="module", params=[Mapped, Batched])
def rows_calls(request):
    return request.param(trace(rows, [1.0, 1.0], 0, parameters=[w, v])).calls


WRONG = [
    ((), TypeError, "line: got 0 arguments; expected 1, each with a first axis for the examples: x"),
    (([1.0], [2.0]), TypeError, "line: got 2 arguments; expected 1"),
    (([],), ValueError, "line: the batch is empty; expected one example at least"),
    ((np.empty(0),), ValueError, "line: the batch is empty"),
    ((np.empty((0, 1)),), TypeError, r"line: x has shape \(0, 1\); expected \(B,\), one for each example"),
    ((1.0,), TypeError, r"line: x has shape \(\); expected \(B,\)"),
    (([[1.0]],), TypeError, r"line: x has shape \(1, 1\); expected \(B,\)"),
    (
        ([1.0, [2.0]],),
        TypeError,
        r"line: x is \[1.0, \[2.0\]\]; expected numbers in an array of shape \(B,\)",
    ),
    ((None,), TypeError, "line: x is None; expected numbers in an array"),
    (([1.0, None],), TypeError, "line: x in example 1: got None of type NoneType; expected a real number"),
    (("12",), TypeError, "line: x is '12'; expected numbers in an array"),
    ((["1", "2"],), TypeError, r"line: x is \['1', '2'\]; expected numbers in an array"),
    (([1.0, "2"],), TypeError, r"line: x is \[1.0, '2'\]; expected numbers in an array"),
    (([b"1"],), TypeError, r"line: x is \[b'1'\]; expected numbers in an array"),
    (([1j],), TypeError, r"line: x is \[1j\]; expected numbers in an array"),
    ((np.array([1], "M8[s]"),), TypeError, "line: x is array.*; expected numbers in an array"),
    (({1.0},), TypeError, r"line: x is \{1.0\}; expected numbers in an array"),
    (({},), TypeError, r"line: x is \{\}; expected numbers in an array"),
    ((iter([1.0]),), TypeError, "line: x is <list_it.*>; expected numbers in an array"),
    ((object(),), TypeError, "line: x is <object.*>; expected numbers in an array"),
    ((Tensor([1.0]),), TypeError, "line: x is Tensor.*; expected numbers in an array"),
    (([Tensor(1.0)],), TypeError, "line: x is .*Tensor.*; expected numbers in an array"),
    (([10**400],), OverflowError, "line: x in example 0: the number is too large for a float"),
    (([1.0, math.nan],), ValueError, "line: x has nan in example 1; expected"),
    ((np.array([None, 1.0]),), TypeError, "line: x in example 0: got None"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), WRONG)
def test_one_number_a_call(line_calls, arguments, error, message):
    for call in line_calls:
        with pytest.raises(error, match=message):
            call(*arguments)


X = [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((X,), TypeError, "rows: got 1 arguments; expected 2, .*: x, i"),
        ((X, [0]), ValueError, "rows: the arguments have 2, 1 examples; expected as many of each"),
        ((X, []), ValueError, "rows: the arguments have 2, 0 examples"),
        ((np.empty((0, 2)), []), ValueError, "rows: the batch is empty"),
        (([[1.0], [2.0]], [0, 1]), TypeError, r"rows: x has shape \(2, 1\); expected \(B, 2\)"),
        (([[1.0, 2.0], [3.0]], [0, 1]), TypeError, r"rows: x is \[\[1.0, 2.0\], \[3.0\]\]; expected numbers"),
        (([[1.0, None], [3.0, 4.0]], [0, 1]), TypeError, r"rows: x in example 0, at \(1,\): got None"),
        (([[1.0, 2.0], [3.0, math.nan]], [0, 1]), ValueError, r"rows: x has nan in example 1, at \(1,\)"),
        ((X, [0, 3]), IndexError, "rows: i has 3; it selects from 0 to 2"),
        ((X, [-1, 0]), IndexError, "rows: i has -1; it selects from 0 to 2"),
        (
            (X, [0.5, 1.0]),
            TypeError,
            "rows: i is of dtype float64; it selects, so whole numbers are expected",
        ),
        ((X, [None, 1]), TypeError, "rows: i in example 0: got None"),
        ((X, ["0", "1"]), TypeError, r"rows: i is \['0', '1'\]; expected numbers"),
        ((X, 0), TypeError, r"rows: i has shape \(\); expected \(B,\)"),
    ],
)
def test_lists_and_what_selects(rows_calls, arguments, error, message):
    for call in rows_calls:
        with pytest.raises(error, match=message):
            call(*arguments)


GOOD = [
    [1.0, 4.0],
    (1, 4),
    range(1, 5, 3),
    np.array([1, 4], np.uint8),
    np.float32([1, 4]),
    [Value(1.0), Value(4.0)],
]


@pytest.mark.parametrize("given", GOOD + [[True, Value(4.0)], [1, 4.0], np.array([1.0, 9.0, 4.0])[::2]])
def test_numbers_of_any_kind(line_calls, given):
    for call in line_calls:
        found = call(given)
        values = found if isinstance(found, np.ndarray) else found[0]
        assert np.mean(values) == 1.25


def test_whole_numbers_as_map_takes_them():
    pytest.importorskip("numba")
    compiled = trace(rows, [1.0, 1.0], 0, parameters=[w, v]).compiled()
    for which in ([0, 1], [0.0, 1.0], [Value(0.0), 1], [False, True]):
        values, gradients = compiled.map(X, which)
        assert values.tolist() == [2.0, -2.0] and gradients.arguments[1] is None


def test_whole_numbers_that_do_not_select_may_be_any():
    program = trace(lambda t: autograd.take([w, v], t[0]) * t[1], [0, 1], parameters=[w, v])
    assert program.batched()([[0, -7], [1, 3]]).tolist() == [-14.0, -1.5]
    with pytest.raises(IndexError, match="t has 2; it selects from 0 to 1"):
        program.batched()([[0, -7], [2, 3]])


@pytest.mark.parametrize("kind", ["map", "batched"])
def test_what_has_no_batch(kind):
    pytest.importorskip("numba")

    def call(program, *arguments):
        return program.compiled().map(*arguments) if kind == "map" else program.batched()(*arguments)

    with pytest.raises(
        TraceError, match=f"{kind}: the function has no arguments; a batch is a batch of argum"
    ):
        call(trace(lambda: w * w, parameters=[w]))
    with pytest.raises(TraceError, match=f"{kind}: x is nested unevenly, which an array cannot be"):
        call(trace(lambda x: x[0][0] * 2, [[1.0], [1.0, 2.0]]), [[1.0]])


def test_a_call_without_a_value_is_found_and_named(line_calls):
    """1/0: an infinity in its place, and a warning in place of the error that a single call raises."""
    for call in line_calls:
        kind = (
            "the mean over the batch is inf"
            if "value_and_grad" in str(call)
            else (
                "not finite in 1 of 3 examples, the first is example 1; program.* says where it has no value"
            )
        )
        with pytest.warns(RuntimeWarning, match=f"line: .*{kind}") as caught:
            found = call([1.0, 0.0, -2.0])
        assert caught[0].filename == __file__ and len(caught) == 1
        if isinstance(found, np.ndarray):
            assert found.tolist() == [2.0, math.inf, -1.0]
        elif isinstance(found[0], np.ndarray):
            values, gradients = found
            assert values.tolist() == [2.0, math.inf, -1.0]
            assert gradients.parameters[:, 0].tolist() == [1.0, math.inf, -0.5]
    with pytest.raises(ZeroDivisionError, match=r"div\(2, 0\): float division by zero"):
        trace(line, 1.0, parameters=[w])(0.0)


def test_infinities_that_come_in_may_go_out():
    pytest.importorskip("numba")
    program = trace(lambda x: autograd.maximum(x, 1.0) * w, 1.0, parameters=[w])
    assert program(math.inf) == math.inf
    assert program.compiled().map([math.inf, 0.0])[0].tolist() == [math.inf, 2.0]
    assert program.batched()([-math.inf, 0.0]).tolist() == [2.0, 2.0]
    with pytest.raises(ValueError, match="x has inf in example 0; expected finite numbers of float64"):
        program.batched()([math.inf, 0.0])
    with pytest.raises(ValueError, match="x has inf in example 0; expected finite numbers of float32"):
        program.batched(np.float32)([1e300, 0.0])


def test_numpy_is_not_asked_to_warn_nor_to_raise():
    """Of what is 0 in the end, and of a sum of squares that is only looked at, nothing is said."""
    program = trace(lambda x: autograd.exp(-autograd.exp(x)) + w * 1e200, 1.0, parameters=[w])
    for state in ("warn", "raise"):
        with np.errstate(all=state):
            assert program.batched()([800.0]).tolist() == [2e200]
            assert program.batched().value_and_grad([800.0, 1.0])[1][w] == 1e200


def test_a_step_that_has_no_value_warns():
    import nn

    p = Value(2.0)
    batched = trace(lambda x: p / x, 1.0, parameters=[p]).batched()
    with pytest.warns(RuntimeWarning, match="the mean over the batch is inf"):
        with pytest.raises(FloatingPointError, match="the gradient of .* is not finite"):
            batched.step([0.0, 1.0], nn.SGD([p]))
    assert p.data == 2.0


def test_values_of_a_trace_do_not_get_into_a_program():
    inner = trace(lambda x: x * w, 1.0).batched()
    with pytest.raises(TraceError, match="a call of a program on a traced number"):
        trace(lambda x: inner([x])[0], 1.0)
