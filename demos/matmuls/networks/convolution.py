"""Convolution: one small set of weights, laid on every place of an image. An image is [channel][row][column].

LeCun and others, "Backpropagation applied to handwritten zip code recognition", 1989.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nn import Module

from . import parts

SIZE = 3  # rows and columns of a kernel


def response(image: list[Any], kernel: list[Any], bias: Any, top: int, left: int) -> Any:
    """The kernel laid on the image with its corner at (top, left): products, and their sum in reading order.

    bias + Σ_c Σ_i Σ_j kernel[c][i][j] image[c][top + i][left + j]

    Outside the image everything is 0, so those products are left out.

    >>> response([[[1.0, 2.0], [3.0, 4.0]]], [[[1.0] * 3] * 3], 0.0, -1, -1)
    10.0
    """
    total = bias
    for channel, weights in zip(image, kernel):
        for i in range(SIZE):
            for j in range(SIZE):
                row, column = top + i, left + j
                if 0 <= row < len(channel) and 0 <= column < len(channel[0]):
                    total = total + weights[i][j] * channel[row][column]
    return total


class Convolution(Module):
    """3 x 3 kernels over an image: (I, H, W) to (O, H', W'), where H' = (H + 2 padding - 3) // stride + 1.

    >>> layer = Convolution(np.random.default_rng(0), "", 2, 5, stride=2)
    >>> out = layer([[[0.0] * 6] * 6] * 2)
    >>> len(out), len(out[0]), len(out[0][0])
    (5, 3, 3)
    """

    def __init__(
        self, rng: np.random.Generator, name: str, nin: int, nout: int, *, stride: int = 1, padding: int = 1
    ) -> None:
        std = math.sqrt(2 / (nin * SIZE * SIZE))  # keeps the size of signals where relu follows
        self.kernels = [  # (O, I, 3, 3)
            [parts.matrix(rng, f"k{name}{o},{c},", SIZE, SIZE, std) for c in range(nin)] for o in range(nout)
        ]
        self.bias = parts.vector(f"b{name}", nout)  # (O,)
        self.stride, self.padding = stride, padding

    def __call__(self, image: list[Any]) -> list[Any]:
        """An image (I, H, W) to one with a channel for every kernel, (O, H', W')."""
        tops, lefts = self._corners(len(image[0])), self._corners(len(image[0][0]))
        return [
            [[response(image, kernel, bias, top, left) for left in lefts] for top in tops]
            for kernel, bias in zip(self.kernels, self.bias)
        ]

    def _corners(self, size: int) -> range:
        return range(-self.padding, size + self.padding - SIZE + 1, self.stride)

    def loss(self, image: list[Any], targets: list[Any]) -> Any:
        """The mean squared error of the output, for a convolution that is a network on its own."""
        return parts.squared_error(self(image), targets)


def relu(image: list[Any]) -> list[Any]:
    """The relu of every pixel.

    >>> from autograd import Value
    >>> relu([[[Value(-1.0), Value(2.0)]]])[0][0][1].data
    2.0
    """
    return [[[pixel.relu() for pixel in row] for row in channel] for channel in image]


class SmallCNN(Module):
    """Convolution, relu, convolution of stride 2, relu, linear: an image (1, 8, 8) to 10 logits.

    The second convolution halves the rows and the columns, in place of pooling.

    >>> network = SmallCNN(np.random.default_rng(0))
    >>> len(network.logits([[[0.0] * 8] * 8])), len(network.parameters())
    (10, 1626)
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.first = Convolution(rng, "0,", 1, 4)  # (1, 8, 8) to (4, 8, 8)
        self.second = Convolution(rng, "1,", 4, 8, stride=2)  # to (8, 4, 4)
        self.last = parts.Linear(rng, "2,", 10, 8 * 4 * 4)

    def logits(self, image: list[Any]) -> list[Any]:
        """One number for each of the 10 classes."""
        features = relu(self.second(relu(self.first(image))))
        return self.last(parts.flat(features))

    def loss(self, image: list[Any], digit: Any) -> Any:
        """The cross-entropy of the right class."""
        return parts.cross_entropy(self.logits(image), digit)
