"""Gradient clipping against overlong steps, between ``loss.backward()`` and ``optimizer.step()``.

R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", 2013.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Tensor, Value

from .checks import listed, real, wrong
from .errors import NotFiniteNumber
from .leaves import Named, flat, is_array_of_values
from .precision import wide

__all__ = ["clip_grad_norm", "clip_grad_value"]


def clip_grad_norm(parameters: Iterable[Named], max_norm: float, norm_type: float = 2.0) -> float:
    """Scale all gradients together so that their norm is at most ``max_norm``; return the norm before.

    With all gradients as one vector g, ||g|| = (sum |g_i|**norm_type)**(1/norm_type), or the largest |g_i| if
    ``norm_type`` is ``math.inf``: g = g * min(1, max_norm / (||g|| + 1e-6)). This keeps the direction.

    Use it in recurrent networks, and wherever a single batch can undo the work of many. It does not cure a
    learning rate that is too high: the returned norms show how often it clips.

    Parameters without a gradient count as 0. Raises FloatingPointError, and changes nothing, if a gradient is
    inf or nan.

    >>> a, b = Value(1.0), Value(1.0)
    >>> a.grad, b.grad = 3.0, 4.0
    >>> clip_grad_norm([a, b], max_norm=1.0)
    5.0
    >>> round(a.grad, 4), round(b.grad, 4)
    (0.6, 0.8)
    """
    max_norm = real(max_norm, "max_norm", "clip_grad_norm", low=0)
    if not (isinstance(norm_type, float) and norm_type == math.inf):
        norm_type = real(norm_type, "norm_type", "clip_grad_norm", low=0, open_low=True)
    given = _with_gradient(parameters, "clip_grad_norm")
    largest = [float(np.max(np.abs(p.grad), initial=0.0)) for p in given]
    for parameter, size in zip(given, largest):
        if not math.isfinite(size):
            raise NotFiniteNumber(
                f"clip_grad_norm: {parameter!r} has a gradient that is inf or nan; expected finite ones. A "
                "smaller learning rate, or a loss that is stable (from logits), may help"
            )
    most = max(largest, default=0.0)
    if not most:
        return 0.0
    length = 1.0  # relative to the largest, so that no power overflows
    if norm_type != math.inf:
        powers = (
            np.sum((np.abs(wide(np.asarray(p.grad))) / most) ** norm_type, dtype=np.float64) for p in given
        )
        length = math.fsum(powers) ** (1 / norm_type)
    norm = most * length
    # The norm of finite gradients may overflow, and must not turn them into 0.
    factor = max_norm / (norm + 1e-6) if norm < math.inf else max_norm / most / length
    if factor < 1:
        for parameter in given:
            grad = parameter.grad
            if isinstance(grad, np.ndarray):  # a new array: the old one may be shared
                parameter.grad = np.asarray(wide(grad) * factor, grad.dtype)
            else:
                parameter.grad = grad * factor
    return norm


def clip_grad_value(parameters: Iterable[Named], clip_value: float) -> None:
    """Clip every gradient to at most ``clip_value`` in size: g = min(max(g, -clip_value), clip_value).

    Use it against a few outliers among the elements. If the direction of the step matters, use
    :func:`clip_grad_norm`: this one turns it towards the diagonals. Clips infinite gradients too; nan raises
    FloatingPointError and changes nothing.

    >>> a, b = Value(1.0), Value(1.0)
    >>> a.grad, b.grad = -3.0, 0.5
    >>> clip_grad_value([a, b], 1.0)
    >>> a.grad, b.grad
    (-1.0, 0.5)
    """
    clip_value = real(clip_value, "clip_value", "clip_grad_value", low=0)
    given = _with_gradient(parameters, "clip_grad_value")
    for parameter in given:
        if np.isnan(parameter.grad).any():
            raise NotFiniteNumber(f"clip_grad_value: {parameter!r} has a gradient that is nan")
    for parameter in given:
        clipped = np.clip(parameter.grad, -clip_value, clip_value)
        parameter.grad = clipped if isinstance(parameter, Tensor) else float(clipped)


def _with_gradient(parameters: Any, caller: str) -> list[Any]:
    expected = "a list of parameters, such as model.parameters()"
    if isinstance(parameters, (Tensor, Value)):
        raise wrong(parameters, "parameters", caller, expected)
    given = listed(parameters, "parameters", caller, expected)
    for index, parameter in enumerate(given):
        if not isinstance(parameter, (Tensor, Value)) and not is_array_of_values(parameter):
            raise TypeError(
                f"{caller}: parameter {index} is of type {type(parameter).__name__}; "
                "expected Values or Tensors"
            )
    # A shared parameter that is listed twice has one gradient.
    return [parameter for parameter in flat(given) if parameter.grad is not None]
