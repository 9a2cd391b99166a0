"""Leaving some of the data out of training, to see there how it goes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import generator
from ..data import examples, taken

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
    wrong = isinstance(held_out, bool) or not isinstance(held_out, (int, float, np.integer, np.floating))
    if wrong or isinstance(held_out, (float, np.floating)) and not 0 < held_out < 1:
        raise ValueError(
            f"split: {held_out!r} are to be held out; expected a share between 0 and 1, such as 0.1, or a "
            "number of examples"
        )
    size = round(held_out * len(x)) if isinstance(held_out, (float, np.floating)) else int(held_out)
    if not 0 < size < len(x):
        raise ValueError(
            f"split: holding out {held_out!r} leaves {len(x) - size} of {len(x)} examples to train on and "
            f"{size} to validate on; expected at least one of each"
        )
    order = generator(seed, "split").permutation(len(x))
    rest, chosen = order[size:], order[:size]
    return (taken(x, rest), taken(y, rest)), (taken(x, chosen), taken(y, chosen))
