"""The losses, family by family: the curve of each beside the curve of its gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import autograd
import nn
from autograd import Tensor
from demos import figures, page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 601
CLASSES = 10
PIXELS, OBJECT = 400, 12  # pixels of a mask, and of the object on it
STYLES = (("blue", "-"), ("orange", "--"), ("ink", ":"), ("dim", "-."))  # distinguishable without colours


@dataclass(frozen=True)
class Curve:
    """A loss along an axis; ``losses`` computes it for every point in a Tensor."""

    label: str
    losses: Callable[[Tensor], Any]


@dataclass(frozen=True)
class Family:
    """Losses to compare side by side."""

    name: str
    title: str
    axis: str
    span: tuple[float, float]
    curves: tuple[Curve, ...]
    heights: tuple[tuple[float, float], tuple[float, float]]  # shown of the losses, and of the gradients
    caption: str
    slope: str = "gradient"
    roomy: int = 0  # the side that has room for the legend


def traced(curve: Curve, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Compute the losses at all ``x``, and their gradients by backpropagation."""
    points = Tensor(x)
    losses = curve.losses(points)
    return losses.data, autograd.gradients(losses.sum(), points)


def broken(y: NDArray[Any]) -> NDArray[Any]:
    """Put a gap into a curve at each jump, so that no vertical line is drawn there. A jump is a difference of
    neighbours far above the differences on both sides.

    >>> broken(np.array([0.0, 0.1, 0.2, 5.0, 5.1, 5.2]))
    array([0. , 0.1, 0.2, nan, 5.1, 5.2])
    """
    steps = np.abs(np.diff(y))
    padded = np.pad(steps, 2, mode="edge")  # two away, because a point on the jump splits it into two steps
    around = np.maximum(padded[:-4], padded[4:])
    jumps = (steps > 5 * around) & (steps > 0.1 * np.ptp(y) + 1e-9)  # and above the rounding of a constant
    return np.where(np.concatenate([[False], jumps]), np.nan, y)


def draw(family: Family, out: Path) -> page.Picture:
    """Draw the losses and the gradients of a family in one picture."""
    x = np.linspace(*family.span, POINTS)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        sides = figure.subplots(1, 2)
        for curve, (colour, line) in zip(family.curves, STYLES):
            for axes, y in zip(sides, traced(curve, x)):
                axes.plot(x, broken(y), line, color=getattr(theme, colour), linewidth=2.2, label=curve.label)
        for axes, title, (low, high) in zip(sides, (family.title, family.slope), family.heights):
            room = 0.05 * (high - low)
            axes.set(title=title, xlabel=family.axis, ylim=(low - room, high + room))
            axes.axhline(0, color=theme.dim, linewidth=0.8, zorder=1)
        sides[family.roomy].legend(frameon=True, facecolor=theme.paper, edgecolor="none", framealpha=0.85)

    light, dark = figures.save(out / f"losses-{family.name}.png", fill, (10.5, 4.1))
    names = ", ".join(curve.label for curve in family.curves)
    return page.Picture(
        light.name, page.flowing(family.caption), f"Two panels, the loss and its gradient: {names}",
        dark=dark.name, wide=True,
    )  # fmt: skip


def _row(*columns: Any) -> Any:
    """Stack numbers along the axis (P,), and constants, as columns: (P, columns)."""
    length = next(column for column in columns if isinstance(column, Tensor)).shape[0]
    return autograd.stack(
        [
            column if isinstance(column, Tensor) else Tensor(np.full(length, column), False)
            for column in columns
        ],
        axis=1,
    )


def _each(loss: Callable[..., Any], target: float, **options: Any) -> Callable[[Tensor], Any]:
    """Return a function that computes the loss of every point with the same target."""
    return lambda x: loss(x, np.full(x.shape, target), reduction="none", **options)


def _lead(loss: Callable[..., Any], **options: Any) -> Callable[[Tensor], Any]:
    """Return a function that computes the loss for a right logit of ``x`` and 0 for all others."""
    return lambda x: loss(_row(x, *[0.0] * (CLASSES - 1)), np.zeros(len(x), int), reduction="none", **options)


def _pair(loss: Callable[..., Any], sign: int, **options: Any) -> Callable[[Tensor], Any]:
    """Return a function that computes the loss of a pair of points on a line, ``x`` apart."""
    return lambda x: loss(_row(x), np.zeros((len(x), 1)), np.full(len(x), sign), reduction="none", **options)


def _triplet(x: Tensor) -> Any:
    """Compute the triplet loss with the negative ``x`` away from the anchor, the positive 1."""
    here = np.zeros((len(x), 1))
    return nn.triplet(_row(x), _row(x) - 1.0, here, reduction="none")


def _turned(sign: int) -> Callable[[Tensor], Any]:
    def losses(degrees: Tensor) -> Any:
        angle = degrees * (np.pi / 180)
        directions = _row(autograd.cos(angle), autograd.sin(angle))
        ahead = np.tile([1.0, 0.0], (len(degrees), 1))
        return nn.cosine_embedding(directions, ahead, np.full(len(degrees), sign), reduction="none")

    return losses


def _mask(loss: Callable[..., Any], **options: Any) -> Callable[[Tensor], Any]:
    """Return the loss for a small object on a large background that is already right; ``x`` is the
    probability on the object."""
    target = np.zeros(PIXELS)
    target[:OBJECT] = 1

    def losses(x: Tensor) -> Any:
        predicted = x.reshape(-1, 1) * target
        found = loss(predicted, np.tile(target, (len(x), 1)), reduction="none", **options)
        return found if found.ndim == 1 else found.mean(axis=1)

    return losses


