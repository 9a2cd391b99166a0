"""Adagrad: steps that shrink with all the gradients a parameter has seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer
from .storage import State
from .weight_decay import coupled


class Adagrad(Optimizer):
    """Each parameter's rate is divided by the root of the sum of its squared gradients.

    s = s + g**2,   p -= lr / (1 + (t-1) lr_decay) * g / (sqrt(s) + eps); t counts the steps and s starts at
    ``initial_accumulator_value``. ``weight_decay`` is coupled: weight_decay * p is added to g.

    Use it for sparse gradients (words, rare features): what is seldom seen still takes large steps. Not for
    long training of networks: s only grows, and the steps die away.

    J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", 2011.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Adagrad([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.75
    """

    scratch = ("scratch", "root")
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
        super().__init__(
            parameters,
            lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        """The sum of squares."""
        return {"sum": settings["initial_accumulator_value"]}

    def update(self, data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """The rule above."""
        grad = coupled(data, grad, group["weight_decay"], state)
        total, root = state["sum"], state["root"]
        np.multiply(grad, grad, out=root)
        total += root
        np.sqrt(total, out=root)
        root += group["eps"]
        np.divide(grad, root, out=root)
        root *= group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
        data -= root
