"""Time scalar code as array programs: two moons, MNIST, a GPT, against micrograd, NumPy, Tensors, Values."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from functools import partial

import micrograd.engine
import numpy as np

import nn
from autograd import Value, trace
from demos.matmuls.networks import find

from .measure import Result, paired
from .scalar import models
from .works import (
    BATCH,
    RATE,
    digits,
    encoded,
    gpt,
    mnist_epoch,
    points,
    step,
    traced_gpt_step,
    traced_moons_step,
)


def moons_by_hand() -> Callable[[], float]:
    """Return the two moons step as a person would write it in NumPy."""
    _, model, _ = models()
    layers = []
    for layer in model.layers:
        weights = np.array([[weight.data for weight in neuron.weights] for neuron in layer.neurons])
        layers.append((weights, np.array([neuron.bias.data for neuron in layer.neurons])))
    (w1, b1), (w2, b2), (w3, b3) = layers
    x, y = map(np.array, points())
    y = y[:, None]

    def run() -> float:
        z1 = x @ w1.T + b1
        h1 = np.maximum(z1, 0)
        z2 = h1 @ w2.T + b2
        h2 = np.maximum(z2, 0)
        margin = 1 - y * (h2 @ w3.T + b3)
        parameters = (w1, b1, w2, b2, w3, b3)
        loss = np.maximum(margin, 0).mean() + 1e-4 * sum((p * p).sum() for p in parameters)
        d3 = (margin > 0) * -y / len(x)
        d2 = d3 @ w3 * (z2 > 0)
        d1 = d2 @ w2 * (z1 > 0)
        slopes = (d1.T @ x, d1.sum(0), d2.T @ h1, d2.sum(0), d3.T @ h2, d3.sum(0))
        for p, slope in zip(parameters, slopes):
            p -= RATE * (slope + 2e-4 * p)
        return float(loss)

    return run


def moons() -> None:
    theirs, _, _ = models()
    rival = partial(step, micrograd.engine.Value, theirs, *points())
    ours, by_hand = traced_moons_step(models()[1]), moons_by_hand()
    losses = [ours(), by_hand(), rival()]
    assert max(losses) - min(losses) < 1e-12, "the sides do not compute the same thing"
    paired("two moons step, traced", "micrograd", ours, rival, 1 / 2000, times=(200, 1)).report()
    paired("two moons step, traced", "NumPy by hand", ours, by_hand, 1.5, times=(500, 500)).report()


def mnist(threads: int) -> None:
    built = find("mnist").build(np.random.default_rng(0))
    start = time.perf_counter()
    batched = trace(built.fn, *built.example, parameters=built.parameters).batched(np.float32)
    assert batched.source
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    work = "MNIST 784-128-10 in scalars, traced to source"
    Result(work, "", 1e3 * seconds, 0.0, seconds, seconds, seconds, 5.0, "s", is_ratio=False).report()
    Result(f"{work}, peak", "", peak, 0.0, peak, peak, peak, 1000.0, "MB", is_ratio=False).report()

    x, y = digits()
    optimizer = nn.Adam(built.parameters, lr=1e-3)

    def ours() -> None:
        for rows, labels in nn.batches(x, y, batch_size=BATCH, seed=0):
            batched.step(rows, labels, optimizer)

    name = f"MNIST epoch from scalars, {threads} thread{'s' if threads > 1 else ''}"
    paired(name, "the Tensor path", ours, mnist_epoch(x, y), 1.2, runs=7).report()


def names(examples: int) -> None:
    """Time a step on some names: traced, and with the same code on eager Values."""
    ours, eager = traced_gpt_step(gpt(), examples), gpt()
    optimizer = nn.Adam(eager.parameters, lr=1e-3)
    listed = list(zip(*(part.tolist() for part in encoded(examples))))

    def theirs() -> float:
        total = Value(0.0)
        for row in listed:
            total = total + eager.fn(*row)
        loss = total * (1 / examples)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.data)

    assert abs(ours() - theirs()) < 1e-12, "the two sides do not compute the same thing"
    name = f"GPT step, {examples} name{'s' if examples > 1 else ''}"
    paired(name, "eager Values", ours, theirs, 1 / 100, times=(20, 1), runs=7).report()


def main() -> None:
    threads = int(os.environ["OMP_NUM_THREADS"])
    if threads == 1:
        moons()
        names(1)
        names(16)
    mnist(threads)


if __name__ == "__main__":
    main()
