"""The grammar as a script for a page, where ``show/page/arithmetic.js`` reads by it."""

from __future__ import annotations

import json
from typing import Any

from .. import ops
from ..javascript import PRIMITIVES, JavaScript, definitions, operand_names, value
from . import grammar

# The rows on any number of operands that are no function of JavaScript or of its library here.
LACKING = {
    "sum": "xs.reduce((sum, x) => sum + x, 0)",
    "dot": "xs.slice(xs.length / 2).reduce((sum, x, i) => sum + x * xs[i], 0)",
}


def script() -> str:
    """Write the table, and in it the functions with the values that the rows give.

    A row whose value has no formula is left out.

    >>> print(*[line.strip() for line in script().splitlines() if line.startswith("  max")])
    max: [1, 10000, 1, "1 operand or more", (...xs) => Math.max(...xs)],
    maximum: [2, 2, 1, "2 operands (x, y)", (x1, x2) => x1 > x2 ? x1 : x1 <= x2 ? x2 : x1 + x2],
    """
    table: dict[str, Any] = {
        name: getattr(grammar, name)
        for name in ("LONGEST", "LONGEST_TRIAL", "CONSTANTS", "OPEN", "SIGN", "ERRORS")
    }
    for name in ("OPERAND", "BETWEEN", "SPACE", "WORD_GOES_ON", "NO_PHRASE"):
        table[name] = _pattern(getattr(grammar, name).pattern)
    table["REFUSED"] = [[_pattern(pattern), reason] for pattern, reason in grammar.REFUSED.items()]
    table["OPERATORS"] = {symbol: [row.name, *binds] for symbol, (row, *binds) in grammar.OPERATORS.items()}
    lines = []
    for name, row in grammar.functions().items():
        try:
            function = _function(row)
        except ValueError:
            continue
        lines.append(f"  {name}: [{_json(grammar.takes(row))[1:-1]}, {function}],\n")
    return f"const grammar = {_json(table)};\ngrammar.functions = {{\n{''.join(lines)}}};\n"


def _json(data: Any) -> str:
    # "<" as an escape, so that no text in it can end the script element
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _function(row: grammar.Row) -> str:
    if not isinstance(row, ops.Op):
        return f"(...xs) => {LACKING.get(row.name) or f'{PRIMITIVES[row.name]}(...xs)'}"
    names = operand_names(row)
    written = value(row, list(map(JavaScript, names)))
    definitions(written)  # ValueError where a row that it calls has no formula
    least = len(names) - len(row.defaults)
    defaults = [f"{name} = {default}" for name, default in zip(names[least:], row.defaults)]
    return f"({', '.join(names[:least] + defaults)}) => {written}"


def _pattern(pattern: str) -> str:
    """The pattern in JavaScript's writing: there the classes have letters and digits of ASCII alone."""
    return pattern.replace("(?P", "(?").replace(r"\w", r"\p{L}\p{N}_").replace(r"\d", r"\p{Nd}")
