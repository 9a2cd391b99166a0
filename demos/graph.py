"""A small network, 2-3-1, drawn as a graph, with its loss before and after one training step."""

from __future__ import annotations

import argparse

import nn
from autograd import Value, draw
from demos import page

INPUTS, TARGET, RATE = (1.0, 0.5), 1.0, 0.01


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: this demo has no options of its own."""


def run(options: argparse.Namespace) -> list[page.Section]:
    """Draw the network with its gradients, take one step, and compare."""
    model = nn.MLP(2, [3, 1], "tanh", dot=True, rng=options.seed)
    before = _loss(model)
    before.backward()
    options.out.mkdir(parents=True, exist_ok=True)
    picture = draw(before, direction="TB").save(options.out / "mlp.svg")
    nn.SGD(model.parameters(), lr=RATE).step()
    after = _loss(model)
    slope = sum(float(parameter.grad) ** 2 for parameter in model.parameters() if parameter.grad is not None)
    print(model)
    print(f"\nLoss {before.data:.4f}; after one step, {RATE} times the gradient: {after.data:.4f}")
    print(f"Its graph: {picture}")
    predicted = before.data - RATE * slope
    blocks: list[page.Block] = [
        page.Paragraph(
            """Several neurons together: two inputs, three neurons, one output, and the squared distance of
            the output from the target. Nothing but dot products and non-linearities. (Each dot product is
            one node here; by default, nn.MLP shows its products and sums.)"""
        ),
        page.Picture(
            picture.name,
            """Read it from the bottom up, from the loss to the weights. x0 and x1 feed all three neurons,
            so three contributions add up in their gradients. A tanh whose output is near 1 or -1 is flat, so
            hardly any gradient gets through: the weights above it are pale, and learn slowly.""",
            "The computation graph of a 2-3-1 network with all values and gradients",
            wide=True,
        ),
        page.Facts(
            [
                (f"{before.data:.4f}", "loss with the weights in the picture"),
                (f"{after.data:.4f}", f"after one step: each parameter less {RATE} times its gradient"),
                (
                    f"{predicted:.4f}",
                    "loss after the step as the gradients predicted it, as if the loss were a straight line",
                ),
            ]
        ),
    ]
    return [page.Section("graph", "A small network", blocks)]


def _loss(model: nn.MLP) -> Value:
    out = model([Value(number, f"x{i}") for i, number in enumerate(INPUTS)])
    out.label = "out"
    loss = (out - TARGET) ** 2
    loss.label = "loss"
    return loss
