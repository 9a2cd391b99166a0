"""Random code with structure: whatever is recovered of it, a batch is what eager Values give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, ops, trace

UNARY = [
    "tanh", "sin", "sigmoid", "softplus", "silu", "gelu", "erf", "relu", "elu", "mish", "abs", "neg",
    "hardtanh",
]  # fmt: skip
BINARY = ["add", "sub", "mul", "maximum", "minimum", "prelu"]
ROWS = 3  # of each table, and so the tokens


def around(pool, start, count):
    """Numbers of a pool in a row, and again from its begin: the same weights come up everywhere."""
    return [pool[(start + i) % len(pool)] for i in range(count)]


def cut(numbers, length):
    return [numbers[i : i + length] for i in range(0, len(numbers), length)]


def linear(v, pool, tokens, i, j, k):
    rows = cut(around(pool, i, (1 + k % 4) * len(v)), len(v))
    return [autograd.dot(row, v) if j % 2 else autograd.dot(v, row) for row in rows]


def chain(v, pool, tokens, i, j, k):
    found = []
    for row, bias in zip(cut(around(pool, i, (1 + k % 4) * len(v)), len(v)), around(pool, j, 4)):
        total = bias if j % 2 else 0.0
        for w, x in zip(row, v):
            total = total + (w * x if k % 2 else x * w)
        found.append(total)
    return found


def swapped(v, pool, tokens, i, j, k):
    row = around(pool, i, len(v))
    return [autograd.dot(row, v).tanh(), autograd.dot(row[::-1], v[::-1]).sin()]


def ragged(v, pool, tokens, i, j, k):
    return [autograd.sum(around(v, i * n, 1 + (j * n + k) % 4)) for n in range(1 + k % 4)]


def mixed(v, pool, tokens, i, j, k):
    return [autograd.logsumexp(around(v + pool, i * n, 1 + (j * n + k) % 4)) for n in range(1 + k % 3)]


def convolution(v, pool, tokens, i, j, k):
    size, padding = 1 + i % 3, [0.0] * (k % 3)
    padded = [*padding, *v, *padding]
    starts = range(0, len(padded) - size + 1, 1 + j % 2)
    kernels = cut(around(pool, j, 2 * size), size)
    return [autograd.dot(kernel, padded[s : s + size]) for kernel in kernels for s in starts] or v


def attention(v, pool, tokens, i, j, k):
    xs = [vector for vector in cut(v, 1 + i % 3) if len(vector) == len(v[: 1 + i % 3])]
    found = []
    for place, query in enumerate(xs):
        seen = xs[: place + 1] if j % 2 else xs
        chosen = autograd.softmax([0.7 * autograd.dot(query, key) for key in seen])
        found += [autograd.dot(chosen, column) for column in map(list, zip(*seen))]
    return found


def embedding(v, pool, tokens, i, j, k):
    table = cut(around(pool, i, ROWS * (1 + k % 3)), 1 + k % 3)
    table = {0: table, 1: table[::-1], 2: [[x.tanh() for x in row] for row in table]}[j % 3]
    return [x for token in tokens for x in autograd.take(table, token)]


def chosen(v, pool, tokens, i, j, k):
    return [autograd.take(around(v + pool, i, ROWS), token) for token in around(tokens, j, 1 + k % 3)]


def nested(v, pool, tokens, i, j, k):
    inner = [autograd.take(around(pool, i + n, ROWS), tokens[0]) * v[0] for n in range(ROWS)]
    return [autograd.take(inner, token) for token in tokens]


def choices(v, pool, tokens, i, j, k):
    y = around(v + pool, i, 1)[0]
    return [autograd.where(x > y if j % 2 else x <= y, x * y, y if k % 2 else 1.0) + 0.0 * x for x in v]


def norm(v, pool, tokens, i, j, k):
    root = autograd.sum([x * x for x in v]) / len(v) + 0.5
    return [x / root.sqrt() if i % 2 else x * root**-0.5 for x in v]


STEPS = {
    "linear": linear, "chain": chain, "swapped": swapped, "ragged": ragged, "logsumexp": mixed,
    "convolution": convolution, "attention": attention, "embedding": embedding, "chosen": chosen,
    "nested": nested, "choices": choices, "norm": norm,
    "row": lambda v, pool, tokens, i, j, k: [ops.ELEMENTWISE[UNARY[i % len(UNARY)]](x) for x in v],
    "pairs": lambda v, pool, tokens, i, j, k: [
        ops.ELEMENTWISE[BINARY[i % len(BINARY)]](x, y) for x, y in zip(v, around(pool + v, j, len(v)))
    ],
    "outer": lambda v, pool, tokens, i, j, k: [x * y for x in v for y in around(pool, i, 1 + k % 3)],
    "prefix": lambda v, pool, tokens, i, j, k: [autograd.sum(v[: n + 1]) for n in range(len(v))],
    "softmax": lambda v, pool, tokens, i, j, k: autograd.softmax(v),
    "squares": lambda v, pool, tokens, i, j, k: [
        autograd.dot(around(pool, i, 1 + k % 6), around(pool, i, 1 + k % 6)), autograd.dot(v, v)
    ],
}  # fmt: skip
ENDS = [
    lambda vectors, pool, tokens: autograd.sum(vectors[-1]),
    lambda vectors, pool, tokens: autograd.sum([x for vector in vectors for x in vector]),
    lambda vectors, pool, tokens: autograd.take(autograd.softmax(around(vectors[-1], 0, ROWS)), tokens[0]),
    lambda vectors, pool, tokens: autograd.dot(vectors[-1], vectors[-1]) + 0.1 * sum(w * w for w in pool),
    lambda vectors, pool, tokens: vectors[-1][0] * 1.0,
]  # fmt: skip

index = st.integers(0, 11)
step = st.tuples(st.sampled_from(sorted(STEPS)), index, index, index, index, st.booleans())
seeds = st.integers(0, 2**32 - 1)


def build(steps, end, x, y, tokens, pool):
    vectors = [x, [y]]
    for name, which, i, j, k, squashed in steps:
        found = STEPS[name](vectors[-1 - which % len(vectors)], pool, tokens, i, j, k)[:16]
        vectors.append([ops.tanh(each) for each in found] if squashed else found)
    return vectors if end is None else ENDS[end](vectors, pool, tokens)


def flat(result):
    return [each for part in result for each in flat(part)] if isinstance(result, list) else [result]


class Case:
    """A random program, a batch of random numbers for it, and what eager Values make of them."""

    def __init__(self, steps, end, seed):
        rng = np.random.default_rng(seed)
        pool = [Value(w, f"w{i}") for i, w in enumerate(rng.normal(0, 0.7, rng.integers(1, 40)).tolist())]
        if seed % 4 == 0:
            pool[0].data = 0.0
        self.parameters = [pool[i] for i in rng.permutation(len(pool))] if seed % 2 else pool
        b, n = rng.integers(1, 5), rng.integers(1, 6)
        tokens = rng.integers(0, ROWS, (b, rng.integers(1, 4)))
        self.batch = rng.normal(size=(b, n)), rng.normal(size=b), tokens
        if seed % 3 == 0:
            self.batch[0][:, 0] = 0.0
        values, slopes = [], []
        for x, y, tokens in self.examples():
            result = build(steps, end, [Value(each) for each in x], Value(y), tokens, pool)
            values.append([autograd.sum([each]).data for each in flat(result)])
            if end is not None:
                slopes.append(autograd.gradients(result, self.parameters))
        self.values, self.slopes = np.array(values), np.mean(slopes or [[0.0]], axis=0)
        self.scale = max(1.0, np.abs(self.values).max(), np.abs(slopes or [[0.0]]).max())

        def fn(x, y, tokens):
            result = build(steps, end, x, y, tokens, pool)
            return flat(result) if end is None else result

        self.program = trace(fn, *next(self.examples()), parameters=self.parameters)

    def examples(self):
        return zip(*(argument.tolist() for argument in self.batch))

    def compare(self, dtype, tolerance):
        batched = self.program.batched(dtype)
        found = batched(*self.batch)
        assert found.dtype == dtype and found.size == self.values.size
        assert np.abs(found.reshape(self.values.shape) - self.values).max() <= tolerance * self.scale
        scope = {}
        exec(batched.source, scope)
        assert [name for name, each in scope.items() if type(each) is type(np)] == ["np"]
        x, y, tokens = self.batch
        numbers = np.array([parameter.data for parameter in self.parameters], dtype)
        arguments = x.astype(dtype), y.astype(dtype), tokens, numbers
        if "value_and_grad" not in scope:
            assert np.array_equal(scope["value"](*arguments), found)
            return
        mean, gradients = batched.value_and_grad(*self.batch)
        assert abs(mean - self.values.mean()) <= tolerance * self.scale
        assert gradients.flat.dtype == dtype and gradients.flat.shape == self.slopes.shape
        assert np.abs(gradients.flat - self.slopes).max() <= 4 * tolerance * self.scale
        again, slopes = scope["value_and_grad"](*arguments)
        assert again == mean and np.array_equal(slopes, gradients.flat) and slopes.dtype == dtype


@given(st.lists(step, max_size=7), st.sampled_from([None, *range(len(ENDS))]), seeds)
def test_a_batch_is_what_eager_values_do(steps, end, seed):
    Case(steps, end, seed).compare(np.float64, 1e-12)


@given(st.lists(step, max_size=7), st.sampled_from([None, *range(len(ENDS))]), seeds)
def test_float32_stays_float32(steps, end, seed):
    case = Case(steps, end, seed)
    if case.scale < 1e3:
        case.compare(np.float32, 1e-3)


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", [0, 1])
def test_a_convolution_of_an_image_is_one_product(size, stride, padding):
    rng = np.random.default_rng(0)
    kernels = [[Value(w) for w in row] for row in rng.normal(size=(2, size * size))]
    images = rng.normal(size=(3, 5, 6))

    def fn(image):
        zeros, wide = [0.0] * padding, len(image[0]) + 2 * padding
        rows = [[0.0] * wide] * padding + [[*zeros, *row, *zeros] for row in image] + [[0.0] * wide] * padding
        return autograd.sum([
            autograd.dot(kernel, [rows[y + a][x + b] for a in range(size) for b in range(size)]).tanh()
            for kernel in kernels
            for y in range(0, len(rows) - size + 1, stride)
            for x in range(0, wide - size + 1, stride)
        ])  # fmt: skip

    parameters = [w for kernel in kernels for w in kernel]
    batched = trace(fn, images[0].tolist(), parameters=parameters).batched()
    losses = [fn([[Value(x) for x in row] for row in image]) for image in images.tolist()]
    slopes = np.mean([autograd.gradients(loss, parameters) for loss in losses], axis=0)
    mean, gradients = batched.value_and_grad(images)
    assert mean == pytest.approx(np.mean([loss.data for loss in losses]), rel=1e-12)
    assert np.abs(gradients.flat - slopes).max() <= 1e-12 * np.abs(slopes).max()
    assert len(batched.products) == 1


def test_dot_products_that_are_equal_but_for_their_order_both_have_a_place():
    w = [Value(0.5), Value(-1.5)]

    def fn(x):
        return [autograd.dot(w, x), autograd.dot(w[::-1], x[::-1]), autograd.dot(x, w)]

    assert trace(fn, [0.0, 0.0], parameters=w).batched()([[2.0, 4.0]]).tolist() == [[-5.0, -5.0, -5.0]]


def test_numbers_that_each_meet_one_of_their_own_are_no_matrix_product():
    w = [Value(1.0 + i) for i in range(6)]

    def fn(x):
        return [each * gain + bias for each, gain, bias in zip(x, w, w[3:])]

    batched = trace(fn, [0.0] * 3, parameters=w).batched()
    assert batched.products == []
    assert batched([[1.0, 2.0, 3.0]]).tolist() == [[5.0, 9.0, 15.0]]


def test_lone_numbers_beside_longer_sums():
    def fn(x):
        return [autograd.logsumexp([x]), autograd.logsumexp([x, x, x, x]), autograd.logsumexp([x, x, x])]

    x = np.arange(4.0)
    assert trace(fn, 1.0).batched()(x) == pytest.approx(x[:, None] + np.log([1, 4, 3]))
