"""Activations: the non-linear functions between linear layers, without which the layers would be one.

The mathematics is in :mod:`autograd.ops`: an activation is a row of that table with one operand. A row added
there (or by ``autograd.define``) can be used here at once. The functions are ``autograd.relu`` and so on.
The docstrings of the classes share their headings. A unit learns slowly where the slope is nearly 0
(*saturates*), and no more where it is 0 for every input (*dies*).

| the place | activations |
|---|---|
| a hidden layer | ReLU first; LeakyReLU, PReLU, ELU if units die; SELU without normalization |
| a hidden layer of a transformer, or a deep image model | GELU; SiLU, Swish, Mish |
| a small or recurrent network | Tanh; Sigmoid for gates; Hardtanh if exp is too expensive |
| the output | Identity: any number; Softplus: above 0; Sigmoid: yes or no; Softmax, LogSoftmax: one of C |
"""

from __future__ import annotations

from collections.abc import Callable

from .base import LEARNED as LEARNED
from .base import Activation
from .base import find as find
from .base import known as known
from .bounded import Hardtanh, Sigmoid, Tanh
from .gated import GELU, Mish, SiLU, Swish
from .rectifiers import ELU, SELU, Identity, LeakyReLU, PReLU, ReLU, Softplus
from .softmax import LogSoftmax, Softmax

__all__ = [
    "ELU", "GELU", "SELU", "Activation", "Hardtanh", "Identity", "LeakyReLU", "LogSoftmax", "Mish", "PReLU",
    "ReLU", "SiLU", "Sigmoid", "Softmax", "Softplus", "Swish", "Tanh",
]  # fmt: skip

MODULES: dict[str, Callable[[], Activation]] = {
    "identity": Identity, "sigmoid": Sigmoid, "tanh": Tanh, "hardtanh": Hardtanh, "relu": ReLU,
    "leaky_relu": LeakyReLU, "prelu": PReLU, "elu": ELU, "selu": SELU, "softplus": Softplus, "silu": SiLU,
    "swish": Swish, "mish": Mish, "gelu": GELU, "gelu_tanh": lambda: GELU("tanh"),
}  # fmt: skip


def module_of(name: str) -> Activation:
    """Return the activation of that name as a module.

    >>> module_of("relu"), module_of("sin")
    (ReLU(), Activation('sin'))
    """
    return MODULES[name]() if name in MODULES else Activation(name)
