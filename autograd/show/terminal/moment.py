"""Moment: what is known at a position of the walk, and what its step does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from ..lesson import Lesson, LessonNode, Share


@dataclass(frozen=True)
class Moment:
    """A position of a lesson. ``revealed`` limits how many contributions of its step are shown.

    >>> from autograd import Value
    >>> from autograd.show.lesson import read_lesson
    >>> x = Value(3.0, "x")
    >>> moment = Moment(read_lesson(x * x), 3, revealed=1)
    >>> moment.phase, moment.grads, [c.amount for c in moment.step]
    ('backward', [3.0, 1.0], [3.0, 3.0])
    """

    lesson: Lesson
    position: int
    revealed: int | None = None

    @property
    def phase(self) -> str:
        """ "start", "forward", "seed" or "backward"."""
        return self.lesson.phase(self.position)

    @property
    def current(self) -> int | None:
        """The node whose operation the step goes through."""
        return self.lesson.current(self.position)

    @property
    def node(self) -> LessonNode:
        """The current node; the root if the step goes through none."""
        return self.lesson.nodes[self.lesson.root if self.current is None else self.current]

    @property
    def step(self) -> tuple[Share, ...]:
        """All contributions of this step, revealed or not, in the order of the parents."""
        return self.lesson.step(self.position)

    @property
    def shown(self) -> tuple[Share, ...]:
        """The contributions of this step that are revealed."""
        return self.step[: self.revealed]

    @cached_property
    def data(self) -> list[float | None]:
        """The value of every node; None if it is not computed yet."""
        return self.lesson.data(self.position)

    @cached_property
    def grads(self) -> list[float | None]:
        """The gradient of every node so far; None if nothing has arrived."""
        if self.revealed is None:
            return self.lesson.grads(self.position)
        totals = self.lesson.grads(self.position - 1)
        for each in self.shown:
            totals[each.parent] = each.after
        return totals

    @cached_property
    def touched(self) -> frozenset[int]:
        """The current node and its parents; at the seed, only the root."""
        if self.current is None:
            return frozenset()
        return frozenset((self.current, *(self.node.parents if self.phase != "seed" else ())))

    def arrived(self, index: int) -> list[Share]:
        """Return what has been added to the gradient of a node so far."""
        return self._arrived[index]

    def to_come(self, index: int) -> list[int]:
        """Return the nodes that will still add to a node's gradient, once for each use."""
        return self._users[index][len(self.arrived(index)) :]

    @cached_property
    def _arrived(self) -> dict[int, list[Share]]:
        found = defaultdict(list)
        for each in [*self.lesson.contributions(self.position - bool(self.step)), *self.shown]:
            found[each.parent].append(each)
        return found

    @cached_property
    def _users(self) -> dict[int, list[int]]:
        """The nodes that add to the gradient of each node, in the order of the walk."""
        found = defaultdict(list)
        for each in self.lesson.contributions(self.lesson.last):
            found[each.parent].append(each.node)
        return found
