"""autograd: a scalar autograd engine that can be read, stepped and drawn, and its vectorized path.

>>> from autograd import Value
>>> x = Value(3.0)
>>> y = x * x + 2 * x
>>> y.backward()
>>> y.data, x.grad
(15.0, 8.0)
"""

from importlib import import_module
from typing import Any

from . import array_ops, ops, torch_names
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
from .check import Checked, GradientError, Report, gradcheck
from .defining import define
from .derivatives import hessian, hvp, jacobian
from .elementary import (
    arccos,
    arcsin,
    arctan,
    arctan2,
    ceil,
    cosh,
    exp2,
    floor,
    hypot,
    log2,
    log10,
    sinh,
    square,
)  # fmt: skip
from .engine import Contribution, Step, backward_steps, gradients, topological_order
from .functions import concatenate, dot, log_softmax, logsumexp, softmax, stack, sum, take
from .modes import detect_anomaly, no_grad
from .naming import formula, name_of
from .ops import (
    ArrayOp,
    NaryOp,
    Op,
    abs,
    cos,
    elu,
    equal,
    erf,
    erfc,
    exp,
    expm1,
    gelu,
    gelu_tanh,
    hardtanh,
    identity,
    leaky_relu,
    log,
    log1p,
    maximum,
    minimum,
    mish,
    prelu,
    relu,
    selu,
    sigmoid,
    sign,
    silu,
    sin,
    softplus,
    sqrt,
    swish,
    tan,
    tanh,
    where,
)  # fmt: skip
from .symbols import Symbol
from .tensor import Tensor
from .value import Value
from .value_array import ValueArray, values

__all__ = [
    "ArrayOp", "Checked", "Contribution", "Drawing", "Film", "GradientError", "NaryOp", "Op", "Program",
    "Report", "Step", "Stepper", "Symbol", "Tensor", "TraceError", "Value", "ValueArray", "abs", "array_ops",
    "backward_steps", "concatenate", "cos", "define", "detect_anomaly", "dot", "draw", "elu", "equal", "erf",
    "erfc", "exp", "expm1", "film", "formula", "gelu", "gelu_tanh", "gradcheck", "gradients", "hardtanh",
    "hessian", "hvp", "identity", "jacobian", "leaky_relu", "log", "log1p", "log_softmax", "logsumexp",
    "maximum", "minimum", "mish", "name_of", "no_grad", "ops", "prelu", "relu", "selu", "sigmoid", "sign",
    "silu", "sin", "softmax", "softplus", "sqrt", "stack", "stepper", "sum", "swish", "take", "tan",
    "tanh", "topological_order", "trace", "traced", "values", "where",
]  # fmt: skip
# What NumPy's users expect. all, any, max, min and round are there too, and would hide Python's own.
__all__ += [
    "arccos", "arcsin", "arctan", "arctan2", "argmax", "argmin", "argsort", "astype", "broadcast_to",
    "ceil", "clip", "cosh", "cumsum", "einsum", "exp2", "expand_dims", "flip", "floor", "hypot", "isnan",
    "log10", "log2", "matmul", "mean", "moveaxis", "norm", "outer", "pad", "prod", "put", "repeat",
    "reshape", "roll", "sinh", "sort", "split", "square", "squeeze", "std", "swapaxes", "take_along_axis",
    "tile", "transpose", "tril", "triu", "var",
]  # fmt: skip


# Where to find what is loaded when first asked for: drawing and stepping.
_SHOWN = {
    "draw": "drawing", "Drawing": "drawing", "stepper": "stepper", "Stepper": "stepper", "film": "film",
    "Film": "film",
}  # fmt: skip
_TRACING = {"trace", "traced", "TraceError", "Program"}


def __getattr__(name: str) -> Any:
    """What is loaded when first asked for, and the operations that people defined."""
    if name in _SHOWN:
        return getattr(import_module(f".show.{_SHOWN[name]}", __name__), name)
    if name in _TRACING:
        return getattr(import_module(".tracing", __name__), name)
    if name in ops.ELEMENTWISE:
        return ops.ELEMENTWISE[name]
    raise torch_names.no_function(name)
