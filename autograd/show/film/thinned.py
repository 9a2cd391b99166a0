"""Thin out a long run: keep the first, the last, and evenly spaced items in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Thinned(Generic[T]):
    """At most ``most`` of the appended items: every one, or every second, fourth, eighth, ..., and always the
    first and the last.

    When there are too many, every second one is dropped. So the length of the run need not be known in
    advance, and the kept items are evenly spaced.

    >>> run = Thinned(4)
    >>> for step in range(12):
    ...     run.append(step)
    >>> list(run), run.appended, run.every
    ([0, 4, 8, 11], 12, 4)
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.every = 1
        self.appended = 0
        self._kept: list[T] = []
        self._last: list[T] = []  # the last item, unless it is among those kept

    def append(self, item: T) -> None:
        """Append an item."""
        self._last = [item]
        if self.appended % self.every == 0:
            self._kept.append(item)
            self._last = []
        self.appended += 1
        while len(self) > self.most:
            self._last = self._last or self._kept[-1:]
            self._kept = self._kept[::2]
            self.every *= 2
            if (self.appended - 1) % self.every == 0:
                self._last = []

    def __len__(self) -> int:
        return len(self._kept) + len(self._last)

    def __iter__(self) -> Iterator[T]:
        yield from self._kept
        yield from self._last
