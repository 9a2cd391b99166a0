"""x times a smooth step: relus without a corner, which dip below 0 before they level off."""

from __future__ import annotations

from typing import Any

from autograd import activation_ops

from ..checks import choice
from .base import Activation


class SiLU(Activation):
    """x times its own sigmoid, a smooth relu that dips below 0; swish with β = 1.

    Formula: f(x) = x sigmoid(x).
    Derivative: f'(x) = sigmoid(x) + f(x) (1 - sigmoid(x)), from -0.0998 to 1.0998 (at x = ±2.3994).
    Shape: any, number by number; the result has the same.
    Range: -0.2785 (at x = -1.2785) to infinity.
    Saturates: below: left of -6.3 the slope is within 0.01 of 0, and it is 0 at the lowest point. A unit
        does not die, but left of that point the slope is negative: a gradient that asks for more output
        leads further left.
    Use: hidden layers of deep networks, image models above all.
    Not: where monotone functions or exact zeros are needed, or every operation counts.
    Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation
        in reinforcement learning", 2017.

    >>> import numpy as np
    >>> SiLU()(np.array([0.0, 1000.0]))
    array([   0., 1000.])
    """

    def __init__(self) -> None:
        super().__init__("silu")


class Swish(Activation):
    """x times sigmoid(βx): from x/2 (β = 0) over silu (β = 1) to relu (β towards infinity).

    ``beta`` is a number, or a Tensor or a Value, which is then a parameter and learned.

    Formula: f(x) = x sigmoid(βx).
    Derivative: to x: sigmoid(βx) + β f(x) (1 - sigmoid(βx)), from -0.0998 to 1.0998 for every β but 0.
        To β: x f(x) (1 - sigmoid(βx)).
    Shape: any, number by number; the result has the same.
    Range: -0.2785/β (at x = -1.2785/β) to infinity, for β above 0.
    Saturates: below: left of -6.3/β the slope is within 0.01 of 0. A unit does not die, but as with
        silu the way back from left of the lowest point leads further left.
    Use: as silu; with β learned, where a network may choose how sharp its bend is.
    Not: where silu does as well, which it mostly does.
    Source: Ramachandran, Zoph and Le, "Searching for activation functions", 2017.

    >>> import numpy as np
    >>> from autograd import Tensor
    >>> Swish(2.0)(np.array([0.0, 1000.0]))
    array([   0., 1000.])
    >>> Swish(Tensor(np.float32(1.0)))
    Swish(learned)  1 parameter
    """

    def __init__(self, beta: Any = 1.0) -> None:
        super().__init__("swish", beta)


class Mish(Activation):
    """x times tanh(softplus(x)): much like silu, with a deeper dip.

    Formula: f(x) = x tanh(log(1 + exp(x))).
    Derivative: f'(x) = t + x sigmoid(x) (1 - t²) with t = tanh(softplus(x)), from -0.1125 to 1.0885.
    Shape: any, number by number; the result has the same.
    Range: -0.3088 (at x = -1.1924) to infinity.
    Saturates: below: left of -6.3 the slope is within 0.01 of 0, and it is 0 at the lowest point. A unit
        does not die, but as with silu the way back from left of there leads further left.
    Use: as silu; object detectors (YOLOv4) are built with it.
    Not: where speed counts: it is the dearest of its kind, and the gain over silu is small.
    Source: Misra, "Mish: a self regularized non-monotonic activation function", 2019.

    >>> import numpy as np
    >>> Mish()(np.array([-1000.0, 0.0, 1000.0]))
    array([  -0.,    0., 1000.])
    """

    def __init__(self) -> None:
        super().__init__("mish")


class GELU(Activation):
    """x times the share of a standard normal distribution that lies below x.

    ``approximate`` is ``"none"`` (exact, by erf) or ``"tanh"`` (cheaper, off by at most 0.0005; GPT-2's).

    Formula: f(x) = x Φ(x) with Φ(x) = (1 + erf(x/√2)) / 2. With tanh: f(x) = x/2 (1 + tanh(√(2/π) (x +
        0.044715 x³))).
    Derivative: f'(x) = Φ(x) + x φ(x) with φ(x) = exp(-x²/2) / √(2π), from -0.1289 to 1.1289 (at x = ±√2).
    Shape: any, number by number; the result has the same.
    Range: -0.1700 (at x = -0.7518) to infinity.
    Saturates: below: left of -3.1 the slope is within 0.01 of 0, and it is 0 at the lowest point. A unit
        does not die, but as with silu the way back from left of there leads further left, and the slope falls
        to 0 faster: at -6 it is -4e-8.
    Use: transformers, where it is the standard.
    Not: where exact zeros are needed, or every operation counts; mixing up the two forms in one model.
    Source: Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", 2016.

    Raises ValueError where ``approximate`` is neither.

    >>> import numpy as np
    >>> GELU()(np.array([0.0, 1000.0]))
    array([   0., 1000.])
    >>> GELU(approximate="tanh")
    GELU(approximate='tanh')
    """

    def __init__(self, approximate: str = "none") -> None:
        choice(approximate, ("none", "tanh"), "approximate", "GELU")
        super().__init__("gelu" if approximate == "none" else "gelu_tanh")

    def extra_repr(self) -> str:
        """The form where it is not the exact one."""
        return "" if self.row is activation_ops.gelu else "approximate='tanh'"
