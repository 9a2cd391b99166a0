"""Warm-up: a rise before any other schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..checks import count, real, wrong
from .base import Schedule, linear


class LinearWarmup(Schedule):
    """Rises linearly to the first rate of another schedule, ``after``, in ``steps`` steps; then follows it.

    lr(t) = lr_after(0) * (start_factor + (1 - start_factor) * t / steps) for t < steps, then lr_after(t -
    steps). As PyTorch's ``LinearLR`` and another in a ``SequentialLR``. At the start gradients are large and
    Adam's running means uncertain: use it with large batches, high rates, and attention; a small network with
    a modest rate does not need it. Goyal and others, "Accurate, large minibatch SGD: training ImageNet in 1
    hour", 2017.

    >>> from autograd import Value
    >>> from nn import SGD, Cosine
    >>> schedule = LinearWarmup(Cosine(SGD([Value(1.0)], lr=1.0), total_steps=2), steps=4)
    >>> [schedule.lr_at(step) for step in range(7)]
    [0.0, 0.25, 0.5, 0.75, 1.0, 0.5, 0.0]
    """

    def __init__(self, after: Schedule, steps: int, start_factor: float = 0.0) -> None:
        if not isinstance(after, Schedule):
            expected = "the following schedule, such as nn.Cosine(optimizer, total_steps=1000)"
            raise wrong(after, "after", "LinearWarmup", expected)
        if after.steps:
            raise ValueError(
                f"LinearWarmup: the {type(after).__name__} has taken {after.steps} steps; expected a new one"
            )
        self.after = after
        self.warmup_steps = count(steps, "steps", "LinearWarmup")
        self.start_factor = real(start_factor, "start_factor", "LinearWarmup", low=0)
        total = None if after.total_steps is None else self.warmup_steps + after.total_steps
        super().__init__(after.optimizer, total)

    def rate_of(self, step: int, group: int) -> float:
        """Return the rate during the rise, or that of the following schedule."""
        if step >= self.warmup_steps:
            return self.after.rate_of(step - self.warmup_steps, group)
        return self.after.rate_of(0, group) * linear(self.start_factor, 1.0, step / self.warmup_steps)

    def step(self) -> None:
        """Set the rates of the next step."""
        if self.steps >= self.warmup_steps:
            self.steps += 1
            self.after.step()
        else:
            super().step()

    def observe(self, metric: float) -> None:
        """Pass the metric on to the following schedule, once the rise is over."""
        super().observe(metric)
        if self.steps >= self.warmup_steps:
            self.after.observe(metric)

    def state_dict(self) -> dict[str, Any]:
        """Return what the next steps depend on, for both schedules."""
        return super().state_dict() | {"after": self.after.state_dict()}

    def _check_state(self, state: Any) -> None:
        super()._check_state(state)
        self.after._check_state(state["after"])

    def _take_state(self, state: Mapping[str, Any]) -> None:
        super()._take_state(state)
        self.after._take_state(state["after"])
        self.after.apply()  # first: during the rise, the rates are this schedule's
