"""Hold out some of the data from training, to validate on."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import generator, wrong
from .loader import examples, taken

Examples = tuple[Any, Any]


def split(x: Any, y: Any, held_out: float | int, seed: Any = 0) -> tuple[Examples, Examples]:
    """Split examples at random into (x, y) to train on and (x, y) to validate on.

    ``held_out`` is how many to hold out: a number of examples, or a share of them (0.1 is a tenth), rounded.
    ``seed`` is a whole number or a generator. Use the second part for choices, such as when to stop or which
    rate is best; report results on a third one that was never used.

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
    """Return how many of ``length`` examples to hold out; ValueError if that leaves none on either side.

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
        expected = f"at least one of the {length} examples to train on, and at least one to hold out"
        raise wrong(held_out, name, caller, expected, ValueError)
    return size
