"""Find gradients that are wrong because an array changed between the forward and the backward pass.

The derivative of ``w * x`` with respect to ``x`` reads ``w`` in the backward pass. If ``w`` has changed by
then, the gradient belongs to no function at all, so it is an error. Every change that a Tensor notices (its
``data`` set, an operator in place, an optimizer's step) advances a clock, and a node knows when it was made.
So if nothing changed, a pass costs one comparison per node. Only after a change does the pass look at what
the derivatives read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import modes
from .naming import name_of
from .ops import Op
from .symbols import formula_of

OUT = -1  # the place of the result among what a partial derivative may read


def note(tensors: Iterable[Any], by: str) -> None:
    """Record that the numbers of these Tensors have changed: gradients that need the old ones are errors."""
    now = modes.changed()
    for tensor in tensors:
        while tensor is not None:
            tensor._changed_at, tensor._changed_by = now, by
            tensor = tensor._alias


def check(node: Any, used: list[bool]) -> None:
    """Raise a ValueError if a ``used`` partial derivative of ``node`` reads an array changed since then."""
    for place, operand in [(OUT, node), *enumerate(node.parents)]:
        culprit = _changed_since(operand, node._made_at)
        if culprit and any(need and _reads(node, index, place) for index, need in enumerate(used)):
            whose = "its own data" if operand is node else f"the data of {name_of(operand)}"
            raise ValueError(
                f"backward through {node.op.name} at {name_of(node)}: {whose} was changed after the forward "
                f"pass, by {culprit}, and the gradient depends on it: call backward() "
                "before the change, or compute the result again after it"
            )


def _changed_since(operand: Any, time: int) -> str | None:
    """Say what changed the array of the operand, or an array that it is a view of; None if nothing did."""
    while operand is not None:
        if operand._changed_at > time:
            return str(operand._changed_by)
        source = operand._a
        is_view = source is not None and np.may_share_memory(operand._data, source._data)
        operand = source if is_view else operand._alias
    return None


def _reads(node: Any, index: int, place: int) -> bool:
    """Tell whether partial derivative ``index`` depends on the numbers of that operand."""
    op = node.op
    if isinstance(op, Op):
        names = op.operands
        formula = formula_of(op.partials[index], ["out", *names])
        return formula is None or (names[place] if place >= 0 else "out") in re.findall(r"\w+", formula)
    arrays = [node._data, *(parent._data for parent in node.parents)]
    try:
        with np.errstate(all="ignore"):
            share = _share(node, index, arrays)
            arrays[place + 1] = np.full_like(arrays[place + 1], np.nan)
            return not np.array_equal(share, _share(node, index, arrays))
    except Exception:  # assume that it reads everything
        return True


def _share(node: Any, index: int, arrays: list[np.ndarray]) -> Any:
    partials = node.op.partials
    if isinstance(partials, tuple):
        local = partials[index](*arrays, **node.static)
    else:
        local = partials(*arrays, **node.static)[index]
    ones = np.ones(node._data.shape, node._data.dtype)
    return local(ones) if callable(local) else local * ones
