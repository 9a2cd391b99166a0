"""The grammar of typed expressions: from text to parts in the order in which they are worked out.

The text is read character by character and never handed to Python. What is no arithmetic is an
:class:`ExpressionError`, which says what it is and points at it.
"""

from __future__ import annotations

import difflib
import itertools
import keyword
import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, NoReturn

from . import elementary, nary_ops, ops
from .text import columns, visible

LONGEST = 10_000  # characters; no person types more
LONGEST_NAME = 200  # characters of a name that is no single word
DEEPEST = 100  # operands within operands: each takes Python up to four calls, and it has about a thousand
QUOTED = 76  # characters of the text that an error quotes
LISTED = 15  # names that an error lists

CONSTANTS = {"pi": math.pi, "e": math.e}
SHORT_NAMES = {"max": elementary.maximum, "min": elementary.minimum}

NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
WORD = re.compile("[^\\W\\d²³](?:[^\\W²³]|[\u0300-\u036f])*")  # and the accents that combine, as in x̄
INSIDE_WORD = re.compile(r"\w\w")
OPERATOR = re.compile(r"\*\*|[-+*]|/(?!/)")
SPACE = re.compile(r"\s*")

# How tightly each operator binds, and what its right-hand side must bind as tightly as: x - y - z is
# (x - y) - z, and x**y**z is x**(y**z).
SUM, PRODUCT, SIGN, POWER = range(4)
OPERATORS = {
    "+": (ops.add, SUM, PRODUCT),
    "-": (ops.sub, SUM, PRODUCT),
    "*": (ops.mul, PRODUCT, SIGN),
    "/": (ops.div, PRODUCT, SIGN),
    "**": (ops.pow, POWER, SIGN),
}

USE = "use numbers, names, + - * / ** and functions such as tanh"
ATTRIBUTES = f"attributes are not part of an expression; {USE}"
# What people type that is no arithmetic, by how it begins, and what to say of it.
REFUSED = [
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"\.(?!\d)", ATTRIBUTES),
        (r"['\"`]", f"text in quotes is not part of an expression; {USE}"),
        (r":=|=(?!=)", "an expression has no =; operands go by position, names get numbers beside it"),
        (r"<<|>>|//|[%@&|~]", f"this operator is not part of an expression; {USE}"),
        (r"[<>!=]", "comparisons are not part of an expression; maximum and minimum are"),
        (r"[\[\]{}]", "lists are not part of an expression; a function takes its operands one by one"),
        (r"\^", "a power is written **"),
        (r"[²³]", "a power is written **, as in x**2"),
        (r"[×·⋅∗]", "a product is written *"),
        (r"÷", "a quotient is written /"),
        (r"[−–]", "a minus sign is written -"),
        (r",", "a comma stands only between the operands of a function"),
    )
]


class ExpressionError(ValueError):
    """What was typed cannot be read or computed; the message shows where, with a caret below the text.

    ``reason``  what is wrong        ``text``  what was typed        ``column``  where in it, from 0
    """

    def __init__(self, reason: str, text: str, column: int) -> None:
        self.reason, self.text, self.column = reason, text, column
        quoted, caret = _quote(text, column)
        super().__init__(f"\n{quoted}\n{' ' * caret}^ {reason}")

    def __reduce__(self) -> Any:
        return ExpressionError, (self.reason, self.text, self.column)


@dataclass(frozen=True)
class Number:
    """A number in the text."""

    column: int
    number: float


@dataclass(frozen=True)
class Name:
    """A name in the text, which stands for a value."""

    column: int
    name: str


@dataclass(frozen=True)
class Apply:
    """An operation on the last ``operands`` values that came before it."""

    column: int
    op: ops.Op | nary_ops.NaryOp
    operands: int


Part = Number | Name | Apply


