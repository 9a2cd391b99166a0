"""The order in which a program defines the functions that it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def defined(
    called: Iterable[str], write: Callable[[str], str], calls: Callable[[str], Iterable[str]]
) -> list[str]:
    """List the definitions of the functions that a program calls, directly or not, each before its callers.

    ``write`` returns the definition of a name, ``calls`` the names that a piece of source calls.

    >>> source = {"f": "f(x) = g(x) + 1", "g": "g(x) = 2 x"}
    >>> defined("f", source.get, lambda text: [name for name in "fg" if name + "(" in text])
    ['g(x) = 2 x', 'f(x) = g(x) + 1']
    """
    found: dict[str, str] = {}

    def define(names: Iterable[str]) -> None:
        for name in sorted(names):
            if name not in found:
                found[name] = ""  # stops recursion
                text = write(name)
                define(calls(text))
                del found[name]
                found[name] = text

    define(called)
    return list(found.values())
