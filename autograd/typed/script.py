"""The grammar as a script for a page, where ``show/page/arithmetic.js`` parses with it."""

from __future__ import annotations

import json
from typing import Any

from ..languages.javascript import PRIMITIVES, JavaScript, definitions, operand_names, value
from ..nary_ops import NaryOp
from ..symbols import is_infix
from . import grammar

# Rows on any number of operands that neither JavaScript nor its library here has as a function.
LACKING = {
    "sum": "(...xs) => xs.reduce((sum, x) => sum + x, 0)",
    "dot": "(...xs) => xs.slice(xs.length / 2).reduce((sum, x, i) => sum + x * xs[i], 0)",
}


def script() -> str:
    """Write the table, with a function for each row.

    Rows without a formula are left out. The table has the number of operands where JavaScript cannot know it.

    >>> print(*[line for line in script().splitlines() if line.startswith("max")])
    max: Math.max, maximum: rows.maximum,
    """
    table: dict[str, Any] = {
        name: getattr(grammar, name)
        for name in ("LONGEST", "LONGEST_TRIAL", "CONSTANTS", "OPEN", "SIGN", "ERRORS")
    }
    for name in ("OPERAND", "BETWEEN", "SPACE", "WORD_GOES_ON", "NO_PHRASE"):
        # JavaScript's own classes have only ASCII letters and digits
        pattern = getattr(grammar, name).pattern.replace("(?P", "(?")
        table[name] = pattern.replace(r"\w", r"\p{L}\p{N}_").replace(r"\d", r"\p{Nd}")
    table["OPERATORS"] = {symbol: [row.name, *binds] for symbol, (row, *binds) in grammar.OPERATORS.items()}
    table["TAKES"], lines = {}, []
    for name, row in grammar.functions().items():
        try:
            lines.append(f"{name}: {_function(row)},\n")
        except ValueError:
            continue
        if isinstance(row, NaryOp) or row.defaults:
            table["TAKES"][name] = grammar.takes(row)[:3]
    return f"const grammar = {_json(table)};\ngrammar.functions = {{\n{''.join(lines)}}};\n"


def _json(data: Any) -> str:
    # escaped, so that no text in it can end the script element
    return (
        json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        .replace("</", "<\\/")
        .replace("<!", "\\u003c!")
    )


def _function(row: grammar.Row) -> str:
    if row.name in PRIMITIVES and not getattr(row, "is_defined", False):
        return PRIMITIVES[row.name]
    if isinstance(row, NaryOp):
        return LACKING[row.name]
    names = operand_names(row)
    if is_infix(row):
        return f"({', '.join(names)}) => {value(row, list(map(JavaScript, names)))}"
    definitions(called := f"rows.{row.name}")  # a ValueError if there is no formula
    least = len(names) - len(row.defaults)
    given = names[:least] + [f"{name} = {default}" for name, default in zip(names[least:], row.defaults)]
    return f"({', '.join(given)}) => {called}({', '.join(names)})" if row.defaults else called
