"""Scalar code over a batch: what structure is recovered, and that numbers, kinds and errors are right."""

import functools

import numpy as np
import pytest

import autograd
import nn
from autograd import TraceError, Value, ops, trace

RNG = np.random.default_rng(1)


def matrix(rows, columns, label):
    return [[Value(float(RNG.normal()), f"{label}{i},{j}") for j in range(columns)] for i in range(rows)]


def flat(rows):
    return [value for row in rows for value in row]


def linear(rows, x):
    return [autograd.dot(row, x) for row in rows]


def hidden(x):
    return [h.tanh() for h in linear(W, x)]


W, U, E = matrix(4, 3, "w"), matrix(4, 4, "u"), matrix(5, 3, "e")
B = [Value(float(RNG.normal()), f"b{i}") for i in range(4)]
SHUFFLED = flat(W) + flat(U)
np.random.default_rng(2).shuffle(SHUFFLED)
X, TOKENS, LABELS = RNG.normal(size=(6, 3)), RNG.integers(0, 5, (6, 4)), RNG.integers(0, 4, 6)
TABLES = [lambda t: autograd.take(E, t), lambda t: autograd.take(E[::-1], t)]
total = autograd.sum

# name: the function of one example, its parameters, the batch, and how many matrix products it is
CASES = {
    "tied weights": (
        lambda x: total(linear(U, [h.tanh() for h in linear(U, [h.tanh() for h in linear(W, x)])])),
        flat(U) + flat(W), (X,), 3,
    ),
    "shuffled": (
        lambda x: total([h.relu() for h in linear(U, [h.relu() for h in linear(W, x)])]), SHUFFLED, (X,), 2,
    ),
    "squares": (lambda x: autograd.dot(x, x) + autograd.dot(linear(W, x), linear(W, x)), flat(W), (X,), 1),
    "L2": (lambda x: total(hidden(x)) + 0.1 * sum(p * p for p in flat(W)), flat(W), (X,), 1),
    "L1": (lambda x: total(hidden(x)) + 0.1 * sum(abs(p) for p in flat(W)), flat(W), (X,), 1),
    "embedding": (
        lambda t: total([autograd.dot(TABLES[0](a), TABLES[0](b)) for a, b in ((t[0], t[1]), (t[2], t[2]))]),
        flat(E), (TOKENS,), 0,
    ),
    "two tables": (
        lambda t: total([autograd.dot(TABLES[0](a), TABLES[1](b)) for a, b in zip(t, t[1:])]),
        flat(E), (TOKENS,), 0,
    ),
    "cross-entropy": (
        lambda x, k: -autograd.take(autograd.log_softmax(linear(W, x)), k), flat(W), (X, LABELS), 1,
    ),
    "logits of 1e4": (
        lambda x, k: -autograd.take(autograd.log_softmax([1e4 * h for h in linear(W, x)]), k),
        flat(W), (X, LABELS), 1,
    ),
    "parameters alone": (lambda x: (0.1 * autograd.dot(flat(W), flat(W))).sigmoid(), flat(W), (X,), 0),
    "a parameter itself": (lambda x: W[1][1], flat(W), (X,), 0),
    "an argument itself": (lambda x: x[1], flat(W), (X,), 0),
    "choices": (
        lambda x: total([
            autograd.where(h > 0, h * 2, autograd.where(h < x[0], -h, h * h))
            + autograd.where(h > 0, 1.0, 0.0)
            for h in linear(W, x)
        ]), flat(W), (X,), 1,
    ),
    "a chain of maxima": (lambda x: functools.reduce(autograd.maximum, linear(W, x)), flat(W), (X,), 1),
    "variance": (
        lambda x: total([(h - total(linear(W, x)) / 4) ** 2 for h in linear(W, x)]), flat(W), (X,), 1,
    ),
    "all pairs": (lambda x: total([(a * b).tanh() for a in linear(W, x) for b in x]), flat(W), (X,), 1),
    "powers": (
        lambda x: total([(h * h + 1) ** 0.5 + (h * h + 1) ** (-1.5) + 2.0**h for h in linear(W, x)]),
        flat(W), (X,), 1,
    ),
    "an argument without use": (lambda x, k: x[0] * W[0][0], flat(W), (X, LABELS), 0),
    "a whole number as a number": (lambda x, k: x[0] * W[0][0] * k, flat(W), (X, LABELS), 0),
    "single numbers": (lambda a, k: (a * W[0][0] + W[0][1]) ** 2 + a, flat(W), (X[:, 0], LABELS), 1),
    "a batch of one": (lambda x: total(hidden(x)), flat(W), (X[:1],), 1),
    "an example twice": (lambda x: total(hidden(x)), flat(W), (X[[0, 0]],), 1),
    "biases": (
        lambda x: total([(h + b).relu() for h, b in zip(linear(W, x), B)]), [*B, *flat(W)], (X,), 1,
    ),
}  # fmt: skip


def nodes(example):
    if isinstance(example, list):
        return [nodes(part) for part in example]
    return example if isinstance(example, int) else Value(example)


