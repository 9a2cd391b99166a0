"""Losses of whole examples: a row of C scores, a vector of D features, a mask of N pixels.

Such a loss is written once, for rows. A row is a list of Values, with one Value for its loss; or it is all
rows of a Tensor or an array of Values (B, N) at once, with a column (B, 1) of losses. Three functions handle
the difference: :func:`each`, :func:`total` and :func:`weighted`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import ValueArray, elementary, kinds

from ..checks import array, wrong
from ..precision import HALF, wide
from .elements import (
    beside,
    check_dtype,
    check_reduction,
    float_dtype,
    floats,
    is_array,
    looked_at,
    raw,
    reduced,
    unpacked,
)
from .targets import signs


class Examples:
    """One or several batches with the same examples: ``Examples("triplet", anchor=..., positive=..., ...)``.

    Each is a Tensor or array (B, N), also of Values, a list of B lists of N Values, or, for a single example,
    a list or an array of N Values. ``shape`` is (B, N). Raises an error if the shapes differ or nothing is in
    them.
    """

    def __init__(self, caller: str, **batches: Any) -> None:
        self.caller = caller
        named = list(batches.items())
        self.name, self.batches = named[0][0], [_batch(batch) for _, batch in named]
        self.are_arrays = is_array(self.batches[0])
        self.is_one = self.rounded = False
        if self.are_arrays:
            self._take_arrays(list(batches))
        else:
            self._take_lists(list(batches))
        if not all(self.shape):
            raise ValueError(f"{caller}: the {self.name} have shape {self.shape}; there is no example or no "
                             "class in them")  # fmt: skip

    def _take_arrays(self, names: list[str]) -> None:
        leading = self.batches[0]
        check_dtype(self.caller, leading, self.name, "f")
        if leading.ndim != 2:
            raise ValueError(
                f"{self.caller}: the {self.name} have shape {leading.shape}; expected a row for each "
                "example: (B, C) (for a single row use [None]; with more axes, move C to the end, "
                "then reshape(-1, C))"
            )
        self.shape = leading.shape
        self.rounded = leading.dtype == HALF
        self.batches[0] = leading = wide(leading)
        self.batches[1:] = [
            beside(leading, batch, self.caller, name, self.name)
            for name, batch in zip(names[1:], self.batches[1:])
        ]
        for name, batch in zip(names, self.batches):
            if batch.shape != self.shape:
                raise ValueError(
                    f"{self.caller}: the {name} has shape {batch.shape}, but the {self.name} {self.shape}; "
                    "they must be equal"
                )

    def _take_lists(self, names: list[str]) -> None:
        leading = self.batches[0]
        if not isinstance(leading, (list, tuple)):
            raise wrong(leading, self.name, self.caller, "a Tensor or list of Values, or of such lists")
        if not leading:
            raise ValueError(
                f"{self.caller}: the {self.name} are empty; there is no example or no class in them"
            )
        self.is_one = not isinstance(leading[0], (list, tuple))
        rows = [self._rows(name, batch) for name, batch in zip(names, self.batches)]
        self.shape = (len(rows[0]), len(rows[0][0]))
        for name, batch in zip(names, rows):
            widths = sorted({len(row) for row in batch})
            if len(widths) > 1:
                raise ValueError(
                    f"{self.caller}: rows of {widths} numbers in the {name}; expected the same number in each"
                )
            shape = (len(batch), widths[0] if widths else 0)
            if shape != self.shape:
                raise ValueError(
                    f"{self.caller}: the {name} has shape {shape}, but the {self.name} {self.shape}; they "
                    "must be equal"
                )
        self.batches = rows
        self._numbers = [
            floats(self.caller, [x for row in batch for x in row], name).reshape(self.shape)
            for name, batch in zip(names, rows)
        ]

    def _rows(self, name: str, batch: Any) -> list[Any]:
        batch = raw(batch)
        batch = batch.tolist() if isinstance(batch, np.ndarray) else batch
        rows = [batch] if self.is_one else batch
        if not isinstance(rows, (list, tuple)) or not all(isinstance(row, (list, tuple)) for row in rows):
            if isinstance(batch, (list, tuple)) and any(map(is_array, batch)):
                raise TypeError(
                    f"{self.caller}: got {name} as a list with an array in it; expected one Tensor or array "
                    "for the whole batch (autograd.stack makes one), or Values"
                )
            beside = "" if name == self.name else f", as the {self.name} is"
            raise wrong(batch, name, self.caller, f"a list of numbers, or of such lists{beside}")
        if self.is_one and batch and isinstance(batch[0], (list, tuple)):
            raise ValueError(
                f"{self.caller}: the {name} has lists in it, but the {self.name} is one example, a list of "
                "numbers; nest them alike"
            )
        return list(rows)

    def numbers(self) -> list[np.ndarray]:
        """Return the numbers of each batch, (B, N), to check them."""
        if self.are_arrays:
            return [looked_at(batch) for batch in self.batches]
        return self._numbers

    def listed(self, target: Any) -> Any:
        """Return the targets of all examples as a list, even for a single example."""
        return [target] if self.is_one else target

    def signs(self, target: Any) -> np.ndarray:
        """Return +1 or -1 for each example, as an array (B,)."""
        found = array(self.listed(raw(target)), "target", self.caller)
        if found.shape != self.shape[:1]:
            raise ValueError(
                f"{self.caller}: the target has shape {found.shape}; expected {self.shape[:1]}, one for each "
                "example"
            )
        signs(self.caller, found, found)
        return found

    def loss(
        self,
        definition: Callable[..., Any],
        *data: np.ndarray,
        reduction: str,
        weight: float | None = None,
    ) -> Any:
        """Apply ``definition`` to the rows of each batch and to the ``data``, (B,) or (B, N)."""
        check_reduction(reduction, self.caller)
        if self.are_arrays:
            dtype = float_dtype(self.batches[0])
            rows = [column.reshape(len(column), -1).astype(dtype, copy=False) for column in data]
            losses = definition(*self.batches, *rows).reshape(self.shape[0])
        else:
            columns = [column.astype(float).tolist() for column in data]
            losses = [definition(*rows) for rows in zip(*self.batches, *columns)]
            if self.is_one and reduction == "none":
                return losses[0]
        found = reduced(losses, reduction, weight)
        return found.astype(np.float16) if self.rounded else found


def _batch(batch: Any) -> Any:
    """Make an array of Values with one axis one example, like a list of them."""
    batch = unpacked(batch)
    return batch.tolist() if isinstance(batch, ValueArray) and batch.ndim == 1 else batch


def each(function: Callable[..., Any], *rows: Any) -> Any:
    """Apply ``function`` to rows element by element; return a row."""
    if is_array(rows[0]):
        return function(*rows)
    return [function(*numbers_) for numbers_ in zip(*rows)]


def total(row: Any) -> Any:
    """Return the sum of a row."""
    return row.sum(axis=1, keepdims=True) if is_array(row) else autograd.sum(row)


def largest(row: Any) -> Any:
    """Return the largest number of a row, as data."""
    if not is_array(row):
        return float(floats("largest", row, "row").max())
    return row.largest(1) if row.dtype.hasobject else raw(row).max(axis=1, keepdims=True)


def weighted(weights: Any, row: Any) -> Any:
    """Return the weighted sum of a row; elements with weight 0 are left out, even infinite ones."""
    if is_array(row):
        some = weights != 0  # on the outside too: no infinite gradient may meet a weight of 0
        return total(kinds.where(some, weights * kinds.where(some, row, 0.0), 0.0))
    chosen = [(weight, x) for weight, x in zip(weights, row) if weight != 0]
    return autograd.dot([weight for weight, _ in chosen], [x for _, x in chosen])


def inner(x: Any, y: Any) -> Any:
    """Return the dot product of two rows."""
    return total(x * y) if is_array(x) else autograd.dot(x, y)


def root(squared: Any) -> Any:
    """Return the square root, with slope 0 at 0: the middle of all slopes of a norm at the origin."""
    some = squared > 0.0
    return kinds.where(some, elementary.sqrt(kinds.where(some, squared, 1.0)), 0.0 * squared)
