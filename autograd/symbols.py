"""Symbols: a kind of number that writes down its own formula.

A row's partial derivative, called with symbols in place of numbers, returns its own formula as text.
Steps print that text, and :mod:`autograd.value` compiles it into Value's methods.

>>> from autograd import kinds, ops
>>> x, out = Symbol("x"), Symbol("out")
>>> print(ops.tanh.partials[0](out, x))
1.0 - out * out
>>> print((x + 1.0) * x / out, "and", -(x**2), "and", kinds.where(x > 0.0, 1.0, 0.0))
(x + 1.0) * x / out and -x ** 2 and 1.0 if x > 0.0 else 0.0
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from . import ops
from .checks import whole, wrong

# Precedence of each form: an operand that binds less tightly than its place requires gets parentheses.
CONDITIONAL, COMPARISON, SUM, PRODUCT, NEGATION, POWER, ATOM = range(7)
OPERATORS = re.compile(r"[\s+\-*/<>=]")  # a label with one of these gets parentheses
BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER}


class Symbol:
    """A piece of a formula: its text, and the precedence of its outermost operation."""

    __slots__ = ("text", "binding")
    __array_ufunc__ = None  # a NumPy number on the left leaves the operation to us

    def __init__(self, text: str, binding: int | None = None) -> None:
        if not isinstance(text, str):
            raise wrong(text, "text", "Symbol", "a piece of a formula, as a string")
        self.text = text
        if binding is None:
            binding = CONDITIONAL if OPERATORS.search(text) else ATOM
        self.binding = whole(binding, "binding", "Symbol", CONDITIONAL, ATOM)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Symbol({self.text!r})"

    def __bool__(self) -> bool:
        raise TypeError(
            f"the symbol {self.text} is neither true nor false: use autograd.where instead of a branch"
        )

    # The syntax of this language; another one (:mod:`autograd.languages`) overrides these three.

    EQUAL = "=="

    @classmethod
    def call(cls, name: str, operands: list[str]) -> str:
        """Write a row as a function call."""
        return f"{name}({', '.join(operands)})"

    @classmethod
    def choice(cls, test: str, yes: str, no: str) -> str:
        """Write a choice between two by a condition."""
        return f"{yes} if {test} else {no}"

    @classmethod
    def _apply(cls, op: ops.Op, *operands: Any) -> Any:
        if is_infix(op):
            return cls._infix(op, *operands) if len(operands) == 2 else cls._negated(*operands)
        return cls(cls.call(op.name, [_place(operand, CONDITIONAL) for operand in operands]), ATOM)

    @classmethod
    def _infix(cls, op: ops.Op, x: Any, y: Any) -> Any:
        # Leave out what changes nothing: 1.0 * x, x ** 1.0, and the 0 that Python's sum starts from.
        symbol = op.symbol
        if symbol == "*" and _is_one(x) or symbol == "+" and type(x) is int and x == 0:
            return y
        if symbol in ("*", "/", "**") and _is_one(y):
            return x
        binding = BINDING[symbol]
        left, right = (binding + 1, NEGATION) if symbol == "**" else (binding, binding + 1)
        return cls(f"{_place(x, left)} {symbol} {_place(y, right)}", binding)

    @classmethod
    def _negated(cls, x: Any) -> Any:
        return cls(f"-{_place(x, POWER)}", NEGATION)

    @classmethod
    def _where(cls, condition: Any, x: Any, y: Any) -> Any:
        if isinstance(condition, bool):  # a comparison of known numbers
            return x if condition else y
        if x is y or not isinstance(x, Symbol) and not isinstance(y, Symbol) and x == y:
            return x
        test, yes, no = _place(condition, COMPARISON), _place(x, COMPARISON), _place(y, CONDITIONAL)
        return cls(cls.choice(test, yes, no), CONDITIONAL)

    def _compare(self, relation: str, other: Any) -> Symbol:
        return type(self)(f"{_place(self, SUM)} {relation} {_place(other, SUM)}", COMPARISON)

    def _equal(self, other: Any) -> Symbol:
        return self._compare(self.EQUAL, other)

    def __lt__(self, other: Any) -> Symbol:
        return self._compare("<", other)

    def __le__(self, other: Any) -> Symbol:
        return self._compare("<=", other)

    def __gt__(self, other: Any) -> Symbol:
        return self._compare(">", other)

    def __ge__(self, other: Any) -> Symbol:
        return self._compare(">=", other)


def _install_operator(name: str, method: str) -> None:
    row = ops.ELEMENTWISE.__getitem__  # looked up when called: abs is defined after this class
    setattr(Symbol, f"__{method}__", lambda self, *others: type(self)._apply(row(name), self, *others))
    setattr(Symbol, f"__r{method}__", lambda self, other: type(self)._apply(row(name), other, self))


for _name, _method in ops.OPERATORS.items():
    _install_operator(_name, _method)


def is_infix(op: ops.Op) -> bool:
    """Tell whether formulas write the operation with its symbol, not as a call."""
    return op.symbol in BINDING and op.name in ops.OPERATORS


def _place(operand: Any, binding: int) -> str:
    """Return the operand's text, in parentheses if it binds less tightly than its place requires."""
    if not isinstance(operand, Symbol):
        operand = number(operand)
    return operand.text if operand.binding >= binding else f"({operand.text})"


def number(value: Any) -> Symbol:
    """Make a piece of a formula from a plain number; inf and nan, which no formula has, are ValueErrors."""
    if type(value) is not int:
        value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"a formula cannot write the number {value}")
    return Symbol(repr(value), NEGATION if value < 0 else ATOM)


def _is_one(operand: Any) -> bool:
    return not isinstance(operand, Symbol) and operand == 1


def formula_of(function: Callable[..., Any], arguments: list[str]) -> str | None:
    """Return what a function computes, as text; None if it branches, calls a library, or has no formula."""
    try:
        written = function(*map(Symbol, arguments))
        return str(written if isinstance(written, Symbol) else number(written))
    except Exception:
        return None
