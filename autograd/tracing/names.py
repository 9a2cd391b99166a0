"""Identifiers for the steps of code: their labels where they have some, else t1, t2 and so on."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

from ..ops import CONSTANT
from .code import Code

# Words that the written programs use themselves.
TAKEN = {*keyword.kwlist, *dir(builtins), "math", "np", "parameters", "library", "rows", "n", "mean"}


def identifier(label: str) -> str:
    """A label as a name in Python: what a name cannot have becomes an underscore.

    >>> identifier("w0,1,2"), identifier("2nd"), identifier("∂n")
    ('w0_1_2', '_2nd', '_n')
    """
    name = re.sub(r"\W+", "_", label, flags=re.ASCII).strip() or "_"
    return f"_{name}" if name[0].isdigit() else name


def identifiers(code: Code, taken: Iterable[str] = ()) -> list[str]:
    """A name for each step, no two alike; constants have none, they are written where they are used."""
    used = {*TAKEN, *taken}
    names: list[str] = []
    count = 0
    for step in code.steps:
        if step.op is CONSTANT:
            names.append("")
            continue
        name = identifier(step.label) if step.label else ""
        if name in used:
            name = unused(name, used)
        while not name:
            count += 1
            name = f"t{count}" if f"t{count}" not in used else ""
        used.add(name)
        names.append(name)
    return names


def unused(name: str, used: Iterable[str]) -> str:
    """The name, or with a number behind it, the first that is not in use."""
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
