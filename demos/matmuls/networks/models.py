"""The networks with more than one layer of nn, and their losses for one example."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
import nn
from autograd import Tensor
from nn import Module

# Perceptrons of neurons, each a loop over its inputs, take one example without a batch axis.


def hinge(model: Any, x: list[Any], y: Any) -> Any:
    """Compute max(0, 1 - y score) for a perceptron with one output; y is -1 or 1."""
    return (1 - y * model(x)).relu()


def regression(model: Any, x: list[Any], targets: list[Any]) -> Any:
    """Compute the mean squared error of a perceptron's outputs."""
    outputs = model(x)
    return nn.mse(outputs if len(targets) > 1 else [outputs], targets)


def digit_loss(model: Any, pixels: list[Any], digit: Any) -> Any:
    """Compute -log of the probability of the right digit; pixels from 0 to 1, row by row."""
    return nn.cross_entropy(model(pixels), digit)


def digits(rng: np.random.Generator, hidden: int = 128) -> nn.MLP:
    """Build the classifier of handwritten digits: 784 pixels, 128 relus, 10 classes.

    784 * 128 + 128 * 10 = 101,632 products, each added to something: 203,264 operations for one image.
    """
    return nn.MLP(784, [hidden, 10], "relu", rng=rng)


# Layers are written in array notation; one example is a batch of one.


def squared_error(model: Any, x: Any, targets: Any) -> Any:
    """Compute the mean squared error of a model's output for one example."""
    return nn.mse(model([x]), [targets])


def cross_entropy(model: Any, x: Any, label: Any) -> Any:
    """Compute the cross-entropy of the right class for one example."""
    return nn.cross_entropy(model([x]), [label])


def small_cnn(rng: np.random.Generator) -> Module:
    """Map images (B, 1, 8, 8) to 10 logits; the second convolution halves the image instead of pooling."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, dtype=np.float64, rng=rng),
        nn.ReLU(),
        nn.Conv2d(4, 8, 3, stride=2, padding=1, dtype=np.float64, rng=rng),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(8 * 4 * 4, 10, dtype=np.float64, rng=rng),
    )


class EachStep(Module):
    """An RNN with an output at every step: (B, T, I) to (B, T, O)."""

    def __init__(self, rng: np.random.Generator, nin: int, hidden: int, nout: int) -> None:
        self.rnn = nn.RNN(nin, hidden, dtype=np.float64, rng=rng)
        self.out = nn.Linear(hidden, nout, dtype=np.float64, rng=rng)

    def __call__(self, x: Any) -> Any:
        """Return the output of each step."""
        states, _ = self.rnn(x)
        return self.out(states)


class LastStep(Module):
    """An LSTM that classifies a sequence after its last step: (B, T, I) to logits (B, O)."""

    def __init__(self, rng: np.random.Generator, nin: int, hidden: int, nout: int) -> None:
        self.lstm = nn.LSTM(nin, hidden, dtype=np.float64, rng=rng)
        self.out = nn.Linear(hidden, nout, dtype=np.float64, rng=rng)

    def __call__(self, x: Any) -> Any:
        """Return the logits."""
        _, (h, _) = self.lstm(x)
        return self.out(h[0])


class OneHead(Module):
    """Causal self-attention of one head, without an output map: (B, T, C) to the same shape."""

    def __init__(self, rng: np.random.Generator, channels: int) -> None:
        self.maps = nn.Linear(channels, 3 * channels, False, dtype=np.float64, rng=rng)

    def __call__(self, x: Any) -> Any:
        """Return the attention output at each position."""
        return nn.scaled_dot_product_attention(*autograd.split(self.maps(x), 3, axis=-1), causal=True)


class Weighted(Module):
    """Probabilities softmax(w_i x_i), one weight for each number. Their squared error is the Brier score.

    Brier, "Verification of forecasts expressed in terms of probability", 1950.
    """

    def __init__(self, rng: np.random.Generator, classes: int) -> None:
        self.weight = Tensor(rng.normal(1.0, 0.5, classes))

    def __call__(self, x: Any) -> Any:
        """Map (B, C) to probabilities (B, C)."""
        return autograd.softmax(self.weight * np.asarray(x))
