"""Dropout: units that are left out at random, in training."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.array_functions import numbers_of

from ..checks import real
from ..inputs import taken
from ..module import Module
from ..seeding import own_generator


class Dropout(Module):
    """In training, each element becomes 0 with probability ``p``, and the others are divided by 1 - p.

    y = x m / (1 - p), each m 0 with probability p and else 1, drawn anew at every call; x is a Tensor or an
    array of any shape, also of Values. Gradient: m / (1 - p). "Inverted" dropout: the mean of y is x (its
    variance x**2 p / (1 - p)), so that in eval nothing is to be done. ``rng`` is a generator or a seed;
    without one, the next of the process's sequence (:func:`nn.seed`).

    No unit can rely on another to be there, so each has to be of use by itself: for wide layers that learn
    their data by heart, ``p`` 0.5 in hidden ones and 0.2 on inputs. Not where a network is too small to fit
    its data, and not right before batch normalisation, whose running variance would be that of training
    only. Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting", 2014.

    >>> from autograd import Tensor
    >>> dropout = Dropout(0.5, rng=0)
    >>> sorted(set(dropout(Tensor(np.ones(100))).data.tolist()))
    [0.0, 2.0]
    >>> dropout.eval()(1.0)
    1.0
    """

    def __init__(self, p: float = 0.5, *, rng: Any = None) -> None:
        self.p = real(p, "p", "Dropout", low=0, high=1)
        self._rng = own_generator(rng, "Dropout")

    def __call__(self, x: Any) -> Any:
        """A Tensor or array of any shape to one of the same shape."""
        if not self.training or not self.p:
            return x
        x = taken(x, self)
        if x.dtype.hasobject:
            numbers_of("Dropout", x)  # in a trace an error: what is drawn now would be frozen
        # NumPy draws float32 in half the time; the dtype of the mask is that of x, which it must not widen.
        kept = self._rng.random(x.shape, dtype=np.float32) >= self.p
        dtype = {"f": x.dtype, "O": np.dtype(float)}.get(x.dtype.kind, np.dtype(np.float32))
        return x * np.divide(kept, 1 - self.p, dtype=dtype)

    def extra_repr(self) -> str:
        """The probability."""
        return f"{self.p:g}"
