"""Reverse: the backward pass of an array program, from the last array to the first, by the rows of the table.

It differentiates the mean over the batch of one number per example. The gradient of an array has the array's
shape; a gradient that is equal for all examples may lack the batch axis.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import array_ops, elementary, ops, program_ops
from ..choice_ops import less
from ..ops import CONSTANT
from ..products import einsum
from .array_term import ArrayTerm, term_of
from .arrays import GIVEN, Array, Arrays
from .choices import finite_where, where_needed
from .term import number_of

# Rows whose local gradients are computed from the numbers.
OF_NUMBERS = frozenset({array_ops.logsumexp, array_ops.max, array_ops.min})
# Rows that move or spread existing numbers and compute no new ones.
MOVES = frozenset({
    program_ops.gather, program_ops.join, program_ops.one_hot, array_ops.where, array_ops.reshape,
    array_ops.broadcast_to,
})  # fmt: skip


def reversed_pass(arrays: Arrays, output: int, position: int, wanted: int) -> int:
    """Add the backward pass to the program and return the gradient of ``wanted``, which has no batch axis.

    The number to differentiate is at ``position`` in the flattened array ``output``.
    """
    return _Reverse(arrays, wanted).run(output, position)


class _Reverse:
    def __init__(self, arrays: Arrays, wanted: int) -> None:
        self.arrays, self.wanted = arrays, wanted
        self.leads: list[bool] = []  # whether each array depends on the one that is wanted
        self.given: list[bool] = []  # whether each holds only given numbers, which are finite
        for place, step in enumerate(arrays.steps):
            self.leads.append(place == wanted or any([self.leads[operand] for operand in step.operands]))
            is_there = step.op in GIVEN or step.op in MOVES
            self.given.append(is_there and all([self.given[operand] for operand in step.operands]))
        self.arrived: dict[int, list[int]] = {}  # gradients to be added up

    def run(self, output: int, position: int) -> int:
        arrays = self.arrays
        target = arrays.steps[output]
        seed = arrays.constant(1.0)
        if target.batched:
            seed = arrays.apply(ops.div, (seed, arrays.count()))
        if target.shape:
            seed = self._scattered([(seed, np.array(position))], target.shape)
        self.arrived[output] = [seed]
        for place in range(len(self.leads) - 1, -1, -1):
            if self.leads[place] and place != self.wanted:
                gradient = self._gradient(place)
                if gradient is not None:
                    self._pass_on(place, gradient)
        gradient = self._gradient(self.wanted)
        shape = arrays.steps[self.wanted].shape
        return arrays.constant(np.zeros(shape)) if gradient is None else arrays.whole(gradient, shape)

    def _scattered(self, parts: list[tuple[int, np.ndarray]], shape: tuple[int, ...]) -> int:
        operands, places = zip(*parts)
        batched = self.arrays.is_batched(operands)
        return self.arrays.add(program_ops.scatter, operands, shape, batched, places=places, shape=shape)

    def _gradient(self, place: int) -> int | None:
        """Add up the gradients that arrived at an array: scattered ones at once, equal ones scaled."""
        arrays = self.arrays
        parts: list[tuple[int, np.ndarray]] = []
        whole: dict[int, int] = {}
        for share in self.arrived.pop(place, []):
            step = arrays.steps[share]
            if step.op is program_ops.scatter:
                parts += zip(step.operands, step.static["places"])
            else:
                whole[share] = whole.get(share, 0) + 1
        terms = [share if times == 1 else self._scaled(share, times) for share, times in whole.items()]
        if parts:
            terms.append(self._scattered(parts, arrays.steps[place].shape))
        if not terms:
            return None
        total, *others = terms
        for other in others:
            total = arrays.apply(ops.add, (total, other))
        return total

    def _scaled(self, share: int, times: float) -> int:
        """Multiply a share; in a product, scale the upstream gradient, which is smaller."""
        arrays, step = self.arrays, self.arrays.steps[share]
        if step.op is not einsum:
            return arrays.apply(ops.mul, (share, arrays.constant(times)))
        upstream, *others = step.operands
        factors = (arrays.apply(ops.mul, (upstream, arrays.constant(times))), *others)
        return arrays.product(factors, step.static["inputs"], step.static["output"], step.batched)

    def _pass_on(self, place: int, gradient: int) -> None:
        """Give each operand its share by the row's rule: one step of backpropagation."""
        arrays, step = self.arrays, self.arrays.steps[place]
        upstream = ArrayTerm(arrays, gradient, step.shape)
        out, terms = ArrayTerm(arrays, place), [ArrayTerm(arrays, operand) for operand in step.operands]
        if step.op is einsum and place in arrays.conditional:
            terms = [self._finite(term) if self._is_at_risk(term.place) else term for term in terms]
        for operand, local in zip(step.operands, self._local_grads(step, out, terms)):
            if local is None or not callable(local) and number_of(local) == 0.0:
                continue
            if callable(local):
                share = local(upstream)
                if step.op in OF_NUMBERS and place in arrays.conditional:
                    share = where_needed(array_ops.spread(upstream, terms[0], -1), share)
            else:
                share = ArrayTerm._apply(ops.mul, upstream, local)
                if (
                    place in arrays.conditional
                    and isinstance(local, ArrayTerm)
                    and self._is_at_risk(local.place)
                ):
                    share = where_needed(upstream, share)
            self._give(operand, term_of(arrays, share), step.batched)

    def _local_grads(self, step: Array, out: ArrayTerm, terms: list[ArrayTerm]) -> list[Any]:
        """Return the row's local gradient for each operand; None or 0.0 for those not wanted."""
        wanted = [self.leads[operand] for operand in step.operands]
        partials = step.op.partials
        if not isinstance(partials, tuple):
            return [
                local if want else 0.0 for local, want in zip(partials(out, *terms, **step.static), wanted)
            ]
        return [
            partial(out, *terms, **step.static) if want else None for partial, want in zip(partials, wanted)
        ]

    def _give(self, operand: int, share: ArrayTerm, batched: bool) -> None:
        """Sum a share down to the operand's shape, and over the batch if the operand has none."""
        arrays, step = self.arrays, self.arrays.steps[operand]
        over_batch = batched and not step.batched
        if over_batch and not share.batched:  # the same from every example
            share = ArrayTerm._apply(ops.mul, share, ArrayTerm(arrays, arrays.count()))
        gradient = arrays.summed(share.whole(), step.shape, over_batch)
        self.arrived.setdefault(operand, []).append(gradient)

    # A branch that is not taken passes on 0, even if a local gradient is not finite.

    def _is_at_risk(self, place: int) -> bool:
        """Return whether an array is computed by more than a choice between given numbers."""
        step = self.arrays.steps[place]
        if step.op is CONSTANT or place < len(self.given) and self.given[place]:
            return False
        made_of = finite_where(step.op, step.operands) if step.is_elementwise else None
        return made_of is None or any(map(self._is_at_risk, made_of))

    def _finite(self, term: ArrayTerm) -> ArrayTerm:
        """Replace what is not finite by 0; if its branch is taken, the result shows it anyway."""
        chosen: Any = ArrayTerm._apply(less, elementary.abs(term), math.inf, term, 0.0)
        return chosen
