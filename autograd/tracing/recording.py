"""Recording: run a function once on Values, and record the graph as Code.

A branch, ``float()``, ``int()`` or a comparison on a traced number raises an error that names the line: its
answer would silently freeze into the code, although it may differ at the next call.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import choice_ops, engine, modes, ops
from ..checks import listed, shown
from ..choice_ops import CHOICES
from ..float_node import as_float
from ..naming import name_of
from ..ops import CONSTANT, LEAF
from ..value import Value, constant, nary
from .choices import choose
from .code import ARGUMENT, PARAMETER, Builder, Code, uncollected

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class TraceError(TypeError):
    """An error that says what cannot be traced, where it is in the function, and what to do."""


class Argument(Value):
    """A traced number: a Value that stands for any number passed to the program."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (int, float, Value)) and other is not self and modes.recorder() is not None:
            raise frozen("==")
        return self is other or NotImplemented

    __hash__ = Value.__hash__

    def __index__(self) -> int:
        raise frozen("an index or a length")


class Whole(Argument):
    """A traced whole number, which may also select, in :func:`autograd.take`."""

    __slots__ = ()

    def _take(self, rows: Any) -> Any:
        """Return the selecting nodes of :func:`autograd.take` for a list and this index."""
        if not isinstance(rows, (list, tuple)) or not rows:
            raise TraceError(f"take: got {rows!r}; expected a list that is not empty{_at()}")
        if not 0 <= self.data < len(rows):
            raise IndexError(
                f"take: a traced index of {self.data:.0f}, but there are {len(rows)} rows{_at()}"
            )
        if all(isinstance(row, (list, tuple)) for row in rows):
            if len({len(row) for row in rows}) > 1:
                raise TraceError(f"take: the rows of the list are of different lengths{_at()}")
            return [self._take(list(column)) for column in zip(*rows)]
        return nary(choice_ops.select, [self, *rows])


class Condition:
    """A comparison of traced numbers, for ``where``: it may be true at one call and false at the next."""

    __slots__ = ("row", "left", "right", "relation")
    __array_ufunc__ = None

    def __init__(self, row: ops.Op, left: Any, right: Any, relation: str) -> None:
        self.row, self.left, self.right, self.relation = row, left, right, relation

    def __repr__(self) -> str:
        left, right = (self.left, self.right)[:: -1 if ">" in self.relation else 1]
        return f"<the traced condition {name_of(left)} {self.relation} {name_of(right)}>"

    def __bool__(self) -> bool:
        raise frozen(f"a branch on {self.relation} (max, min and sorted make one, too)")

    def _as_number(self, *others: Any) -> Any:
        raise TraceError(
            f"trace: the condition {self.relation} is used as a number{_at()}; "
            "autograd.where(condition, 1.0, 0.0) is one"
        )

    __float__ = __int__ = __index__ = __neg__ = __add__ = __radd__ = __sub__ = __rsub__ = _as_number
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = _as_number
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __invert__ = _as_number

    @staticmethod
    def _where(condition: Any, x: Any, y: Any) -> Any:
        if not isinstance(condition, Condition):
            raise TraceError(
                f"where: got {condition!r} for the condition; expected a comparison such as x > 0"
            )
        if x is y:
            return x
        return Value._apply(condition.row, condition.left, condition.right, x, y)


class Recorder:
    """The hooks that Values call during a trace, to read a number or make a comparison."""

    def read(self, node: Value, what: str) -> None:
        """Refuse to read a traced number."""
        if node.op is not CONSTANT:
            raise frozen(what)

    def compare(self, node: Value, relation: str, other: Any) -> Any:
        """Return a comparison as a Condition, or as a bool if both sides are constants."""
        other = other if isinstance(other, Value) else constant(other, relation)
        written = relation
        if node.op is CONSTANT and other.op is CONSTANT:
            a, b = node.data, other.data
            return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b}[relation]
        if relation in (">", ">="):
            node, other, relation = other, node, relation.replace(">", "<")
        row = {"<": choice_ops.less, "<=": choice_ops.less_equal, "==": choice_ops.equal}[relation]
        return Condition(row, node, other, written)


def frozen(what: str) -> TraceError:
    """Return the error for a number of one run that would be frozen into the program."""
    return TraceError(
        f"trace: {what} on a traced number{_at()}. Its answer would be frozen into the program, but may "
        "differ at the next call. Use autograd.where(condition, x, y), maximum, minimum or abs for a choice, "
        "and autograd.take(rows, index) to select; for what never changes, name the argument in "
        "traced(fn, static=...), or use a plain number from outside the function"
    )


