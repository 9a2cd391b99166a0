"""A Value as a Python number, apart from the graph: comparisons, conversions, formats."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import modes, ops
from .checks import TooLarge
from .node import Node


class FloatNode(Node):
    """A node that holds one float. A conversion that would lose the graph is an error."""

    __slots__ = ()

    def __float__(self) -> float:
        raise cut(self, "float()")

    def __int__(self) -> int:
        raise cut(self, "int()")

    def __round__(self, digits: int | None = None) -> float:
        """Return the number, rounded: its derivative is 0, so no gradient is lost."""
        if modes.traces:
            read(self, "round()")
        return round(self._data, digits)

    def __bool__(self) -> bool:
        """Return True, whatever the number; write ``v.data != 0`` to test that."""
        if modes.traces:
            read(self, "a branch")
        return True

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else str(self)

    def __pos__(self) -> Any:
        return self

    def _in_place(self, _: Any) -> Any:
        """Leave ``x += y`` to ``x = x + y``, but refuse it where it would be meant to update a parameter."""
        if modes.paused and not modes.recording() and self.op is ops.LEAF:
            raise TypeError(
                f"under no_grad(), an operator such as += on the leaf {self!r} would make a new number and "
                "leave the parameter unchanged: write p.data += ... for a step, total = total + x for a sum"
            )
        return NotImplemented

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ipow__ = _in_place

    def __eq__(self, other: object) -> bool:
        if modes.traces and isinstance(other, (int, float)):
            read(self, "==")
        return self is other or NotImplemented

    __hash__ = Node.__hash__

    if TYPE_CHECKING:  # made below

        def __lt__(self, other: Any) -> bool: ...
        def __le__(self, other: Any) -> bool: ...
        def __gt__(self, other: Any) -> bool: ...
        def __ge__(self, other: Any) -> bool: ...


def _comparison(symbol: str, compare: Callable[[float, float], bool]) -> Callable[[Any, Any], Any]:
    """Make the method for ``<`` and the others: compare the numbers, or record it while tracing."""

    def compared(self: Any, other: Any) -> Any:
        if isinstance(other, np.ndarray) and other.ndim:
            return NotImplemented  # NumPy asks each of its elements
        if modes.traces and (recorder := modes.recorder()):
            return recorder.compare(self, symbol, unwrapped(other))
        return compare(self._data, as_operand(other, symbol))

    return compared


for _symbol, _name in {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}.items():
    setattr(FloatNode, _name, _comparison(_symbol, getattr(operator, _name)))


def as_float(data: Any, caller: str) -> float:
    """Convert a plain number to a float. Anything else, and nan, is an error that says what to use."""
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
            raise TooLarge(f"{caller}: the number is too large for a float (above 1.8e308)") from error
    if data != data:
        raise ValueError(f"{caller}: got nan, which is not a number; find where the data has it")
    return data


def as_operand(other: Any, caller: str) -> float:
    """Return the float of an operand: a node's, that of an array with one element, or a plain number."""
    if isinstance(other, FloatNode):
        return other._data
    if isinstance(other, np.ndarray) and other.dtype.hasobject and other.size == 1:
        return as_operand(other.item(), caller)
    return as_float(other, caller)


def unwrapped(operand: Any) -> Any:
    """Return the element of an array without axes, such as a parameter of shape (), else the operand."""
    return operand[()] if isinstance(operand, np.ndarray) and not operand.ndim else operand


def read(node: Node, what: str) -> None:
    """Refuse to read a number while this thread traces a function."""
    recorder = modes.recorder()
    if recorder is not None:
        recorder.read(node, what)


def cut(node: Node, what: str) -> TypeError:
    """Make the error for when Python or NumPy asks a node for its plain number."""
    if modes.traces:
        read(node, what)
    return TypeError(
        f"{what} of {node!r} would cut the graph: use v.data for the plain number; in place of a function "
        "such as math.tanh, use autograd's own (autograd.tanh(v)), which records the graph"
    )
