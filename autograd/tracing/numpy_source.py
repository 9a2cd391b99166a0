"""NumPy: write an array program as source that needs only NumPy."""

from __future__ import annotations

import keyword
import os
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import array_ops, program_ops
from ..choice_ops import CHOICES
from ..languages import vector
from ..languages.vector import Vector
from ..ops import CONSTANT, ELEMENTWISE, mul
from ..products import einsum
from ..symbols import ATOM, PRODUCT
from .arrays import BATCH, PARAMETERS, Array, Arrays
from .code import ARGUMENT
from .identifiers import TAKEN, unused
from .indexing import literal, view

WORDS = {*TAKEN, *vector.LIBRARY, *ELEMENTWISE}  # that programs use themselves
READING = (
    program_ops.gather,
    array_ops.reshape,
    array_ops.broadcast_to,
)  # of whole numbers, these give whole numbers
INLINE = 40  # the longest expression, in characters, to write inline rather than on a line of its own


class Writer:
    """A writer of array-program steps as lines of Python, each step once and only if it is needed.

    ``arguments`` are the names of the function's arguments; ``selecting`` says which of them are whole
    numbers. Index arrays and constants become lines before the function (``tables``), since they are the same
    for every call.
    """

    def __init__(
        self,
        arrays: Arrays,
        arguments: Sequence[str],
        selecting: Sequence[bool],
        labels: Sequence[str | None],
        dtype: Any,
        outputs: Sequence[int],
    ) -> None:
        self.arrays, self.arguments, self.dtype = arrays, list(arguments), np.dtype(dtype)
        self.labels = labels
        self.tables: list[str] = []
        self.lines: list[str] = []
        self._used = {*WORDS, *arguments}
        self._names: dict[int, Any] = {}
        self._tables: dict[Any, str] = {}
        self._counts: Counter[str] = Counter()
        needed = set(outputs)
        for place in range(len(arrays.steps) - 1, -1, -1):
            if place in needed:
                needed.update(self._operands(arrays.steps[place]))
        self.needed = needed
        self._uses: dict[int, list[int]] = {place: [] for place in needed}
        for place in sorted(needed):
            for operand in self._operands(arrays.steps[place]):
                self._uses[operand].append(place)
        for output in outputs:
            self._uses[output].append(-1)
        self._whole: set[int] = set()
        for place, step in enumerate(arrays.steps):
            if step.op is ARGUMENT and selecting[step.static["which"]]:
                self._whole.add(place)
            elif step.op in READING and step.operands[0] in self._whole:
                self._whole.add(place)

    def write(self, places: range) -> list[str]:
        """Return the lines of the steps in ``places``."""
        self.lines = []
        for place in places:
            if place in self.needed:
                self._step(place, self.arrays.steps[place])
        return self.lines

    def _operands(self, step: Array) -> tuple[int, ...]:
        """Return the operands that a written step reads: a look-up reads a table and whole numbers."""
        index = self.arrays.index_of(step)
        return step.operands if index is None else (index, step.operands[1])

    def name(self, place: int) -> str:
        """Return the name of a step, or its expression."""
        if place not in self._names:  # a one-hot step, written when it is first read
            step = self.arrays.steps[place]
            self._give(place, step, Vector(self._one_hot(step, self.name(step.operands[0])), ATOM))
        return str(self._names[place])

    def _operand(self, step: Array, place: int) -> str:
        """Return an operand of a step as an expression of the program's dtype."""
        if place in self._whole and step.op not in (*READING, program_ops.one_hot):
            return f"{_atom(self.name(place))}.astype(np.{self.dtype.name})"
        is_weak = step.is_elementwise or step.op in (einsum, array_ops.where)
        if self.arrays.number_of(place) is None or self.dtype == float or is_weak:
            return self.name(place)
        return f"np.{self.dtype.name}({self.name(place)})"

    # Names.

    def _new(self, stem: str) -> str:
        self._counts[stem] += 1
        name = f"{stem}{self._counts[stem]}"
        if name in self._used:
            name = unused(name, self._used)
        self._used.add(name)
        return name

    def _table(self, stem: str, written: str) -> str:
        """Return the name of a constant array; equal arrays share one."""
        if written not in self._tables:
            name = self._tables[written] = self._new(stem)
            self.tables.append(f"{name} = {written}")
        return self._tables[written]

    def _stem(self, step: Array) -> str:
        steps = self.arrays.steps
        if step.op is einsum and self.arrays.index_of(step) is None:
            return "z"
        if step.is_elementwise and len(step.operands) == 1:
            return "h"
        if step.op is program_ops.gather and steps[step.operands[0]].op is PARAMETERS:
            return "W" if len(step.shape) > 1 else "b"
        return "t"

    def _label(self, step: Array) -> str | None:
        """Return the common prefix of labels read together: ``w0`` for w0,0,0 and w0,1,0."""
        if step.op is not program_ops.gather or self.arrays.steps[step.operands[0]].op is not PARAMETERS:
            return None
        places = step.static["index"].ravel()
        labels = [self.labels[place] or "" for place in (places.min(), places.max(), *places[:64:7])]
        common = os.path.commonprefix(labels)
        whole = all(label == common for label in labels)
        stem = re.sub(r"[^A-Za-z0-9_]+", "_", common if whole else re.sub(r"[\W_]+$", "", common)).strip("_")
        if not stem.isidentifier() or keyword.iskeyword(stem):
            return None
        name = stem if stem not in self._used else unused(stem, self._used)
        self._used.add(name)
        return name

    # Steps.

    def _step(self, place: int, step: Array) -> None:
        op = step.op
        if op is ARGUMENT:
            self._names[place] = Vector(self.arguments[step.static["which"]], ATOM)
        elif op is PARAMETERS:
            self._names[place] = Vector("parameters", ATOM)
        elif op is BATCH:
            self._names[place] = Vector("n", ATOM)
        elif op is CONSTANT:
            self._names[place] = self._constant(step.static["numbers"])
        elif step.is_elementwise:
            self._give(place, step, self._map(place, step))
        elif op is program_ops.scatter:
            self._scatter(place, step)
        elif op is program_ops.one_hot:
            pass
        elif op is array_ops.broadcast_to and self._broadcasts_anyway(place, step):
            self._names[place] = self._names[step.operands[0]]
        elif (index := self.arrays.index_of(step)) is not None:
            table = step.operands[1]
            self._give(place, step, Vector(f"{self._operand(step, table)}[{self.name(index)}]", ATOM))
        else:
            written = getattr(self, f"_{op.name}")(step, *(self._operand(step, o) for o in step.operands))
            if written == self.name(step.operands[0]):
                self._names[place] = self._names[step.operands[0]]
            else:
                self._give(place, step, Vector(written, PRODUCT if op is einsum else ATOM))

    def _give(self, place: int, step: Array, written: Any) -> None:
        """Write a line, or keep a short expression to write inline at its only use."""
        uses = self._uses[place]
        short = len(str(written)) <= INLINE
        if len(uses) == 1 and uses[0] >= 0 and short and self.arrays.steps[uses[0]].is_elementwise:
            if step.is_elementwise or step.op in (einsum, array_ops.reshape):
                self._names[place] = written
                return
        if not isinstance(written, Vector):
            self._names[place] = written
            return
        name = self._label(step) or self._new(self._stem(step))
        self.lines.append(f"{name} = {written}")
        self._names[place] = Vector(name, ATOM)

    def _constant(self, detail: Any) -> Any:
        if not isinstance(detail, np.ndarray):
            return float(detail) if np.isfinite(detail) else Vector(_infinite(str(detail)))
        if np.isin(detail, np.arange(-999, 1000)).all() and not np.signbit(detail[detail == 0]).any():
            written = f"{_atom(literal(detail.astype(int)))}.astype(np.{self.dtype.name})"
        else:
            written = f"np.array({_infinite(str(detail.tolist()))}, np.{self.dtype.name})"
        return Vector(self._table("c", written), ATOM)

    def _map(self, place: int, step: Array) -> Any:
        op = step.op
        operands = [self._names[operand] for operand in step.operands]
        for i, operand in enumerate(step.operands):
            if operand in self._whole and (op not in CHOICES or i > 1):  # compare whole numbers as they are
                operands[i] = Vector(self._operand(step, operand), ATOM)
        if op in CHOICES:
            left, right, yes, no = operands
            if yes == 1.0 and no == 0.0 and self._multiplies(place):
                return vector.comparison(op, left, right)
            numbers = [self.arrays.number_of(operand) for operand in step.operands[2:]]
            if None not in numbers and self.dtype != float:
                yes = Vector(f"np.{self.dtype.name}({yes})", ATOM)
            return vector.value(op, [left, right, yes, no])
        return vector.value(op, operands)

    def _multiplies(self, place: int) -> bool:
        """Return whether a condition is only multiplied with numbers; it may then stay a bool."""
        for use in self._uses[place]:
            step = self.arrays.steps[use] if use >= 0 else None
            if step is None or step.op is not mul:
                return False
            for operand in step.operands:
                if operand != place and self.arrays.steps[operand].op in (CONSTANT, *CHOICES):
                    return False
            if step.operands == (place, place):
                return False
        return True

    def _flat(self, source: Array, name: str) -> str:
        if len(source.shape) == 1:
            return name
        return f"{_atom(name)}.reshape({f'{self._batch()}, ' if source.batched else ''}-1)"

    def _gather(self, step: Array, name: str) -> str:
        (operand,) = step.operands
        return self._elements(self.arrays.steps[operand], name, step.static["index"])

    def _elements(self, source: Array, name: str, index: np.ndarray) -> str:
        size = int(np.prod(source.shape, dtype=int))
        if len(source.shape) > 1 and index.shape == source.shape:
            if np.array_equal(index.ravel(), np.arange(size)):
                return name
        if index.shape == (*source.shape, 1) and np.array_equal(index.ravel(), np.arange(size)):
            return self._with_axis(source, name)
        flat = self._flat(source, name)
        found = view(index, size)
        if found is not None:
            return found.text(_atom(name) if found.is_all else flat, source.batched)
        table = self._table("i", literal(index))
        return f"{flat}[{':, ' if source.batched else ''}{table}]"

    def _scatter(self, place: int, step: Array) -> None:
        """Add elements up at their places; the first at each place is assigned, not added."""
        size = max(1, int(np.prod(step.shape, dtype=int)))
        steps = self.arrays.steps
        if len(step.operands) == 1 and step.shape:
            (operand,), (index,) = step.operands, step.static["places"]
            if index.size == size and len(np.unique(index)) == size and steps[operand].shape == index.shape:
                inverse = np.empty(size, int)
                inverse[index.ravel()] = np.arange(size)
                name = self._operand(step, operand)
                written = self._elements(steps[operand], name, inverse.reshape(step.shape))
                self._give(place, step, Vector(written, ATOM))
                return
        name = self._new("d")
        batch = f"{self._batch()}, " if step.batched else ""
        covered = np.zeros(size, bool)
        lines = []
        for operand, index in zip(step.operands, step.static["places"]):
            gradient = self.name(operand)
            unique = len(np.unique(index)) == index.size
            fresh = unique and not covered[index.ravel()].any()
            covered[index.ravel()] = True
            found = view(index, size)
            if found is not None:
                target = found.text(name, step.batched)
                target = (
                    f"{name}[...]" if target == name else target if target.endswith("]") else f"{target}[...]"
                )
                lines.append(f"{target} {'=' if fresh else '+='} {gradient}")
            elif unique:
                table = self._table("i", literal(index))
                every = ":, " if step.batched else ""
                lines.append(f"{name}[{every}{table}] {'=' if fresh else '+='} {gradient}")
            else:
                lines.append(self._added(name, step, steps[operand], gradient, index))
        maker = "empty" if covered.all() and not any(" += " in line for line in lines) else "zeros"
        dtype = "" if self.dtype == float else f", np.{self.dtype.name}"
        shape = f"({batch}{size})" if batch else f"{size}"
        self.lines.append(f"{name} = np.{maker}({shape}{dtype})")
        self.lines += lines
        shaped = name
        if step.shape == ():
            shaped = f"{name}[{':, ' if step.batched else ''}0]"
        elif len(step.shape) > 1:
            inner = ", ".join(map(str, step.shape))
            shaped = f"{name}.reshape({'-1, ' if step.batched else ''}{inner})"
        self._names[place] = Vector(shaped, ATOM)

    def _added(self, name: str, step: Array, source: Array, gradient: str, index: np.ndarray) -> str:
        """Add elements that share places: sort them by place, then add up each run."""
        flat = index.ravel()
        order = np.argsort(flat, kind="stable")
        places, starts = np.unique(flat[order], return_index=True)
        tables = [self._table("i", literal(table)) for table in (order, starts, places)]
        every = ":, " if step.batched else ""
        if not source.batched:
            row = gradient if len(index.shape) == 1 else f"{gradient}.reshape(-1)"
            return f"{name}[{every}{tables[2]}] += np.add.reduceat({row}[{tables[0]}], {tables[1]})"
        row = gradient if len(index.shape) == 1 else f"{gradient}.reshape(len({gradient}), -1)"
        return f"{name}[:, {tables[2]}] += np.add.reduceat({row}[:, {tables[0]}], {tables[1]}, axis=1)"

    def _batch(self) -> str:
        return f"len({self.arguments[0]})"

    def _join(self, step: Array, *names: str) -> str:
        parts = []
        for operand, name in zip(step.operands, names):
            source = self.arrays.steps[operand]
            size = max(1, int(np.prod(source.shape, dtype=int)))
            if source.batched:
                flat = f"{name}[:, None]" if not source.shape else self._flat(source, name)
            elif step.batched:
                flat = f"np.broadcast_to({name if not source.shape else self._flat(source, name)}, "
                flat += f"({self._batch()}, {size}))"
            else:
                flat = f"np.full(1, {name})" if not source.shape else self._flat(source, name)
            parts.append(flat)
        return f"np.concatenate([{', '.join(parts)}], axis={1 if step.batched else 0})"

    def _where(self, step: Array, x: str, y: str) -> str:
        return f"np.where({self._there(step.static['condition'])}, {x}, {y})"

    def _there(self, there: np.ndarray) -> str:
        if (
            there.ndim == 2
            and there.shape[0] == there.shape[1]
            and (there == np.tri(len(there), dtype=bool)).all()
        ):
            return self._table("past", f"np.tri({len(there)}, dtype=bool)")
        return self._table("there", f"np.array({there.astype(int).tolist()}, bool)")

    def _reduced(self, step: Array, name: str) -> str:
        method = "max" if step.op is program_ops.largest else step.op.name
        return f"{_atom(name)}.{method}(axis=-1{', keepdims=True' if step.static['keepdims'] else ''})"

    _sum = _max = _min = _largest = _reduced

    def _logsumexp(self, step: Array, name: str) -> str:
        return f"logsumexp({name})"

    def _reshape(self, step: Array, name: str) -> str:
        source, goal = self.arrays.steps[step.operands[0]], step.shape
        if goal == (*source.shape, 1):
            return self._with_axis(source, name)
        if (*goal, 1) == source.shape:
            return f"{_atom(name)}[..., 0]"
        extra = len(goal) - len(source.shape)
        if step.batched and goal == (1,) * extra + source.shape:
            return f"{_atom(name)}[:{', None' * extra}]"
        sizes = [*(["-1"] if step.batched else []), *map(str, goal)]
        return f"{_atom(name)}.reshape({', '.join(sizes)})" if sizes else f"{_atom(name)}.reshape(())"

    def _with_axis(self, source: Array, name: str) -> str:
        """Append an axis of length 1, also to a plain number."""
        if not source.shape and not source.batched:
            return f"np.reshape({name}, 1)"
        return f"{_atom(name)}[..., None]"

    def _runs(self, step: Array, name: str) -> str:
        table = self._table("i", literal(step.static["starts"]))
        return f"np.add.reduceat({name}, {table}{', axis=1' if step.batched else ''})"

    def _broadcast_to(self, step: Array, name: str) -> str:
        shape = ", ".join(([self._batch()] if step.batched else []) + list(map(str, step.shape)))
        source = self.arrays.steps[step.operands[0]]
        if step.batched and len(source.shape) < len(step.shape):
            inner = ", ".join(["1"] * (len(step.shape) - len(source.shape)) + list(map(str, source.shape)))
            name = f"{_atom(name)}.reshape(-1, {inner})"
        return f"np.broadcast_to({name}, ({shape},))"

    def _broadcasts_anyway(self, place: int, step: Array) -> bool:
        """Return whether NumPy broadcasts anyway: in each use another operand has the full shape."""
        steps = self.arrays.steps
        if step.batched and len(steps[step.operands[0]].shape) != len(step.shape):
            return False
        return all(
            use >= 0
            and steps[use].is_elementwise
            and any(
                steps[other].shape == step.shape and steps[other].batched >= step.batched
                for other in steps[use].operands
                if steps[other].op is not array_ops.broadcast_to
            )
            for use in self._uses[place]
        )

    def _sum_to(self, step: Array, name: str) -> str:
        source = self.arrays.steps[step.operands[0]]
        lead = 1 if source.batched else 0
        extra = len(source.shape) - len(step.shape)
        axes = [0] if source.batched and not step.batched else []
        axes += [lead + axis for axis in range(extra)]
        kept = [
            lead + extra + axis
            for axis, length in enumerate(step.shape)
            if length == 1 and source.shape[extra + axis] != 1
        ]
        text = _atom(name)
        if axes or kept:
            every = sorted(axes + kept)
            shown = str(every[0]) if len(every) == 1 else f"({', '.join(map(str, every))})"
            text += f".sum(axis={shown})" if not kept else f".sum(axis={shown}, keepdims=True)"
        if kept:
            batch = "-1, " if step.batched else ""
            if axes:
                text += f".reshape({batch}{', '.join(map(str, step.shape))})"
        return text

    def _one_hot(self, step: Array, index: str) -> str:
        return f"({_atom(index)}[..., None] == np.arange({step.static['count']}))"

    # Products.

    def _einsum(self, step: Array, left: str, right: str) -> str:
        a, b, out = self.arrays.letters(step)
        shared = [name for name in out if name in a and name in b]
        summed = [name for name in a if name in b and name not in out]
        alone_a = [name for name in a if name in out and name not in b]
        alone_b = [name for name in b if name in out and name not in a]
        gone_a = [name for name in a if name not in b and name not in out]
        gone_b = [name for name in b if name not in a and name not in out]
        if gone_a:
            left = self._summed(step.operands[0], left, [a.index(name) for name in gone_a])
            a = "".join(name for name in a if name not in gone_a)
        if gone_b:
            right = self._summed(step.operands[1], right, [b.index(name) for name in gone_b])
            b = "".join(name for name in b if name not in gone_b)
        sizes: dict[str, int] = {}
        for letters, operand in zip(step.static["inputs"], step.operands):
            sizes |= zip(letters, self.arrays.steps[operand].shape)
        if not a or not b or not summed and not shared and (not alone_a or not alone_b):
            return f"{_atom(left)} * {_atom(right)}"
        if not summed:
            return self._outer(left, a, right, b, out)
        if shared and not alone_a and not alone_b and len(summed) == 1:
            order = [*shared, *summed]
            pair = [
                _atom(name) if list(axes) == order else f"{_atom(name)}.transpose({_axes_of(axes, order)})"
                for name, axes in ((left, a), (right, b))
            ]
            return f"np.vecdot({pair[0]}, {pair[1]})"
        first = _arranged(left, a, shared, alone_a, summed, sizes)
        second = _arranged(right, b, shared, summed, alone_b, sizes)
        text = f"{first} @ {second}"
        now = [*shared, *alone_a, *alone_b]
        groups = len(alone_a) > 1 or len(alone_b) > 1
        if shared and not alone_a:  # drop the axes of length 1 added for stacked products
            text = f"({text})[..., 0, {':' if alone_b else '0'}]"
        elif shared and not alone_b:
            text = f"({text})[..., 0]"
        if groups:
            shape = ", ".join("-1" if name == "B" else str(sizes[name]) for name in now)
            text = f"({text}).reshape({shape})"
        if now != list(out):
            moved = [now.index(name) for name in out]
            text = f"({text}).T" if moved == [1, 0] else f"({text}).transpose({', '.join(map(str, moved))})"
        return text

    def _summed(self, place: int, name: str, axes: list[int]) -> str:
        """Sum a factor over axes that only it has; one-hot rows are bools, so give the dtype."""
        is_bool = self.arrays.steps[place].op is program_ops.one_hot
        return f"{_atom(name)}.sum(axis={_axes(axes)}{f', dtype=np.{self.dtype.name}' if is_bool else ''})"

    def _outer(self, left: str, a: str, right: str, b: str, out: str) -> str:
        """Write an outer product: elementwise, with axes of length 1 for those a factor lacks."""

        def spread(name: str, axes: str) -> str:
            order = [axis for axis in out if axis in axes]
            text = _atom(name)
            if order != list(axes):
                text += f".transpose({', '.join(str(axes.index(axis)) for axis in order)})"
            index = [":" if axis in axes else "None" for axis in out]
            return text if "None" not in index else f"{text}[{', '.join(index)}]"

        return f"{spread(left, a)} * {spread(right, b)}"


