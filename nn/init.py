"""Initial weights: Xavier, Kaiming, LeCun and orthogonal, which keep the size of signals across layers.

A sum of ``fan_in`` products has variance ``fan_in * var(w) * var(x)``. To keep it at ``var(x)``, forward or
backward, the weights have the variance given below; ``gain`` makes up for what the non-linearity takes away.
:func:`variances` shows what a network does to its signals, layer by layer.

>>> xavier_uniform((2, 3), rng=0).shape
(2, 3)
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import Tensor, ValueArray, gradients
from autograd.names import unknown

from .activations import find
from .checks import choice, count, floating, function, generator, listed, real, wrong
from .leaves import flat, nodes_of
from .torch_names import INIT

# relu and its smooth relatives halve the second moment of their input; tanh's value is PyTorch's.
GAINS = {
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "leaky_relu": math.sqrt(2 / (1 + 0.01**2)),
    "prelu": math.sqrt(2 / (1 + 0.25**2)),
    **dict.fromkeys(("elu", "softplus", "silu", "swish", "gelu", "gelu_tanh", "mish"), math.sqrt(2)),
}


def gain(activation: str | None) -> float:
    """Return the factor on weights before ``activation``: sqrt(2) for relu, 1 by default. ValueError for an
    unknown activation.

    >>> gain("relu") ** 2, gain(None), gain("sigmoid")
    (2.0000000000000004, 1.0, 1.0)
    """
    row = find(activation, "gain")
    return 1.0 if row is None else GAINS.get(row.name, 1.0)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the numbers of inputs and outputs of a weight array of shape (nout, nin, ...).

    >>> fans((10, 784))
    (784, 10)
    """
    return _fans(shape, "fans")


def uniform(shape: tuple[int, ...], bound: float, rng: Any, dtype: Any = np.float32) -> np.ndarray:
    """Draw numbers uniformly from -``bound`` to ``bound``.

    >>> bool(abs(uniform((4, 5), 0.1, rng=0)).max() <= 0.1)
    True
    """
    return _uniform(_sizes(shape, "uniform"), real(bound, "bound", "uniform", low=0), rng, dtype, "uniform")


def normal(shape: tuple[int, ...], std: float, rng: Any, dtype: Any = np.float32) -> np.ndarray:
    """Draw numbers from the normal distribution with mean 0 and standard deviation ``std``.

    >>> normal((2, 2), 1.0, rng=0).dtype
    dtype('float32')
    """
    return _normal(_sizes(shape, "normal"), real(std, "std", "normal", low=0), rng, dtype, "normal")


def xavier_uniform(
    shape: tuple[int, ...], rng: Any, gain: float = 1.0, dtype: Any = np.float32
) -> np.ndarray:
    """Draw from U(-a, a), a = gain * sqrt(6 / (fan_in + fan_out)): for tanh and sigmoid, in balance forward
    and backward.

    ``shape`` is (nout, nin); ``rng`` a generator or a seed. Glorot and Bengio, "Understanding the difficulty
    of training deep feedforward neural networks", 2010.

    >>> bool(abs(xavier_uniform((50, 100), rng=0)).max() <= 0.2)
    True
    """
    name = "xavier_uniform"
    scale = _gain(gain, name) * math.sqrt(6 / sum(_fans(shape, name)))
    return _uniform(shape, scale, rng, dtype, name)


def xavier_normal(shape: tuple[int, ...], rng: Any, gain: float = 1.0, dtype: Any = np.float32) -> np.ndarray:
    """Draw from N(0, std), std = gain * sqrt(2 / (fan_in + fan_out)); otherwise as :func:`xavier_uniform`.

    >>> xavier_normal((50, 100), rng=0).shape
    (50, 100)
    """
    name = "xavier_normal"
    scale = _gain(gain, name) * math.sqrt(2 / sum(_fans(shape, name)))
    return _normal(shape, scale, rng, dtype, name)


