"""Choices: handle comparisons with nan, and branches that are not taken.

A program computes both branches of every choice, then takes one of the two numbers. A branch not taken may be
undefined; that must reach neither the result nor the gradients. A nan that is compared must reach both.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..choice_ops import CHOICES, equal, less, less_equal, select
from ..elementary import sign
from ..ops import Op, neg, pow
from .code import GIVEN, Builder, Code, Instruction
from .term import Term, number_of

FAR = 64  # steps to search when checking whether one step passes on the nan of another

# A relation, the steps it asks about, one of the answers, and how many answers there are.
Outcome = tuple[str, tuple[int, ...], int, int]
Need = frozenset[frozenset[Outcome]]  # needed if all outcomes of any one of these sets hold
ALWAYS: Need = frozenset({frozenset()})
MANY = 8  # alternatives to tell apart; more count as unclear
UNCLEAR: Need = frozenset({frozenset({("?", (), 0, 2)})})


def choose(builder: Builder, op: Op, operands: Sequence[int], label: str | None = None) -> int:
    """Return the step of a choice that is nan if a number it compares is nan; a Value would have raised.

    A comparison with nan is false. So orient the choice to take a branch that passes the nan on; if neither
    does, add nan as a third branch.

    >>> from .code import PARAMETER
    >>> from .. import ops
    >>> builder = Builder()
    >>> w, zero = builder.add(PARAMETER, detail=0), builder.constant(0.0)
    >>> h = builder.add(ops.exp, (w,))
    >>> print(builder.code([choose(builder, less, (zero, h, h, zero))]))  # h if h > 0.0 else 0.0
    %0 = parameter 0
    %1 = constant 0.0
    %2 = exp %0
    %3 = where_less_equal %2 %1 %1 %2
    -> %3
    """
    left, right, yes, no = operands
    computed = [place for place in (left, right) if builder.steps[place].op not in GIVEN]
    if all([_passes_on(builder, no, place) for place in computed]):
        return builder.add(op, (left, right, yes, no), None, label)
    if op is not equal and all([_passes_on(builder, yes, place) for place in computed]):
        return builder.add(less_equal if op is less else less, (right, left, no, yes), None, label)
    nan = builder.constant(math.nan)
    if op is equal:
        no = builder.add(less, (left, right, no, builder.add(less, (right, left, no, nan))))
    else:
        no = builder.add(less_equal if op is less else less, (right, left, no, nan))
    return builder.add(op, (left, right, yes, no), None, label)


def _passes_on(builder: Builder, place: int, nan: int) -> bool:
    """Return whether a step is nan if step ``nan`` is, as far as a search of FAR steps shows."""
    seen: dict[int, bool] = {}

    def visit(place: int) -> bool:
        if place == nan:
            return True
        if place < nan or len(seen) >= FAR:
            return False
        if place not in seen:
            seen[place] = False
            step = builder.steps[place]
            if step.op in CHOICES:
                left, right, yes, no = step.operands
                seen[place] = visit(left) or visit(right) or visit(yes) and visit(no)
            elif step.op is not select and step.op is not pow and not getattr(step.op, "is_defined", False):
                seen[place] = any(map(visit, step.operands))
        return seen[place]

    return visit(place)


def needs(code: Code, gradients: bool = False) -> list[Need] | None:
    """Return when each step's number reaches an output: always or in some branches; None if all always do.

    With ``gradients``, return when a gradient reaches the step: a number that is only compared gets none.
    """
    steps = code.steps
    if not any([step.op in CHOICES or step.op is select for step in steps]):
        return None
    uses: list[set[frozenset[Outcome]]] = [set() for _ in steps]  # when each use of a step needs it
    found: list[Need] = [ALWAYS] * len(steps)
    for output in code.outputs:
        uses[output] |= ALWAYS
    for place in range(len(steps) - 1, -1, -1):
        step = steps[place]
        found[place] = need = _either(uses[place])
        if need and step.operands:
            for operand, outcome in list(zip(step.operands, outcomes(step)))[_asked(step) * gradients :]:
                uses[operand] |= need if outcome is None else _under(need, outcome)
    return found


def _asked(step: Instruction) -> int:
    """Return how many leading operands only decide which of the others is taken."""
    return 2 if step.op in CHOICES else 1 if step.op is select else 0


def outcomes(step: Instruction) -> list[Outcome | None]:
    """Return the outcome that each operand of a step is needed for; None if it always is."""
    operands = step.operands
    if step.op is select:
        index, count = operands[:1], len(operands) - 1
        return [None, *(("select", index, which, count) for which in range(count))]
    if step.op in CHOICES:
        # a <= b is the negation of b < a
        asked, sides = (operands[1::-1], (0, 1)) if step.op is less_equal else (operands[:2], (1, 0))
        relation = "==" if step.op is equal else "<"
        return [None, None, *((relation, asked, side, 2) for side in sides)]
    return [None] * len(operands)


def where_needed(gradient: Any, share: Any) -> Any:
    """Return a step's share of the gradient: 0 if the gradient is 0, whatever the local gradient."""
    return Term._apply(equal, gradient, 0.0, 0.0, share) if number_of(gradient) is None else share


def finite_where(op: Any, operands: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the operands that alone can make the result infinite; None if finite operands can too."""
    return operands[2:] if op in CHOICES else operands if op in (neg, sign) else None


def _under(need: Need, outcome: Outcome) -> Need:
    """Add the outcome to each alternative; drop alternatives that contradict it."""
    return frozenset([
        every | {outcome}
        for every in need
        if not any([other[:2] == outcome[:2] and other != outcome for other in every])
    ])  # fmt: skip


def _either(alternatives: set[frozenset[Outcome]]) -> Need:
    """Merge alternatives that differ in one outcome and together cover all of its answers."""
    while frozenset() not in alternatives:
        alike: dict[Any, set[frozenset[Outcome]]] = defaultdict(set)
        for every in alternatives:
            for outcome in every:
                relation, asked, _, count = outcome
                alike[every - {outcome}, relation, asked, count].add(every)
        complete = next((key for key, found in alike.items() if len(found) == key[-1]), None)
        if complete is None:
            return UNCLEAR if len(alternatives) > MANY else frozenset(alternatives)
        alternatives = alternatives - alike[complete] | {complete[0]}
    return ALWAYS
