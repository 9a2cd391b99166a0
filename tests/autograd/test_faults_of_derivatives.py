"""Derivatives that were wrong, or refused, with their right values; on every kind of number, to second order.

What every row must do, in general, is in second_route/; here are the cases that people met.
"""

import copy
import math
import pickle
import warnings

import numpy as np
import pytest

import autograd
from autograd import NaryOp, Op, Tensor, Value, gradients, hessian, hvp, nary_ops, no_grad, ops, trace, values
from autograd.array_ops import ArrayOp, example
from autograd.check import gradcheck
from autograd.value import nary


def second_by_value(function, x):
    return hessian(function(node := Value(x)), node).item()


def second_by_tensor(function, x):
    return hessian(function(node := Tensor([x])).sum(), node).item()


def second_by_values(function, x):
    nodes = values([x])
    return hessian(function(nodes).sum(), nodes.tolist()).item()


def second_by_trace(function, x):
    program = trace(lambda x: gradients(function(x), x, create_graph=True), x)
    return program.value_and_grad(x)[1].arguments[0]


def second_by_parameter(function, x):
    node = Value(x)
    slope = trace(lambda _: gradients(function(node), node, create_graph=True), 0.0, parameters=[node])
    return slope.value_and_grad(0.0)[1][node]


SECOND = [second_by_value, second_by_tensor, second_by_values, second_by_trace, second_by_parameter]


@pytest.mark.parametrize("second", SECOND)
@pytest.mark.parametrize("x", [-2.0, -0.5, 1.5])
@pytest.mark.parametrize("k", [2, 3, 2.0, 4, 1, 0, -1, -2, np.float64(3.0)])
def test_the_second_derivative_of_a_constant_power(second, x, k):
    assert second(lambda x: x**k, x) == pytest.approx(k * (k - 1) * x ** float(k - 2), rel=1e-14, abs=0.0)


@pytest.mark.parametrize("second", SECOND)
@pytest.mark.parametrize("k, at_0", [(2, 2.0), (3, 0.0), (1, 0.0), (0, 0.0)])
def test_the_second_derivative_of_a_constant_power_at_0(second, k, at_0):
    assert second(lambda x: x**k, 0.0) == at_0


@pytest.mark.parametrize("second", SECOND)
@pytest.mark.parametrize("a", [-0.5, 0.25, 1.5])
def test_the_second_derivative_of_a_gaussian_left_and_right_of_its_middle(second, a):
    b = 0.75
    expected = (4 * (a - b) ** 2 - 2) * math.exp(-((a - b) ** 2))
    assert second(lambda a: autograd.exp(-((a - b) ** 2)), a) == pytest.approx(expected, rel=1e-13)


def test_higher_derivatives_of_powers_at_negative_numbers():
    x = Value(-2.0)
    slope = gradients(x**3, x, create_graph=True)
    assert slope.data == 12.0 and gradients(slope, x) == -12.0
    bend = gradients(slope, x, create_graph=True)
    assert bend.data == -12.0 and gradients(bend, x) == 6.0
    assert hvp(x**2, x, 3.0) == 6.0
    assert gradcheck(lambda x: gradients(x**3, x, create_graph=True), [-2.0]).ok
    t = Tensor([1.5, -2.0])
    assert hvp((t**3).sum(), t, np.array([1.0, 2.0])).tolist() == [9.0, -24.0]


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_the_hessian_of_rosenbrock_s_function(kind):
    a, b = kind(1.5), kind(-0.5)
    found = hessian((1 - a) ** 2 + 100 * (b - a**2) ** 2, [a, b])
    assert np.array(found).tolist() == [[2902.0, -600.0], [-600.0, 200.0]]


def _made_under_no_grad():
    with no_grad():
        return Value(1.0) + 1.0


@pytest.mark.parametrize(
    "two", [_made_under_no_grad, lambda: autograd.sum([1.0, 1.0]), lambda: Value(2.0).data]
)
def test_an_exponent_that_needs_no_gradient(two):
    x = Value(-2.0)
    y = x ** two()
    y.backward()
    assert (y.data, x.grad) == (4.0, -4.0)
    assert hessian(x ** two(), x).tolist() == [[2.0]]
    with pytest.raises(ValueError, match="pow.*a Value as exponent needs a base of at least 0"):
        x ** Value(2.0)


