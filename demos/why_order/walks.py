"""Five ways to walk back through a graph, right and wrong, and a trace of what each passes on.

Each walk adds to ``grad``, which starts with the root's gradient, and calls ``note`` for every contribution
once it has arrived; the rest is as a student would write it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograd import Value, topological_order

Gradients = dict[Value, float]
Note = Callable[[Value, Value, float, float], None]
Walk = Callable[[Value, Gradients, Note], None]


def in_order(root: Value, grad: Gradients, note: Note) -> None:
    """Walk in the right order: a node passes its gradient on once all of it has arrived."""
    for node in reversed(topological_order(root)):
        for parent, local in edges(node):
            grad[parent] = grad.get(parent, 0.0) + local * grad[node]
            note(node, parent, local, grad[node])


def at_once(node: Value, grad: Gradients, note: Note) -> None:
    """Walk naively: pass on what is there so far, and visit each parent at once."""
    for parent, local in edges(node):
        grad[parent] = grad.get(parent, 0.0) + local * grad[node]
        note(node, parent, local, grad[node])
        at_once(parent, grad, note)


def visited_once(node: Value, grad: Gradients, note: Note, visited: set[Value] | None = None) -> None:
    """Walk as ``at_once``, but visit no node a second time: a repair that fails."""
    visited = set() if visited is None else visited
    if node in visited:
        return
    visited.add(node)
    for parent, local in edges(node):
        grad[parent] = grad.get(parent, 0.0) + local * grad[node]
        note(node, parent, local, grad[node])
        visited_once(parent, grad, note, visited)


def only_what_is_new(node: Value, grad: Gradients, note: Note, share: float = 1.0) -> None:
    """Walk as ``at_once``, but pass on only the new share, along every path separately: right, but slow."""
    for parent, local in edges(node):
        grad[parent] = grad.get(parent, 0.0) + local * share
        note(node, parent, local, share)
        only_what_is_new(parent, grad, note, local * share)


def set_not_added(root: Value, grad: Gradients, note: Note) -> None:
    """Walk in the right order, but let each contribution replace the one before it."""
    for node in reversed(topological_order(root)):
        for parent, local in edges(node):
            grad[parent] = local * grad[node]
            note(node, parent, local, grad[node])


def edges(node: Value) -> Iterator[tuple[Value, float]]:
    """Yield the parents of a node with their local gradients; ``x * x`` has two edges to x."""
    for parent, local in zip(node.parents, node.local_grads):
        if local is not None:
            yield parent, local


@dataclass(frozen=True)
class Push:
    """One contribution, local gradient times upstream, and all gradients once it has arrived."""

    node: Value
    parent: Value
    local_grad: float
    upstream: float
    after: Gradients


def trace(walk: Walk, root: Value) -> tuple[list[Push], Gradients]:
    """Run a walk from gradient 1 at the root; return its contributions, in order, and the final gradients.

    >>> a = Value(1.0)
    >>> b = a + a
    >>> c = b + b
    >>> [trace(walk, c)[1][a] for walk in (in_order, at_once, visited_once, only_what_is_new)]
    [4.0, 6.0, 2.0, 4.0]
    """
    grad: Gradients = {root: 1.0}
    pushes: list[Push] = []

    def note(node: Value, parent: Value, local: float, upstream: float) -> None:
        pushes.append(Push(node, parent, local, upstream, dict(grad)))

    walk(root, grad, note)
    return pushes, grad
