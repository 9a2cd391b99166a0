"""Adam: each parameter gets a step size of its own, from the mean and the mean square of its gradients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from . import compiled
from .optimizer import Group, Optimizer
from .storage import State
from .weight_decay import coupled


class Adam(Optimizer):
    """The mean of past gradients, divided by the root of the mean of their squares: steps of about ``lr``.

    The running means start at 0 and are corrected for it; t counts the steps:
    m = b1 m + (1-b1) g,   v = b2 v + (1-b2) g**2,   p -= lr * (m / (1-b1**t)) / (sqrt(v / (1-b2**t)) + eps).
    With ``amsgrad`` v is replaced by the largest v so far, so that steps never grow again because gradients
    became rare. ``weight_decay`` is coupled: weight_decay * p is added to g; see :mod:`nn.optim.weight_decay`
    for what becomes of it, and AdamW.

    Use it first: it works over a wide range of rates (1e-3 is a good guess) and of gradient sizes. Not where
    memory for two arrays a parameter is missing; on images well tuned SGD often ends a little better.

    D. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015; AMSGrad: S. Reddi, S. Kale and
    S. Kumar, "On the convergence of Adam and beyond", 2018.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Adam([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.75
    """

    scratch = ("scratch",)
    never_negative = ("step", "square", "largest", "unit1", "unit2")
    numbers = {"step": 0, "unit1": 1.0, "unit2": 1.0}

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        """Both running means, and the largest second one where it is asked for."""
        return {"mean": 0.0, "square": 0.0} | ({"largest": 0.0} if settings["amsgrad"] else {})

    def update(self, data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """The rule above."""
        descend(data, coupled(data, grad, group["weight_decay"], state), state, group)


def descend(data: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
    """Adam's step without its weight decay, for all who decay in their own way."""
    # The weights go through memory ten times here (in the textbook form 13 times): in an MNIST step, half
    # of what is not a matrix product. So the factors (1-b1) and (1-b2) are left out of the running means,
    # and joined with the corrections of their start in two numbers. The means are thus in units of these
    # factors; where a beta has changed since the last step, its unit has too, and the old mean is converted.
    mean, square, scratch, step = state["mean"], state["square"], state["scratch"], state["step"]
    (beta1, beta2), unit1, unit2 = group["betas"], state["unit1"], state["unit2"]
    state["unit1"], state["unit2"] = 1 - beta1, 1 - beta2
    scale = root((1 - beta2**step) / (1 - beta2))
    rate = group["lr"] * scale * (1 - beta1) / (1 - beta1**step)
    keep_mean, keep_square = beta1 * (unit1 / (1 - beta1)), beta2 * (unit2 / (1 - beta2))
    eps = group["eps"] * scale
    if not group["amsgrad"] and compiled.adam(
        data, grad, mean, square, keep_mean=keep_mean, keep_square=keep_square, rate=rate, eps=eps
    ):
        return
    mean *= keep_mean
    mean += grad
    np.multiply(grad, grad, out=scratch)  # while grad is in the cache; it may be scratch itself
    square *= keep_square
    square += scratch
    if group["amsgrad"]:
        largest = state["largest"]
        largest *= unit2 / (1 - beta2)
        square = np.maximum(largest, square, out=largest)
    np.sqrt(square, out=scratch)
    scratch += eps
    np.divide(mean, scratch, out=scratch)
    scratch *= rate
    data -= scratch


def root(number: Any) -> Any:
    """The square root of a number as a plain float, which leaves float32 arrays float32; of an array, as an
    array.

    >>> root(4.0), root(np.array([4.0]))
    (2.0, array([2.]))
    """
    return np.sqrt(number) if isinstance(number, np.ndarray) else math.sqrt(number)