def _at() -> str:
    """Return the current place in the traced function: the innermost line outside this package."""
    frame = sys._getframe(1)
    while frame is not None and os.path.abspath(frame.f_code.co_filename).startswith(PACKAGE):
        frame = frame.f_back  # type: ignore[assignment]
    while frame is not None and frame.f_code.co_filename.startswith("<autograd row"):
        frame = frame.f_back  # type: ignore[assignment]
    if frame is None:
        return ""
    return f" in {frame.f_code.co_filename}, line {frame.f_lineno} ({frame.f_code.co_name})"


@dataclass(frozen=True)
class Leaf:
    """One number among the arguments: its name in the source, and whether it is a whole number."""

    name: str
    whole: bool = False


@dataclass(frozen=True)
class Signature:
    """The arguments of a traced function: their names, each one's tree of Leaf, and all leaves."""

    function: str
    names: tuple[str, ...]
    trees: tuple[Any, ...]
    leaves: tuple[Leaf, ...] = field(repr=False)

    def flat(self, arguments: Sequence[Any]) -> list[Any]:
        """Return the numbers among the arguments in order; raise TypeError if the nesting differs."""
        if len(arguments) != len(self.trees):
            raise TypeError(
                f"{self.function}: got {len(arguments)} arguments; expected {len(self.trees)}: "
                f"{', '.join(self.names)}"
            )
        found: list[Any] = []
        for name, tree, argument in zip(self.names, self.trees, arguments):
            _flatten(self.function, name, tree, argument, found)
        return found


def leaves_of(tree: Any) -> Iterator[Any]:
    """Yield the leaves of nested lists in order."""
    if isinstance(tree, (list, tuple)):
        for part in tree:
            yield from leaves_of(part)
    else:
        yield tree


def _flatten(function: str, name: str, tree: Any, argument: Any, found: list[Any]) -> None:
    if isinstance(tree, list):
        if isinstance(argument, np.ndarray):
            argument = argument.tolist()
        if not isinstance(argument, (list, tuple)) or len(argument) != len(tree):
            got = f"a list of {len(argument)}" if isinstance(argument, (list, tuple)) else repr(argument)
            raise TypeError(f"{function}: {name} is {got}; expected a list of {len(tree)}, as in the trace")
        for index, (part, each) in enumerate(zip(tree, argument)):
            _flatten(function, f"{name}[{index}]", part, each, found)
        return
    if type(argument) is not float:
        if isinstance(argument, (list, tuple)) or np.ndim(argument):
            raise TypeError(f"{function}: {name} is {argument!r}; expected a number, as in the trace")
        argument = as_float(number_in(argument), f"{function}: {name}")
    elif argument != argument:
        raise ValueError(f"{function}: {name} is nan, which is not a number; look for where the data has it")
    found.append(argument)


def number_in(argument: Any) -> Any:
    """Return the number of a Value that a program is called with; return anything else unchanged."""
    if not isinstance(argument, Value):
        return argument
    if (recorder := modes.recorder()) is not None:
        recorder.read(argument, "a call of a program")
    return argument.data


@dataclass(frozen=True)
class Recorded:
    """A recorded run: the code, the arguments, the parameters, and the nesting of the results."""

    code: Code
    signature: Signature
    parameters: tuple[Value, ...]
    results: Any  # None for one number, else nested lists of places among the code's outputs
    selects: frozenset[int]  # the arguments that select


def record(
    fn: Callable[..., Any],
    arguments: Sequence[Any],
    parameters: Sequence[Value] | None,
    names: Sequence[str] | None = None,
) -> Recorded:
    """Run ``fn`` once on Values and record it; raise TraceError if what it does depends on the numbers."""
    names = _names(fn, len(arguments)) if names is None else names
    leaves: list[Leaf] = []
    nodes: list[Argument] = []

    def lift(name: str, argument: Any) -> tuple[Any, Any]:
        if isinstance(argument, np.ndarray):
            argument = argument.tolist()
        if isinstance(argument, (list, tuple)):
            pairs = [lift(f"{name}_{index}", each) for index, each in enumerate(argument)]
            return [tree for tree, _ in pairs], [value for _, value in pairs]
        whole = is_whole(argument)
        if isinstance(argument, Value):
            argument = argument.data
        try:
            node = (Whole if whole else Argument)(argument, name)
        except (TypeError, ValueError, OverflowError) as error:
            raise TraceError(
                f"trace: the argument {name} is {argument!r}; expected a number or nested lists of numbers "
                f"({error})"
            ) from None
        leaves.append(Leaf(name, whole))
        nodes.append(node)
        return leaves[-1], node

    lifted = [lift(name, argument) for name, argument in zip(names, arguments)]
    called = getattr(fn, "__name__", type(fn).__name__)
    signature = Signature(called, tuple(names), tuple(tree for tree, _ in lifted), tuple(leaves))
    known = None if parameters is None else leaves_in(parameters, "trace")
    with modes.tracing(Recorder()):
        result = fn(*(value for _, value in lifted))
    outputs, results = _results(result)
    orders = [engine.inner_nodes(output) for output in outputs]
    found = _parameters(outputs, orders, set(nodes), known)
    builder, places = to_code(outputs, orders, nodes, found)
    code = builder.code(places)
    selects = {code.steps[step.operands[0]].detail for step in code.steps if step.op is choice_ops.select}
    return Recorded(code, signature, tuple(found), results, frozenset(selects))


