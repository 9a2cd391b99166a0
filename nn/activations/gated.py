"""x times a smooth step: relus without a corner, which dip below 0 before they level off."""

from __future__ import annotations

from typing import Any

from autograd import activation_ops

from ..checks import choice
from .base import Activation


class SiLU(Activation):
    """x times sigmoid(x): a smooth relu that dips below 0; swish with β = 1.

    Formula: f(x) = x sigmoid(x).
    Derivative: f'(x) = sigmoid(x) + f(x) (1 - sigmoid(x)), from -0.0998 to 1.0998 (at x = ±2.3994).
    Shape: any; elementwise, so the result has the same shape.
    Range: -0.2785 (at x = -1.2785) to infinity.
    Saturates: below: left of -6.3 the slope is within 0.01 of 0, and it is 0 at the minimum. A unit does not
        die, but left of the minimum a gradient that asks for more output pushes x further left.
    Use: hidden layers of deep networks, above all image models.
    Not: where monotonicity or exact zeros are needed, or every operation counts.
    Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation
        in reinforcement learning", 2017.

    >>> import numpy as np
    >>> SiLU()(np.array([0.0, 1000.0]))
    array([   0., 1000.])
    """

    def __init__(self) -> None:
        super().__init__("silu")


class Swish(Activation):
    """x times sigmoid(βx): x/2 at β = 0, silu at β = 1, close to relu for large β.

    ``beta`` is a number, or a Tensor or Value, which becomes a learned parameter.

    Formula: f(x) = x sigmoid(βx).
    Derivative: by x: sigmoid(βx) + β f(x) (1 - sigmoid(βx)), from -0.0998 to 1.0998 for every β but 0.
        By β: x f(x) (1 - sigmoid(βx)).
    Shape: any; elementwise, so the result has the same shape.
    Range: -0.2785/β (at x = -1.2785/β) to infinity, for β above 0.
    Saturates: below: left of -6.3/β the slope is within 0.01 of 0. A unit does not die, but as with silu a
        gradient left of the minimum pushes x further left.
    Use: as silu; with learned β where the network may choose how sharp the bend is.
    Not: where silu does as well, which is the usual case.
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
    """x times tanh(softplus(x)): like silu, with a deeper dip.

    Formula: f(x) = x tanh(log(1 + exp(x))).
    Derivative: f'(x) = t + x sigmoid(x) (1 - t²) with t = tanh(softplus(x)), from -0.1125 to 1.0885.
    Shape: any; elementwise, so the result has the same shape.
    Range: -0.3088 (at x = -1.1924) to infinity.
    Saturates: below: left of -6.3 the slope is within 0.01 of 0, and it is 0 at the minimum. A unit does not
        die, but as with silu a gradient left of the minimum pushes x further left.
    Use: as silu; object detectors (YOLOv4) use it.
    Not: where speed counts: it is the slowest of its kind and gains little over silu.
    Source: Misra, "Mish: a self regularized non-monotonic activation function", 2019.

    >>> import numpy as np
    >>> Mish()(np.array([-1000.0, 0.0, 1000.0]))
    array([  -0.,    0., 1000.])
    """

    def __init__(self) -> None:
        super().__init__("mish")


class GELU(Activation):
    """x times Φ(x), the probability that a standard normal number is below x.

    ``approximate`` is ``"none"`` (exact, by erf) or ``"tanh"`` (faster, off by at most 0.0005; used by
    GPT-2).

    Formula: f(x) = x Φ(x) with Φ(x) = (1 + erf(x/√2)) / 2. With tanh: f(x) = x/2 (1 + tanh(√(2/π) (x +
        0.044715 x³))).
    Derivative: f'(x) = Φ(x) + x φ(x) with φ(x) = exp(-x²/2) / √(2π), from -0.1289 to 1.1289 (at x = ±√2).
    Shape: any; elementwise, so the result has the same shape.
    Range: -0.1700 (at x = -0.7518) to infinity.
    Saturates: below: left of -3.1 the slope is within 0.01 of 0, and it is 0 at the minimum. A unit does not
        die, but as with silu a gradient left of the minimum pushes x further left, and the slope falls to 0
        faster: at -6 it is -4e-8.
    Use: transformers, where it is the standard.
    Not: where exact zeros are needed, or every operation counts; do not mix both forms in one model.
    Source: Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", 2016.

    Raises ValueError for any other ``approximate``.

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
        """Return the form, unless it is the exact one."""
        return "" if self.row is activation_ops.gelu else "approximate='tanh'"
