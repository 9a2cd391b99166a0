"""Node: what Value and Tensor have in common, a number or array that knows what it was computed from."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import copying, engine, numpy_protocol, torch_names
from .names import tell, there
from .ops import CONSTANT

if TYPE_CHECKING:
    from typing_extensions import Self  # typing has it from Python 3.11 on

NOTHING: Mapping[str, Any] = {}


class Node:
    """One node of the graph.

    ``data``   its value          ``op``     the row that computed it (LEAF or CONSTANT if none did)
    ``grad``   its gradient, None until computed       ``label``  its name, or None

    Parents and local gradients are in slots, not in tuples: then a node is one object for the garbage
    collector instead of three, which is most of a node's cost. ``_a`` is the first parent (None in a leaf),
    ``_b`` the second, or a tuple of all the others; ``_da`` and ``_db`` are their local gradients, None if
    the operand was a plain number. ``data`` reads ``_data``, and checks what it is set to; operations read
    the slot itself, at a third of the cost.
    """

    __slots__ = ("_data", "grad", "label", "op", "_a", "_b", "_da", "_db")

    data: Any
    _data: Any
    grad: Any
    label: str | None
    op: Any
    _a: Any
    _b: Any
    _da: Any
    _db: Any
    kind: type  # Value or Tensor, even in a subclass
    static: Mapping[str, Any] = NOTHING  # an ArrayOp's settings; no other row has any

    @property
    def parents(self) -> tuple[Any, ...]:
        """The operands this node was computed from, in order; a node used twice is listed twice."""
        if self._a is None:
            return ()
        if self._b is None:
            return (self._a,)
        return (self._a, *self._b) if type(self._b) is tuple else (self._a, self._b)

    @property
    def local_grads(self) -> tuple[Any, ...]:
        """The local gradient of each parent: the derivative of this node to it, or None if not needed."""
        if self._a is None:
            return ()
        if self._b is None:
            return (self._da,)
        return (self._da, *self._db) if type(self._b) is tuple else (self._da, self._db)

    def backward(self, gradient: Any = None) -> None:
        """Compute the gradient of this node to everything it was computed from, into ``.grad``.

        ``gradient`` is the upstream gradient of this node itself, by default 1. Gradients of leaves
        add up from call to call until ``zero_grad()``; those of inner nodes start afresh.
        """
        deque(engine.walk(self, self._seed(gradient, "backward")), maxlen=0)

    def zero_grad(self) -> None:
        """Reset the gradients of this node and of everything it was computed from to None."""
        self.grad = None
        if self._a is not None:
            for node in engine.topological_order(self):
                node.grad = None

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        """Call the row with the name of NumPy's elementwise function."""
        return numpy_protocol.elementwise(ufunc, method, inputs, settings)

    def __array_function__(self, function: Any, types: Any, args: Any, settings: Any) -> Any:
        """Call the package's function with the name of NumPy's function."""
        return numpy_protocol.function(function, args, settings)

    def _is_slope(self) -> Self:
        """Mark this as (made from) a derivative: if it is constant, its derivatives are 0, not errors."""
        if self._a is None and self.op is CONSTANT:
            self._da = 0.0
        return self

    __dir__ = there

    def __copy__(self) -> Any:
        written: Any = object.__reduce_ex__(self, 2)  # the class, and what is in attributes and slots
        make, arguments, *kept = written
        copied = make(*arguments)
        for names in kept[0] if kept else ():
            for name, value in (names or {}).items():
                setattr(copied, name, value)
        return copied

    def __reduce_ex__(self, protocol: Any) -> Any:
        return object.__reduce_ex__(self, 2) if self._a is None else copying.reduced(self)

    def _seed(self, gradient: Any, caller: str) -> Any:
        raise AssertionError("each kind of node defines _seed")

    if TYPE_CHECKING:  # installed on Value and Tensor from the table; here for editors and type checkers

        def __add__(self, other: Any) -> Self: ...
        def __radd__(self, other: Any) -> Self: ...
        def __sub__(self, other: Any) -> Self: ...
        def __rsub__(self, other: Any) -> Self: ...
        def __mul__(self, other: Any) -> Self: ...
        def __rmul__(self, other: Any) -> Self: ...
        def __truediv__(self, other: Any) -> Self: ...
        def __rtruediv__(self, other: Any) -> Self: ...
        def __pow__(self, other: Any) -> Self: ...
        def __rpow__(self, other: Any) -> Self: ...
        def __neg__(self) -> Self: ...
        def __abs__(self) -> Self: ...

        def __getattr__(self, name: str) -> Any: ...  # every row of the table is a method


tell(Node, torch_names.NODE, torch_names.NO_ATTRIBUTE)