def kaiming_uniform(
    shape: tuple[int, ...],
    rng: Any,
    gain: float = math.sqrt(2),
    mode: str = "fan_in",
    dtype: Any = np.float32,
) -> np.ndarray:
    """Draw from U(-a, a), a = gain * sqrt(3 / fan): keeps the size of signals through relu.

    ``mode`` is ``"fan_in"`` (for the forward pass) or ``"fan_out"`` (for the backward pass). He,
    Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.

    >>> bool(abs(kaiming_uniform((50, 600), rng=0)).max() <= 0.1)
    True
    """
    name = "kaiming_uniform"
    scale = _gain(gain, name) * math.sqrt(3 / _fan(shape, mode, name))
    return _uniform(shape, scale, rng, dtype, name)


def kaiming_normal(
    shape: tuple[int, ...],
    rng: Any,
    gain: float = math.sqrt(2),
    mode: str = "fan_in",
    dtype: Any = np.float32,
) -> np.ndarray:
    """Draw from N(0, std), std = gain / sqrt(fan); otherwise as :func:`kaiming_uniform`.

    >>> kaiming_normal((50, 100), rng=0).shape
    (50, 100)
    """
    name = "kaiming_normal"
    scale = _gain(gain, name) / math.sqrt(_fan(shape, mode, name))
    return _normal(shape, scale, rng, dtype, name)


def lecun_uniform(shape: tuple[int, ...], rng: Any, gain: float = 1.0, dtype: Any = np.float32) -> np.ndarray:
    """Draw from U(-a, a), a = gain * sqrt(3 / fan_in): keeps the size of signals through linear layers.

    ``shape`` is (nout, nin); ``rng`` a generator or a seed. Use it for selu, whose fixed point assumes it,
    and for tanh near 0; relu halves such signals (use Kaiming). LeCun, Bottou, Orr and Müller, "Efficient
    backprop", 1998.

    >>> bool(abs(lecun_uniform((50, 300), rng=0)).max() <= 0.1)
    True
    """
    name = "lecun_uniform"
    scale = _gain(gain, name) * math.sqrt(3 / _fans(shape, name)[0])
    return _uniform(shape, scale, rng, dtype, name)


def lecun_normal(shape: tuple[int, ...], rng: Any, gain: float = 1.0, dtype: Any = np.float32) -> np.ndarray:
    """Draw from N(0, std), std = gain / sqrt(fan_in); otherwise as :func:`lecun_uniform`.

    >>> lecun_normal((50, 100), rng=0).shape
    (50, 100)
    """
    name = "lecun_normal"
    scale = _gain(gain, name) / math.sqrt(_fans(shape, name)[0])
    return _normal(shape, scale, rng, dtype, name)


def orthogonal(shape: tuple[int, ...], rng: Any, gain: float = 1.0, dtype: Any = np.float32) -> np.ndarray:
    """Draw a random matrix with orthonormal rows (columns, if there are fewer of them), times ``gain``.

    ``shape`` is (nout, nin, ...); all axes but the first count as one. No direction grows or shrinks: any
    number of linear layers keeps the size of each signal, not only their mean size. Use it for deep and
    recurrent networks; it helps shallow ones little. It is the Q of a QR decomposition of normal numbers,
    with signs chosen so that all orthogonal matrices are equally likely. Saxe, McClelland and Ganguli, "Exact
    solutions to the nonlinear dynamics of learning in deep linear neural networks", 2014; Mezzadri, "How to
    generate random matrices from the classical compact groups", 2007.

    >>> w = orthogonal((2, 3), rng=0)
    >>> np.allclose(w @ w.T, np.eye(2), atol=1e-6)
    True
    """
    (nin, _), nout = _fans(shape, "orthogonal"), shape[0]
    gain, dtype = _gain(gain, "orthogonal"), floating(dtype, "dtype", "orthogonal")
    drawn = generator(rng, "orthogonal").standard_normal((max(nin, nout), min(nin, nout)))
    q, r = np.linalg.qr(drawn)
    q *= np.sign(np.diag(r))
    return (gain * (q if nout > nin else q.T)).reshape(shape).astype(dtype)


@dataclass(frozen=True)
class Signal:
    """The variance of a layer's output, and of the gradient of that output."""

    layer: str
    forward: float
    backward: float


