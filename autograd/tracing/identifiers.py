"""Identifiers for the steps of code: their labels, or else t1, t2 and so on."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from ..ops import CONSTANT
from .code import ARGUMENT, Code

# Words that the generated programs use themselves.
TAKEN = {*keyword.kwlist, *dir(builtins), "math", "np", "parameters", "library", "rows", "n", "mean"}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def identifier(label: str) -> str:
    """Turn a label into a Python name, with underscores for characters that a name cannot have.

    >>> identifier("w0,1,2"), identifier("2nd"), identifier("∂n"), identifier("λ x")
    ('w0_1_2', '_2nd', '_n', 'λ_x')
    """
    if _PLAIN.fullmatch(label):
        return label
    # Python normalizes names to NFKC, so labels that look alike are one name
    letters = unicodedata.normalize("NFKC", label)
    name = "".join([letter if f"_{letter}".isidentifier() else " " for letter in letters])
    name = re.sub(" +", "_", name) or "_"
    return name if name.isidentifier() else f"_{name}"


def distinct(labels: Iterable[str], taken: Collection[str]) -> list[str]:
    """Return a unique name for each label.

    >>> distinct(["x", "x", "lambda"], ["lambda"])
    ['x', 'x_2', 'lambda_2']
    """
    namer = Namer(taken)
    return [namer.name(label) for label in labels]


class Namer:
    """A source of unique names."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.used = set(taken)
        self._counts: dict[str, int] = {}  # where to continue counting, as many labels may be equal

    def name(self, label: str | None) -> str:
        """Return a name for the label; without a label, the next of t1, t2 and so on."""
        base = identifier(label) if label else ""
        name, count = base, self._counts.get(base, 1 if base else 0)
        while not name or name in self.used:
            count += 1
            name = f"{base}_{count}" if base else f"t{count}"
        self._counts[base] = count
        self.used.add(name)
        return name


def identifiers(
    code: Code, taken: Iterable[str] = (), arguments: Mapping[int, str] | None = None
) -> list[str]:
    """Return a unique name for each step; constants are written inline and have none.

    ``arguments`` has the names of the arguments that are already named.
    """
    arguments = arguments or {}
    namer = Namer({*taken, *arguments.values()})
    names: list[str] = []
    for step in code.steps:
        if step.op is CONSTANT:
            names.append("")
        elif step.op is ARGUMENT and step.detail in arguments:
            names.append(arguments[step.detail])
        else:
            names.append(namer.name(step.label))
    return names


def unused(name: str, used: Iterable[str]) -> str:
    """Return the name with the first number from 2 on that makes it unused."""
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
