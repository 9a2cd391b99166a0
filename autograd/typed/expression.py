"""Typed expressions: Python's arithmetic on names, read (:mod:`~autograd.typed.reading`), never run as code.

An expression has numbers, names, ``+ - * / **`` (also written ``− × · ÷ ^``), parentheses, the constants
``pi`` and ``e``, and the functions of the package, including those that users defined. Anything else is an
:class:`ExpressionError` that points at it.

>>> from autograd import Value
>>> w, x = Value(-3.0, "w"), Value(2.0, "x")
>>> build("tanh(w * x + 6) - 1", {"w": w, "x": x}).data, evaluate("1 - o**2", {"o": 0.5})
(-1.0, 0.75)
>>> parse("w * x + os.system")
Traceback (most recent call last):
autograd.typed.reading.ExpressionError:
w * x + os.system
        ^ attributes are not part of an expression; use numbers, names, + - * / ** and functions such as tanh
"""

from __future__ import annotations

import keyword
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .. import ops, rows
from ..value import Value, constant, nary
from .grammar import CONSTANTS, LONGEST, Row, functions
from .reading import ExpressionError, Part, Refused, explained, phrases, read


@dataclass(frozen=True)
class Expression:
    """A parsed expression: its text, and its parts in the order of evaluation.

    Operands come before their operation (postfix), so a sum of a thousand terms nests no deeper than a sum
    of two.

    >>> [part.what for part in parse("w * x").parts], parse("w * x + x").names
    (['w', 'x', <op mul>], ('w', 'x'))
    """

    text: str
    parts: tuple[Part, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in order of first use, including ``pi`` and ``e``, which need no value."""
        return tuple(dict.fromkeys(part.what for part in self.parts if isinstance(part.what, str)))

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """Evaluate it with ``values`` for the names: numbers, or Values, which build a graph."""
        stack: list[Any] = []
        for column, what, operands in self.parts:
            if isinstance(what, str):
                if what not in values and what not in CONSTANTS:
                    raise explained(Refused("no name", column, what), self.text, values)
                stack.append(values[what] if what in values else CONSTANTS[what])
            elif isinstance(what, float):
                stack.append(what)
            else:
                first = len(stack) - operands
                try:
                    stack[first:] = [_apply(what, stack[first:])]
                except (ArithmeticError, ValueError, TypeError) as error:
                    raise ExpressionError(str(error), self.text, column) from None
        return stack[0]


def _apply(row: Row, operands: list[Any]) -> Any:
    if isinstance(row, ops.Op):
        result = row(*operands)
    elif any(isinstance(operand, Value) for operand in operands):
        result = nary(row, operands)
    else:
        result = row.on_float(*operands)
    if not math.isfinite(_number(result)):
        raise rows.explain(row, OverflowError(), tuple(map(_number, operands)))
    return result


def _number(operand: Any) -> float:
    return float(operand.data if isinstance(operand, Value) else operand)


def parse(text: str, names: Collection[str] | None = None) -> Expression:
    """Parse an expression. If ``names`` are given, any other name (except ``pi`` and ``e``) is an error.

    A name may be any text, such as ``w0,1`` or ``layer 1``. A name that is itself arithmetic of other names
    is read as arithmetic: if ``x``, ``w`` and ``x*w`` are names, ``x*w**2`` is still x * (w**2).

    >>> parse("2 * w0,1", ["w0,1"]).names
    ('w0,1',)
    """
    if not isinstance(text, str):
        raise TypeError(f"parse: got {text!r}; expected an expression as text")
    known = _AnyWord() if names is None else dict.fromkeys(names)
    try:
        return Expression(text, read(text, known, phrases(known, text[:LONGEST])))
    except Refused as refused:
        raise explained(refused, text, known) from None


class _AnyWord(tuple[str, ...]):
    """The names when any word may be one, except functions and Python's keywords."""

    def __contains__(self, word: object) -> bool:
        return word not in functions() and not keyword.iskeyword(str(word))


def build(text: str, values: Mapping[str, Value], out: str | None = None) -> Value:
    """Build the graph of an expression on ``values``, and label its root ``out`` unless it is one of them.

    >>> x = Value(3.0, "x")
    >>> build("x * x + 1", {"x": x}, out="y")
    Value(10, label='y', op=add)
    """
    root = parse(text, values)(values)
    if not isinstance(root, Value):
        return constant(root)
    if out and root.parents:
        root.label = out
    return root


def evaluate(text: str, values: Mapping[str, float]) -> float:
    """Compute the number that an expression stands for.

    >>> evaluate("upstream * cos(x)", {"upstream": 2.0, "x": 0.0})
    2.0
    """
    return float(parse(text, values)(values))
