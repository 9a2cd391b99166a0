"""The rows for arrays only: matrix product, sums over axes, indexing, softmax.

As in :mod:`autograd.ops`, each partial derivative is written once. It runs on arrays, and on Tensors for
higher derivatives, so it uses only what both have. It returns a function from the upstream gradient ``g``
to the parent's share. Settings (``axis``, ``shape``, ``index``) are keyword arguments, not differentiated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from . import elementary, kinds, nary_ops, ops
from .checks import function
from .kinds import method_of
from .rows import Draw, Row, tuple_of

Axis = Any  # None, an int, or a tuple of ints


@dataclass(frozen=True, eq=False, repr=False)
class ArrayOp(Row):
    """An operation on whole arrays (a matrix product, a sum over an axis): a row for Tensor only.

    Settings that are not differentiated (an axis, an index, labels) are passed by keyword to ``on_array``
    and to every partial. A partial returns not a number but a function from the upstream gradient to the
    parent's share of it; if the share is broader than the parent, the engine sums it down. ``partials`` is
    a tuple with one partial per operand or, for operations on any number of operands, a function from
    ``(out, *operands)`` to that tuple.

    ``examples`` are calls of the row, for the tests that go through the registry: functions of ``draw``,
    which makes arrays of numbers to try (``draw(3, 4)``), each returning operands and settings. ``plain`` is
    the same operation for arrays of Values. It is needed if ``on_array`` does not work on them: because it
    writes into arrays of its own, or uses what only arrays of numbers have.

    >>> partial = lambda out, x: lambda g: 2 * g
    >>> double = ArrayOp("double", "double", on_array=lambda x: 2 * x, partials=(partial,))
    >>> double(np.array([1.0, 2.0]))
    array([2., 4.])
    """

    name: str
    symbol: str
    on_array: Callable[..., Any]
    partials: tuple[Callable[..., Any], ...] | Callable[..., tuple[Any, ...]]
    examples: tuple[Callable[[Draw], tuple[tuple[Any, ...], dict[str, Any]]], ...] = ()
    plain: Callable[..., Any] | None = None

    def _check(self, kind: str) -> None:
        super()._check(kind)
        function(self.on_array, "on_array", kind, "the operands")
        if not callable(self.partials):
            tuple_of(callable, self.partials, "partials", kind, "functions, one for each operand")
        if self.plain is not None:
            function(self.plain, "plain", kind, "the operands, or None")

    def __call__(self, *operands: Any, **static: Any) -> Any:
        """Compute the operation. The result is a Tensor if any operand is one, else an array."""
        for operand in operands:
            apply = method_of(operand, "_apply_array")
            if apply is not None:
                return apply(self, *operands, **static)
            if hasattr(type(operand), "_apply"):
                raise TypeError(f"{self.name}: got the number {operand!r}; expected a Tensor or an array")
        return self.on_array(*operands, **static)


def axes_in(ndim: int, axis: Axis) -> Sequence[int]:
    """Return the axes that ``axis`` names, counted from the first."""
    if axis is None:
        return range(ndim)
    return [a % ndim for a in axis] if isinstance(axis, (tuple, list)) else [axis % ndim]


def kept_shape(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """Return the shape after a reduction over ``axis`` that keeps it as 1."""
    axes = axes_in(len(shape), axis)
    return tuple([1 if i in axes else n for i, n in enumerate(shape)])


def count(shape: tuple[int, ...], axis: Axis) -> int:
    """Count the elements that a reduction over ``axis`` combines into one."""
    return math.prod([shape[i] for i in axes_in(len(shape), axis)])


def spread(g: Any, x: Any, axis: Axis) -> Any:
    """Restore the reduced axes of ``g`` as 1, ready to broadcast against ``x``."""
    return g.reshape(kept_shape(x.shape, axis))


def _numbers(x: Any) -> Any:
    return x if isinstance(x, np.ndarray) else x.data


# Half precision goes up to 65504, and has all whole numbers only up to 2048. So sums of many numbers are
# computed in single precision and rounded once, as in PyTorch; the engine casts shares of gradients back.


def in_single(on_array: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function to compute in single precision if the operand is in half precision."""

    def computed(x: Any, **settings: Any) -> Any:
        if x.dtype.char != "e":
            return on_array(x, **settings)
        return on_array(x.astype(np.float32), **settings).astype(np.float16)

    return computed


