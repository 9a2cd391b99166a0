"""Cosine schedules: half a cosine down, once or again and again."""

from __future__ import annotations

from ..checks import count, real
from ..optim import Optimizer
from .base import Schedule, cosine


class Cosine(Schedule):
    """From the optimizer's rate down to ``min_lr`` along half a cosine.

    lr(t) = min_lr + (lr - min_lr) / 2 * (1 + cos(pi * t / total_steps)). As PyTorch's ``CosineAnnealingLR``,
    except that after ``total_steps`` the rate stays at ``min_lr``. Use it if the length of training is known,
    which is the usual case; not if you may stop early: the rate is high until late, and the best
    weights come at the end. Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts",
    2017.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = Cosine(SGD([Value(1.0)], lr=1.0), total_steps=4)
    >>> [round(schedule.lr_at(step), 4) for step in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]
    """

    def __init__(self, optimizer: Optimizer, total_steps: int, min_lr: float = 0.0) -> None:
        self.min_lr = real(min_lr, "min_lr", "Cosine", low=0)
        super().__init__(optimizer, count(total_steps, "total_steps", "Cosine"))

    def rate(self, step: int, base: float) -> float:
        """Compute the rate of a step, counted from 0."""
        assert self.total_steps is not None
        return cosine(base, self.min_lr, step / self.total_steps)


class CosineWarmRestarts(Schedule):
    """Half a cosine down to ``min_lr``, then a restart; each period is ``multiplier`` times the last.

    lr(t) = min_lr + (lr - min_lr) / 2 * (1 + cos(pi * s / T)), where T is the length of the current period
    (``period`` for the first) and s the steps since it began. As PyTorch's ``CosineAnnealingWarmRestarts``.
    The weights at the end of each period are a good model: use it to get one early and go on, or for an
    ensemble of them; not if only the last counts: each restart undoes some of the work. Loshchilov and
    Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = CosineWarmRestarts(SGD([Value(1.0)], lr=1.0), period=2, multiplier=2)
    >>> [round(schedule.lr_at(step), 4) for step in range(7)]
    [1.0, 0.5, 1.0, 0.8536, 0.5, 0.1464, 1.0]
    """

    def __init__(self, optimizer: Optimizer, period: int, multiplier: int = 1, min_lr: float = 0.0) -> None:
        self.period = count(period, "period", "CosineWarmRestarts")
        self.multiplier = count(multiplier, "multiplier", "CosineWarmRestarts")
        self.min_lr = real(min_lr, "min_lr", "CosineWarmRestarts", low=0)
        super().__init__(optimizer)

    def rate(self, step: int, base: float) -> float:
        """Compute the rate of a step, counted from 0."""
        length = self.period
        if self.multiplier == 1:
            step %= length
        while step >= length:  # a few rounds only: the periods grow
            step -= length
            length *= self.multiplier
        return cosine(base, self.min_lr, step / length)
