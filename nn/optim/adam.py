"""Adam and its relatives: the mean of past gradients, divided by a measure of their size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Any

import numpy as np

from . import compiled
from .optimizer import Group, Optimizer, average, average_square
from .storage import State
from .weight_decay import decayed


class Adam(Optimizer):
    """The mean of past gradients, divided by their root mean square: steps of about ``lr``.

    The running means start at 0 and are corrected for it; t counts the steps:
    m = b1 m + (1-b1) g,   v = b2 v + (1-b2) g**2,   p -= lr * (m / (1-b1**t)) / (sqrt(v / (1-b2**t)) + eps).
    With ``amsgrad`` v is replaced by the largest v so far, so that steps do not grow when gradients become
    rare. ``weight_decay`` is coupled: weight_decay * p is added to g; see :mod:`nn.optim.weight_decay` for
    the effect, and AdamW.

    Use it first: it works for a wide range of rates (1e-3 is a good guess) and of gradient sizes. Not if
    memory for two arrays per parameter is lacking; on images, well-tuned SGD often ends slightly better.

    D. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015; AMSGrad: S. Reddi, S. Kale and
    S. Kumar, "On the convergence of Adam and beyond", 2018.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = Adam([w], lr=0.25).step(lambda: w * w)
    >>> round(w.data, 6)
    0.75
    """

    numbers = {"step": 0, "unit1": 1.0, "unit2": 1.0}
    never_negative = ("step", "square", "largest", "unit1", "unit2")
    decoupled = False  # weight decay

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
        return {"mean": 0.0, "square": 0.0} | ({"largest": 0.0} if settings["amsgrad"] else {})

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        """Apply the rule above, with m in units of 1-b1 and v in units of 1-b2."""
        # These two factors and the bias corrections are combined into two numbers, and the weights go through
        # memory ten times instead of 13: half of an MNIST step, apart from the matrix products.
        # If a beta has changed since the last step, so has its unit, and the old mean is converted.
        m, v, t, (b1, b2) = state["mean"], state["square"], state["step"], group["betas"]
        unit1, unit2, state["unit1"], state["unit2"] = state["unit1"], state["unit2"], 1 - b1, 1 - b2
        keep_m, keep_v = b1 * (unit1 / (1 - b1)), b2 * (unit2 / (1 - b2))
        scale = sqrt((1 - b2**t) / (1 - b2))
        rate, eps = group["lr"] * scale * (1 - b1) / (1 - b1**t), group["eps"] * scale
        g = decayed(p, g, group, self.decoupled)
        if not group["amsgrad"] and compiled.adam(p, g, m, v, keep_m, keep_v, rate, eps):
            return
        m *= keep_m
        m += g
        v *= keep_v
        v += g * g
        if group["amsgrad"]:
            largest = state["largest"]
            largest *= unit2 / (1 - b2)
            v = np.maximum(largest, v, out=largest)
        d = np.sqrt(v)
        d += eps
        np.divide(m, d, out=d)
        d *= rate
        p -= d


class AdamW(Adam):
    """Adam with decoupled weight decay: multiplies p by 1 - lr * weight_decay, then takes Adam's step.

    So a weight decays at the same rate whatever its gradients are; this does not hold if the decay is part of
    the gradient: see :mod:`nn.optim.weight_decay`. ``amsgrad`` as in Adam.

    Use it instead of Adam whenever weights should decay; the standard for transformers. Without decay it is
    Adam.

    I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", 2019.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = AdamW([w], lr=0.25, weight_decay=0.4).step(lambda: w * w)
    >>> round(w.data, 6)
    0.65
    """

    decoupled = True

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


class Adamax(Optimizer):
    """The mean of past gradients, divided by the largest of them, which is slowly forgotten.

    m = b1 m + (1-b1) g,   u = max(b2 u, |g| + eps),   p -= lr / (1-b1**t) * m / u.
    u is the infinity norm in place of Adam's 2-norm, and needs no bias correction. ``weight_decay`` is
    coupled: weight_decay * p is added to g.

    Use it if single gradients are very large (embeddings): no step is longer than about lr. Not if outliers
    are errors: each keeps steps short for 1 / (1-b2) updates.

    D. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015, section 7.1.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = Adamax([w], lr=0.25).step(lambda: w * w)
    >>> round(w.data, 6)
    0.75
    """

    kept = ("mean", "largest")
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

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        m, u, t, (b1, b2) = state["mean"], state["largest"], state["step"], group["betas"]
        g = decayed(p, g, group)
        average(m, g, b1)
        u *= b2
        d = np.abs(g)
        d += group["eps"]
        np.maximum(u, d, out=u)
        np.divide(m, u, out=d)
        d *= group["lr"] / (1 - b1**t)
        p -= d


class NAdam(Optimizer):
    """Adam with Nesterov momentum: the present gradient counts once more, as if one step ahead.

    m and v as in Adam; mu(t) = b1 (1 - 0.96**(t momentum_decay) / 2) is the momentum of step t, and P(t) the
    product of mu(1) to mu(t):
    p -= lr * (mu(t+1) m / (1 - P(t+1)) + (1 - mu(t)) g / (1 - P(t))) / (sqrt(v / (1-b2**t)) + eps).
    ``weight_decay`` is coupled, weight_decay * p is added to g; or, with ``decoupled_weight_decay``, as in
    AdamW.

    Use it like Adam, if the loss is smooth: it is then a little faster. Not if gradients are mostly noise,
    which weighs more in its step.

    T. Dozat, "Incorporating Nesterov momentum into Adam", 2016.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = NAdam([w], lr=0.25).step(lambda: w * w)
    >>> round(w.data, 6)
    0.735887
    """

    kept = ("mean", "square")
    numbers = {"step": 0, "product": 1.0}
    never_negative = ("step", "square", "product")

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
        decay = {"momentum_decay": momentum_decay, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay, **decay)

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        m, v, t, (b1, b2), lr = state["mean"], state["square"], state["step"], group["betas"], group["lr"]
        mu, ahead = (b1 * (1 - 0.5 * 0.96 ** (s * group["momentum_decay"])) for s in (t, t + 1))
        product = state["product"] = state["product"] * mu
        g = decayed(p, g, group, group["decoupled_weight_decay"])
        average(m, g, b1)
        average_square(v, g, b2)
        step, d = g * (lr * (1 - mu) / (1 - product)), m * (lr * ahead / (1 - product * ahead))
        step += d
        np.sqrt(v, out=d)
        d /= sqrt(1 - b2**t)
        d += group["eps"]
        step /= d
        p -= step


class RAdam(Optimizer):
    """Rectified Adam: in the first steps, few gradients make the mean square too uncertain to divide by.

    m and v as in Adam. With r = 2 / (1-b2) - 1 and r(t) = r - 2 t b2**t / (1-b2**t), about the number of
    gradients in the mean: as long as r(t) <= 5, p -= lr * m / (1-b1**t); then
    p -= lr * m / (1-b1**t) * sqrt(1-b2**t) / (sqrt(v) + eps) *
    sqrt((r(t)-4) (r(t)-2) r / ((r-4) (r-2) r(t))): a warm-up whose length need not be set. ``weight_decay``
    is coupled, weight_decay * p is added to g; or, with ``decoupled_weight_decay``, as in AdamW.

    Use it instead of Adam with warm-up. Not with b2 below about 0.7, where r never exceeds 5 and it remains
    SGD with momentum; nor for badly scaled gradients, which the first steps follow unscaled.

    L. Liu and others, "On the variance of the adaptive learning rate and beyond", 2020.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> loss = RAdam([w], lr=0.25).step(lambda: w * w)
    >>> round(w.data, 6)
    0.5
    """

    kept = ("mean", "square")
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
        decay = {"weight_decay": weight_decay, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(parameters, lr, betas=betas, eps=eps, **decay)

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        m, v, t, (b1, b2) = state["mean"], state["square"], state["step"], group["betas"]
        g = decayed(p, g, group, group["decoupled_weight_decay"])
        average(m, g, b1)
        average_square(v, g, b2)
        rate = group["lr"] / (1 - b1**t)
        r = 2 / (1 - b2) - 1
        r_t = r - 2 * t * b2**t / (1 - b2**t)
        if r_t <= 5:
            p -= m * rate
        else:
            d = np.sqrt(v)
            d += group["eps"]
            d /= sqrt(1 - b2**t) * sqrt((r_t - 4) * (r_t - 2) * r / ((r - 4) * (r - 2) * r_t))
            np.divide(m, d, out=d)
            d *= rate
            p -= d
