"""Programs of few numbers over a batch: parameters alone, on one side, unused; no arguments in a list."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
from autograd import Value, trace

p, q = Value(2.0, "p"), Value(-3.0, "q")
OF_A_NUMBER = {
    "x - p": lambda x: x - p,
    "x + p": lambda x: x + p,
    "p - x": lambda x: p - x,
    "p * 1.0": lambda x: p * 1.0,
    "p": lambda x: p,
    "-p": lambda x: -p,
    "x * p": lambda x: x * p,
    "x / p": lambda x: x / p,
    "p * p": lambda x: p * p,
    "p + p": lambda x: p + p,
    "p + 1": lambda x: p + 1.0,
    "2x - p": lambda x: 2 * x - p,
    "tanh(p)": lambda x: p.tanh(),
    "tanh(p) - x": lambda x: p.tanh() - x,
    "exp(p) x": lambda x: p.exp() * x,
    "|x - p|": lambda x: abs(x - p),
    "(x - p)^2": lambda x: (x - p) ** 2,
    "maximum": lambda x: autograd.maximum(x, p),
    "p + q": lambda x: p + q,
    "x + p + q": lambda x: x + p + q,
    "p - q": lambda x: p - q,
    "sum": lambda x: autograd.sum([x, p, q]),
    "dot": lambda x: autograd.dot([p, q], [x, x]),
    "dot of parameters": lambda x: autograd.dot([p, q], [q, p]),
    "logsumexp": lambda x: autograd.logsumexp([x, p]),
    "logsumexp of parameters": lambda x: autograd.logsumexp([p, q]),
    "softmax": lambda x: autograd.softmax([x, p, q])[1],
    "one of two": lambda x: autograd.where(x > 0.0, p, q),
    "one or 0": lambda x: autograd.where(x > 0.0, p, 0.0),
    "compared alone": lambda x: autograd.where(x > p, x, -x),
    "x": lambda x: x * 1.0,
    "x + 1": lambda x: x + 1.0,
    "3": lambda x: 3.0,
    "1 or 2": lambda x: autograd.where(x > 0.0, 1.0, 2.0),
    "sign(p)": lambda x: autograd.sign(p),
    "sign(x) + x": lambda x: autograd.sign(x) + x,
}
SEVERAL = {
    "x, p": lambda x: [x, p],
    "p, p": lambda x: [p, p],
    "3, p": lambda x: [3.0, p],
    "3, 4": lambda x: [3.0, 4.0],
    "x - p, [p]": lambda x: [[x - p], [p * 1.0]],
    "one in a list": lambda x: [p - x],
}
BATCHES = [np.array([0.3, -1.5, 2.0]), np.array([0.7]), np.array([2.0, 2.0])]


def parameters_of(fn):
    """All lists of parameters that there can be for a function."""
    for parameters in ([], [p], [q], [p, q], [q, p]):
        try:
            yield parameters, trace(fn, 0.3, parameters=parameters)
        except autograd.TraceError:
            continue


def eager(fn, x, parameters):
    leaf = Value(x)
    out = fn(leaf)
    if not isinstance(out, Value) or not out.parents and out not in (p, q):  # a number, or a constant
        return float(getattr(out, "data", out)), [0.0] * len(parameters), 0.0
    slopes = autograd.gradients(out, [*parameters, leaf])
    return out.data, slopes[:-1], slopes[-1]


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-14), (np.float32, 1e-6)])
@pytest.mark.parametrize("name", OF_A_NUMBER)
def test_over_a_batch(name, dtype, tolerance):
    fn, tried = OF_A_NUMBER[name], 0
    for parameters, program in parameters_of(fn):
        batched = program.batched(dtype)
        for batch in BATCHES:
            values, slopes, _ = zip(*(eager(fn, x, parameters) for x in batch.tolist()))
            mean, gradients = batched.value_and_grad(batch)
            assert mean == pytest.approx(np.mean(values), rel=tolerance)
            assert gradients.flat.shape == (len(parameters),) and gradients.flat.dtype == dtype
            assert gradients.flat == pytest.approx(np.mean(slopes, axis=0), rel=tolerance)
            assert batched(batch) == pytest.approx(values, rel=tolerance) and batched(batch).dtype == dtype
        with pytest.raises(ValueError, match="the batch is empty"):
            batched.value_and_grad([])
        tried += 1
    assert tried >= 2


@pytest.mark.parametrize("name", OF_A_NUMBER)
def test_as_a_call_and_as_source(name):
    fn = OF_A_NUMBER[name]
    for parameters, program in parameters_of(fn):
        scope = {}
        exec(compile(program.source, "<source>", "exec"), scope)
        numbers = [parameter.data for parameter in parameters]
        for x in BATCHES[0].tolist():
            value, slopes, slope = eager(fn, x, parameters)
            found, gradients = program.value_and_grad(x)
            expected = [value, *slopes, slope]
            assert [found, *gradients.parameters, *gradients.arguments] == pytest.approx(expected, rel=1e-14)
            again, of_parameters, of_arguments = scope["value_and_grad"](x, numbers)
            assert (again, of_parameters, of_arguments) == (found, gradients.parameters, gradients.arguments)
        assert program.latex.startswith(r"\begin{aligned}")


def test_in_javascript(in_node):
    xs, parts, right = BATCHES[0].tolist(), [], []
    for fn in OF_A_NUMBER.values():
        program = trace(fn, 0.3, parameters=[p, q])
        call = f"{xs}.map((x) => value_and_grad(x, [2, -3]).flat(2))"
        parts.append(f"(() => {{\n{program.javascript}\nreturn {call};\n}})()")
        right += [[value, *slopes, slope] for value, slopes, slope in (eager(fn, x, [p, q]) for x in xs)]
    found = in_node(f"const found = [{', '.join(parts)}].flat();")
    assert np.array(found) == pytest.approx(np.array(right), rel=1e-12)


@pytest.mark.parametrize("name", SEVERAL)
def test_several_numbers(name):
    for _, program in parameters_of(SEVERAL[name]):
        for batch in BATCHES:
            expected = np.array([program(x) for x in batch.tolist()])
            assert program.batched()(batch) == pytest.approx(expected)


def test_mapped():
    """A few of them as one program, of which a whole number selects one."""
    pytest.importorskip("numba")
    fns = [OF_A_NUMBER[name] for name in ("x - p", "p * 1.0", "p", "3", "1 or 2", "one or 0", "softmax")]
    program = trace(lambda i, x: autograd.take([fn(x) for fn in fns], i), 0, 0.3, parameters=[p, q])
    calls = [(i, x) for i in range(len(fns)) for x in BATCHES[0].tolist()]
    values, gradients = program.compiled().map(*zip(*calls))
    right = [eager(fns[i], x, [p, q]) for i, x in calls]
    found = np.column_stack([values, gradients.parameters, gradients.arguments[1]])
    assert found == pytest.approx(np.array([[value, *slopes, slope] for value, slopes, slope in right]))
    one, gradients = program.compiled().map(*[[number] for number in calls[4]])
    assert one.tolist() == [values[4]] and gradients.parameters.shape == (1, 2)


def test_lists_without_numbers():
    program = trace(lambda xs, y: p * y, [], 1.0, parameters=[p])
    assert program([], 3.0) == 6.0 and program.value_and_grad([], 3.0)[1].arguments == [[], 2.0]
    assert program.batched()(np.empty((2, 0)), [1.0, 3.0]).tolist() == [2.0, 6.0]
    assert program.batched().value_and_grad(np.empty((2, 0)), [1.0, 3.0])[1].flat.tolist() == [2.0]
    alone = trace(lambda xs: p * 3.0, [], parameters=[p]).batched()
    assert alone(np.empty((2, 0))).tolist() == [6.0, 6.0]
    assert alone.value_and_grad([[], []])[1].flat.tolist() == [3.0]


def test_an_array_of_parameters_that_is_read_in_part():
    weights = [Value(0.1 * i, f"w{i}") for i in range(6)]
    for places in ([0], [5], [2, 4], [1, 0, 3], [0, 1, 2, 3, 4, 5]):
        batched = trace(
            lambda x, places=places: autograd.sum([x - weights[i] for i in places]), 0.3, parameters=weights
        ).batched()
        assert batched.value_and_grad([1.0, 2.0])[1].flat.tolist() == [
            -1.0 * (i in places) for i in range(len(weights))
        ]
