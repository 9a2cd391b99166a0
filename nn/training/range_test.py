"""The learning-rate range test: finds the rates that train a model, in a few hundred steps."""

from __future__ import annotations

import os
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np

from ..checks import count, listed, real, wrong
from ..data import Loader
from ..data.split import Examples
from ..module import Module
from ..optim import Optimizer
from .evaluation import in_mode
from .loop import check_trained, loader_of
from .run import Loss, Run, concerns

DIVERGED = 4.0  # the test ends when the smoothed loss is this many times the lowest


class RangeTest:
    """The result of a range test: the ``rates`` tried, and the loss at each, ``losses``.

    ``smoothed`` is a running mean of the losses (each counts 0.9 times the next, corrected for its start).

    >>> test = RangeTest([0.001, 0.01, 0.1, 1.0], [2.0, 1.9, 1.0, 3.0])
    >>> test.lowest
    0.1
    """

    def __init__(self, rates: list[float], losses: list[float]) -> None:
        self.rates, self.losses = _numbers(rates, "rates"), _numbers(losses, "losses")
        if len(self.rates) != len(self.losses):
            raise ValueError(
                f"RangeTest: got {len(self.rates)} rates and {len(self.losses)} losses; expected as many"
            )

    @property
    def smoothed(self) -> list[float]:
        """The running mean of the losses."""
        means, mean, weight = [], 0.0, 0.0
        for loss in self.losses:
            mean, weight = 0.9 * mean + 0.1 * loss, 0.9 * weight + 0.1
            means.append(mean / weight)
        return means

    @property
    def lowest(self) -> float:
        """The rate at which the smoothed loss was lowest: soon after it training diverges."""
        return self.rates[int(np.argmin(self.smoothed))]

    @property
    def steepest(self) -> float:
        """The rate where the smoothed loss fell fastest on a logarithmic axis: a good one to train with."""
        end = int(np.argmin(self.smoothed)) + 1
        if end < 2:
            return self.rates[0]
        return self.rates[int(np.argmin(np.gradient(self.smoothed[:end], np.log(self.rates[:end]))))]

    def plot(self, path: str | os.PathLike[str]) -> Path:
        """Plot the losses over the rates to a PNG, SVG or PDF file; return the path. Needs matplotlib."""
        from .. import plots

        return plots.save(path, lambda figure: plots.range_test(figure.subplots(), self), (7.2, 3.6))


def range_test(
    model: Module,
    data: Loader | Examples,
    loss: Loss,
    optimizer: Optimizer,
    *,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 100,
    batch_size: int | None = None,
    seed: Any = None,
) -> RangeTest:
    """Train for some steps with a rate that grows from ``low`` to ``high``, and record the loss.

    The rate of step t is low * (high / low)^(t / (steps - 1)); other parameter groups keep their ratio to
    the first. The test ends early if the loss is four times the lowest, or not finite. Afterwards the
    model, the optimizer, the loader and all their random numbers are restored.

    At low rates the loss stays flat, then it falls, then it grows. Train with the rate where it falls fastest
    (``steepest``); the peak of :class:`nn.OneCycle` can go up to the rate where it is lowest, just before it
    grows. Use it for a new model or new data, before any other search; it says nothing about the end of
    training, where lower rates are needed. Smith, "Cyclical learning rates for training neural networks",
    2017.

    >>> import nn
    >>> x = np.random.default_rng(0).standard_normal((100, 3))
    >>> model = nn.Sequential(nn.Linear(3, 1, rng=0))
    >>> test = range_test(model, (x, x[:, :1]), nn.mse, nn.SGD(model.parameters()), steps=50)
    >>> test.steepest < test.lowest < 10
    True
    """
    check_trained(model, loss, optimizer, "range_test")
    low = real(low, "low", "range_test", low=0, open_low=True)
    high = real(high, "high", "range_test", low=low, open_low=True)
    steps = count(steps, "steps", "range_test", low=2)
    loader = copy(loader_of(data, batch_size, seed))  # keeps the position of the original
    run = Run(model, loss, optimizer, loader, None, {}, [])
    before, rates = run.moment(), [group["lr"] for group in optimizer.groups]
    tried: list[float] = []
    losses: list[float] = []
    batches = iter(loader)
    try:
        with in_mode(model, True), np.errstate(all="ignore"):
            for step in range(steps):
                rate = low * (high / low) ** (step / (steps - 1))
                for group, own in zip(optimizer.groups, rates):
                    group["lr"] = rate * (own / rates[0] if rates[0] else 1.0)
                batch = next(batches, None)
                if batch is None:
                    batch = next(batches := iter(loader))
                run.take_step(*batch, [])
                tried.append(rate)
                losses.append(run.batch_loss)
                if diverged(RangeTest(tried, losses).smoothed):
                    break
    except (ArithmeticError, ValueError) as error:
        if not concerns(error) or not tried:
            raise
    finally:
        run.load_moment(before)
    return RangeTest(tried, losses)


def _numbers(given: Any, name: str) -> list[float]:
    found = listed(given, name, "RangeTest", "a list of numbers")
    if not found:
        raise wrong(given, name, "RangeTest", "at least one number", ValueError)
    return [real(number, name, "RangeTest") for number in found]


def diverged(smoothed: list[float]) -> bool:
    """Check whether the last loss is far above the lowest; a loss may be below 0.

    >>> diverged([2.0, 1.0, 3.9]), diverged([2.0, 1.0, 4.1])
    (False, True)
    """
    lowest = min(smoothed)
    return smoothed[-1] > lowest + (DIVERGED - 1) * abs(lowest)
