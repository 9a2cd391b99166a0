"""Groups of parameters, and their settings: which there are, and what each may be."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import Tensor, Value
from autograd.ops import LEAF

from ..checks import count, flag, listed, real, wrong
from ..leaves import nodes_of
from ..module import Parameter

if TYPE_CHECKING:
    from .optimizer import Optimizer

Check = Callable[[Any, str, str], Any]
State = dict[str, Any]


def pair(value: Any, name: str, caller: str) -> tuple[float, float]:
    """Check the decay rates of two running means.

    >>> pair([0.9, 0.999], "betas", "Adam")
    (0.9, 0.999)
    """
    if isinstance(value, str) or not isinstance(value, (Sequence, np.ndarray)) or np.shape(value) != (2,):
        raise wrong(value, name, caller, "two numbers, such as (0.9, 0.999)")
    first, second = (real(value[i], f"{name}[{i}]", caller, low=0, high=1) for i in range(2))
    return first, second


CHECKS: dict[str, Check] = {  # one meaning per name in all optimizers; lr is 0 at the end of some schedules
    **dict.fromkeys(("lr", "momentum", "weight_decay", "eps", "lr_decay"), partial(real, low=0)),
    **dict.fromkeys(("initial_accumulator_value", "momentum_decay"), partial(real, low=0)),
    **dict.fromkeys(("tolerance_grad", "tolerance_change"), partial(real, low=0)),
    **dict.fromkeys(("alpha", "rho"), partial(real, low=0, high=1)),
    **dict.fromkeys(("nesterov", "amsgrad", "centered", "decoupled_weight_decay"), flag),
    **dict.fromkeys(("max_iter", "max_eval", "history_size"), count),
    "betas": pair,
}


class Group(dict[str, Any]):
    """Parameters (``parameters``) with common settings by name, such as ``group["lr"]``.

    A setting can be changed at any time, and is checked then as at the start. ValueError for an unknown name,
    and for a change that needs other arrays than those kept from the start.

    >>> from nn import SGD
    >>> group = SGD([Value(1.0)], lr=0.5).groups[0]
    >>> group["lr"] = 0.25
    >>> group
    {'lr': 0.25, 'momentum': 0.0, 'weight_decay': 0.0, 'nesterov': False}
    """

    def __init__(
        self, rule: type[Optimizer], parameters: list[Parameter], settings: State, own: State
    ) -> None:
        self.rule, self.parameters = rule, parameters
        super().__init__(settings)
        super().update(self._checked({**settings, **own}))
        self.memory = rule.memory(self)

    def __setitem__(self, name: str, value: Any) -> None:
        if name == "lr" and type(value) is float and 0.0 <= value < math.inf:  # the fast path of schedules
            super().__setitem__(name, value)
        else:
            self.update({name: value})

    def __ior__(self, settings: Any) -> Group:  # type: ignore[override, misc]
        self.update(settings)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # Copied as a dict, it would be filled through a new one that has no rule to check with yet.
        return Group, (self.rule, self.parameters, dict(self), {})

    def update(self, *arguments: Any, **settings: Any) -> None:
        """Change several settings at once; on an error, none."""
        new = self._checked(dict(*arguments, **settings))
        if self.rule.memory({**self, **new}) != self.memory:
            raise ValueError(
                f"{self.rule.__name__}: {new} needs other arrays than those kept from the start, "
                f"{[*self.memory]}; build a new optimizer with these settings"
            )
        super().update(new)

    def _checked(self, settings: Mapping[str, Any]) -> State:
        rule, checks = self.rule.__name__, self.rule.checks
        for name in settings:
            if name not in self:
                raise ValueError(f"{rule}: there is no setting {name!r}; there are {', '.join(self)}")
        return {n: checks[n](given, n, rule) if n in checks else given for n, given in settings.items()}


def grouped(parameters: Any, caller: str) -> list[tuple[list[Parameter], State]]:
    """Return the parameters of each group with the group's own settings."""
    entries = _listed(parameters, caller)
    if not any(isinstance(entry, Mapping) for entry in entries):
        return [(entries, {})]
    groups = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, Mapping) or "params" not in entry:
            got = f"a dict with {sorted(map(str, entry))}" if isinstance(entry, Mapping) else repr(entry)
            raise TypeError(
                f"{caller}: group {index} is {got}; expected a dict with 'params', a list of parameters, "
                "and its own settings"
            )
        own = {name: value for name, value in entry.items() if name != "params"}
        groups.append((_listed(entry["params"], f"{caller}, group {index}"), own))
    return groups


def _listed(parameters: Any, caller: str) -> list[Any]:
    expected = "a list of parameters, such as model.parameters()"
    if isinstance(parameters, (Tensor, Value)):
        raise wrong(parameters, "parameters", caller, expected)
    found = [each for one in listed(parameters, "parameters", caller, expected) for each in nodes_of(one)]
    if not found:
        raise ValueError(f"{caller}: the list of parameters is empty; there is nothing to train")
    return found


def check_parameters(parameters: list[Parameter], caller: str) -> None:
    """Raise an error if one is not a leaf that asks for a gradient, or is listed twice."""
    seen: set[Parameter] = set()
    for index, parameter in enumerate(parameters):
        if not isinstance(parameter, (Tensor, Value)):
            raise TypeError(
                f"{caller}: parameter {index} is of type {type(parameter).__name__}; "
                "expected Values or Tensors, such as model.parameters()"
            )
        if parameter.op is not LEAF or isinstance(parameter, Tensor) and not parameter.requires_grad:
            raise ValueError(
                f"{caller}: parameter {index}, {parameter!r}, is computed, or needs no gradient; "
                "expected a leaf that needs one"
            )
        if parameter in seen:
            raise ValueError(f"{caller}: parameter {index}, {parameter!r}, is listed twice")
        seen.add(parameter)