@pytest.mark.parametrize("second", SECOND)
@pytest.mark.parametrize("name", ["elu", "selu"])
def test_the_second_derivative_of_elu_and_selu_at_0(second, name, torch):
    x = torch.tensor(0.0, requires_grad=True)
    (slope,) = torch.autograd.grad(getattr(torch.nn.functional, name)(x), x, create_graph=True)
    assert second(getattr(autograd, name), 0.0) == torch.autograd.grad(slope, x)[0].item() == 0.0


def test_0_to_a_negative_power():
    x = Tensor([-1.0, 2.0])
    with np.errstate(divide="ignore"):
        (0.0**x).sum().backward()
    assert x.grad.tolist() == [-math.inf, 0.0]
    with pytest.raises(ValueError, match=r"pow\(0, -1\): .*not below 0 where the base is 0") as raised:
        0.0 ** Value(-1.0)
    assert raised.value.operation == "pow"
    with pytest.raises(ValueError, match=r"pow\(0, -1\)"):
        0.0 ** values([-1.0])


# A partial derivative that nobody needs is never computed.


def test_no_logarithm_of_a_base_whose_exponent_is_constant():
    x = Tensor([1.5, -2.0])
    with np.errstate(all="raise"), autograd.detect_anomaly():
        assert hessian((x**2).sum(), x).tolist() == [[2.0, 0.0], [0.0, 2.0]]
        assert hessian((x ** np.array([2.0, 3.0])).sum(), x).tolist() == [[2.0, 0.0], [0.0, -12.0]]
        assert hvp((x**2).sum(), x, np.ones(2)).tolist() == [2.0, 2.0]


def refuse(*operands, **settings):
    raise AssertionError("nobody needs this")


SEVERAL = [
    pytest.param(row, id=f"{type(row).__name__}-{row.name}")
    for row in (*ops.ELEMENTWISE.values(), *autograd.array_ops.ARRAY.values())
    if isinstance(row.partials, tuple) and len(row.partials) > 1
]


def _without(row, index):
    """The row, whose partial derivative to one operand is an error."""
    partials = (*row.partials[:index], refuse, *row.partials[index + 1 :])
    if isinstance(row, ArrayOp):
        return ArrayOp("refusing", "", row.on_array, partials)
    return Op("refusing", "", row.on_float, row.on_array, partials)


@pytest.mark.parametrize("row", SEVERAL)
def test_a_partial_derivative_to_data_is_not_computed(row):
    rng = np.random.default_rng(3)
    operands, settings = row.examples[0](lambda *shape: rng.uniform(0.5, 1.5, shape))
    for index in range(len(operands)):
        refusing = _without(row, index)
        kinds = [Tensor] if isinstance(row, ArrayOp) else [Tensor, lambda x: Value(float(x))]
        for kind in kinds:
            given = [x if i == index else kind(x) for i, x in enumerate(operands)]
            nodes = [x for i, x in enumerate(given) if i != index]
            out = refusing(*given, **settings)
            upstream = np.ones(out.shape) if kind is Tensor else 1.0
            slopes = gradients(out, nodes, create_graph=True, gradient=upstream)
            expected = gradients(row(*given, **settings), nodes, gradient=upstream)
            for slope, each in zip(slopes, expected):
                np.testing.assert_array_equal(slope.data, each)
    with pytest.raises(AssertionError):  # while one that is needed is
        _without(row, 0)(*map(Tensor, operands), **settings)


# What a number on the way may be, where the result is finite.


