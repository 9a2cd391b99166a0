"""Functions of arrays: NumPy's values and PyTorch's gradients, on Tensors, arrays, and arrays of Values."""

import inspect
import re

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, ValueArray, gradients, trace, values
from autograd.array_methods import ArrayMethods
from autograd.value_array import numbers

INDEX = np.array([[2, 0], [1, 1], [0, 2]])  # one row names an element twice
MASK = np.array([[True, False, True, False], [False] * 4, [True] * 4])
PLACES = np.array([2, 0, 2])


class NumPy:
    """NumPy under the package's names."""

    def __getattr__(self, name):
        return getattr(np, name)

    def norm(self, x, ord=2, axis=None, keepdims=False):
        return np.linalg.vector_norm(x, ord=ord, axis=axis, keepdims=keepdims)

    def sliding_window_view(self, x, window_shape, axis=None):
        return np.lib.stride_tricks.sliding_window_view(x, window_shape, axis)

    def put(self, x, index, values):
        out = x.copy()
        out[index] = values
        return out


def centred(torch, x, axis, keepdim, correction):
    return torch.std(x, dim=axis, keepdim=keepdim, correction=correction)


def assigned(torch, x, index, values):
    out = x.clone()
    out[index] = values
    return out


# name: the shapes of the operands, the expression here and in NumPy, and PyTorch's.
CASES = {
    "sum": ([(3, 4)], lambda m, x: m.sum(x, axis=(0, 1)), lambda t, x: x.sum((0, 1))),
    "sum of a list of axes": (
        [(2, 3, 4)],
        lambda m, x: m.sum(x, axis=[0, 2]) if m is autograd else x.sum((0, 2)),
        lambda t, x: x.sum((0, 2)),
    ),
    "mean": ([(3, 4)], lambda m, x: m.mean(x, axis=-1, keepdims=True), lambda t, x: x.mean(-1, keepdim=True)),
    "var": ([(3, 4)], lambda m, x: m.var(x, axis=0, ddof=1), lambda t, x: t.var(x, 0, correction=1)),
    "std": ([(3, 4)], lambda m, x: m.std(x), lambda t, x: centred(t, x, None, False, 0)),
    "std axis": ([(3, 4)], lambda m, x: m.std(x, axis=1, ddof=1), lambda t, x: centred(t, x, 1, False, 1)),
    "std axes": (
        [(2, 3, 4)],
        lambda m, x: m.std(x, axis=(0, -1), keepdims=True),
        lambda t, x: centred(t, x, (0, 2), True, 0),
    ),
    "max": ([(3, 4)], lambda m, x: m.max(x, axis=0), lambda t, x: t.amax(x, 0)),
    "min": ([(3, 4)], lambda m, x: m.min(x, axis=(0, 1)), lambda t, x: t.amin(x, (0, 1))),
    "prod": ([(5,)], lambda m, x: m.prod(x), lambda t, x: x.prod()),
    "prod axis": ([(3, 4)], lambda m, x: m.prod(x, axis=1), lambda t, x: x.prod(1)),
    "prod axes": (
        [(2, 3, 4)],
        lambda m, x: m.prod(x, axis=(0, 2), keepdims=True),
        lambda t, x: x.prod(0, keepdim=True).prod(2, keepdim=True),
    ),
    "norm": ([(3, 4)], lambda m, x: m.norm(x), lambda t, x: t.linalg.vector_norm(x)),
    "norm axis": (
        [(3, 4)],
        lambda m, x: m.norm(x, axis=1, keepdims=True),
        lambda t, x: t.linalg.vector_norm(x, dim=1, keepdim=True),
    ),
    "norm axes": (
        [(2, 3, 4)],
        lambda m, x: m.norm(x, axis=(0, 1)),
        lambda t, x: t.linalg.vector_norm(x, dim=(0, 1)),
    ),
    "norm 1": ([(3, 4)], lambda m, x: m.norm(x, 1, axis=0), lambda t, x: t.linalg.vector_norm(x, 1, dim=0)),
    "norm inf": (
        [(3, 4)],
        lambda m, x: m.norm(x, np.inf, axis=0),
        lambda t, x: t.linalg.vector_norm(x, float("inf"), dim=0),
    ),
    "cumsum": ([(3, 4)], lambda m, x: m.cumsum(x, axis=1), lambda t, x: x.cumsum(1)),
    "cumsum of all": ([(3, 4)], lambda m, x: m.cumsum(x), lambda t, x: x.flatten().cumsum(0)),
    "sort": ([(3, 4)], lambda m, x: m.sort(x), lambda t, x: x.sort(-1).values),
    "sort axis 0": ([(3, 4)], lambda m, x: m.sort(x, axis=0), lambda t, x: x.sort(0).values),
    "sort of all": ([(3, 4)], lambda m, x: m.sort(x, axis=None), lambda t, x: x.flatten().sort().values),
    "reshape": ([(3, 4)], lambda m, x: m.reshape(x, (2, -1)), lambda t, x: x.reshape(2, -1)),
    "transpose": ([(2, 3, 4)], lambda m, x: m.transpose(x, (2, 0, -2)), lambda t, x: x.permute(2, 0, 1)),
    "broadcast_to": (
        [(3, 1)],
        lambda m, x: m.broadcast_to(x, (2, 3, 4)),
        lambda t, x: x.broadcast_to(2, 3, 4),
    ),
    "squeeze": ([(1, 3, 1)], lambda m, x: m.squeeze(x), lambda t, x: x.squeeze()),
    "squeeze axis": ([(1, 3, 1)], lambda m, x: m.squeeze(x, -1), lambda t, x: x.squeeze(-1)),
    "expand_dims": ([(3, 4)], lambda m, x: m.expand_dims(x, (0, -1)), lambda t, x: x[None, :, :, None]),
    "swapaxes": ([(2, 3, 4)], lambda m, x: m.swapaxes(x, 0, -1), lambda t, x: x.swapaxes(0, -1)),
    "moveaxis": (
        [(2, 3, 4)],
        lambda m, x: m.moveaxis(x, (0, 1), (-1, 0)),
        lambda t, x: x.movedim((0, 1), (-1, 0)),
    ),
    "flip": ([(3, 4)], lambda m, x: m.flip(x), lambda t, x: x.flip(0, 1)),
    "flip axis": ([(3, 4)], lambda m, x: m.flip(x, -1), lambda t, x: x.flip(1)),
    "roll": ([(3, 4)], lambda m, x: m.roll(x, 2), lambda t, x: x.roll(2)),
    "roll axes": ([(3, 4)], lambda m, x: m.roll(x, (1, -1), (0, 1)), lambda t, x: x.roll((1, -1), (0, 1))),
    "windows": (
        [(3, 4)],
        lambda m, x: m.sliding_window_view(x, (2, 3)),
        lambda t, x: x.unfold(0, 2, 1).unfold(1, 3, 1),
    ),
    "windows along": (
        [(2, 5, 3)],
        lambda m, x: m.sliding_window_view(x, 2, 1),
        lambda t, x: x.unfold(1, 2, 1),
    ),
    "windows as large": (
        [(3, 4)],
        lambda m, x: m.sliding_window_view(x, (4, 3), (1, 0)),
        lambda t, x: x.unfold(1, 4, 1).unfold(0, 3, 1),
    ),
    "repeat": ([(3, 4)], lambda m, x: m.repeat(x, 2, axis=1), lambda t, x: x.repeat_interleave(2, 1)),
    "repeat each": (
        [(3, 4)],
        lambda m, x: m.repeat(x, [2, 0, 1], axis=0),
        lambda t, x: x.repeat_interleave(t.tensor([2, 0, 1]), 0),
    ),
    "repeat of all": ([(2, 2)], lambda m, x: m.repeat(x, 3), lambda t, x: x.repeat_interleave(3)),
    "tile": ([(2, 3)], lambda m, x: m.tile(x, (2, 1, 2)), lambda t, x: x.tile(2, 1, 2)),
    "tile fewer": ([(2, 3)], lambda m, x: m.tile(x, 2), lambda t, x: x.tile(2)),
    "pad": ([(2, 3)], lambda m, x: m.pad(x, 1), lambda t, x: t.nn.functional.pad(x, (1, 1, 1, 1))),
    "pad pairs": (
        [(2, 3)],
        lambda m, x: m.pad(x, ((0, 1), (2, 0)), constant_values=2.5),
        lambda t, x: t.nn.functional.pad(x, (2, 0, 0, 1), value=2.5),
    ),
    "pad reflect": (
        [(2, 4)],
        lambda m, x: m.pad(x, ((0, 0), (3, 2)), "reflect"),
        lambda t, x: t.nn.functional.pad(x, (3, 2), "reflect"),
    ),
    "pad edge": (
        [(2, 4)],
        lambda m, x: m.pad(x, ((0, 0), (3, 2)), "edge"),
        lambda t, x: t.nn.functional.pad(x, (3, 2), "replicate"),
    ),
    "pad wrap": (
        [(2, 4)],
        lambda m, x: m.pad(x, ((0, 0), (3, 2)), "wrap"),
        lambda t, x: t.nn.functional.pad(x, (3, 2), "circular"),
    ),
    "pad symmetric": (
        [(4,)],
        lambda m, x: m.pad(x, 2, "symmetric"),
        lambda t, x: t.cat([x[:2].flip(0), x, x[2:].flip(0)]),
    ),
    "split": (
        [(6, 2)],
        lambda m, x: m.split(x, 3)[1] * m.split(x, 3)[2],
        lambda t, x: x.chunk(3)[1] * x.chunk(3)[2],
    ),
    "split at": (
        [(3, 5)],
        lambda m, x: m.split(x, [1, 3], axis=1)[1],
        lambda t, x: t.tensor_split(x, (1, 3), 1)[1],
    ),
    "tril": ([(3, 4)], lambda m, x: m.tril(x, 1), lambda t, x: x.tril(1)),
    "triu": ([(2, 3, 3)], lambda m, x: m.triu(x, -1), lambda t, x: x.triu(-1)),
    "take_along_axis": (
        [(3, 4)],
        lambda m, x: m.take_along_axis(x, INDEX, axis=1),
        lambda t, x: t.take_along_dim(x, t.tensor(INDEX), 1),
    ),
    "take_along_axis of a row": (
        [(3, 4)],
        lambda m, x: m.take_along_axis(x, np.array([[1, -1]]), axis=-1),
        lambda t, x: t.take_along_dim(x, t.tensor([[1, 3]]), 1),
    ),
    "put": ([(3, 4), (4,)], lambda m, x, y: m.put(x, 1, y), lambda t, x, y: assigned(t, x, 1, y)),
    "put by a mask": (
        [(3, 4), (6,)],
        lambda m, x, y: m.put(x, MASK, y),
        lambda t, x, y: assigned(t, x, t.tensor(MASK), y),
    ),
    "put of one": (
        [(3, 4), ()],
        lambda m, x, y: m.put(x, (slice(None), [0, 2]), y),
        lambda t, x, y: assigned(t, x, (slice(None), [0, 2]), y),
    ),
    "outer": ([(3,), (2, 2)], lambda m, x, y: m.outer(x, y), lambda t, x, y: t.outer(x, y.flatten())),
    "matmul": ([(2, 3), (3, 4)], lambda m, x, y: m.matmul(x, y), lambda t, x, y: x @ y),
    "clip": ([(3, 4)], lambda m, x: m.clip(x, -0.5, 0.7), lambda t, x: x.clamp(-0.5, 0.7)),
    "clip below": ([(3, 4)], lambda m, x: m.clip(x, 0.1, None), lambda t, x: x.clamp(min=0.1)),
    "clip above": ([(3, 4)], lambda m, x: m.clip(x, None, 0.1), lambda t, x: x.clamp(max=0.1)),
    "clip by arrays": (
        [(3, 4), (4,), (3, 1)],
        lambda m, x, y, z: m.clip(x, y, z),
        lambda t, x, y, z: t.clamp(*t.broadcast_tensors(x, y, z)),
    ),
    "round": ([(3, 4)], lambda m, x: m.round(x) * x, lambda t, x: x.round() * x),
    "round decimals": ([(3, 4)], lambda m, x: m.round(x, 1) * x, lambda t, x: x.round(decimals=1) * x),
    **{
        f"einsum {spec}": (
            shapes,
            lambda m, *xs, spec=spec: m.einsum(spec, *xs),
            lambda t, *xs, spec=spec: t.einsum(spec, *xs),
        )
        for spec, *shapes in (
            ("ij,jk->ik", (2, 3), (3, 4)),
            ("ij,jk", (2, 3), (3, 4)),
            ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
            ("ii->i", (3, 3)),
            ("ii", (3, 3)),
            ("ii->", (3, 3)),
            ("ij->", (2, 3)),
            ("ij->j", (2, 3)),
            ("ba", (2, 3)),
            ("ij,ij->i", (2, 3), (2, 3)),
            ("i,j->ij", (2,), (3,)),
            ("...ij,jk->...ik", (4, 2, 3), (3, 2)),
            ("...i,...i->...", (2, 3), (3,)),
            ("i...,i->...", (3, 2), (3,)),
            ("ij,jk,kl->il", (2, 3), (3, 2), (2, 2)),
            ("iij,j->i", (2, 2, 3), (3,)),
            ("bhqd,bhkd->bhqk", (2, 1, 3, 2), (2, 1, 3, 2)),
            ("ij , j -> i", (2, 3), (3,)),
            ("...", (2, 3)),
            (",ij", (), (2, 2)),
            ("ij,k->j", (2, 3), (2,)),
            ("iji->j", (2, 3, 2)),
        )
    },
}


