"""The table of derivatives: one row an operation, and the only place where calculus is written.

A row says how an operation computes on a float and on an array, and gives its partial derivatives,
one per operand, each written once as ordinary Python over ``(out, *operands)``. A partial derivative
runs on five kinds of number: floats (:class:`~autograd.Value`), arrays (:class:`~autograd.Tensor`), Values or
Tensors again (derivatives of derivatives), and symbols (printed formulas and generated source). So it
uses only arithmetic, comparisons, and the rows and helpers of this file, which take all of them.

Where a derivative does not exist (``relu``, ``abs`` at 0, ``maximum`` at a tie) the convention is
PyTorch's, and the row says so.
"""

from __future__ import annotations

import inspect
import math
import operator
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from . import modes
from .checks import TooLarge, flag, function, is_huge, shown, text, wrong

ROWS: dict[tuple[str, str, str], Any] = {}
"""Every row there is, by module, kind and name: ``("autograd.ops", "Op", "tanh")``."""

CONSTRUCTORS = ("__init__", "__post_init__")
Draw = Callable[..., Any]
"""``draw(*shape)`` gives the numbers to try a row with, as an array."""


class Row:
    """What all rows share: a name, examples of operands, and a place in the registry :data:`ROWS`.

    There is one row of each kind and name in a module, also in the copy of a graph.
    """

    name: str
    symbol: str
    examples: tuple[Callable[..., Any], ...]
    _place: tuple[str, str, str]

    def _check(self, kind: str) -> None:
        """Refuse to be made of something else than rows are."""
        text(self.name, "name", kind)
        text(self.symbol, "symbol", kind)
        _tuple_of(callable, self.examples, "examples", kind, "functions of draw")

    def __post_init__(self) -> None:
        self._check(type(self).__name__)
        place = (_module_that_asks(), type(self).__name__, self.name)
        object.__setattr__(self, "_place", place)
        ROWS[place] = self

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __deepcopy__(self, memo: Any) -> Row:
        return self  # whatever has its name by now

    def __reduce__(self) -> Any:
        module, kind, name = self._place
        if ROWS[self._place] is not self:
            raise TypeError(
                f"pickle: {self!r} is no longer what {name} is in {module}; give one of them another name"
            )
        return _row, self._place


def _tuple_of(kind: Callable[[Any], bool], given: Any, name: str, caller: str, expected: str) -> None:
    if not isinstance(given, tuple) or not all(map(kind, given)):
        raise wrong(given, name, caller, f"a tuple of {expected}")


def _row(module: str, kind: str, name: str) -> Any:
    """The row in that place: what a pickle of a row is."""
    if (module, kind, name) not in ROWS:
        raise ValueError(
            f"pickle: no operation is called {name} here; define it in {module}, or import what does, first"
        )
    return ROWS[module, kind, name]


def _module_that_asks() -> str:
    """The module whose line makes a row: the first above the constructor, and above dataclasses.replace."""
    frame: Any = sys._getframe(2)
    while frame.f_code.co_name in CONSTRUCTORS or frame.f_globals.get("__name__") == "dataclasses":
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))


def _is_numeric(operand: Any) -> bool:
    """Whether it is a real number, as a float can hold it, or an array of such."""
    if isinstance(operand, (np.ndarray, np.generic)):
        return operand.dtype.kind in "biufO"
    return hasattr(type(operand), "__float__") and not is_huge(operand)


def _apply_of(operand: Any, method: str) -> Any:
    """How the operand's kind computes a row; None for plain numbers and arrays of them."""
    apply = getattr(type(operand), method, None)
    if apply is None and isinstance(operand, np.ndarray) and operand.dtype.hasobject:
        for each in operand.flat:
            kind = getattr(type(each), "array_kind", None)
            if kind is not None:
                return getattr(kind, method)
    return apply


