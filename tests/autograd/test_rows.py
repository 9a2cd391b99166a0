"""Every row of the table, against PyTorch and central differences. A new row needs no new line here."""

import itertools
import math
import warnings

import numpy as np
import pytest

import autograd
from autograd import Symbol, Tensor, Value, gradcheck, gradients, ops

ROWS = [pytest.param(op, id=op.name) for op in ops.ELEMENTWISE.values()]
AWKWARD = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -3.0,
    0.3,
    1e-8,
    -1e-8,
    17.0,
    -40.0,
    1e3,
    -1e3,
    1e200,
    -1e200,
    1e-300,
]
UPSTREAM = -1.7


def torch_row(torch, op):
    """PyTorch's function for a row, exact where its own takes a shortcut; None where it has none."""
    zero = lambda x: torch.zeros((), dtype=x.dtype)  # noqa: E731
    special = {
        "softplus": lambda x: torch.logaddexp(x, zero(x)),  # torch.softplus is linear above 20
        "elu": lambda x, a: torch.where(
            x > 0, x, a * torch.nn.functional.elu(torch.where(x > 0, zero(x), x))
        ),
        "leaky_relu": lambda x, s: torch.where(x > 0, x, s * x),
        "prelu": lambda x, s: torch.where(x > 0, x, s * x),  # torch's own wants one slope per channel
        "identity": torch.clone,
        "swish": lambda x, beta: x / (1 + torch.exp(-beta * x)),
        "mish": torch.nn.functional.mish,
        "gelu_tanh": lambda x: x / (1 + torch.exp(-math.sqrt(8 / math.pi) * (x + 0.044715 * x**3))),
        "hardtanh": torch_hardtanh,
        "div": torch.div,
        "silu": torch.nn.functional.silu,
        "gelu": lambda x: 0.5 * x * torch.erfc(-x / math.sqrt(2)),  # torch's 1 + erf cancels far left
        "arctan2": torch_arctan2,
        "hypot": torch_hypot,
        "clip": lambda *operands: torch.clamp(*torch.broadcast_tensors(*operands)),
    }
    return special.get(op.name) or getattr(torch, op.name, None)


def inside(op, numbers):
    """Numbers above 0 and below 3, brought to where the row is defined."""
    return numbers / 3 if "x <= 1" in op.domain else numbers


def torch_hardtanh(x, low, high):
    """As torch.nn.functional.hardtanh, which takes no tensors as bounds: at a bound x has derivative 0."""
    import torch

    raised = torch.where(x > low, x, low)
    return torch.where(raised < high, raised, high)


def torch_longer(x, y):
    """The larger of two sides, to divide both by: torch's own derivatives take squares, which vanish."""
    import torch

    longer = torch.maximum(x.abs(), y.abs()).detach()
    return torch.where(longer > 0, longer, torch.ones_like(longer))


def torch_arctan2(y, x):
    import torch

    longer = torch_longer(x, y)
    return torch.atan2(y / longer, x / longer)


def torch_hypot(x, y):
    import torch

    longer = torch_longer(x, y)
    return longer * torch.hypot(x / longer, y / longer)


def points(op):
    rng = np.random.default_rng(7)
    arity = len(op.partials)
    drawn = [tuple(row) for row in rng.normal(size=(20, arity)) * 2] + [
        tuple(abs(row)) for row in rng.normal(size=(20, arity))
    ]
    # of three operands the squares of all would be too many
    awkward = AWKWARD if arity < 3 else [0.0, -0.0, 1.0, -1.0, 0.5, 1e-8, 17.0, -1e3, 1e200]
    return list(itertools.product(awkward, repeat=arity)) + drawn


def close(ours, theirs, rtol=1e-12, atol=0.0):
    if math.isinf(theirs):
        return ours == theirs
    return abs(ours - theirs) <= atol + rtol * abs(theirs)


