"""The lesson's program in JavaScript: both passes of one graph, straight on, for a page to run when a leaf
changes."""

from __future__ import annotations

from ..javascript import JavaScript, expression, value
from ..naming import derivatives, is_plain, plain
from .lesson import Lesson


def program(lesson: Lesson) -> str:
    """A function ``program(v, d)``: from the leaves in ``v`` the value of every node, and into ``d`` local
    gradients.

    Each line is one operation: its value and its partial derivatives, as the rows of the table write them.
    ValueError where one of them has no formula.

    >>> from autograd import Value
    >>> from autograd.show.lesson import read_lesson
    >>> x = Value(2.0, "x")
    >>> print(program(read_lesson((x * 3.0).tanh())))
    function program(v, d) {
      v[2] = v[0] * 3.0; d[2] = [3.0, null];
      v[3] = Math.tanh(v[2]); d[3] = [1.0 - v[3] * v[3]];
    }
    """
    lines = []
    for index in lesson.order:
        node = lesson.graph[index]
        out = JavaScript(f"v[{index}]")
        operands = [
            plain(parent) if is_plain(parent) else JavaScript(f"v[{number}]")
            for parent, number in zip(node.parents, lesson.nodes[index].parents)
        ]
        slopes = []
        for local, partial in zip(lesson.nodes[index].local_grads, derivatives(node, out, operands)):
            if local is not None and partial is None:
                raise ValueError(
                    f"a partial derivative of {node.op.name} has no formula that a page could compute with"
                )
            slopes.append("null" if local is None else expression(partial))
        lines.append(f"  {out} = {value(node.op, operands)}; d[{index}] = [{', '.join(slopes)}];\n")
    return f"function program(v, d) {{\n{''.join(lines)}}}\n"
