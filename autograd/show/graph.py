"""Read a graph into cards, discs and edges, with texts and sizes but without positions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import ops, text
from ..engine import topological_order
from ..node import Node
from .style import strength

ROW, PAD = 22.0, 10.0  # height and side margin of a row, in points
CAPTION = 44.0  # width of the column with "data" and "grad"
CHAR, SMALL = 7.9, 6.7  # width of a character at 13 and at 11 points, monospaced
NOT_YET = "—"  # a gradient that has not been computed


@dataclass(frozen=True)
class Row:
    """A caption and a value; for a gradient, also its sign and its size from 0 to 1, for the colour."""

    caption: str
    text: str
    sign: str = ""  # "positive", "negative", "mixed" (in an array) or "nan"; "" for zero or none
    strength: float = 0.0

    @property
    def tag_size(self) -> tuple[float, float]:
        """Width and height in points of the value as a tag on an edge."""
        return SMALL * text.columns(self.text) + 8, 16.0


@dataclass(frozen=True)
class Card:
    """One node: the lines of its label, its data and its grad; an unlabelled constant is just its number."""

    name: str
    kind: str  # "leaf", "inner" or "constant"
    lines: tuple[str, ...]
    rows: tuple[Row, ...]
    formula: str  # "o = tanh(n)", on one line
    tip: str  # label, formula and numbers, unshortened
    room: int = 0  # columns reserved for numbers that may change

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        widths = [104.0 if self.rows else 0.0]
        widths += [CHAR * text.columns(line) for line in self.lines]
        widths += [CAPTION - PAD + CHAR * max(text.columns(row.text), self.room) for row in self.rows]
        return max(widths) + 2 * PAD, ROW * (len(self.lines) + len(self.rows))


@dataclass(frozen=True)
class Disc:
    """One operation: a circle, or wider if its symbol needs it."""

    name: str
    symbol: str
    tip: str
    ordered: bool  # whether the order of its two operands matters: a - b, but not a + b

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        return max(34.0, 14 + SMALL * text.columns(self.symbol)), 34.0

    @property
    def wide(self) -> bool:
        return self.size[0] > self.size[1]


@dataclass(frozen=True)
class Edge:
    """An edge from a parent to an operation, perhaps with its local gradient; or on to the result."""

    tail: str
    head: str
    local_grad: Row | None = None


@dataclass(frozen=True)
class Graph:
    """Everything to show; parents come before children in the cards."""

    cards: tuple[Card, ...]
    discs: tuple[Disc, ...]
    edges: tuple[Edge, ...]


def nodes_of(roots: Sequence[Any]) -> list[Any]:
    """Return all nodes that the roots were computed from and the roots, parents before children."""
    return list(dict.fromkeys(node for root in roots for node in topological_order(root)))


def read(nodes: Sequence[Any], local_grads: bool = False, names: Mapping[Any, str] | None = None) -> Graph:
    """Read the current graph of ``nodes`` without computing or changing anything.

    With ``names``, nodes without a label get these, and cards have room for any number.

    >>> from autograd import Value
    >>> x = Value(3.0, "x")
    >>> graph = read(nodes_of([x * x]))
    >>> [card.formula for card in graph.cards], [(edge.tail, edge.head) for edge in graph.edges]
    (['x', '#1 = x * x'], [('n0', 'op1'), ('n0', 'op1'), ('op1', 'n1')])
    """
    numbers = {node: index for index, node in enumerate(nodes)}
    short = names or {node: _short_name(node, index) for node, index in numbers.items()}
    grads = _coloured("grad", [node.grad for node in nodes])
    cards = [_card(f"n{numbers[node]}", node, grads[numbers[node]], short) for node in nodes]
    if names:
        cards = [_named(card, names[node]) for card, node in zip(cards, nodes)]
    discs, edges, slopes = [], [], []
    for node in nodes:
        if node.parents:
            op = f"op{numbers[node]}"
            discs.append(_disc(op, node))
            slopes += [*(node.local_grads if local_grads else [None] * len(node.parents)), None]
            edges += [(f"n{numbers[parent]}", op) for parent in node.parents] + [(op, f"n{numbers[node]}")]
    tags = (row if row.text != NOT_YET else None for row in _coloured("", slopes))
    tagged = (Edge(*ends, tag) for ends, tag in zip(edges, tags, strict=True))
    return Graph(tuple(cards), tuple(discs), tuple(tagged))


def _card(name: str, node: Any, grad: Row, short: Mapping[Any, str]) -> Card:
    label, formula = text.visible(str(node.label or "")), short[node]
    lines, rows = text.lines(label), [Row("data", text.value(node.data)), grad]
    tip = [label] if label else []
    if node.parents:
        formula += f" = {_expression(_symbol(node), [short[parent] for parent in node.parents])}"
        tip.append(formula)
    tip.append(f"data = {text.exact(node.data)}")
    if _is_constant(node):
        lines, rows = (lines, rows[:1]) if label else ((formula,), [])
        return Card(name, "constant", lines, tuple(rows), formula, "\n".join(tip))
    tip.append(f"grad = {NOT_YET if node.grad is None else text.exact(_plain(node.grad))}")
    return Card(name, "inner" if node.parents else "leaf", lines, tuple(rows), formula, "\n".join(tip))


def _named(card: Card, name: str) -> Card:
    """Head the card with a unique name, and make room for any number."""
    lines = card.lines if " ".join(card.lines) == name else (name,)
    return replace(card, lines=lines, room=text.LONGEST)


def _disc(name: str, node: Any) -> Disc:
    symbol = _symbol(node)
    ordered = len(node.parents) == 2 and symbol not in ("+", "*")
    return Disc(name, symbol, text.visible(node.op.name), ordered)


def _symbol(node: Any) -> str:
    return text.lines(node.op.symbol or node.op.name)[0]


def _is_constant(node: Any) -> bool:
    return node.op is ops.CONSTANT or not getattr(node, "requires_grad", True)  # or a Tensor of data


def _short_name(node: Any, index: int) -> str:
    if node.label:
        return " ".join(text.lines(str(node.label)))
    if not _is_constant(node):
        return f"#{index}"
    return f"{node.data:.6g}" if isinstance(node.data, float) else text.value(node.data)


def _expression(symbol: str, operands: Sequence[str]) -> str:
    if len(operands) == 2 and not symbol.isidentifier():
        return f"{operands[0]} {symbol} {operands[1]}"
    return f"{symbol}({', '.join(operands if len(operands) <= 4 else [*operands[:3], '…'])})"


def _coloured(caption: str, grads: Sequence[Any]) -> list[Row]:
    """Return gradients as rows, coloured relative to the largest."""
    rows = []
    plain = [_plain(grad) for grad in grads]
    signs = [_sign(grad) for grad in plain]
    largest = max((size for _, size in signs if math.isfinite(size)), default=0.0) or 1.0
    for grad, (sign, size) in zip(plain, signs, strict=True):
        shown = NOT_YET if grad is None else text.value(grad, if_large=f"|g| ≤ {text.number(size)}")
        rows.append(Row(caption, shown, sign, strength(size, largest)))
    return rows


def _plain(grad: Any) -> Any:
    """Return a gradient, perhaps a node, as numbers; None for a callable slope of an array operation."""
    return grad.data if isinstance(grad, Node) else None if callable(grad) else grad


def _sign(grad: Any) -> tuple[str, float]:
    """Return the sign and size of a gradient; the size of an array is that of its largest element."""
    if grad is None or np.size(grad) == 0:
        return "", 0.0
    low, high = float(np.min(grad)), float(np.max(grad))
    if math.isnan(low):
        return "nan", math.inf
    sign = "mixed" if low < 0 < high else "negative" if low < 0 else "positive" if high > 0 else ""
    return sign, max(abs(low), abs(high))
