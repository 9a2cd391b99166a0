"""Losses of regression: how far a number is from its target."""

from __future__ import annotations

import math
from typing import Any

import autograd
from autograd import kinds

from ..checks import flag, real
from .elements import per_element
from .targets import bounded


def mse(prediction: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Compute the mean squared error: (prediction - target)**2. The mean of the targets minimizes it.

    Gradient: 2 (prediction - target), over n for the mean of n. Shapes: a Tensor or array of any shape, a
    Value, or a list of Values (or lists of them), and targets of the same shape.
    Use it for Gaussian errors, for which it is maximum likelihood. Not with outliers: one error of 10 counts
    as much as 100 errors of 1.
    Raises ValueError if shapes differ, or a target is nan or infinite. Source: A.-M. Legendre, "Nouvelles
    méthodes pour la détermination des orbites des comètes" (1805), the method of least squares.

    >>> from autograd import Tensor, Value
    >>> mse([Value(1.0), Value(3.0)], [1.0, 1.0]).data
    2.0
    >>> mse(Tensor([1.0, 3.0]), [1.0, 1.0], reduction="none").data
    array([0., 4.])
    """
    return per_element("mse", _squared_error, prediction, target, reduction)


def mae(prediction: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Compute the mean absolute error: |prediction - target|. The median of the targets minimizes it.

    Gradient: the sign of prediction - target (0 at 0), over n for the mean of n. Shapes as for :func:`mse`.
    Use it if some targets are wrong: an outlier pulls no harder than any other point. Not for high precision:
    the gradient does not shrink with the error, so a fixed step jumps back and forth across the minimum.
    Raises as :func:`mse` does. Source: R. J. Boscovich, "De litteraria expeditione per pontificiam ditionem"
    (1757), least absolute deviations.

    >>> from autograd import Value
    >>> mae([Value(1.0), Value(4.0)], [1.0, 1.0]).data
    1.5
    """
    return per_element("mae", _absolute_error, prediction, target, reduction)


def huber(prediction: Any, target: Any, *, delta: float = 1.0, reduction: str = "mean") -> Any:
    """Compute the Huber loss: a parabola for errors up to ``delta``, and its tangent beyond.

    With e = prediction - target: e**2 / 2 if |e| <= delta, else delta (|e| - delta / 2).
    Gradient: e, clipped to between -delta and delta; over n for the mean. Shapes as for :func:`mse`.
    Use it if most errors are small and some are not, with ``delta`` where the good ones end. Not if you can
    neither know nor tune that; with delta = 1 it is also what PyTorch calls smooth L1.
    Raises as :func:`mse` does, and for a delta that is not above 0. Source: P. J. Huber, "Robust estimation
    of a location parameter" (1964).

    >>> from autograd import Value
    >>> errors = [Value(0.5), Value(3.0)]
    >>> loss = huber(errors, [0.0, 0.0], reduction="sum")
    >>> loss.backward()
    >>> loss.data, [e.grad for e in errors]
    (2.625, [0.5, 1.0])
    """
    delta = real(delta, "delta", "huber", low=0.0, open_low=True)

    def loss(p: Any, t: Any) -> Any:
        error = p - t
        size = autograd.abs(error)
        small = size <= delta
        near = kinds.where(small, error, 0.0)  # the slope 0 of the other case must not meet an infinity
        return kinds.where(small, 0.5 * near * near, delta * (size - 0.5 * delta))

    return per_element("huber", loss, prediction, target, reduction)


def poisson_nll(
    prediction: Any,
    target: Any,
    *,
    log_rate: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Any:
    """Compute the negative log-likelihood of counts under a Poisson distribution with the predicted rate.

    With k = target: exp(prediction) - k prediction if the prediction is the logarithm of the rate
    (``log_rate``), else rate - k log(rate + eps). The constant log(k!) is left out; ``full`` adds it, by
    Stirling's formula k log(k) - k + log(2 pi k) / 2 for k > 1. Gradient: rate - k for the log-rate, 1 - k /
    (rate + eps) for the rate; over n for the mean. Shapes as for :func:`mse`.
    Use it for counts of rare events (visits, photons, goals), whose variance is their mean. Not if counts
    vary more than that. Prefer the log-rate: a rate must be kept above 0.
    Raises ValueError for a target below 0, a rate below 0, and as :func:`mse` does. Source: S. D. Poisson,
    "Recherches sur la probabilité des jugements" (1837); as a loss: J. Nelder and R. Wedderburn, "Generalized
    linear models" (1972).

    >>> from autograd import Value
    >>> poisson_nll(Value(0.0), 3).data
    1.0
    """
    eps = real(eps, "eps", "poisson_nll", low=0.0)
    flag(log_rate, "log_rate", "poisson_nll")
    flag(full, "full", "poisson_nll")

    def loss(p: Any, k: Any) -> Any:
        if log_rate:
            cost = autograd.exp(p) - k * p
        else:  # for k = 0 the loss is the rate, even at 0, which has no logarithm
            cost = p - k * autograd.log(kinds.where(k > 0, p + eps, 1.0))
        return cost + _log_factorial(k) if full else cost

    def check(caller: str, prediction: Any, target: Any) -> None:
        bounded(caller, "target", target, 0.0, hint="counts")
        if not log_rate:
            bounded(caller, "prediction", prediction, 0.0, hint="rates; log_rate=True takes their logarithms")

    return per_element("poisson_nll", loss, prediction, target, reduction, check)


def _squared_error(prediction: Any, target: Any) -> Any:
    error = prediction - target
    return error * error


def _absolute_error(prediction: Any, target: Any) -> Any:
    return autograd.abs(prediction - target)


def _log_factorial(k: Any) -> Any:
    """Compute Stirling's approximation to log(k!); 0 for 0 and 1, where log(k!) is 0."""
    above = kinds.where(k > 1, k, 2.0)
    return kinds.where(
        k > 1, above * autograd.log(above) - above + 0.5 * autograd.log(2 * math.pi * above), 0.0
    )
