"""What people write who come from micrograd, PyTorch or NumPy, and what it is called here.

A table has, for each such name, what to write in its place. Classes and packages ask it from their
``__getattr__``, which Python calls only where there is no such attribute: so what is there costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any


def unknown(owner: Any, name: str, table: Mapping[str, str]) -> AttributeError:
    """The error for a name that ``owner``, an object or a package, does not have: with the table's advice.

    >>> unknown(3, "view", {"view": "write .reshape(shape)"})
    AttributeError("'int' object has no attribute 'view': write .reshape(shape)")
    """
    if isinstance(owner, ModuleType):
        what = f"module {owner.__name__!r}"
    else:
        what = f"{type(owner).__name__!r} object"
    text = f"{what} has no attribute {name!r}"
    if name in table:
        return AttributeError(f"{text}: {table[name]}")
    return AttributeError(text, name=name, obj=owner)  # of which Python makes a "Did you mean"
