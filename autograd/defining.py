"""define: add an operation in one call."""

from __future__ import annotations

import inspect
import keyword
import sys
from collections.abc import Callable, Sequence
from typing import Any

from . import ops, tensor, value
from .checks import function, text, wrong
from .ops import Op

_theirs: set[str] = set()  # names that users defined, and may define again


def define(
    name: str,
    value_of: Callable[..., Any],
    partials: Callable[..., Any] | Sequence[Callable[..., Any]],
    symbol: str | None = None,
    *,
    on_array: Callable[..., Any] | None = None,
    domain: str = "",
) -> Op:
    """Add an elementwise operation for both Value and Tensor: a new row of the table.

    ``value_of(*operands)`` computes it, on floats and on arrays (if one function cannot do both, pass
    ``on_array`` too). ``partials`` is one function, or a sequence with one per operand, each a partial
    derivative from ``(out, *operands)``. If they use only arithmetic and the functions of this package,
    they run on every kind of number: then the operation has second derivatives, and a printed formula.
    Return the operation as a function; from now on it is also a method of Value and Tensor. Check it with
    :func:`autograd.gradcheck`. A name that is taken is a ValueError; you may redefine your own operations.

    >>> from autograd import Tensor, Value, gradcheck
    >>> cube = define("cube", lambda x: x**3, lambda out, x: 3.0 * x**2, symbol="x³")
    >>> x = Value(2.0)
    >>> cube(x).data, x.cube().local_grads, cube(Tensor([1.0, 2.0])).data.tolist()
    (8.0, (12.0,), [1.0, 8.0])
    >>> gradcheck(cube, [2.0]).ok
    True
    """
    text(name, "name", "define")
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise ValueError(
            f"define: {name!r} cannot be the name of a method; expected a Python name such as 'cube'"
        )
    names = {
        *(name for kind in (value.Value, tensor.Tensor) for name in dir(kind) if hasattr(kind, name)),
        *vars(sys.modules["autograd"]),
        *value.RESERVED,
        *sys.modules["autograd"].__all__,
        "op",
    }
    if name in names and name not in _theirs:
        raise ValueError(f"define: {name!r} is taken in autograd, Value or Tensor; choose another name")
    rules = (partials,) if callable(partials) else partials
    if not isinstance(rules, (list, tuple)) or not rules or not all(map(callable, rules)):
        raise wrong(
            partials, "partials", "define", "a function for each operand that returns its partial derivative"
        )
    function(value_of, "value_of", "define", "the operands")
    if on_array is not None:
        function(on_array, "on_array", "define", "the operands, or None")
    symbol = name if symbol is None else text(symbol, "symbol", "define")
    text(domain, "domain", "define")
    for called, takes in ((value_of, len(rules)), *((rule, len(rules) + 1) for rule in rules)):
        _check_arity(name, called, takes)
    op = Op(
        name, symbol or name, value_of, on_array or value_of, tuple(rules), domain=domain, is_defined=True
    )
    value.install(op)
    tensor.install(op)
    ops.ELEMENTWISE[name] = op
    _theirs.add(name)
    return op


def _check_arity(name: str, function: Callable[..., Any], takes: int) -> None:
    try:
        inspect.signature(function).bind(*range(takes))
    except TypeError:
        raise TypeError(
            f"define: a function of {name} must take {takes} arguments (the value: the operands; a partial "
            f"derivative: out, and the operands), but takes {inspect.signature(function)}"
        ) from None
    except ValueError:  # written in C, without a signature
        return