@dataclass(frozen=True, eq=False, repr=False)
class Op(Row):
    """One elementwise operation: a row of the table, and the function that people call.

    ``name``      its method on Value and Tensor, and its function in the package
    ``symbol``    how it is drawn and printed
    ``on_float``  its value on Python floats; raises where mathematics has no answer
    ``on_array``  its value on NumPy arrays; follows NumPy (inf and nan pass)
    ``partials``  the partial derivative to each operand, as a function of ``(out, *operands)``
    ``domain``    what the operands must satisfy, for the error message
    ``defaults``  values of trailing operands that may be left out
    ``examples``  as of :class:`ArrayOp`; left out, a number for each operand

    >>> tanh.symbol, tanh(0.0), tanh.partials[0](0.0, 0.0)
    ('tanh', 0.0, 1.0)
    """

    name: str
    symbol: str
    on_float: Callable[..., Any]
    on_array: Callable[..., Any]
    partials: tuple[Callable[..., Any], ...]
    domain: str = ""
    defaults: tuple[float, ...] = ()
    examples: tuple[Callable[[Draw], Any], ...] = ()  # filled in: one number for each operand
    is_defined: bool = False  # by a person: what it gives is looked at, and its name may be taken again

    def _check(self, kind: str) -> None:
        super()._check(kind)
        function(self.on_float, "on_float", kind, "the operands")
        function(self.on_array, "on_array", kind, "the operands")
        _tuple_of(callable, self.partials, "partials", kind, "functions, one for each operand")
        text(self.domain, "domain", kind)
        _tuple_of(lambda each: type(each) is float, self.defaults, "defaults", kind, "floats")
        flag(self.is_defined, "is_defined", kind)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.examples:
            object.__setattr__(self, "examples", (_numbers(len(self.partials)),))

    def __call__(self, *operands: Any, **named: Any) -> Any:
        """The operation on Values, Tensors, symbols, NumPy arrays or plain numbers."""
        if named or len(operands) != len(self.partials):
            operands = self.complete(operands, named)
        for operand in operands:
            apply = _apply_of(operand, "_apply")
            if apply is not None:
                return apply(self, *operands)
        for operand in operands:
            if type(operand) is not float and not _is_numeric(operand):
                raise wrong(
                    operand, "an operand", self.name, "a number, a Value, a Tensor or an array of numbers"
                )
        if any(isinstance(operand, (np.ndarray, np.generic)) for operand in operands):
            return self.on_array(*operands)
        try:
            return self.on_float(*operands)
        except (ArithmeticError, ValueError, TypeError) as error:
            raise explain(self, error, operands) from None

    @property
    def operands(self) -> list[str]:
        """The names of the operands, as in its partial derivatives."""
        for partial in self.partials:
            code = getattr(inspect.unwrap(partial), "__code__", None)
            names = list(code.co_varnames[1 : code.co_argcount]) if code else []
            if len(names) == len(self.partials) and not {"out", "op", "node"} & set(names):
                return names
        return [f"x{index}" for index in range(len(self.partials))]

    def complete(self, operands: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """All the operands in order: given by position, by name, or by default; else a TypeError."""
        names = self.operands
        given = dict(zip(names[len(names) - len(self.defaults) :], self.defaults))
        given |= named | dict(zip(names, operands))
        if len(operands) > len(names) or set(given) != set(names) or set(named) & set(names[: len(operands)]):
            got = ", ".join([str(len(operands)), *named])
            raise TypeError(f"{self.name} takes the operand(s) {', '.join(names)}, but got {got}")
        return tuple(given[name] for name in names)


@dataclass(frozen=True, eq=False, repr=False)
class NaryOp(Row):
    """An operation on any number of Values that makes one node: a sum, a dot product.

    ``partials`` gives all the partial derivatives at once, as a tuple. ``examples`` is as of
    :class:`ArrayOp`; left out, it is four numbers.
    """

    name: str
    symbol: str
    on_float: Callable[..., float]
    partials: Callable[..., tuple[Any, ...]]
    domain: str = ""
    examples: tuple[Callable[[Draw], Any], ...] = ()

    def _check(self, kind: str) -> None:
        super()._check(kind)
        function(self.on_float, "on_float", kind, "the operands")
        function(self.partials, "partials", kind, "(out, *operands)")
        text(self.domain, "domain", kind)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.examples:
            object.__setattr__(self, "examples", (_numbers(4),))


@dataclass(frozen=True, eq=False, repr=False)
class ArrayOp(Row):
    """An operation on whole arrays (a matrix product, a sum over an axis): a row for Tensor alone.

    Settings that are not differentiated (an axis, an index, labels) are passed by keyword and reach
    ``on_array`` and every partial. A partial gives, in place of a number, a function from the
    upstream gradient to the parent's share of it; where the share is broader than the parent, the
    engine sums it down. ``partials`` is a tuple with one partial per operand, or, for operations on
    any number of operands, a function that gives that tuple from ``(out, *operands)``.

    ``examples`` says how the row is called, for the tests that go through the registry: functions of
    ``draw``, which makes arrays of the numbers to try (``draw(3, 4)``), each giving the operands and the
    settings. ``plain`` is the same operation in array notation, for arrays of Values, where ``on_array`` is
    not: one that writes into arrays of its own, or asks what only arrays of numbers answer.

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
            _tuple_of(callable, self.partials, "partials", kind, "functions, one for each operand")
        if self.plain is not None:
            function(self.plain, "plain", kind, "the operands, or None")

    def __call__(self, *operands: Any, **static: Any) -> Any:
        """The operation on Tensors and arrays; a Tensor where any operand is one, else an array."""
        for operand in operands:
            apply = _apply_of(operand, "_apply_array")
            if apply is not None:
                return apply(self, *operands, **static)
            if hasattr(type(operand), "_apply"):
                raise TypeError(f"{self.name}: got the number {operand!r}; expected a Tensor or an array")
        return self.on_array(*operands, **static)


def _numbers(count: int) -> Callable[[Draw], Any]:
    """An example of ``count`` single numbers, without settings."""
    return lambda draw: (tuple(draw() for _ in range(count)), {})


def no_value(*operands: Any) -> Any:
    """What leaves and constants have for a value: nothing computes them."""
    raise TypeError("a leaf is given, not computed")


LEAF = Op("leaf", "", no_value, no_value, ())
CONSTANT = Op("constant", "", no_value, no_value, ())


def explain(op: Any, error: Exception, operands: tuple[Any, ...], derivative: bool = False) -> Exception:
    """The same kind of error, with the operation, what came in, and what it expects."""
    given = ", ".join(f"{each:.6g}" if isinstance(each, float) else shown(each) for each in operands)
    needs = f"; it needs {op.domain}" if op.domain else ""
    if derivative:
        why = "the value exists, but its derivative is not finite here; move away, or use no_grad()"
        why += needs if isinstance(error, ValueError) else ""
    elif isinstance(error, OverflowError) and any(map(is_huge, operands)):
        error, why = TooLarge(), "a whole number is too large for a float (above 1.8e308)"
    elif isinstance(error, OverflowError):
        why = "the result is too large for a float (above 1.8e308); scale the operands down"
    elif isinstance(error, TypeError):
        why = f"{error}; it takes numbers, Values, Tensors or NumPy arrays"
    elif any(isinstance(x, float) and math.isinf(x) for x in operands):
        why = f"{error}: an infinity has met a 0 or another infinity{needs}; scale the operands down"
    else:
        why = f"{error}{needs}"
    return of_operation(type(error)(f"{op.name}({given}): {why}"), op)


def of_operation(error: Exception, op: Any, node: Any = None) -> Exception:
    """The error, with the operation's name as ``operation``, and where it is in a backward pass ``node``."""
    error.__dict__.update(operation=op.name, node=node)
    return error


# Helpers that take all kinds of number, for use in partial derivatives.


def where(condition: Any, x: Any, y: Any) -> Any:
    """``x`` where the condition holds, else ``y``; differentiable in ``x`` and ``y``.

    The condition is data (a bool, or an array of bools, such as a comparison gives), not a node. Shapes of
    arrays and Tensors broadcast. The result is a node where ``x`` or ``y`` is one, whatever the condition.

    >>> where(np.array([True, False]), 1.0, np.array([2.0, 3.0]))
    array([1., 3.])
    """
    if type(x) is float and type(y) is float and isinstance(condition, bool):
        return x if condition else y
    for operand in (condition, x, y):
        select = _apply_of(operand, "_where")
        if select is not None:
            if isinstance(condition, (bool, np.bool_)) and not hasattr(type(operand), "grad"):
                return x if condition else y  # a piece of a formula or of a program, and no node
            return select(condition, x, y)
    if np.asarray(condition).dtype != bool:
        raise wrong(condition, "the condition", "where", "True, False, or an array of these")
    for name, operand in (("x", x), ("y", y)):
        if np.asarray(operand).dtype.kind not in "biuf":
            raise wrong(operand, name, "where", "numbers, arrays, Values or Tensors")
    try:
        chosen = np.where(condition, x, y)
    except ValueError:
        shapes = ", ".join(str(np.shape(each)) for each in (condition, x, y))
        raise ValueError(f"where: condition, x and y have the shapes {shapes}, which do not fit") from None
    return chosen if chosen.ndim or isinstance(x, np.ndarray) or isinstance(y, np.ndarray) else chosen.item()


def indicator(condition: Any) -> Any:
    """1 where the condition holds, else 0. For arrays the mask itself: it multiplies as 0 and 1 do."""
    return condition if isinstance(condition, np.ndarray) else where(condition, 1.0, 0.0)


def equal(x: Any, y: Any) -> Any:
    """Whether two numbers have the same value (``==`` on nodes asks whether they are the same node)."""
    for this, other in ((x, y), (y, x)):
        compare = getattr(type(this), "_equal", None)
        if compare is not None:
            return compare(this, other)
    for name, each in (("x", x), ("y", y)):
        if type(each) is not float and not _is_numeric(each):
            raise wrong(each, name, "equal", "a number, a Value, a Tensor or an array of numbers")
    return x == y


def quietly(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, where a number that it makes on the way may overflow though its result does not.

    That is then no mistake, of which NumPy or ``detect_anomaly`` should speak.
    """

    @wraps(function)
    def computed(*operands: Any) -> Any:
        with np.errstate(over="ignore"), modes.unwatched():
            return function(*operands)

    return computed


# Values that are safe where the textbook form is not. Written without branches, as partial derivatives are, a
# value has a formula too.


def _sigmoid(x: Any) -> Any:
    e = exp(-abs(x))  # never above 1, so nothing overflows
    return where(x >= 0.0, 1.0, e) / (1.0 + e)


def floating(x: Any) -> Any:
    """An array of integers or bools as floats: a minus wraps around where there is no sign, and powers do.

    >>> -np.uint8([1, 2]), -floating(np.uint8([1, 2]))
    (array([255, 254], dtype=uint8), array([-1., -2.]))
    """
    return x.astype(float) if x.dtype.kind in "biu" else x


def _of_floats(ufunc: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """NumPy's function, with integers taken as float64: NumPy itself would take small ones as float16."""
    return lambda x: ufunc(floating(x))


def _sigmoid_array(x: Any) -> Any:
    x = floating(x)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def _relu_array(x: Any) -> Any:
    # NumPy's maximum with an array of zeros takes two thirds of the time that it takes with the number 0.
    return np.maximum(x, np.zeros(x.shape[-1:], x.dtype))


def _sign_float(x: float) -> float:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x + 0.0  # nan passes; -0.0 is 0.0


def _on_elements(function: Callable[[float], float], x: Any) -> Any:
    # NumPy has no erf; the C library's, one element at a time, is exact to the last digits.
    x = np.asarray(x)
    dtype = x.dtype if np.issubdtype(x.dtype, np.floating) else np.dtype(float)
    return np.fromiter(map(function, x.ravel().tolist()), dtype, x.size).reshape(x.shape)


# Partial derivatives with more to them than one line holds. 1 - sigmoid(z) is written sigmoid(-z): the same
# number, also where the difference would cancel.


def _swish_to_x(out: Any, x: Any, beta: Any) -> Any:
    z = beta * x
    return sigmoid(z) + out * sigmoid(-z) * beta


def _gelu_tanh(x: Any) -> Any:
    # (1 + tanh(z / 2)) / 2 is sigmoid(z), which does not cancel to 0 on the left
    return x * sigmoid(SQRT_8_OVER_PI * (x + CUBIC * (x * x * x)))


def _gelu_tanh_to_x(out: Any, x: Any) -> Any:
    z = SQRT_8_OVER_PI * (x + CUBIC * (x * x * x))
    bend = out * sigmoid(-z)  # times x twice, and not times x * x, which overflows where this is 0
    return sigmoid(z) + SQRT_8_OVER_PI * (bend + 3.0 * CUBIC * (bend * x * x))


def _mish_to_x(out: Any, x: Any) -> Any:
    gate = tanh(softplus(x))
    return gate + x * sigmoid(x) * (1.0 - gate * gate)


SQRT_HALF = math.sqrt(0.5)
SQRT_8_OVER_PI = math.sqrt(8 / math.pi)
CUBIC = 0.044715  # Hendrycks and Gimpel's fit
# With these the mean 0 and the variance 1 are a stable fixed point (Klambauer and others, 2017, equation 14).
SELU_SCALE = 1.0507009873554805
SELU_SLOPE = SELU_SCALE * 1.6732632423543772  # scale * alpha: the slope at 0 from the left
SQRT_2PI = math.sqrt(2 * math.pi)
TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)

# The rows. ``out`` is the value of the operation, so that a partial derivative can be written by it.

add: Op = Op("add", "+", operator.add, np.add, (lambda out, x, y: 1.0, lambda out, x, y: 1.0))
sub: Op = Op("sub", "-", operator.sub, np.subtract, (lambda out, x, y: 1.0, lambda out, x, y: -1.0))
mul: Op = Op("mul", "*", operator.mul, np.multiply, (lambda out, x, y: y, lambda out, x, y: x))
div: Op = Op(
    "div", "/", operator.truediv, np.divide,
    (lambda out, x, y: 1.0 / y, lambda out, x, y: -out / y),
    domain="a divisor other than 0",
)  # fmt: skip
pow: Op = Op(
    "pow", "**", math.pow, np.power,
    (
        # x**0 is the constant 1, also at x = 0, where x**-1 is not to be asked for
        lambda out, x, y: y * where(equal(x, 0.0), where(equal(y, 0.0), 1.0, x), x) ** (y - 1.0),
        # 0**y is 0 for all y > 0, where log(0) is not to be asked for; below, it falls from infinity
        lambda out, x, y: out * log(where(equal(x, 0.0), where(y < 0.0, 0.0, 1.0), x)),
    ),
    domain="a base above 0, or a whole-number exponent (not below 0 where the base is 0); "
    "a Value as exponent needs a base of at least 0",
)  # fmt: skip
neg: Op = Op("neg", "-", operator.neg, np.negative, (lambda out, x: -1.0,))
sign: Op = Op("sign", "sign", _sign_float, np.sign, (lambda out, x: 0.0,))
abs: Op = Op("abs", "abs", operator.abs, np.abs, (lambda out, x: sign(x),))  # at 0: 0
exp: Op = Op("exp", "exp", math.exp, _of_floats(np.exp), (lambda out, x: out,))
expm1: Op = Op("expm1", "expm1", math.expm1, _of_floats(np.expm1), (lambda out, x: out + 1.0,))
log: Op = Op("log", "log", math.log, _of_floats(np.log), (lambda out, x: 1.0 / x,), domain="x > 0")
log1p: Op = Op(
    "log1p", "log1p", math.log1p, _of_floats(np.log1p), (lambda out, x: 1.0 / (1.0 + x),), domain="x > -1"
)  # fmt: skip
sqrt: Op = Op("sqrt", "sqrt", math.sqrt, _of_floats(np.sqrt), (lambda out, x: 0.5 / out,), domain="x >= 0")
sin: Op = Op("sin", "sin", math.sin, _of_floats(np.sin), (lambda out, x: cos(x),), domain="a finite angle")
cos: Op = Op("cos", "cos", math.cos, _of_floats(np.cos), (lambda out, x: -sin(x),), domain="a finite angle")
tan: Op = Op(
    "tan", "tan", math.tan, _of_floats(np.tan), (lambda out, x: 1.0 + out * out,), domain="a finite angle"
)  # fmt: skip
tanh: Op = Op("tanh", "tanh", math.tanh, _of_floats(np.tanh), (lambda out, x: 1.0 - out * out,))
sigmoid: Op = Op("sigmoid", "sigmoid", _sigmoid, _sigmoid_array, (lambda out, x: out * (1.0 - out),))
identity: Op = Op("identity", "identity", lambda x: x, lambda x: x.copy(), (lambda out, x: 1.0,))
relu: Op = Op(
    "relu", "relu", lambda x: where(x <= 0.0, 0.0, x), _relu_array,  # asked this way round, nan passes
    (lambda out, x: indicator(x > 0.0),),  # at 0: 0
)  # fmt: skip
leaky_relu: Op = Op(
    "leaky_relu", "leaky_relu",
    lambda x, slope: where(x > 0.0, x, slope * x),
    lambda x, slope: np.where(x > 0, x, slope * np.minimum(x, 0)),  # what is not chosen may not overflow
    (  # at 0: slope
        lambda out, x, slope: where(x > 0.0, 1.0, slope),
        lambda out, x, slope: where(x > 0.0, 0.0, x),
    ),
    defaults=(0.01,),
)  # fmt: skip
prelu: Op = Op(  # leaky_relu with a slope that is no constant: it has no default, it is learned
    "prelu", "prelu", leaky_relu.on_float, leaky_relu.on_array, leaky_relu.partials
)
elu: Op = Op(
    "elu", "elu", lambda x, alpha: where(x > 0.0, x, alpha * expm1(where(x > 0.0, 0.0, x))),
    lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    (  # at 0: alpha, and the second derivative is 0
        lambda out, x, alpha: where(x > 0.0, 1.0, alpha * exp(where(x < 0.0, x, 0.0))),
        lambda out, x, alpha: expm1(where(x > 0.0, 0.0, x)),
    ),
    defaults=(1.0,),
)  # fmt: skip
selu: Op = Op(
    "selu", "selu",
    lambda x: where(x > 0.0, SELU_SCALE * x, SELU_SLOPE * expm1(where(x > 0.0, 0.0, x))),
    lambda x: np.where(x > 0, SELU_SCALE * x, SELU_SLOPE * np.expm1(np.minimum(x, 0))),
    # at 0: slope, and the second derivative is 0
    (lambda out, x: where(x > 0.0, SELU_SCALE, SELU_SLOPE * exp(where(x < 0.0, x, 0.0))),),
)  # fmt: skip
softplus: Op = Op(
    "softplus", "softplus",
    lambda x: where(x > 0.0, x, 0.0) + log1p(exp(-abs(x))), lambda x: np.logaddexp(floating(x), 0),
    (lambda out, x: sigmoid(x),),
)  # fmt: skip
silu: Op = Op(
    "silu", "silu", lambda x: x * sigmoid(x), lambda x: x * _sigmoid_array(x),
    (lambda out, x: sigmoid(x) + out * (1.0 - sigmoid(x)),),
)  # fmt: skip
swish: Op = Op(
    "swish", "swish",
    lambda x, beta: x * sigmoid(beta * x), quietly(lambda x, beta: x * _sigmoid_array(beta * x)),
    (quietly(_swish_to_x), quietly(lambda out, x, beta: out * (x * sigmoid(-beta * x)))),
    defaults=(1.0,),
)  # fmt: skip
mish: Op = Op(
    "mish", "mish",
    lambda x: x * tanh(softplus(x)), lambda x: x * np.tanh(np.logaddexp(floating(x), 0)),
    (_mish_to_x,),
)  # fmt: skip
erf: Op = Op(
    "erf", "erf", math.erf, lambda x: _on_elements(math.erf, x),
    (quietly(lambda out, x: TWO_OVER_SQRT_PI * exp(-x * x)),),
)  # fmt: skip
erfc: Op = Op(  # 1 - erf(x), also where that would cancel
    "erfc", "erfc", math.erfc, lambda x: _on_elements(math.erfc, x),
    (quietly(lambda out, x: -TWO_OVER_SQRT_PI * exp(-x * x)),),
)  # fmt: skip
gelu: Op = Op(
    "gelu", "gelu",
    lambda x: 0.5 * x * erfc(-x * SQRT_HALF),
    lambda x: 0.5 * x * _on_elements(math.erfc, x * -SQRT_HALF),
    (quietly(lambda out, x: 0.5 * erfc(-x * SQRT_HALF) + x * exp(-0.5 * x * x) / SQRT_2PI),),
)  # fmt: skip
gelu_tanh: Op = Op(
    "gelu_tanh", "gelu_tanh", _gelu_tanh, quietly(lambda x: _gelu_tanh(floating(x))),
    (quietly(_gelu_tanh_to_x),),
)  # fmt: skip
maximum: Op = Op(  # where neither is larger nor equal one is nan, and so is their sum
    "maximum", "max", lambda x, y: where(x > y, x, where(x <= y, y, x + y)), np.maximum,
    (  # at a tie: one half each
        lambda out, x, y: where(x > y, 1.0, where(equal(x, y), 0.5, 0.0)),
        lambda out, x, y: where(y > x, 1.0, where(equal(x, y), 0.5, 0.0)),
    ),
)  # fmt: skip
minimum: Op = Op(
    "minimum", "min", lambda x, y: where(x < y, x, where(x >= y, y, x + y)), np.minimum,
    (  # at a tie: one half each
        lambda out, x, y: where(x < y, 1.0, where(equal(x, y), 0.5, 0.0)),
        lambda out, x, y: where(y < x, 1.0, where(equal(x, y), 0.5, 0.0)),
    ),
)  # fmt: skip
hardtanh: Op = Op(
    "hardtanh", "hardtanh", lambda x, low, high: minimum(maximum(x, low), high), np.clip,
    (  # at low and at high: 0, and the whole goes to the bound
        lambda out, x, low, high: where(x > low, indicator(x < high), 0.0),
        lambda out, x, low, high: where(x > low, 0.0, indicator(low < high)),
        lambda out, x, low, high: indicator(maximum(x, low) >= high),
    ),
    defaults=(-1.0, 1.0),
)  # fmt: skip

ELEMENTWISE: dict[str, Op] = {
    row.name: row
    for row in (
        add, sub, mul, div, pow, neg, abs, sign, exp, expm1, log, log1p, sqrt, sin, cos, tan, tanh, sigmoid,
        identity, relu, leaky_relu, prelu, elu, selu, softplus, silu, swish, mish, gelu, gelu_tanh, hardtanh,
        erf, erfc, maximum, minimum,
    )
}  # fmt: skip

# The operators of Python that are rows, with the name of the method behind each.
OPERATORS = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "div": "truediv",
    "pow": "pow",
    "neg": "neg",
    "abs": "abs",
}


