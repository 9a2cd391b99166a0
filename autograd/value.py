"""Value: a float that remembers what it was computed from.

Its arithmetic is in the table (:mod:`autograd.ops`); at import each row is compiled into a method
(:mod:`autograd.compiling`). This module has the node itself, and turns plain numbers into constants.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from . import compiling, modes, nary_ops, ops, rows, torch_names
from .float_node import FloatNode, as_float, as_operand, unwrapped
from .names import tell
from .row_docs import describe
from .value_errors import changed_since, nan_gradient, nan_value

ERRORS = (ArithmeticError, ValueError)


class Value(FloatNode):
    """A number in a computation graph: it records its parents and the local gradient to each.

    ``Value(data, label=None)`` makes a leaf. Arithmetic with Values and plain numbers makes nodes;
    every row of the table (``exp``, ``tanh``, ``relu``, ...) is a method. ``<``, ``<=``, ``>`` and ``>=``
    compare by value, ``==`` and the hash by identity, so a node can be the key of a dict. A domain
    error, a division by 0 and a nan raise exceptions.

    >>> x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.7, "b")
    >>> o = (x * w + b).tanh()
    >>> o.backward()
    >>> print(f"{o.data:.4f} {w.grad:.4f}")
    0.6044 1.2695
    >>> o.parents[0].op, o.parents[0].local_grads
    (<op add>, (1.0, 1.0))
    """

    __slots__ = ()
    array_kind: Any  # the class for arrays of Values, set by :mod:`autograd.value_array`

    grad: float | None

    def __init__(self, data: Any, label: str | None = None, *others: Any) -> None:
        if others or label is not None and not isinstance(label, str):
            raise torch_names.no_label("Value", label, others)
        self._data = as_float(data, "Value")
        self.grad = None
        self.label = label
        self.op = ops.LEAF
        self._a = self._b = self._da = self._db = None

    @property
    def data(self) -> float:
        """The number. It can be set to any plain real number, converted to a float; nan is an error."""
        return self._data

    @data.setter
    def data(self, number: Any) -> None:
        self._data = as_float(number, "Value.data")

    def __repr__(self) -> str:
        parts = [f"{self.data:.6g}"]
        if self.label:
            parts.append(f"label={self.label!r}")
        if self.op is not ops.LEAF:
            parts.append(f"op={self.op.name}")
        if self.grad is not None:
            parts.append(f"grad={self.grad:.6g}")
        return f"Value({', '.join(parts)})"

    @staticmethod
    def _pass_all_on(nodes: Iterable[Value]) -> Iterator[Value]:
        """Add upstream gradient times local gradient to the gradient of each parent, node by node."""
        # The lines for the first, the second and further parents are repeated: a function call per node made
        # this loop 4 % slower.
        for node in nodes:
            yield node
            upstream: Any = node.grad
            local = node._da
            if local is not None:
                parent = node._a
                total = parent.grad
                total = upstream * local if total is None else total + upstream * local
                if total != total:
                    raise nan_gradient(node, parent, local, upstream)
                parent.grad = total
            local = node._db
            if local is None:
                continue
            if type(local) is tuple:  # an n-ary node
                pairs: Iterable[Any] = zip(node._b, local)
            else:
                parent = node._b
                total = parent.grad
                total = upstream * local if total is None else total + upstream * local
                if total != total:
                    raise nan_gradient(node, parent, local, upstream)
                parent.grad = total
                continue
            for parent, local in pairs:
                if local is not None:
                    total = parent.grad
                    total = upstream * local if total is None else total + upstream * local
                    if total != total:
                        raise nan_gradient(node, parent, local, upstream)
                    parent.grad = total

    def _share(self, upstream: Any, local: Any, parent: Any) -> Any:
        """Return what this node adds to a parent's gradient: a number, or a node to differentiate again."""
        share = upstream if type(local) is float and local == 1.0 else upstream * local
        if type(share) is float and share != share:
            raise nan_gradient(self, parent, local, upstream)
        return share

    def _local_grad_nodes(self, wanted: Collection[Any]) -> tuple[Any, ...]:
        """Return the local gradients to the ``wanted`` parents, as nodes that can be differentiated."""
        parents = self.parents
        needed = [known is not None and node in wanted for node, known in zip(parents, self.local_grads)]
        if isinstance(self.op, nary_ops.NaryOp):
            found = self.op.partials(self, *parents)
        else:
            found = tuple(p(self, *parents) if need else None for p, need in zip(self.op.partials, needed))
        for known, local, need in zip(self.local_grads, found, needed):
            if need and (local._data if isinstance(local, Value) else local) != known:
                raise changed_since(self)
        return tuple(local if need else None for local, need in zip(found, needed))

    def _check_unchanged(self, used: list[bool]) -> None:
        """Do nothing: local gradients are floats, which keep the numbers of the forward pass."""

    def _seed(self, gradient: Any, caller: str) -> float:
        return 1.0 if gradient is None else as_operand(gradient, f"{caller}: gradient")

    @staticmethod
    def _lift_gradient(gradient: Any) -> Value:
        return constant(gradient)

    def _zero_gradient(self, as_node: bool) -> Any:
        return constant(0.0) if as_node else 0.0

    def _check_differentiable(self, caller: str) -> None:
        if self.op is ops.CONSTANT and self._da is None:
            raise ValueError(
                f"{caller}: {self!r} is a constant (a number, or made under no_grad()) and has no gradient"
            )

    @staticmethod
    def _where(condition: Any, x: Any, y: Any) -> Any:
        if isinstance(condition, np.ndarray) and condition.ndim or _has_array(x, y):
            return Value.array_kind._where(condition, x, y)
        if isinstance(condition, np.ndarray) and condition.dtype == bool:
            condition = condition.item()
        if not isinstance(condition, (bool, np.bool_)):
            raise TypeError(
                f"where: the condition is {condition!r}; for Values it is True or False, as x > 0 gives"
            )
        x, y = _lifted(x, "where: x"), _lifted(y, "where: y")
        return x if condition else y

    def _equal(self, other: Any) -> bool:
        if modes.traces and (recorder := modes.recorder()):
            return recorder.compare(self, "==", unwrapped(other))
        return self._data == as_operand(other, "equal")

    @staticmethod
    def _apply(op: ops.Op, *operands: Any) -> Value:
        """Compute the operation on operands, at least one of which is a Value; the others are plain numbers.

        With an array among them, the result is an array of Values.
        """
        if _has_array(*operands):
            return Value.array_kind._apply(op, *operands)
        nodes = [_lifted(operand, op.name) for operand in operands]
        needs = tuple(node.op is not ops.CONSTANT for node in nodes)
        found = _compiled(op, needs)(*nodes)
        return found if any(needs) else _of_slopes(found, nodes)


