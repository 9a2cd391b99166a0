"""NumPy's functions on nodes: ``np.exp(value)``, ``np.sum(tensor)``, ``array * value``.

NumPy lets operands that are not arrays handle its functions (``__array_ufunc__``, ``__array_function__``;
NEP 13 and NEP 18). Nodes call the row, or the package's function, of that name. If there is none, the error
says what to write.

>>> import numpy as np
>>> from autograd import Tensor, Value
>>> np.exp(Value(0.0)), np.sum(Tensor([1.0, 2.0])).item()
(Value(1, op=exp), 3.0)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from . import kinds, ops

# NumPy's names that differ from the rows' names; the others are the same (exp, maximum, ...).
ROWS = {
    "subtract": "sub", "multiply": "mul", "divide": "div", "power": "pow", "float_power": "pow",
    "negative": "neg", "absolute": "abs", "fabs": "abs", "positive": "identity", "rint": "round",
}  # fmt: skip

# Functions of several elements with another name here, and functions that return nothing.
NAMES = {"vector_norm": "norm", "amax": "max", "amin": "min", "around": "round"}
IN_PLACE = {"put", "put_along_axis", "copyto", "place", "putmask", "fill_diagonal"}


def _compares(name: str, reflected: str) -> Callable[..., Any]:
    """Make a comparison that calls the node's own method; NumPy's would call the node back."""

    def compare(x: Any, y: Any) -> Any:
        return getattr(x, name)(y) if hasattr(type(x), "_apply") else getattr(y, reflected)(x)

    return compare


OTHERS: dict[str, Callable[..., Any]] = {
    "less": _compares("__lt__", "__gt__"), "less_equal": _compares("__le__", "__ge__"),
    "greater": _compares("__gt__", "__lt__"), "greater_equal": _compares("__ge__", "__le__"),
    "equal": kinds.equal, "not_equal": lambda x, y: np.logical_not(kinds.equal(x, y)),
    "matmul": lambda x, y: sys.modules[__package__].matmul(x, y),
    "reciprocal": lambda x: 1.0 / x,
}  # fmt: skip
PLAIN = {"isnan", "isinf", "isfinite", "signbit"}  # these test numbers and return bools
REDUCED = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}  # np.add.reduce is np.sum


def row_of(ufunc: Any) -> Callable[..., Any] | None:
    """Return the function on nodes for one of NumPy's elementwise functions, or None."""
    name = ufunc.__name__
    return ops.ELEMENTWISE.get(ROWS.get(name, name)) or OTHERS.get(name)


def is_of_a_person(ufunc: Any) -> bool:
    """Tell whether it is a user's Python function, made by ``np.frompyfunc`` or ``np.vectorize``."""
    return str(ufunc.__name__).endswith("(vectorized)")


def elementwise(ufunc: Any, method: str, inputs: tuple[Any, ...], settings: Mapping[str, Any]) -> Any:
    """Apply a ufunc to operands, at least one of which is a node."""
    if is_of_a_person(ufunc):  # it is called with the nodes themselves
        return ufunc(*[np.array(each, object) if hasattr(type(each), "_apply") else each for each in inputs])
    into = settings.get("out")
    array_kind = next((each.array_kind for each in inputs if hasattr(type(each), "array_kind")), None)
    if array_kind and any(isinstance(each, np.ndarray) and each.ndim for each in inputs):
        return array_kind._of_numpy(ufunc, method, inputs, dict(settings))  # a Value with an array
    if method == "reduce" and ufunc.__name__ in REDUCED:
        named = {name: given for name, given in settings.items() if name in ("axis", "keepdims")}
        return function(getattr(np, REDUCED[ufunc.__name__]), inputs, {"axis": 0, **named})
    called = row_of(ufunc)
    if ufunc.__name__ in PLAIN and method == "__call__":
        return ufunc(*[getattr(each, "data", each) for each in inputs])
    if called is None or method != "__call__" or set(settings) - {"out"}:
        form = "" if method == "__call__" else f".{method}"
        asked = "".join(f" with {name}=" for name in settings if name != "out")
        raise TypeError(
            f"np.{ufunc.__name__}{form}{asked} has no derivative here: use the operators and functions of "
            "autograd, autograd.define for a function of your own, or .data for the numbers alone"
        )
    if into is None:
        return called(*inputs)
    (target,) = into
    if not isinstance(target, np.ndarray) or not target.dtype.hasobject:
        raise TypeError(
            f"np.{ufunc.__name__}: the result is a node, and cannot be written into an array of "
            f"{getattr(target, 'dtype', type(target).__name__)}: write a = a + x in place of a += x"
        )
    target[...] = called(*inputs)
    return target


def function(called: Any, args: tuple[Any, ...], settings: Mapping[str, Any]) -> Any:
    """Call the package's function in place of NumPy's, with a node among the arguments."""
    name = NAMES.get(called.__name__, called.__name__)
    if called.__name__ in IN_PLACE:
        raise TypeError(
            f"np.{called.__name__} writes into its array, which the graph would not see: use autograd.put or "
            "autograd.where, which make new nodes"
        )
    if called in (np.shape, np.ndim, np.size):
        return getattr(np.asarray(args[0].data), name)
    own = vars(sys.modules[__package__]).get(name)
    if not callable(own):
        raise TypeError(
            f"np.{name} does not take nodes, and autograd has no {name}: use .data for the numbers alone, or "
            "write it with the functions of autograd"
        )
    return own(*args, **settings)
