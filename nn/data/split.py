"""Leaving some of the data out of training, to see there how it goes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import generator, wrong
from .loader import examples, taken

Examples = tuple[Any, Any]


def split(x: Any, y: Any, held_out: float | int, seed: Any = 0) -> tuple[Examples, Examples]:
    """Examples in two parts at random, (x, y) to train on and (x, y) to validate on; each example in one of
    them.

    ``held_out`` is how many are left out of training: a number of examples, or a share (0.1 is a tenth) of
    them, rounded. ``seed`` is a whole number or a generator. Choices, such as when to stop or which rate is
    best, are made on the second part; what is reported at the end needs a third that was never looked at.

    >>> train, validation = split(np.arange(10), np.arange(10) ** 2, held_out=0.2)
    >>> validation
    (array([4, 6]), array([16, 36]))
    >>> len(train[0])
    8
    """
    x, y = examples(x, y, "split")
    size = size_of(held_out, len(x), "held_out", "split")
    order = generator(seed, "split").permutation(len(x))
    rest, chosen = order[size:], order[:size]
    return (taken(x, rest), taken(y, rest)), (taken(x, chosen), taken(y, chosen))


def size_of(held_out: Any, length: int, name: str, caller: str) -> int:
    """How many of ``length`` examples are held out; ValueError where that leaves none on either side.

    >>> size_of(0.25, 8, "held_out", "split"), size_of(3, 8, "held_out", "split")
    (2, 3)
    """
    is_share = isinstance(held_out, (float, np.floating))
    is_number = is_share or isinstance(held_out, (int, np.integer)) and not isinstance(held_out, bool)
    if not is_number or is_share and not 0 < held_out < 1:
        expected = "a share between 0 and 1, such as 0.1, or a number of examples"
        raise wrong(held_out, name, caller, expected, ValueError if is_number else TypeError)
    size = round(held_out * length) if is_share else int(held_out)
    if not 0 < size < length:
        expected = f"to leave at least one of the {length} examples to train on, and to hold out at least one"
        raise wrong(held_out, name, caller, expected, ValueError)
    return size
