"""A GPT of one layer that reads characters and says which comes next; and how it writes.

Radford and others, "Language models are unsupervised multitask learners", 2019.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import autograd
import nn
from nn import Module

from .names import BLOCK, END, SYMBOLS, letters

rms_norm = partial(nn.RMSNorm, eps=1e-5, affine=False, dtype=np.float64)  # without a gain


class GPT(Module):
    """Tokens (B, T) to logits (B, T, V): at every place, how likely each of the V symbols is to come next.

    x = rms_norm(token embedding + position embedding), then a transformer block, and a linear map to the
    logits, with C channels, and 4 C of them within the block. There are no biases. Attention looks back only,
    so what stands at a place and after it does not change the logits before it: tokens that fill up the block
    at its end do no harm.

    >>> network = GPT(np.random.default_rng(0), symbols=3, block=2, channels=4, heads=2)
    >>> network([[0, 2]]).shape, network.named_parameters()[0][0]
    ((1, 2, 3), 'token.weight')
    """

    def __init__(
        self,
        rng: np.random.Generator,
        symbols: int = len(SYMBOLS),
        block: int = BLOCK,
        channels: int = 16,
        heads: int = 4,
    ) -> None:
        own: dict[str, Any] = {"dtype": np.float64, "rng": 0}  # what is drawn by this seed is replaced below
        self.token = nn.Embedding(symbols, channels, **own)
        self.position = nn.Embedding(block, channels, **own)
        self.norm = rms_norm(channels)
        self.block = nn.TransformerBlock(channels, heads, causal=True, bias=False, norm=rms_norm, **own)
        self.head = nn.Linear(channels, symbols, False, **own)
        weight: Any
        for name, weight in self.named_parameters():  # sums as large as what goes in; small at both ends
            std = weight.shape[1] ** -0.5 if name.startswith("block.") else 0.1
            weight.data[...] = nn.init.normal(weight.shape, std, rng, np.float64)

    def __call__(self, tokens: Any) -> Any:
        """Symbols as whole numbers, (B, T), to logits (B, T, V)."""
        x = self.norm(self.token(tokens) + self.position(np.arange(len(tokens[0]))))
        return self.head(self.block(x))


def logits(model: Any, tokens: list[Any]) -> Any:
    """The logits (T, V) of one sequence, (T,)."""
    return model([tokens])[0]


def loss(model: Any, tokens: list[Any], targets: list[Any], weights: list[Any]) -> Any:
    """Σ_t weights_t (-log of the probability of targets_t): the mean, where the weights add up to 1.

    Tokens, targets (whole numbers) and weights are (T,). Places that only fill up the block have the weight
    0; :func:`~demos.matmuls.networks.names.encode` makes all three of names.
    """
    return autograd.dot(weights, nn.cross_entropy(logits(model, tokens), targets, reduction="none"))


def sample(
    logits: Callable[[list[int]], Any], rng: np.random.Generator, temperature: float = 1.0, block: int = BLOCK
) -> str:
    """A new name, letter by letter, each drawn with the probabilities that the logits before it give.

    ``logits`` takes ``block`` tokens and gives (block, V) numbers or Values: :func:`logits` of a model, or a
    program that was made of it. Divided by a temperature below 1, likely letters become likelier still. The
    name ends where the end mark is drawn, or where the block is full.

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
