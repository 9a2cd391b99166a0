"""Ledger: every value and gradient so far, one row per node, parents above children."""

from __future__ import annotations

from ... import text
from . import ink
from .ink import Line
from .moment import Moment

NUMBER = text.LONGEST
NAME = 16  # columns; longer names are cut if formulas stand beside them


def ledger(
    moment: Moment, columns: int, height: int, *, formulas: bool = True, scroll: int = 0
) -> list[Line]:
    """Return the ledger, head first, in at most ``height`` lines: all rows, or those near the step.

    Count the rows left out. ``scroll`` moves by so many rows from the step.
    """
    nodes = moment.lesson.nodes
    rows = [index for index, node in enumerate(nodes) if node.kind != "constant" or node.label]
    written = {
        index: f"= {moment.lesson.in_symbols(nodes[index].expression)}" if nodes[index].parents else ""
        for index in rows
    }
    room = columns - 2 - 2 * (NUMBER + 1)
    longest = max(5, *(text.columns(nodes[index].name) for index in rows))
    name = min(longest, NAME, room)
    formula = min(room - name, 2 + max(map(text.columns, written.values())))
    if not formulas or room - name < 10:  # leave all the room to the names
        name, formula = min(longest, room), 0
    lines = [_row("  ", ("value", "dim"), ("", ""), ("data", "dim"), ("grad", "dim"), name, formula)]
    for index, left_out in _chosen(rows, moment, height - 1, scroll):
        if index is None:
            lines.append(ink.cut(ink.line((f"  … {left_out} more", "dim")), columns))
            continue
        node, style = nodes[index], "bold" if index in moment.touched else ""
        data, grad = ink.number(moment.data[index]), ink.number(moment.grads[index])
        if node.kind == "constant" and moment.grads[index] is None:
            grad = "", ""  # no dash, since none will come
        marker = "▸ " if index == moment.current else "  "
        data = data[0], "dim" if moment.data[index] is None else ""
        lines.append(_row(marker, (node.name, style), (written[index], "dim"), data, grad, name, formula))
    return lines[:height]


def _row(
    marker: str, name: ink.Piece, formula: ink.Piece, data: ink.Piece, grad: ink.Piece, wide: int, room: int
) -> Line:
    middle = (*ink.pad((("  ", ""), formula), room),) if room else ()
    numbers = (*ink.pad((data,), NUMBER + 1, right=True), *ink.pad((grad,), NUMBER + 1, right=True))
    return ((marker, "bold"), *ink.pad((name,), wide), *middle, *numbers)


def _chosen(rows: list[int], moment: Moment, height: int, scroll: int) -> list[tuple[int | None, int]]:
    """Return the rows to show, and (None, how many) for rows left out."""
    touched = [place for place, index in enumerate(rows) if index in moment.touched]
    here = max(touched, default=0)
    if len(rows) <= height:
        kept = set(range(len(rows)))
    elif scroll:
        start = min(max(0, here - height // 2 + scroll), len(rows) - height + 2)
        kept = set(range(start, start + height - 2))
    else:
        kept = set(touched[-max(1, (height - 1) // 2) :])  # half, since each may have a gap above it
        for distance in range(2 * height):
            for place in {here - distance, here + distance}.intersection(range(len(rows))):
                if len(kept | {place}) + _gaps(kept | {place}, len(rows)) <= height:
                    kept.add(place)
    lines: list[tuple[int | None, int]] = []
    last = -1
    for place in [*sorted(kept), len(rows)]:
        if place - last > 1:
            lines.append((None, place - last - 1))
        if place < len(rows):
            lines.append((rows[place], 0))
        last = place
    return lines


def _gaps(kept: set[int], total: int) -> int:
    """Count the runs of rows left out."""
    edges = [-1, *sorted(kept), total]
    return sum(later - earlier > 1 for earlier, later in zip(edges, edges[1:]))
