"""What layers compute with: the operand that an input is, and the affine map that most are made of."""

from __future__ import annotations

from typing import Any

from autograd import ValueArray
from autograd.array_functions import array_of

from .linear import linear


def operand(x: Any, dtype: Any, caller: str, name: str = "x") -> Any:
    """A Tensor or an array of Values as it is, lists with Values as such an array, numbers as ``dtype``.

    Where that is None they keep their own.

    >>> operand([[1, 2]], "float32", "Conv2d").dtype
    dtype('float32')
    """
    x = array_of(caller, x, name)
    if hasattr(type(x), "_apply_array"):
        return x
    return x.view(ValueArray) if x.dtype.hasobject else x.astype(dtype or x.dtype, copy=False)


def affine(x: Any, weight: Any, bias: Any) -> Any:
    """``x @ weight.T + bias``; ``bias`` may be None."""
    return x @ weight.T if bias is None else linear(x, weight, bias)
