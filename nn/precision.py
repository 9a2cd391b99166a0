"""float16 stores numbers; sums and squares are computed in float32.

float16 ends at 65504: the square of 300 and the sum of 70,000 ones are infinite in it. So layers, losses and
optimizers compute in float32 for float16 input, and round their results.
"""

from __future__ import annotations

from typing import Any

import numpy as np

HALF = np.dtype(np.float16)  # made once: comparing with np.float16 itself makes it each time


def working_dtype(dtype: Any) -> np.dtype[Any]:
    """Return the dtype to compute in: float32 for float16, else the dtype itself.

    >>> working_dtype(np.float16), working_dtype(np.float64)
    (dtype('float32'), dtype('float64'))
    """
    return np.dtype(np.float32 if dtype == HALF else dtype)


def wide(x: Any) -> Any:
    """Convert a float16 array or Tensor to float32; keep other dtypes.

    >>> wide(np.ones(2, np.float16)).dtype
    dtype('float32')
    """
    return x.astype(np.float32) if x.dtype == HALF else x
