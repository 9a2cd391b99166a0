"""Windows: Values whose numbers live in one array, so that a program can train all of them at once.

A Value that becomes a window is the same object as before, in every graph and list it is in; what changes is
where its ``data`` is. Reading it reads the array, setting it writes there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..node import Node
from ..value import Value, _as_float

_slot: Any = Node.__dict__["data"]  # where a Value has its number, and a Window the array and its place


class Window(Value):
    """A Value that is one number of an array."""

    __slots__ = ()

    @property
    def data(self) -> float:
        """The number, read from the array."""
        array, place = _slot.__get__(self)
        return array.item(place)

    @data.setter
    def data(self, number: Any) -> None:
        array, place = _slot.__get__(self)
        array[place] = _as_float(number, "Value")

    def __reduce__(self) -> Any:  # a copy is a Value of its own
        return _copied, (self.data, self.label, self.grad)


def _copied(data: float, label: str | None, grad: float | None) -> Value:
    value = Value(data, label)
    value.grad = grad
    return value


def array_of(values: Sequence[Value]) -> NDArray[Any] | None:
    """The array that these Values are windows on, all of it and in its order; None where they are not."""
    if not values or type(values[0]) is not Window:
        return None
    array, _ = _slot.__get__(values[0])
    if len(array) != len(values):
        return None
    for place, value in enumerate(values):
        if type(value) is not Window:
            return None
        own, where = _slot.__get__(value)
        if own is not array or where != place:
            return None
    return array


def bind(values: Sequence[Value], dtype: Any) -> NDArray[Any]:
    """Make these Values windows on one new array of their numbers, and give it.

    Those that are windows on another array already leave it, and that array is emptied: whoever holds it sees
    that it has moved. TypeError where one is of a class of its own.
    """
    for value in values:
        if type(value) not in (Value, Window):
            raise TypeError(
                f"{value!r} is a {type(value).__name__}; only plain Values can be laid out in an array"
            )
    array = np.array([value.data for value in values], dtype)
    for place, value in enumerate(values):
        value.__class__ = Window
        _slot.__set__(value, (array, place))
    return array


def is_bound(values: Sequence[Value], array: NDArray[Any]) -> bool:
    """Whether the first and the last are still windows on the array: they are moved all together."""
    return all(
        type(value) is Window and _slot.__get__(value)[0] is array for value in (values[0], values[-1])
    )
