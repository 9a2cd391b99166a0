"""Rows on arrays for traced programs, in addition to those of :mod:`autograd.array_ops`.

A scalar program that was turned into one of arrays reads elements at any places, so these rows index a
flattened array.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import nary_ops
from .array_ops import ArrayOp, example, reduction_examples

_PLACES = np.array([[5, 0], [2, 2]])  # one place twice


def _scatter(*parts: Any, places: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> Any:
    out = np.zeros(math.prod(shape), np.result_type(*parts))
    for part, index in zip(parts, places):
        np.add.at(out, index, part)
    return out.reshape(shape)


gather: ArrayOp = ArrayOp(  # the elements at some places
    "gather", "gather",
    on_array=lambda x, *, index: x.reshape(-1)[index],
    partials=(lambda out, x, *, index: lambda g: scatter(g, places=(index,), shape=x.shape),),
    examples=(
        example((2, 3), index=_PLACES), example((4,), index=np.array([3, 0])),
        example((2, 2), index=np.array(1)),
    ),
)  # fmt: skip

scatter: ArrayOp = ArrayOp(  # zeros, with the elements of all operands added at their places
    "scatter", "scatter",
    on_array=_scatter,
    partials=lambda out, *parts, places, shape: tuple(
        lambda g, index=index: gather(g, index=index) for index in places
    ),
    examples=(
        example((2, 2), places=(_PLACES,), shape=(2, 3)),
        example((2, 2), (3,), places=(_PLACES, np.array([0, 1, 5])), shape=(6,)),
    ),
    plain=lambda *parts, **static: _scatter(*(part.view(np.ndarray) for part in parts), **static),
)  # fmt: skip


def _join_partials(out: Any, *parts: Any) -> tuple[Any, ...]:
    ends = np.cumsum([math.prod(part.shape) for part in parts])

    def to(part: Any, end: int) -> Any:
        index = np.arange(end - math.prod(part.shape), end).reshape(part.shape)
        return lambda g: gather(g, index=index)

    return tuple(map(to, parts, ends))


join = ArrayOp(  # arrays end to end, each flattened
    "join", "join",
    on_array=lambda *parts: np.concatenate([part.reshape(-1) for part in parts]),
    partials=_join_partials,
    examples=(example((2, 3), (), (2,)), example((3,)), example((1, 2), (2, 1))),
)  # fmt: skip

runs = ArrayOp(  # sums of runs of a row; ``starts`` is where each begins
    "runs", "runs",
    on_array=lambda x, *, starts: np.add.reduceat(x, starts),
    partials=(
        lambda out, x, *, starts: lambda g: gather(
            g, index=np.repeat(np.arange(len(starts)), np.diff([*starts, x.shape[0]]))
        ),
    ),
    examples=(
        example((6,), starts=np.array([0, 1, 4])), example((3,), starts=np.array([0])),
        example((3,), starts=np.array([0, 1, 2])),
    ),
    plain=lambda x, *, starts: np.add.reduceat(x.view(np.ndarray), starts),
)  # fmt: skip

# Two rows whose results are constants: the partial None means no gradient at all.


def _one_hot(x: Any, *, count: int) -> Any:
    return (x[..., None] == np.arange(count)).astype(float)


one_hot = ArrayOp(  # 1 at the place that a whole number names, else 0, along a new last axis
    "one_hot", "one_hot",
    on_array=_one_hot,
    partials=(lambda out, x, *, count: None,),
    examples=(lambda draw: ((np.array([2.0, 0.0]),), {"count": 3}),),
    plain=lambda x, *, count: _one_hot(x.data, count=count),
)  # fmt: skip

largest = ArrayOp(
    "largest", "max",
    on_array=lambda x, *, axis, keepdims: x.max(axis=axis, keepdims=keepdims),
    partials=(lambda out, x, *, axis, keepdims: None,),
    examples=reduction_examples(),
    plain=lambda x, *, axis, keepdims: x.reduced(nary_ops.largest_of, axis, keepdims, "largest"),
)  # fmt: skip
