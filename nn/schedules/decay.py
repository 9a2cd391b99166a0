"""Decays: the base rate times a factor that falls with the step, in stairs or smoothly."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from ..checks import count, listed, real
from ..optim import Optimizer
from .base import Schedule


class StepDecay(Schedule):
    """Stairs: multiplies the rate by ``gamma`` at every ``step_size``-th step.

    lr(t) = lr * gamma^floor(t / step_size). As PyTorch's ``StepLR``. Use it to follow a recipe such as
    "divide by 10 every 30 epochs"; not without one: it adds two numbers to search for, and a cosine does as
    well without. Krizhevsky and others, "ImageNet classification with deep convolutional neural networks",
    2012, divided by hand in this way.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = StepDecay(SGD([Value(1.0)], lr=1.0), step_size=2, gamma=0.5)
    >>> [schedule.lr_at(step) for step in range(6)]
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size = count(step_size, "step_size", "StepDecay")
        self.gamma = real(gamma, "gamma", "StepDecay", low=0)
        super().__init__(optimizer)

    def rate(self, step: int, base: float) -> float:
        """Compute the rate of a step, counted from 0."""
        return base * self.gamma ** (step // self.step_size)


class MultiStepDecay(Schedule):
    """Stairs at chosen steps: multiplies the rate by ``gamma`` at each of ``milestones``.

    lr(t) = lr * gamma^(number of milestones up to t); a repeated milestone counts twice. As PyTorch's
    ``MultiStepLR``. Use it to follow a recipe (residual networks: at half and three quarters of training);
    not without one. He and others, "Deep residual learning for image recognition", 2016.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = MultiStepDecay(SGD([Value(1.0)], lr=1.0), milestones=[2, 3], gamma=0.5)
    >>> [schedule.lr_at(step) for step in range(5)]
    [1.0, 1.0, 0.5, 0.25, 0.25]
    """

    def __init__(self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1) -> None:
        found = listed(milestones, "milestones", "MultiStepDecay", "a list of steps")
        self.milestones = sorted(count(step, "a milestone", "MultiStepDecay", low=0) for step in found)
        self.gamma = real(gamma, "gamma", "MultiStepDecay", low=0)
        super().__init__(optimizer)

    def rate(self, step: int, base: float) -> float:
        """Compute the rate of a step, counted from 0."""
        return base * self.gamma ** bisect_right(self.milestones, step)


class ExponentialDecay(Schedule):
    """Multiplies the rate by ``gamma`` at every step: lr(t) = lr * gamma^t.

    As PyTorch's ``ExponentialLR``. It halves every log(0.5) / log(gamma) steps, for ever. Use it for a smooth
    decay without a known end; not for long runs with a gamma far below 1: the rate is soon too small to move
    anything. Robbins and Monro, "A stochastic approximation method", 1951, need an infinite sum of rates to
    arrive from anywhere; here it is finite.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = ExponentialDecay(SGD([Value(1.0)], lr=1.0), gamma=0.5)
    >>> [schedule.lr_at(step) for step in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = real(gamma, "gamma", "ExponentialDecay", low=0)
        super().__init__(optimizer)

    def rate(self, step: int, base: float) -> float:
        """Compute the rate of a step, counted from 0."""
        return base * self.gamma**step


class PolynomialDecay(Schedule):
    """From the optimizer's rate to ``min_lr`` as a power of the steps that are left; a line for power 1.

    lr(t) = min_lr + (lr - min_lr) * (1 - t / total_steps)^power. As PyTorch's ``PolynomialLR``, which ends
    at 0. Use it if the length of training is known: a line to 0 is hard to beat, 0.9 is common for
    segmentation; not if you may continue longer. Chen and others, "DeepLab: semantic image segmentation with
    deep convolutional nets, atrous convolution, and fully connected CRFs", 2018 (its "poly" policy).

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = PolynomialDecay(SGD([Value(1.0)], lr=1.0), total_steps=4, power=2)
    >>> [schedule.lr_at(step) for step in range(6)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    """

    def __init__(
        self, optimizer: Optimizer, total_steps: int, power: float = 1.0, min_lr: float = 0.0
    ) -> None:
        self.power = real(power, "power", "PolynomialDecay", low=0, open_low=True)
        self.min_lr = real(min_lr, "min_lr", "PolynomialDecay", low=0)
        super().__init__(optimizer, count(total_steps, "total_steps", "PolynomialDecay"))

    def rate(self, step: int, base: float) -> float:
        """Compute the rate of a step, counted from 0."""
        assert self.total_steps is not None
        return self.min_lr + (base - self.min_lr) * (1 - step / self.total_steps) ** self.power
