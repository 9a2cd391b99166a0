"""A variational auto-encoder of digits: a mean and a spread for each code, drawn with noise that is given."""

import numpy as np

import nn
from autograd import Tensor, exp, relu, sigmoid

from . import twins
from .digits import digits

STEPS = 20
CODE = 20
FLOAT = {"dtype": np.float64}


class VAE(nn.Module):
    def __init__(self, rng):
        self.fc1 = nn.Linear(784, 400, rng=rng, **FLOAT)
        self.fc21 = nn.Linear(400, CODE, rng=rng, **FLOAT)
        self.fc22 = nn.Linear(400, CODE, rng=rng, **FLOAT)
        self.fc3 = nn.Linear(CODE, 400, rng=rng, **FLOAT)
        self.fc4 = nn.Linear(400, 784, rng=rng, **FLOAT)

    def encode(self, x):
        h = relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def reparameterize(self, mu, logvar, eps):
        std = exp(0.5 * logvar)
        return mu + eps * std

    def decode(self, z):
        return sigmoid(self.fc4(relu(self.fc3(z))))

    def __call__(self, x, eps):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar, eps)), mu, logvar


def loss_function(recon, x, mu, logvar):
    bce = nn.binary_cross_entropy(recon, x, reduction="sum")
    kld = -0.5 * (1 + logvar - mu**2 - exp(logvar)).sum()
    return bce + kld


def train(model, images, noise, chosen):
    optimizer = nn.Adam(model.parameters(), lr=1e-3)
    for eps, batch in zip(noise, chosen):
        x = Tensor(images[batch].reshape(-1, 784), requires_grad=False)
        optimizer.zero_grad()
        recon, mu, logvar = model(x, eps)
        loss = loss_function(recon, x, mu, logvar)
        loss.backward()
        yield loss, model.named_parameters()
        optimizer.step()


def twin(torch, weights, images, noise, chosen):
    Linear, distributions = torch.nn.Linear, torch.distributions
    parts = {
        "fc1": Linear(784, 400), "fc21": Linear(400, CODE), "fc22": Linear(400, CODE),
        "fc3": Linear(CODE, 400), "fc4": Linear(400, 784),
    }  # fmt: skip
    model = torch.nn.ModuleDict(parts)
    model.load_state_dict(weights)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for eps, batch in zip(noise, chosen):
        x = torch.tensor(images[batch]).flatten(1)
        h = parts["fc1"](x).relu()
        code = distributions.Normal(parts["fc21"](h), (parts["fc22"](h) / 2).exp())
        z = code.loc + torch.tensor(eps) * code.scale
        recon = parts["fc4"](parts["fc3"](z).relu()).sigmoid()
        prior = distributions.Normal(torch.zeros(CODE), torch.ones(CODE))
        loss = torch.nn.functional.binary_cross_entropy(recon, x, reduction="sum")
        loss = loss + distributions.kl_divergence(code, prior).sum()
        optimizer.zero_grad()
        loss.backward()
        yield loss, model.named_parameters()
        optimizer.step()


def test_digits(torch):
    images, _ = digits(320)
    chosen = twins.batches(len(images), 16, STEPS)
    noise = np.random.default_rng(1).standard_normal((STEPS, 16, CODE))
    model = VAE(np.random.default_rng(0))
    weights = twins.copied(torch, model.named_parameters())
    losses = twins.stay_together(
        train(model, images, noise, chosen), twin(torch, weights, images, noise, chosen), STEPS
    )
    assert losses[-1] < 0.6 * losses[0]
