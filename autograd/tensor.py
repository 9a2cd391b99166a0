"""Tensor: an array that remembers what it was computed from. The vectorized form of Value.

A graph of Tensors is a graph of Values with an array in each node: the same rows, the same walk. Only three
things are new: operands of different shapes broadcast (and their gradients are summed back), data can do
without a gradient, and some operations act on whole arrays (:mod:`autograd.array_ops`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from . import array_ops, changes, modes, ops, rows, torch_names
from .array_methods import ArrayMethods
from .checks import TooLarge, named_dtype, wrong
from .names import tell
from .node import NOTHING, Node
from .row_docs import describe
from .torch_names import Size

Operand = Any  # a Tensor, a NumPy array, or a number

new = object.__new__
array_of = attrgetter("_data")


class Tensor(ArrayMethods, Node):
    """An array in a computation graph.

    ``Tensor(data, requires_grad=None, label=None)`` wraps a NumPy array of any shape (without a copy), or
    makes one from nested lists; the dtype is kept. ``requires_grad`` is by default True for floats and False
    for integers and bools; arrays and numbers in an expression with a Tensor are data, without gradient.
    ``grad`` is an array with the data's shape and dtype, or None. Shapes broadcast as in NumPy. Comparisons
    (``==``, ``<``, ...) return NumPy arrays of bools; the hash is by identity, so a Tensor can be the key of
    a dict. ``Tensor(data, "w")`` is short for the label.

    If the array changes after it was used (``t.data = ...``, ``t.data -= ...``, an operator in place, an
    optimizer's step), a backward pass that still needs the old numbers is an error. Writing into the array
    itself (``t.data[0] = 1``) is not noticed.

    >>> w, x = Tensor([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, -1.0])
    >>> loss = (w @ x).sum()
    >>> loss.backward()
    >>> loss.item(), w.grad.tolist()
    (-2.0, [[1.0, -1.0], [1.0, -1.0]])
    """

    __slots__ = ("requires_grad", "static", "_made_at", "_changed_at", "_changed_by", "_alias")

    grad: np.ndarray | None
    requires_grad: bool
    _changed_by: str | None
    _alias: Tensor | None
    static: Mapping[str, Any]

    def __init__(self, data: Any, requires_grad: bool | None = None, label: str | None = None) -> None:
        if isinstance(requires_grad, str) and label is None:
            requires_grad, label = None, requires_grad
        if not (requires_grad is None or isinstance(requires_grad, bool)) or not isinstance(
            label, str | None
        ):
            raise TypeError(
                f"Tensor: got requires_grad={requires_grad!r} and label={label!r}; expected True, False or "
                "None, and a string or None"
            )
        self._data = _as_array(data, "Tensor", "data")
        is_float = np.issubdtype(self.dtype, np.floating)
        if requires_grad and not is_float:
            raise TypeError(
                f"Tensor: data of dtype {self.dtype} has no gradient; make it float to ask for one"
            )
        self.requires_grad = is_float if requires_grad is None else requires_grad
        self.grad = None
        self.label = label
        self.static = NOTHING
        self.op = ops.LEAF
        self._a = self._b = self._da = self._db = self._changed_by = self._alias = None
        self._made_at = self._changed_at = 0

    # Properties and conversions.

    @property
    def data(self) -> np.ndarray:
        """The array. Setting it needs numbers of this shape, and converts them to this dtype."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if data is not self._data:
            data = _as_array(data, "Tensor.data", "data")
            if data.shape != self.shape or not np.can_cast(data.dtype, self.dtype, "same_kind"):
                raise ValueError(
                    f"Tensor.data: got numbers of shape {data.shape} and dtype {data.dtype}; expected the "
                    f"shape {self.shape} and dtype {self.dtype} of this Tensor: make a new one to change them"
                )
            self._data = data.astype(self.dtype, copy=False)
        changes.note((self,), "setting its .data")

    @property
    def shape(self) -> tuple[int, ...]:
        """The size along each axis."""
        return self._data.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return Size(self._data.size)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self._data.dtype

    def numpy(self) -> np.ndarray:
        """Return the data as a NumPy array, without a copy."""
        return self._data

    def item(self) -> Any:
        """Return the only element as a Python number; more than one is an error."""
        if self._data.size != 1:
            raise ValueError(f"item: a Tensor of shape {self.shape} is not one number; index it first")
        return self._data.item()

    def detach(self) -> Tensor:
        """Return a Tensor with the same data, detached from the graph: it needs no gradient."""
        detached = _data(self._data)
        detached._alias = self
        return detached

    def astype(self, dtype: Any) -> Tensor:
        """Convert to another dtype. The gradient comes back in the old one; integers have none."""
        dtype = named_dtype(dtype, "dtype", "astype")
        if dtype.kind not in "biuf":
            raise TypeError(
                f"astype: dtype is {dtype}; expected floats, integers or bools: .data.astype() makes NumPy "
                "arrays of other dtypes"
            )
        return array_ops.astype(self, dtype=dtype) if dtype.kind == "f" else _data(self._data.astype(dtype))

    def __len__(self) -> int:
        if not self._data.ndim:
            raise TypeError("len: this Tensor is a single number (shape ()), it has no length")
        return len(self._data)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.ndim or self.dtype.kind not in "biu":
            raise TypeError(f"an index is one whole number, but this Tensor has shape {self.shape} and dtype "
                            f"{self.dtype}")  # fmt: skip
        return int(self._data)

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(
                f"a Tensor of shape {self.shape} is neither true nor false: reduce it first, as in "
                "(t > 0).any(), or test its .data or .size"
            )
        return bool(self._data)

    def __round__(self, decimals: int | None = None) -> Tensor:
        return _data(np.round(self._data, decimals or 0))

    def __pos__(self) -> Tensor:
        return self

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __setitem__(self, index: Any, numbers: Any) -> None:
        """Write into the data of a leaf: one that needs no gradient, or any under ``no_grad()``."""
        if self.op not in (ops.LEAF, ops.CONSTANT) or self.requires_grad and modes.recording():
            raise TypeError(
                "Tensor: an item of a node that needs a gradient cannot be set, since the graph would not "
                "see it: autograd.where and autograd.put make new nodes; set a parameter's under no_grad()"
            )
        self._data[as_index(index)] = _as_array(_numbers(numbers), "Tensor", "the item")
        changes.note((self,), "setting an item")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError(
            "a Tensor does not turn into an array implicitly, since that would lose its gradient: use "
            ".numpy(), and the functions of autograd (autograd.exp, ...) instead of NumPy's"
        )

    def __repr__(self) -> str:
        text = np.array2string(self._data, separator=", ", threshold=20, precision=4, prefix="Tensor(")
        parts = [text, f"shape={self.shape}", f"dtype={self.dtype}"]
        if self.label:
            parts.append(f"label={self.label!r}")
        if self.op is not ops.LEAF and self.op is not ops.CONSTANT:
            parts.append(f"op={self.op.name}")
        return f"Tensor({', '.join(parts)})"

    def __lt__(self, other: Operand) -> Any:
        return self._compare(np.less, other)

    def __le__(self, other: Operand) -> Any:
        return self._compare(np.less_equal, other)

    def __gt__(self, other: Operand) -> Any:
        return self._compare(np.greater, other)

    def __ge__(self, other: Operand) -> Any:
        return self._compare(np.greater_equal, other)

    def __eq__(self, other: object) -> Any:
        """Compare the numbers, and return an array of bools; use ``is`` to ask for the same node."""
        return self._compare(np.equal, other) if _is_operand(other) else NotImplemented

    def __ne__(self, other: object) -> Any:
        return self._compare(np.not_equal, other) if _is_operand(other) else NotImplemented

    __hash__ = Node.__hash__

    def _compare(self, relation: Any, other: Operand) -> Any:
        tensors = _tensors(relation, (self, other))
        try:
            return relation(*[tensor._data for tensor in tensors])
        except ValueError as error:
            raise _wrong_operands(relation, tensors, error) from None

    # The operations on whole arrays.

    def __matmul__(self, other: Operand) -> Tensor:
        return array_ops.matmul(self, other)

    def __rmatmul__(self, other: Operand) -> Tensor:
        return array_ops.matmul(other, self)

    def __getitem__(self, index: Any) -> Tensor:
        return array_ops.getitem(self, index=as_index(index))

    # The walk.

    @staticmethod
    def _pass_all_on(nodes: Iterable[Tensor]) -> Iterator[Tensor]:
        """Add each parent's share of the upstream gradient to that parent's gradient, node by node."""
        for node in nodes:
            if modes.changes > node._made_at:
                node._check_unchanged([True] * len(node.parents))
            yield node
            upstream = node.grad
            for parent, local in zip(node.parents, node.local_grads):
                if local is None:
                    continue
                share = node._share(upstream, local, parent)
                if parent.grad is not None:
                    share = np.asarray(parent.grad + share)  # NumPy makes scalars of 0-d arrays
                elif parent._a is None and (share is upstream or share.base is not None):
                    share = share.copy()  # a leaf's gradient is its own: it may be changed in place
                parent.grad = share

    def _share(self, upstream: Any, local: Any, parent: Any) -> Any:
        """Return what this node adds to a parent's gradient: an array, or a Tensor to differentiate again."""
        share = local(upstream) if callable(local) else upstream * local
        if share.shape != parent._data.shape:
            sum_to = array_ops.sum_to if type(share) is Tensor else array_ops.sum_to.on_array
            share = sum_to(share, shape=parent._data.shape)
        if share.dtype != parent._data.dtype:
            share = share.astype(parent._data.dtype)
        if type(share) is not Tensor:
            if type(share) is not np.ndarray:
                share = np.asarray(share)
            if modes.watched:
                _watch_share(self, share, upstream)
        return share

    def _local_grad_nodes(self, wanted: Collection[Any]) -> tuple[Any, ...]:
        """Return the local gradients to the ``wanted`` parents, as nodes that can be differentiated."""
        partials, parents = self.op.partials, self.parents
        needed = [parent.requires_grad and parent in wanted for parent in parents]
        self._check_unchanged(needed)
        if not isinstance(partials, tuple):
            found = partials(self, *parents, **self.static)
            return tuple(local if need else None for local, need in zip(found, needed))
        return tuple(
            partial(self, *parents, **self.static) if need else None
            for partial, need in zip(partials, needed)
        )

    def _check_unchanged(self, used: list[bool]) -> None:
        """Raise a ValueError if the gradient to one of the ``used`` parents reads an array changed since."""
        if modes.changes > self._made_at:
            needs = [need and local is not None for need, local in zip(used, self.local_grads)]
            changes.check(self, needs)

    def _seed(self, gradient: Any, caller: str) -> Any:
        if gradient is None:
            if self._data.size != 1:
                raise ValueError(
                    f"{caller}: a Tensor of shape {self.shape} is not a scalar, so its upstream gradient "
                    "is unknown; reduce it (.sum(), .mean()), or pass gradient= of this shape"
                )
            return np.ones(self._data.shape, self._data.dtype)
        array = np.array(
            _as_array(_numbers(gradient), caller, "gradient"), self._data.dtype
        )  # a copy: it becomes a .grad
        if array.shape != self._data.shape:
            raise ValueError(
                f"{caller}: the gradient has shape {array.shape}, but the Tensor has {self.shape}"
            )
        return array

    @staticmethod
    def _lift_gradient(gradient: Any) -> Tensor:
        return _data(gradient)

    def _zero_gradient(self, as_node: bool) -> Any:
        zeros = np.zeros_like(self._data)
        return _data(zeros) if as_node else zeros

    def _check_differentiable(self, caller: str) -> None:
        if not self.requires_grad and self._da is None:
            raise ValueError(
                f"{caller}: this Tensor of shape {self.shape} needs no gradient: it is data "
                "(requires_grad=False), was computed from data alone, or under no_grad()"
            )

    def _equal(self, other: Any) -> Any:
        return self._data == _numbers(other)

    # Operations.

    @staticmethod
    def _apply(op: Any, *operands: Operand, **static: Any) -> Tensor:
        """Compute a node, with parents and local gradients if one of the operands needs a gradient."""
        tensors = _tensors(op, operands)
        arrays = list(map(array_of, tensors))
        try:
            data = op.on_array(*arrays, **static)
        except (ValueError, TypeError, IndexError) as error:  # AxisError is a ValueError too
            raise _wrong_operands(op, tensors, error, static) from None
        node = _data(data if type(data) is np.ndarray else np.asarray(data))
        for tensor in tensors:
            if tensor.requires_grad:
                node.requires_grad = not modes.paused or modes.recording()
                break
        if node.requires_grad:
            data = node._data
            node.op = op
            node.static = static
            node._made_at = modes.changes
            locals_: list[Any] = []
            partials = op.partials
            if type(partials) is not tuple:  # any number of operands: all partials at once
                for local, tensor in zip(partials(data, *arrays, **static), tensors):
                    locals_.append(local if tensor.requires_grad else None)
            else:
                for partial, tensor in zip(partials, tensors):
                    local = partial(data, *arrays, **static) if tensor.requires_grad else None
                    if type(local) is np.ndarray and local.dtype != data.dtype:
                        local = local.astype(data.dtype)  # a mask becomes 0 and 1
                    locals_.append(local)
            node._a, node._da = tensors[0], locals_[0]
            if len(tensors) == 2:
                node._b, node._db = tensors[1], locals_[1]
            elif len(tensors) > 2:
                node._b, node._db = tuple(tensors[1:]), tuple(locals_[1:])
        elif any(tensor._da is not None and tensor._a is None for tensor in tensors):
            node._is_slope()
        if modes.watched:
            _watch_value(op, node._data, tensors)
        return node

    _apply_array = _apply  # rows for whole arrays ask for this name, which Value does not have

    @staticmethod
    def _where(condition: Any, x: Operand, y: Operand) -> Tensor:
        condition = np.asarray(_numbers(condition))
        if condition.dtype != bool:
            raise TypeError(
                f"where: the condition is of dtype {condition.dtype}; expected bools, such as x > 0"
            )
        x, y = _tensors(array_ops.where, (x, y))
        return array_ops.where(x, y, condition=condition)


def _data(array: np.ndarray) -> Tensor:
    """Make a node that needs no gradient from an array."""
    tensor: Tensor = new(Tensor)
    tensor._data = array
    tensor.requires_grad = False
    tensor.static = NOTHING
    tensor.op = ops.CONSTANT
    tensor.grad = tensor.label = tensor._a = tensor._b = tensor._da = tensor._db = None
    tensor._changed_by = tensor._alias = None
    tensor._made_at = tensor._changed_at = 0
    return tensor


def _tensors(op: Any, operands: Sequence[Operand]) -> Sequence[Tensor]:
    """Convert operands to Tensors; a plain number takes the dtype of the Tensors beside it, as in NumPy."""
    for operand in operands:
        if not isinstance(operand, Tensor):
            break
    else:
        return operands
    tensors: list[Any] = []
    for operand in operands:
        if isinstance(operand, Tensor):
            tensors.append(operand)
            continue
        try:
            if isinstance(operand, (bool, int, float, np.generic)):
                number = (
                    operand.item() if isinstance(operand, np.generic) else operand
                )  # np.float64 would widen
                dtypes = [tensor._data.dtype for tensor in operands if isinstance(tensor, Tensor)]
                operand = np.asarray(number, np.result_type(*dtypes, number))
            tensors.append(_data(_as_array(operand, op, "an operand")))
        except OverflowError:
            raise TooLarge(f"{_name(op)}: an operand is too large for a float (above 1.8e308)") from None
    return tensors


def _as_array(data: Any, op: Any, name: str) -> np.ndarray:
    """Convert data to an array of numbers; errors name the operation ``op`` and the argument ``name``."""
    try:
        array = np.asarray(None if isinstance(data, Node) else data)
    except (ValueError, TypeError):  # lists of different lengths, or Tensors in a list
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        expected = "real numbers (floats, integers, bools): one, an array, or nested lists of equal lengths"
        if isinstance(data, Node) or array.dtype.hasobject and array.size:
            expected += "; Values and Tensors do not mix, and Tensor.detach() makes a new Tensor"
        raise wrong(data, name, op if isinstance(op, str) else _name(op), expected)
    return array


def as_index(index: Any) -> Any:
    """Convert lists, inner tuples and Tensors in an index to arrays, which may repeat elements."""
    if isinstance(index, tuple):
        return tuple(as_index(list(part) if isinstance(part, tuple) else part) for part in index)
    if isinstance(index, Tensor):
        return index._data
    return np.asarray(index, None if index else int) if isinstance(index, list) else index


def _numbers(operand: Operand) -> Any:
    return operand._data if isinstance(operand, Tensor) else operand


def _is_operand(other: Any) -> bool:
    return isinstance(other, (Tensor, np.ndarray, bool, int, float, np.generic, list))


def _spelled(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """Return a shape that was given as one tuple or as several numbers."""
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes


def _name(op: Any) -> str:
    return str(op.__name__ if isinstance(op, np.ufunc) else op.name)  # comparisons are NumPy's own


def _wrong_operands(
    op: Any, tensors: Sequence[Tensor], error: Exception, static: Mapping[str, Any] = NOTHING
) -> Exception:
    shapes = " and ".join(str(tensor.shape) for tensor in tensors)
    settings = "".join(f", {name}={value!r}" for name, value in static.items())
    if "gufunc" in str(error):  # NumPy's words for a matrix product
        x, y = (tensor.shape for tensor in tensors)
        last, first = x[-1:], y[-2:-1] or y[-1:]
        error = type(error)(
            f"a matrix product needs the last size of the first operand ({last[0]}) to equal the last "
            f"but one of the second ({first[0]})" if last and first else "a matrix product needs axes"
        )  # fmt: skip
    hint = " (shapes broadcast from the right: sizes are equal, or 1)" if "broadcast" in str(error) else ""
    kind = next(kind for kind in (TypeError, ValueError, IndexError) if isinstance(error, kind))
    return kind(f"{_name(op)}: operands of shape {shapes}{settings} do not fit{hint}: {error}")


# detect_anomaly


def _watch_value(op: Any, out: np.ndarray, parents: Sequence[Tensor]) -> None:
    if not modes.watching() or np.isfinite(out).all():
        return
    shapes = " and ".join(str(parent.shape) for parent in parents)
    for parent in parents:
        if np.isnan(parent._data).any():
            error = f"{op.name} got nan in an operand of shape {parent.shape}: it comes from the data"
            raise rows.of_operation(FloatingPointError(error), op)
    bad = np.isnan(out)
    if not bad.any():  # an infinity that was passed on, such as a mask of -inf, does not count
        finite = [np.isfinite(parent._data) for parent in parents]
        if not isinstance(op, ops.Op):
            finite = [each.all() for each in finite]
        bad = np.isinf(out)
        for each in finite:
            bad = bad & each
        if not bad.any():
            return
    where = tuple(int(i) for i in np.argwhere(bad)[0])
    error = (
        f"{op.name} made {out[where]} at index {where}, from operands of shape {shapes}: "
        "its value is not finite there"
    )
    raise rows.of_operation(FloatingPointError(error), op)


def _watch_share(node: Tensor, share: np.ndarray, upstream: Any) -> None:
    if modes.watching() and not np.isfinite(share).all() and np.isfinite(upstream).all():
        error = (
            f"backward through {node.op.name}: the gradient passed on to an operand of shape {share.shape} "
            "is not finite, though the gradient that came in is: its derivative is not finite there"
        )
        raise rows.of_operation(FloatingPointError(error), node.op, node)


def _in_place(op: ops.Op) -> Any:
    """Make the operator in place: it updates a parameter under ``no_grad()``; else it is ``x = x + y``."""

    def method(self: Tensor, other: Operand) -> Any:
        if self.op is not ops.LEAF or not self.requires_grad:
            return NotImplemented
        if modes.recording():
            raise TypeError(
                f"{op.symbol}= on a leaf that needs a gradient would change it under the graph: write it "
                f"under no_grad() for a step of a parameter, or x = x {op.symbol} y for a new node"
            )
        (operand,) = _tensors(op, (other,))
        try:
            op.on_array(self._data, operand._data.astype(self.dtype, copy=False), out=self._data)
        except ValueError as error:
            raise _wrong_operands(op, (self, operand), error) from None
        changes.note((self,), f"{op.symbol}= under no_grad()")
        return self

    return method


def install(op: ops.Op) -> None:
    """Make the row a method of Tensor and, if it is one of Python's operators, that operator."""

    def method(*operands: Operand, **named: Operand) -> Tensor:
        return op(*operands, **named)

    method.__name__ = method.__qualname__ = op.name
    method.__doc__ = describe(op)
    setattr(Tensor, op.name, method)
    if op.name in ops.OPERATORS:
        operator = ops.OPERATORS[op.name]
        setattr(Tensor, f"__{operator}__", method)
        if len(op.partials) == 2:
            setattr(Tensor, f"__r{operator}__", lambda self, other: op(other, self))
            setattr(Tensor, f"__i{operator}__", _in_place(op))


for _op in ops.ELEMENTWISE.values():
    install(_op)
Tensor.kind = Tensor

tell(Tensor, torch_names.TENSOR, torch_names.NO_ATTRIBUTE)