def single(x: Any) -> Any:
    """Convert half precision to single; return anything else as it is."""
    return x.astype(np.float32) if x.dtype.char == "e" else x


# Example calls of rows, for the tests that go through the registry.


def example(*shapes: tuple[int, ...], **settings: Any) -> Callable[[Draw], Any]:
    """Make one example of a row: operands of these shapes, and settings."""
    return lambda draw: (tuple(draw(*shape) for shape in shapes), settings)


def reduction_examples(**settings: Any) -> tuple[Callable[[Draw], Any], ...]:
    """Make examples of a reduction: every form of ``axis``, with and without ``keepdims``."""
    return (
        example((3, 4), axis=None, keepdims=False, **settings),
        example((3, 4), axis=None, keepdims=True, **settings),
        example((3, 4), axis=0, keepdims=False, **settings),
        example((2, 3, 4), axis=-2, keepdims=True, **settings),
        example((2, 3, 4), axis=(0, -1), keepdims=False, **settings),
        example((2, 1, 4), axis=(1,), keepdims=False, **settings),
        example((5,), axis=0, keepdims=True, **settings),
    )


# Shapes.

reshape = ArrayOp(
    "reshape", "reshape",
    on_array=lambda x, *, shape: x.reshape(shape),
    partials=(lambda out, x, *, shape: lambda g: g.reshape(x.shape),),
    examples=(
        example((3, 4), shape=(2, 6)), example((2, 6), shape=(3, -1)), example((2, 3), shape=(1, 6, 1)),
        example((1, 1), shape=()),
    ),
)  # fmt: skip


def _inverse(axes: Any, ndim: int) -> Any:
    """Return the order of axes that undoes ``axes``."""
    return axes and tuple(np.argsort([axis % ndim for axis in axes]))


transpose = ArrayOp(
    "transpose", "T",
    on_array=lambda x, *, axes: x.transpose(axes),
    partials=(lambda out, x, *, axes: lambda g: g.transpose(_inverse(axes, x.ndim)),),
    examples=(
        example((2, 3), axes=None), example((2, 3, 4), axes=(2, 0, 1)), example((3,), axes=None),
        example((2, 3, 4), axes=(0, -1, -2)),
    ),
)  # fmt: skip

broadcast_to = ArrayOp(
    "broadcast_to", "broadcast",
    on_array=lambda x, *, shape: np.broadcast_to(x, shape),
    partials=(lambda out, x, *, shape: lambda g: g,),  # the engine sums the broader share down
    examples=(
        example((4,), shape=(3, 4)), example((3, 1), shape=(3, 4)), example((1, 3, 1), shape=(2, 3, 4)),
        example((), shape=(2, 2)), example((2, 3), shape=(2, 3)),
    ),
)  # fmt: skip


@lru_cache(maxsize=8)
def _ones(count: int, dtype: Any) -> np.ndarray:
    return np.ones(count, dtype)


def _sum_to(x: Any, *, shape: tuple[int, ...]) -> Any:
    if x.dtype.char == "e":
        return _sum_to(single(x), shape=shape).astype(np.float16)
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
    examples=(
        example((3, 4), shape=(4,)), example((2, 3, 4), shape=(4,)), example((3, 4), shape=(3, 1)),
        example((2, 3, 4), shape=(3, 1)), example((2, 3), shape=()),
    ),
)  # fmt: skip


astype = ArrayOp(
    "astype", "dtype",
    on_array=lambda x, *, dtype: x.astype(dtype),
    partials=(lambda out, x, *, dtype: lambda g: g,),  # the engine gives each share its parent's dtype
    examples=(example((3, 4), dtype=np.dtype(np.float64)), example((), dtype=np.dtype(np.float64))),
    plain=lambda x, *, dtype: x.copy(),  # a Value is a float, whatever it came from
)  # fmt: skip


# Reductions.

