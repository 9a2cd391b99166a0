"""SGD: a step downhill, with momentum from earlier steps; and Lion, which uses only its sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer, average
from .storage import State
from .weight_decay import decayed


class SGD(Optimizer):
    """Gradient descent: p -= lr * g; with momentum m = momentum * m + g, and m in place of g.

    ``nesterov`` follows g + momentum * m: the gradient as if already one step ahead. ``weight_decay`` is
    coupled: weight_decay * p is added to g. A steady gradient is followed at lr / (1 - momentum): with
    momentum=0.9 take a tenth of the rate.

    Use it if you can tune the rate and generalization counts (images, with momentum 0.9). Not if gradients
    differ much in size between parameters: one rate has to fit all.

    B. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; I. Sutskever,
    J. Martens, G. Dahl and G. Hinton, "On the importance of initialization and momentum in deep learning",
    2013; the formula is PyTorch's, where lr is outside of the momentum.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = SGD([w], lr=0.25).step(lambda: w * w)
    >>> w.data
    0.5
    """

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
        if settings["nesterov"] and not settings["momentum"]:
            raise ValueError("SGD: nesterov is a form of momentum; set momentum above 0 (0.9 is common)")
        return {"momentum": 0.0} if settings["momentum"] else {}

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        lr, momentum = group["lr"], group["momentum"]
        g = decayed(p, g, group)
        if momentum:
            m = state["momentum"]
            m *= momentum
            m += g
            g = g + momentum * m if group["nesterov"] else m
        p -= lr * g


class Lion(Optimizer):
    """Moves every weight by ``lr``, up or down: by the sign of a mean of past and present gradients.

    p = p (1 - lr weight_decay),   p -= lr * sign(b1 m + (1-b1) g),   m = b2 m + (1-b2) g.
    Where both are 0, so is the step. ``weight_decay`` is decoupled, as in AdamW. It keeps one array.

    Use it on large batches and networks, with a rate 3 to 10 times smaller than AdamW's and a weight_decay
    larger by the same factor. Not for small batches, nor without a schedule: its steps do not shrink near a
    minimum.

    X. Chen and others, "Symbolic discovery of optimization algorithms", 2023.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = Lion([w], lr=0.25).step(lambda: w * w)
    >>> round(w.data, 6)
    0.75
    """

    kept = ("mean",)

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, weight_decay=weight_decay)

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        lr, (b1, b2), m = group["lr"], group["betas"], state["mean"]
        g = decayed(p, g, group, decoupled=True)
        c = b1 * m
        c += (1 - b1) * g
        p -= lr * np.sign(c)
        average(m, g, b2)
