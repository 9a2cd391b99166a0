"""The backward walk: from a result to everything it was computed from, one operation at a time.

``backward()`` and every stepper consume the same generator, :func:`walk`. Nothing here knows whether a node
holds a float or an array: nodes know how to pass their gradient on (``_pass_all_on``), the walk knows the
order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .checks import wrong


def inner_nodes(root: Any) -> list[Any]:
    """List the nodes that ``root`` was computed by, without leaves: parents first, ``root`` last.

    This is a depth-first search with its own stack, so a chain of a million nodes does not overflow
    Python's. Parents are visited in order, so equal programs give equal orders.
    """
    order: list[Any] = []
    if root._a is None:
        return order
    done: set[Any] = set()  # the nodes already in the order
    add = done.add  # no inner function may capture done: it would become a slower cell variable
    path: list[Any] = []  # the nodes on the way down
    turns: dict[Any, Iterator[Any]] = {}  # how far each n-ary node has got with its parents
    node = root
    while True:
        parent = node._a
        while parent._a is not None and parent not in done:
            path.append(node)
            node = parent
            parent = node._a
        while True:  # the first parent is done; now the others
            other = node._b
            if other is None:
                pass
            elif type(other) is tuple:
                for parent in turns.setdefault(node, iter(other)):
                    if parent._a is not None and parent not in done:
                        break
                else:
                    parent = None
                if parent is not None:
                    path.append(node)
                    node = parent
                    break
            else:
                first = other._a
                if first is not None and other not in done:
                    # Most are products whose operands are done: no need to descend.
                    second = other._b
                    if (first._a is None or first in done) and (
                        second is None
                        or (type(second) is not tuple and (second._a is None or second in done))
                    ):
                        order.append(other)
                        add(other)
                    else:
                        path.append(node)
                        node = other
                        break
            order.append(node)
            add(node)
            if not path:
                return order
            node = path.pop()


def topological_order(root: Any) -> list[Any]:
    """List every node of the graph, including leaves and constants, each after its parents.

    >>> from autograd import Value
    >>> a = Value(2.0, "a")
    >>> [node.op.name for node in topological_order(a * a + 1.0)]
    ['leaf', 'mul', 'constant', 'add']
    """
    order: dict[Any, None] = {}
    for node in inner_nodes(root_of(root, "topological_order")):
        for parent in node.parents:
            order.setdefault(parent)
        order[node] = None
    order.setdefault(root)
    return list(order)


def walk(root: Any, gradient: Any) -> Iterator[Any]:
    """Yield each inner node once its gradient is complete; when resumed, pass it on to its parents.

    The gradients of inner nodes belong to one walk and start afresh; those of leaves add up.
    """
    root._check_differentiable("backward")
    order = inner_nodes(root)
    for node in order:
        node.grad = None
    total = gradient if root.grad is None else root.grad + gradient
    root.grad = np.array(total) if isinstance(gradient, np.ndarray) else total
    return root._pass_all_on(reversed(order))


def root_of(given: Any, caller: str) -> Any:
    """Return the root of a walk, or raise a TypeError for anything but a node."""
    if not hasattr(given, "_seed"):
        raise wrong(given, "root", caller, "a Value or a Tensor, the node that a computation ended in")
    return given