def _of_slopes(found: Value, nodes: list[Value]) -> Value:
    """Mark a constant computed from constants as a derivative if one of them is."""
    return found._is_slope() if any(node._da is not None for node in nodes) else found


def constant(data: Any, caller: str = "constant") -> Value:
    """Make a node from a plain number: it takes part in operations and needs no gradient."""
    node = Value(as_float(data, caller))
    node.op = ops.CONSTANT
    return node


def _has_array(*operands: Any) -> bool:
    return any(isinstance(operand, np.ndarray) and operand.ndim for operand in operands)


def nary(op: nary_ops.NaryOp, operands: Sequence[Any]) -> Value:
    """Make one node from any number of Values and plain numbers; a constant if none is a Value."""
    nodes = [x if type(x) is Value else _lifted(x, op.name) for x in operands]
    numbers = [node._data for node in nodes]
    try:
        out = op.on_float(*numbers)
    except ERRORS as error:
        raise rows.explain(op, error, tuple(numbers)) from None
    if out != out:
        raise nan_value(op, *numbers)
    kinds = [node.op for node in nodes]
    if ops.CONSTANT in kinds and kinds.count(ops.CONSTANT) == len(kinds):
        return _of_slopes(constant(out), nodes)
    if modes.paused and not modes.recording():
        return constant(out)
    node = Value(out)
    locals_ = op.partials(out, *numbers)
    if ops.CONSTANT in kinds:
        locals_ = tuple(None if kind is ops.CONSTANT else local for kind, local in zip(kinds, locals_))
    node.op = op
    node._a, node._da = nodes[0], locals_[0]
    if len(nodes) == 2:
        node._b, node._db = nodes[1], locals_[1]
    elif len(nodes) > 2:
        node._b, node._db = tuple(nodes[1:]), locals_[1:]
    return node


def _lifted(operand: Any, caller: str) -> Value:
    if isinstance(operand, Value):
        return operand
    return _lifted(operand[()], caller) if isinstance(operand, np.ndarray) else constant(operand, caller)


def _without_derivative(op: Any, error: Exception, *nodes: Value) -> Value:
    """Make the node if only a derivative to a constant is not finite, which is not needed; else raise."""
    needs = tuple(node.op is not ops.CONSTANT for node in nodes)
    if all(needs):
        raise rows.explain(op, error, tuple(node._data for node in nodes), derivative=True) from None
    return _compiled(op, needs)(*nodes)


# Rows become methods.

# The globals of the compiled methods, with the rows' functions on floats.
_scope: dict[str, Any] = {
    **{row.name: row.on_float for row in ops.ELEMENTWISE.values()},
    # Called as new(*kind), with a ready tuple, it takes two thirds of the time.
    "Value": Value, "new": object.__new__, "kind": (Value,),
    "constant": constant, "apply": Value._apply, "ERRORS": ERRORS,
    "explain": rows.explain, "nan_value": nan_value, "checked": as_float, "recording": modes.recording,
    "paused": modes.paused, "without_derivative": _without_derivative,
}  # fmt: skip
modes.scopes.append(_scope)
RESERVED = frozenset(_scope)
Value.kind = Value

_built: dict[tuple[ops.Op, tuple[bool, ...]], Callable[..., Value]] = {}


def _compiled(op: ops.Op, needs: tuple[bool, ...]) -> Callable[..., Value]:
    """Return the operation for nodes where ``needs`` tells which get a local gradient; compile it once."""
    if (op, needs) not in _built:
        _built[op, needs] = compiling.build(op, needs, _scope)
    return _built[op, needs]


def install(op: ops.Op) -> None:
    """Make the row a method of Value and, if it is one of Python's operators, that operator."""
    _scope[op.name] = op.on_float
    object.__setattr__(op, "__doc__", describe(op))
    method = compiling.build(op, None, _scope)
    setattr(Value, op.name, method)
    if op.name in ops.OPERATORS:
        operator = ops.OPERATORS[op.name]
        setattr(Value, f"__{operator}__", method)
        if len(op.partials) == 2:
            setattr(Value, f"__r{operator}__", lambda self, other: Value._apply(op, other, self))


for _op in ops.ELEMENTWISE.values():
    install(_op)

tell(Value, torch_names.VALUE, torch_names.NO_ATTRIBUTE)
