"""Activations: the rows of one operand in autograd's table, by name and as modules.

The mathematics is in :mod:`autograd.ops`; a row added there (or by ``autograd.define``) is known here at
once.
"""

from __future__ import annotations

from typing import Any

from autograd import ops

from .checks import real
from .module import Module


def known() -> list[str]:
    """The names of all activations.

    >>> "relu" in known(), "mul" in known()
    (True, False)
    """
    return sorted(row.name for row in ops.ELEMENTWISE.values() if len(row.partials) - len(row.defaults) == 1)


def find(name: str | None, caller: str) -> ops.Op | None:
    """The row of an activation; None for ``None`` and ``"linear"``, which change nothing.

    Raises ValueError where no activation has that name, and lists those there are.

    >>> find("tanh", "Neuron"), find("linear", "Neuron")
    (<op tanh>, None)
    """
    if name is None or name == "linear":
        return None
    if name not in known():
        raise ValueError(f"{caller}: there is no activation {name!r}; known are linear, {', '.join(known())}")
    return ops.ELEMENTWISE[name]


class Activation(Module):
    """Any activation by its name, on every element: ``Activation("sin")``; those in daily use have a class
    below.

    Takes a Tensor of any shape and gives one of the same shape.

    >>> import numpy as np
    >>> Activation("abs")(np.array([-1.0, 2.0]))
    array([1., 2.])
    """

    def __init__(self, name: str, *settings: float) -> None:
        row = find(name, "Activation")
        if row is None:
            raise ValueError("Activation: linear is no operation; leave the module out")
        self.row = row
        self.settings = settings

    def __call__(self, x: Any) -> Any:
        """The activation of ``x``: a Tensor, a NumPy array, a Value or a number."""
        return self.row(x, *self.settings)

    def extra_repr(self) -> str:
        """The name where the class does not say it, and the settings."""
        shown = [repr(self.row.name)] if type(self) is Activation else []
        return ", ".join(shown + [f"{setting:g}" for setting in self.settings])


class ReLU(Activation):
    """max(x, 0), with derivative 0 at 0.

    >>> import numpy as np
    >>> ReLU()(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def __init__(self) -> None:
        super().__init__("relu")


class LeakyReLU(Activation):
    """x above 0 and ``slope`` * x below, so that no unit is ever dead (Maas, Hannun and Ng, 2013).

    >>> import numpy as np
    >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
    array([-0.1,  2. ])
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__("leaky_relu", real(slope, "slope", "LeakyReLU", low=0))


class ELU(Activation):
    """x above 0 and ``alpha`` * (exp(x) - 1) below (Clevert, Unterthiner and Hochreiter, 2015).

    >>> import numpy as np
    >>> ELU()(np.array([-1000.0, 2.0]))
    array([-1.,  2.])
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__("elu", real(alpha, "alpha", "ELU", low=0))


class Tanh(Activation):
    """tanh(x), between -1 and 1.

    >>> import numpy as np
    >>> Tanh()(np.array([0.0, 1000.0]))
    array([0., 1.])
    """

    def __init__(self) -> None:
        super().__init__("tanh")


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), between 0 and 1.

    >>> import numpy as np
    >>> Sigmoid()(np.array([0.0, 1000.0]))
    array([0.5, 1. ])
    """

    def __init__(self) -> None:
        super().__init__("sigmoid")


class Softplus(Activation):
    """log(1 + exp(x)), a smooth relu (Dugas and others, 2001).

    >>> import numpy as np
    >>> Softplus()(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """

    def __init__(self) -> None:
        super().__init__("softplus")


class SiLU(Activation):
    """x * sigmoid(x), also called swish (Elfwing, Uchibe and Doya, 2017).

    >>> import numpy as np
    >>> SiLU()(np.array([0.0, 1000.0]))
    array([   0., 1000.])
    """

    def __init__(self) -> None:
        super().__init__("silu")


class GELU(Activation):
    """x * P(Z <= x) for a standard normal Z, exact, by erf (Hendrycks and Gimpel, 2016).

    >>> import numpy as np
    >>> GELU()(np.array([0.0, 1000.0]))
    array([   0., 1000.])
    """

    def __init__(self) -> None:
        super().__init__("gelu")


_MODULES: dict[str, Any] = {
    "relu": ReLU, "leaky_relu": LeakyReLU, "elu": ELU, "tanh": Tanh, "sigmoid": Sigmoid, "softplus": Softplus,
    "silu": SiLU, "gelu": GELU,
}  # fmt: skip


def module_of(name: str) -> Activation:
    """The activation of that name as a module.

    >>> module_of("relu"), module_of("sin")
    (ReLU(), Activation('sin'))
    """
    return _MODULES[name]() if name in _MODULES else Activation(name)
