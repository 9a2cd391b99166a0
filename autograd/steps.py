"""The backward pass as a sequence of steps, which every stepper shows; consuming it runs ``backward()``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .engine import root_of, walk
from .naming import expression_of, formulas, name_of


@dataclass(frozen=True, eq=False)
class Contribution:
    """What one operation adds to the gradient of one parent: ``local_grad`` times upstream gradient.

    ``before`` and ``after`` are the parent's running total (``before`` is None if nothing had arrived);
    ``formula`` is the partial derivative in symbols.
    """

    parent: Any
    local_grad: Any
    amount: Any
    before: Any
    after: Any
    formula: str


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the backward pass: a node whose gradient is complete, and what it passes on.

    ``upstream`` is the gradient of ``node``; ``contributions`` has one entry per edge that carries
    a gradient, in the order of the parents, so ``x * x`` has two.
    """

    node: Any
    upstream: Any
    contributions: tuple[Contribution, ...]

    def __str__(self) -> str:
        name, expression = name_of(self.node), expression_of(self.node)
        head = expression if name == expression else f"{name} = {expression}"
        lines = [f"{head}   upstream gradient {_short(self.upstream)}"]
        for c in self.contributions:
            number = _short(c.local_grad)
            local = number if c.formula == str(c.local_grad) else f"{c.formula} = {number}"
            product = "" if callable(c.local_grad) else f"{number} * {_short(self.upstream)} = "
            before = "none" if c.before is None else _short(c.before)
            lines.append(
                f"  {name_of(c.parent)}: local gradient {local}, contribution {product}{_short(c.amount)}, "
                f"total {before} -> {_short(c.after)}"
            )
        return "\n".join(lines)


def backward_steps(root: Any, gradient: Any = None) -> Iterator[Step]:
    """Yield the backward pass from ``root`` step by step; consuming it does what ``backward()`` does.

    Each step comes before its contributions are passed on; that happens when the next step is
    requested. ``gradient`` is the upstream gradient of ``root`` (by default 1).

    >>> from autograd import Value
    >>> x, w = Value(2.0, "x"), Value(-3.0, "w")
    >>> n = x * w
    >>> n.label = "n"
    >>> for step in backward_steps(n * n):
    ...     print(step)
    n * n   upstream gradient 1
      n: local gradient n = -6, contribution -6 * 1 = -6, total none -> -6
      n: local gradient n = -6, contribution -6 * 1 = -6, total -6 -> -12
    n = x * w   upstream gradient -12
      x: local gradient w = -3, contribution -3 * -12 = 36, total none -> 36
      w: local gradient x = 2, contribution 2 * -12 = -24, total none -> -24
    """
    seed = root_of(root, "backward_steps")._seed(gradient, "backward_steps")
    nodes = walk(root, seed)  # not in a generator, so that errors come at the call
    return (Step(node, node.grad, _contributions(node)) for node in nodes)


def pass_on(
    node: Any, upstream: Any, local: Any, parent: Any, totals: dict[Any, Any]
) -> tuple[Any, Any, Any]:
    """Add what ``node`` passes on to a parent, upstream times local gradient, to the parent's total.

    Return the amount, and the total before (None if nothing had arrived) and after; update ``totals``.

    >>> from autograd import Value
    >>> x, totals = Value(3.0), {}
    >>> [pass_on(x * x, 10.0, local, x, totals) for local in (3.0, 3.0)]
    [(30.0, None, 30.0), (30.0, 30.0, 60.0)]
    """
    amount = node._share(upstream, local, parent)
    before = totals.get(parent)
    totals[parent] = after = amount if before is None else before + amount
    return amount, before, after


def _contributions(node: Any) -> tuple[Contribution, ...]:
    totals = {parent: parent.grad for parent in node.parents}
    return tuple(
        Contribution(parent, local, *pass_on(node, node.grad, local, parent, totals), formula)
        for parent, local, formula in zip(node.parents, node.local_grads, formulas(node))
        if local is not None
    )


def _short(number: Any) -> str:
    if callable(number):
        return "a function of the upstream gradient"
    if isinstance(number, np.ndarray):
        shown = np.array2string(number, precision=4, max_line_width=1000).replace("\n", "")
        return shown if number.size <= 6 else f"array{number.shape}"
    return f"{number:.4g}" if isinstance(number, float) else str(number)
