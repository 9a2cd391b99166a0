"""Softmax and layer norm: what keeps the numbers between the matrix products in hand."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Value
from nn import Module

from . import parts

EPSILON = 1e-5  # keeps a vector of equal numbers from a division by 0


def layer_norm(x: list[Any], gain: list[Any], bias: list[Any]) -> list[Any]:
    """gain_i (x_i - mean) / sqrt(variance + ε) + bias_i: (C,) to (C,), of mean 0 and variance 1 before that.

    Ba, Kiros and Hinton, "Layer normalization", 2016.

    >>> out = layer_norm([Value(1.0), Value(3.0)], [1.0, 1.0], [0.0, 0.0])
    >>> [round(y.data, 4) for y in out]
    [-1.0, 1.0]
    """
    mean = autograd.sum(x) / len(x)
    centred = [each - mean for each in x]
    variance = autograd.sum([each**2 for each in centred]) / len(x)
    scale = (variance + EPSILON) ** -0.5
    return [g * each * scale + b for g, each, b in zip(gain, centred, bias)]


def rms_norm(x: list[Any]) -> list[Any]:
    """x_i / sqrt(mean of x² + ε): (C,) to (C,), of mean square 1; the mean stays.

    Zhang and Sennrich, "Root mean square layer normalization", 2019, here without a gain.

    >>> [round(y.data, 4) for y in rms_norm([Value(3.0), Value(-3.0)])]
    [1.0, -1.0]
    """
    scale = (autograd.dot(x, x) / len(x) + EPSILON) ** -0.5
    return [each * scale for each in x]


class LayerNorm(Module):
    """A learned layer norm of the inputs (C,), and the squared error of what it gives.

    >>> network = LayerNorm(np.random.default_rng(0), 4)
    >>> [parameter.label for parameter in network.parameters()][3:5]
    ['gain3', 'bias0']
    """

    def __init__(self, rng: np.random.Generator, channels: int) -> None:
        self.gain = [Value(g, f"gain{i}") for i, g in enumerate(rng.normal(1.0, 0.1, channels).tolist())]
        self.bias = parts.vector("bias", channels)

    def loss(self, x: list[Any], targets: list[Any]) -> Any:
        """The mean squared error; targets (C,)."""
        return parts.squared_error(layer_norm(x, self.gain, self.bias), targets)


class Softmax(Module):
    """Probabilities softmax(w_i x_i), a weight a number, and the squared error of them: Brier's score.

    Brier, "Verification of forecasts expressed in terms of probability", 1950.

    >>> network = Softmax(np.random.default_rng(0), 2)
    >>> round(network.loss([0.0, 0.0], [1.0, 0.0]).data, 4)
    0.25
    """

    def __init__(self, rng: np.random.Generator, classes: int) -> None:
        self.weight = [Value(w, f"w{i}") for i, w in enumerate(rng.normal(1.0, 0.5, classes).tolist())]

    def loss(self, x: list[Any], targets: list[Any]) -> Any:
        """The mean squared error of the probabilities; targets (C,)."""
        probabilities = autograd.softmax([w * each for w, each in zip(self.weight, x)])
        return parts.squared_error(probabilities, targets)
