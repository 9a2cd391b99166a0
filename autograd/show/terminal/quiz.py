"""Predict mode: ask for every contribution before showing it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ...symbols import OPERATORS
from ...typed import evaluate
from ..lesson import PLACE, Lesson, Share
from .ink import number
from .moment import Moment
from .panel import slope

CLOSE = 0.01 * (1 + 1e-9)  # within 1 %, with room for rounding, so that 1.01 is right for 1
ZERO = 1e-12  # how close to 0 an answer must be if the contribution is 0


@dataclass(frozen=True)
class Question:
    """One contribution of a backward step to predict: number ``index`` of the step at ``position``."""

    position: int
    index: int
    moment: Moment  # before the answer is shown

    @property
    def contribution(self) -> Share:
        """The correct answer."""
        return self.moment.step[self.index]

    @property
    def text(self) -> str:
        """The question in words."""
        names = [node.name for node in self.moment.lesson.nodes]
        parent = self.contribution.parent
        same = [place for place, each in enumerate(self.moment.step) if each.parent == parent]
        which = f" (place {same.index(self.index) + 1} of {len(same)})" if len(same) > 1 else ""
        return f"What does {names[self.contribution.node]} add to the gradient of {names[parent]}{which}?"

    @property
    def names(self) -> dict[str, float]:
        """The names that an answer may use: every value on screen, ``upstream`` and ``local``."""
        nodes, asked = self.moment.lesson.nodes, self.contribution
        step = [*nodes[asked.node].parents, asked.node]  # these win if two nodes share a name
        values = {node.name: node.data for node in [*nodes, *(nodes[index] for index in step)]}
        return values | {"upstream": asked.upstream, "local": asked.local_grad}

    def judge(self, answer: float) -> str:
        """Say what is wrong with an answer; return "" if it is right.

        The contribution is right; if something had arrived before, so is the new total.
        """
        asked = self.contribution
        if _close(answer, asked.amount) or asked.before is not None and _close(answer, asked.after):
            return ""
        if _close(answer, asked.local_grad):
            return "that is only the local gradient: multiply it by upstream"
        if _close(answer, asked.upstream):
            return "that is only the upstream gradient: multiply it by the local one"
        if _close(answer, -asked.amount):
            return "the size is right, the sign is not"
        return "that is not it"

    def hint(self, hints: int) -> list[str]:
        """Return the hint: the rule first, and the numbers too once two hints have been asked for."""
        asked, lesson = self.contribution, self.moment.lesson
        symbols = numbers = number(asked.local_grad)[0]
        if PLACE.search(asked.partial):
            symbols, numbers = lesson.in_symbols(asked.partial), lesson.in_numbers(asked.partial)
        rule = f"Hint: upstream × local, where local is {slope(self.moment, asked.parent)} = {symbols}"
        local = f"({numbers})" if OPERATORS.search(numbers) else numbers
        return [rule, f"In numbers: {number(asked.upstream)[0]} × {local}"][: min(hints, 2)]


@dataclass
class Quiz:
    """The questions of a lesson, and the first answer to each.

    ``outcomes`` has "right", "hint" (right after a hint), "wrong" or "skipped" by step and contribution.
    """

    lesson: Lesson
    outcomes: dict[tuple[int, int], str] = field(default_factory=dict)

    def question(self, position: int) -> Question | None:
        """Return the first open question of a step; None if there is none."""
        for index in range(len(self.lesson.step(position))):
            if (position, index) not in self.outcomes:
                return Question(position, index, Moment(self.lesson, position, revealed=index))
        return None

    def record(self, question: Question, outcome: str) -> None:
        """Record the first answer to a question; later attempts change nothing."""
        self.outcomes.setdefault((question.position, question.index), outcome)

    def score(self) -> list[str]:
        """Return the score in words, with the steps that went wrong."""
        total = len(self.lesson.contributions(self.lesson.last))
        right, hint, wrong = (list(self.outcomes.values()).count(kind) for kind in ("right", "hint", "wrong"))
        if not total:
            return ["There was nothing to predict: no gradient is passed on."]
        parts = [f"{right} of {total} right at once"]
        parts += [f"{hint} with a hint"] if hint else []
        parts += [f"{wrong} wrong"] if wrong else []
        parts += [f"{total - right - hint - wrong} not answered"] if right + hint + wrong < total else []
        missed = [place for place, outcome in sorted(self.outcomes.items()) if outcome == "wrong"]
        return [f"Score: {', '.join(parts)}.", *(self._place(*place) for place in missed)]

    def _place(self, position: int, index: int) -> str:
        asked = self.lesson.step(position)[index]
        node, parent = self.lesson.nodes[asked.node], self.lesson.nodes[asked.parent].name
        operation = f"{node.name} = {self.lesson.in_symbols(node.expression)}"
        return f"  wrong at step {position}, {operation}, to {parent}"


def value_of(question: Question, typed: str) -> float:
    """Evaluate what was typed, a number or an expression; raise ExpressionError if it is neither."""
    return evaluate(typed, question.names)


def _close(answer: float, wanted: float) -> bool:
    if math.isinf(wanted):  # 1 % of infinity would accept every number
        return answer == wanted
    return abs(answer - wanted) <= (CLOSE * abs(wanted) or ZERO)
