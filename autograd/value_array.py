"""Arrays of Values: scalars in array notation, each a node of the graph.

A NumPy array of Values (dtype object) can already compute: NumPy calls ``*`` and ``+`` of the elements, so
``W @ x + b`` builds the scalar graph. :class:`ValueArray` handles the functions where NumPy does not call the
elements (``np.maximum``, ``max``, ``sign``, ``isnan``, ``==``).

>>> import numpy as np
>>> W, x = values([[1.0, -2.0], [0.5, 3.0]], "W"), np.array([1.0, 1.0])
>>> loss = np.maximum(W @ x, 0.0).sum()
>>> loss.backward()
>>> W.grad.tolist(), W[1, 0]
([[0.0, 0.0], [1.0, 1.0]], Value(0.5, label='W[1,0]', grad=1))
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from . import array_ops, kinds, modes, nary_ops, numpy_protocol, ops
from .array_functions import axes_of
from .array_methods import ArrayMethods
from .checks import array, flag, real, wrong
from .float_node import as_float
from .node import Node
from .value import Value, constant, nary

COMPARISONS: dict[str, Callable[..., Any]] = {
    "less": operator.lt, "less_equal": operator.le, "greater": operator.gt, "greater_equal": operator.ge,
    "equal": kinds.equal,
}  # fmt: skip
# NumPy computes these with the elements' own operators.
BY_ELEMENT = {
    "add", "subtract", "multiply", "divide", "power", "negative", "absolute", "vecdot", "matvec",
}  # fmt: skip


# NumPy would report floating-point flags from the elements' methods; Values check their own numbers.
_quiet = np.errstate(all="ignore")


class ValueArray(np.ndarray):
    """A NumPy array whose elements are Values; made by :func:`values`.

    Operators, NumPy's functions and methods, comparisons, indexing and shapes work as for arrays of numbers,
    and build the scalar graph. ``data`` and ``grad`` are arrays of the elements' numbers.
    """

    @property  # type: ignore[override]
    def data(self) -> np.ndarray:
        """The elements' numbers, as an array of floats. Setting it sets the elements' numbers."""
        return numbers(self)

    @data.setter
    def data(self, data: Any) -> None:
        given = array(data.data if isinstance(data, Node) else data, "data", "ValueArray.data").astype(float)
        if given.ndim and given.shape != self.shape:
            raise ValueError(
                f"ValueArray.data: data has shape {given.shape}; expected {self.shape}, or one number"
            )
        if np.isnan(given).any():
            raise ValueError(
                "ValueArray.data: the data has nan, which is not a number; find where it comes from"
            )
        given = np.broadcast_to(given, self.shape)
        for value, number in zip(self.ravel().tolist(), given.ravel().tolist()):
            value.data = number

    @property
    def grad(self) -> np.ndarray | None:
        """The elements' gradients, as floats: 0 for elements without one, or None if no element has one.

        Setting it sets the elements' gradients; None resets them.
        """
        found = [value.grad for value in self.ravel().tolist()]
        if all(each is None for each in found):
            return None
        return np.array([0.0 if each is None else each for each in found]).reshape(self.shape)

    @grad.setter
    def grad(self, gradient: Any) -> None:
        nodes = self.ravel().tolist()
        if gradient is None:
            slopes = [None] * len(nodes)
        else:
            given = array(gradient, "gradient", "ValueArray.grad").astype(float)
            if given.shape != self.shape:
                raise ValueError(
                    f"ValueArray.grad: the gradient has shape {given.shape}; expected {self.shape}, or None"
                )
            slopes = given.ravel().tolist()
        for value, slope in zip(nodes, slopes):
            value.grad = slope

    def zero_grad(self) -> None:
        """Reset the gradients of all elements to None."""
        self.grad = None

    def sum(self, axis: Any = None, *, keepdims: bool = False) -> Any:  # type: ignore[override]
        """Add up the elements over ``axis``, with one node for each sum."""
        return self.reduced(nary_ops.sum_of, axis, keepdims, "sum")

    def max(self, axis: Any = None, *, keepdims: bool = False) -> Any:  # type: ignore[override]
        """Take the largest element over ``axis``. Elements that tie share the gradient equally."""
        return self.reduced(nary_ops.max_of, axis, keepdims, "max")

    def min(self, axis: Any = None, *, keepdims: bool = False) -> Any:  # type: ignore[override]
        """Take the smallest element over ``axis``. Elements that tie share the gradient equally."""
        return self.reduced(nary_ops.min_of, axis, keepdims, "min")

    def largest(self, axis: Any = None) -> Any:
        """Return the largest over ``axis``, kept as 1, as constants: to subtract or divide by for safety."""
        found = self.reduced(nary_ops.largest_of, axis, True, "largest")
        if modes.recorder() is not None:  # in a trace, another one may be largest in the next call
            return found
        return wrapped(np.frompyfunc(constant, 1, 1)(found.data))

    def mean(self, axis: Any = None, *, keepdims: bool = False) -> Any:  # type: ignore[override]
        """Take the mean over ``axis``."""
        total = self.reduced(nary_ops.sum_of, axis, keepdims, "mean")
        return total * (np.size(total) / self.size)

    def var(  # type: ignore[override]
        self, axis: Any = None, *, ddof: float = 0, keepdims: bool = False
    ) -> Any:
        """Take the variance over ``axis``: the sum of squared deviations, divided by n - ``ddof``."""
        ddof = real(ddof, "ddof", "var")
        axis = axes_of("var", axis, self.ndim)
        away = self - self.mean(axis=axis, keepdims=True)
        squares = np.asarray(away * away).view(ValueArray)
        total = squares.reduced(nary_ops.sum_of, axis, keepdims, "var")
        count = self.size / np.size(total)
        if not count > ddof:
            raise wrong(
                ddof,
                "ddof",
                "var",
                f"a number below {count:g}, the number of elements",
                ValueError,
            )
        return total * (1.0 / (count - ddof))

    def nonzero(self) -> Any:
        """Return the indices of the elements that are not 0, one array for each axis."""
        return self.data.nonzero()

    def reduced(self, op: nary_ops.NaryOp, axis: Any, keepdims: bool, caller: str) -> Any:
        """Reduce over ``axis``: make one node from each group of elements."""
        axis, keepdims = axes_of(caller, axis, self.ndim), flag(keepdims, "keepdims", caller)
        kept = np.empty(self.shape, bool).any(axis=axis, keepdims=True).shape
        axes = [i for i in range(self.ndim) if axis is None or i in np.atleast_1d(axis) % max(self.ndim, 1)]
        others = [i for i in range(self.ndim) if i not in axes]
        groups = self.view(np.ndarray).transpose(*others, *axes)
        count = int(np.prod([self.shape[i] for i in axes]))
        if not count and op is not nary_ops.sum_of:
            raise ValueError(f"{caller}: the array is empty, with shape {self.shape}; expected elements")
        rows = groups.reshape(int(np.prod([self.shape[i] for i in others])), count).tolist()
        out = np.empty(len(rows), object)
        out[:] = [nary(op, row) if row else constant(0.0) for row in rows]
        shape = kept if keepdims else tuple(self.shape[i] for i in others)
        return wrapped(out.reshape(shape))

    def added_at(self, index: Any, shape: tuple[int, ...]) -> Any:
        """Put the elements at ``index`` into an array of zeros; those at the same place become one sum."""
        places = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        found: dict[int, list[Value]] = {}
        for place, each in zip(np.ravel(places[index]).tolist(), self.ravel().tolist()):
            found.setdefault(place, []).append(each)
        is_once = all(len(several) == 1 for several in found.values())
        out = np.empty(places.size, object)
        for place in range(places.size):
            several = found.get(place) or [constant(0.0)]
            out[place] = several[0] if is_once or place not in found else nary(nary_ops.sum_of, several)
        return wrapped(out.reshape(shape))

    def dots(self, other: np.ndarray) -> Any:
        """Multiply matrices, with one node for each element; leave out constant zeros, as from padding."""
        shape = np.matmul(*(np.broadcast_to(np.False_, each.shape) for each in (self, other))).shape
        rows = self.view(np.ndarray) if self.ndim > 1 else self.view(np.ndarray)[None]
        columns = other.view(np.ndarray).swapaxes(-1, -2) if other.ndim > 1 else other.view(np.ndarray)[None]
        stacks = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
        pairs = (np.broadcast_to(each, (*stacks, *each.shape[-2:])) for each in (rows, columns))
        rows, columns = (each.reshape(-1, *each.shape[-2:]) for each in pairs)
        found = [_dot(x, y) for xs, ys in zip(rows.tolist(), columns.tolist()) for x in xs for y in ys]
        out = np.empty(len(found), object)
        out[:] = found
        return wrapped(out.reshape(shape))

    # NumPy's protocols.

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        return self._of_numpy(ufunc, method, inputs, settings)

    @staticmethod
    @_quiet
    def _of_numpy(ufunc: Any, method: str, inputs: Any, settings: dict[str, Any]) -> Any:
        """Apply NumPy's elementwise function to arrays of Values, or to a Value and an array."""
        (target,) = settings.pop("out", None) or (None,)
        if isinstance(target, ValueArray) and any(map(_is_leaf, target.flat)):
            raise TypeError(
                f"np.{ufunc.__name__}: results written into an array of leaves would replace the leaves, "
                "which are then not trained: write w.data -= ... for a step, w = w - x for a new array"
            )
        found = _called(ufunc, method, inputs, settings)
        if target is None:
            return found
        if not target.dtype.hasobject:
            raise TypeError(
                f"np.{ufunc.__name__}: the result has Values, and cannot be written into an array of "
                f"{target.dtype}: write a = a + x instead of a += x"
            )
        target.view(np.ndarray)[...] = found
        return target

    def __array_function__(self, function: Any, types: Any, args: Any, settings: Any) -> Any:
        name = numpy_protocol.NAMES.get(function.__name__, function.__name__)
        if name in METHODS and isinstance(args[0], ValueArray):
            return getattr(args[0], name)(*args[1:], **settings)
        if name in OF_NUMBERS:
            return function(*map(numbers, args), **settings)
        found = super().__array_function__(function, types, args, settings)
        return wrapped(found) if isinstance(found, np.ndarray) and found.dtype.hasobject else found

    # Rows on arrays of Values.

    @staticmethod
    @_quiet
    def _apply(op: ops.Op, *operands: Any) -> Any:
        """Apply the row element by element, with Value's own method; shapes broadcast."""
        arrays = [_as_elements(_elements(operand, op.name)) for operand in operands]
        row = np.frompyfunc(lambda *each: _node(op(*each)), len(arrays), 1)
        return wrapped(row(*arrays))

    @staticmethod
    @_quiet
    def _apply_array(op: array_ops.ArrayOp, *operands: Any, **static: Any) -> Any:
        """Apply an operation on whole arrays in its plain form, which builds the scalar graph."""
        arrays = [_elements(operand, op.name).view(ValueArray) for operand in operands]
        return wrapped((op.plain or op.on_array)(*arrays, **static))

    @staticmethod
    @_quiet
    def _where(condition: Any, x: Any, y: Any) -> Any:
        condition = np.asarray(condition)
        has_nodes = condition.dtype.hasobject and any(isinstance(each, Node) for each in condition.flat)
        if condition.dtype.kind not in "bO" or has_nodes:  # a trace's conditions are objects too
            raise wrong(condition, "the condition", "where", "True, False, or an array of these")
        x, y = _as_elements(_elements(x, "where: x")), _as_elements(_elements(y, "where: y"))
        return wrapped(np.frompyfunc(lambda c, a, b: _node(kinds.where(c, a, b)), 3, 1)(condition, x, y))

    @staticmethod
    def _equal(x: Any, y: Any) -> Any:
        return _compared(kinds.equal, x, y)


