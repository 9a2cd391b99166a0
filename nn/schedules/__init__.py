"""Schedules: the learning rate as a function of the step.

A schedule is built on an optimizer and sets its rate at once; ``step()`` after each optimizer step (or each
epoch: a schedule counts whatever you call it for) sets the next one. Each parameter group has its own base
rate, the one it had when the schedule was built. ``plot`` shows a schedule before you use it.
"""

from .base import Schedule
from .cosine import Cosine, CosineWarmRestarts
from .decay import ExponentialDecay, MultiStepDecay, PolynomialDecay, StepDecay
from .one_cycle import OneCycle
from .plateau import ReduceOnPlateau
from .warmup import LinearWarmup

__all__ = [
    "Cosine", "CosineWarmRestarts", "ExponentialDecay", "LinearWarmup", "MultiStepDecay", "OneCycle",
    "PolynomialDecay", "ReduceOnPlateau", "Schedule", "StepDecay",
]  # fmt: skip
