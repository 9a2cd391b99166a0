"""Stochastic gradient descent: a step downhill, and momentum, which remembers the steps before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer
from .storage import State
from .weight_decay import coupled


class SGD(Optimizer):
    """Gradient descent: p -= lr * g; with momentum m = momentum * m + g, and m in place of g.

    With ``nesterov`` it is g + momentum * m that is followed: the gradient as if already one step ahead.
    ``weight_decay`` is coupled: weight_decay * p is added to g. A steady gradient is followed at
    lr / (1 - momentum): with momentum=0.9 take a tenth of the rate.

    Use it where the rate can be tuned and generalization counts (images, with momentum 0.9). Not where
    gradients differ much in size from one parameter to the next: one rate has to fit all.

    B. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; I. Sutskever,
    J. Martens, G. Dahl and G. Hinton, "On the importance of initialization and momentum in deep learning",
    2013; the formula is PyTorch's, where lr is outside of the momentum.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = SGD([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.5
    """

    scratch = ("scratch",)

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(parameters, lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov)

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        """The momentum, where there is any."""
        if settings["nesterov"] and not settings["momentum"]:
            raise ValueError("SGD: nesterov is a form of momentum; set momentum above 0 (0.9 is common)")
        return {"momentum": 0.0} if settings["momentum"] else {}

    def update(self, data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """The rule above."""
        scratch, factor = state["scratch"], group["momentum"]
        grad = coupled(data, grad, group["weight_decay"], state)
        if factor:
            momentum = state["momentum"]
            momentum *= factor
            momentum += grad
            grad = grad + factor * momentum if group["nesterov"] else momentum
        np.multiply(grad, group["lr"], out=scratch)
        data -= scratch
