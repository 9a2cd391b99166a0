"""Functions of several numbers: sums, dot products, softmax; for lists of Values, Tensors and arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from . import array_functions, array_ops, nary_ops, ops
from .checks import listed, wrong
from .tensor import Tensor, as_index
from .torch_names import spelled
from .value import Value, constant, nary
from .value_array import values as array_of_values


def _is_array(x: Any) -> bool:
    return isinstance(x, (Tensor, np.ndarray))


def _has_values(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and any(isinstance(each, Value) for each in x)


def _listed(caller: str, values: Any, name: str = "values") -> list[Any]:
    if type(values) is list or type(values) is tuple:
        return list(values)
    if isinstance(values, Value) or isinstance(values, np.ndarray) and values.dtype.kind not in "biufO":
        raise wrong(values, name, caller, EXPECTED)
    return listed(values, name, caller, EXPECTED)


EXPECTED = "a list of Values, a Tensor or an array"


@spelled
def sum(values: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Add up a list of Values as one node, a Tensor or array over ``axis``, or a list of Tensors one by one.

    >>> total = sum([Value(1.0), Value(2.0), 3.0])
    >>> total.data, len(total.parents)
    (6.0, 3)
    """
    if _is_array(values):
        return array_functions.sum(values, axis, keepdims)
    if isinstance(axis, (Value, Tensor)):
        raise TypeError(f"sum: axis is {axis!r}; add what the sum starts from: sum(values) + start")
    values = _of_a_list("sum", values, axis, empty=True)
    if any(isinstance(each, Tensor) for each in values):
        return reduce(ops.add, values)
    return nary(nary_ops.sum_of, values) if values else constant(0.0)


def dot(ws: Any, xs: Any) -> Any:
    """Take the dot product of two lists as one node, w1*x1 + w2*x2 + ...; of arrays, ``ws @ xs``.

    >>> w = [Value(-3.0), Value(1.0)]
    >>> n = dot(w, [2.0, 0.0])
    >>> n.backward()
    >>> n.data, [weight.grad for weight in w]
    (-6.0, [2.0, 0.0])
    """
    if not _has_values(ws) and not _has_values(xs) and (_is_array(ws) or _is_array(xs)):
        return array_functions.product("dot", ws, xs, ("ws", "xs"))
    if isinstance(ws, Tensor) or isinstance(xs, Tensor):
        raise TypeError("dot: of ws and xs, one is a Tensor and one has Values; they do not mix")
    ws, xs = _listed("dot", ws, "ws"), _listed("dot", xs, "xs")
    if len(ws) != len(xs):
        raise ValueError(
            f"dot: {len(ws)} weights in ws and {len(xs)} inputs in xs; expected equal numbers of both"
        )
    return nary(nary_ops.dot_of, [*ws, *xs]) if ws else constant(0.0)


