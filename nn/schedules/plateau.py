"""Reduce on plateau: the only schedule that depends on how training goes."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

from ..checks import choice, count, listed, real, whole
from ..optim import Optimizer
from .base import Schedule, check_rates, measured


class ReduceOnPlateau(Schedule):
    """Multiplies the rate by ``factor`` when a metric has not improved for more than ``patience`` epochs.

    Pass it the metric after each epoch: ``schedule.observe(validation_loss)`` (``step()`` does not change
    the rate). It improves if it is lower than the best so far (higher, with ``mode="max"``) by more than
    ``threshold``: a share of the best, or with ``threshold_mode="abs"`` an amount; NaN never improves. After
    a reduction, ``cooldown`` epochs do not count. The rate never falls below ``min_lr``, nor by less than
    ``eps``. As PyTorch's ``ReduceLROnPlateau``.

    Use it if the length of training is unknown, with the validation loss; not with a noisy metric (raise
    patience), nor if you know the length: a cosine then needs no watching. Bengio, "Practical recommendations
    for gradient-based training of deep architectures", 2012, describes the adaptive decrease.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> schedule = ReduceOnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     schedule.observe(loss)
    ...     print(optimizer.lr)
    1.0
    1.0
    1.0
    0.5
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 0.1,
        patience: int = 10,
        mode: str = "min",
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        name = "ReduceOnPlateau"
        self.factor = real(factor, "factor", name, low=0, high=1)
        self.patience = count(patience, "patience", name, low=0)
        self.mode = choice(mode, ("min", "max"), "mode", name)
        self.threshold_mode = choice(threshold_mode, ("rel", "abs"), "threshold_mode", name)
        self.threshold = real(threshold, "threshold", name, low=0)
        self.cooldown = count(cooldown, "cooldown", name, low=0)
        self.min_lr = real(min_lr, "min_lr", name, low=0)
        self.eps = real(eps, "eps", name, low=0)
        self.best = math.inf if mode == "min" else -math.inf
        self.waited = 0  # epochs without an improvement
        self.cooling = 0  # remaining epochs that do not count
        self.rates: list[float] = [group["lr"] for group in getattr(optimizer, "groups", [])]
        super().__init__(optimizer)

    def rate_of(self, step: int, group: int) -> float:
        """Return the current rate: it does not depend on the step."""
        return self.rates[group]

    def observe(self, metric: float) -> None:
        """Take note of a metric after an epoch, and reduce the rates if it is time."""
        self._count(measured(metric, "ReduceOnPlateau"))
        self.apply()

    def _count(self, metric: float) -> None:
        if self._improved(metric):
            self.best, self.waited = metric, 0
        else:
            self.waited += 1
        if self.cooling > 0:
            self.cooling -= 1
            self.waited = 0
        if self.waited > self.patience:
            lower = [max(rate * self.factor, self.min_lr) for rate in self.rates]
            self.rates = [new if old - new > self.eps else old for old, new in zip(self.rates, lower)]
            self.cooling, self.waited = self.cooldown, 0

    def _improved(self, metric: float) -> bool:
        if math.isinf(self.best):  # a share of infinity is not a number
            return metric < self.best if self.mode == "min" else metric > self.best
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "rel":
            return sign * metric > sign * self.best * (1 + sign * self.threshold)
        return sign * metric > sign * self.best + self.threshold

    def preview(
        self, steps: int | None = None, group: int = 0, metrics: Sequence[float] | None = None
    ) -> list[float]:
        """Return the rate in each epoch if ``metrics`` follow them, continuing from the current state.

        By default ``steps`` epochs (default: ten times the patience) of which none improves on the first: the
        fastest that the rate can fall.
        """
        name = "ReduceOnPlateau"
        steps = 10 * (self.patience + 1) if steps is None else count(steps, "steps", name)
        group = whole(group, "group", name, 0, len(self.rates) - 1)
        followed = [1.0] * steps if metrics is None else _metrics(metrics)
        trial, rates = copy(self), []
        for metric in followed:
            rates.append(trial.rates[group])
            trial._count(metric)
        return rates

    def plot(
        self,
        path: str | os.PathLike[str],
        steps: int | None = None,
        metrics: Sequence[float] | None = None,
    ) -> Path:
        """Plot the rate in each epoch, as from :meth:`preview`, above the metrics, if given."""
        from .. import plots

        metrics = None if metrics is None else _metrics(metrics)
        self.preview(steps, metrics=metrics)  # raises errors before there is a figure
        return plots.save(path, lambda figure: plots.plateau(figure, self, steps, metrics), (7.2, 3.6))

    def state_dict(self) -> dict[str, Any]:
        """Return what the next epochs depend on: the best metric, the epochs waited, the current rates."""
        return super().state_dict() | {
            "rates": list(self.rates), "best": self.best, "waited": self.waited, "cooling": self.cooling,
        }  # fmt: skip

    def _check_state(self, state: Any) -> None:
        super()._check_state(state)
        name = "ReduceOnPlateau"
        try:
            check_rates(state["rates"], len(self.rates), "rates", name)
            count(state["waited"], "waited", name, low=0)
            count(state["cooling"], "cooling", name, low=0)
            float(state["best"])
        except (TypeError, ValueError) as error:
            raise ValueError(f"load_state_dict: {error}") from None

    def _take_state(self, state: Mapping[str, Any]) -> None:
        super()._take_state(state)
        self.rates = [float(rate) for rate in state["rates"]]
        self.best = float(state["best"])
        self.waited, self.cooling = int(state["waited"]), int(state["cooling"])


def _metrics(metrics: Any) -> list[float]:
    found = listed(metrics, "metrics", "ReduceOnPlateau", "a number for each epoch, in a list")
    return [measured(metric, f"ReduceOnPlateau: metrics[{i}]") for i, metric in enumerate(found)]
