"""Lesson: a graph and both of its passes as plain data, for the terminal, the notebook and the page.

Positions count the steps of both passes. With F operations: at 0, only leaves and constants are known; at 1
to F, the forward pass has computed ``order[position - 1]``; at F + 1, the gradient of the root with respect
to itself is 1; from F + 2 to 2F + 1, the backward pass goes through the operations in reverse order.

A formula is a template such as ``1.0 - ⟦7⟧ * ⟦7⟧``, where ⟦7⟧ stands for the name or number of node 7.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import checks, ops, text
from ..checks import count, wrong
from ..engine import topological_order
from ..naming import derivatives, is_plain, plain
from ..steps import Step, backward_steps
from ..symbols import ATOM, OPERATORS, Symbol, number
from ..tensor import Tensor
from ..text import printable
from ..value import Value
from .graph import NOT_YET

PLACE = re.compile("⟦([0-9]+)⟧")


@dataclass(frozen=True)
class LessonNode:
    """One node: its name, its kind, how it was computed, and the local gradient for each parent.

    ``kind`` is "leaf", "inner" or "constant". ``expression`` and ``partials`` are templates; the partial and
    local gradient for a constant parent are None. ``trained`` marks a leaf as a parameter to descend on.
    """

    name: str
    label: str
    kind: str
    data: float
    op: str = ""
    symbol: str = ""
    parents: tuple[int, ...] = ()
    expression: str = ""
    partials: tuple[str | None, ...] = ()
    local_grads: tuple[float | None, ...] = ()
    trained: bool = False
    domain: str = ""


@dataclass(frozen=True)
class Place:
    """A node in a formula, its name there, and whether a negative number needs parentheses."""

    node: int
    name: str
    beside: bool


@dataclass(frozen=True)
class Share:
    """What one backward step adds to one parent: a :class:`~autograd.Contribution` with node numbers.

    ``index`` is the position among the parents of ``node``, ``partial`` a template; ``before`` (None: nothing
    yet) and ``after`` are the parent's running totals.
    """

    node: int
    index: int
    parent: int
    partial: str
    local_grad: float
    upstream: float
    amount: float
    before: float | None
    after: float


@dataclass(frozen=True)
class Lesson:
    """The graph and its passes: ``nodes``, parents before children; ``order``, the inner nodes as computed;
    ``steps``, what each backward step adds to which gradient, in order."""

    title: str
    nodes: tuple[LessonNode, ...]
    order: tuple[int, ...]
    root: int
    steps: tuple[tuple[Share, ...], ...]
    graph: tuple[Any, ...] = field(repr=False, compare=False)  # the Values themselves, node by node

    @property
    def last(self) -> int:
        """The last position, where all gradients are computed."""
        return 2 * len(self.order) + 1

    def phase(self, position: int) -> str:
        """Return the phase of a position: "start", "forward", "seed" or "backward"."""
        operations = len(self.order)
        if position <= operations:
            return "forward" if position else "start"
        return "seed" if position == operations + 1 else "backward"

    def current(self, position: int) -> int | None:
        """Return the node whose operation a position goes through; at the seed, the root."""
        operations = len(self.order)
        if 0 < position <= operations:
            return self.order[position - 1]
        if position == operations + 1:
            return self.root
        return self.order[2 * operations + 1 - position] if position else None

    def step(self, position: int) -> tuple[Share, ...]:
        """Return what the step of a position adds to gradients."""
        return self.steps[position - len(self.order) - 2] if self.phase(position) == "backward" else ()

    def contributions(self, position: int) -> list[Share]:
        """Return what the steps up to a position have added to gradients, in order."""
        return [share for step in self.steps[: max(0, position - len(self.order) - 1)] for share in step]

    def data(self, position: int) -> list[float | None]:
        """Return the value of every node at a position; None if it is not computed yet."""
        known: list[float | None] = [None if node.kind == "inner" else node.data for node in self.nodes]
        for index in self.order[:position]:
            known[index] = self.nodes[index].data
        return known

    def grads(self, position: int) -> list[float | None]:
        """Return the running total of every gradient at a position; None if nothing has arrived."""
        totals: list[float | None] = [None] * len(self.nodes)
        if position > len(self.order):
            totals[self.root] = 1.0
        for contribution in self.contributions(position):
            totals[contribution.parent] = contribution.after
        return totals

    def pieces(self, template: str) -> list[str | Place]:
        """Split a formula into texts and places for nodes."""
        found: list[str | Place] = []
        end = 0
        for place in PLACE.finditer(template):
            before, after = template[: place.start()], template[place.end() :]
            name = self.nodes[int(place[1])].name
            beside = before.rstrip()[-1:] not in ("", "(", ",") or after.startswith(" **")
            found.append(template[end : place.start()])
            found.append(Place(int(place[1]), name if place[0] == template else quoted(name), beside))
            end = place.end()
        return [piece for piece in (*found, template[end:]) if piece]

    def in_symbols(self, template: str) -> str:
        """Fill in a formula with names.

        >>> x = Value(2.0, "x")
        >>> lesson = read_lesson((x * x).tanh())
        >>> [lesson.in_symbols(lesson.nodes[2].partials[0]), lesson.in_numbers(lesson.nodes[2].partials[0])]
        ['1.0 - v2 * v2', '1.0 - 0.9993 * 0.9993']
        """
        return "".join(piece if isinstance(piece, str) else piece.name for piece in self.pieces(template))

    def in_numbers(self, template: str) -> str:
        """Fill in a formula with numbers, putting negative ones beside an operator in parentheses."""

        def fill(place: Place) -> str:
            number = text.number(self.nodes[place.node].data)
            return f"({number})" if number[0] == "-" and place.beside else number

        return "".join(piece if isinstance(piece, str) else fill(piece) for piece in self.pieces(template))


def quoted(name: str) -> str:
    """Return a name for use in a formula, in parentheses if it is an expression itself."""
    return f"({name})" if OPERATORS.search(name) else name


def shown(value: float | None) -> str:
    """Format a number, with a dash for one that is not computed, which is not 0."""
    return NOT_YET if value is None else text.number(value)


def read_lesson(
    root: Value,
    *,
    title: str | None = None,
    parameters: Collection[Value] | None = None,
    max_nodes: int = 5000,
) -> Lesson:
    """Record both passes through the graph of ``root``, from the generator that ``backward()`` uses.

    No gradient of the graph changes. ``parameters`` are the trained leaves, by default all leaves. Raise
    TypeError unless ``root`` is a Value, and ValueError for a constant or a graph above ``max_nodes``.

    >>> x = Value(3.0, "x")
    >>> lesson = read_lesson(x * x)
    >>> [node.name for node in lesson.nodes], lesson.last, lesson.grads(3)
    (['x', 'v1'], 3, [6.0, 1.0])
    """
    if not isinstance(root, Value):
        expected = "the Value that a computation ended in, such as a loss"
        if isinstance(root, Tensor):
            expected += " (a Tensor holds an array: build one example of Values to step through)"
        raise wrong(root, "root", "stepper", expected)
    title = "" if title is None else checks.text(title, "title", "stepper")
    count(max_nodes, "max_nodes", "stepper")
    graph = topological_order(root)
    if len(graph) > max_nodes:
        raise ValueError(
            f"stepper: the graph has {len(graph):,} nodes, and above {max_nodes:,} nobody could follow; step "
            "through one example, a smaller network, or a part (any inner node will do), or pass a larger "
            "max_nodes"
        )
    heading = text.heading(title or "", "stepper")
    trained = _trained(graph, parameters)
    numbers = {node: index for index, node in enumerate(graph)}
    names = names_of(graph)
    walked = _walked(root, graph)
    # The engine may also compute slopes for constants; they teach nothing, so leave them out.
    local_grads = {
        step.node: tuple(
            None if parent.op is ops.CONSTANT else local
            for parent, local in zip(step.node.parents, step.node.local_grads)
        )
        for step in walked
    }
    nodes = tuple(
        _lesson_node(node, numbers, names[node], local_grads.get(node, ()), node in trained) for node in graph
    )
    order = tuple(numbers[step.node] for step in reversed(walked))
    steps = tuple(_shares(step, numbers[step.node], nodes) for step in walked)
    return Lesson(heading or _title(root, names), nodes, order, numbers[root], steps, tuple(graph))


def _shares(step: Step, index: int, nodes: Sequence[LessonNode]) -> tuple[Share, ...]:
    """Return the contributions of a step, without those to constants."""
    node = nodes[index]
    carry = [position for position, local in enumerate(step.node.local_grads) if local is not None]
    return tuple(
        Share(index, i, node.parents[i], partial, c.local_grad, step.upstream, c.amount, c.before, c.after)
        for i, c in zip(carry, step.contributions)
        if (partial := node.partials[i]) is not None
    )


def names_of(graph: Sequence[Any]) -> dict[Any, str]:
    """Return a name for every node: its label, a constant's number, or v1, v2, ...; numbers may repeat.

    >>> x = Value(3.0, "x")
    >>> list(names_of(topological_order(x * 2.0 + Value(1.0, "x"))).values())
    ['x', '2', 'v1', 'x#2', 'v2']
    """
    labels = [" ".join(text.lines(str(node.label))) if node.label else "" for node in graph]
    taken = set(labels)
    names: dict[Any, str] = {}
    used: set[str] = set()
    count = 0
    for node, label in zip(graph, labels):
        if label:
            name, again = label, 2
            while name in used or again > 2 and name in taken:
                name, again = f"{label}#{again}", again + 1
        elif node.op is ops.CONSTANT:
            names[node] = f"{node.data:.6g}"
            continue
        else:
            count += 1
            while f"v{count}" in taken:
                count += 1
            name = f"v{count}"
        used.add(name)
        names[node] = name
    return names


def _trained(graph: Sequence[Any], parameters: Collection[Value] | None) -> set[Any]:
    leaves = [node for node in graph if node.op is ops.LEAF]
    if parameters is None:
        return set(leaves)
    chosen = checks.listed(parameters, "parameters", "stepper", "a list of leaves, or None for all")
    for parameter in chosen:
        if not isinstance(parameter, Value) or parameter.op is not ops.LEAF:
            raise TypeError(
                f"stepper: one of the parameters, {checks.shown(parameter)}, is not a leaf; expected Values "
                "made by Value(number)"
            )
    return set(chosen).intersection(leaves)


def _walked(root: Value, graph: Sequence[Any]) -> list[Step]:
    """Return the steps of the backward pass, and restore the previous gradients."""
    before = [node.grad for node in graph]
    for node in graph:
        node.grad = None
    try:
        return list(backward_steps(root))
    finally:
        for node, grad in zip(graph, before):
            node.grad = grad


def _lesson_node(
    node: Any, numbers: dict[Any, int], name: str, local_grads: tuple[float | None, ...], trained: bool
) -> LessonNode:
    label = printable(str(node.label or ""))
    if not node.parents:
        kind = "constant" if node.op is ops.CONSTANT else "leaf"
        return LessonNode(name, label, kind, node.data, trained=trained)
    operands = [_operand(parent, numbers) for parent in node.parents]
    out = Symbol(_place(numbers[node]), ATOM)
    partials = [
        f"∂{node.op.name}/∂{position}" if partial is None else str(partial)
        for position, partial in enumerate(derivatives(node, out, operands), 1)
    ]
    return LessonNode(
        name, label, "inner", node.data, node.op.name, node.op.symbol or node.op.name,
        tuple(numbers[parent] for parent in node.parents), _expression(node.op, operands),
        tuple(None if local is None else partial for partial, local in zip(partials, local_grads)),
        local_grads, domain=node.op.domain,
    )  # fmt: skip


def _place(index: int) -> str:
    return f"⟦{index}⟧"


def _operand(parent: Any, numbers: dict[Any, int]) -> Any:
    """Return a parent for use in a formula: its place, or a constant's number."""
    return plain(parent) if is_plain(parent) else Symbol(_place(numbers[parent]), ATOM)


def _expression(op: Any, operands: list[Any]) -> str:
    if isinstance(op, ops.Op):
        written = op(*(operand if isinstance(operand, Symbol) else _written(operand) for operand in operands))
    else:
        try:
            written = op.on_float(*operands)  # a sum or a dot product, written out
        except Exception:
            written = f"{op.name}({', '.join(map(str, operands))})"
    return str(written)


def _written(constant: float) -> Symbol:
    """Return a number as a symbol, so that an operation on numbers is written, not computed."""
    try:
        return number(constant)
    except ValueError:  # an infinity
        return Symbol(str(constant))


def _title(root: Value, names: dict[Any, str]) -> str:
    return (
        names[root]
        if root.label
        else f"{root.op.name} of {len(names)} values"
        if root.parents
        else names[root]
    )
