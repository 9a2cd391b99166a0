"""Recurrent networks: the same weights at every step, and a state that is passed from step to step.

Shapes: B is the batch, T the steps, I and H the sizes of the input and of the state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Tensor

from .. import init
from ..checks import count, flag, floating, wrong
from ..inputs import taken
from ..module import Module
from ..seeding import own_generator
from .linear import affine


def rnn_step(sums: Any, h: Any) -> tuple[Any, ...]:
    """Compute the next state from the sums (B, H), which include the last state."""
    return (autograd.tanh(sums),)


def lstm_step(sums: Any, h: Any, c: Any) -> tuple[Any, ...]:
    """Compute the next state and memory from the sums (B, 4H) and the last memory (B, H)."""
    write, keep, new, read = autograd.split(sums, 4, axis=1)
    memory = autograd.sigmoid(keep) * c + autograd.sigmoid(write) * autograd.tanh(new)
    return autograd.sigmoid(read) * autograd.tanh(memory), memory


class _Recurrent(Module):
    """One layer over all steps: sums of the input and the state, and a step function."""

    sums: int  # the sums needed for each number of the state
    states: int  # the arrays passed from step to step
    _step: Callable[..., tuple[Any, ...]]  # from sums and old arrays to new arrays, the state first

    weight_ih_l0: Any
    weight_hh_l0: Any
    bias_ih_l0: Any
    bias_hh_l0: Any

    def __init__(
        self, nin: int, hidden: int, *, bias: bool = True, dtype: Any = np.float32, rng: Any = None
    ) -> None:
        name = type(self).__name__
        self.nin, self.hidden = count(nin, "nin", name), count(hidden, "hidden", name)
        bias, self.dtype = flag(bias, "bias", name), floating(dtype, "dtype", name)
        rng = own_generator(rng, name)
        rows, bound = self.sums * self.hidden, 1 / math.sqrt(self.hidden)
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih_l0": (rows, self.nin),
            "weight_hh_l0": (rows, self.hidden),
        }
        shapes |= {"bias_ih_l0": (rows,), "bias_hh_l0": (rows,)}
        for each, shape in shapes.items():
            is_there = bias or len(shape) == 2
            drawn = Tensor(init.uniform(shape, bound, rng, self.dtype), label=each) if is_there else None
            setattr(self, each, drawn)

    def __call__(self, x: Any, state: Any = None) -> Any:
        """Map inputs (B, T, I) to the states after each step, (B, T, H), and the arrays after the last."""
        x = taken(x, self, self.dtype)
        if x.ndim != 3 or x.shape[2] != self.nin or not x.shape[1]:
            raise ValueError(
                f"{type(self).__name__}: the input has shape {x.shape}; expected (B, T, {self.nin}), with "
                "one step at least"
            )
        seen = affine(x, self.weight_ih_l0, self.bias_ih_l0)  # for all steps at once
        kept = self._begun(x, state)
        outputs = []
        for t in range(x.shape[1]):
            sums = seen[:, t] + affine(kept[0], self.weight_hh_l0, self.bias_hh_l0)
            kept = self._step(sums, *kept)
            outputs.append(kept[0])
        ends = tuple(autograd.expand_dims(each, 0) for each in kept)
        return autograd.stack(outputs, axis=1), (ends if self.states > 1 else ends[0])

    def _begun(self, x: Any, state: Any) -> tuple[Any, ...]:
        """Return the arrays (B, H) for the first step: the given ones, or 0."""
        name, shape = type(self).__name__, (1, len(x), self.hidden)
        if state is None:
            return (np.zeros(shape[1:], self.dtype),) * self.states
        given = state if self.states > 1 else (state,)
        if not isinstance(given, (tuple, list)) or len(given) != self.states:
            raise wrong(state, "state", name, "the pair (h, c), or None")
        arrays = [taken(each, self, self.dtype, "the state") for each in given]
        for each in arrays:
            if each.shape != shape:
                raise ValueError(
                    f"{name}: the state has shape {each.shape}; expected (1, B, H), here {shape}"
                )
        return tuple(each[0] for each in arrays)

    def extra_repr(self) -> str:
        """Return the sizes, and whether there are no biases."""
        return f"{self.nin}, {self.hidden}" + (", bias=False" if self.bias_ih_l0 is None else "")


class RNN(_Recurrent):
    """A recurrent layer: each step computes a new state from its input and the previous state.

    h_t = tanh(W x_t + b + U h_(t-1) + c)

    Takes (B, T, I), returns the states of all steps, (B, T, H), and the last one, (1, B, H), with which the
    next call may continue: ``outputs, state = rnn(x, state)``. By default h_0 is 0. W is ``weight_ih_l0`` (H,
    I), U ``weight_hh_l0`` (H, H), and b and c are ``bias_ih_l0`` and ``bias_hh_l0`` (H,); all are initialized
    as in PyTorch, uniformly from -1/sqrt(H) to 1/sqrt(H). ``rng`` is a generator or a seed; by default the
    next generator of the process (:func:`nn.seed`).

    Gradients are multiplied by U at every step, so over many steps they vanish or explode: use :class:`LSTM`
    if the distant past matters. Elman, "Finding structure in time", 1990.

    >>> outputs, state = RNN(3, 5, rng=0)(np.ones((2, 4, 3)))
    >>> outputs.shape, state.shape
    ((2, 4, 5), (1, 2, 5))
    """

    sums, states = 1, 1
    _step = staticmethod(rnn_step)


class LSTM(_Recurrent):
    """A recurrent layer with a memory c and gates that control writing, keeping and reading.

    c_t = σ(f) c_(t-1) + σ(i) tanh(g) and h_t = σ(o) tanh(c_t), where i, f, g and o are the four parts of
    W x_t + b + U h_(t-1) + d, H numbers each.

    Takes (B, T, I), returns the states of all steps, (B, T, H), and the last ``(h, c)``, (1, B, H) each, with
    which the next call may continue: ``outputs, state = lstm(x, state)``. By default both are 0. W is
    ``weight_ih_l0`` (4H, I), U ``weight_hh_l0`` (4H, H), and b and d are ``bias_ih_l0`` and ``bias_hh_l0``
    (4H,); all are initialized as in PyTorch, uniformly from -1/sqrt(H) to 1/sqrt(H). ``rng`` is a generator
    or a seed; by default the next generator of the process (:func:`nn.seed`).

    Gradients flow back through the memory by sums and by gate f alone, so the network can learn from the
    distant past. Hochreiter and Schmidhuber, "Long short-term memory", 1997; Gers, Schmidhuber and Cummins,
    "Learning to forget", 2000.

    >>> outputs, (h, c) = LSTM(3, 5, rng=0)(np.ones((2, 4, 3)))
    >>> outputs.shape, h.shape, c.shape
    ((2, 4, 5), (1, 2, 5), (1, 2, 5))
    """

    sums, states = 4, 2
    _step = staticmethod(lstm_step)
