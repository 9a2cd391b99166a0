"""Mini-batches: a data set in random order, a few examples at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Tensor

from .checks import count, generator


def batches(
    x: Any, y: Any, batch_size: int, seed: Any = 0, shuffle: bool = True
) -> Iterator[tuple[Any, Any]]:
    """One pass over ``x`` and ``y`` together, in batches of ``batch_size``; the last one may be smaller.

    ``x`` and ``y`` are NumPy arrays of as many examples along axis 0 (or lists, which give lists). The order
    is drawn from ``seed``: a whole number gives the same order in every pass, so pass another for each epoch,
    or a ``numpy.random.Generator``, which goes on from pass to pass. Raises ValueError where the lengths
    differ or are 0.

    >>> for numbers, squares in batches(np.arange(5), np.arange(5) ** 2, batch_size=2, shuffle=False):
    ...     print(numbers, squares)
    [0 1] [0 1]
    [2 3] [4 9]
    [4] [16]
    """
    x, y = _examples(x, "x"), _examples(y, "y")
    if len(x) != len(y):
        raise ValueError(f"batches: x has {len(x)} examples and y has {len(y)}; expected as many of each")
    if not len(x):
        raise ValueError("batches: x and y are empty; there is nothing to train on")
    batch_size = count(batch_size, "batch_size", "batches")
    rng = generator(seed, "batches")  # also without shuffle, so that a wrong seed never goes unseen
    order = rng.permutation(len(x)) if shuffle else np.arange(len(x))
    parts = (order[start : start + batch_size] for start in range(0, len(order), batch_size))
    # A generator made here, and not a function that yields: a wrong argument is an error at the call.
    return ((_taken(x, part), _taken(y, part)) for part in parts)


def _examples(data: Any, name: str) -> Any:
    if not isinstance(data, (np.ndarray, Tensor, list, tuple)):
        raise TypeError(f"batches: {name} is of type {type(data).__name__}; expected a NumPy array or a list")
    if not isinstance(data, (list, tuple)) and not data.ndim:
        raise ValueError(f"batches: {name} is a single number; expected examples along axis 0")
    return data


def _taken(data: Any, part: np.ndarray) -> Any:
    if isinstance(data, np.ndarray):
        return data.take(part, axis=0)  # a tenth faster than data[part]
    return data[part] if isinstance(data, Tensor) else [data[i] for i in part.tolist()]
