"""Read single keys from the terminal, and restore the terminal whatever happens."""

from __future__ import annotations

import codecs
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, TextIO

if sys.platform == "win32":
    import msvcrt
else:
    import select
    import termios
    import tty

# Switch to a separate screen without a cursor, and back.
ENTER_SCREEN, LEAVE_SCREEN = b"\x1b[?1049h\x1b[?25l", b"\x1b[0m\x1b[?25h\x1b[?1049l"

CONTROLS = {
    "\r": "enter", "\n": "enter", "\x7f": "backspace", "\x08": "backspace", "\x15": "clear", "\x04": "quit",
}  # fmt: skip
# What terminals send after Escape for special keys.
SEQUENCES = {
    "[A": "up", "[B": "down", "[C": "right", "[D": "left", "[H": "home", "[F": "end",
    "OA": "up", "OB": "down", "OC": "right", "OD": "left", "OH": "home", "OF": "end",
    "[1~": "home", "[4~": "end", "[7~": "home", "[8~": "end",
}  # fmt: skip
# The same sequences by the codes of Windows.
WINDOWS = {"H": "\x1b[A", "P": "\x1b[B", "M": "\x1b[C", "K": "\x1b[D", "G": "\x1b[H", "O": "\x1b[F"}


class Keyboard:
    """A context manager that reads keys one by one and then restores the terminal.

    With ``screen``, use a separate screen and restore the previous one afterwards. The terminal is restored
    even after an exception, Ctrl-C, Ctrl-Z, Ctrl-\\, or a signal to terminate.
    """

    def __init__(self, output: TextIO, screen: bool = True) -> None:
        self.output, self.screen = output, screen
        self.resumed = False  # after Ctrl-Z, the screen must be redrawn
        self._typed = ""  # received but not read yet
        self._decoder = codecs.getincrementaldecoder(sys.stdin.encoding or "utf-8")("ignore")
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Keyboard:
        self.output.flush()
        self._take()
        if threading.current_thread() is threading.main_thread():  # only this one may handle signals
            self._handle("SIGTERM", self._end)
            self._handle("SIGHUP", self._end)
            self._handle("SIGQUIT", self._end)
            self._handle("SIGTSTP", self._suspend)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler or signal.SIG_DFL)
        self._give_back()

    def read(self, timeout: float) -> str:
        """Return the next key, a character or a name such as ``left``; "" if none came in time.

        Raise EOFError if the terminal has gone.
        """
        if not self._typed:
            self._typed = self._receive(timeout)
        if self._typed.startswith("\x1b"):
            return self._sequence()
        key, self._typed = self._typed[:1], self._typed[1:]
        return CONTROLS.get(key, key if key.isprintable() else "")

    @property
    def more(self) -> bool:
        """Whether further keys have been received but not read, as with pasted text."""
        return bool(self._typed)

    def write(self, content: str) -> None:
        """Show text at once."""
        self.output.write(content)
        self.output.flush()

    def _sequence(self) -> str:
        """Read a key sent as Escape and more; the Escape key itself is sent as Escape alone."""
        if self._typed == "\x1b":
            self._typed += self._receive(0.05)
        rest = self._typed[1:]
        if rest[:1] not in ("[", "O"):
            self._typed = rest
            return "escape"
        end = next((i for i, c in enumerate(rest[1:], 1) if c.isalpha() or c == "~"), len(rest) - 1)
        self._typed = rest[end + 1 :]
        return SEQUENCES.get(rest[: end + 1], "")

    def _handle(self, name: str, handler: Callable[[int, FrameType | None], None]) -> None:
        if hasattr(signal, name):  # Windows has only some of them
            number = getattr(signal, name)
            self._handlers[number] = signal.signal(number, handler)

    def _end(self, number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)  # __exit__ restores the terminal

    def _suspend(self, number: int, frame: FrameType | None) -> None:
        self._give_back()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # stops here, and continues here when resumed
        signal.signal(number, self._suspend)
        self._take()
        self.resumed = True

    def _take(self) -> None:
        if sys.platform != "win32":
            self._before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        else:
            os.system("")  # makes the console understand escape sequences
        self._switch(ENTER_SCREEN)

    def _give_back(self) -> None:
        try:
            self._switch(LEAVE_SCREEN)
        finally:
            if sys.platform != "win32":
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)

    def _switch(self, sequence: bytes) -> None:
        if self.screen:
            os.write(self.output.fileno(), sequence)  # unbuffered: a signal may find the buffer in use

    def _receive(self, timeout: float) -> str:
        if sys.platform == "win32":
            return _windows_key(timeout)
        if not select.select([sys.stdin], [], [], timeout)[0]:
            return ""
        try:
            received = os.read(sys.stdin.fileno(), 1024)
        except OSError:
            received = b""
        if not received:
            raise EOFError("the terminal has gone")
        return self._decoder.decode(received)


if sys.platform == "win32":

    def _windows_key(timeout: float) -> str:
        end = time.monotonic() + timeout
        while not msvcrt.kbhit():
            if time.monotonic() > end:
                return ""
            time.sleep(0.01)
        character = msvcrt.getwch()
        if character == "\x03":
            raise KeyboardInterrupt
        return WINDOWS.get(msvcrt.getwch(), "") if character in "\x00\xe0" else character
