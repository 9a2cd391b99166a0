"""Vector: rows of the table as NumPy expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..choice_ops import CHOICES
from ..ops import ELEMENTWISE, Op
from ..symbols import ATOM, COMPARISON, Symbol, is_infix, number
from .definitions import defined

NUMPY = (
    "abs", "sign", "exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sqrt", "square", "sin", "cos",
    "tan", "arcsin", "arccos", "arctan", "arctan2", "hypot", "sinh", "cosh", "tanh", "maximum", "minimum",
    "clip", "floor", "ceil",
)  # fmt: skip
PRIMITIVES = {name: f"np.{name}" for name in NUMPY} | {"round": "np.rint"}
DIRECT = {  # shorter and faster than the formula
    "relu": "np.maximum({0}, 0.0)",
    "softplus": "np.logaddexp({0}, 0.0)",
    "identity": "{0}",
}
# erf by its power series near 0, where it converges fast (Abramowitz and Stegun 7.1.6), and erfc by its
# continued fraction from 2 on, evaluated from the far end (7.1.14). The factors 2 / sqrt(pi) and
# 1 / sqrt(pi) are plain numbers, not NumPy's, so that arrays of float32 keep their dtype.
LIBRARY = {
    "erf_near": """def erf_near(x):
    term = total = x
    for n in range(1, 60):
        term = term * (2.0 * x * x / (2 * n + 1))
        total = total + term
    return 1.1283791670955126 * np.exp(-x * x) * total""",
    "erfc_far": """def erfc_far(x):
    tail = x
    for n in range(100, 0, -1):
        tail = x + n / 2 / tail
    return 0.5641895835477563 * np.exp(-x * x) / tail""",
    "erf": """def erf(x):
    far = np.sign(x) * (1.0 - erfc_far(np.maximum(np.abs(x), 2.0)))
    return np.where(np.abs(x) < 2.0, erf_near(np.clip(x, -2.0, 2.0)), far)""",
    "erfc": """def erfc(x):
    near, far = 1.0 - erf_near(np.clip(x, -2.0, 2.0)), erfc_far(np.maximum(np.abs(x), 2.0))
    return np.where(np.abs(x) < 2.0, near, np.where(x < 0.0, 2.0 - far, far))""",
    "logsumexp": """def logsumexp(x):
    largest = x.max(axis=-1, keepdims=True)
    largest = np.where(np.isinf(largest), 0.0, largest)
    return (largest + np.log(np.exp(x - largest).sum(axis=-1, keepdims=True)))[..., 0]""",
}
SHORT = 40  # characters; a shorter formula is written out instead of a call
_CALLED = re.compile(r"(?<![\w.])([a-z_]\w*)\(")


class Vector(Symbol):
    """A piece of a formula, in NumPy."""

    __slots__ = ()

    @classmethod
    def call(cls, name: str, operands: list[str]) -> str:
        """Write a row as a function call: one of NumPy's, or one of :func:`definitions`."""
        if name in DIRECT:
            return DIRECT[name].format(*operands)
        return f"{PRIMITIVES.get(name, name)}({', '.join(operands)})"

    @classmethod
    def choice(cls, test: str, yes: str, no: str) -> str:
        """Write a choice between two, element by element."""
        return f"np.where({test}, {yes}, {no})"

    @classmethod
    def _infix(cls, op: Op, x: Any, y: Any) -> Any:
        if op.name == "pow" and not isinstance(y, Symbol) and y != 1 and float(y).is_integer():
            return super()._infix(op, x, int(y))
        return super()._infix(op, x, y)

    @classmethod
    def _where(cls, condition: Any, x: Any, y: Any) -> Any:
        if not isinstance(x, Symbol) and not isinstance(y, Symbol) and x == y:
            return x
        return cls(cls.choice(text(condition), text(x), text(y)), ATOM)


def text(operand: Any) -> str:
    """Return the text of an operand, which may be a plain number."""
    return str(operand if isinstance(operand, Symbol) else number(operand))


def value(op: Any, operands: Sequence[Any]) -> Any:
    """Compute the value of a row on ``operands`` (symbols and numbers), as a symbol.

    Raise a ValueError if the row has no formula: its value uses a library or branches.
    """
    if op in CHOICES:
        left, right, yes, no = operands
        return Vector._where(comparison(op, left, right), yes, no)
    known = op.name in PRIMITIVES or op.name in LIBRARY or op.name in DIRECT
    if is_infix(op) and op.name != "abs":
        return op(*operands)
    if not known or op.is_defined:
        written = formula(op, operands)
        if len(str(written)) <= SHORT and not _CALLED.search(str(written).replace("np.", "")):
            return written
    return Vector(Vector.call(op.name, list(map(text, operands))), ATOM)


def comparison(op: Any, left: Any, right: Any) -> Vector:
    """Write the comparison of a choice."""
    return Vector(f"{_side(left)} {CHOICES[op]} {_side(right)}", COMPARISON)


def _side(operand: Any) -> str:
    return f"({operand})" if isinstance(operand, Symbol) and operand.binding <= COMPARISON else text(operand)


def formula(op: Any, operands: Sequence[Any]) -> Any:
    """Write out the row's value."""
    try:
        return op.on_float(*operands)
    except Exception as error:
        raise ValueError(f"the value of {op.name} has no formula to write as source: {error}") from None


def definitions(called: Iterable[str]) -> str:
    """Write the rows that a program calls by name, directly or not, as functions."""

    def write(name: str) -> str:
        if name in LIBRARY:
            return LIBRARY[name]
        operands = ELEMENTWISE[name].operands
        body = text(formula(ELEMENTWISE[name], list(map(Vector, operands))))
        return f"def {name}({', '.join(operands)}):\n    return {body}"

    return "\n\n\n".join(defined(called, write, calls))


def calls(source: str) -> set[str]:
    """Find the rows that a piece of source calls by name."""
    return {name for name in _CALLED.findall(source) if name in LIBRARY or name in ELEMENTWISE}


def words(source: str) -> set[str]:
    """Find the names in a piece of source."""
    return set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", source))
