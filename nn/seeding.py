"""Where the random numbers of a layer come from that is built without ``rng``: one sequence of the process.

Every such layer takes the next generator of the sequence, so no two start alike, and a program that builds
the same layers in the same order starts with the same numbers in every run. Where threads build layers at the
same time, their order is not known: pass ``rng`` there.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

import numpy as np

from .checks import count, generator

LAYERS, FORKS = 0, 1  # two branches of the sequence: a fork takes nothing from the layers built after it


class _Sequence:
    """Seeds without end, each by its number; ``key`` is the way to this sequence from that of the seed."""

    def __init__(self, number: int, key: tuple[int, ...] = ()) -> None:
        self.number, self.key = number, key
        self.taken = [0, 0]  # of each branch

    def next_key(self, branch: int) -> tuple[int, ...]:
        place = self.taken[branch]
        self.taken[branch] += 1
        return (*self.key, branch, place)


def _of_worker() -> tuple[int, ...]:
    """The key of a process that multiprocessing has started anew, from its name; () in a program's first."""
    processes = sys.modules.get("multiprocessing.process")  # loaded in every worker
    name = "MainProcess" if processes is None else processes.current_process().name
    return () if name == "MainProcess" else tuple(name.encode())


_lock = threading.Lock()
_sequence = _Sequence(0, _of_worker())
_child = _sequence  # what a fork under way will go on with


def seed(number: int) -> None:
    """Begin the sequence anew that layers built without ``rng`` draw from; a process begins with ``seed(0)``.

    ``number`` is a whole number of at least 0. Layers that are built already, and all that was given an
    ``rng``, stay as they are. A worker of ``multiprocessing`` or ``os.fork`` has a sequence of its own, also
    the same in every run; one that calls ``seed`` has that of the number.

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
    """The generator that was given, or made of the seed; where None was, the next one of the sequence.

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
    _lock.acquire()  # no thread is to be at work on it, for in the child there is only the one that forks
    _child = _Sequence(_sequence.number, _sequence.next_key(FORKS))


def _in_child() -> None:
    global _sequence
    _sequence = _child
    _lock.release()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(before=_before_fork, after_in_parent=_lock.release, after_in_child=_in_child)