class Names:
    """The names that may be typed; with ``anything``, every word.

    One that is no single word (``w0,1``, ``layer 1``) is looked for at every place, the longest first,
    unless it reads as arithmetic of shorter ones: then it is left to the arithmetic. Of those, only what is
    in ``text`` is looked at.
    """

    def __init__(self, names: Collection[str], text: str, anything: bool = False) -> None:
        self.known = dict.fromkeys(names)
        self.anything = anything
        self.phrases: dict[str, None] = {}
        self.lengths: list[int] = []  # of the phrases, the longest first: each is tried at every place
        found = (name for name in self.known if not WORD.fullmatch(name) and any(map(str.isalpha, name)))
        # The shortest first: whether a name is arithmetic depends on shorter ones alone, and is then known.
        listed = sorted((name for name in found if name in text), key=len)
        self.too_long = [name for name in listed if len(name) > LONGEST_NAME]
        for name in listed[: len(listed) - len(self.too_long)]:
            if not self._is_arithmetic(name):
                self.phrases[name] = None
                if len(name) not in self.lengths:
                    self.lengths.insert(0, len(name))

    def phrase(self, text: str, start: int) -> str:
        """The longest name at ``start`` that is no single word; else ""."""
        for length in self.lengths:
            name = text[start : start + length]
            if name in self.phrases and not INSIDE_WORD.match(text, start + length - 1):
                return name
        return ""

    def _is_arithmetic(self, name: str) -> bool:
        try:
            Trial(name, self).parse()
        except ExpressionError:
            return False
        return True


