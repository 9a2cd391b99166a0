"""Python: code of scalars as source text that runs with ``math`` alone.

>>> from autograd import ops
>>> print(value(ops.softplus, [Scalar("h")]), "and", value(ops.relu, [Scalar("h")]))
softplus(h) and h if h > 0.0 else 0.0
>>> print(definitions({"softplus"}))
def softplus(x):
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-abs(x)))
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..ops import CONSTANT, ELEMENTWISE, Op
from ..symbols import ATOM, POWER, Symbol, is_infix, number
from .code import CHOICES, GIVEN, Code, Step, select
from .names import identifier

MATH = ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh", "erf", "erfc")
PRIMITIVES = {name: f"math.{name}" for name in MATH} | {"abs": "abs"}
LIBRARY = {
    "sign": "def sign(x):\n    return float((x > 0.0) - (x < 0.0))",
    "logsumexp": (
        "def logsumexp(*xs):\n    largest = max(xs)\n    if math.isinf(largest):\n        return largest\n"
        "    return largest + math.log(math.fsum(math.exp(x - largest) for x in xs))"
    ),
}
SHORT = 32  # characters of a formula that is written out in place of a call
_CALLED = re.compile(r"(?<![\w.])([a-z_]\w*)\(")


class Scalar(Symbol):
    """A piece of a formula, in Python with the functions of ``math``."""

    __slots__ = ()

    @classmethod
    def call(cls, name: str, operands: list[str]) -> str:
        """A row as a function: one of ``math``, or one of :func:`definitions`."""
        return f"{PRIMITIVES.get(name, name)}({', '.join(operands)})"

    @classmethod
    def _infix(cls, op: Op, x: Any, y: Any) -> Any:
        if op.name != "pow" or (not isinstance(y, Symbol) and y == 1):
            return super()._infix(op, x, y)
        if not isinstance(y, Symbol) and float(y).is_integer():
            return super()._infix(op, x, int(y))
        # of a negative base, Python's own ** makes a complex number
        return cls(f"math.pow({_text(x)}, {_text(y)})", ATOM)


def _text(operand: Any) -> str:
    return str(operand if isinstance(operand, Symbol) else number(operand))


def value(op: Any, operands: Sequence[Any]) -> str:
    """The value of a row on ``operands`` (symbols and numbers), as an expression.

    ValueError where the row has no formula: its value was defined with a library or with branches.
    """
    if op in CHOICES:
        left, right, yes, no = map(_place, operands)
        return f"{yes} if {left} {CHOICES[op]} {right} else {no}"
    if op is select:
        return f"({', '.join(map(_text, operands[1:]))},)[int({_text(operands[0])})]"
    if op.name == "sum":
        return str(sum(operands[1:], operands[0]))
    if op.name == "dot":
        half = len(operands) // 2
        products = [x * y for x, y in zip(operands[:half], operands[half:])]
        return str(sum(products[1:], products[0]))
    if isinstance(op, Op) and is_infix(op):
        return _text(op(*operands))
    if op.name in PRIMITIVES and not op.is_defined:
        return Scalar.call(op.name, list(map(_text, operands)))
    if op.name not in LIBRARY:
        formula = _formula(op, operands)
        if len(formula) <= SHORT and not _CALLED.search(formula.replace("math.", "")):
            return formula
    return Scalar.call(op.name, list(map(_text, operands)))


def _place(operand: Any) -> str:
    text = _text(operand)
    return f"({text})" if " if " in text else text


def _formula(op: Any, operands: Sequence[Any]) -> str:
    try:
        return _text(op.on_float(*operands))
    except Exception as error:
        raise ValueError(f"the value of {op.name} has no formula that source could have: {error}") from None


def definitions(called: Iterable[str]) -> str:
    """The rows that a program calls by name, and those that these call, as functions."""
    found: dict[str, str] = {}

    def define(names: Iterable[str]) -> None:
        for name in sorted(names):
            if name in found:
                continue
            found[name] = ""
            if name in LIBRARY:
                text = LIBRARY[name]
            else:
                op = ELEMENTWISE[name]
                operands = op.operands
                text = f"def {name}({', '.join(operands)}):\n    return {_formula(op, list(map(Scalar, operands)))}"
                define(calls(text.split("\n", 1)[1]))
            found.pop(name)
            found[name] = text

    define(called)
    return "\n\n\n".join(found.values())


def calls(text: str) -> set[str]:
    """The rows that a piece of source calls by name."""
    return {name for name in _CALLED.findall(text) if name in LIBRARY or name in ELEMENTWISE} - {"abs"}


def operands_of(code: Code, step: Step, names: list[str]) -> list[Any]:
    """The operands of a step as pieces of a formula: names, and numbers where they are constants."""
    return [
        code.steps[operand].detail if code.steps[operand].op is CONSTANT else Scalar(names[operand], ATOM)
        for operand in step.operands
    ]


def statements(code: Code, names: list[str]) -> list[str]:
    """One line a step, in the order of the walk; labels that are no names stand behind as comments."""
    lines = []
    for step, name in zip(code.steps, names):
        if step.op in GIVEN:
            continue
        lines.append(f"{name} = {value(step.op, operands_of(code, step, names))}{comment(step)}")
    return lines


def comment(step: Step) -> str:
    """The label of a step, where it is no name."""
    return f"  # {step.label}" if step.label and identifier(step.label) != step.label else ""


def result(code: Code, place: int, names: list[str]) -> str:
    """An output as an expression: the name of its step, or a constant's number."""
    step = code.steps[place]
    return _text(step.detail) if step.op is CONSTANT else names[place]
