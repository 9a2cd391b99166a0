"""JavaScript: scalar code as a function for a page, with the rows and the library of the stepping page.

>>> from autograd import activation_ops, ops
>>> print(value(activation_ops.softplus, [Scalar("h")]), "and", value(ops.pow, [Scalar("h"), 2.0]))
rows.softplus(h) and Math.pow(h, 2.0)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import ops
from ..choice_ops import CHOICES, select
from ..ops import Op
from ..symbols import ATOM, NEGATION, Symbol
from ..symbols import number as finite
from . import javascript
from .javascript import JavaScript as Scalar
from .python import MIRRORED, products

__all__ = ["MARK", "NOTHING", "WORDS", "Scalar", "value"]

# Keywords, and names that the generated programs use.
WORDS = {
    *"""arguments await break case catch class const continue debugger default delete do else enum
    eval export extends false finally for function if implements import in instanceof interface let new null
    package private protected public return static super switch this throw true try typeof var void while with
    yield Infinity Math NaN Number undefined library parameters rows""".split()
}
RELATIONS = {"<": "<", "<=": "<=", "==": "==="}
NOTHING = "null"
MARK = "//"


def number(value: float) -> Symbol:
    """Make a piece of a formula from a plain number, which may be infinite or nan."""
    if math.isnan(value):
        return Scalar("NaN", ATOM)
    if math.isinf(value):
        return Scalar("Infinity", ATOM) if value > 0 else Scalar("-Infinity", NEGATION)
    return finite(value)


def _text(operand: Any) -> str:
    return str(operand if isinstance(operand, Symbol) else number(operand))


def value(op: Any, operands: Sequence[Any]) -> str:
    """Write the value of a row on ``operands`` (symbols and numbers) as an expression.

    Raise a ValueError if the row has no formula: its value uses a library or branches.
    """
    operands = [number(x) if type(x) is float and not math.isfinite(x) else x for x in operands]
    if op in CHOICES:
        left, right, yes, no = operands
        relation = CHOICES[op]
        if not isinstance(left, Symbol):
            left, right, relation = right, left, MIRRORED[relation]
        test = f"{_text(left)} {RELATIONS.get(relation, relation)} {_text(right)}"
        return f"{test} ? {_text(yes)} : {_text(no)}"
    if op is select:
        return f"[{', '.join(map(_text, operands[1:]))}][{_text(operands[0])}]"
    if op.name in ("sum", "dot") and not isinstance(op, Op):
        terms = operands if op.name == "sum" else products(operands)
        return " + ".join([_place(term) for term in terms])
    if op.name in javascript.PRIMITIVES and not getattr(op, "is_defined", False):
        return javascript.value(op, operands)
    known: Any = ops.ELEMENTWISE.get(op.name)
    if op is known and op.name not in ops.OPERATORS:
        text = Scalar.call(op.name, list(map(_text, operands)))
        javascript.definitions(text)  # a ValueError if it has no formula
        return text
    return javascript.value(op, operands)


def _place(term: Any) -> str:
    text = _text(term)
    return f"({text})" if text.startswith("-") else text


def assigned(name: str, value: str) -> str:
    """Write a line that gives a value a name."""
    return f"const {name} = {value};"


def listed(parts: Iterable[str]) -> str:
    """Write a list."""
    return f"[{', '.join(parts)}]"


def answered(parts: Sequence[str]) -> str:
    """Write the line that returns one thing, or several as a list."""
    return f"return {parts[0] if len(parts) == 1 else listed(parts)};"


def function(name: str, arguments: Sequence[str], body: Sequence[str]) -> str:
    """Write a function."""
    lines = "\n".join([f"  {line}" for line in body])
    return f"function {name}({', '.join(arguments)}) {{\n{lines}\n}}\n"


def complete(text: str, statements: Sequence[str], rows: Mapping[str, Any]) -> str:
    """Put the rows, and the library if needed, before the program that calls them."""
    lines = "\n".join(statements)
    defined = javascript.definitions(lines)
    library = javascript.LIBRARY if "library." in defined + lines else ""
    return "\n".join([part for part in (library + defined, text) if part])
