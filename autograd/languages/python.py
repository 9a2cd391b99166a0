"""Python: scalar code as source text that needs only ``math``.

>>> from autograd import activation_ops, ops
>>> print(value(activation_ops.softplus, [Scalar("h")]), "and", value(ops.relu, [Scalar("h")]))
softplus(h) and 0.0 if h <= 0.0 else h
>>> print(definitions({"softplus"}, ops.ELEMENTWISE))
def softplus(x):
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-abs(x)))
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from ..choice_ops import CHOICES, select
from ..ops import Op
from ..symbols import ATOM, NEGATION, Symbol, is_infix
from ..symbols import number as finite
from .definitions import defined

MATH = (
    "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "hypot", "erf", "erfc",
)  # fmt: skip
ARCS = {"arcsin": "math.asin", "arccos": "math.acos", "arctan": "math.atan", "arctan2": "math.atan2"}
OTHERS = {"abs": "abs", "max": "largest", "min": "smallest"}
PRIMITIVES = {name: f"math.{name}" for name in MATH} | ARCS | OTHERS
EXTREME = """def {}(*xs):
    found = xs[0]
    for x in xs:
        if x {} found or x != x:
            found = x
    return found"""
LIBRARY = {
    "largest": EXTREME.format("largest", ">"),
    "smallest": EXTREME.format("smallest", "<"),
    "sign": "def sign(x):\n    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x + 0.0",
    "logsumexp": (
        "def logsumexp(*xs):\n    largest = max(xs)\n    if math.isinf(largest):\n"
        "        return next((x for x in xs if x != x), largest)\n"
        "    return largest + math.log(math.fsum(math.exp(x - largest) for x in xs))"
    ),
}
# Keywords, and names that the generated programs use.
WORDS = {*keyword.kwlist, *LIBRARY, "math", "parameters", "abs", "float", "int", "max", "sum", "range"}
SHORT = 32  # characters; a shorter formula is written out instead of a call
MANY = 50  # terms; a longer sum is a call, which the compiler does not nest
MIRRORED = {"<": ">", "<=": ">=", "==": "=="}
_CALLED = re.compile(r"(?<![\w.])([^\W\d]\w*)\(")
NOTHING = "None"  # stands for no gradient
MARK = "#"  # begins a comment


class Scalar(Symbol):
    """A piece of a formula in Python, with the functions of ``math``."""

    __slots__ = ()

    @classmethod
    def call(cls, name: str, operands: list[str]) -> str:
        """Write a row as a function call: one of ``math``, or one of :func:`definitions`."""
        return f"{PRIMITIVES.get(name, name)}({', '.join(operands)})"

    @classmethod
    def _infix(cls, op: Op, x: Any, y: Any) -> Any:
        if op.name != "pow" or (not isinstance(y, Symbol) and y == 1):
            return super()._infix(op, x, y)
        if not isinstance(y, Symbol) and float(y).is_integer() and abs(y) < 1e6:
            return super()._infix(op, x, int(y))
        # for a negative base, Python's own ** makes a complex number
        return cls(f"math.pow({_text(x)}, {_text(y)})", ATOM)


def number(value: float) -> Symbol:
    """Make a piece of a formula from a plain number, which may be infinite or nan."""
    if math.isnan(value):
        return Scalar("math.nan", ATOM)
    if math.isinf(value):
        return Scalar("math.inf", ATOM) if value > 0 else Scalar("-math.inf", NEGATION)
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
        return f"{_text(yes)} if {_text(left)} {relation} {_text(right)} else {_text(no)}"
    if op is select:
        return f"({', '.join(map(_text, operands[1:]))},)[int({_text(operands[0])})]"
    if op.name in ("sum", "dot") and not isinstance(op, Op):
        terms = operands if op.name == "sum" else products(operands)
        if len(terms) > MANY:
            return f"sum(({', '.join(map(_text, terms))}))"
        return _text(sum(terms[1:], terms[0]))
    if isinstance(op, Op) and is_infix(op) and not op.is_defined:
        return _text(op(*operands))
    if op.name in LIBRARY or op.name in PRIMITIVES and not getattr(op, "is_defined", False):
        return Scalar.call(op.name, list(map(_text, operands)))
    if _is_short(op):
        return _formula(op, operands)
    return Scalar.call(op.name, list(map(_text, operands)))


def products(operands: Sequence[Any]) -> list[Any]:
    """List the terms of a dot product."""
    half = len(operands) // 2
    return [x * y for x, y in zip(operands[:half], operands[half:])]


@cache
def _is_short(op: Op) -> bool:
    formula = _formula(op, list(map(Scalar, op.operands)))
    return len(formula) <= SHORT and not _CALLED.search(formula.replace("math.", ""))


def _formula(op: Any, operands: Sequence[Any]) -> str:
    try:
        return _text(op.on_float(*operands))
    except Exception as error:
        raise ValueError(
            f"the value of {op.name} has no formula to write as source ({error}): write it with "
            "arithmetic and the functions of autograd, and where() for a branch"
        ) from None


def definitions(called: Iterable[str], rows: Mapping[str, Any]) -> str:
    """Write those of ``rows`` that a program calls by name, directly or not, as functions."""

    def write(name: str) -> str:
        if name in LIBRARY:
            return LIBRARY[name]
        operands = rows[name].operands
        formula = _formula(rows[name], list(map(Scalar, operands)))
        return f"def {name}({', '.join(operands)}):\n    return {formula}"

    return "\n\n\n".join(defined(called, write, lambda text: calls(text, rows)))


def calls(text: str, rows: Mapping[str, Any]) -> set[str]:
    """Find those of ``rows`` that a piece of source calls by name."""
    return {name for name in _CALLED.findall(text) if name in LIBRARY or name in rows} - {"abs"}


def assigned(name: str, value: str) -> str:
    """Write a line that gives a value a name."""
    return f"{name} = {value}"


def listed(parts: Iterable[str]) -> str:
    """Write a list."""
    return f"[{', '.join(parts)}]"


def answered(parts: Sequence[str]) -> str:
    """Write the line that returns one thing or several."""
    return f"return {', '.join(parts)}"


def function(name: str, arguments: Sequence[str], body: Sequence[str]) -> str:
    """Write a function."""
    lines = "\n".join([f"    {line}" for line in body])
    return f"def {name}({', '.join(arguments)}):\n{lines}\n"


def complete(text: str, statements: Sequence[str], rows: Mapping[str, Callable[..., Any]]) -> str:
    """Put what the program needs before it: the rows that its statements call, and ``math``."""
    helpers = definitions(set().union(*(calls(line, rows) for line in statements)), rows)
    return "\n\n\n".join([part for part in ("import math", helpers, text) if part])
