"""What the choice of a loss changes for outliers, for rare examples, and for a classifier's confidence."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import autograd
import nn
from autograd import Tensor, no_grad
from demos import figures, page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("blue", "orange", "ink")


@dataclass(frozen=True)
class Effect:
    """A finding in words, and a picture of it."""

    said: str
    picture: page.Picture


# Outliers: fit a line to points while one of them moves up and up.

SLOPE, OFFSET = 0.5, 1.0
FURTHEST = 12.0
REGRESSION: dict[str, Callable[..., Any]] = {"mse": nn.mse, "mae": nn.mae, "huber": nn.huber}


def lines(
    loss: Callable[..., Any], x: NDArray[Any], y: NDArray[Any], steps: int = 600
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Fit a line to each row of ``y`` (R, N) by gradient descent on the loss, all rows together; return
    slopes and offsets."""
    slopes, offsets = Tensor(np.zeros((len(y), 1))), Tensor(np.zeros((len(y), 1)))
    optimizer = nn.Adam([slopes, offsets], lr=0.05)
    for step in range(steps):
        optimizer.lr = 0.05 * (1 - step / steps)  # down to 0: the absolute error never settles by itself
        optimizer.zero_grad()
        loss(slopes * x + offsets, y, reduction="sum").backward()
        optimizer.step()
    return slopes.data[:, 0], offsets.data[:, 0]


def outliers(seed: int, out: Path) -> Effect:
    """Fit a line with three losses while one point moves away from it."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-2, 2, 15)
    clean = SLOPE * x + OFFSET + 0.15 * rng.standard_normal(len(x))
    moved = np.linspace(0, FURTHEST, 25)
    y = np.tile(clean, (len(moved), 1))
    y[:, -2] += moved
    fits = {name: lines(loss, x, y) for name, loss in REGRESSION.items()}

    def fill(figure: Figure, theme: figures.Theme) -> None:
        left, right = figure.subplots(1, 2)
        left.scatter(x[:-2], clean[:-2], color=theme.dim, s=28, zorder=3)
        left.scatter(x[-1:], clean[-1:], color=theme.dim, s=28, zorder=3)
        left.scatter(x[-2], y[-1, -2], color=theme.orange, s=60, marker="x", zorder=3)
        for (name, (slopes, offsets)), colour in zip(fits.items(), COLOURS):
            line = "--" if name == "huber" else "-"  # close to mae, often on top of it
            left.plot(
                x, slopes[-1] * x + offsets[-1], line, color=getattr(theme, colour), linewidth=2, label=name
            )
            right.plot(moved, slopes, line, color=getattr(theme, colour), linewidth=2, label=name)
        left.set(title="fifteen points, one of them wrong", xlabel="x", ylabel="y")
        right.axhline(SLOPE, color=theme.dim, linewidth=1, linestyle=":", label="the truth")
        right.set(title="slope of the fitted line", xlabel="how far that point is moved up")
        for axes in (left, right):
            axes.legend(loc="upper left")

    light, dark = figures.save(out / "losses-outliers.png", fill, (10.5, 4.1))
    off = {name: abs(float(slopes[-1]) - float(slopes[0])) for name, (slopes, _) in fits.items()}
    said = f"""Outliers: a single point out of fifteen is moved up by {FURTHEST:g}. The line of the
        squared error follows it: its slope changes by {off["mse"]:.2f}, that of the absolute error by
        {off["mae"]:.2f}, that of Huber's loss by {off["huber"]:.2f}."""
    return Effect(
        page.flowing(said),
        page.Picture(
            light.name,
            """Left, the three lines when the cross is furthest away. Right, the slope on the way there:
            with the squared error it keeps changing; with the other two the point is outvoted as soon as
            its pull reaches its bound.""",
            "A scatter of points with three fitted lines, and the slopes over the distance of an outlier",
            dark=dark.name,
            wide=True,
        ),
    )


# Focal loss: a few examples that matter among many easy ones.

NEGATIVES, POSITIVES = 10_000, 50
GAMMAS = (0.0, 0.5, 1.0, 2.0, 5.0)


