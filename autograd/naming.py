"""Names and formulas of nodes, from their labels and rows: what steps and pictures show."""

from __future__ import annotations

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
        return f"{node.data:.4g}" if isinstance(node.data, float) else f"array{node.data.shape}"
    name = expression_of(node)
    return name if len(name) <= LONGEST else f"{node.op.name}(...)"


def expression_of(node: Any) -> str:
    """How the node was computed from its parents, by their names.

    >>> from autograd import Value, dot
    >>> x, w = Value(2.0, "x"), Value(3.0, "w")
    >>> expression_of(x * w + 1.0), expression_of(dot([w], [x]))
    ('x * w + 1.0', 'dot(w, x)')
    """
    operands = [_operand(parent, 2) for parent in node.parents]
    return (
        str(node.op(*operands))
        if isinstance(node.op, Op)
        else f"{node.op.name}({', '.join(map(str, operands))})"
    )


def formula(node: Any, index: int) -> str:
    """The partial derivative of ``node`` to its parent number ``index``, in symbols.

    The node itself is ``out`` where it has no label; constants are shown by their number.

    >>> from autograd import Value
    >>> x = Value(2.0, "x")
    >>> formula(x**3, 0), formula(x.tanh(), 0)
    ('3.0 * x ** 2.0', '1.0 - out * out')
    """
    op = node.op
    out = Symbol(str(node.label) if node.label else "out")
    try:
        if isinstance(op.partials, tuple):
            partial = op.partials[index](
                out, *(_operand(parent, 1) for parent in node.parents), **node.static
            )
        else:
            partial = op.partials(out, *(_operand(parent, 1) for parent in node.parents), **node.static)[
                index
            ]
    except Exception:  # a partial written with a library of its own has no symbols: say what it is, not how
        return f"∂{op.name}/∂{index + 1}"
    return f"∂{op.name}/∂{index + 1}" if callable(partial) else _text(partial)


def _operand(node: Any, depth: int) -> Any:
    """A parent as a piece of a formula: its label, number, or expression, ``depth`` operations deep."""
    if node.label:
        return Symbol(str(node.label))
    if not node.parents and isinstance(node.data, float):
        return node.data if node.op is CONSTANT else number(node.data)
    if depth and isinstance(node.op, Op) and node.parents:
        return node.op(*(_operand(parent, depth - 1) for parent in node.parents))
    return Symbol(f"{node.op.name}(...)" if node.parents else name_of(node), ATOM)


def _text(partial: Any) -> str:
    return str(partial) if isinstance(partial, Symbol) else f"{partial}"
