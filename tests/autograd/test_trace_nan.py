"""What is not finite in a program: every row passes nan on, and a branch that is not taken does no harm."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest

import autograd
from autograd import Value, elementary, kinds, nary_ops, ops, trace, where
from autograd.value import nary

NAN, INF = math.nan, math.inf
SPECIAL = [NAN, INF, -INF, 0.0, -0.0, 1.0, -2.0, 0.5]
ROWS = [row for row in ops.ELEMENTWISE.values() if not row.is_defined]
NAMED = [pytest.param(row, id=row.name) for row in ROWS]
ERRORS = (ArithmeticError, ValueError)


def points(row):
    """Operands for a row, ties among them; of three operands those in which one at a time is special."""
    arity = len(row.partials)
    if arity < 3:
        return list(itertools.product(SPECIAL, repeat=arity))
    return [
        point
        for place in range(arity)
        for special in SPECIAL
        for rest in itertools.product([-2.0, 0.5, 1.0], repeat=arity - 1)
        for point in [(*rest[:place], special, *rest[place:])]
    ]


def made(a, up, down):
    """A number that is computed: ``a``, or what is not finite, from arguments that are all finite."""
    return a - (down * 1e200 - up * 1e200)


def arguments(x):
    """What makes that number: nan is an infinity less another."""
    return {"nan": (0.0, 1e200, 1e200), "inf": (0.0, 1e200, 0.0), "-inf": (0.0, 0.0, 1e200)}.get(
        str(x), (x, 0.0, 0.0)
    )


def same(found, expected, rel=1e-12):
    if math.isnan(expected):
        return math.isnan(found)
    return found == expected or math.isclose(found, expected, rel_tol=rel, abs_tol=1e-300)


def in_torch(torch, name):
    """PyTorch's function of tensors, with nan passed on also where its own takes one bound or sign for it."""

    def clip(x, low, high):
        return torch.minimum(torch.maximum(x, low), high)

    special = {
        "sign": lambda x: torch.where(x.isnan(), x, torch.sign(x)),
        "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
        "elu": lambda x, a: torch.where(x > 0, x, a * torch.expm1(torch.where(x > 0, 0.0, x))),
        "leaky_relu": lambda x, slope: torch.where(x > 0, x, slope * x),
        "prelu": lambda x, slope: torch.where(x > 0, x, slope * x),
        "identity": torch.clone,
        "swish": lambda x, beta: x * torch.sigmoid(beta * x),
        "silu": torch.nn.functional.silu,
        "mish": torch.nn.functional.mish,
        "gelu": lambda x: 0.5 * x * torch.erfc(-x / math.sqrt(2)),
        "gelu_tanh": lambda x: x * torch.sigmoid(math.sqrt(8 / math.pi) * (x + 0.044715 * x**3)),
        "hardtanh": clip,
        "clip": clip,
    }
    return special.get(name) or getattr(torch, name)


@pytest.fixture(scope="module")
def expected(torch):
    """For each row PyTorch's values at its points."""
    found = {}
    for row in ROWS:
        columns = [torch.tensor(column) for column in zip(*points(row))]
        found[row.name] = in_torch(torch, row.name)(*columns).tolist()
    return found


def program_of(rows):
    """A program with these rows, of which its first argument selects one, and the calls for every point."""

    def chosen(row, x, y, z):
        operands = [made(*x), made(*y), made(*z)]
        return autograd.take([each(*operands[: len(each.partials)]) for each in rows], row)

    program = trace(chosen, 0, *[[0.5, 0.0, 0.0]] * 3)
    calls = [
        (which, *map(arguments, (*point, 0.5, 0.5, 0.5)[:3]))
        for which, row in enumerate(rows)
        for point in points(row)
    ]
    return program, [np.array(column) for column in zip(*calls)]


@pytest.fixture(scope="module")
def every_row():
    return program_of(ROWS)


def check(found, expected, rows=ROWS):
    flat = [(row, point, value) for row in rows for point, value in zip(points(row), expected[row.name])]
    assert len(found) == len(flat)
    wrong = [
        (row.name, point, value, right)
        for value, (row, point, right) in zip(found, flat)
        if not same(value, right)
    ]
    assert not wrong


@pytest.mark.parametrize("row", NAMED)
def test_on_floats(row, expected):
    """Where a Value would raise a number may come all the same: a float is not looked at."""
    for point, right in zip(points(row), expected[row.name]):
        try:
            found = float(row.on_float(*point))
        except ERRORS:
            assert not math.isfinite(right), point
        else:
            assert same(found, right), (point, found, right)


@pytest.mark.parametrize("row", NAMED)
def test_on_arrays(row, expected):
    with np.errstate(all="ignore"):
        found = row.on_array(*map(np.array, zip(*points(row))))
    assert all(map(same, found.tolist(), expected[row.name]))


