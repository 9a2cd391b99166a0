"""Tensor: the operations on whole arrays against PyTorch, shapes, dtypes, and bad input."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, array_ops, detect_anomaly, gradcheck, gradients, no_grad


class NumpyNames:
    """PyTorch's functions under NumPy's names, so that one expression runs on both."""

    def __init__(self, torch):
        self.torch = torch

    def concatenate(self, parts, axis=0):
        return self.torch.cat(parts, dim=axis)

    def stack(self, parts, axis=0):
        return self.torch.stack(parts, dim=axis)

    def softmax(self, x, axis=-1):
        return self.torch.softmax(x, axis)

    def log_softmax(self, x, axis=-1):
        return self.torch.log_softmax(x, axis)

    def logsumexp(self, x, axis, keepdims=False):
        return self.torch.logsumexp(x, axis, keepdims)

    def asarray(self, x):
        return self.torch.as_tensor(x)

    def take(self, x, index):
        return x[self.torch.as_tensor(index)]

    def where(self, condition, x, y):
        return self.torch.where(self.torch.as_tensor(condition), x, y)

    def largest(self, x, axis=None, keepdims=False):
        return self.torch.amax(x, tuple(range(x.ndim)) if axis is None else axis, keepdims)

    def smallest(self, x, axis=None, keepdims=False):
        return self.torch.amin(x, tuple(range(x.ndim)) if axis is None else axis, keepdims)

    def variance(self, x, axis=None, ddof=0):
        return self.torch.var(x, dim=axis, correction=ddof)

    def transpose(self, x, axes):
        return x.permute(axes)

    def cast(self, x):
        return x.to(x.dtype)


class OurNames:
    asarray = staticmethod(np.asarray)

    def __getattr__(self, name):
        return getattr(autograd, name)

    def largest(self, x, axis=None, keepdims=False):
        return x.max(axis, keepdims)

    def smallest(self, x, axis=None, keepdims=False):
        return x.min(axis, keepdims)

    def variance(self, x, axis=None, ddof=0):
        return x.var(axis=axis, ddof=ddof)

    def transpose(self, x, axes):
        return x.transpose(axes)

    def cast(self, x):
        return x.astype(x.dtype)


MASK = np.array([[True, False, True], [False, False, True]])
CASES = {
    "matmul 1-D 1-D": ([(3,), (3,)], lambda m, x, y: x @ y),
    "matmul 1-D 2-D": ([(3,), (3, 2)], lambda m, x, y: x @ y),
    "matmul 2-D 1-D": ([(2, 3), (3,)], lambda m, x, y: x @ y),
    "matmul 2-D 2-D": ([(2, 3), (3, 4)], lambda m, x, y: x @ y),
    "matmul batched": ([(5, 2, 3), (5, 3, 4)], lambda m, x, y: x @ y),
    "matmul batched, broadcast": ([(5, 1, 2, 3), (6, 3, 4)], lambda m, x, y: x @ y),
    "matmul batched 1-D": ([(5, 2, 3), (3,)], lambda m, x, y: x @ y),
    "matmul 1-D batched": ([(3,), (5, 3, 2)], lambda m, x, y: x @ y),
    "matmul 2-D batched": ([(2, 3), (5, 3, 4)], lambda m, x, y: x @ y),
    "sum": ([(2, 3)], lambda m, x: x.sum()),
    "sum axis": ([(2, 3, 4)], lambda m, x: x.sum(axis=1)),
    "sum axes": ([(2, 3, 4)], lambda m, x: x.sum(axis=(0, -1))),
    "sum keepdims": ([(2, 3)], lambda m, x: x.sum(axis=-1, keepdims=True) * x),
    "mean": ([(2, 3)], lambda m, x: x.mean()),
    "mean axes": ([(2, 3, 4)], lambda m, x: x.mean(axis=(1, 2))),
    "max": ([(2, 3)], lambda m, x: m.largest(x)),
    "max axis": ([(2, 3)], lambda m, x: m.largest(x, 1)),
    "max keepdims": ([(2, 3)], lambda m, x: m.largest(x, 0, True) * x),
    "min axis": ([(2, 3)], lambda m, x: m.smallest(x, 0)),
    "var": ([(2, 3)], lambda m, x: m.variance(x)),
    "var axis ddof": ([(4, 3)], lambda m, x: m.variance(x, 0, 1)),
    "reshape": ([(2, 6)], lambda m, x: x.reshape(3, -1) * x.reshape((3, 4))),
    "transpose": ([(2, 3, 4)], lambda m, x: m.transpose(x, (2, 0, 1))),
    "transpose negative": ([(2, 3, 4)], lambda m, x: m.transpose(x, (0, -1, -2))),
    "T": ([(2, 3)], lambda m, x: x.T @ x),
    "index": ([(4, 3)], lambda m, x: x[1]),
    "slice": ([(4, 3)], lambda m, x: x[1:3, 1] * x[:2, 0]),
    "step": ([(5, 3)], lambda m, x: x[::2]),
    "ellipsis": ([(2, 3, 4)], lambda m, x: x[..., 1]),
    "new axis": ([(2, 3)], lambda m, x: x[:, None, :]),
    "tuples of indices": ([(2, 3)], lambda m, x: x[(0, 0), :] * x[(0, 0, 1), (1, 1, 2)].sum()),
    "mask": ([(2, 3)], lambda m, x: x[m.asarray(MASK)]),
    "list of indices": ([(4, 3)], lambda m, x: x[[0, 2, 0]]),
    "pairs of indices": ([(4, 3)], lambda m, x: x[[0, 1, 1, 1], [2, 0, 0, 1]]),
    "slice and indices": ([(4, 3)], lambda m, x: x[:, [1, 1, 2]]),
    "concatenate": ([(2, 3), (1, 3)], lambda m, x, y: m.concatenate([x, y, x])),
    "concatenate axis": ([(2, 3), (2, 1)], lambda m, x, y: m.concatenate([x, y], axis=-1)),
    "stack": ([(2, 3), (2, 3)], lambda m, x, y: m.stack([x, y], axis=1)),
    "stack last": ([(2, 3), (2, 3)], lambda m, x, y: m.stack([x, y], axis=-1)),
    "where": ([(2, 3), (3,)], lambda m, x, y: m.where(MASK, x, y)),
    "astype": ([(2, 3)], lambda m, x: m.cast(x) * x),
    "take": ([(4, 3)], lambda m, x: m.take(x, np.array([[0, 1], [1, 3]]))),
    "softmax": ([(2, 3)], lambda m, x: m.softmax(x)),
    "softmax axis 0": ([(2, 3)], lambda m, x: m.softmax(x, axis=0)),
    "log_softmax": ([(2, 3)], lambda m, x: m.log_softmax(x, axis=1)),
    "logsumexp": ([(2, 3)], lambda m, x: m.logsumexp(x, axis=1)),
    "logsumexp axes": ([(2, 3, 2)], lambda m, x: m.logsumexp(x, axis=(0, 2), keepdims=True)),
    "two layers": ([(5, 3), (3, 4), (4,)], lambda m, x, w, b: m.log_softmax((x @ w + b) * (x @ w), axis=-1)),
}


@pytest.mark.parametrize("name", CASES)
def test_against_torch_first_and_second_order(name, torch):
    shapes, fn = CASES[name]
    rng = np.random.default_rng(5)
    arrays = [rng.normal(size=shape) for shape in shapes]
    tensors, leaves = [Tensor(a) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]
    ours, theirs = fn(OurNames(), *tensors), fn(NumpyNames(torch), *leaves)
    assert ours.shape == tuple(theirs.shape)
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-12)

    upstream = rng.normal(size=ours.shape)
    ours.backward(upstream)
    slopes = torch.autograd.grad(theirs, leaves, torch.tensor(upstream), create_graph=True)
    for tensor, slope in zip(tensors, slopes):
        np.testing.assert_allclose(tensor.grad, slope.detach().numpy(), rtol=1e-11, atol=1e-14)
        assert tensor.grad.flags.writeable and tensor.grad.base is None

    # second order: differentiate a weighted sum of the gradients
    weights = [rng.normal(size=a.shape) for a in arrays]
    again = gradients(ours, tensors, create_graph=True, gradient=upstream)
    total = sum((a * w).sum() for a, w in zip(again, weights))
    expected = sum((s * torch.tensor(w)).sum() for s, w in zip(slopes, weights))
    if not expected.requires_grad:
        assert not total.requires_grad
        return
    seconds = torch.autograd.grad(expected, leaves, allow_unused=True)
    for mine, second in zip(gradients(total, tensors), seconds):
        np.testing.assert_allclose(mine, 0 if second is None else second.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_central_differences(name):
    shapes, fn = CASES[name]
    rng = np.random.default_rng(6)
    assert gradcheck(lambda *xs: fn(OurNames(), *xs), [rng.normal(size=shape) for shape in shapes]).ok


@pytest.mark.parametrize("name", CASES)
def test_float32_stays_float32(name):
    shapes, fn = CASES[name]
    rng = np.random.default_rng(6)
    tensors = [Tensor(rng.normal(size=shape).astype(np.float32)) for shape in shapes]
    out = fn(OurNames(), *tensors)
    out.backward(np.ones(out.shape))
    assert out.dtype == np.float32
    assert all(tensor.grad.dtype == np.float32 for tensor in tensors)


def test_every_array_row_is_used_above():
    used = set()
    for shapes, fn in CASES.values():
        rng = np.random.default_rng(0)
        out = fn(OurNames(), *[Tensor(rng.normal(size=shape)) for shape in shapes])
        used |= {node.op.name for node in autograd.topological_order(out)}
    inside = {
        "broadcast_to",
        "sum_to",
        "put",
        "add_windows",
    }  # met in the backward passes, whose second order is checked above
    elsewhere = {"cumsum", "norm", "prod", "einsum", "sliding_window_view"}  # in test_array_functions.py
    assert set(array_ops.ARRAY) - used == inside | elsewhere


def test_ties_share_the_gradient_as_in_torch(torch):
    data = [[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]
    for ours, theirs in ((lambda t: t.max(axis=1), torch.amax), (lambda t: t.min(axis=1), torch.amin)):
        tensor, leaf = Tensor(data), torch.tensor(data, requires_grad=True)
        ours(tensor).sum().backward()
        (slope,) = torch.autograd.grad(theirs(leaf, 1).sum(), leaf)
        np.testing.assert_array_equal(tensor.grad, slope.numpy())


@pytest.mark.parametrize("size", [1e3, -1e3, 1e30])
def test_softmax_and_its_relatives_far_out(size, torch):
    data = [[size, 0.0, -size], [size, size, size]]
    leaf = torch.tensor(data)
    np.testing.assert_allclose(autograd.softmax(Tensor(data)).data, torch.softmax(leaf, 1).numpy())
    np.testing.assert_allclose(autograd.log_softmax(Tensor(data)).data, torch.log_softmax(leaf, 1).numpy())
    np.testing.assert_allclose(
        autograd.logsumexp(Tensor(data), axis=1).data, torch.logsumexp(leaf, 1).numpy()
    )


def test_logsumexp_of_minus_infinities_is_minus_infinity():
    assert autograd.logsumexp(Tensor([-np.inf, -np.inf]), axis=0).item() == -np.inf
    assert autograd.logsumexp(Tensor([-np.inf, 0.0]), axis=0).item() == 0.0


class TestDtypes:
    def test_plain_numbers_do_not_widen(self):
        x = Tensor(np.ones(2, np.float32))
        for out in (
            x * 2,
            x * 2.5,
            1 / x,
            x + np.float64(0.1),
            x**2,
            x.maximum(0),
            x.mean(),
            x.var(),
            x.softmax(),
        ):
            assert out.dtype == np.float32
        assert (x * np.ones(2)).dtype == np.float64  # an array is not a plain number

    def test_numpy_numbers_are_plain_numbers(self):
        x = Tensor(np.ones(2, np.float32))
        for number in (np.float64(2), np.int64(2), np.float32(2), np.bool_(True)):
            assert (x * number).dtype == (number * x).dtype == np.float32

    @pytest.mark.parametrize("create_graph", [False, True])
    def test_gradients_have_the_dtype_of_the_data(self, create_graph):
        a = Tensor(np.array([1.0, 3.0], np.float32))
        for out in (a.max(), a.min(), (a * np.ones(2)).sum(), a.maximum(2.0).sum(), a.var(), a.abs().mean()):
            slope = gradients(out, a, create_graph=create_graph)
            assert slope.dtype == np.float32
            if create_graph:
                assert gradients((slope * slope).sum(), a).dtype == np.float32
            assert (a * a).sum().dtype == np.float32

    def test_integers_are_data(self):
        index = Tensor([1, 2])
        assert index.dtype == np.int64 and not index.requires_grad
        assert (index * 0.5).dtype == np.float64
        assert Tensor([[1.0, 2.0, 3.0]])[:, index].data.tolist() == [[2.0, 3.0]]
        with pytest.raises(TypeError, match="int64 has no gradient"):
            Tensor([1], requires_grad=True)

    def test_mixed_precision_gradients_have_the_dtype_of_their_data(self):
        a, b = Tensor(np.ones(3, np.float32)), Tensor(np.ones(3))
        (a * b).sum().backward()
        assert a.grad.dtype == np.float32 and b.grad.dtype == np.float64


class TestRequiresGrad:
    def test_no_work_goes_into_data(self):
        x, w = np.ones((2, 3)), Tensor(np.ones((3, 2)))
        out = x @ w
        assert out.parents[0].requires_grad is False and out.local_grads[0] is None
        out.sum().backward()
        assert out.parents[0].grad is None and w.grad is not None

    def test_a_result_of_data_alone_has_no_graph(self):
        x = Tensor([1.0], requires_grad=False)
        out = (x * 2).exp()
        assert out.parents == () and not out.requires_grad
        with pytest.raises(ValueError, match="needs no gradient"):
            out.sum().backward()

    def test_detach_and_no_grad(self):
        x = Tensor([2.0])
        y = x * 3
        assert y.detach().parents == () and y.detach().data is y.data
        with no_grad():
            assert not (x * 3).requires_grad
        (y.detach() * x).sum().backward()
        assert x.grad.tolist() == [6.0]


def test_gradients_are_each_leafs_own():
    """Changing one in place (clipping, say) must not change another."""
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    ((a + b).reshape(1, 2).T.sum() + a.sum()).backward()
    a.grad *= 10
    assert b.grad.tolist() == [1.0, 1.0]
    c = Tensor([1.0, 2.0])
    c.sum().backward()
    c.grad[0] = 5.0  # a view of a broadcast 1 could not be written
    c.reshape(2, 1).sum().backward()
    assert c.grad.tolist() == [6.0, 2.0]


def test_an_upstream_gradient_is_copied_and_may_be_a_tensor():
    start = np.ones(2)
    x = Tensor([1.0, 2.0])
    x.backward(start)
    x.grad *= 5
    assert start.tolist() == [1.0, 1.0]
    (x * x).backward(Tensor([1.0, 1.0]))
    assert x.grad.tolist() == [7.0, 9.0] and type(x.grad) is np.ndarray
    scalar = Tensor(2.0)
    scalar.backward(), scalar.backward()
    assert type(scalar.grad) is np.ndarray and scalar.grad == 2.0


def test_an_empty_index_takes_nothing():
    x = Tensor(np.ones((2, 3)))
    assert x[[]].shape == autograd.take(x, []).shape == (0, 3)


def test_a_class_derived_from_tensor_is_differentiated():
    class Parameter(Tensor):
        pass

    p = Parameter([1.0, 2.0])
    assert gradients((p * p).sum(), p).tolist() == [2.0, 4.0]


def test_backward_twice_doubles():
    x = Tensor(np.arange(6.0).reshape(2, 3))
    loss = (x.softmax() * x).sum()
    loss.backward()
    once = x.grad.copy()
    loss.backward()
    np.testing.assert_array_equal(x.grad, 2 * once)


@pytest.mark.parametrize(
    ("attempt", "kind", "says"),
    [
        (
            lambda x: x + np.ones((4, 4)),
            ValueError,
            r"add: operands of shape \(2, 3\) and \(4, 4\) do not fit",
        ),
        (lambda x: x @ np.ones((2, 3)), ValueError, r"matmul: operands of shape \(2, 3\) and \(2, 3\)"),
        (lambda x: x @ 3.0, ValueError, r"matmul: operands of shape \(2, 3\) and \(\)"),
        (lambda x: x.backward(), ValueError, r"backward: a Tensor of shape \(2, 3\) is not a scalar"),
        (lambda x: x.backward(np.ones(3)), ValueError, r"the gradient has shape \(3,\)"),
        (lambda x: x.reshape(7), ValueError, "reshape"),
        (lambda x: x.transpose(0, 5), ValueError, "transpose"),
        (lambda x: Tensor(1.0).transpose(0), ValueError, "transpose"),
        (lambda x: x.backward("a"), TypeError, "backward: gradient is 'a'; expected real numbers"),
        (lambda x: x < np.ones(4), ValueError, r"less: operands of shape \(2, 3\) and \(4,\)"),
        (lambda x: x < "a", TypeError, "less: an operand is 'a'; expected real numbers"),
        (lambda x: x * 10**400, OverflowError, "mul"),
        (lambda x: Tensor([1.0], 3), TypeError, "requires_grad=3"),
        (lambda x: Tensor([1.0], label=("x",)), TypeError, "label"),
        (lambda x: autograd.stack([Value(1.0), x]), TypeError, "got the Tensor"),
        (lambda x: autograd.stack(3), TypeError, "stack: tensors is 3; expected a list"),
        (lambda x: autograd.concatenate([x], axis=None), TypeError, "concatenate: axis is None"),
        (lambda x: autograd.take([1, 2], [0, 1]), TypeError, "take: an index of shape"),
        (lambda x: x.transpose(0, 0), ValueError, "transpose"),
        (lambda x: x.sum(axis=2), ValueError, "sum: axis is 2; expected an axis from -2 to 1"),
        (lambda x: x[5], IndexError, r"getitem: operands of shape \(2, 3\), index=5"),
        (lambda x: x["a"], IndexError, "getitem"),
        (lambda x: x.item(), ValueError, r"item: a Tensor of shape \(2, 3\)"),
        (lambda x: x + "a", TypeError, "add: an operand is 'a'; expected real numbers"),
        (lambda x: x + None, TypeError, "add: an operand is None; expected real numbers"),
        (lambda x: Tensor("a"), TypeError, "Tensor: data is 'a'; expected real numbers"),
        (lambda x: Tensor([[1.0], [1.0, 2.0]]), TypeError, "nested lists"),
        (lambda x: Tensor([Value(1.0)]), TypeError, "Tensor: data is .*do not mix"),
        (lambda x: Tensor(x), TypeError, "detach"),
        (lambda x: Tensor([1j]), TypeError, "Tensor: data is .*1j.*; expected real numbers"),
        (lambda x: np.spacing(x), TypeError, "np.spacing has no derivative"),
        (lambda x: np.asarray(x), TypeError, "use .numpy"),
        (lambda x: len(Tensor(1.0)), TypeError, "single number"),
        (lambda x: autograd.take(x, [2]), IndexError, "there are 2 rows"),
        (lambda x: autograd.take(x, [0.5]), TypeError, "expected integers"),
        (lambda x: autograd.where(np.ones((2, 3)), x, 0.0), TypeError, "expected bools"),
        (lambda x: autograd.concatenate([]), ValueError, "concatenate: the list of tensors is empty"),
        (lambda x: autograd.concatenate([x, Tensor([1.0])]), ValueError, "concatenate: operands of shape"),
        (lambda x: autograd.stack([x, Tensor([1.0])]), ValueError, "stack: operands of shape"),
    ],
)
@pytest.mark.filterwarnings("ignore:__array__")
def test_bad_input_is_an_error_that_says_what_came_in(attempt, kind, says):
    with pytest.raises(kind, match=says):
        attempt(Tensor(np.ones((2, 3))))


def test_what_a_tensor_is():
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], label="x")
    assert (x.shape, x.ndim, x.size, len(x), x.dtype) == ((2, 2), 2, 4, 2, np.float64)
    assert [row.data.tolist() for row in x] == [[1.0, 2.0], [3.0, 4.0]]
    assert float(x.sum()) == 10.0 and x.sum().item() == 10.0
    assert x.argmax(axis=1).tolist() == [1, 1]
    assert (x > 2).tolist() == [[False, False], [True, True]] and (x <= x).all()
    assert repr(x).startswith("Tensor([[1., 2.],") and "label='x'" in repr(x)
    assert (x == x).all() and hash(x) != hash(Tensor(1.0))
    array = np.ones(2)
    assert Tensor(array).data is array
    with pytest.raises(ValueError, match="neither true nor false"):
        bool(x)


class TestAnomaly:
    @np.errstate(all="ignore")
    def test_forward_names_the_operation(self):
        x = Tensor([1.0, -1.0])
        assert np.isnan(x.log().data[1])  # without the watch, as NumPy
        with detect_anomaly(), pytest.raises(FloatingPointError, match=r"log made nan at index \(1,\)"):
            (x * 2).log().exp()
        with detect_anomaly(), pytest.raises(FloatingPointError, match="exp made inf"):
            (x * 1e4).exp()
        with detect_anomaly(), pytest.raises(FloatingPointError, match="in the data"):
            Tensor([np.nan]) * 2

    @np.errstate(all="ignore")
    def test_backward_names_the_operation(self):
        with detect_anomaly():
            x = Tensor([0.0, 1.0])
            y = x.sqrt().sum()
            with pytest.raises(FloatingPointError, match="backward through sqrt"):
                y.backward()

    @np.errstate(all="ignore")
    def test_gradients_are_watched_too_and_a_new_infinity_beside_an_old_one(self):
        with detect_anomaly():
            x = Tensor([0.0])
            y = x.sqrt().sum()
            with pytest.raises(FloatingPointError, match="backward through sqrt"):
                gradients(y, x)
            with pytest.raises(FloatingPointError, match=r"log made -inf at index \(1,\)"):
                Tensor([np.inf, 0.0]).log()

    def test_a_mask_of_infinities_passes(self):
        with detect_anomaly():
            scores = Tensor([[1.0, 2.0]]) + np.array([0.0, -np.inf])
            assert autograd.softmax(scores).data.tolist() == [[1.0, 0.0]]

    def test_it_is_off_again_outside(self):
        with detect_anomaly():
            pass
        with np.errstate(all="ignore"):
            assert Tensor([-1.0]).log().shape == (1,)
