"""gradcheck: is the gradient right? Analytic against numeric, with a report that a person can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .engine import gradients
from .modes import no_grad
from .naming import name_of
from .tensor import Tensor
from .value import Value


@dataclass(frozen=True)
class Checked:
    """One derivative, worked out twice: by the walk (analytic) and by central differences (numeric)."""

    name: str
    analytic: float
    numeric: float
    tolerance: float

    @property
    def error(self) -> float:
        """How far the two are apart."""
        return abs(self.analytic - self.numeric)

    @property
    def ok(self) -> bool:
        """Whether they agree; a nan agrees with nothing."""
        return self.error <= self.tolerance

    def __str__(self) -> str:
        verdict = "ok" if self.ok else "WRONG"
        return f"{self.name:<12} {self.analytic:>14.7g} {self.numeric:>14.7g} {self.error:>10.2g}   {verdict}"


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
        """Whether all agree."""
        return all(entry.ok for entry in self.entries)

    def __str__(self) -> str:
        head = f"{'input':<12} {'analytic':>14} {'numeric':>14} {'error':>10}   verdict"
        return "\n".join([head, *map(str, self.entries)])


class GradientError(AssertionError):
    """A gradient that does not agree with central differences; ``report`` has all the entries."""

    def __init__(self, report: Report) -> None:
        self.report = report
        worst = report.worst
        wrong = sum(not entry.ok for entry in report.entries)
        super().__init__(
            f"gradcheck: {wrong} of {len(report.entries)} derivatives are wrong; the worst is to "
            f"{worst.name}: analytic {worst.analytic:.7g}, numeric {worst.numeric:.7g}, error "
            f"{worst.error:.2g} (allowed {worst.tolerance:.2g})\n{report}"
        )


def gradcheck(
    fn: Callable[..., Any],
    inputs: Sequence[Any],
    *,
    step: float = 6e-6,
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> Report:
    """Compare the gradients of ``fn(*inputs)`` with central differences, (f(x + h) - f(x - h)) / 2h.

    ``inputs`` are numbers or Values (then ``fn`` works on Values), or arrays or Tensors (copied to
    float64). The step is scaled, h = ``step`` * max(1, |x|): near the cube root of float64's
    precision the errors of cutting off and of rounding balance (Press et al., Numerical Recipes,
    5.7). A result with several elements is checked through a sum with fixed weights, so that errors
    do not cancel. Two derivatives agree within ``atol`` + ``rtol`` * the larger, plus what rounding
    of ``f`` itself leaves open. Gives a :class:`Report`; raises :class:`GradientError`, which names
    the worst, where one is wrong. Meant for points where the function is smooth.

    >>> print(gradcheck(lambda x, y: x * y.tanh(), [2.0, 0.5]))  # doctest: +ELLIPSIS
    input              analytic        numeric      error   verdict
    0                 0.4621172      0.4621172    ...e-12   ok
    1                  1.572895       1.572895    ...e-12   ok
    """
    inputs = list(inputs)
    if not inputs:
        raise ValueError("gradcheck: got no inputs; expected one at least")
    arrays = [np.array(i.data if isinstance(i, (Value, Tensor)) else i, dtype=np.float64) for i in inputs]
    names = [
        str(position) if not getattr(i, "label", None) else name_of(i) for position, i in enumerate(inputs)
    ]
    on_values = not any(isinstance(i, (Tensor, np.ndarray, list)) for i in inputs)

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

    def value(points: Sequence[np.ndarray]) -> float:
        with no_grad():
            return float(run(points)[1])

    nodes, result = run(arrays)
    analytic = gradients(result, nodes)
    noise = np.finfo(float).eps * max(1.0, abs(float(result)))
    entries = []
    for i, array in enumerate(arrays):
        for index in np.ndindex(array.shape):
            centre = array[index]
            h = step * max(1.0, abs(centre))
            above, below = centre + h, centre - h
            found = []
            for point in (above, below):
                moved = array.copy()
                moved[index] = point
                found.append(value([*arrays[:i], moved, *arrays[i + 1 :]]))
            numeric = (found[0] - found[1]) / (above - below)
            exact = float(np.asarray(analytic[i])[index])
            tolerance = atol + rtol * max(abs(exact), abs(numeric)) + 4 * noise / h
            name = names[i] + (str(list(index)) if index else "")
            entries.append(Checked(name, exact, numeric, tolerance))
    report = Report(tuple(entries))
    if not report.ok:
        raise GradientError(report)
    return report
