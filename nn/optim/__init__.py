"""Optimizers: how parameters follow their gradients. A rule works on arrays, in place.

Defaults and formulas are PyTorch's where it has the rule. The list is in historical order; each entry mends a
weakness of the previous one:

- :class:`SGD`: follow the gradient; momentum keeps the direction through noise and ravines
- :class:`Adagrad`, :class:`RMSprop`, :class:`Adadelta`: a rate for each parameter, from its own gradients
- :class:`Adam`, :class:`Adamax`, :class:`NAdam`, :class:`RAdam`: both
- :class:`AdamW`: weight decay apart from the gradient; see :mod:`nn.optim.weight_decay`
- :class:`Lion`: only the sign of the momentum
- :class:`Lookahead`: wraps any of them
- :class:`LBFGS`: curvature, and a search along each direction; for losses without noise
"""

import sys
from typing import TYPE_CHECKING, Any

from autograd.names import unknown

from ..torch_names import OPTIM
from .adam import Adam, Adamax, AdamW, NAdam, RAdam
from .adaptive import Adadelta, Adagrad, RMSprop
from .lbfgs import LBFGS
from .lookahead import Lookahead
from .optimizer import Optimizer
from .settings import Group as Group
from .sgd import SGD, Lion

__all__ = [  # also exported by nn, except for Group, which users do not build
    "LBFGS", "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Lion", "Lookahead", "NAdam",
    "Optimizer", "RAdam", "RMSprop",
]  # fmt: skip


if not TYPE_CHECKING:  # to a type checker, any name would be there

    def __getattr__(name: str) -> Any:
        """Raise the error for an unknown name, which says where schedules are."""
        raise unknown(sys.modules[__name__], name, OPTIM)
