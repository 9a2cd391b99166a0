"""Recurrent networks, unrolled: the same weights at every step, and a state that is handed on."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn import Module

from . import parts


class RNN(Module):
    """h_t = tanh(W x_t + U h_{t-1} + b) and y_t = V h_t + c, with h_0 = 0.

    Inputs (T, I), states (T, H), outputs (T, O). Elman, "Finding structure in time", 1990.

    >>> network = RNN(np.random.default_rng(0), 3, 5, 2)
    >>> outputs = network([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    >>> len(outputs), len(outputs[0])
    (2, 2)
    """

    def __init__(self, rng: np.random.Generator, nin: int, hidden: int, nout: int) -> None:
        self.inward = parts.matrix(rng, "w", hidden, nin)  # W (H, I)
        self.onward = parts.matrix(rng, "u", hidden, hidden)  # U (H, H)
        self.bias = parts.vector("b", hidden)  # b (H,)
        self.out = parts.Linear(rng, "v", nout, hidden)  # V (O, H), c (O,)

    def __call__(self, inputs: list[Any]) -> list[Any]:
        """An output (O,) for each of the inputs."""
        state: list[Any] = [0.0] * len(self.bias)
        outputs = []
        for x in inputs:
            seen, kept = parts.product(self.inward, x), parts.product(self.onward, state)
            state = [(s + k + b).tanh() for s, k, b in zip(seen, kept, self.bias)]
            outputs.append(self.out(state))
        return outputs

    def loss(self, inputs: list[Any], targets: list[Any]) -> Any:
        """The mean squared error over all outputs; targets (T, O)."""
        return parts.squared_error(self(inputs), targets)


class Gate(Module):
    """W x + U h + b, one of the four things that an LSTM computes at a step, before its non-linearity.

    All of b begins at ``bias``.

    >>> Gate(np.random.default_rng(0), "forget", 1, 1, bias=1.0).sums([0.0], [0.0])[0].data
    1.0
    """

    def __init__(self, rng: np.random.Generator, name: str, nin: int, hidden: int, bias: float) -> None:
        self.inward = parts.matrix(rng, f"{name}_w", hidden, nin)  # W (H, I)
        self.onward = parts.matrix(rng, f"{name}_u", hidden, hidden)  # U (H, H)
        self.bias = parts.vector(f"{name}_b", hidden, bias)  # b (H,)

    def sums(self, x: list[Any], state: list[Any]) -> list[Any]:
        """What comes in, (I,), and the state, (H,), to (H,)."""
        seen, kept = parts.product(self.inward, x), parts.product(self.onward, state)
        return [s + k + b for s, k, b in zip(seen, kept, self.bias)]


class LSTM(Module):
    """A memory c beside the state h, and gates that say what is written, kept and read.

    c_t = σ(forget) c_{t-1} + σ(write) tanh(new), and h_t = σ(read) tanh(c_t), where forget, write, new and
    read are each W x_t + U h_{t-1} + b. The bias of ``forget`` begins at 1: at first all is kept.

    Inputs (T, I), state and memory (H,), logits (O,) after the last step. Hochreiter and Schmidhuber, "Long
    short-term memory", 1997; Gers, Schmidhuber and Cummins, "Learning to forget", 2000.

    >>> network = LSTM(np.random.default_rng(0), 3, 5, 2)
    >>> len(network([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])), network.write.onward[0][1].label
    (2, 'write_u0,1')
    """

    def __init__(self, rng: np.random.Generator, nin: int, hidden: int, nout: int) -> None:
        self.forget = Gate(rng, "forget", nin, hidden, bias=1.0)
        self.write = Gate(rng, "write", nin, hidden, bias=0.0)
        self.new = Gate(rng, "new", nin, hidden, bias=0.0)
        self.read = Gate(rng, "read", nin, hidden, bias=0.0)
        self.out = parts.Linear(rng, "v", nout, hidden)

    def __call__(self, inputs: list[Any]) -> list[Any]:
        """The logits (O,) once all inputs are read."""
        state: list[Any] = [0.0] * len(self.out.weight[0])
        memory = state
        for x in inputs:
            forget, write = self.forget.sums(x, state), self.write.sums(x, state)
            new, read = self.new.sums(x, state), self.read.sums(x, state)
            memory = [
                f.sigmoid() * m + w.sigmoid() * n.tanh() for f, m, w, n in zip(forget, memory, write, new)
            ]
            state = [r.sigmoid() * m.tanh() for r, m in zip(read, memory)]
        return self.out(state)

    def loss(self, inputs: list[Any], target: Any) -> Any:
        """The cross-entropy of the right class of the whole sequence."""
        return parts.cross_entropy(self(inputs), target)
