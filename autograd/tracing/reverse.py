"""Reverse: the backward pass of an array program, from the last array to the first, by the rows of the table.

What is differentiated is the mean over the batch of one number per example. The gradient of an array has its
shape; where it is the same for all examples it may have no batch axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elementary, kinds, nary_ops, ops
from ..choice_ops import less
from .arrays import Arrays
from .choices import finite_where, where_needed
from .term import Term, number_of, place_of

# What makes new numbers, and does not move or spread those that are there.
MADE = ("map", "product", "sum", "runs", "logsumexp", "max", "min", "largest")


def reversed_pass(arrays: Arrays, output: int, position: int, wanted: int) -> int:
    """Add the backward pass to the program; gives the gradient of ``wanted``, an array without batch axis.

    The number that is differentiated is at ``position`` of the array ``output``, laid flat.
    """
    return _Reverse(arrays, wanted).run(output, position)


class _Reverse:
    def __init__(self, arrays: Arrays, wanted: int) -> None:
        self.arrays, self.wanted = arrays, wanted
        self.leads: list[bool] = []  # to the array that is wanted
        for place, step in enumerate(arrays.steps):
            self.leads.append(place == wanted or any(self.leads[operand] for operand in step.operands))
        self.given: list[bool] = []  # numbers that are finite, since nothing was computed with them
        for step in arrays.steps:
            self.given.append(
                step.kind not in MADE and all([self.given[operand] for operand in step.operands])
            )
        # what has arrived: gradients of the whole array, and of some of its elements with their places
        self.whole: dict[int, list[int]] = {}
        self.parts: dict[int, list[tuple[int, np.ndarray]]] = {}

    def run(self, output: int, position: int) -> int:
        arrays = self.arrays
        target = arrays.steps[output]
        seed = arrays.constant(1.0)
        if target.batched:
            seed = arrays.apply(ops.div, (seed, arrays.add("batch", (), (), False)))
        if target.shape:
            self.parts[output] = [(seed, np.array(position))]
        else:
            self.whole[output] = [seed]
        for place in range(len(self.leads) - 1, -1, -1):
            if self.leads[place] and place != self.wanted:
                gradient = self._gradient(place)
                if gradient is not None:
                    self._pass_on(place, gradient)
        gradient = self._gradient(self.wanted)
        step = arrays.steps[self.wanted]
        if gradient is None:
            return arrays.constant(np.zeros(step.shape))
        return self.arrays.whole(gradient, step.shape)

    def _gradient(self, place: int) -> int | None:
        """All that has arrived at an array, added up."""
        step = self.arrays.steps[place]
        whole, parts = self.whole.pop(place, []), self.parts.pop(place, [])
        if parts:
            batched = any(self.arrays.steps[gradient].batched for gradient, _ in parts)
            scattered = self.arrays.add(
                "scatter", [gradient for gradient, _ in parts], step.shape, batched,
                tuple([index for _, index in parts]),
            )  # fmt: skip
            whole.append(scattered)
        if not whole:
            return None
        total = whole[0]
        for other in whole[1:]:
            total = self.arrays.apply(ops.add, (total, other))
        return total

    def _give(self, operand: int, gradient: int, batched: bool) -> None:
        """What an array that is ``batched`` passes on to one of its operands, of the whole of it."""
        step = self.arrays.steps[operand]
        if step.kind == "lift" or step.kind == "expand" and not step.shape[:-1]:
            (operand,) = step.operands  # broadcasting is undone in one sum
        self.whole.setdefault(operand, []).append(self._fitting(operand, gradient, batched))

    def _fitting(self, operand: int, gradient: int, batched: bool) -> int:
        """Summed down to the operand's shape, and over the batch where the operand has none."""
        arrays = self.arrays
        step, have = arrays.steps[operand], arrays.steps[gradient]
        over_batch = batched and not step.batched
        if over_batch and not have.batched:  # the same from every example
            gradient = arrays.apply(ops.mul, (gradient, arrays.add("batch", (), (), False)))
        elif not over_batch and have.shape == step.shape:
            return gradient
        have = arrays.steps[gradient]
        sums_batch = over_batch and have.batched
        if have.shape == step.shape and not sums_batch:
            return gradient
        if np.prod(have.shape, dtype=int) < np.prod(step.shape, dtype=int):
            # only ever because the gradient is equal along an axis
            gradient = self.arrays.whole(gradient, step.shape)
            have = arrays.steps[gradient]
        if have.shape == step.shape and not sums_batch:
            return gradient
        return arrays.add("sum_to", (gradient,), step.shape, have.batched and not sums_batch, sums_batch)

    def _pass_on(self, place: int, gradient: int) -> None:
        arrays = self.arrays
        step = arrays.steps[place]
        kind, operands, detail = step.kind, step.operands, step.detail
        if kind == "map":
            out, terms = Term(arrays, place), [Term(arrays, operand) for operand in operands]
            upstream = Term(arrays, gradient)
            for operand, partial in zip(operands, detail.partials):
                if not self.leads[operand]:
                    continue
                local = partial(out, *terms)
                if number_of(local) == 0.0:
                    continue
                product = Term._apply(ops.mul, upstream, local)
                if self._may_be_infinite(place, local):
                    product = where_needed(upstream, product)
                share = place_of(arrays, product)
                if arrays.steps[operand].shape != step.shape:
                    # what is equal along an axis is to be counted as often as it is there
                    share = arrays.whole(share, step.shape)
                self._give(operand, share, step.batched)
        elif kind == "gather":
            self._give_part(operands[0], gradient, detail, step.batched)
        elif kind == "join":
            start = 0
            for operand in operands:
                to = arrays.steps[operand]
                size = max(1, int(np.prod(to.shape, dtype=int)))
                index = np.arange(start, start + size).reshape(to.shape)
                start += size
                if self.leads[operand]:
                    part = arrays.gather(arrays.whole(gradient, step.shape), index)
                    self._give(operand, arrays.whole(part, to.shape), step.batched)
        elif kind == "mask":
            there, _ = detail
            masked = arrays.add("mask", (gradient,), step.shape, arrays.steps[gradient].batched, (there, 0.0))
            self._give(operands[0], masked, step.batched)
        elif kind == "runs":
            lengths = np.diff([*detail, arrays.steps[operands[0]].shape[0]])
            runs = np.repeat(np.arange(len(detail)), lengths)
            spread = arrays.gather(arrays.whole(gradient, step.shape), runs)
            self._give(operands[0], spread, step.batched)
        elif kind in ("broadcast_to", "lift"):
            self._give(operands[0], arrays.whole(gradient, step.shape), step.batched)
        elif kind == "expand":
            gradient = arrays.whole(gradient, step.shape)
            last = arrays.add("sum", (gradient,), step.shape[:-1], arrays.steps[gradient].batched)
            self._give(operands[0], last, step.batched)
        elif kind == "sum":
            have = arrays.steps[gradient]
            spread = arrays.add("expand", (gradient,), (*have.shape, 1), have.batched)
            self._give(operands[0], spread, step.batched)
        elif kind == "largest":  # a constant
            pass
        elif kind in ("logsumexp", "max", "min"):
            upstream, out, x = self._expanded(gradient), self._expanded(place), Term(arrays, operands[0])
            if kind == "logsumexp":
                (local,) = nary_ops.logsumexp_of.partials(out, x)
            else:  # several that are the largest share it equally
                chosen = kinds.where(kinds.equal(x, out), 1.0, 0.0)
                count = arrays.add("sum", (chosen.place,), step.shape, arrays.steps[chosen.place].batched)
                local = chosen / self._expanded(count)
            product = Term._apply(ops.mul, upstream, local)
            if self._may_be_infinite(place, local):
                product = where_needed(upstream, product)
            self._give(operands[0], product.place, step.batched)
        elif kind == "product":
            self._product(place, arrays.whole(gradient, step.shape))
        elif kind == "look_up":
            self._look_up(operands, arrays.whole(gradient, step.shape))
        else:
            raise AssertionError(f"the array operation {kind} has no backward pass")

    def _give_part(self, operand: int, gradient: int, index: np.ndarray, batched: bool) -> None:
        arrays = self.arrays
        if batched and not arrays.steps[operand].batched:
            raise AssertionError("a gather is batched as what it reads is")
        self.parts.setdefault(operand, []).append((arrays.whole(gradient, index.shape), index))

    def _expanded(self, place: int) -> Term:
        """With an axis of length 1 at the end, against which what was reduced broadcasts."""
        step = self.arrays.steps[place]
        return Term(self.arrays, self.arrays.add("expand", (place,), (*step.shape, 1), step.batched))

    def _may_be_infinite(self, place: int, local: Any) -> bool:
        """Whether a local gradient may meet, in a branch that is not taken, an upstream gradient of 0."""
        if place not in self.arrays.conditional or number_of(local) is not None:
            return False
        return self._is_at_risk(local.place)

    def _is_at_risk(self, place: int) -> bool:
        """Whether an array is computed, and more than a choice between numbers that are given."""
        step = self.arrays.steps[place]
        if step.kind == "constant" or place < len(self.given) and self.given[place]:
            return False
        made_of = finite_where(step.detail, step.operands) if step.kind == "map" else None
        return made_of is None or any(map(self._is_at_risk, made_of))

    def _product(self, place: int, gradient: int) -> None:
        """The gradient of a product is one too: of the upstream gradient with the other factor."""
        arrays = self.arrays
        operands, axes = arrays.steps[place].operands, arrays.steps[place].detail
        factors = tuple(
            self._finite(operand) if place in arrays.conditional and self._is_at_risk(operand) else operand
            for operand in operands
        )
        left, right, out = axes
        if operands[0] == operands[1] and left == right:
            double = place_of(arrays, Term._apply(ops.mul, Term(arrays, gradient), 2.0))
            self._share(operands, factors, axes, double, ((0, 1),))
        else:
            self._share(operands, factors, axes, gradient, ((0, 1), (1, 0)))

    def _finite(self, place: int) -> int:
        """The same with 0 for what is not finite: in the branch that is taken, the result shows it."""
        term = Term(self.arrays, place)
        return place_of(self.arrays, Term._apply(less, elementary.abs(term), np.inf, term, 0.0))

    def _share(
        self,
        operands: tuple[int, ...],
        factors: tuple[int, ...],
        axes: tuple[str, str, str],
        gradient: int,
        sides: tuple[tuple[int, int], ...],
    ) -> None:
        arrays, out = self.arrays, axes[2]
        same = not arrays.steps[gradient].batched and "B" in out  # for every example
        for mine, other in sides:
            if not self.leads[operands[mine]]:
                continue
            names, others = axes[mine], axes[other]
            have = out.replace("B", "") if same else out
            goal = names
            if same and "B" in names and "B" not in others:
                goal = names.replace("B", "")  # the same for every example again
            share = arrays.product(gradient, have, factors[other], others, goal)
            if same and "B" not in names and "B" not in others:
                raise AssertionError("a product is batched where a factor is")
            self.whole.setdefault(operands[mine], []).append(share)

    def _look_up(self, operands: tuple[int, ...], gradient: int) -> None:
        """Rows of a table: the product with 1 where the row was taken, and 0 elsewhere."""
        arrays = self.arrays
        table, index = (arrays.steps[operand] for operand in operands)
        one_hot = arrays.add(
            "one_hot", (operands[1],), (*index.shape, table.shape[0]), index.batched, table.shape[0]
        )
        names = "tsux"[: len(index.shape)]
        columns = "c" * (len(table.shape) - 1)
        have = arrays.steps[gradient]
        if index.batched and not have.batched:
            gradient = arrays.add("to_batch", (gradient,), have.shape, True)
        batch = "B" * index.batched
        share = arrays.product(gradient, batch + names + columns, one_hot, batch + names + "v", "v" + columns)
        self.whole.setdefault(operands[0], []).append(share)
