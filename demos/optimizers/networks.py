"""Two networks to train, on moons and on MNIST, and how their validation loss falls with each optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Tensor, no_grad
from demos.idx import inputs, load_mnist
from demos.moons import two_moons

LOOKS = 40  # evaluations of the validation loss during training


@dataclass(frozen=True, eq=False)
class Task:
    """A network and its data; with ``batch`` None, each step uses all of the data."""

    name: str
    sizes: tuple[int, ...]
    activation: type[nn.Module]
    x: NDArray[Any]
    y: NDArray[np.int64]
    held_out: tuple[NDArray[Any], NDArray[np.int64]]
    test: tuple[NDArray[Any], NDArray[np.int64]]
    batch: int | None
    epochs: int


@dataclass
class Curve:
    """The validation loss during training, from before the first step on."""

    epochs: list[float]  # passes over the data: the gradient of each example counts once
    losses: list[float]
    accuracy: float = 0.0  # of the test examples, at the end


def moons(steps: int) -> Task:
    """Return 1000 points of overlapping moons, all in each step; others to validate and test on."""
    parts = []
    for seed, count in enumerate((1000, 1000, 1000)):
        points, sides = two_moons(count, np.random.default_rng(seed), noise=0.2)
        parts.append((points, (sides > 0).astype(np.int64)))
    (x, y), held_out, test = parts
    return Task("moons", (2, 16, 16, 2), nn.Tanh, x, y, held_out, test, None, steps)


def mnist(images: int, epochs: int) -> Task:
    """Return MNIST's first training images in batches of 50, its last ones to validate, and the test set."""
    data = load_mnist()
    x, labels = inputs(data.train_images), data.train_labels.astype(np.int64)
    test = inputs(data.test_images), data.test_labels.astype(np.int64)
    held_out = x[-1000:], labels[-1000:]
    images = min(images, len(x) - 1000)
    return Task(
        "MNIST", (784, 48, 10), nn.ReLU, x[:images], labels[:images], held_out, test, 50, epochs
    )  # fmt: skip


def train(task: Task, build: Callable[[list[Any]], nn.Optimizer], seed: int) -> Curve:
    """Train once, with weights and batches from ``seed``; the last loss is infinity if it diverges."""
    rng = np.random.default_rng(seed)
    model = network(task, rng)
    optimizer = build(model.parameters())
    # Curvature from one batch is wrong for the next: L-BFGS uses all of the data in each step.
    whole = task.batch is None or isinstance(optimizer, nn.LBFGS)
    batches = _batches(task, len(task.x) if whole or task.batch is None else task.batch, rng)
    spent = 0  # examples

    def loss() -> Tensor:
        nonlocal spent
        spent += len(x)
        found: Tensor = nn.cross_entropy(model(x), y)
        return found

    total = task.epochs * len(task.x)
    curve = Curve([0.0], [_loss(model, *task.held_out)])
    with np.errstate(all="ignore"):  # a rate that is too high may overflow, and that is a result
        for batch in batches:
            x, y = batch
            try:
                optimizer.step(loss)
            except ArithmeticError:
                curve.losses[-1] = np.inf
                return curve
            if spent >= len(curve.losses) * total / LOOKS:
                curve.epochs.append(spent / len(task.x))
                curve.losses.append(_loss(model, *task.held_out))
            if spent >= total:
                break
        with no_grad():
            curve.accuracy = float(np.mean(model(task.test[0]).argmax(axis=1) == task.test[1]))
    return curve


def network(task: Task, rng: np.random.Generator) -> nn.Sequential:
    """Build linear layers with the task's activation between them."""
    dtype = task.x.dtype
    layers: list[nn.Module] = []
    for nin, nout in zip(task.sizes, task.sizes[1:]):
        layers += [nn.Linear(nin, nout, rng=rng, dtype=dtype), task.activation()]
    return nn.Sequential(*layers[:-1])


def _batches(task: Task, size: int, rng: np.random.Generator) -> Iterator[tuple[Any, Any]]:
    while True:
        if size >= len(task.x):
            yield task.x, task.y
        else:
            yield from nn.batches(task.x, task.y, batch_size=size, seed=rng)


def _loss(model: nn.Module, x: Any, y: Any) -> float:
    with no_grad():
        loss = nn.cross_entropy(model(x), y).item()
        return float(loss if np.isfinite(loss) else np.inf)
