"""Predict mode: every contribution is asked for before it is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ...symbols import OPERATORS
from ...typed import evaluate
from ..lesson import PLACE, Lesson, Share
from .ink import number
from .moment import Moment
from .panel import slope

CLOSE = 0.01 * (1 + 1e-9)  # within 1 % is right, and 1.01 for 1, which floats put a little further away
ZERO = 1e-12  # how near to 0 an answer must be where the contribution is 0


@dataclass(frozen=True)
class Question:
    """One contribution of a backward step, to be predicted.

    ``position`` is the step, ``index`` which of its contributions.
    """

    position: int
    index: int
    moment: Moment  # as it is before the answer is shown

    @property
    def contribution(self) -> Share:
        """What the answer should come to."""
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
        step = [*nodes[asked.node].parents, asked.node]  # these win where two have one name
        values = {node.name: node.data for node in [*nodes, *(nodes[index] for index in step)]}
        return values | {"upstream": asked.upstream, "local": asked.local_grad}

    def judge(self, answer: float) -> str:
        """What is wrong with an answer; "" where it is right.

        Right is the contribution, and where something had arrived before also the new total.
        """
        asked = self.contribution
        if _close(answer, asked.amount) or asked.before is not None and _close(answer, asked.after):
            return ""
        if _close(answer, asked.local_grad):
            return "that is the local gradient alone: upstream is still to be multiplied with it"
        if _close(answer, asked.upstream):
            return "that is the upstream gradient alone: the local one is still to be multiplied with it"
        if _close(answer, -asked.amount):
            return "the size is right, the sign is not"
        return "that is not it"

    def hint(self, hints: int) -> list[str]:
        """The hint for so many that were asked for: the first is the rule, then there are the numbers too."""
        asked, lesson = self.contribution, self.moment.lesson
        symbols = numbers = number(asked.local_grad)[0]
        if PLACE.search(asked.partial):
            symbols, numbers = lesson.in_symbols(asked.partial), lesson.in_numbers(asked.partial)
        rule = f"Hint: upstream × local, where local is {slope(self.moment, asked.parent)} = {symbols}"
        local = f"({numbers})" if OPERATORS.search(numbers) else numbers
        return [rule, f"In numbers: {number(asked.upstream)[0]} × {local}"][: min(hints, 2)]


@dataclass
class Quiz:
    """The questions of a lesson, and how each was answered first.

    ``outcomes`` has "right", "hint" (right after one), "wrong" or "skipped" by step and contribution.
    """

    lesson: Lesson
    outcomes: dict[tuple[int, int], str] = field(default_factory=dict)

    def question(self, position: int) -> Question | None:
        """The first question of a step that is open; None where there is none."""
        for index in range(len(self.lesson.step(position))):
            if (position, index) not in self.outcomes:
                return Question(position, index, Moment(self.lesson, position, revealed=index))
        return None

    def record(self, question: Question, outcome: str) -> None:
        """Note how a question was answered first; later attempts change nothing."""
        self.outcomes.setdefault((question.position, question.index), outcome)

    def score(self) -> list[str]:
        """The score in words, with the steps that went wrong."""
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
    """The number that was typed, or that a typed expression comes to; ExpressionError where it is neither."""
    return evaluate(typed, question.names)


def _close(answer: float, wanted: float) -> bool:
    if math.isinf(wanted):  # 1 % of which would be room for every number
        return answer == wanted
    return abs(answer - wanted) <= (CLOSE * abs(wanted) or ZERO)
