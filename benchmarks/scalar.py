"""Time and memory of micrograd's own demo step: MLP 2-16-16-1, 100 points, hinge loss + L2."""

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
from .works import forward, points, step


def models() -> tuple[Any, Any, Any]:
    """Build the same network three times, with the same weights: micrograd's, ours, ours with dot nodes."""
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
    """Measure the memory of a node after the forward pass and after the backward pass, by tracemalloc."""
    xs, ys = points()
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
    batch = points()
    losses = [forward(Value, m, *batch).data for m in (ours, fused)]
    expected = forward(micrograd.engine.Value, theirs, *batch).data
    assert all(abs(loss - expected) < 1e-12 for loss in losses), "the two sides do not compute the same thing"

    rival = partial(step, micrograd.engine.Value, theirs, *batch)
    for collector, target in (("on", 1 / 7), ("off", 0.45)):
        if collector == "off":
            gc.disable()
        name = f"scalar step, collector {collector}"
        paired(name, "micrograd", partial(step, Value, ours, *batch), rival, target).report()
        paired(f"{name}, dot nodes", "micrograd", partial(step, Value, fused, *batch), rival).report()
    gc.enable()

    mine = bytes_per_node(Value, ours, lambda node: node.parents)
    other = bytes_per_node(micrograd.engine.Value, theirs, lambda node: node._prev)
    for when, a, b, target in zip(("forward", "backward"), mine, other, (140.0, None)):
        Result(
            f"bytes per node, after {when}", "micrograd", a, b, a / b, a / b, a / b, target, "bytes"
        ).report()
    assert len(topological_order(forward(Value, ours, *batch))) > 60_000


if __name__ == "__main__":
    main()
