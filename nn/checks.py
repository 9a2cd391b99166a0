"""Checks of arguments that only this package needs, and those of :mod:`autograd.checks`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.checks import (
    array,
    choice,
    count,
    flag,
    floating,
    function,
    instance,
    listed,
    path,
    real,
    shown,
    text,
    whole,
    wrong,
)

__all__ = [
    "array", "choice", "count", "flag", "floating", "function", "generator", "instance", "listed", "numbers",
    "path", "real", "shown", "text", "whole", "wrong",
]  # fmt: skip


def generator(rng: Any, caller: str, name: str = "rng") -> np.random.Generator:
    """Return a generator as it is, or make one from a seed: random numbers never come from global state.

    Two calls with the same seed draw the same numbers; a shared generator draws new ones each time.

    >>> bool(generator(7, "example").random() == generator(7, "example").random())
    True
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    raise TypeError(
        f"{caller}: the source of random numbers is {shown(rng)}; expected as {name} a "
        "numpy.random.Generator, or a whole number of at least 0 to make one from"
    )


def numbers(data: Any, dtype: Any, caller: str, name: str = "x") -> np.ndarray:
    """Convert data to an array of ``dtype`` (None keeps its own); TypeError for Values and non-numbers.

    >>> numbers([1, 2], np.float32, "Linear").dtype
    dtype('float32')
    """
    try:
        found = np.asarray(data)
    except (TypeError, ValueError):  # lists of different lengths, or Tensors in a list
        found = np.array(None)
    if found.dtype.kind not in "biuf":
        expected = (
            "numbers in an array or in lists of equal lengths (Values and Tensors do not mix: "
            "mlp.vectorized() makes a network of Tensors from one of Values)"
        )
        raise wrong(data, name, caller, expected)
    return found if dtype is None else found.astype(dtype, copy=False)
