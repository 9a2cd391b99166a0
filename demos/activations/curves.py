"""The activations, one by one: the curve of each, the curve of its slope, and where it is flat."""

from __future__ import annotations

import inspect
import re
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
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[Any]
SPAN, POINTS = 8.0, 801  # drawn
FAR = 12.0  # measured: further out the slope of a tanh is rounded to 0
FLAT = 0.01  # a slope that lets less than a hundredth of a gradient through
STYLES = (("blue", "-"), ("orange", "--"), ("ink", ":"))  # distinguishable without colours too
HEADING = re.compile(r"([A-Z]\w+): (.*)")


@dataclass(frozen=True)
class Curve:
    """An activation along the axis: ``of`` computes it for every point in a Tensor."""

    label: str
    of: Callable[[Tensor], Any]


@dataclass(frozen=True)
class Entry:
    """An activation with the settings to draw; the first one decides where it is flat."""

    name: str
    module: type
    curves: tuple[Curve, ...]
    bounds: tuple[float, ...] = ()  # levels that it approaches or reaches
    height: tuple[float, float] = (-2.0, 4.0)
    slopes: tuple[float, float] = (-0.4, 1.4)
    axis: str = "x"
    legend: str = "upper left"


@dataclass(frozen=True)
class Measured:
    """Properties of an activation for x from -FAR to FAR: the extremes of its slope, its lowest point, and
    the intervals in which the slope is nearly 0 and exactly 0."""

    slope: tuple[float, float]
    lowest: tuple[float, float] | None  # the point (x, value); None if it is at an end
    flat: list[tuple[float, float]]
    zero: list[tuple[float, float]]


def traced(curve: Curve, x: Floats) -> tuple[Floats, Floats]:
    """Compute the values at all ``x``, and the slopes by backpropagation."""
    points = Tensor(x)
    values = curve.of(points)
    return values.data, autograd.gradients(values.sum(), points)


def measured(entry: Entry) -> Measured:
    """Measure an activation on a fine grid; a softmax is flat where all of its outputs are."""
    x = np.linspace(-FAR, FAR, 4801)
    curves = entry.curves if entry.axis != "x" else entry.curves[:1]  # the others only differ in settings
    values, slopes = map(np.array, zip(*(traced(curve, x) for curve in curves)))
    size = np.abs(slopes).max(axis=0)
    at = int(values[0].argmin())
    inside = 0 < at < len(x) - 1 and slopes[0, at - 1] < 0 < slopes[0, at + 1]
    return Measured(
        (float(slopes.min()), float(slopes.max())),
        (float(x[at]), float(values[0, at])) if inside else None,
        intervals(x, size < FLAT),
        intervals(x, size == 0),
    )


def intervals(x: Floats, holds: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Return the first and last ``x`` of each run on which a condition holds, without single points.

    >>> intervals(np.arange(6.0), np.array([True, True, False, True, True, True]))
    [(0.0, 1.0), (3.0, 5.0)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(int)))
    return [(float(x[i]), float(x[j - 1])) for i, j in zip(edges[::2], edges[1::2]) if j - i > 1]


def spelled(found: list[tuple[float, float]]) -> str:
    """Write intervals as text, unbounded ones with a single bound.

    >>> spelled([(-FAR, -4.58), (4.58, FAR)]), spelled([]), spelled([(-1.3, -1.2)])
    ('x < -4.6, x > 4.6', 'nowhere', '-1.30 < x < -1.20')
    """
    parts = []
    for low, high in found:
        if low == -FAR:
            parts.append(f"x < {high:.1f}")
        elif high == FAR:
            parts.append(f"x > {low:.1f}")
        else:
            parts.append(f"{low:.2f} < x < {high:.2f}")
    return ", ".join(parts).replace("-0.0", "0.0") or "nowhere"


def facts(module: type) -> dict[str, str]:
    """Return the text under each heading of a docstring, joined to one line.

    >>> facts(nn.ReLU)["Range"]
    '0 to infinity, 0 included.'
    """
    found: dict[str, str] = {}
    heading = ""
    for line in inspect.cleandoc(module.__doc__ or "").splitlines():  # Python 3.13 removes the indentation
        if begins := HEADING.match(line):
            heading, found[begins[1]] = begins[1], begins[2]
        elif heading and line.startswith("    "):
            found[heading] += f" {line.strip()}"
        else:
            heading = ""
    return found


