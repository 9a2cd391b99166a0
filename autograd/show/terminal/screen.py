"""What the terminal shows at a position: lines, from the lesson alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from . import ink
from .ink import Line, Piece
from .ledger import NAME, NUMBER, ledger
from .moment import Moment
from .panel import panel
from .tree import Branch, tree

WIDEST = 120  # columns; on wider screens the eye would have to travel
BESIDE = 72  # columns from which the tree has its place beside the ledger
LEDGER = 2 + NAME + 2 * (NUMBER + 1)  # columns of a ledger that has a tree beside it
BELOW = 5  # lines that a rule, a head and three rows of the ledger take
STEP = 9  # lines that a step has at least, so that the ledger keeps its place


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
    """Head, step and ledger in exactly ``height`` lines, the ``bottom`` lines the last of them.

    The graph is shown by ``expression``, or where there is none by the ``rows`` of its tree. ``notes`` go
    below the step. What does not fit is left out of the ledger first.
    """
    columns = min(columns, WIDEST)
    lines = _head(moment, columns, expression)
    room = height - len(lines) - len(bottom)
    step = panel(moment, columns - 2)
    kept = (room - BELOW if room > 2 * BELOW else room) - len(step.head) - len(notes)
    shown = step.rows
    if len(shown) > kept:
        kept = max(kept - 1, 0)
        end = len(shown) if moment.revealed else kept  # the answer that was given last is in sight
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
    """The expression or title, where we are, and how far that is."""
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
