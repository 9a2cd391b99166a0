"""Penalties, max-norm and gradient noise: against PyTorch, closed forms and the papers' equations."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value

ARRAYS = [np.array([[1.5, -2.0], [0.0, 4.0]]), np.array([-0.5, 3.0])]
PENALTIES = {
    "l1": (nn.l1, lambda w: abs(w), np.sign),
    "l2": (nn.l2, lambda w: w**2, lambda w: 2 * w),
    "elastic_net": (
        lambda parameters: nn.elastic_net(parameters, l1=0.3, l2=0.2),
        lambda w: 0.3 * abs(w) + 0.2 * w**2,
        lambda w: 0.3 * np.sign(w) + 0.4 * w,
    ),
}
penalties = pytest.mark.parametrize("penalty, cost, slope", PENALTIES.values(), ids=PENALTIES)


@penalties
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_penalties_on_tensors(penalty, cost, slope, dtype):
    tensors = [Tensor(array.astype(dtype)) for array in ARRAYS]
    total = penalty(tensors)
    total.backward()
    assert total.shape == () and total.dtype == dtype
    assert total.item() == pytest.approx(sum(cost(array).sum() for array in ARRAYS), rel=1e-6)
    for tensor, array in zip(tensors, ARRAYS):
        np.testing.assert_allclose(tensor.grad, slope(array), rtol=1e-6)
        assert tensor.grad.dtype == dtype


@penalties
def test_penalties_on_values(penalty, cost, slope):
    """The same numbers as Values: the same penalty and gradients."""
    flat = np.concatenate([array.ravel() for array in ARRAYS])
    values = [Value(number) for number in flat.tolist()]
    total = penalty(values)
    total.backward()
    assert isinstance(total, Value) and total.data == pytest.approx(cost(flat).sum(), rel=1e-14)
    np.testing.assert_allclose([value.grad for value in values], slope(flat), rtol=1e-14)


@penalties
def test_penalties_twice_differentiable(torch, penalty, cost, slope):
    tensors = [Tensor(array) for array in ARRAYS]
    theirs = [torch.tensor(array, requires_grad=True) for array in ARRAYS]
    total, reference = penalty(tensors), sum(cost(t).sum() for t in theirs)
    ours = autograd.gradients(total * total, tensors, create_graph=True)
    other = torch.autograd.grad(reference * reference, theirs, create_graph=True)
    second = autograd.gradients(autograd.sum(autograd.stack([(g * g).sum() for g in ours])), tensors)
    expected = torch.autograd.grad(sum((g * g).sum() for g in other), theirs)
    for mine, reference in zip(second, expected):
        np.testing.assert_allclose(mine, reference, rtol=1e-12)


@pytest.mark.parametrize("kind", ["values", "tensors"])
def test_a_penalty_in_a_training_step(kind):
    """Added to a loss: the gradient of the sum is the sum of the gradients; l2 is SGD's weight decay."""
    mlp = nn.MLP(2, [4, 1], "tanh", rng=1)
    model = mlp if kind == "values" else mlp.vectorized()
    x, y = [[0.5, -1.0], [2.0, 0.3]], [1.0, -1.0]

    def loss():
        if kind == "values":
            return nn.mse([model(each) for each in x], y)
        return nn.mse(model(np.array(x)), np.array(y)[:, None])

    with_penalty = loss() + 0.05 * nn.l2(model.parameters())
    with_penalty.backward()
    nn.SGD(model.parameters(), lr=0.1).step()
    found = [np.copy(parameter.data) for parameter in model.parameters()]

    other = nn.MLP(2, [4, 1], "tanh", rng=1)
    model = other if kind == "values" else other.vectorized()
    loss().backward()
    nn.SGD(model.parameters(), lr=0.1, weight_decay=0.1).step()
    for parameter, expected in zip(model.parameters(), found):
        np.testing.assert_allclose(parameter.data, expected, rtol=1e-12)


