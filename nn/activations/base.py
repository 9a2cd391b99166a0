"""Activations: the rows of one operand in autograd's table, by name and as modules.

The mathematics is in :mod:`autograd.ops`; a row added there (or by ``autograd.define``) is known here at
once. As functions they are ``autograd.relu`` and so on; the docstrings of the classes below say of each what
there is to know, under the same headings: where a slope is nearly 0 (*saturates*) a unit learns slowly, where
it is 0 for every input (*dies*) it learns no more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Tensor, Value, ops

from .checks import count, numbers, real
from .module import Module

# Activations with an operand that is learned, and the number at which it begins (He and others, 2015).
LEARNED = {"prelu": 0.25}


def known() -> list[str]:
    """The names of all activations of one operand.

    >>> "relu" in known(), "mul" in known()
    (True, False)
    """
    return sorted(row.name for row in ops.ELEMENTWISE.values() if len(row.partials) - len(row.defaults) == 1)


def find(name: str | None, caller: str) -> ops.Op | None:
    """The row of an activation; None for ``None`` and ``"linear"``, which change nothing.

    Raises ValueError where no activation has that name, and lists those there are.

    >>> find("tanh", "Neuron"), find("linear", "Neuron")
    (<op tanh>, None)
    """
    if name is None or name == "linear":
        return None
    names = [*known(), *LEARNED]
    if name not in names:
        raise ValueError(f"{caller}: there is no activation {name!r}; known are linear, {', '.join(names)}")
    return ops.ELEMENTWISE[name]


class Activation(Module):
    """Any activation by its name, on every element: ``Activation("sin")``; those in daily use have a class
    below.

    Takes a Tensor or array of any shape and gives one of the same shape; a Value gives a Value, and a list of
    Values (what a layer of Values gives) a list. ``settings`` are the operands after the first: numbers, or
    Values or Tensors, which are then parameters of this module and learned.

    >>> import numpy as np
    >>> Activation("abs")(np.array([-1.0, 2.0]))
    array([1., 2.])
    >>> Activation("elu", Value(1.0)).named_parameters()
    [('alpha', Value(1))]
    """

    def __init__(self, name: str, *settings: Any) -> None:
        row = find(name, "Activation")
        if row is None:
            raise ValueError("Activation: linear is no operation; take Identity, or leave it out")
        self.row = row
        self._settings = row.operands[1:]
        for operand, setting in zip(self._settings, row.complete((0.0, *settings), {})[1:]):
            if not isinstance(setting, (Value, Tensor)):
                setting = real(setting, operand, type(self).__name__, low=-math.inf, open_low=True)
            setattr(self, operand, setting)

    def __call__(self, x: Any) -> Any:
        """The activation of ``x``: a Tensor, a NumPy array, a Value or a number, or a list of them."""
        if isinstance(x, list):
            return [self(each) for each in x]
        return self.row(x, *[getattr(self, name) for name in self._settings])

    def extra_repr(self) -> str:
        """The name where the class does not say it, and the settings."""
        shown = [repr(self.row.name)] if type(self) is Activation else []
        settings = [getattr(self, name) for name in self._settings]
        return ", ".join(shown + [f"{s:g}" if isinstance(s, (int, float)) else "learned" for s in settings])


class Identity(Activation):
    """x itself: the activation of a layer that has none, or a place kept for another module.

    Formula: f(x) = x.
    Derivative: f'(x) = 1.
    Range: all numbers.
    Saturates: nowhere; never dies.
    Use: the last layer of a regression; as a neutral choice where code expects an activation.
    Not: between two linear layers, which are then one linear layer.
    Source: Widrow and Hoff, "Adaptive switching circuits", 1960.

    >>> Identity()(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """

    def __init__(self) -> None:
        super().__init__("identity")


class Sigmoid(Activation):
    """A step from 0 to 1 made smooth: a number as a probability.

    Formula: f(x) = 1 / (1 + exp(-x)).
    Derivative: f'(x) = f(x) (1 - f(x)), above 0 and at most 1/4, at x = 0.
    Range: 0 to 1, both excluded.
    Saturates: on both sides: beyond |x| = 4.6 the slope is below 0.01. It does not die, but gradients through
        several layers of it vanish: each takes three quarters at least.
    Use: gates, and the output of a two-class or multi-label network (in the loss, from logits, it is safer).
    Not: hidden layers of deep networks; its outputs are not centred on 0 either.
    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.

    >>> Sigmoid()(np.array([0.0, 1000.0]))
    array([0.5, 1. ])
    """

    def __init__(self) -> None:
        super().__init__("sigmoid")


class Tanh(Activation):
    """A sigmoid that is centred on 0 and steeper: tanh(x) = 2 sigmoid(2x) - 1.

    Formula: f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)).
    Derivative: f'(x) = 1 - f(x)², above 0 and at most 1, at x = 0.
    Range: -1 to 1, both excluded.
    Saturates: on both sides: beyond |x| = 3 the slope is below 0.01. It does not die.
    Use: small and recurrent networks; outputs that lie between -1 and 1.
    Not: deep networks without normalization, where gradients vanish.
    Source: LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998.

    >>> Tanh()(np.array([0.0, 1000.0]))
    array([0., 1.])
    """

    def __init__(self) -> None:
        super().__init__("tanh")


class Hardtanh(Activation):
    """x, cut off at ``low`` and at ``high``: tanh made of three straight lines. ``Hardtanh(0, 6)`` is ReLU6.

    Formula: f(x) = min(max(x, low), high).
    Derivative: f'(x) = 1 between the bounds, 0 outside and at the bounds themselves.
    Range: low to high, both included.
    Saturates: on both sides, wholly: outside the bounds the slope is 0. A unit that is outside for every
        input is dead.
    Use: where exp is too dear (small devices, fixed-point numbers); to clip what a network gives.
    Not: a first choice on a large machine: a unit outside the bounds learns nothing.
    Source: Collobert and others, "Natural language processing (almost) from scratch", 2011.

    Raises ValueError unless ``low`` is below ``high``.

    >>> Hardtanh()(np.array([-3.0, 0.5, 3.0]))
    array([-1. ,  0.5,  1. ])
    """

    def __init__(self, low: float = -1.0, high: float = 1.0) -> None:
        low = real(low, "low", "Hardtanh", low=-math.inf, open_low=True)
        super().__init__("hardtanh", low, real(high, "high", "Hardtanh", low=low, open_low=True))


class ReLU(Activation):
    """The rectified linear unit: what is above 0 passes, all else is 0.

    Formula: f(x) = max(x, 0).
    Derivative: f'(x) = 1 above 0, else 0, also at 0.
    Range: 0 to infinity, 0 included.
    Saturates: never above 0. Below 0 the slope is 0: a unit below 0 for every input is dead, and no
        gradient brings it back; too large a step is the usual cause.
    Use: the first choice for hidden layers: cheap, sparse, and no slope that shrinks. Kaiming initialization.
    Not: where units are seen to die (then LeakyReLU), or where a smooth function is needed.
    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.

    >>> ReLU()(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def __init__(self) -> None:
        super().__init__("relu")


class LeakyReLU(Activation):
    """A relu with a small ``slope`` below 0, so that no unit is ever dead.

    Formula: f(x) = x above 0, else slope · x.
    Derivative: f'(x) = 1 above 0, else slope, also at 0.
    Range: all numbers, where slope is above 0.
    Saturates: nowhere; never dies. With the usual slope a unit below 0 learns a hundred times slower.
    Use: in place of relu where units die; discriminators of GANs, with slope 0.2.
    Not: where the exact zeros of relu are wanted.
    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.

    Raises ValueError where ``slope`` is negative.

    >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
    array([-0.1,  2. ])
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__("leaky_relu", real(slope, "slope", "LeakyReLU", low=0))


class PReLU(Activation):
    """A leaky relu whose slope below 0 is a parameter, learned with the weights.

    ``channels`` is 1 (one slope for all) or the size of axis 1 of the input (of the only axis, where there is
    one): a slope for each, of shape (channels,). Takes (B, channels) or (B, channels, ...) and gives the same
    shape. ``slope`` is where all begin; or it is a Value, for a network of Values. (``Neuron(2, "prelu")``
    has one of its own.) NumPy input is data and becomes ``dtype``, as in :class:`~nn.Linear`.

    Formula: f(x) = x above 0, else slope · x.
    Derivative: to x: 1 above 0, else slope, also at 0. To slope: 0 above 0, else x, summed over all elements
        that share it.
    Range: all numbers, where slope is above 0.
    Saturates: nowhere, and never dies, unless the slope learned is 0.
    Use: in place of relu in large networks with much data; it costs next to nothing.
    Not: with weight decay on the slope, which pulls it towards relu; small data sets, where it can overfit.
    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.

    Raises ValueError where axis 1 is not ``channels`` long, TypeError for Values where the slope is a Tensor.

    >>> layer = PReLU()
    >>> layer(np.array([[-1.0, 2.0]])).sum().backward()
    >>> layer.slope.data, layer.slope.grad
    (array([0.25], dtype=float32), array([-1.], dtype=float32))
    >>> shared = PReLU(slope=Value(0.5))
    >>> [out.data for out in shared([Value(-1.0), Value(2.0)])]
    [-0.5, 2.0]
    """

    slope: Tensor | Value

    def __init__(self, channels: int = 1, slope: Any = LEARNED["prelu"], *, dtype: Any = np.float32) -> None:
        self.channels = count(channels, "channels", "PReLU")
        if not isinstance(slope, Value):
            slope = real(slope, "slope", "PReLU", low=-math.inf, open_low=True)
            if not np.issubdtype(dtype, np.floating):
                raise TypeError(f"PReLU: dtype is {np.dtype(dtype)}; a slope that is learned is a float")
            slope = Tensor(np.full(self.channels, slope, dtype), label="slope")
        elif self.channels > 1:
            raise ValueError(f"PReLU: got {channels} channels and one Value as slope; a Value is for all")
        super().__init__("prelu", slope)

    def __call__(self, x: Any) -> Any:
        """(B, channels, ...) to the same shape; with a Value as slope: a Value, or a list of them."""
        slope = self.slope
        if isinstance(slope, Value):
            return super().__call__(x)
        if isinstance(x, Value) or isinstance(x, list) and any(isinstance(each, Value) for each in x):
            raise TypeError(
                "PReLU: got Values, and the slope is a Tensor; for Values: PReLU(slope=Value(0.25))"
            )
        if not isinstance(x, Tensor):
            x = numbers(x, slope.dtype, "PReLU")
        if self.channels > 1 and (x.shape[1:2] or x.shape) != (self.channels,):
            raise ValueError(f"PReLU: the input has shape {x.shape}; expected (B, {self.channels}, ...)")
        if x.ndim != 1 and x.ndim != 2:  # the slopes stand along axis 1
            slope = slope.reshape((self.channels,) + (1,) * (x.ndim - 2) if x.ndim else ())
        return self.row(x, slope)

    def extra_repr(self) -> str:
        """The number of slopes."""
        return str(self.channels)


class ELU(Activation):
    """x above 0, and below an exponential that levels off at -``alpha``.

    Formula: f(x) = x above 0, else alpha (exp(x) - 1).
    Derivative: f'(x) = 1 above 0, else alpha exp(x), also at 0: smooth where alpha is 1.
    Range: -alpha (excluded) to infinity.
    Saturates: below: left of -4.7 the slope is below 0.01 alpha. It does not die: the slope is never 0.
    Use: in place of relu where outputs with mean near 0 help and there is no normalization.
    Not: where the exponential is too dear.
    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
        linear units (ELUs)", 2015.

    Raises ValueError where ``alpha`` is negative.

    >>> ELU()(np.array([-1000.0, 2.0]))
    array([-1.,  2.])
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__("elu", real(alpha, "alpha", "ELU", low=0))


class SELU(Activation):
    """An elu scaled so that layers of it keep mean 0 and variance 1 by themselves.

    Formula: f(x) = 1.0507 x above 0, else 1.0507 · 1.6733 (exp(x) - 1).
    Derivative: f'(x) = 1.0507 above 0, else 1.7581 exp(x), also at 0.
    Range: -1.7581 (excluded) to infinity.
    Saturates: below: left of -5.2 the slope is below 0.01. It does not die.
    Use: deep stacks of linear layers without normalization, with standardized inputs and weights of variance
        1/nin (LeCun; gain 1 in :mod:`nn.init`).
    Not: with other initializations, ordinary dropout or skip connections, which all undo the fixed point.
    Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", 2017.

    >>> SELU()(np.array([-1000.0, 1.0]))
    array([-1.75809934,  1.05070099])
    """

    def __init__(self) -> None:
        super().__init__("selu")


class Softplus(Activation):
    """A smooth relu, everywhere above 0; its derivative is the sigmoid.

    Formula: f(x) = log(1 + exp(x)), computed as max(x, 0) + log1p(exp(-|x|)).
    Derivative: f'(x) = sigmoid(x), between 0 and 1.
    Range: 0 to infinity, 0 excluded.
    Saturates: below: left of -4.6 the slope is below 0.01. It does not die.
    Use: outputs that must be positive: a variance, a rate.
    Not: hidden layers, as a rule: relu is cheaper and no worse, and the mean of softplus is far from 0.
    Source: Dugas, Bengio, Bélisle, Nadeau and Garcia, "Incorporating second-order functional knowledge for
        better option pricing", 2001.

    >>> Softplus()(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """

    def __init__(self) -> None:
        super().__init__("softplus")


class SiLU(Activation):
    """x times its own sigmoid, a smooth relu that dips below 0; swish with β = 1.

    Formula: f(x) = x sigmoid(x).
    Derivative: f'(x) = sigmoid(x) + f(x) (1 - sigmoid(x)), from -0.0998 to 1.0998 (at x = ±2.3994).
    Range: -0.2785 (at x = -1.2785) to infinity.
    Saturates: below: left of -6.3 the slope is within 0.01 of 0, and it is 0 at the lowest point. A unit
        does not die, but left of that point the slope is negative: a gradient that asks for more output
        leads further left.
    Use: hidden layers of deep networks, image models above all.
    Not: where monotone functions or exact zeros are needed, or every operation counts.
    Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation
        in reinforcement learning", 2017.

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
    Range: -0.2785/β (at x = -1.2785/β) to infinity, for β above 0.
    Saturates: below: left of -6.3/β the slope is within 0.01 of 0. A unit does not die, but as with
        silu the way back from left of the lowest point leads further left.
    Use: as silu; with β learned, where a network may choose how sharp its bend is.
    Not: where silu does as well, which it mostly does.
    Source: Ramachandran, Zoph and Le, "Searching for activation functions", 2017.

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
    Range: -0.3088 (at x = -1.1924) to infinity.
    Saturates: below: left of -6.3 the slope is within 0.01 of 0, and it is 0 at the lowest point. A unit
        does not die, but as with silu the way back from left of there leads further left.
    Use: as silu; object detectors (YOLOv4) are built with it.
    Not: where speed counts: it is the dearest of its kind, and the gain over silu is small.
    Source: Misra, "Mish: a self regularized non-monotonic activation function", 2019.

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
    Range: -0.1700 (at x = -0.7518) to infinity.
    Saturates: below: left of -3.1 the slope is within 0.01 of 0, and it is 0 at the lowest point. A unit
        does not die, but as with silu the way back from left of there leads further left, and the slope falls
        to 0 faster: at -6 it is -4e-8.
    Use: transformers, where it is the standard.
    Not: where exact zeros are needed, or every operation counts; mixing up the two forms in one model.
    Source: Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", 2016.

    Raises ValueError where ``approximate`` is neither.

    >>> GELU()(np.array([0.0, 1000.0]))
    array([   0., 1000.])
    >>> GELU(approximate="tanh")
    GELU(approximate='tanh')
    """

    def __init__(self, approximate: str = "none") -> None:
        if approximate not in ("none", "tanh"):
            raise ValueError(f"GELU: approximate is {approximate!r}; expected 'none' or 'tanh'")
        super().__init__("gelu" if approximate == "none" else "gelu_tanh")

    def extra_repr(self) -> str:
        """The form where it is not the exact one."""
        return "" if self.row is ops.gelu else "approximate='tanh'"


class Softmax(Module):
    """Scores to probabilities: numbers above 0 that add up to 1 along ``axis``.

    Takes a Tensor or array of any shape, (B, C) as a rule, and gives the same shape; a list of Values gives a
    list. The largest score is taken off first, so no score is too large.

    Formula: p_i = exp(x_i) / Σ_j exp(x_j).
    Derivative: ∂p_i/∂x_j = p_i (1 - p_i) where i = j, else -p_i p_j; from the upstream gradient g:
        p (g - Σ g p).
    Range: 0 to 1, both excluded (1 alone for a single score).
    Saturates: where one score is far above the others: all slopes go to 0, also when the wrong one wins.
    Use: attention weights; to read the probabilities of a trained classifier.
    Not: before nn.cross_entropy, which takes the scores themselves and has a gradient that does not vanish.
    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.

    >>> Softmax()(np.array([0.0, 0.0, -1e4]))
    array([0.5, 0.5, 0. ])
    """

    def __init__(self, axis: int = -1) -> None:
        if not isinstance(axis, int) or isinstance(axis, bool):
            raise TypeError(f"{type(self).__name__}: axis is {axis!r}; expected an integer")
        self.axis = axis

    def __call__(self, x: Any) -> Any:
        """Scores to probabilities of the same shape; a list of Values to a list."""
        return autograd.softmax(x, axis=self.axis)

    def extra_repr(self) -> str:
        """The axis where it is not the last."""
        return "" if self.axis == -1 else f"axis={self.axis}"


class LogSoftmax(Softmax):
    """The logarithm of the softmax, right also where the softmax itself is rounded to 0 or 1.

    Shapes and lists of Values as for :class:`Softmax`.

    Formula: f_i = x_i - log Σ_j exp(x_j).
    Derivative: ∂f_i/∂x_j = 1 - p_i where i = j, else -p_j, with p the softmax; from the upstream gradient g:
        g - p Σ g.
    Range: minus infinity to 0, 0 excluded (0 alone for a single score).
    Saturates: only where a score is already far above the others; where it is far below, the slope is 1.
    Use: the scores of a classifier as log-probabilities, for a negative log-likelihood, or to add them up.
    Not: before nn.cross_entropy, which does the same itself.
    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.

    >>> LogSoftmax()(np.array([0.0, -1e4]))
    array([     0., -10000.])
    """

    def __call__(self, x: Any) -> Any:
        """Scores to log-probabilities of the same shape; a list of Values to a list."""
        return autograd.log_softmax(x, axis=self.axis)


_MODULES: dict[str, Callable[[], Activation]] = {
    "identity": Identity, "sigmoid": Sigmoid, "tanh": Tanh, "hardtanh": Hardtanh, "relu": ReLU,
    "leaky_relu": LeakyReLU, "prelu": PReLU, "elu": ELU, "selu": SELU, "softplus": Softplus, "silu": SiLU,
    "swish": Swish, "mish": Mish, "gelu": GELU, "gelu_tanh": lambda: GELU("tanh"),
}  # fmt: skip


def module_of(name: str) -> Activation:
    """The activation of that name as a module.

    >>> module_of("relu"), module_of("sin")
    (ReLU(), Activation('sin'))
    """
    return _MODULES[name]() if name in _MODULES else Activation(name)
