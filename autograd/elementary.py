"""The elementary functions: signs, roots, angles, error functions, rounding.

They are rows like those of :mod:`autograd.ops`, in the same table.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .kinds import equal, indicator, of_floats, quietly, where
from .ops import Op, elementwise, exp

TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)
LOG_2, LOG_10 = math.log(2.0), math.log(10.0)
WHOLE = 2.0**52  # from here on every float is a whole number, and up to twice this they are 1 apart


# Rounding with arithmetic only: adding WHOLE leaves no room for a fraction, so the sum is rounded, halves to
# the even neighbour.


def _round(x: Any) -> Any:
    return where(abs(x) < WHOLE, sign(x) * (abs(x) + WHOLE - WHOLE), x)


def _floor(x: Any) -> Any:
    nearest = round(x)
    return where(nearest > x, nearest - 1.0, nearest)


def _ceil(x: Any) -> Any:
    nearest = round(x)
    return where(nearest < x, nearest + 1.0, nearest)


# Inverse tangents, from the distance ``hypot`` of a point to the origin: no square overflows or vanishes.


def _of_two(ufunc: Any) -> Any:
    """Wrap NumPy's function of two operands to take integers as float64."""

    def on_array(x: Any, y: Any) -> Any:
        common = np.result_type(x, y)
        return ufunc(x, y, dtype=common if common.kind == "f" else float)

    return on_array


def _over(side: Any, distance: Any, power: int) -> Any:
    """Return ``side`` / ``distance``**power; where both are 0, it is 0, and so are its own derivatives."""
    divisor = where(equal(distance, 0.0), 1.0, distance)
    for _ in range(power):
        side = side / divisor
    return where(equal(distance, 0.0), 0.0, side)


def _sign_float(x: float) -> float:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x + 0.0  # nan passes; -0.0 is 0.0


def on_elements(function: Callable[[float], float], x: Any) -> Any:
    """Apply a function of floats to each element; NumPy has no erf, and the C library's is exact."""
    x = np.asarray(x)
    dtype = x.dtype if np.issubdtype(x.dtype, np.floating) else np.dtype(float)
    return np.fromiter(map(function, x.ravel().tolist()), dtype, x.size).reshape(x.shape)


# At a tie, maximum and minimum give one half to each operand.

