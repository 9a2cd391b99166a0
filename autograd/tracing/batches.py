"""Batches: the arguments of many calls as arrays, with the batch as an extra first axis."""

from __future__ import annotations

import reprlib
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..float_node import as_float
from .recording import Signature, TraceError, number_in


class BatchLayout:
    """The layout of a function's arguments in arrays: their ``shapes`` for one example.

    ``rows`` maps the place of each number that selects to how many rows it selects from.
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
        """Return the arguments as arrays over one batch; raise an error that says what is expected.

        With ``whole``, arguments that select must be integers and stay so; all others become ``dtype``.
        """
        if len(arguments) != len(self.names):
            raise TypeError(
                f"{self.function}: got {len(arguments)} arguments; expected {len(self.names)}, "
                f"each with a first axis for the examples: {', '.join(self.names)}"
            )
        found = []
        for place, argument in enumerate(arguments):
            array, shape = self._numbers(place, argument), self.shapes[place]
            if array.ndim != len(shape) + 1 or array.shape[1:] != shape:
                raise TypeError(
                    f"{self.function}: {self.names[place]} has shape {array.shape}; expected "
                    f"{_batched(shape)}, one for each example"
                )
            if self.selects[place]:
                self._check_selecting(place, array, whole)
            if array.dtype != dtype and not (whole and self.selects[place]):
                with np.errstate(over="ignore"):  # an infinity is reported where it does harm
                    array = array.astype(dtype)
            found.append(array)
        sizes = {len(array) for array in found}
        if len(sizes) > 1:
            raise ValueError(
                f"{self.function}: the arguments have {', '.join(str(len(array)) for array in found)} "
                "examples; expected as many of each"
            )
        if sizes == {0}:
            raise ValueError(f"{self.function}: the batch is empty; expected one example at least")
        return found

    def _numbers(self, place: int, argument: Any) -> NDArray[Any]:
        """Return an argument as an array of numbers, of any shape."""
        array = argument
        try:
            array = np.asarray(argument)
        except (TypeError, ValueError):
            pass
        kind = array.dtype.kind if isinstance(array, np.ndarray) else "O"
        if kind in "biuf":
            return array
        called = f"{self.function}: {self.names[place]}"
        if kind != "O" or not isinstance(array, np.ndarray) or not array.ndim:
            raise TypeError(
                f"{called} is {reprlib.repr(argument)}; expected numbers in an array of shape "
                f"{_batched(self.shapes[place])}, one for each example"
            )
        numbers = [as_float(number_in(each), f"{called} in {_at(at)}") for at, each in np.ndenumerate(array)]
        return np.array(numbers, float).reshape(array.shape)

    def _check_selecting(self, place: int, array: NDArray[Any], whole: bool) -> None:
        name, rows, selects = self.names[place], self.rows[place], self.rows[place] > 0
        if (
            array.dtype.kind not in "iu"
            and array.size
            and (whole or (array != np.floor(array))[:, selects].any())
        ):
            raise TypeError(
                f"{self.function}: {name} is of dtype {array.dtype}; it selects, so whole numbers are "
                "expected"
            )
        wrong = (array < 0) | (array >= rows)
        if wrong.any() and (wrong := wrong & selects).any():
            first = tuple(np.argwhere(wrong)[0])
            raise IndexError(
                f"{self.function}: {name} has {array[first]:g}; it selects from 0 to {rows[first[1:]] - 1}"
            )

    def refuse(self, arrays: Sequence[NDArray[Any]], wrong: Any, expected: str) -> None:
        """Raise ValueError if ``wrong``, such as np.isnan, holds for a number among the arguments."""
        for name, array in zip(self.names, arrays):
            if (found := wrong(array)).any():
                first = tuple(map(int, np.argwhere(found)[0]))
                raise ValueError(
                    f"{self.function}: {name} has {array[first]} in {_at(first)}; expected {expected}"
                )

    def warn(self, found: NDArray[Any], what: str, finite: NDArray[Any] | None = None) -> None:
        """Warn if a result is not finite, naming the first such example.

        Examples whose inputs are not ``finite`` are ignored.
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
    """Return the shape of nested lists; raise TraceError if they are ragged, as an array cannot be."""
    if not isinstance(tree, list):
        return ()
    shapes = {shape_of(caller, name, part) for part in tree}
    if len(shapes) > 1:
        raise TraceError(
            f"{caller}: {name} is nested unevenly, which an array cannot be; make the lists equal"
        )
    return (len(tree), *(shapes.pop() if shapes else ()))
