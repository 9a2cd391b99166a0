"""Arrays: the program of whole arrays that code of scalars is, in a form as small as Code.

An array has a shape for one example, and is ``batched`` where it has one such for each example of the batch,
in a first axis. All that is done to arrays is one of these kinds:

``argument``     an argument of the function, its numbers in a row       detail: which
``parameters``   all parameters in a row, one vector
``constant``     numbers that stay                                     detail: the array, or a number
``batch``        how many examples there are
``join``         arrays end to end, each laid flat
``gather``       some elements of an array laid flat                    detail: their places
``scatter``      the other way: elements added up where they belong     detail: the places of each operand
``mask``         what is not there is filled in                         detail: (which is there, the number)
``map``          a row of the table, element by element                 detail: the row
``product``      a sum of products: a matrix product                    detail: axes, as for numpy.einsum
``sum``, ``logsumexp``, ``max``, ``min``, ``largest``  over the last axis
``runs``         sums of runs of a row                                  detail: where each run begins
``sum_to``       down to a shape that broadcasting has made larger, and over the batch
``expand``       an axis of length 1 at the end
``lift``         axes of length 1 behind the batch, for broadcasting
``broadcast_to`` up to a larger shape
``to_batch``     the same for every example
``look_up``      rows of a table, by whole numbers
``one_hot``      1 at the place that a whole number names, else 0       detail: how many places
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..choice_ops import CHOICES

Shape = tuple[int, ...]
Spot = tuple[int, int]  # an array of the program, and a place in it, laid flat


class Array(NamedTuple):
    """One step of an array program: what it is, of which arrays before it, and its shape for one example."""

    kind: str
    operands: tuple[int, ...]
    shape: Shape
    batched: bool
    detail: Any = None

    def __str__(self) -> str:
        detail = self.detail
        if isinstance(detail, np.ndarray):
            detail = f"{detail.shape} {np.array2string(detail.ravel(), threshold=6, edgeitems=2)}"
        parts = [self.kind, *(f"%{operand}" for operand in self.operands)]
        if detail is not None:
            parts.append(str(getattr(detail, "name", detail)))
        shape = ", ".join(["B"] * self.batched + list(map(str, self.shape)))
        return f"{' '.join(parts)}  ({shape})"


@dataclass(frozen=True)
class ArrayCode:
    """Arrays in a straight line, each after its operands, and the results: an array and a place in each.

    Those that are ``conditional`` have elements that some branch of a choice alone needs.
    """

    steps: tuple[Array, ...]
    outputs: tuple[Spot, ...]
    conditional: frozenset[int] = frozenset()

    def __str__(self) -> str:
        lines = [f"%{number} = {step}" for number, step in enumerate(self.steps)]
        return "\n".join([*lines, f"-> {' '.join(f'%{array}[{place}]' for array, place in self.outputs)}"])


class Arrays:
    """An array program in the making: equal steps are one step.

    >>> arrays = Arrays()
    >>> x, w = arrays.argument(0, (3,)), arrays.add("parameters", (), (3,), False)
    >>> product = arrays.product(x, "Bk", w, "k", "B")
    >>> print(arrays.code([(product, 0)]))
    %0 = argument 0  (B, 3)
    %1 = parameters  (3)
    %2 = product %0 %1 ('Bk', 'k', 'B')  (B)
    -> %2[0]
    """

    def __init__(self, code: ArrayCode | None = None) -> None:
        self.steps: list[Array] = list(code.steps) if code is not None else []
        self.conditional = code.conditional if code is not None else frozenset()
        self._known = {_key(step): place for place, step in enumerate(self.steps)}

    def code(self, outputs: Sequence[Spot]) -> ArrayCode:
        """The program so far."""
        return ArrayCode(tuple(self.steps), tuple(outputs), self.conditional)

    def add(
        self,
        kind: str,
        operands: Sequence[int],
        shape: Shape,
        batched: bool,
        detail: Any = None,
    ) -> int:
        """The number of that step: of one there is already, or of a new one."""
        step = Array(kind, tuple(operands), tuple(shape), batched, detail)
        found = self._known.setdefault(_key(step), len(self.steps))
        if found == len(self.steps):
            self.steps.append(step)
        return found

    def argument(self, index: int, shape: Shape) -> int:
        """The numbers of an argument, laid flat."""
        return self.add("argument", (), shape, True, index)

    def constant(self, numbers: Any) -> int:
        """A number, or an array of them."""
        if np.ndim(numbers) == 0:
            return self.add("constant", (), (), False, float(numbers))
        array = np.asarray(numbers)
        return self.add("constant", (), array.shape, False, array)

    def number_of(self, place: int) -> float | None:
        """The number that a step is, where it is a constant one."""
        step = self.steps[place]
        return step.detail if step.kind == "constant" and not step.shape else None

    def apply(self, op: Any, operands: Sequence[int]) -> int:
        """A row of the table, element by element, with NumPy's broadcasting."""
        numbers = [self.number_of(operand) for operand in operands]
        if None not in numbers:
            try:
                return self.constant(op.on_float(*numbers))
            except (ArithmeticError, ValueError):
                pass  # it has no value: let it fail where it runs
        if op in CHOICES and operands[2] == operands[3]:
            return operands[2]
        if op is ops.mul and -1.0 in numbers:
            return self.apply(ops.neg, (operands[1 - numbers.index(-1.0)],))
        steps = [self.steps[operand] for operand in operands]
        shape = np.broadcast_shapes(*(step.shape for step in steps))
        lifted = [self.lifted(operand, len(shape)) for operand in operands]
        return self.add("map", lifted, shape, any(step.batched for step in steps), op)

    def whole(self, place: int, shape: Shape) -> int:
        """The same in that shape: with all that is equal along an axis, and was left to broadcasting."""
        step = self.steps[place]
        if step.shape == shape:
            return place
        return self.add("broadcast_to", (place,), shape, step.batched, shape)

    def lifted(self, place: int, axes: int) -> int:
        """With axes of length 1 between the batch and the others, as many as broadcasting needs."""
        step = self.steps[place]
        extra = axes - len(step.shape)
        if not step.batched or extra <= 0:
            return place
        if step.shape or extra > 1:
            return self.add("lift", (place,), (1,) * extra + step.shape, True)
        return self.add("expand", (place,), (1,), True)

    def product(self, left: int, left_axes: str, right: int, right_axes: str, axes: str) -> int:
        """Products of elements with equal axes, summed over those that ``axes`` does not have; B: batch."""
        sizes: dict[str, int] = {}
        for place, names in ((left, left_axes), (right, right_axes)):
            sizes.update(zip(names.replace("B", ""), self.steps[place].shape))
        shape = tuple(sizes[name] for name in axes if name != "B")
        return self.add("product", (left, right), shape, "B" in axes, (left_axes, right_axes, axes))

    def gather(self, source: int, index: np.ndarray) -> int:
        """The elements at ``index`` of an array laid flat, in the shape of ``index``.

        An axis along which the elements are the same has length 1: it is left to broadcasting.
        """
        step = self.steps[source]
        index = squeezed(index)
        if index.shape == step.shape and index.size == np.prod(step.shape, dtype=int):
            if np.array_equal(index.ravel(), np.arange(index.size)):
                return source
        return self.add("gather", (source,), index.shape, step.batched, index)


def squeezed(index: np.ndarray) -> np.ndarray:
    """With length 1 for every axis along which nothing changes."""
    for axis in range(index.ndim):
        first = index.take([0], axis=axis)
        if index.shape[axis] > 1 and (index == first).all():
            index = first
    return index


def _key(detail: Any) -> Any:
    if isinstance(detail, np.ndarray):
        return (detail.shape, detail.dtype.str, detail.tobytes())
    if isinstance(detail, tuple):
        return tuple(map(_key, detail))
    return repr(detail)
