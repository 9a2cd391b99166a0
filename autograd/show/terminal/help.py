"""Help: the text that the key ? shows."""

from __future__ import annotations

from . import ink
from .ink import Line

KEYS = (
    ("n  →  Space", "next step"),
    ("p  ←", "previous step"),
    ("g 12 Enter", "go to step 12"),
    ("<  Home", "to the beginning"),
    (">  End", "to the last step"),
    ("↑  ↓", "scroll what does not fit"),
    ("?", "this help, and back"),
    ("q", "quit"),
)
WALK = (
    "The forward pass comes first: every operation computes its value. Then the gradient of the result with "
    "respect to itself is 1, and the backward pass takes the operations in reverse order: each multiplies "
    "the gradient that has reached it (upstream) by its own derivative (local), and adds the product to the "
    "gradient of each of its inputs. A dash is a number that is not computed yet."
)
PREDICT = (
    "You are asked for each of these products before it is shown. Answer with a number, or an expression of "
    "the names on screen, upstream and local: 1\u00a0-\u00a0o**2, upstream\u00a0*\u00a0x1. Within 1 % is "
    "right; if something had arrived before, so is the new total. {hint} gives a hint, Enter alone shows the "
    "answer, Esc goes back."
)


def help_lines(columns: int, hint: str = "") -> list[Line]:
    """Return the help, with predict mode if there is a key for a hint."""
    keys = [ink.line("  ", (f"{key:<14}", "bold"), what) for key, what in KEYS]
    paragraphs = [WALK, *([PREDICT.format(hint=hint)] if hint else [])]
    wrapped = [
        line for each in paragraphs for line in ((), *ink.wrap(ink.line(f"  {each}"), columns - 2, 2, 12))
    ]
    return [(), *keys, *wrapped]