@pytest.mark.parametrize("x", [1e155, -1e155, 1e200, -1e300])
@pytest.mark.parametrize(
    "name", ["erf", "erfc", "gelu", "gelu_tanh", "swish", "silu", "mish", "softplus", "sigmoid"]
)
def test_no_overflow_on_the_way(name, x):
    row = ops.ELEMENTWISE[name]
    rest = [1e200] * (len(row.partials) - 1)
    with warnings.catch_warnings(), autograd.detect_anomaly():
        warnings.simplefilter("error")
        for tensor in (Tensor([x]), values([x])):
            out = row(tensor, *rest)
            assert np.isfinite(row(np.array([x]), *rest)).all()
            leaves = tensor if isinstance(tensor, Tensor) else tensor.tolist()
            (slope,) = np.ravel(gradients(total := out.sum(), leaves))
            assert slope in (0.0, 1.0)
            if name not in ("swish", "gelu_tanh"):  # nan in PyTorch too: an infinity meets 0 on the way back
                assert np.ravel(hessian(total, leaves)).tolist() == [0.0]


def test_an_overflow_of_the_result_is_still_said():
    with pytest.warns(RuntimeWarning, match="overflow"):
        Tensor([1e200]) * 1e200
    with np.errstate(over="ignore"), autograd.detect_anomaly():
        x = Tensor([1e200])
        hessian(autograd.erf(x).sum(), x)
        with pytest.raises(FloatingPointError, match="mul made inf"):
            x * x


def test_a_matrix_product_of_values_without_a_result_names_the_operation():
    with pytest.raises(ValueError, match=r"dot\(1e\+300, 1e\+300, 1e\+300, -1e\+300\)"):
        values([[1e300, 1e300]] * 3) @ values([[1e300], [-1e300]])


@pytest.mark.parametrize("x", [1e10, 1e15, 1e16, -1e16, 1e300])
def test_softmax_of_two_that_are_equal(x):
    lists = [each.data for each in autograd.softmax([Value(x), Value(x)])]
    arrays = autograd.softmax(values([x, x])).data.tolist()
    traced = trace(lambda x: autograd.softmax([x, x]), x)(x)
    assert lists == arrays == traced == autograd.softmax(Tensor([x, x])).data.tolist() == [0.5, 0.5]
    logarithms = [each.data for each in autograd.log_softmax([Value(x), Value(x)])]
    arrays = autograd.log_softmax(values([[x, x]])).data.tolist()[0]
    assert logarithms == arrays == trace(lambda x: autograd.log_softmax([x, x]), x)(x) == [-math.log(2)] * 2


