"""Activations between two bounds: they saturate on both sides."""

from __future__ import annotations

import math

from ..checks import real
from .base import Activation


class Sigmoid(Activation):
    """A step from 0 to 1 made smooth: a number as a probability.

    Formula: f(x) = 1 / (1 + exp(-x)).
    Derivative: f'(x) = f(x) (1 - f(x)), above 0 and at most 1/4, at x = 0.
    Shape: any, number by number; the result has the same.
    Range: 0 to 1, both excluded.
    Saturates: on both sides: beyond |x| = 4.6 the slope is below 0.01. It does not die, but gradients through
        several layers of it vanish: each takes three quarters at least.
    Use: gates, and the output of a two-class or multi-label network (in the loss, from logits, it is safer).
    Not: hidden layers of deep networks; its outputs are not centred on 0 either.
    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.

    >>> import numpy as np
    >>> Sigmoid()(np.array([0.0, 1000.0]))
    array([0.5, 1. ])
    """

    def __init__(self) -> None:
        super().__init__("sigmoid")


class Tanh(Activation):
    """A sigmoid that is centred on 0 and steeper: tanh(x) = 2 sigmoid(2x) - 1.

    Formula: f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)).
    Derivative: f'(x) = 1 - f(x)², above 0 and at most 1, at x = 0.
    Shape: any, number by number; the result has the same.
    Range: -1 to 1, both excluded.
    Saturates: on both sides: beyond |x| = 3 the slope is below 0.01. It does not die.
    Use: small and recurrent networks; outputs that lie between -1 and 1.
    Not: deep networks without normalization, where gradients vanish.
    Source: LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998.

    >>> import numpy as np
    >>> Tanh()(np.array([0.0, 1000.0]))
    array([0., 1.])
    """

    def __init__(self) -> None:
        super().__init__("tanh")


class Hardtanh(Activation):
    """x, cut off at ``low`` and at ``high``: tanh made of three straight lines. ``Hardtanh(0, 6)`` is ReLU6.

    Formula: f(x) = min(max(x, low), high).
    Derivative: f'(x) = 1 between the bounds, 0 outside and at the bounds themselves.
    Shape: any, number by number; the result has the same.
    Range: low to high, both included.
    Saturates: on both sides, wholly: outside the bounds the slope is 0. A unit that is outside for every
        input is dead.
    Use: where exp is too dear (small devices, fixed-point numbers); to clip what a network gives.
    Not: a first choice on a large machine: a unit outside the bounds learns nothing.
    Source: Collobert and others, "Natural language processing (almost) from scratch", 2011.

    Raises ValueError unless ``low`` is below ``high``.

    >>> import numpy as np
    >>> Hardtanh()(np.array([-3.0, 0.5, 3.0]))
    array([-1. ,  0.5,  1. ])
    """

    def __init__(self, low: float = -1.0, high: float = 1.0) -> None:
        low = real(low, "low", "Hardtanh", low=-math.inf, open_low=True)
        super().__init__("hardtanh", low, real(high, "high", "Hardtanh", low=low, open_low=True))
