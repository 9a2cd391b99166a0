"""micrograd's demo: a network of scalars, 2-16-16-1, learns two moons with a max-margin loss."""

import numpy as np
import pytest

import nn
from autograd import Value
from demos.moons import two_moons

from . import twins

STEPS = 20


def train(model, points, labels, chosen):
    for k, batch in enumerate(chosen):
        # forward
        inputs = [list(map(Value, row)) for row in points[batch]]
        scores = list(map(model, inputs))
        losses = [(1 + -y * score).relu() for y, score in zip(labels[batch], scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        penalty = alpha * sum(p * p for p in model.parameters())
        loss = data_loss + penalty

        # backward
        model.zero_grad()
        loss.backward()
        yield loss, layers(model)

        # update
        lr = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= lr * p.grad


def layers(model):
    """The Values as PyTorch groups them: a weight matrix and a bias a layer, and a ReLU after each."""
    named = {}
    for i, layer in enumerate(model.layers):
        named[f"{2 * i}.weight"] = [neuron.weights for neuron in layer.neurons]
        named[f"{2 * i}.bias"] = [neuron.bias for neuron in layer.neurons]
    return named


def twin(torch, weights, points, labels, chosen):
    linear, relu = torch.nn.Linear, torch.nn.ReLU
    model = torch.nn.Sequential(linear(2, 16), relu(), linear(16, 16), relu(), linear(16, 1))
    model.load_state_dict(weights)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    x, y = torch.tensor(points), torch.tensor(labels)
    for k, batch in enumerate(chosen):
        margins = 1 - y[batch] * model(x[batch])[:, 0]
        loss = torch.relu(margins).mean() + 1e-4 * sum((p**2).sum() for p in model.parameters())
        optimizer.zero_grad()
        loss.backward()
        yield loss, model.named_parameters()
        optimizer.param_groups[0]["lr"] = 1.0 - 0.9 * k / 100
        optimizer.step()


@pytest.mark.parametrize("size", [20, pytest.param(100, marks=pytest.mark.thorough)])
def test_moons(torch, size):
    points, labels = two_moons(100, np.random.default_rng(0))
    chosen = twins.batches(100, size, STEPS)
    model = nn.MLP(2, [16, 16, 1], rng=0)
    weights = twins.copied(torch, layers(model))
    losses = twins.stay_together(
        train(model, points, labels, chosen), twin(torch, weights, points, labels, chosen), STEPS
    )
    assert min(losses) < 0.5 * losses[0]
