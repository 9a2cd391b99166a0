"""Weight decay: every step also shrinks the weights a little. It has two forms.

*Coupled* (L2 regularization): weight_decay * p is added to the gradient, as if weight_decay / 2 * p**2 were
added to the loss. Whatever the optimizer then does to gradients, it does to the decay. Adam divides by the
root of the mean square, so a weight whose gradients are large decays slower than one whose gradients are
small: regularization is weakest where the weights are used most.

*Decoupled* (AdamW): the weight is multiplied by 1 - lr * weight_decay, apart from the step, so all weights
decay at the same rate. This is no longer the gradient of any loss; its strength does not depend on gradients.

For plain SGD both are the same, p -= lr * (g + weight_decay * p). With decoupled decay the best value is
larger, 0.01 to 0.1 instead of 1e-4. Biases and the scales of normalisation layers are usually left out: give
them a group of their own, with weight_decay=0. Loshchilov and Hutter, "Decoupled weight decay
regularization", 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def decayed(p: np.ndarray, g: np.ndarray, group: Mapping[str, Any], decoupled: bool = False) -> np.ndarray:
    """Return the gradient to follow: g + weight_decay * p; or decay p in place and return g unchanged.

    >>> p, g = np.array([2.0]), np.array([1.0])
    >>> decayed(p, g, {"lr": 0.5, "weight_decay": 0.5})
    array([2.])
    >>> decayed(p, g, {"lr": 0.5, "weight_decay": 0.5}, decoupled=True), p
    (array([1.]), array([1.5]))
    """
    decay = group["weight_decay"]
    if not decay:
        return g
    if decoupled:
        p *= 1 - group["lr"] * decay
        return g
    coupled: np.ndarray = decay * p
    coupled += g
    return coupled
