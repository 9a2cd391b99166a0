"""Things with a state, to be given as arguments: each call makes a new one."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
import nn
from autograd import Tensor, Value
from nn import training

from .kinds import Argument, made


class Schedule(nn.Schedule):
    """The least that a schedule of one's own is."""

    def rate(self, step: int, base: float) -> float:
        """Half of it in every step."""
        return base * 0.5**step


def weights() -> list[Any]:
    """Parameters with gradients."""
    found = [Tensor(np.linspace(0.1, 0.9, 6).reshape(2, 3), label="w"), Tensor([0.5, 0.25], label="b")]
    for each in found:
        each.grad = np.ones_like(each.data)
    return found


def parameters() -> Argument:
    return made(weights, "Values")


def sgd() -> Any:
    return nn.SGD(weights(), lr=0.1, momentum=0.9)


def optimizer() -> Argument:
    return made(sgd)


TRAINED = Value(1.0, "trained")  # by the L-BFGS whose step is called, in a closure of it


def linear() -> Any:
    return nn.Linear(3, 2, rng=0)


def model() -> Argument:
    return made(linear)


def graph() -> Any:
    x = Value(0.5, "x")
    return (x * x).tanh()


def examples() -> tuple[Any, Any]:
    return np.linspace(0.0, 1.0, 12, dtype=np.float32).reshape(4, 3), np.array([0, 1, 0, 1])


def network() -> Any:
    return nn.MLP(2, [3, 1], "tanh", rng=0)


def film() -> Any:
    return autograd.film(network(), [[0.0, 1.0], [1.0, 0.0]], [1.0, -1.0])


weight = Value(0.5, "w")


def traced_of_test(arguments: Any) -> Any:
    return arguments * weight


def program() -> Any:
    return autograd.trace(traced_of_test, 0.5, parameters=[weight])


def batched() -> Any:
    """One that has its programs already."""
    found = program().batched()
    found([0.5])
    found.value_and_grad([0.5])
    return found


def compiled() -> Any:
    """One that is compiled already."""
    found = program().compiled()
    found(0.5)
    found.value_and_grad(0.5)
    found.map([0.5])
    return found


def whatever(x: Any) -> Any:
    """The sum of what there is, in lists of lists."""
    return sum(map(whatever, x), Value(0.0)) if isinstance(x, list) else x * x


def traced() -> Any:
    return autograd.traced(whatever)


def history() -> Any:
    found = training.History()
    found.rows = [{"epoch": 1, "step": 2, "loss": 0.5}]
    found.batch_losses = [0.6, 0.4]
    return found


def frame() -> Any:
    recorded = film()
    recorded.record(0.5)
    return recorded.frames[0]
