"""A network of scalars, 2-16-16-1, learns to tell two half-moons apart.

Every number in it is a Value: 337 parameters and, for each of 100 points, dozens of nodes. Every step builds
these nodes, walks back through them and drops them. Loss and learning rate are those of micrograd's demo.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import autograd
import nn
from demos import figures, page
from demos.command import positive, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FRESH = 1000  # points not used in training
REPORTS = 10  # lines printed on the way
PANELS = 4  # in the picture of the forming boundary


@dataclass
class History:
    """Loss and accuracy before each step, and copies of the network, on arrays, at some steps."""

    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    networks: list[tuple[int, nn.Sequential]] = field(default_factory=list)
    seconds: float = 0.0


def two_moons(
    count: int, rng: np.random.Generator, noise: float = 0.1
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Draw random points on two interleaving half circles, each labelled with its half circle.

    Return points (count, 2) and labels (count,): +1 on the upper moon, around (0, 0), -1 on the lower one,
    around (1, 0.5); both have radius 1. ``noise`` is the standard deviation of the normal noise added to
    both coordinates.

    >>> points, labels = two_moons(4, np.random.default_rng(0), noise=0.0)
    >>> labels.tolist(), np.hypot(*points[:2].T).round(6).tolist()
    ([1, 1, -1, -1], [1.0, 1.0])
    """
    labels = np.where(np.arange(count) < count / 2, 1, -1)
    angle = rng.uniform(0, np.pi, count)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.array([1.0, 0.5]) - upper
    points = np.where(labels[:, None] > 0, upper, lower)
    return points + rng.normal(0, noise, points.shape), labels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the training run."""
    parser.add_argument("--steps", type=positive, default=100, help="updates, each on all points")
    parser.add_argument("--points", type=positive, default=100, help="points to learn from")
    parser.add_argument("--lr", type=rate, default=1.0, help="initial learning rate; it falls to a tenth")
    parser.add_argument("--l2", type=float, default=1e-4, help="factor of the sum of squared parameters")


def run(options: argparse.Namespace) -> list[page.Section]:
    """Train, and draw the decision boundary and the curves."""
    rng = np.random.default_rng(options.seed)
    points, labels = two_moons(options.points, rng)
    model = nn.MLP(2, [16, 16, 1], dot=True, rng=rng)
    history = _train(model, points, labels, options)
    network = history.networks[-1][1]
    accuracy = _accuracy(network, points, labels)
    fresh = _accuracy(network, *two_moons(FRESH, rng))
    print(f"\nright on {100 * accuracy:.1f} % of its points, on {100 * fresh:.1f} % of {FRESH:,} new ones")

    shown = [
        _boundary(network, points, labels, options.out),
        _curves(history, options.out),
        _forming(history, points, labels, options.out),
    ]
    print("Pictures: " + ", ".join(str(options.out / picture.file) for picture in shown))
    parameters = len(model.parameters())
    milliseconds = 1000 * history.seconds / options.steps
    blocks: list[page.Block] = [
        page.Paragraph(
            f"""Two inputs, two hidden layers of 16 neurons, one score: {parameters} learned Values. Every
            step computes the score of each point, adds up how far each falls short of 1 on the right side
            (the hinge loss), walks back, and moves every parameter a little against its gradient."""
        ),
        page.Facts(
            [
                (f"{100 * accuracy:.1f} %", f"right on the {len(points)} points it learned from"),
                (f"{100 * fresh:.1f} %", f"right on {FRESH:,} new points"),
                (f"{parameters}", "parameters, each a Value"),
                (f"{milliseconds:.0f} ms", f"per step, forwards and backwards through {len(points)} points"),
            ]
        ),
        *shown,
    ]
    return [page.Section("moons", "Scalars learn: two moons", blocks)]


def _train(
    model: nn.MLP, points: NDArray[np.float64], labels: NDArray[np.int64], options: argparse.Namespace
) -> History:
    from tqdm import tqdm

    history = History()
    inputs, targets = points.tolist(), labels.tolist()
    parameters = model.parameters()
    optimizer = nn.SGD(parameters, lr=options.lr)
    kept = set(np.geomspace(1, options.steps + 1, PANELS).astype(int) - 1)  # most changes early
    reported = set(np.linspace(0, options.steps - 1, REPORTS).astype(int))
    started = time.perf_counter()
    # disable=None: no bar without a terminal
    for step in (bar := tqdm(range(options.steps), "training", leave=False, disable=None, unit=" steps")):
        if step in kept:
            history.networks.append((step, model.vectorized()))
        scores = [model(point) for point in inputs]
        loss = nn.hinge(scores, targets) + options.l2 * autograd.dot(parameters, parameters)
        optimizer.zero_grad()
        try:
            loss.backward()
        except ValueError as error:  # a gradient is nan
            raise ArithmeticError(error) from error
        optimizer.lr = options.lr * (1 - 0.9 * step / options.steps)
        optimizer.step()
        history.losses.append(loss.data)
        history.accuracies.append(
            sum(score.data * target > 0 for score, target in zip(scores, targets)) / len(targets)
        )
        report = f"loss {loss.data:.4f}   accuracy {100 * history.accuracies[-1]:5.1f} %"
        bar.set_postfix_str(report, refresh=False)
        if step in reported:
            bar.write(f"step {step + 1:4} of {options.steps}   {report}")
    history.networks.append((options.steps, model.vectorized()))
    history.seconds = time.perf_counter() - started
    return history


def _scores(network: nn.Sequential, points: NDArray[np.float64]) -> NDArray[np.float64]:
    with autograd.no_grad():
        return network(points).numpy()[:, 0]


def _accuracy(network: nn.Sequential, points: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    return float(np.mean(_scores(network, points) * labels > 0))


def _plane(
    axes: Axes,
    theme: figures.Theme,
    network: nn.Sequential,
    points: NDArray[np.float64],
    labels: NDArray[np.int64],
    dot: float,
) -> None:
    """Draw the score everywhere in the plane as colour, the boundary as a line, and the points."""
    low, high = points.min(axis=0) - 0.35, points.max(axis=0) + 0.35
    x, y = np.meshgrid(np.linspace(low[0], high[0], 240), np.linspace(low[1], high[1], 180))
    scores = _scores(network, np.stack([x.ravel(), y.ravel()], axis=1)).reshape(x.shape)
    place = (low[0], high[0], low[1], high[1])
    coloured = theme.diverging(np.clip(scores / 6 + 0.5, 0, 1))  # from -3 to 3
    axes.imshow(coloured, extent=place, origin="lower", alpha=0.55, interpolation="bilinear")
    lines = ((-1, theme.dim, "dashed", 0.8), (1, theme.dim, "dashed", 0.8), (0, theme.ink, "solid", 1.8))
    for level, colour, style, width in lines:
        if scores.min() < level < scores.max():
            axes.contour(x, y, scores, levels=[level], colors=colour, linestyles=style, linewidths=width)
    for label, colour, marker in ((1, theme.blue, "o"), (-1, theme.orange, "^")):
        x, y = points[labels == label].T
        axes.scatter(x, y, s=dot, color=colour, marker=marker, edgecolors="white", linewidths=0.7, zorder=3)
    axes.set_aspect("equal")
    axes.grid(visible=False)


def _boundary(
    network: nn.Sequential, points: NDArray[np.float64], labels: NDArray[np.int64], out: Path
) -> page.Picture:
    def fill(figure: Figure, theme: figures.Theme) -> None:
        axes = figure.subplots()
        _plane(axes, theme, network, points, labels, 46)
        axes.set_title("What it has learned")

    light, dark = figures.save(out / "moons-boundary.png", fill, (7.2, 4.8))
    return page.Picture(
        light.name,
        """The score is 0 on the line: on its blue side the network says upper moon (circles), on the orange
        side lower moon (triangles). On the dashed lines the score is 1 and -1; points beyond them add
        nothing to the loss. The line has corners because relu has one.""",
        "Two interleaved half-moons of points with the decision boundary between them",
        dark=dark.name,
    )


def _curves(history: History, out: Path) -> page.Picture:
    steps = range(1, len(history.losses) + 1)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        above, below = figure.subplots(2, 1, sharex=True)
        above.plot(steps, history.losses, color=theme.blue, linewidth=2)
        above.set(title="Loss")
        above.set_ylim(bottom=0)
        below.plot(steps, [100 * accuracy for accuracy in history.accuracies], color=theme.blue, linewidth=2)
        below.set(title="Accuracy in %", xlabel="step")

    light, dark = figures.save(out / "moons-curves.png", fill, (7.2, 4.8))
    return page.Picture(
        light.name,
        """The loss falls in bumps: the learning rate is high at first, and a step can go too far. The loss
        keeps falling after every point is right, because the hinge loss asks for a margin.""",
        f"Loss from {history.losses[0]:.2f} to {history.losses[-1]:.3f} over {len(history.losses)} steps",
        dark=dark.name,
    )


def _forming(
    history: History, points: NDArray[np.float64], labels: NDArray[np.int64], out: Path
) -> page.Picture:
    def fill(figure: Figure, theme: figures.Theme) -> None:
        row = figure.subplots(1, len(history.networks), squeeze=False).flat
        for axes, (step, network) in zip(row, history.networks):
            _plane(axes, theme, network, points, labels, 14)
            figures.plain(axes)
            axes.set_title(f"after {step} steps" if step else "before the first step")

    light, dark = figures.save(out / "moons-forming.png", fill, (12, 2.2))
    return page.Picture(
        light.name,
        """The boundary as it forms: a few steps move it between most of the points, and all the rest bend it
        around the tips of the moons.""",
        "The decision boundary at four moments of training",
        dark=dark.name,
        wide=True,
    )
