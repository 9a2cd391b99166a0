"""The base of all schedules: counts steps, sets the rates, saves its state, and plots what is to come."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograd import Tensor, Value

from ..checks import count, real, shown, whole, wrong
from ..optim import Optimizer


class Schedule:
    """The learning rate as a function of the step. A new schedule defines ``rate``.

    Schedules take large steps while there is far to go, and small ones to settle. After ``total_steps``, if
    given, the rate stays constant. With several parameter groups, each group's rate follows from the rate
    that it has now, its base rate. TypeError for anything but an optimizer.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> class Halving(Schedule):
    ...     def rate(self, step, base):
    ...         return base * 0.5**step
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> schedule = Halving(optimizer, total_steps=10)
    >>> schedule.step()
    >>> optimizer.lr, schedule.lr_at(3)
    (0.5, 0.125)
    """

    def __init__(self, optimizer: Optimizer, total_steps: int | None = None) -> None:
        name = type(self).__name__
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{name}: got {type(optimizer).__name__}; expected an optimizer, such as nn.Adam(...)"
            )
        self.optimizer = optimizer
        self.total_steps = None if total_steps is None else count(total_steps, "total_steps", name)
        self.bases = self.begin([group["lr"] for group in optimizer.groups])
        self.steps = 0
        self.apply()

    def rate(self, step: int, base: float) -> float:
        """Compute the rate of a step, counted from 0, for a group whose base rate is ``base``."""
        raise NotImplementedError(f"{type(self).__name__} does not define its learning rate: define its rate")

    def begin(self, rates: list[float]) -> list[float]:
        """Return the base rate of each parameter group: its rate when the schedule is built."""
        return rates

    def lr_at(self, step: int, group: int = 0) -> float:
        """Return the rate of any step for one of the parameter groups, to look at it before using it."""
        name = type(self).__name__
        step = count(step, "step", name, low=0)
        return self.rate_of(step, whole(group, "group", name, 0, len(self.bases) - 1))

    def rate_of(self, step: int, group: int) -> float:
        """Return the rate of a step that was checked."""
        last = self.total_steps
        return self.rate(step if last is None or step < last else last, self.bases[group])

    def apply(self) -> None:
        """Set the optimizer's rates to those of the current step."""
        for index, group in enumerate(self.optimizer.groups):
            group["lr"] = self.rate_of(self.steps, index)

    def step(self) -> None:
        """Set the rates of the next step."""
        self.steps += 1
        self.apply()

    def observe(self, metric: float) -> None:
        """Take note of a metric after an epoch; only :class:`ReduceOnPlateau` uses it."""
        measured(metric, type(self).__name__)

    def plot(self, path: str | os.PathLike[str], steps: int | None = None) -> Path:
        """Plot the rate of each step to ``path``, a PNG, SVG or PDF file by its suffix; return the path.

        ``steps`` is the number to show (default ``total_steps``). Needs matplotlib.
        """
        from .. import plots

        return plots.save(path, lambda figure: plots.schedule(figure.subplots(), self, steps), (7.2, 3.6))

    def preview(self, steps: int | None = None, group: int = 0) -> list[float]:
        """Return the rates of the first ``steps`` steps (default ``total_steps``), as in :meth:`plot`."""
        steps = self.total_steps if steps is None else count(steps, "steps", type(self).__name__)
        if steps is None:
            raise ValueError(
                f"{type(self).__name__} has no end: give the number of steps to show, as in "
                "schedule.plot(path, 1000)"
            )
        return [self.lr_at(step, group) for step in range(steps)]

    def state_dict(self) -> dict[str, Any]:
        """Return what the next steps depend on: the number taken and the base rates."""
        return {"schedule": type(self).__name__, "steps": self.steps, "bases": list(self.bases)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state``, and set the optimizer's rates; on an error (ValueError) nothing changes.

        Settings, such as ``total_steps``, stay those that this schedule was built with.
        """
        self._check_state(state)
        self._take_state(state)
        self.apply()

    def _check_state(self, state: Any) -> None:
        name = type(self).__name__
        expected = self.state_dict()
        if not isinstance(state, Mapping) or state.keys() != expected.keys():
            got = sorted(map(str, state)) if isinstance(state, Mapping) else shown(state)
            raise ValueError(f"load_state_dict: {name}: the state is {got}; expected {sorted(expected)}")
        if state["schedule"] != name:
            raise ValueError(f"load_state_dict: it is the state of {state['schedule']!r}, not of {name}")
        try:
            count(state["steps"], "steps", name, low=0)
            check_rates(state["bases"], len(self.bases), "bases", name)
        except (TypeError, ValueError) as error:
            raise ValueError(f"load_state_dict: {error}") from None

    def _take_state(self, state: Mapping[str, Any]) -> None:
        self.steps, self.bases = int(state["steps"]), [float(base) for base in state["bases"]]


def check_rates(rates: Any, groups: int, name: str, caller: str) -> list[float]:
    """Check a list of rates, one for each parameter group.

    >>> check_rates([0.1, 1], 2, "max_lr", "OneCycle")
    [0.1, 1.0]
    """
    if not isinstance(rates, Sequence) or isinstance(rates, str) or len(rates) != groups:
        raise ValueError(
            f"{caller}: {name} is {rates!r}; expected a list of {groups}, one for each parameter group"
        )
    return [real(rate, f"{name}[{i}]", caller, low=0) for i, rate in enumerate(rates)]


def measured(metric: Any, caller: str) -> float:
    """Convert a metric to a float: a number (also inf or nan), or an array, Tensor or Value that is one.

    >>> measured(np.float32(0.5), "ReduceOnPlateau")
    0.5
    """
    found = metric.data if isinstance(metric, (Value, Tensor)) else metric
    is_number = isinstance(found, (int, float, np.integer, np.floating, np.ndarray)) and np.size(found) == 1
    if not is_number or np.asarray(found).dtype.kind not in "iuf":
        raise wrong(metric, "metric", caller, "a number, such as the validation loss")
    return float(np.asarray(found).reshape(()))


def cosine(start: float, end: float, part: float) -> float:
    """Go from ``start`` to ``end`` as ``part`` goes from 0 to 1, slowly at both ends.

    >>> cosine(1.0, 0.0, 0.0), round(cosine(1.0, 0.0, 0.5), 9), cosine(1.0, 0.0, 1.0)
    (1.0, 0.5, 0.0)
    """
    return end + (start - end) / 2 * (1 + math.cos(math.pi * part))


def linear(start: float, end: float, part: float) -> float:
    """Go from ``start`` to ``end`` as ``part`` goes from 0 to 1, in a straight line.

    >>> linear(1.0, 0.0, 0.25)
    0.75
    """
    return start + (end - start) * part
