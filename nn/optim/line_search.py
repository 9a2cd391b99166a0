"""Line search: find how far to go along a direction so that the loss falls enough and is flat enough."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ENOUGH = 1e-4  # c1: the required share of the decrease that the slope at the start predicts
FLAT = 0.9  # c2: the slope allowed at the end, as a share of the slope at the start


@dataclass(frozen=True, eq=False)
class Point:
    """A point on the line: the distance, the loss there, its gradient, and its slope along the line."""

    t: float
    loss: float
    grad: np.ndarray
    slope: float


def strong_wolfe(
    at: Callable[[float], Point], start: Point, t: float, longest: float, tolerance: float, most: int
) -> tuple[Point, int]:
    """Find a point where both strong Wolfe conditions hold; return it and the number of points evaluated.

    Low enough, loss(t) <= loss(0) + c1 t slope(0), and flat enough, |slope(t)| <= c2 |slope(0)|. ``at``
    evaluates a point of the line, ``t`` is the first; ``longest`` is the largest component of the direction.
    After ``most`` evaluations, or once the bracket is narrower than ``tolerance``, return the best so far.

    First go further and further until a minimum is bracketed; then narrow the bracket. Each next point
    minimizes the cubic through the losses and slopes at both ends, kept away from them; a point with a loss
    that is not finite is too far. As in PyTorch, a first point far beyond the minimum, yet below the start,
    becomes one end of the bracket: the result is then lower, but may not be low enough.

    J. Nocedal and S. Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6; the safeguards are those
    of M. Schmidt's minFunc, 2005, as in PyTorch.

    >>> line = lambda t: Point(t, (t - 3) ** 2, np.array([2 * (t - 3)]), 2 * (t - 3))
    >>> strong_wolfe(line, line(0.0), 1.0, 1.0, 1e-9, 25)[0].t  # flat enough already
    1.0
    >>> strong_wolfe(line, line(0.0), 10.0, 1.0, 1e-9, 25)[0].t
    3.0
    """

    def too_high(point: Point) -> bool:
        return not point.loss <= start.loss + ENOUGH * point.t * start.slope  # "not <=", as it may be nan

    def flat(point: Point) -> bool:
        return abs(point.slope) <= -FLAT * start.slope

    before, point, looks = start, at(t), 1
    while looks < most:
        # Textbooks compare with the previous point from the second evaluation on, PyTorch from the third.
        if too_high(point) or looks > 2 and point.loss >= before.loss:
            break
        if flat(point):
            return point, looks
        if point.slope >= 0:
            break
        t = point.t
        t = cubic_minimum(before, point, t + 0.01 * (t - before.t), 10 * t)
        before, point, looks = point, at(t), looks + 1
    else:
        before = start  # no minimum is known yet
    low, high = (before, point) if before.loss <= point.loss else (point, before)
    if not math.isfinite(low.loss):
        low, high = high, low
    slow = False  # whether the last point was close to an end of the bracket
    while looks < most:
        left, right = min(low.t, high.t), max(low.t, high.t)
        if right - left < tolerance / longest:
            break
        t, margin = cubic_minimum(low, high, left, right), 0.1 * (right - left)
        close = min(right - t, t - left) < margin
        if close and (slow or not left < t < right):
            t = right - margin if right - t < t - left else left + margin
            slow = False
        else:
            slow = close
        point, looks = at(t), looks + 1
        if too_high(point) or point.loss >= low.loss:
            high = point
            if not low.loss <= high.loss and math.isfinite(high.loss):
                low, high = high, low  # lower, though not as low as required
        else:
            if flat(point):
                return point, looks
            if point.slope * (high.t - low.t) >= 0:
                high = low
            low = point
    return low, looks


def cubic_minimum(a: Point, b: Point, low: float, high: float) -> float:
    """Find where the cubic through two points, with their slopes, is lowest from ``low`` to ``high``.

    Return the midpoint if the cubic has no minimum, or one of the losses is not finite.

    >>> parabola = lambda t: Point(t, (t - 3) ** 2, np.zeros(1), 2 * (t - 3))
    >>> round(cubic_minimum(parabola(0.0), parabola(1.0), 0.0, 10.0), 9)
    3.0
    """
    if a.t > b.t:
        a, b = b, a
    middle = (low + high) / 2
    if not (math.isfinite(a.loss) and math.isfinite(b.loss)):
        return middle
    mean = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    size = max(abs(mean), abs(a.slope), abs(b.slope)) or 1.0  # dividing by it keeps squares from overflow
    square = (mean / size) ** 2 - (a.slope / size) * (b.slope / size)
    if not square >= 0:
        return middle
    root = size * math.sqrt(square)
    divisor = b.slope - a.slope + 2 * root
    if not divisor:
        return middle
    return min(max(b.t - (b.t - a.t) * ((b.slope + root - mean) / divisor), low), high)
