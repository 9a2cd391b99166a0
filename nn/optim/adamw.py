"""AdamW: Adam with a weight decay that the gradients have no say in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .adam import Adam, descend
from .optimizer import Group
from .storage import State
from .weight_decay import decoupled


class AdamW(Adam):
    """Adam with decoupled weight decay: p is first multiplied by 1 - lr * weight_decay, then Adam's step is
    taken.

    So a weight decays at the same rate whatever its gradients are, which is not so where the decay is part of
    the gradient: see :mod:`nn.optim.weight_decay`. ``amsgrad`` as in Adam.

    Use it in place of Adam wherever weights are to decay; the standard for transformers. Without decay it is
    Adam.

    I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", 2019.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = AdamW([w], lr=0.25, weight_decay=0.4)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.65
    """

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay, amsgrad)

    def update(self, data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """The rule above."""
        decoupled(data, group["lr"], group["weight_decay"])
        descend(data, grad, state, group)
