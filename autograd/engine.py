"""The walk: from a result back to what it was computed from, one operation at a time.

``backward()`` and every stepper drain the same generator, :func:`walk`. Nothing here knows whether
a node holds a float or an array: nodes know how to pass their gradient on (``_pass_all_on``), the walk
knows the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .checks import wrong


def inner_nodes(root: Any) -> list[Any]:
    """The nodes that ``root`` was computed by, itself the last: parents first, leaves left out.

    A depth-first search with a stack of its own, so that a chain of a million nodes is no deeper than
    Python's stack allows. Parents are visited in their order, so equal programs give equal orders.
    """
    order: list[Any] = []
    if root._a is None:
        return order
    done: set[Any] = set()  # what is in the order
    add = done.add  # no function in here may take hold of done: reading it would be slower
    path: list[Any] = []  # the nodes on the way down
    turns: dict[Any, Iterator[Any]] = {}  # where each n-ary node's turn has got to
    node = root
    while True:
        parent = node._a
        while parent._a is not None and parent not in done:
            path.append(node)
            node = parent
            parent = node._a
        while True:  # the first parent is done: the others
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
                    # Most are products, of operands that are done: no need to go down to them.
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
    """Every node of the graph, leaves and constants too, each after its parents.

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
    """Yield each inner node when its gradient is complete, and pass that on to its parents when resumed.

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
    if not hasattr(given, "_seed"):
        raise wrong(given, "root", caller, "a Value or a Tensor, the node that a computation ended in")
    return given
