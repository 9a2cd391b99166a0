"""The base of all activations: an op with one operand, found by its name or used as a module."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Tensor, Value, ValueArray, ops

from ..checks import real, wrong
from ..module import Module

# The types that an activation accepts.
NUMBERS = (Tensor, Value, np.ndarray, int, float, np.integer, np.floating, np.bool_)
# Activations with a learned operand, and its initial value (He and others, 2015).
LEARNED = {"prelu": 0.25}


def known() -> list[str]:
    """Return the names of all activations with one operand.

    >>> "relu" in known(), "mul" in known()
    (True, False)
    """
    return sorted(row.name for row in ops.ELEMENTWISE.values() if len(row.partials) - len(row.defaults) == 1)


def find(name: str | None, caller: str) -> ops.Op | None:
    """Find the op of an activation; None for ``None`` and ``"linear"``, which change nothing.

    Raises ValueError for an unknown name, with the known ones.

    >>> find("tanh", "Neuron"), find("linear", "Neuron")
    (<op tanh>, None)
    """
    if name is None:
        return None
    if not isinstance(name, str):
        raise wrong(name, "activation", caller, "the name of an activation, or None")
    if name == "linear":
        return None
    names = [*known(), *LEARNED]
    if name not in names:
        raise ValueError(f"{caller}: there is no activation {name!r}; known are linear, {', '.join(names)}")
    return ops.ELEMENTWISE[name]


class Activation(Module):
    """An activation chosen by name, such as ``Activation("sin")``; the common ones have classes of their own.

    Works elementwise. Takes a Tensor or array (of Values too) and returns the same shape; a Value gives a
    Value, and a list of Values (the output of a layer of neurons), or of such lists, gives a list.
    ``settings`` are the operands after the first: numbers, or Values, arrays of Values or Tensors, which
    become learned parameters of this module.

    >>> import numpy as np
    >>> Activation("abs")(np.array([-1.0, 2.0]))
    array([1., 2.])
    >>> Activation("elu", Value(1.0)).named_parameters()
    [('alpha', Value(1))]
    """

    def __init__(self, name: str, *settings: Any) -> None:
        row = find(name, "Activation")
        if row is None:
            raise ValueError(
                f"Activation: name is {name!r}, but linear is not an operation; use Identity, or leave it out"
            )
        self.row = row
        self._settings = row.operands[1:]
        for operand, setting in zip(self._settings, row.complete((0.0, *settings), {})[1:]):
            if not isinstance(setting, (Value, Tensor, ValueArray)):
                setting = real(setting, operand, type(self).__name__, low=-math.inf, open_low=True)
            setattr(self, operand, setting)

    def __call__(self, x: Any) -> Any:
        """Apply the activation to a Tensor, an array, a Value, a number or a list of them."""
        if isinstance(x, (list, tuple)):
            return [self(each) for each in x]
        x = _operand(x, type(self).__name__)
        return self.row(x, *[getattr(self, name) for name in self._settings])

    def extra_repr(self) -> str:
        """Return the name, unless the class says it, and the settings."""
        shown = [repr(self.row.name)] if type(self) is Activation else []
        settings = [getattr(self, name) for name in self._settings]
        return ", ".join(shown + [f"{s:g}" if isinstance(s, (int, float)) else "learned" for s in settings])


def _operand(x: Any, caller: str) -> Any:
    """Check an operand of the op: anything but a list."""
    if not isinstance(x, NUMBERS) or isinstance(x, np.ndarray) and x.dtype.kind not in "biufO":
        raise wrong(x, "x", caller, "a Tensor, an array, a Value, a number, or a list of them")
    return real(x, "x", caller) if type(x) is int else x
