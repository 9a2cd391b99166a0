"""The pictures of the demo, with a panel for each optimizer."""

from __future__ import annotations

from pathlib import Path as File
from typing import TYPE_CHECKING, Any

import numpy as np

from demos import figures, page

from .networks import LOOKS, Curve, Task
from .surfaces import Path, Surface

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 5
TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2)  # of the losses
FINE = 201  # points along each side for the contours


def trajectories(surface: Surface, paths: dict[str, Path], caption: str, out: File) -> page.Picture:
    """Draw the paths down a surface over its contours."""
    x, y = np.linspace(*surface.x, FINE), np.linspace(*surface.y, FINE)
    height = surface.loss(*np.meshgrid(x, y)) - surface.lowest
    levels = np.geomspace(max(height.min(), 1e-3 * height.max()), height.max(), 12)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        panels = _panels(figure, len(paths))
        for axes, (name, path) in zip(panels, paths.items()):
            axes.contourf(x, y, height, [0, *levels], colors=_shades(theme, len(levels)))
            axes.plot(*np.transpose(surface.minima), "*", color=theme.ink, markersize=9, clip_on=False)
            axes.plot(*surface.start, "o", color=theme.ink, markersize=5)
            axes.plot(*path.points.T, color=theme.orange, linewidth=1.3, marker=".", markersize=3)
            axes.plot(*path.points[-1], "o", color=theme.blue, markersize=6)
            axes.set_xlim(surface.x)
            axes.set_ylim(surface.y)
            axes.grid(visible=False)
            axes.set_title(f"{name}: {_arrival(path, surface)}", fontsize=11)

    light, dark = figures.save(out / f"optimizers-{surface.name.lower()}.png", fill, (12, 8))
    return page.Picture(
        light.name,
        caption,
        f"The paths of {len(paths)} optimizers over the contours of {surface.formula}, a panel for each",
        dark=dark.name,
        wide=True,
    )


def curves(task: Task, found: dict[str, list[Curve]], caption: str, out: File) -> page.Picture:
    """Draw the validation losses over the epochs: one optimizer in each panel, over all the others."""
    means = {name: _mean(runs) for name, runs in found.items()}
    first = max(runs[0].losses[0] for runs in found.values())
    last = [loss for _, losses in means.values() for loss in losses if 0 < loss < np.inf]

    def fill(figure: Figure, theme: figures.Theme) -> None:
        from matplotlib.ticker import NullLocator

        panels = _panels(figure, len(found))
        for axes, (name, runs) in zip(panels, found.items()):
            for other in means:
                axes.plot(*means[other], color=theme.dim, linewidth=0.6, alpha=0.45)
            for run in runs:
                axes.plot(run.epochs, run.losses, color=theme.blue, linewidth=0.9, alpha=0.5)
            axes.plot(*means[name], color=theme.blue, linewidth=2.2)
            axes.set(yscale="log", xlim=(0, task.epochs), ylim=(0.85 * min(last), 1.5 * first))
            axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
            axes.yaxis.set_minor_locator(NullLocator())
            axes.set_ylim(0.85 * min(last), 1.5 * first)  # ticks had widened it
            axes.set_title(f"{name}: {np.mean([run.losses[-1] for run in runs]):.3f}", fontsize=11)
        for axes in panels[-COLUMNS:]:
            axes.set_xlabel("step" if task.batch is None else "epoch")

    light, dark = figures.save(out / f"optimizers-{task.name.lower()}.png", fill, (12, 7.6))
    return page.Picture(
        light.name,
        caption,
        f"Validation loss over the epochs on {task.name}, a panel for each of {len(found)} optimizers",
        dark=dark.name,
        wide=True,
    )


def _panels(figure: Figure, count: int) -> list[Axes]:
    rows = -(-count // COLUMNS)
    panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel().tolist()
    for axes in panels[count:]:
        axes.set_visible(False)
    return list(panels[:count])


def _shades(theme: figures.Theme, count: int) -> Any:
    """Return colours for heights: paper in the valleys, more of the dim colour higher up."""
    return theme.towards(theme.dim)(np.linspace(0.0, 0.55, count))


def _arrival(path: Path, surface: Surface) -> str:
    evaluations = path.arrival(surface.lowest)
    return "not yet" if evaluations == np.inf else f"{evaluations:.0f}"


def _mean(runs: list[Curve]) -> tuple[np.ndarray, np.ndarray]:
    """Average the runs, interpolated if they were evaluated at different epochs (as for L-BFGS)."""
    if len({tuple(run.epochs) for run in runs}) == 1:
        return np.array(runs[0].epochs), np.mean([run.losses for run in runs], axis=0)
    end = min(run.epochs[-1] for run in runs)
    at = np.linspace(0, end, LOOKS + 1)
    return at, np.mean([np.interp(at, run.epochs, run.losses) for run in runs], axis=0)
