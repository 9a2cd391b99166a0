"""Rows: an operation with its name, its symbol, its value and its partial derivatives.

There are three sorts: :class:`~autograd.Op` on numbers, element by element (:mod:`autograd.ops`),
:class:`NaryOp` on any number of Values, and :class:`ArrayOp` on whole arrays.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

from .checks import TooLarge, is_huge, shown, text, wrong

ROWS: dict[tuple[str, str, str], Any] = {}
"""Every row there is, by module, kind and name: ``("autograd.ops", "Op", "tanh")``."""

CONSTRUCTORS = ("__init__", "__post_init__", "elementwise")
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
        tuple_of(callable, self.examples, "examples", kind, "functions of draw")

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


def tuple_of(kind: Callable[[Any], bool], given: Any, name: str, caller: str, expected: str) -> None:
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


def numbers(count: int) -> Callable[[Draw], Any]:
    """An example of ``count`` single numbers, without settings."""
    return lambda draw: (tuple(draw() for _ in range(count)), {})


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