class Parser:
    """Reads one text from left to right: an operand, then the operators that bind tightly enough."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names = text, names
        self.position = self.depth = self.open = 0
        self.parts: list[Part] = []

    def parse(self) -> tuple[Part, ...]:
        """The parts, operands before operations."""
        if len(self.text) > LONGEST:
            self._fail(f"this has {len(self.text):,} characters; an expression has at most {LONGEST:,}")
        self._go(0)
        if self.position == len(self.text):
            self._fail("the expression is empty; expected for example tanh(w * x + b)", 0)
        self._read(SUM)
        if self.position < len(self.text):
            self._refuse("an operator is missing here; a product is written *")
        return tuple(self.parts)

    def _read(self, binding: int) -> None:
        """An operand, and all operations on it that bind as tightly as ``binding`` or tighter."""
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(f"this is nested too deeply; at most {DEEPEST} operands may be within each other")
        self._operand()
        while found := OPERATOR.match(self.text, self.position):
            op, tightness, right = OPERATORS[found[0]]
            if tightness < binding:
                break
            column = self.position
            self._go(len(found[0]))
            self._read(right)
            self.parts.append(Apply(column, op, 2))
        self.depth -= 1

    def _operand(self) -> None:
        column = self.position
        if name := self.names.phrase(self.text, column):
            self._go(len(name))
            self.parts.append(Name(column, name))
        elif self._take("-"):
            self._read(SIGN)
            self.parts.append(Apply(column, ops.neg, 1))
        elif self._take("+"):
            self._read(SIGN)
        elif self._take("("):
            self.open += 1
            self._read(SUM)
            self._close(column)
        elif found := NUMBER.match(self.text, column):
            if math.isinf(float(found[0])):
                self._fail("this number is too large for a float (above 1.8e308)")
            self._go(len(found[0]))
            self.parts.append(Number(column, float(found[0])))
        elif found := WORD.match(self.text, column):
            self._go(len(found[0]))
            self._word(found[0], column)
        else:
            self._refuse("an operand is missing here: a number, a name or a function")

    def _word(self, word: str, column: int) -> None:
        """A function with its operands, or a name."""
        function = ops.ELEMENTWISE.get(word) or nary_ops.NARY.get(word) or SHORT_NAMES.get(word)
        known = word in self.names.known or word in CONSTANTS
        if self._take("("):
            if not function:
                self._fail(lambda: _no_number(word) if known else _no_function(word), column)
            self._call(word, function, column)
        elif self.text.startswith(".", self.position):
            self._fail(ATTRIBUTES, column)
        elif known or self.names.anything and not function and not keyword.iskeyword(word):
            self.parts.append(Name(column, word))
        elif function:
            self._fail(f"{word} is a function: it takes operands in parentheses, as in {word}(x)", column)
        else:
            self._refuse_by_kind()
            self._refuse_keyword(word, column)
            self._fail(lambda: no_name(word, self.names.known), column)

    def _call(self, name: str, op: ops.Op | nary_ops.NaryOp, column: int) -> None:
        opening, count = self.text.index("(", column), 0
        self.open += 1
        if not self.text.startswith(")", self.position):
            self._read(SUM)
            count = 1
            while self._take(","):
                self._read(SUM)
                count += 1
        self._close(opening)
        if problem := _wrong_count(name, op, count):
            self._fail(problem, column)
        self.parts.append(Apply(column, op, count))

    def _close(self, opening: int) -> None:
        if not self._take(")"):
            if self.position == len(self.text):
                self._fail("this ( is never closed", opening)
            self._refuse("an operator or a ) is missing here; a product is written *")
        self.open -= 1

    def _take(self, character: str) -> bool:
        found = self.text.startswith(character, self.position)
        if found:
            self._go(len(character))
        return found

    def _go(self, length: int) -> None:
        """Go on by so many characters, and over spaces."""
        found = SPACE.match(self.text, self.position + length)
        self.position = found.end() if found else len(self.text)

    # What has no place in an expression, said as well as can be.

    def _refuse(self, missing: str) -> NoReturn:
        """What stands here is not what was expected: say what it is, or else what is missing."""
        self._refuse_by_kind()
        here = self.text[self.position : self.position + 1]
        if found := WORD.match(self.text, self.position):
            self._refuse_keyword(found[0], self.position)
        elif here == ")" and not self.open:
            self._fail("there is no ( that this ) closes")
        elif here and here not in "+-*/().0123456789":
            self._fail(f"the character {visible(here)} is not part of an expression; {USE}")
        self._fail(missing)

    def _refuse_by_kind(self) -> None:
        for pattern, reason in REFUSED:
            if pattern.match(self.text, self.position):
                self._fail(reason)

    def _refuse_keyword(self, word: str, column: int) -> None:
        if keyword.iskeyword(word) and word not in self.names.known:
            self._fail(f"{word} is not part of an expression; {USE}", column)

    def _fail(self, reason: str | Callable[[], str], column: int | None = None) -> NoReturn:
        column = self.position if column is None else column
        for name in self.names.too_long:
            start = self.text.find(name)
            if start <= column < start + len(name):
                limit = f"one that is no single word has at most {LONGEST_NAME}"
                raise ExpressionError(f"this name has {len(name):,} characters; {limit}", self.text, start)
        raise ExpressionError(reason if isinstance(reason, str) else reason(), self.text, column)


class Trial(Parser):
    """Tells whether a text is an expression; to say what is wrong with every name would take long."""

    def _fail(self, reason: str | Callable[[], str], column: int | None = None) -> NoReturn:
        raise ExpressionError("no expression", "", 0)


def no_name(name: str, known: Collection[str]) -> str:
    """That there is no such name, and which there are."""
    return _nothing("name", name, dict.fromkeys([*known, *CONSTANTS]), ".")


def _no_function(name: str) -> str:
    known = dict.fromkeys([*sorted(ops.ELEMENTWISE), *nary_ops.NARY, *SHORT_NAMES])
    return _nothing("function", name, known, f"; a product is written {_quote(name, 0)[0]} * (...).")


def _no_number(name: str) -> str:
    return f"{name} is a number, not a function; a product is written {name} * (...)"


def _nothing(kind: str, name: str, known: Collection[str], otherwise: str) -> str:
    near = difflib.get_close_matches(name[:QUOTED], [each for each in known if len(each) <= QUOTED], 1)
    guess = f", did you mean {visible(near[0])}?" if near else otherwise
    shown = [_quote(each, 0)[0] for each in itertools.islice(known, LISTED)]
    shown += [f"and {len(known) - LISTED} more"] * (len(known) > LISTED)
    return f"there is no {kind} {_quote(name, 0)[0]}{guess} Known: {', '.join(shown)}"


def _wrong_count(name: str, op: ops.Op | nary_ops.NaryOp, count: int) -> str:
    """What is wrong with so many operands; "" where nothing is."""
    if isinstance(op, nary_ops.NaryOp):
        if count and not (op is nary_ops.dot_of and count % 2):
            return ""
        takes = "the weights and then as many inputs" if op is nary_ops.dot_of else "1 operand or more"
    else:
        most = len(op.operands)
        if most - len(op.defaults) <= count <= most:
            return ""
        takes = f"{most} operand{'s' * (most > 1)} ({', '.join(op.operands)})"
        takes += f" or {most - len(op.defaults)}" if op.defaults else ""
    return f"{name} takes {takes}, but got {count}"


def _quote(text: str, column: int) -> tuple[str, int]:
    """The text around a column as one harmless line, and where in that line the column is."""
    start = 0 if len(text) <= QUOTED else max(0, column - QUOTED // 2)
    before = "…" * (start > 0) + _line(text[start:column])
    after = _line(text[column : start + QUOTED]) + "…" * (start + QUOTED < len(text))
    return before + after, columns(before)


def _line(text: str) -> str:
    return visible(re.sub(r"\s", " ", text))