sign = elementwise("sign", "sign", _sign_float, np.sign, (lambda out, x: 0.0,))
abs = elementwise("abs", "abs", operator.abs, np.abs, (lambda out, x: sign(x),))  # at 0: 0
expm1 = elementwise("expm1", "expm1", math.expm1, of_floats(np.expm1), (lambda out, x: out + 1.0,))
log1p = elementwise(
    "log1p", "log1p", math.log1p, of_floats(np.log1p), (lambda out, x: 1.0 / (1.0 + x),), domain="x > -1"
)  # fmt: skip
sqrt = elementwise(
    "sqrt", "sqrt", math.sqrt, of_floats(np.sqrt), (lambda out, x: 0.5 / out,), domain="x >= 0"
)
sin = elementwise(
    "sin", "sin", math.sin, of_floats(np.sin), (lambda out, x: cos(x),), domain="a finite angle"
)
cos: Op = elementwise(
    "cos", "cos", math.cos, of_floats(np.cos), (lambda out, x: -sin(x),), domain="a finite angle"
)
tan = elementwise(
    "tan", "tan", math.tan, of_floats(np.tan), (lambda out, x: 1.0 + out * out,), domain="a finite angle"
)  # fmt: skip
erf = elementwise(
    "erf", "erf", math.erf, lambda x: on_elements(math.erf, x),
    (quietly(lambda out, x: TWO_OVER_SQRT_PI * exp(-x * x)),),
)  # fmt: skip
erfc = elementwise(  # 1 - erf(x), without cancellation
    "erfc", "erfc", math.erfc, lambda x: on_elements(math.erfc, x),
    (quietly(lambda out, x: -TWO_OVER_SQRT_PI * exp(-x * x)),),
)  # fmt: skip
maximum = elementwise(  # if neither is larger and they are not equal, one is nan, and so is their sum
    "maximum", "max", lambda x, y: where(x > y, x, where(x <= y, y, x + y)), np.maximum,
    (  # at a tie: one half each
        lambda out, x, y: where(x > y, 1.0, where(equal(x, y), 0.5, 0.0)),
        lambda out, x, y: where(y > x, 1.0, where(equal(x, y), 0.5, 0.0)),
    ),
)  # fmt: skip
minimum = elementwise(
    "minimum", "min", lambda x, y: where(x < y, x, where(x >= y, y, x + y)), np.minimum,
    (  # at a tie: one half each
        lambda out, x, y: where(x < y, 1.0, where(equal(x, y), 0.5, 0.0)),
        lambda out, x, y: where(y < x, 1.0, where(equal(x, y), 0.5, 0.0)),
    ),
)  # fmt: skip
square = elementwise("square", "square", lambda x: x * x, np.square, (lambda out, x: 2.0 * x,))
exp2 = elementwise("exp2", "exp2", lambda x: 2.0**x, of_floats(np.exp2), (lambda out, x: LOG_2 * out,))
log2 = elementwise(
    "log2", "log2", math.log2, of_floats(np.log2), (lambda out, x: 1.0 / (LOG_2 * x),), domain="x > 0"
)  # fmt: skip
log10 = elementwise(
    "log10", "log10", math.log10, of_floats(np.log10), (lambda out, x: 1.0 / (LOG_10 * x),), domain="x > 0"
)  # fmt: skip
sinh = elementwise("sinh", "sinh", math.sinh, of_floats(np.sinh), (lambda out, x: cosh(x),))
cosh: Op = elementwise("cosh", "cosh", math.cosh, of_floats(np.cosh), (lambda out, x: sinh(x),))
arcsin = elementwise(
    "arcsin", "arcsin", math.asin, of_floats(np.arcsin),
    (lambda out, x: 1.0 / sqrt((1.0 - x) * (1.0 + x)),),  # not 1 - x * x, which cancels near 1
    domain="-1 <= x <= 1",
)  # fmt: skip
arccos = elementwise(
    "arccos", "arccos", math.acos, of_floats(np.arccos),
    (lambda out, x: -1.0 / sqrt((1.0 - x) * (1.0 + x)),),
    domain="-1 <= x <= 1",
)  # fmt: skip
arctan = elementwise(
    "arctan", "arctan", math.atan, of_floats(np.arctan),
    (lambda out, x: 1.0 / hypot(1.0, x) / hypot(1.0, x),),
)  # fmt: skip
hypot: Op = elementwise(  # at (0, 0): 0
    "hypot", "hypot", math.hypot, _of_two(np.hypot),
    (lambda out, x, y: _over(x, out, 1), lambda out, x, y: _over(y, out, 1)),
)  # fmt: skip
arctan2 = elementwise(  # the angle of the point (x, y); at (0, 0), where there is none: 0
    "arctan2", "arctan2", math.atan2, _of_two(np.arctan2),
    (
        lambda out, y, x: _over(x, hypot(x, y), 2),
        lambda out, y, x: -_over(y, hypot(x, y), 2),
    ),
)  # fmt: skip
floor = elementwise("floor", "floor", _floor, of_floats(np.floor), (lambda out, x: 0.0,))  # at the jumps too
ceil = elementwise("ceil", "ceil", _ceil, of_floats(np.ceil), (lambda out, x: 0.0,))
round = elementwise(
    "round", "round", _round, of_floats(np.rint), (lambda out, x: 0.0,)
)  # a half to the even one
clip = elementwise(
    "clip", "clip", lambda x, low, high: minimum(maximum(x, low), high), np.clip,
    (  # at low and at high: 1, and no gradient goes to the bound; hardtanh has 0 there
        lambda out, x, low, high: where(x >= low, indicator(x <= high), 0.0),
        lambda out, x, low, high: where(x < low, indicator(low < high), 0.0),
        lambda out, x, low, high: where(x > high, 1.0, indicator(high < low)),
    ),
)  # fmt: skip
