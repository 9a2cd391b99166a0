"""Three losses of two numbers, each difficult in its own way, and an optimizer's path down them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import nn
from autograd import Value

NEAR = 0.01  # an optimizer has arrived when it is this close to the lowest loss


@dataclass(frozen=True)
class Surface:
    """A loss of two numbers, for both Values and arrays, and the part of the plane to draw."""

    name: str
    formula: str
    loss: Callable[[Any, Any], Any]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    x: tuple[float, float]
    y: tuple[float, float]

    @property
    def lowest(self) -> float:
        """The loss at the minima."""
        return float(self.loss(*self.minima[0]))


def rosenbrock(x: Any, y: Any) -> Any:
    """Compute a curved valley, steep across, nearly flat along; H. Rosenbrock, "An automatic method for
    finding the greatest or least value of a function", 1960."""
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def beale(x: Any, y: Any) -> Any:
    """Compute a plateau with a steep rim, and a shallow valley; E. Beale, "On an iterative method for finding
    a local minimum of a function of more than one variable", 1958."""
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def saddle(x: Any, y: Any) -> Any:
    """Compute a saddle at (0, 0) between two minima: up along x, down along y in both directions, up to 1."""
    return x**2 - y**2 + y**4 / 2


SURFACES = (
    Surface(
        "Rosenbrock", "(1 - x)² + 100 (y - x²)²", rosenbrock, (-1.2, 1.0), ((1.0, 1.0),),
        (-1.75, 1.75), (-0.75, 2.25),
    ),
    Surface(
        "Beale", "(1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²", beale, (0.5, 1.4), ((3.0, 0.5),),
        (-0.75, 4.25), (-1.6, 1.9),
    ),
    Surface(
        "saddle", "x² - y² + y⁴/2", saddle, (-1.25, 0.001), ((0.0, -1.0), (0.0, 1.0)),
        (-1.5, 1.5), (-1.6, 1.6),
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Path:
    """The position of an optimizer after each step, and the evaluations of loss and gradient by then."""

    points: np.ndarray  # (steps + 1, 2); the start is the first
    losses: np.ndarray  # (steps + 1,)
    evaluations: np.ndarray  # (steps + 1,)

    def leaves(self, surface: Surface) -> bool:
        """Tell whether the path leaves the part of the plane that is drawn."""
        low, high = np.transpose([surface.x, surface.y])
        return not bool(np.all((low <= self.points) & (self.points <= high)))

    def arrival(self, lowest: float) -> float:
        """Count the evaluations until the loss is within NEAR of the lowest, for good; infinity for never."""
        away = np.flatnonzero(~(self.losses <= lowest + NEAR))
        after = away[-1] + 1 if len(away) else 0
        return float(self.evaluations[after]) if after < len(self.losses) else np.inf


def descend(surface: Surface, build: Callable[[list[Any]], nn.Optimizer], budget: int) -> Path:
    """Descend until loss and gradient have been evaluated ``budget`` times, or until they overflow."""
    x, y = Value(surface.start[0], label="x"), Value(surface.start[1], label="y")
    optimizer = build([x, y])
    spent = 0

    def loss() -> Value:
        nonlocal spent
        spent += 1
        found: Value = surface.loss(x, y)
        return found

    points, losses, evaluations = [surface.start], [float(surface.loss(*surface.start))], [0]
    while spent < budget:
        try:
            optimizer.step(loss)
            here = float(surface.loss(x.data, y.data))
        except ArithmeticError:  # the rate is too high
            losses[-1] = np.inf
            break
        points.append((x.data, y.data))
        losses.append(here)
        evaluations.append(spent)
    return Path(np.array(points), np.array(losses), np.array(evaluations))