@pytest.mark.parametrize("row", NAMED)
def test_called_and_as_source(row, expected):
    """A program and its source give what eager Values give, or the error that these raise."""
    arity = len(row.partials)
    program = trace(lambda *xs: row(*[made(*x) for x in xs]), *[[0.5, 0.0, 0.0]] * arity)
    scope = {}
    exec(compile(program.source, "<source>", "exec"), scope)
    compared = 0
    for point, right in zip(points(row), expected[row.name]):
        given = list(map(arguments, point))
        try:
            values = [[Value(number) for number in triple] for triple in given]
            out = row(*[made(*triple) for triple in values])
            slopes = autograd.gradients(out, [triple[0] for triple in values])
        except ERRORS:
            if any(map(math.isnan, point)) and not math.isnan(right):
                assert same(program(*given), right)  # what does not depend on the nan, such as pow(x, 0)
                continue
            with pytest.raises(ERRORS):
                program.value_and_grad(*given)
            if math.isnan(right):
                with pytest.raises(ERRORS):
                    program(*given)
            continue
        assert same(program(*given), out.data), point
        value, gradients = program.value_and_grad(*given)
        assert same(value, out.data) and same(scope["value_and_grad"](*given, [])[0], out.data)
        assert all(same(found[0], slope) for found, slope in zip(gradients.arguments, slopes)), point
        compared += 1
    assert compared >= 3


def test_over_arrays(every_row, expected):
    program, columns = every_row
    with pytest.warns(RuntimeWarning, match="chosen: the result is not finite in"):
        check(program.batched()(*columns).tolist(), expected)


def test_mapped(expected):
    """Of the rows with branches, by value or by slope: the others are arithmetic, and functions of C."""
    pytest.importorskip("numba")
    rows = [row for row in ROWS if " if " in row.__doc__ or row is elementary.sign]
    program, columns = program_of(rows)
    with pytest.warns(RuntimeWarning, match="chosen: the value or a gradient is not finite in"):
        values, gradients = program.compiled().map(*columns)
    check(values.tolist(), expected, rows)
    slopes = np.concatenate([gradients.arguments[which][:, :1] for which in (1, 2, 3)], axis=1)
    assert np.isnan(slopes[np.isnan(values)]).all()
    # of the row that is selected alone, and not nan from those that are not: compared with Values
    compared = 0
    for which, *given, value, found in zip(*(column.tolist() for column in columns), values, slopes.tolist()):
        row = rows[which]
        leaves = [Value(number) for number, *_ in given]
        try:
            operands = [made(leaf, *triple[1:]) for leaf, triple in zip(leaves, given)]
            out = row(*operands[: len(row.partials)])
            right = autograd.gradients(out, leaves)
        except ERRORS:
            continue
        assert same(value, out.data) and all(map(same, found, right)), (row.name, given, found, right)
        compared += 1
    assert compared > 200


def test_in_javascript(every_row, expected, in_node):
    program, columns = every_row
    calls = json.dumps([list(call) for call in zip(*(column.tolist() for column in columns))])
    script = f"{program.javascript}\nconst found = {calls}.map((call) => value_and_grad(...call, [])[0]);"
    powers = zip(points(ops.pow), expected["pow"])
    # JavaScript's 1 ** infinity is NaN
    powers = [NAN if x == 1.0 and not math.isfinite(y) else right for (x, y), right in powers]
    check(list(map(float, in_node(script))), expected | {"pow": powers})


# Rows of many numbers.

MANY = {
    "sum": autograd.sum,
    "logsumexp": autograd.logsumexp,
    "dot": lambda xs: autograd.dot(xs, [1.0, -1.0, 2.0]),
    "max": lambda xs: nary(nary_ops.max_of, xs),
    "min": lambda xs: nary(nary_ops.min_of, xs),
}
LISTS = [list(numbers) for numbers in itertools.product([NAN, INF, -INF, 0.5], repeat=3)]


def sum_of_many(torch, name, numbers):
    x = torch.tensor(numbers)
    if name == "dot":
        return torch.dot(x, torch.tensor([1.0, -1.0, 2.0])).item()
    return (torch.logsumexp(x, 0) if name == "logsumexp" else getattr(x, name)()).item()


