"""The common activation functions: rows like those of :mod:`autograd.ops`, in the same table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .elementary import abs, erfc, expm1, log1p, maximum, minimum, on_elements
from .kinds import floating, indicator, quietly, where
from .ops import elementwise, exp, tanh

# Values that are safe where the textbook form is not. They have no branches, so that they have formulas too.


def _sigmoid(x: Any) -> Any:
    e = exp(-abs(x))  # never above 1, so nothing overflows
    return where(x >= 0.0, 1.0, e) / (1.0 + e)


def _sigmoid_array(x: Any) -> Any:
    x = floating(x)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


# Partial derivatives that do not fit on one line. 1 - sigmoid(z) is written sigmoid(-z): the same number, but
# without cancellation.


def _swish_to_x(out: Any, x: Any, beta: Any) -> Any:
    z = beta * x
    return sigmoid(z) + out * sigmoid(-z) * beta


def _gelu_tanh(x: Any) -> Any:
    # (1 + tanh(z / 2)) / 2 is sigmoid(z), which does not cancel to 0 on the left
    return x * sigmoid(SQRT_8_OVER_PI * (x + CUBIC * (x * x * x)))


def _gelu_tanh_to_x(out: Any, x: Any) -> Any:
    z = SQRT_8_OVER_PI * (x + CUBIC * (x * x * x))
    bend = out * sigmoid(-z)  # multiplied by x twice, since x * x overflows where this is 0
    return sigmoid(z) + SQRT_8_OVER_PI * (bend + 3.0 * CUBIC * (bend * x * x))


def _mish_to_x(out: Any, x: Any) -> Any:
    gate = tanh(softplus(x))
    return gate + x * sigmoid(x) * (1.0 - gate * gate)


SQRT_HALF = math.sqrt(0.5)
SQRT_8_OVER_PI = math.sqrt(8 / math.pi)
CUBIC = 0.044715  # Hendrycks and Gimpel's fit
# These make mean 0 and variance 1 a stable fixed point (Klambauer and others, 2017, equation 14).
SELU_SCALE = 1.0507009873554805
SELU_SLOPE = SELU_SCALE * 1.6732632423543772  # scale * alpha: the slope at 0 from the left
SQRT_2PI = math.sqrt(2 * math.pi)

sigmoid = elementwise("sigmoid", "sigmoid", _sigmoid, _sigmoid_array, (lambda out, x: out * (1.0 - out),))
identity = elementwise("identity", "identity", lambda x: x, lambda x: x.copy(), (lambda out, x: 1.0,))
leaky_relu = elementwise(
    "leaky_relu", "leaky_relu",
    lambda x, slope: where(x > 0.0, x, slope * x),
    lambda x, slope: np.where(x > 0, x, slope * np.minimum(x, 0)),  # the branch not taken must not overflow
    (  # at 0: slope
        lambda out, x, slope: where(x > 0.0, 1.0, slope),
        lambda out, x, slope: where(x > 0.0, 0.0, x),
    ),
    defaults=(0.01,),
)  # fmt: skip
prelu = elementwise(  # leaky_relu with a learned slope, so without a default
    "prelu", "prelu", leaky_relu.on_float, leaky_relu.on_array, leaky_relu.partials
)
elu = elementwise(
    "elu", "elu", lambda x, alpha: where(x > 0.0, x, alpha * expm1(where(x > 0.0, 0.0, x))),
    lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    (  # at 0: alpha, and the second derivative is 0
        lambda out, x, alpha: where(x > 0.0, 1.0, alpha * exp(where(x < 0.0, x, 0.0))),
        lambda out, x, alpha: expm1(where(x > 0.0, 0.0, x)),
    ),
    defaults=(1.0,),
)  # fmt: skip
selu = elementwise(
    "selu", "selu",
    lambda x: where(x > 0.0, SELU_SCALE * x, SELU_SLOPE * expm1(where(x > 0.0, 0.0, x))),
    lambda x: np.where(x > 0, SELU_SCALE * x, SELU_SLOPE * np.expm1(np.minimum(x, 0))),
    # at 0: slope, and the second derivative is 0
    (lambda out, x: where(x > 0.0, SELU_SCALE, SELU_SLOPE * exp(where(x < 0.0, x, 0.0))),),
)  # fmt: skip
softplus = elementwise(
    "softplus", "softplus",
    lambda x: where(x > 0.0, x, 0.0) + log1p(exp(-abs(x))), lambda x: np.logaddexp(floating(x), 0),
    (lambda out, x: sigmoid(x),),
)  # fmt: skip
silu = elementwise(
    "silu", "silu", lambda x: x * sigmoid(x), lambda x: x * _sigmoid_array(x),
    (lambda out, x: sigmoid(x) + out * (1.0 - sigmoid(x)),),
)  # fmt: skip
swish = elementwise(
    "swish", "swish",
    lambda x, beta: x * sigmoid(beta * x), quietly(lambda x, beta: x * _sigmoid_array(beta * x)),
    (quietly(_swish_to_x), quietly(lambda out, x, beta: out * (x * sigmoid(-beta * x)))),
    defaults=(1.0,),
)  # fmt: skip
mish = elementwise(
    "mish", "mish",
    lambda x: x * tanh(softplus(x)), lambda x: x * np.tanh(np.logaddexp(floating(x), 0)),
    (_mish_to_x,),
)  # fmt: skip
gelu = elementwise(
    "gelu", "gelu",
    lambda x: 0.5 * x * erfc(-x * SQRT_HALF),
    lambda x: 0.5 * x * on_elements(math.erfc, x * -SQRT_HALF),
    (quietly(lambda out, x: 0.5 * erfc(-x * SQRT_HALF) + x * exp(-0.5 * x * x) / SQRT_2PI),),
)  # fmt: skip
gelu_tanh = elementwise(
    "gelu_tanh", "gelu_tanh", _gelu_tanh, quietly(lambda x: _gelu_tanh(floating(x))),
    (quietly(_gelu_tanh_to_x),),
)  # fmt: skip
hardtanh = elementwise(
    "hardtanh", "hardtanh", lambda x, low, high: minimum(maximum(x, low), high), np.clip,
    (  # at low and at high: 0, and the whole gradient goes to the bound
        lambda out, x, low, high: where(x > low, indicator(x < high), 0.0),
        lambda out, x, low, high: where(x > low, 0.0, indicator(low < high)),
        lambda out, x, low, high: indicator(maximum(x, low) >= high),
    ),
    defaults=(-1.0, 1.0),
)  # fmt: skip
