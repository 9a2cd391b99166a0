"""Screen: the lines that the terminal shows at a position."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from . import ink
from .ink import Line, Piece
from .ledger import NAME, NUMBER, ledger
from .moment import Moment
from .panel import panel
from .tree import Branch, tree

WIDEST = 120  # columns; wider lines are hard to read
BESIDE = 72  # columns from which the tree stands beside the ledger
LEDGER = 2 + NAME + 2 * (NUMBER + 1)  # columns of a ledger beside a tree
BELOW = 5  # lines of a rule, a head and three rows of the ledger
STEP = 9  # minimum lines of a step, so that the ledger stays in place


def screen(
    moment: Moment,
    columns: int,
    height: int,
    *,
    expression: str = "",
    rows: Sequence[Branch] = (),
    bottom: Sequence[Line] = (),
    notes: Sequence[Line] = (),
    scroll: int = 0,
) -> list[Line]:
    """Return head, step and ledger in exactly ``height`` lines, ending with the ``bottom`` lines.

    Show the graph by ``expression`` or else by the ``rows`` of its tree. ``notes`` go below the step. If
    space is short, cut the ledger first.
    """
    columns = min(columns, WIDEST)
    lines = _head(moment, columns, expression)
    room = height - len(lines) - len(bottom)
    step = panel(moment, columns - 2)
    kept = (room - BELOW if room > 2 * BELOW else room) - len(step.head) - len(notes)
    shown = step.rows
    if len(shown) > kept:
        kept = max(kept - 1, 0)
        end = len(shown) if moment.revealed else kept  # keep the last answer in sight
        start = min(max(0, end - kept + scroll), len(shown) - kept)
        more = ink.line((f"  … {len(shown) - kept} more lines: ↓ and ↑ scroll", "dim"))
        shown, scroll = [*shown[start : start + kept], more], 0
    lines += [*step.head, *shown, *notes]
    lines += [()] * (min(STEP, room - BELOW) - len(step.head) - len(shown) - len(notes))
    room = height - len(lines) - len(bottom)
    if room >= 3:
        lines.append(ink.line(("─" * columns, "dim")))
        lines += _below(moment, columns, room - 1, () if expression else rows, scroll)
    lines = lines[: max(0, height - len(bottom))]
    lines += [()] * (height - len(bottom) - len(lines))
    return [ink.cut(each, columns) for each in (*lines, *bottom)][-height:]


def _head(moment: Moment, columns: int, expression: str) -> list[Line]:
    """Return the expression or title, the position, and a progress bar."""
    last = moment.lesson.last
    counted = f"step {moment.position} of {last}"
    if columns < 3 * len(counted):
        counted = f"{moment.position}/{last}"
    title = ink.line((ink.harmless(expression or moment.lesson.title), "bold"))
    title, *more = ink.wrap(title, columns - len(counted) - 2, indent=2, most=2)
    first = (*ink.pad(title, columns - len(counted)), (counted, "dim"))
    done = round(columns * moment.position / last)
    bar: tuple[Piece, ...] = (("━" * done, "bold"), ("─" * (columns - done), "dim"))
    return [first, *more, bar]


def _below(moment: Moment, columns: int, height: int, rows: Sequence[Branch], scroll: int) -> list[Line]:
    if not rows or columns < BESIDE:
        return ledger(moment, columns, height, scroll=scroll)
    left = min(columns - LEDGER - 3, max(row.width for row in rows))
    graph = [ink.line(("  graph", "dim")), *tree(rows, moment, left, height - 1)]
    values = ledger(moment, LEDGER, height, formulas=False, scroll=scroll)
    beside = zip_longest(graph, values, fillvalue=())
    return [(*ink.pad(branch, left), (" │ ", "dim"), *value) for branch, value in beside]
