"""nn: neural networks on autograd's Values and Tensors: modules, losses, optimizers and training.

>>> import numpy as np
>>> model = Sequential(Linear(2, 8, rng=0), Tanh(), Linear(8, 2, rng=1))
>>> optimizer = Adam(model.parameters(), lr=0.1)
>>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
>>> y = np.array([0, 1, 1, 0])  # exclusive or
>>> for epoch in range(50):
...     for points, labels in batches(x, y, batch_size=4, seed=epoch):
...         loss = cross_entropy(model(points), labels)
...         optimizer.zero_grad()
...         loss.backward()
...         optimizer.step()
>>> model(x).argmax(axis=1)
array([0, 1, 1, 0])
"""

import sys
from typing import TYPE_CHECKING, Any

from autograd.names import unknown

from . import (
    activations,
    clipping,
    data,
    init,
    layers,
    losses,
    neuron,
    optim,
    regularization,
    schedules,
    training,
)
from .activations import *  # noqa: F403
from .clipping import *  # noqa: F403
from .data import *  # noqa: F403
from .layers import *  # noqa: F403
from .losses import *  # noqa: F403
from .module import Module
from .neuron import *  # noqa: F403
from .optim import *  # noqa: F403
from .regularization import *  # noqa: F403
from .schedules import *  # noqa: F403
from .seeding import seed
from .serialization import load, save
from .torch_names import PACKAGE

# List a new name in its own module only.
__all__ = ["Module", "init", "load", "save", "seed", "training"]
__all__ += activations.__all__
__all__ += clipping.__all__
__all__ += data.__all__
__all__ += layers.__all__
__all__ += losses.__all__
__all__ += neuron.__all__
__all__ += optim.__all__
__all__ += regularization.__all__
__all__ += schedules.__all__


if not TYPE_CHECKING:  # to a type checker, any name would be there

    def __getattr__(name: str) -> Any:
        """Raise the error for an unknown name, with what a name of PyTorch or Keras is called here."""
        raise unknown(sys.modules[__name__], name, PACKAGE)