def draw(entry: Entry, found: Measured, out: Path) -> page.Picture:
    """Draw an activation and its slope side by side, with a band where the slope is nearly 0, a darker one
    where it is 0."""
    x = np.linspace(-SPAN, SPAN, POINTS)
    several = len(entry.curves) > 1
    lines = [traced(curve, x) for curve in entry.curves]

    def fill(figure: Figure, theme: figures.Theme) -> None:
        sides = figure.subplots(1, 2)
        for axes, (low, high), title in zip(
            sides, (entry.height, entry.slopes), (entry.name, "its derivative")
        ):
            _bands(axes, found, theme)
            axes.axhline(0, color=theme.dim, linewidth=0.8, zorder=1)
            axes.axvline(0, color=theme.dim, linewidth=0.8, zorder=1)
            axes.set(title=title, xlabel=entry.axis, xlim=(-SPAN, SPAN), ylim=(low, high))
            axes.set_xticks([-8, -4, 0, 4, 8])
        for bound in entry.bounds:
            sides[0].axhline(bound, color=theme.dim, linewidth=1, linestyle=(0, (6, 4)), zorder=1.5)
        for curve, (values, slopes), (colour, dashes) in zip(entry.curves, lines, STYLES):
            for axes, y in zip(sides, (values, _broken(slopes))):
                axes.plot(x, y, dashes, color=getattr(theme, colour), linewidth=2.2, label=curve.label)
        if several:
            sides[0].legend(loc=entry.legend, fontsize=9, borderaxespad=0.2)
        elif found.lowest:
            x_low, y_low = found.lowest
            sides[0].plot(x_low, y_low, "o", color=theme.blue, markersize=5)
            sides[0].annotate(
                f"{y_low:.2f}", (x_low, y_low), (0, -14), textcoords="offset points", ha="center"
            )

    light, dark = figures.save(out / f"activations-{entry.name}.png", fill, (7.2, 3.0))
    said = facts(entry.module)
    return page.Picture(
        light.name,
        f"{entry.name}. Range: {said.get('Range', '')} Saturates: {said.get('Saturates', '')}",
        f"{entry.name} and its derivative from -{SPAN:g} to {SPAN:g}",
        dark=dark.name,
    )


def _bands(axes: Axes, found: Measured, theme: figures.Theme) -> None:
    for low, high in found.flat:
        axes.axvspan(low, high, color=theme.orange, alpha=0.10, linewidth=0, zorder=0)
    for low, high in found.zero:
        axes.axvspan(low, high, color=theme.orange, alpha=0.16, linewidth=0, zorder=0)


def _broken(slopes: Floats) -> Floats:
    """Put a gap into the slopes at each jump, so that no vertical line is drawn there."""
    jumps = np.abs(np.diff(slopes)) > 0.15
    return np.where(np.concatenate([[False], jumps]), np.nan, slopes)


def _elementwise(module: Callable[[Tensor], Any], label: str = "") -> tuple[Curve, ...]:
    return (Curve(label, module),)


def _scores(function: Callable[..., Any]) -> tuple[Curve, ...]:
    """Return the three outputs for the scores (x, 0, 1)."""

    def output(number: int) -> Callable[[Tensor], Any]:
        def of(x: Tensor) -> Any:
            others = Tensor(np.tile([0.0, 1.0], (len(x), 1)), requires_grad=False)
            return function(autograd.concatenate([x.reshape(-1, 1), others], axis=1), axis=1)[:, number]

        return of

    return tuple(Curve(f"of score {score}", output(i)) for i, score in enumerate(("x", "0", "1")))


def _slope(slope: float) -> Callable[[Tensor], Any]:
    return nn.PReLU(slope=slope, dtype=np.float64)


ENTRIES = (
    Entry("identity", nn.Identity, _elementwise(nn.Identity())),
    Entry("sigmoid", nn.Sigmoid, _elementwise(nn.Sigmoid()), (0, 1), (-0.4, 1.4), (-0.1, 0.4)),
    Entry("tanh", nn.Tanh, _elementwise(nn.Tanh()), (-1, 1), (-1.5, 1.5)),
    Entry("hardtanh", nn.Hardtanh, _elementwise(nn.Hardtanh()), (-1, 1), (-1.5, 1.5)),
    Entry("relu", nn.ReLU, _elementwise(nn.ReLU()), (0,)),
    Entry(
        "leaky_relu", nn.LeakyReLU,
        (Curve("slope 0.01", nn.LeakyReLU()), Curve("slope 0.2", nn.LeakyReLU(0.2))),
    ),
    Entry(
        "prelu", nn.PReLU,
        (
            Curve("at first: 0.25", _slope(0.25)),
            Curve("learned: 0.05", _slope(0.05)),
            Curve("learned: -0.2", _slope(-0.2)),
        ),
    ),
    Entry(
        "elu", nn.ELU, (Curve("alpha = 1", nn.ELU()), Curve("alpha = 0.5", nn.ELU(0.5))), (-1, -0.5)
    ),
    Entry("selu", nn.SELU, _elementwise(nn.SELU()), (-1.7581,), (-2.4, 4), (-0.4, 1.9)),
    Entry("softplus", nn.Softplus, _elementwise(nn.Softplus()), (0,)),
    Entry("silu", nn.SiLU, _elementwise(nn.SiLU()), (0,)),
    Entry(
        "swish", nn.Swish,
        (
            Curve("beta = 1, silu", nn.Swish()),
            Curve("beta = 0.3", nn.Swish(0.3)),
            Curve("beta = 4", nn.Swish(4.0)),
        ),
        (0,),
    ),
    Entry("mish", nn.Mish, _elementwise(nn.Mish()), (0,)),
    Entry("gelu", nn.GELU, (Curve("exact", nn.GELU()), Curve("tanh form", nn.GELU("tanh"))), (0,)),
    Entry(
        "softmax", nn.Softmax, _scores(autograd.softmax), (0, 1), (-0.2, 1.9), (-0.3, 0.3),
        "x, the first of the scores (x, 0, 1)",
    ),
    Entry(
        "log_softmax", nn.LogSoftmax, _scores(autograd.log_softmax), (0,), (-10, 1), (-1.2, 1.2),
        "x, the first of the scores (x, 0, 1)", "lower center",
    ),
)  # fmt: skip