def drawn(name, dtype=float):
    rng = np.random.default_rng(5)
    return [np.asarray(rng.normal(size=shape), dtype) for shape in CASES[name][0]]


@pytest.mark.parametrize("name", CASES)
def test_values_are_numpys_and_gradients_pytorchs(name, torch):
    _, fn, theirs = CASES[name]
    arrays = drawn(name)
    tensors, leaves = [Tensor(a) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]
    ours, expected = fn(autograd, *tensors), theirs(torch, *leaves)
    reference = fn(NumPy(), *arrays)
    assert ours.shape == np.shape(reference) == tuple(expected.shape)
    np.testing.assert_allclose(ours.data, reference, rtol=1e-13, atol=1e-15)
    on_arrays = fn(autograd, *arrays)
    assert isinstance(on_arrays, (np.ndarray, np.generic))
    np.testing.assert_array_equal(on_arrays, ours.data)

    upstream = np.random.default_rng(6).normal(size=ours.shape)
    ours.backward(upstream)
    slopes = torch.autograd.grad(expected, leaves, torch.tensor(upstream), create_graph=True)
    for tensor, slope in zip(tensors, slopes):
        np.testing.assert_allclose(tensor.grad, slope.detach().numpy(), rtol=1e-11, atol=1e-13)

    weights = [np.random.default_rng(7).normal(size=a.shape) for a in arrays]
    again = gradients(ours, tensors, create_graph=True, gradient=upstream)
    total = sum((slope * w).sum() for slope, w in zip(again, weights))
    other = sum((slope * torch.tensor(w)).sum() for slope, w in zip(slopes, weights))
    second = [None] * len(leaves)
    if other.requires_grad:
        second = torch.autograd.grad(other, leaves, allow_unused=True)
    for mine, each in zip(gradients(total, tensors), second):
        np.testing.assert_allclose(
            mine, 0.0 if each is None else each.numpy(force=True), rtol=1e-10, atol=1e-11
        )


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", [ValueArray, np.ndarray])
def test_on_arrays_of_values_it_is_the_scalar_graph(name, kind):
    _, fn, _ = CASES[name]
    arrays = drawn(name)
    tensors, nodes = [Tensor(a) for a in arrays], [values(a) for a in arrays]
    theirs, ours = fn(autograd, *tensors), fn(autograd, *[each.view(kind) for each in nodes])
    assert np.shape(ours) == theirs.shape
    ours = np.array(ours, object) if isinstance(ours, Value) else ours
    assert all(isinstance(each, Value) for each in ours.ravel())
    np.testing.assert_allclose(numbers(ours), theirs.data, rtol=1e-12, atol=1e-14)
    upstream = np.random.default_rng(6).normal(size=theirs.shape)
    autograd.sum([each * share for each, share in zip(ours.ravel(), upstream.ravel())]).backward()
    theirs.backward(upstream)
    for node, tensor in zip(nodes, tensors):
        found = np.zeros(tensor.shape) if node.grad is None else node.grad
        np.testing.assert_allclose(found, tensor.grad, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_the_dtype_is_kept(name, dtype):
    _, fn, _ = CASES[name]
    tensors = [Tensor(a) for a in drawn(name, dtype)]
    out = fn(autograd, *tensors)
    out.backward(np.ones(out.shape))
    assert out.dtype == dtype and all(tensor.grad.dtype == dtype for tensor in tensors)
    assert fn(autograd, *drawn(name, dtype)).dtype == dtype


@pytest.mark.parametrize("name", CASES)
def test_the_layout_in_memory_makes_no_difference(name):
    _, fn, _ = CASES[name]
    arrays = drawn(name)
    expected = fn(autograd, *arrays)
    for order in (lambda a: a.T.copy().T, lambda a: np.repeat(a, 2, axis=-1)[..., ::2] if a.ndim else a):
        tensors = [Tensor(order(a)) for a in arrays]
        out = fn(autograd, *tensors)
        np.testing.assert_allclose(out.data, expected, rtol=1e-14, atol=1e-15)
        out.backward(np.ones(out.shape))


def test_every_method_of_an_array_is_used_in_these_tests():
    methods = {
        name: each for name, each in vars(ArrayMethods).items() if hasattr(autograd, name) and name[0] != "_"
    }
    source = inspect.getsource(inspect.getmodule(test_the_dtype_is_kept))
    for name, method in methods.items():
        assert re.search(rf"\b(m|autograd|x|each)\.{name}\(", source), name
        assert getattr(Tensor, name) is method
        assert name in ("sum", *SOFTMAX) or getattr(autograd, name) is method  # those take lists first


# Zeros, ties, and what is not there.


def derivatives(fn, data, create_graph=False):
    x = Tensor(data)
    if not create_graph:
        return gradients(fn(x).sum(), x)
    slope = gradients(fn(x).sum(), x, create_graph=True)
    return slope.data, gradients((slope * slope).sum(), x)


def torchs(torch, fn, data):
    x = torch.tensor(data, requires_grad=True)
    (slope,) = torch.autograd.grad(fn(x).sum(), x, create_graph=True)
    if not slope.requires_grad:
        return slope.detach().numpy(force=True), np.zeros(np.shape(data))
    return slope.detach().numpy(), torch.autograd.grad((slope * slope).sum(), x)[0].numpy(force=True)


@pytest.mark.parametrize("zeros", [(), (0,), (4,), (0, 3), (1, 2, 3), (0, 1, 2, 3, 4)])
@np.errstate(all="raise")
def test_a_product_with_zeros(zeros, torch):
    data = np.array([2.0, -3.0, 0.5, 4.0, -1.5])
    data[list(zeros)] = 0.0
    for found, expected in zip(derivatives(autograd.prod, data, True), torchs(torch, torch.prod, data)):
        np.testing.assert_allclose(found, expected, rtol=1e-13)
    x = values(data)
    autograd.prod(x).backward()
    np.testing.assert_allclose(x.grad, derivatives(autograd.prod, data), rtol=1e-13)


@pytest.mark.parametrize("size", range(8))
def test_a_product_of_any_length(size):
    data = np.arange(1.0, 1.0 + 2 * size).reshape(2, size)
    others = [[np.prod(np.delete(row, i)) for i in range(size)] for row in data]
    np.testing.assert_allclose(derivatives(lambda x: x.prod(axis=1), data), np.reshape(others, data.shape))


@np.errstate(all="raise")
def test_norms_where_there_is_no_slope_and_of_what_no_float_can_square(torch):
    data = np.array([[0.0, 0.0], [3.0, -4.0], [1e200, 1e200], [1e-200, -1e-200], [5e-324, 0.0]])
    norm = autograd.norm(data, axis=1)
    assert norm.tolist() == [
        0.0,
        5.0,
        *(pytest.approx(2**0.5 * x, rel=1e-15) for x in (1e200, 1e-200)),
        5e-324,
    ]
    half = 2**-0.5
    expected = [[0.0, 0.0], [0.6, -0.8], [half, half], [half, -half], [1.0, 0.0]]
    np.testing.assert_allclose(derivatives(lambda x: x.norm(axis=1), data), expected, rtol=1e-15)
    for fn, theirs in (
        (lambda x: x.norm(), torch.linalg.vector_norm),
        (lambda x: x.norm(1), lambda x: torch.linalg.vector_norm(x, 1)),
        (lambda x: x.norm(np.inf), lambda x: torch.linalg.vector_norm(x, float("inf"))),
        (lambda x: x.std(), lambda x: torch.std(x, correction=0)),
    ):
        for flat in ([0.0, 0.0, 0.0], [2.0, -2.0, 1.0]):
            for found, slope in zip(derivatives(fn, flat, True), torchs(torch, theirs, flat)):
                known = np.isfinite(slope)  # PyTorch's second derivative of std at 0 is nan
                np.testing.assert_allclose(found[known], slope[known], rtol=1e-12, atol=1e-15)
                assert np.isfinite(found).all()
    assert derivatives(lambda x: x.std(), [7.0, 7.0]).tolist() == [0.0, 0.0]
    x = values([[0.0, 0.0], [3.0, -4.0]])
    autograd.norm(x, axis=1).sum().backward()
    np.testing.assert_allclose(x.grad, [[0.0, 0.0], [0.6, -0.8]], rtol=1e-15)
    for flat in (lambda x: autograd.norm(x[0]), lambda x: autograd.std(x[0]), lambda x: np.std(x[0])):
        x.zero_grad()
        flat(x).backward()
        assert x.grad.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_empty_norms_and_one_element():
    assert autograd.norm(Tensor(np.zeros(0))).item() == 0.0
    assert autograd.norm(Tensor(np.zeros((2, 0))), axis=1).data.tolist() == [0.0, 0.0]
    assert np.isnan(autograd.norm(np.array([1.0, np.nan]))) and autograd.norm([np.inf, 1.0]) == np.inf
    assert derivatives(lambda x: x.norm(axis=0), [[-2.0]]).tolist() == [[-1.0]]


def test_sorting_is_stable_and_nan_comes_last(torch):
    x = Tensor([2.0, 1.0, 2.0, 1.0, 1.0])
    order = x.argsort()
    assert order.tolist() == [1, 3, 4, 0, 2]
    (x.sort() * np.arange(5.0)).sum().backward()
    assert x.grad.tolist() == [3.0, 0.0, 4.0, 1.0, 2.0]
    leaf = torch.tensor(x.data, requires_grad=True)
    (leaf.sort(stable=True).values * torch.arange(5.0)).sum().backward()
    np.testing.assert_array_equal(x.grad, leaf.grad.numpy())
    assert np.isnan(autograd.sort([np.nan, 1.0])[1])
    assert autograd.argsort([[3.0, 1.0], [0.0, 2.0]], axis=None).tolist() == [2, 1, 3, 0]
    assert autograd.argsort(x.data.reshape(1, 5), axis=0).tolist() == [[0] * 5]


def test_what_an_index_names_twice_is_put_once():
    x, y = Tensor([1.0, 2.0, 3.0]), Tensor([10.0, 20.0, 30.0])
    out = x.put(PLACES, y)
    expected = x.data.copy()
    expected[PLACES] = y.data
    assert out.data.tolist() == expected.tolist() == [20.0, 2.0, 30.0]
    out.sum().backward()
    assert x.grad.tolist() == [0.0, 1.0, 0.0] and y.grad.tolist() == [0.0, 1.0, 1.0]
    assert x.data.tolist() == [1.0, 2.0, 3.0]
    v = Value(7.0)
    found = autograd.put(x.data, 1, v)
    assert isinstance(found, ValueArray) and found[1] is v
    assert autograd.put([1.0, 2.0], [], 5.0).tolist() == [1.0, 2.0]
    assert autograd.put(np.ones(2, np.float32), 0, 0.1).dtype == np.float32
    assert autograd.put(np.zeros((2, 2)), x[:2] > 1, 5.0).tolist() == [[0.0, 0.0], [5.0, 5.0]]


def test_clipping_at_the_bounds(torch):
    data = [-1.0, -0.5, 0.0, 0.5, 1.0]
    expected = torchs(torch, lambda x: x.clamp(-0.5, 0.5), data)[0]
    np.testing.assert_array_equal(derivatives(lambda x: x.clip(-0.5, 0.5), data), expected)
    for bounds in ((-0.5, None), (None, 0.5)):
        low, high = (None if bound is None else torch.tensor(bound) for bound in bounds)
        expected = torchs(torch, lambda x, low=low, high=high: torch.clamp(x, low, high), data)[0]
        np.testing.assert_array_equal(derivatives(lambda x, bounds=bounds: x.clip(*bounds), data), expected)
        for number, slope in zip(data, expected):
            x = Value(number)
            x.clip(*bounds).backward()
            assert x.grad == slope
    assert autograd.clip(np.array([1, 5]), None, 3).dtype == int
    assert autograd.clip(np.uint8([1, 5]), 2).tolist() == [2, 5]
    assert Value(2.0).clip(high=1.0).data == autograd.clip(2.0, 0.0, 1.0) == 1.0


def test_rounding_of_every_kind():
    numbers_ = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.125, 1e15 + 0.5, 1e300, -7.0]
    for name in ("round", "floor", "ceil"):
        row, theirs = getattr(autograd, name), getattr(np, name)
        assert row(np.array(numbers_)).tolist() == theirs(numbers_).tolist()
        assert [row(Value(x)).data for x in numbers_] == theirs(numbers_).tolist()
        assert row(np.inf) == np.inf and row(-np.inf) == -np.inf
        assert row(Tensor(numbers_)).data.tolist() == theirs(numbers_).tolist()
        assert getattr(Tensor(numbers_), name)().sum().requires_grad
    for decimals in (-2, 1, 2):
        assert autograd.round(np.array([123.456, -0.05]), decimals).tolist() == (
            np.round([123.456, -0.05], decimals).tolist()
        )
        assert Value(123.456).round(decimals).data == np.round(123.456, decimals)


