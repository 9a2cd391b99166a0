"""Calls of autograd: functions of arrays, also as methods of a Tensor and of an array of Values."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor, ValueArray

from .kinds import ARRAYS, CALLS, array, axes, axis, dtype, flag, given, number, tensor, word

X = tensor(2, 3, takes=ARRAYS + " Values")
REDUCED = dict(axis=axes(), keepdims=flag())
ALONG = dict(axis=axis() | "None")
SHAPE = dict(shape=given((3, 2), "-1"))
BOUNDS = "nan inf True array0d nans [1.0]"
INDICES = given(np.zeros((2, 3), int), "[] () array([])")
CALLS_OF_ARRAYS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("sum", "mean", "max", "min", "prod", "logsumexp"), REDUCED),
    **dict.fromkeys(("var", "std"), dict(REDUCED, ddof=number(0.0))),
    "norm": dict(ord=given(2, "None inf True"), **REDUCED),
    **dict.fromkeys(("any", "all"), REDUCED),
    **dict.fromkeys(("argmax", "argmin"), dict(ALONG, keepdims=flag())),
    **dict.fromkeys(("cumsum", "argsort", "sort"), ALONG),
    **dict.fromkeys(("softmax", "log_softmax"), dict(axis=axis())),
    "isnan": {},
    "outer": dict(y=array(2, takes=ARRAYS + " Values")),
    "astype": dict(dtype=dtype()),
    "reshape": {"shape": given(3, "-1 3"), "*sizes": [given(2, "-1")]},
    "broadcast_to": {"shape": given(4, "3 0"), "*sizes": [given(2), given(3)]},
    "transpose": {"axes": given(1, "-1"), "*others": [given(0, "-1 0")]},
    "squeeze": dict(axis=axes(None)),
    "expand_dims": dict(axis=axis() | "() []"),
    "swapaxes": dict(axis1=axis(), axis2=axis()),
    "moveaxis": dict(source=axis(), destination=axis()),
    "flip": dict(axis=axes()),
    "roll": dict(shift=given(1, "3 -1 0"), axis=axes()),
    "repeat": dict(repeats=given(2, "3 0"), axis=ALONG["axis"]),
    "tile": dict(reps=given(2, "3 0 () []")),
    "pad": dict(
        pad_width=given(1, "3 0"), mode=word("constant"), constant_values=number(0.0) | "nan inf True array0d"
    ),
    "sliding_window_view": dict(window_shape=given(2, "3"), axis=given(0, "-1 0")),
    "split": dict(sections=given(1, "[] () array([])"), axis=axis()),
    **dict.fromkeys(("tril", "triu"), dict(k=given(0, "3 -1 0"))),
    "take_along_axis": dict(indices=INDICES, axis=ALONG["axis"]),
    "put": dict(index=given(0, "None True -1 0 [] () array([])"), values=number(0.5) | ARRAYS),
    "round": dict(decimals=given(0, "3 -1 0")),
    "clip": dict(low=number(0.0) | f"None {BOUNDS}", high=number(1.0) | f"None {BOUNDS}"),
}


def is_ours(cls: type, name: str) -> bool:
    """Whether a class has a method that this package defines."""
    homes = [each for each in cls.__mro__ if name in vars(each)]
    return bool(homes) and homes[0].__module__.startswith("autograd")


for name, arguments in CALLS_OF_ARRAYS.items():
    if name in autograd.__all__:
        one = "Value" if name in ("clip", "isnan", "round") else ""
        CALLS[f"autograd.{name}"] = {"x": X | one} | arguments
    for kind in (Tensor, ValueArray):
        if is_ours(kind, name):
            CALLS[f"autograd.{kind.__name__}.{name}"] = arguments
