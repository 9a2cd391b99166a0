"""The grammar of typed expressions: one table of tokens, operators, functions and refusals.

The shell and the terminal parse with it (:mod:`autograd.typed.reading`), and so do pages, which get it as
JSON (:mod:`autograd.typed.script`). So the patterns use only what means the same in Python and in JavaScript,
except ``\\w`` and ``\\d``, which stand inside brackets for letters and digits of any script.
"""

from __future__ import annotations

import math
import re

from .. import nary_ops, ops

Row = ops.Op | nary_ops.NaryOp

LONGEST = 10_000  # characters; nobody types more
LONGEST_TRIAL = 200  # characters; longer labels are not tried as arithmetic
CONSTANTS = {"pi": math.pi, "e": math.e}

# How each operator is written, its precedence, and the lowest precedence allowed on its right-hand side:
# x - y - z is (x - y) - z, and x**y**z is x**(y**z). An open parenthesis binds nothing.
OPEN, SUM, PRODUCT, SIGN, POWER = range(-1, 4)
OPERATORS = {
    symbol: (row, left, right)
    for symbols, row, left, right in (
        ("+", ops.add, SUM, PRODUCT),
        ("- − –", ops.sub, SUM, PRODUCT),
        ("* × · ⋅ ∗", ops.mul, PRODUCT, SIGN),
        ("/ ÷", ops.div, PRODUCT, SIGN),
        ("** ^", ops.pow, POWER, SIGN),
    )
    for symbol in symbols.split()
}

NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LETTER = r"(?![²³])[\w\u0300-\u036f]"  # with combining accents, as in x̄
WORD = re.compile(rf"(?![\d\u0300-\u036f])(?:{LETTER})+")
WORD_GOES_ON = re.compile(r"(?<=[\w])[\w]")
SPACE = re.compile(r"[^\S\ufeff\x1c-\x1f\x85]*")  # what both languages treat as spaces
# What alternates: an operand, or the start of one; and what stands between operands.
OPERAND = re.compile(
    rf"(?P<number>{NUMBER.pattern})|(?P<call>{WORD.pattern})\s*\(|(?P<name>{WORD.pattern})(?!{LETTER}|\s*\.)"
    r"|(?P<minus>[-−–])|(?P<plus>\+)|(?P<open>\()"
)
BETWEEN = re.compile(r"(?P<operator>\*\*|[-+*−–^×·⋅∗÷]|/(?!/))|(?P<comma>,)|(?P<close>\))")
# Labels that are not phrases: words, which are tokens, and text that would hide numbers and signs.
NO_PHRASE = re.compile(rf"(?:{WORD.pattern}|[-+*/−–^×·⋅∗÷0-9.,()\s]*)")

# The error messages; {} stands for the text in question.
ERRORS = {
    "long": f"this has {{}} characters; an expression has at most {LONGEST:,}",
    "empty": "the expression is empty; expected for example tanh(w * x + b)",
    "operand": "an operand is missing here: a number, a name or a function",
    "operator": "an operator is missing here; a product is written *",
    "no open": "there is no ( that this ) closes",
    "no close": "this ( is never closed",
    "large": "this number is too large for a float (above 1.8e308)",
    "function": "{} is a function: it takes operands in parentheses, as in {}(x)",
    "number": "{} is a number, not a function; a product is written {} * (...)",
    "no name": "there is no name {}",
    "no function": "there is no function {}",
}


def functions() -> dict[str, Row]:
    """List the rows that can be called, by name and by a symbol that is a word.

    >>> functions()["tanh"], functions()["max"]
    (<op tanh>, <op max>)
    """
    words = {row.symbol: row for row in ops.ELEMENTWISE.values() if row.symbol.isidentifier()}
    return words | nary_ops.NARY | ops.ELEMENTWISE


def takes(row: Row) -> tuple[int, int, int, str]:
    """Return how many operands a row takes: at least, at most, a multiple of what, and in words.

    >>> takes(ops.tanh), takes(nary_ops.dot_of)
    ((1, 1, 1, '1 operand (x)'), (2, 10000, 2, 'the weights and then as many inputs'))
    """
    if isinstance(row, nary_ops.NaryOp):
        pairs = row is nary_ops.dot_of
        said = "the weights and then as many inputs" if pairs else "1 operand or more"
        return 1 + pairs, LONGEST, 1 + pairs, said
    most = len(row.operands)
    least = most - len(row.defaults)
    said = f"{most} operand{'s' * (most > 1)} ({', '.join(row.operands)})" + f" or {least}" * bool(
        row.defaults
    )
    return least, most, 1, said