# Reductions: axes, precision.

REDUCTIONS = ["sum", "mean", "var", "std", "max", "min", "prod", "norm"]


@pytest.mark.parametrize("name", REDUCTIONS)
def test_a_single_number_over_its_last_axis(name, torch):
    theirs = {"max": "amax", "min": "amin"}.get(name, name)
    for axis in (0, -1, None, (0,), ()):
        x = Tensor(2.5)
        out = getattr(x, name)(axis=axis)
        assert out.shape == () and out.item() == (0.0 if name in ("var", "std") else 2.5)
        out.backward()
        if axis in (0, -1) and name != "norm":
            settings = {"correction": 0} if name in ("var", "std") else {}
            leaf = torch.tensor(2.5, requires_grad=True)
            getattr(torch, theirs)(leaf, axis, **settings).backward()
            assert x.grad == np.nan_to_num(leaf.grad.item())
    with pytest.raises(ValueError, match=f"{name}: axis is 1; expected an axis from -1 to 0"):
        getattr(Tensor(2.5), name)(axis=1)


SOFTMAX = ["softmax", "log_softmax", "logsumexp"]


@pytest.mark.parametrize("name", SOFTMAX)
def test_a_softmax_of_a_single_number(name, torch):
    for axis in (0, -1):
        x, leaf = Tensor(2.5), torch.tensor(2.5, requires_grad=True)
        out, expected = getattr(x, name)(axis=axis), getattr(torch, name)(leaf, axis)
        assert out.shape == () and out.item() == expected.item()
        out.backward()
        assert x.grad == torch.autograd.grad(expected, leaf)[0].item()


