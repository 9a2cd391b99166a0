"""gradcheck: compare analytic gradients with numeric ones, and print a readable report."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .checks import array, function, instance, real, wrong
from .derivatives import gradients
from .naming import name_of
from .tensor import Tensor
from .value import Value


@dataclass(frozen=True)
class Checked:
    """One derivative, computed twice: by the backward pass (analytic) and by central differences (numeric).

    ``uncertainty`` estimates the error of the numeric one, from two step sizes and rounding. ``sides`` are
    the slopes on the left and on the right at a kink, where they differ; otherwise None.
    """

    name: str
    analytic: float
    numeric: float
    uncertainty: float
    rtol: float
    atol: float
    sides: tuple[float, float] | None = None

    @property
    def error(self) -> float:
        """The difference of the two; at a kink, how far the analytic one is outside the two slopes."""
        if self.sides is None or math.isnan(self.analytic):
            return abs(self.analytic - self.numeric)
        low, high = sorted(self.sides)
        return max(low - self.analytic, self.analytic - high, 0.0)

    @property
    def tolerance(self) -> float:
        """The largest difference allowed."""
        return self.atol + self.rtol * max(abs(self.analytic), abs(self.numeric)) + self.uncertainty

    @property
    def verdict(self) -> str:
        """The result of the comparison.

        ``ok``       they agree
        ``WRONG``    they do not
        ``kink``     the function has a corner here, and the analytic derivative lies between the slopes on
                     both sides, as under any convention for such a point
        ``unclear``  the numeric derivative is too uncertain: rounding hides it, or the function jumps here or
                     is not defined nearby
        """
        if not certain(self.numeric, self.uncertainty, self.atol):
            return "WRONG" if math.isnan(self.analytic) and not math.isnan(self.numeric) else "unclear"
        if not math.isfinite(self.analytic) or self.error > self.tolerance:
            return "WRONG"
        return "ok" if self.sides is None else "kink"

    @property
    def ok(self) -> bool:
        """Whether the verdict is ``ok``."""
        return self.verdict == "ok"

    def __str__(self) -> str:
        numbers = f"{self.analytic:>14.7g} {self.numeric:>14.7g} {self.error:>10.2g}"
        sides = (
            ""
            if self.sides is None
            else "; slope {:.4g} on the left, {:.4g} on the right".format(*self.sides)
        )
        return f"{self.name:<12} {numbers}   {self.verdict}{sides}"


def certain(numeric: float, uncertainty: float, atol: float) -> bool:
    """Tell whether a numeric derivative is certain enough to compare with."""
    return uncertainty <= atol + 0.01 * abs(numeric)


@dataclass(frozen=True)
class Report:
    """The result of :func:`gradcheck`, with one entry per input (or element of one); prints as a table."""

    entries: tuple[Checked, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.entries, tuple) or not all(isinstance(each, Checked) for each in self.entries):
            raise wrong(self.entries, "entries", "Report", "a tuple of Checked")

    @property
    def worst(self) -> Checked:
        """The entry furthest beyond its tolerance."""
        return max(self.entries, key=lambda entry: np.nan_to_num(entry.error / entry.tolerance, nan=np.inf))

    @property
    def ok(self) -> bool:
        """Whether all verdicts are ``ok``."""
        return all(entry.ok for entry in self.entries)

    def __str__(self) -> str:
        head = f"{'input':<12} {'analytic':>14} {'numeric':>14} {'error':>10}   verdict"
        return "\n".join([head, *map(str, self.entries)])


class GradientError(AssertionError):
    """A gradient that does not agree with central differences; ``report`` has all the entries."""

    def __init__(self, report: Report) -> None:
        self.report = instance(report, Report, "report", "GradientError", "the Report of a gradcheck")
        worst = report.worst
        wrong = sum(entry.verdict == "WRONG" for entry in report.entries)
        super().__init__(
            f"gradcheck: {wrong} of {len(report.entries)} derivatives are wrong; the worst is to "
            f"{worst.name}: analytic {worst.analytic:.7g}, numeric {worst.numeric:.7g}, error "
            f"{worst.error:.2g} (allowed {worst.tolerance:.2g})\n{report}"
        )

    def __reduce__(self) -> Any:
        return GradientError, (self.report,)


def gradcheck(
    fn: Callable[..., Any], inputs: Any, *, step: float = 1e-4, rtol: float = 1e-6, atol: float = 1e-8
) -> Report:
    """Compare the gradients of ``fn(*inputs)`` with central differences, (f(x + h) - f(x - h)) / 2h.

    ``inputs`` are numbers or Values (then ``fn`` works on Values), or arrays or Tensors (copied to float64);
    a single input needs no list. The step is scaled: h is ``step`` times the larger of 1 and |x|, and near 0
    also ``step`` times |x|, since a function may have a pole or a corner there. Each derivative is computed
    with h and h/2. Together they give one of higher order (Richardson extrapolation; Press et al., Numerical
    Recipes, 5.7); their difference, plus the rounding of ``f``, is its uncertainty. If that is large, or if
    ``f`` is not defined so far out, smaller steps are tried, and the most certain result is used. If ``f`` is
    defined on one side only, the slope on that side is used.

    A result with several elements is checked through a sum with fixed weights, so that errors do not cancel.
    Two derivatives agree within ``atol`` + ``rtol`` times the larger + the uncertainty. Return a
    :class:`Report` with a verdict for each input, or element of one (:attr:`Checked.verdict`). Its ``ok`` is
    False if one is ``unclear``, or if the function has a corner (``kink``, with the slopes on both sides).
    Raise :class:`GradientError`, which names the worst, if a derivative is wrong.

    >>> print(gradcheck(lambda x, y: x * y.tanh(), [2.0, 0.5]))  # doctest: +ELLIPSIS
    input              analytic        numeric      error   verdict
    0                 0.4621172      0.4621172    ...   ok
    1                  1.572895       1.572895    ...   ok
    >>> print(gradcheck(Value.relu, 0.0))
    input              analytic        numeric      error   verdict
    0                         0            0.5          0   kink; slope 0 on the left, 1 on the right
    """
    function(fn, "fn", "gradcheck", "the inputs")
    step = real(step, "step", "gradcheck", low=0, open_low=True)
    rtol, atol = real(rtol, "rtol", "gradcheck", low=0), real(atol, "atol", "gradcheck", low=0)
    inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    if not inputs:
        raise ValueError("gradcheck: got no inputs; expected one at least")
    arrays = [_numbers(given) for given in inputs]
    if not any(each.size for each in arrays):
        raise ValueError("gradcheck: there are no numbers in the inputs; expected one at least")
    names = [name_of(i) if getattr(i, "label", None) else str(position) for position, i in enumerate(inputs)]
    on_values = not any(isinstance(i, (Tensor, np.ndarray, list, tuple)) for i in inputs)
    kind: Any = Value if on_values else Tensor

    def run(points: Sequence[np.ndarray]) -> tuple[list[Any], Any]:
        nodes = [kind(p) for p in points]
        result: Any = fn(*nodes)
        if not isinstance(result, kind):
            raise TypeError(f"gradcheck: the function gave {result!r}; expected a {kind.__name__}")
        if isinstance(result, Tensor) and result.size != 1:
            weights = np.cos(np.arange(1, result.size + 1)).reshape(result.shape)
            result = (result * weights).sum()
        return nodes, result

    nodes, result = run(arrays)
    analytic = gradients(result, nodes)
    entries = []
    for i, numbers in enumerate(arrays):
        for index in np.ndindex(numbers.shape):

            def along(x: float, i: int = i, index: Any = index) -> float:
                moved = [a.copy() for a in arrays]
                moved[i][index] = x
                try:  # recording a graph, since the function may itself ask for gradients
                    with np.errstate(all="ignore"):
                        found = float(np.asarray(run(moved)[1].data).reshape(()))
                except (ArithmeticError, ValueError):
                    return math.nan  # out of the domain
                return found if math.isfinite(found) else math.nan

            slope = _slope(along, float(numbers[index]), step, atol)
            exact = float(np.asarray(analytic[i])[index])
            name = names[i] + (str(list(index)) if index else "")
            entries.append(Checked(name, exact, slope.number, slope.uncertainty, rtol, atol, slope.sides))
    report = Report(tuple(entries))
    if any(entry.verdict == "WRONG" for entry in entries):
        raise GradientError(report)
    return report


def _numbers(given: Any) -> np.ndarray:
    """Return an input as an array of float64, all finite."""
    found = array(
        given.data if isinstance(given, (Value, Tensor)) else given, "one of the inputs", "gradcheck"
    )
    found = found.astype(np.float64)
    if not np.isfinite(found).all():
        raise wrong(given, "one of the inputs", "gradcheck", "finite numbers", ValueError)
    return found


class Slope(NamedTuple):
    """A numeric derivative, its uncertainty, and the slopes on both sides if they differ."""

    number: float
    uncertainty: float
    sides: tuple[float, float] | None = None


UNKNOWN = Slope(math.nan, math.inf)
SHRINKS = (1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)


def _slope(f: Callable[[float], float], x: float, step: float, atol: float) -> Slope:
    """Compute the numeric derivative of ``f`` at ``x`` with several steps, and return the most certain."""
    scale = max(1.0, abs(x))
    scales = [scale] if not x or abs(x) > 100 * step else [scale, abs(x)]
    here = f(x)
    best, doubt = UNKNOWN, math.inf
    for shrink in SHRINKS:
        for each in scales:
            found = _with_step(f, x, here, each * step * shrink)
            # Relative to the slope, because near a pole even the step that fits has a large error.
            in_parts = found.uncertainty / (atol + abs(found.number))
            if in_parts < doubt:
                best, doubt = found, in_parts
        if best.uncertainty <= 1e-9 * max(1.0, abs(best.number)):
            break
    return best if certain(best.number, best.uncertainty, atol) else best._replace(sides=None)


def _with_step(f: Callable[[float], float], x: float, here: float, h: float) -> Slope:
    points = [x + h, x - h, x + h / 2, x - h / 2]
    if points[2] == points[3] or not math.isfinite(h):
        return UNKNOWN
    values = [f(point) for point in points]
    known = [abs(value) for value in (here, *values) if not math.isnan(value)]
    rounding = 4 * sys.float_info.epsilon * max(known, default=0.0) / h
    # The slope from here to each point.
    right, left, near_right, near_left = (
        (value - here) / (point - x) if point != x else math.nan for value, point in zip(values, points)
    )
    sides = _limit(left, near_left), _limit(right, near_right)
    if any(map(math.isnan, values)):  # the end of the domain: there is only one side
        side, distance = (
            (sides[0], near_left - left) if math.isnan(sides[1]) else (sides[1], near_right - right)
        )
        return UNKNOWN if math.isnan(side) else Slope(side, 2 * abs(distance) + rounding)
    wide = (values[0] - values[1]) / (points[0] - points[1])
    near = (values[2] - values[3]) / (points[2] - points[3])
    uncertainty = abs(near - wide) / 10 + rounding  # extrapolated, the error is far below the distance
    gap = abs(sides[0] - sides[1])  # goes to 0 with h if the function is smooth
    is_kink = gap > 1e-3 * max(map(abs, sides)) + 100 * rounding
    number = near + (near - wide) / 3  # (4 near - wide) / 3, without overflow
    return Slope(number, uncertainty, sides if is_kink else None)


def _limit(wide: float, near: float) -> float:
    """Extrapolate slopes on one side, with h and h/2, to h = 0."""
    return near + (near - wide)