def eager(fn, parameters, batch):
    values, slopes = [], []
    for example in zip(*(argument.tolist() for argument in batch)):
        out = fn(*map(nodes, example))
        values.append(out.data)
        slopes.append(autograd.gradients(out, parameters))
    return np.array(values), np.mean(slopes, axis=0)


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-4)])
@pytest.mark.parametrize("name", CASES)
def test_values_gradients_and_products(name, dtype, tolerance):
    fn, parameters, batch, products = CASES[name]
    batched = trace(fn, *(argument[0].tolist() for argument in batch), parameters=parameters).batched(dtype)
    values, slopes = eager(fn, parameters, batch)
    tolerance *= 1e3 if name == "logits of 1e4" and dtype == np.float32 else 1
    scale = max(1.0, np.abs(values).max(), np.abs(slopes).max())
    found = batched(*batch)
    mean, gradients = batched.value_and_grad(*batch)
    assert found.shape == values.shape and np.abs(found - values).max() <= tolerance * scale
    assert abs(mean - values.mean()) <= tolerance * scale
    assert np.abs(gradients.flat - slopes).max() <= tolerance * scale
    assert found.dtype == gradients.flat.dtype == dtype
    assert len(batched.products) == products, batched.summary()


@pytest.mark.parametrize("name", [name for name in ops.ELEMENTWISE if not ops.ELEMENTWISE[name].is_defined])
def test_every_row_leaves_float32_what_it_is(name):
    row = ops.ELEMENTWISE[name]
    required = max(1, len(row.partials) - len(row.defaults))
    u, v = Value(0.3, "u"), Value(0.4, "v")

    def fn(x):
        groups = ((u * x[0], v + x[1], v), (v * x[1], x[0] * x[0], u))
        return total([row(*group[:required]) for group in groups])

    batched = trace(fn, [0.5, 0.6], parameters=[u, v]).batched(np.float32)
    batch = RNG.uniform(0.1, 0.9, (5, 2))
    assert batched(batch).dtype == np.float32
    assert batched.value_and_grad(batch)[1].flat.dtype == np.float32


def test_results_in_lists_come_as_arrays():
    program = trace(lambda x: [linear(W, x), linear(W, x[::-1])], [0.0] * 3, parameters=flat(W))
    batched = program.batched()
    weights = np.array([[w.data for w in row] for row in W])
    assert batched(X) == pytest.approx(np.stack([X @ weights.T, X[:, ::-1] @ weights.T], axis=1))
    assert np.array(program(X[0])) == pytest.approx(batched(X)[0])
    with pytest.raises(TraceError, match="several numbers"):
        batched.value_and_grad(X)


def test_a_program_follows_its_parameters():
    w = Value(2.0, "w")
    batched = trace(lambda x: w * x, 1.0, parameters=[w]).batched()
    assert batched([1.0, 2.0]).tolist() == [2.0, 4.0]
    w.data = 3.0
    assert batched([1.0, 2.0]).tolist() == [3.0, 6.0]
    assert "Batched(Program(" in repr(batched)


def test_the_summary_says_what_it_became():
    model = nn.MLP(2, [16, 16, 1])
    batched = trace(model, [0.0, 0.0], parameters=model.parameters()).batched()
    first, *products = batched.summary().splitlines()
    assert first.startswith("608 multiplications and additions = 3 matrix products")
    assert [product.strip() for product in products] == [
        "(B, 2) @ (2, 16)", "(B, 16) @ (16, 16)", "(B, 16) @ (16, 1)",
    ]  # fmt: skip


