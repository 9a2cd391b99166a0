"""A sheet of paper: formulas worked out line by line, with their numbers, as you would by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from autograd.typed import evaluate

NAME = re.compile(r"[^\W\d]\w*")

Formulas = Sequence[tuple[str, str]]
Line = tuple[str, str, str]


class Paper:
    """The numbers known so far, by name, in ``numbers``; each formula adds one.

    >>> paper = Paper({"x": 2.0, "w": -3.0})
    >>> paper.work_out([("z", "x * w + 1"), ("h", "z ** 2")])
    [('z = x * w + 1', '2 * (-3) + 1', '-5'), ('h = z ** 2', '(-5) ** 2', '25')]
    """

    def __init__(self, numbers: Mapping[str, float]) -> None:
        self.numbers = dict(numbers)

    def work_out(self, formulas: Formulas) -> list[Line]:
        """Return each formula with its name, with numbers in place of names, and its result."""
        lines = []
        for name, formula in formulas:
            in_numbers = NAME.sub(self._number, formula)
            self.numbers[name] = evaluate(formula, self.numbers)
            lines.append((f"{name} = {formula}", in_numbers, short(self.numbers[name])))
        return lines

    def _number(self, found: re.Match[str]) -> str:
        if found[0] not in self.numbers:
            return found[0]  # a function
        shown = short(self.numbers[found[0]])
        return f"({shown})" if shown.startswith("-") and found[0] != found.string else shown


def short(number: float) -> str:
    """Format a number with six digits, without trailing zeros.

    >>> short(-0.0011110222), short(0.5)
    ('-0.00111102', '0.5')
    """
    return f"{number:.6g}"
