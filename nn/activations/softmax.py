"""Scores of classes to probabilities: each output looks at all scores along an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Tensor

from ..checks import whole, wrong
from ..module import Module


class Softmax(Module):
    """Scores to probabilities: numbers above 0 that add up to 1 along ``axis``.

    Takes a Tensor or array, also of Values; a list of Values, an example, gives a list, and a list of such
    lists, a batch, gives a list of lists. The largest score is taken off first, so no score is too large.

    Formula: p_i = exp(x_i) / Σ_j exp(x_j).
    Derivative: ∂p_i/∂x_j = p_i (1 - p_i) where i = j, else -p_i p_j; from the upstream gradient g:
        p (g - Σ g p).
    Shape: any that has the axis, (B, C) as a rule; the result has the same.
    Range: 0 to 1, both excluded (1 alone for a single score).
    Saturates: where one score is far above the others: all slopes go to 0, also when the wrong one wins.
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
        """Scores to probabilities of the same shape; lists of Values to lists."""
        return _of_rows(autograd.softmax, x, self.axis, type(self).__name__)

    def extra_repr(self) -> str:
        """The axis where it is not the last."""
        return "" if self.axis == -1 else f"axis={self.axis}"


class LogSoftmax(Softmax):
    """The logarithm of the softmax, right also where the softmax itself is rounded to 0 or 1.

    Lists of Values as for :class:`Softmax`.

    Formula: f_i = x_i - log Σ_j exp(x_j).
    Derivative: ∂f_i/∂x_j = 1 - p_i where i = j, else -p_j, with p the softmax; from the upstream gradient g:
        g - p Σ g.
    Shape: any that has the axis, (B, C) as a rule; the result has the same.
    Range: minus infinity to 0, 0 excluded (0 alone for a single score).
    Saturates: only where a score is already far above the others; where it is far below, the slope is 1.
    Use: the scores of a classifier as log-probabilities, for a negative log-likelihood, or to add them up.
    Not: before nn.cross_entropy, which does the same itself.
    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.

    >>> import numpy as np
    >>> LogSoftmax()(np.array([0.0, -1e4]))
    array([     0., -10000.])
    """

    def __call__(self, x: Any) -> Any:
        """Scores to log-probabilities of the same shape; lists of Values as for :class:`Softmax`."""
        return _of_rows(autograd.log_softmax, x, self.axis, type(self).__name__)


def _of_rows(function: Callable[..., Any], x: Any, axis: int, caller: str) -> Any:
    if isinstance(x, (list, tuple)) and x and isinstance(x[0], (list, tuple)):
        if axis not in (-1, 1):
            raise ValueError(
                f"{caller}: axis is {axis}; of lists of Values each is taken for itself, which is the "
                "axis -1 (zip(*rows) turns them)"
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
