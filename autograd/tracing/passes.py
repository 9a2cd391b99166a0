"""Passes: functions from Code to Code that preserve its meaning.

``simplified`` folds constants, shares equal steps and drops operations that change nothing; ``pruned`` drops
unused steps; ``differentiated`` adds the backward pass.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ..choice_ops import CHOICES
from ..ops import CONSTANT, Op, add, div, mul, neg, no_value, pow, sub
from .choices import ALWAYS, finite_where, needs, where_needed
from .code import ARGUMENT, GIVEN, PARAMETER, Builder, Code, Instruction, uncollected
from .term import Term, number_of, place_of, unchanged

__all__ = ["differentiated", "pruned", "simplified"]


def pruned(code: Code) -> Code:
    """Drop the steps that no output depends on, including unused arguments and parameters."""
    used = set(code.outputs)
    for place in range(len(code.steps) - 1, -1, -1):
        if place in used:
            used.update(code.steps[place].operands)
    return _kept(code, used.__contains__)


def _kept(code: Code, keep: Callable[[int], bool]) -> Code:
    places: dict[int, int] = {}
    steps: list[Instruction] = []
    for place, step in enumerate(code.steps):
        if keep(place):
            places[place] = len(steps)
            if step.operands:
                moved = tuple([places[operand] for operand in step.operands])
                if moved != step.operands:
                    step = Instruction(step.op, moved, step.detail, step.label)
            steps.append(step)
    return Code(tuple(steps), tuple([places[output] for output in code.outputs]))


@uncollected
def simplified(code: Code) -> Code:
    """Fold constants, share equal steps, and shorten steps as :func:`put` does."""
    builder = Builder()
    places: list[int] = []
    for op, operands, detail, label in code.steps:
        place = put(builder, op, tuple([places[operand] for operand in operands]), detail)
        if label and (op in GIVEN or builder.steps[place].op not in GIVEN):
            builder.label(place, label)
        places.append(place)
    return pruned(builder.code([places[output] for output in code.outputs]))


def put(builder: Builder, op: Any, operands: tuple[int, ...], detail: Any = None) -> int:
    """Add the step, or a shorter one whose result is bit-identical, and return its place.

    1 * x, x / 1, x + 0, x ** 1 and --x become x; -1 * x becomes -x; x + -y becomes x - y; x - -y becomes
    x + y; a choice between x and x becomes x.
    """
    steps = builder.steps
    if op in CHOICES:
        yes, no = operands[2:]
        return yes if yes == no else builder.add(op, operands)
    if op is neg and steps[operands[0]].op is neg:
        return steps[operands[0]].operands[0]
    if len(operands) != 2 or op not in (mul, div, pow, add, sub):
        return builder.add(op, operands, detail)
    x, y = operands
    if steps[x].op is CONSTANT or steps[y].op is CONSTANT:
        same = unchanged(op, [Term(builder, x), Term(builder, y)])
        if same is not None:
            return same.place
        if op is mul and builder.number_of(x) == -1.0:
            return put(builder, neg, (y,))
        if op in (mul, div) and builder.number_of(y) == -1.0:
            return put(builder, neg, (x,))
    if op in (add, sub) and steps[y].op is neg:
        return builder.add(sub if op is add else add, (x, steps[y].operands[0]))
    if op is add and steps[x].op is neg:
        return builder.add(sub, (y, steps[x].operands[0]))
    return builder.add(op, operands)


@uncollected
def differentiated(code: Code, wanted: list[Instruction]) -> Code:
    """Append to code of one output its derivatives with respect to ``wanted`` (arguments, parameters).

    The new outputs are the value and its gradients in the order of ``wanted``. The backward pass works like
    :meth:`Value.backward`: from the last step to the first, local gradient times upstream gradient. A branch
    that is not taken passes on 0, even if a local gradient is not finite.
    """
    (output,) = code.outputs
    builder = Builder.of(code)
    varies = [False] * len(code.steps)
    goals = {(step.op, step.detail) for step in wanted}
    for place, step in enumerate(code.steps):
        if step.op in GIVEN:
            varies[place] = (step.op, step.detail) in goals
        else:
            varies[place] = any([varies[operand] for operand in step.operands])
    needed = needs(code, gradients=True)
    upstream: dict[int, Term | float] = {output: 1.0}
    for place in range(len(code.steps) - 1, -1, -1):
        step = code.steps[place]
        if step.op in GIVEN or not varies[place] or place not in upstream:
            continue
        gradient = upstream[place]
        if step.label and isinstance(gradient, Term) and gradient.place >= len(code.steps):
            builder.label(gradient.place, f"d_{step.label}")
        operands = [Term(builder, operand) for operand in step.operands]
        out = Term(builder, place)
        partials = _partials(step, out, operands, varies)
        for operand, local in zip(step.operands, partials):
            if not varies[operand] or number_of(local) == 0.0:
                continue
            share = _product(local, gradient)
            if needed is not None and needed[place] != ALWAYS and _may_be_infinite(local):
                share = where_needed(gradient, share)
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


def _partials(step: Instruction, out: Term, operands: list[Term], varies: list[bool]) -> list[Any]:
    """Return the local gradients of a step for its operands: terms and numbers."""
    if not isinstance(step.op, Op):
        return list(step.op.partials(out, *operands))
    found: list[Any] = []
    for index, partial in enumerate(step.op.partials):
        local: Any = 0.0
        if varies[step.operands[index]]:
            try:
                local = partial(out, *operands)
                number_of(local)
            except (TypeError, ValueError, AttributeError):
                # a user's derivative with a library or branches: a step that calls it
                local = Term._apply(_opaque(step.op, index), out, *operands)
        found.append(local)
    return found


@cache
def _opaque(op: Op, index: int) -> Op:
    """Return a row's partial derivative as a row of its own, if it has no formula."""
    partial = op.partials[index]
    name = f"{op.name}_slope" if len(op.partials) == 1 else f"{op.name}_slope_{op.operands[index]}"
    operands = (no_value,) * (1 + len(op.partials))
    return Op(name, name, partial, partial, operands, domain=op.domain, is_defined=True)


def _product(local: Any, gradient: Any) -> Any:
    if isinstance(local, float) and local == 1.0:
        return gradient
    if not isinstance(local, Term) and not isinstance(gradient, Term):
        return local * gradient
    return _put(mul, local, gradient)


def _may_be_infinite(local: Any) -> bool:
    """Return whether a local gradient is computed by more than a choice between given numbers."""
    if number_of(local) is not None:
        return False
    step = local.builder.steps[local.place]
    if step.op in GIVEN:
        return False
    made_of = finite_where(step.op, step.operands)
    return made_of is None or any([_may_be_infinite(Term(local.builder, part)) for part in made_of])


def _put(op: Op, x: Any, y: Any) -> Term:
    builder = (x if isinstance(x, Term) else y).builder
    return Term(builder, put(builder, op, (place_of(builder, x), place_of(builder, y))))


def _sum(x: Any, y: Any) -> Any:
    if not isinstance(x, Term) and not isinstance(y, Term):
        return x + y
    return _put(add, x, y)
