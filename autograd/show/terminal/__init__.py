"""Stepping in the terminal.

``session`` says what keys do, ``screen`` what is shown (``panel``, ``tree`` and ``ledger`` are its parts),
``quiz`` what is asked; ``keys`` reads the keyboard, and here they are put together. Without a terminal there
is a ``table``.
"""

from __future__ import annotations

import os
import sys

from ..lesson import Lesson
from . import ink
from .keys import Keyboard
from .quiz import Quiz
from .session import Session
from .table import table

__all__ = ["run"]

LOOK = 0.2  # seconds without a key after which the size of the window is looked at


def run(lesson: Lesson, *, expression: str = "", predict: bool = False) -> Quiz | None:
    """Step through a lesson with single keys; without a terminal, print the whole walk as a table.

    ``expression`` is shown in place of the graph. ``predict`` asks for every contribution before it is shown;
    how the questions were answered comes back.
    """
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        _print(table(lesson, expression))
        return None
    quiz = Quiz(lesson) if predict else None
    simple = os.name != "nt" and os.environ.get("TERM", "") in ("", "dumb")  # knows no escape sequences
    with Keyboard(sys.stdout, screen=not simple) as keyboard:
        _loop(Session(lesson, expression, quiz), keyboard)
    if quiz and quiz.outcomes:
        _print(quiz.score())
    return quiz


def _loop(session: Session, keyboard: Keyboard) -> None:
    styles = ink.palette() if keyboard.screen else {}
    draw, before = _paint if keyboard.screen else _append, [""]
    while not session.done:
        size, keyboard.resumed = _size(), False  # before drawing, which Ctrl-Z may interrupt
        if not keyboard.more:  # of keys that came together, as pasted text does, what they lead to is drawn
            lines = [ink.paint(each, styles) for each in session.lines(*size)]
            content = draw(before, lines, session.typed is not None)
            keyboard.write(ink.writable(content, sys.stdout.encoding))
            before = lines
        key = ""
        while not key and not keyboard.resumed and _size() == size:
            try:
                key = keyboard.read(LOOK)
            except EOFError:
                return
        session.press(key)
    if not keyboard.screen:
        keyboard.write("\n")


def _paint(before: list[str], lines: list[str], typing: bool) -> str:
    """All of the screen, with a cursor behind the last line while something is typed."""
    return "\x1b[?25l\x1b[H" + "\n".join(f"\x1b[2K{each}" for each in lines) + "\x1b[?25h" * typing


def _append(before: list[str], lines: list[str], typing: bool) -> str:
    """What there is to say, below what was said before; while only the last line changes, that one again."""
    if lines[:-1] == before[:-1]:
        return f"\r{lines[-1]} \b"
    return "\n" + "\n".join(each.rstrip() for each in lines if each.strip())


def _size() -> tuple[int, int]:
    size = os.get_terminal_size(sys.stdout.fileno())
    return size.columns or 80, size.lines or 24  # some terminals do not know


def _is_terminal(stream: object) -> bool:
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())


def _print(lines: list[str]) -> None:
    print(ink.writable("\n".join(lines), getattr(sys.stdout, "encoding", None)))  # there may be no stdout