@pytest.mark.parametrize("op", ROWS)
def test_value_agrees_with_torch_or_raises_where_torch_is_not_finite(op, torch):
    function = torch_row(torch, op)
    assert function is not None, f"name PyTorch's function for {op.name} in torch_row"
    compared = 0
    for point in points(op):
        leaves = [torch.tensor(x, requires_grad=True) for x in point]
        expected = function(*leaves)
        slopes = torch.autograd.grad(expected, leaves, torch.tensor(UPSTREAM), allow_unused=True)
        slopes = [0.0 if slope is None else slope.item() for slope in slopes]
        values = [Value(x) for x in point]
        try:
            out = op(*values)
            out.backward(UPSTREAM)
        except (ArithmeticError, ValueError) as error:
            assert op.name in str(error)
            outcome = [expected.item(), *slopes]
            refused = not np.all(np.isfinite(outcome)) or op.name == "pow" and max(map(abs, point)) >= 1e3
            assert refused, f"{op.name}{point} raised {error}, but PyTorch gives {outcome}"
            continue
        assert not math.isnan(out.data)
        assert close(out.data, expected.item(), 1e-13, 5e-324), (op.name, point, out.data, expected.item())
        for value, slope in zip(values, slopes):
            if not math.isnan(slope):
                # near a zero of the derivative (gelu, silu, tanh) rounding of its terms is what remains
                assert close(value.grad, slope, 1e-11, 1e-15), (op.name, point, value.grad, slope)
        compared += 1
    assert compared >= 10


@pytest.mark.parametrize("op", ROWS)
def test_tensor_agrees_with_torch_and_broadcasts(op, torch):
    function = torch_row(torch, op)
    rng = np.random.default_rng(3)
    arity = len(op.partials)
    shapes = (
        [[(3, 4)], [()], [(0, 2)]]
        if arity == 1
        else [[(3, 4), (4,), (3, 1)], [(3, 1), (1, 4), ()], [(), (2, 3), (3,)], [(2, 3), (2, 3), (2, 3)]]
    )
    for group in shapes:
        arrays = [inside(op, rng.uniform(0.1, 2.5, size=shape)) for shape in group[:arity]]
        tensors = [Tensor(a) for a in arrays]
        leaves = [torch.tensor(a, requires_grad=True) for a in arrays]
        out, expected = op(*tensors), function(*leaves)
        np.testing.assert_allclose(out.data, expected.detach().numpy(), rtol=1e-13)
        upstream = rng.normal(size=out.shape)
        out.backward(upstream)
        slopes = torch.autograd.grad(expected, leaves, torch.tensor(upstream))
        for tensor, slope in zip(tensors, slopes):
            np.testing.assert_allclose(tensor.grad, slope.numpy(), rtol=1e-11, atol=1e-14)
            assert tensor.grad.shape == tensor.shape


