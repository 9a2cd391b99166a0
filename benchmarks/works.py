"""The works to time: each builds a network or a program once, and returns a function that runs it.

Nothing here needs a rival, so a work can also be timed against itself in another checkout.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import nn
from autograd import Value, trace
from demos.idx import load_mnist
from demos.matmuls.networks import Built, find, names

POINTS = 100  # of micrograd's demo
BATCH = 100  # images
RATE = 0.01

# micrograd's demo step: MLP 2-16-16-1, 100 points, hinge loss + L2.


def points() -> tuple[list[list[float]], list[float]]:
    rng = random.Random(0)
    xs = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(POINTS)]
    return xs, [rng.choice((-1.0, 1.0)) for _ in range(POINTS)]


def forward(kind: Callable[[float], Any], model: Any, xs: list[list[float]], ys: list[float]) -> Any:
    """Compute the loss as in micrograd's demo notebook, with the Value of either engine."""
    inputs = [list(map(kind, row)) for row in xs]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * score).relu() for yi, score in zip(ys, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    reg_loss = 1e-4 * sum(p * p for p in model.parameters())
    return data_loss + reg_loss


def step(kind: Callable[[float], Any], model: Any, xs: list[list[float]], ys: list[float]) -> float:
    loss = forward(kind, model, xs, ys)
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= RATE * p.grad
    return float(loss.data)


def network() -> nn.MLP:
    return nn.MLP(2, [16, 16, 1], rng=0)


def moons_step() -> Callable[[], float]:
    """Return the demo step on Values."""
    return partial(step, Value, network(), *points())


def traced_moons_step(model: Any) -> Callable[[], float]:
    """Trace the loss of one point for a model of Values; return the demo step on all points."""
    parameters = model.parameters()

    def loss(x: Any, y: Any) -> Any:
        return (1 - y * model(x)).relu() + 1e-4 * sum(p * p for p in parameters)

    batched = trace(loss, [0.5, -1.0], 1.0, parameters=parameters).batched()
    xs, ys = map(np.array, points())
    return partial(batched.step, xs, ys, nn.SGD(parameters, lr=RATE))


# MNIST, 784-128-10, Adam, float32.


def digits(count: int | None = None) -> tuple[Any, Any]:
    """Load images (count, 784) between 0 and 1, and their digits; all 60,000 without a count."""
    mnist = load_mnist()
    x = mnist.train_images[:count].reshape(-1, 784).astype(np.float32) / 255
    return x, mnist.train_labels[:count].astype(np.int64)


def _classifier() -> tuple[nn.Sequential, nn.Adam]:
    model = nn.Sequential(nn.Linear(784, 128, rng=0), nn.ReLU(), nn.Linear(128, 10, rng=1))
    return model, nn.Adam(model.parameters(), lr=1e-3)


def mnist_epoch(x: Any, y: Any) -> Callable[[], None]:
    """Return an epoch as the plain training loop."""
    model, optimizer = _classifier()

    def run() -> None:
        for images, labels in nn.batches(x, y, batch_size=BATCH, seed=0):
            loss = nn.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return run


def mnist_fit(x: Any, y: Any) -> Callable[[], None]:
    """Return an epoch with ``fit`` and a schedule."""
    model, optimizer = _classifier()

    def run() -> None:
        loader = nn.Loader(x, y, BATCH, rng=0)
        schedule = nn.OneCycle(optimizer, max_lr=1e-3, total_steps=len(loader))
        nn.training.fit(model, loader, nn.cross_entropy, optimizer, epochs=1, schedule=schedule)

    return run


# Other traced programs.


def g(a: Any, b: Any) -> Any:
    """Compute the small expression of micrograd's README, shortened."""
    return ((a + b) - (a * b + b**3)) ** 2 / 2


def slope_by_source() -> Callable[[float, float], tuple[float, float, float]]:
    """Return a function that computes g and its gradient with the source that a trace writes."""
    scope: dict[str, Any] = {}
    exec(trace(g, -4.0, 2.0).source, scope)
    value_and_grad = scope["value_and_grad"]

    def run(a: float, b: float) -> tuple[float, float, float]:
        value, _, (d_a, d_b) = value_and_grad(a, b, ())
        return value, d_a, d_b

    return run


def slope_step() -> Callable[[], object]:
    return partial(slope_by_source(), -4.0, 2.0)


def encoded(examples: int) -> Any:
    """Encode the first names as tokens, targets and weights."""
    return tuple(part[:examples] for part in names.encode(names.load(), 16))


def traced_gpt_step(built: Built, examples: int) -> Callable[[], float]:
    """Return a step of a one-layer GPT in scalars, on some names."""
    batched = trace(built.fn, *built.example, parameters=built.parameters).batched()
    return partial(batched.step, *encoded(examples), nn.Adam(built.parameters, lr=1e-3))


def gpt() -> Built:
    return find("gpt").build(np.random.default_rng(0))