sum: ArrayOp = ArrayOp(
    "sum", "sum",
    on_array=in_single(lambda x, *, axis, keepdims: x.sum(axis=axis, keepdims=keepdims)),
    partials=(lambda out, x, *, axis, keepdims: lambda g: broadcast_to(spread(g, x, axis), shape=x.shape),),
    examples=reduction_examples(),
)  # fmt: skip

mean: ArrayOp = ArrayOp(
    "mean", "mean",
    on_array=in_single(lambda x, *, axis, keepdims: x.mean(axis=axis, keepdims=keepdims)),
    partials=(
        lambda out, x, *, axis, keepdims: lambda g: broadcast_to(
            single(spread(g, x, axis)) / float(count(x.shape, axis)), shape=x.shape
        ),
    ),
    examples=reduction_examples(),
)  # fmt: skip


def _to_var(out: Any, x: Any, *, axis: Axis, keepdims: bool, ddof: float) -> Any:
    def share(g: Any) -> Any:
        away = single(x) - mean(single(x), axis=axis, keepdims=True)
        return away * (single(spread(g, x, axis)) * float(np.divide(2.0, count(x.shape, axis) - ddof)))

    return share


var = ArrayOp(
    "var", "var",
    on_array=in_single(
        lambda x, *, axis, keepdims, ddof: x.var(axis=axis, keepdims=keepdims, ddof=ddof)
    ),
    partials=(_to_var,),
    examples=(
        *reduction_examples(ddof=0), example((3, 4), axis=None, keepdims=False, ddof=1),
        example((3, 4), axis=1, keepdims=True, ddof=1), example((5,), axis=0, keepdims=False, ddof=0.5),
    ),
)  # fmt: skip


def _to_extreme(out: Any, x: Any, *, axis: Axis, keepdims: bool) -> Any:
    """Give 1 to the element that is the result; elements that tie share it equally, as in torch.amax."""
    chosen = kinds.indicator(kinds.equal(_numbers(x), spread(_numbers(out), x, axis)))
    share = (chosen / sum(chosen, axis=axis, keepdims=True)).astype(x.dtype)
    return lambda g: spread(g, x, axis) * share


max = ArrayOp(
    "max", "max",
    on_array=lambda x, *, axis, keepdims: x.max(axis=axis, keepdims=keepdims),
    partials=(_to_extreme,),
    examples=reduction_examples(),
)  # fmt: skip
min = ArrayOp(
    "min", "min",
    on_array=lambda x, *, axis, keepdims: x.min(axis=axis, keepdims=keepdims),
    partials=(_to_extreme,),
    examples=reduction_examples(),
)  # fmt: skip


