"""Functions of arrays, with NumPy's names, for Tensors, NumPy arrays, arrays of Values, and lists of numbers.

Operations with a derivative of their own are rows (:mod:`autograd.array_ops`, :mod:`autograd.products`). The
functions here combine rows and check the arguments. All are methods of Tensor too.

>>> import numpy as np
>>> from autograd import Tensor
>>> x = Tensor([[3.0, 1.0], [2.0, 4.0]])
>>> sort(x, axis=0).sum(axis=1).data, flip(x, 1).data.tolist()
(array([3., 7.]), [[1.0, 3.0], [4.0, 2.0]])
"""

from __future__ import annotations

import builtins
import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import activation_ops, array_ops, elementary, kinds, modes, products
from .array_ops import Axis
from .checks import choice, flag, named_dtype, real, shown, whole, wrong
from .torch_names import spelled

# Checks of arguments.

NUMBERS = (int, float, np.number)


def array_of(caller: str, x: Any, name: str = "x") -> Any:
    """Return an operand as a Tensor or an array; lists and numbers become arrays, those with Values too."""
    if hasattr(type(x), "_apply_array"):
        return x
    if _is_one_node(x):
        raise TypeError(f"{caller}: {name} is {x!r}, one number; expected a Tensor, an array or a list")
    try:
        array = np.asarray(x)
        if array.dtype.hasobject and builtins.all(isinstance(each, NUMBERS) for each in array.flat):
            array = array.astype(float)
    except (TypeError, ValueError, OverflowError):
        array = None
    if array is None or not (array.dtype.kind in "biuf" or array.dtype.hasobject and _are_numbers(array)):
        listed = isinstance(x, (list, tuple)) and builtins.any(map(_is_tensor, x))
        hint = " (autograd.stack makes one Tensor of a list)" if listed else ""
        raise wrong(x, name, caller, f"a Tensor, an array, or nested lists of numbers{hint}")
    return array


def _are_numbers(array: np.ndarray) -> bool:
    return builtins.all(_is_one_node(each) or isinstance(each, NUMBERS) for each in array.flat)


def _together(caller: str, names: str, *arrays: Any) -> None:
    """Refuse Values beside Tensors, and Values beside arrays with nan, which no Value can be."""
    if builtins.any(_holds_values(array) for array in arrays):
        for array in arrays:
            if not isinstance(array, np.ndarray):
                raise TypeError(f"{caller}: got a Tensor beside Values as {names}; they do not mix")
            if array.dtype.kind == "f" and np.isnan(array).any():
                raise ValueError(f"{caller}: got nan beside Values as {names}, which are never nan")