@pytest.mark.parametrize("name", [*REDUCTIONS, "argmax", "argmin", "any", "all"])
def test_a_list_of_axes_and_a_single_one(name):
    data = np.random.default_rng(0).uniform(0.5, 1.5, (2, 3, 4))
    fn = getattr(autograd, name)
    if not name.startswith("arg"):
        for axes in ([0, 1], (0, 1), [-1], (2, -3)):
            expected = getattr(NumPy(), name)(data, axis=tuple(axes))
            np.testing.assert_allclose(fn(data, axis=axes), expected, rtol=1e-13)
            assert np.shape(getattr(Tensor(data), name)(axis=axes)) == expected.shape
    for axis in (0, -1):
        expected = getattr(NumPy(), name)(data, axis=axis, keepdims=True)
        np.testing.assert_allclose(fn(data, axis=axis, keepdims=True), expected, rtol=1e-13)


def test_half_precision_is_added_up_in_single(torch):
    rng = np.random.default_rng(0)
    many = rng.uniform(0, 1, 70_000).astype(np.float16)
    near_100 = (100 + rng.normal(size=(3, 1000))).astype(np.float16)
    for data, name, settings in (
        (many, "sum", {}),
        (many, "mean", {}),
        (near_100, "var", {"axis": 1}),
        (near_100, "std", {"axis": 1}),
        (near_100, "mean", {"axis": 0}),
        (near_100, "norm", {"axis": 1}),
    ):
        tensor, leaf = Tensor(data), torch.tensor(data, requires_grad=True)
        exact = torch.tensor(data.astype(float), requires_grad=True)
        changes = {"correction": 0} if name in ("var", "std") else {}
        if "axis" in settings:
            changes["dim"] = settings["axis"]
        ours = getattr(tensor, name)(**settings)
        theirs, truth = (getattr(torch, name)(each, **changes) for each in (leaf, exact))
        assert ours.dtype == np.float16
        np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-3)
        np.testing.assert_allclose(ours.data, truth.detach().numpy(), rtol=1e-3)
        ours.mean().backward()
        truth.mean().backward()
        np.testing.assert_allclose(tensor.grad, exact.grad.numpy(), rtol=2e-3, atol=6e-8)
        again = gradients(ours.mean(), tensor, create_graph=True)
        np.testing.assert_array_equal(again.data, tensor.grad)
    ones = Tensor(np.ones(70_000, np.float16))
    for out, expected in (
        (ones[:60_000].cumsum()[-1], 60_000),
        (ones.mean(), 1.0),
        (autograd.logsumexp(ones), 1 + np.log(70_000)),
        (autograd.softmax(ones).sum(), 1.0),
        (autograd.log_softmax(ones).mean(), -np.log(70_000)),
    ):
        assert out.item() == pytest.approx(expected, rel=3e-2)
    bias = Tensor(np.zeros(1, np.float16))
    ((bias + many) * np.float16(0.25)).sum().backward()
    assert bias.grad.item() == np.float16(17_500)
    (Tensor(np.full((2, 70_000), 300.0, np.float16), False) * bias).mean().backward()
    assert np.isfinite(bias.grad).all()


