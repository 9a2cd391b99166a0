"""Parse text into parts, in order of evaluation, with :mod:`autograd.typed.grammar`.

The text is read token by token and never run by Python; ``show/page/arithmetic.js`` works in the same way.
"""

from __future__ import annotations

import difflib
import keyword
import math
import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from .. import ops
from ..text import columns, visible
from . import grammar
from .grammar import CONSTANTS, ERRORS, OPEN, Row

QUOTED = 76  # characters of the text that an error quotes
LISTED = 15  # names that an error lists

USE = "use numbers, names, + - * / ** and functions such as tanh"
_WORD = r"[^\W\d][\w\u0300-\u036f]*\s*"
# Input that is not arithmetic, by how it begins or by what follows a word, and the message for it.
NO_ARITHMETIC = [
    (re.compile(pattern), reason)
    for pattern, reason in (
        (rf"{_WORD}\.|\.(?!\d)", f"attributes are not part of an expression; {USE}"),
        (rf"({_WORD})?['\"`]", f"text in quotes is not part of an expression; {USE}"),
        (rf"({_WORD})?(:=|=(?!=))", "an expression has no =; names get their numbers beside it"),
        (rf"({_WORD})?(<<|>>|//|[%@&|~])", f"this operator is not part of an expression; {USE}"),
        (rf"({_WORD})?[<>!=]", "comparisons are not part of an expression; maximum and minimum are"),
        (rf"({_WORD})?[\[\]{{}}]", "lists are not part of an expression; give operands one by one"),
        (r"[²³]", "a power is written **, as in x**2"),
        (r",", "a comma stands only between the operands of a function"),
        (rf"({'|'.join(keyword.kwlist)})\b", f"{{}} is not part of an expression; {USE}"),
        (r"[^\w+*/().-]|(?![0-9])\d", f"the character {{}} is not part of an expression; {USE}"),
    )
]


class Part(NamedTuple):
    """A number, a name, or an operation on the last ``operands`` values before it."""

    column: int
    what: float | str | Row
    operands: int = 0


class Refused(Exception):
    """Text that is not an expression: the reason (or its key in ``ERRORS``), its column and text."""

    def __init__(self, reason: str, column: int, found: str = "") -> None:
        self.reason, self.column, self.found = reason, column, found


def phrases(names: Collection[str], text: str) -> list[str]:
    """List the names in ``text`` that are not single words (``w0,1``, ``layer 1``), longest first.

    Names that parse as arithmetic of shorter names are left out.
    """
    found: list[str] = []
    listed = (name for name in names if name in text and not grammar.NO_PHRASE.fullmatch(name))
    for name in sorted(listed, key=len):
        try:
            if len(name) > grammar.LONGEST_TRIAL:
                raise Refused("long", 0)
            read(name, names, found)
        except Refused:
            found.insert(0, name)
    return found


