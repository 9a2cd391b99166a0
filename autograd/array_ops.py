"""The rows for arrays alone: matrix product, sums over axes, indexing, softmax.

As in :mod:`autograd.ops`, a partial derivative is written once and runs on arrays, and on Tensors
when the gradient is itself to be differentiated: so it uses only what both have. Each gives a
function from the upstream gradient ``g`` to the parent's share. The settings (``axis``, ``shape``,
``index``) come by keyword and are not differentiated.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from . import ops
from .ops import ArrayOp

Axis = Any  # None, an int, or a tuple of ints


def kept_shape(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """The shape after a reduction over ``axis`` that keeps it as 1."""
    axes = range(len(shape)) if axis is None else [a % len(shape) for a in np.atleast_1d(axis)]
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def _count(shape: tuple[int, ...], axis: Axis) -> int:
    return int(np.prod([n for n, kept in zip(shape, kept_shape(shape, axis)) if kept == 1]))


def _spread(g: Any, x: Any, axis: Axis) -> Any:
    """A reduced quantity with the reduced axes back as 1, ready to broadcast against ``x``."""
    return g.reshape(kept_shape(x.shape, axis))


def _numbers(x: Any) -> Any:
    return x if isinstance(x, np.ndarray) else x.data


# Shapes.

reshape = ArrayOp(
    "reshape", "reshape",
    on_array=lambda x, *, shape: x.reshape(shape),
    partials=(lambda out, x, *, shape: lambda g: g.reshape(x.shape),),
)  # fmt: skip


def _inverse(axes: Any, ndim: int) -> Any:
    """The order of axes that undoes ``axes``."""
    return axes and tuple(np.argsort([axis % ndim for axis in axes]))


transpose = ArrayOp(
    "transpose", "T",
    on_array=lambda x, *, axes: x.transpose(axes),
    partials=(lambda out, x, *, axes: lambda g: g.transpose(_inverse(axes, x.ndim)),),
)  # fmt: skip

broadcast_to = ArrayOp(
    "broadcast_to", "broadcast",
    on_array=lambda x, *, shape: np.broadcast_to(x, shape),
    partials=(lambda out, x, *, shape: lambda g: g,),  # the engine sums the broader share down
)  # fmt: skip


@lru_cache(maxsize=8)
def _ones(count: int, dtype: Any) -> np.ndarray:
    return np.ones(count, dtype)


def _sum_to(x: Any, *, shape: tuple[int, ...]) -> Any:
    extra = x.ndim - len(shape)
    if x.shape[extra:] == shape:  # a bias: only leading axes are new
        if x.ndim == 2 and extra == 1:
            return _ones(len(x), x.dtype).dot(x)  # a third of the time of a sum over axis 0
        return np.add.reduce(x, axis=tuple(range(extra)))
    axes = tuple(range(extra)) + tuple(extra + i for i, n in enumerate(shape) if n != x.shape[extra + i])
    return x.sum(axis=axes).reshape(shape)


sum_to = ArrayOp(
    "sum_to", "sum",
    on_array=_sum_to,
    partials=(lambda out, x, *, shape: lambda g: broadcast_to(g, shape=x.shape),),
)  # fmt: skip


astype = ArrayOp(
    "astype", "dtype",
    on_array=lambda x, *, dtype: x.astype(dtype),
    partials=(lambda out, x, *, dtype: lambda g: g,),  # the engine gives each share its parent's dtype
)  # fmt: skip


# Reductions.

sum = ArrayOp(
    "sum", "sum",
    on_array=lambda x, *, axis, keepdims: x.sum(axis=axis, keepdims=keepdims),
    partials=(lambda out, x, *, axis, keepdims: lambda g: broadcast_to(_spread(g, x, axis), shape=x.shape),),
)  # fmt: skip

mean = ArrayOp(
    "mean", "mean",
    on_array=lambda x, *, axis, keepdims: x.mean(axis=axis, keepdims=keepdims),
    partials=(
        lambda out, x, *, axis, keepdims: lambda g: broadcast_to(
            _spread(g, x, axis) / float(_count(x.shape, axis)), shape=x.shape
        ),
    ),
)  # fmt: skip

var = ArrayOp(
    "var", "var",
    on_array=lambda x, *, axis, keepdims, ddof: x.var(axis=axis, keepdims=keepdims, ddof=ddof),
    partials=(
        lambda out, x, *, axis, keepdims, ddof: lambda g: (x - x.mean(axis=axis, keepdims=True))
        * (_spread(g, x, axis) * float(np.divide(2.0, _count(x.shape, axis) - ddof))),
    ),
)  # fmt: skip


def _to_extreme(out: Any, x: Any, *, axis: Axis, keepdims: bool) -> Any:
    mask = _numbers(x) == _spread(_numbers(out), x, axis)
    share = (mask / mask.sum(axis=axis, keepdims=True)).astype(
        x.dtype
    )  # at a tie: equal parts, as torch.amax
    return lambda g: _spread(g, x, axis) * share


max = ArrayOp(
    "max",
    "max",
    on_array=lambda x, *, axis, keepdims: x.max(axis=axis, keepdims=keepdims),
    partials=(_to_extreme,),
)
min = ArrayOp(
    "min",
    "min",
    on_array=lambda x, *, axis, keepdims: x.min(axis=axis, keepdims=keepdims),
    partials=(_to_extreme,),
)


# The matrix product, of 1-D, 2-D and batched operands as in NumPy.


def _swap(x: Any) -> Any:
    """The last two axes exchanged."""
    return x.T if x.ndim == 2 else x.transpose((*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def _column(g: Any) -> Any:
    return g.reshape((*g.shape, 1))


def _matmul_to_x(out: Any, x: Any, y: Any) -> Any:
    if y.ndim == 1:
        return lambda g: _column(g) * y
    if x.ndim == 1:
        return lambda g: (y @ _column(g)).reshape(y.shape[:-1])
    return lambda g: g @ _swap(y)


def _matmul_to_y(out: Any, x: Any, y: Any) -> Any:
    if x.ndim == 1 and y.ndim == 1:
        return lambda g: g * x
    if x.ndim == 1:
        return lambda g: _column(x) * g.reshape((*g.shape[:-1], 1, g.shape[-1]))
    if y.ndim == 1:
        return lambda g: (_swap(x) @ _column(g)).reshape((*x.shape[:-2], x.shape[-1]))
    return lambda g: _swap(x) @ g


matmul = ArrayOp("matmul", "@", on_array=np.matmul, partials=(_matmul_to_x, _matmul_to_y))


# Indexing and joining.


def _put(x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    out = np.zeros(shape, x.dtype)
    if _may_repeat(index):
        np.add.at(out, index, x)
    else:
        out[index] = x
    return out


def _may_repeat(index: Any) -> bool:
    """Whether an index can name an element twice: only arrays of integers can."""
    parts = index if isinstance(index, tuple) else (index,)
    once = (int, np.integer, slice, type(None), type(Ellipsis))
    return not all(isinstance(part, once) or getattr(part, "dtype", None) == np.bool_ for part in parts)


getitem: ArrayOp = ArrayOp(
    "getitem", "[ ]",
    on_array=lambda x, *, index: x[index],
    partials=(lambda out, x, *, index: lambda g: put(g, index=index, shape=x.shape),),
)  # fmt: skip

put: ArrayOp = ArrayOp(  # zeros, with ``x`` added in at the index; elements named twice add up
    "put", "put",
    on_array=_put,
    partials=(lambda out, x, *, index, shape: lambda g: g[index],),
)  # fmt: skip


def _parts(out: Any, *parts: Any, axis: int) -> tuple[Any, ...]:
    ends = np.cumsum([part.shape[axis] for part in parts])
    before = (slice(None),) * (axis % out.ndim)

    def to(start: int, end: int) -> Any:
        index = (*before, slice(start, end))
        return lambda g: g[index]

    return tuple(to(int(end) - part.shape[axis], int(end)) for part, end in zip(parts, ends))


concatenate = ArrayOp(
    "concatenate", "concat", on_array=lambda *parts, axis: np.concatenate(parts, axis=axis), partials=_parts
)


def _layers(out: Any, *parts: Any, axis: int) -> tuple[Any, ...]:
    before = (slice(None),) * (axis % out.ndim)

    def to(i: int) -> Any:
        index = (*before, i)
        return lambda g: g[index]

    return tuple(to(i) for i in range(len(parts)))


stack = ArrayOp("stack", "stack", on_array=lambda *parts, axis: np.stack(parts, axis=axis), partials=_layers)

where = ArrayOp(
    "where", "where",
    on_array=lambda x, y, *, condition: np.where(condition, x, y),
    partials=(
        lambda out, x, y, *, condition: lambda g: ops.where(condition, g, 0.0),
        lambda out, x, y, *, condition: lambda g: ops.where(condition, 0.0, g),
    ),
)  # fmt: skip


# Softmax and its relatives, safe for logits of any size: the largest is taken off first.


def _softmax(x: Any, *, axis: int) -> Any:
    x = ops.floating(x)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


SHORT = 64  # rows up to this are reduced faster column by column: NumPy's loops then run over the batch


def _log_softmax(x: Any, *, axis: int) -> Any:
    x = ops.floating(x)
    if x.ndim == 2 and axis in (1, -1) and 0 < x.shape[1] <= SHORT:
        columns = np.ascontiguousarray(x.T)
        columns = columns - np.maximum.reduce(columns)
        columns -= np.log(np.add.reduce(np.exp(columns)))
        return columns.T
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _logsumexp(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    x = ops.floating(x)
    largest = x.max(axis=axis, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0).astype(x.dtype)  # all -inf: the sum is 0, not nan
    with np.errstate(divide="ignore"):
        out = largest + np.log(np.exp(x - largest).sum(axis=axis, keepdims=True))
    return out if keepdims else out.squeeze(axis)


softmax = ArrayOp(
    "softmax", "softmax",
    on_array=_softmax,
    partials=(lambda out, x, *, axis: lambda g: (g - (g * out).sum(axis=axis, keepdims=True)) * out,),
)  # fmt: skip

log_softmax = ArrayOp(
    "log_softmax", "log_softmax",
    on_array=_log_softmax,
    partials=(lambda out, x, *, axis: lambda g: g - ops.exp(out) * g.sum(axis=axis, keepdims=True),),
)  # fmt: skip

logsumexp = ArrayOp(
    "logsumexp", "logsumexp",
    on_array=_logsumexp,
    partials=(
        lambda out, x, *, axis, keepdims: lambda g: _spread(g, x, axis) * ops.exp(x - _spread(out, x, axis)),
    ),
)  # fmt: skip

ARRAY: dict[str, ArrayOp] = {
    row.name: row
    for row in (
        reshape, transpose, broadcast_to, sum_to, astype, sum, mean, var, max, min, matmul, getitem,
        put, concatenate, stack, where, softmax, log_softmax, logsumexp,
    )
}  # fmt: skip
