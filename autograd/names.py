"""What people write who come from micrograd, PyTorch or NumPy, and what it is called here.

A table has, for each such name, what to write in its place. Packages ask it from their ``__getattr__``. A
class gets an attribute for each name instead, which is an error to read: in a class with ``__getattr__``,
Python 3.11 and older read every attribute the slow way, and a step on Values takes half as long again.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import getattr_static
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


class Elsewhere:
    """An attribute that is not there, and says so when it is read."""

    def __init__(self, name: str, advice: str, text: str) -> None:
        self.name, self.advice, self.text = name, advice, text

    def __get__(self, owner: Any, kind: type) -> Any:
        text = self.text.format(kind=kind.__name__, name=self.name, advice=self.advice)
        raise AttributeError(text, name=self.name)


def tell(
    kind: type, table: Mapping[str, str], text: str = "{kind!r} object has no attribute {name!r}: {advice}"
) -> None:
    """Let each name of the table that the class does not have say what to write."""
    for name, advice in table.items():
        if not hasattr(kind, name):
            setattr(kind, name, Elsewhere(name, advice, text))


def there(owner: Any) -> list[str]:
    """What ``dir`` lists of an object, without what is not there."""
    names = object.__dir__(owner)
    return [name for name in names if not isinstance(getattr_static(owner, name, None), Elsewhere)]
