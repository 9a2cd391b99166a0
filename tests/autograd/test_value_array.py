"""Arrays of Values: NumPy's notation builds the scalar graph; outputs and gradients are the Tensor's."""

import math
import operator

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, ValueArray, array_ops, nary_ops, no_grad, trace, values

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(3, 4)), RNG.uniform(0.5, 2.0, size=(3, 4))
TIED = np.array([[0.0, -0.0, 1.0, 1.0], [2.0, -1.0, 2.0, 0.0], [0.5, 0.5, 0.5, 0.5]])

# One text for both kinds: a is an array of Values, plain or not, or a Tensor.
EXPRESSIONS = {
    "arithmetic": lambda a, b: (a * b - b / a + a**2 - 2.0 * b + (-a)) / 3.0,
    "numbers on the left": lambda a, b: 1.0 - a + 2.0 / b + 3.0 * a,
    "arrays on the left": lambda a, b: A * a + B @ b.T @ a,
    "matrix product": lambda a, b: a @ b.T,
    "relu": lambda a, b: autograd.relu(a),
    "maximum": lambda a, b: autograd.maximum(a, b),
    "maximum with a number": lambda a, b: autograd.maximum(0.0, a),
    "minimum": lambda a, b: autograd.minimum(a, 0.5),
    "hardtanh": lambda a, b: autograd.hardtanh(a),
    "softmax": lambda a, b: autograd.softmax(a, axis=0),
    "log_softmax": lambda a, b: autograd.log_softmax(a, axis=1),
    "logsumexp": lambda a, b: autograd.logsumexp(a, axis=1),
    "sigmoid": lambda a, b: autograd.sigmoid(a),
    "softplus": lambda a, b: autograd.softplus(a),
    "selu": lambda a, b: autograd.selu(a),
    "erf": lambda a, b: autograd.erf(a),
    "gelu": lambda a, b: autograd.gelu(a) * autograd.silu(b),
    "where": lambda a, b: autograd.where(TIED > 0.4, a, b) + autograd.where(TIED > 0.4, 0.0, b),
    "rows": lambda a, b: a[0] + b[1:, None, 2] + a[np.array([0, 0, 2, 1]), 1],
    "shapes": lambda a, b: a.reshape(4, 3).T + b.transpose().reshape(3, 4),
    "stack": lambda a, b: autograd.stack([a, b], axis=1),
    "concatenate": lambda a, b: autograd.concatenate([a, 2.0 * b], axis=1),
    "take": lambda a, b: autograd.take(a, [2, 0, 2]),
    "sum": lambda a, b: a.sum(axis=0) * b.sum(axis=1, keepdims=True) * a.sum(),
    "mean": lambda a, b: a.mean(axis=1, keepdims=True) * b.mean(),
    "var": lambda a, b: a.var(axis=0) * b.var(ddof=1) + a.var(axis=1, keepdims=True),
    "max": lambda a, b: a.max(axis=0) * b.max(axis=1, keepdims=True) + a.max(),
    "min": lambda a, b: a.min(axis=-1, keepdims=True) * b.min(),
    "logarithms": lambda a, b: autograd.log(b) + autograd.sqrt(b) + autograd.log1p(b) + autograd.expm1(a),
    "NumPy's own": lambda a, b: np.exp(a) / np.exp(a).sum() + np.tanh(b) * np.log(b) + np.sqrt(b) + abs(a),
    "centred": lambda a, b: (a - a.mean(axis=0)) / np.sqrt(b),
}
# What NumPy never asks the elements of a plain array for.
SUBCLASS = {"max", "min", "var", "mean"}


