"""Array terms: stand-ins for arrays that turn a row's partial derivative into array-program steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import array_ops
from .arrays import Arrays, Shape
from .term import Term, place_of


class ArrayTerm(Term):
    """A step of an array program that can be computed with. Its shape is that of one example.

    Along an axis where all numbers are equal, the step itself may have length 1, or lack the axis:
    broadcasting fills it in.

    >>> arrays = Arrays()
    >>> x = ArrayTerm(arrays, arrays.argument(0, (3,)))
    >>> out = ArrayTerm(arrays, arrays.reduced(array_ops.sum, x.place))
    >>> share = array_ops.sum.partials[0](out, x, axis=-1, keepdims=False)(out)
    >>> share.shape, arrays.steps[share.place].shape
    ((3,), ())
    """

    __slots__ = ("shape",)
    dtype = np.dtype(float)  # the program's own dtype is applied when its source is written

    def __init__(self, arrays: Arrays, place: int, shape: Sequence[int] | None = None) -> None:
        super().__init__(arrays, place)
        self.shape: Shape = arrays.steps[place].shape if shape is None else tuple(shape)

    @property
    def ndim(self) -> int:
        """The number of axes for one example."""
        return len(self.shape)

    @property
    def data(self) -> ArrayTerm:
        """The term itself, since it has no numbers yet."""
        return self

    @property
    def batched(self) -> bool:
        """Whether it differs from example to example."""
        return self.builder.steps[self.place].batched

    def whole(self) -> int:
        """Return the step broadcast to the full shape."""
        return self.builder.whole(self.place, self.shape)

    def made(self, op: Any, operands: Sequence[Any]) -> ArrayTerm:
        """Apply a row of the table element by element."""
        terms = [term_of(self.builder, operand) for operand in operands]
        place = self.builder.apply(op, [term.place for term in terms])
        return ArrayTerm(self.builder, place, np.broadcast_shapes(*(term.shape for term in terms)))

    @staticmethod
    def _apply_array(op: Any, *operands: Any, **static: Any) -> ArrayTerm:
        arrays = next(operand.builder for operand in operands if isinstance(operand, ArrayTerm))
        terms = [term_of(arrays, operand) for operand in operands]
        if op is array_ops.broadcast_to:
            return ArrayTerm(arrays, terms[0].place, static["shape"])
        broadcasts = op is array_ops.where
        places = [term.place if broadcasts else term.whole() for term in terms]
        shapes = [term.shape for term in terms]
        return ArrayTerm(arrays, arrays.row(op, places, shapes, static))

    def reshape(self, *shape: Any) -> ArrayTerm:
        """Return the same numbers in another shape."""
        goal: Shape = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
        have = self.builder.steps[self.place].shape
        have = (1,) * (self.ndim - len(have)) + have
        longer = [size for size in self.shape if size != 1]
        if longer != [size for size in goal if size != 1]:
            return ArrayTerm(self.builder, self.builder.reshaped(self.whole(), goal))
        left = iter([size for size, nominal in zip(have, self.shape) if nominal != 1])
        sizes = [1 if size == 1 else next(left) for size in goal]
        while sizes and sizes[0] == 1 and len(sizes) > len(self.builder.steps[self.place].shape):
            del sizes[0]
        return ArrayTerm(self.builder, self.builder.reshaped(self.place, tuple(sizes)), goal)

    def astype(self, dtype: Any) -> ArrayTerm:
        """Return the term itself: a program has one dtype."""
        return self


def term_of(arrays: Arrays, operand: Any) -> ArrayTerm:
    """Return the operand as a term; a plain number or array becomes a constant."""
    if isinstance(operand, ArrayTerm):
        return operand
    return ArrayTerm(arrays, place_of(arrays, operand))
