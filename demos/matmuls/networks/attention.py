"""Attention: every place of a sequence looks back, and takes from each place as much as it finds it fitting.

Vaswani and others, "Attention is all you need", 2017.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd
from nn import Module

from . import parts


def attend(queries: list[Any], keys: list[Any], values: list[Any]) -> list[Any]:
    """Causal attention of one head: (T, D), (T, D), (T, D) to (T, D).

    out_t = Σ_s p_s value_s over s = 0 ... t, where p = softmax of (query_t · key_s) / sqrt(D)

    >>> ones = [[1.0], [1.0]]
    >>> [round(out.data, 4) for (out,) in attend(ones, ones, [[2.0], [4.0]])]
    [2.0, 3.0]
    """
    scale = 1 / math.sqrt(len(queries[0]))
    outputs = []
    for t, query in enumerate(queries):
        scores = [autograd.dot(query, key) * scale for key in keys[: t + 1]]  # what comes later is not seen
        shares = autograd.softmax(scores)
        outputs.append([autograd.dot(shares, column) for column in zip(*values[: t + 1])])
    return outputs


class SelfAttention(Module):
    """One head: queries, keys and values are linear maps of the same sequence, (T, C) to (T, C).

    >>> network = SelfAttention(np.random.default_rng(0), 4)
    >>> outputs = network([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    >>> len(outputs), len(outputs[0]), len(network.parameters())
    (2, 4, 48)
    """

    def __init__(self, rng: np.random.Generator, channels: int) -> None:
        self.query, self.key, self.value = (
            parts.matrix(rng, name, channels, channels) for name in ("query", "key", "value")
        )  # (C, C) each

    def __call__(self, xs: list[Any]) -> list[Any]:
        """Vectors (T, C) to what each of them has gathered, (T, C)."""
        return attend(*(
            [parts.product(weights, x) for x in xs] for weights in (self.query, self.key, self.value)
        ))  # fmt: skip

    def loss(self, xs: list[Any], targets: list[Any]) -> Any:
        """The mean squared error; targets (T, C)."""
        return parts.squared_error(self(xs), targets)


class MultiHeadAttention(SelfAttention):
    """Several heads, each on its own D = C / heads channels, and a linear map of what they give together.

    >>> network = MultiHeadAttention(np.random.default_rng(0), 4, heads=2)
    >>> outputs = network([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    >>> len(outputs), len(outputs[0]), len(network.parameters())
    (2, 4, 64)
    """

    def __init__(self, rng: np.random.Generator, channels: int, heads: int) -> None:
        super().__init__(rng, channels)
        self.out = parts.matrix(rng, "out", channels, channels)  # (C, C)
        self.size = channels // heads

    def __call__(self, xs: list[Any]) -> list[Any]:
        """Vectors (T, C) to (T, C)."""
        maps = [[parts.product(w, x) for x in xs] for w in (self.query, self.key, self.value)]
        gathered: list[list[Any]] = [[] for _ in xs]
        for first in range(0, len(xs[0]), self.size):
            head = attend(*([row[first : first + self.size] for row in rows] for rows in maps))
            gathered = [before + row for before, row in zip(gathered, head)]
        return [parts.product(self.out, row) for row in gathered]
