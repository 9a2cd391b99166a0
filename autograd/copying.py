"""Copies and pickles of graphs, at any depth; nodes that are shared stay shared.

``copy.deepcopy`` and ``pickle`` recurse into what an object holds, so a chain of 300 nodes would be too deep
for Python's stack. A computed node is therefore written as its place in a :class:`Part`: a list of nodes,
each after its parents.

>>> import copy, pickle
>>> from autograd import Value
>>> x = node = Value(1.0, "x")
>>> for _ in range(2_000):
...     node = node + x
>>> leaf, again = copy.deepcopy([x, node])
>>> again.backward()
>>> leaf.grad, x.grad, pickle.loads(pickle.dumps(node)).data
(2001.0, None, 2001.0)
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

LINKS = ("_a", "_b", "_da", "_db")  # the slots with parents and local gradients
LEFT_OUT = ...  # stands for an empty slot, or for a function, which is not pickled but made anew


class Part:
    """Computed nodes of one kind, each after its parents, as one object to copy or pickle.

    Whoever makes a copy keeps its parts alive, and while a part is alive its nodes are in no other part. So
    a node that others share is written once, and is shared in the copy too.
    """

    def __init__(self, nodes: list[Any]) -> None:
        self.nodes = nodes
        self.places = {id(node): place for place, node in enumerate(nodes)}

    def __reduce__(self) -> tuple[Any, ...]:
        places = self.places.copy()
        others: list[Any] = []  # parents that are leaves, or in another part; their places are -1, -2, ...
        edges, counts = array("q"), array("q")
        locals_: list[Any] = []
        operands: dict[int, list[Any]] = {}  # for nodes whose local gradients are functions
        for index, node in enumerate(self.nodes):
            parents = node.parents
            counts.append(len(parents))
            for parent, local in zip(parents, node.local_grads):
                if id(parent) not in places:
                    others.append(parent)
                    places[id(parent)] = -len(others)
                edges.append(places[id(parent)])
                locals_.append(LEFT_OUT if callable(local) else local)
                if callable(local):
                    # Not the parents themselves: one that refers back to this node may still be empty.
                    operands[index] = [each.data for each in parents]
        kind = type(self.nodes[0])
        slots = {
            name: [getattr(node, name, LEFT_OUT) for node in self.nodes]
            for base in kind.__mro__
            for name in vars(base).get("__slots__", ())
            if name not in LINKS
        }
        # Nodes are made first and filled later, since what a node holds may refer back to it.
        return _blank, (kind, len(self.nodes)), (others, edges, counts, locals_, operands, slots)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        others, edges, counts, locals_, operands, slots = state
        for name, column in slots.items():
            for node, kept in zip(self.nodes, column):
                if kept is not LEFT_OUT:
                    setattr(node, name, kept)
        end = 0
        for index, (node, count) in enumerate(zip(self.nodes, counts)):
            start, end = end, end + count
            node._a, node._b = _apart(
                [self.nodes[place] if place >= 0 else others[~place] for place in edges[start:end]]
            )
            found = locals_[start:end]
            node._da, node._db = _apart(
                _with_functions(node, found, operands[index]) if index in operands else found
            )


class _Here(threading.local):
    """The live parts, by the ids of their nodes; one dict per thread, since each makes its own copy."""

    def __init__(self) -> None:
        self.part_of: WeakValueDictionary[int, Part] = WeakValueDictionary()


_here = _Here()


def reduced(node: Any) -> tuple[Any, ...]:
    """Return what ``__reduce__`` gives for a computed node: its place in a part."""
    part = _here.part_of.get(id(node))
    if part is None:
        part = Part(_in_no_part(node))
        _here.part_of.update(dict.fromkeys(part.places, part))
    return _node_at, (part, part.places[id(node)])


def _in_no_part(node: Any) -> list[Any]:
    """List the computed nodes up to this one, each after its parents, without those already in a part."""
    order: dict[int, Any] = {}
    part_of = _here.part_of
    waiting = [node]
    while waiting:
        node = waiting[-1]
        before = [
            parent
            for parent in (() if id(node) in order else reversed(node.parents))
            if parent._a is not None and id(parent) not in order and id(parent) not in part_of
        ]
        if not before:
            order.setdefault(id(node), waiting.pop())
        waiting += before
    return list(order.values())


def _with_functions(node: Any, locals_: list[Any], operands: list[Any]) -> list[Any]:
    """Return the local gradients, with functions made anew from the copy's own arrays."""
    partials = node.op.partials
    with np.errstate(all="ignore"):  # any warning came when they were first made
        if not isinstance(partials, tuple):
            made = partials(node.data, *operands, **node.static)
            return [made[i] if local is LEFT_OUT else local for i, local in enumerate(locals_)]
        return [
            partial(node.data, *operands, **node.static) if local is LEFT_OUT else local
            for partial, local in zip(partials, locals_)
        ]


def _apart(each: Sequence[Any]) -> tuple[Any, Any]:
    """Split a list with one entry per parent as nodes do: the first, and None, the second, or the others."""
    first, *others = each
    return first, tuple(others) if len(others) > 1 else others[0] if others else None


def _blank(kind: Any, count: int) -> Part:
    return Part([kind.__new__(kind) for _ in range(count)])


def _node_at(part: Part, place: int) -> Any:
    return part.nodes[place]
