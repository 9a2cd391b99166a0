"""The pictures of the demo: speed-ups, and losses over the steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from demos import figures, page

from . import training
from .recovery import BATCH, Recovery
from .training import Digits, Names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMOOTH = 10  # steps before and after each that are averaged with it


def speed(found: Sequence[Recovery], out: Path) -> page.Picture:
    """Draw a bar for each network; networks that differ only in the activation share one."""
    alike = [each.speed_up for each in found if activated(each)]
    bars = [(each.network.name, each.speed_up) for each in found if not activated(each)]
    if alike:
        bars.append((f"mlp 3-4-2, {len(alike)} activations (median)", float(np.median(alike))))
    bars.sort(key=lambda bar: bar[1])

    def fill(figure: Figure, theme: figures.Theme) -> None:
        axes = figure.subplots()
        axes.barh([name for name, _ in bars], [ratio for _, ratio in bars], color=theme.blue, height=0.72)
        for row, (_, ratio) in enumerate(bars):
            axes.text(1.05 * ratio, row, f"{ratio:,.0f}", va="center", fontsize=9, color=theme.ink)
        axes.set_xscale("log")
        axes.set_xlim(1, 2.2 * bars[-1][1])
        axes.set_ylim(-0.6, len(bars) - 0.4)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_xlabel("examples per second, relative to Values (log)")

    light, dark = figures.save(out / "matmuls-speed.png", fill, (11, 1.4 + 0.3 * len(bars)))
    return page.Picture(
        light.name,
        f"""What to see: how many examples, in batches of {BATCH}, run forward and backward in the time that
        one takes on Values. The axis is logarithmic. Small networks gain least, because every NumPy call has
        a fixed cost; the MNIST network, nearly all one large product, gains most.""",
        f"Bars of the speed-up of {len(bars)} networks on a logarithmic axis",
        dark=dark.name,
        wide=True,
    )


def activated(recovery: Recovery) -> bool:
    """Tell whether this is one of the networks that only differ in their activation."""
    return recovery.network.says.startswith("MLP 3-4-2,")


def digits(found: Digits, out: Path) -> page.Picture:
    """Draw the loss of MNIST's batches."""

    def fill(figure: Figure, theme: figures.Theme) -> None:
        axes = figure.subplots()
        _losses(axes, found.losses, theme)
        axes.set_yscale("log")
        axes.set_yticks([0.05, 0.1, 0.2, 0.5, 1, 2], ["0.05", "0.1", "0.2", "0.5", "1", "2"])
        axes.yaxis.minorticks_off()
        axes.set_title(f"MNIST: {100 * found.accuracy:.2f} % of the test images right")
        axes.set_xlabel(f"step, of {min(training.BATCH, found.examples)} images")
        axes.set_ylabel("loss (log)")

    light, dark = figures.save(out / "matmuls-mnist.png", fill, (7, 4.4))
    return page.Picture(
        light.name,
        """What to see: thin, the loss of each batch before its step; thick, the mean over 21 steps. On
        Values, one step would take 30 million nodes.""",
        "The loss of the digits over the steps, falling",
        dark=dark.name,
    )


def names(found: Names, out: Path) -> page.Picture:
    """Draw the loss of the GPT's batches, and of held-out names."""
    steps, held_out = zip(*found.held_out)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        axes = figure.subplots()
        _losses(axes, found.losses, theme)
        axes.plot(steps, held_out, "o-", color=theme.orange, markersize=4, label="held-out names")
        axes.axhline(
            found.pairs, color=theme.dim, linestyle="--", linewidth=1.2, label="pairs of letters, counted"
        )
        axes.set_title(f"A GPT on names: {held_out[-1]:.2f} on held-out names")
        axes.set_xlabel(f"step, of {training.NAMES_BATCH} names")
        axes.set_ylabel("loss per letter")
        axes.legend()

    light, dark = figures.save(out / "matmuls-names.png", fill, (7, 4.4))
    return page.Picture(
        light.name,
        f"""What to see: the loss starts at log 27 = 3.30, where all letters are equally likely, and falls
        within a few hundred steps below the dashed line: {found.pairs:.2f}, the loss of a table that counts
        which letter follows which. The GPT looks further back than one letter.""",
        "The loss of the names over the steps, falling below that of counted pairs",
        dark=dark.name,
    )


def _losses(axes: Axes, losses: Sequence[float], theme: figures.Theme) -> None:
    """Draw losses of batches and their running mean, over fewer steps at both ends."""
    means = [np.mean(losses[max(0, step - SMOOTH) : step + SMOOTH + 1]) for step in range(len(losses))]
    axes.plot(losses, color=theme.blue, linewidth=0.7, alpha=0.35)
    axes.plot(means, color=theme.blue, linewidth=2.2, label="batches")
