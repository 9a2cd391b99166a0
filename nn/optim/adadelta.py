"""Adadelta: steps in the units of the parameter, from the steps taken before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer
from .storage import State
from .weight_decay import coupled


class Adadelta(Optimizer):
    """The gradient times the ratio of two root mean squares: of past steps, and of past gradients.

    s = rho s + (1-rho) g**2,   d = sqrt(u + eps) / sqrt(s + eps) * g,   u = rho u + (1-rho) d**2,
    p -= lr * d. A step then has the unit of p, and ``lr`` can stay at 1. ``weight_decay`` is coupled:
    weight_decay * p is added to g.

    Use it where no rate is to be chosen. Not where training is short: steps begin at about sqrt(eps) and take
    hundreds of updates to grow.

    M. Zeiler, "ADADELTA: an adaptive learning rate method", 2012.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Adadelta([w])
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.996838
    """

    scratch = ("scratch", "delta", "spare")
    never_negative = ("step", "square", "step_square")

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, rho=rho, eps=eps, weight_decay=weight_decay)

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        """The mean squares of gradients and of steps."""
        return {"square": 0.0, "step_square": 0.0}

    def update(self, data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """The rule above."""
        grad = coupled(data, grad, group["weight_decay"], state)
        rho, eps, delta, spare = group["rho"], group["eps"], state["delta"], state["spare"]
        square, step_square = state["square"], state["step_square"]
        np.multiply(grad, grad, out=spare)
        spare *= 1 - rho
        square *= rho
        square += spare
        np.add(step_square, eps, out=delta)
        np.sqrt(delta, out=delta)
        np.add(square, eps, out=spare)
        np.sqrt(spare, out=spare)
        delta /= spare
        delta *= grad
        np.multiply(delta, delta, out=spare)
        spare *= 1 - rho
        step_square *= rho
        step_square += spare
        delta *= group["lr"]
        data -= delta
