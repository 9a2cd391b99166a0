"""An example or several of every module that nn has: made in float64, with inputs to call it on.

Tests that go through all modules take them from here; a module that is not in the table fails them.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import nn
from autograd import Tensor


@dataclass
class Example:
    """How to make a module, and the arrays that it takes, the first axis the batch; integers are no inputs
    to differentiate. ``least`` is the smallest batch in training. A module of neurons takes one example at a
    time."""

    make: Callable[[], nn.Module]
    inputs: tuple[Any, ...]
    least: int = 1
    of_neurons: bool = False


def numbers(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).standard_normal(shape)


def example(make: Callable[[], Any], *shape: int, **settings: Any) -> Example:
    return Example(make, (numbers(*shape),), **settings)


def with_state(norm: Any) -> Any:
    """A normalisation whose running statistics, weight and bias are not those of the beginning."""
    for number, (name, array) in enumerate(norm.state_dict().items()):
        if array.dtype.kind == "f":
            getattr(norm, name).data = 0.5 + np.abs(numbers(*array.shape)) + number
    return norm


class OnGraph(nn.Module):
    """A layer of a graph network, on one graph: so that its inputs are nodes alone."""

    def __init__(self, layer: nn.Module) -> None:
        self.layer = layer

    def __call__(self, x: Any) -> Any:
        return self.layer(x, [[0, 1, 1, 3, 1], [1, 0, 3, 0, 0]])


f8 = {"dtype": np.float64}

EXAMPLES: dict[str, list[Example]] = {
    **{
        name: [example(getattr(nn, name), 3, 4)]
        for name in (
            "ELU", "GELU", "Hardtanh", "Identity", "LeakyReLU", "Mish", "ReLU", "SELU", "SiLU", "Sigmoid",
            "Softplus", "Swish", "Tanh",
        )
    },
    "Activation": [
        example(lambda: nn.Activation("sin"), 3, 4),
        example(lambda: nn.Activation("elu", Tensor(0.7)), 3, 4),
        example(lambda: nn.Activation("hardtanh", Tensor([-0.5, -0.2]), Tensor([[0.3], [0.4], [0.6]])), 3, 2),
        example(lambda: nn.Swish(Tensor(1.5)), 3, 2, 2),
        example(lambda: nn.GELU("tanh"), 3, 4),
    ],
    "PReLU": [
        example(lambda: nn.PReLU(**f8), 3, 4), example(lambda: nn.PReLU(4, **f8), 3, 4),
        example(lambda: nn.PReLU(2, **f8), 3, 2, 2, 2), example(lambda: nn.PReLU(1, **f8), 3, 2, 2, 2),
    ],
    "Softmax": [example(nn.Softmax, 3, 4), example(lambda: nn.Softmax(1), 3, 2, 2)],
    "LogSoftmax": [example(nn.LogSoftmax, 3, 4), example(lambda: nn.LogSoftmax(1), 3, 2, 2)],
    "Linear": [
        example(lambda: nn.Linear(4, 2, rng=0, **f8), 3, 4),
        example(lambda: nn.Linear(4, 2, bias=False, rng=0, **f8), 3, 4),
        example(lambda: nn.Linear(4, 1, rng=0, **f8), 3, 2, 4),
    ],
    "Flatten": [example(nn.Flatten, 3, 2, 2), example(nn.Flatten, 3)],
    "Dropout": [example(lambda: nn.Dropout(0.3, rng=0), 5, 4), example(lambda: nn.Dropout(0.0), 3)],
    "Sequential": [
        example(nn.Sequential, 3, 2),
        example(
            lambda: nn.Sequential(
                nn.Linear(4, 5, rng=0, **f8), nn.BatchNorm1d(5, **f8), nn.Tanh(), nn.Dropout(0.3, rng=0),
                nn.Sequential(nn.PReLU(5, **f8), nn.Linear(5, 4, rng=1, **f8)), nn.LayerNorm(4, **f8),
            ),
            4, 4, least=2,
        ),
    ],
    "BatchNorm1d": [
        example(lambda: with_state(nn.BatchNorm1d(3, **f8)), 4, 3, least=2),
        example(lambda: with_state(nn.BatchNorm1d(3, **f8)), 2, 3, least=2),
        example(lambda: nn.BatchNorm1d(3, affine=False, momentum=None, eps=1e-3, **f8), 2, 3, 4),
    ],
    "BatchNorm2d": [example(lambda: with_state(nn.BatchNorm2d(2, **f8)), 3, 2, 2, 3)],
    "LayerNorm": [
        example(lambda: with_state(nn.LayerNorm(4, **f8)), 3, 4),
        example(lambda: nn.LayerNorm((2, 3), affine=False, **f8), 2, 2, 3),
    ],
    "RMSNorm": [
        example(lambda: with_state(nn.RMSNorm(4, **f8)), 3, 4),
        example(lambda: nn.RMSNorm((2, 3), eps=0.1, affine=False, **f8), 2, 2, 3),
    ],
    "Conv2d": [
        example(lambda: nn.Conv2d(2, 3, 2, (1, 2), (1, 0), rng=0, **f8), 3, 2, 3, 4),
        example(lambda: nn.Conv2d(1, 1, 2, bias=False, rng=0, **f8), 2, 1, 2, 2),
    ],
    "Embedding": [Example(lambda: nn.Embedding(4, 3, rng=0, **f8), (np.array([[0, 3], [3, 1]]),))],
    "RNN": [
        example(lambda: nn.RNN(3, 4, rng=0, **f8), 2, 3, 3),
        example(lambda: nn.RNN(1, 2, bias=False, rng=0, **f8), 2, 1, 1),
    ],
    "LSTM": [
        example(lambda: nn.LSTM(3, 4, rng=0, **f8), 2, 3, 3),
        example(lambda: nn.LSTM(1, 2, bias=False, rng=0, **f8), 2, 1, 1),
    ],
    "MultiHeadAttention": [
        example(lambda: nn.MultiHeadAttention(4, 2, causal=True, rng=0, **f8), 2, 3, 4),
        example(lambda: nn.MultiHeadAttention(4, 1, bias=False, rng=0, **f8), 2, 1, 4),
    ],
    "TransformerBlock": [example(lambda: nn.TransformerBlock(4, 2, 3, causal=True, rng=0, **f8), 2, 3, 4)],
    "SAGEConv": [example(lambda: OnGraph(nn.SAGEConv(2, 3, rng=0, **f8)), 2, 4, 2)],
    "Neuron": [
        example(lambda: nn.Neuron(4, "tanh", rng=0), 3, 4, of_neurons=True),
        example(lambda: nn.Neuron(4, "prelu", dot=True, rng=0), 3, 4, of_neurons=True),
    ],
    "Layer": [example(lambda: nn.Layer(4, 3, "gelu", rng=0), 3, 4, of_neurons=True)],
    "MLP": [example(lambda: nn.MLP(4, [3, 2], "prelu", rng=0), 3, 4, of_neurons=True)],
}  # fmt: skip


def classes() -> dict[str, type[nn.Module]]:
    """Every public class of modules in nn, by its name, wherever it is defined."""
    for found in pkgutil.walk_packages(nn.__path__, "nn."):
        importlib.import_module(found.name)
    names: dict[str, type[nn.Module]] = {}
    waiting = nn.Module.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.partition(".")[0] == "nn" and not kind.__name__.startswith("_"):
            names[kind.__name__] = kind
    return names


CASES = [(name, index) for name in sorted(EXAMPLES) for index in range(len(EXAMPLES[name]))]
