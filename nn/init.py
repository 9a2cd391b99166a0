"""How weights begin: Xavier and Kaiming, so that signals keep their size from layer to layer.

A sum of ``fan_in`` products has variance ``fan_in * var(w) * var(x)``. To keep it at ``var(x)``, forward or
backward, the weights have the variance below; ``gain`` makes up for what the non-linearity takes away.

>>> xavier_uniform((2, 3), rng=0).shape
(2, 3)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .checks import generator

# relu and its smooth relatives halve the second moment of their input; tanh's value is PyTorch's.
GAINS = {
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "leaky_relu": math.sqrt(2 / (1 + 0.01**2)),
    **dict.fromkeys(("elu", "softplus", "silu", "gelu"), math.sqrt(2)),
}


def gain(activation: str | None) -> float:
    """The factor by which weights are larger where ``activation`` follows: sqrt(2) for relu, 1 where nothing
    is known.

    >>> gain("relu") ** 2, gain(None), gain("sigmoid")
    (2.0000000000000004, 1.0, 1.0)
    """
    return GAINS.get(activation or "linear", 1.0)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """The numbers of inputs and outputs of a weight array of shape (nout, nin, ...).

    >>> fans((10, 784))
    (784, 10)
    """
    shape = tuple(shape)
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError(
            f"init: a weight of shape {shape} has no inputs and outputs; expected (nout, nin), or more axes"
        )
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


def uniform(shape: tuple[int, ...], bound: float, rng: Any, dtype: Any = np.float32) -> np.ndarray:
    """Numbers drawn evenly from -``bound`` to ``bound``.

    >>> bool(abs(uniform((4, 5), 0.1, rng=0)).max() <= 0.1)
    True
    """
    return generator(rng, "init").uniform(-bound, bound, shape).astype(dtype)


def normal(shape: tuple[int, ...], std: float, rng: Any, dtype: Any = np.float32) -> np.ndarray:
    """Numbers drawn from the normal distribution with mean 0 and standard deviation ``std``.

    >>> normal((2, 2), 1.0, rng=0).dtype
    dtype('float32')
    """
    return (generator(rng, "init").standard_normal(shape) * std).astype(dtype)


def xavier_uniform(
    shape: tuple[int, ...], rng: Any, gain: float = 1.0, dtype: Any = np.float32
) -> np.ndarray:
    """U(-a, a) with a = gain * sqrt(6 / (fan_in + fan_out)): a balance of forward and backward, for tanh and
    sigmoid.

    ``shape`` is (nout, nin); ``rng`` a generator or a seed. Glorot and Bengio, "Understanding the difficulty
    of training deep feedforward neural networks", 2010.

    >>> bool(abs(xavier_uniform((50, 100), rng=0)).max() <= 0.2)
    True
    """
    return uniform(shape, gain * math.sqrt(6 / sum(fans(shape))), rng, dtype)


def xavier_normal(shape: tuple[int, ...], rng: Any, gain: float = 1.0, dtype: Any = np.float32) -> np.ndarray:
    """N(0, std) with std = gain * sqrt(2 / (fan_in + fan_out)); otherwise as :func:`xavier_uniform`.

    >>> xavier_normal((50, 100), rng=0).shape
    (50, 100)
    """
    return normal(shape, gain * math.sqrt(2 / sum(fans(shape))), rng, dtype)


def kaiming_uniform(
    shape: tuple[int, ...],
    rng: Any,
    gain: float = math.sqrt(2),
    mode: str = "fan_in",
    dtype: Any = np.float32,
) -> np.ndarray:
    """U(-a, a) with a = gain * sqrt(3 / fan): keeps the size of signals where relu follows.

    ``mode`` is ``"fan_in"`` (the forward pass keeps its size) or ``"fan_out"`` (the backward pass). He,
    Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.

    >>> bool(abs(kaiming_uniform((50, 600), rng=0)).max() <= 0.1)
    True
    """
    return uniform(shape, gain * math.sqrt(3 / _fan(shape, mode)), rng, dtype)


def kaiming_normal(
    shape: tuple[int, ...],
    rng: Any,
    gain: float = math.sqrt(2),
    mode: str = "fan_in",
    dtype: Any = np.float32,
) -> np.ndarray:
    """N(0, std) with std = gain / sqrt(fan); otherwise as :func:`kaiming_uniform`.

    >>> kaiming_normal((50, 100), rng=0).shape
    (50, 100)
    """
    return normal(shape, gain / math.sqrt(_fan(shape, mode)), rng, dtype)


def _fan(shape: tuple[int, ...], mode: str) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"init: mode is {mode!r}; expected 'fan_in' or 'fan_out'")
    return fans(shape)[mode == "fan_out"]
