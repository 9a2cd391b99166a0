"""float16 is what numbers are kept in; sums and squares of them are worked out in float32.

float16 ends at 65504: the square of 300 and the sum of 70,000 ones are infinite in it. So a layer, a loss or
an optimizer that takes float16 computes in float32 and rounds what it gives.
"""

from __future__ import annotations

from typing import Any

import numpy as np

HALF = np.dtype(np.float16)  # which comparisons with np.float16 itself would make anew


def working_dtype(dtype: Any) -> np.dtype[Any]:
    """What is computed in: float32 for float16, else the dtype itself.

    >>> working_dtype(np.float16), working_dtype(np.float64)
    (dtype('float32'), dtype('float64'))
    """
    return np.dtype(np.float32 if dtype == HALF else dtype)


def wide(x: Any) -> Any:
    """An array or a Tensor of float16 in float32; of other dtypes as it is.

    >>> wide(np.ones(2, np.float16)).dtype
    dtype('float32')
    """
    return x.astype(np.float32) if x.dtype == HALF else x
