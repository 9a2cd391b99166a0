"""Arrays: scalar code as a program of whole arrays, in a form as small as Code.

A step applies a row of the table to earlier arrays, or is given: an argument, the parameters, a constant, or
the batch size. The shape of an array is that of one example, and its row sees only that shape. A ``batched``
array has the batch as an extra first axis. A step that is not batched but has batched operands is the sum
over the batch.
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
Spot = tuple[int, int]  # an array of the program, and a place in the flattened array

PARAMETERS = Op("parameters", "", no_value, no_value, ())  # all of them as one vector
BATCH = Op("batch", "", no_value, no_value, ())  # the batch size
GIVEN = frozenset({ARGUMENT, PARAMETERS, CONSTANT, BATCH})


class Array(NamedTuple):
    """One step of an array program: a row, its operands, its shape for one example, and its settings.

    The settings of a given step are ``which`` argument it is, or a constant's ``numbers``.
    """

    op: Any
    operands: tuple[int, ...]
    shape: Shape
    batched: bool
    static: Mapping[str, Any]

    @property
    def is_elementwise(self) -> bool:
        """Whether the row is computed element by element."""
        return isinstance(self.op, Op) and self.op not in GIVEN

    def __str__(self) -> str:
        parts = [self.op.name, *(f"%{operand}" for operand in self.operands)]
        parts += [f"{name}={_shown(value)}" for name, value in self.static.items()]
        shape = ", ".join(["B"] * self.batched + list(map(str, self.shape)))
        return f"{' '.join(parts)}  ({shape})"


@dataclass(frozen=True)
class ArrayCode:
    """A straight line of arrays, each after its operands, and the results: an array and a place in each.

    Arrays in ``conditional`` have elements that only some branch of a choice needs.
    """

    steps: tuple[Array, ...]
    outputs: tuple[Spot, ...]
    conditional: frozenset[int] = frozenset()

    def __str__(self) -> str:
        lines = [f"%{number} = {step}" for number, step in enumerate(self.steps)]
        return "\n".join([*lines, f"-> {' '.join(f'%{array}[{place}]' for array, place in self.outputs)}"])


class Arrays:
    """A builder of array programs. Equal steps become one step.

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
        """Return the program so far."""
        return ArrayCode(tuple(self.steps), tuple(outputs), self.conditional)

    def add(self, op: Any, operands: Sequence[int], shape: Shape, batched: bool, /, **static: Any) -> int:
        """Return the number of the step, adding it unless an equal step exists."""
        step = Array(op, tuple(operands), tuple(shape), batched, static)
        found = self._known.setdefault(_key(step), len(self.steps))
        if found == len(self.steps):
            self.steps.append(step)
        return found

    def is_batched(self, places: Sequence[int]) -> bool:
        """Return whether any of the steps differs from example to example."""
        return any([self.steps[place].batched for place in places])

    # Given steps.

    def argument(self, which: int, shape: Shape) -> int:
        """Return the step of an argument's numbers, flattened."""
        return self.add(ARGUMENT, (), shape, True, which=which)

    def constant(self, numbers: Any) -> int:
        """Return the step of a constant number or array."""
        if np.ndim(numbers) == 0:
            return self.add(CONSTANT, (), (), False, numbers=float(numbers))
        array = np.asarray(numbers)
        return self.add(CONSTANT, (), array.shape, False, numbers=array)

    def number_of(self, place: int) -> float | None:
        """Return the number of a scalar constant; None for any other step."""
        step = self.steps[place]
        return step.static["numbers"] if step.op is CONSTANT and not step.shape else None

    def count(self) -> int:
        """Return the step of the batch size."""
        return self.add(BATCH, (), (), False)

    # Rows.

    def row(self, op: Any, places: Sequence[int], shapes: Sequence[Shape], static: Mapping[str, Any]) -> int:
        """Apply a row, with its settings, to arrays of these shapes; axes of length 1 broadcast."""
        if op is einsum:
            return self.product(places, static["inputs"], static["output"], self.is_batched(places))
        if op is array_ops.reshape:
            return self.reshaped(places[0], static["shape"])
        if op is program_ops.gather:
            return self.gather(places[0], static["index"])
        like = [np.broadcast_to(0.0, shape) for shape in shapes]
        return self.add(op, places, op.on_array(*like, **static).shape, self.is_batched(places), **static)

    def apply(self, op: Any, operands: Sequence[int]) -> int:
        """Apply a row of the table element by element, with NumPy's broadcasting."""
        numbers = [self.number_of(operand) for operand in operands]
        if None not in numbers:
            try:
                return self.constant(op.on_float(*numbers))
            except (ArithmeticError, ValueError):
                pass  # undefined: let it fail when it runs
        if op in CHOICES and operands[2] == operands[3]:
            return operands[2]
        if op is ops.mul and -1.0 in numbers:
            return self.apply(ops.neg, (operands[1 - numbers.index(-1.0)],))
        shape = np.broadcast_shapes(*(self.steps[operand].shape for operand in operands))
        lifted = [self._lifted(operand, len(shape)) for operand in operands]
        return self.add(op, lifted, shape, self.is_batched(operands))

    def _lifted(self, place: int, axes: int) -> int:
        """Insert the axes of length 1 after the batch axis that broadcasting needs."""
        step = self.steps[place]
        return self.reshaped(place, (1,) * (axes - len(step.shape)) + step.shape) if step.batched else place

    def reshaped(self, place: int, shape: Shape) -> int:
        """Reshape; a sum that kept axes of length 1 becomes a sum without them."""
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
        """Broadcast to ``shape``, filling in axes that were left to broadcasting."""
        step = self.steps[place]
        if step.shape == shape:
            return place
        return self.add(array_ops.broadcast_to, (place,), shape, step.batched, shape=shape)

    def reduced(self, op: Any, place: int) -> int:
        """Reduce over the last axis."""
        step = self.steps[place]
        return self.add(op, (place,), step.shape[:-1], step.batched, axis=-1, keepdims=False)

    def summed(self, place: int, shape: Shape, over_batch: bool) -> int:
        """Sum down to the shape before broadcasting, and over the batch if asked."""
        step = self.steps[place]
        over_batch = over_batch and step.batched
        if step.shape == shape and not over_batch:
            return place
        if step.shape == shape and step.op is einsum:  # einsum can sum over the batch too
            return self.add(einsum, step.operands, shape, False, **step.static)
        return self.add(array_ops.sum_to, (place,), shape, step.batched and not over_batch, shape=shape)

    def masked(self, place: int, there: np.ndarray, fill: float) -> int:
        """Replace the elements where ``there`` is False by ``fill``."""
        step = self.steps[place]
        operands = (place, self.constant(fill))
        return self.add(array_ops.where, operands, step.shape, step.batched, condition=there)

    def joined(self, places: Sequence[int]) -> int:
        """Flatten the arrays and join them end to end."""
        size = sum(math.prod(self.steps[place].shape) for place in places)
        return self.add(program_ops.join, places, (size,), self.is_batched(places))

    def gather(self, source: int, index: np.ndarray) -> int:
        """Return the elements at ``index`` of the flattened array, in the shape of ``index``.

        An axis along which all elements are equal gets length 1 and is left to broadcasting.
        """
        step = self.steps[source]
        index = squeezed(index)
        if index.shape == step.shape and index.size == math.prod(step.shape):
            if np.array_equal(index.ravel(), np.arange(index.size)):
                return source
        return self.add(program_ops.gather, (source,), index.shape, step.batched, index=index)

    def product(self, factors: Sequence[int], inputs: Sequence[str], output: str, batched: bool) -> int:
        """Multiply elements with equal letters and sum over the letters that ``output`` lacks."""
        sizes: dict[str, int] = {}
        for place, letters in zip(factors, inputs):
            sizes.update(zip(letters, self.steps[place].shape))
        shape = tuple([sizes[letter] for letter in output])
        return self.add(einsum, factors, shape, batched, inputs=tuple(inputs), output=output)

    def look_up(self, table: int, index: int) -> int:
        """Look up rows of a table by whole numbers, as a product with one-hot vectors."""
        count, *columns = self.steps[table].shape
        step = self.steps[index]
        hot = self.add(program_ops.one_hot, (index,), (*step.shape, count), step.batched, count=count)
        rows, each = string.ascii_lowercase[: len(step.shape)], "z" * len(columns)
        return self.product((hot, table), (f"{rows}y", f"y{each}"), rows + each, step.batched)

    def index_of(self, step: Array) -> int | None:
        """Return the whole numbers that a look-up step reads rows by; None for any other step."""
        if step.op is not einsum or step.static["inputs"][1][:1] != "y":
            return None
        hot = self.steps[step.operands[0]]
        return (
            hot.operands[0] if hot.op is program_ops.one_hot and step.static["inputs"][0][-1] == "y" else None
        )

    def letters(self, step: Array) -> tuple[str, str, str]:
        """Return the letters of a product's two factors and its result, with B for the batch."""
        both = [
            "B" * self.steps[place].batched + letters
            for place, letters in zip(step.operands, step.static["inputs"])
        ]
        return both[0], both[1], "B" * step.batched + step.static["output"]


def squeezed(index: np.ndarray) -> np.ndarray:
    """Cut every axis along which nothing changes to length 1."""
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
    """Return a key that is equal only for equal steps: 0.0 and -0.0 differ."""
    if isinstance(value, np.ndarray):
        return (value.shape, value.dtype.str, value.tobytes())
    if isinstance(value, Mapping):
        return tuple([(name, _key(each)) for name, each in value.items()])
    if isinstance(value, tuple):
        return tuple(map(_key, value))
    return repr(value) if isinstance(value, float) else value
