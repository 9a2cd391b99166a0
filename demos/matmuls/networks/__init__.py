"""Networks of many kinds, each in its scalar form, with the matrix products found in it.

>>> built = find("gpt").build(np.random.default_rng(0))
>>> len(built.parameters), round(built.fn(*built.example).data, 1)
(4192, 3.0)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import nn
from nn import Module, activations

from . import gpt, graph_network, models, names

Draw = Callable[[np.random.Generator], Any]

# Activations undefined for some numbers: their networks start with weights and inputs above 0,
POSITIVE = ("log", "log1p", "log2", "log10", "sqrt")
WITHIN_1 = ("arcsin", "arccos")  # and these with small ones


@dataclass(frozen=True)
class Built:
    """A network in scalars, with initialised parameters.

    ``fn`` returns the loss of one example as a Value, ``example`` holds its arguments (floats, integers that
    select, and nested lists of them), and ``parameters`` are the Values of ``model`` that it depends on.
    """

    model: Module
    fn: Callable[..., Any]
    example: tuple[Any, ...]
    parameters: list[Any]


@dataclass(frozen=True)
class Network:
    """A kind of network: what it is, and how many matrix products its loss consists of.

    ``products`` is the number that ``trace(...).batched()`` recovers in the forward pass of a batch. ``why``
    says which they are. Weights that meet the same numbers are stacked, as a person would do to save
    products: queries, keys and values are one product, and so are the four gates of an LSTM.
    """

    name: str
    says: str
    products: int
    why: str
    make: Callable[[np.random.Generator], Module]
    loss: Callable[..., Any]
    draw: Draw

    def build(self, rng: np.random.Generator) -> Built:
        """Build the network, with parameters and an example from ``rng``: equal seeds give equal numbers."""
        made = self.make(rng)
        model = made if isinstance(made, nn.MLP) else made.scalars()  # neurons already consist of Values
        return Built(model, partial(self.loss, model), self.draw(rng), model.parameters())


def catalogue() -> list[Network]:
    """List all networks, from the smallest perceptron to the GPT; one for every activation currently defined.

    >>> [network.name for network in catalogue()][-4:]
    ['karate club', 'softmax', 'layer norm', 'gpt']
    """
    return [*_perceptrons(), *_activations(), *_OTHERS]


def find(name: str) -> Network:
    """Find a network by its name; raise ValueError with the known names if there is none.

    >>> find("lstm").products
    9
    """
    known = {network.name: network for network in catalogue()}
    if name not in known:
        raise ValueError(f"find: there is no network {name!r}; known are {', '.join(known)}")
    return known[name]


# Examples: nested lists drawn from N(0, 1), classes, and inputs of a single network.


def _numbers(*shapes: tuple[int, ...]) -> Draw:
    """Return a function that draws lists of these shapes."""
    return lambda rng: tuple(rng.standard_normal(shape).tolist() for shape in shapes)


def _labelled(shape: tuple[int, ...], classes: int) -> Draw:
    """Return a function that draws a list of this shape, and the index of a class."""
    return lambda rng: (rng.standard_normal(shape).tolist(), int(rng.integers(classes)))


def _digit(rng: np.random.Generator) -> tuple[list[float], int]:
    """Draw pixels, most of them 0, as in an image of a digit, and the digit."""
    ink = rng.random(784) < 0.2
    return (ink * rng.random(784)).tolist(), int(rng.integers(10))


def _name(rng: np.random.Generator) -> tuple[list[int], list[int], list[float]]:
    """Draw a name, as tokens, targets and weights."""
    tokens, targets, weights = names.encode([str(rng.choice(names.load()))])
    return tokens[0].tolist(), targets[0].tolist(), weights[0].tolist()


def _members(rng: np.random.Generator) -> tuple[list[list[float]], list[int]]:
    """Draw four numbers for each member of the club; return them with the factions."""
    return rng.standard_normal((graph_network.MEMBERS, 4)).tolist(), graph_network.FACTIONS


# Perceptrons: a product for every layer.


def _perceptrons() -> list[Network]:
    shapes = [(1, [8, 1]), (3, [2]), (3, [5, 4, 2]), (4, [1, 3, 1]), (2, [6, 6, 6, 6, 6, 2])]
    return [
        Network(
            "two moons",
            "MLP 2-16-16-1, relu, hinge loss: two classes of points in the plane",
            3,
            "one for each of the three layers",
            lambda rng: nn.MLP(2, [16, 16, 1], rng=rng),
            models.hinge,
            lambda rng: (rng.standard_normal(2).tolist(), 1.0),
        ),
        *(_regression(nin, nouts, "tanh") for nin, nouts in shapes),
        Network(
            "mnist",
            "MLP 784-128-10, relu, cross-entropy: handwritten digits, in 203,264 products and sums",
            2,
            "one for each of the two layers",
            lambda rng: models.digits(rng),
            models.digit_loss,
            _digit,
        ),
    ]


def _regression(nin: int, nouts: list[int], activation: str) -> Network:
    sizes = "-".join(map(str, [nin, *nouts]))
    count = len(nouts)
    return Network(
        f"mlp {sizes}",
        f"MLP {sizes}, {activation}, squared error",
        count,
        "one for each of the layers" if count > 1 else "one, for its one layer",
        lambda rng: nn.MLP(nin, nouts, activation, rng=rng),
        models.regression,
        _numbers((nin,), (nouts[-1],)),
    )


def _activations() -> list[Network]:
    return [_activated(name) for name in [*activations.known(), *activations.LEARNED, "linear"]]


def _activated(activation: str) -> Network:
    def make(rng: np.random.Generator) -> Module:
        network = nn.MLP(3, [4, 2], activation, rng=rng)
        state = network.state_dict()
        if activation in POSITIVE:
            network.load_state_dict({name: abs(number) for name, number in state.items()})
        elif activation in WITHIN_1:
            network.load_state_dict({name: number / 8 for name, number in state.items()})
        return network

    def draw(rng: np.random.Generator) -> tuple[list[float], list[float]]:
        x = rng.standard_normal(3)
        x = np.abs(x) if activation in POSITIVE else np.tanh(x) if activation in WITHIN_1 else x
        return x.tolist(), rng.standard_normal(2).tolist()

    return Network(
        f"mlp {activation}",
        f"MLP 3-4-2, {activation}, squared error",
        2,
        "one for each of the two layers",
        make,
        models.regression,
        draw,
    )


# The others, from simple to complex.

_OTHERS = [
    Network(
        "convolution",
        "3 x 3 kernels of stride 1 with padding, an image (2, 6, 6) to (3, 6, 6), squared error",
        1,
        "all windows of the image, (36, 18), times all kernels, (18, 3)",
        lambda rng: nn.Conv2d(2, 3, 3, padding=1, dtype=np.float64, rng=rng),
        models.squared_error,
        _numbers((2, 6, 6), (3, 6, 6)),
    ),
    Network(
        "convolution stride 2",
        "3 x 3 kernels of stride 2 with padding, an image (2, 7, 6) to (3, 4, 3), squared error",
        1,
        "every other window of the image, (12, 18), times all kernels, (18, 3)",
        lambda rng: nn.Conv2d(2, 3, 3, stride=2, padding=1, dtype=np.float64, rng=rng),
        models.squared_error,
        _numbers((2, 7, 6), (3, 4, 3)),
    ),
    Network(
        "convolution unpadded",
        "3 x 3 kernels that stay within the image, (2, 6, 5) to (3, 4, 3), squared error",
        1,
        "all windows of the image, (12, 18), times all kernels, (18, 3)",
        lambda rng: nn.Conv2d(2, 3, 3, dtype=np.float64, rng=rng),
        models.squared_error,
        _numbers((2, 6, 5), (3, 4, 3)),
    ),
    Network(
        "small cnn",
        "convolution, relu, convolution of stride 2, relu, linear, cross-entropy, for images (1, 8, 8)",
        3,
        "one for each convolution, of windows and kernels, and one for the linear layer",
        models.small_cnn,
        models.cross_entropy,
        _labelled((1, 8, 8), 10),
    ),
    Network(
        "rnn",
        "a recurrent network of 6 states over 8 steps, an output at each, squared error",
        9,
        "the inputs of all steps at once; the states of 7 steps, one after the other, each for the next "
        "state and for the output, whose weights are stacked; the last output",
        lambda rng: models.EachStep(rng, 3, 6, 2),
        models.squared_error,
        _numbers((8, 3), (8, 2)),
    ),
    Network(
        "lstm",
        "a long short-term memory of 5 states over 8 steps, a class at the end, cross-entropy",
        9,
        "with the weights of the four gates stacked: the inputs of all steps at once; the state at 7 steps, "
        "one after the other, as the first is 0; the logits",
        lambda rng: models.LastStep(rng, 3, 5, 4),
        models.cross_entropy,
        _labelled((8, 3), 4),
    ),
    Network(
        "attention",
        "causal self-attention of one head over 6 vectors of 8 numbers, squared error",
        3,
        "queries, keys and values, whose weights are stacked; queries times keys; shares times values",
        lambda rng: models.OneHead(rng, 8),
        models.squared_error,
        _numbers((6, 8), (6, 8)),
    ),
    Network(
        "multi-head attention",
        "causal self-attention of 2 heads over 6 vectors of 8 numbers, squared error",
        4,
        "queries, keys and values, whose weights are stacked; queries times keys, and shares times values, "
        "with the heads side by side as in a batch; the output",
        lambda rng: nn.MultiHeadAttention(8, 2, causal=True, bias=False, dtype=np.float64, rng=rng),
        models.squared_error,
        _numbers((6, 8), (6, 8)),
    ),
    Network(
        "karate club",
        "a round of messages on a fixed graph, Zachary's 34 people, two logits each, cross-entropy",
        3,
        "own numbers times weights, and neighbours' means times weights, for all members at once (5 of the "
        "34 have the same two friends as others, and share their mean); the logits. The means are sums along "
        "the edges",
        lambda rng: graph_network.KarateClub(rng, 4, 8),
        graph_network.loss,
        _members,
    ),
    Network(
        "softmax",
        "a weight for each of 6 numbers, their softmax, squared error",
        0,
        "none: each number has a weight of its own",
        lambda rng: models.Weighted(rng, 6),
        models.squared_error,
        lambda rng: (rng.standard_normal(6).tolist(), rng.dirichlet(np.ones(6)).tolist()),
    ),
    Network(
        "layer norm",
        "8 numbers normalised to mean 0 and variance 1, a gain and a bias for each, squared error",
        0,
        "none: each number has a gain of its own",
        lambda rng: nn.LayerNorm(8, dtype=np.float64),
        models.squared_error,
        _numbers((8,), (8,)),
    ),
    Network(
        "gpt",
        "a GPT of one layer: 16 characters, 16 channels, 4 heads, cross-entropy",
        7,
        "queries, keys and values, whose weights are stacked; queries times keys, and shares times values, "
        "with the heads side by side as in a batch; the output of the heads; up; down; the logits",
        gpt.GPT,
        gpt.loss,
        _name,
    ),
]
