"""NumPy's functions on nodes: a node out, or one sentence that says what to write."""

import math

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value


@pytest.mark.parametrize(
    "function",
    [np.exp, np.log, np.tanh, np.sqrt, np.sin, np.cos, np.tan, np.expm1, np.log1p, np.abs, np.sign,
     np.negative,
     np.square, np.reciprocal, np.positive],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_a_function_of_one_number(function):
    for number in (0.5, 2.0):
        value, tensor = Value(number), Tensor([number, 1.5])
        out, outs = function(value), function(tensor)
        assert isinstance(out, Value) and out.data == pytest.approx(function(number), rel=1e-15)
        assert isinstance(outs, Tensor)
        np.testing.assert_allclose(outs.data, function(tensor.data), rtol=1e-15)
        out.backward()
        outs.sum().backward()
        step = 1e-6
        slope = (function(number + step) - function(number - step)) / (2 * step)
        assert value.grad == pytest.approx(slope, rel=1e-8, abs=1e-9) == tensor.grad[0]


@pytest.mark.parametrize(
    "function",
    [np.add, np.subtract, np.multiply, np.divide, np.true_divide, np.power, np.maximum, np.minimum],
    ids=lambda f: f.__name__,
)  # fmt: skip
@pytest.mark.parametrize("left", [2.5, np.float64(2.5), np.float32(2.5), np.int64(2), 3])
def test_a_function_of_two_with_numbers_of_all_kinds_on_either_side(function, left):
    for kind in (Value, Tensor):
        node = kind(1.5)
        assert float(function(left, node).data) == function(float(left), 1.5)
        assert float(function(node, left).data) == function(1.5, float(left))
        assert type(function(node, node)) is kind


def test_arrays_on_the_left_and_comparisons():
    t, array = Tensor([1.0, 2.0]), np.array([2.0, 1.0])
    for found, expected in (
        (array + t, [3.0, 3.0]), (array - t, [1.0, -1.0]), (array * t, [2.0, 2.0]),
        (array / t, [2.0, 0.5]),
        (array**t, [2.0, 1.0]), (array @ t, 4.0), (np.float64(2.0) * t, [2.0, 4.0]), (np.matmul(t, array),
        4.0),
        (np.array([[1.0], [0.0]]) * t, [[1.0, 2.0], [0.0, 0.0]]),
    ):  # fmt: skip
        assert isinstance(found, Tensor) and found.data.tolist() == expected
    assert (array < t).tolist() == [False, True] and (array >= t).tolist() == [True, False]
    assert (array == t).tolist() == [False, False] and (np.array([1.0, 0.0]) != t).tolist() == [False, True]
    assert np.float64(1.0) < Value(2.0) and not np.float64(3.0) <= Value(2.0)
    assert np.isfinite(t).tolist() == [True, True] and np.isnan(Value(1.0)) == False  # noqa: E712


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.sum(x), lambda x: np.sum(x, axis=0), lambda x: np.concatenate([x, x]),
        lambda x: np.stack([x, x], axis=1), lambda x: np.where(np.eye(2, dtype=bool), x, 0.0),
        lambda x: np.add.reduce(x), lambda x: np.dot(x, x),
    ],
)  # fmt: skip
def test_functions_of_arrays_are_those_of_the_package(call):
    array = np.array([[1.0, -2.0], [0.5, 3.0]])
    found = call(Tensor(array))
    assert isinstance(found, Tensor) and found.requires_grad
    np.testing.assert_allclose(found.data, call(array))


def test_shape_ndim_and_size():
    t = Tensor(np.ones((2, 3)))
    assert np.shape(t) == (2, 3) and np.ndim(t) == 2 and np.size(t) == 6
    assert np.shape(Value(1.0)) == () and np.ndim(Value(1.0)) == 0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda x: np.spacing(x), "np.spacing has no derivative here"),
        (lambda x: np.allclose(x, x), "autograd has no allclose"),
        (lambda x: np.add(x, 1.0, where=True), "where="),
        (lambda x: np.multiply.accumulate(x), "accumulate"),
        (lambda x: np.add(x, 1.0, out=np.zeros(2)), "cannot be written into an array of float64"),
    ],
)
def test_what_has_no_row_says_what_to_write(call, says):
    for node in (Tensor([1.0, 2.0]), Value(1.0)):
        with pytest.raises(TypeError, match=says):
            call(node)


@pytest.mark.parametrize(
    "cut",
    [math.tanh, math.exp, float, int, math.isfinite, lambda v: np.array([v], float), lambda v: np.array(v,
     float),
     lambda v: math.pow(v, 2.0), lambda v: round(v) and math.floor(v)],
)  # fmt: skip
def test_what_would_cut_the_graph_of_a_value_is_an_error(cut):
    w, x = Value(2.0, "w"), Value(3.0, "x")
    for node in (w, w * x):
        with pytest.raises(TypeError, match=r"would cut the graph: use v.data for the plain number"):
            cut(node)


def test_numbers_of_nodes_for_the_eye():
    v, t = Value(2.345, "v"), Tensor(2.345)
    assert f"{v:.2f} {t:.2f}" == "2.35 2.35" or f"{v:.2f} {t:.2f}" == "2.34 2.34"
    assert round(v, 1) == 2.3 and round(v) == 2 and type(round(v)) is int
    assert round(t, 1).item() == 2.3 and int(t) == 2 and float(t) == 2.345
    assert +v is v and +t is t
    assert Tensor([1.0], "w").label == Value(1.0, "w").label == "w"
    with pytest.raises((TypeError, ValueError)):
        f"{Tensor([1.0, 2.0]):.2f}"