@pytest.mark.parametrize("name", MANY)
def test_rows_of_many_numbers(name, torch, in_node):
    program = trace(lambda xs: MANY[name]([made(*x) for x in xs]), [[0.5, 0.0, 0.0]] * 3)
    given = [list(map(arguments, numbers)) for numbers in LISTS]
    right = [sum_of_many(torch, name, numbers) for numbers in LISTS]
    scope = {}
    exec(compile(program.source, "<source>", "exec"), scope)
    for numbers, value in zip(given, right):
        try:
            assert same(scope["value_and_grad"](numbers, [])[0], value)
        except ZeroDivisionError:  # none is the largest
            assert math.isnan(value)
        if math.isnan(value):
            with pytest.raises(ValueError, match="nan"):
                program(numbers)
        else:
            assert same(program(numbers), value)
    with pytest.warns(RuntimeWarning, match="not finite in"):
        assert all(map(same, program.batched()(np.array(given)).tolist(), right))
    script = f"{program.javascript}\nconst found = {json.dumps(given)}.map((x) => value_and_grad(x, [])[0]);"
    assert all(map(same, map(float, in_node(script)), right))
    if name in ("logsumexp", "max"):  # the others are arithmetic alone, or the same
        pytest.importorskip("numba")
        with pytest.warns(RuntimeWarning, match="not finite in"):
            assert all(map(same, program.compiled().map(given)[0].tolist(), right))


# What becomes of a nan on the way.

LOSSES = {
    "relu": lambda h, w: h.relu() + w,
    "maximum": lambda h, w: autograd.maximum(autograd.maximum(h, -1.0), autograd.minimum(w, h)),
    "hardtanh": lambda h, w: h.hardtanh() * w,
    "sign": lambda h, w: autograd.sign(h) + w,
    "a condition": lambda h, w: where(h > 0.0, w, -w),
    "a condition on the other side": lambda h, w: where(w < h, w, -1.0),
    "a condition that may be equal": lambda h, w: where(h <= w, w, 2.0),
    "a condition that is equal": lambda h, w: where(kinds.equal(h, w), w, 2.0),
    "a condition on what is taken": lambda h, w: where(h > 0.0, h, 0.0) + w,
    "a condition on what is not taken": lambda h, w: where(h > 0.0, w, h),
    "a condition far away": lambda h, w: where(h > w, w, autograd.sum([w, h.tanh().exp(), 1.0])),
    "two conditions": lambda h, w: where(h > w, w, where(h > -1.0, 2.0 * w, 3.0)),
    "a product with 0": lambda h, w: h * 0.0 + w,
    "a dot product with 0": lambda h, w: autograd.dot([h, w, w], [0.0, 1.0, w]),
}


@pytest.mark.parametrize("name", LOSSES)
def test_no_nan_is_lost_on_the_way(name, in_node):
    w = Value(0.7, "w")

    def fn(x):
        return LOSSES[name](x * x - x * x * 1.0000001 + x, w)

    program = trace(fn, 1.0, parameters=[w])
    for call in (fn, lambda x: program(x.data), lambda x: program.value_and_grad(x.data)):
        with pytest.raises(ValueError, match=r"sub\(inf, inf\): the result is not a number \(nan\)"):
            call(Value(1e200))
    xs, right = [0.6, 1e200, -0.6], []
    for x in (0.6, -0.6):
        out = fn(Value(x))
        value, gradients = program.value_and_grad(x)
        slope = autograd.gradients(out, w) if out is w or getattr(out, "parents", ()) else 0.0
        assert same(value, float(getattr(out, "data", out))) and same(gradients[w], slope)
        right.append(value)
    right.insert(1, NAN)
    with pytest.warns(
        RuntimeWarning, match="the result is not finite in 1 of 3 examples, the first is example 1"
    ):
        assert all(map(same, program.batched()(xs).tolist(), right))
    with pytest.warns(RuntimeWarning, match="the mean over the batch is nan"):
        assert math.isnan(program.batched().value_and_grad(xs)[0])
    script = f"{program.javascript}\nconst found = {xs}.map((x) => value_and_grad(x, [0.7])[0]);"
    assert all(map(same, map(float, in_node(script)), right))
    assert r"\begin{aligned}" in program.latex
    scope = {}
    exec(compile(program.source, "<source>", "exec"), scope)
    assert math.isnan(scope["value_and_grad"](1e200, [0.7])[0])


def test_a_program_that_takes_what_it_compares_has_no_third_branch():
    program = trace(lambda x: where(x * 2.0 > 0.0, 1.0 + x * 2.0, -1.0) + where(x > 1.0, x, 2.0), 1.0)
    assert "nan" not in program.source and "else" in program.source


@pytest.mark.parametrize("name", ["relu", "a condition"])
def test_a_compiled_program_loses_none(name):
    pytest.importorskip("numba")
    program = trace(lambda x: LOSSES[name](x * x - x * x * 1.0000001 + x, 1.0), 1.0)
    compiled = program.compiled()
    for call in (compiled, compiled.value_and_grad):
        with pytest.raises(ValueError, match=r"sub\(inf, inf\)"):
            call(1e200)
    with pytest.warns(RuntimeWarning, match="not finite in 1 of 2 examples, the first is example 1"):
        values, gradients = compiled.map([0.5, 1e200])
    assert values[0] == program(0.5) and np.isnan([values[1], gradients.arguments[0][1]]).all()
