"""The docstring of a row, from the row itself."""

from __future__ import annotations

from .ops import Op
from .symbols import formula_of


def describe(op: Op) -> str:
    """Write the docstring of a row: its signature, and the formulas of its value and derivatives.

    >>> from autograd import activation_ops
    >>> print(describe(activation_ops.softplus))
    Compute softplus(x) element by element, for Values, Tensors, arrays and numbers; drawn as softplus.
    <BLANKLINE>
    value: (x if x > 0.0 else 0.0) + log1p(exp(-abs(x)))
    derivative to x: sigmoid(x)
    """
    names = op.operands
    required = len(names) - len(op.defaults)
    taken = [*names[:required], *(f"{name}={value}" for name, value in zip(names[required:], op.defaults))]
    lines = [
        f"Compute {op.name}({', '.join(taken)}) element by element, for Values, Tensors, arrays and numbers; "
        f"drawn as {op.symbol}.",
        "",
    ]
    if value := formula_of(op.on_float, names):  # None where it is a primitive, such as math.exp
        lines.append(f"value: {value}")
    for name, partial in zip(names, op.partials):
        lines.append(f"derivative to {name}: {formula_of(partial, ['out', *names]) or 'has no formula'}")
    return "\n".join([*lines, f"It needs {op.domain}."] if op.domain else lines)
