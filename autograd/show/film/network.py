"""Network: read a network of Values layer by layer, as arrays of plain numbers.

The parameters of a network form one array of P numbers, ordered by layer, then by neuron, with the weights
before the bias. The part of a layer is a matrix (neurons, inputs + 1), whose last column has the biases.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import ops
from ...tensor import Tensor
from ...value import Value

Floats = NDArray[np.float64]
LINEAR = "linear"  # the identity
EXPECTED = (
    "expected a network of Values such as nn.MLP: an object with .layers, each with .neurons, each with "
    ".weights (a list of Values, one for every neuron of the layer before), .bias (a Value) and .activation "
    "(a name, or None)"
)


@dataclass(frozen=True)
class Layer:
    """One layer: the number of inputs of its neurons, and the activation of each neuron."""

    inputs: int
    activations: tuple[str, ...]

    @property
    def neurons(self) -> int:
        """The number of outputs."""
        return len(self.activations)

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        return self.neurons * (self.inputs + 1)


@dataclass(frozen=True)
class Network:
    """The architecture of a model, without its weights.

    >>> import nn
    >>> network, parameters = read(nn.MLP(2, [3, 1], "tanh"))
    >>> str(network), network.parameters, len(parameters)
    ('2-3-1', 13, 13)
    """

    layers: tuple[Layer, ...]

    def __str__(self) -> str:
        return "-".join(map(str, (self.layers[0].inputs, *(layer.neurons for layer in self.layers))))

    @property
    def parameters(self) -> int:
        """The total number of weights and biases."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def activations(self) -> list[str]:
        """The distinct names of the activations, in the order of the layers."""
        return list(dict.fromkeys(name for layer in self.layers for name in layer.activations))

    def split(self, numbers: Floats) -> list[Floats]:
        """Split P numbers into one matrix (neurons, inputs + 1) for each layer."""
        ends = np.cumsum([layer.parameters for layer in self.layers])
        return [
            part.reshape(layer.neurons, layer.inputs + 1)
            for layer, part in zip(self.layers, np.split(numbers, ends[:-1]))
        ]

    def forward(self, parameters: Floats, x: Floats) -> list[Floats]:
        """Return the outputs of each layer for the inputs ``x`` (N, inputs): arrays (N, neurons).

        Like NumPy, return inf and nan for a network that has exploded, and raise no error.

        >>> import nn
        >>> model = nn.MLP(2, [3, 1], "tanh")
        >>> network, values = read(model)
        >>> hidden, out = network.forward(np.array([v.data for v in values]), np.array([[1.0, -2.0]]))
        >>> hidden.shape, bool(abs(out[0, 0] - model([1.0, -2.0]).data) < 1e-12)
        ((1, 3), True)
        """
        outputs = []
        with np.errstate(all="ignore"):
            for layer, matrix in zip(self.layers, self.split(parameters)):
                x = x @ matrix[:, :-1].T + matrix[:, -1]
                for name in set(layer.activations) - {LINEAR}:
                    which = [name == each for each in layer.activations]
                    x[:, which] = ops.ELEMENTWISE[name](x[:, which])
                outputs.append(x)
        return outputs

    def norms(self, gradient: Floats) -> list[float]:
        """Return the norm of each layer's gradient, sqrt(sum g**2); nan if there is none."""
        return [_norm(matrix) for matrix in self.split(gradient)]

    def place(self, number: int) -> tuple[int, int]:
        """Return the layer and the index in it of a neuron numbered through all layers."""
        for index, layer in enumerate(self.layers):
            if number < layer.neurons:
                return index, number
            number -= layer.neurons
        raise IndexError(f"there is no neuron {number} in a {self} network")

    def off(self, parameters: Floats, gradient: Floats, x: Floats) -> tuple[list[int], list[int]]:
        """Find the relus that are 0 for all inputs ``x`` (N, inputs); return the dead and the silent ones.

        A dead relu has gradient 0 (or none), so it cannot recover by itself. A silent one has a gradient from
        elsewhere, such as a penalty on its weights or an example not in ``x``. Neurons are numbered through
        all layers.
        """
        dead: list[int] = []
        silent: list[int] = []
        if "relu" not in self.activations or not len(x):
            return dead, silent
        first = 0
        for layer, out, matrix in zip(self.layers, self.forward(parameters, x), self.split(gradient)):
            for neuron, name in enumerate(layer.activations):
                if name == "relu" and not out[:, neuron].any():
                    (silent if np.nan_to_num(matrix[neuron]).any() else dead).append(first + neuron)
            first += layer.neurons
        return dead, silent


def read(model: Any) -> tuple[Network, list[Value]]:
    """Read the architecture of a model and its parameters; raise TypeError unless its network has Values."""
    if any(isinstance(parameter, Tensor) for parameter in _parameters(model)):
        raise TypeError(
            f"film: the parameters of this {type(model).__name__} are Tensors; a film shows every weight as "
            "a Value of its own: film the nn.MLP itself, not what .vectorized() makes of it"
        )
    layers: list[Layer] = []
    values: list[Value] = []
    for index, layer in enumerate(_parts(model, "layers", f"the model, of type {type(model).__name__},")):
        rows = [_row(neuron) for neuron in _parts(layer, "neurons", f"layer {index}")]
        inputs = layers[-1].neurons if layers else len(rows[0][0]) - 1
        for row, _ in rows:
            if len(row) != inputs + 1:
                raise TypeError(
                    f"film: a neuron of layer {index} has {len(row) - 1} weights for {inputs} inputs; "
                    f"{EXPECTED}"
                )
            values += row
        layers.append(Layer(inputs, tuple(name for _, name in rows)))
    return Network(tuple(layers)), values


def _parameters(model: Any) -> list[Any]:
    listed = getattr(model, "parameters", None)
    found = listed() if callable(listed) else []
    return list(found) if isinstance(found, Iterable) else []


def _parts(whole: Any, name: str, called: str) -> list[Any]:
    parts = getattr(whole, name, None)
    if not isinstance(parts, (list, tuple)) or not parts:
        raise TypeError(f"film: {called} has no list .{name} with something in it; {EXPECTED}")
    return list(parts)


def _row(neuron: Any) -> tuple[list[Value], str]:
    """Return the weights and the bias of a neuron, and the name of its activation."""
    row = [*_parts(neuron, "weights", f"a {type(neuron).__name__}"), getattr(neuron, "bias", None)]
    for value in row:
        if not isinstance(value, Value):
            raise TypeError(f"film: a weight or bias is {value!r}; {EXPECTED}")
    name = getattr(neuron, "activation", "")
    name = LINEAR if name is None else name
    row_of = ops.ELEMENTWISE.get(name) if isinstance(name, str) else None
    if name != LINEAR and (row_of is None or len(row_of.partials) - len(row_of.defaults) != 1):
        raise TypeError(f"film: an activation is {name!r}, not an operation of one operand; {EXPECTED}")
    return row, name


def _norm(numbers: Floats) -> float:
    known = numbers[~np.isnan(numbers)]
    largest = float(np.abs(known).max(initial=0.0))
    if not known.size or not 0 < largest < math.inf:
        return largest if known.size else math.nan
    return largest * math.sqrt(float(np.sum((known / largest) ** 2)))  # scaled, so that no square overflows
