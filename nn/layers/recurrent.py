"""Recurrent networks: the same weights at every step, and a state that is handed on.

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
    """The next state, from the sums (B, H) that the last one is in."""
    return (autograd.tanh(sums),)


def lstm_step(sums: Any, h: Any, c: Any) -> tuple[Any, ...]:
    """The next state and the next memory, from the sums (B, 4H) and the last memory (B, H)."""
    write, keep, new, read = autograd.split(sums, 4, axis=1)
    memory = autograd.sigmoid(keep) * c + autograd.sigmoid(write) * autograd.tanh(new)
    return autograd.sigmoid(read) * autograd.tanh(memory), memory


class _Recurrent(Module):
    """One layer, from the first step to the last: sums of what is seen and what is kept, and a step."""

    sums: int  # how many of them each number of the state needs
    states: int  # how many arrays are handed on
    _step: Callable[..., tuple[Any, ...]]  # from the sums and what was handed on to what is, the state first

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
        """Inputs (B, T, I) to the states after each step, (B, T, H), and what is handed on after the last."""
        x = taken(x, self, self.dtype)
        if x.ndim != 3 or x.shape[2] != self.nin or not x.shape[1]:
            raise ValueError(
                f"{type(self).__name__}: the input has shape {x.shape}; expected (B, T, {self.nin}), with "
                "one step at least"
            )
        seen = affine(x, self.weight_ih_l0, self.bias_ih_l0)  # of all steps at once
        kept = self._begun(x, state)
        outputs = []
        for t in range(x.shape[1]):
            sums = seen[:, t] + affine(kept[0], self.weight_hh_l0, self.bias_hh_l0)
            kept = self._step(sums, *kept)
            outputs.append(kept[0])
        ends = tuple(autograd.expand_dims(each, 0) for each in kept)
        return autograd.stack(outputs, axis=1), (ends if self.states > 1 else ends[0])

    def _begun(self, x: Any, state: Any) -> tuple[Any, ...]:
        """The arrays (B, H) that the first step gets: 0, or those that are handed in."""
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
        """The sizes, and biases where there are none."""
        return f"{self.nin}, {self.hidden}" + (", bias=False" if self.bias_ih_l0 is None else "")


class RNN(_Recurrent):
    """A state that each step makes of the input and of the state before.

    h_t = tanh(W x_t + b + U h_(t-1) + c)

    Takes (B, T, I) and gives the states of all steps, (B, T, H), and the last one, (1, B, H), which a next
    call may begin with: ``outputs, state = rnn(x, state)``; without one h_0 is 0. W is ``weight_ih_l0`` (H,
    I), U ``weight_hh_l0`` (H, H), and b and c ``bias_ih_l0`` and ``bias_hh_l0`` (H,), as in PyTorch, all
    drawn evenly from -1/sqrt(H) to 1/sqrt(H). ``rng`` is a generator or a seed; without one, the next of the
    process's sequence (:func:`nn.seed`).

    Gradients go back through every step and are multiplied by U at each, so over many steps they vanish or
    explode: use :class:`LSTM` where what was seen long ago matters. Elman, "Finding structure in time", 1990.

    >>> outputs, state = RNN(3, 5, rng=0)(np.ones((2, 4, 3)))
    >>> outputs.shape, state.shape
    ((2, 4, 5), (1, 2, 5))
    """

    sums, states = 1, 1
    _step = staticmethod(rnn_step)


class LSTM(_Recurrent):
    """A memory c beside the state h, and gates that say what is written, kept and read at each step.

    c_t = σ(f) c_(t-1) + σ(i) tanh(g) and h_t = σ(o) tanh(c_t), where i, f, g and o are the four parts of
    W x_t + b + U h_(t-1) + d, H numbers each.

    Takes (B, T, I) and gives the states of all steps, (B, T, H), and the last ones, ``(h, c)``, (1, B, H)
    each, which a next call may begin with: ``outputs, state = lstm(x, state)``; without them both are 0. W is
    ``weight_ih_l0`` (4H, I), U ``weight_hh_l0`` (4H, H), and b and d ``bias_ih_l0`` and ``bias_hh_l0`` (4H,),
    as in PyTorch, all drawn evenly from -1/sqrt(H) to 1/sqrt(H). ``rng`` is a generator or a seed; without
    one, the next of the process's sequence (:func:`nn.seed`).

    Through the memory gradients go back by sums and by the gate f alone, so what was seen long ago can still
    be learned from. Hochreiter and Schmidhuber, "Long short-term memory", 1997; Gers, Schmidhuber and
    Cummins, "Learning to forget", 2000.

    >>> outputs, (h, c) = LSTM(3, 5, rng=0)(np.ones((2, 4, 3)))
    >>> outputs.shape, h.shape, c.shape
    ((2, 4, 5), (1, 2, 5), (1, 2, 5))
    """

    sums, states = 4, 2
    _step = staticmethod(lstm_step)
