"""relu and its relatives, which pass positive numbers and suppress negative ones; and the identity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Tensor, Value

from ..checks import count, floating, real
from ..inputs import has_values, taken
from .base import LEARNED, Activation


class Identity(Activation):
    """x itself: for a layer without an activation, or as a placeholder for another module.

    Formula: f(x) = x.
    Derivative: f'(x) = 1.
    Shape: any; elementwise, so the result has the same shape.
    Range: all numbers.
    Saturates: nowhere; never dies.
    Use: the last layer of a regression; as a neutral choice where code expects an activation.
    Not: between two linear layers, which then amount to one.
    Source: Widrow and Hoff, "Adaptive switching circuits", 1960.

    >>> import numpy as np
    >>> Identity()(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """

    def __init__(self) -> None:
        super().__init__("identity")


class ReLU(Activation):
    """The rectified linear unit: passes what is above 0 and sets everything else to 0.

    Formula: f(x) = max(x, 0).
    Derivative: f'(x) = 1 above 0, else 0 (also at 0).
    Shape: any; elementwise, so the result has the same shape.
    Range: 0 to infinity, 0 included.
    Saturates: never above 0. Below 0 the slope is 0: a unit below 0 for every input is dead, and no
        gradient revives it; the usual cause is too large a step.
    Use: the first choice for hidden layers: cheap, sparse, with a constant slope. Use Kaiming weights.
    Not: where units die (use LeakyReLU), or where a smooth function is needed.
    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.

    >>> import numpy as np
    >>> ReLU()(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def __init__(self) -> None:
        super().__init__("relu")


class LeakyReLU(Activation):
    """A relu with a small ``slope`` below 0, so that no unit ever dies.

    Formula: f(x) = x above 0, else slope · x.
    Derivative: f'(x) = 1 above 0, else slope (also at 0).
    Shape: any; elementwise, so the result has the same shape.
    Range: all numbers if slope is above 0.
    Saturates: nowhere; never dies. With the default slope, a unit below 0 learns a hundred times slower.
    Use: instead of relu if units die; discriminators of GANs, with slope 0.2.
    Not: where the exact zeros of relu are wanted.
    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.

    Raises ValueError for a negative ``slope``.

    >>> import numpy as np
    >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
    array([-0.1,  2. ])
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__("leaky_relu", real(slope, "slope", "LeakyReLU", low=0))


class PReLU(Activation):
    """A leaky relu whose slope below 0 is a parameter, learned with the weights.

    ``channels`` is 1 (one slope for all) or the size of axis 1 of the input (of its only axis, for one axis),
    which gives one slope per channel, of shape (channels,). ``slope`` is their initial value, or one Value
    for a network of Values. (``Neuron(2, "prelu")`` has a slope of its own.) NumPy input is cast to
    ``dtype``, as in :class:`~nn.Linear`.

    Formula: f(x) = x above 0, else slope · x.
    Derivative: by x: 1 above 0, else slope (also at 0). By slope: 0 above 0, else x, summed over all elements
        that share the slope.
    Shape: (B, channels) or (B, channels, ...), any if channels is 1; the result has the same shape.
    Range: all numbers if slope is above 0.
    Saturates: nowhere, and never dies, unless the learned slope is 0.
    Use: instead of relu in large networks with much data; it costs next to nothing.
    Not: with weight decay on the slope, which pulls it towards relu; small data sets, where it can overfit.
    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.

    Raises ValueError unless axis 1 has size ``channels``, TypeError for Values if the slope is a Tensor.

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
            raise ValueError(f"PReLU: got {channels} channels and one Value as slope; expected 1 channel")
        else:
            self.dtype = np.dtype(float)  # the dtype of a Value
        super().__init__("prelu", slope)

    def __call__(self, x: Any) -> Any:
        """Apply it to (B, channels, ...), keeping the shape; lists of Values give lists."""
        if isinstance(x, (list, tuple)) and has_values(x):
            return self(taken(x, self)).tolist()
        x, slope = taken(x, self, self.dtype), self.slope
        if self.channels > 1 and (x.shape[1:2] or x.shape) != (self.channels,):
            raise ValueError(f"PReLU: the input has shape {x.shape}; expected (B, {self.channels}, ...)")
        if x.ndim != 1 and x.ndim != 2 and np.ndim(slope):  # move the slopes to axis 1
            slope = slope.reshape((self.channels,) + (1,) * (x.ndim - 2) if x.ndim else ())
        return self.row(x, slope)

    def extra_repr(self) -> str:
        """Return the number of slopes."""
        return str(self.channels)


class ELU(Activation):
    """x above 0; below, an exponential that levels off at -``alpha``.

    Formula: f(x) = x above 0, else alpha (exp(x) - 1).
    Derivative: f'(x) = 1 above 0, else alpha exp(x) (also at 0); smooth if alpha is 1.
    Shape: any; elementwise, so the result has the same shape.
    Range: -alpha (excluded) to infinity.
    Saturates: below: left of -4.61 the slope is below 0.01 alpha. It does not die: the slope is never 0.
    Use: instead of relu, where outputs with a mean near 0 help and there is no normalization.
    Not: where the exponential is too expensive.
    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
        linear units (ELUs)", 2015.

    Raises ValueError for a negative ``alpha``.

    >>> import numpy as np
    >>> ELU()(np.array([-1000.0, 2.0]))
    array([-1.,  2.])
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__("elu", real(alpha, "alpha", "ELU", low=0))


class SELU(Activation):
    """A scaled elu that keeps the mean 0 and the variance 1 from layer to layer.

    Formula: f(x) = 1.0507 x above 0, else 1.0507 · 1.6733 (exp(x) - 1).
    Derivative: f'(x) = 1.0507 above 0, else 1.7581 exp(x) (also at 0).
    Shape: any; elementwise, so the result has the same shape.
    Range: -1.7581 (excluded) to infinity.
    Saturates: below: left of -5.2 the slope is below 0.01. It does not die.
    Use: deep stacks of linear layers without normalization, with standardized inputs and weights of variance
        1/nin (LeCun; gain 1 in :mod:`nn.init`).
    Not: with other initializations, ordinary dropout or skip connections: all of them break the fixed point.
    Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", 2017.

    >>> import numpy as np
    >>> SELU()(np.array([-1000.0, 1.0]))
    array([-1.75809934,  1.05070099])
    """

    def __init__(self) -> None:
        super().__init__("selu")


class Softplus(Activation):
    """A smooth relu, always positive; its derivative is the sigmoid.

    Formula: f(x) = log(1 + exp(x)), computed as max(x, 0) + log1p(exp(-|x|)).
    Derivative: f'(x) = sigmoid(x), between 0 and 1.
    Shape: any; elementwise, so the result has the same shape.
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