def _norm(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    # Divide by a power of 2 first, which is exact: then no square overflows or vanishes.
    x = kinds.floating(x)
    largest = np.abs(x).max(axis=axis, keepdims=True, initial=0)
    scale = np.ldexp(np.ones_like(largest), np.frexp(largest)[1] - 1)
    with np.errstate(under="ignore"):  # numbers far smaller than the largest
        total = np.square(x / scale).sum(axis=axis, keepdims=True)
    out = np.sqrt(total) * scale
    return out if keepdims else out.squeeze(tuple(axes_in(x.ndim, axis)))


def _unit(x: Any, norm: Any) -> Any:
    """Return ``x`` / ``norm``, and 0 where the norm is 0, as in PyTorch."""
    some = _numbers(norm) != 0
    return kinds.where(some, x / kinds.where(some, norm, 1.0), 0.0)


def _plain_norm(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    largest = abs(x).largest(axis)
    none = kinds.equal(largest, 0.0)
    ratio = x / kinds.where(none, 1.0, largest)
    total = (ratio * ratio).sum(axis=axis, keepdims=True)
    out = elementary.sqrt(kinds.where(none, total + 1.0, total)) * largest  # a slope of 0 where all are 0
    return out if keepdims else out.squeeze(tuple(axes_in(x.ndim, axis)))


norm = ArrayOp(  # the root of the sum of squares
    "norm", "norm",
    on_array=in_single(_norm),
    partials=(
        lambda out, x, *, axis, keepdims: lambda g: _unit(x, spread(out, x, axis)) * spread(g, x, axis),
    ),
    examples=reduction_examples(),
    plain=_plain_norm,
)  # fmt: skip


def _backwards(x: Any, axis: int) -> Any:
    """Reverse the elements along ``axis``."""
    return x[(slice(None),) * (axis % x.ndim) + (slice(None, None, -1),)]


cumsum: ArrayOp = ArrayOp(
    "cumsum", "cumsum",
    on_array=in_single(lambda x, *, axis: x.cumsum(axis=axis)),
    partials=(lambda out, x, *, axis: lambda g: _backwards(cumsum(_backwards(g, axis), axis=axis), axis),),
    examples=(
        example((4,), axis=0), example((3, 4), axis=-1), example((2, 3, 2), axis=1), example((3, 1), axis=1),
    ),
)  # fmt: skip


# The matrix product, of 1-D, 2-D and batched operands as in NumPy.


def _swap(x: Any) -> Any:
    """Swap the last two axes."""
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


matmul = ArrayOp(
    "matmul", "@",
    on_array=np.matmul,
    partials=(_matmul_to_x, _matmul_to_y),
    examples=(
        example((3,), (3,)), example((3,), (3, 2)), example((2, 3), (3,)), example((2, 3), (3, 4)),
        example((2, 2, 3), (2, 3, 2)), example((3, 1, 2, 2), (2, 2, 3)), example((2, 2, 3), (3,)),
        example((3,), (2, 3, 2)), example((2, 3), (2, 3, 2)), example((1, 1), (1, 1)),
    ),
    plain=lambda x, y: x.dots(y),
)  # fmt: skip


# Indexing and joining.


def _put(x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    out = np.zeros(shape, x.dtype)
    if _may_repeat(index):
        np.add.at(out, index, x)
    else:
        out[index] = x
    return out


def _may_repeat(index: Any) -> bool:
    """Tell whether an index can name an element twice: only arrays of integers can."""
    parts = index if isinstance(index, tuple) else (index,)
    once = (int, np.integer, slice, type(None), type(Ellipsis))
    return not all(isinstance(part, once) or getattr(part, "dtype", None) == np.bool_ for part in parts)


# Every kind of index: the shape of the array, the shape of the result, and the index itself.
_AGAIN, _MASK = np.array([0, 2, 0]), np.array([[1, 0, 1, 1], [0, 0, 0, 0], [0, 1, 0, 1]], bool)
_ALL, _NEW = slice(None), None
_INDICES: tuple[tuple[tuple[int, ...], tuple[int, ...], Any], ...] = (
    ((3, 4), (4,), 1), ((3, 4), (3,), (..., -1)), ((3, 4), (2, 2), (slice(1, 3), slice(None, None, 2))),
    ((3, 4), (3, 4), (slice(None, None, -1),)), ((3, 4), (0, 4), slice(0, 0)),
    ((3, 4), (3, 1, 4), (_ALL, _NEW)), ((3, 4), (3, 4), _AGAIN),
    ((3, 4), (3,), (_AGAIN, np.array([1, 3, 1]))), ((3, 4), (3, 3), (_ALL, _AGAIN)), ((3, 4), (5,), _MASK),
    ((3, 4), (2, 4), np.array([True, False, True])), ((3,), (2, 2), _AGAIN[[[0, 1], [1, 2]]]),
    ((2, 3, 4), (2, 3), (..., np.int64(0))),
    ((2, 3, 4), (2, 3, 1), (_AGAIN[:2, None] // 2, slice(1, 2), _AGAIN)),
)  # fmt: skip


getitem: ArrayOp = ArrayOp(
    "getitem", "[ ]",
    on_array=lambda x, *, index: x[index],
    partials=(lambda out, x, *, index: lambda g: put(g, index=index, shape=x.shape),),
    examples=tuple(example(whole, index=index) for whole, _, index in _INDICES),
)  # fmt: skip

put: ArrayOp = ArrayOp(  # zeros with ``x`` added at the index; repeated indices add up
    "put", "put",
    on_array=_put,
    partials=(lambda out, x, *, index, shape: lambda g: g[index],),
    examples=tuple(example(part, index=index, shape=whole) for whole, part, index in _INDICES),
    plain=lambda x, *, index, shape: x.added_at(index, shape),
)  # fmt: skip


def _parts(out: Any, *parts: Any, axis: int) -> tuple[Any, ...]:
    ends = np.cumsum([part.shape[axis] for part in parts])
    before = (slice(None),) * (axis % out.ndim)

    def to(start: int, end: int) -> Any:
        index = (*before, slice(start, end))
        return lambda g: g[index]

    return tuple(to(int(end) - part.shape[axis], int(end)) for part, end in zip(parts, ends))


concatenate = ArrayOp(
    "concatenate", "concat",
    on_array=lambda *parts, axis: np.concatenate(parts, axis=axis),
    partials=_parts,
    examples=(
        example((2, 3), (1, 3), axis=0), example((2, 3), (2, 1), (2, 2), axis=-1), example((3,), axis=0),
        example((2, 1, 2), (2, 0, 2), (2, 3, 2), axis=1),
    ),
)  # fmt: skip


def _layers(out: Any, *parts: Any, axis: int) -> tuple[Any, ...]:
    before = (slice(None),) * (axis % out.ndim)

    def to(i: int) -> Any:
        index = (*before, i)
        return lambda g: g[index]

    return tuple(to(i) for i in range(len(parts)))


stack = ArrayOp(
    "stack", "stack",
    on_array=lambda *parts, axis: np.stack(parts, axis=axis),
    partials=_layers,
    examples=(
        example((2, 3), (2, 3), axis=0), example((2, 3), (2, 3), (2, 3), axis=-1), example((3,), axis=1),
        example((), (), axis=0),
    ),
)  # fmt: skip


def _windows(x: Any, *, size: tuple[int, ...], axis: tuple[int, ...]) -> Any:
    return np.lib.stride_tricks.sliding_window_view(x.view(np.ndarray), size, axis)


def _add_windows(x: Any, *, axis: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    x = x.view(np.ndarray)  # the windows, (*places, *size)
    out = np.zeros(shape, x.dtype)
    for offset in np.ndindex(x.shape[len(shape) :]):
        to = [slice(None)] * len(shape)
        for along, start in zip(axis, offset):
            to[along] = slice(start, start + x.shape[along])
        seen = (..., *offset)
        out[tuple(to)] += x[seen]
    return out


# All windows of an image, as a view; and the reverse, which adds up each element over all its windows.
sliding_window_view: ArrayOp = ArrayOp(
    "sliding_window_view", "windows",
    on_array=_windows,
    partials=(lambda out, x, *, size, axis: lambda g: add_windows(g, axis=axis, shape=x.shape),),
    examples=(
        example((5,), size=(2,), axis=(0,)), example((2, 3, 4), size=(2, 2), axis=(1, 2)),
        example((3, 4), size=(4, 3), axis=(1, 0)),
    ),
)  # fmt: skip

add_windows: ArrayOp = ArrayOp(
    "add_windows", "add_windows",
    on_array=in_single(_add_windows),
    partials=(
        lambda out, x, *, axis, shape: lambda g: sliding_window_view(
            g, size=x.shape[len(shape) :], axis=axis
        ),
    ),
    examples=(
        example((4, 2), axis=(0,), shape=(5,)), example((2, 2, 3, 2, 2), axis=(1, 2), shape=(2, 3, 4)),
    ),
)  # fmt: skip

where: ArrayOp = ArrayOp(
    "where", "where",
    on_array=lambda x, y, *, condition: np.where(condition, x, y),
    partials=(
        lambda out, x, y, *, condition: lambda g: where(g, 0.0, condition=condition),
        lambda out, x, y, *, condition: lambda g: where(0.0, g, condition=condition),
    ),
    examples=(
        example((3, 4), (3, 4), condition=_MASK), example((3, 4), (4,), condition=_MASK),
        example((), (3, 1), condition=_MASK), example((3, 1), (), condition=np.array([True, False])),
        example((2,), (2,), condition=np.array(False)),
    ),
)  # fmt: skip


# Softmax and its relatives, safe for logits of any size: the largest is subtracted first.


def _softmax_of(shifted: Any, axis: int) -> Any:
    e = np.exp(shifted)
    return e / e.sum(axis=axis, keepdims=True)


def _softmax(x: Any, *, axis: int) -> Any:
    x = kinds.floating(x)
    return _softmax_of(x - x.max(axis=axis, keepdims=True), axis)


def _plain_softmax(x: Any, *, axis: int) -> Any:
    """Take the softmax of each row of Values, leaving out those that a mask has set to -inf: they stay 0."""
    rows = np.moveaxis(x, axis, -1)
    out = np.zeros(rows.shape, object)
    for place in np.ndindex(rows.shape[:-1]):
        row = rows[place]
        seen = [i for i, each in enumerate(row.tolist()) if not _is_masked(each)] or range(len(row))
        out[place][seen] = _softmax_of(row[seen] - row[seen].largest(0), 0)
    return np.moveaxis(out, -1, axis)


def _is_masked(each: Any) -> bool:
    return getattr(each, "op", ops.CONSTANT) is ops.CONSTANT and getattr(each, "_data", each) == -np.inf


SHORT = 64  # up to this length, rows are reduced faster column by column: NumPy then loops over the batch


def _log_softmax_of(shifted: Any, axis: int) -> Any:
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _log_softmax(x: Any, *, axis: int) -> Any:
    x = kinds.floating(x)
    if x.ndim == 2 and axis in (1, -1) and 0 < x.shape[1] <= SHORT:
        columns = np.ascontiguousarray(x.T)
        columns = columns - np.maximum.reduce(columns)
        columns -= np.log(np.add.reduce(np.exp(columns)))
        return columns.T
    return _log_softmax_of(x - x.max(axis=axis, keepdims=True), axis)


def _logsumexp(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    x = kinds.floating(x)
    largest = x.max(axis=axis, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0).astype(x.dtype)  # all -inf: the sum is 0, not nan
    with np.errstate(divide="ignore"):
        out = largest + np.log(np.exp(x - largest).sum(axis=axis, keepdims=True))
    return out if keepdims else out.squeeze(axis)


def _to_logsumexp(out: Any, x: Any, *, axis: Axis, keepdims: bool) -> Any:
    total = kinds.where(_numbers(out) > -np.inf, out, 0.0)  # all -inf: the share of each is 0, not nan
    return lambda g: spread(g, x, axis) * ops.exp(x - spread(total, x, axis))


_ALONG = tuple(
    example(shape, axis=axis) for shape, axis in (((4,), 0), ((3, 4), -1), ((3, 4), 0), ((2, 3, 2), 1))
)

softmax = ArrayOp(
    "softmax", "softmax",
    on_array=in_single(_softmax),
    partials=(lambda out, x, *, axis: lambda g: (g - sum(g * out, axis=axis, keepdims=True)) * out,),
    examples=_ALONG,
    plain=_plain_softmax,
)  # fmt: skip

log_softmax = ArrayOp(
    "log_softmax", "log_softmax",
    on_array=in_single(_log_softmax),
    partials=(lambda out, x, *, axis: lambda g: g - ops.exp(out) * sum(g, axis=axis, keepdims=True),),
    examples=_ALONG,
    plain=lambda x, *, axis: _log_softmax_of(x - x.largest(axis), axis),
)  # fmt: skip

logsumexp = ArrayOp(
    "logsumexp", "logsumexp",
    on_array=in_single(_logsumexp),
    partials=(_to_logsumexp,),
    examples=reduction_examples(),
    plain=lambda x, *, axis, keepdims: x.reduced(nary_ops.logsumexp_of, axis, keepdims, "logsumexp"),
)  # fmt: skip

ARRAY: dict[str, ArrayOp] = {
    row.name: row
    for row in (
        reshape, transpose, broadcast_to, sum_to, astype, sum, mean, var, max, min, norm, cumsum, matmul,
        getitem, put, concatenate, stack, sliding_window_view, add_windows, where, softmax, log_softmax,
        logsumexp,
    )
}  # fmt: skip
