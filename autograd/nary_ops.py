"""Rows on any number of Values: a sum, a dot product, the largest."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .checks import function, text
from .kinds import equal, where
from .ops import exp
from .rows import Draw, Row, numbers


@dataclass(frozen=True, eq=False, repr=False)
class NaryOp(Row):
    """An operation on any number of Values that makes one node: a sum, a dot product.

    ``partials`` gives all the partial derivatives at once, as a tuple. ``examples`` is as in
    :class:`ArrayOp`; the default is four numbers.
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
            object.__setattr__(self, "examples", (numbers(4),))


# The operands of ``dot`` are all the weights, followed by all the inputs.


def _dot_float(*both: float) -> float:
    half = len(both) // 2
    return sum(map(operator.mul, both[:half], both[half:]))


def _dot_partials(out: Any, *both: Any) -> tuple[Any, ...]:
    half = len(both) // 2
    return both[half:] + both[:half]


def _logsumexp_float(*xs: float) -> float:
    largest = max(xs)
    if math.isinf(largest):  # Python's max may have skipped a nan
        return next((x for x in xs if x != x), largest)
    return largest + math.log(math.fsum(math.exp(x - largest) for x in xs))


def _logsumexp_partials(out: Any, *xs: Any) -> tuple[Any, ...]:
    if type(out) is float and out == -math.inf:  # all of them are
        return (0.0,) * len(xs)
    return tuple(exp(x - out) for x in xs)


def _largest_partials(out: Any, *xs: Any) -> tuple[Any, ...]:
    """Give 1 to the operand that is the result; operands that tie share it equally, as in a Tensor's max."""
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

# The largest as a constant. A softmax subtracts it from all numbers and does not depend on it: its gradient
# would be 0, plus rounding errors.
largest_of = NaryOp("largest", "max", max_of.on_float, lambda out, *xs: (0.0,) * len(xs))

NARY: dict[str, NaryOp] = {
    row.name: row for row in (sum_of, dot_of, logsumexp_of, max_of, min_of, largest_of)
}
