"""Value: one float that remembers where it came from.

The arithmetic is in the table (:mod:`autograd.ops`). At import each row is *compiled* into a
method: its value and partial derivatives are called once with symbols, and the text they give is
set into the template below. So the hot path is the code one would write by hand, and the calculus
is still written once; ``print(source(ops.tanh))`` shows it.
"""

from __future__ import annotations

import linecache
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Union

import numpy as np

from . import modes, ops
from .naming import name_of
from .node import Node
from .symbols import Symbol

Number = Union[float, int, "Value"]

ERRORS = (ArithmeticError, ValueError)


class Value(Node):
    """A number in a computation graph: it records its parents and the local gradient to each.

    ``Value(data, label=None)`` makes a leaf. Arithmetic with Values and plain numbers makes nodes;
    every row of the table (``exp``, ``tanh``, ``relu``, ...) is a method. ``<`` and its like
    compare by value, ``==`` and the hash by identity, so a node can be the key of a dict. A domain
    error, a division by 0 and a nan are exceptions.

    >>> x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.7, "b")
    >>> o = (x * w + b).tanh()
    >>> o.backward()
    >>> print(f"{o.data:.4f} {w.grad:.4f}")
    0.6044 1.2695
    >>> o.parents[0].op, o.parents[0].local_grads
    (<op add>, (1.0, 1.0))
    """

    __slots__ = ()

    data: float
    grad: float | None

    def __init__(self, data: Any, label: str | None = None) -> None:
        self.data = _as_float(data, "Value")
        self.grad = None
        self.label = label
        self.op = ops.LEAF
        self._a = self._b = self._da = self._db = None

    def __float__(self) -> float:
        return float(self.data)

    def __repr__(self) -> str:
        parts = [f"{self.data:.6g}"]
        if self.label:
            parts.append(f"label={self.label!r}")
        if self.op is not ops.LEAF:
            parts.append(f"op={self.op.name}")
        if self.grad is not None:
            parts.append(f"grad={self.grad:.6g}")
        return f"Value({', '.join(parts)})"

    def __lt__(self, other: Number) -> bool:
        return self.data < _as_operand(other, "<")

    def __le__(self, other: Number) -> bool:
        return self.data <= _as_operand(other, "<=")

    def __gt__(self, other: Number) -> bool:
        return self.data > _as_operand(other, ">")

    def __ge__(self, other: Number) -> bool:
        return self.data >= _as_operand(other, ">=")

    @staticmethod
    def _pass_all_on(nodes: Iterable[Value]) -> Iterator[Value]:
        """Add upstream gradient times local gradient to the gradient of each parent, node by node."""
        for node in nodes:
            yield node
            upstream: Any = node.grad
            local = node._da
            if local is not None:
                parent = node._a
                total = parent.grad
                total = upstream * local if total is None else total + upstream * local
                if total != total:
                    raise _nan_gradient(node, parent, local)
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
                    raise _nan_gradient(node, parent, local)
                parent.grad = total
                continue
            for parent, local in pairs:
                if local is not None:
                    total = parent.grad
                    total = upstream * local if total is None else total + upstream * local
                    if total != total:
                        raise _nan_gradient(node, parent, local)
                    parent.grad = total

    @staticmethod
    def _share(upstream: Any, local: Any, parent: Any) -> Any:
        return upstream if type(local) is float and local == 1.0 else upstream * local

    def _local_grad_nodes(self) -> tuple[Any, ...]:
        """The local gradients once more, as nodes that can be differentiated."""
        parents = self.parents
        if isinstance(self.op, ops.NaryOp):
            return tuple(
                None if known is None else local
                for known, local in zip(self.local_grads, self.op.partials(self, *parents))
            )
        return tuple(
            None if known is None else partial(self, *parents)
            for known, partial in zip(self.local_grads, self.op.partials)
        )

    def _seed(self, gradient: Any) -> Any:
        return (
            1.0
            if gradient is None
            else gradient
            if type(gradient) is Value
            else _as_float(gradient, "gradient")
        )

    @staticmethod
    def _lift_gradient(gradient: Any) -> Value:
        return gradient if type(gradient) is Value else constant(gradient)

    def _zero_gradient(self, as_node: bool) -> Any:
        return constant(0.0) if as_node else 0.0

    def _check_differentiable(self, caller: str) -> None:
        if self.op is ops.CONSTANT:
            raise ValueError(f"{caller}: {self!r} is a constant; differentiate to a Value that you made")

    def _equal(self, other: Any) -> bool:
        return self.data == _as_operand(other, "==")

    @staticmethod
    def _apply(op: ops.Op, *operands: Any) -> Value:
        """The operation on operands of which one at least is a Value; the others are plain numbers."""
        return _compiled(op, tuple(isinstance(operand, Value) for operand in operands))(
            *(operand if isinstance(operand, Value) else constant(operand, op.name) for operand in operands)
        )