def check(expression, a, b, kind):
    arrays = [kind(values(a, "a")), kind(values(b, "b"))]
    tensors = [Tensor(a), Tensor(b)]
    ours, theirs = expression(*arrays), expression(*tensors)
    assert np.shape(ours) == theirs.shape
    assert all(isinstance(each, Value) for each in ours.ravel())
    np.testing.assert_allclose(autograd.value_array.numbers(ours), theirs.data, rtol=1e-13, atol=1e-15)
    upstream = np.cos(np.arange(theirs.size)).reshape(theirs.shape)
    (ours * upstream).sum().backward()
    theirs.backward(upstream)
    for array, tensor in zip(arrays, tensors):
        grad = array.view(ValueArray).grad
        expected = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad
        np.testing.assert_allclose(0.0 * a if grad is None else grad, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("kind", ["ValueArray", "plain"])
def test_outputs_and_gradients_are_those_of_tensors(name, kind):
    if kind == "plain" and name in SUBCLASS:
        kind = "ValueArray"  # NumPy's own methods, which know nothing of ties and variances of objects
    view = (lambda x: x) if kind == "ValueArray" else (lambda x: x.view(np.ndarray))
    check(EXPRESSIONS[name], A, B, view)
    if name not in ("arithmetic", "numbers on the left", "logarithms", "NumPy's own", "centred"):
        check(EXPRESSIONS[name], TIED, TIED[::-1], view)


@pytest.mark.parametrize("op", [pytest.param(op, id=op.name) for op in autograd.ops.ELEMENTWISE.values()])
def test_every_row_goes_through_that_of_value(op):
    points = [TIED + 0.25 * i for i in range(len(op.partials))]
    if op.domain:
        points = [np.abs(p) / 4 + 0.25 for p in points]
    arrays, tensors = [values(p) for p in points], [Tensor(p) for p in points]
    found = op(*arrays)
    expected = [op(*map(Value, each)).data for each in zip(*(p.ravel().tolist() for p in points))]
    assert isinstance(found, ValueArray) and all(each.op is op for each in found.ravel())
    assert found.data.ravel().tolist() == expected
    found.sum().backward()
    op(*tensors).sum().backward()
    for array, tensor in zip(arrays, tensors):
        np.testing.assert_allclose(array.grad, tensor.grad, rtol=1e-12, atol=1e-13)
    mixed = op(arrays[0], *(1.5 + i for i in range(len(points) - 1)))  # numbers beside an array
    assert all(each.op is op for each in mixed.ravel())


def test_a_value_and_an_array_make_an_array():
    v, numbers = Value(2.0, "v"), np.array([1.0, 3.0])
    plain = np.array([Value(1.0), Value(3.0)])
    for array in (numbers, plain, plain.view(ValueArray)):
        for found, expected in (
            (v * array, [2.0, 6.0]),
            (array * v, [2.0, 6.0]),
            (v - array, [1.0, -1.0]),
            (array - v, [-1.0, 1.0]),
            (array / v, [0.5, 1.5]),
            (v**array, [2.0, 8.0]),
            (autograd.maximum(v, array), [2.0, 3.0]),
            (autograd.where(np.array([True, False]), v, array), [2.0, 3.0]),
        ):
            assert isinstance(found, ValueArray) and found.data.tolist() == expected
        assert (v < array).tolist() == [False, True] and (array <= v).tolist() == [True, False]
    total = plain
    total += v
    assert [each.data for each in total] == [3.0, 5.0]
    with pytest.raises(TypeError, match="cannot be written into an array of float64"):
        numbers += v


def test_comparisons_are_by_number_and_bools():
    a = values([1.0, 2.0, 2.0])
    assert (a == 2.0).tolist() == [False, True, True] and (a != a).tolist() == [False] * 3
    assert (a > 1.5).dtype == bool and (a[0] < a).tolist() == [False, True, True]
    assert autograd.equal(a, [1.0, 1.0, 2.0]).tolist() == [True, False, True]
    assert a[a > 1.5].data.tolist() == [2.0, 2.0]
    assert np.isnan(a).tolist() == [False] * 3 and np.isfinite(a).all()
    assert a.argmax() == 1 and np.argmin(a) == 0


def test_data_and_gradients_are_arrays():
    w = values([[1.0, 2.0]], "w")
    assert w.grad is None and w[0, 1].label == "w[0,1]" and values(1.0, "b").item().label == "b"
    w[0, 1].backward()
    assert w.grad.tolist() == [[0.0, 1.0]]
    w.data -= 0.5
    assert w.data.tolist() == [[0.5, 1.5]] and w[0, 0].data == 0.5
    w.zero_grad()
    assert w.grad is None
    with pytest.raises(ValueError, match="nan"):
        w.data = [[1.0, np.nan]]
    assert w.data.tolist() == [[0.5, 1.5]]


def test_values_takes_nodes_as_they_are_and_refuses_what_is_no_number():
    v = Value(3.0, "v")
    made = values([v, 1.0])
    assert made[0] is v and made[1].data == 1.0
    for wrong, kind in (
        (["a"], TypeError),
        ([None], TypeError),
        ([[1.0], [1.0, 2.0]], TypeError),
        ([1j], TypeError),
    ):
        with pytest.raises(kind, match="values"):
            values(wrong)
    with pytest.raises(TypeError, match="label"):
        values([1.0], 3)
    with pytest.raises(TypeError, match="do not mix|dtype object"):
        values([1.0]) * Tensor([1.0])


def test_empty_arrays():
    nothing = values(np.zeros((0, 3)))
    assert nothing.sum().data == 0.0 and nothing.sum(axis=0).data.tolist() == [0.0] * 3
    assert autograd.relu(nothing).shape == (0, 3) and (nothing * 2.0).shape == (0, 3)
    with pytest.raises(ValueError, match="max"):
        nothing.max()


def test_under_no_grad_they_are_constants():
    a = values([1.0, 2.0])
    with no_grad():
        found = autograd.softmax(a) + np.exp(a)
    assert all(each.op is autograd.ops.CONSTANT for each in found)


def test_a_function_of_arrays_of_values_is_traced():
    w = values(A[:, :2], "w")

    def loss(x):
        h = np.tanh(w @ values(x))
        return autograd.where(h > 0.0, h * h, -h).sum() + np.maximum(h, 0.1).sum()

    program = trace(loss, [0.5, -1.0], parameters=list(w.ravel()))
    for x in ([0.5, -1.0], [-2.0, 0.25]):
        expected = loss(x)
        value, gradients = program.value_and_grad(x)
        w.zero_grad()
        expected.backward()
        assert value == pytest.approx(expected.data, rel=1e-14)
        np.testing.assert_allclose([gradients[each] for each in w.ravel()], w.grad.ravel(), rtol=1e-12)


def test_each_element_of_a_matrix_product_is_one_node():
    w, x = values(A), values(B.T)
    for out in (w @ x, np.matmul(w, x), w @ B.T, A @ x, w @ x[:, 0], w[0] @ x):
        assert all(each.op.name == "dot" for each in out.ravel())
        assert all(len(each.parents) == 2 * A.shape[1] for each in out.ravel())
    assert (w[0] @ x[:, 0]).op.name == "dot"
    with pytest.raises(ValueError, match="mismatch in its core dimension"):
        w @ x.T[:, 1:]


def test_a_constant_0_takes_no_part_in_a_product():
    """As of a border, or of what a mask hides; a number that is 0 now does, and gets its gradient."""
    x = values([1.0, 0.0, 3.0])
    padded = autograd.pad(x, 1)
    out = values(np.ones(5)) @ padded
    assert len(out.parents) == 6 and set(out.parents[3:]) == set(x)
    out.backward()
    assert x.grad.tolist() == [1.0, 1.0, 1.0]
    nothing = autograd.pad(x[:0], 2) @ values(np.ones(4))
    assert nothing.data == 0.0 and nothing.parents == ()


@pytest.mark.parametrize("axis", [0, 1])
def test_a_softmax_has_no_shares_of_what_a_mask_hides(axis):
    mask = np.tri(3, dtype=bool)
    x, t = values(A[:, :3]), Tensor(A[:, :3])
    hidden, theirs = (autograd.softmax(autograd.where(mask, each, -np.inf), axis) for each in (x, t))
    np.testing.assert_allclose(hidden.data, theirs.data, rtol=1e-14)
    assert all(each.parents == () and each.data == 0.0 for each in hidden[~mask])
    upstream = A[::-1, :3]
    (hidden * upstream).sum().backward()
    (theirs * upstream).sum().backward()
    np.testing.assert_allclose(x.grad, t.grad, rtol=1e-12, atol=1e-15)
    with pytest.raises(ValueError):  # as of numbers, whose shares are nan
        autograd.softmax(autograd.where(np.zeros((3, 3), bool), x, -np.inf))


def test_numbers_that_come_to_one_place_are_one_sum():
    x = values([1.0, 2.0, 4.0])
    out = autograd.array_ops.put(x, index=np.array([1, 0, 1]), shape=(3,))
    assert out.data.tolist() == [2.0, 5.0, 0.0]
    assert out[1].op.name == "sum" and set(out[1].parents) == {x[0], x[2]}
    once = autograd.array_ops.put(x, index=np.array([1, 0, 2]), shape=(3,))
    assert all(one is other for one, other in zip(once, x[[1, 0, 2]]))


def test_arrays_come_out_of_a_trace_as_lists_do():
    w = values(A, "w")
    program = trace(lambda x: w @ values(x), B[0].tolist(), parameters=list(w.ravel()))
    np.testing.assert_allclose(program(B[0].tolist()), A @ B[0], rtol=1e-14)


@pytest.mark.parametrize("kind", [list, np.asarray])
def test_traced_numbers_select_rows(kind):
    w = values(A, "w")
    rows = kind(w.tolist())
    program = trace(lambda at: autograd.take(rows, at), [[0, 1]], parameters=list(w.ravel()))
    for at in ([[0, 1]], [[2, 2]]):
        assert program(at) == A[at].tolist()


def test_ties_in_a_list():
    rows = (nary_ops.max_of, [0.5, 0.5, 0.0]), (nary_ops.min_of, [0.0, 0.0, 1.0])
    for row, expected in rows:
        xs = [Value(2.0), Value(2.0), Value(1.0)]
        autograd.value.nary(row, xs).backward()
        assert [x.grad for x in xs] == expected


@pytest.mark.parametrize("size", [0.0, 1.0, 1e3, 1e10, 1e15, 1e16, 1e300, -1e16])
def test_softmax_of_a_list_of_any_size(size):
    xs = [Value(size), Value(size)]
    out = autograd.softmax(xs)
    assert [each.data for each in out] == [0.5, 0.5]
    out[0].backward()
    assert [x.grad for x in xs] == pytest.approx([0.25, -0.25], rel=1e-15)
    assert [each.data for each in autograd.log_softmax([Value(size), Value(size)])] == pytest.approx(
        [-np.log(2)] * 2
    )
    apart = [each.data for each in autograd.softmax([Value(size), Value(size - 1.0)])]
    shift = size - (size - 1.0)  # 1, or what is left of it
    assert apart == pytest.approx([1 / (1 + np.exp(-shift)), 1 / (1 + np.exp(shift))], rel=1e-15)


def test_functions_of_lists_take_the_one_axis_that_they_have():
    for function in (autograd.softmax, autograd.log_softmax, autograd.logsumexp, autograd.sum):
        for axis in (7, 1, -2, "x", True):
            with pytest.raises((ValueError, TypeError), match="axis"):
                function([Value(1.0)], axis=axis)


def test_array_rows_have_a_form_for_arrays_of_values():
    a = values(A)
    for op, static in (
        (array_ops.sum, {"axis": 1, "keepdims": True}),
        (array_ops.mean, {"axis": None, "keepdims": False}),
        (array_ops.softmax, {"axis": -1}),
        (array_ops.log_softmax, {"axis": 0}),
        (array_ops.logsumexp, {"axis": (0, 1), "keepdims": True}),
    ):
        found, expected = op(a, **static), op(Tensor(A), **static)
        np.testing.assert_allclose(autograd.value_array.numbers(np.asarray(found)), expected.data, rtol=1e-13)


def test_gradients_are_set_and_forgotten():
    w = autograd.values([[1.0, 2.0]])
    w.grad = np.array([[3, 4]])
    assert w[0, 1].grad == 4.0 and type(w[0, 1].grad) is float
    w.grad = w.grad * 2
    assert w.grad.tolist() == [[6.0, 8.0]]
    for wrong in ([3.0, 4.0], 1.0):
        with pytest.raises(ValueError, match=r"ValueArray.grad: the gradient has shape .*expected \(1, 2\)"):
            w.grad = wrong
    assert w.grad.tolist() == [[6.0, 8.0]]
    w.grad = None
    assert w[0, 0].grad is None


# Arrays without axes: one Value, with a shape.


@pytest.mark.parametrize(
    "compute, expected",
    [
        (lambda s, x: s * x, 6.0), (lambda s, x: x * s, 6.0), (lambda s, x: x - s, 1.0),
        (lambda s, x: s**x, 8.0), (lambda s, x: x**s, 9.0), (lambda s, x: 3.0 * s, 6.0),
        (lambda s, x: autograd.elu(-x, s), 2 * math.expm1(-3)), (lambda s, x: autograd.prelu(-2.0, s), -4.0),
        (lambda s, x: autograd.maximum(x, s), 3.0), (lambda s, x: autograd.where(True, s, x), 2.0),
        (lambda s, x: autograd.where(np.array(False), x, s), 2.0), (lambda s, x: autograd.sum([s, x]), 5.0),
        (lambda s, x: autograd.dot([s, x], [2.0, s]), 10.0), (lambda s, x: np.tanh(s), math.tanh(2)),
        (lambda s, x: autograd.logsumexp([x, s]), 3 + math.log1p(math.exp(-1))),
    ],
)  # fmt: skip
def test_an_array_without_axes_is_computed_with_as_its_value(compute, expected):
    s, x = autograd.values(2.0, "s"), Value(3.0)
    out = compute(s, x)
    assert type(out) is Value and out.data == pytest.approx(expected, rel=1e-14)
    out.backward()
    same, other = Value(2.0), Value(3.0)
    compute(same, other).backward()
    assert s.grad is None if same.grad is None else s.grad.item() == same.grad
    assert x.grad == other.grad


def test_an_array_without_axes_is_compared_by_its_number():
    s, x = autograd.values(2.0), Value(3.0)
    assert x > s and s < x and not x <= s and autograd.kinds.equal(Value(2.0), s)
    assert autograd.trace(lambda y: autograd.where(y > s, y, -y), 3.0)(1.0) == -1.0


def test_leaves_are_not_written_over_in_place():
    w, x = autograd.values([1.0, 2.0], "w"), Value(3.0)
    for change in (operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow):
        for other in (x, 2.0, w):
            with pytest.raises(TypeError, match="written into an array of leaves.*w.data -="):
                change(w, other)
    assert [value.label for value in w] == ["w[0]", "w[1]"]
    computed = w * 2.0
    computed += x
    computed.sum().backward()
    assert w.grad.tolist() == [2.0, 2.0] and x.grad == 2.0
