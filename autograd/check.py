"""gradcheck: is the gradient right? Analytic against numeric, with a report that a person can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .engine import gradients
from .modes import no_grad
from .naming import name_of
from .tensor import Tensor, _as_array
from .value import Value


@dataclass(frozen=True)
class Checked:
    """One derivative, worked out twice: by the walk (analytic) and by central differences (numeric).

    ``uncertainty`` is how far the numeric one may itself be off, as two step sizes and rounding show.
    """

    name: str
    analytic: float
    numeric: float
    uncertainty: float
    rtol: float
    atol: float

    @property
    def error(self) -> float:
        """How far the two are apart."""
        return abs(self.analytic - self.numeric)

    @property
    def tolerance(self) -> float:
        """How far apart they may be."""
        return self.atol + self.rtol * max(abs(self.analytic), abs(self.numeric)) + self.uncertainty

    @property
    def verdict(self) -> str:
        """``ok``, ``WRONG``, or ``unclear`` where the numeric derivative is too uncertain to tell."""
        if not np.isnan(self.numeric) and not self.error <= self.tolerance:  # a nan agrees with nothing
            return "WRONG"
        return "ok" if self.uncertainty <= self.atol + 0.01 * abs(self.numeric) else "unclear"

    @property
    def ok(self) -> bool:
        """Whether they agree, as far as can be told."""
        return self.verdict == "ok"

    def __str__(self) -> str:
        numbers = f"{self.analytic:>14.7g} {self.numeric:>14.7g} {self.error:>10.2g}"
        return f"{self.name:<12} {numbers}   {self.verdict}"


@dataclass(frozen=True)
class Report:
    """What :func:`gradcheck` found, one entry per input (or element of one); prints as a table."""

    entries: tuple[Checked, ...]

    @property
    def worst(self) -> Checked:
        """The entry furthest beyond its tolerance."""
        return max(self.entries, key=lambda entry: np.nan_to_num(entry.error / entry.tolerance, nan=np.inf))

    @property
    def ok(self) -> bool:
        """Whether all agree, as far as can be told."""
        return all(entry.ok for entry in self.entries)

    def __str__(self) -> str:
        head = f"{'input':<12} {'analytic':>14} {'numeric':>14} {'error':>10}   verdict"
        return "\n".join([head, *map(str, self.entries)])


class GradientError(AssertionError):
    """A gradient that does not agree with central differences; ``report`` has all the entries."""

    def __init__(self, report: Report) -> None:
        self.report = report
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
    one that is not in a list is the only one. The step is scaled: h is ``step`` times the larger of 1 and x.
    Each derivative is taken with h and h/2. Together they give one of a higher order (Richardson
    extrapolation; Press et al., Numerical Recipes, 5.7), and their distance, with the rounding of ``f``, says
    how uncertain it is. Where that is large, or ``f`` is not defined so far out, smaller steps are tried.

    A result with several elements is checked through a sum with fixed weights, so that errors do not cancel.
    Two derivatives agree within ``atol`` + ``rtol`` times the larger + the uncertainty. Gives a
    :class:`Report`, whose ``ok`` is False where a comparison was too uncertain to tell; raises
    :class:`GradientError`, which names the worst, where a derivative is wrong. Meant for points where the
    function is smooth.

    >>> print(gradcheck(lambda x, y: x * y.tanh(), [2.0, 0.5]))  # doctest: +ELLIPSIS
    input              analytic        numeric      error   verdict
    0                 0.4621172      0.4621172    ...   ok
    1                  1.572895       1.572895    ...   ok
    """
    inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    if not inputs:
        raise ValueError("gradcheck: got no inputs; expected one at least")
    arrays = [_as_array(i.data if isinstance(i, (Value, Tensor)) else i).astype(np.float64) for i in inputs]
    names = [name_of(i) if getattr(i, "label", None) else str(position) for position, i in enumerate(inputs)]
    on_values = not any(isinstance(i, (Tensor, np.ndarray, list, tuple)) for i in inputs)

    def run(points: Sequence[np.ndarray]) -> tuple[list[Any], Any]:
        nodes: list[Any] = [Value(p) if on_values else Tensor(p) for p in points]
        result: Any = fn(*nodes)
        if not isinstance(result, Value if on_values else Tensor):
            raise TypeError(
                f"gradcheck: the function gave {result!r}; expected a {'Value' if on_values else 'Tensor'}"
            )
        if isinstance(result, Tensor) and result.size != 1:
            weights = np.cos(np.arange(1, result.size + 1)).reshape(result.shape)
            result = (result * weights).sum()
        return nodes, result

    nodes, result = run(arrays)
    analytic = gradients(result, nodes)
    entries = []
    for i, array in enumerate(arrays):
        for index in np.ndindex(array.shape):

            def along(x: float, i: int = i, index: Any = index) -> float:
                moved = [a.copy() for a in arrays]
                moved[i][index] = x
                with no_grad():
                    return float(np.asarray(run(moved)[1].data))

            numeric, uncertainty = _slope(along, float(array[index]), step)
            exact = float(np.asarray(analytic[i])[index])
            name = names[i] + (str(list(index)) if index else "")
            entries.append(Checked(name, exact, numeric, uncertainty, rtol, atol))
    report = Report(tuple(entries))
    if any(entry.verdict == "WRONG" for entry in entries):
        raise GradientError(report)
    return report


def _slope(f: Callable[[float], float], x: float, step: float) -> tuple[float, float]:
    """The numeric derivative of ``f`` at ``x``, and its uncertainty: of several steps the most certain."""
    best = (float("nan"), float("inf"))
    for shrink in (1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-6):
        h = step * max(1.0, abs(x)) * shrink
        points = [x + h, x - h, x + h / 2, x - h / 2]
        if points[2] == points[3]:
            break
        try:
            values = [f(point) for point in points]
        except (ArithmeticError, ValueError):
            continue  # out of the domain: nearer
        wide = (values[0] - values[1]) / (points[0] - points[1])
        near = (values[2] - values[3]) / (points[2] - points[3])
        rounding = 4 * np.finfo(float).eps * max(map(abs, values)) / h
        uncertainty = abs(near - wide) / 10 + rounding  # extrapolated, the error is far below the distance
        if uncertainty < best[1]:
            best = (near + (near - wide) / 3, uncertainty)  # (4 near - wide) / 3, but nothing overflows
        if uncertainty <= 1e-8 * max(1.0, abs(near)):
            break
    return best
