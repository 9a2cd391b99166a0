"""Passes: functions from Code to Code that leave its meaning alone.

``simplified`` folds what is constant, shares what is computed twice and leaves out what changes nothing;
``pruned`` leaves out what nobody uses; ``differentiated`` adds the backward pass.
"""

from __future__ import annotations

from collections.abc import Callable

from ..ops import CONSTANT, Op, add, indicator, mul
from .code import ARGUMENT, GIVEN, PARAMETER, Builder, Code, Step, select
from .term import Term, _unchanged, number_of

__all__ = ["differentiated", "pruned", "simplified"]


def pruned(code: Code) -> Code:
    """Without the steps that no output depends on. Arguments and parameters stay only where they are used."""
    used = set(code.outputs)
    for place in range(len(code.steps) - 1, -1, -1):
        if place in used:
            used.update(code.steps[place].operands)
    return _kept(code, used.__contains__)


def _kept(code: Code, keep: Callable[[int], bool]) -> Code:
    places: dict[int, int] = {}
    steps: list[Step] = []
    for place, step in enumerate(code.steps):
        if keep(place):
            places[place] = len(steps)
            steps.append(step._replace(operands=tuple([places[operand] for operand in step.operands])))
    return Code(tuple(steps), tuple([places[output] for output in code.outputs]))


def simplified(code: Code) -> Code:
    """With constants folded, equal steps shared, and 1 * x, x / 1, x + 0 and x ** 1 as x."""
    builder = Builder()
    places: list[int] = []
    for op, operands, detail, label in code.steps:
        moved = tuple([places[operand] for operand in operands])
        same = None
        if len(moved) == 2:
            same = _unchanged(op, [Term(builder, place) for place in moved])
        places.append(builder.add(op, moved, detail, label) if same is None else same.place)
    return pruned(builder.code([places[output] for output in code.outputs]))


def differentiated(code: Code, wanted: list[Step]) -> Code:
    """The code of one output, followed by its derivatives to the steps in ``wanted`` (arguments, parameters).

    The outputs are then the value and, in the order of ``wanted``, its gradients. The backward pass is the
    walk of :meth:`Value.backward`: from the last step to the first, local gradient times upstream gradient.
    """
    (output,) = code.outputs
    builder = Builder.of(code)
    varies = [False] * len(code.steps)
    goals = {(step.op, step.detail) for step in wanted}
    for place, step in enumerate(code.steps):
        varies[place] = (step.op, step.detail) in goals or any(varies[operand] for operand in step.operands)
    upstream: dict[int, Term | float] = {output: 1.0}
    zero = 0.0
    for place in range(len(code.steps) - 1, -1, -1):
        step = code.steps[place]
        if step.op in GIVEN or not varies[place] or place not in upstream:
            continue
        gradient = upstream[place]
        if step.label and isinstance(gradient, Term) and gradient.place >= len(code.steps):
            builder.label(gradient.place, f"d_{step.label}")
        operands = [Term(builder, operand) for operand in step.operands]
        out = Term(builder, place)
        if isinstance(step.op, Op):
            partials = [
                partial(out, *operands) if varies[operand] else zero
                for partial, operand in zip(step.op.partials, step.operands)
            ]
        else:
            partials = list(step.op.partials(out, *operands))
        for operand, local in zip(step.operands, partials):
            if not varies[operand] or number_of(local) == 0.0:
                continue
            share = _product(gradient, local)
            before = upstream.get(operand)
            upstream[operand] = share if before is None else _sum(before, share)
    by_goal = {
        (step.op, step.detail): upstream[place]
        for place, step in enumerate(code.steps)
        if step.op in (ARGUMENT, PARAMETER) and place in upstream
    }
    gradients = []
    for step in wanted:
        found = by_goal.get((step.op, step.detail), 0.0)
        if step.label and isinstance(found, Term) and found.place >= len(code.steps):
            builder.label(found.place, f"d_{step.label}")
        gradients.append(found.place if isinstance(found, Term) else builder.constant(found))
    return pruned(builder.code([output, *gradients]))


def _product(x: Term | float, y: Term | float) -> Term | float:
    if not isinstance(x, Term) and not isinstance(y, Term):
        return x * y
    found: Term = Term._apply(mul, y, x)
    return found


def _sum(x: Term | float, y: Term | float) -> Term | float:
    if not isinstance(x, Term) and not isinstance(y, Term):
        return x + y
    found: Term = Term._apply(add, x, y)
    return found
