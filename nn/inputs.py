"""The input of a layer: Tensors, arrays of Values, or data, which becomes an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor, Value
from autograd.value_array import ValueArray, wrapped

from .checks import numbers


def taken(x: Any, module: Any, dtype: Any = None, name: str = "x") -> Any:
    """Prepare the input of a layer: keep Tensors and arrays of Values, turn data into arrays of ``dtype``.

    Lists that contain Values become an array of Values, with the numbers as constants. TypeError for Values
    if the parameters of the layer are Tensors, and for anything else.

    >>> from nn import Flatten
    >>> taken([[1, 2]], Flatten(), np.float32).dtype
    dtype('float32')
    >>> taken([Value(1.0), 2.0], Flatten())
    ValueArray([Value(1), Value(2, op=constant)], dtype=object)
    """
    if isinstance(x, Tensor):
        return x
    array = x if isinstance(x, ValueArray) else _array_of_values(x)
    caller = type(module).__name__
    if array is None:
        return numbers(x, dtype, caller, name)
    if any(isinstance(each, Tensor) and each.dtype.kind == "f" for each in vars(module).values()):
        raise TypeError(
            f"{caller}: {name} is made of Values, and the parameters are Tensors; Values and Tensors do not "
            "mix: model.scalars() gives the network of Values, and model.vectorized() that of Tensors"
        )
    return array


def has_values(x: Any) -> bool:
    """Say whether it is a Value, or nested lists that contain one.

    >>> has_values([[1.0, Value(2.0)]]), has_values([1.0])
    (True, False)
    """
    return any(map(has_values, x)) if isinstance(x, (list, tuple)) else isinstance(x, Value)


def _array_of_values(x: Any) -> ValueArray | None:
    """Turn Values and numbers into an array of Values; None for anything else."""
    if not (isinstance(x, np.ndarray) and x.dtype.hasobject) and not has_values(x):
        return None
    try:
        found = np.asarray(x)
    except ValueError:  # lists of different lengths
        return None
    kinds = (Value, int, float, np.number)
    if not found.size or not all(isinstance(each, kinds) for each in found.ravel().tolist()):
        return None
    array: ValueArray = wrapped(found.reshape(-1)).reshape(found.shape)
    return array
