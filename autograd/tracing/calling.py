"""Calling: build functions from source text, and hold the gradients that they return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..value import Value


class Gradients:
    """The gradients of one number: ``parameters`` in order, and ``arguments`` nested as they were passed.

    ``gradients[parameter]`` is the gradient of one parameter. An argument that selects has None.
    """

    __slots__ = ("parameters", "arguments", "_places")

    def __init__(self, parameters: Any, arguments: Any, places: dict[Value, int]) -> None:
        self.parameters, self.arguments, self._places = parameters, arguments, places

    @property
    def flat(self) -> Any:
        """The gradients of the parameters as one vector (N,)."""
        return np.asarray(self.parameters)

    def __getitem__(self, parameter: Value) -> Any:
        try:
            return float(self.parameters[self._places[parameter]])
        except (KeyError, TypeError):
            raise KeyError(f"{parameter!r} is not one of the {len(self._places)} traced parameters") from None

    def __repr__(self) -> str:
        return f"Gradients(parameters={self.parameters!r}, arguments={self.arguments!r})"


def built(source: str, name: str, scope: dict[str, Any] | None = None) -> Callable[..., Any]:
    """Run the source with ``scope`` as its globals and return the function called ``name``."""
    scope = {} if scope is None else scope
    exec(compile(source, f"<autograd trace {name}>", "exec"), scope)
    function: Callable[..., Any] = scope[name]
    return function
