"""The settings of optimizers: which values each may have. One row a setting; a name means the same in all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..checks import count, flag, real, wrong


def pair(value: Any, name: str, caller: str) -> tuple[float, float]:
    """The decay rates of two running means.

    >>> pair([0.9, 0.999], "betas", "Adam")
    (0.9, 0.999)
    """
    if isinstance(value, str) or not isinstance(value, (Sequence, np.ndarray)) or np.shape(value) != (2,):
        raise wrong(value, name, caller, "two numbers, such as (0.9, 0.999)")
    first, second = (real(value[i], f"{name}[{i}]", caller, low=0, high=1) for i in range(2))
    return first, second


CHECKS: dict[str, Callable[[Any, str, str], Any]] = {
    "lr": partial(real, low=0),  # a schedule may take it down to 0
    "momentum": partial(real, low=0),
    "nesterov": flag,
    "weight_decay": partial(real, low=0),
    "decoupled_weight_decay": flag,
    "betas": pair,
    "eps": partial(real, low=0),
    "amsgrad": flag,
    "rho": partial(real, low=0, high=1),
    "alpha": partial(real, low=0, high=1),
    "centered": flag,
    "lr_decay": partial(real, low=0),
    "initial_accumulator_value": partial(real, low=0),
    "momentum_decay": partial(real, low=0),
    "max_iter": count,
    "max_eval": count,
    "history_size": count,
    "tolerance_grad": partial(real, low=0),
    "tolerance_change": partial(real, low=0),
}


def checked(name: str, value: Any, caller: str) -> Any:
    """The value of a setting in its own type, or an error that says what was expected.

    A setting with no row here, of an optimizer of your own, is taken as it is.

    >>> checked("lr", np.float32(0.5), "SGD")
    0.5
    """
    check = CHECKS.get(name)
    return value if check is None else check(value, name, caller)
