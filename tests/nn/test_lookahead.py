"""Lookahead beside the paper's equations, with PyTorch's optimizer as the inner one."""

import math

import numpy as np
import pytest

import nn
from autograd import Tensor, Value

INNER = [("SGD", {"lr": 0.1, "momentum": 0.9}), ("Adam", {"lr": 0.1}), ("AdamW", {"lr": 0.1})]


@pytest.mark.parametrize("name, options", INNER)
@pytest.mark.parametrize("k, alpha", [(5, 0.5), (1, 0.5), (3, 0.8), (4, 1.0)])
@pytest.mark.parametrize("values", [False, True])
def test_a_hundred_steps_by_the_equations(torch, name, options, k, alpha, values):
    """The paper's two loops, with phi the slow weights and theta the fast: written out as it has them."""
    rng = np.random.default_rng(6)
    start, gradients = rng.standard_normal(4), rng.standard_normal((100, 4))
    ours = [Value(number) for number in start] if values else [Tensor(start.copy())]
    optimizer = nn.Lookahead(getattr(nn, name)(ours, **options), k=k, alpha=alpha)
    found = []
    for grad in gradients:
        for i, parameter in enumerate(ours):
            parameter.grad = grad[i].item() if values else grad.copy()
        optimizer.step()
        found.append(np.ravel([parameter.data for parameter in ours]))

    theta = torch.nn.Parameter(torch.tensor(start))
    inner = getattr(torch.optim, name)([theta], **options)
    phi, expected, step = start.copy(), [], 0
    while step < 100:
        with torch.no_grad():
            theta.copy_(torch.tensor(phi))
        for _ in range(min(k, 100 - step)):
            theta.grad = torch.tensor(gradients[step])
            inner.step()
            expected.append(theta.detach().numpy().copy())
            step += 1
        if step % k == 0:
            phi = (1 - alpha) * phi + alpha * theta.detach().numpy()
            expected[-1] = phi.copy()
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_alpha_of_one_is_the_inner_optimizer_and_what_has_no_gradient_stays():
    a, b, still = Tensor([1.0, 2.0]), Tensor([1.0, 2.0]), Tensor([0.1, 1e-300, 1e300])
    optimizers = [nn.SGD([a], lr=0.1), nn.Lookahead(nn.SGD([b, still], lr=0.1), k=2, alpha=0.3)]
    before = still.data.copy()
    for _ in range(4):
        a.grad, b.grad = np.ones(2), np.ones(2)
        for optimizer in optimizers:
            optimizer.step()
    np.testing.assert_allclose(a.data, [0.6, 1.6])
    np.testing.assert_allclose(b.data, [1 - 0.12, 2 - 0.12])  # 0.3 of two steps, twice
    assert still.data.tobytes() == before.tobytes()


def test_groups_and_rate_are_the_inner_optimizers():
    inner = nn.SGD([{"params": [Value(1.0)], "lr": 0.5}, {"params": [Value(1.0)]}], lr=0.25)
    optimizer = nn.Lookahead(inner)
    schedule = nn.Cosine(optimizer, total_steps=10)
    schedule.step()
    assert optimizer.groups is inner.groups and inner.lr == optimizer.lr < 0.5
    assert optimizer.parameters == inner.parameters


def test_weights_that_are_loaded_on_a_cycles_end_are_not_pulled_back():
    w = Tensor([0.0])
    optimizer = nn.Lookahead(nn.SGD([w], lr=1.0), k=2, alpha=0.5)
    for start in (0.0, 100.0):
        w.data[...] = start
        for _ in range(2):
            w.grad = np.ones(1)
            optimizer.step()
        assert w.data.tolist() == [start - 1]


def test_a_step_that_the_inner_optimizer_refuses_is_not_counted():
    v = Value(1.0)
    optimizer = nn.Lookahead(nn.SGD([v], lr=1.0), k=2)
    v.grad = 1e308
    optimizer.lr = 1e300
    with pytest.raises(OverflowError, match="SGD: the step would make"):
        optimizer.step()
    assert v.data == 1.0 and optimizer.state_dict()["taken"] == 0


def test_around_lbfgs_the_closure_is_passed_on():
    x = Value(3.0)
    optimizer = nn.Lookahead(nn.LBFGS([x]), k=1, alpha=0.5)
    assert optimizer.step(lambda: (x - 1) ** 2) == 4.0
    assert x.data == pytest.approx(2.0)


def test_float32_stays_float32_and_in_place():
    w = Tensor(np.ones(3, np.float32))
    array = w.data
    optimizer = nn.Lookahead(nn.Adam([w], lr=0.1), k=2, alpha=0.3)
    for _ in range(4):
        w.grad = np.ones(3, np.float32)
        optimizer.step()
    assert w.data is array and array.dtype == np.float32 and (array < 1).all()


@pytest.mark.parametrize(
    "arguments, error, says",
    [
        (([Value(1.0)],), TypeError, "Lookahead: got list; expected an optimizer"),
        ((nn.SGD([Value(1.0)]), 0), ValueError, "Lookahead: k is 0"),
        ((nn.SGD([Value(1.0)]), 2.5), TypeError, "k is 2.5"),
        ((nn.SGD([Value(1.0)]), 5, 0.0), ValueError, "alpha is 0"),
        (
            (nn.SGD([Value(1.0)]), 5, 1.5),
            ValueError,
            "alpha is 1.5; expected a number above 0, and at most 1",
        ),
        ((nn.SGD([Value(1.0)]), 5, math.nan), ValueError, "alpha is nan"),
    ],
)
def test_bad_input(arguments, error, says):
    with pytest.raises(error, match=says):
        nn.Lookahead(*arguments)


@pytest.mark.parametrize("name, bad", [("alpha", 1.5), ("alpha", 0.0), ("k", 0), ("taken", 3), ("taken", -1)])
def test_a_state_with_settings_that_no_constructor_takes_is_refused(name, bad):
    optimizer = nn.Lookahead(nn.SGD([Value(1.0)]), k=3)
    with pytest.raises(ValueError, match=f"{name} is {bad}"):
        optimizer.load_state_dict(optimizer.state_dict() | {name: bad})