def read(text: str, names: Collection[str], phrases: Sequence[str]) -> tuple[Part, ...]:
    """Parse an expression of ``names`` into postfix parts; ``phrases`` are names that are not single words.

    An operation waits until something binds less tightly than its right-hand side must.
    """
    parts: list[Part] = []
    # operations, calls and open parentheses, each with the lowest precedence allowed on its right
    waiting: list[tuple[int, Part]] = []
    functions = grammar.functions()

    def apply(left: int) -> None:
        while waiting and left < waiting[-1][0]:
            parts.append(waiting.pop()[1])

    if len(text) > grammar.LONGEST:
        raise Refused("long", 0, f"{len(text):,}")
    position, wanted = _skip(text, 0), True
    if position == len(text):
        raise Refused("empty", 0)
    while wanted or position < len(text):
        column = position
        token = (grammar.OPERAND if wanted else grammar.BETWEEN).match(text, column)
        if phrase := _phrase(text, column, phrases) if wanted else "":
            kind, found, position = "phrase", phrase, _skip(text, column + len(phrase))
        elif token:
            kind, position = str(token.lastgroup), _skip(text, token.end())
            found = token[kind]
        else:
            raise Refused("operand" if wanted else "operator", column)
        wanted = kind in ("call", "open", "plus", "minus", "operator", "comma")
        known = found in names or found in CONSTANTS
        if kind == "number":
            if math.isinf(float(found)):
                raise Refused("large", column)
            parts.append(Part(column, float(found)))
        elif kind in ("phrase", "name"):
            if not known:
                raise Refused("function" if found in functions else "no name", column, found)
            parts.append(Part(column, found))
        elif kind == "call":
            if found not in functions:
                raise Refused("no function", column, found)
            wanted = not text.startswith(")", position)
            waiting.append((OPEN, Part(column, functions[found], int(wanted))))
        elif kind == "open":
            waiting.append((OPEN, Part(column, "(", 1)))
        elif kind == "minus":
            waiting.append((grammar.SIGN, Part(column, ops.neg, 1)))
        elif kind == "operator":
            row, left, right = grammar.OPERATORS[found]
            apply(left)
            waiting.append((right, Part(column, row, 2)))
        elif kind != "plus":
            apply(OPEN)
            if not waiting and kind == "close":
                raise Refused("no open", column)
            if kind == "comma" and (not waiting or waiting[-1][1].what == "("):
                raise Refused("operator", column)
            _, (opening, what, operands) = waiting.pop()
            if kind == "comma":
                waiting.append((OPEN, Part(opening, what, operands + 1)))
            elif not isinstance(what, (str, float)):
                least, most, step, said = grammar.takes(what)
                if not least <= operands <= most or operands % step:
                    name = grammar.WORD.match(text, opening)
                    raise Refused(f"{name and name[0]} takes {said}, but got {operands}", opening)
                parts.append(Part(opening, what, operands))
    apply(OPEN)
    if waiting:
        raise Refused("no close", text.index("(", waiting[-1][1].column))
    return tuple(parts)


def _skip(text: str, position: int) -> int:
    found = grammar.SPACE.match(text, position)
    return found.end() if found else position


def _phrase(text: str, start: int, phrases: Sequence[str]) -> str:
    for name in phrases:
        if text.startswith(name, start) and not grammar.WORD_GOES_ON.match(text, start + len(name)):
            return name
    return ""


class ExpressionError(ValueError):
    """Typed text that cannot be parsed or computed; the message shows where, with a caret below the text.

    ``reason``  what is wrong        ``text``  what was typed        ``column``  where in it, from 0
    """

    def __init__(self, reason: str, text: str, column: int) -> None:
        self.reason, self.text, self.column = reason, text, column
        quoted, caret = _quote(text, column)
        super().__init__(f"\n{quoted}\n{' ' * caret}^ {reason}")

    def __reduce__(self) -> Any:
        return ExpressionError, (self.reason, self.text, self.column)


def explained(refused: Refused, text: str, names: Collection[str]) -> ExpressionError:
    """Make the error for the user, with what was found and, for an unknown name, the known ones."""
    reason, found, shown = refused.reason, refused.found, _quote(refused.found, 0)[0]
    if reason in ("operand", "operator", "no name"):
        for pattern, said in NO_ARITHMETIC:
            if seen := pattern.match(text, refused.column):
                reason, shown = said, _quote(seen[0], 0)[0]
                break
    if reason == "no function" and found in (*names, *CONSTANTS):
        reason = "number"
    said = ERRORS.get(reason, reason).replace("{}", shown)
    if reason in ("no name", "no function"):
        of_name = reason == "no name"
        known = list(dict.fromkeys([*names, *CONSTANTS] if of_name else grammar.functions()))
        near = difflib.get_close_matches(found[:QUOTED], [each for each in known if len(each) <= QUOTED], 1)
        otherwise = "." if of_name else f"; a product is written {shown} * (...)."
        said += f", did you mean {visible(near[0])}?" if near else otherwise
        listed = [_quote(each, 0)[0] for each in known[:LISTED]]
        more = [f"and {len(known) - LISTED} more"] * (len(known) > LISTED)
        said += f" Known: {', '.join(listed + more)}"
    return ExpressionError(said, text, refused.column)


def _quote(text: str, column: int) -> tuple[str, int]:
    """Return the text around a column as one harmless line, and the column's place in that line."""
    start = 0 if len(text) <= QUOTED else max(0, column - QUOTED // 2)
    before = "…" * (start > 0) + _line(text[start:column])
    after = _line(text[column : start + QUOTED]) + "…" * (start + QUOTED < len(text))
    return before + after, columns(before)


def _line(text: str) -> str:
    return visible(re.sub(r"\s", " ", text))
