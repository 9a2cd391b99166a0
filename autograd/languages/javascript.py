"""JavaScript: symbols that write rows of the table for a browser.

A row's value and partial derivatives, called with these symbols, are expressions in JavaScript. So a page
computes what the table says, and nothing is written twice.

>>> from autograd import activation_ops, kinds, ops
>>> x, out = JavaScript("x"), JavaScript("out")
>>> print(ops.tanh.partials[0](out, x), "and", x ** 2.0, "and", kinds.where(x > 0.0, x, 0.0))
1.0 - out * out and Math.pow(x, 2.0) and x > 0.0 ? x : 0.0
>>> print(value(activation_ops.softplus, [x]))
(x > 0.0 ? x : 0.0) + Math.log1p(Math.exp(-Math.abs(x)))
>>> print(definitions("rows.silu(x)"))
const rows = {
  sigmoid: (x) => (x >= 0.0 ? 1.0 : Math.exp(-Math.abs(x))) / (1.0 + Math.exp(-Math.abs(x))),
  silu: (x) => x * rows.sigmoid(x),
};
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..symbols import ATOM, Symbol, number
from .definitions import defined

# Functions that a row's value calls directly, and their names in JavaScript. What Math lacks is in LIBRARY.
MATH = (
    "abs", "sign", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "pow", "sin", "cos", "tan",
    "sinh", "cosh", "tanh", "hypot", "floor", "ceil", "max", "min",
)  # fmt: skip
ARCS = {"arcsin": "Math.asin", "arccos": "Math.acos", "arctan": "Math.atan", "arctan2": "Math.atan2"}
LACKING = ("erf", "erfc", "logsumexp")
PRIMITIVES = {name: f"Math.{name}" for name in MATH} | ARCS | {name: f"library.{name}" for name in LACKING}
PRIMITIVES["largest"] = "Math.max"  # takes any number of operands

# erf by its power series near 0, where it converges fast (Abramowitz and Stegun 7.1.6), erfc by its continued
# fraction from 2.5 on, evaluated from the far end (7.1.14); both to a few units in the last place of erf's 1.
LIBRARY = """\
const library = {
  erf(x) {
    if (Math.abs(x) >= 2.5) return Math.sign(x) * (1 - library.erfc(Math.abs(x)));
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  },
  erfc(x) {
    if (x < 2.5) return 1 - library.erf(x);
    let tail = x;
    for (let n = 60; n > 0; n--) tail = x + n / 2 / tail;
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
  },
  logsumexp(...xs) {
    const largest = Math.max(...xs);
    if (!Number.isFinite(largest)) return largest;
    return largest + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - largest), 0));
  },
};
"""
_CALLED = re.compile(r"\brows\.(\w+)")


class JavaScript(Symbol):
    """A piece of a formula, in JavaScript."""

    __slots__ = ()

    EQUAL = "==="

    @classmethod
    def call(cls, name: str, operands: list[str]) -> str:
        """Write a row as a function call: JavaScript's own, or one of :func:`definitions`."""
        return f"{PRIMITIVES.get(name, f'rows.{name}')}({', '.join(operands)})"

    @classmethod
    def choice(cls, test: str, yes: str, no: str) -> str:
        """Write a choice between two by a condition."""
        return f"{test} ? {yes} : {no}"

    @classmethod
    def _infix(cls, op: ops.Op, x: Any, y: Any) -> Any:
        if op.name != "pow":  # JavaScript's own ** refuses -x ** 2
            return super()._infix(op, x, y)
        if not isinstance(y, Symbol) and y == 1:
            return x
        return cls(
            cls.call("pow", [str(part if isinstance(part, Symbol) else number(part)) for part in (x, y)]),
            ATOM,
        )


def value(op: Any, operands: Sequence[Any]) -> str:
    """Write the value of a row on ``operands`` (symbols and numbers) as an expression.

    Raise a ValueError if the row has no formula: its value uses a library or branches.
    """
    if op.name in PRIMITIVES and not getattr(op, "is_defined", False):
        operands = [operand if isinstance(operand, Symbol) else number(operand) for operand in operands]
        return JavaScript.call(op.name, list(map(str, operands)))
    try:
        return expression(op.on_float(*operands))
    except Exception as error:
        raise ValueError(
            f"the value of {op.name} has no formula that a page could compute with: {error}"
        ) from None


def expression(written: Any) -> str:
    """Write what a row returned for symbols, or a plain number, as text."""
    return str(written if isinstance(written, Symbol) else number(written))


def definitions(program: str) -> str:
    """Write the rows that ``program`` calls as ``rows.name``, directly or not, as functions."""

    def write(name: str) -> str:
        operands = operand_names(ops.ELEMENTWISE[name])
        body = value(ops.ELEMENTWISE[name], list(map(JavaScript, operands)))
        return f"  {name}: ({', '.join(operands)}) => {body},\n"

    functions = "".join(defined(_CALLED.findall(program), write, _CALLED.findall))
    return f"const rows = {{\n{functions}}};" if functions else ""


def complete(program: str) -> str:
    """Put the rows, and the library if needed, before the program that calls them."""
    rows = definitions(program)
    library = LIBRARY if "library." in rows + program else ""
    return f"{library}{rows}\n{program}"


def operand_names(op: ops.Op) -> list[str]:
    """Return names for the operands; the row's own may be keywords of JavaScript."""
    count = len(op.partials)
    return list("xyz"[:count]) if count <= 3 else [f"x{position}" for position in range(1, count + 1)]
