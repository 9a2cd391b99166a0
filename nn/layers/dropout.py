"""Dropout: zero units at random in training."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.array_functions import numbers_of

from ..checks import real
from ..inputs import taken
from ..module import Module
from ..seeding import own_generator


class Dropout(Module):
    """In training, sets each element to 0 with probability ``p`` and divides the others by 1 - p.

    y = x m / (1 - p), where each m is 0 with probability p, else 1, and drawn anew at every call; x is a
    Tensor or an array of any shape, or an array of Values. Gradient: m / (1 - p). This "inverted" dropout
    keeps the mean of x (with variance x**2 p / (1 - p)), so eval changes nothing. ``rng`` is a generator or a
    seed; by default the next generator of the process (:func:`nn.seed`).

    No unit can rely on another, so each has to be useful by itself. Use it in wide layers that memorize their
    data, with ``p`` 0.5 for hidden ones and 0.2 for inputs. Not for networks too small to fit their data, nor
    right before batch normalisation, whose running variance would only hold for training. Srivastava and
    others, "Dropout: a simple way to prevent neural networks from overfitting", 2014.

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
        """Apply dropout to a Tensor or array of any shape; keep the shape."""
        if not self.training or not self.p:
            return x
        x = taken(x, self)
        if x.dtype.hasobject:
            numbers_of("Dropout", x)  # an error in a trace, which would freeze the numbers drawn now
        # NumPy draws float32 in half the time; the mask takes the dtype of x, which it must not widen.
        kept = self._rng.random(x.shape, dtype=np.float32) >= self.p
        dtype = {"f": x.dtype, "O": np.dtype(float)}.get(x.dtype.kind, np.dtype(np.float32))
        return x * np.divide(kept, 1 - self.p, dtype=dtype)

    def extra_repr(self) -> str:
        """Return the probability."""
        return f"{self.p:g}"
