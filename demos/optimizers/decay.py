"""Weight decay, coupled and decoupled, on two weights pulled to and fro, one of them ten times harder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

import numpy as np

import nn
from autograd import Value
from demos import figures, page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 2000
DECAY = 0.1
GRADIENTS = (5.0, 0.5)  # of the two weights; the sign alternates from step to step

OPTIMIZERS: dict[str, Callable[[list[Any]], nn.Optimizer]] = {
    "SGD: both in one": lambda p: nn.SGD(p, lr=1e-2, weight_decay=DECAY),
    "Adam: coupled": lambda p: nn.Adam(p, lr=1e-2, weight_decay=DECAY),
    "AdamW: decoupled": lambda p: nn.AdamW(p, lr=1e-2, weight_decay=DECAY),
}


def shrink(build: Callable[[list[Any]], nn.Optimizer]) -> np.ndarray:
    """Return both weights, which start at 1, after each step: (STEPS + 1, 2)."""
    weights = [Value(1.0), Value(1.0)]
    optimizer = build(weights)
    found = [[1.0, 1.0]]
    for step in range(STEPS):
        for weight, gradient in zip(weights, GRADIENTS):
            weight.grad = -gradient if step % 2 else gradient  # the sum is 0
        optimizer.step()
        found.append([weight.data for weight in weights])
    return np.array(found)


def picture(out: File) -> page.Picture:
    """Draw how both weights decay with each optimizer."""
    found = {name: shrink(build) for name, build in OPTIMIZERS.items()}

    def fill(figure: Figure, theme: figures.Theme) -> None:
        panels = figure.subplots(1, len(found), sharey=True)
        for axes, (name, weights) in zip(panels, found.items()):
            lines = (theme.orange, "solid", 3.5), (theme.blue, (0, (4, 2)), 1.8)  # seen where they overlap
            for weight, gradient, (colour, style, width) in zip(weights.T, GRADIENTS, lines):
                label = f"gradients of ±{gradient:g}"
                axes.plot(weight, color=colour, linestyle=style, linewidth=width, label=label)
            axes.set(title=name, xlabel="step")
            axes.set_ylim(0, 1.05)
        panels[0].set_ylabel("weight")
        panels[0].legend(loc="upper right")

    light, dark = figures.save(out / "optimizers-decay.png", fill, (12, 3.6))
    return page.Picture(
        light.name,
        f"""What to see: gradients that change sign at every step and so lead nowhere, and a weight_decay of
        {DECAY:g}. Adam divides by the size of the gradients, and if the decay is part of the gradient, it is
        divided too: the weight with the larger gradients decays ten times slower than the other. AdamW
        decays apart from its step, so both weights decay alike. For SGD the two forms are the same.""",
        "Two weights over 2000 steps of SGD, Adam and AdamW: apart with Adam, together with AdamW",
        dark=dark.name,
        wide=True,
    )
