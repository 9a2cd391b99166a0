"""Numbers that are changed between the forward and the backward pass: a wrong gradient is an error."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, backward_steps, gradients, hessian, jacobian, no_grad


def in_place(w):
    w.data -= 1.0


def set_anew(w):
    w.data = w.data - 1.0


def under_no_grad(w):
    with no_grad():
        w -= 1.0


def an_item(w):
    with no_grad():
        w[0] = 7.0


CHANGES = [in_place, set_anew, under_no_grad, an_item]


def uses(w, x):
    """Results whose gradient to x reads the numbers of w."""
    return {
        "mul": lambda: w * x,
        "div": lambda: x / w,
        "pow": lambda: x**w,
        "matmul": lambda: w @ x,
        "tanh of mul": lambda: (w * x).tanh(),
        "where": lambda: autograd.maximum(w, x),
        "a view of it": lambda: w.reshape((1, 2)) @ x,
        "a view of a view": lambda: w.reshape((1, 2))[0] * x,
        "detached": lambda: w.detach() * x,
    }


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("use", list(uses(None, None)))
def test_a_gradient_that_reads_changed_numbers_is_an_error(use, change):
    w, x = Tensor([2.0, 3.0], label="w"), Tensor([5.0, 0.5], label="x")
    loss = uses(w, x)[use]().sum()
    change(w)
    if "view" in use and change is set_anew:
        loss.backward()  # the view still has the old array
        assert x.grad.tolist() == [2.0, 3.0]
        return
    for attempt in (
        loss.backward,
        lambda: gradients(loss, x),
        lambda: gradients(loss, x, create_graph=True),
        lambda: list(backward_steps(loss)),
    ):
        x.grad = w.grad = None
        with pytest.raises(ValueError, match=r"was changed after the forward\s+pass, by .*(data|=|item)"):
            attempt()
    again = uses(w, x)[use]().sum()
    again.backward()  # computed anew it is right
    assert np.isfinite(x.grad).all()


@pytest.mark.parametrize("change", CHANGES)
def test_a_gradient_that_does_not_read_them_goes_on(change):
    w, x = Tensor([2.0, 3.0], label="w"), Tensor([5.0, 0.5], label="x")
    index = np.array([0, 0])
    loss = (x + w - w.reshape((2,))).sum() + (-w).sum() + w[index].sum() + autograd.stack([w, x]).mean()
    change(w)
    loss.backward()
    assert x.grad.tolist() == [1.25, 1.25] and w.grad.tolist() == [1.25, -0.75]


def test_a_number_used_twice():
    w, x = Tensor([2.0], label="w"), Tensor([5.0], label="x")
    loss = (w * w * x).sum()
    w.data -= 1.0
    assert gradients(loss, x).tolist() == [4.0]  # reads w * w, which is as it was
    with pytest.raises(ValueError, match="the data of w was changed"):
        loss.backward()


def test_only_the_derivatives_that_are_used_matter():
    w, x = Tensor([2.0], label="w"), Tensor([5.0], requires_grad=False)
    loss = (w * x).sum()  # to w the derivative is x, and x has none
    w.data -= 1.0
    loss.backward()
    assert w.grad.tolist() == [5.0]
    y, z = Tensor([1.0], label="y"), Tensor([4.0], label="z")
    product = y * z
    z.data *= 2.0
    assert gradients(product, z).tolist() == [1.0]  # reads y, which is as it was
    with pytest.raises(ValueError, match="the data of z was changed"):
        gradients(product, y)


def test_what_a_node_itself_computed_may_be_needed_too():
    x = Tensor([0.5, 1.0], label="x")
    h = x.softmax()
    h.label = "h"
    h.data *= 2.0
    with pytest.raises(ValueError, match="its own data was changed"):
        h.sum().backward()
    total = x.sum()
    total.data *= 2.0  # which no derivative reads
    total.backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_the_next_step_of_a_loop_is_no_change():
    w = Tensor([3.0], label="w")
    for _ in range(3):
        loss = (w * w).sum()
        loss.backward()
        w.data -= 0.1 * w.grad
        w.grad = None
    assert w.data[0] == pytest.approx(3 * 0.8**3)


def test_values_keep_the_numbers_of_the_forward_pass():
    x = Value(3.0, "x")
    y = x * x
    x.data = 5.0
    assert gradients(y, x) == 6.0
    y.backward()
    assert x.grad == 6.0
    with pytest.raises(ValueError, match="the data of x .* has been set since the forward pass"):
        gradients(y, x, create_graph=True)
    with pytest.raises(ValueError, match="has been set"):
        hessian(y, x)
    assert hessian(x * x, x).tolist() == [[2.0]]
    z = x + 2.0 * x  # whose derivative has no number of x in it
    x.data = 1.0
    assert gradients(z, x, create_graph=True).data == 3.0


@pytest.mark.parametrize("made", ["no_grad", "detached", "data"])
@pytest.mark.parametrize("kind", [Value, Tensor])
def test_what_has_no_graph_has_no_gradient(made, kind):
    x = kind(2.0)
    with no_grad():
        y = x * x
    if made == "detached":
        y = autograd.value.constant((x * x).data) if kind is Value else (x * x).detach()
    elif made == "data":
        y = autograd.value.constant(4.0) if kind is Value else Tensor(4.0, requires_grad=False)
    for attempt in (
        lambda: y.backward(),
        lambda: gradients(y, x),
        lambda: gradients(y, x, create_graph=True),
        lambda: jacobian(y, x),
        lambda: hessian(y, x),
        lambda: autograd.hvp(y, x, np.float64(1.0)),
    ):
        with pytest.raises(ValueError, match="no gradient"):
            attempt()


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_a_derivative_that_is_a_constant_has_derivative_0_to_any_order(kind):
    x = kind(2.0)
    slope = gradients(3.0 * x, x, create_graph=True)
    assert float(slope.data) == 3.0 and float(gradients(slope, x)) == 0.0
    assert float(gradients(2.0 * slope + slope * slope, x)) == 0.0
    assert np.asarray(hessian(3.0 * x, x)).ravel().tolist() == [0.0]
    assert float(autograd.hvp(3.0 * x, x, np.float64(1.0))) == 0.0


def test_a_parameter_moves_in_place_under_no_grad():
    w = Tensor(np.array([1.0, 2.0], np.float32), label="w")
    array, other = w.data, w
    (w * w).sum().backward()
    with no_grad():
        w -= 0.5 * w.grad
        w *= 2.0
        w += 1.0
        w /= 2.0
    assert w is other and w.data is array and w.op is autograd.ops.LEAF
    assert array.tolist() == [0.5, 0.5] and array.dtype == np.float32


@pytest.mark.parametrize("symbol", ["+=", "-=", "*=", "/=", "**="])
def test_elsewhere_operators_in_place_say_what_to_write(symbol):
    step = f"x {symbol} 2.0"
    tensor, value = Tensor([1.0]), Value(1.0)
    with pytest.raises(TypeError, match="no_grad"):
        exec(step, {"x": tensor})
    with no_grad(), pytest.raises(TypeError, match="p.data"):
        exec(step, {"x": value})
    for scope in ({"x": value}, {"x": tensor * 1.0}, {"x": Tensor([1.0], requires_grad=False)}):
        before = scope["x"]
        exec(step, scope)  # makes a node, as x = x + 2.0 does
        assert scope["x"] is not before
    total = Value(0.0)
    for x in (Value(1.0), Value(2.0)):
        total += x
    assert total.data == 3.0 and len(total.parents) == 2


def test_items_are_set_where_no_graph_is_wrong_by_it():
    data = Tensor([1.0, 2.0, 3.0], requires_grad=False)
    data[0] = 5.0
    data[1:] = Tensor([6.0, 7.0])
    assert data.data.tolist() == [5.0, 6.0, 7.0]
    w = Tensor([1.0, 2.0])
    for node in (w, w * 2.0):
        with pytest.raises(TypeError, match="where and autograd.put"):
            node[0] = 5.0
    with no_grad():
        w[0] = 5.0
    assert w.data.tolist() == [5.0, 2.0]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("x", TypeError), ([1.0], ValueError), (np.ones((2, 2)), ValueError), ([1j, 1j], TypeError),
        (None, TypeError),
    ],
)  # fmt: skip
def test_data_of_a_tensor_stays_an_array_of_its_kind(given, kind):
    t = Tensor(np.array([1.0, 2.0], np.float32))
    with pytest.raises(kind, match="Tensor.data: .*expected"):
        t.data = given
    assert t.data.tolist() == [1.0, 2.0]
    t.data = [3.0, 4.0]
    assert t.data.tolist() == [3.0, 4.0] and t.data.dtype == np.float32
    whole = Tensor([1, 2])
    with pytest.raises(ValueError, match="int64"):
        whole.data = [0.5, 1.5]


@pytest.mark.parametrize(
    ("given", "number"),
    [(np.uint8(200), 200.0), (np.int64(3), 3.0), (np.float32(0.1), 0.10000000149011612), (True, 1.0)],
)
def test_data_of_a_value_stays_a_float(given, number):
    v = Value(1.0)
    v.data = given
    assert type(v.data) is float and v.data == number and (v * v).data == number * number
    for wrong, kind in (("x", TypeError), (None, TypeError), (float("nan"), ValueError), (1j, TypeError)):
        with pytest.raises(kind, match="Value.data: got"):
            v.data = wrong
    assert v.data == number
    v.data = np.float64(0.0)
    with pytest.raises(ZeroDivisionError, match="div"):
        1.0 / v