# Rows on any number of Values. The operands of ``dot`` are all the weights, and then all the inputs.


def _dot_float(*both: float) -> float:
    half = len(both) // 2
    return sum(map(operator.mul, both[:half], both[half:]))


def _dot_partials(out: Any, *both: Any) -> tuple[Any, ...]:
    half = len(both) // 2
    return both[half:] + both[:half]


def _logsumexp_float(*xs: float) -> float:
    largest = max(xs)
    if math.isinf(largest):  # Python's max may have passed over a nan
        return next((x for x in xs if x != x), largest)
    return largest + math.log(math.fsum(math.exp(x - largest) for x in xs))


def _logsumexp_partials(out: Any, *xs: Any) -> tuple[Any, ...]:
    if type(out) is float and out == -math.inf:  # all of them are
        return (0.0,) * len(xs)
    return tuple(exp(x - out) for x in xs)


def _largest_partials(out: Any, *xs: Any) -> tuple[Any, ...]:
    """1 to the operand that is the result; several that are share it equally, as of a Tensor's max."""
    chosen = [where(equal(x, out), 1.0, 0.0) for x in xs]
    count = chosen[0]
    for each in chosen[1:]:
        count = count + each
    return tuple(each / count for each in chosen)


def _nan_or(choose: Callable[..., float], xs: tuple[float, ...]) -> float:
    return math.nan if any(x != x for x in xs) else choose(xs)


sum_of = NaryOp("sum", "sum", lambda *xs: sum(xs), lambda out, *xs: (1.0,) * len(xs))
dot_of = NaryOp("dot", "dot", _dot_float, _dot_partials)
logsumexp_of = NaryOp("logsumexp", "logsumexp", _logsumexp_float, _logsumexp_partials)

max_of = NaryOp("max", "max", lambda *xs: _nan_or(max, xs), _largest_partials)
min_of = NaryOp("min", "min", lambda *xs: _nan_or(min, xs), _largest_partials)

# The largest as a constant. A softmax takes it off all numbers and does not depend on it: the gradient that
# would go this way is 0, made of rounding errors.
largest_of = NaryOp("largest", "max", max_of.on_float, lambda out, *xs: (0.0,) * len(xs))

NARY: dict[str, NaryOp] = {
    row.name: row for row in (sum_of, dot_of, logsumexp_of, max_of, min_of, largest_of)
}
