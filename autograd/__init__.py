"""autograd: a scalar autograd engine that you can read, step through and draw, and its vectorized form.

>>> from autograd import Value
>>> x = Value(3.0)
>>> y = x * x + 2 * x
>>> y.backward()
>>> y.data, x.grad
(15.0, 8.0)

To read the source, begin with ``core``: the whole idea in a hundred lines. The fast version is in ``ops``
(the table), ``symbols`` (the table as formulas), ``compiling`` (from row to method), ``node``, ``value`` and
``engine`` (the backward pass). Then read ``array_ops`` and ``tensor`` for whole arrays, ``tracing`` for
programs, ``show`` for pictures and pages.
"""

import builtins
from importlib import import_module
from typing import Any

from . import activation_ops as activation_ops
from . import array_ops, ops, torch_names
from . import elementary as elementary
from .array_functions import all as all
from .array_functions import any as any
from .array_functions import (
    argmax,
    argmin,
    argsort,
    astype,
    broadcast_to,
    clip,
    cumsum,
    einsum,
    expand_dims,
    flip,
    isnan,
    matmul,
    mean,
    moveaxis,
    norm,
    outer,
    pad,
    prod,
    put,
    repeat,
    reshape,
    roll,
    sliding_window_view,
    sort,
    split,
    squeeze,
    std,
    swapaxes,
    take_along_axis,
    tile,
    transpose,
    tril,
    triu,
    var,
)  # fmt: skip
from .array_functions import max as max
from .array_functions import min as min
from .array_functions import round as round
from .array_ops import ArrayOp
from .check import Checked, GradientError, Report, gradcheck
from .defining import define
from .derivatives import gradients, hessian, hvp, jacobian
from .elementary import abs as abs
from .engine import topological_order
from .functions import concatenate, dot, log_softmax, logsumexp, softmax, stack, sum, take
from .kinds import equal, where
from .modes import detect_anomaly, no_grad
from .naming import formula, name_of
from .nary_ops import NaryOp
from .ops import Op
from .steps import Contribution, Step, backward_steps
from .symbols import Symbol
from .tensor import Tensor
from .value import Value
from .value_array import ValueArray, values

__all__ = [
    "ArrayOp", "Checked", "Contribution", "Drawing", "Film", "GradientError", "NaryOp", "Op", "Program",
    "Report", "Step", "Stepper", "Symbol", "Tensor", "TraceError", "Value", "ValueArray", "abs", "argmax",
    "argmin", "argsort", "array_ops", "astype", "backward_steps", "broadcast_to", "clip", "concatenate",
    "cumsum", "define", "detect_anomaly", "dot", "draw", "einsum", "equal", "expand_dims", "film", "flip",
    "formula", "gradcheck", "gradients", "hessian", "hvp", "isnan", "jacobian", "log_softmax", "logsumexp",
    "matmul", "mean", "moveaxis", "name_of", "no_grad", "norm", "ops", "outer", "pad", "prod", "put",
    "repeat", "reshape", "roll", "sliding_window_view", "softmax", "sort", "split", "squeeze", "stack", "std",
    "stepper", "sum", "swapaxes", "take", "take_along_axis", "tile", "topological_order", "trace", "traced",
    "transpose", "tril", "triu", "values", "var", "where",
]  # fmt: skip
# The rows are functions too. __all__ leaves out names that would shadow Python's own: all, any, max, ...
_ROWS = {name: row for name, row in ops.ELEMENTWISE.items() if name not in globals()}
globals().update(_ROWS)
__all__ += [name for name in _ROWS if name not in ops.OPERATORS and not hasattr(builtins, name)]


# The modules that are loaded on first use: drawing and stepping.
_SHOWN = {
    "draw": "drawing", "Drawing": "drawing", "stepper": "stepper", "Stepper": "stepper", "film": "film",
    "Film": "film",
}  # fmt: skip
_TRACING = {"trace", "traced", "TraceError", "Program"}


def __getattr__(name: str) -> Any:
    """Load drawing, stepping and tracing on first use; find the operations that users defined."""
    if name in _SHOWN:
        return getattr(import_module(f".show.{_SHOWN[name]}", __name__), name)
    if name in _TRACING:
        return getattr(import_module(".tracing", __name__), name)
    if name in ops.ELEMENTWISE:
        return ops.ELEMENTWISE[name]
    raise torch_names.no_function(name)
