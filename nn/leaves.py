"""The leaves that a model keeps: Values, arrays of Values and Tensors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Tensor, Value, ValueArray
from autograd.ops import CONSTANT, LEAF

Parameter = Value | Tensor  # accepted by optimizers
Named = Parameter | ValueArray  # named in a model's state


def is_array_of_values(found: Any) -> bool:
    """Check whether it is an array whose elements are all Values, made by :func:`autograd.values` or not."""
    return isinstance(found, np.ndarray) and (
        isinstance(found, ValueArray)
        or found.dtype.hasobject
        and found.size > 0
        and all(isinstance(each, Value) for each in found.ravel().tolist())
    )


def nodes_of(found: Any) -> list[Any]:
    """Return the Values of an array of Values, in the order of its elements; of anything else, itself.

    >>> from autograd import values
    >>> [value.data for value in nodes_of(values([[1.0, 2.0], [3.0, 4.0]]).T)]
    [1.0, 3.0, 2.0, 4.0]
    """
    return found.ravel().tolist() if is_array_of_values(found) else [found]


def flat(parameters: Iterable[Any]) -> list[Any]:
    """List Values and Tensors, each once; arrays of Values contribute theirs in the order of the elements.

    >>> from autograd import values
    >>> w = values([1.0, 2.0])
    >>> [each.data for each in flat([w, w[1:], Value(3.0)])]
    [1.0, 2.0, 3.0]
    """
    return list({id(node): node for found in parameters for node in nodes_of(found)}.values())


def is_leaf(found: Named) -> bool:
    """Check whether it was made rather than computed: a result is not part of a module's state."""
    if not isinstance(found, np.ndarray):
        return found.op is LEAF
    nodes = nodes_of(found)
    # Results under no_grad() are constants too, but without a label.
    named = not nodes or any(node.op is LEAF or node.label for node in nodes)
    return named and all(node.op is LEAF or node.op is CONSTANT for node in nodes)


def is_trained(leaf: Named) -> bool:
    """Check whether it asks for a gradient, which makes it a parameter."""
    if not isinstance(leaf, np.ndarray):
        return isinstance(leaf, Value) or leaf.requires_grad
    nodes = nodes_of(leaf)
    return not nodes or any(node.op is LEAF for node in nodes)