def test_moments_of_numbers_far_from_0():
    x = Tensor(np.float16([[99.0, 101.0], [200.0, 202.0]]))
    assert x.var(axis=1).data.tolist() == x.std(axis=1).data.tolist() == [1.0, 1.0]
    assert x.var(axis=1).dtype == np.float16


# Shapes that are easily forgotten.

OF_ANY_SHAPE = {
    "sum": lambda m, x: m.sum(x),
    "prod": lambda m, x: m.prod(x),
    "cumsum": lambda m, x: m.cumsum(x),
    "sort": lambda m, x: m.sort(x, axis=None),
    "flip": lambda m, x: m.flip(x),
    "roll": lambda m, x: m.roll(x, 1),
    "repeat": lambda m, x: m.repeat(x, 2),
    "tile": lambda m, x: m.tile(x, (2, 1, 1)),
    "squeeze": lambda m, x: m.squeeze(x),
    "expand_dims": lambda m, x: m.expand_dims(x, 0),
    "pad": lambda m, x: m.pad(x, 1),
    "outer": lambda m, x: m.outer(x, x),
    "clip": lambda m, x: m.clip(x, 0.0, 1.0),
    "round": lambda m, x: m.round(x),
    "norm": lambda m, x: m.norm(x),
    "reshape": lambda m, x: m.reshape(x, (-1, 1)) if x.size else x,
    "transpose": lambda m, x: m.transpose(x),
    "any": lambda m, x: m.any(x),
    "all": lambda m, x: m.all(x),
    "einsum": lambda m, x: m.einsum("...->...", x),
    "argsort": lambda m, x: m.argsort(x, axis=None, **STABLE[m]),
    "isnan": lambda m, x: m.isnan(x),
    "moveaxis": lambda m, x: m.moveaxis(x, (), ()),
}
STABLE = {autograd: {}, np: {"kind": "stable"}}


