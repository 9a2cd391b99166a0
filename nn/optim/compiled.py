"""Adam's step compiled by Numba, if it is installed: one pass through memory instead of ten.

In NumPy each operation passes over all numbers: 100 us for the 101,770 parameters of an MNIST network; the
compiled loop takes 15. It does the same operations in the same order, with the same rounding, so the results
are bit-identical and a run may continue with either.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

LARGE = 1 << 16  # numbers; compiling takes 0.7 s once, which smaller parameters would not win back
Kernel = Callable[..., None]
_compiled: dict[np.dtype[Any], Kernel] = {}


def adam(
    data: np.ndarray,
    grad: np.ndarray,
    mean: np.ndarray,
    square: np.ndarray,
    keep_mean: float,
    keep_square: float,
    rate: float,
    eps: float,
) -> bool:
    """Set mean = keep_mean mean + g, square = keep_square square + g g, p -= rate mean / (sqrt(square)+eps).

    Works in place. Returns False, with nothing done, if Numba is missing, the arrays are small or have
    different memory orders, or the coefficients vary within them.

    >>> arrays = [np.ones(3, np.float16) for _ in range(4)]  # a kind that is not compiled
    >>> adam(*arrays, keep_mean=0.9, keep_square=0.99, rate=0.1, eps=1e-8)
    False
    """
    kind = data.dtype
    kernel = _compiled.get(kind)
    if kernel is None:
        if data.size < LARGE or kind not in (np.float32, np.float64) or not _numba():
            return False
        kernel = _compiled[kind] = _build()
    # Few and simple checks: this is called in every step, and the loop itself takes 15 us.
    if type(rate) is not float or not data.flags.forc:
        return False
    strides = data.strides
    for array in (grad, mean, square):
        if array.strides != strides or array.dtype != kind:
            return False
    number = kind.type
    kernel(
        data.ravel("K"), grad.ravel("K"), mean.ravel("K"), square.ravel("K"),
        number(keep_mean), number(keep_square), number(rate), number(eps),
    )  # fmt: skip
    return True


@cache
def _numba() -> Any:
    try:
        return importlib.import_module("numba")
    except ImportError:  # also if it is installed, but does not support this NumPy
        return None


def _build() -> Kernel:
    def kernel(
        data: Any, grad: Any, mean: Any, square: Any, keep_mean: Any, keep_square: Any, rate: Any, eps: Any
    ) -> None:
        for i in range(data.size):
            g = grad[i]
            m = mean[i] * keep_mean + g
            v = square[i] * keep_square + g * g
            mean[i], square[i] = m, v
            data[i] -= m / (np.sqrt(v) + eps) * rate

    # NumPy's division, which gives inf and nan and does not raise; nothing that changes the rounding
    compiled: Kernel = _numba().njit(error_model="numpy")(kernel)
    return compiled
