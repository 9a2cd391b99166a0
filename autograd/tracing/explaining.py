"""Explaining: find the step of a program that fails, and raise the error that Values would raise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..choice_ops import CHOICES
from ..languages import python
from ..ops import CONSTANT, Op, div
from ..rows import explain
from ..symbols import ATOM, Symbol
from ..value import ERRORS
from .choices import ALWAYS, Need, Outcome, needs, outcomes
from .code import GIVEN, Code, given


def explained(
    code: Code, forward: int, arguments: Sequence[float], parameters: Sequence[float]
) -> Exception | None:
    """Return the error of the first step that fails; None if every step has a value.

    The first ``forward`` steps are the forward pass. Steps that only an untaken branch needs come last: they
    may be nan, and if one raises, the error names its branch.
    """
    run = _Run(code, arguments, parameters)
    for place, error in run.failed.items():
        if run.is_needed(place):
            return run.explain(place, error, forward)
    for place, error in run.failed.items():
        if error is not None:
            return run.explain(place, error, forward)
    return None


class _Run:
    """A run of code that continues after failures; ``failed`` maps each failed step to its exception."""

    def __init__(self, code: Code, arguments: Sequence[float], parameters: Sequence[float]) -> None:
        self.code, self.needed = code, needs(code)
        self.numbers: list[float] = []
        self.failed: dict[int, Exception | None] = {}
        for place, step in enumerate(code.steps):
            if step.op in GIVEN:
                self.numbers.append(given(step, arguments, parameters))
                continue
            try:
                number = step.op.on_float(*[self.numbers[operand] for operand in step.operands])
            except ERRORS as error:
                number, self.failed[place] = math.nan, error
            if number != number:
                self.failed.setdefault(place, None)
            self.numbers.append(number)

    def is_needed(self, place: int) -> bool:
        """Return whether the result depends on that step for these numbers."""
        return any(all(map(self._is_so, every)) for every in self._need(place))

    def _is_so(self, outcome: Outcome) -> bool:
        relation, asked, which, _ = outcome
        numbers = [self.numbers[place] for place in asked]
        if relation == "select":
            return numbers[0] == which
        if relation in ("<", "=="):
            left, right = numbers
            return (left < right if relation == "<" else left == right) == which
        return True

    def explain(self, place: int, error: Exception | None, forward: int) -> Exception:
        """Return the error that the operation itself would raise, with the location of the step."""
        step = self.code.steps[place]
        error = error or ValueError("the result is not a number (nan)")
        found = explain(step.op, error, tuple([self.numbers[operand] for operand in step.operands]))
        where = f" (the step {step.label})" if step.label else ""
        where = " (in the backward pass)" if place >= forward else where
        if not self.is_needed(place):
            where += self._branch(place, forward)
        found.args = (f"{found}{where}",)
        return found

    def _branch(self, place: int, forward: int) -> str:
        """Name the untaken branch that the step is in, and say what to do about it."""
        step = self.code.steps[place]
        while place >= forward:  # a derivative: go back to its last forward step
            place = max([o for o in step.operands if self.code.steps[o].op is not CONSTANT])
            step = self.code.steps[place]
        for relation, asked, which, _ in sorted(outcome for every in self._need(place) for outcome in every):
            if self._is_so((relation, asked, which, 0)) or max(asked) >= forward:
                continue
            operands = list(map(self._symbol, step.operands))
            if relation == "select":
                return f". It is in row {which} of take(rows, {self._symbol(asked[0])}), which computes all"
            condition, is_yes = self._condition((relation, asked, which, 2), forward)
            computed = [i for i, o in enumerate(step.operands) if self.code.steps[o].op is not CONSTANT]
            at = computed[-1 if step.op is div else 0]
            kept = f"{operands[at]}, 1.0" if is_yes else f"1.0, {operands[at]}"
            operands[at] = Symbol(f"where({condition}, {kept})", ATOM)
            return (
                f". It is in the branch of where({condition}, ...) that is not taken, but a program computes "
                f"both: keep its operand in the domain first, as in {_written(step.op, operands)}"
            )
        return ""

    def _condition(self, outcome: Outcome, forward: int) -> tuple[str, bool]:
        """Return the condition as written, and whether it holds for this outcome."""
        steps = self.code.steps[:forward]
        choice = next(step for step in reversed(steps) if step.op in CHOICES and outcome in outcomes(step))
        left, right = choice.operands[:2]
        relation = CHOICES[choice.op]
        if self.code.steps[left].op is CONSTANT:
            left, right, relation = right, left, python.MIRRORED[relation]
        return f"{self._symbol(left)} {relation} {self._symbol(right)}", outcomes(choice)[2] == outcome

    def _need(self, place: int) -> Need:
        return self.needed[place] if self.needed is not None else ALWAYS

    def _symbol(self, place: int, depth: int = 3) -> Symbol:
        """Return a step as a piece of a formula, with deeply nested parts as three dots."""
        step = self.code.steps[place]
        if step.op is CONSTANT:
            return python.number(step.detail)
        if step.label or step.op in GIVEN:
            return Symbol(step.label or f"{step.op.name}s[{step.detail}]", ATOM)
        if not depth:
            return Symbol("...", ATOM)
        return _written(step.op, [self._symbol(operand, depth - 1) for operand in step.operands])


def _written(op: Any, operands: list[Symbol]) -> Symbol:
    """Write an operation as formulas do."""
    if isinstance(op, Op) and op not in CHOICES:
        return op(*operands)
    return Symbol(f"{op.name}({', '.join(map(str, operands))})", ATOM)
