"""Every loss as a curve with its gradient, and what outliers, hard examples and smoothed labels change.

The gradient says what a loss teaches: how hard an example pulls at the weights, given how wrong it is. The
losses compute their own curves, and backpropagation computes all gradients.
"""

from __future__ import annotations

import argparse
import inspect

import nn
from demos import page
from demos.losses import curves, effects


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: this demo has no options of its own."""


def run(options: argparse.Namespace) -> list[page.Section]:
    """Draw the families of losses, then train with some of them, and show the effects."""
    options.out.mkdir(parents=True, exist_ok=True)
    families: list[page.Block] = [
        page.Paragraph(
            """A loss turns predictions and targets into the one number that training lowers. Training
            never looks at that number, though, only at its slope. So each picture has two sides: left
            the loss, right its gradient, over the same axis. Where the gradient is flat at 0, an
            example teaches nothing; where it grows without bound, one example can drown out all others."""
        )
    ]
    for family in curves.FAMILIES:
        picture = curves.draw(family, options.out)
        print(f"{family.title}: {options.out / picture.file}")
        families.append(picture)
    outliers = effects.outliers(options.seed, options.out)
    focal = effects.hard_examples(options.seed, options.out)
    smoothing = effects.smoothing(options.seed, options.out)
    for effect in (outliers, focal, smoothing):
        print(f"\n{page.flowing(effect.said)}\nSee {options.out / effect.picture.file}")
    return [
        page.Section("losses", "Losses and their gradients", [*families, _table(), page.Code(_PROGRAM)]),
        page.Section(
            "losses-effects",
            "What the choice of a loss changes",
            [
                block
                for effect in (outliers, focal, smoothing)
                for block in (page.Paragraph(effect.said), effect.picture)
            ],
        ),
    ]


def _table() -> page.Table:
    rows = []
    for name in sorted(nn.losses.__all__):
        first = (inspect.getdoc(getattr(nn, name)) or "").split("\n\n")[0]
        sentence = page.flowing(first).split(". ")[0].rstrip(".")
        rows.append((name, sentence.replace("``", "")))
    caption = """All losses, with the first sentence of their docstrings; the rest of each gives shapes, the
            gradient, when to use it, when not, and its source."""
    return page.Table(page.flowing(caption), ("loss", "what it is"), rows)


_PROGRAM = """
import numpy as np
import nn
from autograd import Tensor, Value

logits = Tensor([[2.0, 0.0, -1.0], [0.5, 0.5, 0.0]])
labels = np.array([0, 2])
nn.cross_entropy(logits, labels)                                    # the mean over the batch
nn.cross_entropy(logits, labels, reduction="none")                  # one loss for each example
nn.cross_entropy(logits, labels, label_smoothing=0.1, class_weights=[1.0, 1.0, 5.0])
nn.huber([Value(0.5), Value(7.0)], [0.0, 0.0], delta=1.0)           # the same on scalars
"""