@pytest.mark.parametrize("name", OF_ANY_SHAPE)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (1, 1), (0, 3), (2, 0, 1), (1, 3, 1)])
def test_awkward_shapes(name, shape):
    fn = OF_ANY_SHAPE[name]
    data = np.random.default_rng(0).normal(size=shape)
    data = np.asarray(data)
    reference = np.linalg.vector_norm(data) if name == "norm" else fn(np, data)
    x = Tensor(data)
    out = fn(autograd, x)
    assert out.shape == np.shape(reference)
    np.testing.assert_allclose(out.data if isinstance(out, Tensor) else out, reference, rtol=1e-13)
    if isinstance(out, Tensor):
        out.backward(np.ones(out.shape))
        assert x.grad.shape == shape
        again = gradients(fn(autograd, x), x, create_graph=True, gradient=np.ones(out.shape))
        np.testing.assert_array_equal(again.data, x.grad)


def test_parts_of_empty_arrays_and_of_none():
    assert [part.shape for part in autograd.split(Tensor(np.zeros((0, 2))), 2)] == [(0, 2), (0, 2)]
    assert [part.shape for part in autograd.split(np.zeros(3), [])] == [(3,)]
    assert autograd.split(np.zeros(3), [5])[1].shape == (0,)
    assert autograd.tril(np.zeros((0, 2))).shape == (0, 2)
    assert autograd.take_along_axis(Tensor(np.zeros((2, 3))), np.zeros((2, 0), int)).shape == (2, 0)
    with pytest.raises(ValueError, match=r"max: x is empty, with shape \(0, 3\)"):
        Tensor(np.zeros((0, 3))).max()
    assert Tensor(np.zeros((0, 3))).max(axis=1).shape == (0,)
    with pytest.raises(ValueError, match="argmin: x is empty"):
        autograd.argmin([])


def test_questions_have_no_gradient():
    x = Tensor([[3.0, 0.0, 5.0], [1.0, 2.0, 0.0]])
    assert (
        x.argmax() == 2
        and x.argmin(axis=1).tolist() == [1, 2]
        and x.argmax(axis=0, keepdims=True).shape == (1, 3)
    )
    assert x.any() and not x.all() and x.all(axis=0).tolist() == [True, False, False]
    assert x.any(axis=1, keepdims=True).tolist() == [[True], [True]] and x.isnan().dtype == bool
    assert x.tolist() == [[3.0, 0.0, 5.0], [1.0, 2.0, 0.0]] and type(Tensor(2.0).tolist()) is float
    copied = x.copy()
    copied.data[0, 0] = 9.0
    assert x.data[0, 0] == 3.0 and copied.parents == () and copied.requires_grad
    assert not Tensor([1, 2]).copy().requires_grad and not autograd.isnan(Value(1.0))
    v = values([2.0, 0.0, 1.0])
    assert autograd.argmax(v) == 0 and autograd.argmin(v) == 1 and autograd.argsort(v).tolist() == [1, 2, 0]
    assert autograd.any(v) and not autograd.all(v) and not autograd.isnan(v).any()


def test_lists_are_arrays():
    assert autograd.mean([1.0, 2.0]) == 1.5 and autograd.flip([[1, 2]]).tolist() == [[2, 1]]
    a, b = Value(1.0), Value(3.0)
    out = autograd.var([a, b]) * autograd.max([a, b]) + autograd.prod([a, b, 2.0])
    out.backward()
    assert out.data == 9.0 and (a.grad, b.grad) == (-3.0 + 6.0, 3.0 + 1.0 + 2.0)


def test_what_reads_numbers_cannot_be_traced_and_the_rest_can():
    def fn(x):
        rows = autograd.reshape(values(x), (2, 2))
        return autograd.norm(rows) * autograd.prod(rows, axis=0).sum() + autograd.std(rows) * autograd.clip(
            x[0], 0.5
        )

    program = trace(fn, [1.0, 2.0, 3.0, 4.0])
    for xs in ([2.0, -1.0, 0.5, 3.0], [0.1, 0.2, 0.0, 1.0]):
        leaves = [Value(x) for x in xs]
        expected = fn(leaves)
        value, slopes = program.value_and_grad(xs)
        assert value == pytest.approx(expected.data, rel=1e-14)
        assert slopes.arguments[0] == pytest.approx(gradients(expected, leaves), rel=1e-13)
    for reading in (autograd.sort, autograd.argmax, autograd.any):
        with pytest.raises(autograd.TraceError, match="frozen into the program"):
            trace(lambda x, reading=reading: reading(values(x)), [1.0, 2.0])