@pytest.mark.parametrize("op", ROWS)
def test_second_derivatives_of_tensors_through_broadcasting(op, torch):
    function = torch_row(torch, op)
    rng = np.random.default_rng(4)
    shapes = [(2, 3), (3,), (2, 1)][: len(op.partials)]
    arrays = [inside(op, rng.uniform(0.2, 2.0, size=shape)) for shape in shapes]
    weights = [rng.normal(size=shape) for shape in shapes]
    tensors, leaves = [Tensor(a) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]
    upstream = rng.normal(size=(2, 3))
    ours = gradients(op(*tensors), tensors, create_graph=True, gradient=upstream)
    theirs = torch.autograd.grad(function(*leaves), leaves, torch.tensor(upstream), create_graph=True)
    mine = sum((slope * w).sum() for slope, w in zip(ours, weights))
    other = sum((slope * torch.tensor(w)).sum() for slope, w in zip(theirs, weights))
    second = (
        torch.autograd.grad(other, leaves, allow_unused=True) if other.requires_grad else [None] * len(leaves)
    )
    for a, b in zip(gradients(mine, tensors), second):
        np.testing.assert_allclose(a, 0.0 if b is None else b.numpy(force=True), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("op", ROWS)
def test_tensor_at_awkward_points_agrees_with_torch(op, torch):
    function = torch_row(torch, op)
    columns = [np.array(column) for column in zip(*points(op))]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        tensors = [Tensor(c) for c in columns]
        out = op(*tensors)
        out.backward(np.full(out.shape, UPSTREAM))
    leaves = [torch.tensor(c, requires_grad=True) for c in columns]
    expected = function(*leaves)
    slopes = torch.autograd.grad(expected, leaves, torch.full(expected.shape, UPSTREAM))
    np.testing.assert_allclose(out.data, expected.detach().numpy(), rtol=1e-13, atol=5e-324)
    for tensor, slope in zip(tensors, slopes):
        finite = np.isfinite(slope.numpy())
        np.testing.assert_allclose(tensor.grad[finite], slope.numpy()[finite], rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("op", ROWS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_dtype_is_kept_forward_and_backward(op, dtype):
    tensors = [Tensor(inside(op, np.array([0.5, 1.5], dtype))) for _ in op.partials]
    out = op(*tensors)
    out.backward(np.ones(2))
    assert out.dtype == dtype
    assert [tensor.grad.dtype for tensor in tensors] == [dtype] * len(tensors)


# Those that are NumPy's own say what NumPy says, as that -uint8(1) is 255.
COMPOSED = [op for op in ops.ELEMENTWISE.values() if not isinstance(op.on_array, np.ufunc)]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.uint64, bool])
@pytest.mark.parametrize("op", [pytest.param(op, id=op.name) for op in COMPOSED])
def test_integers_and_bools_are_the_numbers_that_they_are(op, dtype):
    x = np.array([0, 1, 3, 100, -100 if dtype is np.int8 else 200], dtype)
    if "x <= 1" in op.domain:
        x = x[:2]
    elif "x > " in op.domain or "x >=" in op.domain:
        x = x[x > 0]
    rest = [np.float64(0.25 + i) for i in range(len(op.partials) - 1)]
    expected = [op.on_float(float(each), *map(float, rest)) for each in x]
    for found in (op(x, *rest), op(Tensor(x), *rest).data):
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-30)  # half precision, where NumPy has that


@pytest.mark.parametrize("op", ROWS)
def test_central_differences(op):
    rng = np.random.default_rng(11)
    for _ in range(10):
        point = inside(op, rng.uniform(0.2, 2.5, size=len(op.partials))).tolist()
        assert gradcheck(lambda *xs: op(*xs) * UPSTREAM, point).ok
        assert gradcheck(lambda *xs: op(*xs), [np.array([x, x + 0.1]) for x in point]).ok


@pytest.mark.parametrize("op", ROWS)
def test_the_printed_formula_is_the_local_gradient(op):
    names = ["x", "y", "z"][: len(op.partials)]
    functions = {row.name: row.on_float for row in ops.ELEMENTWISE.values()}
    for point in ([0.7, 1.3, 0.2], [2.0, 0.4, 1.1]):
        point = [inside(op, x) for x in point[: len(names)]]
        values = [Value(x) for x in point]
        out = op(*values)
        for partial, local in zip(op.partials, out.local_grads):
            text = str(partial(Symbol("out"), *map(Symbol, names)))
            scope = functions | dict(zip(names, point)) | {"out": out.data}
            assert eval(text, scope) == pytest.approx(local, rel=1e-15)  # noqa: S307


@pytest.mark.parametrize("op", ROWS)
def test_the_function_takes_floats_arrays_values_and_tensors(op):
    point = [0.4, 1.2, 0.9][: len(op.partials)]
    expected = op.on_float(*point)
    assert op(*point) == expected
    assert op(*map(Value, point)).data == expected
    assert op(*[np.array([x]) for x in point])[0] == pytest.approx(expected, rel=1e-14)
    assert op(*[Tensor([x]) for x in point]).data[0] == pytest.approx(expected, rel=1e-14)
    assert getattr(Value(point[0]), op.name)(*point[1:]).data == expected
    assert getattr(Tensor(point[0]), op.name)(*point[1:]).item() == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("op", [p for p in ROWS if len(p.values[0].partials) == 2])
