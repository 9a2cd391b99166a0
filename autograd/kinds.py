"""Functions that work on every kind of number: floats, arrays, Values, Tensors and symbols.

A kind of node computes a row in its method ``_apply``, chooses in ``_where`` and compares in ``_equal``.
Partial derivatives are written with arithmetic, rows, and the functions here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from . import modes
from .checks import is_huge, wrong


def is_number(operand: Any) -> bool:
    """Tell whether it is a real number that fits a float, or an array of such."""
    if isinstance(operand, (np.ndarray, np.generic)):
        return operand.dtype.kind in "biufO"
    return hasattr(type(operand), "__float__") and not is_huge(operand)


def method_of(operand: Any, method: str) -> Any:
    """Return the method of that name for the operand's kind; None for plain numbers and arrays of them."""
    apply = getattr(type(operand), method, None)
    if apply is None and isinstance(operand, np.ndarray) and operand.dtype.hasobject:
        for each in operand.flat:
            kind = getattr(type(each), "array_kind", None)
            if kind is not None:
                return getattr(kind, method)
    return apply


def where(condition: Any, x: Any, y: Any) -> Any:
    """Choose ``x`` where the condition holds, else ``y``; differentiable in ``x`` and ``y``.

    The condition is data (a bool, or an array of bools as from a comparison), not a node. Shapes of arrays
    and Tensors broadcast. The result is a node if ``x`` or ``y`` is one, whatever the condition.

    >>> where(np.array([True, False]), 1.0, np.array([2.0, 3.0]))
    array([1., 3.])
    """
    if type(x) is float and type(y) is float and isinstance(condition, bool):
        return x if condition else y
    for operand in (condition, x, y):
        select = method_of(operand, "_where")
        if select is not None:
            if isinstance(condition, (bool, np.bool_)) and not hasattr(type(operand), "grad"):
                return x if condition else y  # part of a formula or of a program, not a node
            return select(condition, x, y)
    if np.asarray(condition).dtype != bool:
        raise wrong(condition, "the condition", "where", "True, False, or an array of these")
    for name, operand in (("x", x), ("y", y)):
        if np.asarray(operand).dtype.kind not in "biuf":
            raise wrong(operand, name, "where", "numbers, arrays, Values or Tensors")
    try:
        chosen = np.where(condition, x, y)
    except ValueError:
        shapes = ", ".join(str(np.shape(each)) for each in (condition, x, y))
        raise ValueError(f"where: condition, x and y have the shapes {shapes}, which do not fit") from None
    return chosen if chosen.ndim or isinstance(x, np.ndarray) or isinstance(y, np.ndarray) else chosen.item()


def indicator(condition: Any) -> Any:
    """Return 1 where the condition holds, else 0. For arrays, return the mask: it multiplies as 0 and 1."""
    return condition if isinstance(condition, (np.ndarray, np.bool_)) else where(condition, 1.0, 0.0)


def equal(x: Any, y: Any) -> Any:
    """Tell whether two numbers have the same value (``==`` tells whether two nodes are the same node)."""
    for this, other in ((x, y), (y, x)):
        compare = getattr(type(this), "_equal", None)
        if compare is not None:
            return compare(this, other)
    for name, each in (("x", x), ("y", y)):
        if type(each) is not float and not is_number(each):
            raise wrong(each, name, "equal", "a number, a Value, a Tensor or an array of numbers")
    return x == y


def quietly(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function whose intermediate numbers may overflow though its result does not.

    NumPy and ``detect_anomaly`` then do not report the overflow.
    """

    @wraps(function)
    def computed(*operands: Any) -> Any:
        with np.errstate(over="ignore"), modes.unwatched():
            return function(*operands)

    return computed


def floating(x: Any) -> Any:
    """Convert an array of integers or bools to floats, since negation and powers of integers can wrap around.

    >>> -np.uint8([1, 2]), -floating(np.uint8([1, 2]))
    (array([255, 254], dtype=uint8), array([-1., -2.]))
    """
    return x.astype(float) if x.dtype.kind in "biu" else x


def of_floats(ufunc: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Wrap NumPy's function to take integers as float64; NumPy itself would take small ones as float16."""
    return lambda x: ufunc(floating(x))
