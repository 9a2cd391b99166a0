"""Session: the position, what is being typed, and the lines on screen, all driven by keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ... import text
from ...typed import ExpressionError
from ...typed.grammar import NUMBER
from ..lesson import Lesson
from . import ink
from .help import help_lines
from .ink import Line
from .moment import Moment
from .quiz import Question, Quiz, value_of
from .screen import screen
from .tree import branches

NEXT, PREVIOUS = ("n", "right", " ", "enter"), ("p", "left", "backspace")
FIRST, LAST = ("home", "<"), ("end", ">")
DIGITS, LONGEST_NUMBER = "0123456789", 6
FINISHED = "That was the last step: every gradient is complete."


@dataclass
class Session:
    """A walk through a lesson, driven by keys. It is independent of the terminal.

    >>> from autograd import Value
    >>> from autograd.show.lesson import read_lesson
    >>> session = Session(read_lesson(Value(3.0, "x").tanh()))
    >>> for key in ["n", "right", "g", "1", "enter"]:
    ...     session.press(key)
    >>> session.position, session.done
    (1, False)
    """

    lesson: Lesson
    expression: str = ""
    quiz: Quiz | None = None
    position: int = 0
    done: bool = False
    scroll: int = 0
    help: bool = False
    typed: str | None = None  # a step number or answer being typed; None if there is none
    question: Question | None = None
    hints: int = 0
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = [] if self.expression else branches(self.lesson)

    def press(self, key: str) -> None:
        """Take one key: a character, the name of a key such as ``left`` or ``enter``, or "" for none."""
        if key == "quit":
            self.done = True
        elif key in ("up", "down"):
            most = 2 * len(self.lesson.nodes)
            self.scroll = min(max(-most, self.scroll + (1 if key == "down" else -1)), most)
        elif self.help:
            self.help = not key
            self.done = key == "q"
        elif self.typed is not None:
            self._type(key)
        elif key:
            self._move(key)

    def _move(self, key: str) -> None:
        self.scroll, self.notes = 0, []
        if key in NEXT:
            self._visit(self.position + 1)
        elif key in PREVIOUS:
            self._show(self.position - 1)
        elif key in FIRST:
            self._show(0)
        elif key in LAST:
            self._visit(self.lesson.last)
        elif key == "g":
            self.typed = ""
        elif key == "?":
            self.help = True
        elif key == "q":
            self.done = True

    def _visit(self, position: int) -> None:
        """Go to a position; in predict mode, ask its open questions first."""
        position = min(position, self.lesson.last)
        self.question = self.quiz.question(position) if self.quiz else None
        if self.question is None:
            self._show(position)
        else:
            self.typed, self.hints = "", 0

    def _show(self, position: int) -> None:
        self.position = max(0, position)
        if self.position == self.lesson.last:
            self.notes += self.quiz.score() if self.quiz else [FINISHED]

    def _type(self, key: str) -> None:
        assert self.typed is not None
        if key == "escape" or key == "left" and not self.typed:
            self.typed, self.question, self.notes = None, None, []
        elif key == "backspace":
            self.typed = self.typed[:-1]
        elif key == "clear":
            self.typed = ""
        elif key == "enter":
            typed, self.typed = self.typed.strip(), None
            if self.question:
                self._answer(self.question, typed)
            elif typed:
                self._visit(int(typed))
        elif len(key) == 1 and (self.question or key in DIGITS and len(self.typed) < LONGEST_NUMBER):
            self.typed += key

    def _answer(self, question: Question, answer: str) -> None:
        assert self.quiz is not None
        if not answer:
            self.quiz.record(question, "skipped")
            self._reveal(question, "Shown without an answer.")
            return
        self.typed = ""
        if answer == self.hint_key:
            self.hints += 1
            self.notes = question.hint(self.hints)
            return
        try:
            number = value_of(question, answer)
        except ExpressionError as error:
            self.typed = answer  # to be corrected
            self.notes = str(error).split("\n")[1:]
            return
        came_to = answer if NUMBER.fullmatch(answer.lstrip("+-")) else f"{answer} = {number:.6g}"
        wrong = question.judge(number)
        if wrong:
            self.quiz.record(question, "wrong")
            self.notes = [f"{came_to}: {wrong}. Try again?"]
        else:
            self.quiz.record(question, "hint" if self.hints else "right")
            self._reveal(question, f"Right: {came_to}.")

    def _reveal(self, question: Question, note: str) -> None:
        """Show the answer, and ask the next question of the step if there is one."""
        self.notes, self.typed = [note], None
        self._visit(question.position)

    @property
    def hint_key(self) -> str:
        """The key for a hint: h, or ? if a value is called h."""
        return "h" if all(node.name != "h" for node in self.lesson.nodes) else "?"

    @property
    def moment(self) -> Moment:
        """The moment on screen: the position, or the step being asked about."""
        return self.question.moment if self.question else Moment(self.lesson, self.position, self._revealed)

    @property
    def _revealed(self) -> int | None:
        return 0 if self.quiz and self.lesson.phase(self.position) == "forward" else None

    def lines(self, columns: int, height: int) -> list[Line]:
        """Return the lines of the screen."""
        if self.help:
            shown = help_lines(columns, self.hint_key if self.quiz else "")
            return [*shown, *[()] * (height - len(shown))][:height]
        return screen(
            self.moment, columns, height, expression=self.expression, rows=self.rows,
            notes=self._notes(columns), bottom=self._bottom(columns), scroll=self.scroll,
        )  # fmt: skip

    def _notes(self, columns: int) -> list[Line]:
        if not self.notes:
            return []
        return [
            (),
            *(each for note in self.notes for each in ink.wrap(ink.line(f"  {note}"), columns - 2, 4)),
        ]

    def _bottom(self, columns: int) -> Sequence[Line]:
        if self.typed is None:
            # in a narrow window, the last keys are cut first
            keys = "n next   p back   ? help   q quit   g go to   < > ends"
            return [ink.line((f" {keys}", "dim"))]
        if self.question is None:
            prompt = f" go to step (0 to {self.lesson.last}): "
            return [ink.line((prompt, "bold"), self.typed)]
        ask = ink.wrap(ink.line((f" {self.question.text}", "bold")), columns, 2, most=2)
        keys = f"{self.hint_key} hint   Enter alone: show   Esc back   answer: a number or an expression"
        help = ink.line((f" {keys}", "dim"))
        typed = self.typed[-max(1, columns) :]  # keep its end in sight; pasted text may be long
        while text.columns(typed) > max(1, columns - 4):
            typed = typed[1:]
        return [*ask, help, ink.line((" > ", "bold"), typed)]
