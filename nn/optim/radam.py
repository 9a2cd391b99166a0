"""RAdam: Adam that waits with dividing until there is something to divide by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .adam import root
from .optimizer import Group, Optimizer
from .storage import State
from .weight_decay import coupled, decoupled


class RAdam(Optimizer):
    """Adam, rectified: in the first steps the mean square is made of few gradients: hardly known.

    m and v as in Adam. With r = 2 / (1-b2) - 1 and r(t) = r - 2 t b2**t / (1-b2**t), about the number of
    gradients in the mean: as long as r(t) <= 5, p -= lr * m / (1-b1**t); then
    p -= lr * m / (1-b1**t) * sqrt(1-b2**t) / (sqrt(v) + eps) *
    sqrt((r(t)-4) (r(t)-2) r / ((r-4) (r-2) r(t))): a warm-up that needs no length. ``weight_decay`` is
    coupled, weight_decay * p is added to g; or, with ``decoupled_weight_decay``, as in AdamW.

    Use it in place of Adam with warm-up. Not with b2 below about 0.7, where r stays at or below 5 and it is
    SGD with momentum for ever; and not for badly scaled gradients, which the first steps follow as they are.

    L. Liu and others, "On the variance of the adaptive learning rate and beyond", 2020.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = RAdam([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.5
    """

    scratch = ("scratch", "spare")
    never_negative = ("step", "square")

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            parameters,
            lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
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
        (beta1, beta2), step = group["betas"], state["step"]
        mean, square, spare = state["mean"], state["square"], state["spare"]
        np.multiply(grad, 1 - beta1, out=spare)
        mean *= beta1
        mean += spare
        np.multiply(grad, grad, out=spare)
        spare *= 1 - beta2
        square *= beta2
        square += spare
        # For Values step is an array, with steps before and after the change; so both are one formula,
        # m * (lr / (1-b1**t)) / divisor, where the divisor is 1 as long as the mean square is not known.
        known, warm_up = rectification(beta2, step)
        np.sqrt(square, out=spare)
        spare += group["eps"]
        spare /= warm_up
        np.copyto(spare, 1.0, where=np.logical_not(known))
        np.divide(mean, spare, out=spare)
        spare *= group["lr"] / (1 - beta1**step)
        data -= spare


def rectification(beta2: float, step: Any) -> tuple[Any, Any]:
    """Whether the mean square is known well enough to divide by, and the factor of the step from then on.

    >>> bool(rectification(0.999, 5)[0]), bool(rectification(0.999, 6)[0])
    (False, True)
    >>> round(rectification(0.999, 10**6)[1], 3)
    1.0
    """
    left = beta2**step
    most = 2 / (1 - beta2) - 1
    length = most - 2 * step * left / (1 - left)
    known = length > 5
    most = max(most, 5.0)  # where it is not known, all that is asked of these is a root that is real
    length = np.maximum(length, 5.0) if isinstance(step, np.ndarray) else max(length, 5.0)
    factor = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)
    return known, root(1 - left) * root(factor)