def test_lists_and_arrays_that_are_not_contiguous():
    fn, parameters, _, _ = CASES["biases"]
    batched = trace(fn, [0.0] * 3, parameters=parameters).batched()
    expected = batched(X)
    for given in (X.tolist(), np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2]):
        # BLAS may add up in another order
        np.testing.assert_allclose(batched(given), expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(
    "batch, error, message",
    [
        ((X,), TypeError, r"got 1 arguments; expected 2.*x, k"),
        ((X[:, :2], LABELS), TypeError, r"x has shape \(6, 2\); expected \(B, 3\)"),
        ((X[0], LABELS), TypeError, r"x has shape \(3,\); expected \(B, 3\)"),
        ((X, LABELS[:3]), ValueError, r"6, 3 examples"),
        ((X[:0], LABELS[:0]), ValueError, "batch is empty"),
        ((X, LABELS.astype(float)), TypeError, "k is of dtype float64; it selects, so whole numbers"),
        ((X, LABELS - 9), IndexError, "k has -.*; it selects from 0 to 3"),
        (("abc", LABELS), TypeError, r"x is 'abc'; expected numbers in an array of shape \(B, 3\)"),
    ],
)
def test_errors_say_what_is_expected(batch, error, message):
    def loss(x, k):
        return -autograd.take(autograd.log_softmax(linear(W, x)), k)

    batched = trace(loss, [0.0] * 3, 1, parameters=flat(W)).batched()
    with pytest.raises(error, match=f"loss: .*{message}"):
        batched.value_and_grad(*batch)


def test_what_has_no_batch():
    with pytest.raises(TraceError, match="no arguments"):
        trace(lambda: W[0][0] * 2, parameters=flat(W)).batched()
    with pytest.raises(TraceError, match="nested unevenly"):
        trace(lambda x: x[0][0] * 2, [[1.0], [1.0, 2.0]]).batched()
    with pytest.raises(TypeError, match="expected (float64 or float32|a dtype of floats)"):
        trace(lambda x: x * 2, 1.0).batched(int)


TABLE = [lambda t: autograd.take(E, t[0])[0], lambda t: autograd.take([w * t[1] for w in B], t[0])]


@pytest.mark.parametrize("fn, last", [(TABLE[0], 4), (TABLE[1], 3)])
@pytest.mark.parametrize("wrong", [-1, 5])
def test_an_index_out_of_range(fn, last, wrong):
    """Also where the look-up is a comparison with every place, which finds none."""
    batched = trace(fn, [1, 1], parameters=[*flat(E), *B]).batched()
    assert batched([[last, 2]]).shape == (1,)
    with pytest.raises(IndexError, match=f"has {wrong}; it selects from 0 to {last}"):
        batched([[0, 2], [wrong, 2]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_whole_number_that_selects_is_also_a_number(dtype):
    program = trace(lambda t: autograd.take(B, t) * t + t**-2.0, 1, parameters=B)
    tokens, numbers = np.array([1, 3]), np.array([b.data for b in B])
    batched = program.batched(dtype)
    assert batched(tokens) == pytest.approx(numbers[tokens] * tokens + tokens**-2.0, rel=1e-6)
    assert batched(tokens).dtype == batched.value_and_grad(tokens)[1].flat.dtype == dtype


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_an_error(wrong):
    """As they are for a Value."""
    x = X.copy()
    x[2, 1] = wrong
    batched = trace(lambda x: total(linear(W, x)), [0.0] * 3, parameters=flat(W)).batched()
    for call in (batched, batched.value_and_grad, lambda x: batched.step(x, nn.SGD(flat(W)))):
        with pytest.raises(ValueError, match=rf"x has {wrong} in example 2, at \(1,\); expected finite"):
            call(x)


def test_names_of_arguments_that_the_source_uses_itself():
    w = Value(0.5, "n")

    def fn(n, mean, parameters, np, exp, erf):
        return (n * mean + parameters * np + exp.exp() * erf.erf()) * w

    numbers = [1.0, 2.0, 3.0, 4.0, 0.5, 0.6]
    batched = trace(fn, *numbers, parameters=[w]).batched()
    out = fn(*map(Value, numbers))
    out.backward()
    mean, gradients = batched.value_and_grad(*([each] * 3 for each in numbers))
    assert (mean, gradients[w]) == pytest.approx((out.data, w.grad), rel=1e-12)
    w.grad = None


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_constants_of_any_size(dtype):
    numbers = [1e19, -3.0, 0.1, 1e-30, -0.0, 2.0]
    batched = trace(lambda x: [(x * c * B[0]).tanh() for c in numbers], 1.0, parameters=B).batched(dtype)
    found = batched([0.5])
    expected = np.tanh(0.5 * np.array(numbers) * B[0].data)
    assert found.dtype == dtype and found[0] == pytest.approx(expected, rel=1e-6)
    assert np.signbit(found[0, 4]) == np.signbit(expected[4])


def test_results_of_which_all_are_one():
    batched = trace(lambda x: [[x[0], x[0]], [x[0], x[0]]], [1.0], parameters=B).batched()
    assert batched([[1.0], [2.0]]).tolist() == [[[1.0, 1.0], [1.0, 1.0]], [[2.0, 2.0], [2.0, 2.0]]]
    assert trace(lambda x: [3.0, 2.0], 1.0).batched()([1.0, 1.0]).tolist() == [[3.0, 2.0], [3.0, 2.0]]


def test_the_array_program_can_be_read():
    batched = trace(lambda x: [h.relu() for h in linear(W, x)], [0.0] * 3, parameters=flat(W)).batched()
    shown = str(batched.arrays)
    assert "= einsum %0" in shown and "inputs=k,ck output=c  (B, 4)" in shown
    assert "w = parameters.reshape(4, 3)" in batched.source and "x @ w.T" in batched.source


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_looked_up_whose_gradient_is_the_same_for_every_example(dtype):
    table = [[Value(float(3 * i + j)) for j in range(3)] for i in range(4)]
    program = trace(lambda i: 2.0 * autograd.sum(autograd.take(table, i)), 1, parameters=flat(table))
    mean, gradients = program.batched(dtype).value_and_grad(np.array([1, 1, 3]))
    assert mean == (2 * (3 + 4 + 5) * 2 + 2 * (9 + 10 + 11)) / 3
    expected = np.repeat([0.0, 4 / 3, 0.0, 2 / 3], 3).astype(dtype)
    assert gradients.flat.dtype == dtype and np.allclose(gradients.flat, expected, rtol=1e-6)
