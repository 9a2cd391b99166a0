"""Tree: the graph as an indented tree, from the result down to the leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ... import text
from ..lesson import Lesson
from . import ink
from .ink import Line
from .moment import Moment


@dataclass(frozen=True)
class Branch:
    """A row of the tree: a node, its depth and text; ``again`` if its branches are shown earlier."""

    node: int
    depth: int
    again: bool
    text: str

    @property
    def width(self) -> int:
        """Its width in columns, with marker and indent."""
        return 2 + 2 * self.depth + text.columns(self.text)


def branches(lesson: Lesson) -> list[Branch]:
    """List all rows from the root down, each node's branches once.

    >>> from autograd import Value
    >>> from autograd.show.lesson import read_lesson
    >>> x = Value(3.0, "x")
    >>> [(row.depth, row.again) for row in branches(read_lesson((x * x).tanh()))]
    [(0, False), (1, False), (2, False), (2, True)]
    """
    rows: list[Branch] = []
    met: set[int] = set()
    waiting = [(lesson.root, 0)]
    while waiting:  # no recursion: a chain of 5,000 operations is 5,000 deep
        index, depth = waiting.pop()
        rows.append(Branch(index, depth, index in met, _text(lesson, index, index in met)))
        if index not in met:
            met.add(index)
            waiting += [
                (parent, depth + 1)
                for parent in reversed(lesson.nodes[index].parents)
                if lesson.nodes[parent].kind != "constant" or lesson.nodes[parent].label
            ]
    return rows


def tree(rows: Sequence[Branch], moment: Moment, columns: int, height: int) -> list[Line]:
    """Return the rows around the current node, which is marked, in ``columns`` and ``height`` lines."""
    target = moment.lesson.root if moment.current is None else moment.current
    place = next(i for i, row in enumerate(rows) if row.node == target)
    if len(rows) > height:
        start = min(max(0, place - height // 3), len(rows) - height)
        shown = rows[start : start + height]
    else:
        shown = rows
    outermost = min(row.depth for row in shown)
    return [_row(row, row.depth - outermost, moment, columns) for row in shown]


def _row(row: Branch, depth: int, moment: Moment, columns: int) -> Line:
    marker = "▸ " if row.node == moment.current and not row.again else "  "
    style = "bold" if row.node in moment.touched else ""
    return ink.cut(ink.line(marker + "  " * depth, (row.text, style)), columns)


def _text(lesson: Lesson, index: int, again: bool) -> str:
    node = lesson.nodes[index]
    if not node.parents:
        return node.name
    return f"{node.name} ↑" if again else f"{node.name} = {lesson.in_symbols(node.expression)}"
