"""The engine from scratch; read this first: numbers that remember where they came from, and the walk back.

>>> x, w, b = Value(2.0), Value(-3.0), Value(6.7)
>>> out = (x * w + b).tanh()
>>> out.backward()
>>> print(f"{out.data:.4f}  {x.grad:.4f} {w.grad:.4f} {b.grad:.4f}")
0.6044  -1.9042 1.2695 0.6347
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Row(NamedTuple):
    """An operation: its value, and its partial derivative to each operand, from ``(out, *operands)``."""

    name: str
    value: Callable[..., float]
    partials: tuple[Callable[..., float], ...]


ADD = Row("add", lambda x, y: x + y, (lambda out, x, y: 1.0, lambda out, x, y: 1.0))
SUB = Row("sub", lambda x, y: x - y, (lambda out, x, y: 1.0, lambda out, x, y: -1.0))
MUL = Row("mul", lambda x, y: x * y, (lambda out, x, y: y, lambda out, x, y: x))
DIV = Row("div", lambda x, y: x / y, (lambda out, x, y: 1.0 / y, lambda out, x, y: -out / y))
POW = Row("pow", math.pow, (lambda out, x, y: y * x ** (y - 1.0), lambda out, x, y: out * math.log(x or 1.0)))
NEG = Row("neg", lambda x: -x, (lambda out, x: -1.0,))
EXP = Row("exp", math.exp, (lambda out, x: out,))
LOG = Row("log", math.log, (lambda out, x: 1.0 / x,))
TANH = Row("tanh", math.tanh, (lambda out, x: 1.0 - out * out,))
RELU = Row("relu", lambda x: max(0.0, x), (lambda out, x: 1.0 if x > 0.0 else 0.0,))


class Value:
    """A number that knows the parents it was computed from, and the local gradient to each."""

    def __init__(self, data: float, op: Row | None = None) -> None:
        self.data = data
        self.grad: Any = None  # how fast the root changes with it; accumulates on leaves only
        self.op = op  # the row that computed it; None for a leaf
        self.parents: list[Value] = []
        self.local_grads: list[float] = []  # the partial derivative to each parent, at its number

    def backward(self) -> None:
        """Compute the gradient of this number to everything it was computed from, into ``grad``."""
        for _ in backward_steps(self):
            pass


def apply(row: Row, *operands: Value | float) -> Value:
    """Take a forward step: compute a number, and record its parents. Plain numbers need no gradient."""
    numbers = [x.data if isinstance(x, Value) else x for x in operands]
    out = Value(row.value(*numbers), row)
    for operand, partial in zip(operands, row.partials):
        if isinstance(operand, Value):
            out.parents.append(operand)
            out.local_grads.append(partial(out.data, *numbers))
    return out


# Python calls x.__add__(y) for x + y, and y.__radd__(2) for 2 + y.
for name, method in dict(add=ADD, sub=SUB, mul=MUL, truediv=DIV, pow=POW, neg=NEG).items():
    setattr(Value, f"__{name}__", lambda self, *other, row=method: apply(row, self, *other))
    setattr(Value, f"__r{name}__", lambda self, other, row=method: apply(row, other, self))
for method in (EXP, LOG, TANH, RELU):
    setattr(Value, method.name, lambda self, row=method: apply(row, self))


def topological_order(root: Value) -> list[Value]:
    """List every node that ``root`` was computed from, and ``root`` itself: each after its parents."""
    order: list[Value] = []
    seen = {root}
    path = [(root, iter(root.parents))]  # from the root to the current node, with the parents still to visit
    while path:
        parent = next((each for each in path[-1][1] if each not in seen), None)
        if parent is None:
            order.append(path.pop()[0])
        else:
            seen.add(parent)
            path.append((parent, iter(parent.parents)))
    return order


def backward_steps(root: Value) -> Iterator[Value]:
    """Run the backward pass: yield each node once its gradient is complete, then pass it on to its parents.

    The chain rule: a gradient is the sum, over all uses, of upstream times local gradient.
    """
    order = topological_order(root)
    for node in order:
        node.grad = None if node.parents else node.grad
    root.grad = 1.0 if root.grad is None else root.grad + 1.0
    for node in reversed(order):
        yield node
        for parent, local in zip(node.parents, node.local_grads):
            share = node.grad * local
            parent.grad = share if parent.grad is None else parent.grad + share