def is_whole(argument: Any) -> bool:
    """Return whether an argument is a whole number, which may select."""
    return isinstance(argument, (int, np.integer)) and not isinstance(argument, bool)


def _names(fn: Callable[..., Any], count: int) -> list[str]:
    try:
        known = [
            p.name
            for p in inspect.signature(fn).parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        known = []
    return [known[i] if i < len(known) else f"argument{i}" for i in range(count)]


def leaves_in(parameters: Sequence[Any], caller: str) -> list[Value]:
    """Return the parameters as a list of distinct leaves; raise TraceError for anything else."""
    found = listed(parameters, "parameters", caller, "a list of Values, or None for all")
    for index, parameter in enumerate(found):
        if not isinstance(parameter, Value) or parameter.op is not LEAF:
            raise TraceError(
                f"{caller}: parameter {index} is {shown(parameter)}; expected a Value that is a leaf"
            )
    if len(set(found)) < len(found):
        twice = next(parameter for parameter in found if found.count(parameter) > 1)
        raise TraceError(f"{caller}: the parameter {twice!r} is listed twice")
    return found


def _results(result: Any) -> tuple[list[Value], Any]:
    """Return the Values among the results, and their nesting: None for a single Value."""
    outputs: list[Value] = []

    def visit(part: Any) -> Any:
        if isinstance(part, np.ndarray):
            part = part.tolist()
        if isinstance(part, (list, tuple)):
            return [visit(each) for each in part]
        if isinstance(part, Condition):
            raise TraceError("trace: the function gives a comparison; give where(condition, 1.0, 0.0)")
        if not isinstance(part, Value):
            try:
                part = constant(part, "trace")
            except (TypeError, ValueError):
                raise TraceError(
                    f"trace: the function gave {part!r}; expected a Value, or nested lists of Values"
                ) from None
        outputs.append(part)
        return len(outputs) - 1

    nested = visit(result)
    if not outputs:
        raise TraceError("trace: the function gave no number; expected a Value, or nested lists of Values")
    return outputs, (nested if isinstance(nested, list) else None)


def _parameters(
    outputs: list[Value], orders: list[list[Value]], arguments: set[Any], listed: list[Value] | None
) -> list[Value]:
    """Return the listed parameters, or without a list all leaves that the function read."""
    met: dict[Value, None] = {}
    for output, order in zip(outputs, orders):
        for node in order or [output]:
            for leaf in node.parents or (node,):
                if leaf.op is LEAF and leaf not in arguments:
                    met[leaf] = None
    for leaf in met:
        if isinstance(leaf, Argument):
            raise TraceError(
                f"trace: the function uses {leaf!r}, an argument of another traced function; "
                "make it an argument of this one"
            )
    if listed is None:
        return list(met)
    known = set(listed)
    for leaf in met:
        if leaf not in known:
            raise TraceError(
                f"trace: the function uses {leaf!r}, which is neither an argument nor in the list of "
                "parameters; add it there, or use its number, which then becomes a constant"
            )
    return listed


@uncollected
def to_code(
    outputs: Sequence[Value],
    orders: Sequence[Sequence[Value]],
    arguments: Sequence[Value],
    parameters: Sequence[Value],
) -> tuple[Builder, list[int]]:
    """Return the graph behind ``outputs`` as steps in the given orders, and the places of the outputs."""
    builder = Builder()
    add = builder.add
    places: dict[Value, int] = {}
    for index, node in enumerate(arguments):
        places[node] = add(ARGUMENT, detail=index, label=node.label)
    for index, node in enumerate(parameters):
        places[node] = add(PARAMETER, detail=index, label=node.label)

    def place(node: Value) -> int:
        found = places.get(node)
        if found is None:  # a constant
            found = places[node] = builder.constant(node._data)
        return found

    for order in orders:
        for node in order:
            if node not in places:
                operands = tuple([place(parent) for parent in node.parents])
                if node.op in CHOICES:
                    places[node] = choose(builder, node.op, operands, node.label)
                else:
                    places[node] = add(node.op, operands, None, node.label)
    return builder, [place(output) for output in outputs]
