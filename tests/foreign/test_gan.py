"""A GAN of digits: two networks, two optimizers, and a fake that the discriminator sees detached."""

import numpy as np

import nn
from autograd import Tensor

from . import twins
from .digits import digits

STEPS = 20
LATENT, BATCH = 100, 16
FLOAT = {"dtype": np.float64}


def networks(rng):
    def block(nin, nout, normalize=True):
        layers = [nn.Linear(nin, nout, rng=rng, **FLOAT)]
        if normalize:
            layers.append(nn.BatchNorm1d(nout, **FLOAT))
        return [*layers, nn.LeakyReLU(0.2)]

    generator = nn.Sequential(
        *block(LATENT, 128, normalize=False),
        *block(128, 256),
        *block(256, 512),
        nn.Linear(512, 784, rng=rng, **FLOAT),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Linear(784, 512, rng=rng, **FLOAT),
        nn.LeakyReLU(0.2),
        nn.Linear(512, 256, rng=rng, **FLOAT),
        nn.LeakyReLU(0.2),
        nn.Linear(256, 1, rng=rng, **FLOAT),
    )
    return generator, discriminator


def train(generator, discriminator, images, noise, chosen):
    criterion = nn.binary_cross_entropy_with_logits
    optimizer_g = nn.Adam(generator.parameters(), lr=0.0002, betas=(0.5, 0.999))
    optimizer_d = nn.Adam(discriminator.parameters(), lr=0.0002, betas=(0.5, 0.999))
    valid, fake = np.ones((BATCH, 1)), np.zeros((BATCH, 1))
    for z, batch in zip(noise, chosen):
        # discriminator
        real_images = Tensor(images[batch].reshape(BATCH, -1) * 2 - 1, requires_grad=False)
        discriminator.zero_grad()
        real_loss = criterion(discriminator(real_images), valid)
        real_loss.backward()
        gen_images = generator(Tensor(z, requires_grad=False))
        fake_loss = criterion(discriminator(gen_images.detach()), fake)
        fake_loss.backward()  # on top of the gradients of the real ones
        yield real_loss + fake_loss, discriminator.named_parameters()
        optimizer_d.step()

        # generator
        generator.zero_grad()
        g_loss = criterion(discriminator(gen_images), valid)
        g_loss.backward()
        yield g_loss, generator.named_parameters()
        optimizer_g.step()


def twin_networks(torch):
    Linear, Leaky, Norm = torch.nn.Linear, torch.nn.LeakyReLU, torch.nn.BatchNorm1d
    generator = torch.nn.Sequential(
        Linear(LATENT, 128), Leaky(0.2), Linear(128, 256), Norm(256), Leaky(0.2), Linear(256, 512), Norm(512),
        Leaky(0.2), Linear(512, 784), torch.nn.Tanh(),
    )  # fmt: skip
    discriminator = torch.nn.Sequential(
        Linear(784, 512), Leaky(0.2), Linear(512, 256), Leaky(0.2), Linear(256, 1)
    )
    return generator, discriminator


def twin(torch, generator, discriminator, images, noise, chosen):
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    optimizers = {
        model: torch.optim.Adam(model.parameters(), lr=0.0002, betas=(0.5, 0.999))
        for model in (generator, discriminator)
    }
    ones = torch.ones(BATCH, 1)
    for z, batch in zip(noise, chosen):
        real = torch.tensor(images[batch]).flatten(1) * 2 - 1
        made = generator(torch.tensor(z))
        loss = bce(discriminator(real), ones) + bce(discriminator(made.detach()), 0 * ones)
        optimizers[discriminator].zero_grad()
        loss.backward()
        yield loss, discriminator.named_parameters()
        optimizers[discriminator].step()

        loss = bce(discriminator(made), ones)
        optimizers[generator].zero_grad()
        loss.backward()
        yield loss, generator.named_parameters()
        optimizers[generator].step()


def test_digits(torch):
    images, _ = digits(320)
    chosen = twins.batches(len(images), BATCH, STEPS)
    noise = np.random.default_rng(1).standard_normal((STEPS, BATCH, LATENT))
    ours = networks(np.random.default_rng(0))
    theirs = twin_networks(torch)
    for model, other in zip(ours, theirs):
        other.load_state_dict({name: torch.tensor(array) for name, array in model.state_dict().items()})
    losses = twins.stay_together(
        train(*ours, images, noise, chosen), twin(torch, *theirs, images, noise, chosen), 2 * STEPS
    )
    assert losses[-2] < 0.8 * losses[0]  # the discriminator learns to tell them apart
    for name, array in ours[0].state_dict().items():  # running statistics too
        np.testing.assert_allclose(array, theirs[0].state_dict()[name], rtol=1e-10, atol=1e-10)