def test_a_plain_number_on_either_side_is_a_constant(op):
    full = op(Value(0.7), Value(1.3))
    left, right = op(0.7, Value(1.3)), op(Value(0.7), 1.3)
    assert full.data == left.data == right.data
    assert left.local_grads == (None, full.local_grads[1])
    assert right.local_grads == (full.local_grads[0], None)
    assert left.parents[0].op is right.parents[1].op is ops.CONSTANT


def test_operands_by_name_and_the_help_of_a_method():
    assert autograd.leaky_relu(Value(-2.0), slope=0.5).data == Value(-2.0).leaky_relu(slope=0.5).data == -1.0
    assert autograd.elu(-2.0, alpha=3.0) == pytest.approx(Tensor([-2.0]).elu(alpha=3.0).item())
    with pytest.raises(TypeError, match=r"leaky_relu takes the operand\(s\) x, slope, but got 1, gain"):
        autograd.leaky_relu(Value(1.0), gain=2.0)
    assert Value.tanh.__name__ == Tensor.tanh.__name__ == "tanh" and Value.tanh.__doc__


@pytest.mark.parametrize("op", ROWS)
def test_the_docstring_of_a_row_says_how_it_is_called_and_its_derivatives(op):
    first, *others = op.__doc__.splitlines()
    assert first.startswith(f"Compute {op.name}({op.operands[0]}")
    said = dict(line.split(": ", 1) for line in others if line.startswith("derivative to "))
    assert list(said) == [f"derivative to {name}" for name in op.operands]
    assert said[f"derivative to {op.operands[0]}"] == str(
        op.partials[0](Symbol("out"), *map(Symbol, op.operands))
    )
    if op.name in ("clip", "round"):  # with a function in front, which knows of what may be left out
        assert getattr(Value, op.name) is getattr(Tensor, op.name) is getattr(autograd, op.name)
    else:
        assert getattr(Value, op.name).__doc__ == getattr(Tensor, op.name).__doc__ == op.__doc__


def test_the_hessian_of_elu_at_0_is_symmetric():
    x, alpha = Value(0.0), Value(1.0)
    assert autograd.hessian(x.elu(alpha), [x, alpha]).tolist() == [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize("x", [0.5, 1.0, 4.0])
def test_the_mixed_derivative_of_pow_where_the_exponent_is_0(x):
    base, exponent = Value(x), Value(0.0)
    slope = gradients(base**exponent, base, create_graph=True)
    assert slope.data == 0.0
    assert gradients(slope, exponent) == pytest.approx(1 / x, rel=1e-15)  # d(y x**(y-1))/dy = x**(y-1) + ...


@pytest.mark.parametrize("x", [1e3, -1e3, 1e300, -1e300])
@np.errstate(over="ignore")  # NumPy's warning that 1e300 squared is infinite
def test_no_overflow_and_no_nan_far_out(x):
    assert autograd.sigmoid(Value(x)).data == (1.0 if x > 0 else 0.0)
    assert autograd.tanh(Value(x)).data == math.copysign(1.0, x)
    assert autograd.softplus(Value(x)).data == max(x, 0.0)
    for op in (autograd.silu, autograd.swish, autograd.mish, autograd.gelu, autograd.gelu_tanh):
        assert op(Value(x)).data == op(Tensor([x])).item() == max(x, 0.0)
    assert autograd.logsumexp([Value(x), Value(x)]).data == pytest.approx(x + math.log(2), rel=1e-15)
    for op in (
        autograd.sigmoid, autograd.tanh, autograd.softplus, autograd.silu, autograd.gelu, autograd.swish,
        autograd.mish, autograd.gelu_tanh, autograd.hardtanh,
    ):  # fmt: skip
        value, tensor = Value(x), Tensor([x])
        op(value).backward()
        op(tensor).sum().backward()
        ends_as_x = ("softplus", "silu", "swish", "mish", "gelu", "gelu_tanh")
        assert value.grad == tensor.grad[0] == (1.0 if x > 0 and op.name in ends_as_x else 0.0)
