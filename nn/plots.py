"""Plots of training: schedules, histories, range tests. The only file of the package that draws.

The functions draw into given Axes or a given Figure, with its colours; :func:`save` makes a figure in the
project's style and writes it. matplotlib is an extra, and so imported only on drawing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.files import regular, replacing
from autograd.show.style import LIGHT
from autograd.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .schedules import ReduceOnPlateau, Schedule
    from .training.history import History
    from .training.range_test import RangeTest

FORMATS = (".png", ".svg", ".pdf")
SETTINGS: dict[Any, Any] = {
    "axes.edgecolor": LIGHT["dim"],
    "axes.labelcolor": LIGHT["dim"],
    "axes.titlecolor": LIGHT["ink"],
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LIGHT["disc"],
    "text.color": LIGHT["ink"],
    "xtick.color": LIGHT["dim"],
    "ytick.color": LIGHT["dim"],
    "legend.frameon": False,
    "svg.hashsalt": "stepgrad",  # the same plot gives the same file
}
COLOURS = (LIGHT["positive"], LIGHT["negative"])


def save(path: str | os.PathLike[str], fill: Callable[[Figure], object], size: tuple[float, float]) -> Path:
    """Let ``fill`` draw into a figure of ``size`` inches, and write it to ``path``; return the path.

    The suffix chooses the format: PNG, SVG or PDF. The file is written atomically. ValueError for another
    suffix, ImportError without matplotlib.
    """
    path = regular(path, "plot")
    if path.suffix.lower() not in FORMATS:
        raise ValueError(
            f"plot: the path {str(path)!r} ends in {path.suffix!r}; expected one of {', '.join(FORMATS)}"
        )
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "matplotlib":
            raise
        raise ImportError("plot: matplotlib is not installed: pip install 'stepgrad[demos]'") from missing
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=size, dpi=160, layout="constrained")
        fill(figure)
        with replacing(path) as file:
            dated = {"Date": None} if path.suffix.lower() == ".svg" else None
            figure.savefig(file, format=path.suffix.lower()[1:], metadata=dated)
    return path


def schedule(
    axes: Axes, schedule: Schedule, steps: int | None = None, colours: Sequence[str] = COLOURS
) -> None:
    """Plot the learning rate of each step, with a line per parameter group whose rate differs."""
    drawn: list[list[float]] = []
    for group in range(len(schedule.bases)):
        rates = schedule.preview(steps, group)
        if rates in drawn:
            continue
        drawn.append(rates)
        axes.plot(rates, color=colours[group % len(colours)], linewidth=2, label=f"group {group}",
                  drawstyle="steps-post" if _stairs(rates) else "default")  # fmt: skip
    if len(drawn) > 1:
        axes.legend()
    axes.set(title=type(schedule).__name__, xlabel="step", ylabel="learning rate")
    axes.set_ylim(bottom=0)


def plateau(
    figure: Figure,
    schedule: ReduceOnPlateau,
    steps: int | None = None,
    metrics: Sequence[float] | None = None,
    colours: Sequence[str] = COLOURS,
) -> None:
    """Plot the learning rate of each epoch, next to the metric that it follows, if there is one."""
    rows = figure.subplots(1 if metrics is None else 2, 1, sharex=True, squeeze=False)[:, 0]
    for group in range(len(schedule.bases)):
        rates = schedule.preview(steps, group, metrics)
        rows[-1].plot(
            range(1, len(rates) + 1), rates, color=colours[group % len(colours)], linewidth=2,
            drawstyle="steps-mid",
        )  # fmt: skip
    title = "" if metrics is not None else ", if nothing improves after the first epoch"
    rows[-1].set(title=type(schedule).__name__ + title, xlabel="epoch", ylabel="learning rate", yscale="log")
    if metrics is not None:
        rows[0].plot(range(1, len(metrics) + 1), metrics, color=colours[1], linewidth=2)
        rows[0].set(title="Metric")


def _stairs(rates: Sequence[float]) -> bool:
    """Check whether a curve is made of steps, which a sloping line would misrepresent."""
    changes = np.count_nonzero(np.diff(rates))
    return 4 * changes < len(rates)


def range_test(axes: Axes, test: RangeTest, colours: Sequence[str] = COLOURS) -> None:
    """Plot the loss at every rate tried, its running mean, and the two rates read off it."""
    axes.plot(test.rates, test.losses, color=colours[0], alpha=0.25, linewidth=0.8)
    axes.plot(test.rates, test.smoothed, color=colours[0], linewidth=2)
    top = max(test.losses[0], *test.smoothed[: int(np.argmin(test.smoothed)) + 1])
    bottom = min(*test.losses, *test.smoothed)
    # Put each name on the outer side of its line.
    for rate, name, side in ((test.steepest, "steepest", "right"), (test.lowest, "lowest", "left")):
        axes.axvline(rate, color=colours[1], linewidth=1, linestyle="dashed")
        axes.annotate(
            f" {name} at {rate:.2g} ", (rate, 0.02), xycoords=("data", "axes fraction"),
            va="bottom", ha=side, color=colours[1],
        )  # fmt: skip
    axes.set(title="Learning-rate range test", xlabel="learning rate", ylabel="loss", xscale="log")
    # Losses after the end of the test are too large to set the scale.
    axes.set_ylim(bottom - 0.15 * abs(top - bottom), top + 0.3 * (abs(top) or 1.0))


def history_size(history: History) -> tuple[float, float]:
    """Return the figure size for :func:`history`, in inches."""
    return 7.2, 3.2 * len(_curves(history))


def history(figure: Figure, history: History, colours: Sequence[str] = COLOURS) -> None:
    """Plot the loss, with every batch's in the background, and each metric below, by epoch."""
    panels = _curves(history)
    epochs = history["epoch"]
    rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(rows, panels):
        marker = "o" if len(epochs) < 25 else None
        if name == "loss":
            _batches(axes, history, colours[0])
        for column, label, colour in (
            (name, "training", colours[0]),
            (f"validation_{name}", "validation", colours[1]),
        ):
            if column in history.columns():
                axes.plot(epochs, history[column], color=colour, linewidth=2, marker=marker, label=label)
        axes.set(title=printable(name.capitalize()))
        axes.legend()
    rows[-1].set(xlabel="epoch")
    rows[-1].locator_params(axis="x", integer=True)


def _curves(history: History) -> list[str]:
    """List the curves to draw: the loss and every metric."""
    apart = ("epoch", "step", "lr", "seconds")
    names = (name.removeprefix("validation_") for name in history.columns() if name not in apart)
    return list(dict.fromkeys(names))


def _batches(axes: Axes, history: History, colour: str) -> None:
    """Plot the loss of every batch, with the last batch of an epoch at the number of that epoch."""
    steps = [0, *(int(step) for step in history["step"])]
    done = steps[-1]
    places = np.interp(np.arange(1, done + 1), steps, [0.0, *history["epoch"]])
    axes.plot(places, history.batch_losses[:done], color=colour, alpha=0.25, linewidth=0.6)
    losses = np.array(history.batch_losses[:done])
    top = np.quantile(losses[np.isfinite(losses)], 0.99) if np.isfinite(losses).any() else None
    axes.set_ylim(0 if np.nanmin(losses) >= 0 else None, top)
