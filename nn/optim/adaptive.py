"""A rate for each parameter, from its own gradients: Adagrad, and RMSprop and Adadelta, which forget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer, average, average_square
from .storage import State
from .weight_decay import decayed


class Adagrad(Optimizer):
    """Divides each parameter's rate by the root of the sum of its squared gradients.

    s = s + g**2,   p -= lr / (1 + (t-1) lr_decay) * g / (sqrt(s) + eps); t counts the steps and s starts at
    ``initial_accumulator_value``. ``weight_decay`` is coupled: weight_decay * p is added to g.

    Use it for sparse gradients (words, rare features): rare features still get large steps. Not for long
    training of networks: s only grows, and the steps die away.

    J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", 2011.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = Adagrad([w], lr=0.25).step(lambda: w * w)
    >>> round(w.data, 6)
    0.75
    """

    never_negative = ("step", "sum")

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        start = {"initial_accumulator_value": initial_accumulator_value}
        super().__init__(parameters, lr, lr_decay=lr_decay, weight_decay=weight_decay, **start, eps=eps)

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        return {"sum": settings["initial_accumulator_value"]}

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        s, t = state["sum"], state["step"]
        g = decayed(p, g, group)
        s += g * g
        d = np.sqrt(s)
        d += group["eps"]
        np.divide(g, d, out=d)
        d *= group["lr"] / (1 + (t - 1) * group["lr_decay"])
        p -= d


class RMSprop(Optimizer):
    """The gradient, divided by the root of a running mean of its square: steps of about ``lr``.

    s = alpha s + (1-alpha) g**2,   d = g / (sqrt(s) + eps),   p -= lr * d.
    ``centered`` divides by the standard deviation: s - a**2 replaces s, where a is the running mean of g.
    With ``momentum``, b = momentum * b + d replaces d. ``weight_decay`` is coupled: weight_decay * p is added
    to g.

    Use it for recurrent networks and if the loss itself changes (reinforcement learning). Not at a high rate
    in the first steps: s starts at 0 and is not corrected, so they are up to 1 / sqrt(1-alpha) times too
    long. Not ``centered`` if gradients hardly vary: the divisor goes to eps.

    T. Hinton, lecture 6 of "Neural networks for machine learning", 2012; centered: A. Graves, "Generating
    sequences with recurrent neural networks", 2013.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = RMSprop([w], lr=0.025).step(lambda: w * w)
    >>> round(w.data, 6)
    0.75
    """

    never_negative = ("step", "square")

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        further = {"weight_decay": weight_decay, "momentum": momentum, "centered": centered}
        super().__init__(parameters, lr, alpha=alpha, eps=eps, **further)

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        kept = {"square": True, "mean": settings["centered"], "momentum": bool(settings["momentum"])}
        return {name: 0.0 for name, asked in kept.items() if asked}

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        s, alpha, momentum = state["square"], group["alpha"], group["momentum"]
        g = decayed(p, g, group)
        average_square(s, g, alpha)
        if group["centered"]:
            a = state["mean"]
            average(a, g, alpha)
            s = np.maximum(s - a * a, 0)  # rounding may make it negative, if gradients hardly vary
        d = np.sqrt(s)
        d += group["eps"]
        np.divide(g, d, out=d)
        if momentum:
            b = state["momentum"]
            b *= momentum
            b += d
            np.copyto(d, b)
        d *= group["lr"]
        p -= d


class Adadelta(Optimizer):
    """The gradient times the ratio of two root mean squares: of past steps, and of past gradients.

    s = rho s + (1-rho) g**2,   d = sqrt(u + eps) / sqrt(s + eps) * g,   u = rho u + (1-rho) d**2,
    p -= lr * d. A step then has the unit of p, and ``lr`` can stay at 1. ``weight_decay`` is coupled:
    weight_decay * p is added to g.

    Use it to avoid choosing a rate. Not for short training: steps begin at about sqrt(eps) and take hundreds
    of updates to grow.

    M. Zeiler, "ADADELTA: an adaptive learning rate method", 2012.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = Adadelta([w]).step(lambda: w * w)
    >>> round(w.data, 6)
    0.996838
    """

    kept = ("square", "step_square")
    never_negative = ("step", *kept)

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        s, u, rho, eps = state["square"], state["step_square"], group["rho"], group["eps"]
        g = decayed(p, g, group)
        average_square(s, g, rho)
        d, past = u + eps, s + eps
        d, past = np.sqrt(d, out=d), np.sqrt(past, out=past)
        d /= past
        d *= g
        average_square(u, d, rho)
        d *= group["lr"]
        p -= d
