"""The table: one row per operation, and the only place where calculus is written.

A row holds an operation's value on floats and on arrays, and its partial derivatives, one per operand, each
written once as ordinary Python over ``(out, *operands)``. A partial derivative runs on five kinds of number:
floats (:class:`~autograd.Value`), arrays (:class:`~autograd.Tensor`), Values and Tensors (for derivatives of
derivatives), and symbols (printed formulas and generated source). So it uses only arithmetic, comparisons,
rows, and the functions of :mod:`autograd.kinds`, which take all of them.

Here are the ten rows to read first; :mod:`autograd.elementary` and :mod:`autograd.activations` have the
others. Where there is no derivative (``relu`` at 0), the row follows PyTorch's convention and says so.
"""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .checks import flag, function, text, wrong
from .kinds import equal, indicator, is_number, method_of, of_floats, where
from .rows import Draw, Row, explain, numbers, tuple_of

ELEMENTWISE: dict[str, Op] = {}
"""The table: every elementwise row, by name."""


@dataclass(frozen=True, eq=False, repr=False)
class Op(Row):
    """One elementwise operation: a row of the table, and the function that people call.

    ``name``      its method on Value and Tensor, and its function in the package
    ``symbol``    how it is drawn and printed
    ``on_float``  its value on Python floats; raises where it is undefined
    ``on_array``  its value on NumPy arrays; like NumPy, it passes inf and nan on
    ``partials``  the partial derivative to each operand, as a function of ``(out, *operands)``
    ``domain``    what the operands must satisfy, for the error message
    ``defaults``  values of trailing operands that may be left out
    ``examples``  as in :class:`ArrayOp`; by default a number for each operand

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
    examples: tuple[Callable[[Draw], Any], ...] = ()  # default: one number for each operand
    is_defined: bool = False  # by a user: its result is checked, and its name may be redefined

    def _check(self, kind: str) -> None:
        super()._check(kind)
        function(self.on_float, "on_float", kind, "the operands")
        function(self.on_array, "on_array", kind, "the operands")
        tuple_of(callable, self.partials, "partials", kind, "functions, one for each operand")
        text(self.domain, "domain", kind)
        tuple_of(lambda each: type(each) is float, self.defaults, "defaults", kind, "floats")
        flag(self.is_defined, "is_defined", kind)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.examples:
            object.__setattr__(self, "examples", (numbers(len(self.partials)),))

    def __call__(self, *operands: Any, **named: Any) -> Any:
        """Compute the operation on Values, Tensors, symbols, NumPy arrays or plain numbers."""
        if named or len(operands) != len(self.partials):
            operands = self.complete(operands, named)
        for operand in operands:
            apply = method_of(operand, "_apply")
            if apply is not None:
                return apply(self, *operands)
        for operand in operands:
            if type(operand) is not float and not is_number(operand):
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
        """Put all operands in order: given by position, by name, or by default; else raise a TypeError."""
        names = self.operands
        given = dict(zip(names[len(names) - len(self.defaults) :], self.defaults))
        given |= named | dict(zip(names, operands))
        if len(operands) > len(names) or set(given) != set(names) or set(named) & set(names[: len(operands)]):
            got = ", ".join([str(len(operands)), *named])
            raise TypeError(f"{self.name} takes the operand(s) {', '.join(names)}, but got {got}")
        return tuple(given[name] for name in names)


def no_value(*operands: Any) -> Any:
    """Stand in for the value of leaves and constants, which nothing computes."""
    raise TypeError("a leaf is given, not computed")


LEAF = Op("leaf", "", no_value, no_value, ())
CONSTANT = Op("constant", "", no_value, no_value, ())


def elementwise(*fields: Any, **named: Any) -> Op:
    """Make a row and add it to the table: a method of Value and Tensor, a function of the package."""
    op = Op(*fields, **named)
    ELEMENTWISE[op.name] = op
    return op


def _relu_array(x: Any) -> Any:
    # NumPy's maximum takes two thirds of the time with an array of zeros that it takes with the number 0.
    return np.maximum(x, np.zeros(x.shape[-1:], x.dtype))


# The rows. ``out`` is the value of the operation, for use in the partial derivatives.

add = elementwise("add", "+", operator.add, np.add, (lambda out, x, y: 1.0, lambda out, x, y: 1.0))
sub = elementwise("sub", "-", operator.sub, np.subtract, (lambda out, x, y: 1.0, lambda out, x, y: -1.0))
mul = elementwise("mul", "*", operator.mul, np.multiply, (lambda out, x, y: y, lambda out, x, y: x))
div = elementwise(
    "div", "/", operator.truediv, np.divide,
    (lambda out, x, y: 1.0 / y, lambda out, x, y: -out / y),
    domain="a divisor other than 0",
)  # fmt: skip
pow = elementwise(
    "pow", "**", math.pow, np.power,
    (
        # x**0 is the constant 1, even at x = 0, where x**-1 must not be computed
        lambda out, x, y: y * where(equal(x, 0.0), where(equal(y, 0.0), 1.0, x), x) ** (y - 1.0),
        # 0**y is 0 for all y > 0, where log(0) must not be computed; for y < 0, it falls from infinity
        lambda out, x, y: out * log(where(equal(x, 0.0), where(y < 0.0, 0.0, 1.0), x)),
    ),
    domain="a base above 0, or a whole-number exponent (not below 0 where the base is 0); "
    "a Value as exponent needs a base of at least 0",
)  # fmt: skip
neg = elementwise("neg", "-", operator.neg, np.negative, (lambda out, x: -1.0,))
exp = elementwise("exp", "exp", math.exp, of_floats(np.exp), (lambda out, x: out,))
log: Op = elementwise("log", "log", math.log, of_floats(np.log), (lambda out, x: 1.0 / x,), domain="x > 0")
tanh = elementwise("tanh", "tanh", math.tanh, of_floats(np.tanh), (lambda out, x: 1.0 - out * out,))
relu = elementwise(
    "relu", "relu", lambda x: where(x <= 0.0, 0.0, x), _relu_array,  # with this comparison, nan passes
    (lambda out, x: indicator(x > 0.0),),  # at 0: 0
)  # fmt: skip

# The rows that are Python's operators, with the name of the method behind each.
OPERATORS = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "div": "truediv",
    "pow": "pow",
    "neg": "neg",
    "abs": "abs",
}
