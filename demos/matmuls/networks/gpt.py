"""A GPT of one layer that reads characters and says which comes next; and how it writes.

Radford and others, "Language models are unsupervised multitask learners", 2019.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from nn import Module

from . import parts
from .attention import MultiHeadAttention
from .names import BLOCK, END, SYMBOLS, letters
from .normalization import rms_norm


class GPT(Module):
    """Tokens (T,) to logits (T, V): at every place, how likely each of the V symbols is to come next.

    x = rms_norm(token embedding + position embedding)
    x = x + attention(rms_norm(x))
    x = x + down relu(up rms_norm(x))
    logits = head x

    with C channels, and 4 C of them between ``up`` and ``down``. There are no biases. Attention looks back
    only, so what stands at a place and after it does not change the logits before it: tokens that fill up
    the block at its end do no harm.

    >>> network = GPT(np.random.default_rng(0), symbols=3, block=2, channels=4, heads=2)
    >>> logits = network.logits([0, 2])
    >>> len(logits), len(logits[0]), network.parameters()[0].label
    (2, 3, 'token0,0')
    """

    def __init__(
        self,
        rng: np.random.Generator,
        symbols: int = len(SYMBOLS),
        block: int = BLOCK,
        channels: int = 16,
        heads: int = 4,
    ) -> None:
        self.token = parts.matrix(rng, "token", symbols, channels, 0.1)  # (V, C)
        self.position = parts.matrix(rng, "position", block, channels, 0.1)  # (T, C)
        self.attention = MultiHeadAttention(rng, channels, heads)
        self.up = parts.matrix(rng, "up", 4 * channels, channels)  # (4C, C)
        self.down = parts.matrix(rng, "down", channels, 4 * channels)  # (C, 4C)
        self.head = parts.matrix(rng, "head", symbols, channels, 0.1)  # (V, C)

    def logits(self, tokens: list[Any]) -> list[Any]:
        """Symbols as whole numbers, (T,), to logits (T, V)."""
        xs = [
            rms_norm(parts.add(autograd.take(self.token, token), place))
            for token, place in zip(tokens, self.position)
        ]
        gathered = self.attention([rms_norm(x) for x in xs])
        xs = [parts.add(x, more) for x, more in zip(xs, gathered)]
        xs = [parts.add(x, self._think(rms_norm(x))) for x in xs]
        return [parts.product(self.head, x) for x in xs]

    def _think(self, x: list[Any]) -> list[Any]:
        return parts.product(self.down, [h.relu() for h in parts.product(self.up, x)])

    def loss(self, tokens: list[Any], targets: list[Any], weights: list[Any]) -> Any:
        """Σ_t weights_t (-log of the probability of targets_t): the mean, where the weights add up to 1.

        Tokens, targets (whole numbers) and weights are (T,). Places that only fill up the block have the
        weight 0; :func:`~demos.matmuls.networks.names.encode` makes all three of names.
        """
        losses = [parts.cross_entropy(row, target) for row, target in zip(self.logits(tokens), targets)]
        return autograd.dot(weights, losses)


def sample(
    logits: Callable[[list[int]], Any], rng: np.random.Generator, temperature: float = 1.0, block: int = BLOCK
) -> str:
    """A new name, letter by letter, each drawn with the probabilities that the logits before it give.

    ``logits`` takes ``block`` tokens and gives (block, V) numbers or Values: ``GPT.logits``, or a program
    that was made of it. Divided by a temperature below 1, likely letters become likelier still. The name
    ends where the end mark is drawn, or where the block is full.

    >>> sample(lambda tokens: np.eye(27)[[1] + [0] * 15] * 100, np.random.default_rng(0))
    'a'
    """
    tokens: list[int] = []
    while END not in tokens and len(tokens) < block - 1:
        seen = [END, *tokens, *[END] * (block - 1 - len(tokens))]
        found = logits(seen)[len(tokens)]
        numbers = [each.data if isinstance(each, autograd.Value) else float(each) for each in found]
        row = [each / temperature for each in numbers]
        largest = max(row)
        chances = np.array([math.exp(each - largest) for each in row])
        tokens.append(int(rng.choice(len(row), p=chances / chances.sum())))
    return letters(tokens)
