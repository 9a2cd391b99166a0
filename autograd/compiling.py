"""From row to method: the hot path of Value, written out from the table.

A row's value and partial derivatives are called once with symbols, and the resulting text goes into the
template below. So Value's methods are the code one would write by hand. They take three quarters of the time
of methods that call the row's functions, and the calculus is still written once.

>>> from autograd import ops
>>> print(source(ops.mul))
def mul_row(x, y):
    if type(y) is not Value:
        return apply(op, x, y)
    x_data = x._data
    y_data = y._data
    try:
        out = x_data * y_data
    except ERRORS as error:
        raise explain(op, error, (x_data, y_data,)) from None
    if out != out:
        raise nan_value(op, x_data, y_data,)
    if paused and not recording():
        return constant(out)
    node = new(*kind)
    try:
        node._da = y_data
        node._db = x_data
    except ERRORS as error:
        return without_derivative(op, error, x, y,)
    node._data = out
    node.op = op
    node._a = x
    node._b = y
    node.grad = node.label = None
    return node
<BLANKLINE>
"""

from __future__ import annotations

import linecache
import textwrap
from collections.abc import Callable
from typing import Any

from .ops import Op
from .symbols import formula_of

TEMPLATE = """\
def {name}_row({arguments}):
{dispatch}{load}
    try:
        out = {value}
    except ERRORS as error:
        raise explain(op, error, ({numbers})) from None
    if out != out:
        raise nan_value(op, {numbers})
    if paused and not recording():
        return constant(out)
    node = new(*kind)
    try:
        node._da = {first_partial}
        node._db = {other_partials}
    except ERRORS as error:
        {failed}
    node._data = out
    node.op = op
    node._a = {first}
    node._b = {others}
    node.grad = node.label = None
    return node
"""


LAST = "    return constant(out)\n"


def source(op: Op, needs: tuple[bool, ...] | None = None) -> str:
    """Return the Python source of the row's method on Value.

    With ``needs``, return the source for operands that are all Values: ``needs`` tells which of them get a
    local gradient; the others are constants. If none does, the result is a constant too.
    """
    return _text(op, needs)[0]


def build(op: Op, needs: tuple[bool, ...] | None, scope: dict[str, Any]) -> Callable[..., Any]:
    """Compile that source to a function, with ``scope`` for its globals."""
    text, called = _text(op, needs)
    file = f"<autograd row {op.name} {needs or ''}>"
    # The function is nested in another one, which holds what belongs to this row only.
    bind = f"def bind({', '.join(called)}):\n{textwrap.indent(text, '    ')}    return {op.name}_row\n"
    linecache.cache[file] = (len(bind), None, bind.splitlines(keepends=True), file)  # for tracebacks
    defined: dict[str, Any] = {}
    exec(compile(bind, file, "exec"), scope, defined)
    built: Callable[..., Any] = defined["bind"](**called)
    built.__name__ = built.__qualname__ = op.name
    built.__doc__ = op.__doc__
    return built


def _text(op: Op, needs: tuple[bool, ...] | None) -> tuple[str, dict[str, Any]]:
    """Return the source, and the functions without a formula that it calls."""
    nodes = op.operands
    names = [f"{node}_data" for node in nodes]
    called: dict[str, Any] = {"op": op}

    def expression(function: Callable[..., Any], name: str, arguments: list[str]) -> str:
        written = formula_of(function, arguments)
        if written is None:
            called[name] = function
            return f"{name}({', '.join(arguments)})"
        return written

    value = expression(op.on_float, "on_float", names)
    partials = [
        expression(partial, f"partial_{index}", ["out", *names]) if needs is None or needs[index] else "None"
        for index, partial in enumerate(op.partials)
    ]
    arguments, dispatch = list(nodes), ""
    if needs is None:
        required = len(nodes) - len(op.defaults)
        arguments[required:] = [f"{node}={value!r}" for node, value in zip(nodes[required:], op.defaults)]
        if len(nodes) > 1:
            others = " or ".join(f"type({node}) is not Value" for node in nodes[1:])
            dispatch = f"    if {others}:\n        return apply(op, {', '.join(nodes)})\n"
    template = TEMPLATE if needs is None or any(needs) else TEMPLATE[: TEMPLATE.index("    if paused")] + LAST
    failed = (
        "return without_derivative(op, error, {nodes})"
        if needs is None
        else ("raise explain(op, error, ({numbers}), derivative=True) from None")
    )
    shown = {"numbers": ", ".join(names) + ",", "nodes": ", ".join(nodes) + ","}
    return template.format(
        name=op.name,
        arguments=", ".join(arguments),
        dispatch=dispatch,
        load="\n".join(f"    {name} = {node}._data" for node, name in zip(nodes, names)),
        failed=failed.format(**shown),
        **shown,
        value=f"checked({value}, op.name)" if op.is_defined else value,
        first_partial=partials[0],
        other_partials=_packed(partials[1:]),
        first=nodes[0],
        others=_packed(nodes[1:]),
    ), called


def _packed(texts: list[str]) -> str:
    """Write all operands but the first as the node's slot has them: None, one, or a tuple."""
    return "None" if not texts else texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
