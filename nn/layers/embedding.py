"""Embedding: a learned vector for each of several symbols, such as letters, words or positions."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor

from .. import checks, init
from ..module import Module
from ..seeding import own_generator


class Embedding(Module):
    """A table of ``count`` rows of ``size`` numbers; a call with tokens returns their rows.

    Tokens are whole numbers from 0 to count - 1 in an array of any shape; (B, T) gives (B, T, size).
    ``weight`` is (count, size), drawn from N(0, 1) as in PyTorch. Gradient: the upstream gradient at each
    position is added to the row taken there, so a token that occurs twice gets both. It equals the product
    with a one-hot row, without the zeros. ``rng`` is a generator or a seed; by default the next generator of
    the process (:func:`nn.seed`).

    Raises TypeError for tokens that are not whole numbers, IndexError for one without a row. Bengio,
    Ducharme, Vincent and Jauvin, "A neural probabilistic language model", 2003.

    >>> table = Embedding(27, 16, rng=0)
    >>> table([[0, 1, 2], [2, 1, 0]]).shape
    (2, 3, 16)
    >>> table
    Embedding(27, 16)  432 parameters
    """

    def __init__(self, count: int, size: int, *, dtype: Any = np.float32, rng: Any = None) -> None:
        self.count = checks.count(count, "count", "Embedding")
        self.size = checks.count(size, "size", "Embedding")
        self.dtype, rng = checks.floating(dtype, "dtype", "Embedding"), own_generator(rng, "Embedding")
        self.weight = Tensor(init.normal((self.count, self.size), 1.0, rng, self.dtype), label="weight")

    def __call__(self, tokens: Any) -> Any:
        """Look up the rows of tokens: (...) to (..., size)."""
        return autograd.take(self.weight, _checked(tokens, self.count))

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.count}, {self.size}"


def _checked(tokens: Any, count: int) -> np.ndarray:
    """Convert tokens to an array of whole numbers, or of the numbers that represent them in a trace."""
    try:
        found = np.asarray(tokens)
    except (TypeError, ValueError):  # lists of different lengths
        found = np.array(None)
    if not found.size:
        return found.astype(int)
    is_traced = found.dtype.hasobject and any(hasattr(type(each), "_take") for each in found.flat)
    if found.dtype.kind not in "iu" and not is_traced:
        expected = "whole numbers, in an array or in lists of equal lengths"
        raise checks.wrong(tokens, "tokens", "Embedding", expected)
    if not is_traced and not (0 <= found.min() and found.max() < count):
        raise IndexError(f"Embedding: tokens from {found.min()} to {found.max()}; expected 0 to {count - 1}")
    return found