def test_l1_makes_useless_weights_small():
    """The lasso of orthonormal inputs: each weight moved towards 0 by half the strength, and no further."""
    q, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((20, 6)))
    truth = np.array([2.0, -1.0, 0.3, 0.1, 0.0, -0.05])
    y = q @ truth
    w = Tensor(np.zeros(6))
    optimizer = nn.SGD([w], lr=2e-3)
    for _ in range(2500):
        error = q @ w - y
        loss = (error * error).sum() + 0.5 * nn.l1([w])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    expected = np.sign(truth) * np.maximum(abs(truth) - 0.25, 0)
    np.testing.assert_allclose(w.data, expected, atol=2e-3)


@penalties
def test_penalties_name_what_they_want(penalty, cost, slope):
    for wrong, error, match in [
        ([], ValueError, "the list of parameters is empty"),
        (Tensor([1.0]), TypeError, "parameters is Tensor.*; expected a list"),
        (Value(1.0), TypeError, "parameters is Value.*; expected a list"),
        (3.0, TypeError, "parameters is 3.0; expected a list"),
        ([Value(1.0), Tensor([1.0])], TypeError, "the parameters are Tensors and Values"),
        ([np.ones(3)], TypeError, "one of the parameters is an array"),
    ]:
        with pytest.raises(error, match=f"(l1|l2|elastic_net): .*{match}"):
            penalty(wrong)
    with pytest.raises(ValueError, match="elastic_net: l1 is -1"):
        nn.elastic_net([Value(1.0)], l1=-1, l2=0)
    assert penalty(Tensor(array) for array in ARRAYS).item() > 0  # a generator is a list too


# Max-norm.


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(6, 4), (5, 3, 2, 2), (1, 1)])
def test_max_norm_as_renorm(torch, dtype, shape):
    array = np.random.default_rng(0).normal(0, 1, shape).astype(dtype)
    array[0] = 0
    weight = Tensor(array.copy())
    nn.max_norm(weight, 1.5)
    expected = torch.renorm(torch.tensor(array), 2, 0, 1.5)  # theirs divides by the norm + 1e-7
    np.testing.assert_allclose(weight.data, expected, rtol=1e-6)
    rows = weight.data.reshape(shape[0], -1)
    before = array.reshape(shape[0], -1)
    small = np.linalg.norm(before, axis=1) <= 1.5
    np.testing.assert_array_equal(rows[small], before[small])  # to the bit
    assert (np.linalg.norm(rows, axis=1) < 1.5 * (1 + 1e-6)).all()


def test_max_norm_of_a_model_leaves_biases_and_memory():
    model = nn.Sequential(nn.Linear(30, 20, rng=0), nn.BatchNorm1d(20), nn.Linear(20, 5, rng=1))
    for parameter in model.parameters():
        parameter.data *= 9
    arrays = [parameter.data for parameter in model.parameters()]
    before = [array.copy() for array in arrays]
    nn.max_norm(model.parameters(), 2.0)
    for parameter, array, old in zip(model.parameters(), arrays, before):
        assert parameter.data is array
        if array.ndim == 1:
            np.testing.assert_array_equal(array, old)
        else:
            np.testing.assert_allclose(np.linalg.norm(array, axis=1), 2, rtol=1e-6)


def test_max_norm_of_a_neuron():
    neuron = nn.Neuron(2, rng=0)
    for weight, number in zip(neuron.weights, (3.0, 4.0)):
        weight.data = number
    nn.max_norm(neuron.weights, 1.0)
    assert [weight.data for weight in neuron.weights] == pytest.approx([0.6, 0.8], rel=1e-15)
    nn.max_norm(neuron.weights, 2.0)
    assert [weight.data for weight in neuron.weights] == pytest.approx([0.6, 0.8], rel=1e-15)


def test_max_norm_of_huge_weights():
    weight = Tensor(np.array([[3e30, 4e30], [np.nan, 1], [np.inf, 1]], np.float32))
    nn.max_norm(weight, 5.0)
    np.testing.assert_allclose(weight.data[0], [3, 4], rtol=1e-6)
    assert np.isnan(weight.data[1, 0]) and np.isinf(weight.data[2, 0])