def constant(data: Any, caller: str = "constant") -> Value:
    """A plain number as a node: it takes part in operations and needs no gradient."""
    node = Value(_as_float(data, caller))
    node.op = ops.CONSTANT
    return node


def nary(op: ops.NaryOp, operands: Sequence[Any]) -> Value:
    """One node from any number of Values and plain numbers; a constant where none is a Value."""
    nodes = [x if type(x) is Value else _lifted(x, op) for x in operands]
    numbers = [node.data for node in nodes]
    try:
        out = op.on_float(*numbers)
    except ERRORS as error:
        raise ops.explain(op, error, tuple(numbers)) from None
    if out != out:
        raise _nan_value(op, *numbers)
    kinds = [node.op for node in nodes]
    if ops.CONSTANT in kinds and kinds.count(ops.CONSTANT) == len(kinds):
        return constant(out)
    node = Value(out)
    if modes.paused and not modes.recording():
        return node
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


def _lifted(operand: Any, op: Any) -> Value:
    return operand if isinstance(operand, Value) else constant(operand, op.name)


# Numbers in, and errors out.


def _as_float(data: Any, caller: str) -> float:
    """A plain number as a float; anything else, and nan, is an error that says what to use."""
    if type(data) is not float:
        if isinstance(data, Node):
            raise TypeError(
                f"{caller}: got {data!r} where a plain number is expected; Values and Tensors do not mix: "
                "take its .data, or build the whole expression of one kind"
            )
        if isinstance(data, np.ndarray) and data.ndim:
            raise TypeError(
                f"{caller}: got an array of shape {data.shape}; a Value is one number: use autograd.Tensor"
            )
        if isinstance(data, (str, bytes, complex, np.complexfloating)) or not hasattr(data, "__float__"):
            raise TypeError(f"{caller}: got {data!r} of type {type(data).__name__}; expected a real number")
        try:
            data = float(data)
        except OverflowError as error:
            raise OverflowError(f"{caller}: the number is too large for a float (above 1.8e308)") from error
    if data != data:
        raise ValueError(f"{caller}: got nan, which is not a number; look for where the data has it")
    return data


def _as_operand(other: Any, caller: str) -> float:
    return other.data if isinstance(other, Value) else _as_float(other, caller)


def _nan_value(op: Any, *numbers: float) -> Exception:
    shown = ", ".join(f"{number:.6g}" for number in numbers)
    return ValueError(
        f"{op.name}({shown}): the result is not a number (nan); infinities met, scale the operands down"
    )


def _nan_gradient(node: Value, parent: Value, local: float) -> Exception:
    return ValueError(
        f"backward through {node.op.name} at {name_of(node)}: upstream gradient {node.grad:.6g} times "
        f"local gradient {local:.6g} makes the gradient of {name_of(parent)} not a number (nan); "
        "infinities met, scale the operands down"
    )


# From row to method.

TEMPLATE = """\
def {name}_row({arguments}):
{dispatch}{load}
    try:
        out = {value}
    except ERRORS as error:
        raise explain(op, error, ({numbers})) from None
    if out != out:
        raise nan_value(op, {numbers})
    if paused and not recording():
        return Value(out)
    node = new(Value)
    try:
        node._da = {first_partial}
        node._db = {other_partials}
    except ERRORS as error:
        raise explain(op, error, ({numbers}), derivative=True) from None
    node.data = out
    node.op = op
    node._a = {first}
    node._b = {others}
    node.grad = node.label = None
    return node
"""

