"""Networks of Values: a neuron, a layer, a multi-layer perceptron. Every number is a node to look at.

Weights are drawn from U(-a, a), a = gain * sqrt(3 / nin) (:func:`nn.init.kaiming_uniform`; gain sqrt(2) for
relu and its relatives, 5/3 for tanh, 1 for the others). Biases begin at 0, learned slopes (prelu) at 1/4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd
from autograd import Value
from autograd.value import constant

from . import init
from .activations import LEARNED, PReLU, find, module_of
from .checks import count, flag, floating, text, wrong
from .layers import Linear, Sequential
from .module import Module
from .seeding import own_generator

__all__ = ["MLP", "Layer", "Neuron"]

# A neuron's * and +, called as functions: Python takes a tenth longer to look up the operators.
multiply, add = Value.__mul__, Value.__add__


class Neuron(Module):
    """activation(w0*x0 + w1*x1 + ... + b), added from left to right; every product and sum is a node.

    ``activation`` names an op with one operand; None and ``"linear"`` mean no activation; with ``"prelu"``
    the slope is a parameter of the neuron. With ``dot=True`` the products and their sum are one node. ``rng``
    is a generator or a seed; by default the next generator of the process (:func:`nn.seed`). ``label``
    becomes part of the labels of the parameters.

    >>> neuron = Neuron(2, "tanh", rng=0)
    >>> out = neuron([1.0, -2.0])
    >>> out.op.name, [parameter.label for parameter in neuron.parameters()]
    ('tanh', ['w0', 'w1', 'b'])
    >>> neuron
    Neuron(2, 'tanh')  3 parameters
    """

    def __init__(
        self,
        nin: int,
        activation: str | None = "relu",
        *,
        dot: bool = False,
        rng: Any = None,
        label: str = "",
    ) -> None:
        nin = count(nin, "nin", "Neuron")
        row = find(activation, "Neuron")
        self.dot, label = flag(dot, "dot", "Neuron"), text(label, "label", "Neuron")
        rng = own_generator(rng, "Neuron")
        drawn = init.kaiming_uniform((1, nin), rng, init.gain(activation), dtype=np.float64)
        comma = f"{label}," if label else ""
        self.weights = [Value(number, f"w{comma}{i}") for i, number in enumerate(drawn[0].tolist())]
        self.bias = Value(0.0, f"b{label}")
        begin = LEARNED.get(activation or "")
        self.slope = None if begin is None else Value(begin, f"slope{label}")
        self._activation = None if row is None else row.name
        self._find_method()

    def _find_method(self) -> None:
        # Find the method once: calling the op by its name would look it up in every pass.
        self._activate = None if self._activation is None else getattr(Value, self._activation)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_activate"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)  # of a copy or pickle, without the function
        self._find_method()

    def __call__(self, x: Any) -> Value:
        """Map ``nin`` Values or numbers to one Value."""
        weights = self.weights
        if type(x) is not list or len(x) != len(weights):
            _check_inputs(x, "Neuron", len(weights))
        if self.dot:
            total = autograd.dot(weights, x)
        else:
            products = map(multiply, weights, x)
            total = next(products)
            for product in products:
                total = add(total, product)
        total = add(total, self.bias)
        if self._activate is None:
            return total
        return self._activate(total) if self.slope is None else self._activate(total, self.slope)

    @property
    def activation(self) -> str | None:
        """The name of the activation, or None."""
        return self._activation

    def vectorized(self, dtype: Any = np.float64) -> Sequential:
        """Copy the neuron, with its weights, to Tensors: (B, nin) to (B, 1).

        >>> Neuron(2, "tanh").vectorized()(np.ones((5, 2))).shape
        (5, 1)
        """
        return Sequential(*_vectorized([self], dtype, "a neuron"))

    def extra_repr(self) -> str:
        """Return the number of inputs, the activation, and whether the dot product is one node."""
        return f"{len(self.weights)}, {self.activation or 'linear'!r}" + (", dot=True" if self.dot else "")


class Layer(Module):
    """``nout`` neurons with the same ``nin`` inputs. Returns a Value for one output, a list for several.

    Labels of parameters begin with the neuron: ``w1,0`` is the weight of neuron 1 for input 0.

    >>> layer = Layer(2, 3, "tanh", rng=0)
    >>> len(layer([1.0, -2.0])), layer.parameters()[3].label
    (3, 'w1,0')
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: str | None = "relu",
        *,
        dot: bool = False,
        rng: Any = None,
        label: str = "",
    ) -> None:
        self.nin, self.nout = count(nin, "nin", "Layer"), count(nout, "nout", "Layer")
        find(activation, "Layer")
        dot = flag(dot, "dot", "Layer")
        comma = f"{label}," if text(label, "label", "Layer") else ""
        rng = own_generator(rng, "Layer")
        self.neurons = [
            Neuron(nin, activation, dot=dot, rng=rng, label=f"{comma}{j}") for j in range(self.nout)
        ]

    def __call__(self, x: Any) -> Any:
        """Map ``nin`` Values or numbers to ``nout`` Values."""
        x = _nodes(x, "Layer", self.nin)
        return _single([neuron(x) for neuron in self.neurons])

    def vectorized(self, dtype: Any = np.float64) -> Sequential:
        """Copy the layer, with its weights, to Tensors: (B, nin) to (B, nout).

        >>> Layer(2, 3, "tanh").vectorized()(np.ones((5, 2))).shape
        (5, 3)
        """
        return Sequential(*_vectorized(self.neurons, dtype, "a layer"))


