"""In which order a program defines the functions that it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def defined(
    called: Iterable[str], write: Callable[[str], str], calls: Callable[[str], Iterable[str]]
) -> list[str]:
    """The definitions of what a program calls, and of what these call: each before those that call it.

    ``write`` gives the definition of a name, ``calls`` the names that a piece of source calls.

    >>> source = {"f": "f(x) = g(x) + 1", "g": "g(x) = 2 x"}
    >>> defined("f", source.get, lambda text: [name for name in "fg" if name + "(" in text])
    ['g(x) = 2 x', 'f(x) = g(x) + 1']
    """
    found: dict[str, str] = {}

    def define(names: Iterable[str]) -> None:
        for name in sorted(names):
            if name not in found:
                found[name] = ""  # one that calls itself ends here
                text = write(name)
                define(calls(text))
                del found[name]
                found[name] = text

    define(called)
    return list(found.values())