@pytest.mark.parametrize("limit", [5.0, 1e-50, 5e180, 1e308])
def test_max_norm_where_the_squares_of_float64_overflow(limit):
    """Three times and four times a number have the norm five times that number."""
    numbers = np.array([3e200, 4e200])
    weight, values = Tensor(numbers[None].copy()), [Value(number) for number in numbers]
    nn.max_norm(weight, limit)
    nn.max_norm(values, limit)
    expected = numbers if limit > 1e300 else [0.6 * limit, 0.8 * limit]
    np.testing.assert_allclose(weight.data[0], expected, rtol=1e-15)
    np.testing.assert_allclose([value.data for value in values], expected, rtol=1e-15)


def test_max_norm_names_what_it_wants():
    for wrong, limit, error, match in [
        (Tensor([1.0]), 1.0, ValueError, r"shape \(1,\); expected \(nout, nin, ...\)"),
        ([], 1.0, ValueError, "empty"),
        (Value(1.0), 1.0, TypeError, "weights is Value"),
        (Tensor([[1.0]]), 0, ValueError, "limit is 0"),
        (Tensor([[3, 4]]), 1.0, TypeError, "dtype int64"),  # whole numbers would all become 0
        ([Value(1.0), Tensor([[1.0]])], 1, TypeError, "Tensors only"),
    ]:
        with pytest.raises(error, match=f"max_norm: .*{match}"):
            nn.max_norm(wrong, limit)


# Gradient noise.


def test_noise_has_the_variance_of_the_paper():
    """Neelakantan and others, equation 1: eta / (1 + t)**gamma, with t from 0."""
    w = Tensor(np.zeros(40000))
    noise = nn.GradientNoise([w], eta=0.3, gamma=0.55, rng=0)
    for t in range(6):
        w.grad = np.full(40000, 2.0)
        expected = math.sqrt(0.3 / (1 + t) ** 0.55)
        assert noise.std == pytest.approx(expected, rel=1e-14)
        noise.step()
        assert w.grad.mean() == pytest.approx(2, abs=5 * expected / 200)
        assert w.grad.std() == pytest.approx(expected, rel=0.02)
        standard = (w.grad - 2) / expected
        assert (standard**4).mean() == pytest.approx(3, abs=0.2)


def test_noise_on_both_kinds_and_none():
    w, v, without = Tensor(np.zeros(3, np.float32)), Value(1.0), Tensor([1.0])
    noise = nn.GradientNoise([w, v, without], eta=1.0, rng=3)
    w.grad, v.grad = np.ones(3, np.float32), 1.0
    noise.step()
    assert w.grad.dtype == np.float32 and (w.grad != 1).all()
    assert isinstance(v.grad, float) and v.grad != 1.0 and without.grad is None
    quiet = nn.GradientNoise([v], eta=0, rng=3)
    v.grad = 1.0
    quiet.step()
    assert v.grad == 1.0


def test_noise_goes_on_where_it_was():
    def run(noise, w, steps):
        found = []
        for _ in range(steps):
            w.grad = np.zeros(4)
            noise.step()
            found.append(w.grad)
        return found

    w = Tensor(np.zeros(4))
    whole = run(nn.GradientNoise([w], eta=0.3, rng=5), w, 6)
    first = nn.GradientNoise([w], eta=0.3, rng=5)
    run(first, w, 3)
    state = first.state_dict()
    run(first, w, 1)  # the state is a copy
    second = nn.GradientNoise([w], eta=0.3, rng=77)
    second.load_state_dict(state)
    np.testing.assert_array_equal(run(second, w, 3), whole[3:])
    for wrong in ({}, {"steps": -1, "rng": state["rng"]}, {"steps": 1, "rng": {}}, 3):
        with pytest.raises(ValueError, match="load_state_dict"):
            second.load_state_dict(wrong)
    assert second.steps == 6


def test_noise_settings():
    w = Tensor([1.0])
    for build, match in [
        (lambda: nn.GradientNoise(w, rng=0), "parameters is Tensor.*; expected a list"),
        (lambda: nn.GradientNoise([w], eta=-1, rng=0), "eta is -1"),
        (lambda: nn.GradientNoise([w], gamma="0.55", rng=0), "gamma"),
        (lambda: nn.GradientNoise([w], rng=None), "source of random numbers"),
    ]:
        with pytest.raises((TypeError, ValueError), match=f"GradientNoise: .*{match}"):
            build()
