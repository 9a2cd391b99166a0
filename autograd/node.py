"""Node: what a Value and a Tensor have in common, one number of the graph that knows where it came from."""

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

    ``data``   its value          ``op``     the row that computed it (LEAF or CONSTANT where none did)
    ``grad``   its gradient, None until computed       ``label``  its name, or None

    Parents and local gradients are in slots of their own and not in tuples: a node is then one
    object for the garbage collector and not three, which is most of what a node costs. ``_a`` is
    the first parent (None in a leaf), ``_b`` the second, or a tuple of all the others; ``_da`` and
    ``_db`` are their local gradients, None where the operand was a plain number. ``_data`` is what ``data``
    reads and, after a look at what comes, sets; operations read the slot itself, which costs a third.
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
    kind: type  # Value or Tensor, also where a class is derived from them
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
        deque(engine.walk(self, self._seed(gradient, "backward")), maxlen=0)

    def zero_grad(self) -> None:
        """Forget the gradients (None) of this node and of everything it was computed from."""
        self.grad = None
        if self._a is not None:
            for node in engine.topological_order(self):
                node.grad = None

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        """NumPy's elementwise functions, with a node among the operands: the row of that name."""
        return numpy_protocol.elementwise(ufunc, method, inputs, settings)

    def __array_function__(self, function: Any, types: Any, args: Any, settings: Any) -> Any:
        """NumPy's other functions, with a node among the arguments: the package's function of that name."""
        return numpy_protocol.function(function, args, settings)

    def _is_slope(self) -> Self:
        """Note that this is a derivative, or of one: if it is a constant, its own are 0, and no mistake."""
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
        raise AssertionError("each kind of node says what gradient a walk starts from")

    if TYPE_CHECKING:  # bound from the table to Value and Tensor; here for editors and type checkers

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
