"""micrograd's own demo step: MLP 2-16-16-1, 100 points, hinge loss + L2; its time and its memory."""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import micrograd.engine
import micrograd.nn

import nn
from autograd import Value, topological_order

from .measure import Result, paired

POINTS = 100


def data() -> tuple[list[list[float]], list[float]]:
    rng = random.Random(0)
    xs = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(POINTS)]
    return xs, [rng.choice((-1.0, 1.0)) for _ in range(POINTS)]


def forward(kind: Callable[[float], Any], model: Any, xs: list[list[float]], ys: list[float]) -> Any:
    """The loss as in micrograd's demo notebook, with whichever engine's Value."""
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
        p.data -= 0.01 * p.grad
    return float(loss.data)


def models() -> tuple[Any, Any, Any]:
    """The same network three times, with the same weights: micrograd's, ours, and ours with dot nodes."""
    random.seed(1)  # micrograd draws its weights from the global state
    theirs = micrograd.nn.MLP(2, [16, 16, 1])
    ours, fused = nn.MLP(2, [16, 16, 1]), nn.MLP(2, [16, 16, 1], dot=True)
    for model in (ours, fused):
        for mine, other in zip(model.parameters(), theirs.parameters()):
            mine.data = float(other.data)
    return theirs, ours, fused


def bytes_per_node(
    kind: Callable[[float], Any], model: Any, parents: Callable[[Any], Any]
) -> tuple[float, float]:
    """What a node takes after the forward pass, and after the backward pass, by tracemalloc."""
    xs, ys = data()
    gc.collect()
    tracemalloc.start()
    loss = forward(kind, model, xs, ys)
    after_forward = tracemalloc.get_traced_memory()[0]
    loss.backward()
    gc.collect()
    after_backward = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    seen, stack = {loss}, [loss]
    while stack:
        for parent in parents(stack.pop()):
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return after_forward / len(seen), after_backward / len(seen)


def main() -> None:
    theirs, ours, fused = models()
    points = data()
    losses = [forward(Value, m, *points).data for m in (ours, fused)]
    expected = forward(micrograd.engine.Value, theirs, *points).data
    assert all(abs(loss - expected) < 1e-12 for loss in losses), "the two sides do not compute the same thing"

    rival = partial(step, micrograd.engine.Value, theirs, *points)
    for collector, target in (("on", 1 / 7), ("off", 0.45)):
        if collector == "off":
            gc.disable()
        name = f"scalar step, collector {collector}"
        paired(name, "micrograd", partial(step, Value, ours, *points), rival, target).report()
        paired(f"{name}, dot nodes", "micrograd", partial(step, Value, fused, *points), rival).report()
    gc.enable()

    mine = bytes_per_node(Value, ours, lambda node: node.parents)
    other = bytes_per_node(micrograd.engine.Value, theirs, lambda node: node._prev)
    for when, a, b, target in zip(("forward", "backward"), mine, other, (140.0, None)):
        Result(
            f"bytes a node, after {when}", "micrograd", a, b, a / b, a / b, a / b, target, "bytes"
        ).report()
    assert len(topological_order(forward(Value, ours, *points))) > 60_000


if __name__ == "__main__":
    main()
