"""The default random numbers of layers built without ``rng``: one sequence of generators per process.

Every such layer takes the next generator of the sequence. So no two start alike, and a program that builds
the same layers in the same order starts with the same numbers in every run. If threads build layers at the
same time, their order is unknown: pass ``rng`` there.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

import numpy as np

from .checks import count, generator

LAYERS, FORKS = 0, 1  # two branches: a fork does not affect the layers built after it


class _Sequence:
    """An endless sequence of numbered seeds; ``key`` is its path from the root sequence of the seed."""

    def __init__(self, number: int, key: tuple[int, ...] = ()) -> None:
        self.number, self.key = number, key
        self.taken = [0, 0]  # in each branch

    def next_key(self, branch: int) -> tuple[int, ...]:
        place = self.taken[branch]
        self.taken[branch] += 1
        return (*self.key, branch, place)


def _of_worker() -> tuple[int, ...]:
    """Return the key of a multiprocessing worker, made from its name; () for the main process."""
    processes = sys.modules.get("multiprocessing.process")  # loaded in every worker
    name = "MainProcess" if processes is None else processes.current_process().name
    return () if name == "MainProcess" else tuple(name.encode())


_lock = threading.Lock()
_sequence = _Sequence(0, _of_worker())
_child = _sequence  # the sequence for the child of a fork under way


def seed(number: int) -> None:
    """Restart the sequence that layers built without ``rng`` draw from; a process begins with ``seed(0)``.

    ``number`` is a whole number of at least 0. Existing layers, and those with an ``rng``, do not change. A
    worker of ``multiprocessing`` or ``os.fork`` has a sequence of its own, the same in every run; a worker
    that calls ``seed`` uses that seed.

    >>> import nn
    >>> seed(7)
    >>> first, second = nn.Linear(2, 3), nn.Linear(2, 3)
    >>> seed(7)
    >>> again = nn.Linear(2, 3)
    >>> [bool((first.weight.data == other.weight.data).all()) for other in (again, second)]
    [True, False]
    """
    global _sequence
    fresh = _Sequence(count(number, "number", "seed", low=0))
    with _lock:
        _sequence = fresh


def own_generator(rng: Any, caller: str) -> np.random.Generator:
    """Return the given generator, or one made from the given seed; for None, the next one of the sequence.

    >>> own_generator(None, "example").random() == own_generator(None, "example").random()
    False
    """
    if rng is not None:
        return generator(rng, caller)
    with _lock:
        number, key = _sequence.number, _sequence.next_key(LAYERS)
    return np.random.default_rng(np.random.SeedSequence(number, spawn_key=key))


def _before_fork() -> None:
    global _child
    _lock.acquire()  # no other thread may hold it, since only the forking thread lives on in the child
    _child = _Sequence(_sequence.number, _sequence.next_key(FORKS))


def _in_child() -> None:
    global _sequence
    _sequence = _child
    _lock.release()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(before=_before_fork, after_in_parent=_lock.release, after_in_child=_in_child)
