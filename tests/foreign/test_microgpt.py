"""A GPT on single numbers, letter by letter with keys and values kept; Adam by hand."""

import numpy as np
import pytest

from autograd import Value
from demos.matmuls.networks import names

from . import twins

STEPS = 20
VOCABULARY, CHANNELS, HEADS, BLOCK = len(names.SYMBOLS), 16, 4, 16
MARK = names.END  # where a name begins and ends
EPS = 1e-5
RATE, BETA1, BETA2, TINY = 1e-2, 0.85, 0.99, 1e-8


def matrix(rng, nout, nin, std=0.08):
    return [[Value(float(number)) for number in row] for row in rng.normal(0, std, (nout, nin))]


def start(layers):
    rng = np.random.default_rng(1)
    state = {
        "wte": matrix(rng, VOCABULARY, CHANNELS),
        "wpe": matrix(rng, BLOCK, CHANNELS),
        "head": matrix(rng, VOCABULARY, CHANNELS),
    }
    for i in range(layers):
        for name in ("wq", "wk", "wv", "wo"):
            state[f"{i}.{name}"] = matrix(rng, CHANNELS, CHANNELS)
        state[f"{i}.up"] = matrix(rng, 4 * CHANNELS, CHANNELS)
        state[f"{i}.down"] = matrix(rng, CHANNELS, 4 * CHANNELS)
    return state


def linear(x, w):
    return [sum(wi * xi for wi, xi in zip(row, x)) for row in w]


def softmax(logits):
    largest = max(logit.data for logit in logits)
    exps = [(logit - largest).exp() for logit in logits]
    total = sum(exps)
    return [e / total for e in exps]


def rmsnorm(x):
    mean_square = sum(xi * xi for xi in x) / len(x)
    scale = (mean_square + EPS) ** -0.5
    return [xi * scale for xi in x]


def add(x, y):
    return [xi + yi for xi, yi in zip(x, y)]


def gpt(state, token, position, keys, values):
    """Logits of the letter after ``token``; keys and values grow by those of this position."""
    x = rmsnorm(add(state["wte"][token], state["wpe"][position]))
    for i in range(len(keys)):
        before, x = x, rmsnorm(x)
        q = linear(x, state[f"{i}.wq"])
        keys[i].append(linear(x, state[f"{i}.wk"]))
        values[i].append(linear(x, state[f"{i}.wv"]))
        size, gathered = CHANNELS // HEADS, []
        for h in range(0, CHANNELS, size):
            qh = q[h : h + size]
            kh = [k[h : h + size] for k in keys[i]]
            vh = [v[h : h + size] for v in values[i]]
            weights = softmax([sum(a * b for a, b in zip(qh, k)) / size**0.5 for k in kh])
            gathered += [sum(weight * v[j] for weight, v in zip(weights, vh)) for j in range(size)]
        x = add(linear(gathered, state[f"{i}.wo"]), before)
        before, x = x, rmsnorm(x)
        x = [xi.relu() for xi in linear(x, state[f"{i}.up"])]
        x = add(linear(x, state[f"{i}.down"]), before)
    return linear(x, state["head"])


def train(state, documents, layers):
    params = [p for mat in state.values() for row in mat for p in row]
    m, v = [0.0] * len(params), [0.0] * len(params)  # Adam's two means
    for step, name in enumerate(documents):
        tokens = [MARK, *map(names.SYMBOLS.index, name), MARK]
        keys, values = [[] for _ in range(layers)], [[] for _ in range(layers)]
        losses = []
        for position, (token, target) in enumerate(zip(tokens, tokens[1:])):
            logits = gpt(state, token, position, keys, values)
            losses.append(-softmax(logits)[target].log())
        loss = (1 / len(losses)) * sum(losses)

        for p in params:
            p.grad = 0.0  # a number, and not None as after zero_grad: letters that the name lacks keep it
        loss.backward()
        yield loss, state

        lr = RATE * (1 - step / len(documents))
        for i, p in enumerate(params):
            m[i] = BETA1 * m[i] + (1 - BETA1) * p.grad
            v[i] = BETA2 * v[i] + (1 - BETA2) * p.grad**2
            m_hat = m[i] / (1 - BETA1 ** (step + 1))
            v_hat = v[i] / (1 - BETA2 ** (step + 1))
            p.data -= lr * m_hat / (v_hat**0.5 + TINY)


def twin(torch, state, documents, layers):
    F = torch.nn.functional

    def heads(x):  # (T, C) to (H, T, C / H)
        return x.view(len(x), HEADS, -1).transpose(0, 1)

    optimizer = torch.optim.Adam(state.values(), lr=RATE, betas=(BETA1, BETA2), eps=TINY)
    for step, name in enumerate(documents):
        tokens = torch.tensor([MARK, *map(names.SYMBOLS.index, name), MARK])
        x = state["wte"][tokens[:-1]] + state["wpe"][: len(name) + 1]
        x = F.rms_norm(x, (CHANNELS,), eps=EPS)
        for i in range(layers):
            normed = F.rms_norm(x, (CHANNELS,), eps=EPS)
            q, k, v = (heads(normed @ state[f"{i}.{name}"].T) for name in ("wq", "wk", "wv"))
            gathered = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + gathered.transpose(0, 1).reshape(x.shape) @ state[f"{i}.wo"].T
            normed = F.rms_norm(x, (CHANNELS,), eps=EPS)
            x = x + torch.relu(normed @ state[f"{i}.up"].T) @ state[f"{i}.down"].T
        loss = F.cross_entropy(x @ state["head"].T, tokens[1:])
        optimizer.zero_grad()
        loss.backward()
        yield loss, state
        optimizer.param_groups[0]["lr"] = RATE * (1 - step / len(documents))
        optimizer.step()


@pytest.mark.parametrize(
    "layers, longest", [(1, 3), pytest.param(2, 15, marks=pytest.mark.thorough)], ids=["short", "whole"]
)
def test_names(torch, layers, longest):
    few = [name for name in names.load() if len(name) <= longest][:4]
    documents = few * (STEPS // len(few))
    state = start(layers)
    theirs = twins.leaves(torch, state)
    losses = twins.stay_together(
        train(state, documents, layers), twin(torch, theirs, documents, layers), STEPS
    )
    assert np.mean(losses[-4:]) < np.mean(losses[:4])
