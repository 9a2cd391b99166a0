"""RMSprop: gradients divided by the root of their running mean square."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer
from .storage import State
from .weight_decay import coupled


class RMSprop(Optimizer):
    """The gradient, divided by the root of a running mean of its square: steps of about ``lr``.

    s = alpha s + (1-alpha) g**2,   d = g / (sqrt(s) + eps),   p -= lr * d.
    ``centered`` divides by the standard deviation: s - a**2 in place of s, where a is the running mean of g.
    With ``momentum``, b = momentum * b + d is followed in place of d. ``weight_decay`` is coupled:
    weight_decay * p is added to g.

    Use it for recurrent networks and where the loss itself moves (reinforcement learning). Not for
    the first steps at a high rate: s starts at 0 and is not corrected for it, so they are up to
    1 / sqrt(1-alpha) times too long. Not ``centered`` where gradients hardly vary: the divisor goes to eps.

    T. Hinton, lecture 6 of "Neural networks for machine learning", 2012; centered: A. Graves, "Generating
    sequences with recurrent neural networks", 2013.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = RMSprop([w], lr=0.025)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.75
    """

    scratch = ("scratch", "divisor")
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
        super().__init__(
            parameters,
            lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
        )

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        """The mean square; the mean and the momentum where they are asked for."""
        kept = {"square": True, "mean": settings["centered"], "momentum": bool(settings["momentum"])}
        return {name: 0.0 for name, asked in kept.items() if asked}

    def update(self, data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """The rule above."""
        grad = coupled(data, grad, group["weight_decay"], state)
        alpha, square, divisor = group["alpha"], state["square"], state["divisor"]
        np.multiply(grad, grad, out=divisor)
        divisor *= 1 - alpha
        square *= alpha
        square += divisor
        if group["centered"]:
            mean = state["mean"]
            np.multiply(grad, 1 - alpha, out=divisor)
            mean *= alpha
            mean += divisor
            np.multiply(mean, mean, out=divisor)
            np.subtract(square, divisor, out=divisor)
            np.maximum(divisor, 0, out=divisor)  # rounding may leave less, where gradients hardly vary
            np.sqrt(divisor, out=divisor)
        else:
            np.sqrt(square, out=divisor)
        divisor += group["eps"]
        np.divide(grad, divisor, out=divisor)
        if group["momentum"]:
            momentum = state["momentum"]
            momentum *= group["momentum"]
            momentum += divisor
            np.copyto(divisor, momentum)
        divisor *= group["lr"]
        data -= divisor
