"""Names and formulas of nodes, from their labels and rows: what steps and pictures show."""

from __future__ import annotations

import math
from typing import Any

from .ops import CONSTANT, Op
from .symbols import ATOM, Symbol, number

LONGEST = 24  # characters of a generated name; a longer one gives way to the operation's own name


def name_of(node: Any) -> str:
    """The node's label; without one, its expression one operation deep, or its number.

    >>> from autograd import Value
    >>> x, w = Value(2.0, "x"), Value(3.0)
    >>> name_of(x), name_of(w), name_of(x * w), name_of((x * w).tanh())
    ('x', '3', 'x * 3.0', 'tanh(x * 3.0)')
    """
    if node.label:
        return str(node.label)
    if not node.parents:
        return f"{float(node.data):.4g}" if _is_number(node) else f"array{node.data.shape}"
    name = expression_of(node)
    return name if len(name) <= LONGEST else f"{node.op.name}(...)"


def expression_of(node: Any) -> str:
    """How the node was computed from its parents, by their names.

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
    """The partial derivative of ``node`` to its parent number ``index``, in symbols.

    The node itself is ``out`` where it has no label; constants are shown by their number.

    >>> from autograd import Value
    >>> x = Value(2.0, "x")
    >>> formula(x**3, 0), formula(x.tanh(), 0)
    ('3.0 * x ** 2.0', '1.0 - out * out')
    """
    partials = node.op.partials
    out = Symbol(str(node.label) if node.label else "out")
    operands = [float(p.data) if p.op is CONSTANT and _is_number(p) else _symbol(p, 1) for p in node.parents]
    try:
        if isinstance(partials, tuple):
            partial = partials[index](out, *operands, **node.static)
        else:
            partial = partials(out, *operands, **node.static)[index]
    except Exception:  # a partial written with a library of its own has no symbols: say what it is, not how
        partial = None
    return f"∂{node.op.name}/∂{index + 1}" if partial is None or callable(partial) else str(partial)


def _symbol(node: Any, depth: int) -> Symbol:
    """A node as a piece of a formula: its label, number, or expression, ``depth`` operations deep."""
    if node.label:
        return Symbol(str(node.label))
    if depth and isinstance(node.op, Op) and node.parents:
        written: Symbol = node.op(*(_symbol(parent, depth - 1) for parent in node.parents))
        return written
    if not node.parents and _is_number(node) and math.isfinite(node.data):
        return number(node.data)
    return Symbol(f"{node.op.name}(...)" if node.parents else name_of(node), ATOM)


def _is_number(node: Any) -> bool:
    return isinstance(node.data, float) or not node.data.ndim
