"""Node: what a Value and a Tensor have in common, one number of the graph that knows where it came from."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from . import engine

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Node:
    """One node of the graph.

    ``data``   its value          ``op``     the row that computed it (LEAF or CONSTANT where none did)
    ``grad``   its gradient, None until computed       ``label``  its name, or None

    Parents and local gradients are in slots of their own and not in tuples: a node is then one
    object for the garbage collector and not three, which is most of what a node costs. ``_a`` is
    the first parent (None in a leaf), ``_b`` the second, or a tuple of all the others; ``_da`` and
    ``_db`` are their local gradients, None for a constant.
    """

    __slots__ = ("data", "grad", "label", "op", "_a", "_b", "_da", "_db")
    __array_ufunc__ = None  # a NumPy operand on the left leaves the operation to us

    data: Any
    grad: Any
    label: str | None
    op: Any
    _a: Any
    _b: Any
    _da: Any
    _db: Any
    static: Mapping[str, Any] = NOTHING  # an ArrayOp's settings; no other row has any

    @property
    def parents(self) -> tuple[Any, ...]:
        """The operands this node was computed from, in order; a node used twice is there twice."""
        if self._a is None:
            return ()
        if self._b is None:
            return (self._a,)
        return (self._a, *self._b) if type(self._b) is tuple else (self._a, self._b)

    @property
    def local_grads(self) -> tuple[Any, ...]:
        """The local gradient of each parent: the derivative of this node to it; None where it needs none."""
        if self._a is None:
            return ()
        if self._b is None:
            return (self._da,)
        return (self._da, *self._db) if type(self._b) is tuple else (self._da, self._db)

    def backward(self, gradient: Any = None) -> None:
        """Work out the gradient of this node to everything it was computed from, into ``.grad``.

        ``gradient`` is the upstream gradient of this node itself, 1 where None. Gradients of leaves
        add up from call to call until ``zero_grad()``; those of inner nodes start afresh.
        """
        deque(engine.walk(self, self._seed(gradient)), maxlen=0)

    def zero_grad(self) -> None:
        """Forget the gradients (None) of this node and of everything it was computed from."""
        self.grad = None
        if self._a is not None:
            for node in engine.topological_order(self):
                node.grad = None

    def _seed(self, gradient: Any) -> Any:
        raise AssertionError("each kind of node says what gradient a walk starts from")
