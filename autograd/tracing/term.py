"""Terms: stand-ins for numbers that turn a row's partial derivative into steps of code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..choice_ops import equal, less, less_equal
from ..nary_ops import NaryOp
from ..ops import Op


class Term:
    """A step of an unfinished program that can be computed with.

    >>> from .code import PARAMETER, Builder
    >>> builder = Builder()
    >>> x = Term(builder, builder.add(PARAMETER, detail=0))
    >>> slope = ops.tanh.partials[0](ops.tanh(x), x)
    >>> print(builder.code([slope.place]))
    %0 = parameter 0
    %1 = tanh %0
    %2 = mul %1 %1
    %3 = constant 1.0
    %4 = sub %3 %2
    -> %4
    """

    __slots__ = ("builder", "place")
    __array_ufunc__ = None

    def __init__(self, builder: Any, place: int) -> None:
        self.builder, self.place = builder, place

    def __bool__(self) -> bool:
        raise TypeError("a term is neither true nor false: use autograd.where in place of a branch")

    @staticmethod
    def _apply(op: Op, *operands: Any) -> Any:
        same = unchanged(op, operands)
        if same is not None:
            return same
        return next(operand for operand in operands if isinstance(operand, Term)).made(op, operands)

    def made(self, op: Any, operands: Sequence[Any]) -> Any:
        """Apply a row of the table to terms and numbers, as a step of the same program."""
        builder = self.builder
        return Term(builder, builder.apply(op, [place_of(builder, operand) for operand in operands]))

    @staticmethod
    def _where(condition: Any, x: Any, y: Any) -> Any:
        if not isinstance(condition, Test):
            raise TypeError(f"where: got {condition!r} for the condition; expected a comparison")
        if _are_same(x, y):
            return x
        known = number_of(condition.left), number_of(condition.right)
        if None not in known:
            return x if condition.row.on_float(*known, 1.0, 0.0) else y
        return Term._apply(condition.row, condition.left, condition.right, x, y)

    def _equal(self, other: Any) -> Any:
        return Test(equal, self, other)

    def __lt__(self, other: Any) -> Any:
        return Test(less, self, other)

    def __le__(self, other: Any) -> Any:
        return Test(less_equal, self, other)

    def __gt__(self, other: Any) -> Any:
        return Test(less, other, self)

    def __ge__(self, other: Any) -> Any:
        return Test(less_equal, other, self)


class Test:
    """A comparison of terms, for :func:`autograd.where`."""

    __slots__ = ("row", "left", "right")

    def __init__(self, row: Op, left: Any, right: Any) -> None:
        self.row, self.left, self.right = row, left, right

    def __bool__(self) -> bool:
        raise TypeError("a comparison of terms is neither true nor false: use autograd.where, not a branch")

    _where = staticmethod(Term._where)


def _install(op: Op, method: str) -> None:
    setattr(Term, f"__{method}__", lambda self, *others: Term._apply(op, self, *others))
    setattr(Term, f"__r{method}__", lambda self, other: Term._apply(op, other, self))


for _name, _method in ops.OPERATORS.items():
    _install(ops.ELEMENTWISE[_name], _method)


def number_of(operand: Any) -> float | None:
    """Return the number of a constant, given as a float or a term; None for anything else."""
    if not isinstance(operand, Term):
        return None if isinstance(operand, np.ndarray) else float(operand)
    return operand.builder.number_of(operand.place)


def _are_same(x: Any, y: Any) -> bool:
    if isinstance(x, Term) and isinstance(y, Term) and x.place == y.place:
        return True
    number = number_of(x)
    return number is not None and number == number_of(y)


def unchanged(op: Op | NaryOp, operands: Any) -> Any:
    """Return the operand x of 1 * x, x / 1, x + 0 or x ** 1, which leave it as it is; else None."""
    if len(operands) != 2 or op not in (ops.mul, ops.div, ops.pow, ops.add, ops.sub):
        return None
    x, y = operands
    neutral = 0.0 if op in (ops.add, ops.sub) else 1.0
    if number_of(y) == neutral:
        return x
    if op in (ops.mul, ops.add) and number_of(x) == neutral:
        return y
    return None


def place_of(builder: Any, operand: Any) -> int:
    """Return the step of a term, or of a number as a constant."""
    return operand.place if isinstance(operand, Term) else builder.constant(operand)