# Errors.


@pytest.mark.parametrize(
    "name",
    [*REDUCTIONS, *SOFTMAX, "cumsum", "sort", "argsort", "argmax", "argmin", "any", "flip", "squeeze"],
)
@pytest.mark.parametrize("given", [7, -3, 1.5, "x", True, (0, 7), [None], np.nan])
def test_a_wrong_axis(name, given):
    for x in (np.ones((2, 3)), Tensor(np.ones((2, 3))), values(np.ones((2, 3)))):
        with pytest.raises((TypeError, ValueError), match=rf"{name}: axis is"):
            getattr(autograd, name)(x, axis=given)


WRONG = {
    "keepdims": (lambda x: x.sum(keepdims="x"), TypeError, "sum: keepdims is 'x'; expected True or False"),
    "keepdims of max": (lambda x: x.max(keepdims=1), TypeError, "max: keepdims is 1; expected True or False"),
    "axes twice": (
        lambda x: x.mean(axis=(0, -2)),
        ValueError,
        r"mean: axis is \(0, -2\); expected each axis once",
    ),
    "ddof nan": (lambda x: x.var(ddof=np.nan), ValueError, "var: ddof is nan; expected a finite number"),
    "ddof": (lambda x: x.std(ddof="1"), TypeError, "std: ddof is '1' of type str; expected a number"),
    "ord": (lambda x: x.norm(3), ValueError, "norm: ord is 3; expected 1, 2 or numpy.inf"),
    "ord text": (lambda x: x.norm("fro"), ValueError, "norm: ord is 'fro'"),
    "shape": (lambda x: x.reshape("ab"), TypeError, "reshape: a size of the shape is 'ab'"),
    "shape -2": (lambda x: x.reshape(-2, 3), ValueError, "reshape: a size of the shape is -2"),
    "axes": (
        lambda x: x.transpose(0, 0),
        ValueError,
        r"transpose: axes is \(0, 0\); expected each of the 2 axes once",
    ),
    "squeeze": (
        lambda x: x.squeeze(1),
        ValueError,
        r"squeeze: axis is 1; expected axes of size 1, in .*\(2, 3\)",
    ),
    "expand_dims": (
        lambda x: x.expand_dims(5),
        ValueError,
        "expand_dims: axis is 5; expected an axis from -3 to 2",
    ),
    "swapaxes": (lambda x: x.swapaxes(0, 2), ValueError, "swapaxes: axis2 is 2"),
    "moveaxis": (
        lambda x: x.moveaxis((0, 1), 0),
        ValueError,
        "moveaxis: destination is 0; expected as many axes",
    ),
    "roll": (lambda x: x.roll((1, 2), 0), ValueError, r"roll: shift is \(1, 2\)"),
    "roll text": (lambda x: x.roll("a", 0), TypeError, "roll: shift is 'a'; expected a whole number"),
    "windows": (
        lambda x: x.sliding_window_view(2),
        ValueError,
        "sliding_window_view: window_shape is 2; expected a size for each of the 2 axes",
    ),
    "windows too large": (
        lambda x: x.sliding_window_view((3, 1)),
        ValueError,
        r"window_shape is \(3, 1\); expected sizes that fit the array, of shape \(2, 3\)",
    ),
    "windows of nothing": (lambda x: x.sliding_window_view(0, 1), ValueError, "window_shape is 0"),
    "repeat": (
        lambda x: x.repeat([1, 2], axis=1),
        ValueError,
        r"repeat: repeats is \[1, 2\]; .* each of the 3",
    ),
    "repeat -1": (
        lambda x: x.repeat(-1),
        ValueError,
        "repeat: repeats is -1; expected a number of at least 0, or one for each of the 6",
    ),
    "tile": (lambda x: x.tile(1.5), TypeError, "tile: reps is 1.5"),
    "pad": (lambda x: x.pad(-1), ValueError, "pad: pad_width is -1; expected whole numbers, none below 0"),
    "pad shape": (
        lambda x: x.pad(((1, 1),) * 3),
        ValueError,
        "pad: pad_width is .* a pair for each of the 2 axes",
    ),
    "pad mode": (lambda x: x.pad(1, "mean"), ValueError, "pad: mode is 'mean'; expected 'constant', 'edge'"),
    "pad value": (
        lambda x: x.pad(1, constant_values="a"),
        TypeError,
        "pad: constant_values is 'a'; expected a Tensor, an array",
    ),
    "pad nothing": (lambda x: x[:0].pad(1, "edge"), ValueError, "pad: mode 'edge' has nothing to copy"),
    "split": (lambda x: x.split(2, axis=1), ValueError, "split: sections is 2; expected a divisor of 3"),
    "split 0": (
        lambda x: x.split(0),
        ValueError,
        "split: sections is 0; expected a whole number of at least 1",
    ),
    "tril": (lambda x: x[0].tril(), ValueError, "tril: x is .*; expected at least two axes"),
    "triu": (lambda x: x.triu(0.5), TypeError, "triu: k is 0.5"),
    "indices": (
        lambda x: x.take_along_axis(np.ones((2, 1))),
        TypeError,
        "take_along_axis: indices .* whole numbers",
    ),
    "indices far": (
        lambda x: x.take_along_axis([[3], [0]]),
        IndexError,
        "indices from 0 to 3, but axis 1 has 3",
    ),
    "indices shape": (
        lambda x: x.take_along_axis([0]),
        ValueError,
        r"take_along_axis: indices .* not the shape \(1,\)",
    ),
    "put index": (
        lambda x: x.put(7, 1.0),
        IndexError,
        r"put: the index 7 does not fit an array of shape \(2, 3\)",
    ),
    "put values": (
        lambda x: x.put(0, [1.0, 2.0]),
        ValueError,
        r"put: values has shape \(2,\); .* \(3,\)",
    ),
    "put dtype": (
        lambda x: x.astype(int).put(0, 1.5),
        TypeError,
        "put: values has dtype float64, and x has int64",
    ),
    "outer": (lambda x: x.outer("a"), TypeError, "outer: y is 'a'; expected a Tensor, an array"),
    "round": (lambda x: x.round(0.5), TypeError, "round: decimals is 0.5; expected a whole number"),
    "a Value": (
        lambda x: autograd.mean(Value(1.0)),
        TypeError,
        "mean: x is Value.1., one number; expected a Tensor",
    ),
    "nothing": (lambda x: autograd.prod(None), TypeError, "prod: x is None; expected a Tensor, an array"),
    "ragged": (
        lambda x: autograd.flip([[1.0], [1.0, 2.0]]),
        TypeError,
        "flip: x is ..1.0., .1.0, 2.0..; expected a Tensor, an array, or nested",
    ),
    "Tensors": (
        lambda x: autograd.mean([x, x]),
        TypeError,
        "mean: x is .*autograd.stack makes one Tensor of a list",
    ),
    "einsum text": (lambda x: autograd.einsum(3, x), TypeError, "einsum: subscripts is 3; expected a string"),
    "einsum count": (
        lambda x: autograd.einsum("ij,jk", x),
        ValueError,
        "einsum: the subscripts 'ij,jk' are for 2 operands, but 1",
    ),
    "einsum axes": (
        lambda x: autograd.einsum("i", x),
        ValueError,
        r"einsum: 'i' in 'i' does not fit .* \(2, 3\)",
    ),
    "einsum letter": (
        lambda x: autograd.einsum("ij->ik", x),
        ValueError,
        "einsum: the result of 'ij->ik' has .*'k'",
    ),
    "einsum twice": (
        lambda x: autograd.einsum("ij->ii", x),
        ValueError,
        "einsum: the result of .* each once",
    ),
    "einsum sign": (
        lambda x: autograd.einsum("i1", x),
        ValueError,
        "einsum: 'i1' has 'i1'; expected a letter",
    ),
    "einsum sizes": (
        lambda x: autograd.einsum("ij,ij", x, x.T),
        ValueError,
        "einsum: operands of .* 2 and 3 long",
    ),
    "einsum diagonal": (
        lambda x: autograd.einsum("ii", x),
        ValueError,
        "einsum: operands of .* 2 and 3 long",
    ),
    "einsum dots": (
        lambda x: autograd.einsum("...j->j", x),
        ValueError,
        "einsum: .* has ... on the left only",
    ),
    "einsum nothing": (lambda x: autograd.einsum("ij"), TypeError, "einsum: got no operands"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_named(name):
    attempt, kind, says = WRONG[name]
    with pytest.raises(kind, match=says):
        attempt(Tensor(np.ones((2, 3))))


@pytest.mark.parametrize("kind", [Tensor, values])
@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("put")])
def test_numpys_own_functions_are_these(name, kind):
    """Called with nodes, NumPy hands over to the function of its name."""
    _, fn, _ = CASES[name]
    arrays = drawn(name)
    out = fn(NumPy(), *map(kind, arrays))
    assert isinstance(out, (Tensor, Value, ValueArray))
    found = out.data if isinstance(out, (Tensor, Value)) else numbers(out)
    np.testing.assert_allclose(found, fn(NumPy(), *arrays), rtol=1e-12, atol=1e-14)