# The globals of the generated methods: what rows are written with, as it works on floats.
_scope: dict[str, Any] = {
    **{row.name: row.on_float for row in ops.ELEMENTWISE.values()},
    "Value": Value, "new": object.__new__, "apply": Value._apply, "ERRORS": ERRORS, "explain": ops.explain,
    "nan_value": _nan_value, "recording": modes.recording, "paused": modes.paused,
}  # fmt: skip
modes.scopes.append(_scope)


def source(op: ops.Op, needs: tuple[bool, ...] | None = None) -> str:
    """The Python source of the row's method, for operands of which those in ``needs`` want a local gradient.

    >>> print(source(ops.mul).splitlines()[6].strip())
    out = x * y
    """
    return _source(op, (True,) * len(op.partials) if needs is None else needs, needs is None)[0]


def _source(op: ops.Op, needs: tuple[bool, ...], is_method: bool) -> tuple[str, dict[str, Any]]:
    """The text, and the functions that it calls as they are, since they have no symbols."""
    names = [f"x{i}" for i in range(len(needs))] if len(needs) > 3 else ["x", "y", "z"][: len(needs)]
    nodes = [f"{name}_node" for name in names]
    called: dict[str, Any] = {"op": op}

    def text(function: Callable[..., Any], name: str, arguments: list[str]) -> str:
        try:
            return str(function(*map(Symbol, arguments)))
        except Exception:  # it branches, or calls a library
            called[name] = function
            return f"{name}({', '.join(arguments)})"

    value = text(op.on_float, "on_float", names)
    partials = [
        text(partial, f"partial_{index}", ["out", *names]) if needed else "None"
        for index, (partial, needed) in enumerate(zip(op.partials, needs))
    ]
    dispatch = ""
    if is_method and len(nodes) > 1:
        others = " or ".join(f"type({node}) is not Value" for node in nodes[1:])
        dispatch = f"    if {others}:\n        return apply(op, {', '.join(nodes)})\n"
    required = len(nodes) - len(op.defaults) if is_method else len(nodes)
    optional = [f"{node}={default!r}" for node, default in zip(nodes[required:], op.defaults)]
    return TEMPLATE.format(
        name=op.name,
        arguments=", ".join(nodes[:required] + optional),
        dispatch=dispatch,
        load="\n".join(f"    {name} = {node}.data" for name, node in zip(names, nodes)),
        numbers=", ".join(names) + ",",
        value=value,
        first_partial=partials[0],
        other_partials=_packed(partials[1:]),
        first=nodes[0],
        others=_packed(nodes[1:]),
    ), called


def _packed(texts: list[str]) -> str:
    """The second operand as it stands in the node's slot: None, itself, or the tuple of all the others."""
    return "None" if not texts else texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def _build(op: ops.Op, needs: tuple[bool, ...], is_method: bool) -> Callable[..., Value]:
    text, called = _source(op, needs, is_method)
    file = f"<autograd row {op.name} {needs}>"
    bind = f"def bind({', '.join(called)}):\n{textwrap.indent(text, '    ')}    return {op.name}_row\n"
    linecache.cache[file] = (len(bind), None, bind.splitlines(keepends=True), file)  # for tracebacks
    defined: dict[str, Any] = {}
    exec(compile(bind, file, "exec"), _scope, defined)
    built: Callable[..., Value] = defined["bind"](**called)
    return built


_built: dict[tuple[ops.Op, tuple[bool, ...]], Callable[..., Value]] = {}


def _compiled(op: ops.Op, needs: tuple[bool, ...]) -> Callable[..., Value]:
    """The operation for nodes of which those in ``needs`` want a local gradient, made at first need."""
    if (op, needs) not in _built:
        _built[op, needs] = _build(op, needs, is_method=False)
    return _built[op, needs]


def install(op: ops.Op) -> None:
    """Make the row a method of Value, and where it is one of Python's operators, that operator."""
    method = _build(op, (True,) * len(op.partials), is_method=True)
    setattr(Value, op.name, method)
    if op.name in ops.OPERATORS:
        operator = ops.OPERATORS[op.name]
        setattr(Value, f"__{operator}__", method)
        if len(op.partials) == 2:
            setattr(Value, f"__r{operator}__", lambda self, other: Value._apply(op, other, self))


for _op in ops.ELEMENTWISE.values():
    install(_op)
