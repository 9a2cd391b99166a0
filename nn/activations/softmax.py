"""Softmax: turns scores of classes into probabilities; each output depends on all scores along an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Tensor

from ..checks import whole, wrong
from ..module import Module


class Softmax(Module):
    """Turns scores into probabilities: positive numbers that sum to 1 along ``axis``.

    Takes a Tensor or array (of Values too). A list of Values (one example) gives a list, and a list of such
    lists (a batch) a list of lists. The largest score is subtracted first, so that nothing overflows.

    Formula: p_i = exp(x_i) / Σ_j exp(x_j).
    Derivative: ∂p_i/∂x_j = p_i (1 - p_i) if i = j, else -p_i p_j; from the upstream gradient g:
        p (g - Σ g p).
    Shape: any with that axis, usually (B, C); the result has the same shape.
    Range: 0 to 1, both excluded (exactly 1 for a single score).
    Saturates: where one score is far above the others: all slopes go to 0, even if the wrong one wins.
    Use: attention weights; to read the probabilities of a trained classifier.
    Not: before nn.cross_entropy, which takes the scores themselves and has a gradient that does not vanish.
    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.

    >>> import numpy as np
    >>> Softmax()(np.array([0.0, 0.0, -1e4]))
    array([0.5, 0.5, 0. ])
    """

    def __init__(self, axis: int = -1) -> None:
        self.axis = whole(axis, "axis", type(self).__name__)

    def __call__(self, x: Any) -> Any:
        """Turn scores into probabilities of the same shape; lists of Values give lists."""
        return _of_rows(autograd.softmax, x, self.axis, type(self).__name__)

    def extra_repr(self) -> str:
        """Return the axis, unless it is the last."""
        return "" if self.axis == -1 else f"axis={self.axis}"


class LogSoftmax(Softmax):
    """The logarithm of the softmax, accurate even where the softmax itself rounds to 0 or 1.

    Lists of Values as for :class:`Softmax`.

    Formula: f_i = x_i - log Σ_j exp(x_j).
    Derivative: ∂f_i/∂x_j = 1 - p_i if i = j, else -p_j, with p the softmax; from the upstream gradient g:
        g - p Σ g.
    Shape: any with that axis, usually (B, C); the result has the same shape.
    Range: minus infinity to 0, 0 excluded (exactly 0 for a single score).
    Saturates: only where a score is already far above the others; far below, the slope is 1.
    Use: the log-probabilities of a classifier, for a negative log-likelihood or to add them up.
    Not: before nn.cross_entropy, which already does it.
    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.

    >>> import numpy as np
    >>> LogSoftmax()(np.array([0.0, -1e4]))
    array([     0., -10000.])
    """

    def __call__(self, x: Any) -> Any:
        """Turn scores into log-probabilities of the same shape; lists of Values give lists."""
        return _of_rows(autograd.log_softmax, x, self.axis, type(self).__name__)


def _of_rows(function: Callable[..., Any], x: Any, axis: int, caller: str) -> Any:
    if isinstance(x, (list, tuple)) and x and isinstance(x[0], (list, tuple)):
        if axis not in (-1, 1):
            raise ValueError(
                f"{caller}: axis is {axis}; expected -1, as each list of Values is one example "
                "(zip(*rows) transposes them)"
            )
        return [function(row) for row in x]
    if isinstance(x, (Tensor, np.ndarray)):
        if x.shape[axis:][:1] == (0,):
            raise ValueError(f"{caller}: x has shape {x.shape}; expected scores along axis {axis}")
        if x.dtype.kind not in "biufO":
            raise wrong(x, "x", caller, "numbers, or Values")
    elif not isinstance(x, (list, tuple)) or not x:
        raise wrong(x, "x", caller, "a Tensor, an array, or a list of Values, or of such lists")
    return function(x, axis=axis)
