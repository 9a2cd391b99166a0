"""Panel: the current step in symbols and numbers, with what each parent gets and why."""

from __future__ import annotations

from dataclasses import dataclass

from ... import text
from ..lesson import PLACE, Share, quoted
from . import ink
from .ink import Line, Piece, number
from .moment import Moment

ALIGNED = 12  # columns for aligned names
MANY = 6  # contributions to one value to list: the last ones


@dataclass(frozen=True)
class Panel:
    """The lines of a step: the ``head`` says what it does, the ``rows`` what each parent gets."""

    head: list[Line]
    rows: list[Line]


Indented = tuple[Line, int]  # a line, and the indent of its continuation lines
EMPTY: Indented = ((), 0)


def panel(moment: Moment, columns: int) -> Panel:
    """Return the step of a moment in lines at most ``columns`` wide."""
    parts = {"start": _start, "forward": _forward, "seed": _seed, "backward": _backward}
    head, rows = parts[moment.phase](moment)
    return Panel(
        [each for line, indent in head for each in ink.wrap(line, columns, indent)],
        [each for line, indent in rows for each in ink.wrap(line, columns, indent)],
    )


def _title(moment: Moment, *pieces: str | Piece) -> Indented:
    return ink.line((f" {moment.phase.upper()} ", "now"), "  ", *pieces), 4


def _start(moment: Moment) -> tuple[list[Indented], list[Indented]]:
    leaves = sum(node.kind == "leaf" for node in moment.lesson.nodes)
    numbers = "The leaf has its number" if leaves == 1 else f"The {leaves} leaves have their numbers"
    operations = len(moment.lesson.order)
    passes = f"{operations} operation{'s' * (operations != 1)}"
    return [_title(moment, f"{numbers}; nothing is computed yet."), EMPTY], [
        (ink.line(f"  Forward: {passes}, each computed from known numbers."), 4),
        (ink.line(f"  Backward: the same {passes} in reverse, to get the gradient of every value."), 4),
    ]


def _forward(moment: Moment) -> tuple[list[Indented], list[Indented]]:
    lesson, node = moment.lesson, moment.node
    head = [
        _title(moment, (f"{node.name} = {lesson.in_symbols(node.expression)}", "bold")),
        (ink.line(f"    = {lesson.in_numbers(node.expression)}"), 6),
        (ink.line("    = ", (number(node.data)[0], "bold")), 6),
    ]
    slopes = {
        _local(moment, parent, partial, local): None
        for parent, partial, local in zip(node.parents, node.partials, node.local_grads)
        if local is not None and partial is not None
    }
    if moment.revealed is not None or not slopes:
        return head, []
    caption = ink.line(("  local gradients, kept for the backward pass:", "dim"))
    return [*head, EMPTY, (caption, 2)], [(ink.line(f"  {slope}"), 6) for slope in slopes]


def _seed(moment: Moment) -> tuple[list[Indented], list[Indented]]:
    name = quoted(moment.node.name)
    why = f"  {moment.node.name} changes as fast as itself: the backward pass starts from this gradient."
    return [_title(moment, f"∂{name}/∂{name} = ", number(1.0)), EMPTY], [(ink.line(why), 2)]


def _backward(moment: Moment) -> tuple[list[Indented], list[Indented]]:
    lesson, node = moment.lesson, moment.node
    assert moment.current is not None
    upstream = number(moment.grads[moment.current])
    head = [
        _title(moment, f"through {ink.harmless(node.symbol)} at ", (node.name, "bold"),
               f":  {node.name} = {lesson.in_symbols(node.expression)}"),
        (ink.line("  upstream, the gradient of ", (node.name, "bold"), " = ", upstream,
                  *_sum(moment, moment.current)), 4),
        EMPTY,
    ]  # fmt: skip
    names = [lesson.nodes[each.parent].name for each in moment.step]
    wide = min(ALIGNED, max(map(text.columns, names), default=0))
    rows: list[Indented] = []
    last = {each.parent: each for each in moment.shown}
    for each in moment.shown:
        rows += _contribution(moment, each, wide)
        if (used := _sum(moment, each.parent)) and each is last[each.parent]:  # once, even if it adds twice
            rows.append((ink.line(" " * (wide + 7), "adds up", *used), wide + 9))
    if len(moment.shown) < len(moment.step):
        asked, *others = names[len(moment.shown) :]
        rows.append((ink.line(*_to(asked, wide), ("?", "bold")), 4))
        if others:
            more = f" and {len(others) - 4} more" if len(others) > 4 else ""
            rows.append((ink.line((f"  then to {', '.join(others[:4])}{more}", "dim")), 4))
    return head, rows


def _to(name: str, wide: int) -> Line:
    return ink.line("  to ", (name, "bold"), " " * (wide - text.columns(name)), "  ")


def _contribution(moment: Moment, each: Share, wide: int) -> list[Indented]:
    to = _to(moment.lesson.nodes[each.parent].name, wide)
    product = ink.line(number(each.upstream), " × ", *_within(each.local_grad), " = ", number(each.amount))
    total = ink.line("total\u00a0", number(each.before), "\u00a0→\u00a0", number(each.after))
    return [
        ((*to, (_local(moment, each.parent, each.partial, each.local_grad), "")), wide + 9),
        (ink.line(" " * (wide + 7), "upstream × local = ", *product, "   ", *total), wide + 9),
    ]


def _sum(moment: Moment, index: int) -> tuple[Piece, ...]:
    """Show where several contributions to a gradient came from, and where more will come from."""
    arrived, to_come = moment.arrived(index), moment.to_come(index)
    if len(arrived) + len(to_come) < 2:
        return ()
    names = [node.name for node in moment.lesson.nodes]
    pieces: list[Piece] = [(": ", "")]
    if len(arrived) > MANY:
        pieces.append((f"{len(arrived) - MANY} others + ", "dim"))
    for place, each in enumerate(arrived[-MANY:]):
        amount = _within(each.amount) if len(pieces) > 1 else (number(each.amount),)
        pieces += [(" + " * (place > 0), ""), *amount, (f" from {names[each.node]}", "dim")]
    if to_come:
        shown = ", ".join(names[user] for user in dict.fromkeys(to_come[:MANY]))
        others = f" and {len(to_come) - MANY} others" if len(to_come) > MANY else ""
        pieces.append((f"{'; ' * bool(arrived)}more to come from {shown}{others}", "dim"))
    return tuple(pieces)


def _within(value: float) -> tuple[Piece, ...]:
    """Return a number after an operator, in parentheses if it is negative."""
    return (("(", ""), number(value), (")", "")) if value < 0 else (number(value),)


def _local(moment: Moment, parent: int, partial: str, local: float) -> str:
    """Write ∂out/∂x = formula in symbols = in numbers = number, without repetitions."""
    lesson = moment.lesson
    value = number(local)[0]
    said = [slope(moment, parent)]
    if PLACE.search(partial):  # else it is a number, or has no formula
        said.append(lesson.in_symbols(partial))
        if not PLACE.fullmatch(partial):
            said.append(lesson.in_numbers(partial))
    return " = ".join(dict.fromkeys([*said, value]))


def slope(moment: Moment, parent: int) -> str:
    """Write ∂out/∂x for the current node and one of its parents."""
    return f"∂{quoted(moment.node.name)}/∂{quoted(moment.lesson.nodes[parent].name)}"
