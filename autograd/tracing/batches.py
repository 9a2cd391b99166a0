"""Batches: the arguments of many calls as arrays, each with one more axis in front, the examples."""

from __future__ import annotations

import reprlib
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..value import _as_float as as_float
from .recording import Signature, TraceError, number_of


class Layout:
    """How the arguments of a function are laid out in arrays: their ``shapes``, for one example.

    ``rows`` says of each number that selects from how many rows it does, by its place among all numbers.
    """

    def __init__(self, caller: str, signature: Signature, rows: Mapping[int, int]) -> None:
        if not signature.names:
            raise TraceError(f"{caller}: the function has no arguments; a batch is a batch of arguments")
        self.function, self.names = signature.function, signature.names
        self.shapes = [shape_of(caller, name, tree) for name, tree in zip(signature.names, signature.trees)]
        self.starts = [0, *np.cumsum([int(np.prod(shape, dtype=int)) for shape in self.shapes]).tolist()]
        self.rows = [
            np.array([rows.get(index, 0) for index in range(start, stop)]).reshape(shape)
            for shape, start, stop in zip(self.shapes, self.starts, self.starts[1:])
        ]
        self.selects = [bool(rows.any()) for rows in self.rows]

    def arrays(self, arguments: Sequence[Any], dtype: Any, whole: bool) -> list[NDArray[Any]]:
        """The arguments as arrays over one batch, or an error that says what is expected.

        With ``whole``, arguments that select are of integers and stay such; else all become ``dtype``.
        """
        if len(arguments) != len(self.names):
            raise TypeError(
                f"{self.function}: got {len(arguments)} arguments; expected {len(self.names)}, "
                f"each with a first axis for the examples: {', '.join(self.names)}"
            )
        found = []
        for name, shape, rows, selects, argument in zip(
            self.names, self.shapes, self.rows, self.selects, arguments
        ):
            array = self._numbers(name, shape, argument)
            if array.ndim != len(shape) + 1 or array.shape[1:] != shape:
                raise TypeError(
                    f"{self.function}: {name} has shape {array.shape}; expected {_batched(shape)}, one for "
                    "each example"
                )
            if selects:
                self._check_selecting(name, array, rows, whole)
            with np.errstate(over="ignore"):  # an infinity is found where it does harm
                found.append(array if selects and whole else np.asarray(array, dtype))
        sizes = {len(array) for array in found}
        if len(sizes) > 1:
            raise ValueError(
                f"{self.function}: the arguments have {', '.join(str(len(array)) for array in found)} "
                "examples; expected as many of each"
            )
        if sizes == {0}:
            raise ValueError(f"{self.function}: the batch is empty; expected one example at least")
        return found

    def _numbers(self, name: str, shape: tuple[int, ...], argument: Any) -> NDArray[Any]:
        expected = f"expected numbers in an array of shape {_batched(shape)}, one for each example"
        try:
            array = np.asarray(argument)
        except (TypeError, ValueError):
            raise TypeError(f"{self.function}: {name} is {reprlib.repr(argument)}; {expected}") from None
        if array.dtype.kind in "biuf":
            return array
        if array.dtype.kind != "O" or not array.ndim:
            raise TypeError(f"{self.function}: {name} is {reprlib.repr(argument)}; {expected}")
        numbers = np.empty(array.shape)
        for place, each in np.ndenumerate(array):
            numbers[place] = as_float(number_of(each), f"{self.function}: {name} in {_at(place)}")
        return numbers

    def _check_selecting(self, name: str, array: NDArray[Any], rows: NDArray[Any], whole: bool) -> None:
        integers = np.issubdtype(array.dtype, np.integer)
        if not integers and (whole or (array != np.floor(array))[:, rows > 0].any()):
            raise TypeError(
                f"{self.function}: {name} is of dtype {array.dtype}; it selects, so whole numbers are "
                "expected"
            )
        wrong = (rows > 0) & ((array < 0) | (array >= rows))
        if wrong.any():
            first = tuple(np.argwhere(wrong)[0])
            raise IndexError(
                f"{self.function}: {name} has {array[first]:g}; it selects from 0 to {rows[first[1:]] - 1}"
            )

    def refuse(self, arrays: Sequence[NDArray[Any]], wrong: Any, expected: str) -> None:
        """ValueError where a number among the arguments is ``wrong``, such as np.isnan says it."""
        for name, array in zip(self.names, arrays):
            if (found := wrong(array)).any():
                first = tuple(map(int, np.argwhere(found)[0]))
                raise ValueError(
                    f"{self.function}: {name} has {array[first]} in {_at(first)}; expected {expected}"
                )

    def warn(self, found: NDArray[Any], what: str, finite: NDArray[Any] | None = None) -> None:
        """RuntimeWarning that names the first example with numbers that are not finite.

        Examples that are not ``finite`` themselves may give what they like.
        """
        wrong = ~np.isfinite(found).reshape(len(found), -1).all(axis=1)
        if finite is not None:
            wrong &= finite
        if wrong.any():
            warnings.warn(
                f"{self.function}: {what} is not finite in {wrong.sum()} of {len(found)} examples, the first "
                f"is example {int(wrong.argmax())}; program(...) of its numbers says where it has no value",
                RuntimeWarning,
                stacklevel=3,
            )


def _at(place: tuple[int, ...]) -> str:
    return f"example {place[0]}" + (f", at {place[1:]}" if place[1:] else "")


def _batched(shape: tuple[int, ...]) -> str:
    return f"({', '.join(['B', *map(str, shape)])}{',' * (not shape)})"


def shape_of(caller: str, name: str, tree: Any) -> tuple[int, ...]:
    """The shape of nested lists; TraceError where they are ragged, which an array cannot be."""
    if not isinstance(tree, list):
        return ()
    shapes = {shape_of(caller, name, part) for part in tree}
    if len(shapes) > 1:
        raise TraceError(
            f"{caller}: {name} is nested unevenly, which an array cannot be; make the lists equal"
        )
    return (len(tree), *(shapes.pop() if shapes else ()))