def _called(ufunc: Any, method: str, inputs: Any, settings: dict[str, Any]) -> Any:
    name = ufunc.__name__
    if method == "reduce" and name in ("add", "maximum", "minimum"):
        array = inputs[0] if isinstance(inputs[0], ValueArray) else inputs[0].view(ValueArray)
        reduce = getattr(array, {"add": "sum", "maximum": "max", "minimum": "min"}[name])
        named = {key: given for key, given in settings.items() if key in ("axis", "keepdims")}
        return reduce(**{"axis": 0, **named})
    if method == "__call__" and name in COMPARISONS:
        return _compared(COMPARISONS[name], *inputs)
    if method == "__call__" and name == "not_equal":
        return np.logical_not(_compared(kinds.equal, *inputs))
    if method == "__call__" and name in numpy_protocol.PLAIN:
        return ufunc(*map(numbers, inputs), **settings)
    if method == "__call__" and name == "matmul" and not settings:
        return array_ops.matmul(*inputs)
    if name in BY_ELEMENT or method != "__call__" or numpy_protocol.is_of_a_person(ufunc):
        try:
            return wrapped(getattr(ufunc, method)(*map(_as_elements, inputs), **settings))
        except SystemError as error:  # NumPy's matmul goes on after an element's error, and raises another
            while isinstance(error, SystemError) and error.__cause__ is not None:
                error = error.__cause__  # type: ignore[assignment]
            raise error from None
    called = numpy_protocol.row_of(ufunc)
    if called is None or settings.keys() - {"casting", "subok"}:
        raise TypeError(
            f"np.{name} has no derivative here: use the operators and the functions of autograd, "
            "autograd.define for a function of your own, or .data for the numbers alone"
        )
    return called(*inputs)