class MLP(Module):
    """A multi-layer perceptron: a sequence of layers, the last of them linear.

    ``MLP(2, [16, 16, 1])`` takes 2 numbers, has two hidden layers of 16 neurons, and returns 1 Value (a list
    for several outputs). Labels of parameters begin with the layer: ``w0,1,0`` is in layer 0, neuron 1, for
    input 0. ``rng`` is a generator or a seed; by default the next generator of the process.

    >>> model = MLP(2, [16, 16, 1])
    >>> type(model([1.0, -2.0])).__name__, len(model.parameters())
    ('Value', 337)
    >>> model
    MLP(
      layers.0: Layer(
        neurons.0 to neurons.15, each: Neuron(2, 'relu')  3 parameters
      )  48 parameters
      layers.1: Layer(
        neurons.0 to neurons.15, each: Neuron(16, 'relu')  17 parameters
      )  272 parameters
      layers.2: Layer(
        neurons.0: Neuron(16, 'linear')  17 parameters
      )  17 parameters
    )  337 parameters
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str | None = "relu",
        *,
        dot: bool = False,
        rng: Any = None,
    ) -> None:
        if not isinstance(nouts, (list, tuple)) or not nouts:
            raise TypeError(
                f"MLP: nouts is {nouts!r}; expected a list with the size of every layer, such as [16, 16, 1]"
            )
        sizes = [count(nin, "nin", "MLP"), *(count(size, "a size of nouts", "MLP") for size in nouts)]
        find(activation, "MLP")
        dot = flag(dot, "dot", "MLP")
        rng = own_generator(rng, "MLP")
        last = len(nouts) - 1
        self.layers = [
            Layer(sizes[i], sizes[i + 1], activation if i < last else None, dot=dot, rng=rng, label=str(i))
            for i in range(len(nouts))
        ]

    def __call__(self, x: Any) -> Any:
        """Map ``nin`` Values or numbers to as many Values as the last layer has neurons."""
        x = _nodes(x, "MLP", self.layers[0].nin)
        for layer in self.layers:
            x = [neuron(x) for neuron in layer.neurons]
        return _single(x)

    def vectorized(self, dtype: Any = np.float64) -> Sequential:
        """Copy the network, with its weights, to Tensors: (B, nin) to (B, nout).

        Outputs and gradients agree up to rounding; a layer is one matrix product.

        >>> MLP(2, [16, 1], "tanh").vectorized()
        Sequential(
          0: Linear(2, 16)  48 parameters
          1: Tanh()
          2: Linear(16, 1)  17 parameters
        )  65 parameters
        """
        layers = enumerate(self.layers)
        return Sequential(
            *[m for i, layer in layers for m in _vectorized(layer.neurons, dtype, f"layer {i}")]
        )


def _vectorized(neurons: list[Neuron], dtype: Any, name: str) -> list[Module]:
    """Convert neurons with the same inputs into a layer of Tensors and its activation."""
    dtype = floating(np.float64 if dtype is None else dtype, "dtype", "vectorized")
    if len({neuron.activation for neuron in neurons}) > 1:
        raise ValueError(
            f"vectorized: the neurons of {name} have different activations; one layer of Tensors has one"
        )
    linear = Linear(len(neurons[0].weights), len(neurons), dtype=dtype, rng=0)  # weights are replaced below
    linear.load_state_dict({
        "weight": np.array([[weight.data for weight in neuron.weights] for neuron in neurons]),
        "bias": np.array([neuron.bias.data for neuron in neurons]),
    })  # fmt: skip
    slopes = [neuron.slope.data for neuron in neurons if neuron.slope is not None]
    if slopes:
        learned = PReLU(len(slopes), dtype=dtype)
        learned.load_state_dict({"slope": np.array(slopes)})
        return [linear, learned]
    return [linear, module_of(neurons[0].activation)] if neurons[0].activation else [linear]


def _nodes(x: Any, caller: str, many: int) -> list[Value]:
    """Turn inputs into nodes, which all neurons of a layer share."""
    _check_inputs(x, caller, many)
    return [each if isinstance(each, Value) else constant(each, f"{caller}: x") for each in x]


def _check_inputs(x: Any, caller: str, many: int) -> None:
    is_list = isinstance(x, (list, tuple)) or isinstance(x, np.ndarray) and x.dtype.kind in "biufO"
    if not is_list or isinstance(x, np.ndarray) and x.ndim != 1:
        raise wrong(x, "x", caller, f"a list of {many} Values or numbers")
    if len(x) != many:
        raise ValueError(f"{caller}: x has {len(x)} inputs; expected a list of {many}, one for each weight")


def _single(outputs: list[Value]) -> Any:
    return outputs[0] if len(outputs) == 1 else outputs
