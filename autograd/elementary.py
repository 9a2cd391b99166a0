"""More elementwise rows: the elementary functions that NumPy has, and rounding.

They are rows like those of :mod:`autograd.ops`, and stand in the same table.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .ops import ELEMENTWISE, Op, _of_floats, abs, equal, indicator, maximum, minimum, sign, sqrt, where

LOG_2, LOG_10 = math.log(2.0), math.log(10.0)
WHOLE = 2.0**52  # from here on every float is a whole number, and up to twice this the next one is 1 away


# Rounding, in arithmetic alone: adding WHOLE leaves no room for a fraction, and rounds it as all sums are
# rounded, a half to the even neighbour.


def _round(x: Any) -> Any:
    return where(abs(x) < WHOLE, sign(x) * (abs(x) + WHOLE - WHOLE), x)


def _floor(x: Any) -> Any:
    nearest = round(x)
    return where(nearest > x, nearest - 1.0, nearest)


def _ceil(x: Any) -> Any:
    nearest = round(x)
    return where(nearest < x, nearest + 1.0, nearest)


# Arcs, by the distance ``hypot`` of a point from the origin: no square overflows or vanishes.


def _of_two(ufunc: Any) -> Any:
    """NumPy's function of two operands, with integers taken as float64."""

    def on_array(x: Any, y: Any) -> Any:
        common = np.result_type(x, y)
        return ufunc(x, y, dtype=common if common.kind == "f" else float)

    return on_array


def _over(side: Any, distance: Any, power: int) -> Any:
    """``side`` / ``distance``**power; where both are 0, it is 0, and so are its own derivatives."""
    divisor = where(equal(distance, 0.0), 1.0, distance)
    for _ in range(power):
        side = side / divisor
    return where(equal(distance, 0.0), 0.0, side)


square: Op = Op("square", "square", lambda x: x * x, np.square, (lambda out, x: 2.0 * x,))
exp2: Op = Op("exp2", "exp2", lambda x: 2.0**x, _of_floats(np.exp2), (lambda out, x: LOG_2 * out,))
log2: Op = Op(
    "log2", "log2", math.log2, _of_floats(np.log2), (lambda out, x: 1.0 / (LOG_2 * x),), domain="x > 0"
)  # fmt: skip
log10: Op = Op(
    "log10", "log10", math.log10, _of_floats(np.log10), (lambda out, x: 1.0 / (LOG_10 * x),), domain="x > 0"
)  # fmt: skip
sinh: Op = Op("sinh", "sinh", math.sinh, _of_floats(np.sinh), (lambda out, x: cosh(x),))
cosh: Op = Op("cosh", "cosh", math.cosh, _of_floats(np.cosh), (lambda out, x: sinh(x),))
arcsin: Op = Op(
    "arcsin", "arcsin", math.asin, _of_floats(np.arcsin),
    (lambda out, x: 1.0 / sqrt((1.0 - x) * (1.0 + x)),),  # and not of 1 - x * x, which cancels near 1
    domain="-1 <= x <= 1",
)  # fmt: skip
arccos: Op = Op(
    "arccos", "arccos", math.acos, _of_floats(np.arccos),
    (lambda out, x: -1.0 / sqrt((1.0 - x) * (1.0 + x)),),
    domain="-1 <= x <= 1",
)  # fmt: skip
arctan: Op = Op(
    "arctan", "arctan", math.atan, _of_floats(np.arctan),
    (lambda out, x: 1.0 / hypot(1.0, x) / hypot(1.0, x),),
)  # fmt: skip
hypot: Op = Op(  # at (0, 0): 0
    "hypot", "hypot", math.hypot, _of_two(np.hypot),
    (lambda out, x, y: _over(x, out, 1), lambda out, x, y: _over(y, out, 1)),
)  # fmt: skip
arctan2: Op = Op(  # the angle of the point (x, y); at (0, 0), where it has none: 0
    "arctan2", "arctan2", math.atan2, _of_two(np.arctan2),
    (
        lambda out, y, x: _over(x, hypot(x, y), 2),
        lambda out, y, x: -_over(y, hypot(x, y), 2),
    ),
)  # fmt: skip
floor: Op = Op("floor", "floor", _floor, _of_floats(np.floor), (lambda out, x: 0.0,))  # also where it jumps
ceil: Op = Op("ceil", "ceil", _ceil, _of_floats(np.ceil), (lambda out, x: 0.0,))
round: Op = Op("round", "round", _round, _of_floats(np.rint), (lambda out, x: 0.0,))  # a half to the even one
clip: Op = Op(
    "clip", "clip", lambda x, low, high: minimum(maximum(x, low), high), np.clip,
    (  # at low and at high: 1, and nothing goes to the bound; hardtanh has 0 there
        lambda out, x, low, high: where(x >= low, indicator(x <= high), 0.0),
        lambda out, x, low, high: where(x < low, indicator(low < high), 0.0),
        lambda out, x, low, high: where(x > high, 1.0, indicator(high < low)),
    ),
)  # fmt: skip

ELEMENTWISE.update(
    (row.name, row)
    for row in (
        square, exp2, log2, log10, sinh, cosh, arcsin, arccos, arctan, hypot, arctan2, floor, ceil, round,
        clip,
    )
)  # fmt: skip