def test_equality_of_tensors_is_by_element_and_their_hash_by_identity():
    t = Tensor([0.0, 1.0, 0.0])
    assert (t == 0).tolist() == [True, False, True] and (t != 0.0).tolist() == [False, True, False]
    assert autograd.where(t == 0, 9.0, t).data.tolist() == [9.0, 1.0, 9.0]
    assert t[t == 0].data.tolist() == [0.0, 0.0]
    assert (t == Tensor([0.0, 2.0, 0.0])).tolist() == [True, False, True]
    assert {t: 1}[t] == 1 and len({t, t, Tensor([0.0, 1.0, 0.0])}) == 2
    assert (t == None) is False and (t != "x") is True  # noqa: E711
    with pytest.raises(ValueError, match="equal: operands of shape"):
        _ = t == np.ones(4)
    for kind in (Value, Tensor):
        assert autograd.equal(kind(2.0), 2.0) and autograd.equal(2.0, kind(2.0))
        assert autograd.equal(kind(2.0), kind(2.0)) and not autograd.equal(kind(2.0), kind(3.0))
    assert Value(1.0) != Value(1.0)  # two nodes


@pytest.mark.parametrize("condition", [True, False, np.True_, np.bool_(False), np.array(True)])
def test_where_gives_a_node_whatever_the_condition(condition):
    chosen = bool(condition)
    v, t = Value(2.0), Tensor(np.array([[1.0], [2.0]], np.float32))
    for found, expected in (
        (autograd.where(condition, v, 0.0), 2.0 if chosen else 0.0),
        (autograd.where(condition, 0.0, v), 0.0 if chosen else 2.0),
    ):
        assert isinstance(found, Value) and found.data == expected
    found = autograd.where(condition, t, np.zeros((1, 3), np.float32))
    assert isinstance(found, Tensor) and found.shape == (2, 3) and found.dtype == np.float32
    assert found.data[1].tolist() == ([2.0] * 3 if chosen else [0.0] * 3)
    found.sum().backward()
    assert t.grad.tolist() == ([[3.0], [3.0]] if chosen else [[0.0], [0.0]])
    zero = Tensor(0.5)
    assert (
        autograd.where(zero > 0, zero, 0.0).shape == () and autograd.where(zero < 0, zero, 0.0).requires_grad
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda v: autograd.where(True, "x", v), lambda v: autograd.where(v, v, v),
        lambda v: autograd.where(1.0, v, v),
        lambda v: autograd.where(None, v, v), lambda v: autograd.where(False, None, v),
        lambda v: autograd.where("x", 1.0, 2.0), lambda v: autograd.where(True, "x", 2.0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [Value, Tensor])
def test_where_refuses_what_is_no_condition_and_no_number(call, kind):
    with pytest.raises(TypeError, match="where"):
        call(kind(1.0))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool, np.int16])
@pytest.mark.parametrize(
    "name", ["exp", "expm1", "log1p", "sqrt", "tanh", "sin", "softplus", "mish", "sigmoid"]
)
def test_small_integers_are_computed_in_double_precision(name, dtype):
    function, numbers = getattr(autograd, name), np.array([0, 1, 1], dtype)
    for found in (function(numbers), function(Tensor(numbers)).data):
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, function(numbers.astype(float)))


def test_casts_to_integers_cut_the_gradient_and_others_are_refused():
    x = Tensor([1.5, 2.5])
    for dtype in (int, bool, np.int8, "uint16"):
        whole = x.astype(dtype)
        assert not whole.requires_grad and whole.dtype == np.dtype(dtype)
    (x * x.astype(int)).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0]
    for wrong in (str, complex, object, "datetime64[s]", "no such"):
        with pytest.raises(TypeError, match="astype"):
            x.astype(wrong)
    half = x.astype(np.float16)
    half.sum().backward()
    assert half.dtype == np.float16 and x.grad.dtype == np.float64


def test_a_matrix_product_says_which_sizes_differ():
    with pytest.raises(
        ValueError,
        match=r"last size of the first operand \(3\) to equal the last but one of the second \(2\)",
    ):
        Tensor(np.ones((2, 3))) @ Tensor(np.ones((2, 3)))
    for wrong in (
        lambda: Tensor(1.0) @ Tensor([1.0]),
        lambda: np.ones(2) @ Value(1.0),
        lambda: Tensor([1.0]) @ Value(1.0),
    ):
        with pytest.raises((TypeError, ValueError), match="matmul"):
            wrong()


def test_nodes_where_python_and_numpy_want_an_index_or_a_function():
    assert [5, 6, 7][Tensor(1)] == 6 and list(range(Tensor(3))) == [0, 1, 2]
    assert Tensor([1.0, 2.0, 3.0])[Tensor(1) :].data.tolist() == [2.0, 3.0]
    for wrong in (Tensor(1.0), Tensor([1, 2]), Tensor([1])):
        with pytest.raises(TypeError, match="one whole number"):
            range(wrong)
    a = autograd.values([1.0, 2.0])
    assert np.frompyfunc(lambda v: v.data, 1, 1)(a).tolist() == [1.0, 2.0]
    assert [v.op.name for v in np.vectorize(lambda v: v * 2.0, otypes=[object])(a)] == ["mul", "mul"]
    assert np.stack([Value(1.0), Value(2.0)]).data.tolist() == [1.0, 2.0]


def test_a_sum_of_tensors_and_what_it_starts_from():
    w = Tensor([1.0, 2.0])
    total = autograd.sum([w, 2.0 * w, Tensor([[3.0], [4.0]])])
    total.sum().backward()
    assert total.data.tolist() == [[6.0, 9.0], [7.0, 10.0]] and w.grad.tolist() == [6.0, 6.0]
    with pytest.raises(TypeError, match=r"sum\(values\) \+ start"):
        autograd.sum([Value(3.0)], Value(10.0))
