"""Gradient clipping beside PyTorch's, at the extremes, and where there is nothing to clip."""

import math

import numpy as np
import pytest

import nn
from autograd import Tensor, Value

SHAPES = [(3, 4), (5,), (), (0, 2)]


def pair(torch, values, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    ours, theirs = [], []
    for shape in SHAPES:
        grad = scale * rng.standard_normal(shape)
        their_parameter = torch.nn.Parameter(torch.zeros(shape))
        their_parameter.grad = torch.tensor(grad)
        theirs.append(their_parameter)
        mine = [Value(0.0) for _ in range(grad.size)] if values else [Tensor(np.zeros(shape))]
        for parameter, g in zip(mine, np.ravel(grad).tolist() if values else [np.asarray(grad)]):
            parameter.grad = g
        ours += mine
    idle = torch.nn.Parameter(torch.zeros(2))  # without a gradient
    return [*ours, Tensor(np.zeros(2)), Value(0.0)], [*theirs, idle]


def flat(grads):
    return np.concatenate([np.ravel(grad) for grad in grads if grad is not None])


@pytest.mark.parametrize("values", [False, True])
@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.5, 0.5, math.inf])
@pytest.mark.parametrize("max_norm", [0.0, 0.1, 4.0, 1000.0])
def test_by_norm_as_pytorch(torch, values, norm_type, max_norm):
    ours, theirs = pair(torch, values)
    norm = nn.clip_grad_norm(ours, max_norm, norm_type)
    if norm_type == math.inf:
        theirs = [p for p in theirs if p.numel()]  # PyTorch knows no largest of none
    their_norm = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    assert norm == pytest.approx(their_norm.item(), rel=1e-12)
    np.testing.assert_allclose(
        flat(p.grad for p in ours), flat(p.grad for p in theirs), rtol=1e-12, atol=1e-300
    )


@pytest.mark.parametrize("values", [False, True])
@pytest.mark.parametrize("clip_value", [0.0, 0.3, 1000.0])
def test_by_value_as_pytorch(torch, values, clip_value):
    ours, theirs = pair(torch, values)
    nn.clip_grad_value(ours, clip_value)
    torch.nn.utils.clip_grad_value_(theirs, clip_value)
    assert flat(p.grad for p in ours).tolist() == flat(p.grad for p in theirs).tolist()


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e200, 1e308])
def test_a_norm_whose_squares_are_no_floats(size):
    """By the closed form: two equal gradients have sqrt(2) times the norm of one."""
    a, b = Value(0.0), Tensor(np.zeros(1))
    a.grad, b.grad = size, np.array([-size])
    assert nn.clip_grad_norm([a, b], max_norm=1.0) == pytest.approx(size * math.sqrt(2), rel=1e-3)
    expected = size if size < 1 else math.sqrt(0.5)
    assert (a.grad, b.grad[0]) == pytest.approx((expected, -expected), rel=1e-6)


def test_what_is_short_enough_is_not_touched_and_float32_stays_float32():
    w = Tensor(np.zeros(2, np.float32))
    w.grad = before = np.array([3, 4], np.float32)
    nn.clip_grad_norm([w], 5.1)
    assert w.grad is before and w.grad.tolist() == [3, 4]
    nn.clip_grad_norm([w], 0.5)
    assert w.grad.dtype == np.float32 and before.tolist() == [3, 4]
    assert np.linalg.norm(w.grad) <= 0.5
    nn.clip_grad_value([w], 0.2)
    assert w.grad.dtype == np.float32


def test_an_array_that_is_the_gradient_of_two_is_scaled_once():
    a, b = Tensor(np.zeros(2)), Tensor(np.zeros(2))
    a.grad = b.grad = np.array([3.0, 4.0])
    nn.clip_grad_norm([a, b], 1.0)
    np.testing.assert_allclose(a.grad, np.array([0.6, 0.8]) / math.sqrt(2), rtol=1e-5)
    np.testing.assert_allclose(b.grad, a.grad)


def test_nothing_to_clip():
    assert nn.clip_grad_norm([Value(1.0), Tensor([1.0])], 1.0) == 0.0
    assert nn.clip_grad_norm([], 1.0) == 0.0
    v = Value(1.0)
    v.grad = 0.0
    assert nn.clip_grad_norm([v], 0.0) == 0.0 and v.grad == 0.0
    nn.clip_grad_value([], 1.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_gradients_that_are_not_finite(bad):
    fine, broken = Value(1.0), Tensor([1.0, 2.0], label="broken")
    fine.grad, broken.grad = 5.0, np.array([1.0, bad])
    with pytest.raises(FloatingPointError, match="clip_grad_norm: .*broken.* inf or nan"):
        nn.clip_grad_norm([fine, broken], 1.0)
    assert fine.grad == 5.0
    if math.isnan(bad):
        with pytest.raises(FloatingPointError, match="clip_grad_value: .*broken.* nan"):
            nn.clip_grad_value([fine, broken], 1.0)
        assert fine.grad == 5.0
    else:
        nn.clip_grad_value([fine, broken], 1.0)
        assert broken.grad.tolist() == [1.0, math.copysign(1.0, bad)]


def test_finite_gradients_whose_norm_is_beyond_the_floats():
    w = Tensor(np.ones(4))
    w.grad = np.full(4, 1e308)  # norm 2e308
    assert nn.clip_grad_norm([w], 1.0) == math.inf
    np.testing.assert_allclose(w.grad, 0.5, rtol=1e-12)


def test_a_parameter_that_is_listed_twice_counts_once():
    a, b = Tensor([1.0]), Value(1.0)
    a.grad, b.grad = np.array([3.0]), 4.0
    assert nn.clip_grad_norm([a, b, a, b], 1.0) == pytest.approx(5.0)
    assert [a.grad.item(), b.grad] == pytest.approx([0.6, 0.8], rel=1e-5)


@pytest.mark.parametrize(
    "call, error, says",
    [
        (
            lambda: nn.clip_grad_norm(Value(1.0), 1.0),
            TypeError,
            "clip_grad_norm: parameters is Value.*; expected a list",
        ),
        (lambda: nn.clip_grad_value(3, 1.0), TypeError, "clip_grad_value: parameters is 3; expected a list"),
        (lambda: nn.clip_grad_norm([3], 1.0), TypeError, "parameter 0 is of type int"),
        (lambda: nn.clip_grad_norm([Value(1.0)], -1.0), ValueError, "max_norm is -1"),
        (lambda: nn.clip_grad_norm([Value(1.0)], math.nan), ValueError, "max_norm is nan"),
        (lambda: nn.clip_grad_norm([Value(1.0)], 1.0, 0), ValueError, "norm_type is 0"),
        (lambda: nn.clip_grad_value([Value(1.0)], "1"), TypeError, "clip_value is '1'"),
    ],
)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()
