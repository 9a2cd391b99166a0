"""NAdam: Adam with Nesterov's look ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .adam import root
from .optimizer import Group, Optimizer
from .storage import State
from .weight_decay import coupled, decoupled


class NAdam(Optimizer):
    """Adam, where the mean that is followed has the present gradient in it once more, as if one step ahead.

    m and v as in Adam; mu(t) = b1 (1 - 0.96**(t momentum_decay) / 2) is the momentum of step t, and P(t) the
    product of mu(1) to mu(t):
    p -= lr * (mu(t+1) m / (1 - P(t+1)) + (1 - mu(t)) g / (1 - P(t))) / (sqrt(v / (1-b2**t)) + eps).
    ``weight_decay`` is coupled, weight_decay * p is added to g; or, with ``decoupled_weight_decay``, as in
    AdamW.

    Use it as Adam, where it is a little faster on smooth losses. Not where gradients are mostly noise, which
    counts for more in its step.

    T. Dozat, "Incorporating Nesterov momentum into Adam", 2016.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = NAdam([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.735887
    """

    scratch = ("scratch", "spare", "ahead")
    never_negative = ("step", "square", "product")
    numbers = {"step": 0, "product": 1.0}

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            parameters,
            lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        """Both running means."""
        return {"mean": 0.0, "square": 0.0}

    def update(self, data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """The rule above."""
        if group["decoupled_weight_decay"]:
            decoupled(data, group["lr"], group["weight_decay"])
        else:
            grad = coupled(data, grad, group["weight_decay"], state)
        (beta1, beta2), step, lr = group["betas"], state["step"], group["lr"]
        mean, square, spare, ahead = state["mean"], state["square"], state["spare"], state["ahead"]
        now = beta1 * (1 - 0.5 * 0.96 ** (step * group["momentum_decay"]))
        following = beta1 * (1 - 0.5 * 0.96 ** ((step + 1) * group["momentum_decay"]))
        state["product"] = product = state["product"] * now
        np.multiply(grad, 1 - beta1, out=spare)
        mean *= beta1
        mean += spare
        np.multiply(grad, grad, out=spare)
        spare *= 1 - beta2
        square *= beta2
        square += spare
        np.multiply(grad, lr * (1 - now) / (1 - product), out=ahead)
        np.multiply(mean, lr * following / (1 - product * following), out=spare)
        ahead += spare
        np.sqrt(square, out=spare)
        spare /= root(1 - beta2**step)
        spare += group["eps"]
        ahead /= spare
        data -= ahead
