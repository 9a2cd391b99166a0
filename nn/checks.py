"""What every constructor of the package asks of its numbers, in one place, so that all errors read alike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


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


def count(number: Any, name: str, caller: str, low: int = 1) -> int:
    """A whole number of at least ``low``, as an int.

    >>> count(3, "nin", "Linear")
    3
    """
    if isinstance(number, (int, np.integer)) and not isinstance(number, bool) and number >= low:
        return int(number)
    kind = ValueError if isinstance(number, (int, np.integer)) and not isinstance(number, bool) else TypeError
    raise kind(f"{caller}: {name} is {number!r}; expected a whole number of at least {low}")


def real(
    number: Any, name: str, caller: str, *, low: float, high: float = math.inf, open_low: bool = False
) -> float:
    """A finite number from ``low`` (itself excluded with ``open_low``) up to ``high`` (excluded), as a float.

    >>> real(0.5, "p", "Dropout", low=0, high=1)
    0.5
    """
    if isinstance(number, bool) or not isinstance(number, (int, float, np.integer, np.floating)):
        raise TypeError(f"{caller}: {name} is {number!r} of type {type(number).__name__}; expected a number")
    if low <= number < high and not (open_low and number == low):
        return float(number)
    bounds = f"{'above' if open_low else 'of at least'} {low:g}" + (
        f" and below {high:g}" if high < math.inf else ""
    )
    raise ValueError(f"{caller}: {name} is {number!r}; expected a finite number {bounds}")