def test_numpys_functions_that_write_are_refused():
    x = Tensor(np.ones((2, 2)))
    for write in (
        lambda: np.put(x, 0, 2.0),
        lambda: np.copyto(x, 0.0),
        lambda: np.fill_diagonal(x, 2.0),
        lambda: np.put_along_axis(x, np.array([[0], [1]]), 2.0, 1),
    ):
        with pytest.raises(TypeError, match=r"writes into its array, .*: use autograd.put or autograd.where"):
            write()
    assert x.data.all()


def test_an_array_of_values_asks_about_its_numbers():
    x = values([[0.0, 2.0], [3.0, -1.0]])
    assert not x.all() and x.any() and not np.all(x) and np.any(x[0]) and np.count_nonzero(x) == 3
    assert [each.tolist() for each in x.nonzero()] == [[0, 1, 1], [1, 0, 1]] and np.allclose(x, x.data)
    assert x.argmax(axis=1).tolist() == [1, 0] and np.argmin(x) == 3 and type(np.argsort(x)) is np.ndarray
    assert x.round(1).data.tolist() == np.around(x).data.tolist() == x.data.tolist()


def test_values_and_tensors_do_not_mix():
    v, t = values([1.0, 2.0]), Tensor([1.0, 2.0])
    for attempt in (
        lambda: autograd.outer(v, t),
        lambda: autograd.matmul(t, v),
        lambda: autograd.put(v, 0, t[0]),
        lambda: autograd.einsum("i,i", v, t),
    ):
        with pytest.raises(TypeError, match=r"^\w+: got a Tensor beside Values as [\w ]+; they do not mix"):
            attempt()
    with pytest.raises(ValueError, match="put: got nan beside Values as x and values, which are never nan"):
        autograd.put(v, 0, np.nan)


def test_an_array_of_values_has_the_methods_of_a_tensor():
    data = [[1.0, 2.0], [3.0, 4.0]]
    x, t = values(data), Tensor(data)
    for call in (
        lambda x: x.norm(axis=0),
        lambda x: x.flip(1),
        lambda x: x.tril(),
        lambda x: x.expand_dims(0).moveaxis(0, 1),
        lambda x: x.pad(1).roll(1, 0),
        lambda x: x.softmax(axis=1).log_softmax(),
        lambda x: x.std(axis=0) * x.take_along_axis(np.array([[0], [1]])),
        lambda x: x.outer(x).split(2)[1].tile(2),
        lambda x: x.cumsum(axis=1).clip(2.0, 6.0).prod(axis=0),
        lambda x: x.broadcast_to(2, 2, 2).squeeze().swapaxes(0, 1).logsumexp(axis=0),
    ):
        ours, theirs = call(x), call(t)
        np.testing.assert_allclose(ours.data, theirs.data, rtol=1e-13)
        assert all(isinstance(each, Value) for each in ours.ravel())
