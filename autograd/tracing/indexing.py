"""Indexing: write a list of places as a slice, a reshaped slice or an index array.

>>> view(np.arange(12).reshape(3, 4), 20).text("w", batched=False)
'w[:12].reshape(3, 4)'
>>> view(np.arange(12).reshape(3, 4)[:, :3] + 1, 20).text("w", batched=False)
'w[1:13].reshape(3, 4)[:, :3]'
>>> view(np.arange(12).reshape(3, 4).T, 12).text("x", batched=True)
'x.reshape(-1, 3, 4).swapaxes(1, 2)'
>>> view(np.array([0, 1, 3]), 4) is None
True
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class View:
    """A regular part of a row of ``size`` numbers: ``start`` to ``stop``, reshaped to a box, then cropped."""

    size: int
    start: int
    stop: int
    step: int
    box: tuple[int, ...]  # the shape that start to stop is reshaped to
    corner: tuple[int | None, ...]  # the length read of each axis of the box; None: index 0, no axis
    order: tuple[int, ...]  # the axes in the order asked for
    shape: tuple[int, ...]  # including axes of length 1

    @property
    def is_all(self) -> bool:
        """Whether the whole row is reshaped."""
        return (self.start, self.stop, self.step) == (0, self.size, 1) and len(self.box) > 1

    def text(self, name: str, batched: bool) -> str:
        """Return the expression that reads it from ``name``, a 1-D array, or 2-D if ``batched``."""
        batch, every, rows = ("-1, ", ":, ", 1) if batched else ("", "", 0)
        text = name
        if (self.start, self.stop, self.step) != (0, self.size, 1):
            if self.shape == () and self.step == 1 and self.stop == self.start + 1:
                return f"{name}[{every}{self.start}]"
            first = self.start or ""
            last = "" if self.stop == self.size else self.stop
            by = f":{self.step}" if self.step != 1 else ""
            text += f"[{every}{first}:{last}{by}]"
        if len(self.box) != 1:
            text += f".reshape({batch}{', '.join(map(str, self.box)) or '()'})"
        whole = list(self.box)
        if list(self.corner) != whole:
            parts = [
                "0" if c is None else ":" if c == size else f":{c}" for c, size in zip(self.corner, whole)
            ]
            text += f"[{every}{', '.join(parts)}]"
        if self.order != tuple(range(len(self.order))):
            axes = [*range(rows), *(axis + rows for axis in self.order)]
            if axes == [1, 0]:
                text += ".T"
            elif axes == [0, 2, 1]:
                text += ".swapaxes(1, 2)"
            else:
                text += f".transpose({', '.join(map(str, axes))})"
        ordered = tuple(c for c in self.corner if c is not None)
        if tuple(ordered[axis] for axis in self.order) != self.shape:
            text += f".reshape({batch}{', '.join(map(str, self.shape))})" if self.shape else ""
        return text


def view(index: np.ndarray, size: int) -> View | None:
    """Return the places as a View of a row of ``size`` numbers; None if they are irregular."""
    shape = index.shape
    long = [axis for axis, length in enumerate(shape) if length > 1]
    start = int(index.reshape(-1)[0])
    if not long:
        return View(size, start, start + 1, 1, (1,), (1,) if shape else (None,), (0,) if shape else (), shape)
    strides = []
    for axis in long:
        pick = tuple(slice(0, 2) if a == axis else 0 for a in range(len(shape)))
        first, second = index[pick]
        strides.append(int(second - first))
    lengths = [shape[axis] for axis in long]
    grid = start + sum(
        stride * np.arange(length).reshape([-1 if a == b else 1 for b in range(len(long))])
        for a, (stride, length) in enumerate(zip(strides, lengths))
    )
    if min(strides) <= 0 or not np.array_equal(grid, index.reshape(lengths)):
        return None
    falling = sorted(range(len(long)), key=lambda axis: -strides[axis])
    box: list[int] = []
    for outer, inner in zip(falling, falling[1:]):
        times, rest = divmod(strides[outer], strides[inner])
        if rest or times < lengths[inner]:
            return None
        box.append(times)
    box = [lengths[falling[0]], *box]
    step = strides[falling[-1]]
    order = tuple(int(axis) for axis in np.argsort(falling))
    corner = [lengths[axis] for axis in falling]
    if len(long) == 1:
        stop = start + (lengths[0] - 1) * step + 1
        return View(size, start, stop, step, (lengths[0],), (lengths[0],), (0,), shape)
    if step != 1:  # an axis for the numbers skipped
        box, corner_, step_ = [*box, step], [*corner, None], 1
    else:
        corner_, step_ = list(corner), 1
    total = int(np.prod(box))
    if start + total > size:
        return None
    return View(size, start, start + total, step_, tuple(box), tuple(corner_), order, shape)


def literal(numbers: np.ndarray) -> str:
    """Write an array of whole numbers as an expression: with ranges if it is regular, else in full.

    >>> literal(np.array([[0, 1, 2], [8, 9, 10]])), literal(np.array([3, 1]))
    ('8 * np.arange(2)[:, None] + np.arange(3)', 'np.array([3, 1])')
    >>> literal(np.array([[9, 7, 5, 3, 1]]))
    '9 - 2 * np.arange(5)[None, :]'
    """
    index = np.asarray(numbers)
    if index.size > 4 or index.ndim > 1:
        first = index.reshape(-1)[0]
        text, grid = str(first) if first else "", first
        for axis, length in enumerate(index.shape):
            stride = np.moveaxis(index, axis, 0)[:2].reshape(min(length, 2), -1)[-1, 0] - first
            if not stride:
                continue
            # the first range also adds the axes before it, of length 1
            places = ["None"] * (0 if np.ndim(grid) else axis) + [":"] + ["None"] * (index.ndim - axis - 1)
            reach = f"np.arange({length})" + (f"[{', '.join(places)}]" if len(places) > 1 else "")
            times = "" if abs(stride) == 1 else f"{abs(stride)} * "
            sign = ("-" if stride < 0 else "") if not text else " - " if stride < 0 else " + "
            text += f"{sign}{times}{reach}"
            grid = grid + stride * np.arange(length).reshape([-1 if p == ":" else 1 for p in places])
        if np.ndim(grid) and np.array_equal(grid, index):
            return text
    return f"np.array({index.tolist()})"
