"""Errors for Values that would be nan, and for graphs that would mix old and new numbers."""

from __future__ import annotations

from typing import Any

from .naming import name_of
from .rows import explain, of_operation


def nan_value(op: Any, *numbers: float) -> Exception:
    """Make the error for an operation whose result is nan."""
    return explain(op, ValueError("the result is not a number (nan)"), numbers)


def nan_gradient(node: Any, parent: Any, local: float, upstream: float) -> Exception:
    """Make the error for a contribution to a gradient that is nan."""
    error = ValueError(
        f"backward through {node.op.name} at {name_of(node)}: upstream gradient {upstream:.6g} times local "
        f"gradient {local:.6g} makes the gradient of {name_of(parent)} not a number (nan): an infinity has "
        "met a 0 or another infinity; scale the operands down"
    )
    return of_operation(error, node.op, node)


def changed_since(node: Any) -> Exception:
    """Make the error for a number of an operation that was set after the forward pass."""
    names = " or ".join(dict.fromkeys(name_of(each) for each in (*node.parents, node)))
    return ValueError(
        f"{node.op.name}: the data of {names} has been set since the forward pass, so a slope that is "
        "to be differentiated again would mix old and new numbers: compute the result again first"
    )