@pytest.mark.parametrize("shape, axis", [((2,), None), ((2, 3), 1), ((2, 3), 0)])
def test_logsumexp_of_nothing_but_minus_infinity(shape, axis):
    x = np.full(shape, -np.inf)
    tensor, array = Tensor(x), values(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = autograd.logsumexp(tensor, axis=axis)
        assert (out.data == -np.inf).all()
        out.backward(np.ones(out.shape))
        assert tensor.grad.tolist() == np.zeros(shape).tolist()
        (slope,) = gradients(out, [tensor], create_graph=True, gradient=np.ones(out.shape))
        assert slope.data.tolist() == np.zeros(shape).tolist()
        found = values(autograd.logsumexp(array, axis=axis)).ravel()
        assert [each.data for each in found] == [-np.inf] * len(found)
        assert gradients(found[0], array.ravel().tolist()) == [0.0] * array.size
    mixed = Tensor([[-np.inf, -np.inf], [-np.inf, 1.0]])
    autograd.logsumexp(mixed, axis=1).backward(np.ones(2))
    assert mixed.grad.tolist() == [[0.0, 0.0], [0.0, 1.0]]


# no_grad on generators.


class Stopped(Exception):
    pass


@no_grad()
def outputs(x):
    """What it is sent, how it records, what is thrown into it, and that it was closed, as a list."""
    seen = []
    try:
        while True:
            try:
                given = yield x * 2.0
                seen.append(given)
                if given == "return":
                    return seen
            except Stopped as error:
                seen.append(str(error))
    finally:
        seen.append(x * 3.0)
        x.label = f"closed at {seen[-1].data:g}" if not seen[-1].parents else "recorded"


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_nothing_in_the_body_of_a_generator_records(kind):
    x = kind(1.0)
    generator = outputs(x)
    assert next(generator).parents == ()
    assert (x * x).parents == (x, x)  # while it waits, others record
    assert generator.send(1).parents == () and generator.throw(Stopped("thrown")).parents == ()
    assert (x * x).parents == (x, x)
    with pytest.raises(StopIteration) as stopped:
        generator.send("return")
    assert stopped.value.value[:3] == [1, "thrown", "return"] and x.label == "closed at 3"
    assert (x * x).parents == (x, x)


def test_a_generator_that_is_closed_or_fails_leaves_the_switch_as_it_was():
    x = Value(1.0)
    generator = outputs(x)
    next(generator)
    generator.close()
    assert x.label == "closed at 3" and (x * x).parents
    generator = outputs(x)
    next(generator)
    with pytest.raises(KeyError):
        generator.throw(KeyError("not caught inside"))
    assert (x * x).parents
    assert [each.parents for each in no_grad()(lambda: (x * i for i in range(2)))()] != [
        (),
        (),
    ]  # made, not run


def test_detect_anomaly_on_a_generator_and_functions_that_wait_for_others():
    @autograd.detect_anomaly()
    def roots(x):
        yield x.sqrt()

    with pytest.raises(FloatingPointError, match="sqrt"), np.errstate(invalid="ignore"):
        next(roots(Tensor([-1.0])))

    async def waits():
        pass

    async def yields():
        yield

    for function in (waits, yields):
        with pytest.raises(TypeError, match=f"no_grad: .*{function.__name__} is asynchronous"):
            no_grad()(function)


# What gradients gives, and says.


@pytest.mark.parametrize("times", [0, 1, 2, 3])
def test_the_gradient_to_a_tensor_that_is_one_number_is_an_array(times):
    x = Tensor(2.0)
    out = Tensor(1.0) * 1.0 + sum(x * x for _ in range(times))
    for found in (gradients(out, x), gradients(out, [x])[0], hvp(out, x, 1.0), hvp(out, [x], [1.0])[0]):
        assert type(found) is np.ndarray and found.shape == () and found.dtype == float
    assert type(gradients(autograd.sum([Value(1.0)]), Value(1.0))) is float


def test_gradients_takes_create_graph_by_its_name_and_says_its_own():
    x, y = Value(1.0), Value(2.0)
    with pytest.raises(TypeError):
        gradients(x * y, x, y)
    with pytest.raises(TypeError, match="gradients: create_graph is Value.*expected True or False"):
        gradients(x * y, x, create_graph=y)
    t = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="^gradients: a Tensor of shape"):
        gradients(t * 2.0, t)
    with pytest.raises(ValueError, match="^gradients: the gradient has shape"):
        gradients(t * 2.0, t, gradient=np.ones(3))
    with pytest.raises(TypeError, match="^gradients: gradient: got 'x'"):
        gradients(x * y, x, gradient="x")
    with pytest.raises(ValueError, match="^backward: a Tensor of shape"):
        (t * 2.0).backward()


# Rows of one's own.


def test_a_row_of_one_s_own_keeps_apart_from_the_package_s_of_that_name():
    packages = autograd.array_ops.ARRAY["reshape"], nary_ops.NARY["sum"], ops.ELEMENTWISE["exp"]
    reshape = ArrayOp(
        "reshape", "r", lambda x: 3.0 * x, (lambda out, x: lambda g: 3.0 * g,), (example((2,)),)
    )
    total = NaryOp("sum", "+", lambda *xs: sum(xs) + 1.0, lambda out, *xs: (1.0,) * len(xs))
    exp = Op("exp", "e", lambda x: 2.0 * x, lambda x: 2.0 * x, (lambda out, x: 2.0,))
    made = [reshape(Tensor([1.0])), nary(total, [Value(1.0), Value(2.0)]), exp(Value(1.0))]
    theirs = [Tensor([1.0]).reshape(1), autograd.sum([Value(1.0), Value(2.0)]), Value(1.0).exp()]
    assert [copy.deepcopy(node).op for node in made] == [reshape, total, exp]
    assert tuple(copy.deepcopy(node).op for node in theirs) == packages
    assert [pickle.loads(pickle.dumps(node)).op for node in made[1:]] == [total, exp]  # noqa: S301
    again = Op("exp", "e", lambda x: 3.0 * x, lambda x: 3.0 * x, (lambda out, x: 3.0,))
    assert copy.deepcopy(again(Value(1.0))).op is again  # defined anew, in one module
