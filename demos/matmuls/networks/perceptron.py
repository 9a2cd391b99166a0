"""Multi-layer perceptrons: nn.MLP with a loss for one example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd
import nn
from nn import Module

from . import parts


class Hinge(Module):
    """max(0, 1 - y score): two classes, y = -1 and y = 1, told apart by the sign of one output.

    >>> network = Hinge(np.random.default_rng(0), 2, [16, 16, 1])
    >>> network.loss([0.5, -1.0], 1.0).op.name, len(network.parameters())
    ('relu', 337)
    """

    def __init__(
        self, rng: np.random.Generator, nin: int, nouts: Sequence[int], activation: str = "relu"
    ) -> None:
        self.model = nn.MLP(nin, nouts, activation, rng=rng)

    def loss(self, x: list[Any], y: Any) -> Any:
        """The loss of inputs x (nin,) with the label y."""
        return (1 - y * self.model(x)).relu()


class Regression(Module):
    """The mean squared error of an MLP's outputs, with any activation in its hidden layers.

    >>> network = Regression(np.random.default_rng(0), 3, [4, 2], "tanh")
    >>> network.loss([0.5, -1.0, 0.0], [1.0, 0.0]).data > 0
    True
    """

    def __init__(
        self, rng: np.random.Generator, nin: int, nouts: Sequence[int], activation: str | None = "relu"
    ) -> None:
        self.model = nn.MLP(nin, nouts, activation, rng=rng)

    def loss(self, x: list[Any], targets: list[Any]) -> Any:
        """The loss of inputs x (nin,) whose outputs should be the targets (nout,)."""
        outputs = self.model(x)
        return parts.squared_error(outputs if len(targets) > 1 else [outputs], targets)


class Digits(Module):
    """The classifier of handwritten digits: 784 pixels, 128 relus, 10 classes, and its cross-entropy.

    784 * 128 + 128 * 10 = 101,632 products, each added to something: 203,264 operations for one image.

    >>> Digits(np.random.default_rng(0), pixels=4, hidden=3).loss([0.0, 0.5, 1.0, 0.0], 7).data > 0
    True
    """

    def __init__(self, rng: np.random.Generator, pixels: int = 784, hidden: int = 128) -> None:
        self.model = nn.MLP(pixels, [hidden, 10], "relu", rng=rng)

    def loss(self, pixels: list[Any], digit: Any) -> Any:
        """-log of the probability of the right digit; pixels (784,) from 0 to 1, row by row."""
        return -autograd.take(autograd.log_softmax(self.model(pixels)), digit)
