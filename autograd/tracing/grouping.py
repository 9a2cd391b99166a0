"""Grouping: turn scalars of one level and kind into one array, and their dot products into matrix products.

The level of a step is one more than the highest level of its operands. Level by level, steps that do the same
to elements of the same arrays are laid out as one array. Their operands can then be read as a whole, as a
slice, or by a list of places. Dot products are grouped by what they multiply:

- a group that shares its inputs, or its weights, or both in a grid, is a matrix product: a layer has one
  input and many rows of weights; a convolution has many windows of its input and few weights;
- separate grids of one size (the heads of an attention) form a product of stacks of matrices;
- dot products that lack terms of their neighbours (a window at the border, a sum over the past only) are
  filled up with 0, which completes the grid;
- all others are elementwise products, then summed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .. import array_ops, choice_ops, program_ops
from ..choice_ops import select
from ..nary_ops import dot_of, largest_of, logsumexp_of, max_of, min_of, sum_of
from ..ops import CONSTANT, Op, mul
from .arrays import PARAMETERS, ArrayCode, Arrays, Spot
from .choices import ALWAYS, needs
from .code import ARGUMENT, GIVEN, PARAMETER, Code

# Each reduction as a row on arrays, and its value for no numbers.
REDUCTIONS = {
    sum_of: (array_ops.sum, 0.0),
    logsumexp_of: (array_ops.logsumexp, -np.inf),
    max_of: (array_ops.max, -np.inf),
    largest_of: (program_ops.largest, -np.inf),
    min_of: (array_ops.min, np.inf),
}
FULL = 0.45  # fraction of a grid from which the whole grid is computed


def grouped(
    code: Code, arguments: Sequence[tuple[int, int]], sizes: Sequence[int], parameters: int
) -> ArrayCode:
    """Return the array program of ``code`` over a batch of arguments.

    ``arguments`` has, for each number among the arguments, its argument and its place there. ``sizes`` has
    how many numbers each argument has, 0 for a single number that is not in a list.
    """
    return _Grouping(code, arguments, sizes, parameters).run()


class _Grouping:
    def __init__(
        self, code: Code, arguments: Sequence[tuple[int, int]], sizes: Sequence[int], parameters: int
    ) -> None:
        self.steps, self.outputs = code.steps, code.outputs
        self.arrays = Arrays()
        self.spots: list[Spot] = [(-1, -1)] * len(code.steps)
        self.levels = [0] * len(code.steps)
        self.moving = [False] * len(code.steps)
        self.by_level: dict[int, list[int]] = defaultdict(list)
        blocks = [self.arrays.argument(i, (size,) if size else ()) for i, size in enumerate(sizes)]
        self.parameters = self.arrays.add(PARAMETERS, (), (parameters,), False)
        for place, (op, operands, detail, _) in enumerate(code.steps):
            if op is ARGUMENT:
                which, where = arguments[detail]
                self.spots[place], self.moving[place] = (blocks[which], where), True
            elif op is PARAMETER:
                self.spots[place] = (self.parameters, detail)
            elif op is CONSTANT:
                self.spots[place] = (self.arrays.constant(detail), 0)
            else:
                self.levels[place] = level = 1 + max([self.levels[operand] for operand in operands])
                self.moving[place] = any([self.moving[operand] for operand in operands])
                self.by_level[level].append(place)

    def run(self) -> ArrayCode:
        for level in sorted(self.by_level):
            groups: dict[Any, list[int]] = defaultdict(list)
            for place in self.by_level[level]:
                groups[self._kind(place)].append(place)
            for places in groups.values():
                self._lay_out(places)
        self.arrays.conditional = self._conditional()
        return self.arrays.code([self.spots[output] for output in self.outputs])

    def _conditional(self) -> frozenset[int]:
        """Return the arrays with elements that only some branch needs."""
        needed = needs(Code(self.steps, self.outputs), gradients=True) or []
        found = {
            self.spots[place][0]
            for place, (step, need) in enumerate(zip(self.steps, needed))
            if need != ALWAYS and step.op not in GIVEN
        }
        for place in list(found):
            if self.arrays.steps[place].op is array_ops.broadcast_to:  # what it broadcasts is conditional too
                found.update(self.arrays.steps[place].operands)
        return frozenset(found)

    def _kind(self, place: int) -> Any:
        """Return what the members of a group have in common."""
        op, operands, _, _ = self.steps[place]
        spots = self.spots
        if isinstance(op, Op):
            sources: Any = tuple([
                "constant" if self.steps[o].op is CONSTANT else spots[o][0] for o in operands
            ])  # fmt: skip
        elif op is dot_of:
            half = len(operands) // 2
            both = [self._oriented(x, y) for x, y in zip(operands[:half], operands[half:])]
            sources = tuple(frozenset({spots[pair[side]][0] for pair in both}) for side in (0, 1))
        elif op is select:
            sources = (len(operands), spots[operands[0]][0])
        else:
            sources = frozenset({spots[o][0] for o in operands})
        return op, self.moving[place], sources

    def _lay_out(self, places: list[int]) -> None:
        op = self.steps[places[0]].op
        if isinstance(op, Op):
            self._elementwise(op, places)
        elif op is dot_of:
            self._dots(places)
        elif op is select:
            self._selections(places)
        elif op in REDUCTIONS:
            self._reductions(op, places)
        else:
            raise TypeError(f"batched: the operation {op.name} has no array form")

    # Reading computed elements.

    def read(self, spots: Sequence[Spot], shape: tuple[int, ...]) -> int:
        """Return the elements at ``spots`` as one array of that shape."""
        return read(self.arrays, spots, shape)

    def _read_whole(self, spots: Sequence[Spot], shape: tuple[int, ...]) -> int:
        """Read without leaving equal elements to broadcasting: a sum needs them all."""
        return self.arrays.whole(self.read(spots, shape), shape)

    def _place_all(self, places: Sequence[int], block: int) -> None:
        for position, place in enumerate(places):
            self.spots[place] = (block, position)

    # Element by element.

    def _elementwise(self, op: Op, places: list[int]) -> None:
        steps, spots = self.steps, self.spots
        # Sorted by the first operand that moves, so that what was laid out as one array is read as one.
        operands = steps[places[0]].operands
        order = sorted(
            range(len(operands)),
            key=lambda i: (steps[operands[i]].op is CONSTANT, not self.moving[operands[i]]),
        )
        lead = order[0]
        places = sorted(places, key=lambda place: [spots[steps[place].operands[i]] for i in order])
        leads = [spots[steps[place].operands[lead]] for place in places]
        shape = self._shape_like(leads)
        read = [
            self.read([spots[steps[place].operands[i]] for place in places], shape)
            for i in range(len(operands))
        ]
        self._place_all(places, self.arrays.whole(self.arrays.apply(op, read), shape))

    def _shape_like(self, leads: list[Spot]) -> tuple[int, ...]:
        """Return the shape of the array that the members read, if they read all of it evenly; else flat."""
        if len(leads) == 1:
            return ()
        source = self.arrays.steps[leads[0][0]]
        wheres = [where for _, where in leads]
        size = int(np.prod(source.shape, dtype=int))
        times, rest = divmod(len(leads), max(size, 1))
        if size > 1 and times and not rest and wheres == np.repeat(np.arange(size), times).tolist():
            return source.shape + ((times,) if times > 1 else ())
        return (len(leads),)

    # Reductions over the last axis.

    def _reductions(self, op: Any, places: list[int]) -> None:
        spots = {place: [self.spots[operand] for operand in self.steps[place].operands] for place in places}
        places = sorted(places, key=lambda place: spots[place])
        if op is sum_of and len(places) > 1 and self._ragged([len(spots[place]) for place in places]):
            read = self.read([spot for place in places for spot in spots[place]], (-1,))
            step = self.arrays.steps[read]
            starts = np.cumsum([0, *(len(spots[place]) for place in places[:-1])])
            total = starts[-1] + len(spots[places[-1]])
            if step.shape == (total,):
                row = program_ops.runs
                block = self.arrays.add(row, (read,), (len(places),), step.batched, starts=starts)
                self._place_all(places, block)
                return
        for members in self._alike(places, {place: len(spots[place]) for place in places}):
            length = max(len(spots[place]) for place in members)
            rows = [_continued(spots[place], length, self.arrays) for place in members]
            shape = (len(members), length) if len(members) > 1 else (length,)
            row, nothing = REDUCTIONS[op]
            read = self._padded(rows, [len(spots[place]) for place in members], shape, nothing)
            self._place_all(members, self.arrays.reduced(row, read))

    def _alike(self, places: list[int], lengths: dict[int, int]) -> list[list[int]]:
        """Keep one group if padding to the longest does not double the work; else group by length."""
        if not self._ragged([lengths[place] for place in places]):
            return [places]
        groups: dict[int, list[int]] = defaultdict(list)
        for place in places:
            groups[lengths[place]].append(place)
        return list(groups.values())

    def _ragged(self, lengths: list[int]) -> bool:
        """Return whether rows padded to the longest would be less than ``FULL`` full."""
        return sum(lengths) < FULL * max(lengths) * len(lengths)

    def _padded(self, rows: list[list[Spot]], lengths: list[int], shape: tuple[int, ...], fill: float) -> int:
        """Read rows as one array, padding each with ``fill``."""
        read = self._read_whole([spot for row in rows for spot in row], shape)
        there = np.arange(shape[-1]) < np.array(lengths)[:, None]
        return read if there.all() else self.arrays.masked(read, there.reshape(shape), fill)

    # Dot products.

    def _oriented(self, x: int, y: int) -> tuple[int, int]:
        """Return the factors with the moving one first, if only one moves."""
        return (y, x) if self.moving[y] and not self.moving[x] else (x, y)

    def _dots(self, places: list[int]) -> None:
        lefts, rights = {}, {}
        for place in places:
            operands = self.steps[place].operands
            half = len(operands) // 2
            pairs = [self._oriented(x, y) for x, y in zip(operands[:half], operands[half:])]
            spots = sorted([(self.spots[x], self.spots[y]) for x, y in pairs])
            lefts[place] = tuple([left for left, _ in spots])
            rights[place] = tuple([right for _, right in spots])
        if len({len(row) for row in lefts.values()}) > 1:
            by_right = _aligned(rights, lefts)
            by_left = _aligned(lefts, rights)
            if _lengths(by_left) < _lengths(by_right):
                lefts, rights = by_left
            else:
                rights, lefts = by_right
        by_length: dict[int, list[int]] = defaultdict(list)
        for place in places:
            by_length[len(lefts[place])].append(place)
        for members in by_length.values():
            self._grids(members, lefts, rights)

    def _grids(self, places: list[int], lefts: dict[int, Any], rights: dict[int, Any]) -> None:
        """Lay out dot products of one length by what they share."""
        known: dict[Any, Any] = {}  # one object for equal vectors makes look-ups fast
        cells: dict[tuple[Any, Any], list[int]] = defaultdict(list)  # equal except for the order of terms
        for place in places:
            left, right = lefts[place], rights[place]
            cells[known.setdefault(left, left), known.setdefault(right, right)].append(place)
        grids: dict[tuple[int, int], list[tuple[list[Any], list[Any]]]] = defaultdict(list)
        for rows, columns, count in _components(cells):
            if count >= FULL * len(rows) * len(columns):
                grids[len(rows), len(columns)].append((rows, columns))
            else:
                grids[1, 1] += [([x], [y]) for x, y in cells if x in set(rows)]
        for (height, width), found in grids.items():
            found.sort(key=lambda grid: (_key(grid[0][0]), _key(grid[1][0])))
            length = len(found[0][0][0])
            if height == width == length == 1 < len(found):  # each number has its own factor, like a gain
                self._elementwise(mul, [place for (x,), (y,) in found for place in cells[x, y]])
                continue
            x, x_axes = self._stack([grid[0] for grid in found], length, "h", "p")
            y, y_axes = self._stack([grid[1] for grid in found], length, "h", "c")
            axes = "h" * (len(found) > 1) + "p" * (height > 1) + "c" * (width > 1)
            block = self.arrays.product((x, y), (x_axes, y_axes), axes, self.arrays.is_batched((x, y)))
            position = 0
            for rows, columns in found:
                for row in rows:
                    for column in columns:
                        for place in cells.get((row, column), ()):
                            self.spots[place] = (block, position)
                        position += 1

    def _stack(self, grids: list[list[Any]], length: int, stack: str, axis: str) -> tuple[int, str]:
        """Return the vectors of all grids as one array (grids, vectors, length), and its axis names."""
        if all(grid == grids[0] for grid in grids):
            grids = grids[:1]
        shape = (len(grids),) * (len(grids) > 1) + (len(grids[0]),) * (len(grids[0]) > 1) + (length,)
        names = stack * (len(grids) > 1) + axis * (len(grids[0]) > 1) + "k"
        rows = [vector for grid in grids for vector in grid]
        there = np.array([[spot is not None for spot in row] for row in rows]).reshape(shape)
        read = self._read_whole([spot for row in rows for spot in _filled(row, self.arrays)], shape)
        if not there.all():
            read = self.arrays.masked(read, there, 0.0)
        return read, names

    # Selections by a whole number.

    def _selections(self, places: list[int]) -> None:
        steps, spots, arrays = self.steps, self.spots, self.arrays
        count = len(steps[places[0]].operands) - 1
        indexes = {place: spots[steps[place].operands[0]] for place in places}
        tables = {place: tuple([spots[o] for o in steps[place].operands[1:]]) for place in places}
        rows, columns = sorted(set(indexes.values())), sorted(set(tables.values()))
        fixed = not any(arrays.steps[block].batched for table in columns for block, _ in table)
        if fixed and len(places) == len(rows) * len(columns):
            shape = (count,) + (len(columns),) * (len(columns) > 1)
            read = self.read([spot for row in zip(*columns) for spot in row], shape)
            if arrays.steps[read].shape == shape:
                which = self.read(rows, (len(rows),) if len(rows) > 1 else ())
                block = arrays.look_up(read, which)
                spot = {
                    (r, c): i * len(columns) + j for i, r in enumerate(rows) for j, c in enumerate(columns)
                }
                for place in places:
                    self.spots[place] = (block, spot[indexes[place], tables[place]])
                return
        places = sorted(places, key=lambda place: tables[place])
        shape = (len(places), count) if len(places) > 1 else (count,)
        table = self.read([spot for place in places for spot in tables[place]], shape)
        which = self.read([indexes[place] for place in places], shape[:-1])
        which = arrays.reshaped(which, (*arrays.steps[which].shape, 1))
        places_ = arrays.constant(np.arange(count, dtype=float))
        chosen = arrays.apply(choice_ops.equal, (which, places_, table, arrays.constant(0.0)))
        chosen = arrays.whole(chosen, shape)
        self._place_all(places, arrays.reduced(array_ops.sum, chosen))


def read(arrays: Arrays, spots: Sequence[Spot], shape: tuple[int, ...]) -> int:
    """Return the elements at ``spots`` as an array of that shape; one constant stays a single number."""
    blocks = list(dict.fromkeys([block for block, _ in spots]))
    if len(blocks) == 1:
        (block,) = blocks
        if arrays.number_of(block) is not None:
            return block
        if not arrays.steps[block].shape:
            return block  # a scalar: broadcasting does the rest
        index = np.array([where for _, where in spots]).reshape(shape)
        return arrays.gather(block, index)
    numbers = [arrays.number_of(block) for block in blocks]
    if None not in numbers:
        values = dict(zip(blocks, numbers))
        return arrays.constant(np.array([values[block] for block, _ in spots], float).reshape(shape))
    starts, total = {}, 0
    for block in blocks:
        starts[block] = total
        total += math.prod(arrays.steps[block].shape)
    index = np.array([starts[block] + where for block, where in spots]).reshape(shape)
    return arrays.gather(arrays.joined(blocks), index)


def _aligned(owners: dict[int, Any], others: dict[int, Any]) -> tuple[dict[int, Any], dict[int, Any]]:
    """Align shorter rows with longer ones that contain them; None marks a missing element."""
    whole: list[tuple[Any, dict[Any, int]]] = []
    by_element: dict[Any, list[int]] = defaultdict(list)
    rows, filled = {}, {}
    for place in sorted(owners, key=lambda place: -len(owners[place])):
        row = owners[place]
        distinct = len(set(row)) == len(row)
        fits = [w for w in by_element[row[0]] if distinct and all(spot in whole[w][1] for spot in row)]
        if not fits:
            if distinct:
                for spot in row:
                    by_element[spot].append(len(whole))
                fits = [len(whole)]
                whole.append((row, {spot: i for i, spot in enumerate(row)}))
            else:
                rows[place], filled[place] = row, others[place]
                continue
        row_, index = whole[fits[0]]
        other: list[Any] = [None] * len(row_)
        for spot, value in zip(row, others[place]):
            other[index[spot]] = value
        rows[place], filled[place] = row_, tuple(other)
    return rows, filled


def _lengths(aligned: tuple[dict[int, Any], dict[int, Any]]) -> tuple[int, int]:
    """Measure the remaining raggedness: the number of lengths, and of different rows."""
    rows = set(aligned[0].values())
    return len({len(row) for row in rows}), len(rows)


def _components(cells: Iterable[tuple[Any, Any]]) -> Iterable[tuple[list[Any], list[Any], int]]:
    """Yield the connected components of a bipartite graph: lefts, rights, and the number of cells."""
    by_left: dict[Any, list[Any]] = defaultdict(list)
    by_right: dict[Any, list[Any]] = defaultdict(list)
    for left, right in cells:
        by_left[left].append(right)
        by_right[right].append(left)
    seen: set[Any] = set()
    for start in by_left:
        if start in seen:
            continue
        seen.add(start)
        rows, queue = [start], [start]
        columns: dict[Any, None] = {}
        while queue:
            for right in by_left[queue.pop()]:
                if right in columns:
                    continue
                columns[right] = None
                for left in by_right[right]:
                    if left not in seen:
                        seen.add(left)
                        rows.append(left)
                        queue.append(left)
        count = sum(len(by_left[row]) for row in rows)
        yield sorted(rows, key=_key), sorted(columns, key=_key), count


def _key(row: Any) -> Any:
    return [(-1, -1) if spot is None else spot for spot in row]


def _continued(row: list[Spot], length: int, arrays: Arrays) -> list[Spot]:
    """Extend a row by the places that would come next, as far as they exist."""
    block, last = row[-1]
    stride = last - row[-2][1] if len(row) > 1 and row[-2][0] == block else 1
    size = max(1, int(np.prod(arrays.steps[block].shape, dtype=int)))
    found = list(row)
    while len(found) < length:
        last = last + stride if 0 <= last + stride < size else last
        found.append((block, last))
    return found


def _filled(row: Any, arrays: Arrays) -> list[Spot]:
    """Fill the gaps of a row with nearby places, which are masked afterwards."""
    known = [(i, spot) for i, spot in enumerate(row) if spot is not None]
    if len(known) == len(row):
        return list(row)
    found: list[Spot] = []
    for i, spot in enumerate(row):
        if spot is None:
            near, (block, where) = min(known, key=lambda entry: abs(entry[0] - i))
            size = max(1, int(np.prod(arrays.steps[block].shape, dtype=int)))
            spot = (block, where + i - near) if 0 <= where + i - near < size else (block, where)
        found.append(spot)
    return found