def variances(model: Iterable[Any], x: Any, rng: Any = 0) -> list[Signal]:
    """Measure how large signals are, layer by layer: forward, and backward from a gradient of variance 1.

    ``model`` is a :class:`nn.Sequential`, in either form, and ``x`` a batch (B, ...). The gradient at the
    output is drawn from N(0, 1) with ``rng``. In a network that can learn, neither column vanishes or
    explodes. The gradients of the parameters stay as they are.

    >>> from nn import Linear, Sequential, Tanh
    >>> model = Sequential(Linear(100, 100), Tanh(), Linear(100, 100), Tanh())
    >>> for signal in variances(model, np.random.default_rng(0).standard_normal((200, 100))):
    ...     print(f"{signal.layer:10} {signal.forward:.2f} {signal.backward:.2f}")
    0: Linear  0.33 0.19
    1: Tanh    0.21 0.29
    2: Linear  0.07 0.87
    3: Tanh    0.06 0.99
    """
    outputs, names = [], []
    modules = listed(model, "model", "variances", "a nn.Sequential, or a list of modules")
    for module in modules:
        function(module, "model", "variances", "the output of the previous module")
    rng = generator(rng, "variances")
    with np.errstate(all="ignore"):  # signals may explode: this is what it shows
        for index, module in enumerate(modules):
            x = module(x)
            outputs.append(x)
            names.append(f"{index}: {type(module).__name__}")
        signals = {name: out for name, out in zip(names, outputs) if _is_signal(out)}
        if not outputs or not _is_signal(x):
            raise ValueError("variances: the model computed nothing that has a gradient; expected layers")
        loss, nodes = (x * rng.standard_normal(x.shape)).sum(), flat(signals.values())
        found = dict(zip(nodes, gradients(loss, nodes)))
        return [
            Signal(name, float(np.var(out.data)), float(np.var([found[node] for node in nodes_of(out)])))
            for name, out in signals.items()
        ]


def _is_signal(out: Any) -> bool:
    """Say whether it was computed from parameters: a plain array, as from Flatten, is not yet a signal."""
    if isinstance(out, Tensor):
        return out.requires_grad
    return isinstance(out, ValueArray) and all(node.parents for node in nodes_of(out))


def _uniform(shape: tuple[int, ...], bound: float, rng: Any, dtype: Any, caller: str) -> np.ndarray:
    dtype = floating(dtype, "dtype", caller)  # check before drawing
    return generator(rng, caller).uniform(-bound, bound, shape).astype(dtype)


def _normal(shape: tuple[int, ...], std: float, rng: Any, dtype: Any, caller: str) -> np.ndarray:
    dtype = floating(dtype, "dtype", caller)
    return np.asarray(generator(rng, caller).standard_normal(shape) * std).astype(dtype)


def _gain(gain: Any, caller: str) -> float:
    return real(gain, "gain", caller, low=0)


def _sizes(shape: Any, caller: str) -> tuple[int, ...]:
    if not isinstance(shape, (tuple, list)):
        raise wrong(shape, "shape", caller, "a tuple (nout, nin), or of more sizes")
    return tuple(count(size, "a size of the shape", caller, low=0) for size in shape)


def _fans(shape: Any, caller: str) -> tuple[int, int]:
    sizes = _sizes(shape, caller)
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(
            f"{caller}: a weight of shape {sizes} has no inputs and outputs; expected (nout, nin), or more "
            "axes"
        )
    window = math.prod(sizes[2:])
    return sizes[1] * window, sizes[0] * window


def _fan(shape: tuple[int, ...], mode: str, caller: str) -> int:
    fan_out = choice(mode, ("fan_in", "fan_out"), "mode", caller) == "fan_out"
    return _fans(shape, caller)[fan_out]


if not TYPE_CHECKING:  # to a type checker, any name would be there

    def __getattr__(name: str) -> Any:
        """Raise the error for an unknown name, with PyTorch's names with an underscore as written here."""
        raise unknown(sys.modules[__name__], name, INIT)
