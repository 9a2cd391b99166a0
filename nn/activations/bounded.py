"""Activations between two bounds: they saturate on both sides."""

from __future__ import annotations

import math

from ..checks import real
from .base import Activation


class Sigmoid(Activation):
    """A smooth step from 0 to 1: turns a number into a probability.

    Formula: f(x) = 1 / (1 + exp(-x)).
    Derivative: f'(x) = f(x) (1 - f(x)), above 0 and at most 1/4 (at x = 0).
    Shape: any; elementwise, so the result has the same shape.
    Range: 0 to 1, both excluded.
    Saturates: on both sides: beyond |x| = 4.6 the slope is below 0.01. It does not die, but gradients vanish
        through several layers of it: each takes away at least three quarters.
    Use: gates; the output of a two-class or multi-label network (for training, a loss on logits is safer).
    Not: hidden layers of deep networks, also because its outputs are not centred on 0.
    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.

    >>> import numpy as np
    >>> Sigmoid()(np.array([0.0, 1000.0]))
    array([0.5, 1. ])
    """

    def __init__(self) -> None:
        super().__init__("sigmoid")


class Tanh(Activation):
    """A steeper sigmoid, centred on 0: tanh(x) = 2 sigmoid(2x) - 1.

    Formula: f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)).
    Derivative: f'(x) = 1 - f(x)², above 0 and at most 1 (at x = 0).
    Shape: any; elementwise, so the result has the same shape.
    Range: -1 to 1, both excluded.
    Saturates: on both sides: beyond |x| = 3 the slope is below 0.01. It does not die.
    Use: small and recurrent networks; outputs between -1 and 1.
    Not: deep networks without normalization, where gradients vanish.
    Source: LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998.

    >>> import numpy as np
    >>> Tanh()(np.array([0.0, 1000.0]))
    array([0., 1.])
    """

    def __init__(self) -> None:
        super().__init__("tanh")


class Hardtanh(Activation):
    """x, clipped to between ``low`` and ``high``: tanh made of straight lines. ``Hardtanh(0, 6)`` is ReLU6.

    Formula: f(x) = min(max(x, low), high).
    Derivative: f'(x) = 1 between the bounds, 0 outside and at the bounds themselves.
    Shape: any; elementwise, so the result has the same shape.
    Range: low to high, both included.
    Saturates: on both sides, completely: outside the bounds the slope is 0. A unit that is outside for every
        input is dead.
    Use: where exp is too expensive (small devices, fixed-point numbers); to clip the output of a network.
    Not: as a first choice on a large machine: a unit outside the bounds learns nothing.
    Source: Collobert and others, "Natural language processing (almost) from scratch", 2011.

    Raises ValueError unless ``low`` is below ``high``.

    >>> import numpy as np
    >>> Hardtanh()(np.array([-3.0, 0.5, 3.0]))
    array([-1. ,  0.5,  1. ])
    """

    def __init__(self, low: float = -1.0, high: float = 1.0) -> None:
        low = real(low, "low", "Hardtanh", low=-math.inf, open_low=True)
        super().__init__("hardtanh", low, real(high, "high", "Hardtanh", low=low, open_low=True))