@spelled
def logsumexp(values: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Compute log(exp(x1) + exp(x2) + ...), safe for numbers of any size: of a list, or over ``axis``.

    Its gradient is the softmax. The largest is subtracted first: log(sum(exp(x))) = m + log(sum(exp(x - m))).

    >>> logsumexp([Value(1000.0), Value(1000.0)])
    Value(1000.69, op=logsumexp)
    """
    if _is_array(values):
        return array_functions.logsumexp(values, axis, keepdims)
    values = _of_a_list("logsumexp", values, axis)
    return nary(nary_ops.logsumexp_of, values)


@spelled
def log_softmax(values: Any, axis: int = -1) -> Any:
    """Take the logarithm of the softmax, x - logsumexp(x), with the same shape: a list gives a list.

    Its derivative is ∂out_i/∂x_j = (1 if i = j else 0) - p_j, with p the softmax. Use it instead of
    log(softmax(x)): it is accurate even where the softmax is rounded to 0 or 1.

    >>> [round(v.data, 4) for v in log_softmax([Value(0.0), Value(0.0)])]
    [-0.6931, -0.6931]
    """
    if _is_array(values):
        return array_functions.log_softmax(values, axis)
    shifted = _shifted("log_softmax", values, axis)
    total = ops.log(sum([ops.exp(value) for value in shifted]))
    return [value - total for value in shifted]


@spelled
def softmax(values: Any, axis: int = -1) -> Any:
    """Compute exp(x) / sum(exp(x)), positive numbers that sum to 1 along ``axis``: a list gives a list.

    Its derivative is ∂p_i/∂x_j = p_i ((1 if i = j else 0) - p_j): 0 if one x is far above the others. The
    largest x is subtracted first, so that no exp overflows.

    >>> softmax(np.array([0.0, 0.0]))
    array([0.5, 0.5])
    """
    if _is_array(values):
        return array_functions.softmax(values, axis)
    exponentials = [ops.exp(value) for value in _shifted("softmax", values, axis)]
    total = sum(exponentials)
    return [each / total for each in exponentials]


def _shifted(caller: str, values: Any, axis: Any) -> list[Any]:
    """Subtract the largest number of a list from all, so that no exp overflows."""
    values = _of_a_list(caller, values, axis)
    largest = nary(nary_ops.largest_of, values)
    return [value - largest for value in values]


def _of_a_list(caller: str, values: Any, axis: Any, empty: bool = False) -> list[Any]:
    """Check a list given to a function that also takes arrays: its axis is 0, and it must not be empty."""
    values = _listed(caller, values)
    if axis not in (None, 0, -1) or isinstance(axis, bool):
        raise ValueError(f"{caller}: axis is {axis!r}; a list has axis 0 only")
    if not values and not empty:
        raise ValueError(f"{caller}: values is empty; expected at least one")
    return values


def take(rows: Any, index: Any) -> Any:
    """Take the rows at ``index``, an embedding look-up; the gradients of a row that is named twice add up.

    ``rows`` is a Tensor or array of shape (N, ...) and ``index`` has integers of any shape I; the result has
    shape (I..., ...). Or ``rows`` is a list (of Values, or of lists of them) and ``index`` one integer.

    >>> table = Tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> take(table, [0, 0, 1]).sum().backward()
    >>> table.grad.tolist()
    [[2.0, 2.0], [1.0, 1.0]]
    """
    select = getattr(type(index), "_take", None)
    if select is not None:  # a traced index
        return select(index, rows)
    if not isinstance(rows, (Tensor, np.ndarray, list, tuple)) or not getattr(rows, "ndim", 1):
        raise wrong(rows, "rows", "take", "a Tensor or an array with axes, or a list")
    index = as_index(index)
    if isinstance(index, np.ndarray) and any(hasattr(type(each), "_take") for each in index.flat):
        return _selected(rows, index)
    if not np.issubdtype(np.asarray(index).dtype, np.integer):
        raise TypeError(f"take: the index is of dtype {np.asarray(index).dtype}; expected integers")
    if np.size(index) and not (-len(rows) <= np.min(index) and np.max(index) < len(rows)):
        raise IndexError(
            f"take: the index goes from {np.min(index)} to {np.max(index)}, but there are {len(rows)} rows"
        )
    if isinstance(rows, (Tensor, np.ndarray)):
        return rows[index]
    if np.ndim(index):
        raise TypeError(f"take: an index of shape {np.shape(index)} into a list; expected one integer")
    return rows[int(index)]


def _selected(rows: Any, index: np.ndarray) -> Any:
    """Take the rows at an array of traced indices, as an array of Values."""
    table = rows.tolist() if isinstance(rows, np.ndarray) else rows
    found = array_of_values([take(table, each) for each in index.ravel().tolist()])
    return found.reshape((*index.shape, *found.shape[1:]))


@spelled
def concatenate(tensors: Sequence[Any], axis: int = 0) -> Any:
    """Join Tensors along an existing axis.

    >>> concatenate([Tensor([1.0]), Tensor([2.0, 3.0])]).shape
    (3,)
    """
    several = _several("concatenate", tensors)
    ndim = several[0].ndim
    if not ndim:
        raise wrong(tensors, "tensors", "concatenate", "Tensors or arrays with axes (stack joins numbers)")
    return array_ops.concatenate(*several, axis=array_functions.axis_of("concatenate", axis, ndim))


@spelled
def stack(tensors: Sequence[Any], axis: int = 0) -> Any:
    """Join Tensors of one shape along a new axis.

    >>> stack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])], axis=1).data.tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    several = _several("stack", tensors)
    return array_ops.stack(*several, axis=array_functions.axis_of("stack", axis, several[0].ndim + 1))


def _several(caller: str, tensors: Any) -> list[Any]:
    if not isinstance(tensors, (list, tuple)):
        raise wrong(tensors, "tensors", caller, "a list of Tensors or arrays")
    if not tensors:
        raise ValueError(f"{caller}: the list of tensors is empty; expected at least one")
    if any(isinstance(tensor, Value) for tensor in tensors):
        return [array_of_values(tensor) for tensor in tensors]  # one number each, as an array
    return [array_functions.array_of(caller, tensor, "one of the tensors") for tensor in tensors]


for _kind in (Value, Tensor):  # these take more than operands, so they replace the rows' own methods
    for _method in (array_functions.clip, array_functions.round):
        setattr(_kind, _method.__name__, _method)
