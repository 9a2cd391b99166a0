"""Linear, Flatten, Dropout and Sequential: against PyTorch and closed forms."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor


def twin(torch, layer):
    """The same layer in PyTorch."""
    theirs = torch.nn.Linear(layer.nin, layer.nout, bias=layer.bias is not None)
    theirs.load_state_dict({name: torch.tensor(array) for name, array in layer.state_dict().items()})
    return theirs


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(5, 3), (3,), (2, 4, 3), (1, 3), (0, 3), (2, 1, 4, 3)])
def test_linear_first_and_second_order(torch, shape, bias):
    """Of the sum of upstream * out**3, and of the squares of its gradients, which depend on all inputs."""
    rng = np.random.default_rng(1)
    layer = nn.Linear(3, 4, bias=bias, dtype=np.float64, rng=rng)
    theirs = twin(torch, layer)
    x, upstream = rng.standard_normal(shape), rng.standard_normal((*shape[:-1], 4))

    their_inputs = [torch.tensor(x, requires_grad=True), *theirs.parameters()]
    out = theirs(their_inputs[0])
    total = (out * out * out * torch.tensor(upstream)).sum()
    first = torch.autograd.grad(total, their_inputs, create_graph=True)
    second = torch.autograd.grad(sum((g * g).sum() for g in first), their_inputs)

    inputs = [Tensor(x), *layer.parameters()]
    ours = layer(inputs[0])
    np.testing.assert_allclose(ours.data, out.detach(), rtol=1e-13, atol=1e-13)
    found = autograd.gradients((ours * ours * ours * upstream).sum(), inputs, create_graph=True)
    for gradient, expected in zip(found, first):
        np.testing.assert_allclose(gradient.data, expected.detach(), rtol=1e-12, atol=1e-12)
    norm = autograd.sum(autograd.stack([(g * g).sum() for g in found]))
    for gradient, expected in zip(autograd.gradients(norm, inputs), second):
        np.testing.assert_allclose(gradient, expected, rtol=1e-11, atol=1e-11)


def test_linear_is_one_node():
    layer = nn.Linear(3, 2, rng=0)
    out = layer(np.ones((4, 3), np.float32))
    assert out.op.name == "linear" and out.parents[1:] == (layer.weight, layer.bias)


@pytest.mark.parametrize("order", "CF")
def test_the_gradient_lies_in_memory_as_the_weights_do(order):
    """Or else every pass of the optimizer over both is several times slower."""
    layer = nn.Linear(3, 2, rng=0)
    layer.weight.data = np.array(layer.weight.data, order=order)
    layer(np.ones((4, 3))).sum().backward()
    assert layer.weight.grad.strides == layer.weight.data.strides
    np.testing.assert_array_equal(layer.weight.grad, np.full((2, 3), 4))


def test_linear_starts_as_in_pytorch(torch):
    """Both evenly from -1/sqrt(nin) to 1/sqrt(nin)."""
    layer, theirs = nn.Linear(400, 300, rng=0), torch.nn.Linear(400, 300)
    for ours, reference in zip(layer.parameters(), theirs.parameters()):
        assert 0.98 / 20 < abs(ours.data).max() <= np.float32(1 / 20)
        assert 0.98 / 20 < abs(reference).max().item() <= 1 / 20
        assert abs(ours.data.std() * math.sqrt(3) * 20 - 1) < (0.01 if ours.ndim == 2 else 0.1)


@pytest.mark.parametrize("kind", ["list", np.float64, np.float32, np.uint8, np.int64, bool])
def test_data_takes_the_dtype_of_the_layer(kind):
    layer = nn.Linear(2, 3, rng=0)
    x = [[0, 1], [1, 1]] if kind == "list" else np.array([[0, 1], [1, 1]], kind)
    out = layer(x)
    assert out.dtype == np.float32
    np.testing.assert_allclose(
        out.data, np.array(x, float) @ layer.weight.data.T + layer.bias.data, rtol=1e-6
    )


def test_a_tensor_of_another_dtype_keeps_it():
    layer = nn.Linear(2, 3, rng=0)
    x = Tensor(np.ones((4, 2)))
    layer(x).sum().backward()
    assert x.grad.dtype == np.float64 and layer.weight.grad.dtype == np.float32


@pytest.mark.parametrize("shape", [(4, 3), (2,), (), (3, 2, 5)])
def test_linear_names_the_shape_it_wants(shape):
    layer = nn.Linear(4, 2)
    if shape == (4, 3):
        match = r"shape \(4, 3\); expected \(B, 4\)"
    else:
        match = r"expected \(B, 4\)"
    with pytest.raises(ValueError, match=match):
        layer(np.zeros(shape))
    with pytest.raises(ValueError, match=match):
        layer(Tensor(np.zeros(shape)))


@pytest.mark.parametrize(
    "arguments, error",
    [((0, 2), ValueError), ((2, -1), ValueError), ((2.0, 1), TypeError), ((True, 1), TypeError)],
)
def test_linear_sizes(arguments, error):
    with pytest.raises(error, match="Linear: n(in|out) is .*expected a whole number"):
        nn.Linear(*arguments)


def test_linear_dtype_and_rng():
    with pytest.raises(TypeError, match="Linear: dtype is int64"):
        nn.Linear(2, 2, dtype=np.int64)
    with pytest.raises(TypeError, match="Linear: the source of random numbers"):
        nn.Linear(2, 2, rng="0")
    assert nn.Linear(2, 2, dtype=np.float64).weight.dtype == np.float64


# Which weights, where no rng is given: tests/nn/test_seeding.py.


def test_layers_of_different_sizes_do_not_share_their_numbers():
    a, b = nn.Linear(16, 8), nn.Linear(8, 16)
    assert abs(np.corrcoef(a.weight.data.ravel(), b.weight.data.ravel())[0, 1]) < 0.4


def test_a_sequential_takes_its_layers_as_they_are():
    layers = nn.Linear(3, 3, rng=7), nn.Linear(3, 3, rng=7)
    before = [layer.weight.data.copy() for layer in layers]
    nn.Sequential(*layers)
    np.testing.assert_array_equal([layer.weight.data for layer in layers], before)
    np.testing.assert_array_equal(*before)


def test_taking_a_model_apart_does_not_change_it():
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4), nn.Linear(4, 4))
    before = [parameter.data.copy() for parameter in model.parameters()]
    nn.Sequential(nn.Sequential(*model[2:]), model[:2])
    for parameter, other in zip(model.parameters(), before):
        np.testing.assert_array_equal(parameter.data, other)


def test_one_layer_used_twice_stays_one():
    layer = nn.Linear(4, 4)
    model = nn.Sequential(layer, nn.ReLU(), layer)
    assert len(model.parameters()) == 2


# Flatten.


def test_flatten():
    x = Tensor(np.arange(24.0).reshape(2, 3, 4))
    out = nn.Flatten()(x)
    assert out.shape == (2, 12)
    (out * np.arange(24).reshape(2, 12)).sum().backward()
    np.testing.assert_array_equal(x.grad, np.arange(24).reshape(2, 3, 4))
    assert nn.Flatten()(np.zeros((0, 3, 4))).shape == (0, 12)
    assert nn.Flatten()(np.zeros(5)).shape == (5, 1)
    with pytest.raises(ValueError, match="single number"):
        nn.Flatten()(np.zeros(()))


# Dropout.


def test_dropout_in_training():
    dropout = nn.Dropout(0.3, rng=0)
    x = Tensor(np.full((200, 500), 2.0))
    out = dropout(x)
    assert set(np.unique(out.data)) == {0.0, 2 / 0.7}
    assert abs((out.data == 0).mean() - 0.3) < 5 * math.sqrt(0.3 * 0.7 / 1e5)
    assert abs(out.data.mean() - 2) < 0.03
    assert abs(out.data.var() / (2**2 * 0.3 / 0.7) - 1) < 0.02
    assert abs(np.corrcoef(out.data[:-1].ravel(), out.data[1:].ravel())[0, 1]) < 0.02  # each on its own
    out.sum().backward()
    np.testing.assert_allclose(x.grad, out.data / 2, rtol=1e-15)
    assert not np.array_equal(dropout(x).data, out.data)  # a new mask every time


def test_dropout_in_eval_and_at_zero_does_nothing():
    x = Tensor(np.ones(3))
    assert nn.Dropout(0.5).eval()(x) is x
    assert nn.Dropout(0.0)(x) is x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dropout_keeps_the_dtype(dtype):
    x = Tensor(np.ones((3, 4), dtype))
    out = nn.Dropout(0.5)(x)
    out.sum().backward()
    assert out.dtype == x.grad.dtype == dtype
    assert nn.Dropout(0.5)(np.ones(3, dtype)).dtype == dtype


@pytest.mark.parametrize(
    "p, error", [(-0.1, ValueError), (1, ValueError), (np.nan, ValueError), ("0.5", TypeError)]
)
def test_dropout_probability(p, error):
    with pytest.raises(error, match="Dropout: p is"):
        nn.Dropout(p)


# Sequential.


def test_sequential_is_like_a_list():
    parts = [nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)]
    model = nn.Sequential(*parts)
    assert len(model) == 3 and list(model) == parts and model[-1] is parts[2]
    assert isinstance(model[:2], nn.Sequential) and list(model[:2]) == parts[:2]
    with pytest.raises(IndexError):
        model[3]
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    x = np.ones((5, 2))
    np.testing.assert_array_equal(model(x).data, parts[2](parts[1](parts[0](x))).data)


def test_sequential_takes_modules_only():
    with pytest.raises(TypeError, match="type list; expected modules"):
        nn.Sequential([nn.ReLU()])
    with pytest.raises(TypeError, match="type type; expected modules"):
        nn.Sequential(nn.ReLU)


def test_a_network_as_pytorch(torch):
    """State, output and gradients of the network that the README trains."""
    rng = np.random.default_rng(0)
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(12, 5, dtype=np.float64, rng=rng),
        nn.ReLU(),
        nn.Linear(5, 3, dtype=np.float64, rng=rng),
    )
    theirs = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(12, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3)
    )
    theirs.load_state_dict({name: torch.tensor(array) for name, array in model.state_dict().items()})
    x, y = rng.standard_normal((7, 3, 4)), rng.integers(0, 3, 7)
    loss, reference = (
        nn.cross_entropy(model(x), y),
        torch.nn.CrossEntropyLoss()(theirs(torch.tensor(x)), torch.tensor(y)),
    )
    loss.backward()
    reference.backward()
    assert loss.item() == pytest.approx(reference.item(), abs=1e-14)
    for ours, parameter in zip(model.parameters(), theirs.parameters()):
        np.testing.assert_allclose(ours.grad, parameter.grad, rtol=1e-12, atol=1e-15)