def _log_rows(x: Tensor) -> Any:
    return _row(autograd.log(x), autograd.log(1.0 - x))


SHARE = 0.7
SHARES = (SHARE, 1 - SHARE)

FAMILIES = (
    Family(
        "regression", "Regression: mse, mae, huber", "prediction - target", (-3, 3),
        (
            Curve("mse", _each(nn.mse, 0.0)),
            Curve("mae", _each(nn.mae, 0.0)),
            Curve("huber, delta = 1", _each(nn.huber, 0.0)),
        ),
        ((0, 6), (-4, 4)),
        """The squared error pulls harder the further off a prediction is; the absolute error always
        pulls equally hard, even on nearly right predictions; Huber's loss acts like the first near 0 and
        like the second far away.""",
    ),
    Family(
        "counts", "Counts: poisson_nll", "logarithm of the predicted rate", (-2, 4),
        (
            Curve("0 were counted", _each(nn.poisson_nll, 0.0, full=True)),
            Curve("3 were counted", _each(nn.poisson_nll, 3.0, full=True)),
            Curve("20 were counted", _each(nn.poisson_nll, 20.0, full=True)),
        ),
        ((0, 30), (-20, 30)),
        """The loss is lowest when the rate equals the count, and steeper above than below: the cost of
        predicting too many grows exponentially. The gradient is simply the rate minus the count.""",
    ),
    Family(
        "margin", "Yes or no: by the margin", "target (+1 or -1) × score", (-4, 4),
        (
            Curve("binary_cross_entropy_with_logits", _each(nn.binary_cross_entropy_with_logits, 1.0)),
            Curve("hinge", _each(nn.hinge, 1.0)),
            Curve("focal, gamma = 2", _each(nn.focal, 1.0, alpha=None)),
            Curve("mse of score and ±1", _each(nn.mse, 1.0)),
        ),
        ((0, 5), (-2, 2)),
        """Right of 0 the answer is right. The hinge stops pulling at a margin of 1, the cross-entropy
        never quite does, and focal loss pulls little on answers that are already right. The squared error
        pulls back scores that are right by more than 1, which is why it is not used here.""",
        roomy=1,
    ),
    Family(
        "probability", "Probabilities: nll and its kin", "predicted probability p", (0.005, 0.995),
        (
            Curve("binary_cross_entropy, target 1", _each(nn.binary_cross_entropy, 1.0)),
            Curve(f"binary_cross_entropy, target {SHARE}", _each(nn.binary_cross_entropy, SHARE)),
            Curve(
                f"kl_divergence from ({SHARE}, {1 - SHARE:.1f})",
                lambda p: nn.kl_divergence(_log_rows(p), np.tile(SHARES, (len(p), 1)), reduction="none"),
            ),
            Curve(
                "nll of log(p)",
                lambda p: nn.nll(_log_rows(p), np.zeros(len(p), int), reduction="none"),
            ),
        ),
        ((0, 4), (-8, 8)),
        f"""The loss for calling the truth impossible has no bound. For two classes nll equals binary
        cross-entropy and lies on the blue line. With a target of {SHARE} the loss is lowest at {SHARE}:
        there the divergence is 0, and the cross-entropy is the entropy of the target. The two differ by
        that constant, so their gradients are equal.""",
    ),
    Family(
        "classes", f"One of {CLASSES} classes", "lead of the right logit over all others", (-6, 12),
        (
            Curve("cross_entropy", _lead(nn.cross_entropy)),
            Curve("cross_entropy, label_smoothing = 0.1", _lead(nn.cross_entropy, label_smoothing=0.1)),
            Curve("multiclass_hinge", _lead(nn.multiclass_hinge)),
        ),
        ((0, 8), (-1, 0.25)),
        """The cross-entropy always wants a larger lead. With smoothed labels some lead is enough, and
        beyond it the gradient changes its sign. The hinge wants a lead of 1, no more.""",
    ),
    Family(
        "distance", "Vectors: contrastive, triplet", "distance (for triplet: to the negative)", (0.005, 3),
        (
            Curve("contrastive, together", _pair(nn.contrastive, 1)),
            Curve("contrastive, apart, margin = 2", _pair(nn.contrastive, -1, margin=2.0)),
            Curve("triplet, positive 1 away", _triplet),
        ),
        ((0, 3), (-2.1, 3)),
        """Points that belong together are pulled as by a spring, harder when further apart; points that do
        not are pushed until they keep the margin. The triplet's push is the same at any distance, and ends
        when the negative is further away than the positive by the margin.""",
    ),
    Family(
        "angle", "Vectors: cosine_embedding", "angle between the two, in degrees", (0, 180),
        (
            Curve("together", _turned(1)),
            Curve("apart, margin = 0", _turned(-1)),
        ),
        ((0, 2), (-0.02, 0.02)),
        """Only the angle counts, not the lengths. The pull is strongest at right angles and vanishes
        when two vectors point in opposite directions: the worst place of all is hard to leave.""",
        slope="gradient, for each degree",
    ),
    Family(
        "masks", "Masks: dice, iou", "probability on the object's pixels", (0.01, 0.99),
        (
            Curve("dice", _mask(nn.dice)),
            Curve("iou", _mask(nn.iou)),
            Curve("binary_cross_entropy, mean", _mask(nn.binary_cross_entropy)),
        ),
        ((0, 1), (-2, 0)),
        f"""An object of {OBJECT} pixels in {PIXELS}; the background is already right. In a mean over pixels
        the object hardly counts, and missing half of it costs next to nothing; dice and IoU compare it
        with itself, so its size hardly matters.""",
    ),
)  # fmt: skip
