"""What the package asks of its arguments, beside what autograd asks of any: :mod:`autograd.checks`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.checks import choice, count, flag, floating, function, instance, path, real, text, whole, wrong

__all__ = [
    "choice", "count", "flag", "floating", "function", "generator", "instance", "numbers", "path", "real",
    "text", "whole", "wrong",
]  # fmt: skip


def generator(rng: Any, caller: str) -> np.random.Generator:
    """A generator as it is, or a new one from a whole number: random numbers never come from global state.

    Two calls with the same seed draw the same numbers; a generator passed on draws new ones each time.

    >>> bool(generator(7, "example").random() == generator(7, "example").random())
    True
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    raise TypeError(f"{caller}: the source of random numbers is {rng!r}; expected a numpy.random.Generator, "
                    "or a whole number of at least 0 as its seed")  # fmt: skip


def numbers(data: Any, dtype: Any, caller: str) -> np.ndarray:
    """Data as an array of ``dtype`` (its own where None); TypeError for Values and all that is no number.

    >>> numbers([1, 2], np.float32, "Linear").dtype
    dtype('float32')
    """
    array = np.asarray(data)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{caller}: got data of dtype {array.dtype}; expected numbers (Values and Tensors do not mix: "
            "mlp.vectorized() makes a network of Tensors from one of Values)"
        )
    return array if dtype is None else array.astype(dtype, copy=False)
