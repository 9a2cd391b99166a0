"""Schedules: the learning rate as a function of the step.

A schedule is built on an optimizer and sets its ``lr`` at once; ``step()`` after each optimizer step sets
that of the next. After ``total_steps`` the rate stays where it is.
"""

from __future__ import annotations

import math

import numpy as np

from .checks import count, real
from .optim import Optimizer


class Schedule:
    """What schedules share. A new one defines ``rate``: the learning rate of step 0, 1, ... ``total_steps``.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> class Halving(Schedule):
    ...     def rate(self, step):
    ...         return self.base * 0.5**step
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> schedule = Halving(optimizer, total_steps=10)
    >>> schedule.step()
    >>> optimizer.lr, schedule.lr_at(3)
    (0.5, 0.125)
    """

    def __init__(self, optimizer: Optimizer, total_steps: int) -> None:
        name = type(self).__name__
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{name}: got {type(optimizer).__name__}; expected an optimizer, such as nn.Adam(...)"
            )
        self.optimizer = optimizer
        self.total_steps = count(total_steps, "total_steps", name)
        self.base = optimizer.lr  # the rate the optimizer was built with
        self.steps = 0
        optimizer.lr = self.lr_at(0)

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} does not say its learning rate: define its rate")

    def lr_at(self, step: int) -> float:
        """The learning rate of any step, to look at it before using it."""
        if not isinstance(step, (int, np.integer)) or step < 0:
            raise ValueError(
                f"{type(self).__name__}: step is {step!r}; expected a whole number of at least 0"
            )
        return self.rate(min(int(step), self.total_steps))

    def step(self) -> None:
        """Set the learning rate of the next step."""
        self.steps += 1
        self.optimizer.lr = self.lr_at(self.steps)


class OneCycle(Schedule):
    """Up from max_lr / div_factor to ``max_lr``, then down to almost nothing, both along half a cosine.

    The way up takes the first ``pct_start`` of the steps; the end is max_lr / div_factor / final_div_factor.
    High rates in the middle keep training out of sharp minima. As PyTorch's ``OneCycleLR``, without its cycle
    of momentum. Smith and Topin, "Super-convergence", 2017.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = OneCycle(SGD([Value(1.0)]), max_lr=1.0, total_steps=10, pct_start=0.5)
    >>> [round(schedule.lr_at(step), 4) for step in (0, 2, 4, 9, 10)]
    [0.04, 0.52, 1.0, 0.0, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float,
        total_steps: int,
        pct_start: float = 0.3,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        self.max_lr = real(max_lr, "max_lr", "OneCycle", low=0, open_low=True)
        self.pct_start = real(pct_start, "pct_start", "OneCycle", low=0, high=1)
        self.start = self.max_lr / real(div_factor, "div_factor", "OneCycle", low=0, open_low=True)
        self.end = self.start / real(final_div_factor, "final_div_factor", "OneCycle", low=0, open_low=True)
        super().__init__(optimizer, total_steps)

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        last = self.total_steps - 1
        top = self.pct_start * self.total_steps - 1
        if step <= top and top > 0:
            return _cosine(self.start, self.max_lr, step / top)
        return _cosine(self.max_lr, self.end, min((step - top) / (last - top), 1.0))


class Cosine(Schedule):
    """From the optimizer's rate down to ``min_lr`` along half a cosine.

    lr(t) = min_lr + (lr - min_lr) / 2 * (1 + cos(pi * t / total_steps)).
    As PyTorch's ``CosineAnnealingLR``, except that after ``total_steps`` the rate stays at ``min_lr``.
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = Cosine(SGD([Value(1.0)], lr=1.0), total_steps=4)
    >>> [round(schedule.lr_at(step), 4) for step in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]
    """

    def __init__(self, optimizer: Optimizer, total_steps: int, min_lr: float = 0.0) -> None:
        self.min_lr = real(min_lr, "min_lr", "Cosine", low=0)
        super().__init__(optimizer, total_steps)

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        return _cosine(self.base, self.min_lr, step / self.total_steps)


def _cosine(start: float, end: float, part: float) -> float:
    """From ``start`` to ``end`` as ``part`` goes from 0 to 1, slowly at both ends."""
    return end + (start - end) / 2 * (1 + math.cos(math.pi * part))
