"""relu and its kin: x itself on the right, and as good as nothing on the left. And the identity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Tensor, Value

from ..checks import count, floating, real
from ..inputs import has_values, taken
from .base import LEARNED, Activation


class Identity(Activation):
    """x itself: the activation of a layer that has none, or a place kept for another module.

    Formula: f(x) = x.
    Derivative: f'(x) = 1.
    Shape: any, number by number; the result has the same.
    Range: all numbers.
    Saturates: nowhere; never dies.
    Use: the last layer of a regression; as a neutral choice where code expects an activation.
    Not: between two linear layers, which are then one linear layer.
    Source: Widrow and Hoff, "Adaptive switching circuits", 1960.

    >>> import numpy as np
    >>> Identity()(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """

    def __init__(self) -> None:
        super().__init__("identity")


class ReLU(Activation):
    """The rectified linear unit: what is above 0 passes, all else is 0.

    Formula: f(x) = max(x, 0).
    Derivative: f'(x) = 1 above 0, else 0, also at 0.
    Shape: any, number by number; the result has the same.
    Range: 0 to infinity, 0 included.
    Saturates: never above 0. Below 0 the slope is 0: a unit below 0 for every input is dead, and no
        gradient brings it back; too large a step is the usual cause.
    Use: the first choice for hidden layers: cheap, sparse, and no slope that shrinks. Kaiming initialization.
    Not: where units are seen to die (then LeakyReLU), or where a smooth function is needed.
    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.

    >>> import numpy as np
    >>> ReLU()(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def __init__(self) -> None:
        super().__init__("relu")


class LeakyReLU(Activation):
    """A relu with a small ``slope`` below 0, so that no unit is ever dead.

    Formula: f(x) = x above 0, else slope · x.
    Derivative: f'(x) = 1 above 0, else slope, also at 0.
    Shape: any, number by number; the result has the same.
    Range: all numbers, where slope is above 0.
    Saturates: nowhere; never dies. With the usual slope a unit below 0 learns a hundred times slower.
    Use: in place of relu where units die; discriminators of GANs, with slope 0.2.
    Not: where the exact zeros of relu are wanted.
    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.

    Raises ValueError where ``slope`` is negative.

    >>> import numpy as np
    >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
    array([-0.1,  2. ])
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__("leaky_relu", real(slope, "slope", "LeakyReLU", low=0))


class PReLU(Activation):
    """A leaky relu whose slope below 0 is a parameter, learned with the weights.

    ``channels`` is 1 (one slope for all) or the size of axis 1 of the input (of the only axis, where there is
    one): a slope for each, of shape (channels,). ``slope`` is where all begin; or it is a Value, for a
    network of Values. (``Neuron(2, "prelu")`` has one of its own.) NumPy input is data and becomes ``dtype``,
    as in :class:`~nn.Linear`.

    Formula: f(x) = x above 0, else slope · x.
    Derivative: to x: 1 above 0, else slope, also at 0. To slope: 0 above 0, else x, summed over all elements
        that share it.
    Shape: (B, channels) or (B, channels, ...), any where channels is 1; the result has the same.
    Range: all numbers, where slope is above 0.
    Saturates: nowhere, and never dies, unless the slope learned is 0.
    Use: in place of relu in large networks with much data; it costs next to nothing.
    Not: with weight decay on the slope, which pulls it towards relu; small data sets, where it can overfit.
    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.

    Raises ValueError where axis 1 is not ``channels`` long, TypeError for Values where the slope is a Tensor.

    >>> import numpy as np
    >>> layer = PReLU()
    >>> layer(np.array([[-1.0, 2.0]])).sum().backward()
    >>> layer.slope.data, layer.slope.grad
    (array([0.25], dtype=float32), array([-1.], dtype=float32))
    >>> shared = PReLU(slope=Value(0.5))
    >>> [out.data for out in shared([Value(-1.0), Value(2.0)])]
    [-0.5, 2.0]
    """

    slope: Any  # a Tensor, an array of Values or a Value

    def __init__(self, channels: int = 1, slope: Any = LEARNED["prelu"], *, dtype: Any = np.float32) -> None:
        self.channels = count(channels, "channels", "PReLU")
        self.dtype = floating(dtype, "dtype", "PReLU")
        if not isinstance(slope, Value):
            slope = real(slope, "slope", "PReLU", low=-math.inf, open_low=True)
            slope = Tensor(np.full(self.channels, slope, self.dtype), label="slope")
        elif self.channels > 1:
            raise ValueError(f"PReLU: got {channels} channels and one Value as slope; a Value is for all")
        else:
            self.dtype = np.dtype(float)  # as a Value is
        super().__init__("prelu", slope)

    def __call__(self, x: Any) -> Any:
        """(B, channels, ...) to the same shape; lists of Values to lists."""
        if isinstance(x, (list, tuple)) and has_values(x):
            return self(taken(x, self)).tolist()
        x, slope = taken(x, self, self.dtype), self.slope
        if self.channels > 1 and (x.shape[1:2] or x.shape) != (self.channels,):
            raise ValueError(f"PReLU: the input has shape {x.shape}; expected (B, {self.channels}, ...)")
        if x.ndim != 1 and x.ndim != 2 and np.ndim(slope):  # the slopes stand along axis 1
            slope = slope.reshape((self.channels,) + (1,) * (x.ndim - 2) if x.ndim else ())
        return self.row(x, slope)

    def extra_repr(self) -> str:
        """The number of slopes."""
        return str(self.channels)


class ELU(Activation):
    """x above 0, and below an exponential that levels off at -``alpha``.

    Formula: f(x) = x above 0, else alpha (exp(x) - 1).
    Derivative: f'(x) = 1 above 0, else alpha exp(x), also at 0: smooth where alpha is 1.
    Shape: any, number by number; the result has the same.
    Range: -alpha (excluded) to infinity.
    Saturates: below: left of -4.61 the slope is below 0.01 alpha. It does not die: the slope is never 0.
    Use: in place of relu where outputs with mean near 0 help and there is no normalization.
    Not: where the exponential is too dear.
    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
        linear units (ELUs)", 2015.

    Raises ValueError where ``alpha`` is negative.

    >>> import numpy as np
    >>> ELU()(np.array([-1000.0, 2.0]))
    array([-1.,  2.])
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__("elu", real(alpha, "alpha", "ELU", low=0))


class SELU(Activation):
    """An elu scaled so that layers of it keep mean 0 and variance 1 by themselves.

    Formula: f(x) = 1.0507 x above 0, else 1.0507 · 1.6733 (exp(x) - 1).
    Derivative: f'(x) = 1.0507 above 0, else 1.7581 exp(x), also at 0.
    Shape: any, number by number; the result has the same.
    Range: -1.7581 (excluded) to infinity.
    Saturates: below: left of -5.2 the slope is below 0.01. It does not die.
    Use: deep stacks of linear layers without normalization, with standardized inputs and weights of variance
        1/nin (LeCun; gain 1 in :mod:`nn.init`).
    Not: with other initializations, ordinary dropout or skip connections, which all undo the fixed point.
    Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", 2017.

    >>> import numpy as np
    >>> SELU()(np.array([-1000.0, 1.0]))
    array([-1.75809934,  1.05070099])
    """

    def __init__(self) -> None:
        super().__init__("selu")


class Softplus(Activation):
    """A smooth relu, everywhere above 0; its derivative is the sigmoid.

    Formula: f(x) = log(1 + exp(x)), computed as max(x, 0) + log1p(exp(-|x|)).
    Derivative: f'(x) = sigmoid(x), between 0 and 1.
    Shape: any, number by number; the result has the same.
    Range: 0 to infinity, 0 excluded.
    Saturates: below: left of -4.6 the slope is below 0.01. It does not die.
    Use: outputs that must be positive: a variance, a rate.
    Not: hidden layers, as a rule: relu is cheaper and no worse, and the mean of softplus is far from 0.
    Source: Dugas, Bengio, Bélisle, Nadeau and Garcia, "Incorporating second-order functional knowledge for
        better option pricing", 2001.

    >>> import numpy as np
    >>> Softplus()(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """

    def __init__(self) -> None:
        super().__init__("softplus")
