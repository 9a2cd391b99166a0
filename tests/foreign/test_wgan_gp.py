"""A Wasserstein GAN: the slope of the critic is held near 1, by a penalty that takes second derivatives."""

import numpy as np
import pytest

import nn
from autograd import Tensor, gradients

from . import twins

STEPS = 20  # of the critic; the generator steps after every fifth
BATCH, LAMBDA = 16, 10.0
FLOAT = {"dtype": np.float64}


def network(activation, nin, size, nout, rng):
    return nn.Sequential(
        nn.Linear(nin, size, rng=rng, **FLOAT), activation(),
        nn.Linear(size, size, rng=rng, **FLOAT), activation(),
        nn.Linear(size, size, rng=rng, **FLOAT), activation(),
        nn.Linear(size, nout, rng=rng, **FLOAT),
    )  # fmt: skip


def eight_gaussians(count, rng):
    angle = rng.integers(8, size=count) * (np.pi / 4)
    centres = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (centres + 0.02 * rng.standard_normal((count, 2))) / 1.414


def gradient_penalty(critic, real, fake, alpha):
    interpolates = Tensor(alpha * real.data + (1 - alpha) * fake.data)  # a leaf that asks for its gradient
    slopes = gradients(critic(interpolates).sum(), interpolates, create_graph=True)
    norm = (slopes**2).sum(axis=1).sqrt()
    return LAMBDA * ((norm - 1) ** 2).mean()


def train(generator, critic, draws):
    optimizer_g = nn.Adam(generator.parameters(), lr=1e-4, betas=(0.5, 0.9))
    optimizer_c = nn.Adam(critic.parameters(), lr=1e-4, betas=(0.5, 0.9))
    for step, (real, z, alpha) in enumerate(draws):
        real, z = Tensor(real, requires_grad=False), Tensor(z, requires_grad=False)
        fake = generator(z).detach()
        optimizer_c.zero_grad()
        loss = critic(fake).mean() - critic(real).mean() + gradient_penalty(critic, real, fake, alpha)
        loss.backward()
        yield loss, critic.named_parameters()
        optimizer_c.step()

        if step % 5 == 4:
            optimizer_g.zero_grad()
            loss = -critic(generator(z)).mean()
            loss.backward()
            yield loss, generator.named_parameters()
            optimizer_g.step()


def twin_network(torch, activation, nin, size, nout):
    Linear = torch.nn.Linear
    return torch.nn.Sequential(
        Linear(nin, size), activation(), Linear(size, size), activation(), Linear(size, size), activation(),
        Linear(size, nout),
    )  # fmt: skip


def twin(torch, generator, critic, draws):
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=1e-4, betas=(0.5, 0.9))
    optimizer_c = torch.optim.Adam(critic.parameters(), lr=1e-4, betas=(0.5, 0.9))
    for step, draw in enumerate(draws):
        real, z, alpha = map(torch.tensor, draw)
        fake = generator(z).detach()
        between = torch.lerp(fake, real, alpha).requires_grad_()
        (slopes,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        penalty = LAMBDA * (slopes.norm(2, dim=1) - 1).square().mean()
        loss = critic(fake).mean() - critic(real).mean() + penalty
        optimizer_c.zero_grad()
        loss.backward()
        yield loss, critic.named_parameters()
        optimizer_c.step()

        if step % 5 == 4:
            loss = -critic(generator(z)).mean()
            optimizer_g.zero_grad()
            loss.backward()
            yield loss, generator.named_parameters()
            optimizer_g.step()


# Of a network of ReLUs the second derivatives are in the weights alone; tanh bends everywhere.
@pytest.mark.parametrize("activation, size", [("ReLU", 512), ("Tanh", 64)])
def test_eight_gaussians(torch, activation, size):
    rng = np.random.default_rng(0)
    sizes = (2, size, 2), (2, size, 1)
    ours = [network(getattr(nn, activation), *size, rng) for size in sizes]
    theirs = [twin_network(torch, getattr(torch.nn, activation), *size) for size in sizes]
    for model, other in zip(ours, theirs):
        other.load_state_dict(twins.copied(torch, model.named_parameters()))
    draws = [
        (eight_gaussians(BATCH, rng), rng.standard_normal((BATCH, 2)), rng.random((BATCH, 1)))
        for _ in range(STEPS)
    ]
    twins.stay_together(train(*ours, draws), twin(torch, *theirs, draws), STEPS + STEPS // 5)
