"""Arrays that were changed between the forward and the backward pass: which gradients that makes wrong.

A derivative such as that of ``w * x`` to ``x`` reads ``w`` when the gradient comes back. If ``w`` has other
numbers by then, the gradient is that of no function at all, so it is an error. Every change that a Tensor
hears of (its ``data`` set, an operator in place, an optimizer's step) moves a clock on; a node knows when it
was made. So a pass in which nothing has changed costs one comparison a node, and what a derivative reads is
found out only where something has.
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
    """Remember that the numbers of these Tensors are others now: gradients that read the old are errors."""
    now = modes.changed()
    for tensor in tensors:
        while tensor is not None:
            tensor._changed_at, tensor._changed_by = now, by
            tensor = tensor._alias


def check(node: Any, used: list[bool]) -> None:
    """ValueError where one of the ``used`` partial derivatives of ``node`` reads what has changed since."""
    for place, operand in [(OUT, node), *enumerate(node.parents)]:
        culprit = _changed_since(operand, node._made_at)
        if culprit and any(need and _reads(node, index, place) for index, need in enumerate(used)):
            whose = "its own data" if operand is node else f"the data of {name_of(operand)}"
            raise ValueError(
                f"backward through {node.op.name} at {name_of(node)}: {whose} was changed after the forward "
                f"pass, by {culprit}, and the gradient is worked out from it: call backward() "
                "before the change, or compute the result again after it"
            )


def _changed_since(operand: Any, time: int) -> str | None:
    """What changed the array of the operand, or one that it is a view of; None where nothing has."""
    while operand is not None:
        if operand._changed_at > time:
            return str(operand._changed_by)
        source = operand._a
        is_view = source is not None and np.may_share_memory(operand._data, source._data)
        operand = source if is_view else operand._alias
    return None


def _reads(node: Any, index: int, place: int) -> bool:
    """Whether partial derivative ``index`` depends on the numbers of that operand."""
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
    except Exception:  # one that cannot be tried is taken to read everything
        return True


def _share(node: Any, index: int, arrays: list[np.ndarray]) -> Any:
    partials = node.op.partials
    if isinstance(partials, tuple):
        local = partials[index](*arrays, **node.static)
    else:
        local = partials(*arrays, **node.static)[index]
    ones = np.ones(node._data.shape, node._data.dtype)
    return local(ones) if callable(local) else local * ones
