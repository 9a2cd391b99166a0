"""Batched: run a traced function of scalars as an array program, over many examples at once."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import array_ops, nary_ops, ops
from ..checks import floating
from ..languages import vector
from ..products import einsum
from . import blocks
from .arrays import PARAMETERS, ArrayCode, Arrays
from .batches import BatchLayout, shape_of
from .calling import Gradients, built
from .code import PARAMETER, Code
from .fuse import fused
from .grouping import REDUCTIONS, grouped, read
from .identifiers import distinct
from .numpy_source import WORDS, Writer
from .passes import pruned
from .recording import Recorded, TraceError
from .reverse import reversed_pass

if TYPE_CHECKING:
    from .program import Program


class Batched:
    """A traced function over a batch: every argument has the batch as an extra first axis.

    ``batched(*arguments)`` returns the function's result for each example. ``value_and_grad`` returns the
    mean of a scalar result over the batch, and the gradients of that mean with respect to the parameters.
    ``source`` is the program that runs; it needs only NumPy.

    >>> import numpy as np
    >>> from autograd import Value, trace
    >>> w, b = [Value(2.0, "w0"), Value(3.0, "w1")], Value(1.0, "b")
    >>> def line(x):
    ...     return w[0] * x[0] + w[1] * x[1] + b
    >>> batched = trace(line, [0.0, 0.0], parameters=[*w, b]).batched()
    >>> batched(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])).tolist()
    [3.0, 4.0, 6.0]
    >>> mean, gradients = batched.value_and_grad(np.array([[1.0, 0.0], [0.0, 1.0]]))
    >>> mean, gradients.flat.tolist(), gradients[w[0]]
    (3.5, [0.5, 0.5, 1.0], 0.5)
    """

    def __init__(self, program: Program, recorded: Recorded, dtype: Any = float) -> None:
        self.program, self.dtype = program, floating(dtype, "dtype", "batched")
        if self.dtype not in (np.dtype(np.float32), np.dtype(np.float64)):
            raise TypeError(f"batched: the dtype is {self.dtype}; expected float64 or float32")
        self._recorded = recorded
        self.parameters = program.parameters
        self._layout = BatchLayout("batched", recorded.signature, program._rows)
        self._shapes = self._layout.shapes
        leaves = recorded.signature.leaves
        for name, start, stop, selects in zip(
            self._layout.names, self._layout.starts, self._layout.starts[1:], self._layout.selects
        ):
            if selects and not all(leaf.whole for leaf in leaves[start:stop]):
                raise TraceError(
                    f"batched: some numbers of {name} select and some do not; make what selects an argument "
                    "of its own"
                )
        self._block: blocks.Block | None = None

    @cached_property
    def code(self) -> Code:
        """The scalar code, with chains of additions fused into dot products and sums."""
        return fused(pruned(self.program.code))

    @cached_property
    def arrays(self) -> ArrayCode:
        """The forward pass as an array program."""
        sizes = [math.prod(shape) for shape in self._shapes]
        places = [(which, where) for which, size in enumerate(sizes) for where in range(size)]
        lengths = [size if shape else 0 for size, shape in zip(sizes, self._shapes)]
        return grouped(self.code, places, lengths, len(self.parameters))

    # Source.

    @cached_property
    def source(self) -> str:
        """The source of ``value_and_grad(*arguments, parameters)`` over a batch; it needs only NumPy.

        It returns the mean over the batch and its gradient with respect to ``parameters``, one vector. For a
        function with several results it is ``value(*arguments, parameters)``, the results for each example.
        """
        return self._value_and_grad_source if self._recorded.results is None else self._value_source

    @cached_property
    def _value_source(self) -> str:
        arrays = Arrays(self.arrays)
        results = self._recorded.results
        shape = () if results is None else shape_of("batched", "the result", results)
        output = arrays.whole(read(arrays, self.arrays.outputs, shape), shape)
        if not arrays.steps[output].batched:
            output = arrays.add(array_ops.broadcast_to, (output,), shape, True, shape=shape)
        writer = self._writer(arrays, [output])
        lines = [*writer.write(range(len(arrays.steps))), f"return {writer.name(output)}"]
        return self._function("value", writer, lines)

    @cached_property
    def _value_and_grad_source(self) -> str:
        if self._recorded.results is not None:
            raise TraceError(
                f"value_and_grad: {self._recorded.signature.function} gives several numbers; a gradient is "
                "that of one: trace a function that gives a loss"
            )
        arrays = Arrays(self.arrays)
        value = read(arrays, self.arrays.outputs, ())
        end = len(arrays.steps)
        parameters = next(i for i, step in enumerate(arrays.steps) if step.op is PARAMETERS)
        gradient = reversed_pass(arrays, value, 0, parameters)
        writer = self._writer(arrays, [value, gradient])
        forward = writer.write(range(end))
        answer = writer.name(value)
        if arrays.steps[value].batched:
            answer = f"{answer}.mean()" if answer.isidentifier() else f"({answer}).mean()"
        forward.append(f"mean = {answer}")
        backward = writer.write(range(end, len(arrays.steps)))
        lines = ["# forward", *forward, "# backward", *backward, f"return mean, {writer.name(gradient)}"]
        return self._function("value_and_grad", writer, lines)

    def _writer(self, arrays: Arrays, outputs: Sequence[int]) -> Writer:
        names = distinct(self._recorded.signature.names, WORDS)
        labels = [parameter.label for parameter in self.parameters]
        return Writer(arrays, names, self._layout.selects, labels, self.dtype, outputs)

    def _function(self, name: str, writer: Writer, lines: Sequence[str]) -> str:
        given = [
            f"{argument} = {argument}.reshape(len({argument}), -1)"
            for argument, shape in zip(writer.arguments, self._shapes)
            if len(shape) > 1
        ]
        body = "\n".join(lines)
        if "n" in vector.words(body):
            number = f"len({writer.arguments[0]})"
            given.append(f"n = {number}" if self.dtype == float else f"n = np.{self.dtype.name}({number})")
        text = f"def {name}({', '.join([*writer.arguments, 'parameters'])}):\n"
        text += "".join(f"    {line}\n" for line in [*given, *lines])
        helpers = vector.definitions(vector.calls(body))
        parts = ["import numpy as np", helpers, "\n".join(writer.tables), text]
        return "\n\n\n".join(part for part in parts if part)

    # Running.

    @cached_property
    def _value(self) -> Callable[..., Any]:
        return built(self._value_source, "value")

    @cached_property
    def _value_and_grad(self) -> Callable[..., Any]:
        return built(self._value_and_grad_source, "value_and_grad")

    def __call__(self, *arguments: Any) -> NDArray[Any]:
        """Return the function's result for each example: shape (B,), or (B, ...) for nested results."""
        batch = self._checked(arguments)
        with np.errstate(all="ignore"):
            found = np.array(self._value(*batch, self._numbers()), self.dtype)  # never a view of an argument
        if not np.isfinite(found).all():
            self._refuse_infinite(batch)
            self._layout.warn(found, "the result")
        return found

    def value_and_grad(self, *arguments: Any) -> tuple[float, Gradients]:
        """Return the mean over the batch and its gradients: as ``.flat`` (N,), or by parameter."""
        value, gradient = self._computed(self._checked(arguments), self._numbers())
        return value, Gradients(gradient, None, self.program._places)

    def _computed(self, batch: list[NDArray[Any]], numbers: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        with np.errstate(all="ignore"):  # a branch not taken may fail, and inf may become 0 later
            value, gradient = self._value_and_grad(*batch, numbers)
            squares = gradient.dot(gradient)  # ten times faster than checking each element
        if not math.isfinite(value + squares) and not (math.isfinite(value) and np.isfinite(gradient).all()):
            self._refuse_infinite(batch)
            warnings.warn(
                f"{self._layout.function}: the mean over the batch is {value:.6g}, and some of its gradients "
                "are not finite; batched(...) has the number of each example, and program(...) of one says "
                "where it has no value",
                RuntimeWarning,
                stacklevel=3,
            )
        return float(value), gradient

    def _refuse_infinite(self, batch: list[NDArray[Any]]) -> None:
        """Raise ValueError if an argument is not finite, in place of a result that is not."""
        self._layout.refuse(batch, lambda array: ~np.isfinite(array), f"finite numbers of {self.dtype}")

    def step(self, *arguments: Any) -> float:
        """Train one step on a batch; return the mean from before the step.

        The last argument is the optimizer over the traced parameters, from ``nn.optim`` or any with the same
        ``step_arrays(values, data, grad)``. The first step moves the parameters' numbers into one array that
        every step updates. The parameters become :class:`~autograd.tracing.blocks.Window`, a Value that reads
        its ``data`` from that array and so is always up to date.
        """
        *arguments_, optimizer = arguments
        if not hasattr(optimizer, "step_arrays"):
            raise TypeError(
                f"step: the last argument is {optimizer!r}; expected an optimizer over the parameters, as "
                "nn.Adam(model.parameters())"
            )
        batch = self._checked(arguments_)
        block = self._block
        if block is None or not block.is_whole:
            block = blocks.block_of(self.parameters)
            if block is None or block.array.dtype != self.dtype:
                block = blocks.bind(self.parameters, self.dtype)
            self._block = block
        value, gradient = self._computed(batch, block.array)
        kept = block.array[self._unread]
        optimizer.step_arrays(self.parameters, block.array, gradient)
        block.array[self._unread] = kept
        return value

    @cached_property
    def _unread(self) -> NDArray[Any]:
        """The parameters that the result does not depend on, which do not decay, as in eager steps."""
        read = {step.detail for step in pruned(self.program.code).steps if step.op is PARAMETER}
        return np.array([place for place in range(len(self.parameters)) if place not in read], int)

    def _numbers(self) -> NDArray[Any]:
        if self._block is not None and self._block.is_whole:
            return self._block.array
        return np.array([parameter._data for parameter in self.parameters], self.dtype)

    def _checked(self, arguments: Sequence[Any]) -> list[NDArray[Any]]:
        """Return the arguments as arrays over one batch; raise an error that says what is expected."""
        return self._layout.arrays(arguments, self.dtype, whole=True)

    # Description.

    @property
    def products(self) -> list[str]:
        """The matrix products of the forward pass, written as shapes: ``(B, 784) @ (784, 128)``."""
        found = []
        arrays = Arrays(self.arrays)
        for step in arrays.steps:
            if step.op is einsum and arrays.index_of(step) is None:
                a, b, out = arrays.letters(step)
                sizes = {"B": "B"}
                for letters, operand in zip(step.static["inputs"], step.operands):
                    sizes |= dict(zip(letters, map(str, arrays.steps[operand].shape)))
                shared = [axis for axis in out if axis in a and axis in b]
                rows = [axis for axis in a if axis in out and axis not in b]
                columns = [axis for axis in b if axis in out and axis not in a]
                if rows or columns:
                    stack = " x ".join(sizes[axis] for axis in shared)
                    left = " x ".join(sizes[axis] for axis in rows) or "1"
                    right = " x ".join(sizes[axis] for axis in columns) or "1"
                    written = f"({left}, {sizes['k']}) @ ({sizes['k']}, {right})"
                    found.append(f"{stack} times {written}" if stack else written)
        return found

    def summary(self) -> str:
        """Summarize the scalar work and the array operations that it became."""
        scalars = _work(self.program.code)
        products = self.products
        arrays = Arrays(self.arrays)
        reductions = [row for row, _ in REDUCTIONS.values()]
        kinds: Counter[str] = Counter()
        for step in arrays.steps:
            if step.is_elementwise:
                kinds["element by element"] += 1
            elif step.op is einsum:
                kinds["dot product" if arrays.index_of(step) is None else "look_up"] += 1
            elif step.op in reductions:
                kinds[step.op.name] += 1
        kinds["dot product"] = kinds.pop("dot product", 0) - len(products)
        rest = [
            f"{count} {name}" + ("s" if count > 1 and name == "dot product" else "")
            for name, count in kinds.items()
            if count
        ]
        plural = "s" if len(products) != 1 else ""
        lines = [
            f"{scalars:,} multiplications and additions = {len(products)} matrix product{plural}"
            + (f", and {', '.join(rest)}" if rest else "")
        ]
        return "\n".join([*lines, *(f"  {product}" for product in products)])

    def __repr__(self) -> str:
        return f"Batched({self.program!r}, {len(self.products)} matrix products)"


def _work(code: Code) -> int:
    """Count the multiplications and additions of the code."""
    total = 0
    for step in code.steps:
        if step.op in (ops.mul, ops.add, ops.sub):
            total += 1
        elif step.op is nary_ops.dot_of:
            total += len(step.operands) - 1
        elif step.op is nary_ops.sum_of:
            total += len(step.operands) - 1
    return total
