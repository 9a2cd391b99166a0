"""Table: the whole walk as one table, for a pipe or a file."""

from __future__ import annotations

from ... import text
from ..lesson import PLACE, Lesson, Share, shown
from . import ink

HEAD = (
    *("step", "pass", "operation", "in numbers"),
    *("to", "local gradient", "× upstream", "= contribution", "total"),
)
RIGHT = (0, 6, 7)  # columns aligned on the right

Row = tuple[str, ...]


def table(lesson: Lesson, expression: str = "") -> list[str]:
    """Return the lines of the table, below the expression or title.

    >>> from autograd import Value
    >>> from autograd.show.lesson import read_lesson
    >>> for line in table(read_lesson(Value(3.0, "x") * 2.0), "x * 2"):
    ...     print(line[:51].rstrip())
    x * 2
    <BLANKLINE>
    step  pass      operation     in numbers
       0  start     x             3.0000
       1  forward   v1 = x * 2.0  3.0000 * 2.0 = 6.0000
       2  seed      ∂v1/∂v1       1.0000
       3  backward  v1 = x * 2.0
    """
    rows: list[Row] = [HEAD]
    given = [node for node in lesson.nodes if node.kind == "leaf" or node.kind == "constant" and node.label]
    rows += [_row(0, "start", node.name, text.number(node.data)) for node in given]
    for position, index in enumerate(lesson.order, 1):
        node = lesson.nodes[index]
        numbers = f"{lesson.in_numbers(node.expression)} = {text.number(node.data)}"
        rows.append(_row(position, "forward", _written(lesson, index), numbers))
    root, start = lesson.nodes[lesson.root].name, len(lesson.order) + 1
    rows.append(_row(start, "seed", f"∂{root}/∂{root}", text.number(1.0)))
    for position, index in enumerate(reversed(lesson.order), start + 1):
        first: Row = (str(position), "backward", _written(lesson, index), "")
        for each in lesson.step(position):
            rows.append((*first, *_passed_on(lesson, each)))
            first = ("", "", "", "")  # shown once for all its contributions
    return [ink.harmless(expression or lesson.title), "", *_aligned(rows)]


def _row(position: int, phase: str, operation: str, numbers: str) -> Row:
    return (str(position), phase, operation, numbers, *[""] * (len(HEAD) - 4))


def _written(lesson: Lesson, index: int) -> str:
    node = lesson.nodes[index]
    return f"{node.name} = {lesson.in_symbols(node.expression)}"


def _passed_on(lesson: Lesson, each: Share) -> Row:
    local = text.number(each.local_grad)
    if PLACE.search(each.partial):
        local = f"{lesson.in_symbols(each.partial)} = {local}"
    total = f"{shown(each.before)} → {shown(each.after)}"
    return lesson.nodes[each.parent].name, local, text.number(each.upstream), text.number(each.amount), total


def _aligned(rows: list[Row]) -> list[str]:
    widths = [max(map(text.columns, column)) for column in zip(*rows)]
    return ["  ".join(_cell(row[i], widths[i], i in RIGHT) for i in range(len(row))).rstrip() for row in rows]


def _cell(content: str, width: int, right: bool) -> str:
    space = " " * (width - text.columns(content))
    return space + content if right else content + space
