"""Arrays: the program of whole arrays that code of scalars is, in a form as small as Code.

A step is a row of the table, on arrays before it, or what is given: arguments, parameters, constants, and
how many examples there are. An array has a shape for one example, and that is what its row sees; it is
``batched`` where it has one such for each example of the batch, in a first axis. A step that is not batched,
of operands that are, is the sum over the batch.
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import array_ops, ops, program_ops
from ..choice_ops import CHOICES
from ..ops import CONSTANT, Op, no_value
from ..products import einsum
from .code import ARGUMENT

Shape = tuple[int, ...]
Spot = tuple[int, int]  # an array of the program, and a place in it, laid flat

PARAMETERS = Op("parameters", "", no_value, no_value, ())  # all of them in a row, one vector
BATCH = Op("batch", "", no_value, no_value, ())  # how many examples there are
GIVEN = frozenset({ARGUMENT, PARAMETERS, CONSTANT, BATCH})


class Array(NamedTuple):
    """One step of an array program: a row, the arrays that it is of, its shape for one example, its settings.

    What is given has for settings ``which`` argument it is, or a constant's ``numbers``.
    """

    op: Any
    operands: tuple[int, ...]
    shape: Shape
    batched: bool
    static: Mapping[str, Any]

    @property
    def is_elementwise(self) -> bool:
        """Whether it is a row that is computed element by element."""
        return isinstance(self.op, Op) and self.op not in GIVEN

    def __str__(self) -> str:
        parts = [self.op.name, *(f"%{operand}" for operand in self.operands)]
        parts += [f"{name}={_shown(value)}" for name, value in self.static.items()]
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
    >>> x, w = arrays.argument(0, (3,)), arrays.add(PARAMETERS, (), (3,), False)
    >>> product = arrays.product((x, w), ("k", "k"), "", batched=True)
    >>> print(arrays.code([(product, 0)]))
    %0 = argument which=0  (B, 3)
    %1 = parameters  (3)
    %2 = einsum %0 %1 inputs=k,k output=  (B)
    -> %2[0]
    """

    def __init__(self, code: ArrayCode | None = None) -> None:
        self.steps: list[Array] = list(code.steps) if code is not None else []
        self.conditional = code.conditional if code is not None else frozenset()
        self._known = {_key(step): place for place, step in enumerate(self.steps)}

    def code(self, outputs: Sequence[Spot]) -> ArrayCode:
        """The program so far."""
        return ArrayCode(tuple(self.steps), tuple(outputs), self.conditional)

    def add(self, op: Any, operands: Sequence[int], shape: Shape, batched: bool, /, **static: Any) -> int:
        """The number of that step: of one there is already, or of a new one."""
        step = Array(op, tuple(operands), tuple(shape), batched, static)
        found = self._known.setdefault(_key(step), len(self.steps))
        if found == len(self.steps):
            self.steps.append(step)
        return found

    def is_batched(self, places: Sequence[int]) -> bool:
        """Whether one of the steps differs from example to example."""
        return any([self.steps[place].batched for place in places])

    # What is given.

    def argument(self, which: int, shape: Shape) -> int:
        """The numbers of an argument, laid flat."""
        return self.add(ARGUMENT, (), shape, True, which=which)

    def constant(self, numbers: Any) -> int:
        """A number, or an array of them."""
        if np.ndim(numbers) == 0:
            return self.add(CONSTANT, (), (), False, numbers=float(numbers))
        array = np.asarray(numbers)
        return self.add(CONSTANT, (), array.shape, False, numbers=array)

    def number_of(self, place: int) -> float | None:
        """The number that a step is, where it is a constant one."""
        step = self.steps[place]
        return step.static["numbers"] if step.op is CONSTANT and not step.shape else None

    def count(self) -> int:
        """How many examples there are."""
        return self.add(BATCH, (), (), False)

    # Rows.

    def row(self, op: Any, places: Sequence[int], shapes: Sequence[Shape], static: Mapping[str, Any]) -> int:
        """A row on arrays of these shapes, with its settings; one may have length 1 where it broadcasts."""
        if op is einsum:
            return self.product(places, static["inputs"], static["output"], self.is_batched(places))
        if op is array_ops.reshape:
            return self.reshaped(places[0], static["shape"])
        if op is program_ops.gather:
            return self.gather(places[0], static["index"])
        like = [np.broadcast_to(0.0, shape) for shape in shapes]
        return self.add(op, places, op.on_array(*like, **static).shape, self.is_batched(places), **static)

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
        shape = np.broadcast_shapes(*(self.steps[operand].shape for operand in operands))
        lifted = [self._lifted(operand, len(shape)) for operand in operands]
        return self.add(op, lifted, shape, self.is_batched(operands))

    def _lifted(self, place: int, axes: int) -> int:
        """With axes of length 1 between the batch and the others, as many as broadcasting needs."""
        step = self.steps[place]
        return self.reshaped(place, (1,) * (axes - len(step.shape)) + step.shape) if step.batched else place

    def reshaped(self, place: int, shape: Shape) -> int:
        """The same numbers in another shape; what was summed down to axes of length 1 is summed without."""
        step = self.steps[place]
        if step.shape == shape:
            return place
        if step.op is array_ops.sum_to:
            whole = self.steps[step.operands[0]]
            if step.shape == (1,) * (len(step.shape) - len(shape)) + shape:
                return self.add(step.op, step.operands, shape, step.batched, shape=shape)
            if (
                whole.batched == step.batched
                and step.shape == (*whole.shape[:-1], 1)
                and step.shape[:-1] == shape
            ):
                return self.reduced(array_ops.sum, step.operands[0])
        return self.add(array_ops.reshape, (place,), shape, step.batched, shape=shape)

    def whole(self, place: int, shape: Shape) -> int:
        """The same in that shape: with all that is equal along an axis, and was left to broadcasting."""
        step = self.steps[place]
        if step.shape == shape:
            return place
        return self.add(array_ops.broadcast_to, (place,), shape, step.batched, shape=shape)

    def reduced(self, op: Any, place: int) -> int:
        """A reduction over the last axis."""
        step = self.steps[place]
        return self.add(op, (place,), step.shape[:-1], step.batched, axis=-1, keepdims=False)

    def summed(self, place: int, shape: Shape, over_batch: bool) -> int:
        """Down to a shape that broadcasting has made larger, and over the batch."""
        step = self.steps[place]
        over_batch = over_batch and step.batched
        if step.shape == shape and not over_batch:
            return place
        if step.shape == shape and step.op is einsum:  # the sum of products is a product of more
            return self.add(einsum, step.operands, shape, False, **step.static)
        return self.add(array_ops.sum_to, (place,), shape, step.batched and not over_batch, shape=shape)

    def masked(self, place: int, there: np.ndarray, fill: float) -> int:
        """The same with ``fill`` for what is not ``there``."""
        step = self.steps[place]
        operands = (place, self.constant(fill))
        return self.add(array_ops.where, operands, step.shape, step.batched, condition=there)

    def joined(self, places: Sequence[int]) -> int:
        """Arrays end to end, each laid flat."""
        size = sum(math.prod(self.steps[place].shape) for place in places)
        return self.add(program_ops.join, places, (size,), self.is_batched(places))

    def gather(self, source: int, index: np.ndarray) -> int:
        """The elements at ``index`` of an array laid flat, in the shape of ``index``.

        An axis along which the elements are the same has length 1: it is left to broadcasting.
        """
        step = self.steps[source]
        index = squeezed(index)
        if index.shape == step.shape and index.size == math.prod(step.shape):
            if np.array_equal(index.ravel(), np.arange(index.size)):
                return source
        return self.add(program_ops.gather, (source,), index.shape, step.batched, index=index)

    def product(self, factors: Sequence[int], inputs: Sequence[str], output: str, batched: bool) -> int:
        """Products of elements with equal letters, summed over those that ``output`` does not have."""
        sizes: dict[str, int] = {}
        for place, letters in zip(factors, inputs):
            sizes.update(zip(letters, self.steps[place].shape))
        shape = tuple([sizes[letter] for letter in output])
        return self.add(einsum, factors, shape, batched, inputs=tuple(inputs), output=output)

    def look_up(self, table: int, index: int) -> int:
        """Rows of a table, by whole numbers: its product with 1 where a row is taken, and 0 elsewhere."""
        count, *columns = self.steps[table].shape
        step = self.steps[index]
        hot = self.add(program_ops.one_hot, (index,), (*step.shape, count), step.batched, count=count)
        rows, each = string.ascii_lowercase[: len(step.shape)], "z" * len(columns)
        return self.product((hot, table), (f"{rows}y", f"y{each}"), rows + each, step.batched)

    def index_of(self, step: Array) -> int | None:
        """The whole numbers by which a step looks rows of a table up; None where it is something else."""
        if step.op is not einsum or step.static["inputs"][1][:1] != "y":
            return None
        hot = self.steps[step.operands[0]]
        return (
            hot.operands[0] if hot.op is program_ops.one_hot and step.static["inputs"][0][-1] == "y" else None
        )

    def letters(self, step: Array) -> tuple[str, str, str]:
        """The letters of a product's factors and of itself, B for the batch."""
        both = [
            "B" * self.steps[place].batched + letters
            for place, letters in zip(step.operands, step.static["inputs"])
        ]
        return both[0], both[1], "B" * step.batched + step.static["output"]


def squeezed(index: np.ndarray) -> np.ndarray:
    """With length 1 for every axis along which nothing changes."""
    for axis in range(index.ndim):
        first = index.take([0], axis=axis)
        if index.shape[axis] > 1 and (index == first).all():
            index = first
    return index


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.shape}{np.array2string(value.ravel(), threshold=6, edgeitems=2)}"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _key(value: Any) -> Any:
    """What is equal for equal steps, and for them alone: 0.0 and -0.0 are two."""
    if isinstance(value, np.ndarray):
        return (value.shape, value.dtype.str, value.tobytes())
    if isinstance(value, Mapping):
        return tuple([(name, _key(each)) for name, each in value.items()])
    if isinstance(value, tuple):
        return tuple(map(_key, value))
    return repr(value) if isinstance(value, float) else value