# OWN: where NumPy would use the truth value of elements, or fail, as a function and as a method. METHODS:
# NumPy's functions that are methods here. OF_NUMBERS: functions that need only the numbers.
OWN = {"std", "norm", "round", "argmax", "argmin", "argsort", "any", "all"}
METHODS = OWN | {"sum", "max", "min", "mean", "var"}
OF_NUMBERS = {"allclose", "isclose", "array_equal", "count_nonzero", "flatnonzero", "argwhere"}
Value.array_kind = ValueArray
for _name in vars(ArrayMethods):
    if _name in OWN or _name[0] != "_" and not hasattr(np.ndarray, _name):
        setattr(ValueArray, _name, getattr(ArrayMethods, _name))


def values(data: Any, label: str | None = None) -> ValueArray:
    """Make an array of leaves from an array or nested lists of numbers; Values among them are kept.

    With a label ``"W"``, the elements get labels with their place, such as ``W[0,1]``.

    >>> values([1.0, 2.0], "x")
    ValueArray([Value(1, label='x[0]'), Value(2, label='x[1]')], dtype=object)
    """
    if not isinstance(label, str | None):
        raise TypeError(f"values: the label is {label!r}; expected a string or None")
    elements = _elements(data, "values")
    made = np.empty(elements.shape, object)
    for index in np.ndindex(elements.shape):
        each = elements[index]
        if not isinstance(each, Value):
            place = ",".join(map(str, index))
            number = as_float(each, "values: an element of the data")
            each = Value(number, label and (f"{label}[{place}]" if index else label))
        made[index] = each
    return made.view(ValueArray)


