"""Folding: find the neurons and layers of a large graph by structure alone.

A neuron is all that leads to one number and to nothing else: its products, sums, weights and bias. Its head
is its output: a number that several operations use, the result of a non-linearity (an operation with one
operand), or the root. Neurons at the same distance from the inputs, counted in heads, with the same operation
at the head and the same number of operations form a layer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .. import text
from ..ops import OPERATORS
from .graph import Card, Edge, Graph, Row
from .lesson import Lesson

SMALLEST = 4  # operations and weights; smaller groups are clearer unfolded
ROOT = 16  # operations; the last group is folded only above this, since readers look for the loss first


@dataclass(frozen=True)
class Fold:
    """A box: its title, the nodes in it, and the box that contains it (None: the whole)."""

    title: str
    members: frozenset[int]
    up: int | None
    head: int | None  # the output of a neuron; None for a layer


def folds(lesson: Lesson) -> list[Fold]:
    """Return the boxes of a lesson: each layer, followed by its neurons.

    >>> from autograd import Value, dot
    >>> from autograd.show.lesson import read_lesson
    >>> x = [Value(1.0, "x0"), Value(2.0, "x1")]
    >>> hidden = [(dot([Value(w), Value(w)], x) + Value(0.0)).tanh() for w in (0.1, 0.2)]
    >>> [(fold.title, len(fold.members), fold.up) for fold in folds(read_lesson(hidden[0] * hidden[1]))]
    [('2 × tanh', 12, None), ('v6', 6, 0), ('v12', 6, 0)]
    """
    owner = _owners(lesson)
    groups: dict[int, list[int]] = defaultdict(list)
    for index, head in owner.items():
        groups[head].append(index)
    depth = _depths(lesson, owner)
    layers: dict[tuple[int, str, int], list[int]] = defaultdict(list)
    for head in lesson.order:
        members = groups.get(head, [])
        operations = sum(lesson.nodes[index].kind == "inner" for index in members)
        if len(members) >= SMALLEST and (head != lesson.root or operations > ROOT):
            layers[depth[head], lesson.nodes[head].op, operations].append(head)
    found: list[Fold] = []
    for (_, op, _), heads in sorted(layers.items()):
        up = None
        if len(heads) > 1:
            up = len(found)
            together = frozenset(index for head in heads for index in groups[head])
            found.append(Fold(f"{len(heads)} × {op}", together, None, None))
        found += [Fold(lesson.nodes[head].name, frozenset(groups[head]), up, head) for head in heads]
    return found


def _owners(lesson: Lesson) -> dict[int, int]:
    """Map each node to the head of its neuron; leaves that several neurons use have none."""
    used: dict[int, list[int]] = defaultdict(list)  # the distinct operations that use each node
    for index in lesson.order:
        for parent in dict.fromkeys(lesson.nodes[index].parents):
            used[parent].append(index)
    owner: dict[int, int] = {}
    for index in reversed(lesson.order):
        node = lesson.nodes[index]
        activates = len(node.parents) == 1 and node.op not in OPERATORS
        is_head = index == lesson.root or len(used[index]) > 1 or activates
        owner[index] = index if is_head else owner[used[index][0]]
    for index, node in enumerate(lesson.nodes):
        owners = {owner[user] for user in used[index]}
        if node.kind != "inner" and len(owners) == 1:
            owner[index] = owners.pop()
    return owner


def _depths(lesson: Lesson, owner: dict[int, int]) -> Counter[int]:
    """Count the most heads on any path to each node, itself included."""
    depth: Counter[int] = Counter()
    for index in lesson.order:
        deepest = max(depth[parent] for parent in lesson.nodes[index].parents)
        depth[index] = deepest + (owner[index] == index)
    return depth


def view(lesson: Lesson, whole: Graph, boxes: Sequence[Fold], up: int | None) -> Graph:
    """Return the view inside box number ``up``: its own boxes closed, and the nodes that feed it."""
    members = set(range(len(lesson.nodes))) if up is None else boxes[up].members
    here = {number: fold for number, fold in enumerate(boxes) if fold.up == up}
    closed = {index: box_name(number) for number, fold in here.items() for index in fold.members}

    def name(end: str) -> str:  # a card n12 or a disc op12, or the box that contains it
        return closed.get(int(end.lstrip("nop")), end)

    edges = [
        Edge(name(edge.tail), name(edge.head))
        for edge in whole.edges
        if int((edge.head if edge.head.startswith("op") else edge.tail)[2:]) in members
    ]
    edges = [edge for edge in edges if edge.tail != edge.head]
    boxed = set(closed.values())
    once = {edge for edge in edges if edge.tail in boxed or edge.head in boxed}
    edges = [edge for edge in edges if edge not in once] + list(
        dict.fromkeys(edge for edge in edges if edge in once)
    )
    seen = {f"n{index}" for index in members if index not in closed}
    seen |= {end for edge in edges for end in (edge.tail, edge.head)}
    cards = [card for card in whole.cards if card.name in seen]
    cards += [_box(lesson, whole, number, fold) for number, fold in here.items()]
    return Graph(tuple(cards), tuple(disc for disc in whole.discs if disc.name in seen), tuple(edges))


def box_name(number: int) -> str:
    """Return the name of a box in the picture, which is that of the view it opens; view 0 is the whole."""
    return f"v{number + 1}"


def _box(lesson: Lesson, whole: Graph, number: int, fold: Fold) -> Card:
    lines: tuple[str, ...] = (fold.title, f"{len(fold.members)} values")
    rows: tuple[Row, ...] = ()
    if fold.head is not None:
        rows = whole.cards[fold.head].rows
    tip = f"{fold.title}: {len(fold.members)} values; click to open"
    return Card(box_name(number), "fold", lines, rows, fold.title, tip, text.LONGEST)
