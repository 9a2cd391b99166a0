"""A GPT of one layer that reads characters, predicts the next one, and writes names.

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
    """Map tokens (B, T) to logits (B, T, V): at every position, how likely each of the V symbols comes next.

    x = rms_norm(token embedding + position embedding), then a transformer block, and a linear map to the
    logits, with C channels, and 4 C of them within the block. There are no biases. Attention only looks back,
    so a token does not change the logits before its position: padding at the end of the block does no harm.

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
        own: dict[str, Any] = {"dtype": np.float64, "rng": 0}  # the numbers from this seed are replaced below
        self.token = nn.Embedding(symbols, channels, **own)
        self.position = nn.Embedding(block, channels, **own)
        self.norm = rms_norm(channels)
        self.block = nn.TransformerBlock(channels, heads, causal=True, bias=False, norm=rms_norm, **own)
        self.head = nn.Linear(channels, symbols, False, **own)
        weight: Any
        for name, weight in self.named_parameters():  # sums as large as their inputs; small at both ends
            std = weight.shape[1] ** -0.5 if name.startswith("block.") else 0.1
            weight.data[...] = nn.init.normal(weight.shape, std, rng, np.float64)

    def __call__(self, tokens: Any) -> Any:
        """Map symbols as whole numbers, (B, T), to logits (B, T, V)."""
        x = self.norm(self.token(tokens) + self.position(np.arange(len(tokens[0]))))
        return self.head(self.block(x))


def logits(model: Any, tokens: list[Any]) -> Any:
    """Return the logits (T, V) of one sequence, (T,)."""
    return model([tokens])[0]


def loss(model: Any, tokens: list[Any], targets: list[Any], weights: list[Any]) -> Any:
    """Compute Σ_t weights_t (-log of the probability of targets_t): the mean if the weights add up to 1.

    Tokens, targets (whole numbers) and weights are (T,). Padding has weight 0;
    :func:`~demos.matmuls.networks.names.encode` makes all three from names.
    """
    return autograd.dot(weights, nn.cross_entropy(logits(model, tokens), targets, reduction="none"))


def sample(
    logits: Callable[[list[int]], Any], rng: np.random.Generator, temperature: float = 1.0, block: int = BLOCK
) -> str:
    """Draw a new name, letter by letter, from the probabilities that the logits before each letter give.

    ``logits`` takes ``block`` tokens and returns (block, V) numbers or Values: :func:`logits` of a model, or
    a program traced from it. A temperature below 1 makes likely letters even likelier. The name ends when
    the end mark is drawn, or when the block is full.

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
