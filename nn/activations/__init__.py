"""Activations: what stands between two linear layers, so that they are more than one.

The mathematics is in :mod:`autograd.ops`: an activation is a row of one operand in that table; a row added
there (or by ``autograd.define``) is known here at once. As functions they are ``autograd.relu`` and so on.
The docstrings of the classes say of each what there is to know, under the same headings: where a slope is
nearly 0 (*saturates*) a unit learns slowly, where it is 0 for every input (*dies*) it learns no more.

| the place | activations |
|---|---|
| a hidden layer | ReLU first; LeakyReLU, PReLU, ELU where units die; SELU where nothing normalizes |
| a hidden layer of a transformer, or a deep image model | GELU; SiLU, Swish, Mish |
| a small or recurrent network | Tanh; Sigmoid for gates; Hardtanh where exp is too dear |
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
    """The activation of that name as a module.

    >>> module_of("relu"), module_of("sin")
    (ReLU(), Activation('sin'))
    """
    return MODULES[name]() if name in MODULES else Activation(name)