def hard_examples(seed: int, out: Path) -> Effect:
    """Measure how much rare examples add to a batch's gradient when nearly all of it is easy background."""
    rng = np.random.default_rng(seed)
    logits = Tensor(np.concatenate([rng.normal(-4, 1, NEGATIVES), rng.normal(-1, 1, POSITIVES)]))
    labels = np.repeat([0.0, 1.0], [NEGATIVES, POSITIVES])
    shares = []
    for gamma in GAMMAS:
        pull = np.abs(autograd.gradients(nn.focal(logits, labels, gamma=gamma, alpha=None), logits))
        shares.append(100 * float(pull[NEGATIVES:].sum() / pull.sum()))

    def fill(figure: Figure, theme: figures.Theme) -> None:
        left, right = figure.subplots(1, 2)
        p = Tensor(np.linspace(0.01, 0.995, 400))
        x = autograd.log(p / (1.0 - p))
        strengths = np.linspace(1, 0.35, len(GAMMAS))
        for gamma, strength in zip(GAMMAS, strengths):
            losses = nn.focal(x, np.ones(x.shape), gamma=gamma, alpha=None, reduction="none")
            left.plot(
                p.data, losses.data, color=theme.towards(theme.blue)(strength), linewidth=2,
                label="0: cross-entropy" if gamma == 0 else f"{gamma:g}",
            )  # fmt: skip
        left.set(title="focal loss", xlabel="probability given to the right answer", ylim=(-0.1, 4))
        left.legend(title="gamma")
        bars = right.bar([f"{gamma:g}" for gamma in GAMMAS], shares, color=theme.blue, width=0.6)
        right.bar_label(bars, [f"{share:.0f} %" for share in shares], color=theme.ink, padding=2)
        right.set(title="share of the gradient from the rare", xlabel="gamma", ylabel="%", ylim=(0, 108))
        right.grid(visible=False, axis="x")

    light, dark = figures.save(out / "losses-focal.png", fill, (10.5, 4.1))
    rare = 100 * POSITIVES / (POSITIVES + NEGATIVES)
    said = f"""Rare examples: {NEGATIVES:,} pieces of background, most of them recognised with certainty,
        and {POSITIVES} objects that are not found yet. The objects are {rare:.1f} % of the batch. Of the
        sum of all pulls on the logits they make up {shares[0]:.0f} % with the cross-entropy, and
        {shares[GAMMAS.index(2.0)]:.0f} % with focal loss at gamma = 2: each easy example pulls a
        little, but there are so many."""
    return Effect(
        page.flowing(said),
        page.Picture(
            light.name,
            """Left: the larger gamma, the smaller the loss of answers that are already right. Right: as a
            result, the batch is about the answers that are still wrong.""",
            "Five curves of the focal loss, and five bars of the share of rare examples in the gradient",
            dark=dark.name,
            wide=True,
        ),
    )


# Label smoothing: how sure a classifier should be.

CLASSES = 3
EPSILONS = (0.0, 0.1, 0.3)
STEPS = 500


def goal(epsilon: float) -> float:
    """Return the lead of the right logit that meets smoothed labels: the logarithm of the ratio of their
    shares."""
    return math.log((1 - epsilon + epsilon / CLASSES) / (epsilon / CLASSES))


def smoothing(seed: int, out: Path) -> Effect:
    """Train a classifier of three clouds of points, and follow how far apart it drives its logits."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(CLASSES), 100)
    angles = 2 * np.pi * labels / CLASSES
    x = 2.2 * np.stack([np.cos(angles), np.sin(angles)], axis=1) + 0.55 * rng.standard_normal(
        (len(labels), 2)
    )
    leads: dict[float, list[float]] = {}
    sure: dict[float, NDArray[Any]] = {}
    for epsilon in EPSILONS:
        model = nn.Sequential(nn.Linear(2, 16, rng=seed), nn.Tanh(), nn.Linear(16, CLASSES, rng=seed + 1))
        optimizer = nn.Adam(model.parameters(), lr=0.03)
        leads[epsilon] = []
        for _ in range(STEPS):
            logits = model(x)
            right = np.arange(CLASSES) == labels[:, None]
            leads[epsilon].append(float(logits.data[right].mean() - logits.data[~right].mean()))
            optimizer.zero_grad()
            nn.cross_entropy(logits, labels, label_smoothing=epsilon).backward()
            optimizer.step()
        with no_grad():
            sure[epsilon] = autograd.softmax(model(x).data, axis=1).max(axis=1)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        left, right = figure.subplots(1, 2)
        for epsilon, colour in zip(EPSILONS, COLOURS):
            shade = getattr(theme, colour)
            left.plot(leads[epsilon], color=shade, linewidth=2, label=f"{epsilon:g}")
            if epsilon:
                left.axhline(goal(epsilon), color=shade, linewidth=1, linestyle=":")
        left.set(title="lead of the right logit", xlabel="step")
        left.legend(title="label_smoothing")
        edges = np.linspace(0.6, 1.0, 41)
        for epsilon, colour in zip(EPSILONS, COLOURS):
            right.hist(
                np.clip(sure[epsilon], edges[0], 1), edges, color=getattr(theme, colour),
                histtype="stepfilled",
                alpha=0.75,
            )  # fmt: skip
        right.set(title="how sure it is of its answers", xlabel="probability given", ylabel="points")

    light, dark = figures.save(out / "losses-smoothing.png", fill, (10.5, 4.1))
    last = {epsilon: leads[epsilon][-1] for epsilon in EPSILONS}
    said = f"""Smoothed labels: a network learns to separate three clouds of points that hardly overlap.
        With plain labels, the lead of the right logit is {last[0.0]:.1f} after {STEPS} steps, and it
        keeps growing: only certainty would make the loss 0. With label_smoothing = 0.1 it comes to
        {last[0.1]:.1f}, where the output meets the smoothed label: log(0.933 / 0.033) =
        {goal(0.1):.1f}."""
    return Effect(
        page.flowing(said),
        page.Picture(
            light.name,
            """Left, dotted, the lead that meets the label. Right, the network without smoothing gives
            nearly every point 100 %; the others leave as much doubt as their labels do.""",
            "Three curves of the lead of the right logit over the steps, and three histograms of confidence",
            dark=dark.name,
            wide=True,
        ),
    )
