"""Rows that choose one of two numbers by a comparison, or one of several by a whole number.

A traced program has these in the places where eager code compares numbers and takes one: see
:func:`autograd.where` and :func:`autograd.take`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import kinds
from .kinds import where
from .nary_ops import NaryOp
from .ops import Op


def _choice(name: str, symbol: str, holds: Callable[[Any, Any], Any]) -> Op:
    """Make the row of a choice by comparison: (left, right, yes, no). The sides compared get no gradient."""

    def choose(left: Any, right: Any, yes: Any, no: Any) -> Any:
        return where(holds(left, right), yes, no)

    return Op(
        f"where_{name}", f"where{symbol}", choose, choose,
        (
            lambda out, left, right, yes, no: 0.0,
            lambda out, left, right, yes, no: 0.0,
            lambda out, left, right, yes, no: choose(left, right, 1.0, 0.0),
            lambda out, left, right, yes, no: choose(left, right, 0.0, 1.0),
        ),
    )  # fmt: skip


less = _choice("less", "<", lambda left, right: left < right)
less_equal = _choice("less_equal", "<=", lambda left, right: left <= right)
equal = _choice("equal", "==", lambda left, right: kinds.equal(left, right))
CHOICES = {less: "<", less_equal: "<=", equal: "=="}

# One of several by a whole number: (index, number 0, number 1, ...).
select = NaryOp(
    "select", "select",
    lambda index, *numbers: numbers[int(index)],
    lambda out, index, *numbers: (
        0.0, *(where(kinds.equal(index, float(i)), 1.0, 0.0) for i in range(len(numbers)))
    ),
    examples=(
        lambda draw: ((0, draw(), draw(), draw()), {}), lambda draw: ((2, draw(), draw(), draw()), {}),
        lambda draw: ((0, draw()), {}),
    ),
)  # fmt: skip
