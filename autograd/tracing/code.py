"""Code: a straight-line program of scalars, the small form that all of tracing works on.

A step is one operation on earlier steps, or a given number: an argument, a parameter or a constant.
Code is immutable and printable; every pass takes Code and returns Code.

>>> from autograd import ops
>>> builder = Builder()
>>> x, w = builder.add(ARGUMENT, detail=0, label="x"), builder.add(PARAMETER, detail=0, label="w")
>>> product = builder.add(ops.mul, (x, w))
>>> print(builder.code((builder.add(ops.tanh, (product,)),)))
%0 = argument 0  # x
%1 = parameter 0  # w
%2 = mul %0 %1
%3 = tanh %2
-> %3
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from ..ops import CONSTANT, Op, no_value

ARGUMENT = Op("argument", "", no_value, no_value, ())
PARAMETER = Op("parameter", "", no_value, no_value, ())
GIVEN = frozenset({ARGUMENT, PARAMETER, CONSTANT})


class Instruction(NamedTuple):
    """One line of a program: a row of the table and its operands, or a given number.

    ``detail`` is the index of an argument or parameter, or the number of a constant.
    """

    op: Any
    operands: tuple[int, ...] = ()
    detail: Any = None
    label: str | None = None

    def __str__(self) -> str:
        parts = [self.op.name, *(f"%{operand}" for operand in self.operands)]
        if self.detail is not None:
            parts.append(str(self.detail))
        return " ".join(parts) + (f"  # {self.label}" if self.label else "")


F = TypeVar("F", bound=Callable[..., Any])


def uncollected(function: F) -> F:
    """Run without the garbage collector, which took a third of the time for 300,000 live steps."""

    @wraps(function)
    def inside(*args: Any, **named: Any) -> Any:
        if not gc.isenabled():
            return function(*args, **named)
        gc.disable()
        try:
            return function(*args, **named)
        finally:
            gc.enable()

    return inside  # type: ignore[return-value]


@dataclass(frozen=True)
class Code:
    """A straight line of steps, each after its operands, and which of them are the results."""

    steps: tuple[Instruction, ...]
    outputs: tuple[int, ...]

    def __str__(self) -> str:
        lines = [f"%{number} = {step}" for number, step in enumerate(self.steps)]
        return "\n".join([*lines, f"-> {' '.join(f'%{number}' for number in self.outputs)}"])

    def evaluate(self, arguments: Sequence[float], parameters: Sequence[float]) -> list[float]:
        """Compute the outputs step by step with the rows themselves: this defines what code means."""
        numbers: list[Any] = []
        for step in self.steps:
            if step.op in GIVEN:
                numbers.append(given(step, arguments, parameters))
            else:
                numbers.append(step.op.on_float(*(numbers[operand] for operand in step.operands)))
        return [numbers[output] for output in self.outputs]

    def uses(self) -> list[int]:
        """Count how often each step is used, as an operand or as a result."""
        counts = [0] * len(self.steps)
        for step in self.steps:
            for operand in step.operands:
                counts[operand] += 1
        for output in self.outputs:
            counts[output] += 1
        return counts


def given(step: Instruction, arguments: Sequence[float], parameters: Sequence[float]) -> float:
    """Return the number of a given step."""
    if step.op is CONSTANT:
        return step.detail
    return (arguments if step.op is ARGUMENT else parameters)[step.detail]


def _key(op: Any, operands: tuple[int, ...], detail: Any) -> tuple[Any, ...]:
    # repr, since 0.0 == -0.0 but they are different constants
    return (op, operands, repr(detail) if op is CONSTANT else detail)


class Builder:
    """A builder of code. Equal steps become one step; an operation on constants becomes a constant."""

    def __init__(self) -> None:
        self.steps: list[Instruction] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def add(
        self, op: Any, operands: tuple[int, ...] = (), detail: Any = None, label: str | None = None
    ) -> int:
        """Return the number of the step, adding it unless an equal step exists."""
        steps = self.steps
        is_constant = bool(operands) and steps[operands[0]].op is CONSTANT
        if is_constant and all([steps[operand].op is CONSTANT for operand in operands]):
            try:
                number = op.on_float(*[steps[operand].detail for operand in operands])
            except (ArithmeticError, ValueError):
                pass  # undefined: let it fail when it runs, under its own name
            else:
                if number == number:
                    return self.constant(number)
        key = (op, operands, repr(detail) if op is CONSTANT else detail)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(steps)
            steps.append(Instruction(op, operands, detail, label))
        elif label:
            self.label(found, label)
        return found

    @classmethod
    def of(cls, code: Code) -> Builder:
        """Return a builder that continues ``code``."""
        builder = cls()
        for step in code.steps:
            builder._known.setdefault(_key(step.op, step.operands, step.detail), len(builder.steps))
            builder.steps.append(step)
        return builder

    def label(self, place: int, label: str) -> None:
        """Label a step that has no label yet."""
        if not self.steps[place].label:
            self.steps[place] = self.steps[place]._replace(label=label)

    def apply(self, op: Any, operands: Sequence[int]) -> int:
        """Return the number of the step that applies ``op``."""
        return self.add(op, tuple(operands))

    def number_of(self, place: int) -> float | None:
        """Return the number of a constant; None for any other step."""
        step = self.steps[place]
        return step.detail if step.op is CONSTANT else None

    def constant(self, number: float) -> int:
        """Return the step of a constant."""
        return self.add(CONSTANT, detail=float(number))

    def code(self, outputs: Sequence[int]) -> Code:
        """Return the code so far."""
        return Code(tuple(self.steps), tuple(outputs))
