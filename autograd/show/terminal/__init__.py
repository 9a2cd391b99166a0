"""Step through a lesson in the terminal.

``session`` handles the keys, ``screen`` lays out the screen (its parts are ``panel``, ``tree`` and
``ledger``), ``quiz`` asks questions, ``keys`` reads the keyboard, and this module combines them. Without a
terminal, ``table`` writes the walk as a table.
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

LOOK = 0.2  # seconds without a key until the window size is checked


def run(lesson: Lesson, *, expression: str = "", predict: bool = False) -> Quiz | None:
    """Step through a lesson with single keys; without a terminal, print the whole walk as a table.

    ``expression`` is shown in place of the graph. With ``predict``, ask for every contribution before showing
    it, and return the quiz with the answers.
    """
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        _print(table(lesson, expression))
        return None
    quiz = Quiz(lesson) if predict else None
    simple = os.name != "nt" and os.environ.get("TERM", "") in ("", "dumb")  # without escape sequences
    with Keyboard(sys.stdout, screen=not simple) as keyboard:
        _loop(Session(lesson, expression, quiz), keyboard)
    if quiz and quiz.outcomes:
        _print(quiz.score())
    return quiz


def _loop(session: Session, keyboard: Keyboard) -> None:
    styles = ink.palette() if keyboard.screen else {}
    draw, before = _paint if keyboard.screen else _append, [""]
    while not session.done:
        size, keyboard.resumed = _size(), False  # before drawing, since Ctrl-Z may interrupt it
        if not keyboard.more:  # of keys that arrive together, like pasted text, draw only the result
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
    """Return the whole screen, with a cursor after the last line during typing."""
    return "\x1b[?25l\x1b[H" + "\n".join(f"\x1b[2K{each}" for each in lines) + "\x1b[?25h" * typing


def _append(before: list[str], lines: list[str], typing: bool) -> str:
    """Return the lines to append to the output; if only the last line changed, rewrite that one."""
    if lines[:-1] == before[:-1]:
        return f"\r{lines[-1]} \b"
    return "\n" + "\n".join(each.rstrip() for each in lines if each.strip())


def _size() -> tuple[int, int]:
    size = os.get_terminal_size(sys.stdout.fileno())
    return size.columns or 80, size.lines or 24  # some terminals report 0


def _is_terminal(stream: object) -> bool:
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())


def _print(lines: list[str]) -> None:
    print(ink.writable("\n".join(lines), getattr(sys.stdout, "encoding", None)))  # stdout may be None
