"""Write both passes of a lesson as straight-line JavaScript, which the page runs when a leaf changes."""

from __future__ import annotations

from ...languages.javascript import JavaScript, expression, value
from ...naming import derivatives, is_plain, plain
from ...steps import pass_on
from ..lesson import Lesson


def forward(lesson: Lesson) -> str:
    """Write ``forward(v, d)``, which computes values ``v`` from the leaves, and local gradients ``d``.

    Each line is one operation: its value and its partial derivatives, as the rows of the table write them.
    Raise ValueError if one of them has no formula.

    >>> from autograd import Value
    >>> from autograd.show.lesson import read_lesson
    >>> x = Value(2.0, "x")
    >>> print(forward(read_lesson((x * 3.0).tanh())))
    function forward(v, d) {
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
    return f"function forward(v, d) {{\n{''.join(lines)}}}\n"


def backward(lesson: Lesson) -> str:
    """Write ``backward(d, g, add)``, which computes all gradients in ``g`` from the local gradients ``d``.

    Each line is one contribution, made by :func:`autograd.steps.pass_on`, in the order of the walk. ``add``
    gets the upstream and local gradient, their product, and the total before and after; it returns the last.

    >>> from autograd import Value
    >>> from autograd.show.lesson import read_lesson
    >>> x = Value(2.0, "x")
    >>> print(backward(read_lesson(x * x)))
    function backward(d, g, add) {
      g[1] = 1.0;
      g[0] = add(g[1], d[1][0], g[1] * d[1][0], null, g[1] * d[1][0]);
      g[0] = add(g[1], d[1][1], g[1] * d[1][1], g[0], g[0] + g[1] * d[1][1]);
    }
    """
    lines = [f"  g[{lesson.root}] = 1.0;\n"]
    totals: dict[object, JavaScript] = {}
    for share in (share for step in lesson.steps for share in step):
        node, parent = lesson.graph[share.node], lesson.graph[share.parent]
        upstream, local = JavaScript(f"g[{share.node}]"), JavaScript(f"d[{share.node}][{share.index}]")
        amount, before, after = pass_on(node, upstream, local, parent, totals)
        totals[parent] = total = JavaScript(f"g[{share.parent}]")
        had = "null" if before is None else before
        lines.append(f"  {total} = add({upstream}, {local}, {amount}, {had}, {after});\n")
    return f"function backward(d, g, add) {{\n{''.join(lines)}}}\n"