def numbers(array: Any) -> Any:
    """Return the numbers of an array of Values, as floats; return anything else as it is."""
    if isinstance(array, np.ndarray) and array.dtype.hasobject:
        found = [getattr(each, "_data", each) for each in array.ravel().tolist()]
        return np.array(found, float).reshape(array.shape)
    return array._data if isinstance(array, Value) else array


def _elements(operand: Any, caller: str) -> np.ndarray:
    """Convert an operand to an array of Values and numbers; anything else is a TypeError."""
    if isinstance(operand, Value):
        return np.array(operand, object)
    if isinstance(operand, Node):
        raise TypeError(
            f"{caller}: got the Tensor {operand!r} beside Values; they do not mix: use one kind for all"
        )
    try:
        array = np.asarray(operand)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{caller}: expected numbers or Values, or nested lists of them: {error}") from None
    array = array.view(np.ndarray)
    if array.dtype.kind not in "biufO":
        raise TypeError(f"{caller}: got {operand!r} as data; expected numbers or Values, or arrays of them")
    if array.dtype.hasobject:
        for each in array.flat:
            if not isinstance(each, (Value, int, float, np.number)):
                raise TypeError(
                    f"{caller}: an element of the data is {each!r} of type {type(each).__name__}; expected "
                    "Values and numbers"
                )
    return array


def _as_elements(array: Any) -> Any:
    """Convert an operand for NumPy's loops: numbers to Python's own, and a single Value to an array."""
    if isinstance(array, Value):
        return np.array(array, object)
    if isinstance(array, ValueArray):
        return array.view(np.ndarray)
    return array.astype(object) if isinstance(array, np.ndarray) and not array.dtype.hasobject else array


def _dot(x: list[Any], y: list[Any]) -> Value:
    """Take the dot product of two lists of Values and numbers."""
    pairs = [pair for pair in zip(x, y) if not (_is_zero(pair[0]) or _is_zero(pair[1]))]
    return nary(nary_ops.dot_of, [x for x, _ in pairs] + [y for _, y in pairs]) if pairs else constant(0.0)


def _is_zero(each: Any) -> bool:
    return isinstance(each, Value) and each.op is ops.CONSTANT and each._data == 0.0


def _is_leaf(each: Any) -> bool:
    return isinstance(each, Value) and each.op is ops.LEAF


def _node(result: Any) -> Value:
    return result if isinstance(result, Value) else constant(result)


def _compared(relation: Callable[..., Any], x: Any, y: Any) -> Any:
    """Compare by numbers. The result has bools or, while a function is traced, its conditions."""
    if modes.recorder() is not None:
        return np.frompyfunc(relation, 2, 1)(_as_elements(x), _as_elements(y))
    return relation(*(numbers(_elements(each, relation.__name__)) for each in (x, y)))


def wrapped(found: Any) -> Any:
    """Wrap a result as an array of Values, with its numbers as constants; return a single one as it is."""
    if not isinstance(found, np.ndarray):
        return found
    if not found.ndim:
        return found[()]
    if found.dtype.hasobject and not any(isinstance(each, Value) for each in found.flat) and found.size:
        return found  # a user's function that returned no nodes
    if found.dtype.hasobject and not all(isinstance(each, Value) for each in found.flat):
        found = np.frompyfunc(_node, 1, 1)(found.view(np.ndarray))
    return found.view(ValueArray) if found.dtype.hasobject else found
