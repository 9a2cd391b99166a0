"""Windows: Values whose numbers live in one array, so that a program can train all of them at once.

A Value that becomes a window stays the same object in every graph and list. Only its ``data`` moves: reading
it reads the array, and setting it writes to the array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..node import Node
from ..value import Value

_slot: Any = Node.__dict__["_data"]  # holds a Value's number, or a Window's (block, place)


class Block:
    """An array that Values are windows on. It ``is_whole`` until one of them moves to another block."""

    __slots__ = ("array", "is_whole")

    def __init__(self, array: NDArray[Any]) -> None:
        self.array, self.is_whole = array, True


class Window(Value):
    """A Value whose number lives in a block."""

    __slots__ = ()

    @property
    def _data(self) -> float:
        """The number, read from the array."""
        block, place = _slot.__get__(self)
        return block.array.item(place)

    @_data.setter
    def _data(self, number: float) -> None:
        block, place = _slot.__get__(self)
        block.array[place] = number

    def __reduce__(self) -> Any:  # a copy is a plain Value
        return _copied, (self.data, self.label, self.grad)


def _copied(data: float, label: str | None, grad: float | None) -> Value:
    value = Value(data, label)
    value.grad = grad
    return value


def block_of(values: Sequence[Value]) -> Block | None:
    """Return the block that exactly these Values, in this order, are windows on; None if there is none."""
    if not values or type(values[0]) is not Window:
        return None
    block, _ = _slot.__get__(values[0])
    if not block.is_whole or len(block.array) != len(values):
        return None
    if any(type(value) is not Window or _slot.__get__(value) != (block, i) for i, value in enumerate(values)):
        return None
    return block


def bind(values: Sequence[Value], dtype: Any) -> Block:
    """Make these Values windows on a new block of their numbers, and return it.

    A Value that already is a window leaves its old block, which is then no longer whole, so that programs
    using it can tell. Raise TypeError for a subclass of Value.
    """
    for value in values:
        if type(value) not in (Value, Window):
            raise TypeError(
                f"{value!r} is a {type(value).__name__}; only plain Values can be laid out in an array"
            )
    block = Block(np.array([value.data for value in values], dtype))
    for place, value in enumerate(values):
        if type(value) is Window:
            _slot.__get__(value)[0].is_whole = False
        value.__class__ = Window
        _slot.__set__(value, (block, place))
    return block
