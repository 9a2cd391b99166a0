"""What a trace records, what it refuses and how it says so, and that it leaves nothing behind."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import autograd
from autograd import TraceError, Value, modes, no_grad, trace, where

w = Value(2.0, "w")
REFUSED = {
    "branch on a comparison": lambda x, n: x if x > 1.0 else -x,
    "branch on a number": lambda x, n: x if x else -x,
    "and": lambda x, n: where(x > 0.0 and x < 1.0, x, w),
    "float": lambda x, n: x * float(x * 2),
    "int": lambda x, n: x * int(x),
    "== of an argument": lambda x, n: w if x == 1.0 else x,
    "== of a result": lambda x, n: w if x * 2 == 1 else x,
    "!=": lambda x, n: w if x * w != 1.0 else x,
    "in a list": lambda x, n: w if x in [1.0, 2.0] else x,
    "max": lambda x, n: max(x, w),
    "min with a number": lambda x, n: min(x, 0.5),
    "sorted": lambda x, n: sorted([x, w, x * w])[1],
    "range": lambda x, n: autograd.sum([x for _ in range(n)]),
    "index": lambda x, n: [x, w, x * w][n],
    "condition as a number": lambda x, n: (x > 1.0) * w,
    "not": lambda x, n: w if not x < 1.0 else x,
    "a condition as a float": lambda x, n: w * float(x > 0.0),
}


@pytest.fixture(autouse=True)
def nothing_is_left():
    yield
    assert modes.traces == 0 and modes.recorder() is None and modes.recording()


@pytest.mark.parametrize("kind", REFUSED)
def test_what_would_freeze_is_refused_and_the_line_is_named(kind):
    fn = REFUSED[kind]
    with pytest.raises(TraceError, match="where") as raised:
        trace(fn, 0.5, 1)
    assert f"in {__file__}, line {fn.__code__.co_firstlineno} (<lambda>)" in str(raised.value)


def test_no_grad_inside_is_refused_and_outside_changes_nothing():
    def fn(x):
        with no_grad():
            return x * w

    with pytest.raises(TypeError, match="no_grad: inside of a traced function"):
        trace(fn, 1.0)
    with no_grad():
        program = trace(lambda x: x * w, 1.0)
        assert not modes.recording()
    assert program.value_and_grad(3.0)[1][w] == 3.0


def test_a_condition_and_a_number_can_be_printed():
    seen = []
    trace(lambda x: seen.extend([repr(x > 1), str(1 < x * w), f"{x <= w} {x:.1f}", repr(x)]) or x, 0.5)
    assert seen == [
        "<the traced condition x > 1>",
        "<the traced condition x * w > 1>",
        "<the traced condition x <= w> 0.5",
        "Value(0.5, label='x')",
    ]


@pytest.mark.parametrize("example", [[[1.0, 2.0], [3.0]], ((1, 2), (3,)), [np.array([1, 2]), np.ones(1)]])
def test_arguments_are_nested_lists_tuples_or_arrays(example):
    program = trace(lambda x: x[0][0] * 2 + x[0][1] * x[1][0], example)
    assert program([[1.0, 2.0], [3.0]]) == 8.0 == program((np.array([1.0, 2.0]), (np.float32(3.0),)))
    assert program.value_and_grad([[1, 2], [3]])[1].arguments == [[[2.0, 3.0], [2.0]]]
    assert type(program([[1, 2], [3]])) is float


@pytest.mark.parametrize("bad", ["a", None, {}, object(), 1j, float("nan"), 10**400, [1.0, "b"]])
def test_an_argument_that_is_no_number_is_named(bad):
    with pytest.raises(TraceError, match="the argument x"):
        trace(lambda x: w, bad)


def test_the_same_list_twice_is_two_arguments():
    numbers = [1.0, 2.0]
    program = trace(lambda a, b: a[0] * b[1], numbers, numbers)
    assert program([3.0, 0.0], [0.0, 5.0]) == 15.0


def test_parameters_are_those_listed_or_all_that_the_function_meets():
    b = Value(1.0, "b")
    assert trace(lambda x: x * w + b, 1.0).parameters == (w, b)
    assert trace(lambda x: x * w, 1.0, parameters=[b, w]).parameters == (b, w)
    assert trace(lambda x: x * w, 1.0, parameters=[b, w]).value_and_grad(3.0)[1].parameters == [0.0, 3.0]
    assert trace(lambda x: x * w, 1.0, parameters=iter([w])).parameters == (w,)
    with pytest.raises(TraceError, match="label='b'.*neither an argument nor in the list"):
        trace(lambda x: x * w + b, 1.0, parameters=[w])
    with pytest.raises(TraceError, match="is listed twice"):
        trace(lambda x: x * w, 1.0, parameters=[w, w])
    for bad in (2.0, w * 2, "w"):
        with pytest.raises(TraceError, match="parameter 1 is .*; expected a Value that is a leaf"):
            trace(lambda x: x * w, 1.0, parameters=[w, bad])


def test_what_was_computed_outside_is_computed_again():
    a = Value(3.0, "a")
    squared = a * a
    program = trace(lambda x: squared * x, 1.0)
    a.data = 4.0
    assert program(1.0) == 16.0 and program.value_and_grad(1.0)[1][a] == 8.0


@pytest.mark.parametrize(
    ("fn", "expected"),
    [
        (lambda x: 3.0, 3.0),
        (lambda x: Value(2.0, "c") * 0.0 + 1, 1.0),
        (lambda x: x, 5.0),
        (lambda x: w, 2.0),
        (lambda x: [x, [w, 1], (x * w,)], [5.0, [2.0, 1.0], [10.0]]),
        (lambda x: [x * w, x * w], [10.0, 10.0]),
    ],
)
def test_a_function_may_give_what_it_likes(fn, expected):
    program = trace(fn, 1.0)
    assert program(5.0) == expected
    scope = {}
    exec(program.source, scope)
    if isinstance(expected, list):
        assert scope["value"](5.0, [2.0]) == expected
        with pytest.raises(TraceError, match="gives several numbers; a gradient is that of one"):
            program.value_and_grad(5.0)
    else:
        assert scope["value_and_grad"](5.0, [2.0])[0] == expected
        assert program.value_and_grad(5.0)[1].arguments == [1.0 if expected == 5.0 else 0.0]


@pytest.mark.parametrize("bad", ["text", None, [], {"a": w}, [w, None]])
def test_a_function_that_gives_no_number_is_refused(bad):
    with pytest.raises(TraceError, match="the function gave"):
        trace(lambda x: bad, 1.0)
    with pytest.raises(TraceError, match="the function gives a comparison"):
        trace(lambda x: x > 1.0, 1.0)


def test_an_error_in_the_function_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError):
        trace(lambda x: x / 0.0, 1.0)
    with pytest.raises(KeyError):
        trace(lambda x: {}[1], 1.0)
    assert Value(1.0) < 2.0 and Value(1.0).data == 1.0 and bool(Value(0.0)) and (Value(1.0) == 1.0) is False


def test_another_thread_compares_values_while_one_traces():
    inside, done = threading.Event(), threading.Event()
    answers = []

    def other():
        inside.wait(5)
        x = Value(1.0)
        answers.extend([x < 2.0, x.data, bool(x), x == 1.0, modes.recorder()])
        with no_grad():
            answers.append((x * 2).parents)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()

    def fn(x):
        inside.set()
        assert done.wait(5)
        return where(x > 1.0, x * w, w)

    program = trace(fn, 0.5)
    thread.join()
    assert answers == [True, 1.0, True, False, None, ()]
    assert (program(0.0), program(3.0)) == (2.0, 6.0)


def test_a_trace_inside_of_a_trace():
    def fn(x):
        inner = trace(lambda y: y * w, 1.0)
        return x * inner(3.0)

    assert trace(fn, 1.0)(2.0) == 12.0
    with pytest.raises(TraceError, match="label='x'.*an argument of another traced function"):
        trace(lambda x: trace(lambda y: x * y, 1.0)(2.0), 1.0)
    with pytest.raises(TraceError, match="a call of a program on a traced number"):
        trace(lambda x: trace(lambda y: w * y, 1.0)(x), 1.0)


def test_a_traced_number_that_got_away_is_refused():
    kept = []
    trace(lambda x: kept.append(x) or x, 1.0)
    with pytest.raises(TraceError, match="an argument of another traced function"):
        trace(lambda y: y * kept[0], 1.0)


def test_where_takes_all_relations_both_ways():
    relations = [
        lambda a, b: a < b, lambda a, b: a <= b, lambda a, b: a > b, lambda a, b: a >= b,
        lambda a, b: autograd.ops.equal(a, b),
    ]  # fmt: skip
    for relation in relations:
        for fn in (
            lambda x, y, r=relation: where(r(x, y), x, -y),
            lambda x, y, r=relation: where(r(1.0, x), x, -y),
            lambda x, y, r=relation: where(r(x * 2, 1.0), 3.0, y * w),
        ):
            program = trace(fn, 0.0, 0.0)
            for x in (-1.0, 0.5, 1.0, 2.0):
                for y in (0.5, 2.0):
                    a, b = Value(x), Value(y)
                    out = fn(a, b)
                    value, gradients = program.value_and_grad(x, y)
                    slopes = (
                        autograd.gradients(out, [a, b]) if isinstance(out, Value) and out.parents else None
                    )
                    assert value == (out.data if isinstance(out, Value) else out)
                    assert slopes is None or gradients.arguments == slopes


def test_where_refuses_what_is_no_condition():
    with pytest.raises(TypeError, match="where: the condition is"):
        trace(lambda x: where(x, x, w), 1.0)
    assert trace(lambda x: where(True, x, w), 1.0)(3.0) == 3.0
    assert trace(lambda x: where(Value(1.0).data > 2.0, x, w), 1.0)(3.0) == 2.0


def test_take_selects_by_a_traced_index():
    table = [[Value(float(10 * i + j), f"t{i}{j}") for j in range(2)] for i in range(3)]

    def fn(i, x):
        row = autograd.take(table, i)
        return row[0] * x + row[1] + i

    program = trace(fn, 1, 1.0)
    for i in range(3):
        value, gradients = program.value_and_grad(i, 2.0)
        assert value == table[i][0].data * 2.0 + table[i][1].data + i
        assert [gradients[row[0]] for row in table] == [2.0 * (k == i) for k in range(3)]
        assert gradients.arguments == [None, table[i][0].data]
    for bad in (3, -1):
        with pytest.raises(IndexError, match="fn: i is .*selects one of 3 rows"):
            program(bad, 1.0)
        with pytest.raises(IndexError, match="a traced index of .*, but there are 3 rows"):
            trace(fn, bad, 1.0)
    with pytest.raises(TypeError, match="whole number from 0 to 2"):
        program(0.5, 1.0)
    with pytest.raises(TraceError, match="expected a list that is not empty"):
        trace(lambda i: autograd.take([], i), 0)
    with pytest.raises(TraceError, match="of different lengths"):
        trace(lambda i: autograd.take([[w], [w, w]], i), 0)
