"""Errors for names from micrograd, PyTorch or NumPy that have another name here.

A table says for each such name what to write instead. Packages look names up in their ``__getattr__``. A
class gets an attribute for each name, and reading it is an error: with ``__getattr__`` in the class, Python
3.11 and older would read every attribute the slow way, and a step on Values would take half as long again.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import getattr_static
from types import ModuleType
from typing import Any


def unknown(owner: Any, name: str, table: Mapping[str, str]) -> AttributeError:
    """Make the error for a name that ``owner`` (an object or a package) lacks, with the table's advice.

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
    return AttributeError(text, name=name, obj=owner)  # from which Python makes a "Did you mean"


class Elsewhere:
    """A missing attribute: reading it is an error that names the right one."""

    def __init__(self, name: str, advice: str, text: str) -> None:
        self.name, self.advice, self.text = name, advice, text

    def __get__(self, owner: Any, kind: type) -> Any:
        text = self.text.format(kind=kind.__name__, name=self.name, advice=self.advice)
        raise AttributeError(text, name=self.name)


def tell(
    kind: type, table: Mapping[str, str], text: str = "{kind!r} object has no attribute {name!r}: {advice}"
) -> None:
    """Add an :class:`Elsewhere` to the class for each name of the table that it lacks."""
    for name, advice in table.items():
        if not hasattr(kind, name):
            setattr(kind, name, Elsewhere(name, advice, text))


def there(owner: Any) -> list[str]:
    """List the attributes of an object for ``dir``, without those that are :class:`Elsewhere`."""
    names = object.__dir__(owner)
    return [name for name in names if not isinstance(getattr_static(owner, name, None), Elsewhere)]
