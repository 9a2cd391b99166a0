"""Rows: an operation with its name, its symbol, its value and its partial derivatives.

There are three kinds: :class:`~autograd.Op` on numbers, element by element (:mod:`autograd.ops`),
:class:`NaryOp` on any number of Values, and :class:`ArrayOp` on whole arrays.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

from .checks import TooLarge, is_huge, shown, text, wrong

ROWS: dict[tuple[str, str, str], Any] = {}
"""All rows, by module, kind and name: ``("autograd.ops", "Op", "tanh")``."""

CONSTRUCTORS = ("__init__", "__post_init__", "elementwise")
Draw = Callable[..., Any]
"""``draw(*shape)`` gives the numbers to try a row with, as an array."""


class Row:
    """The base of all rows: a name, examples of operands, and a place in the registry :data:`ROWS`.

    There is one row of each kind and name in a module; the copy of a graph shares it.
    """

    name: str
    symbol: str
    examples: tuple[Callable[..., Any], ...]
    _place: tuple[str, str, str]

    def _check(self, kind: str) -> None:
        """Check the types of the fields."""
        text(self.name, "name", kind)
        text(self.symbol, "symbol", kind)
        tuple_of(callable, self.examples, "examples", kind, "functions of draw")

    def __post_init__(self) -> None:
        self._check(type(self).__name__)
        place = (_module_that_asks(), type(self).__name__, self.name)
        object.__setattr__(self, "_place", place)
        ROWS[place] = self

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __deepcopy__(self, memo: Any) -> Row:
        return self  # even if another row has its name by now

    def __reduce__(self) -> Any:
        module, kind, name = self._place
        if ROWS[self._place] is not self:
            raise TypeError(
                f"pickle: {self!r} is no longer the row {name} of {module}; rename one of the two"
            )
        return _row, self._place


def tuple_of(kind: Callable[[Any], bool], given: Any, name: str, caller: str, expected: str) -> None:
    """Raise an error for anything but a tuple whose members are all of the kind."""
    if not isinstance(given, tuple) or not all(map(kind, given)):
        raise wrong(given, name, caller, f"a tuple of {expected}")


def _row(module: str, kind: str, name: str) -> Any:
    """Return the row in that place, to unpickle it."""
    if (module, kind, name) not in ROWS:
        raise ValueError(
            f"pickle: there is no operation {name}; define it in {module}, or import what defines it, first"
        )
    return ROWS[module, kind, name]


def _module_that_asks() -> str:
    """Return the module that makes a row: the first above the constructor and dataclasses.replace."""
    frame: Any = sys._getframe(2)
    while frame.f_code.co_name in CONSTRUCTORS or frame.f_globals.get("__name__") == "dataclasses":
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))


def numbers(count: int) -> Callable[[Draw], Any]:
    """Make an example of ``count`` single numbers, without settings."""
    return lambda draw: (tuple(draw() for _ in range(count)), {})


def explain(op: Any, error: Exception, operands: tuple[Any, ...], derivative: bool = False) -> Exception:
    """Make an error of the same kind that names the operation, what came in, and what was expected."""
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
    """Give the error the operation's name as ``operation`` and, in a backward pass, its ``node``."""
    error.__dict__.update(operation=op.name, node=node)
    return error
