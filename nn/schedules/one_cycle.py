"""One cycle: up to a high rate, and down to almost nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..checks import choice, count, flag, real
from ..optim import Optimizer
from .base import Schedule, check_rates, cosine, linear

ANNEALINGS: dict[str, Callable[[float, float, float], float]] = {"cosine": cosine, "linear": linear}


class OneCycle(Schedule):
    """Up from max_lr / div_factor to ``max_lr``, then down to almost nothing, both along half a cosine.

    The rise takes the first ``pct_start`` of the steps; the end is max_lr / div_factor / final_div_factor.
    With ``three_phase`` the fall to max_lr / div_factor takes as long as the rise, and the other steps lead
    from there to the end. ``anneal="linear"`` replaces cosines by lines. ``momentum=(0.85, 0.95)`` also moves
    the momentum, against the rate: lowest where the rate is highest (``momentum`` of an optimizer that has
    it, otherwise the first of ``betas``). As PyTorch's ``OneCycleLR``, which moves the momentum by default.

    ``max_lr`` is the first parameter group's peak; the others' are in proportion to their base rates. A list
    gives one for each group.

    High rates in the middle keep training out of sharp minima: use it for a known, small number of epochs,
    with a peak from :func:`nn.training.range_test`; not if training may stop early or continue. Smith and
    Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2017.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = OneCycle(SGD([Value(1.0)]), max_lr=1.0, total_steps=10, pct_start=0.5)
    >>> [round(schedule.lr_at(step), 4) for step in (0, 2, 4, 9, 10)]
    [0.04, 0.52, 1.0, 0.0, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int,
        pct_start: float = 0.3,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        *,
        anneal: str = "cosine",
        three_phase: bool = False,
        momentum: tuple[float, float] | None = None,
    ) -> None:
        name = "OneCycle"
        self.max_lr = (
            max_lr if isinstance(max_lr, (list, tuple))
            else real(max_lr, "max_lr", name, low=0, open_low=True)
        )  # fmt: skip
        self.three_phase = flag(three_phase, "three_phase", name)
        self.pct_start = real(pct_start, "pct_start", name, low=0, high=1)
        if self.three_phase and self.pct_start > 0.5:
            raise ValueError(
                f"OneCycle: pct_start is {pct_start!r}; expected at most 0.5 with three_phase: the way down "
                "takes as many steps as the way up"
            )
        self.div_factor = real(div_factor, "div_factor", name, low=0, open_low=True)
        self.final_div_factor = real(final_div_factor, "final_div_factor", name, low=0, open_low=True)
        self.anneal = choice(anneal, ANNEALINGS, "anneal", name)
        self.momentum = None if momentum is None else _momentum(momentum, optimizer)
        steps = count(total_steps, "total_steps", name)
        top = self.pct_start * steps - 1  # the step of the peak: a fraction, perhaps below 0
        ends = [top, 2 * top, steps - 1] if self.three_phase else [top, steps - 1]
        *phases, last = zip(range(3), [0.0, *ends], ends)
        self._phases = [*(phase for phase in phases if phase[1] < phase[2]), last]
        super().__init__(optimizer, steps)

    def rate(self, step: int, base: float) -> float:
        """Compute the rate of a step, counted from 0, for a group whose peak is ``base``."""
        start = base / self.div_factor
        last = start / self.final_div_factor
        return self._moved(step, *((start, base, start, last) if self.three_phase else (start, base, last)))

    def begin(self, rates: list[float]) -> list[float]:
        """Return the highest rate of each parameter group."""
        if isinstance(self.max_lr, float):
            first = rates[0]  # an earlier schedule may have taken it down to 0
            return [self.max_lr * (rate / first if first else 1.0) for rate in rates]
        return check_rates(self.max_lr, len(rates), "max_lr", "OneCycle")

    def momentum_at(self, step: int) -> float | None:
        """Return the momentum of any step, or None if it does not move."""
        count(step, "step", "OneCycle", low=0)
        if self.momentum is None:
            return None
        low, high = self.momentum
        return self._moved(step, high, low, high, high)  # the last one is only for three phases

    def apply(self) -> None:
        """Set the optimizer's rates and momentum to those of the current step."""
        super().apply()
        momentum = self.momentum_at(self.steps)
        if momentum is None:
            return
        for group in self.optimizer.groups:
            if "momentum" in group:
                group["momentum"] = momentum
            else:
                group["betas"] = (momentum, *group["betas"][1:])

    def _moved(self, step: int, *levels: float) -> float:
        """Interpolate between successive levels over the phases of the cycle."""
        for phase in self._phases:
            if step <= phase[2]:
                break  # otherwise it is in the last phase, or after it
        level, begin, end = phase
        part = min((step - begin) / (end - begin), 1.0) if end > begin else 1.0
        return ANNEALINGS[self.anneal](levels[level], levels[level + 1], part)


def _momentum(momentum: Any, optimizer: Any) -> tuple[float, float]:
    if not isinstance(momentum, (tuple, list)) or len(momentum) != 2:
        raise TypeError(
            f"OneCycle: momentum is {momentum!r}; expected the lowest and the highest, such as (0.85, 0.95)"
        )
    low, high = (
        real(each, f"momentum[{i}]", "OneCycle", low=0, high=1, open_low=True)
        for i, each in enumerate(momentum)
    )
    for group in getattr(optimizer, "groups", []):
        if not group.get("momentum", 1) or not ("momentum" in group or "betas" in group):
            raise ValueError(
                f"OneCycle: {type(optimizer).__name__} has no momentum to change; build it with one, such as "
                "nn.SGD(..., momentum=0.9), or leave momentum out here"
            )
    return low, high
