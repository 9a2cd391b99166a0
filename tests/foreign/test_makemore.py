"""makemore's MLP: three letters, embedded, normalised over the batch, say which letter is next."""

import numpy as np

import nn
from autograd import Tensor, no_grad
from demos.matmuls.networks import names

from . import twins

STEPS = 20
BLOCK, CHANNELS, HIDDEN, VOCABULARY = 3, 10, 200, len(names.SYMBOLS)


def dataset(words):
    """Contexts (N, BLOCK) and the letter after each (N,); marks stand before the first letter."""
    contexts, targets = [], []
    for word in words:
        context = [names.END] * BLOCK
        for letter in [*map(names.SYMBOLS.index, word), names.END]:
            contexts.append(context)
            targets.append(letter)
            context = context[1:] + [letter]
    return np.array(contexts), np.array(targets)


def start():
    g = np.random.default_rng(2147483647)
    fan_in = BLOCK * CHANNELS
    return {
        "C": Tensor(g.standard_normal((VOCABULARY, CHANNELS))),
        "W1": Tensor(g.standard_normal((fan_in, HIDDEN)) * (5 / 3) / fan_in**0.5),  # Kaiming, for tanh
        "W2": Tensor(g.standard_normal((HIDDEN, VOCABULARY)) * 0.01),
        "b2": Tensor(g.standard_normal(VOCABULARY) * 0),
        "gain": Tensor(np.ones((1, HIDDEN))),
        "shift": Tensor(np.zeros((1, HIDDEN))),
    }


def train(state, X, Y, chosen, running):
    C, W1, W2, b2, gain, shift = state.values()
    parameters = [C, W1, W2, b2, gain, shift]
    for i, batch in enumerate(chosen):
        # forward
        emb = C[X[batch]]  # (B, BLOCK, CHANNELS)
        hpreact = emb.reshape(len(batch), -1) @ W1
        mean = hpreact.mean(axis=0, keepdims=True)
        std = hpreact.var(axis=0, keepdims=True, ddof=1).sqrt()
        h = (gain * (hpreact - mean) / std + shift).tanh()
        logits = h @ W2 + b2
        loss = nn.cross_entropy(logits, Y[batch])
        with no_grad():
            running["mean"] = 0.999 * running["mean"] + 0.001 * mean
            running["std"] = 0.999 * running["std"] + 0.001 * std

        # backward
        for p in parameters:
            p.grad = None
        loss.backward()
        yield loss, state

        # update
        lr = 0.1 if i < 10 else 0.01
        for p in parameters:
            p.data += -lr * p.grad


def twin(torch, state, X, Y, chosen, running):
    F = torch.nn.functional
    C, W1, W2, b2, gain, shift = state.values()
    optimizer = torch.optim.SGD(state.values(), lr=0.1)
    X, Y = torch.tensor(X), torch.tensor(Y)
    for i, batch in enumerate(chosen):
        pre = F.embedding(X[batch], C).flatten(1) @ W1
        std, mean = torch.std_mean(pre, 0, keepdim=True)
        loss = F.cross_entropy(torch.tanh((pre - mean) / std * gain + shift) @ W2 + b2, Y[batch])
        running["mean"].lerp_(mean.detach(), 0.001)
        running["std"].lerp_(std.detach(), 0.001)
        optimizer.zero_grad()
        loss.backward()
        yield loss, state
        optimizer.param_groups[0]["lr"] = 0.1 if i < 10 else 0.01
        optimizer.step()


def test_names(torch):
    X, Y = dataset(names.load()[:500])
    chosen = twins.batches(len(X), 32, STEPS)
    state = start()
    theirs = twins.leaves(torch, state)
    running = {"mean": np.zeros((1, HIDDEN)), "std": np.ones((1, HIDDEN))}
    expected = {name: torch.tensor(array) for name, array in running.items()}
    losses = twins.stay_together(
        train(state, X, Y, chosen, running), twin(torch, theirs, X, Y, chosen, expected), STEPS
    )
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    for name in running:
        np.testing.assert_allclose(running[name].data, expected[name], rtol=1e-10, atol=1e-10)
