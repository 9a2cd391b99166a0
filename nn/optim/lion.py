"""Lion: the sign of the momentum, found by a search over programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer
from .storage import State
from .weight_decay import decoupled


class Lion(Optimizer):
    """Every weight moves by ``lr``, up or down: by the sign of a mean of past gradients and the present one.

    p = p (1 - lr weight_decay),   p -= lr * sign(b1 m + (1-b1) g),   m = b2 m + (1-b2) g.
    Where both are 0, so is the step. ``weight_decay`` is decoupled, as in AdamW. One array of memory.

    Use it on large batches and networks, with a rate 3 to 10 times smaller than AdamW's and a weight_decay
    as many times larger. Not for small batches, nor to the end without a schedule: its steps do not
    shrink near a minimum.

    X. Chen and others, "Symbolic discovery of optimization algorithms", 2023.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Lion([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.75
    """

    scratch = ("scratch", "spare")

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, weight_decay=weight_decay)

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        """The running mean."""
        return {"mean": 0.0}

    def update(self, data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """The rule above."""
        (beta1, beta2), mean = group["betas"], state["mean"]
        direction, spare = state["scratch"], state["spare"]
        decoupled(data, group["lr"], group["weight_decay"])
        np.multiply(mean, beta1, out=direction)
        np.multiply(grad, 1 - beta1, out=spare)
        direction += spare
        np.sign(direction, out=direction)
        direction *= group["lr"]
        data -= direction
        mean *= beta2
        np.multiply(grad, 1 - beta2, out=spare)
        mean += spare
