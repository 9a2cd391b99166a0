"""Weight decay: every step also makes the weights a little smaller. It has two forms.

*Coupled* (L2 regularization): weight_decay * p is added to the gradient, as if weight_decay / 2 * p**2 were
added to the loss. Whatever the optimizer then does to gradients, it does to the decay. Adam divides by the
root of the mean square, so a weight whose gradients are large decays slower than one whose gradients are
small: regularization is weakest where the weights are used most.

*Decoupled* (AdamW): the weight is multiplied by 1 - lr * weight_decay beside the step, so all weights decay
at the same rate. It is no longer the gradient of any loss; its strength does not depend on the gradients.

For plain SGD both are the same, p -= lr * (g + weight_decay * p). With decoupled decay the best value is
larger, 0.01 to 0.1 in place of 1e-4. Biases and the scales of normalisation layers are usually left out: give
them a group of their own, with weight_decay=0. Loshchilov and Hutter, "Decoupled weight decay
regularization", 2019.
"""

from __future__ import annotations

import numpy as np

from .storage import State


def coupled(data: np.ndarray, grad: np.ndarray, weight_decay: float, state: State) -> np.ndarray:
    """The gradient with the decay in it, in ``state``'s scratch; the gradient as it is where there is none.

    >>> coupled(np.array([2.0]), np.array([1.0]), 0.5, {"scratch": np.empty(1)})
    array([2.])
    """
    if not weight_decay:
        return grad
    scratch: np.ndarray = state["scratch"]
    np.multiply(data, weight_decay, out=scratch)
    scratch += grad
    return scratch


def decoupled(data: np.ndarray, lr: float, weight_decay: float) -> None:
    """Take the decay off the weights, in place.

    >>> weight = np.array([2.0])
    >>> decoupled(weight, 0.5, 0.5)
    >>> weight
    array([1.5])
    """
    if weight_decay:
        data *= 1 - lr * weight_decay