def _holds_values(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.hasobject


def _integers(given: Any, name: str, caller: str) -> np.ndarray:
    """Return whole numbers as an array."""
    numbers = given.data if _is_tensor(given) else given
    try:
        array = np.asarray(numbers)
    except (TypeError, ValueError):
        array = np.array(None)
    if array.dtype.kind not in "iu" and array.size:
        raise wrong(given, name, caller, "whole numbers")
    return array.astype(int)


def _is_tensor(x: Any) -> bool:
    return hasattr(type(x), "_apply_array") and not isinstance(x, np.ndarray)


def _is_one_node(x: Any) -> bool:
    """Tell whether it is a Value: a node that is not an array."""
    return hasattr(type(x), "_apply") and not hasattr(type(x), "_apply_array")


def _fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    """Tell whether an array of the first shape broadcasts to the second."""
    return len(shape) <= len(into) and builtins.all(n in (1, m) for n, m in zip(shape[::-1], into[::-1]))


def numbers_of(caller: str, x: Any) -> np.ndarray:
    """Return the numbers of an operand. An error in a traced function, where they would be frozen."""
    if not isinstance(x, np.ndarray):
        return x.data
    if not x.dtype.hasobject:
        return x.view(np.ndarray)
    recorder = modes.recorder()
    found = []
    for each in x.flat:
        if recorder is not None and hasattr(type(each), "array_kind"):
            recorder.read(each, caller)
        found.append(getattr(each, "data", each))
    return np.array(found, float).reshape(x.shape)


def axis_of(caller: str, axis: Any, ndim: int, name: str = "axis") -> int:
    """Return one axis, counted from the first; for an array without axes, 0 and -1 pass as in PyTorch."""
    size = builtins.max(ndim, 1)
    found = whole(axis, name, caller)
    if not -size <= found < size:
        raise wrong(axis, name, caller, f"an axis from {-size} to {size - 1}", ValueError)
    return found % size


def axes_of(caller: str, axis: Any, ndim: int, name: str = "axis") -> Axis:
    """Return None for all axes, one axis, or a tuple of axes."""
    if axis is None or type(axis) is int and -ndim <= axis < ndim:
        return axis
    if not isinstance(axis, (tuple, list)):
        found = axis_of(caller, axis, ndim, name)
        return found if ndim else ()
    several = tuple(axis_of(caller, each, ndim, name) for each in axis)
    if len(set(several)) < len(several):
        raise wrong(axis, name, caller, "each axis once", ValueError)
    return several if ndim else ()


def _shape_of(caller: str, shape: Any) -> tuple[int, ...]:
    sizes = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    for size in sizes:
        if type(size) is not int or not -1 <= size <= sys.maxsize:
            return tuple([whole(each, "a size of the shape", caller, -1) for each in sizes])
    return sizes


# Reductions.


@spelled
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Add up the elements over ``axis``: one axis, a tuple of axes, or None for all of them.

    >>> sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    array([4., 6.])
    """
    return _reduced(array_ops.sum, x, axis, keepdims)


@spelled
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Take the mean over ``axis``: one axis, a tuple of axes, or None for all of them.

    >>> mean([1.0, 2.0, 6.0]).item()
    3.0
    """
    return _reduced(array_ops.mean, x, axis, keepdims)


@spelled
def var(x: Any, axis: Axis = None, keepdims: bool = False, ddof: float = 0) -> Any:
    """Take the variance over ``axis``: the sum of squares of x - mean(x), divided by n - ``ddof``.

    >>> var([1.0, 2.0, 3.0], ddof=1).item()
    1.0
    """
    return _reduced(array_ops.var, x, axis, keepdims, ddof=real(ddof, "ddof", "var"))


@spelled
def std(x: Any, axis: Axis = None, keepdims: bool = False, ddof: float = 0) -> Any:
    """Take the standard deviation over ``axis``, the root of :func:`var`. Where it is 0, so is the gradient.

    >>> std([1.0, 2.0, 3.0], ddof=1).item()
    1.0
    """
    x = array_of("std", x)
    axis, ddof = axes_of("std", axis, x.ndim), real(ddof, "ddof", "std")
    wide = array_ops.single(x)
    away = wide - array_ops.mean(wide, axis=axis, keepdims=True)
    size = array_ops.norm(away, axis=axis, keepdims=flag(keepdims, "keepdims", "std"))
    found = size / math.sqrt(builtins.max(array_ops.count(x.shape, axis) - ddof, 0.0))
    return found if wide is x else found.astype(x.dtype)


@spelled
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Take the largest element over ``axis``. Elements that tie share the gradient equally.

    >>> x = np.array([[1.0, 5.0], [7.0, 3.0]])
    >>> max(x, axis=1)
    array([5., 7.])
    """
    return _reduced(array_ops.max, x, axis, keepdims)


@spelled
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Take the smallest element over ``axis``. Elements that tie share the gradient equally.

    >>> min([3.0, 1.0, 2.0]).item()
    1.0
    """
    return _reduced(array_ops.min, x, axis, keepdims)


@spelled
def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Multiply the elements over ``axis``. The gradient of each is the product of the others, zeros or not.

    >>> prod([2.0, 3.0, 4.0]).item()
    24.0
    """
    return _reduced(products.prod, x, axis, keepdims)


@spelled
def norm(x: Any, ord: float | None = 2, axis: Axis = None, keepdims: bool = False) -> Any:
    """Compute a norm of the elements over ``axis``, taken as one vector.

    ``ord`` 2 is the root of the sum of squares, 1 the sum of absolute values, numpy.inf the largest absolute
    value. No square overflows. Where the norm is 0, so is the gradient. (A matrix counts as a vector, too.)

    >>> norm([3.0, -4.0]).item(), norm([3.0, -4.0], 1).item(), norm([3.0, -4.0], np.inf).item()
    (5.0, 7.0, 4.0)
    """
    if ord is None or isinstance(ord, (int, float)) and ord == 2:
        return _reduced(array_ops.norm, x, axis, keepdims)
    if not isinstance(ord, (int, float)) or ord not in (1, math.inf):
        raise wrong(ord, "ord", "norm", "1, 2 or numpy.inf", ValueError)
    return _reduced(
        array_ops.sum if ord == 1 else array_ops.max,
        elementary.abs(array_of("norm", x)),
        axis,
        keepdims,
        "norm",
    )


@spelled
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Take log(sum(exp(x))) over ``axis``, safe for elements of any size.

    >>> logsumexp(np.array([1000.0, 1000.0])).round(2)
    np.float64(1000.69)
    """
    return _reduced(array_ops.logsumexp, x, axis, keepdims)


def _reduced(row: Any, x: Any, axis: Any, keepdims: Any, caller: str = "", **more: Any) -> Any:
    caller = caller or row.name
    x = array_of(caller, x)
    axis = axes_of(caller, axis, x.ndim)
    if row in EXTREMES and not array_ops.count(x.shape, axis):
        raise ValueError(f"{caller}: x is empty, with shape {x.shape}; expected elements")
    if type(keepdims) is not bool:
        keepdims = flag(keepdims, "keepdims", caller)
    return row(x, axis=axis, keepdims=keepdims, **more)


EXTREMES = (array_ops.max, array_ops.min, array_ops.logsumexp)


@spelled
def cumsum(x: Any, axis: int | None = None) -> Any:
    """Compute the cumulative sum along ``axis``, or of the flattened array for None.

    >>> cumsum([1.0, 2.0, 3.0])
    array([1., 3., 6.])
    """
    x, axis = _along("cumsum", x, axis)
    return array_ops.cumsum(x, axis=axis)


@spelled
def softmax(x: Any, axis: int = -1) -> Any:
    """Take exp(x) / sum(exp(x)) along ``axis``, safe for elements of any size.

    >>> softmax(np.array([0.0, 0.0]))
    array([0.5, 0.5])
    """
    return _shares(array_ops.softmax, x, axis)


@spelled
def log_softmax(x: Any, axis: int = -1) -> Any:
    """Take the logarithm of the softmax along ``axis``, safe where the softmax itself is 0.

    >>> log_softmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])
    """
    return _shares(array_ops.log_softmax, x, axis)


def _shares(row: Any, x: Any, axis: Any) -> Any:
    x = array_of(row.name, x)
    axis = axis_of(row.name, axis, x.ndim)
    if x.ndim and not x.shape[axis]:
        raise ValueError(f"{row.name}: x is empty, with shape {x.shape}; expected elements")
    return row(x, axis=axis) if x.ndim else row(x.reshape((1,)), axis=0).reshape(())


def _along(caller: str, x: Any, axis: Any) -> tuple[Any, int]:
    """Return an array and the axis; flatten the array if the axis is None, or if it has none."""
    x = array_of(caller, x)
    if axis is None:
        return x.reshape((x.size,)), 0
    axis = axis_of(caller, axis, x.ndim)
    return (x if x.ndim else x.reshape((1,))), axis


# Queries, which have no gradient: they return NumPy arrays and numbers.


@spelled
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Find the index of the largest element along ``axis`` (None: of all elements); in a tie, the first.

    >>> int(argmax([1.0, 5.0, 3.0]))
    1
    """
    return _place("argmax", np.argmax, x, axis, keepdims)


@spelled
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Find the index of the smallest element along ``axis`` (None: of all elements); in a tie, the first.

    >>> int(argmin([4.0, 5.0, 3.0]))
    2
    """
    return _place("argmin", np.argmin, x, axis, keepdims)


def _place(caller: str, find: Callable[..., Any], x: Any, axis: Any, keepdims: Any) -> Any:
    x = array_of(caller, x)
    axis = None if axis is None else axis_of(caller, axis, x.ndim)
    if not array_ops.count(x.shape, axis if x.ndim else None):
        raise ValueError(f"{caller}: x is empty, with shape {x.shape}; expected elements")
    keepdims = flag(keepdims, "keepdims", caller)
    return find(numbers_of(caller, x), axis=axis if x.ndim else None, keepdims=keepdims)


@spelled
def argsort(x: Any, axis: int | None = -1) -> Any:
    """Find the indices that sort along ``axis``; equal elements keep their order.

    >>> argsort([3.0, 1.0, 2.0])
    array([1, 2, 0])
    """
    x, axis = _along("argsort", x, axis)
    return np.argsort(numbers_of("argsort", x), axis=axis, kind="stable")


@spelled
def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Tell whether any element over ``axis`` is not 0.

    >>> bool(any([0.0, 0.5]))
    True
    """
    return _asked("any", np.any, x, axis, keepdims)


@spelled
def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Tell whether no element over ``axis`` is 0.

    >>> bool(all([0.0, 0.5]))
    False
    """
    return _asked("all", np.all, x, axis, keepdims)


def _asked(caller: str, question: Callable[..., Any], x: Any, axis: Any, keepdims: Any) -> Any:
    x = array_of(caller, x)
    axis, keepdims = axes_of(caller, axis, x.ndim), flag(keepdims, "keepdims", caller)
    return question(numbers_of(caller, x), axis=axis, keepdims=keepdims)


def isnan(x: Any) -> Any:
    """Tell which elements are nan. Values never are.

    >>> isnan([1.0, np.nan])
    array([False,  True])
    """
    if _is_one_node(x):
        return False
    return np.isnan(numbers_of("isnan", array_of("isnan", x)))


# Shapes.


@spelled
def reshape(x: Any, shape: Any, *sizes: int) -> Any:
    """Change the shape: one tuple, or size by size. One size may be -1: it is worked out.

    >>> reshape([1.0, 2.0, 3.0, 4.0], (2, -1)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    x, shape = array_of("reshape", x), _shape_of("reshape", (shape, *sizes) if sizes else shape)
    known = math.prod(n for n in shape if n >= 0)
    open_sizes = shape.count(-1)
    if open_sizes > 1 or (x.size % known if open_sizes and known else x.size != known):
        raise wrong(shape, "shape", "reshape", f"{x.size} elements in all, and one -1 at most", ValueError)
    return array_ops.reshape(x, shape=shape)


@spelled
def transpose(x: Any, axes: Any = None, *others: int) -> Any:
    """Reorder the axes: one tuple, or one by one. Without axes, reverse them.

    >>> transpose(np.zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    x = array_of("transpose", x)
    if axes is None and not others:
        return array_ops.transpose(x, axes=None)
    order = (axes, *others) if others or not isinstance(axes, (tuple, list)) else tuple(axes)
    found = tuple(axis_of("transpose", axis, x.ndim, "axes") for axis in order)
    if sorted(found) != list(range(x.ndim)):
        raise wrong(order, "axes", "transpose", f"each of the {x.ndim} axes once", ValueError)
    return array_ops.transpose(x, axes=found)


@spelled
def broadcast_to(x: Any, shape: Any, *sizes: int) -> Any:
    """Broadcast to a shape: repeat along axes of size 1, and along new axes in front.

    >>> broadcast_to([1.0, 2.0], (2, 2)).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    x, shape = array_of("broadcast_to", x), _shape_of("broadcast_to", (shape, *sizes) if sizes else shape)
    if -1 in shape or not _fits(x.shape, shape):
        raise wrong(shape, "shape", "broadcast_to", f"one that {x.shape} broadcasts to", ValueError)
    return array_ops.broadcast_to(x, shape=shape)


@spelled
def astype(x: Any, dtype: Any) -> Any:
    """Convert to another dtype. The gradient comes back in the old one; integers have none.

    >>> astype(np.ones(2), np.float32).dtype
    dtype('float32')
    """
    x = array_of("astype", x)
    if _is_tensor(x):
        return x.astype(dtype)
    found = named_dtype(dtype, "dtype", "astype")
    if found.kind not in ("f" if _holds_values(x) else "biuf"):
        expected = "a dtype of floats" + ("" if _holds_values(x) else ", integers or bools")
        raise wrong(dtype, "dtype", "astype", expected)
    return array_ops.astype(x, dtype=found)


@spelled
def squeeze(x: Any, axis: Axis = None) -> Any:
    """Remove axes of size 1: those in ``axis``, or all of them.

    >>> squeeze(np.zeros((1, 3, 1))).shape, squeeze(np.zeros((1, 3, 1)), 0).shape
    ((3,), (3, 1))
    """
    x = array_of("squeeze", x)
    given = axes_of("squeeze", axis, x.ndim)
    out = [i for i, n in enumerate(x.shape) if n == 1] if given is None else array_ops.axes_in(x.ndim, given)
    for i in out:
        if x.shape[i] != 1:
            raise wrong(
                axis, "axis", "squeeze", f"axes of size 1, in an array of shape {x.shape}", ValueError
            )
    return array_ops.reshape(x, shape=tuple(n for i, n in enumerate(x.shape) if i not in out))


@spelled
def expand_dims(x: Any, axis: int | tuple[int, ...]) -> Any:
    """Insert axes of size 1, at positions ``axis`` of the result.

    >>> expand_dims(np.zeros((2, 3)), 1).shape, expand_dims(np.zeros((2, 3)), (0, -1)).shape
    ((2, 1, 3), (1, 2, 3, 1))
    """
    x = array_of("expand_dims", x)
    new = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    places = axes_of("expand_dims", new, x.ndim + len(new))
    sizes = iter(x.shape)
    return array_ops.reshape(
        x, shape=tuple(1 if i in places else next(sizes) for i in range(x.ndim + len(new)))
    )


@spelled
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Swap two axes.

    >>> swapaxes(np.zeros((2, 3, 4)), 0, -1).shape
    (4, 3, 2)
    """
    x = array_of("swapaxes", x)
    order = list(range(x.ndim))
    first, second = (axis_of("swapaxes", axis, x.ndim, f"axis{i}") for i, axis in ((1, axis1), (2, axis2)))
    if x.ndim:
        order[first], order[second] = second, first
    return array_ops.transpose(x, axes=tuple(order))


@spelled
def moveaxis(x: Any, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> Any:
    """Move axes to positions ``destination`` of the result; the others keep their order.

    >>> moveaxis(np.zeros((2, 3, 4)), -1, 0).shape
    (4, 2, 3)
    """
    x = array_of("moveaxis", x)
    several = [tuple(each) if isinstance(each, (tuple, list)) else (each,) for each in (source, destination)]
    here, there = (
        axes_of("moveaxis", each, x.ndim, name) for each, name in zip(several, ("source", "destination"))
    )
    if len(here) != len(there):
        raise wrong(
            destination, "destination", "moveaxis", f"as many axes as in source, {len(here)}", ValueError
        )
    order = [i for i in range(x.ndim) if i not in here]
    for place, axis in sorted(zip(there, here)):
        order.insert(place, axis)
    return array_ops.transpose(x, axes=tuple(order))


# Copies: elements repeated or in another order. The gradients of an element that is used twice add up.


@spelled
def flip(x: Any, axis: Axis = None) -> Any:
    """Reverse the order along ``axis``: one axis, several, or None for all.

    >>> flip([1.0, 2.0, 3.0])
    array([3., 2., 1.])
    """
    x = array_of("flip", x)
    axes = axes_of("flip", axis, x.ndim)
    chosen = array_ops.axes_in(x.ndim, axes)
    return array_ops.getitem(
        x, index=tuple(slice(None, None, -1 if i in chosen else 1) for i in range(x.ndim))
    )


@spelled
def roll(x: Any, shift: int | tuple[int, ...], axis: Axis = None) -> Any:
    """Shift elements by ``shift`` places along ``axis``, the last ones to the front; for None, all in a row.

    >>> roll([1.0, 2.0, 3.0], 1)
    array([3., 1., 2.])
    """
    x = array_of("roll", x)
    if axis is None:
        return array_ops.reshape(roll(array_ops.reshape(x, shape=(x.size,)), shift, 0), shape=x.shape)
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    shifts = tuple(shift) if isinstance(shift, (tuple, list)) else (shift,) * len(axes)
    if len(shifts) != len(axes):
        raise wrong(shift, "shift", "roll", f"one number, or one for each axis in {axis}", ValueError)
    for each, along in zip(shifts, axes):
        along = axis_of("roll", along, x.ndim)
        size = x.shape[along] if x.ndim else 0
        start = -whole(each, "shift", "roll") % size if size else 0
        if start:
            before = (slice(None),) * along
            parts = (
                array_ops.getitem(x, index=(*before, part)) for part in (slice(start, None), slice(start))
            )
            x = array_ops.concatenate(*parts, axis=along)
    return x


@spelled
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Repeat each element ``repeats`` times (one number, or one each) along ``axis``; None flattens first.

    >>> repeat([1.0, 2.0], 2), repeat([1.0, 2.0], [1, 3])
    (array([1., 1., 2., 2.]), array([1., 2., 2., 2.]))
    """
    x, axis = _along("repeat", x, axis)
    size = x.shape[axis]
    counts = _integers(repeats, "repeats", "repeat")
    if counts.size and counts.min() < 0 or counts.ndim > 1 or counts.ndim and len(counts) != size:
        expected = f"a number of at least 0, or one for each of the {size} elements"
        raise wrong(repeats, "repeats", "repeat", expected, ValueError)
    if counts.ndim:
        index = (slice(None),) * axis + (np.repeat(np.arange(size), counts),)
        return array_ops.getitem(x, index=index)
    times = int(counts)
    before, after = x.shape[: axis + 1], x.shape[axis + 1 :]
    column = array_ops.reshape(x, shape=(*before, 1, *after))
    wide = array_ops.broadcast_to(column, shape=(*before, times, *after))
    return array_ops.reshape(wide, shape=(*before[:-1], size * times, *after))


@spelled
def tile(x: Any, reps: int | tuple[int, ...]) -> Any:
    """Put ``reps`` copies of the whole array side by side along each axis (along the last ones, if fewer).

    >>> tile([1.0, 2.0], 2), tile([1.0, 2.0], (2, 1)).shape
    (array([1., 2., 1., 2.]), (2, 2))
    """
    x = array_of("tile", x)
    given = reps if isinstance(reps, (tuple, list)) else (reps,)
    times = [whole(each, "reps", "tile", 0) for each in given]
    shape = (1,) * (len(times) - x.ndim) + tuple(x.shape)
    times = [1] * (len(shape) - len(times)) + times
    apart = array_ops.reshape(x, shape=tuple(size for n in shape for size in (1, n)))
    wide = array_ops.broadcast_to(apart, shape=tuple(size for pair in zip(times, shape) for size in pair))
    return array_ops.reshape(wide, shape=tuple(t * n for t, n in zip(times, shape)))


PADDINGS = ("constant", "edge", "reflect", "symmetric", "wrap")


@spelled
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: float = 0.0) -> Any:
    """Add elements at both ends of each axis: a number of them, a pair, or a pair for each axis.

    They are ``constant_values``, or copies: ``mode`` "edge" repeats the last element, "reflect" mirrors
    without it, "symmetric" mirrors with it, "wrap" continues at the other end.

    >>> pad([1.0, 2.0], 1), pad([1.0, 2.0, 3.0], (0, 2), "reflect")
    (array([0., 1., 2., 0.]), array([1., 2., 3., 2., 1.]))
    """
    x = array_of("pad", x)
    mode = choice(mode, PADDINGS, "mode", "pad")
    widths = _integers(pad_width, "pad_width", "pad")
    if widths.size and widths.min() < 0:
        raise wrong(pad_width, "pad_width", "pad", "whole numbers, none below 0", ValueError)
    try:
        pairs = np.broadcast_to(widths, (x.ndim, 2)).tolist()
    except ValueError:
        expected = f"a number, a pair, or a pair for each of the {x.ndim} axes"
        raise wrong(pad_width, "pad_width", "pad", expected, ValueError) from None
    if mode == "constant":
        inner = tuple(slice(before, before + n) for (before, _), n in zip(pairs, x.shape))
        shape = tuple(before + n + after for (before, after), n in zip(pairs, x.shape))
        padded = array_ops.put(x, index=inner, shape=shape)
        if isinstance(constant_values, (int, float)) and constant_values == 0:
            return padded
        filling = array_of("pad", constant_values, "constant_values")
        if filling.ndim:
            raise wrong(constant_values, "constant_values", "pad", "one number")
        _together("pad", "x and constant_values", x, filling)
        inside = np.zeros(shape, bool)
        inside[inner] = True
        return kinds.where(inside, padded, constant_values)
    for axis, (before, after) in enumerate(pairs):
        if before or after:
            if not x.shape[axis]:
                raise ValueError(f"pad: mode {mode!r} has nothing to copy, in an array of shape {x.shape}")
            index = np.pad(np.arange(x.shape[axis]), (before, after), mode=mode)  # type: ignore[call-overload]
            x = array_ops.getitem(x, index=(slice(None),) * axis + (index,))
    return x


# Parts.


@spelled
def split(x: Any, sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """Split along ``axis``: into that many equal parts, or at the places in a list.

    >>> [part.tolist() for part in split([1.0, 2.0, 3.0], [1])]
    [[1.0], [2.0, 3.0]]
    """
    x = array_of("split", x)
    x, axis = _along("split", x, axis_of("split", axis, x.ndim))
    size = x.shape[axis]
    places = _integers(sections, "sections", "split")
    if places.ndim:
        cuts = places.ravel().tolist()
    else:
        parts = whole(int(places), "sections", "split", 1)
        if size % parts:
            raise wrong(
                sections, "sections", "split", f"a divisor of {size}, or a list of places", ValueError
            )
        cuts = list(range(size // parts, size, size // parts)) if size else [0] * (parts - 1)
    before = (slice(None),) * axis
    edges = zip([0, *cuts], [*cuts, size])
    return [array_ops.getitem(x, index=(*before, slice(start, stop))) for start, stop in edges]


@spelled
def sliding_window_view(x: Any, window_shape: int | tuple[int, ...], axis: Axis = None) -> Any:
    """View the array through a sliding window: positions replace the axes, the window's own axes come last.

    The window moves along ``axis`` (None: all axes), with a size for each in ``window_shape``. An element in
    several windows gets the sum of their gradients.

    >>> sliding_window_view([1.0, 2.0, 3.0], 2).tolist()
    [[1.0, 2.0], [2.0, 3.0]]
    >>> sliding_window_view(np.zeros((5, 3, 8, 8)), (3, 3), (2, 3)).shape
    (5, 3, 6, 6, 3, 3)
    """
    caller = "sliding_window_view"
    x = array_of(caller, x)
    axes = tuple(array_ops.axes_in(x.ndim, axes_of(caller, axis, x.ndim)))
    given = window_shape if isinstance(window_shape, (tuple, list)) else (window_shape,)
    size = tuple(whole(each, "window_shape", caller, 1) for each in given)
    if len(size) != len(axes):
        raise wrong(
            window_shape, "window_shape", caller, f"a size for each of the {len(axes)} axes", ValueError
        )
    for along, n in zip(axes, size):
        if n > x.shape[along]:
            expected = f"sizes that fit the array, of shape {x.shape}"
            raise wrong(window_shape, "window_shape", caller, expected, ValueError)
    return array_ops.sliding_window_view(x, size=size, axis=axes)


@spelled
def tril(x: Any, k: int = 0) -> Any:
    """Keep the lower triangle of the last two axes; set elements above the ``k``-th diagonal to 0.

    >>> tril(np.ones((2, 2))).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    return _triangle("tril", x, k)


@spelled
def triu(x: Any, k: int = 0) -> Any:
    """Keep the upper triangle of the last two axes; set elements below the ``k``-th diagonal to 0.

    >>> triu(np.ones((2, 2))).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    return _triangle("triu", x, k)


def _triangle(caller: str, x: Any, k: Any) -> Any:
    x = array_of(caller, x)
    if x.ndim < 2:
        raise wrong(x, "x", caller, f"at least two axes, not the shape {x.shape}", ValueError)
    k = whole(k, "k", caller)
    rows, columns = x.shape[-2:]
    lower = np.tri(rows, columns, k if caller == "tril" else k - 1, dtype=bool)
    return kinds.where(lower if caller == "tril" else ~lower, x, 0 if x.dtype.kind in "biu" else 0.0)


@spelled
def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """Take the elements at ``indices`` along ``axis``, row by row, with indices as from argsort or argmax.

    >>> take_along_axis([[1.0, 5.0], [4.0, 3.0]], np.array([[1], [0]])).tolist()
    [[5.0], [4.0]]
    """
    x, axis = _along("take_along_axis", x, axis)
    indices = _integers(indices, "indices", "take_along_axis")
    if indices.ndim != x.ndim:
        expected = f"{x.ndim} axes, like x, not the shape {indices.shape}"
        raise wrong(indices, "indices", "take_along_axis", expected, ValueError)
    size = x.shape[axis]
    along = (*x.shape[:axis], indices.shape[axis], *x.shape[axis + 1 :])
    if not _fits(indices.shape, along):
        expected = f"the shape {along}, or one that broadcasts to it, for x of shape {x.shape}"
        raise wrong(indices, "indices", "take_along_axis", expected, ValueError)
    if indices.size and not (-size <= indices.min() and indices.max() < size):
        raise IndexError(
            f"take_along_axis: indices from {indices.min()} to {indices.max()}, but axis {axis} has {size} "
            "elements"
        )
    places: list[Any] = []
    for i, n in enumerate(x.shape):
        shape = [1] * x.ndim
        shape[i] = n
        places.append(indices if i == axis else np.arange(n).reshape(shape))
    return array_ops.getitem(x, index=tuple(places))


@spelled
def sort(x: Any, axis: int | None = -1) -> Any:
    """Sort along ``axis``, smallest first. Each gradient goes back to where its element came from.

    >>> sort([3.0, 1.0, 2.0])
    array([1., 2., 3.])
    """
    x, axis = _along("sort", x, axis)
    return take_along_axis(x, argsort(x, axis), axis)


@spelled
def put(x: Any, index: Any, values: Any) -> Any:
    """Return a copy of ``x`` in which ``x[index]`` is ``values``; ``x`` itself is unchanged.

    Gradients go to ``values``, and to the rest of ``x``. If the index names an element twice, the last value
    counts. (NumPy's function of that name writes into its array, and indexes it flattened.)

    >>> put([1.0, 2.0, 3.0], 1, 9.0)
    array([1., 9., 3.])
    """
    x = array_of("put", x)
    values = np.array(values, object) if _is_one_node(values) else array_of("put", values, "values")
    _together("put", "x and values", x, values)
    places = np.arange(x.size).reshape(x.shape)
    try:
        chosen = places[_plain_index(index)]
    except (IndexError, ValueError) as error:
        kind = IndexError if isinstance(index, (int, np.integer, tuple)) else TypeError
        raise kind(
            f"put: the index {shown(index)} does not fit an array of shape {x.shape}: {error}"
        ) from None
    if x.dtype != values.dtype and not x.dtype.hasobject and not values.dtype.hasobject:
        if not np.can_cast(values.dtype, x.dtype, "same_kind"):
            raise TypeError(
                f"put: values has dtype {values.dtype}, and x has {x.dtype}; convert with x.astype first"
            )
        values = values.astype(x.dtype)
    if not _fits(values.shape, chosen.shape):
        raise ValueError(
            f"put: values has shape {values.shape}; expected one that fits x[index], {chosen.shape}"
        )
    if not chosen.size:
        return activation_ops.identity(x)
    wide = array_ops.broadcast_to(values, shape=chosen.shape or (1,))
    wide = array_ops.reshape(wide, shape=(chosen.size,))
    source = np.full(x.size, -1)
    source[chosen.ravel()] = np.arange(chosen.size)  # with NumPy's own rule for repeated indices
    source = source.reshape(x.shape)
    picked = array_ops.getitem(wide, index=np.maximum(source, 0))
    return kinds.where(source >= 0, picked, x)


def _plain_index(index: Any) -> Any:
    """Convert lists and Tensors in an index to arrays, for NumPy."""
    if isinstance(index, tuple):
        return tuple(map(_plain_index, index))
    if _is_tensor(index):
        return index.data
    return np.asarray(index, None if index else int) if isinstance(index, list) else index


# Products.


@spelled
def matmul(x: Any, y: Any) -> Any:
    """Multiply matrices, ``x @ y``: the last axis of x with the second to last of y; other axes broadcast.

    >>> matmul([[1.0, 2.0]], [3.0, 4.0])
    array([11.])
    """
    return product("matmul", x, y, ("x", "y"))


def product(caller: str, x: Any, y: Any, names: tuple[str, str]) -> Any:
    """Multiply two matrices; ``names`` are those of the arguments, for errors."""
    x, y = (array_of(caller, each, name) for each, name in zip((x, y), names))
    _together(caller, " and ".join(names), x, y)
    return array_ops.matmul(x, y)


@spelled
def outer(x: Any, y: Any) -> Any:
    """Multiply each element of ``x`` by each of ``y``, both flattened: a row for each element of x.

    >>> outer([1.0, 2.0], [3.0, 4.0]).tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    x, y = array_of("outer", x), array_of("outer", y, "y")
    _together("outer", "x and y", x, y)
    return array_ops.reshape(x, shape=(x.size, 1)) * array_ops.reshape(y, shape=(1, y.size))


def einsum(subscripts: str, *operands: Any) -> Any:
    """Multiply, and sum by Einstein's convention: letters name axes; those not in the result are summed over.

    "ij,jk->ik" is a matrix product, "ii->" a trace, "bij->bji" a transpose, "...i,i->..." a product over the
    last axis. Without "->" the result has the letters that occur once, in alphabetical order.

    >>> einsum("ij,j->i", [[1.0, 2.0], [3.0, 4.0]], [1.0, -1.0])
    array([-1., -1.])
    """
    if not operands:
        raise TypeError("einsum: got no operands; expected one for each part of the subscripts")
    arrays = [array_of("einsum", operand, "an operand") for operand in operands]
    _together("einsum", "operands", *arrays)
    inputs, output = products.letters_of(subscripts, [array.shape for array in arrays])
    return products.einsum(*arrays, inputs=inputs, output=output)


# Elementwise functions with default arguments, for Values too.


@spelled
def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """Limit each element to the range from ``low`` to ``high``; None is no bound.

    Inside the range and at a bound, the gradient goes to x; outside, it goes to the bound.

    >>> clip(np.array([-1.0, 0.5, 2.0]), 0.0, 1.0), clip(7.0, high=6.0)
    (array([0. , 0.5, 1. ]), 6.0)
    """
    x = _element("clip", x, "x")
    dtype = getattr(x, "dtype", None)
    lowest: float = -math.inf
    highest: float = math.inf
    if dtype is not None and dtype.kind in "iu":  # an infinite bound would turn integers into floats
        lowest, highest = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    low = lowest if low is None else _element("clip", low, "low")
    return elementary.clip(x, low, highest if high is None else _element("clip", high, "high"))


def _element(caller: str, x: Any, name: str) -> Any:
    """Return a number or a Value as it is, and anything else as an array."""
    if isinstance(x, int) and builtins.abs(x) > sys.float_info.max:
        raise wrong(x, name, caller, "a number that fits a float", ValueError)
    return x if isinstance(x, (int, float)) or _is_one_node(x) else array_of(caller, x, name)


@spelled
def round(x: Any, decimals: int = 0) -> Any:
    """Round each element to ``decimals`` places, halves to the even neighbour. The gradient is 0.

    >>> round(np.array([0.5, 1.5, 2.25])), round(2.25, 1)
    (array([0., 2., 2.]), 2.2)
    """
    decimals = whole(decimals, "decimals", "round", -300, 300)
    x = _element("round", x, "x")
    if not decimals:
        return elementary.round(x)
    factor = 10.0 ** builtins.abs(decimals)
    return elementary.round(x * factor) / factor if decimals > 0 else elementary.round(x / factor) * factor
