"""Every activation as a curve with its derivative: its range, and where it saturates or dies.

The activations compute their own curves, backpropagation computes all slopes, and the texts come from the
docstrings.
"""

from __future__ import annotations

import argparse
import textwrap

from demos import page
from demos.activations import curves, way_back


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: this demo has no options of its own."""


def run(options: argparse.Namespace) -> list[page.Section]:
    """Draw each activation, list where it is flat, and follow a unit that starts in a flat place."""
    options.out.mkdir(parents=True, exist_ok=True)
    found = [(entry, curves.measured(entry)) for entry in curves.ENTRIES]
    pictures = [curves.draw(entry, measured, options.out) for entry, measured in found]
    slopes = _slopes(found)
    picture, paths = way_back.draw(options.out)
    print(page.columns(slopes))
    arrivals = ", ".join(f"{row[0]} {row[-1]}" for row in paths.rows)
    print(f"\n{textwrap.fill(f'Steps of a unit back from x = {way_back.START:g}: {arrivals}.', 96)}")
    print(
        "\nWhat to see: where a slope is below a hundredth, gradients hardly get through; where it is 0, a\n"
        "unit is dead. From places that are only flat, some units come back, and others move further away.\n"
    )
    print(f"Pictures: {options.out / pictures[0].file} and {len(pictures)} more.")
    blocks: list[page.Block] = [
        page.Paragraph(
            """Without an activation between them, two linear layers are one linear layer. The shape of the
            activation matters less than its slope, which multiplies every gradient on the way back. What to
            see: left the activation, right its derivative. In the bands less than a hundredth of a gradient
            gets through (the activation saturates), in the darker ones nothing does. A unit that is in a dark
            band for all of the data no longer learns: it is dead."""
        ),
        *pictures,
        slopes,
        page.Code(_PROGRAM),
    ]
    back: list[page.Block] = [
        page.Paragraph(
            f"""A saturated unit can recover if its slope points the right way. Here a single unit begins at
            x = {way_back.START:g} and should give {way_back.TARGET:g}; gradient descent moves x by
            {way_back.RATE:g} times the gradient of the squared error. In a network x is a sum over many
            inputs, and the weights behind it move; but the same slope is a factor of all their gradients."""
        ),
        picture,
        paths,
    ]
    return [
        page.Section("activations", "Activations and their derivatives", blocks),
        page.Section("activations-way-back", "The way back from a flat place", back),
    ]


def _slopes(found: list[tuple[curves.Entry, curves.Measured]]) -> page.Table:
    rows = []
    for entry, measured in found:
        low, high = measured.slope
        flat, zero = curves.spelled(measured.flat), curves.spelled(measured.zero)
        rows.append((entry.name, f"{low:.2f} to {high:.2f}", flat, zero))
    caption = f"""Slopes, measured for x from -{curves.FAR:g} to {curves.FAR:g} on the first curve of each
        picture (for the softmax, on all three)."""
    head = ("activation", "slope", f"below {curves.FLAT:g} in size", "0")
    return page.Table(page.flowing(caption), head, rows)


_PROGRAM = """
import autograd, nn
from autograd import Tensor, Value

x = Value(0.5)
autograd.silu(x)                                    # a function of Values, Tensors, arrays, numbers
nn.Sequential(nn.Linear(784, 128), nn.GELU())       # a module
nn.Sequential(nn.Linear(784, 128), nn.PReLU(128))   # with slopes that are learned like weights
nn.Activation("elu", Tensor(1.0))                   # any setting can be learned: here elu's alpha
nn.MLP(2, [16, 16, 1], activation="mish")           # by name, in a network of Values
help(nn.SELU)                                       # formula, range, when to use it, when not, source
"""
