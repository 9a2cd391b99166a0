"""Adamax: Adam with the largest gradient in place of the mean square."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer
from .storage import State
from .weight_decay import coupled


class Adamax(Optimizer):
    """The mean of past gradients, divided by the largest of them, which is slowly forgotten.

    m = b1 m + (1-b1) g,   u = max(b2 u, |g| + eps),   p -= lr / (1-b1**t) * m / u.
    u is the infinity norm where Adam has the 2-norm, and needs no correction of its start. ``weight_decay``
    is coupled: weight_decay * p is added to g.

    Use it where single gradients are very large (embeddings): no step is longer than about lr. Not where an
    outlier is an error: it keeps steps short for 1 / (1-b2) updates.

    D. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015, section 7.1.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Adamax([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.75
    """

    scratch = ("scratch", "spare")
    never_negative = ("step", "largest")

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay)

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        """The running mean, and the largest gradient."""
        return {"mean": 0.0, "largest": 0.0}

    def update(self, data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """The rule above."""
        grad = coupled(data, grad, group["weight_decay"], state)
        (beta1, beta2), mean, largest, spare = group["betas"], state["mean"], state["largest"], state["spare"]
        np.multiply(grad, 1 - beta1, out=spare)
        mean *= beta1
        mean += spare
        np.abs(grad, out=spare)
        spare += group["eps"]
        largest *= beta2
        np.maximum(largest, spare, out=largest)
        np.divide(mean, largest, out=spare)
        spare *= group["lr"] / (1 - beta1 ** state["step"])
        data -= spare
