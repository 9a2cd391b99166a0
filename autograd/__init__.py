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

from . import array_ops, elementary, ops  # first, so that all rows there are become methods
from .check import Checked, GradientError, Report, gradcheck
from .defining import define
from .derivatives import hessian, hvp, jacobian
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
    "backward_steps", "concatenate", "cos", "define", "detect_anomaly", "dot", "draw", "elu", "erf",
    "erfc", "exp", "expm1", "film", "formula", "gelu", "gelu_tanh", "gradcheck", "gradients", "hardtanh",
    "hessian", "hvp", "identity", "jacobian", "leaky_relu", "log", "log1p", "log_softmax", "logsumexp",
    "maximum", "minimum", "mish", "name_of", "no_grad", "ops", "prelu", "relu", "selu", "sigmoid", "sign",
    "silu", "sin", "softmax", "softplus", "sqrt", "stack", "stepper", "sum", "swish", "take", "tan",
    "tanh", "topological_order", "trace", "traced", "values", "where",
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
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")
