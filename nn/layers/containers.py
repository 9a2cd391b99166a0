"""Containers: a sequence of modules, and a layer that makes their shapes fit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ..inputs import taken
from ..module import Module


class Sequential(Module):
    """A sequence of modules. Indexing, ``len`` and iteration work as for a list; a slice is a Sequential.

    >>> import numpy as np
    >>> from nn import Linear, ReLU
    >>> model = Sequential(Linear(784, 128), ReLU(), Linear(128, 10))
    >>> model
    Sequential(
      0: Linear(784, 128)  100,480 parameters
      1: ReLU()
      2: Linear(128, 10)  1,290 parameters
    )  101,770 parameters
    >>> len(model), model[1], model(np.zeros((3, 784))).shape
    (3, ReLU(), (3, 10))
    """

    def __init__(self, *modules: Module) -> None:
        for module in modules:
            if not isinstance(module, Module):
                raise TypeError(
                    f"Sequential: got {module!r} of type {type(module).__name__}; expected modules, such as "
                    "nn.Linear(2, 3), separated by commas"
                )
        self._parts = modules

    def members(self) -> Iterator[tuple[str, Any]]:
        """Yield the modules by number, which gives the parameters PyTorch's names, such as ``0.weight``."""
        yield from ((str(i), module) for i, module in enumerate(self._parts))

    def __call__(self, x: Any) -> Any:
        """Pass ``x`` through all modules in turn."""
        for module in self._parts:
            x = module(x)
        return x

    def __len__(self) -> int:
        return len(self._parts)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._parts)

    def __getitem__(self, index: Any) -> Any:
        return Sequential(*self._parts[index]) if isinstance(index, slice) else self._parts[index]


class Flatten(Module):
    """Flattens each example into one row, (B, ...) to (B, n): turns images into input for a linear layer.

    >>> import numpy as np
    >>> Flatten()(np.zeros((5, 28, 28))).shape
    (5, 784)
    """

    def __call__(self, x: Any) -> Any:
        """Reshape (B, ...) to (B, n)."""
        x = taken(x, self)
        if not x.ndim:
            raise ValueError("Flatten: the input is a single number (shape ()); expected a batch, (B, ...)")
        return x.reshape(len(x), math.prod(x.shape[1:]))
