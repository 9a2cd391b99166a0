"""Names and formulas of nodes, from their labels and rows, for steps and pictures."""

from __future__ import annotations

import math
from typing import Any

from .checks import whole, wrong
from .ops import CONSTANT, Op
from .symbols import ATOM, Symbol, number
from .text import printable

LONGEST = 24  # characters of a generated name; beyond that, the operation's own name is used


def name_of(node: Any) -> str:
    """Return the node's label or, without one, its number or its expression one operation deep.

    >>> from autograd import Value
    >>> x, w = Value(2.0, "x"), Value(3.0)
    >>> name_of(x), name_of(w), name_of(x * w), name_of((x * w).tanh())
    ('x', '3', 'x * 3.0', 'tanh(x * 3.0)')
    """
    if _node(node, "name_of").label:
        return printable(str(node.label))
    if not node.parents:
        return f"{float(node.data):.4g}" if _is_number(node) else f"array{node.data.shape}"
    name = expression_of(node)
    return name if len(name) <= LONGEST else f"{node.op.name}(...)"


def expression_of(node: Any) -> str:
    """Write how the node was computed from its parents, with their names.

    >>> from autograd import Value, dot
    >>> x, w = Value(2.0, "x"), Value(3.0, "w")
    >>> expression_of(x * w + 1.0), expression_of(dot([w], [x]))
    ('x * w + 1.0', 'dot(w, x)')
    """
    operands = [_symbol(parent, 2) for parent in node.parents]
    if isinstance(node.op, Op):
        return str(node.op(*operands))
    return f"{node.op.name}({', '.join(map(str, operands))})"


def formula(node: Any, index: int) -> str:
    """Return the partial derivative of ``node`` to its parent number ``index``, in symbols.

    A node without a label is called ``out``; constants are written as numbers.

    >>> from autograd import Value
    >>> x = Value(2.0, "x")
    >>> formula(x**3, 0), formula(x.tanh(), 0)
    ('3.0 * x ** 2.0', '1.0 - out * out')
    """
    found = formulas(_node(node, "formula"))
    if not found:
        raise ValueError(f"formula: node is {name_of(node)}, which has no parents, and so no derivatives")
    return found[whole(index, "index", "formula", -len(found), len(found) - 1)]


def formulas(node: Any) -> list[str]:
    """Return the partial derivative to each parent, in symbols, or a name such as ``∂cube/∂1``."""
    out = Symbol(printable(str(node.label)) if node.label else "out")
    operands = [plain(p) if is_plain(p) else _symbol(p, 1) for p in node.parents]
    found = enumerate(derivatives(node, out, operands), 1)
    return [f"∂{node.op.name}/∂{number}" if each is None else str(each) for number, each in found]


def derivatives(node: Any, out: Symbol, operands: list[Any]) -> list[Any]:
    """Return the partial derivatives of ``node`` from ``out`` and ``operands``; None without a formula."""
    partials = node.op.partials
    if not isinstance(partials, tuple):  # all at once
        found = _written(partials, out, *operands, **node.static)
        return [None if callable(each) else each for each in found or [None] * len(operands)]
    return [_written(partial, out, *operands, **node.static) for partial in partials]


def _written(partial: Any, *numbers: Any, **static: Any) -> Any:
    try:
        found = partial(*numbers, **static)
    except Exception:  # it calls a library that does not take symbols
        return None
    return None if callable(found) else found


def is_plain(node: Any) -> bool:
    """Tell whether formulas write the node as a plain number: a constant that is one number."""
    return node.op is CONSTANT and _is_number(node)


def plain(node: Any) -> float:
    """Return the number of such a node."""
    return float(node.data)


def _symbol(node: Any, depth: int) -> Symbol:
    """Write a node for a formula: its label, number, or expression, ``depth`` operations deep."""
    if node.label:
        return Symbol(printable(str(node.label)))
    if depth and isinstance(node.op, Op) and node.parents:
        written: Symbol = node.op(*(_symbol(parent, depth - 1) for parent in node.parents))
        return written
    if not node.parents and _is_number(node) and math.isfinite(node.data):
        return number(node.data)
    return Symbol(f"{node.op.name}(...)" if node.parents else name_of(node), ATOM)


def _node(given: Any, caller: str) -> Any:
    if not hasattr(given, "local_grads"):  # Node itself cannot be imported here
        raise wrong(given, "node", caller, "a Value or a Tensor")
    return given


def _is_number(node: Any) -> bool:
    return isinstance(node.data, float) or not node.data.ndim