def _axes(axes: Sequence[int]) -> str:
    return str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"


def _axes_of(axes: str, order: Sequence[str]) -> str:
    return ", ".join(str(axes.index(axis)) for axis in order)


def _infinite(numbers: str) -> str:
    """Replace inf and nan in the text by NumPy's names."""
    return re.sub("(inf|nan)", r"np.\1", numbers)


def _atom(name: str) -> str:
    """Put the expression in parentheses unless it is a name, a call or an index."""
    depth = 0
    for character in name:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if not depth and character in " +-*/<>=@~":
            return f"({name})"
    return name


def _arranged(
    name: str, axes: str, shared: list[str], first: list[str], second: list[str], sizes: dict[str, int]
) -> str:
    """Arrange a factor as (stacks..., rows, columns); without stacks, as a matrix or vector."""
    order = [*shared, *first, *second]
    text = _atom(name)
    if order != list(axes):
        where = [axes.index(axis) for axis in order]
        last = list(range(len(where)))
        if where == [1, 0]:
            text += ".T"
        elif where == [*last[:-2], last[-1], last[-2]]:
            text += ".swapaxes(-1, -2)"
        else:
            text += f".transpose({', '.join(map(str, where))})"
    if not shared and len(first) <= 1 and len(second) <= 1:
        return text
    dims = ["-1" if axis == "B" else str(sizes[axis]) for axis in shared]
    if shared and len(first) == 1 and len(second) == 1:
        return text
    if shared and not first and len(second) == 1:
        return f"{text}[..., None, :]"
    if shared and len(first) == 1 and not second:
        return f"{text}[..., None]"
    for group in (first, second):
        if not group:
            if shared:
                dims.append("1")
        elif "B" in group:
            dims.append("-1")
        else:
            dims.append(str(int(np.prod([sizes[axis] for axis in group], dtype=int))))
    return f"{text}.reshape({', '.join(dims)})"
