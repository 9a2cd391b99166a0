"""Lookahead: k steps forward with any optimizer, one step back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Value

from ..checks import count, function, real, whole
from ..module import set_data
from .optimizer import Closure, Optimizer, check_arrays_of
from .storage import State, array_like, expect


class Lookahead(Optimizer):
    """Slow weights that follow the fast weights of another optimizer: every ``k`` steps, part of the way.

    The inner optimizer takes k steps from the slow weights s to f; then s = s + alpha (f - s), and it
    continues from there with its state. Groups, lr and parameters are the inner optimizer's.

    Use it to calm an optimizer that oscillates around a minimum, at hardly any cost. Do not read off results
    between multiples of k, when the weights are the fast ones.

    M. Zhang, J. Lucas, G. Hinton and J. Ba, "Lookahead optimizer: k steps forward, 1 step back", 2019.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> w = Value(1.0)
    >>> optimizer = Lookahead(SGD([w], lr=0.25), k=2, alpha=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).backward()
    ...     optimizer.step()
    >>> w.data  # SGD came from 1 to 0.25
    0.625
    """

    def __init__(self, optimizer: Optimizer, k: int = 5, alpha: float = 0.5) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"Lookahead: got {type(optimizer).__name__}; expected an optimizer to wrap, such as "
                "nn.Lookahead(nn.Adam(model.parameters()))"
            )
        self.optimizer = optimizer
        self.k, self.alpha = _checked(k, alpha)
        self.groups, self.parameters = optimizer.groups, optimizer.parameters
        self.takes_closure = optimizer.takes_closure
        self._taken = 0  # steps since the weights last were the slow ones
        self._slow: list[np.ndarray] = []

    def step(self, closure: Closure | None = None) -> float | None:
        """Take a step of the inner optimizer; after k of them, update the slow weights and return to them."""
        if closure is not None:
            function(closure, "closure", "Lookahead", "no arguments that returns the loss")
        start = self._start()
        loss = self.optimizer.step(closure)  # first, since it may refuse
        self._finish(start)
        return loss

    def step_arrays(self, values: Sequence[Value], data: np.ndarray, grad: np.ndarray) -> None:
        """Take a step, as ``step`` does, on Values whose numbers are in ``data``."""
        check_arrays_of(values, data, "Lookahead")
        start = self._start()
        self.optimizer.step_arrays(values, data, grad)
        self._finish(start)

    def _start(self) -> list[np.ndarray]:
        """Return the slow weights, from which the fast ones started."""
        return self._slow if self._taken else [np.array(p.data) for p in self.parameters]

    def _finish(self, start: list[np.ndarray]) -> None:
        self._slow, self._taken = start, self._taken + 1
        if self._taken == self.k:
            for slow, parameter in zip(self._slow, self.parameters):
                # The paper's form: a weight that has not moved stays bit-identical.
                set_data(parameter, slow + self.alpha * (parameter.data - slow))
            self._taken, self._slow = 0, []

    def not_finite(self) -> str | None:
        """Name what is inf or nan in the state of the inner optimizer, or return None."""
        return self.optimizer.not_finite()

    def state_dict(self) -> State:
        """Return the inner optimizer's state, the steps since the last update, and the slow weights."""
        return {
            "optimizer": "Lookahead",
            "k": self.k,
            "alpha": self.alpha,
            "taken": self._taken,
            "slow": {str(index): np.array(slow) for index, slow in enumerate(self._slow)},
            "inner": self.optimizer.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state``, bit for bit; ValueError if the inner optimizer is of another kind."""
        expect(state, ("optimizer", "k", "alpha", "taken", "slow", "inner"), "Lookahead")
        if state["optimizer"] != "Lookahead":
            raise ValueError(f"load_state_dict: it is the state of {state['optimizer']!r}, not of Lookahead")
        try:
            k, alpha = _checked(state["k"], state["alpha"])
            taken = whole(state["taken"], "taken", "Lookahead", 0, k - 1)
        except TypeError as error:
            raise ValueError(f"load_state_dict: {error}") from error
        names = [str(index) for index in range(len(self.parameters))] if taken else []
        found = expect(state["slow"], names, "Lookahead, slow weights")
        slow = [
            np.array(array_like(found[name], np.asarray(self.parameters[int(name)].data), "slow", name))
            for name in names
        ]
        self.optimizer.load_state_dict(state["inner"])
        self.k, self.alpha, self._taken, self._slow = k, alpha, taken, slow


def _checked(k: Any, alpha: Any) -> tuple[int, float]:
    k, share = count(k, "k", "Lookahead"), real(alpha, "alpha", "Lookahead", low=0, open_low=True)
    if share > 1:
        raise ValueError(f"Lookahead: alpha is {alpha!r}; expected a number above 0, and at most 1")
    return k, share
