"""One unit that begins far below 0, where most activations are flat: which activations lead it back?

Gradient descent moves the input x itself, so that nothing but the slope decides.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import nn
from autograd import Value
from demos import figures, page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

START, TARGET, RATE, STEPS, NEAR = -3.0, 0.5, 0.5, 1000, 0.05
UNITS: dict[str, nn.Activation] = {
    "identity": nn.Identity(), "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(), "hardtanh": nn.Hardtanh(),
    "relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(), "prelu": nn.PReLU(slope=Value(0.25)), "elu": nn.ELU(),
    "selu": nn.SELU(), "softplus": nn.Softplus(), "silu": nn.SiLU(), "swish(beta=4)": nn.Swish(4.0),
    "mish": nn.Mish(), "gelu": nn.GELU(), "gelu_tanh": nn.GELU("tanh"),
}  # fmt: skip
# drawn: colour, line, and the position of the name
DRAWN = {
    "elu": ("blue", "-", 8, 0.35), "sigmoid": ("blue", "--", 80, -0.9), "relu": ("orange", "-", 1.1, -2.75),
    "leaky_relu": ("ink", ":", 390, -1.9), "silu": ("orange", "--", 60, -5.7),
}  # fmt: skip


def path(unit: nn.Activation) -> list[float]:
    """Return x before the first and after each step of gradient descent on (f(x) - TARGET)².

    >>> path(nn.ReLU())[:3]
    [-3.0, -3.0, -3.0]
    """
    x = Value(START)
    seen = [x.data]
    for _ in range(STEPS):
        x.grad = None
        loss = (unit(x) - TARGET) ** 2
        loss.backward()
        x.data -= RATE * (x.grad or 0.0)
        seen.append(x.data)
    return seen


def draw(out: Path) -> tuple[page.Picture, page.Table]:
    """Draw a few of the paths in one picture, and list all of them in a table."""
    paths = {name: path(unit) for name, unit in UNITS.items()}

    def fill(figure: Figure, theme: figures.Theme) -> None:
        axes = figure.subplots()
        steps = np.arange(STEPS + 1)
        axes.axhline(0, color=theme.dim, linewidth=0.8, zorder=1)
        for name, (colour, line, at, height) in DRAWN.items():
            shade = getattr(theme, colour)
            axes.plot(steps[1:], paths[name][1:], line, color=shade, linewidth=2.2)
            axes.text(at, height, name, color=shade, fontsize=10.5, fontweight="bold")
        axes.set(
            title=f"A unit that begins at x = {START:g}, and should give {TARGET:g}", xscale="log",
            xlabel="step of gradient descent", ylabel="x", xlim=(1, STEPS), ylim=(-8, 1.2),
        )  # fmt: skip
        axes.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])

    light, dark = figures.save(out / "activations-way-back.png", fill, (10.5, 4.2))
    picture = page.Picture(
        light.name,
        """What to see: elu comes back in a few steps, sigmoid in a few dozen, leaky_relu in hundreds. With
        relu x never moves: no slope, no gradient. And silu goes the wrong way: left of its lowest point it
        falls as x grows, so the gradient leads further left, where it is flatter and flatter.""",
        "Five paths of x over the steps: elu, sigmoid and leaky_relu come back, relu stays, silu goes away",
        dark=dark.name,
        wide=True,
    )
    rows = []
    for name, seen in paths.items():
        unit = UNITS[name]
        arrived = next((i for i, x in enumerate(seen) if abs(unit(x) - TARGET) < NEAR), None)
        where = [f"{round(seen[step], 2) + 0.0:.2f}" for step in (1, 10, 100, STEPS)]
        rows.append((name, *where, "never" if arrived is None else str(arrived)))
    caption = f"""The value of x after 1 to {STEPS:,} steps, and how many steps it takes until f(x) is within
        {NEAR:g} of {TARGET:g}."""
    head = ("activation", "x after 1", "10", "100", f"{STEPS:,}", "arrives after")
    return picture, page.Table(page.flowing(caption), head, rows)
